//! For each data point, and not only on average, prior, diffusion and reconstruction add up to its negative log-likelihood.
//!
//! Data are $N(\mu, s)$, the network, the decoder $p(x|z_0)$ and the prior $p(z_1)$ are exact, time is continuous. With $D = (x-\mu)^2$ and
//! the signal-to-noise ratios $\rho_0 > \rho_1$ of the least and the most noise, in nats,
//!
//! $$ prior = \tfrac12\left[\ln(1+\rho_1s) + \frac{1+\rho_1D}{1+\rho_1s} - 1\right], \qquad
//! recon = \tfrac12\ln\frac{2\pi s}{1+\rho_0s} + \frac{D+s^2\rho_0}{2s(1+\rho_0s)} $$
//! $$ diff = \tfrac12\int_{\rho_1}^{\rho_0}e(x,\rho)\,d\rho = \tfrac12\left[\ln\frac{1+\rho_0s}{1+\rho_1s} +
//! \Big(1-\frac Ds\Big)\Big(\frac1{1+\rho_0s} - \frac1{1+\rho_1s}\Big)\right], \qquad e(x,\rho) = \frac{D+s^2\rho}{(1+\rho s)^2} $$
//!
//! $$ prior + diff + recon = \tfrac12\ln(2\pi s) + \frac D{2s} = -\log p(x) $$
//!
//! for every schedule between the two ends. The error $e(x, \rho)$ at one $x$ is not the average $s/(1+\rho s)$: with $s = 0.8$, $D = 1.7$,
//! $\rho_0 = 1000$ and $\rho_1 = 0.02$ the average in its place is $0.55294$ nats too small. A decoder $N(x; z_0/\alpha_0, \sigma_0^2/\alpha_0^2)$, the likelihood of $x$
//! made into a density, is not the posterior and costs $\frac12\ln(1 + \frac1{\rho_0s})$ on average, $0.0006246$ nats there.
//!
//! Assumptions: $s > 0$, $\rho_0 > \rho_1 > 0$. If it failed, the three terms that a trained model reports for an example would not be
//! comparable with its likelihood.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Panel, Scalar, integrate};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{GammaLine, Gaussian, GaussianChannel, Level, Oracle, SeenPoint};

const AVERAGE: u8 = 1;
const STANDARD_PRIOR: u8 = 2;
const LIKELIHOOD: u8 = 3;
const HALF_LOG: u8 = 4;

parameters! {
    /// A data point between two noise levels.
    Between {
        s: positive "data variance",
        mu: real "data mean",
        x: real "the data point",
        snr_max: positive "signal-to-noise ratio at the least noise",
        snr_min: positive "signal-to-noise ratio at the most noise",
        scale: positive "the scale of the state, without effect",
    }
}

/// The data point `x` of `N(mean, s)`.
fn seen<S: Scalar>(s: S, mean: S, x: S) -> SeenPoint<S> {
    SeenPoint { channel: GaussianChannel { s }, distance: (x - mean).square() }
}

/// The law of `x − x̂` over the noise, for `x` of this law.
fn data_error<S: Scalar>(data: &Gaussian<S>, oracle: &Oracle<S>, level: &Level<S>) -> Gaussian<S> {
    residual(data, level, &Target { data: S::one(), noise: S::zero() }, &oracle.denoised(level))
}

/// `E(ε − ε̂)²` over the noise at one `x`, and the variance of the square.
fn noise_error<S: Scalar>(oracle: &Oracle<S>, x: S, level: &Level<S>) -> [S; 2] {
    let at_x = Gaussian::new(x, S::zero());
    square(&residual(&at_x, level, &Target { data: S::zero(), noise: S::one() }, &oracle.noise(level)))
}

struct Terms(u8);

