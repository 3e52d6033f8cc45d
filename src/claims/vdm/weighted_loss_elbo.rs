//! A weighted denoising loss is a mixture of bounds of noised data, if the weight does not grow with the signal-to-noise ratio.
//!
//! With the FULL log-SNR $\lambda$, a weight $w(\lambda)$ and $\mathcal L(\lambda; x) = KL(q(z_\lambda, \dots, z_{\lambda_{min}}|x)\,\|\,p)$, for which
//! $\frac{d\mathcal L}{d\lambda} = \frac12E\|\epsilon-\hat\epsilon\|^2$, in nats,
//!
//! $$ \mathcal L_w(x) = \tfrac12\int_{\lambda_{min}}^{\lambda_{max}}w(\lambda)\,E\|\epsilon-\hat\epsilon\|^2d\lambda
//! = \int-w'(\lambda)\,\mathcal L(\lambda;x)\,d\lambda + \big[w\,\mathcal L\big]_{\lambda_{min}}^{\lambda_{max}} $$
//!
//! For $N(\mu, s)$, the exact network and prior, $D = (x-\mu)^2$ and $\rho = e^\lambda$,
//!
//! $$ \mathcal L(\lambda;x) = \tfrac12\Big[\ln(1+\rho s) + \frac{1+\rho D}{1+\rho s} - 1\Big], \qquad
//! E(\epsilon-\hat\epsilon)^2 = \rho\,\frac{D+s^2\rho}{(1+\rho s)^2} $$
//!
//! If $w$ does not increase in $\lambda$, the weights $-w'$ of the mixture are not negative, and $\mathcal L_w$ is, up to the last term, a bound for data with noise
//! added, as for $w = \mathrm{sigmoid}(b-\lambda)$. For increasing and for bell-shaped weights, EDM's among them, some of them are negative, and no such
//! bound is named. The value does not depend on the density $p(\lambda)$ that noise levels are drawn from if the loss is weighted with $w/p$. The loss $E\|\epsilon-\hat\epsilon\|^2$ at
//! uniform times is not unweighted: $w = 1/\gamma'(t)$. With $s = 0.7$, $D = 1.9$ and $\lambda$ from $-6$ to $9$ it is $1.65985536187$ for $w = \mathrm{sigmoid}(2-\lambda)$,
//! $5.17639095318$ for $w = 1$ and $2.33508316713$ for $w = e^{-\lambda/2}$.
//!
//! Assumptions: $s > 0$, finite $\lambda_{min} < \lambda_{max}$. If it failed, losses with such weights would bound nothing.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{NonNegative, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{
    Ball, Dual, Field, Float, Lanes, Panel, Scalar, derivative, integrate, integrate_to_digits, rate,
};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Gaussian, GaussianChannel, Level, Oracle, SeenPoint};

const NO_BOUNDARY: u8 = 1;
const SLOPE_SIGN: u8 = 2;
const INCREASING: u8 = 3;
const BELL: u8 = 4;
const UNWEIGHTED: u8 = 5;
const NO_DENSITY: u8 = 6;

parameters! {
    /// A data point, a range of log-SNR, and where a weight falls.
    Weighted {
        s: positive "data variance",
        mu: real "data mean",
        x: real "the data point",
        b: real "the log-SNR at which the weight has fallen to a half",
        lambda_min: real "the smallest log-SNR",
        lambda_max: real "the largest",
    }
}

impl<S: Scalar> Weighted<S> {
    /// Mean and variance of `(ε − ε̂)²` over the noise.
    fn noise_error(&self, lambda: S) -> [S; 2] {
        let (level, oracle) = (Level::at_snr(lambda.exp()), Oracle::new(self.mu, self.s));
        let target = Target { data: S::zero(), noise: S::one() };
        square(&residual(&Gaussian::new(self.x, S::zero()), &level, &target, &oracle.noise(&level)))
    }

