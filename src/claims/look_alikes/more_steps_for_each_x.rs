//! False: more steps of a diffusion model give a lower loss at every data point.
//!
//! $$ L_{2T}(x) \le L_T(x) \quad\text{for each } x $$
//!
//! On average over Gaussian data the squared error of the exact network falls as noise does, and dividing a step lowers the loss. At the mean of the data
//! it rises: seen through noise alone the guess is right there, and a little signal makes it worse. With unit variance and signal-to-noise ratios from $1$ over
//! $0.1$ to $0.01$ one step costs $0.0048525$ and two cost $0.0376312$. A likelihood of one example that gets worse with more steps is no sign of a fault.

use crate::claims::vdm::vdm_t_vs_2t::{EACH_X, Order};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "more-steps-for-each-x",
    aliases: &[],
    title: "More steps give a lower loss at every data point",
    expect: Expect::False { truth: r"$E_xL_{2T}(x) \le E_xL_T(x)$ for the exact network", upheld_by: "vdm-t-vs-2t" },
    text: include_str!("more_steps_for_each_x.rs"),
    sources: &["kingma2021"],
    readings: &[Readings::certified("", &Order(EACH_X))],
    controls: &[Control {
        id: "on-average",
        story: "the same step divided, with the error averaged over the data",
        readings: Readings::certified("", &Order(0)),
    }],
    quantities: &[],
};
