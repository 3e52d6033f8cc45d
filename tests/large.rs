//! Hundreds of dimensions along principal axes, against the same laws without any axes.

use nalgebra::{DMatrix, DVector};
use ouracle::numbers::{
    BackwardError, Ball, Covariance, CovarianceError, Eigenbasis, EndPoint, Field, Float, Instructions, Interval,
    Matrix, Scalar, Vector,
};
use ouracle::objectives::samplers::{self, BatchSampler, Form};
use ouracle::worlds::{
    Descent, Gaussian, Level, MultivariateGaussian, Oracle, PluginModel, PrincipalGaussian, Process, Rung, ScaledScore,
    Schedule, Transition,
};

/// Numbers without pattern in [-1, 1].
fn spread(i: usize, k: usize) -> f64 {
    2.0 * ((i * (2 * k + 3) + k + 1) as f64 * 0.618_033_988_749_895).fract() - 1.0
}

/// A full covariance with eigenvalues from about 0.1 to about d/2.
fn covariance(d: usize) -> DMatrix<f64> {
    DMatrix::from_fn(d, d, |i, j| {
        let distance = i.abs_diff(j) as f64;
        0.5 * 0.97_f64.powf(distance) * (0.3 * distance).cos() + if i == j { 0.1 } else { 0.0 }
    })
}

fn vector(d: usize, k: usize) -> DVector<f64> {
    DVector::from_fn(d, |i, _| spread(i, k))
}

fn ball(x: f64) -> Ball {
    Ball::point(EndPoint::from_f64(x))
}

fn level(alpha: f64, sigma: f64) -> Level<Float> {
    Level { alpha: Float(alpha), sigma: Float(sigma) }
}

/// The law of `z = αx + σε` in the reading of certificates, by a decomposition without axes.
fn dense(mean: &DVector<f64>, covariance: &DMatrix<f64>, level: &Level<Float>) -> MultivariateGaussian<Ball> {
    let d = mean.len();
    let level = level.map(|x| ball(x.0));
    let entry = |i: usize, j: usize| {
        let noise = if i == j { level.sigma.square() } else { Ball::zero() };
        level.alpha.square() * ball(covariance[(i, j)]) + noise
    };
    MultivariateGaussian {
        mean: Vector(mean.iter().map(|m| level.alpha * ball(*m)).collect()),
        covariance: Covariance::new(Matrix::from_fn(d, d, entry)),
    }
}

fn exact(v: &DVector<f64>) -> Vector<Ball> {
    Vector(v.iter().map(|x| ball(*x)).collect())
}

/// Whether the enclosure has the exact number in it, of which 60 digits are known.
fn holds(enclosure: &Interval<f64>, exact: &Ball) -> bool {
    let [lo, hi] = [enclosure.lo(), enclosure.hi()].map(ball);
    enclosure.is_finite() && lo.certainly_le(exact) && exact.certainly_le(&hi)
}

#[test]
fn the_backward_error_is_small_and_is_a_bound() {
    for d in [1, 2, 17, 96] {
        let matrix = covariance(d);
        let basis = Eigenbasis::new(&matrix).unwrap();
        let error = basis.backward_error(&matrix);
        // Thirty sweeps of d roundings are more than either algorithm makes.
        assert!(error.matrix <= 30.0 * (d as f64).sqrt() * basis.rounding(), "{error:?}");
        // What is left over of the matrix itself, with U for Q: nothing above r + g(‖Σ‖ + ‖Λ‖) + the roundings of the check.
        let again = basis.matrix(basis.values());
        let left = (&matrix - again).norm();
        let (scale, d) = (matrix.norm(), d as f64);
        let slack = 2.0 * error.vectors * scale * (1.0 + error.vectors) + 2.0 * d * f64::EPSILON * scale * d.sqrt();
        assert!(left <= error.matrix + slack, "{left} {error:?}");
    }
}

