//! The exact score plus a shift that depends on time alone: the model keeps the data's variance and loses its mean.

use super::{Affine, Clock, Gaussian, Process, Schedule};
use crate::numbers::{Ball, Field, Panel, Scalar, integrate};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// Gaussian data, score `∇log q_t + b_t`, prior `q_T`, at one time. The model is `N(m_t + n_t, v_t)` with
/// `n_t = R_t φ_t ∫_t^T G b/(Rφ)`, `R = v/(φ² v₀)`. Source: `huang2021`.
#[derive(Debug, Clone, Copy)]
pub struct ShiftedScore<S> {
    /// The law of the data at time 0.
    pub start: Gaussian<S>,
    /// The shift `b_t`.
    pub shift: S,
    /// `∫_t^T G b/(Rφ)`, what the shift will have done to the mean until the end.
    pub ahead: S,
}

impl<S: Scalar> ShiftedScore<S> {
    /// The data law at this time.
    pub fn data(&self, clock: &Clock<S>) -> Gaussian<S> {
        clock.diffuse(&self.start)
    }

    /// The model's score.
    pub fn score(&self, clock: &Clock<S>) -> Affine<S> {
        self.data(clock).score().plus(&Affine { slope: S::zero(), offset: self.shift })
    }

    /// `Rφ = v/(φ v₀)`.
    fn contraction(&self, clock: &Clock<S>) -> S {
        self.data(clock).variance / (clock.phi * self.start.variance)
    }

    /// The rate of what is ahead, `−G b/(Rφ)`.
    pub fn ahead_rate(&self, clock: &Clock<S>) -> S {
        -clock.noise * self.shift * clock.phi * self.start.variance / self.data(clock).variance
    }

    /// The model's law at this time.
    pub fn model(&self, clock: &Clock<S>) -> Gaussian<S> {
        let Gaussian { mean, variance } = self.data(clock);
        Gaussian { mean: mean + self.contraction(clock) * self.ahead, variance }
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> ShiftedScore<R> {
        ShiftedScore { start: self.start.map(&f), shift: f(self.shift), ahead: f(self.ahead) }
    }
}

parameters! {
    /// Unit VP with a constantly shifted score `s = −y + b₀`; data and prior `N(0, 1)`. Times are `Λ`, from 0 to `L`.
    UnitShift {
        b0: real "the shift of the score",
        L: positive "the integral of beta over the process",
    }
}

impl<S: Scalar> UnitShift<S> {
    /// The model's score.
    pub fn score(&self) -> Affine<S> {
        Affine { slope: S::int(-1), offset: self.b0 }
    }

    /// The model's law at `Λ`: `N(2b₀(1 − e^{−r/2}), 1)` with `r = L − Λ` to go.
    pub fn model(&self, lambda: S) -> Gaussian<S> {
        Gaussian::new(-self.b0 * ((lambda - self.L) / 2).exp_m1() * 2, S::one())
    }

    /// The gap collected between `Λ` and the end: `(b₀²/2)[r − 4(1 − e^{−r/2})²]` with `r = L − Λ`.
    pub fn gap(&self, lambda: S) -> S {
        let to_go = self.L - lambda;
        self.b0.square() / 2 * (to_go - (-to_go / 2).exp_m1().square() * 4)
    }

