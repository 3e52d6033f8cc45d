//! Sums of products of intervals of doubles, with one bound for all of their roundings.
//!
//! A coefficient of a product of power series is such a sum. Rounding every product and every sum outward costs six times what the
//! arithmetic does; here products and sums are rounded to nearest, and what that may have lost is added once.

use super::{EndPoint, Interval};

/// Sums of fewer terms are rounded term by term, lest small integers lose that they are exact.
const FEWEST: usize = 3;

/// Encloses `Σ aᵢ b_{m−1−i}` for two slices of the same length `m`, or says `None`: of few terms, or where an end is out of range.
///
/// With u = 2⁻⁵³ and η = 2⁻¹⁰⁷⁴ a product errs by u of itself and η, and `m − 1` additions by γ = mu/(1 − mu) of the sum of magnitudes. The
/// computed sum M of products of magnitudes is not below (1 − γ) times the exact one, because rounding is monotone; so the error of either
/// end is below mu (1 + 2⁻²⁰) M + 2mη for m < 2³⁰, and 2mu M + 3mη, rounded, is above it. No partial sum is larger than that of M: if M is
/// finite, so are the ends.
pub(super) fn convolved(left: &[Interval<f64>], right: &[Interval<f64>]) -> Option<Interval<f64>> {
    if left.len() < FEWEST {
        return None;
    }
    let (mut lower, mut upper, mut magnitude) = (0.0, 0.0, 0.0);
    for (a, b) in left.iter().zip(right.iter().rev()) {
        let (p, q, r, s) = (a.lo() * b.lo(), a.lo() * b.hi(), a.hi() * b.lo(), a.hi() * b.hi());
        lower += least(least(p, q), least(r, s));
        upper += greatest(greatest(p, q), greatest(r, s));
        magnitude += a.mag() * b.mag();
    }
    // An infinite end, or zero times one, shows here.
    if !f64::is_finite(magnitude) {
        return None;
    }
    let terms = left.len() as f64;
    let error = terms * f64::EPSILON * magnitude + 3.0 * terms * <f64 as EndPoint>::ZERO.next_up();
    Some(Interval::enclosing((lower - error).next_down(), (upper + error).next_up()))
}

fn least(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

fn greatest(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}
