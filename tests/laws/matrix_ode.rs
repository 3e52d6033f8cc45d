//! Linear matrix differential equations, enclosed: against the exponential, against closed forms in time, against each other.

use super::exact::q;
use ouracle::numbers::matrix_ode::{InStep, MatrixOde, Series, at_end, integral, left_out, steps};
use ouracle::numbers::{Ball, Field, Matrix, Panel, Scalar};
use proptest::prelude::*;

/// An equation that can be written down in both readings of a step, given the time in it.
trait Equation {
    fn at<S: InStep>(&self, t: S) -> MatrixOde<S>;
}

/// One step: what it leaves out, and the two readings of the solution.
fn step(equation: &impl Equation, from: Ball, h: Ball, start: &Matrix<Ball>) -> (f64, Matrix<Series>, Matrix<Panel>) {
    let series = equation.at(Series::still(from) + Series::elapsed(h)).over(Series::still(h));
    let panel = equation.at(Panel::still(from) + Panel::elapsed(h)).over(Panel::still(h));
    let over = Panel::solve(&panel, start);
    (left_out(&over), Series::solve(&series, start), over)
}

/// The solution at the end of `[0, duration]`, from step to step: it widens, where the fundamental solutions need not.
fn solve(equation: &impl Equation, start: &Matrix<Ball>, duration: Ball, tolerance: f64) -> Option<Matrix<Ball>> {
    let taken = steps(duration, tolerance, |taken: &[(Ball, Matrix<Ball>)], h| {
        let (from, start) = taken.last().map_or((Ball::zero(), start), |(t, x)| (*t, x));
        let (rest, series, panel) = step(equation, from, h, start);
        let end = (rest <= tolerance).then(|| (from + h, at_end(&series, &panel)));
        (rest, end)
    })?;
    taken.last().map(|(_, end)| end.clone())
}

/// The fundamental solution at the end, composed of those of the steps.
fn compose(equation: &impl Equation, d: usize, duration: Ball, tolerance: f64) -> Option<Matrix<Ball>> {
    let one = Matrix::identity(d);
    let taken = steps(duration, tolerance, |taken: &[(Ball, Matrix<Ball>)], h| {
        let from = taken.last().map_or(Ball::zero(), |(t, _)| *t);
        let (rest, series, panel) = step(equation, from, h, &one);
        (rest, (rest <= tolerance).then(|| (from + h, at_end(&series, &panel))))
    })?;
    Some(taken.iter().fold(one.clone(), |so_far, (_, step)| step * &so_far))
}

/// Constant coefficients.
struct Constant {
    slope: Matrix<Ball>,
    force: Matrix<Ball>,
    symmetric: bool,
}

impl Equation for Constant {
    fn at<S: InStep>(&self, _: S) -> MatrixOde<S> {
        let [slope, force] = [&self.slope, &self.force].map(|m| m.map(S::still));
        if self.symmetric { MatrixOde::lyapunov(&slope, &force) } else { MatrixOde::linear(&slope, &force) }
    }
}

fn fundamental(slope: &Matrix<Ball>) -> Constant {
    Constant { slope: slope.clone(), force: Matrix::zeros(slope.rows(), slope.rows()), symmetric: false }
}

fn overlap(a: &Matrix<Ball>, b: &Matrix<Ball>) -> bool {
    a.entries().iter().zip(b.entries()).all(|(a, b)| a.overlaps(b))
}

/// The largest radius of an entry.
fn width(m: &Matrix<Ball>) -> f64 {
    m.entries().iter().map(|x| x.radius().to_string().parse::<f64>().unwrap_or(f64::INFINITY)).fold(0.0, f64::max)
}

/// `X′ = cos(t) M X + F` with a matrix and `F = 0`: `X = e^{sin(t) M} X₀`, since the coefficients commute.
struct Swinging(Matrix<Ball>);

impl Equation for Swinging {
    fn at<S: InStep>(&self, t: S) -> MatrixOde<S> {
        MatrixOde::fundamental(&self.0.map(S::still).scale(t.sin_cos().1))
    }
}

/// Coefficients that do not commute: `X = e^{tA} e^{tB}` solves `X′ = (A + e^{tA} B e^{−tA}) X`; nilpotent `A` with `A² = 0` makes
/// `e^{±tA} = 1 ± tA`.
struct Conjugated {
    a: Matrix<Ball>,
    b: Matrix<Ball>,
}

impl Equation for Conjugated {
    fn at<S: InStep>(&self, t: S) -> MatrixOde<S> {
        let (a, b) = (self.a.map(S::still), self.b.map(S::still));
        let one = Matrix::identity(a.rows());
        let [forth, back] = [&one + &a.scale(t), &one - &a.scale(t)];
        MatrixOde::fundamental(&(&a + &(&(&forth * &b) * &back)))
    }
}

fn ball(rows: &[&[&str]]) -> Matrix<Ball> {
    Matrix::from_fn(rows.len(), rows[0].len(), |i, j| Ball::rational(&q(rows[i][j])))
}

#[test]
fn constant_coefficients_are_the_exponential() {
    let jordan = ball(&[&["-0.7", "1", "0"], &["0", "-0.7", "1"], &["0", "0", "-0.7"]]);
    let stiff = ball(&[&["-0.8137", "31.17"], &["-31.17", "-193.713"]]);
    let turning = ball(&[&["0.1", "-3.3"], &["2.1", "0.4"]]);
    let near = ball(&[&["-1", "0.0001"], &["-0.0001", "-1.0001"]]);
    let four = Matrix::from_fn(4, 4, |i, j| Ball::ratio((3 * i as i64 - 5 * j as i64) % 7, 6));
    for (name, a, t) in [
        ("Jordan", jordan, "2"),
        ("stiff", stiff, "0.5"),
        ("turning", turning, "2.3"),
        ("near", near, "3"),
        ("four", four, "1.7"),
    ] {
        let t = Ball::rational(&q(t));
        let solved = compose(&fundamental(&a), a.rows(), t, 1e-50).expect("followed");
        assert!(overlap(&solved, &a.scale(t).exp()), "{name}");
        println!("{name}: radius {:.1e}", width(&solved));
        assert!(width(&solved) < 1e-40, "{name}: {:.1e}", width(&solved));
    }
}

