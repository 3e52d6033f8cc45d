//! Doubles agree with enclosures within the number of roundings times `u κ`, `κ` by the library.

use crate::plugged::{DOUBLE, Elbo, LogLikelihood, Read, gap, read, rotated_inputs};
use nalgebra::{DMatrix, DVector};
use ouracle::claims::Formula;
use ouracle::numbers::{Ball, Covariance, Dual, Float, Interval, Matrix, Vector};
use ouracle::strategies::{RotatedPoint, ScaledScorePoint, VpMoment};
use ouracle::worlds::{MultivariateGaussian, PluginError, PluginModel, Process, Schedule};
use quickcheck::{Arbitrary, QuickCheck, Testable};

fn point(x: f64) -> Ball {
    Ball::from(Interval::point(x))
}

fn distance(double: f64, exact: Ball) -> f64 {
    (point(double) - exact).to_f64_interval().mag()
}

fn passes<T: Testable>(tests: u64, property: T) {
    if let Err(failure) = QuickCheck::new().tests(tests).quicktest(property) {
        panic!("{failure:?}");
    }
}

fn fails<T: Testable>(tests: u64, property: T) {
    assert!(QuickCheck::new().tests(tests).quicktest(property).is_err(), "no counterexample to a wrong property");
}

fn within(read: &Read) -> bool {
    distance(read.double, read.exact) <= read.tolerance(DOUBLE)
}

fn close<F: Formula>(case: RotatedPoint) -> bool {
    within(&read::<F>(&rotated_inputs(&case)))
}

fn close_gap(case: RotatedPoint) -> bool {
    within(&gap(&case))
}

#[test]
fn doubles_lose_no_more_than_their_condition() {
    passes(100, close::<Elbo> as fn(RotatedPoint) -> bool);
    passes(100, close::<LogLikelihood> as fn(RotatedPoint) -> bool);
    passes(100, close_gap as fn(RotatedPoint) -> bool);
}

/// The roundings of the same arithmetic in single precision are far outside.
fn single(case: RotatedPoint) -> bool {
    let read = read::<Elbo>(&rotated_inputs(&case));
    within(&Read { double: f64::from(read.double as f32), ..read })
}

#[test]
fn single_precision_is_caught() {
    fails(100, single as fn(RotatedPoint) -> bool);
}

/// `w` of VP-linear from `1 − e^{−Λ}` instead of `expm1`, with 12 roundings that change it by `2u` at most.
fn vp_variance<const WRONG: bool>(case: VpMoment) -> bool {
    let exact = case.process::<Ball>().at(case.t().read()).w;
    let double = case.process::<Float>().at(Float(case.t().to_f64()));
    let w = if WRONG { 1.0 - double.phi.0 * double.phi.0 } else { double.w.0 };
    distance(w, exact) <= 12.0 * 2.0 * DOUBLE * exact.mag().to_f64()
}

trait ToF64 {
    fn to_f64(&self) -> f64;
}

impl<E: ouracle::numbers::EndPoint> ToF64 for E {
    fn to_f64(&self) -> f64 {
        -(-*self).to_f64_down()
    }
}

#[test]
fn small_times_keep_their_digits() {
    passes(500, vp_variance::<false> as fn(VpMoment) -> bool);
    fails(500, vp_variance::<true> as fn(VpMoment) -> bool);
}

/// Covariance and mean of a case as a user has them, in doubles.
fn given(case: &RotatedPoint) -> (DVector<f64>, DMatrix<f64>) {
    let world = case.world::<Float>();
    let reference = world.reference(&vec![case.noising.process().start(); case.dimension()]);
    let covariance = reference.covariance.matrix();
    let d = case.dimension();
    // Products of doubles commute, and both triangles add in the same order, so this is symmetric to the last bit.
    let matrix = DMatrix::from_fn(d, d, |i, j| covariance[(i, j)].0);
    (DVector::from_iterator(d, reference.mean.0.iter().map(|m| m.0)), matrix)
}

/// The density of the data as the f64 surface gives it, against the enclosure of the density with exactly the doubles that
/// the user gave. The eigenvalue problem is backward stable: it solves one within `c u ‖Σ‖` of the given one, with `c` at
/// most the 6 roundings of each of the `d` rotations in each of the 3 sweeps for each of the `d` eigenvalues. `wrong`: a deviation for the variance.
fn user_density<const WRONG: bool>(case: RotatedPoint) -> bool {
    let (mean, covariance) = given(&case);
    let d = case.dimension();
    let x = DVector::from_iterator(d, case.x.iter().map(|entry| entry.to_f64()));
    let model = PluginModel::new(case.noising.process(), &mean, &covariance).expect("a valid covariance");
    let double = model.log_density(&x, 0.0).expect("a valid point");

    let law = |entries: &dyn Fn(usize, usize) -> Dual<Float>| MultivariateGaussian {
        mean: Vector(mean.iter().map(|m| Dual::constant(Float(*m))).collect()),
        covariance: Covariance::new(Matrix::from_fn(d, d, entries)),
    };
    let y = Vector(x.iter().map(|entry| Dual::constant(Float(*entry))).collect());
    let norm = covariance.norm();
    let mut condition = 0.0;
    for (row, column) in (0..d).flat_map(|i| (0..d).map(move |j| (i, j))) {
        let seeded = |i: usize, j: usize| {
            let eps = if (i, j) == (row, column) { norm } else { 0.0 };
            Dual { re: Float(covariance[(i, j)]), eps: Float(eps) }
        };
        let density = law(&seeded).log_density(&y);
        condition += density.eps.0.abs();
        if (row, column) == (0, 0) {
            condition += density.re.0.abs();
        }
    }
    // The terms of the density cancel in its sum, and so may mean and point in their difference.
    let exact = MultivariateGaussian {
        mean: Vector(mean.iter().map(|m| point(*m)).collect()),
        covariance: Covariance::new(Matrix::from_fn(d, d, |i, j| {
            point(if WRONG { covariance[(i, j)].abs().sqrt().copysign(covariance[(i, j)]) } else { covariance[(i, j)] })
        })),
    };
    let at = Vector(x.iter().map(|entry| point(*entry)).collect::<Vec<_>>());
    let places: f64 =
        exact.score().value(&at).0.iter().map(|s| s.to_f64().abs()).sum::<f64>() * (x.norm() + mean.norm());
    let roundings = (18 * d * d + 3 * d + 10) as f64;
    distance(double, exact.log_density(&at)) <= roundings * DOUBLE * (condition + places)
}

