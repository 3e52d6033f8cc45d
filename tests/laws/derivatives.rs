//! Derivatives and power series against other routes: exact rational functions, each other, and series in the books.

use super::exact::{factorial, polynomial, polynomial_in, q, rational};
use ouracle::numbers::{
    Ball, Dual, EndPoint, Expr, Field, Interval, Proof, Rational, Scalar, Taylor, derivative, value_and_derivative,
};
use proptest::prelude::*;

/// Formulas that use everything, defined near every real `x`.
fn formulas<S: Scalar>(x: S) -> Vec<S> {
    let positive = x.square() + 1;
    let (sin, cos) = (x * 2 - 1).sin_cos();
    vec![
        x.powi(5) - x.powi(2) * 3 + 7,
        x / positive,
        (x / 2).exp() * x,
        (-x.square()).exp_m1() / positive,
        positive.ln() * x,
        x.square().ln_1p(),
        positive.sqrt().recip(),
        sin * cos,
        sin.exp() / (cos + 3),
        x.phi(1) * (-x).phi(2),
        (x * 3).phi(4) + x.square().phi(3),
        (positive.ln() / 3).exp(),
        S::pi() * 2 + x.powi(-0),
    ]
}

/// A rational function with a positive denominator.
#[derive(Debug, Clone)]
struct Quotient(Vec<i64>, Vec<i64>);

impl Quotient {
    fn exact(&self, x: &Rational) -> Rational {
        let denominator = polynomial(&self.1, x);
        polynomial(&self.0, x) / (&denominator * &denominator + Rational::ONE)
    }
    fn read<S: Field>(&self, x: S) -> S {
        polynomial_in(&self.0, x) / (polynomial_in(&self.1, x).square() + 1)
    }
}

