//! What a chain with `β̃` loses against the exact reverse transitions, in nats, without eigenvectors.

use super::Denoiser;
use crate::numbers::{Matrix, Scalar};
use crate::worlds::{Ddpm, Rung};

/// `½[tr R − ln det(I + R)] = KL(N(0, I + R) ‖ N(0, I)) ≥ 0` of a symmetric `R` with `I + R` positive definite, in nats.
///
/// With `I + R = LDLᵀ` and `D = I + δ` it is half of `Σ(δ_j − ln(1 + δ_j)) + Σ_{k<j} L²_{jk}D_k`, in which nothing is subtracted:
/// for small `R` a trace and a log-determinant would cancel.
pub fn divergence<S: Scalar>(r: &Matrix<S>) -> S {
    let d = r.rows();
    // L with its columns multiplied by D.
    let mut lower: Matrix<S> = Matrix::zeros(d, d);
    let mut excesses: Vec<S> = Vec::with_capacity(d);
    let mut total = S::zero();
    for j in 0..d {
        let explained = (0..j).fold(S::zero(), |sum, k| sum + lower[(j, k)].square() / (excesses[k] + 1));
        let own = r[(j, j)] - explained;
        for i in j + 1..d {
            lower[(i, j)] = (0..j).fold(r[(i, j)], |rest, k| rest - lower[(i, k)] * lower[(j, k)] / (excesses[k] + 1));
        }
        total = total + own.minus_ln_1p() + explained;
        excesses.push(own);
    }
    total / 2
}

/// `R = (ρ_{t−1} − ρ_t)C(I + ρ_tC)⁻¹` of a rung, `ρ = α²/σ²`: by how much the exact reverse covariance exceeds `β̃`, in units of
/// `β̃`. As `α²_{t−1}β/σ²_{t−1} CM_t⁻¹` no difference is taken.
pub fn excess<S: Scalar>(denoiser: &Denoiser<S>, rung: &Rung<S>) -> Matrix<S> {
    let share = rung.clean.alpha * rung.forward.variance / (rung.clean.sigma.square() * rung.forward.factor);
    denoiser.gain(&rung.noisy).scale(share)
}

/// The slack of the transitions `t = 2, …, T` with `β̃`: what the expected bound is below the entropy, besides the mismatch of the
/// start, `Σ_t ½[tr R_t − ln det(I + R_t)]`. Source: `kingma2021`.
pub fn slack<S: Scalar>(denoiser: &Denoiser<S>, schedule: &Ddpm<S>) -> S {
    let rungs = schedule.descent().rungs;
    rungs.iter().fold(S::zero(), |sum, rung| sum + divergence(&excess(denoiser, rung)))
}

/// What the bound pays for a squared error of the predicted noise, `½(ρ_{t−1}/ρ_t − 1) = β/(2(1 − β)σ²_{t−1})`.
pub fn noise_weight<S: Scalar>(rung: &Rung<S>) -> S {
    rung.forward.variance / ((rung.forward.factor * rung.clean.sigma).square() * 2)
}
