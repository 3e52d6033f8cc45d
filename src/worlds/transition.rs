//! Transitions of scalar linear SDEs: affine in the start, Gaussian, and closed under composition.

use super::{Affine, Gaussian};
use crate::numbers::Field;

/// The transition `Y_t | Y_s ~ N(factor·Y_s + offset, variance)`.
#[derive(Debug, Clone, Copy)]
pub struct Transition<S> {
    /// What multiplies the start, `φ_t/φ_s`.
    pub factor: S,
    /// What is added to it.
    pub offset: S,
    /// The conditional variance.
    pub variance: S,
}

impl<S: Field> Transition<S> {
    /// The transition over no time.
    pub fn still() -> Self {
        Self { factor: S::one(), offset: S::zero(), variance: S::zero() }
    }

    /// This transition followed by another: `(φ₂φ₁, φ₂c₁ + c₂, φ₂²w₁ + w₂)`, the Chapman–Kolmogorov equation.
    pub fn then(&self, next: &Self) -> Self {
        Self {
            factor: next.factor * self.factor,
            offset: next.factor * self.offset + next.offset,
            variance: next.factor.square() * self.variance + next.variance,
        }
    }

    /// The mean of the end as a function of the start.
    pub fn mean(&self) -> Affine<S> {
        Affine { slope: self.factor, offset: self.offset }
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Transition<R> {
        Transition { factor: f(self.factor), offset: f(self.offset), variance: f(self.variance) }
    }

    /// The law of the end if the start has the moments of `law`.
    pub fn apply(&self, law: &Gaussian<S>) -> Gaussian<S> {
        Gaussian {
            mean: self.factor * law.mean + self.offset,
            variance: self.factor.square() * law.variance + self.variance,
        }
    }

    /// The law of the end if the start is known.
    pub fn from(&self, start: S) -> Gaussian<S> {
        Gaussian { mean: self.factor * start + self.offset, variance: self.variance }
    }

    /// `log E[e^{uY_t} | Y_s = y] = u(φy + c) + ½u²w`, which determines the law.
    pub fn cumulant(&self, u: S, y: S) -> S {
        u * (self.factor * y + self.offset) + u.square() * self.variance / 2
    }
}
