//! What a formula may know of a schedule: the state of the noising process at one time.

use crate::numbers::{Dual, Field, Scalar};
use crate::parameters::Source;
use crate::worlds::{Affine, Gaussian};

/// The scalar linear SDE `dY = (α Y + c) dt + √G dB` at one time `t`, with `φ = e^{∫₀ᵗα}`.
///
/// Read with `S = Dual<…>`, every field also carries its time derivative; for a generic process these are the rules
/// `φ′ = αφ`, `w′ = 2αw + G`, `m′ = αm + c` and nothing else, which is what makes a proof hold for every schedule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock<S> {
    /// The drift coefficient `α(t)`, per unit of time.
    pub alpha: S,
    /// The drift offset `c(t)`.
    pub offset: S,
    /// The squared diffusion coefficient `G(t) = g(t)²`.
    pub noise: S,
    /// The signal coefficient `φ(t)`.
    pub phi: S,
    /// The conditional variance `w(t) = Var(Y_t | Y_0)`.
    pub w: S,
    /// The conditional mean at `Y_0 = 0`: `φ(t) ∫₀ᵗ c/φ`.
    pub shift: S,
}

impl<S: Scalar> Clock<S> {
    /// Time 0 of any process: `φ = 1`, `w = 0`. The rates are not known there and must not be used.
    pub fn start(alpha: S, offset: S, noise: S) -> Self {
        Self { alpha, offset, noise, phi: S::one(), w: S::zero(), shift: S::zero() }
    }

    /// Variance-preserving noise in its own clock `Λ = ∫β`: `dY = −½Y dΛ + dB_Λ`, whatever the schedule.
    pub fn variance_preserving(lambda: S) -> Self {
        let (phi, w) = ((-lambda / 2).exp(), -(-lambda).exp_m1());
        Self { phi, w, ..Self::start(-S::ratio(1, 2), S::zero(), S::one()) }
    }

    /// Sub-VP in the same clock: the drift of VP with the noise `1 − e^{−2Λ}`, and `w = (1 − e^{−Λ})²`.
    pub fn sub_variance_preserving(lambda: S) -> Self {
        let noise = -(-lambda * 2).exp_m1();
        Self { noise, w: (-lambda).exp_m1().square(), ..Self::variance_preserving(lambda) }
    }

    /// The same process in another time, in which its clock goes at the rate `beta`.
    pub fn paced(self, beta: S) -> Self {
        Self { alpha: self.alpha * beta, offset: self.offset * beta, noise: self.noise * beta, ..self }
    }

    /// `v_t = φ² v₀ + w`, the variance of `Y_t` if `Y_0` has variance `v₀`.
    #[inline(always)]
    pub fn variance(&self, v0: S) -> S {
        self.phi.square() * v0 + self.w
    }

    /// `m_t = φ m₀ + φ ∫ c/φ`, the mean of `Y_t` if `Y_0` has mean `m₀`.
    #[inline(always)]
    pub fn mean(&self, m0: S) -> S {
        self.phi * m0 + self.shift
    }

    /// `ln R_t`, `R = v/(φ² v₀) = 1 + w/(φ² v₀)`: one plus the inverse signal-to-noise ratio. `∫₀ᵗ G/v = ln R_t`.
    #[inline(always)]
    pub fn log_ratio(&self, v0: S) -> S {
        (self.w / (self.phi.square() * v0)).ln_1p()
    }

    /// `ln(w/φ²)`, the logarithm of the noise-to-signal ratio: `∫ G/w = ln(w/φ²)` for every schedule.
    pub fn log_noise_to_signal(&self) -> S {
        (self.w / self.phi.square()).ln()
    }

    /// The SDE at this time: the drift `αy + c` and the squared diffusion coefficient `G`.
    pub fn sde(&self) -> (Affine<S>, S) {
        (Affine { slope: self.alpha, offset: self.offset }, self.noise)
    }

    /// The law of `Y_t` given `Y_0 = x`.
    #[inline(always)]
    pub fn given(&self, x: S) -> Gaussian<S> {
        Gaussian::new(self.mean(x), self.w)
    }

    /// The law of `Y_t` if `Y_0` has this law.
    #[inline(always)]
    pub fn diffuse(&self, law: &Gaussian<S>) -> Gaussian<S> {
        Gaussian::new(self.mean(law.mean), self.variance(law.variance))
    }

    /// The rate of any mean under this drift, `m′ = α m + c`.
    pub fn mean_rate(&self, mean: S) -> S {
        self.alpha * mean + self.offset
    }

