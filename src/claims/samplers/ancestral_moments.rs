//! Ancestral sampling moves means exactly; its variance is right for one data variance only, and its error is of first order.
//!
//! One step of DDPM with the exact network on data $N(\mu, s)$, in which $\hat\epsilon = \sigma_t(x_t - \sqrt{\bar\alpha_t}\mu)/v_t$,
//! $v_t = \bar\alpha_ts + 1 - \bar\alpha_t$:
//!
//! $$ x_{t-1} = \frac{1}{\sqrt{1-\beta_t}}\Big(x_t - \frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\hat\epsilon\Big) + \tau_t\xi, \qquad
//! A_t = \frac{\sqrt{1-\beta_t}\,v_{t-1}}{v_t} $$
//!
//! is the exact regression of $x_{t-1}$ on $x_t$, for any $\beta_t$ and any process. Right would be the variance $\beta_tv_{t-1}/v_t$;
//! $\tilde\beta_t = \beta_t\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}$ is below it, and $\beta_t$ is above it for $s < 1$ and below for $s > 1$.
//! The last step is $x_0 = \hat x$ and without noise. From $x_T \sim N(0, 1)$ the chain returns, for any schedule,
//!
//! $$ E\,x_0 = \mu\Big(1 - \frac{\bar\alpha_Ts}{v_T}\Big), \qquad \mathrm{Var}\,x_0 = \frac{\bar\alpha_Ts^2}{v_T^2}
//! + \sum_{t=2}^T \tau_t^2\frac{\bar\alpha_{t-1}s^2}{v_{t-1}^2} $$
//!
//! On a uniform grid of $N$ steps over $\Lambda$ in the half log-SNR, from the exact law at its start, with $u = s/(s + e^{-2\lambda})$, the relative
//! error of the variance with $\tilde\beta$ is
//!
//! $$ -\frac\Lambda N\,\frac{u_N^2 - u_0^2}{u_N} + O(N^{-2}) $$
//!
//! and with $\beta$ on a variance-preserving process the error of a step is $-2\sigma^2 h^2\,d\ln v/d\lambda$ to leading order, carried to the end by
//! $\Phi^2$, $\Phi = \frac{w_N}{w}\frac{\alpha_N}{\alpha}$, $w = s + e^{-2\lambda}$. Assumptions: $s > 0$, $0 < \beta_t < 1$. If it failed, the variance
//! that a diffusion model loses at few steps would be blamed on its network.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ChainSamples, NonNegative, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Dual, Field, Float, Scalar};
use crate::objectives::samplers::ancestral_error::{forward_error, posterior_coefficient, step_error};
use crate::objectives::samplers::{Form, Spread, ancestral, ancestral_step, ddim, denoise, law, reverse_std, steps};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{DdpmPoint, Gaussian, Level, Oracle, RUNGS, Rung, RungPoint, Transition};

const SHIFTED: u8 = 1;
const STD_FOR_VARIANCE: u8 = 2;
const UPPER_BOUND: u8 = 3;
const SECOND_ORDER: u8 = 4;
const NOISE_AT_THE_END: u8 = 5;

/// One step between any two levels.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = RungPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        RUNGS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p RungPoint<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle) = (p.rung(), p.oracle());
        let [now, then] = [rung.noisy, rung.clean].map(|level| level.law(&oracle.data));
        // A table of levels read one index off: coefficient and network are those of the cleaner level.
        let believed = if self.0 == SHIFTED { Rung { noisy: rung.clean, ..rung } } else { rung };
        let std = reverse_std(&rung, Spread::Posterior);
        let step = ancestral_step(&Form::initial(), &believed, &oracle, std).transition();
        let regression = rung.forward.factor * then.variance / now.variance;
        // To the data, σ_b = 0, from a level with all its noise from one step.
        let end = Rung::above(Level { alpha: p.alpha, sigma: S::zero() }, p.factor, p.beta);
        let last = ancestral_step(&Form::initial(), &end, &oracle, S::zero()).transition();
        let data = denoise(&Form::initial(), &end.noisy, &oracle).scale(p.alpha).transition();
        vec![
            Relation::equal("regression slope", step.factor, regression),
            Relation::equal("mean", step.apply(&now).mean, then.mean),
            Relation::equal("variance of the step", step.variance, rung.posterior_variance()),
            // What is left of the variance once the regression is explained.
            Relation::equal(
                "exact reverse variance",
                then.variance - regression.square() * now.variance,
                rung.forward.variance * then.variance / now.variance,
            ),
            Relation::equal("last step, factor", last.factor, data.factor),
            Relation::equal("last step, offset", last.offset, data.offset),
        ]
    }
}

