//! The loss of the exact conditional network is not zero, and does not depend on what was seen.
//!
//! $$ E\|\epsilon - \epsilon^*\|^2 = \mathrm{tr}\big[\bar\alpha C_cM^{-1}\big] = \sum_j\frac{\bar\alpha c_j}{\bar\alpha c_j + 1 - \bar\alpha}, \qquad M = \bar\alpha C_c + (1 - \bar\alpha)I $$
//!
//! with the eigenvalues $c_j$ of $C_c$: a sum over the targets. CSDI trains with levels drawn uniformly and divides by the number of targets, so that the best
//! loss that a network can reach is $\frac1{Td}\sum_t\mathrm{tr}[\bar\alpha_tC_cM_t^{-1}]$. It is not the ELBO, whose weights are those of
//! `conditional-elbo`. A training loss below this number means that targets leak into what the network sees.
//!
//! The trace is compared with the second moment of the residual under the joint law of everything drawn, with the sum over eigenvalues on a rotated
//! covariance, and with draws.
//!
//! Assumptions: $\Sigma$ positive definite, $0 < \bar\alpha < 1$. If it failed, a loss curve could not tell a perfect network from a poor one.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Statistic, TrainingDraws, Trial, sampler,
};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar, Vector};
use crate::objectives::imputation::{Denoiser, TrainingExample, alphabar, level};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{Ddpm, Level, Mask, MultivariateGaussian, rotation};

const ALL_ENTRIES: u8 = 1;
const WITH_OBSERVED: u8 = 2;
const ZERO: u8 = 3;
const UNCONDITIONAL: u8 = 4;

/// What is imputed from what, at one level.
struct AtLevel<S> {
    mask: Mask<S>,
    level: Level<S>,
}

impl<S: Scalar> Parameters<S> for AtLevel<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self { mask: Mask::read(source)?, level: level(alphabar(source)?) })
    }
}

/// The exact network of a mask, up to its mean, which no loss depends on.
fn denoiser<S: Scalar>(mask: &Mask<S>) -> Denoiser<S> {
    let covariance = mask.conditional().matrix().clone();
    Denoiser { mean: Vector(vec![S::zero(); covariance.rows()]), covariance }
}

/// The second moment of what the exact network leaves of the noise, from the joint law of all that is drawn.
fn residual<S: Scalar>(mask: &Mask<S>, level: &Level<S>) -> S {
    let mean = Vector(vec![S::zero(); mask.covariance.matrix().rows()]);
    let law = MultivariateGaussian { mean, covariance: mask.covariance.clone() };
    let example = TrainingExample::new(&law, &mask.targets, &mask.observed, *level);
    let shown: Vec<usize> = (0..mask.observed.len()).collect();
    example.residual(&example.predictor(&shown)).mean_square()
}

/// The sum over targets, or what a wrong version takes for it.
fn loss<S: Scalar>(wrong: u8, mask: &Mask<S>, level: &Level<S>) -> S {
    let right = denoiser(mask).loss(level);
    match wrong {
        // Where nothing was noised nothing can be predicted, and the drawn noise has variance 1.
        WITH_OBSERVED => right + mask.observed.len() as i64,
        ZERO => S::zero(),
        UNCONDITIONAL => denoiser(&mask.with(mask.targets.clone(), Vec::new())).loss(level),
        _ => right,
    }
}

/// At one level.
struct Loss(u8);

const E3: &str = "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] targets=[0,1] observed=[2] alphabar=0.6";

impl Statement for Loss {
    type Params<S: Scalar> = AtLevel<S>;

    fn points(&self) -> &'static [&'static str] {
        &["Sigma=[[1.3,0.7],[0.7,0.9]] targets=[1] observed=[0] alphabar=0.37", E3]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtLevel<S>) -> Vec<Relation<'p, S>> {
        vec![Relation::equal("loss", loss(self.0, &p.mask, &p.level), residual(&p.mask, &p.level))]
    }
}

parameters! {
    /// Two variances along axes at an angle.
    Turned {
        c1: positive "the variance along the first axis",
        c2: positive "the variance along the second axis",
        h: real "the tangent of half the angle",
        alphabar: fraction "what the level keeps of the variance of the data",
    }
}

/// The sum over eigenvalues.
struct Axes(u8);

impl Statement for Axes {
    type Params<S: Scalar> = Turned<S>;

    fn points(&self) -> &'static [&'static str] {
        &["c1=0.37 c2=2.9 h=0.3 alphabar=0.6", "c1=1e-8 c2=7.1 h=-1.7 alphabar=0.99999999"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Turned<S>) -> Vec<Relation<'p, S>> {
        let turn = rotation(2, &Vector(vec![p.h]));
        let values = [p.c1, p.c2];
        let diagonal = Matrix::from_fn(2, 2, |i, j| if i == j { values[i] } else { S::zero() });
        let covariance = &(&turn * &diagonal) * &turn.transpose();
        let turned = Denoiser { mean: Vector(vec![S::zero(); 2]), covariance };
        let shares = values.map(|c| p.alphabar * c / (p.alphabar * c + 1 - p.alphabar));
        let sum = shares[0] + shares[1];
        let claimed = if self.0 == ALL_ENTRIES { sum / 2 } else { sum };
        vec![Relation::equal("sum over eigenvalues", turned.loss(&level(p.alphabar)), claimed)]
    }
}

