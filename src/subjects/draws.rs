//! Draws of a known law: their mean by Catoni's estimator, of Gaussian ones the variance by the Chernoff bound. Both hold at every
//! sample size, with the false-alarm rate that was declared.

use crate::evidence::Budget;
use crate::examination::Moments;
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
        let (low, high) = budget.interval(&component, variance);
        let off = !(low <= mean && mean <= high);
        let mut sentence =
            format!("mean in [{low:.6}, {high:.6}], exact {mean:.6}{}", if off { ": refuted" } else { "" });
        refuted |= off;
        if law.gaussian {
            let ratio = component.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64 / variance;
            let wrong = budget.refutes_variance(n as u64, ratio);
            sentence += &format!("; variance {ratio:.4} of the exact one{}", if wrong { ": refuted" } else { "" });
            refuted |= wrong;
        }
        sentences.push(sentence);
    }
    Sampled { refuted, message: format!("{n} draws: {}", sentences.join("; ")) }
}
