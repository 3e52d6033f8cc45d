//! The certificate: both sides enclosed at stated points, compared with the nearest wrong version.
//!
//! A wrong version is read in doubles first, which refute it wherever they exclude zero and are narrow enough for the digits that are
//! shown; what they leave open is read in [`Ball`]. What is claimed true always is.

use super::{Finding, Relation, RelationKind, Statement, Verdict};
use crate::numbers::{Ball, COARSE, EndPoint, Field, Panel, Scalar, integrate};
use crate::parameters::{InputError, at_point};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// How narrow an enclosure must be before agreement counts: for each relation, a tenth of the smallest discrepancy of a
/// wrong version. A wrong version itself has no requirement; it is enclosed ever more narrowly until zero is excluded.
#[derive(Debug, Clone, Default)]
pub struct Requirement {
    /// The discrepancy of the nearest control of each relation.
    pub controls: BTreeMap<String, f64>,
}

impl Requirement {
    /// The radius below which the relation counts as certified. A relation that no control touches must be as narrow as
    /// the nearest control of the whole claim asks; without any control nothing can be certified.
    pub(super) fn radius(&self, relation: &str) -> Option<f64> {
        let own = self.controls.get(relation).copied();
        own.or_else(|| self.controls.values().copied().reduce(f64::min)).map(|size| size / 10.0)
    }
}

/// What can be enclosed at stated points: every [`Statement`] can.
pub trait Certifiable: Sync {
    /// Encloses every relation at every point, as narrowly as the requirement asks.
    fn certify(&self, requirement: &Requirement) -> Vec<Finding>;
}

impl<T: Statement> Certifiable for T {
    fn certify(&self, requirement: &Requirement) -> Vec<Finding> {
        self.points().iter().flat_map(|point| certify_at(self, point, requirement)).collect()
    }
}

fn certify_at<T: Statement>(statement: &T, point: &str, requirement: &Requirement) -> Vec<Finding> {
    let read = || Ok::<_, InputError>((at_point(point)?, at_point(point)?));
    let (balls, panels): (T::Params<Ball>, T::Params<Panel>) = match read() {
        Ok(both) => both,
        Err(error) => {
            return vec![unreadable(point, &error)];
        }
    };
    let in_balls = OnceCell::new();
    let judge = |(at, over_panel): (usize, Relation<'_, Panel>)| {
        let radius = requirement.radius(&over_panel.name);
        let by_doubles = if radius.is_none() { in_doubles(&over_panel, point) } else { None };
        let decided = by_doubles.or_else(|| {
            let relations = in_balls.get_or_init(|| statement.relations(&balls));
            Some(in_full(relations.get(at)?, &over_panel, radius, point))
        });
        decided.map(|decided| finding(over_panel.name, point, decided))
    };
    statement.relations(&panels).into_iter().enumerate().filter_map(judge).collect()
}

/// The verdict on a relation with all digits.
fn in_full(
    relation: &Relation<'_, Ball>,
    over_panel: &Relation<'_, Panel>,
    radius: Option<f64>,
    point: &str,
) -> (Verdict, Ball) {
    let enclosed = |radius| difference(relation, over_panel, radius);
    match relation.kind {
        RelationKind::Below { lower, upper } => below(upper - lower, point),
        RelationKind::Rate { .. } if radius.is_none() && untouched(relation, over_panel) => not_touched(),
        // The integral of what is claimed true is summed with all digits.
        RelationKind::Rate { .. } if radius.is_some() => {
            decide(false, |radius| enclosed(radius.min(COARSE)), radius, point)
        }
        RelationKind::Rate { .. } => decide(false, enclosed, radius, point),
        RelationKind::AtMost { lower, upper, .. } => {
            let (verdict, difference) = decide(true, enclosed, radius, point);
            (if_it_fails(upper - lower, verdict), difference)
        }
        RelationKind::Equal(..) => decide(true, enclosed, radius, point),
    }
}

/// Whether an enclosure hides none of the ten digits that are shown of it: of these the last is a hundred times larger.
fn is_shown_in_full(value: &Ball) -> bool {
    const SHOWN: f64 = 1e-12;
    let value = value.to_f64_interval();
    value.radius() <= SHOWN * value.mig()
}

