//! The asymptotic variance of sliced score matching with finitely many projections, exactly, where a scale is estimated.
//!
//! Data $N(0, (\theta K_0)^{-1})$, models of precision $\theta K_0$. Both sliced losses are quadratic in $\theta$, so that
//!
//! $$ \hat\theta = \frac{\sum v^\top K_0v}{\sum(v^\top K_0x)^2} \quad\text{or}\quad \frac{\frac1M\sum v^\top K_0v}{\sum\|K_0x\|^2}
//! \text{ (square integrated)}, \qquad \lim_{N\to\infty}N\,\mathrm{Var}\,\hat\theta = \frac{V_M}{H^2}, \quad H = \frac{\mathrm{tr}\,K_0}\theta $$
//!
//! with $V_M$ the variance of the estimating function $\psi = -v^\top K_0v + \theta(v^\top K_0x)^2$, averaged over $M$ projections of each sample:
//!
//! $$ V_M = V_\infty + \frac{V_1 - V_\infty}M, \quad V_\infty = 2\,\mathrm{tr}\,K_0^2, \quad V_1 = 2E(v^\top K_0v)^2, \quad
//! V_1 - V_\infty = \mathrm{Var}\,v^\top K_0v \text{ if the square is integrated} $$
//!
//! $E(v^\top K_0v)^2 = t^2 + \mathrm{Var}\,v^\top K_0v$ is $t^2 + 2t_2$ for normals, less $2\sum_iK_{0,ii}^2$ for signs, and times $\frac d{d+2}$ on the sphere,
//! $t = \mathrm{tr}\,K_0$, $t_2 = \mathrm{tr}\,K_0^2$. The estimate is consistent for every fixed $M$.
//!
//! Assumptions: $K_0$ positive definite, $E\,vv^\top = I$, projections independent of each other and of the data. Sampled is $\psi$, whose
//! mean and variance are exact for any number of samples; $N\,\mathrm{Var}\,\hat\theta$ has its value in the limit alone. If it failed, error
//! bars of sliced estimates would be those of exact score matching or of the likelihood, which are several times too short.

use super::IN_USE;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{GaussianVector, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Matrix, Scalar, Vector, derivative};
use crate::objectives::hutchinson::{Probe, signs};
use crate::objectives::score_matching::{Projections, ScaleFamily, sliced, sliced_reduced};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{GaussianPolynomial, isserlis};

const CURVATURE_HALVED: u8 = 1;
const NO_PROJECTIONS: u8 = 2;
const ALL_OVER_M: u8 = 3;
const INVERSE_INFORMATION: u8 = 4;
const SQUARED_MEAN: u8 = 5;

const KINDS: [(&str, bool); 2] = [("sliced", false), ("square integrated", true)];

parameters! {
    /// A sample, a projection, and the family.
    Sample {
        K0: symmetric "the precision at theta = 1",
        theta: positive "the scale",
        x: vector "a sample",
        v: vector "a projection",
    }
}

/// The estimating functions are the derivatives of the losses.
struct Derivatives(u8);

impl Statement for Derivatives {
    type Params<S: Scalar> = Sample<S>;

    fn points(&self) -> &'static [&'static str] {
        &["K0=[[2,0.7,0],[0.7,1,0.2],[0,0.2,0.5]] theta=1.3 x=[0.8113,-0.4719,1.3137] v=[0.3119,1.7137,-0.9119]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Sample<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let family = ScaleFamily { direction: p.K0.clone(), scale: p.theta };
        let slope = &p.K0 * &p.x;
        let relation = |(name, reduced): (&str, bool)| {
            let by_differentiation = derivative(
                |theta| {
                    let curvature = if wrong == CURVATURE_HALVED { theta / 2 } else { theta };
                    let jacobian = p.K0.map(|k| -(Dual::constant(k) * curvature));
                    let score = slope.map(|s| -(Dual::constant(s) * theta));
                    let v = p.v.map(Dual::constant);
                    if reduced { sliced_reduced(&jacobian, &score, &v) } else { sliced(&jacobian, &score, &v) }
                },
                p.theta,
            );
            let stated = family.estimating_function(reduced, &p.x, &p.v);
            Relation::equal(format!("estimating function, {name}"), by_differentiation, stated)
        };
        KINDS.into_iter().map(relation).collect()
    }
}

