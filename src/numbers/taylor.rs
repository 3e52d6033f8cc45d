//! Truncated power series over any reading: `Taylor<Interval<f64>, N>` over a panel bounds the remainder of a quadrature.

use super::{Field, Rational, Scalar, Special};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The power series `Σ cₙ hⁿ`, `n < N`, truncated. Coefficients beyond `len` are exact zeros, so constants stay cheap.
#[derive(Debug, Clone, Copy)]
pub struct Taylor<S, const N: usize> {
    coefficients: [S; N],
    len: usize,
}

impl<S: Scalar, const N: usize> Taylor<S, N> {
    /// The constant series `c`.
    pub fn constant(c: S) -> Self {
        let mut coefficients = [S::zero(); N];
        coefficients[0] = c;
        Self { coefficients, len: 1 }
    }

    /// The series `c + h`.
    pub fn variable(c: S) -> Self {
        let mut series = Self::constant(c);
        if N > 1 {
            series.coefficients[1] = S::one();
            series.len = 2;
        }
        series
    }

    /// The coefficient of `hⁿ`; zero beyond the truncation is *not* implied: `n` must be below `N`.
    pub fn coefficient(&self, n: usize) -> S {
        self.coefficients[n]
    }

    /// The series with these coefficients, at most `N`; what is beyond them is exactly zero.
    pub(super) fn of(known: &[S]) -> Self {
        let mut coefficients = [S::zero(); N];
        coefficients[..known.len()].copy_from_slice(known);
        Self { coefficients, len: known.len().max(1) }
    }

    /// The coefficients but for exact zeros at the end.
    pub(super) fn coefficients(&self) -> &[S] {
        &self.coefficients[..self.len]
    }

    /// A series whose n-th coefficient is computed from the earlier ones.
    fn recurrence(first: S, len: usize, mut next: impl FnMut(&[S], usize) -> S) -> Self {
        let mut series = Self::constant(first);
        series.len = len;
        for n in 1..len {
            series.coefficients[n] = next(&series.coefficients, n);
        }
        series
    }

    fn map(self, f: impl Fn(S) -> S) -> Self {
        let mut series = self;
        for c in &mut series.coefficients[..self.len] {
            *c = f(*c);
        }
        series
    }

    /// The series `Σ (n + 1) cₙ₊₁ hⁿ`.
    fn slope(&self) -> Self {
        let mut slope = Self::constant(S::zero());
        slope.len = (self.len - 1).max(1);
        for n in 1..self.len {
            slope.coefficients[n - 1] = self.coefficients[n] * n as i64;
        }
        slope
    }

    /// The coefficient of `hⁿ` in the product with a series of which the first `n + 1` coefficients are known.
    fn product_coefficient(&self, known: &[S], n: usize) -> S {
        let terms = self.len.min(n + 1);
        S::convolved(&self.coefficients[..terms], &known[n + 1 - terms..=n])
    }

    /// The logistic function λ of this series and of its negative, by `λ(z)′ = λ(z) λ(−z) z′`.
    fn shares(self) -> (Self, Self) {
        let slope = self.slope();
        let first = self.coefficients[0];
        let (mut share, mut rest) = (Self::constant(first.logistic()), Self::constant((-first).logistic()));
        let mut product = [S::zero(); N];
        for n in 1..self.full() {
            product[n - 1] = S::convolved(&share.coefficients[..n], &rest.coefficients[..n]);
            share.coefficients[n] = slope.product_coefficient(&product, n - 1) / n as i64;
            rest.coefficients[n] = -share.coefficients[n];
        }
        share.len = self.full();
        rest.len = self.full();
        (share, rest)
    }

    /// The length of a series that is not a polynomial in this one: full, unless this one is constant.
    fn full(&self) -> usize {
        if self.len == 1 { 1 } else { N }
    }
}

impl<S: Scalar, const N: usize> Neg for Taylor<S, N> {
    type Output = Self;
    fn neg(self) -> Self {
        self.map(|c| -c)
    }
}

impl<S: Scalar, const N: usize> Add for Taylor<S, N> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (mut long, short) = if self.len >= other.len { (self, other) } else { (other, self) };
        for n in 0..short.len {
            long.coefficients[n] = self.coefficients[n] + other.coefficients[n];
        }
        long.len = self.len.max(other.len);
        long
    }
}

impl<S: Scalar, const N: usize> Sub for Taylor<S, N> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<S: Scalar, const N: usize> Mul for Taylor<S, N> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let len = (self.len + other.len - 1).min(N);
        let product = |n: usize| {
            let (from, to) = ((n + 1).saturating_sub(other.len), n.min(self.len - 1));
            S::convolved(&self.coefficients[from..=to], &other.coefficients[n - to..=n - from])
        };
        Self::recurrence(product(0), len, |_, n| product(n))
    }
}

impl<S: Scalar, const N: usize> Div for Taylor<S, N> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = other.coefficients[0];
        let len = if other.len == 1 { self.len } else { N };
        Self::recurrence(self.coefficients[0] / first, len, |q, n| {
            let last = n.min(other.len - 1);
            (self.coefficients[n] - S::convolved(&other.coefficients[1..=last], &q[n - last..n])) / first
        })
    }
}

impl<S: Scalar, const N: usize> Add<i64> for Taylor<S, N> {
    type Output = Self;
    fn add(mut self, n: i64) -> Self {
        self.coefficients[0] = self.coefficients[0] + n;
        self
    }
}

