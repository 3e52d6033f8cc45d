//! Multistep solvers: DPM-Solver++(2M), (3M) and their noise forms, along the flow and along the reverse SDE.
//!
//! They ask the network once a step, and take the derivatives of its prediction from the steps before.

use super::{Form, Leap, Prediction};
use crate::numbers::Scalar;
use crate::worlds::{Level, Oracle};

/// How a step of order two weighs the slope of the prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slope {
    /// By `w_1/2`, as 2M does.
    Midpoint,
    /// By `w_2`, which is exact for a prediction linear in `λ`; some code calls it `heun`.
    Taylor,
}

/// What the last steps do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The same as all others.
    Plain,
    /// The last step has order one, and the one before it at most two.
    LowerOrder,
    /// The last step is `z = αx̂`, the limit of order one at `σ = 0`, and draws nothing.
    Denoised,
}

/// A multistep solver. A step whose past is too short has a lower order: the first has order one, the second at most two.
#[derive(Debug, Clone, Copy)]
pub struct Multistep<S> {
    /// What it asks for.
    pub prediction: Prediction,
    /// The order of a step with a long enough past: 1, 2 or 3.
    pub order: usize,
    /// The slope in steps of order two.
    pub slope: Slope,
    /// What multiplies the second difference in steps of order three, `D_2 = κ(D_{10} − D_{11})/(r_0 + r_1)`: 2 is consistent,
    /// 1 is in circulation.
    pub kappa: S,
    /// The noise of the reverse SDE as a multiple of the forward noise; none for the flow.
    pub eta: Option<S>,
    /// The last steps.
    pub finish: Finish,
}

/// A level that has been left, and what the network predicted there.
#[derive(Debug, Clone)]
pub struct Past<S> {
    /// The level.
    pub level: Level<S>,
    /// The prediction, as a form in the start and the draws.
    pub prediction: Form<S>,
}

impl<S: Scalar> Multistep<S> {
    /// DPM-Solver++ of this order along the flow, as the usual code has it: `κ = 1`.
    pub fn data(order: usize) -> Self {
        let (kappa, eta) = (S::one(), None);
        Self { prediction: Prediction::Data, order, slope: Slope::Midpoint, kappa, eta, finish: Finish::Plain }
    }

    /// The same with the predicted noise: multistep DPM-Solver.
    pub fn noise(order: usize) -> Self {
        Self { prediction: Prediction::Noise, ..Self::data(order) }
    }

    /// SDE-DPM-Solver++: order one, 2M with the midpoint slope, or 3M with the exact slope in its second step, as k-diffusion has
    /// them.
    ///
    /// ```
    /// use ouracle::numbers::Float;
    /// use ouracle::objectives::samplers::Multistep;
    /// use ouracle::worlds::{Level, Oracle};
    /// let levels = [14.6, 6.1, 3.2, 1.1, 0.4, 0.13, 0.03].map(|sigma| Level::exploding(Float(sigma)));
    /// let oracle = Oracle::new(Float(0.0), Float(0.37));
    /// for (order, variance) in [(2, "0.403597827529"), (3, "0.803958203000")] {
    ///     let end = Multistep::stochastic(order, Float(0.7)).run(&levels, &oracle).transition();
    ///     assert_eq!(format!("{:.12}", end.variance), variance);
    /// }
    /// ```
    pub fn stochastic(order: usize, eta: S) -> Self {
        let slope = if order == 3 { Slope::Taylor } else { Slope::Midpoint };
        Self { eta: Some(eta), slope, ..Self::data(order) }
    }

    /// The leap between two levels.
    pub fn leap(&self, from: &Level<S>, to: &Level<S>) -> Leap<S> {
        match self.eta {
            Some(eta) => Leap::stochastic(self.prediction, from, to, eta),
            None => Leap::flow(self.prediction, from, to),
        }
    }