    fn map<R>(&self, f: impl Fn(S) -> R) -> Weighted<R> {
        let [s, mu, x, b, lambda_min, lambda_max] =
            [self.s, self.mu, self.x, self.b, self.lambda_min, self.lambda_max].map(f);
        Weighted { s, mu, x, b, lambda_min, lambda_max }
    }

    /// `λ` a share of the way, and the length of the way.
    fn lambda(&self, share: S) -> (S, S) {
        let length = self.lambda_max - self.lambda_min;
        (self.lambda_min + length * share, length)
    }
}

/// `KL(q(z_λ | x) ‖ p(z_λ))`: the noisier latents add nothing to the least noisy one, for they are drawn from it on both sides.
fn bound<S: Scalar>(p: &Weighted<S>, lambda: S) -> S {
    let level = Level::at_snr(lambda.exp());
    Gaussian::new(level.alpha * p.x, level.sigma.square()).kl(&level.law(&Gaussian::new(p.mu, p.s)))
}

/// Weights that fall with `λ`, from one to zero and without end.
const WEIGHTS: [&str; 2] = ["sigmoid", "exponential"];

fn weight<S: Scalar>(name: &str, b: S, lambda: S) -> S {
    match name {
        "sigmoid" => (b - lambda).logistic(),
        _ => (-lambda / 2).exp(),
    }
}

const POINT: &str = "s=0.7 mu=0.3 x=1.67840488 b=2 lambda_min=-6 lambda_max=9";

/// By parts.
struct Parts(u8);

impl Statement for Parts {
    type Params<S: Scalar> = Weighted<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "s=2.3 mu=-1.1 x=-1.3 b=-7.1 lambda_min=-18.42 lambda_max=18.42",
            "s=1e-12 mu=0.7 x=0.7000013 b=25 lambda_min=24 lambda_max=30",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Weighted<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let by_parts = |name: &'static str| {
            Relation::rate(
                name,
                (p.lambda_min, p.lambda_max),
                move |lambda| {
                    let lambda = Dual::variable(lambda);
                    let product = weight(name, Dual::constant(p.b), lambda) * bound(&p.map(Dual::constant), lambda);
                    if wrong == NO_BOUNDARY { Dual::zero() } else { product }
                },
                move |lambda| {
                    let slope = derivative(|lambda| weight(name, Dual::constant(p.b), lambda), lambda);
                    let slope = if wrong == SLOPE_SIGN { -slope } else { slope };
                    let mixture = slope * bound(p, lambda);
                    mixture + weight(name, p.b, lambda) * p.noise_error(lambda)[0] / 2
                },
            )
        };
        WEIGHTS.into_iter().map(by_parts).collect()
    }
}

/// The weights of the mixture.
struct Mixture(u8);

impl Statement for Mixture {
    type Params<S: Scalar> = Weighted<S>;

    fn points(&self) -> &'static [&'static str] {
        // The log-SNR asked about is lambda_min.
        &[POINT, "s=0.7 mu=0.3 x=1.1 b=-3.1 lambda_min=-4.7 lambda_max=18.42"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Weighted<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let shape = move |lambda: Dual<S>| {
            let b = Dual::constant(p.b);
            let (falling, rising) = (weight("sigmoid", b, lambda), weight("sigmoid", lambda, b));
            match wrong {
                INCREASING => rising,
                BELL => falling * rising,
                _ => falling,
            }
        };
        let falling = weight("sigmoid", p.b, p.lambda_min);
        let rising = weight("sigmoid", p.lambda_min, p.b);
        let share = NonNegative::declared(falling).times(NonNegative::declared(rising));
        vec![Relation::at_most("weights of the mixture", S::zero(), -derivative(shape, p.lambda_min), share)]
    }
}

parameters! {
    /// A data point at a time of a process.
    AtTime {
        process: process "the noising process",
        t: positive "the time",
        s: positive "data variance",
        mu: real "data mean",
        x: real "the data point",
    }
}

/// What uniform times weight.
struct Times(u8);

