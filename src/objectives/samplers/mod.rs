//! Samplers, each written once as the code that people run, acting on [`Form`]s.
//!
//! With the exact network on Gaussian data every sampler is an affine map of its start and of its normal draws. A `Form` keeps
//! that map: so one run of a sampler gives its factor, its bias and the variance that each draw adds, in any reading.

mod form;
mod leap;
mod multistep;
mod singlestep;

pub use form::Form;
pub use leap::{Leap, Prediction};
pub use multistep::{Finish, Multistep, Past, Slope};
pub use singlestep::{SecondOrder, Singlestep, Stages, ThirdOrder};
