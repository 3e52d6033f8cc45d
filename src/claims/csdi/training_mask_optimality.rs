//! Every mask has its own best network, and the network of a poorer mask costs exactly the difference of two losses.
//!
//! Self-supervised training hides some entries of a series and shows others. For each mask the loss has one minimiser, the exact network
//! for that mask: any other prediction costs its mean square distance from it,
//!
//! $$ E\|\epsilon - \hat\epsilon\|^2 = E\|\epsilon - \epsilon^*\|^2 + E\|\hat\epsilon - \epsilon^*\|^2 $$
//!
//! Interpolation, forecasts and random gaps are masks, and nothing else. If mask A shows a part of what mask B shows, the network of A is one of these other predictions for B:
//!
//! $$ E\|\epsilon_A^* - \epsilon_B^*\|^2 = \mathrm{tr}\big[\bar\alpha C_AM_A^{-1}\big] - \mathrm{tr}\big[\bar\alpha C_BM_B^{-1}\big] \ge 0 $$
//!
//! All averages are over the joint law of the series and the noise, so that the mean given by what A does not see counts as much as the covariance. Both equations are
//! proved for one target and one observation and for two targets, for every affine prediction; the second is drawn from as well.
//!
//! Assumptions: $\Sigma$ positive definite, $0 < \bar\alpha < 1$. If it failed, a network trained on random masks could not be asked for forecasts, or would
//! have to be compared with an oracle for the masks of its training.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, TrainingDraws, Trial, sampler};
use crate::numbers::{Ball, Float, Lanes, Matrix, Scalar, Vector};
use crate::objectives::imputation::{Denoiser, Moments, TrainingExample, alphabar, level};
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{AffineField, Level, Mask, MultivariateGaussian};

const NO_EXCESS: u8 = 1;
const NO_MEAN: u8 = 2;
const FREE: u8 = 3;
const OTHER_MASK: u8 = 4;

/// A mask that shows all observed entries, one that shows some of them, and a prediction of one's own.
struct Masks<S> {
    mask: Mask<S>,
    mean: Vector<S>,
    shown: Vec<usize>,
    level: Level<S>,
    added: AffineField<S>,
}

impl<S: Scalar> Parameters<S> for Masks<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let mask = Mask::read(source)?;
        let mean = source.vector("mu", "mean of all entries")?;
        source.same_dimension(&["Sigma", "mu"])?;
        let (d, n) = (mask.targets.len(), mask.observed.len());
        let shown = source.indices("shown", 0, n, "what the poorer mask shows, places within `observed`")?;
        let slope =
            source.entries("G", d * (d + n), "what another prediction adds to every entry it sees, row by row")?;
        let offset = source.entries("g", d, "what it adds besides")?;
        let added = AffineField { slope: Matrix::from_fn(d, d + n, |i, j| slope[i * (d + n) + j]), offset };
        Ok(Self { mask, mean, shown, level: level(alphabar(source)?), added })
    }
}

impl<S: Scalar> Masks<S> {
    fn example(&self) -> TrainingExample<S> {
        let law = MultivariateGaussian { mean: self.mean.clone(), covariance: self.mask.covariance.clone() };
        TrainingExample::new(&law, &self.mask.targets, &self.mask.observed, self.level)
    }

    /// The places of all observed entries, within them.
    fn all(&self) -> Vec<usize> {
        (0..self.mask.observed.len()).collect()
    }

    /// `tr[ᾱCM⁻¹]` of the mask that shows these.
    fn loss(&self, shown: &[usize]) -> S {
        let observed = shown.iter().map(|place| self.mask.observed[*place]).collect();
        let covariance = self.mask.with(self.mask.targets.clone(), observed).conditional().matrix().clone();
        let mean = Vector(vec![S::zero(); covariance.rows()]);
        Denoiser { mean, covariance }.loss(&self.level)
    }

