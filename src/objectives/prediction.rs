//! What a network that predicts noise, data or a mixture of both is paid for, on Gaussian data, along one axis. Sources:
//! `ho2020`, `kingma2021`.

use crate::numbers::Scalar;
use crate::worlds::{Affine, Gaussian, Level, Oracle};

/// What is predicted: `data·x + noise·ε`. Noise is `(0, 1)`, data `(1, 0)`, v-prediction `(−σ, α)`, the conditional score
/// `(0, −1/σ)`, a velocity `(α′, σ′)`.
#[derive(Debug, Clone, Copy)]
pub struct Target<S> {
    /// What multiplies the data.
    pub data: S,
    /// What multiplies the noise.
    pub noise: S,
}

/// The law of `target − predictor(z)` at `z = αx + σε`, for `x` of the law `data`: the predictor is affine, so it is Gaussian.
pub fn residual<S: Scalar>(
    data: &Gaussian<S>,
    level: &Level<S>,
    target: &Target<S>,
    predictor: &Affine<S>,
) -> Gaussian<S> {
    let on_data = target.data - predictor.slope * level.alpha;
    let on_noise = target.noise - predictor.slope * level.sigma;
    let mean = on_data * data.mean - predictor.offset;
    Gaussian::new(mean, on_data.square() * data.variance + on_noise.square())
}

/// The [`residual`] of `scale` times the exact prediction.
pub fn scaled_residual<S: Scalar>(oracle: &Oracle<S>, level: &Level<S>, target: &Target<S>, scale: S) -> Gaussian<S> {
    let exact = oracle.combination(level, target.noise, target.data);
    residual(&oracle.data, level, target, &exact.scale(scale))
}

/// `(E r², Var r²)` of a residual `r`.
pub fn square<S: Scalar>(residual: &Gaussian<S>) -> [S; 2] {
    let itself = Affine { slope: S::one(), offset: S::zero() };
    [itself.mean_square(residual), itself.square_variance(residual)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    const LEVEL: Level<Float> = Level { alpha: Float(0.6), sigma: Float(0.8) };

    #[test]
    fn the_exact_prediction_of_data_leaves_the_posterior_variance() {
        let oracle = Oracle::new(Float(0.7), Float(0.5));
        let target = Target { data: Float(1.0), noise: Float(0.0) };
        let rest = scaled_residual(&oracle, &LEVEL, &target, Float(1.0));
        // s σ²/(α² s + σ²).
        assert!((rest.variance.0 - 0.5 * 0.64 / (0.36 * 0.5 + 0.64)).abs() < 1e-15);
        assert!(rest.mean.0.abs() < 1e-15);
        let [mean, variance] = square(&rest);
        assert!((variance.0 - 2.0 * mean.0 * mean.0).abs() < 1e-14);
    }

    #[test]
    fn a_network_that_says_nothing_leaves_the_target() {
        let oracle = Oracle::new(Float(0.7), Float(0.5));
        let target = Target { data: Float(0.0), noise: Float(1.0) };
        let rest = scaled_residual(&oracle, &LEVEL, &target, Float(0.0));
        assert_eq!((rest.mean.0, rest.variance.0), (0.0, 1.0));
    }
}