parameters! {
    /// The family and how many projections each sample is given.
    Family {
        K0: covariance "the precision at theta = 1",
        theta: positive "the scale",
        M: positive "projections for each sample",
    }
}

/// Moments of the estimating function of one projection, from those of `v` and of `z = K₀x`.
struct Moments<S> {
    mean: S,
    sensitivity: S,
    square: S,
    /// Of two projections of one sample.
    product: S,
}

impl<S: Scalar> Moments<S> {
    /// With `z ~ N(0, W)`.
    fn new(law: Probe, reduced: bool, family: &ScaleFamily<S>, w: &Matrix<S>) -> Self {
        let (k, theta, d) = (&family.direction, family.scale, w.rows());
        let pairs: Vec<_> = (0..d * d).map(|at| [at / d, at % d]).collect();
        // ψ = Σ cᵢⱼvᵢvⱼ, of which every coefficient is a polynomial in z; with the square integrated θ|z|² stands apart.
        let form = GaussianPolynomial(pairs.iter().map(|[i, j]| (-k[(*i, *j)], vec![*i, *j])).collect());
        let curvature = law.mean(d, &form);
        let square_of_slope = |i: usize, j: usize| match (reduced, i == j) {
            (true, true) => S::one(),
            (true, false) => S::zero(),
            _ => law.moment(d, &[i, j]),
        };
        let averaged = pairs.iter().map(|[i, j]| (theta * square_of_slope(*i, *j), vec![*i, *j]));
        let averaged = GaussianPolynomial(averaged.chain([(curvature, Vec::new())]).collect());
        let sensitivity = (averaged.mean(w) - curvature) / theta;
        let product = averaged.times(&averaged).mean(w);
        let square = if reduced {
            // Over v given z the constant is θ|z|², and vᵀK₀v varies about its mean.
            product + law.mean(d, &form.times(&form)) - curvature.square()
        } else {
            let fourth = pairs.iter().flat_map(|a| pairs.iter().map(move |b| (a, b))).map(|([i, j], [l, m])| {
                let (first, second) = (k[(*i, *j)], k[(*l, *m)]);
                let slopes = isserlis(w, &[*i, *j, *l, *m]) * theta.square();
                (first * second - first * w[(*l, *m)] * theta * 2 + slopes, vec![*i, *j, *l, *m])
            });
            law.mean(d, &GaussianPolynomial(fourth.collect()))
        };
        Self { mean: averaged.mean(w), sensitivity, square, product }
    }
}

/// `V_M` as it is stated.
fn stated<S: Field>(wrong: u8, family: &ScaleFamily<S>, projections: &Projections<S>) -> S {
    let t = family.direction.trace();
    match wrong {
        NO_PROJECTIONS => family.exact_variability(),
        ALL_OVER_M => family.variability(&Projections { count: S::one(), ..*projections }) / projections.count,
        INVERSE_INFORMATION => t.square() * 2 / family.direction.rows() as i64,
        SQUARED_MEAN if !projections.reduced => {
            let exact = family.exact_variability();
            exact + (t.square() * 2 - exact) / projections.count
        }
        _ => family.variability(projections),
    }
}

/// The limit.
struct Limit(u8);

