//! The second difference is the curvature along a step to second order, and exact for cubics.
//!
//! $$ L(x+v) + L(x-v) - 2L(x) = 2\sum_{j\ge1}\frac{D_v^{2j}L}{(2j)!} = D_v^2L + \tfrac1{12}D_v^4L + \tfrac1{360}D_v^6L + \dots $$
//!
//! For $L = x^4$ on the line it is exactly $12x^2\varepsilon^2 + 2\varepsilon^4$. Divided by $\varepsilon^2$, the error is of order $\varepsilon^2$; what is left
//! of it once $\frac1{12}D_v^4L$ is taken away falls by 16 when the step is halved. Here too the claim is that the factors 4 and 16 are met to
//! within a tenth at the steps that are tried.
//!
//! Assumptions: derivatives that exist along the step; exact arithmetic. Proved for $L = \sum c_n(k^\top x)^n$ with free coefficients up to
//! the ninth power, along any line; the rates are enclosed on a mixture. Nothing is random. On a Gaussian all of the
//! error vanishes, so that a Gaussian cannot tell a right coefficient from a wrong one. If it failed, the trace of
//! finite-difference score matching would have another error than is said.

use super::fd_first_central::{HALVINGS, Halving, NINTH_POWER, between};
use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Scalar, Taylor, Vector};
use crate::objectives::score_matching::{Stencil, factorial};
use crate::worlds::RidgeStep;

const SIXTH: u8 = 1;
const TWENTY_FOURTH: u8 = 2;
const EXACT_ON_QUARTICS: u8 = 3;
const ONE_CENTRE: u8 = 4;

/// What a wrong version multiplies the coefficient `1/12` of the fourth derivative by.
fn slip<S: Scalar>(wrong: u8) -> S {
    match wrong {
        SIXTH => S::int(2),
        TWENTY_FOURTH => S::ratio(1, 2),
        _ => S::one(),
    }
}

/// On polynomials.
struct Differences(u8);

impl Statement for Differences {
    type Params<S: Scalar> = RidgeStep<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            NINTH_POWER,
            "c=[0,0,0,0,1] k=[1] x=[0.7] v=[0.2]",
            "c=[1.3,0.7,-0.45,1.21,0.13,-0.9,0.7,0.31,0.17,-0.11] k=[-1.3,0.9] x=[1.31,2.72] v=[1e-10,-3e-10]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p RidgeStep<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let slopes = p.derivatives();
        let second = |p: &RidgeStep<S>| {
            let stencil = Stencil::new(|x| p.value(x), &p.x, &p.v);
            // The value at the centre counted once.
            if wrong == ONE_CENTRE { stencil.curvature() + stencil.centre } else { stencil.curvature() }
        };
        let terms = (2..10).step_by(2).fold(S::zero(), |sum, n| {
            let coefficient = if n == 4 { slip::<S>(wrong) } else { S::one() };
            sum + slopes[n] * 2 * coefficient / factorial::<S>(n as u32)
        });
        let exactly = p.truncated(if wrong == EXACT_ON_QUARTICS { 5 } else { 4 });
        vec![
            Relation::equal("second difference", second(p), terms),
            Relation::equal("second difference of a cubic", second(&exactly), exactly.derivatives()[2]),
        ]
    }
}

/// What halving a small step does to the errors, on a mixture.
struct Rates(u8);

impl Statement for Rates {
    type Params<S: Scalar> = Halving<S>;

    fn points(&self) -> &'static [&'static str] {
        HALVINGS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Halving<S>) -> Vec<Relation<'p, S>> {
        let series = p.world.map(Taylor::<S, 5>::constant).log_density(Taylor::variable(p.x));
        let error = |eps: S| {
            let stencil = Stencil::new(|x| p.world.log_density(x[0]), &Vector(vec![p.x]), &Vector(vec![eps]));
            stencil.curvature() / eps.square() - series.coefficient(2) * 2
        };
        let rest = |eps: S| error(eps) - series.coefficient(4) * 2 * eps.square() * slip::<S>(self.0);
        let rates =
            [between("second difference", error, p.eps, 4), between("beyond the leading error", rest, p.eps, 16)];
        rates.into_iter().flatten().collect()
    }
}

const RATES: &str = "halved steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fd-second-central",
    aliases: &[],
    title: "The second difference is the curvature along a step to second order, and exact for cubics",
    expect: Expect::True,
    text: include_str!("fd_second_central.rs"),
    sources: &["pang2020"],
    readings: &[Readings::of("", &Differences(0)), Readings::certified(RATES, &Rates(0))],
    controls: &[
        Control {
            id: "sixth-for-a-twelfth",
            story: "1/6 for 1/12 as the coefficient of the fourth derivative, that of the first difference",
            readings: Readings::of("", &Differences(SIXTH)),
        },
        Control {
            id: "sixth-in-the-rate",
            story: "the same: what is left of the error does not vanish faster than the error",
            readings: Readings::certified(RATES, &Rates(SIXTH)),
        },
        Control {
            id: "factorial-without-both-sides",
            story: "1/24 for 1/12: the fourth term of one side only",
            readings: Readings::of("", &Differences(TWENTY_FOURTH)),
        },
        Control {
            id: "factorial-in-the-rate",
            story: "the same, seen in the rate",
            readings: Readings::certified(RATES, &Rates(TWENTY_FOURTH)),
        },
        Control {
            id: "exact-on-quartics",
            story: "exact for polynomials of degree 4",
            readings: Readings::of("", &Differences(EXACT_ON_QUARTICS)),
        },
        Control {
            id: "one-centre",
            story: "L(x) subtracted once instead of twice",
            readings: Readings::of("", &Differences(ONE_CENTRE)),
        },
    ],
    quantities: &[],
};
