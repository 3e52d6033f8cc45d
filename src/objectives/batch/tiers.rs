//! Sets of parameters in bulk: doubles first, 237 bits for those that need them.

use super::integral::{Panel, Schedule};
use super::{LANES, Quantity, Reading, Set};
use crate::numbers::{
    Ball, Boxes, Field, Instructions, Interval, Intervals, Kernel, RULE_FOR_BALLS, RULE_FOR_DOUBLES, Shuffle,
};
use crate::parameters::{ExactReader, InputError, Inputs};
use crate::worlds::{Clock, Gaussian, Process, WrongScore};
use std::sync::Mutex;

/// Which arithmetic decided a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Intervals of doubles, eight sets at once.
    Doubles,
    /// Intervals of 237-bit numbers.
    Ball,
}

/// How narrow an enclosure is to be: a radius of at most `10^{−digits}` of the value, or of at most `absolute`, whichever is wider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// Significant digits, 1 to 50.
    pub digits: usize,
    /// A radius in nats that is always enough; 0 if only digits count.
    pub absolute: f64,
}

impl Precision {
    /// The most digits that the arithmetic has room for.
    pub const MOST_DIGITS: usize = 50;

    /// Significant digits.
    pub fn digits(digits: usize) -> Self {
        Self { digits, absolute: 0.0 }
    }

    fn is_reached(&self, enclosure: &Enclosure) -> bool {
        let (radius, value) = enclosure.radius_and_least();
        radius <= self.absolute || radius <= value * 10.0_f64.powi(-(self.digits as i32))
    }
}

/// An enclosure in the arithmetic that it was found in.
#[derive(Debug, Clone, Copy)]
pub enum Enclosure {
    /// By doubles.
    Doubles(Interval<f64>),
    /// By 237 bits.
    Ball(Ball),
}

impl Enclosure {
    /// The same in 237 bits.
    pub fn ball(&self) -> Ball {
        match self {
            Self::Doubles(interval) => Ball::from(*interval),
            Self::Ball(ball) => *ball,
        }
    }

    /// The smallest interval of doubles that contains it.
    pub fn to_f64_interval(&self) -> Interval<f64> {
        match self {
            Self::Doubles(interval) => *interval,
            Self::Ball(ball) => ball.to_f64_interval(),
        }
    }

    /// The arithmetic.
    pub fn tier(&self) -> Tier {
        match self {
            Self::Doubles(_) => Tier::Doubles,
            Self::Ball(_) => Tier::Ball,
        }
    }

    /// An upper bound of the radius, and a lower bound of the absolute value, as doubles.
    fn radius_and_least(&self) -> (f64, f64) {
        let of = |radius: Interval<f64>, least: Interval<f64>| (radius.hi(), least.lo().max(0.0));
        match self {
            Self::Doubles(x) => (x.radius(), x.mig()),
            Self::Ball(x) => of(Ball::point(x.radius()).to_f64_interval(), Ball::point(x.mig()).to_f64_interval()),
        }
    }
}

/// Why a batch cannot be enclosed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BatchError {
    /// The process cannot be read.
    #[error("the process cannot be read: {0}")]
    Process(#[from] InputError),
    /// Columns of different lengths.
    #[error("{what} has {found} entries where other columns have {sets}; give one for each set, or a single one for all")]
    Lengths {
        /// Which column.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The number of sets.
        sets: usize,
    },
    /// A number outside its domain.
    #[error("{what} of set {index} is {value}; give a finite number{}", if *.positive { " > 0" } else { "" })]
    Number {
        /// Which column.
        what: &'static str,
        /// Which set, from 0.
        index: usize,
        /// The value.
        value: f64,
        /// Whether only positive numbers have a meaning.
        positive: bool,
    },
    /// More digits than there are.
    #[error("{0} digits were asked for; ask for 1 to {most}", most = Precision::MOST_DIGITS)]
    Digits(usize),
}

