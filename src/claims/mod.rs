//! Floor 4: what the theory says. One file for each claim, one line for each in its folder's list.

mod ask;
mod claim;
mod conformance;
pub mod csdi;
pub mod ct_elbo;
pub mod look_alikes;
mod page;
pub mod purification;
mod quantity;
pub mod samplers;
pub mod score_matching;
pub mod statistics;
mod traps;
pub mod vdm;

pub use ask::{ask, quantity};
pub use claim::{Claim, Control, Expect, Readings};
pub use conformance::{CONFORMANCE, Theorem};
pub use page::{Block, Page};
pub use quantity::{Answer, AskError, Enclose, Formula, InDouble, Quantity};
pub use traps::{TRAPS, Trap};

/// Every claim, in the order of the catalogue.
pub fn all() -> impl Iterator<Item = &'static Claim> {
    let folders = [
        ct_elbo::CLAIMS,
        look_alikes::CLAIMS,
        samplers::CLAIMS,
        vdm::CLAIMS,
        csdi::CLAIMS,
        score_matching::CLAIMS,
        purification::CLAIMS,
        statistics::CLAIMS,
    ];
    folders.into_iter().flatten().copied()
}

/// The claim with this id or alias.
///
/// ```
/// let claim = ouracle::claims::find("lambda-factor").unwrap();
/// assert_eq!(claim.id, "score-matching-equals-elbo");
/// ```
pub fn find(id: &str) -> Option<&'static Claim> {
    all().find(|claim| claim.id == id || claim.aliases.contains(&id))
}
