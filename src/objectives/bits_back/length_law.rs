//! Mean and variance of the net length of one sample, exactly, by what is known of every node: never a sum over paths.

use super::{Chain, Frequencies};
use crate::numbers::Scalar;

/// The first two moments of `log₂ ∏q̂/(p̂(z_T) ∏p̂(z_t|z_{t+1}) p̂(x|z_1))` in bits, if the latents are independent draws from `q̂`.
#[derive(Debug, Clone, Copy)]
pub struct LengthLaw<S> {
    /// The net length `N`.
    pub mean: S,
    /// Of the net length of one sample.
    pub variance: S,
}

/// Mass, first and second moment of the length so far, on the event that the chain is at one symbol.
#[derive(Clone, Copy)]
struct Partial<S> {
    mass: S,
    first: S,
    second: S,
}

impl<S: Scalar> Partial<S> {
    fn none() -> Self {
        Self { mass: S::zero(), first: S::zero(), second: S::zero() }
    }

    /// With `bits` more.
    fn longer(self, bits: S) -> Self {
        let first = self.first + bits * self.mass;
        // E(s + b)² = E s² + b(E s + E(s + b)).
        Self { mass: self.mass, first, second: self.second + bits * (self.first + first) }
    }

    fn plus(self, other: Self, weight: S) -> Self {
        Self {
            mass: self.mass + other.mass * weight,
            first: self.first + other.first * weight,
            second: self.second + other.second * weight,
        }
    }
}

impl<S: Scalar> LengthLaw<S> {
    /// For data of this law, coded with these frequencies.
    pub fn of(chain: &Chain<Frequencies>, data: &[S]) -> Self {
        let mut here: Vec<_> = data.iter().map(|mass| Partial { mass: *mass, ..Partial::none() }).collect();
        for (encoder, model) in chain.encoder.iter().zip(&chain.model) {
            let mut next = vec![Partial::none(); model.len()];
            for (i, (partial, row)) in here.iter().zip(encoder).enumerate() {
                let whole = S::int(1 << row.bits());
                for (j, (slots, sum)) in row.counts().iter().zip(&mut next).enumerate() {
                    let paid = code_bits::<S>(&model[j], i) - code_bits::<S>(row, j);
                    *sum = sum.plus(partial.longer(paid), S::int(*slots as i64) / whole);
                }
            }
            here = next;
        }
        let ends = here.into_iter().enumerate().map(|(j, partial)| partial.longer(code_bits(&chain.prior, j)));
        let all = ends.fold(Partial::none(), |sum, partial| sum.plus(partial, S::one()));
        // A law in doubles, or an enclosure, may not add up to 1 exactly.
        let mean = all.first / all.mass;
        Self { mean, variance: all.second / all.mass - mean.square() }
    }
}

/// `−log₂(f_k 2^{−r})`.
fn code_bits<S: Scalar>(law: &Frequencies, symbol: usize) -> S {
    S::int(law.bits().into()) - S::int(law.counts()[symbol] as i64).ln() / S::int(2).ln()
}
