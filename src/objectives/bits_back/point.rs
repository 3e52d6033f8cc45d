//! The parameters of bits-back coding on lattices.

use super::{Chain, Frequencies, Lattice, LatticeChain, MOST_BITS, UndecidedFloor};
use crate::numbers::{Ball, Special};
use crate::parameters::{Domain, InputError, Parameters, Source};

/// How many pairs of neighbouring bins a chain may have, over all its steps: about a minute of certified arithmetic.
const MOST_PAIRS: u64 = 400_000;

/// A chain on lattices, and how precisely it is coded.
#[derive(Debug, Clone)]
pub struct CodingPoint<S> {
    /// Data, diffusion and bins.
    pub lattice: LatticeChain<S>,
    /// The precision of the frequencies in bits, or real probabilities.
    pub bits: Option<u32>,
}

impl<S: Special> Parameters<S> for CodingPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let latents = source.count("T", "the number of latents")?;
        let variance = source.real("s", Domain::Positive, "data variance")?;
        let first = source.real("gamma_first", Domain::Real, "gamma of z_1, −ln SNR (the full log-ratio)")?;
        let last =
            source.real("gamma_last", Domain::Real, "gamma of z_T, above gamma_first; without effect if T = 1")?;
        if latents > 1 {
            source.ordered("gamma_first", "gamma_last", true)?;
        }
        let mut lattice = |spacing, side, meanings: [&'static str; 2]| -> Result<Lattice<S>, InputError> {
            let spacing = source.real(spacing, Domain::Positive, meanings[0])?;
            Ok(Lattice { spacing, side: source.count(side, meanings[1])? })
        };
        let data = lattice("dx", "Kx", ["spacing of the bins of x", "K of x: there are 2K + 1 bins"])?;
        let latent = lattice("dz", "Kz", ["spacing of the bins of every latent", "K of the latents"])?;
        let bits = source.count_or_none(
            "precision_bits",
            "frequencies are multiples of 2^-precision_bits; none for real probabilities",
        )?;
        let [of_data, of_latent] = [data.side, latent.side].map(|side| 2 * u64::from(side) + 1);
        let pairs = u64::from(latents - 1)
            .saturating_mul(of_latent.saturating_mul(of_latent))
            .saturating_add(of_data.saturating_mul(of_latent));
        if pairs > MOST_PAIRS {
            return Err(InputError::Condition(format!(
                "T = {latents} latents on {of_latent} bins and data on {of_data} have {pairs} pairs of neighbouring bins, but at \
                 most {MOST_PAIRS} are summed; give a smaller T, Kx or Kz"
            )));
        }
        let most = of_data.max(of_latent);
        if let Some(bits) = bits.filter(|bits| *bits > MOST_BITS || 1 << bits <= most) {
            let least = u64::BITS - most.leading_zeros();
            return Err(InputError::Condition(format!(
                "precision_bits = {bits}, but {most} bins need from {least} to {MOST_BITS} bits; give precision_bits in that range, \
                 or none"
            )));
        }
        Ok(Self { lattice: LatticeChain::linear(variance, (first, last), latents, data, latent), bits })
    }
}

impl CodingPoint<Ball> {
    /// The law `P` of `x`, which is never quantised.
    ///
    /// # Errors
    /// [`InputError`] if a probability is too small for an enclosure.
    pub fn data_law(&self) -> Result<Vec<Ball>, InputError> {
        positive(&self.lattice.data_law())
    }

    /// The law of `x`, and the laws that are coded with.
    ///
    /// # Errors
    /// [`InputError`] if a probability is too small for an enclosure, or too little is known of one to say its frequency.
    pub fn tables(&self) -> Result<(Vec<Ball>, Chain<Vec<Ball>>), InputError> {
        let coded = match self.bits {
            None => self.lattice.chain().try_map(|law| positive(law))?,
            Some(bits) => self.frequencies(bits).map_err(|open| InputError::Condition(open.to_string()))?.masses(),
        };
        Ok((self.data_law()?, coded))
    }

    /// The laws in frequencies: by enclosures of doubles if these leave none open, since a whole number that is decided has no more digits.
    fn frequencies(&self, bits: u32) -> Result<Chain<Frequencies>, UndecidedFloor> {
        let in_doubles = self.lattice.map(|x| x.to_f64_interval()).chain().frequencies(bits);
        in_doubles.or_else(|_| self.lattice.chain().frequencies(bits))
    }
}

/// The law, if the logarithms of all its probabilities can be enclosed.
fn positive(law: &[Ball]) -> Result<Vec<Ball>, InputError> {
    if law.iter().all(Ball::certainly_positive) {
        return Ok(law.to_vec());
    }
    Err(InputError::Condition(
        "the probability of a bin may be below 10^-78913, the smallest number that an enclosure holds, so its code length is not \
         enclosed; give laws that are wider beside the bins (a smaller dx, dz or K, or a larger gamma_first), or precision_bits, with \
         which no probability is that small"
            .to_owned(),
    ))
}
