//! How the continuous-time loss of the exact network is spread over uniform times, with a linear `γ`. Source: `kingma2021`.

use crate::numbers::Scalar;
use crate::worlds::{GammaPoint, GaussianChannel};

/// `f(t) = ½Γ w(ρ(t))`, the mean of the loss at time `t`, in nats: `∫₀¹ f = L_∞`.
pub fn density<S: Scalar>(p: &GammaPoint<S>, t: S) -> S {
    p.line.span() / 2 * p.channel.noise_mmse(p.line.snr(t))
}

/// `∫ fⁿ dt` up to a constant: `−(Γ^{n−1}/2ⁿ) J_n(ρ(t))`.
pub fn power_integral<S: Scalar>(p: &GammaPoint<S>, n: u32, t: S) -> S {
    let factor = p.line.span().powi(n as i32 - 1) / (1 << n);
    -factor * p.channel.power_integral(n, p.line.snr(t))
}

/// `∫₀¹ fⁿ dt`. With `n = 1` it is `L_∞`, with `n = 2` the constant `C` of the first-order error of finitely many steps.
pub fn power_mean<S: Scalar>(p: &GammaPoint<S>, n: u32) -> S {
    power_integral(p, n, S::one()) - power_integral(p, n, S::zero())
}

/// `Var g = 3C − L_∞²` of one loss `g = ½Γ(ε − ε̂)²` at a uniform time: `ε − ε̂` is Gaussian, and its fourth moment is three
/// squared variances.
pub fn total_variance<S: Scalar>(p: &GammaPoint<S>) -> S {
    power_mean(p, 2) * 3 - power_mean(p, 1).square()
}

/// `∫ w_a w_b dρ/ρ` up to a constant, for data of two different variances: `(b ln(1 + ρa) − a ln(1 + ρb))/(b − a)`.
pub fn cross_integral<S: Scalar>(a: &GaussianChannel<S>, b: &GaussianChannel<S>, snr: S) -> S {
    (b.s * a.power_integral(1, snr) - a.s * b.power_integral(1, snr)) / (b.s - a.s)
}
