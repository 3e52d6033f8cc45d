//! False: all members of the $\lambda$-family have the same marginals, whatever the score.
//!
//! $$ p_{\theta,\lambda} = p_{\theta,0} \quad\text{for every score } s $$
//!
//! They share them if the score is exact and the prior is the law of the noised data; then each has the law of the data. With
//! any other score they are different models: turning the noise down changes what is sampled and every likelihood. To
//! evaluate the ODE's likelihood and to report it for the SDE's samples is this mistake.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::Scalar;
use crate::worlds::{ScaledFamily, ScaledScore};

const EXACT: u8 = 0;
const ANY: u8 = 1;

struct Marginals(u8);

impl Statement for Marginals {
    type Params<S: Scalar> = ScaledFamily<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=0.2719 lam=0.5 vpi=1.1719",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 v0=0.8117 delta=-0.1713 lam=-0.7 vpi=10.3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScaledFamily<S>) -> Vec<Relation<'p, S>> {
        let (start, end) = (p.process.start(), p.process.end());
        let exact = ScaledScore { delta: S::zero(), vpi: end.variance(p.v0), ..p.world() };
        let member = if self.0 == ANY { p.world() } else { exact };
        let sde = ScaledScore { lambda: S::zero(), ..member };
        let (left, right) = (member.model(&start, &end), sde.model(&start, &end));
        vec![Relation::equal("variance of the samples", left.variance, right.variance)]
    }
}

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "same-marginals-for-any-score",
    aliases: &[],
    title: "All members of the λ-family have the same marginals, whatever the score",
    expect: Expect::False {
        truth: r"members of the $\lambda$-family share their marginals if $s = \nabla\log q$ and $\pi = q_T$",
        upheld_by: "lambda-family",
    },
    text: include_str!("same_marginals_for_any_score.rs"),
    sources: &["huang2021", "song2021sde"],
    readings: &[Readings::of("", &Marginals(ANY))],
    controls: &[Control {
        id: "exact-score",
        story: "the exact score and the law of the noised data as prior, for the same members",
        readings: Readings::of("", &Marginals(EXACT)),
    }],
    quantities: &[],
};
