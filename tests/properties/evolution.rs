//! Laws move as their equations say, compose over time, and do not care about the axes one looks along.
//!
//! Each law is a list of residuals in any reading. The enclosure must contain 0 and be as narrow as its arithmetic allows:
//! that is found by the same lines in intervals of doubles, whose width is scaled by the ratio of the roundings.

use crate::{caught, holds, vanishes};
use ouracle::numbers::{Ball, Dual, Interval, Matrix, Scalar, Vector};
use ouracle::strategies::{AxisPoint, Decimal, RotatedPoint, fraction, rotated_point, vector};
use ouracle::worlds::{AffineScore, AxisNoise, ConstantAxes, Gaussian, ReverseSde, Rotated, moving, rotation};
use proptest::prelude::*;

/// An operation of a [`Ball`] is wide by `2⁻²³²` at most, one of an interval of doubles by `2⁻⁵³` at least, unless exact in
/// both.
fn ratio_of_roundings() -> f64 {
    2f64.powi(53 - 232)
}

/// All residuals vanish, each as narrowly as doubles promise.
fn all_vanish(balls: Vec<Ball>, doubles: Vec<Interval<f64>>) -> Result<(), TestCaseError> {
    for (residual, in_doubles) in balls.into_iter().zip(doubles) {
        prop_assert!(in_doubles.is_finite(), "intervals of doubles say nothing here");
        vanishes(residual, (in_doubles.hi() - in_doubles.lo()) * ratio_of_roundings())?;
    }
    Ok(())
}

/// The law with residuals `$of` and its wrong version, at random cases.
macro_rules! law {
    ($holds:ident $caught:ident $cases:literal $strategy:expr, $residuals:ident) => {
        #[test]
        fn $holds() {
            holds($cases, $strategy, |case| {
                all_vanish($residuals::<Ball, false>(&case), $residuals::<_, false>(&case))
            });
        }

        #[test]
        fn $caught() {
            caught(20, $strategy, |case| all_vanish($residuals::<Ball, true>(&case), $residuals::<_, true>(&case)));
        }
    };
}

fn time<S: Scalar>(case: &RotatedPoint, part: &Decimal) -> S {
    part.times(&case.noising.horizon()).read()
}

/// The model's mean and variance against the rates of the reverse SDE; `wrong`: the generative noise has the amplitude
/// `(1 − λ) g` instead of `√(1 − λ) g`.
fn model_rates<S: Scalar, const WRONG: bool>((case, part): &(RotatedPoint, Decimal)) -> Vec<S> {
    let process = case.noising.process::<S>();
    let t = time(case, part);
    let (clock, moving, end) = (process.at(t), process.moving(t), process.end());
    let residuals = |axis: &AffineScore<S>| {
        let law = axis.map(Dual::constant).model(&moving, &end.map(Dual::constant));
        let mut reverse = ReverseSde::plug_in(&clock, &axis.score(&clock), axis.scaled.lambda);
        if WRONG {
            reverse.noise = reverse.noise * (S::one() - axis.scaled.lambda);
        }
        let now = law.map(|moving| moving.re);
        [law.mean.eps - reverse.mean_rate(&now), law.variance.eps - reverse.variance_rate(&now)]
    };
    case.world::<S>().axes().iter().flat_map(residuals).collect()
}

law!(the_model_obeys_its_equations a_wrong_amplitude_of_the_noise_is_caught 200 (rotated_point(), fraction()), model_rates);

/// Constant coefficients that differ between the axes: rates and noises borrowed from the numbers of a world.
fn constant_axes<S: Scalar>(case: &RotatedPoint) -> ConstantAxes<S> {
    let along = |field: fn(&AxisPoint) -> Decimal| vector(&case.axes.iter().map(field).collect::<Vec<_>>());
    ConstantAxes {
        rates: along(|axis| axis.delta),
        noises: along(|axis| axis.vpi),
        horizon: case.noising.horizon().read(),
    }
}

/// The Lyapunov equation in full matrices; `wrong`: `LᵀL` for `LLᵀ`, which a rotation tells apart.
fn lyapunov<S: Scalar, const WRONG: bool>((case, part): &(RotatedPoint, Decimal)) -> Vec<S> {
    let d = case.dimension();
    let world: Rotated<S> = case.world();
    let clocks = AxisNoise::Constant(constant_axes::<S>(case)).moving(d, time(case, part));
    let axes = world.axes();
    let covariance = seen(world.rotation(), |i| clocks[i].variance(Dual::constant(axes[i].scaled.v0)));
    let means = Vector((0..d).map(|i| clocks[i].mean(Dual::constant(axes[i].centre))).collect());
    let mean = &world.rotation().map(Dual::constant) * &means;
    let mut sde = constant_axes(case).matrix_sde(world.rotation());
    if WRONG {
        sde.factor = sde.factor.transpose();
    }
    let rate = sde.covariance_rate(&covariance.map(|entry| entry.re));
    let mean_rate = sde.mean_rate(&mean.map(|entry| entry.re));
    let means = (0..d).map(|i| mean[i].eps - mean_rate[i]);
    let entries = covariance.entries().iter().zip(rate.entries());
    means.chain(entries.map(|(moved, rate)| moved.eps - *rate)).collect()
}

