//! One example of self-supervised training: some entries noised, some shown, and every other marginalised.

use super::{Denoiser, Moments};
use crate::numbers::{Matrix, Scalar, Vector};
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{AffineField, Imputation, Level, MultivariateGaussian};

/// What a network for imputation sees at one level: the noised targets `x_t = αx + σε` and the clean entries that were seen,
/// together `y = (x_t, x_co)`. Predictors are affine fields of all of `y`. Source: `tashiro2021`.
#[derive(Debug, Clone)]
pub struct TrainingExample<S> {
    /// The law of targets and seen entries, in this order, without noise.
    pub clean: MultivariateGaussian<S>,
    /// How many of them are targets.
    pub targets: usize,
    /// The level of the noise.
    pub level: Level<S>,
}

impl<S: Scalar> TrainingExample<S> {
    /// With these targets and these seen entries of a vector.
    pub fn new(law: &MultivariateGaussian<S>, targets: &[usize], observed: &[usize], level: Level<S>) -> Self {
        let both: Vec<usize> = targets.iter().chain(observed).copied().collect();
        Self { clean: law.marginal(&both), targets: targets.len(), level }
    }

    /// The places of the targets within `y`.
    fn noised_places(&self) -> Vec<usize> {
        (0..self.targets).collect()
    }

    /// What the noising process multiplies each entry of `y` by, and the variance that it adds.
    fn channel(&self, place: usize) -> (S, S) {
        match place < self.targets {
            true => (self.level.alpha, self.level.sigma.square()),
            false => (S::one(), S::zero()),
        }
    }

    /// The law of `y`.
    pub fn inputs(&self) -> Moments<S> {
        let covariance = self.clean.covariance.matrix();
        let entry = |i: usize, j: usize| {
            let ((left, noise), (right, _)) = (self.channel(i), self.channel(j));
            let signal = left * right * covariance[(i, j)];
            if i == j { signal + noise } else { signal }
        };
        let n = covariance.rows();
        let mean = Vector((0..n).map(|i| self.channel(i).0 * self.clean.mean[i]).collect());
        Moments { mean, covariance: Matrix::from_fn(n, n, entry) }
    }

    /// `Cov(ε, y) = (σI, 0)`.
    pub fn noise_with_inputs(&self) -> Matrix<S> {
        let entry = |i, j| if i == j { self.level.sigma } else { S::zero() };
        Matrix::from_fn(self.targets, self.clean.mean.dimension(), entry)
    }

    /// `Cov(x, y) = (αΣ_tt, Σ_to)` for the clean targets `x`.
    pub fn data_with_inputs(&self) -> Matrix<S> {
        let covariance = self.clean.covariance.matrix();
        Matrix::from_fn(self.targets, covariance.rows(), |i, j| covariance[(i, j)] * self.channel(j).0)
    }

    /// `ε*(y) = σM⁻¹(x_t − αm_c(x_co))` of the mask that shows these of the seen entries, counted from 0 among them, and
    /// marginalises the others.
    pub fn predictor(&self, shown: &[usize]) -> AffineField<S> {
        let known: Vec<usize> = shown.iter().map(|place| self.targets + place).collect();
        let given = self.clean.given(&known, &self.noised_places());
        let network = Denoiser { mean: given.offset.clone(), covariance: given.covariance.clone() }.noise(&self.level);
        // The conditional mean is the offset and what the shown entries add to it.
        let shift = (&network.slope * &given.matrix).scale(-self.level.alpha);
        let column = |i: usize, j: usize| match known.iter().position(|place| *place == j) {
            Some(at) => shift[(i, at)],
            None if j < self.targets => network.slope[(i, j)],
            None => S::zero(),
        };
        let slope = Matrix::from_fn(self.targets, self.clean.mean.dimension(), column);
        AffineField { slope, offset: network.offset }
    }

    /// The moments of what a predictor leaves of the noise, `ε − ε̂(y)`.
    pub fn residual(&self, predictor: &AffineField<S>) -> Moments<S> {
        let output = self.output(predictor);
        let shared = &self.noise_with_inputs() * &predictor.slope.transpose();
        let own = &Matrix::identity(self.targets) + &output.covariance;
        let covariance = &(&own - &shared) - &shared.transpose();
        Moments { mean: -&output.mean, covariance }
    }

    /// The moments of the value of an affine field of `y`.
    pub fn output(&self, field: &AffineField<S>) -> Moments<S> {
        let inputs = self.inputs();
        let covariance = &(&field.slope * &inputs.covariance) * &field.slope.transpose();
        Moments { mean: field.value(&inputs.mean), covariance }
    }
}

/// A block with noised targets: parameters `x_t` and `alphabar` as well.
#[derive(Debug, Clone)]
pub struct NoisedBlock<S> {
    /// What is imputed, and what was seen.
    pub block: Imputation<S>,
    /// The noised targets, in the order of the targets.
    pub noised: Vector<S>,
    /// `ᾱ`.
    pub kept: S,
}

impl<S: Scalar> NoisedBlock<S> {
    /// The level of the targets.
    pub fn level(&self) -> Level<S> {
        level(self.kept)
    }

    /// The exact network given what was seen.
    pub fn denoiser(&self) -> Denoiser<S> {
        Denoiser::from(&self.block.conditional())
    }

    /// The example of which this is a draw.
    pub fn example(&self) -> TrainingExample<S> {
        let mask = &self.block.mask;
        TrainingExample::new(&self.block.joint(), &mask.targets, &mask.observed, self.level())
    }

    /// `y = (x_t, x_co)`.
    pub fn inputs(&self) -> Vector<S> {
        Vector(self.noised.0.iter().chain(&self.block.seen.0).copied().collect())
    }
}

impl<S: Scalar> Parameters<S> for NoisedBlock<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let block = Imputation::read(source)?;
        let noised =
            source.entries("x_t", block.mask.targets.len(), "the noised targets, in the order of `targets`")?;
        Ok(Self { block, noised, kept: alphabar(source)? })
    }
}

/// Reads `ᾱ`.
///
/// # Errors
/// [`InputError`] if it is not between 0 and 1.
pub fn alphabar<S: Scalar>(source: &mut dyn Source<S>) -> Result<S, InputError> {
    source.real("alphabar", Domain::Fraction, "what the level keeps of the variance of the data")
}

/// The level `(√ᾱ, √(1 − ᾱ))` of a discrete variance-preserving process.
pub fn level<S: Scalar>(alphabar: S) -> Level<S> {
    Level { alpha: alphabar.sqrt(), sigma: (S::int(1) - alphabar).sqrt() }
}
