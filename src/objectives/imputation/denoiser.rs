//! The exact network on Gaussian data in d dimensions.

use crate::numbers::{Covariance, Field, Matrix, Scalar, Vector};
use crate::worlds::{AffineField, Level, MultivariateGaussian};

/// What a network should predict at `z = αx + σε` if `x ~ N(m, C)`: [`Oracle`](crate::worlds::Oracle) in d dimensions, in which
/// axes are never asked for. `C` may be singular; what is inverted is `M = α²C + σ²I`.
#[derive(Debug, Clone)]
pub struct Denoiser<S> {
    /// `m`, `d` entries.
    pub mean: Vector<S>,
    /// `C`, `d × d`.
    pub covariance: Matrix<S>,
}

impl<S: Scalar> From<&MultivariateGaussian<S>> for Denoiser<S> {
    fn from(law: &MultivariateGaussian<S>) -> Self {
        Self { mean: law.mean.clone(), covariance: law.covariance.matrix().clone() }
    }
}

impl<S: Scalar> Denoiser<S> {
    /// The law `N(αm, M)` of `z`.
    pub fn noised(&self, level: &Level<S>) -> MultivariateGaussian<S> {
        let spread = self.covariance.scale(level.alpha.square()).plus_identity(level.sigma.square());
        MultivariateGaussian { mean: self.mean.scale(level.alpha), covariance: Covariance::new(spread) }
    }

    /// The score `z ↦ −M⁻¹(z − αm)`.
    pub fn score(&self, level: &Level<S>) -> AffineField<S> {
        self.noised(level).score()
    }

    /// `ε*(z) = E[ε | z] = σM⁻¹(z − αm)`.
    pub fn noise(&self, level: &Level<S>) -> AffineField<S> {
        let score = self.score(level);
        AffineField { slope: score.slope.scale(-level.sigma), offset: score.offset.scale(-level.sigma) }
    }

    /// `x̂(z) = E[x | z] = m + αCM⁻¹(z − αm)`.
    pub fn denoised(&self, level: &Level<S>) -> AffineField<S> {
        let slope = self.gain(level);
        let offset = &self.mean - &(&slope * &self.mean.scale(level.alpha));
        AffineField { slope, offset }
    }

    /// `αCM⁻¹`, what a deviation of `z` says about the data.
    pub fn gain(&self, level: &Level<S>) -> Matrix<S> {
        (&self.covariance * self.noised(level).covariance.precision()).scale(level.alpha)
    }

    /// `E‖ε − ε*‖² = tr[α²CM⁻¹]`, a SUM over the entries of `z`.
    pub fn loss(&self, level: &Level<S>) -> S {
        self.gain(level).scale(level.alpha).trace()
    }

    /// In another reading.
    pub fn map<R: Field>(&self, f: impl Fn(S) -> R) -> Denoiser<R> {
        Denoiser { mean: self.mean.map(&f), covariance: self.covariance.map(&f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;
    use crate::worlds::Oracle;

    #[test]
    fn along_one_axis_it_is_the_oracle() {
        let level = Level { alpha: Float(0.6), sigma: Float(0.8) };
        let oracle = Oracle::new(Float(0.7), Float(0.5));
        let denoiser =
            Denoiser { mean: Vector(vec![Float(0.7)]), covariance: Matrix::from_fn(1, 1, |_, _| Float(0.5)) };
        let z = Vector(vec![Float(-0.3)]);
        let expected = [oracle.score(&level), oracle.noise(&level), oracle.denoised(&level)].map(|f| f.value(z[0]));
        let found = [denoiser.score(&level), denoiser.noise(&level), denoiser.denoised(&level)].map(|f| f.value(&z)[0]);
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found.0 - expected.0).abs() < 1e-15);
        }
        assert!((denoiser.loss(&level).0 - 0.36 * 0.5 / (0.36 * 0.5 + 0.64)).abs() < 1e-15);
    }
}
