//! Quantiles of mixtures: in one dimension the probability flow is the monotone map that keeps them.

use super::{Gaussian, Mixture};
use crate::numbers::{Float, Scalar};

impl Mixture<Float> {
    /// `(P(Y ≤ y), P(Y > y))`, each with its own digits, so that no tail is lost.
    pub fn tails(&self, y: f64) -> (f64, f64) {
        self.components().fold((0.0, 0.0), |(below, above), (weight, law)| {
            (below + (weight * law.below(Float(y))).0, above + (weight * law.above(Float(y))).0)
        })
    }

    /// The point with the same probability below it under `other` as `y` has here: the exact probability flow between two
    /// levels of one process. Found to the last digit by bisection, in whichever tail is smaller.
    pub fn monotone_map(&self, other: &Self, y: f64) -> f64 {
        let (below, above) = self.tails(y);
        // Whether the point sought lies above `x`, decided where the probability has its digits.
        let beyond = |x: f64| {
            let (under, over) = other.tails(x);
            if below < above { under < below } else { over > above }
        };
        let reach = |(_, law): (Float, Gaussian<Float>)| law.mean.0.abs() + MOST_DEVIATIONS * law.variance.sqrt().0;
        let mut high = other.components().map(reach).fold(0.0, f64::max);
        let mut low = -high;
        while low < high {
            let middle = low / 2.0 + high / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            if beyond(middle) { low = middle } else { high = middle }
        }
        high
    }
}

/// Beyond 39 standard deviations a normal tail is below every double.
const MOST_DEVIATIONS: f64 = 39.0;