/// `U diag(values) Uᵀ` as a product of three matrices with moving entries.
fn seen<S: Scalar>(rotation: &Matrix<S>, value: impl Fn(usize) -> Dual<S>) -> Matrix<Dual<S>> {
    let d = rotation.rows();
    let still = moving(rotation, &Matrix::zeros(d, d));
    let diagonal = Matrix::from_fn(d, d, |i, j| if i == j { value(i) } else { Dual::constant(S::zero()) });
    &(&still * &diagonal) * &still.transpose()
}

law!(full_covariances_obey_lyapunov a_transposed_noise_factor_is_caught 60 (rotated_point(), fraction()), lyapunov);

/// The model is Markov: generating from `T` to `s` and from there to `t` is generating from `T` to `t`; `wrong`: the mean
/// that the prior left behind at `s` is forgotten.
fn composes<S: Scalar, const WRONG: bool>((case, late, early): &(RotatedPoint, Decimal, Decimal)) -> Vec<S> {
    let process = case.noising.process::<S>();
    let (early, late) = (process.at(time(case, &late.times(early))), process.at(time(case, late)));
    let end = process.end();
    let residuals = |axis: &AffineScore<S>| {
        let between = axis.model(&late, &end);
        let mut second = AffineScore { prior_mean: between.mean, ..*axis };
        second.scaled.vpi = between.variance;
        if WRONG {
            second.prior_mean = late.mean(axis.centre);
        }
        let (twice, once) = (second.model(&early, &late), axis.model(&early, &end));
        [twice.mean - once.mean, twice.variance - once.variance]
    };
    case.world::<S>().axes().iter().flat_map(residuals).collect()
}

law!(generation_composes a_forgotten_mean_is_caught 100 (rotated_point(), fraction(), fraction()), composes);

/// Another rotation of world and point changes nothing; `wrong`: it turns only the world.
fn turns<S: Scalar, const WRONG: bool>((case, other): &(RotatedPoint, RotatedPoint)) -> Vec<S> {
    let d = case.dimension();
    let (world, x): (Rotated<S>, Vector<S>) = (case.world(), case.point());
    let end = AxisNoise::Shared(case.noising.process()).end(d);
    let by = rotation(d, &vector(&other.turns));
    let turned = if WRONG { x.clone() } else { &by * &x };
    vec![world.turned(&by).elbo(&turned, &end) - world.elbo(&x, &end)]
}

law!(rotations_change_nothing a_rotation_of_the_world_alone_is_caught 60 (rotated_point(), rotated_point()), turns);

/// The sum along the axes is the density with full matrices, by adjugate or `LDLᵀ`; `wrong`: rows of `U` for columns.
fn full_matrices<S: Scalar, const WRONG: bool>(case: &RotatedPoint) -> Vec<S> {
    let d = case.dimension();
    let (mut world, x): (Rotated<S>, Vector<S>) = (case.world(), case.point());
    let noise = AxisNoise::Shared(case.noising.process());
    let (start, end) = (noise.start(d), noise.end(d));
    let sum = world.log_likelihood(&x, &start, &end);
    if WRONG {
        world = Rotated::new(world.rotation().transpose(), world.axes().to_vec());
    }
    vec![world.model(&start, &end).log_density(&x) - sum]
}

law!(full_matrices_agree_with_axes rows_for_columns_are_caught 60 rotated_point(), full_matrices);

/// Approximate equality of laws is that of every field.
#[test]
fn laws_compare_field_by_field() {
    use approx::{AbsDiffEq, RelativeEq, UlpsEq};
    use ouracle::numbers::Float;
    let law = Gaussian::new(Float(1.0), Float(2.0));
    let near = Gaussian::new(Float(1.0), Float(2f64.next_up()));
    let far = Gaussian::new(Float(2.0), Float(2.0));
    assert!(law.ulps_eq(&near, 0.0, 1) && law.relative_eq(&near, 0.0, f64::EPSILON));
    assert!(!law.abs_diff_eq(&near, 0.0) && !law.ulps_eq(&far, 0.5, 4) && !law.relative_eq(&far, 0.0, 0.25));
}
