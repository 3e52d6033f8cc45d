//! The elementary functions of `Ball` against other routes: exact integer series, functional equations, other libraries.

use dashu::integer::{IBig, UBig};
use f256::f256;
use ouracle::numbers::{Ball, EndPoint, Field, Float, Interval, Rational, Scalar, Special, parse_rational};
use proptest::prelude::*;

/// Fixed-point series with 3000 bits and no argument reduction: slow, simple, and nothing in common with the library's tables.
/// Terms stay below 2⁴⁰⁰ for the arguments used and each of fewer than 2000 loses less than one unit, so results are good to 2⁻²⁹⁰⁰:
/// closer to the exact value than any of its enclosures' ends can be expected to lie.
mod series {
    use super::*;
    const BITS: usize = 3000;

    pub fn fixed(q: &Rational) -> IBig {
        (q.numerator() << BITS) / IBig::from(q.denominator().clone())
    }
    pub fn value(fixed: &IBig) -> Rational {
        Rational::from_parts(fixed.clone(), UBig::ONE << BITS)
    }
    pub fn times(a: &IBig, b: &IBig) -> IBig {
        (a * b) >> BITS
    }
    pub fn over(a: &IBig, b: &IBig) -> IBig {
        (a << BITS) / b
    }
    /// Terms `first, step(1, first), …` until they vanish.
    fn sum(first: IBig, step: impl Fn(u32, &IBig) -> IBig) -> IBig {
        let (mut term, mut sum, mut n) = (first, IBig::ZERO, 0);
        while !(-1..=1).contains(&i8::try_from(&term).unwrap_or(i8::MAX)) {
            sum += &term;
            n += 1;
            term = step(n, &term);
        }
        sum
    }
    pub fn one() -> IBig {
        IBig::ONE << BITS
    }
    pub fn exp(x: &Rational) -> IBig {
        let x = fixed(x);
        sum(one(), |n, term| times(term, &x) / IBig::from(n))
    }
    /// `φₖ(x) = Σ xⁿ/(n+k)!`
    pub fn phi(k: u32, x: &Rational) -> IBig {
        let x = fixed(x);
        let first = (1..=k).fold(one(), |c, n| c / IBig::from(n));
        sum(first, |n, term| times(term, &x) / IBig::from(n + k))
    }
    pub fn sin_cos(x: &Rational) -> (IBig, IBig) {
        let square = times(&fixed(x), &fixed(x));
        let sine = sum(fixed(x), |n, term| -times(term, &square) / IBig::from(2 * n * (2 * n + 1)));
        (sine, sum(one(), |n, term| -times(term, &square) / IBig::from(2 * n * (2 * n - 1))))
    }
    fn arctan(p: i32, q: i32) -> IBig {
        let power = |power: IBig| -(power * IBig::from(p * p) / IBig::from(q * q));
        let (mut term, mut total, mut odd) = (one() * IBig::from(p) / IBig::from(q), IBig::ZERO, 1);
        while !(-1..=1).contains(&i8::try_from(&term).unwrap_or(i8::MAX)) {
            total += &term / IBig::from(odd);
            term = power(term);
            odd += 2;
        }
        total
    }
    /// Euler: π = 20 arctan(1/7) + 8 arctan(3/79).
    pub fn pi() -> IBig {
        arctan(1, 7) * IBig::from(20) + arctan(3, 79) * IBig::from(8)
    }
    /// The alternating series 2/√π Σ (−1)ⁿ x^{2n+1}/(n! (2n+1)).
    pub fn erf(x: &Rational) -> IBig {
        use dashu::integer::ops::SquareRoot;
        let square = times(&fixed(x), &fixed(x));
        let (mut power, mut total, mut n) = (fixed(x), IBig::ZERO, 0_u32);
        while !(-1..=1).contains(&i8::try_from(&power).unwrap_or(i8::MAX)) {
            total += &power / IBig::from(2 * n + 1);
            n += 1;
            power = -times(&power, &square) / IBig::from(n);
        }
        let root = IBig::from((pi() << BITS).into_parts().1.sqrt());
        over(&(total * IBig::from(2)), &root)
    }
}

fn decimal(text: &str) -> Rational {
    parse_rational(text).expect("the test's own literals are numbers")
}

