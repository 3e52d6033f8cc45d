//! The noise kernels of a diffusion compose: two steps in a row are the one step over both.
//!
//! For $z_t = \alpha_tx + \sigma_t\epsilon$ and $s < t$,
//!
//! $$ q(z_t \mid z_s) = N(\alpha_{t|s}z_s, \sigma^2_{t|s}), \qquad \alpha_{t|s} = \frac{\alpha_t}{\alpha_s}, \qquad
//! \sigma^2_{t|s} = \sigma_t^2 - \alpha_{t|s}^2\sigma_s^2 = \sigma_t^2\left(1 - \frac{\rho_t}{\rho_s}\right), \quad \rho = \frac{\alpha^2}{\sigma^2} $$
//!
//! and for any three levels $\alpha_{t|s}\alpha_{s|r} = \alpha_{t|r}$, $\alpha_{t|s}^2\sigma^2_{s|r} + \sigma^2_{t|s} = \sigma^2_{t|r}$. The variance is positive
//! if and only if the signal-to-noise ratio falls, by $\rho_s - \rho_t = \rho_s\sigma^2_{t|s}/\sigma_t^2$. On a variance-preserving process with $\gamma = -\ln\rho$
//!
//! $$ \sigma^2_{t|s} = 1 - \frac{1 + e^{\gamma_s}}{1 + e^{\gamma_t}} = -\mathrm{expm1}(\mathrm{softplus}(\gamma_s) - \mathrm{softplus}(\gamma_t))
//! = -\frac{\mathrm{expm1}(\gamma_s - \gamma_t)}{1 + e^{-\gamma_t}} $$
//!
//! The first form loses in double precision what $1 + e^\gamma$ loses: at $\gamma = -18.4$, a ratio of $10^8$, nearly all but seven digits of a step of $0.05$. The last form is
//! six roundings from the truth.
//!
//! Assumptions: $\alpha, \sigma > 0$. If it failed, latents drawn directly at a time and latents reached step by step would have different laws, and the bound would compare
//! two different processes. The betas of DDPM are these variances (`schedule-conventions`).

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, ChainSamples, Enclosed, EnclosedRelation, NonNegative, Plan, Relation, Statement, Trial,
};
use crate::numbers::{Ball, Field, Float, Interval, Scalar};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{GammaStep, Gaussian, Level, RUNGS, Rung, RungPoint, Transition};

const EXPLODING: u8 = 1;
const INVERTED: u8 = 2;
const UPHILL: u8 = 3;
const CANCELLING: u8 = 4;

/// `q(z_noisy | z_clean)`, or a wrong version of it.
fn kernel<S: Scalar>(wrong: u8, noisy: Level<S>, clean: Level<S>) -> Transition<S> {
    let right = Rung::between(noisy, clean).forward;
    match wrong {
        EXPLODING => Transition { variance: noisy.sigma.square() - clean.sigma.square(), ..right },
        INVERTED => {
            let factor = clean.alpha / noisy.alpha;
            Transition { factor, variance: noisy.sigma.square() - (factor * clean.sigma).square(), ..right }
        }
        _ => right,
    }
}

parameters! {
    /// Three levels of any process, and a data point.
    ThreeLevels {
        alpha_r: positive "alpha at the cleanest level",
        sigma_r: positive "sigma there",
        alpha_s: positive "alpha at the middle level",
        sigma_s: positive "sigma there",
        alpha_t: positive "alpha at the noisiest level",
        sigma_t: positive "sigma there",
        x: real "the data",
    }
}

impl<S: Scalar> ThreeLevels<S> {
    /// The cleanest first.
    fn levels(&self) -> [Level<S>; 3] {
        [(self.alpha_r, self.sigma_r), (self.alpha_s, self.sigma_s), (self.alpha_t, self.sigma_t)]
            .map(|(alpha, sigma)| Level { alpha, sigma })
    }

    /// The law of the latent at a level.
    fn given_data(&self, level: &Level<S>) -> Gaussian<S> {
        level.law(&Gaussian::new(self.x, S::zero()))
    }
}

/// Between any three levels.
struct Kernels(u8);

const SAMPLED: &str = "alpha_r=0.96 sigma_r=0.28 alpha_s=0.8 sigma_s=0.6 alpha_t=0.28 sigma_t=0.96 x=1.3119";

impl Statement for Kernels {
    type Params<S: Scalar> = ThreeLevels<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "alpha_r=1 sigma_r=0.0001 alpha_s=1 sigma_s=3.137 alpha_t=1 sigma_t=10000 x=-0.7119",
            "alpha_r=1.3137 sigma_r=0.4119 alpha_s=0.7713 sigma_s=0.3719 alpha_t=0.1137 sigma_t=2.3119 x=0.3713",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ThreeLevels<S>) -> Vec<Relation<'p, S>> {
        let [r, s, t] = p.levels();
        let two = kernel(self.0, s, r).then(&kernel(self.0, t, s));
        let one = kernel(self.0, t, r);
        let reached = one.apply(&p.given_data(&r));
        let share = S::int(1) - t.snr() / r.snr();
        vec![
            Relation::equal("factor of two steps", two.factor, one.factor),
            Relation::equal("variance of two steps", two.variance, one.variance),
            Relation::equal("mean at the end", reached.mean, p.given_data(&t).mean),
            Relation::equal("variance at the end", reached.variance, p.given_data(&t).variance),
            Relation::equal("variance from the ratios", one.variance, t.sigma.square() * share),
        ]
    }
}

/// A step exists only towards a smaller signal-to-noise ratio.
struct Order(u8);

