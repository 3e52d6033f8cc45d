//! Sliced score matching estimates the score of a law that is only sampled from, and with it the gradient of an entropy.
//!
//! The loss asks for a vector field, which need not be the gradient of anything. For a linear field $h(x) = Bx + c$, $E\,vv^\top = I$ and data
//! with mean $m$ and covariance $\Sigma$
//!
//! $$ E\Big[v^\top\nabla h\,v + \tfrac12(v^\top h)^2\Big] = \mathrm{tr}\,B + \tfrac12\mathrm{tr}(B\Sigma B^\top) + \tfrac12\|Bm + c\|^2 $$
//!
//! is least at $B = -\Sigma^{-1}$, symmetric without being asked to be, and $c = \Sigma^{-1}m$: the score of the data, where the loss is $-\frac12\mathrm{tr}\,\Sigma^{-1}$. A diagonal
//! $B$ finds $-1/\Sigma_{ii}$. For a sampler $x = A\epsilon + b$ with $\epsilon \sim N(0, I)$ the entropy $H$ has the gradients
//!
//! $$ \nabla_AH = -E[s(x)\epsilon^\top] = A^{-\top}, \quad \nabla_bH = 0, \qquad
//! \mathrm{Var}\big[{-s_i(x)\epsilon_j}\big] = \sum_k(A^{-\top})_{ik}^2 + (A^{-\top})_{ij}^2 $$
//!
//! and a wrong score $s + \delta s$ biases the first by $-E[\delta s\,\epsilon^\top]$.
//!
//! Assumptions: $\Sigma$ positive definite, $A$ invertible. If it failed, training that takes an entropy from an estimated score would
//! follow the gradient of something else.

use super::IN_USE;
use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Covariance, Dual, Field, Float, Lanes, Matrix, Scalar, Vector, gradient};
use crate::objectives::hutchinson::Probe;
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{AffineField, GaussianPolynomial, MultivariateGaussian};

const OTHER_SIGN: u8 = 1;
const NOT_TRANSPOSED: u8 = 2;
const OTHER_OFFSET: u8 = 3;
const DIAGONAL_OF_INVERSE: u8 = 4;
const ONE_SQUARE: u8 = 5;

parameters! {
    /// Data and a linear field.
    Linear {
        Sigma: covariance "covariance of the data",
        m: vector "mean of the data",
        B: matrix "the slope of the field",
        c: vector "the field at 0",
    }
}

/// `tr B + ½ tr(BΣBᵀ) + ½|Bm + c|²`.
fn closed<S: Scalar>(field: &AffineField<S>, mean: &Vector<S>, covariance: &Matrix<S>) -> S {
    let shift = field.value(mean);
    let spread = (&(&field.slope * covariance) * &field.slope.transpose()).trace();
    field.slope.trace() + (spread + shift.dot(&shift)) / 2
}

/// The loss by moments of `v` and of the data.
fn by_moments<S: Scalar>(p: &Linear<S>, probe: Probe) -> S {
    let (field, d) = (AffineField { slope: p.B.clone(), offset: p.c.clone() }, p.m.dimension());
    let shift = field.value(&p.m);
    let component = |i: usize| {
        let slope = (0..d).map(|k| (field.slope[(i, k)], vec![k]));
        GaussianPolynomial(slope.chain([(shift[i], Vec::new())]).collect())
    };
    let terms = (0..d * d).map(|at| {
        let (i, j) = (at / d, at % d);
        let square = component(i).times(&component(j)).mean(p.Sigma.matrix());
        (field.slope[(i, j)] + square / 2, vec![i, j])
    });
    probe.mean(d, &GaussianPolynomial(terms.collect()))
}

/// The slopes of the loss along `B` and `c`: `I + BΣ + (Bm + c)mᵀ` and `Bm + c`.
fn slopes<S: Scalar>(field: &AffineField<S>, mean: &Vector<S>, covariance: &Matrix<S>) -> (Matrix<S>, Vector<S>) {
    let shift = field.value(mean);
    let spread = &(&field.slope * covariance) + &shift.outer(mean);
    (&spread + &Matrix::identity(mean.dimension()), shift)
}

fn entries<S: Field>(m: &Matrix<S>) -> Vector<S> {
    Vector(m.entries().to_vec())
}

/// The field that is found.
struct Minimiser(u8);

