//! The laws of intervals for many lanes at once: inclusion, absorption, and every lane as if it were alone.

use ouracle::numbers::{Ball, Boxes, DoubleWords, EndPoint, Field, Interval, Intervals, Rational, Scalar};
use proptest::prelude::*;

/// Where rounding, domains and ranges end.
const HARD: [f64; 29] = [
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    1e-310,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    1e-200,
    1e-20,
    -1e-20,
    0.3465735902799726,
    0.5,
    0.9999999999999999,
    1.0,
    1.0000000000000002,
    -1.0,
    -0.9999999999999999,
    std::f64::consts::SQRT_2,
    std::f64::consts::LN_2,
    3.0,
    -37.5,
    699.9,
    -700.1,
    709.0,
    710.0,
    -745.2,
    1e16,
    1e300,
    f64::MAX,
];

/// A reading of several sets at once, as these tests see it.
trait InStep: Scalar {
    fn of(x: [f64; 4]) -> Self;
    fn at(&self, i: usize) -> Ball;
    fn nothing() -> Self {
        Self::of([f64::NAN; 4])
    }
}

impl InStep for Intervals<4> {
    fn of(x: [f64; 4]) -> Self {
        Self::points(x)
    }
    fn at(&self, i: usize) -> Ball {
        Ball::from(self.lane(i))
    }
}

impl InStep for DoubleWords<4> {
    fn of(x: [f64; 4]) -> Self {
        Self::points(x)
    }
    fn at(&self, i: usize) -> Ball {
        self.lane(i)
    }
}

type Operation<S> = (&'static str, fn(S, S) -> S);

fn operations<S: Scalar>() -> [Operation<S>; 5] {
    [("+", |a, b| a + b), ("-", |a, b| a - b), ("*", |a, b| a * b), ("/", |a, b| a / b), ("square", |a, _| a.square())]
}

type Function<S> = (&'static str, fn(S) -> S);

fn functions<S: Scalar>() -> [Function<S>; 17] {
    [
        ("exp", S::exp),
        ("exp_m1", S::exp_m1),
        ("ln", S::ln),
        ("ln_1p", S::ln_1p),
        ("sqrt", S::sqrt),
        ("phi_1", |x| x.phi(1)),
        ("phi_2", |x| x.phi(2)),
        ("phi_3", |x| x.phi(3)),
        ("phi_5", |x| x.phi(5)),
        ("sin", |x| x.sin_cos().0),
        ("cos", |x| x.sin_cos().1),
        ("x - ln(1 + x)", S::minus_ln_1p),
        ("x - 1 - ln x", S::minus_1_minus_ln),
        ("half", |x| x / 2),
        ("third", |x| x / 3),
        ("twice", |x| x * 2),
        ("seven times less one", |x| x * 7 - 1),
    ]
}

/// The exact results of the four operations and of the square.
fn exact_results(a: f64, b: f64) -> [Option<Rational>; 5] {
    let of = |x: f64| x.to_rational().expect("a number");
    let (a, b) = (of(a), of(b));
    let quotient = (b != Rational::ZERO).then(|| &a / &b);
    [Some(&a + &b), Some(&a - &b), Some(&a * &b), quotient, Some(&a * &a)]
}

/// Points, with their neighbours in the other lanes.
fn lanes(x: f64) -> [f64; 4] {
    [x, x.next_up().min(f64::MAX), x.next_down().max(-f64::MAX), -x]
}

/// Whether an enclosure has the value of a function of which 237 bits are known. Outside the domain it must be the whole line.
fn encloses(found: Ball, known: Ball) -> bool {
    if known.is_finite() { found.overlaps(&known) } else { found.is_whole() }
}

fn hard_points_are_enclosed<S: InStep>() {
    for a in HARD {
        let x = lanes(a);
        for ((name, f), (_, g)) in functions::<S>().into_iter().zip(functions::<Ball>()) {
            let found = f(S::of(x));
            for (i, x) in x.into_iter().enumerate() {
                let known = g(Ball::from(x));
                assert!(encloses(found.at(i), known), "{name} of {x:e}: {}, not {known}", found.at(i));
            }
        }
        for b in HARD {
            let y = lanes(b);
            for (place, (name, f)) in operations::<S>().into_iter().enumerate() {
                let found = f(S::of(x), S::of(y));
                for i in 0..4 {
                    let right = match &exact_results(x[i], y[i])[place] {
                        Some(exact) => found.at(i).contains(exact),
                        None => found.at(i).is_whole(),
                    };
                    assert!(right, "{:e} {name} {:e}: {}", x[i], y[i], found.at(i));
                }
            }
        }
    }
}

#[test]
fn intervals_enclose_at_hard_points() {
    hard_points_are_enclosed::<Intervals<4>>();
}

#[test]
fn double_words_enclose_at_hard_points() {
    hard_points_are_enclosed::<DoubleWords<4>>();
}

fn nothing_absorbs<S: InStep>() {
    for (name, f) in functions::<S>() {
        if name != "sin" && name != "cos" {
            assert!(f(S::nothing()).at(0).is_whole(), "{name}");
        }
    }
    for (name, f) in operations::<S>() {
        for x in HARD {
            assert!(f(S::nothing(), S::of([x; 4])).at(1).is_whole(), "nothing {name} {x:e}");
            assert!(name == "square" || f(S::of([x; 4]), S::nothing()).at(2).is_whole(), "{x:e} {name} nothing");
        }
    }
    let zero = S::of([1.0; 4]) - 1;
    assert!((S::of([1.0; 4]) / zero).at(3).is_whole(), "a quotient by zero");
    assert!(zero.ln().at(0).is_whole() && (zero - 1).ln_1p().at(0).is_whole() && (zero - 1).sqrt().at(0).is_whole());
    assert!((S::of([f64::MAX; 4]) * 2).at(0).is_whole(), "overflow");
}

#[test]
fn the_whole_line_absorbs() {
    nothing_absorbs::<Intervals<4>>();
    nothing_absorbs::<DoubleWords<4>>();
}

/// A double with any sign and many exponents, most of them moderate.
fn double() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -4.0..4.0, 2 => -700.0..700.0, 1 => any::<f64>().prop_filter("a number", |x| x.is_finite()), 1 => proptest::sample::select(&HARD)]
}

