//! How fast a formula may grow: the reading that bounds the tails of an integral over the line.

use super::{Field, Interval, Rational, Scalar, Special};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The highest power that a bound may have.
const DEGREE: usize = 8;

/// What is known of a function on the whole line: that it is constant, or that `|f(z)| ≤ Σ cₖ|z|ᵏ`.
///
/// Sums, products, `log_add_exp`, `logistic`, `erf` and `erfc` of such functions are such functions, and so are log-densities of mixtures
/// with all their derivatives. What grows faster, or is divided by anything but a constant, is bounded by nothing.
#[derive(Debug, Clone, Copy)]
pub enum Majorant {
    /// The same number everywhere.
    Constant(Interval<f64>),
    /// Bounded by the polynomial with these coefficients, all `≥ 0`, in `|z|`.
    Bounded([f64; DEGREE + 1]),
}

/// A coefficient, never NaN, which could hide that nothing is known.
fn coefficient(x: Interval<f64>) -> f64 {
    if x.is_finite() { x.mag() } else { f64::INFINITY }
}

impl Majorant {
    /// The variable `z`.
    pub fn variable() -> Self {
        let mut bound = [0.0; DEGREE + 1];
        bound[1] = 1.0;
        Self::Bounded(bound)
    }

    /// Nothing is known.
    fn unbounded() -> Self {
        Self::Bounded([f64::INFINITY; DEGREE + 1])
    }

    /// The coefficients of the bound, by powers of `|z|`.
    pub fn bound(&self) -> [f64; DEGREE + 1] {
        match self {
            Self::Bounded(bound) => *bound,
            Self::Constant(value) => {
                let mut bound = [0.0; DEGREE + 1];
                bound[0] = coefficient(*value);
                bound
            }
        }
    }

    /// The bound `Σ cₖ zᵏ` at a point.
    pub fn at(&self, z: f64) -> f64 {
        let z = Interval::point(z);
        coefficient(self.bound().iter().rev().fold(Interval::zero(), |sum, c| sum * z + Interval::point(*c)))
    }

    /// An upper bound of `E[|f(Z)|; |Z| > z]` for `Z ~ N(0, 1)`, where `z² > 8`.
    ///
    /// `Iₖ = ∫_z^∞ xᵏ φ(x) dx = z^{k−1} φ(z) + (k−1) I_{k−2}` and `I_{k−2} ≤ Iₖ/z²`, so `Iₖ ≤ z^{k−1} φ(z)/(1 − (k−1)/z²)`.
    pub fn tail(&self, z: f64) -> f64 {
        let z = Interval::point(z);
        let density = (-z.square() / 2).exp() / (Interval::pi() * 2).sqrt();
        let terms = self.bound().into_iter().enumerate().map(|(k, c)| {
            let shrinking = Interval::one() - Interval::int(k.saturating_sub(1) as i64) / z.square();
            Interval::point(c) * z.powi(k as i32 - 1) / shrinking
        });
        coefficient(terms.fold(Interval::zero(), |sum, term| sum + term) * density * 2)
    }

    fn both(
        self,
        other: Self,
        constants: impl Fn(Interval<f64>, Interval<f64>) -> Interval<f64>,
        bounds: impl Fn(Interval<f64>, Interval<f64>) -> Interval<f64>,
    ) -> Self {
        if let (Self::Constant(a), Self::Constant(b)) = (self, other) {
            return Self::Constant(constants(a, b));
        }
        let (a, b) = (self.bound(), other.bound());
        Self::Bounded(std::array::from_fn(|k| coefficient(bounds(Interval::point(a[k]), Interval::point(b[k])))))
    }

    /// A function that is nowhere larger than this.
    fn bounded_by(self, largest: f64, f: impl Fn(Interval<f64>) -> Interval<f64>) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(f(value)),
            Self::Bounded(bound) if bound.iter().all(|c| c.is_finite()) => {
                // It is not known to be constant, hence not the constant that bounds it.
                Self::Bounded(std::array::from_fn(|k| if k == 0 { largest } else { 0.0 }))
            }
            Self::Bounded(_) => Self::unbounded(),
        }
    }

    fn of_constant(self, f: impl Fn(Interval<f64>) -> Interval<f64>) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(f(value)),
            Self::Bounded(_) => Self::unbounded(),
        }
    }
}

impl Neg for Majorant {
    type Output = Self;
    fn neg(self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(-value),
            bounded @ Self::Bounded(_) => bounded,
        }
    }
}

impl Add for Majorant {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.both(other, Add::add, Add::add)
    }
}

impl Sub for Majorant {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Majorant {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        if let (Self::Constant(a), Self::Constant(b)) = (self, other) {
            return Self::Constant(a * b);
        }
        let (a, b) = (self.bound(), other.bound());
        let degree = |c: &[f64]| c.iter().rposition(|c| *c > 0.0).unwrap_or(0);
        if degree(&a) + degree(&b) > DEGREE || a.iter().chain(&b).any(|c| c.is_infinite()) {
            return Self::unbounded();
        }
        Self::Bounded(std::array::from_fn(|k| {
            let terms = (0..=k).map(|j| Interval::point(a[j]) * Interval::point(b[k - j]));
            coefficient(terms.fold(Interval::zero(), |sum, term| sum + term))
        }))
    }
}

impl Div for Majorant {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        match other {
            Self::Constant(divisor) => Mul::mul(self, Self::Constant(divisor.recip())),
            Self::Bounded(_) => Self::unbounded(),
        }
    }
}

macro_rules! integer_operators {
    ($($trait:ident $method:ident),+) => {$(
        impl $trait<i64> for Majorant {
            type Output = Self;
            fn $method(self, n: i64) -> Self {
                $trait::$method(self, Self::int(n))
            }
        }
    )+};
}

integer_operators!(Add add, Sub sub, Mul mul, Div div);

impl Field for Majorant {
    fn rational(q: &Rational) -> Self {
        Self::Constant(Interval::rational(q))
    }
}

impl Scalar for Majorant {
    fn pi() -> Self {
        Self::Constant(Interval::pi())
    }

    fn exp(self) -> Self {
        self.of_constant(Scalar::exp)
    }

    fn exp_m1(self) -> Self {
        self.of_constant(Scalar::exp_m1)
    }

    fn ln(self) -> Self {
        self.of_constant(Scalar::ln)
    }

    fn ln_1p(self) -> Self {
        self.of_constant(Scalar::ln_1p)
    }

    fn sqrt(self) -> Self {
        self.of_constant(Scalar::sqrt)
    }

    fn sin_cos(self) -> (Self, Self) {
        (self.of_constant(|x| x.sin_cos().0), self.of_constant(|x| x.sin_cos().1))
    }

    /// `max ≤ ln(eˣ + eʸ) ≤ max + ln 2`.
    fn log_add_exp(self, other: Self) -> Self {
        let larger = |a: Interval<f64>, b: Interval<f64>| Interval::point(a.mag().max(b.mag()));
        match self.both(other, Scalar::log_add_exp, larger) {
            bounded @ Self::Bounded(_) => bounded + Self::int(2).ln(),
            constant @ Self::Constant(_) => constant,
        }
    }

    /// At most 1, if it is anything.
    fn logistic(self) -> Self {
        self.bounded_by(1.0, Scalar::logistic)
    }

    fn phi(self, k: u32) -> Self {
        self.of_constant(|x| x.phi(k))
    }
}

impl Special for Majorant {
    fn erf(self) -> Self {
        self.bounded_by(1.0, Special::erf)
    }

    fn erfc(self) -> Self {
        self.bounded_by(2.0, Special::erfc)
    }
}
