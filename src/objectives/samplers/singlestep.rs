//! Singlestep solvers: DPM-Solver-1, -2, -3 with the predicted noise, and DPM-Solver++(1), (2S), (3S) with the predicted data.
//!
//! The two families are one code with two [`Prediction`]s. A step of order `k` asks the network `k` times.

use super::{Form, Leap, Prediction};
use crate::numbers::Scalar;
use crate::worlds::{Level, Oracle};

/// A step of order two from `a` to `b` over a level between them:
/// `z_1 = keep z_a + …f_a`, `z_b = keep z_a + w_1 f_a + correction·(f_1 − f_a)`. Source: `lu2022dpm`.
#[derive(Debug, Clone, Copy)]
pub struct SecondOrder<S> {
    /// Where the network is asked first, and second.
    pub stages: [Level<S>; 2],
    /// The leap to the second of them.
    pub inner: Leap<S>,
    /// The leap to the end.
    pub whole: Leap<S>,
    /// What multiplies the difference of the predictions.
    pub correction: S,
}

impl<S: Scalar> SecondOrder<S> {
    /// The step over `[a, 1, b]` with `r_1 = (λ_1 − λ_a)/h`: the correction is `w_1/(2r_1)`.
    pub fn new(prediction: Prediction, [a, mid, b]: [&Level<S>; 3], r1: S) -> Self {
        let (inner, whole) = (Leap::flow(prediction, a, mid), Leap::flow(prediction, a, b));
        Self { stages: [*a, *mid], inner, whole, correction: whole.weight(1) / (r1 * 2) }
    }

    /// The variant that takes the slope of the prediction for exact, `w_2/r_1`.
    pub fn taylor(prediction: Prediction, levels: [&Level<S>; 3], r1: S) -> Self {
        let step = Self::new(prediction, levels, r1);
        Self { correction: step.whole.weight(2) / r1, ..step }
    }

    /// The state after the step.
    pub fn step(&self, prediction: Prediction, oracle: &Oracle<S>, state: &Form<S>) -> Form<S> {
        let [first, second] = self.stages.map(|level| prediction.at(oracle, &level));
        let start = state.through(&first);
        let middle = self.inner.carry(state, &start).through(&second);
        self.whole.carry(state, &start).plus(&middle.minus(&start).scale(self.correction))
    }
}

/// A step of order three from `a` to `b` over two levels between them:
/// `z_2 = keep z_a + w_1 f_a + middle·(f_1 − f_a)`, `z_b = keep z_a + w_1 f_a + end·(f_2 − f_a)`. Source: `lu2022dpm`.
#[derive(Debug, Clone, Copy)]
pub struct ThirdOrder<S> {
    /// Where the network is asked.
    pub stages: [Level<S>; 3],
    /// The leaps to the second and the third of them, and to the end.
    pub leaps: [Leap<S>; 3],
    /// What multiplies the difference of the first two predictions on the way to the third.
    pub middle: S,
    /// What multiplies the difference of the first and the third at the end.
    pub end: S,
}

impl<S: Scalar> ThirdOrder<S> {
    /// The step over `[a, 1, 2, b]` with `r_i = (λ_i − λ_a)/h`: `middle = (r_2/r_1) w_2` of the leap over `r_2h`, `end = w_2/r_2`.
    pub fn new(prediction: Prediction, [a, one, two, b]: [&Level<S>; 4], [r1, r2]: [S; 2]) -> Self {
        let leaps = [one, two, b].map(|to| Leap::flow(prediction, a, to));
        Self { stages: [*a, *one, *two], leaps, middle: leaps[1].weight(2) * r2 / r1, end: leaps[2].weight(2) / r2 }
    }

