//! The mean of a quadratic function over a Gaussian law, from values of the function alone.

use super::MultivariateGaussian;
use crate::numbers::{Scalar, Vector};

impl<S: Scalar> MultivariateGaussian<S> {
    /// `E f(Y)` of a polynomial `f` of degree at most 3: `f(m) + ½ Σᵢ Dᵢ (f(m + lᵢ) + f(m − lᵢ) − 2f(m))` with `Σ = L D Lᵀ` and
    /// the columns `lᵢ` of `L`. The odd terms cancel and `Σᵢ Dᵢ lᵢᵀHlᵢ = tr(HΣ)`, so that code is averaged as it stands.
    pub fn mean_of_quadratic(&self, f: impl Fn(&Vector<S>) -> S) -> S {
        let (lower, pivots) = self.covariance.matrix().ldl();
        let centre = f(&self.mean);
        let d = self.mean.dimension();
        (0..d).fold(centre, |sum, i| {
            let step = Vector((0..d).map(|row| lower[(row, i)]).collect());
            let ends = f(&(&self.mean + &step)) + f(&(&self.mean - &step));
            sum + pivots[i] * (ends - centre * 2) / 2
        })
    }
}
