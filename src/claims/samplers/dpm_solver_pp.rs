//! DPM-Solver++: orders and errors of 2S, 3S, 2M and 3M, which is of order two as circulated.
//!
//! The predicted data instead of the predicted noise in DPM-Solver-2 and -3 make 2S and 3S. On data $N(\mu, s)$ with the exact network,
//! in HALF the log-signal-to-noise ratio and with $u = s/(s + n_a^2)$, $n = \sigma/\alpha$, their errors $\ln(A/A_{ex})$ begin with
//!
//! $$ \mathrm{2S}: -\tfrac{u(1-u)(4r_1u - r_1 - 2u + 1)}4h^3, \qquad \mathrm{3S}: \tfrac{u(1-u)^2(15u-4)}{216}h^4 $$
//!
//! For $r_1 = \frac12$ that of 2S is exactly opposite to DPM-Solver-2's: one inflates the variance, the other deflates it. The multistep
//! solvers take slopes from the last steps, $r_0 = h_{prev}/h$, $D_1 = (\hat x_a - \hat x_{-1})/r_0$,
//!
//! $$ z_b = \frac{\sigma_b}{\sigma_a}z_a + \alpha_b(1 - e^{-h})\left[\hat x_a + \tfrac12D_1\right] $$
//!
//! for 2M, and 3M adds $\alpha_b\left(1 - \frac{1-e^{-h}}h\right)D_1 - \alpha_b\left(\frac1h - \frac{1-e^{-h}}{h^2} - \frac12\right)D_2$ with
//! $D_2 = \frac\kappa{r_0+r_1}(D_{10} - D_{11})$. After an exact past, for steps of any lengths,
//!
//! $$ \mathrm{2M}: \tfrac{u(1-u)((3r_0+2)u - r_0 - 1)}4h^3, \qquad \mathrm{3M}: (2-\kappa)\tfrac{u(1-u)(3u-1)}{12}h^3 $$
//!
//! So 3M needs $\kappa = 2$, with which its error is $-\frac{u(1-u)(15u^2-12u+1)(6r_0^2+6r_0r_1+8r_0+4r_1+3)}{72}h^4$. The code in wide
//! circulation has $\kappa = 1$, and order two. 2M with the predicted noise has $\frac{u(1-u)((3r_0+2)u - 2r_0 - 1)}4h^3$.
//!
//! Along the reverse SDE with $\eta$ times the forward noise the exponents are $(1+\eta)h$ and the draw has the variance
//! $\sigma_b^2(1 - e^{-2\eta h})$; order one with $\eta = 1$ is ancestral sampling.
//!
//! Assumptions: $\alpha, \sigma, s > 0$, $\eta \ge 0$; any schedule. If it failed, a solver would be chosen for an order that it does not have. The
//! flow is deterministic, so this is decided by series and enclosures, and never by sampling.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Field, Matrix, Scalar, Vector};
use crate::objectives::samplers::{
    Form, Leap, LocalError, Multistep, Prediction, Series, Singlestep, Slope, Stages, exponential_step,
};
use crate::parameters;
use crate::worlds::{LambdaGrid, Level, Oracle, Rung};

const NOISE_FOR_DATA: u8 = 1;
const INVERTED_RATIO: u8 = 2;
const WHOLE_SLOPE: u8 = 3;
const CIRCULATED: u8 = 4;
const FORWARD_NOISE: u8 = 5;

parameters! {
    /// The start of a short step.
    Short {
        n: positive "sigma/alpha at the start of the step",
        r: positive "r_1, where the level between is",
        s: positive "the data variance",
    }
}

/// 2S and 3S.
struct Single(u8);

impl Statement for Single {
    type Params<S: Scalar> = Short<S>;

    fn points(&self) -> &'static [&'static str] {
        &["n=0.9 r=0.5 s=0.37", "n=3.7 r=0.37 s=9", "n=0.0023 r=0.81 s=1e-6"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Short<S>) -> Vec<Relation<'p, S>> {
        let local = LocalError::new(p.n, p.s);
        let w = p.s + p.n.square();
        let (u, rest, r) = (p.s / w, p.n.square() / w, p.r);
        let error =
            |prediction: Prediction, stages: Stages<Series<S>>| local.singlestep(&Singlestep { prediction, stages });
        let right = if self.0 == NOISE_FOR_DATA { Prediction::Noise } else { Prediction::Data };
        let second = error(right, Stages::Second { r1: Series::constant(r), taylor: false });
        let (half, third) = (error(right, Stages::second()), error(right, Stages::third()));
        let noise = error(Prediction::Noise, Stages::second());
        let leading = -u * rest * (r * u * 4 - r - u * 2 + 1) / 4;
        vec![
            Relation::equal("2S, no error of order h²", second.coefficient(2), S::zero()),
            Relation::equal("2S, error of order h³", second.coefficient(3), leading),
            Relation::equal("2S against DPM-Solver-2", half.coefficient(3), -noise.coefficient(3)),
            Relation::equal("3S, no error of order h²", third.coefficient(2), S::zero()),
            Relation::equal("3S, no error of order h³", third.coefficient(3), S::zero()),
            Relation::equal("3S, error of order h⁴", third.coefficient(4), u * rest.square() * (u * 15 - 4) / 216),
        ]
    }
}

