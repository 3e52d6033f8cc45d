//! The traits through which every formula is read.
//!
//! They are poor on purpose: no order, no `From<f64>`, no branching on values. A term cannot be compared, and 0.1 is not
//! a dyadic number; what is absent here is what lets a proof and an enclosure read the same lines as a simulation.

use super::Rational;
use super::normal::masses;
use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Numbers with `+ − × ÷` and the rationals: everything that a simulated step needs.
///
/// Integers may stand on the right of an operator (`x * 2`, `x - 1`), so that formulas read as on paper.
pub trait Field:
    Copy
    + Debug
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<i64, Output = Self>
    + Sub<i64, Output = Self>
    + Mul<i64, Output = Self>
    + Div<i64, Output = Self>
{
    /// The rational number `q`, exactly or enclosed.
    fn rational(q: &Rational) -> Self;

    /// The ratio `p/q`; `q` must not be zero.
    fn ratio(p: i64, q: u32) -> Self {
        Self::rational(&Rational::from_parts(p.into(), q.into()))
    }

    /// The integer `n`.
    fn int(n: i64) -> Self {
        Self::ratio(n, 1)
    }

    /// The number 0.
    fn zero() -> Self {
        Self::int(0)
    }

    /// The number 1.
    fn one() -> Self {
        Self::int(1)
    }

    /// `x²`. An interval knows that it is not negative.
    fn square(self) -> Self {
        self * self
    }

    /// `1/x`.
    fn recip(self) -> Self {
        Self::one() / self
    }

    /// `xᵀ`. A number is its own transpose; an entry of a matrix may itself be a matrix, in a proof for every dimension.
    fn transpose(self) -> Self {
        self
    }

    /// The trace of an entry: a number is its own.
    fn trace(self) -> Self {
        self
    }

    /// The number of entries of an entry of a vector: a number counts as one.
    fn size(self) -> Self {
        Self::one()
    }

    /// `Σ aᵢ b_{m−1−i}` for two slices of the same length `m`: what a coefficient of a product of power series is made of. Intervals of
    /// doubles bound all its roundings at once.
    fn convolved(left: &[Self], right: &[Self]) -> Self {
        left.iter().zip(right.iter().rev()).fold(Self::zero(), |sum, (a, b)| sum + *a * *b)
    }

    /// `xⁿ` for any integer `n`, by repeated squaring.
    fn powi(self, n: i32) -> Self {
        let mut power = Self::one();
        for bit in (0..u32::BITS - n.unsigned_abs().leading_zeros()).rev() {
            power = power.square();
            if n.unsigned_abs() >> bit & 1 == 1 {
                power = power * self;
            }
        }
        if n < 0 { power.recip() } else { power }
    }
}

/// `eʸ − 1 − y = y² φ₂(y)`, without cancellation near 0: what [`Scalar::minus_ln_1p`] and [`Scalar::minus_1_minus_ln`] are, of the logarithm.
#[inline(always)]
pub(super) fn exp_minus_1_minus<S: Scalar>(y: S) -> S {
    y.square() * y.phi(2)
}

/// A real number under one reading: proof, enclosure, value, derivative or power series.
pub trait Scalar: Field {
    /// The circle constant π.
    fn pi() -> Self;
    /// `eˣ`.
    fn exp(self) -> Self;
    /// `eˣ − 1`, without cancellation near 0.
    fn exp_m1(self) -> Self;
    /// Natural logarithm, for `x > 0`.
    fn ln(self) -> Self;
    /// `ln(1 + x)`, without cancellation near 0; `x > −1`.
    fn ln_1p(self) -> Self;
    /// `x − ln(1 + x) ≥ 0`, for `x > −1`. With `y = ln(1 + x)` it is `y² φ₂(y)`, by which values and enclosures do not cancel near 0.
    fn minus_ln_1p(self) -> Self {
        self - self.ln_1p()
    }
    /// `x − 1 − ln x ≥ 0`, for `x > 0`: the same at `1 + x`, also where `x` is so small that `1 + x` would not know it.
    fn minus_1_minus_ln(self) -> Self {
        self - 1 - self.ln()
    }
    /// Square root, for `x ≥ 0`.
    fn sqrt(self) -> Self;
    /// `(sin x, cos x)`.
    fn sin_cos(self) -> (Self, Self);

    /// `ln(eˣ + eʸ)`, also where `eˣ` or `eʸ` is beyond every number: how densities of mixtures add.
    fn log_add_exp(self, other: Self) -> Self {
        (self.exp() + other.exp()).ln()
    }

