//! The workhorse world: centred Gaussian data, a score that is wrong by a factor, any schedule, any λ.

use super::{Affine, Clock, Gaussian};
use crate::numbers::Scalar;
use crate::parameters;

parameters! {
    /// The scaled-score family under a process.
    ScaledFamily {
        process: process "the noising process",
        v0: positive "data variance v_0, data N(0, v_0)",
        delta: real "relative error of the score (1 + delta) grad log q",
        lam: below_one "member of the plug-in family, lambda < 1",
        vpi: positive "prior variance v_pi, prior N(0, v_pi)",
    }
}

parameters! {
    /// The scaled-score family at a data point.
    ScaledPoint {
        family: of(ScaledFamily) "the family",
        x: real "the data point",
    }
}

parameters! {
    /// The scaled-score model alone: also the probability-flow ODE, `λ = 1`, and no data point.
    ScaledModel {
        process: process "the noising process",
        v0: positive "data variance v_0, data N(0, v_0)",
        delta: real "relative error of the score (1 + delta) grad log q",
        lam: at_most_one "member of the plug-in family, lambda <= 1",
        vpi: positive "prior variance v_pi, prior N(0, v_pi)",
    }
}

impl<S: Scalar> ScaledModel<S> {
    /// The world of these parameters.
    pub fn world(&self) -> ScaledScore<S> {
        ScaledScore { v0: self.v0, delta: self.delta, lambda: self.lam, vpi: self.vpi }
    }
}

impl<S: Scalar> ScaledFamily<S> {
    /// The world of these parameters.
    pub fn world(&self) -> ScaledScore<S> {
        ScaledScore { v0: self.v0, delta: self.delta, lambda: self.lam, vpi: self.vpi }
    }
}

/// Data `N(0, v₀)`, score `(1 + δ)∇log q_t`, prior `N(0, v_π)`, member `λ` of the plug-in family. Source: `huang2021`.
///
/// With `R = v_T/(φ_T² v₀)`, `k = (2 − λ)(1 + δ)` and `η = (1 − λ) + (1 − λ/2)δ` everything is closed form in `ln R` and `φ`.
#[derive(Debug, Clone, Copy)]
pub struct ScaledScore<S> {
    /// Data variance `v₀ > 0`.
    pub v0: S,
    /// Relative error `δ` of the score, any real number.
    pub delta: S,
    /// Member `λ ≤ 1` of the plug-in family (`λ < 1` for the bound).
    pub lambda: S,
    /// Prior variance `v_π > 0`.
    pub vpi: S,
}

impl<S: Scalar> ScaledScore<S> {
    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> ScaledScore<R> {
        ScaledScore { v0: f(self.v0), delta: f(self.delta), lambda: f(self.lambda), vpi: f(self.vpi) }
    }

    /// `k = (2 − λ)(1 + δ)`, the exponent of the model's variance.
    pub fn exponent(&self) -> S {
        (S::int(2) - self.lambda) * (self.delta + 1)
    }

    /// `η = (1 − λ) + (1 − λ/2)δ`, the control in units of `g∇log q/√(1−λ)`.
    pub fn eta(&self) -> S {
        S::int(1) - self.lambda + (S::int(1) - self.lambda / 2) * self.delta
    }

    /// The data law at this time, `N(0, v_t)`.
    pub fn data(&self, clock: &Clock<S>) -> Gaussian<S> {
        Gaussian::centred(clock.variance(self.v0))
    }

    /// The model's score `(1 + δ)∇log q_t`.
    pub fn score(&self, clock: &Clock<S>) -> Affine<S> {
        self.data(clock).score().scale(self.delta + 1)
    }

    /// The prior `N(0, v_π)`.
    pub fn prior(&self) -> Gaussian<S> {
        Gaussian::centred(self.vpi)
    }

    /// What the generative drift makes of one unit of the state between `T` and `t`: `(φ_t/φ_T) ρ^{−k/2}`, `ρ = R_T/R_t`.
    pub fn transfer(&self, t: &Clock<S>, end: &Clock<S>) -> S {
        let log_ratio = end.log_ratio(self.v0) - t.log_ratio(self.v0);
        t.phi / end.phi * (-self.exponent() * log_ratio / 2).exp()
    }