    /// The rate of any variance under this process, `v′ = 2αv + G`.
    pub fn variance_rate(&self, variance: S) -> S {
        self.alpha * variance * 2 + self.noise
    }

    /// The Riccati pair: an affine score `ay + b` solves the score PDE if and only if `a′ = Ga² − 2αa` and
    /// `b′ = Gab − αb − ac`.
    pub fn score_rate(&self, score: &Affine<S>) -> Affine<S> {
        let Affine { slope, offset } = *score;
        let pull = self.noise * slope - self.alpha;
        Affine { slope: (pull - self.alpha) * slope, offset: pull * offset - slope * self.offset }
    }

    /// In another reading.
    #[inline(always)]
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Clock<R> {
        Clock {
            alpha: f(self.alpha),
            offset: f(self.offset),
            noise: f(self.noise),
            phi: f(self.phi),
            w: f(self.w),
            shift: f(self.shift),
        }
    }
}

/// A process of which only the rules are known: its clock at a running time and at the end, as free symbols.
#[derive(Debug, Clone, Copy)]
pub struct GenericClock<S> {
    /// At the running time, with the rules as derivatives.
    pub now: Clock<Dual<S>>,
    /// At the end `T`.
    pub end: Clock<S>,
    /// The end `T` itself.
    pub horizon: S,
}

/// A free coefficient whose rate is free too: nothing is known of it.
fn coefficient<S: Scalar>(source: &mut dyn Source<S>, name: &str, latex: &str, positive: bool) -> Option<Dual<S>> {
    let rate = source.free(&format!("{name}_dot"), &format!(r"\dot{{{latex}}}"), false)?;
    moving(source, (name, latex, positive), rate)
}

/// A free number with its rate, declared as a rule.
fn moving<S: Scalar>(
    source: &mut dyn Source<S>,
    (name, latex, positive): (&str, &str, bool),
    rate: S,
) -> Option<Dual<S>> {
    let re = source.free(name, latex, positive)?;
    source.rule(re, rate);
    Some(Dual { re, eps: rate })
}

impl<S: Scalar> Clock<Dual<S>> {
    /// The clock of a process of which only the rules are known, if the source has free numbers.
    pub fn by_rules(source: &mut dyn Source<S>) -> Option<Self> {
        let [alpha, offset, noise, phi] = Self::coefficients(source)?;
        let still = Clock {
            alpha: alpha.re,
            offset: offset.re,
            noise: noise.re,
            phi: phi.re,
            w: source.free("w", "w", true)?,
            shift: source.free("shift", "h", false)?,
        };
        let w = moving(source, ("w", "w", true), still.variance_rate(still.w))?;
        let shift = moving(source, ("shift", "h", false), still.mean_rate(still.shift))?;
        Some(Self { alpha, offset, noise, phi, w, shift })
    }

    /// The clock of any linear SDE by variation of constants: `w = φ² I` with `I′ = G/φ²`, `shift = φ J` with `J′ = c/φ`.
    pub fn by_variation_of_constants(source: &mut dyn Source<S>) -> Option<Self> {
        let [alpha, offset, noise, phi] = Self::coefficients(source)?;
        let noise_integral = moving(source, ("I", "I", true), noise.re / phi.re.square())?;
        let offset_integral = moving(source, ("J", "J", false), offset.re / phi.re)?;
        Some(Self { alpha, offset, noise, phi, w: phi.square() * noise_integral, shift: phi * offset_integral })
    }

    /// Free `α`, `c`, `G`, and `φ′ = αφ`.
    fn coefficients(source: &mut dyn Source<S>) -> Option<[Dual<S>; 4]> {
        let alpha = coefficient(source, "alpha", r"\alpha", false)?;
        let offset = coefficient(source, "c", "c", false)?;
        let noise = coefficient(source, "G", "G", true)?;
        let phi = source.free("phi", r"\varphi", true)?;
        Some([alpha, offset, noise, moving(source, ("phi", r"\varphi", true), alpha.re * phi)?])
    }
}

impl<S: Scalar> GenericClock<S> {
    /// The generic process, if the source has free numbers.
    pub fn read(source: &mut dyn Source<S>) -> Option<Self> {
        let now = Clock::by_rules(source)?;
        let end = Clock {
            alpha: source.free("alpha_T", r"\alpha_T", false)?,
            offset: source.free("c_T", "c_T", false)?,
            noise: source.free("G_T", "G_T", true)?,
            phi: source.free("phi_T", r"\varphi_T", true)?,
            w: source.free("w_T", "w_T", true)?,
            shift: source.free("shift_T", "h_T", false)?,
        };
        Some(Self { now, end, horizon: source.free("T", "T", true)? })
    }
}
