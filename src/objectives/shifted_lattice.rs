//! A batch of equally spaced times with one common random shift: the variance of the mean of the loss density over them. Source:
//! `kingma2021`.

use super::time_density::{cross_integral, power_mean};
use crate::numbers::Scalar;
use crate::worlds::{GammaBatch, GammaPoint, GaussianChannel};

/// `∫ f(t) f(t + lag) dt` up to a constant, `lag > 0`: later by a lag, the data look as if they had a smaller variance.
pub fn lagged_integral<S: Scalar>(p: &GammaPoint<S>, lag: S, t: S) -> S {
    let later = GaussianChannel { s: p.channel.s * (-p.line.span() * lag).exp() };
    -p.line.span() / 4 * cross_integral(&p.channel, &later, p.line.snr(t))
}

/// `Var A` of the batch mean `A = (1/k) Σ f((u + i/k) mod 1)` for one uniform `u`, by autocovariances:
/// `(1/k) Σ_j ∫ f(t) f((t + j/k) mod 1) dt − L_∞²`, where the lags `j/k` and `1 − j/k` change places at the end of time.
pub fn lattice_variance<S: Scalar>(p: &GammaPoint<S>, size: u32) -> S {
    let covariances = (1..size).fold(power_mean(p, 2), |sum, j| {
        let lag = S::ratio(i64::from(j), size);
        sum + (lagged_integral(p, lag, S::one() - lag) - lagged_integral(p, lag, S::zero())) * 2
    });
    covariances / i64::from(size) - power_mean(p, 1).square()
}

/// `(A(v/k) − L_∞)²` for a shift of the share `v` of a step, whose mean over `v` is the variance of `A`.
#[derive(Debug, Clone)]
pub struct ShiftedLattice<S> {
    /// `e = (ρs)^{∓1}` at the times `i/k`: `w = 1/(1 + e)`, or `1 − w`.
    ratios: Vec<S>,
    /// The growth of `ln e` over a step.
    growth: S,
    mean: S,
    scale: S,
}

impl<S: Scalar> ShiftedLattice<S> {
    /// The lattice. What `w` deviates, `1 − w` deviates too; `complement` says that it is the smaller one, so that less cancels.
    pub fn new(p: &GammaBatch<S>, complement: bool) -> Self {
        let (line, s, size) = (p.point.line, p.point.channel.s, i64::from(p.size));
        let span = line.span();
        let sign = if complement { -1 } else { 1 };
        let ratio = |t: S| ((line.gamma(t) - s.ln()) * sign).exp();
        let end = |t: S| ratio(t).recip().ln_1p() * sign;
        Self {
            ratios: (0..size).map(|i| ratio(S::int(i) / size)).collect(),
            growth: span * sign / size,
            mean: (end(S::zero()) - end(S::one())) / span,
            scale: (span / 2).square(),
        }
    }

    /// The square at the share `v`, in nats squared.
    pub fn squared(&self, v: S) -> S {
        let grown = (self.growth * v).exp();
        let sum = self.ratios.iter().fold(S::zero(), |sum, ratio| sum + (*ratio * grown + 1).recip());
        self.scale * (sum / self.ratios.len() as i64 - self.mean).square()
    }
}
