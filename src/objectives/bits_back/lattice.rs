//! The line in bins: where laws of a continuous variable become finite tables.

use crate::numbers::Special;
use crate::worlds::Gaussian;

/// `n = 2K + 1` bins centred at `kδ`, `k = −K, …, K`, with edges halfway; the outer two reach to `±∞`, so that no mass is lost.
#[derive(Debug, Clone, Copy)]
pub struct Lattice<S> {
    /// The spacing `δ > 0`.
    pub spacing: S,
    /// `K`, the number of bins on either side of the one at 0.
    pub side: u32,
}

impl<S: Special> Lattice<S> {
    /// The number of bins, `2K + 1`.
    pub fn bins(&self) -> usize {
        2 * self.side as usize + 1
    }

    /// The centres `kδ`, rising.
    pub fn centres(&self) -> Vec<S> {
        let side = i64::from(self.side);
        (-side..=side).map(|k| self.spacing * k).collect()
    }

    /// The inner edges `(k − ½)δ`, `k = −K + 1, …, K`, rising.
    fn edges(&self) -> impl Iterator<Item = S> {
        let (side, half) = (i64::from(self.side), self.spacing / 2);
        (1 - side..=side).map(move |k| half * (2 * k - 1))
    }

    /// What a Gaussian law gives to each bin: `Φ((e_{k+1} − m)/√v) − Φ((e_k − m)/√v)`. They add up to 1, and no tail cancels.
    pub fn masses(&self, law: &Gaussian<S>) -> Vec<S> {
        let deviation = law.variance.sqrt();
        let standardised: Vec<_> = self.edges().map(|edge| (edge - law.mean) / deviation).collect();
        S::normal_masses(&standardised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Ball, EndPoint, Field, Float};

    #[test]
    fn there_is_a_bin_at_zero_and_nothing_is_lost() {
        let lattice = Lattice { spacing: Float(0.5), side: 2 };
        assert_eq!(lattice.bins(), 5);
        assert_eq!(lattice.centres(), [-1.0, -0.5, 0.0, 0.5, 1.0].map(Float));
        let masses = lattice.masses(&Gaussian::new(Float(7.0), Float(0.25)));
        // Φ(−12.5) − Φ(−13.5), by mpmath; all the rest is in the last bin.
        assert!((masses[3].0 / 3.732_556_480_070_408e-36 - 1.0).abs() < 1e-13);
        assert_eq!(masses[4], Float(1.0));
    }

    #[test]
    fn masses_of_a_law_and_of_its_mirror_image() {
        let lattice = Lattice { spacing: Ball::ratio(2, 5), side: 6 };
        let law = Gaussian::new(Ball::ratio(3, 7), Ball::ratio(1, 9));
        let mirrored = lattice.masses(&Gaussian { mean: -law.mean, ..law });
        for (mass, other) in lattice.masses(&law).iter().zip(mirrored.iter().rev()) {
            assert!((*mass / *other - 1).mag().to_f64() < 1e-60);
        }
    }
}
