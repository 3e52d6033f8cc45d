//! The bound weights the score error by exactly $g^2$; any other weight is another loss.
//!
//! For each $x$ and $t > 0$, with $\lambda = 0$, the running cost of the bound is
//!
//! $$ E\left[\tfrac12g^2s^2 + \nabla\cdot(g^2s - f)\,\big|\,x\right] = g^2\left(\tfrac12E|s - \nabla\log q_{t|0}|^2 - \tfrac1{2w}\right) - \alpha $$
//!
//! and in the form that predicts the noise, $s = -\varepsilon_\theta/\sqrt w$ and $Y = \varphi x + \sqrt w\,\varepsilon$, the weight is $g^2/w$:
//! $g^2|s - \nabla\log q_{t|0}|^2 = \frac{g^2}{w}|\varepsilon_\theta - \varepsilon|^2$. Every positive weight has the same minimiser among all functions, the
//! true score. Within a restricted family the minimisers differ: for $s = -cy$ and centred Gaussian data
//!
//! $$ \frac{d}{dc}\int_0^T\lambda\left(\tfrac12c^2v - c\right)dt = 0 \quad\text{at}\quad c^* = \frac{\int\lambda}{\int\lambda v} $$
//!
//! For $\lambda = g^2$ both integrals are closed: $\Lambda$ and $\Lambda - (v_T - v_0)$ on VP, $w$ and $v_0w + \frac12w^2$ on VE, a polynomial in
//! $e^{-\Lambda}$ on sub-VP. With $\beta(t) = 0.1 + 3.037\,t$, $T = 1$ and $v_0 = 0.3137$, $c^* = 1.515135$ for $\lambda = g^2$, $1.446970$ for $\lambda = w$ and
//! $1.773814$ for $\lambda = 1$: a small model trained with the simple loss is not the maximum-likelihood one.
//!
//! Assumptions: $w > 0$ at the times that count. If it failed, the loss reported in training would not bound the likelihood,
//! whatever it is called. Nothing here is random, and nothing is sampled.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Ball, Dual, Field, Float, Panel, Scalar, derivative, integrate_to_digits};
use crate::objectives::elbo::RunningCost;
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, describe};
use crate::worlds::{Affine, Clock, Gaussian, GaussianData, Process, Schedule};

parameters! {
    /// Any affine score at one time of any process.
    Score {
        data: of(GaussianData) "the data under the noising process",
        t: positive "the time",
        a: real "slope of the score",
        b: real "offset of the score",
        x: real "the data point",
    }
}

parameters! {
    /// The family `s = −cy` on centred Gaussian data.
    OneConstant {
        process: process "the noising process",
        v0: positive "data variance v_0, data N(0, v_0)",
        c: positive "the constant of the score",
    }
}

const SIMPLE: u8 = 1;
const AMPLITUDE: u8 = 2;
const FOURTH_POWER: u8 = 3;
const NOISE_FORM: u8 = 4;
const PRECISIONS: u8 = 5;

/// The weight of the score error, or what people put in its place.
fn weight<S: Scalar>(wrong: u8, clock: &Clock<S>) -> S {
    match wrong {
        SIMPLE => clock.w,
        AMPLITUDE => clock.noise.sqrt(),
        FOURTH_POWER => clock.noise.square(),
        _ => clock.noise,
    }
}

struct Weight(u8);

impl Statement for Weight {
    type Params<S: Scalar> = Score<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 t=0.7137 m0=0.3 v0=0.3137 a=-1.7 b=0.4 x=0.8113",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 t=0.4137 m0=0.3 v0=0.8117 a=-0.6 b=-0.9 x=1.7131",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Score<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let clock = p.data.process.at(p.t);
        let (given, score) = (clock.given(p.x), Affine { slope: p.a, offset: p.b });
        let drift = score.scale(clock.noise).minus(&clock.sde().0);
        let divergence = derivative(|y| drift.map(Dual::constant).value(y), p.x);
        let cost = RunningCost::new(divergence, &clock, &score, &given, S::zero()).total();
        let error = score.minus(&given.score()).mean_square(&given);
        let constant = clock.w.recip() / 2;
        let weight = weight(wrong, &clock);

