//! Whole numbers in place of probabilities, as entropy coders need them.

use crate::numbers::Special;

/// The largest precision that is offered: beyond, a coder with a state of 64 bits has no room for a word.
pub const MOST_BITS: u32 = 32;

/// Frequencies that add up to `2^r`, all `≥ 1`, so that every symbol can be coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frequencies {
    bits: u32,
    counts: Vec<u64>,
}

/// An enclosure that leaves open what a frequency is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the frequency of bin {bin} at {bits} bits is not decided by the enclosure of its probability; change a parameter a little, or \
     the number of bits"
)]
pub struct UndecidedFloor {
    /// Which symbol, counted from 0.
    pub bin: usize,
    /// The precision.
    pub bits: u32,
}

impl Frequencies {
    /// `f_k = 1 + ⌊(2^r − n) p_k⌋`, and all that is then left of `2^r` to the largest of them, the first if there are several. So
    /// `−log₂(f_k 2^{−r}) ≤ −log₂ p_k − log₂(1 − n 2^{−r})`. In doubles this is a table for a coder, the same on every machine; of
    /// enclosures, the exact one.
    ///
    /// The floor of the largest need not be known, since it takes what the others leave.
    ///
    /// # Errors
    /// [`UndecidedFloor`] if an enclosure leaves a frequency open: it is never guessed.
    ///
    /// # Panics
    /// If `n` symbols do not fit into `2^r`, or `r` is above [`MOST_BITS`].
    pub fn of<S: Special>(probabilities: &[S], bits: u32) -> Result<Self, UndecidedFloor> {
        let symbols = probabilities.len() as i64;
        assert!(bits <= MOST_BITS && 0 < symbols && symbols < 1 << bits, "{symbols} symbols do not fit into 2^{bits}");
        let shared = (1_i64 << bits) - symbols;
        let undecided = |bin| UndecidedFloor { bin, bits };
        let floors =
            probabilities.iter().enumerate().map(|(bin, p)| (*p * shared).floor_between().ok_or(undecided(bin)));
        let floors = floors.collect::<Result<Vec<_>, _>>()?;
        // The first of the largest: a later one must be larger to take its place.
        let largest = (1..floors.len()).fold(0, |best, bin| if floors[bin].0 > floors[best].0 { bin } else { best });
        let open = |(bin, (least, most)): (usize, &(i64, i64))| (bin != largest && least != most).then_some(bin);
        if let Some(bin) = floors.iter().enumerate().find_map(open) {
            return Err(undecided(bin));
        }
        let mut counts: Vec<i64> = floors.iter().map(|(least, _)| 1 + least).collect();
        counts[largest] += (1 << bits) - counts.iter().sum::<i64>();
        Ok(Self { bits, counts: counts.into_iter().map(|count| count as u64).collect() })
    }

    /// The precision `r`.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The frequencies `f_k`, in the order of the symbols.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The probabilities `f_k 2^{−r}` that a coder really uses.
    pub fn masses<S: Special>(&self) -> Vec<S> {
        self.counts.iter().map(|count| S::int(*count as i64) / (1 << self.bits)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Ball, Field, Float};

    fn counts(probabilities: &[f64], bits: u32) -> Vec<u64> {
        let probabilities: Vec<_> = probabilities.iter().map(|p| Float(*p)).collect();
        Frequencies::of(&probabilities, bits).unwrap().counts
    }

    #[test]
    fn the_rest_goes_to_the_first_of_the_largest() {
        // (16 − 4) p = 4.8, 4.8, 1.2, 1.2: 5, 5, 2, 2 leave 2.
        assert_eq!(counts(&[0.4, 0.4, 0.1, 0.1], 4), [7, 5, 2, 2]);
        assert_eq!(counts(&[0.1, 0.4, 0.4, 0.1], 4), [2, 7, 5, 2]);
        assert_eq!(counts(&[1.0, 0.0, 0.0], 4), [14, 1, 1]);
        assert_eq!(counts(&[0.0, 1.0, 1e-300], 32), [1, (1 << 32) - 2, 1]);
        assert_eq!(counts(&[1.0], 1), [2]);
    }

    #[test]
    fn an_enclosure_that_does_not_decide_is_not_guessed() {
        let third = Ball::ratio(1, 3) * 3;
        // 5 p = 1 to within rounding, but for the largest that does not matter.
        let open = [third / 5, Ball::ratio(3, 5), Ball::ratio(1, 5)];
        assert_eq!(Frequencies::of(&open, 3), Err(UndecidedFloor { bin: 0, bits: 3 }));
        let largest = [Ball::ratio(1, 10), third * Ball::ratio(4, 5), Ball::ratio(1, 10)];
        assert_eq!(Frequencies::of(&largest, 3).unwrap().counts, [1, 6, 1]);
    }

    #[test]
    fn masses_are_exact() {
        let frequencies = Frequencies::of(&[Float(0.7), Float(0.2), Float(0.1)], 6).unwrap();
        let masses: Vec<Ball> = frequencies.masses();
        let sum = masses.iter().fold(Ball::zero(), |sum, mass| sum + *mass);
        assert!(sum.is_point() && sum.contains(&1.into()));
    }
}
