//! Inclusion: an interval contains the exact result of its operation, whatever the operands.

use dashu::integer::{IBig, UBig};
use f256::f256;
use ouracle::numbers::{Ball, Elementary, EndPoint, Field, Interval, Rational, Scalar, Special};
use proptest::prelude::*;

/// `±m 2^e / q`: dyadic numbers (q = 1) are points, the others are enclosed.
fn rational() -> impl Strategy<Value = Rational> {
    let denominator = prop_oneof![Just(1_u32), Just(3), 1_u32..1000];
    let magnitude = prop_oneof![-64_i64..64, any::<i64>(), (0..62).prop_map(|n| 1_i64 << n)];
    (magnitude, -80_i32..80, denominator).prop_map(|(m, e, q)| scaled(m, e) / Rational::from(q))
}

fn scaled(m: i64, e: i32) -> Rational {
    let power = UBig::ONE << e.unsigned_abs() as usize;
    if e < 0 { Rational::from_parts(m.into(), power) } else { Rational::from(IBig::from(m) * IBig::from(power)) }
}

/// The four operations of two exact numbers, and the square of the first.
fn exact(a: &Rational, b: &Rational) -> Vec<Rational> {
    let mut results = vec![a + b, a - b, a * b, a * a];
    if *b != Rational::ZERO {
        results.push(a / b);
    }
    results
}

fn enclosed<S: Field>(a: S, b: S) -> [S; 5] {
    [a + b, a - b, a * b, a.square(), a / b]
}

fn operations_include_exact_results<E: EndPoint>(
    a: &Rational,
    b: &Rational,
    c: &Rational,
) -> Result<(), TestCaseError> {
    let of = Interval::<E>::rational;
    for (interval, exact) in enclosed(of(a), of(b)).iter().zip(exact(a, b)) {
        prop_assert!(interval.contains(&exact), "{interval:?} misses {exact}");
    }
    // A wider operand contains what either part gives, and everything between.
    let wide = of(a).hull(&of(c));
    let middle = (a + c) / Rational::from(2);
    for (index, interval) in enclosed(wide, of(b)).iter().enumerate() {
        for part in [a, c, &middle] {
            if let Some(exact) = exact(part, b).get(index) {
                prop_assert!(interval.contains(exact), "operation {index}: {interval:?} misses {exact}");
            }
        }
    }
    for (index, interval) in enclosed(of(b), wide).iter().enumerate() {
        for part in [a, c, &middle] {
            if let Some(exact) = exact(b, part).get(index) {
                prop_assert!(interval.contains(exact), "operation {index}: {interval:?} misses {exact}");
            }
        }
    }
    Ok(())
}

