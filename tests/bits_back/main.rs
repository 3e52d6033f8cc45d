//! The coder itself: nothing lost, nothing damaged accepted, and code lengths that are what the enumeration says.
//!
//! Every random comparison is decided by evidence with a stated false-alarm rate, 10⁻⁹ for a whole test. Seeds are fixed.

mod data;
mod lengths;
mod streams;

use ouracle::numbers::Float;
use ouracle::objectives::bits_back::{Chain, Coding, CodingPoint, Desk, Frequencies, Law, Order, Tally, slot_bits};
use ouracle::parameters::at_point;

/// The grid of the claim `bits-back-dirty-slots`.
const GRID: &str = "T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.25 Kx=16 dz=0.2 Kz=24 precision_bits=16";

/// The false-alarm rate of a test.
const FALSE_ALARM: f64 = 1e-9;

fn point(words: &str) -> CodingPoint<Float> {
    at_point(words).unwrap()
}

fn tables(point: &CodingPoint<Float>) -> Chain<Frequencies> {
    point.lattice.chain().frequencies(point.bits.unwrap()).unwrap()
}

fn coding(chain: &Chain<Frequencies>, order: Order) -> Coding {
    Coding::new(chain.try_map(Law::of).unwrap(), order)
}

/// The ideal length of one sample, summed up as it is coded.
#[derive(Default)]
struct Bits(f64);

impl Tally for Bits {
    fn pushed(&mut self, slots: u16) {
        self.0 += slot_bits::<Float>(slots.into()).0;
    }

    fn popped(&mut self, slots: u16) {
        self.0 -= slot_bits::<Float>(slots.into()).0;
    }
}

/// The net length of every sample, for the very latents that the coder popped.
fn lengths(coding: &Coding, bins: &[usize], desk: &mut Desk) -> Vec<f64> {
    let length = |bin: &usize| {
        let mut bits = Bits::default();
        coding.encode(*bin, desk, &mut bits).unwrap();
        bits.0
    };
    bins.iter().map(length).collect()
}