#[test]
fn a_decomposition_that_is_wrong_is_found_out() {
    let matrix = covariance(20);
    let basis = Eigenbasis::new(&matrix).unwrap();
    let (values, vectors) = (basis.values().to_vec(), basis.vectors().clone());
    let slip = 1e-9;
    let mut other = values.clone();
    other[7] += slip;
    let error = Eigenbasis::of(other, vectors.clone()).unwrap().backward_error(&matrix);
    // By Weyl no decomposition with this eigenvalue comes nearer.
    assert!(error.matrix >= slip * 0.999 && error.matrix < slip * 1.01, "{error:?}");
    let mut skewed = vectors.clone();
    skewed[(3, 4)] += slip;
    assert!(Eigenbasis::of(values.clone(), skewed).unwrap().backward_error(&matrix).vectors >= slip / 4.0);
    let error = Eigenbasis::of(values, vectors * 0.5).unwrap().backward_error(&matrix);
    assert!(error.matrix.is_infinite() && error.vectors.is_infinite());
    assert!(basis.backward_error(&covariance(19)).matrix.is_infinite());
}

#[test]
fn densities_are_those_of_the_law_without_axes() {
    let d = 24;
    let (mean, matrix, z) = (vector(d, 1) * 3.0, covariance(d), vector(d, 2) * 2.0);
    let data = PrincipalGaussian::new(&mean, &matrix).unwrap();
    let error = data.basis().backward_error(&matrix);
    for level in [level(1.0, 0.0), level(0.8, 0.6), level(1.0, 7.0)] {
        let truth = dense(&mean, &matrix, &level).log_density(&exact(&z));
        let enclosure = data.enclose_log_density(&z, &level, &error).unwrap();
        assert!(holds(&enclosure, &truth), "{enclosure:?} {truth}");
        // As narrow as d roundings of the largest variance beside the smallest make it, over d axes.
        assert!(enclosure.radius() < 1e-7, "{enclosure:?}");
        let value = data.log_density(&DMatrix::from_column_slice(d, 1, z.as_slice()).as_view(), &level).unwrap()[0];
        assert!((value - enclosure.midpoint()).abs() <= enclosure.radius(), "{value} {enclosure:?}");
        // Another law: the deviation for the variance.
        let wrong = level.map(|x| Float(x.0.abs().sqrt() * 1.000_1));
        assert!(!holds(&enclosure, &dense(&mean, &matrix, &wrong).log_density(&exact(&z))));
    }
}

#[test]
fn enclosures_hold_for_every_covariance_within_the_error() {
    let d = 12;
    let (mean, matrix, z) = (vector(d, 1), covariance(d), vector(d, 2) * 2.0);
    let data = PrincipalGaussian::new(&mean, &matrix).unwrap();
    let (basis, level) = (data.basis(), level(0.9, 0.2));
    let own = basis.backward_error(&matrix);
    // A shift of all eigenvalues is the worst that a sum of them can meet, one along the score the worst for the distance.
    let score = data.predict(&DMatrix::from_column_slice(d, 1, z.as_slice()).as_view(), |axis| axis.score(&level));
    let along = &score * score.transpose() / score.norm_squared();
    for (shift, size) in [(DMatrix::identity(d, d), 1e-3), (-along.clone(), 0.04), (along, 0.04)] {
        let other = &matrix + &shift * size;
        let other = (&other + other.transpose()) / 2.0;
        // A rounding of each entry beside the shift itself.
        let error = BackwardError { matrix: own.matrix + (&other - &matrix).norm() * (1.0 + 1e-12), ..own };
        let truth = dense(&mean, &other, &level).log_density(&exact(&z));
        assert!(holds(&data.enclose_log_density(&z, &level, &error).unwrap(), &truth), "{size}");
        assert!(!holds(&data.enclose_log_density(&z, &level, &own).unwrap(), &truth), "{size}");
        let sum = basis.enclose_sum(error.matrix, |_, value| value);
        let trace = other.trace();
        assert!(sum.lo() <= trace && trace <= sum.hi(), "{sum:?} {trace}");
    }
    assert!(basis.enclose_sum(0.2, |_, value| value.ln()).is_whole());
}

