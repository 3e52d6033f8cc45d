//! The laws along the time of a plug-in model in d dimensions, enclosed step by step.

use super::{LinearPlugin, MatrixTransition};
use crate::numbers::matrix_ode::{Attempt, at_end, integral, left_out, steps};
use crate::numbers::{Ball, Covariance, Field, Matrix, MatrixOde, Panel, Scalar, Series, Taylor};

/// A function of time on one step, in both readings of the step.
#[derive(Debug, Clone)]
pub struct Course {
    /// At the beginning of the step.
    pub series: Matrix<Series>,
    /// Over all of it.
    pub panel: Matrix<Panel>,
}

/// One step of noising time.
#[derive(Debug, Clone)]
struct Step {
    length: Ball,
    /// The data covariance, and the second moments of inference paths from `x`.
    data: Course,
    second: Course,
    /// The Jacobian of the score.
    score: Course,
    /// The generative process over this step, from its end to its beginning.
    generate: MatrixTransition<Ball>,
    /// The noising process over this step.
    noise: MatrixTransition<Ball>,
    cost: Ball,
}

/// A plug-in model with all its laws.
#[derive(Debug)]
pub struct PluginFlow<'p> {
    plugin: &'p LinearPlugin<Ball>,
    steps: Vec<Step>,
}

impl<'p> PluginFlow<'p> {
    /// The laws with about this relative precision; `None` if that would take too many steps.
    pub fn new(plugin: &'p LinearPlugin<Ball>, tolerance: f64) -> Option<Self> {
        let d = plugin.x.dimension();
        let in_series = plugin.map(Series::constant);
        let in_panels = plugin.map(|x| Panel::constant(x.to_f64_interval()));
        let mut data = plugin.data.matrix().clone();
        let mut second = plugin.x.outer(&plugin.x);
        let mut reached: usize = 0;
        let taken = steps(plugin.horizon, tolerance, |taken: &[Step], _, h| {
            if taken.len() > reached {
                let last = &taken[taken.len() - 1];
                (data, second, reached) = (last.noise.apply(&data), last.noise.apply(&second), taken.len());
            }
            let narrow = Panel::constant(h.to_f64_interval());
            let lyapunov = MatrixOde::lyapunov(&in_panels.sde.drift, in_panels.sde.noise()).over(narrow);
            let (data_panel, second_panel) = (lyapunov.over_step(&data), lyapunov.over_step(&second));
            let score_panel = in_panels.score_slope(Covariance::new(data_panel.clone()).precision());
            let reverse_panel = in_panels.reverse(&score_panel);
            let back_panel = MatrixOde::from_right(reverse_panel.drift.clone()).over(narrow).over_step(&Matrix::identity(d));
            let spread_panel = &(&back_panel * &reverse_panel.noise()) * &back_panel.transpose();
            let cost_panel = cost(&reverse_panel.drift, &score_panel, &in_panels.sde.noise(), &second_panel);
            let omitted = [
                left_out(data_panel.entries()),
                left_out(back_panel.entries()),
                left_out(spread_panel.entries()),
                left_out([&cost_panel]),
            ]
            .into_iter()
            .fold(0.0, |a: f64, b| if b.is_nan() { b } else { a.max(b) });
            if !(omitted <= tolerance) {
                return Attempt::TooLong(omitted);
            }
            let wide = Series::constant(h);
            let lyapunov = MatrixOde::lyapunov(&in_series.sde.drift, in_series.sde.noise()).over(wide);
            let (data_series, second_series) = (lyapunov.series(&data), lyapunov.series(&second));
            let score_series = in_series.score_slope(Covariance::new(data_series.clone()).precision());
            let reverse_series = in_series.reverse(&score_series);
            let back_series = MatrixOde::from_right(reverse_series.drift.clone()).over(wide).series(&Matrix::identity(d));
            let spread_series = &(&back_series * &reverse_series.noise()) * &back_series.transpose();
            let cost_series = cost(&reverse_series.drift, &score_series, &in_series.sde.noise(), &second_series);
            let generate = MatrixTransition {
                factor: at_end(&back_series, &back_panel),
                covariance: Matrix::symmetric(d, |i, j| integral(&spread_series[(i, j)], &spread_panel[(i, j)]) * h),
            };
            // noise transition
            let (left, left_panel) = (
                MatrixOde::from_left(in_series.sde.drift.clone()).over(wide).series(&Matrix::identity(d)),
                MatrixOde::from_left(in_panels.sde.drift.clone()).over(narrow).over_step(&Matrix::identity(d)),
            );
            let nothing = Matrix::zeros(d, d);
            let (grown, grown_panel) = (
                lyapunov.series(&nothing),
                MatrixOde::lyapunov(&in_panels.sde.drift, in_panels.sde.noise()).over(narrow).over_step(&nothing),
            );
            let noise = MatrixTransition { factor: at_end(&left, &left_panel), covariance: at_end(&grown, &grown_panel) };
            let step = Step {
                length: h,
                data: Course { series: data_series, panel: data_panel },
                second: Course { series: second_series, panel: second_panel },
                score: Course { series: score_series, panel: score_panel },
                generate,
                noise,
                cost: integral(&cost_series, &cost_panel) * h,
            };
            Attempt::Taken(step, omitted)
        })?;
        Some(Self { plugin, steps: taken })
    }

    /// V_0
    pub fn model(&self) -> Matrix<Ball> {
        self.steps.iter().rev().fold(self.plugin.prior.matrix().clone(), |v, step| step.generate.apply(&v))
    }

    /// cost
    pub fn cost(&self) -> Ball {
        self.steps.iter().fold(Ball::zero(), |sum, step| sum + step.cost)
    }

    /// steps
    pub fn len(&self) -> usize {
        self.steps.len()
    }
}

fn cost<S: Scalar, const N: usize>(drift: &Matrix<Taylor<S,N>>, score: &Matrix<Taylor<S,N>>, noise: &Matrix<Taylor<S,N>>, second: &Matrix<Taylor<S,N>>) -> Taylor<S,N> {
    let weighted = noise * &(score * second);
    let mut energy = Taylor::constant(S::zero());
    for i in 0..score.rows() { for j in 0..score.rows() { energy = energy + weighted[(i,j)] * score[(i,j)]; } }
    energy / 2 + drift.trace()
}