/// The refutation of a relation by its values in doubles, which are what power series at constants begin with; `None` unless they exclude
/// zero, and are as narrow as they are shown. A rate waits for its integral.
fn in_doubles(relation: &Relation<'_, Panel>, point: &str) -> Option<(Verdict, Ball)> {
    let shown = |value: Panel| {
        let value = Ball::from(value.coefficient(0));
        (!value.contains_zero() && is_shown_in_full(&value)).then_some(value)
    };
    let (difference, room) = match &relation.kind {
        RelationKind::Equal(left, right) => (shown(*left - *right)?, None),
        RelationKind::AtMost { lower, upper, gap } => {
            (shown(*upper - *lower - gap.value())?, Some(shown(*upper - *lower)?))
        }
        RelationKind::Below { lower, upper } => return Some(below(shown(*upper - *lower)?, point)),
        RelationKind::Rate { .. } => return None,
    };
    let (verdict, difference) = decide(true, |_| difference, None, point);
    Some((room.map_or(verdict.clone(), |room| if_it_fails(room, verdict)), difference))
}

/// The finding that a point cannot be read.
pub(super) fn unreadable(point: &str, error: &InputError) -> Finding {
    let why = format!("the point cannot be read: {error}");
    Finding { point: Some(point.to_owned()), ..Finding::new("point", Verdict::Undecided { why }) }
}

/// The finding on a relation at a point, from the verdict and the difference of its sides.
pub(super) fn finding(name: String, point: &str, (verdict, difference): (Verdict, Ball)) -> Finding {
    Finding {
        point: Some(point.to_owned()),
        discrepancy: Some(difference.to_decimal(10)),
        size: verdict.refuted().then(|| difference.to_f64_interval().mig()),
        ..Finding::new(name, verdict)
    }
}

/// Where the search begins for a wrong version, which is mostly refuted there, and where it ends if its mistake does not touch a relation.
/// There is nothing in between: most of what the first radius leaves open is not touched, and each further try costs as much as the last. A
/// claim never searches: it has a requirement.
const RADII: [f64; 2] = [1e-4, 1e-16];

/// Below this share of the first radius it is no longer remainders of quadratures that make a difference wide, but what doubles round.
const ROUNDED: f64 = 1e-6;

/// How narrowly the residue of a rate must be known, at a few times, to say that a mistake does not touch it.
const VANISHING: f64 = 1e-12;

/// Decides whether a difference, enclosed to a radius, is zero. Quadratures of wrong versions have two radii to be decided at; closed
/// forms, which are `exact`, are decided at once.
pub(super) fn decide(
    exact: bool,
    difference: impl Fn(f64) -> Ball,
    required: Option<f64>,
    point: &str,
) -> (Verdict, Ball) {
    let [first, last] = RADII;
    let mut radius = required.unwrap_or(first);
    loop {
        let difference = difference(radius / 2.0);
        if !difference.contains_zero() {
            // A sum of doubles that is seen to be one: the remainder alone would hide less, and is asked for again with all digits.
            let rounded = difference.radius().to_f64() < first * ROUNDED && !is_shown_in_full(&difference);
            if !exact && required.is_none() && radius > COARSE && rounded {
                radius = COARSE;
                continue;
            }
            let by = format!("left minus right is {}", difference.to_decimal(6));
            return (Verdict::Refuted { at: point.to_owned(), by }, difference);
        }
        let width = difference.to_f64_interval().mag();
        if required.is_some_and(|required| width <= required) {
            return (Verdict::Certified, difference);
        }
        if exact || required.is_some() || radius <= last || !difference.is_finite() {
            let why = undecided(required, difference.to_f64_interval().mag());
            return (Verdict::Undecided { why }, difference);
        }
        radius = last;
    }
}

/// An inequality needs no requirement: what matters is the side of zero.
pub(super) fn below(room: Ball, point: &str) -> (Verdict, Ball) {
    let verdict = if (-room).certainly_positive() {
        Verdict::Refuted { at: point.to_owned(), by: format!("upper minus lower is {}", room.to_decimal(6)) }
    } else if Ball::zero().certainly_le(&room) {
        Verdict::Certified
    } else {
        Verdict::Undecided { why: format!("upper minus lower is {}, which may be negative", room.to_decimal(6)) }
    };
    (verdict, room)
}

