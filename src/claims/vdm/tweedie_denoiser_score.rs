//! The score of the noised data is the best denoiser in other units; the score that a network is trained on is so on average only.
//!
//! At a level $z = \alpha x + \sigma\epsilon$, with $\nabla\log p$ the score of $z$,
//!
//! $$ E[x \mid z] = \frac{z + \sigma^2\nabla\log p(z)}\alpha, \qquad
//! \mathrm{Var}(x \mid z) = \frac{\sigma^2}{\alpha^2}\left(1 + \sigma^2\nabla^2\log p(z)\right) = \frac{\sigma^2}\alpha\,\frac{d}{dz}E[x \mid z] $$
//!
//! For data $N(\mu, s)$ the score is $-(z - \alpha\mu)/v$, $v = \alpha^2s + \sigma^2$, and the variance $s\sigma^2/v = \mathrm{mmse}(\alpha^2/\sigma^2)$. The target of denoising score matching,
//! $-\epsilon/\sigma$, has the score for its mean given $z$, and misses it by
//!
//! $$ E\left(-\frac\epsilon\sigma - \nabla\log p(z)\right)^2 = \frac1{\sigma^2} - \frac1v > 0 $$
//!
//! which no network can reduce. For data of any law, mixtures among them, and in several dimensions the first two formulas are `tweedie`; here they stand in the symbols of noise levels,
//! with the derivative of the denoiser, by which guidance and inverse problems are steered, and with what the target misses.
//!
//! Assumptions: $\alpha, \sigma > 0$. If it failed, a loss that stays above zero would be taken for a network that has not learned, or the noise in a sample for the score there.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Dual, Field, Float, Lanes, Scalar, derivative};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::parameters::{Domain, InputError, at_point};
use crate::worlds::{Affine, Gaussian, GaussianChannel, Level};

const NOT_RESCALED: u8 = 1;
const SAME_SCORE: u8 = 2;
const ONE_SIGN: u8 = 3;
const SLOPE_NOT_RESCALED: u8 = 4;

parameters! {
    /// A level, Gaussian data, and a latent.
    Noised {
        alpha: positive "what multiplies the data",
        sigma: positive "what multiplies the noise",
        s: positive "data variance",
        mu: real "data mean",
        z: real "the latent",
    }
}

impl<S: Scalar> Noised<S> {
    fn level(&self) -> Level<S> {
        Level { alpha: self.alpha, sigma: self.sigma }
    }

    fn data(&self) -> Gaussian<S> {
        Gaussian::new(self.mu, self.s)
    }
}

/// `(z + σ²∇log p)/α` as a function of `z`, or a wrong version of it.
fn denoiser<S: Scalar>(wrong: u8, level: &Level<S>, score: &Affine<S>) -> Affine<S> {
    let square = level.sigma.square();
    let move_by = score.scale(if wrong == ONE_SIGN { -square } else { square });
    let moved = Affine { slope: S::one(), offset: S::zero() }.plus(&move_by);
    if wrong == NOT_RESCALED { moved } else { moved.scale(level.alpha.recip()) }
}

/// `E(−ε/σ − ∇log p)²`.
fn missed<S: Scalar>(level: &Level<S>, data: &Gaussian<S>) -> S {
    // α²s/(σ²v), in which nothing cancels.
    level.snr() * data.variance / level.law(data).variance
}

/// What `−ε/σ` is as a target.
fn conditional_score<S: Scalar>(level: &Level<S>) -> Target<S> {
    Target { data: S::zero(), noise: -level.sigma.recip() }
}

/// At any level.
struct Tweedie(u8);

const SAMPLED: &str = "alpha=0.8137 sigma=0.5119 s=1.7137 mu=0.4119 z=0.3137";

impl Statement for Tweedie {
    type Params<S: Scalar> = Noised<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "alpha=1 sigma=80.137 s=0.37 mu=-0.7119 z=17.119",
            "alpha=0.0001 sigma=1.0137 s=9 mu=2.3119 z=-0.7137",
            "alpha=0.9137 sigma=0.0001 s=0.000001 mu=0.1719 z=0.1571",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        let (wrong, level, data) = (self.0, p.level(), p.data());
        let law = level.law(&data);
        let score = derivative(|z| law.map(Dual::constant).log_density(z), p.z);
        let curvature = derivative(|z| law.score().map(Dual::constant).value(z), p.z);
        // Bayes: precisions add, and means are weighted with them.
        let (prior, likelihood) = (p.s.recip(), level.snr());
        let variance = (prior + likelihood).recip();
        let mean = variance * (prior * p.mu + likelihood * p.z / p.alpha);
        let tweedie = denoiser(wrong, &level, &law.score());
        let spread = p.sigma.square() * (S::int(1) + p.sigma.square() * curvature);
        let scale = if wrong == SLOPE_NOT_RESCALED { S::one() } else { p.alpha.square() };
        let away = residual(&data, &level, &conditional_score(&level), &law.score());
        let misses = if wrong == SAME_SCORE { S::zero() } else { p.sigma.square().recip() - law.variance.recip() };
        let part = |x: S| NonNegative::square(x);
        let gap = part(p.alpha)
            .over(part(p.sigma))
            .times(NonNegative::declared(p.s))
            .over(part(p.alpha).times(NonNegative::declared(p.s)).plus(part(p.sigma)));
        vec![
            Relation::equal("score", law.score().value(p.z), score),
            Relation::equal("mean", tweedie.value(p.z), mean),
            Relation::equal("variance", spread / scale, variance),
            Relation::equal("minimal error", GaussianChannel { s: p.s }.mmse(likelihood), variance),
            Relation::equal("slope of the denoiser", tweedie.slope, p.alpha * variance / p.sigma.square()),
            // E[−ε/σ | z] = −(z − αE[x | z])/σ².
            Relation::equal("mean of the target", score, (p.alpha * mean - p.z) / p.sigma.square()),
            Relation::equal("what the target misses", square(&away)[0], misses),
            Relation::at_most("the target has more", law.variance.recip(), p.sigma.square().recip(), gap),
        ]
    }
}

