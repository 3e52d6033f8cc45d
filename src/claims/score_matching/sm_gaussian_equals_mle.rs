//! In the family of all Gaussians, exact score matching is maximum likelihood.
//!
//! For samples with mean $\bar x$ and $S_n = \frac1n\sum(x_i - \bar x)(x_i - \bar x)^\top$ (divided by $n$) the loss is
//!
//! $$ \frac1n\sum_i\Big(\mathrm{tr}\,\nabla s + \tfrac12\|s\|^2\Big)(x_i) = -\mathrm{tr}\,K + \tfrac12\mathrm{tr}(KS_nK) + \tfrac12\|K(\bar x - \mu)\|^2 $$
//!
//! a convex quadratic in $K$ at $\mu = \bar x$, least at $K = S_n^{-1}$, where the likelihood is largest too. To leading order the two are
//! equally good because over the symmetric matrices $C_{ij,kl} = K_{ik}K_{jl} + K_{il}K_{jk}$ inverts Fisher's information, and $HCH = V$:
//! the sandwich $H^{-1}VH^{-1}$ is $C$.
//!
//! A model with diagonal precision has its least loss at $1/S_{ii}$, not at the diagonal of $S^{-1}$.
//!
//! Assumptions: $n > d$, so that $S_n$ has an inverse; every symmetric $K$ and every $\mu$ is allowed. With projections the estimate is another one for any
//! finite number of them. Nothing is drawn: the statement holds for every sample. If it failed, experiments on full Gaussians,
//! where score matching looks as good as the likelihood, would say something about structured models.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Covariance, Dual, Field, Matrix, Scalar, Vector, gradient};
use crate::objectives::score_matching::{PrecisionFamily, implicit};
use crate::parameters;
use crate::worlds::MultivariateGaussian;

const ONE_LESS: u8 = 1;
const DIAGONAL_OF_INVERSE: u8 = 2;
const ONE_PAIRING: u8 = 3;
const NOT_CENTRED: u8 = 4;
const CURVATURE_FOR_VARIANCE: u8 = 5;

parameters! {
    /// A sample and a model.
    Sample {
        X: matrix "the samples, one a row",
        k: vector "the lower triangle of the precision of the model, row by row",
        mu: vector "the centre of the model",
    }
}

/// The symmetric matrix with this lower triangle.
fn symmetric<S: Field>(d: usize, triangle: &Vector<S>) -> Matrix<S> {
    Matrix::symmetric(d, |i, j| triangle[i * (i + 1) / 2 + j])
}

/// The derivative along the lower triangle of a symmetric matrix of a function with this symmetric slope.
fn along_triangle<S: Scalar>(slope: &Matrix<S>) -> Vector<S> {
    let places = (0..slope.rows()).flat_map(|i| (0..=i).map(move |j| (i, j)));
    Vector(places.map(|(i, j)| if i == j { slope[(i, i)] } else { slope[(i, j)] * 2 }).collect())
}

/// `½(KM + MK) − I`, the slope in `K` of the loss whose data have the second moment `M` about `μ`.
fn loss_slope<S: Scalar>(k: &Matrix<S>, moment: &Matrix<S>) -> Matrix<S> {
    let product = k * moment;
    &(&product + &product.transpose()).scale(S::ratio(1, 2)) - &Matrix::identity(k.rows())
}

/// `½(K⁻¹ − M)`, the slope in `K` of the log-likelihood.
fn likelihood_slope<S: Scalar>(inverse: &Matrix<S>, moment: &Matrix<S>) -> Matrix<S> {
    (inverse - moment).scale(S::ratio(1, 2))
}

impl<S: Scalar> Sample<S> {
    fn samples(&self) -> Vec<Vector<S>> {
        (0..self.X.rows()).map(|i| Vector((0..self.X.columns()).map(|j| self.X[(i, j)]).collect())).collect()
    }

    /// The average of a function of the samples.
    fn average<R: Scalar>(&self, f: impl Fn(&Vector<S>) -> R) -> R {
        self.samples().iter().fold(R::zero(), |sum, x| sum + f(x)) / self.X.rows() as i64
    }

