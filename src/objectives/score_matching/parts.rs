//! What each loss is made of. A part is the loss itself with the rest of its ingredients set to zero, so that no formula stands
//! here: code that weighs the parts otherwise than the loss does shows by how much, and what its minimiser is instead.

use super::{Ends, Stencil, denoising, explicit, finite_difference_reduced, implicit, sliced, sliced_reduced};
use crate::numbers::{Scalar, Vector};
use crate::worlds::QuarticModel;

/// A loss of score matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// ISM: trace and square.
    Implicit,
    /// ESM: square, product and square of the data's score.
    Explicit,
    /// SSM: trace and square.
    Sliced,
    /// SSM-VR: trace and square.
    SlicedReduced,
    /// DSM: square, product and square of the noise.
    Denoising,
    /// DSM along one direction, `½(vᵀr)²`: square, product and square of the noise.
    SlicedDenoising,
    /// FD-SSM: trace and square.
    Differences,
    /// FD-SSM with `L(x + v) − L(x)` for half the central difference in its square: trace and square.
    OneSided,
    /// FD-SSM-VR: trace and square.
    DifferencesReduced,
    /// FD-DSM: square, product and square of the noise. Their sum is on average *twice* DSM.
    DenoisingDifferences,
}

/// Where a loss is read: a sample and what was drawn for it. A loss reads what it needs.
#[derive(Debug, Clone)]
pub struct Place<S> {
    /// The point `x` (or `x̃`) around which the model is asked.
    pub centre: Vector<S>,
    /// `x + v`.
    pub up: Vector<S>,
    /// `x − v`.
    pub down: Vector<S>,
    /// The projection, with `E v vᵀ = I`; of a loss of differences, the step.
    pub v: Vector<S>,
    /// The noise `x̃ − x`.
    pub noise: Vector<S>,
    /// Its variance `σ²`.
    pub variance: S,
    /// `d/ε²`.
    pub factor: S,
    /// The score of the data at `x`.
    pub of_data: Vector<S>,
}

