//! The d-dimensional world for users of `nalgebra`: plain doubles in, plain doubles out, and sentences for what is wrong.

use super::{AffineScore, AxisNoise, Gaussian, Process, Rotated, ScaledScore};
use crate::numbers::{Float, Matrix, Vector};
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// A score-based model on Gaussian data in d dimensions whose likelihood and bound are known in closed form.
///
/// Data (the *reference* of the score) are `N(m, Σ)`, any mean and any covariance; the network returns
/// `(I + E) ∇log q_t` with `E` diagonal along the principal axes of `Σ`; the prior is `N(m_π, v_π I)`; the sampler is the
/// member `λ` of the plug-in family. Values are in nats, times in the unit of the process, covariances never deviations.
/// Source: `huang2021`, `song2021sde`.
///
/// ```
/// use nalgebra::{DMatrix, DVector};
/// use ouracle::{numbers::Float, worlds::{PluginModel, Process, Schedule}};
///
/// let process = Process::new(Schedule::VpLinear { b0: Float(0.1), b1: Float(20.0) }, Float(1.0));
/// let mean = DVector::from_vec(vec![0.3, -0.2]);
/// let covariance = DMatrix::from_row_slice(2, 2, &[1.0, 0.4, 0.4, 0.5]);
/// let model = PluginModel::new(process, &mean, &covariance)?
///     .with_score_errors(&[0.1, -0.05])?
///     .with_lambda(0.5)?;
/// let x = DVector::from_vec(vec![0.7, 0.1]);
/// assert!(model.elbo(&x)? <= model.log_likelihood(&x)?);
/// # Ok::<(), ouracle::worlds::PluginError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PluginModel {
    noise: AxisNoise<Float>,
    world: Rotated<Float>,
    lambda: f64,
}

/// Why a model could not be made or asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PluginError {
    /// Something has the wrong shape.
    #[error("{name} must have {expected}, but it has {got}")]
    Shape {
        /// What.
        name: &'static str,
        /// The shape wanted.
        expected: String,
        /// The shape given.
        got: String,
    },
    /// An infinity or NaN.
    #[error("entry {at} of {name} is {value}; every entry must be a finite number")]
    NotFinite {
        /// What.
        name: &'static str,
        /// Which entry, counted from 0, column by column.
        at: usize,
        /// The value.
        value: f64,
    },
    /// A covariance that is not symmetric.
    #[error(
        "the covariance is not symmetric: entry ({row}, {column}) is {upper}, entry ({column}, {row}) is {lower}; symmetrise it, (S + Sᵀ)/2"
    )]
    NotSymmetric {
        /// Row, counted from 0.
        row: usize,
        /// Column.
        column: usize,
        /// The entry there.
        upper: f64,
        /// Its mirror image.
        lower: f64,
    },
    /// A covariance that is not positive definite, as far as doubles can tell.
    #[error(
        "the covariance has the eigenvalue {smallest:e} next to {largest:e}; in doubles it must exceed {threshold:e} to be told from 0"
    )]
    NotPositiveDefinite {
        /// The smallest eigenvalue.
        smallest: f64,
        /// The largest.
        largest: f64,
        /// The rounding error of the eigenvalues.
        threshold: f64,
    },
    /// The eigenvalues were not found.
    #[error(
        "the eigenvalues of the covariance were not found in {0} iterations; rescale it, entries near overflow are the likely reason"
    )]
    NoEigenvalues(usize),
    /// A number outside its domain.
    #[error("{name} is {value}, but it must be {domain}")]
    Domain {
        /// What.
        name: &'static str,
        /// The value.
        value: f64,
        /// Where it must lie.
        domain: String,
    },
    /// A process whose clock is not finite at the end.
    #[error(
        "the process has no finite end: at T = {horizon} the signal is {phi} and the noise variance {w}; on the cosine schedule end before its time unit, and give every parameter a value in its domain"
    )]
    Process {
        /// The end.
        horizon: f64,
        /// `φ_T`.
        phi: f64,
        /// `w_T`.
        w: f64,
    },
}