/// A wide interval in every lane, and a number in it.
fn interval() -> impl Strategy<Value = (Interval<f64>, f64)> {
    (double(), double(), 0.0..1.0_f64).prop_map(|(a, b, share)| {
        let (lo, hi): (f64, f64) = (f64::min(a, b), f64::max(a, b));
        let inside = (lo * (1.0 - share) + hi * share).clamp(lo, hi);
        (Interval::new(lo, hi).unwrap(), inside)
    })
}

proptest! {
    #[test]
    fn wide_operands_enclose_every_result((a, x) in interval(), (b, y) in interval()) {
        let (wide, other) = (Intervals::<4>::splat(a), Intervals::<4>::splat(b));
        for (place, (name, f)) in operations::<Intervals<4>>().into_iter().enumerate() {
            let found = f(wide, other).at(0);
            let right = exact_results(x, y)[place].as_ref().is_none_or(|exact| found.contains(exact));
            prop_assert!(right, "{x:e} {name} {y:e} in {found}");
        }
        for ((name, f), (_, g)) in functions::<Intervals<4>>().into_iter().zip(functions::<Ball>()) {
            let (found, known) = (f(wide).at(0), g(Ball::from(x)));
            prop_assert!(found.is_whole() || encloses(found, known), "{name} of {x:e} in {found}");
        }
    }

    #[test]
    fn double_words_with_a_radius_enclose_every_result((a, x) in interval(), y in double()) {
        let wide = DoubleWords::<4>::points([a.midpoint(); 4]).with_error([a.radius(); 4]);
        for (place, (name, f)) in operations::<DoubleWords<4>>().into_iter().enumerate() {
            let found = f(wide, DoubleWords::points([y; 4])).at(0);
            let right = exact_results(x, y)[place].as_ref().is_none_or(|exact| found.contains(exact));
            prop_assert!(right, "{x:e} {name} {y:e} in {found}");
        }
        for ((name, f), (_, g)) in functions::<DoubleWords<4>>().into_iter().zip(functions::<Ball>()) {
            let (found, known) = (f(wide).at(0), g(Ball::from(x)));
            prop_assert!(found.is_whole() || encloses(found, known), "{name} of {x:e} in {found}");
        }
    }

    /// Enclosures that are right because they are wide would be of no use: results at single numbers have nearly all their digits.
    #[test]
    fn single_numbers_give_narrow_results(size in 1e-3..30.0_f64, negative: bool) {
        let x = if negative { -size } else { size };
        for ((name, f), (_, g)) in functions::<Intervals<4>>().into_iter().zip(functions::<DoubleWords<4>>()) {
            let argument = if name.starts_with("ln") || name == "sqrt" { size } else { x };
            if name.starts_with('x') || name == "phi_5" || name.starts_with("seven") {
                continue;
            }
            for (found, units) in [(f(Intervals::of([argument; 4])).at(0), 2.0_f64.powi(-48)), (g(DoubleWords::of([argument; 4])).at(0), 2.0_f64.powi(-84))] {
                let relative = (Ball::point(found.radius()) / Ball::point(found.mag())).to_f64();
                // The recurrence for φₖ divides differences of numbers near 1/k! by z.
                let units = if name.starts_with("phi") { units * 64.0 } else { units };
                prop_assert!(relative <= units, "{name} of {argument:e}: relative radius {relative:e}");
            }
        }
    }

    #[test]
    fn a_lane_does_not_see_its_neighbours(x in double(), y in double(), z in double()) {
        for (name, f) in functions::<Intervals<4>>() {
            let (all, alone) = (f(Intervals::of([y, x, z, y])), f(Intervals::of([x; 4])));
            prop_assert_eq!((all.lo()[1].to_bits(), all.hi()[1].to_bits()), (alone.lo()[0].to_bits(), alone.hi()[0].to_bits()), "{}", name);
        }
        for (name, f) in operations::<DoubleWords<4>>() {
            let (all, alone) = (f(DoubleWords::of([y, x, z, y]), DoubleWords::of([z; 4])), f(DoubleWords::of([x; 4]), DoubleWords::of([z; 4])));
            prop_assert_eq!(all.radius()[1].to_bits(), alone.radius()[0].to_bits(), "{}", name);
            prop_assert_eq!(all.centre()[1].to_bits(), alone.centre()[0].to_bits(), "{}", name);
        }
    }

    /// Rectangles, by identities between functions that have nothing in common.
    #[test]
    fn rectangles_obey_the_laws_of_functions(a in 0.01..3.0_f64, b in -1.5..1.5_f64, c in -3.0..3.0_f64, d in 0.1..3.0_f64) {
        let z = Boxes::<2> { re: Intervals::points([a; 2]), im: Intervals::points([b; 2]) };
        let w = Boxes::<2> { re: Intervals::points([c; 2]), im: Intervals::points([d; 2]) };
        let same = |x: Boxes<2>, y: Boxes<2>| {
            let parts = [(x.re, y.re), (x.im, y.im)];
            parts.iter().all(|(x, y)| x.lane(0).is_finite() && x.lane(0).overlaps(&y.lane(0)))
        };
        prop_assert!(same((z / w) * w, z) && same((z + w) * (z - w), z.square() - w.square()));
        prop_assert!(same((z + w).exp(), z.exp() * w.exp()) && same(z.exp_m1() + 1, z.exp()));
        prop_assert!(same(z.ln().exp(), z) && same(z.exp().ln(), z) && same(z.ln_1p(), (z + 1).ln()));
        prop_assert!(same(z.sqrt().square(), z));
        let (sin, cos) = w.sin_cos();
        prop_assert!(same(sin.square() + cos.square(), Boxes::one()) && same((w * 2).sin_cos().0, sin * cos * 2));
        prop_assert!(same(w.phi(1) * w + 1, w.exp()) && same(w.phi(2) * w + 1, w.phi(1)));
    }
}

