//! The asymptotic covariance of score matching in any linear family of Gaussian precisions, and what it loses.
//!
//! Precisions $K + \sum_j\theta_jB_j$ with symmetric $B_j$, centred data with $\Sigma = K^{-1}$, the truth at $\theta = 0$. The estimating functions
//! $\psi_j = -\mathrm{tr}\,B_j + x^\top KB_jx$ have the mean 0, and
//!
//! $$ H_{jk} = \mathrm{tr}(\Sigma B_jB_k), \qquad V_{jk} = \mathrm{tr}(B_jB_k) + \mathrm{tr}(B_jKB_k\Sigma), \qquad
//! I_{jk} = \tfrac12\mathrm{tr}(B_j\Sigma B_k\Sigma) $$
//!
//! $$ \lim_{N\to\infty}N\,\mathrm{Cov}\,\hat\theta = H^{-1}VH^{-1} \succeq I^{-1} $$
//!
//! $V_{jj} = 2\,\mathrm{tr}\,B_j^2$ holds where $B_j$ commutes with $K$ and is too small everywhere else: for $K = \mathrm{diag}(2, \frac12)$ and the direction off the diagonal
//! $V$ is $6.25$, not $4$. In the family $\begin{psmallmatrix}1&t\\t&1\end{psmallmatrix}$ score matching has the variance $(1 - t^2)^2$, the likelihood $\frac{(1 - t^2)^2}{1 + t^2}$:
//! half of the samples are lost near $|t| = 1$.
//!
//! Assumptions: $K$ positive definite, the $B_j$ linearly independent, the mean known, the model right. An off-diagonal entry moves two
//! entries of a symmetric matrix. If it failed, standard errors of graphical models that are fitted by score matching would be wrong.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{GaussianVector, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Covariance, Dual, Field, Float, Jet, Lanes, Matrix, Scalar, Vector};
use crate::objectives::hutchinson::{Probe, symmetric_part};
use crate::objectives::score_matching::{PrecisionFamily, implicit};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{GaussianPolynomial, MultivariateGaussian};

const COMMUTING: u8 = 1;
const INFORMATION_FOR_CURVATURE: u8 = 2;
const ONE_TRIANGLE: u8 = 3;
const EFFICIENT: u8 = 4;
const NO_HALF: u8 = 5;

/// A member of a family, and a sample.
struct Member<S> {
    base: PrecisionFamily<S>,
    theta: Vector<S>,
    x: Vector<S>,
}

impl<S: Scalar> Parameters<S> for Member<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let base = PrecisionFamily::read(source)?;
        let theta = source.vector("theta", "the parameters of the model")?;
        Ok(Self { base, theta, x: source.vector("x", "a sample")? })
    }
}

impl<S: Scalar> Member<S> {
    /// `K + Σ θⱼBⱼ`, in any reading of `θ`.
    fn precision<R: Scalar>(&self, theta: &Vector<R>, lift: impl Fn(S) -> R) -> Matrix<R> {
        let terms = self.base.directions.iter().zip(&theta.0);
        terms.fold(self.base.precision.matrix().map(&lift), |sum, (b, theta)| &sum + &b.map(&lift).scale(*theta))
    }
}

/// Estimating functions, curvature and information by differentiation.
struct Derivatives(u8);

impl Statement for Derivatives {
    type Params<S: Scalar> = Member<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "K=[[1.713,-0.319],[-0.319,0.871]] B=[[[0.7,0.3],[0.3,-0.2]],[[0.1,0.9],[0.9,0.4]]] theta=[0.2137,-0.1119] x=[0.8113,-0.4719]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Member<S>) -> Vec<Relation<'p, S>> {
        let lift = |x: S| Dual::constant(Dual::constant(x));
        let x = p.x.map(lift);
        let loss = |theta: &Vector<Dual<Dual<S>>>| {
            let k = p.precision(theta, lift);
            implicit(&-&k, &-&(&k * &x))
        };
        let log_density = |theta: &Vector<Dual<Dual<S>>>| {
            let k = p.precision(theta, lift);
            MultivariateGaussian::log_density_at(x.size(), -k.determinant().log_det(), k.bilinear(&x, &x))
        };
        let truth = Covariance::new(p.precision(&p.theta, |x| x));
        let family = PrecisionFamily { precision: truth, directions: p.base.directions.clone() };
        let jet = Jet::of(loss, &p.theta);
        let curvature = Matrix::symmetric(p.theta.dimension(), |j, k| {
            let [b, c] = [j, k].map(|j| &p.base.directions[j] * &p.x);
            b.dot(&c)
        });
        let information = match self.0 {
            NO_HALF => family.information().scale(S::int(2)),
            _ => family.information(),
        };
        let entries = |m: &Matrix<S>| Vector(m.entries().to_vec());
        let by_likelihood = -&Jet::of(log_density, &p.theta).hessian;
        let mut relations =
            Relation::componentwise("estimating function", &jet.gradient, &family.estimating_functions(&p.x));
        relations.extend(Relation::componentwise("curvature", &entries(&jet.hessian), &entries(&curvature)));
        relations.extend(Relation::componentwise("information", &entries(&by_likelihood), &entries(&information)));
        relations
    }
}

