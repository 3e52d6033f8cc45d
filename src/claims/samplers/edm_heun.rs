//! EDM's Heun sampler is of second order and inflates the variance; the midpoint rule looks like third order on Gaussian data.
//!
//! With $d = \frac{y-D}\sigma$, $\Delta = \sigma_b - \sigma_a$ and $k = \frac\sigma{s+\sigma^2}$ on data $N(\mu, s)$, the step $y' = y + \Delta d$,
//! $y_b = y + \frac\Delta2(d + d')$ has the factor
//!
//! $$ 1 + \tfrac\Delta2\left[k_a + k_b(1 + \Delta k_a)\right], \qquad
//! \ln\frac{A}{A_{ex}} = -\frac{s\sigma}{2(s+\sigma^2)^3}\Delta^3 + O(\Delta^4) $$
//!
//! for the deviation from $\mu$. Steps go down, $\Delta < 0$: Heun inflates, while Euler, with $-\frac s{2(s+\sigma^2)^2}\Delta^2$, deflates. With the second slope
//! a share $a$ of the way the coefficient is $-\frac{s\sigma(2a-1)}{2(s+\sigma^2)^3}$: at $a = \frac12$, the midpoint rule, it vanishes, and a test of order two fails for
//! correct code. On a grid $\sigma(\tau)$ of $N$ steps the errors add up to
//!
//! $$ \ln\frac{A_N}{A_{ex}} = \frac1{N^p}\int_0^1 c(\sigma)\,\sigma'(\tau)^{p+1}\,d\tau + O(N^{-p-1}) $$
//!
//! with the coefficient $c$ of a step of order $p$. The last step, to $\sigma = 0$, is Euler's: $\hat x$. From $y_0 \sim N(0, \sigma_{\max}^2)$ the mean of the samples is
//! $\mu(1-A)$ and their variance $A^2\sigma_{\max}^2$. Assumptions: $s > 0$, the exact network. If it failed, an order seen in an experiment on Gaussian data
//! would be taken for that of the method. Nothing is sampled: the sampler is deterministic.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Ball, Dual, Field, Float, Scalar, Taylor, derivative, integrate_to_digits};
use crate::objectives::samplers::{Form, euler_sigma, euler_sigma_step, heun, law, two_stage, two_stage_step};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, Parameters, Source};
use crate::worlds::{EdmPoint, Gaussian, Level, Oracle, Rung, Transition};

const SLOPE_AT_THE_START: u8 = 1;
const ALWAYS_ORDER_TWO: u8 = 2;
const SIGN: u8 = 3;

/// Heun's step with its second slope at the first level.
fn stale<S: Scalar>(z: &Form<S>, rung: &Rung<S>, oracle: &Oracle<S>) -> Form<S> {
    let flat = Rung { clean: rung.noisy, ..*rung };
    let slope = |y: &Form<S>| {
        let moved = y.minus(&y.through(&oracle.denoised(&flat.clean)));
        moved.scale(rung.noisy.sigma.recip())
    };
    let length = rung.clean.sigma - rung.noisy.sigma;
    let first = slope(z);
    let second = slope(&z.plus(&first.scale(length)));
    z.plus(&first.plus(&second).scale(length / 2))
}

parameters! {
    /// A step of EDM.
    StagePoint {
        s: positive "data variance",
        mu: real "data mean",
        from: positive "sigma at the start of the step",
        to: positive "sigma at its end",
        share: positive "how far along the second slope is taken",
    }
}

impl<S: Scalar> StagePoint<S> {
    fn rung(&self) -> Rung<S> {
        Rung::between(Level::exploding(self.from), Level::exploding(self.to))
    }
}

/// One step.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = StagePoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 from=2.137 to=0.7119 share=0.6137",
            "s=9 mu=-0.7 from=4.137 to=3.119 share=0.5",
            "s=0.000001 mu=0.7 from=0.00137 to=0.00071 share=1.3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p StagePoint<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle, start) = (p.rung(), Oracle::new(p.mu, p.s), Form::initial());
        let length = p.to - p.from;
        let slope = |sigma: S| sigma / (p.s + sigma.square());
        let heun = match self.0 {
            SLOPE_AT_THE_START => stale(&start, &rung, &oracle),
            _ => two_stage_step(&start, &rung, &oracle, S::one()),
        };
        let step = two_stage_step(&start, &rung, &oracle, p.share);
        let (k, end) = (slope(p.from), slope(p.to));
        let stage = slope(p.from + p.share * length);
        let weight = (p.share * 2).recip();
        let closed = k * (S::int(1) - weight) + stage * (length * k * p.share + 1) * weight;
        vec![
            Relation::equal("factor of Heun", heun.start, (k + end * (length * k + 1)) * length / 2 + 1),
            Relation::equal("factor with any stage", step.start, closed * length + 1),
            // Every step leaves the mean of the data where it is.
            Relation::equal("mean", step.start * p.mu + step.offset, p.mu),
        ]
    }
}

