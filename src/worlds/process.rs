//! The noising processes of the literature, each a clock in closed form.

use super::{Clock, GenericClock};
use crate::numbers::{Dual, Scalar};
use crate::parameters::{Domain, InputError, Parameters, Source};

/// A noising process on `[0, T]`, data at `t = 0`.
#[derive(Debug, Clone)]
pub struct Process<S> {
    schedule: Schedule<S>,
    horizon: S,
}

/// How drift and diffusion depend on time.
#[derive(Debug, Clone)]
pub enum Schedule<S> {
    /// `f = −½βy`, `G = β`, `β(t) = b₀ + (b₁ − b₀) t/T`.
    VpLinear {
        /// `β(0)`.
        b0: S,
        /// `β(T)`.
        b1: S,
    },
    /// `f = −½βy`, `G = β(1 − e^{−2Λ})`, with the `β` of VP-linear and `Λ = ∫β`.
    SubVpLinear {
        /// `β(0)`.
        b0: S,
        /// `β(T)`.
        b1: S,
    },
    /// `φ = cos θ_t / cos θ_0`, `θ_t = (π/2)(t/T + s)/(1 + s)`, `G = β = π/(T(1+s)) tan θ_t`, infinite at `t = T`.
    VpCosine {
        /// The offset `s ≥ 0`.
        s: S,
        /// The time unit `T`, at which `φ = 0`.
        unit: S,
    },
    /// `f = 0`, `σ_t = σ₋(σ₊/σ₋)^{t/T}`, `G = (2σ_t²/T) ln(σ₊/σ₋)`.
    VeGeometric {
        /// `σ₋ > 0`.
        smin: S,
        /// `σ₊ > σ₋`.
        smax: S,
    },
    /// Only the rules `φ′ = αφ`, `w′ = 2αw + G`, `m′ = αm + c`: a proof over it holds for every schedule.
    Generic(Box<GenericClock<S>>),
}

impl<S: Scalar> Parameters<S> for Process<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        if let Some(generic) = GenericClock::read(source) {
            return Ok(Self { horizon: generic.horizon, schedule: Schedule::Generic(Box::new(generic)) });
        }
        let kind = source.choice("process", Self::KINDS, true, "the noising process")?;
        Self::read_kind(kind, source)
    }
}

