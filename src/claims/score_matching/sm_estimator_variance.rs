//! The exact variance of sliced score matching over data and projections: more projections average their own part only.
//!
//! Over the data $s \sim N(a, W)$ with Jacobian $-K$. For $N$ samples with $M$ independent projections each, $E\,vv^\top = I$,
//!
//! $$ \mathrm{Var}\,\hat J = \frac1N\Big(V_x + \frac{V_v}M\Big), \qquad V_x = \mathrm{Var}\big(\tfrac12\|s\|^2\big) = \tfrac12\mathrm{tr}W^2 + a^\top Wa $$
//!
//! with or without the square integrated. $V_v = E_x\mathrm{Var}_vf$ is for SSM-VR the variance of $v^\top Kv$, and for SSM, with
//! $e_2 = \mathrm{tr}W + \|a\|^2$, $e_4 = E\|s\|^4 = e_2^2 + 2\mathrm{tr}W^2 + 4a^\top Wa$, $q = E\,s^\top Ks = \mathrm{tr}(KW) + a^\top Ka$,
//!
//! $$ \text{normals: } 2\mathrm{tr}K^2 - 2q + \tfrac12e_4, \qquad \text{sphere: } \tfrac{2d}{d+2}\Big[\mathrm{tr}K^2 - q + \tfrac14e_4
//! - \tfrac1d\big((\mathrm{tr}K)^2 - e_2\mathrm{tr}K + \tfrac14e_4\big)\Big] $$
//!
//! $$ \text{signs: } 2\sum_{i \ne j}\Big[K_{ij}^2 - K_{ij}(W_{ij} + a_ia_j) + \tfrac14E\,s_i^2s_j^2\Big], \qquad
//! E\,s_i^2s_j^2 = (W_{ii} + a_i^2)(W_{jj} + a_j^2) + 2W_{ij}^2 + 4a_ia_jW_{ij} $$
//!
//! All are proved from the moments of data and projections, for any $K$, $a$ and $W$; the numbers come from sums of squares that are
//! proved to be the same and do not cancel. The variance of a single loss is also drawn; its eighth moments are exact.
//!
//! Assumptions: Gaussian data, an affine score, projections independent of everything. If it failed, the error bar of a validation
//! loss would be wrong, and projections would be added where samples are missing.

use super::IN_USE;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{GaussianVector, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar};
use crate::objectives::hutchinson::Probe;
use crate::objectives::score_matching::{
    LossPolynomial, SCORE_LAWS, ScoreLaw, at_score_law, data_variance, estimator_variance, mean_implicit,
    projection_variance, sliced, sliced_reduced,
};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::ScoreModel;

const NOISE_OF_DATA_AVERAGED: u8 = 1;
const SQUARED_SECOND_MOMENT: u8 = 2;
const NO_MEAN: u8 = 3;
const REDUCED_FOR_WHOLE: u8 = 4;

const KINDS: [(&str, bool); 2] = [("SSM", false), ("SSM-VR", true)];

/// `V_v` as it is stated.
fn stated<S: Field>(wrong: u8, law: &ScoreLaw<S>, probe: Probe, reduced: bool) -> S {
    if reduced || wrong == REDUCED_FOR_WHOLE {
        return probe.variance(&law.precision);
    }
    let a = if wrong == NO_MEAN { law.mean.scale(S::zero()) } else { law.mean.clone() };
    let (k, w, d) = (&law.precision, &law.covariance, a.dimension());
    let correlated = |term: S| if wrong == SQUARED_SECOND_MOMENT { S::zero() } else { term };
    let square = w.trace() + a.dot(&a);
    let fourth = square.square() + correlated((w * w).trace() * 2 + w.bilinear(&a, &a) * 4);
    let cross = (k * w).trace() + k.bilinear(&a, &a);
    let squares = (k * k).trace();
    match probe {
        Probe::Rademacher => {
            let pairs = (0..d).flat_map(|i| (0..d).filter(move |j| *j != i).map(move |j| (i, j)));
            let term = |(i, j): (usize, usize)| {
                let products = (w[(i, i)] + a[i].square()) * (w[(j, j)] + a[j].square());
                let together = correlated(w[(i, j)].square() * 2 + a[i] * a[j] * w[(i, j)] * 4);
                k[(i, j)].square() - k[(i, j)] * (w[(i, j)] + a[i] * a[j]) + (products + together) / 4
            };
            pairs.map(term).fold(S::zero(), |sum, term| sum + term) * 2
        }
        Probe::Sphere => {
            let d = d as i64;
            let traces = k.trace().square() - square * k.trace() + fourth / 4;
            (squares - cross + fourth / 4 - traces / d) * (2 * d) / (d + 2)
        }
        _ => squares * 2 - cross * 2 + fourth / 2,
    }
}

