//! The exact score of noised targets given clean observations: a network that imputes has to learn this and nothing else.
//!
//! With $x_t = \sqrt{\bar\alpha}x + \sqrt{1 - \bar\alpha}\epsilon$ for the targets alone, $x \mid x^{co} \sim N(m_c, C_c)$ and $M = \bar\alpha C_c + (1 - \bar\alpha)I$,
//!
//! $$ \nabla\log p(x_t \mid x^{co}) = -M^{-1}(x_t - \sqrt{\bar\alpha}m_c), \qquad \epsilon^* = \sqrt{1 - \bar\alpha}\,M^{-1}(x_t - \sqrt{\bar\alpha}m_c) $$
//!
//! $$ E[x \mid x_t, x^{co}] = m_c + \sqrt{\bar\alpha}C_cM^{-1}(x_t - \sqrt{\bar\alpha}m_c) $$
//!
//! It is the target block of the joint score of $(x_t, x^{co})$ with *clean* observations: noised targets beside clean observations have the
//! covariance $\bar\alpha\Sigma_{tt} + (1 - \bar\alpha)I$, $\sqrt{\bar\alpha}\Sigma_{to}$, $\Sigma_{oo}$, and no step of the derivation noises the observations.
//!
//! The score is compared with the gradient of the joint log-density, $\epsilon^*$ and the denoised targets with regressions on $(x_t, x^{co})$; all three are
//! proved for one target and one observation and for two targets, and enclosed for more. Draws of whole series from the joint law, not at one
//! $x^{co}$, must leave $\epsilon - \epsilon^*$ uncorrelated with everything that the network sees.
//!
//! Assumptions: $\Sigma$ positive definite, $0 < \bar\alpha < 1$, observations without noise. If it failed, the loss of CSDI would have another minimiser.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, TrainingDraws, Trial, sampler};
use crate::numbers::{Ball, Covariance, Dual, Field, Float, Lanes, Matrix, Scalar, Vector, gradient};
use crate::objectives::imputation::{Denoiser, NoisedBlock, TrainingExample};
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{AffineField, MultivariateGaussian};

const DIAGONAL: u8 = 1;
const UNSCALED_MEAN: u8 = 2;
const UNCONDITIONAL: u8 = 3;
const BOTH_NOISED: u8 = 4;

struct Score(u8);

const E3: &str = "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4] targets=[0,1] observed=[2] x_obs=1.1 \
                  x_t=[0.7,-0.3] alphabar=0.6";

impl Statement for Score {
    type Params<S: Scalar> = NoisedBlock<S>;

    fn points(&self) -> &'static [&'static str] {
        &["Sigma=[[1.3,0.7],[0.7,0.9]] mu=[0.2,-0.5] targets=[0] observed=[1] x_obs=1.1 x_t=[0.7] alphabar=0.37", E3]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p NoisedBlock<S>) -> Vec<Relation<'p, S>> {
        let example = p.example();
        let claimed = believed(self.0, p);
        let joint = example.inputs();
        let joint = MultivariateGaussian { mean: joint.mean, covariance: Covariance::new(joint.covariance) };
        let (lifted, rest) = (joint.map(Dual::constant), p.block.seen.map(Dual::constant));
        let log_density = |x: &Vector<Dual<S>>| lifted.log_density(&Vector([&x.0[..], &rest.0].concat()));
        let block = gradient(log_density, &p.noised);
        // E[w | y] = E w + Cov(w, y) Cov(y)⁻¹(y − E y), for the noise and for the data.
        let away = joint.covariance.precision() * &(&p.inputs() - &joint.mean);
        let noise = &example.noise_with_inputs() * &away;
        let targets: Vec<usize> = (0..example.targets).collect();
        let data = &example.clean.mean.at(&targets) + &(&example.data_with_inputs() * &away);
        let level = p.level();
        let mut relations = Relation::componentwise("score", &claimed.score(&p.noised), &block);
        relations.extend(Relation::componentwise("noise", &claimed.score(&p.noised).scale(-level.sigma), &noise));
        relations.extend(Relation::componentwise(
            "denoised targets",
            &p.denoiser().denoised(&level).value(&p.noised),
            &data,
        ));
        relations
    }
}

/// The law of the noised targets, or what a wrong version takes for it.
struct Believed<S>(MultivariateGaussian<S>);

impl<S: Scalar> Believed<S> {
    fn score(&self, x: &Vector<S>) -> Vector<S> {
        self.0.score().value(x)
    }
}

fn believed<S: Scalar>(wrong: u8, p: &NoisedBlock<S>) -> Believed<S> {
    let (level, right) = (p.level(), p.denoiser());
    let noised = right.noised(&level);
    Believed(match wrong {
        DIAGONAL => {
            let matrix = noised.covariance.matrix();
            let entry = |i, j| if i == j { matrix[(i, j)] } else { S::zero() };
            let diagonal = Matrix::from_fn(matrix.rows(), matrix.rows(), entry);
            MultivariateGaussian { covariance: Covariance::new(diagonal), ..noised }
        }
        UNSCALED_MEAN => MultivariateGaussian { mean: right.mean, ..noised },
        UNCONDITIONAL => Denoiser::from(&p.block.joint().marginal(&p.block.mask.targets)).noised(&level),
        BOTH_NOISED => {
            // The law of noised targets given noised observations, read at the observation without its noise.
            let both = p.example();
            let joint = Denoiser::from(&both.clean).noised(&level);
            let (targets, observed): (Vec<_>, Vec<_>) =
                (0..both.clean.mean.dimension()).partition(|i| *i < both.targets);
            joint.given(&observed, &targets).at(&p.block.seen.scale(level.alpha))
        }
        _ => noised,
    })
}

