//! False: at the optimal control the log-weight is constant without the stochastic integral.
//!
//! $$ \mathrm{Var}\left[\log\pi(Y_T) - \int_0^T\left(\nabla\cdot\mu + \tfrac12|a|^2\right)dt\right] = 0 $$
//!
//! The integral $\int a\cdot dB$ has mean zero, so that the bound does without it; the weight does not. Left out, the variance is
//! $\int E|\sigma^\top\nabla\log u|^2dt$, and importance-weighted bounds converge to something that is no likelihood.

use crate::claims::ct_elbo::zero_variance_weight::{NO_INTEGRAL, Weight};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "weight-without-its-integral",
    aliases: &[],
    title: "At the optimum the log-weight is constant without its stochastic integral",
    expect: Expect::False {
        truth: r"$W = \log p_\theta(x)$ on every path, with $-\int a\cdot dB$",
        upheld_by: "zero-variance-weight",
    },
    text: include_str!("weight_without_its_integral.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("", &Weight(NO_INTEGRAL))],
    controls: &[Control {
        id: "with-the-integral",
        story: "the same weight with its stochastic integral",
        readings: Readings::of("", &Weight(0)),
    }],
    quantities: &[],
};
