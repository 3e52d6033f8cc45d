//! Eight ways in which a test of a solver's order deceives, each decided.
//!
//! A test that runs $N$ and $2N$ steps and looks for $2^p$ is passed by wrong code, and failed by right code, when
//!
//! * (a) it looks at variances near a floor: a last Euler step from $\sigma_{min}$ to $\sigma = 0$ leaves $-\frac12\ln(1 + \sigma_{min}^2/s)$ in $\ln A$ for
//!   every $N$, which only differences of *logarithms* do not see;
//! * (b) the data have unit variance: the flow of a variance-preserving process is then the identity, yet DDIM shrinks every step by
//!   $\alpha_a\alpha_b + \sigma_a\sigma_b < 1$, while ancestral sampling with the variance $\beta$ is exact, which it is for no other data;
//! * (c) the mean is zero: Euler–Maruyama steps of length $h$ move it by $-\frac{\mu\alpha}2\left(\frac{\beta^2}4 - \frac{\beta'}2\right)h^2$;
//! * (d) the range of levels is far from $\lambda = -\frac12\ln s$, where the share $u$ of the data is $\frac12$: the coefficients of all
//!   errors have the factor $u(1-u)$;
//! * (e) the coefficient changes sign in the range: at $u = \frac{11}{15}$ for DPM-Solver-3, $\frac4{15}$ for 3S, $\frac25$ for 2M;
//! * (f) the method is the explicit midpoint rule in $\sigma$: it is of order two, but shows order three, for of all two-stage methods with
//!   the second stage a share $a$ of the way the error of a step is
//!
//! $$ \ln\frac A{A_{ex}} = -\frac{s\sigma(2a - 1)}{2(s + \sigma^2)^3}\Delta^3 + O(\Delta^4) $$
//!
//! * (g) the last step has a lower order, "for stability", or the first: their errors stay in the coefficient of $(\Lambda/N)^2$;
//! * (h) numbers have 53 bits: the errors of order three are soon below their roundoff.
//!
//! Data are $N(\mu, s)$, the network is exact, $\lambda$ is HALF the log-signal-to-noise ratio. If one of these failed, a test could trust the
//! slope alone. All of it is decided by algebra, series and enclosures; nothing is sampled.

use crate::claims::samplers::leading_coefficients::limit_of;
use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Field, Float, Rational, Scalar};
use crate::objectives::samplers::{
    Finish, Form, LeadingError, LocalError, Multistep, Series, Solver, Spread, ancestral_step, ddim_direction,
    ddim_step, euler_sigma, reverse_std, start_coefficient, two_stage_step,
};
use crate::parameters;
use crate::worlds::{Clock, Descent, Gaussian, KarrasGrid, LambdaGrid, Level, Oracle, ReverseSde, Rung};

const NO_FLOOR: u8 = 1;
const VARIANCES: u8 = 2;
const IDENTITY: u8 = 3;
const ANY_VARIANCE: u8 = 4;
const MEAN_EXACT: u8 = 5;
const CENTRED: u8 = 6;
const ROOTS_EXCHANGED: u8 = 7;
const AS_HEUN: u8 = 8;
const FREE_FINISH: u8 = 9;
const FEW_STEPS: u8 = 10;

parameters! {
    /// EDM's grid and the data.
    Edm {
        s: positive "the data variance",
        grid: of(KarrasGrid) "the levels",
    }
}

/// (a) Euler steps in σ, and the last one to the data.
struct Floor(u8);

impl Statement for Floor {
    type Params<S: Scalar> = Edm<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 sigma_min=0.002 sigma_max=80 rho=7 N=18",
            "s=9 sigma_min=0.3 sigma_max=20 rho=3 N=7",
            "s=1e-6 sigma_min=0.002 sigma_max=3 rho=5 N=31",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Edm<S>) -> Vec<Relation<'p, S>> {
        let oracle = Oracle::new(S::zero(), p.s);
        let w = |sigma: S| p.s + sigma.square();
        let run = |grid: &KarrasGrid<S>| {
            let levels = grid.levels();
            [Descent::to_data(&levels), Descent::new(&levels)].map(|descent| euler_sigma(&descent, &oracle).factor)
        };
        let [to_data, to_floor] = run(&p.grid);
        let [to_data_twice, to_floor_twice] = run(&KarrasGrid { nodes: p.grid.nodes * 2, ..p.grid });
        let (start, floor) = (w(p.grid.sigma_max), w(p.grid.sigma_min));
        let above = (to_floor / (floor / start).sqrt()).ln();
        let left = if self.0 == NO_FLOOR { S::zero() } else { -(p.grid.sigma_min.square() / p.s).ln_1p() / 2 };
        // What a test compares between N and 2N.
        let seen =
            |factor: S, exact: S| if self.0 == VARIANCES { factor.square() * start / exact } else { factor.ln() };
        vec![
            Relation::equal("floor", (to_data / (p.s / start).sqrt()).ln(), above + left),
            Relation::equal(
                "N against 2N",
                seen(to_data, p.s) - seen(to_data_twice, p.s),
                seen(to_floor, floor) - seen(to_floor_twice, floor),
            ),
        ]
    }
}