/// What the exact prediction leaves of the noise is uncorrelated with every input.
struct Draws(u8);

impl Draws {
    /// `ε̂` as a field of all inputs.
    fn predictor<S: Scalar>(&self, p: &NoisedBlock<S>) -> AffineField<S> {
        let example = p.example();
        let shown: Vec<usize> = (0..p.block.mask.observed.len()).collect();
        match self.0 {
            UNCONDITIONAL => example.predictor(&[]),
            DIAGONAL => diagonal(&example, &shown),
            _ => example.predictor(&shown),
        }
    }
}

/// A network for each target alone.
fn diagonal<S: Scalar>(example: &TrainingExample<S>, shown: &[usize]) -> AffineField<S> {
    let (n, d) = (example.clean.mean.dimension(), example.targets);
    let observed: Vec<usize> = (d..n).collect();
    let alone = |i: usize| TrainingExample::new(&example.clean, &[i], &observed, example.level).predictor(shown);
    let fields: Vec<_> = (0..d).map(alone).collect();
    let slope = Matrix::from_fn(d, n, |i, j| match (j == i, j.checked_sub(d)) {
        (true, _) => fields[i].slope[(0, 0)],
        (_, Some(place)) => fields[i].slope[(0, place + 1)],
        _ => S::zero(),
    });
    AffineField { slope, offset: Vector(fields.iter().map(|field| field.offset[0]).collect()) }
}

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: NoisedBlock<Ball> = at_point(E3)?;
        let example = exact.example();
        let (inputs, residual) = (example.inputs(), example.residual(&Draws(0).predictor(&exact)));
        let wrong = self.predictor(&exact);
        // Cov(ε − ε̂, y) = (σI, 0) − G Cov(y).
        let shared = &example.noise_with_inputs() - &(&wrong.slope * &inputs.covariance);
        let left = example.residual(&wrong);
        let names = ["first noised target", "second noised target", "observation"];
        let product =
            |spread: &Ball, j: usize, shared: Ball| (*spread * inputs.covariance[(j, j)] + shared.square()).to_f64();
        let statistics = names.into_iter().zip(0..);
        let statistics: Vec<_> = statistics
            .map(|(name, j)| Statistic::mean(name, 0.0, product(&residual.covariance[(0, 0)], j, Ball::zero())))
            .collect();
        let drawn = (0..names.len()).map(|j| {
            let spread = left.covariance[(0, 0)];
            (shared[(0, j)].to_f64(), product(&spread, j, shared[(0, j)]))
        });
        let drawn = Some(drawn.collect());
        let p: NoisedBlock<Float> = at_point(E3)?;
        let (predictor, centre) = (self.predictor(&p), p.example().inputs().mean.map(Lanes::splat));
        let draws = TrainingDraws::new(p.example());
        Ok(Plan {
            point: E3,
            statistics,
            drawn,
            sampler: sampler(move |noise, out| {
                let drawn = draws.draw(noise);
                let left = drawn.residual(&predictor)[0];
                for (j, out) in out.iter_mut().enumerate() {
                    *out = left * (drawn.inputs[j] - centre[j]);
                }
            }),
        })
    }
}

/// A block with noised targets, and one of them.
struct Component<S> {
    noised: NoisedBlock<S>,
    component: usize,
}

impl<S: Scalar> Parameters<S> for Component<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let noised = NoisedBlock::read(source)?;
        let component = source.index("component", "the place within `targets`, from 0")? as usize;
        let targets = noised.noised.dimension();
        if component < targets {
            return Ok(Self { noised, component });
        }
        let why = format!("parameter `component` is {component}, but `targets` has {targets} entries, counted from 0");
        Err(InputError::Condition(format!("{why}; give a number from 0 to {}", targets - 1)))
    }
}

/// A component of the score.
struct ScoreAt;

impl Formula for ScoreAt {
    type Params<S: Scalar> = Component<S>;
    fn value<S: Scalar>(p: &Component<S>) -> S {
        believed(0, &p.noised).score(&p.noised.noised)[p.component]
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "conditional-score",
    aliases: &[],
    title: "The score of noised targets given clean observations",
    expect: Expect::True,
    text: include_str!("conditional_score.rs"),
    sources: &["tashiro2021", "song2021sde"],
    readings: &[Readings::of("", &Score(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "diagonal-covariance",
            story: "every target noised and denoised by itself: M without its off-diagonal entries",
            readings: Readings::of("", &Score(DIAGONAL)).and_sampled(&Draws(DIAGONAL)),
        },
        Control {
            id: "unscaled-mean",
            story: "m_c for √ᾱ m_c: the conditional mean not taken to the level of the state",
            readings: Readings::of("", &Score(UNSCALED_MEAN)),
        },
        Control {
            id: "unconditional",
            story: "the score of the marginal law of the targets: the network is not told what was seen",
            readings: Readings::of("", &Score(UNCONDITIONAL)).and_sampled(&Draws(UNCONDITIONAL)),
        },
        Control {
            id: "both-noised",
            story: "targets and observations noised together, and the observation put in without noise",
            readings: Readings::of("", &Score(BOTH_NOISED)),
        },
    ],
    quantities: &[Quantity::of::<ScoreAt>(
        "score",
        "a component of the score of the noised targets given the clean observations",
        &[],
    )],
};
