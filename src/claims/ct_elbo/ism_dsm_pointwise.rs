//! Given the data point, implicit and denoising score matching differ by a constant that is known, and infinite at $t = 0$.
//!
//! For $Y_t$ given $Y_0 = x$ with law $N(m, \Sigma_{t|0})$ and $Q = LL^\top$, Gaussian integration by parts says for a score $s$
//!
//! $$ E[\nabla\cdot(Qs)\,|\,x] = -E[s^\top Q\nabla\log q_{t|0}\,|\,x] $$
//!
//! and therefore, before any average over data,
//!
//! $$ E\left[\tfrac12|s|_Q^2 + \nabla\cdot(Qs)\,\middle|\,x\right]
//! = E\left[\tfrac12|s - \nabla\log q_{t|0}|_Q^2\,\middle|\,x\right] - \tfrac12\mathrm{tr}(Q\Sigma_{t|0}^{-1}). $$
//!
//! Where $Q$ and $\Sigma_{t|0}$ are $G$ and $w$ times one matrix, the constant is $-\frac{dG}{2w_t}$. Its integral over
//! $[\epsilon, T]$ is $-\frac d2 Z$ for every schedule with drift $\alpha y + c$, with
//!
//! $$ Z = \int_\epsilon^T\frac Gw\,dt = \ln\frac{w_T/\varphi_T^2}{w_\epsilon/\varphi_\epsilon^2} $$
//!
//! The first three are proved in every dimension at once. Assumptions: $s$ is affine here, $\Sigma_{t|0}$ positive
//! definite, $t > 0$. As $Z \to \infty$ for $\epsilon \to 0$, the denoising loss and its constant are separately
//! infinite there, and only the difference is finite. If it failed, a bound evaluated from a denoising loss would be
//! off by $\frac d2 Z$, which is 7.6 nats for each dimension at $\epsilon = 10^{-5}$. This is decided by proof and
//! enclosure and never by sampling: at small $t$ single draws of the two sides have variances of different order, which
//! is the claim `dsm-variance-blowup`.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{EveryDimension, Relation, Statement};
use crate::numbers::{Covariance, Dual, Matrix, Scalar, Vector, VectorJet};
use crate::parameters;
use crate::worlds::{Affine, AffineField, MultivariateGaussian, TimeLaw};

parameters! {
    /// The law of `Y_t` given `Y_0 = x`, a noise factor, an affine score, and a point.
    Point {
        m: vector "the conditional mean",
        S: covariance "the conditional covariance",
        L: matrix "the noise factor; Q = L L^T",
        K: matrix "slope of the score",
        k: vector "offset of the score",
        y: vector "where the divergence is taken",
    }
}

parameters! {
    /// The same with noise and covariance proportional to one matrix.
    Proportional {
        m: vector "the conditional mean",
        S: covariance "the matrix",
        G: positive "the noise is G times the matrix",
        w: positive "the conditional covariance is w times the matrix",
        K: matrix "slope of the score",
        k: vector "offset of the score",
        y: vector "where the divergence is taken",
    }
}

parameters! {
    /// An affine score that does not depend on time, and a data point, under a scalar process.
    Scheduled {
        process: process "the noising process",
        eps: positive "the lower end of the integral",
        x: real "the data point",
        a: real "slope of the score",
        b: real "offset of the score",
    }
}

const DROPPED: u8 = 1;
const SIGN: u8 = 2;
const SQUARED: u8 = 3;
const BY_PARTS: u8 = 4;

/// `∇·(Qs)` at a point, by differentiation; the same everywhere, as `s` is affine.
fn divergence<S: Scalar>(noise: &Matrix<S>, score: &AffineField<S>, y: &Vector<S>) -> S {
    let lifted = score.map(Dual::constant);
    VectorJet::of(|y| lifted.value(y), y).transformed(noise).divergence()
}

/// Implicit and denoising score matching, given the data point.
fn losses<S: Scalar>(
    law: &MultivariateGaussian<S>,
    noise: &Matrix<S>,
    score: &AffineField<S>,
    y: &Vector<S>,
) -> (S, S) {
    let error = score.minus(&law.score());
    let implicit = score.mean_square(noise, law) / 2 + divergence(noise, score, y);
    (implicit, error.mean_square(noise, law) / 2)
}

/// The constant between the losses, or what people believe it to be.
fn believed<S: Scalar>(wrong: u8, constant: S) -> S {
    match wrong {
        DROPPED => S::zero(),
        SIGN => -constant,
        _ => constant,
    }
}

struct AnyLaw(u8);

impl Statement for AnyLaw {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] L=[[0.9,-0.5],[1.7,0.3]] K=[[-1.1,0.37],[0.64,-0.53]] k=[0.29,-0.47] \
             y=[0.8113,1.7]",
            "m=[0.31] S=[[0.61]] L=[[1.3]] K=[[-1.1]] k=[0.29] y=[1.8113]",
            "m=[0.31,-0.83,0.57] S=[[1.3,0.45,-0.2],[0.45,0.71,0.15],[-0.2,0.15,0.93]] L=[[0.9],[-1.7],[0.4]] \
             K=[[-1.1,0.37,0.14],[0.64,-0.53,-0.21],[0.35,-0.78,-0.87]] k=[0.29,-0.47,0.64] y=[0.8113,1.7,-0.9]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let law = MultivariateGaussian { mean: p.m.clone(), covariance: p.S.clone() };
        let (noise, score) = (&p.L * &p.L.transpose(), AffineField { slope: p.K.clone(), offset: p.k.clone() });
        let product = score.mean_product(&law.score(), &noise, &law);
        let by_parts = if self.0 == BY_PARTS { product } else { -product };
        let (implicit, denoising) = losses(&law, &noise, &score, &p.y);
        let constant = -(&noise * p.S.precision()).trace() / 2;
        vec![
            Relation::equal("integration by parts", divergence(&noise, &score, &p.y), by_parts),
            Relation::equal("implicit and denoising", implicit, denoising + believed(self.0, constant)),
        ]
    }
}

