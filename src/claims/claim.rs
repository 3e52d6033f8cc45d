//! A claim: a statement, the readings that must uphold it, and the wrong versions that they must refute.

use super::Quantity;
use crate::evidence::{Certifiable, EveryDimension, Provable, Reading, Statement, Trial};

/// One entry of the ledger.
pub struct Claim {
    /// Its permanent id, the slug of the catalogue.
    pub id: &'static str,
    /// Further ids under which people may ask for it.
    pub aliases: &'static [&'static str],
    /// What it says, in a line.
    pub title: &'static str,
    /// Whether it is true.
    pub expect: Expect,
    /// The source file, whose module documentation is the claim's page.
    pub text: &'static str,
    /// Keys into `references.bib`.
    pub sources: &'static [&'static str],
    /// The readings that must uphold it.
    pub readings: &'static [Readings],
    /// The wrong versions that must be refuted in the same run; of a false look-alike, the truths that must not be.
    pub controls: &'static [Control],
    /// The numbers it can give.
    pub quantities: &'static [Quantity],
}

/// What the ledger expects of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// It is true: every reading passes, and refutes every control.
    True,
    /// It is false, although it looks like something true: every reading refutes it at a stated counterexample. Its control
    /// is the true statement beside it, which the same readings must not refute.
    False {
        /// The true statement beside it, in words, with formulas between `$`.
        truth: &'static str,
        /// The claim that upholds the truth.
        upheld_by: &'static str,
    },
}

impl Expect {
    /// Whether the entry is true.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::True)
    }
}

/// A wrong version of a claim, the image of a mistake that people make; of a false look-alike, the truth beside it.
pub struct Control {
    /// Its name within the claim.
    pub id: &'static str,
    /// The mistake.
    pub story: &'static str,
    /// The same readings as the claim's, with the mistake (or without); each that is present must refute it (or uphold it).
    pub readings: Readings,
}

/// How one statement is judged. Parts of a claim with different parameters have a label each; a control bears the label
/// of the part that it imitates.
#[derive(Clone, Copy)]
pub struct Readings {
    /// The part of the claim.
    pub label: &'static str,
    /// For all parameters.
    pub proof: Option<&'static dyn Provable>,
    /// For all parameters in every dimension at once.
    pub every_dimension: Option<&'static dyn Provable>,
    /// At stated points.
    pub certificate: Option<&'static dyn Certifiable>,
    /// By sampling.
    pub simulation: Option<&'static dyn Trial>,
}

impl Readings {
    /// None yet.
    pub const fn none(label: &'static str) -> Self {
        Self { label, proof: None, every_dimension: None, certificate: None, simulation: None }
    }

    /// Proof and certificate of one statement.
    pub const fn of<T: Statement>(label: &'static str, statement: &'static T) -> Self {
        Self { proof: Some(statement), ..Self::certified(label, statement) }
    }

    /// Proof and certificate of one statement, and a proof in every dimension at once.
    pub const fn in_every_dimension<T: Statement>(label: &'static str, statement: &'static EveryDimension<T>) -> Self {
        Self { every_dimension: Some(statement), ..Self::of(label, &statement.0) }
    }

    /// Certificate only.
    pub const fn certified(label: &'static str, statement: &'static dyn Certifiable) -> Self {
        Self { certificate: Some(statement), ..Self::none(label) }
    }

    /// Proof only.
    pub const fn proved(label: &'static str, statement: &'static dyn Provable) -> Self {
        Self { proof: Some(statement), ..Self::none(label) }
    }

    /// Simulation only.
    pub const fn sampled(label: &'static str, trial: &'static dyn Trial) -> Self {
        Self { simulation: Some(trial), ..Self::none(label) }
    }

    /// And a simulation.
    pub const fn and_sampled(self, trial: &'static dyn Trial) -> Self {
        Self { simulation: Some(trial), ..self }
    }

    /// The proofs that are present, each with a label.
    pub fn proofs(&self) -> impl Iterator<Item = (String, &'static dyn Provable)> + use<> {
        let label = self.label;
        let separator = if label.is_empty() { "" } else { ", " };
        let every_dimension = self.every_dimension.map(|proof| (format!("{label}{separator}every dimension"), proof));
        self.proof.map(|proof| (label.to_owned(), proof)).into_iter().chain(every_dimension)
    }

    /// The readings that are present.
    pub fn present(&self) -> impl Iterator<Item = Reading> + use<> {
        let present =
            [self.proof.or(self.every_dimension).is_some(), self.certificate.is_some(), self.simulation.is_some()];
        Reading::ALL.into_iter().zip(present).filter_map(|(reading, present)| present.then_some(reading))
    }
}

impl Claim {
    /// The readings that some part of the claim declares.
    pub fn declared(&self) -> Vec<Reading> {
        let parts = self.readings.iter().chain(self.controls.iter().map(|control| &control.readings));
        let mut declared: Vec<_> = parts.flat_map(Readings::present).collect();
        declared.sort_unstable();
        declared.dedup();
        declared
    }

    /// The quantity with this id.
    pub fn quantity(&self, id: &str) -> Option<&'static Quantity> {
        self.quantities.iter().find(|quantity| quantity.id == id)
    }
}