impl PluginModel {
    /// Data `N(mean, covariance)`, `d` and `d × d`, with the exact score, the prior `N(E Y_T, tr Var(Y_T)/d · I)` and `λ = 0`.
    ///
    /// # Errors
    /// [`PluginError`] if a shape does not fit, an entry is not finite, the covariance is not symmetric positive definite,
    /// or the process does not end in finite noise.
    pub fn new(process: Process<Float>, mean: &DVector<f64>, covariance: &DMatrix<f64>) -> Result<Self, PluginError> {
        let d = mean.len();
        let shape = |(rows, columns): (usize, usize)| format!("{rows} rows and {columns} columns");
        if d == 0 || covariance.shape() != (d, d) {
            let expected = if d == 0 { "at least one row".to_owned() } else { shape((d, d)) };
            return Err(PluginError::Shape { name: "the covariance", expected, got: shape(covariance.shape()) });
        }
        finite("the mean", mean.as_slice())?;
        finite("the covariance", covariance.as_slice())?;
        symmetric(covariance)?;
        let end = process.end();
        let horizon = process.horizon().0;
        let ends = horizon > 0.0
            && end.phi.0 > 0.0
            && end.w.0 > 0.0
            && end.w.0.is_finite()
            && end.mean(Float(1.0)).0.is_finite();
        if !ends {
            return Err(PluginError::Process { horizon, phi: end.phi.0, w: end.w.0 });
        }

        // Converges in a few iterations for each eigenvalue; entries near overflow may prevent it.
        let iterations = 100 * d;
        let Some(eigen) = SymmetricEigen::try_new(covariance.clone(), f64::EPSILON, iterations) else {
            return Err(PluginError::NoEigenvalues(iterations));
        };
        let (smallest, largest) = (eigen.eigenvalues.min(), eigen.eigenvalues.max());
        // Backward stability: eigenvalues are those of a matrix within d·u·‖Σ‖ of the one given.
        let threshold = d as f64 * f64::EPSILON / 2.0 * largest.abs();
        if smallest.is_nan() || smallest <= threshold {
            return Err(PluginError::NotPositiveDefinite { smallest, largest, threshold });
        }
        let mut order: Vec<usize> = (0..d).collect();
        order.sort_by(|i, j| eigen.eigenvalues[*i].total_cmp(&eigen.eigenvalues[*j]));
        let rotation = Matrix::from_fn(d, d, |i, j| Float(eigen.eigenvectors[(i, order[j])]));
        let centres = &rotation.transpose() * &Vector(mean.iter().map(|m| Float(*m)).collect());
        let mean_variance = order.iter().fold(0.0, |sum, at| sum + eigen.eigenvalues[*at]) / d as f64;
        let vpi = end.variance(Float(mean_variance));
        let axes = order.iter().enumerate().map(|(axis, at)| AffineScore {
            scaled: ScaledScore { v0: Float(eigen.eigenvalues[*at]), delta: Float(0.0), lambda: Float(0.0), vpi },
            centre: centres[axis],
            prior_mean: end.mean(centres[axis]),
        });
        let world = Rotated::new(rotation.clone(), axes.collect());
        Ok(Self { noise: AxisNoise::Shared(process), world, lambda: 0.0 })
    }

    /// With a score wrong by the factors `1 + δᵢ` along the principal axes, in ascending order of their variances.
    ///
    /// # Errors
    /// [`PluginError`] unless there are `d` finite numbers.
    pub fn with_score_errors(self, deltas: &[f64]) -> Result<Self, PluginError> {
        self.entries("the score errors", deltas)?;
        Ok(self.altered(|i, axis| axis.scaled.delta = Float(deltas[i])))
    }

    /// With the prior `N(mean, variance·I)`; `mean` has `d` entries.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit, an entry is not finite, or the variance is not positive.
    pub fn with_prior(self, mean: &DVector<f64>, variance: f64) -> Result<Self, PluginError> {
        let mean = self.coordinates("the prior mean", mean)?;
        if !(variance > 0.0 && variance.is_finite()) {
            let domain = "a finite number > 0".to_owned();
            return Err(PluginError::Domain { name: "the prior variance", value: variance, domain });
        }
        Ok(self.altered(|i, axis| {
            axis.prior_mean = mean[i];
            axis.scaled.vpi = Float(variance);
        }))
    }

    /// With the member `λ ≤ 1` of the plug-in family: 0 is the reverse SDE, 1 the probability-flow ODE, which has no bound.
    ///
    /// # Errors
    /// [`PluginError::Domain`] unless `λ` is finite and at most 1.
    pub fn with_lambda(self, lambda: f64) -> Result<Self, PluginError> {
        if !(lambda.is_finite() && lambda <= 1.0) {
            let domain = "a finite number <= 1".to_owned();
            return Err(PluginError::Domain { name: "lambda", value: lambda, domain });
        }
        Ok(Self { lambda, ..self.altered(|_, axis| axis.scaled.lambda = Float(lambda)) })
    }

    /// `d`.
    pub fn dimension(&self) -> usize {
        self.world.dimension()
    }

    /// `log q_t(y)`, the density of the noised data; `y` has `d` entries, `0 ≤ t ≤ T`.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit, an entry is not finite, or `t` lies outside the process.
    pub fn log_density(&self, y: &DVector<f64>, t: f64) -> Result<f64, PluginError> {
        let z = self.coordinates("the state", y)?;
        let clocks = self.clocks(t)?;
        Ok(self.sum(|i, axis| axis.reference(&clocks[i]).log_density(z[i])))
    }

