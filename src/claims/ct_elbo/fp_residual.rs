//! Every marginal of a linear SDE satisfies Fokker–Planck for its log-density, and its score the score PDE.
//!
//! For $dY = f\,dt + L\,dB$ with $f = Ay + c$, $Q = LL^\top$ and $q = N(m, \Sigma)$, $l = \nabla\log q$, where
//! $\dot m = Am + c$ and $\dot\Sigma = A\Sigma + \Sigma A^\top + Q$:
//!
//! $$ \partial_t\log q = -f\cdot l - \nabla\cdot f + \tfrac12\mathrm{tr}(Q\nabla^2\log q) + \tfrac12 l^\top Q l $$
//!
//! $$ \partial_t l = \nabla\left[\tfrac12\mathrm{tr}(Q\nabla l) + \tfrac12 l^\top Q l - f\cdot l - \nabla\cdot f\right] $$
//!
//! An affine score $s = Ky + k$ solves the second equation exactly if it solves the Riccati pair:
//!
//! $$ \dot K = KQK - A^\top K - KA, \qquad \dot k = KQk - A^\top k - Kc $$
//!
//! All of it is proved in every dimension at once. Assumptions: $\Sigma$ positive definite; $A$, $c$ and $L$ may depend on time as they like, $L$ may be singular. If it
//! failed, closed-form marginals would be wrong, and with them every score target and every reference value here: a code
//! with a wrong $\Sigma_t$ trains without complaint towards the score of another process.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{EveryDimension, Relation, Statement};
use crate::numbers::{Ball, Covariance, Dual, Field, Float, Jet, Scalar, Vector, gradient, rate};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, Parameters, Source};
use crate::worlds::{AffineField, Marginal, MatrixSde, MultivariateGaussian};

parameters! {
    /// A marginal of a linear SDE, a point, and an affine score that need not be its own.
    Point {
        marginal: of(Marginal) "the process and its law at this time",
        y: vector "the point",
        K: symmetric "slope of an affine score",
        k: vector "offset of an affine score",
    }
}

const LYAPUNOV: u8 = 1;
const HALF_NOISE: u8 = 2;
const FACTOR: u8 = 3;
const TRANSPOSE: u8 = 4;

/// The marginal with the rates of its moments; a wrong version forgets that the drift acts on both sides of `Σ`.
fn moving<S: Scalar>(wrong: u8, now: &Marginal<S>) -> Marginal<Dual<S>> {
    if wrong != LYAPUNOV {
        return now.moving();
    }
    let growth = &now.sde.covariance_rate(now.law.covariance.matrix()) - &now.sde.noise();
    now.moving_by(&now.sde.mean_rate(&now.law.mean), &(&growth.scale(S::ratio(1, 2)) + &now.sde.noise()))
}

/// The process that the right-hand sides speak of.
fn process<S: Scalar>(wrong: u8, sde: &MatrixSde<S>) -> MatrixSde<S> {
    let mut process = sde.clone();
    match wrong {
        HALF_NOISE => process.factor = sde.factor.scale(S::ratio(1, 2).sqrt()),
        FACTOR => process.factor = sde.factor.transpose(),
        TRANSPOSE => process.drift = sde.drift.transpose(),
        _ => {}
    }
    process
}

/// `∇[½ tr(Q∇l) + ½ lᵀQl − f·l − ∇·f]` at `y` for the log-density with these jets.
fn score_pde<S: Scalar>(
    sde: &MatrixSde<S>,
    jet: impl Fn(&Vector<Dual<S>>) -> Jet<Dual<S>>,
    y: &Vector<S>,
) -> Vector<S> {
    let sde = sde.map(Dual::constant);
    gradient(|y| sde.at(y).log_density_rate(&jet(y)), y)
}

struct FokkerPlanck(u8);

