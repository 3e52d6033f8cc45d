//! Averaging $K$ weights before taking the logarithm tightens the bound with every sample.
//!
//! For exchangeable weights with $E\,e^{W_i} = p_\theta(x)$
//!
//! $$ L_K = E\log\frac1K\sum_{i=1}^K e^{W_i}, \qquad \mathrm{ELBO} = L_1 \le L_K \le L_{K+1} \le \log p_\theta(x). $$
//!
//! Both inequalities hold draw by draw. Of $K + 1$ weights let $r_j$ be the mean of all but the $j$-th over the mean of all;
//! then $\sum_j (r_j - 1) = 0$ and
//!
//! $$ \log\bar w - \frac1{K+1}\sum_j\log\bar w_{-j} = \frac1{K+1}\sum_j\left(r_j - 1 - \log r_j\right) \ge 0, \qquad
//! \log p + \left(\frac{\bar w}p - 1\right) - \log\bar w = \frac{\bar w}p - 1 - \log\frac{\bar w}p \ge 0 . $$
//!
//! If the mismatch $\delta = a - \sigma^\top\nabla\log u$ does not depend on the path, $W \sim N(\log p_\theta - \frac{s^2}2, s^2)$ with
//! $s^2 = \int|\delta|^2dt$, and with $\phi(w) = E\,e^{-we^{sZ - s^2/2}}$ the gap $\log p_\theta - L_K$ is
//!
//! $$ \mathrm{gap}_1 = \frac{s^2}2, \qquad \mathrm{gap}_2 = \frac{s^2}2 - E\ln\cosh\left(\sqrt{s^2/2}\,Z\right), \qquad
//! \mathrm{gap}_K = \int_0^\infty\frac{\phi(u/K)^K - e^{-u}}u\,du , $$
//!
//! about $(e^{s^2} - 1)/(2K)$ for large $K$. The integrals are enclosed by trapezoidal rules with the error bounds of
//! functions analytic in a strip.
//!
//! Assumptions: the weights are unbiased, which for path weights needs the stochastic integral $\int a\,dB$: without it $L_K$
//! converges to another number and exceeds $\log p_\theta$. If it failed, more samples would not buy a better bound.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar};
use crate::objectives::iwae::LognormalWeights;
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point, describe};

parameters! {
    /// One draw of several log-weights.
    Sample {
        W: vector "the log-weights",
        p: real "the log-likelihood",
    }
}

pub(in crate::claims) const NO_GAIN: u8 = 1;
pub(in crate::claims) const NO_AVERAGE: u8 = 2;
pub(in crate::claims) const DECREASING: u8 = 3;

/// What one more sample does to any draw.
struct OneMore(u8);

/// `log K⁻¹ Σ e^{Wᵢ}`, or what a wrong version takes for it.
fn log_mean<S: Scalar>(wrong: u8, weights: &[S]) -> S {
    let count = weights.len() as i64;
    let sum = |terms: &mut dyn Iterator<Item = S>| terms.fold(S::zero(), |sum, term| sum + term);
    match wrong {
        NO_GAIN => sum(&mut weights.iter().copied()) / count,
        NO_AVERAGE => sum(&mut weights.iter().map(|w| w.exp())).ln(),
        _ => (sum(&mut weights.iter().map(|w| w.exp())) / count).ln(),
    }
}

impl Statement for OneMore {
    type Params<S: Scalar> = Sample<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "W=[-1.3,0.41] p=-0.9137",
            "W=[-1.3,0.41,-2.17] p=-0.9137",
            "W=[-1.3,0.41,-2.17,0.83] p=0.7119",
            "W=[-1.3,0.41,-2.17,0.83,-0.57] p=-0.4119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Sample<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (all, count) = (&p.W.0, p.W.0.len());
        let without =
            |j: usize| -> Vec<S> { all.iter().enumerate().filter(|(i, _)| *i != j).map(|(_, w)| *w).collect() };
        let mean = |weights: &[S]| weights.iter().fold(S::zero(), |sum, w| sum + w.exp()) / weights.len() as i64;
        let fewer = (0..count).fold(S::zero(), |sum, j| sum + log_mean(wrong, &without(j))) / count as i64;
        let excess = |j: usize| mean(&without(j)) / mean(all) - 1;
        let terms =
            (1..count).fold(NonNegative::divergence(excess(0)), |sum, j| sum.plus(NonNegative::divergence(excess(j))));
        let gain = terms.over(NonNegative::declared(S::int(count as i64)));
        let (lower, upper) = (fewer, log_mean(wrong, all));
        let (lower, upper) = if wrong == DECREASING { (upper, lower) } else { (lower, upper) };
        let relative = mean(all) / p.p.exp() - 1;
        vec![
            Relation::at_most("one sample more", lower, upper, gain),
            Relation::at_most(
                "below the likelihood",
                log_mean(wrong, all),
                p.p + relative,
                NonNegative::divergence(relative),
            ),
        ]
    }
}

/// Lognormal weights and how many of them.
pub struct Lognormal<S> {
    variance: S,
    count: u32,
}

impl<S: Scalar> Parameters<S> for Lognormal<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        const COUNT: &str = "the number of samples, an integer; 2 if absent";
        let variance = source.real("s2", Domain::Positive, "the variance s^2 of the log-weights")?;
        let given = source.optional("K", Domain::Positive, COUNT)?.is_some();
        Ok(Self { variance, count: if given { source.count("K", COUNT)? } else { 2 } })
    }
}

/// The gap to about so many digits, by the cheapest formula.
fn gap(weights: LognormalWeights, count: u32, digits: usize) -> Result<Ball, InputError> {
    let gap = match count {
        1 => Ok(weights.gap_of_one()),
        2 => weights.gap_of_two(digits),
        _ => weights.gap(count, digits),
    };
    gap.map_err(|_| too_large(&weights))
}

