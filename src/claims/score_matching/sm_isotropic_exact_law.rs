//! For the precision $\theta I$ the law of a sliced estimate is exact: one projection keeps one degree of freedom of $d$.
//!
//! Data $N(0, I/\theta)$ in $d$ dimensions, $n$ samples, projections with $\|v\|^2 = d$ (signs, or the sphere of radius $\sqrt d$):
//!
//! $$ n\,\frac\theta{\hat\theta} \sim \chi^2_n \text{ for one projection}, \qquad nd\,\frac\theta{\hat\theta} \sim \chi^2_{nd} \text{ with the square integrated, or exact} $$
//!
//! since $(v^\top x)^2$ is $\|v\|^2\chi^2_1/\theta$ given $v$. Both estimates are too large on average, by $\frac k{k-2}$ for $\chi^2_k$:
//!
//! $$ E\,\frac1{\chi^2_k} = \int_0^\infty E\,e^{-t\chi^2_k}\,dt = \int_0^\infty(1 + 2t)^{-k/2}\,dt = \frac1{k-2}, \qquad
//! \mathrm{Var}\,\frac1{\chi^2_k} = \frac2{(k-2)^2(k-4)} $$
//!
//! For many samples $n\,\mathrm{Var}\,\hat\theta \to \frac{2\theta^2}d\big(1 + \frac{d-1}M\big)$, for normal projections $\frac{2\theta^2}d\big(1 + \frac{d+1}M\big)$; with the
//! square integrated $\frac{2\theta^2}d$, for normals $\frac{2\theta^2}d\big(1 + \frac1M\big)$. One projection is as efficient as $\frac1d$ of the samples, a normal one as $\frac1{d+2}$.
//!
//! Assumptions: the precision is isotropic, the mean known, $n > 2$ for the mean and $n > 4$ for the variance. The law for normal projections is
//! none of these, for their lengths vary. The law is checked by the first three moments of one sample, and in draws of whole estimates. If it failed, one projection for each sample, which is the usual choice, would be
//! thought to cost a small factor; it costs the dimension.

use super::IN_USE;
use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Dual, Field, Float, Lanes, Matrix, Scalar};
use crate::objectives::hutchinson::Probe;
use crate::objectives::score_matching::{Projections, ScaleFamily};
use crate::parameters;
use crate::parameters::InputError;
use crate::worlds::{GaussianPolynomial, isserlis};

const FACTOR_TWO: u8 = 1;
const ALL_DEGREES: u8 = 2;
const NORMALS_TOO: u8 = 3;
const UNBIASED: u8 = 4;

parameters! {
    /// An isotropic family.
    Isotropic {
        d: count "dimension",
        theta: positive "the precision",
        M: positive "projections for each sample",
    }
}

/// Many samples.
struct Limit(u8);

impl Statement for Limit {
    type Params<S: Scalar> = Isotropic<S>;

    fn points(&self) -> &'static [&'static str] {
        &["d=3 theta=1.713 M=2", "d=10 theta=0.0713 M=1", "d=1 theta=2.3 M=7"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Isotropic<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let family = ScaleFamily { direction: Matrix::identity(p.d as usize), scale: p.theta };
        let (d, least) = (i64::from(p.d), p.theta.square() * 2 / i64::from(p.d));
        let variance = |law: Probe, count: S, reduced: bool| {
            family.asymptotic_variance(family.variability(&Projections { law, count, reduced }))
        };
        let mut relations = Vec::new();
        for (name, law) in IN_USE {
            let normal = law == Probe::Gaussian;
            let excess = match (wrong, normal) {
                (FACTOR_TWO, _) => 1,
                (_, true) => d + 1,
                (_, false) => d - 1,
            };
            let sliced = least * (p.M.recip() * excess + 1);
            let reduced = if normal { least * (p.M.recip() + 1) } else { least };
            let kept = least / variance(law, S::one(), false);
            relations.extend([
                Relation::equal(format!("asymptotic variance, {name}"), variance(law, p.M, false), sliced),
                Relation::equal(
                    format!("asymptotic variance, {name}, square integrated"),
                    variance(law, p.M, true),
                    reduced,
                ),
                Relation::equal(format!("efficiency of one projection, {name}"), kept, S::int(excess + 1).recip()),
            ]);
        }
        relations
    }
}

parameters! {
    /// One sample of an isotropic law.
    OneSample {
        d: count "dimension",
        theta: positive "the precision",
    }
}

/// The law of `(vᵀx)²` and of `|x|²`, by their first three moments.
struct Law(u8);

impl Statement for Law {
    type Params<S: Scalar> = OneSample<S>;

    fn points(&self) -> &'static [&'static str] {
        &["d=2 theta=1.713", "d=3 theta=0.0713"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p OneSample<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let d = p.d as usize;
        let covariance = Matrix::identity(d).scale(p.theta.recip());
        // E(χ²)ⁿ = k(k + 2) ⋯ (k + 2n − 2) for k degrees of freedom.
        let chi_squared = |k: i64, n: i64| (0..n).fold(S::one(), |moment, j| moment * (k + 2 * j));
        let mut relations = Vec::new();
        for n in 1..=3_i64 {
            let degree = 2 * n as usize;
            let all: Vec<Vec<usize>> = (0..d.pow(degree as u32))
                .map(|at| (0..degree).map(|place| at / d.pow(place as u32) % d).collect())
                .collect();
            let scale = p.theta.powi(n as i32);
            for (name, probe) in IN_USE {
                let terms = all.iter().map(|indices| (isserlis(&covariance, indices), indices.clone()));
                let moment = probe.mean(d, &GaussianPolynomial(terms.collect())) * scale;
                let fixed = S::int(p.d.into()).powi(n as i32);
                let length = if probe == Probe::Gaussian { chi_squared(p.d.into(), n) } else { fixed };
                let stated = match wrong {
                    ALL_DEGREES if probe != Probe::Gaussian => chi_squared(p.d.into(), n),
                    NORMALS_TOO => chi_squared(1, n) * fixed,
                    _ => chi_squared(1, n) * length,
                };
                relations.push(Relation::equal(format!("moment {n}, {name}"), moment, stated));
            }
            let squares = GaussianPolynomial((0..d).map(|i| (S::one(), vec![i, i])).collect());
            let power = (1..n).fold(squares.clone(), |power, _| power.times(&squares));
            let moment = power.mean(&covariance) * scale;
            relations.push(Relation::equal(
                format!("moment {n}, square integrated"),
                moment,
                chi_squared(p.d.into(), n),
            ));
        }
        relations
    }
}

