//! Gaussian data in hundreds of dimensions: one eigendecomposition, after which everything is one-dimensional.

use super::{Affine, Gaussian, Level, Oracle, Transition};
use crate::numbers::{
    BackwardError, CovarianceError, Dual, Eigenbasis, Field, Float, Interval, Scalar, finite, positive_spread,
};
use nalgebra::{DMatrix, DMatrixView, DVector};

/// The law `N(m, Σ)` of data along the principal axes of `Σ`, in doubles; `Σ = 0` is a point mass.
///
/// Noise `z = αx + σε` has the axes of the data, so that scores, flows, samplers and bounds act on each axis as in one dimension, with the
/// formulas of [`Oracle`]. A batch of `n` points is a matrix `d × n`: the rows of an array `(n, d)` in the order of C. Products with the
/// axes cost `2d²` operations a point, everything else `d`. Eigenvalues are floating point, see [`Eigenbasis`].
///
/// ```
/// use nalgebra::{DMatrix, DVector};
/// use ouracle::{numbers::Float, worlds::{Level, PrincipalGaussian}};
///
/// let covariance = DMatrix::from_row_slice(2, 2, &[1.0, 0.4, 0.4, 0.5]);
/// let data = PrincipalGaussian::new(&DVector::from_vec(vec![0.3, -0.2]), &covariance)?;
/// let level = Level { alpha: Float(0.8), sigma: Float(0.6) };
/// let z = DMatrix::from_row_slice(2, 1, &[0.7, 0.1]);
/// let score = data.predict(&z.as_view(), |axis| axis.score(&level));
/// let above = &z + &score * 1e-3;
/// assert!(data.log_density(&above.as_view(), &level)? > data.log_density(&z.as_view(), &level)?);
/// # Ok::<(), ouracle::numbers::CovarianceError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PrincipalGaussian {
    mean: DVector<f64>,
    basis: Eigenbasis,
    axes: Vec<Oracle<Float>>,
}

impl PrincipalGaussian {
    /// `N(mean, covariance)`, `d` and `d × d`.
    ///
    /// # Errors
    /// [`CovarianceError`] if a shape does not fit, an entry is not finite, or the covariance is not symmetric positive semidefinite.
    pub fn new(mean: &DVector<f64>, covariance: &DMatrix<f64>) -> Result<Self, CovarianceError> {
        let d = mean.len();
        if d == 0 || covariance.shape() != (d, d) {
            let wanted = (d.max(1), d.max(1));
            return Err(CovarianceError::Shape { name: "the covariance", wanted, got: covariance.shape() });
        }
        Self::along(mean, Eigenbasis::new(covariance)?)
    }

    /// The same from axes that are known, `mean` in the coordinates of the data.
    ///
    /// # Errors
    /// [`CovarianceError`] if the mean does not fit or is not finite, or an eigenvalue is negative.
    pub fn along(mean: &DVector<f64>, basis: Eigenbasis) -> Result<Self, CovarianceError> {
        let basis = basis.semidefinite()?;
        if mean.len() != basis.dimension() {
            let (wanted, got) = ((basis.dimension(), 1), (mean.len(), 1));
            return Err(CovarianceError::Shape { name: "the mean", wanted, got });
        }
        finite("the mean", mean.as_slice())?;
        let centre = basis.coordinates(&DMatrixView::from_slice(mean.as_slice(), mean.len(), 1));
        let axes = centre.iter().zip(basis.values()).map(|(m, v)| Oracle::new(Float(*m), Float(*v))).collect();
        Ok(Self { mean: mean.clone(), basis, axes })
    }

    /// `d`.
    pub fn dimension(&self) -> usize {
        self.axes.len()
    }

    /// `m`, `d` entries.
    pub fn mean(&self) -> &DVector<f64> {
        &self.mean
    }

    /// The principal axes.
    pub fn basis(&self) -> &Eigenbasis {
        &self.basis
    }

    /// The exact network along each axis, in ascending order of the variances.
    pub fn axes(&self) -> &[Oracle<Float>] {
        &self.axes
    }

    /// The laws of `z` along the axes at a level.
    pub fn laws(&self, level: &Level<Float>) -> Vec<Gaussian<Float>> {
        self.axes.iter().map(|axis| level.law(&axis.data)).collect()
    }

    /// `log p(z)`, in nats, at a level, of `n` points `d × n`.
    ///
    /// # Errors
    /// [`CovarianceError`] if the points do not have `d` rows, or the covariance `α²Σ + σ²I` is singular as far as doubles can tell.
    pub fn log_density(&self, z: &DMatrixView<'_, f64>, level: &Level<Float>) -> Result<Vec<f64>, CovarianceError> {
        let laws = self.spread(z, level)?;
        let peak = laws.iter().fold(Float(0.0), |sum, law| sum + law.log_peak());
        let point = |z: &f64| Gaussian::new(Float(*z), Float(0.0));
        let distances = self.deviations(z, level);
        let exponents = distances
            .column_iter()
            .map(|column| column.iter().zip(&laws).fold(Float(0.0), |sum, (z, law)| sum + law.exponent(&point(z))));
        Ok(exponents.map(|exponent| (peak - exponent).0).collect())
    }

