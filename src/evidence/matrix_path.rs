//! Paths of linear SDEs in d dimensions without discretisation bias, from drift and diffusion alone.

use super::{Noise, Plan, Statistic, WIDTH, sampler};
use crate::numbers::{Ball, Float, Lanes, Matrix, Vector};
use crate::worlds::{MatrixSde, MatrixTransition};

/// A path of `dX = A(τ) X dτ + L(τ) dB`, as a chain of transitions.
#[derive(Debug, Clone)]
pub struct MatrixPath {
    /// The transitions, in order.
    steps: Vec<MatrixTransition<Float>>,
    /// Factors of their covariances.
    factors: Vec<Matrix<Float>>,
}

impl MatrixPath {
    /// `steps` transitions of equal length over `[0, duration]`.
    ///
    /// Each is composed of many short ones by Simpson's rule for the classical fourth-order step of `e^{Ah}` and for the noise
    /// added: the error, of order four in `1/512` of the duration, is far below any resolution that sampling reaches.
    pub fn new(sde: impl Fn(Float) -> MatrixSde<Float>, duration: f64, steps: usize) -> Self {
        const PIECES: usize = 512;
        let pieces = PIECES.div_ceil(steps);
        let h = duration / (steps * pieces) as f64;
        let steps: Vec<_> = (0..steps)
            .map(|step| {
                let d = sde(Float(0.0)).drift.rows();
                (0..pieces).fold(MatrixTransition::still(d), |so_far, piece| {
                    so_far.then(&short(&sde, h * (step * pieces + piece) as f64, h))
                })
            })
            .collect();
        let factors = steps.iter().map(|step| root(&step.covariance)).collect();
        Self { steps, factors }
    }

    /// The end of one path in every lane, from these starts.
    pub fn walk(&self, start: &[Lanes<WIDTH>], noise: &mut Noise) -> Vec<Lanes<WIDTH>> {
        self.steps.iter().zip(&self.factors).fold(start.to_vec(), |x, (step, factor)| {
            let z: Vec<_> = x.iter().map(|_| noise.normal()).collect();
            times(&step.factor, &x).into_iter().zip(times(factor, &z)).map(|(carried, added)| carried + added).collect()
        })
    }
}

impl MatrixPath {
    /// The claim that the ends of paths from `N(0, start)` have this covariance: the variance of each of the first two
    /// coordinates, and the mean of their product, whose variance is `v₁v₂ + c²`.
    pub fn plan(self, point: &'static str, start: &Matrix<Float>, claimed: &Matrix<Ball>) -> Plan {
        let [first, second, product] = [(0, 0), (1, 1), (1, 0)].map(|at| claimed[at].to_f64());
        let start = root(start);
        Plan {
            point,
            statistics: vec![
                Statistic::variance("first variance", 0.0, first),
                Statistic::variance("second variance", 0.0, second),
                Statistic::mean("product", product, first * second + product * product),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let z: Vec<_> = (0..start.rows()).map(|_| noise.normal()).collect();
                let ends = self.walk(&times(&start, &z), noise);
                out.copy_from_slice(&[ends[0], ends[1], ends[0] * ends[1]]);
            }),
        }
    }
}

/// A matrix times a vector in every lane.
fn times(matrix: &Matrix<Float>, y: &[Lanes<WIDTH>]) -> Vec<Lanes<WIDTH>> {
    let nothing = Vector(vec![Float(0.0); matrix.rows()]);
    affine(matrix, &nothing, y)
}

/// A matrix times a vector in every lane, and an offset.
pub(super) fn affine(matrix: &Matrix<Float>, offset: &Vector<Float>, y: &[Lanes<WIDTH>]) -> Vec<Lanes<WIDTH>> {
    let row = |i: usize| {
        let start = Lanes::splat(offset[i]);
        y.iter().enumerate().fold(start, |sum, (k, y)| sum + Lanes::splat(matrix[(i, k)]) * *y)
    };
    (0..matrix.rows()).map(row).collect()
}

/// The lower factor `C` of a positive semidefinite matrix, `C Cᵀ`; a pivot that vanishes takes its column with it.
fn root(matrix: &Matrix<Float>) -> Matrix<Float> {
    let d = matrix.rows();
    let mut lower = Matrix::zeros(d, d);
    for j in 0..d {
        let pivot = (0..j).fold(matrix[(j, j)], |rest, k| rest - lower[(j, k)] * lower[(j, k)]);
        if pivot.0 <= 0.0 {
            continue;
        }
        let diagonal = Float(pivot.0.sqrt());
        lower[(j, j)] = diagonal;
        for i in j + 1..d {
            let rest = (0..j).fold(matrix[(i, j)], |rest, k| rest - lower[(i, k)] * lower[(j, k)]);
            lower[(i, j)] = rest / diagonal;
        }
    }
    lower
}

/// The transition over `[a, a + h]`.
fn short(sde: &impl Fn(Float) -> MatrixSde<Float>, a: f64, h: f64) -> MatrixTransition<Float> {
    let [first, middle, last] = [a, a + h / 2.0, a + h].map(|t| sde(Float(t)));
    let h = Float(h);
    let one = Matrix::identity(first.drift.rows());
    // The classical Runge–Kutta step for the fundamental matrix, over the whole and over the second half.
    let over = |[from, between, to]: [&Matrix<Float>; 3], h: Float| {
        let k1 = from.clone();
        let k2 = between * &(&one + &k1.scale(h / 2));
        let k3 = between * &(&one + &k2.scale(h / 2));
        let k4 = to * &(&one + &k3.scale(h));
        let sum = &(&k1 + &k4) + &(&k2 + &k3).scale(Float(2.0));
        &one + &sum.scale(h / 6)
    };
    let factor = over([&first.drift, &middle.drift, &last.drift], h);
    let quarter = sde(Float(a + h.0 * 0.75));
    let half = over([&middle.drift, &quarter.drift, &last.drift], h / 2);
    let carried = |by: &Matrix<Float>, sde: &MatrixSde<Float>| &(by * &sde.noise()) * &by.transpose();
    let weighted = &(&carried(&factor, &first) + &carried(&half, &middle).scale(Float(4.0))) + &last.noise();
    MatrixTransition { factor, covariance: weighted.scale(h / 6) }
}