impl Statement for Limit {
    type Params<S: Scalar> = Family<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "K0=[[2.137,0.719],[0.719,0.913]] theta=1.3 M=3",
            "K0=[[2,0.7,0],[0.7,1,0.2],[0,0.2,0.5]] theta=1.3 M=1",
            "K0=[[2,0.7,0],[0.7,1,0.2],[0,0.2,0.5]] theta=1.3 M=4",
            "K0=[[1,0.999999],[0.999999,1.000001]] theta=0.00137 M=2",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Family<S>) -> Vec<Relation<'p, S>> {
        let family = ScaleFamily { direction: p.K0.matrix().clone(), scale: p.theta };
        let slopes = p.K0.matrix().scale(p.theta.recip());
        let covariance = p.K0.precision().scale(p.theta.recip());
        let transformed = &(p.K0.matrix() * &covariance) * p.K0.matrix();
        let entries = |m: &Matrix<S>| Vector(m.entries().to_vec());
        let mut relations =
            Relation::componentwise("covariance of the slope", &entries(&transformed), &entries(&slopes));
        for (name, law) in IN_USE {
            for (kind, reduced) in KINDS {
                let projections = Projections { law, count: p.M, reduced };
                let moments = Moments::new(law, reduced, &family, &slopes);
                let variability = moments.product + (moments.square - moments.product) / p.M;
                let limit = family.asymptotic_variance(stated(self.0, &family, &projections));
                let named = |what: &str| format!("{what}, {name}, {kind}");
                relations.extend([
                    Relation::equal(named("mean"), moments.mean, S::zero()),
                    Relation::equal(named("sensitivity"), moments.sensitivity, family.sensitivity()),
                    Relation::equal(named("asymptotic variance"), variability / moments.sensitivity.square(), limit),
                ]);
            }
        }
        relations
    }
}

/// The estimating function of two signs for each sample, and its square.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "K0=[[2,0.7,0],[0.7,1,0.2],[0,0.2,0.5]] theta=1.3 M=2";
        const NAMES: [[&str; 2]; 2] = [
            ["estimating function, sliced", "its square, sliced"],
            ["estimating function, square integrated", "its square, square integrated"],
        ];
        let (exact, p): (Family<Ball>, Family<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let family = ScaleFamily { direction: exact.K0.matrix().clone(), scale: exact.theta };
        let mut statistics = Vec::new();
        for ([mean, square], (_, reduced)) in NAMES.into_iter().zip(KINDS) {
            let projections = Projections { law: Probe::Rademacher, count: exact.M, reduced };
            let variance = family.variability(&projections);
            let spread = fourth_moment(&family, reduced) - variance.square();
            statistics.push(Statistic::mean(mean, 0.0, variance.to_f64()));
            let claimed = stated(self.0, &family, &projections);
            statistics.push(Statistic::mean(square, claimed.to_f64(), spread.to_f64()));
        }
        let d = exact.K0.matrix().rows();
        let family = ScaleFamily { direction: p.K0.matrix().clone(), scale: p.theta };
        let data = GaussianVector::new(&family.linear().data());
        let family = ScaleFamily { direction: family.direction.map(Lanes::splat), scale: Lanes::splat(p.theta) };
        let sampler = sampler(move |noise, out| {
            let x = noise.vector(&data);
            let [v, w] = [(); 2].map(|()| noise.projection(Probe::Rademacher, d));
            for (out, (_, reduced)) in out.chunks_mut(2).zip(KINDS) {
                let [one, other] = [&v, &w].map(|v| family.estimating_function(reduced, &x, v));
                let average = (one + other) / 2;
                out[0] = average;
                out[1] = average.square();
            }
        });
        Ok(Plan { point: POINT, statistics, drawn: None, sampler })
    }
}

