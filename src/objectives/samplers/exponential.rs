//! The exponential integrator of the reverse SDE, first order: SDE-DPM-Solver++.

use super::{Form, law};
use crate::numbers::Scalar;
use crate::worlds::{Descent, Oracle, Rung, Transition};

/// `z_b = (σ_b/σ_a) e^{−h} z_a + α_b (1 − e^{−2h}) x̂ + σ_b √(1 − e^{−2h}) ξ`, `h = λ_b − λ_a`. Source: `lu2022pp`.
pub fn exponential_step<S: Scalar>(z: &Form<S>, rung: &Rung<S>, oracle: &Oracle<S>) -> Form<S> {
    let (a, b, h) = (&rung.noisy, &rung.clean, rung.log_step());
    let gained = -(h * -2).exp_m1();
    let data = z.through(&oracle.denoised(a));
    z.scale(b.sigma / a.sigma * (-h).exp()).plus(&data.scale(b.alpha * gained)).drawn(b.sigma * gained.sqrt())
}

/// What the integrator returns given its start.
pub fn exponential<S: Scalar>(descent: &Descent<S>, oracle: &Oracle<S>) -> Transition<S> {
    law(descent, oracle, |z, rung| exponential_step(z, rung, oracle))
}
