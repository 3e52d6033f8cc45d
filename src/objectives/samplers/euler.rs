//! Euler steps of the reverse SDE and of the probability flow, in the time of the process.

use super::Form;
use crate::numbers::Scalar;
use crate::worlds::{Affine, Clock, Gaussian, Process, ReverseSde, Transition};

/// `z ← z + h(Gs(z) − f(z)) + √(hG) ξ` down from the time of this clock: for variance-preserving noise
/// `z + hβ(z/2 + s(z)) + √(hβ) ξ`. Source: `song2021sde`.
pub fn euler_maruyama_step<S: Scalar>(z: &Form<S>, clock: &Clock<S>, score: &Affine<S>, h: S) -> Form<S> {
    let reverse = ReverseSde::plug_in(clock, score, S::zero());
    euler_step(z, &reverse.drift, h).drawn((h * reverse.noise).sqrt())
}

/// `z ← z + h(½Gs(z) − f(z))`: the probability flow in the same time.
pub fn euler_flow_step<S: Scalar>(z: &Form<S>, clock: &Clock<S>, score: &Affine<S>, h: S) -> Form<S> {
    euler_step(z, &ReverseSde::plug_in(clock, score, S::one()).drift, h)
}

/// `z ← z + h·drift(z)`.
pub fn euler_step<S: Scalar>(z: &Form<S>, drift: &Affine<S>, h: S) -> Form<S> {
    z.plus(&z.through(drift).scale(h))
}

/// What Euler–Maruyama steps of equal length return given their start at the end of the process; each takes drift, noise and the
/// exact score at its start, and the last one draws as the others do.
pub fn euler_maruyama<S: Scalar>(process: &Process<S>, data: &Gaussian<S>, steps: u32) -> Transition<S> {
    in_time(process, data, steps, euler_maruyama_step)
}

/// What Euler steps of the probability flow return given their start, in the same time.
pub fn euler_flow<S: Scalar>(process: &Process<S>, data: &Gaussian<S>, steps: u32) -> Transition<S> {
    in_time(process, data, steps, euler_flow_step)
}

fn in_time<S: Scalar>(
    process: &Process<S>,
    data: &Gaussian<S>,
    steps: u32,
    step: impl Fn(&Form<S>, &Clock<S>, &Affine<S>, S) -> Form<S>,
) -> Transition<S> {
    let (start, h) = (Form::initial(), process.horizon() / i64::from(steps));
    (1..=i64::from(steps)).rev().fold(Transition::still(), |so_far, i| {
        let clock = process.at(h * i);
        so_far.then(&step(&start, &clock, &clock.diffuse(data).score(), h).transition())
    })
}
