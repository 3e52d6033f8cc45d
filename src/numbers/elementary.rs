//! Elementary functions of intervals, from enclosures at single numbers.

use super::normal::masses;
use super::scalar::exp_minus_1_minus;
use super::{EndPoint, Field, Interval, Rational, Scalar, Special};
use dashu::integer::{IBig, UBig};

/// An end at which the elementary functions can be enclosed.
///
/// An infinite argument stands for arbitrarily large numbers; the enclosure is then only good as the end of a larger one.
pub trait Elementary: EndPoint {
    /// An interval that contains π.
    fn enclose_pi() -> Interval<Self>;
    /// An interval that contains `eˣ`.
    fn enclose_exp(self) -> Interval<Self>;
    /// An interval that contains `eˣ − 1`.
    fn enclose_exp_m1(self) -> Interval<Self>;
    /// An interval that contains `ln x`; `x > 0`.
    fn enclose_ln(self) -> Interval<Self>;
    /// An interval that contains `ln (1 + x)`; `x > −1`.
    fn enclose_ln_1p(self) -> Interval<Self>;
    /// Intervals that contain `sin x` and `cos x`; `x` finite.
    fn enclose_sin_cos(self) -> (Interval<Self>, Interval<Self>);
    /// An interval that contains `φₖ(x)`.
    fn enclose_phi(self, k: u32) -> Interval<Self>;
    /// An interval that contains `erf x`.
    fn enclose_erf(self) -> Interval<Self>;
    /// An interval that contains `erfc x`.
    fn enclose_erfc(self) -> Interval<Self>;
}

impl<E: Elementary> Scalar for Interval<E> {
    fn sign(self) -> Self {
        if self.mag() == E::ZERO { self } else { self / self.square().sqrt() }
    }

    fn pi() -> Self {
        E::enclose_pi()
    }

    fn exp(self) -> Self {
        // Narrow means a width below 182 000/2⁶⁰, over which the slope grows by less than 2⁻⁴⁰ of itself.
        self.increasing_slowly(E::enclose_exp, |lower| lower.hi().mul_up(E::from_f64(1.0 + 1.0 / (1_u64 << 40) as f64)))
    }

    fn exp_m1(self) -> Self {
        self.increasing(E::enclose_exp_m1)
    }

    fn ln(self) -> Self {
        let slope = |_| E::ONE.div_up(self.lo());
        if self.certainly_positive() { self.increasing_slowly(E::enclose_ln, slope) } else { Self::whole() }
    }

    fn ln_1p(self) -> Self {
        if self.lo() > -E::ONE { self.increasing(E::enclose_ln_1p) } else { Self::whole() }
    }

    fn minus_ln_1p(self) -> Self {
        exp_minus_1_minus(self.ln_1p())
    }

    fn minus_1_minus_ln(self) -> Self {
        exp_minus_1_minus(self.ln())
    }

    fn sqrt(self) -> Self {
        if self.lo() < E::ZERO {
            return Self::whole();
        }
        // Not by its slope: bounds of a root are so narrow that rounding one more sum would be seen.
        self.increasing(|x| {
            let (lo, hi) = x.sqrt_bounds();
            Self::enclosing(lo, hi)
        })
    }

    fn sin_cos(self) -> (Self, Self) {
        if self.is_whole() {
            return (self, self);
        }
        let unit = Self::enclosing(-E::ONE, E::ONE);
        if !self.is_finite() {
            return (unit, unit);
        }
        if self.is_point() {
            return self.lo().enclose_sin_cos();
        }
        // Neither function changes faster than its argument.
        let (sine, cosine) = self.midpoint().enclose_sin_cos();
        let radius = self.radius();
        let around = |value: Self| (value + Self::enclosing(-radius, radius)).intersect(&unit).unwrap_or(unit);
        (around(sine), around(cosine))
    }

    fn log_add_exp(self, other: Self) -> Self {
        if self.is_whole() || other.is_whole() {
            return Self::whole();
        }
        // Increasing in both; the larger end is at least half of the sum.
        let lower = log_add_exp_of_ends(self.lo(), other.lo()).lo();
        let upper = log_add_exp_of_ends(self.hi(), other.hi()).hi();
        Self::enclosing(lower, upper)
    }

    fn logistic(self) -> Self {
        self.increasing(|x| {
            let small = (if x < E::ZERO { x } else { -x }).enclose_exp();
            (if x < E::ZERO { small } else { Self::one() }) / (small + 1)
        })
    }

    fn tanh(self) -> Self {
        self.increasing(|x| {
            let less = (if x < E::ZERO { x + x } else { -(x + x) }).enclose_exp_m1();
            let distance = -less / (less + 2);
            if x < E::ZERO { -distance } else { distance }
        })
    }