impl Statement for Terms {
    type Params<S: Scalar> = Between<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            // D = 1.7 up to 7e-9.
            "s=0.8 mu=0.3 x=1.60384048 snr_max=1000 snr_min=0.02 scale=0.7",
            "s=0.8 mu=0.3 x=-2.1 snr_max=1e8 snr_min=1e-8 scale=1.3",
            "s=2.7 mu=-1.1 x=-1.1 snr_max=37 snr_min=0.41 scale=0.6",
            "s=1e-12 mu=0.7 x=0.700003 snr_max=1e8 snr_min=0.003 scale=2.1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Between<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let oracle = Oracle::new(p.mu, p.s);
        let (point, at_x) = (seen(p.s, p.mu, p.x), Gaussian::new(p.x, S::zero()));
        let [clean, noisy] = [p.snr_max, p.snr_min].map(|snr| Level::at_snr(snr).scaled(p.scale));
        let given = Gaussian::new(noisy.alpha * p.x, noisy.sigma.square());
        let prior = if wrong == STANDARD_PRIOR { Gaussian::centred(S::one()) } else { noisy.law(&oracle.data) };
        let gain = match wrong {
            AVERAGE => point.channel.information(p.snr_max) - point.channel.information(p.snr_min),
            _ => point.gain(p.snr_min, p.snr_max),
        };
        // −E log of the decoders, by the error that they see.
        let decoder = point.channel.posterior(p.snr_max);
        let likelihood = Gaussian::centred(clean.ratio().square());
        let exact = |data: &Gaussian<S>| -decoder.expected_log_density(&data_error(data, &oracle, &clean));
        // x − z/α = −(σ/α)ε for every x.
        let plain = -likelihood.expected_log_density(&likelihood);
        let slack = if wrong == LIKELIHOOD { S::zero() } else { (p.snr_max * p.s).recip().ln_1p() / 2 };
        vec![
            Relation::equal("prior", given.kl(&prior), point.information(p.snr_min)),
            Relation::equal("reconstruction", exact(&at_x), point.reconstruction(p.snr_max)),
            Relation::equal(
                "sum",
                point.information(p.snr_min) + gain + point.reconstruction(p.snr_max),
                -oracle.data.log_density(p.x),
            ),
            Relation::equal("slack of the likelihood as a decoder", plain - exact(&oracle.data), slack),
        ]
    }
}

parameters! {
    /// A data point under a noising process.
    OverTime {
        process: process "the noising process",
        s: positive "data variance",
        mu: real "data mean",
        x: real "the data point",
        eps: positive "a time after the start",
    }
}

/// The diffusion term on any schedule.
struct Diffusion(u8);

impl Statement for Diffusion {
    type Params<S: Scalar> = OverTime<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=20.13 T=1 s=0.8 mu=0.3 x=1.6038 eps=0.00001",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 s=2.7 mu=-1.1 x=-1.3 eps=0.0137",
            "process=sub-vp-linear b0=0.2 b1=7.1 T=1.1 s=0.13 mu=0.3 x=-0.9 eps=0.0313",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p OverTime<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let diffusion = Relation::rate(
            "diffusion",
            (p.eps, p.process.horizon()),
            move |t| {
                let snr = Level::from(&p.process.moving(t)).snr();
                let point = seen(p.s, p.mu, p.x).map(Dual::constant);
                -if wrong == AVERAGE { point.channel.information(snr) } else { point.information(snr) }
            },
            move |t| {
                let clock = p.process.at(t);
                // The rate of −ln ρ.
                let speed = if wrong == HALF_LOG { clock.noise / clock.w / 2 } else { clock.noise / clock.w };
                speed * noise_error(&Oracle::new(p.mu, p.s), p.x, &Level::from(&clock))[0] / 2
            },
        );
        vec![diffusion]
    }
}

parameters! {
    /// A data point under a linear `γ`.
    Sampled {
        s: positive "data variance",
        mu: real "data mean",
        x: real "the data point",
        line: of(GammaLine) "the schedule",
    }
}

impl<S: Scalar> Sampled<S> {
    /// The second moment of `½Γ(ε − ε̂)²` at one time.
    fn second_moment(&self, t: S) -> S {
        let [mean, variance] = noise_error(&Oracle::new(self.mu, self.s), self.x, &self.line.level(t));
        (self.line.span() / 2).square() * (variance + mean.square())
    }
}

/// The diffusion term of one `x`, at uniform times.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "s=0.8 mu=0.3 x=1.6038 gamma_0=-6.907 gamma_1=3.912";
        let exact: Sampled<Ball> = at_point(POINT)?;
        let (panel, p): (Sampled<Panel>, Sampled<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let point = seen(exact.s, exact.mu, exact.x);
        let [from, to] = [Ball::one(), Ball::zero()].map(|t| exact.line.snr(t));
        let gain = point.gain(from, to);
        let second =
            integrate(&|t| exact.second_moment(t), &|t| panel.second_moment(t), Ball::zero(), Ball::one(), 1e-9);
        let claimed = match self.0 {
            AVERAGE => point.channel.information(to) - point.channel.information(from),
            _ => gain,
        };
        let variance = (second - gain.square()).to_f64();
        let oracle = Oracle::new(p.mu, p.s);
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("diffusion term at one x", claimed.to_f64(), variance)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let (t, e) = (noise.uniform(), noise.normal());
                out[0] = Lanes::<WIDTH>(std::array::from_fn(|lane| {
                    let (level, e) = (p.line.level(Float(t.0[lane])), Float(e.0[lane]));
                    let z = level.alpha * p.x + level.sigma * e;
                    (p.line.span() / 2 * (e - oracle.noise(&level).value(z)).square()).0
                }));
            }),
        })
    }
}

