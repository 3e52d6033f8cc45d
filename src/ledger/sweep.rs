//! A map of what the bound loses, cell by cell: schedule × dimension × error of the score, each cell certified.
//!
//! A cell is a function of the sweep's arguments alone, so that threads, pieces and resumption do not change a byte of it.

use super::cells::{Bounds, Cause, Cell, SweepHeader};
use super::grid::{self, GridError};
use super::run::Shard;
use crate::evidence::in_order;
use crate::numbers::{Ball, EndPoint, Field, Interval, Scalar};
use crate::objectives::elbo_gap::ElboGap;
use crate::parameters::{Domain, ExactReader, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Clock, Process, ScaledScore, Spectrum};

/// Cells are tried in doubles first; they are good enough if they know every number to this share of itself.
const ENOUGH: f64 = 1e-6;
/// A cell takes a microsecond for every axis; data of more axes are not what a map is for.
const MOST_DIMENSIONS: u32 = 1_000_000;
/// The data, where none is named.
const DATA: &str = "spectrum=geometric vmin=0.001 vmax=100";
/// More cells are no picture, and half a gigabyte of text.
const MOST_CELLS: usize = 2_000_000;

/// What a sweep is about, in words.
#[derive(Debug, Clone)]
pub struct SweepOptions {
    /// The schedules, each as in `vp-linear b0=0.1 b1=20 T=1`.
    pub schedules: Vec<String>,
    /// Relative errors `δ` of the score: numbers and ranges, as in `0,0.001:1:31:log`.
    pub delta: String,
    /// Dimensions `d`, in the same way, rounded to integers.
    pub dimensions: String,
    /// The spectrum of the data, geometric from 0.001 to 100 if absent, and if need be `lam` and `vpi`, as `name=value` words.
    pub world: String,
}

impl Default for SweepOptions {
    fn default() -> Self {
        let schedules = [
            "vp-linear b0=0.1 b1=20 T=1",
            "sub-vp-linear b0=0.1 b1=20 T=1",
            "vp-cosine s=0.008 T=1 tend=0.995",
            "ve-geometric smin=0.01 smax=50 T=1",
        ];
        Self {
            schedules: schedules.map(str::to_owned).to_vec(),
            delta: "0.0001:1:61:log".to_owned(),
            dimensions: "1:1024:41:log".to_owned(),
            world: DATA.to_owned(),
        }
    }
}

/// Why a sweep cannot be begun.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// Parameters that are wrong.
    #[error("`{words}`: {error}")]
    Input {
        /// What was read.
        words: String,
        /// What is wrong with it.
        error: Box<InputError>,
    },
    /// An axis that cannot be read.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// A schedule twice.
    #[error("the schedule `{0}` is given twice; give each schedule once")]
    Twice(String),
    /// No schedule at all.
    #[error("there is no schedule; give one, for example --schedule \"vp-linear b0=0.1 b1=20 T=1\"")]
    NoSchedule,
    /// A process that ends without any signal.
    #[error(
        "the schedule `{0}` ends where no signal is left, so that a wrong score costs infinitely much; end it earlier, \
         for example with tend=0.99 where T=1"
    )]
    NoSignal(String),
    /// Too many cells.
    #[error("{0} cells are more than {MOST_CELLS}; take coarser axes, or make several sweeps")]
    TooMany(usize),
}

/// Data, prior and member of the plug-in family, for any dimension.
#[derive(Debug, Clone)]
struct World<S> {
    spectrum: Spectrum<S>,
    lambda: S,
    vpi: Option<S>,
}

impl<S: Scalar> Parameters<S> for World<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let spectrum = Spectrum::read(source)?;
        let lambda =
            source.optional("lam", Domain::BelowOne, "member of the plug-in family, lambda < 1; 0 if absent")?;
        let vpi = source.optional("vpi", Domain::Positive, "prior variance v_pi; that of the noise, w_T, if absent")?;
        Ok(Self { spectrum, lambda: lambda.unwrap_or(S::zero()), vpi })
    }
}

/// The numbers of a sweep in one reading.
#[derive(Debug)]
struct Numbers<S> {
    /// The clocks at the start and at the end, for each schedule.
    clocks: Vec<[Clock<S>; 2]>,
    deltas: Vec<S>,
    world: World<S>,
}

impl<S: Scalar> Numbers<S> {
    fn gap(&self, place: &Place) -> ElboGap<S> {
        let World { spectrum, lambda, vpi } = self.world;
        let ([start, end], delta) = (&self.clocks[place.schedule], self.deltas[place.delta]);
        let world = |v0| ScaledScore { v0, delta, lambda, vpi: vpi.unwrap_or(end.w) };
        let axes = spectrum.axes(place.d);
        axes.iter().fold(ElboGap::zero(), |sum, (v0, n)| sum.plus(&ElboGap::of(&world(*v0), start, end), *n))
    }
}

/// Where a cell lies.
struct Place {
    cell: usize,
    schedule: usize,
    d: u32,
    delta: usize,
}

/// A sweep whose arguments were read.
#[derive(Debug)]
pub struct Sweep {
    header: SweepHeader,
    doubles: Numbers<Interval<f64>>,
    balls: Numbers<Ball>,
}

