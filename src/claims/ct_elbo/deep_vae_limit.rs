//! The hierarchical VAE of an Euler–Maruyama sampler tends to the continuous bound at the rate $1/L$, and from above at some points.
//!
//! Constant-β VP with $\Lambda = \beta T$, $L$ steps of length $\eta = \Lambda/L$, inference $y_{i+1} = (1 - \frac\eta2)y_i + \sqrt\eta\,\epsilon$, decoder
//! $N(y_{i+1} + \eta(\frac12 - \theta)y_{i+1}, \eta)$ with the exact score $-\theta y$, $\theta = 1/v$, at the later time, prior $N(0, v_T)$:
//!
//! $$ \mathrm{ELBO}_L(x) = E\Big[\log\pi(y_L) + \sum_{i<L}\log\frac{p(y_i|y_{i+1})}{q(y_{i+1}|y_i)}\Big] \le \log p_L(x) $$
//!
//! The gap is a sum over steps of divergences between Gaussians. It is *not* a bound on the likelihood of the continuous model, which
//! here is $\log q_0$. With data $N(0, 1)$ the weight telescopes, $W_L = \log N(x; 0, 1) + \frac\eta8(x^2 - y_L^2)$, and
//!
//! $$ \mathrm{ELBO}_L(x) - \log q_0(x) = \tfrac\eta8\left(1 - r^{2L}\right)\left(x^2 - \tfrac{1}{1 - \eta/4}\right), \quad r = 1 - \tfrac\eta2 $$
//!
//! is positive for large $x$. For any $v_0$ it is exactly the sum of the errors of the steps, each of order $\eta^2$. With
//! $m = 1 + e^{-\tau}(x^2 - 1)$ these add up to $C(x)/L$, in closed form
//!
//! $$ C(x) = \lim_{L\to\infty} L\,(\mathrm{ELBO}_L - \log q_0) = \Lambda\left\{\left[\tfrac\theta2 - \tfrac{m\theta^2}4\right]_0^\Lambda
//! - \tfrac18\ln\tfrac{v_0}{v_T}\left(1 + \tfrac{x^2 - 1}{v_0 - 1}\right)\right\} $$
//!
//! with the average $\frac\Lambda4\left(\frac1{v_T} - \frac1{v_0} - \ln\frac{v_0}{v_T}\right)$ over the data: it vanishes at $v_0 = 1$, where a
//! rate seen on averages is therefore $1/L^2$. As first-order perturbation theory of the chain, with $\mu_1 = \frac{1 - e^{-\tau}}4 - \frac\tau4 e^{-\tau}(x^2 - 1)$ and
//! $F = \frac12(2\theta - 1 - \theta^2 m)$,
//!
//! $$ \frac{C}{\Lambda} = -\frac{\mu_1(\Lambda)}{2 v_T} - \frac{F(\Lambda) - F(0)}2
//! + \int_0^\Lambda\left[\theta'(1 - \theta m) - \tfrac{\theta^2\mu_1}2 - \tfrac12(\tfrac12 - \theta)^2 - \tfrac12(\tfrac\theta2 - \theta^2)m\right]d\tau $$
//!
//! Assumptions: $\beta, T, v_0 > 0$. If it failed, nothing would connect the bound that discrete models report with the continuous one; if it
//! is overlooked, a discrete bound above the continuous likelihood is taken for a bug. The mean of the weight is sampled at $v_0 = 1$ only,
//! where its variance is known.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar, derivative};
use crate::objectives::euler::{data, leading_coefficient, second_moment, step_error, step_error_coefficient};
use crate::parameters;
use crate::parameters::at_point;
use crate::parameters::{Domain, InputError};
use crate::worlds::{ChainPoint, ConstantVp, EulerChain, EulerStep, Gaussian, Transition};

const EARLY_SCORE: u8 = 1;
const HALF_ORDER: u8 = 2;
/// `ELBO_L` taken for a bound on the likelihood of the continuous model.
pub(in crate::claims) const CONTINUOUS: u8 = 3;
const CONSTANT_WEIGHT: u8 = 4;

/// The first-order correction `μ₁` of the chain's second moment, in units of the step.
fn moment_correction<S: Scalar>(x: S, tau: S) -> S {
    -(-tau).exp_m1() / 4 - tau / 4 * (-tau).exp() * (x.square() - 1)
}

struct Limit(u8);

