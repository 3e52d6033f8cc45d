//! False: as $\lambda \to 1$ the ELBO of the family tends to the likelihood of the probability-flow ODE.
//!
//! $$ \mathrm{ELBO}_\lambda(x) \to \log p_{\mathrm{ODE}}(x), \quad\text{so that}\quad (1-\lambda)\,\mathrm{ELBO}_\lambda(x) \to 0 $$
//!
//! The likelihoods do; the bounds go to $-\infty$ like $1/(1-\lambda)$ unless the score is exact. To evaluate a nearly deterministic sampler
//! by this bound measures the bound.

use crate::claims::ct_elbo::lambda_to_one::{CONVERGES, Limit};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "elbo-tends-to-the-flow",
    aliases: &[],
    title: "As the noise is turned off, the ELBO tends to the likelihood of the ODE",
    expect: Expect::False {
        truth: r"$\mathrm{ELBO}_\lambda(x) \to -\infty$ if $s \ne \nabla\log q$, while $\log p_{\theta,\lambda}(x)$ converges",
        upheld_by: "lambda-to-one",
    },
    text: include_str!("elbo_tends_to_the_flow.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("", &Limit(CONVERGES))],
    controls: &[Control {
        id: "diverges",
        story: "(1 − λ) times the bound tends to its limit, which is not 0",
        readings: Readings::of("", &Limit(0)),
    }],
    quantities: &[],
};