#[test]
fn commuting_coefficients_are_the_exponential_of_their_integral() {
    let m = ball(&[&["0.3", "-1.1"], &["0.9", "-0.4"]]);
    let t = Ball::rational(&q("2.7"));
    let solved = compose(&Swinging(m.clone()), 2, t, 1e-50).expect("followed");
    assert!(overlap(&solved, &m.scale(t.sin_cos().0).exp()) && width(&solved) < 1e-45, "{:.1e}", width(&solved));
}

#[test]
fn coefficients_that_do_not_commute() {
    let equation = Conjugated { a: ball(&[&["0", "1.3"], &["0", "0"]]), b: ball(&[&["-0.4", "0.7"], &["1.1", "0.2"]]) };
    let t = Ball::rational(&q("1.9"));
    let solved = compose(&equation, 2, t, 1e-50).expect("followed");
    let exact = &(&Matrix::identity(2) + &equation.a.scale(t)) * &equation.b.scale(t).exp();
    assert!(overlap(&solved, &exact) && width(&solved) < 1e-45, "{:.1e}", width(&solved));
    // The order of the factors matters.
    assert!(!overlap(&solved, &(&equation.b.scale(t).exp() * &(&Matrix::identity(2) + &equation.a.scale(t)))));
}

/// `X′ = K X + X Kᵀ + F` is linear in the entries of `X` one under the other, with one more for the force.
#[test]
fn lyapunov_equations_are_part_of_an_exponential() {
    let k = ball(&[&["-1.317", "0.8731"], &["-0.4419", "-0.2913"]]);
    let f = ball(&[&["0.83", "0.31"], &["0.31", "0.39"]]);
    let start = ball(&[&["0.77", "0.3"], &["0.3", "0.41"]]);
    let one = Matrix::<Ball>::identity(2);
    let generator = Matrix::from_fn(5, 5, |row, column| {
        let (i, j) = (row / 2, row % 2);
        match (row, column) {
            (4, _) => Ball::zero(),
            (_, 4) => f[(i, j)],
            _ => k[(i, column / 2)] * one[(j, column % 2)] + one[(i, column / 2)] * k[(j, column % 2)],
        }
    });
    let t = Ball::rational(&q("1.3713"));
    let grown = generator.scale(t).exp();
    let exact = Matrix::from_fn(2, 2, |i, j| {
        (0..4).fold(grown[(2 * i + j, 4)], |sum, at| sum + grown[(2 * i + j, at)] * start[(at / 2, at % 2)])
    });
    let equation = Constant { slope: k, force: f, symmetric: true };
    let solved = solve(&equation, &start, t, 1e-50).expect("followed");
    assert!(overlap(&solved, &exact) && width(&solved) < 1e-44, "{:.1e}", width(&solved));
}

/// Over a step so long that the remainder is all that matters, the series alone misses the exponential: the remainder is
/// needed, and it is enough.
#[test]
fn the_remainder_is_needed_and_enough() {
    let a = ball(&[&["0", "-2.1"], &["1.7", "0.3"]]);
    for h in ["2", "4", "6"] {
        let h = Ball::rational(&q(h));
        let (_, series, panel) = step(&fundamental(&a), Ball::zero(), h, &Matrix::identity(2));
        let exact = a.scale(h).exp();
        assert!(overlap(&at_end(&series, &panel), &exact));
        let without = at_end(&series, &panel.map(|_| Panel::constant(Field::zero())));
        assert!(!overlap(&without, &exact), "the series alone is not an enclosure");
        // The same for the integral, `A⁻¹(e^{Ah} − 1)/h` in the time of the step.
        let total = |panel: &Matrix<Panel>| Matrix::from_fn(2, 2, |i, j| integral(&series[(i, j)], &panel[(i, j)]) * h);
        let increment = &exact - &Matrix::identity(2);
        assert!(overlap(&(&a * &total(&panel)), &increment));
        assert!(!overlap(&(&a * &total(&panel.map(|_| Panel::constant(Field::zero())))), &increment));
    }
}

#[test]
fn what_cannot_be_followed_has_no_answer() {
    // Fewer steps than the limit would not do for a rate of 10⁹.
    let fast = ball(&[&["-1e9"]]);
    assert!(compose(&fundamental(&fast), 1, Ball::one(), 1e-20).is_none());
    let unknown = Matrix::from_fn(1, 1, |_, _| Ball::whole());
    assert!(compose(&fundamental(&unknown), 1, Ball::one(), 1e-20).is_none());
}

fn square(d: usize) -> impl Strategy<Value = Matrix<Ball>> {
    prop::collection::vec(-30_i64..30, d * d)
        .prop_map(move |e| Matrix::from_fn(d, d, |i, j| Ball::ratio(e[i * d + j], 13)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_constant_matrix(a in prop_oneof![square(1), square(2), square(3)], t in 1_i64..20) {
        let t = Ball::ratio(t, 10);
        let solved = compose(&fundamental(&a), a.rows(), t, 1e-30).expect("followed");
        prop_assert!(overlap(&solved, &a.scale(t).exp()));
        prop_assert!(width(&solved) < 1e-15);
    }
}
