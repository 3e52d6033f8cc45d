//! What is popped right after a push is no independent draw, unless the model is right or the slots are keyed.
//!
//! A pop reads the low $r$ bits of the stack. Right after a push these are $c + (x \bmod f)$, in the slots of the pushed symbol: if symbol $k$ is pushed
//! with probability $\pi_k$ and has $f_k$ slots, a slot has the probability $\pi_k/f_k$, and a symbol that is then popped with the slots $S_j$ has
//!
//! $$ P(j) = \sum_{i\in S_j} \frac{\pi_{k(i)}}{f_{k(i)}}, \qquad P(j) = \frac{|S_j|}{2^r} \text{ for all laws popped only if } \pi = 2^{-r}f . $$
//!
//! If what is pushed follows the model, slots are uniform. The steps of a diffusion model with the variance $\sigma_Q^2$ are too narrow: $z_{t-1}$ often
//! falls into outer slots, and in the interleaved order $z_{t+1}$ is popped right after it. It is then drawn from another law than $\hat q$, and the
//! net length is not the expectation $N$ of `bits-back-net-length`, *although the coder is right*. The cure is a bijection: after each
//! push add to the low $r$ bits, modulo $2^r$, an independent uniform offset from a key, and subtract one before each pop; a decoder
//! undoes both. (In the naive order latents are popped after the prior's symbol, which follows the model but for the bins: there
//! little shows.)
//!
//! Then latents are independent draws from $\hat q$, and the net length of a sample has the mean $N$ and a variance that is enumerated too, by
//! the first two moments at every node. The simulation runs the coder in the interleaved order, several samples on one stack, and adds up the ideal lengths of
//! the latents that it popped; the stack itself grows by as much to within the bound of `ans-overhead`. For $T = 4$ on the stated lattices
//! $N = 4.53654$, and without keys 6.58 bits; for the Bayes reversal of the encoder $N = 3.89229$, with keys or without.
//!
//! Assumptions: the bits of the seed and the keys are independent and uniform, as those of ChaCha are taken to be. If it were false, a coder
//! would be called broken for the slots that its model leaves, or tolerances widened until a broken one passes.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Plan, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar, Special};
use crate::objectives::bits_back::{
    Chain, Coding, CodingPoint, Desk, Frequencies, Lattice, Law, LengthLaw, Order, SLOT_BITS, Tally, divergence,
    slot_bits,
};
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::Gaussian;

const NO_KEYS: u8 = 1;
const SAME_KEY: u8 = 2;
const MODEL_IS_ENOUGH: u8 = 3;
const POPPED_FOR_NOTHING: u8 = 4;

/// A symbol pushed, and one popped after it.
struct SlotPoint<S> {
    pushed: Vec<S>,
    model: Frequencies,
    popped: Frequencies,
}

impl<S: Special> Parameters<S> for SlotPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let mut variance = |name, meaning| source.real(name, Domain::Positive, meaning).map(Gaussian::centred);
        let pushed = variance("s", "variance of what is pushed")?;
        let model = variance("s_model", "variance that the model gives it")?;
        let popped = variance("s_next", "variance of what is popped")?;
        let spacing = source.real("dx", Domain::Positive, "spacing of the bins")?;
        let lattice = Lattice { spacing, side: source.count("Kx", "there are 2K + 1 bins")? };
        let bits = source.count("precision_bits", "frequencies are multiples of 2^-precision_bits")?;
        let frequencies = |law: &Gaussian<S>| {
            Frequencies::of(&lattice.masses(law), bits).map_err(|open| InputError::Condition(open.to_string()))
        };
        Ok(Self { pushed: lattice.masses(&pushed), model: frequencies(&model)?, popped: frequencies(&popped)? })
    }
}

/// The probability of every slot after a push.
fn slots_after<S: Scalar>(pushed: &[S], model: &Frequencies) -> Vec<S> {
    let of_symbol = |(p, count): (&S, &u64)| std::iter::repeat_n(*p / *count as i64, *count as usize);
    pushed.iter().zip(model.counts()).flat_map(of_symbol).collect()
}

/// The law of the symbol that these slots give.
fn symbol_of<S: Scalar>(slots: &[S], law: &Frequencies) -> Vec<S> {
    let mut rest = slots;
    let take = |count: &u64| {
        let (mine, others) = rest.split_at(*count as usize);
        rest = others;
        mine.iter().fold(S::zero(), |sum, slot| sum + *slot)
    };
    law.counts().iter().map(take).collect()
}

/// One push, then one pop.
struct OnePop(u8);

