//! The exact score's functional along the same increments, as a control for the model's.
//!
//! Of the twin the mean is known, by a recursion, and of every stochastic part it is zero: what is subtracted has mean zero. Coefficients
//! that were fitted on other paths leave the mean what it was.
//!
//! ```
//! use ouracle::numbers::Instructions;
//! use ouracle::simulation::{BLOCK, Functional, Increments, PathStep, Seed, Twin, Values, WeightedPaths};
//! // y² at the end of four steps, and beside it 1.1 y² + 0.1 y.
//! let step = PathStep { factor: 1.0, offset: 0.0, deviation: 0.5, added: [Functional::default(); 2] };
//! let pair = WeightedPaths { start: 1.0, steps: vec![step; 4], last: [[1.1, 0.1, 0.0], [1.0, 0.0, 0.0]] };
//! let seed = Seed::new(1, "example");
//! let draw = |block| {
//!     let mut values: Box<[Values<f64>; 2]> = Box::default();
//!     pair.block(Increments::Normal, &seed, block, Instructions::widest(), &mut values);
//!     values
//! };
//! let twin = Twin::fitted(&draw(0), pair.means()[1]);
//! let mut less = vec![0.0; BLOCK];
//! twin.less(&draw(1), &mut less);
//! let mean = less.iter().sum::<f64>() / BLOCK as f64;
//! assert!((mean - pair.means()[0]).abs() < 0.01);
//! ```

use super::precision::Precision;
use super::stream::BLOCK;
use super::weighted_paths::{Values, WeightedPaths};
use nalgebra::{Matrix3, Vector3};

/// What is subtracted: `c₀(I′ − E I′) + c₁G′ + c₂G`, where the whole of a functional is `I + G` with its stochastic part `G`, and the
/// twin's have a dash.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Twin {
    /// `E I′`, the mean of the twin.
    pub mean: f64,
    /// `c₀, c₁, c₂`.
    pub coefficients: [f64; 3],
}

impl Twin {
    /// The model less the twin, with coefficients 1, 1, 0.
    pub fn difference(mean: f64) -> Self {
        Self { mean, coefficients: [1.0, 1.0, 0.0] }
    }

    /// Coefficients by least squares on a block of paths, the model's functional first. Of controls that do not differ the smallest
    /// coefficients are taken.
    pub fn fitted<P: Precision>(pilot: &[Values<P>; 2], mean: f64) -> Self {
        let rows: Vec<[f64; 4]> = (0..BLOCK).map(|i| row(pilot, mean, i)).collect();
        let centre = rows.iter().fold([0.0; 4], |sum, row| std::array::from_fn(|j| sum[j] + row[j] / BLOCK as f64));
        let (mut squares, mut products) = (Matrix3::zeros(), Vector3::zeros());
        for row in rows {
            let controls = Vector3::from_fn(|j, _| row[j] - centre[j]);
            squares += controls * controls.transpose();
            products += controls * (row[3] - centre[3]);
        }
        let found = squares.svd(true, true);
        let least = found.singular_values.max() * BLOCK as f64 * f64::EPSILON;
        let coefficients = found.solve(&products, least).unwrap_or_default();
        Self { mean, coefficients: coefficients.into() }
    }

    /// The model's functional, whole, less the controls, path by path: of the mean of the model's, and usually of less variance.
    pub fn less<P: Precision>(&self, values: &[Values<P>; 2], out: &mut [f64]) {
        for (i, out) in out.iter_mut().enumerate().take(BLOCK) {
            let [still, noise, own, whole] = row(values, self.mean, i);
            let [c0, c1, c2] = self.coefficients;
            *out = whole - (c0 * still + c1 * noise + c2 * own);
        }
    }
}

/// The controls along a path, and what is controlled.
fn row<P: Precision>([model, twin]: &[Values<P>; 2], mean: f64, path: usize) -> [f64; 4] {
    let [still, whole, twin_still, twin_whole] =
        [model.still[path], model.whole[path], twin.still[path], twin.whole[path]].map(Into::into);
    [twin_still - mean, twin_whole - twin_still, whole - still, whole]
}

impl<const K: usize> WeightedPaths<K> {
    /// The means of the functionals, by the mean `μ` and the variance `v` of the state: a step adds `q₂(μ² + v) + q₁μ`, and its
    /// stochastic part nothing, for the increment is independent of the state.
    pub fn means(&self) -> [f64; K] {
        let (mut mean, mut variance) = (self.start, 0.0);
        let mut sums = [0.0; K];
        for step in &self.steps {
            for (sum, added) in sums.iter_mut().zip(&step.added) {
                let [q2, q1] = added.still;
                *sum += q2 * (mean * mean + variance) + q1 * mean;
            }
            mean = step.factor * mean + step.offset;
            variance = step.factor * step.factor * variance + step.deviation * step.deviation;
        }
        for (sum, [l2, l1, l0]) in sums.iter_mut().zip(&self.last) {
            *sum += l2 * (mean * mean + variance) + l1 * mean + l0;
        }
        sums
    }
}
