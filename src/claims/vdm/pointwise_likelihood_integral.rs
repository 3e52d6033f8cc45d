//! The likelihood of a data point is an integral of the squared errors of the best denoiser at that point.
//!
//! For data $N(\mu, s)$, $D = (x-\mu)^2$ and $e(x, \rho) = E_\epsilon(x - E[x|z])^2 = \frac{D+s^2\rho}{(1+\rho s)^2}$, in nats and along each axis,
//!
//! $$ -\log p(x) = \tfrac12\ln(2\pi e) - \tfrac12\int_0^\infty\Big(\frac1{1+\rho} - e(x,\rho)\Big)d\rho = \tfrac12\ln(2\pi s) + \frac D{2s} $$
//!
//! With $\rho = \frac r{1-r}$ the range is $0 < r < 1$ and the integrand regular at both ends, with $q = 1 - r + rs$:
//!
//! $$ \Big(\frac1{1+\rho} - e\Big)\frac{d\rho}{dr} = \frac{1 - r + rs(2-s) - D}{q^2} = -\frac d{dr}\Big[\ln q + (D-s)\frac rq\Big] $$
//!
//! An integral that ends at $\rho_{max}$ is off by
//!
//! $$ \tfrac12\left[\ln\Big(1+\frac1{\rho_{max}s}\Big) - \ln\Big(1+\frac1{\rho_{max}}\Big) - \frac{D/s-1}{1+\rho_{max}s}\right]
//! = \frac1{2\rho_{max}}\Big(\frac2s - 1 - \frac D{s^2}\Big) + O(\rho_{max}^{-2}) $$
//!
//! whose average over the data, $\frac1{2\rho_{max}}(\frac1s-1)$, may have the other sign: with $s = 0.8$, $D = 1.7$ and $\rho_{max} = 10^4$ the truth is
//! $-5.78051\cdot10^{-5}$, the average $+1.25\cdot10^{-5}$.
//!
//! Assumptions: $s > 0$. Proved and enclosed. It is not sampled: for $r$ drawn uniformly the squared error over the Jacobian has no second
//! moment. If it failed, per-example likelihoods computed from denoising errors would be those of nothing.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Field, Scalar, Taylor, derivative};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::worlds::{Gaussian, GaussianChannel, Level, Oracle, SeenPoint};

const AVERAGE_TAIL: u8 = 1;
const NO_EXPONENT: u8 = 2;
const NO_JACOBIAN: u8 = 3;
const AVERAGE_ERROR: u8 = 4;
const NO_BASE: u8 = 5;
const NO_HALF: u8 = 6;

parameters! {
    /// A data point, a share, and where the integral is cut off.
    Cut {
        s: positive "data variance",
        mu: real "data mean",
        x: real "the data point",
        r: fraction "the share rho/(1 + rho)",
        snr_max: positive "where the integral is cut off",
        lambda: real "log-SNR from which another integral runs to ln snr_max",
    }
}

impl<S: Scalar> Cut<S> {
    fn point(&self) -> SeenPoint<S> {
        SeenPoint { channel: GaussianChannel { s: self.s }, distance: (self.x - self.mu).square() }
    }
}

/// `½[ln q + (D − s) r/q]`, minus half the integral up to `r`.
fn so_far<S: Scalar>(point: &SeenPoint<S>, r: S) -> S {
    let s = point.channel.s;
    let q = S::one() - r + r * s;
    (q.ln() + (point.distance - s) * r / q) / 2
}

/// What cutting off at the signal-to-noise ratio `1/u` adds.
fn tail<S: Scalar>(point: &SeenPoint<S>, u: S) -> S {
    let s = point.channel.s;
    ((u / s).ln_1p() - u.ln_1p() - (point.distance / s - 1) * u / (u + s)) / 2
}

const POINTS: &[&str] = &[
    // D = 1.7 to 1e-10
    "s=0.8 mu=0.3 x=1.60384048104 r=0.37 snr_max=10000 lambda=-5.1",
    "s=2.3 mu=-1.1 x=-2.9 r=0.0137 snr_max=1e8 lambda=9.1",
    "s=1e-12 mu=0.7 x=0.7000013 r=0.99 snr_max=1e14 lambda=24",
    "s=1e8 mu=0.4 x=0.4 r=0.51 snr_max=1e-7 lambda=-22.1",
];

/// `E(x − x̂)²` by the network at the level, as it would be measured, for `x` of this law.
fn error<S: Scalar>(p: &Cut<S>, data: &Gaussian<S>, snr: S) -> S {
    let (level, oracle) = (Level::at_snr(snr), Oracle::new(p.mu, p.s));
    let target = Target { data: S::one(), noise: S::zero() };
    square(&residual(data, &level, &target, &oracle.denoised(&level)))[0]
}

/// `(1/(1 + ρ) − e) dρ/dr`.
fn regular<S: Scalar>(p: &Cut<S>, r: S) -> S {
    let rest = S::one() - r;
    (rest + r * p.s * (-p.s + 2) - (p.x - p.mu).square()) / (rest + r * p.s).square()
}

/// The integrand over a finite range, the value, and what is cut off.
struct Identities(u8);

