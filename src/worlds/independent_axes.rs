//! Noise that acts on each axis by itself: one clock for each.

use super::{Clock, ForcedOu, MatrixSde, Process};
use crate::numbers::{Dual, Matrix, Scalar, Vector};

/// How the axes of a [`Rotated`](super::Rotated) world are noised.
#[derive(Debug, Clone)]
pub enum AxisNoise<S> {
    /// One process for all axes, as in the literature: it commutes with every rotation.
    Shared(Process<S>),
    /// Constant coefficients, another rate and another noise on each axis.
    Constant(ConstantAxes<S>),
}

/// `dYᵢ = aᵢ Yᵢ dt + √Gᵢ dBᵢ` on `[0, T]`; any real rates `aᵢ`, noises `Gᵢ > 0`. Seen from other axes it is a
/// [`MatrixSde`] whose drift matrix is symmetric and commutes with its noise.
#[derive(Debug, Clone)]
pub struct ConstantAxes<S> {
    /// The rates `aᵢ`, one for each axis.
    pub rates: Vector<S>,
    /// The squared diffusion coefficients `Gᵢ`, one for each axis.
    pub noises: Vector<S>,
    /// The end `T`.
    pub horizon: S,
}

impl<S: Scalar> AxisNoise<S> {
    /// The end `T` of the process.
    pub fn horizon(&self) -> S {
        match self {
            Self::Shared(process) => process.horizon(),
            Self::Constant(axes) => axes.horizon,
        }
    }

    /// The clocks of `d` axes at `t`.
    pub fn at(&self, d: usize, t: S) -> Vec<Clock<S>> {
        match self {
            Self::Shared(process) => vec![process.at(t); d],
            Self::Constant(axes) => axes.at(t),
        }
    }

    /// The clocks of `d` axes at `t`, with their time derivatives.
    pub fn moving(&self, d: usize, t: S) -> Vec<Clock<Dual<S>>> {
        match self {
            Self::Shared(process) => vec![process.moving(t); d],
            Self::Constant(axes) => axes.constant().at(Dual::variable(t)),
        }
    }

    /// The clocks of `d` axes at time 0, exactly `φ = 1`, `w = 0`.
    pub fn start(&self, d: usize) -> Vec<Clock<S>> {
        match self {
            Self::Shared(process) => vec![process.start(); d],
            Self::Constant(axes) => axes.start(),
        }
    }

    /// The clocks of `d` axes at the end.
    pub fn end(&self, d: usize) -> Vec<Clock<S>> {
        match self {
            Self::Shared(process) => vec![process.end(); d],
            Self::Constant(axes) => axes.at(axes.horizon),
        }
    }
}

impl<S: Scalar> ConstantAxes<S> {
    /// In `d` dimensions: `A = U diag(aᵢ) Uᵀ` and `L = U diag(√Gᵢ)`.
    pub fn matrix_sde(&self, rotation: &Matrix<S>) -> MatrixSde<S> {
        let d = self.rates.dimension();
        let factor = Matrix::from_fn(d, d, |i, j| rotation[(i, j)] * self.noises[j].sqrt());
        let offset = Vector(vec![S::zero(); d]);
        MatrixSde { drift: super::rotated::seen_from(rotation, &self.rates), offset, factor }
    }

    fn at(&self, t: S) -> Vec<Clock<S>> {
        let axes = self.rates.0.iter().zip(&self.noises.0);
        axes.map(|(rate, noise)| ForcedOu::constant(*rate, S::zero(), noise.sqrt()).at(t)).collect()
    }

    fn start(&self) -> Vec<Clock<S>> {
        let axes = self.rates.0.iter().zip(&self.noises.0);
        axes.map(|(rate, noise)| Clock::start(*rate, S::zero(), *noise)).collect()
    }

    fn constant(&self) -> ConstantAxes<Dual<S>> {
        ConstantAxes {
            rates: self.rates.map(Dual::constant),
            noises: self.noises.map(Dual::constant),
            horizon: Dual::constant(self.horizon),
        }
    }
}
