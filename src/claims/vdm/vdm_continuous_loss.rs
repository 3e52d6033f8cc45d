//! In continuous time the loss is half the squared error of the network, integrated over the signal-to-noise ratio; with the exact network, a
//! difference of two mutual informations.
//!
//! $$ L_\infty = -\tfrac12\int_0^1\rho'(t)\,E\|x-\hat x\|^2dt = \tfrac12\int_0^1\gamma'(t)\,E\|\epsilon-\hat\epsilon\|^2dt
//! = \tfrac12\int_{\rho_1}^{\rho_0}E\|x-\hat x\|^2d\rho, \qquad
//! L_\infty = \tfrac12\sum_j\ln\frac{1+\rho_0s_j}{1+\rho_1s_j} = I(x;z_0) - I(x;z_1) $$
//!
//! the last for the exact network and data with eigenvalues $s_j$. Here $\gamma = -\ln\rho$ is the FULL log-ratio, $\rho = \alpha^2/\sigma^2$; the
//! $\lambda = \ln(\alpha/\sigma)$ of solver papers is $-\gamma/2$. Per unit of $\ln\rho$ the integrand is
//!
//! $$ \tfrac12\rho\,E\|x-\hat x\|^2 = \tfrac12E\|\epsilon-\hat\epsilon\|^2 = \tfrac12\sigma^2E\|\nabla\ln q(z|x) - \hat s\|^2 = \tfrac12\alpha^2E\|v-\hat v\|^2 $$
//!
//! where the last, with $v = \alpha\epsilon - \sigma x$, is for variance-preserving levels. Proved for every schedule, of which only $\gamma$ and its
//! rate are used, and integrated over $t$, over $\ln\rho$ and over $\rho$ for data along one axis; in several dimensions the integrands add up.
//!
//! With $s = 0.7$ and $\gamma$ linear from $-9$ to $5$ the loss is $4.3194$; the half log-ratio taken for $\gamma$ gives $2.1597$, and the weight $-\rho'$ on the error
//! of the noise $4045.4$. Assumptions: $\rho$ falls from a finite $\rho_0$ to $\rho_1 > 0$. The estimator of $L_\infty$ by random times is judged, with its variance, in
//! `vdm-estimator-variance`; here nothing is sampled. If it failed, training losses of different parameterisations would not be bounds of one model.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar};
use crate::objectives::finite_loss::information;
use crate::objectives::prediction::{Target, scaled_residual, square};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{GaussianChannel, Level, NoiseSchedule, Oracle, SnrStep};

const HALF_LOG: u8 = 1;
const EXCHANGED: u8 = 2;
const SIGN: u8 = 3;
const NOISE_ON_V: u8 = 4;
const NO_HALF: u8 = 5;

/// The mean squared error of the exact network's answer to this question.
fn error<S: Scalar>(oracle: &Oracle<S>, level: &Level<S>, data: S, noise: S) -> S {
    let [mean, _] = square(&scaled_residual(oracle, level, &Target { data, noise }, S::one()));
    mean
}

parameters! {
    /// A variance-preserving level and the data.
    AtLevel {
        snr: positive "the signal-to-noise ratio",
        s: positive "data variance",
        mu: real "data mean",
    }
}

/// The integrand in four forms.
struct Forms(u8);

impl Statement for Forms {
    type Params<S: Scalar> = AtLevel<S>;

    fn points(&self) -> &'static [&'static str] {
        &["snr=2.3 s=0.37 mu=1.3", "snr=100000000 s=9 mu=-0.7119", "snr=0.00000001 s=0.000001 mu=2.3119"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtLevel<S>) -> Vec<Relation<'p, S>> {
        let square = (p.snr + 1).recip();
        let level = Level { alpha: (p.snr * square).sqrt(), sigma: square.sqrt() };
        let oracle = Oracle::new(p.mu, p.s);
        let density = GaussianChannel { s: p.s }.noise_mmse(p.snr) / 2;
        let (zero, one) = (S::zero(), S::one());
        let on_v = if self.0 == NOISE_ON_V { square } else { p.snr * square };
        let form = |weight: S, data: S, noise: S| weight * error(&oracle, &level, data, noise) / 2;
        vec![
            Relation::equal("data", form(p.snr, one, zero), density),
            Relation::equal("noise", form(one, zero, one), density),
            Relation::equal("score", form(square, zero, -level.sigma.recip()), density),
            Relation::equal("velocity", form(on_v, -level.sigma, level.alpha), density),
        ]
    }
}

/// Over time, on any schedule.
struct OverTime(u8);

