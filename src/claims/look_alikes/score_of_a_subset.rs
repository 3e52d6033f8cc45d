//! False: the score of a sub-set of targets is that part of the score of all of them.
//!
//! $$ \nabla_{z_0}\log p(z_0) = \big(\nabla\log p(z_0, z_1)\big)_0 $$
//!
//! Means and covariances of sub-sets are sub-vectors and blocks, scores are not: the precision of a part is not a part of the precision.
//! The two agree on average over the entries left out, given those kept. To cut a sub-vector out of an oracle's score, or to compare a network that
//! imputes one entry with one that imputes two, is this mistake.

use crate::claims::csdi::score_marginalisation_trap::{SUB_VECTOR, Score};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "score-of-a-subset",
    aliases: &[],
    title: "The score of a sub-set of targets is that part of the score of all of them",
    expect: Expect::False {
        truth: r"$\nabla_{z_0}\log p(z_0) = E[(\nabla\log p(z_0, z_1))_0 \mid z_0]$",
        upheld_by: "score-marginalisation-trap",
    },
    text: include_str!("score_of_a_subset.rs"),
    sources: &["tashiro2021"],
    readings: &[Readings::of("", &Score(SUB_VECTOR))],
    controls: &[Control {
        id: "on-average",
        story: "the part of the score averaged over the entries left out",
        readings: Readings::of("", &Score(0)),
    }],
    quantities: &[],
};
