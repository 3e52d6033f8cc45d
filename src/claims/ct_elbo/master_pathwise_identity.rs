//! Along every inference path the log-likelihood is the bound plus a martingale plus half the squared mismatch.
//!
//! Let $u_t$ be the law of the generative SDE $dX = \mu\,d\tau + \sigma\,dB$ at noising time $t$, $dY = (-\mu + \sigma a)\,dt +
//! \sigma\,dB$ from $Y_0 = x$ with any control $a$, and $\delta_t = a - \sigma^\top\nabla\log u_t(Y_t)$. Path by path,
//!
//! $$ \log p_\theta(x) = W + \int_0^T \delta\cdot dB + \tfrac12\int_0^T|\delta|^2\,dt, \qquad
//! W = \log\pi(Y_T) - \int_0^T\left(\nabla\cdot\mu + \tfrac12|a|^2\right)dt - \int_0^T a\cdot dB, $$
//!
//! because $F = \log u$ moves along the path with the Itô drift
//!
//! $$ \partial_t F + (-\mu + \sigma a)\cdot\nabla F + \tfrac12\mathrm{tr}(\sigma\sigma^\top\nabla^2 F)
//! = \nabla\cdot\mu + \tfrac12|a|^2 - \tfrac12|\delta|^2, $$
//!
//! where $\partial_t F$ is given by the Fokker–Planck equation of the model: an identity between derivatives at a
//! point, for every density, every $\mu$ and every $a$, proved in every dimension at once. Assumptions: $\sigma$ does
//! not depend on the point and may have any rank; $u_t$ smooth and positive. If it failed, so would the bound, its gap,
//! and every estimate of a likelihood by weights.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{EveryDimension, Relation, Statement};
use crate::numbers::{Dual, Jet, Scalar, Vector, rate};
use crate::objectives::pathwise::{cost, ito_drift, mismatch};
use crate::parameters;
use crate::worlds::{AffineField, Diffusion, Marginal};

parameters! {
    /// Any model with any density and any control, at a point.
    Density {
        model: of(Diffusion) "the generative SDE",
        log_u: of(Jet) "log u",
        a: vector "the control, one entry for each column of the diffusion factor",
    }
}

parameters! {
    /// A linear model with its Gaussian law, an affine control, and a point.
    Affine {
        model: of(Marginal) "the generative SDE and its law at this time",
        B: matrix "slope of the control",
        b: vector "offset of the control",
        y: vector "the point",
    }
}

const NO_HALF: u8 = 1;
const UNTRANSPOSED: u8 = 2;
const SIGN: u8 = 3;

/// The identity for a model with this density, whose log moves at this rate in noising time.
fn identity<S: Scalar>(
    wrong: u8,
    model: &Diffusion<S>,
    control: &Vector<S>,
    log_u: &Jet<S>,
    log_u_rate: S,
) -> Relation<'static, S> {
    let steered = if wrong == SIGN { -control } else { control.clone() };
    let factor = if wrong == UNTRANSPOSED { model.factor.transpose() } else { model.factor.clone() };
    let delta = mismatch(control, &factor, log_u);
    let gap = delta.dot(&delta);
    let gap = if wrong == NO_HALF { gap } else { gap / 2 };
    Relation::equal("Itô drift of log u", ito_drift(model, &steered, log_u_rate, log_u), cost(model, control) - gap)
}

struct AnyDensity(u8);

const SQUARE: &str = "f=[0.41,-0.93] Df=[[-0.7,1.3],[0.4,-1.1]] L=[[0.9,-0.5],[1.7,0.3]] F=[0.31,-0.83] \
    H=[[-1.3,0.45],[0.45,-0.71]] a=[0.57,-1.21]";

impl Statement for AnyDensity {
    type Params<S: Scalar> = Density<S>;