#[test]
fn scores_are_those_of_the_law_without_axes() {
    let d = 24;
    let (mean, matrix) = (vector(d, 1), covariance(d));
    let data = PrincipalGaussian::new(&mean, &matrix).unwrap();
    let level = level(0.9, 0.3);
    let batch = DMatrix::from_fn(d, 3, |i, n| spread(i, 5 + n));
    let scores = data.predict(&batch.as_view(), |axis| axis.score(&level));
    let law = dense(&mean, &matrix, &level);
    let error = data.basis().backward_error(&matrix);
    let (least, most) = {
        let laws = data.laws(&level);
        (laws[0].variance.0, laws[d - 1].variance.0)
    };
    for (n, column) in batch.column_iter().enumerate() {
        let truth = law.score().value(&exact(&column.into_owned()));
        let away = (0..d).map(|i| (truth[i] - ball(scores[(i, n)])).to_f64().powi(2)).sum::<f64>().sqrt();
        let size = truth.0.iter().map(|s| s.to_f64().powi(2)).sum::<f64>().sqrt();
        // ‖V⁻¹‖‖V − V̂‖ of the axes; two products of d terms and a formula of six roundings, each at most ‖V̂⁻¹‖ times the deviations.
        let roundings = (2.0 * d as f64 * (d as f64).sqrt() + 6.0) * f64::EPSILON / 2.0;
        let deviation = (column.norm() + mean.norm()) / least;
        let bound = (0.81 * error.matrix / least) * size * 1.01 + (roundings + 2.0 * error.vectors) * deviation * 1.01;
        assert!(away <= bound && bound < 1e-10 * most, "{away:e} {bound:e}");
    }
}

#[test]
fn a_diagonal_covariance_is_d_worlds_of_one_dimension() {
    let d = 40;
    let variances: Vec<f64> = (0..d).map(|i| 0.05 + 1.3 * i as f64).collect();
    let (mean, z) = (vector(d, 1), vector(d, 2));
    let matrix = DMatrix::from_diagonal(&DVector::from_vec(variances.clone()));
    let data = PrincipalGaussian::new(&mean, &matrix).unwrap();
    let level = level(0.7, 0.4);
    let one = |i: usize| Oracle::new(Float(mean[i]), Float(variances[i]));
    let sum: f64 = (0..d).map(|i| level.law(&one(i).data).log_density(Float(z[i])).0).sum();
    let batch = DMatrix::from_column_slice(d, 1, z.as_slice());
    let value = data.log_density(&batch.as_view(), &level).unwrap()[0];
    // The order of d sums of terms below 10, and what is left over of each eigenvalue beside the smallest variance, twice.
    let (u, left) = (f64::EPSILON / 2.0, 0.49 * data.basis().backward_error(&matrix).matrix);
    assert!((value - sum).abs() <= (2.0 * d as f64 * u + 2.0 * left / 0.16) * (d as f64 * 10.0), "{value} {sum}");
    let score = data.predict(&batch.as_view(), |axis| axis.score(&level));
    for i in 0..d {
        // The same formula of six roundings; a product with these axes adds zeros.
        let (exact, variance) = (one(i).score(&level).value(Float(z[i])).0, level.law(&one(i).data).variance.0);
        let bound = (left / variance + 12.0 * u) * (z[i].abs() + mean[i].abs()) / variance;
        assert!((score[i] - exact).abs() <= bound, "{} {exact} {bound:e}", score[i]);
    }
}

fn process() -> Process<Float> {
    Process::new(Schedule::VpLinear { b0: Float(0.1), b1: Float(20.0) }, Float(1.0))
}

