//! False: with the exact score of the data the ELBO is tight.
//!
//! $$ s = \nabla\log q_t \implies \log p_\theta(x) = \mathrm{ELBO}(x) $$
//!
//! The gap vanishes if the score is that of the *model*, $\nabla\log u_t$, and the model's law depends on its prior. With the
//! exact score and a prior that is not $q_T$ the model is not the data law, and the gap is positive. A standard normal prior
//! after too little noise is this case.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::Scalar;
use crate::worlds::{ScaledPoint, ScaledScore};

const MATCHED: u8 = 0;
const ANY_PRIOR: u8 = 1;

struct NoGap(u8);

impl Statement for NoGap {
    type Params<S: Scalar> = ScaledPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=0 lam=0 vpi=1.1719 x=0.8113",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513 delta=0 lam=0.3 vpi=1.3 x=-0.3119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScaledPoint<S>) -> Vec<Relation<'p, S>> {
        let (start, end) = (p.family.process.start(), p.family.process.end());
        let exact = ScaledScore { delta: S::zero(), ..p.family.world() };
        let matched = ScaledScore { vpi: end.variance(exact.v0), ..exact };
        let world = if self.0 == ANY_PRIOR { exact } else { matched };
        vec![Relation::equal("no gap", world.model(&start, &end).log_density(p.x), world.elbo(p.x, &end))]
    }
}

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "exact-score-leaves-no-gap",
    aliases: &[],
    title: "With the exact score of the data the ELBO is tight",
    expect: Expect::False {
        truth: r"no gap iff $s = \nabla\log u$, the score of the model itself, and $\pi = u_T$",
        upheld_by: "variational-gap",
    },
    text: include_str!("exact_score_leaves_no_gap.rs"),
    sources: &["huang2021"],
    readings: &[Readings::certified("", &NoGap(ANY_PRIOR))],
    controls: &[Control {
        id: "matched-prior",
        story: "the exact score with the law of the noised data as prior, so that it is the model's own score",
        readings: Readings::certified("", &NoGap(MATCHED)),
    }],
    quantities: &[],
};
