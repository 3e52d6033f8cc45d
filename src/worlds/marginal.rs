//! The Gaussian marginal of a linear SDE at one time, with the rates of its moments.

use super::{AffineField, Diffusion, MatrixSde, MultivariateGaussian};
use crate::numbers::{Covariance, Dual, Jet, Matrix, Scalar, Vector, VectorJet};
use crate::parameters::{InputError, Parameters, Source};

/// The marginal `N(m, Σ)` of `dY = (A Y + c) dt + L dB` at one time. It moves by `m′ = A m + c` and
/// `Σ′ = A Σ + Σ Aᵀ + L Lᵀ`; the coefficients may move as they like. In one dimension this is any process with any `α`,
/// `c`, `G = L²`.
#[derive(Debug, Clone)]
pub struct Marginal<S> {
    /// The process.
    pub sde: MatrixSde<S>,
    /// The law at this time.
    pub law: MultivariateGaussian<S>,
}

impl<S: Scalar> Parameters<S> for Marginal<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let sde = MatrixSde {
            drift: source.matrix("A", "the drift matrix, d x d")?,
            offset: source.vector("c", "the drift offset, d entries")?,
            factor: source.matrix("L", "the noise factor, d rows; Q = L L^T")?,
        };
        let mean = source.vector("m", "the mean at this time, d entries")?;
        let law = MultivariateGaussian { mean, covariance: source.covariance("S", "the covariance at this time")? };
        let d = law.mean.dimension();
        let marginal = Self { sde, law };
        let sde = &marginal.sde;
        let rows = [sde.drift.rows(), sde.drift.columns(), sde.factor.rows(), marginal.law.covariance.matrix().rows()];
        source.same_dimension(&["m", "A", "c", "L", "S"])?;
        if sde.offset.dimension() != d || rows.iter().any(|rows| *rows != d) {
            return Err(InputError::Condition(format!("A, c, L and S must have the dimension of m, which is {d}")));
        }
        marginal.declare(source);
        Ok(marginal)
    }
}

impl<S: Scalar> Marginal<S> {
    /// Tells a proof how the moments, which must be symbols, move.
    pub fn declare(&self, source: &mut dyn Source<S>) {
        let moving = self.moving().law;
        moving.mean.0.iter().for_each(|m| source.rule(m.re, m.eps));
        let covariance = moving.covariance.matrix();
        (0..moving.mean.dimension()).flat_map(|i| (0..=i).map(move |j| (i, j))).for_each(|at| {
            source.rule(covariance[at].re, covariance[at].eps);
        });
    }

    /// With the rates of the moments as derivatives.
    pub fn moving(&self) -> Marginal<Dual<S>> {
        let covariance = self.law.covariance.matrix();
        self.moving_by(&self.sde.mean_rate(&self.law.mean), &self.sde.covariance_rate(covariance))
    }

    /// With these rates of the moments as derivatives.
    pub fn moving_by(&self, mean_rate: &Vector<S>, covariance_rate: &Matrix<S>) -> Marginal<Dual<S>> {
        let law = MultivariateGaussian {
            mean: super::moving_vector(&self.law.mean, mean_rate),
            covariance: Covariance::new(super::moving(self.law.covariance.matrix(), covariance_rate)),
        };
        Marginal { sde: self.sde.map(Dual::constant), law }
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> Marginal<R> {
        Marginal { sde: self.sde.map(&f), law: self.law.map(&f) }
    }

    /// `log q` with its gradient and Hessian at `y`, by differentiation.
    pub fn log_density_jet(&self, y: &Vector<S>) -> Jet<S> {
        let law = self.law.map(|x| Dual::constant(Dual::constant(x)));
        Jet::of(|y| law.log_density(y), y)
    }
}

impl<S: Scalar> MatrixSde<S> {
    /// The process at the point `y`.
    pub fn at(&self, y: &Vector<S>) -> Diffusion<S> {
        let drift = self.drift_field().map(Dual::constant);
        Diffusion { drift: VectorJet::of(|y| drift.value(y), y), factor: self.factor.clone() }
    }

    /// `f(y) = A y + c`.
    pub fn drift_field(&self) -> AffineField<S> {
        AffineField { slope: self.drift.clone(), offset: self.offset.clone() }
    }

    /// The Riccati pair: an affine score `s = K y + k`, `K` symmetric, solves the score PDE if and only if
    /// `K′ = K Q K − Aᵀ K − K A` and `k′ = K Q k − Aᵀ k − K c`.
    pub fn score_rate(&self, score: &AffineField<S>) -> AffineField<S> {
        let transpose = self.drift.transpose();
        let pull = &(&score.slope * &self.noise()) - &transpose;
        AffineField {
            slope: &(&pull * &score.slope) - &(&score.slope * &self.drift),
            offset: &(&pull * &score.offset) - &(&score.slope * &self.offset),
        }
    }
}