/// Few rounding errors, few units in the last place: each operand is wide by 1 unit, each operation adds at most 2.
fn operations_are_tight<E: EndPoint>(a: &Rational, b: &Rational) -> Result<(), TestCaseError> {
    let of = Interval::<E>::rational;
    let unit = scaled(1, 1 - E::PRECISION as i32);
    for interval in [of(a) * of(b), of(a) / of(b), of(a).square()] {
        if interval.is_whole() {
            prop_assert!(of(b).contains_zero());
            continue;
        }
        let width = interval.hi().to_rational().zip(interval.lo().to_rational()).map(|(hi, lo)| hi - lo);
        let largest = interval.mag().to_rational();
        prop_assert!(width <= largest.map(|x| x * &unit * Rational::from(5)), "{interval:?}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn balls_include(a in rational(), b in rational(), c in rational()) {
        operations_include_exact_results::<f256>(&a, &b, &c)?;
        operations_are_tight::<f256>(&a, &b)?;
    }

    #[test]
    fn f64_intervals_include(a in rational(), b in rational(), c in rational()) {
        operations_include_exact_results::<f64>(&a, &b, &c)?;
        operations_are_tight::<f64>(&a, &b)?;
    }

    #[test]
    fn small_integers_are_exact(a in -1000_i64..1000, b in -1000_i64..1000, n in 0..4_i32) {
        let (x, y) = (Ball::int(a), Ball::int(b));
        for (result, exact) in [(x + y, a + b), (x - b, a - b), (x * y, a * b), (x.powi(n), a.pow(n as u32))] {
            prop_assert!(result.is_point() && result.contains(&exact.into()));
        }
        if b != 0 {
            let quotient = (x * b) / y;
            prop_assert!(quotient.is_point() && quotient.contains(&a.into()));
        }
        let root = x.square().sqrt();
        prop_assert!(root.is_point() && root.contains(&a.abs().into()));
    }

    #[test]
    fn conversions_bound(a in rational(), b in rational()) {
        let ball = Ball::rational(&a).hull(&Ball::rational(&b));
        let narrow = ball.to_f64_interval();
        prop_assert!(Ball::from(narrow).encloses(&ball));
        prop_assert!(narrow.contains(&a) && narrow.contains(&b));
        let point = Ball::rational(&a).to_f64();
        // Rounding a 237-bit neighbour of `a` may differ from rounding `a` only at a tie.
        prop_assert!(Interval::<f64>::rational(&a).lo().next_down() <= point);
        prop_assert!(point <= Interval::<f64>::rational(&a).hi().next_up());
        if let (Some(middle), Some(radius)) = (ball.midpoint().to_rational(), ball.radius().to_rational()) {
            for end in [&a, &b] {
                prop_assert!(&middle - end <= radius && end - &middle <= radius);
            }
        }
    }

    /// Functions of a wider interval contain the functions of its parts, and of every number between.
    #[test]
    fn functions_are_isotone(a in -300.0..300.0_f64, width in prop_oneof![Just(0.0), 0.0..1e-12_f64, 0.0..10.0_f64], t in 0.0..1.0_f64) {
        let b = a + width;
        let inside = (a + t * width).clamp(a, b);
        isotone::<f256>(a.into(), b.into(), inside.into())?;
        isotone::<f64>(a, b, inside)?;
    }
}

proptest! {
    /// Where rounding makes an interval, one value and a slope stand for two values: both ends are still reached, and nothing else.
    #[test]
    fn functions_of_narrow_intervals(a in -30.0..30.0_f64, halvings in 60..230_i32, t in 0.0..1.0_f64) {
        let ends = Ball::from(a) + Ball::from(a.abs()) * Ball::int(2).powi(-halvings) * Ball::zero().hull(&Ball::one());
        let inside = Ball::from(a) + Ball::from(a.abs() * t) * Ball::int(2).powi(-halvings);
        for (index, whole) in functions(ends).iter().enumerate() {
            for part in [Ball::point(ends.lo()), inside, Ball::point(ends.hi())] {
                prop_assert!(whole.overlaps(&functions(part)[index]), "function {index}: {ends} gives {whole}");
            }
            let [lower, upper] = [ends.lo(), ends.hi()].map(|end| functions(Ball::point(end))[index]);
            let (least, most) = (whole.radius().to_f64(), lower.hull(&upper).radius().to_f64());
            // Sine and cosine have another rule for intervals.
            let slow = whole.is_whole() || [5, 6].contains(&index);
            // A bound of the slope, and a sum that is rounded outward.
            let allowed = most * 1.01 + 4.0 * 2_f64.powi(-236) * whole.to_f64().abs();
            prop_assert!(slow || least <= allowed, "function {index}: {whole} is wider than {lower} and {upper}");
        }
    }

    /// Sums of products with one bound for all their roundings contain the exact sum of any numbers inside.
    #[test]
    fn convolutions_include(
        parts in prop::collection::vec((-9.0..9.0_f64, 0.0..1.0_f64, -9.0..9.0_f64, prop_oneof![Just(0.0), 0.0..1.0_f64]), 1..50),
        exponent in -1070..500_i32,
    ) {
        let scale = 2.0_f64.powi(exponent / 2);
        let interval = |from: f64, width: f64| Interval::point(from * scale).hull(&Interval::point((from + width) * scale));
        let (left, right): (Vec<_>, Vec<_>) = parts.iter().map(|(a, u, b, v)| (interval(*a, *u), interval(*b, *v))).unzip();
        let sum = Interval::convolved(&left, &right);
        // The least and the greatest that the sum can be: every term at its own extreme corner.
        let exact = |x: f64| x.to_rational().unwrap_or(Rational::ZERO);
        let corners = |(a, b): (&Interval<f64>, &Interval<f64>)| {
            let pairs = [(a.lo(), b.lo()), (a.lo(), b.hi()), (a.hi(), b.lo()), (a.hi(), b.hi())];
            let mut products = pairs.map(|(x, y)| exact(x) * exact(y));
            products.sort();
            products
        };
        for extreme in [0, 3] {
            let terms = left.iter().zip(right.iter().rev()).map(|pair| corners(pair)[extreme].clone());
            let exact = terms.fold(Rational::ZERO, |sum, term| sum + term);
            prop_assert!(sum.contains(&exact), "{sum:?} misses {}", exact.to_f64().value());
        }
        let by_terms = left.iter().zip(right.iter().rev()).fold(Interval::zero(), |sum, (a, b)| sum + *a * *b);
        let size = left.iter().zip(right.iter().rev()).fold(0.0, |sum, (a, b)| sum + a.mag() * b.mag());
        // Either bound of the rounding errors is at most this.
        let rounding = (size * f64::EPSILON + 4.0 * f64::MIN_POSITIVE * f64::EPSILON) * 2.0 * parts.len() as f64;
        prop_assert!(sum.hi() - sum.lo() <= by_terms.hi() - by_terms.lo() + 2.0 * rounding, "{sum:?} {by_terms:?}");
    }
}

/// Infinite ends are not lost in a sum, and small integers stay exact in short ones.
#[test]
fn convolutions_out_of_range() {
    let of = |x: f64| Interval::point(x);
    let unbounded = Interval::new(1.0, f64::INFINITY).unwrap();
    let sum = Interval::convolved(&[of(1.0), of(0.0), of(2.0), unbounded], &[of(3.0), of(1.0), of(1.0), of(1.0)]);
    assert!(sum.hi() == f64::INFINITY && sum.lo() <= 6.0, "{sum:?}");
    assert!(Interval::convolved(&[of(1.0), Interval::whole(), of(2.0)], &[of(0.0); 3]).is_whole());
    assert!(Interval::convolved(&[of(1e200); 9], &[of(1e200); 9]).contains(&scaled(1, 1400)));
    let short = Interval::convolved(&[of(3.0), of(-5.0)], &[of(7.0), of(2.0)]);
    assert!(short.is_point() && short.contains(&Rational::from(-29)), "{short:?}");
}

fn functions<S: Special>(x: S) -> Vec<S> {
    let (sine, cosine) = x.sin_cos();
    let mut all =
        vec![x.exp(), x.exp_m1(), x.ln(), x.ln_1p(), x.sqrt(), sine, cosine, x.erf(), x.erfc(), x.square(), x.powi(3)];
    all.extend((0..9).map(|k| x.phi(k)));
    all
}

fn isotone<E: Elementary>(a: E, b: E, inside: E) -> Result<(), TestCaseError> {
    let wide = Interval::point(a).hull(&Interval::point(b));
    for (index, whole) in functions(wide).iter().enumerate() {
        for part in [a, inside, b] {
            let enclosure = functions(Interval::point(part))[index];
            // Not `encloses`: of two enclosures of values a rounding apart neither need lie in the other.
            prop_assert!(
                whole.is_whole() || whole.overlaps(&enclosure),
                "function {index}: {whole:?} and {enclosure:?}"
            );
        }
    }
    Ok(())
}

/// Any two bit patterns: NaN never enters and ends stay in order, whatever the operation.
fn no_nan(a: f64, b: f64, c: f64) -> bool {
    let interval = |x: f64, y: f64| Interval::<f64>::new(x, y).or(Interval::new(y, x)).unwrap_or(Interval::whole());
    let (x, y) = (interval(a, b), interval(b, c));
    let (u, v) = (Ball::from(x), Ball::from(y));
    enclosed(x, y).into_iter().chain(functions(x)).all(|z| z.lo() <= z.hi() && z.lo() < f64::INFINITY)
        && enclosed(u, v).into_iter().chain(functions(u)).all(|z| z.lo() <= z.hi() && z.lo() < f256::INFINITY)
}

#[test]
fn nan_never_enters() {
    quickcheck::QuickCheck::new().tests(300).quickcheck(no_nan as fn(f64, f64, f64) -> bool);
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        709.8,
    ];
    for a in special {
        for b in special {
            for c in special {
                assert!(no_nan(a, b, c), "{a} {b} {c}");
            }
        }
    }
}

