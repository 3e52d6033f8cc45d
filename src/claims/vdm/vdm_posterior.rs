//! The latent at a cleaner time, given the noisier one and the data, is Gaussian with a mean linear in both.
//!
//! With $\alpha_{t|s}$ and $\sigma^2_{t|s}$ of `vdm-forward-transition`,
//!
//! $$ q(z_s \mid z_t, x) = N(\mu_Q, \sigma_Q^2), \quad \mu_Q = \frac{\alpha_{t|s}\sigma_s^2}{\sigma_t^2}z_t + \frac{\alpha_s\sigma^2_{t|s}}{\sigma_t^2}x, \quad
//! \sigma_Q^2 = \frac{\sigma^2_{t|s}\sigma_s^2}{\sigma_t^2} = \sigma_s^2\left(1 - \frac{\rho_t}{\rho_s}\right) = -\sigma_s^2\,\mathrm{expm1}(\gamma_s - \gamma_t) $$
//!
//! The model of variational diffusion is this law with $\hat x(z_t)$ for $x$. With $c = -\mathrm{expm1}(\gamma_s - \gamma_t)$ and the noise predicted instead,
//!
//! $$ \mu_Q = \frac{\alpha_s}{\alpha_t}(z_t - \sigma_tc\,\hat\epsilon), \qquad \sigma_Q^2 = \sigma_s^2c $$
//!
//! so that an ancestral step of DDPM is the same step. It is decided by Bayes' rule, density by density; by the regression of $z_s$ on $x$ and $z_t$ under their joint law, whatever
//! the law of $x$; and against the sampler as code has it. Note that $\sigma_t^2c$ is $\sigma^2_{t|s}$, DDPM's "beta": the two wrong variances are one.
//!
//! Assumptions: $\alpha, \sigma > 0$ and a falling signal-to-noise ratio. If it failed, the terms of the bound would not be divergences between the chain and its reverse.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Covariance, Field, Float, Lanes, Matrix, Scalar, Vector};
use crate::objectives::samplers::{Form, Spread, ancestral_step, reverse_std};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, GammaStep, Gaussian, MultivariateGaussian, Rung, RungPoint, Transition};

const FORWARD: u8 = 1;
const FLIPPED: u8 = 2;
const NO_SIGNAL: u8 = 3;
const NO_DATA: u8 = 4;

/// `q(z_s | z_t, f(z_t))`, or a wrong version of it.
fn reverse<S: Scalar>(wrong: u8, rung: &Rung<S>, data: &Affine<S>) -> Transition<S> {
    let right = rung.model(data);
    match wrong {
        FORWARD => Transition { variance: rung.forward.variance, ..right },
        // The weight of a variance-exploding process.
        NO_SIGNAL => rung.model(&data.scale(rung.clean.alpha.recip())),
        // z_t led back as if nothing were known of the data: q(z_s | z_t) under a flat law.
        NO_DATA => Transition { factor: rung.forward.factor.recip(), offset: S::zero(), ..right },
        _ => right,
    }
}

parameters! {
    /// A step, the data, and both latents.
    Latents {
        step: of(RungPoint) "the step, and the law of the data",
        x: real "the data",
        y: real "the latent at the cleaner level",
        z: real "the latent at the noisier level",
    }
}

impl<S: Scalar> Latents<S> {
    /// The law of the data and of both latents: `x`, `z_t`, `z_s`.
    fn joint(&self, rung: &Rung<S>) -> MultivariateGaussian<S> {
        let (data, factor) = (self.step.oracle().data, rung.forward.factor);
        let clean = rung.clean.law(&data);
        let noisy = rung.forward.apply(&clean);
        let of_data = rung.clean.alpha * data.variance;
        let rows = [
            [data.variance, factor * of_data, of_data],
            [factor * of_data, noisy.variance, factor * clean.variance],
            [of_data, factor * clean.variance, clean.variance],
        ];
        MultivariateGaussian {
            mean: Vector(vec![data.mean, noisy.mean, clean.mean]),
            covariance: Covariance::new(Matrix::symmetric(3, |i, j| rows[i][j])),
        }
    }
}

