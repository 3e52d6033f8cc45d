//! What goes in: the parameters of many sets, and what can be wrong with them.

use super::{Precision, Reading, Set};
use crate::parameters::InputError;
use crate::worlds::{Gaussian, WrongScore};

/// Why a batch cannot be enclosed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BatchError {
    /// The process cannot be read.
    #[error("the process cannot be read: {0}")]
    Process(#[from] InputError),
    /// Columns of different lengths.
    #[error(
        "{what} has {found} entries where other columns have {sets}; give one for each set, or a single one for all"
    )]
    Lengths {
        /// Which column.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The number of sets.
        sets: usize,
    },
    /// A number outside its domain.
    #[error("{what} of set {index} is {value}; give a finite number{}", if *.positive { " > 0" } else { "" })]
    Number {
        /// Which column.
        what: &'static str,
        /// Which set, from 0.
        index: usize,
        /// The value.
        value: f64,
        /// Whether only positive numbers have a meaning.
        positive: bool,
    },
    /// More digits than there are.
    #[error("{0} digits were asked for; ask for 1 to {most}", most = Precision::MOST_DIGITS)]
    Digits(usize),
}

/// The parameters of the sets, a column each: as many entries as there are sets, or one for all. A double is taken for the number that it is:
/// 0.1 is the double next to a tenth.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Data means `m₀`.
    pub m0: &'a [f64],
    /// Data variances `v₀ > 0`.
    pub v0: &'a [f64],
    /// Data points.
    pub x: &'a [f64],
    /// What the score is multiplied with, `k`.
    pub scale: &'a [f64],
    /// What is added to it, `b`.
    pub shift: &'a [f64],
    /// Prior means.
    pub prior_mean: &'a [f64],
    /// Prior variances, positive.
    pub prior_variance: &'a [f64],
}

impl Columns<'_> {
    fn named(&self) -> [(&'static str, &[f64], bool); 7] {
        [
            ("m0", self.m0, false),
            ("v0", self.v0, true),
            ("x", self.x, false),
            ("scale", self.scale, false),
            ("shift", self.shift, false),
            ("prior_mean", self.prior_mean, false),
            ("prior_variance", self.prior_variance, true),
        ]
    }

    /// The number of sets.
    pub(super) fn sets(&self) -> Result<usize, BatchError> {
        let sets = self.named().iter().map(|(_, column, _)| column.len()).find(|len| *len != 1).unwrap_or(1);
        for (what, column, positive) in self.named() {
            if column.len() != sets && column.len() != 1 {
                return Err(BatchError::Lengths { what, found: column.len(), sets });
            }
            let wrong = column.iter().position(|value| !value.is_finite() || positive && *value <= 0.0);
            if let Some(index) = wrong {
                return Err(BatchError::Number { what, index, value: column[index], positive });
            }
        }
        Ok(sets)
    }

    /// The sets with these numbers, the last repeated to fill the block.
    #[inline(always)]
    pub(super) fn block<R: Reading>(&self, indices: &[usize]) -> Set<R> {
        let of = |column: &[f64]| {
            R::points(std::array::from_fn(|lane: usize| {
                let index = indices[lane.min(indices.len() - 1)];
                column[if column.len() == 1 { 0 } else { index }]
            }))
        };
        let world = WrongScore {
            data: Gaussian::new(of(self.m0), of(self.v0)),
            scale: of(self.scale),
            shift: of(self.shift),
            prior: Gaussian::new(of(self.prior_mean), of(self.prior_variance)),
        };
        Set { world, x: of(self.x) }
    }
}
