//! The same formula for N paths at once: structure of arrays that the compiler turns into vector instructions.

use super::{Field, Float, Rational};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// N values in step, each a plain `f64`. A [`Field`] with a square root: simulated steps are affine, and their
/// coefficients are computed before the loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lanes<const N: usize>(pub [f64; N]);

impl<const N: usize> Lanes<N> {
    /// The same value in every lane.
    #[inline(always)]
    pub fn splat(value: Float) -> Self {
        Self([value.0; N])
    }

    /// Square root of every lane.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Self(self.0.map(f64::sqrt))
    }

    /// In each lane `yes` where this is a number, and `no` where it is NaN.
    #[inline(always)]
    pub fn if_number(self, yes: Self, no: Self) -> Self {
        Self(std::array::from_fn(|i| if self.0[i].is_nan() { no.0[i] } else { yes.0[i] }))
    }

    /// `x = m·2ᵏ` with `1 ≤ m < 2`, as `(m, k)`, for positive normal numbers.
    #[inline(always)]
    pub fn significand_and_exponent(self) -> (Self, Self) {
        const FRACTION: u64 = (1 << 52) - 1;
        // A small integer in the last bits of 2⁵² is that integer, once 2⁵² is taken away.
        const SHIFT: u64 = 0x4330_0000_0000_0000;
        let bits = self.0.map(f64::to_bits);
        let significand = bits.map(|bits| f64::from_bits(bits & FRACTION | 1.0_f64.to_bits()));
        let exponent = bits.map(|bits| f64::from_bits(SHIFT | bits >> 52) - (f64::from_bits(SHIFT) + 1023.0));
        (Self(significand), Self(exponent))
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

impl<const N: usize> Neg for Lanes<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(self.0.map(|x| -x))
    }
}

macro_rules! lanewise {
    ($($operator:ident $method:ident),*) => {$(
        impl<const N: usize> $operator for Lanes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a.$method(b))
            }
        }

        impl<const N: usize> $operator<i64> for Lanes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, n: i64) -> Self {
                Self(self.0.map(|x| x.$method(n as f64)))
            }
        }
    )*};
}

lanewise!(Add add, Sub sub, Mul mul, Div div);

impl<const N: usize> Field for Lanes<N> {
    fn rational(q: &Rational) -> Self {
        Self::splat(Float::rational(q))
    }
}
