//! Projections that all samples share leave a variance that no number of samples removes.
//!
//! If the same $v_1, \dots, v_M$ serve all $N$ samples, sliced score matching has, with $G = -K + \frac12(W + aa^\top)$ and $s \sim N(a, W)$ over the data,
//!
//! $$ \mathrm{Var}\,\hat J = \frac{S}M + \frac1N\Big(V_x + \frac{V_v - S}M\Big), \qquad S = \mathrm{Var}_v(v^\top Gv) = 2\|G\|_F^2 \text{ for normals} $$
//!
//! and not $(V_x + V_v/M)/N$. For signs and on the sphere $S$ is the variance that such a form has there. At the truth $G = -\frac12K$. As
//! $N \to \infty$ the loss tends to one that sees $M$ directions; with $M < d$ of them other models are as good as the right one.
//!
//! It follows by counting pairs of terms: $NM$ of a term with itself, $NM(M-1)$ that share the sample, $N(N-1)M$ that share the projection; the
//! covariance of each kind is taken from the moments of data and projections.
//!
//! Assumptions: projections independent of the data and of each other. Sampled is the product of the deviations of two losses that share a
//! projection, whose mean is $S$. If it failed, a fixed set of projections, which saves time, would cost nothing.

use super::IN_USE;
use super::sm_estimator_variance::Average;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{GaussianVector, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar};
use crate::objectives::hutchinson::Probe;
use crate::objectives::score_matching::{
    LossPolynomial, SCORE_LAWS, ScoreLaw, at_score_law, data_variance, estimator_variance, mean_implicit,
    projection_variance, shared_estimator_variance, shared_variance, sliced,
};
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::ScoreModel;

const INDEPENDENT: u8 = 1;
const COUNTED_TWICE: u8 = 2;
const CURVATURE_ALONE: u8 = 3;

/// What a shared projection leaves, as it is stated.
fn stated_between<S: Field>(wrong: u8, law: &ScoreLaw<S>, probe: Probe) -> S {
    match wrong {
        INDEPENDENT => S::zero(),
        CURVATURE_ALONE => probe.variance(&law.precision),
        _ => shared_variance(law, probe),
    }
}

/// The variance as it is stated.
fn stated<S: Field>(wrong: u8, law: &ScoreLaw<S>, probe: Probe, projections: S, samples: S) -> S {
    match wrong {
        INDEPENDENT => estimator_variance(law, probe, false, projections, samples),
        COUNTED_TWICE => {
            stated_between(wrong, law, probe) / projections
                + estimator_variance(law, probe, false, projections, samples)
        }
        _ => shared_estimator_variance(law, probe, projections, samples),
    }
}

struct Shared(u8);

impl Statement for Shared {
    type Params<S: Scalar> = Average<S>;

    fn points(&self) -> &'static [&'static str] {
        &[at_score_law!(plane " M=4 N=7"), at_score_law!(space " M=3 N=20"), at_score_law!(indefinite " M=1 N=1000000")]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Average<S>) -> Vec<Relation<'p, S>> {
        let (wrong, law, d) = (self.0, &p.law, p.law.mean.dimension());
        let loss = LossPolynomial::loss(law, false);
        let truth = ScoreLaw::at_the_truth(law.precision.clone());
        let loss_at_the_truth = LossPolynomial::loss(&truth, false);
        let mut relations = Vec::new();
        for (name, probe) in IN_USE {
            let centred = loss.less(loss.mean(law, probe));
            let itself = centred.square().mean(law, probe);
            let same_sample = centred.over_projections(probe, d).square().mean(law, probe);
            let same_projection = centred.over_data(law).square().mean(law, probe);
            let one = S::one();
            let pairs = itself + same_sample * (p.M - one) + same_projection * (p.N - one);
            let mean = loss_at_the_truth.mean(&truth, probe);
            let right = loss_at_the_truth.less(mean).over_data(&truth).square();
            let at_the_truth = match wrong {
                INDEPENDENT => S::zero(),
                CURVATURE_ALONE => probe.variance(&law.precision),
                _ => probe.variance(&law.precision) / 4,
            };
            relations.extend([
                Relation::equal(format!("variance, {name}"), pairs / (p.M * p.N), stated(wrong, law, probe, p.M, p.N)),
                Relation::equal(
                    format!("without end of samples, {name}"),
                    same_projection / p.M,
                    stated_between(wrong, law, probe) / p.M,
                ),
                Relation::equal(format!("at the truth, {name}"), right.mean(&truth, probe), at_the_truth),
            ]);
        }
        relations
    }
}

