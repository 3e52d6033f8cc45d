//! False: a chain on Gaussian data wastes nothing, because its reverse steps are Gaussian.
//!
//! $$ L_T = L_\infty \quad\text{if all } q(z_s \mid z_t) \text{ are Gaussian} $$
//!
//! They are, with the exact network also in the mean, but the steps of the model have the variance of $z_s$ given $z_t$ *and* $x$, which is less. In ten steps from a
//! log-ratio of $-9$ to one of $5$ that costs $4.35$ nats on data of variance $0.7$, as much as the limit itself. What a bound loses by few steps is a property of
//! this variance and not of the data or of the network.

use crate::claims::vdm::vdm_finite_t_gap::{NONE, OF_REVERSE, Sum};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "no-slack-for-gaussian-data",
    aliases: &[],
    title: "A chain on Gaussian data wastes nothing, because its reverse steps are Gaussian",
    expect: Expect::False {
        truth: r"steps with the reverse variance $V^* = \sigma_{t|s}^2v_s/v_t$ waste nothing",
        upheld_by: "vdm-finite-t-gap",
    },
    text: include_str!("no_slack_for_gaussian_data.rs"),
    sources: &["kingma2021"],
    readings: &[Readings::of("", &Sum(NONE))],
    controls: &[Control {
        id: "with-the-reverse-variance",
        story: "the same chain with the variance of z_s given z_t alone",
        readings: Readings::of("", &Sum(OF_REVERSE)),
    }],
    quantities: &[],
};
