//! EDM's preconditioning makes the network's task the same at every noise level, for data of the variance it believes in.
//!
//! On $y = x + \sigma\epsilon$ the denoiser is $D = c_{skip}y + c_{out}F(c_{in}y)$ with
//!
//! $$ c_{skip} = \frac{\sigma_d^2}{\sigma^2 + \sigma_d^2}, \quad c_{out} = \frac{\sigma\sigma_d}{\sqrt{\sigma^2 + \sigma_d^2}}, \quad c_{in} = \frac1{\sqrt{\sigma^2 + \sigma_d^2}}, \quad
//! \lambda = \frac{\sigma^2 + \sigma_d^2}{(\sigma\sigma_d)^2} = c_{out}^{-2} $$
//!
//! For data of variance $\sigma_d^2$ what the network sees and what it is trained for have variance 1, $c_{skip}$ is the factor of $y$ that leaves least of $x$, $c_{out}^2$, and if they are centred and
//! Gaussian the best network is $F = 0$ and its weighted loss $\lambda E(x - D)^2$ is 1 at every level. For $N(\mu, s)$ the best network is affine with
//!
//! $$ \frac{dF}{d(c_{in}y)} = \frac{c_{skip}(s) - c_{skip}(\sigma_d^2)}{c_{out}c_{in}} = \frac{\sigma(s - \sigma_d^2)}{\sigma_d(s + \sigma^2)}, \qquad \lambda E(x - D)^2 = \lambda\frac{s\sigma^2}{s + \sigma^2} $$
//!
//! which is the unweighted loss of $F$ itself. The network is told the level by $c_{noise} = \frac14\ln\sigma$: minus a quarter of DPM-Solver's $\ln(\alpha/\sigma)$, an eighth of $\gamma = -\ln\mathrm{SNR}$.
//!
//! Assumptions: $\sigma, \sigma_d > 0$. If it failed, some noise levels would be trained with gradients much larger than others, and a network that works at one level would have to undo its input at
//! another.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Field, Float, Lanes, Scalar};
use crate::objectives::preconditioning::{Preconditioning, best_slope};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::parameters::{Domain, InputError, at_point};
use crate::worlds::{Affine, Gaussian, GaussianChannel, Level, Oracle};

const SWAPPED: u8 = 1;
const NOISE_WEIGHT: u8 = 2;
const LABEL_OF_LOG_SNR: u8 = 3;
const ROOT_OF_WEIGHT: u8 = 4;

parameters! {
    /// A level, data, and what the preconditioning believes of them.
    Believed {
        sigma: positive "standard deviation of the noise",
        sigma_d: positive "the standard deviation that the preconditioning believes the data have, sigma_data",
        s: positive "data variance",
        mu: real "data mean",
        c: real "any factor of y",
    }
}

/// The coefficients, or a wrong version of them.
fn coefficients<S: Scalar>(wrong: u8, level: &Level<S>, deviation: S) -> Preconditioning<S> {
    let right = Preconditioning::edm(level.sigma, deviation);
    match wrong {
        SWAPPED => Preconditioning { skip: Preconditioning::edm(deviation, level.sigma).skip, ..right },
        NOISE_WEIGHT => Preconditioning { weight: level.sigma.square().recip(), ..right },
        ROOT_OF_WEIGHT => Preconditioning { weight: right.out.recip(), ..right },
        LABEL_OF_LOG_SNR => Preconditioning { label: level.half_log_snr(), ..right },
        _ => right,
    }
}

/// The factor of `y` alone.
fn factor<S: Scalar>(slope: S) -> Affine<S> {
    Affine { slope, offset: S::zero() }
}

/// What is drawn, and what is to be predicted of it.
fn data<S: Scalar>() -> Target<S> {
    Target { data: S::one(), noise: S::zero() }
}

/// At any level.
struct Coefficients(u8);

const SAMPLED: &str = "sigma=0.7119 sigma_d=0.5 s=0.37 mu=1.3 c=0.4137";

impl Statement for Coefficients {
    type Params<S: Scalar> = Believed<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "sigma=80.137 sigma_d=0.5 s=9 mu=-0.7119 c=0.1137",
            "sigma=0.0001 sigma_d=1.3137 s=0.000001 mu=0.7 c=0.8137",
            "sigma=10000 sigma_d=0.2719 s=2.3119 mu=0.1719 c=-0.3137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Believed<S>) -> Vec<Relation<'p, S>> {
        let level = Level::exploding(p.sigma);
        let pre = coefficients(self.0, &level, p.sigma_d);
        let matched = Gaussian::centred(p.sigma_d.square());
        // What the network is trained for: (x − c_skip y)/c_out.
        let target = Target { data: (S::int(1) - pre.skip) / pre.out, noise: -pre.skip * p.sigma / pre.out };
        let left = |predictor: S| residual(&matched, &level, &data(), &factor(predictor)).variance;
        let oracle = Oracle::new(p.mu, p.s);
        let best = pre.network(&oracle.denoised(&level));
        let nothing = pre.network(&Oracle { data: matched }.denoised(&level));
        let inside = Affine { slope: best.slope * pre.input, offset: best.offset };
        let [of_network, _] = square(&residual(&oracle.data, &level, &target, &inside));
        let mmse = GaussianChannel { s: p.s }.mmse(level.snr());
        let spread = matched.variance + p.sigma.square();
        let gap = NonNegative::square(p.c - pre.skip).times(NonNegative::declared(spread));
        vec![
            Relation::equal("what the network sees", pre.input.square() * level.law(&matched).variance, S::one()),
            Relation::equal(
                "what the network is trained for",
                residual(&matched, &level, &target, &factor(S::zero())).variance,
                S::one(),
            ),
            Relation::at_most("least is left", pre.out.square(), left(p.c), gap),
            Relation::equal("network for the believed data", nothing.slope, S::zero()),
            Relation::equal("loss for the believed data", pre.weight * left(matched.variance / spread), S::one()),
            Relation::equal("slope of the network", best.slope, best_slope(p.sigma, p.sigma_d, p.s)),
            Relation::equal(
                "offset of the network",
                best.offset,
                p.mu * p.sigma.square() / (p.s + p.sigma.square()) / pre.out,
            ),
            Relation::equal("weighted loss", pre.weight * mmse, of_network),
            Relation::equal("label of the level", pre.label * -4, level.half_log_snr()),
        ]
    }
}

