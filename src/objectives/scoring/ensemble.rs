//! The CRPS of an ensemble: which pairs of members say how wide it is, and what that choice expects.

use super::mean_magnitude;
use crate::numbers::{Scalar, Special};
use crate::worlds::Gaussian;

/// Which pairs of members say how wide an ensemble is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// All `M²`, each member also with itself: the score of the empirical law. It expects `τ/(M√π)` too much of `N(m, τ²)`.
    All,
    /// The `M(M − 1)` pairs of two members: unbiased, called fair.
    Distinct,
    /// Each member with the one so many places before it, in a circle: the approximate kernel representation, unbiased for members
    /// in random order.
    Shifted(usize),
}

/// `1/M Σ|xᵢ − y| − ½ Σᵢⱼ|xᵢ − xⱼ|/(number of pairs)`, the score of an ensemble; at least two members.
pub fn ensemble_crps<S: Scalar>(members: &[S], y: S, pairs: Pairs) -> S {
    let count = members.len() as i64;
    let distance = |a: S, b: S| (a - b).square().sqrt();
    let misses = members.iter().fold(S::zero(), |sum, x| sum + distance(*x, y)) / count;
    let each = || members.iter().enumerate();
    let halves =
        || each().fold(S::zero(), |sum, (i, x)| members[..i].iter().fold(sum, |sum, z| sum + distance(*x, *z)));
    let spread = match pairs {
        Pairs::All => halves() / (count * count),
        Pairs::Distinct => halves() / (count * (count - 1)),
        Pairs::Shifted(places) => {
            let before = |i: usize| members[(i + members.len() - places % members.len()) % members.len()];
            each().fold(S::zero(), |sum, (i, x)| sum + distance(*x, before(i))) / (2 * count)
        }
    };
    misses - spread
}

/// What [`ensemble_crps`] expects of `count` independent draws from a Gaussian law and a Gaussian truth:
/// `E|X − Y| − ½ (share of pairs of two members) E|X − X′|`.
pub fn expected_ensemble_crps<S: Special>(members: &Gaussian<S>, count: u32, truth: &Gaussian<S>, pairs: Pairs) -> S {
    let apart = Gaussian::new(members.mean - truth.mean, members.variance + truth.variance);
    let different = match pairs {
        Pairs::All => S::int(i64::from(count) - 1) / i64::from(count),
        Pairs::Shifted(places) if places % count as usize == 0 => S::zero(),
        Pairs::Distinct | Pairs::Shifted(_) => S::one(),
    };
    mean_magnitude(&apart) - different * mean_magnitude(&Gaussian::centred(members.variance * 2)) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    #[test]
    fn the_score_of_an_ensemble_is_the_integral_of_its_law() {
        // F steps by 1/2 at 0 and at 3: the square of F − 1{y ≤ x} is 1/4 between 0 and 3 and 1 between 3 and 5.
        let members = [Float(0.0), Float(3.0)];
        assert!((ensemble_crps(&members, Float(5.0), Pairs::All).0 - 2.75).abs() < 1e-15);
        assert!((ensemble_crps(&members, Float(5.0), Pairs::Distinct).0 - 2.0).abs() < 1e-15);
    }
}
