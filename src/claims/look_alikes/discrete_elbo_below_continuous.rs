//! False: the ELBO of a chain of $L$ steps is below the log-likelihood of the continuous model.
//!
//! $$ \mathrm{ELBO}_L(x) \le \log p_\theta(x) $$
//!
//! It is below the log-likelihood $\log p_L$ of the *chain*, which is another model. On unit VP it exceeds that of the continuous
//! one for every $|x| > 1$, by $O(1/L)$, and no refinement of the test's tolerance makes that an error of the code.

use crate::claims::ct_elbo::deep_vae_limit::{CONTINUOUS, DiscreteBound};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "discrete-elbo-below-continuous",
    aliases: &[],
    title: "The ELBO of L steps is below the log-likelihood of the continuous model",
    expect: Expect::False {
        truth: r"$\mathrm{ELBO}_L(x) \le \log p_L(x)$, the likelihood of the chain",
        upheld_by: "deep-vae-limit",
    },
    text: include_str!("discrete_elbo_below_continuous.rs"),
    sources: &["huang2021"],
    readings: &[Readings::certified("", &DiscreteBound(CONTINUOUS))],
    controls: &[Control {
        id: "of-the-chain",
        story: "the same ELBO below the log-likelihood of the chain",
        readings: Readings::certified("", &DiscreteBound(0)),
    }],
    quantities: &[],
};
