//! At the optimum every path has the same weight; a sum of Euler steps leaves a variance of order $1/n$.
//!
//! With $a = \sigma^\top\nabla\log u$ the log-weight is the likelihood, $W = \log p_\theta(x)$, on *every* path: its martingale part
//! $\int(\sigma^\top\nabla\log u - a)\cdot dB$ vanishes. Without the stochastic integral, $W' = W + \int a\cdot dB$ has
//!
//! $$ \mathrm{Var}\,W' = \int_0^T E|\sigma^\top\nabla\log u|^2\,dt
//! = \left(\frac{(x-m_0)^2}{v_0} - 1\right)\left(1 - \frac1R\right) + \ln R $$
//!
//! (the last for an exact score and $\pi = q_T$, every schedule), and with the wrong sign, $W + 2\int a\cdot dB$, four times that.
//!
//! *Discretisation is not innocent.* A left-point sum of $\int a\,dB$ along Euler steps leaves from each step the term
//! $\frac12 G\nabla^2\!\log u\,(\xi^2 - h)$, $\xi^2 = h\varepsilon^2$, so that
//!
//! $$ n\,\mathrm{Var}\,W_n \to \frac T2\int_0^T\left(G\,\nabla^2\!\log u\right)^2dt = \frac T2\int_0^T\left(\frac Gv\right)^2dt . $$
//!
//! $W_n$ is a quadratic function of Gaussian increments, so its variance is an exact recursion. On unit VP ($v = 1$, $s = -y$, constant
//! $\beta$, $\eta = \Lambda/n$, $\rho = 1 - \eta/2$, $m_* = 1/(1-\eta/4)$) it is solved: $k$ steps before the end the curvature of what is
//! expected is $-m_*(1 - \frac\eta4\rho^{2k})$, and the step before that adds
//!
//! $$ \tfrac{\eta^2}2 m_*^2\left(1 - \tfrac\eta4\rho^{2k}\right)^2 + \tfrac{\eta^3}{16}m_*^2\left(1+\rho^{2k+1}\right)^2E\,Y^2, \qquad
//! \frac{\Lambda^2}2 \le n\,\mathrm{Var}\,W_n \le \Lambda^2 m_*^2\left(\tfrac12 + \tfrac\eta4\max(m_*, x^2)\right) $$
//!
//! for every $n \ge \Lambda/2$: the limit is $\Lambda^2/2$, at rate $1/n$. (The first term is at least $\eta^2/2$, because
//! $\rho^{2k} \le 1$.) For other schedules each step is decided to second order; that the remainders, of third order, add up
//! to no more than $O(n^{-2})$ is the usual argument for smooth coefficients and is not checked. The same paths weighted by *transition densities* telescope
//! there, with variance $\frac{\eta^2}{64}\mathrm{Var}\,Y_n^2$: order $n^{-2}$.
//!
//! The variance of $W_n$ is also sampled, at a finite $n$, against its exact value (the fourth moment of a quadratic function of
//! Gaussians is at most 15 times the squared variance). In continuous time there is nothing to sample: any sum over steps shows
//! the $1/n$ of the steps. So the weight of the exact score on the same path is the best control variate there is: for a score that is
//! off by a factor, what the two differ by is sampled, with its exact mean and variance by the same recursion, along increments that
//! have the moments of a normal up to the fifth (all that mean and variance of a quadratic function involve). If it failed, a spread of
//! weights could not be read as a defect of the score; and with a fixed tolerance instead of a rate, the spread of a correct code looks
//! like one.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, WeightedChain};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar};
use crate::objectives::log_weight::{Quadratic, WeightedStep, moments};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, AffineScore, Clock, Gaussian, GaussianData, ScaledScore};

pub(in crate::claims) const NO_INTEGRAL: u8 = 1;
pub(in crate::claims) const FLIPPED: u8 = 2;
pub(in crate::claims) const EULER_CONSTANT: u8 = 3;
const DENSITIES_ALIKE: u8 = 4;
const SECOND_ORDER: u8 = 5;

/// The coefficient of `−∫a dB` in the weight.
fn ito<S: Scalar>(wrong: u8) -> S {
    S::int(match wrong {
        NO_INTEGRAL => 0,
        FLIPPED => -1,
        _ => 1,
    })
}

parameters! {
    /// An exact score with its own prior, at a data point; also a time and a state on the way.
    Exact {
        data: of(GaussianData) "the data under the noising process",
        x: real "the data point",
        t: positive "a time on the way",
        y: real "a state on the way",
    }
}

impl<S: Scalar> Exact<S> {
    /// The plug-in model with the exact score and the prior `q_T`.
    fn world(&self) -> AffineScore<S> {
        let (_, end) = self.data.ends();
        let scaled = ScaledScore { v0: self.data.v0, delta: S::zero(), lambda: S::zero(), vpi: end.variance };
        AffineScore { scaled, centre: self.data.m0, prior_mean: end.mean }
    }