impl Statement for OverTime {
    type Params<S: Scalar> = NoiseSchedule<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "schedule=linear s=0.7 gamma_0=-9 gamma_1=5",
            "schedule=quadratic s=9 gamma_0=-3.137 gamma_1=2.719",
            "schedule=cosine s=0.37 gamma_0=-4.137 gamma_1=6.1",
            "schedule=linear s=0.81 gamma_0=-18.420680743952367 gamma_1=18.420680743952367",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p NoiseSchedule<S>) -> Vec<Relation<'p, S>> {
        let (wrong, channel) = (self.0, p.ends.channel);
        let oracle = Oracle::new(S::zero(), channel.s);
        let left = move |t: S| {
            let channel = GaussianChannel { s: Dual::constant(channel.s) };
            -channel.information((-p.moving(t)).exp())
        };
        let of_data = move |t: S| {
            let gamma = p.moving(t);
            let weight = match wrong {
                // α/σ for its square.
                HALF_LOG => -(-gamma / 2).exp().eps,
                EXCHANGED => gamma.eps,
                SIGN => (-gamma).exp().eps,
                _ => -(-gamma).exp().eps,
            };
            weight * error(&oracle, &Level::variance_preserving(-gamma.re / 2), S::one(), S::zero()) / 2
        };
        let of_noise = move |t: S| {
            let gamma = p.moving(t);
            let weight = match wrong {
                HALF_LOG => gamma.eps / 2,
                EXCHANGED => -(-gamma).exp().eps,
                SIGN => -gamma.eps,
                _ => gamma.eps,
            };
            weight * error(&oracle, &Level::variance_preserving(-gamma.re / 2), S::zero(), S::one()) / 2
        };
        let range = (S::zero(), S::one());
        vec![
            Relation::rate("error of data over time", range, left, of_data),
            Relation::rate("error of noise over time", range, left, of_noise),
        ]
    }
}

/// Two ratios and data of a variance.
struct Ends<S> {
    channel: GaussianChannel<S>,
    most: S,
    least: S,
}

impl<S: Scalar> Parameters<S> for Ends<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        let most = source.real("snr_max", Domain::Positive, "the largest signal-to-noise ratio, alpha^2/sigma^2")?;
        let least = source.real("snr_min", Domain::Positive, "the smallest signal-to-noise ratio, below snr_max")?;
        source.ordered("snr_min", "snr_max", true)?;
        Ok(Self { channel: GaussianChannel { s }, most, least })
    }
}

impl<S: Scalar> Ends<S> {
    /// `½ ln((1 + ρ₀s)/(1 + ρ₁s))`.
    fn loss(&self) -> S {
        information(&self.channel, &SnrStep { noisy: self.least, rise: self.most - self.least })
    }
}

/// Over the ratio and over its logarithm.
struct OverRatio(u8);

impl Statement for OverRatio {
    type Params<S: Scalar> = Ends<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 snr_max=137.1 snr_min=0.0137", "s=0.81 snr_max=100000000 snr_min=0.00000001"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Ends<S>) -> Vec<Relation<'p, S>> {
        let (wrong, s) = (self.0, p.channel.s);
        let moving = move |snr: Dual<S>| GaussianChannel { s: Dual::constant(s) }.information(snr);
        let oracle = Oracle::new(S::zero(), s);
        let half = if wrong == NO_HALF { S::one() } else { S::ratio(1, 2) };
        vec![
            Relation::equal(
                "difference of informations",
                p.loss(),
                p.channel.information(p.most) - p.channel.information(p.least),
            ),
            Relation::rate(
                "over the ratio",
                (p.least, p.most),
                move |snr| moving(Dual::variable(snr)),
                move |snr| error(&oracle, &Level::exploding(snr.sqrt().recip()), S::one(), S::zero()) * half,
            ),
            Relation::rate(
                "over its logarithm",
                (p.least.ln(), p.most.ln()),
                move |log| moving(Dual::variable(log).exp()),
                move |log| error(&oracle, &Level::variance_preserving(log / 2), S::zero(), S::one()) * half,
            ),
        ]
    }
}

/// `L_∞`.
struct Loss;

impl Formula for Loss {
    type Params<S: Scalar> = Ends<S>;
    fn value<S: Scalar>(p: &Ends<S>) -> S {
        p.loss()
    }
}

const FORMS: &str = "integrand";
const TIME: &str = "over time";
const RATIO: &str = "over the ratio";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-continuous-loss",
    aliases: &[],
    title: "In continuous time the loss is half the squared error, integrated over the signal-to-noise ratio",
    expect: Expect::True,
    text: include_str!("vdm_continuous_loss.rs"),
    sources: &["kingma2021", "guo2005"],
    readings: &[Readings::of(FORMS, &Forms(0)), Readings::of(TIME, &OverTime(0)), Readings::of(RATIO, &OverRatio(0))],
    controls: &[
        Control {
            id: "half-log-ratio",
            story: "the half log-ratio of solver papers taken for γ, and α/σ for the ratio",
            readings: Readings::of(TIME, &OverTime(HALF_LOG)),
        },
        Control {
            id: "weights-exchanged",
            story: "the weight −ρ′ of the error of data on the error of noise, and γ′ on that of data",
            readings: Readings::of(TIME, &OverTime(EXCHANGED)),
        },
        Control {
            id: "sign",
            story: "a loss that is negative, by the sign of the slope of the schedule",
            readings: Readings::of(TIME, &OverTime(SIGN)),
        },
        Control {
            id: "velocity-weighted-by-the-noise",
            story: "σ² for α² on the error of v",
            readings: Readings::of(FORMS, &Forms(NOISE_ON_V)),
        },
        Control {
            id: "no-half",
            story: "the squared error integrated over the ratio without its ½",
            readings: Readings::of(RATIO, &OverRatio(NO_HALF)),
        },
    ],
    quantities: &[Quantity::of::<Loss>(
        "l-inf",
        "the loss of the exact network in continuous time between two signal-to-noise ratios, in nats",
        &[],
    )],
};
