//! temporary
use super::{Failure, Outcome};
use std::io::Write;
use std::path::{Path, PathBuf};
#[derive(clap::Args)]
pub struct Arguments {
    records: Vec<PathBuf>,
}
pub fn run(a: &Arguments) -> Outcome {
    let _ = &a.records;
    Ok(0)
}
pub struct W(std::fs::File);
impl W {
    pub fn write(&mut self, r: &ouracle::ledger::Record) -> std::io::Result<()> {
        writeln!(self.0, "{}", serde_json::to_string(r)?)
    }
}
pub fn writer(out: &Path) -> Result<W, Failure> {
    std::fs::create_dir_all(out)?;
    Ok(W(std::fs::File::create(out.join("records.jsonl"))?))
}
pub fn render(_: &[PathBuf], out: &Path, _: &[()]) -> Result<PathBuf, Failure> {
    Ok(out.join("index.html"))
}