    // Only a square factor can be mistaken for its transpose.
    fn points(&self) -> &'static [&'static str] {
        if self.0 == UNTRANSPOSED {
            &[SQUARE]
        } else {
            &[
                SQUARE,
                "f=[0.41] Df=[[-0.7]] L=[[1.3]] F=[0.83] H=[[-0.61]] a=[0.57]",
                "f=[0.41,-0.93,0.27] Df=[[-0.7,1.3,0.2],[0.4,-1.1,-0.6],[0.9,0.15,-0.35]] L=[[0.9],[-1.7],[0.4]] \
             F=[0.31,-0.83,0.57] H=[[-1.3,0.45,-0.2],[0.45,-0.71,0.15],[-0.2,0.15,-0.93]] a=[0.57]",
                "f=[0.41,-0.93,0.27] Df=[[-0.7,1.3,0.2],[0.4,-1.1,-0.6],[0.9,0.15,-0.35]] \
             L=[[0.9,-0.5,0.2],[1.7,0.3,-0.8],[0.1,0.6,0.75]] F=[0.31,-0.83,0.57] \
             H=[[-1.3,0.45,-0.2],[0.45,-0.71,0.15],[-0.2,0.15,-0.93]] a=[0.57,-1.21,0.35]",
            ]
        }
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Density<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        // The model's own time runs backwards.
        let log_u_rate = -p.model.log_density_rate(&p.log_u);
        vec![identity(wrong, &p.model, &p.a, &p.log_u, log_u_rate)]
    }
}

/// The same with a law that moves by its own moments: no Fokker–Planck equation is used, it is implied.
struct GaussianModel(u8);

const FULL: &str = "A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] m=[0.31,-0.83] \
    S=[[1.3,0.45],[0.45,0.71]] B=[[-0.6,0.35],[0.8,-0.25]] b=[0.57,-1.21] y=[0.8113,1.7]";

impl Statement for GaussianModel {
    type Params<S: Scalar> = Affine<S>;

    fn points(&self) -> &'static [&'static str] {
        if self.0 == UNTRANSPOSED {
            &[FULL]
        } else {
            &[
                FULL,
                "A=[[-0.7]] c=[0.37] L=[[1.3]] m=[0.31] S=[[0.61]] B=[[-0.6]] b=[0.57] y=[1.8113]",
                "A=[[-0.7,1.3,0.2],[0.4,-1.1,-0.6],[0.9,0.15,-0.35]] c=[0.37,-0.61,0.23] L=[[0.9],[-1.7],[0.4]] \
             m=[0.31,-0.83,0.57] S=[[1.3,0.45,-0.2],[0.45,0.71,0.15],[-0.2,0.15,0.93]] B=[[-0.6,0.35,0.8]] b=[0.57] \
             y=[0.8113,1.7,-0.9]",
            ]
        }
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Affine<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (model, y) = (&p.model, &p.y);
        let control = AffineField { slope: p.B.clone(), offset: p.b.clone() }.value(y);
        let log_u_rate = -rate(model.moving().law.log_density(&y.map(Dual::constant)));
        vec![identity(wrong, &model.sde.at(y), &control, &model.log_density_jet(y), log_u_rate)]
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "master-pathwise-identity",
    aliases: &[],
    title: "The one identity behind the ELBO: the log-likelihood along an inference path",
    expect: Expect::True,
    text: include_str!("master_pathwise_identity.rs"),
    sources: &["huang2021"],
    readings: &[
        Readings::in_every_dimension("any density", &EveryDimension(AnyDensity(0))),
        Readings::in_every_dimension("Gaussian model", &EveryDimension(GaussianModel(0))),
    ],
    controls: &[
        Control {
            id: "no-half",
            story: "the gap without the ½ in front of the squared mismatch",
            readings: Readings::in_every_dimension("any density", &EveryDimension(AnyDensity(NO_HALF))),
        },
        Control {
            id: "factor-untransposed",
            story: "δ = a − σ∇log u for a − σᵀ∇log u",
            readings: Readings::in_every_dimension("any density", &EveryDimension(AnyDensity(UNTRANSPOSED))),
        },
        Control {
            id: "control-sign",
            story: "inference drift −μ − σa for −μ + σa",
            readings: Readings::in_every_dimension("any density", &EveryDimension(AnyDensity(SIGN))),
        },
        Control {
            id: "no-half-for-a-gaussian",
            story: "the gap without the ½, for a Gaussian model",
            readings: Readings::in_every_dimension("Gaussian model", &EveryDimension(GaussianModel(NO_HALF))),
        },
        Control {
            id: "factor-untransposed-for-a-gaussian",
            story: "σ for σᵀ in the mismatch, for a Gaussian model",
            readings: Readings::in_every_dimension("Gaussian model", &EveryDimension(GaussianModel(UNTRANSPOSED))),
        },
    ],
    quantities: &[],
};