/// `V_x` as it is stated.
fn stated_of_data<S: Field>(wrong: u8, law: &ScoreLaw<S>) -> S {
    match wrong {
        NO_MEAN => (&law.covariance * &law.covariance).trace() / 2,
        _ => data_variance(law),
    }
}

parameters! {
    /// The law of the score, and how much an average is taken over.
    Average {
        law: of(ScoreLaw) "the score over the data",
        M: positive "projections, for each sample or for all of them",
        N: positive "samples",
    }
}

/// The two parts and what becomes of them.
struct Parts(u8);

impl Statement for Parts {
    type Params<S: Scalar> = Average<S>;

    fn points(&self) -> &'static [&'static str] {
        &[at_score_law!(plane " M=4 N=7"), at_score_law!(space " M=3 N=1"), at_score_law!(indefinite " M=64 N=1000000")]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Average<S>) -> Vec<Relation<'p, S>> {
        let (wrong, law) = (self.0, &p.law);
        let d = law.mean.dimension();
        let mut relations = Vec::new();
        for (kind, reduced) in KINDS {
            let loss = LossPolynomial::loss(law, reduced);
            for (name, probe) in IN_USE {
                let centred = loss.less(loss.mean(law, probe));
                let total = centred.square().mean(law, probe);
                // Two projections of one sample have in common what a projection makes of the sample on average.
                let of_data = centred.over_projections(probe, d).square().mean(law, probe);
                let relation =
                    |part: &str, left: S, right: S| Relation::equal(format!("{part}, {kind}, {name}"), left, right);
                let averaged = (total + of_data * (p.M - S::one())) / (p.M * p.N);
                let claimed = match wrong {
                    NOISE_OF_DATA_AVERAGED => estimator_variance(law, probe, reduced, S::one(), p.N) / p.M,
                    _ => estimator_variance(law, probe, reduced, p.M, p.N),
                };
                relations.extend([
                    relation("data", of_data, stated_of_data(wrong, law)),
                    relation("projection", total - of_data, stated(wrong, law, probe, reduced)),
                    relation("sums of squares", total - of_data, projection_variance(law, probe, reduced)),
                    relation("average", averaged, claimed),
                ]);
            }
        }
        relations
    }
}

/// The moments that the closed forms are made of.
struct Moments(u8);

impl Statement for Moments {
    type Params<S: Scalar> = ScoreLaw<S>;

    fn points(&self) -> &'static [&'static str] {
        SCORE_LAWS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScoreLaw<S>) -> Vec<Relation<'p, S>> {
        let square = LossPolynomial::squared_score(p);
        let mean = |polynomial: &LossPolynomial<S>| polynomial.mean(p, Probe::Gaussian);
        let (w, a) = (&p.covariance, &p.mean);
        let together = (w * w).trace() * 2 + w.bilinear(a, a) * 4;
        let together = if self.0 == SQUARED_SECOND_MOMENT { S::zero() } else { together };
        let form = LossPolynomial::score_form(p, &p.precision);
        vec![
            Relation::equal("second moment", mean(&square), p.mean_square()),
            Relation::equal("fourth moment", mean(&square.square()), p.mean_square().square() + together),
            Relation::equal("form in the score", mean(&form), (&p.precision * &p.second_moment()).trace()),
        ]
    }
}

