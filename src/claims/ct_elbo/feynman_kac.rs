//! The density of a generative SDE is an expectation over paths that run backwards from the data point.
//!
//! For $dX = \mu(X, \tau)\,d\tau + \sigma(\tau)\,dB$, $X_0 \sim \pi$, with $\sigma$ independent of position:
//!
//! $$ p_\theta(x) = E\left[\pi(Z_T)\, e^{-\int_0^T \nabla\cdot\mu(Z_t,t)\,dt} \,\middle|\, Z_0 = x\right], \qquad dZ = -\mu(Z,t)\,dt + \sigma(t)\,dB $$
//!
//! For $\mu = \kappa y + \rho$ and $\pi = N(m_\pi, v_\pi)$ both sides are closed form: $p_\theta = N(M_0, V_0)$ and $Z_T \sim N(m, w)$ with
//!
//! $$ M_0 = m_\pi e^{\kappa T} + \rho\frac{e^{\kappa T}-1}{\kappa}, \quad V_0 = v_\pi e^{2\kappa T} + \sigma^2\frac{e^{2\kappa T}-1}{2\kappa}, \quad
//! \log p_\theta(x) = \log N(m; m_\pi, v_\pi + w) - \kappa T $$
//!
//! and one sample of the expectation has the relative variance, always finite and easily astronomical,
//!
//! $$ \frac{v_\pi + w}{\sqrt{v_\pi(v_\pi + 2w)}} \exp\frac{(m - m_\pi)^2 w}{(v_\pi + w)(v_\pi + 2w)} - 1 $$
//!
//! Assumptions: $\sigma, v_\pi > 0$; any real $\kappa$, with the limits at 0. If it failed, the stochastic change of variables on which
//! the ELBO rests would not give the likelihood of the model; its relative variance says when it must not be estimated naively.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{LinearPath, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar, derivative};
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, ConstantSde, ForcedOu, Gaussian};

const FORWARD: u8 = 1;
const GROWING: u8 = 2;
const UNWEIGHTED: u8 = 3;

/// What the expectation is taken of: paths with a drift and a rate of killing.
struct Killed<S> {
    drift: Affine<S>,
    diffusion: S,
    rate: S,
    prior: Gaussian<S>,
}

impl<S: Scalar> Killed<S> {
    /// Paths with drift `−μ` killed at the rate `∇·μ`, or a wrong version of them.
    fn new(wrong: u8, p: &ConstantSde<S>) -> Self {
        let (drift, divergence) = (p.drift(), p.drift().slope);
        Self {
            drift: drift.scale(S::int(if wrong == FORWARD { 1 } else { -1 })),
            diffusion: p.sig,
            rate: match wrong {
                GROWING => -divergence,
                UNWEIGHTED => S::zero(),
                _ => divergence,
            },
            prior: p.prior(),
        }
    }

    /// The law of `Z_T` given `Z_0 = x`.
    fn end(&self, x: S, time: S) -> Gaussian<S> {
        ForcedOu::constant(self.drift.slope, self.drift.offset, self.diffusion).transition(S::zero(), time).from(x)
    }

    /// `log E[π(Z_T) e^{−rate·T}]`: a Gaussian convolved with the prior.
    fn log_expectation(&self, x: S, time: S) -> S {
        let end = self.end(x, time);
        let convolved = Gaussian::new(self.prior.mean, self.prior.variance + end.variance);
        convolved.log_density(end.mean) - self.rate * time
    }

    /// `log(E[π²]/E[π]²)`.
    fn log_ratio(&self, x: S, time: S) -> S {
        let Gaussian { mean, variance: w } = self.end(x, time);
        let (once, twice) = (self.prior.variance + w, self.prior.variance + w * 2);
        let spread = (w.square() / (self.prior.variance * twice)).ln_1p() / 2;
        spread + (mean - self.prior.mean).square() * w / (once * twice)
    }

    /// `E[π²]/E[π]² − 1`.
    fn relative_variance(&self, x: S, time: S) -> S {
        self.log_ratio(x, time).exp_m1()
    }

    /// The moments of one sample of the expectation.
    fn sample(&self, x: S, time: S) -> (S, S) {
        let mean = self.log_expectation(x, time).exp();
        (mean, mean.square() * self.relative_variance(x, time))
    }
}

/// `log E[π(Z_t)² e^{−2κt}]`: the square of a Gaussian density is one of half the variance over `√(4πv_π)`.
fn log_second_moment<S: Scalar>(p: &ConstantSde<S>, t: S) -> S {
    let Gaussian { mean, variance } = Killed::new(0, p).end(p.x, t);
    let convolved = Gaussian::new(p.mpi, p.vpi / 2 + variance);
    convolved.log_density(mean) - (S::pi() * p.vpi * 4).ln() / 2 - p.k * t * 2
}

/// The density of the model is the expectation, at the end and on the way.
struct Density(u8);

const POINT: &str = "k=0.7137 rho=-0.3119 sig=0.8313 T=1.2137 mpi=0.2119 vpi=1.4137 x=0.6171";