/// A gap that is not the one exhibited is one thing, an inequality that fails is another: then the verdict says so.
fn if_it_fails(room: Ball, verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Refuted { at, .. } if (-room).certainly_positive() => {
            Verdict::Refuted { at, by: format!("the inequality fails: upper minus lower is {}", room.to_decimal(6)) }
        }
        verdict => verdict,
    }
}

fn undecided(required: Option<f64>, width: f64) -> String {
    match required {
        Some(required) => format!("the enclosure of the difference has radius {width:.1e}, {required:.1e} is needed"),
        None => format!("zero is not excluded at radius {width:.1e}"),
    }
}

/// Left minus right; for a rate, the increment of the state minus the enclosed integral of the rate.
fn difference(relation: &Relation<'_, Ball>, over_panel: &Relation<'_, Panel>, radius: f64) -> Ball {
    match (&relation.kind, &over_panel.kind) {
        (RelationKind::Equal(left, right), _) => *left - *right,
        (RelationKind::AtMost { lower, upper, gap }, _) => *upper - *lower - gap.value(),
        (RelationKind::Below { lower, upper }, _) => *upper - *lower,
        (RelationKind::Rate { state, rate, from, to }, RelationKind::Rate { rate: panel_rate, .. }) => {
            let increment = state(*to).re - state(*from).re;
            increment - integrate(rate.as_ref(), panel_rate.as_ref(), *from, *to, radius)
        }
        (RelationKind::Rate { .. }, _) => Ball::whole(),
    }
}

/// Where the residue of a rate is looked at before anything is integrated, in quarters of the way.
const QUARTERS: std::ops::Range<i64> = 1..4;

/// The residue of a rate, `d state/dt − rate`, along the way.
fn residues<'a, S: Scalar>(relation: &'a Relation<'_, S>) -> Box<dyn Iterator<Item = S> + 'a> {
    match &relation.kind {
        RelationKind::Rate { state, rate, from, to } => Box::new(QUARTERS.map(move |quarter| {
            let t = *from + (*to - *from) * quarter / 4;
            state(t).eps - rate(t)
        })),
        _ => Box::new(std::iter::empty()),
    }
}

/// Whether a wrong version leaves this rate as it is: wherever one looks the residue may be zero, and is enclosed as narrowly as a
/// search by integrals would end, at a hundredth of its cost. That it does not, doubles mostly know.
fn untouched(relation: &Relation<'_, Ball>, over_panel: &Relation<'_, Panel>) -> bool {
    let vanishes = |residue: Ball| residue.contains_zero() && residue.to_f64_interval().mag() < VANISHING;
    residues(over_panel).all(|residue| residue.coefficient(0).contains_zero()) && residues(relation).all(vanishes)
}

fn not_touched() -> (Verdict, Ball) {
    let why = "its mistake does not touch this rate: the residue vanishes at three times".to_owned();
    (Verdict::Undecided { why }, Ball::zero())
}

/// The name of a relation, with places and the residue at each.
type Residues = (String, Vec<(String, Ball)>);

/// Left minus right of every relation at a point, without integrals: where a residue is shown not to vanish.
pub(super) fn pointwise<T: Statement>(statement: &T, point: &str) -> Result<Vec<Residues>, InputError> {
    let params: T::Params<Ball> = at_point(point)?;
    Ok(statement
        .relations(&params)
        .into_iter()
        .map(|relation| {
            let at = |suffix: String| format!("{point}{suffix}");
            let values = match &relation.kind {
                RelationKind::Equal(left, right) => vec![(at(String::new()), *left - *right)],
                RelationKind::AtMost { lower, upper, gap } => vec![(at(String::new()), *upper - *lower - gap.value())],
                // A residue is what a proof leaves, and of this there is no proof.
                RelationKind::Below { .. } => Vec::new(),
                RelationKind::Rate { .. } => {
                    let places = QUARTERS.map(|quarter| at(format!(", {quarter}/4 of the way")));
                    places.zip(residues(&relation)).collect()
                }
            };
            (relation.name, values)
        })
        .collect())
}
