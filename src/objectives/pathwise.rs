//! The logarithm of the model's density along an inference path: the identity behind the ELBO, term by term.
//!
//! The inference SDE is `dY = (−μ + σa) dt + σ dB` in noising time; `u_t` is the model's law. Source: `huang2021`.

use crate::numbers::{Jet, Matrix, Scalar, Vector};
use crate::worlds::Diffusion;

/// The Itô drift of `log u_t(Y_t)`: `∂_t log u + (−μ + σa)·∇log u + ½ tr(σσᵀ∇²log u)`.
pub fn ito_drift<S: Scalar>(model: &Diffusion<S>, control: &Vector<S>, time_derivative: S, log_u: &Jet<S>) -> S {
    let drift = &(&model.factor * control) - &model.drift.value;
    time_derivative + drift.dot(&log_u.gradient) + (&model.noise() * &log_u.hessian).trace() / 2
}

/// What the bound pays per unit of time, `∇·μ + ½|a|²`, at one point.
pub fn cost<S: Scalar>(model: &Diffusion<S>, control: &Vector<S>) -> S {
    model.drift.divergence() + control.dot(control) / 2
}

/// The mismatch `δ = a − σᵀ∇log u` between the control and the model's own.
pub fn mismatch<S: Scalar>(control: &Vector<S>, factor: &Matrix<S>, log_u: &Jet<S>) -> Vector<S> {
    control - &(&factor.transpose() * &log_u.gradient)
}
