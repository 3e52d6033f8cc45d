//! Rigorous quadrature on a finite range: Gauss–Legendre panels in [`Ball`], remainders by power series over each panel.
//!
//! With `n` nodes on a panel of width `h` the error is `h^{2n+1} (n!)⁴ / ((2n+1) ((2n)!)²) · c`, where `c` is the Taylor
//! coefficient of order `2n` of the integrand at some point of the panel. Reading the integrand with
//! [`Panel`] at the whole panel encloses that coefficient; double precision is enough for it. If no more is asked for than doubles
//! have, the same reading at the nodes is summed, at a fraction of the cost.

use super::verified_root::verified_root;
use super::{Ball, EndPoint, Field, Interval, Rational, Taylor};
use std::sync::LazyLock;

/// Nodes on a panel.
const NODES: usize = 20;

/// The order of the coefficient that bounds a remainder.
pub(super) const ORDER: usize = 2 * NODES;

/// The power series that bounds a remainder, over intervals of doubles: its last coefficient has the order `2n` for `n` nodes.
pub type Panel = Taylor<Interval<f64>, { ORDER + 1 }>;

/// A panel this many halvings deep, or this many panels in all, means that the integrand is singular: give up, undecided.
const DEEPEST: u32 = 60;
const MOST_PANELS: usize = 4000;

/// An integral to a larger radius than this is summed in doubles, if rounding them adds no more than `ROUNDING` beside its size, and
/// `BESIDE_RADIUS` beside the radius. What is kept as evidence of something true is asked for more narrowly.
pub const COARSE: f64 = 1e-9;

/// What rounding doubles may add to the radius of an integral: far below the digits of a discrepancy that are printed.
const ROUNDING: f64 = 1e-13;
const BESIDE_RADIUS: f64 = 1e-6;

/// Encloses `∫ f` between two times, to about the radius asked for.
///
/// `f` and `over_panel` are the same formula in two readings. A result that cannot reach the radius is wider, or the
/// whole line; it is never wrong.
pub fn integrate(
    f: &dyn Fn(Ball) -> Ball,
    over_panel: &dyn Fn(Panel) -> Panel,
    from: Ball,
    to: Ball,
    radius: f64,
) -> Ball {
    integrate_by(f, over_panel, (from, to), radius, radius > COARSE)
}

/// The same, with the sum tried in doubles or always with all digits.
fn integrate_by(
    f: &dyn Fn(Ball) -> Ball,
    over_panel: &dyn Fn(Panel) -> Panel,
    (from, to): Ends,
    radius: f64,
    in_doubles: bool,
) -> Ball {
    let Some((panels, remainder)) = panels(over_panel, from, to, radius) else { return Ball::whole() };
    let coarse = in_doubles.then(|| sum(&panels, |panel| sum_of_doubles(over_panel, panel)));
    let narrow = |sum: &Ball| sum.radius().to_f64() <= (ROUNDING * sum.to_f64().abs()).min(BESIDE_RADIUS * radius);
    coarse.filter(narrow).unwrap_or_else(|| sum(&panels, |panel| panel_sum(f, panel))) + Ball::from(remainder)
}

/// The two ends of a panel, or of the whole range.
type Ends = (Ball, Ball);

/// Panels that leave a remainder of about this radius, with the remainder of all of them together.
fn panels(
    over_panel: &dyn Fn(Panel) -> Panel,
    from: Ball,
    to: Ball,
    radius: f64,
) -> Option<(Vec<Ends>, Interval<f64>)> {
    let width = (to - from).to_f64().abs();
    let mut open = vec![(from, to, 0)];
    let (mut panels, mut total) = (Vec::new(), Interval::zero());
    while let Some((left, right, depth)) = open.pop() {
        let remainder = remainder(over_panel, left, right);
        let share = radius * (right - left).to_f64().abs() / width;
        if remainder.is_finite() && remainder.mag() <= share || width == 0.0 {
            panels.push((left, right));
            total = total + remainder;
        } else if depth == DEEPEST || panels.len() + open.len() > MOST_PANELS {
            return None;
        } else {
            let middle = (left + right) / 2;
            open.push((middle, right, depth + 1));
            open.push((left, middle, depth + 1));
        }
    }
    Some((panels, total))
}

fn sum(panels: &[Ends], of: impl Fn(Ends) -> Ball) -> Ball {
    panels.iter().fold(Ball::zero(), |sum, panel| sum + of(*panel))
}

