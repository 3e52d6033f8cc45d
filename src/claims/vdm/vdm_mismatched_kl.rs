//! What a denoiser for the wrong Gaussian law loses, added up over the noise levels, is the divergence of the laws.
//!
//! Data are $N(\mu, s)$, the network is exact for $N(\mu', s_q)$ instead, $\delta = \mu - \mu'$. With $mmse(\rho) = s/(1+\rho s)$,
//!
//! $$ mse_Q(\rho) = \frac{s + \delta^2 + s_q^2\rho}{(1+\rho s_q)^2}, \qquad
//! \tfrac12\int_0^R(mse_Q - mmse)\,d\rho = KL\left(N(\sqrt R\mu, 1 + Rs)\,\|\,N(\sqrt R\mu', 1 + Rs_q)\right) $$
//!
//! The right side is the divergence of the two laws after noise of variance $u = 1/R$, and continuous at $u = 0$: all noise levels together
//! give $KL(P\|Q) = \frac12\left[\ln\frac{s_q}s + \frac{s+\delta^2}{s_q} - 1\right]$, the data first. The integral runs over continuous noise levels. Finitely
//! many steps evaluate the loss at the noisier end of each and lose, in a step from $\rho_t$ to $\rho_s > \rho_t$,
//!
//! $$ \tfrac12(\rho_s-\rho_t)\,\Delta(\rho_t) = \tfrac12\int_{\rho_t}^{\rho_s}\Delta\,d\rho
//! - \tfrac12\int_{\rho_t}^{\rho_s}(\rho_s-\rho)\,\Delta'(\rho)\,d\rho, \qquad \Delta = mse_Q - mmse $$
//!
//! which is not the divergence. Assumptions: $s, s_q > 0$. If it failed, training to denoise would not be maximum likelihood.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar, derivative};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Gaussian, GaussianChannel, Level, Oracle};

const REVERSED: u8 = 1;
const NO_SHIFT: u8 = 2;
const FINITE_STEPS: u8 = 3;
const NO_HALF: u8 = 4;
const AVERAGED: u8 = 5;

parameters! {
    /// Data of one law, a model of another.
    Mismatch {
        s: positive "data variance",
        s_q: positive "variance of the model",
        dm: real "mean of the data minus mean of the model",
        snr_max: positive "the largest signal-to-noise ratio R",
    }
}

impl<S: Scalar> Mismatch<S> {
    fn map<R>(&self, f: impl Fn(S) -> R) -> Mismatch<R> {
        Mismatch { s: f(self.s), s_q: f(self.s_q), dm: f(self.dm), snr_max: f(self.snr_max) }
    }

    /// `KL` of the laws seen at this level, the data first.
    fn divergence(&self, level: &Level<S>) -> S {
        let [data, model] = self.laws().map(|law| level.law(&law));
        data.kl(&model)
    }

    /// Data and model.
    fn laws(&self) -> [Gaussian<S>; 2] {
        [Gaussian::new(self.dm, self.s), Gaussian::centred(self.s_q)]
    }

    /// `mse_Q(ρ)`: data that are spread by `s + δ²` about the mean of the model.
    fn error(&self, snr: S) -> S {
        GaussianChannel { s: self.s_q }.error_at(self.s + self.dm.square(), snr)
    }

    /// `Δ(ρ) = mse_Q − mmse`.
    fn excess(&self, snr: S) -> S {
        self.error(snr) - GaussianChannel { s: self.s }.mmse(snr)
    }
}

parameters! {
    /// The same, with a mean and a step.
    Step {
        mismatch: of(Mismatch) "data and model",
        mu: real "data mean",
        low: positive "the smallest signal-to-noise ratio",
    }
}

struct Excess(u8);

const POINT: &str = "s=0.7 s_q=2.5 dm=0.4 snr_max=50 mu=1.3 low=0.37";

