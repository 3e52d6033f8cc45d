//! A Gaussian path seen at two times: the joint law that tells path laws apart where the marginals agree.

use super::{LinearPath, Noise, Statistic, WIDTH};
use crate::numbers::{Ball, Float, Lanes};
use crate::worlds::Gaussian;

/// The joint law of a path at its start and at its end.
#[derive(Debug, Clone, Copy)]
pub struct TwoTimes {
    /// The law at the start.
    pub start: Gaussian<Float>,
    /// The law at the end.
    pub end: Gaussian<Float>,
    /// `Cov(start, end)`.
    pub covariance: f64,
}

impl TwoTimes {
    /// A claimed joint law.
    pub fn claimed(start: &Gaussian<Ball>, end: &Gaussian<Ball>, covariance: Ball) -> Self {
        let float = |law: &Gaussian<Ball>| law.map(|x| Float(x.to_f64()));
        Self { start: float(start), end: float(end), covariance: covariance.to_f64() }
    }

    /// The joint law of a path that starts like this.
    pub fn of(path: &LinearPath, start: Gaussian<Float>) -> Self {
        let whole = path.whole();
        Self { start, end: whole.apply(&start), covariance: (whole.factor * start.variance).0 }
    }

    /// The claims that the end has this mean and this variance, and that the product of the deviations from the two
    /// means has this mean, `C`; its variance is `v_start v_end + C²`.
    pub fn statistics(&self, [mean, variance, product]: [&'static str; 3]) -> Vec<Statistic> {
        let square = self.start.variance.0 * self.end.variance.0 + self.covariance * self.covariance;
        vec![
            Statistic::mean(mean, self.end.mean.0, self.end.variance.0),
            Statistic::variance(variance, self.end.mean.0, self.end.variance.0),
            Statistic::mean(product, self.covariance, square),
        ]
    }

    /// The means and variances of these statistics if this is the truth and `claimed` is believed.
    pub fn drawn(&self, claimed: &Self) -> Vec<(f64, f64)> {
        let shift = self.end.mean.0 - claimed.end.mean.0;
        let square = self.start.variance.0 * (self.end.variance.0 + shift * shift) + self.covariance * self.covariance;
        let end = (self.end.mean.0, self.end.variance.0);
        vec![end, end, (self.covariance, square)]
    }

    /// Draws these statistics by walking `path`.
    pub fn draw(&self, path: &LinearPath, noise: &mut Noise, out: &mut [Lanes<WIDTH>]) {
        let start = noise.gaussian(&self.start);
        let end = path.walk(start, noise);
        let product = (start - Lanes::splat(self.start.mean)) * (end - Lanes::splat(self.end.mean));
        out.copy_from_slice(&[end, end, product]);
    }
}
