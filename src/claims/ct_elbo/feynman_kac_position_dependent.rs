//! The density of a generative SDE whose noise depends on position is an expectation over other paths, with another weight.
//!
//! For $dX = \mu(X)\,d\tau + \sigma(X)\,dB$, $X_0 \sim \pi$, and $D = \sigma^2$ (in $d$ dimensions $\sigma\sigma^\top$, with divergences for derivatives):
//!
//! $$ p_\theta(x) = E\left[\pi(Z_T)\,e^{\int_0^T V(Z_t)\,dt}\,\middle|\,Z_0 = x\right], \qquad dZ = (-\mu + D')(Z)\,dt + \sigma(Z)\,dB, \qquad
//! V = \tfrac12 D'' - \mu' $$
//!
//! because the two generators are the same: $-(\mu u)' + \frac12(Du)'' = (D' - \mu)\,u' + \frac12Du'' + Vu$ for every $u$. Geometric Brownian motion
//! $dX = \mu X\,d\tau + \sigma X\,dB$ has the drift $(2\sigma^2 - \mu)Z$ and the constant $V = \sigma^2 - \mu$, and keeps a lognormal law:
//!
//! $$ \ln X_T \sim N\left(m_0 + (\mu - \tfrac{\sigma^2}{2})T,\; s_0^2 + \sigma^2T\right) \quad\text{if}\quad \ln X_0 \sim N(m_0, s_0^2) $$
//!
//! Assumptions: one dimension; $D$ and $\mu$ twice and once differentiable. If it failed, or if the formula for constant noise were
//! used in its place, the likelihood of a model with multiplicative noise would be off by $e^{\sigma^2T}$ in the weight alone.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{LinearPath, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Jet, Lanes, Scalar, Vector};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, ForcedOu, Gaussian, GeometricBrownian};

const UNCHANGED: u8 = 1;
const WEIGHT_UNCHANGED: u8 = 2;
const DRIFT_UNCHANGED: u8 = 3;

/// A function at a point with its first two derivatives.
type Second<S> = Dual<Dual<S>>;

/// The function with this value, slope and second derivative at the point.
fn second<S>(value: S, slope: S, curvature: S) -> Second<S>
where
    S: Copy,
{
    Dual { re: Dual { re: value, eps: slope }, eps: Dual { re: slope, eps: curvature } }
}

/// The paths `Z` at a point: drift and rate of growth of the weight.
struct Paths<S> {
    drift: S,
    potential: S,
}

impl<S: Scalar> Paths<S> {
    /// From the generative drift and `D`, or by a wrong version.
    fn new(wrong: u8, mu: Second<S>, noise: Second<S>) -> Self {
        let (slope, curvature) = (noise.re.eps, noise.eps.eps);
        let drift = if [UNCHANGED, DRIFT_UNCHANGED].contains(&wrong) { S::zero() } else { slope };
        let weight = if [UNCHANGED, WEIGHT_UNCHANGED].contains(&wrong) { S::zero() } else { curvature / 2 };
        Self { drift: drift - mu.re.re, potential: weight - mu.re.eps }
    }
}

parameters! {
    /// Any drift, any noise and any density at a point.
    AnyDiffusion {
        u: positive "the density",
        u1: real "its derivative",
        u2: real "its second derivative",
        mu: real "the generative drift",
        mu1: real "its derivative",
        D: positive "the squared diffusion coefficient",
        D1: real "its derivative",
        D2: real "its second derivative",
    }
}

/// Fokker–Planck for the density is the backward equation of the paths.
struct Generators(u8);

impl Statement for Generators {
    type Params<S: Scalar> = AnyDiffusion<S>;