/// A data point, and the ends of the range of signal-to-noise ratios that matter.
struct Range<S> {
    point: SeenPoint<S>,
    high: S,
    low: S,
}

impl<S: Scalar> Parameters<S> for Range<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let point = SeenPoint::read(source)?;
        let high = source.real("snr_max", Domain::Positive, "signal-to-noise ratio at the least noise")?;
        let low = source.real("snr_min", Domain::Positive, "signal-to-noise ratio at the most noise, below snr_max")?;
        source.ordered("snr_min", "snr_max", true)?;
        Ok(Self { point, high, low })
    }
}

parameters! {
    /// A data point at the noisiest level.
    AtMostNoise {
        point: of(SeenPoint) "the data point",
        snr_min: positive "signal-to-noise ratio at the most noise",
    }
}

parameters! {
    /// A data point at the cleanest level.
    AtLeastNoise {
        point: of(SeenPoint) "the data point",
        snr_max: positive "signal-to-noise ratio at the least noise",
    }
}

struct Prior;

impl Formula for Prior {
    type Params<S: Scalar> = AtMostNoise<S>;
    fn value<S: Scalar>(p: &AtMostNoise<S>) -> S {
        p.point.information(p.snr_min)
    }
}

struct DiffusionTerm;

impl Formula for DiffusionTerm {
    type Params<S: Scalar> = Range<S>;
    fn value<S: Scalar>(p: &Range<S>) -> S {
        p.point.gain(p.low, p.high)
    }
}

struct Reconstruction;

impl Formula for Reconstruction {
    type Params<S: Scalar> = AtLeastNoise<S>;
    fn value<S: Scalar>(p: &AtLeastNoise<S>) -> S {
        p.point.reconstruction(p.snr_max)
    }
}

const TERMS: &str = "terms";
const TIME: &str = "over time";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-pointwise-decomposition",
    aliases: &[],
    title: "Prior, diffusion and reconstruction terms add up to −log p(x) at each data point",
    expect: Expect::True,
    text: include_str!("vdm_pointwise_decomposition.rs"),
    sources: &["kingma2021", "guo2005"],
    readings: &[Readings::of(TERMS, &Terms(0)), Readings::of(TIME, &Diffusion(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "average-error-in-the-sum",
            story: "the mmse, an average over the data, for the error at this x",
            readings: Readings::of(TERMS, &Terms(AVERAGE)),
        },
        Control {
            id: "average-error",
            story: "the same in the integral over time",
            readings: Readings::of(TIME, &Diffusion(AVERAGE)).and_sampled(&Draws(AVERAGE)),
        },
        Control {
            id: "standard-prior",
            story: "the divergence from a standard normal for that from the marginal of z_1",
            readings: Readings::of(TERMS, &Terms(STANDARD_PRIOR)),
        },
        Control {
            id: "likelihood-as-decoder",
            story: "the normalised likelihood N(x; z_0/α_0, 1/ρ_0) taken for the posterior, at no cost",
            readings: Readings::of(TERMS, &Terms(LIKELIHOOD)),
        },
        Control {
            id: "half-log-snr",
            story: "half the log-SNR for the log-SNR as the clock of the loss",
            readings: Readings::of(TIME, &Diffusion(HALF_LOG)),
        },
    ],
    quantities: &[
        Quantity::of::<Prior>(
            "prior-nats",
            "KL(q(z_1|x) || N(alpha_1 mu, v_1)), the prior term at one x, in nats",
            &[("snr_max", Domain::Positive)],
        ),
        Quantity::of::<DiffusionTerm>(
            "diffusion-nats",
            "the diffusion term of continuous time at one x, exact network, in nats",
            &[],
        ),
        Quantity::of::<Reconstruction>(
            "recon-nats",
            "E[-log p(x|z_0)] at one x with the exact decoder, in nats; it may be negative",
            &[("snr_min", Domain::Positive)],
        ),
    ],
};
