//! A long Ornstein–Uhlenbeck series in double precision: mean, variance and log-likelihood of a million irregular points at once.

use super::chunks::{CHUNKS, Group, Likelihood, Moments, Refusal, Scratch, TILE, step};
use super::{OrnsteinUhlenbeck, Series};
use crate::numbers::{Float, Instructions, Lanes, Scalar, Vector, decay_minus_one};
use std::sync::Mutex;

/// Points in a chunk at most, so that a group and what it remembers stay in a cache.
const LONGEST_CHUNK: usize = 62 * TILE;
/// Points run through before and after a chunk at first, and at most.
const FIRST_MARGIN: usize = 2 * TILE;
const LAST_MARGIN: usize = 8 * LONGEST_CHUNK;
/// Shorter series are followed point by point.
const SHORTEST: usize = 4 * CHUNKS * TILE;

const NOISE: &str = "the observation noise variance";
const NON_NEGATIVE: &str = "give a finite number >= 0";

/// What was seen of an Ornstein–Uhlenbeck process.
#[derive(Debug, Clone, Copy)]
pub struct LongSeries<'a> {
    /// Increasing times.
    pub times: &'a [f64],
    /// What was seen at each; without meaning where nothing was.
    pub values: &'a [f64],
    /// Whether something was seen, at each time; everywhere if absent.
    pub observed: Option<&'a [bool]>,
    /// `R ≥ 0`, the variance of the noise on what is seen.
    pub noise: f64,
}

/// The law of the process (not of what is seen of it) at each time, given everything that was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct SmoothedSeries {
    /// `E[x_i | y]`.
    pub mean: Vec<f64>,
    /// `Var(x_i | y)`.
    pub variance: Vec<f64>,
    /// `log p(y)`, in nats.
    pub log_likelihood: f64,
}

/// Why a series cannot be smoothed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SeriesError {
    /// No times.
    #[error("the series has no times; give at least one")]
    Empty,
    /// Arrays of different lengths.
    #[error("there are {times} times but {found} {what}; give one for each time")]
    Lengths {
        /// The number of times.
        times: usize,
        /// What does not fit.
        what: &'static str,
        /// How many of it there are.
        found: usize,
    },
    /// A number that is no number.
    #[error("{what} is {value}; {remedy}")]
    Number {
        /// Which.
        what: String,
        /// The value.
        value: f64,
        /// What is allowed, and what to do.
        remedy: &'static str,
    },
    /// A time that does not come after the one before.
    #[error("time {index} is {time} and the one before it {before}; sort the times, and give each once")]
    Order {
        /// Its place, from 0.
        index: usize,
        /// The time.
        time: f64,
        /// The time before.
        before: f64,
    },
}

/// The numbers of a series, in units in which the variance of what is seen lies between ½ and 2. The unit is a power of two, so that
/// nothing is rounded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constants {
    pub mean: f64,
    pub rate: f64,
    pub variance: f64,
    pub noise: f64,
    /// The unit of length.
    pub unit: f64,
    /// Gaps with `e^{−θΔ} − 1` above this would leave the normal numbers.
    pub shortest_decay: f64,
}

impl Constants {
    fn new(process: &OrnsteinUhlenbeck<Float>, noise: f64) -> Result<Self, SeriesError> {
        let refuse = |what: &str, value: f64, remedy| Err(SeriesError::Number { what: what.to_owned(), value, remedy });
        let (s, rate, mean) = (process.s.0, process.theta.0, process.mu.0);
        for (what, value) in [("the stationary variance s", s), ("the rate theta", rate)] {
            if !(value.is_finite() && value > 0.0) {
                return refuse(what, value, "give a finite number > 0");
            }
        }
        if !mean.is_finite() {
            return refuse("the mean mu", mean, "give a finite number");
        }
        if !(noise.is_finite() && noise >= 0.0) {
            return refuse(NOISE, noise, NON_NEGATIVE);
        }
        let half_exponent = (((s + noise).log2() / 2.0).round()).clamp(-500.0, 500.0) as i32;
        let unit = 2.0_f64.powi(half_exponent);
        let (variance, noise) = (s / unit / unit, noise / unit / unit);
        if !(variance > 2.0_f64.powi(-300) && variance < 8.0 && noise < 8.0) {
            return refuse(
                "the stationary variance s",
                s,
                "bring it nearer to 1 and to the noise by a change of units",
            );
        }
        let least = if noise < 2.0_f64.powi(-250) { 2.0_f64.powi(-250) } else { 2.0_f64.powi(-600) };
        Ok(Self { mean, rate, variance, noise, unit, shortest_decay: -(least / variance) })
    }