    /// `ELBO(x)`, in nats.
    pub fn elbo(&self, x: S) -> S {
        self.model(S::zero()).log_density(x) - self.gap(S::zero())
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> UnitShift<R> {
        UnitShift { b0: f(self.b0), L: f(self.L) }
    }
}

/// Linear-β VP, data `N(0, v₀)`, the score shifted by `b(t) = b₀ + b₁t`, prior `q_T`; times in units of `T`.
#[derive(Debug)]
pub struct LinearShift<S> {
    process: Process<S>,
    v0: S,
    /// The shift at time 0, and its change until `T`.
    shift: [S; 2],
}

impl<S: Scalar> Parameters<S> for LinearShift<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let start = source.real("be0", Domain::NonNegative, "beta at t = 0")?;
        let end = source.real("be1", Domain::NonNegative, "beta at t = T")?;
        source.not_all_zero(&["be0", "be1"])?;
        let horizon = source.real("T", Domain::Positive, "the end of the process")?;
        let schedule = Schedule::VpLinear { b0: start * horizon, b1: end * horizon };
        Ok(Self {
            process: Process::new(schedule, S::one()),
            v0: source.real("v0", Domain::Positive, "data variance v_0, data N(0, v_0)")?,
            shift: [
                source.real("b0", Domain::Real, "the shift of the score at t = 0")?,
                source.real("b1", Domain::Real, "the slope of the shift in time")? * horizon,
            ],
        })
    }
}

impl<S: Scalar> LinearShift<S> {
    /// The rates of `∫G b²` and of the mean in units of `√v₀`, `∫G b/(Rφ)/√v₀`, where `t = a(eᵘ − 1)`; shifts in units of
    /// `scale`. In `u` the integrands vary at the rate of one even where `v₀` is tiny and the score changes within a time
    /// of about `a`.
    fn rates(&self, unit: S, scale: S, u: S) -> [S; 2] {
        let t = unit * u.exp_m1();
        let clock = self.process.at(t);
        let shift = (self.shift[0] + self.shift[1] * t) / scale;
        let world = ShiftedScore { start: Gaussian::centred(self.v0), shift, ahead: S::zero() };
        let speed = unit * u.exp();
        [clock.noise * shift.square() * speed, -world.ahead_rate(&clock) / self.v0.sqrt() * speed]
    }
}

impl LinearShift<Ball> {
    /// The gap `½∫G(b − n/v)²`, to about this many significant digits: what the shift costs on average, `½∫Gb²`, less the
    /// divergence `n₀²/(2v₀)` of data from model. `over_panel` are the same parameters in the reading of remainders.
    pub fn gap(&self, over_panel: &LinearShift<Panel>, digits: usize) -> Ball {
        const LAST_RADIUS: f64 = 1e-68;
        let Schedule::VpLinear { b0, b1 } = *self.process.schedule() else { return Ball::whole() };
        let largest = |a: Ball, b: Ball| Ball::point(a.hull(&-a).hull(&b).hull(&-b).mag());
        let scale = largest(self.shift[0], self.shift[0] + self.shift[1]);
        let scale = if scale.certainly_positive() { scale } else { Ball::one() };
        let unit = self.unit(b0, b1);
        let end = (unit.recip()).ln_1p();
        let panel = |c: Ball| Panel::constant(c.to_f64_interval());
        let integral = |which: usize, radius: f64| {
            integrate(
                &|u| self.rates(unit, scale, u)[which],
                &|u| over_panel.rates(panel(unit), panel(scale), u)[which],
                Ball::zero(),
                end,
                radius,
            )
        };
        let noise = ((b0 + b1) / 2).to_f64();
        let mut relative = 1e-8;
        loop {
            let [energy, mean] = [0, 1].map(|which| integral(which, relative * noise));
            let gap = scale.square() * (energy - mean.square()) / 2;
            let wanted = Ball::point(gap.mig()) * Ball::int(10).powi(-(digits.min(99) as i32));
            if gap.radius() <= wanted.lo() || relative < LAST_RADIUS || !gap.is_finite() {
                return gap;
            }
            relative *= 1e-15;
        }
    }

    /// The time, in units of `T`, at which `Λ` reaches the variance of the data, but at most 1. Any positive number would
    /// do; this one keeps the integrands tame.
    fn unit(&self, b0: Ball, b1: Ball) -> Ball {
        let discriminant = b0.square() + (b1 - b0) * self.v0 * 2;
        let reached = self.v0 * 2 / (b0 + discriminant.sqrt());
        let inside = reached.certainly_positive() && reached.certainly_le(&Ball::one());
        if inside { Ball::point(reached.midpoint()) } else { Ball::one() }
    }
}
