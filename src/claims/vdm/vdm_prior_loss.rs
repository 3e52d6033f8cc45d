//! What the end of the noising process pays for being known: the prior loss is small, and never zero.
//!
//! With the standard prior $p(z_1) = N(0, 1)$, at one $x$ and on average over data $N(\mu, s)$,
//!
//! $$ KL(q(z_1 \mid x)\,\|\,N(0, 1)) = \tfrac12\left(\alpha_1^2x^2 + \sigma_1^2 - \ln\sigma_1^2 - 1\right), \qquad
//! \tfrac12\left(\alpha_1^2(s + \mu^2) + \sigma_1^2 - \ln\sigma_1^2 - 1\right) $$
//!
//! and with the law of the latents themselves as the prior, $p(z_1) = N(\alpha_1\mu, v_1)$, $D = (x - \mu)^2$,
//!
//! $$ \tfrac12\left[\ln(1 + \rho_1s) + \frac{1 + \rho_1D}{1 + \rho_1s} - 1\right], \qquad I(x; z_1) = \tfrac12\ln(1 + \rho_1s) $$
//!
//! The two averages differ by $KL(N(\alpha_1\mu, v_1)\,\|\,N(0, 1))$. At $\gamma_1 = 5$ and $s = 0.7$, $\mu = 0$ they are 0.002353747 and 0.002352737 nats. On a variance-preserving process the first
//! is $\frac12\left[(s + \mu^2 - 1)\alpha_1^2 + \ln(1 + \rho_1)\right]$: of the order of $\rho_1$, and zero only where the ratio is.
//!
//! Assumptions: $\alpha_1, \sigma_1 > 0$. If it failed, a likelihood without the prior's term would still be a bound; it is not.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Field, Float, Lanes, Scalar};
use crate::objectives::chain_bound::prior;
use crate::parameters;
use crate::parameters::{Domain, InputError, at_point};
use crate::worlds::{Gaussian, GaussianChannel, Level};

const NEGLECTED: u8 = 1;
const LOG_OF_SIGMA: u8 = 2;
const CENTRED: u8 = 3;
const ANY_PRIOR: u8 = 4;

parameters! {
    /// The noisiest level, and the data.
    End {
        alpha: positive "alpha of the noisiest level",
        sigma: positive "sigma of the noisiest level",
        s: positive "data variance",
        mu: real "data mean",
        x: real "a data point",
    }
}

impl<S: Scalar> End<S> {
    fn level(&self) -> Level<S> {
        Level { alpha: self.alpha, sigma: self.sigma }
    }

    fn data(&self) -> Gaussian<S> {
        Gaussian::new(self.mu, self.s)
    }

    /// `KL(q(z | x) ‖ p)`, from entropy and cross-entropy.
    fn paid(&self, x: S, prior: &Gaussian<S>) -> S {
        let given = self.level().law(&Gaussian::new(x, S::zero()));
        -given.entropy() - prior.expected_log_density(&given)
    }
}

fn standard<S: Scalar>() -> Gaussian<S> {
    Gaussian::centred(S::one())
}

/// The average with the standard prior, or a wrong version of it.
fn claimed<S: Scalar>(wrong: u8, data: &Gaussian<S>, level: &Level<S>) -> S {
    match wrong {
        NEGLECTED => S::zero(),
        LOG_OF_SIGMA => prior(data, level) + level.sigma.ln() / 2,
        CENTRED => prior(&Gaussian::centred(data.variance), level),
        _ => prior(data, level),
    }
}

/// At any level.
struct Loss(u8);

const SAMPLED: &str = "alpha=0.5137 sigma=0.8119 s=0.37 mu=1.3 x=0.7137";

impl Statement for Loss {
    type Params<S: Scalar> = End<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "alpha=0.0001 sigma=1.0137 s=9 mu=-0.7119 x=2.3137",
            "alpha=1 sigma=0.0001 s=2.3119 mu=0.7119 x=-0.3137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p End<S>) -> Vec<Relation<'p, S>> {
        let (level, data) = (p.level(), p.data());
        let (marginal, channel) = (level.law(&data), GaussianChannel { s: p.s });
        let log = if self.0 == LOG_OF_SIGMA { level.sigma.ln() } else { level.sigma.square().ln() };
        let at_x = ((level.alpha * p.x).square() + level.sigma.square() - log - 1) / 2;
        let [of_standard, of_marginal] =
            [standard(), marginal].map(|prior| data.average_of_quadratic(|x| p.paid(x, &prior)));
        let price = if self.0 == ANY_PRIOR { S::zero() } else { marginal.kl(&standard()) };
        vec![
            Relation::equal("standard prior, at one point", p.paid(p.x, &standard()), at_x),
            Relation::equal("standard prior", of_standard, claimed(self.0, &data, &level)),
            Relation::equal(
                "marginal prior, at one point",
                p.paid(p.x, &marginal),
                channel.information_at((p.x - p.mu).square(), level.snr()),
            ),
            Relation::equal("marginal prior", of_marginal, channel.information(level.snr())),
            Relation::equal("price of the standard prior", of_standard - of_marginal, price),
        ]
    }
}

parameters! {
    /// The end of a variance-preserving process, and the data.
    PreservingEnd {
        s: positive "data variance",
        mu: real "data mean",
        gamma_1: real "gamma = −ln SNR at the noisiest time (the full log-ratio)",
    }
}

