//! DPM-Solver-3 has order three, wherever its two levels are; its error changes sign.
//!
//! With $\lambda_i = \lambda_a + r_ih$ in HALF the log-signal-to-noise ratio, $r_1 = \frac13$, $r_2 = \frac23$ in the usual code, and $z_1$ by order one,
//!
//! $$ z_2 = \frac{\alpha_2}{\alpha_a}z_a - \sigma_2(e^{r_2h} - 1)\hat\epsilon_a
//! - \frac{r_2}{r_1}\sigma_2\left(\frac{e^{r_2h} - 1}{r_2h} - 1\right)(\hat\epsilon_1 - \hat\epsilon_a) $$
//!
//! $$ z_b = \frac{\alpha_b}{\alpha_a}z_a - \sigma_b(e^h - 1)\hat\epsilon_a - \frac1{r_2}\sigma_b\left(\frac{e^h - 1}h - 1\right)(\hat\epsilon_2 - \hat\epsilon_a) $$
//!
//! On data $N(\mu, s)$ with the exact network the mean is kept, and for $r_2 = \frac23$ and every $r_1$ the error has no term below $h^4$. For the
//! usual $r_1$
//!
//! $$ \ln\frac{A}{A_{ex}} = -\frac{u^2(1-u)(15u-11)}{216}h^4 + O(h^5), \quad u = \frac s{s + n_a^2}, \quad n = \frac\sigma\alpha $$
//!
//! which changes sign at $u = \frac{11}{15}$: over a range of levels it may nearly cancel, and the order seen is then four. Without the
//! factor $\frac{r_2}{r_1}$ there is a term $\frac{u(1-u)^2}{12}h^3$, and the order is two.
//!
//! Assumptions: $\alpha, \sigma, s > 0$; any schedule. If it failed, the cost of the third evaluation would buy nothing. The solver is
//! deterministic, so this is decided by series and enclosures, and never by sampling.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::Scalar;
use crate::objectives::samplers::{Form, LocalError, Prediction, Series, Singlestep, Stages, ThirdOrder};
use crate::parameters;
use crate::worlds::{LambdaGrid, Level, Oracle};

const NO_RATIO: u8 = 1;
const HALF_WEIGHT: u8 = 2;
const START_SIGMA: u8 = 3;

/// A step over `[a, 1, 2, b]`, or what people write for it.
fn third<S: Scalar>(wrong: u8, levels: [&Level<S>; 4], ratios: [S; 2]) -> ThirdOrder<S> {
    let mut step = ThirdOrder::new(Prediction::Noise, levels, ratios);
    let [r1, r2] = ratios;
    match wrong {
        NO_RATIO => step.middle = step.middle * r1 / r2,
        HALF_WEIGHT => step.end = step.leaps[2].weight(1) / 2 / r2,
        START_SIGMA => step.leaps[2].gain = -levels[0].sigma,
        _ => {}
    }
    step
}

/// The factor of a step in `y`, without a schedule: predicted noise in units of `n_a`.
fn factor<S: Scalar>(lambda: S, h: S, [r1, r2]: [S; 2], s: S) -> S {
    let rest = |lambda: S| {
        let square = (lambda * -2).exp();
        square / (s + square)
    };
    let lost = |length: S| S::int(1) - (-length).exp();
    // e^{−x}((e^x − 1)/x − 1) = (1 − e^{−x})/x − e^{−x}.
    let bent = |length: S| lost(length) / length - (-length).exp();
    let now = rest(lambda);
    let one = rest(lambda + h * r1) * (h * r1).exp() * (S::int(1) - lost(h * r1) * now);
    let state = S::int(1) - lost(h * r2) * now - r2 / r1 * bent(h * r2) * (one - now);
    let two = rest(lambda + h * r2) * (h * r2).exp() * state;
    S::int(1) - lost(h) * now - bent(h) * (two - now) / r2
}

parameters! {
    /// A step on any schedule.
    Step {
        a: positive "alpha at the start of the step",
        c: positive "alpha at the first level between",
        d: positive "alpha at the second level between",
        b: positive "alpha at the end of the step",
        l: real "half log-SNR at the start",
        h: positive "the step in the half log-SNR",
        s: positive "the data variance",
        mu: real "the data mean",
    }
}

/// `r_1 = 1/3`, `r_2 = 2/3`.
fn thirds<S: Scalar>() -> [S; 2] {
    [S::ratio(1, 3), S::ratio(2, 3)]
}

struct OneStep(u8);

impl Statement for OneStep {
    type Params<S: Scalar> = Step<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "a=0.1213 c=0.2 d=0.27 b=0.3137 l=-2.1 h=0.9 s=0.37 mu=1.3",
            "a=1.7 c=1.1 d=1.2 b=0.9 l=-0.8 h=3.1 s=9 mu=-0.5",
            "a=0.3 c=0.7 d=0.9 b=0.8 l=4.1 h=1.7 s=1e-6 mu=2.1",
            "a=0.3 c=0.7 d=0.9 b=0.8 l=-0.3 h=0.4 s=1 mu=0.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Step<S>) -> Vec<Relation<'p, S>> {
        let oracle = Oracle::new(p.mu, p.s);
        let [r1, r2] = thirds::<S>();
        let level = |alpha: S, share: S| Level { alpha, sigma: alpha * (-p.l - p.h * share).exp() };
        let [from, one] = [level(p.a, S::zero()), level(p.c, r1)];
        let [two, to] = [level(p.d, r2), level(p.b, S::one())];
        let step = third(self.0, [&from, &one, &two, &to], [r1, r2]);
        let end = step.step(Prediction::Noise, &oracle, &Form::initial());
        vec![
            Relation::equal("factor", end.start, p.b / p.a * factor(p.l, p.h, [r1, r2], p.s)),
            Relation::equal("mean", end.start * (p.a * p.mu) + end.offset, p.b * p.mu),
        ]
    }
}

