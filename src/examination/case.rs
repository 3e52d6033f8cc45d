//! The cases: a process, a law of the data, and a model that stands for a network. Everything in them is a short dyadic number or a ratio.

use serde_json::Value;

/// A case, as a `setup` sends it.
#[derive(Debug)]
pub struct Case {
    /// Its permanent id.
    pub id: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The JSON text of the `case` of a `setup`.
    pub setup: &'static str,
    /// Quantities that are asked for here; the model has no part in others.
    pub quantities: Asked,
    /// How many questions of each quantity the smallest tier has.
    pub smoke: usize,
}

/// Which quantities a case asks for.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    /// All that have a closed form.
    All,
    /// Those that depend on the model.
    OfTheModel,
    /// Refusals only: the case itself is invalid.
    Refusal,
}

/// The quantities in which the model has a part.
pub const OF_THE_MODEL: &[&str] =
    &["score", "reverse-drift", "velocity", "ddim-step", "elbo", "lower-bound", "dsm-term"];

/// All cases.
#[rustfmt::skip]
pub static CASES: &[Case] = &[
    case("ou-1d", "the smallest world", 2, r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[1],"cov":[[0.75]]},"model":{"kind":"exact"}}"#),
    case("ou-fast", "a rate and a horizon that are not 1", 0, r#"{"process":{"kind":"ou","rate":"5/4","horizon":"2"},"data":{"kind":"gaussian","mean":[-1.5],"cov":[[0.25]]},"model":{"kind":"exact"}}"#),
    case("ou-narrow", "data of so little spread that the noise of small times shows", 0, r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[0.125],"cov":[[9.5367431640625e-7]]},"model":{"kind":"exact"}}"#),
    case("vp-linear-1d", "the schedule of DDPM", 1, r#"{"process":{"kind":"vp-linear","b0":"1/10","b1":"20","horizon":"1"},"data":{"kind":"gaussian","mean":[0.5],"cov":[[0.25]]},"model":{"kind":"exact"}}"#),
    case("vp-linear-long", "a horizon that is not 1, and data that are not forgotten", 0, r#"{"process":{"kind":"vp-linear","b0":"1/2","b1":"1","horizon":"2"},"data":{"kind":"gaussian","mean":[2],"cov":[[3]]},"model":{"kind":"exact"}}"#),
    case("sub-vp-1d", "noise that starts slowly", 0, r#"{"process":{"kind":"sub-vp-linear","b0":"1/10","b1":"4","horizon":"1"},"data":{"kind":"gaussian","mean":[0.75],"cov":[[0.5]]},"model":{"kind":"exact"}}"#),
    case("ve-1d", "noise without decay", 0, r#"{"process":{"kind":"ve-geometric","smin":"1/100","smax":"5","horizon":"1"},"data":{"kind":"gaussian","mean":[-0.5],"cov":[[1.5]]},"model":{"kind":"exact"},"prior":{"kind":"gaussian","mean":[0],"cov":[[25]]}}"#),
    case("vp-cosine-1d", "the cosine schedule", 0, r#"{"process":{"kind":"vp-cosine","s":"1/125","unit":"1","horizon":"15/16"},"data":{"kind":"gaussian","mean":[1.25],"cov":[[0.5]]},"model":{"kind":"exact"}}"#),
    case("ou-3d", "a full covariance", 1, r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[0.5,-0.25,1],"cov":[[1,0.5,-0.25],[0.5,0.75,0.125],[-0.25,0.125,0.5]]},"model":{"kind":"exact"}}"#),
    case("vp-linear-3d", "a full covariance under the schedule of DDPM", 0, r#"{"process":{"kind":"vp-linear","b0":"1/10","b1":"20","horizon":"1"},"data":{"kind":"gaussian","mean":[-1,0.5,0.25],"cov":[[0.5,-0.25,0],[-0.25,1,0.375],[0,0.375,0.75]]},"model":{"kind":"exact"}}"#),
    case("ou-8d", "eight dimensions, neighbours correlated", 0, r#"{"process":{"kind":"ou","rate":"1/2","horizon":"2"},"data":{"kind":"gaussian","mean":[0.5,-0.5,1,-1,0.25,-0.25,0.75,-0.75],"cov":[[1,0.25,0,0,0,0,0,0],[0.25,1,0.25,0,0,0,0,0],[0,0.25,1,0.25,0,0,0,0],[0,0,0.25,1,0.25,0,0,0],[0,0,0,0.25,1,0.25,0,0],[0,0,0,0,0.25,1,0.25,0],[0,0,0,0,0,0.25,1,0.25],[0,0,0,0,0,0,0.25,1]]},"model":{"kind":"exact"}}"#),
    case("mixture-ou", "two components on the line", 1, r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"mixture","weights":["1/4","3/4"],"means":[-1.5,1],"variances":[0.25,0.5]},"model":{"kind":"exact"}}"#),
    case("mixture-vp", "three components under the schedule of DDPM", 0, r#"{"process":{"kind":"vp-linear","b0":"1/10","b1":"20","horizon":"1"},"data":{"kind":"mixture","weights":["1/2","1/8","3/8"],"means":[-2,0.5,2],"variances":[0.25,0.0625,0.5]},"model":{"kind":"exact"}}"#),
    model("other-gaussian", "the score of another Gaussian", r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[1],"cov":[[0.75]]},"model":{"kind":"gaussian-score","mean":[0.5],"cov":[[1.5]]},"prior":{"kind":"gaussian","mean":[0],"cov":[[1]]}}"#),
    model("other-gaussian-3d", "the score of another Gaussian in three dimensions", r#"{"process":{"kind":"vp-linear","b0":"1/10","b1":"20","horizon":"1"},"data":{"kind":"gaussian","mean":[-1,0.5,0.25],"cov":[[0.5,-0.25,0],[-0.25,1,0.375],[0,0.375,0.75]]},"model":{"kind":"gaussian-score","mean":[0,0.5,0],"cov":[[0.75,0,0.25],[0,1.25,0],[0.25,0,0.5]]}}"#),
    model("mixture-score", "the score of a mixture, on Gaussian data", r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[1],"cov":[[0.75]]},"model":{"kind":"mixture-score","weights":["1/4","3/4"],"means":[-1.5,1],"variances":[0.25,0.5]}}"#),
    model("shifted", "a constant error", r#"{"process":{"kind":"vp-linear","b0":"1/10","b1":"20","horizon":"1"},"data":{"kind":"gaussian","mean":[0.5],"cov":[[0.25]]},"model":{"kind":"shifted","by":[0.25]}}"#),
    model("scaled", "an error by a factor, where the model's own likelihood is known", r#"{"process":{"kind":"vp-linear","b0":"1/10","b1":"20","horizon":"1"},"data":{"kind":"gaussian","mean":[0],"cov":[[0.25]]},"model":{"kind":"scaled","by":"9/8"},"prior":{"kind":"gaussian","mean":[0],"cov":[[1]]}}"#),
    model("wrong-time", "the score of an earlier time", r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[1],"cov":[[0.75]]},"model":{"kind":"wrong-time","by":"7/8"}}"#),
    refusal("not-positive", "a covariance that is not positive definite", r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[0,0],"cov":[[1,2],[2,1]]},"model":{"kind":"exact"}}"#),
    refusal("no-variance", "a negative variance", r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[0],"cov":[[-0.5]]},"model":{"kind":"exact"}}"#),
    refusal("not-finite", "a mean that is not a number", r#"{"process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":["nan"],"cov":[[1]]},"model":{"kind":"exact"}}"#),
];

const fn case(id: &'static str, about: &'static str, smoke: usize, setup: &'static str) -> Case {
    Case { id, about, setup, quantities: Asked::All, smoke }
}

const fn model(id: &'static str, about: &'static str, setup: &'static str) -> Case {
    Case { id, about, setup, quantities: Asked::OfTheModel, smoke: 0 }
}

const fn refusal(id: &'static str, about: &'static str, setup: &'static str) -> Case {
    Case { id, about, setup, quantities: Asked::Refusal, smoke: 0 }
}

impl Case {
    /// The `case` of a `setup`.
    pub fn json(&self) -> Value {
        // The texts are constants, and each is read by a test.
        serde_json::from_str(self.setup).unwrap_or_default()
    }

    /// Whether this case asks for a quantity, as far as its model goes.
    pub fn asks(&self, quantity: &str) -> bool {
        match self.quantities {
            Asked::All => true,
            Asked::OfTheModel => OF_THE_MODEL.contains(&quantity),
            Asked::Refusal => false,
        }
    }
}
