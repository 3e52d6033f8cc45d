//! Laws move as their equations say, compose over time, and do not care about the axes one looks along.

use crate::plugged::{Elbo, LogLikelihood, enclosure, read, rotated_inputs};
use crate::{caught, holds, vanishes};
use ouracle::numbers::{Ball, Dual, Field, Matrix, Scalar, Vector};
use ouracle::strategies::{Decimal, RotatedPoint, fraction, rotated_point, vector};
use ouracle::worlds::{AffineScore, AxisNoise, ConstantAxes, Gaussian, ReverseSde, Rotated, moving};
use proptest::prelude::*;

/// What cancels in a difference of rates: the terms are each this large, and every one has been rounded some tens of times.
/// Twice the width of an enclosure of the terms themselves is the best that the enclosure of their difference can be.
fn by_width(terms: &[Ball]) -> f64 {
    terms.iter().map(|term| 2.0 * term.radius().to_f64_up() + term.mag().to_f64_up() * enclosure()).sum()
}

trait Up {
    fn to_f64_up(&self) -> f64;
}

impl<E: ouracle::numbers::EndPoint> Up for E {
    fn to_f64_up(&self) -> f64 {
        -(-*self).to_f64_down()
    }
}

/// `wrong`: the generative noise has the amplitude `(1 − λ) g` instead of `√(1 − λ) g`.
fn model_rates<const WRONG: bool>(case: &RotatedPoint, part: &Decimal) -> Result<(), TestCaseError> {
    let process = case.noising.process::<Ball>();
    let t: Ball = part.times(&case.noising.horizon()).read();
    let (clock, moving, end) = (process.at(t), process.moving(t), process.end());
    for axis in case.world::<Ball>().axes() {
        let law = axis.map(Dual::constant).model(&moving, &end.map(Dual::constant));
        let mut reverse = ReverseSde::plug_in(&clock, &axis.score(&clock), axis.scaled.lambda);
        if WRONG {
            reverse.noise = reverse.noise * (Ball::one() - axis.scaled.lambda);
        }
        let now = law.map(|moving| moving.re);
        let (mean, variance) = (reverse.mean_rate(&now), reverse.variance_rate(&now));
        vanishes(law.mean.eps - mean, by_width(&[law.mean.eps, mean]))?;
        vanishes(law.variance.eps - variance, by_width(&[law.variance.eps, variance]))?;
    }
    Ok(())
}

#[test]
fn the_model_obeys_its_equations() {
    holds(200, (rotated_point(), fraction()), |(case, part)| model_rates::<false>(&case, &part));
}

#[test]
fn a_wrong_amplitude_of_the_noise_is_caught() {
    caught(20, (rotated_point(), fraction()), |(case, part)| model_rates::<true>(&case, &part));
}

/// Constant coefficients that differ between the axes: rates and noises borrowed from the numbers of a world.
fn constant_axes<S: Scalar>(case: &RotatedPoint) -> ConstantAxes<S> {
    let along = |field: fn(&ouracle::strategies::AxisPoint) -> Decimal| {
        vector(&case.axes.iter().map(field).collect::<Vec<_>>())
    };
    ConstantAxes {
        rates: along(|axis| axis.delta),
        noises: along(|axis| axis.vpi),
        horizon: case.noising.horizon().read(),
    }
}

/// The Lyapunov equation in full matrices; `wrong`: `LᵀL` for `LLᵀ`, which a rotation tells apart.
fn lyapunov<const WRONG: bool>(case: &RotatedPoint, part: &Decimal) -> Result<(), TestCaseError> {
    let d = case.dimension();
    let world: Rotated<Ball> = case.world();
    let noise = AxisNoise::Constant(constant_axes::<Ball>(case));
    let t: Ball = part.times(&case.noising.horizon()).read();
    let clocks = noise.moving(d, t);
    let covariance = seen(world.rotation(), |i| clocks[i].variance(Dual::constant(world.axes()[i].scaled.v0)));
    let mean = &world.rotation().map(Dual::constant)
        * &Vector((0..d).map(|i| clocks[i].mean(Dual::constant(world.axes()[i].centre))).collect());
    let mut sde = constant_axes(case).matrix_sde(world.rotation());
    if WRONG {
        sde.factor = sde.factor.transpose();
    }
    let rate = sde.covariance_rate(&covariance.map(|entry| entry.re));
    let mean_rate = sde.mean_rate(&mean.map(|entry| entry.re));
    for i in 0..d {
        vanishes(mean[i].eps - mean_rate[i], by_width(&[mean[i].eps, mean_rate[i]]))?;
        for j in 0..d {
            let (moved, claimed) = (covariance[(i, j)].eps, rate[(i, j)]);
            vanishes(moved - claimed, by_width(&[moved, claimed]))?;
        }
    }
    Ok(())
}

