//! Sets of parameters in bulk: doubles first, double-words and then 237 bits for those that need them.

use super::integral::{Panel, Schedule};
use super::{BatchError, Columns, Enclosure, LANES, Precision, Quantity, Reading, Set};
use crate::numbers::{
    AnalyticRule, Ball, Boxes, DoubleWords, Field, Instructions, Interval, Intervals, Kernel, RULE_FOR_BALLS,
    RULE_FOR_DOUBLES, Shuffle,
};
use crate::parameters::{ExactReader, InputError, Inputs};
use crate::worlds::{Clock, Process};
use std::sync::Mutex;

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

    /// The quantity for one block. What its size is known to be, or else a look at all of time in one panel, says how small the error on a
    /// panel must be.
    #[inline(always)]
    fn enclose(
        &self,
        schedule: &Schedule<'_, R>,
        quantity: Quantity,
        (set, boxes): (&Set<R>, &Set<Boxes<LANES>>),
        precision: &Precision,
        known: Option<f64>,
    ) -> R {
        let end = self.end.map(R::shared);
        let closed = quantity.closed(set, &end, R::shared(self.noise_integral));
        if !quantity.has_integral() {
            return closed;
        }
        let size = match known {
            Some(size) => [size; LANES],
            None => (closed + self.panel.sum(schedule, quantity, set)).estimate(),
        };
        let tolerance = size.map(|size| precision.on_a_panel(size));
        closed + self.panel.integrate(schedule, quantity, (set, boxes), &tolerance)
    }
}

/// A schedule, ready for many sets.
pub struct Batch {
    boxes: Process<Boxes<1>>,
    doubles: Shared<Intervals<LANES>>,
    double_words: Shared<DoubleWords<LANES>>,
    balls: Shared<Ball>,
}

impl Batch {
    /// Reads the process from its exact parameters.
    ///
    /// # Errors
    /// [`BatchError::Process`] if it cannot be read.
    pub fn new(inputs: &Inputs) -> Result<Self, BatchError> {
        let boxes = ExactReader::new(inputs, &[]).read()?;
        let double_words = Shared::new(inputs)?;
        Ok(Self { boxes, doubles: Shared::new(inputs)?, double_words, balls: Shared::new(inputs)? })
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
        let open = |chunk: &[Enclosure]| -> Vec<usize> {
            (0..chunk.len()).filter(|i| !self.precision.is_reached(&chunk[*i])).map(|i| first + i).collect()
        };
        if self.precision.suits(DOUBLES) {
            let shared = &self.batch.doubles;
            let wrap = |values: &Intervals<LANES>, lane| Enclosure::Doubles(values.lane(lane));
            instructions.run(InStep { task: self, shared, indices: &open(chunk), first, wrap, chunk });
        }
        if self.precision.suits(DOUBLE_WORDS) {
            let shared = &self.batch.double_words;
            let wrap = |values: &DoubleWords<LANES>, lane| Enclosure::DoubleWords(values.only(lane));
            instructions.run(InStep { task: self, shared, indices: &open(chunk), first, wrap, chunk });
        }
        for index in open(chunk) {
            let enclosure = &mut chunk[index - first];
            *enclosure = Enclosure::Ball(self.by_ball(index, enclosure));
        }
    }

    fn by_ball(&self, index: usize, known: &Enclosure) -> Ball {
        let shared = &self.batch.balls;
        let (set, lanes) = (self.columns.block(&[index]), self.columns.block::<Intervals<LANES>>(&[index]));
        let size = Some(known.radius_and_least().1).filter(|size| *size > 0.0);
        shared.enclose(
            &self.schedule(shared, &RULE_FOR_BALLS),
            self.quantity,
            (&set, &lanes.map(Boxes::real)),
            &self.precision,
            size,
        )
    }

    fn schedule<'s, R: Reading>(&'s self, shared: &'s Shared<R>, rule: &'s AnalyticRule) -> Schedule<'s, R> {
        Schedule { process: &shared.process, boxes: &self.batch.boxes, rule }
    }
}

/// Digits that an arithmetic has at best: a double alone is wider than 16, and the rule for doubles ends at about 20.
const DOUBLES: usize = 15;
const DOUBLE_WORDS: usize = 20;

/// The open sets of a chunk, eight at a time.
struct InStep<'a, R: Reading, W> {
    task: &'a Task<'a>,
    shared: &'a Shared<R>,
    indices: &'a [usize],
    first: usize,
    wrap: W,
    chunk: &'a mut [Enclosure],
}

impl<R: Reading, W: Fn(&R, usize) -> Enclosure> Kernel for InStep<'_, R, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Shuffle>(self, _: S) {
        let schedule = self.task.schedule(self.shared, &RULE_FOR_DOUBLES);
        for indices in self.indices.chunks(LANES) {
            let set = self.task.columns.block::<R>(indices);
            let boxes = self.task.columns.block::<Intervals<LANES>>(indices).map(Boxes::real);
            let values = self.shared.enclose(&schedule, self.task.quantity, (&set, &boxes), &self.task.precision, None);
            for (lane, index) in indices.iter().enumerate() {
                self.chunk[index - self.first] = (self.wrap)(&values, lane);
            }
        }
    }
}
