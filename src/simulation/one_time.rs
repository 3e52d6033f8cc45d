//! One random time for each sample, with the exact transition: the integrand of the bound by denoising score matching.
//!
//! `β(t) = b₀ + (b₁ − b₀)t`, `α = e^{−½∫β}`, `σ² = 1 − α²`; at `Y = αx + σz` the score is `s = k ∇log q_t(Y) + δ` for data `N(m₀, v₀)`, and
//! `h = (T − ε) β s(½s + z/σ)` for a time uniform on `[ε, T]`: `E h = ∫ β E[½s² + s′] dt`, in nats, since `E[s z/σ] = E s′`.
//!
//! ```
//! use ouracle::numbers::Instructions;
//! use ouracle::simulation::{BLOCK, OneTime, OverNoise, Seed, Times};
//! let bound = OneTime { beta: [0.1, 20.0], times: [1e-3, 1.0], point: 1.0, data: [0.5, 0.25], scale: 1.1, shift: 0.05 };
//! let (sampler, seed) = (bound.sampler()?, Seed::new(1, "example"));
//! let mut h = vec![0.0_f64; BLOCK];
//! let mut means = [0.0; 2];
//! for (mean, noise) in means.iter_mut().zip([OverNoise::Drawn, OverNoise::Integrated]) {
//!     sampler.block(Times::Stratified, noise, &seed, 0, Instructions::widest(), &mut h);
//!     *mean = h.iter().sum::<f64>() / BLOCK as f64;
//! }
//! assert!((means[0] - means[1]).abs() < 3.0);
//! # Ok::<(), ouracle::simulation::OneTimeError>(())
//! ```

use super::exponential::exp_m1;
use super::precision::Precision;
use super::stream::Seed;
use crate::numbers::{Instructions, Kernel, Machine, Reals};

/// The bound at one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneTime {
    /// `b₀` and `b₁`.
    pub beta: [f64; 2],
    /// `ε` and `T`.
    pub times: [f64; 2],
    /// `x`.
    pub point: f64,
    /// `m₀` and `v₀`.
    pub data: [f64; 2],
    /// `k`.
    pub scale: f64,
    /// `δ`.
    pub shift: f64,
}

/// What cannot be drawn.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum OneTimeError {
    /// Not a time that there is.
    #[error("times from {first} to {last}: they must obey 0 < first < last, for the noise of time 0 has no score")]
    Times {
        /// `ε`.
        first: f64,
        /// `T`.
        last: f64,
    },
    /// A process that does not go forward.
    #[error(
        "beta is {at_first} at time {first} and {at_last} at time {last}: it must not be negative, nor zero everywhere"
    )]
    Beta {
        /// The time 0.
        first: f64,
        /// There.
        at_first: f64,
        /// `T`.
        last: f64,
        /// There.
        at_last: f64,
    },
    /// Noise beyond the reach of the exponential.
    #[error(
        "the integral of beta is {integral}: it must be at most 160, where e^(-80) of the data is left; end earlier"
    )]
    Forgotten {
        /// `∫β`.
        integral: f64,
    },
    /// Not a law of data.
    #[error("a variance of the data of {variance}: it must not be negative, and must be finite")]
    Variance {
        /// `v₀`.
        variance: f64,
    },
    /// Not a number.
    #[error("{name} is {value}: it must be finite")]
    NotFinite {
        /// Which.
        name: &'static str,
        /// What it is.
        value: f64,
    },
}

/// How the times of a block are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Independently.
    Plain,
    /// One in each of as many equal parts of the interval as a block has draws: each draw has another law, their mean is that of plain
    /// ones, and its variance is not larger.
    Stratified,
}

/// What is done about the noise, given the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverNoise {
    /// It is drawn.
    Drawn,
    /// `h` is replaced by its mean over the noise, `(T − ε) β (½(b² + q²σ²) + q)` for `s = qσz + b`.
    Integrated,
}

