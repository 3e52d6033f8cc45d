//! The denoising bound at one random time a sample, of which `benches/peers/one_time.py` has the formula.

use crate::measure::{Line, Request, Sums, estimated};
use ouracle::numbers::Instructions;
use ouracle::simulation::{BLOCK, OneTime, OverNoise, Precision, Seed, Times};
use std::hint::black_box;

const TIMES: [f64; 2] = [1e-3, 1.0];

/// `--count` samples, rounded up to whole blocks, with independent times and drawn noise, as the peers have them.
pub fn run(request: &Request) -> Line {
    match (request.case.as_str(), request.precision.as_str()) {
        ("uniform", "f32") => work::<f32>(request),
        ("uniform", "f64") => work::<f64>(request),
        ("uniform", other) => Err(format!("there is no precision `{other}`; give f32 or f64").into()),
        (other, _) => Err(format!("the case is uniform, not `{other}`").into()),
    }
}

fn work<P: Precision>(request: &Request) -> Line {
    let blocks = request.count.div_ceil(BLOCK);
    let seed = Seed::new(2_718_281_828, "side by side");
    let sampler = OneTime { beta: [0.1, 20.0], times: TIMES, point: 1.0, data: [0.5, 0.25], scale: 1.1, shift: 0.05 }
        .sampler()?;
    let mut draws = vec![P::default(); BLOCK];
    let all = || {
        let mut sums = Sums::default();
        for block in 0..blocks as u64 {
            let sampler = black_box(&sampler);
            sampler.block(Times::Plain, OverNoise::Drawn, &seed, block, Instructions::widest(), &mut draws);
            sums.add(&draws);
        }
        sums
    };
    request.timed(&request.precision, blocks * BLOCK, all, |sums| {
        // The bound is an integral over time, and the peers give the mean over it.
        let [first, last] = TIMES;
        vec![estimated("mean", sums.mean().map(|x| x / (last - first)))]
    })
}
