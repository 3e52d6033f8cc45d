//! What a figure depends on beside the programs: machine, compiler, load, date, commit.

use serde::{Deserialize, Serialize};
use std::process::Command;

/// The circumstances of one case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub date: String,
    pub commit: String,
    pub machine: String,
    pub compiler: String,
    /// Processes that wanted to run, on average of a minute, before and after.
    pub load: [Option<f64>; 2],
    pub pinned: bool,
}

impl Facts {
    /// As they are now; the load afterwards is still to come.
    pub fn now(pinned: bool) -> Self {
        let changed =
            said("git", &["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| !text.is_empty());
        let commit = said("git", &["rev-parse", "--short", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
        Self {
            date: said("date", &["-u", "+%Y-%m-%d"]).unwrap_or_else(|| "unknown".to_owned()),
            commit: if changed { format!("{commit} with changes") } else { commit },
            machine: machine(),
            compiler: said("rustc", &["--version"]).unwrap_or_else(|| "unknown".to_owned()),
            load: [load(), None],
            pinned,
        }
    }

    /// Afterwards.
    pub fn ended(mut self) -> Self {
        self.load[1] = load();
        self
    }
}

/// The last core that this process may use, if `taskset` is there to pin others to it.
pub fn core() -> Option<usize> {
    said("taskset", &["--version"])?;
    let allowed = in_proc("self/status", "Cpus_allowed_list")?;
    allowed.rsplit([',', '-']).next()?.parse().ok()
}

fn machine() -> String {
    let processor = in_proc("cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let flags = in_proc("cpuinfo", "flags").unwrap_or_default();
    let widest = [("avx512f", "AVX-512"), ("avx2", "AVX2")].into_iter();
    let widest =
        widest.filter(|(flag, _)| flags.split_whitespace().any(|word| word == *flag)).map(|(_, name)| name).next();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = in_proc("meminfo", "MemTotal").and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    let memory = memory.map_or_else(String::new, |kibibytes| format!(", {:.0} GiB", kibibytes / 1024.0 / 1024.0));
    let system = said("uname", &["-sm"]).unwrap_or_default();
    format!("{processor}, {}, {cores} cores{memory}, {system}", widest.unwrap_or("no wide vectors"))
}

fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// The value after `name:` in a file of `/proc`.
fn in_proc(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{file}")).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// What a command prints, if it is there and succeeds.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(crate::root()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
