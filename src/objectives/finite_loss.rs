//! What a chain of finitely many steps pays beyond the information it carries: sums over steps in the signal-to-noise ratio, on Gaussian
//! data along one axis, in nats. In several dimensions they add up over the eigenvalues of the covariance. Source: `kingma2021`.
//!
//! With `r = (ρ_s − ρ_t) mmse(ρ_t)` a step of the exact network costs `r/2`, carries `½ ln(1 + r)`, and wastes the difference.

use crate::numbers::Scalar;
use crate::worlds::{GaussianChannel, SnrStep};

/// `½ Σ (ρ_{i−1} − ρ_i) err(ρ_i)`: what a chain pays for a network with this mean squared error of `x̂`, at one `x` or on average.
pub fn loss<S: Scalar>(steps: &[SnrStep<S>], error: impl Fn(S) -> S) -> S {
    steps.iter().fold(S::zero(), |sum, step| sum + step.rise * error(step.noisy)) / 2
}

/// `½ ln(1 + r) = I(x; z_s) − I(x; z_t)`: what the exact network pays in continuous time between the two ratios of a step.
pub fn information<S: Scalar>(channel: &GaussianChannel<S>, step: &SnrStep<S>) -> S {
    channel.excess(step).ln_1p() / 2
}

/// `½ Σ [r_i − ln(1 + r_i)] ≥ 0`, the slack of the chain: its loss without the [`information`], and nothing cancels.
pub fn slack<S: Scalar>(channel: &GaussianChannel<S>, steps: &[SnrStep<S>]) -> S {
    steps.iter().fold(S::zero(), |sum, step| sum + channel.excess(step).minus_ln_1p()) / 2
}

/// `½ Σ r r′` over pairs of neighbouring steps, what the loss of the exact network falls by if every step of a chain is divided in two,
/// into these. As `(1 + r)(1 + r′)` is one plus the excess of the undivided step, `½ r r′` is the difference.
pub fn refinement<S: Scalar>(channel: &GaussianChannel<S>, halves: &[SnrStep<S>]) -> S {
    let gain = |pair: &[SnrStep<S>]| channel.excess(&pair[0]) * channel.excess(&pair[1]);
    halves.chunks_exact(2).fold(S::zero(), |sum, pair| sum + gain(pair)) / 2
}

/// `T/2 (e^y − 1 − y)`, `y = 2L/T`: the least slack of `T` steps that carry the information `L`, reached if all carry the same share.
pub fn least_slack<S: Scalar>(information: S, steps: u32) -> S {
    let share = information * 2 / i64::from(steps);
    share.square() * share.phi(2) * i64::from(steps) / 2
}

/// `−[y − 1 + e^{−y}]`, `y = ln(1 + ρs)`, whose derivative in `γ = −ln ρ` is `w²`, the squared error of `ε̂`. A quarter of its increment, times the
/// length of a linear `γ`, is the limit of `T` times the [`slack`].
pub fn squared_noise_integral<S: Scalar>(channel: &GaussianChannel<S>, snr: S) -> S {
    let double = channel.information(snr) * 2;
    -(double.square() * (-double).phi(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Float, Scalar};
    use crate::worlds::GammaLine;

    fn chain(start: f64, end: f64, steps: u32) -> Vec<SnrStep<Float>> {
        GammaLine { start: Float(start), end: Float(end) }.steps(steps)
    }

    /// Printed digits of the catalogue of claims, computed by other programs.
    fn printed(value: Float, digits: f64, unit: f64) {
        assert!((value.0 - digits).abs() <= unit, "{value} is not {digits}");
    }

    #[test]
    fn the_losses_of_the_standard_example() {
        let channel = GaussianChannel { s: Float(0.7) };
        for (steps, total, wasted) in [
            (1, 2822.763, 2818.4439),
            (10, 8.665_313, 4.345_914_9),
            (100, 4.598_984, 0.279_586_49),
            (1000, 4.346_268, 0.026_869_897),
        ] {
            let chain = chain(-9.0, 5.0, steps);
            printed(loss(&chain, |snr| channel.mmse(snr)), total, if steps == 1 { 1e-3 } else { 1e-6 });
            printed(slack(&channel, &chain), wasted, wasted * 1e-6);
        }
    }

    #[test]
    fn a_network_for_wider_data_gets_worse_with_more_steps() {
        // Trained on the variance 7, run on 0.7: its error rises with the signal-to-noise ratio.
        let model = GaussianChannel { s: Float(7.0) };
        for (steps, total) in [(1, 0.14501), (2, 0.26179), (4, 0.32393), (8, 0.32313)] {
            printed(loss(&chain(1.0, 6.0, steps), |snr| model.error_at(Float(0.7), snr)), total, 1e-5);
        }
    }

    #[test]
    fn equal_shares_waste_least() {
        let channel = GaussianChannel { s: Float(0.7) };
        let whole = information(&channel, &chain(-9.0, 5.0, 1)[0]);
        printed(least_slack(whole, 10), 2.542_335, 1e-6);
        assert!(least_slack(whole, 10).0 < slack(&channel, &chain(-9.0, 5.0, 10)).0);
        // A short way is not lost in the cancellation of e^y − 1 − y.
        printed(least_slack(Float(1e-12), 1) / Float(1e-24), 1.0, 1e-11);
    }

    #[test]
    fn the_limit_of_the_standard_example() {
        let channel = GaussianChannel { s: Float(0.7) };
        let [clean, noisy] = [Float(9.0), Float(-5.0)].map(|log| squared_noise_integral(&channel, log.exp()));
        printed((noisy - clean) * Float(14.0 / 4.0), 26.752_832_9, 1e-6);
    }
}
