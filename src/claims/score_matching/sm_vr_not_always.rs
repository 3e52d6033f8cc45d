//! Integrating the square of a sliced loss does not always lower its variance; the exact criterion.
//!
//! At a sample with score $s$, the variance over the projection of $f_{SSM}$ minus that of $f_{VR}$ is
//!
//! $$ \text{normals: } \tfrac12\|s\|^4 - 2s^\top Ks, \qquad \text{signs: } 2\sum_{i \ne j}\big(\tfrac14s_i^2s_j^2 - K_{ij}s_is_j\big) $$
//!
//! $$ \text{sphere: } \tfrac{2d}{d+2}\Big[\tfrac14\|s\|^4 - s^\top Ks - \tfrac1d\big(\tfrac14\|s\|^4 - \mathrm{tr}K\,\|s\|^2\big)\Big] $$
//!
//! and on average over the data of a model that is right, $s \sim N(0, K)$,
//!
//! $$ \tfrac12(\mathrm{tr}K)^2 - \mathrm{tr}K^2, \qquad \sum_{i \ne j}\big(\tfrac12K_{ii}K_{jj} - K_{ij}^2\big), \qquad \frac{(d+3)(\mathrm{tr}K)^2 - 2(d+1)\mathrm{tr}K^2}{2(d+2)} $$
//!
//! ($0$ on the sphere for $d = 1$). Where it is negative, SSM-VR is the noisier loss: with normals if $\mathrm{tr}K^2 > \frac12(\mathrm{tr}K)^2$, an effective rank below 2, and so
//! always in one dimension; with signs if all correlations of $K$ exceed $1/\sqrt2$; on the sphere near rank one, beyond
//! $\mathrm{tr}K^2/(\mathrm{tr}K)^2 = \frac{d+3}{2(d+1)}$. Points on both sides of these thresholds are enclosed.
//!
//! Assumptions: $E\,vv^\top = I$, $K \succ 0$ at the truth. Variances are compared exactly; two sample variances would need far more draws and say
//! less. If it failed, the reduced loss could be chosen blindly.

use super::IN_USE;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Field, Matrix, Scalar, Vector};
use crate::objectives::hutchinson::Probe;
use crate::objectives::score_matching::{LossPolynomial, ScoreLaw, projection_variance};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::GaussianPolynomial;

const NO_COVARIANCE: u8 = 1;
const ALWAYS_REDUCES: u8 = 2;
const NEVER_REDUCES: u8 = 3;

parameters! {
    /// A precision and the score at a sample.
    AtSample {
        K: symmetric "precision of the model",
        s: vector "the score at a sample",
    }
}

/// The sum over ordered pairs of different indices.
fn over_pairs<S: Field>(d: usize, term: impl Fn(usize, usize) -> S) -> S {
    let pairs = (0..d).flat_map(|i| (0..d).filter(move |j| *j != i).map(move |j| (i, j)));
    pairs.fold(S::zero(), |sum, (i, j)| sum + term(i, j))
}

/// The difference at a sample as it is stated.
fn stated_at_sample<S: Field>(wrong: u8, probe: Probe, k: &Matrix<S>, s: &Vector<S>) -> S {
    let d = s.dimension();
    let size = d as i64;
    let keep = |term: S| if wrong == NO_COVARIANCE { S::zero() } else { term };
    let square = s.dot(s);
    let cross = keep(k.bilinear(s, s));
    match probe {
        Probe::Rademacher => over_pairs(d, |i, j| (s[i] * s[j]).square() / 4 - keep(k[(i, j)] * s[i] * s[j])) * 2,
        Probe::Sphere => {
            let fourth = square.square() / 4;
            let traces = (fourth - keep(k.trace() * square)) / size;
            (fourth - cross - traces) * (2 * size) / (size + 2)
        }
        _ => square.square() / 2 - cross * 2,
    }
}