    /// Mean and variance of the process itself.
    fn told(&self, now: &Moments<1>) -> (f64, f64) {
        let Moments { mean: Lanes([mean]), variance: Lanes([variance]) } = *now;
        (mean * self.unit + self.mean, variance * (self.unit * self.unit))
    }

    #[inline(always)]
    pub fn deviation(&self, value: f64) -> f64 {
        // A division by a power of two, of which the inverse is exact.
        (value - self.mean) * (1.0 / self.unit)
    }
}

impl LongSeries<'_> {
    /// Mean, variance and log-likelihood by the filter and smoother of [`Filter`](super::Filter), of which this is the fast version for
    /// one dimension.
    ///
    /// A long series is cut into chunks that go side by side through vector instructions, and over `threads` threads. Each starts some
    /// points early from the prior; how much that start still counts for is bounded on the way, and where the bound is not below an
    /// eighth of a rounding, the chunk starts earlier still. Lengths depend on the series alone, so results are the same to the last
    /// bit for any number of threads and on every machine.
    ///
    /// # Errors
    /// [`SeriesError`] if the arrays do not fit, a time is not above the one before, a number is not finite or a parameter is not
    /// positive.
    pub fn smooth(&self, process: &OrnsteinUhlenbeck<Float>, threads: usize) -> Result<SmoothedSeries, SeriesError> {
        let n = self.times.len();
        let (mut mean, mut variance) = (vec![0.0; n], vec![0.0; n]);
        let log_likelihood = self.smooth_into(process, threads, Instructions::widest(), &mut mean, &mut variance)?;
        Ok(SmoothedSeries { mean, variance, log_likelihood })
    }

    /// The same into memory that is there already, with these instructions; the answer is the log-likelihood.
    ///
    /// # Errors
    /// As [`smooth`](Self::smooth), and if the places are not as many as the times.
    pub fn smooth_into(
        &self,
        process: &OrnsteinUhlenbeck<Float>,
        threads: usize,
        instructions: Instructions,
        mean: &mut [f64],
        variance: &mut [f64],
    ) -> Result<f64, SeriesError> {
        self.check_lengths()?;
        let constants = Constants::new(process, self.noise)?;
        for (what, found) in [("places for means", mean.len()), ("places for variances", variance.len())] {
            if found != self.times.len() {
                return Err(SeriesError::Lengths { times: self.times.len(), what, found });
            }
        }
        let n = self.times.len();
        let side_by_side =
            (n >= SHORTEST).then(|| self.side_by_side(&constants, threads, instructions, [&mut *mean, &mut *variance]));
        let in_own_units = match side_by_side {
            Some(Ok(sum)) => sum,
            Some(Err(_)) | None => {
                self.check_range(&constants)?;
                self.one_by_one(&constants, mean, variance)
            }
        };
        let seen = self.observed.map_or(n, |marks| marks.iter().filter(|mark| **mark).count());
        let of_units = std::f64::consts::TAU.ln() / 2.0 + core_math::log(constants.unit);
        Ok(in_own_units - seen as f64 * of_units)
    }

    /// The same series in any reading, for the generic [`Filter`](super::Filter).
    pub fn read<S: Scalar>(&self, number: impl Fn(f64) -> S) -> Series<S> {
        let seen = |i: &usize| self.observed.is_none_or(|marks| marks[*i]);
        let observed: Vec<_> = (0..self.times.len()).filter(seen).collect();
        Series {
            gaps: Vector(self.times.windows(2).map(|pair| number(pair[1]) - number(pair[0])).collect()),
            values: Vector(observed.iter().map(|i| number(self.values[*i])).collect()),
            observed,
            noise: number(self.noise),
        }
    }

    fn check_lengths(&self) -> Result<(), SeriesError> {
        let times = self.times.len();
        let marks = self.observed.map_or(times, <[bool]>::len);
        for (what, found) in [("values", self.values.len()), ("marks of what was observed", marks)] {
            if found != times {
                return Err(SeriesError::Lengths { times, what, found });
            }
        }
        if times == 0 { Err(SeriesError::Empty) } else { Ok(()) }
    }

    /// Whether the series can be smoothed at all.
    ///
    /// # Errors
    /// [`SeriesError`] names the first array, time or value that is not as it should be.
    pub fn check(&self) -> Result<(), SeriesError> {
        self.check_lengths()?;
        let refuse = |what: String, value, remedy| Err(SeriesError::Number { what, value, remedy });
        if !(self.noise.is_finite() && self.noise >= 0.0) {
            return refuse(NOISE.to_owned(), self.noise, NON_NEGATIVE);
        }
        for (index, time) in self.times.iter().enumerate() {
            if !time.is_finite() {
                return refuse(format!("time {index}"), *time, "give finite times");
            }
            match index.checked_sub(1).map(|i| self.times[i]) {
                Some(before) if *time <= before => return Err(SeriesError::Order { index, time: *time, before }),
                _ => {}
            }
        }
        for (index, value) in self.values.iter().enumerate() {
            if self.observed.is_none_or(|marks| marks[index]) && !value.is_finite() {
                return refuse(format!("value {index}"), *value, "mark it as not observed if it is missing");
            }
        }
        Ok(())
    }

    /// The same, and whether its numbers stay in the range of doubles.
    fn check_range(&self, constants: &Constants) -> Result<(), SeriesError> {
        self.check()?;
        for (i, pair) in self.times.windows(2).enumerate() {
            if decay_minus_one((pair[1] - pair[0]) * -constants.rate) >= constants.shortest_decay {
                let remedy = "it is too close to the one before; merge the two, or change the unit of time";
                return Err(SeriesError::Number { what: format!("time {}", i + 1), value: pair[1], remedy });
            }
        }
        let seen = |i: usize| self.observed.is_none_or(|marks| marks[i]);
        match (0..self.values.len()).find(|i| seen(*i) && constants.deviation(self.values[*i]).is_infinite()) {
            None => Ok(()),
            Some(i) => {
                let remedy = "it is too large beside the variance; is the variance in the same units?";
                Err(SeriesError::Number { what: format!("value {i}"), value: self.values[i], remedy })
            }
        }
    }

    /// The filter and the smoother point by point; deviations from the mean.
    fn one_by_one(&self, constants: &Constants, mean: &mut [f64], variance: &mut [f64]) -> f64 {
        let mut now = Moments { mean: Lanes([0.0]), variance: Lanes([constants.variance]) };
        let mut likelihood = Likelihood::new();
        let mut links = Vec::with_capacity(self.times.len());
        for (index, (time, value)) in self.times.iter().zip(self.values).enumerate() {
            let decay = match index.checked_sub(1) {
                Some(before) => decay_minus_one((time - self.times[before]) * -constants.rate),
                None => -1.0,
            };
            let seen = self.observed.is_none_or(|marks| marks[index]);
            let seen = if seen { constants.deviation(*value) } else { f64::NAN };
            let step = step(&mut now, Lanes([decay]), Lanes([seen]), constants);
            likelihood.add(&step);
            likelihood.normalise();
            links.push(step.link);
        }
        let places = mean.iter_mut().zip(variance).zip(links);
        for ((mean, variance), link) in places.rev() {
            (*mean, *variance) = constants.told(&now);
            now = link.back(now);
        }
        likelihood.total()
    }

    /// The same in groups of chunks.
    fn side_by_side(
        &self,
        constants: &Constants,
        threads: usize,
        instructions: Instructions,
        [mean, variance]: [&mut [f64]; 2],
    ) -> Result<f64, Refusal> {
        let n = self.times.len();
        // As few groups as memory allows, of equal size.
        let chunk = n.div_ceil(CHUNKS * n.div_ceil(CHUNKS * LONGEST_CHUNK)).div_ceil(TILE) * TILE;
        // Chunks at a distance of a power of two would fall into one set of a cache.
        let chunk = if chunk.is_multiple_of(16 * TILE) { chunk + TILE } else { chunk };
        let group = CHUNKS * chunk;
        let mut sums = vec![Ok(0.0); n.div_ceil(group)];
        let places = mean.chunks_mut(group).zip(variance.chunks_mut(group)).zip(&mut sums).enumerate();
        let queue = Mutex::new(places);
        let work = || {
            let mut scratch = Scratch::default();
            loop {
                let taken = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                let Some((index, ((mean, variance), sum))) = taken else { break };
                let mut margin = FIRST_MARGIN;
                *sum = loop {
                    let attempt = instructions.run(Group {
                        constants,
                        times: self.times,
                        values: self.values,
                        observed: self.observed,
                        start: index * group,
                        chunk,
                        margin,
                        scratch: &mut scratch,
                        mean: &mut *mean,
                        variance: &mut *variance,
                    });
                    match attempt {
                        Err(Refusal::Remembers) if margin < LAST_MARGIN => margin *= 2,
                        decided => break decided,
                    }
                };
            }
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
            work();
            drop(others);
        });
        sums.into_iter().sum()
    }
}
