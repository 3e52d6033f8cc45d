//! Rigorous quadrature: exact for polynomials, wide rather than wrong elsewhere, and nothing without its remainder.

use super::exact::{polynomial_in, q, rational};
use ouracle::numbers::{
    Ball, COARSE, EndPoint, Field, Panel, Rational, Scalar, gauss_legendre_nodes, integrate, integrate_to_digits,
};
use proptest::prelude::*;

/// A formula in both readings of [`integrate`].
macro_rules! integral {
    (|$x:ident| $body:expr, $from:expr, $to:expr, $radius:expr) => {{
        fn formula<S: Scalar>($x: S) -> S {
            $body
        }
        integrate(&formula::<Ball>, &formula::<Panel>, $from, $to, $radius)
    }};
}

fn exact_integral(coefficients: &[i64], from: &Rational, to: &Rational) -> Rational {
    let primitive = |x: &Rational| {
        let terms = coefficients.iter().enumerate().rev();
        terms.fold(Rational::ZERO, |sum, (n, c)| sum * x + Rational::from(*c) / Rational::from(n + 1)) * x
    };
    primitive(to) - primitive(from)
}

fn of_polynomial(coefficients: &[i64], from: &Rational, to: &Rational, radius: f64) -> Ball {
    let f = |x: Ball| polynomial_in(coefficients, x);
    let over = |x: Panel| polynomial_in(coefficients, x);
    integrate(&f, &over, Ball::rational(from), Ball::rational(to), radius)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Twenty nodes are exact to degree 39: no remainder, one panel, all digits, in either direction.
    #[test]
    fn polynomials(coefficients in prop::collection::vec(-99_i64..99, 1..=40), from in rational(2), to in rational(2)) {
        let exact = exact_integral(&coefficients, &from, &to);
        let integral = of_polynomial(&coefficients, &from, &to, 1e-300);
        prop_assert!(integral.contains(&exact), "{integral}");
        // The formula itself, over absolute values, is what its rounding is relative to.
        let size = coefficients.iter().rev().fold(0.0, |sum, c| sum * 2.0 + c.abs() as f64) * 4.0;
        prop_assert!(integral.radius().to_f64() <= 1e-50 * size, "{}", integral.to_decimal(70));
    }

    /// From degree 40 on the remainder works, and refines until the radius is reached.
    #[test]
    fn higher_polynomials(coefficients in prop::collection::vec(-9_i64..9, 41..48), from in rational(1), to in rational(1), digits in 1..25_i32) {
        let exact = exact_integral(&coefficients, &from, &to);
        let radius = 10_f64.powi(-digits);
        let integral = of_polynomial(&coefficients, &from, &to, radius);
        prop_assert!(integral.contains(&exact), "{integral}");
        prop_assert!(integral.radius().to_f64() <= radius * 1.01, "{integral}");
    }
}

/// On one coarse panel the rule alone is wrong, and excludes the truth; with its remainder it contains it.
#[test]
fn the_remainder_is_needed() {
    let coefficients: Vec<i64> = (0..41).map(|n| i64::from(n == 40)).collect();
    let (from, to) = (q("-1"), q("1"));
    let exact = exact_integral(&coefficients, &from, &to);
    assert_eq!(exact, q("2/41"));
    let f = |x: Ball| polynomial_in(&coefficients, x);
    let honest = |x: Panel| polynomial_in(&coefficients, x);
    // A panel that claims a vanishing coefficient of order 40: the rule without remainder.
    let lying = |_: Panel| Panel::zero();
    let ends = (Ball::rational(&from), Ball::rational(&to));
    let bare = integrate(&f, &lying, ends.0, ends.1, COARSE);
    let enclosed = integrate(&f, &honest, ends.0, ends.1, 1.0);
    assert!(enclosed.contains(&exact) && !bare.contains(&exact));
    // The error of the rule is the constant of the remainder itself: 2⁴¹ (20!)⁴/(41 (40!)²).
    let central = (1..=20).fold(Rational::ONE, |c, k| c * Rational::from(20 + k) / Rational::from(k));
    let error = Rational::from(2).pow(41) / (Rational::from(41) * &central * &central);
    assert!((bare + Ball::rational(&error)).contains(&exact), "the constant of the remainder is off");
    assert!(!(bare + Ball::rational(&(error * q("1.000001")))).contains(&exact));
    // The same with a transcendental integrand.
    let bare = integrate(&|x: Ball| (x * 9).exp(), &lying, Ball::int(-1), Ball::one(), COARSE);
    assert!(bare.is_disjoint(&((Ball::int(9).exp() - Ball::int(-9).exp()) / 9)));
}

