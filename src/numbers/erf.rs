//! The error function and its complement at one 237-bit number, enclosed: every step is interval arithmetic, and the two
//! truncation errors are proved here.

use super::{Ball, EndPoint, Field, Interval, Scalar};
use f256::f256;
use std::sync::LazyLock;

/// Up to here erf by its series, above erfc by the trapezoidal rule; the other is 1 minus it.
const SERIES_END: f256 = f256::ONE;

/// `erf x`, with relative width below 2⁻²²⁵.
pub(super) fn erf(x: f256) -> Ball {
    if x < f256::ZERO {
        return -erf(-x);
    }
    if x <= SERIES_END {
        return series(Interval::point(x));
    }
    // Never above 1, though rounding 1 − erfc outward may say so.
    let value = Ball::one() - trapezoidal(x);
    value.intersect(&Interval::enclosing(f256::ZERO, f256::ONE)).unwrap_or(value)
}

/// `erfc x`: relative width below 2⁻²²⁵ up to x = 10 and below 2⁻²²⁵ (x/10)² beyond, because e^{−x²} is taken at the rounded square.
pub(super) fn erfc(x: f256) -> Ball {
    if x > SERIES_END {
        return trapezoidal(x);
    }
    // Never above 2, though rounding outward may say so.
    let value = Ball::one() - erf(x);
    value.intersect(&Interval::enclosing(f256::ZERO, f256::TWO)).unwrap_or(value)
}

/// `2/√π e^{−x²} Σ 2ⁿ x^{2n+1}/(2n+1)!!` for 0 ≤ x ≤ 1. Every term is positive, and at most 2/(2n + 3) of the one before it, so
/// from n = 1 on all that follow a term are together smaller than that term.
fn series(x: Ball) -> Ball {
    let double_square = x.square() * 2;
    let mut term = Ball::one();
    let mut sum = term;
    let mut odd = 1;
    while term.hi().to_f64() > 1e-73 {
        odd += 2;
        term = term * double_square / odd;
        sum = sum + term;
    }
    let sum = sum + Interval::enclosing(f256::ZERO, term.hi());
    x * 2 / Ball::pi().sqrt() * (-x.square()).exp() * sum
}

/// The step h = 15/64 of the trapezoidal rule.
const STEP: (i64, u32) = (15, 64);

/// `(n²h², e^{−n²h²})` for n = 1..=60; the squares are exact.
static NODES: LazyLock<Vec<(Ball, Ball)>> = LazyLock::new(|| {
    (1..=60).map(|n| (Ball::ratio(STEP.0 * n, STEP.1)).square()).map(|square| (square, (-square).exp())).collect()
});

/// `erfc x` for x > 1, from erfc x = (x e^{−x²}/π) I with I = ∫ f, f(t) = e^{−t²}/(t² + x²) over the real line.
///
/// Let T = h Σ f(nh). Writing T as a contour integral of f(t) cot(πt/h)/2i along Im t = ±a gives
/// I = T − (2π e^{x²}/x)/(e^{2πx/h} − 1) [only if x < a] − ε, |ε| ≤ 2M/(e^{2πa/h} − 1), M = ∫ |f(u + ia)| du ≤ √π e^{a²}/|a² − x²|,
/// because |(u + ia)² + x²| ≥ |a² − x²|. Put b = π/h = 13.404… and take a = b + 1 if x < b, else a = b − 1: then a² − 2ab = 1 − b², and
/// |a² − x²| ≥ (x² + 1/2)/7.01. By Jensen I ≥ √π/(x² + 1/2), so |ε| ≤ 14.1 e^{1−b²} I ≤ 2⁻²⁵³ I. The omitted nodes, n > 60, have
/// together less than e^{−204} I. Both are covered by a factor 1 ± 2⁻²³⁶. Relative to erfc x the bracket is 2⁻³⁵ at x = 1 and less
/// beyond, so nothing cancels. At x = b to within rounding either choice of a is right.
fn trapezoidal(x: f256) -> Ball {
    if !x.is_finite() {
        return Interval::enclosing(f256::ZERO, f256::MIN_GT_ZERO);
    }
    let x = Interval::point(x);
    let square = x.square();
    let sum = NODES.iter().fold(square.recip() / 2, |sum, &(node, weight)| sum + weight / (node + square));
    let step = Ball::ratio(STEP.0, STEP.1);
    let truncation = Interval::enclosing(f256::ONE.next_down().next_down(), f256::ONE.next_up());
    let integral = x * (-square).exp() * sum * (step * 2) / Ball::pi() * truncation;
    let strip = Ball::pi() / step;
    let value = if x.hi() >= strip.lo() { integral } else { integral - Ball::int(2) / (strip * x * 2).exp_m1() };
    value.intersect(&Interval::enclosing(f256::ZERO, f256::ONE)).unwrap_or(value)
}