/// The bound, ready to be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneTimeSampler(OneTime);

impl OneTime {
    /// Checks that it can be drawn.
    ///
    /// # Errors
    /// If a number is not finite, a time, a variance or β is outside its domain, or `∫β > 160`.
    pub fn sampler(self) -> Result<OneTimeSampler, OneTimeError> {
        let ([b0, b1], [first, last], variance) = (self.beta, self.times, self.data[1]);
        let numbers = [("b0", b0), ("b1", b1), ("the point", self.point), ("the mean of the data", self.data[0])];
        for (name, value) in numbers.into_iter().chain([("the scale", self.scale), ("the shift", self.shift)]) {
            if !value.is_finite() {
                return Err(OneTimeError::NotFinite { name, value });
            }
        }
        if !(0.0 < first && first < last && last.is_finite()) {
            return Err(OneTimeError::Times { first, last });
        }
        let at_last = b0 + (b1 - b0) * last;
        if b0 < 0.0 || at_last < 0.0 || (b0 == 0.0 && at_last == 0.0) {
            return Err(OneTimeError::Beta { first: 0.0, at_first: b0, last, at_last });
        }
        let integral = 0.5 * (b0 + at_last) * last;
        if integral > 160.0 {
            return Err(OneTimeError::Forgotten { integral });
        }
        if !(0.0..f64::INFINITY).contains(&variance) {
            return Err(OneTimeError::Variance { variance });
        }
        Ok(OneTimeSampler(self))
    }
}

impl OneTimeSampler {
    /// The draws of a block. The bits depend on everything but the instructions. Rounding: a few units of the precision relative to the
    /// largest term of `h`, also at early times, where `σ²` is computed as such and not as `1 − α²`.
    pub fn block<P: Precision>(
        &self,
        times: Times,
        noise: OverNoise,
        seed: &Seed,
        block: u64,
        instructions: Instructions,
        out: &mut [P],
    ) {
        instructions.run(Block { bound: &self.0, times, noise, seed, block, out });
    }
}

struct Block<'a, P> {
    bound: &'a OneTime,
    times: Times,
    noise: OverNoise,
    seed: &'a Seed,
    block: u64,
    out: &'a mut [P],
}

impl<P: Precision> Kernel for Block<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<M: Machine>(self, m: M) {
        let mut generator = self.seed.generator(self.block, m);
        let integrand = Integrand::<P::Vector<M>>::new(m, self.bound);
        let strata = P::Vector::<M>::same(m, (self.out.len() as f64).recip());
        let lanes = P::Vector::<M>::same(m, P::LANES as f64);
        let mut before = counted::<P, M>(m);
        for pair in self.out.chunks_mut(2 * P::LANES) {
            let mut u = [P::cell(m, P::draw(&mut generator)), P::cell(m, P::draw(&mut generator))];
            if self.times == Times::Stratified {
                for u in &mut u {
                    *u = before.plus(m, *u).times(m, strata);
                    before = before.plus(m, lanes);
                }
            }
            let h = match self.noise {
                OverNoise::Drawn => {
                    let [square, sine, cosine] = P::polar(m, &mut generator);
                    [integrand.at::<P, M>(m, u[0], square, sine), integrand.at::<P, M>(m, u[1], square, cosine)]
                }
                OverNoise::Integrated => [integrand.mean::<P, M>(m, u[0]), integrand.mean::<P, M>(m, u[1])],
            };
            let (near, far) = pair.split_at_mut(pair.len().min(P::LANES));
            P::store(m, h[0], near);
            P::store(m, h[1], far);
        }
    }
}

/// 0, 1, 2, … lane by lane.
#[inline(always)]
fn counted<P: Precision, M: Machine>(m: M) -> P::Vector<M> {
    let mut numbers = [P::default(); 16];
    for (i, number) in numbers.iter_mut().enumerate() {
        *number = P::rounded(i as f64);
    }
    P::load(m, &numbers[..P::LANES])
}

