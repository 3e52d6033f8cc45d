//! The smoother for many chunks of a long series at a time, one to a lane.
//!
//! A chunk does not know what was before it. But the filter forgets: it starts some points earlier from the prior and carries along a
//! bound on what that start can still do. The same holds backwards. A chunk whose bound is not below rounding gives no answer.

use super::long::Constants;
use crate::numbers::{Kernel, Lanes, Shuffle, decay_minus_one};

/// Lanes in a vector, vectors in flight (two hide the latency of a division), chunks in a group.
const WIDTH: usize = 8;
const VECTORS: usize = 2;
pub(super) const CHUNKS: usize = WIDTH * VECTORS;

/// Points between two passes through the memory of a chunk: few enough that those of all chunks stay in the nearest cache. Lengths of
/// chunks and margins are multiples of it.
pub(super) const TILE: usize = 32;

/// What a chunk may still owe to an arbitrary start: an eighth of a rounding.
const FORGOTTEN: f64 = f64::EPSILON / 16.0;

/// One number for each chunk.
type Row = [Lanes<WIDTH>; VECTORS];

/// Mean and variance of the deviation at one time.
#[derive(Clone, Copy)]
pub(super) struct Moments<const N: usize> {
    pub mean: Lanes<N>,
    pub variance: Lanes<N>,
}

/// How the smoothed moments at the time before follow from those now: `mean + gain·m`, `variance + gain²·v`.
#[derive(Clone, Copy)]
pub(super) struct Link<const N: usize> {
    mean: Lanes<N>,
    variance: Lanes<N>,
    gain: Lanes<N>,
}

impl<const N: usize> Link<N> {
    #[inline(always)]
    pub fn back(&self, next: Moments<N>) -> Moments<N> {
        let gain = self.gain;
        Moments { mean: self.mean + gain * next.mean, variance: self.variance + gain * gain * next.variance }
    }
}

/// What one step of the filter says beside the moments.
#[derive(Clone, Copy)]
pub(super) struct Step<const N: usize> {
    pub link: Link<N>,
    /// `ν²/S` and `S`; 0 and 1 where nothing is seen.
    pub surprise: Lanes<N>,
    pub spread: Lanes<N>,
    /// `e^{−θΔ}(1 − K)`, by which a difference of two means shrinks.
    shrinks: Lanes<N>,
}

/// From one time to the next: `decay = e^{−θΔ} − 1`, and `seen` the deviation seen there, NaN where nothing was.
///
/// Predict `P⁻ = f²P + q` with `f = 1 + decay` and `q = s(1 − f²) = −s·decay(2 + decay)`, update with `S = P⁻ + R`, `K = P⁻/S`. Backwards
/// `m = (q/P⁻)m + (fP/P⁻)m⁺` and `v = (q/P⁻)P + (fP/P⁻)²v⁺`. One division serves both quotients.
#[inline(always)]
pub(super) fn step<const N: usize>(now: &mut Moments<N>, decay: Lanes<N>, seen: Lanes<N>, c: &Constants) -> Step<N> {
    let constant = |x: f64| Lanes([x; N]);
    let (zero, one) = (constant(0.0), constant(1.0));
    let factor = decay + one;
    let fresh = decay * constant(-c.variance) * (decay + constant(2.0));
    let predicted = factor * factor * now.variance + fresh;
    let total = predicted + constant(c.noise);
    let inverse = one / (predicted * total);
    let (over_predicted, over_total) = (total * inverse, predicted * inverse);
    let own = fresh * over_predicted;
    let link =
        Link { mean: now.mean * own, variance: now.variance * own, gain: factor * now.variance * over_predicted };
    let expected = factor * now.mean;
    let surprise = seen.if_number(seen - expected, zero);
    let kept = seen.if_number(over_total * constant(c.noise), one);
    now.mean = expected + predicted * over_total * surprise;
    now.variance = predicted * kept;
    Step {
        link,
        surprise: surprise * surprise * over_total,
        spread: seen.if_number(total, one),
        shrinks: factor * kept,
    }
}

