//! Likelihood, bound and gap of a plug-in model in d dimensions, in nats. Source: `huang2021`.

use super::elbo::RunningCost;
use crate::numbers::matrix_ode::{InStep, MatrixOde, Series, at_end, integral, left_out, steps};
use crate::numbers::{Ball, Covariance, Field, Matrix, Panel, Scalar};
use crate::parameters::InputError;
use crate::worlds::{Laws, LinearPlugin, MatrixSde, MultivariateGaussian, PluginFlow};

/// `E|Lᵀ M Y|² = tr[Mᵀ Q M S]` for a linear field `M y` and second moments `S = E[Y Yᵀ]`.
pub fn mean_square<S: Scalar>(noise: &Matrix<S>, field: &Matrix<S>, second: &Matrix<S>) -> S {
    let weighted = &(noise * field) * second;
    weighted.entries().iter().zip(field.entries()).fold(S::zero(), |sum, (a, b)| sum + *a * *b)
}

/// What the bound pays per unit of time for the score with this Jacobian: divergence `tr(Q∇s − A)`, energy `E|Lᵀs|²`.
pub fn running_cost<S: Scalar>(reverse: &MatrixSde<S>, score: &Matrix<S>, second: &Matrix<S>) -> RunningCost<S> {
    RunningCost { divergence: reverse.drift.trace(), energy: mean_square(&reverse.noise(), score, second) }
}

/// `E|Lᵀ(s − ∇log u)|² = tr[Δᵀ Q Δ S]` with `Δ = ∇s + V⁻¹`: the squared mismatch between the control and the model's score.
pub fn mismatch<S: Scalar>(noise: &Matrix<S>, score: &Matrix<S>, precision: &Matrix<S>, second: &Matrix<S>) -> S {
    mean_square(noise, &(score + precision), second)
}

/// `E[log N(Y; 0, Σ)]` for any `Y` with these second moments.
pub fn expected_log_density<S: Scalar>(law: &Covariance<S>, second: &Matrix<S>) -> S {
    let distance = (law.precision() * second).trace();
    MultivariateGaussian::log_density_at(S::int(second.rows() as i64), law.log_det(), distance)
}

/// `log p_θ(x)`.
pub fn log_likelihood(flow: &PluginFlow<'_>) -> Ball {
    let x = &flow.plugin().x;
    let model = Covariance::new(flow.model().swap_remove(0));
    MultivariateGaussian { mean: x.map(|_| Ball::zero()), covariance: model }.log_density(x)
}

/// `ELBO(x) = E log π(Y_T) − ∫₀ᵀ cost dt`.
pub fn elbo(flow: &PluginFlow<'_>) -> Ball {
    fn cost<S: Scalar>(laws: &Laws<S>) -> S {
        running_cost(&laws.reverse, &laws.score, &laws.second).total()
    }
    let paid = flow
        .steps()
        .iter()
        .fold(Ball::zero(), |paid, step| paid + integral(&cost(&step.series), &cost(&step.panel)) * step.length);
    expected_log_density(&flow.plugin().prior, &flow.second_at_end()) - paid
}

/// What the gap needs to know over a step, in one reading.
struct Mismatch<S> {
    laws: Laws<S>,
    model: Matrix<S>,
    square: S,
}

impl<S: InStep> Mismatch<S> {
    fn over(plugin: &LinearPlugin<S>, length: S, (before, model): &([Matrix<Ball>; 2], Matrix<Ball>)) -> Self {
        let laws = Laws::over(plugin, length, before);
        let noise = laws.reverse.noise();
        // Against the time of generation.
        let backwards = MatrixOde::lyapunov(&-&laws.reverse.drift, &-&noise).over(length);
        let model = S::solve(&backwards, model);
        let square = mismatch(&noise, &laws.score, Covariance::new(model.clone()).precision(), &laws.second);
        Self { laws, model, square }
    }
}

/// `½ ∫₀ᵀ tr[Δᵀ Q Δ S] dt`, by the model's covariance at all times: not a difference, so that a small gap keeps its digits.
///
/// `V_t⁻¹` may vary faster than what the steps of the flow follow, so that each of them is divided once more.
pub fn gap(flow: &PluginFlow<'_>) -> Ball {
    let (in_series, in_panels) = (flow.plugin().map(Series::still), flow.plugin().map(Panel::still));
    let mut total = Ball::zero();
    for (step, model) in flow.steps().iter().zip(flow.model()) {
        let start = (step.before.clone(), model);
        let parts = steps(step.length, flow.tolerance(), |taken: &[(_, Ball)], h| {
            let before = taken.last().map_or(&start, |(after, _)| after);
            let over = Mismatch::over(&in_panels, Panel::still(h), before);
            // What is left out of the mismatch must be small beside the energy: an exact score has no mismatch at all.
            let energy = mean_square(&over.laws.reverse.noise(), &over.laws.score, &over.laws.second);
            let squares = Matrix::from_fn(1, 2, |_, j| [over.square, energy][j]);
            let known = [&over.laws.data, &over.laws.second, &over.laws.score, &over.model, &squares];
            let most = known.map(left_out).into_iter().fold(0.0, f64::max);
            if most > flow.tolerance() {
                return (most, None);
            }
            let at = Mismatch::over(&in_series, Series::still(h), before);
            let moments = [at_end(&at.laws.data, &over.laws.data), at_end(&at.laws.second, &over.laws.second)];
            let after = (moments, at_end(&at.model, &over.model));
            (most, Some((after, integral(&at.square, &over.square) * h / 2)))
        });
        match parts {
            Some(parts) => total = parts.iter().fold(total, |sum, (_, part)| sum + *part),
            None => return Ball::whole(),
        }
    }
    total
}

/// A number of the model to this many significant digits, or as many as the arithmetic has.
///
/// # Errors
/// [`InputError::Condition`] if its laws cannot be followed.
pub fn to_digits(
    plugin: &LinearPlugin<Ball>,
    digits: usize,
    number: impl Fn(&PluginFlow<'_>) -> Ball,
) -> Result<Ball, InputError> {
    const SMALLEST_TOLERANCE: f64 = 1e-64;
    let wanted = 10.0_f64.powi(-(digits.min(60) as i32));
    let mut tolerance = wanted * 1e-3;
    loop {
        let value = PluginFlow::new(plugin, tolerance).map_or_else(Ball::whole, |flow| number(&flow));
        if !value.is_finite() {
            let reason = "the covariances cannot be followed over [0, T], because they vary too much or too fast; \
                          give a shorter T, a less stiff A, or S0 and Spi that are further from singular";
            return Err(InputError::Condition(reason.to_owned()));
        }
        let relative = (Ball::point(value.radius()) / Ball::point(value.mig())).to_f64();
        if relative <= wanted || tolerance <= SMALLEST_TOLERANCE {
            return Ok(value);
        }
        let missing = wanted / relative / 10.0;
        tolerance = (tolerance * missing.clamp(1e-20, 1e-2)).max(SMALLEST_TOLERANCE);
    }
}
