//! A stack of symbols that is one large number: asymmetric numeral systems, by the crate `constriction`.
//!
//! The head `x` is in `[2³², 2⁶⁴)`, the rest in words of 32 bits. A push of a symbol that has the slots `[c, c + f)` of `2^r` moves a
//! word out of the head if `x ≥ f 2^{64−r}`, and then `x ← 2^r ⌊x/f⌋ + (x mod f) + c`; a pop is its exact inverse. Source: `duda2013`.

use super::{CodingError, Frequencies};
use constriction::stream::model::{ContiguousCategoricalEntropyModel, EncoderModel};
use constriction::stream::stack::AnsCoder;
use constriction::stream::{Code, Decode, Encode};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// `r`: slots are numbered by so many bits. Frequencies of fewer bits are scaled up, which leaves their probabilities as they are.
pub const SLOT_BITS: u32 = 16;
/// `L`: the head of a stack is at least `2^L`.
pub const HEAD_BITS: u32 = 32;

/// The law of a symbol as the stack uses it: slots in the order of the symbols.
#[derive(Debug, Clone)]
pub struct Law(ContiguousCategoricalEntropyModel<u16, Vec<u16>, { SLOT_BITS as usize }>);

impl Law {
    /// From frequencies of at most [`SLOT_BITS`] bits.
    ///
    /// # Errors
    /// [`CodingError::Masses`] if they do not add up, and [`CodingError::Precision`] if they have more bits.
    pub fn of(frequencies: &Frequencies) -> Result<Self, CodingError> {
        let scale = SLOT_BITS.checked_sub(frequencies.bits());
        let scale = scale.ok_or_else(|| CodingError::Precision(frequencies.bits().to_string()))?;
        let slots = frequencies.counts().iter().map(|count| u16::try_from(count.checked_shl(scale)?).ok());
        let slots: Vec<u16> = slots.collect::<Option<_>>().ok_or(CodingError::Masses)?;
        let law = ContiguousCategoricalEntropyModel::from_nonzero_fixed_point_probabilities(slots, false);
        law.map(Self).map_err(|()| CodingError::Masses)
    }

    /// The number of symbols.
    pub fn symbols(&self) -> usize {
        self.0.support_size()
    }

    /// How many of the `2^r` slots a symbol has; none if there is no such symbol.
    pub fn slots(&self, symbol: usize) -> u16 {
        self.0.left_cumulative_and_probability(symbol).map_or(0, |(_, slots)| slots.get())
    }
}

/// Bits from a seed, that lie under a stack without end.
#[derive(Debug, Clone)]
struct Fresh {
    generator: ChaCha8Rng,
    words: u64,
}

impl Fresh {
    fn of(seed: u64) -> Self {
        Self { generator: ChaCha8Rng::seed_from_u64(seed), words: 0 }
    }

    fn word(&mut self) -> u32 {
        self.words += 1;
        self.generator.next_u32()
    }

    /// The head of a stack of which nothing is used.
    fn head(&mut self) -> u64 {
        1 << HEAD_BITS | u64::from(self.word())
    }
}

/// A stack.
#[derive(Debug, Clone)]
pub struct Stack {
    coder: AnsCoder<u32, u64>,
    /// What lies underneath; nothing, if the stack is given.
    fresh: Option<Fresh>,
}

impl Stack {
    /// Nothing but the bits of a seed: a head with one word of them, and the others below, taken up only when they are needed.
    pub fn of_seed(seed: u64) -> Self {
        let mut fresh = Fresh::of(seed);
        let coder = AnsCoder::from_raw_parts(Vec::new(), fresh.head());
        Self { coder, fresh: Some(fresh) }
    }

    /// A stack that was written down: words from the bottom, and a head, which must be at least `2³²`.
    pub fn of_words(words: Vec<u32>, head: u64) -> Option<Self> {
        (head >> HEAD_BITS > 0).then(|| Self { coder: AnsCoder::from_raw_parts(words, head), fresh: None })
    }

    /// Pushes a symbol, then turns the slots by an offset modulo `2^r`. The symbol must have slots.
    pub fn push(&mut self, symbol: usize, law: &Law, offset: u16) {
        let Ok(()) = self.coder.encode_symbol(symbol, &law.0) else {
            unreachable!("the symbol {symbol} is outside a law of {} symbols", law.symbols())
        };
        self.turn(offset);
    }

    /// The inverse of a push. Nothing, if the stack is used up.
    pub fn pop(&mut self, law: &Law, offset: u16) -> Option<usize> {
        self.turn(offset.wrapping_neg());
        let Ok(symbol) = self.coder.decode_symbol(&law.0);
        if self.coder.state() >> HEAD_BITS == 0 {
            let word = self.fresh.as_mut()?.word();
            let (words, head) = std::mem::take(&mut self.coder).into_raw_parts();
            self.coder = AnsCoder::from_raw_parts(words, head << 32 | u64::from(word));
        }
        Some(symbol)
    }

    /// Adds to the low `r` bits of the head, modulo `2^r`: a bijection.
    fn turn(&mut self, offset: u16) {
        if offset != 0 {
            let (words, head) = std::mem::take(&mut self.coder).into_raw_parts();
            let slot = (head as u16).wrapping_add(offset);
            self.coder = AnsCoder::from_raw_parts(words, head >> SLOT_BITS << SLOT_BITS | u64::from(slot));
        }
    }

    /// The head.
    pub fn head(&self) -> u64 {
        self.coder.state()
    }

    /// The words below the head, from the bottom.
    pub fn words(&self) -> &[u32] {
        self.coder.bulk()
    }

    /// The words of the seed that were taken up, that of the first head among them.
    pub fn fresh_words(&self) -> u64 {
        self.fresh.as_ref().map_or(0, |fresh| fresh.words)
    }

    /// Whether this is the stack that a seed starts, with so many words of it taken up: what an encoder began with, so that a
    /// decoder must end with it.
    pub fn is_of_seed(&self, seed: u64, fresh_words: u64) -> bool {
        let mut fresh = Fresh::of(seed);
        // The words below were taken up from the top.
        let words_agree = |fresh: &mut Fresh| self.words().iter().rev().all(|word| *word == fresh.word());
        self.words().len() as u64 + 1 == fresh_words && self.head() == fresh.head() && words_agree(&mut fresh)
    }
}

/// Independent uniform offsets modulo `2^r`, one for each operation, in any order.
#[derive(Debug, Clone)]
pub struct Keys {
    generator: ChaCha8Rng,
    chunk: u128,
    offsets: [u16; 128],
}

impl Keys {
    /// The keys of a seed, from another stream of its generator than the bits of [`Stack::of_seed`].
    pub fn of_seed(seed: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(1);
        Self { generator, chunk: u128::MAX, offsets: [0; 128] }
    }

    /// The offset of one operation.
    pub fn offset(&mut self, operation: u64) -> u16 {
        let (chunk, within) = (u128::from(operation / 128), (operation % 128) as usize);
        if chunk != self.chunk {
            self.chunk = chunk;
            // Two offsets in a word of the generator.
            self.generator.set_word_pos(chunk * 64);
            for pair in self.offsets.chunks_exact_mut(2) {
                let word = self.generator.next_u32();
                pair.copy_from_slice(&[word as u16, (word >> 16) as u16]);
            }
        }
        self.offsets[within]
    }
}
