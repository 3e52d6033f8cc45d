//! Code lengths of bits-back coding with a chain, as expectations under its own encoder, in bits.
//!
//! To send `x`, a coder takes the latents off its stack with `q̂` and then puts `x` and the latents on with `p̂`: net
//! `−log₂ p̂(x, z) + log₂ q̂(z | x)`. Sources: `townsend2019`, `bitswap2019`.

use super::Chain;
use super::chain::sum;
use crate::numbers::{Ball, Interval, Scalar, Special};

/// `H(p) = −Σ p log₂ p`.
pub fn entropy<S: Scalar>(law: &[S]) -> S {
    in_bits(-sum(law.iter().map(|p| *p * p.ln())))
}

/// `KL(p ‖ r) = Σ p log₂ p/r`.
pub fn divergence<S: Scalar>(law: &[S], other: &[S]) -> S {
    in_bits(sum(law.iter().zip(other).map(|(p, r)| *p * (*p / *r).ln())))
}

/// `−Σ p log₂ r`, what symbols of one law cost in the code of another.
fn cross_entropy<S: Scalar>(law: &[S], other: &[S]) -> S {
    in_bits(-sum(law.iter().zip(other).map(|(p, r)| *p * r.ln())))
}

fn in_bits<S: Scalar>(nats: S) -> S {
    nats / S::int(2).ln()
}

impl<S: Special> Chain<Vec<S>> {
    /// `Σ_t E H(q̂(z_t | z_{t−1}))`, `z_0 = x` of the law `data`: the bits that are taken off the stack before the first symbol is put
    /// on, if all latents are taken off first.
    pub fn initial_bits(&self, data: &[S]) -> S {
        let marginals = self.marginals(data);
        let kernels = marginals.iter().zip(&self.encoder);
        sum(kernels.flat_map(|(law, kernel)| law.iter().zip(kernel).map(|(p, row)| *p * entropy(row))))
    }

    /// `E −log₂ p̂(x, z)`: what is put on the stack for one `x`.
    pub fn pushed_bits(&self, data: &[S]) -> S {
        let marginals = self.marginals(data);
        let kernels = marginals.windows(2).zip(self.encoder.iter().zip(&self.model));
        let steps = kernels.map(|(laws, (encoder, model))| {
            // Of each pair of neighbours, the one below given the one above.
            sum(model.iter().enumerate().map(|(j, row)| {
                let joint: Vec<_> = laws[0].iter().zip(encoder).map(|(p, forward)| *p * forward[j]).collect();
                cross_entropy(&joint, row)
            }))
        });
        sum(steps) + cross_entropy(&marginals[self.latents()], &self.prior)
    }

    /// `N = E [log₂ q̂(z | x) − log₂ p̂(x, z)]`, the expected net length of one `x` of the law `data`: at least its entropy, and equal to
    /// it for the Bayes reversal. Pairs of neighbours suffice, `O(T n²)`.
    pub fn net_bits(&self, data: &[S]) -> S {
        self.pushed_bits(data) - self.initial_bits(data)
    }

    /// The laws of the nodes under the model, the one of `x` first.
    pub fn model_marginals(&self) -> Vec<Vec<S>> {
        let mut laws = vec![self.prior.clone()];
        for kernel in self.model.iter().rev() {
            let above = &laws[laws.len() - 1];
            let below = |i: usize| sum(above.iter().zip(kernel).map(|(p, row)| *p * row[i]));
            laws.push((0..kernel[0].len()).map(below).collect());
        }
        laws.reverse();
        laws
    }

    /// `E KL(q̂(z | x) ‖ p̂(z | x))`: what the latents cost because the encoder is not the model's own posterior, by the model's
    /// kernels turned round with its own marginals.
    pub fn posterior_gap(&self, data: &[S]) -> S {
        let (marginals, own) = (self.marginals(data), self.model_marginals());
        let steps = self.encoder.iter().zip(&self.model).enumerate();
        sum(steps.flat_map(|(t, (encoder, model))| {
            let (here, below, above) = (&marginals[t], &own[t], &own[t + 1]);
            let at = move |i: usize| {
                let turned: Vec<_> = model.iter().zip(above).map(|(row, p)| row[i] * *p / below[i]).collect();
                here[i] * divergence(&encoder[i], &turned)
            };
            (0..here.len()).map(at).collect::<Vec<_>>()
        }))
    }

    /// Every way through the chain, from every `x` of the law `data`: for short chains on few bins.
    pub fn for_each_path(&self, data: &[S], visit: &mut dyn FnMut(&Path<S>)) {
        for (x, p) in data.iter().enumerate() {
            self.follow(&mut Path { probability: *p, popped: Vec::new(), pushed: Vec::new() }, x, visit);
        }
    }

