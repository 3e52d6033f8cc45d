//! What one step of the chain pays: half the drop of the signal-to-noise ratio times the squared error of the prediction.
//!
//! For a model step with the mean of $q(z_s \mid z_t, \hat x)$ and its variance $\sigma_Q^2$,
//!
//! $$ KL\left(q(z_s \mid z_t, x)\,\|\,p(z_s \mid z_t)\right) = \tfrac12(\rho_s - \rho_t)(x - \hat x)^2
//! = \tfrac12\left(\frac{\rho_s}{\rho_t} - 1\right)(\epsilon - \hat\epsilon)^2 = \tfrac12\mathrm{expm1}(\gamma_t - \gamma_s)(\epsilon - \hat\epsilon)^2 $$
//!
//! in nats, along one axis. In the symbols of DDPM, with $\beta_t$ and $\alpha = 1 - \beta_t$, the weight of $(\epsilon - \hat\epsilon)^2$ is
//!
//! $$ \frac{\beta_t^2}{2\tilde\beta_t\alpha(1 - \bar\alpha_t)} = \frac{\beta_t}{2\alpha(1 - \bar\alpha_{t-1})} $$
//!
//! which is infinite at $t = 1$: there $\bar\alpha_0 = 1$, and the step belongs to the reconstruction. A model of another variance $\tau^2$ pays
//!
//! $$ \tfrac12\left[\frac{\sigma_Q^2}{\tau^2} - 1 - \ln\frac{\sigma_Q^2}{\tau^2}\right] + \frac{\sigma_Q^2}{\tau^2}\cdot\tfrac12(\rho_s - \rho_t)(x - \hat x)^2 $$
//!
//! Over data and noise the exact network pays $\frac12(\rho_s - \rho_t)\,\mathrm{mmse}(\rho_t)$. On data of variance 0.7 with a linear $\gamma$ from −9 to 5, a hundred steps pay 4.599 nats; with
//! $1 - e^{-(\gamma_t - \gamma_s)}$ for the weight 3.998, with $\gamma_t - \gamma_s$ 4.285, without the ½ 9.198.
//!
//! Assumptions: both laws Gaussian, and a falling ratio. If it failed, the loss that is trained would not be a term of a bound.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Field, Float, Lanes, Scalar};
use crate::objectives::chain_bound;
use crate::objectives::parameterisation::Predicted;
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{GammaStep, GammaSteps, Gaussian, GaussianChannel, Level, Oracle, Rung, RungPoint};

const FLIPPED: u8 = 1;
const LINEAR: u8 = 2;
const NO_HALF: u8 = 3;
const SAME_WEIGHT: u8 = 4;
const LATER_LEVEL: u8 = 5;

/// ½, or not.
fn half<S: Scalar>(wrong: u8) -> S {
    if wrong == NO_HALF { S::one() } else { S::ratio(1, 2) }
}

/// `½ expm1(γ_t − γ_s)`, or a wrong version of it.
fn weight<S: Scalar>(wrong: u8, step: &GammaStep<S>) -> S {
    let excess = match wrong {
        FLIPPED => step.fresh_share(),
        LINEAR => step.noisy - step.clean,
        _ => step.snr_excess(),
    };
    half::<S>(wrong) * excess
}

/// `KL(q ‖ p) = E_q[log q − log p]`, from entropy and cross-entropy.
fn divergence<S: Scalar>(q: &Gaussian<S>, p: &Gaussian<S>) -> S {
    -q.entropy() - p.expected_log_density(q)
}

parameters! {
    /// A step, what is true and what is predicted, and a variance.
    Model {
        step: of(RungPoint) "the step, and the law of the data",
        z: real "the latent at the noisier level",
        x: real "the data",
        y: real "what the network takes for the data",
        tau2: positive "another variance of the model's step",
    }
}

/// Between any two levels.
struct Step(u8);

const SAMPLED: &str =
    "alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3 z=-0.3119 x=0.7137 y=1.1719 tau2=0.2137";

impl Statement for Step {
    type Params<S: Scalar> = Model<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "alpha=1 sigma=3.137 factor=1 beta=7.119 s=9 mu=-0.7119 z=-1.3119 x=2.3137 y=4.1719 tau2=0.7137",
            "alpha=0.3137 sigma=0.0119 factor=0.7713 beta=0.4137 s=0.000001 mu=2.3119 z=0.4119 x=2.3118 y=2.7137 tau2=0.0719",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Model<S>) -> Vec<Relation<'p, S>> {
        let rung = p.step.rung();
        let [q, model] = [p.x, p.y].map(|data| rung.posterior(data).from(p.z));
        let [truth, predicted] = [p.x, p.y].map(|data| Predicted::from_data(&rung.noisy, p.z, data).noise);
        let (before, after) = (rung.clean.snr(), rung.noisy.snr());
        let [of_data, of_noise] = [(p.x - p.y).square(), (truth - predicted).square()];
        let paid = half::<S>(self.0) * (before - after) * of_data;
        let ratio = q.variance / p.tau2;
        let share = if self.0 == SAME_WEIGHT { S::one() } else { ratio };
        let wider = Gaussian::new(model.mean, p.tau2);
        let expected = chain_bound::step(&p.step.oracle(), &rung, rung.posterior_variance(), S::one());
        let mmse = GaussianChannel { s: p.step.s }.mmse(after);
        vec![
            Relation::equal("from the error of the data", divergence(&q, &model), paid),
            Relation::equal(
                "from the error of the noise",
                divergence(&q, &model),
                half::<S>(self.0) * (before / after - 1) * of_noise,
            ),
            Relation::equal("another variance", divergence(&q, &wider), ratio.minus_1_minus_ln() / 2 + share * paid),
            Relation::equal("expected", expected, half::<S>(self.0) * (before - after) * mmse),
        ]
    }
}

