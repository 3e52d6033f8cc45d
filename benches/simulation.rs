//! Draws and paths of the sampled checks.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use ouracle::evidence::{LinearPath, Noise, WIDTH};
use ouracle::numbers::{Field, Float, Lanes};
use ouracle::worlds::{Process, Schedule};

fn noise() -> Noise {
    Noise::new(black_box(2_718_281_828), "bench", 0)
}

#[divan::bench]
fn normals(bencher: Bencher) {
    let mut noise = noise();
    bencher.counter(ItemsCount::new(WIDTH)).bench_local(|| noise.normal());
}

#[divan::bench]
fn uniforms(bencher: Bencher) {
    let mut noise = noise();
    bencher.counter(ItemsCount::new(WIDTH)).bench_local(|| noise.uniform());
}

/// Paths with exact transitions; an item is a step of one path.
#[divan::bench(args = [16, 128])]
fn exact_paths(bencher: Bencher, steps: usize) {
    let schedule = Schedule::VpLinear { b0: Float::ratio(1, 10), b1: Float(20.0) };
    let process = Process::new(schedule, Float(1.0));
    let path = LinearPath::new(|t| process.at(t).sde(), 0.0, 1.0, steps);
    let mut noise = noise();
    bencher
        .counter(ItemsCount::new(WIDTH * steps))
        .bench_local(|| path.walk(black_box(Lanes::splat(Float(0.7))), &mut noise));
}
