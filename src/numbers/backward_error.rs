//! How far a computed eigendecomposition is from the matrix it was made of: a bound, not an estimate.

use super::{Dual, Eigenbasis, Field, Interval, Scalar};
use nalgebra::DMatrix;

/// `2⁻⁵³`.
const U: f64 = f64::EPSILON / 2.0;

/// Bounds, in the norm of Frobenius, on what a computed decomposition of a matrix `Σ` into eigenvalues `Λ` and vectors `Q` left over. Both
/// are infinite if `Q` is far from orthogonal or does not belong to a matrix of this size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BackwardError {
    /// `r ≥ ‖Σ − UΛUᵀ‖`, with the orthogonal matrix `U` nearest to `Q`.
    pub matrix: f64,
    /// `g ≥ ‖U − Q‖`.
    pub vectors: f64,
}

impl Eigenbasis {
    /// How far this decomposition is from one of `Σ`, `d × d`.
    ///
    /// With `QᵀQ = I + G` and `R = ΣQ − QΛ`, the orthogonal factor `U` of the polar decomposition `Q = UH` has
    /// `‖U − Q‖ = ‖I − H‖ ≤ ‖H² − I‖ = ‖G‖`, so that `‖ΣU − UΛ‖ ≤ ‖R‖ + ‖G‖(‖Σ‖ + ‖Λ‖)`. Both matrices are what is left of products that
    /// nearly cancel; their leading digits are multiplied without any rounding, and the bound has what the rest may round, for any order of
    /// its sums. Costs six products.
    pub fn backward_error(&self, matrix: &DMatrix<f64>) -> BackwardError {
        const UNBOUNDED: BackwardError = BackwardError { matrix: f64::INFINITY, vectors: f64::INFINITY };
        let (d, vectors) = (self.dimension(), self.vectors());
        let largest = matrix.amax();
        if matrix.shape() != (d, d) || !largest.is_finite() || vectors.amax() > 2.0 {
            return UNBOUNDED;
        }
        // A power of two not below the largest entry; in its units no bound overflows, and what underflows is below the last term.
        let unit = 2.0_f64.powi(largest.max(f64::MIN_POSITIVE).log2().ceil().min(1023.0) as i32);
        let (sigma, q) = (Split::new(matrix / unit), Split::new(vectors.clone()));
        let gamma = d as f64 * U / (1.0 - d as f64 * U);

        // HᵀH is exact, and so is 1 less on its diagonal.
        let across = q.high.transpose();
        let mut gram = &across * &q.high;
        (0..d).for_each(|i| gram[(i, i)] -= 1.0);
        let (mixed, low) = (&across * &q.low, q.low.transpose() * &q.low);
        let rounded = 4.0 * U * (gram.norm() + 2.0 * mixed.norm() + low.norm())
            + gamma * (2.0 * q.high.norm() + q.low.norm()) * q.low.norm();
        let deviation = (&gram + &mixed + mixed.transpose() + &low).norm() + rounded;

        let mut residual = &sigma.high * &q.high;
        for (mut column, (vector, value)) in residual.column_iter_mut().zip(vectors.column_iter().zip(self.values())) {
            // One rounding of the exact difference.
            column.iter_mut().zip(vector.iter()).for_each(|(entry, v)| *entry = v.mul_add(-(value / unit), *entry));
        }
        let (first, second) = (&sigma.low * vectors, &sigma.high * &q.low);
        let rounded = 4.0 * U * (residual.norm() + first.norm() + second.norm())
            + gamma * (sigma.low.norm() * vectors.norm() + sigma.high.norm() * q.low.norm());
        let residual = (&residual + &first + &second).norm() + rounded;

        if deviation >= 0.5 {
            return UNBOUNDED;
        }
        let scale =
            (matrix / unit).norm() + self.values().iter().fold(0.0_f64, |most, value| most.max(value.abs())) / unit;
        // The norms are sums of d² squares; and the smallest numbers have lost digits.
        let roundings = 1.0 + (d * d + 64) as f64 * 4.0 * U;
        let smallest = d as f64 * 2.0_f64.powi(-500);
        BackwardError {
            matrix: ((residual + deviation * scale) * roundings + smallest) * unit * (1.0 + 4.0 * U),
            vectors: deviation * roundings + smallest,
        }
    }

    /// An enclosure of `Σᵢ fᵢ(λᵢ(M))` over the eigenvalues, ascending, of *every* matrix `M` within `radius` of this one in the norm of
    /// Frobenius: with [`BackwardError::matrix`] for the radius, of the matrix that was decomposed.
    ///
    /// By Hoffman and Wielandt `Σ(λᵢ(M) − λᵢ)² ≤ r²`, so the sum moves by at most `r·√(Σ sup fᵢ′²)`, the suprema over `[λᵢ − r, λᵢ + r]`.
    /// Where `f` is not defined on one of these the answer is the whole line.
    pub fn enclose_sum(
        &self,
        radius: f64,
        f: impl Fn(usize, Dual<Interval<f64>>) -> Dual<Interval<f64>>,
    ) -> Interval<f64> {
        let around = |value: f64| {
            let value = Interval::point(value);
            Interval::new(-radius, radius).map_or_else(Interval::whole, |width| value + width)
        };
        let axes = self.values().iter().enumerate();
        let (sum, squares) = axes.fold((Interval::zero(), Interval::zero()), |(sum, squares), (i, value)| {
            let here = f(i, Dual::constant(Interval::point(*value))).re;
            let slope = Interval::point(f(i, Dual::variable(around(*value))).eps.mag());
            (sum + here, squares + slope.square())
        });
        let most = (squares.sqrt() * Interval::point(radius)).mag();
        Interval::new(-most, most).map_or_else(Interval::whole, |moved| sum + moved)
    }
}

/// A matrix with entries of at most 2 as the sum of multiples of `2^−β` and what they leave; products of the former are exact in
/// whichever order they are added.
struct Split {
    high: DMatrix<f64>,
    low: DMatrix<f64>,
}

impl Split {
    fn new(matrix: DMatrix<f64>) -> Self {
        // d products of two multiples, each at most 4: 2β + 2 + log₂ d bits.
        let bits = (51 - matrix.nrows().next_power_of_two().ilog2()) / 2;
        let shift = 1.5 * 2.0_f64.powi(52 - bits as i32);
        let high = matrix.map(|entry| (entry + shift) - shift);
        Self { low: matrix - &high, high }
    }
}
