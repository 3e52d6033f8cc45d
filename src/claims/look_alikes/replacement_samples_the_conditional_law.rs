//! False: with the exact score, replacement samples the conditional law as the number of steps grows.
//!
//! $$ T \to \infty \implies x^{ta} \sim N(rx_o, 1 - r^2) $$
//!
//! With short steps the sampler follows its differential equation exactly, but that equation is not the reversal of the conditional
//! diffusion. The score of the joint law moves the missing entry towards what the noised observation says about the noised
//! entry, and the conditional score is the score of another law. For $r = 0.8$ the mean is half of $x_o$ instead of 0.8 of it.

use crate::claims::csdi::replacement_bias::{CONDITIONAL, Limit};
use crate::claims::{Claim, Control, Expect, Readings};

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "replacement-samples-the-conditional-law",
    aliases: &[],
    title: "With the exact score, replacement samples the conditional law as the number of steps grows",
    expect: Expect::False {
        truth: r"$E = \frac{1 - \sqrt{1 - r^2}}r x_o$ and $V = (1 - r^2)\frac{\mathrm{artanh}\,r}r$ with fresh noise on the observation",
        upheld_by: "replacement-bias",
    },
    text: include_str!("replacement_samples_the_conditional_law.rs"),
    sources: &["tashiro2021", "song2021sde"],
    readings: &[Readings::of("", &Limit(CONDITIONAL))],
    controls: &[Control {
        id: "its-own-law",
        story: "the moments that the sampler's equations have, from the same start",
        readings: Readings::of("", &Limit(0)),
    }],
    quantities: &[],
};