impl Statement for Limit {
    type Params<S: Scalar> = ChainPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &["be=1.3137 T=1.2 v0=0.4137 x=0.9119 L=3", "be=0.7 T=2.3 v0=2.3137 x=-1.7 L=11", "be=1.7 T=1.3 v0=1 x=1.7 L=7"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ChainPoint<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (chain, x) = (p.chain, p.x);
        let (v0, length, prior) = (chain.v0, chain.length(), chain.prior().variance);
        let lag = i64::from(wrong != EARLY_SCORE);
        // Whoever expects strong order ½ looks for the error of a step at η^{3/2}.
        let order = if wrong == HALF_ORDER { 3 } else { 4 };
        let steps =
            chain.layers().zip(0..).fold((Gaussian::centred(x.square()), S::zero()), |(law, sum), (step, i)| {
                let tau = length * i;
                let error = step_error(v0, tau, length, tau + length * lag, law.variance);
                (step.inference().apply(&law), sum + error)
            });
        let state = move |t: S| leading_coefficient(Dual::constant(v0), Dual::constant(x), Dual::variable(t));
        vec![
            Relation::equal("sum of the steps", chain.elbo(x), data(v0, S::zero()).log_density(x) + steps.1),
            Relation::rate(
                "no error of the order of the step",
                (S::zero(), chain.noise),
                |_| Dual::constant(S::zero()),
                // At any second moment, twice that of the process for instance.
                move |t| step_error_coefficient(v0, t, lag, second_moment(x, t) * 2, 2),
            ),
            Relation::rate("leading coefficient", (S::zero(), chain.noise), state, move |t| {
                step_error_coefficient(v0, t, lag, second_moment(x, t), order)
            }),
            Relation::equal(
                "average leading coefficient",
                leading_coefficient(v0, v0.sqrt(), chain.noise),
                (prior.recip() - v0.recip() - (v0 / prior).ln()) / 4,
            ),
            Relation::rate(
                "leading coefficient by perturbation",
                (S::zero(), chain.noise),
                move |t| {
                    let (v0, x, tau) = (Dual::constant(v0), Dual::constant(x), Dual::variable(t));
                    let precision = data(v0, tau).variance.recip();
                    let error = (precision * 2 - 1 - precision.square() * second_moment(x, tau)) / 2;
                    state(t) + moment_correction(x, tau) * precision / 2 + error / 2
                },
                move |t| {
                    let half = S::ratio(1, 2);
                    let precision = data(v0, t).variance.recip();
                    let change = derivative(|tau| data(Dual::constant(v0), tau).variance.recip(), t);
                    let (moment, correction) = (second_moment(x, t), moment_correction(x, t));
                    change * (S::int(1) - precision * moment)
                        - precision.square() * correction / 2
                        - (half - precision).square() / 2
                        - (precision / 2 - precision.square()) * moment / 2
                },
            ),
        ]
    }
}

parameters! {
    /// One step of a chain, and what comes after it.
    AnyStep {
        eta: positive "the length of the step",
        v: positive "the variance that the decoder's score believes in",
        E: positive "the second moment before the step",
        V: positive "the model's variance after the step",
    }
}

/// What a step contributes to `log p_L − ELBO_L`: the average divergence of `q(y_{i+1}|y_i)` from `p(y_{i+1}|y_i)`, which is
/// Gaussian with mean `(d V_{i+1}/V_i) y_i` and variance `η V_{i+1}/V_i`.
fn step_gap<S: Scalar>(step: &EulerStep<S>, moment: S, [now, then]: [S; 2]) -> NonNegative<S> {
    let (inference, decoder) = (step.inference(), step.decoder());
    let ratio = then / now;
    let spread = NonNegative::square(inference.factor - decoder.factor * ratio).times(NonNegative::declared(moment));
    let posterior = NonNegative::declared(inference.variance * ratio);
    let shape = NonNegative::divergence((now - then) / then);
    shape.plus(spread.over(posterior)).times(NonNegative::declared(S::ratio(1, 2)))
}

/// One step of the bound on the discrete model; the sum over the steps of a chain is its bound, for every `L`.
struct StepBound(u8);

impl Statement for StepBound {
    type Params<S: Scalar> = AnyStep<S>;

    fn points(&self) -> &'static [&'static str] {
        &["eta=0.5119 v=0.8713 E=1.9137 V=1.3119", "eta=2.7 v=1.2713 E=0.4137 V=0.6119"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnyStep<S>) -> Vec<Relation<'p, S>> {
        let step = EulerStep::new(p.eta, p.v);
        let (inference, decoder) = (step.inference(), step.decoder());
        let (law, noise) = (Gaussian::centred(p.E), Gaussian::centred(p.eta));
        // y_i − d y_{i+1} has the factor 1 − dr, and the noise of the step times d.
        let factor = S::int(1) - decoder.factor * inference.factor;
        let residual = Transition { factor, variance: decoder.factor.square() * p.eta, ..decoder };
        let ratio = noise.expected_log_density(&residual.apply(&law)) + noise.entropy();
        let then = Gaussian::centred(p.V);
        let now = decoder.apply(&then);
        // A step of the continuous model would leave the marginal as it is.
        let model = if self.0 == CONTINUOUS { then } else { now };
        let bound = then.expected_log_density(&inference.apply(&law)) + step.log_ratio(p.E);
        let gap = step_gap(&step, p.E, [now.variance, then.variance]);
        vec![
            Relation::equal("log-ratio of a step", step.log_ratio(p.E), ratio),
            Relation::at_most("step of the bound", bound, model.expected_log_density(&law), gap),
        ]
    }
}

