//! False: an ELBO whose integral stops at $\epsilon > 0$ is on average below the log-density of the data.
//!
//! $$ E_q[\text{truncated } \mathrm{ELBO}] \le E_q\log q_0 $$
//!
//! With the exact score the truncated integral is on average the negative entropy of the data *noised until* $\epsilon$, above that
//! of the data wherever noising shrinks their variance. It bounds the likelihood of the noised data; a decoder from
//! $\epsilon$ to 0 makes it a bound of the data's. Bits per dimension without that term are too good by what is missing.

use crate::claims::ct_elbo::time_truncation::{AverageBound, NAIVE};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "truncated-elbo-below-data",
    aliases: &[],
    title: "Stopped before time 0, the average ELBO is still below the average log-density of the data",
    expect: Expect::False {
        truth: r"$E_q\mathrm{ELBO} \le E_q\log q_0$, with a decoder from $\epsilon$ to 0",
        upheld_by: "time-truncation",
    },
    text: include_str!("truncated_elbo_below_data.rs"),
    sources: &["huang2021", "song2021scoreflow"],
    readings: &[Readings::of("", &AverageBound(NAIVE))],
    controls: &[Control {
        id: "with-a-decoder",
        story: "the same average with a decoder from the cut-off to the data",
        readings: Readings::of("", &AverageBound(0)),
    }],
    quantities: &[],
};
