//! Bits-back coding needs bits to begin with, once for a file and not for every sample.
//!
//! If all latents of the first $x$ are taken off the stack before anything is put on it, the stack must hold
//!
//! $$ I = \sum_{t=1}^T E\,H\bigl(\hat q(z_t\mid z_{t-1})\bigr) = H(z_1, \dots, z_T\mid x), \qquad z_0 = x \sim P, $$
//!
//! bits on average, with expectations and entropies of the laws that are coded with, hence of the quantised ones if frequencies are. A file
//! of $n$ samples then takes $I + nN$ bits, with the net length $N$ of `bits-back-net-length`: every sample takes $I$ bits off and puts
//! $I + N$ on. In the order pop $z_1$, push $x$, pop $z_2$, push $z_1$, … (Bit-Swap) the need of one sample is the largest of (popped −
//! pushed) over all prefixes, on average
//!
//! $$ E\,H(\hat q(z_1\mid x)) \le E\max_t\Bigl(\sum_{u\le t}-\log_2\hat q(z_u\mid z_{u-1})
//!    - \sum_{u<t}-\log_2\hat p(z_{u-1}\mid z_u)\Bigr) \le I , $$
//!
//! where both inequalities are strict for two latents or more: a push can be cheaper than the pop that follows.
//!
//! The certificate compares the sum over neighbours with the sum over all paths and with differences of joint entropies, and follows
//! the height of the stack. The order of operations of a real coder is not decided here, but where the coder is.
//!
//! Assumptions: latents are independent draws from $\hat q$, as from a stack of random bits. If it failed, a coder that was seeded with
//! too little would stop at the first sample, or rates would be reported that contain the seed.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation};
use crate::numbers::{Ball, Field, Float, Interval};
use crate::objectives::bits_back::{Chain, CodingPoint, entropy, narrowed};
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};

const PER_SAMPLE: u8 = 1;
const WITH_SEED: u8 = 2;
const FIRST_ONLY: u8 = 3;
const MARGINAL: u8 = 4;

/// The samples of a file.
const SAMPLES: i64 = 7;

/// The bits to begin with, or a wrong version of them.
struct InitialBits(u8);

/// `Σ_t H(z_{t−1}, z_t) − H(z_{t−1})`, by the chain rule.
fn by_joint_entropies(data: &[Ball], chain: &Chain<Vec<Ball>>) -> Ball {
    let marginals = chain.marginals(data);
    let steps = marginals.iter().zip(&chain.encoder).map(|(law, kernel)| {
        let joint: Vec<_> = law.iter().zip(kernel).flat_map(|(p, row)| row.iter().map(|q| *p * *q)).collect();
        entropy(&joint) - entropy(law)
    });
    steps.fold(Ball::zero(), |sum, step| sum + step)
}

/// `max(a, b)`.
fn larger(a: Interval<f64>, b: Interval<f64>) -> Interval<f64> {
    Interval::new(a.lo().max(b.lo()), a.hi().max(b.hi())).unwrap_or_else(Interval::whole)
}

impl Enclosed for InitialBits {
    fn points(&self) -> &'static [&'static str] {
        &[
            "T=2 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=8 dz=0.5 Kz=9 precision_bits=16",
            "T=3 s=1.3137 gamma_first=-1.1713 gamma_last=2.3719 dx=0.9137 Kx=2 dz=0.7119 Kz=3 precision_bits=none",
            "T=3 s=0.0137 gamma_first=-9.1713 gamma_last=14.319 dx=0.1137 Kx=3 dz=0.3719 Kz=3 precision_bits=12",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let point: CodingPoint<Ball> = at_point(point)?;
        let (data, chain) = point.tables()?;
        let [mut popped, mut net, mut interleaved] = [Interval::zero(); 3];
        chain.narrowed().for_each_path(&narrowed(&data), &mut |path| {
            let needs = path.interleaved_needs().into_iter().reduce(larger).unwrap_or_else(Interval::zero);
            popped = popped + path.probability * path.popped_bits();
            net = net + path.probability * path.net_bits();
            interleaved = interleaved + path.probability * needs;
        });
        let [popped, net, interleaved] = [popped, net, interleaved].map(Ball::from);
        let initial = match wrong {
            // Of the latents one by one, not given those before.
            MARGINAL => chain.marginals(&data)[1..].iter().fold(Ball::zero(), |sum, law| sum + entropy(law)),
            _ => chain.initial_bits(&data),
        };
        let (chained, first) = (by_joint_entropies(&data, &chain), Chain::initial_bits(&first_step(&chain), &data));
        let (seed, pushed) = (chain.initial_bits(&data), chain.pushed_bits(&data));
        let file = (0..SAMPLES).fold(seed, |height, _| height - seed + pushed);
        let claimed = if wrong == PER_SAMPLE { (popped + net) * SAMPLES } else { popped + net * SAMPLES };
        let rate = if wrong == WITH_SEED { file } else { file - seed } / SAMPLES;
        let room = if wrong == FIRST_ONLY { first } else { initial };
        Ok(vec![
            EnclosedRelation::equal("sum over paths", move |_| initial - popped),
            EnclosedRelation::equal("chain rule", move |_| initial - chained),
            EnclosedRelation::equal("length of a file", move |_| file - claimed),
            EnclosedRelation::equal("net length", move |_| rate - net),
            EnclosedRelation::at_most("interleaved, at least the first", move |_| interleaved - first),
            EnclosedRelation::at_most("interleaved, at most all", move |_| room - interleaved),
        ])
    }
}

/// The chain that ends at the first latent.
fn first_step(chain: &Chain<Vec<Ball>>) -> Chain<Vec<Ball>> {
    Chain { encoder: chain.encoder[..1].to_vec(), model: chain.model[..1].to_vec(), prior: chain.prior.clone() }
}

fn init_bits(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let point: CodingPoint<Ball> = ExactReader::new(inputs, ignored).read()?;
    let (data, chain) = point.tables()?;
    Ok(chain.initial_bits(&data))
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "bits-back-initial-bits",
    aliases: &[],
    title: "Bits-back coding takes the entropies of its latents from the stack first, once for a file",
    expect: Expect::True,
    text: include_str!("bits_back_initial_bits.rs"),
    sources: &["townsend2019", "bitswap2019"],
    readings: &[Readings::certified("", &ByEnclosure(InitialBits(0)))],
    controls: &[
        Control {
            id: "charged-for-every-sample",
            story: "the initial bits added to the length of every sample of a file, as if none came back",
            readings: Readings::certified("", &ByEnclosure(InitialBits(PER_SAMPLE))),
        },
        Control {
            id: "seed-in-the-rate",
            story: "the net length as the length of the file by the number of samples, without subtracting the seed",
            readings: Readings::certified("", &ByEnclosure(InitialBits(WITH_SEED))),
        },
        Control {
            id: "first-latent-only",
            story: "Bit-Swap said to need no more than the entropy of the first latent",
            readings: Readings::certified("", &ByEnclosure(InitialBits(FIRST_ONLY))),
        },
        Control {
            id: "entropies-of-the-marginals",
            story: "the entropies of the latents one by one, not given the one before",
            readings: Readings::certified("", &ByEnclosure(InitialBits(MARGINAL))),
        },
    ],
    quantities: &[Quantity::enclosed::<CodingPoint<Float>>(
        "init-bits",
        "I, the expected entropy of all latents given x: bits popped before the first push, in bits",
        &[],
        init_bits,
    )],
};
