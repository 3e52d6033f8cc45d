//! The variational bound of a discrete chain, term by term, on Gaussian data along one axis, in nats. Sources: `ho2020`,
//! `kingma2021`.
//!
//! The model's steps have the mean of `q(z_s | z_t, x̂(z_t))` and a variance of their own choice; all expectations are over data
//! and noise.

use super::prediction::{Target, scaled_residual, square};
use crate::numbers::Scalar;
use crate::worlds::{Gaussian, Level, Oracle, Rung};

/// The mean squared error of `x̂`, if the network says `scale` times the exact noise.
pub fn data_error<S: Scalar>(oracle: &Oracle<S>, level: &Level<S>, scale: S) -> S {
    let target = Target { data: S::zero(), noise: S::one() };
    let [error, _] = square(&scaled_residual(oracle, level, &target, scale));
    // x − x̂ = −(σ/α)(ε − ε̂).
    level.ratio().square() * error
}

/// `E KL(q(z | x) ‖ N(0, 1)) = ½(σ² − 1 − ln σ² + α² E x²)` at the noisiest level.
pub fn prior<S: Scalar>(data: &Gaussian<S>, level: &Level<S>) -> S {
    let given_zero = Gaussian::centred(level.sigma.square());
    let second_moment = data.mean.square() + data.variance;
    given_zero.kl(&Gaussian::centred(S::one())) + level.alpha.square() * second_moment / 2
}

/// `E KL(q(z_s | z_t, x) ‖ p(z_s | z_t))` of a model step of this variance: with `σ_Q²` the variance of `q(z_s | z_t, x)` and
/// `k = α_s σ²_{t|s}/σ_t²` the weight of `x` in its mean, `½(σ_Q²/τ² − 1 − ln(σ_Q²/τ²) + k² E(x − x̂)²/τ²)`.
pub fn step<S: Scalar>(oracle: &Oracle<S>, rung: &Rung<S>, variance: S, scale: S) -> S {
    let shift = rung.data_weight().square() * data_error(oracle, &rung.noisy, scale);
    let [truth, model] = [rung.posterior_variance(), variance].map(Gaussian::centred);
    truth.kl(&model) + shift / (variance * 2)
}

/// `E[−log N(x; x̂(z), τ²)]`, a decoder that trusts the network.
pub fn denoised_decoder<S: Scalar>(oracle: &Oracle<S>, level: &Level<S>, variance: S, scale: S) -> S {
    data_error(oracle, level, scale) / (variance * 2) - Gaussian::centred(variance).log_peak()
}

/// `E[−log N(x; z/α, σ²/α²)]`, the normalised likelihood of `z` as a decoder: the entropy of the noise on the scale of the data.
pub fn likelihood_decoder<S: Scalar>(level: &Level<S>) -> S {
    Gaussian::centred(level.ratio().square()).entropy()
}

/// What a decoder on a lattice with this spacing costs less than the [`likelihood_decoder`], once the noise is far below the
/// spacing: its reconstruction is free, where a density would pay `−h(σ/α ε) + ln bin`.
pub fn lattice_gap<S: Scalar>(level: &Level<S>, bin: S) -> S {
    bin.ln() - likelihood_decoder(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    #[test]
    fn the_bound_is_the_entropy_and_the_gaps_of_its_steps() {
        // Claim 8 of the catalogue of variational diffusion models: with σ_Q² the slack of a step is ½(r − ln(1 + r)), with
        // r = (ρ_s − ρ_t) mmse(ρ_t).
        let s = 0.7;
        let oracle = Oracle::new(Float(0.0), Float(s));
        let levels: Vec<_> = [1.2, 0.3, -0.8].map(|lambda| Level::variance_preserving(Float(lambda))).to_vec();
        let snr = |level: &Level<Float>| (level.alpha.0 / level.sigma.0).powi(2);
        let mut gap = 0.0;
        let mut total = prior(&oracle.data, &levels[2]).0;
        for pair in levels.windows(2) {
            let rung = Rung::between(pair[1], pair[0]);
            total += step(&oracle, &rung, rung.posterior_variance(), Float(1.0)).0;
            let r = (snr(&pair[0]) - snr(&pair[1])) * s / (1.0 + snr(&pair[1]) * s);
            gap += (r - r.ln_1p()) / 2.0;
        }
        let posterior = Float(s / (1.0 + snr(&levels[0]) * s));
        total += denoised_decoder(&oracle, &levels[0], posterior, Float(1.0)).0;
        let end = levels[2].law(&oracle.data);
        let mismatch = end.kl(&Gaussian::centred(Float(1.0))).0;
        assert!((total - oracle.data.entropy().0 - gap - mismatch).abs() < 1e-14);
    }

    #[test]
    fn a_step_of_the_forward_variance_is_exact_for_unit_data() {
        let oracle = Oracle::new(Float(0.0), Float(1.0));
        let rung = Rung::between(Level::variance_preserving(Float(-0.5)), Level::variance_preserving(Float(0.5)));
        let kl = step(&oracle, &rung, rung.forward.variance, Float(1.0)).0;
        // E log q(z_s | z_t) − E log p(z_s | z_t) is 0 and I(x; z_s | z_t) is what the term pays.
        let snr = |level: &Level<Float>| (level.alpha.0 / level.sigma.0).powi(2);
        assert!((kl - ((1.0 + snr(&rung.clean)) / (1.0 + snr(&rung.noisy))).ln() / 2.0).abs() < 1e-15);
    }
}
