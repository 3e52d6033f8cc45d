//! The leading error of every solver in closed form: $\ln(A_N/A_{ex}) \approx (\Lambda/N)^p\,[G(u_N) - G(u_0)]$.
//!
//! On data $N(\mu, s)$ with the exact network, and a grid of $N$ steps uniform in HALF the log-signal-to-noise ratio over a range $\Lambda$, errors
//! of steps add up, and with $d\lambda = \frac{du}{2u(1-u)}$, $u = s/(s + n^2)$, $n = \sigma/\alpha$,
//!
//! $$ \lim_{N\to\infty}\left(\frac N\Lambda\right)^p\ln\frac{A_N}{A_{ex}} = \int c_p\,d\lambda = G(u_N) - G(u_0), \qquad c_p = 2u(1-u)G'(u) $$
//!
//! where $c_ph^{p+1}$ is the error of one step. The polynomials are
//!
//! $$ \begin{array}{lll} \text{DDIM, DPM-Solver-1} & p = 1 & -\frac u4 \\ \text{DPM-Solver-2} & p = 2 & \frac u{16} \\
//! \text{DPM-Solver++(2S)} & p = 2 & -\frac u{16} \\ \text{DPM-Solver-3} & p = 3 & \frac{11u^2 - 10u^3}{864} \\
//! \text{DPM-Solver++(3S)} & p = 3 & \frac{-8u + 19u^2 - 10u^3}{864} \\ \text{DPM-Solver++(2M)} & p = 2 & \frac{5u^2 - 4u}{16} \\
//! \text{3M as circulated, } \kappa = 1 & p = 2 & \frac{3u^2 - 2u}{48} \\ \text{3M, } \kappa = 2 & p = 3 & \frac{-3u + 18u^2 - 15u^3}{16} \end{array} $$
//!
//! A multistep solver that starts with a step of order one has $-\frac{u_0(1-u_0)}2$ more at $p = 2$, the *same* order as 2M; with that start 3M is
//! of order two for every $\kappa$, and for $\kappa = 2$ this start is all of its leading error. Relative errors of the variance are twice these.
//!
//! Assumptions: $s > 0$, $r_1 = \frac12$ in order two, $r_1 = \frac13$, $r_2 = \frac23$ in order three. If it failed, only a slope could be
//! measured, which a wrong coefficient passes. The coefficient of a step is proved as a power series at any $s$ and $\lambda$; the limit is
//! compared with runs of $N$, $2N$ and $4N$ steps: it lies nearer to their
//! extrapolation than they lie apart. Nothing is random, so nothing is sampled.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar, derivative};
use crate::objectives::samplers::{LeadingError, LocalError, SOLVERS, Solver, start_coefficient};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{LambdaGrid, Level, Oracle};

const OPPOSITE: u8 = 1;
const FULL_LOG_SNR: u8 = 2;
const NO_START: u8 = 3;

/// The share `u = 1/(1 + e^{−2λ}/s)` of the data, and the rest `1 − u`.
fn shares<S: Scalar>(s: S, lambda: S) -> (S, S) {
    let log = lambda * 2 + s.ln();
    (log.logistic(), (-log).logistic())
}

/// `G(u_N) − G(u_0)`: `u_N − u_0 = u_N (1 − u_0)(1 − e^{−2Λ})`.
fn increment<S: Scalar>(error: &LeadingError, s: S, [start, end]: [S; 2]) -> S {
    let ((now, rest), (then, left)) = (shares(s, start), shares(s, end));
    let gained = -((start - end) * 2).exp_m1();
    error.increment(then, now, left, then * rest * gained)
}

/// The coefficient after a start of order one, which is all that is left of a solver of order three.
fn after_low_start<S: Scalar>(error: &LeadingError, s: S, [start, end]: [S; 2]) -> S {
    let (now, rest) = shares(s, start);
    let steps = if error.order < 3 { increment(error, s, [start, end]) } else { S::zero() };
    start_coefficient(now, rest) + steps
}

/// A solver by its name, and how it starts.
#[derive(Clone, Copy)]
pub(super) struct Run {
    solver: &'static str,
    exact_start: bool,
}

impl Run {
    fn read<S: Scalar>(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let solver = source.choice("solver", SOLVERS, false, "the solver")?;
        let meaning = "how a multistep solver starts: with order one, or from a past on the exact flow";
        let start = source.choice("start", &["usual", "exact"], true, meaning)?;
        Ok(Self { solver, exact_start: start == "exact" })
    }

    fn starts_low(self) -> bool {
        LeadingError::named(self.solver).starts_low && !self.exact_start
    }

