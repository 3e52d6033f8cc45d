//! The log-weight of a discretised path: a quadratic function of Gaussian increments, with its exact mean and variance.

use crate::numbers::{Field, Scalar};
use crate::worlds::{Affine, Clock, Gaussian, Transition};

/// The function `y ↦ level + offset·y + ½ slope·y²`, by its value at 0 and its gradient.
#[derive(Debug, Clone, Copy)]
pub struct Quadratic<S> {
    /// The value at `y = 0`.
    pub level: S,
    /// The gradient `y ↦ slope·y + offset`.
    pub gradient: Affine<S>,
}

impl<S: Scalar> Quadratic<S> {
    /// The log-density of a Gaussian law.
    pub fn log_density(law: &Gaussian<S>) -> Self {
        Self { level: law.log_density(S::zero()), gradient: law.score() }
    }

    /// `c·(slope·y + offset)²`.
    pub fn square(c: S, affine: &Affine<S>) -> Self {
        Self { level: c * affine.offset.square(), gradient: affine.scale(c * affine.slope * 2) }
    }

    /// `E q(Y)` for `Y` with the moments of `law`.
    pub fn mean(&self, law: &Gaussian<S>) -> S {
        self.value(law.mean) + self.gradient.slope * law.variance / 2
    }

    /// `Var q(Y)` for Gaussian `Y`.
    pub fn variance(&self, law: &Gaussian<S>) -> S {
        let bend = self.gradient.slope * law.variance;
        self.gradient.value(law.mean).square() * law.variance + bend.square() / 2
    }
}

impl<S: Field> Quadratic<S> {
    /// The value at `y`.
    pub fn value(&self, y: S) -> S {
        self.level + (self.gradient.slope * y / 2 + self.gradient.offset) * y
    }

    /// The sum of two.
    pub fn plus(&self, other: &Self) -> Self {
        Self { level: self.level + other.level, gradient: self.gradient.plus(&other.gradient) }
    }

    /// The difference of two.
    pub fn minus(&self, other: &Self) -> Self {
        Self { level: self.level - other.level, gradient: self.gradient.minus(&other.gradient) }
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Quadratic<R> {
        Quadratic { level: f(self.level), gradient: self.gradient.map(f) }
    }
}

/// A step `Y′ = factor·Y + offset + ξ` and what it adds to the log-weight: `still(Y) + noise(Y) ξ + ½ bend ξ²`.
#[derive(Debug, Clone, Copy)]
pub struct WeightedStep<S> {
    /// The law of the step; its variance is that of `ξ`.
    pub transition: Transition<S>,
    /// Added whatever the noise.
    pub still: Quadratic<S>,
    /// The coefficient of `ξ`.
    pub noise: Affine<S>,
    /// Twice the coefficient of `ξ²`.
    pub bend: S,
}

/// The variance that a step adds, `variance·(first + second·variance)`.
#[derive(Debug, Clone, Copy)]
pub struct StepVariance<S> {
    /// `E[(∂_ξ)²]`, the mean square of the coefficient of `ξ` in everything that follows.
    pub first: S,
    /// Half the squared coefficient of `½ξ²` in everything that follows.
    pub second: S,
    /// `Var ξ`.
    pub noise: S,
}

impl<S: Field> StepVariance<S> {
    /// The variance itself.
    pub fn total(&self) -> S {
        self.noise * (self.first + self.second * self.noise)
    }
}

impl<S: Scalar> WeightedStep<S> {
    /// An Euler step of length `h` of the noising SDE at this time, weighted for the plug-in model with the score `s` at
    /// `λ = 0`: `−h(∇·μ + ½ G s²) − ito · s ξ`. The right weight has `ito = 1`: a left-point sum of `∫ a dB`.
    pub fn euler(clock: &Clock<S>, score: &Affine<S>, h: S, ito: S) -> Self {
        let divergence = clock.noise * score.slope - clock.alpha;
        let energy = Quadratic::square(-h * clock.noise / 2, score);
        Self {
            transition: Self::forward(clock, h),
            still: Quadratic { level: energy.level - h * divergence, ..energy },
            noise: score.scale(-ito),
            bend: S::zero(),
        }
    }

    /// The same step weighted by transition densities, `log p(y | y′) − log q(y′ | y)`, with the decoder
    /// `N(y′ + h μ(y′), G h)` of the score `s` at the end of the step.
    pub fn by_densities(clock: &Clock<S>, score: &Affine<S>, h: S) -> Self {
        let transition = Self::forward(clock, h);
        let pull = score.scale(clock.noise).minus(&clock.sde().0).scale(h);
        let back = pull.slope + 1;
        // y − decoder mean = (1 − back·factor) y − (back·offset + pull.offset) − back·ξ
        let missed =
            Affine { slope: S::int(1) - back * transition.factor, offset: -(back * transition.offset + pull.offset) };
        let precision = transition.variance.recip();
        Self {
            transition,
            still: Quadratic::square(-precision / 2, &missed),
            noise: missed.scale(back * precision),
            bend: (S::int(1) - back.square()) * precision,
        }
    }

    /// The same step with the weight less another's: what a *twin*, another score along the same path, leaves as a control variate.
    pub fn minus(&self, twin: &Self) -> Self {
        Self {
            transition: self.transition,
            still: self.still.minus(&twin.still),
            noise: self.noise.minus(&twin.noise),
            bend: self.bend - twin.bend,
        }
    }

    fn forward(clock: &Clock<S>, h: S) -> Transition<S> {
        Transition { factor: h * clock.alpha + 1, offset: h * clock.offset, variance: h * clock.noise }
    }

    /// What the step and everything after it add on average, given the start, if `later` says that of what comes after.
    pub fn expected(&self, later: &Quadratic<S>) -> Quadratic<S> {
        let Transition { factor, offset, variance } = self.transition;
        let carried = Quadratic {
            level: later.mean(&self.transition.from(S::zero())) + self.bend * variance / 2,
            gradient: Affine { slope: later.gradient.slope * factor, offset: later.gradient.value(offset) }
                .scale(factor),
        };
        self.still.plus(&carried)
    }

    /// What the noise of the step adds to the variance, for starts with the moments of `law`.
    pub fn variance(&self, later: &Quadratic<S>, law: &Gaussian<S>) -> StepVariance<S> {
        let Transition { factor, offset, variance } = self.transition;
        let ahead = Affine { slope: later.gradient.slope * factor, offset: later.gradient.value(offset) };
        StepVariance {
            first: self.noise.plus(&ahead).mean_square(law),
            second: (self.bend + later.gradient.slope).square() / 2,
            noise: variance,
        }
    }
}

/// The exact mean and variance of `last(Y_n) + Σ steps` from a start with this law: a recursion backwards for what is
/// expected, forwards for the law of the state. The noise terms of different steps, and what the start adds, are uncorrelated.
pub fn moments<S: Scalar>(steps: &[WeightedStep<S>], last: Quadratic<S>, start: Gaussian<S>) -> (S, S) {
    let mut laws = vec![start];
    laws.extend(steps.iter().scan(start, |law, step| {
        *law = step.transition.apply(law);
        Some(*law)
    }));
    let (expected, variance) = steps.iter().zip(&laws).rev().fold((last, S::zero()), |(later, sum), (step, law)| {
        (step.expected(&later), sum + step.variance(&later, law).total())
    });
    (expected.mean(&start), variance + expected.variance(&start))
}