parameters! {
    /// The start of a short step after two others.
    After {
        n: positive "sigma/alpha at the start of the step",
        q: positive "r_0, the last step over this one",
        r: positive "r_1, the one before it over this one",
        k: real "kappa",
        s: positive "the data variance",
    }
}

/// 2M and 3M after an exact past.
struct Multi(u8);

impl Statement for Multi {
    type Params<S: Scalar> = After<S>;

    fn points(&self) -> &'static [&'static str] {
        &["n=0.9 q=0.7 r=1.3 k=0.4 s=0.37", "n=3.7 q=1.9 r=0.8 k=1 s=9", "n=0.0023 q=1.1 r=1.2 k=3 s=1e-6"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p After<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let local = LocalError::new(p.n, p.s);
        let w = p.s + p.n.square();
        let (u, rest, q, r) = (p.s / w, p.n.square() / w, p.q, p.r);
        let taken = match wrong {
            INVERTED_RATIO => q.recip(),
            WHOLE_SLOPE => q / 2,
            _ => q,
        };
        let error = |solver: Multistep<Series<S>>, taken: S| local.multistep(&solver, [q, r], [taken, r]);
        let third = |kappa: Series<S>| Multistep { kappa, ..Multistep::data(3) };
        let two = error(Multistep::data(2), taken);
        let noise = error(Multistep::noise(2), taken);
        let consistent = if wrong == CIRCULATED { 1 } else { 2 };
        let three = error(third(Series::constant(S::int(consistent))), q);
        let any = error(third(Series::constant(p.k)), q);
        let spread = q.square() * 6 + q * r * 6 + q * 8 + r * 4 + 3;
        let bent = u.square() * 15 - u * 12 + 1;
        vec![
            Relation::equal("2M, no error of order h²", two.coefficient(2), S::zero()),
            Relation::equal("2M, error of order h³", two.coefficient(3), u * rest * ((q * 3 + 2) * u - q - 1) / 4),
            Relation::equal("2M of the noise, no error of order h²", noise.coefficient(2), S::zero()),
            Relation::equal(
                "2M of the noise, error of order h³",
                noise.coefficient(3),
                u * rest * ((q * 3 + 2) * u - q * 2 - 1) / 4,
            ),
            Relation::equal("3M, no error of order h²", any.coefficient(2), S::zero()),
            Relation::equal(
                "3M, error of order h³ for any κ",
                any.coefficient(3),
                (S::int(2) - p.k) * u * rest * (u * 3 - 1) / 12,
            ),
            Relation::equal("3M with κ = 2, no error of order h³", three.coefficient(3), S::zero()),
            Relation::equal("3M with κ = 2, error of order h⁴", three.coefficient(4), -u * rest * bent * spread / 72),
        ]
    }
}

parameters! {
    /// Steps of different lengths on a variance-preserving schedule: the grid is bent.
    Steps {
        grid: of(LambdaGrid) "the ends and the number of steps",
        s: positive "the data variance",
        mu: real "the data mean",
    }
}

/// Many steps with the usual start, against a product of matrices that act on the state and the last two predictions.
struct ManySteps(u8);

/// `D_1` and `D_2` of 3M as rows that act on `(x̂_a, x̂_{−1}, x̂_{−2})`.
fn differences<S: Scalar>(r0: S, r1: S, kappa: S) -> [[S; 3]; 2] {
    let (new, old) = (r0.recip(), r1.recip());
    let bend = [new, -new - old, old].map(|entry| entry / (r0 + r1));
    let first = [new + bend[0] * r0, bend[1] * r0 - new, bend[2] * r0];
    [first, bend.map(|entry| entry * kappa)]
}

