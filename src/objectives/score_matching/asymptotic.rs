//! Linear families of Gaussian precisions: what score matching and likelihood know about their parameters, to leading order in the
//! number of samples. Sources: `hyvarinen2005`, `song2020sliced`.
//!
//! An estimate that solves `Σᵢ ψ(xᵢ, θ) = 0` has `√N(θ̂ − θ) → N(0, H⁻¹VH⁻¹)` with `H = E ∂ψ/∂θ`, `V = Cov ψ`.

use crate::numbers::{Covariance, Field, Matrix, Scalar, Vector};
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::MultivariateGaussian;

/// Centred data `N(0, K⁻¹)` and the models `K + Σⱼ θⱼBⱼ` with symmetric `Bⱼ`, at the truth `θ = 0`.
#[derive(Debug, Clone)]
pub struct PrecisionFamily<S> {
    /// The precision `K` of the data; its own precision is their covariance `Σ`.
    pub precision: Covariance<S>,
    /// The `Bⱼ`, symmetric `d × d`.
    pub directions: Vec<Matrix<S>>,
}

impl<S: Field> PrecisionFamily<S> {
    /// `ψⱼ = −tr Bⱼ + xᵀKBⱼx`, the derivative of `tr ∇s + ½|s|²` along `θⱼ`; of mean 0.
    pub fn estimating_functions(&self, x: &Vector<S>) -> Vector<S> {
        let score = self.precision.matrix() * x;
        Vector(self.directions.iter().map(|b| b.bilinear(&score, x) - b.trace()).collect())
    }
}

impl<S: Scalar> PrecisionFamily<S> {
    /// Every symmetric matrix: `θ` is the lower triangle of what is added to `K`, row by row.
    pub fn full(precision: Covariance<S>) -> Self {
        let d = precision.matrix().rows();
        let entry = |at: (usize, usize), (i, j): (usize, usize)| {
            if at == (i, j) || at == (j, i) { S::one() } else { S::zero() }
        };
        let places = (0..d).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let directions = places.map(|place| Matrix::from_fn(d, d, |i, j| entry((i, j), place))).collect();
        Self { precision, directions }
    }

    /// The law of the data, `N(0, K⁻¹)`.
    pub fn data(&self) -> MultivariateGaussian<S> {
        let mean = Vector(vec![S::zero(); self.covariance().rows()]);
        MultivariateGaussian { mean, covariance: Covariance::new(self.covariance().clone()) }
    }

    /// In another reading, every lane for instance.
    pub fn map<R: Field>(&self, f: impl Fn(S) -> R) -> PrecisionFamily<R> {
        let directions = self.directions.iter().map(|b| b.map(&f)).collect();
        PrecisionFamily { precision: self.precision.map(&f), directions }
    }

    /// `Hⱼₖ = tr(ΣBⱼBₖ)`, the mean of the second derivatives of the loss.
    pub fn sensitivity(&self) -> Matrix<S> {
        self.each_pair(|b, c| (self.covariance() * &(b * c)).trace())
    }

    /// `Vⱼₖ = tr(BⱼBₖ) + tr(BⱼKBₖΣ)`, the covariance of the estimating functions.
    pub fn variability(&self) -> Matrix<S> {
        self.each_pair(|b, c| {
            let turned = &(self.precision.matrix() * c) * self.covariance();
            (b * &(c + &turned)).trace()
        })
    }

    /// Fisher's information `½ tr(BⱼΣBₖΣ)`.
    pub fn information(&self) -> Matrix<S> {
        self.each_pair(|b, c| (&(b * self.covariance()) * &(c * self.covariance())).trace() / 2)
    }

    /// `H⁻¹VH⁻¹`, the limit of `N Cov θ̂`.
    pub fn sandwich(&self) -> Matrix<S> {
        let sensitivity = Covariance::new(self.sensitivity());
        &(sensitivity.precision() * &self.variability()) * sensitivity.precision()
    }

    /// `Σ`.
    fn covariance(&self) -> &Matrix<S> {
        self.precision.precision()
    }

    fn each_pair(&self, entry: impl Fn(&Matrix<S>, &Matrix<S>) -> S) -> Matrix<S> {
        Matrix::symmetric(self.directions.len(), |j, k| entry(&self.directions[j], &self.directions[k]))
    }
}

impl<S: Scalar> Parameters<S> for PrecisionFamily<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let precision = source.covariance("K", "the precision of the data")?;
        let d = precision.matrix().rows();
        Ok(Self {
            precision,
            directions: source.symmetric_basis("B", d, "directions of the family, of the size of K")?,
        })
    }
}
