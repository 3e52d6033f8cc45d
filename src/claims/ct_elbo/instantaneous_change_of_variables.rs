//! Along a flow the log-density changes by the divergence of the velocity: the exact likelihood of a continuous normalising flow.
//!
//! With $b = f - \frac12 Qs$ and $\dot y = b(y, t)$, $y_0 = x$:
//!
//! $$ \log p_\theta(x) = \log\pi(y_T) + \int_0^T \nabla\cdot\left(f - \tfrac12 Qs\right)(y_t, t)\,dt $$
//!
//! because $\frac{d}{dt}\log u_t(y_t) = -\nabla\cdot b(y_t, t)$ for whatever law $u_t$ the flow carries. For the score
//! $(1+\delta)\nabla\log q_t$ of Gaussian data and the prior $N(m_\pi, v_\pi)$ on a scalar linear SDE this is the density of
//! $N(M_0, V_0)$ with
//!
//! $$ V_0 = v_\pi\,\varphi_T^{-2} R_T^{-(1+\delta)}, \qquad \int_0^T\nabla\cdot b\,dt = \ln\varphi_T + \tfrac{1+\delta}2\ln R_T $$
//!
//! Assumptions: $L$ does not depend on the point, $s$ is smooth. If it failed, the likelihoods that are printed for
//! probability-flow models, in bits per dimension, would belong to no model.
//!
//! Nothing random happens along the flow, so that this is decided by proof and enclosure and never by sampling; an estimate of the
//! divergence by random projections is another claim.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar, Vector, VectorJet, rate};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::{AffineField, AffineScore, Marginal, MatrixSde, MultivariateGaussian, Process, ScaledScore};

parameters! {
    /// The flow of a scaled score from its prior, observed at a point.
    FlowPoint {
        process: process "the noising process",
        v0: positive "data variance v_0, data N(0, v_0)",
        delta: real "relative error of the score (1 + delta) grad log q",
        vpi: positive "prior variance v_pi, prior N(0, v_pi)",
        x: real "the data point",
    }
}

parameters! {
    /// The same away from the origin.
    Point {
        flow: of(FlowPoint) "the flow",
        m0: real "data mean m_0",
        mpi: real "prior mean m_pi",
    }
}

impl<S: Scalar> FlowPoint<S> {
    fn world(&self) -> ScaledScore<S> {
        ScaledScore { v0: self.v0, delta: self.delta, lambda: S::one(), vpi: self.vpi }
    }

    fn log_density(&self) -> S {
        self.world().flow_log_density(self.x, &self.process.start(), &self.process.end())
    }
}

const SIGN: u8 = 1;
const NO_HALF: u8 = 2;
const ONE_END: u8 = 3;

struct AlongTheFlow(u8);

impl Statement for AlongTheFlow {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=0.2719 vpi=1.1719 x=0.8113 m0=0 mpi=0",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513 delta=-0.1713 vpi=0.9 x=0.3119 m0=-0.2719 mpi=0.4137",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 v0=0.8117 delta=0.3719 vpi=10.3 x=-1.7131 m0=0.6137 mpi=-0.9",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 v0=1.8117 delta=0.0917 vpi=1.3 x=2.3137 m0=0.3119 mpi=0.1137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let world = AffineScore { scaled: p.flow.world(), centre: p.m0, prior_mean: p.mpi };
        let process: &'p Process<S> = &p.flow.process;
        let (start, end) = (process.start(), process.end());
        let divergence = move |t: S| {
            let clock = if wrong == ONE_END { end } else { process.at(t) };
            let score = world.score(&clock);
            clock.flow(&if wrong == NO_HALF { score.scale(S::int(2)) } else { score }).slope
        };
        vec![
            Relation::rate(
                "log-density along the flow",
                (S::zero(), process.horizon()),
                move |t| {
                    let (world, clock) = (world.map(Dual::constant), process.moving(t));
                    let y = world.carried(Dual::constant(p.flow.x), &start.map(Dual::constant), &clock);
                    world.model(&clock, &end.map(Dual::constant)).log_density(y)
                },
                move |t| if wrong == SIGN { divergence(t) } else { -divergence(t) },
            ),
            Relation::equal(
                "log-density of the model",
                world.scaled.model(&start, &end).log_density(p.flow.x),
                p.flow.log_density(),
            ),
        ]
    }
}

/// Any affine flow of a linear SDE with any affine score, and a Gaussian law and a point that it carries.
struct Carried<S> {
    forward: MatrixSde<S>,
    score: AffineField<S>,
    law: Marginal<S>,
    y: Vector<S>,
}

impl<S: Scalar> Carried<S> {
    fn velocity(&self, wrong: u8, y: &Vector<S>) -> VectorJet<S> {
        velocity(wrong, &self.forward, &self.score, y)
    }
}

