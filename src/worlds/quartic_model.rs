//! A model whose log-density is a polynomial of degree four: simple enough to be exact, and not so simple that a finite
//! difference of it is a derivative.

use super::Quartic;
use crate::numbers::{Dual, Jet, Matrix, Scalar, Vector, gradient};

/// `L(x) = −½ yᵀKy − ¼ Σ bᵢyᵢ⁴` with `y = x − μ`, up to a constant: a [`Quartic`] along each axis, and a form that mixes them. With
/// `b = 0` it is Gaussian, and hides what finite differences do.
#[derive(Debug, Clone)]
pub struct QuarticModel<S> {
    /// `K`, symmetric, `d × d`.
    pub precision: Matrix<S>,
    /// `b`, `d` entries.
    pub quartic: Vector<S>,
    /// `μ`, `d` entries.
    pub centre: Vector<S>,
}

impl<S: Scalar> QuarticModel<S> {
    /// `L(x)`.
    pub fn log_density(&self, x: &Vector<S>) -> S {
        let y = x - &self.centre;
        let fourth = y.0.iter().zip(&self.quartic.0).map(|(y, b)| Quartic { a: S::zero(), b: *b }.log_density(*y));
        fourth.fold(-(self.precision.bilinear(&y, &y) / 2), |sum, term| sum + term)
    }

    /// The score `∇L(x)`, by differentiation.
    pub fn score(&self, x: &Vector<S>) -> Vector<S> {
        let free = self.map(Dual::constant);
        gradient(|x| free.log_density(x), x)
    }

    /// The score and its Jacobian `∇²L(x)`, by differentiation.
    pub fn jet(&self, x: &Vector<S>) -> Jet<S> {
        let free = self.map(|entry| Dual::constant(Dual::constant(entry)));
        Jet::of(|x| free.log_density(x), x)
    }

    /// In another reading.
    pub fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> QuarticModel<R> {
        QuarticModel { precision: self.precision.map(&f), quartic: self.quartic.map(&f), centre: self.centre.map(&f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;

    #[test]
    fn the_score_has_the_cube_and_the_jacobian_its_square() {
        let row = |entries: &[f64]| Vector(entries.iter().map(|x| Float(*x)).collect());
        let precision = Matrix::symmetric(2, |i, j| Float(if i == j { 2.0 } else { 0.5 }));
        let model = QuarticModel { precision, quartic: row(&[1.0, 3.0]), centre: row(&[1.0, 0.0]) };
        let jet = model.jet(&row(&[3.0, 1.0]));
        // y = (2, 1): s = −(4.5 + 8, 3 + 3), ∇s = −(2 + 12, .5; .5, 2 + 9).
        assert_eq!(jet.gradient, row(&[-12.5, -6.0]));
        assert_eq!(jet.hessian.entries(), [Float(-14.0), Float(-0.5), Float(-0.5), Float(-11.0)]);
    }
}