    /// `∫₀ᵗ G E[l²| x]`, in closed form.
    fn energy(&self, clock: &Clock<Dual<S>>) -> Dual<S> {
        let still = Dual::constant;
        let log_ratio = clock.log_ratio(still(self.data.v0));
        let excess = still((self.x - self.data.m0).square() / self.data.v0 - 1);
        log_ratio - excess * (-log_ratio).exp_m1()
    }
}

/// The variance of the weight in continuous time, and what one short Euler step adds to it.
pub(in crate::claims) struct Weight(pub(in crate::claims) u8);

const CE: &str = "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 x=0.8113 t=0.37 y=0.4119";

impl Statement for Weight {
    type Params<S: Scalar> = Exact<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            CE,
            "process=vp-linear b0=1 b1=1 T=2 m0=0 v0=1 x=0.9 t=0.7119 y=-0.3137",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 x=1.7131 t=0.41 y=-0.9137",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=0.7 v0=0.513 x=0.3119 t=0.57 y=1.2137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Exact<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (process, world) = (&p.data.process, p.world());
        let range = (S::zero(), process.horizon());
        // The network's score makes the control, the model's own density the martingale part.
        let own = move |t: S| world.model(&process.at(t), &process.end()).score();
        let martingale = move |t: S| {
            let clock = process.at(t);
            own(t).minus(&world.score(&clock).scale(ito(wrong))).mean_square(&clock.given(p.x)) * clock.noise
        };
        // One step of length h from a law of the state, with log q_{t+h} expected after it; h is a dual number at 0.
        let moving = process.moving(p.t);
        let h = Dual::variable(S::zero());
        let here = moving.map(|field| Dual::constant(field.re));
        let score = p.data.law(&process.at(p.t)).score().map(Dual::constant);
        let later = Quadratic::log_density(&p.data.constant().law(&moving));
        let step = WeightedStep::euler(&here, &score, h, ito(wrong));
        let state = process.at(p.t).given(p.x).map(Dual::constant);
        let added = step.variance(&later, &state);
        let per_time = (added.first + added.second * added.noise) * here.noise;
        let v = p.data.law(&process.at(p.t)).variance;
        let limit = if wrong == EULER_CONSTANT { S::zero() } else { (process.at(p.t).noise / v).square() / 2 };
        let drift = step.expected(&later).value(Dual::constant(p.y));
        vec![
            Relation::rate("variance of the weight", range, |_| Dual::constant(S::zero()), martingale),
            Relation::rate(
                "variance without the stochastic integral",
                range,
                |t| p.energy(&process.moving(t)),
                move |t| {
                    let clock = process.at(t);
                    own(t).mean_square(&clock.given(p.x)) * clock.noise
                },
            ),
            Relation::equal("a step loses nothing to first order", drift.eps, S::zero()),
            Relation::equal("noise of a step to first order", per_time.re, S::zero()),
            Relation::equal("noise of a step to second order", per_time.eps, limit),
        ]
    }
}

parameters! {
    /// One step on unit VP, some steps before the end, from a state with these moments.
    UnitStep {
        eta: positive "the length of the step in the clock Lambda",
        P: positive "rho^(2k), k the number of steps that follow",
        m: real "the mean of the state",
        V: positive "the variance of the state",
    }
}

/// Unit VP in its own clock: `α = −½`, `G = 1`, `φ = 1` and `w = 0` standing for any.
fn unit_vp<S: Scalar>() -> Clock<S> {
    Clock::start(-S::ratio(1, 2), S::zero(), S::one())
}

fn unit_score<S: Scalar>() -> Affine<S> {
    Gaussian::centred(S::one()).score()
}

/// The recursion of unit VP, solved.
struct Solved(u8);

impl Statement for Solved {
    type Params<S: Scalar> = UnitStep<S>;

    fn points(&self) -> &'static [&'static str] {
        &["eta=0.0813 P=0.4137 m=0.7119 V=0.8137", "eta=0.5119 P=0.0871 m=-1.3137 V=0.2119"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p UnitStep<S>) -> Vec<Relation<'p, S>> {
        let rho = S::int(1) - p.eta / 2;
        let level = (S::int(1) - p.eta / 4).recip();
        let curvature = |power: S| -level * (S::int(1) - p.eta / 4 * power);
        let later = Quadratic { level: S::zero(), gradient: Affine { slope: curvature(p.P), offset: S::zero() } };
        let step = WeightedStep::euler(&unit_vp(), &unit_score(), p.eta, ito(self.0));
        let second = p.m.square() + p.V;
        let first = (level * p.eta / 4 * (rho * p.P + 1)).square() * p.eta * second;
        let noise = (curvature(p.P) * p.eta).square() / 2;
        let noise = if self.0 == EULER_CONSTANT { S::zero() } else { noise };
        vec![
            Relation::equal("curvature before the end", curvature(S::one()), S::int(-1)),
            Relation::equal(
                "curvature one step earlier",
                step.expected(&later).gradient.slope,
                curvature(p.P * rho.square()),
            ),
            Relation::equal(
                "variance of a step",
                step.variance(&later, &Gaussian::new(p.m, p.V)).total(),
                first + noise,
            ),
        ]
    }
}

