//! The exact variance of a score matching loss over Gaussian data and random projections.
//!
//! `f` is a loss of one sample `x` and one projection `v`. Its variance has two parts, `V_x` of the data and `V_v` of the
//! projection; only the second falls when a sample is given more projections. Sources: `song2020sliced`, `hutchinson1990`.

use super::ScoreLaw;
use crate::numbers::Field;
use crate::objectives::hutchinson::Probe;

/// `V_x = Var_x E_v f = Var(½|s|²) = ½tr W² + aᵀWa`, the same for SSM and SSM-VR, and all there is for implicit score matching.
pub fn data_variance<S: Field>(law: &ScoreLaw<S>) -> S {
    let spread = (&law.covariance * &law.covariance).trace() / 2;
    spread + law.covariance.bilinear(&law.mean, &law.mean)
}

/// `V_v = E_x Var_v f` of one projection with `E vvᵀ = I` (of another length `c`, divide by `c⁴`): of `vᵀ(−K)v` for SSM-VR,
/// of `vᵀ(−K + ½ssᵀ)v` with the random `s ~ N(a, W)` for SSM. A sum of squares for each law; nothing cancels.
pub fn projection_variance<S: Field>(law: &ScoreLaw<S>, probe: Probe, variance_reduced: bool) -> S {
    if variance_reduced {
        return probe.variance(&law.precision);
    }
    let (form, a, w) = (law.mean_form(), &law.mean, &law.covariance);
    // The mean square of an entry is its squared mean plus the variance of ½sᵢsⱼ; of a difference, that of ½(sᵢ² − sⱼ²).
    let entry = |i: usize, j: usize| {
        form[(i, j)].square() + product_variance([a[i], a[j]], [w[(i, i)], w[(j, j)]], w[(i, j)]) / 4
    };
    let difference = |i: usize, j: usize| {
        let both = w[(i, i)] + w[(j, j)];
        let variances = [both + w[(i, j)] * 2, both - w[(i, j)] * 2];
        let spread = product_variance([a[i] + a[j], a[i] - a[j]], variances, w[(i, i)] - w[(j, j)]);
        (form[(i, i)] - form[(j, j)]).square() + spread / 4
    };
    probe.combine(a.dimension(), entry, difference)
}

/// `Var_v E_x f = Var(vᵀGv)`, what SSM keeps of a projection however many samples share it.
pub fn shared_variance<S: Field>(law: &ScoreLaw<S>, probe: Probe) -> S {
    probe.variance(&law.mean_form())
}

/// `(V_x + V_v/M)/N`: of an average over `N` samples with `M` projections each, all independent.
pub fn estimator_variance<S: Field>(
    law: &ScoreLaw<S>,
    probe: Probe,
    variance_reduced: bool,
    projections: S,
    samples: S,
) -> S {
    (data_variance(law) + projection_variance(law, probe, variance_reduced) / projections) / samples
}

/// `(V_x + V_v/M)/N + (1 − 1/N) Var_v(E_x f)/M`: of SSM if the same `M` projections serve all `N` samples.
pub fn shared_estimator_variance<S: Field>(law: &ScoreLaw<S>, probe: Probe, projections: S, samples: S) -> S {
    let between = shared_variance(law, probe) * (S::one() - samples.recip()) / projections;
    estimator_variance(law, probe, false, projections, samples) + between
}

/// `Var(pq) = PQ + R² + p̄²Q + q̄²P + 2p̄q̄R` of two Gaussian variables with these means, variances and covariance.
fn product_variance<S: Field>([p, q]: [S; 2], [p_variance, q_variance]: [S; 2], covariance: S) -> S {
    let centred = p_variance * q_variance + covariance.square();
    centred + p.square() * q_variance + q.square() * p_variance + p * q * covariance * 2
}
