//! Denoising score matching with the exact score of Gaussian data: moments of a single-sample loss, over time. Sources:
//! `vincent2011`, `song2021scoreflow`.
//!
//! For `x ~ N(m₀, v₀)` the residual `∇log q_t − ∇log q_{t|0}` is `N(0, 1/w − 1/v)`, and `1/w − 1/v = (1 − w/v)/w`.

use crate::numbers::Scalar;
use crate::worlds::Clock;

/// `1/w − 1/v = φ²v₀/(wv)`, the variance of the residual.
pub fn residual_variance<S: Scalar>(clock: &Clock<S>, v0: S) -> S {
    clock.phi.square() * v0 / (clock.w * clock.variance(v0))
}

/// `L = ln(v/w)`: `−L` is an integral of `G(1/w − 1/v)`, and `1 − w/v = 1 − e^{−L}`.
pub fn log_variance_ratio<S: Scalar>(clock: &Clock<S>, v0: S) -> S {
    (clock.phi.square() * v0 / clock.w).ln_1p()
}

/// An integral of `(G/w)(1 − w/v)ⁿ` for `n ≥ 1`, up to a constant, for every schedule: `J₁ = −L`,
/// `Jₙ₊₁ = Jₙ + (1 − e^{−L})ⁿ/n`. `J₂ = 1 − e^{−L} − L` is `−L² φ₂(−L)`, which does not cancel for small `L`.
pub fn moment_integral<S: Scalar>(n: u32, clock: &Clock<S>, v0: S) -> S {
    let log_ratio = log_variance_ratio(clock, v0);
    if n == 1 {
        return -log_ratio;
    }
    let share = -(-log_ratio).exp_m1();
    let second = -log_ratio.square() * (-log_ratio).phi(2);
    (2..n as i32).fold(second, |integral, k| integral + share.powi(k) / i64::from(k))
}

/// `Z^{n−1} (2n−1)!!/2ⁿ ∫_ε^T (G/w)(1 − w/v)ⁿ dt`: the `n`-th moment of `X = Z (w/2)|∇log q_t − ∇log q_{t|0}|²` for a time
/// of density `(G/w)/Z` on `[ε, T]`.
pub fn importance_moment<S: Scalar>(n: u32, normaliser: S, (from, to): (&Clock<S>, &Clock<S>), v0: S) -> S {
    let odd = (1..=i64::from(n)).fold(S::one(), |product, k| product * (2 * k - 1) / 2);
    let integral = moment_integral(n, to, v0) - moment_integral(n, from, v0);
    odd * normaliser.powi(n as i32 - 1) * integral
}
