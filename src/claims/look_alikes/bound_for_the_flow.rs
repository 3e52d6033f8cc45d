//! False: score matching bounds the divergence of the probability-flow ODE from the data.
//!
//! $$ \mathrm{KL}(q_0 \,\|\, p_{\mathrm{ODE}}) \le \mathrm{KL}(q_T \,\|\, \pi) + \tfrac12\int_0^T g^2\,E_q|s - \nabla\log q_t|^2\,dt $$
//!
//! The bound is that of the SDE, whose noise forgets the errors of the score; the flow carries them to the end, and its divergence can
//! be many times the bound. A small loss says nothing of the likelihoods that the ODE solver reports.

use crate::claims::ct_elbo::scoreflow_kl_bound::{Bound, ODE};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "bound-for-the-flow",
    aliases: &[],
    title: "The divergence bound of score matching holds for the probability-flow ODE",
    expect: Expect::False {
        truth: r"the bound holds for the SDE: $\mathrm{KL}(q_0\|p_{\mathrm{SDE}})$",
        upheld_by: "scoreflow-kl-bound",
    },
    text: include_str!("bound_for_the_flow.rs"),
    sources: &["song2021scoreflow"],
    readings: &[Readings::certified("", &Bound(ODE))],
    controls: &[Control {
        id: "for-the-sde",
        story: "the same bound for the SDE with the same score and prior",
        readings: Readings::certified("", &Bound(0)),
    }],
    quantities: &[],
};