/// Between any two levels.
struct Bayes(u8);

const SAMPLED: &str = "alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3 x=0.7137 y=1.1719 z=-0.3119";

impl Statement for Bayes {
    type Params<S: Scalar> = Latents<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "alpha=1 sigma=3.137 factor=1 beta=7.119 s=9 mu=-0.7119 x=2.3137 y=4.1719 z=-1.3119",
            "alpha=0.3137 sigma=0.0119 factor=0.7713 beta=0.4137 s=0.000001 mu=2.3119 x=2.3118 y=0.7137 z=0.4119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Latents<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle) = (p.step.rung(), p.step.oracle());
        let known = Gaussian::new(p.x, S::zero());
        let posterior = reverse(self.0, &rung, &Affine { slope: S::zero(), offset: p.x });
        let bayes = rung.forward.from(p.y).log_density(p.z) + rung.clean.law(&known).log_density(p.y)
            - rung.noisy.law(&known).log_density(p.z);
        let regression = p.joint(&rung).given(&[0, 1], &[2]);
        let model = reverse(self.0, &rung, &oracle.denoised(&rung.noisy));
        let std = reverse_std(&rung, Spread::Posterior);
        let ancestral = ancestral_step(&Form::initial(), &rung, &oracle, std).transition();
        vec![
            Relation::equal("Bayes' rule", posterior.from(p.z).log_density(p.y), bayes),
            Relation::equal("regression on the noisy latent", posterior.factor, regression.matrix[(0, 1)]),
            Relation::equal(
                "regression on the data",
                posterior.offset,
                regression.matrix[(0, 0)] * p.x + regression.offset[0],
            ),
            Relation::equal("rest of the regression", posterior.variance, regression.covariance[(0, 0)]),
            Relation::equal("ancestral step, factor", model.factor, ancestral.factor),
            Relation::equal("ancestral step, offset", model.offset, ancestral.offset),
            Relation::equal("ancestral step, variance", model.variance, ancestral.variance),
        ]
    }
}

parameters! {
    /// A step of a variance-preserving process, a latent and the noise in it.
    Noised {
        step: of(GammaStep) "the step",
        z: real "the latent at the noisier time",
        e: real "the noise in it",
    }
}

/// On a variance-preserving process, from the noise.
struct NoiseForm(u8);

impl Statement for NoiseForm {
    type Params<S: Scalar> = Noised<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "gamma_s=-13.3 gamma_t=-13.2 z=0.7119 e=-1.3137",
            "gamma_s=-18.420680743952367 gamma_t=-18.4206 z=-0.3119 e=0.7137",
            "gamma_s=17.7119 gamma_t=18.420680743952367 z=1.7119 e=0.3137",
            "gamma_s=-2.137 gamma_t=1.3119 z=0.7119 e=-1.3137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        let rung = p.step.rung();
        let x = (p.z - rung.noisy.sigma * p.e) / rung.noisy.alpha;
        let posterior = reverse(self.0, &rung, &Affine { slope: S::zero(), offset: x });
        let share = if self.0 == FLIPPED { p.step.snr_excess() } else { p.step.fresh_share() };
        let mean = rung.clean.alpha / rung.noisy.alpha * (p.z - rung.noisy.sigma * share * p.e);
        vec![
            Relation::equal("mean from the noise", posterior.from(p.z).mean, mean),
            Relation::equal("variance", posterior.variance, p.step.clean.logistic() * share),
        ]
    }
}

/// What the mean leaves of the cleaner latent: nothing that the noisier one knows of, and the posterior variance.
struct Residuals(u8);

