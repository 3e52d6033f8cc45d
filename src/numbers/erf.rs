//! The error function and its complement at one 237-bit number, enclosed. The two truncation errors are proved here, and so are the
//! rounding errors of the two sums; every other step is interval arithmetic.

use super::exponential::widened;
use super::{Ball, Field, Interval, Rational, Scalar};
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
        return series(x);
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

/// Terms of the series: the next one is below 2⁻²⁵⁰.
const TERMS: u32 = 56;

/// What the two rules look up.
struct Tables {
    /// `2/√π`.
    scale: Ball,
    /// `2ⁿ/(2n+1)!!`, within a unit in the last place.
    series: Vec<f256>,
    /// `(n²h², e^{−n²h²})` for n = 1..=60; the squares are exact, the exponentials err by less than 8 u.
    nodes: Vec<(f256, f256)>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let term = |term: &mut Rational, n: u32| {
        *term *= Rational::from(if n == 0 { 1 } else { 2 }) / Rational::from(2 * n + 1);
        Some(Ball::rational(term).midpoint())
    };
    let squares = (1..=60).map(|n| Ball::ratio(STEP.0 * n, STEP.1).square());
    Tables {
        scale: Ball::int(2) / Ball::pi().sqrt(),
        series: (0..TERMS).scan(Rational::ONE, term).collect(),
        nodes: squares.map(|square| (square.lo(), (-square).exp().midpoint())).collect(),
    }
});

/// `2/√π e^{−x²} Σ 2ⁿ x^{2n+1}/(2n+1)!!` for 0 ≤ x ≤ 1. Every term is positive, and at most 2/(2n + 3) of the one before it, so
/// from n = 1 on all that follow a term are together smaller than that term.
///
/// With u = 2⁻²³⁷, Horner's partial sums s(n) = c(n) + x² s(n+1) have x² s(n+1) ≤ 0.51 s(n). The entries err by 2u, x² and the product and the sum
/// by u each: if s(n+1) errs by η u, then s(n) by (3 + 0.51 (η + 2)) u, and η ≤ 8.3 throughout. What is omitted is below 2⁻²⁴⁹ of the sum,
/// which is at least 1. 15 u are allowed.
fn series(x: f256) -> Ball {
    let square = x * x;
    let sum = TABLES.series.iter().rev().fold(f256::ZERO, |sum, term| *term + square * sum);
    let x = Interval::point(x);
    x * TABLES.scale * (-x.square()).exp() * widened(sum)
}

/// The step h = 15/64 of the trapezoidal rule.
const STEP: (i64, u32) = (15, 64);

/// `erfc x` for x > 1, from erfc x = (x e^{−x²}/π) I with I = ∫ f, f(t) = e^{−t²}/(t² + x²) over the real line.
///
/// Let T = h Σ f(nh). Writing T as a contour integral of f(t) cot(πt/h)/2i along Im t = ±a gives
/// I = T − (2π e^{x²}/x)/(e^{2πx/h} − 1) [only if x < a] − ε, |ε| ≤ 2M/(e^{2πa/h} − 1), M = ∫ |f(u + ia)| du ≤ √π e^{a²}/|a² − x²|,
/// because |(u + ia)² + x²| ≥ |a² − x²|. Put b = π/h = 13.404… and take a = b + 1 if x < b, else a = b − 1: then a² − 2ab = 1 − b², and
/// |a² − x²| ≥ (x² + 1/2)/7.01. By Jensen I ≥ √π/(x² + 1/2), so |ε| ≤ 14.1 e^{1−b²} I ≤ 2⁻²⁵³ I. The omitted nodes, n > 60, have
/// together less than e^{−204} I. Both are covered by a factor 1 ± 2⁻²³⁶. Relative to erfc x the bracket is 2⁻³⁵ at x = 1 and less
/// beyond, so nothing cancels. At x = b to within rounding either choice of a is right.
///
/// The sum is of positive terms, the smallest first. Weights err by 8 u, u = 2⁻²³⁷, x² and its sum with a node by u each, quotients by u. The
/// partial sums add up to Σ n tₙ, which is less than Σ n e^{−n²h²}/Σ e^{−n²h²} < 3.2 times the sum, so additions err by 3.2 u: in all less than
/// 15 u of the sum, for which a factor 1 ± 2⁻²³³ stands.
fn trapezoidal(x: f256) -> Ball {
    if !x.is_finite() {
        return Interval::enclosing(f256::ZERO, f256::MIN_GT_ZERO);
    }
    let x = Interval::point(x);
    let square = x.square();
    let middle = square.midpoint();
    let sum = TABLES.nodes.iter().rev().fold(f256::ZERO, |sum, (node, weight)| sum + *weight / (*node + middle));
    let margin = sum.div_pow2(233);
    let sum = square.recip() / 2 + Interval::enclosing(sum - margin, sum + margin);
    let step = Ball::ratio(STEP.0, STEP.1);
    let truncation = Interval::enclosing(f256::ONE.next_down().next_down(), f256::ONE.next_up());
    let integral = x * (-square).exp() * sum * (step * 2) / Ball::pi() * truncation;
    let strip = Ball::pi() / step;
    let value = if x.hi() >= strip.lo() { integral } else { integral - Ball::int(2) / (strip * x * 2).exp_m1() };
    value.intersect(&Interval::enclosing(f256::ZERO, f256::ONE)).unwrap_or(value)
}
