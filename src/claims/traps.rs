//! What readers conclude from true statements and correct experiments, and what holds instead.
//!
//! A trap is not a mistake in a formula: the number is right, and the reading of it is not. Each conclusion is a wrong version
//! of a claim, refuted in every run; its row shows where, and by how much.

/// A conclusion that does not follow, and the wrong version of a claim that it is.
#[derive(Debug, Clone, Copy)]
pub struct Trap {
    /// What it is about.
    pub part: &'static str,
    /// What people conclude, in words.
    pub conclusion: &'static str,
    /// What holds instead, in words with formulas between `$`.
    pub instead: &'static str,
    /// The claim that decides it.
    pub claim: &'static str,
    /// The wrong version of that claim which says what is concluded.
    pub control: &'static str,
}

/// The traps, by subject.
pub static TRAPS: &[Trap] = &[];
