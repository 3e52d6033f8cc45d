//! Random bits: eight generators side by side for each block of draws, seeded by a counter.
//!
//! A block is a function of the run seed, the name of the check and its own number: results are the same to the last bit for any number
//! of threads or shards. The seed of a block is 256 bytes of ChaCha8 at the block's own stream; within a block each of the eight lanes is
//! a xoshiro256++ (Blackman and Vigna), three times as fast as drawing everything from the counter.

use super::precision::Precision;
use crate::numbers::{Bits, Instructions, Kernel, Machine};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Draws in a block.
pub const BLOCK: usize = 4096;

/// What the draws of one check in one run depend on.
#[derive(Debug, Clone, Copy)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Of this check, by its name, in a run with this seed.
    pub fn new(run: u64, check: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&run.to_le_bytes());
        for (chunk, salt) in key[8..].chunks_exact_mut(8).zip(1_u64..) {
            chunk.copy_from_slice(&fnv(check, salt).to_le_bytes());
        }
        Self(key)
    }

    /// The state of the generators of one block. (None of the lanes can be all zeros but with probability 2⁻²⁵³.)
    fn block(&self, block: u64) -> State {
        let mut generator = ChaCha8Rng::from_seed(self.0);
        generator.set_stream(block);
        [(); 4].map(|()| [(); 8].map(|()| generator.next_u64()))
    }

    /// The generators of one block, on this machine.
    #[inline(always)]
    pub fn generator<M: Machine>(&self, block: u64, machine: M) -> Generator<M> {
        Generator::new(&self.block(block), machine)
    }
}

/// FNV-1a with a salt: three of them and the run seed make the key of a check.
fn fnv(text: &str, salt: u64) -> u64 {
    let offset = 0xcbf2_9ce4_8422_2325_u64 ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    text.bytes().fold(offset, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Four words of state for each of eight lanes.
type State = [[u64; 8]; 4];

/// Eight xoshiro256++ in step.
#[derive(Clone, Copy)]
pub struct Generator<M: Machine> {
    machine: M,
    state: [M::Words; 4],
}

impl<M: Machine> Generator<M> {
    #[inline(always)]
    fn new(state: &State, machine: M) -> Self {
        let words =
            [machine.words(state[0]), machine.words(state[1]), machine.words(state[2]), machine.words(state[3])];
        Self { machine, state: words }
    }

    #[inline(always)]
    fn state(&self) -> State {
        let [a, b, c, d] = self.state;
        [self.machine.to_words(a), self.machine.to_words(b), self.machine.to_words(c), self.machine.to_words(d)]
    }

    /// The machine that it runs on.
    #[inline(always)]
    pub fn machine(&self) -> M {
        self.machine
    }

    /// The next 64 bits of every lane.
    #[inline(always)]
    pub fn words(&mut self) -> M::Words {
        let (m, [a, b, c, d]) = (self.machine, self.state);
        let drawn = rotated(m, a.plus(m, d), 23).plus(m, a);
        let (c, d) = (c.xor(m, a), d.xor(m, b));
        self.state = [a.xor(m, d), b.xor(m, c), c.xor(m, b.left(m, 17)), rotated(m, d, 45)];
        drawn
    }
}

#[inline(always)]
fn rotated<B: Bits>(machine: B::Machine, word: B, by: u32) -> B {
    word.left(machine, by).or(machine, word.right(machine, 64 - by))
}

/// Draws of one block, in the order in which they are asked for.
pub struct Noise {
    instructions: Instructions,
    state: State,
    normals: Vec<[f64; 8]>,
    words: Vec<[u64; 8]>,
}

/// Vectors that are drawn ahead.
const AHEAD: usize = 64;

impl Noise {
    /// The draws of one block.
    pub fn new(seed: &Seed, block: u64) -> Self {
        Self::with(seed, block, Instructions::widest())
    }

    /// The same, by these instructions: they change the speed and nothing else.
    pub fn with(seed: &Seed, block: u64, instructions: Instructions) -> Self {
        Self { instructions, state: seed.block(block), normals: Vec::new(), words: Vec::new() }
    }

    /// Eight standard normals.
    pub fn normal(&mut self) -> [f64; 8] {
        if self.normals.is_empty() {
            self.normals.resize(AHEAD, [0.0; 8]);
            let out = self.normals.as_flattened_mut();
            self.state = self.instructions.run(Fill { state: &self.state, out });
        }
        self.normals.pop().unwrap_or_default()
    }

    /// Eight words of random bits.
    pub fn words(&mut self) -> [u64; 8] {
        if self.words.is_empty() {
            self.words.resize(AHEAD, [0; 8]);
            self.state = self.instructions.run(Raw { state: &self.state, words: &mut self.words });
        }
        self.words.pop().unwrap_or_default()
    }

    /// Fills a slice with standard normals; those of a last vector that are not needed are dropped.
    pub fn fill<P: Precision>(&mut self, out: &mut [P]) {
        self.state = self.instructions.run(Fill { state: &self.state, out });
    }
}

struct Raw<'a> {
    state: &'a State,
    words: &'a mut [[u64; 8]],
}

impl Kernel for Raw<'_> {
    type Output = State;

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) -> State {
        let mut generator = Generator::new(self.state, machine);
        for words in self.words {
            *words = machine.to_words(generator.words());
        }
        generator.state()
    }
}

struct Fill<'a, P> {
    state: &'a State,
    out: &'a mut [P],
}

impl<P: Precision> Kernel for Fill<'_, P> {
    type Output = State;

    #[inline(always)]
    fn run<M: Machine>(self, machine: M) -> State {
        let mut generator = Generator::new(self.state, machine);
        for run in self.out.chunks_mut(2 * P::LANES) {
            let (first, second) = P::normals(machine, &mut generator);
            let (near, far) = run.split_at_mut(run.len().min(P::LANES));
            P::store(machine, first, near);
            P::store(machine, second, far);
        }
        generator.state()
    }
}
