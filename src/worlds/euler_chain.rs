//! The Euler–Maruyama chain of a diffusion model: a hierarchical VAE with a Gaussian layer for each step.

use super::{Clock, Gaussian, ReverseSde, Transition};
use crate::numbers::Scalar;
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source};

/// One layer, of length `η = βh` in the clock of the noise: inference `N(y + η f(y), η)` with `f = −½y`, decoder
/// `N(y′ + η μ(y′), η)` with the drift `μ = s − f` of the reversal at the score `s = −y/v`.
#[derive(Debug, Clone, Copy)]
pub struct EulerStep<S> {
    /// The length `η` of the step, also the variance of both conditionals.
    length: S,
    /// The slope of `f`.
    forward: S,
    /// The slope of `μ`.
    backward: S,
}

impl<S: Scalar> EulerStep<S> {
    /// The step of this length, with the score of data that have the variance `v` at the time the decoder asks for it.
    pub fn new(length: S, data_variance: S) -> Self {
        let clock = Clock::start(-S::one() / 2, S::zero(), S::one());
        let reverse = ReverseSde::plug_in(&clock, &Gaussian::centred(data_variance).score(), S::zero());
        Self { length, forward: clock.alpha, backward: reverse.drift.slope }
    }

    fn along(&self, slope: S) -> Transition<S> {
        Transition { factor: self.length * slope + 1, offset: S::zero(), variance: self.length }
    }

    /// `y_{i+1}` given `y_i`.
    pub fn inference(&self) -> Transition<S> {
        self.along(self.forward)
    }

    /// `y_i` given `y_{i+1}`.
    pub fn decoder(&self) -> Transition<S> {
        self.along(self.backward)
    }

    /// `E[log p(y_i | y_{i+1}) − log q(y_{i+1} | y_i)]` in nats, for `y_i` with this second moment: with the slopes `f`, `μ`,
    /// `−½η [(f + μ + ηfμ)² E y_i² + μ(2 + ημ)]`, free of the cancellation in `1 − (1 + ηf)(1 + ημ)`.
    pub fn log_ratio(&self, second_moment: S) -> S {
        let Self { length, forward, backward } = *self;
        let mismatch = forward + backward + length * forward * backward;
        -length * (mismatch.square() * second_moment + backward * (length * backward + 2)) / 2
    }
}

/// `L` Euler steps over constant-β VP, data `N(0, v₀)`, the exact score at the later end of each step, prior `N(0, v_T)`.
#[derive(Debug, Clone, Copy)]
pub struct EulerChain<S> {
    /// `Λ = βT`.
    pub noise: S,
    /// The data variance `v₀`.
    pub v0: S,
    /// The number of steps `L`.
    pub steps: u32,
}

/// More steps are refused: an enclosure takes some fifteen microseconds for each, and their limit is known.
const MOST_STEPS: u32 = 100_000;

impl<S: Scalar> EulerChain<S> {
    /// Reads the number of steps `L`.
    ///
    /// # Errors
    /// [`InputError`] if it is missing, not an integer `≥ 1`, or above 100 000.
    pub fn read_steps(source: &mut dyn Source<S>) -> Result<u32, InputError> {
        let steps = source.count("L", "the number of steps, at most 100000")?;
        if steps <= MOST_STEPS {
            return Ok(steps);
        }
        Err(InputError::Condition(format!(
            "parameter `L` is {steps}, but the steps are taken one by one and at most {MOST_STEPS} are; for more, \
             log N(x; 0, v0) + leading-coefficient/L is within O(1/L^2) of the bound"
        )))
    }

    /// `η = Λ/L`.
    pub fn length(&self) -> S {
        self.noise / i64::from(self.steps)
    }

    /// The layers from the data to the prior.
    pub fn layers(&self) -> impl Iterator<Item = EulerStep<S>> + use<S> {
        let length = self.length();
        let exact = Clock::variance_preserving(length);
        let mut data_variance = self.v0;
        (0..self.steps).map(move |_| {
            data_variance = exact.variance(data_variance);
            EulerStep::new(length, data_variance)
        })
    }

    /// The prior `N(0, v_T)`.
    pub fn prior(&self) -> Gaussian<S> {
        Gaussian::centred(Clock::variance_preserving(self.noise).variance(self.v0))
    }

    /// `ELBO_L(x) = E[log π(y_L) + Σ log p(y_i | y_{i+1}) − log q(y_{i+1} | y_i)]`, in nats.
    pub fn elbo(&self, x: S) -> S {
        let start = (Gaussian::centred(x.square()), S::zero());
        let (end, sum) = self
            .layers()
            .fold(start, |(law, sum), step| (step.inference().apply(&law), sum + step.log_ratio(law.variance)));
        self.prior().expected_log_density(&end) + sum
    }

    /// The law of the chain's samples, `p_L = N(0, V_0)`.
    pub fn model(&self) -> Gaussian<S> {
        let whole = self.layers().fold(Transition::still(), |so_far, step| step.decoder().then(&so_far));
        whole.apply(&self.prior())
    }
}

parameters! {
    /// Constant-β VP with Gaussian data, at a data point.
    ConstantVp {
        be: positive "the constant beta",
        T: positive "the end of the process",
        v0: positive "data variance v_0, data N(0, v_0)",
        x: real "the data point",
    }
}

/// A chain at a data point.
pub struct ChainPoint<S> {
    /// The chain.
    pub chain: EulerChain<S>,
    /// The data point.
    pub x: S,
}

impl<S: Scalar> Parameters<S> for ChainPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let ConstantVp { be, T: end, v0, x } = ConstantVp::read(source)?;
        Ok(Self { chain: EulerChain { noise: be * end, v0, steps: EulerChain::read_steps(source)? }, x })
    }
}
