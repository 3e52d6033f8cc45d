//! The standard normal law: its density, and what it gives to parts of the line, from its tails.

use super::{Scalar, Special};

/// The standard normal density `e^{−z²/2}/√2π`.
pub fn normal_density<S: Scalar>(z: S) -> S {
    (-z.square() / 2).exp() / (S::pi() * 2).sqrt()
}

/// `N(0, 1)` of `(−∞, e₁], [e₁, e₂], …, [e_n, ∞)` for rising edges, each with one tail that is at most about a half: the one on
/// its own side of 0, which `on_the_right` tells. Where it cannot be told the tails are halves, and either is right.
pub(super) fn masses<S: Special>(edges: &[S], on_the_right: impl Fn(S) -> bool) -> Vec<S> {
    let root = S::int(2).sqrt();
    let tails = edges.iter().map(|edge| {
        let right = on_the_right(*edge);
        (right, ((if right { *edge } else { -*edge }) / root).erfc() / 2)
    });
    // The empty tails beyond the first and the last part.
    let ends = |right| std::iter::once((right, S::zero()));
    let tails: Vec<_> = ends(false).chain(tails).chain(ends(true)).collect();
    let between = |pair: &[(bool, S)]| match (pair[0], pair[1]) {
        ((false, lower), (false, upper)) => upper - lower,
        ((true, lower), (true, upper)) => lower - upper,
        ((false, lower), (true, upper)) => S::one() - lower - upper,
        // Two edges at 0, as far as is known.
        ((true, lower), (false, upper)) => lower + upper - 1,
    };
    tails.windows(2).map(between).collect()
}

#[cfg(test)]
mod tests {
    use crate::numbers::{Ball, EndPoint, Field, Float, Interval, Special};

    #[test]
    fn masses_add_up_to_one_and_tails_keep_their_digits() {
        let edges: Vec<_> = [-40, -39, -2, 1, 3, 40].map(Ball::int).to_vec();
        let masses = Special::normal_masses(&edges);
        let sum = masses.iter().fold(Ball::zero(), |sum, mass| sum + *mass);
        assert!(sum.contains(&1.into()) && sum.radius().to_f64() < 1e-68);
        let relative = |mass: &Ball| (*mass / *mass - 1).mag().to_f64();
        assert!(masses.iter().all(|mass| mass.certainly_positive()));
        assert!(relative(&masses[0]) < 1e-60 && relative(&masses[6]) < 1e-60);
        // Φ(−40) = 3.655893540915e-350, from mpmath.
        let known = Ball::ratio(3_655_893_540_915, 1_000_000_000) / Ball::int(10).powi(353);
        assert!((masses[0] / known - 1).mag().to_f64() < 1e-12);
    }

    #[test]
    fn the_readings_agree_and_mirror() {
        let edges = [-1.7, 0.0, 0.3, 6.5];
        let floats = Special::normal_masses(&edges.map(Float));
        let narrow = Special::normal_masses(&edges.map(Interval::<f64>::point));
        for (float, interval) in floats.iter().zip(&narrow) {
            assert!((interval.lo() - 1e-16..=interval.hi() + 1e-16).contains(&float.0));
        }
        let mirrored = Special::normal_masses(&[-6.5, -0.3, 0.0, 1.7].map(Float));
        assert!(floats.iter().eq(mirrored.iter().rev()));
    }

    #[test]
    fn without_edges_there_is_one_mass() {
        assert_eq!(Float::normal_masses(&[]), [Float(1.0)]);
    }

    #[test]
    fn a_floor_is_decided_or_two_numbers() {
        assert_eq!(Float(-0.5).floor_between(), Some((-1, -1)));
        assert_eq!(Float(f64::NAN).floor_between(), None);
        assert_eq!(Ball::ratio(7, 3).floor_between(), Some((2, 2)));
        assert_eq!((Ball::ratio(1, 3) * 3).floor_between(), Some((0, 1)));
        assert_eq!(Ball::whole().floor_between(), None);
        assert_eq!(Ball::zero().floor_between(), Some((0, 0)));
    }
}