/// The weighted loss of the best network, drawn through the network.
struct Losses(u8);

impl Trial for Losses {
    fn plan(&self) -> Result<Plan, InputError> {
        let p: Believed<Float> = at_point(SAMPLED)?;
        let level = Level::exploding(p.sigma);
        let (right, pre) = (coefficients(0, &level, p.sigma_d), coefficients(self.0, &level, p.sigma_d));
        let oracle = Oracle::new(p.mu, p.s);
        let offset = right.network(&oracle.denoised(&level)).offset;
        let network = Affine { slope: best_slope(p.sigma, p.sigma_d, p.s), offset };
        let mean = WeightedLoss::value(&Variances { sigma: p.sigma, sigma_d: p.sigma_d, s: p.s });
        let denoiser = pre.denoiser(&network);
        let drawn = square(&residual(&oracle.data, &level, &data(), &denoiser));
        let (law, sigma) = (oracle.data, Lanes::splat(p.sigma));
        Ok(Plan {
            point: SAMPLED,
            // The error is Gaussian and centred, so that its square has twice the square of its mean for variance.
            statistics: vec![Statistic::mean("weighted loss", mean.0, (mean.square() * 2).0)],
            drawn: Some(vec![((pre.weight * drawn[0]).0, (pre.weight.square() * drawn[1]).0)]),
            sampler: sampler(move |noise, out| {
                let x = noise.gaussian(&law);
                let y = x + noise.normal() * sigma;
                let output = network.map(Lanes::splat).value(y * Lanes::splat(pre.input));
                let error = x - y * Lanes::splat(pre.skip) - output * Lanes::splat(pre.out);
                out[0] = error.square() * Lanes::splat(pre.weight);
            }),
        })
    }
}

parameters! {
    /// What the numbers depend on.
    Variances {
        sigma: positive "standard deviation of the noise",
        sigma_d: positive "the standard deviation that the preconditioning believes the data have, sigma_data",
        s: positive "data variance",
    }
}

/// `λ sσ²/(s + σ²)`.
struct WeightedLoss;

impl Formula for WeightedLoss {
    type Params<S: Scalar> = Variances<S>;
    fn value<S: Scalar>(p: &Variances<S>) -> S {
        let level = Level::exploding(p.sigma);
        coefficients(0, &level, p.sigma_d).weight * GaussianChannel { s: p.s }.mmse(level.snr())
    }
}

/// `σ(s − σ_d²)/(σ_d(s + σ²))`.
struct NetworkSlope;

impl Formula for NetworkSlope {
    type Params<S: Scalar> = Variances<S>;
    fn value<S: Scalar>(p: &Variances<S>) -> S {
        best_slope(p.sigma, p.sigma_d, p.s)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "edm-preconditioning",
    aliases: &[],
    title: "EDM's preconditioning: unit input, unit target, and a weighted loss of one at every level",
    expect: Expect::True,
    text: include_str!("edm_preconditioning.rs"),
    sources: &["karras2022"],
    readings: &[Readings::of("", &Coefficients(0)).and_sampled(&Losses(0))],
    controls: &[
        Control {
            id: "skip-swapped",
            story: "σ and σ_data exchanged in c_skip: most is kept where there is most noise",
            readings: Readings::of("", &Coefficients(SWAPPED)).and_sampled(&Losses(SWAPPED)),
        },
        Control {
            id: "weight-of-the-noise",
            story: "1/σ² for the weight: a loss of s/(s + σ²), which vanishes where there is much noise",
            readings: Readings::of("", &Coefficients(NOISE_WEIGHT)).and_sampled(&Losses(NOISE_WEIGHT)),
        },
        Control {
            id: "root-of-the-weight",
            story: "1/c_out for 1/c_out²",
            readings: Readings::of("", &Coefficients(ROOT_OF_WEIGHT)).and_sampled(&Losses(ROOT_OF_WEIGHT)),
        },
        Control {
            id: "label-of-the-log-snr",
            story: "half the log signal-to-noise ratio for c_noise: another sign, and four times as large",
            readings: Readings::of("", &Coefficients(LABEL_OF_LOG_SNR)),
        },
    ],
    quantities: &[
        Quantity::of::<WeightedLoss>(
            "weighted-loss",
            "the weighted loss of the best network, without unit",
            &[("mu", Domain::Real)],
        ),
        Quantity::of::<NetworkSlope>(
            "network-slope",
            "the slope of the best network in its input, c_in y",
            &[("mu", Domain::Real)],
        ),
    ],
};