        // ε_θ(Y) − ε as a function of ε.
        let root = clock.w.sqrt();
        let prediction = Affine { slope: -score.slope * root, offset: -score.value(given.mean) }.scale(root);
        let unit = Affine { slope: S::one(), offset: S::zero() };
        let noise_error = prediction.minus(&unit).mean_square(&Gaussian::centred(S::one()));
        let noise_weight = if wrong == NOISE_FORM { clock.noise } else { weight / clock.w };

        // E|s − ∇log q_{t|0}|² over data as well, from the parts of the residual on 1, on x − m₀ and on ε.
        let data = p.data.law(&clock);
        let average = |score: &Affine<S>| {
            let on_noise = score.slope * root + root.recip();
            score.value(data.mean).square() + (score.slope * clock.phi).square() * p.data.v0 + on_noise.square()
        };
        let excess = score.minus(&data.score());
        let spread = NonNegative::square(excess.slope * clock.phi)
            .times(NonNegative::declared(p.data.v0))
            .plus(NonNegative::square(excess.slope).times(NonNegative::declared(clock.w)));
        let gap = NonNegative::square(excess.value(data.mean)).plus(spread);
        vec![
            Relation::equal("running cost", cost, weight * (error / 2 - constant) - clock.alpha),
            Relation::equal(
                "prediction of the noise",
                cost,
                noise_weight * noise_error / 2 - weight * constant - clock.alpha,
            ),
            Relation::at_most("free minimiser", average(&data.score()), average(&score), gap),
        ]
    }
}

/// `(∫₀ᵗ G, ∫₀ᵗ Gv)` in closed form, on the schedules that have one.
fn integrals<S: Scalar>(schedule: &Schedule<S>, clock: &Clock<S>, v0: S) -> Option<(S, S)> {
    let lambda = -clock.phi.ln() * 2;
    match schedule {
        Schedule::VpLinear { .. } => Some((lambda, lambda - (clock.variance(v0) - v0))),
        Schedule::VeGeometric { .. } => Some((clock.w, clock.w * v0 + clock.w.square() / 2)),
        Schedule::SubVpLinear { .. } => {
            // With q = e^{−Λ}: G dt = (1 − q²) dΛ and v = 1 + (v₀ − 2)q + q².
            let decay = |power: i64| -(-lambda * power).exp_m1() / power;
            let weighted = lambda + (v0 - 2) * (decay(1) - decay(3)) - decay(4);
            Some((lambda - decay(2), weighted))
        }
        Schedule::VpCosine { .. } | Schedule::Generic(_) => None,
    }
}

/// `½c²v − c`: the average of `½s² + s′` for `s = −cy`.
fn loss<S: Scalar>(c: S, weighted: S, weight: S) -> S {
    c.square() * weighted / 2 - c * weight
}

struct Restricted(u8);

impl Statement for Restricted {
    type Params<S: Scalar> = OneConstant<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 c=1.3137",
            "process=sub-vp-linear b0=0.2 b1=7.1 T=1.1 v0=0.513 c=0.8137",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 v0=0.8117 c=0.4719",
        ]
    }

    fn explicit(&self) -> bool {
        true
    }

    fn relations<'p, S: Scalar>(&self, p: &'p OneConstant<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let end = p.process.end();
        let Some((total, weighted)) = integrals(p.process.schedule(), &end, p.v0) else { return Vec::new() };
        let schedule = p.process.constant();
        let slope = Relation::rate(
            "slope of the loss",
            (S::zero(), p.process.horizon()),
            move |t| {
                let closed = integrals(schedule.schedule(), &p.process.moving(t), Dual::constant(p.v0));
                let (total, weighted) = closed.unwrap_or((Dual::constant(S::zero()), Dual::constant(S::zero())));
                weighted * Dual::constant(p.c) - total
            },
            move |t| {
                let clock = p.process.at(t);
                let variance = Dual::constant(clock.variance(p.v0));
                weight(wrong, &clock) * derivative(|c| loss(c, variance, Dual::constant(S::one())), p.c)
            },
        );
        // ∫G/v = ln R: the weighted mean of the true constants 1/v is not the best constant.
        let best = if wrong == PRECISIONS { end.log_ratio(p.v0) / total } else { total / weighted };
        let at_any = derivative(|c| loss(c, Dual::constant(weighted), Dual::constant(total)), p.c);
        vec![slope, Relation::equal("minimiser", at_any, weighted * (p.c - best))]
    }
}

