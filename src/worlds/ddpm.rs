//! Discrete noise schedules: the betas of a chain.

use super::{Descent, Level, Oracle, Rung, Transition};
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// A discrete variance-preserving process `z_t = √(1 − β_t) z_{t−1} + √β_t ε`, `t = 1, …, T`. Source: `ho2020`.
#[derive(Debug, Clone)]
pub struct Ddpm<S> {
    /// `β_1, …, β_T`, each between 0 and 1.
    pub betas: Vec<S>,
}

/// More steps are refused: an enclosure takes some ten microseconds for each.
const MOST_STEPS: u32 = 100_000;

impl<S: Scalar> Ddpm<S> {
    /// `β_t = β_1 + (β_T − β_1)(t − 1)/(T − 1)`; `β_1` alone if `T = 1`.
    pub fn linear(first: S, last: S, steps: u32) -> Self {
        let gaps = i64::from(steps.max(2)) - 1;
        Self { betas: (0..i64::from(steps)).map(|i| first + (last - first) * i / gaps).collect() }
    }

    /// `√β_t` goes linearly from `√β_1` to `√β_T`.
    pub fn quadratic(first: S, last: S, steps: u32) -> Self {
        let roots = Self::linear(first.sqrt(), last.sqrt(), steps);
        Self { betas: roots.betas.into_iter().map(|root| root.square()).collect() }
    }

    /// The betas of a process that passes through these levels, the cleanest first: `β = 1 − ᾱ_t/ᾱ_{t−1}`.
    pub fn through(levels: &[Level<S>]) -> Self {
        let first = levels.first().map(|level| S::int(1) - level.alpha.square());
        let later = levels.windows(2).map(|pair| Rung::between(pair[1], pair[0]).forward.variance);
        Self { betas: first.into_iter().chain(later).collect() }
    }

    /// The level at each `t = 1, …, T`: `α = √ᾱ_t`, `ᾱ_t = Π(1 − β_i)`, and `σ² = 1 − ᾱ_t` by `σ² ← (1 − β)σ² + β`, in which
    /// nothing cancels.
    pub fn levels(&self) -> Vec<Level<S>> {
        let mut state = (S::one(), S::zero());
        let squares = self.betas.iter().map(|beta| {
            let kept = S::int(1) - *beta;
            state = (state.0 * kept, state.1 * kept + *beta);
            state
        });
        squares.map(|(alpha, sigma)| Level { alpha: alpha.sqrt(), sigma: sigma.sqrt() }).collect()
    }

    /// From `x_T` down to `x_1`, and to the data.
    pub fn descent(&self) -> Descent<S> {
        let levels = self.levels();
        let rungs = levels.windows(2).zip(self.betas.iter().skip(1)).rev().map(|(pair, beta)| {
            let factor = (S::int(1) - *beta).sqrt();
            Rung { noisy: pair[1], clean: pair[0], forward: Transition { factor, offset: S::zero(), variance: *beta } }
        });
        Descent { rungs: rungs.collect(), last: levels.first().copied() }
    }
}

impl<S: Scalar> Parameters<S> for Ddpm<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let schedule = source.choice("schedule", &["linear", "quad"], false, "how the betas grow")?;
        let first = source.real("beta_1", Domain::Fraction, "the first beta")?;
        let last = source.real("beta_T", Domain::Fraction, "the last beta; without effect if T = 1")?;
        let steps = source.count("T", "the number of steps, at most 100000")?;
        at_most(steps, "T")?;
        Ok(if schedule == "linear" { Self::linear(first, last, steps) } else { Self::quadratic(first, last, steps) })
    }
}

/// A chain and Gaussian data.
#[derive(Debug, Clone)]
pub struct DdpmPoint<S> {
    /// The chain.
    pub schedule: Ddpm<S>,
    /// The exact network on the data.
    pub oracle: Oracle<S>,
}

impl<S: Scalar> Parameters<S> for DdpmPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        let mu = source.real("mu", Domain::Real, "data mean")?;
        Ok(Self { schedule: Ddpm::read(source)?, oracle: Oracle::new(mu, s) })
    }
}

/// Refuses more steps than a sampler is followed for.
pub(super) fn at_most(steps: u32, name: &str) -> Result<(), InputError> {
    if steps <= MOST_STEPS {
        return Ok(());
    }
    let why =
        format!("parameter `{name}` is {steps}, but a sampler is followed step by step for at most {MOST_STEPS} steps");
    Err(InputError::Condition(format!("{why}; give fewer")))
}
