//! First derivatives over any reading: `Dual<Expr>` differentiates symbolically, `Dual<Ball>` rigorously.

use super::{Field, Rational, Scalar};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value and its derivative along one direction, `re + eps·ε` with `ε² = 0`.
#[derive(Debug, Clone, Copy)]
pub struct Dual<S> {
    /// The value.
    pub re: S,
    /// The derivative.
    pub eps: S,
}

impl<S: Scalar> Dual<S> {
    /// A constant: derivative 0.
    pub fn constant(re: S) -> Self {
        Self { re, eps: S::zero() }
    }

    /// The variable of differentiation: derivative 1.
    pub fn variable(re: S) -> Self {
        Self { re, eps: S::one() }
    }

    /// The value of a function with outer derivative `slope` at this number.
    fn chain(self, value: S, slope: S) -> Self {
        Self { re: value, eps: slope * self.eps }
    }
}

/// `f′(x)` for any formula, in any reading.
///
/// ```
/// use ouracle::numbers::{derivative, Field, Float, Scalar};
/// assert_eq!(derivative(|x| x.square() * 3 + 1, Float(2.0)), Float(12.0));
/// ```
pub fn derivative<S: Scalar>(f: impl FnOnce(Dual<S>) -> Dual<S>, x: S) -> S {
    value_and_derivative(f, x).1
}

/// `(f(x), f′(x))`.
pub fn value_and_derivative<S: Scalar>(f: impl FnOnce(Dual<S>) -> Dual<S>, x: S) -> (S, S) {
    let at = f(Dual::variable(x));
    S::note_derivative(at.re, x, at.eps);
    (at.re, at.eps)
}

/// The rate of change of a formula over parameters that move with time: `dF/dt` for `F` with `t`-derivatives in its duals.
pub fn rate<S: Scalar>(state: Dual<S>) -> S {
    S::note_rate(state.re, state.eps);
    state.eps
}

impl<S: Scalar> Neg for Dual<S> {
    type Output = Self;
    fn neg(self) -> Self {
        Self { re: -self.re, eps: -self.eps }
    }
}

impl<S: Scalar> Add for Dual<S> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, eps: self.eps + other.eps }
    }
}

impl<S: Scalar> Sub for Dual<S> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, eps: self.eps - other.eps }
    }
}

impl<S: Scalar> Mul for Dual<S> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re, eps: self.re * other.eps + self.eps * other.re }
    }
}

impl<S: Scalar> Div for Dual<S> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let quotient = self.re / other.re;
        Self { re: quotient, eps: (self.eps - quotient * other.eps) / other.re }
    }
}

impl<S: Scalar> Add<i64> for Dual<S> {
    type Output = Self;
    fn add(self, n: i64) -> Self {
        Self { re: self.re + n, eps: self.eps }
    }
}

impl<S: Scalar> Sub<i64> for Dual<S> {
    type Output = Self;
    fn sub(self, n: i64) -> Self {
        Self { re: self.re - n, eps: self.eps }
    }
}

impl<S: Scalar> Mul<i64> for Dual<S> {
    type Output = Self;
    fn mul(self, n: i64) -> Self {
        Self { re: self.re * n, eps: self.eps * n }
    }
}

impl<S: Scalar> Div<i64> for Dual<S> {
    type Output = Self;
    fn div(self, n: i64) -> Self {
        Self { re: self.re / n, eps: self.eps / n }
    }
}

impl<S: Scalar> Field for Dual<S> {
    fn rational(q: &Rational) -> Self {
        Self::constant(S::rational(q))
    }

    fn square(self) -> Self {
        Self { re: self.re.square(), eps: self.re * self.eps * 2 }
    }

    fn transpose(self) -> Self {
        Self { re: self.re.transpose(), eps: self.eps.transpose() }
    }

    fn trace(self) -> Self {
        Self { re: self.re.trace(), eps: self.eps.trace() }
    }

    fn size(self) -> Self {
        Self::constant(self.re.size())
    }
}

impl<S: Scalar> Scalar for Dual<S> {
    fn pi() -> Self {
        Self::constant(S::pi())
    }

    fn exp(self) -> Self {
        let value = self.re.exp();
        self.chain(value, value)
    }

    fn exp_m1(self) -> Self {
        self.chain(self.re.exp_m1(), self.re.exp())
    }

    fn ln(self) -> Self {
        Self { re: self.re.ln(), eps: self.eps / self.re }
    }

    fn ln_1p(self) -> Self {
        Self { re: self.re.ln_1p(), eps: self.eps / (self.re + 1) }
    }

    fn minus_ln_1p(self) -> Self {
        self.chain(self.re.minus_ln_1p(), self.re / (self.re + 1))
    }

    fn minus_1_minus_ln(self) -> Self {
        self.chain(self.re.minus_1_minus_ln(), (self.re - 1) / self.re)
    }

    fn sqrt(self) -> Self {
        let root = self.re.sqrt();
        Self { re: root, eps: self.eps / (root * 2) }
    }

    fn sin_cos(self) -> (Self, Self) {
        let (sin, cos) = self.re.sin_cos();
        (self.chain(sin, cos), self.chain(cos, -sin))
    }

    fn log_add_exp(self, other: Self) -> Self {
        let slope = (self.re - other.re).logistic() * self.eps + (other.re - self.re).logistic() * other.eps;
        Self { re: self.re.log_add_exp(other.re), eps: slope }
    }

    fn logistic(self) -> Self {
        let share = self.re.logistic();
        self.chain(share, share * (-self.re).logistic())
    }

    fn tanh(self) -> Self {
        self.chain(self.re.tanh(), self.re.sech_squared())
    }

    fn phi(self, k: u32) -> Self {
        let value = self.re.phi(k);
        let slope = if k == 0 { value } else { value - self.re.phi(k + 1) * i64::from(k) };
        self.chain(value, slope)
    }

    /// `(ln det Σ)′ = tr(Σ′Σ⁻¹)`.
    fn log_det(self) -> Self {
        Self { re: self.re.log_det(), eps: (self.eps / self.re).trace() }
    }

    fn direction(self) -> Self {
        Self::constant(self.re.direction())
    }

    fn along(self, direction: Self) -> Self {
        Self { re: self.re.along(direction.re), eps: self.eps.along(direction.re) }
    }

    fn note_derivative(of: Self, at: Self, is: Self) {
        S::note_derivative(of.re, at.re, is.re);
    }

    fn note_rate(of: Self, is: Self) {
        S::note_rate(of.re, is.re);
    }
}
