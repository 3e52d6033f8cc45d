//! False: at the optimal control the log-weight summed along an Euler path has no variance.
//!
//! $$ \mathrm{Var}\,W_n = 0 $$
//!
//! In continuous time $W = \log p_\theta(x)$ on every path. Left-point sums for $\int a\,dB$ leave a variance of order $1/n$, so that
//! $n\,\mathrm{Var}\,W_n$ tends to a constant: a test with a fixed tolerance fails for small $n$ and says nothing for large.

use crate::claims::ct_elbo::zero_variance_weight::{EULER_CONSTANT, Rate};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "euler-weight-is-constant",
    aliases: &[],
    title: "At the optimum the log-weight of an Euler path is constant",
    expect: Expect::False {
        truth: r"$W$ is constant in continuous time; $n\,\mathrm{Var}\,W_n$ tends to $\frac T2\int(G/v)^2dt$",
        upheld_by: "zero-variance-weight",
    },
    text: include_str!("euler_weight_is_constant.rs"),
    sources: &["huang2021"],
    readings: &[Readings::certified("", &Rate(EULER_CONSTANT))],
    controls: &[Control {
        id: "with-its-rate",
        story: "the variance of the same sums between the bounds of its rate",
        readings: Readings::certified("", &Rate(0)),
    }],
    quantities: &[],
};