#[test]
fn a_rectangle_is_unbounded_where_a_function_is_not_analytic() {
    let around = |re: (f64, f64), im: (f64, f64)| {
        let of = |(lo, hi)| Interval::new(lo, hi).unwrap();
        Boxes::from((of(re), of(im)))
    };
    let origin = around((-0.1, 0.2), (-0.1, 0.1));
    let cut = around((-2.0, -1.0), (-0.1, 0.1));
    let beside = around((0.0, 0.0), (1.0, 2.0));
    for (what, value) in [
        ("1/z", origin.recip()),
        ("ln at 0", origin.ln()),
        ("√ at 0", origin.sqrt()),
        ("ln on its cut", cut.ln()),
        ("ln (1 + z) on its cut", (cut - 1).ln_1p()),
        ("√ on its cut", cut.sqrt()),
    ] {
        assert_eq!(value.mag(), [f64::INFINITY], "{what}");
    }
    assert!(beside.recip().mag()[0] < 3.0, "bounded away from 0");
    assert!(cut.exp().mag()[0] < 0.5);
}

/// The counted errors, where functions are reduced in every way that there is.
#[test]
fn many_points_of_every_function_are_enclosed() {
    let function = |place: usize| {
        (functions::<Intervals<4>>()[place], functions::<DoubleWords<4>>()[place], functions::<Ball>()[place])
    };
    for place in 0..8 {
        let ((name, f), (_, g), (_, known)) = function(place);
        for block in 0..1500 {
            let x: [f64; 4] = std::array::from_fn(|lane| {
                let share = (f64::from(4 * block + lane as i32) * 0.618_033_988_749_895).fract();
                let x = [3.0, 1.2, 0.01, 40.0][lane] * share;
                let negative = block % 2 == 1 && name != "ln" && name != "sqrt" && (name != "ln_1p" || x < 1.0);
                if negative { -x } else { x }
            });
            let (narrow, fine) = (f(Intervals::of(x)), g(DoubleWords::of(x)));
            for (i, x) in x.into_iter().enumerate() {
                let known = known(Ball::from(x));
                assert!(encloses(narrow.at(i), known), "{name} of {x:e}: {}, not {known}", narrow.at(i));
                assert!(encloses(fine.at(i), known), "{name} of {x:e}: {}, not {known}", fine.at(i));
            }
        }
    }
}
