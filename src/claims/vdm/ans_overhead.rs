//! A stack of symbols in one number costs what the probabilities say, to within a stated part of a bit for every operation.
//!
//! The head $x$ of a stack of asymmetric numeral systems is in $[2^L, 2^{L+b})$, and a symbol has $f$ of $2^r$ slots, from $c$ on. A push moves words of $b$
//! bits out of the head while $x \ge f2^{L-r+b}$, and then
//!
//! $$ x' = 2^r\lfloor x/f\rfloor + (x \bmod f) + c, \qquad x' - x\frac{2^r}f = c - (x \bmod f)\frac{2^r - f}f, \qquad
//! \left|x' - x\frac{2^r}f\right| \le 2^r - f . $$
//!
//! As $x \ge f2^{L-r}$ then, this is a relative error of at most $2^{r-L}$; so is what a word takes away that is moved out. With bits
//! $= b\cdot\#\mathrm{words} + \log_2x$, every push changes the bits by $\log_2(2^r/f)$, and every pop, its exact inverse, by minus that, to within
//!
//! $$ -2\log_2\left(1 - 2^{r-L}\right) \approx 2\log_2e\cdot2^{r-L} = 4.4\cdot10^{-5} \quad\text{bits, for } L = 32,\ r = 16. $$
//!
//! Slots that are turned modulo $2^r$ after a push or before a pop add half as much. The certificate runs the coder of this library, bits back
//! with a diffusion as its latents: what is decoded is what was encoded, the stack is then the one that the seed started, and what
//! was added to the stack is the ideal length *of the same latents* to within the bound for so many operations. The bound is for the
//! worst case, and the last relation shows pushes that take half of it; in a run rounding errors cancel, to $10^{-8}$ bits an operation or
//! less. Nothing is sampled: a run from a seed is a number.
//!
//! Assumptions: a frequency for every symbol that occurs, and a decoder with the same tables. If it failed, a code length could not be
//! read off probabilities, and every comparison of a model's bound with a file would need a tolerance chosen by hand.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Relation, Statement};
use crate::numbers::{Ball, Field, Float, Scalar, Special};
use crate::objectives::bits_back::{
    Account, Coding, CodingPoint, Desk, Frequencies, Keys, Law, Lengths, Order, Stack, Tally, operation_bound,
};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const NO_CUMULATIVE: u8 = 1;
const ONE_IN_THE_HEAD: u8 = 2;
const QUEUE: u8 = 3;
const WITH_THE_SEED: u8 = 4;
const PER_SAMPLE: u8 = 5;

parameters! {
    /// A push of a symbol with `m + w` slots, `c` slots below them and `u` above.
    Push {
        q: positive "x over f, rounded down",
        m: nonnegative "x modulo f",
        w: positive "f − m",
        c: nonnegative "slots below",
        u: nonnegative "slots above",
        H: positive "the least head 2^L",
        B: positive "the size 2^b of a word",
        e: nonnegative "how far the head is above the least that it can be",
    }
}

/// What one push does.
struct OnePush(u8);

impl Statement for OnePush {
    type Params<S: Scalar> = Push<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "q=65539 m=7 w=3 c=1234 u=64292 H=4294967296 B=4294967296 e=17",
            "q=4294967299 m=0 w=1 c=65535 u=0 H=4294967296 B=4294967296 e=0.25",
            "q=65536 m=65533 w=1 c=0 u=2 H=4294967296 B=4294967296 e=0",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Push<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let slots = p.m + p.w;
        let all = p.c + slots + p.u;
        let (before, remainder) = (p.q * slots + p.m, p.m);
        let after = all * p.q + remainder + if wrong == NO_CUMULATIVE { S::zero() } else { p.c };
        let error = after - before * all / slots;
        let [below, above, room] = [p.c, p.u, p.c + p.u].map(NonNegative::declared);
        let [rest, remaining, of_symbol] = [p.m, p.w, slots].map(NonNegative::declared);
        // The head is at least f 2^{L−r} when the symbol comes, and at least f 2^{L−r+b} if a word is to be moved out.
        let (head, full) = (slots * p.H / all + p.e, slots * p.H * p.B / all + p.e);
        let relative = if wrong == ONE_IN_THE_HEAD { S::one() / p.H } else { all / p.H };
        let [least, far, whole, largest] = [p.H, p.e, all, full].map(NonNegative::declared);
        let headroom = far.times(whole).plus(of_symbol.times(of_symbol).times(least).over(whole));
        vec![
            Relation::equal("error of a push", error, p.c - p.m * (all - slots) / slots),
            Relation::at_most("from above", error, all - slots, above.plus(rest.times(room).over(of_symbol))),
            Relation::at_most("from below", slots - all, error, below.plus(remaining.times(room).over(of_symbol))),
            Relation::at_most(
                "relative error",
                (all - slots) / (head * all / slots),
                relative,
                headroom.over(NonNegative::declared(head)).over(least),
            ),
            Relation::at_most(
                "a word moved out",
                p.B / full,
                all / (p.H * slots),
                far.times(whole).over(least).over(of_symbol).over(largest),
            ),
        ]
    }
}