impl Enclosed for OnePop {
    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.8 s_model=0.5137 s_next=1.3119 dx=0.5 Kx=4 precision_bits=7",
            "s=0.1137 s_model=0.9137 s_next=0.2119 dx=0.3119 Kx=3 precision_bits=8",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: SlotPoint<Ball> = at_point(point)?;
        let wanted: Vec<Ball> = p.popped.masses();
        let dirty = slots_after(&p.pushed, &p.model);
        let keys = match self.0 {
            NO_KEYS | MODEL_IS_ENOUGH => 1,
            SAME_KEY => 0,
            _ => dirty.len(),
        };
        // All offsets are as likely; one that is always the same only moves the slots.
        let turned = |at: usize| -> Ball {
            let offsets = if keys == 0 { 3..4 } else { 0..keys };
            let count = offsets.len() as i64;
            offsets.fold(Ball::zero(), |sum, offset| sum + dirty[(at + offset) % dirty.len()]) / count
        };
        let clean: Vec<_> = (0..dirty.len()).map(turned).collect();
        let keyed = divergence(&wanted, &symbol_of(&clean, &p.popped));
        let right_model = if self.0 == MODEL_IS_ENOUGH { p.pushed.clone() } else { p.model.masses() };
        let matched = divergence(&wanted, &symbol_of(&slots_after(&right_model, &p.model), &p.popped));
        // Of all 2^r slots, how far from uniform.
        let uniform = vec![Ball::int(1) / dirty.len() as i64; dirty.len()];
        let missing = divergence(&dirty, &uniform) - divergence(&p.pushed, &p.model.masses());
        Ok(vec![
            EnclosedRelation::equal("popped with keys", move |_| keyed),
            EnclosedRelation::equal("popped after the model's own symbols", move |_| matched),
            EnclosedRelation::equal("bits that the slots miss", move |_| missing),
        ])
    }
}

/// Mean and variance of a net length, by nodes and by paths.
struct Moments(u8);

impl Enclosed for Moments {
    fn points(&self) -> &'static [&'static str] {
        &[
            "T=2 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=3 dz=0.9137 Kz=3 precision_bits=9",
            "T=3 s=1.3137 gamma_first=-1.1713 gamma_last=2.3719 dx=0.9137 Kx=2 dz=1.7119 Kz=2 precision_bits=16",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: CodingPoint<Ball> = at_point(point)?;
        let (data, masses) = p.tables()?;
        let law = LengthLaw::of(&frequencies(&p)?, &data);
        let (mut mean, mut square) = (Ball::zero(), Ball::zero());
        masses.for_each_path(&data, &mut |path| {
            let back = if self.0 == POPPED_FOR_NOTHING { path.popped_bits() } else { Ball::zero() };
            let bits = path.net_bits() + back;
            mean = mean + path.probability * bits;
            square = square + path.probability * bits.square();
        });
        Ok(vec![
            EnclosedRelation::equal("mean length", move |_| law.mean - mean),
            EnclosedRelation::equal("variance of the length", move |_| law.variance - (square - mean.square())),
        ])
    }
}

fn frequencies<S: Special>(p: &CodingPoint<S>) -> Result<Chain<Frequencies>, InputError> {
    let bits = p.bits.ok_or_else(|| InputError::Condition("a coder needs precision_bits".to_owned()))?;
    p.lattice.chain().frequencies(bits).map_err(|open| InputError::Condition(open.to_string()))
}

/// How many samples go on one stack in one draw: after the first, slots are what the model left.
const ON_ONE_STACK: usize = 8;

/// The mean net length of the samples on one stack.
struct OneStack {
    coding: Coding,
    /// Running sums of the law of the data.
    cumulative: Vec<f64>,
    /// `log₂(2^r/f)` by `f`.
    bits: Vec<f64>,
}

struct Sum<'a> {
    bits: &'a [f64],
    total: f64,
}

impl Tally for Sum<'_> {
    fn pushed(&mut self, slots: u16) {
        self.total += self.bits[usize::from(slots)];
    }

    fn popped(&mut self, slots: u16) {
        self.total -= self.bits[usize::from(slots)];
    }
}

impl OneStack {
    fn new(chain: &Chain<Frequencies>, data: &[Float]) -> Result<Self, InputError> {
        let laws = chain.try_map(Law::of).map_err(|error| InputError::Condition(error.to_string()))?;
        let sums = data.iter().scan(0.0, |sum, mass| {
            *sum += mass.0;
            Some(*sum)
        });
        let bits = (0..1 << SLOT_BITS).map(|slots| slot_bits::<Float>(slots.max(1)).0).collect();
        Ok(Self { coding: Coding::new(laws, Order::Interleaved), cumulative: sums.collect(), bits })
    }