/// Mean and covariance of the estimating functions, by Isserlis' theorem.
struct Moments(u8);

impl Statement for Moments {
    type Params<S: Scalar> = PrecisionFamily<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "K=[[1.713,-0.319],[-0.319,0.871]] B=[[[0.7,0.3],[0.3,-0.2]],[[0.1,0.9],[0.9,0.4]]]",
            "K=[[2,0],[0,0.5]] B=[[[0,1],[1,0]]]",
            "K=[[1,0.999999],[0.999999,1.000001]] B=[[[1,0],[0,0]],[[0,1],[1,0]]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p PrecisionFamily<S>) -> Vec<Relation<'p, S>> {
        let (d, covariance) = (p.precision.matrix().rows(), p.precision.precision());
        let functions: Vec<_> = p
            .directions
            .iter()
            .map(|b| {
                let mut function = GaussianPolynomial::form(&(p.precision.matrix() * b));
                function.0.push((-b.trace(), Vec::new()));
                function
            })
            .collect();
        let stated = match self.0 {
            ONE_TRIANGLE => {
                let halved =
                    |b: &Matrix<S>| Matrix::from_fn(d, d, |i, j| if i == j { b[(i, i)] } else { b[(i, j)] / 2 });
                let directions = p.directions.iter().map(halved).collect();
                PrecisionFamily { precision: p.precision.clone(), directions }
            }
            _ => p.clone(),
        };
        let (sensitivity, variability, information) =
            (stated.sensitivity(), stated.variability(), stated.information());
        let mut relations = Vec::new();
        for (j, (b, psi)) in p.directions.iter().zip(&functions).enumerate() {
            relations.push(Relation::equal(format!("mean {j}"), psi.mean(covariance), S::zero()));
            for (k, (c, other)) in p.directions.iter().zip(&functions).enumerate().take(j + 1) {
                let curvature = GaussianPolynomial::form(&(b * c)).mean(covariance);
                let covariance = psi.times(other).mean(covariance);
                let h = if self.0 == INFORMATION_FOR_CURVATURE { information[(j, k)] } else { sensitivity[(j, k)] };
                let v = if self.0 == COMMUTING { (b * c).trace() * 2 } else { variability[(j, k)] };
                relations.push(Relation::equal(format!("H {j} {k}"), curvature, h));
                relations.push(Relation::equal(format!("V {j} {k}"), covariance, v));
            }
        }
        relations
    }
}

parameters! {
    /// The correlation of two variables of unit precision.
    Correlated {
        share: fraction "half of one more than the off-diagonal entry of the precision",
    }
}

/// One off-diagonal entry.
struct Correlation(u8);

impl Statement for Correlation {
    type Params<S: Scalar> = Correlated<S>;

    fn points(&self) -> &'static [&'static str] {
        &["share=0.8", "share=0.0713", "share=0.9999999"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Correlated<S>) -> Vec<Relation<'p, S>> {
        let t = p.share * 2 - 1;
        let matrix = |diagonal: S, other: S| Matrix::from_fn(2, 2, |i, j| if i == j { diagonal } else { other });
        let precision = Covariance::new(matrix(S::one(), t));
        let family = PrecisionFamily { precision, directions: vec![matrix(S::zero(), S::one())] };
        let (variance, least) = (family.sandwich()[(0, 0)], family.information()[(0, 0)].recip());
        let square = t.square();
        let efficiency = if self.0 == EFFICIENT { S::one() } else { (square + 1).recip() };
        vec![
            Relation::equal("variance", variance, (S::one() - square).square()),
            Relation::equal("variance of the likelihood", least, (S::one() - square).square() / (square + 1)),
            Relation::equal("efficiency", least / variance, efficiency),
        ]
    }
}

/// No entry is estimated better than by the likelihood.
struct Least(u8);

const TRIDIAGONAL: &str =
    "K=[[2,-0.6,0],[-0.6,1.5,-0.4],[0,-0.4,1]] B=[[[1,0,0],[0,1,0],[0,0,1]],[[0,1,0],[1,0,1],[0,1,0]]]";
const PLANE: &str = "K=[[2,0.3],[0.3,0.5]] B=[[[0.7,0.3],[0.3,-0.2]],[[0.1,0.9],[0.9,0.4]]]";

impl Statement for Least {
    type Params<S: Scalar> = PrecisionFamily<S>;

