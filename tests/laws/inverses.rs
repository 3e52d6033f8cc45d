//! Inverse functions: applied after the function they invert, they give back what it was applied to, with its digits.

use ouracle::numbers::{Ball, EndPoint, Field, Interval, Scalar, Special, arctan, normal_quantile};
use proptest::prelude::*;

/// The radius relative to the number.
fn relative(x: Ball) -> f64 {
    (x.radius() / x.mag()).to_f64()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// `Φ(Φ⁻¹(p)) = p`, from the middle to probabilities that no double holds.
    #[test]
    fn the_normal_quantile_inverts_the_distribution_function(share in 1_i64..1_000_000, halvings in 1_i32..4000) {
        let p = Ball::ratio(share, 1_000_000) * Ball::int(2).powi(-halvings);
        let z = normal_quantile(p);
        prop_assert!(relative(z) < 1e-60, "{z}");
        let back = (-z / Ball::int(2).sqrt()).erfc() / 2;
        prop_assert!(back.overlaps(&p) && relative(back) < 1e-58, "{back}");
    }

    /// Near ½ the quantile keeps the digits of the distance.
    #[test]
    fn small_quantiles_keep_their_digits(halvings in 3_i32..150) {
        let away = Ball::int(2).powi(-halvings);
        let z = normal_quantile(Ball::ratio(1, 2) - away);
        prop_assert!(relative(z) < 1e-60, "{z}");
        prop_assert!(((z / Ball::int(2).sqrt()).erf() / 2).overlaps(&-away), "{z}");
        prop_assert!((-normal_quantile(Ball::ratio(1, 2) + away)).overlaps(&z));
    }

    /// `sin θ = x cos θ` with `|θ| < π/2`, for arguments of any size.
    #[test]
    fn the_arctangent_inverts_the_tangent(share in -1_000_000_i64..1_000_000, doublings in -2000_i32..2000) {
        let x = Ball::ratio(share, 1_000_000) * Ball::int(2).powi(doublings);
        let angle = arctan(x);
        let (sin, cos) = angle.sin_cos();
        prop_assert!(sin.overlaps(&(x * cos)) && (Ball::pi() / 2 - angle).square().is_finite(), "{angle}");
        prop_assert!(share == 0 || relative(angle) < 1e-60, "{angle}");
        prop_assert!(angle.mag() <= (Ball::pi() / 2).hi());
    }
}

/// What is not known to lie in the domain has no quantile.
#[test]
fn no_quantile_outside() {
    for p in [Ball::zero(), Ball::one(), Ball::int(-1), Ball::zero().hull(&Ball::ratio(1, 2)), Interval::whole()] {
        assert!(normal_quantile(p).is_whole());
    }
    assert!(normal_quantile(Ball::ratio(1, 2)).is_point());
}
