//! Relations that only enclosures can read: both sides are numbers that take an algorithm, not a formula.

use super::certify::{certified, unreadable};
use super::{Certifiable, Finding, Requirement};
use crate::numbers::Ball;
use crate::parameters::{Parameters, at_point};

/// Equalities between numbers that a matrix exponential, a differential equation or an iteration encloses. No proof reads
/// them. A wrong version is another value of the same type.
pub trait Enclosure: Sync + 'static {
    /// What the numbers depend on.
    type Params: Parameters<Ball>;

    /// Where they are enclosed, as `name=value` words.
    fn points(&self) -> &'static [&'static str];

    /// Names with the two sides, which must come by different routes.
    fn sides(&self, p: &Self::Params) -> Vec<(&'static str, Ball, Ball)>;
}

/// An [`Enclosure`] as something that can be certified.
pub struct Enclosed<T>(pub T);

impl<T: Enclosure> Certifiable for Enclosed<T> {
    fn certify(&self, requirement: &Requirement) -> Vec<Finding> {
        let at = |point: &&'static str| match at_point::<Ball, T::Params>(point) {
            Err(error) => vec![unreadable(point, &error)],
            Ok(params) => {
                let sides = self.0.sides(&params).into_iter();
                sides.map(|(name, left, right)| certified(name, point, left - right, requirement)).collect()
            }
        };
        self.0.points().iter().flat_map(at).collect()
    }
}