    fn follow(&self, path: &mut Path<S>, node: usize, visit: &mut dyn FnMut(&Path<S>)) {
        let step = path.popped.len();
        if step == self.latents() {
            path.pushed.push(self.prior[node]);
            visit(path);
            path.pushed.pop();
            return;
        }
        let before = path.probability;
        for (next, q) in self.encoder[step][node].iter().enumerate() {
            path.probability = before * *q;
            path.popped.push(*q);
            path.pushed.push(self.model[step][next][node]);
            self.follow(path, next, visit);
            path.popped.pop();
            path.pushed.pop();
        }
        path.probability = before;
    }
}

impl Chain<Vec<Ball>> {
    /// In enclosures of doubles, in which a sum over all paths is a thousand times as fast.
    pub fn narrowed(&self) -> Chain<Vec<Interval<f64>>> {
        let Ok(chain) = self.try_map(|law| Ok::<_, std::convert::Infallible>(narrowed(law)));
        chain
    }
}

/// A law in enclosures of doubles.
pub fn narrowed(law: &[Ball]) -> Vec<Interval<f64>> {
    law.iter().map(Ball::to_f64_interval).collect()
}

/// One way through the chain.
#[derive(Debug, Clone)]
pub struct Path<S> {
    /// `P(x) Π q̂`.
    pub probability: S,
    /// `q̂(z_1 | x), …, q̂(z_T | z_{T−1})`: what is taken off the stack.
    pub popped: Vec<S>,
    /// `p̂(x | z_1), …, p̂(z_{T−1} | z_T), p̂(z_T)`: what is put on.
    pub pushed: Vec<S>,
}

impl<S: Scalar> Path<S> {
    /// `−log₂ Π q̂`.
    pub fn popped_bits(&self) -> S {
        in_bits(-product(&self.popped).ln())
    }

    /// `−log₂ Π p̂ + log₂ Π q̂`.
    pub fn net_bits(&self) -> S {
        in_bits((product(&self.popped) / product(&self.pushed)).ln())
    }

    /// What each prefix of `pop z_1, push x, pop z_2, push z_1, …` has taken off more than put on, just after each pop.
    pub fn interleaved_needs(&self) -> Vec<S> {
        let cost = |p: &S| in_bits(-p.ln());
        let mut height = S::zero();
        let pairs = self.popped.iter().zip(&self.pushed);
        let needs = pairs.map(|(popped, pushed)| {
            let need = height + cost(popped);
            height = need - cost(pushed);
            need
        });
        needs.collect()
    }
}

fn product<S: Scalar>(factors: &[S]) -> S {
    factors.iter().fold(S::one(), |product, factor| product * *factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Field, Float};
    use crate::objectives::bits_back::{Lattice, LatticeChain};

    /// `N − H(P)` for data of variance 0.8, on a grid that is halved so many times.
    fn excess(latents: u32, halvings: u32) -> f64 {
        let fine = 1 << halvings;
        let data = Lattice { spacing: Float::ratio(1, 2 * fine), side: 8 * fine };
        let latent = Lattice { spacing: Float::ratio(2, 5 * fine), side: 12 * fine };
        let lattice = LatticeChain::linear(Float::ratio(4, 5), (Float(-2.0), Float(2.0)), latents, data, latent);
        let law = lattice.data_law();
        (lattice.chain().net_bits(&law) - entropy(&law)).0
    }

    #[test]
    fn finer_grids_tend_to_the_gap_of_the_continuous_chain() {
        // One latent and the exact decoder: no gap. The numbers are those of the catalogue.
        for (halvings, printed) in [(0, 2.54e-3), (1, 1.87e-4), (2, 1.30e-5)] {
            assert!((excess(1, halvings) / printed - 1.0).abs() < 5e-3, "{}", excess(1, halvings));
        }
        let excesses = [0, 1, 2].map(|halvings| excess(4, halvings));
        for (excess, printed) in excesses.iter().zip([0.58498, 0.65904, 0.68237]) {
            assert!((excess - printed).abs() < 1e-5, "{excess}");
        }
        // Claim 8 between the levels: ½(r − ln(1 + r)) for each of the three steps, r = (ρ_s − ρ_t)s/(1 + ρ_t s).
        let snr = |t: i32| (2.0 - 4.0 * f64::from(t) / 3.0).exp();
        let slack = |r: f64| (r - r.ln_1p()) / 2.0;
        let gap: f64 = (0..3).map(|t| slack((snr(t) - snr(t + 1)) * 0.8 / (1.0 + snr(t + 1) * 0.8))).sum();
        let continuous = gap / std::f64::consts::LN_2;
        assert!((continuous - 0.69073).abs() < 1e-5, "{continuous}");
        let [coarse, middle, fine] = excesses.map(|excess| continuous - excess);
        assert!((3.0..4.2).contains(&(coarse / middle)) && (3.5..4.2).contains(&(middle / fine)));
    }
}
