//! How well a displaced input is told from the clean one behind injected noise. Sources: `yoon2021`, `cohen2019`.

use super::Steps;
use crate::numbers::{Covariance, Matrix, Scalar, Special, Vector};

/// `N(x, σ²I)` against `N(x + δ, σ²I)`: only `‖δ‖` and `σ` matter, in any dimension.
#[derive(Debug, Clone, Copy)]
pub struct Displacement<S> {
    /// `‖δ‖₂ ≥ 0`.
    pub length: S,
    /// `σ > 0`, the standard deviation of the noise.
    pub deviation: S,
}

impl<S: Scalar> Displacement<S> {
    /// What steps make of the pair `N(x, σ²I)` and `N(x + δ, σ²I)`: displaced by `Bᵏδ`, with the covariance `C = σ²B²ᵏ` and what noise the
    /// steps add, it is told apart like a displacement by `√((Bᵏδ)ᵀC⁻¹Bᵏδ)` under noise of variance 1. `B` invertible, or noise in
    /// the steps; `δ` of `d` entries.
    pub fn behind(steps: &Steps<S>, displacement: &Vector<S>, deviation: S) -> Self {
        let noise = Matrix::identity(displacement.dimension()).scale(deviation.square());
        let (moved, spread) = (&steps.factor() * displacement, Covariance::new(steps.covariance(&noise)));
        Self { length: spread.precision().bilinear(&moved, &moved).sqrt(), deviation: S::one() }
    }

    /// `‖δ‖²/σ²`.
    fn squared_ratio(&self) -> S {
        (self.length / self.deviation).square()
    }

    /// The Kullback–Leibler divergence `‖δ‖²/(2σ²)`, in nats, the same both ways.
    pub fn kl(&self) -> S {
        self.squared_ratio() / 2
    }

    /// `∫(p − q)²/q = e^{‖δ‖²/σ²} − 1`, the same both ways.
    pub fn chi_square(&self) -> S {
        self.squared_ratio().exp_m1()
    }

    /// The squared Hellinger distance `1 − ∫√(pq) = 1 − e^{−‖δ‖²/(8σ²)}`.
    pub fn squared_hellinger(&self) -> S {
        -(-self.squared_ratio() / 8).exp_m1()
    }
}

impl<S: Special> Displacement<S> {
    /// The total variation `2Φ(‖δ‖/2σ) − 1 = erf(‖δ‖/(2√2σ))`, written so that a small one keeps its digits: by how much the
    /// probability of any event can differ.
    pub fn total_variation(&self) -> S {
        (self.length / (self.deviation * 2 * S::int(2).sqrt())).erf()
    }
}
