//! Pieces of runs and of sweeps, computed here or on another machine, and put together: what the command line does, without it.

use super::refuse;
use ouracle::evidence::Reading;
use ouracle::ledger::{self, Options, Shard, Sweep, SweepOptions};
use ouracle::reports::{CELLS, RecordBuffer, Swept, merge, read_records, to_json, write_all, write_sweep};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a run is asked.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Asked {
    claims: Vec<String>,
    readings: Vec<String>,
    effort: f64,
    seed: u64,
    false_alarm: f64,
}

impl Asked {
    fn options(self, shard: Option<Shard>) -> PyResult<Options> {
        let reading = |name: String| {
            let known = Reading::ALL.into_iter().find(|reading| reading.to_string() == name);
            known.ok_or_else(|| refuse(format!("there is no reading `{name}`; give proof, certificate or simulation")))
        };
        let readings = self.readings.into_iter().map(reading).collect::<PyResult<Vec<_>>>()?;
        let Self { claims, effort, seed, false_alarm, .. } = self;
        Ok(Options { claims, readings, effort, seed, false_alarm, jobs: 1, shard })
    }
}

fn shard(text: Option<&str>) -> PyResult<Option<Shard>> {
    text.map(|text| text.parse().map_err(refuse)).transpose()
}

/// The seed and the false-alarm budget of a run that names none.
#[pyfunction]
fn check_defaults() -> (u64, f64) {
    (ledger::DEFAULT_SEED, ledger::DEFAULT_FALSE_ALARM)
}

/// How many units of work a run has.
#[pyfunction]
fn check_units(asked: Asked) -> PyResult<usize> {
    ledger::units(&asked.options(None)?).map_err(refuse)
}

/// Runs one piece of a run on one thread, or all of it: its `records.jsonl`, and the exported proofs by name.
#[pyfunction]
fn check_piece<'py>(
    py: Python<'py>,
    asked: Asked,
    piece: Option<&str>,
) -> PyResult<(Bound<'py, PyBytes>, BTreeMap<String, String>)> {
    let options = asked.options(shard(piece)?)?;
    let buffer = py.detach(|| {
        let mut buffer = RecordBuffer::default();
        ledger::run(&options, &mut |record| buffer.write(record)).map(|_| buffer)
    });
    let RecordBuffer { records, certificates } = buffer.map_err(refuse)?;
    Ok((PyBytes::new(py, records.as_bytes()), certificates))
}

/// Merges the runs in these folders, and writes every form of the report: `summary.json`.
#[pyfunction]
fn merge_runs(py: Python<'_>, folders: Vec<PathBuf>, out: PathBuf) -> PyResult<String> {
    py.detach(|| {
        let runs = folders.iter().map(|folder| read_records(folder)).collect::<Result<Vec<_>, _>>().map_err(refuse)?;
        let run = merge(runs).map_err(refuse)?;
        write_all(&out, &run).map_err(refuse)?;
        Ok(to_json(&run))
    })
}

/// Schedules, score errors, dimensions, world.
type Axes = (Vec<String>, String, String, String);

fn read((schedules, delta, dimensions, world): Axes) -> PyResult<Sweep> {
    Sweep::new(&SweepOptions { schedules, delta, dimensions, world }).map_err(refuse)
}

/// The axes and the world of a sweep that names none.
#[pyfunction]
fn sweep_defaults() -> Axes {
    let SweepOptions { schedules, delta, dimensions, world } = SweepOptions::default();
    (schedules, delta, dimensions, world)
}

/// How many cells a sweep has.
#[pyfunction]
fn sweep_size(axes: Axes) -> PyResult<usize> {
    Ok(read(axes)?.header(None).cells)
}

/// Computes one piece of a sweep, or all of it: its `cells.jsonl`.
#[pyfunction]
fn sweep_piece<'py>(py: Python<'py>, axes: Axes, piece: Option<&str>, jobs: usize) -> PyResult<Bound<'py, PyBytes>> {
    let (sweep, shard) = (read(axes)?, shard(piece)?);
    let text = py.detach(|| {
        let mut swept = Swept { origin: String::new(), header: sweep.header(shard), cells: Vec::new() };
        sweep.run(jobs, shard, 0, |cell| {
            swept.cells.push(cell.clone());
            Ok::<_, std::convert::Infallible>(())
        })?;
        Ok::<_, std::convert::Infallible>(swept.to_jsonl())
    });
    let Ok(text) = text;
    Ok(PyBytes::new(py, text?.as_bytes()))
}

/// Merges pieces of a sweep, each with a name for messages: the `cells.jsonl` of the whole.
#[pyfunction]
fn merge_cells<'py>(py: Python<'py>, pieces: Vec<(String, Vec<u8>)>) -> PyResult<Bound<'py, PyBytes>> {
    let text = py.detach(|| {
        let pieces = pieces.iter().map(|(origin, bytes)| Swept::parse(bytes, origin));
        let swept = Swept::merge(pieces.collect::<Result<_, _>>().map_err(refuse)?).map_err(refuse)?;
        swept.to_jsonl().map_err(PyErr::from)
    });
    Ok(PyBytes::new(py, text?.as_bytes()))
}

/// Writes the cells of a sweep with their picture and their page.
#[pyfunction]
fn write_cells(py: Python<'_>, cells: &[u8], out: PathBuf) -> PyResult<()> {
    py.detach(|| write_sweep(&out, &Swept::parse(cells, CELLS).map_err(refuse)?).map_err(refuse))
}

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(check_defaults, module)?)?;
    module.add_function(wrap_pyfunction!(check_units, module)?)?;
    module.add_function(wrap_pyfunction!(check_piece, module)?)?;
    module.add_function(wrap_pyfunction!(merge_runs, module)?)?;
    module.add_function(wrap_pyfunction!(sweep_defaults, module)?)?;
    module.add_function(wrap_pyfunction!(sweep_size, module)?)?;
    module.add_function(wrap_pyfunction!(sweep_piece, module)?)?;
    module.add_function(wrap_pyfunction!(merge_cells, module)?)?;
    module.add_function(wrap_pyfunction!(write_cells, module)?)
}
