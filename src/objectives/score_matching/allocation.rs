//! How many projections a sample deserves.

use crate::numbers::Scalar;
use crate::parameters;

parameters! {
    /// The two parts of the variance of a loss, and what each of their causes costs.
    Allocation {
        vx: positive "V_x, the variance of the loss that the data make",
        vv: positive "V_v, the variance that one projection adds",
        cx: positive "cost c_x of a sample, in any unit",
        cv: positive "cost c_v of a projection, in the same unit",
    }
}

impl<S: Scalar> Allocation<S> {
    /// `(V_x + V_v/M)(c_x + M c_v)`: the variance of an average times what it costs, whatever the number of samples.
    pub fn product(&self, projections: S) -> S {
        let variance = self.vx + self.vv / projections;
        variance * (self.cx + projections * self.cv)
    }

    /// `M* = √(V_v c_x/(V_x c_v))`, where the product is least. Its neighbouring integers are what code can choose from.
    pub fn best_projections(&self) -> S {
        (self.vv * self.cx / (self.vx * self.cv)).sqrt()
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Allocation<R> {
        Allocation { vx: f(self.vx), vv: f(self.vv), cx: f(self.cx), cv: f(self.cv) }
    }

    /// `(√(V_x c_x) + √(V_v c_v))²`, the least product.
    pub fn least_product(&self) -> S {
        let [data, projection] = [self.vx * self.cx, self.vv * self.cv].map(S::sqrt);
        (data + projection).square()
    }
}
