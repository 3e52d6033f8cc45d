//! How many projections a sample deserves.

use crate::numbers::Scalar;
use crate::parameters;

parameters! {
    /// The two parts of the variance of a loss, and what each of their causes costs.
    Allocation {
        data_variance: positive "V_x, the variance of the loss that the data make",
        projection_variance: positive "V_v, the variance that one projection adds",
        data_cost: positive "cost c_x of a sample, in any unit",
        projection_cost: positive "cost c_v of a projection, in the same unit",
    }
}

impl<S: Scalar> Allocation<S> {
    /// `(V_x + V_v/M)(c_x + M c_v)`: the variance of an average times what it costs, whatever the number of samples.
    pub fn product(&self, projections: S) -> S {
        let variance = self.data_variance + self.projection_variance / projections;
        variance * (self.data_cost + projections * self.projection_cost)
    }

    /// `M* = √(V_v c_x/(V_x c_v))`, where the product is least. Its neighbouring integers are what code can choose from.
    pub fn best_projections(&self) -> S {
        (self.projection_variance * self.data_cost / (self.data_variance * self.projection_cost)).sqrt()
    }

    /// `(√(V_x c_x) + √(V_v c_v))²`, the least product.
    pub fn least_product(&self) -> S {
        let [data, projection] =
            [self.data_variance * self.data_cost, self.projection_variance * self.projection_cost].map(S::sqrt);
        (data + projection).square()
    }
}
