//! Euler–Maruyama paths with their log-weight, of which `benches/peers/paths_model.py` has the formulas.

use crate::measure::{Line, Request, sampled};
use ouracle::numbers::{Field, Float, Instructions};
use ouracle::simulation::{BLOCK, Functional, Increments, PathStep, Precision, Seed, Values, WeightedPaths};
use ouracle::worlds::{Gaussian, Process, Schedule};
use std::hint::black_box;

/// The score is this many times the right one, plus a constant.
const FACTOR: f64 = 1.1;
const SHIFT: f64 = 0.05;

/// `--count` paths, rounded up to whole blocks; the precision is `f32` or `f64`, or one of them with `-three-bits`.
pub fn run(request: &Request) -> Line {
    if request.case != "d1" {
        return Err(format!("paths are there for the case d1, not for `{}`", request.case).into());
    }
    let paths = weighted(request.steps);
    match request.precision.as_str() {
        "f32" => work::<f32>(request, &paths, Increments::Normal, "f32"),
        "f64" => work::<f64>(request, &paths, Increments::Normal, "f64"),
        "f32-three-bits" => work::<f32>(request, &paths, Increments::ThreeBits, "f32, three-bit increments"),
        "f64-three-bits" => work::<f64>(request, &paths, Increments::ThreeBits, "f64, three-bit increments"),
        other => {
            Err(format!("there is no precision `{other}`; give f32, f64, f32-three-bits or f64-three-bits").into())
        }
    }
}

/// `I = −½ Σ|u|² − ½ y²` with `u = √(β dt) s(y)`, and `Σ u z` taken off for `R`, up to the constant that both have.
fn weighted(steps: usize) -> WeightedPaths<1> {
    let schedule = Schedule::VpLinear { b0: Float::ratio(1, 10), b1: Float(20.0) };
    let process = Process::new(schedule, Float(1.0));
    let data = Gaussian::new(Float(0.5), Float(0.25));
    let (dt, mut constant) = (1.0 / steps as f64, -std::f64::consts::TAU.ln() / 2.0);
    let step = |k: usize| {
        let clock = process.at(Float(k as f64 * dt));
        let score = clock.diffuse(&data).score().scale(Float(FACTOR));
        let (slope, offset, beta) = (score.slope.0, score.offset.0 + SHIFT, clock.noise.0);
        let deviation = (beta * dt).sqrt();
        let (a, c) = (slope * deviation, offset * deviation);
        constant -= dt * beta * (slope + 0.5) + c * c / 2.0;
        let added = Functional { still: [-a * a / 2.0, -a * c], noise: [0.0, -a, -c] };
        PathStep { factor: 1.0 + clock.alpha.0 * dt, offset: 0.0, deviation, added: [added] }
    };
    let steps = (0..steps).map(step).collect();
    WeightedPaths { start: 1.0, steps, last: [[-0.5, 0.0, constant]] }
}

fn work<P: Precision>(request: &Request, paths: &WeightedPaths<1>, increments: Increments, precision: &str) -> Line {
    let blocks = request.count.div_ceil(BLOCK);
    let (count, seed) = (blocks * BLOCK, Seed::new(2_718_281_828, "side by side"));
    let mut values = Box::new([Values::<P>::default()]);
    let mut all = || {
        let mut sums = [[0.0; 2]; 2];
        for block in 0..blocks as u64 {
            black_box(paths).block(increments, &seed, block, Instructions::widest(), &mut values);
            for (sums, draws) in sums.iter_mut().zip([&values[0].still, &values[0].whole]) {
                // Eight sums side by side, in which the additions do not wait for each other.
                let mut side_by_side = [[0.0_f64; 8]; 2];
                for eight in draws.chunks_exact(8) {
                    for (lane, draw) in eight.iter().enumerate() {
                        let draw: f64 = (*draw).into();
                        side_by_side[0][lane] += draw;
                        side_by_side[1][lane] += draw * draw;
                    }
                }
                sums.iter_mut().zip(side_by_side).for_each(|(sum, lanes)| *sum += lanes.iter().sum::<f64>());
            }
        }
        sums
    };
    request.timed(precision, count * request.steps, &mut all, |[plain, whole]| {
        vec![sampled("without Girsanov term", plain, count), sampled("with it", whole, count)]
    })
}