/// `U diag(values) Uᵀ` as a product of three matrices with moving entries.
fn seen(rotation: &Matrix<Ball>, value: impl Fn(usize) -> Dual<Ball>) -> Matrix<Dual<Ball>> {
    let d = rotation.rows();
    let still = moving(rotation, &Matrix::zeros(d, d));
    let diagonal = Matrix::from_fn(d, d, |i, j| if i == j { value(i) } else { Dual::constant(Ball::zero()) });
    &(&still * &diagonal) * &still.transpose()
}

#[test]
fn full_covariances_obey_lyapunov() {
    holds(60, (rotated_point(), fraction()), |(case, part)| lyapunov::<false>(&case, &part));
}

#[test]
fn a_transposed_noise_factor_is_caught() {
    caught(20, (rotated_point(), fraction()), |(case, part)| lyapunov::<true>(&case, &part));
}

/// The model is Markov: generating from `T` to `s` and from there to `t` is generating from `T` to `t`; `wrong`: the mean
/// that the prior left behind at `s` is forgotten.
fn composes<const WRONG: bool>(case: &RotatedPoint, parts: [&Decimal; 2]) -> Result<(), TestCaseError> {
    let process = case.noising.process::<Ball>();
    let s = parts[0].times(&case.noising.horizon());
    let (early, late, end) = (process.at(s.times(parts[1]).read()), process.at(s.read()), process.end());
    for axis in case.world::<Ball>().axes() {
        let between = axis.model(&late, &end);
        let mut second = AffineScore { prior_mean: between.mean, ..*axis };
        second.scaled.vpi = between.variance;
        if WRONG {
            second.prior_mean = late.mean(axis.centre);
        }
        let (twice, once) = (second.model(&early, &late), axis.model(&early, &end));
        vanishes(twice.mean - once.mean, by_width(&[twice.mean, once.mean]))?;
        vanishes(twice.variance - once.variance, by_width(&[twice.variance, once.variance]))?;
    }
    Ok(())
}

#[test]
fn generation_composes() {
    holds(100, (rotated_point(), fraction(), fraction()), |(case, a, b)| composes::<false>(&case, [&a, &b]));
}

#[test]
fn a_forgotten_mean_is_caught() {
    caught(20, (rotated_point(), fraction(), fraction()), |(case, a, b)| composes::<true>(&case, [&a, &b]));
}

/// Another rotation of world and point changes nothing; `wrong`: it turns only the world.
fn turns<const WRONG: bool>(case: &RotatedPoint, by: &RotatedPoint) -> Result<(), TestCaseError> {
    let d = case.dimension();
    let (world, x): (Rotated<Ball>, Vector<Ball>) = (case.world(), case.point());
    let end = AxisNoise::Shared(case.noising.process()).end(d);
    let by = ouracle::worlds::rotation(d, &vector(&by.turns));
    let turned = if WRONG { x.clone() } else { &by * &x };
    let elbo = read::<Elbo>(&rotated_inputs(case));
    // The further rotation rounds some d³ times for each plane.
    let resolution = (elbo.roundings + (d * d * d * d * d) as f64) * elbo.condition * enclosure();
    vanishes(world.turned(&by).elbo(&turned, &end) - world.elbo(&x, &end), resolution)
}

#[test]
fn rotations_change_nothing() {
    holds(60, (rotated_point(), rotated_point()), |(case, by)| turns::<false>(&case, &by));
}

#[test]
fn a_rotation_of_the_world_alone_is_caught() {
    caught(20, (rotated_point(), rotated_point()), |(case, by)| turns::<true>(&case, &by));
}

/// The sum along the axes is the density with full matrices, by adjugate or `LDLᵀ`; `wrong`: rows of `U` for columns.
fn full_matrices<const WRONG: bool>(case: &RotatedPoint) -> Result<(), TestCaseError> {
    let d = case.dimension();
    let (mut world, x): (Rotated<Ball>, Vector<Ball>) = (case.world(), case.point());
    let noise = AxisNoise::Shared(case.noising.process());
    let (start, end) = (noise.start(d), noise.end(d));
    let sum = world.log_likelihood(&x, &start, &end);
    if WRONG {
        world = Rotated::new(world.rotation().transpose(), world.axes().to_vec());
    }
    let whole = world.model(&start, &end).log_density(&x);
    // Elimination may lose what the variances differ by, twice: in the inverse and in the determinant.
    let variances: Vec<f64> = (0..d).map(|i| world.axes()[i].model(&start[i], &end[i]).variance.to_f64()).collect();
    let spread =
        variances.iter().copied().fold(0.0, f64::max) / variances.iter().copied().fold(f64::INFINITY, f64::min);
    let likelihood = read::<LogLikelihood>(&rotated_inputs(case));
    let roundings = likelihood.roundings + (d * d * d * d) as f64;
    vanishes(whole - sum, roundings * likelihood.condition * spread * spread * enclosure())
}

#[test]
fn full_matrices_agree_with_axes() {
    holds(60, rotated_point(), |case| full_matrices::<false>(&case));
}

#[test]
fn rows_for_columns_are_caught() {
    caught(20, rotated_point(), |case| full_matrices::<true>(&case));
}

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
