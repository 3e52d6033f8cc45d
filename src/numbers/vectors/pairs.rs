//! Two vectors side by side, where a register is narrower.

use super::{Bits, Reals};

impl<B: Bits> Bits for [B; 2] {
    type Machine = B::Machine;
    #[inline(always)]
    fn same(machine: B::Machine, word: u64) -> Self {
        [B::same(machine, word); 2]
    }
    #[inline(always)]
    fn and(self, machine: B::Machine, other: Self) -> Self {
        [self[0].and(machine, other[0]), self[1].and(machine, other[1])]
    }
    #[inline(always)]
    fn or(self, machine: B::Machine, other: Self) -> Self {
        [self[0].or(machine, other[0]), self[1].or(machine, other[1])]
    }
    #[inline(always)]
    fn xor(self, machine: B::Machine, other: Self) -> Self {
        [self[0].xor(machine, other[0]), self[1].xor(machine, other[1])]
    }
    #[inline(always)]
    fn plus(self, machine: B::Machine, other: Self) -> Self {
        [self[0].plus(machine, other[0]), self[1].plus(machine, other[1])]
    }
    #[inline(always)]
    fn left(self, machine: B::Machine, by: u32) -> Self {
        [self[0].left(machine, by), self[1].left(machine, by)]
    }
    #[inline(always)]
    fn right(self, machine: B::Machine, by: u32) -> Self {
        [self[0].right(machine, by), self[1].right(machine, by)]
    }
}

impl<R: Reals> Reals for [R; 2] {
    type Machine = R::Machine;
    type Bits = [R::Bits; 2];
    #[inline(always)]
    fn same(machine: R::Machine, x: f64) -> Self {
        [R::same(machine, x); 2]
    }
    #[inline(always)]
    fn plus(self, machine: R::Machine, other: Self) -> Self {
        [self[0].plus(machine, other[0]), self[1].plus(machine, other[1])]
    }
    #[inline(always)]
    fn minus(self, machine: R::Machine, other: Self) -> Self {
        [self[0].minus(machine, other[0]), self[1].minus(machine, other[1])]
    }
    #[inline(always)]
    fn times(self, machine: R::Machine, other: Self) -> Self {
        [self[0].times(machine, other[0]), self[1].times(machine, other[1])]
    }
    #[inline(always)]
    fn over(self, machine: R::Machine, other: Self) -> Self {
        [self[0].over(machine, other[0]), self[1].over(machine, other[1])]
    }
    #[inline(always)]
    fn times_plus(self, machine: R::Machine, factor: Self, term: Self) -> Self {
        [self[0].times_plus(machine, factor[0], term[0]), self[1].times_plus(machine, factor[1], term[1])]
    }
    #[inline(always)]
    fn sqrt(self, machine: R::Machine) -> Self {
        [self[0].sqrt(machine), self[1].sqrt(machine)]
    }
    #[inline(always)]
    fn bits(self) -> Self::Bits {
        [self[0].bits(), self[1].bits()]
    }
    #[inline(always)]
    fn of_bits(bits: Self::Bits) -> Self {
        [R::of_bits(bits[0]), R::of_bits(bits[1])]
    }
}