#[test]
fn the_gap_is_the_sum_of_gaps_on_a_line() {
    let d = 30;
    let (mean, matrix) = (vector(d, 1), covariance(d));
    let model = PluginModel::new(process(), &mean, &matrix).unwrap().with_lambda(0.3).unwrap();
    let radius = model.basis().backward_error(&matrix).matrix;
    let delta = 0.2;
    let wrong = model.clone().with_score_errors(&vec![delta; d]).unwrap();
    let mean_gap = wrong.enclose_mean_gap(radius).unwrap();
    // E[log p − ELBO] along each axis, by the world of one centred dimension in the reading of certificates.
    let end = process().map(|x| ball(x.0)).end();
    let start = process().map(|x| ball(x.0)).start();
    let vpi = wrong.basis().values().iter().sum::<f64>() / d as f64;
    let vpi = ball(process().end().variance(Float(vpi)).0);
    let sum = |delta: f64| {
        wrong.basis().values().iter().fold(Ball::zero(), |sum, v0| {
            let world = ScaledScore { v0: ball(*v0), delta: ball(delta), lambda: ball(0.3), vpi };
            let gap = |x: Ball| world.model(&start, &end).log_density(x) - world.elbo(x, &end);
            sum + world.data(&start).average_of_quadratic(gap)
        })
    };
    assert!(holds(&mean_gap, &sum(delta)) && mean_gap.radius() < 1e-8 * mean_gap.midpoint(), "{mean_gap:?}");
    // With the exact score a little is left: the prior is round, and the law at the end is not quite.
    let left = model.enclose_mean_gap(radius).unwrap();
    assert!(holds(&left, &sum(0.0)) && left.hi() < 1e-3 * mean_gap.lo() && !holds(&left, &sum(1e-3)), "{left:?}");
    let shifted = wrong.clone().with_score_centre(&(&mean + vector(d, 3))).unwrap();
    // The data stay where they are.
    assert_eq!(shifted.log_density(&mean, 0.5), wrong.log_density(&mean, 0.5));
    assert_ne!(shifted.score(&mean, 0.5), wrong.score(&mean, 0.5));
    for (model, enclosure) in [(&wrong, mean_gap), (&shifted, shifted.enclose_mean_gap(radius).unwrap())] {
        // A deviation times √d to both sides along each axis: these points have the average of any quadratic function.
        let axes = model.basis().values().iter().zip(model.basis().vectors().column_iter());
        let steps = axes.map(|(v, axis)| (v * d as f64).sqrt() * axis);
        let points: Vec<DVector<f64>> = steps.flat_map(|step| [&mean + &step, &mean - step]).collect();
        let batch = DMatrix::from_columns(&points);
        let [likelihoods, elbos] =
            [model.log_likelihoods(&batch.as_view()), model.elbos(&batch.as_view())].map(Result::unwrap);
        let gaps: Vec<f64> = likelihoods.iter().zip(&elbos).map(|(p, elbo)| p - elbo).collect();
        let average = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let terms = likelihoods.iter().chain(&elbos).fold(0.0_f64, |most, x| most.max(x.abs()));
        // d terms of some 30 roundings each, over points whose terms are this large.
        let bound = 30.0 * d as f64 * f64::EPSILON * terms;
        assert!((average - enclosure.midpoint()).abs() <= bound && bound < enclosure.lo(), "{average} {enclosure:?}");
        assert_eq!(model.gap(&points[3]).unwrap(), gaps[3]);
    }
}

#[test]
fn a_rotation_changes_nothing_but_the_point_of_view() {
    let d = 16;
    let (mean, matrix, z) = (vector(d, 1), covariance(d), vector(d, 2));
    let turn = DMatrix::from_fn(d, d, |i, j| spread(i, j + 3)).qr().q();
    let turned = &turn * &matrix * turn.transpose();
    let turned = (&turned + turned.transpose()) / 2.0;
    let level = level(0.8, 0.5);
    let [here, there] =
        [(&mean, &matrix), (&(&turn * &mean), &turned)].map(|(m, s)| PrincipalGaussian::new(m, s).unwrap());
    let column = |z: &DVector<f64>| DMatrix::from_column_slice(d, 1, z.as_slice());
    let density = |law: &PrincipalGaussian, z: &DVector<f64>, s: &DMatrix<f64>| {
        law.enclose_log_density(z, &level, &law.basis().backward_error(s)).unwrap()
    };
    let (before, after) = (density(&here, &z, &matrix), density(&there, &(&turn * &z), &turned));
    // The turned numbers are rounded: Q and its products are within 4d of a unit of exact ones, in every entry.
    let rounded = 4.0 * (d * d) as f64 * f64::EPSILON * matrix.norm() / 0.25 * (z.norm() + mean.norm()).powi(2) / 0.25;
    assert!((before.midpoint() - after.midpoint()).abs() <= before.radius() + after.radius() + rounded);
    let scores = [(&here, column(&z)), (&there, column(&(&turn * &z)))]
        .map(|(law, z)| law.predict(&z.as_view(), |axis| axis.score(&level)));
    assert!((&turn * &scores[0] - &scores[1]).norm() <= rounded);
}