/// The difference at the truth as it is stated.
fn stated_at_the_truth<S: Field>(wrong: u8, probe: Probe, k: &Matrix<S>) -> S {
    let d = k.rows() as i64;
    let keep = |term: S| if wrong == NO_COVARIANCE { S::zero() } else { term };
    let (trace, square) = (k.trace().square(), (k * k).trace());
    match probe {
        Probe::Rademacher => over_pairs(k.rows(), |i, j| k[(i, i)] * k[(j, j)] / 2 - keep(k[(i, j)].square())),
        Probe::Sphere => (trace * (d + 3) - keep(square * (2 * (d + 1)))) / (2 * (d + 2)),
        _ => trace / 2 - keep(square),
    }
}

/// At a sample.
struct Samplewise(u8);

impl Statement for Samplewise {
    type Params<S: Scalar> = AtSample<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "K=[[0.9,-0.31],[-0.31,1.7]] s=[0.8113,-0.4719]",
            "K=[[0.8,-0.25,0.1],[-0.25,1.6,0.05],[0.1,0.05,0.45]] s=[-0.535,1.415,-0.65]",
            "K=[[1.9]] s=[0.73]",
            "K=[[-0.7,0.2],[0.2,811.9]] s=[41.3,1e-9]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtSample<S>) -> Vec<Relation<'p, S>> {
        let d = p.s.dimension();
        let curvature = -&p.K;
        let whole = &curvature + &p.s.outer(&p.s).scale(S::ratio(1, 2));
        let variance = |probe: Probe, matrix: &Matrix<S>| {
            let form = GaussianPolynomial::form(matrix);
            probe.mean(d, &form.times(&form)) - probe.mean(d, &form).square()
        };
        let difference = |(name, probe): (&str, Probe)| {
            let difference = variance(probe, &whole) - variance(probe, &curvature);
            Relation::equal(name, difference, stated_at_sample(self.0, probe, &p.K, &p.s))
        };
        IN_USE.into_iter().map(difference).collect()
    }
}

parameters! {
    /// The precision of data and model.
    Truth {
        K: symmetric "precision of the data, and of the model",
    }
}

/// On average where the model is right.
struct Averaged(u8);

impl Statement for Averaged {
    type Params<S: Scalar> = Truth<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "K=[[2,0.1],[0.1,0.3]]",
            "K=[[1,0.9],[0.9,1.1]]",
            "K=[[0.8,-0.25,0.1],[-0.25,1.6,0.05],[0.1,0.05,0.45]]",
            "K=[[1]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Truth<S>) -> Vec<Relation<'p, S>> {
        let law = ScoreLaw::at_the_truth(p.K.clone());
        // Both losses have one mean over the projection at every sample, so that its squares fall out of the difference.
        let [whole, reduced] = [false, true].map(|reduced| LossPolynomial::loss(&law, reduced).square());
        let relations = IN_USE.into_iter().flat_map(|(name, probe)| {
            let stated = stated_at_the_truth(self.0, probe, &p.K);
            let by_cause = projection_variance(&law, probe, false) - projection_variance(&law, probe, true);
            [
                Relation::equal(name, whole.mean(&law, probe) - reduced.mean(&law, probe), stated),
                Relation::equal(format!("{name}, by sums of squares"), by_cause, stated),
            ]
        });
        relations.collect()
    }
}

/// The precision at the truth and the law of the projections.
pub struct Reduction<S> {
    precision: Matrix<S>,
    probe: Probe,
}

impl<S: Scalar> Parameters<S> for Reduction<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let precision = source.covariance("K", "precision of the data and of the model")?;
        let law = source.choice("law", Probe::NAMES, false, "the law of the projections, E v v^T = I")?;
        Ok(Self { precision: precision.matrix().clone(), probe: Probe::named(law) })
    }
}

impl<S: Scalar> Reduction<S> {
    /// `(V_v of SSM, V_v of SSM-VR)`.
    fn variances(&self) -> (S, S) {
        let law = ScoreLaw::at_the_truth(self.precision.clone());
        (projection_variance(&law, self.probe, false), projection_variance(&law, self.probe, true))
    }
}

