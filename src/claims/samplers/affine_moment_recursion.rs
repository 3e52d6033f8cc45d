//! Every sampler here is an affine map with Gaussian noise: its mean and covariance at any number of steps follow by recursion.
//!
//! For steps $z \leftarrow A_kz + b_k + \tau_k\xi$ with independent standard normal $\xi$, after $N$ of them from $N(m_0, V_0)$,
//!
//! $$ m \leftarrow Am + b, \quad V \leftarrow AVA^\top + \tau^2I, \qquad
//! V_N = V_0\prod_kA_k^2 + \sum_k\tau_k^2\prod_{j>k}A_j^2 $$
//!
//! in one dimension, where the second form counts what each draw contributes. In several dimensions the recursion decouples in the
//! eigenbasis of the data's covariance $\Sigma$ if every step is a function of $\Sigma$, as it is with the exact network; not for what acts coordinate by coordinate, a
//! threshold or a preconditioner. The law is that of the sampler at this number of steps, and not the law of the data.
//!
//! Nothing is assumed but linearity. If it failed, no sampler could be tested exactly at few steps; a test against the law of the data blames
//! a correct sampler for its step size.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{ChainSamples, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Field, Float, Matrix, Scalar};
use crate::objectives::samplers::{Form, ddim, ddim_direction, ddim_std, ddim_step, run, steps};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Gaussian, GridPoint, Level, Oracle, RungPoint, Transition};

const LATER_FACTORS_ONCE: u8 = 1;
const DATA_LAW: u8 = 2;
const COORDINATES: u8 = 3;

parameters! {
    /// Any affine steps with noise.
    Steps {
        A: vector "the factors of the steps",
        b: vector "what the steps add",
        tau: vector "the standard deviations of their draws",
        m: real "mean at the start",
        V: positive "variance at the start",
    }
}

/// The recursion and the sum over draws.
struct Recursion(u8);

impl Statement for Recursion {
    type Params<S: Scalar> = Steps<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[0.8137,-1.3119,0.4713] b=[0.3137,0.7119,-1.1371] tau=[0.6137,0.2119,0.9137] m=0.7 V=1.3",
            "A=[0.8137] b=[-0.3137] tau=[0.6137] m=1.7 V=0.37",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Steps<S>) -> Vec<Relation<'p, S>> {
        let n = p.A.dimension().min(p.b.dimension()).min(p.tau.dimension());
        let all = (0..n).map(|k| Transition { factor: p.A.0[k], offset: p.b.0[k], variance: p.tau.0[k].square() });
        let law = all.fold(Gaussian::new(p.m, p.V), |law, step| step.apply(&law));
        let later = |k: usize| p.A.0[k..n].iter().fold(S::one(), |product, factor| product * *factor);
        let squared = |x: S| if self.0 == LATER_FACTORS_ONCE { x } else { x.square() };
        let terms = (0..n).map(|k| (p.b.0[k] * later(k + 1), p.tau.0[k].square() * squared(later(k + 1))));
        let sum = terms.fold((p.m * later(0), p.V * later(0).square()), |sum, term| (sum.0 + term.0, sum.1 + term.1));
        // The same steps on one state, whose draws stay apart.
        let state = (0..n).fold(Form::initial(), |z, k| {
            let shift = Form { start: S::zero(), offset: p.b.0[k], draws: Vec::new() };
            z.scale(p.A.0[k]).plus(&shift).drawn(p.tau.0[k])
        });
        let form = state.law(&Gaussian::new(p.m, p.V));
        vec![
            Relation::equal("mean", law.mean, sum.0),
            Relation::equal("variance", law.variance, sum.1),
            Relation::equal("mean of the form", form.mean, law.mean),
            Relation::equal("variance of the form", form.variance, law.variance),
        ]
    }
}

parameters! {
    /// A step of a sampler in two dimensions.
    Plane {
        step: of(RungPoint) "the step; its data variance is that along the first axis",
        s2: positive "data variance along the second axis",
        angle: real "the angle by which the axes are turned",
        eta: positive "the share of noise",
        V: positive "variance at the start along the first axis",
        W: positive "the same along the second",
    }
}

/// A step of DDIM in two dimensions, in turned axes and along them.
struct Decoupled(u8);

impl Statement for Decoupled {
    type Params<S: Scalar> = Plane<S>;

