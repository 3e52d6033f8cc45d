//! The law of missing entries given the seen ones, by covariance and by precision; what is neither is marginalised.
//!
//! A vector $X \sim N(\mu, \Sigma)$ has targets $t$, observed entries $o$, and others that are neither. Whatever the others are,
//! $X_t \mid X_o = x_o \sim N(m_c, C_c)$ with
//!
//! $$ m_c = \mu_t + \Sigma_{to}\Sigma_{oo}^{-1}(x_o - \mu_o), \qquad C_c = \Sigma_{tt} - \Sigma_{to}\Sigma_{oo}^{-1}\Sigma_{ot} $$
//!
//! and, with $\Lambda$ the precision of $(t, o)$ *after* the others are marginalised,
//!
//! $$ C_c = \Lambda_{tt}^{-1}, \qquad m_c = \mu_t - \Lambda_{tt}^{-1}\Lambda_{to}(x_o - \mu_o) $$
//!
//! What is left of the targets once the regression on $x_o$ is taken away is uncorrelated with $x_o$. $C_c$ does not depend on what was seen.
//!
//! Assumptions: $\Sigma$ positive definite, targets and observed entries apart. If it failed, every score of the imputed entries would be
//! that of another law: an imputer takes entries that nobody asked for as zeros, or as known, and nothing in its loss says so.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Field, Float, Lanes, Scalar};
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{Imputation, Mask, MultivariateGaussian, Regression};

const NEITHER_AS_ZERO: u8 = 1;
const FULL_PRECISION: u8 = 2;
const MEAN_KEPT: u8 = 3;
const PRIOR_SPREAD: u8 = 4;

/// The places that are neither imputed nor seen.
fn neither(mask: &Mask<impl Scalar>) -> Vec<usize> {
    let listed = |i: &usize| mask.targets.contains(i) || mask.observed.contains(i);
    (0..mask.covariance.matrix().rows()).filter(|i| !listed(i)).collect()
}

/// The regression of the targets on what was seen, or what a wrong version takes for it.
fn believed<S: Scalar>(wrong: u8, p: &Imputation<S>) -> Regression<S> {
    let (joint, Mask { targets, observed, .. }) = (p.joint(), &p.mask);
    let right = joint.given(observed, targets);
    match wrong {
        NEITHER_AS_ZERO => {
            let known: Vec<usize> = observed.iter().chain(&neither(&p.mask)).copied().collect();
            let filled = joint.given(&known, targets);
            // The zeros contribute nothing but the offset that they are seen with.
            let (rows, columns): (Vec<_>, Vec<_>) = ((0..targets.len()).collect(), (0..observed.len()).collect());
            Regression { matrix: filled.matrix.block(&rows, &columns), ..filled }
        }
        FULL_PRECISION => {
            let everything: Vec<usize> = observed.iter().chain(&neither(&p.mask)).copied().collect();
            let full = joint.given_by_precision(&everything, targets);
            let (rows, columns): (Vec<_>, Vec<_>) = ((0..targets.len()).collect(), (0..observed.len()).collect());
            let matrix = full.matrix.block(&rows, &columns);
            let offset = &joint.mean.at(targets) - &(&matrix * &joint.mean.at(observed));
            Regression { matrix, offset, covariance: full.covariance }
        }
        MEAN_KEPT => Regression { offset: joint.mean.at(targets), ..right },
        PRIOR_SPREAD => Regression { covariance: joint.marginal(targets).covariance.matrix().clone(), ..right },
        _ => right,
    }
}

/// What is left of the targets, with what was seen: it should not correlate.
fn left_over<S: Scalar>(joint: &MultivariateGaussian<S>, mask: &Mask<S>, regression: &Regression<S>) -> Vec<S> {
    let (whole, Mask { targets, observed, .. }) = (joint.covariance.matrix(), mask);
    let explained = &regression.matrix * &whole.block(observed, observed);
    (&whole.block(targets, observed) - &explained).entries().to_vec()
}

