//! `eˣ − 1` of a vector.

use super::precision::{Precision, magic};
use crate::numbers::{Bits, Machine, Reals, horner};

/// `eˣ − 1` for `−80 ≤ x ≤ 80`, with a relative error below `4u` (`u = 2⁻⁵³` or `2⁻²⁴`).
///
/// `x = k ln 2 + y` with `|y| ≤ ½ ln 2`, `eʸ − 1 = y + y²(…)` by Chebyshev, and `2ᵏ(eʸ − 1) + (2ᵏ − 1)`. For `k = 0` nothing is added to a
/// relative error of at most `2u` (`y` and the last fused addition round, the polynomial is off by at most `0.4u`); otherwise the sum is at least
/// `(1 − √½)` in size, its first term at most `1.5` times as large as it, and the second term exact (or rounded, where it is all there is).
#[inline(always)]
pub(super) fn exp_m1<P: Precision, M: Machine>(m: M, x: P::Vector<M>) -> P::Vector<M> {
    let (_, stored) = P::FORMAT;
    let one = P::Vector::<M>::same(m, 1.0);
    let magic = P::Vector::<M>::same(m, magic(stored));
    let shifted = x.times_plus(m, P::Vector::<M>::same(m, std::f64::consts::LOG2_E), magic);
    let k = shifted.minus(m, magic);
    let [high, low] = P::LN_2;
    let y = k.times_plus(m, P::Vector::<M>::same(m, -high), x);
    let y = k.times_plus(m, P::Vector::<M>::same(m, -low), y);
    let square = y.times(m, y);
    let [even, odd] = P::EXPONENTIAL;
    let tail = y.times_plus(m, horner(m, square, odd), horner(m, square, even));
    let small = square.times_plus(m, tail, y);
    // The last bits of the shifted number are those of k: an exponent.
    let power = P::Vector::<M>::of_bits(shifted.bits().left(m, stored).plus(m, one.bits()));
    power.times_plus(m, small, power.minus(m, one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Instructions, Kernel};

    struct ExpM1<'a, P>(&'a [P], &'a mut [P]);

    impl<P: Precision> Kernel for ExpM1<'_, P> {
        type Output = ();

        #[inline(always)]
        fn run<M: Machine>(self, m: M) {
            for (from, to) in self.0.chunks(P::LANES).zip(self.1.chunks_mut(P::LANES)) {
                P::store(m, exp_m1::<P, M>(m, P::load(m, from)), to);
            }
        }
    }

    /// The largest relative error over a grid that is finest near zero.
    fn worst<P: Precision>() -> f64 {
        let points: Vec<P> = (1..4000)
            .flat_map(|i| {
                let x = 80.0 * (f64::from(i) / 4000.0).powi(6);
                [P::rounded(-x), P::rounded(x)]
            })
            .collect();
        let mut values = vec![P::default(); points.len()];
        Instructions::widest().run(ExpM1(&points, &mut values));
        points.iter().zip(&values).fold(0.0, |worst: f64, (x, value)| {
            let (x, value): (f64, f64) = ((*x).into(), (*value).into());
            worst.max((value / x.exp_m1() - 1.0).abs())
        })
    }

    #[test]
    fn the_error_is_below_four_units() {
        // That of the reference is below one.
        assert!(worst::<f64>() < 5.0 * 0.5 * f64::EPSILON, "{}", worst::<f64>());
        assert!(worst::<f32>() < 4.0 * 0.5 * f64::from(f32::EPSILON), "{}", worst::<f32>());
    }
}