impl Statement for Times {
    type Params<S: Scalar> = AtTime<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=20.13 T=1 t=0.37 s=0.7 mu=0.3 x=1.61",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 t=0.513 s=2.3 mu=-1.1 x=-1.3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtTime<S>) -> Vec<Relation<'p, S>> {
        let clock = p.process.at(p.t);
        // γ′ = G/w of the clock.
        let weight = if self.0 == UNWEIGHTED { S::one() } else { clock.w / clock.noise };
        let snr = Level::from(&clock).snr();
        let point = SeenPoint { channel: GaussianChannel { s: p.s }, distance: (p.x - p.mu).square() };
        let (level, oracle) = (Level::from(&clock), Oracle::new(p.mu, p.s));
        let target = Target { data: S::zero(), noise: S::one() };
        let [error, _] = square(&residual(&Gaussian::new(p.x, S::zero()), &level, &target, &oracle.noise(&level)));
        let speed = rate(p.process.moving(p.t).log_noise_to_signal());
        vec![Relation::equal(
            "noise error at uniform times",
            error / 2,
            weight * point.noise_error(point.channel.noise_mmse(snr)) / 2 * speed,
        )]
    }
}

/// The loss at log-SNRs of two densities.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let (exact, p): (Weighted<Ball>, Weighted<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let panel: Weighted<Panel> = at_point(POINT)?;
        let over = |f: &dyn Fn(Ball) -> Ball, over_panel: &dyn Fn(Panel) -> Panel| {
            integrate(f, over_panel, Ball::zero(), Ball::one(), 1e-9)
        };
        let mean = over(&|u| loss(&exact, u, UNIFORM)[0], &|u| loss(&panel, u, UNIFORM)[0]);
        let second = |power| over(&|u| loss(&exact, u, power)[1], &|u| loss(&panel, u, power)[1]);
        let variance = |power| (second(power) - mean.square()).to_f64();
        let variances = [variance(UNIFORM), variance(SQUARE)];
        // Without 1/p, each draw at λ counts as at uniform λ.
        let plain = |power: u8| {
            let at = |u: Ball| loss(&exact, u.powi(i32::from(power)), UNIFORM);
            let at_panel = |u: Panel| loss(&panel, u.powi(i32::from(power)), UNIFORM);
            [0, 1].map(|i| over(&|u| at(u)[i], &|u| at_panel(u)[i]))
        };
        let drawn = || {
            let [first, second] = plain(SQUARE);
            vec![(mean.to_f64(), variances[0]), (first.to_f64(), (second - first.square()).to_f64())]
        };
        let oracle = Oracle::new(p.mu, p.s);
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("uniform log-SNR", mean.to_f64(), variances[0]),
                Statistic::mean("log-SNR of another density", mean.to_f64(), variances[1]),
            ],
            drawn: (wrong == NO_DENSITY).then(drawn),
            sampler: sampler(move |noise, out| {
                let (u, e) = (noise.uniform(), noise.normal());
                for (out, power) in out.iter_mut().zip([UNIFORM, SQUARE]) {
                    *out = Lanes::<WIDTH>(std::array::from_fn(|lane| {
                        let (u, e) = (Float(u.0[lane]), Float(e.0[lane]));
                        let (lambda, length) = p.lambda(u.powi(i32::from(power)));
                        let level = Level::at_snr(lambda.exp());
                        let predicted = oracle.noise(&level).value(level.alpha * p.x + level.sigma * e);
                        let inverse = if wrong == NO_DENSITY { length } else { inverse_density(length, u, power) };
                        (weight("sigmoid", p.b, lambda) * inverse * (e - predicted).square() / 2).0
                    }));
                }
            }),
        })
    }
}

/// Powers of a uniform share: the log-SNR is uniform, or denser where it is small.
const UNIFORM: u8 = 1;
const SQUARE: u8 = 2;

/// `1/p(λ)` at the share `uⁿ` of the range: its derivative in `u`.
fn inverse_density<S: Scalar>(length: S, u: S, power: u8) -> S {
    length * u.powi(i32::from(power) - 1) * i64::from(power)
}