/// `Σ ν²/S` and `Σ ln S`, the latter as a product with its exponent.
#[derive(Clone, Copy)]
pub(super) struct Likelihood<const N: usize> {
    surprise: Lanes<N>,
    product: Lanes<N>,
    exponent: Lanes<N>,
}

impl<const N: usize> Likelihood<N> {
    #[inline(always)]
    pub fn new() -> Self {
        Self { surprise: Lanes([0.0; N]), product: Lanes([1.0; N]), exponent: Lanes([0.0; N]) }
    }

    #[inline(always)]
    pub fn add(&mut self, step: &Step<N>) {
        self.surprise = self.surprise + step.surprise;
        self.product = self.product * step.spread;
    }

    /// Due after every fourth factor, since a factor lies between 2⁻²⁵⁰ and 4.
    #[inline(always)]
    pub fn normalise(&mut self) {
        let (significand, exponent) = self.product.significand_and_exponent();
        self.product = significand;
        self.exponent = self.exponent + exponent;
    }

    /// `−½ Σ(ν²/S + ln S)` lane by lane.
    pub fn total(&self) -> f64 {
        (0..N).fold(0.0, |sum, i| {
            let ln_spread = core_math::log(self.product.0[i]) + self.exponent.0[i] * std::f64::consts::LN_2;
            sum - (self.surprise.0[i] + ln_spread) / 2.0
        })
    }
}

/// Memory for one group, to be used again.
#[derive(Default)]
pub(super) struct Scratch {
    decays: Vec<f64>,
    seen: Vec<f64>,
    links: Vec<[Link<WIDTH>; VECTORS]>,
}

/// Why a group has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A chunk still depends on what it started from; a longer run before it may help.
    Remembers,
    /// A time does not increase, a seen value is not finite, or the numbers leave the range of this method.
    Input,
}

/// Neighbouring chunks of equal length.
pub(super) struct Group<'a> {
    pub constants: &'a Constants,
    pub times: &'a [f64],
    pub values: &'a [f64],
    pub observed: Option<&'a [bool]>,
    /// The place of the first point.
    pub start: usize,
    /// Points in a chunk, and points run through before it and after it.
    pub chunk: usize,
    pub margin: usize,
    pub scratch: &'a mut Scratch,
    /// Where the answers go; shorter than the chunks together at the end of the series.
    pub mean: &'a mut [f64],
    pub variance: &'a mut [f64],
}

impl Kernel for Group<'_> {
    type Output = Result<f64, Refusal>;

    #[inline(always)]
    fn run<S: Shuffle>(mut self, shuffle: S) -> Self::Output {
        self.prepare()?;
        let (ends, likelihood) = self.forward(shuffle)?;
        self.backward(shuffle, ends)?;
        Ok(likelihood.iter().fold(0.0, |sum, part| sum + part.total()))
    }
}

