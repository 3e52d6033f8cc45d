//! Increments of three random bits each, whose first five moments are those of a normal.
//!
//! `±a` with probability ⅜ each and `±b` with probability ⅛ each: `E z² = 1` and `E z⁴ = 3` ask for `a² = 1 − s`, `b² = 1 + 3s` with
//! `s² = ⅔`. The mean of a quadratic function of such increments, and its variance, involve moments up to the fourth: along affine steps
//! they are those of normal increments, exactly. Its law is another one, and means of anything else (an exponential, a quantile, a
//! function along steps that are not affine) are others.

use super::precision::{Precision, Word};
use crate::numbers::{Bits, Machine, Reals};

/// `√⅔`.
const S: f64 = 0.816_496_580_927_726;

/// Bits of an increment.
pub(super) const WIDTH: u32 = 3;

/// The increment in the last bits of a word.
#[inline(always)]
pub(super) fn increment<P: Precision, M: Machine>(
    m: M,
    word: Word<P, M>,
    [small, large]: [P::Vector<M>; 2],
) -> P::Vector<M> {
    let one = Word::<P, M>::same(m, 1);
    let both = word.and(m, word.right(m, 1)).and(m, one);
    let mask = both.xor(m, Word::<P, M>::same(m, u64::MAX)).plus(m, one);
    let exchange = mask.and(m, small.bits().xor(m, large.bits()));
    let sign = word.left(m, P::FORMAT.0 - WIDTH).and(m, P::Vector::<M>::same(m, -0.0).bits());
    P::Vector::<M>::of_bits(small.bits().xor(m, exchange).xor(m, sign))
}

/// The two sizes, `a` and `b`.
#[inline(always)]
pub(super) fn sizes<P: Precision, M: Machine>(m: M) -> [P::Vector<M>; 2] {
    [P::Vector::<M>::same(m, (1.0 - S).sqrt()), P::Vector::<M>::same(m, (1.0 + 3.0 * S).sqrt())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Instructions, Kernel};

    /// The increments of all words of three bits.
    struct All;

    impl Kernel for All {
        type Output = [f64; 8];

        fn run<M: Machine>(self, m: M) -> [f64; 8] {
            m.to_doubles(increment::<f64, M>(m, m.words(std::array::from_fn(|i| i as u64)), sizes::<f64, M>(m)))
        }
    }

    #[test]
    fn the_first_five_moments_are_those_of_a_normal_and_the_sixth_is_not() {
        let increments = Instructions::widest().run(All);
        let moment = |k: i32| increments.iter().map(|z| z.powi(k)).sum::<f64>() / 8.0;
        for (k, normal) in [(1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0), (5, 0.0)] {
            // Eight terms of size bᵏ at most, each of a few roundings.
            let roundings = 32.0 * f64::EPSILON * (1.0 + 3.0 * S).sqrt().powi(k);
            assert!((moment(k) - normal).abs() <= roundings, "moment {k}: {}", moment(k));
        }
        assert!(moment(6) < 11.0, "a normal has 15");
    }
}
