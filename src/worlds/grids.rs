//! The levels at which samplers are asked to stop: uniform in the half log-signal-to-noise ratio, or in a root of `σ`.

use super::ddpm::at_most;
use super::{Descent, Level, Oracle};
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// `λ_i = λ_0 + (i/N)(λ_N − λ_0)`, `i = 0, …, N`, with `λ = ln(α/σ)`, HALF the log-signal-to-noise ratio. Source: `lu2022dpm`.
#[derive(Debug, Clone, Copy)]
pub struct LambdaGrid<S> {
    /// The half log-signal-to-noise ratio `λ_0` at the start, the noisier end.
    pub start: S,
    /// The same at the end, `λ_N > λ_0`.
    pub end: S,
    /// The number of steps `N`.
    pub steps: u32,
}

impl<S: Scalar> LambdaGrid<S> {
    /// `λ_i`; the ends are exact.
    pub fn lambda(&self, i: u32) -> S {
        let (i, rest) = (i64::from(i), i64::from(self.steps) - i64::from(i));
        (self.start * rest + self.end * i) / i64::from(self.steps)
    }

    /// The variance-preserving levels, the noisiest first.
    pub fn levels(&self) -> Vec<Level<S>> {
        (0..=self.steps).map(|i| Level::variance_preserving(self.lambda(i))).collect()
    }

    /// Down these levels; the last of them has noise.
    pub fn descent(&self) -> Descent<S> {
        Descent::new(&self.levels())
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> LambdaGrid<R> {
        LambdaGrid { start: f(self.start), end: f(self.end), steps: self.steps }
    }
}

impl<S: Scalar> Parameters<S> for LambdaGrid<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let start = source.real("lambda_start", Domain::Real, "half log-SNR at the start, ln(alpha/sigma)")?;
        let end = source.real("lambda_end", Domain::Real, "half log-SNR at the end")?;
        source.ordered("lambda_start", "lambda_end", true)?;
        let steps = source.count("N", "the number of steps, at most 100000")?;
        at_most(steps, "N")?;
        Ok(Self { start, end, steps })
    }
}

/// A uniform grid in the half log-SNR, and Gaussian data.
#[derive(Debug, Clone)]
pub struct GridPoint<S> {
    /// The exact network on the data.
    pub oracle: Oracle<S>,
    /// The grid.
    pub grid: LambdaGrid<S>,
}

impl<S: Scalar> Parameters<S> for GridPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        let mu = source.real("mu", Domain::Real, "data mean")?;
        Ok(Self { oracle: Oracle::new(mu, s), grid: LambdaGrid::read(source)? })
    }
}

/// `σ_i = (σ_max^{1/ρ} + i/(N − 1)(σ_min^{1/ρ} − σ_max^{1/ρ}))^ρ`, `i = 0, …, N − 1`, and then `σ_N = 0`: `N ≥ 2` nodes with
/// noise and `N` intervals. Source: `karras2022`.
#[derive(Debug, Clone, Copy)]
pub struct KarrasGrid<S> {
    /// The last positive `σ`.
    pub sigma_min: S,
    /// The first `σ`.
    pub sigma_max: S,
    /// The number of nodes with noise, `N ≥ 2`.
    pub nodes: u32,
    /// The exponent `ρ > 0`.
    pub rho: S,
}

impl<S: Scalar> KarrasGrid<S> {
    /// `σ` a share `τ` of the way: `σ_max (1 + τ((σ_min/σ_max)^{1/ρ} − 1))^ρ`, without the roots that differ little at large `ρ`.
    pub fn at(&self, share: S) -> S {
        let root = ((self.sigma_min / self.sigma_max).ln() / self.rho).exp_m1();
        self.sigma_max * ((root * share).ln_1p() * self.rho).exp()
    }

    /// `σ_i`, exact at both ends and `σ_N = 0`.
    pub fn sigma(&self, i: u32) -> S {
        match i {
            0 => self.sigma_max,
            i if i + 1 == self.nodes => self.sigma_min,
            i if i >= self.nodes => S::zero(),
            i => self.at(S::int(i64::from(i)) / (i64::from(self.nodes) - 1)),
        }
    }

    /// The nodes with noise, the noisiest first, as levels with `α = 1`.
    pub fn levels(&self) -> Vec<Level<S>> {
        (0..self.nodes).map(|i| Level::exploding(self.sigma(i))).collect()
    }

    /// Down the nodes, and to the data.
    pub fn descent(&self) -> Descent<S> {
        Descent::to_data(&self.levels())
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> KarrasGrid<R> {
        let (sigma_min, sigma_max) = (f(self.sigma_min), f(self.sigma_max));
        KarrasGrid { sigma_min, sigma_max, nodes: self.nodes, rho: f(self.rho) }
    }
}

impl<S: Scalar> Parameters<S> for KarrasGrid<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let sigma_min = source.real("sigma_min", Domain::Positive, "the last positive sigma")?;
        let sigma_max = source.real("sigma_max", Domain::Positive, "the first sigma")?;
        source.ordered("sigma_min", "sigma_max", true)?;
        let nodes = source.count("N", "the number of nodes with sigma > 0, from 2 to 100000")?;
        let rho = source.real("rho", Domain::Positive, "the exponent; 7 in practice")?;
        at_most(nodes, "N")?;
        at_least_two(nodes)?;
        Ok(Self { sigma_min, sigma_max, nodes, rho })
    }
}

/// EDM's nodes, and Gaussian data.
#[derive(Debug, Clone)]
pub struct EdmPoint<S> {
    /// The exact network on the data.
    pub oracle: Oracle<S>,
    /// The nodes.
    pub grid: KarrasGrid<S>,
}

impl<S: Scalar> Parameters<S> for EdmPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        let mu = source.real("mu", Domain::Real, "data mean")?;
        Ok(Self { oracle: Oracle::new(mu, s), grid: KarrasGrid::read(source)? })
    }
}

/// One node would have to be both the largest and the smallest.
fn at_least_two(nodes: u32) -> Result<(), InputError> {
    if nodes > 1 {
        return Ok(());
    }
    let why =
        "parameter `N` is 1, but the nodes go from sigma_max to sigma_min, so there are at least two; give N >= 2";
    Err(InputError::Condition(why.to_owned()))
}