parameters! {
    /// A law of `χ²` with more than two degrees of freedom.
    Degrees {
        beyond: positive "degrees of freedom less 2",
        to: positive "where the integral ends",
    }
}

/// The mean of `1/χ²`: what the integral still lacks at `t`.
struct InverseMean(u8);

impl Statement for InverseMean {
    type Params<S: Scalar> = Degrees<S>;

    fn points(&self) -> &'static [&'static str] {
        &["beyond=148 to=0.3137", "beyond=1 to=7.13"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Degrees<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        // (1 + 2t)^{1 − k/2}.
        fn power<R: Scalar>(beyond: R, t: R) -> R {
            (-(beyond / 2) * (t * 2 + 1).ln()).exp()
        }
        vec![Relation::rate(
            "mean of the inverse",
            (S::zero(), p.to),
            move |t| {
                let beyond = Dual::constant(p.beyond);
                let divisor = if wrong == UNBIASED { beyond + 2 } else { beyond };
                -power(beyond, Dual::variable(t)) / divisor
            },
            move |t| power(p.beyond, t) / (t * 2 + 1),
        )]
    }
}

/// Estimates from 25 samples in 6 dimensions.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "d=6 n=25 theta=1.7";
        const D: usize = 6;
        const N: usize = 25;
        let (n, wrong) = (N as f64, self.0);
        let all = (N * D) as f64;
        // θ̂/θ is k/χ²ₖ.
        let (mean, variance) = (|k: f64| k / (k - 2.0), |k: f64| 2.0 * k * k / ((k - 2.0).powi(2) * (k - 4.0)));
        let integrated = if wrong == UNBIASED { 1.0 } else { mean(all) };
        let one = if wrong == ALL_DEGREES { all } else { n };
        // E e^{−sχ²} = (1 + 2s)^{−k/2}, here at s = 1/k and 2/k.
        let laplace = |k: f64, s: f64| (Float(1.0 + 2.0 * s).ln().0 * (-k / 2.0)).exp();
        let spread = laplace(n, 2.0 / n) - laplace(n, 1.0 / n).powi(2);
        let theta = Float(1.7);
        let deviation = theta.recip().sqrt();
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("estimate from one projection", mean(one), variance(n)),
                Statistic::mean("estimate with the square integrated", integrated, variance(all)),
                Statistic::mean("Laplace transform from one projection", laplace(one, 1.0 / n), spread),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let (deviation, zero) = (Lanes::splat(deviation), Lanes::zero());
                let (mut lengths, mut projected, mut squares) = (zero, zero, zero);
                for _ in 0..N {
                    let mut slope = zero;
                    for _ in 0..D {
                        let x = noise.normal() * deviation;
                        let v = Lanes(noise.uniform().0.map(|u| (u - 0.5).signum()));
                        lengths = lengths + v.square();
                        slope = slope + v * x;
                        squares = squares + x.square();
                    }
                    projected = projected + slope.square();
                }
                let theta = Lanes::splat(theta);
                let [one, integrated] = [projected, squares].map(|square| lengths / square / theta);
                out[0] = one;
                out[1] = integrated;
                out[2] = Lanes(one.recip().0.map(|chi| Float(-chi).exp().0));
            }),
        })
    }
}

const LIMIT: &str = "many samples";
const LAW: &str = "the law";
const BIAS: &str = "the bias";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-isotropic-exact-law",
    aliases: &[],
    title: "For an isotropic precision a sliced estimate is an inverse χ², and one projection throws away all but 1/d of the samples",
    expect: Expect::True,
    text: include_str!("sm_isotropic_exact_law.rs"),
    sources: &["song2020sliced"],
    readings: &[
        Readings::of(LIMIT, &Limit(0)),
        Readings::of(LAW, &Law(0)).and_sampled(&Draws(0)),
        Readings::of(BIAS, &InverseMean(0)),
    ],
    controls: &[
        Control {
            id: "factor-two",
            story: "one projection said to cost a factor of two, whatever the dimension",
            readings: Readings::of(LIMIT, &Limit(FACTOR_TWO)),
        },
        Control {
            id: "all-degrees",
            story: "χ² with nd degrees of freedom for one projection, which sees one direction of each sample",
            readings: Readings::of(LAW, &Law(ALL_DEGREES)).and_sampled(&Draws(ALL_DEGREES)),
        },
        Control {
            id: "normals-too",
            story: "the law of signs for normal projections, whose lengths vary",
            readings: Readings::of(LAW, &Law(NORMALS_TOO)),
        },
        Control {
            id: "divided-by-k",
            story: "1/k for the mean of 1/χ² with k degrees of freedom",
            readings: Readings::of(BIAS, &InverseMean(UNBIASED)),
        },
        Control {
            id: "unbiased",
            story: "an estimate with the square integrated said to be without bias at any number of samples",
            readings: Readings::sampled(LAW, &Draws(UNBIASED)),
        },
    ],
    quantities: &[],
};
