//! Enclosures at one `f64`: correctly rounded functions, one number wider on either side.

use super::elementary::phi_by_series_or_recurrence;
use super::{Elementary, Field, Interval, Rational};
use std::sync::LazyLock;

/// The neighbours of a value rounded to nearest, which enclose the exact one; within the range of the function.
fn around(value: f64, least: f64, greatest: f64) -> Interval<f64> {
    // An infinity that came from rounding or from an infinite argument stands for numbers beyond the largest.
    Interval::enclosing(value.next_down().max(least).min(f64::MAX), value.next_up().min(greatest).max(-f64::MAX))
}

/// `1/n!`, within a unit in the last place.
static INVERSE_FACTORIALS: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let inverse = |inverse: &mut Rational, n: u32| {
        *inverse /= Rational::from(n.max(1));
        Some(Interval::<f64>::rational(inverse).midpoint())
    };
    (0..150).scan(Rational::ONE, inverse).collect()
});

/// `φₖ(z)` for `0 < |z| ≤ max(k/2, 1)`, `1 ≤ k < 94`: the case of every coefficient but a few of a power series.
///
/// With c(n) = 1/n! and u = 2⁻⁵³, Horner's partial sums s(n) = c(n) + z s(n+1) have |z| c(n+1) ≤ c(n)/2 and |s(n)| ≤ 2c(n). If s(n+1) errs by
/// η u c(n+1), then s(n) by (η/2 + 1 + 2 + 2) u c(n), and η ≤ 10 throughout. As φₖ(z) ≥ c(k)/2, that is 20 u of the result. What is omitted is
/// twice its first term at most: below 2c(k)/21! for |z| ≤ 1, and else below 2⁻⁵⁵ c(k) = u c(k)/4. 31 u are allowed.
fn phi_by_horner(z: f64, k: u32) -> Option<Interval<f64>> {
    let (magnitude, order) = (z.abs(), k as usize);
    let terms = if magnitude <= 1.0 { 20 } else { 56 };
    let converges = magnitude > 0.0 && magnitude <= f64::from(k / 2).max(1.0);
    if !converges || k == 0 || order + terms > INVERSE_FACTORIALS.len() {
        return None;
    }
    let value = INVERSE_FACTORIALS[order..order + terms].iter().rev().fold(0.0, |sum, term| term + z * sum);
    let margin = value * (f64::EPSILON * 16.0);
    Some(Interval::enclosing((value - margin).next_down(), (value + margin).next_up()))
}

impl Elementary for f64 {
    fn enclose_pi() -> Interval<Self> {
        // The nearest f64 is below π.
        Interval::enclosing(std::f64::consts::PI, std::f64::consts::PI.next_up())
    }

    fn enclose_exp(self) -> Interval<Self> {
        if self == 0.0 { Interval::enclosing(1.0, 1.0) } else { around(core_math::exp(self), 0.0, f64::INFINITY) }
    }

    fn enclose_exp_m1(self) -> Interval<Self> {
        if self == 0.0 { Interval::enclosing(0.0, 0.0) } else { around(core_math::expm1(self), -1.0, f64::INFINITY) }
    }

    fn enclose_ln(self) -> Interval<Self> {
        if self == 1.0 {
            return Interval::enclosing(0.0, 0.0);
        }
        around(core_math::log(self), f64::NEG_INFINITY, f64::INFINITY)
    }

    fn enclose_ln_1p(self) -> Interval<Self> {
        if self == 0.0 {
            return Interval::enclosing(0.0, 0.0);
        }
        around(core_math::log1p(self), f64::NEG_INFINITY, f64::INFINITY)
    }

    fn enclose_sin_cos(self) -> (Interval<Self>, Interval<Self>) {
        if self == 0.0 {
            return (Interval::enclosing(0.0, 0.0), Interval::enclosing(1.0, 1.0));
        }
        (around(core_math::sin(self), -1.0, 1.0), around(core_math::cos(self), -1.0, 1.0))
    }

    fn enclose_phi(self, k: u32) -> Interval<Self> {
        match k {
            0 => self.enclose_exp(),
            1 if self != 0.0 && self.is_finite() => self.enclose_exp_m1() / Interval::point(self),
            _ => phi_by_horner(self, k).unwrap_or_else(|| phi_by_series_or_recurrence(self, k)),
        }
    }

    fn enclose_erf(self) -> Interval<Self> {
        if self == 0.0 { Interval::enclosing(0.0, 0.0) } else { around(core_math::erf(self), -1.0, 1.0) }
    }

    fn enclose_erfc(self) -> Interval<Self> {
        if self == 0.0 { Interval::enclosing(1.0, 1.0) } else { around(core_math::erfc(self), 0.0, 2.0) }
    }
}