impl<S: Scalar> Process<S> {
    /// The names of the processes with a closed form.
    pub const KINDS: &'static [&'static str] = &["vp-linear", "sub-vp-linear", "vp-cosine", "ve-geometric"];

    /// The processes with what they are.
    pub const CATALOGUE: &'static [(&'static str, &'static str)] = &[
        ("vp-linear", "f = -beta y/2, G = beta, beta(t) = b0 + (b1 - b0) t/T"),
        ("sub-vp-linear", "f = -beta y/2, G = beta (1 - exp(-2 Lambda)), Lambda = integral of the beta of vp-linear"),
        ("vp-cosine", "phi = cos(theta_t)/cos(theta_0), theta_t = (pi/2)(t/T + s)/(1 + s); ends at tend < T"),
        ("ve-geometric", "f = 0, sigma_t = smin (smax/smin)^(t/T), G = d sigma_t^2/dt"),
    ];

    /// Reads the parameters of the process with this name.
    ///
    /// # Errors
    /// [`InputError`] if one is missing, malformed, or outside its domain.
    pub fn read_kind(kind: &str, source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let beta = |source: &mut dyn Source<S>| {
            let b0 = source.real("b0", Domain::NonNegative, "beta at t = 0")?;
            let b1 = source.real("b1", Domain::NonNegative, "beta at t = T")?;
            source.not_all_zero(&["b0", "b1"])?;
            Ok((b0, b1))
        };
        let schedule = match kind {
            "vp-linear" => beta(source).map(|(b0, b1)| Schedule::VpLinear { b0, b1 })?,
            "sub-vp-linear" => beta(source).map(|(b0, b1)| Schedule::SubVpLinear { b0, b1 })?,
            "vp-cosine" => {
                let s = source.real("s", Domain::NonNegative, "the offset of the cosine schedule")?;
                let unit = source.real("T", Domain::Positive, "the time at which the signal vanishes")?;
                let end = source.optional("tend", Domain::Positive, "the end of process and model, before T")?;
                source.ordered("tend", "T", true)?;
                return Ok(Self { schedule: Schedule::VpCosine { s, unit }, horizon: end.unwrap_or(unit) });
            }
            _ => {
                let smin = source.real("smin", Domain::Positive, "the smallest noise level")?;
                let smax = source.real("smax", Domain::Positive, "the largest noise level")?;
                source.ordered("smin", "smax", true)?;
                Schedule::VeGeometric { smin, smax }
            }
        };
        Ok(Self { schedule, horizon: source.real("T", Domain::Positive, "the end of the process")? })
    }

    /// A process from its schedule and its end `T`.
    pub fn new(schedule: Schedule<S>, horizon: S) -> Self {
        Self { schedule, horizon }
    }

    /// The schedule.
    pub fn schedule(&self) -> &Schedule<S> {
        &self.schedule
    }

    /// The end `T` of the process (`tend` on the cosine schedule).
    pub fn horizon(&self) -> S {
        self.horizon
    }

    /// The clock at `t`. The generic process has one running time and ignores its argument.
    pub fn at(&self, t: S) -> Clock<S> {
        match &self.schedule {
            Schedule::Generic(generic) => generic.now.map(|field| field.re),
            _ => self.explicit(t),
        }
    }

    /// The clock at `t` with its time derivatives.
    pub fn moving(&self, t: S) -> Clock<Dual<S>> {
        match &self.schedule {
            Schedule::Generic(generic) => generic.now,
            _ => self.constant().explicit(Dual::variable(t)),
        }
    }

    /// The clock at the end.
    pub fn end(&self) -> Clock<S> {
        match &self.schedule {
            Schedule::Generic(generic) => generic.end,
            _ => self.explicit(self.horizon),
        }
    }

    /// The clock at time 0, exactly `φ = 1`, `w = 0`.
    pub fn start(&self) -> Clock<S> {
        match &self.schedule {
            Schedule::Generic(_) => Clock::start(S::zero(), S::zero(), S::zero()),
            _ => {
                let zero = self.explicit(S::zero());
                Clock::start(zero.alpha, zero.offset, zero.noise)
            }
        }
    }

    /// `∫₀ᵗ G`, the noise that has been spent at `t`; nothing of the generic process, of which no integral is known.
    pub fn noise_integral(&self, t: S) -> Option<S> {
        let linear = |b0: S, b1: S| self.linear_beta(b0, b1, t).1;
        Some(match &self.schedule {
            Schedule::VpLinear { b0, b1 } => linear(*b0, *b1),
            Schedule::SubVpLinear { b0, b1 } => {
                let lambda = linear(*b0, *b1);
                lambda + (-lambda * 2).exp_m1() / 2
            }
            Schedule::VpCosine { .. } => -self.explicit(t).phi.ln() * 2,
            Schedule::VeGeometric { .. } => self.explicit(t).w,
            Schedule::Generic(_) => return None,
        })
    }

    /// `β(t)` and `Λ(t) = ∫₀ᵗ β` of a linear `β`.
    fn linear_beta(&self, b0: S, b1: S, t: S) -> (S, S) {
        let slope = (b1 - b0) / self.horizon;
        (b0 + slope * t, b0 * t + slope * t.square() / 2)
    }

    /// The same process with parameters that do not move with time.
    pub fn constant(&self) -> Process<Dual<S>> {
        self.read_as(Dual::constant, |field| Dual { re: field, eps: Dual::constant(field.eps) })
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> Process<R> {
        self.read_as(&f, |field| Dual { re: f(field.re), eps: f(field.eps) })
    }

    /// With what becomes of a number that stands still, and of one that moves.
    fn read_as<R: Scalar>(&self, still: impl Fn(S) -> R, moving: impl Fn(Dual<S>) -> Dual<R>) -> Process<R> {
        let schedule = match &self.schedule {
            Schedule::VpLinear { b0, b1 } => Schedule::VpLinear { b0: still(*b0), b1: still(*b1) },
            Schedule::SubVpLinear { b0, b1 } => Schedule::SubVpLinear { b0: still(*b0), b1: still(*b1) },
            Schedule::VpCosine { s, unit } => Schedule::VpCosine { s: still(*s), unit: still(*unit) },
            Schedule::VeGeometric { smin, smax } => Schedule::VeGeometric { smin: still(*smin), smax: still(*smax) },
            Schedule::Generic(generic) => Schedule::Generic(Box::new(GenericClock {
                now: generic.now.map(moving),
                end: generic.end.map(&still),
                horizon: still(generic.horizon),
            })),
        };
        Process { schedule, horizon: still(self.horizon) }
    }

    fn explicit(&self, t: S) -> Clock<S> {
        let zero = S::zero();
        match &self.schedule {
            Schedule::VpLinear { b0, b1 } => {
                let (beta, lambda) = self.linear_beta(*b0, *b1, t);
                Clock::variance_preserving(lambda).paced(beta)
            }
            Schedule::SubVpLinear { b0, b1 } => {
                let (beta, lambda) = self.linear_beta(*b0, *b1, t);
                Clock::sub_variance_preserving(lambda).paced(beta)
            }
            Schedule::VpCosine { s, unit } => {
                // w = sin(θ_t − θ_0) sin(θ_t + θ_0)/cos²θ_0, the first angle without cancellation, the second expanded.
                let scale = S::pi() / ((*s + 1) * 2);
                let origin = scale * *s;
                let advance = scale * t / *unit;
                let (sin, cos) = (origin + advance).sin_cos();
                let (sin_origin, cos_origin) = origin.sin_cos();
                let sin_sum = sin * cos_origin + cos * sin_origin;
                let beta = scale * 2 / *unit * sin / cos;
                Clock {
                    alpha: -beta / 2,
                    offset: zero,
                    noise: beta,
                    phi: cos / cos_origin,
                    w: advance.sin_cos().0 * sin_sum / cos_origin.square(),
                    shift: zero,
                }
            }
            Schedule::VeGeometric { smin, smax } => {
                let growth = (*smax / *smin).ln() * 2 / self.horizon;
                Clock {
                    alpha: zero,
                    offset: zero,
                    noise: smin.square() * (growth * t).exp() * growth,
                    phi: S::one(),
                    w: smin.square() * (growth * t).exp_m1(),
                    shift: zero,
                }
            }
            Schedule::Generic(generic) => generic.now.map(|field| field.re),
        }
    }
}
