//! A log-density that is not quadratic and has every Gaussian moment in closed form: what finite differences get wrong shows.

use crate::numbers::{Dual, Field, Scalar, derivative};
use crate::parameters;

parameters! {
    /// `L(x) = −(a/2 x² + b/4 x⁴)` on the line, up to a constant; `b = 0` is the Gaussian of precision `a`.
    Quartic {
        a: real "coefficient of -x^2/2 in the log-density",
        b: real "coefficient of -x^4/4 in the log-density",
    }
}

impl<S: Field> Quartic<S> {
    /// `L(x)`, up to a constant.
    pub fn log_density(&self, x: S) -> S {
        let square = x * x;
        -((self.a / 2 + self.b / 4 * square) * square)
    }
}

impl<S: Copy> Quartic<S> {
    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Quartic<R> {
        Quartic { a: f(self.a), b: f(self.b) }
    }
}

impl<S: Scalar> Quartic<S> {
    /// The score `L′(x)`, by differentiation.
    pub fn score(&self, x: S) -> S {
        let still = self.map(Dual::constant);
        derivative(|x| still.log_density(x), x)
    }

    /// The derivative `L″(x)` of the score.
    pub fn score_slope(&self, x: S) -> S {
        let still = self.map(Dual::constant);
        derivative(|x| still.score(x), x)
    }
}