impl Statement for Minimiser {
    type Params<S: Scalar> = Linear<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1.713,-0.619],[-0.619,0.871]] m=[0.3137,-0.7119] B=[[-0.7137,1.3119],[0.2719,-0.4137]] c=[0.4119,0.2713]",
            "Sigma=[[1,0.999999],[0.999999,1]] m=[17.3,-0.7119] B=[[-0.7137,1.3119],[0.2719,-0.4137]] c=[0.4119,0.2713]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Linear<S>) -> Vec<Relation<'p, S>> {
        let (wrong, d, covariance) = (self.0, p.m.dimension(), p.Sigma.matrix());
        let field = AffineField { slope: p.B.clone(), offset: p.c.clone() };
        let loss = closed(&field, &p.m, covariance);
        let mut relations: Vec<_> = IN_USE
            .into_iter()
            .map(|(name, probe)| Relation::equal(format!("loss, {name}"), by_moments(p, probe), loss))
            .collect();
        let constants = || (p.m.map(Dual::constant), covariance.map(Dual::constant));
        let by_slope = gradient(
            |b| {
                let (m, covariance) = constants();
                let slope = Matrix::from_fn(d, d, |i, j| b[i * d + j]);
                closed(&AffineField { slope, offset: p.c.map(Dual::constant) }, &m, &covariance)
            },
            &entries(&p.B),
        );
        let by_offset = gradient(
            |c| {
                let (m, covariance) = constants();
                closed(&AffineField { slope: p.B.map(Dual::constant), offset: c.clone() }, &m, &covariance)
            },
            &p.c,
        );
        let (slope, offset) = slopes(&field, &p.m, covariance);
        relations.extend(Relation::componentwise("slope along B", &by_slope, &entries(&slope)));
        relations.extend(Relation::componentwise("slope along c", &by_offset, &offset));
        let data = MultivariateGaussian { mean: p.m.clone(), covariance: p.Sigma.clone() };
        let mut score = data.score();
        if wrong == OTHER_OFFSET {
            score.offset = -&score.offset;
        }
        let (slope, offset) = slopes(&score, &p.m, covariance);
        let zero = Vector(vec![S::zero(); d * d]);
        relations.extend(Relation::componentwise("least along B", &entries(&slope), &zero));
        relations.extend(Relation::componentwise("least along c", &offset, &Vector(vec![S::zero(); d])));
        let least = -p.Sigma.precision().trace() / 2;
        relations.push(Relation::equal("least loss", closed(&score, &p.m, covariance), least));
        let diagonal = Matrix::from_fn(d, d, |i, j| match (i == j, wrong) {
            (false, _) => S::zero(),
            (true, DIAGONAL_OF_INVERSE) => -p.Sigma.precision()[(i, i)],
            (true, _) => -covariance[(i, i)].recip(),
        });
        let offset = -&(&diagonal * &p.m);
        let (slope, _) = slopes(&AffineField { slope: diagonal, offset }, &p.m, covariance);
        relations.extend((0..d).map(|i| {
            Relation::equal(format!("least along a diagonal B, component {}", i + 1), slope[(i, i)], S::zero())
        }));
        relations
    }
}

parameters! {
    /// A sampler `x = Aε + b`, and what is wrong with a score.
    Sampler {
        A: matrix "the slope of the sampler",
        E: matrix "the slope of the error of the score",
    }
}

/// The gradient of the entropy.
struct Entropy(u8);

const SAMPLER: &str = "A=[[1.313,-0.719],[0.419,0.871]] E=[[0.1137,-0.0719],[0.2119,0.0471]]";

/// `A⁻ᵀ`.
fn inverse_transpose<S: Scalar>(a: &Matrix<S>) -> Matrix<S> {
    a.adjugate().transpose().scale(a.determinant().recip())
}

/// The gradient of the entropy as it is stated.
fn stated<S: Scalar>(wrong: u8, a: &Matrix<S>) -> Matrix<S> {
    match wrong {
        OTHER_SIGN => -&inverse_transpose(a),
        NOT_TRANSPOSED => inverse_transpose(a).transpose(),
        _ => inverse_transpose(a),
    }
}

/// `Var[−sᵢεⱼ]`, or a wrong version of it.
fn stated_variance<S: Scalar>(wrong: u8, a: &Matrix<S>, i: usize, j: usize) -> S {
    let c = inverse_transpose(a);
    let row = (0..a.rows()).fold(S::zero(), |sum, k| sum + c[(i, k)].square());
    if wrong == ONE_SQUARE { row } else { row + c[(i, j)].square() }
}

impl Statement for Entropy {
    type Params<S: Scalar> = Sampler<S>;