/// The number of bits to which an enclosure is known: −log₂ (width / largest magnitude).
fn bits(ball: &Ball) -> i64 {
    if ball.is_point() {
        return i64::MAX;
    }
    let exponent = |x: f256| {
        let ((high, low), exponent) = x.decompose();
        let leading = if high == 0 { low.leading_zeros() + 128 } else { high.leading_zeros() };
        i64::from(exponent) + 256 - i64::from(leading)
    };
    exponent(ball.mag()) - exponent(ball.hi().add_up(-ball.lo())) - 1
}

/// Dyadic arguments, so that the ball of the argument is a point: `m 2^{−40−e}`, from 2⁻¹⁰⁰ up to 16, both signs.
fn argument() -> impl Strategy<Value = Rational> {
    (-(1_i64 << 44)..1 << 44, prop_oneof![4 => 0_usize..6, 1 => 6_usize..60])
        .prop_map(|(m, e)| Rational::from_parts(m.into(), UBig::ONE << (40 + e)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn functions_contain_their_series(q in argument()) {
        let x = Ball::rational(&q);
        prop_assert!(x.is_point());
        let exp = series::exp(&q);
        let (sine, cosine) = series::sin_cos(&q);
        let erf = series::erf(&q);
        let (sine_ball, cosine_ball) = x.sin_cos();
        let checks = [
            ("exp", x.exp(), exp.clone(), 229),
            ("exp_m1", x.exp_m1(), &exp - series::one(), 228),
            ("erf", x.erf(), erf.clone(), 224),
            ("erfc", x.erfc(), series::one() - erf, 222),
            ("sin", sine_ball, sine, 0),
            ("cos", cosine_ball, cosine, 0),
            ("phi_1", x.phi(1), series::phi(1, &q), 228),
            ("phi_2", x.phi(2), series::phi(2, &q), 227),
            ("phi_5", x.phi(5), series::phi(5, &q), 222),
            ("phi_40", x.phi(40), series::phi(40, &q), 227),
        ];
        for (name, ball, exact, tight) in checks {
            prop_assert!(ball.contains(&series::value(&exact)) || q == Rational::ZERO, "{name}({q}) = {ball}");
            prop_assert!(bits(&ball) >= tight, "{name}({q}) = {ball} has only {} bits", bits(&ball));
        }
    }

    /// Inverse functions: if y encloses ln x from above and below, e^y does so to x.
    #[test]
    fn logarithms_contain_the_inverse_of_the_series(q in argument()) {
        let magnitude = if q < Rational::ZERO { -q.clone() } else { q.clone() };
        if magnitude != Rational::ZERO {
            let ln = Ball::rational(&magnitude).ln();
            let [lo, hi] = [ln.lo(), ln.hi()].map(|end| series::exp(&end.to_rational().expect("finite")));
            prop_assert!(series::value(&lo) <= magnitude && magnitude <= series::value(&hi), "ln {magnitude} = {ln}");
            prop_assert!(bits(&ln) >= 224, "ln {magnitude} = {ln} has only {} bits", bits(&ln));
        }
        if q > -Rational::ONE && q != Rational::ZERO {
            let ln_1p = Ball::rational(&q).ln_1p();
            let [lo, hi] = [ln_1p.lo(), ln_1p.hi()].map(|end| series::exp(&end.to_rational().expect("finite")) - series::one());
            prop_assert!(series::value(&lo) <= q && q <= series::value(&hi), "ln(1 + {q}) = {ln_1p}");
            prop_assert!(bits(&ln_1p) >= 224, "ln(1 + {q}) = {ln_1p} has only {} bits", bits(&ln_1p));
        }
    }

    #[test]
    fn functional_equations_hold(a in -600.0..600.0_f64, b in -1e-3..1e-3_f64) {
        let (x, y) = (Ball::point(a.into()), Ball::point(b.into()));
        for (x, y) in [(x, y), (y, x), (x, -x), (x * x, y), (y, y), (x, x * y)] {
            prop_assert!((x.exp() * y.exp()).overlaps(&(x + y).exp()));
            prop_assert!(x.exp().ln().overlaps(&x));
            prop_assert!(x.exp_m1().ln_1p().overlaps(&x));
            prop_assert!(x.exp_m1().minus_ln_1p().overlaps(&(x.exp_m1() - x)));
            prop_assert!(x.exp().minus_1_minus_ln().overlaps(&(x.exp_m1() - x)));
            let (sine, cosine) = x.sin_cos();
            prop_assert!((sine.square() + cosine.square()).contains(&Rational::ONE));
            let (sine_y, cosine_y) = y.sin_cos();
            prop_assert!((sine * cosine_y + cosine * sine_y).overlaps(&(x + y).sin_cos().0));
            prop_assert!((x.erf() + x.erfc()).contains(&Rational::ONE) && x.erf().overlaps(&-(-x).erf()));
            prop_assert!(((-x).erfc() + x.erfc()).contains(&Rational::from(2)));
            let mut inverse_factorial = Ball::one();
            for k in 0..8 {
                let next = (x.phi(k) - inverse_factorial) / x;
                prop_assert!(next.overlaps(&x.phi(k + 1)) && x.phi(k).lo() >= f256::ZERO);
                inverse_factorial = inverse_factorial / (i64::from(k) + 1);
            }
        }
    }

    /// CORE-MATH rounds correctly: its result is a neighbour of every enclosure of the exact value.
    #[test]
    fn correctly_rounded_functions_agree(a in prop_oneof![-20.0..20.0_f64, -1e-3..1e-3_f64]) {
        let (ball, narrow, float) = (Ball::point(a.into()), Interval::<f64>::point(a), Float(a));
        fn all<S: Special>(x: S) -> Vec<S> {
            let (sine, cosine) = x.sin_cos();
            let mut all = vec![x.exp(), x.exp_m1(), x.square().ln(), x.ln_1p(), sine, cosine, x.erf(), x.erfc()];
            all.extend((0..12).map(|k| x.phi(k)));
            all
        }
        for (index, ((wide, narrow), value)) in all(ball).iter().zip(all(narrow)).zip(all(float)).enumerate() {
            prop_assert!(narrow.is_whole() || Ball::from(narrow).encloses(wide), "function {index} of {a}: {narrow:?} {wide}");
            if index < 8 && index != 2 && !wide.is_whole() {
                let near = wide.to_f64_interval();
                prop_assert!(near.lo() <= value.0 && value.0 <= near.hi(), "function {index} of {a}: {value} {wide}");
            } else if index > 8 {
                // Series: one rounding by 2⁻⁵³ for each of at most k + 2 factors; recurrence: the same times the cancellation, at
                // most k!/(k/2)^k·e² < 2⁶ for k < 12.
                let allowed = wide.to_f64().abs() * 2_f64.powi(-53) * 16.0 * 64.0;
                prop_assert!((value.0 - wide.to_f64()).abs() <= allowed, "function {index} of {a}: {value} {wide}");
            }
        }
    }
}

#[test]
fn constants_contain_another_series() {
    assert!(Ball::pi().contains(&series::value(&series::pi())) && bits(&Ball::pi()) >= 235);
    let third = series::value(&series::phi(3, &Rational::ZERO));
    assert!(Ball::zero().phi(3).contains(&decimal("1/6")) && third < decimal("1/6"));
    for (k, factorial) in [(0, 1), (1, 1), (2, 2), (3, 6), (4, 24), (5, 120)] {
        assert!(Ball::zero().phi(k).contains(&Rational::from_parts(1.into(), UBig::from(factorial as u32))));
    }
}

/// Second opinions: the crate's own functions, which state no bound, to all but 8 bits; and statrs, whose rational approximation of
/// erf is off by 1.2e-12 at −11/7, so ten digits are asked of it.
#[test]
fn other_libraries_agree() {
    for i in -400..400 {
        let x = f256::from(i) / f256::from(7);
        let ball = Ball::point(x);
        let exp = x.exp();
        let margin = exp.div_pow2(228);
        assert!(Ball::new(exp - margin, exp + margin).is_some_and(|near| near.overlaps(&ball.exp())), "{i}");
        if i > 0 {
            let ln = x.ln();
            let margin = ln.abs().div_pow2(228);
            assert!(Ball::new(ln - margin, ln + margin).is_some_and(|near| near.overlaps(&ball.ln())), "{i}");
        }
        let erf = statrs::function::erf::erf(ball.to_f64());
        assert!((erf - ball.erf().to_f64()).abs() <= 1e-10 * erf.abs(), "{i}: {erf}");
    }
}

#[test]
fn extreme_arguments_are_enclosed() {
    let tiny = Ball::rational(&decimal("1e-800"));
    let huge = Ball::rational(&decimal("1e800"));
    // x < eˣ − 1 < x + x², x − x² < ln (1 + x) < x, and 1 + x/2 + x²/6 < φ₁ < 1 + x/2 + x².
    assert!(tiny.exp_m1().overlaps(&(tiny + tiny.square() / 2)) && bits(&tiny.exp_m1()) > 230);
    assert!(tiny.ln_1p().overlaps(&(tiny - tiny.square() / 2)) && bits(&tiny.ln_1p()) > 230);
    assert!(tiny.minus_ln_1p().overlaps(&(tiny.square() / 2)) && bits(&tiny.minus_ln_1p()) > 225);
    // x − 1 − ln x at 1e-800 is 800 ln 10 − 1, of which x − ln(1 + x) at x − 1 knows nothing.
    assert!(tiny.minus_1_minus_ln().overlaps(&(Ball::int(10).ln() * 800 - 1)) && bits(&tiny.minus_1_minus_ln()) > 220);
    assert!((-tiny).ln_1p().overlaps(&(-tiny)) && bits(&(-tiny).exp_m1()) > 230);
    assert!(
        tiny.phi(1).contains(&(Rational::ONE + decimal("0.5e-800")))
            && tiny.phi(2).contains(&(decimal("0.5") + decimal("1e-800") / decimal("6")))
    );
    assert!(tiny.exp().contains(&(Rational::ONE + decimal("1e-800"))) && !tiny.exp().is_point());
    assert!(tiny.ln().overlaps(&-huge.ln()) && bits(&tiny.ln()) > 225);
    assert!((huge.ln() / Ball::int(10).ln()).contains(&decimal("800")));
    assert!(tiny.sqrt().square().overlaps(&tiny) && huge.sqrt().contains(&decimal("1e400")));
    // erf x = 2x/√π (1 − x²/3 + …)
    assert!(tiny.erf().overlaps(&(tiny * 2 / Ball::pi().sqrt())) && bits(&tiny.erf()) > 220);
    assert!(huge.sin_cos().0.lo() == -f256::ONE && huge.sin_cos().0.hi() == f256::ONE);

    // Near 1 the relative accuracy stays.
    let near_one = Ball::one() + Ball::int(2).powi(-200);
    assert!(near_one.is_point() && near_one.ln().overlaps(&(Ball::int(2).powi(-200) - Ball::int(2).powi(-401))));
    assert!(bits(&near_one.ln()) > 225);

    // Saturation: below 1, and said so.
    let erf = Ball::int(100).erf();
    assert!(erf.hi() == f256::ONE && erf.lo() < f256::ONE && erf.lo() > f256::ONE - f256::EPSILON);
    let erfc = Ball::int(100).erfc();
    // e^{−x²}/(x√π) (1 − 1/2x²) < erfc x < e^{−x²}/(x√π)
    let leading = (-Ball::int(10_000)).exp() / (Ball::pi().sqrt() * 100);
    assert!(erfc.certainly_le(&leading) && (leading * (Ball::one() - Ball::ratio(1, 20_000))).certainly_le(&erfc));
    assert!(bits(&erfc) > 215 && bits(&Ball::int(200).erfc()) > 215);
    assert!(Ball::int(1000).erfc().lo() == f256::ZERO && !Ball::int(1000).erfc().is_point());
    assert!((-Ball::int(1000)).erfc().contains(&decimal("2")));
}

#[test]
fn decimals_are_bounds() {
    for text in
        ["0.1", "-1e-800", "1e800", "2/3", "-99.99999999999999999999999", "1e19999", "123456789012345678901234567890"]
    {
        let exact = decimal(text);
        let ball = Ball::rational(&exact);
        let (lo, hi) = ball.decimal_bounds(12);
        assert!(decimal(&lo) <= exact && exact <= decimal(&hi), "{lo} {hi}");
        for digits in [1, 5, 30, 80] {
            let printed = ball.to_decimal(digits);
            let (value, radius) = printed.split_once(" ± ").unwrap_or((&printed, "0"));
            let (value, radius) = (decimal(value), decimal(radius));
            let ends = [ball.lo(), ball.hi()].map(|end| end.to_rational().expect("finite"));
            assert!(&value - &radius <= ends[0] && ends[1] <= value + radius, "{printed}");
        }
    }
    let wide = Ball::int(1).hull(&Ball::int(2));
    assert_eq!(wide.to_decimal(20), "1.50 ± 5.0e-1");
    assert_eq!(Ball::whole().to_string(), "[-inf, inf]");
    assert_eq!(format!("{:.3}", Ball::pi()), "3.14 ± 1.6e-3");
}