    fn points(&self) -> &'static [&'static str] {
        &["u=0.7137 u1=-0.4119 u2=1.3713 mu=0.6173 mu1=-0.9119 D=1.2713 D1=0.5137 D2=-0.8173"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnyDiffusion<S>) -> Vec<Relation<'p, S>> {
        let density = second(p.u, p.u1, p.u2);
        // The second derivative of the drift does not enter.
        let (mu, noise) = (second(p.mu, p.mu1, S::zero()), second(p.D, p.D1, p.D2));
        let forward = (noise * density).eps.eps / 2 - (mu * density).re.eps;
        let Paths { drift, potential } = Paths::new(self.0, mu, noise);
        vec![Relation::equal("generators", forward, drift * p.u1 + p.D * p.u2 / 2 + potential * p.u)]
    }
}

/// The paths of geometric Brownian motion at a point.
fn geometric<S: Scalar>(wrong: u8, p: &GeometricBrownian<S>, at: S) -> Paths<S> {
    let y = second(at, S::one(), S::zero());
    let lift = |c: S| Dual::constant(Dual::constant(c));
    Paths::new(wrong, lift(p.mu) * y, lift(p.sig.square()) * y.square())
}

/// What one path from `x` is worth: `ln Z_T` and the logarithm of the weight.
struct Worth<S> {
    end: Gaussian<S>,
    log_weight: S,
    prior: Gaussian<S>,
}

impl<S: Scalar> Worth<S> {
    fn new(wrong: u8, p: &GeometricBrownian<S>) -> Self {
        // The drift is linear, so its value at 1 is its slope.
        let Paths { drift, potential } = geometric(wrong, p, S::one());
        let log_drift = drift - p.sig.square() / 2;
        let end = ForcedOu::constant(S::zero(), log_drift, p.sig).transition(S::zero(), p.T).from(p.x.ln());
        Self { end, log_weight: potential * p.T, prior: p.prior() }
    }

    /// `log E[f(ln Z) e^{−n ln Z} weightⁿ]` for `f` the density of this law: the tilt moves the mean of `ln Z` by `−n` variances.
    fn tilted(&self, f: &Gaussian<S>, n: i64) -> S {
        let Gaussian { mean, variance } = self.end;
        let convolved = Gaussian::new(f.mean, f.variance + variance);
        convolved.log_density(mean - variance * n) + (variance * n / 2 - mean + self.log_weight) * n
    }

    /// `log E[π(Z_T) e^{VT}]`.
    fn log_expectation(&self) -> S {
        self.tilted(&self.prior, 1)
    }

    /// Mean and variance of `π(Z_T) e^{VT}`. The square of a Gaussian density is one of half the variance over `√(4πv)`.
    fn sample(&self) -> (S, S) {
        let Gaussian { mean, variance } = self.prior;
        let log_square = self.tilted(&Gaussian::new(mean, variance / 2), 2) - (S::pi() * variance * 4).ln() / 2;
        let first = self.log_expectation().exp();
        (first, log_square.exp() - first.square())
    }
}

const POINT: &str = "mu=0.3137 sig=0.7119 T=0.8731 m0=0.2137 s0=0.5119 x=1.7713";

/// The lognormal density is the expectation, at the end and on the way.
struct Density(u8);

impl Statement for Density {
    type Params<S: Scalar> = GeometricBrownian<S>;

    fn points(&self) -> &'static [&'static str] {
        &[POINT, "mu=-0.4713 sig=0.3719 T=1.7131 m0=-0.3119 s0=0.8137 x=0.6119"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GeometricBrownian<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let density = GeometricBrownian::log_density(&p.log_after(p.T), p.x);
        vec![
            Relation::equal("density as an expectation", Worth::new(wrong, p).log_expectation(), density),
            // F = log u, u_t the density of X_{T−t}: F′ = −drift·F_x − ½D(F_xx + F_x²) − V.
            Relation::rate(
                "Feynman-Kac equation",
                (S::zero(), p.T),
                |t| {
                    let still = p.map(Dual::constant);
                    GeometricBrownian::log_density(&still.log_after(still.T - Dual::variable(t)), still.x)
                },
                move |t| {
                    let law = p.log_after(p.T - t).map(|c| Dual::constant(Dual::constant(c)));
                    let jet = Jet::of(|y| GeometricBrownian::log_density(&law, y[0]), &Vector(vec![p.x]));
                    let (slope, curvature) = (jet.gradient[0], jet.hessian.trace());
                    let Paths { drift, potential } = geometric(wrong, p, p.x);
                    -(drift * slope + (p.sig * p.x).square() * (curvature + slope.square()) / 2 + potential)
                },
            ),
        ]
    }
}

