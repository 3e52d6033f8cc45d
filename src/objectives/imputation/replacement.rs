//! Imputation by replacement: an unconditional network, and the observation written into the state before every step.

use super::{Denoiser, ancestral_step};
use crate::numbers::{Matrix, Scalar, Taylor, Vector};
use crate::objectives::samplers::Form;
use crate::worlds::{Descent, Gaussian, Level, Rung, Transition};

/// How the observation is noised to the level of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObservationNoise {
    /// Independently at every step. Source: `lugmayr2022`.
    Fresh,
    /// Along one path of the noising process, drawn beforehand, as the unconditional baseline of CSDI does.
    OnePath,
}

/// A function of a short length, to first order.
type FirstOrder<S> = Taylor<S, 2>;

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
    /// What the noise of the next observation keeps of `n` on one path, `√(1 − β)σ²_{t−1}/σ_t²`; 0 at the end.
    pub kept: S,
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
            kept: rung.forward.factor * (rung.clean.sigma / rung.noisy.sigma).square(),
        }
    }

    /// A step of length `β < 1 − α²` from the signal level `α`.
    pub fn step_from(&self, alpha: S, beta: S) -> ReplacementStep<S> {
        let factor = (S::int(1) - beta).sqrt();
        let variance = (S::int(1) - alpha) * (alpha + 1);
        let clean = Level { alpha: alpha / factor, sigma: (variance - beta).sqrt() / factor };
        let noisy = Level { alpha, sigma: variance.sqrt() };
        self.step(&Rung { noisy, clean, forward: Transition { factor, offset: S::zero(), variance: beta } })
    }

    /// The first order in `β` of [`step_from`](Self::step_from). Since `dᾱ = ᾱβ`, it is `(α/2) d/dα` with infinitely many steps.
    pub fn first_order(&self, alpha: S) -> ReplacementStep<S> {
        let beta = FirstOrder::variable(S::zero());
        let step = Replacement { correlation: FirstOrder::constant(self.correlation) }
            .step_from(FirstOrder::constant(alpha), beta);
        let of = |series: FirstOrder<S>| series.coefficient(1);
        ReplacementStep {
            state: of(step.state),
            observed: of(step.observed),
            variance: of(step.variance),
            level: step.level.map(of),
            kept: of(step.kept),
        }
    }

    /// The steps from the noisiest level down to the data; the last one has no noise of its own, but that of the observation.
    pub fn steps(&self, descent: &Descent<S>) -> Vec<ReplacementStep<S>> {
        let last = descent.last.iter().map(|level| {
            let mean = self.network().denoised(level);
            let (state, observed) = (mean.slope[(0, 0)], mean.slope[(0, 1)]);
            ReplacementStep { state, observed, variance: S::zero(), level: *level, kept: S::zero() }
        });
        descent.rungs.iter().map(|rung| self.step(rung)).chain(last).collect()
    }
}

/// The law of the imputed entry given the observation, from a standard normal: mean and variance step by step, and on one path the
/// covariance with the noise of the observation as well.
pub fn follow<S: Scalar>(steps: &[ReplacementStep<S>], observed: S, noise: ObservationNoise) -> Gaussian<S> {
    let start = (Gaussian::centred(S::one()), S::zero());
    let (end, _) = steps.iter().fold(start, |(law, shared), step| {
        let added = step.level.sigma.square();
        let mean = step.state * law.mean + step.observed * step.level.alpha * observed;
        let spread = step.state.square() * law.variance + step.observed.square() * added + step.variance;
        let variance = spread + step.state * step.observed * shared * 2;
        let shared = match noise {
            ObservationNoise::Fresh => S::zero(),
            ObservationNoise::OnePath => step.kept * (step.state * shared + step.observed * added),
        };
        (Gaussian::new(mean, variance), shared)
    });
    end
}

/// The mean from the last step back: what each observation moves, times what later steps leave of it.
pub fn mean_as_sum<S: Scalar>(steps: &[ReplacementStep<S>], observed: S) -> S {
    let start = (S::zero(), S::one());
    let (sum, _) = steps
        .iter()
        .rev()
        .fold(start, |(sum, left), step| (sum + left * step.observed * step.level.alpha * observed, left * step.state));
    sum
}

/// The state as the sampler is run, its draws kept apart: on one path the first draws are those of the noising process with these
/// betas. Costs the square of the number of steps.
pub fn run_replacement<S: Scalar>(
    steps: &[ReplacementStep<S>],
    betas: &[S],
    observed: S,
    noise: ObservationNoise,
) -> Form<S> {
    let mut path = Vec::new();
    if noise == ObservationNoise::OnePath {
        let mut noised = Form { start: S::zero(), offset: observed, draws: Vec::new() };
        for beta in betas {
            noised = noised.scale((S::int(1) - *beta).sqrt()).drawn(beta.sqrt());
            path.push(noised.clone());
        }
    }
    let start = Form { start: S::one(), offset: S::zero(), draws: vec![S::zero(); path.len()] };
    steps.iter().fold(start, |state, step| {
        let seen = path.pop().unwrap_or_else(|| {
            let draws = vec![S::zero(); state.draws.len()];
            Form { start: S::zero(), offset: step.level.alpha * observed, draws }.drawn(step.level.sigma)
        });
        state.scale(step.state).plus(&seen.scale(step.observed)).drawn(step.variance.sqrt())
    })
}
