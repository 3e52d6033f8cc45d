//! A Gaussian vector of which some entries are imputed and some are seen; every other is marginalised.

use super::{MultivariateGaussian, Regression};
use crate::numbers::{Covariance, Scalar, Vector};
use crate::parameters::{InputError, Parameters, Source};

/// Which entries of a vector with covariance `Σ` are imputed (`ta`) and which are seen (`co`). What is in neither list (`na`) is
/// marginalised: it counts neither as seen nor as zero. Parameters `Sigma`, `targets`, `observed`, places from 0.
#[derive(Debug, Clone)]
pub struct Mask<S> {
    /// `Σ`, of all entries.
    pub covariance: Covariance<S>,
    /// The places of the entries to impute, at least one; their order is that of `m_c` and `C_c`.
    pub targets: Vec<usize>,
    /// The places of the entries that are seen, perhaps none.
    pub observed: Vec<usize>,
}

/// A mask with the mean of the vector and what was seen: parameters `mu` and `x_obs` as well.
#[derive(Debug, Clone)]
pub struct Imputation<S> {
    /// What is imputed, and what is seen.
    pub mask: Mask<S>,
    /// `μ`, of all entries.
    pub mean: Vector<S>,
    /// What was seen, in the order of the observed places.
    pub seen: Vector<S>,
}

impl<S: Scalar> Mask<S> {
    /// `C_c = Σ_tt − Σ_to Σ_oo⁻¹ Σ_ot`, the covariance of the targets given what is seen, whatever that is.
    pub fn conditional(&self) -> Covariance<S> {
        let zero = Vector(vec![S::zero(); self.covariance.matrix().rows()]);
        Covariance::new(self.regression(zero).covariance)
    }

    /// The targets as a regression on what is seen, for a vector with this mean.
    pub fn regression(&self, mean: Vector<S>) -> Regression<S> {
        MultivariateGaussian { mean, covariance: self.covariance.clone() }.given(&self.observed, &self.targets)
    }

    /// The same covariance with other lists.
    pub fn with(&self, targets: Vec<usize>, observed: Vec<usize>) -> Self {
        Self { covariance: self.covariance.clone(), targets, observed }
    }
}

impl<S: Scalar> Imputation<S> {
    /// The law of all entries.
    pub fn joint(&self) -> MultivariateGaussian<S> {
        MultivariateGaussian { mean: self.mean.clone(), covariance: self.mask.covariance.clone() }
    }

    /// `N(m_c, C_c)`, the law of the targets given what was seen: `m_c = μ_t + Σ_to Σ_oo⁻¹ (x_o − μ_o)`.
    pub fn conditional(&self) -> MultivariateGaussian<S> {
        self.mask.regression(self.mean.clone()).at(&self.seen)
    }

    /// The same law by the precision of targets and observed entries together.
    pub fn conditional_by_precision(&self) -> MultivariateGaussian<S> {
        self.joint().given_by_precision(&self.mask.observed, &self.mask.targets).at(&self.seen)
    }
}

/// Refuses a place in both lists.
fn apart(mask: &Mask<impl Sized>) -> Result<(), InputError> {
    match mask.targets.iter().find(|place| mask.observed.contains(place)) {
        None => Ok(()),
        Some(place) => Err(InputError::Condition(format!(
            "place {place} stands in `targets` and in `observed`, but an entry is either imputed or seen; take it out of one list"
        ))),
    }
}

impl<S: Scalar> Mask<S> {
    /// Asks for the fields, and leaves the lists to be held against each other once everything has been asked for.
    fn unchecked(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let covariance = source.covariance("Sigma", "covariance of all entries")?;
        let d = covariance.matrix().rows();
        let targets = source.indices("targets", 1, d, "the places of the entries to impute, from 0")?;
        let observed = source.indices("observed", 0, d, "the places of the entries that are seen, from 0")?;
        Ok(Self { covariance, targets, observed })
    }
}

impl<S: Scalar> Parameters<S> for Mask<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let mask = Self::unchecked(source)?;
        apart(&mask)?;
        Ok(mask)
    }
}

impl<S: Scalar> Parameters<S> for Imputation<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let mask = Mask::unchecked(source)?;
        let mean = source.vector("mu", "mean of all entries")?;
        source.same_dimension(&["Sigma", "mu"])?;
        let seen = source.entries("x_obs", mask.observed.len(), "what was seen, one number for each observed entry")?;
        apart(&mask)?;
        Ok(Self { mask, mean, seen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;
    use crate::parameters::at_point;

    const VECTOR: &str = "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4]";

    fn read(rest: &str) -> Result<Imputation<Float>, InputError> {
        at_point(&format!("{VECTOR} {rest}"))
    }

    #[test]
    fn two_forms_and_the_prior() {
        let p = read("targets=[0,1] observed=[2] x_obs=1.1").unwrap();
        for law in [p.conditional(), p.conditional_by_precision()] {
            // By hand: 0.2 + 0.5·0.7/0.9 and 1 − 0.25/0.9.
            assert!((law.mean[0].0 - 0.53 / 0.9).abs() < 4.0 * f64::EPSILON);
            assert!((law.covariance.matrix()[(0, 0)].0 - 0.65 / 0.9).abs() < 4.0 * f64::EPSILON);
        }
        let prior = read("targets=[2,0] observed=[]").unwrap().conditional();
        assert_eq!([prior.mean[0].0, prior.mean[1].0, prior.covariance.matrix()[(0, 1)].0], [0.4, 0.2, 0.5]);
    }

    #[test]
    fn lists_that_point_nowhere_or_twice() {
        let refused = |rest: &str| read(rest).unwrap_err().to_string();
        let cases = [
            ("targets=[0,3] observed=[2] x_obs=1", "entry 2 is 3"),
            ("targets=[0,-1] observed=[2] x_obs=1", "entry 2 is -1"),
            ("targets=[0.5] observed=[2] x_obs=1", "entry 1 is 1/2"),
            ("targets=[1,0,1] observed=[2] x_obs=1", "entries 1 and 3 are both 1"),
            ("targets=[] observed=[2] x_obs=1", "not empty"),
            ("targets=0 observed=[2] x_obs=1", "integers from 0 to 2"),
            ("targets=[0,2] observed=[1,2] x_obs=[1,2]", "place 2 stands in `targets` and in `observed`"),
            ("targets=[0] observed=[1,2] x_obs=1", "a list of 2 numbers"),
            ("targets=[0] observed=[2] x_obs=[1,2]", "a list of 2 was given"),
            ("targets=[0] observed=[2]", "`x_obs` is missing"),
            ("targets=[0] observed=[] x_obs=[1]", "absent or an empty list"),
        ];
        for (rest, word) in cases {
            assert!(refused(rest).contains(word), "{rest}: {}", refused(rest));
        }
    }
}
