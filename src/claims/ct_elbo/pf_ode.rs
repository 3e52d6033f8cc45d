//! The probability-flow ODE carries the data to every marginal of the noising process, without any noise.
//!
//! $$ \dot y = f(y, t) - \tfrac12 Q\,\nabla\log q_t(y), \qquad y_0 \sim q_0 \;\Longrightarrow\; y_t \sim q_t $$
//!
//! For a scalar linear SDE and Gaussian data the flow is closed form, also with the score $(1+\delta)\nabla\log q_t$ of a model;
//! with $R_t = v_t/(\varphi_t^2 v_0)$
//!
//! $$ y_t = m_t + \varphi_t R_t^{(1+\delta)/2}\,(y_0 - m_0), \qquad\text{for } \delta = 0:\quad y_t = m_t + \sqrt{v_t/v_0}\,(y_0 - m_0) $$
//!
//! so that generating from $y_T$ ends at $y_0 = y_T\,\varphi_T^{-1} R_T^{-(1+\delta)/2}$ if the data are centred.
//!
//! Assumptions: $L$ does not depend on the point, $q_t$ smooth and positive. If it failed, deterministic samplers, latent codes
//! and interpolations between images would belong to another law than the one that was trained.
//!
//! Nothing random happens along the flow: this is decided by proof and enclosure, and sampling would only test the normal
//! generator.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Jet, Matrix, Scalar};
use crate::parameters;
use crate::worlds::{Affine, AffineScore, Clock, Diffusion, GaussianData, ScaledScore, score_field};

parameters! {
    /// Any process with any density, at a point.
    Density {
        forward: of(Diffusion) "the noising process",
        log_density: of(Jet) "log q",
    }
}

const NO_HALF: u8 = 1;
const RATIO: u8 = 2;

/// The flow satisfies the continuity equation with the density of the noising process.
struct Transport(u8);

impl Statement for Transport {
    type Params<S: Scalar> = Density<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "f=[0.41,-0.93] Df=[[-0.7,1.3],[0.4,-1.1]] L=[[0.9,-0.5],[1.7,0.3]] F=[0.31,-0.83] \
         H=[[-1.3,0.45],[0.45,-0.71]]",
            "f=[0.41] Df=[[-0.7]] L=[[1.3]] F=[0.83] H=[[-0.61]]",
            "f=[0.41,-0.93,0.27] Df=[[-0.7,1.3,0.2],[0.4,-1.1,-0.6],[0.9,0.15,-0.35]] \
         L=[[0.9,-0.5,0.2],[1.7,0.3,-0.8],[0.1,0.6,0.75]] F=[0.31,-0.83,0.57] \
         H=[[-1.3,0.45,-0.2],[0.45,-0.71,0.15],[-0.2,0.15,-0.93]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Density<S>) -> Vec<Relation<'p, S>> {
        let score = score_field(&p.log_density);
        let score = if self.0 == NO_HALF { score.scale(S::int(2)) } else { score };
        let still = Matrix::zeros(p.forward.factor.rows(), p.forward.factor.columns());
        let flow = Diffusion { drift: p.forward.flow(&score), factor: still };
        let (noisy, carried) = (p.forward.log_density_rate(&p.log_density), flow.log_density_rate(&p.log_density));
        vec![Relation::equal("continuity equation", noisy, carried)]
    }
}

parameters! {
    /// Gaussian data under a scalar process, a score wrong by a factor, and where a trajectory starts.
    Path {
        data: of(GaussianData) "the data and the process",
        delta: real "relative error of the score (1 + delta) grad log q",
        y: real "the start of the trajectory, at t = 0",
    }
}

impl<S: Scalar> Path<S> {
    /// The world of this score; the flow knows neither `λ` nor a prior.
    fn world(&self) -> AffineScore<S> {
        let GaussianData { m0, v0, .. } = self.data;
        let scaled = ScaledScore { v0, delta: self.delta, lambda: S::one(), vpi: v0 };
        AffineScore { scaled, centre: m0, prior_mean: m0 }
    }
}