impl Statement for Excess {
    type Params<S: Scalar> = Step<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "s=2.3 s_q=0.31 dm=-1.7 snr_max=7.1 mu=-0.6 low=0.013",
            "s=1.3 s_q=1.3 dm=0.8 snr_max=1e8 mu=0.4 low=1e-8",
            "s=1e-12 s_q=0.5 dm=0.003 snr_max=1e8 mu=0.4 low=0.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Step<S>) -> Vec<Relation<'p, S>> {
        let (wrong, m) = (self.0, &p.mismatch);
        let level = Level::at_snr(m.snr_max);
        let network = Oracle::new(p.mu - m.dm, m.s_q).denoised(&level);
        let target = Target { data: S::one(), noise: S::zero() };
        let [error, _] = square(&residual(&Gaussian::new(p.mu, m.s), &level, &target, &network));
        let shift = if wrong == NO_SHIFT { S::zero() } else { m.dm.square() };
        let half = if wrong == NO_HALF { S::one() } else { S::ratio(1, 2) };
        // Scaled to unit signal, noise of variance u is added to data and model.
        let noised = Level { alpha: S::one(), sigma: m.snr_max.sqrt().recip() };
        let [data, model] = m.laws().map(|law| noised.law(&law));
        let limit = if wrong == REVERSED { model.kl(&data) } else { data.kl(&model) };
        vec![
            Relation::equal("error", error, GaussianChannel { s: m.s_q }.error_at(m.s + shift, m.snr_max)),
            Relation::rate(
                "divergence",
                (S::zero(), m.snr_max),
                move |snr| m.map(Dual::constant).divergence(&Level::at_snr(Dual::variable(snr))),
                move |snr| m.excess(snr) * half,
            ),
            Relation::equal("divergence of noised laws", m.divergence(&level), limit),
            Relation::rate(
                "one step",
                (p.low, m.snr_max),
                move |snr| {
                    let (m, snr) = (m.map(Dual::constant), Dual::variable(snr));
                    m.divergence(&Level::at_snr(snr)) + (m.snr_max - snr) * m.excess(snr) / 2
                },
                move |snr| match wrong {
                    FINITE_STEPS => S::zero(),
                    _ => {
                        let slope = derivative(|snr| m.map(Dual::constant).excess(snr), snr);
                        (m.snr_max - snr) * slope / 2
                    }
                },
            ),
        ]
    }
}

/// The squared error of the network.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Step<Ball>, Step<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let network = |mean, variance, level: &Level<Ball>| Oracle::new(mean, variance).denoised(level);
        let (m, level) = (&exact.mismatch, Level::at_snr(exact.low));
        let target = Target { data: Ball::one(), noise: Ball::zero() };
        let data = Gaussian::new(exact.mu, m.s);
        let [_, variance] = square(&residual(&data, &level, &target, &network(exact.mu - m.dm, m.s_q, &level)));
        let claimed = match self.0 {
            NO_SHIFT => GaussianChannel { s: m.s_q }.error_at(m.s, exact.low),
            AVERAGED => GaussianChannel { s: m.s_q }.mmse(exact.low),
            _ => m.error(exact.low),
        };
        let (level, data) = (Level::at_snr(p.low), Gaussian::new(p.mu, p.mismatch.s));
        let network = Oracle::new(p.mu - p.mismatch.dm, p.mismatch.s_q).denoised(&level).map(Lanes::splat);
        let [alpha, sigma] = [level.alpha, level.sigma].map(Lanes::splat);
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("squared error of the network", claimed.to_f64(), variance.to_f64())],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let x = noise.gaussian(&data);
                let error = x - network.value(alpha * x + sigma * noise.normal());
                out[0] = error * error;
            }),
        })
    }
}

struct Partial;

impl Formula for Partial {
    type Params<S: Scalar> = Mismatch<S>;
    fn value<S: Scalar>(p: &Mismatch<S>) -> S {
        p.divergence(&Level::at_snr(p.snr_max))
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-mismatched-kl",
    aliases: &[],
    title: "The excess error of a denoiser for another law, integrated over the signal-to-noise ratio, is twice KL(data ‖ model)",
    expect: Expect::True,
    text: include_str!("vdm_mismatched_kl.rs"),
    sources: &["verdu2010", "kingma2021"],
    readings: &[Readings::of("", &Excess(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "reversed",
            story: "KL(model ‖ data) for KL(data ‖ model)",
            readings: Readings::of("", &Excess(REVERSED)),
        },
        Control {
            id: "no-shift",
            story: "δ² missing: only the variances of data and model compared",
            readings: Readings::of("", &Excess(NO_SHIFT)).and_sampled(&Draws(NO_SHIFT)),
        },
        Control {
            id: "own-error",
            story: "the error that the network expects of itself, the mmse of its own law, for the error on the data",
            readings: Readings::sampled("", &Draws(AVERAGED)),
        },
        Control {
            id: "no-half",
            story: "the factor ½ of the integral forgotten",
            readings: Readings::of("", &Excess(NO_HALF)),
        },
        Control {
            id: "finite-steps",
            story: "the excess of finitely many steps taken for the divergence",
            readings: Readings::of("", &Excess(FINITE_STEPS)),
        },
    ],
    quantities: &[Quantity::of::<Partial>(
        "kl-partial",
        "half the integral of mse_Q - mmse up to snr_max: the divergence of the two noised laws, in nats",
        &[],
    )],
};
