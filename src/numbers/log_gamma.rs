//! The logarithm of the gamma function, enclosed: Stirling's series, whose error is less than its first omitted term.

use super::{Ball, Field, Rational, Scalar};
use std::sync::LazyLock;

/// From here on the series alone gives all digits: its term number 30 is below 1e-75.
const FAR: i64 = 64;
/// Terms of the series.
const TERMS: usize = 30;

/// `ln Γ(x)` for `x > 0`, by `ln Γ(x) = (x − ½) ln x − x + ½ ln 2π + Σ B₂ₖ/(2k(2k − 1)x^{2k−1})` where `x` is large enough, and by
/// `Γ(x + 1) = xΓ(x)` below.
///
/// ```
/// use ouracle::numbers::{Ball, Field, Scalar, ln_gamma};
/// assert!(ln_gamma(Ball::ratio(1, 2)).overlaps(&(Ball::pi().ln() / 2)));
/// assert!(ln_gamma(Ball::int(21)).overlaps(&Ball::int(2_432_902_008_176_640_000).ln()));
/// ```
pub fn ln_gamma(x: Ball) -> Ball {
    if !x.certainly_positive() {
        return Ball::whole();
    }
    let (mut far, mut product) = (x, Ball::one());
    while !Ball::int(FAR).certainly_le(&far) {
        product = product * far;
        far = far + 1;
    }
    let square = far.square().recip();
    let mut power = far.recip();
    let mut series = Ball::zero();
    for coefficient in &STIRLING[..TERMS] {
        series = series + *coefficient * power;
        power = power * square;
    }
    let error = Ball::zero().hull(&(STIRLING[TERMS] * power));
    let stirling = (far - Ball::ratio(1, 2)) * far.ln() - far + (Ball::pi() * 2).ln() / 2;
    stirling + series + error - product.ln()
}

/// `B₂ₖ/(2k(2k − 1))`, `k ≥ 1`.
static STIRLING: LazyLock<Vec<Ball>> = LazyLock::new(|| {
    // (m + 1) Bₘ = −Σ C(m + 1, j) Bⱼ over j < m.
    let mut bernoulli = vec![Rational::ONE];
    for m in 1..=2 * (TERMS + 1) {
        let (mut binomial, mut sum) = (Rational::ONE, Rational::ZERO);
        for (j, b) in bernoulli.iter().enumerate() {
            sum += &binomial * b;
            binomial = binomial * Rational::from(m + 1 - j) / Rational::from(j + 1);
        }
        bernoulli.push(-sum / Rational::from(m + 1));
    }
    let coefficient = |k: usize| &bernoulli[2 * k] / Rational::from(2 * k * (2 * k - 1));
    (1..=TERMS + 1).map(|k| Ball::rational(&coefficient(k))).collect()
});