    /// The state after the step.
    pub fn step(&self, prediction: Prediction, oracle: &Oracle<S>, state: &Form<S>) -> Form<S> {
        let [first, second, third] = self.stages.map(|level| prediction.at(oracle, &level));
        let start = state.through(&first);
        let one = self.leaps[0].carry(state, &start).through(&second);
        let two = self.leaps[1].carry(state, &start).plus(&one.minus(&start).scale(self.middle)).through(&third);
        self.leaps[2].carry(state, &start).plus(&two.minus(&start).scale(self.end))
    }
}

/// How a singlestep solver fills its steps; `0 < r_1 < r_2 ≤ 1` say where, in the half log-SNR.
#[derive(Debug, Clone, Copy)]
pub enum Stages<S> {
    /// DPM-Solver-1, which is DDIM.
    First,
    /// Order two; `r_1 = 1/2` in the usual code.
    Second {
        /// Where the network is asked again.
        r1: S,
        /// The variant [`SecondOrder::taylor`].
        taylor: bool,
    },
    /// Order three; `r_1 = 1/3`, `r_2 = 2/3` in the usual code.
    Third {
        /// Where the network is asked again.
        r1: S,
        /// Where it is asked for the third time.
        r2: S,
    },
}

impl<S: Scalar> Stages<S> {
    /// Order two with `r_1 = 1/2`.
    pub fn second() -> Self {
        Self::Second { r1: S::ratio(1, 2), taylor: false }
    }

    /// Order three with `r_1 = 1/3`, `r_2 = 2/3`.
    pub fn third() -> Self {
        Self::Third { r1: S::ratio(1, 3), r2: S::ratio(2, 3) }
    }
}

/// A singlestep solver.
#[derive(Debug, Clone, Copy)]
pub struct Singlestep<S> {
    /// What it asks for.
    pub prediction: Prediction,
    /// How often, and where.
    pub stages: Stages<S>,
}

impl<S: Scalar> Singlestep<S> {
    /// The state after a step; `between` is the level of a half log-SNR on the schedule, at which the network is asked.
    pub fn step(
        &self,
        state: &Form<S>,
        [a, b]: [&Level<S>; 2],
        oracle: &Oracle<S>,
        between: impl Fn(S) -> Level<S>,
    ) -> Form<S> {
        let prediction = self.prediction;
        let part = |r: S| {
            let start = a.half_log_snr();
            between(start + (b.half_log_snr() - start) * r)
        };
        match self.stages {
            Stages::First => Leap::flow(prediction, a, b).carry(state, &state.through(&prediction.at(oracle, a))),
            Stages::Second { r1, taylor } => {
                let levels = [a, &part(r1), b];
                let step = if taylor {
                    SecondOrder::taylor(prediction, levels, r1)
                } else {
                    SecondOrder::new(prediction, levels, r1)
                };
                step.step(prediction, oracle, state)
            }
            Stages::Third { r1, r2 } => {
                let levels = [a, &part(r1), &part(r2), b];
                ThirdOrder::new(prediction, levels, [r1, r2]).step(prediction, oracle, state)
            }
        }
    }

    /// The state after steps from each level to the next, noisy to clean.
    ///
    /// ```
    /// use ouracle::numbers::{Field, Float};
    /// use ouracle::objectives::samplers::{Prediction, Singlestep, Stages};
    /// use ouracle::worlds::{Level, Oracle};
    /// let lambda = |i: i64| Float(-2.1) + Float(5.5) * i / 12;
    /// let levels: Vec<_> = (0..=12).map(|i| Level::variance_preserving(lambda(i))).collect();
    /// let solver = Singlestep { prediction: Prediction::Noise, stages: Stages::second() };
    /// let end = solver.run(&levels, &Oracle::new(Float(1.3), Float(0.37)), Level::variance_preserving);
    /// assert_eq!(format!("{:.12}", end.start), "0.620294903069");
    /// ```
    pub fn run(&self, levels: &[Level<S>], oracle: &Oracle<S>, between: impl Fn(S) -> Level<S>) -> Form<S> {
        levels.windows(2).fold(Form::initial(), |state, pair| self.step(&state, [&pair[0], &pair[1]], oracle, &between))
    }
}
