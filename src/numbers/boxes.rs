//! N rectangles of complex numbers in step: where a formula is analytic, and how large it is there.
//!
//! Every function is the principal branch. An operation is the whole plane unless its function is analytic on all of the rectangle, so
//! that a formula whose value is bounded is analytic wherever its rectangles lie. Digits do not matter here, and are not kept.

use super::intervals::above;
use super::{Field, Interval, Intervals, Rational, Scalar};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// N rectangles `re + i im`.
#[derive(Debug, Clone, Copy)]
pub struct Boxes<const N: usize> {
    /// The real parts.
    pub re: Intervals<N>,
    /// The imaginary parts.
    pub im: Intervals<N>,
}

impl<const N: usize> Boxes<N> {
    /// Real numbers.
    #[inline(always)]
    pub fn real(re: Intervals<N>) -> Self {
        Self { re, im: Intervals::zero() }
    }

    /// The rectangle in the first lane, in every lane.
    #[inline(always)]
    pub fn splat(one: &Boxes<1>) -> Self {
        Self { re: Intervals::splat(one.re.lane(0)), im: Intervals::splat(one.im.lane(0)) }
    }

    /// An upper bound of `|z|` in each lane; infinite where the formula may not be analytic.
    #[inline(always)]
    pub fn mag(&self) -> [f64; N] {
        let (re, im) = (self.re.mag(), self.im.mag());
        // At most √2 too large.
        std::array::from_fn(|i| above(re[i] + im[i]))
    }

    #[inline(always)]
    fn norm(self) -> Intervals<N> {
        self.re.square() + self.im.square()
    }

    /// `e^{iθ}` for an angle.
    fn turned(angle: Intervals<N>) -> Self {
        let (im, re) = angle.sin_cos();
        Self { re, im }
    }

    /// In each lane `self` where the real part is positive, and the whole plane elsewhere.
    #[inline(always)]
    fn in_right_half(self, z: Self) -> Self {
        let positive = std::array::from_fn(|i| z.re.lo()[i] > 0.0);
        let whole = Intervals::points([f64::NAN; N]);
        Self { re: self.re.where_or(positive, whole), im: self.im.where_or(positive, whole) }
    }
}

impl<const N: usize> Neg for Boxes<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { re: -self.re, im: -self.im }
    }
}

impl<const N: usize> Add for Boxes<N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl<const N: usize> Sub for Boxes<N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl<const N: usize> Mul for Boxes<N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

impl<const N: usize> Div for Boxes<N> {
    type Output = Self;
    #[allow(clippy::suspicious_arithmetic_impl, reason = "a quotient is a product with the reciprocal")]
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self * other.recip()
    }
}

macro_rules! with_integers {
    ($($trait:ident $method:ident $imaginary:expr),+) => {$(
        impl<const N: usize> $trait<i64> for Boxes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, n: i64) -> Self {
                Self { re: $trait::$method(self.re, n), im: $imaginary(self.im, n) }
            }
        }
    )+};
}

with_integers!(Add add |im, _| im, Sub sub |im, _| im, Mul mul Mul::mul, Div div Div::div);

impl<const N: usize> Field for Boxes<N> {
    fn rational(q: &Rational) -> Self {
        Self::real(Intervals::rational(q))
    }

    #[inline(always)]
    fn ratio(p: i64, q: u32) -> Self {
        Self::real(Intervals::ratio(p, q))
    }

    #[inline(always)]
    fn int(n: i64) -> Self {
        Self::real(Intervals::int(n))
    }

    #[inline(always)]
    fn square(self) -> Self {
        Self { re: self.re.square() - self.im.square(), im: self.re * self.im * 2 }
    }

    /// `z̄/|z|²`: unbounded just where 0 may be in the rectangle.
    #[inline(always)]
    fn recip(self) -> Self {
        let norm = self.norm();
        Self { re: self.re / norm, im: -self.im / norm }
    }
}

impl<const N: usize> Scalar for Boxes<N> {
    #[inline(always)]
    fn pi() -> Self {
        Self::real(Intervals::pi())
    }

    fn exp(self) -> Self {
        Self::real(self.re.exp()) * Self::turned(self.im)
    }

    /// `(eˣ − 1) cos y − 2 sin² ½y + i eˣ sin y`.
    fn exp_m1(self) -> Self {
        let (sin, cos) = self.im.sin_cos();
        let (half, _) = (self.im / 2).sin_cos();
        Self { re: self.re.exp_m1() * cos - half.square() * 2, im: self.re.exp() * sin }
    }

    /// In the right half-plane: `½ ln |z|²` and an angle between 0 and `y/x`, below a right one.
    fn ln(self) -> Self {
        let right_angle = Intervals::pi().hull(-Intervals::pi()) / 2;
        let angle = (self.im / self.re).hull(Intervals::zero()).meet(right_angle);
        Self { re: self.norm().ln() / 2, im: angle }.in_right_half(self)
    }

    /// As [`ln`](Self::ln) of `1 + z`, with `|1 + z|² = 1 + (2x + |z|²)`.
    fn ln_1p(self) -> Self {
        let log = (self + 1).ln();
        Self { re: log.re.meet((self.re * 2 + self.norm()).ln_1p() / 2), ..log }
    }

    /// In the right half-plane: `√|z|` at half the angle.
    fn sqrt(self) -> Self {
        (Self::real(self.norm().sqrt().sqrt()) * Self::turned(self.ln().im / 2)).in_right_half(self)
    }

    /// `sin x cosh y + i cos x sinh y` and `cos x cosh y − i sin x sinh y`.
    fn sin_cos(self) -> (Self, Self) {
        let (sin, cos) = self.re.sin_cos();
        let (up, down) = (self.im.exp(), (-self.im).exp());
        let (cosh, sinh) = ((up + down) / 2, (up - down) / 2);
        (Self { re: sin * cosh, im: cos * sinh }, Self { re: cos * cosh, im: -sin * sinh })
    }

    /// `|φₖ(z)| ≤ φₖ(x)`, for `φₖ(z) = ∫₀¹ e^{(1−s)z} s^{k−1}/(k−1)! ds`.
    fn phi(self, k: u32) -> Self {
        if k == 0 {
            return self.exp();
        }
        let size = self.re.phi(k);
        let disc = size.hull(-size);
        let bounded = std::array::from_fn(|i| self.im.mag()[i] < f64::INFINITY);
        let disc = disc.where_or(bounded, Intervals::points([f64::NAN; N]));
        Self { re: disc, im: disc }
    }
}

/// The rectangle of two intervals.
impl From<(Interval<f64>, Interval<f64>)> for Boxes<1> {
    fn from((re, im): (Interval<f64>, Interval<f64>)) -> Self {
        Self { re: Intervals::splat(re), im: Intervals::splat(im) }
    }
}