/// What the denoiser leaves, against the latent; and what the target misses.
struct Residuals(u8);

impl Trial for Residuals {
    fn plan(&self) -> Result<Plan, InputError> {
        let p: Noised<Float> = at_point(SAMPLED)?;
        let (level, data) = (p.level(), p.data());
        let law = level.law(&data);
        let score = law.score();
        let tweedie = denoiser(self.0, &level, &score);
        let rest = residual(&data, &level, &Target { data: Float(1.0), noise: Float(0.0) }, &tweedie);
        let minimal = GaussianChannel { s: p.s }.mmse(level.snr());
        // Cov(x − D, z) by the slope that is missing.
        let covariance = level.alpha * p.s - tweedie.slope * law.variance;
        let product = (rest.variance + rest.mean.square()) * law.variance + covariance.square();
        let away = square(&residual(&data, &level, &conditional_score(&level), &score));
        let misses = if self.0 == SAME_SCORE { 0.0 } else { missed(&level, &data).0 };
        let (alpha, sigma) = (Lanes::splat(level.alpha), Lanes::splat(level.sigma));
        Ok(Plan {
            point: SAMPLED,
            statistics: vec![
                Statistic::mean("residual times the latent", 0.0, (minimal * law.variance).0),
                Statistic::variance("variance of the residual", 0.0, minimal.0),
                Statistic::mean("what the target misses", misses, away[1].0),
            ],
            drawn: Some(vec![(covariance.0, product.0), (rest.mean.0, rest.variance.0), (away[0].0, away[1].0)]),
            sampler: sampler(move |noise, out| {
                let (x, e) = (noise.gaussian(&data), noise.normal());
                let z = x * alpha + e * sigma;
                let rest = x - tweedie.map(Lanes::splat).value(z);
                let away = e / sigma + score.map(Lanes::splat).value(z);
                out.copy_from_slice(&[rest * (z - Lanes::splat(law.mean)), rest, away.square()]);
            }),
        })
    }
}

parameters! {
    /// A level and the variance of the data.
    Spread {
        alpha: positive "what multiplies the data",
        sigma: positive "what multiplies the noise",
        s: positive "data variance",
    }
}

impl<S: Scalar> Spread<S> {
    fn level(&self) -> Level<S> {
        Level { alpha: self.alpha, sigma: self.sigma }
    }
}

/// `Var(x | z)`.
struct PosteriorVariance;

impl Formula for PosteriorVariance {
    type Params<S: Scalar> = Spread<S>;
    fn value<S: Scalar>(p: &Spread<S>) -> S {
        GaussianChannel { s: p.s }.mmse(p.level().snr())
    }
}

/// `1/σ² − 1/v`.
struct Missed;

impl Formula for Missed {
    type Params<S: Scalar> = Spread<S>;
    fn value<S: Scalar>(p: &Spread<S>) -> S {
        missed(&p.level(), &Gaussian::centred(p.s))
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "tweedie-denoiser-score",
    aliases: &[],
    title: "Denoiser and score at a noise level, and what the target of denoising score matching misses",
    expect: Expect::True,
    text: include_str!("tweedie_denoiser_score.rs"),
    sources: &["efron2011", "vincent2011", "kingma2021"],
    readings: &[Readings::of("", &Tweedie(0)).and_sampled(&Residuals(0))],
    controls: &[
        Control {
            id: "not-rescaled",
            story: "z + σ² ∇log p without the division by α",
            readings: Readings::of("", &Tweedie(NOT_RESCALED)).and_sampled(&Residuals(NOT_RESCALED)),
        },
        Control {
            id: "conditional-score-is-the-score",
            story: "−ε/σ taken for the score at each latent, and not on average",
            readings: Readings::of("", &Tweedie(SAME_SCORE)).and_sampled(&Residuals(SAME_SCORE)),
        },
        Control {
            id: "sign-of-the-score",
            story: "z − σ² ∇log p: a step away from the data",
            readings: Readings::of("", &Tweedie(ONE_SIGN)).and_sampled(&Residuals(ONE_SIGN)),
        },
        Control {
            id: "variance-not-rescaled",
            story: "σ²(1 + σ² ∇² log p) without α⁻²",
            readings: Readings::of("", &Tweedie(SLOPE_NOT_RESCALED)),
        },
    ],
    quantities: &[
        Quantity::of::<PosteriorVariance>(
            "posterior-variance",
            "Var(x | z) for Gaussian data",
            &[("mu", Domain::Real)],
        ),
        Quantity::of::<Missed>(
            "score-excess",
            "E(−eps/sigma − grad log p)^2 for Gaussian data, in units of 1/z^2",
            &[("mu", Domain::Real)],
        ),
    ],
};