impl Group<'_> {
    /// Decays and deviations, from a margin before the group to a margin after it. Beyond the series gaps are infinite and nothing is
    /// seen, so that there is no difference to the prior before and none to the filter after.
    #[inline(always)]
    fn prepare(&mut self) -> Result<(), Refusal> {
        let (width, n) = (CHUNKS * self.chunk + 2 * self.margin, self.times.len());
        let scratch = &mut *self.scratch;
        let first = self.start.saturating_sub(self.margin);
        let last = (self.start + width - self.margin).min(n);
        let place = first + self.margin - self.start;
        let end = place + last - first;
        for (numbers, beyond) in [(&mut scratch.decays, -1.0), (&mut scratch.seen, f64::NAN)] {
            numbers.resize(width, beyond);
            numbers[..place].fill(beyond);
            numbers[end..].fill(beyond);
        }
        let mut fine = true;
        // The first time of a series has no gap before it.
        let skipped = usize::from(first == 0);
        scratch.decays[place] = -1.0;
        let (before, after) =
            (&self.times[(first + skipped).max(1) - 1..last - 1], &self.times[(first + skipped).max(1)..last]);
        for ((decay, before), after) in scratch.decays[place + skipped..].iter_mut().zip(before).zip(after) {
            *decay = decay_minus_one((after - before) * -self.constants.rate);
            fine &= *decay < self.constants.shortest_decay;
        }
        let values = &self.values[first..last];
        let seen = &mut scratch.seen[place..place + values.len()];
        match self.observed {
            None => {
                for (seen, value) in seen.iter_mut().zip(values) {
                    *seen = self.constants.deviation(*value);
                    fine &= seen.is_finite();
                }
            }
            Some(marks) => {
                for ((seen, value), mark) in seen.iter_mut().zip(values).zip(&marks[first..last]) {
                    let deviation = self.constants.deviation(*value);
                    fine &= !mark | deviation.is_finite();
                    *seen = if *mark { deviation } else { f64::NAN };
                }
            }
        }
        if fine { Ok(()) } else { Err(Refusal::Input) }
    }

    /// The filter, from a margin before each chunk to a margin after it.
    #[inline(always)]
    fn forward<S: Shuffle>(
        &mut self,
        shuffle: S,
    ) -> Result<([Moments<WIDTH>; VECTORS], [Likelihood<WIDTH>; VECTORS]), Refusal> {
        let c = self.constants;
        let constant = |x: f64| Lanes([x; WIDTH]);
        let prior = Moments { mean: constant(0.0), variance: constant(c.variance) };
        let (mut now, mut likelihood) = ([prior; VECTORS], [Likelihood::new(); VECTORS]);
        let mut remembered = [constant(1.0); VECTORS];
        let nothing = Link { mean: constant(0.0), variance: constant(0.0), gain: constant(0.0) };
        self.scratch.links.resize(self.chunk + 2 * self.margin, [nothing; VECTORS]);
        let (mut decays, mut seen) = ([[constant(0.0); VECTORS]; TILE], [[constant(0.0); VECTORS]; TILE]);
        for (tile, links) in self.scratch.links.chunks_exact_mut(TILE).enumerate() {
            let at = tile * TILE;
            gather(shuffle, &self.scratch.decays, self.chunk, at, &mut decays);
            gather(shuffle, &self.scratch.seen, self.chunk, at, &mut seen);
            let (before, own) = (at < self.margin, at >= self.margin && at < self.margin + self.chunk);
            for k in 0..TILE {
                for v in 0..VECTORS {
                    let step = step(&mut now[v], decays[k][v], seen[k][v], c);
                    links[k][v] = step.link;
                    if before {
                        remembered[v] = remembered[v] * step.shrinks;
                    }
                    if own {
                        likelihood[v].add(&step);
                        if k % 4 == 3 {
                            likelihood[v].normalise();
                        }
                    }
                }
            }
            if at + TILE == self.margin && !c.forgotten(&remembered, &now, self.margin) {
                return Err(Refusal::Remembers);
            }
        }
        Ok((now, likelihood))
    }

    /// The smoother, from a margin after each chunk back to its first point.
    #[inline(always)]
    fn backward<S: Shuffle>(&mut self, shuffle: S, ends: [Moments<WIDTH>; VECTORS]) -> Result<(), Refusal> {
        let mut now = ends;
        let Constants { mean, unit, .. } = *self.constants;
        let [mean, unit, squared_unit] = [mean, unit, unit * unit].map(|x| Lanes([x; WIDTH]));
        let mut remembered = [Lanes([1.0; WIDTH]); VECTORS];
        let (mut means, mut variances) =
            ([[Lanes([0.0; WIDTH]); VECTORS]; TILE], [[Lanes([0.0; WIDTH]); VECTORS]; TILE]);
        let tiles = self.scratch.links.chunks_exact(TILE).enumerate().skip(self.margin / TILE);
        for (tile, links) in tiles.rev() {
            let at = tile * TILE - self.margin;
            let own = at < self.chunk;
            for k in (0..TILE).rev() {
                for v in 0..VECTORS {
                    (means[k][v], variances[k][v]) = (now[v].mean * unit + mean, now[v].variance * squared_unit);
                    now[v] = links[k][v].back(now[v]);
                    if !own {
                        remembered[v] = remembered[v] * links[k][v].gain;
                    }
                }
            }
            if at == self.chunk {
                // Two smoothed means differ by 2 max|y| at most, two variances by the filter's.
                let forgotten = |v: usize, i: usize| {
                    let gain = remembered[v].0[i];
                    2.0 * gain <= FORGOTTEN && gain * gain * ends[v].variance.0[i] <= FORGOTTEN * now[v].variance.0[i]
                };
                if !(0..VECTORS).all(|v| (0..WIDTH).all(|i| forgotten(v, i))) {
                    return Err(Refusal::Remembers);
                }
            }
            if own {
                scatter(shuffle, &means, self.chunk, at, self.mean);
                scatter(shuffle, &variances, self.chunk, at, self.variance);
            }
        }
        Ok(())
    }
}