/// The numbers of the bound in every lane.
struct Integrand<R> {
    /// `(T − ε)β`, in powers of the share of the time, the highest first.
    rate: [R; 2],
    /// `−½∫β`, likewise.
    exponent: [R; 3],
    /// `v₀` and `x − m₀`.
    data: [R; 2],
    /// `−k` and `δ`.
    score: [R; 2],
}

/// What an integrand needs to know at a time.
struct AtTime<R> {
    rate: R,
    /// `α`, `σ²` and the variance `v` of the data at this time.
    clock: [R; 3],
}

impl<R: Reals> Integrand<R> {
    #[inline(always)]
    fn new(m: R::Machine, bound: &OneTime) -> Self {
        let ([b0, b1], [first, last], [mean, variance]) = (bound.beta, bound.times, bound.data);
        let (slope, length) = (b1 - b0, last - first);
        let at_first = b0 + slope * first;
        Self {
            rate: [R::same(m, length * slope * length), R::same(m, length * at_first)],
            exponent: [
                R::same(m, -0.25 * slope * length * length),
                R::same(m, -0.5 * at_first * length),
                R::same(m, -0.25 * (b0 + at_first) * first),
            ],
            data: [R::same(m, variance), R::same(m, bound.point - mean)],
            score: [R::same(m, -bound.scale), R::same(m, bound.shift)],
        }
    }

    /// At the share `u` of the time.
    #[inline(always)]
    fn clock<P: Precision<Vector<M> = R>, M: Machine>(&self, m: M, u: R) -> AtTime<R>
    where
        R: Reals<Machine = M>,
    {
        let rate = self.rate[0].times_plus(m, u, self.rate[1]);
        let [second, first, zeroth] = self.exponent;
        let exponent = second.times_plus(m, u, first).times_plus(m, u, zeroth);
        let lost = exp_m1::<P, M>(m, exponent);
        let alpha = lost.plus(m, R::same(m, 1.0));
        // 1 − α² = (α − 1)(−2 − (α − 1)), which keeps its digits at early times.
        let w = lost.times(m, R::same(m, -2.0).minus(m, lost));
        let v = alpha.times(m, alpha).times_plus(m, self.data[0], w);
        AtTime { rate, clock: [alpha, w, v] }
    }

    /// `h` for `z = √ρ c`.
    #[inline(always)]
    fn at<P: Precision<Vector<M> = R>, M: Machine>(&self, m: M, u: R, square: R, c: R) -> R
    where
        R: Reals<Machine = M>,
    {
        let AtTime { rate, clock: [alpha, w, v] } = self.clock::<P, M>(m, u);
        let ([_, distance], [minus_k, shift]) = (self.data, self.score);
        // One root for σz, one division for both −k/v and z/σ = σz/σ².
        let noise = square.times(m, w).sqrt(m).times(m, c);
        let inverse = R::same(m, 1.0).over(m, v.times(m, w));
        let slope = minus_k.times(m, w).times(m, inverse);
        let score = slope.times_plus(m, alpha.times_plus(m, distance, noise), shift);
        let pull = v.times(m, inverse).times(m, noise);
        rate.times(m, score).times(m, R::same(m, 0.5).times_plus(m, score, pull))
    }

    /// Its mean over the noise.
    #[inline(always)]
    fn mean<P: Precision<Vector<M> = R>, M: Machine>(&self, m: M, u: R) -> R
    where
        R: Reals<Machine = M>,
    {
        let AtTime { rate, clock: [alpha, w, v] } = self.clock::<P, M>(m, u);
        let ([_, distance], [minus_k, shift]) = (self.data, self.score);
        let slope = minus_k.over(m, v);
        let still = slope.times(m, alpha).times_plus(m, distance, shift);
        let square = still.times_plus(m, still, slope.times(m, slope).times(m, w));
        rate.times(m, R::same(m, 0.5).times_plus(m, square, slope))
    }
}
