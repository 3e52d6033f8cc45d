//! A polynomial of one projection: along every line it is a polynomial, and sums of such are all polynomials there are.

use crate::numbers::{Field, Scalar, Taylor, Vector};
use crate::parameters::{InputError, Parameters, Source};

/// `L(x) = Σ cₙ (kᵀx)ⁿ` at a point `x`, and a step `v` from there.
#[derive(Debug, Clone)]
pub struct RidgeStep<S> {
    /// `c`, from the constant on.
    pub coefficients: Vector<S>,
    /// `k`, `d` entries.
    pub direction: Vector<S>,
    /// `x`, `d` entries.
    pub x: Vector<S>,
    /// `v`, `d` entries.
    pub v: Vector<S>,
}

impl<S: Field> RidgeStep<S> {
    /// `L` at a point, in this reading.
    pub fn value(&self, x: &Vector<S>) -> S {
        let along = self.direction.dot(x);
        self.coefficients.0.iter().rev().fold(S::zero(), |sum, c| sum * along + *c)
    }

    /// With the powers below this one alone.
    pub fn truncated(&self, terms: usize) -> Self {
        let coefficients = Vector(self.coefficients.0.iter().take(terms).copied().collect());
        Self { coefficients, ..self.clone() }
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> RidgeStep<R> {
        RidgeStep {
            coefficients: self.coefficients.map(&f),
            direction: self.direction.map(&f),
            x: self.x.map(&f),
            v: self.v.map(&f),
        }
    }
}

impl<S: Scalar> RidgeStep<S> {
    /// `D_vⁿ L(x) = dⁿL(x + tv)/dtⁿ` at `t = 0`, from `n = 0` to 9: the coefficients of the power series along the line.
    pub fn derivatives(&self) -> [S; 10] {
        let line: RidgeStep<Taylor<S, 10>> = self.map(Taylor::constant);
        let series = line.value(&(&line.x + &line.v.scale(Taylor::variable(S::zero()))));
        let mut factorial = 1;
        std::array::from_fn(|n| {
            factorial *= (n as i64).max(1);
            series.coefficient(n) * factorial
        })
    }
}

impl<S: Scalar> Parameters<S> for RidgeStep<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let coefficients =
            source.vector("c", "coefficients of the powers of k.x in the log-density, from the constant on")?;
        let direction = source.vector("k", "the projection that the log-density depends on")?;
        let x = source.vector("x", "the point")?;
        let v = source.vector("v", "the step")?;
        source.same_dimension(&["k", "x", "v"])?;
        Ok(Self { coefficients, direction, x, v })
    }
}
