//! Ancestral sampling in d dimensions with the exact network: the moments of the samples, without eigenvectors.

use super::Denoiser;
use crate::numbers::{Field, Matrix, Scalar, Vector};
use crate::objectives::samplers::Spread;
use crate::worlds::{AffineField, Ddpm, Descent, Level, MatrixTransition, Rung};

/// A step `z ↦ mean(z) + √variance ξ`, the same variance along every axis.
#[derive(Debug, Clone)]
pub struct Step<S> {
    /// What the next state is on average.
    pub mean: AffineField<S>,
    /// The variance of the noise.
    pub variance: S,
}

/// Mean and covariance of a state.
#[derive(Debug, Clone)]
pub struct Moments<S> {
    /// `d` entries.
    pub mean: Vector<S>,
    /// `d × d`.
    pub covariance: Matrix<S>,
}

impl<S: Field> Moments<S> {
    /// Of a standard normal in `d` dimensions, where samplers start.
    pub fn standard(d: usize) -> Self {
        Self { mean: Vector(vec![S::zero(); d]), covariance: Matrix::identity(d) }
    }
}

impl<S: Field> Moments<S> {
    /// `E‖X‖²`, in a sum over entries.
    pub fn mean_square(&self) -> S {
        self.covariance.trace() + self.mean.dot(&self.mean)
    }

    /// `Var ‖X‖² = 2 tr V² + 4 mᵀVm` of a Gaussian vector.
    pub fn square_variance(&self) -> S {
        (&self.covariance * &self.covariance).trace() * 2 + self.covariance.bilinear(&self.mean, &self.mean) * 4
    }
}

impl<S: Scalar> Step<S> {
    /// The moments after the step, `(Am + b, AVAᵀ + τ²I)`.
    pub fn apply(&self, state: &Moments<S>) -> Moments<S> {
        let noise = Matrix::identity(self.mean.slope.rows()).scale(self.variance);
        let transition = MatrixTransition { factor: self.mean.slope.clone(), covariance: noise };
        Moments { mean: self.mean.value(&state.mean), covariance: transition.apply(&state.covariance) }
    }
}

/// `z_{t−1} = (z_t − (β/σ_t) ε*(z_t))/√(1 − β)` and noise of this variance. Source: `ho2020`.
pub fn ancestral_step<S: Scalar>(denoiser: &Denoiser<S>, rung: &Rung<S>, variance: S) -> Step<S> {
    let (forward, noise) = (rung.forward, denoiser.noise(&rung.noisy));
    let (share, back) = (-forward.variance / rung.noisy.sigma, forward.factor.recip());
    let slope = &Matrix::identity(noise.slope.rows()) + &noise.slope.scale(share);
    Step { mean: AffineField { slope: slope.scale(back), offset: noise.offset.scale(share * back) }, variance }
}

/// The steps of ancestral sampling; the last one, to the data, is what the network makes of the state, without noise.
pub fn steps<S: Scalar>(
    descent: &Descent<S>,
    denoiser: &Denoiser<S>,
    step: impl Fn(&Rung<S>) -> Step<S>,
) -> impl Iterator<Item = Step<S>> {
    let last = descent.last.iter().map(|level| Step { mean: denoiser.denoised(level), variance: S::zero() });
    descent.rungs.iter().map(step).chain(last)
}

/// The moments of the samples, from a standard normal. Costs `d³` for each step.
pub fn run<S: Scalar>(descent: &Descent<S>, denoiser: &Denoiser<S>, spread: Spread) -> Moments<S> {
    let step = |rung: &Rung<S>| {
        let variance = match spread {
            Spread::Posterior => rung.posterior_variance(),
            Spread::Forward => rung.forward.variance,
        };
        ancestral_step(denoiser, rung, variance)
    };
    let start = Moments::standard(denoiser.mean.dimension());
    steps(descent, denoiser, step).fold(start, |state, step| step.apply(&state))
}

/// The same moments with `β̃` as a sum: with `Ψ_t = α_tCM_t⁻¹`, what the exact regressions leave of a draw, `Ψ_TΨ_Tᵀ + Σ_{t≥2} β̃_tΨ_{t−1}Ψ_{t−1}ᵀ`,
/// and the mean `σ_T²M_T⁻¹m`.
pub fn sum_of_draws<S: Scalar>(schedule: &Ddpm<S>, denoiser: &Denoiser<S>) -> Moments<S> {
    let levels = schedule.levels();
    let squared = |level: &Level<S>| {
        let gain = denoiser.gain(level);
        &gain * &gain.transpose()
    };
    let draws = levels
        .windows(2)
        .zip(schedule.betas.iter().skip(1))
        .map(|(pair, beta)| squared(&pair[0]).scale(*beta * (pair[0].sigma / pair[1].sigma).square()));
    let start = levels.last().map_or(Matrix::identity(denoiser.mean.dimension()), squared);
    let covariance = draws.fold(start, |sum, draw| &sum + &draw);
    let mean = levels.last().map_or(denoiser.mean.clone(), |level| {
        (denoiser.noised(level).covariance.precision() * &denoiser.mean).scale(level.sigma.square())
    });
    Moments { mean, covariance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;
    use crate::objectives::samplers::ancestral;
    use crate::worlds::{Gaussian, Oracle};

    #[test]
    fn along_one_axis_it_is_ancestral_sampling() {
        let descent = Ddpm::quadratic(Float(1e-4), Float(0.5), 50).descent();
        let denoiser =
            Denoiser { mean: Vector(vec![Float(0.7)]), covariance: Matrix::from_fn(1, 1, |_, _| Float(0.37)) };
        for spread in [Spread::Posterior, Spread::Forward] {
            let found = run(&descent, &denoiser, spread);
            let expected = ancestral(&descent, &Oracle::new(Float(0.7), Float(0.37)), spread)
                .apply(&Gaussian::centred(Float(1.0)));
            assert!((found.mean[0].0 - expected.mean.0).abs() < 1e-13);
            assert!((found.covariance[(0, 0)].0 - expected.variance.0).abs() < 1e-13);
        }
    }
}