impl Constants {
    /// Whether chunks that started from the prior agree with the filter of the whole series to less than a rounding.
    ///
    /// Let `c = Π f(1 − K)` over the margin, and `|m| ≤ Y`, the largest deviation seen: filtered means are averages of 0 and of what
    /// was seen. The chunk's variance is never below the true one, and their difference at most `s·c`. Two filters with one gain
    /// differ in their means by `Y·c`; the gains differ by at most `R/S²` times the difference of the variances, which adds `2Yc s/R`
    /// at each of the steps.
    fn forgotten(&self, remembered: &Row, now: &[Moments<WIDTH>; VECTORS], steps: usize) -> bool {
        let by_gains = if self.noise > 0.0 { 2.0 * steps as f64 * self.variance / self.noise } else { 0.0 };
        (0..VECTORS).all(|v| {
            remembered[v].0.iter().zip(&now[v].variance.0).all(|(c, variance)| {
                *c == 0.0 || (c * (1.0 + by_gains) <= FORGOTTEN && self.variance * c <= FORGOTTEN * variance)
            })
        })
    }
}

/// `rows[k]` holds for each chunk the number at `at + k` from its start.
#[inline(always)]
fn gather<S: Shuffle>(shuffle: S, numbers: &[f64], chunk: usize, at: usize, rows: &mut [Row; TILE]) {
    for lane in (0..CHUNKS).step_by(4) {
        for k in (0..TILE).step_by(4) {
            let block = std::array::from_fn(|i| quarter(numbers, (lane + i) * chunk + at + k));
            for (i, column) in shuffle.transpose(block).iter().enumerate() {
                rows[k + i][lane / WIDTH].0[lane % WIDTH..][..4].copy_from_slice(column);
            }
        }
    }
}

/// The way back; what is beyond the end of the series is dropped.
#[inline(always)]
fn scatter<S: Shuffle>(shuffle: S, rows: &[Row; TILE], chunk: usize, at: usize, numbers: &mut [f64]) {
    for lane in (0..CHUNKS).step_by(4) {
        for k in (0..TILE).step_by(4) {
            let block = std::array::from_fn(|i| quarter(&rows[k + i][lane / WIDTH].0, lane % WIDTH));
            for (i, column) in shuffle.transpose(block).iter().enumerate() {
                let place = (lane + i) * chunk + at + k;
                if let Some(run) = numbers.get_mut(place..place + 4) {
                    run.copy_from_slice(column);
                } else {
                    numbers.iter_mut().skip(place).zip(column).for_each(|(number, value)| *number = *value);
                }
            }
        }
    }
}

#[inline(always)]
fn quarter(numbers: &[f64], at: usize) -> [f64; 4] {
    let run = &numbers[at..at + 4];
    [run[0], run[1], run[2], run[3]]
}