    fn mean(&self) -> Vector<S> {
        Vector((0..self.X.columns()).map(|j| self.average(|x| x[j])).collect())
    }

    /// `Sₙ`, or a wrong version of it.
    fn spread(&self, wrong: u8) -> Matrix<S> {
        let (mean, n) = (self.mean(), self.X.rows() as i64);
        let spread = Matrix::symmetric(mean.dimension(), |i, j| match wrong {
            NOT_CENTRED => self.average(|x| x[i] * x[j]),
            _ => self.average(|x| (x[i] - mean[i]) * (x[j] - mean[j])),
        });
        if wrong == ONE_LESS { spread.scale(S::int(n) / (n - 1)) } else { spread }
    }
}

/// Loss and likelihood of a sample, with their slopes by differentiation.
struct Slopes(u8);

impl Statement for Slopes {
    type Params<S: Scalar> = Sample<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "X=[[0.8113,-0.4719],[1.3137,0.2719],[-0.7137,1.1119]] k=[1.713,-0.319,0.871] mu=[0.3137,-0.2119]",
            "X=[[0.8113,-0.4719,0.1],[1.3137,0.2719,-0.7],[-0.7137,1.1119,0.9],[0.2,0.4,-1.3]] \
             k=[1.713,-0.319,0.871,0.2,0.1,2.3] mu=[0.3137,-0.2119,0.7]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Sample<S>) -> Vec<Relation<'p, S>> {
        let (d, k) = (p.mu.dimension(), symmetric(p.mu.dimension(), &p.k));
        let (spread, away) = (p.spread(self.0), &p.mean() - &p.mu);
        let moment = &spread + &away.outer(&away);
        let constant = |x: &Vector<S>| x.map(Dual::constant);
        let loss =
            |k: &Matrix<Dual<S>>, mu: &Vector<Dual<S>>| p.average(|x| implicit(&-k, &(k * &(mu - &constant(x)))));
        let likelihood = |k: &Matrix<Dual<S>>| {
            p.average(|x| {
                let z = &constant(x) - &constant(&p.mu);
                MultivariateGaussian::log_density_at(z.size(), -k.determinant().log_det(), k.bilinear(&z, &z))
            })
        };
        let value = p.average(|x| implicit(&-&k, &(&k * &(&p.mu - x))));
        let shift = &k * &away;
        let closed = ((&(&k * &spread) * &k).trace() + shift.dot(&shift)) / 2 - k.trace();
        let by_precision = gradient(|k| loss(&symmetric(d, k), &constant(&p.mu)), &p.k);
        let by_centre = gradient(|mu| loss(&k.map(Dual::constant), mu), &p.mu);
        let by_likelihood = gradient(|k| likelihood(&symmetric(d, k)), &p.k);
        let likelihood = likelihood_slope(&(k.adjugate().scale(k.determinant().recip())), &moment);
        let mut relations = vec![Relation::equal("loss", value, closed)];
        let mut add = |name: &str, left: &Vector<S>, right: &Vector<S>| {
            relations.extend(Relation::componentwise(name, left, right));
        };
        add("slope of the loss", &by_precision, &along_triangle(&loss_slope(&k, &moment)));
        add("slope of the loss in the centre", &by_centre, &-&(&k * &shift));
        add("slope of the likelihood", &by_likelihood, &along_triangle(&likelihood));
        relations
    }
}

parameters! {
    /// The spread of a sample.
    Spread {
        S: covariance "the spread of the samples about their mean",
    }
}

/// Where both slopes vanish.
struct Estimate(u8);