    fn points(&self) -> &'static [&'static str] {
        &["alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3 s2=9 angle=0.6137 eta=0.7 V=1.3 W=0.7"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Plane<S>) -> Vec<Relation<'p, S>> {
        let rung = p.step.rung();
        let (sin, cos) = p.angle.sin_cos();
        let turn = Matrix::from_fn(2, 2, |i, j| [[cos, -sin], [sin, cos]][i][j]);
        let diagonal = |entries: [S; 2]| Matrix::from_fn(2, 2, |i, j| if i == j { entries[i] } else { S::zero() });
        let turned = |m: &Matrix<S>| &(&turn * m) * &turn.transpose();
        let covariance = turned(&diagonal([p.step.s, p.s2]));
        let start = turned(&diagonal([p.V, p.W]));
        // x̂ = μ + αΣ(α²Σ + σ²)⁻¹(z − αμ) and ε̂ = σ(α²Σ + σ²)⁻¹(z − αμ), all in the coordinates as they are.
        let (a, b) = (&rung.noisy, &rung.clean);
        let noisy = Matrix::symmetric(2, |i, j| {
            covariance[(i, j)] * a.alpha.square() + if i == j { a.sigma.square() } else { S::zero() }
        });
        let precision = noisy.symmetric_inverse();
        let direction = ddim_direction(&rung, p.eta);
        let data = (&covariance * &precision).scale(a.alpha * b.alpha);
        let slope = &data + &precision.scale(a.sigma * direction);
        let noise = ddim_std(&rung, p.eta).square();
        let whole = &(&(&slope * &start) * &slope.transpose()) + &diagonal([noise, noise]);
        let along = |s: S, v: S| {
            let step =
                ddim_step(&Form::initial(), &rung, &Oracle::new(p.step.mu, s), direction, ddim_std(&rung, p.eta));
            step.law(&Gaussian::centred(v)).variance
        };
        let expected = match self.0 {
            // Each coordinate by itself, with its own variance.
            COORDINATES => diagonal([0, 1].map(|i| along(covariance[(i, i)], start[(i, i)]))),
            _ => turned(&diagonal([along(p.step.s, p.V), along(p.s2, p.W)])),
        };
        [(0, 0), (0, 1), (1, 1)]
            .map(|(i, j)| Relation::equal(format!("entry {i}{j}"), whole[(i, j)], expected[(i, j)]))
            .into()
    }
}

const POINT: &str = "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=7";

/// A sampler over a whole grid.
struct Sampler(u8);

/// What DDIM with half the noise returns from the exact law at the start, and what is claimed of it.
fn claimed<S: Scalar>(wrong: u8, p: &GridPoint<S>) -> Gaussian<S> {
    let end = Level::variance_preserving(p.grid.end);
    let start = Level::variance_preserving(p.grid.start).law(&p.oracle.data);
    match wrong {
        DATA_LAW => end.law(&p.oracle.data),
        _ => ddim(&p.grid.descent(), &p.oracle, S::ratio(1, 2)).apply(&start),
    }
}

impl Statement for Sampler {
    type Params<S: Scalar> = GridPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "s=9 mu=-0.7 lambda_start=-4.137 lambda_end=1.119 N=50",
            "s=0.000001 mu=0.7 lambda_start=1.137 lambda_end=9.119 N=2",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GridPoint<S>) -> Vec<Relation<'p, S>> {
        let half = S::ratio(1, 2);
        let whole = run(&p.grid.descent(), &p.oracle, |z, rung| {
            ddim_step(z, rung, &p.oracle, ddim_direction(rung, half), ddim_std(rung, half))
        });
        let law = whole.law(&Level::variance_preserving(p.grid.start).law(&p.oracle.data));
        let claimed = claimed(self.0, p);
        vec![
            Relation::equal("mean of the samples", law.mean, claimed.mean),
            Relation::equal("variance of the samples", law.variance, claimed.variance),
        ]
    }
}

struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (GridPoint<Ball>, GridPoint<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let (descent, half) = (p.grid.descent(), Float::ratio(1, 2));
        let steps = steps(&descent, &p.oracle, |z, rung| {
            ddim_step(z, rung, &p.oracle, ddim_direction(rung, half), ddim_std(rung, half))
        });
        let start = Level::variance_preserving(p.grid.start).law(&p.oracle.data);
        let (claimed, drawn) = (claimed(self.0, &exact), claimed(0, &exact));
        Ok(ChainSamples { point: POINT, start, steps: steps.collect(), claimed, drawn }.plan())
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "affine-moment-recursion",
    aliases: &[],
    title: "Mean and covariance of a sampler at any number of steps, by recursion and as a sum over its draws",
    expect: Expect::True,
    text: include_str!("affine_moment_recursion.rs"),
    sources: &["ho2020", "song2021ddim"],
    readings: &[
        Readings::of("recursion", &Recursion(0)),
        Readings::of("two dimensions", &Decoupled(0)),
        Readings::certified("sampler", &Sampler(0)).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "later-factors-once",
            story: "the variance of a draw carried on by the factors of later steps instead of their squares",
            readings: Readings::of("recursion", &Recursion(LATER_FACTORS_ONCE)),
        },
        Control {
            id: "coordinate-by-coordinate",
            story: "each coordinate followed by itself, with the diagonal of the covariance for its eigenvalues",
            readings: Readings::of("two dimensions", &Decoupled(COORDINATES)),
        },
        Control {
            id: "law-of-the-data",
            story: "a sampler of few steps compared with the law of the data instead of with its own recursion",
            readings: Readings::certified("sampler", &Sampler(DATA_LAW)).and_sampled(&Draws(DATA_LAW)),
        },
    ],
    quantities: &[],
};