struct Forms {
    wrong: u8,
    points: &'static [&'static str],
}

impl Statement for Forms {
    type Params<S: Scalar> = Imputation<S>;

    fn points(&self) -> &'static [&'static str] {
        self.points
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Imputation<S>) -> Vec<Relation<'p, S>> {
        let regression = believed(self.wrong, p);
        let by_precision = p.conditional_by_precision();
        let mean = &(&regression.matrix * &p.seen) + &regression.offset;
        let mut relations = Relation::componentwise("mean", &mean, &by_precision.mean);
        for (i, j) in (0..mean.dimension()).flat_map(|i| (0..=i).map(move |j| (i, j))) {
            let name = format!("covariance {i}{j}");
            relations.push(Relation::equal(
                name,
                regression.covariance[(i, j)],
                by_precision.covariance.matrix()[(i, j)],
            ));
        }
        let rest = left_over(&p.joint(), &p.mask, &regression).into_iter().zip(1..);
        relations.extend(rest.map(|(entry, at)| Relation::equal(format!("uncorrelated {at}"), entry, S::zero())));
        relations
    }
}

const SMALL: &[&str] = &[
    "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4] targets=[0] observed=[2] x_obs=1.1",
    "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4] targets=[0,1] observed=[2] x_obs=1.1",
    "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4] targets=[1] observed=[2,0] x_obs=[1.1,-0.7]",
];

/// More entries than a proof is tried for; the second is nearly singular, the third has scales from 1e-8 to 1e8.
const LARGE: &[&str] = &[
    "Sigma=[[2.1,0.7,-0.4,0.3,0.9],[0.7,1.4,0.2,-0.5,0.1],[-0.4,0.2,0.9,0.1,-0.3],[0.3,-0.5,0.1,1.7,0.2],[0.9,0.1,-0.3,0.2,1.1]] \
     mu=[0.3,-1.2,0.7,2.1,-0.4] targets=[4,1] observed=[3,0] x_obs=[1.9,-0.8]",
    "Sigma=[[1,0.99999999,0.3,0.1],[0.99999999,1,0.3,0.1],[0.3,0.3,1.3,-0.2],[0.1,0.1,-0.2,0.8]] \
     mu=[0.7,-0.2,1.1,0.4] targets=[0,3] observed=[1] x_obs=1.7",
    "Sigma=[[1e8,1e3,2000,100],[1e3,1,0.01,0.003],[2000,0.01,2,-0.0005],[100,0.003,-0.0005,1e-3]] \
     mu=[1e3,-0.2,1.1,0.4] targets=[2,0] observed=[3] x_obs=0.43",
];

/// Vectors drawn from their joint law: what is left of the first target once the claimed regression on the one observed entry is taken away.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = SMALL[0];
        let p: Imputation<Float> = at_point(POINT)?;
        let joint = p.joint();
        let (target, seen) = (p.mask.targets[0], p.mask.observed[0]);
        let claim = believed(self.0, &p);
        let (slope, offset) = (claim.matrix[(0, 0)], claim.offset[0]);
        let whole = joint.covariance.matrix();
        let spread = whole[(seen, seen)].0;
        let claimed = claim.covariance[(0, 0)].0;
        let shared = (whole[(target, seen)] - slope * whole[(seen, seen)]).0;
        let mean = (joint.mean[target] - slope * joint.mean[seen] - offset).0;
        let variance =
            (whole[(target, target)] - slope * whole[(target, seen)] * 2 + slope.square() * whole[(seen, seen)]).0;
        let factor = whole.cholesky();
        let centre = joint.mean.clone();
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("mean of what is left", 0.0, claimed),
                Statistic::variance("variance of what is left", 0.0, claimed),
                Statistic::mean("what is left times what was seen", 0.0, claimed * spread),
            ],
            drawn: Some(vec![
                (mean, variance),
                (mean, variance),
                (shared, (mean * mean + variance) * spread + shared * shared),
            ]),
            sampler: sampler(move |noise, out| {
                let z: Vec<_> = centre.0.iter().map(|_| noise.normal()).collect();
                let deviation =
                    |i: usize| (0..=i).fold(Lanes::splat(Float(0.0)), |x, k| x + Lanes::splat(factor[(i, k)]) * z[k]);
                let [x, y] = [target, seen].map(|i| Lanes::splat(centre[i]) + deviation(i));
                let left = x - Lanes::splat(slope) * y - Lanes::splat(offset);
                out.copy_from_slice(&[left, left, left * deviation(seen)]);
            }),
        })
    }
}

