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
