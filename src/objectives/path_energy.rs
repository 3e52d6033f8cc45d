//! The energy `∫Y² dt` of an Ornstein–Uhlenbeck path: what a quadratic penalty and a wrong rate cost on average.

use crate::numbers::Scalar;

/// `∫₀ᵀ E[Y_t² | Y_0 = x] dt = x² Tφ₁(−2kT) + σ²T² φ₂(−2kT)` for `dY = −kY dt + σ dB` and any real `k`; `noise` is `σ²`.
pub fn mean_energy<S: Scalar>(rate: S, noise: S, x: S, time: S) -> S {
    let z = -rate * time * 2;
    time * (x.square() * z.phi(1) + noise * time * z.phi(2))
}