    fn points(&self) -> &'static [&'static str] {
        &[TRIDIAGONAL, PLANE]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p PrecisionFamily<S>) -> Vec<Relation<'p, S>> {
        let (least, sandwich) = (Covariance::new(p.information()), p.sandwich());
        let entry = |j: usize| (least.precision()[(j, j)], sandwich[(j, j)]);
        (0..p.directions.len())
            .map(|j| {
                let (least, variance) = entry(j);
                let (lower, upper) = if self.0 == EFFICIENT { (variance, least) } else { (least, variance) };
                Relation::below(format!("variance {j}"), lower, upper)
            })
            .collect()
    }
}

/// Squares of the estimating functions and of their sum.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const NAMES: [&str; 3] = ["square of the first", "square of the second", "square of the sum"];
        let (exact, p): (PrecisionFamily<Ball>, PrecisionFamily<Float>) = (at_point(PLANE)?, at_point(PLANE)?);
        let [first, second] = [&exact.directions[0], &exact.directions[1]];
        let factor = exact.precision.precision().cholesky();
        let statistic = |(name, b): (&'static str, Matrix<Ball>)| {
            let along = PrecisionFamily { precision: exact.precision.clone(), directions: vec![b.clone()] };
            let variance = along.variability()[(0, 0)];
            // ψ is a form in standard normals, less its mean.
            let form = symmetric_part(&(&(&factor.transpose() * &(exact.precision.matrix() * &b)) * &factor));
            let spread = Probe::Gaussian.fourth_moment(&form) - variance.square();
            let claimed = if self.0 == COMMUTING { (&b * &b).trace() * 2 } else { variance };
            Statistic::mean(name, claimed.to_f64(), spread.to_f64())
        };
        let statistics =
            NAMES.into_iter().zip([first.clone(), second.clone(), first + second]).map(statistic).collect();
        let (data, family) = (GaussianVector::new(&p.data()), p.map(Lanes::splat));
        Ok(Plan {
            point: PLANE,
            statistics,
            drawn: None,
            sampler: sampler(move |noise, out| {
                let psi = family.estimating_functions(&noise.vector(&data));
                out[0] = psi[0].square();
                out[1] = psi[1].square();
                out[2] = (psi[0] + psi[1]).square();
            }),
        })
    }
}

/// A family and an entry of its covariance.
struct Entry<S> {
    family: PrecisionFamily<S>,
    place: (usize, usize),
}

impl<S: Scalar> Parameters<S> for Entry<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let family = PrecisionFamily::read(source)?;
        let place = source.place("entry", family.directions.len(), "the entry of the covariance, by places in B")?;
        Ok(Self { family, place })
    }
}

struct CovarianceEntry;

impl Formula for CovarianceEntry {
    type Params<S: Scalar> = Entry<S>;
    fn value<S: Scalar>(p: &Entry<S>) -> S {
        p.family.sandwich()[p.place]
    }
}

const DERIVATIVES: &str = "derivatives";
const MOMENTS: &str = "moments";
const CORRELATION: &str = "one off-diagonal entry";
const LEAST: &str = "bound";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-avar-linear-family",
    aliases: &[],
    title: "The sandwich covariance of score matching in a linear family of Gaussian precisions",
    expect: Expect::True,
    text: include_str!("sm_avar_linear_family.rs"),
    sources: &["hyvarinen2005"],
    readings: &[
        Readings::of(DERIVATIVES, &Derivatives(0)),
        Readings::of(MOMENTS, &Moments(0)).and_sampled(&Draws(0)),
        Readings::of(CORRELATION, &Correlation(0)),
        Readings::certified(LEAST, &Least(0)),
    ],
    controls: &[
        Control {
            id: "no-half",
            story: "tr(BⱼΣBₖΣ) for Fisher's information, without ½",
            readings: Readings::of(DERIVATIVES, &Derivatives(NO_HALF)),
        },
        Control {
            id: "commuting",
            story: "V = 2 tr(BⱼBₖ), which asks that directions and precision commute",
            readings: Readings::of(MOMENTS, &Moments(COMMUTING)).and_sampled(&Draws(COMMUTING)),
        },
        Control {
            id: "information-for-curvature",
            story: "Fisher's information for the curvature of the loss",
            readings: Readings::of(MOMENTS, &Moments(INFORMATION_FOR_CURVATURE)),
        },
        Control {
            id: "one-triangle",
            story: "an entry off the diagonal counted once, as if the other triangle stayed",
            readings: Readings::of(MOMENTS, &Moments(ONE_TRIANGLE)),
        },
        Control {
            id: "efficient",
            story: "as good as the likelihood, as in the family of all precisions",
            readings: Readings::of(CORRELATION, &Correlation(EFFICIENT)),
        },
        Control {
            id: "better-than-the-likelihood",
            story: "the two covariances exchanged",
            readings: Readings::certified(LEAST, &Least(EFFICIENT)),
        },
    ],
    quantities: &[Quantity::of::<CovarianceEntry>(
        "covariance-entry",
        "an entry of the limit of N Cov(theta-hat), score matching without projections, counted by places in B from 0",
        &[],
    )],
};