/// The parameters of the sets, a column each: as many entries as there are sets, or one for all. A double is taken for the number that it is:
/// 0.1 is the double next to a tenth.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Data means `m₀`.
    pub m0: &'a [f64],
    /// Data variances `v₀ > 0`.
    pub v0: &'a [f64],
    /// Data points.
    pub x: &'a [f64],
    /// What the score is multiplied with, `k`.
    pub scale: &'a [f64],
    /// What is added to it, `b`.
    pub shift: &'a [f64],
    /// Prior means.
    pub prior_mean: &'a [f64],
    /// Prior variances, positive.
    pub prior_variance: &'a [f64],
}

impl Columns<'_> {
    fn named(&self) -> [(&'static str, &[f64], bool); 7] {
        [
            ("m0", self.m0, false),
            ("v0", self.v0, true),
            ("x", self.x, false),
            ("scale", self.scale, false),
            ("shift", self.shift, false),
            ("prior_mean", self.prior_mean, false),
            ("prior_variance", self.prior_variance, true),
        ]
    }

    /// The number of sets.
    fn sets(&self) -> Result<usize, BatchError> {
        let sets = self.named().iter().map(|(_, column, _)| column.len()).find(|len| *len != 1).unwrap_or(1);
        for (what, column, positive) in self.named() {
            if column.len() != sets && column.len() != 1 {
                return Err(BatchError::Lengths { what, found: column.len(), sets });
            }
            let wrong = column.iter().position(|value| !value.is_finite() || positive && *value <= 0.0);
            if let Some(index) = wrong {
                return Err(BatchError::Number { what, index, value: column[index], positive });
            }
        }
        Ok(sets)
    }

    /// The sets with these numbers, the last repeated to fill the block.
    #[inline(always)]
    fn block<R: Reading>(&self, indices: &[usize]) -> Set<R> {
        let of = |column: &[f64]| {
            R::points(std::array::from_fn(|lane| {
                let index = indices[lane.min(indices.len() - 1)];
                column[if column.len() == 1 { 0 } else { index }]
            }))
        };
        let world = WrongScore {
            data: Gaussian::new(of(self.m0), of(self.v0)),
            scale: of(self.scale),
            shift: of(self.shift),
            prior: Gaussian::new(of(self.prior_mean), of(self.prior_variance)),
        };
        Set { world, x: of(self.x) }
    }
}

/// What the sets of a batch share, in one reading.
struct Shared<R: Reading> {
    process: Process<R::Shared>,
    end: Clock<R::Shared>,
    noise_integral: R::Shared,
    panel: Panel<R>,
}

impl<R: Reading> Shared<R> {
    fn new(inputs: &Inputs) -> Result<Self, InputError> {
        let process: Process<R::Shared> = ExactReader::new(inputs, &[]).read()?;
        let exact: Process<Ball> = ExactReader::new(inputs, &[]).read()?;
        let whole = || R::constant(Ball::whole());
        Ok(Self {
            end: process.end(),
            noise_integral: process.noise_integral(process.horizon()).unwrap_or_else(whole),
            panel: Panel::new(Ball::zero(), exact.horizon()),
            process,
        })
    }

    /// The quantity for one block. `size` is what the integral is known to be about, where it is known.
    #[inline(always)]
    fn enclose(
        &self,
        schedule: &Schedule<'_, R>,
        quantity: Quantity,
        (set, boxes): (&Set<R>, &Set<Boxes<LANES>>),
        relative: f64,
        known: Option<f64>,
    ) -> R {
        let end = self.end.map(R::shared);
        let closed = quantity.closed(set, &end, R::shared(self.noise_integral));
        if !quantity.has_integral() {
            return closed;
        }
        let size = match known {
            Some(size) => [size; LANES],
            None => self.panel.sum(schedule, quantity, set).estimate(),
        };
        let tolerance = size.map(|size| size * relative);
        closed + self.panel.integrate(schedule, quantity, (set, boxes), &tolerance)
    }
}

/// A schedule, ready for many sets.
pub struct Batch {
    boxes: Process<Boxes<1>>,
    doubles: Shared<Intervals<LANES>>,
    balls: Shared<Ball>,
}

impl Batch {
    /// Reads the process from its exact parameters.
    ///
    /// # Errors
    /// [`BatchError::Process`] if it cannot be read.
    pub fn new(inputs: &Inputs) -> Result<Self, BatchError> {
        let boxes = ExactReader::new(inputs, &[]).read()?;
        Ok(Self { boxes, doubles: Shared::new(inputs)?, balls: Shared::new(inputs)? })
    }

