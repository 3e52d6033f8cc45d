//! The divergence of one Gaussian conditional law from another, averaged over the condition, in nats.

use crate::numbers::Scalar;
use crate::worlds::{Affine, Gaussian, Level, Oracle, Rung, Transition};

/// `E KL(q(y | z) ‖ p(y | z)) = ½(v/τ² − 1 − ln(v/τ²) + E(m_q(z) − m_p(z))²/τ²)` for `z` of this law and conditionals with affine means
/// and the variances `v` and `τ²`.
pub fn expected_kl<S: Scalar>(condition: &Gaussian<S>, truth: &Transition<S>, model: &Transition<S>) -> S {
    let [v, tau] = [truth.variance, model.variance].map(Gaussian::centred);
    let apart = truth.mean().minus(&model.mean());
    v.kl(&tau) + apart.mean_square(condition) / (tau.variance * 2)
}

/// `x̂(z)` of a network that says `scale` times the exact noise.
pub fn denoiser<S: Scalar>(oracle: &Oracle<S>, level: &Level<S>, scale: S) -> Affine<S> {
    let state = Affine { slope: S::one(), offset: S::zero() };
    state.minus(&oracle.noise(level).scale(scale * level.sigma)).scale(level.alpha.recip())
}

/// A step of the model, `q(z_s | z_t, x = x̂(z_t))` with a variance of its own choice.
pub fn model_step<S: Scalar>(oracle: &Oracle<S>, rung: &Rung<S>, variance: S, scale: S) -> Transition<S> {
    Transition { variance, ..rung.model(&denoiser(oracle, &rung.noisy, scale)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    #[test]
    fn the_exact_network_has_the_exact_mean() {
        let oracle = Oracle::new(Float(0.7), Float(0.37));
        let [noisy, clean] = [-0.3, 0.4].map(|lambda| Level::variance_preserving(Float(lambda)));
        let (rung, truth) = (Rung::between(noisy, clean), oracle.reverse(&noisy, &clean));
        let model = model_step(&oracle, &rung, truth.variance, Float(1.0));
        assert!((model.factor - truth.factor).0.abs() < 1e-15 && (model.offset - truth.offset).0.abs() < 1e-15);
        assert!(expected_kl(&noisy.law(&oracle.data), &truth, &model).0.abs() < 1e-15);
    }

    #[test]
    fn a_mean_that_is_off_costs_its_square() {
        let unit = Transition { factor: Float(0.5), offset: Float(0.0), variance: Float(2.0) };
        let moved = Transition { offset: Float(3.0), ..unit };
        let condition = Gaussian::new(Float(10.0), Float(7.0));
        assert!((expected_kl(&condition, &unit, &moved).0 - 9.0 / 4.0).abs() < 1e-15);
    }
}