#[test]
fn outside_the_domain_is_the_whole_line() {
    let (zero, one) = (Ball::zero(), Ball::one());
    let touching = zero.hull(&one);
    let unit = (-one).hull(&one);
    let huge = Ball::int(1_000_000).exp();
    for undefined in [
        one / zero,
        one / unit,
        one / touching,
        zero.ln(),
        touching.ln(),
        unit.ln(),
        (-one).ln_1p(),
        (-one).sqrt(),
        unit.sqrt(),
        huge - huge,
        Ball::point(f256::NAN),
        Ball::point(f256::INFINITY),
        zero.recip() * zero,
        zero.recip().exp(),
        zero.recip().square(),
        zero.recip().erf(),
    ] {
        assert!(undefined.is_whole(), "{undefined:?}");
    }
    assert!(Ball::new(f256::ONE, f256::ZERO).is_none() && Ball::new(f256::INFINITY, f256::INFINITY).is_none());
    assert!(!touching.sqrt().is_whole() && touching.sqrt().lo() == f256::ZERO);
    // Overflow is a number beyond the largest, not an infinity.
    assert!(
        huge.lo() == f256::MAX
            && huge.hi() == f256::INFINITY
            && (huge * zero).contains_zero()
            && (huge * zero).is_point()
    );
    assert!(huge.recip().lo() == f256::ZERO && huge.recip().hi() > f256::ZERO);
    let vanishing = Ball::int(-1_000_000).exp();
    assert!(vanishing.lo() == f256::ZERO && vanishing.hi() > f256::ZERO && (vanishing * vanishing).lo() == f256::ZERO);
    assert!((unit.square().lo() == f256::ZERO) && unit.square().hi() == f256::ONE);
}