fn quotient() -> impl Strategy<Value = Quotient> {
    let coefficients = || prop::collection::vec(-9_i64..9, 1..5);
    (coefficients(), coefficients()).prop_map(|(over, under)| Quotient(over, under))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The mean value theorem: `f(x + h) − f(x) = h f′(ξ)`, with exact values on the left.
    #[test]
    fn slopes_enclose_exact_differences(f in quotient(), x in rational(3), small in 1_i64..1000) {
        let h = Rational::from(small) * q("1e-33");
        let exact = f.exact(&(&x + &h)) - f.exact(&x);
        let between = Ball::rational(&x).hull(&Ball::rational(&(&x + &h)));
        let slope = derivative(|x| f.read(x), between);
        prop_assert!((slope * Ball::rational(&h)).contains(&exact), "{slope}");
        // Sharp enough that a slope off by a billionth of itself, or of 1, would be noticed.
        prop_assert!(slope.radius().to_f64() <= 1e-9 * (1.0 + slope.to_f64().abs()), "{slope}");
    }

    /// Taylor's theorem: the partial sum and Lagrange's remainder enclose the exact value.
    #[test]
    fn series_enclose_exact_values(f in quotient(), x in rational(3), step in rational(1)) {
        const N: usize = 8;
        let h = step / Rational::from(100);
        let exact = f.exact(&(&x + &h));
        let (at, h_ball) = (Ball::rational(&x), Ball::rational(&h));
        let between = at.hull(&Ball::rational(&(&x + &h)));
        let series = f.read(Taylor::<Ball, N>::variable(at));
        let last = f.read(Taylor::<Ball, { N + 1 }>::variable(between)).coefficient(N);
        let partial = (0..N).rev().fold(Ball::zero(), |sum, n| sum * h_ball + series.coefficient(n));
        prop_assert!((partial + last * h_ball.powi(N as i32)).contains(&exact), "{partial} + {last}");
    }

    /// Three routes to first and second derivatives.
    #[test]
    fn duals_are_series(x in rational(4)) {
        let x = Ball::rational(&x);
        let nested = Dual { re: Dual::variable(x), eps: Dual::constant(Ball::one()) };
        let duals = formulas(Dual::variable(x));
        let series = formulas(Taylor::<Ball, 4>::variable(x));
        let rows = duals.into_iter().zip(series).zip(formulas(nested)).zip(formulas(Taylor::<Dual<Ball>, 2>::variable(Dual::variable(x))));
        for (index, (((dual, series), nested), mixed)) in rows.enumerate() {
            let pairs = [
                (dual.re, series.coefficient(0)),
                (dual.eps, series.coefficient(1)),
                (nested.re.eps, dual.eps),
                (nested.eps.re, dual.eps),
                (nested.eps.eps, series.coefficient(2) * 2),
                (mixed.coefficient(1).eps, series.coefficient(2) * 2),
            ];
            for (left, right) in pairs {
                prop_assert!(left.is_finite() && left.overlaps(&right), "formula {index}: {left} {right}");
                prop_assert!(left.radius().to_f64() < 1e-50 * (1.0 + left.to_f64().abs()), "formula {index}: {left}");
            }
        }
    }

    /// `f(g(x))` through the chain rule and directly.
    #[test]
    fn composition(x in rational(2)) {
        let x = Ball::rational(&x);
        let inner = |x: Taylor<Ball, 6>| x.square() / 2 + 1;
        type Series = Taylor<Ball, 6>;
        let identities: [fn(Series) -> (Series, Series); 6] = [
            |g| (g.exp().ln(), g),
            |g| (g.ln().exp(), g),
            |g| (g.sqrt().square(), g),
            |g| (g.exp_m1().ln_1p(), g),
            |g| (g * g.phi(1), g.exp_m1()),
            |g| { let (s, c) = g.sin_cos(); (s.square() + c.square(), Taylor::constant(Ball::one())) },
        ];
        for (index, identity) in identities.iter().enumerate() {
            let (left, right) = identity(inner(Taylor::variable(x)));
            for n in 0..6 {
                let (left, right) = (left.coefficient(n), right.coefficient(n));
                prop_assert!(left.is_finite() && left.overlaps(&right), "identity {index}, coefficient {n}: {left} {right}");
            }
        }
    }

    /// A panel: coefficients over an interval contain those at every point of it, also across the removable singularity of φ.
    #[test]
    fn coefficients_over_a_panel(centre in -1.0..1.0_f64, width in 0.0..0.5_f64, inside in 0.0..1.0_f64) {
        let at = centre + width * inside;
        let panel = Interval::new(centre, centre + width).map_or(Interval::point(centre), |panel| panel.hull(&Interval::point(at)));
        let over = formulas(Taylor::<Interval<f64>, 10>::variable(panel));
        let points = formulas(Taylor::<Ball, 10>::variable(Ball::point(at.into())));
        for (index, (over, point)) in over.iter().zip(points).enumerate() {
            for n in 0..10 {
                let (over, point) = (Ball::from(over.coefficient(n)), point.coefficient(n));
                prop_assert!(over.encloses(&point), "formula {index}, coefficient {n}: {over} {point}");
            }
        }
    }
}

/// Coefficients that the books give, as exact numbers, from plain and from composed series.
#[test]
fn series_of_the_books() {
    const N: usize = 12;
    let h = Taylor::<Ball, N>::variable(Ball::zero());
    let sign = |n: u32| Rational::from(if n.is_multiple_of(2) { 1 } else { -1 });
    let odd = |n: u32| n % 2 == 1;
    let binomial =
        |n: u32| (0..n).fold(Rational::ONE, |c, k| c * (q("1/2") - Rational::from(k)) / Rational::from(k + 1));
    type Book<'a> = (&'a str, Taylor<Ball, N>, Box<dyn Fn(u32) -> Rational + 'a>);
    let mut books: Vec<Book> = vec![
        ("exp", h.exp(), Box::new(|n| Rational::ONE / factorial(n))),
        ("exp − 1", h.exp_m1(), Box::new(|n| if n == 0 { Rational::ZERO } else { Rational::ONE / factorial(n) })),
        ("ln(1 + h)", h.ln_1p(), Box::new(|n| if n == 0 { Rational::ZERO } else { -sign(n) / Rational::from(n) })),
        ("ln of 1 + h", (h + 1).ln(), Box::new(|n| if n == 0 { Rational::ZERO } else { -sign(n) / Rational::from(n) })),
        ("√(1 + h)", (h + 1).sqrt(), Box::new(binomial)),
        ("1/(1 − h)", (-h + 1).recip(), Box::new(|_| Rational::ONE)),
        ("1/(1 − h)²", (-h + 1).powi(-2), Box::new(|n| Rational::from(n + 1))),
        ("sin", h.sin_cos().0, Box::new(move |n| if odd(n) { sign(n / 2) / factorial(n) } else { Rational::ZERO })),
        ("cos", h.sin_cos().1, Box::new(move |n| if odd(n) { Rational::ZERO } else { sign(n / 2) / factorial(n) })),
        (
            "eʰ²",
            h.square().exp(),
            Box::new(move |n| if odd(n) { Rational::ZERO } else { Rational::ONE / factorial(n / 2) }),
        ),
    ];
    for k in 0..5 {
        books.push(("φₖ", h.phi(k), Box::new(move |n| Rational::ONE / factorial(n + k))));
    }
    for (name, series, book) in books {
        for n in 0..N as u32 {
            let coefficient = series.coefficient(n as usize);
            assert!(coefficient.contains(&book(n)), "{name}, coefficient {n}: {coefficient}");
            assert!(coefficient.radius().to_f64() < 1e-60, "{name}, coefficient {n}: {coefficient}");
        }
    }
}

