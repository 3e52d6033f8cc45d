//! What a network may be asked for, and how each answer is turned into any other, along one axis. Sources: `ho2020`,
//! `salimans2022`.

use crate::numbers::Scalar;
use crate::worlds::Level;

/// What is believed of a state `z = αx + σε`: its data and its noise, `z = αx̂ + σε̂`.
#[derive(Debug, Clone, Copy)]
pub struct Predicted<S> {
    /// `x̂`.
    pub data: S,
    /// `ε̂`.
    pub noise: S,
}

impl<S: Scalar> Predicted<S> {
    /// From `x̂`: `ε̂ = (z − αx̂)/σ`.
    pub fn from_data(level: &Level<S>, z: S, data: S) -> Self {
        Self { data, noise: (z - level.alpha * data) / level.sigma }
    }

    /// From `ε̂`: `x̂ = (z − σε̂)/α`.
    pub fn from_noise(level: &Level<S>, z: S, noise: S) -> Self {
        Self { data: (z - level.sigma * noise) / level.alpha, noise }
    }

    /// From `v̂`: `x̂ = (αz − σv̂)/n²` and `ε̂ = (σz + αv̂)/n²` with `n² = α² + σ²`, which is 1 on a variance-preserving process only.
    pub fn from_velocity(level: &Level<S>, z: S, velocity: S) -> Self {
        let Level { alpha, sigma } = *level;
        let norm = alpha.square() + sigma.square();
        Self { data: (alpha * z - sigma * velocity) / norm, noise: (sigma * z + alpha * velocity) / norm }
    }

    /// From a score: `ε̂ = −σs`.
    pub fn from_score(level: &Level<S>, z: S, score: S) -> Self {
        Self::from_noise(level, z, -level.sigma * score)
    }

    /// From `û`: `x̂ = (z − σû)/(α + σ)` and `ε̂ = (z + αû)/(α + σ)`; the divisor is 1 on the line `α = 1 − t`, `σ = t`.
    pub fn from_flow(level: &Level<S>, z: S, flow: S) -> Self {
        let Level { alpha, sigma } = *level;
        Self { data: (z - sigma * flow) / (alpha + sigma), noise: (z + alpha * flow) / (alpha + sigma) }
    }

    /// `v = αε − σx`.
    pub fn velocity(&self, level: &Level<S>) -> S {
        level.alpha * self.noise - level.sigma * self.data
    }

    /// The score `−ε/σ`.
    pub fn score(&self, level: &Level<S>) -> S {
        -self.noise / level.sigma
    }

    /// `u = ε − x`, the velocity of the line from data to noise.
    pub fn flow(&self) -> S {
        self.noise - self.data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    #[test]
    fn on_a_variance_preserving_level_v_is_a_quarter_turn() {
        let level = Level { alpha: Float(0.6), sigma: Float(0.8) };
        let truth = Predicted { data: Float(2.0), noise: Float(-1.0) };
        // z = 1.2 − 0.8 and v = −0.6 − 1.6.
        let back = Predicted::from_velocity(&level, Float(0.4), truth.velocity(&level));
        assert!((truth.velocity(&level).0 + 2.2).abs() < 1e-15);
        assert!((back.data.0 - 2.0).abs() < 1e-15 && (back.noise.0 + 1.0).abs() < 1e-15);
    }
}
