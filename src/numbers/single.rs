//! The single-precision reading: what a formula gives where models are usually run.

use super::{Field, Rational};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A single-precision number, rounded to nearest after every operation. It has `+ − × ÷` and no more: these are the same on
/// every platform.
///
/// ```
/// use ouracle::numbers::{Field, Single};
/// assert_eq!(Single::int(1 << 24) + 1, Single::int(1 << 24));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Single(pub f32);

impl Neg for Single {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident),+) => {$(
        impl $trait for Single {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self($trait::$method(self.0, other.0))
            }
        }
        impl $trait<i64> for Single {
            type Output = Self;
            fn $method(self, n: i64) -> Self {
                Self($trait::$method(self.0, n as f32))
            }
        }
    )+};
}

operators!(Add add, Sub sub, Mul mul, Div div);

impl Field for Single {
    fn rational(q: &Rational) -> Self {
        Self(q.to_f32().value())
    }

    fn ratio(p: i64, q: u32) -> Self {
        Self(p as f32 / q as f32)
    }

    fn int(n: i64) -> Self {
        Self(n as f32)
    }
}