    fn points(&self) -> &'static [&'static str] {
        &[SAMPLER, "A=[[1,2],[0.4999999,1]] E=[[0.1,0],[-3.1,0.2]]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Sampler<S>) -> Vec<Relation<'p, S>> {
        let (wrong, d) = (self.0, p.A.rows());
        let covariance = Covariance::new(&p.A * &p.A.transpose());
        // −s(x) = (AAᵀ)⁻¹Aε, a form in ε for each component.
        let score = covariance.precision() * &p.A;
        let unit = Matrix::identity(d);
        let component = |m: &Matrix<S>, i: usize| GaussianPolynomial((0..d).map(|k| (m[(i, k)], vec![k])).collect());
        let noise = |j: usize| GaussianPolynomial(vec![(S::one(), vec![j])]);
        let product = |m: &Matrix<S>, i: usize, j: usize| component(m, i).times(&noise(j));
        let by_entropy = gradient(
            |a| {
                let a = Matrix::from_fn(d, d, |i, j| a[i * d + j]);
                (&a * &a.transpose()).determinant().log_det() / 2
            },
            &entries(&p.A),
        );
        let places: Vec<_> = (0..d * d).map(|at| (at / d, at % d)).collect();
        let all = |f: &dyn Fn(usize, usize) -> S| Vector(places.iter().map(|(i, j)| f(*i, *j)).collect());
        let gradient = stated(wrong, &p.A);
        let by_samples = all(&|i, j| product(&score, i, j).mean(&unit));
        let variance = all(&|i, j| {
            let product = product(&score, i, j);
            product.times(&product).mean(&unit) - product.mean(&unit).square()
        });
        // ŝ(x) = s(x) + Ex.
        let plugged = &score - &(&p.E * &p.A);
        let bias = all(&|i, j| product(&plugged, i, j).mean(&unit) - inverse_transpose(&p.A)[(i, j)]);
        let mut relations = Relation::componentwise("gradient of the entropy", &by_entropy, &entries(&gradient));
        relations.extend(Relation::componentwise("mean of the estimate", &by_samples, &entries(&gradient)));
        relations.extend(Relation::componentwise(
            "variance of the estimate",
            &variance,
            &all(&|i, j| stated_variance(wrong, &p.A, i, j)),
        ));
        relations.extend(Relation::componentwise("bias of a wrong score", &bias, &-&entries(&(&p.E * &p.A))));
        relations
    }
}

/// Every entry of `−s(x)εᵀ`.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const NAMES: [&str; 4] = ["entry (1, 1)", "entry (1, 2)", "entry (2, 1)", "entry (2, 2)"];
        let (exact, p): (Sampler<Ball>, Sampler<Float>) = (at_point(SAMPLER)?, at_point(SAMPLER)?);
        let claimed = stated(self.0, &exact.A);
        let statistic = |(at, name): (usize, &'static str)| {
            let (i, j) = (at / 2, at % 2);
            Statistic::mean(name, claimed[(i, j)].to_f64(), stated_variance(0, &exact.A, i, j).to_f64())
        };
        let covariance = Covariance::new(&p.A * &p.A.transpose());
        let [a, precision] = [&p.A, covariance.precision()].map(|m| m.map(Lanes::<WIDTH>::splat));
        Ok(Plan {
            point: SAMPLER,
            statistics: NAMES.into_iter().enumerate().map(statistic).collect(),
            drawn: None,
            sampler: sampler(move |noise, out| {
                let epsilon = noise.normals(2);
                let score = &precision * &(&a * &epsilon);
                out.copy_from_slice(score.outer(&epsilon).entries());
            }),
        })
    }
}

const FIELD: &str = "the field";
const ENTROPY: &str = "the entropy";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-sliced-score-estimation",
    aliases: &[],
    title: "Sliced score matching finds the score of sampled data, and the score the gradient of their entropy",
    expect: Expect::True,
    text: include_str!("sm_sliced_score_estimation.rs"),
    sources: &["song2020sliced"],
    readings: &[Readings::of(FIELD, &Minimiser(0)), Readings::of(ENTROPY, &Entropy(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "other-offset",
            story: "−Σ⁻¹m for the field at 0",
            readings: Readings::of(FIELD, &Minimiser(OTHER_OFFSET)),
        },
        Control {
            id: "diagonal-of-the-inverse",
            story: "a diagonal field said to find the diagonal of −Σ⁻¹",
            readings: Readings::of(FIELD, &Minimiser(DIAGONAL_OF_INVERSE)),
        },
        Control {
            id: "other-sign",
            story: "E[s εᵀ], without the minus, for the gradient of the entropy",
            readings: Readings::of(ENTROPY, &Entropy(OTHER_SIGN)).and_sampled(&Draws(OTHER_SIGN)),
        },
        Control {
            id: "not-transposed",
            story: "A⁻¹ for its transpose, which no symmetric sampler tells apart",
            readings: Readings::of(ENTROPY, &Entropy(NOT_TRANSPOSED)).and_sampled(&Draws(NOT_TRANSPOSED)),
        },
        Control {
            id: "one-square",
            story: "the variance of a product of independent normals for one in which both are the same noise",
            readings: Readings::of(ENTROPY, &Entropy(ONE_SQUARE)),
        },
    ],
    quantities: &[],
};