/// The expectation over paths drawn from drift and noise.
struct Weighted(u8);

impl Trial for Weighted {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: GeometricBrownian<Ball> = at_point(POINT)?;
        let density = GeometricBrownian::log_density(&exact.log_after(exact.T), exact.x).exp();
        let (_, variance) = Worth::new(0, &exact).sample();
        let drawn = Worth::new(wrong, &exact).sample();

        let p: GeometricBrownian<Float> = at_point(POINT)?;
        // In the logarithm the noise is constant, and Itô's formula takes half of it from the drift.
        let Paths { drift, potential } = geometric(wrong, &p, Float(1.0));
        let log_drift = Affine { slope: Float(0.0), offset: drift - p.sig.square() / 2 };
        let path = LinearPath::new(|_| (log_drift, p.sig.square()), 0.0, p.T.0, 8);
        let (log_weight, prior, start) = (potential * p.T, p.prior(), Lanes::splat(p.x.ln()));
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("weighted prior density", density.to_f64(), variance.to_f64())],
            drawn: Some(vec![(drawn.0.to_f64(), drawn.1.to_f64())]),
            sampler: sampler(move |noise, out| {
                let end: Lanes<WIDTH> = path.walk(start, noise);
                let worth = |y: f64| (prior.log_density(Float(y)) - Float(y) + log_weight).exp().0;
                out[0] = Lanes(end.0.map(worth));
            }),
        })
    }
}

/// `log p_θ(x)`.
struct LogDensity;

impl Formula for LogDensity {
    type Params<S: Scalar> = GeometricBrownian<S>;
    fn value<S: Scalar>(p: &GeometricBrownian<S>) -> S {
        GeometricBrownian::log_density(&p.log_after(p.T), p.x)
    }
}

const ANY: &str = "any diffusion";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "feynman-kac-position-dependent",
    aliases: &[],
    title: "The density of a generative SDE with noise that depends on position, as an expectation over paths",
    expect: Expect::True,
    text: include_str!("feynman_kac_position_dependent.rs"),
    sources: &["huang2021", "kac1949"],
    readings: &[Readings::of(ANY, &Generators(0)), Readings::of("", &Density(0)).and_sampled(&Weighted(0))],
    controls: &[
        Control {
            id: "constant-noise-formula",
            story: "drift −μ and weight e^{−∫μ′}: the formula for noise that does not depend on position",
            readings: Readings::of("", &Density(UNCHANGED)).and_sampled(&Weighted(UNCHANGED)),
        },
        Control {
            id: "constant-noise-formula-anywhere",
            story: "the same for any drift and noise",
            readings: Readings::of(ANY, &Generators(UNCHANGED)),
        },
        Control {
            id: "weight-unchanged",
            story: "½D″ missing in the weight: off by the factor e^{σ²T}",
            readings: Readings::of("", &Density(WEIGHT_UNCHANGED)).and_sampled(&Weighted(WEIGHT_UNCHANGED)),
        },
        Control {
            id: "drift-unchanged",
            story: "D′ missing in the drift of the paths",
            readings: Readings::of("", &Density(DRIFT_UNCHANGED)).and_sampled(&Weighted(DRIFT_UNCHANGED)),
        },
    ],
    quantities: &[Quantity::of::<LogDensity>(
        "log-density",
        "log p_theta(x) of geometric Brownian motion, in nats",
        &[],
    )],
};