#[test]
fn what_is_singular_in_doubles_is_refused_with_its_smallest_eigenvalue() {
    let d = 12;
    let column = vector(d, 1);
    let singular = &column * column.transpose();
    let mean = DVector::zeros(d);
    let refused = PluginModel::new(process(), &mean, &singular).unwrap_err().to_string();
    assert!(refused.contains("the smallest eigenvalue") && refused.contains("to be told from 0"), "{refused}");
    let data = PrincipalGaussian::new(&mean, &singular).unwrap();
    let z = DMatrix::zeros(d, 1);
    let Err(CovarianceError::NotPositiveDefinite { smallest, largest, threshold }) =
        data.log_density(&z.as_view(), &level(1.0, 0.0))
    else {
        panic!("a law on a line has no density in {d} dimensions")
    };
    assert!(smallest <= threshold && threshold < 1e-14 * largest && (largest - column.norm_squared()).abs() < 1e-12);
    assert!(data.log_density(&z.as_view(), &level(1.0, 0.1)).is_ok());
    let negative = DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, -0.01]));
    let refused = PrincipalGaussian::new(&DVector::zeros(2), &negative).unwrap_err();
    assert!(refused.to_string().contains("positive semidefinite"), "{refused}");
    let CovarianceError::NotSemidefinite { smallest } = refused else { panic!("{refused}") };
    // Two dimensions of norm 1, a few roundings a rotation.
    assert!((smallest + 0.01).abs() <= 32.0 * f64::EPSILON, "{smallest}");
    assert!(data.log_density(&DMatrix::zeros(3, 1).as_view(), &level(1.0, 0.1)).is_err());
    assert!(
        data.enclose_log_density(&DVector::zeros(d), &level(1.0, 1e-7), &data.basis().backward_error(&singular))
            .unwrap()
            .is_whole()
    );
}

/// A sampler of `d` axes with its data: DDIM with half of the noise, down six levels and to the data.
fn descent() -> Descent<Float> {
    Descent::to_data(
        &[(0.05, 0.99), (0.3, 0.9), (0.6, 0.8), (0.8, 0.6), (0.95, 0.3), (0.999, 0.02)].map(|(a, s)| level(a, s)),
    )
}

fn ddim_steps(axis: &Oracle<Float>) -> Vec<Transition<Float>> {
    let eta = Float(0.5);
    let step = |z: &Form<Float>, rung: &Rung<Float>| {
        samplers::ddim_step(z, rung, axis, samplers::ddim_direction(rung, eta), samplers::ddim_std(rung, eta))
    };
    samplers::steps(&descent(), axis, step).collect()
}

#[test]
fn a_batch_draws_what_the_sampler_draws() {
    let d = 9;
    let data = PrincipalGaussian::new(&vector(d, 1), &covariance(d)).unwrap();
    let start = Gaussian::new(Float(0.2), Float(1.7));
    let sampler = BatchSampler::new(&data, &start, ddim_steps);
    let count = descent().steps();
    // The draw before every step but the last one, and that of the start: one is 1 and the others 0, or all are.
    for hot in (0..count).chain([usize::MAX, count + 1]) {
        let draw = |step: usize| if hot == usize::MAX || step == hot { 1.0 } else { 0.0 };
        let ends = sampler.coordinates(700, Instructions::widest(), |_| {
            let mut step = 0;
            move |draws: &mut [f64]| {
                draws.fill(draw(step));
                step += 1;
            }
        });
        for (i, axis) in data.axes().iter().enumerate() {
            let eta = Float(0.5);
            let form = samplers::run(&descent(), axis, |z, rung| {
                samplers::ddim_step(z, rung, axis, samplers::ddim_direction(rung, eta), samplers::ddim_std(rung, eta))
            });
            let begin = start.mean.0 + start.variance.sqrt().0 * draw(0);
            let moved: Vec<f64> = form.draws.iter().enumerate().map(|(k, c)| c.0 * draw(k + 1)).collect();
            let end = form.start.0 * begin + form.offset.0 + moved.iter().sum::<f64>();
            let terms = (form.start.0 * begin).abs() + moved.iter().fold(1.0, |sum, x| sum + x.abs());
            // Some 40 roundings a step, of numbers that the steps do not make larger: every factor is below 4.
            let bound = 40.0 * count as f64 * f64::EPSILON * 4.0 * terms;
            assert!(ends.column(i).iter().all(|z| (z - end).abs() <= bound), "{hot} {i}: {} {end}", ends[(0, i)]);
        }
    }
}

