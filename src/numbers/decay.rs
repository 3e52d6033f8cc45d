//! `eˣ − 1` for `x ≤ 0` by plain arithmetic: no table and no branch, so that a loop over many becomes vector instructions.

/// `eˣ − 1`, for `x ≤ 0`; relative error at most `3u`, also where `x` is tiny. NaN stays NaN.
///
/// `2ᵏ(e^r − 1) + (2ᵏ − 1)`, where `2ᵏ − 1` is exact down to `k = −53`; the sum, of numbers of which the second is never smaller, rounds
/// once.
#[inline(always)]
pub(crate) fn decay_minus_one(x: f64) -> f64 {
    // Further down the answer is −1 to rounding, and 2ᵏ would leave the normal numbers. (NaN fails the comparison and passes.)
    let (power, rest) = exponential_parts(if x < -700.0 { -700.0 } else { x });
    power * rest + (power - 1.0)
}

/// `(2ᵏ, e^r − 1)` with `x = k ln 2 + r`, `|r| ≤ ½ ln 2 (1 + 2⁻⁴⁰)`, for `|x| ≤ 709`: `eˣ = 2ᵏ(1 + (e^r − 1))`.
///
/// `k ln 2` is taken away in two parts, of which the first product is exact, as is what it leaves; the second is below `2⁻²²` and its
/// subtraction rounds by `u/4` at most: `r` errs by `0.26u`, and by nothing if `k = 0`. `e^r − 1` by its series to `r¹³/13!` (what is
/// left is below `2⁻⁵⁶` of it). `rest` errs by `2.2u` of at most 0.56, hence `r² rest` by `4.3u` of at most 0.068, and the sum rounds by
/// `u/4`: `e^r − 1` errs by `0.26u·1.42 + 0.3u + 0.25u < u` in all, and by `1.9u` of itself if `k = 0`.
#[inline(always)]
pub(super) fn exponential_parts(x: f64) -> (f64, f64) {
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    // 1.5·2⁵²: adding it rounds to an integer, which then stands in the last bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    let (r2, r4) = (r * r, (r * r) * (r * r));
    let pair = |i: usize| OVER_FACTORIALS[i] + OVER_FACTORIALS[i + 1] * r;
    let first = pair(0) + pair(2) * r2;
    let second = pair(4) + pair(6) * r2;
    let third = pair(8) + pair(10) * r2;
    let rest = first + r4 * (second + r4 * third);
    (power, r + r2 * rest)
}

/// `1/(i + 2)!`, `i = 0, …, 11`.
const OVER_FACTORIALS: [f64; 12] = {
    let (mut table, mut factorial, mut i) = ([0.0; 12], 1.0, 0);
    while i < 12 {
        factorial *= (i + 2) as f64;
        table[i] = 1.0 / factorial;
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::decay_minus_one;

    /// Against the correctly rounded function, over all binades from the smallest differences to where nothing is left.
    #[test]
    fn it_is_right_to_three_units() {
        let unit = f64::EPSILON / 2.0;
        let mut worst = 0.0_f64;
        for i in 0..400_000_u32 {
            let spread = (f64::from(i) * 0.618_033_988_749_895).fract();
            let x = -(2.0_f64.powf(-60.0 + 70.0 * f64::from(i) / 400_000.0) * (1.0 + spread));
            let exact = core_math::expm1(x);
            // The reference is rounded once itself.
            worst = worst.max((decay_minus_one(x) - exact).abs() / (exact.abs() * unit) - 1.0);
        }
        assert!(worst <= 3.0, "{worst} units");
        assert!(worst > 0.1, "nothing was rounded: is this the reference itself?");
        assert_eq!(decay_minus_one(f64::NEG_INFINITY), -1.0);
        assert_eq!(decay_minus_one(0.0), 0.0);
        assert!(decay_minus_one(f64::NAN).is_nan());
    }
}
