//! Affine forms: the state of a sampler as a function of its start and of its draws.

use crate::numbers::Field;
use crate::worlds::{Affine, Gaussian, Transition};

/// The state `start·z₀ + offset + Σ draws_k ξ_k`, with independent standard normal `ξ_k`.
#[derive(Debug, Clone, PartialEq)]
pub struct Form<S> {
    /// What multiplies the initial state.
    pub start: S,
    /// The value at `z₀ = 0` without noise.
    pub offset: S,
    /// What multiplies each draw, in the order of the draws.
    pub draws: Vec<S>,
}

impl<S: Field> Form<S> {
    /// The initial state itself.
    pub fn initial() -> Self {
        Self { start: S::one(), offset: S::zero(), draws: Vec::new() }
    }

    /// The state multiplied by `c`.
    pub fn scale(&self, c: S) -> Self {
        let draws = self.draws.iter().map(|draw| *draw * c).collect();
        Self { start: self.start * c, offset: self.offset * c, draws }
    }

    /// The sum of two states; draws that only one of them has seen count as nothing in the other.
    pub fn plus(&self, other: &Self) -> Self {
        let (longer, shorter) = if self.draws.len() < other.draws.len() { (other, self) } else { (self, other) };
        let mut draws = longer.draws.clone();
        for (draw, more) in draws.iter_mut().zip(&shorter.draws) {
            *draw = *draw + *more;
        }
        Self { start: self.start + other.start, offset: self.offset + other.offset, draws }
    }

    /// The difference of two states.
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&other.scale(S::int(-1)))
    }

    /// The value of an affine function of the state: what a network predicts there.
    pub fn through(&self, f: &Affine<S>) -> Self {
        let Self { start, offset, draws } = self.scale(f.slope);
        Self { start, offset: offset + f.offset, draws }
    }

    /// The state with a fresh standard normal draw added, multiplied by `std`.
    pub fn drawn(mut self, std: S) -> Self {
        self.draws.push(std);
        self
    }

    /// The law of the state given `z₀`.
    pub fn transition(&self) -> Transition<S> {
        let variance = self.draws.iter().fold(S::zero(), |sum, draw| sum + draw.square());
        Transition { factor: self.start, offset: self.offset, variance }
    }

    /// The law of the state if `z₀` has this law, independent of the draws.
    pub fn law(&self, start: &Gaussian<S>) -> Gaussian<S> {
        self.transition().apply(start)
    }
}
