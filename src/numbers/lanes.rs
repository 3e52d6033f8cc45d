//! The same formula for N paths at once: structure of arrays that the compiler turns into vector instructions.

use super::{Field, Float, Rational};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// N values in step, each a plain `f64`. A [`Field`] with a square root: simulated steps are affine, and their
/// coefficients are computed before the loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lanes<const N: usize>(pub [f64; N]);

impl<const N: usize> Lanes<N> {
    /// The same value in every lane.
    pub fn splat(value: Float) -> Self {
        Self([value.0; N])
    }

    /// Square root of every lane.
    pub fn sqrt(self) -> Self {
        Self(self.0.map(f64::sqrt))
    }

    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

impl<const N: usize> Neg for Lanes<N> {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.map(|x| -x))
    }
}

macro_rules! lanewise {
    ($($operator:ident $method:ident),*) => {$(
        impl<const N: usize> $operator for Lanes<N> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a.$method(b))
            }
        }

        impl<const N: usize> $operator<i64> for Lanes<N> {
            type Output = Self;
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