/// What is imputed from what, with a chain.
struct Training<S> {
    mask: Mask<S>,
    schedule: Ddpm<S>,
}

impl<S: Scalar> Parameters<S> for Training<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self { mask: Mask::read(source)?, schedule: Ddpm::read(source)? })
    }
}

/// The least training loss, averaged over levels and targets.
struct Least(u8);

impl Enclosed for Least {
    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] targets=[0,1] observed=[2] schedule=quad beta_1=0.0001 \
             beta_T=0.5 T=50",
            "Sigma=[[1,0.9,-0.3,0.2],[0.9,1.7,0.4,0.1],[-0.3,0.4,2.3,0.7],[0.2,0.1,0.7,0.5]] targets=[3] observed=[0,1] \
             schedule=linear beta_1=0.0137 beta_T=0.719 T=7",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Training<Ball> = at_point(point)?;
        let levels = p.schedule.levels();
        let average = |per_level: &dyn Fn(&Level<Ball>) -> Ball| {
            levels.iter().fold(Ball::zero(), |sum, level| sum + per_level(level)) / levels.len() as i64
        };
        let targets = p.mask.targets.len();
        let entries = match self.0 {
            ALL_ENTRIES => p.mask.covariance.matrix().rows(),
            WITH_OBSERVED => targets + p.mask.observed.len(),
            _ => targets,
        };
        let claimed = average(&|level| loss(self.0, &p.mask, level)) / entries as i64;
        let difference = claimed - average(&|level| residual(&p.mask, level)) / targets as i64;
        Ok(vec![EnclosedRelation::equal("least training loss", move |_| difference)])
    }
}

/// Squared errors of the exact network on series drawn from the joint law.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: AtLevel<Ball> = at_point(E3)?;
        let claimed = loss(self.0, &exact.mask, &exact.level);
        let p: AtLevel<Float> = at_point(E3)?;
        let mean = Vector(vec![Float(0.7); p.mask.covariance.matrix().rows()]);
        let law = MultivariateGaussian { mean, covariance: p.mask.covariance.clone() };
        let example = TrainingExample::new(&law, &p.mask.targets, &p.mask.observed, p.level);
        let shown: Vec<usize> = (0..p.mask.observed.len()).collect();
        let predictor = example.predictor(&shown);
        let variance = example.residual(&predictor).square_variance();
        let draws = TrainingDraws::new(example);
        Ok(Plan {
            point: E3,
            statistics: vec![Statistic::mean("squared error, summed over targets", claimed.to_f64(), variance.0)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let left = draws.draw(noise).residual(&predictor);
                out[0] = left.into_iter().fold(Lanes::splat(Float(0.0)), |sum, error| sum + error * error);
            }),
        })
    }
}

/// `E‖ε − ε*‖²`.
struct LossAt;

impl Formula for LossAt {
    type Params<S: Scalar> = AtLevel<S>;
    fn value<S: Scalar>(p: &AtLevel<S>) -> S {
        loss(0, &p.mask, &p.level)
    }
}

const LEVEL: &str = "one level";
const AXES: &str = "eigenvalues";
const TRAINING: &str = "training";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "conditional-denoising-loss",
    aliases: &[],
    title: "The least loss of a network that imputes: a trace, summed over the targets, whatever was seen",
    expect: Expect::True,
    text: include_str!("conditional_denoising_loss.rs"),
    sources: &["tashiro2021", "ho2020"],
    readings: &[
        Readings::of(LEVEL, &Loss(0)).and_sampled(&Draws(0)),
        Readings::of(AXES, &Axes(0)),
        Readings::certified(TRAINING, &ByEnclosure(Least(0))),
    ],
    controls: &[
        Control {
            id: "observed-entries-too",
            story: "the squared error summed over observed entries as well, where nothing was noised",
            readings: Readings::of(LEVEL, &Loss(WITH_OBSERVED)).and_sampled(&Draws(WITH_OBSERVED)),
        },
        Control {
            id: "nothing-seen",
            story: "the loss of a network that is not told what was seen",
            readings: Readings::of(LEVEL, &Loss(UNCONDITIONAL)).and_sampled(&Draws(UNCONDITIONAL)),
        },
        Control {
            id: "mean-over-eigenvalues",
            story: "a mean over the targets reported as their sum",
            readings: Readings::of(AXES, &Axes(ALL_ENTRIES)),
        },
        Control {
            id: "divided-by-all-entries",
            story: "the training loss divided by the number of all entries instead of the targets",
            readings: Readings::certified(TRAINING, &ByEnclosure(Least(ALL_ENTRIES))),
        },
        Control {
            id: "zero-is-best",
            story: "a perfect network has no loss",
            readings: Readings::certified(TRAINING, &ByEnclosure(Least(ZERO))),
        },
    ],
    quantities: &[Quantity::of::<LossAt>(
        "loss",
        "E||eps - eps*||^2 at the level alphabar, summed over the targets",
        &[],
    )],
};
