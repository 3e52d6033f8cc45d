//! The squared length of a Gaussian vector as a mixture of `χ²` laws, by which its mean length is a series. Source: `ruben1962`.

use super::isotropic_norm;
use crate::numbers::{Ball, EndPoint, Field, Scalar};

/// More terms than any reasonable ratio of eigenvalues needs; after them the enclosure is as wide as what is left.
const MOST_TERMS: usize = 2000;

/// `E‖N(d, diag l)‖` to about this radius, from the eigenvalues `l > 0` of a covariance and the shift `d` in their basis: at least one.
///
/// With `β = min l` and `yₘ = Σⱼ (1 − β/lⱼ)ᵐ + mβ Σⱼ (dⱼ²/lⱼ²) (1 − β/lⱼ)^{m−1}` the law of the square is `Σ cₖ β χ²_{d+2k}`, where
/// `c₀ = e^{−½Σd²/l} Πⱼ √(β/lⱼ)` and `cₖ = Σ_{m<k} y_{k−m} cₘ/2k`, all positive. They add up to 1, and `Σ cₖ β (d + 2k)` to the mean
/// square, so what the terms beyond add is at most the root of the product of what these two sums still lack.
pub fn norm_by_chi_squares(eigenvalues: &[Ball], shift: &[Ball], radius: f64) -> Ball {
    let axes: Vec<_> = eigenvalues.iter().copied().zip(shift.iter().copied()).collect();
    let dimension = axes.len();
    let smallest = axes.iter().fold(axes[0].0, |least, (l, _)| if l.certainly_le(&least) { *l } else { least });
    let ratio = |(l, d): &(Ball, Ball)| (Ball::one() - smallest / *l, smallest * d.square() / l.square());
    let ratios: Vec<_> = axes.iter().map(ratio).collect();
    let power_sum = |m: i32| {
        let terms = ratios.iter().map(|(rest, away)| rest.powi(m) + *away * rest.powi(m - 1) * i64::from(m));
        terms.fold(Ball::zero(), |sum, term| sum + term)
    };
    let exponent = axes.iter().fold(Ball::zero(), |sum, (l, d)| sum + d.square() / *l);
    let scale = axes.iter().fold(Ball::one(), |product, (l, _)| product * smallest / *l);
    let square = axes.iter().fold(Ball::zero(), |sum, (l, d)| sum + *l + d.square());

    let mut weights = vec![(-exponent / 2).exp() * scale.sqrt()];
    let mut sums = Vec::new();
    let mut length = isotropic_norm(smallest, dimension as u32);
    let mut total = weights[0] * length;
    let mut lacking = [Ball::one() - weights[0], square - weights[0] * smallest * dimension as i64];
    let rest = |lacking: &[Ball; 2]| {
        // Neither is negative, though rounding may say so.
        let [mass, square] = lacking.map(|part| Ball::zero().hull(&Ball::point(part.hi())));
        Ball::zero().hull(&Ball::point((mass * square).sqrt().hi()))
    };
    while rest(&lacking).hi().to_f64() > radius && weights.len() < MOST_TERMS {
        let k = weights.len();
        sums.push(power_sum(k as i32));
        let weight = (0..k).fold(Ball::zero(), |sum, m| sum + sums[k - m - 1] * weights[m]) / (2 * k as i64);
        // Γ(x + 1) = x Γ(x): two degrees of freedom more.
        let degrees = (dimension + 2 * k) as i64;
        length = length * (degrees - 1) / (degrees - 2);
        total = total + weight * length;
        lacking = [lacking[0] - weight, lacking[1] - weight * smallest * degrees];
        weights.push(weight);
    }
    total + rest(&lacking)
}
