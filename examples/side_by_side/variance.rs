//! Estimators of one mean, that of the log-weight of `paths_model.rs` in one dimension. The unit is a reciprocal of the variance of the mean, so
//! that the cost of a unit is variance times CPU time, and a ratio of costs is what one estimator gains over another.

use crate::measure::{Line, Request, Sums, estimated};
use crate::paths_model::{EXACT, MODEL, line};
use ouracle::numbers::Instructions;
use ouracle::simulation::{BLOCK, Increments, Seed, SobolPaths, Twin, Values};
use serde_json::json;
use std::hint::black_box;

/// Independent nets of which the spread is seen: they tell a variance to 18 percent, `√(2/63)`.
const NETS: u32 = 64;

/// `--count` paths, rounded up to whole blocks; of Sobol's points, in 64 nets of equal size.
pub fn run(request: &Request) -> Line {
    if request.precision != "f64" {
        return Err(format!("estimators are compared in f64, not in `{}`", request.precision).into());
    }
    let (seed, widest, blocks) =
        (Seed::new(2_718_281_828, "variance"), Instructions::widest(), request.count.div_ceil(BLOCK) as u64);
    match request.case.as_str() {
        case @ ("plain" | "girsanov") => {
            let (paths, with_it) = (line(request.steps, [MODEL]), case == "girsanov");
            let mut values = Box::new([Values::<f64>::default()]);
            let all = || {
                let mut sums = Sums::default();
                for block in 0..blocks {
                    black_box(&paths).block(Increments::Normal, &seed, block, widest, &mut values);
                    sums.add(if with_it { &values[0].whole } else { &values[0].still });
                }
                sums.mean()
            };
            by_variance(request, if with_it { "with it" } else { "without Girsanov term" }, all)
        }
        "twin" => {
            let pair = line(request.steps, [MODEL, EXACT]);
            let [_, mean] = pair.means();
            let mut values = Box::new([Values::<f64>::default(), Values::default()]);
            let mut less = vec![0.0; BLOCK];
            let all = || {
                let draw = |block, values: &mut _| {
                    black_box(&pair).block(Increments::ThreeBits, &seed, block, widest, values);
                };
                // The paths of the fit are in no mean, but in the cost.
                draw(0, &mut values);
                let (twin, mut sums) = (Twin::fitted(&values, mean), Sums::default());
                for block in 1..=blocks {
                    draw(block, &mut values);
                    twin.less(&values, &mut less);
                    sums.add(&less);
                }
                sums.mean()
            };
            by_variance(request, "with it", all)
        }
        "sobol" => {
            let paths = line(request.steps, [MODEL]);
            let parts = u32::try_from(blocks)?.div_ceil(NETS);
            // The directions are part of the work.
            let all = || {
                let sobol = SobolPaths::new(black_box(&paths).clone())?;
                let [estimate] = sobol.estimate(&seed, NETS, parts, widest);
                Ok::<_, Box<dyn std::error::Error>>(estimate.whole)
            };
            SobolPaths::new(paths.clone())?;
            by_variance(request, "with it", || all().unwrap_or([f64::NAN; 2]))
        }
        other => Err(format!("the cases are plain, girsanov, twin and sobol, not `{other}`").into()),
    }
}

/// Of a call that gives a mean and its standard error.
fn by_variance(request: &Request, name: &str, all: impl FnMut() -> [f64; 2]) -> Line {
    let mut variance = f64::NAN;
    let mut line = request.timed("f64", 1, all, |[mean, error]| {
        variance = error * error;
        vec![estimated(name, [mean, error])]
    })?;
    line["units"] = json!(variance.recip());
    Ok(line)
}
