//! Any scalar linear SDE by variation of constants, also where its integrals have no closed form.

use super::{Affine, Clock, Transition};
use crate::numbers::{Ball, Dual, Field, Interval, Panel, Scalar, integrate};
use crate::parameters::{Domain, InputError, Parameters, Source};

/// A scalar linear SDE `dY = (α Y + c) dt + √G dB`.
#[derive(Debug, Clone)]
pub enum LinearSde<S> {
    /// Free coefficients: of the integrals nothing is known but `φ′ = αφ`, `I′ = G/φ²`, `J′ = c/φ`.
    Generic(Box<Clock<Dual<S>>>),
    /// Coefficients whose integrals are closed form.
    Forced(ForcedOu<S>),
}

impl<S: Scalar> Parameters<S> for LinearSde<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        match Clock::by_variation_of_constants(source) {
            Some(clock) => Ok(Self::Generic(Box::new(clock))),
            None => ForcedOu::read(source).map(Self::Forced),
        }
    }
}

impl<S: Scalar> LinearSde<S> {
    /// The clock at `t`. The generic equation has one running time and ignores its argument.
    pub fn at(&self, t: S) -> Clock<S> {
        match self {
            Self::Generic(clock) => clock.map(|field| field.re),
            Self::Forced(ou) => ou.at(t),
        }
    }

    /// The clock at `t` with its time derivatives.
    pub fn moving(&self, t: S) -> Clock<Dual<S>> {
        match self {
            Self::Generic(clock) => **clock,
            Self::Forced(ou) => ou.map(Dual::constant).at(Dual::variable(t)),
        }
    }
}

/// `dY = (−kY + h₀ + h₁t) dt + (g₀ + g₁t) dB`: an Ornstein–Uhlenbeck process with forces affine in time.
#[derive(Debug, Clone, Copy)]
pub struct ForcedOu<S> {
    /// Rate of mean reversion, any real number.
    pub k: S,
    /// Diffusion coefficient at 0.
    pub g0: S,
    /// Its slope in time.
    pub g1: S,
    /// Drift offset at 0.
    pub h0: S,
    /// Its slope in time.
    pub h1: S,
}

impl<S: Scalar> Parameters<S> for ForcedOu<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self {
            k: source.real("k", Domain::Real, "rate of mean reversion")?,
            g0: source.real("g0", Domain::Real, "diffusion coefficient at t = 0")?,
            g1: source.real("g1", Domain::Real, "slope of the diffusion coefficient in time")?,
            h0: source.real("h0", Domain::Real, "drift offset at t = 0")?,
            h1: source.real("h1", Domain::Real, "slope of the drift offset in time")?,
        })
    }
}

impl<S: Scalar> ForcedOu<S> {
    /// Constant coefficients, `dY = (slope·Y + offset) dt + √noise dB`.
    pub fn constant(slope: S, offset: S, diffusion: S) -> Self {
        Self { k: -slope, g0: diffusion, g1: S::zero(), h0: offset, h1: S::zero() }
    }

    /// The transition between two times: with `d = t − s`, `z = −kd` and the forces `h`, `g` at `s`,
    /// `factor = e^z`, `offset = d(h φ₁(z) + h₁d φ₂(z))`, `variance = d(g² φ₁(2z) + 2gg₁d φ₂(2z) + 2g₁²d² φ₃(2z))`.
    pub fn transition(&self, from: S, to: S) -> Transition<S> {
        let d = to - from;
        let z = -self.k * d;
        let (h, g) = (self.h0 + self.h1 * from, self.g0 + self.g1 * from);
        let (drift, growth) = (self.h1 * d, self.g1 * d);
        let square = g.square() * (z * 2).phi(1);
        let rest = g * growth * (z * 2).phi(2) * 2 + growth.square() * (z * 2).phi(3) * 2;
        Transition { factor: z.exp(), offset: d * (h * z.phi(1) + drift * z.phi(2)), variance: d * (square + rest) }
    }

