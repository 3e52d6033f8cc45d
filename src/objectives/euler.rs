//! What Euler steps do to a bound: the error of one step, and their sum to first order in the length of a step.
//!
//! Constant-β VP in its own clock `τ = βt`, data `N(0, v₀)`, exact score. The bound of the chain is `log q_0(x)` plus the
//! errors of its steps, for every number of steps.

use crate::numbers::{Field, Scalar, Taylor};
use crate::worlds::{Clock, EulerStep, Gaussian};

/// The data law at `τ`.
pub fn data<S: Scalar>(v0: S, tau: S) -> Gaussian<S> {
    Gaussian::centred(Clock::variance_preserving(tau).variance(v0))
}

/// `E[Y_τ² | Y_0 = x] = 1 + e^{−τ}(x² − 1)`.
pub fn second_moment<S: Scalar>(x: S, tau: S) -> S {
    let law = Clock::variance_preserving(tau).given(x);
    law.mean.square() + law.variance
}

/// What a step of length `η` from `τ` adds to the bound, in nats, for a state with this second moment: the change of
/// `E log q_τ(y)`, and what the bound collects. The decoder asks for the score at `score_at`, which should be `τ + η`.
pub fn step_error<S: Scalar>(v0: S, tau: S, length: S, score_at: S, moment: S) -> S {
    let (now, then) = (data(v0, tau), data(v0, tau + length));
    let step = EulerStep::new(length, data(v0, score_at).variance);
    let law = Gaussian::centred(moment);
    let gained = then.expected_log_density(&step.inference().apply(&law)) - now.expected_log_density(&law);
    gained + step.log_ratio(moment)
}

/// The coefficient of `η^{order/2}` in the error of a step, `order ≤ 4`; the score is asked for at `τ + lag·η`.
pub fn step_error_coefficient<S: Scalar>(v0: S, tau: S, lag: i64, moment: S, order: usize) -> S {
    let still = Taylor::<S, 5>::constant;
    let length = Taylor::variable(S::zero()).square();
    step_error(still(v0), still(tau), length, still(tau) + length * lag, still(moment)).coefficient(order)
}

/// `lim L(ELBO_L − log q_0(x))/Λ` for a process that ends at `Λ = τ`, with `θ = 1/v` and `m` the second moment:
/// `[θ/2 − mθ²/4]₀^τ − ⅛ℓ(1 + (x² − 1)/(v₀ − 1))`, `ℓ = ln(v₀/v_τ)`. Also at `v₀ = 1`: `ℓ/(v₀ − 1) = (1 − e^{−τ})/(v_τ φ₁(ℓ))`.
pub fn leading_coefficient<S: Scalar>(v0: S, x: S, tau: S) -> S {
    let at = |variance: S, moment: S| (S::int(2) - moment / variance) / (variance * 4);
    let clock = Clock::variance_preserving(tau);
    let variance = clock.variance(v0);
    let log_ratio = ((v0 - 1) * clock.w / variance).ln_1p();
    let slope = clock.w / (variance * log_ratio.phi(1));
    at(variance, second_moment(x, tau)) - at(v0, x.square()) - (log_ratio + (x.square() - 1) * slope) / 8
}
