//! Exact score matching is inefficient where a scale is estimated, the more so the worse the precision is conditioned.
//!
//! In the family of precisions $\theta K_0$ the efficiency, the least asymptotic variance over that of score matching, is
//!
//! $$ \mathrm{eff} = \frac{2\theta^2/d}{2\theta^2\,\mathrm{tr}\,K_0^2/(\mathrm{tr}\,K_0)^2} = \frac{(\mathrm{tr}\,K_0)^2}{d\,\mathrm{tr}\,K_0^2} \le 1 $$
//!
//! with equality only for $K_0 \propto I$, since with the eigenvalues $\lambda_i$ of $K_0$
//!
//! $$ d\,\mathrm{tr}\,K_0^2 - (\mathrm{tr}\,K_0)^2 = \sum_{i<j}(\lambda_i - \lambda_j)^2, \qquad
//! \mathrm{tr}\,K_0^2 \le (\mathrm{tr}\,K_0)^2, \text{ so that } \mathrm{eff} \ge \tfrac1d $$
//!
//! and nothing better than $\frac1d$ can be promised: it is approached where one eigenvalue exceeds all others. It is no function of the
//! condition number alone. Fisher's information on $\theta$ is $\frac d{2\theta^2}$, whatever $K_0$.
//!
//! Assumptions: centred data, $K_0$ positive definite, the model right. In the family of all precisions score matching is the
//! maximum of the likelihood and loses nothing, so that a test there does not show this. If it failed, score matching could be
//! trusted with any structured Gaussian as if it were the likelihood.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{GaussianVector, NonNegative, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Jet, Lanes, Matrix, Scalar, Vector};
use crate::objectives::hutchinson::Probe;
use crate::objectives::score_matching::ScaleFamily;
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::MultivariateGaussian;

const EFFICIENT: u8 = 1;
const INVERSE_CONDITION: u8 = 2;
const KANTOROVICH: u8 = 3;
const ONE_DIMENSION: u8 = 4;

parameters! {
    /// The family, and a sample.
    Sample {
        K0: covariance "the precision at theta = 1",
        theta: positive "the scale",
        x: vector "a sample",
    }
}

/// Fisher's information: the second derivative of the log-density is the same at every sample.
struct Information(u8);

impl Statement for Information {
    type Params<S: Scalar> = Sample<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "K0=[[2.137,0.719],[0.719,0.913]] theta=1.3 x=[0.8113,-0.4719]",
            "K0=[[2,0.7,0],[0.7,1,0.2],[0,0.2,0.5]] theta=0.0713 x=[0.8113,-0.4719,1.3137]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Sample<S>) -> Vec<Relation<'p, S>> {
        let log_density = |theta: &Vector<Dual<Dual<S>>>| {
            let lift = |x: S| Dual::constant(Dual::constant(x));
            let (precision, x) = (p.K0.matrix().map(lift).scale(theta[0]), p.x.map(lift));
            let log_det = -precision.determinant().log_det();
            MultivariateGaussian::log_density_at(x.size(), log_det, precision.bilinear(&x, &x))
        };
        let curvature = Jet::of(log_density, &Vector(vec![p.theta])).hessian[(0, 0)];
        let d = if self.0 == ONE_DIMENSION { 1 } else { p.x.dimension() as i64 };
        vec![Relation::equal("information", -curvature, (p.theta.square() * 2).recip() * d)]
    }
}

/// A family by the eigenvalues of its precision, from the least to the largest.
struct Spectrum<S> {
    eigenvalues: Vector<S>,
    theta: S,
}

impl<S: Scalar> Parameters<S> for Spectrum<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let eigenvalues = source.positives("k", "eigenvalues of the precision at theta = 1")?;
        Ok(Self { eigenvalues, theta: source.real("theta", parameters::Domain::Positive, "the scale")? })
    }
}

/// From the sandwich and the information of a linear family, by inverses of matrices.
fn by_inverses<S: Scalar>(family: &ScaleFamily<S>) -> S {
    let linear = family.linear();
    (linear.information()[(0, 0)] * linear.sandwich()[(0, 0)]).recip()
}

/// The efficiency by eigenvalues.
struct ByEigenvalues(u8);

impl Statement for ByEigenvalues {
    type Params<S: Scalar> = Spectrum<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "k=[0.01,1] theta=1.3",
            "k=[0.375919487772,0.759312090646,2.36476842158] theta=1.3",
            "k=[0.0000001,0.0000002,1] theta=3.1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Spectrum<S>) -> Vec<Relation<'p, S>> {
        let d = p.eigenvalues.dimension();
        let direction = Matrix::from_fn(d, d, |i, j| if i == j { p.eigenvalues[i] } else { S::zero() });
        let family = ScaleFamily { direction, scale: p.theta };
        let condition = p.eigenvalues[d - 1] / p.eigenvalues[0];
        let stated = match self.0 {
            EFFICIENT => S::one(),
            INVERSE_CONDITION => condition.recip(),
            KANTOROVICH => condition * 4 / (condition + 1).square(),
            _ => family.efficiency(),
        };
        vec![Relation::equal("efficiency", by_inverses(&family), stated)]
    }
}

parameters! {
    /// The family.
    Family {
        K0: covariance "the precision at theta = 1",
        theta: positive "the scale",
    }
}

/// The efficiency of any precision, and its bounds.
struct Bounds(u8);

const EXAMPLE: &str = "K0=[[2,0.7,0],[0.7,1,0.2],[0,0.2,0.5]] theta=1.3";