#[test]
fn the_surface_for_users_agrees_with_full_matrices() {
    passes(100, user_density::<false> as fn(RotatedPoint) -> bool);
    fails(100, user_density::<true> as fn(RotatedPoint) -> bool);
}

/// In one dimension the surface gives the numbers of the ledger.
fn surface_is_ledger(case: ScaledScorePoint) -> bool {
    let inputs = case.inputs().expect("words");
    let claim = ouracle::claims::find("family-scaled-score").expect("in the ledger");
    let in_double = claim.quantity("elbo").and_then(|quantity| quantity.double).expect("known");
    let (ledger, _) = in_double(&inputs, &[]).expect("readable");
    let surface =
        PluginModel::new(case.noising.process(), &DVector::zeros(1), &DMatrix::from_element(1, 1, case.v0.to_f64()))
            .and_then(|model| model.with_score_errors(&[case.delta.to_f64()]))
            .and_then(|model| model.with_prior(&DVector::zeros(1), case.vpi.to_f64()))
            .and_then(|model| model.with_lambda(case.lambda.to_f64()))
            .and_then(|model| model.elbo(&DVector::from_element(1, case.x.to_f64())));
    // The same formula on the same doubles: the same bits.
    surface == Ok(ledger.0)
}

#[test]
fn the_surface_gives_the_numbers_of_the_ledger() {
    passes(200, surface_is_ledger as fn(ScaledScorePoint) -> bool);
}

#[test]
fn wrong_inputs_are_refused_in_words() {
    let vp = || Process::new(Schedule::VpLinear { b0: Float(0.1), b1: Float(20.0) }, Float(1.0));
    let (mean, unit) = (DVector::zeros(2), DMatrix::identity(2, 2));
    let refused =
        |covariance: &DMatrix<f64>| PluginModel::new(vp(), &mean, covariance).expect_err("refused").to_string();
    let message = refused(&DMatrix::identity(3, 3));
    assert_eq!(message, "the covariance must have 2 rows and 2 columns, but it has 3 rows and 3 columns");
    assert!(refused(&DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.4, 1.0])).contains("is not symmetric"));
    assert!(refused(&DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 1.0, 1.0])).contains("eigenvalue"));
    assert!(refused(&DMatrix::from_row_slice(2, 2, &[f64::NAN, 0.0, 0.0, 1.0])).contains("is NaN"));
    let cosine = Process::new(Schedule::VpCosine { s: Float(0.008), unit: Float(1.0) }, Float(1.5));
    assert!(PluginModel::new(cosine, &mean, &unit).expect_err("refused").to_string().contains("no finite end"));
    let model = PluginModel::new(vp(), &mean, &unit).expect("valid");
    assert!(model.elbo(&DVector::zeros(3)).is_err());
    assert!(matches!(model.log_density(&mean, 1.5), Err(PluginError::Domain { name: "the time", .. })));
    assert!(matches!(model.log_density(&mean, f64::NAN), Err(PluginError::Domain { .. })));
    assert!(model.clone().with_lambda(1.5).is_err() && model.clone().with_prior(&mean, 0.0).is_err());
    assert!(model.clone().with_score_errors(&[0.1]).is_err());
    let ode = model.with_lambda(1.0).expect("the probability-flow ODE");
    assert!(ode.log_likelihood(&mean).is_ok() && ode.elbo(&mean).is_err());
}

/// Shrinking ends, and never leaves the domain.
#[test]
fn cases_shrink_to_simpler_ones() {
    let mut g = quickcheck::Gen::new(100);
    let mut case = RotatedPoint::arbitrary(&mut g);
    let mut steps = 0;
    while let Some(simpler) = case.shrink().next() {
        assert!(PluginModel::new(simpler.noising.process(), &given(&simpler).0, &given(&simpler).1).is_ok());
        case = simpler;
        steps += 1;
        assert!(steps < 1000, "shrinking goes round in circles at {case:?}");
    }
    assert_eq!(case.dimension(), 1);
}
