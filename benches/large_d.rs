//! Matrices with many entries, in doubles and enclosed: factors, inverses, log-densities.

use divan::{Bencher, black_box};
use ouracle::numbers::{Ball, Covariance, Float, Matrix, Scalar, Vector};
use ouracle::worlds::MultivariateGaussian;

/// `Σ_ij = ½ 0.9^|i−j| + 0.1 (i = j)`.
fn covariance<S: Scalar>(d: usize) -> Matrix<S> {
    let decay = |i: usize, j: usize| S::ratio(9, 10).powi(i.abs_diff(j) as i32) / 2;
    black_box(Matrix::symmetric(d, decay).plus_identity(S::ratio(1, 10)))
}

/// With the inverse and determinant that formulas take.
#[divan::bench(types = [Float, Ball], args = [16, 32])]
fn covariance_with_inverse<S: Scalar>(bencher: Bencher, d: usize) {
    bencher.with_inputs(|| covariance::<S>(d)).bench_values(Covariance::new);
}

#[divan::bench(types = [Float], args = [64, 128])]
fn cholesky<S: Scalar>(bencher: Bencher, d: usize) {
    bencher.with_inputs(|| covariance::<S>(d)).bench_refs(|matrix| matrix.cholesky());
}

/// Once the inverse is there.
#[divan::bench(types = [Float, Ball], args = [16, 32])]
fn log_density<S: Scalar>(bencher: Bencher, d: usize) {
    let entry = |i: usize| S::ratio((7919 * i as i64 + 11) % 2001 - 1000, 1000);
    let law = MultivariateGaussian {
        mean: Vector((0..d).map(entry).collect()),
        covariance: Covariance::new(covariance::<S>(d)),
    };
    let point = Vector((d..2 * d).map(entry).collect());
    bencher.bench_local(|| law.log_density(black_box(&point)));
}