impl<S: Scalar> PreservingEnd<S> {
    fn level(&self) -> Level<S> {
        Level::variance_preserving(-self.gamma_1 / 2)
    }

    fn standard_prior(&self) -> S {
        prior(&Gaussian::new(self.mu, self.s), &self.level())
    }
}

parameters! {
    /// What the law of the latents as a prior depends on.
    Kept {
        s: positive "data variance",
        gamma_1: real "gamma = −ln SNR at the noisiest time (the full log-ratio)",
    }
}

impl<S: Scalar> Kept<S> {
    fn marginal_prior(&self) -> S {
        GaussianChannel { s: self.s }.information((-self.gamma_1).exp())
    }
}

/// On a variance-preserving process.
struct Preserving(u8);

impl Statement for Preserving {
    type Params<S: Scalar> = PreservingEnd<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 mu=0 gamma_1=5",
            "s=0.37 mu=1.3 gamma_1=2.3119",
            "s=9 mu=-0.7119 gamma_1=18.420680743952367",
            "s=0.000001 mu=0.0119 gamma_1=-18.420680743952367",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p PreservingEnd<S>) -> Vec<Relation<'p, S>> {
        let paid = |value: S| if self.0 == NEGLECTED { S::zero() } else { value };
        let softplus = S::zero().log_add_exp(-p.gamma_1);
        let closed = ((p.s + p.mu.square() - 1) * (-p.gamma_1).logistic() + softplus) / 2;
        let (level, data) = (p.level(), Gaussian::new(p.mu, p.s));
        // I(x; z) = h(z) − h(z | x).
        let information = level.law(&data).entropy() - Gaussian::centred(level.sigma.square()).entropy();
        vec![
            Relation::equal("standard prior", closed, paid(p.standard_prior())),
            Relation::equal("marginal prior", information, paid(Kept { s: p.s, gamma_1: p.gamma_1 }.marginal_prior())),
        ]
    }
}

/// `log q(z | x) − log N(z; 0, 1)`, drawn.
struct LogRatios(u8);

impl Trial for LogRatios {
    fn plan(&self) -> Result<Plan, InputError> {
        let p: End<Float> = at_point(SAMPLED)?;
        let (level, data) = (p.level(), p.data());
        let marginal = level.law(&data);
        let (m, v) = (marginal.mean, marginal.variance);
        // ½(z² − ε²) − ln σ, and Cov(z², ε²) = 2 Cov(z, ε)² = 2σ².
        let squares = v.square() * 2 + m.square() * v * 4 + 2 - level.sigma.square() * 4;
        let variance = (squares / 4).0;
        let log = level.sigma.ln();
        Ok(Plan {
            point: SAMPLED,
            statistics: vec![Statistic::mean("log-ratio to the prior", claimed(self.0, &data, &level).0, variance)],
            drawn: Some(vec![(claimed(0, &data, &level).0, variance)]),
            sampler: sampler(move |noise, out| {
                let (x, e) = (noise.gaussian(&data), noise.normal());
                let z = x * Lanes::splat(level.alpha) + e * Lanes::splat(level.sigma);
                out[0] = (z.square() - e.square()) / 2 - Lanes::splat(log);
            }),
        })
    }
}

/// With the standard prior.
struct StandardPrior;

impl Formula for StandardPrior {
    type Params<S: Scalar> = PreservingEnd<S>;
    fn value<S: Scalar>(p: &PreservingEnd<S>) -> S {
        p.standard_prior()
    }
}

/// With the law of the latents.
struct MarginalPrior;

impl Formula for MarginalPrior {
    type Params<S: Scalar> = Kept<S>;
    fn value<S: Scalar>(p: &Kept<S>) -> S {
        p.marginal_prior()
    }
}

const PRESERVING: &str = "variance-preserving";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-prior-loss",
    aliases: &[],
    title: "The prior loss with a standard normal and with the law of the latents, and what lies between them",
    expect: Expect::True,
    text: include_str!("vdm_prior_loss.rs"),
    sources: &["kingma2021"],
    readings: &[Readings::of("", &Loss(0)).and_sampled(&LogRatios(0)), Readings::of(PRESERVING, &Preserving(0))],
    controls: &[
        Control {
            id: "neglected",
            story: "the prior loss taken for zero because the last level is noisy",
            readings: Readings::of(PRESERVING, &Preserving(NEGLECTED)),
        },
        Control {
            id: "log-of-sigma",
            story: "ln σ for ln σ²",
            readings: Readings::of("", &Loss(LOG_OF_SIGMA)).and_sampled(&LogRatios(LOG_OF_SIGMA)),
        },
        Control {
            id: "mean-forgotten",
            story: "the variance of the data for their second moment",
            readings: Readings::of("", &Loss(CENTRED)).and_sampled(&LogRatios(CENTRED)),
        },
        Control {
            id: "any-prior",
            story: "the standard normal taken for the law of the latents",
            readings: Readings::of("", &Loss(ANY_PRIOR)),
        },
    ],
    quantities: &[
        Quantity::of::<StandardPrior>("standard-prior", "E KL(q(z_1 | x) || N(0, 1)), in nats", &[]),
        Quantity::of::<MarginalPrior>(
            "marginal-prior",
            "E KL(q(z_1 | x) || N(alpha_1 mu, v_1)), the information that z_1 keeps of x, in nats",
            &[("mu", Domain::Real)],
        ),
    ],
};