/// A run of the coder.
struct RunPoint<S> {
    coding: CodingPoint<S>,
    samples: u32,
    seed: u32,
    keyed: bool,
    order: Order,
}

impl<S: Special> Parameters<S> for RunPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let coding = CodingPoint::read(source)?;
        let samples = source.count("n", "the number of samples")?;
        let seed = source.index("seed", "the seed of the data, of the first bits and of the keys")?;
        let keyed = source.choice("slots", &["plain", "keyed"], true, "whether slots are turned")? == "keyed";
        let order = source.choice("order", &["naive", "interleaved"], true, "the order of operations")?;
        let order = if order == "naive" { Order::Naive } else { Order::Interleaved };
        Ok(Self { coding, samples, seed, keyed, order })
    }
}

/// What a run shows.
struct Run {
    account: Account,
    lost: u64,
    given_back: bool,
}

fn run(p: &RunPoint<Float>, wrong: u8) -> Result<Run, InputError> {
    let refused = |error: &dyn std::fmt::Display| InputError::Condition(error.to_string());
    let bits = p.coding.bits.ok_or_else(|| refused(&"a coder needs precision_bits"))?;
    let tables = p.coding.lattice.chain().frequencies(bits).map_err(|error| refused(&error))?;
    let coding = Coding::new(tables.try_map(Law::of).map_err(|error| refused(&error))?, p.order);
    let seed = u64::from(p.seed);
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(2);
    // Any data will do: some of a Gaussian kind, some far outside.
    let bins = p.coding.lattice.data.bins() as u64;
    let bin = |_| (0..3).map(|_| generator.next_u64() % bins).sum::<u64>() as usize % bins as usize;
    let data: Vec<usize> = (0..p.samples).map(bin).collect();

    let mut desk = Desk::of_seed(seed, p.keyed);
    let (first, mut lengths) = (desk.stack.clone(), Lengths::new());
    let encoded = data.iter().filter(|bin| coding.encode(**bin, &mut desk, &mut lengths).is_some()).count();
    let account = Account::close(lengths, encoded as u64, p.keyed, &first, &desk.stack);

    let mut words = desk.stack.words().to_vec();
    if wrong == QUEUE {
        words.reverse();
    }
    let stack = Stack::of_words(words, desk.stack.head()).ok_or_else(|| refused(&"the stack is empty"))?;
    let mut desk = Desk::new(stack, p.keyed.then(|| Keys::of_seed(seed)), account.lengths.operations());
    let lost = data.iter().rev().filter(|bin| coding.decode(&mut desk) != Some(**bin)).count() as u64;
    Ok(Run { given_back: desk.stack.is_of_seed(seed, account.fresh_words), account, lost })
}

