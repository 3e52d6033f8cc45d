//! False: if the ELBO is tight, the model is the law of the data.
//!
//! $$ \log p_\theta(x) = \mathrm{ELBO}(x) \implies p_\theta = q_0 $$
//!
//! The exact score of *another* Gaussian, with its diffused law as prior, leaves no gap at any point, and its model is that
//! other Gaussian. A zero gap says that the bound is the likelihood, and nothing of how good the model is: what is lost on
//! average over the data is a Kullback–Leibler divergence.

use crate::claims::ct_elbo::pointwise_model_not_data::{PERFECT_MODEL, Pointwise};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "no-gap-means-data",
    aliases: &[],
    title: "If the ELBO is tight, the model is the law of the data",
    expect: Expect::False {
        truth: r"no gap: $\mathrm{ELBO}(x) = \log p_\theta(x)$, while $E_q \log p_\theta \le E_q \log q_0$",
        upheld_by: "pointwise-model-not-data",
    },
    text: include_str!("no_gap_means_data.rs"),
    sources: &["huang2021", "song2021scoreflow"],
    readings: &[Readings::of("", &Pointwise(PERFECT_MODEL))],
    controls: &[Control {
        id: "another-gaussian",
        story: "the bound is the log-likelihood of the other Gaussian, and on average below that of the data",
        readings: Readings::of("", &Pointwise(0)),
    }],
    quantities: &[],
};
