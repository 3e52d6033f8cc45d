//! statrs as an independent second opinion.

use ouracle::numbers::{Ball, Float, Interval, Scalar, Special};
use ouracle::strategies::ScaledScorePoint;
use ouracle::worlds::Gaussian;
use quickcheck::QuickCheck;
use statrs::distribution::{Continuous, ContinuousCDF, Normal};
use statrs::statistics::Distribution;

const ROUNDOFF: f64 = f64::EPSILON / 2.0;

fn distance(double: f64, exact: Ball) -> f64 {
    (Ball::from(Interval::point(double)) - exact).to_f64_interval().mag()
}

fn normal<const WRONG: bool>(mean: f64, variance: f64) -> Normal {
    Normal::new(mean, if WRONG { variance } else { variance.sqrt() }).expect("a valid deviation")
}

/// statrs has `−½d² − ln √2π − ln σ` with `d = (x − m)/σ`: with the roundings of `σ`, of the inputs and of the platform's
/// logarithm no more than a dozen, each at most as large as the terms, and `x − m` as large as `|x| + |m|`.
fn density<const WRONG: bool>(case: ScaledScorePoint) -> bool {
    let (x, m, v) = (case.x.to_f64(), case.delta.to_f64(), case.v0.to_f64());
    let theirs = normal::<WRONG>(m, v);
    let exact = Gaussian::<Ball>::new(case.delta.read(), case.v0.read());
    let terms = (x.abs() + m.abs()).powi(2) / v + 1.0 + v.ln().abs();
    let near = |theirs: f64, exact: Ball| distance(theirs, exact) <= 12.0 * ROUNDOFF * terms;
    near(theirs.ln_pdf(x), exact.log_density(case.x.read()))
        && near(theirs.entropy().unwrap_or(f64::NAN), exact.entropy())
}

#[test]
fn densities_and_entropies_agree_with_statrs() {
    assert!(QuickCheck::new().tests(500).quicktest(density::<false> as fn(ScaledScorePoint) -> bool).is_ok());
}

#[test]
fn a_variance_for_a_deviation_is_caught() {
    assert!(QuickCheck::new().tests(500).quicktest(density::<true> as fn(ScaledScorePoint) -> bool).is_err());
}

/// The loosest bound that statrs's own tests of `erf` and `erfc` claim, at 0.5; most are at 1e-11. A tighter one would test statrs.
const STATRS_ERF: f64 = 1e-9;

/// `Φ((x − m)/σ)`, which no world needs, from the error function that they do.
fn distribution<const WRONG: bool>(case: ScaledScorePoint) -> bool {
    let (x, m, v) = (case.x.to_f64(), case.delta.to_f64(), case.v0.to_f64());
    let z = (case.delta.read::<Ball>() - case.x.read::<Ball>()) / (case.v0.read::<Ball>() * 2).sqrt();
    let exact = z.erfc() / 2;
    let double = Float(z.to_f64()).erfc().0 / 2.0;
    // |d Φ/dz| ≤ 1 and |z| ≤ (|x| + |m|)/σ has five roundings.
    let argument = 5.0 * ROUNDOFF * (x.abs() + m.abs()) / v.sqrt();
    distance(normal::<WRONG>(m, v).cdf(x), exact) <= STATRS_ERF + argument
        && distance(double, exact) <= ROUNDOFF * 3.0 + argument
        && distance(statrs::function::erf::erf(z.to_f64()), z.erf()) <= STATRS_ERF + argument
}

#[test]
fn distribution_functions_agree_with_statrs() {
    assert!(QuickCheck::new().tests(500).quicktest(distribution::<false> as fn(ScaledScorePoint) -> bool).is_ok());
    assert!(QuickCheck::new().tests(500).quicktest(distribution::<true> as fn(ScaledScorePoint) -> bool).is_err());
}