/// To a coarse radius the sum is in doubles: fewer digits, and never wrong. Where rounding them would be seen, it is not.
#[test]
fn coarse_integrals_are_sums_of_doubles() {
    let exact = Ball::one().exp_m1();
    let coarse = integral!(|x| x.exp(), Ball::zero(), Ball::one(), 1e-6);
    let fine = integral!(|x| x.exp(), Ball::zero(), Ball::one(), COARSE);
    assert!(coarse.overlaps(&exact) && fine.overlaps(&exact));
    let radii = [coarse, fine].map(|integral| integral.radius().to_f64());
    assert!(radii[0] > 1e-17 && radii[0] < 1e-12 && radii[1] < 1e-20, "{radii:?}");
    // Doubles would lose twelve of sixteen digits.
    let cancelling = integral!(|x| (x.exp() + 1_000_000_000_000) - 1_000_000_000_000, Ball::zero(), Ball::one(), 1e-6);
    assert!(cancelling.overlaps(&exact) && cancelling.radius().to_f64() < 1e-20, "{cancelling}");
    // A reading of doubles that is off by their last digits is seen: the nodes are read where the panels are.
    let shifted = |x: Panel| x.exp() + Panel::rational(&q("1e-12"));
    let off = integrate(&|x: Ball| x.exp(), &shifted, Ball::zero(), Ball::one(), 1e-6);
    assert!(off.is_disjoint(&exact), "{off}");
}

#[test]
fn known_integrals() {
    let (zero, one, ten) = (Ball::zero(), Ball::one(), Ball::int(10));
    let third = Ball::ratio(1, 1000);
    let cases = [
        ("exp", integral!(|x| x.exp(), zero, one, 1e-30), Ball::one().exp_m1()),
        ("backwards", integral!(|x| x.exp(), one, zero, 1e-30), -Ball::one().exp_m1()),
        ("nothing", integral!(|x| x.exp(), one, one, 1e-30), zero),
        ("1/x", integral!(|x| x.recip(), third, one, 1e-30), Ball::int(1000).ln()),
        ("a pole at 1.001", integral!(|x| (x - S::ratio(1001, 1000)).recip(), zero, one, 1e-25), -Ball::int(1001).ln()),
        (
            "poles at ±i/50",
            integral!(|x| x / (x.square() + S::ratio(1, 2500)), zero, one, 1e-25),
            Ball::int(2501).ln() / 2,
        ),
        ("sin 50x", integral!(|x| (x * 50).sin_cos().0, zero, one, 1e-30), (one - Ball::int(50).sin_cos().1) / 50),
        (
            "x sin 1/x",
            integral!(|x| x.recip().sin_cos().1 / x.square(), third * 10, one, 1e-20),
            Ball::int(100).sin_cos().0 - one.sin_cos().0,
        ),
        ("√x", integral!(|x| x.sqrt(), third, one, 1e-28), (one - (third.powi(3)).sqrt()) * 2 / 3),
        ("ln", integral!(|x| x.ln(), third, ten, 1e-28), ten * ten.ln() - ten - third * third.ln() + third),
        ("φ₁ through 0", integral!(|x| x.phi(1) * x, -one, one, 1e-30), one.exp() - (-one).exp() - 2),
        (
            "a narrow peak",
            integral!(|x| (x.square() * 10_000 + 1).recip() * x, -one, ten, 1e-20),
            (Ball::int(1_000_001) / Ball::int(10_001)).ln() / 20_000,
        ),
    ];
    for (name, integral, exact) in cases {
        assert!(integral.is_finite() && integral.overlaps(&exact), "{name}: {integral} {exact}");
        assert!(integral.radius().to_f64() <= 1.01e-20, "{name}: {integral}");
    }
}

