//! How many values of a log-density, or of a score, the finite-difference losses take: no gradient in any of them.
//!
//! $$
//! N_{\text{FD-SSM}}(m) = 2m + 1, \qquad N_{\text{FD-DSM}} = 2, \qquad N_{\text{FD-SSM-VR}} = 2, \qquad N(T) = 2\lceil T/2\rceil + [T \text{ even}] = T + 1
//! $$
//!
//! For each pair $(x, v)$ FD-SSM takes 3 values of $L$, FD-DSM 2 and FD-SSM-VR 2 values of the score. Each further of $m$ projections of FD-SSM at the
//! same $x$ takes 2, since $L(x)$ is shared. A symmetric stencil for the derivative of order $T$ takes $T + 1$: on both sides at
//! $\lceil T/2\rceil$ distances, and once at the centre if $T$ is even.
//!
//! Counted while the library's own losses are evaluated, by a log-density that counts its calls. There is nothing to prove and nothing random. If it failed, the
//! comparison of costs with back-propagation would be off, which is what these losses are for.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Scalar, Vector};
use crate::objectives::score_matching::{Ends, Stencil, SymmetricStencil, reduced_along};
use crate::parameters;
use crate::worlds::RidgeStep;
use std::cell::Cell;

const CENTRE_TWICE: u8 = 1;
const TWO_OF_FD_SSM: u8 = 2;
const TWO_EACH: u8 = 3;
const NOTHING_SHARED: u8 = 4;
const CENTRE_OF_FD_DSM: u8 = 5;

parameters! {
    /// A log-density, a step, and the distances of a stencil.
    Work {
        step: of(RidgeStep) "log-density, point and step",
        alpha: positives "distances of the nodes of a stencil",
    }
}

/// How often it was called.
#[derive(Default)]
struct Calls(Cell<i64>);

impl Calls {
    fn counted<R>(&self, value: R) -> R {
        self.0.set(self.0.get() + 1);
        value
    }

    /// The number of calls so far, from which counting starts anew.
    fn taken<S: Scalar>(&self) -> S {
        S::int(self.0.take())
    }
}

struct Evaluations(u8);

impl Statement for Evaluations {
    type Params<S: Scalar> = Work<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "c=[0.3,-0.7,0.45,0.21] k=[0.8,-0.6] x=[0.31,-0.72] v=[0.21,0.13] alpha=[0.7]",
            "c=[0.3,-0.7,0.45,0.21] k=[0.8,-0.6,1.1] x=[0.31,-0.72,0.4] v=[0.21,0.13,-0.3] alpha=[0.7,1.3,1.9,2.2]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Work<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (step, calls) = (&p.step, Calls::default());
        let energy = |x: &Vector<S>| calls.counted(step.value(x));
        let projections = 1 + p.alpha.dimension() as i64;
        let steps: Vec<_> = (1..=projections).map(|n| step.v.scale(S::int(n))).collect();

        let _ = Stencil::new(energy, &step.x, &step.v).sliced();
        let three = Relation::equal("FD-SSM", calls.taken(), S::int(if wrong == TWO_OF_FD_SSM { 2 } else { 3 }));
        let _: Vec<S> = Stencil::fan(energy, &step.x, &steps).iter().map(Stencil::sliced).collect();
        let shared = if wrong == NOTHING_SHARED { projections * 3 } else { projections * 2 + 1 };
        let many = Relation::equal("FD-SSM with several projections", calls.taken(), S::int(shared));
        let _ = Ends::new(energy, &step.x, &step.v).denoising(S::one());
        let two = Relation::equal("FD-DSM", calls.taken(), S::int(if wrong == CENTRE_OF_FD_DSM { 3 } else { 2 }));
        let _ = reduced_along(|x| calls.counted(step.direction.scale(step.value(x))), &step.x, &step.v);
        let scores = Relation::equal("FD-SSM-VR, scores", calls.taken(), S::int(2));

        let mut relations = vec![three, many, two, scores];
        let most = 2 * p.alpha.dimension() as u32;
        for order in [most - 1, most] {
            let stencil = SymmetricStencil::new(order, &p.alpha.0);
            let _ = stencil.estimate(|t| calls.counted(step.value(&(&step.x + &step.v.scale(t)))));
            let stated = match wrong {
                CENTRE_TWICE if order % 2 == 0 => order + 2,
                TWO_EACH => 2 * order,
                _ => order + 1,
            };
            relations.push(Relation::equal(format!("order {order}"), calls.taken(), S::int(i64::from(stated))));
        }
        relations
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fd-cost",
    aliases: &[],
    title: "FD-SSM takes 3 values of the log-density, FD-DSM 2, and a derivative of order T takes T + 1",
    expect: Expect::True,
    text: include_str!("fd_cost.rs"),
    sources: &["pang2020"],
    readings: &[Readings::certified("", &Evaluations(0))],
    controls: &[
        Control {
            id: "centre-counted-twice",
            story: "2K + 2 values for the even order 2K: the centre counted on both sides",
            readings: Readings::certified("", &Evaluations(CENTRE_TWICE)),
        },
        Control {
            id: "two-for-fd-ssm",
            story: "2 values for FD-SSM, which are enough for FD-DSM",
            readings: Readings::certified("", &Evaluations(TWO_OF_FD_SSM)),
        },
        Control {
            id: "two-for-each-order",
            story: "2T values for the order T, two for each derivative taken in turn",
            readings: Readings::certified("", &Evaluations(TWO_EACH)),
        },
        Control {
            id: "nothing-shared",
            story: "3 values for each further projection at the same point",
            readings: Readings::certified("", &Evaluations(NOTHING_SHARED)),
        },
        Control {
            id: "centre-of-fd-dsm",
            story: "3 values for FD-DSM, which has no second difference",
            readings: Readings::certified("", &Evaluations(CENTRE_OF_FD_DSM)),
        },
    ],
    quantities: &[],
};
