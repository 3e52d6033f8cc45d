//! Run backwards with the exact score, a diffusion has the same marginals and the same law on paths.
//!
//! For $dY = f\,dt + L\,dB$ with $Q = LL^\top$, the generative SDE with $s = \nabla\log q_t$ and prior $\pi = q_T$,
//!
//! $$ dX = (Qs - f)\,d\tau + L\,dB, \qquad \tau = T - t, $$
//!
//! has $u_t = q_t$ for all $t$: its Fokker–Planck equation holds for the noising density, whatever that is. The paths are
//! those of $Y$ reversed, so that for a scalar linear SDE with $\varphi_t = e^{\int_0^t\alpha}$ and $s < t$
//!
//! $$ \mathrm{Cov}(X_s, X_t) = \frac{\varphi_t}{\varphi_s} v_s. $$
//!
//! The first is proved in every dimension at once. Assumptions: $L$ does not depend on the point (else the drift needs
//! $\nabla\cdot Q$), $q_t$ smooth and positive. If it failed, sampling by the reverse SDE would not return the data
//! even with a perfect score.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{EveryDimension, LinearPath, Plan, Relation, Statement, Trial, TwoTimes, sampler};
use crate::numbers::{Ball, Dual, Float, Jet, Scalar, VectorJet, rate};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, Clock, Diffusion, GaussianData, Marginal, ReverseSde, score_field};

parameters! {
    /// Any process with any density, at a point.
    Density {
        forward: of(Diffusion) "the noising process",
        log_density: of(Jet) "log q",
    }
}

parameters! {
    /// A linear SDE in several dimensions, a Gaussian marginal, and a point.
    Point {
        marginal: of(Marginal) "the process and its law at this time",
        y: vector "the point",
    }
}

const SIGN: u8 = 1;
const AMPLITUDE: u8 = 2;
const UNREVERSED: u8 = 3;

/// The reversal of any diffusion with this score.
fn reversal<S: Scalar>(wrong: u8, forward: &Diffusion<S>, score: &VectorJet<S>) -> Diffusion<S> {
    let reverse = forward.plug_in(score, S::zero());
    let drift = match wrong {
        SIGN => reverse.drift.plus(&forward.drift.scale(S::int(2))),
        AMPLITUDE => score.transformed(&forward.factor).minus(&forward.drift),
        _ => reverse.drift,
    };
    Diffusion { drift, ..reverse }
}

/// The rate of the noising density is what the reverse SDE makes of it.
struct AnyDensity(u8);

impl Statement for AnyDensity {
    type Params<S: Scalar> = Density<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "f=[0.41,-0.93] Df=[[-0.7,1.3],[0.4,-1.1]] L=[[0.9,-0.5],[1.7,0.3]] F=[0.31,-0.83] H=[[-1.3,0.45],[0.45,-0.71]]",
            "f=[0.41] Df=[[-0.7]] L=[[1.3]] F=[0.83] H=[[-0.61]]",
            "f=[0.41,-0.93,0.27] Df=[[-0.7,1.3,0.2],[0.4,-1.1,-0.6],[0.9,0.15,-0.35]] \
         L=[[0.9,-0.5,0.2],[1.7,0.3,-0.8],[0.1,0.6,0.75]] F=[0.31,-0.83,0.57] \
         H=[[-1.3,0.45,-0.2],[0.45,-0.71,0.15],[-0.2,0.15,-0.93]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Density<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let reverse = reversal(wrong, &p.forward, &score_field(&p.log_density));
        let density_rate = p.forward.log_density_rate(&p.log_density);
        let backwards = -reverse.log_density_rate(&p.log_density);
        vec![Relation::equal("reverse Fokker–Planck", density_rate, backwards)]
    }
}

/// The same with a Gaussian density that moves by its own moments.
struct GaussianDensity(u8);

impl Statement for GaussianDensity {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &["A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] \
        m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] y=[0.8113,1.7]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (now, y) = (&p.marginal, &p.y);
        let score = now.law.score().map(Dual::constant);
        let reverse = reversal(wrong, &now.sde.at(y), &VectorJet::of(|y| score.value(y), y));
        let density_rate = rate(now.moving().law.log_density(&y.map(Dual::constant)));
        let backwards = -reverse.log_density_rate(&now.log_density_jet(y));
        vec![Relation::equal("reverse Fokker–Planck", density_rate, backwards)]
    }
}

const PATHS: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4137 v0=0.3137";