impl Statement for Bounds {
    type Params<S: Scalar> = Family<S>;

    fn points(&self) -> &'static [&'static str] {
        &["K0=[[2.137,0.719],[0.719,0.913]] theta=0.713", EXAMPLE]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Family<S>) -> Vec<Relation<'p, S>> {
        let k = p.K0.matrix();
        let family = ScaleFamily { direction: k.clone(), scale: p.theta };
        let (d, pairs) = (k.rows(), (0..k.rows()).flat_map(|i| (0..i).map(move |j| (i, j))));
        let (square, squares) = (k.trace().square(), (k * k).trace());
        let number = |n: i64| NonNegative::declared(S::int(n));
        let (mut spread, mut minors) = (number(0), number(0));
        for (i, j) in pairs {
            let off_diagonal = NonNegative::square(k[(i, j)]).times(number(2 * d as i64));
            spread = spread.plus(NonNegative::square(k[(i, i)] - k[(j, j)])).plus(off_diagonal);
            // Of a positive definite matrix.
            let minor = k[(i, i)] * k[(j, j)] - k[(i, j)].square();
            minors = minors.plus(NonNegative::declared(minor * 2));
        }
        let stated = if self.0 == EFFICIENT { S::one() } else { family.efficiency() };
        vec![
            Relation::equal("efficiency", by_inverses(&family), stated),
            Relation::at_most("at most 1", square, squares * d as i64, spread),
            Relation::at_most("at least 1/d", squares, square, minors),
        ]
    }
}

/// The estimating functions of score matching and of the likelihood, and their squares.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Family<Ball>, Family<Float>) = (at_point(EXAMPLE)?, at_point(EXAMPLE)?);
        let family = ScaleFamily { direction: exact.K0.matrix().clone(), scale: exact.theta };
        let variance = family.exact_variability();
        // ψ = zᵀK₀z − tr K₀ for a standard normal z, up to a rotation.
        let spread = Probe::Gaussian.fourth_moment(&family.direction) - variance.square();
        let claimed = if self.0 == EFFICIENT { variance * family.efficiency() } else { variance };
        let information = Ball::int(family.direction.rows() as i64) / (exact.theta.square() * 2);
        let linear = ScaleFamily { direction: p.K0.matrix().clone(), scale: p.theta }.linear();
        let (data, linear) = (GaussianVector::new(&linear.data()), linear.map(Lanes::splat));
        let (k, theta) = (p.K0.matrix().map(Lanes::splat), Lanes::splat(p.theta));
        let d = k.rows();
        Ok(Plan {
            point: EXAMPLE,
            statistics: vec![
                Statistic::mean("estimating function", 0.0, variance.to_f64()),
                Statistic::mean("its square", claimed.to_f64(), spread.to_f64()),
                Statistic::mean("score of the likelihood", 0.0, information.to_f64()),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let x = noise.vector(&data);
                let estimating = linear.estimating_functions(&x)[0];
                out[0] = estimating;
                out[1] = estimating.square();
                out[2] = (theta.recip() * d as i64 - k.bilinear(&x, &x)) / 2;
            }),
        })
    }
}

/// The precision at `θ = 1`.
struct Direction<S>(Matrix<S>);

impl<S: Scalar> Parameters<S> for Direction<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self(source.covariance("K0", "the precision at theta = 1")?.matrix().clone()))
    }
}

struct Efficiency;

impl Formula for Efficiency {
    type Params<S: Scalar> = Direction<S>;
    fn value<S: Scalar>(p: &Direction<S>) -> S {
        ScaleFamily { direction: p.0.clone(), scale: S::one() }.efficiency()
    }
}

const INFORMATION: &str = "information";
const EIGENVALUES: &str = "by eigenvalues";
const BOUNDS: &str = "bounds";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-efficiency-scale",
    aliases: &[],
    title: "Score matching of a scale is as efficient as the likelihood for isotropic precisions only",
    expect: Expect::True,
    text: include_str!("sm_efficiency_scale.rs"),
    sources: &["hyvarinen2005"],
    readings: &[
        Readings::of(INFORMATION, &Information(0)),
        Readings::of(EIGENVALUES, &ByEigenvalues(0)),
        Readings::of(BOUNDS, &Bounds(0)).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "one-dimension",
            story: "the information 1/(2θ²) of one coordinate taken for that of the sample",
            readings: Readings::of(INFORMATION, &Information(ONE_DIMENSION)),
        },
        Control {
            id: "efficient",
            story: "score matching is efficient for Gaussians, as it is in the family of all precisions",
            readings: Readings::of(BOUNDS, &Bounds(EFFICIENT)).and_sampled(&Draws(EFFICIENT)),
        },
        Control {
            id: "efficient-by-eigenvalues",
            story: "the same, where the eigenvalues are given",
            readings: Readings::of(EIGENVALUES, &ByEigenvalues(EFFICIENT)),
        },
        Control {
            id: "inverse-condition-number",
            story: "1/κ for the efficiency",
            readings: Readings::of(EIGENVALUES, &ByEigenvalues(INVERSE_CONDITION)),
        },
        Control {
            id: "kantorovich",
            story: "4κ/(1 + κ)², the bound of Kantorovich's inequality, taken for the efficiency",
            readings: Readings::of(EIGENVALUES, &ByEigenvalues(KANTOROVICH)),
        },
    ],
    quantities: &[Quantity::of::<Efficiency>(
        "efficiency",
        "the least asymptotic variance of theta-hat over that of score matching without projections, a number from 1/d to 1",
        &[],
    )],
};
