//! What may be special about a question.

/// A flag and what it says.
#[derive(Debug)]
pub struct Flag {
    /// Its permanent id; no mistake has the same.
    pub id: &'static str,
    /// What it says of a question.
    pub what: &'static str,
}

/// All flags.
#[rustfmt::skip]
pub static FLAGS: &[Flag] = &[
    Flag { id: "small-time", what: "t is below a thousandth of the horizon, where 1 - exp(-z) cancels" },
    Flag { id: "boundary", what: "beyond the edge of the domain: there is no answer, and the right one is to refuse" },
    Flag { id: "negative-time", what: "t is before the data" },
    Flag { id: "after-the-horizon", what: "t is after the end of the process" },
    Flag { id: "another-dimension", what: "x has more entries than the data" },
    Flag { id: "not-a-number", what: "an entry of x is NaN" },
    Flag { id: "invalid-case", what: "the case itself is to be refused" },
];

impl Flag {
    /// The flag with this id.
    pub fn find(id: &str) -> Option<&'static Self> {
        FLAGS.iter().find(|flag| flag.id == id)
    }
}
