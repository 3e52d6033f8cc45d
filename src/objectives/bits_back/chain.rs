//! The discretised chain `x → z₁ → … → z_T` and a model of it that goes the other way, as finite tables.

use super::{Frequencies, Lattice, UndecidedFloor};
use crate::numbers::{Scalar, Special};
use crate::worlds::{Gaussian, Level, Oracle, Rung, Transition};

/// Everything that a bits-back coder codes with. A law `L` is a vector of probabilities, or of [`Frequencies`].
///
/// Node 0 is `x`, node `t` is `z_t`; there are `T` kernels on either side, and every symbol is the number of a bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain<L> {
    /// `q̂`: `encoder[t][i]` is the law of node `t + 1` if node `t` is `i`.
    pub encoder: Vec<Vec<L>>,
    /// `p̂`: `model[t][j]` is the law of node `t` if node `t + 1` is `j`; `model[0]` is the decoder of `x`.
    pub model: Vec<Vec<L>>,
    /// `p̂(z_T)`.
    pub prior: L,
}

impl<L> Chain<L> {
    /// The number `T` of latents.
    pub fn latents(&self) -> usize {
        self.encoder.len()
    }

    /// With other laws in the same places.
    ///
    /// # Errors
    /// The first of those of `f`.
    pub fn try_map<M, E>(&self, f: impl Fn(&L) -> Result<M, E>) -> Result<Chain<M>, E> {
        let kernel = |rows: &Vec<L>| rows.iter().map(&f).collect::<Result<Vec<M>, E>>();
        let kernels = |all: &Vec<Vec<L>>| all.iter().map(kernel).collect::<Result<Vec<_>, E>>();
        Ok(Chain { encoder: kernels(&self.encoder)?, model: kernels(&self.model)?, prior: f(&self.prior)? })
    }
}

impl<S: Special> Chain<Vec<S>> {
    /// Every law in frequencies of so many bits, as a coder uses it.
    ///
    /// # Errors
    /// [`UndecidedFloor`] if an enclosure leaves a frequency open.
    ///
    /// # Panics
    /// As [`Frequencies::of`].
    pub fn frequencies(&self, bits: u32) -> Result<Chain<Frequencies>, UndecidedFloor> {
        self.try_map(|law| Frequencies::of(law, bits))
    }

    /// The laws of the nodes under `q̂`, if `x` has this law: `T + 1` of them.
    pub fn marginals(&self, data: &[S]) -> Vec<Vec<S>> {
        let step = |law: &Vec<S>, kernel: &Vec<Vec<S>>| -> Vec<S> {
            (0..kernel[0].len()).map(|j| sum(law.iter().zip(kernel).map(|(p, row)| *p * row[j]))).collect()
        };
        let mut laws = vec![data.to_vec()];
        for kernel in &self.encoder {
            laws.push(step(&laws[laws.len() - 1], kernel));
        }
        laws
    }

    /// The same encoder with the model that inverts it: `p̂(i | j) = m_t(i) q̂(j | i)/m_{t+1}(j)` with the marginals `m` of data of this
    /// law, and the last of them as prior. No model has shorter codes.
    pub fn bayes_reversal(&self, data: &[S]) -> Self {
        let marginals = self.marginals(data);
        let inverse = |(t, kernel): (usize, &Vec<Vec<S>>)| -> Vec<Vec<S>> {
            let (here, next) = (&marginals[t], &marginals[t + 1]);
            let row = |(j, total): (usize, &S)| here.iter().zip(kernel).map(|(p, row)| *p * row[j] / *total).collect();
            next.iter().enumerate().map(row).collect()
        };
        let model = self.encoder.iter().enumerate().map(inverse).collect();
        Self { encoder: self.encoder.clone(), model, prior: marginals[marginals.len() - 1].clone() }
    }
}

impl Chain<Frequencies> {
    /// The probabilities `f 2^{−r}` that are really coded with.
    pub fn masses<S: Special>(&self) -> Chain<Vec<S>> {
        let Ok(chain) = self.try_map(|law| Ok::<_, std::convert::Infallible>(law.masses()));
        chain
    }
}

/// Gaussian data `N(0, s)` and a variance-preserving diffusion of it, on lattices.
#[derive(Debug, Clone)]
pub struct LatticeChain<S> {
    /// The variance `s` of the data.
    pub variance: S,
    /// `γ_1 < … < γ_T`, the full `−ln SNR` of the latents, at least one.
    pub gammas: Vec<S>,
    /// The bins of `x`.
    pub data: Lattice<S>,
    /// The bins of every latent.
    pub latent: Lattice<S>,
}

impl<S: Special> LatticeChain<S> {
    /// `T` latents with `γ` from the first value to the last in equal steps; one latent has the first.
    pub fn linear(variance: S, (first, last): (S, S), latents: u32, data: Lattice<S>, latent: Lattice<S>) -> Self {
        let (count, steps) = (i64::from(latents), i64::from(latents).max(2) - 1);
        let gammas = (0..count).map(|t| (first * (steps - t) + last * t) / steps).collect();
        Self { variance, gammas, data, latent }
    }

    /// In another reading.
    pub fn map<R: Special>(&self, f: impl Fn(S) -> R) -> LatticeChain<R> {
        let bins = |lattice: &Lattice<S>| Lattice { spacing: f(lattice.spacing), side: lattice.side };
        LatticeChain {
            variance: f(self.variance),
            gammas: self.gammas.iter().map(|gamma| f(*gamma)).collect(),
            data: bins(&self.data),
            latent: bins(&self.latent),
        }
    }

