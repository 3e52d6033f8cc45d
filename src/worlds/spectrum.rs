//! Data variances along many axes, by a rule for every dimension.

use crate::numbers::Scalar;
use crate::parameters::{Domain, InputError, Parameters, Source};

/// The eigenvalues of a data covariance as a function of the dimension `d` alone.
#[derive(Debug, Clone, Copy)]
pub enum Spectrum<S> {
    /// All are `v₀`.
    Isotropic {
        /// The variance `v₀ > 0`.
        v0: S,
    },
    /// `d` numbers in geometric progression from `v₋` to `v₊`; for `d = 1` the one halfway, `√(v₋v₊)`.
    Geometric {
        /// The smallest, `v₋ > 0`.
        vmin: S,
        /// The largest, `v₊ > v₋`.
        vmax: S,
    },
    /// `v₊ i^{−p}` for `i = 1, …, d`, as spectra of natural images and of rough paths fall.
    PowerLaw {
        /// The largest, `v₊ > 0`.
        vmax: S,
        /// The power `p ≥ 0`.
        power: S,
    },
}

impl<S: Scalar> Spectrum<S> {
    /// The names of the rules.
    pub const KINDS: &'static [&'static str] = &["isotropic", "geometric", "power-law"];

    /// The eigenvalues in `d ≥ 1` dimensions, each with how often it occurs; the numbers of occurrences add up to `d`.
    pub fn axes(&self, d: u32) -> Vec<(S, u32)> {
        let each = |eigenvalue: &dyn Fn(u32) -> S| (0..d).map(|i| (eigenvalue(i), 1)).collect();
        match *self {
            Self::Isotropic { v0 } => vec![(v0, d)],
            Self::Geometric { vmin, vmax } => {
                let growth = (vmax / vmin).ln();
                // Halfway through the i-th of d steps only for d = 1, where there is no step.
                let share = |i: u32| if d == 1 { S::ratio(1, 2) } else { S::ratio(i.into(), d - 1) };
                each(&|i| vmin * (growth * share(i)).exp())
            }
            Self::PowerLaw { vmax, power } => each(&|i| vmax * (-power * S::int(i64::from(i) + 1).ln()).exp()),
        }
    }
}

impl<S: Scalar> Parameters<S> for Spectrum<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(match source.choice("spectrum", Self::KINDS, true, "how the data variances of d axes differ")? {
            "isotropic" => Self::Isotropic { v0: source.real("v0", Domain::Positive, "data variance of every axis")? },
            "geometric" => {
                let vmin = source.real("vmin", Domain::Positive, "the smallest data variance")?;
                let vmax = source.real("vmax", Domain::Positive, "the largest data variance")?;
                source.ordered("vmin", "vmax", true)?;
                Self::Geometric { vmin, vmax }
            }
            _ => Self::PowerLaw {
                vmax: source.real("vmax", Domain::Positive, "the largest data variance")?,
                power: source.real("power", Domain::NonNegative, "the power p of vmax i^(-p)")?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{Ball, Rational};
    use crate::parameters::at_point;

    #[test]
    fn every_dimension_has_its_axes() {
        for (words, d, wanted) in [
            ("spectrum=isotropic v0=0.3", 5, &[(3, 10)][..]),
            ("spectrum=geometric vmin=0.01 vmax=1", 3, &[(1, 100), (1, 10), (1, 1)]),
            ("spectrum=geometric vmin=0.01 vmax=4", 1, &[(1, 5)]),
            ("spectrum=power-law vmax=3 power=2", 4, &[(3, 1), (3, 4), (1, 3), (3, 16)]),
        ] {
            let axes = at_point::<Ball, Spectrum<Ball>>(words).unwrap().axes(d);
            assert_eq!(axes.iter().map(|(_, times)| times).sum::<u32>(), d, "{words}");
            assert_eq!(axes.len(), wanted.len(), "{words}");
            for ((eigenvalue, _), (p, q)) in axes.iter().zip(wanted) {
                assert!(eigenvalue.contains(&(Rational::from(*p) / Rational::from(*q))), "{words}: {eigenvalue:?}");
                assert!(eigenvalue.to_f64_interval().radius() < 1e-15, "{words}");
            }
        }
    }
}