impl Trial for Residuals {
    fn plan(&self) -> Result<Plan, InputError> {
        let p: Latents<Float> = at_point(SAMPLED)?;
        let (rung, data) = (p.step.rung(), p.step.oracle().data);
        let unit = Affine { slope: Float(0.0), offset: Float(1.0) };
        let [right, claimed] = [0, self.0].map(|wrong| reverse(wrong, &rung, &unit));
        let (clean, noisy) = (rung.clean.law(&data), rung.noisy.law(&data));
        // z_s − μ = e + a(z_t − E z_t) + b(x − E x) + m, with e independent of z_t and x.
        let (a, b) = (right.factor - claimed.factor, right.offset - claimed.offset);
        let with_data = rung.noisy.alpha * data.variance;
        let mean = clean.mean - claimed.factor * noisy.mean - claimed.offset * data.mean;
        let covariance = a * noisy.variance + b * with_data;
        let spread = right.variance + a * covariance + b * (a * with_data + b * data.variance);
        let product = (spread + mean.square()) * noisy.variance + covariance.square();
        let std = rung.clean.sigma;
        Ok(Plan {
            point: SAMPLED,
            statistics: vec![
                Statistic::mean("residual", 0.0, claimed.variance.0),
                Statistic::variance("variance of the residual", 0.0, claimed.variance.0),
                Statistic::mean("residual times the noisy latent", 0.0, (claimed.variance * noisy.variance).0),
            ],
            drawn: Some(vec![(mean.0, spread.0), (mean.0, spread.0), (covariance.0, product.0)]),
            sampler: sampler(move |noise, out| {
                let x = noise.gaussian(&data);
                let y = x * Lanes::splat(rung.clean.alpha) + noise.normal() * Lanes::splat(std);
                let z =
                    y * Lanes::splat(rung.forward.factor) + noise.normal() * Lanes::splat(rung.forward.variance.sqrt());
                let rest = y - z * Lanes::splat(claimed.factor) - x * Lanes::splat(claimed.offset);
                out.copy_from_slice(&[rest, rest, rest * (z - Lanes::splat(noisy.mean))]);
            }),
        })
    }
}

/// `σ_Q²`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = GammaStep<S>;
    fn value<S: Scalar>(p: &GammaStep<S>) -> S {
        p.posterior_variance()
    }
}

const NOISE: &str = "from the noise";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-posterior",
    aliases: &[],
    title: "The reverse kernel given the data, by Bayes' rule, by regression, and as samplers write it",
    expect: Expect::True,
    text: include_str!("vdm_posterior.rs"),
    sources: &["kingma2021", "ho2020"],
    readings: &[Readings::of("", &Bayes(0)).and_sampled(&Residuals(0)), Readings::of(NOISE, &NoiseForm(0))],
    controls: &[
        Control {
            id: "forward-variance",
            story: "σ²_{t|s} for the variance, DDPM's beta; it is also σ_t²c, the noise of the wrong end",
            readings: Readings::of("", &Bayes(FORWARD)).and_sampled(&Residuals(FORWARD)),
        },
        Control {
            id: "forward-variance-on-vp",
            story: "the same on a variance-preserving process: a tenth too large in a step of γ from −13.3 to −13.2",
            readings: Readings::of(NOISE, &NoiseForm(FORWARD)),
        },
        Control {
            id: "sign-in-expm1",
            story: "expm1(γ_t − γ_s) for −expm1(γ_s − γ_t): right to first order in the step",
            readings: Readings::of(NOISE, &NoiseForm(FLIPPED)),
        },
        Control {
            id: "weight-without-signal",
            story: "the weight of the data without α_s, as on a variance-exploding process",
            readings: Readings::of("", &Bayes(NO_SIGNAL)).and_sampled(&Residuals(NO_SIGNAL)),
        },
        Control {
            id: "data-forgotten",
            story: "the latent led back by its factor alone, with the variance of the law that knows the data",
            readings: Readings::of("", &Bayes(NO_DATA)).and_sampled(&Residuals(NO_DATA)),
        },
    ],
    quantities: &[Quantity::of::<Variance>(
        "sigma2-q",
        "the variance of q(z_s | z_t, x) on a variance-preserving process",
        &[],
    )],
};