    /// The law `P` of `x` on its bins.
    pub fn data_law(&self) -> Vec<S> {
        self.data.masses(&Gaussian::centred(self.variance))
    }

    /// The tables: forward transitions from centres of bins, and the model that knows the oracle. Its steps have the mean `μ_Q(x*(z))`
    /// of `q(z_s | z_t, x)` at the exact posterior mean of `x`, and the variance `σ_Q²` of that law, which is below the exact one; its
    /// prior and its decoder are exact but for the bins.
    pub fn chain(&self) -> Chain<Vec<S>> {
        let oracle = Oracle::new(S::zero(), self.variance);
        let levels: Vec<_> = self.gammas.iter().map(|gamma| Level::variance_preserving(-*gamma / 2)).collect();
        let (first, last) = (levels[0], levels[levels.len() - 1]);
        let noising = Transition { factor: first.alpha, offset: S::zero(), variance: first.sigma.square() };
        let mut encoder = vec![kernel(&noising, &self.data, &self.latent)];
        let mut model = vec![kernel(&oracle.posterior(&first), &self.latent, &self.data)];
        for (levels, gammas) in levels.windows(2).zip(self.gammas.windows(2)) {
            let rung = rung(levels, gammas);
            // For Gaussian data μ_Q(x*(z)) is E[z_s | z_t], the regression of one level on the other.
            let regression = oracle.reverse(&rung.noisy, &rung.clean);
            let step = Transition { variance: rung.posterior_variance(), ..regression };
            encoder.push(kernel(&rung.forward, &self.latent, &self.latent));
            model.push(kernel(&step, &self.latent, &self.latent));
        }
        Chain { encoder, model, prior: self.latent.masses(&last.law(&oracle.data)) }
    }
}

/// The step between two levels: `σ²_{t|s} = σ_t²(1 − e^{γ_s − γ_t})` does not cancel.
fn rung<S: Scalar>(levels: &[Level<S>], gammas: &[S]) -> Rung<S> {
    let (clean, noisy) = (levels[0], levels[1]);
    let variance = -(gammas[0] - gammas[1]).exp_m1() * noisy.sigma.square();
    Rung { noisy, clean, forward: Transition { factor: noisy.alpha / clean.alpha, offset: S::zero(), variance } }
}

/// The law of the end on its bins, for each centre of a bin of the start.
fn kernel<S: Special>(transition: &Transition<S>, from: &Lattice<S>, to: &Lattice<S>) -> Vec<Vec<S>> {
    from.centres().into_iter().map(|start| to.masses(&transition.from(start))).collect()
}

pub(super) fn sum<S: Scalar>(terms: impl Iterator<Item = S>) -> S {
    terms.fold(S::zero(), |sum, term| sum + term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Ball, EndPoint, Float};

    fn small<S: Special>(latents: u32) -> LatticeChain<S> {
        let data = Lattice { spacing: S::ratio(1, 2), side: 3 };
        let latent = Lattice { spacing: S::ratio(3, 5), side: 4 };
        LatticeChain::linear(S::ratio(4, 5), (S::int(-2), S::int(2)), latents, data, latent)
    }

    #[test]
    fn every_law_adds_up_to_one() {
        let small = small::<Ball>(3);
        let chain = small.chain();
        let laws = chain.encoder.iter().chain(&chain.model).flatten().chain([&chain.prior]);
        for law in laws {
            let total = sum(law.iter().copied());
            assert!(total.contains(&1.into()) && total.radius().to_f64() < 1e-65);
        }
        assert_eq!((chain.latents(), chain.model[0].len(), chain.model[0][0].len()), (3, 9, 7));
        assert!(chain.marginals(&small.data_law()).iter().all(|law| sum(law.iter().copied()).contains(&1.into())));
    }

    #[test]
    fn the_schedule_ends_where_it_should() {
        assert_eq!(small::<Float>(1).gammas, [Float(-2.0)]);
        assert_eq!(small::<Float>(5).gammas, [-2.0, -1.0, 0.0, 1.0, 2.0].map(Float));
    }

    #[test]
    fn reversing_twice_is_the_encoder() {
        let small = small::<Float>(2);
        let reversal = small.chain().bayes_reversal(&small.data_law());
        let marginals = reversal.marginals(&small.data_law());
        for (t, kernel) in reversal.model.iter().enumerate() {
            for (i, p) in marginals[t].iter().enumerate() {
                let back = sum(marginals[t + 1].iter().zip(kernel).map(|(q, row)| *q * row[i]));
                assert!((back.0 / p.0 - 1.0).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn the_tables_of_a_coder_are_those_of_the_enclosures() {
        let (coder, exact) = (small::<Float>(3).chain(), small::<Ball>(3).chain());
        let tables = coder.frequencies(16).unwrap();
        assert_eq!(tables, exact.frequencies(16).unwrap());
        let in_doubles = small::<Ball>(3).map(|x| x.to_f64_interval()).chain();
        assert_eq!(tables, in_doubles.frequencies(16).unwrap());
        let masses: Chain<Vec<Ball>> = tables.masses();
        assert!(sum(masses.prior.iter().copied()).contains(&1.into()));
    }
}
