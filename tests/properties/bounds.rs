//! `ELBO(x) ≤ log p_θ(x)` everywhere, equality where the score is exact, and the gap as an integral.

use crate::plugged::{OtherElbo, OtherLogLikelihood, difference, enclosure, gap, other_inputs};
use crate::{caught, holds, vanishes};
use ouracle::claims::find;
use ouracle::numbers::{Ball, Field, Panel, Scalar, integrate};
use ouracle::objectives::elbo::{control, squared_mismatch};
use ouracle::strategies::{OtherGaussianPoint, RotatedPoint, ScaledScorePoint, other_gaussian_point, rotated_point};
use ouracle::worlds::{AffineScore, AxisNoise, Clock, Rotated};
use proptest::prelude::*;
use quickcheck::QuickCheck;

/// The gap is certainly not negative, or 0 as far as the arithmetic can tell.
fn not_negative(gap: Ball, resolution: f64) -> Result<(), TestCaseError> {
    if gap.to_f64_interval().lo() >= 0.0 { Ok(()) } else { vanishes(gap, resolution) }
}

/// `wrong`: the bound of the model without its prior term's mean, the shortcut `N(0, v_π)` of public code.
fn bound<const WRONG: bool>(case: &RotatedPoint) -> Result<(), TestCaseError> {
    let gap = gap(case);
    if !WRONG {
        return not_negative(gap.exact, gap.tolerance(enclosure()));
    }
    let (world, x): (Rotated<Ball>, _) = (case.world(), case.point());
    let noise = AxisNoise::Shared(case.noising.process());
    let (start, end) = (noise.start(case.dimension()), noise.end(case.dimension()));
    let forgotten = world.axes().iter().map(|axis| AffineScore { prior_mean: Ball::zero(), ..*axis }).collect();
    let elbo = Rotated::new(world.rotation().clone(), forgotten).elbo(&x, &end);
    not_negative(world.log_likelihood(&x, &start, &end) - elbo, gap.tolerance(enclosure()))
}

#[test]
fn the_bound_is_a_bound() {
    holds(200, rotated_point(), |case| bound::<false>(&case));
}

#[test]
fn a_bound_without_the_prior_mean_is_caught() {
    caught(200, rotated_point(), |case| bound::<true>(&case));
}

/// By the ledger's own quantities; `wrong`: `log q_0(x)` of the data for `log p_θ(x)` of the model.
fn ledger_bound<const WRONG: bool>(case: ScaledScorePoint) -> bool {
    let inputs = case.inputs().expect("words");
    let claim = find("family-scaled-score").expect("in the ledger");
    let elbo = claim.quantity("elbo").expect("known").ask(&inputs, 30).expect("finite").value;
    let world = case.world::<Ball>();
    let process = case.noising.process();
    let law = if WRONG { world.data(&process.start()) } else { world.model(&process.start(), &process.end()) };
    elbo.certainly_le(&law.log_density(case.x.read()))
}

#[test]
fn the_ledger_bounds_the_model() {
    assert!(QuickCheck::new().tests(200).quicktest(ledger_bound::<false> as fn(ScaledScorePoint) -> bool).is_ok());
}

#[test]
fn the_ledger_does_not_bound_the_data() {
    assert!(QuickCheck::new().tests(200).quicktest(ledger_bound::<true> as fn(ScaledScorePoint) -> bool).is_err());
}

/// `wrong`: the prior is that of the data instead of that of the score.
fn tight<const WRONG: bool>(case: &OtherGaussianPoint) -> Result<(), TestCaseError> {
    let gap = difference::<OtherLogLikelihood, OtherElbo>(&other_inputs(case));
    if !WRONG {
        return vanishes(gap.exact, gap.tolerance(enclosure()));
    }
    let (mut world, process) = (case.world::<Ball>(), case.noising.process());
    let (start, end) = (process.start(), process.end());
    world.prior_mean = end.mean(case.m0.read());
    let (x, law) = (case.x.read(), world.model(&start, &end));
    vanishes(law.log_density(x) - world.elbo(x, &end), gap.tolerance(enclosure()))
}

#[test]
fn an_exact_score_with_its_own_prior_is_tight() {
    holds(200, other_gaussian_point(), |case| tight::<false>(&case));
}

#[test]
fn another_prior_is_not_tight() {
    caught(50, other_gaussian_point(), |case| tight::<true>(&case));
}

const NO_HALF: u8 = 1;
const DATA_SCORE: u8 = 2;

/// Half the expected squared mismatch between control and model score, summed over the axes.
fn rate<S: Scalar, const WRONG: u8>(case: &RotatedPoint, t: S) -> S {
    let world: Rotated<S> = case.world();
    let noise = AxisNoise::Shared(case.noising.process());
    let (now, end) = (noise.at(case.dimension(), t), noise.end(case.dimension()));
    let z = world.coordinates(&case.point());
    let along = |i: usize, axis: &AffineScore<S>, clock: &Clock<S>| {
        let lambda = axis.scaled.lambda;
        let reference = axis.reference(clock).score();
        let control = control(&axis.score(clock), &reference, lambda);
        let score = if WRONG == DATA_SCORE { reference } else { axis.model(clock, &end[i]).score() };
        squared_mismatch(clock, &control, &score, &axis.inference(z[i], clock), lambda)
    };
    let total = world.axes().iter().enumerate().fold(S::zero(), |sum, (i, axis)| sum + along(i, axis, &now[i]));
    if WRONG == NO_HALF { total } else { total / 2 }
}

/// The quadrature is asked for a tenth of the nearest wrong version's discrepancy, which for a missing ½ is the gap itself.
fn integral<const WRONG: u8>(case: &RotatedPoint) -> Result<(), TestCaseError> {
    let gap = gap(case).exact;
    let radius = gap.to_f64_interval().mig() / 10.0;
    prop_assume!(radius > 0.0);
    let f = |t: Ball| rate::<Ball, WRONG>(case, t);
    let over_panel = |t: Panel| rate::<Panel, WRONG>(case, t);
    let integral = integrate(&f, &over_panel, Ball::zero(), case.noising.horizon().read(), radius / 2.0);
    vanishes(gap - integral, radius)
}

#[test]
fn the_gap_is_half_the_integrated_squared_mismatch() {
    holds(12, rotated_point(), |case| integral::<0>(&case));
}

#[test]
fn a_gap_without_its_half_is_caught() {
    caught(4, rotated_point(), |case| integral::<NO_HALF>(&case));
}

#[test]
fn a_gap_with_the_score_of_the_data_is_caught() {
    caught(4, rotated_point(), |case| integral::<DATA_SCORE>(&case));
}