/// One of the targets.
struct OfTarget<S> {
    imputation: Imputation<S>,
    component: usize,
}

impl<S: Scalar> Parameters<S> for OfTarget<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let imputation = Imputation::read(source)?;
        let component = source.index("component", "the position within `targets`, from 0")? as usize;
        let n = imputation.mask.targets.len();
        if component < n {
            return Ok(Self { imputation, component });
        }
        let last = n - 1;
        Err(InputError::Condition(format!(
            "`component` is {component}, but the positions within `targets` are 0 to {last}"
        )))
    }
}

/// An entry of `m_c`.
struct Mean;

impl Formula for Mean {
    type Params<S: Scalar> = OfTarget<S>;
    fn value<S: Scalar>(p: &OfTarget<S>) -> S {
        p.imputation.conditional().mean[p.component]
    }
}

/// An entry of the diagonal of `C_c`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = OfTarget<S>;
    fn value<S: Scalar>(p: &OfTarget<S>) -> S {
        p.imputation.mask.conditional().matrix()[(p.component, p.component)]
    }
}

const fn small(wrong: u8) -> Forms {
    Forms { wrong, points: SMALL }
}

const LARGER: &str = "more entries";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "gaussian-imputation-law",
    aliases: &[],
    title: "The law of missing entries given the seen ones, by covariance and by precision; the others are marginalised",
    expect: Expect::True,
    text: include_str!("gaussian_imputation_law.rs"),
    sources: &["tashiro2021"],
    readings: &[
        Readings::of("", &small(0)).and_sampled(&Draws(0)),
        Readings::certified(LARGER, &Forms { wrong: 0, points: LARGE }),
    ],
    controls: &[
        Control {
            id: "neither-filled-with-zero",
            story: "entries that are neither imputed nor seen filled with 0 and taken for observations",
            readings: Readings::of("", &small(NEITHER_AS_ZERO)).and_sampled(&Draws(NEITHER_AS_ZERO)),
        },
        Control {
            id: "precision-of-everything",
            story: "blocks of the precision of the whole vector, which conditions on the entries that nobody saw",
            readings: Readings::of("", &small(FULL_PRECISION)).and_sampled(&Draws(FULL_PRECISION)),
        },
        Control {
            id: "mean-not-subtracted",
            story: "x_o for x_o − μ_o, as if the data had been centred",
            readings: Readings::of("", &small(MEAN_KEPT)).and_sampled(&Draws(MEAN_KEPT)),
        },
        Control {
            id: "prior-spread",
            story: "the conditional mean with the variance of before anything was seen",
            readings: Readings::of("", &small(PRIOR_SPREAD)).and_sampled(&Draws(PRIOR_SPREAD)),
        },
        Control {
            id: "precision-of-everything-of-more",
            story: "the same, where numbers are of many scales",
            readings: Readings::certified(LARGER, &Forms { wrong: FULL_PRECISION, points: LARGE }),
        },
    ],
    quantities: &[
        Quantity::of::<Mean>("mean", "conditional mean of a target, in units of the data", &[]),
        Quantity::of::<Variance>("variance", "conditional variance of a target, in squared units of the data", &[]),
    ],
};