impl Loss {
    /// Names, in the order of [`Self::ALL`].
    pub const NAMES: &'static [&'static str] =
        &["ism", "esm", "ssm", "ssm-vr", "dsm", "sliced-dsm", "fd-ssm", "fd-ssm one-sided", "fd-ssm-vr", "fd-dsm"];
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Implicit,
        Self::Explicit,
        Self::Sliced,
        Self::SlicedReduced,
        Self::Denoising,
        Self::SlicedDenoising,
        Self::Differences,
        Self::OneSided,
        Self::DifferencesReduced,
        Self::DenoisingDifferences,
    ];

    /// The loss with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|i| Self::ALL[i])
    }

    /// The parts of the loss of this model, which add up to the loss.
    pub fn parts<S: Scalar>(self, model: &QuarticModel<S>, at: &Place<S>) -> Vec<S> {
        let score = &model.score(&at.centre);
        let (nothing, flat) = (score.scale(S::zero()), model.precision.scale(S::zero()));
        let (log_density, jacobian) = (|x: &Vector<S>| model.log_density(x), || model.jet(&at.centre).hessian);
        let square = |f: &dyn Fn(&Vector<S>, &Vector<S>) -> S, target: &Vector<S>| {
            let (first, last) = (f(score, &nothing), f(&nothing, target));
            vec![first, f(score, target) - first - last, last]
        };
        match self {
            Self::Implicit => vec![implicit(&jacobian(), &nothing), implicit(&flat, score)],
            Self::Explicit => square(&|s, of_data| explicit(s, of_data), &at.of_data),
            Self::Sliced => vec![sliced(&jacobian(), &nothing, &at.v), sliced(&flat, score, &at.v)],
            Self::SlicedReduced => {
                vec![sliced_reduced(&jacobian(), &nothing, &at.v), sliced_reduced(&flat, score, &at.v)]
            }
            Self::Denoising => square(&|s, noise| denoising(s, noise, at.variance), &at.noise),
            Self::SlicedDenoising => {
                let residual = at.noise.scale(at.variance.recip());
                square(&|s, noise| sliced(&flat, &(s + noise), &at.v), &residual)
            }
            Self::Differences | Self::OneSided => {
                let [up, centre, down] = [&at.up, &at.centre, &at.down].map(log_density);
                let (mean, slope) =
                    ((up + down) / 2, if self == Self::OneSided { (up - centre) * 2 } else { up - down });
                let stencil = |up, centre, down| Stencil { up, centre, down, factor: at.factor }.sliced();
                vec![stencil(mean, centre, mean), stencil(slope, slope / 2, S::zero())]
            }
            Self::DifferencesReduced => {
                let [up, down] = [&at.up, &at.down].map(|x| model.score(x));
                let [middle, half] = [&up + &down, &up - &down].map(|x| x.scale(S::int(2).recip()));
                vec![
                    finite_difference_reduced(&half, &-&half, &at.v),
                    finite_difference_reduced(&middle, &middle, &at.v),
                ]
            }
            Self::DenoisingDifferences => {
                let [up, down] = [&at.up, &at.down].map(log_density);
                let along = at.v.dot(&at.noise) / at.variance;
                let loss = |slope: S, along| Ends { up: slope, down: S::zero(), factor: at.factor }.denoising(along);
                let (first, last) = (loss(up - down, S::zero()), loss(S::zero(), along));
                vec![first, loss(up - down, along) - first - last, last]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Float, Matrix};

    fn row(entries: &[f64]) -> Vector<Float> {
        Vector(entries.iter().map(|x| Float(*x)).collect())
    }

    fn place() -> Place<Float> {
        let (centre, v) = (row(&[0.25, -0.75]), row(&[0.5, 0.25]));
        let (up, down) = (&centre + &v, &centre - &v);
        let factor = Float(2.0) / v.dot(&v);
        Place {
            centre,
            up,
            down,
            v,
            noise: row(&[0.5, -1.0]),
            variance: Float(0.25),
            factor,
            of_data: row(&[1.0, 2.0]),
        }
    }

    fn model(quartic: f64) -> QuarticModel<Float> {
        let precision = Matrix::symmetric(2, |i, j| Float(if i == j { 2.0 - i as f64 } else { 0.5 }));
        QuarticModel { precision, quartic: row(&[quartic, 2.0 * quartic]), centre: row(&[0.5, 0.0]) }
    }

    fn sum(loss: Loss, quartic: f64) -> f64 {
        loss.parts(&model(quartic), &place()).iter().map(|part| part.0).sum()
    }

    #[test]
    fn the_parts_add_up_to_the_loss() {
        let (model, at) = (model(1.0), place());
        let jet = model.jet(&at.centre);
        let stencil = Stencil::new(|x| model.log_density(x), &at.centre, &at.v);
        let [up, down] = [&at.up, &at.down].map(|x| model.jet(x).gradient);
        let along = at.v.dot(&at.noise) / at.variance;
        for (loss, whole) in [
            (Loss::Implicit, implicit(&jet.hessian, &jet.gradient)),
            (Loss::Explicit, explicit(&jet.gradient, &at.of_data)),
            (Loss::Sliced, sliced(&jet.hessian, &jet.gradient, &at.v)),
            (Loss::SlicedReduced, sliced_reduced(&jet.hessian, &jet.gradient, &at.v)),
            (Loss::Denoising, denoising(&jet.gradient, &at.noise, at.variance)),
            (Loss::Differences, stencil.sliced()),
            (Loss::DifferencesReduced, finite_difference_reduced(&up, &down, &at.v)),
            (Loss::DenoisingDifferences, stencil.ends().denoising(along)),
        ] {
            // Sums of a few terms of the size of the loss.
            assert!((sum(loss, 1.0) - whole.0).abs() <= 64.0 * f64::EPSILON * (1.0 + whole.0.abs()), "{loss:?}");
        }
    }

    #[test]
    fn a_difference_to_one_side_has_the_curvature_in_it_and_shows_on_a_quadratic_as_well() {
        for quartic in [0.0, 1.0] {
            assert_ne!(sum(Loss::OneSided, quartic), sum(Loss::Differences, quartic));
        }
    }

    #[test]
    fn every_loss_has_a_name() {
        assert_eq!(Loss::NAMES.len(), Loss::ALL.len());
        assert_eq!(Loss::named("fd-dsm"), Some(Loss::DenoisingDifferences));
        assert_eq!(Loss::named("mle"), None);
    }
}
