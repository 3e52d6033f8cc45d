//! The error of one step as a power series in its length `h`, in the half log-signal-to-noise ratio.

use super::{Form, Leap, Multistep, Singlestep, Solver};
use crate::numbers::{Field, Scalar, Taylor};
use crate::worlds::{Level, Oracle};

/// A power series in `h` up to `h⁴`.
pub type Series<S> = Taylor<S, 5>;

/// Around a level with the ratio `n = σ/α`, data of the given variance: the world of one step.
///
/// The state is `y = z/α`, in which no schedule is left. Its error is `ln(A/A_ex)`, with the factor `A` of the step and that of the
/// exact flow, `√(w_b/w_a)`, `w = s + n²`; errors in this sense add up from step to step.
#[derive(Debug, Clone, Copy)]
pub struct LocalError<S> {
    ratio: S,
    oracle: Oracle<Series<S>>,
}

impl<S: Scalar> LocalError<S> {
    /// Around the ratio `n`, with data of variance `s` and any mean.
    pub fn new(ratio: S, variance: S) -> Self {
        Self { ratio, oracle: Oracle::new(Series::zero(), Series::constant(variance)) }
    }

    /// The exact network.
    pub fn oracle(&self) -> &Oracle<Series<S>> {
        &self.oracle
    }

    /// The level so many steps later, `λ_a + lengths·h`.
    pub fn level(&self, lengths: S) -> Level<Series<S>> {
        let h = Series::variable(S::zero());
        Level::exploding(Series::constant(self.ratio) * (-(h * Series::constant(lengths))).exp())
    }

    /// The start and the end of the step.
    pub fn ends(&self) -> [Level<Series<S>>; 2] {
        [self.level(S::zero()), self.level(S::one())]
    }

    /// `ln(A/A_ex)` of a state after the step.
    pub fn of(&self, after: &Form<Series<S>>) -> Series<S> {
        let [a, b] = self.ends();
        (after.start / self.oracle.flow(&a, &b).slope).ln()
    }

    /// The error of a step of a singlestep solver.
    pub fn singlestep(&self, solver: &Singlestep<Series<S>>) -> Series<S> {
        let [a, b] = self.ends();
        let between = |lambda: Series<S>| Level::exploding((-lambda).exp());
        self.of(&solver.step(&Form::initial(), [&a, &b], &self.oracle, between))
    }

    /// The error of a step of a multistep solver with a past on the exact flow; the last step was `r_0 h` long, and the one before
    /// it `r_1 h`. The step divides differences of predictions by `taken_for`, which should be these ratios.
    pub fn multistep(&self, solver: &Multistep<Series<S>>, [r0, r1]: [S; 2], taken_for: [S; 2]) -> Series<S> {
        let [a, b] = self.ends();
        let start = Form::initial();
        let now = start.through(&solver.prediction.at(&self.oracle, &a));
        let past = solver.exact_past(&[self.level(-r0), self.level(-r0 - r1)], &a, &self.oracle);
        let predictions: Vec<_> = [&now].into_iter().chain(past.iter().map(|past| &past.prediction)).collect();
        let leap: Leap<Series<S>> = solver.leap(&a, &b);
        let ratios = taken_for.map(Series::constant);
        self.of(&solver.step(&start, &leap, &predictions[..solver.order], &ratios))
    }

    /// The error of a step of a solver, among steps of one length.
    pub fn solver(&self, solver: &Solver<Series<S>>) -> Series<S> {
        match solver {
            Solver::Singlestep(solver) => self.singlestep(solver),
            Solver::Multistep(solver) => self.multistep(solver, [S::one(); 2], [S::one(); 2]),
        }
    }
}
