//! Purification along a Gaussian energy is an affine map, and its law after $k$ steps is known.
//!
//! Steps $x \leftarrow x + \alpha s(x)$ along $s(x) = -P(x - \mu_E)$ give, with $B = I - \alpha P$,
//!
//! $$ x_k = \mu_E + B^k(x_0 - \mu_E), \qquad x_0 \sim N(m_0, S_0): \quad x_k \sim N\big(\mu_E + B^k(m_0 - \mu_E),\ B^kS_0B^k\big) $$
//!
//! Steps of different lengths multiply, $\prod_j(I - \alpha_jP)$, in any order. A displacement of the input is moved by $B^k\delta$, wherever it is.
//! The only fixed point is the mode $\mu_E$ of the *energy*, whatever the data.
//!
//! Assumptions: $P$ symmetric, no clipping. One step holds in free symbols, and a step after $k$ steps is $B\cdot B^k$; the proof runs three, also
//! with letters for matrices of every size, the certificate more. If it failed, no accuracy behind a purifier could be given in closed form. The law is
//! sampled along one direction.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{EveryDimension, GaussianVector, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Covariance, Field, Float, Lanes, Matrix, Scalar, Vector};
use crate::objectives::purification::{Steps, step};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::MultivariateGaussian;

const ONE_FACTOR: u8 = 1;
const DATA_MEAN: u8 = 2;
const UPHILL: u8 = 3;
const SUM_OF_STEPS: u8 = 4;

parameters! {
    /// A Gaussian energy, an input with its law, and steps.
    Purified {
        P: symmetric "the precision of the energy",
        mu: vector "its mode",
        x: vector "the input",
        m: vector "the mean of inputs",
        S: covariance "the covariance of inputs",
        shift: vector "a displacement of the input",
        alpha: real "the length of a step",
        other: real "the length of another step",
        k: count "how many steps",
    }
}

impl<S: Scalar> Purified<S> {
    /// `k` steps, one by one, as a purifier takes them.
    fn run(&self, x: &Vector<S>) -> Vector<S> {
        (0..self.k).fold(x.clone(), |x, _| self.step(&x, self.alpha))
    }

    fn step(&self, x: &Vector<S>, length: S) -> Vector<S> {
        step(|x| &self.P * &(&self.mu - x), x, length)
    }

    /// What is stated of them.
    fn stated(&self, wrong: u8) -> Steps<S> {
        let length = if wrong == UPHILL { -self.alpha } else { self.alpha };
        Steps::without_noise(self.P.clone(), length, self.k)
    }

    /// `B^k S B^k`, as it is stated.
    fn covariance(&self, wrong: u8) -> Matrix<S> {
        let factor = self.stated(wrong).factor();
        let once = &factor * self.S.matrix();
        if wrong == ONE_FACTOR { once } else { &once * &factor }
    }
}

#[derive(Clone, Copy)]
struct Law(u8);

const POINT: &str = "P=[[0.8,-0.25],[-0.25,1.6]] mu=[0.1,-0.2] x=[1.4,-2.2] m=[0.7,0.4] S=[[1.7,0.4],[0.4,0.9]] shift=[0.3,-0.1] alpha=0.37 other=0.9 k=3";

impl Statement for Law {
    type Params<S: Scalar> = Purified<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "P=[[1.3137e5,21.3],[21.3,0.6719]] mu=[2.3,1.9] x=[-1.1,0.4] m=[0.3,-0.9] S=[[0.31,0.1],[0.1,2.9]] shift=[1e-7,2.1] alpha=1.52e-5 other=3e-6 k=3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Purified<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let stated = p.stated(wrong);
        let mut relations = Relation::componentwise("after k steps", &p.run(&p.x), &stated.mean(&p.mu, &p.x));
        let moved = &p.run(&(&p.x + &p.shift)) - &p.run(&p.x);
        relations.extend(Relation::componentwise("displacement", &moved, &(&stated.factor() * &p.shift)));
        let rest = if wrong == DATA_MEAN { &p.m } else { &p.mu };
        relations.extend(Relation::componentwise("fixed point", &p.run(rest), rest));
        let both = p.step(&p.step(&p.x, p.alpha), p.other);
        let one = |length: S| Steps::without_noise(p.P.clone(), length, 1).one();
        let product = if wrong == SUM_OF_STEPS { one(p.alpha + p.other) } else { &one(p.alpha) * &one(p.other) };
        let product = &p.mu + &(&product * &(&p.x - &p.mu));
        relations.extend(Relation::componentwise("two lengths", &both, &product));
        let walked = Steps::without_noise(p.P.clone(), p.alpha, p.k).covariance(p.S.matrix());
        let covariance = p.covariance(wrong);
        let rows = walked.rows();
        for (at, (left, right)) in walked.entries().iter().zip(covariance.entries()).enumerate() {
            let name = if rows == 1 { String::new() } else { format!(", entry ({}, {})", at / rows, at % rows) };
            relations.push(Relation::equal(format!("covariance{name}"), *left, *right));
        }
        relations
    }
}

