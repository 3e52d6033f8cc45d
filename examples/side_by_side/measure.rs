//! CPU time by `getrusage`, peak memory, and the line of JSON that `benches/peers/measure.py` describes.

use ouracle::numbers::Ball;
use ouracle::simulation::Precision;
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

/// A line of JSON, or why there is none.
pub type Line = Result<Value, Box<dyn std::error::Error>>;

/// What is asked: `CASE --count N [--precision P] [--repetitions R] [--steps L]`.
pub struct Request {
    pub case: String,
    pub count: usize,
    pub precision: String,
    pub repetitions: usize,
    /// Steps of a path.
    pub steps: usize,
}

impl Request {
    /// Reads the words after the area.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn std::error::Error>> {
        let case = words.next().ok_or("a case is missing after the area")?;
        let mut request = Self { case, count: 0, precision: "f64".to_owned(), repetitions: 3, steps: 100 };
        while let Some(option) = words.next() {
            let value = words.next().ok_or_else(|| format!("{option} takes a value"))?;
            match option.as_str() {
                "--count" => request.count = value.parse()?,
                "--steps" => request.steps = value.parse()?,
                "--precision" => request.precision = value,
                "--repetitions" => request.repetitions = value.parse()?,
                _ => return Err(format!("{option} is not an option of this program").into()),
            }
        }
        if request.count == 0 || request.repetitions == 0 || request.steps == 0 {
            return Err("--count, --repetitions and --steps must be at least 1".into());
        }
        Ok(request)
    }

    /// Calls once to warm up, then as often as was asked; `units` is what one call does.
    pub fn timed<T>(
        &self,
        precision: &str,
        units: usize,
        mut call: impl FnMut() -> T,
        answers: impl FnOnce(T) -> Vec<Value>,
    ) -> Line {
        let start = Instant::now();
        let mut result = black_box(call());
        let first = start.elapsed().as_secs_f64();
        let (mut cpu, mut wall) = (Vec::new(), Vec::new());
        for _ in 0..self.repetitions {
            let (before, start) = (cpu_seconds()?, Instant::now());
            result = black_box(call());
            wall.push(start.elapsed().as_secs_f64());
            cpu.push(cpu_seconds()? - before);
        }
        let peak = peak_mebibytes();
        Ok(json!({
            "implementation": "ouracle",
            "precision": precision,
            "units": units,
            "cpu_seconds": cpu,
            "wall_seconds": wall,
            "first_call_seconds": first,
            "peak_mebibytes": peak,
            "answers": answers(result),
            "versions": { "ouracle": env!("CARGO_PKG_VERSION") },
        }))
    }
}

/// User and system time of this process.
#[cfg(unix)]
fn cpu_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

#[cfg(not(unix))]
fn cpu_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    Err("CPU time is read by getrusage, which this system does not have".into())
}

/// The most memory that this process ever had, where the system says so.
fn peak_mebibytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kibibytes| kibibytes / 1024.0)
}

/// An answer that is exact.
pub fn exact(name: &str, value: impl Into<i64>) -> Value {
    json!({ "name": name, "value": value.into().to_string(), "kind": "exact", "size": 0.0 })
}

/// How many draws there were, their sum and the sum of their squares.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    count: usize,
    sum: f64,
    squares: f64,
}

impl Sums {
    /// Takes in a block.
    pub fn add<P: Precision>(&mut self, draws: &[P]) {
        // Eight sums side by side, in which the additions do not wait for each other.
        let mut side_by_side = [[0.0_f64; 8]; 2];
        for eight in draws.chunks(8) {
            for (lane, draw) in eight.iter().enumerate() {
                let draw: f64 = (*draw).into();
                side_by_side[0][lane] += draw;
                side_by_side[1][lane] += draw * draw;
            }
        }
        let [sum, squares] = side_by_side.map(|lanes| lanes.iter().sum::<f64>());
        self.count += draws.len();
        self.sum += sum;
        self.squares += squares;
    }

    /// The mean with its standard error.
    pub fn mean(&self) -> [f64; 2] {
        let count = self.count as f64;
        let mean = self.sum / count;
        let variance = (self.squares / count - mean * mean).max(0.0);
        [mean, (variance / count).sqrt()]
    }
}

/// A mean with its standard error.
pub fn estimated(name: &str, [mean, error]: [f64; 2]) -> Value {
    json!({ "name": name, "value": format!("{mean:?}"), "kind": "standard error", "size": error })
}

/// An answer in doubles, with a bound on its rounding.
pub fn rounded(name: &str, value: f64, bound: f64) -> Value {
    json!({ "name": name, "value": format!("{value:?}"), "kind": "rounding", "size": bound })
}

/// An enclosure, with as many digits as the widest reading has.
pub fn enclosed(name: &str, value: &Ball) -> Value {
    const DIGITS: usize = 66;
    let decimal = value.to_decimal(DIGITS);
    let (middle, radius) = decimal.split_once(" ± ").unwrap_or((&decimal, "0"));
    json!({ "name": name, "value": middle, "kind": "radius", "size": radius.parse::<f64>().unwrap_or(f64::INFINITY) })
}
