//! All laws of a plug-in model in d dimensions along its time, enclosed step by step.

use super::{LinearPlugin, MatrixSde, MatrixTransition};
use crate::numbers::matrix_ode::{InStep, MatrixOde, Series, at_end, integral, left_out, steps};
use crate::numbers::{Ball, Covariance, Matrix, Panel};

/// What is known over one step of noising time, in one reading.
#[derive(Debug, Clone)]
pub struct Laws<S> {
    /// The covariance `Σ_t` of the data.
    pub data: Matrix<S>,
    /// `E[Y_t Y_tᵀ | Y_0 = x]` along inference paths.
    pub second: Matrix<S>,
    /// The Jacobian of the score.
    pub score: Matrix<S>,
    /// The generative SDE.
    pub reverse: MatrixSde<S>,
}

/// One step of noising time, from `t` to `t + length`.
#[derive(Debug, Clone)]
pub struct FlowStep {
    /// Its length.
    pub length: Ball,
    /// The laws at the beginning.
    pub series: Laws<Series>,
    /// The laws over all of it.
    pub panel: Laws<Panel>,
    /// The covariance of the data and the second moments at its beginning.
    pub before: [Matrix<Ball>; 2],
    /// The same at its end.
    pub after: [Matrix<Ball>; 2],
    /// The generative process from the end to the beginning.
    pub generating: MatrixTransition<Ball>,
}

/// A plug-in model with its laws at all times.
///
/// `Σ_t` and the second moments of inference paths have constant coefficients. The generative SDE has the drift
/// `B y`, `B = Q∇s − A`, which knows `Σ_t⁻¹`; from `t + h` back to `t` it carries a covariance `V` to `Ψ V Ψᵀ + ∫₀ʰ Ψ Q Ψᵀ`, where
/// `Ψ′ = Ψ B` and `Ψ = 1` at `t`.
#[derive(Debug)]
pub struct PluginFlow<'p> {
    plugin: &'p LinearPlugin<Ball>,
    tolerance: f64,
    steps: Vec<FlowStep>,
}

/// Solutions from which transitions over a step are made.
struct Fundamental<S> {
    /// `e^{Au}`.
    forward: Matrix<S>,
    /// The covariance that the noising process adds.
    added: Matrix<S>,
    /// `Ψ`.
    back: Matrix<S>,
    /// `Ψ Q Ψᵀ`, per step.
    spread: Matrix<S>,
}

impl<S: InStep> Laws<S> {
    /// The laws over a step that begins with this data covariance and these second moments.
    pub fn over(plugin: &LinearPlugin<S>, length: S, [data, second]: &[Matrix<Ball>; 2]) -> Self {
        let moments = MatrixOde::lyapunov(&plugin.sde.drift, &plugin.sde.noise()).over(length);
        let (data, second) = (S::solve(&moments, data), S::solve(&moments, second));
        let score = plugin.score_slope(Covariance::new(data.clone()).precision());
        Self { reverse: plugin.reverse(&score), data, second, score }
    }

    fn fundamental(&self, plugin: &LinearPlugin<S>, length: S) -> Fundamental<S> {
        let (one, nothing) = (Matrix::identity(self.data.rows()), Matrix::zeros(self.data.rows(), self.data.rows()));
        let noise = plugin.sde.noise();
        let back = S::solve(&MatrixOde::fundamental(&self.reverse.drift.transpose()).over(length), &one).transpose();
        Fundamental {
            forward: S::solve(&MatrixOde::fundamental(&plugin.sde.drift).over(length), &one),
            added: S::solve(&MatrixOde::lyapunov(&plugin.sde.drift, &noise).over(length), &nothing),
            spread: (&(&back * &noise) * &back.transpose()).scale(length),
            back,
        }
    }
}

impl<'p> PluginFlow<'p> {
    /// The laws, of which each step leaves out `tolerance` at most beside their size; `None` if they cannot be followed.
    pub fn new(plugin: &'p LinearPlugin<Ball>, tolerance: f64) -> Option<Self> {
        let (in_series, in_panels) = (plugin.map(Series::still), plugin.map(Panel::still));
        let start = [plugin.data.matrix().clone(), plugin.x.outer(&plugin.x)];
        let steps = steps(plugin.horizon, tolerance, |taken: &[FlowStep], h| {
            let begin = taken.last().map_or(&start, |step| &step.after);
            let panel = Laws::over(&in_panels, Panel::still(h), begin);
            let over = panel.fundamental(&in_panels, Panel::still(h));
            let solved =
                [&panel.data, &panel.second, &panel.score, &over.forward, &over.added, &over.back, &over.spread];
            let most = solved.map(left_out).into_iter().fold(0.0, f64::max);
            if most > tolerance {
                return (most, None);
            }
            let series = Laws::over(&in_series, Series::still(h), begin);
            let at = series.fundamental(&in_series, Series::still(h));
            let d = plugin.x.dimension();
            let noising = MatrixTransition {
                factor: at_end(&at.forward, &over.forward),
                covariance: at_end(&at.added, &over.added),
            };
            let generating = MatrixTransition {
                factor: at_end(&at.back, &over.back),
                covariance: Matrix::symmetric(d, |i, j| integral(&at.spread[(i, j)], &over.spread[(i, j)])),
            };
            let after = begin.each_ref().map(|law| noising.apply(law));
            (most, Some(FlowStep { length: h, series, panel, before: begin.clone(), after, generating }))
        })?;
        Some(Self { plugin, tolerance, steps })
    }

    /// The model.
    pub fn plugin(&self) -> &LinearPlugin<Ball> {
        self.plugin
    }

    /// What each step leaves out at most.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// The steps, in the order of noising time.
    pub fn steps(&self) -> &[FlowStep] {
        &self.steps
    }

    /// The covariances `V_t` of the model at the beginning of each step, and at the end.
    pub fn model(&self) -> Vec<Matrix<Ball>> {
        let mut model = vec![self.plugin.prior.matrix().clone()];
        for step in self.steps.iter().rev() {
            model.push(step.generating.apply(&model[model.len() - 1]));
        }
        model.reverse();
        model
    }

    /// `E[Y_T Y_Tᵀ | Y_0 = x]`.
    pub fn second_at_end(&self) -> Matrix<Ball> {
        let start = self.plugin.x.outer(&self.plugin.x);
        self.steps.last().map_or(start, |step| step.after[1].clone())
    }
}