/// The step of a method from `σ` to `σ + Δ`, as a series in `Δ`, over the exact flow: the coefficient of `Δ^order` in the logarithm.
fn log_error<S: Scalar>(
    s: S,
    sigma: S,
    order: usize,
    step: impl Fn(&Form<Taylor<S, 4>>, &Rung<Taylor<S, 4>>, &Oracle<Taylor<S, 4>>) -> Form<Taylor<S, 4>>,
) -> S {
    let oracle = Oracle::new(Taylor::constant(S::zero()), Taylor::constant(s));
    let rung = Rung::between(Level::exploding(Taylor::constant(sigma)), Level::exploding(Taylor::variable(sigma)));
    let factor = step(&Form::initial(), &rung, &oracle).start;
    (factor / oracle.flow(&rung.noisy, &rung.clean).slope).ln().coefficient(order)
}

/// `−sσ(2a − 1)/(2(s + σ²)³)`.
fn two_stage_error<S: Scalar>(s: S, sigma: S, share: S) -> S {
    -s * sigma * (share * 2 - 1) / ((s + sigma.square()).powi(3) * 2)
}

/// `−s/(2(s + σ²)²)`.
fn euler_error<S: Scalar>(s: S, sigma: S) -> S {
    -s / ((s + sigma.square()).square() * 2)
}

/// The leading error of a step.
struct Leading(u8);

impl Statement for Leading {
    type Params<S: Scalar> = StagePoint<S>;

    fn points(&self) -> &'static [&'static str] {
        Step(0).points()
    }

    fn relations<'p, S: Scalar>(&self, p: &'p StagePoint<S>) -> Vec<Relation<'p, S>> {
        let half = S::ratio(1, 2);
        let of_stage = |share: S, order: usize| {
            log_error(p.s, p.from, order, |z, rung, oracle| two_stage_step(z, rung, oracle, Taylor::constant(share)))
        };
        let of_euler = |order: usize| log_error(p.s, p.from, order, euler_sigma_step);
        let sign = S::int(if self.0 == SIGN { -1 } else { 1 });
        // Whoever expects order two of every two-stage method expects the coefficient of Heun.
        let midpoint = if self.0 == ALWAYS_ORDER_TWO { two_stage_error(p.s, p.from, S::one()) } else { S::zero() };
        vec![
            Relation::equal("Euler", of_euler(2), euler_error(p.s, p.from)),
            Relation::equal("no error of second order", of_stage(p.share, 2), S::zero()),
            Relation::equal("Heun", of_stage(S::one(), 3), two_stage_error(p.s, p.from, S::one()) * sign),
            Relation::equal("any stage", of_stage(p.share, 3), two_stage_error(p.s, p.from, p.share)),
            Relation::equal("midpoint", of_stage(half, 3), midpoint),
        ]
    }
}

/// A whole run, by the factors of its steps.
struct Chain(u8);

impl Statement for Chain {
    type Params<S: Scalar> = EdmPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 sigma_min=0.002 sigma_max=80 N=18 rho=7",
            "s=9 mu=-0.7 sigma_min=0.02 sigma_max=20 N=50 rho=7",
            "s=0.000001 mu=0.7 sigma_min=0.00119 sigma_max=0.3 N=2 rho=3.137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p EdmPoint<S>) -> Vec<Relation<'p, S>> {
        let (descent, s) = (p.grid.descent(), p.oracle.data.variance);
        let start = Level::exploding(p.grid.sigma_max);
        let flow = p.oracle.flow(&start, &Level::exploding(S::zero())).slope;
        let slope = |sigma: S| sigma / (s + sigma.square());
        let product = |factor: &dyn Fn(S, S) -> S| {
            let steps = (0..p.grid.nodes - 1).map(|i| factor(p.grid.sigma(i), p.grid.sigma(i + 1)));
            // The last step is x̂, whatever the method.
            steps.fold(s / (s + p.grid.sigma_min.square()), |product, factor| product * factor)
        };
        let heun_factor = |from: S, to: S| {
            let length = to - from;
            (slope(from) + slope(to) * (length * slope(from) + 1)) * length / 2 + 1
        };
        let euler_factor = |from: S, to: S| (to - from) * slope(from) + 1;
        let midpoint_factor = |from: S, to: S| {
            let half = (to - from) / 2;
            slope(from + half) * (half * slope(from) + 1) * half * 2 + 1
        };
        let by_heun = match self.0 {
            SLOPE_AT_THE_START => law(&descent, &p.oracle, |z, rung| stale(z, rung, &p.oracle)),
            _ => heun(&descent, &p.oracle),
        };
        let ratio = |factor: S| (factor / flow).square();
        let midpoint = match self.0 {
            ALWAYS_ORDER_TWO => by_heun,
            _ => two_stage(&descent, &p.oracle, S::ratio(1, 2)),
        };
        vec![
            Relation::equal("Euler", ratio(euler_sigma(&descent, &p.oracle).factor), ratio(product(&euler_factor))),
            Relation::equal("Heun", ratio(by_heun.factor), ratio(product(&heun_factor))),
            Relation::equal("midpoint", ratio(midpoint.factor), ratio(product(&midpoint_factor))),
        ]
    }
}