/// Encloses `∫ f` to about this many significant digits: repeated ever more narrowly until they are there, or the arithmetic
/// has no more: 58 digits, as many as the weights of the rule have, and no radius below 1e-290, which doubles could not bound. For integrals whose size is not known
/// beforehand.
pub fn integrate_to_digits(
    f: &dyn Fn(Ball) -> Ball,
    over_panel: &dyn Fn(Panel) -> Panel,
    from: Ball,
    to: Ball,
    digits: usize,
) -> Ball {
    const LAST_RADIUS: f64 = 1e-290;
    let mut radius = 1e-4;
    loop {
        let integral = integrate_by(f, over_panel, (from, to), radius, false);
        let wanted = Ball::point(integral.mig()) * Ball::int(10).powi(-(digits.min(99) as i32));
        let share = (wanted / 10).to_f64_interval().mig();
        // A radius that was asked for and not reached is the rounding of the sum.
        if integral.radius() <= wanted.lo() || radius <= share || radius < LAST_RADIUS || !integral.is_finite() {
            return integral;
        }
        radius = share.clamp(radius * 1e-30, radius * 1e-4);
    }
}

/// The enclosure of the quadrature error on one panel.
fn remainder(over_panel: &dyn Fn(Panel) -> Panel, left: Ball, right: Ball) -> Interval<f64> {
    let panel = left.hull(&right).to_f64_interval();
    let width = (right - left).to_f64_interval();
    // In units of the width: coefficients per unit of a much larger length would leave the range of doubles.
    let variable = Panel::variable(Interval::zero()) * Panel::constant(width) + Panel::constant(panel);
    over_panel(variable).coefficient(ORDER) * width * RULE.constant
}

fn panel_sum(f: &dyn Fn(Ball) -> Ball, (left, right): Ends) -> Ball {
    let middle = (left + right) / 2;
    let half = (right - left) / 2;
    let sum = RULE.nodes.iter().fold(Ball::zero(), |sum, (node, weight)| sum + f(middle + half * *node) * *weight);
    sum * half
}

/// The same with values in doubles: a power series at a constant is its value.
fn sum_of_doubles(over_panel: &dyn Fn(Panel) -> Panel, (left, right): Ends) -> Ball {
    let [middle, half] = [(left + right) / 2, (right - left) / 2].map(|x| x.to_f64_interval());
    let sum = RULE.in_doubles.iter().fold(Interval::zero(), |sum, (node, weight)| {
        sum + over_panel(Panel::constant(middle + half * *node)).coefficient(0) * *weight
    });
    (sum * half).into()
}

/// The nodes and weights of the rule on `[−1, 1]`, in ascending order, rounded to doubles.
pub fn gauss_legendre_nodes() -> impl Iterator<Item = (f64, f64)> {
    RULE.nodes.iter().rev().map(|(node, weight)| (node.to_f64(), weight.to_f64()))
}

struct Rule {
    nodes: Vec<(Ball, Ball)>,
    in_doubles: Vec<(Interval<f64>, Interval<f64>)>,
    constant: Interval<f64>,
}

static RULE: LazyLock<Rule> = LazyLock::new(|| {
    let nodes = gauss_legendre(NODES);
    let in_doubles = nodes.iter().map(|(node, weight)| (node.to_f64_interval(), weight.to_f64_interval())).collect();
    Rule { nodes, in_doubles, constant: error_constant(NODES) }
});

/// `(n!)⁴ / ((2n+1) ((2n)!)²)`.
fn error_constant(n: usize) -> Interval<f64> {
    let central = (1..=n).fold(Rational::ONE, |product, k| product * Rational::from(n + k) / Rational::from(k));
    // (2n)!/(n!)² squared, times 2n + 1.
    Interval::rational(&(Rational::ONE / (central.clone() * central * Rational::from(2 * n + 1))))
}

/// Nodes and weights on `[−1, 1]`, each verified.
fn gauss_legendre(n: usize) -> Vec<(Ball, Ball)> {
    (1..=n)
        .map(|i| {
            let guess = ((i as f64 - 0.25) / (n as f64 + 0.5) * std::f64::consts::PI).cos();
            let root = verified_root(guess, |x| legendre(n, x));
            let (_, slope) = legendre(n, root);
            (root, Ball::int(2) / ((Ball::one() - root.square()) * slope.square()))
        })
        .collect()
}

/// `(Pₙ(x), Pₙ′(x))` by the three-term recurrence.
fn legendre(n: usize, x: Ball) -> (Ball, Ball) {
    let (mut before, mut value) = (Ball::one(), x);
    for k in 2..=n as i64 {
        (before, value) = (value, (x * value * (2 * k - 1) - before * (k - 1)) / k);
    }
    (value, (x * value - before) * n as i64 / (x.square() - 1))
}