parameters! {
    /// A variance-preserving step.
    Preserving {
        na: positive "sigma/alpha at the start",
        nb: positive "sigma/alpha at the end",
        s: positive "the data variance, if it is not 1",
        mu: real "the data mean",
    }
}

/// (b) Data of unit variance.
struct UnitVariance(u8);

impl Statement for UnitVariance {
    type Params<S: Scalar> = Preserving<S>;

    fn points(&self) -> &'static [&'static str] {
        &["na=2.3 nb=0.7 s=0.37 mu=1.3", "na=0.31 nb=0.017 s=9 mu=-0.5"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Preserving<S>) -> Vec<Relation<'p, S>> {
        let level = |n: S| Level::exploding(n).scaled((n.square() + 1).sqrt().recip());
        let (from, to) = (level(p.na), level(p.nb));
        let rung = Rung::between(from, to);
        let unit = Oracle::new(p.mu, S::one());
        let start = Form::initial();
        let ddim = ddim_step(&start, &rung, &unit, ddim_direction(&rung, S::zero()), S::zero());
        let shrunk = if self.0 == IDENTITY { S::one() } else { from.alpha * to.alpha + from.sigma * to.sigma };
        let variance = if self.0 == ANY_VARIANCE { p.s } else { S::one() };
        let oracle = Oracle::new(p.mu, variance);
        let step = ancestral_step(&start, &rung, &oracle, reverse_std(&rung, Spread::Forward));
        let (end, law) = (step.law(&from.law(&oracle.data)), to.law(&oracle.data));
        vec![
            Relation::equal("the flow is the identity", unit.flow(&from, &to).slope, S::one()),
            Relation::equal("factor of DDIM", ddim.start, shrunk),
            Relation::equal("variance of ancestral sampling", end.variance, law.variance),
            Relation::equal("mean of ancestral sampling", end.mean, law.mean),
        ]
    }
}

parameters! {
    /// A variance-preserving process at the start of a short step.
    InTime {
        a: positive "alpha at the start",
        be: positive "beta at the start",
        bd: real "its rate in time",
        v: positive "the variance of the state",
        mu: real "the data mean",
    }
}

/// (c) The mean of Euler–Maruyama.
struct Mean(u8);

impl Statement for Mean {
    type Params<S: Scalar> = InTime<S>;

    fn points(&self) -> &'static [&'static str] {
        &["a=0.7 be=1.3 bd=-0.4 v=0.61 mu=1.3", "a=0.2 be=3.1 bd=5.7 v=1.7 mu=-0.5"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p InTime<S>) -> Vec<Relation<'p, S>> {
        let (still, h) = (Series::constant, Series::variable(S::zero()));
        // Back in time, ln α grows by half the integral of β − β′x.
        let grown = ((h * still(p.be) - h.square() * still(p.bd) / 2) / 2).exp();
        let error = |mu: S| {
            let centre = still(p.a * mu);
            let clock = Clock::start(still(-p.be / 2), Series::zero(), still(p.be));
            let score = Gaussian::new(centre, still(p.v)).score();
            // The step without its draw, which does not move the mean.
            let drift = ReverseSde::plug_in(&clock, &score, Series::zero()).drift;
            centre + drift.value(centre) * h - centre * grown
        };
        let moved = -p.mu * p.a * (p.be.square() / 4 - p.bd / 2) / 2;
        let claimed = if self.0 == MEAN_EXACT { S::zero() } else { moved };
        vec![
            Relation::equal("no error of order h", error(p.mu).coefficient(1), S::zero()),
            Relation::equal("error of order h²", error(p.mu).coefficient(2), claimed),
            Relation::equal("hidden by a zero mean", error(S::zero()).coefficient(2), S::zero()),
        ]
    }
}

parameters! {
    /// A level, and the data.
    AtLevel {
        n: positive "sigma/alpha at the start of the step",
        s: positive "the data variance",
        a: positive "the share of the way to the second stage",
    }
}