parameters! {
    /// The start of a short step.
    Short {
        n: positive "sigma/alpha at the start of the step",
        r: positive "r_1, where the first level between is",
        s: positive "the data variance",
    }
}

/// The error of a step to leading order.
struct Error(u8);

impl Statement for Error {
    type Params<S: Scalar> = Short<S>;

    fn points(&self) -> &'static [&'static str] {
        &["n=1 r=1/3 s=1", "n=0.9 r=0.41 s=0.37", "n=3.7 r=0.23 s=9", "n=0.0023 r=0.5 s=1e-6"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Short<S>) -> Vec<Relation<'p, S>> {
        let local = LocalError::new(p.n, p.s);
        let w = p.s + p.n.square();
        let (u, rest) = (p.s / w, p.n.square() / w);
        let error = |ratios: [S; 2]| {
            let ([a, b], [one, two]) = (local.ends(), ratios.map(|r| local.level(r)));
            let step = third(self.0, [&a, &one, &two, &b], ratios.map(Series::constant));
            local.of(&step.step(Prediction::Noise, local.oracle(), &Form::initial()))
        };
        let (usual, any) = (error(thirds()), error([p.r, S::ratio(2, 3)]));
        let leading = -u.square() * rest * (u * 15 - 11) / 216;
        vec![
            Relation::equal("no error of order h", any.coefficient(1), S::zero()),
            Relation::equal("no error of order h²", any.coefficient(2), S::zero()),
            Relation::equal("no error of order h³", any.coefficient(3), S::zero()),
            Relation::equal("error of order h⁴", usual.coefficient(4), leading),
        ]
    }
}

parameters! {
    /// Steps on a variance-preserving schedule.
    Steps {
        grid: of(LambdaGrid) "the levels",
        s: positive "the data variance",
        mu: real "the data mean",
    }
}

/// Many steps.
struct ManySteps(u8);

impl Statement for ManySteps {
    type Params<S: Scalar> = Steps<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "lambda_start=-2.1 lambda_end=3.4 N=12 s=0.37 mu=1.3",
            "lambda_start=-4.1 lambda_end=9.2 N=50 s=1e-6 mu=-0.5",
            "lambda_start=-3.3 lambda_end=2.7 N=7 s=9 mu=0.7",
            "lambda_start=-1.3 lambda_end=0.9 N=2 s=1 mu=1.9",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Steps<S>) -> Vec<Relation<'p, S>> {
        let (levels, oracle) = (p.grid.levels(), Oracle::new(p.mu, p.s));
        let thirds = thirds::<S>();
        let solver = Singlestep { prediction: Prediction::Noise, stages: Stages::third() };
        // Also a run of the wrong steps starts from the levels of the right ones.
        let between = |i: u32, r: S| {
            let lambda = p.grid.lambda(i);
            Level::variance_preserving(lambda + (p.grid.lambda(i + 1) - lambda) * r)
        };
        let end = if self.0 == 0 {
            solver.run(&levels, &oracle, Level::variance_preserving)
        } else {
            levels.windows(2).zip(0..).fold(Form::initial(), |state, (pair, i)| {
                let [one, two] = thirds.map(|r| between(i, r));
                let step = third(self.0, [&pair[0], &one, &two, &pair[1]], thirds);
                step.step(Prediction::Noise, &oracle, &state)
            })
        };
        let product = (0..p.grid.steps).fold(S::one(), |product, i| {
            let lambda = p.grid.lambda(i);
            product * factor(lambda, p.grid.lambda(i + 1) - lambda, thirds, p.s)
        });
        let alpha = |lambda: S| ((lambda * -2).exp() + 1).sqrt().recip();
        let [first, last] = [p.grid.start, p.grid.end].map(alpha);
        vec![
            Relation::equal("factor of all steps", end.start, last / first * product),
            Relation::equal("offset of all steps", end.offset, p.mu * (last - first * end.start)),
        ]
    }
}

const STEP: &str = "step";
const ERROR: &str = "error of a step";
const CHAIN: &str = "many steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "dpm-solver-3",
    aliases: &[],
    title: "DPM-Solver-3 has order three, with an error in closed form that changes sign",
    expect: Expect::True,
    text: include_str!("dpm_solver_3.rs"),
    sources: &["lu2022dpm"],
    readings: &[
        Readings::of(STEP, &OneStep(0)),
        Readings::of(ERROR, &Error(0)),
        Readings::certified(CHAIN, &ManySteps(0)),
    ],
    controls: &[
        Control {
            id: "no-ratio",
            story: "r₂/r₁ forgotten before the first difference: order two",
            readings: Readings::of(ERROR, &Error(NO_RATIO)),
        },
        Control {
            id: "half-weight",
            story: "(e^h − 1)/2 for (e^h − 1)/h − 1 before the last difference, as in order two: order two",
            readings: Readings::of(ERROR, &Error(HALF_WEIGHT)),
        },
        Control {
            id: "sigma-of-the-start",
            story: "σ_a for σ_b before the prediction at the start",
            readings: Readings::of(STEP, &OneStep(START_SIGMA)),
        },
        Control {
            id: "no-ratio-in-many-steps",
            story: "r₂/r₁ forgotten in every step",
            readings: Readings::certified(CHAIN, &ManySteps(NO_RATIO)),
        },
    ],
    quantities: &[],
};