/// `ELBO_L ≤ log p_L`, the likelihood of the discrete chain; proved here for one step, as are the steps of any chain. That of the continuous model it exceeds at these points.
pub(in crate::claims) struct DiscreteBound(pub(in crate::claims) u8);

impl Statement for DiscreteBound {
    type Params<S: Scalar> = ChainPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &["be=1.7 T=1.3 v0=1 x=1.7 L=1", "be=1.3137 T=1.2 v0=0.4137 x=0.9119 L=7", "be=2 T=1 v0=1 x=1.7 L=40"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ChainPoint<S>) -> Vec<Relation<'p, S>> {
        let chain = &p.chain;
        let layers: Vec<_> = chain.layers().collect();
        // The model's variance from the prior back to the data, and the second moment on the way there.
        let mut variances = vec![chain.prior().variance];
        for step in layers.iter().rev() {
            let later = Gaussian::centred(variances[variances.len() - 1]);
            variances.push(step.decoder().apply(&later).variance);
        }
        variances.reverse();
        let mut law = Gaussian::centred(p.x.square());
        let mut gap = NonNegative::declared(S::zero());
        for (step, pair) in layers.iter().zip(variances.windows(2)) {
            gap = gap.plus(step_gap(step, law.variance, [pair[0], pair[1]]));
            law = step.inference().apply(&law);
        }
        let model = if self.0 == CONTINUOUS { data(chain.v0, S::zero()) } else { chain.model() };
        vec![Relation::at_most("bound of the discrete model", chain.elbo(p.x), model.log_density(p.x), gap)]
    }
}

parameters! {
    /// A step on unit VP, after some others.
    UnitStep {
        eta: positive "the length of the step",
        y: real "the state before the step",
        z: real "the state after the step",
        rho: positive "r to the power of twice the steps so far",
        x: real "the data point",
        L: count "the number of steps",
    }
}

/// With data `N(0, 1)`, step by step and so for every number of steps.
struct Telescopes(u8);

/// `m_* + ρ(s − m_*)`, `m_* = 1/(1 − η/4)`: a second moment that was `s` before steps with `ρ = r^{2i}`.
fn settled<S: Scalar>(length: S, rho: S, start: S) -> S {
    let fixed = (S::int(1) - length / 4).recip();
    fixed + rho * (start - fixed)
}

impl Statement for Telescopes {
    type Params<S: Scalar> = UnitStep<S>;

    fn points(&self) -> &'static [&'static str] {
        &["eta=0.3119 y=0.7137 z=-0.4119 rho=0.6137 x=1.7 L=5"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p UnitStep<S>) -> Vec<Relation<'p, S>> {
        let step = EulerStep::new(p.eta, S::one());
        let (inference, decoder) = (step.inference(), step.decoder());
        let weight = decoder.from(p.z).log_density(p.y) - inference.from(p.y).log_density(p.z);
        let change = (p.z.square() - p.y.square()) / 2;
        let chain = EulerChain { noise: p.eta * i64::from(p.L), v0: S::one(), steps: p.L };
        let (shrunk, start) = (p.rho * inference.factor.square(), p.x.square());
        let rest = if self.0 == CONSTANT_WEIGHT { S::int(1) } else { S::int(1) - p.eta / 4 };
        vec![
            Relation::equal("weight of a step", weight, change * rest),
            Relation::equal("average weight", chain.elbo(p.x), telescoped(self.0, &chain, p.x)),
            Relation::equal(
                "second moment after a step",
                inference.apply(&Gaussian::centred(settled(p.eta, p.rho, start))).variance,
                settled(p.eta, shrunk, start),
            ),
            Relation::equal(
                "model's variance before a step",
                decoder.apply(&Gaussian::centred(settled(p.eta, p.rho, S::one()))).variance,
                settled(p.eta, shrunk, S::one()),
            ),
        ]
    }
}

/// `E W_L` on unit VP by the telescoped weight.
fn telescoped<S: Scalar>(wrong: u8, chain: &EulerChain<S>, x: S) -> S {
    let length = chain.length();
    let rho = (S::int(1) - length / 2).powi(2 * chain.steps as i32);
    let collected = length / 8 * (x.square() - settled(length, rho, x.square()));
    data(S::one(), S::zero()).log_density(x) + if wrong == CONSTANT_WEIGHT { S::zero() } else { collected }
}

/// Weights accumulated along sampled paths of the chain.
struct Weights(u8);

