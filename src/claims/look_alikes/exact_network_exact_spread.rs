//! False: with an exact network the imputed entries have the conditional covariance.
//!
//! $$ \hat\epsilon = \epsilon^* \implies \mathrm{Cov}(x_0 \mid x^{co}) = C_c $$
//!
//! The network fixes the mean of a reverse step, not its variance. With $\tilde\beta_t$ every step of a finite chain is too little spread
//! wherever the data have spread, and 50 steps of the default schedule of CSDI lose 11 percent of the variance. Intervals that are too narrow are then
//! blamed on the network, and a correct sampler fails a test against $C_c$.

use crate::claims::csdi::conditional_ddpm_moments::{CONDITIONAL, Chains};
use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::ByEnclosure;

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "exact-network-exact-spread",
    aliases: &[],
    title: "With an exact network the imputed entries have the conditional covariance",
    expect: Expect::False {
        truth: r"$V = \Psi_T\Psi_T^\top + \sum_{t=2}^T\tilde\beta_t\Psi_{t-1}\Psi_{t-1}^\top$, $\Psi_t = \sqrt{\bar\alpha_t}C_cM_t^{-1}$",
        upheld_by: "conditional-ddpm-moments",
    },
    text: include_str!("exact_network_exact_spread.rs"),
    sources: &["tashiro2021", "ho2020"],
    readings: &[Readings::certified("", &ByEnclosure(Chains(CONDITIONAL)))],
    controls: &[Control {
        id: "sum-over-draws",
        story: "the covariance that start and draws add up to, for the same chains",
        readings: Readings::certified("", &ByEnclosure(Chains(0))),
    }],
    quantities: &[],
};
