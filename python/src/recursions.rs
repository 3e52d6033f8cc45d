//! The exact recursion of a named sampler: what it must return to the last digit that rounding leaves.
//!
//! A sampler runs twice along each eigenvector of the data: in doubles for the value, and in intervals of doubles for what
//! rounding can do to it.

use ouracle::numbers::{Float, Interval, Scalar};
use ouracle::objectives::samplers as s;
use ouracle::objectives::samplers::{Finish, Form, Multistep, SOLVERS, Solver, Spread};
use ouracle::worlds::{Descent, Level, Oracle, Rung, Transition};

/// Samplers that know only the level where a step starts and the one where it ends.
pub const ONE_STEP: &[&str] =
    &["ddim", "ancestral-posterior", "ancestral-forward", "sde-dpm-solver++1", "euler", "heun", "midpoint"];

/// Multistep samplers that no solver of the flow is named after.
pub const MULTISTEP: &[&str] = &["dpm-solver-2m", "dpm-solver-3m", "sde-dpm-solver++2m", "sde-dpm-solver++3m"];

/// Which recursion, with what it leaves to choose.
pub struct Recursion<'a> {
    pub name: &'a str,
    /// The amount of noise, of samplers that have one.
    pub eta: f64,
    /// What multiplies the second difference of third-order multistep samplers.
    pub kappa: Option<i64>,
    pub finish: Finish,
}

impl Recursion<'_> {
    /// Whether a sampler has this name.
    pub fn is_known(&self) -> bool {
        [ONE_STEP, MULTISTEP, SOLVERS].concat().contains(&self.name)
    }

    /// The law of the end given the start, in the reading `S`; `steps` are pairs of levels, noisy to clean.
    fn read<S: Scalar>(&self, steps: &[[Level<S>; 2]], oracle: &Oracle<S>, to_data: bool, eta: S) -> Transition<S> {
        if ONE_STEP.contains(&self.name) {
            let split = steps.len() - usize::from(to_data);
            let rungs = steps[..split].iter().map(|[noisy, clean]| Rung::between(*noisy, *clean)).collect();
            let descent = Descent { rungs, last: steps[split..].last().map(|[noisy, _]| *noisy) };
            return self.one_step(&descent, oracle, eta);
        }
        let levels: Vec<_> =
            steps.first().map(|[noisy, _]| *noisy).into_iter().chain(steps.iter().map(|[_, clean]| *clean)).collect();
        self.solver(&levels, oracle, eta).transition()
    }

    fn one_step<S: Scalar>(&self, descent: &Descent<S>, oracle: &Oracle<S>, eta: S) -> Transition<S> {
        match self.name {
            "ancestral-posterior" => s::ancestral(descent, oracle, Spread::Posterior),
            "ancestral-forward" => s::ancestral(descent, oracle, Spread::Forward),
            "sde-dpm-solver++1" => s::exponential(descent, oracle),
            "euler" => s::euler_sigma(descent, oracle),
            "heun" => s::heun(descent, oracle),
            "midpoint" => s::two_stage(descent, oracle, S::ratio(1, 2)),
            _ => s::ddim(descent, oracle, eta),
        }
    }

    fn solver<S: Scalar>(&self, levels: &[Level<S>], oracle: &Oracle<S>, eta: S) -> Form<S> {
        let multistep = match self.name {
            "dpm-solver-2m" => Multistep::noise(2),
            "dpm-solver-3m" => Multistep::noise(3),
            "sde-dpm-solver++2m" => Multistep::stochastic(2, eta),
            "sde-dpm-solver++3m" => Multistep::stochastic(3, eta),
            name => match Solver::named(name) {
                Solver::Multistep(solver) => solver,
                // The scale of the states between two levels does not matter.
                single => return single.run(levels, oracle, Level::variance_preserving),
            },
        };
        let kappa = self.kappa.map_or(multistep.kappa, S::int);
        Multistep { kappa, finish: self.finish, ..multistep }.run(levels, oracle)
    }

    /// Factor, offset and variance along one eigenvector, each with the radius that rounding explains.
    pub fn along(&self, steps: &[[Level<Float>; 2]], oracle: &Oracle<Float>, to_data: bool) -> [(f64, f64); 3] {
        let value = self.read(steps, oracle, to_data, Float(self.eta));
        let wide = |x: Float| Interval::point(x.0);
        let steps: Vec<_> = steps.iter().map(|pair| pair.map(|level| level.map(wide))).collect();
        let oracle = Oracle { data: oracle.data.map(wide) };
        let range = self.read(&steps, &oracle, to_data, wide(Float(self.eta)));
        let pair = |value: Float, range: Interval<f64>| (value.0, range.hi() - range.lo());
        [pair(value.factor, range.factor), pair(value.offset, range.offset), pair(value.variance, range.variance)]
    }
}