/// (d) where the coefficients are, (e) where they vanish, (f) the midpoint rule.
struct Coefficients(u8);

impl Statement for Coefficients {
    type Params<S: Scalar> = AtLevel<S>;

    fn points(&self) -> &'static [&'static str] {
        &["n=0.9 s=0.37 a=0.7", "n=3.7 s=9 a=0.3", "n=0.0023 s=1e-6 a=1"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtLevel<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let w = p.s + p.n.square();
        let (u, rest) = (p.s / w, p.n.square() / w);
        let middle = if wrong == CENTRED { S::one() } else { (p.s.ln() / 2).exp() };
        let share = Oracle::new(S::zero(), p.s).denoised(&Level::exploding(middle)).slope;
        // The level with the share u = part/15.
        let at = |part: i64| LocalError::new((p.s * (15 - part) / part).sqrt(), p.s);
        let [third, third_pp] = if wrong == ROOTS_EXCHANGED { [4, 11] } else { [11, 4] };
        let coefficient = |name: &str, part: i64| {
            at(part).solver(&Solver::named(name)).coefficient(LeadingError::named(name).order + 1)
        };
        let sigma = Series::variable(p.n);
        let rung = Rung::between(Level::exploding(Series::constant(p.n)), Level::exploding(sigma));
        let oracle = Oracle::new(Series::zero(), Series::constant(p.s));
        let two_stage = |a: S| {
            let end = two_stage_step(&Form::initial(), &rung, &oracle, Series::constant(a));
            (end.start / oracle.flow(&rung.noisy, &rung.clean).slope).ln()
        };
        let (any, midpoint) = (two_stage(p.a), two_stage(S::ratio(1, 2)));
        let error = |a: S| -p.s * p.n * (a * 2 - 1) / (w.powi(3) * 2);
        let expected = if wrong == AS_HEUN { error(S::one()) } else { S::zero() };
        let off = NonNegative::square(u - S::ratio(1, 2));
        vec![
            Relation::equal("share at λ = −½ ln s", share, S::ratio(1, 2)),
            Relation::at_most("no coefficient is larger than there", u * rest, S::ratio(1, 4), off),
            Relation::equal("DPM-Solver-3 at u = 11/15", coefficient("dpm-solver-3", third), S::zero()),
            Relation::equal("3S at u = 4/15", coefficient("dpm-solver++3s", third_pp), S::zero()),
            Relation::equal("2M at u = 2/5", coefficient("dpm-solver++2m", 6), S::zero()),
            Relation::equal("two stages, no error of order Δ²", any.coefficient(2), S::zero()),
            Relation::equal("two stages, error of order Δ³", any.coefficient(3), error(p.a)),
            Relation::equal("midpoint rule, error of order Δ³", midpoint.coefficient(3), expected),
        ]
    }
}

parameters! {
    /// A grid and the data.
    Steps {
        s: positive "the data variance",
        grid: of(LambdaGrid) "the levels",
    }
}

/// (g) The first and the last steps of multistep solvers.
struct Ends(u8);

impl Statement for Ends {
    type Params<S: Scalar> = Steps<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 lambda_start=-2.1 lambda_end=1.4 N=60", "s=9 lambda_start=-2.3 lambda_end=0.7 N=60"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Steps<S>) -> Vec<Relation<'p, S>> {
        let [start, end] = [p.grid.start, p.grid.end].map(|lambda| {
            let square = (lambda * -2).exp();
            (p.s / (p.s + square), square / (p.s + square))
        });
        let oracle = Oracle::new(S::zero(), p.s);
        let measured = |solver: Multistep<S>| {
            [1, 2, 4].map(|times| {
                let steps = p.grid.steps * times;
                let levels = LambdaGrid { steps, ..p.grid }.levels();
                let exact = oracle.flow(&levels[0], &levels[levels.len() - 1]).slope;
                let h = (p.grid.end - p.grid.start) / i64::from(steps);
                (solver.run(&levels, &oracle).start / exact).ln() / h.square()
            })
        };
        let of_steps = LeadingError::named("dpm-solver++2m");
        let two = of_steps.potential(end.0) - of_steps.potential(start.0);
        let first = start_coefficient(start.0, start.1);
        let last = if self.0 == FREE_FINISH { S::zero() } else { start_coefficient(end.0, end.1) };
        let finish = Finish::LowerOrder;
        let third = Multistep { kappa: S::int(2), ..Multistep::data(3) };
        vec![
            limit_of("2M", two + first, measured(Multistep::data(2))),
            limit_of(
                "2M, low order at the end",
                two + first + last,
                measured(Multistep { finish, ..Multistep::data(2) }),
            ),
            limit_of("3M is of order two", first, measured(third)),
            limit_of("3M, low order at the end", first + last, measured(Multistep { finish, ..third })),
        ]
    }
}