    /// The model's law at inference time `t`, `N(0, V_t)`: with `ρ = R_T/R_t`,
    /// `V_t = v_π (φ_t/φ_T)² ρ^{−k} + (1−λ) v_t ln ρ · φ₁((1−k) ln ρ)`.
    pub fn model(&self, t: &Clock<S>, end: &Clock<S>) -> Gaussian<S> {
        let k = self.exponent();
        let log_ratio = end.log_ratio(self.v0) - t.log_ratio(self.v0);
        let prior = self.vpi * self.transfer(t, end).square();
        let noise = (S::int(1) - self.lambda) * t.variance(self.v0) * log_ratio;
        Gaussian::centred(prior + noise * ((S::int(1) - k) * log_ratio).phi(1))
    }

    /// `KL(q_t ‖ u_t)` from the data to the model, in nats; it does not cancel where the model is nearly right: with `ρ = R_T/R_t`,
    /// `V_t/v_t − 1 = (v_π − v_T)/v_T ρ^{1−k} − (2−λ)δ ln ρ φ₁((1−k) ln ρ)`.
    pub fn kl(&self, t: &Clock<S>, end: &Clock<S>) -> S {
        let log_ratio = end.log_ratio(self.v0) - t.log_ratio(self.v0);
        let (power, last) = ((S::int(1) - self.exponent()) * log_ratio, end.variance(self.v0));
        let prior = (self.vpi - last) / last * power.exp();
        let excess = prior - (S::int(2) - self.lambda) * self.delta * log_ratio * power.phi(1);
        (-excess * t.variance(self.v0) / self.model(t, end).variance).minus_ln_1p() / 2
    }

    /// `½∫₀ᵗ G E_q|s − ∇log q|² = ½δ² ln R_t`, what is wrong with the score up to this time, on average over the data; in nats.
    pub fn score_error(&self, clock: &Clock<S>) -> S {
        self.delta.square() * clock.log_ratio(self.v0) / 2
    }

    /// The inference SDE at this time: drift `f − (λ/2) G ∇log q` and squared diffusion `(1 − λ) G`.
    pub fn inference_sde(&self, clock: &Clock<S>) -> (Affine<S>, S) {
        let forward = Affine { slope: clock.alpha, offset: clock.offset };
        let pull = self.data(clock).score().scale(self.lambda * clock.noise / 2);
        (forward.minus(&pull), (S::int(1) - self.lambda) * clock.noise)
    }

    /// The inference law `Y_t | Y_0 = x`: `N(φ R^{λ/2} x, φ² v₀ (R − R^λ))`, of the forward process with drift
    /// `f − (λ/2) G ∇log q` and diffusion `√(1−λ) g`.
    pub fn inference(&self, x: S, clock: &Clock<S>) -> Gaussian<S> {
        let log_ratio = clock.log_ratio(self.v0);
        let power = (self.lambda * log_ratio).exp();
        let spread = ((S::int(1) - self.lambda) * log_ratio).exp_m1();
        Gaussian {
            mean: clock.phi * (self.lambda * log_ratio / 2).exp() * x,
            variance: clock.phi.square() * self.v0 * power * spread,
        }
    }

    /// The running cost up to this time, `∫₀ᵗ E[∇·μ_λ + ½|a|² | x]`, in nats:
    /// `η²/(2(1−λ)) [(x²/v₀ − 1) ln R φ₁(−(1−λ) ln R) + ln R] − (1−λ/2)(1+δ) ln R − ln φ`.
    pub fn cost(&self, x: S, clock: &Clock<S>) -> S {
        let log_ratio = clock.log_ratio(self.v0);
        let rest = S::int(1) - self.lambda;
        let decay = log_ratio * (-rest * log_ratio).phi(1);
        let energy = self.eta().square() / (rest * 2) * ((x.square() / self.v0 - 1) * decay + log_ratio);
        energy - (S::int(1) - self.lambda / 2) * (self.delta + 1) * log_ratio - clock.phi.ln()
    }

    /// `ELBO_λ(x) = E[log π(Y_T) | x] − cost`, in nats.
    pub fn elbo(&self, x: S, end: &Clock<S>) -> S {
        self.prior().expected_log_density(&self.inference(x, end)) - self.cost(x, end)
    }
}