impl ManySteps {
    fn product<S: Scalar>(p: &Steps<S>, lambdas: &[S], order: usize, kappa: S) -> S {
        let mut state = Vector(vec![S::one(), S::zero(), S::zero()]);
        for (i, pair) in lambdas.windows(2).enumerate() {
            let (lambda, h) = (pair[0], pair[1] - pair[0]);
            let u = p.s / (p.s + (lambda * -2).exp());
            let gained = S::int(1) - (-h).exp();
            let before = |k: usize| lambdas[i + 1 - k] - lambdas[i - k];
            let weights = match order.min(i + 1) {
                1 => [gained, S::zero(), S::zero()],
                2 => {
                    let half = gained * h / before(1) / 2;
                    [gained + half, -half, S::zero()]
                }
                _ => {
                    let slope = S::int(1) - gained / h;
                    let bend = -(h.recip() - gained / h.square() - S::ratio(1, 2));
                    let [d1, d2] = differences(before(1) / h, before(2) / h, kappa);
                    let entry = |j: usize| slope * d1[j] + bend * d2[j];
                    [gained + entry(0), entry(1), entry(2)]
                }
            };
            let rows = [
                [(-h).exp() + weights[0] * u, weights[1], weights[2]],
                [u, S::zero(), S::zero()],
                [S::zero(), S::one(), S::zero()],
            ];
            state = &Matrix::from_fn(3, 3, |i, j| rows[i][j]) * &state;
        }
        state.0[0]
    }
}

impl Statement for ManySteps {
    type Params<S: Scalar> = Steps<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "lambda_start=-2.1 lambda_end=3.4 N=12 s=0.37 mu=1.3",
            "lambda_start=-4.1 lambda_end=9.2 N=50 s=1e-6 mu=-0.5",
            "lambda_start=-3.3 lambda_end=2.7 N=7 s=9 mu=0.7",
            "lambda_start=-1.3 lambda_end=0.9 N=3 s=1 mu=1.9",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Steps<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let oracle = Oracle::new(p.mu, p.s);
        // A share τ of the steps covers the share τ(1 + τ)/2 of the range.
        let steps = i64::from(p.grid.steps);
        let share = |i: i64| S::int(i * (steps + i)) / (2 * steps * steps);
        let lambdas: Vec<_> = (0..=steps).map(|i| p.grid.start + (p.grid.end - p.grid.start) * share(i)).collect();
        let levels: Vec<_> = lambdas.iter().map(|lambda| Level::variance_preserving(*lambda)).collect();
        let [first, last] = [0, lambdas.len() - 1].map(|i| ((lambdas[i] * -2).exp() + 1).sqrt().recip());
        let kappa = S::int(if wrong == CIRCULATED { 1 } else { 2 });
        let slope = if wrong == WHOLE_SLOPE { Slope::Taylor } else { Slope::Midpoint };
        let two = Multistep { slope, ..Multistep::data(2) }.run(&levels, &oracle);
        let three = Multistep { kappa, ..Multistep::data(3) }.run(&levels, &oracle);
        let scaled = |order: usize, kappa: i64| last / first * Self::product(p, &lambdas, order, S::int(kappa));
        vec![
            Relation::equal("2M, factor of all steps", two.start, scaled(2, 1)),
            Relation::equal("2M, offset of all steps", two.offset, p.mu * (last - first * two.start)),
            Relation::equal("3M, factor of all steps", three.start, scaled(3, 2)),
            Relation::equal("3M, offset of all steps", three.offset, p.mu * (last - first * three.start)),
        ]
    }
}

parameters! {
    /// A step of the reverse SDE.
    Noisy {
        n: positive "sigma/alpha at the start of the step",
        a: positive "alpha at the start of the step",
        b: positive "alpha at its end",
        h: positive "the step in the half log-SNR",
        eta: positive "the noise as a multiple of the forward noise",
        s: positive "the data variance",
        mu: real "the data mean",
    }
}

/// Order one along the reverse SDE.
struct Stochastic(u8);

impl Statement for Stochastic {
    type Params<S: Scalar> = Noisy<S>;

