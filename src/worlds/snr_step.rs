//! One step of a chain in the signal-to-noise ratio: all that its expected loss depends on.

use super::{GammaLine, GaussianChannel, Rung};
use crate::numbers::Scalar;

/// From the ratio `ρ_t` of a level up to `ρ_s = ρ_t + rise` of a cleaner one. The rise is stated and never taken as a difference, so that
/// nothing cancels however short the step is.
#[derive(Debug, Clone, Copy)]
pub struct SnrStep<S> {
    /// `ρ_t`, where the network is asked.
    pub noisy: S,
    /// `ρ_s − ρ_t > 0`.
    pub rise: S,
}

impl<S: Scalar> SnrStep<S> {
    /// Between two values of `γ = −ln ρ`, the full log-ratio.
    pub fn between_gammas(noisy: S, clean: S) -> Self {
        let snr = (-noisy).exp();
        Self { noisy: snr, rise: snr * (noisy - clean).exp_m1() }
    }

    /// Of a step between two levels: `ρ_s − ρ_t = ρ_s σ²_{t|s}/σ_t²`.
    pub fn of(rung: &Rung<S>) -> Self {
        let share = rung.forward.variance / rung.noisy.sigma.square();
        Self { noisy: rung.noisy.snr(), rise: rung.clean.snr() * share }
    }

    /// `ρ_s`.
    pub fn clean(&self) -> S {
        self.noisy + self.rise
    }
}

impl<S: Scalar> GaussianChannel<S> {
    /// `r = (ρ_s − ρ_t) mmse(ρ_t)`, by which the variance of `z_s` given `z_t` exceeds that given `z_t` and `x`, as a share of the latter:
    /// `1 + r = (1 + ρ_s s)/(1 + ρ_t s)`. Source: `kingma2021`.
    pub fn excess(&self, step: &SnrStep<S>) -> S {
        step.rise * self.mmse(step.noisy)
    }
}

impl<S: Scalar> GammaLine<S> {
    /// The steps `i = 1, …, T` from `t_i = i/T` to `t_{i−1}`, the cleanest first.
    pub fn steps(&self, count: u32) -> Vec<SnrStep<S>> {
        let growth = (self.span() / i64::from(count)).exp_m1();
        self.ladder(count).into_iter().skip(1).map(|noisy| SnrStep { noisy, rise: noisy * growth }).collect()
    }

    /// From `ρ(1)` to `ρ(0)` at once.
    pub fn whole(&self) -> SnrStep<S> {
        SnrStep::between_gammas(self.end, self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;
    use crate::worlds::Level;

    #[test]
    fn a_step_is_the_same_from_its_levels_and_from_their_ratios() {
        let line = GammaLine { start: Float(-1.3), end: Float(2.9) };
        let step = line.steps(2)[0];
        let [noisy, clean] = [0.5, 0.0].map(|t| line.level(Float(t)));
        let of_levels = SnrStep::of(&Rung::between(noisy, clean));
        let exact = Float(1.3).exp() - Float(-0.8).exp();
        for rise in [step.rise, of_levels.rise] {
            assert!(((rise - exact) / exact).0.abs() < 1e-14);
        }
        assert!((step.clean() / Level::snr(&clean) - Float(1.0)).0.abs() < 1e-14);
    }

    #[test]
    fn excesses_multiply_to_the_information() {
        let (line, channel) = (GammaLine { start: Float(-3.0), end: Float(5.0) }, GaussianChannel { s: Float(0.7) });
        let product = line.steps(7).iter().fold(1.0, |product, step| product * (1.0 + channel.excess(step).0));
        assert!((product / (1.0 + channel.excess(&line.whole()).0) - 1.0).abs() < 1e-14);
    }
}
