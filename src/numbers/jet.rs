//! Gradient, Hessian and Jacobian of a formula at a point, by nested dual numbers.

use super::{Dual, Field, Matrix, Scalar, Vector};

/// A scalar function at a point to second order. With free symbols for its entries it stands for *any* function there:
/// an identity between jets holds for every function.
#[derive(Debug, Clone, PartialEq)]
pub struct Jet<S> {
    /// `∇F`, `d` entries.
    pub gradient: Vector<S>,
    /// `∇²F`, symmetric.
    pub hessian: Matrix<S>,
}

impl<S: Scalar> Jet<S> {
    /// The jet of a formula at `y`.
    ///
    /// ```
    /// use ouracle::numbers::{Float, Jet, Vector};
    /// let jet = Jet::of(|y| y[0] * y[0] * y[1], &Vector(vec![Float(2.0), Float(5.0)]));
    /// assert_eq!(jet.gradient, Vector(vec![Float(20.0), Float(4.0)]));
    /// assert_eq!(jet.hessian.entries(), [Float(10.0), Float(4.0), Float(4.0), Float(0.0)]);
    /// ```
    pub fn of(f: impl Fn(&Vector<Dual<Dual<S>>>) -> Dual<Dual<S>>, y: &Vector<S>) -> Self {
        let d = y.dimension();
        let along = |i: usize, j: usize| {
            let (first, second) = (y[i].direction(), y[j].direction());
            let at = (0..d).map(|k| {
                let moved = |at: usize, direction: S| if at == k { direction } else { S::zero() };
                Dual { re: Dual { re: y[k], eps: moved(j, second) }, eps: Dual::constant(moved(i, first)) }
            });
            let value = f(&Vector(at.collect()));
            let gradient = value.eps.along(Dual::constant(first));
            let partial = Dual { re: gradient.re, eps: gradient.eps.along(second) };
            S::note_derivative(value.re.re, y[i], partial.re);
            S::note_derivative(partial.re, y[j], partial.eps);
            partial
        };
        let hessian = Matrix::symmetric(d, |i, j| along(i, j).eps);
        Self { gradient: Vector((0..d).map(|i| along(i, i).re).collect()), hessian }
    }
}

/// `∇f(y)`, `d` entries.
pub fn gradient<S: Scalar>(f: impl Fn(&Vector<Dual<S>>) -> Dual<S>, y: &Vector<S>) -> Vector<S> {
    let partial = |i: usize| {
        let direction = y[i].direction();
        let value = f(&along(y, i, direction));
        let partial = value.eps.along(direction);
        S::note_derivative(value.re, y[i], partial);
        partial
    };
    Vector((0..y.dimension()).map(partial).collect())
}

/// `y` with the derivative along its component `i`.
fn along<S: Scalar>(y: &Vector<S>, i: usize, direction: S) -> Vector<Dual<S>> {
    let seed = |k: usize| if k == i { Dual { re: y[k], eps: direction } } else { Dual::constant(y[k]) };
    Vector((0..y.dimension()).map(seed).collect())
}

/// A vector field at a point to first order.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorJet<S> {
    /// Its value, `d` entries.
    pub value: Vector<S>,
    /// Its Jacobian, entry `(i, j)` the derivative of component `i` along `j`.
    pub jacobian: Matrix<S>,
}

impl<S: Scalar> VectorJet<S> {
    /// The jet of a formula at `y`.
    pub fn of(f: impl Fn(&Vector<Dual<S>>) -> Vector<Dual<S>>, y: &Vector<S>) -> Self {
        let column = |j: usize| {
            let direction = y[j].direction();
            (f(&along(y, j, direction)), direction)
        };
        let columns: Vec<_> = (0..y.dimension()).map(column).collect();
        let value: Vector<S> = columns[0].0.map(|component| component.re);
        let jacobian = Matrix::from_fn(value.dimension(), columns.len(), |i, j| {
            let (column, direction) = &columns[j];
            let partial = column[i].eps.along(*direction);
            S::note_derivative(value[i], y[j], partial);
            partial
        });
        Self { value, jacobian }
    }
}

impl<S: Field> VectorJet<S> {
    /// `∇·f`, the trace of the Jacobian.
    pub fn divergence(&self) -> S {
        self.jacobian.trace()
    }

    /// `M f`, for a matrix that does not depend on the point.
    pub fn transformed(&self, m: &Matrix<S>) -> Self {
        Self { value: m * &self.value, jacobian: m * &self.jacobian }
    }

    /// `c f`.
    pub fn scale(&self, c: S) -> Self {
        Self { value: self.value.scale(c), jacobian: self.jacobian.scale(c) }
    }

    /// The sum of two fields.
    pub fn plus(&self, other: &Self) -> Self {
        Self { value: &self.value + &other.value, jacobian: &self.jacobian + &other.jacobian }
    }

    /// The difference of two fields.
    pub fn minus(&self, other: &Self) -> Self {
        Self { value: &self.value - &other.value, jacobian: &self.jacobian - &other.jacobian }
    }
}
