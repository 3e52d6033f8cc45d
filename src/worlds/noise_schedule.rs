//! Schedules with the same ends: the log-signal-to-noise ratio as any growing function of time, and a few of them in closed form.

use super::{GammaPoint, SnrStep};
use crate::numbers::{Dual, Scalar};
use crate::parameters::{InputError, Parameters, Source};

/// Data of a variance under a schedule `γ(t)` on `[0, 1]` between the ends of a [`GammaLine`](super::GammaLine), `γ = −ln ρ` the full log-ratio.
///
/// In a proof `γ` and its rate are free symbols, so that it holds for every schedule.
#[derive(Debug, Clone, Copy)]
pub struct NoiseSchedule<S> {
    /// Data, and the ends of the schedule.
    pub ends: GammaPoint<S>,
    shape: Shape<S>,
}

/// How `γ` goes from end to end: as the share `u(t)` of its way, or so that every step carries the same information.
#[derive(Debug, Clone, Copy)]
enum Shape<S> {
    /// `u = t`.
    Linear,
    /// `u = (t + t²)/2`.
    Quadratic,
    /// `u = (1 − cos πt)/2`.
    Cosine,
    /// `ln(1 + ρs)` falls linearly.
    Geometric,
    /// Nothing is known.
    Free(Dual<S>),
}

const SHAPES: &[&str] = &["linear", "quadratic", "cosine", "geometric"];

impl<S: Scalar> Parameters<S> for NoiseSchedule<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let ends = GammaPoint::read(source)?;
        if let Some(eps) = source.free("gamma_dot", r"\dot{\gamma}", true)
            && let Some(re) = source.free("gamma", r"\gamma", false)
        {
            source.rule(re, eps);
            return Ok(Self { ends, shape: Shape::Free(Dual { re, eps }) });
        }
        let shape = match source.choice("schedule", SHAPES, true, "how gamma goes from gamma_0 to gamma_1")? {
            "linear" => Shape::Linear,
            "quadratic" => Shape::Quadratic,
            "cosine" => Shape::Cosine,
            _ => Shape::Geometric,
        };
        Ok(Self { ends, shape })
    }
}

impl<S: Scalar> NoiseSchedule<S> {
    /// The schedule in which `1 + ρs` is a geometric sequence.
    pub fn geometric(ends: GammaPoint<S>) -> Self {
        Self { ends, shape: Shape::Geometric }
    }

    /// `γ(t)` with its rate. The free schedule has one running time and ignores its argument.
    pub fn moving(&self, t: S) -> Dual<S> {
        match self.shape {
            Shape::Free(gamma) => gamma,
            _ => self.constant().explicit(Dual::variable(t)),
        }
    }

    /// `γ(t)`.
    pub fn gamma(&self, t: S) -> S {
        match self.shape {
            Shape::Free(gamma) => gamma.re,
            _ => self.explicit(t),
        }
    }

    /// The steps between the times `i/T`, the cleanest first.
    pub fn steps(&self, count: u32) -> Vec<SnrStep<S>> {
        let times = i64::from(count);
        let gammas: Vec<_> = (0..=times).map(|i| self.gamma(S::int(i) / times)).collect();
        gammas.windows(2).map(|pair| SnrStep::between_gammas(pair[1], pair[0])).collect()
    }

    fn constant(&self) -> NoiseSchedule<Dual<S>> {
        let shape = match self.shape {
            Shape::Linear => Shape::Linear,
            Shape::Quadratic => Shape::Quadratic,
            Shape::Cosine => Shape::Cosine,
            Shape::Geometric => Shape::Geometric,
            Shape::Free(gamma) => Shape::Free(Dual { re: gamma, eps: Dual::constant(gamma.eps) }),
        };
        NoiseSchedule { ends: self.ends.map(Dual::constant), shape }
    }

    fn explicit(&self, t: S) -> S {
        let (line, s) = (&self.ends.line, self.ends.channel.s);
        match self.shape {
            Shape::Linear => line.gamma(t),
            Shape::Quadratic => line.gamma((t + t.square()) / 2),
            Shape::Cosine => line.gamma((S::int(1) - (S::pi() * t).sin_cos().1) / 2),
            Shape::Geometric => {
                let [first, last] = [line.start, line.end].map(|gamma| ((-gamma).exp() * s).ln_1p());
                s.ln() - (first + (last - first) * t).exp_m1().ln()
            }
            Shape::Free(gamma) => gamma.re,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;
    use crate::parameters::at_point;

    #[test]
    fn every_shape_keeps_the_ends_and_grows() {
        for shape in SHAPES {
            let words = format!("s=0.7 gamma_0=-9 gamma_1=5 schedule={shape}");
            let schedule: NoiseSchedule<Float> = at_point(&words).unwrap();
            assert!((schedule.gamma(Float(0.0)).0 + 9.0).abs() < 1e-13, "{shape}");
            assert!((schedule.gamma(Float(1.0)).0 - 5.0).abs() < 1e-11, "{shape}");
            assert!(schedule.moving(Float(0.37)).eps.0 > 0.0, "{shape}");
        }
    }
}
