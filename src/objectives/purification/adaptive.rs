//! One step along any score, and the length that a probe of the score finds for it. Source: `yoon2021`.

use crate::numbers::{Dual, Field, Matrix, Scalar, Vector};

/// One step `x + αs(x)`.
pub fn step<S: Field>(score: impl Fn(&Vector<S>) -> Vector<S>, x: &Vector<S>, length: S) -> Vector<S> {
    x + &score(x).scale(length)
}

/// The adaptive length `α = λδ/(1 − z)`, `z = s(x)ᵀs(x + δs(x))/|s(x)|²`, from a second score at the probe `δ > 0`.
///
/// It is negative where the score grows along itself, and `1 − z` cancels for small `δ`: about `u/(δ|sᵀ∇s s|/|s|²)` of its
/// digits are lost to a rounding `u`. No clipping; the published code clips it to `[10⁻⁵, 10⁻¹]`.
pub fn adaptive_length<S: Field>(score: impl Fn(&Vector<S>) -> Vector<S>, x: &Vector<S>, probe: S, relaxation: S) -> S {
    let here = score(x);
    let there = score(&(x + &here.scale(probe)));
    relaxation * probe / (S::one() - here.dot(&there) / here.dot(&here))
}

/// What [`adaptive_length`] tends to as the probe does to 0: `−λ|s|²/(sᵀ∇s s)`, the derivative taken along `s`.
pub fn adaptive_length_limit<S: Scalar>(
    score: impl Fn(&Vector<Dual<S>>) -> Vector<Dual<S>>,
    x: &Vector<S>,
    relaxation: S,
) -> S {
    let here = score(&x.map(Dual::constant)).map(|s| s.re);
    let moved = Vector(x.0.iter().zip(&here.0).map(|(x, s)| Dual { re: *x, eps: *s }).collect());
    let change = score(&moved).map(|s| s.eps);
    -relaxation * here.dot(&here) / here.dot(&change)
}

/// `λ gᵀg/gᵀPg` with `g = P(x − μ_E)`: what [`adaptive_length`] is for a Gaussian energy, whatever the probe. For `λ = 1` it is
/// the length of an exact line search.
pub fn gaussian_length<S: Field>(precision: &Matrix<S>, gradient: &Vector<S>, relaxation: S) -> S {
    relaxation * gradient.dot(gradient) / precision.bilinear(gradient, gradient)
}

/// Where steps of [`gaussian_length`] lead a displacement `x − μ_E` from the mode.
pub fn adaptive_descent<S: Field>(
    precision: &Matrix<S>,
    displacement: &Vector<S>,
    relaxation: S,
    count: u32,
) -> Vector<S> {
    (0..count).fold(displacement.clone(), |x, _| {
        let gradient = precision * &x;
        &x - &gradient.scale(gaussian_length(precision, &gradient, relaxation))
    })
}
