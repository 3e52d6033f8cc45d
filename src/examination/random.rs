//! Random quantities: the law of what is drawn, and draws of it.

use super::answerer::Answerer;
use super::mistake::Mistake;
use super::quantity::Quantity;
use super::question::Question;
use crate::numbers::{Scalar, Vector};
use crate::worlds::{Affine, Gaussian};

/// The mean and the variance of what is drawn, component by component.
pub struct Moments<S> {
    /// The mean of a draw.
    pub mean: S,
    /// The variance of a draw.
    pub variance: S,
    /// Whether the draws are Gaussian, so that their variance can be judged too.
    pub gaussian: bool,
}

impl Answerer {
    /// The law of what is drawn.
    pub fn moments<S: Scalar>(&self, quantity: &Quantity, question: &Question<S>) -> Vec<Moments<S>> {
        let x = question.point.x.clone().map_or_else(Vec::new, |x| x.0);
        let t = question.point.t.unwrap_or_else(S::zero);
        let gaussian = |law: Gaussian<S>| Moments { mean: law.mean, variance: law.variance, gaussian: true };
        match quantity.id {
            "noised" => {
                let clock = self.clock(question, t);
                x.into_iter().map(|x| gaussian(clock.given(x))).collect()
            }
            "euler-end" => x.into_iter().map(|x| gaussian(self.euler_end(question, x))).collect(),
            "dsm-term" => self
                .mismatch(question, t)
                .map(|(mismatch, weight, given)| Moments {
                    mean: weight * mismatch.mean_square(&given),
                    variance: weight.square() * mismatch.square_variance(&given),
                    gaussian: false,
                })
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    /// One draw, from standard normals: one for each component.
    pub fn draw<S: Scalar>(&self, quantity: &Quantity, question: &Question<S>, normals: &[S]) -> Vec<S> {
        if quantity.id == "dsm-term" {
            let t = question.point.t.unwrap_or_else(S::zero);
            let drawn = self.mismatch(question, t).map(|(mismatch, weight, given)| {
                weight * mismatch.value(given.mean + given.variance.sqrt() * normals[0]).square()
            });
            return drawn.into_iter().collect();
        }
        let moments = self.moments(quantity, question).into_iter();
        moments.zip(normals).map(|(law, z)| law.mean + law.variance.sqrt() * *z).collect()
    }

    /// The law of the end of an Euler–Maruyama path from `x`.
    fn euler_end<S: Scalar>(&self, question: &Question<S>, x: S) -> Gaussian<S> {
        let steps = question.point.steps.unwrap_or(1);
        let h = question.horizon() / i64::from(steps);
        let taken = if self.makes(Mistake::OneStepShort) { steps - 1 } else { steps };
        (0..taken).fold(Gaussian::new(x, S::zero()), |law, step| {
            let clock = self.clock(question, h * i64::from(step));
            let (factor, scale) =
                (clock.alpha * h + 1, if self.makes(Mistake::StepNotRooted) { h.square() } else { h });
            Gaussian::new(factor * law.mean, factor.square() * law.variance + scale * clock.noise)
        })
    }

    /// `s(Y) − ∇log q(Y | x)` as an affine function on the line, its weight, and the law of `Y`; none beyond the line.
    fn mismatch<S: Scalar>(&self, question: &Question<S>, t: S) -> Option<(Affine<S>, S, Gaussian<S>)> {
        let x = question.point.x.as_ref().filter(|x| x.dimension() == 1)?.0[0];
        let clock = self.clock(question, t);
        let given = clock.given(x);
        // On Gaussian data every model of the catalogue is affine; two values tell which.
        let at = |y: i64| self.score(question, &Vector(vec![S::int(y)]), t).0[0];
        let score = Affine { slope: at(1) - at(0), offset: at(0) };
        let target = match self.makes(Mistake::MarginalForConditional) {
            true => {
                Gaussian::new(clock.mean(question.data.mean().0[0]), clock.variance(question.data.covariance()[(0, 0)]))
            }
            false => given,
        };
        let weight = if self.makes(Mistake::WeightNotHalved) { clock.noise } else { clock.noise / 2 };
        Some((score.minus(&target.score()), weight, given))
    }
}