impl Statement for Density {
    type Params<S: Scalar> = ConstantSde<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "k=-1.3137 rho=0.7119 sig=1.3171 T=0.9137 mpi=-0.4119 vpi=0.6137 x=1.6171",
            "k=0.0001 rho=0.4119 sig=0.5313 T=1.7137 mpi=0.9119 vpi=2.4137 x=-0.6171",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ConstantSde<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (S::zero(), p.T);
        let killed = Killed::new(wrong, p);
        let expectation = killed.log_expectation(p.x, p.T);
        let second_moment = move |t: Dual<S>| {
            let still = p.map(Dual::constant);
            let killed = Killed::new(wrong, &still);
            killed.log_expectation(still.x, t) * 2 + killed.log_ratio(still.x, t)
        };
        let square = |t: Dual<S>| log_second_moment(&p.map(Dual::constant), t);
        let moving = |tau: S| p.map(Dual::constant).model_after(Dual::variable(tau));
        let model = |t: S| p.model_after(p.T - t);
        vec![
            Relation::rate(
                "mean of the model",
                range,
                move |t| moving(t).mean,
                |t| p.drift().value(p.model_after(t).mean),
            ),
            Relation::rate(
                "variance of the model",
                range,
                move |t| moving(t).variance,
                |t| p.drift().slope * p.model_after(t).variance * 2 + p.sig.square(),
            ),
            Relation::equal("density as an expectation", p.model_after(p.T).log_density(p.x), expectation),
            Relation::equal(
                "second moment without time",
                second_moment(Dual::constant(S::zero())).re,
                square(Dual::constant(S::zero())).re,
            ),
            Relation::rate(
                "second moment of a sample",
                range,
                move |t| second_moment(Dual::variable(t)),
                move |t| derivative(square, t),
            ),
            // With F = log u, u_t the law of X_{T−t}: F′ = −(drift of Z) F_y + rate − ½σ²(F_yy + F_y²).
            Relation::rate(
                "Feynman-Kac equation",
                range,
                |t| {
                    let still = p.map(Dual::constant);
                    still.model_after(still.T - Dual::variable(t)).log_density(still.x)
                },
                move |t| {
                    let score = model(t).score();
                    let slope = score.value(p.x);
                    killed.rate - killed.drift.value(p.x) * slope - p.sig.square() * (score.slope + slope.square()) / 2
                },
            ),
        ]
    }
}

/// The expectation over paths drawn from drift and diffusion alone is the density of the model.
struct Paths(u8);

impl Trial for Paths {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: ConstantSde<Ball> = at_point(POINT)?;
        let (_, variance) = Killed::new(0, &exact).sample(exact.x, exact.T);
        let density = exact.model_after(exact.T).log_density(exact.x).exp();
        let drawn = Killed::new(wrong, &exact).sample(exact.x, exact.T);

        let p: ConstantSde<Float> = at_point(POINT)?;
        let killed = Killed::new(wrong, &p);
        let path = LinearPath::new(|_| (killed.drift, killed.diffusion.square()), 0.0, p.T.0, 8);
        let (weight, prior) = (-killed.rate * p.T, p.prior());
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("weighted prior density", density.to_f64(), variance.to_f64())],
            drawn: Some(vec![(drawn.0.to_f64(), drawn.1.to_f64())]),
            sampler: sampler(move |noise, out| {
                let end: Lanes<WIDTH> = path.walk(Lanes::splat(p.x), noise);
                out[0] = Lanes(end.0.map(|z| (prior.log_density(Float(z)) + weight).exp().0));
            }),
        })
    }
}

/// `log p_θ(x)`.
struct LogDensity;

impl Formula for LogDensity {
    type Params<S: Scalar> = ConstantSde<S>;
    fn value<S: Scalar>(p: &ConstantSde<S>) -> S {
        p.model_after(p.T).log_density(p.x)
    }
}

/// `Var/mean²` of one sample.
struct RelativeVariance;

impl Formula for RelativeVariance {
    type Params<S: Scalar> = ConstantSde<S>;
    fn value<S: Scalar>(p: &ConstantSde<S>) -> S {
        Killed::new(0, p).relative_variance(p.x, p.T)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "feynman-kac",
    aliases: &[],
    title: "The density of a generative SDE as an expectation over reversed paths",
    expect: Expect::True,
    text: include_str!("feynman_kac.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("", &Density(0)).and_sampled(&Paths(0))],
    controls: &[
        Control {
            id: "forward-drift",
            story: "paths with drift +μ: the generative SDE run from the data point",
            readings: Readings::of("", &Density(FORWARD)).and_sampled(&Paths(FORWARD)),
        },
        Control {
            id: "weight-sign",
            story: "e^{+∫∇·μ} for e^{−∫∇·μ}",
            readings: Readings::of("", &Density(GROWING)).and_sampled(&Paths(GROWING)),
        },
        Control {
            id: "weight-dropped",
            story: "the prior density at the end of the path, without the weight",
            readings: Readings::of("", &Density(UNWEIGHTED)).and_sampled(&Paths(UNWEIGHTED)),
        },
    ],
    quantities: &[
        Quantity::of::<LogDensity>("log-density", "log p_theta(x), in nats", &[]),
        Quantity::of::<RelativeVariance>(
            "relative-variance",
            "Var/mean^2 of one sample of the expectation: how many samples a naive estimate would need",
            &[],
        ),
    ],
};
