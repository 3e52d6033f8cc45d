//! False: members of the $\lambda$-family that share their marginals share the law of their paths.
//!
//! $$ \mathrm{Corr}_\lambda(X_s, X_t) = \mathrm{Corr}_0(X_s, X_t) $$
//!
//! With the exact score they agree at each time and at no two: the probability-flow ODE keeps a correlation of one, the SDE
//! forgets. Whoever interpolates, inverts or edits with one member what another has sampled relies on this.

use crate::claims::ct_elbo::lambda_family::{PathLaw, SAME_PATHS};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "same-path-laws",
    aliases: &[],
    title: "Members of the λ-family with the same marginals have the same law on paths",
    expect: Expect::False {
        truth: r"they share every marginal, and $\mathrm{Corr}_\lambda(X_s, X_t) = (R_s/R_t)^{(1-\lambda)/2}$",
        upheld_by: "lambda-family",
    },
    text: include_str!("same_path_laws.rs"),
    sources: &["huang2021", "song2021sde"],
    readings: &[Readings::of("", &PathLaw(SAME_PATHS))],
    controls: &[Control {
        id: "own-correlation",
        story: "each member with its own correlation",
        readings: Readings::of("", &PathLaw(0)),
    }],
    quantities: &[],
};