/// By how much a stack grows too much if a symbol in the last slot of all comes when the head is just large enough for a word to be
/// moved out: what is left of it is `2^r`, and the symbol adds nearly as much to `2^L`.
fn at_the_lowest_head() -> Result<Ball, InputError> {
    let law = Frequencies::of(&[Float::int(1), Float::int(0)], 16).ok().and_then(|slots| Law::of(&slots).ok());
    let stack = Stack::of_words(Vec::new(), 1 << 48);
    let (law, mut stack) = law.zip(stack).ok_or_else(|| InputError::Condition("there is no such push".to_owned()))?;
    let (first, mut lengths) = (stack.clone(), Lengths::new());
    lengths.pushed(law.slots(1));
    stack.push(1, &law, 0);
    let account = Account::close(lengths, 1, false, &first, &stack);
    Ok(account.net_bits::<Ball>() - account.lengths.ideal_bits::<Ball>())
}

/// The coder, run.
struct Runs(u8);

impl Enclosed for Runs {
    fn points(&self) -> &'static [&'static str] {
        &[
            "T=2 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=8 dz=0.5 Kz=9 precision_bits=16 n=700 seed=5",
            "T=4 s=1.3137 gamma_first=-1.1713 gamma_last=2.3719 dx=0.9137 Kx=3 dz=0.7119 Kz=4 precision_bits=11 n=500 seed=6 \
             slots=keyed order=interleaved",
            "T=1 s=0.0137 gamma_first=9.1713 gamma_last=9.1713 dx=0.1137 Kx=2 dz=0.3719 Kz=3 precision_bits=16 n=900 seed=7 \
             order=interleaved",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: RunPoint<Float> = at_point(point)?;
        let Run { account, lost, given_back } = run(&p, wrong)?;
        let grown = match wrong {
            WITH_THE_SEED => account.total_bits::<Ball>(),
            _ => account.net_bits(),
        };
        let (excess, bound) = (grown - account.lengths.ideal_bits::<Ball>(), account.overhead_bound::<Ball>());
        let per_sample = account.lengths.operations() / account.samples;
        // As many pushes as one sample takes, each at the worst moment.
        let paid_for = if wrong == PER_SAMPLE { 1 } else { per_sample as i64 };
        let (worst, worst_bound) = (at_the_lowest_head()? * per_sample as i64, operation_bound::<Ball>() * paid_for);
        Ok(vec![
            EnclosedRelation::equal("symbols lost", move |_| Ball::int(lost as i64)),
            EnclosedRelation::equal("stack given back", move |_| Ball::int(i64::from(!given_back))),
            EnclosedRelation::at_most("no longer than ideal", move |_| bound - excess),
            EnclosedRelation::at_most("no shorter than ideal", move |_| bound + excess),
            EnclosedRelation::at_most("pushes at the lowest head", move |_| worst_bound - worst),
        ])
    }
}

const ONE: &str = "one push";
const CODER: &str = "the coder";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ans-overhead",
    aliases: &[],
    title: "A stack coder loses nothing, and costs the ideal length of the same symbols to within a stated part of a bit an operation",
    expect: Expect::True,
    text: include_str!("ans_overhead.rs"),
    sources: &["duda2013", "townsend2019", "bitswap2019"],
    readings: &[Readings::of(ONE, &OnePush(0)), Readings::certified(CODER, &ByEnclosure(Runs(0)))],
    controls: &[
        Control {
            id: "no-cumulative-frequency",
            story: "a push without the number of slots below: all symbols share the same slots",
            readings: Readings::of(ONE, &OnePush(NO_CUMULATIVE)),
        },
        Control {
            id: "one-part-in-the-head",
            story: "an error of one part in 2^L, as if rounding happened in the last slot of the head and not in its last r bits",
            readings: Readings::of(ONE, &OnePush(ONE_IN_THE_HEAD)),
        },
        Control {
            id: "first-in-first-out",
            story: "words read from the bottom, as from a queue: a stack gives back last what came first",
            readings: Readings::certified(CODER, &ByEnclosure(Runs(QUEUE))),
        },
        Control {
            id: "seed-not-subtracted",
            story: "the size of the stack for the length of the data, with the bits that were there before",
            readings: Readings::certified(CODER, &ByEnclosure(Runs(WITH_THE_SEED))),
        },
        Control {
            id: "bound-for-each-sample",
            story: "a bound that grows with the samples, each of which takes 2T + 1 operations",
            readings: Readings::certified(CODER, &ByEnclosure(Runs(PER_SAMPLE))),
        },
    ],
    quantities: &[],
};