/// Two samples and one projection.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const NAMES: [[&str; 2]; 3] = [
            ["SSM with normals", "product for shared normals"],
            ["SSM with signs", "product for shared signs"],
            ["SSM on the sphere", "product on the sphere"],
        ];
        let point = SCORE_LAWS[0];
        let (exact, p): (ScoreLaw<Ball>, ScoreLaw<Float>) = (at_point(point)?, at_point(point)?);
        let target = mean_implicit(&exact);
        let centred = LossPolynomial::loss(&exact, false).less(target);
        let given_projection = centred.square().over_data(&exact);
        let mut statistics = Vec::new();
        for ([mean, product], (_, probe)) in NAMES.into_iter().zip(IN_USE) {
            let variance = data_variance(&exact) + projection_variance(&exact, probe, false);
            // Given the projection the two are independent with one law.
            let square = given_projection.square().mean(&exact, probe);
            let spread = square - shared_variance(&exact, probe).square();
            statistics.push(Statistic::mean(mean, target.to_f64(), variance.to_f64()));
            statistics.push(Statistic::mean(product, stated_between(self.0, &exact, probe).to_f64(), spread.to_f64()));
        }
        let scores = GaussianVector::new(&p.gaussian());
        let jacobian = (-&p.precision).map(Lanes::splat);
        let (d, target) = (p.mean.dimension(), Lanes::splat(mean_implicit(&p)));
        Ok(Plan {
            point,
            statistics,
            drawn: None,
            sampler: sampler(move |noise, out| {
                let samples = [noise.vector(&scores), noise.vector(&scores)];
                for ((_, probe), out) in IN_USE.into_iter().zip(out.chunks_mut(2)) {
                    let v = noise.projection(probe, d);
                    let [one, other] = [0, 1].map(|i| sliced(&jacobian, &samples[i], &v));
                    out[0] = one;
                    out[1] = (one - target) * (other - target);
                }
            }),
        })
    }
}

/// A model and the sizes of an estimate.
pub struct Estimate<S> {
    model: ScoreModel<S>,
    projections: S,
    samples: S,
}

impl<S: Scalar> Parameters<S> for Estimate<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let model = ScoreModel::read(source)?;
        let projections = source.count("M", "projections, the same for all samples")?;
        let samples = source.count("N", "independent samples")?;
        let [projections, samples] = [projections, samples].map(|count| S::int(count.into()));
        Ok(Self { model, projections, samples })
    }
}

/// `Var Ĵ` with normal projections that all samples share.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = Estimate<S>;
    fn value<S: Scalar>(p: &Estimate<S>) -> S {
        shared_estimator_variance(&ScoreLaw::from(&p.model), Probe::Gaussian, p.projections, p.samples)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-shared-projections",
    aliases: &[],
    title: "Projections that all samples share leave a variance that no number of samples removes",
    expect: Expect::True,
    text: include_str!("sm_shared_projections.rs"),
    sources: &["song2020sliced"],
    readings: &[Readings::of("", &Shared(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "independent",
            story: "the variance of independent projections for shared ones",
            readings: Readings::of("", &Shared(INDEPENDENT)).and_sampled(&Draws(INDEPENDENT)),
        },
        Control {
            id: "counted-twice",
            story: "the shared part added to the independent variance, which has it already",
            readings: Readings::of("", &Shared(COUNTED_TWICE)),
        },
        Control {
            id: "curvature-alone",
            story: "G = −K: the square forgotten that each sample adds on average",
            readings: Readings::of("", &Shared(CURVATURE_ALONE)).and_sampled(&Draws(CURVATURE_ALONE)),
        },
    ],
    quantities: &[Quantity::of::<Variance>(
        "variance",
        "variance of SSM averaged over N samples that share the same M normal projections",
        &[],
    )],
};
