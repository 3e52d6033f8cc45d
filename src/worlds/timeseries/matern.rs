//! The Matérn-3/2 process: differentiable once, and Markov only together with its derivative.

use super::StateSpace;
use crate::numbers::{Matrix, Scalar};
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::MatrixTransition;

/// The centred process with covariance `k(τ) = s(1 + κ|τ|)e^{−κ|τ|}`, `κ = √3/ℓ`, as the first entry of the state `(x, ẋ)`,
/// `dẋ = −κ²x dt − 2κẋ dt + 2√(κ³s) dW`. Source `hartikainen2010`.
#[derive(Debug, Clone, Copy)]
pub struct Matern<S> {
    /// Variance, `> 0`.
    pub s: S,
    /// The rate `κ = √3/ℓ > 0`, per time.
    pub kappa: S,
}

impl<S: Scalar> Parameters<S> for Matern<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "variance of the process")?;
        let kappa = source.real("kappa", Domain::Positive, "rate kappa = sqrt(3)/lengthscale, 1/time")?;
        Ok(Self { s, kappa })
    }
}

impl<S: Scalar> Matern<S> {
    /// From the lengthscale `ℓ`.
    pub fn of_lengthscale(s: S, lengthscale: S) -> Self {
        Self { s, kappa: S::int(3).sqrt() / lengthscale }
    }

    /// The drift matrix `F = [[0, 1], [−κ², −2κ]]`.
    pub fn drift(&self) -> Matrix<S> {
        let rows = [[S::zero(), S::one()], [-self.kappa.square(), self.kappa * -2]];
        Matrix::from_fn(2, 2, |i, j| rows[i][j])
    }

    /// `A = e^{FΔ} = e^{−κΔ} [[1 + κΔ, Δ], [−κ²Δ, 1 − κΔ]]`.
    pub fn factor(&self, gap: S) -> Matrix<S> {
        let u = self.kappa * gap;
        let (decay, rows) = ((-u).exp(), [[u + 1, gap], [-(self.kappa * u), S::one() - u]]);
        Matrix::from_fn(2, 2, |i, j| decay * rows[i][j])
    }

    /// What the noise adds to the covariance per time, `diag(0, 4κ³s)`.
    pub fn noise(&self) -> Matrix<S> {
        let mut noise = Matrix::zeros(2, 2);
        noise[(1, 1)] = self.kappa.powi(3) * self.s * 4;
        noise
    }
}

impl<S: Scalar> StateSpace<S> for Matern<S> {
    fn mean(&self) -> S {
        S::zero()
    }

    fn kernel(&self, lag: S) -> S {
        let u = self.kappa * lag;
        self.s * (u + 1) * (-u).exp()
    }

    /// `P∞ = diag(s, κ²s)`.
    fn stationary(&self) -> Matrix<S> {
        let diagonal = [self.s, self.kappa.square() * self.s];
        Matrix::symmetric(2, |i, j| if i == j { diagonal[i] } else { S::zero() })
    }

    /// `A` and `Q = P∞ − A P∞ Aᵀ`, written for any gap: with `z = 2κΔ`,
    ///
    /// * `Q₀₀ = s(1 − e^{−z}(1 + z + z²/2)) = s g/(1 + z + z²/2 + g)`, `g = z³φ₃(z)`, of order `Δ³`, in which nothing cancels;
    /// * `Q₀₁ = κs z²e^{−z}/2`;
    /// * `Q₁₁ = κ²s(1 − e^{−z}(1 − z + z²/2)) = κ²s z(φ₁(−z) + e^{−z}(1 − z/2))`.
    fn transition(&self, gap: S) -> MatrixTransition<S> {
        let z = self.kappa * gap * 2;
        let square = (-z).exp();
        let position = ((z + 1 + z.square() / 2) / (z.powi(3) * z.phi(3)) + 1).recip();
        let both = z.square() * square / 2;
        let velocity = z * ((-z).phi(1) + square * (S::one() - z / 2));
        let entries = [position, self.kappa * both, self.kappa.square() * velocity];
        MatrixTransition { factor: self.factor(gap), covariance: Matrix::symmetric(2, |i, j| self.s * entries[i + j]) }
    }
}
