//! How many projections a sample deserves: the square root of two ratios, and one if samples cost nothing.
//!
//! A loss with variance $V_x + V_v/M$ per sample, at a cost of $c_x$ for a sample and $c_v$ for each projection. Variance times cost does not
//! depend on the number of samples, and
//!
//! $$ \Big(V_x + \frac{V_v}M\Big)(c_x + Mc_v) = \big(\sqrt{V_xc_x} + \sqrt{V_vc_v}\big)^2 + \Big(\sqrt{V_xc_vM} - \sqrt{V_vc_x/M}\Big)^2 $$
//!
//! so that it is least at $M^* = \sqrt{V_vc_x/(V_xc_v)}$. If samples are free, $c_x = 0$, it is $c_v(MV_x + V_v)$: the fewer the better, $M = 1$, which
//! is what the paper that introduced the loss does.
//!
//! Assumptions: positive variances and costs, projections independent. $M$ is an integer in code: the neighbours of $M^*$ are to be compared.
//! Nothing here is random. If it failed, a budget of evaluations would be spent on projections where samples are missing.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Dual, Scalar, derivative};
use crate::objectives::score_matching::Allocation;
use crate::parameters;

const INVERTED: u8 = 1;
const ALWAYS_ONE: u8 = 2;
const ONE_FOR_EACH_DIMENSION: u8 = 3;
const NO_ROOT: u8 = 4;

parameters! {
    /// Variances, costs, and any number of projections.
    Spent {
        allocation: of(Allocation) "variances and costs",
        M: positive "projections for each sample",
    }
}

/// The best number as it is stated.
fn stated<S: Scalar>(wrong: u8, allocation: &Allocation<S>) -> S {
    let best = allocation.best_projections();
    match wrong {
        INVERTED => {
            let Allocation { vx, vv, cx, cv } = allocation;
            (*vx * *cv / (*vv * *cx)).sqrt()
        }
        ALWAYS_ONE => S::one(),
        NO_ROOT => best.square(),
        _ => best,
    }
}

/// The number at which variance times cost is least.
struct Least(u8);

impl Statement for Least {
    type Params<S: Scalar> = Spent<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "vx=7.353402475 vv=24.25937079 cx=1 cv=1 M=3.7",
            "vx=0.37 vv=2.9 cx=11.3 cv=0.13 M=1",
            "vx=1e-12 vv=0.7 cx=1.9 cv=1e-9 M=1e6",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Spent<S>) -> Vec<Relation<'p, S>> {
        let allocation = &p.allocation;
        let best = stated(self.0, allocation);
        let (data, projections) = (allocation.vx * allocation.cv * p.M, allocation.vv * allocation.cx / p.M);
        let gap = NonNegative::square(data.sqrt() - projections.sqrt());
        // M² d/dM (V_x + V_v/M)(c_x + Mc_v) = V_xc_v(M² − M*²), negative before and positive after.
        let slope = derivative(|m| allocation.map(Dual::constant).product(m), p.M);
        let best_square = p.M.square() - slope * p.M.square() / (allocation.vx * allocation.cv);
        vec![
            Relation::at_most("cost", allocation.least_product(), allocation.product(p.M), gap),
            Relation::equal("least cost", allocation.product(best), allocation.least_product()),
            Relation::equal("where the slope vanishes", best_square.sqrt(), best),
        ]
    }
}

parameters! {
    /// Variances, and a number of projections, each at a cost of 1.
    FreeSamples {
        vx: positive "V_x, the variance that the data make",
        vv: positive "V_v, the variance that one projection adds",
        more: nonnegative "projections for each sample beyond the first",
        d: above_one "the dimension",
    }
}

/// Samples that cost nothing.
struct Free(u8);

impl Statement for Free {
    type Params<S: Scalar> = FreeSamples<S>;

    fn points(&self) -> &'static [&'static str] {
        &["vx=7.353402475 vv=7.105 more=0 d=3", "vx=0.37 vv=1e9 more=0.0001 d=2", "vx=1.9 vv=0.7 more=63 d=784"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p FreeSamples<S>) -> Vec<Relation<'p, S>> {
        let samples = Allocation { vx: p.vx, vv: p.vv, cx: S::zero(), cv: S::one() };
        let best = if self.0 == ONE_FOR_EACH_DIMENSION { p.d } else { S::one() };
        let gap = NonNegative::declared(p.vx).times(NonNegative::declared(p.more));
        let any = samples.product(p.more + S::one());
        vec![Relation::at_most("cost without samples", samples.product(best), any, gap)]
    }
}

const LEAST: &str = "least cost";
const FREE: &str = "free samples";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-projection-allocation",
    aliases: &[],
    title: "The number of projections that makes a sliced loss cheapest for its variance",
    expect: Expect::True,
    text: include_str!("sm_projection_allocation.rs"),
    sources: &["song2020sliced"],
    readings: &[Readings::of(LEAST, &Least(0)), Readings::of(FREE, &Free(0))],
    controls: &[
        Control {
            id: "inverted-ratio",
            story: "√(V_x c_v/(V_v c_x)): fewer projections where they are noisy",
            readings: Readings::of(LEAST, &Least(INVERTED)),
        },
        Control {
            id: "always-one",
            story: "one projection as the best whatever a sample costs",
            readings: Readings::of(LEAST, &Least(ALWAYS_ONE)),
        },
        Control {
            id: "no-root",
            story: "the ratio itself without its root",
            readings: Readings::of(LEAST, &Least(NO_ROOT)),
        },
        Control {
            id: "one-for-each-dimension",
            story: "M = d as the best although fresh samples are free",
            readings: Readings::of(FREE, &Free(ONE_FOR_EACH_DIMENSION)),
        },
    ],
    quantities: &[],
};