/// The velocity of the flow, or what a wrong version takes for it.
fn velocity<S: Scalar>(wrong: u8, clock: &Clock<S>, score: &Affine<S>) -> Affine<S> {
    clock.flow(&if wrong == NO_HALF { score.scale(S::int(2)) } else { *score })
}

struct Trajectory(u8);

impl Statement for Trajectory {
    type Params<S: Scalar> = Path<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 delta=0.2719 y=0.8113",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=-0.2719 v0=0.513 delta=-0.1713 y=0.3119",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=0.6137 v0=0.8117 delta=0.3719 y=-1.7131",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 m0=0.3119 v0=1.8117 delta=0.0917 y=2.3137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Path<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (world, process) = (p.world(), &p.data.process);
        let range = (S::zero(), process.horizon());
        let (start, end) = (process.start(), process.end());
        let exact = move |t: S| {
            let (data, law) = (p.data.constant(), p.data.moving_law(t));
            let ratio = law.variance / data.v0;
            let stretch = if wrong == RATIO { ratio } else { ratio.sqrt() };
            law.mean + stretch * (Dual::constant(p.y) - data.m0)
        };
        vec![
            Relation::rate(
                "trajectory",
                range,
                move |t| {
                    let (world, start) = (world.map(Dual::constant), start.map(Dual::constant));
                    world.carried(Dual::constant(p.y), &start, &process.moving(t))
                },
                move |t| {
                    let clock = process.at(t);
                    velocity(wrong, &clock, &world.score(&clock)).value(world.carried(p.y, &start, &clock))
                },
            ),
            // The logarithm of ∂y_t/∂y_T: what a wrong velocity multiplies the generated point with.
            Relation::rate(
                "stretching",
                range,
                move |t| {
                    let (world, end) = (world.scaled.map(Dual::constant), end.map(Dual::constant));
                    world.carried(Dual::constant(S::one()), &end, &process.moving(t)).ln()
                },
                move |t| {
                    let clock = process.at(t);
                    velocity(wrong, &clock, &world.score(&clock)).slope
                },
            ),
            Relation::rate("trajectory of the exact score", range, exact, move |t| {
                let law = p.data.law_at(t);
                velocity(wrong, &process.at(t), &law.score()).value(exact(t).re)
            }),
        ]
    }
}

parameters! {
    /// The flow of a scaled score.
    Generated {
        process: process "the noising process",
        v0: positive "data variance v_0, data N(0, v_0)",
        delta: real "relative error of the score (1 + delta) grad log q",
        yT: real "the point at t = T",
    }
}

/// `y₀` of the flow through `y_T`.
struct FlowMap;

impl Formula for FlowMap {
    type Params<S: Scalar> = Generated<S>;
    fn value<S: Scalar>(p: &Generated<S>) -> S {
        let world = ScaledScore { v0: p.v0, delta: p.delta, lambda: S::one(), vpi: p.v0 };
        world.carried(p.yT, &p.process.end(), &p.process.start())
    }
}

const ANY: &str = "any density";
const PATHS: &str = "trajectories";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "pf-ode",
    aliases: &[],
    title: "The probability-flow ODE has the marginals of the noising process, and a closed form for Gaussian data",
    expect: Expect::True,
    text: include_str!("pf_ode.rs"),
    sources: &["song2021sde", "chen2018node"],
    readings: &[Readings::of(ANY, &Transport(0)), Readings::of(PATHS, &Trajectory(0))],
    controls: &[
        Control {
            id: "no-half-at-any-density",
            story: "velocity f − Qs, the drift of the reverse SDE without its noise, at any density",
            readings: Readings::of(ANY, &Transport(NO_HALF)),
        },
        Control {
            id: "no-half",
            story: "velocity f − g²s for f − ½g²s in a sampler",
            readings: Readings::of(PATHS, &Trajectory(NO_HALF)),
        },
        Control {
            id: "ratio-for-root",
            story: "trajectories stretched by v_t/v_0, the ratio of variances, instead of its root",
            readings: Readings::of(PATHS, &Trajectory(RATIO)),
        },
    ],
    quantities: &[Quantity::of::<FlowMap>("flow-map", "y_0, where the flow through y_T arrives at t = 0", &[])],
};