/// `E ψ⁴` averaged over two signs: given both, a centred form in normals (cumulants `2ⁿ⁻¹(n−1)! tr Qⁿ`) and a constant.
fn fourth_moment(family: &ScaleFamily<Ball>, reduced: bool) -> Ball {
    let (k, d) = (&family.direction, family.direction.rows());
    let pairs = signs::<Ball>(d).flat_map(|v| signs(d).map(move |w| (v.clone(), w)));
    let given = |(v, w): (Vector<Ball>, Vector<Ball>)| {
        let form = match reduced {
            true => k.clone(),
            false => (&(&v.outer(&v) + &w.outer(&w)) * k).scale(Ball::ratio(1, 2)),
        };
        let constant = form.trace() - (k.bilinear(&v, &v) + k.bilinear(&w, &w)) / 2;
        let square = &form * &form;
        let (second, third) = (square.trace() * 2, (&square * &form).trace() * 8);
        let fourth = (&square * &square).trace() * 48 + second.square() * 3;
        fourth + third * constant * 4 + second * constant.square() * 6 + constant.powi(4)
    };
    pairs.map(given).fold(Ball::zero(), |sum, x| sum + x) / (1 << (2 * d))
}

/// The family, the law of the projections, their number and the kind of loss.
struct Estimate<S> {
    family: ScaleFamily<S>,
    projections: Projections<S>,
}

impl<S: Scalar> Parameters<S> for Estimate<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let direction = source.covariance("K0", "the precision at theta = 1")?.matrix().clone();
        let scale =
            source.real("theta", parameters::Domain::Positive, "the scale: the data have precision theta K0")?;
        let count = S::int(source.count("M", "independent projections for each sample")?.into());
        let law = Probe::named(source.choice("law", Probe::NAMES, false, "the law of the projections")?);
        let meaning = "true for |s|^2/2 in place of (v^T s)^2/2 in the loss";
        let reduced = source.choice("variance_reduced", &["false", "true"], false, meaning)? == "true";
        Ok(Self { family: ScaleFamily { direction, scale }, projections: Projections { law, count, reduced } })
    }
}

struct AsymptoticVariance;

impl Formula for AsymptoticVariance {
    type Params<S: Scalar> = Estimate<S>;
    fn value<S: Scalar>(p: &Estimate<S>) -> S {
        p.family.asymptotic_variance(p.family.variability(&p.projections))
    }
}

const ESTIMATING: &str = "estimating functions";
const LIMIT: &str = "the limit";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-avar-scale-family",
    aliases: &[],
    title: "The asymptotic variance of a sliced estimate of a scale, for every number of projections",
    expect: Expect::True,
    text: include_str!("sm_avar_scale_family.rs"),
    sources: &["song2020sliced"],
    readings: &[Readings::of(ESTIMATING, &Derivatives(0)), Readings::of(LIMIT, &Limit(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "curvature-halved",
            story: "the ½ of the square put before the curvature too",
            readings: Readings::of(ESTIMATING, &Derivatives(CURVATURE_HALVED)),
        },
        Control {
            id: "no-projection-noise",
            story: "the variance of exact score matching, as if projections were free",
            readings: Readings::of(LIMIT, &Limit(NO_PROJECTIONS)).and_sampled(&Draws(NO_PROJECTIONS)),
        },
        Control {
            id: "all-over-m",
            story: "projections counted as samples: 1/M before the noise of the data too",
            readings: Readings::of(LIMIT, &Limit(ALL_OVER_M)).and_sampled(&Draws(ALL_OVER_M)),
        },
        Control {
            id: "inverse-information",
            story: "the inverse of Fisher's information, as if score matching were maximum likelihood",
            readings: Readings::of(LIMIT, &Limit(INVERSE_INFORMATION)).and_sampled(&Draws(INVERSE_INFORMATION)),
        },
        Control {
            id: "squared-mean",
            story: "(E vᵀK₀v)² for E(vᵀK₀v)², the spread of the curvature forgotten",
            readings: Readings::of(LIMIT, &Limit(SQUARED_MEAN)).and_sampled(&Draws(SQUARED_MEAN)),
        },
    ],
    quantities: &[Quantity::of::<AsymptoticVariance>(
        "asymptotic-variance",
        "the limit of N Var(theta-hat), M projections for each of N samples, in the unit of theta squared",
        &[],
    )],
};
