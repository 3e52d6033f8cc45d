//! Relations between numbers that take an algorithm and have no formula: integrals over the line, solutions of differential
//! equations, matrix exponentials. Enclosed at stated points, out of reach of proofs.

use super::certify::{below, decide, finding, unreadable};
use super::{Certifiable, Finding, Requirement, Verdict};
use crate::numbers::{Ball, COARSE, EndPoint};
use crate::parameters::InputError;

/// A claim about numbers without a closed form. A wrong version is another value of the same type.
pub trait Enclosed: Sync {
    /// Where it is enclosed, as `name=value` words: exact, and such that no wrong version can hide.
    fn points(&self) -> &'static [&'static str];

    /// The relations, each of which must hold.
    ///
    /// # Errors
    /// [`InputError`] if the point cannot be read.
    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError>;
}

/// One relation, with a name that its wrong versions share.
pub struct EnclosedRelation {
    name: &'static str,
    kind: Kind,
    /// One side minus the other, given the radius to which it is wanted.
    difference: Box<dyn Fn(f64) -> Ball>,
}

enum Kind {
    Equal,
    AtMost,
}

impl EnclosedRelation {
    /// `left = right`, given `left − right`. The two sides must come by different routes.
    pub fn equal(name: &'static str, left_minus_right: impl Fn(f64) -> Ball + 'static) -> Self {
        Self { name, kind: Kind::Equal, difference: Box::new(left_minus_right) }
    }

    /// `lower ≤ upper`, given `upper − lower`, at points where the two are not the same.
    pub fn at_most(name: &'static str, upper_minus_lower: impl Fn(f64) -> Ball + 'static) -> Self {
        Self { name, kind: Kind::AtMost, difference: Box::new(upper_minus_lower) }
    }

    /// The difference to this radius. What multiplies an integral multiplies its error, so the integrals may have to be
    /// enclosed more narrowly; those of what is claimed true are summed with all digits.
    fn enclosed(&self, radius: f64, claimed: bool) -> Ball {
        // Processes of the points have rates of order ten: mostly the first attempt is enough.
        let mut inner = if claimed { (radius / 100.0).min(COARSE) } else { radius / 100.0 };
        loop {
            let difference = (self.difference)(inner);
            if difference.radius().to_f64() <= radius || inner < radius * 1e-8 {
                return difference;
            }
            inner /= 10.0;
        }
    }

    fn judge(self, point: &str, requirement: &Requirement) -> Finding {
        let radius = requirement.radius(self.name);
        let enclosed = |to: f64| self.enclosed(to, radius.is_some());
        let decided = match self.kind {
            Kind::Equal => decide(false, enclosed, radius, point),
            Kind::AtMost => order(enclosed, point),
        };
        finding(self.name.to_owned(), point, decided)
    }
}

/// The order of two numbers, tried at ever smaller radii, given one minus the other to a radius.
fn order(enclosed: impl Fn(f64) -> Ball, point: &str) -> (Verdict, Ball) {
    const RADII: [f64; 3] = [1e-4, 1e-8, 1e-12];
    let try_at = |radius: &f64| below(enclosed(*radius), point);
    let decided = |(verdict, _): &(Verdict, Ball)| !matches!(verdict, Verdict::Undecided { .. });
    let [coarse, rest @ .., finest] = &RADII;
    let mut attempts = [coarse].into_iter().chain(rest).map(try_at);
    attempts.find(decided).unwrap_or_else(|| try_at(finest))
}

/// An [`Enclosed`] claim as something that can be certified.
pub struct ByEnclosure<T>(pub T);

impl<T: Enclosed> Certifiable for ByEnclosure<T> {
    fn certify(&self, requirement: &Requirement) -> Vec<Finding> {
        let at = |point: &&'static str| match self.0.relations(point) {
            Ok(relations) => relations.into_iter().map(|relation| relation.judge(point, requirement)).collect(),
            Err(error) => vec![unreadable(point, &error)],
        };
        self.0.points().iter().flat_map(at).collect()
    }
}
