//! The central first difference is the slope along a step to second order; the forward difference only to first.
//!
//! $$ \tfrac12[L(x+v) - L(x-v)] = \sum_{j\ge0}\frac{D_v^{2j+1}L}{(2j+1)!} = D_vL + \tfrac16D_v^3L + \dots, \qquad
//! L(x+v) - L(x) = D_vL + \tfrac12D_v^2L + \dots $$
//!
//! Here $D_v = v\cdot\nabla$. The central difference is exact for polynomials of degree 2 at most, the forward difference of degree 1.
//! Divided by the length $\varepsilon$ of the step, the errors are of order $\varepsilon^2$ and $\varepsilon$: halving the step divides
//! them by 4 and by 2, and what is left of the first once $\frac16D^3_vL$ is taken away by 16. These factors hold in the limit; the claim is that they are met
//! to within a tenth at the steps that are tried, and the figure is part of it.
//!
//! Assumptions: derivatives that exist along the step; exact arithmetic. Proved for $L = \sum c_n(k^\top x)^n$ with free coefficients up to
//! the ninth power, along any line; the rates are enclosed on a mixture. Nothing is random. If it failed, the squared
//! slope of finite-difference score matching would have an error of first order.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Scalar, Taylor, Vector};
use crate::objectives::score_matching::{Stencil, factorial};
use crate::parameters;
use crate::worlds::{RidgeStep, SymmetricMixture};

const THIRD: u8 = 1;
const FORWARD_SECOND_ORDER: u8 = 2;
const EXACT_ON_CUBICS: u8 = 3;
const NO_HALF: u8 = 4;

/// A polynomial of the ninth power.
pub(super) const NINTH_POWER: &str =
    "c=[0.3,-0.7,0.45,0.21,-0.13,0.09,0.07,-0.031,0.017,0.011] k=[0.8,-0.6] x=[0.31,-0.72] v=[0.21,0.13]";

/// On polynomials.
struct Differences(u8);

impl Statement for Differences {
    type Params<S: Scalar> = RidgeStep<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            NINTH_POWER,
            "c=[1.3,0.7,-0.45,1.21,0.13,-0.9,0.7,0.31,0.17,-0.11] k=[-1.3,0.9] x=[1.31,2.72] v=[1e-20,-3e-20]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p RidgeStep<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let slopes = p.derivatives();
        let stencil = |p: &RidgeStep<S>| Stencil::new(|x| p.value(x), &p.x, &p.v);
        let terms = |from: usize, step: usize| {
            (from..10).step_by(step).fold(S::zero(), |sum, n| {
                let coefficient =
                    if wrong == THIRD && n == 3 { S::ratio(1, 3) } else { factorial::<S>(n as u32).recip() };
                sum + slopes[n] * coefficient
            })
        };
        let central = |p: &RidgeStep<S>| {
            let slope = stencil(p).ends().slope();
            if wrong == NO_HALF { slope * 2 } else { slope }
        };
        let forward = |p: &RidgeStep<S>| stencil(p).up - stencil(p).centre;
        let quadratic = p.truncated(3);
        let exactly = p.truncated(if wrong == EXACT_ON_CUBICS { 4 } else { 3 });
        let of_quadratic = quadratic.derivatives();
        let leading = if wrong == FORWARD_SECOND_ORDER { S::zero() } else { of_quadratic[2] / 2 };
        vec![
            Relation::equal("central difference", central(p), terms(1, 2)),
            Relation::equal(
                "forward difference",
                forward(p),
                (1..10).fold(S::zero(), |sum, n| sum + slopes[n] / factorial::<S>(n as u32)),
            ),
            Relation::equal("central difference of a quadratic", central(&exactly), exactly.derivatives()[1]),
            Relation::equal(
                "error of the forward difference of a quadratic",
                forward(&quadratic) - of_quadratic[1],
                leading,
            ),
        ]
    }
}

parameters! {
    /// A mixture, a point and a step.
    Halving {
        world: of(SymmetricMixture) "the law",
        x: real "the point",
        eps: positive "length of the step",
    }
}

/// Points of statements about [`Halving`].
pub(super) const HALVINGS: &[&str] = &["mu=1.1 s2=0.5 x=0.37 eps=0.013", "mu=-0.7 s2=1.3 x=1.9 eps=1e-9"];

/// What halving a small step does to the errors, on a mixture.
struct Rates(u8);

impl Statement for Rates {
    type Params<S: Scalar> = Halving<S>;

    fn points(&self) -> &'static [&'static str] {
        HALVINGS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Halving<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let series = p.world.map(Taylor::<S, 4>::constant).log_density(Taylor::variable(p.x));
        let third = if wrong == THIRD { S::int(2) } else { S::one() } * series.coefficient(3);
        let stencil = |eps: S| Stencil::new(|x| p.world.log_density(x[0]), &Vector(vec![p.x]), &Vector(vec![eps]));
        let central = |eps: S| stencil(eps).ends().slope() / eps - series.coefficient(1);
        let forward = |eps: S| (stencil(eps).up - stencil(eps).centre) / eps - series.coefficient(1);
        let rest = |eps: S| central(eps) - third * eps.square();
        let order = if wrong == FORWARD_SECOND_ORDER { 4 } else { 2 };
        [
            between("central difference", central, p.eps, 4),
            between("forward difference", forward, p.eps, order),
            between("beyond the leading error", rest, p.eps, 16),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Halving `eps` divides the error by a factor, but for a tenth of it: two inequalities between squares.
pub(super) fn between<'p, S: Scalar>(name: &str, error: impl Fn(S) -> S, eps: S, factor: i64) -> [Relation<'p, S>; 2] {
    let (whole, half) = (error(eps).square(), error(eps / 2).square());
    let bound = |tenths: i64| half * (S::int(factor) * tenths / 10).square();
    [
        Relation::below(format!("{name}, at least"), bound(9), whole),
        Relation::below(format!("{name}, at most"), whole, bound(11)),
    ]
}

const RATES: &str = "halved steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fd-first-central",
    aliases: &[],
    title: "The central first difference is the slope along a step to second order, the forward difference to first",
    expect: Expect::True,
    text: include_str!("fd_first_central.rs"),
    sources: &["pang2020"],
    readings: &[Readings::of("", &Differences(0)), Readings::certified(RATES, &Rates(0))],
    controls: &[
        Control {
            id: "third-for-a-sixth",
            story: "1/3 for 1/6 as the coefficient of the third derivative",
            readings: Readings::of("", &Differences(THIRD)),
        },
        Control {
            id: "third-for-a-sixth-in-the-rate",
            story: "the same: what is left of the error does not vanish faster than the error",
            readings: Readings::certified(RATES, &Rates(THIRD)),
        },
        Control {
            id: "forward-is-second-order",
            story: "the forward difference taken to be as good as the central one",
            readings: Readings::of("", &Differences(FORWARD_SECOND_ORDER)),
        },
        Control {
            id: "forward-rate",
            story: "the same: a halved step would divide its error by 4",
            readings: Readings::certified(RATES, &Rates(FORWARD_SECOND_ORDER)),
        },
        Control {
            id: "exact-on-cubics",
            story: "exact for polynomials of degree 3, as the second difference is",
            readings: Readings::of("", &Differences(EXACT_ON_CUBICS)),
        },
        Control {
            id: "no-half",
            story: "L(x + v) − L(x − v) taken for the slope: the step counted once",
            readings: Readings::of("", &Differences(NO_HALF)),
        },
    ],
    quantities: &[],
};