    /// The state after a leap. `predictions` are the newest first, as many as the order; `ratios` are `r_0`, `r_1`, the lengths
    /// in `λ` of the last step and of the one before it over that of this one.
    pub fn step(&self, state: &Form<S>, leap: &Leap<S>, predictions: &[&Form<S>], ratios: &[S]) -> Form<S> {
        let slope = |new: &Form<S>, old: &Form<S>, ratio: S| new.minus(old).scale(ratio.recip());
        let next = match (predictions, ratios) {
            ([f, f1, f2, ..], [r0, r1, ..]) => {
                let (d10, d11) = (slope(f, f1, *r0), slope(f1, f2, *r1));
                let bend = d10.minus(&d11).scale((*r0 + *r1).recip());
                let (d1, d2) = (d10.plus(&bend.scale(*r0)), bend.scale(self.kappa));
                leap.carry(state, f).plus(&d1.scale(leap.weight(2))).plus(&d2.scale(leap.weight(3)))
            }
            ([f, f1, ..], [r0, ..]) => {
                let weight = match self.slope {
                    Slope::Midpoint => leap.weight(1) / 2,
                    Slope::Taylor => leap.weight(2),
                };
                leap.carry(state, f).plus(&slope(f, f1, *r0).scale(weight))
            }
            ([f, ..], _) => leap.carry(state, f),
            ([], _) => state.clone(),
        };
        leap.drawn(next)
    }

    /// The state after steps from each level to the next, noisy to clean, with the usual start of order one.
    ///
    /// ```
    /// use ouracle::numbers::{Field, Float};
    /// use ouracle::objectives::samplers::Multistep;
    /// use ouracle::worlds::{Level, Oracle};
    /// let lambda = |i: i64| Float(-2.1) + Float(5.5) * i / 12;
    /// let levels: Vec<_> = (0..=12).map(|i| Level::variance_preserving(lambda(i))).collect();
    /// let end = Multistep::data(2).run(&levels, &Oracle::new(Float(1.3), Float(0.37)));
    /// assert_eq!(format!("{:.12}", end.start), "0.618514741531");
    /// ```
    pub fn run(&self, levels: &[Level<S>], oracle: &Oracle<S>) -> Form<S> {
        self.run_after(Vec::new(), levels, oracle)
    }

    /// The same after a past, oldest first: a start of higher order.
    pub fn run_after(&self, mut past: Vec<Past<S>>, levels: &[Level<S>], oracle: &Oracle<S>) -> Form<S> {
        let mut state = Form::initial();
        let steps = levels.len().saturating_sub(1);
        for (i, pair) in levels.windows(2).enumerate() {
            let (from, to) = (&pair[0], &pair[1]);
            past.push(Past { level: *from, prediction: state.through(&self.prediction.at(oracle, from)) });
            let left = steps - i;
            if left == 1 && self.finish == Finish::Denoised {
                return state.through(&oracle.denoised(from)).scale(to.alpha);
            }
            let order = if self.finish == Finish::LowerOrder { self.order.min(left) } else { self.order };
            let newest: Vec<_> = past.iter().rev().take(order).collect();
            let lengths: Vec<_> =
                newest.windows(2).map(|pair| pair[0].level.half_log_snr() - pair[1].level.half_log_snr()).collect();
            let h = to.half_log_snr() - from.half_log_snr();
            let ratios: Vec<_> = lengths.into_iter().map(|length| length / h).collect();
            let predictions: Vec<_> = newest.iter().map(|past| &past.prediction).collect();
            state = self.step(&state, &self.leap(from, to), &predictions, &ratios);
        }
        state
    }

    /// A past on the exact flow through the start at the level `now`, oldest first.
    pub fn exact_past(&self, earlier: &[Level<S>], now: &Level<S>, oracle: &Oracle<S>) -> Vec<Past<S>> {
        let on_the_flow = |level: &Level<S>| {
            let state = Form::initial().through(&oracle.flow(now, level));
            Past { level: *level, prediction: state.through(&self.prediction.at(oracle, level)) }
        };
        earlier.iter().map(on_the_flow).collect()
    }
}