/// Draws without pattern, from the number of their source alone.
fn source(number: u64) -> impl FnMut(&mut [f64]) {
    let mut at = number as usize;
    move |draws: &mut [f64]| {
        at += 1;
        draws.iter_mut().enumerate().for_each(|(path, draw)| *draw = spread(path + 7, at % 1000));
    }
}

#[test]
fn paths_do_not_depend_on_instructions_nor_on_how_many_there_are() {
    let data = PrincipalGaussian::new(&vector(5, 1), &covariance(5)).unwrap();
    let sampler = BatchSampler::new(&data, &Gaussian::centred(Float(1.0)), ddim_steps);
    let paths = |n: usize, instructions| sampler.coordinates(n, instructions, source);
    let many = paths(1200, Instructions::Baseline);
    for instructions in Instructions::ALL {
        assert_eq!(paths(1200, instructions), many);
    }
    assert_eq!(paths(600, Instructions::Baseline), many.rows(0, 600));
    let mut numbers = Vec::new();
    sampler.coordinates(1800, Instructions::Baseline, |number| {
        numbers.push(number);
        source(number)
    });
    numbers.sort_unstable();
    // Four blocks of five axes, and no source twice.
    assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    let samples = sampler.sample(600, Instructions::Baseline, source);
    assert_eq!(samples, data.basis().points(&many.rows(0, 600).transpose()));
}

#[test]
fn hundreds_of_dimensions_agree_with_a_cholesky_factor() {
    let d = 300;
    let (mean, matrix, z) = (vector(d, 1), covariance(d), vector(d, 2) * 2.0);
    let data = PrincipalGaussian::new(&mean, &matrix).unwrap();
    let factor = matrix.clone().cholesky().unwrap();
    let deviation = &z - &mean;
    let logs: Vec<f64> = factor.l_dirty().diagonal().iter().map(|l| l.ln()).collect();
    let peak = logs.iter().sum::<f64>() + d as f64 / 2.0 * (2.0 * std::f64::consts::PI).ln();
    let by_factor = -0.5 * deviation.dot(&factor.solve(&deviation)) - peak;
    // A factor and its two solves are those of a matrix within γ(3d+1)|L||Lᵀ|, whose norm is at most tr Σ (Higham, theorem 10.4); the
    // enclosure is told of a matrix that much further away. Then the sums of the logarithms and of a product.
    let u = f64::EPSILON / 2.0;
    let mut error = data.basis().backward_error(&matrix);
    error.matrix += (3.0 * d as f64 + 2.0) * u * matrix.trace();
    let enclosure = data.enclose_log_density(&z, &level(1.0, 0.0), &error).unwrap();
    let squared = deviation.map(f64::abs).dot(&factor.solve(&deviation).map(f64::abs));
    let sums = 2.0 * d as f64 * u * (logs.iter().map(|l| l.abs()).sum::<f64>() + squared + d as f64);
    let away = (by_factor - enclosure.midpoint()).abs();
    assert!(away <= enclosure.radius() + sums && enclosure.radius() < 1e-4, "{by_factor} {enclosure:?}");
    // A unit in the sixth place of the noise is seen.
    let other = data.enclose_log_density(&z, &level(1.0, 1e-3), &error).unwrap();
    assert!((by_factor - other.midpoint()).abs() > other.radius() + sums, "{other:?}");
}