/// Where the square integrated makes the loss noisier.
struct Noisier(u8);

impl Statement for Noisier {
    type Params<S: Scalar> = Reduction<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "law=gaussian K=[[2,0.1],[0.1,0.3]]",
            "law=rademacher K=[[1,0.9],[0.9,1.1]]",
            "law=gaussian K=[[1]]",
            "law=sphere K=[[1,0],[0,0.01]]",
            "law=gaussian K=[[1,0,0],[0,1,0],[0,0,4.0001]]",
            "law=rademacher K=[[1,0.7072],[0.7072,1]]",
            "law=sphere K=[[1,0],[0,0.101]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Reduction<S>) -> Vec<Relation<'p, S>> {
        let (whole, reduced) = p.variances();
        let (lower, upper) = if self.0 == ALWAYS_REDUCES { (reduced, whole) } else { (whole, reduced) };
        vec![Relation::below("variance of one projection", lower, upper)]
    }
}

/// Where it makes the loss quieter.
struct Quieter(u8);

impl Statement for Quieter {
    type Params<S: Scalar> = Reduction<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "law=gaussian K=[[0.8,-0.25,0.1],[-0.25,1.6,0.05],[0.1,0.05,0.45]]",
            "law=gaussian K=[[1,0,0],[0,1,0],[0,0,3.9999]]",
            "law=rademacher K=[[1,0.7071],[0.7071,1]]",
            "law=sphere K=[[1,0],[0,0.1011]]",
            "law=rademacher K=[[2,0.1],[0.1,0.3]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Reduction<S>) -> Vec<Relation<'p, S>> {
        let (whole, reduced) = p.variances();
        let (lower, upper) = if self.0 == NEVER_REDUCES { (whole, reduced) } else { (reduced, whole) };
        vec![Relation::below("variance of one projection", lower, upper)]
    }
}

/// The difference on average.
struct VarianceDifference;

impl Formula for VarianceDifference {
    type Params<S: Scalar> = Reduction<S>;
    fn value<S: Scalar>(p: &Reduction<S>) -> S {
        stated_at_the_truth(0, p.probe, &p.precision)
    }
}

const SAMPLEWISE: &str = "at a sample";
const TRUTH: &str = "at the truth";
const NOISIER: &str = "noisier";
const QUIETER: &str = "quieter";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-vr-not-always",
    aliases: &[],
    title: "Sliced score matching with the square integrated is sometimes the noisier loss, and when",
    expect: Expect::True,
    text: include_str!("sm_vr_not_always.rs"),
    sources: &["song2020sliced"],
    readings: &[
        Readings::of(SAMPLEWISE, &Samplewise(0)),
        Readings::of(TRUTH, &Averaged(0)),
        Readings::certified(NOISIER, &Noisier(0)),
        Readings::certified(QUIETER, &Quieter(0)),
    ],
    controls: &[
        Control {
            id: "no-covariance",
            story: "the variance of the square alone: its covariance with the curvature dropped, so that nothing is negative",
            readings: Readings::of(TRUTH, &Averaged(NO_COVARIANCE)),
        },
        Control {
            id: "no-covariance-at-a-sample",
            story: "the same at a sample",
            readings: Readings::of(SAMPLEWISE, &Samplewise(NO_COVARIANCE)),
        },
        Control {
            id: "always-reduces",
            story: "the variance of SSM-VR taken never to exceed that of SSM",
            readings: Readings::certified(NOISIER, &Noisier(ALWAYS_REDUCES)),
        },
        Control {
            id: "never-reduces",
            story: "the reverse, wherever the threshold is near",
            readings: Readings::certified(QUIETER, &Quieter(NEVER_REDUCES)),
        },
    ],
    quantities: &[Quantity::of::<VarianceDifference>(
        "variance-difference",
        "E_x[Var_v f_SSM - Var_v f_VR] at the truth; negative where the square integrated makes the loss noisier",
        &[],
    )],
};
