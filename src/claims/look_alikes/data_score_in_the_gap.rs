//! False: the variational gap compares the control with the score of the data.
//!
//! $$ \log p_\theta(x) - \mathrm{ELBO}(x) = \tfrac12\int_0^T E\big[|a - \sigma^\top\nabla\log q_t(Y_t)|^2 \mid Y_0 = x\big]\,dt $$
//!
//! The score in the gap is that of the model, $\nabla\log u_t$. With the score of the data in its place one has the integrand of
//! the *average* bound, which vanishes for the exact score whatever the prior is, and is no gap of any likelihood.

use crate::claims::ct_elbo::variational_gap::{DATA_SCORE, Gap};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "data-score-in-the-gap",
    aliases: &[],
    title: "The variational gap compares the control with the score of the data",
    expect: Expect::False {
        truth: r"the gap compares with $\nabla\log u$, the score of the model, under $Y \mid Y_0 = x$",
        upheld_by: "variational-gap",
    },
    text: include_str!("data_score_in_the_gap.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("", &Gap(DATA_SCORE))],
    controls: &[Control {
        id: "model-score",
        story: "the same integral with the score of the model",
        readings: Readings::of("", &Gap(0)),
    }],
    quantities: &[],
};