    fn phi(self, k: u32) -> Self {
        self.increasing(|z| z.enclose_phi(k))
    }
}

impl<E: Elementary> Special for Interval<E> {
    fn erf(self) -> Self {
        self.increasing_slowly(E::enclose_erf, |_| steepest(self))
    }

    fn erfc(self) -> Self {
        // Decreasing; its mirror image increases.
        (-self).increasing_slowly(|x| (-x).enclose_erfc(), |_| steepest(self))
    }

    fn normal_masses(edges: &[Self]) -> Vec<Self> {
        let unit = Self::enclosing(E::ZERO, E::ONE);
        let masses = masses(edges, |edge| edge.midpoint() > E::ZERO).into_iter();
        // Rounding a difference outward may say less than nothing.
        masses.map(|mass| if mass.is_whole() { mass } else { mass.intersect(&unit).unwrap_or(mass) }).collect()
    }

    fn floor_between(self) -> Option<(i64, i64)> {
        let floor = |end: E| i64::try_from(end.to_rational()?.floor()).ok();
        Some((floor(self.lo())?, floor(self.hi())?))
    }
}

/// An upper bound of `2/√π e^{−x²}` over an interval: how fast the error function changes there.
fn steepest<E: Elementary>(x: Interval<E>) -> E {
    // 2/√π = 1.128379167…
    ((-Interval::point(x.mig()).square()).exp() * Interval::ratio(1_128_379_168, 1_000_000_000)).hi()
}

/// `ln(eˣ + eʸ) = max + ln(1 + e^{min − max})` of two lower or two upper ends, which may be infinite.
fn log_add_exp_of_ends<E: Elementary>(x: E, y: E) -> Interval<E> {
    let (less, more) = if x < y { (x, y) } else { (y, x) };
    if !less.is_finite() || !more.is_finite() {
        // The sum is at least its larger part; −∞ adds nothing, and ∞ is an upper end that stays.
        return Interval::enclosing(more, more);
    }
    Interval::point(more) + (Interval::point(less) - Interval::point(more)).exp().ln_1p()
}

/// `φₖ(z)` by its series in interval arithmetic while that converges fast, else by the recurrence from `φ₀ = eᶻ`.
pub(super) fn phi_by_series_or_recurrence<E: Elementary>(z: E, k: u32) -> Interval<E> {
    /// 1/30 000! is below 10^−121 000, smaller than any number here.
    const VANISHING: u32 = 30_000;

    if !z.is_finite() {
        return if z > E::ZERO {
            Interval::enclosing(E::MAX, z)
        } else {
            Interval::enclosing(E::ZERO, E::ZERO.next_up())
        };
    }
    if k == 0 {
        return z.enclose_exp();
    }
    if k > VANISHING {
        // 0 < φₖ(z) ≤ e^{max(z, 0)}/k!
        let largest = if z > E::ZERO { z.enclose_exp().hi() } else { E::ONE };
        return Interval::enclosing(E::ZERO, largest.mul_up(E::ZERO.next_up()));
    }
    let magnitude = z.to_f64().abs();
    let argument = Interval::point(z);
    if magnitude <= f64::from(k / 2).max(1.0) {
        // k! φₖ = Σ zⁿ k!/(k+n)!; every term is at most (1/2)(1 + 2⁻⁵²) times the one before it, so all that follow a term are together
        // at most (1 + 2⁻⁴⁹) times as large as that term, and certainly less than twice.
        let mut term = Interval::<E>::one();
        let mut sum = term;
        let mut n = i64::from(k);
        let negligible = f64::from(2).powi(-(E::PRECISION as i32) - 3);
        while term.mag().to_f64() > negligible {
            n += 1;
            term = term * argument / n;
            sum = sum + term;
        }
        let rest = term.mag() + term.mag();
        return (sum + Interval::enclosing(-rest, rest)) * inverse_factorial(k);
    }
    let mut phi = z.enclose_exp();
    let mut inverse_factorial = Interval::one();
    for j in 1..=i64::from(k) {
        phi = (phi - inverse_factorial) / argument;
        inverse_factorial = inverse_factorial / j;
    }
    phi.intersect(&Interval::enclosing(E::ZERO, E::INFINITY)).unwrap_or(phi)
}

fn inverse_factorial<E: EndPoint>(k: u32) -> Interval<E> {
    let factorial = (2..=k).fold(UBig::ONE, |product, n| product * UBig::from(n));
    Interval::rational(&Rational::from_parts(IBig::ONE, factorial))
}