/// More steps: near the limit of stability, and along an energy without a minimum, where they diverge.
struct Long(u8);

impl Statement for Long {
    type Params<S: Scalar> = Purified<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "P=[[1.3137e5,21.3],[21.3,0.6719]] mu=[2.3,1.9] x=[-1.1,0.4] m=[0.3,-0.9] S=[[0.31,0.1],[0.1,2.9]] shift=[1e-7,2.1] alpha=1.52e-5 other=3e-6 k=37",
            "P=[[-0.8,0.3,0.1],[0.3,1.6,-0.2],[0.1,-0.2,2.4]] mu=[0.1,-0.2,0.3] x=[1.4,-2.2,0.7] m=[0.7,0.4,-1] S=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] shift=[0.3,-0.1,1] alpha=1.3 other=-0.4 k=9",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Purified<S>) -> Vec<Relation<'p, S>> {
        Law(self.0).relations(p)
    }
}

/// Purified draws, along one direction.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Purified<Ball>, Purified<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let along = Vector(vec![Ball::one(), Ball::ratio(-7, 10)]);
        let mean = along.dot(&exact.stated(self.0).mean(&exact.mu, &exact.m)).to_f64();
        let variance = exact.covariance(self.0).bilinear(&along, &along).to_f64();
        let splat = Lanes::<WIDTH>::splat;
        let along = along.map(|c| splat(Float(c.to_f64())));
        let input = GaussianVector::new(&MultivariateGaussian { mean: p.m.clone(), covariance: p.S.clone() });
        let (precision, mode, length) = (p.P.map(splat), p.mu.map(splat), splat(p.alpha));
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("mean along a direction", mean, variance),
                Statistic::variance("variance along it", mean, variance),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let end = (0..p.k).fold(noise.vector(&input), |x, _| step(|x| &precision * &(&mode - x), &x, length));
                (out[0], out[1]) = (along.dot(&end), along.dot(&end));
            }),
        })
    }
}

/// One component of a purified input.
struct Component<S> {
    precision: Covariance<S>,
    mode: Vector<S>,
    start: Vector<S>,
    length: S,
    count: u32,
    component: usize,
}

impl<S: Scalar> Parameters<S> for Component<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let precision = source.covariance("P", "the precision of the energy")?;
        let mode = source.vector("mu", "the mode of the energy")?;
        let start = source.vector("x", "the input")?;
        let length = source.real("alpha", Domain::Real, "the length of a step")?;
        let count = source.index("k", "how many steps")?;
        let component = source.index("component", "the component of the result, from 0")? as usize;
        source.same_dimension(&["P", "mu", "x"])?;
        let d = mode.dimension();
        if component >= d {
            let why = format!("`component` is {component}, but it must be below {d}, the number of entries of `x`");
            return Err(InputError::Condition(why));
        }
        Ok(Self { precision, mode, start, length, count, component })
    }
}

struct AfterSteps;

impl Formula for AfterSteps {
    type Params<S: Scalar> = Component<S>;
    fn value<S: Scalar>(p: &Component<S>) -> S {
        Steps::without_noise(p.precision.matrix().clone(), p.length, p.count).mean(&p.mode, &p.start)[p.component]
    }
}

const LONG: &str = "many steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-affine",
    aliases: &[],
    title: "Purification along a Gaussian energy is affine, with an exact law after k steps",
    expect: Expect::True,
    text: include_str!("purify_affine.rs"),
    sources: &["yoon2021"],
    readings: &[
        Readings::in_every_dimension("", &EveryDimension(Law(0))).and_sampled(&Draws(0)),
        Readings::certified(LONG, &Long(0)),
    ],
    controls: &[
        Control {
            id: "one-factor",
            story: "the covariance BᵏS₀, without the factor on the other side",
            readings: Readings::in_every_dimension("", &EveryDimension(Law(ONE_FACTOR)))
                .and_sampled(&Draws(ONE_FACTOR)),
        },
        Control {
            id: "mean-of-the-data",
            story: "the mean of the data taken for what stands still",
            readings: Readings::in_every_dimension("", &EveryDimension(Law(DATA_MEAN))),
        },
        Control {
            id: "uphill",
            story: "B = I + αP: the sign of the score lost",
            readings: Readings::in_every_dimension("", &EveryDimension(Law(UPHILL))).and_sampled(&Draws(UPHILL)),
        },
        Control {
            id: "sum-of-lengths",
            story: "two steps taken for one of their joint length",
            readings: Readings::in_every_dimension("", &EveryDimension(Law(SUM_OF_STEPS))),
        },
        Control {
            id: "one-factor-after-many-steps",
            story: "the covariance BᵏS₀ after more steps",
            readings: Readings::certified(LONG, &Long(ONE_FACTOR)),
        },
    ],
    quantities: &[Quantity::of::<AfterSteps>(
        "x-k",
        "a component of the input after k steps x <- x - alpha P (x - mu), also where they diverge",
        &[],
    )],
};