impl Statement for Order {
    type Params<S: Scalar> = RungPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        RUNGS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p RungPoint<S>) -> Vec<Relation<'p, S>> {
        let rung = p.rung();
        let (noisy, clean) = (rung.noisy.snr(), rung.clean.snr());
        let (lower, upper) = if self.0 == UPHILL { (clean, noisy) } else { (noisy, clean) };
        let ratio = NonNegative::square(rung.clean.alpha).over(NonNegative::square(rung.clean.sigma));
        let gap = NonNegative::declared(p.beta).over(NonNegative::square(rung.noisy.sigma)).times(ratio);
        vec![Relation::at_most("the ratio falls", lower, upper, gap)]
    }
}

/// On a variance-preserving process.
struct Preserving(u8);

impl Statement for Preserving {
    type Params<S: Scalar> = GammaStep<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "gamma_s=-0.001 gamma_t=0.001",
            "gamma_s=-13.3 gamma_t=-13.2",
            "gamma_s=-18.420680743952367 gamma_t=-18.4206",
            "gamma_s=17.7119 gamma_t=18.420680743952367",
            "gamma_s=-7.137 gamma_t=2.3119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GammaStep<S>) -> Vec<Relation<'p, S>> {
        let rung = p.rung();
        let defined = kernel(self.0, rung.noisy, rung.clean).variance;
        let softplus = |gamma: S| S::zero().log_add_exp(gamma);
        vec![
            Relation::equal("softplus form", defined, -(softplus(p.clean) - softplus(p.noisy)).exp_m1()),
            Relation::equal("form of products", defined, p.forward_variance()),
            Relation::equal("plain form", defined, plain(p)),
        ]
    }
}

/// `1 − (1 + e^{γ_s})/(1 + e^{γ_t})`.
fn plain<S: Scalar>(p: &GammaStep<S>) -> S {
    S::int(1) - (p.clean.exp() + 1) / (p.noisy.exp() + 1)
}

/// In double precision, at log-ratios that doubles hold exactly.
struct Doubles(u8);

impl Enclosed for Doubles {
    fn points(&self) -> &'static [&'static str] {
        &["gamma_s=-18.421875 gamma_t=-18.375", "gamma_s=17.71875 gamma_t=18.421875"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wide: GammaStep<Ball> = at_point(point)?;
        let exact = wide.forward_variance();
        let p: GammaStep<Float> = at_point(point)?;
        let double = if self.0 == CANCELLING { plain(&p) } else { p.forward_variance() };
        let error = (Ball::from(Interval::point(double.0)) - exact) / exact;
        // expm1 of an exact difference, exp, sum, quotient, product: five roundings of 2⁻⁵³ each, and a sixth for their products.
        let most = Ball::int(6) / (1_i64 << f64::MANTISSA_DIGITS);
        Ok(vec![EnclosedRelation::at_most("rounding", move |_| most.square() - error.square())])
    }
}

/// Two hops against one.
struct Hops(u8);

impl Trial for Hops {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: ThreeLevels<Ball> = at_point(SAMPLED)?;
        let [r, s, t] = exact.levels();
        let data = Gaussian::new(exact.x, Ball::zero());
        let hops = |wrong| kernel(wrong, s, r).then(&kernel(wrong, t, s)).apply(&r.law(&data));
        let p: ThreeLevels<Float> = at_point(SAMPLED)?;
        let [clean, middle, noisy] = p.levels();
        let steps = vec![kernel(self.0, middle, clean), kernel(self.0, noisy, middle)];
        let start = p.given_data(&clean);
        Ok(ChainSamples { point: SAMPLED, start, steps, claimed: t.law(&data), drawn: hops(self.0) }.plan())
    }
}

/// `σ²_{t|s}`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = GammaStep<S>;
    fn value<S: Scalar>(p: &GammaStep<S>) -> S {
        p.forward_variance()
    }
}

const PRESERVING: &str = "variance-preserving";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-forward-transition",
    aliases: &[],
    title: "The noise kernels compose, and exist only where the signal-to-noise ratio falls",
    expect: Expect::True,
    text: include_str!("vdm_forward_transition.rs"),
    sources: &["kingma2021"],
    readings: &[
        Readings::of("", &Kernels(0)).and_sampled(&Hops(0)),
        Readings::of("order", &Order(0)),
        Readings::of(PRESERVING, &Preserving(0)),
        Readings::certified("double precision", &ByEnclosure(Doubles(0))),
    ],
    controls: &[
        Control {
            id: "variances-subtracted",
            story: "σ_t² − σ_s², the formula of a variance-exploding process",
            readings: Readings::of("", &Kernels(EXPLODING)).and_sampled(&Hops(EXPLODING)),
        },
        Control {
            id: "variances-subtracted-on-vp",
            story: "the same on a variance-preserving process, where a short step looks half as noisy in the middle",
            readings: Readings::of(PRESERVING, &Preserving(EXPLODING)),
        },
        Control {
            id: "factor-inverted",
            story: "α_s/α_t for α_t/α_s, with the variance that goes with it: the steps still compose, to another law",
            readings: Readings::of("", &Kernels(INVERTED)),
        },
        Control {
            id: "uphill",
            story: "a kernel expected towards the larger signal-to-noise ratio",
            readings: Readings::of("order", &Order(UPHILL)),
        },
        Control {
            id: "plain-form-in-doubles",
            story: "1 − (1 + e^γ_s)/(1 + e^γ_t) in double precision at a ratio of 10⁸",
            readings: Readings::certified("double precision", &ByEnclosure(Doubles(CANCELLING))),
        },
    ],
    quantities: &[Quantity::of::<Variance>(
        "sigma2-t-given-s",
        "the variance of q(z_t | z_s) on a variance-preserving process",
        &[],
    )],
};
