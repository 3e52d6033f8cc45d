//! Samplers, each written once as the code that people run, acting on [`Form`]s.
//!
//! With the exact network on Gaussian data every sampler is an affine map of its start and of its normal draws. A `Form` keeps
//! that map: so one run of a sampler gives its factor, its bias and the variance that each draw adds, in any reading.
//!
//! A step goes down a [`Rung`], from its noisy level to its clean one. Steps are composed by [`law`], in time proportional to
//! their number, or run on one form by [`run`], which keeps every draw apart.
//!
//! ```
//! use ouracle::numbers::Float;
//! use ouracle::objectives::samplers::{Spread, ancestral};
//! use ouracle::worlds::{Ddpm, Gaussian, Oracle};
//!
//! let schedule = Ddpm::linear(Float(1e-4), Float(0.02), 1000);
//! let oracle = Oracle::new(Float(1.3), Float(0.37));
//! let samples = ancestral(&schedule.descent(), &oracle, Spread::Posterior).apply(&Gaussian::centred(Float(1.0)));
//! assert_eq!(format!("{:.9}", samples.variance.0), "0.365159881");
//! ```

mod ancestral;
pub mod ancestral_error;
mod batch;
mod ddim;
mod edm;
mod euler;
mod exponential;
mod form;
mod leading;
mod leap;
mod local_error;
mod multistep;
mod singlestep;
mod solver;

pub use ancestral::{Spread, ancestral, ancestral_step, reverse_std};
pub use batch::BatchSampler;
pub use ddim::{ddim, ddim_direction, ddim_std, ddim_step};
pub use edm::{Churn, churn, churned, euler_sigma, euler_sigma_step, heun, two_stage, two_stage_step};
pub use euler::{euler_flow, euler_flow_step, euler_maruyama, euler_maruyama_step, euler_step};
pub use exponential::{exponential, exponential_step};
pub use form::Form;
pub use leading::{LeadingError, start_coefficient};
pub use leap::{Leap, Prediction};
pub use local_error::{LocalError, Series};
pub use multistep::{Finish, Multistep, Past, Slope};
pub use singlestep::{SecondOrder, Singlestep, Stages, ThirdOrder};
pub use solver::{SOLVERS, Solver};

use crate::numbers::Scalar;
use crate::worlds::{Descent, Level, Oracle, Rung, Transition};

/// The last step of every sampler here, from a level to the data: what the network makes of the state, `x̂`. It is the limit of
/// their steps as `σ_b → 0`, and has no noise.
pub fn denoise<S: Scalar>(z: &Form<S>, level: &Level<S>, oracle: &Oracle<S>) -> Form<S> {
    z.through(&oracle.denoised(level))
}

/// The steps of a one-step sampler, each as what it makes of the state before it.
pub fn steps<S: Scalar>(
    descent: &Descent<S>,
    oracle: &Oracle<S>,
    step: impl Fn(&Form<S>, &Rung<S>) -> Form<S>,
) -> impl Iterator<Item = Transition<S>> {
    let start = Form::initial();
    let last = descent.last.iter().map(|level| denoise(&Form::initial(), level, oracle));
    descent.rungs.iter().map(move |rung| step(&start, rung)).chain(last).map(|step| step.transition())
}

/// What a one-step sampler returns given its start.
pub fn law<S: Scalar>(
    descent: &Descent<S>,
    oracle: &Oracle<S>,
    step: impl Fn(&Form<S>, &Rung<S>) -> Form<S>,
) -> Transition<S> {
    steps(descent, oracle, step).fold(Transition::still(), |so_far, step| so_far.then(&step))
}

/// The same on one state, whose draws stay apart.
pub fn run<S: Scalar>(
    descent: &Descent<S>,
    oracle: &Oracle<S>,
    step: impl Fn(&Form<S>, &Rung<S>) -> Form<S>,
) -> Form<S> {
    let state = descent.rungs.iter().fold(Form::initial(), |state, rung| step(&state, rung));
    descent.last.iter().fold(state, |state, level| denoise(&state, level, oracle))
}