/// One loss at a time: its mean, and its squared deviation.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const NAMES: [[&str; 2]; 6] = [
            ["SSM with normals", "squared deviation of SSM with normals"],
            ["SSM with signs", "squared deviation of SSM with signs"],
            ["SSM on the sphere", "squared deviation of SSM on the sphere"],
            ["SSM-VR with normals", "squared deviation of SSM-VR with normals"],
            ["SSM-VR with signs", "squared deviation of SSM-VR with signs"],
            ["SSM-VR on the sphere", "squared deviation of SSM-VR on the sphere"],
        ];
        let wrong = self.0;
        let point = SCORE_LAWS[0];
        let (exact, p): (ScoreLaw<Ball>, ScoreLaw<Float>) = (at_point(point)?, at_point(point)?);
        let target = mean_implicit(&exact);
        let cases: Vec<_> =
            KINDS.into_iter().flat_map(|(_, reduced)| IN_USE.map(|(_, probe)| (probe, reduced))).collect();
        let mut statistics = Vec::new();
        for ([mean, square], (probe, reduced)) in NAMES.into_iter().zip(&cases) {
            let variance = data_variance(&exact) + projection_variance(&exact, *probe, *reduced);
            let centred = LossPolynomial::loss(&exact, *reduced).less(target);
            let spread = centred.square().square().mean(&exact, *probe) - variance.square();
            let claimed = stated_of_data(wrong, &exact) + stated(wrong, &exact, *probe, *reduced);
            statistics.push(Statistic::mean(mean, target.to_f64(), variance.to_f64()));
            statistics.push(Statistic::mean(square, claimed.to_f64(), spread.to_f64()));
        }
        let scores = GaussianVector::new(&p.gaussian());
        let jacobian: Matrix<Lanes<_>> = (-&p.precision).map(Lanes::splat);
        let (d, target) = (p.mean.dimension(), Lanes::splat(mean_implicit(&p)));
        Ok(Plan {
            point,
            statistics,
            drawn: None,
            sampler: sampler(move |noise, out| {
                let score = noise.vector(&scores);
                for ((probe, reduced), out) in cases.iter().zip(out.chunks_mut(2)) {
                    let v = noise.projection(*probe, d);
                    let loss = if *reduced { sliced_reduced } else { sliced };
                    out[0] = loss(&jacobian, &score, &v);
                    out[1] = (out[0] - target).square();
                }
            }),
        })
    }
}

/// A model and how its loss is estimated.
pub struct Estimate<S> {
    model: ScoreModel<S>,
    probe: Probe,
    projections: S,
    samples: S,
    reduced: bool,
}

impl<S: Scalar> Parameters<S> for Estimate<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let model = ScoreModel::read(source)?;
        let law = source.choice("law", Probe::NAMES, false, "the law of the projections, E v v^T = I")?;
        let projections = source.count("M", "independent projections for each sample")?;
        let samples = source.count("N", "independent samples")?;
        let meaning = "whether the square is integrated: |s|^2/2 (SSM-VR) for (v^T s)^2/2 (SSM)";
        let reduced = source.choice("variance_reduced", &["false", "true"], false, meaning)? == "true";
        let [projections, samples] = [projections, samples].map(|count| S::int(count.into()));
        Ok(Self { model, probe: Probe::named(law), projections, samples, reduced })
    }
}

/// `(V_x + V_v/M)/N`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = Estimate<S>;
    fn value<S: Scalar>(p: &Estimate<S>) -> S {
        estimator_variance(&ScoreLaw::from(&p.model), p.probe, p.reduced, p.projections, p.samples)
    }
}

const PARTS: &str = "parts";
const MOMENTS: &str = "moments";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-estimator-variance",
    aliases: &[],
    title: "The exact variance of sliced score matching, and which part of it more projections average",
    expect: Expect::True,
    text: include_str!("sm_estimator_variance.rs"),
    sources: &["song2020sliced"],
    readings: &[Readings::of(PARTS, &Parts(0)).and_sampled(&Draws(0)), Readings::of(MOMENTS, &Moments(0))],
    controls: &[
        Control {
            id: "noise-of-the-data-averaged",
            story: "(V_x + V_v)/M: the M projections of one sample counted as M samples",
            readings: Readings::of(PARTS, &Parts(NOISE_OF_DATA_AVERAGED)),
        },
        Control {
            id: "squared-second-moment",
            story: "(E‖s‖²)² for E‖s‖⁴",
            readings: Readings::of(PARTS, &Parts(SQUARED_SECOND_MOMENT)).and_sampled(&Draws(SQUARED_SECOND_MOMENT)),
        },
        Control {
            id: "squared-second-moment-alone",
            story: "the same for the moment itself",
            readings: Readings::of(MOMENTS, &Moments(SQUARED_SECOND_MOMENT)),
        },
        Control {
            id: "no-mean",
            story: "the formula at the truth, a = 0, for a model whose centre is off",
            readings: Readings::of(PARTS, &Parts(NO_MEAN)).and_sampled(&Draws(NO_MEAN)),
        },
        Control {
            id: "reduced-for-whole",
            story: "the variance of SSM-VR for that of SSM",
            readings: Readings::of(PARTS, &Parts(REDUCED_FOR_WHOLE)).and_sampled(&Draws(REDUCED_FOR_WHOLE)),
        },
    ],
    quantities: &[Quantity::of::<Variance>(
        "variance",
        "variance of the sliced loss averaged over N samples with M projections each, all independent",
        &[],
    )],
};
