//! Eight doubles, sixteen singles, eight 64-bit words: arithmetic on them, in registers of whatever width the machine has.
//!
//! A formula that must run at the speed of the machine is written on [`Reals`] and [`Bits`], with the [`Machine`] in its hand. A vector
//! is one register, or two, or plain numbers; the operations are those of IEEE 754 (the fused multiply-add among them), so that every
//! machine gives the same bits. One without a fused multiply-add calls a library for it, which takes fifty times as long.
//!
//! Nothing here is a closure: what is not inlined is compiled without the instructions.

mod pairs;
mod plain;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::simd::Shuffle;

/// A vector of bits, read as unsigned integers.
pub trait Bits: Copy {
    /// Where it lives.
    type Machine: Copy;
    /// The same word everywhere, cut to the width of an entry.
    fn same(machine: Self::Machine, word: u64) -> Self;
    /// Bitwise and.
    fn and(self, machine: Self::Machine, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, machine: Self::Machine, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, machine: Self::Machine, other: Self) -> Self;
    /// The sum, modulo the width of an entry.
    fn plus(self, machine: Self::Machine, other: Self) -> Self;
    /// Shifted towards the highest bit.
    fn left(self, machine: Self::Machine, by: u32) -> Self;
    /// Shifted towards the lowest bit.
    fn right(self, machine: Self::Machine, by: u32) -> Self;
}

/// A vector of doubles or of singles.
pub trait Reals: Copy {
    /// Where it lives.
    type Machine: Copy;
    /// The same bits, read as integers.
    type Bits: Bits<Machine = Self::Machine>;
    /// The same number everywhere, rounded to the precision.
    fn same(machine: Self::Machine, x: f64) -> Self;
    /// `self + other`.
    fn plus(self, machine: Self::Machine, other: Self) -> Self;
    /// `self − other`.
    fn minus(self, machine: Self::Machine, other: Self) -> Self;
    /// `self · other`.
    fn times(self, machine: Self::Machine, other: Self) -> Self;
    /// `self / other`.
    fn over(self, machine: Self::Machine, other: Self) -> Self;
    /// `self · factor + term`, rounded once.
    fn times_plus(self, machine: Self::Machine, factor: Self, term: Self) -> Self;
    /// The square root.
    fn sqrt(self, machine: Self::Machine) -> Self;
    /// Its bits.
    fn bits(self) -> Self::Bits;
    /// The numbers with these bits.
    fn of_bits(bits: Self::Bits) -> Self;
}

/// `c₀xⁿ + … + cₙ`; of no coefficients, zero.
#[inline(always)]
pub fn horner<R: Reals>(machine: R::Machine, x: R, coefficients: &[f64]) -> R {
    let Some((first, rest)) = coefficients.split_first() else { return R::same(machine, 0.0) };
    let mut sum = R::same(machine, *first);
    for c in rest {
        sum = sum.times_plus(machine, x, R::same(machine, *c));
    }
    sum
}

/// The vectors of a machine.
pub trait Machine: Shuffle {
    /// Eight 64-bit words.
    type Words: Bits<Machine = Self>;
    /// Eight doubles.
    type Doubles: Reals<Machine = Self, Bits = Self::Words>;
    /// Sixteen 32-bit words.
    type Halves: Bits<Machine = Self>;
    /// Sixteen singles.
    type Singles: Reals<Machine = Self, Bits = Self::Halves>;
    /// How many vectors its registers hold.
    const REGISTERS: usize;
    /// Eight words from memory.
    fn words(self, words: [u64; 8]) -> Self::Words;
    /// Back to memory.
    fn to_words(self, words: Self::Words) -> [u64; 8];
    /// The halves of eight words, the lower one first.
    fn halves(self, words: Self::Words) -> Self::Halves;
    /// Eight doubles from memory.
    fn doubles(self, doubles: [f64; 8]) -> Self::Doubles;
    /// Back to memory.
    fn to_doubles(self, doubles: Self::Doubles) -> [f64; 8];
    /// Sixteen singles from memory.
    fn singles(self, singles: [f32; 16]) -> Self::Singles;
    /// Back to memory.
    fn to_singles(self, singles: Self::Singles) -> [f32; 16];
}