impl<S: Scalar, const N: usize> Sub<i64> for Taylor<S, N> {
    type Output = Self;
    fn sub(mut self, n: i64) -> Self {
        self.coefficients[0] = self.coefficients[0] - n;
        self
    }
}

impl<S: Scalar, const N: usize> Mul<i64> for Taylor<S, N> {
    type Output = Self;
    fn mul(self, n: i64) -> Self {
        self.map(|c| c * n)
    }
}

impl<S: Scalar, const N: usize> Div<i64> for Taylor<S, N> {
    type Output = Self;
    fn div(self, n: i64) -> Self {
        self.map(|c| c / n)
    }
}

impl<S: Scalar, const N: usize> Field for Taylor<S, N> {
    fn rational(q: &Rational) -> Self {
        Self::constant(S::rational(q))
    }
}

impl<S: Scalar, const N: usize> Scalar for Taylor<S, N> {
    fn pi() -> Self {
        Self::constant(S::pi())
    }

    fn exp(self) -> Self {
        let slope = self.slope();
        Self::recurrence(self.coefficients[0].exp(), self.full(), |e, n| slope.product_coefficient(e, n - 1) / n as i64)
    }

    fn exp_m1(self) -> Self {
        let mut series = self.exp();
        series.coefficients[0] = self.coefficients[0].exp_m1();
        series
    }

    fn ln(self) -> Self {
        let (first, slope) = (self.coefficients[0], self.slope());
        // c l′ = c′, solved for the coefficients of l′ one after the other.
        let mut rates = [S::zero(); N];
        Self::recurrence(first.ln(), self.full(), |_, n| {
            let last = (n - 1).min(self.len - 1);
            let known = S::convolved(&self.coefficients[1..=last], &rates[n - 1 - last..n - 1]);
            rates[n - 1] = (slope.coefficients[n - 1] - known) / first;
            rates[n - 1] / n as i64
        })
    }

    fn ln_1p(self) -> Self {
        let mut series = (self + 1).ln();
        series.coefficients[0] = self.coefficients[0].ln_1p();
        series
    }

    fn sqrt(self) -> Self {
        let first = self.coefficients[0].sqrt();
        Self::recurrence(first, self.full(), |s, n| {
            (self.coefficients[n] - S::convolved(&s[1..n], &s[1..n])) / (first * 2)
        })
    }

    fn sin_cos(self) -> (Self, Self) {
        let (sin, cos) = self.coefficients[0].sin_cos();
        let (mut s, mut c) = (Self::constant(sin), Self::constant(cos));
        let slope = self.slope();
        for n in 1..self.full() {
            s.coefficients[n] = slope.product_coefficient(&c.coefficients, n - 1) / n as i64;
            c.coefficients[n] = -slope.product_coefficient(&s.coefficients, n - 1) / n as i64;
        }
        s.len = self.full();
        c.len = self.full();
        (s, c)
    }

    fn log_add_exp(self, other: Self) -> Self {
        // s′ = a′ λ(a − b) + b′ λ(b − a), with the logistic function λ.
        let first = self.coefficients[0].log_add_exp(other.coefficients[0]);
        let (share, rest) = (self - other).shares();
        let len = if self.len.max(other.len) == 1 { 1 } else { N };
        let (slope, other) = (self.slope(), other.slope());
        Self::recurrence(first, len, |_, n| {
            let parts = (
                slope.product_coefficient(&share.coefficients, n - 1),
                other.product_coefficient(&rest.coefficients, n - 1),
            );
            (parts.0 + parts.1) / n as i64
        })
    }

    fn logistic(self) -> Self {
        self.shares().0
    }

    fn phi(self, k: u32) -> Self {
        // φₖ′ = φₖ − k φₖ₊₁: N coefficients of φₖ need N − 1 of φₖ₊₁, and so on up to the bare value of φₖ₊ₙ₋₁.
        // No division by z, hence no removable singularity and no branch.
        let (z, slope) = (self.coefficients[0], self.slope());
        let full = self.full();
        let mut above = Self::constant(z.phi(k + full as u32 - 1));
        for level in (0..full.saturating_sub(1)).rev() {
            let order = k + level as u32;
            let mut rates = [S::zero(); N];
            above = Self::recurrence(z.phi(order), full - level, |phi, n| {
                rates[n - 1] = phi[n - 1] - above.coefficients[n - 1] * i64::from(order);
                slope.product_coefficient(&rates, n - 1) / n as i64
            });
        }
        above
    }
}

impl<S: Special, const N: usize> Taylor<S, N> {
    /// The integral of `2/√π e^{−z²}` along this series.
    fn error_integral(self, first: S) -> Self {
        let density = (-self.square()).exp() * Self::constant(S::int(2) / S::pi().sqrt());
        let slope = self.slope();
        Self::recurrence(first, self.full(), |_, n| slope.product_coefficient(&density.coefficients, n - 1) / n as i64)
    }
}

impl<S: Special, const N: usize> Special for Taylor<S, N> {
    fn erf(self) -> Self {
        self.error_integral(self.coefficients[0].erf())
    }

    fn erfc(self) -> Self {
        // erfc z = erf(−z) + 1, but for the first coefficient.
        (-self).error_integral(self.coefficients[0].erfc())
    }
}
