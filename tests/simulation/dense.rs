//! Paths in several dimensions: against recursions of their own, and coordinate by coordinate.

use crate::score::{FAR, euler, standardised};
use nalgebra::{DMatrix, DVector};
use ouracle::numbers::Instructions;
use ouracle::simulation::{
    DenseEnd, DensePaths, DenseStep, Increments, IndependentAxes, Precision, Seed, ShapeError, Values, WeightedPaths,
};

/// Steps without symmetry in any of their numbers; small integers over four, so that sums are exact.
fn steps(d: usize, deviation: f64) -> Vec<DenseStep> {
    let entry = |i: usize, salt: usize| ((i * i + 3 * i + salt) % 7) as f64 / 4.0 - 0.5;
    let vector = |salt: usize| (0..d).map(|i| entry(i, salt)).collect::<Vec<_>>();
    (0..3)
        .map(|k| DenseStep {
            factor: vector(k),
            offset: vector(k + 2),
            deviation: (0..d).map(|i| deviation * (1.0 + i as f64)).collect(),
            matrix: (0..d * d).map(|i| entry(i, k + 4)).collect(),
            shift: vector(k + 5),
            still: -0.5 - k as f64,
            noise: 2.0 - k as f64,
        })
        .collect()
}

fn end(d: usize) -> DenseEnd {
    DenseEnd { square: -0.25, linear: (0..d).map(|i| i as f64 - 1.0).collect(), constant: 3.0 }
}

fn start(d: usize) -> Vec<f64> {
    (0..d).map(|i| 1.0 - i as f64 / 2.0).collect()
}

/// The mean of the functional, by mean and covariance of the state.
fn exact(d: usize, steps: &[DenseStep]) -> f64 {
    let mut mean = DVector::from_vec(start(d));
    let (mut covariance, mut total) = (DMatrix::zeros(d, d), 0.0);
    for step in steps {
        let a = DMatrix::from_row_slice(d, d, &step.matrix);
        let u = &a * &mean + DVector::from_column_slice(&step.shift);
        total += step.still * (u.norm_squared() + (&a * &covariance * a.transpose()).trace());
        let f = DMatrix::from_diagonal(&DVector::from_column_slice(&step.factor));
        let s = DMatrix::from_diagonal(&DVector::from_column_slice(&step.deviation));
        mean = &f * mean + DVector::from_column_slice(&step.offset);
        covariance = &f * covariance * &f + &s * &s;
    }
    let end = end(d);
    let linear = DVector::from_vec(end.linear);
    total + end.square * (mean.norm_squared() + covariance.trace()) + linear.dot(&mean) + end.constant
}

fn block<P: Precision>(d: usize, deviation: f64, number: u64, instructions: Instructions) -> Box<Values<P>> {
    let paths = DensePaths::new(&start(d), &steps(d, deviation), &end(d)).unwrap();
    let mut values = Box::default();
    paths.block(&Seed::new(5, "dense"), number, instructions, &mut values);
    values
}

fn the_same_bits<P: Precision + PartialEq>() {
    for d in [1, 3, 8] {
        let widest = block::<P>(d, 0.5, 2, Instructions::widest());
        for instructions in Instructions::ALL {
            assert!(block::<P>(d, 0.5, 2, instructions) == widest, "{d} {instructions:?}");
        }
        assert!(block::<P>(d, 0.5, 3, Instructions::widest()) != widest);
    }
}

#[test]
fn bits_do_not_depend_on_the_instructions() {
    the_same_bits::<f64>();
    the_same_bits::<f32>();
}

#[test]
fn without_noise_every_path_is_the_recursion() {
    for d in [1, 2, 5, 8, 11] {
        let exact = exact(d, &steps(d, 0.0));
        let values = block::<f64>(d, 0.0, 0, Instructions::widest());
        assert!(values.still.iter().all(|value| *value == exact), "{d}: {} {exact}", values.still[0]);
    }
}

fn means_are_exact<P: Precision>() {
    let (d, blocks) = (5, 8);
    let exact = exact(d, &steps(d, 0.5));
    let (mut still, mut whole) = (Vec::new(), Vec::new());
    for number in 0..blocks {
        let values = block::<P>(d, 0.5, number, Instructions::widest());
        still.extend(values.still.map(Into::<f64>::into));
        whole.extend(values.whole.map(Into::<f64>::into));
    }
    for values in [&still, &whole] {
        assert!(standardised(values, exact).abs() < FAR, "{}", standardised(values, exact));
    }
    // u·z: of mean zero, and of variance Σ n² E|u|².
    let noise: Vec<f64> = still.iter().zip(&whole).map(|(still, whole)| whole - still).collect();
    let squares: Vec<f64> = noise.iter().map(|x| x * x).collect();
    let all = steps(d, 0.5);
    let weights: f64 = (0..all.len())
        .map(|k| {
            // A functional of |u|² at one step alone.
            let alone = |i: usize| if i == k { 1.0 } else { 0.0 };
            let with = all.iter().enumerate().map(|(i, step)| DenseStep { still: alone(i), ..step.clone() });
            let without = all.iter().map(|step| DenseStep { still: 0.0, ..step.clone() });
            let energy = self::exact(d, &with.collect::<Vec<_>>()) - self::exact(d, &without.collect::<Vec<_>>());
            all[k].noise.powi(2) * energy
        })
        .sum();
    assert!(standardised(&squares, weights).abs() < FAR, "{}", standardised(&squares, weights));
}

