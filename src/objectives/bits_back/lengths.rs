//! How long a code is, by what was put on the stack and by what should have been.

use super::{HEAD_BITS, SLOT_BITS, Stack};
use crate::numbers::Scalar;

/// Told of every operation, and of the slots that its symbol has.
pub trait Tally {
    /// A symbol was pushed.
    fn pushed(&mut self, slots: u16);
    /// A symbol was popped.
    fn popped(&mut self, slots: u16);
}

/// How often each number of slots was pushed and popped: from this the ideal length is known without rounding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lengths {
    /// Pushes less pops of symbols with so many slots.
    net: Vec<i64>,
    operations: u64,
}

impl Lengths {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { net: vec![0; 1 << SLOT_BITS], operations: 0 }
    }

    /// Pushes and pops.
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// `Σ ±log₂(2^r/f)` in bits, pushes with plus: what these symbols cost in an ideal coder.
    pub fn ideal_bits<S: Scalar>(&self) -> S {
        let counted = self.net.iter().zip(0_i64..).filter(|(net, _)| **net != 0);
        counted.fold(S::zero(), |sum, (net, slots)| sum + slot_bits::<S>(slots) * *net)
    }
}

impl Default for Lengths {
    fn default() -> Self {
        Self::new()
    }
}

impl Tally for Lengths {
    fn pushed(&mut self, slots: u16) {
        self.net[usize::from(slots)] += 1;
        self.operations += 1;
    }

    fn popped(&mut self, slots: u16) {
        self.net[usize::from(slots)] -= 1;
        self.operations += 1;
    }
}

/// `log₂(2^r/f)`: the bits that a symbol with `f` slots is worth.
pub fn slot_bits<S: Scalar>(slots: i64) -> S {
    S::int(i64::from(SLOT_BITS)) - log2(S::int(slots))
}

fn log2<S: Scalar>(x: S) -> S {
    x.ln() / S::int(2).ln()
}

/// By how many bits one operation can differ from `log₂(2^r/f)`: `−2 log₂(1 − 2^{r−L})`, about `2 log₂e 2^{r−L}`.
///
/// A push replaces `x` by `x′` with `|x′ − x 2^r/f| ≤ 2^r − f`, where `x ≥ f 2^{L−r}`: a relative error below `2^{r−L}`. Moving a word
/// out before, from an `x ≥ f 2^{L−r+b}`, loses less than `2^b` of it: the same again. A pop is the inverse.
pub fn operation_bound<S: Scalar>() -> S {
    turn_bound::<S>() * 2
}

/// By how many bits turning the slots can change the stack: it changes a head of at least `2^L` by less than `2^r`.
pub fn turn_bound<S: Scalar>() -> S {
    -log2(S::int(1) - S::one() / (1_i64 << (HEAD_BITS - SLOT_BITS)))
}

/// The books of one run of an encoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What was pushed and popped.
    pub lengths: Lengths,
    /// How many samples.
    pub samples: u64,
    /// Whether the slots were turned after every operation.
    pub keyed: bool,
    /// How many words of the seed were taken up, that of the first head among them.
    pub fresh_words: u64,
    /// The words below the first head: those that were there, and those of the seed that were taken up later.
    pub first_words: u64,
    /// The first head.
    pub first_head: u64,
    /// The words below the last head.
    pub words: u64,
    /// The last head.
    pub last_head: u64,
}

impl Account {
    /// Closes the books of a run that began with `of` and ended with `stack`.
    pub fn close(lengths: Lengths, samples: u64, keyed: bool, of: &Stack, stack: &Stack) -> Self {
        let (first_head, last_head) = (of.head(), stack.head());
        let [below, words] = [of, stack].map(|stack| stack.words().len() as u64);
        let fresh_words = stack.fresh_words();
        let first_words = below + fresh_words - of.fresh_words();
        Self { lengths, samples, keyed, fresh_words, first_words, first_head, words, last_head }
    }

    /// The bits of the stack at the end, `32 · words + log₂ head`.
    pub fn total_bits<S: Scalar>(&self) -> S {
        stack_bits(self.words, self.last_head)
    }

    /// The bits of the stack before the first operation, with all of the seed that was taken up: needed once, and given back.
    pub fn initial_bits<S: Scalar>(&self) -> S {
        stack_bits(self.first_words, self.first_head)
    }

    /// What the samples added to the stack.
    pub fn net_bits<S: Scalar>(&self) -> S {
        self.total_bits::<S>() - self.initial_bits::<S>()
    }

    /// By how many bits [`Self::net_bits`] can differ from the ideal length of the same latents, whatever the data: proved in the
    /// claim `ans-overhead`.
    pub fn overhead_bound<S: Scalar>(&self) -> S {
        let operations = S::int(self.lengths.operations() as i64);
        let turned = if self.keyed { operations } else { S::zero() };
        operation_bound::<S>() * operations + turn_bound::<S>() * turned
    }
}

/// `b · words + log₂ head`, the head as two halves because it may exceed a signed number.
fn stack_bits<S: Scalar>(words: u64, head: u64) -> S {
    let (high, low) = ((head >> 32) as i64, (head & 0xffff_ffff) as i64);
    S::int(words as i64) * 32 + log2(S::int(high) * (1 << 32) + S::int(low))
}