parameters! {
    /// A step of a variance-preserving chain, on data less or more spread than a standard normal.
    SpreadPoint {
        abar: fraction "what the levels before the step keep of the signal",
        beta: fraction "beta of the step",
        q: fraction "the distance of the data variance from 1",
    }
}

/// Between which bounds the exact reverse variance lies.
struct Bounds(u8);

impl Statement for Bounds {
    type Params<S: Scalar> = SpreadPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &["abar=0.6137 beta=0.2119 q=0.63", "abar=0.9137 beta=0.0113 q=0.999999", "abar=0.0719 beta=0.7137 q=0.1119"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p SpreadPoint<S>) -> Vec<Relation<'p, S>> {
        let one = S::one();
        let clean = Level { alpha: p.abar.sqrt(), sigma: (one - p.abar).sqrt() };
        let rung = Rung::above(clean, (one - p.beta).sqrt(), p.beta);
        let exact = |s: S| {
            let [now, then] = [rung.noisy, rung.clean].map(|level| level.law(&Gaussian::centred(s)).variance);
            (p.beta * then / now, NonNegative::declared(now))
        };
        let [narrow, wide] = [one - p.q, one + p.q];
        let (square, abar) = (NonNegative::square(p.beta), NonNegative::declared(p.abar));
        let gap = |weight: S, now: NonNegative<S>| square.times(abar).times(NonNegative::declared(weight)).over(now);
        let posterior_gap = |s: S| {
            let (_, now) = exact(s);
            gap(s, now).over(NonNegative::square(rung.noisy.sigma))
        };
        let upper = if self.0 == UPPER_BOUND { wide } else { narrow };
        vec![
            Relation::at_most("above the posterior", rung.posterior_variance(), exact(narrow).0, posterior_gap(narrow)),
            Relation::at_most("below beta", exact(upper).0, p.beta, gap(p.q, exact(upper).1)),
            Relation::at_most("above beta for wide data", p.beta, exact(wide).0, gap(p.q, exact(wide).1)),
        ]
    }
}

/// Where a chain starts.
fn standard<S: Scalar>() -> Gaussian<S> {
    Gaussian::centred(S::one())
}

/// What is left of a deviation of `z` at a level when the exact regressions have led it to the data, `Ψ = αs/v`.
fn carried<S: Scalar>(level: &Level<S>, data: &Gaussian<S>) -> S {
    level.alpha * data.variance / level.law(data).variance
}

/// `Var x_0` as the sum over the draws of all steps.
fn closed_variance<S: Scalar>(p: &DdpmPoint<S>, oracle: &Oracle<S>, spread: Spread) -> S {
    let levels = p.schedule.levels();
    let draws = levels.windows(2).zip(p.schedule.betas.iter().skip(1)).map(|(pair, beta)| {
        let share = match spread {
            Spread::Posterior => (pair[0].sigma / pair[1].sigma).square(),
            Spread::Forward => S::one(),
        };
        *beta * share * carried(&pair[0], &oracle.data).square()
    });
    let start = levels.last().map_or(S::one(), |level| carried(level, &oracle.data).square());
    draws.fold(start, |sum, draw| sum + draw)
}

/// The chain, as it is run.
fn sampled<S: Scalar>(wrong: u8, p: &DdpmPoint<S>, oracle: &Oracle<S>, spread: Spread) -> Transition<S> {
    let descent = p.schedule.descent();
    let mut chain = match wrong {
        STD_FOR_VARIANCE => {
            law(&descent, oracle, |z, rung| ancestral_step(z, rung, oracle, reverse_std(rung, spread).square()))
        }
        _ => ancestral(&descent, oracle, spread),
    };
    if wrong == NOISE_AT_THE_END && spread == Spread::Forward {
        chain.variance = chain.variance + p.schedule.betas[0];
    }
    chain
}

struct Chain(u8);

