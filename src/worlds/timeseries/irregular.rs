//! A long series at irregular times with gaps of many lengths, by rule: the one that reference values are computed for.

use super::{Observed, Series};
use crate::numbers::{Scalar, Vector};
use crate::parameters::{Domain, InputError, Parameters, Source};

/// The first `n` times of the series with `t₀ = 0`, `t_i − t_{i−1} = ((7919 i mod 97) + 1)/100`. A time is observed iff
/// `(i² + 3i) mod 7 ∉ {4, 5}` and `⌊i/25⌋ mod 4 ≠ 2`; what is seen there is `((13i² + 7i) mod 41 − 20)/10`. Of 200 times 65 are seen,
/// after scattered gaps and two long ones. Parameters: those of the process, `n`, `obs_noise_var`.
#[derive(Debug, Clone)]
pub struct Irregular<P, S>(pub Observed<P, S>);

impl<S: Scalar, P: Parameters<S>> Parameters<S> for Irregular<P, S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let process = P::read(source)?;
        let n = i64::from(source.count("n", "the number of times")?);
        let noise = source.real("obs_noise_var", Domain::NonNegative, "variance R of the noise on what is seen")?;
        let observed = (0..n).filter(|i| !matches!((i * i + 3 * i) % 7, 4 | 5) && (i / 25) % 4 != 2);
        let (places, values) = observed.map(|i| (i as usize, S::ratio((13 * i * i + 7 * i) % 41 - 20, 10))).unzip();
        let gaps = (1..n).map(|i| S::ratio(7919 * i % 97 + 1, 100)).collect();
        Ok(Self(Observed {
            process,
            series: Series { gaps: Vector(gaps), observed: places, values: Vector(values), noise },
        }))
    }
}
