//! Which times a loss is evaluated at: the law with density proportional to `g²/w`.

use super::{Clock, Process, Schedule};
use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// Times on `[ε, T]` with density `(G/w)/Z`, that is, uniform in the logarithm of the noise-to-signal ratio `w/φ²`: for
/// every schedule `∫ G/w dt = ln(w/φ²)`. Source: `song2021scoreflow`.
#[derive(Debug, Clone)]
pub struct TimeLaw<S> {
    /// The noising process.
    pub process: Process<S>,
    /// The smallest time `ε`, `0 < ε < T`.
    pub eps: S,
}

impl<S: Scalar> Parameters<S> for TimeLaw<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let process = Process::read(source)?;
        let eps = source.real("eps", Domain::Positive, "the smallest time, 0 < eps < T")?;
        source.ordered("eps", "tend", true)?;
        source.ordered("eps", "T", true)?;
        Ok(Self { process, eps })
    }
}

impl<S: Scalar> TimeLaw<S> {
    /// The clocks at `ε` and at `T`. The generic process has no clock at `ε`.
    pub fn ends(&self) -> (Clock<S>, Clock<S>) {
        (self.process.at(self.eps), self.process.end())
    }

    /// `Z = ∫_ε^T G/w dt = ln(w_T/φ_T²) − ln(w_ε/φ_ε²)`.
    pub fn normaliser(&self) -> S {
        let (first, last) = self.ends();
        last.log_noise_to_signal() - first.log_noise_to_signal()
    }

    /// The time `t_u` with `∫_ε^{t_u} G/w dt = uZ`; `None` on a schedule whose clock is not inverted here.
    pub fn quantile(&self, u: S) -> Option<S> {
        let (first, last) = self.ends();
        let log_ratio = first.log_noise_to_signal() * (S::one() - u) + last.log_noise_to_signal() * u;
        self.time_at(log_ratio.exp())
    }

    /// The time at which `w/φ²` has this value.
    pub fn time_at(&self, noise_to_signal: S) -> Option<S> {
        let horizon = self.process.horizon();
        // Λ = b₀t + ½β′t², solved without cancellation.
        let when = |b0: S, b1: S, lambda: S| {
            let slope = (b1 - b0) / horizon;
            lambda * 2 / (b0 + (b0.square() + slope * lambda * 2).sqrt())
        };
        match self.process.schedule() {
            Schedule::VpLinear { b0, b1 } => Some(when(*b0, *b1, noise_to_signal.ln_1p())),
            Schedule::SubVpLinear { b0, b1 } => {
                // w/φ² = 4 sinh²(Λ/2), and arsinh z = ln(1 + z + z²/(1 + √(1 + z²))).
                let square = noise_to_signal / 4;
                let lambda = (square.sqrt() + square / ((square + 1).sqrt() + 1)).ln_1p() * 2;
                Some(when(*b0, *b1, lambda))
            }
            Schedule::VeGeometric { smin, smax } => {
                let growth = (*smax / *smin).ln() * 2 / horizon;
                Some((noise_to_signal / smin.square()).ln_1p() / growth)
            }
            Schedule::VpCosine { .. } | Schedule::Generic(_) => None,
        }
    }
}
