//! The inverse of the standard normal distribution function.

use super::normal::normal_density;
use super::verified_root::verified_root;
use super::{Ball, Field, Interval, Scalar, Special};
use f256::f256;

/// `Φ⁻¹(p)` for `0 < p < 1`, with as many digits as `p` determines: relative to the quantile near `p = ½`, and in the lower
/// tail down to the smallest probabilities that a ball can hold. For the upper tail ask for `−Φ⁻¹(1 − p)`, where `1 − p` is known better.
///
/// ```
/// use ouracle::numbers::{Ball, Field, normal_quantile};
/// assert!(normal_quantile(Ball::ratio(1, 20)).to_decimal(30).starts_with("-1.64485362695147271486384890799 ± "));
/// assert_eq!(normal_quantile(Ball::ratio(1, 2)).to_decimal(10), "0");
/// ```
pub fn normal_quantile(p: Ball) -> Ball {
    if p.certainly_positive() && (Ball::one() - p).certainly_positive() {
        p.increasing(quantile_of)
    } else {
        Ball::whole()
    }
}

fn quantile_of(p: f256) -> Ball {
    let (p, half) = (Interval::point(p), Ball::ratio(1, 2));
    if half.certainly_le(&p) { lower(Ball::one() - p) } else { -lower(p) }
}

/// The `z ≥ 0` with `Φ(−z) = p`, for `p ≤ ½`.
fn lower(p: Ball) -> Ball {
    let root_two = Ball::int(2).sqrt();
    let guess = approximate(-p.ln().to_f64());
    if Ball::ratio(1, 4).certainly_le(&p) {
        // erf keeps the digits of a small quantile.
        let beyond = Ball::ratio(1, 2) - p;
        return verified_root(guess, |z| ((z / root_two).erf() / 2 - beyond, normal_density(z)));
    }
    // The logarithm of a tail is nearly a parabola, however small the tail.
    let nats = p.ln();
    verified_root(guess, |z| {
        let tail = (z / root_two).erfc() / 2;
        (tail.ln() - nats, -normal_density(z) / tail)
    })
}

/// `z` to three digits from `−ln Φ(−z)`, by a rational function of `√(−2 ln p)`: Hastings' sheet 67. Nothing rests on it.
fn approximate(nats: f64) -> f64 {
    let t = (2.0 * nats).sqrt();
    let ratio =
        (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    (t - ratio).max(0.0)
}