impl Statement for FokkerPlanck {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] \
         y=[0.8113,1.7] K=[[-1.1,0.37],[0.37,-0.53]] k=[0.29,-0.47]",
            "A=[[-0.7]] c=[0.37] L=[[1.3]] m=[0.31] S=[[0.61]] y=[1.8113] K=[[-1.1]] k=[0.29]",
            "A=[[-0.7,1.3,0.2],[0.4,-1.1,-0.6],[0.9,0.15,-0.35]] c=[0.37,-0.61,0.23] \
         L=[[0.9,-0.5,0.2],[1.7,0.3,-0.8],[0.1,0.6,0.75]] m=[0.31,-0.83,0.57] \
         S=[[1.3,0.45,-0.2],[0.45,0.71,0.15],[-0.2,0.15,0.93]] y=[0.8113,1.7,-0.9] \
         K=[[-1.1,0.37,0.14],[0.37,-0.53,-0.21],[0.14,-0.21,-0.87]] k=[0.29,-0.47,0.64]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (now, y) = (&p.marginal, &p.y);
        let moving = moving(wrong, now);
        let sde = process(wrong, &now.sde);
        let lifted = y.map(Dual::constant);
        let density_rate = rate(moving.law.log_density(&lifted));
        let mut relations =
            vec![Relation::equal("log-density", density_rate, sde.at(y).log_density_rate(&now.log_density_jet(y)))];

        let still = now.map(Dual::constant);
        let by_density = score_pde(&sde, |y| still.log_density_jet(y), y);
        let moving_twice = moving.law.map(Dual::constant);
        let score = gradient(|y| moving_twice.log_density(y), &lifted);
        relations.extend(Relation::componentwise("score", &score.map(rate), &by_density));

        let affine = AffineField { slope: p.K.clone(), offset: p.k.clone() };
        let field = affine.map(Dual::constant);
        let quadratic = |y: &Vector<Dual<S>>| {
            let field = field.map(|x| Dual::constant(Dual::constant(x)));
            Jet::of(|y| field.slope.bilinear(y, y) / 2 + field.offset.dot(y), y)
        };
        let riccati = now.sde.score_rate(&affine).value(y);
        relations.extend(Relation::componentwise("affine score", &score_pde(&sde, quadratic, y), &riccati));

        let gaussian = moving.law.score();
        let rates = AffineField { slope: gaussian.slope.map(rate), offset: gaussian.offset.map(rate) }.value(y);
        let riccati = sde.score_rate(&now.law.score()).value(y);
        relations.extend(Relation::componentwise("Riccati pair of the marginal", &rates, &riccati));
        relations
    }
}

/// A centred Gaussian law and a point.
pub struct Centred<S> {
    y: Vector<S>,
    covariance: Covariance<S>,
}

const Y: &str = "the point, d entries";
const COVARIANCE: &str = "the covariance, d x d, possibly nearly singular";

impl<S: Scalar> Parameters<S> for Centred<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let centred = Self { y: source.vector("y", Y)?, covariance: source.covariance("S", COVARIANCE)? };
        source.same_dimension(&["y", "S"])?;
        Ok(centred)
    }
}

/// `log N(y; 0, Σ)`.
struct LogDensity;

impl Formula for LogDensity {
    type Params<S: Scalar> = Centred<S>;
    fn value<S: Scalar>(p: &Centred<S>) -> S {
        MultivariateGaussian { mean: p.y.scale(S::zero()), covariance: p.covariance.clone() }.log_density(&p.y)
    }
}

/// Determinant and distance without rounding: no covariance is too close to singular.
fn log_density(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let _: Centred<Float> = ExactReader::new(inputs, ignored).read()?;
    let mut reader = ExactReader::new(inputs, ignored);
    let (y, covariance) = (reader.exact_vector("y", Y)?, reader.exact_covariance("S", COVARIANCE)?);
    let log_det = Ball::rational(&covariance.determinant()).ln();
    let distance = Ball::rational(&covariance.inverse_form(&y));
    Ok(MultivariateGaussian::log_density_at(Ball::int(y.len() as i64), log_det, distance))
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fp-residual",
    aliases: &["marginal-score"],
    title: "Marginals of a linear SDE solve Fokker–Planck, and their scores the score PDE",
    expect: Expect::True,
    text: include_str!("fp_residual.rs"),
    sources: &["song2021sde"],
    readings: &[Readings::in_every_dimension("", &EveryDimension(FokkerPlanck(0)))],
    controls: &[
        Control {
            id: "one-sided-growth",
            story: "v′ = αv + G for 2αv + G: the drift acts on both sides of the covariance",
            readings: Readings::in_every_dimension("", &EveryDimension(FokkerPlanck(LYAPUNOV))),
        },
        Control {
            id: "half-noise",
            story: "G/2 for G, the convention of a generator written twice",
            readings: Readings::in_every_dimension("", &EveryDimension(FokkerPlanck(HALF_NOISE))),
        },
        Control {
            id: "factor-transposed",
            story: "Q = LᵀL for LLᵀ",
            readings: Readings::in_every_dimension("", &EveryDimension(FokkerPlanck(FACTOR))),
        },
        Control {
            id: "drift-transposed",
            story: "Aᵀ for A, a batch of rows multiplied from the wrong side",
            readings: Readings::in_every_dimension("", &EveryDimension(FokkerPlanck(TRANSPOSE))),
        },
    ],
    quantities: &[Quantity::of::<LogDensity>("log-density", "log N(y; 0, S), in nats", &[]).enclosed_by(log_density)],
};