struct ProportionalNoise(u8);

impl Statement for ProportionalNoise {
    type Params<S: Scalar> = Proportional<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] G=1.7 w=0.43 K=[[-1.1,0.37],[0.64,-0.53]] k=[0.29,-0.47] \
             y=[0.8113,1.7]",
            "m=[0.31] S=[[1]] G=2.3 w=0.37 K=[[-1.1]] k=[0.29] y=[1.8113]",
            "m=[0.31,-0.83,0.57] S=[[1,0,0],[0,1,0],[0,0,1]] G=0.71 w=0.13 \
             K=[[-1.1,0.37,0.14],[0.64,-0.53,-0.21],[0.35,-0.78,-0.87]] k=[0.29,-0.47,0.64] y=[0.8113,1.7,-0.9]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Proportional<S>) -> Vec<Relation<'p, S>> {
        let law = MultivariateGaussian { mean: p.m.clone(), covariance: Covariance::new(p.S.matrix().scale(p.w)) };
        let score = AffineField { slope: p.K.clone(), offset: p.k.clone() };
        let (implicit, denoising) = losses(&law, &p.S.matrix().scale(p.G), &score, &p.y);
        let w = if self.0 == SQUARED { p.w.square() } else { p.w };
        let constant = -(p.y.size() * p.G / w) / 2;
        vec![Relation::equal("implicit and denoising", implicit, denoising + believed(self.0, constant))]
    }
}

struct Integral(u8);

impl Statement for Integral {
    type Params<S: Scalar> = Scheduled<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 eps=0.00001 x=0.8113 a=-1.7 b=0.4",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 eps=0.02 x=-0.7113 a=-0.6 b=-0.9",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 eps=0.03 x=0.5113 a=-1.3 b=0.7",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 eps=0.01 x=0.9113 a=-0.8 b=0.3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Scheduled<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let constant = move |t: S| believed(wrong, -p.process.moving(t).log_noise_to_signal() / 2);
        let difference = move |t: S| {
            let clock = p.process.at(t);
            let (law, score) = (clock.given(p.x), Affine { slope: p.a, offset: p.b });
            let implicit = score.mean_square(&law) / 2 + score.slope;
            clock.noise * (implicit - score.minus(&law.score()).mean_square(&law) / 2)
        };
        vec![Relation::rate("implicit minus denoising", (p.eps, p.process.horizon()), constant, difference)]
    }
}

parameters! {
    /// A schedule with a cut-off, and a dimension.
    CutOff {
        law: of(TimeLaw) "the process and the smallest time",
        d: count "the dimension",
    }
}

/// `−(d/2) Z`.
struct Constant;

impl Formula for Constant {
    type Params<S: Scalar> = CutOff<S>;
    fn value<S: Scalar>(p: &CutOff<S>) -> S {
        -p.law.normaliser() * i64::from(p.d) / 2
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ism-dsm-pointwise",
    aliases: &[],
    title: "Implicit is denoising score matching for each data point, up to a known constant that diverges at t = 0",
    expect: Expect::True,
    text: include_str!("ism_dsm_pointwise.rs"),
    sources: &["vincent2011", "hyvarinen2005"],
    readings: &[
        Readings::in_every_dimension("any law", &EveryDimension(AnyLaw(0))),
        Readings::in_every_dimension("proportional noise", &EveryDimension(ProportionalNoise(0))),
        Readings::of("integral", &Integral(0)),
    ],
    controls: &[
        Control {
            id: "constant-dropped",
            story: "a denoising loss reported as the bound, without its constant",
            readings: Readings::of("integral", &Integral(DROPPED)),
        },
        Control {
            id: "constant-dropped-at-one-time",
            story: "the losses taken as equal given the data point, and not only in their minimisers",
            readings: Readings::in_every_dimension("any law", &EveryDimension(AnyLaw(DROPPED))),
        },
        Control {
            id: "constant-sign",
            story: "+½tr(QΣ⁻¹) for −½tr(QΣ⁻¹)",
            readings: Readings::in_every_dimension("any law", &EveryDimension(AnyLaw(SIGN))),
        },
        Control {
            id: "by-parts-sign",
            story: "E∇·(Qs) = +E[sᵀQ∇log q], integration by parts without its sign",
            readings: Readings::in_every_dimension("any law", &EveryDimension(AnyLaw(BY_PARTS))),
        },
        Control {
            id: "squared-variance",
            story: "−dG/(2w²) for −dG/(2w), a variance taken for a standard deviation",
            readings: Readings::in_every_dimension("proportional noise", &EveryDimension(ProportionalNoise(SQUARED))),
        },
    ],
    quantities: &[Quantity::of::<Constant>(
        "constant",
        "implicit minus denoising loss over [eps, T] in d dimensions, -(d/2) Z, in nats",
        &[],
    )],
};
