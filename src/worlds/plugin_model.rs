//! The d-dimensional world for users of `nalgebra`: plain doubles in, plain doubles out, and sentences for what is wrong.

use super::{AffineScore, Clock, Gaussian, Process, ScaledScore};
use crate::numbers::{CovarianceError, Dual, Eigenbasis, Float, Interval, finite};
use nalgebra::{DMatrix, DMatrixView, DVector};

/// A score-based model on Gaussian data in d dimensions whose likelihood and bound are known in closed form.
///
/// Data are `N(m, Σ)`, any mean and any covariance; the network returns `(I + E) ∇log r_t`, where the *reference* `r` is the data, or the
/// data around another mean, and `E` is diagonal along the principal axes of `Σ`; the prior is `N(m_π, v_π I)`; the sampler is the
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
    process: Process<Float>,
    basis: Eigenbasis,
    /// Coordinates of the mean of the data, `d × 1`.
    mean: DMatrix<f64>,
    /// The model along each principal axis.
    axes: Vec<AffineScore<Float>>,
    lambda: f64,
}

/// Why a model could not be made or asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PluginError {
    /// The covariance is none, or a vector does not fit it.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
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
        if d == 0 || covariance.shape() != (d, d) {
            let wanted = (d.max(1), d.max(1));
            return Err(CovarianceError::Shape { name: "the covariance", wanted, got: covariance.shape() }.into());
        }
        Self::along(process, mean, Eigenbasis::new(covariance)?)
    }

    /// The same from the axes of the covariance, `mean` in the coordinates of the data.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn along(process: Process<Float>, mean: &DVector<f64>, basis: Eigenbasis) -> Result<Self, PluginError> {
        let basis = basis.positive_definite()?;
        let mean = coordinates(&basis, "the mean", mean)?;
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

        let mean_variance = basis.values().iter().sum::<f64>() / basis.dimension() as f64;
        let vpi = end.variance(Float(mean_variance));
        let axes = mean.iter().zip(basis.values()).map(|(centre, v0)| AffineScore {
            scaled: ScaledScore { v0: Float(*v0), delta: Float(0.0), lambda: Float(0.0), vpi },
            centre: Float(*centre),
            prior_mean: end.mean(Float(*centre)),
        });
        Ok(Self { axes: axes.collect(), process, basis, mean, lambda: 0.0 })
    }

    /// With a score wrong by the factors `1 + δᵢ` along the principal axes, in ascending order of their variances.
    ///
    /// # Errors
    /// [`PluginError`] unless there are `d` finite numbers.
    pub fn with_score_errors(self, deltas: &[f64]) -> Result<Self, PluginError> {
        fits("the score errors", deltas, self.dimension())?;
        Ok(self.altered(|i, axis| axis.scaled.delta = Float(deltas[i])))
    }

    /// With the score of data around another mean, `d` entries: the exact score shifted by `φ_t V_t⁻¹ (c − m)`, `V_t = φ_t²Σ + w_t I`.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit or an entry is not finite.
    pub fn with_score_centre(self, centre: &DVector<f64>) -> Result<Self, PluginError> {
        let centre = coordinates(&self.basis, "the centre of the score", centre)?;
        Ok(self.altered(|i, axis| axis.centre = Float(centre[i])))
    }

    /// With the prior `N(mean, variance·I)`; `mean` has `d` entries.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit, an entry is not finite, or the variance is not positive.
    pub fn with_prior(self, mean: &DVector<f64>, variance: f64) -> Result<Self, PluginError> {
        let mean = coordinates(&self.basis, "the prior mean", mean)?;
        if !(variance > 0.0 && variance.is_finite()) {
            let domain = "a finite number > 0".to_owned();
            return Err(PluginError::Domain { name: "the prior variance", value: variance, domain });
        }
        Ok(self.altered(|i, axis| {
            axis.prior_mean = Float(mean[i]);
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
        self.axes.len()
    }

    /// The principal axes.
    pub fn basis(&self) -> &Eigenbasis {
        &self.basis
    }

    /// `log q_t(y)`, the density of the noised data; `y` has `d` entries, `0 ≤ t ≤ T`.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit, an entry is not finite, or `t` lies outside the process.
    pub fn log_density(&self, y: &DVector<f64>, t: f64) -> Result<f64, PluginError> {
        let (z, clock) = (coordinates(&self.basis, "the state", y)?, self.clock(t)?);
        let laws = self.data(&clock);
        Ok(laws.zip(z.iter()).map(|(law, z)| law.log_density(Float(*z)).0).sum())
    }

    /// The model's score at `y` and `t`, `d` entries.
    ///
    /// # Errors
    /// As [`log_density`](Self::log_density).
    pub fn score(&self, y: &DVector<f64>, t: f64) -> Result<DVector<f64>, PluginError> {
        let (z, clock) = (coordinates(&self.basis, "the state", y)?, self.clock(t)?);
        let along = self.axes.iter().zip(z.iter()).map(|(axis, z)| axis.score(&clock).value(Float(*z)).0);
        Ok(self.basis.point(along.collect()))
    }

    /// The mean of the model's law at inference time `t`; at 0 that of its samples.
    ///
    /// # Errors
    /// [`PluginError::Domain`] if `t` lies outside the process.
    pub fn model_mean(&self, t: f64) -> Result<DVector<f64>, PluginError> {
        let (now, end) = (self.clock(t)?, self.process.end());
        Ok(self.basis.point(self.axes.iter().map(|axis| axis.model(&now, &end).mean.0).collect()))
    }

    /// The covariance of the model's law at inference time `t`, `d × d`; at 0 that of its samples.
    ///
    /// # Errors
    /// [`PluginError::Domain`] if `t` lies outside the process.
    pub fn model_covariance(&self, t: f64) -> Result<DMatrix<f64>, PluginError> {
        let (now, end) = (self.clock(t)?, self.process.end());
        let variances: Vec<_> = self.axes.iter().map(|axis| axis.model(&now, &end).variance.0).collect();
        Ok(self.basis.matrix(&variances))
    }

    /// `log p_θ(x)`, the exact log-likelihood of the model, in nats.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit or an entry is not finite.
    pub fn log_likelihood(&self, x: &DVector<f64>) -> Result<f64, PluginError> {
        Ok(self.log_likelihoods(&column(x))?[0])
    }

    /// The same of `n` points, `d × n`.
    ///
    /// # Errors
    /// As [`log_likelihood`](Self::log_likelihood).
    pub fn log_likelihoods(&self, x: &DMatrixView<'_, f64>) -> Result<Vec<f64>, PluginError> {
        let z = batch(&self.basis, x)?;
        let (start, end) = (self.process.start(), self.process.end());
        Ok(self.sums(&z, |axis| axis.model(&start, &end), |law, z| law.log_density(z)))
    }

    /// `ELBO_λ(x)`, in nats.
    ///
    /// # Errors
    /// [`PluginError`] if the shape does not fit, an entry is not finite, or `λ = 1`, where there is no bound.
    pub fn elbo(&self, x: &DVector<f64>) -> Result<f64, PluginError> {
        Ok(self.elbos(&column(x))?[0])
    }

    /// The same of `n` points, `d × n`.
    ///
    /// # Errors
    /// As [`elbo`](Self::elbo).
    pub fn elbos(&self, x: &DMatrixView<'_, f64>) -> Result<Vec<f64>, PluginError> {
        let z = batch(&self.basis, x)?;
        self.bounded()?;
        let end = self.process.end();
        Ok(self.sums(&z, |axis| *axis, |axis, z| axis.elbo(z, &end)))
    }

    /// `log p_θ(x) − ELBO_λ(x)`, in nats: not negative but for the rounding of the two, which it inherits.
    ///
    /// # Errors
    /// As [`elbo`](Self::elbo).
    pub fn gap(&self, x: &DVector<f64>) -> Result<f64, PluginError> {
        Ok(self.log_likelihood(x)? - self.elbo(x)?)
    }

    /// An enclosure of the average of the [`gap`](Self::gap) over the data `N(m, M)`, for every covariance `M` whose eigenvalues stand within `radius` of these in the norm of Frobenius, as those of the given covariance do for its
    /// [`backward_error`](Eigenbasis::backward_error); in nats. The model belongs to `M` as this one does to its own eigenvalues: same score
    /// errors `δᵢ` by rank, same coordinates of all means.
    ///
    /// # Errors
    /// [`PluginError::Domain`] if `λ = 1`, where there is no bound.
    pub fn enclose_mean_gap(&self, radius: f64) -> Result<Interval<f64>, PluginError> {
        self.bounded()?;
        let still = |x: Float| Dual::constant(Interval::point(x.0));
        let process = self.process.map(still);
        let (start, end) = (process.start(), process.end());
        Ok(self.basis.enclose_sum(radius, |i, v0| {
            let mut axis = self.axes[i].map(still);
            axis.scaled.v0 = v0;
            // The gap is quadratic in the point.
            let data = Gaussian::new(still(Float(self.mean[i])), v0);
            data.average_of_quadratic(|x| axis.model(&start, &end).log_density(x) - axis.elbo(x, &end))
        }))
    }

    /// The laws of the data along the principal axes at time `t`, in ascending order of the variances at 0.
    ///
    /// # Errors
    /// [`PluginError::Domain`] if `t` lies outside the process.
    pub fn principal_laws(&self, t: f64) -> Result<Vec<Gaussian<Float>>, PluginError> {
        let clock = self.clock(t)?;
        Ok(self.data(&clock).collect())
    }

    /// The laws of the data along the axes.
    fn data(&self, clock: &Clock<Float>) -> impl Iterator<Item = Gaussian<Float>> {
        let axes = self.axes.iter().zip(self.mean.iter());
        axes.map(|(axis, mean)| clock.diffuse(&Gaussian::new(Float(*mean), axis.scaled.v0)))
    }

    fn altered(mut self, change: impl Fn(usize, &mut AffineScore<Float>)) -> Self {
        self.axes.iter_mut().enumerate().for_each(|(i, axis)| change(i, axis));
        self
    }

    /// For each column of coordinates the sum over the axes of what an axis says there.
    fn sums<L>(
        &self,
        coordinates: &DMatrix<f64>,
        along: impl Fn(&AffineScore<Float>) -> L,
        term: impl Fn(&L, Float) -> Float,
    ) -> Vec<f64> {
        let laws: Vec<_> = self.axes.iter().map(along).collect();
        let sum = |z: &[f64]| z.iter().zip(&laws).map(|(z, law)| term(law, Float(*z)).0).sum();
        (0..coordinates.ncols()).map(|n| sum(coordinates.column(n).as_slice())).collect()
    }

    fn bounded(&self) -> Result<(), PluginError> {
        if self.lambda < 1.0 {
            return Ok(());
        }
        let domain = "< 1 for a bound: the probability-flow ODE has none".to_owned();
        Err(PluginError::Domain { name: "lambda", value: self.lambda, domain })
    }

    fn clock(&self, t: f64) -> Result<Clock<Float>, PluginError> {
        let horizon = self.process.horizon().0;
        match t {
            0.0 => Ok(self.process.start()),
            t if (0.0..=horizon).contains(&t) => Ok(self.process.at(Float(t))),
            _ => {
                let domain = format!("between 0 and {horizon}");
                Err(PluginError::Domain { name: "the time", value: t, domain })
            }
        }
    }
}

fn column(y: &DVector<f64>) -> DMatrixView<'_, f64> {
    DMatrixView::from_slice(y.as_slice(), y.len(), 1)
}

fn fits(name: &'static str, values: &[f64], d: usize) -> Result<(), CovarianceError> {
    if values.len() != d {
        return Err(CovarianceError::Shape { name, wanted: (d, 1), got: (values.len(), 1) });
    }
    finite(name, values)
}

fn coordinates(basis: &Eigenbasis, name: &'static str, y: &DVector<f64>) -> Result<DMatrix<f64>, CovarianceError> {
    fits(name, y.as_slice(), basis.dimension())?;
    Ok(basis.coordinates(&column(y)))
}

fn batch(basis: &Eigenbasis, x: &DMatrixView<'_, f64>) -> Result<DMatrix<f64>, CovarianceError> {
    let d = basis.dimension();
    if x.nrows() != d {
        return Err(CovarianceError::Shape { name: "the points", wanted: (d, x.ncols()), got: x.shape() });
    }
    let x = x.into_owned();
    finite("the points", x.as_slice())?;
    Ok(basis.coordinates(&x.as_view()))
}