impl Statement for Chain {
    type Params<S: Scalar> = DdpmPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 schedule=linear beta_1=0.1137 beta_T=0.4119 T=2",
            "s=0.37 mu=1.3 schedule=linear beta_1=0.0001 beta_T=0.02 T=1000",
            "s=2.25 mu=-1 schedule=quad beta_1=0.0001 beta_T=0.5 T=50",
            "s=0.000001 mu=0.7 schedule=quad beta_1=0.0137 beta_T=0.719 T=7",
            "s=9 mu=-1.7 schedule=linear beta_1=0.9 beta_T=0.9 T=1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p DdpmPoint<S>) -> Vec<Relation<'p, S>> {
        let data = p.oracle.data;
        let unit = Oracle::new(data.mean, S::one());
        let kept = p.schedule.levels().last().map_or(S::zero(), |level| level.alpha * carried(level, &data));
        let [posterior, forward] =
            [Spread::Posterior, Spread::Forward].map(|spread| sampled(self.0, p, &p.oracle, spread).apply(&standard()));
        let unit_variance = sampled(self.0, p, &unit, Spread::Forward).apply(&standard()).variance;
        vec![
            Relation::equal("mean of the samples", posterior.mean, data.mean * (S::int(1) - kept)),
            Relation::equal(
                "variance with the posterior spread",
                posterior.variance,
                closed_variance(p, &p.oracle, Spread::Posterior),
            ),
            Relation::equal("variance with beta", forward.variance, closed_variance(p, &p.oracle, Spread::Forward)),
            // On unit data the variance is kept, but for the noise that the last step does not draw.
            Relation::equal("unit data with beta", unit_variance, S::int(1) - p.schedule.betas[0]),
        ]
    }
}

/// The chain, step by step.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "s=0.37 mu=1.3 schedule=quad beta_1=0.0137 beta_T=0.719 T=7";
        let wrong = self.0;
        let exact: DdpmPoint<Ball> = at_point(POINT)?;
        let claimed = ancestral(&exact.schedule.descent(), &exact.oracle, Spread::Posterior).apply(&standard());
        let drawn = sampled(wrong, &exact, &exact.oracle, Spread::Posterior).apply(&standard());
        let p: DdpmPoint<Float> = at_point(POINT)?;
        let descent = p.schedule.descent();
        let steps = steps(&descent, &p.oracle, |z, rung| {
            let std = reverse_std(rung, Spread::Posterior);
            ancestral_step(z, rung, &p.oracle, if wrong == STD_FOR_VARIANCE { std.square() } else { std })
        });
        Ok(ChainSamples { point: POINT, start: standard(), steps: steps.collect(), claimed, drawn }.plan())
    }
}

parameters! {
    /// A uniform grid in the half log-SNR, and data.
    Ends {
        s: positive "data variance",
        lambda_start: real "half log-SNR at the start, ln(alpha/sigma)",
        lambda_end: real "half log-SNR at the end",
    }
}

impl<S: Scalar> Ends<S> {
    fn map<R>(&self, f: impl Fn(S) -> R) -> Ends<R> {
        Ends { s: f(self.s), lambda_start: f(self.lambda_start), lambda_end: f(self.lambda_end) }
    }
}

/// The leading errors on a fine grid.
struct Leading(u8);

impl Statement for Leading {
    type Params<S: Scalar> = Ends<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 lambda_start=-2.1 lambda_end=3.4", "s=9 lambda_start=-4.137 lambda_end=1.7119"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Ends<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let spread = move |lambda: S| p.s + (lambda * -2).exp();
        vec![
            Relation::equal(
                "no error of the order of the step",
                step_error(p.s, p.lambda_end, Spread::Posterior, 1),
                S::zero(),
            ),
            Relation::rate(
                "first-order coefficient with the posterior spread",
                (p.lambda_start, p.lambda_end),
                move |lambda| {
                    let p = p.map(Dual::constant);
                    let lambda = Dual::variable(lambda);
                    let coefficient = posterior_coefficient(p.s, p.lambda_start, lambda);
                    // A relative error at λ is multiplied by w_N/w until the end.
                    let carried = coefficient / (p.s + (lambda * -2).exp());
                    if wrong == SECOND_ORDER { Dual::constant(S::zero()) } else { carried }
                },
                move |lambda| step_error(p.s, lambda, Spread::Posterior, 2) / spread(lambda),
            ),
            Relation::equal(
                "error of a step with beta",
                step_error(p.s, p.lambda_end, Spread::Forward, 2),
                forward_error(p.s, p.lambda_end),
            ),
        ]
    }
}