    /// Encloses the quantity for every set, each by the first arithmetic that reaches the precision; or by the last, if none does. The
    /// answer does not depend on the number of threads or on the instructions, to the last bit.
    ///
    /// # Errors
    /// [`BatchError`] if columns do not fit, a number is outside its domain, or more digits are asked for than there are.
    pub fn enclose(
        &self,
        quantity: Quantity,
        columns: &Columns<'_>,
        precision: Precision,
        threads: usize,
        instructions: Instructions,
    ) -> Result<Vec<Enclosure>, BatchError> {
        if !(1..=Precision::MOST_DIGITS).contains(&precision.digits) {
            return Err(BatchError::Digits(precision.digits));
        }
        let sets = columns.sets()?;
        let mut enclosures = vec![Enclosure::Doubles(Interval::whole()); sets];
        let next = Mutex::new(enclosures.chunks_mut(CHUNK).enumerate());
        let work = || {
            loop {
                // A panic elsewhere leaves the queue as it is.
                let chunk = next.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                let Some((number, chunk)) = chunk else { return };
                let task = Task { batch: self, quantity, columns, precision };
                task.enclose(number * CHUNK, chunk, instructions);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.clamp(1, sets.div_ceil(CHUNK).max(1)) {
                scope.spawn(work);
            }
            work();
        });
        Ok(enclosures)
    }
}

/// Sets that a thread takes at a time.
const CHUNK: usize = 16 * LANES;

struct Task<'a> {
    batch: &'a Batch,
    quantity: Quantity,
    columns: &'a Columns<'a>,
    precision: Precision,
}

impl Task<'_> {
    fn enclose(&self, first: usize, chunk: &mut [Enclosure], instructions: Instructions) {
        // A double alone is wider than 16 digits.
        if self.precision.digits < 16 || self.precision.absolute > 0.0 {
            instructions.run(ByDoubles(self, first, &mut *chunk));
        }
        for (index, enclosure) in chunk.iter_mut().enumerate() {
            if !self.precision.is_reached(enclosure) {
                *enclosure = Enclosure::Ball(self.by_balls(first + index, enclosure));
            }
        }
    }

    fn by_balls(&self, index: usize, known: &Enclosure) -> Ball {
        let shared = &self.batch.balls;
        let schedule = Schedule { process: &shared.process, boxes: &self.batch.boxes, rule: &RULE_FOR_BALLS };
        let (set, lanes) = (self.columns.block(&[index]), self.columns.block::<Intervals<LANES>>(&[index]));
        let size = Some(known.radius_and_least().1).filter(|size| *size > 0.0);
        shared.enclose(&schedule, self.quantity, (&set, &lanes.map(Boxes::real)), self.tolerance(), size)
    }

    /// What the error on a panel may be, relative to the integral: two digits below what is asked for, and a hundred panels.
    fn tolerance(&self) -> f64 {
        10.0_f64.powi(-(self.precision.digits as i32) - 4)
    }
}

struct ByDoubles<'a, 'b>(&'a Task<'a>, usize, &'b mut [Enclosure]);

impl Kernel for ByDoubles<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Shuffle>(self, _: S) {
        let Self(task, first, chunk) = self;
        let shared = &task.batch.doubles;
        let schedule = Schedule { process: &shared.process, boxes: &task.batch.boxes, rule: &RULE_FOR_DOUBLES };
        let last = first + chunk.len() - 1;
        for (block, enclosures) in chunk.chunks_mut(LANES).enumerate() {
            let indices: [usize; LANES] = std::array::from_fn(|lane| (first + block * LANES + lane).min(last));
            let set = task.columns.block::<Intervals<LANES>>(&indices);
            let boxes = set.map(Boxes::real);
            let values = shared.enclose(&schedule, task.quantity, (&set, &boxes), task.tolerance(), None);
            for (lane, enclosure) in enclosures.iter_mut().enumerate() {
                *enclosure = Enclosure::Doubles(values.lane(lane));
            }
        }
    }
}
