//! What each loss is on average over Gaussian data, with the ½ of Hyvärinen throughout. `C = E vvᵀ` is the second moment of the
//! projections: `I` for every [`Probe`](crate::objectives::hutchinson::Probe), `I/d` on the unit sphere. Sources:
//! `hyvarinen2005`, `song2020sliced`.

use super::ScoreLaw;
use crate::numbers::{Field, Matrix, Scalar};
use crate::worlds::ScoreModel;

/// Implicit score matching: `J_ISM = −tr K + ½(tr W + |a|²)`.
pub fn mean_implicit<S: Field>(law: &ScoreLaw<S>) -> S {
    law.mean_square() / 2 - law.precision.trace()
}

/// Explicit score matching: `J_ESM = ½E|s − s_p|² = ½(tr DΣD + |a|²)` with `D = K − Σ⁻¹`.
pub fn mean_explicit<S: Scalar>(model: &ScoreModel<S>) -> S {
    mean_square_error(model).trace() / 2
}

/// Sliced score matching: `−tr(CK) + ½tr(C(W + aaᵀ))`, which is `J_ISM` for `C = I`.
pub fn mean_sliced<S: Field>(law: &ScoreLaw<S>, second_moment: &Matrix<S>) -> S {
    (second_moment * &law.mean_form()).trace()
}

/// Sliced score matching with the square integrated: `−tr(CK) + ½(tr W + |a|²)`, which is `J_ISM` for `C = I`.
pub fn mean_sliced_reduced<S: Field>(law: &ScoreLaw<S>, second_moment: &Matrix<S>) -> S {
    law.mean_square() / 2 - (second_moment * &law.precision).trace()
}

/// The sliced Fisher divergence: `½E(vᵀs − vᵀs_p)² = ½tr(C(DΣD + aaᵀ))`, which is `J_ESM` for `C = I`.
pub fn sliced_divergence<S: Scalar>(model: &ScoreModel<S>, second_moment: &Matrix<S>) -> S {
    (second_moment * &mean_square_error(model)).trace() / 2
}

/// `½E(vᵀs_p)² = ½tr(CΣ⁻¹)`: what the divergence has and the loss does not.
pub fn sliced_constant<S: Scalar>(model: &ScoreModel<S>, second_moment: &Matrix<S>) -> S {
    (second_moment * model.data.covariance.precision()).trace() / 2
}

/// `E(s − s_p)(s − s_p)ᵀ = DΣD + aaᵀ`.
fn mean_square_error<S: Scalar>(model: &ScoreModel<S>) -> Matrix<S> {
    let (error, mean) = (model.precision_error(), model.mean_score());
    &(&(&error * model.data.covariance.matrix()) * &error) + &mean.outer(&mean)
}