impl Statement for Identities {
    type Params<S: Scalar> = Cut<S>;

    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Cut<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (point, standard) = (p.point(), GaussianChannel { s: S::one() });
        let snr = |r: Dual<S>| r / (Dual::constant(S::one()) - r);
        let data = if wrong == AVERAGE_ERROR { Gaussian::new(p.mu, p.s) } else { Gaussian::new(p.x, S::zero()) };
        let at = snr(Dual::constant(p.r)).re;
        let base = if wrong == NO_BASE { S::zero() } else { standard.mmse(at) };
        let constant = match wrong {
            NO_EXPONENT => (S::pi() * 2).ln() / 2,
            _ => Gaussian::centred(S::one()).entropy(),
        };
        let truth = -Gaussian::new(p.mu, p.s).log_density(p.x);
        let cut_off = constant + point.information(p.snr_max) - standard.information(p.snr_max);
        let averaged = (p.s.recip() - 1) / 2;
        let (off, leading) = match wrong {
            AVERAGE_TAIL => (averaged / p.snr_max, averaged),
            _ => {
                let series = point.map(Taylor::<S, 2>::constant);
                (tail(&point, p.snr_max.recip()), tail(&series, Taylor::variable(S::zero())).coefficient(1))
            }
        };
        vec![
            Relation::equal("finite range", (base - error(p, &data, at)) * derivative(snr, p.r), regular(p, p.r)),
            Relation::equal("likelihood", truth, constant + so_far(&point, S::one()) - so_far(&point, S::zero())),
            Relation::equal("cut off", cut_off - truth, off),
            Relation::equal("leading term", leading, (p.s.recip() * 2 - 1 - point.distance / p.s.square()) / 2),
        ]
    }
}

/// The integral over the finite range, and over a range of log-SNR.
struct Integrals(u8);

impl Statement for Integrals {
    type Params<S: Scalar> = Cut<S>;

    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Cut<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let half = if wrong == NO_HALF { S::one() } else { S::ratio(1, 2) };
        vec![
            Relation::rate(
                "integral",
                (S::zero(), S::one()),
                move |r| -so_far(&p.point().map(Dual::constant), Dual::variable(r)),
                move |r| {
                    // 1/(dρ/dr) = (1 − r)²
                    let left = if wrong == NO_JACOBIAN { (S::one() - r).square() } else { S::one() };
                    regular(p, r) * left * half
                },
            ),
            Relation::rate(
                "over the log-SNR",
                (p.lambda, p.snr_max.ln()),
                move |lambda| {
                    let (point, snr) = (p.point().map(Dual::constant), Dual::variable(lambda).exp());
                    point.information(snr) - GaussianChannel { s: Dual::one() }.information(snr)
                },
                move |lambda| {
                    let snr = lambda.exp();
                    let jacobian = if wrong == NO_JACOBIAN { S::one() } else { snr };
                    let excess =
                        error(p, &Gaussian::new(p.x, S::zero()), snr) - GaussianChannel { s: S::one() }.mmse(snr);
                    jacobian * excess * half
                },
            ),
        ]
    }
}

struct Surprise;

impl Formula for Surprise {
    type Params<S: Scalar> = SeenPoint<S>;
    fn value<S: Scalar>(p: &SeenPoint<S>) -> S {
        p.surprise()
    }
}

const IDENTITIES: &str = "identities";
const INTEGRALS: &str = "integrals";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "pointwise-likelihood-integral",
    aliases: &[],
    title: "−log p(x) from the errors of the best denoiser at x over all noise levels, and what cutting off the integral costs",
    expect: Expect::True,
    text: include_str!("pointwise_likelihood_integral.rs"),
    sources: &["kong2023", "guo2005"],
    readings: &[Readings::of(IDENTITIES, &Identities(0)), Readings::of(INTEGRALS, &Integrals(0))],
    controls: &[
        Control {
            id: "average-tail",
            story: "the average over the data of what is cut off, used at a single x",
            readings: Readings::of(IDENTITIES, &Identities(AVERAGE_TAIL)),
        },
        Control {
            id: "constant-without-e",
            story: "½ ln 2π, the constant of the standard normal log-density, for ½ ln 2πe",
            readings: Readings::of(IDENTITIES, &Identities(NO_EXPONENT)),
        },
        Control {
            id: "no-jacobian",
            story: "an integral over the log-SNR of the error of the data, without dρ = ρ dλ",
            readings: Readings::of(INTEGRALS, &Integrals(NO_JACOBIAN)),
        },
        Control {
            id: "no-half",
            story: "the factor ½ of the integral forgotten",
            readings: Readings::of(INTEGRALS, &Integrals(NO_HALF)),
        },
        Control {
            id: "average-error",
            story: "the mmse for the error at this x",
            readings: Readings::of(IDENTITIES, &Identities(AVERAGE_ERROR)),
        },
        Control {
            id: "no-base",
            story: "the integral of the error alone, which diverges",
            readings: Readings::of(IDENTITIES, &Identities(NO_BASE)),
        },
    ],
    quantities: &[Quantity::of::<Surprise>("nll", "-log p(x) of N(mu, s) at x, in nats", &[])],
};