/// A chain with one of three variances.
struct AnyChain<S> {
    chain: DdpmPoint<S>,
    variance: &'static str,
    eta: S,
}

impl<S: Scalar> Parameters<S> for AnyChain<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let chain = DdpmPoint::read(source)?;
        let variance = source.choice("variance", &["btilde", "beta", "ddim"], false, "the noise of a step")?;
        let eta = source.optional("eta", Domain::Probability, "eta of DDIM; without effect on the others")?;
        if variance == "ddim" && eta.is_none() {
            let why = "parameter `eta` is missing (the share of noise of DDIM); give eta=VALUE, a number from 0 to 1";
            return Err(InputError::Condition(why.to_owned()));
        }
        Ok(Self { chain, variance, eta: eta.unwrap_or(S::one()) })
    }
}

impl<S: Scalar> AnyChain<S> {
    fn samples(&self) -> Gaussian<S> {
        let (descent, oracle) = (self.chain.schedule.descent(), &self.chain.oracle);
        let chain = match self.variance {
            "btilde" => ancestral(&descent, oracle, Spread::Posterior),
            "beta" => ancestral(&descent, oracle, Spread::Forward),
            _ => ddim(&descent, oracle, self.eta),
        };
        chain.apply(&standard())
    }
}

/// `E x_0`.
struct Mean;

impl Formula for Mean {
    type Params<S: Scalar> = AnyChain<S>;
    fn value<S: Scalar>(p: &AnyChain<S>) -> S {
        p.samples().mean
    }
}

/// `Var x_0`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = AnyChain<S>;
    fn value<S: Scalar>(p: &AnyChain<S>) -> S {
        p.samples().variance
    }
}

/// The first-order coefficient with `β̃`.
struct PosteriorCoefficient;

impl Formula for PosteriorCoefficient {
    type Params<S: Scalar> = Ends<S>;
    fn value<S: Scalar>(p: &Ends<S>) -> S {
        posterior_coefficient(p.s, p.lambda_start, p.lambda_end)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ancestral-moments",
    aliases: &[],
    title: "Ancestral sampling: the exact regression at every step, and a variance that is wrong to first order",
    expect: Expect::True,
    text: include_str!("ancestral_moments.rs"),
    sources: &["ho2020", "kingma2021"],
    readings: &[
        Readings::of("step", &Step(0)),
        Readings::of("bounds", &Bounds(0)),
        Readings::of("chain", &Chain(0)).and_sampled(&Draws(0)),
        Readings::of("leading order", &Leading(0)),
    ],
    controls: &[
        Control {
            id: "level-of-the-index-before",
            story: "ᾱ read one index off, the ab[t-1] bug: the network and its coefficient at a cleaner level",
            readings: Readings::of("step", &Step(SHIFTED)),
        },
        Control {
            id: "beta-is-an-upper-bound",
            story: "β_t taken for an upper bound of the reverse variance for any data; it is one for s ≤ 1",
            readings: Readings::of("bounds", &Bounds(UPPER_BOUND)),
        },
        Control {
            id: "variance-for-deviation",
            story: "the noise multiplied by the variance of the step instead of its root",
            readings: Readings::of("chain", &Chain(STD_FOR_VARIANCE)).and_sampled(&Draws(STD_FOR_VARIANCE)),
        },
        Control {
            id: "noise-in-the-last-step",
            story: "noise of variance β_1 added in the last step as well",
            readings: Readings::of("chain", &Chain(NOISE_AT_THE_END)),
        },
        Control {
            id: "second-order",
            story: "an error of the variance that vanishes like 1/N²",
            readings: Readings::of("leading order", &Leading(SECOND_ORDER)),
        },
    ],
    quantities: &[
        Quantity::of::<Mean>("mean", "E x_0 of the chain from a standard normal", &[]),
        Quantity::of::<Variance>("variance", "Var x_0 of the chain from a standard normal", &[]),
        Quantity::of::<PosteriorCoefficient>(
            "leading-coefficient",
            "lim N/Lambda (relative error of the variance) with beta-tilde, on a uniform grid of N steps in the half log-SNR",
            &[],
        ),
    ],
};