/// A run by a named method.
struct MethodPoint<S> {
    edm: EdmPoint<S>,
    heun: bool,
}

impl<S: Scalar> Parameters<S> for MethodPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let method =
            source.choice("method", &["euler", "heun"], false, "the method; both are Euler's in the last step")?;
        Ok(Self { edm: EdmPoint::read(source)?, heun: method == "heun" })
    }
}

impl<S: Scalar> MethodPoint<S> {
    fn samples(&self) -> Gaussian<S> {
        let (descent, oracle) = (self.edm.grid.descent(), &self.edm.oracle);
        let whole: Transition<S> = if self.heun { heun(&descent, oracle) } else { euler_sigma(&descent, oracle) };
        whole.apply(&Gaussian::centred(self.edm.grid.sigma_max.square()))
    }
}

/// `μ(1 − A)`.
struct Mean;

impl Formula for Mean {
    type Params<S: Scalar> = MethodPoint<S>;
    fn value<S: Scalar>(p: &MethodPoint<S>) -> S {
        p.samples().mean
    }
}

/// `A²σ_max²`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = MethodPoint<S>;
    fn value<S: Scalar>(p: &MethodPoint<S>) -> S {
        p.samples().variance
    }
}

/// The integrand of the leading coefficient a share `τ` of the way from `σ_max` to `σ_min`.
fn local<S: Scalar>(p: &MethodPoint<S>, share: S) -> S {
    let (grid, s) = (p.edm.grid, p.edm.oracle.data.variance);
    let sigma = grid.at(share);
    let speed = derivative(|share| grid.map(Dual::constant).at(share), share);
    if p.heun { two_stage_error(s, sigma, S::one()) * speed.powi(3) } else { euler_error(s, sigma) * speed.square() }
}

/// `∫₀¹ c(σ)σ′^{p+1} dτ`.
fn leading_coefficient(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let balls: MethodPoint<Ball> = ExactReader::new(inputs, ignored).read()?;
    let panels = ExactReader::new(inputs, ignored).read()?;
    let (f, over_panel) = (|share| local(&balls, share), |share| local(&panels, share));
    Ok(integrate_to_digits(&f, &over_panel, Ball::zero(), Ball::one(), digits + 2))
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "edm-heun",
    aliases: &[],
    title: "EDM's Heun sampler: exact factors, second order, too much variance; the midpoint rule looks like order three",
    expect: Expect::True,
    text: include_str!("edm_heun.rs"),
    sources: &["karras2022"],
    readings: &[
        Readings::of("step", &Step(0)),
        Readings::of("leading order", &Leading(0)),
        Readings::certified("chain", &Chain(0)),
    ],
    controls: &[
        Control {
            id: "second-slope-at-the-first-level",
            story: "the second slope of Heun's step taken at σ_a",
            readings: Readings::of("step", &Step(SLOPE_AT_THE_START)),
        },
        Control {
            id: "second-slope-at-the-first-level-of-a-run",
            story: "the same in a whole run",
            readings: Readings::certified("chain", &Chain(SLOPE_AT_THE_START)),
        },
        Control {
            id: "heun-deflates",
            story: "the sign of Euler's error expected of Heun: variance lost for variance gained",
            readings: Readings::of("leading order", &Leading(SIGN)),
        },
        Control {
            id: "every-two-stage-method-has-order-two",
            story: "the error of Heun expected of the midpoint rule, as a test of order 2 ± 0.1 does",
            readings: Readings::of("leading order", &Leading(ALWAYS_ORDER_TWO)),
        },
        Control {
            id: "midpoint-is-heun",
            story: "the midpoint rule taken for Heun's method in a whole run",
            readings: Readings::certified("chain", &Chain(ALWAYS_ORDER_TWO)),
        },
    ],
    quantities: &[
        Quantity::of::<Mean>("mean", "mean of the samples, from N(0, sigma_max^2)", &[]),
        Quantity::of::<Variance>("variance", "variance of the samples, from N(0, sigma_max^2)", &[]),
        Quantity::enclosed::<MethodPoint<Float>>(
            "leading-coefficient",
            "lim N^p ln(A_N/A_ex) of N steps from sigma_max to sigma_min on the curve of the nodes, p = 1 (euler) or 2 (heun)",
            &[],
            leading_coefficient,
        ),
    ],
};