    /// The moments of `ε*_A − ε*_B`, or what a wrong version takes for it.
    fn excess(&self, wrong: u8) -> Moments<S> {
        let example = self.example();
        let [poorer, richer] = [&self.shown, &self.all()].map(|shown| example.predictor(shown));
        let difference = poorer.minus(&richer);
        if wrong != NO_MEAN {
            return example.output(&difference);
        }
        // The same conditional mean for both: only M differs, at z − αm of the richer mask.
        let noised: Vec<usize> = (0..example.targets).collect();
        let slopes = difference.slope.block(&noised, &noised);
        let law = example.clean.given(&(example.targets..example.clean.mean.dimension()).collect::<Vec<_>>(), &noised);
        let around = Denoiser { mean: Vector(vec![S::zero(); example.targets]), covariance: law.covariance };
        let spread = around.noised(&self.level).covariance.matrix().clone();
        let mean = Vector(vec![S::zero(); example.targets]);
        Moments { mean, covariance: &(&slopes * &spread) * &slopes.transpose() }
    }
}

struct Optimality(u8);

const E3: &str = "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4] targets=[0,1] observed=[2] shown=[] \
                  G=[0.3,-0.2,0.7,0.1,0.5,-1.1] g=[0.4,-0.9] alphabar=0.6";

impl Statement for Optimality {
    type Params<S: Scalar> = Masks<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1.3,0.7],[0.7,0.9]] mu=[0.2,-0.5] targets=[0] observed=[1] shown=[] G=[0.3,-0.7] g=[0.4] alphabar=0.37",
            E3,
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Masks<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let example = p.example();
        let (richer, added) = (p.loss(&p.all()), example.output(&p.added).mean_square());
        let exact = if wrong == OTHER_MASK { example.predictor(&p.shown) } else { example.predictor(&p.all()) };
        let other = AffineField { slope: &exact.slope + &p.added.slope, offset: &exact.offset + &p.added.offset };
        let excess = if wrong == NO_EXCESS { S::zero() } else { p.excess(wrong).mean_square() };
        let paid = if wrong == FREE { richer } else { richer + added };
        vec![
            Relation::equal("cost of another prediction", example.residual(&other).mean_square(), paid),
            Relation::equal("excess of the poorer mask", excess, p.loss(&p.shown) - richer),
        ]
    }
}

/// The squared distance of the two networks on series drawn from the joint law.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: Masks<Ball> = at_point(E3)?;
        let claimed = match self.0 {
            NO_EXCESS => 0.0,
            NO_MEAN => exact.excess(NO_MEAN).mean_square().to_f64(),
            _ => (exact.loss(&exact.shown) - exact.loss(&exact.all())).to_f64(),
        };
        let variance = exact.excess(0).square_variance().to_f64();
        let p: Masks<Float> = at_point(E3)?;
        let example = p.example();
        let difference = example.predictor(&p.shown).minus(&example.predictor(&p.all()));
        let draws = TrainingDraws::new(example);
        Ok(Plan {
            point: E3,
            statistics: vec![Statistic::mean("squared distance of the networks", claimed, variance)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let apart = draws.draw(noise).value(&difference);
                out[0] = apart.into_iter().fold(Lanes::splat(Float(0.0)), |sum, x| sum + x * x);
            }),
        })
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "training-mask-optimality",
    aliases: &[],
    title: "Every mask has its own best network; that of a poorer mask costs the difference of two losses",
    expect: Expect::True,
    text: include_str!("training_mask_optimality.rs"),
    sources: &["tashiro2021", "vincent2011"],
    readings: &[Readings::of("", &Optimality(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "any-mask-will-do",
            story: "the network of a poorer mask said to cost nothing: it was trained on masks of all kinds",
            readings: Readings::of("", &Optimality(NO_EXCESS)).and_sampled(&Draws(NO_EXCESS)),
        },
        Control {
            id: "covariance-alone",
            story: "the excess computed from the covariances, with one conditional mean for both masks",
            readings: Readings::of("", &Optimality(NO_MEAN)).and_sampled(&Draws(NO_MEAN)),
        },
        Control {
            id: "many-minimisers",
            story: "another prediction said to reach the same loss",
            readings: Readings::of("", &Optimality(FREE)),
        },
        Control {
            id: "mask-not-given-to-the-oracle",
            story: "the oracle asked with the mask of training instead of the mask of the test",
            readings: Readings::of("", &Optimality(OTHER_MASK)),
        },
    ],
    quantities: &[],
};