    /// The order that a run shows.
    fn order(self) -> usize {
        let order = LeadingError::named(self.solver).order;
        if self.starts_low() { order.min(2) } else { order }
    }

    fn coefficient<S: Scalar>(self, s: S, range: [S; 2]) -> S {
        let error = LeadingError::named(self.solver);
        if self.starts_low() { after_low_start(&error, s, range) } else { increment(&error, s, range) }
    }

    /// `(N/Λ)^p ln(A_N/A_ex)`.
    fn measured<S: Scalar>(self, s: S, grid: &LambdaGrid<S>) -> S {
        let (oracle, levels) = (Oracle::new(S::zero(), s), grid.levels());
        let solver = Solver::named(self.solver);
        let h = (grid.end - grid.start) / i64::from(grid.steps);
        let end = if self.exact_start {
            let past = [2, 1].map(|steps| Level::variance_preserving(grid.start - h * steps));
            solver.run_after_exact(&past, &levels, &oracle, Level::variance_preserving)
        } else {
            solver.run(&levels, &oracle, Level::variance_preserving)
        };
        let exact = oracle.flow(&levels[0], &levels[levels.len() - 1]);
        (end.start / exact.slope).ln() / h.powi(self.order() as i32)
    }
}

/// A limit seen in `m_N`, `m_{2N}` and `m_{4N}`. With `E_N = 2m_{2N} − m_N`, which has no term in `1/N`, it is nearer to `E_{2N}` than
/// measurements and extrapolations lie apart, `(limit − E_{2N})² ≤ (m_{4N} − m_{2N})² + (E_{2N} − E_N)²`: true for large `N` if there is a term in
/// `1/N` or in `1/N²`, and of a wrong limit for no large `N`. The second square is for a term in `1/N` that happens to be small.
pub(super) fn limit_of<'p, S: Scalar>(name: &str, limit: S, measured: [S; 3]) -> Relation<'p, S> {
    let (lower, upper) = distance_and_bound(limit, measured);
    Relation::below(name, lower, upper)
}

/// The two sides of [`limit_of`].
pub(in crate::claims) fn distance_and_bound<S: Scalar>(limit: S, [one, two, four]: [S; 3]) -> (S, S) {
    let (coarse, fine) = (two * 2 - one, four * 2 - two);
    ((limit - fine).square(), (four - two).square() + (fine - coarse).square())
}

parameters! {
    /// A grid and the data.
    Steps {
        s: positive "the data variance",
        grid: of(LambdaGrid) "the levels",
    }
}

/// The error of a step, at any level, is what `G` grows by: so errors of steps add up to its increment.
struct Sums(u8);

impl Statement for Sums {
    type Params<S: Scalar> = Steps<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 lambda_start=-2.1 lambda_end=3.4 N=1", "s=9 lambda_start=-1.3 lambda_end=0.7 N=1"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Steps<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = [p.grid.start, p.grid.end];
        let mut relations = Vec::new();
        for name in SOLVERS {
            let error = LeadingError::named(name);
            let believed = match (wrong, *name) {
                (OPPOSITE, "dpm-solver-2") => LeadingError::named("dpm-solver++2s"),
                (OPPOSITE, "dpm-solver++2s") => LeadingError::named("dpm-solver-2"),
                _ => error,
            };
            let scale = if wrong == FULL_LOG_SNR { 1 << error.order } else { 1 };
            let lambda = p.grid.start;
            let potential = |lambda: Dual<S>| {
                let s = Dual::constant(p.s);
                believed.potential(s / (s + (lambda * -2).exp())) * scale
            };
            let local = LocalError::new((-lambda).exp(), p.s).solver(&Solver::named(name));
            relations.push(Relation::equal(*name, local.coefficient(error.order + 1), derivative(potential, lambda)));
            let [start, end] = range.map(|lambda| p.s / (p.s + (lambda * -2).exp()));
            let difference = error.potential(end) - error.potential(start);
            relations.push(Relation::equal(format!("{name}, over a range"), increment(&error, p.s, range), difference));
        }
        relations
    }
}

/// Runs of `N`, `2N` and `4N` steps.
struct Runs(u8);