impl Statement for Estimate {
    type Params<S: Scalar> = Spread<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "S=[[1.713,-0.619],[-0.619,0.871]]",
            "S=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]]",
            "S=[[1,0.9999999],[0.9999999,1]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Spread<S>) -> Vec<Relation<'p, S>> {
        let (spread, d) = (p.S.matrix(), p.S.matrix().rows());
        let estimate = p.S.precision();
        let zero = Vector(vec![S::zero(); d * (d + 1) / 2]);
        let slope = along_triangle(&loss_slope(estimate, spread));
        let inverse = Covariance::new(estimate.clone()).precision().clone();
        let likelihood = along_triangle(&likelihood_slope(&inverse, spread));
        let diagonal = Matrix::from_fn(d, d, |i, j| match (i == j, self.0) {
            (false, _) => S::zero(),
            (true, DIAGONAL_OF_INVERSE) => estimate[(i, i)],
            (true, _) => spread[(i, i)].recip(),
        });
        let restricted = loss_slope(&diagonal, spread);
        let mut relations = Relation::componentwise("least loss", &slope, &zero);
        relations.extend(Relation::componentwise("largest likelihood", &likelihood, &zero));
        relations.extend((0..d).map(|i| {
            let name = format!("least loss of a diagonal precision, component {}", i + 1);
            Relation::equal(name, restricted[(i, i)], S::zero())
        }));
        relations
    }
}

parameters! {
    /// The precision of the data.
    Truth {
        K: covariance "the precision of the data",
    }
}

/// The covariances of both estimates, to leading order.
struct Sandwich(u8);

impl Statement for Sandwich {
    type Params<S: Scalar> = Truth<S>;

    fn points(&self) -> &'static [&'static str] {
        &["K=[[1.713,-0.619],[-0.619,0.871]]", "K=[[1,0.9999],[0.9999,1.0001]]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Truth<S>) -> Vec<Relation<'p, S>> {
        let (k, d) = (p.K.matrix(), p.K.matrix().rows());
        let family = PrecisionFamily::full(p.K.clone());
        let places: Vec<_> = (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
        let limit = Matrix::from_fn(places.len(), places.len(), |a, b| {
            let ((i, j), (l, m)) = (places[a], places[b]);
            let one = k[(i, l)] * k[(j, m)];
            if self.0 == ONE_PAIRING { one } else { one + k[(i, m)] * k[(j, l)] }
        });
        let stated = if self.0 == CURVATURE_FOR_VARIANCE { family.sensitivity() } else { family.variability() };
        let sensitivity = family.sensitivity();
        let product = &(&sensitivity * &limit) * &sensitivity;
        let entries = |m: &Matrix<S>| Vector(m.entries().to_vec());
        let unit = entries(&Matrix::identity(places.len()));
        let mut relations = Relation::componentwise("information", &entries(&(&family.information() * &limit)), &unit);
        relations.extend(Relation::componentwise("sandwich", &entries(&product), &entries(&stated)));
        relations
    }
}

const SLOPES: &str = "slopes";
const ESTIMATE: &str = "the estimate";
const SANDWICH: &str = "many samples";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-gaussian-equals-mle",
    aliases: &[],
    title: "In the family of all Gaussians exact score matching is maximum likelihood",
    expect: Expect::True,
    text: include_str!("sm_gaussian_equals_mle.rs"),
    sources: &["hyvarinen2005"],
    readings: &[
        Readings::of(SLOPES, &Slopes(0)),
        Readings::of(ESTIMATE, &Estimate(0)),
        Readings::of(SANDWICH, &Sandwich(0)),
    ],
    controls: &[
        Control {
            id: "one-less",
            story: "the spread divided by n − 1, as a package for statistics gives it",
            readings: Readings::of(SLOPES, &Slopes(ONE_LESS)),
        },
        Control {
            id: "not-centred",
            story: "the second moment about 0 for the spread about the mean",
            readings: Readings::of(SLOPES, &Slopes(NOT_CENTRED)),
        },
        Control {
            id: "diagonal-of-the-inverse",
            story: "a diagonal model said to find the diagonal of the precision",
            readings: Readings::of(ESTIMATE, &Estimate(DIAGONAL_OF_INVERSE)),
        },
        Control {
            id: "one-pairing",
            story: "KᵢₖKⱼₗ alone: a symmetric matrix estimated as if its two triangles were free",
            readings: Readings::of(SANDWICH, &Sandwich(ONE_PAIRING)),
        },
        Control {
            id: "curvature-for-variance",
            story: "V = H, which holds for the likelihood and not for this loss",
            readings: Readings::of(SANDWICH, &Sandwich(CURVATURE_FOR_VARIANCE)),
        },
    ],
    quantities: &[],
};