    /// The model's score at `y` and `t`, `d` entries.
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density).
    pub fn score(&self, y: &DVector<f64>, t: f64) -> Result<DVector<f64>, PluginError> {
        self.coordinates("the state", y)?;
        let y = Vector(y.iter().map(|entry| Float(*entry)).collect());
        Ok(vector(&self.world.score(&y, &self.clocks(t)?)))
    }

    /// The mean of the model's law at inference time `t`; at 0 that of its samples.
    ///
    /// # Errors
    /// [`PluginError::Domain`] if `t` lies outside the process.
    pub fn model_mean(&self, t: f64) -> Result<DVector<f64>, PluginError> {
        Ok(vector(&self.world.model_mean(&self.clocks(t)?, &self.end())))
    }

    /// The covariance of the model's law at inference time `t`, `d × d`; at 0 that of its samples.
    ///
    /// # Errors
    /// [`PluginError::Domain`] if `t` lies outside the process.
    pub fn model_covariance(&self, t: f64) -> Result<DMatrix<f64>, PluginError> {
        let covariance = self.world.model_covariance(&self.clocks(t)?, &self.end());
        Ok(DMatrix::from_fn(self.dimension(), self.dimension(), |i, j| covariance[(i, j)].0))
    }

    /// `log p_θ(x)`, the exact log-likelihood of the model, in nats.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit or an entry is not finite.
    pub fn log_likelihood(&self, x: &DVector<f64>) -> Result<f64, PluginError> {
        let z = self.coordinates("the point", x)?;
        let (start, end) = (self.noise.start(self.dimension()), self.end());
        Ok(self.sum(|i, axis| axis.model(&start[i], &end[i]).log_density(z[i])))
    }

    /// `ELBO_λ(x)`, in nats.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit, an entry is not finite, or `λ = 1`, where there is no bound.
    pub fn elbo(&self, x: &DVector<f64>) -> Result<f64, PluginError> {
        let z = self.coordinates("the point", x)?;
        if self.lambda >= 1.0 {
            let domain = "< 1 for a bound: the probability-flow ODE has none".to_owned();
            return Err(PluginError::Domain { name: "lambda", value: self.lambda, domain });
        }
        let end = self.end();
        Ok(self.sum(|i, axis| axis.elbo(z[i], &end[i])))
    }

    /// `log p_θ(x) − ELBO_λ(x)`, in nats: not negative but for the rounding of the two, which it inherits.
    ///
    /// # Errors
    /// As [`elbo`](Self::elbo).
    pub fn gap(&self, x: &DVector<f64>) -> Result<f64, PluginError> {
        Ok(self.log_likelihood(x)? - self.elbo(x)?)
    }

    /// The laws of the data along the principal axes at time `t`, in ascending order of the variances at 0.
    ///
    /// # Errors
    /// [`PluginError::Domain`] if `t` lies outside the process.
    pub fn principal_laws(&self, t: f64) -> Result<Vec<Gaussian<Float>>, PluginError> {
        let clocks = self.clocks(t)?;
        Ok(self.world.axes().iter().zip(&clocks).map(|(axis, clock)| axis.reference(clock)).collect())
    }

    fn altered(mut self, change: impl Fn(usize, &mut AffineScore<Float>)) -> Self {
        let mut axes = self.world.axes().to_vec();
        axes.iter_mut().enumerate().for_each(|(i, axis)| change(i, axis));
        self.world = Rotated::new(self.world.rotation().clone(), axes);
        self
    }

    fn sum(&self, f: impl Fn(usize, &AffineScore<Float>) -> Float) -> f64 {
        self.world.axes().iter().enumerate().map(|(i, axis)| f(i, axis).0).sum()
    }

    fn entries(&self, name: &'static str, values: &[f64]) -> Result<(), PluginError> {
        if values.len() != self.dimension() {
            let entries = |n: usize| if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") };
            return Err(PluginError::Shape { name, expected: entries(self.dimension()), got: entries(values.len()) });
        }
        finite(name, values)
    }

    fn coordinates(&self, name: &'static str, y: &DVector<f64>) -> Result<Vector<Float>, PluginError> {
        self.entries(name, y.as_slice())?;
        Ok(self.world.coordinates(&Vector(y.iter().map(|entry| Float(*entry)).collect())))
    }

    fn clocks(&self, t: f64) -> Result<Vec<super::Clock<Float>>, PluginError> {
        let horizon = self.noise.horizon().0;
        if t == 0.0 {
            return Ok(self.noise.start(self.dimension()));
        }
        if !(0.0..=horizon).contains(&t) {
            return Err(PluginError::Domain { name: "the time", value: t, domain: format!("between 0 and {horizon}") });
        }
        Ok(self.noise.at(self.dimension(), Float(t)))
    }

    fn end(&self) -> Vec<super::Clock<Float>> {
        self.noise.end(self.dimension())
    }
}

fn vector(v: &Vector<Float>) -> DVector<f64> {
    DVector::from_iterator(v.dimension(), v.0.iter().map(|entry| entry.0))
}

fn finite(name: &'static str, values: &[f64]) -> Result<(), PluginError> {
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((at, value)) => Err(PluginError::NotFinite { name, at, value: *value }),
    }
}

fn symmetric(matrix: &DMatrix<f64>) -> Result<(), PluginError> {
    let below = (0..matrix.nrows()).flat_map(|column| (0..column).map(move |row| (row, column)));
    for (row, column) in below {
        let (upper, lower) = (matrix[(row, column)], matrix[(column, row)]);
        if upper != lower {
            return Err(PluginError::NotSymmetric { row, column, upper, lower });
        }
    }
    Ok(())
}
