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

#[cfg(test)]
mod widths {
    use super::*;
    use crate::numbers::{Ball, EndPoint, Field};
    use crate::parameters::at_point;
    use crate::worlds::timeseries::*;
    #[test]
    fn try_it() {
        for r in ["0", "0.01"] {
            let p: Irregular<OrnsteinUhlenbeck<Ball>, Ball> =
                at_point(&format!("s=1.7 theta=0.8 mu=0.4 n=200 obs_noise_var={r}")).unwrap();
            println!("{} observed", p.0.series.observed.len());
            let t = std::time::Instant::now();
            let f = p.0.filter();
            let s = f.smooth();
            println!("kalman {:?}", t.elapsed());
            for i in [0, 6, 60, 199] {
                let l = s.law(i);
                println!(
                    "{i} {} {:e} {} {:e}",
                    l.mean.to_f64(),
                    l.mean.radius().to_f64(),
                    l.variance.to_f64(),
                    l.variance.radius().to_f64()
                );
            }
            println!("ll {} {:e}", f.log_likelihood.to_f64(), f.log_likelihood.radius().to_f64());
            let t = std::time::Instant::now();
            let d = p.0.dense();
            println!("dense {:?}", t.elapsed());
            for i in [0, 6, 60, 199] {
                let l = d.law(&p.0.process, i);
                println!(
                    "{i} {} {:e} {} {:e}",
                    l.mean.to_f64(),
                    l.mean.radius().to_f64(),
                    l.variance.to_f64(),
                    l.variance.radius().to_f64()
                );
            }
            println!("ll {} {:e}", d.log_likelihood().to_f64(), d.log_likelihood().radius().to_f64());
        }
        for r in ["0.01", "0.5", "0"] {
            let p: Irregular<Matern<Ball>, Ball> =
                at_point(&format!("s=1.2 kappa=1.5 n=200 obs_noise_var={r}")).unwrap();
            let t = std::time::Instant::now();
            let f = p.0.filter();
            let s = f.smooth();
            println!("matern kalman {:?}", t.elapsed());
            for i in [0, 5, 60, 199] {
                let l = s.law(i);
                println!(
                    "{i} {} {:e} {} {:e}",
                    l.mean.to_f64(),
                    l.mean.radius().to_f64(),
                    l.variance.to_f64(),
                    l.variance.radius().to_f64()
                );
            }
            println!("ll {} {:e}", f.log_likelihood.to_f64(), f.log_likelihood.radius().to_f64());
            let d = p.0.dense();
            for i in [0, 5, 60, 199] {
                let l = d.law(&p.0.process, i);
                println!(
                    "{i} {} {:e} {} {:e}",
                    l.mean.to_f64(),
                    l.mean.radius().to_f64(),
                    l.variance.to_f64(),
                    l.variance.radius().to_f64()
                );
            }
        }
        for g in ["1e-9", "1e-30", "1e3", "1e6"] {
            let p: Matern<Ball> = at_point("s=1.2 kappa=1.5").unwrap();
            let q = p.transition(Ball::rational(&crate::numbers::parse_rational(g).unwrap())).covariance;
            let p: Matern<crate::numbers::Float> = at_point("s=1.2 kappa=1.5").unwrap();
            let f = p.transition(crate::numbers::Float(g.parse().unwrap())).covariance;
            for (b, f) in q.entries().iter().zip(f.entries()) {
                println!("{g} {:e} {:e} {:e}", b.to_f64(), b.radius().to_f64(), f.0);
            }
        }
    }
}
