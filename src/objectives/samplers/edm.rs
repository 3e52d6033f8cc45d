//! Samplers in EDM's time, the noise level `σ` of `y = z/α = x + σε`: Euler, two-stage methods such as Heun's, and churn.
//!
//! A step goes from a noisy level to a clean one by their ratios `n = σ/α`, whatever the scale of the states; EDM has `α = 1`.

use super::{Form, denoise, law};
use crate::numbers::Scalar;
use crate::worlds::{Descent, Level, Oracle, Rung, Transition};

/// `d = (y − D(y; n))/n`, the slope of the probability flow in `n`.
fn slope<S: Scalar>(y: &Form<S>, n: S, oracle: &Oracle<S>) -> Form<S> {
    y.minus(&y.through(&oracle.denoised(&Level::exploding(n)))).scale(n.recip())
}

/// A step of `y` from `n_a` to `n_b`, as a step of `z = αy`.
fn of_ratio<S: Scalar>(z: &Form<S>, rung: &Rung<S>, step: impl Fn(&Form<S>, S, S) -> Form<S>) -> Form<S> {
    let y = z.scale(rung.noisy.alpha.recip());
    step(&y, rung.noisy.ratio(), rung.clean.ratio()).scale(rung.clean.alpha)
}

/// Euler: `y_b = y + (n_b − n_a) d`.
pub fn euler_sigma_step<S: Scalar>(z: &Form<S>, rung: &Rung<S>, oracle: &Oracle<S>) -> Form<S> {
    of_ratio(z, rung, |y, from, to| y.plus(&slope(y, from, oracle).scale(to - from)))
}

/// A two-stage step of second order with the second slope a share `a` of the way: `y′ = y + aΔ d`,
/// `y_b = y + Δ[(1 − 1/2a) d + d′/2a]`, `d′` at `(y′, n_a + aΔ)`. Heun's method has `a = 1`, the midpoint rule `a = ½`. Source: `karras2022`.
pub fn two_stage_step<S: Scalar>(z: &Form<S>, rung: &Rung<S>, oracle: &Oracle<S>, share: S) -> Form<S> {
    of_ratio(z, rung, |y, from, to| {
        let length = to - from;
        let first = slope(y, from, oracle);
        let second = slope(&y.plus(&first.scale(share * length)), from + share * length, oracle);
        let weight = (share * 2).recip();
        y.plus(&first.scale((S::int(1) - weight) * length)).plus(&second.scale(weight * length))
    })
}

/// What Euler steps in `σ` return given their start.
pub fn euler_sigma<S: Scalar>(descent: &Descent<S>, oracle: &Oracle<S>) -> Transition<S> {
    law(descent, oracle, |z, rung| euler_sigma_step(z, rung, oracle))
}

/// What two-stage steps return given their start; a last step to the data is Euler's.
pub fn two_stage<S: Scalar>(descent: &Descent<S>, oracle: &Oracle<S>, share: S) -> Transition<S> {
    law(descent, oracle, |z, rung| two_stage_step(z, rung, oracle, share))
}

/// What EDM's deterministic sampler returns given its start.
pub fn heun<S: Scalar>(descent: &Descent<S>, oracle: &Oracle<S>) -> Transition<S> {
    two_stage(descent, oracle, S::one())
}

/// How much noise EDM adds before a step.
#[derive(Debug, Clone, Copy)]
pub struct Churn<S> {
    /// `γ ≥ 0`: the level rises to `σ̂ = (1 + γ)σ`.
    pub gamma: S,
    /// `S_noise`, by which the standard deviation of the added noise is multiplied; exact is 1.
    pub scale: S,
}

/// Adds noise: the state with a draw of standard deviation `√(σ̂² − σ²) S_noise`, and its level `σ̂ = (1 + γ)σ`.
pub fn churn<S: Scalar>(z: &Form<S>, level: &Level<S>, churn: &Churn<S>) -> (Form<S>, Level<S>) {
    let raised = Level { sigma: level.sigma * (churn.gamma + 1), ..*level };
    // σ̂² − σ² = γ(2 + γ)σ², which does not cancel.
    let std = level.sigma * (churn.gamma * (churn.gamma + 2)).sqrt() * churn.scale;
    (z.clone().drawn(std), raised)
}

/// What EDM's stochastic sampler returns given its start: before the step of each index the noise that belongs to it, none outside
/// a window for instance, and then Heun's step from the raised level; the last step, to the data, is Euler's.
pub fn churned<S: Scalar>(
    descent: &Descent<S>,
    oracle: &Oracle<S>,
    noise: impl Fn(usize) -> Option<Churn<S>>,
) -> Transition<S> {
    let raise = |i: usize, level: &Level<S>| match noise(i) {
        Some(noise) => churn(&Form::initial(), level, &noise),
        None => (Form::initial(), *level),
    };
    let rungs = descent.rungs.iter().enumerate().map(|(i, rung)| {
        let (z, noisy) = raise(i, &rung.noisy);
        two_stage_step(&z, &Rung { noisy, ..*rung }, oracle, S::one())
    });
    let last = descent.last.iter().map(|level| {
        let (z, raised) = raise(descent.rungs.len(), level);
        denoise(&z, &raised, oracle)
    });
    rungs.chain(last).fold(Transition::still(), |so_far, step| so_far.then(&step.transition()))
}