    /// An enclosure of `log p(z)` for exactly the doubles of `z`, the mean and the covariance, of one point; `error` is the
    /// [`backward_error`](Eigenbasis::backward_error) of the axes for this covariance.
    ///
    /// With `V = α²Σ + σ²I` and what was computed of it, `V̂`, the eigenvalues of `V̂⁻¹(V − V̂)` are at most `κ = α²r/v̂₁` for the smallest
    /// variance `v̂₁`. So the squared distance changes by at most `α²r‖ŝ‖²/(1 − κ)` with the score `ŝ`, and the logarithm of the determinant
    /// as [`enclose_sum`](Eigenbasis::enclose_sum) says. The whole line if `κ ≥ 1`.
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density).
    pub fn enclose_log_density(
        &self,
        z: &DVector<f64>,
        level: &Level<Float>,
        error: &BackwardError,
    ) -> Result<Interval<f64>, CovarianceError> {
        let points = DMatrixView::from_slice(z.as_slice(), z.len(), 1);
        self.spread(&points, level)?;
        let (d, wide) = (self.dimension(), |x: f64| Interval::point(x));
        let exactly = level.map(|x| wide(x.0));
        let still = exactly.map(Dual::constant);
        let peak = self.basis.enclose_sum(error.matrix, |_, v| still.law(&Gaussian::centred(v)).log_peak());

        // Two roundings of z − αm, then those of a product of d terms, and what the axes are away from orthogonal ones.
        let u = wide(f64::EPSILON / 2.0);
        let norm = |v: &DVector<f64>| v.iter().fold(Interval::zero(), |sum, x| sum + wide(*x).square()).sqrt();
        let moved = u * (norm(&self.mean) * exactly.alpha.square().sqrt() + norm(z)) * 3;
        let dimension = wide(d as f64);
        let product = dimension * u / (Interval::one() - dimension * u) * dimension.sqrt() * 2 + wide(error.vectors);
        let deviations = self.deviations(&points, level);
        let length = norm(&deviations.column(0).into_owned()) * 2;
        let moved = moved + product * (length + moved);

        let law = |v: &f64| exactly.law(&Gaussian::centred(wide(*v)));
        let least = law(&self.basis.values()[0]).variance;
        let [mut distance, mut squared_score] = [Interval::zero(); 2];
        for (z, law) in deviations.iter().zip(self.basis.values().iter().map(law)) {
            distance = distance + law.exponent(&Gaussian::new(wide(*z), Interval::zero())) * 2;
            squared_score = squared_score + law.score().value(wide(*z)).square();
        }
        let shift = moved / least.sqrt();
        let rotated = shift * distance.sqrt() * 2 + shift.square();
        let change = exactly.alpha.square() * wide(error.matrix);
        let score = (squared_score.sqrt() + moved / least).square();
        let left = Interval::one() - change / least;
        let most = if left.certainly_positive() { (rotated + change * score / left).mag() } else { f64::INFINITY };
        Ok(Interval::new(-most, most).map_or_else(Interval::whole, |around| peak - (distance + around) / 2))
    }

    /// `Az + b` for each of `n` points `d × n`, of a map that is affine along each axis: scores, denoisers, flows.
    pub fn predict(&self, z: &DMatrixView<'_, f64>, map: impl Fn(&Oracle<Float>) -> Affine<Float>) -> DMatrix<f64> {
        let maps: Vec<_> = self.axes.iter().map(map).collect();
        let mut coordinates = self.basis.coordinates(z);
        for mut column in coordinates.column_iter_mut() {
            column.iter_mut().zip(&maps).for_each(|(z, map)| *z = map.value(Float(*z)).0);
        }
        self.basis.points(&coordinates)
    }

    /// Matrix `A`, `d × d`, and offset `b` of such a map.
    pub fn lift(&self, map: impl Fn(&Oracle<Float>) -> Affine<Float>) -> (DMatrix<f64>, DVector<f64>) {
        let maps: Vec<_> = self.axes.iter().map(map).collect();
        let slopes: Vec<_> = maps.iter().map(|map| map.slope.0).collect();
        (self.basis.matrix(&slopes), self.basis.point(maps.iter().map(|map| map.offset.0).collect()))
    }

    /// Matrix, offset and covariance of a transition that is Gaussian along each axis: what a sampler makes of its start, for instance.
    pub fn lift_transition(
        &self,
        transition: impl Fn(&Oracle<Float>) -> Transition<Float>,
    ) -> (DMatrix<f64>, DVector<f64>, DMatrix<f64>) {
        let along: Vec<_> = self.axes.iter().map(transition).collect();
        let part = |f: fn(&Transition<Float>) -> Float| along.iter().map(|axis| f(axis).0).collect::<Vec<_>>();
        let offset = self.basis.point(part(|axis| axis.offset));
        (self.basis.matrix(&part(|axis| axis.factor)), offset, self.basis.matrix(&part(|axis| axis.variance)))
    }

    /// `Uᵀ(z − αm)`: nothing of a large mean is rotated, only to cancel afterwards.
    fn deviations(&self, z: &DMatrixView<'_, f64>, level: &Level<Float>) -> DMatrix<f64> {
        let mut centred = z.into_owned();
        for mut column in centred.column_iter_mut() {
            column.iter_mut().zip(self.mean.iter()).for_each(|(z, m)| *z -= level.alpha.0 * m);
        }
        self.basis.coordinates(&centred.as_view())
    }

    /// The centred laws along the axes, if points of this shape have a density.
    fn spread(&self, z: &DMatrixView<'_, f64>, level: &Level<Float>) -> Result<Vec<Gaussian<Float>>, CovarianceError> {
        let d = self.dimension();
        if z.nrows() != d {
            return Err(CovarianceError::Shape { name: "the points", wanted: (d, z.ncols()), got: z.shape() });
        }
        let laws: Vec<_> = self.laws(level).iter().map(|law| Gaussian::centred(law.variance)).collect();
        positive_spread(&laws.iter().map(|law| law.variance.0).collect::<Vec<_>>(), d)?;
        Ok(laws)
    }
}
