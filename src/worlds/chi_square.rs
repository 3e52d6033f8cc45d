//! The law of a sum of squares of standard normals, enclosed: what sums of losses that are quadratic in Gaussian draws have.

use crate::numbers::{Ball, EndPoint, Field, Scalar, Special, ln_gamma};

/// The law `χ²_n` of the sum of the squares of `n ≥ 1` independent standard normals: mean `n`, variance `2n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChiSquare {
    /// `n`, the degrees of freedom.
    pub degrees: u32,
}

/// What is left out of a sum is below this share of it.
const NEGLIGIBLE: f64 = 1e-76;

impl ChiSquare {
    /// `a = n/2`.
    fn shape(&self) -> Ball {
        Ball::int(self.degrees.into()) / 2
    }

    /// `n + z√(2n)`, what is `z` standard deviations above the mean.
    pub fn standardised(&self, z: Ball) -> Ball {
        let n = Ball::int(self.degrees.into());
        n + z * (n * 2).sqrt()
    }

    /// The log-density at `x > 0`, in any reading that knows `ln 2^a Γ(a)`, which [`Self::log_normaliser`] gives.
    pub fn log_density<S: Scalar>(&self, x: S, log_normaliser: S) -> S {
        x.ln() * (i64::from(self.degrees) - 2) / 2 - x / 2 - log_normaliser
    }

    /// `ln 2^a Γ(a)`.
    pub fn log_normaliser(&self) -> Ball {
        self.shape() * Ball::int(2).ln() + ln_gamma(self.shape())
    }

    /// `P(X > x) = Γ(a, h)/Γ(a)` with `h = x/2`, with its own digits in the upper tail. A few times `√n` terms.
    ///
    /// ```
    /// use ouracle::{numbers::{Ball, Field}, worlds::ChiSquare};
    /// // Two degrees: e^{−x/2}.
    /// assert!(ChiSquare { degrees: 2 }.above(Ball::int(6)).to_decimal(12).starts_with("0.0497870683679 ± "));
    /// ```
    pub fn above(&self, x: Ball) -> Ball {
        let h = x / 2;
        if !h.certainly_positive() {
            return if x.certainly_le(&Ball::zero()) { Ball::one() } else { Ball::zero().hull(&Ball::one()) };
        }
        if self.shape().certainly_le(&h) { self.upper(h) } else { Ball::one() - self.lower(h) }
    }

    /// `P(X < x)`, with its own digits in the lower tail.
    pub fn below(&self, x: Ball) -> Ball {
        let h = x / 2;
        if !h.certainly_positive() {
            return if x.certainly_le(&Ball::zero()) { Ball::zero() } else { Ball::zero().hull(&Ball::one()) };
        }
        if self.shape().certainly_le(&h) { Ball::one() - self.upper(h) } else { self.lower(h) }
    }

    /// For `h ≥ a`, `Q(a, h) = Q(a − k, h) + Σ_{i=1}^k h^{a−i}e^{−h}/Γ(a − i + 1)`, which ends at `Q(0, h) = 0` or `Q(½, h) = erfc √h`.
    /// For `b ≥ 1`, `0 ≤ Q(b, h) ≤ h^{b−1}e^{−h}/(Γ(b)(1 − (b − 1)/h))`, because `t^{b−1} ≤ h^{b−1}e^{(b−1)(t−h)/h}` for `t ≥ h`.
    fn upper(&self, h: Ball) -> Ball {
        let a = self.shape();
        let odd = self.degrees % 2 == 1;
        let largest = ((a - 1) * h.ln() - h - ln_gamma(a)).exp();
        let (mut term, mut sum) = (Ball::one(), Ball::zero());
        for i in 1..=i64::from(self.degrees / 2) {
            let next = a - i;
            let ratio = next / h;
            let rest = term / (Ball::one() - ratio);
            if rest.is_finite() && rest.hi().to_f64() < NEGLIGIBLE {
                return largest * (sum + Ball::zero().hull(&rest));
            }
            sum = sum + term;
            term = term * ratio;
        }
        largest * sum + if odd { h.sqrt().erfc() } else { Ball::zero() }
    }

    /// For `h < a`, `P(a, h) = h^a e^{−h}/Γ(a + 1) · Σ h^k/((a + 1)…(a + k))`: the rest is less than a geometric series.
    fn lower(&self, h: Ball) -> Ball {
        let a = self.shape();
        let first = (a * h.ln() - h - ln_gamma(a + 1)).exp();
        let (mut term, mut sum, mut next) = (Ball::one(), Ball::zero(), a);
        loop {
            sum = sum + term;
            next = next + 1;
            let ratio = h / next;
            term = term * ratio;
            let rest = term / (Ball::one() - ratio);
            if !rest.is_finite() || rest.hi().to_f64() < NEGLIGIBLE {
                return first * (sum + Ball::zero().hull(&rest));
            }
        }
    }
}