impl Statement for Runs {
    type Params<S: Scalar> = Steps<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 lambda_start=-2.1 lambda_end=3.4 N=80",
            "s=9 lambda_start=-2.3 lambda_end=0.7 N=80",
            "s=1e-6 lambda_start=4.3 lambda_end=9.1 N=80",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Steps<S>) -> Vec<Relation<'p, S>> {
        let range = [p.grid.start, p.grid.end];
        let usual = SOLVERS.iter().map(|solver| (Run { solver, exact_start: false }, ""));
        let multistep = SOLVERS.iter().filter(|name| LeadingError::named(name).starts_low);
        let exact = multistep.map(|solver| (Run { solver, exact_start: true }, ", exact start"));
        let relation = |(run, start): (Run, &str)| {
            let measured = [1, 2, 4].map(|times| {
                let steps = p.grid.steps * times;
                run.measured(p.s, &LambdaGrid { steps, ..p.grid })
            });
            let error = LeadingError::named(run.solver);
            let limit = match self.0 {
                NO_START if run.starts_low() => run.coefficient(p.s, range) - start_of(p.s, range[0]),
                FULL_LOG_SNR => run.coefficient(p.s, range) * (1 << error.order),
                _ => run.coefficient(p.s, range),
            };
            limit_of(&format!("{}{start}", run.solver), limit, measured)
        };
        usual.chain(exact).map(relation).collect()
    }
}

fn start_of<S: Scalar>(s: S, lambda: S) -> S {
    let (u, rest) = shares(s, lambda);
    start_coefficient(u, rest)
}

/// A run, the order that it is asked for, and the ends of its range.
struct Asked<S> {
    run: Run,
    s: S,
    range: [S; 2],
}

impl<S: Scalar> Parameters<S> for Asked<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let run = Run::read(source)?;
        let p = source.count("p", "the order of the solver")?;
        let s = source.real("s", Domain::Positive, "the data variance")?;
        let start = source.real("lambda_start", Domain::Real, "half log-SNR at the start, ln(alpha/sigma)")?;
        let end = source.real("lambda_end", Domain::Real, "half log-SNR at the end")?;
        source.ordered("lambda_start", "lambda_end", true)?;
        if p as usize == run.order() {
            return Ok(Self { run, s, range: [start, end] });
        }
        Err(InputError::Condition(format!(
            "parameter `p` is {p}, but {} has the order {} with this start, and at another power of N there is no limit but 0 or \
             infinity; give p={}",
            run.solver,
            run.order(),
            run.order()
        )))
    }
}

struct Coefficient;

impl Formula for Coefficient {
    type Params<S: Scalar> = Asked<S>;
    fn value<S: Scalar>(p: &Asked<S>) -> S {
        p.run.coefficient(p.s, p.range)
    }
}

/// A run of finitely many steps.
struct Finite<S> {
    run: Run,
    steps: Steps<S>,
}

impl<S: Scalar> Parameters<S> for Finite<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self { run: Run::read(source)?, steps: Steps::read(source)? })
    }
}

struct Measured;

impl Formula for Measured {
    type Params<S: Scalar> = Finite<S>;
    fn value<S: Scalar>(p: &Finite<S>) -> S {
        p.run.measured(p.steps.s, &p.steps.grid)
    }
}

const SUMS: &str = "errors of steps";
const RUNS: &str = "runs";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "leading-coefficients",
    aliases: &[],
    title: "The leading error of every DPM-Solver in closed form",
    expect: Expect::True,
    text: include_str!("leading_coefficients.rs"),
    sources: &["lu2022dpm", "lu2022pp", "song2021ddim"],
    readings: &[Readings::of(SUMS, &Sums(0)), Readings::certified(RUNS, &Runs(0))],
    controls: &[
        Control {
            id: "opposite-signs",
            story: "the error of DPM-Solver-2 expected of DPM-Solver++(2S), and the other way round",
            readings: Readings::of(SUMS, &Sums(OPPOSITE)),
        },
        Control {
            id: "full-log-snr",
            story: "lengths in the whole log-signal-to-noise ratio: off by 2^p",
            readings: Readings::of(SUMS, &Sums(FULL_LOG_SNR)),
        },
        Control {
            id: "start-forgotten",
            story: "the first step, of order one, left out of the coefficient of a multistep solver",
            readings: Readings::certified(RUNS, &Runs(NO_START)),
        },
        Control {
            id: "full-log-snr-in-runs",
            story: "runs compared with coefficients for the whole log-signal-to-noise ratio",
            readings: Readings::certified(RUNS, &Runs(FULL_LOG_SNR)),
        },
    ],
    quantities: &[
        Quantity::of::<Coefficient>(
            "coefficient",
            "the limit of (N/Lambda)^p ln(A_N/A_exact) on a grid uniform in the half log-SNR",
            &[("mu", Domain::Real)],
        ),
        Quantity::of::<Measured>(
            "measured",
            "(N/Lambda)^p ln(A_N/A_exact) after N steps, p the order of the solver with this start",
            &[("mu", Domain::Real)],
        ),
    ],
};
