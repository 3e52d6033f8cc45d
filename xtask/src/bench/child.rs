//! One program, once: pinned to a core, on one thread, and what it printed.

use super::answer::Answer;
use super::table::Program;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// What a program prints, as `benches/peers/measure.py` describes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measurement {
    pub precision: String,
    /// What one call did.
    pub units: f64,
    /// User and system time of each call.
    pub cpu_seconds: Vec<f64>,
    pub first_call_seconds: f64,
    pub peak_mebibytes: Option<f64>,
    pub answers: Vec<Answer>,
    pub versions: BTreeMap<String, String>,
}

/// Why there is no measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    /// The program is not installed, or has nothing of this kind.
    NotRun(String),
    Failed(String),
}

/// How programs are started.
pub struct Launcher {
    pub ours: PathBuf,
    /// The interpreter of the environment of peers, if there is one.
    pub python: Option<PathBuf>,
    pub scripts: PathBuf,
    /// The core that all are pinned to, where `taskset` exists.
    pub core: Option<usize>,
    /// By how much `--count` is divided.
    pub divisor: u64,
}

#[derive(Deserialize)]
struct Reference {
    answers: Vec<Answer>,
}

impl Launcher {
    /// Runs it once.
    pub fn measure(&self, program: Program) -> Result<Measurement, Absent> {
        read(&self.printed(program)?)
    }

    /// The answers that a script gives as the reference.
    pub fn reference(&self, arguments: &'static str) -> Result<Vec<Answer>, String> {
        let answers = match self.printed(Program::Peer(arguments)) {
            Ok(line) => serde_json::from_str::<Reference>(&line).map_err(|error| error.to_string()),
            Err(Absent::NotRun(why) | Absent::Failed(why)) => Err(why),
        };
        answers.map(|reference| reference.answers).map_err(|why| format!("there is no reference: {why}"))
    }

    /// The last line of its output.
    fn printed(&self, program: Program) -> Result<String, Absent> {
        let mut command = self.command(program)?;
        let output = command.output().map_err(|error| Absent::Failed(format!("it could not be started: {error}")))?;
        let last = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().lines().last().map(str::to_owned);
        if !output.status.success() {
            let why = last(&output.stderr).unwrap_or_default();
            return Err(Absent::Failed(format!("{}: {why}", output.status)));
        }
        last(&output.stdout).ok_or_else(|| Absent::Failed("it printed nothing".to_owned()))
    }

    fn command(&self, program: Program) -> Result<Command, Absent> {
        let (executable, script, words) = match program {
            Program::Ours(words) | Program::Baseline(words) => (&self.ours, None, words),
            Program::Peer(words) => {
                let missing = "the environment of peers is not installed; `cargo xtask peers` makes it";
                let python = self.python.as_ref().ok_or_else(|| Absent::NotRun(missing.to_owned()))?;
                let (script, words) = words.split_once(' ').unwrap_or((words, ""));
                (python, Some(self.scripts.join(script)), words)
            }
        };
        let mut command = match self.core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string()]).arg(executable);
                command
            }
            None => Command::new(executable),
        };
        command.args(script).args(self.divided(words));
        for threads in ["OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR"] {
            command.env(format!("{threads}_NUM_THREADS"), "1");
        }
        // The BLAS chooses its kernels for this machine.
        command.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE").env("PYTHONDONTWRITEBYTECODE", "1");
        Ok(command)
    }

    /// The arguments, with the number after `--count` divided.
    fn divided(&self, words: &str) -> Vec<String> {
        let mut after_count = false;
        let divided = words.split_whitespace().map(|word| {
            let count = word.parse::<u64>().ok().filter(|_| after_count);
            after_count = word == "--count";
            count.map_or_else(|| word.to_owned(), |count| (count / self.divisor).max(1).to_string())
        });
        divided.collect()
    }
}

/// A line that a program printed.
fn read(line: &str) -> Result<Measurement, Absent> {
    let failed = |error| Absent::Failed(format!("its last line is not a measurement: {error}"));
    let value: serde_json::Value = serde_json::from_str(line).map_err(failed)?;
    if let Some(why) = value.get("not_run").and_then(serde_json::Value::as_str) {
        return Err(Absent::NotRun(why.to_owned()));
    }
    let measurement: Measurement = serde_json::from_value(value).map_err(failed)?;
    if measurement.cpu_seconds.is_empty() || measurement.units <= 0.0 {
        return Err(Absent::Failed("it measured nothing".to_owned()));
    }
    Ok(measurement)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launcher() -> Launcher {
        Launcher { ours: "/nowhere".into(), python: None, scripts: "/nowhere".into(), core: None, divisor: 10 }
    }

    #[test]
    fn a_peer_without_its_environment_is_not_run_and_says_why() {
        let outcome = launcher().measure(Program::Peer("paths.py jax d1 --count 100"));
        assert!(matches!(&outcome, Err(Absent::NotRun(why)) if why.contains("cargo xtask peers")), "{outcome:?}");
    }

    #[test]
    fn a_program_that_cannot_start_has_failed() {
        assert!(matches!(launcher().measure(Program::Ours("paths d1 --count 1")), Err(Absent::Failed(_))));
    }

    #[test]
    fn a_quick_run_divides_the_count_alone() {
        assert_eq!(launcher().divided("d64 --chunk 50 --count 50"), ["d64", "--chunk", "50", "--count", "5"]);
        assert_eq!(launcher().divided("--count 3"), ["--count", "1"]);
    }

    #[test]
    fn a_line_is_a_measurement_or_the_reason_that_there_is_none() {
        let missing = read(r#"{"not_run": "the Python package jax is not installed"}"#);
        assert!(matches!(&missing, Err(Absent::NotRun(why)) if why.contains("jax")), "{missing:?}");
        let measured = r#"{"implementation": "jax", "precision": "f64", "units": 2, "cpu_seconds": [1.5, 2], "wall_seconds": [1, 1],
            "first_call_seconds": 0.5, "peak_mebibytes": null, "versions": {"jax": "1"},
            "answers": [{"name": "mean", "value": "1e-3", "kind": "standard error", "size": 1e-05}]}"#;
        assert!(matches!(read(measured), Ok(m) if m.cpu_seconds == [1.5, 2.0] && m.answers[0].size == 1e-5));
        for wrong in [measured.replace("[1.5, 2]", "[]"), measured.replace("1.5", "NaN"), "Traceback".to_owned()] {
            assert!(matches!(read(&wrong), Err(Absent::Failed(_))), "{wrong}");
        }
    }
}
