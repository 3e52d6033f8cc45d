//! The coder: its tables, and samples through it both ways.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use ouracle::objectives::bits_back::{BitsBackCoder, CodingError, Settings};

const CHAIN: &str = "T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.25 Kx=16 dz=0.2 Kz=24 precision_bits=16";
const SAMPLES: usize = 1000;

fn coder() -> Result<BitsBackCoder, CodingError> {
    BitsBackCoder::new(&[black_box(CHAIN)], Settings { seed: 7, keyed: true, ..Settings::default() })
}

/// All bins of the lattice, in an order without pattern.
fn samples() -> Vec<i32> {
    (0..SAMPLES as i32).map(|i| (i * 7919 + 11) % 33 - 16).collect()
}

#[divan::bench]
fn tables(bencher: Bencher) {
    bencher.bench(coder);
}

#[divan::bench]
fn encode(bencher: Bencher) {
    let (coder, samples) = (coder().expect("the chain is valid"), samples());
    bencher.counter(ItemsCount::new(SAMPLES)).bench(|| coder.encode(black_box(&samples)));
}

#[divan::bench]
fn decode(bencher: Bencher) {
    let coder = coder().expect("the chain is valid");
    let (stream, _) = coder.encode(&samples()).expect("the samples are on the lattice");
    bencher.counter(ItemsCount::new(SAMPLES)).bench(|| coder.decode(black_box(&stream)));
}