parameters! {
    /// A step of a variance-preserving process, the noise in a latent, and what is predicted of it.
    Noised {
        step: of(GammaStep) "the step",
        z: real "the latent at the noisier time",
        e: real "the noise in it",
        y: real "what the network takes for the noise",
    }
}

/// On a variance-preserving process.
struct LogRatio(u8);

impl Statement for LogRatio {
    type Params<S: Scalar> = Noised<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "gamma_s=-2.137 gamma_t=1.3119 z=0.7119 e=-1.3137 y=0.3119",
            "gamma_s=-18.420680743952367 gamma_t=-18.4206 z=-0.3119 e=0.7137 y=0.7119",
            "gamma_s=17.7119 gamma_t=18.420680743952367 z=1.7119 e=0.3137 y=-0.7119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        let rung = p.step.rung();
        let data = |noise| Predicted::from_noise(&rung.noisy, p.z, noise).data;
        let [q, model] = [p.e, p.y].map(|noise| rung.posterior(data(noise)).from(p.z));
        vec![Relation::equal("from log-ratios", divergence(&q, &model), weight(self.0, &p.step) * (p.e - p.y).square())]
    }
}

/// The steps of a whole chain.
struct Chain(u8);

impl Statement for Chain {
    type Params<S: Scalar> = GammaSteps<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.7 gamma_0=-9 gamma_1=5 T=100", "s=2.3119 gamma_0=-18.420680743952367 gamma_1=18.420680743952367 T=7"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GammaSteps<S>) -> Vec<Relation<'p, S>> {
        let (line, channel) = (p.point.line, p.point.channel);
        let oracle = Oracle::new(S::zero(), channel.s);
        let time = |i: u32| S::int(i64::from(i)) / i64::from(p.steps);
        let sum = |term: &dyn Fn(u32) -> S| (1..=p.steps).fold(S::zero(), |sum, i| sum + term(i));
        let divergences = sum(&|i| {
            let rung = Rung::between(line.level(time(i)), line.level(time(i - 1)));
            chain_bound::step(&oracle, &rung, rung.posterior_variance(), S::one())
        });
        let weights = sum(&|i| {
            let step = GammaStep { clean: line.gamma(time(i - 1)), noisy: line.gamma(time(i)) };
            weight(self.0, &step) * channel.noise_mmse(step.noisy_snr())
        });
        vec![Relation::equal("whole chain", weights, divergences)]
    }
}

parameters! {
    /// A step of DDPM after the first.
    DdpmStep {
        abar: fraction "what the steps before it keep of the signal, as a variance",
        beta: fraction "its beta",
    }
}

/// In the symbols of DDPM.
struct Betas(u8);

impl Statement for Betas {
    type Params<S: Scalar> = DdpmStep<S>;

    fn points(&self) -> &'static [&'static str] {
        &["abar=0.6137 beta=0.2119", "abar=0.9999 beta=0.00011994", "abar=0.000041 beta=0.02"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p DdpmStep<S>) -> Vec<Relation<'p, S>> {
        let one = S::one();
        let (kept, now) = (one - p.beta, p.abar * (one - p.beta));
        let rung = Rung::above(Level { alpha: p.abar.sqrt(), sigma: (one - p.abar).sqrt() }, kept.sqrt(), p.beta);
        // The divergence at an error of the noise of one, at z = 0.
        let data = |noise| Predicted::from_noise(&rung.noisy, S::zero(), noise).data;
        let [q, model] = [one, S::zero()].map(|noise| rung.posterior(data(noise)).from(S::zero()));
        let paid = divergence(&q, &model);
        let lost = if self.0 == LATER_LEVEL { one - now } else { one - p.abar };
        let spread = p.beta * (one - p.abar) / (one - now);
        vec![
            Relation::equal("by the posterior variance", paid, p.beta.square() / (spread * kept * (one - now) * 2)),
            Relation::equal("by the level before", paid, p.beta / (kept * lost * 2)),
            Relation::equal("by the ratios", paid, ((p.abar / (one - p.abar)) / (now / (one - now)) - 1) / 2),
        ]
    }
}

