//! One-sample denoising losses at importance-sampled times, drawn as training code draws them.

use super::{Noise, WIDTH};
use crate::numbers::{Field, Float, Lanes, Scalar};
use crate::worlds::{Gaussian, TimeLaw};

/// `½|√w s + ε|²` with the exact score of `N(0, v₀)` at `Y = φx + √w ε`, the time from the inverse distribution function.
#[derive(Debug, Clone)]
pub struct ImportanceLoss {
    law: TimeLaw<Float>,
    v0: Float,
}

impl ImportanceLoss {
    /// With this law of times and variance of the data.
    pub fn new(law: TimeLaw<Float>, v0: Float) -> Self {
        Self { law, v0 }
    }

    /// `Z`, what the loss must be multiplied by.
    pub fn normaliser(&self) -> Float {
        self.law.normaliser()
    }

    /// One loss in every lane, not a number on a schedule without a quantile.
    pub fn draw(&self, noise: &mut Noise) -> Lanes<WIDTH> {
        let (u, x, z) = (noise.uniform(), noise.gaussian(&Gaussian::centred(self.v0)), noise.normal());
        Lanes(std::array::from_fn(|lane| {
            let Some(time) = self.law.quantile(Float(u.0[lane])) else { return f64::NAN };
            let clock = self.law.process.at(time);
            let (root, z) = (clock.w.sqrt(), Float(z.0[lane]));
            let y = clock.phi * Float(x.0[lane]) + root * z;
            let score = Gaussian::centred(clock.variance(self.v0)).score();
            ((root * score.value(y) + z).square() / 2).0
        }))
    }
}