impl Sweep {
    /// Reads the arguments.
    ///
    /// # Errors
    /// [`SweepError`] for the first thing wrong.
    pub fn new(options: &SweepOptions) -> Result<Self, SweepError> {
        let schedules: Vec<String> = options.schedules.iter().map(|words| schedule_words(words)).collect();
        if schedules.is_empty() {
            return Err(SweepError::NoSchedule);
        }
        if let Some(twice) = (1..schedules.len()).find(|at| schedules[..*at].contains(&schedules[*at])) {
            return Err(SweepError::Twice(schedules[twice].clone()));
        }
        let deltas = grid::numbers("the score errors", &options.delta)?;
        let dimensions = grid::dimensions("the dimensions", &options.dimensions, MOST_DIMENSIONS)?;
        let cells = schedules.len().saturating_mul(deltas.len()).saturating_mul(dimensions.len());
        if cells > MOST_CELLS {
            return Err(SweepError::TooMany(cells));
        }
        let input = |error| SweepError::Input { words: options.world.clone(), error: Box::new(error) };
        let mut world = Inputs::from_words(options.world.split_whitespace()).map_err(input)?;
        if !options.world.split_whitespace().any(|word| word.starts_with("spectrum=")) {
            world = Inputs::from_words(DATA.split_whitespace()).map_err(input)?.overlaid(world);
        }
        let doubles = Numbers {
            clocks: clocks(&schedules)?,
            deltas: deltas.iter().map(Interval::rational).collect(),
            world: ExactReader::new(&world, &[]).read().map_err(input)?,
        };
        let balls: Numbers<Ball> = Numbers {
            clocks: clocks(&schedules)?,
            deltas: deltas.iter().map(Ball::rational).collect(),
            world: ExactReader::new(&world, &[]).read().map_err(input)?,
        };
        let silent = balls.clocks.iter().position(|[_, end]| !end.log_ratio(Ball::one()).is_finite());
        if let Some(at) = silent {
            return Err(SweepError::NoSignal(schedules[at].clone()));
        }
        let header = SweepHeader {
            record: "sweep".to_owned(),
            format: "1.0".to_owned(),
            ouracle: env!("CARGO_PKG_VERSION").to_owned(),
            schedules,
            dimensions,
            delta: deltas.iter().map(grid::written).collect(),
            world: world.to_words(),
            cells,
            shard: None,
        };
        Ok(Self { header, doubles, balls })
    }

    /// The first line of the sweep, or of one piece of it.
    pub fn header(&self, shard: Option<Shard>) -> SweepHeader {
        SweepHeader { shard: shard.map(|shard| shard.to_string()), ..self.header.clone() }
    }

    /// Computes the cells of the sweep or of one piece, but the first `done` of them, and hands each to `sink` in their order,
    /// whatever the number of threads.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn run<E>(
        &self,
        jobs: usize,
        shard: Option<Shard>,
        done: usize,
        mut sink: impl FnMut(&Cell) -> Result<(), E>,
    ) -> Result<(), E> {
        let places: Vec<usize> = self.header.numbers(shard).skip(done).collect();
        in_order(&places, jobs, |cell| self.cell(*cell), |cell| sink(&cell))
    }

    fn cell(&self, number: usize) -> Cell {
        let SweepHeader { dimensions, delta, .. } = &self.header;
        let (row, at) = (number / delta.len(), number % delta.len());
        let (schedule, d) = (row / dimensions.len(), dimensions[row % dimensions.len()]);
        let place = Place { cell: number, schedule, d, delta: at };
        let quick = self.doubles.gap(&place);
        let all = [quick.prior, quick.score, quick.total(), quick.model, quick.slack()];
        match all.iter().all(|part| part.radius() <= ENOUGH * part.mig()) {
            true => self.written(&place, &quick),
            false => self.written(&place, &self.balls.gap(&place)),
        }
    }

    fn written<E: EndPoint>(&self, place: &Place, gap: &ElboGap<Interval<E>>) -> Cell
    where
        Interval<E>: Scalar,
    {
        let larger = match gap {
            _ if gap.score.is_disjoint(&gap.prior) && gap.score.certainly_le(&gap.prior) => Cause::Prior,
            _ if gap.score.is_disjoint(&gap.prior) => Cause::Score,
            _ => Cause::Undecided,
        };
        Cell {
            cell: place.cell,
            schedule: place.schedule,
            d: place.d,
            delta: self.header.delta[place.delta].clone(),
            gap: Bounds::of(&gap.total()),
            prior: Bounds::of(&gap.prior),
            score: Bounds::of(&gap.score),
            model: Bounds::of(&gap.model),
            slack: Bounds::of(&gap.slack()),
            larger,
        }
    }
}

/// The words of a schedule with its name first; `process=` may be left out.
fn schedule_words(words: &str) -> String {
    let kind = |word: &&str| word.starts_with("process=") || !word.contains('=');
    let (kind, rest): (Vec<_>, Vec<_>) = words.split_whitespace().partition(kind);
    kind.into_iter().chain(rest).collect::<Vec<_>>().join(" ").replacen("process=", "", 1)
}

fn clocks<S: Scalar>(schedules: &[String]) -> Result<Vec<[Clock<S>; 2]>, SweepError> {
    let clocks = schedules.iter().map(|words| {
        let process: Process<S> = at_point(&format!("process={words}"))
            .map_err(|error| SweepError::Input { words: words.clone(), error: Box::new(error) })?;
        Ok([process.start(), process.end()])
    });
    clocks.collect()
}
