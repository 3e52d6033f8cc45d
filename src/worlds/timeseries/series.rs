//! A series as parameters: its times, at which of them something was seen, and what.

use super::{Dense, Filter, StateSpace};
use crate::numbers::{Scalar, Vector};
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::Gaussian;

/// More times than this are not followed one by one.
const MOST_TIMES: usize = 100_000;

/// Times and observations. Of times only gaps count, taken before anything is rounded. Parameters `times` (increasing), `observed`
/// (places from 0, in any order, perhaps none), `values` (one for each observed place, in that order), `obs_noise_var`.
#[derive(Debug, Clone)]
pub struct Series<S> {
    /// The times between neighbours, each `> 0`; one less than times.
    pub gaps: Vector<S>,
    /// The places of the times at which something was seen.
    pub observed: Vec<usize>,
    /// What was seen there.
    pub values: Vector<S>,
    /// `R ≥ 0`, the variance of the noise on what is seen.
    pub noise: S,
}

impl<S: Scalar> Series<S> {
    /// The number of times.
    pub fn size(&self) -> usize {
        self.gaps.dimension() + 1
    }

    /// The times, counted from the first.
    pub fn times(&self) -> Vec<S> {
        let mut times = vec![S::zero()];
        for gap in &self.gaps.0 {
            times.push(times[times.len() - 1] + *gap);
        }
        times
    }

    /// What was seen at each time, if anything.
    pub fn by_time(&self) -> Vec<Option<S>> {
        let mut seen = vec![None; self.size()];
        for (place, value) in self.observed.iter().zip(&self.values.0) {
            seen[*place] = Some(*value);
        }
        seen
    }
}

impl<S: Scalar> Parameters<S> for Series<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let gaps = source.increments("times", "the times of the series, in order")?;
        let n = gaps.dimension() + 1;
        let observed =
            source.indices("observed", 0, n, "the places of the times at which something was seen, from 0")?;
        let values = source.entries("values", observed.len(), "what was seen, one number for each observed time")?;
        let noise = source.real("obs_noise_var", Domain::NonNegative, "variance R of the noise on what is seen")?;
        if n > MOST_TIMES {
            let why = format!("`times` has {n} entries, but a series is followed for at most {MOST_TIMES}; give fewer");
            return Err(InputError::Condition(why));
        }
        Ok(Self { gaps, observed, values, noise })
    }
}

/// A process, and a series seen of it.
#[derive(Debug, Clone)]
pub struct Observed<P, S> {
    /// The process.
    pub process: P,
    /// What was seen of it.
    pub series: Series<S>,
}

/// A process, a series seen of it, and one of the times: parameter `index`, from 0.
#[derive(Debug, Clone)]
pub struct ObservedAt<P, S> {
    /// The process and the series.
    pub observed: Observed<P, S>,
    /// The place of the time.
    pub index: usize,
}

impl<S: Scalar, P: StateSpace<S>> Observed<P, S> {
    /// The forward pass of the state space.
    pub fn filter(&self) -> Filter<S> {
        Filter::new(&self.process, &self.series)
    }

    /// The dense covariance matrix.
    pub fn dense(&self) -> Dense<S> {
        Dense::new(&self.process, &self.series)
    }
}

impl<S: Scalar, P: StateSpace<S>> ObservedAt<P, S> {
    /// The law of the process at the time in question, given everything that was seen.
    pub fn law(&self) -> Gaussian<S> {
        self.observed.filter().smooth().law(self.index)
    }
}

impl<S: Scalar, P: Parameters<S>> Parameters<S> for Observed<P, S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self { process: P::read(source)?, series: Series::read(source)? })
    }
}

impl<S: Scalar, P: Parameters<S>> Parameters<S> for ObservedAt<P, S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let observed = Observed::<P, S>::read(source)?;
        let index = source.index("index", "the place of the time in question, from 0")? as usize;
        let n = observed.series.size();
        if index < n {
            return Ok(Self { observed, index });
        }
        let last = n - 1;
        Err(InputError::Condition(format!(
            "`index` is {index}, but the places of the {n} times are 0 to {last}; give one of them"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float;
    use crate::parameters::at_point;
    use crate::worlds::timeseries::OrnsteinUhlenbeck;

    type Ou = ObservedAt<OrnsteinUhlenbeck<Float>, Float>;

    fn read(rest: &str) -> Result<Ou, InputError> {
        at_point(&format!("s=1.7 theta=0.8 mu=0.4 obs_noise_var=0 {rest}"))
    }

    #[test]
    fn what_is_wrong_with_a_series() {
        let cases = [
            ("times=[0,1,1] observed=[0] values=[2] index=0", "entry 3 is 1, after 1"),
            ("times=[0,2,1] observed=[0] values=[2] index=0", "each above the one before"),
            ("times=[] observed=[] values=[] index=0", "`times` must be a list of numbers"),
            ("times=[0,\"nan\"] observed=[0] values=[2] index=0", "`nan` is not a number"),
            ("times=[0,1] observed=[0] values=[\"inf\"] index=0", "`inf` is not a number"),
            ("times=[0,1] observed=[0,1] values=[2] index=0", "a list of 2 numbers"),
            ("times=[0,1] observed=[2] values=[2] index=0", "entry 1 is 2"),
            ("times=[0,1] observed=[1,1] values=[2,3] index=0", "entries 1 and 2 are both 1"),
            ("times=[0,1] observed=[1] values=[2] index=2", "the places of the 2 times are 0 to 1"),
        ];
        for (rest, words) in cases {
            let error = read(rest).unwrap_err().to_string();
            assert!(error.contains(words), "{rest}: {error}");
        }
    }

    #[test]
    fn without_observations_the_prior_remains() {
        let p = read("times=[0,0.5,3] observed=[] index=1").unwrap();
        let filter = p.observed.filter();
        let law = filter.smooth().law(p.index);
        assert_eq!((law.mean.0, filter.log_likelihood().0), (0.4, 0.0));
        assert!((law.variance.0 - 1.7).abs() < 1e-15);
        assert_eq!(p.observed.dense().law(&p.observed.process, 1).variance.0, 1.7);
    }

    #[test]
    fn observations_in_any_order() {
        let sorted = read("times=[0,0.5,3] observed=[0,2] values=[1,-1] index=1").unwrap();
        let mixed = read("times=[0,0.5,3] observed=[2,0] values=[-1,1] index=1").unwrap();
        assert_eq!(sorted.observed.filter().smooth().law(1).mean.0, mixed.observed.filter().smooth().law(1).mean.0);
    }
}
