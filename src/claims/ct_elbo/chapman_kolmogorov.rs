//! Transitions of a linear SDE compose: two in a row are the transition over the whole time.
//!
//! With $Y_t \mid Y_s = y \sim N(\varphi y + c, w)$ for each of the times, from $r$ to $s$ (index 1) and from $s$ to $t$ (index 2):
//!
//! $$ (\varphi, c, w)_{s\to t} \circ (\varphi, c, w)_{r\to s} = (\varphi_2\varphi_1,\ \varphi_2 c_1 + c_2,\ \varphi_2^2 w_1 + w_2) = (\varphi, c, w)_{r\to t} $$
//!
//! The first equality is one of laws: with $K(u; y) = \log E[e^{uY_t} \mid y] = u(\varphi y + c) + \frac12 u^2 w$ it reads
//! $K_{1,2}(u; y) = K_2(u; 0) + K_1(\varphi_2 u; y)$, whose second derivative in $u$ is the variance. The second is the semigroup
//! of the SDE: variation of constants from $r$ to $t$ knows nothing of $s$.
//!
//! Assumptions: none beyond linearity. If it failed, a sampler that takes two steps would not draw what one step draws, and no
//! discretisation with exact transitions (DDPM posteriors, restarts, inpainting loops) would be exact.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{LinearPath, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Dual, Float, Jet, Scalar, Vector};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, ForcedOu, Gaussian, Transition};

const ADDED: u8 = 1;
const FIRST_FACTOR: u8 = 2;
const SWAPPED: u8 = 3;

/// The composition, or what a wrong version takes for it.
fn composed<S: Scalar>(wrong: u8, first: &Transition<S>, second: &Transition<S>) -> Transition<S> {
    let right = first.then(second);
    match wrong {
        ADDED => Transition { variance: first.variance + second.variance, ..right },
        FIRST_FACTOR => Transition { variance: first.factor.square() * first.variance + second.variance, ..right },
        SWAPPED => Transition { offset: first.factor * second.offset + first.offset, ..right },
        _ => right,
    }
}

/// `K_{1,2}(u; y) = K₂(u; 0) + K₁(φ₂u; y)`.
fn in_turn<S: Scalar>(first: &Transition<S>, second: &Transition<S>, u: S, y: S) -> S {
    second.cumulant(u, S::zero()) + first.cumulant(second.factor * u, y)
}

parameters! {
    /// Two transitions and where to compare the laws.
    Pair {
        phi1: real "signal coefficient of the first transition",
        c1: real "offset of the first transition",
        w1: positive "variance of the first transition",
        phi2: real "signal coefficient of the second transition",
        c2: real "offset of the second transition",
        w2: positive "variance of the second transition",
        u: real "argument of the cumulant generating function",
        y: real "the start",
    }
}

/// The composition has the law of two transitions in a row.
struct Laws(u8);

impl Statement for Laws {
    type Params<S: Scalar> = Pair<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "phi1=0.8137 c1=-0.3119 w1=0.3137 phi2=0.5213 c2=0.7131 w2=0.4119 u=1.3171 y=0.6171",
            "phi1=-1.3171 c1=0.2119 w1=0.0713 phi2=1.7137 c2=0.1131 w2=2.4119 u=-0.7713 y=-1.2137",
            "phi1=0.7119 c1=0.4137 w1=0.3 phi2=0.5 c2=-0.2713 w2=0.4 u=0.9131 y=0.3719",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Pair<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let first = Transition { factor: p.phi1, offset: p.c1, variance: p.w1 };
        let second = Transition { factor: p.phi2, offset: p.c2, variance: p.w2 };
        let whole = composed(wrong, &first, &second);
        let lift = |c| Dual::constant(Dual::constant(c));
        let curved = Jet::of(|u| in_turn(&first.map(lift), &second.map(lift), u[0], lift(p.y)), &Vector(vec![p.u]));
        vec![
            Relation::equal("law of the end", whole.cumulant(p.u, p.y), in_turn(&first, &second, p.u, p.y)),
            Relation::equal("variance of the end", whole.variance, curved.hessian[(0, 0)]),
        ]
    }
}

parameters! {
    /// An SDE at three times.
    Times {
        sde: of(ForcedOu) "the SDE",
        r: real "the first time",
        s: real "the time between",
        t: real "the last time",
    }
}

const POINT: &str = "k=0.8137 g0=0.6171 g1=0.5213 h0=-1.713 h1=0.8119 r=0.2 s=0.5137 t=1.7";

/// Two transitions of an SDE are the one over the whole time.
struct Semigroup(u8);

impl Statement for Semigroup {
    type Params<S: Scalar> = Times<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "k=-0.6137 g0=1.3171 g1=-0.4213 h0=0.513 h1=-0.9119 r=-0.3 s=0.4119 t=1.9",
            "k=0 g0=0.3171 g1=0.2213 h0=0.2131 h1=0.6119 r=0.1 s=0.2137 t=0.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Times<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let two = composed(wrong, &p.sde.transition(p.r, p.s), &p.sde.transition(p.s, p.t));
        let one = p.sde.transition(p.r, p.t);
        vec![
            Relation::equal("signal", two.factor, one.factor),
            Relation::equal("offset", two.offset, one.offset),
            Relation::equal("variance", two.variance, one.variance),
        ]
    }
}

/// Paths drawn from drift and diffusion alone end where two composed transitions say.
struct Ends(u8);

impl Trial for Ends {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let p: Times<Float> = at_point(POINT)?;
        let two = composed(wrong, &p.sde.transition(p.r, p.s), &p.sde.transition(p.s, p.t));
        let start = Gaussian::new(Float(0.7131), Float(0.3137));
        let claimed = two.apply(&start);
        let (mean, variance) = (claimed.mean.0, claimed.variance.0);
        let path = LinearPath::new(
            |t| {
                let clock = p.sde.at(t);
                (Affine { slope: clock.alpha, offset: clock.offset }, clock.noise)
            },
            p.r.0,
            p.t.0,
            2,
        );
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("mean", mean, variance), Statistic::variance("variance", mean, variance)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let start = noise.gaussian(&start);
                out.fill(path.walk(start, noise));
            }),
        })
    }
}

const LAWS: &str = "laws";
const SEMIGROUP: &str = "semigroup";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "chapman-kolmogorov",
    aliases: &[],
    title: "Transitions compose: two in a row are the transition over the whole time",
    expect: Expect::True,
    text: include_str!("chapman_kolmogorov.rs"),
    sources: &["song2021sde"],
    readings: &[Readings::of(LAWS, &Laws(0)), Readings::of(SEMIGROUP, &Semigroup(0)).and_sampled(&Ends(0))],
    controls: &[
        Control {
            id: "variances-added",
            story: "w₁ + w₂: true of variance-exploding processes only",
            readings: Readings::of(LAWS, &Laws(ADDED)),
        },
        Control {
            id: "first-factor",
            story: "φ₁²w₁ + w₂: the noise of the first transition damped by the first transition",
            readings: Readings::of(SEMIGROUP, &Semigroup(FIRST_FACTOR)).and_sampled(&Ends(FIRST_FACTOR)),
        },
        Control {
            id: "offset-order",
            story: "φ₁c₂ + c₁: the transitions in the wrong order",
            readings: Readings::of(SEMIGROUP, &Semigroup(SWAPPED)).and_sampled(&Ends(SWAPPED)),
        },
    ],
    quantities: &[],
};
