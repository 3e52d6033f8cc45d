//! Replacement with infinitely many steps.

use crate::numbers::Scalar;

/// The law of the entry that replacement imputes, with infinitely many steps from no signal on, at the signal level `α`: closed
/// forms for two entries of unit variance with correlation `r`, `0 < r < 1`. With `q = rα²` and `d = 1 − q²`.
///
/// No step draws more than the noise of its own length: fresh noise on the observation averages out, that of one path does not.
#[derive(Debug, Clone, Copy)]
pub struct ReplacementLimit<S> {
    /// The correlation `r`.
    pub correlation: S,
}

impl<S: Scalar> ReplacementLimit<S> {
    /// `q = rα²`, the correlation of the noised entries.
    fn noised(&self, alpha: S) -> S {
        self.correlation * alpha.square()
    }

    /// `√d`.
    fn root(&self, alpha: S) -> S {
        let q = self.noised(alpha);
        ((S::int(1) - q) * (q + 1)).sqrt()
    }

    /// What multiplies `x_o` in the mean, `(1 − √d)/(rα) = qα/(1 + √d)`.
    pub fn mean_coefficient(&self, alpha: S) -> S {
        self.noised(alpha) * alpha / (self.root(alpha) + 1)
    }

    /// The variance with fresh noise, `d artanh(q)/q`.
    pub fn fresh_variance(&self, alpha: S) -> S {
        let q = self.noised(alpha);
        let twice_artanh = q.ln_1p() - (-q).ln_1p();
        (S::int(1) - q) * (q + 1) * twice_artanh / (q * 2)
    }

    /// The covariance with the noise of one path, `(1 − α²)(1 − √d)/q`.
    pub fn path_covariance(&self, alpha: S) -> S {
        (S::int(1) - alpha) * (alpha + 1) * self.noised(alpha) / (self.root(alpha) + 1)
    }

    /// The variance on one path, `2d artanh(q)/q + [(1 − α²)(1 − √d) − 2d]/(1 + √d)`.
    pub fn path_variance(&self, alpha: S) -> S {
        let (q, root) = (self.noised(alpha), self.root(alpha));
        let d = (S::int(1) - q) * (q + 1);
        // 1 − √d = q²/(1 + √d).
        let left = (S::int(1) - alpha) * (alpha + 1) * q.square() / (root + 1);
        self.fresh_variance(alpha) * 2 + (left - d * 2) / (root + 1)
    }
}
