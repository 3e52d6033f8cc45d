//! How near an answer must be: the radius of the enclosure and `c·u·κ`. There is no tolerance to choose.

use super::answerer::Answerer;
use super::quantity::{Kind, Quantity};
use super::question::{Question, condition};
use crate::numbers::{Ball, EndPoint, Float};
use crate::parameters::{InputError, Inputs};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Up to so many roundings of the inputs an answer is right.
pub const EXACT: f64 = 8.0;
/// Up to so many it has lost digits, but is not wrong.
pub const DEGRADED: f64 = 1024.0;

/// The type of a subject's numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// Double precision.
    #[default]
    F64,
    /// Single precision.
    F32,
    /// Eight bits of significand.
    Bf16,
    /// Half precision.
    F16,
}

impl Dtype {
    /// The unit roundoff `u`.
    pub fn roundoff(self) -> f64 {
        match self {
            Self::F64 => f64::EPSILON / 2.0,
            Self::F32 => f64::from(f32::EPSILON) / 2.0,
            Self::Bf16 => 1.0 / 256.0,
            Self::F16 => 1.0 / 2048.0,
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
        })
    }
}

/// What is known of a question.
#[derive(Debug, Clone)]
pub struct Truth {
    /// Enclosures of the components.
    pub exact: Vec<Ball>,
    /// The condition number of each: `κ = |f| + Σ |pⱼ ∂f/∂pⱼ|` over the inputs, and where `f` is a sum, the size of its terms.
    pub condition: Vec<f64>,
}

/// The grade of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Within what rounding explains.
    Right,
    /// Digits were lost.
    Degraded,
    /// Neither.
    Wrong,
}

impl Truth {
    /// The exact answer in the conventions of the answerer; none where there is no closed form, or it is not finite.
    ///
    /// # Errors
    /// [`InputError`] if the question is wrong: the right answer is to refuse it.
    pub fn of(answerer: &Answerer, quantity: &'static Quantity, inputs: &Inputs) -> Result<Option<Self>, InputError> {
        let question = Question::<Ball>::from_inputs(inputs)?;
        if !Answerer::supports(quantity, &question) {
            return Ok(None);
        }
        let exact = answerer.value(quantity, &question);
        let question = Question::<Float>::from_inputs(inputs)?;
        let mut condition = condition(&question, |question| answerer.value(quantity, question));
        let terms = answerer.terms(quantity, &question);
        if terms.len() > 1 {
            let sizes = terms.iter().flat_map(|term| term.0.iter().enumerate());
            sizes.for_each(|(at, value)| condition[at] += value.0.abs());
        }
        let known = !exact.is_empty() && exact.iter().all(Ball::is_finite) && condition.iter().all(|k| k.is_finite());
        Ok(known.then_some(Self { exact, condition }))
    }

    /// The grade of an answer in this type, and its largest error in units of `uκ`. `slack` multiplies what is right: 1, or what
    /// the order of a long sum explains.
    pub fn grade(&self, kind: Kind, answer: &[f64], dtype: Dtype, slack: f64) -> (Grade, f64) {
        if answer.len() != self.exact.len() || answer.iter().any(|a| a.is_nan()) {
            return (Grade::Wrong, f64::INFINITY);
        }
        let ratios = self.exact.iter().zip(&self.condition).zip(answer).map(|((exact, condition), answer)| {
            let error = beyond(exact, *answer, kind);
            if error == 0.0 { 0.0 } else { error / (dtype.roundoff() * condition) }
        });
        let ratio = ratios.fold(0.0, f64::max);
        let grade = match ratio {
            r if r <= EXACT * slack => Grade::Right,
            r if r <= DEGRADED * slack => Grade::Degraded,
            _ => Grade::Wrong,
        };
        (grade, ratio)
    }
}

/// How far an answer certainly is from the enclosure; of a bound, how far above it.
fn beyond(exact: &Ball, answer: f64, kind: Kind) -> f64 {
    if !answer.is_finite() {
        return if kind == Kind::AtMost && answer == f64::NEG_INFINITY { 0.0 } else { f64::INFINITY };
    }
    let off = Ball::point(EndPoint::from_f64(answer)) - *exact;
    match kind {
        Kind::AtMost if !off.certainly_positive() => 0.0,
        _ => Ball::point(off.mig()).to_f64(),
    }
}

/// Step numbers at which a discretised quantity is asked for, in multiples of the first.
pub const HALVINGS: [u32; 4] = [1, 2, 4, 8];

/// What the errors at `n, 2n, 4n, 8n` steps say of a declared order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// The order between the last two.
    pub found: f64,
    /// How far the order of smaller steps may be from it.
    pub bar: f64,
}

impl Order {
    /// The order of these errors. With `e = C hᵖ(1 + c h + …)` the orders of two neighbours differ from `p` by terms that at least
    /// halve: what is left after the last refinement is what it moved, and twice that leaves room for the next term.
    pub fn of(errors: [f64; 4]) -> Self {
        let between = |at: usize| (errors[at].abs() / errors[at + 1].abs()).log2();
        let (coarse, fine) = (between(1), between(2));
        Self { found: fine, bar: 2.0 * (fine - coarse).abs() }
    }

    /// Whether the declared order is reached; nothing if the errors have no order yet.
    pub fn reaches(&self, declared: u32) -> Option<bool> {
        let known = self.found.is_finite() && self.bar < 0.5;
        known.then(|| self.found + self.bar >= f64::from(declared))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_told_from_errors() {
        let errors = |p: f64| HALVINGS.map(|n| (1.0 / f64::from(n)).powf(p) * (1.0 + 0.3 / f64::from(n)));
        assert_eq!(Order::of(errors(1.0)).reaches(1), Some(true));
        assert_eq!(Order::of(errors(1.0)).reaches(2), Some(false));
        assert_eq!(Order::of(errors(2.0)).reaches(2), Some(true));
        assert_eq!(Order::of([0.5; 4]).reaches(1), Some(false), "an error that stays");
        assert_eq!(Order::of([0.5, 0.1, 0.4, 0.01]).reaches(1), None);
        assert_eq!(Order::of([0.5, 0.1, f64::NAN, 0.01]).reaches(1), None);
    }
}