    /// The drift at `t`, as a function of the state.
    pub fn drift(&self, t: S) -> Affine<S> {
        Affine { slope: -self.k, offset: self.h0 + self.h1 * t }
    }

    /// The diffusion coefficient `g(t)`; its sign matters on a given path.
    pub fn diffusion(&self, t: S) -> S {
        self.g0 + self.g1 * t
    }

    /// An Euler–Maruyama step between two times: `y ↦ y + d·drift(y)`, with everything at the start; the noise is `g(from)·ΔB`.
    pub fn euler(&self, from: S, to: S) -> Affine<S> {
        let (d, drift) = (to - from, self.drift(from));
        Affine { slope: d * drift.slope + 1, offset: d * drift.offset }
    }

    /// The clock at `t`.
    pub fn at(&self, t: S) -> Clock<S> {
        let Transition { factor, offset, variance } = self.transition(S::zero(), t);
        let noise = (self.g0 + self.g1 * t).square();
        Clock { alpha: -self.k, offset: self.h0 + self.h1 * t, noise, phi: factor, w: variance, shift: offset }
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> ForcedOu<R> {
        ForcedOu { k: f(self.k), g0: f(self.g0), g1: f(self.g1), h0: f(self.h0), h1: f(self.h1) }
    }
}

/// `dY = (−(k₀ + k₁t) Y + h₀ + h₁t) dt + (g₀ + g₁t) dB`; any real coefficients, `g` may change sign.
#[derive(Debug, Clone, Copy)]
pub struct AffineInTime<S> {
    /// Rate of mean reversion at 0.
    pub k0: S,
    /// Its slope in time.
    pub k1: S,
    /// Diffusion coefficient at 0.
    pub g0: S,
    /// Its slope in time.
    pub g1: S,
    /// Drift offset at 0.
    pub h0: S,
    /// Its slope in time.
    pub h1: S,
}

impl<S: Scalar> Parameters<S> for AffineInTime<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Self::read_for(source, true, true)
    }
}

impl<S: Scalar> AffineInTime<S> {
    /// Reads the coefficients that the mean or the variance depend on; the others may be absent.
    ///
    /// # Errors
    /// [`InputError`] if one is missing or malformed.
    pub fn read_for(source: &mut dyn Source<S>, mean: bool, variance: bool) -> Result<Self, InputError> {
        let mut coefficient = |name, needed, meaning| match needed {
            true => source.real(name, Domain::Real, meaning),
            false => Ok(source.optional(name, Domain::Real, "without effect")?.unwrap_or(S::zero())),
        };
        Ok(Self {
            k0: coefficient("k0", true, "rate of mean reversion at t = 0")?,
            k1: coefficient("k1", true, "slope of the rate in time")?,
            g0: coefficient("g0", variance, "diffusion coefficient at t = 0")?,
            g1: coefficient("g1", variance, "slope of the diffusion coefficient in time")?,
            h0: coefficient("h0", mean, "drift offset at t = 0")?,
            h1: coefficient("h1", mean, "slope of the drift offset in time")?,
        })
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> AffineInTime<R> {
        let Self { k0, k1, g0, g1, h0, h1 } = *self;
        AffineInTime { k0: f(k0), k1: f(k1), g0: f(g0), g1: f(g1), h0: f(h0), h1: f(h1) }
    }

    /// The affine drift at `t`.
    pub fn drift(&self, t: S) -> Affine<S> {
        Affine { slope: -(self.k0 + self.k1 * t), offset: self.h0 + self.h1 * t }
    }

    /// The squared diffusion coefficient at `t`.
    pub fn noise(&self, t: S) -> S {
        (self.g0 + self.g1 * t).square()
    }
}

impl AffineInTime<Ball> {
    /// `m_t = φ_t m₀ + ∫₀ᵗ (φ_t/φ_s) c_s ds`, to about this many significant digits.
    pub fn mean(&self, t: Ball, m0: Ball, digits: usize) -> Ball {
        Propagation::new(1, [self.k0, self.k1], [self.h0, self.h1], t).end(m0, digits)
    }

