//! `cargo xtask`: the recipes of the project, each a sequence of commands that stops at the first failure.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo xtask TASK

  test     all tests: Rust with every feature, documentation, then Python on the exported proofs
  python   only the Python part, in its own virtual environment under target/
  readme   rewrite the claim table of the README from the registry";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => rust_tests().and_then(|()| python_tests()),
        ["python"] => python_tests(),
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

/// Every proof of the ledger, exported and checked by software that shares no code with ours.
fn python_tests() -> Outcome {
    let python = virtual_environment()?;
    let out = target().join("certificates");
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(|error| format!("{} cannot be removed: {error}", out.display()))?;
    }
    let folder = out.display().to_string();
    run(&mut cargo(&["run", "--release", "--", "check", "--reading", "proof", "--out", &folder]))?;
    // Certificates of the tests themselves, which the Python tests tamper with.
    run(&mut cargo(&["test", "--all-features", "--test", "numbers_expr"]))?;
    let exported = certificates(&out.join("certificates"))?;
    run(Command::new(&python).arg("tests/certificates/check.py").args(exported))?;
    run(Command::new(&python).args(["-m", "pytest", "-q", "tests"]))
}

/// The exported proofs; none at all is a failure, not a pass.
fn certificates(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    if files.is_empty() { Err(format!("no proof was exported to {}", folder.display())) } else { Ok(files) }
}

/// A virtual environment under `target/`, made again whenever the requirements change.
fn virtual_environment() -> Result<PathBuf, String> {
    let folder = target().join("venv");
    let python = folder.join("bin").join("python");
    let requirements = root().join("tests/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)
        .map_err(|error| format!("{} cannot be read: {error}", requirements.display()))?;
    let stamp = folder.join("requirements.installed");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(&requirements))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{} cannot be written: {error}", stamp.display()))?;
    Ok(python)
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