#[test]
fn means_are_those_of_the_recursion() {
    means_are_exact::<f64>();
    means_are_exact::<f32>();
}

#[test]
fn axes_are_one_dimensional_paths_side_by_side() {
    let axis = |k: f64| WeightedPaths { start: k, steps: euler(4, [(k, 0.1), (1.0, 0.0)]), last: [[-0.5, k, 1.0]; 2] };
    let axes = vec![axis(1.1), axis(0.7), axis(1.3)];
    let (seed, number) = (Seed::new(5, "axes"), 4);
    for instructions in [Instructions::Baseline, Instructions::widest()] {
        let mut expected: Box<[Values<f64>; 2]> = Box::default();
        for (i, axis) in axes.iter().enumerate() {
            let mut values: Box<[Values<f64>; 2]> = Box::default();
            axis.block(Increments::ThreeBits, &seed, i as u64 + 3 * number, instructions, &mut values);
            for (sum, values) in expected.iter_mut().zip(values.iter()) {
                sum.still.iter_mut().zip(values.still).for_each(|(sum, x)| *sum += x);
                sum.whole.iter_mut().zip(values.whole).for_each(|(sum, x)| *sum += x);
            }
        }
        let mut found: Box<[Values<f64>; 2]> = Box::default();
        IndependentAxes { axes: axes.clone() }.block(Increments::ThreeBits, &seed, number, instructions, &mut found);
        assert!(found == expected, "{instructions:?}");
    }
}

#[test]
fn a_diagonal_matrix_has_the_law_of_independent_axes() {
    let d = 3;
    let axis = |k: f64| WeightedPaths { start: k, steps: euler(4, [(k, 0.1)]), last: [[-0.5, 0.0, 0.0]] };
    let axes: Vec<_> = [1.1, 0.7, 1.3].map(axis).into();
    let mean: f64 = axes.iter().map(|axis| axis.means()[0]).sum();
    let dense: Vec<DenseStep> = (0..4)
        .map(|k| {
            let step = |i: usize| axes[i].steps[k];
            // The coefficients of −uz.
            let u = |i: usize| {
                let [_, slope, offset] = step(i).added[0].noise;
                [-slope, -offset]
            };
            DenseStep {
                factor: (0..d).map(|i| step(i).factor).collect(),
                offset: vec![0.0; d],
                deviation: (0..d).map(|i| step(i).deviation).collect(),
                matrix: DMatrix::from_fn(d, d, |i, j| if i == j { u(i)[0] } else { 0.0 }).as_slice().to_vec(),
                shift: (0..d).map(|i| u(i)[1]).collect(),
                still: -0.5,
                noise: -1.0,
            }
        })
        .collect();
    // The axes leave out the constant of u².
    let constant = 0.5 * dense.iter().flat_map(|step| &step.shift).map(|a| a * a).sum::<f64>();
    let end = DenseEnd { square: -0.5, linear: vec![0.0; d], constant };
    let paths = DensePaths::<f64>::new(&axes.iter().map(|axis| axis.start).collect::<Vec<_>>(), &dense, &end).unwrap();
    let (seed, mut found, mut split) = (Seed::new(5, "both"), Box::default(), Box::new([Values::<f64>::default()]));
    let (mut of_dense, mut of_axes) = (Vec::new(), Vec::new());
    for number in 0..4 {
        paths.block(&seed, number, Instructions::widest(), &mut found);
        IndependentAxes { axes: axes.clone() }.block(
            Increments::Normal,
            &seed,
            100 + number,
            Instructions::widest(),
            &mut split,
        );
        of_dense.extend(found.whole);
        of_axes.extend(split[0].whole);
    }
    for values in [&of_dense, &of_axes] {
        assert!(standardised(values, mean).abs() < FAR, "{}", standardised(values, mean));
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let new = |steps: &[DenseStep], end: &DenseEnd| DensePaths::<f64>::new(&start(3), steps, end).unwrap_err();
    let mut short = steps(3, 1.0);
    short[1].matrix.pop();
    let error = new(&short, &end(3)).to_string();
    assert_eq!(error, "the matrix of step 1 has 8 entries, and in 3 dimensions it must have 9");
    assert_eq!(new(&steps(3, 1.0), &end(2)), ShapeError::End { found: 2, dimension: 3 });
    assert_eq!(DensePaths::<f64>::new(&[], &[], &end(0)).unwrap_err(), ShapeError::NoDimension);
}
