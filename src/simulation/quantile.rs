//! Standard normals from uniform words, one for one: the inverse of the distribution function, lane by lane.
//!
//! With `u = 2 min(p, 1 − p)`, `w = −ln u(2 − u) = −ln 4p(1 − p)`, the quantile is `±(1 − u) g(w)`, where `g` is smooth from the middle
//! (`√(π/2)`) to the tails (like `√w`): one rational function of `√(12 + w)` for all of it, and nothing branches.

use super::precision::{Precision, minus_two_log};
use crate::numbers::{Bits, Machine, Reals, horner};

/// Where `√(12 + w)` is centred, and the inverse of its half range, for `0 ≤ w ≤ 45`.
const CENTRE: [f64; 2] = [-2.695_706_384_944_18, 0.489_508_268_907_044_6];

/// By iterated weighted least squares in forty digits, close to the best of this degree.
const NUMERATOR: &[f64] = &[
    2.734_630_995_383_944e-1,
    3.525_589_434_768_259,
    1.949_746_215_028_659_8e1,
    6.184_767_206_380_825_4e1,
    1.255_795_154_672_948_3e2,
    1.709_389_053_822_236e2,
    1.573_427_260_469_292_2e2,
    9.521_090_658_439_5e1,
    3.464_992_172_485_447e1,
    5.831_512_812_617_945,
];

const DENOMINATOR: &[f64] = &[
    2.205_417_716_173_246_6e-6,
    9.450_057_570_343_562e-2,
    9.672_922_032_633_803e-1,
    4.311_892_070_783_546,
    1.103_108_692_642_082e1,
    1.788_641_678_333_675_2e1,
    1.898_078_812_466_899_4e1,
    1.299_368_831_275_686e1,
    5.298_154_374_555_237,
    1.0,
];

/// `Φ⁻¹((2h + 1)/2⁶⁵)` for words `h`, with an error below `3·10⁻¹¹|z| + 2⁻⁵²`; of the word with all bits inverted, the negative.
#[inline(always)]
pub(super) fn normal_quantile<M: Machine>(m: M, word: M::Words) -> M::Doubles {
    let (one, two) = (M::Doubles::same(m, 1.0), M::Doubles::same(m, 2.0));
    let (all, sign) = (M::Words::same(m, u64::MAX), M::Doubles::same(m, -0.0).bits());
    let upper = word.right(m, 63).xor(m, all).plus(m, M::Words::same(m, 1));
    let u = f64::uniform(m, word.xor(m, upper).left(m, 1));
    let twice = minus_two_log::<f64, M>(m, u.times(m, two.minus(m, u)));
    let root = twice.times_plus(m, M::Doubles::same(m, 0.5), M::Doubles::same(m, 12.0)).sqrt(m);
    let x = root.times_plus(m, M::Doubles::same(m, CENTRE[1]), M::Doubles::same(m, CENTRE[0]));
    let size = one.minus(m, u).times(m, horner(m, x, NUMERATOR)).over(m, horner(m, x, DENOMINATOR));
    // The lower half has the first bit 0.
    M::Doubles::of_bits(size.bits().xor(m, word.xor(m, all).and(m, sign)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Ball, Field, Instructions, Interval, Kernel, normal_quantile as enclosed};
    use f256::f256;

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
        for scale in (0..63).step_by(3) {
            let lower: [u64; 8] =
                std::array::from_fn(|i| (8 * scale + i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (scale + 1));
            for (invert, sign) in [(0, 1.0), (u64::MAX, -1.0)] {
                let found = Instructions::widest().run(Quantiles(lower.map(|word| word ^ invert)));
                for (word, z) in lower.into_iter().zip(found) {
                    let below: Ball = Interval::point(f256::from(word)) * 2 + Ball::one();
                    let exact = enclosed(below / Ball::int(2).powi(65));
                    let error = (Interval::point(f256::from(sign * z)) - exact).to_f64().abs();
                    assert!(error < 3e-11 * z.abs() + f64::EPSILON, "{word} {z} {error}");
                }
            }
        }
        // Next to the middle, and the last words of all.
        let [a, b, c, d, ..] = Instructions::widest().run(Quantiles([(1 << 63) - 1, 1 << 63, 0, u64::MAX, 0, 0, 0, 0]));
        assert!(a == -b && b.abs() < f64::EPSILON && c == -d && (9.1..9.3).contains(&d), "{a} {b} {c} {d}");
    }
}
