//! Enclosures at one `f64`: correctly rounded functions, one number wider on either side.

use super::elementary::phi_by_series_or_recurrence;
use super::{Elementary, Interval};

/// The neighbours of a value rounded to nearest, which enclose the exact one; within the range of the function.
fn around(value: f64, least: f64, greatest: f64) -> Interval<f64> {
    // An infinity that came from rounding or from an infinite argument stands for numbers beyond the largest.
    Interval::enclosing(value.next_down().max(least).min(f64::MAX), value.next_up().min(greatest).max(-f64::MAX))
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
            _ => phi_by_series_or_recurrence(self, k),
        }
    }

    fn enclose_erf(self) -> Interval<Self> {
        if self == 0.0 { Interval::enclosing(0.0, 0.0) } else { around(core_math::erf(self), -1.0, 1.0) }
    }

    fn enclose_erfc(self) -> Interval<Self> {
        if self == 0.0 { Interval::enclosing(1.0, 1.0) } else { around(core_math::erfc(self), 0.0, 2.0) }
    }
}