/// (h) A solver of order three in double precision: its roundoff is above its error.
struct Precision(u8);

impl Statement for Precision {
    type Params<S: Scalar> = Steps<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 lambda_start=-0.2 lambda_end=-0.1 N=1500"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Steps<S>) -> Vec<Relation<'p, S>> {
        let steps = if self.0 == FEW_STEPS { 40 } else { p.grid.steps };
        let oracle = Oracle::new(S::zero(), p.s);
        let levels = LambdaGrid { steps, ..p.grid }.levels();
        let run = Solver::named("dpm-solver-3").run(&levels, &oracle, Level::variance_preserving).start;
        let error = run - oracle.flow(&levels[0], &levels[levels.len() - 1]).slope;
        // The same code reads the same decimals as doubles.
        let grid = LambdaGrid { start: Float(-0.2), end: Float(-0.1), steps };
        let double = Solver::named("dpm-solver-3").run(
            &grid.levels(),
            &Oracle::new(Float(0.0), Float(0.37)),
            Level::variance_preserving,
        );
        let rounded = S::rational(&Rational::try_from(double.start.0).unwrap_or(Rational::ZERO));
        vec![Relation::below("roundoff above the error", error.square(), (rounded - run).square())]
    }
}

const FLOOR: &str = "floor";
const UNIT: &str = "unit variance";
const MEAN: &str = "zero mean";
const WHERE: &str = "coefficients";
const ENDS: &str = "first and last steps";
const PRECISION: &str = "precision";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "order-test-traps",
    aliases: &[],
    title: "Eight ways in which a test of a solver's order deceives",
    expect: Expect::True,
    text: include_str!("order_test_traps.rs"),
    sources: &["lu2022pp", "karras2022", "song2021sde"],
    readings: &[
        Readings::certified(FLOOR, &Floor(0)),
        Readings::of(UNIT, &UnitVariance(0)),
        Readings::of(MEAN, &Mean(0)),
        Readings::of(WHERE, &Coefficients(0)),
        Readings::certified(ENDS, &Ends(0)),
        Readings::certified(PRECISION, &Precision(0)),
    ],
    controls: &[
        Control {
            id: "no-floor",
            story: "the error is taken to vanish with N, whatever the last step to σ = 0 does",
            readings: Readings::certified(FLOOR, &Floor(NO_FLOOR)),
        },
        Control {
            id: "variances-near-the-floor",
            story: "relative variances compared between N and 2N, instead of their logarithms",
            readings: Readings::certified(FLOOR, &Floor(VARIANCES)),
        },
        Control {
            id: "identity-kept",
            story: "a flow that is the identity is kept by every deterministic sampler",
            readings: Readings::of(UNIT, &UnitVariance(IDENTITY)),
        },
        Control {
            id: "beta-for-any-data",
            story: "ancestral sampling with the variance β taken to be exact because it is at s = 1",
            readings: Readings::of(UNIT, &UnitVariance(ANY_VARIANCE)),
        },
        Control {
            id: "mean-exact",
            story: "Euler–Maruyama keeps the mean, as a test with zero mean finds",
            readings: Readings::of(MEAN, &Mean(MEAN_EXACT)),
        },
        Control {
            id: "centred-at-zero",
            story: "a range of levels about λ = 0, whatever the data variance",
            readings: Readings::of(WHERE, &Coefficients(CENTRED)),
        },
        Control {
            id: "roots-exchanged",
            story: "DPM-Solver-3 and 3S said to change sign at each other's level",
            readings: Readings::of(WHERE, &Coefficients(ROOTS_EXCHANGED)),
        },
        Control {
            id: "midpoint-as-heun",
            story: "the midpoint rule in σ must show order two, because it has order two",
            readings: Readings::of(WHERE, &Coefficients(AS_HEUN)),
        },
        Control {
            id: "finish-for-free",
            story: "one last step of order one taken to cost nothing",
            readings: Readings::certified(ENDS, &Ends(FREE_FINISH)),
        },
        Control {
            id: "always-rounding",
            story: "roundoff taken to hide the order with 40 steps already",
            readings: Readings::certified(PRECISION, &Precision(FEW_STEPS)),
        },
    ],
    quantities: &[],
};
