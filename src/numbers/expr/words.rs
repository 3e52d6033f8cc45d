//! Products of letters: a letter is a vector or a matrix of which nothing is known, not even its size.
//!
//! What may be done to a product in every dimension is little: an inverse cancels its letter, a transposition reverses, a row
//! that meets a column is a number and moves out, and a trace does not know where it begins.

use std::collections::VecDeque;

/// How many rows or columns a letter has: one, or a number that nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub(super) u8);

impl Size {
    /// One row or column.
    pub const ONE: Self = Self(0);

    /// The unknown size with this number; two of them may or may not be equal.
    pub fn unknown(number: u8) -> Self {
        Self(number.saturating_add(1))
    }
}

/// The shape of a symbol. The shape of a number is one row and one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// The number of rows.
    pub rows: Size,
    /// The number of columns.
    pub columns: Size,
    /// Whether it equals its transpose.
    pub symmetric: bool,
}

impl Shape {
    /// A number.
    pub const NUMBER: Self = Self { rows: Size::ONE, columns: Size::ONE, symmetric: true };

    /// A column vector.
    pub fn vector(rows: Size) -> Self {
        Self::matrix(rows, Size::ONE)
    }

    /// A matrix.
    pub fn matrix(rows: Size, columns: Size) -> Self {
        Self { rows, columns, symmetric: false }
    }

    /// A symmetric matrix.
    pub fn symmetric(size: Size) -> Self {
        Self { rows: size, columns: size, symmetric: true }
    }

    /// Whether terms of this shape are numbers.
    pub fn is_number(self) -> bool {
        self.rows == Size::ONE && self.columns == Size::ONE
    }
}

/// A letter in a product, as it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Factor {
    /// The number of its symbol.
    pub(super) letter: u32,
    pub(super) transposed: bool,
    pub(super) inverse: bool,
    /// After transposition.
    pub(super) shape: Shape,
}

impl Factor {
    pub(super) fn new(letter: u32, shape: Shape) -> Self {
        Self { letter, transposed: false, inverse: false, shape }
    }

    fn transpose(self) -> Self {
        let Shape { rows, columns, symmetric } = self.shape;
        let shape = Shape { rows: columns, columns: rows, symmetric };
        // A symmetric letter is never written transposed.
        Self { transposed: !symmetric && !self.transposed, shape, ..self }
    }

    /// Whether the product of two neighbours is the identity.
    fn cancels(self, next: Self) -> bool {
        self.letter == next.letter && self.inverse != next.inverse
    }
}

/// A product of letters; the empty one is an identity.
pub(super) type Word = Vec<Factor>;

/// `(uv)ᵀ = vᵀuᵀ`.
pub(super) fn transposed(word: &[Factor]) -> Word {
    word.iter().rev().map(|factor| factor.transpose()).collect()
}

/// The product of two words, without neighbours that cancel.
pub(super) fn joined(left: &[Factor], right: &[Factor]) -> Word {
    let mut word = left.to_vec();
    for factor in right {
        match word.last() {
            Some(last) if last.cancels(*factor) => _ = word.pop(),
            _ => word.push(*factor),
        }
    }
    word
}

/// A number made of letters, in the one way in which it can be written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Atom {
    /// `xᵀ … y`, modulo transposition.
    Form(Word),
    /// `tr(…)`, modulo rotation and transposition.
    Trace(Word),
    /// The trace of an identity.
    Size(Size),
    /// `ln det` of a letter.
    LogDet(u32),
}

fn form(word: Word) -> Atom {
    let reversed = transposed(&word);
    Atom::Form(word.min(reversed))
}

/// Splits a word wherever a row meets a column, `a bᵀc dᵀ = (bᵀc) a dᵀ`: the numbers, and what is left of it.
pub(super) fn split(word: &[Factor]) -> (Vec<Atom>, Word) {
    let pieces = word.split_inclusive(|factor| factor.shape.columns == Size::ONE);
    let (mut atoms, mut rest) = (Vec::new(), Word::new());
    for piece in pieces {
        let number = piece.first().is_some_and(|first| first.shape.rows == Size::ONE)
            && piece.last().is_some_and(|last| last.shape.columns == Size::ONE);
        if number { atoms.push(form(piece.to_vec())) } else { rest.extend(piece) }
    }
    (atoms, rest)
}

/// The trace of a square word of this size, as a product of numbers.
pub(super) fn trace(word: &[Factor], size: Size) -> Vec<Atom> {
    if let Some(start) = word.iter().position(|factor| factor.shape.rows == Size::ONE) {
        // tr(a bᵀ) = bᵀa.
        return split(&[&word[start..], &word[..start]].concat()).0;
    }
    let mut cycle: VecDeque<_> = word.iter().copied().collect();
    while cycle.len() > 1 && cycle[cycle.len() - 1].cancels(cycle[0]) {
        cycle.pop_front();
        cycle.pop_back();
    }
    let cycle: Word = cycle.into();
    let rotations = |word: &Word| {
        let word = word.clone();
        (0..word.len()).map(move |start| [&word[start..], &word[..start]].concat()).collect::<Vec<_>>()
    };
    let all = rotations(&cycle).into_iter().chain(rotations(&transposed(&cycle)));
    vec![all.min().map_or(Atom::Size(size), Atom::Trace)]
}
