//! Standard normals from uniform words, one for one: the inverse of the distribution function, lane by lane.
//!
//! With `u = 2 min(p, 1 − p)`, `w = −ln u(2 − u) = −ln 4p(1 − p)`, the quantile is `±(1 − u) g(w)`, where `g` is smooth from the middle
//! (`√(π/2)`) to the tails (like `√w`): one rational function of `√(12 + w)` for all of it, and nothing branches.

use super::precision::{Precision, minus_two_log};
use crate::numbers::{Bits, Machine, Reals, horner};

/// Where `√(12 + w)` is centred, and the inverse of its half range, for `0 ≤ w ≤ 45`.
const CENTRE: [f64; 2] = [-2.695_706_384_384_979_6, 0.489_508_268_907_044_6];

/// By iterated weighted least squares in forty digits, close to the best of this degree.
const NUMERATOR: &[f64] = &[
    2.734_630_995_383_944_3e-1,
    3.525_589_434_768_258_8,
    1.949_746_215_028_659_8e1,
    6.184_767_206_380_825_4e1,
    1.255_795_154_672_948_3e2,
    1.709_389_053_822_236e2,
    1.573_427_260_469_292_2e2,
    9.521_090_658_439_5e1,
    3.464_992_172_485_444_6e1,
    5.831_512_812_617_945,
];

const DENOMINATOR: &[f64] = &[
    2.205_417_716_173_246_6e-6,
    9.450_057_570_343_562e-2,
    9.672_922_032_633_803e-1,
    4.311_892_070_783_546,
    1.103_108_692_642_081_9e1,
    1.788_641_678_333_675_2e1,
    1.898_078_812_466_899_4e1,
    1.299_368_831_275_685_9e1,
    5.298_154_374_555_237,
    1.0,
];

/// `Φ⁻¹` of `(2h + 1)/2⁶⁵` for words `h`, with a relative error below `3·10⁻¹¹`: odd under inversion of all bits but for the last.
#[inline(always)]
pub(super) fn normal_quantile<M: Machine>(m: M, word: M::Words) -> M::Doubles {
    let (one, two) = (M::Doubles::same(m, 1.0), M::Doubles::same(m, 2.0));
    let u = f64::uniform(m, word.left(m, 1));
    let twice = minus_two_log::<f64, M>(m, u.times(m, two.minus(m, u)));
    let root = twice.times_plus(m, M::Doubles::same(m, 0.5), M::Doubles::same(m, 12.0)).sqrt(m);
    let x = root.times_plus(m, M::Doubles::same(m, CENTRE[1]), M::Doubles::same(m, CENTRE[0]));
    let size = one.minus(m, u).times(m, horner(m, x, NUMERATOR)).over(m, horner(m, x, DENOMINATOR));
    // The lower half has the first bit 0, and grows with the word.
    let sign = word.xor(m, M::Words::same(m, u64::MAX)).and(m, M::Doubles::same(m, -0.0).bits());
    M::Doubles::of_bits(size.bits().xor(m, sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Ball, Field, Instructions, Kernel, normal_quantile as enclosed};

    struct Quantiles([u64; 8]);

    impl Kernel for Quantiles {
        type Output = [f64; 8];

        #[inline(always)]
        fn run<M: Machine>(self, m: M) -> [f64; 8] {
            m.to_doubles(normal_quantile(m, m.words(self.0)))
        }
    }

    #[test]
    fn the_error_is_as_stated_from_the_middle_to_the_tails() {
        let word = |i: u32, scale: u32| u64::from(i).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> scale;
        let mut worst = 0.0_f64;
        for scale in 0..64 {
            let words: [u64; 8] = std::array::from_fn(|i| word(8 * scale + i as u32 + 1, scale) ^ (i as u64 % 2) << 63);
            for (word, z) in words.into_iter().zip(Instructions::widest().run(Quantiles(words))) {
                let below = Ball::int(2) * Ball::from(word) + Ball::one();
                let exact = enclosed(below / Ball::int(2).powi(65));
                worst = worst.max(((Ball::from_f64(z) / exact) - Ball::one()).to_f64().abs());
            }
        }
        assert!(worst < 3e-11, "{worst}");
    }
}
