//! Expectations under a Gaussian law: closed-form moments, tails that matter, and nothing where nothing is known.

use super::exact::{polynomial_in, q};
use ouracle::numbers::{Ball, EndPoint, Field, Integrand, Majorant, OverLine, Rational, Scalar, gaussian_mean};
use ouracle::worlds::{Gaussian, Mixture};
use proptest::prelude::*;

/// `Σ cₖ zᵏ`.
struct Polynomial(Vec<i64>);

impl Integrand for Polynomial {
    fn value<S: OverLine>(&self, z: S) -> S {
        polynomial_in(&self.0, z)
    }
}

/// `E Zᵏ = (k − 1)!!` for even `k`, else 0.
fn moment(k: usize) -> Rational {
    if k % 2 == 1 {
        Rational::ZERO
    } else {
        (1..k).step_by(2).fold(Rational::ONE, |product, j| product * Rational::from(j))
    }
}

fn exact_mean(coefficients: &[i64]) -> Rational {
    let terms = coefficients.iter().enumerate();
    terms.fold(Rational::ZERO, |sum, (k, c)| sum + moment(k) * Rational::from(*c))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Every polynomial of degree 8 at most, to the radius asked for.
    #[test]
    fn moments(coefficients in prop::collection::vec(-99_i64..99, 1..=9), digits in 0..33_i32) {
        let radius = 10_f64.powi(-digits);
        let mean = gaussian_mean(&Polynomial(coefficients.clone()), radius);
        prop_assert!(mean.contains(&exact_mean(&coefficients)), "{mean}");
        prop_assert!(mean.radius().to_f64() <= radius * 1.01, "{mean}");
    }

    /// A law split into components of the same law is the same law.
    #[test]
    fn split_laws(weight in 1_i64..99, mean in -99_i64..99, variance in 1_i64..99) {
        let law = Gaussian::new(Ball::int(mean) / 7, Ball::int(variance) / 13);
        let split = Mixture::new([(Ball::int(weight) / 100, law), (Ball::int(100 - weight) / 100, law)]);
        let (entropy, information) = (split.entropy(1e-30), split.fisher_information(1e-30));
        prop_assert!(entropy.overlaps(&law.entropy()) && entropy.radius().to_f64() < 2e-30, "{entropy}");
        prop_assert!(information.overlaps(&law.variance.recip()) && information.radius().to_f64() < 2e-30, "{information}");
    }

    /// What the majorant says holds at every point.
    #[test]
    fn majorants(coefficients in prop::collection::vec(-99_i64..99, 1..=3), z in -40_i64..40) {
        let tried = [growing::<Majorant>(&coefficients, Majorant::variable()).at(z.unsigned_abs() as f64 / 4.0)];
        let value = growing::<Ball>(&coefficients, Ball::int(z) / 4);
        prop_assert!(value.mag().to_f64() <= tried[0], "{value} exceeds {}", tried[0]);
    }
}

/// A little of everything that a majorant can bound.
fn growing<S: Scalar>(coefficients: &[i64], z: S) -> S {
    let p = polynomial_in(coefficients, z);
    (p - z / 3).log_add_exp(-z * 2 + 1) * (z - p).logistic() - p.square() / S::int(7).sqrt() + S::pi().exp()
}

/// Beyond six deviations `z⁸` still has 0.003 of its mean: a coarse enclosure without its tail would exclude the truth.
#[test]
fn the_tail_is_needed() {
    let eighth = Polynomial(vec![0, 0, 0, 0, 0, 0, 0, 0, 1]);
    let mean = gaussian_mean(&eighth, 1.0);
    assert!(mean.contains(&q("105")), "{mean}");
    let tail = eighth.value(Majorant::variable()).tail(6.0);
    assert!(tail > 0.003 && tail < 0.02, "{tail}");
}

/// What grows faster than any power that is provided for, or is not smooth anywhere, has no enclosure.
#[test]
fn nothing_is_claimed_of_what_is_not_known() {
    struct Exponential;
    impl Integrand for Exponential {
        fn value<S: OverLine>(&self, z: S) -> S {
            z.exp()
        }
    }
    struct Pole;
    impl Integrand for Pole {
        fn value<S: OverLine>(&self, z: S) -> S {
            z.recip()
        }
    }
    assert!(gaussian_mean(&Exponential, 1e-3).is_whole());
    assert!(gaussian_mean(&Pole, 1e-3).is_whole());
    assert!(gaussian_mean(&Polynomial(vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), 1e-3).is_whole());
}
