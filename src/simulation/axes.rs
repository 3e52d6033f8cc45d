//! Paths in several dimensions whose coordinates do not see each other: as many one-dimensional paths, at their cost.
//!
//! ```
//! use ouracle::numbers::Instructions;
//! use ouracle::simulation::{BLOCK, Functional, Increments, IndependentAxes, PathStep, Seed, Values, WeightedPaths};
//! // y = σz in each of two coordinates, and |y|².
//! let axis = |deviation| WeightedPaths {
//!     start: 0.0,
//!     steps: vec![PathStep { factor: 1.0, offset: 0.0, deviation, added: [Functional::default()] }],
//!     last: [[1.0, 0.0, 0.0]],
//! };
//! let paths = IndependentAxes { axes: vec![axis(1.0), axis(2.0)] };
//! let mut values = [Values::<f64>::default()];
//! paths.block(Increments::Normal, &Seed::new(1, "example"), 0, Instructions::widest(), &mut values);
//! let mean = values[0].whole.iter().sum::<f64>() / BLOCK as f64;
//! assert!((mean - 5.0).abs() < 6.0 * (34.0 / BLOCK as f64).sqrt());
//! ```

use super::precision::Precision;
use super::stream::{BLOCK, Seed};
use super::weighted_paths::{Increments, Values, WeightedPaths};
use crate::numbers::{Instructions, Kernel, Machine, Reals};

/// One family of paths for each coordinate; a functional is the sum of those of the coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct IndependentAxes<const K: usize> {
    /// By coordinates.
    pub axes: Vec<WeightedPaths<K>>,
}

impl<const K: usize> IndependentAxes<K> {
    /// The functionals of a block of paths, in the precision `P`. Axis `i` of `d` draws what block `i + d·block` of the stream has, and
    /// the axes are added in their order.
    pub fn block<P: Precision>(
        &self,
        increments: Increments,
        seed: &Seed,
        block: u64,
        instructions: Instructions,
        out: &mut [Values<P>; K],
    ) {
        let mut axis: Box<[Values<P>; K]> = Box::new(std::array::from_fn(|_| Values::default()));
        for values in out.iter_mut() {
            (values.still, values.whole) = ([P::default(); BLOCK], [P::default(); BLOCK]);
        }
        let first = block.wrapping_mul(self.axes.len() as u64);
        for (paths, number) in self.axes.iter().zip(first..) {
            paths.block(increments, seed, number, instructions, &mut axis);
            instructions.run(Sum { axis: &axis, out });
        }
    }
}

struct Sum<'a, P, const K: usize> {
    axis: &'a [Values<P>; K],
    out: &'a mut [Values<P>; K],
}

impl<P: Precision, const K: usize> Kernel for Sum<'_, P, K> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        for (axis, out) in self.axis.iter().zip(self.out) {
            add::<P, M>(m, &axis.still, &mut out.still);
            add::<P, M>(m, &axis.whole, &mut out.whole);
        }
    }
}

#[inline(always)]
fn add<P: Precision, M: Machine>(m: M, terms: &[P; BLOCK], sums: &mut [P; BLOCK]) {
    for (term, sum) in terms.chunks_exact(P::LANES).zip(sums.chunks_exact_mut(P::LANES)) {
        let total = P::load(m, sum).plus(m, P::load(m, term));
        P::store(m, total, sum);
    }
}
