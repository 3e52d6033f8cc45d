//! Sobol's points with a random linear scramble and a random digital shift: each point is uniform, and together they are a digital net.
//!
//! Point `i` has in dimension `d` the exclusive or of the direction numbers of the bits of `i`. The scramble (Matoušek) multiplies the digits
//! by a random lower triangular matrix modulo 2; for the mean over a net it has the variance of Owen's.

use super::joe_kuo::{BITS, DIMENSIONS, directions};
use super::stream::{BLOCK, Noise};

/// Points that lie in the lanes of a vector, and vectors that are drawn together.
const LANES: usize = 8;
const VECTORS: usize = 4;

/// Bits of the index within a vector, within a group, within a block.
const IN_VECTOR: usize = LANES.ilog2() as usize;
const IN_GROUP: usize = IN_VECTOR + VECTORS.ilog2() as usize;
const IN_BLOCK: usize = BLOCK.ilog2() as usize;

/// One coordinate of the points of a block, group by group.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// What the lanes add.
    pub(super) lanes: [u64; LANES],
    /// What the vectors of a group add.
    pub(super) vectors: [u64; VECTORS],
    /// What the group adds.
    pub(super) group: u64,
    /// From the group to the next, by the number of trailing ones of its own.
    change: [u64; IN_BLOCK - IN_GROUP],
}

impl Axis {
    /// On to the next group of the block, after this one.
    #[inline(always)]
    pub(super) fn advance(&mut self, group: usize) {
        let ones = (group.trailing_ones() as usize).min(IN_BLOCK - IN_GROUP - 1);
        self.group ^= self.change[ones];
    }
}

/// The scrambled coordinates of the points of one block, as many as there are or as the table has.
pub(super) fn axes(dimensions: usize, part: u32, noise: &mut Noise) -> Vec<Axis> {
    let dimensions = dimensions.min(DIMENSIONS);
    let digits = IN_BLOCK + (u32::BITS - part.leading_zeros()) as usize;
    // Digit by digit, so that what a part draws does not depend on how many digits another needs.
    let shift = words(noise, dimensions);
    let columns: Vec<Vec<u64>> = (0..digits.min(BITS)).map(|_| words(noise, dimensions)).collect();
    (0..dimensions)
        .map(|d| {
            let mut v = directions(d);
            for direction in &mut v {
                let digits = columns.iter().enumerate().filter(|(j, _)| *direction >> (63 - j) & 1 == 1);
                *direction = digits.fold(0, |sum, (j, column)| sum ^ (1 << (63 - j) | column[d] >> (j + 1)));
            }
            axis(&v, shift[d], part)
        })
        .collect()
}

fn axis(v: &[u64; BITS], shift: u64, part: u32) -> Axis {
    let sum = |from: usize, index: u64| {
        (from..BITS).fold(0, |sum, bit| if index >> (bit - from) & 1 == 1 { sum ^ v[bit] } else { sum })
    };
    Axis {
        lanes: std::array::from_fn(|lane| shift ^ sum(0, lane as u64)),
        vectors: std::array::from_fn(|vector| sum(IN_VECTOR, vector as u64)),
        group: sum(IN_BLOCK, part.into()),
        change: std::array::from_fn(|ones| sum(IN_GROUP, (2 << ones) - 1)),
    }
}

fn words(noise: &mut Noise, count: usize) -> Vec<u64> {
    let mut words = Vec::with_capacity(count + LANES);
    while words.len() < count {
        words.extend(noise.words());
    }
    words.truncate(count);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::Seed;

    /// A coordinate of all points of a block.
    fn coordinates(axis: &Axis) -> Vec<u64> {
        let mut axis = axis.clone();
        let mut words = Vec::new();
        for group in 0..BLOCK / (LANES * VECTORS) {
            for vector in axis.vectors {
                words.extend(axis.lanes.map(|lane| lane ^ vector ^ axis.group));
            }
            axis.advance(group);
        }
        words
    }

    /// How many of `2¹²` cells have a point.
    fn filled(cells: impl Iterator<Item = u64>) -> usize {
        let mut cells: Vec<u64> = cells.collect();
        cells.sort_unstable();
        cells.dedup();
        cells.len()
    }

    #[test]
    fn every_cell_of_every_axis_and_of_the_first_plane_has_one_point() {
        for part in [0, 5] {
            let axes = axes(DIMENSIONS, part, &mut Noise::new(&Seed::new(3, "net"), 7));
            let points: Vec<Vec<u64>> = axes.iter().map(coordinates).collect();
            for words in &points {
                assert_eq!(filled(words.iter().map(|word| word >> (64 - IN_BLOCK))), BLOCK);
            }
            for across in 0..=IN_BLOCK as u32 {
                // The digits of both axes side by side; of none, none.
                let cells = points[0].iter().zip(&points[1]).map(|(x, y)| {
                    let digits = |word: u64, count: u32| word.checked_shr(64 - count).unwrap_or(0);
                    digits(*x, across) << (IN_BLOCK as u32 - across) | digits(*y, IN_BLOCK as u32 - across)
                });
                assert_eq!(filled(cells), BLOCK, "{across}");
            }
        }
    }

    #[test]
    fn parts_of_a_randomisation_share_its_scramble() {
        let axes_of = |part| axes(9, part, &mut Noise::new(&Seed::new(3, "net"), 7));
        let (first, second) = (axes_of(0), axes_of(1));
        for (first, second) in first.iter().zip(&second) {
            let both = coordinates(first).into_iter().chain(coordinates(second));
            assert_eq!(filled(both.map(|word| word >> (63 - IN_BLOCK))), 2 * BLOCK);
        }
    }

    /// All direction numbers to thirty digits, by exclusive or: from SciPy's `qmc.Sobol(256, scramble=False, bits=30)`.
    #[test]
    fn the_direction_numbers_are_those_of_joe_and_kuo() {
        let expected = [(1, 357_913_941), (2, 16_781_585), (5, 2_039_583), (99, 31_252_129), (255, 829_142_943)];
        for (dimension, all) in expected {
            let found = directions(dimension)[..30].iter().fold(0, |sum, v| sum ^ v >> 34);
            assert_eq!(found, all, "{dimension}");
        }
    }
}