fn velocity<S: Scalar>(wrong: u8, forward: &MatrixSde<S>, score: &AffineField<S>, y: &Vector<S>) -> VectorJet<S> {
    let field = score.map(Dual::constant);
    let score = VectorJet::of(|y| field.value(y), y);
    forward.at(y).flow(&if wrong == NO_HALF { score.scale(S::int(2)) } else { score })
}

impl<S: Scalar> Parameters<S> for Carried<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let forward = MatrixSde {
            drift: source.matrix("A", "the drift matrix, d x d")?,
            offset: source.vector("c", "the drift offset, d entries")?,
            factor: source.matrix("L", "the noise factor, d rows; Q = L L^T")?,
        };
        let score = AffineField {
            slope: source.matrix("K", "slope of the score, d x d, not necessarily symmetric")?,
            offset: source.vector("k", "offset of the score, d entries")?,
        };
        let law = MultivariateGaussian {
            mean: source.vector("m", "the mean at this time, d entries")?,
            covariance: source.covariance("S", "the covariance at this time")?,
        };
        let y = source.vector("y", "the point at this time, d entries")?;
        source.same_dimension(&["y", "A", "c", "L", "K", "k", "m", "S"])?;
        // An affine flow is a linear SDE without noise.
        let VectorJet { value, jacobian } = velocity(0, &forward, &score, &y);
        let (offset, still) = (&value - &(&jacobian * &y), forward.factor.scale(S::zero()));
        let law = Marginal { sde: MatrixSde { drift: jacobian, offset, factor: still }, law };
        law.declare(source);
        let rates = law.sde.mean_rate(&y);
        y.0.iter().zip(&rates.0).for_each(|(y, rate)| source.rule(*y, *rate));
        Ok(Self { forward, score, law, y })
    }
}

struct AnyAffineFlow(u8);

impl Statement for AnyAffineFlow {
    type Params<S: Scalar> = Carried<S>;

    fn points(&self) -> &'static [&'static str] {
        &["A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] K=[[-1.1,0.37],[-0.23,-0.53]] \
         k=[0.29,-0.47] m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] y=[0.8113,1.7]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Carried<S>) -> Vec<Relation<'p, S>> {
        let rates = p.law.sde.mean_rate(&p.y);
        let y = Vector(p.y.0.iter().zip(&rates.0).map(|(re, eps)| Dual { re: *re, eps: *eps }).collect());
        let divergence = p.velocity(self.0, &p.y).divergence();
        let claimed = if self.0 == SIGN { divergence } else { -divergence };
        let law = p.law.moving().law;
        vec![Relation::equal("log-density along an affine flow", rate(law.log_density(&y)), claimed)]
    }
}

/// `log p_θ(x)` of the flow.
struct LogDensity;

impl Formula for LogDensity {
    type Params<S: Scalar> = FlowPoint<S>;
    fn value<S: Scalar>(p: &FlowPoint<S>) -> S {
        p.log_density()
    }
}

const SCALED: &str = "scaled score";
const AFFINE: &str = "any affine flow";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "instantaneous-change-of-variables",
    aliases: &[],
    title: "Along the probability flow the log-density changes by the divergence of the velocity",
    expect: Expect::True,
    text: include_str!("instantaneous_change_of_variables.rs"),
    sources: &["chen2018node", "song2021sde"],
    readings: &[Readings::of(SCALED, &AlongTheFlow(0)), Readings::of(AFFINE, &AnyAffineFlow(0))],
    controls: &[
        Control {
            id: "sign",
            story: "log π(y_T) − ∫∇·b: the sign of a flow that runs from the prior to the data",
            readings: Readings::of(SCALED, &AlongTheFlow(SIGN)),
        },
        Control {
            id: "no-half",
            story: "the divergence of f − Qs, the drift of the reverse SDE",
            readings: Readings::of(SCALED, &AlongTheFlow(NO_HALF)),
        },
        Control {
            id: "one-end",
            story: "the divergence at the end of the path only, as for one step of a residual flow",
            readings: Readings::of(SCALED, &AlongTheFlow(ONE_END)),
        },
        Control {
            id: "sign-of-an-affine-flow",
            story: "the same sign, in d dimensions",
            readings: Readings::of(AFFINE, &AnyAffineFlow(SIGN)),
        },
        Control {
            id: "no-half-of-an-affine-flow",
            story: "tr(A − QK) for tr(A − ½QK)",
            readings: Readings::of(AFFINE, &AnyAffineFlow(NO_HALF)),
        },
    ],
    quantities: &[Quantity::of::<LogDensity>(
        "log-density",
        "log p_theta(x) of the probability-flow ODE, in nats",
        &[],
    )],
};