/// Where no bound exists the answer is the whole line; a finite value would be a lie for the first five, and luck for the rest.
#[test]
fn singular_integrands_are_undecided() {
    let (zero, one) = (Ball::zero(), Ball::one());
    let cases = [
        ("1/x at its pole", integral!(|x| x.recip(), zero, one, 1e-3)),
        ("1/x across its pole", integral!(|x| x.recip(), -one, one, 1e-3)),
        ("a pole at 1/3", integral!(|x| (x - S::ratio(1, 3)).recip(), zero, one, 1e-3)),
        ("a double pole", integral!(|x| x.square().recip(), -one, one, 1e-3)),
        ("ln of a negative number", integral!(|x| x.ln(), -one, one, 1e-3)),
        ("1/√x", integral!(|x| x.sqrt().recip(), zero, one, 1e-3)),
        ("√x at 0", integral!(|x| x.sqrt(), zero, one, 1e-12)),
        ("|x|", integral!(|x| x.square().sqrt(), -one, one, 1e-3)),
        ("ln at 0", integral!(|x| x.ln(), zero, one, 1e-3)),
        ("an infinite range", integral!(|x| (-x).exp(), zero, Ball::whole(), 1e-3)),
        ("an unreachable radius", integral!(|x| (x * 50).sin_cos().0, zero, Ball::int(100_000), 1e-30)),
    ];
    for (name, integral) in cases {
        assert!(integral.is_whole(), "{name}: {integral}");
    }
}

/// The doubles that sampling uses: roots of P₂₀ by a change of sign, and weights with the right moments.
#[test]
fn nodes_and_weights() {
    let nodes: Vec<(f64, f64)> = gauss_legendre_nodes().collect();
    assert_eq!(nodes.len(), 20);
    assert!(nodes.windows(2).all(|pair| pair[0].0 < pair[1].0));
    let exact = |x: f64| x.to_rational().unwrap_or(Rational::ZERO);
    let legendre = |x: &Rational| {
        (2..=20)
            .fold((Rational::ONE, x.clone()), |(before, value), k: i64| {
                let next =
                    (x * &value * Rational::from(2 * k - 1) - before * Rational::from(k - 1)) / Rational::from(k);
                (value, next)
            })
            .1
    };
    for (node, _) in &nodes {
        let below = legendre(&exact(node.next_down())) < Rational::ZERO;
        let above = legendre(&exact(node.next_up())) < Rational::ZERO;
        assert!(below != above, "{node} is no neighbour of a root");
    }
    // Σ w x^{2k} = 2/(2k + 1) for 2k ≤ 38; weights err by u, powers by 2k u, both of a positive sum.
    for k in 0..20_i64 {
        let moment = nodes.iter().fold(Rational::ZERO, |sum, (x, w)| sum + exact(*w) * exact(*x).pow(2 * k as isize));
        let truth = Rational::from(2) / Rational::from(2 * k + 1);
        let allowed = &truth * Rational::from(2 * k + 2) * exact(f64::EPSILON);
        assert!(&moment - &truth <= allowed && &truth - &moment <= allowed, "moment {}", 2 * k);
    }
}

/// The digits asked for, whatever the size of the integral; no more than the arithmetic has, and no endless search for them.
#[test]
fn digits_whatever_the_size() {
    for exponent in [-250, -40, 0, 60, 250_i32] {
        let scale = q(&format!("1e{exponent}"));
        let f = |x: Ball| x.exp() * Ball::rational(&scale);
        let over = |x: Panel| x.exp() * Panel::rational(&scale);
        let exact = Ball::one().exp_m1() * Ball::rational(&scale);
        for digits in [12, 40, 90_i32] {
            let integral = integrate_to_digits(&f, &over, Ball::zero(), Ball::one(), digits as usize);
            assert!(integral.overlaps(&exact), "{integral}");
            let relative = (Ball::point(integral.radius()) / exact).to_f64();
            let there = digits.min(58).min(290 + exponent);
            assert!(relative <= 10_f64.powi(-there), "{digits} digits at 1e{exponent}: {relative}");
        }
    }
    let pole = integrate_to_digits(&|x: Ball| x.recip(), &|x: Panel| x.recip(), Ball::zero(), Ball::one(), 20);
    assert!(!pole.is_finite(), "{pole}");
}