    /// `1/(1 + e⁻ˣ)`, also where `eˣ` is beyond every number: the share of `eˣ` in `eˣ + 1`, and the derivative of
    /// [`log_add_exp`](Self::log_add_exp).
    fn logistic(self) -> Self {
        ((-self).exp() + 1).recip()
    }

    /// `tanh x`, also where `eˣ` is beyond every number. Values and enclosures keep its digits near 0.
    ///
    /// ```
    /// use ouracle::numbers::{Ball, Dual, Field, Float, Scalar, derivative};
    /// // tanh x = x − x³/3 + …, and 1 far away, with the sign of x.
    /// assert_eq!(Float(1e-9).tanh(), Float(1e-9));
    /// assert_eq!([Float(-900.0).tanh(), Float(0.0).tanh()], [Float(-1.0), Float(0.0)]);
    /// assert!(Ball::ratio(-1, 2).tanh().to_decimal(20).starts_with("-0.46211715726000975850"));
    /// assert!((Ball::int(10).powi(-40).tanh() * Ball::int(10).powi(40) - 1).mag() < Ball::ratio(1, 1_000_000_000).hi());
    /// // The readings agree: 1 − tanh² is the derivative.
    /// let x = Ball::ratio(7, 3);
    /// assert!(derivative(|x: Dual<Ball>| x.tanh(), x).overlaps(&(Ball::one() - x.tanh().square())));
    /// assert!(((x * 2).logistic() - (x * -2).logistic()).overlaps(&x.tanh()));
    /// ```
    fn tanh(self) -> Self {
        (self * 2).logistic() - (self * -2).logistic()
    }

    /// `1/cosh² x = 1 − tanh² x`, the derivative of [`tanh`](Self::tanh), without cancellation far from 0.
    fn sech_squared(self) -> Self {
        (self * 2).logistic() * (self * -2).logistic() * 4
    }

    /// The entire functions `φ₀ = eᶻ`, `φₖ₊₁ = (φₖ − 1/k!)/z`, that is `φₖ(z) = Σₙ zⁿ/(n+k)!`, with `φₖ(0) = 1/k!` and
    /// `φₖ′ = φₖ − k φₖ₊₁`. Every removable singularity is written with them.
    fn phi(self, k: u32) -> Self;

    /// `x/|x|`, and 0 at 0 where a reading can tell that it is there.
    fn sign(self) -> Self {
        self / self.square().sqrt()
    }

    /// `ln det x` of a positive definite entry of a matrix.
    fn log_det(self) -> Self {
        self.ln()
    }

    /// Where an entry of a vector moves when a formula is differentiated along it: by 1 if it is a number, and along every
    /// vector at once if it is a vector.
    fn direction(self) -> Self {
        Self::one()
    }

    /// What multiplies a [`direction`](Self::direction) in a term that is linear in it.
    fn along(self, direction: Self) -> Self {
        let _ = direction;
        self
    }

    /// Called whenever a formula differentiates: `is` claims to be the derivative of `of` with respect to `at`.
    /// A proof writes it down, so that an independent checker can differentiate for itself; other readings ignore it.
    fn note_derivative(of: Self, at: Self, is: Self) {
        let _ = (of, at, is);
    }

    /// Called whenever a formula is differentiated in time: `is` claims to be `d of/dt` under the rules of its symbols.
    fn note_rate(of: Self, is: Self) {
        let _ = (of, is);
    }
}

/// Functions that only values and enclosures have; no proof reads them.
pub trait Special: Scalar {
    /// `erf(x) = 2/√π ∫₀ˣ e^{−t²} dt`.
    fn erf(self) -> Self;
    /// `erfc(x) = 1 − erf(x)`, without cancellation for large `x`.
    fn erfc(self) -> Self;
    /// What `N(0, 1)` gives to the parts of the line between rising edges: `Φ(e₁), Φ(e₂) − Φ(e₁), …, 1 − Φ(e_n)`, one more than there
    /// are edges, without cancellation in either tail. A reading that cannot tell one side of 0 from the other takes lower tails
    /// throughout, which is right and cancels in the upper one.
    fn normal_masses(edges: &[Self]) -> Vec<Self> {
        masses(edges, |_| false)
    }
    /// `(a, b)` with `a ≤ ⌊x⌋ ≤ b`: the same number twice where the floor is decided, and nothing where it is out of reach.
    fn floor_between(self) -> Option<(i64, i64)> {
        None
    }
}
