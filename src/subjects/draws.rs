//! Draws of a known law: their mean by Catoni's estimator, of Gaussian ones the variance by the Chernoff bound. Both hold at every
//! sample size, with the false-alarm rate that was declared.

use crate::evidence::Budget;
use crate::examination::{DEGRADED, Dtype, Moments};
use crate::numbers::Float;

/// What draws say of a claimed law.
pub(super) struct Sampled {
    /// Whether they refute it.
    pub(super) refuted: bool,
    /// What was seen, in a sentence.
    pub(super) message: String,
}

/// Compares draws, each with all its components, with a law.
pub(super) fn compare(budget: &Budget, draws: &[Vec<f64>], law: &[Moments<Float>]) -> Sampled {
    let n = draws.len();
    if let Some(odd) = draws.iter().find(|draw| draw.len() != law.len() || draw.iter().any(|x| !x.is_finite())) {
        let message = format!("a draw is {odd:?}, but draws are {} finite numbers", law.len());
        return Sampled { refuted: true, message };
    }
    let mut refuted = false;
    let mut sentences = Vec::new();
    for (at, law) in law.iter().enumerate() {
        let component: Vec<f64> = draws.iter().map(|draw| draw[at]).collect();
        let (mean, variance) = (law.mean.0, law.variance.0);
        let (low, high) = match variance > 0.0 {
            true => budget.interval(&component, variance),
            // A law without spread has one value, up to its digits.
            false => {
                component.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(*x), high.max(*x)))
            }
        };
        let digits = if variance > 0.0 { 0.0 } else { DEGRADED * Dtype::F64.roundoff() * mean.abs() };
        let off = !(low - digits <= mean && mean <= high + digits && (variance > 0.0 || high - low <= 2.0 * digits));
        let mut sentence =
            format!("mean in [{low:.6}, {high:.6}], exact {mean:.6}{}", if off { ": refuted" } else { "" });
        refuted |= off;
        if law.gaussian && variance > 0.0 {
            let ratio = component.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64 / variance;
            let wrong = budget.refutes_variance(n as u64, ratio);
            sentence += &format!("; variance {ratio:.4} of the exact one{}", if wrong { ": refuted" } else { "" });
            refuted |= wrong;
        }
        sentences.push(sentence);
    }
    Sampled { refuted, message: format!("{n} draws: {}", sentences.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(mean: f64, variance: f64) -> [Moments<Float>; 1] {
        [Moments { mean: Float(mean), variance: Float(variance), gaussian: true }]
    }

    #[test]
    fn draws_are_compared_with_their_law() {
        let budget = Budget::new(1e-6, 2);
        // Normal quantiles in place of draws: as normal as so many numbers can be.
        let quantile = |at: i32| (f64::from(at) + 0.5) / 4000.0;
        let normal = |p: f64| (p / (1.0 - p)).ln() * 0.551_3;
        let draws: Vec<Vec<f64>> = (0..4000).map(|at| vec![2.0 + 0.5 * normal(quantile(at))]).collect();
        assert!(!compare(&budget, &draws, &law(2.0, 0.25)).refuted);
        assert!(compare(&budget, &draws, &law(2.1, 0.25)).refuted, "a shift of a fifth of a deviation");
        assert!(compare(&budget, &draws, &law(2.0, 0.5)).refuted, "twice the variance");
        assert!(compare(&budget, &draws, &law(2.0, 0.0)).refuted, "draws that spread are not of a law without spread");
        assert!(!compare(&budget, &[vec![0.3], vec![0.1 + 0.2]], &law(0.3, 0.0)).refuted);
        assert!(compare(&budget, &[vec![0.3], vec![f64::NAN]], &law(0.3, 1.0)).refuted);
        assert!(compare(&budget, &[vec![0.3, 0.1]], &law(0.3, 1.0)).refuted, "two numbers for one");
    }
}
