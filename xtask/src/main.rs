//! `cargo xtask`: the recipes of the project, each a sequence of commands that stops at the first failure.

mod bench;
mod python;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo xtask TASK

  test                all tests: Rust with every feature, documentation, then everything in Python
  python              only the Python part: exported proofs, the package and its notebooks
  peers               the package beside torch, JAX and the packages it checks (a large environment, see its last line)
  studies [PACKAGE]…  studies of public packages, in that environment
  subjects            the harnesses of protocol/ under `ouracle test`, and the page of all subjects
  audit               false alarms and misses of our own judges over ten thousand seeds, written to reports/audit.md
  bench [FILTER]…     benchmarks of our own code
  bench --peers [AREA]… [--rounds N] [--quick]
                      ours and the peers in turn, written to reports/bench.md unless --quick
  readme              rewrite the claim table of the README from the registry";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => rust_tests().and_then(|()| python::tests()),
        ["python"] => python::tests(),
        ["peers"] => python::peers(),
        ["studies", ref packages @ ..] => python::studies(packages),
        ["subjects"] => python::subjects(),
        ["audit"] => {
            run(&mut cargo(&["run", "--release", "--example", "audit_of_the_judges", "--", "reports/audit.md"]))
        }
        ["bench", ref arguments @ ..] => bench::bench(arguments),
        ["readme"] => readme(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs a command in the root of the project; a non-zero exit is an error that names it.
fn run(command: &mut Command) -> Outcome {
    command.current_dir(root());
    let name = std::iter::once(command.get_program()).chain(command.get_args());
    let name = name.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ");
    eprintln!("$ {name}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` failed: {status}")),
        Err(error) => Err(format!("`{name}` could not be started: {error}")),
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

fn rust_tests() -> Outcome {
    run(&mut cargo(&["test", "--workspace", "--all-features", "--all-targets"]))?;
    run(&mut cargo(&["test", "--all-features", "--doc"]))
}

/// The README's claim table is the output of `ouracle list --markdown`; a test pins it.
fn readme() -> Outcome {
    let listing = cargo(&["run", "--quiet", "--", "list", "--markdown"]).current_dir(root()).output();
    let listing = listing.map_err(|error| format!("the list of claims could not be made: {error}"))?;
    let table = String::from_utf8_lossy(&listing.stdout);
    let path = root().join("README.md");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("README.md cannot be read: {error}"))?;
    let (begin, end) = ("<!-- claims -->\n", "<!-- /claims -->");
    let parts = text.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = parts.ok_or("README.md has no <!-- claims --> … <!-- /claims -->")?;
    std::fs::write(&path, format!("{before}{begin}{table}{end}{after}"))
        .map_err(|error| format!("README.md cannot be written: {error}"))
}
