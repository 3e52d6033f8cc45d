//! The value reading: `f64` with correctly rounded functions, the same on every platform.

use super::normal::masses;
use super::scalar::exp_minus_1_minus;
use super::{Field, Rational, Scalar, Special};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A double-precision number.
///
/// It is not `f64` itself so that no formula compares or branches by accident, and so that `exp` is CORE-MATH's and not the
/// platform's.
///
/// ```
/// use ouracle::numbers::{Field, Float, Scalar};
/// assert_eq!(Float::ratio(1, 2).exp(), Float(1.6487212707001282));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Float(pub f64);

impl From<Float> for f64 {
    fn from(x: Float) -> Self {
        x.0
    }
}

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Neg for Float {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident),+) => {$(
        impl $trait for Float {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self($trait::$method(self.0, other.0))
            }
        }
        impl $trait<i64> for Float {
            type Output = Self;
            fn $method(self, n: i64) -> Self {
                Self($trait::$method(self.0, n as f64))
            }
        }
    )+};
}

operators!(Add add, Sub sub, Mul mul, Div div);

impl Field for Float {
    fn rational(q: &Rational) -> Self {
        Self(q.to_f64().value())
    }

    fn ratio(p: i64, q: u32) -> Self {
        Self(p as f64 / f64::from(q))
    }

    fn int(n: i64) -> Self {
        Self(n as f64)
    }
}

impl Scalar for Float {
    fn sign(self) -> Self {
        if self.0 == 0.0 { self } else { Self(self.0.signum()) }
    }

    fn pi() -> Self {
        Self(std::f64::consts::PI)
    }

    fn exp(self) -> Self {
        Self(core_math::exp(self.0))
    }

    fn exp_m1(self) -> Self {
        Self(core_math::expm1(self.0))
    }

    fn ln(self) -> Self {
        Self(core_math::log(self.0))
    }

    fn ln_1p(self) -> Self {
        Self(core_math::log1p(self.0))
    }

    fn minus_ln_1p(self) -> Self {
        exp_minus_1_minus(self.ln_1p())
    }

    fn minus_1_minus_ln(self) -> Self {
        exp_minus_1_minus(self.ln())
    }

    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }

    fn sin_cos(self) -> (Self, Self) {
        let (sine, cosine) = core_math::sincos(self.0);
        (Self(sine), Self(cosine))
    }

    fn log_add_exp(self, other: Self) -> Self {
        let (less, more) = if self.0 < other.0 { (self, other) } else { (other, self) };
        // Two equal infinities have no difference, but are their own sum.
        if less.0 == more.0 && less.0.is_infinite() { less } else { more + (less - more).exp().ln_1p() }
    }

    fn logistic(self) -> Self {
        let small = Self(-self.0.abs()).exp();
        (if self.0 < 0.0 { small } else { Self::one() }) / (small + 1)
    }

    fn tanh(self) -> Self {
        // 1 − e^{−2|x|} over 1 + e^{−2|x|}.
        let less = Self(-2.0 * self.0.abs()).exp_m1();
        Self((-less / (less + 2)).0.copysign(self.0))
    }

    /// Series while it converges fast, recurrence from `φ₁` where that cancels little.
    fn phi(self, k: u32) -> Self {
        let z = self.0;
        if k == 0 {
            return self.exp();
        }
        if z == f64::INFINITY {
            return self;
        }
        if k > 1 && z.abs() <= f64::from(k / 2).max(1.0) || z == 0.0 {
            // k! φₖ = Σ zⁿ k!/(k+n)!, from the smallest term inward: the ratio of neighbours is at most 1/2.
            let series = (1..=56).rev().fold(1.0, |sum, n| 1.0 + sum * z / (f64::from(k) + f64::from(n)));
            // 18! is the last factorial that is exact in 53 bits; 1/200! is nothing.
            let factorial = (2..=k.min(18)).fold(1.0, |product, n| product * f64::from(n));
            return Self((19..=k.min(200)).fold(series / factorial, |value, n| value / f64::from(n)));
        }
        let mut phi = core_math::expm1(z) / z;
        let mut inverse_factorial = 1.0;
        for j in 1..k {
            inverse_factorial /= f64::from(j);
            phi = (phi - inverse_factorial) / z;
        }
        Self(phi)
    }
}

impl Special for Float {
    fn erf(self) -> Self {
        Self(core_math::erf(self.0))
    }

    fn erfc(self) -> Self {
        Self(core_math::erfc(self.0))
    }

    fn normal_masses(edges: &[Self]) -> Vec<Self> {
        masses(edges, |edge| edge.0 > 0.0)
    }

    fn floor_between(self) -> Option<(i64, i64)> {
        let floor = self.0.floor();
        // −2⁶³ is a double and 2⁶³ the first that is too large.
        let least = i64::MIN as f64;
        (least..-least).contains(&floor).then_some((floor as i64, floor as i64))
    }
}

impl approx::AbsDiffEq for Float {
    type Epsilon = f64;
    fn default_epsilon() -> f64 {
        f64::default_epsilon()
    }
    fn abs_diff_eq(&self, other: &Self, epsilon: f64) -> bool {
        self.0.abs_diff_eq(&other.0, epsilon)
    }
}

impl approx::RelativeEq for Float {
    fn default_max_relative() -> f64 {
        f64::default_max_relative()
    }
    fn relative_eq(&self, other: &Self, epsilon: f64, max_relative: f64) -> bool {
        self.0.relative_eq(&other.0, epsilon, max_relative)
    }
}

impl approx::UlpsEq for Float {
    fn default_max_ulps() -> u32 {
        f64::default_max_ulps()
    }
    fn ulps_eq(&self, other: &Self, epsilon: f64, max_ulps: u32) -> bool {
        self.0.ulps_eq(&other.0, epsilon, max_ulps)
    }
}