    /// From a seed and a uniform number for each sample.
    fn mean_length(&self, seed: f64, samples: &[f64], keyed: bool) -> f64 {
        let mut desk = Desk::of_seed(seed.to_bits(), keyed);
        let mut sum = Sum { bits: &self.bits, total: 0.0 };
        for uniform in samples {
            let bin = self.cumulative.partition_point(|below| below <= uniform).min(self.cumulative.len() - 1);
            if self.coding.encode(bin, &mut desk, &mut sum).is_none() {
                return f64::NAN;
            }
        }
        sum.total / samples.len() as f64
    }
}

/// Runs of the coder.
struct Lengths(u8);

impl Trial for Lengths {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.25 Kx=16 dz=0.2 Kz=24 precision_bits=16";
        let keyed = self.0 != NO_KEYS;
        let p: CodingPoint<Float> = at_point(POINT)?;
        let data = p.lattice.data_law();
        let diffusion = frequencies(&p)?;
        let coded: Chain<Vec<Float>> = diffusion.masses();
        let reversal = coded.bayes_reversal(&data).frequencies(SLOT_BITS);
        let reversal = reversal.map_err(|open| InputError::Condition(open.to_string()))?;
        let chains = [diffusion, reversal];
        let [diffusion, inverse] = chains.each_ref().map(|chain| LengthLaw::of(chain, &data));
        let stacks = chains.iter().map(|chain| OneStack::new(chain, &data)).collect::<Result<Vec<_>, _>>()?;
        let of_mean = |law: &LengthLaw<Float>| law.variance.0 / ON_ONE_STACK as f64;
        // Without keys nothing is enumerated: what was once measured says how many draws show it.
        let measured = [(6.4, of_mean(&diffusion)), (inverse.mean.0, of_mean(&inverse))];
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("net length with a diffusion", diffusion.mean.0, of_mean(&diffusion)),
                Statistic::mean("net length with the inverse of the encoder", inverse.mean.0, of_mean(&inverse)),
            ],
            drawn: (!keyed).then(|| measured.to_vec()),
            sampler: sampler(move |noise, out| {
                let seeds = noise.uniform();
                let samples: [Lanes<WIDTH>; ON_ONE_STACK] = std::array::from_fn(|_| noise.uniform());
                for (stack, out) in stacks.iter().zip(out) {
                    *out = Lanes(std::array::from_fn(|lane| {
                        let uniforms = samples.each_ref().map(|sample| sample.0[lane]);
                        stack.mean_length(seeds.0[lane], &uniforms, keyed)
                    }));
                }
            }),
        })
    }
}

const POP: &str = "one push and one pop";
const MOMENTS: &str = "law of a length";
const CODER: &str = "the coder";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "bits-back-dirty-slots",
    aliases: &[],
    title: "Latents popped after a push are draws from the encoder if the model is right or the slots are keyed, and not otherwise",
    expect: Expect::True,
    text: include_str!("bits_back_dirty_slots.rs"),
    sources: &["townsend2019", "bitswap2019"],
    readings: &[
        Readings::certified(POP, &ByEnclosure(OnePop(0))),
        Readings::certified(MOMENTS, &ByEnclosure(Moments(0))),
        Readings::sampled(CODER, &Lengths(0)),
    ],
    controls: &[
        Control {
            id: "no-keys",
            story: "a symbol popped from the slots that a push left, taken for a draw from its law",
            readings: Readings::certified(POP, &ByEnclosure(OnePop(NO_KEYS))),
        },
        Control {
            id: "one-key",
            story: "the same offset after every push: it moves the slots and makes none of them as likely as the others",
            readings: Readings::certified(POP, &ByEnclosure(OnePop(SAME_KEY))),
        },
        Control {
            id: "any-model",
            story: "clean slots after symbols that do not follow the model",
            readings: Readings::certified(POP, &ByEnclosure(OnePop(MODEL_IS_ENOUGH))),
        },
        Control {
            id: "popped-for-nothing",
            story: "the law of what is pushed, without the bits that the latents give back",
            readings: Readings::certified(MOMENTS, &ByEnclosure(Moments(POPPED_FOR_NOTHING))),
        },
        Control {
            id: "coder-without-keys",
            story: "the enumerated length expected of a right coder without keys: it needs two bits a sample more",
            readings: Readings::sampled(CODER, &Lengths(NO_KEYS)),
        },
    ],
    quantities: &[],
};
