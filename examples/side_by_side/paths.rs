//! Simulated paths with their log-weight, as the peers of `benches/peers/paths.py` have it.

use crate::measure::{Line, Request, Sums, estimated};
use crate::paths_model::{MODEL, diagonal, full, line};
use ouracle::numbers::Instructions;
use ouracle::simulation::{BLOCK, DensePaths, Increments, Precision, Seed, Values};
use std::hint::black_box;

/// `--count` paths, rounded up to whole blocks; the precision is `f32` or `f64`, or one of them with `-three-bits`.
pub fn run(request: &Request) -> Line {
    let (precision, increments, told) = match request.precision.strip_suffix("-three-bits") {
        Some(precision) => (precision, Increments::ThreeBits, format!("{precision}, three-bit increments")),
        None => (request.precision.as_str(), Increments::Normal, request.precision.clone()),
    };
    match precision {
        "f32" => in_precision::<f32>(request, increments, &told),
        "f64" => in_precision::<f64>(request, increments, &told),
        other => {
            Err(format!("there is no precision `{other}`; give f32, f64, f32-three-bits or f64-three-bits").into())
        }
    }
}

fn in_precision<P: Precision>(request: &Request, increments: Increments, told: &str) -> Line {
    let (steps, seed, widest) = (request.steps, Seed::new(2_718_281_828, "side by side"), Instructions::widest());
    match (request.case.as_str(), increments) {
        ("d1", _) => {
            let paths = line(steps, [MODEL]);
            work::<P>(request, told, 1, |block, out| black_box(&paths).block(increments, &seed, block, widest, out))
        }
        (case @ ("d16" | "d256"), _) => {
            let d = if case == "d16" { 16 } else { 256 };
            let paths = diagonal(steps, d);
            work::<P>(request, told, d, |block, out| black_box(&paths).block(increments, &seed, block, widest, out))
        }
        ("d64-full", Increments::Normal) => {
            let (start, steps, end) = full(steps, 64)?;
            let paths = DensePaths::<P>::new(&start, &steps, &end)?;
            work::<P>(request, told, 64, |block, [out]| black_box(&paths).block(&seed, block, widest, out))
        }
        (case, _) => Err(format!(
            "paths are there for d1, d16, d256 and d64-full, the last without three-bit increments, not for `{case}`"
        )
        .into()),
    }
}

/// The mean of both functionals.
fn work<P: Precision>(
    request: &Request,
    precision: &str,
    dimension: usize,
    mut draw: impl FnMut(u64, &mut [Values<P>; 1]),
) -> Line {
    let blocks = request.count.div_ceil(BLOCK);
    let mut values = Box::new([Values::<P>::default()]);
    let all = || {
        let mut sums = [Sums::default(); 2];
        for block in 0..blocks as u64 {
            draw(block, &mut values);
            sums[0].add(&values[0].still);
            sums[1].add(&values[0].whole);
        }
        sums
    };
    request.timed(precision, blocks * BLOCK * request.steps * dimension, all, |[plain, whole]| {
        vec![estimated("without Girsanov term", plain.mean()), estimated("with it", whole.mean())]
    })
}
