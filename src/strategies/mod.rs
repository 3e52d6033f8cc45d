//! Random worlds for testing your own code: [`proptest`](https://docs.rs/proptest) strategies (feature `proptest`) and
//! [`quickcheck`](https://docs.rs/quickcheck) `Arbitrary` (feature `quickcheck`), of the same cases.
//!
//! Every number of a case is an exact [`Decimal`], valid for its process: your code gets the nearest `f64`, an enclosure the
//! number itself, `ouracle ask` the text. A failing case shrinks to few digits and few dimensions.
//!
//! # Your variance against ours
//!
//! The variance of the noise of VP-linear, written by hand, must agree with the certified value up to its own roundings:
//! four of inputs, seven of operations and one of the function. None changes the result by more than `2u`, because
//! `b₀t ≤ 2Λ`, `|b₁ − b₀| t²/2T ≤ Λ`, `t ∂Λ/∂t ≤ 2Λ`, and `1 − e^{−Λ}` changes relatively less than `Λ` does.
//!
#![cfg_attr(feature = "proptest", doc = "```")]
#![cfg_attr(not(feature = "proptest"), doc = "```ignore")]
//! use ouracle::numbers::{Ball, Interval};
//! use ouracle::strategies::{VpMoment, vp_moment};
//! use proptest::{prop_assert, test_runner::{Config, TestRunner}};
//!
//! /// Code under test: the variance of the noise at `t`.
//! fn my_variance([b0, b1, horizon, t]: [f64; 4]) -> f64 {
//!     let integral = b0 * t + (b1 - b0) * t * t / (2.0 * horizon);
//!     -(-integral).exp_m1()
//! }
//!
//! fn error_in_roundings(mine: f64, case: &VpMoment) -> f64 {
//!     let exact = case.process::<Ball>().at(case.t().read()).w;
//!     let error = (Ball::from(Interval::point(mine)) - exact) / exact;
//!     error.to_f64_interval().mag() / (f64::EPSILON / 2.0)
//! }
//!
//! let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(100) });
//! runner.run(&vp_moment(), |case| {
//!     let error = error_in_roundings(my_variance(case.to_f64()), &case);
//!     prop_assert!(error <= 12.0 * 2.0, "{error} roundings at {case:?}");
//!     Ok(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it catches
//!
//! `1 - exp(-Λ)` loses its digits as `t → 0`, and a standard deviation is not a variance. Both are found, and shrunk:
//!
#![cfg_attr(feature = "quickcheck", doc = "```")]
#![cfg_attr(not(feature = "quickcheck"), doc = "```ignore")]
//! use ouracle::numbers::{Ball, Interval};
//! use ouracle::strategies::VpMoment;
//! use quickcheck::QuickCheck;
//!
//! fn agrees(mine: f64, case: &VpMoment) -> bool {
//!     let exact = case.process::<Ball>().at(case.t().read()).w;
//!     let error = (Ball::from(Interval::point(mine)) - exact) / exact;
//!     error.to_f64_interval().mag() <= 12.0 * 2.0 * f64::EPSILON / 2.0
//! }
//!
//! fn integral([b0, b1, horizon, t]: [f64; 4]) -> f64 {
//!     b0 * t + (b1 - b0) * t * t / (2.0 * horizon)
//! }
//!
//! fn cancelling(case: VpMoment) -> bool {
//!     agrees(1.0 - (-integral(case.to_f64())).exp(), &case)
//! }
//!
//! fn deviation(case: VpMoment) -> bool {
//!     agrees((-(-integral(case.to_f64())).exp_m1()).sqrt(), &case)
//! }
//!
//! for wrong in [cancelling as fn(VpMoment) -> bool, deviation] {
//!     assert!(QuickCheck::new().tests(100).quicktest(wrong).is_err(), "the bug was not found");
//! }
//! ```

mod cases;
mod decimal;
mod generate;
mod rotated;

pub use cases::{Noising, OtherGaussianPoint, ScaledScorePoint, VpMoment};
pub use decimal::Decimal;
#[cfg(feature = "proptest")]
pub use generate::{fraction, noising, other_gaussian_point, rotated_point, scaled_score_point, vp_moment};
pub use rotated::{AxisPoint, LARGEST_DIMENSION, RotatedPoint, vector};
