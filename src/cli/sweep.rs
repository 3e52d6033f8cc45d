//! `ouracle sweep`: a map of what the bound loses, over schedules, errors of the score and dimensions.

use super::progress::Progress;
use super::{Outcome, print};
use ouracle::ledger::{Shard, Sweep, SweepOptions};
use ouracle::reports::{CellWriter, Swept, write_sweep};
use std::path::{Path, PathBuf};

/// Map what the bound loses over schedules, score errors and dimensions
#[derive(clap::Args)]
#[command(
    after_help = "What is lost is E[log q(x) - ELBO(x)] in nats, for data N(0, diag(v_1, ..., v_d)), the score (1 + delta) grad log q and the
prior N(0, vpi I): what the prior costs and what the score costs, which is the error of the model and the looseness of the bound.
Every number of every cell is certified.

Words say what the data is, and who looks at it:
  spectrum=isotropic v0=V                all axes have the variance V
  spectrum=geometric vmin=A vmax=B       d variances in geometric progression from A to B (the default, from 0.001 to 100)
  spectrum=power-law vmax=B power=P      B i^(-P) for i = 1, ..., d
  lam=L                                  the member L < 1 of the plug-in family (0 if absent)
  vpi=V                                  the prior variance (that of the noise, w_T, if absent)

An axis is a list of numbers and ranges: FROM:TO:COUNT has even steps, FROM:TO:COUNT:log geometric ones, whose inner points are rounded
to six digits. Dimensions are rounded to integers.

A sweep that was cut short goes on where it stopped if it is asked for again with the same arguments. The bytes of cells.jsonl do not
depend on threads, pieces or interruptions.

Examples:
  ouracle sweep
  ouracle sweep spectrum=power-law vmax=1 power=2 --delta=-0.5:0.5:101 --dimensions 1,4,16,64,256
  ouracle sweep --schedule \"vp-linear b0=0.1 b1=20 T=1\" --schedule \"ve-geometric smin=0.01 smax=50 T=1\" --out maps
  ouracle sweep --shard 1/2 --out piece1; ouracle sweep --shard 2/2 --out piece2; ouracle report piece1 piece2 --out all"
)]
pub struct Arguments {
    /// Data, prior and member as name=value
    world: Vec<String>,
    /// A process with its parameters, as in `ouracle list --kind worlds`; one option for each, all kinds if none is named
    #[arg(long, value_name = "WORDS")]
    schedule: Vec<String>,
    /// Relative errors of the score
    #[arg(long, value_name = "AXIS", default_value_t = SweepOptions::default().delta)]
    delta: String,
    /// Dimensions
    #[arg(long, value_name = "AXIS", default_value_t = SweepOptions::default().dimensions)]
    dimensions: String,
    /// Worker threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Only piece K of N
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Folder of cells, picture and page
    #[arg(long, value_name = "DIR", default_value = "reports/sweep")]
    out: PathBuf,
}

impl Arguments {
    fn options(&self) -> SweepOptions {
        let defaults = SweepOptions::default();
        SweepOptions {
            schedules: if self.schedule.is_empty() { defaults.schedules } else { self.schedule.clone() },
            delta: self.delta.clone(),
            dimensions: self.dimensions.clone(),
            world: self.world.join(" "),
        }
    }
}

pub fn run(arguments: &Arguments) -> Outcome {
    let sweep = Sweep::new(&arguments.options())?;
    let mut writer = CellWriter::resume(&arguments.out, &sweep.header(arguments.shard))?;
    let done = writer.done();
    let progress = Progress::new(sweep.header(None).numbers(arguments.shard).count());
    progress.step(done);
    let jobs = arguments.jobs.map_or_else(ouracle::ledger::available_jobs, usize::from);
    sweep.run(jobs, arguments.shard, done, |cell| {
        progress.step(1);
        writer.write(cell)
    })?;
    progress.finish();
    if done > 0 {
        eprintln!("ouracle: {done} cells were there already");
    }
    report(&[&arguments.out], &arguments.out)?;
    Ok(0)
}

/// Writes every form of a sweep, or of several pieces of one put together; whether it is complete.
pub fn report(folders: &[impl AsRef<Path>], out: &Path) -> Result<bool, super::Failure> {
    let pieces = folders.iter().map(|folder| Swept::read(folder.as_ref())).collect::<Result<Vec<_>, _>>()?;
    let swept = Swept::merge(pieces)?;
    write_sweep(out, &swept)?;
    let lost = format!("{} of {} cells.", swept.cells.len(), swept.header.cells);
    print(&format!("{lost} Map: {}", out.join("index.html").display()))?;
    Ok(swept.missing() == 0)
}
