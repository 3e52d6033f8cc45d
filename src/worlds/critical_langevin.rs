//! Critically damped Langevin dynamics: noise enters the velocity only, and the drift has one eigenvalue without two
//! eigenvectors.

use super::{MatrixSde, MatrixTransition};
use crate::numbers::{Matrix, Scalar, Vector};

/// `dx = M⁻¹ v dB`, `dv = (−x − Γ M⁻¹ v) dB + √(2Γ) dW` in the clock `B = ∫β`, with `Γ = 2√M`; the state is (position, velocity).
/// Stationary law `N(0, diag(1, M))`. Source: `dockhorn2022`.
#[derive(Debug, Clone, Copy)]
pub struct CriticalLangevin<S> {
    /// The mass `M > 0`.
    pub mass: S,
}

impl<S: Scalar> CriticalLangevin<S> {
    /// The friction `Γ = 2√M` at which the double eigenvalue `−ω`, `ω = 1/√M`, has one eigenvector.
    pub fn friction(&self) -> S {
        self.mass.sqrt() * 2
    }

    /// The dynamics with this friction, critical or not.
    pub fn sde(&self, friction: S) -> MatrixSde<S> {
        let (nothing, rate) = (S::zero(), self.mass.recip());
        let drift = [[nothing, rate], [S::int(-1), -friction * rate]];
        let factor = [nothing, (friction * 2).sqrt()];
        MatrixSde::centred(
            Matrix::from_fn(2, 2, |i, j| drift[i][j]),
            Matrix::from_fn(2, 2, |i, j| if i == j { factor[i] } else { nothing }),
        )
    }

    /// The stationary covariance `diag(1, M)`.
    pub fn stationary(&self) -> Matrix<S> {
        Matrix::from_fn(2, 2, |i, j| match (i, j) {
            (0, 0) => S::one(),
            (1, 1) => self.mass,
            _ => S::zero(),
        })
    }

    /// `e^{AB}` and `W = Σ∞ − e^{AB} Σ∞ e^{AᵀB}` after the clock `b`, without cancellation: with `y = 2ωB` and
    /// `q = y³ ψ(y)`, `ψ = ½φ₁ − φ₂ + φ₃` at `−y` (that is `∫₀¹ e^{−ys} s²/2 ds`),
    ///
    /// `W_xx = q`, `W_xv = B y e^{−y}`, `W_vv = M (2y e^{−y} + q)`.
    pub fn transition(&self, b: S) -> MatrixTransition<S> {
        let omega = self.mass.sqrt().recip();
        let (turn, y) = (omega * b, omega * b * 2);
        let decay = (-turn).exp();
        let factor = [[turn + 1, omega * turn], [-b, S::one() - turn]];
        let (position, decayed) = (self.spread(y), (-y).exp());
        let covariance = [[position, b * y * decayed], [b * y * decayed, self.mass * (y * decayed * 2 + position)]];
        MatrixTransition {
            factor: Matrix::from_fn(2, 2, |i, j| factor[i][j] * decay),
            covariance: Matrix::from_fn(2, 2, |i, j| covariance[i][j]),
        }
    }

    /// `q(y) = 1 − e^{−y}(1 + y + y²/2)`.
    fn spread(&self, y: S) -> S {
        y.powi(3) * Self::weight(y)
    }

    /// `ψ(y) = ∫₀¹ e^{−ys} s²/2 ds`.
    fn weight(y: S) -> S {
        (-y).phi(1) / 2 - (-y).phi(2) + (-y).phi(3)
    }

    /// `det W = M y⁴ [2e^{−y}ψ + y²ψ² − e^{−2y}/4]`; the bracket is `1/12` at 0, so that all digits survive.
    pub fn determinant(&self, b: S) -> S {
        let y = self.mass.sqrt().recip() * b * 2;
        let (weight, decayed) = (Self::weight(y), (-y).exp());
        let bracket = decayed * weight * 2 + (y * weight).square() - decayed.square() / 4;
        self.mass * y.powi(4) * bracket
    }

    /// `z ↦ zᵀ W⁻¹ z`, by this determinant.
    pub fn squared_distance(&self, b: S, z: &Vector<S>) -> S {
        let w = self.transition(b).covariance;
        (w[(1, 1)] * z[0].square() - w[(0, 1)] * z[0] * z[1] * 2 + w[(0, 0)] * z[1].square()) / self.determinant(b)
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> CriticalLangevin<R> {
        CriticalLangevin { mass: f(self.mass) }
    }
}
