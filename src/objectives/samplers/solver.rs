//! The solvers of the probability flow that have names.

use super::{Form, Multistep, Prediction, Singlestep, Stages};
use crate::numbers::Scalar;
use crate::worlds::{Level, Oracle};

/// The names, with `r_1 = 1/2` in order two, `r_1 = 1/3`, `r_2 = 2/3` in order three, and the usual start.
pub const SOLVERS: &[&str] = &[
    "ddim",
    "dpm-solver-2",
    "dpm-solver-3",
    "dpm-solver++2s",
    "dpm-solver++3s",
    "dpm-solver++2m",
    "dpm-solver++3m-as-circulated",
    "dpm-solver++3m",
];

/// A solver of the probability flow.
#[derive(Debug, Clone, Copy)]
pub enum Solver<S> {
    /// One that asks several times a step.
    Singlestep(Singlestep<S>),
    /// One that asks once a step and remembers.
    Multistep(Multistep<S>),
}

impl<S: Scalar> Solver<S> {
    /// The solver with one of the names of [`SOLVERS`]; `ddim` for any other.
    pub fn named(name: &str) -> Self {
        let single = |prediction, stages| Self::Singlestep(Singlestep { prediction, stages });
        match name {
            "dpm-solver-2" => single(Prediction::Noise, Stages::second()),
            "dpm-solver-3" => single(Prediction::Noise, Stages::third()),
            "dpm-solver++2s" => single(Prediction::Data, Stages::second()),
            "dpm-solver++3s" => single(Prediction::Data, Stages::third()),
            "dpm-solver++2m" => Self::Multistep(Multistep::data(2)),
            "dpm-solver++3m-as-circulated" => Self::Multistep(Multistep::data(3)),
            "dpm-solver++3m" => Self::Multistep(Multistep { kappa: S::int(2), ..Multistep::data(3) }),
            // With the predicted data nothing cancels.
            _ => single(Prediction::Data, Stages::First),
        }
    }

    /// The state after steps from each level to the next, noisy to clean; `between` is the level of a half log-SNR.
    pub fn run(&self, levels: &[Level<S>], oracle: &Oracle<S>, between: impl Fn(S) -> Level<S>) -> Form<S> {
        match self {
            Self::Singlestep(solver) => solver.run(levels, oracle, between),
            Self::Multistep(solver) => solver.run(levels, oracle),
        }
    }

    /// The same after a past on the exact flow, at these earlier levels, oldest first; a singlestep solver has none.
    pub fn run_after_exact(
        &self,
        earlier: &[Level<S>],
        levels: &[Level<S>],
        oracle: &Oracle<S>,
        between: impl Fn(S) -> Level<S>,
    ) -> Form<S> {
        match (self, levels.first()) {
            (Self::Multistep(solver), Some(now)) => {
                solver.run_after(solver.exact_past(earlier, now, oracle), levels, oracle)
            }
            _ => self.run(levels, oracle, between),
        }
    }
}