parameters! {
    /// Unit VP in so many steps.
    Ladder {
        L: positive "the integral of beta over the process",
        n: count "the number of Euler steps",
        x: real "the data point",
    }
}

/// The rate on unit VP, at several numbers of steps.
pub(in crate::claims) struct Rate(pub(in crate::claims) u8);

impl Statement for Rate {
    type Params<S: Scalar> = Ladder<S>;

    fn points(&self) -> &'static [&'static str] {
        &["L=2 n=25 x=0.9", "L=2 n=100 x=0.9", "L=2 n=400 x=0.9", "L=3.137 n=50 x=-1.7131"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Ladder<S>) -> Vec<Relation<'p, S>> {
        let (wrong, n) = (self.0, i64::from(p.n));
        let eta = p.L / n;
        let start = Gaussian::new(p.x, S::zero());
        let last = Quadratic::log_density(&Gaussian::centred(S::one()));
        let chain = |step: WeightedStep<S>| moments(&vec![step; p.n as usize], last, start);
        let euler = WeightedStep::euler(&unit_vp(), &unit_score(), eta, ito(wrong));
        let densities = WeightedStep::by_densities(&unit_vp(), &unit_score(), eta);
        let (euler, densities) = (chain(euler).1 * n, chain(densities));

        let level = (S::int(1) - eta / 4).recip();
        let power = (S::int(1) - eta / 2).powi(2 * n as i32);
        // max(m_*, x²) ≤ m_* + x²
        let most = p.L.square() * level.square() * ((level + p.x.square()) * eta / 4 + S::ratio(1, 2));
        let upper = if wrong == EULER_CONSTANT { S::zero() } else { most };
        // Y_n ~ N(ρⁿ x, m_*(1 − ρ²ⁿ)) and W_n = log N(x; 0, 1) + (η/8)(x² − Y_n²).
        let end = Gaussian::new(power.sqrt() * p.x, level * (S::int(1) - power));
        let telescoped = Affine { slope: S::one(), offset: S::zero() }.square_variance(&end) * (eta / 8).square();
        let claimed = if wrong == DENSITIES_ALIKE { euler / n } else { telescoped };
        let second = end.mean.square() + end.variance;
        let mean = Gaussian::centred(S::one()).log_density(p.x) + (p.x.square() - second) * eta / 8;
        vec![
            Relation::below("limit from below", p.L.square() / 2, euler),
            Relation::below("limit from above", euler, upper),
            Relation::equal("mean by transition densities", densities.0, mean),
            Relation::equal("variance by transition densities", densities.1, claimed),
        ]
    }
}

/// Euler paths of the canonical example with their weights.
struct EulerPaths(u8);

/// Steps of a sampled path.
const STEPS: i64 = 16;

/// The Euler steps and the prior term of a weight for so many times the exact score, in any reading.
fn discretised<S: Scalar>(wrong: u8, p: &Exact<S>, scale: S) -> (Vec<WeightedStep<S>>, Quadratic<S>) {
    let process = &p.data.process;
    let h = process.horizon() / STEPS;
    let step = |i: i64| {
        let clock = if i == 0 { process.start() } else { process.at(h * i) };
        WeightedStep::euler(&clock, &p.data.law(&clock).score().scale(scale), h, ito(wrong))
    };
    ((0..STEPS).map(step).collect(), Quadratic::log_density(&p.data.ends().1))
}

impl Trial for EulerPaths {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: Exact<Ball> = at_point(CE)?;
        let law = |wrong: u8| {
            let (steps, last) = discretised(wrong, &exact, Ball::one());
            let (mean, variance) = moments(&steps, last, Gaussian::new(exact.x, Ball::zero()));
            (mean.to_f64(), variance.to_f64())
        };
        let ((mean, variance), (_, drawn)) = (law(0), law(wrong));
        let claimed = if wrong == EULER_CONSTANT { 0.0 } else { variance };
        // A quadratic function of Gaussians: κ₄ ≤ 12 κ₂², so Var (W − E W)² ≤ 14 κ₂².
        let spread = |variance: f64| 14.0 * variance * variance;