    fn points(&self) -> &'static [&'static str] {
        &["n=8.1 a=0.1213 b=0.3137 h=0.9 eta=0.7 s=0.37 mu=1.3", "n=1.9 a=1.7 b=0.8 h=2.3 eta=1.6 s=9 mu=-0.5"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noisy<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let stochastic = |prediction, from: &Level<S>, to: &Level<S>, eta: S| {
            let leap = Leap::stochastic(prediction, from, to, eta);
            match (wrong, prediction) {
                // What the noise form draws, in the data form.
                (FORWARD_NOISE, Prediction::Data) => {
                    let variance = Leap::stochastic(Prediction::Noise, from, to, eta).variance;
                    Leap { variance, ..leap }
                }
                _ => leap,
            }
        };
        let from = Level::exploding(p.n).scaled(p.a);
        let to = Level::exploding(p.n * (-p.h).exp()).scaled(p.b);
        let oracle = Oracle::new(p.mu, p.s);
        let start = Form::initial();
        let leap = stochastic(Prediction::Data, &from, &to, S::one());
        let ours = leap.drawn(leap.carry(&start, &start.through(&oracle.denoised(&from)))).transition();
        let theirs = exponential_step(&start, &Rung::between(from, to), &oracle).transition();
        let known = stochastic(Prediction::Data, &from, &to, p.eta);
        let kept = known.keep.square() * from.sigma.square() + known.variance.unwrap_or(S::zero());
        let mut relations = vec![
            Relation::equal("factor with η = 1", ours.factor, theirs.factor),
            Relation::equal("offset with η = 1", ours.offset, theirs.offset),
            Relation::equal("variance with η = 1", ours.variance, theirs.variance),
            Relation::equal("mean of known data", known.keep * from.alpha + known.weight(1), to.alpha),
            Relation::equal("variance of known data", kept, to.sigma.square()),
        ];
        // In short steps: the exact law at the start becomes the exact law at the end.
        let local = LocalError::new(p.n, p.s);
        let [a, b] = local.ends();
        let eta = Series::constant(p.eta);
        for (prediction, name) in [(Prediction::Data, "data"), (Prediction::Noise, "noise")] {
            let mut leap = Leap::stochastic(prediction, &a, &b, eta);
            if wrong == FORWARD_NOISE && prediction == Prediction::Noise {
                leap.gain = -b.sigma;
            }
            let start = Form::initial();
            let end = leap.carry(&start, &start.through(&prediction.at(local.oracle(), &a)));
            let data = &local.oracle().data;
            let drawn = leap.variance.unwrap_or(Series::constant(S::zero()));
            let variance = end.start.square() * a.law(data).variance + drawn;
            let error = (variance / b.law(data).variance).ln();
            relations.push(Relation::equal(format!("variance to order h, {name}"), error.coefficient(1), S::zero()));
        }
        relations
    }
}

const SINGLE: &str = "singlestep";
const MULTI: &str = "multistep";
const CHAIN: &str = "many steps";
const NOISY: &str = "reverse SDE";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "dpm-solver-pp",
    aliases: &["dpm-solver++"],
    title: "DPM-Solver++: orders and errors of 2S, 3S, 2M and 3M, which is of order two as circulated",
    expect: Expect::True,
    text: include_str!("dpm_solver_pp.rs"),
    sources: &["lu2022pp", "lu2022dpm"],
    readings: &[
        Readings::of(SINGLE, &Single(0)),
        Readings::of(MULTI, &Multi(0)),
        Readings::certified(CHAIN, &ManySteps(0)),
        Readings::of(NOISY, &Stochastic(0)),
    ],
    controls: &[
        Control {
            id: "noise-for-data",
            story: "the errors of 2S and 3S expected of the predicted noise: the wrong sign",
            readings: Readings::of(SINGLE, &Single(NOISE_FOR_DATA)),
        },
        Control {
            id: "ratio-inverted",
            story: "h/h_prev for r₀ = h_prev/h: order one, which no grid uniform in λ shows",
            readings: Readings::of(MULTI, &Multi(INVERTED_RATIO)),
        },
        Control {
            id: "whole-slope",
            story: "1/r₀ for 1/(2r₀) before the difference in 2M: order one",
            readings: Readings::of(MULTI, &Multi(WHOLE_SLOPE)),
        },
        Control {
            id: "as-circulated",
            story: "3M with κ = 1, as it is circulated, taken for a solver of order three",
            readings: Readings::of(MULTI, &Multi(CIRCULATED)),
        },
        Control {
            id: "as-circulated-in-many-steps",
            story: "κ = 1 for κ = 2 in a run",
            readings: Readings::certified(CHAIN, &ManySteps(CIRCULATED)),
        },
        Control {
            id: "forms-mixed",
            story: "the draw of the noise form, variance ησ_b²(e^{2h} − 1), in the data form, and the noise form without 1 + η",
            readings: Readings::of(NOISY, &Stochastic(FORWARD_NOISE)),
        },
    ],
    quantities: &[],
};