impl Trial for Weights {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "be=1.7 T=1.3 v0=1 x=1.7 L=9";
        let exact: ChainPoint<Ball> = at_point(POINT)?;
        let claimed = telescoped(self.0, &exact.chain, exact.x).to_f64();
        let p: ChainPoint<Float> = at_point(POINT)?;
        let layers: Vec<_> = p.chain.layers().map(|step| (step.inference(), step.decoder())).collect();
        let prior = p.chain.prior();
        // W is log N(x) + (η/8)(x² − y²), and y is Gaussian.
        let end = layers.iter().fold(Gaussian::new(p.x, Float(0.0)), |law, (inference, _)| inference.apply(&law));
        let square = end.variance.square() * 2 + end.mean.square() * end.variance * 4;
        let variance = (p.chain.length() / 8).square() * square;
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("weight of the chain", claimed, variance.0)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let mut state = Lanes::splat(p.x);
                let mut weight = Lanes([0.0; WIDTH]);
                for (inference, decoder) in &layers {
                    let next = inference.step(state, noise);
                    let pairs = state.0.into_iter().zip(next.0);
                    for (weight, (y, z)) in weight.0.iter_mut().zip(pairs) {
                        let (y, z) = (Float(y), Float(z));
                        *weight += (decoder.from(z).log_density(y) - inference.from(y).log_density(z)).0;
                    }
                    state = next;
                }
                out[0] = Lanes(std::array::from_fn(|i| weight.0[i] + prior.log_density(Float(state.0[i])).0));
            }),
        })
    }
}

struct DiscreteElbo;

impl Formula for DiscreteElbo {
    type Params<S: Scalar> = ChainPoint<S>;
    fn value<S: Scalar>(p: &ChainPoint<S>) -> S {
        p.chain.elbo(p.x)
    }
}

struct DiscreteLogLikelihood;

impl Formula for DiscreteLogLikelihood {
    type Params<S: Scalar> = ChainPoint<S>;
    fn value<S: Scalar>(p: &ChainPoint<S>) -> S {
        p.chain.model().log_density(p.x)
    }
}

/// `C(x)`.
struct LeadingCoefficient;

impl Formula for LeadingCoefficient {
    type Params<S: Scalar> = ConstantVp<S>;
    fn value<S: Scalar>(p: &ConstantVp<S>) -> S {
        let noise = p.be * p.T;
        noise * leading_coefficient(p.v0, p.x, noise)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "deep-vae-limit",
    aliases: &[],
    title: "The Euler–Maruyama chain as a deep VAE: its bound tends to the continuous one like C/L, sometimes from above",
    expect: Expect::True,
    text: include_str!("deep_vae_limit.rs"),
    sources: &["huang2021", "sohldickstein2015", "ho2020"],
    readings: &[
        Readings::of("limit", &Limit(0)),
        Readings::of("step of the bound", &StepBound(0)),
        Readings::of("bound", &DiscreteBound(0)),
        Readings::of("unit VP", &Telescopes(0)).and_sampled(&Weights(0)),
    ],
    controls: &[
        Control {
            id: "early-score",
            story: "the decoder's score at the time it leads to, t_i for t_{i+1}: another coefficient of 1/L",
            readings: Readings::of("limit", &Limit(EARLY_SCORE)),
        },
        Control {
            id: "half-order",
            story: "the rate 1/√L of strong Euler–Maruyama errors expected of the bound",
            readings: Readings::of("limit", &Limit(HALF_ORDER)),
        },
        Control {
            id: "bound-of-the-continuous-model",
            story: "ELBO_L(x) ≤ log p(x) of the continuous model",
            readings: Readings::of("bound", &DiscreteBound(CONTINUOUS)),
        },
        Control {
            id: "unchanged-marginal",
            story: "a step that leaves the model's marginal as it is, as a step of the continuous model would",
            readings: Readings::of("step of the bound", &StepBound(CONTINUOUS)),
        },
        Control {
            id: "constant-weight",
            story: "the weight of an exact score taken to be constant, as it is in continuous time",
            readings: Readings::of("unit VP", &Telescopes(CONSTANT_WEIGHT)).and_sampled(&Weights(CONSTANT_WEIGHT)),
        },
    ],
    quantities: &[
        Quantity::of::<DiscreteElbo>("discrete-elbo", "ELBO_L(x) of L Euler steps, in nats", &[]),
        Quantity::of::<DiscreteLogLikelihood>(
            "discrete-model-log-likelihood",
            "log p_L(x) of the chain of L Euler steps, in nats",
            &[],
        ),
        Quantity::of::<LeadingCoefficient>(
            "leading-coefficient",
            "the limit of L (ELBO_L(x) - log q_0(x)), in nats",
            &[("L", Domain::Positive)],
        ),
    ],
};
