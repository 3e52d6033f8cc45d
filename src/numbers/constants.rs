//! Every constant and table of the 237-bit functions, computed once from integer series whose errors are counted.
//!
//! Numbers are integers in units of 2⁻³²⁰. A truncated division errs by less than one unit, and no series here has more
//! than 200 of them times a factor 32, so each constant is known to 2¹³ units: 2⁻³⁰⁷. Rounded to nearest, a table entry
//! above 2⁻¹³ therefore has a relative error of at most u (1 + 2⁻⁵⁶), where u = 2⁻²³⁷ is the unit roundoff.

use super::{Ball, EndPoint, Interval, Rational, rounding};
use dashu::integer::{IBig, UBig};
use f256::f256;
use std::sync::LazyLock;

/// Bits after the binary point of the integers below.
const SCALE: usize = 320;

/// The proven error, in units of 2⁻³²⁰, of every constant here.
const ERROR: u32 = 1 << 13;

/// How many inverse factorials are tabulated.
pub(super) const FACTORIALS: usize = 96;

/// The table has `e^{i/64}` for `|i| ≤ 23` and `e^{j/4096}` for `|j| ≤ 63`, hence all `|n/4096| ≤ 23 + 63/64` 64ths.
const COARSE: i32 = 23;
const FINE: i32 = 63;

/// A constant in two parts: `high` has so few bits that `k · high` is exact for `|k| < 2¹⁹`; the remainder is rounded.
pub(super) struct Split {
    pub high: f256,
    pub low: f256,
}

/// What the 237-bit functions look up.
pub(super) struct Constants {
    pub pi: Ball,
    pub ln_2: Split,
    pub half_pi: Split,
    /// `1/n!`, rounded to nearest.
    pub inverse_factorial: Vec<f256>,
    /// `1/(2n + 1)`, rounded to nearest.
    pub inverse_odd: Vec<f256>,
    exp_coarse: Vec<f256>,
    exp_fine: Vec<f256>,
    exp_m1_coarse: Vec<f256>,
    exp_m1_fine: Vec<f256>,
}

/// The constants, computed at first use (1 ms).
pub(super) static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| {
    let one = one();
    let table = |size: i32, denominator: i32, less: &IBig| -> Vec<f256> {
        (-size..=size).map(|i| to_nearest(&(exp(i, denominator) - less), SCALE)).collect()
    };
    let mut factorials = vec![UBig::ONE];
    for n in 1..FACTORIALS {
        factorials.push(&factorials[n - 1] * UBig::from(n));
    }
    Constants {
        pi: enclosure(&pi()),
        ln_2: split(&ln_2(), 218),
        half_pi: split(&(pi() / IBig::from(2)), 217),
        inverse_factorial: factorials.iter().map(reciprocal_to_nearest).collect(),
        inverse_odd: (0..64_u32).map(|n| reciprocal_to_nearest(&UBig::from(2 * n + 1))).collect(),
        exp_coarse: table(COARSE, 64, &IBig::ZERO),
        exp_fine: table(FINE, 4096, &IBig::ZERO),
        exp_m1_coarse: table(COARSE, 64, &one),
        exp_m1_fine: table(FINE, 4096, &one),
    }
});

impl Constants {
    /// The factors of `e^{n/4096} = e^{i/64} e^{j/4096}`; `|n| ≤ 1535`. Both exponents have the sign of `n`.
    pub fn exp_factors(&self, n: i32) -> (f256, f256) {
        (self.exp_coarse[(n / 64 + COARSE) as usize], self.exp_fine[(n % 64 + FINE) as usize])
    }

    /// `e^{i/64} − 1` and `e^{j/4096} − 1` for the same split of `n`.
    pub fn exp_m1_terms(&self, n: i32) -> (f256, f256) {
        (self.exp_m1_coarse[(n / 64 + COARSE) as usize], self.exp_m1_fine[(n % 64 + FINE) as usize])
    }
}

fn one() -> IBig {
    IBig::ONE << SCALE
}

/// `e^{p/q}` for `|p/q| < 1/2`. A term is `p/(qn)` times the one before it, so each errs by less than two units; the 60
/// terms that do not vanish, and the tail after them, by less than 128.
fn exp(p: i32, q: i32) -> IBig {
    let mut sum = IBig::ZERO;
    let mut term = one();
    let mut n = 1;
    while term != IBig::ZERO {
        sum += &term;
        term = term * IBig::from(p) / IBig::from(q * n);
        n += 1;
    }
    sum
}

/// `Σ ±1/((2k+1) n^{2k+1})`: artanh(1/n), or arctan(1/n) if the signs alternate. Powers err by less than two units, terms by
/// less than two more; for n ≥ 3 there are at most 101 terms.
fn inverse_tangent(n: u32, alternating: bool) -> IBig {
    let mut sum = IBig::ZERO;
    let mut power = one() / IBig::from(n);
    let mut k = 0_u32;
    while power != IBig::ZERO {
        let term = &power / IBig::from(2 * k + 1);
        if alternating && k % 2 == 1 {
            sum -= term;
        } else {
            sum += term;
        }
        power /= IBig::from(n * n);
        k += 1;
    }
    sum
}

/// Machin: π = 16 arctan(1/5) − 4 arctan(1/239).
fn pi() -> IBig {
    inverse_tangent(5, true) * IBig::from(16) - inverse_tangent(239, true) * IBig::from(4)
}

/// ln 2 = 2 artanh(1/3).
fn ln_2() -> IBig {
    inverse_tangent(3, false) * IBig::from(2)
}

fn enclosure(scaled: &IBig) -> Ball {
    let bound = |shifted: IBig| f256::rational_bounds(&Rational::from_parts(shifted, UBig::ONE << SCALE));
    Interval::enclosing(bound(scaled - IBig::from(ERROR)).0, bound(scaled + IBig::from(ERROR)).1)
}

/// The first `bits` bits after the binary point, and the rest.
fn split(scaled: &IBig, bits: usize) -> Split {
    let high = (scaled >> (SCALE - bits)) << (SCALE - bits);
    Split { low: to_nearest(&(scaled - &high), SCALE), high: to_nearest(&high, SCALE) }
}

/// `scaled / 2^scale`, rounded to nearest.
fn to_nearest(scaled: &IBig, scale: usize) -> f256 {
    let (sign, magnitude) = scaled.clone().into_parts();
    let excess = rounding::bits(&magnitude) - i64::from(f256::PRECISION);
    let (kept, exponent) = if excess > 0 {
        let rounded: UBig = (magnitude + (UBig::ONE << (excess as usize - 1))) >> excess as usize;
        (rounded, excess)
    } else {
        (magnitude << excess.unsigned_abs() as usize, excess)
    };
    if kept == UBig::ZERO {
        return f256::ZERO;
    }
    // A carry to 2²³⁷ is right as it stands: the significand overflows into the exponent field.
    let rounded = f256::compose(rounding::halves(&kept), (exponent - scale as i64) as i32);
    if sign == dashu::integer::Sign::Negative { -rounded } else { rounded }
}

fn reciprocal_to_nearest(n: &UBig) -> f256 {
    let scale = SCALE + rounding::bits(n) as usize;
    to_nearest(&IBig::from((UBig::ONE << scale) / n), scale)
}
