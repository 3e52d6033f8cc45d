//! What a step of ancestral sampling gets wrong of the variance, and what that adds up to on a fine grid.

use super::{Form, Spread, ancestral_step};
use crate::numbers::{Dual, Field, Scalar, Taylor, derivative};
use crate::worlds::{Gaussian, Level, Oracle, Rung};

/// `u = s/(s + e^{−2λ})`, what the network believes of a deviation of `y = z/α` at the half log-SNR `λ`.
pub fn share<S: Scalar>(s: S, lambda: S) -> S {
    ((lambda * -2).exp() / s + 1).recip()
}

/// `−(u_N² − u_0²)/u_N = −(1 − u_0)(1 − e^{−2Λ})(u_N + u_0)`, the limit of `N/Λ` times the relative error of the variance with `β̃`,
/// from the exact law at `start`.
pub fn posterior_coefficient<S: Scalar>(s: S, start: S, end: S) -> S {
    let gap = -((start - end) * 2).exp_m1();
    let rest = ((start * 2).exp() * s + 1).recip();
    -rest * gap * (share(s, end) + share(s, start))
}

/// What a step of length `h` up from `λ` makes of the exact variance, minus the exact variance there: the coefficient of `h^order`,
/// on variance-preserving levels; over the exact variance with the posterior spread.
pub fn step_error<S: Scalar>(s: S, lambda: S, spread: Spread, order: usize) -> S {
    let still = Taylor::<S, 3>::constant;
    let [noisy, clean] = [still(lambda), Taylor::variable(lambda)].map(Level::variance_preserving);
    let (rung, oracle) = (Rung::between(noisy, clean), Oracle::new(still(S::zero()), still(s)));
    let [now, then] = [noisy, clean].map(|level| level.law(&oracle.data).variance);
    // The deviation itself is a series in √h; the variance is what counts.
    let factor = ancestral_step(&Form::initial(), &rung, &oracle, still(S::zero())).start;
    let error = match spread {
        Spread::Posterior => (factor.square() * now + rung.posterior_variance()) / then - 1,
        Spread::Forward => factor.square() * now + rung.forward.variance - then,
    };
    error.coefficient(order)
}

/// `−2σ² d ln v/dλ`, the error of a step with `β` over `h²`.
pub fn forward_error<S: Scalar>(s: S, lambda: S) -> S {
    let data = Gaussian::centred(s);
    let log_variance = |lambda| Level::variance_preserving(lambda).law(&data.map(Dual::constant)).variance.ln();
    let sigma = Level::variance_preserving(lambda).sigma;
    -sigma.square() * derivative(log_variance, lambda) * 2
}