fn too_large(weights: &LognormalWeights) -> InputError {
    InputError::Condition(format!(
        "s2 = {} is too large for an enclosure in reasonable time; give a smaller s2, or ask for fewer digits",
        weights.variance.to_decimal(6)
    ))
}

/// The gaps of lognormal weights, by formulas that know nothing of each other.
pub(in crate::claims) struct Gaps(pub(in crate::claims) u8);

impl Enclosed for Gaps {
    fn points(&self) -> &'static [&'static str] {
        &["s2=0.9137 K=2", "s2=0.7137 K=5", "s2=0.19683 K=20"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        const DIGITS: usize = 12;
        let p: Lognormal<Ball> = at_point(point)?;
        let weights = LognormalWeights { variance: p.variance };
        let nested = |count| weights.gap(count, DIGITS).map_err(|_| too_large(&weights));
        let bound = |count: u32| match self.0 {
            NO_GAIN => Ok(weights.gap_of_one()),
            NO_AVERAGE => nested(count).map(|gap| gap - Ball::int(count.into()).ln()),
            _ => nested(count),
        };
        let (fewer, more) = (bound(p.count)?, bound(p.count + 1)?);
        let gain = if self.0 == DECREASING { more - fewer } else { fewer - more };
        let of_one = bound(1)? - weights.gap_of_one();
        let of_two = bound(2)? - gap(weights, 2, DIGITS)?;
        Ok(vec![
            EnclosedRelation::equal("gap of one sample", move |_| of_one),
            EnclosedRelation::equal("gap of two samples", move |_| of_two),
            EnclosedRelation::at_most("one sample more", move |_| gain),
            EnclosedRelation::at_most("below the likelihood", move |_| fewer),
        ])
    }
}

/// Draws of the bound with several lognormal weights, the log-likelihood being 0.
struct Bounds(u8);

impl Trial for Bounds {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "s2=0.7137 K=5";
        let wrong = self.0;
        let p: Lognormal<Ball> = at_point(POINT)?;
        let (count, variance) = (p.count as usize, p.variance.to_f64());
        let gap = gap(LognormalWeights { variance: p.variance }, p.count, 15)?.to_f64();
        let deviation = Lanes::<WIDTH>::splat(Float(variance).sqrt());
        let mean = Lanes::splat(Float(-variance / 2.0));
        let drawn = match wrong {
            NO_GAIN => Some((-variance / 2.0, variance / count as f64)),
            NO_AVERAGE => Some((-gap + Float(count as f64).ln().0, variance)),
            _ => None,
        };
        Ok(Plan {
            point: POINT,
            // By Poincaré's inequality the variance is at most E|∇|² ≤ s²: the gradient is s times the normalised weights.
            statistics: vec![Statistic::mean("bound with K samples", -gap, variance)],
            drawn: drawn.map(|law| vec![law]),
            sampler: sampler(move |noise, out| {
                let draws: Vec<_> = (0..count).map(|_| noise.normal() * deviation + mean).collect();
                out[0] = Lanes(std::array::from_fn(|lane| {
                    let weights: Vec<_> = draws.iter().map(|draw| Float(draw.0[lane])).collect();
                    log_mean(wrong, &weights).0
                }));
            }),
        })
    }
}

/// The gap asked for.
fn enclose(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: Lognormal<Ball> = ExactReader::new(inputs, ignored).read()?;
    gap(LognormalWeights { variance: p.variance }, p.count, digits)
}

const ANY: &str = "any weights";
const LOGNORMAL: &str = "lognormal weights";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "iwae-monotone",
    aliases: &[],
    title: "Averaging K weights tightens the bound with every sample, and never beyond the likelihood",
    expect: Expect::True,
    text: include_str!("iwae_monotone.rs"),
    sources: &["burda2016", "trefethen2014"],
    readings: &[
        Readings::of(ANY, &OneMore(0)),
        Readings::certified(LOGNORMAL, &ByEnclosure(Gaps(0))).and_sampled(&Bounds(0)),
    ],
    controls: &[
        Control {
            id: "mean-of-logs",
            story: "the mean of the log-weights for the log of the mean weight: no gain from any number of samples",
            readings: Readings::of(ANY, &OneMore(NO_GAIN)),
        },
        Control {
            id: "sum-of-weights",
            story: "the log of the sum, without 1/K: beyond the likelihood by up to ln K",
            readings: Readings::of(ANY, &OneMore(NO_AVERAGE)),
        },
        Control {
            id: "decreasing",
            story: "a bound that falls as samples are added",
            readings: Readings::of(ANY, &OneMore(DECREASING)),
        },
        Control {
            id: "no-gain-for-lognormal-weights",
            story: "the gap s²/2 of one sample for any number of them",
            readings: Readings::certified(LOGNORMAL, &ByEnclosure(Gaps(NO_GAIN))).and_sampled(&Bounds(NO_GAIN)),
        },
        Control {
            id: "sum-of-lognormal-weights",
            story: "the log of the sum of lognormal weights",
            readings: Readings::certified(LOGNORMAL, &ByEnclosure(Gaps(NO_AVERAGE))).and_sampled(&Bounds(NO_AVERAGE)),
        },
        Control {
            id: "growing-gap",
            story: "a gap of lognormal weights that grows with the number of samples",
            readings: Readings::certified(LOGNORMAL, &ByEnclosure(Gaps(DECREASING))),
        },
    ],
    quantities: &[Quantity {
        id: "gap",
        about: "log p_theta(x) - L_K for independent log-weights N(log p_theta - s2/2, s2), in nats",
        ignores: &[],
        fields: describe::<Lognormal<Float>>,
        enclose,
        double: None,
    }],
};
