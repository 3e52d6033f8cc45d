//! Scores of sub-sets of targets are not sub-vectors of scores, and what a sampler returns for one target depends on its companions.
//!
//! Mean and covariance of a sub-set of the targets are sub-vectors. The score of a sub-set is not: it is the average of the component
//! of the full score over the targets left out,
//!
//! $$ \partial_0\log p(z_0 \mid x^{co}) = E\big[\partial_0\log p(z_0, z_1 \mid x^{co}) \,\big|\, z_0, x^{co}\big] $$
//!
//! so the component itself is it at one $z_1$ only, $z_1 = E[z_1 \mid z_0, x^{co}]$. To impute more and drop the rest is to impute fewer only with exact sampling. A
//! sampler with finitely many steps acts along the eigenvectors of $C_c$: with $\bar\alpha = (1, 0.9, 0.6, 0.3, 0.1, 0.01)$ and the exact network one target has
//! the variance 0.349240 if two are imputed together, and 0.345266 if it is imputed alone; both are far from the truth, 0.722222.
//!
//! CSDI diffuses every entry whose conditional mask is 0, also those that are never compared. The exact network for it therefore has these entries
//! among its targets; one that marginalises them is the network of another sampler.
//!
//! Assumptions: $\Sigma$ positive definite. If it failed, an oracle for some entries could be cut out of an oracle for more, and tests would compare samplers
//! with a variance that they do not have. The score is proved for two targets, with and without an observation; the variances are enclosed, by the recursion and by
//! the sum over draws, and simulated.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{AffineSamples, ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Float, Scalar, Vector};
use crate::objectives::imputation::{Denoiser, Moments, NoisedBlock, Step, ancestral_step, steps, sum_of_draws};
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{Ddpm, Imputation, Mask};

pub(in crate::claims) const SUB_VECTOR: u8 = 1;
const MARGINAL_SAMPLER: u8 = 2;
const EXACT: u8 = 3;

/// The score of the first target of several.
pub(in crate::claims) struct Score(pub(in crate::claims) u8);

/// The block with the first target alone.
fn alone<S: Scalar>(block: &Imputation<S>) -> Imputation<S> {
    let mask = Mask { targets: block.mask.targets[..1].to_vec(), ..block.mask.clone() };
    Imputation { mask, ..block.clone() }
}

impl Statement for Score {
    type Params<S: Scalar> = NoisedBlock<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4] targets=[0,1] observed=[2] x_obs=1.1 \
             x_t=[0.7,-0.3] alphabar=0.6",
            "Sigma=[[1.3,0.7],[0.7,0.9]] mu=[0.2,-0.5] targets=[1,0] observed=[] x_t=[0.7,1.9] alphabar=0.37",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p NoisedBlock<S>) -> Vec<Relation<'p, S>> {
        let level = p.level();
        let (together, first) = (p.block.conditional(), alone(&p.block).conditional());
        let full = Denoiser::from(&together);
        let score_alone = Denoiser::from(&first).score(&level).value(&p.noised.at(&[0]));
        // The score is affine, so that its average is its value where the other target is what the first one says.
        let others = full.noised(&level).given(&[0], &[1]).at(&p.noised.at(&[0])).mean;
        let at = if self.0 == SUB_VECTOR { p.noised.clone() } else { Vector(vec![p.noised[0], others[0]]) };
        vec![
            Relation::equal("score of the first target", score_alone[0], full.score(&level).value(&at)[0]),
            Relation::equal("mean of the first target", first.mean[0], together.mean[0]),
            Relation::equal("its variance", first.covariance.matrix()[(0, 0)], together.covariance.matrix()[(0, 0)]),
        ]
    }
}

/// A block, and the `ᾱ` of a chain.
struct Chain<S> {
    block: Imputation<S>,
    schedule: Ddpm<S>,
}

impl<S: Scalar> Parameters<S> for Chain<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let block = Imputation::read(source)?;
        let kept = source.vector("alphabars", "alphabar_1, ..., alphabar_T, from near 1 down to near 0")?;
        let before = [S::one()].into_iter().chain(kept.0.iter().copied());
        let betas = before.zip(&kept.0).map(|(before, now)| (before - *now) / before);
        Ok(Self { block, schedule: Ddpm { betas: betas.collect() } })
    }
}

