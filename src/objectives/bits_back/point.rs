//! A chain on lattices by its parameters.

use super::{Lattice, LatticeChain};
use crate::numbers::{Scalar, Special};
use crate::parameters::{Domain, InputError, Parameters, Source};

/// Gaussian data, a diffusion with `γ` in equal steps, the lattices, and the precision of the frequencies.
#[derive(Debug, Clone)]
pub struct LatticePoint<S> {
    /// The variance of the data.
    pub variance: S,
    /// `γ_1` and `γ_T`.
    pub gammas: (S, S),
    /// `T`.
    pub latents: u32,
    /// The bins of the data.
    pub data: Lattice<S>,
    /// The bins of every latent.
    pub latent: Lattice<S>,
    /// The bits `r` of the frequencies; none for real masses.
    pub precision: Option<u32>,
}

impl<S: Special> LatticePoint<S> {
    /// The chain.
    pub fn chain(&self) -> LatticeChain<S> {
        LatticeChain::linear(self.variance, self.gammas, self.latents, self.data, self.latent)
    }
}

impl<S> LatticePoint<S> {
    /// How many numbers the tables of the chain hold.
    pub fn entries(&self) -> u64 {
        let [data, latent] = [&self.data, &self.latent].map(|lattice| 2 * u64::from(lattice.side) + 1);
        // Each is below 2³³: their product may not fit.
        let between = latent.saturating_mul(latent).saturating_mul(u64::from(self.latents) - 1);
        data.saturating_mul(latent).saturating_add(between).saturating_mul(2).saturating_add(latent)
    }
}

impl<S: Scalar> Parameters<S> for LatticePoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let latents = source.count("T", "the number of latents")?;
        let variance = source.real("s", Domain::Positive, "the variance of the data")?;
        let first = source.real("gamma_first", Domain::Real, "gamma = −ln SNR of the first latent")?;
        let last = source.real("gamma_last", Domain::Real, "gamma of the last latent; without effect for T = 1")?;
        if latents > 1 {
            source.ordered("gamma_first", "gamma_last", true)?;
        }
        let data = Lattice {
            spacing: source.real("dx", Domain::Positive, "the spacing of the data's bins")?,
            side: source.count("Kx", "the number of bins of the data on either side of 0")?,
        };
        let latent = Lattice {
            spacing: source.real("dz", Domain::Positive, "the spacing of the latents' bins")?,
            side: source.count("Kz", "the number of bins of a latent on either side of 0")?,
        };
        let meaning = "the bits r of the frequencies, with 2^r above the number of bins; or none, for real masses";
        let precision = source.count_or_none("precision_bits", meaning)?;
        Ok(Self { variance, gammas: (first, last), latents, data, latent, precision })
    }
}
