//! Plug-in models on Gaussian data in d dimensions whose matrices need not commute.

use super::{AffineField, MatrixSde};
use crate::numbers::{Covariance, Matrix, Scalar, Vector};
use crate::parameters::{Domain, InputError, Parameters, Source};

/// `dY = A Y dt + L dB` on `[0, T]` from data `N(0, S₀)`; the score `s = −𝒟 Σ_t⁻¹ y` with a constant matrix `𝒟` in place of `I`;
/// the prior `N(0, S_π)`; a data point `x`. `λ = 0`. Source: `huang2021`.
#[derive(Debug, Clone)]
pub struct LinearPlugin<S> {
    /// The noising process.
    pub sde: MatrixSde<S>,
    /// `S₀`.
    pub data: Covariance<S>,
    /// `𝒟`: the identity if the score is exact, and not symmetric in general.
    pub error: Matrix<S>,
    /// `S_π`.
    pub prior: Covariance<S>,
    /// The data point.
    pub x: Vector<S>,
    /// `T`.
    pub horizon: S,
}

impl<S: Scalar> Parameters<S> for LinearPlugin<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let drift = source.matrix("A", "the drift matrix, d x d")?;
        let factor = source.matrix("L", "the noise factor, d rows; Q = L L^T may be singular")?;
        let plugin = Self {
            sde: MatrixSde::centred(drift, factor),
            data: source.covariance("S0", "the covariance of the data, d x d")?,
            error: source.matrix("D", "what the score is multiplied by, d x d: I for an exact one")?,
            prior: source.covariance("Spi", "the covariance of the prior, d x d")?,
            x: source.vector("x", "the data point, d entries")?,
            horizon: source.real("T", Domain::Positive, "the end of the process")?,
        };
        source.same_dimension(&["A", "L", "S0", "D", "Spi", "x"])?;
        let d = plugin.x.dimension();
        let columns = [("A", plugin.sde.drift.columns()), ("D", plugin.error.columns())];
        match columns.into_iter().find(|(_, columns)| *columns != d) {
            None => Ok(plugin),
            Some((name, columns)) => Err(InputError::Shape {
                name: name.to_owned(),
                expected: format!("a {d} x {d} matrix, as x has {d} entries"),
                got: format!("{columns} columns"),
            }),
        }
    }
}

impl<S: Scalar> LinearPlugin<S> {
    /// The Jacobian `∇s = −𝒟 Σ_t⁻¹` of the score.
    pub fn score_slope(&self, precision: &Matrix<S>) -> Matrix<S> {
        -&(&self.error * precision)
    }

    /// The generative SDE at a time, with this Jacobian of the score: drift `(Q ∇s − A) y`.
    pub fn reverse(&self, score: &Matrix<S>) -> MatrixSde<S> {
        self.sde.plug_in(&AffineField { slope: score.clone(), offset: self.sde.offset.clone() }, S::zero())
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> LinearPlugin<R> {
        LinearPlugin {
            sde: self.sde.map(&f),
            data: Covariance::new(self.data.matrix().map(&f)),
            error: self.error.map(&f),
            prior: Covariance::new(self.prior.matrix().map(&f)),
            x: self.x.map(&f),
            horizon: f(self.horizon),
        }
    }
}
