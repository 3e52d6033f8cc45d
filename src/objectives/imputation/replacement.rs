//! Imputation by replacement: an unconditional network, and the observation written into the state before every step.

use super::{Denoiser, ancestral_step};
use crate::numbers::{Field, Matrix, Scalar, Vector};
use crate::objectives::samplers::{Form, Series};
use crate::worlds::{Ddpm, Descent, Gaussian, Level, Rung, Transition};

/// How the observation is noised to the level of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObservationNoise {
    /// Independently at every step. Source: `lugmayr2022`.
    Fresh,
    /// Along one path of the noising process, drawn beforehand, as the unconditional baseline of CSDI does.
    OnePath,
}

/// Replacement on two entries of unit variance and zero means with a correlation between 0 and 1: one is seen, the other
/// imputed. Source: `song2021sde`.
#[derive(Debug, Clone, Copy)]
pub struct Replacement<S> {
    /// The correlation `r`.
    pub correlation: S,
}

/// A step of the imputed entry, `z ↦ state·z + observed·(αx_o + n) + √variance ξ`, with the noise `n` on the observation.
#[derive(Debug, Clone, Copy)]
pub struct ReplacementStep<S> {
    /// What multiplies the entry itself.
    pub state: S,
    /// What multiplies the noised observation.
    pub observed: S,
    /// The variance of the step.
    pub variance: S,
    /// The level of the observation.
    pub level: Level<S>,
}

impl<S: Scalar> Replacement<S> {
    /// The exact network for both entries, which does not know that one was seen.
    pub fn network(&self) -> Denoiser<S> {
        let entry = |i, j| if i == j { S::one() } else { self.correlation };
        Denoiser { mean: Vector(vec![S::zero(); 2]), covariance: Matrix::from_fn(2, 2, entry) }
    }

    /// The ancestral step of the imputed entry, with `β̃`.
    pub fn step(&self, rung: &Rung<S>) -> ReplacementStep<S> {
        let mean = ancestral_step(&self.network(), rung, S::zero()).mean;
        ReplacementStep {
            state: mean.slope[(0, 0)],
            observed: mean.slope[(0, 1)],
            variance: rung.posterior_variance(),
            level: rung.noisy,
        }
    }

    /// The first order in `β` of a step that long from the signal level `α`: of what multiplies the state, the noised observation, and
    /// the noise of its path, and of the variance of the step. Since `dᾱ = ᾱβ`, it is `(α/2) d/dα` with infinitely many steps.
    pub fn first_order(&self, alpha: S) -> [S; 4] {
        let beta = Series::variable(S::zero());
        let factor = (Series::one() - beta).sqrt();
        let now = Series::constant(alpha);
        let sigma = ((Series::one() - now) * (now + 1)).sqrt();
        let clean = (now / factor, ((sigma.square() - beta) / factor.square()).sqrt());
        let rung = Rung {
            noisy: Level { alpha: now, sigma },
            clean: Level { alpha: clean.0, sigma: clean.1 },
            forward: Transition { factor, offset: Series::zero(), variance: beta },
        };
        let step = Replacement { correlation: Series::constant(self.correlation) }.step(&rung);
        let kept = factor * (clean.1 / sigma).square();
        [step.state, step.observed, kept, step.variance].map(|series| series.coefficient(1))
    }

    /// The steps from the noisiest level down to the data; the last one has no noise of its own, but that of the observation.
    pub fn steps(&self, descent: &Descent<S>) -> Vec<ReplacementStep<S>> {
        let last = descent.last.iter().map(|level| {
            let mean = self.network().denoised(level);
            let (state, observed) = (mean.slope[(0, 0)], mean.slope[(0, 1)]);
            ReplacementStep { state, observed, variance: S::zero(), level: *level }
        });
        descent.rungs.iter().map(|rung| self.step(rung)).chain(last).collect()
    }

    /// The law of the imputed entry given the observation, from a standard normal: mean and variance step by step, and on one
    /// path the covariance with the noise of the observation as well. Given `n_t`, the path has
    /// `n_{t−1} = √(1 − β)σ²_{t−1}/σ_t² n_t + √β̃ ξ`.
    pub fn law(&self, schedule: &Ddpm<S>, observed: S, noise: ObservationNoise) -> Gaussian<S> {
        let descent = schedule.descent();
        // What the noise of the next observation keeps of this one; after the last there is none.
        let kept = descent.rungs.iter().map(|rung| match noise {
            ObservationNoise::Fresh => S::zero(),
            ObservationNoise::OnePath => rung.forward.factor * (rung.clean.sigma / rung.noisy.sigma).square(),
        });
        let kept = kept.chain([S::zero()]);
        let start = (Gaussian::centred(S::one()), S::zero());
        let (end, _) = self.steps(&descent).iter().zip(kept).fold(start, |(law, shared), (step, kept)| {
            let noise = step.level.sigma.square();
            let mean = step.state * law.mean + step.observed * step.level.alpha * observed;
            let spread = step.state.square() * law.variance + step.observed.square() * noise + step.variance;
            let variance = spread + step.state * step.observed * shared * 2;
            (Gaussian::new(mean, variance), kept * (step.state * shared + step.observed * noise))
        });
        end
    }

    /// The same as it is run, on a state whose draws stay apart: on one path the first draws are those of the noising process.
    /// Costs the square of the number of steps.
    pub fn run(&self, schedule: &Ddpm<S>, observed: S, noise: ObservationNoise) -> Form<S> {
        let mut path = Vec::new();
        if noise == ObservationNoise::OnePath {
            let mut noised = Form { start: S::zero(), offset: observed, draws: Vec::new() };
            for beta in &schedule.betas {
                noised = noised.scale((S::int(1) - *beta).sqrt()).drawn(beta.sqrt());
                path.push(noised.clone());
            }
        }
        let draws = path.len();
        let start = Form { start: S::one(), offset: S::zero(), draws: vec![S::zero(); draws] };
        self.steps(&schedule.descent()).iter().fold(start, |mut state, step| {
            let seen = path.pop().unwrap_or_else(|| {
                let draws = vec![S::zero(); state.draws.len()];
                Form { start: S::zero(), offset: step.level.alpha * observed, draws }.drawn(step.level.sigma)
            });
            state = state.scale(step.state).plus(&seen.scale(step.observed));
            state.drawn(step.variance.sqrt())
        })
    }
}