    /// `v_t = φ_t² v₀ + ∫₀ᵗ (φ_t/φ_s)² G_s ds`, to about this many significant digits.
    pub fn variance(&self, t: Ball, v0: Ball, digits: usize) -> Ball {
        Propagation::new(2, [self.k0, self.k1], [self.g0, self.g1], t).end(v0, digits)
    }
}

/// `z′ = −p(k₀ + k₁s) z + (f₀ + f₁s)ᵖ` on `[0, t]` in the clock `u = s/t`: with `E(u) = au + bu²`,
/// `z_t = e^{−E(1)} z₀ + t ∫₀¹ e^{E(u) − E(1)} f(u)ᵖ du`. The mean of an SDE has `p = 1`, the variance `p = 2`.
struct Propagation {
    power: i32,
    duration: Ball,
    /// `a` and `b`.
    exponent: [Ball; 2],
    /// The force, divided by its largest value.
    force: [Ball; 2],
    /// The largest value of the force.
    scale: Ball,
    /// Where `E` is largest, near enough: there the integrand is divided by its exponential.
    peak: f64,
}

impl Propagation {
    fn new(power: i32, [k0, k1]: [Ball; 2], [f0, f1]: [Ball; 2], t: Ball) -> Self {
        let exponent = [k0 * t * i64::from(power), k1 * t.square() * i64::from(power) / 2];
        let [a, b] = exponent.map(|c| c.to_f64());
        let height = |u: &f64| a * u + b * u * u;
        let stationary = Some(-a / (2.0 * b)).filter(|u| (0.0..=1.0).contains(u));
        let peak = [0.0, 1.0].into_iter().chain(stationary).max_by(|u, v| height(u).total_cmp(&height(v)));
        let largest = Ball::point(f0.hull(&-f0).hull(&(f0 + f1 * t)).mag());
        let scale = if largest.certainly_positive() { largest } else { Ball::one() };
        Self { power, duration: t, exponent, force: [f0 / scale, f1 * t / scale], scale, peak: peak.unwrap_or(0.0) }
    }

    /// The end of the solution that starts at `start`. The quadrature is repeated ever more narrowly until the digits are
    /// there, or the arithmetic has no more.
    fn end(&self, start: Ball, digits: usize) -> Ball {
        const LAST_RADIUS: f64 = 1e-68;
        let [a, b] = self.exponent;
        let peak = Ball::from(Interval::point(self.peak));
        let decayed = (-(a + b)).exp() * start;
        let factor = self.duration * self.scale.powi(self.power) * ((peak - 1) * (a + b * (peak + 1))).exp();
        let panel = |c: Ball| Panel::constant(c.to_f64_interval());
        let (exponent, force) = (self.exponent.map(panel), self.force.map(panel));
        let mut radius = 1e-8;
        loop {
            let integral = integrate(
                &|u| integrand(self.power, self.exponent, self.force, peak, u),
                &|u| integrand(self.power, exponent, force, panel(peak), u),
                Ball::zero(),
                Ball::one(),
                radius,
            );
            let end = decayed + factor * integral;
            let wanted = Ball::point(end.mig()) * Ball::int(10).powi(-(digits.min(99) as i32));
            if end.radius() <= wanted.lo() || radius < LAST_RADIUS || !end.is_finite() {
                return end;
            }
            let needed = wanted / factor / 10;
            radius = needed.to_f64_interval().mig().clamp(radius * 1e-30, radius * 1e-4);
        }
    }
}

/// `e^{E(u) − E(peak)} f(u)ᵖ`.
fn integrand<S: Scalar>(power: i32, [a, b]: [S; 2], [f0, f1]: [S; 2], peak: S, u: S) -> S {
    ((u - peak) * (a + b * (u + peak))).exp() * (f0 + f1 * u).powi(power)
}