/// φ is entire: no digit is lost near its removable singularity, at any order, and none at it.
#[test]
fn phi_near_and_through_zero() {
    for text in ["0", "1e-300", "-1e-40", "1e-15", "-0.001", "1/2", "-3"] {
        let z = Ball::rational(&q(text));
        for k in 0..6_u32 {
            let series = Taylor::<Ball, 8>::variable(z).phi(k);
            // φₖ⁽ⁿ⁾/n! by the recurrence φₖ′ = φₖ − k φₖ₊₁, written with bare values.
            let mut rows: Vec<Ball> = (0..9).map(|j| z.phi(k + j)).collect();
            for n in 0..8_i64 {
                let coefficient = series.coefficient(n as usize);
                let exact = rows[0] / Ball::rational(&factorial(n as u32));
                assert!(coefficient.overlaps(&exact), "φ_{k} at {text}, coefficient {n}: {coefficient} {exact}");
                assert!(coefficient.radius().to_f64() < 1e-55, "φ_{k} at {text}, coefficient {n}: {coefficient}");
                rows = (0..rows.len() - 1).map(|j| rows[j] - rows[j + 1] * (i64::from(k) + j as i64)).collect();
            }
        }
    }
    let across = Interval::new(-0.5, 0.25).map(|panel| Taylor::<Interval<f64>, 30>::variable(panel).phi(2));
    let last = across.map(|series| series.coefficient(29));
    // 0 < φ₂⁽ⁿ⁾/n! ≤ e^{1/4}/n!: the enclosure across zero is finite, of the right sign up to rounding, and not far too wide.
    let largest = Ball::rational(&(Rational::from(2) / factorial(29))).to_f64();
    assert!(last.is_some_and(|c| c.is_finite() && c.mag() <= 1e6 * largest), "{last:?}");
}

/// Derivatives of terms are those of series in a term.
#[test]
fn derivatives_of_terms_are_series_of_terms() {
    Proof::scope(|proof| {
        let x = proof.symbol("x", "x");
        for (index, (dual, series)) in
            formulas(Dual::variable(x)).into_iter().zip(formulas(Taylor::<Expr, 2>::variable(x))).enumerate()
        {
            let equal = proof.decide(dual.eps, series.coefficient(1));
            assert!(equal.as_ref().is_ok_and(|equality| equality.is_proved()), "formula {index}: {equal:?}");
        }
    });
}

#[test]
fn constants_have_no_derivative() {
    let (value, slope) = value_and_derivative(|_| Dual::constant(Ball::pi()), Ball::one());
    assert!(slope.is_point() && slope.contains_zero() && value.overlaps(&Ball::pi()));
    let series = Taylor::<Ball, 5>::constant(Ball::int(2)).exp();
    assert!((1..5).all(|n| series.coefficient(n).is_point() && series.coefficient(n).contains_zero()));
}