/// First and second moment over the noise of the weighted loss at the share `uⁿ` of the range.
fn loss<S: Scalar>(p: &Weighted<S>, u: S, power: u8) -> [S; 2] {
    let (lambda, length) = p.lambda(u.powi(i32::from(power)));
    let factor = weight("sigmoid", p.b, lambda) * inverse_density(length, u, power) / 2;
    let [mean, variance] = p.noise_error(lambda);
    [factor * mean, factor.square() * (variance + mean.square())]
}

/// The parameters of the loss.
struct AtX<S> {
    point: SeenPoint<S>,
    b: S,
    from: S,
    to: S,
}

impl<S: Scalar> Parameters<S> for AtX<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let point = SeenPoint::read(source)?;
        let b = source.real("b", Domain::Real, "the log-SNR at which the weight sigmoid(b - lambda) is a half")?;
        let from = source.real("lambda_min", Domain::Real, "the smallest (full) log-SNR")?;
        let to = source.real("lambda_max", Domain::Real, "the largest, above lambda_min")?;
        source.ordered("lambda_min", "lambda_max", true)?;
        Ok(Self { point, b, from, to })
    }
}

impl<S: Scalar> AtX<S> {
    /// `½ w E(ε − ε̂)²`, by shares that are known for every `λ`.
    fn integrand(&self, lambda: S) -> S {
        let share = (lambda + self.point.channel.s.ln()).logistic();
        weight("sigmoid", self.b, lambda) * self.point.noise_error(share) / 2
    }
}

fn weighted_loss(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: AtX<Ball> = ExactReader::new(inputs, ignored).read()?;
    let panel: AtX<Panel> = ExactReader::new(inputs, ignored).read()?;
    let (f, over_panel) = (|lambda| p.integrand(lambda), |lambda| panel.integrand(lambda));
    Ok(integrate_to_digits(&f, &over_panel, p.from, p.to, digits + 2))
}

const PARTS: &str = "by parts";
const MIXTURE: &str = "mixture";
const TIMES: &str = "uniform times";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "weighted-loss-elbo",
    aliases: &[],
    title: "A weighted denoising loss is a mixture of bounds if its weight does not grow with the signal-to-noise ratio",
    expect: Expect::True,
    text: include_str!("weighted_loss_elbo.rs"),
    sources: &["kingma2023", "kingma2021"],
    readings: &[
        Readings::of(PARTS, &Parts(0)).and_sampled(&Draws(0)),
        Readings::of(MIXTURE, &Mixture(0)),
        Readings::of(TIMES, &Times(0)),
    ],
    controls: &[
        Control {
            id: "no-boundary-terms",
            story: "the terms at both ends of the range dropped",
            readings: Readings::of(PARTS, &Parts(NO_BOUNDARY)),
        },
        Control {
            id: "sign-of-the-slope",
            story: "w′ for −w′ in the mixture",
            readings: Readings::of(PARTS, &Parts(SLOPE_SIGN)),
        },
        Control {
            id: "no-density",
            story: "noise levels drawn from another density without dividing by it",
            readings: Readings::sampled(PARTS, &Draws(NO_DENSITY)),
        },
        Control {
            id: "increasing-weight",
            story: "a weight that grows with the log-SNR taken to give a mixture of bounds",
            readings: Readings::of(MIXTURE, &Mixture(INCREASING)),
        },
        Control {
            id: "bell-shaped-weight",
            story: "the same for a bell-shaped weight, like EDM's, below its peak",
            readings: Readings::of(MIXTURE, &Mixture(BELL)),
        },
        Control {
            id: "unweighted",
            story: "the noise error at uniform times called unweighted, w = 1",
            readings: Readings::of(TIMES, &Times(UNWEIGHTED)),
        },
    ],
    quantities: &[Quantity::enclosed::<AtX<Float>>(
        "weighted-loss",
        "the loss with the weight sigmoid(b - lambda) at one x, exact network, lambda the full log-SNR, in nats",
        &[],
        weighted_loss,
    )],
};