/// The parameters of the minimiser.
struct Weighted<S> {
    process: Process<S>,
    v0: S,
    weight: &'static str,
}

impl<S: Scalar> Parameters<S> for Weighted<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self {
            process: Process::read(source)?,
            v0: source.real("v0", Domain::Positive, "data variance v_0, data N(0, v_0)")?,
            weight: source.choice("weight", &["g2", "w", "one"], true, "the weight of the score error")?,
        })
    }
}

impl<S: Scalar> Weighted<S> {
    /// `λ`, or `λv`, at this share of the horizon.
    fn integrand(&self, share: S, times_variance: bool) -> S {
        let clock = self.process.at(self.process.horizon() * share);
        let weight = match self.weight {
            "w" => weight(SIMPLE, &clock),
            "one" => S::one(),
            _ => weight(0, &clock),
        };
        if times_variance { weight * clock.variance(self.v0) } else { weight }
    }
}

/// `c* = ∫λ/∫λv` by quadrature, which serves every weight and schedule alike.
fn minimiser(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: Weighted<Ball> = ExactReader::new(inputs, ignored).read()?;
    let panel: Weighted<Panel> = ExactReader::new(inputs, ignored).read()?;
    let [total, weighted] = [false, true].map(|times_variance| {
        let (f, over_panel) = (|u| p.integrand(u, times_variance), |u| panel.integrand(u, times_variance));
        integrate_to_digits(&f, &over_panel, Ball::zero(), Ball::one(), digits + 2)
    });
    Ok(total / weighted)
}

const INTEGRAND: &str = "any score";
const FAMILY: &str = "one constant";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "likelihood-weighting",
    aliases: &[],
    title: "The likelihood weight of the score error is exactly g², and within a restricted family the weight decides the minimiser",
    expect: Expect::True,
    text: include_str!("likelihood_weighting.rs"),
    sources: &["song2021scoreflow", "huang2021"],
    readings: &[Readings::of(INTEGRAND, &Weight(0)), Readings::of(FAMILY, &Restricted(0))],
    controls: &[
        Control {
            id: "simple-loss",
            story: "the simple loss, weight w, treated as a bound of the likelihood",
            readings: Readings::of(INTEGRAND, &Weight(SIMPLE)),
        },
        Control {
            id: "simple-minimiser",
            story: "the minimiser of the simple loss is that of the bound",
            readings: Readings::of(FAMILY, &Restricted(SIMPLE)),
        },
        Control {
            id: "amplitude",
            story: "g for g²: the amplitude of the noise where its square belongs",
            readings: Readings::of(FAMILY, &Restricted(AMPLITUDE)),
        },
        Control {
            id: "fourth-power",
            story: "g⁴ for g², the weight squared once more",
            readings: Readings::of(INTEGRAND, &Weight(FOURTH_POWER)),
        },
        Control {
            id: "noise-form",
            story: "g² for g²/w on the error of the predicted noise",
            readings: Readings::of(INTEGRAND, &Weight(NOISE_FORM)),
        },
        Control {
            id: "mean-precision",
            story: "the weighted mean of the precisions 1/v for the best constant",
            readings: Readings::of(FAMILY, &Restricted(PRECISIONS)),
        },
    ],
    quantities: &[Quantity {
        id: "minimiser",
        about: "c* = integral of weight / integral of weight v, the best score -c y on N(0, v0); weight g2, w or one",
        ignores: &[],
        fields: describe::<Weighted<Float>>,
        enclose: minimiser,
        double: None,
    }],
};
