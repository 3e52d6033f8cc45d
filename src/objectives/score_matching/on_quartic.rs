//! The losses of score matching on the line, for a quartic log-density: at one sample, and on average over Gaussian data.

use super::{Ends, Stencil, denoising, implicit, reduced_along};
use crate::numbers::{Matrix, Scalar, Taylor, Vector};
use crate::parameters;
use crate::worlds::{Quartic, polynomial_mean};

parameters! {
    /// A quartic log-density and the length `ε` of a step: `u = ±1` and `v = ±ε`, which all losses take alike.
    OnQuartic {
        energy: of(Quartic) "the model",
        eps: positive "length of the step",
    }
}

impl<S: Scalar> OnQuartic<S> {
    /// `s′ + ½s²`, which sliced score matching is on the line, with either square.
    pub fn implicit(&self, x: S) -> S {
        let slope = self.energy.score_slope(x);
        implicit(&Matrix::from_fn(1, 1, |_, _| slope), &Vector(vec![self.energy.score(x)]))
    }

    /// The values that FD-SSM combines.
    pub fn stencil(&self, x: S) -> Stencil<S> {
        Stencil::new(|y| self.energy.log_density(y[0]), &Vector(vec![x]), &self.step())
    }

    /// FD-SSM.
    pub fn sliced(&self, x: S) -> S {
        self.stencil(x).sliced()
    }

    /// FD-SSM-VR.
    pub fn reduced(&self, x: S) -> S {
        // As a power series: a proof cannot write down a derivative at x + ε.
        let still = self.energy.map(Taylor::<S, 2>::constant);
        let score = |y: &Vector<S>| Vector(vec![still.log_density(Taylor::variable(y[0])).coefficient(1)]);
        reduced_along(score, &Vector(vec![x]), &self.step())
    }

    /// FD-DSM at `[x̃, n, σ²]`, the sample `x̃ = x + n` with noise of variance `σ²`.
    pub fn denoising(&self, [noisy, noise, variance]: [S; 3]) -> S {
        let ends = Ends::new(|y| self.energy.log_density(y[0]), &Vector(vec![noisy]), &self.step());
        ends.denoising(self.eps * noise / variance)
    }

    /// `r² = (s(x̃) + (x̃ − x)/σ²)²`, *twice* the loss of denoising score matching, at `[x̃, x̃ − x, σ²]`.
    pub fn squared_residual(&self, [noisy, noise, variance]: [S; 3]) -> S {
        denoising(&Vector(vec![self.energy.score(noisy)]), &Vector(vec![noise]), variance) * 2
    }

    /// The mean of a loss over `x ~ N(0, s₂)`, a polynomial of degree below `N`: 7 for a loss, 13 for its square.
    pub fn mean<const N: usize>(
        &self,
        s2: S,
        loss: impl Fn(&OnQuartic<Taylor<S, N>>, Taylor<S, N>) -> Taylor<S, N>,
    ) -> S {
        let still = self.map(Taylor::constant);
        polynomial_mean(s2, |x| loss(&still, x))
    }

    /// The mean of a loss at `[x̃, n, σ²]` over `x ~ N(0, s₂)` and `n ~ N(0, σ²)`, `x̃ = x + n`. Given `x̃` the noise is
    /// `N(σ²x̃/(s₂ + σ²), s₂σ²/(s₂ + σ²))`; of a loss of degree three in it at most, two points have the mean.
    pub fn mean_with_noise<const N: usize>(
        &self,
        s2: S,
        variance: S,
        loss: impl Fn(&OnQuartic<Taylor<S, N>>, [Taylor<S, N>; 3]) -> Taylor<S, N>,
    ) -> S {
        let noisy_variance = s2 + variance;
        let (slope, deviation) = (variance / noisy_variance, (s2 * variance / noisy_variance).sqrt());
        self.mean(noisy_variance, |on, noisy| {
            let [above, below] = [deviation, -deviation].map(|deviation| {
                let noise = noisy * Taylor::constant(slope) + Taylor::constant(deviation);
                loss(on, [noisy, noise, Taylor::constant(variance)])
            });
            (above + below) / 2
        })
    }

    fn step(&self) -> Vector<S> {
        Vector(vec![self.eps])
    }
}

impl<S> OnQuartic<S> {
    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> OnQuartic<R>
    where
        S: Copy,
    {
        OnQuartic { energy: self.energy.map(&f), eps: f(self.eps) }
    }
}