/// The scalar reverse SDE at noising time `t`.
fn reverse<S: Scalar>(wrong: u8, data: &GaussianData<S>, t: S) -> ReverseSde<S> {
    let mut clock = data.process.at(t);
    let mut score = data.law(&clock).score();
    match wrong {
        UNREVERSED => {
            let Clock { alpha, offset, noise, .. } = data.process.at(data.process.horizon() - t);
            clock = Clock { alpha, offset, noise, ..clock };
        }
        AMPLITUDE => score = score.scale(clock.noise.sqrt().recip()),
        _ => {}
    }
    let mut reverse = ReverseSde::plug_in(&clock, &score, S::zero());
    if wrong == SIGN {
        reverse.drift = reverse.drift.plus(&Affine { slope: clock.alpha, offset: clock.offset }.scale(S::int(2)));
    }
    reverse
}

/// Moments and two-time covariance of the reverse SDE, by its own equations, against those of the noising process.
struct PathLaw(u8);

impl Statement for PathLaw {
    type Params<S: Scalar> = GaussianData<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            PATHS,
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=-0.2719 v0=0.513",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=0.6137 v0=0.8117",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 m0=0.3119 v0=1.8117",
        ]
    }

    fn relations<'p, S: Scalar>(&self, data: &'p GaussianData<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (S::zero(), data.process.horizon());
        let sde = move |t: S| reverse(wrong, data, t);
        // Cov(X_t, X_T) as the closed form of the noising process has it.
        let end = Dual::constant(data.process.end().phi);
        let covariance = move |t: S| end / data.process.moving(t).phi * data.moving_law(t).variance;
        vec![
            Relation::rate("mean", range, |t| data.moving_law(t).mean, move |t| sde(t).mean_rate(&data.law_at(t))),
            Relation::rate(
                "variance",
                range,
                |t| data.moving_law(t).variance,
                move |t| sde(t).variance_rate(&data.law_at(t)),
            ),
            // The regression on X_T decays with the drift of the reverse SDE alone.
            Relation::rate("two-time covariance", range, covariance, move |t| -sde(t).drift.slope * covariance(t).re),
        ]
    }
}

/// Samples of the reverse SDE, by its drift and noise alone.
struct Samples(u8);

impl Trial for Samples {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: GaussianData<Ball> = at_point(PATHS)?;
        let (start, end) = exact.ends();
        let claimed = TwoTimes::claimed(&end, &start, exact.process.end().phi * exact.v0);
        let data: GaussianData<Float> = at_point(PATHS)?;
        let path = LinearPath::reversed(data.process.horizon().0, 16, |t| reverse(wrong, &data, t));
        Ok(Plan {
            point: PATHS,
            statistics: claimed.statistics(["mean of the samples", "variance of the samples", "two-time product"]),
            drawn: Some(TwoTimes::of(&path, claimed.start).drawn(&claimed)),
            sampler: sampler(move |noise, out| claimed.draw(&path, noise, out)),
        })
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "anderson-reversal",
    aliases: &[],
    title: "With the exact score the reverse SDE has the marginals and the path law of the noising process",
    expect: Expect::True,
    text: include_str!("anderson_reversal.rs"),
    sources: &["anderson1982", "song2021sde"],
    readings: &[
        Readings::in_every_dimension("any density", &EveryDimension(AnyDensity(0))),
        Readings::in_every_dimension("Gaussian density", &EveryDimension(GaussianDensity(0))),
        Readings::of("paths", &PathLaw(0)).and_sampled(&Samples(0)),
    ],
    controls: &[
        Control {
            id: "drift-sign",
            story: "drift Qs + f for Qs − f: the noising drift is not turned around",
            readings: Readings::in_every_dimension("any density", &EveryDimension(AnyDensity(SIGN))),
        },
        Control {
            id: "factor-for-noise",
            story: "L s for L Lᵀ s: g where g² belongs",
            readings: Readings::in_every_dimension("Gaussian density", &EveryDimension(GaussianDensity(AMPLITUDE))),
        },
        Control {
            id: "drift-sign-of-paths",
            story: "drift g² s + f for g² s − f in a sampler",
            readings: Readings::of("paths", &PathLaw(SIGN)).and_sampled(&Samples(SIGN)),
        },
        Control {
            id: "factor-for-noise-in-paths",
            story: "drift g s − f for g² s − f in a sampler",
            readings: Readings::of("paths", &PathLaw(AMPLITUDE)).and_sampled(&Samples(AMPLITUDE)),
        },
        Control {
            id: "schedule-not-reversed",
            story: "β(τ) for β(T − τ): the sampler walks through the schedule from the wrong end",
            readings: Readings::certified("paths", &PathLaw(UNREVERSED)).and_sampled(&Samples(UNREVERSED)),
        },
    ],
    quantities: &[],
};
