//! The mean of a polynomial of one normal variable, from the formula of the polynomial alone.

use crate::numbers::{Scalar, Taylor};

/// `E f(X)` for `X ~ N(0, variance)` and a polynomial `f` of degree below `N`: read as a power series around 0, each of whose
/// even powers has the mean `(2k − 1)!! varianceᵏ`. Of a polynomial of higher degree the rest would be missing.
///
/// ```
/// use ouracle::numbers::{Field, Float};
/// use ouracle::worlds::polynomial_mean;
/// assert_eq!(polynomial_mean::<_, 5>(Float(2.0), |x| x.powi(4) + x), Float(12.0));
/// ```
pub fn polynomial_mean<S: Scalar, const N: usize>(variance: S, f: impl FnOnce(Taylor<S, N>) -> Taylor<S, N>) -> S {
    let series = f(Taylor::variable(S::zero()));
    let higher = (1..N.div_ceil(2))
        .rev()
        .fold(S::zero(), |higher, k| (higher + series.coefficient(2 * k)) * variance * (2 * k as i64 - 1));
    series.coefficient(0) + higher
}
