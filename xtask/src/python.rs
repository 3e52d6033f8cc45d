//! What runs in Python: exported proofs under software that shares no code with ours, the package as its users install it,
//! the notebooks, and the packages of others that it checks.

use crate::{Outcome, cargo, root, run, target};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The ordinary tests; nothing here needs torch, JAX or a peer.
pub fn tests() -> Outcome {
    let venv = Environment::made("venv", "tests/requirements.txt", &[])?;
    // First, because its library is the one that the command line uses afterwards.
    venv.install_package()?;
    proofs(&venv)?;
    run(venv.python().args(["-m", "pytest", "-q", "python/tests"]))?;
    run(venv.python().args(["-m", "mypy", "--config-file", "python/pyproject.toml", "python/ouracle"]))?;
    notebooks(&venv)
}

/// The tests that need torch, JAX or a peer package, in an environment of their own.
pub fn peers() -> Outcome {
    let peers = Environment::of_peers()?;
    run(peers.python().args(["-m", "pytest", "-q", "python/tests_peers"]))?;
    run(Command::new("du").arg("-sh").arg(&peers.folder))
}

/// Studies of public packages: all of them, or those that are named.
pub fn studies(packages: &[&str]) -> Outcome {
    run(Environment::of_peers()?.python().args(["-m", "ouracle.study"]).args(packages))
}

/// Runs of the harnesses over the protocol, written to `reports/subjects`, and the page of all subjects.
pub fn subjects() -> Outcome {
    let venv = Environment::made("venv", "tests/requirements.txt", &[])?;
    venv.install_package()?;
    run(&mut cargo(&["build", "--release", "--bin", "ouracle"]))?;
    run(venv.python().arg("python/tests/harnesses.py").arg(target().join("release").join("ouracle")))?;
    run(venv.python().args(["-m", "ouracle.study", "--matrix"]))
}

/// Every proof of the ledger, exported and checked again.
fn proofs(venv: &Environment) -> Outcome {
    let out = emptied("certificates")?;
    let folder = out.display().to_string();
    run(&mut cargo(&["run", "--release", "--", "check", "--reading", "proof", "--out", &folder]))?;
    // Certificates of the tests themselves, which the Python tests tamper with.
    run(&mut cargo(&["test", "--all-features", "--test", "numbers_expr", "--test", "numbers_letters"]))?;
    let exported = files(&out.join("certificates"), "json")?;
    if exported.is_empty() {
        return Err(format!("no proof was exported to {folder}"));
    }
    run(venv.python().arg("tests/certificates/check.py").args(exported))?;
    run(venv.python().args(["-m", "pytest", "-q", "tests"]))
}

/// Runs the notebooks, which are kept as scripts; there may be none.
fn notebooks(venv: &Environment) -> Outcome {
    let scripts = root().join("notebooks");
    let scripts = if scripts.exists() { files(&scripts, "py")? } else { Vec::new() };
    if scripts.is_empty() {
        return Ok(());
    }
    let out = emptied("notebooks")?;
    for script in scripts {
        let name = script.file_stem().unwrap_or_default();
        let notebook = out.join(name).with_extension("ipynb");
        run(venv.python().args(["-m", "jupytext", "--quiet", "--to", "ipynb", "--output"]).args([&notebook, &script]))?;
    }
    // A minute is what a reader waits; the limit is for a cell, and leaves room for a busy machine.
    run(venv
        .python()
        .args(["-m", "pytest", "-q", "--nbmake", "--nbmake-kernel=python3", "--nbmake-timeout=120"])
        .arg(&out))
}

/// A virtual environment under `target/`.
struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment with these requirements, made again whenever they change.
    fn made(name: &str, requirements: &str, options: &[&str]) -> Result<Self, String> {
        let environment = Self { folder: target().join(name) };
        let requirements = root().join(requirements);
        let wanted = std::fs::read_to_string(&requirements)
            .map_err(|error| format!("{} cannot be read: {error}", requirements.display()))?;
        let stamp = environment.folder.join("requirements.installed");
        if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(environment);
        }
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment.folder))?;
        run(environment.pip().args(options).arg("-r").arg(&requirements))?;
        std::fs::write(&stamp, wanted).map_err(|error| format!("{} cannot be written: {error}", stamp.display()))?;
        Ok(environment)
    }

    /// The packages of others, with ours. Their list is complete, because two of them contradict each other on paper.
    fn of_peers() -> Result<Self, String> {
        let peers = Self::made("peers", "python/tests_peers/requirements.txt", &["--no-deps"])?;
        peers.install_package()?;
        Ok(peers)
    }

    /// The interpreter, which finds the package where it was installed and not in the working folder.
    fn python(&self) -> Command {
        let mut command = Command::new(self.folder.join("bin").join("python"));
        // maturin compiles with the cargo that runs us, next to everything else.
        command.env("CARGO_TARGET_DIR", target());
        command
    }

    fn pip(&self) -> Command {
        let mut command = self.python();
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        command
    }

    /// Builds the wheel that users get, and installs it.
    fn install_package(&self) -> Outcome {
        let out = emptied("wheels")?;
        run(self.python().args(["-m", "maturin", "build", "--release", "-m", "python/Cargo.toml", "--out"]).arg(&out))?;
        match &files(&out, "whl")?[..] {
            [wheel] => run(self.pip().args(["--no-deps", "--force-reinstall"]).arg(wheel)),
            wheels => Err(format!("maturin left {} wheels in {}, not one", wheels.len(), out.display())),
        }
    }
}

/// A folder under `target/` with nothing in it.
fn emptied(name: &str) -> Result<PathBuf, String> {
    let folder = target().join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("{} cannot be removed: {error}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    Ok(folder)
}

/// The files of a folder with this extension, in the order of their names.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    Ok(files)
}