        let p: Exact<Float> = at_point(CE)?;
        let (steps, last) = discretised(wrong, &p, Float(1.0));
        let chain = WeightedChain::new(Gaussian::new(p.x, Float(0.0)), steps, last);
        Ok(Plan {
            point: CE,
            statistics: vec![Statistic::mean("squared deviation of the weight", claimed, spread(variance))],
            drawn: (wrong != EULER_CONSTANT).then(|| vec![(drawn, spread(drawn))]),
            sampler: chain.sampler(move |weight, out| out[0] = (weight - Lanes::splat(Float(mean))).square()),
        })
    }
}

/// Euler paths weighted for a score that is off by a factor, less the weight of the exact score on the same path.
struct Twin(u8);

impl Trial for Twin {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: Exact<Ball> = at_point(CE)?;
        let start = Gaussian::new(exact.x, Ball::zero());
        let (steps, nothing) = less_its_twin(&exact);
        let (mean, variance) = moments(&steps, nothing, start);
        let claimed = if self.0 == SECOND_ORDER {
            let end = exact.data.process.moving(exact.data.process.horizon());
            -exact.energy(&end).re * factor::<Ball>().square() / 2
        } else {
            mean
        };
        let p: Exact<Float> = at_point(CE)?;
        let (steps, nothing) = less_its_twin(&p);
        let chain = WeightedChain::new(Gaussian::new(p.x, Float(0.0)), steps, nothing);
        Ok(Plan {
            point: CE,
            statistics: vec![Statistic::mean("weight less its twin", claimed.to_f64(), variance.to_f64())],
            drawn: None,
            sampler: chain.sampler_of_the_mean(),
        })
    }
}

/// `δ`, by which the model's score is too large.
fn factor<S: Scalar>() -> S {
    S::ratio(1, 8)
}

/// The steps of the model's weight less those of the exact score's; at the end, where both have the prior, nothing is left.
fn less_its_twin<S: Scalar>(p: &Exact<S>) -> (Vec<WeightedStep<S>>, Quadratic<S>) {
    let (exact, last) = discretised(0, p, S::one());
    let (model, _) = discretised(0, p, factor::<S>() + 1);
    (model.iter().zip(&exact).map(|(model, exact)| model.minus(exact)).collect(), last.minus(&last))
}

const CONTINUOUS: &str = "continuous time";
const SOLVED: &str = "one step of unit VP";
const RATE: &str = "unit VP";
const PATHS: &str = "Euler paths";
const TWIN: &str = "Euler paths less their twin";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "zero-variance-weight",
    aliases: &[],
    title: "At the optimum every path has the same weight; Euler sums leave a variance of order 1/n",
    expect: Expect::True,
    text: include_str!("zero_variance_weight.rs"),
    sources: &["huang2021"],
    readings: &[
        Readings::of(CONTINUOUS, &Weight(0)),
        Readings::of(SOLVED, &Solved(0)),
        Readings::certified(RATE, &Rate(0)),
        Readings::sampled(PATHS, &EulerPaths(0)),
        Readings::sampled(TWIN, &Twin(0)),
    ],
    controls: &[
        Control {
            id: "no-stochastic-integral",
            story: "the weight without ∫a dB taken for constant",
            readings: Readings::of(CONTINUOUS, &Weight(NO_INTEGRAL)),
        },
        Control {
            id: "flipped-sign",
            story: "+∫a dB for −∫a dB: four times the variance of leaving it out",
            readings: Readings::of(CONTINUOUS, &Weight(FLIPPED)),
        },
        Control {
            id: "constant-euler-sum",
            story: "the Euler sum of the weight taken for constant, step by step",
            readings: Readings::of(SOLVED, &Solved(EULER_CONSTANT)),
        },
        Control {
            id: "constant-euler-sum-at-finite-n",
            story: "no variance left at so many steps",
            readings: Readings::certified(RATE, &Rate(EULER_CONSTANT)),
        },
        Control {
            id: "densities-like-euler",
            story: "transition densities taken to leave the variance of the Euler sum",
            readings: Readings::certified(RATE, &Rate(DENSITIES_ALIKE)),
        },
        Control {
            id: "sampled-without-the-integral",
            story: "paths weighted without ∫a dB",
            readings: Readings::sampled(PATHS, &EulerPaths(NO_INTEGRAL)),
        },
        Control {
            id: "sampled-constant",
            story: "the Euler sum taken for constant, sampled",
            readings: Readings::sampled(PATHS, &EulerPaths(EULER_CONSTANT)),
        },
        Control {
            id: "second-order-at-a-point",
            story: "half the squared error of the score taken for what a weight loses at a point: the first order vanishes on average only",
            readings: Readings::sampled(TWIN, &Twin(SECOND_ORDER)),
        },
    ],
    quantities: &[],
};