impl<S: Scalar> Chain<S> {
    fn denoiser(&self) -> Denoiser<S> {
        Denoiser::from(&self.block.conditional())
    }

    fn alone(&self) -> Self {
        Self { block: alone(&self.block), schedule: self.schedule.clone() }
    }

    fn steps(&self) -> Vec<Step<S>> {
        let (descent, denoiser) = (self.schedule.descent(), self.denoiser());
        steps(&descent, &denoiser, |rung| ancestral_step(&denoiser, rung, rung.posterior_variance())).collect()
    }

    fn samples(&self) -> Moments<S> {
        let start = Moments::standard(self.block.mask.targets.len());
        self.steps().iter().fold(start, |state, step| step.apply(&state))
    }

    /// The samples of the first target, alone or with its companions, as a sum over all draws.
    fn sum(&self) -> Moments<S> {
        sum_of_draws(&self.schedule, &self.denoiser())
    }
}

/// The first target after finitely many steps.
struct FewSteps(u8);

impl Enclosed for FewSteps {
    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4] targets=[0,1] observed=[2] x_obs=1.1 \
             alphabars=[0.9,0.6,0.3,0.1,0.01]",
            POINT,
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let together: Chain<Ball> = at_point(point)?;
        let alone = together.alone();
        let claimed = match self.0 {
            MARGINAL_SAMPLER => [alone.sum(), alone.sum()],
            EXACT => [&together, &alone].map(|chain| {
                let law = chain.block.conditional();
                Moments { mean: law.mean, covariance: law.covariance.matrix().clone() }
            }),
            _ => [together.sum(), alone.sum()],
        };
        let names = ["variance of the first target, imputed together", "variance of the first target, imputed alone"];
        let ran = [together.samples(), alone.samples()];
        let relations = names.into_iter().zip(ran).zip(claimed).map(|((name, ran), claimed)| {
            let difference = ran.covariance[(0, 0)] - claimed.covariance[(0, 0)];
            EnclosedRelation::equal(name, move |_| difference)
        });
        Ok(relations.collect())
    }
}

/// Targets so dependent that companions move a variance by an eighth.
const POINT: &str = "Sigma=[[1.2,1.72,0.9],[1.72,2.7,1.2],[0.9,1.2,0.9]] mu=[0.2,-0.1,0.4] targets=[0,1] observed=[2] \
                     x_obs=1.1 alphabars=[0.9,0.6,0.3,0.1,0.01]";

/// The sampler, with both targets.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: Chain<Ball> = at_point(POINT)?;
        let drawn = exact.samples();
        let mut claimed = drawn.clone();
        claimed.covariance[(0, 0)] = match self.0 {
            MARGINAL_SAMPLER => exact.alone().samples().covariance[(0, 0)],
            EXACT => exact.block.conditional().covariance.matrix()[(0, 0)],
            _ => drawn.covariance[(0, 0)],
        };
        let p: Chain<Float> = at_point(POINT)?;
        Ok(AffineSamples { point: POINT, steps: p.steps(), claimed, drawn }.plan())
    }
}

const SCORE: &str = "score";
const STEPS: &str = "few steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "score-marginalisation-trap",
    aliases: &[],
    title: "The score of some targets is not a part of the score of more, nor are samples of few steps",
    expect: Expect::True,
    text: include_str!("score_marginalisation_trap.rs"),
    sources: &["tashiro2021", "ho2020"],
    readings: &[
        Readings::of(SCORE, &Score(0)),
        Readings::certified(STEPS, &ByEnclosure(FewSteps(0))).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "component-of-the-score",
            story: "the score for one target cut out of the score for two",
            readings: Readings::of(SCORE, &Score(SUB_VECTOR)),
        },
        Control {
            id: "companions-do-not-matter",
            story: "samples of one target said to have the same variance with and without companions, as na entries for CSDI",
            readings: Readings::certified(STEPS, &ByEnclosure(FewSteps(MARGINAL_SAMPLER)))
                .and_sampled(&Draws(MARGINAL_SAMPLER)),
        },
        Control {
            id: "exact-after-few-steps",
            story: "either sampler said to have the conditional variance, because its network is exact",
            readings: Readings::certified(STEPS, &ByEnclosure(FewSteps(EXACT))).and_sampled(&Draws(EXACT)),
        },
    ],
    quantities: &[],
};
