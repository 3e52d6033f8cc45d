//! False: explicit and implicit score matching differ by a constant at every data point.
//!
//! $$ E\left[\tfrac12|s|^2 + \nabla\cdot s \mid x\right] = E\left[\tfrac12|s - \nabla\log q_t|^2 \mid x\right] - \text{const} $$
//!
//! They do on average over the data, by one integration by parts against $q_t$. Given $x$ it is the *denoising* loss that differs by a
//! constant. A per-example loss built on the explicit form ranks examples by the wrong thing.

use crate::claims::ct_elbo::esm_average::{OverTime, POINTWISE};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "explicit-pointwise",
    aliases: &[],
    title: "Explicit and implicit score matching differ by a constant at every data point",
    expect: Expect::False {
        truth: r"$E[\mathrm{DSM} \mid x] = E[\mathrm{ISM} \mid x] + \mathrm{const}$ at every $x$; the explicit loss only on average",
        upheld_by: "esm-average",
    },
    text: include_str!("explicit_pointwise.rs"),
    sources: &["huang2021", "hyvarinen2005"],
    readings: &[Readings::of("", &OverTime(POINTWISE))],
    controls: &[Control {
        id: "on-average",
        story: "the same integrals averaged over the data",
        readings: Readings::of("", &OverTime(0)),
    }],
    quantities: &[],
};