/// `log q(z_s | z_t, x) − log p(z_s | z_t)` of the exact network, drawn by noising data.
struct LogRatios(u8);

impl Trial for LogRatios {
    fn plan(&self) -> Result<Plan, InputError> {
        let p: Model<Float> = at_point(SAMPLED)?;
        let (rung, oracle) = (p.step.rung(), p.step.oracle());
        let variance = rung.posterior_variance();
        let (posterior, model) = (rung.posterior(Float(1.0)), rung.model(&oracle.denoised(&rung.noisy)));
        // With u = z_s − μ_Q and the shift d between the two means, independent: (2ud + d²)/(2σ_Q²) with E u² = σ_Q² and E d² = rσ_Q².
        let paid = chain_bound::step(&oracle, &rung, variance, Float(1.0));
        let r = paid * Float(2.0);
        let claimed = paid * Float(2.0) * half::<Float>(self.0);
        let spread = r + r.square() / 2;
        Ok(Plan {
            point: SAMPLED,
            statistics: vec![Statistic::mean("log-ratio of a step", claimed.0, spread.0)],
            drawn: Some(vec![(paid.0, spread.0)]),
            sampler: sampler(move |noise, out| {
                let x = noise.gaussian(&oracle.data);
                let y = x * Lanes::splat(rung.clean.alpha) + noise.normal() * Lanes::splat(rung.clean.sigma);
                let z =
                    y * Lanes::splat(rung.forward.factor) + noise.normal() * Lanes::splat(rung.forward.variance.sqrt());
                let truth = y - z * Lanes::splat(posterior.factor) - x * Lanes::splat(posterior.offset);
                let model = y - z * Lanes::splat(model.factor) - Lanes::splat(model.offset);
                out[0] = (model.square() - truth.square()) / (Lanes::splat(variance) * 2);
            }),
        })
    }
}

/// Data of a variance, and a step.
struct Paid<S> {
    channel: GaussianChannel<S>,
    step: GammaStep<S>,
}

impl<S: Scalar> Parameters<S> for Paid<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        Ok(Self { channel: GaussianChannel { s }, step: GammaStep::read(source)? })
    }
}

/// `½ expm1(γ_t − γ_s) ρ_t mmse(ρ_t)`.
struct Expected;

impl Formula for Expected {
    type Params<S: Scalar> = Paid<S>;
    fn value<S: Scalar>(p: &Paid<S>) -> S {
        weight(0, &p.step) * p.channel.noise_mmse(p.step.noisy_snr())
    }
}

const LOG_RATIOS: &str = "log-ratios";
const CHAIN: &str = "chain";
const BETAS: &str = "betas";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-step-kl",
    aliases: &[],
    title: "A step pays half the drop of the signal-to-noise ratio times the squared error of the prediction",
    expect: Expect::True,
    text: include_str!("vdm_step_kl.rs"),
    sources: &["kingma2021", "ho2020"],
    readings: &[
        Readings::of("", &Step(0)).and_sampled(&LogRatios(0)),
        Readings::of(LOG_RATIOS, &LogRatio(0)),
        Readings::certified(CHAIN, &Chain(0)),
        Readings::of(BETAS, &Betas(0)),
    ],
    controls: &[
        Control {
            id: "half-forgotten",
            story: "the weight without its ½",
            readings: Readings::of("", &Step(NO_HALF)).and_sampled(&LogRatios(NO_HALF)),
        },
        Control {
            id: "half-forgotten-in-a-chain",
            story: "the same over a hundred steps: twice the nats",
            readings: Readings::certified(CHAIN, &Chain(NO_HALF)),
        },
        Control {
            id: "sign-in-expm1",
            story: "1 − e^{−(γ_t − γ_s)} for e^{γ_t − γ_s} − 1",
            readings: Readings::of(LOG_RATIOS, &LogRatio(FLIPPED)),
        },
        Control {
            id: "sign-in-expm1-in-a-chain",
            story: "the same over a hundred steps: a bound that seems better by half a nat",
            readings: Readings::certified(CHAIN, &Chain(FLIPPED)),
        },
        Control {
            id: "weight-of-continuous-time",
            story: "γ_t − γ_s for expm1(γ_t − γ_s): the weight of continuous time on a finite grid",
            readings: Readings::certified(CHAIN, &Chain(LINEAR)),
        },
        Control {
            id: "weight-kept-for-another-variance",
            story: "a model of another variance that pays for it, but not for its mean in units of it",
            readings: Readings::of("", &Step(SAME_WEIGHT)),
        },
        Control {
            id: "level-of-the-step-itself",
            story: "1 − ᾱ_t for 1 − ᾱ_{t−1}: the weight of a model of variance β with the divergence of another",
            readings: Readings::of(BETAS, &Betas(LATER_LEVEL)),
        },
    ],
    quantities: &[Quantity::of::<Expected>(
        "expected-kl",
        "what one step pays on average with the exact network and the variance sigma_Q^2, on a variance-preserving process, in nats",
        &[],
    )],
};
