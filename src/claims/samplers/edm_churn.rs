//! EDM's churn: noise added before a step is exact at $S_{\mathrm{noise}} = 1$, and a bias at any other value.
//!
//! Before the step from $\sigma = \sigma_i$, $i = 0, \dots, N-1$,
//!
//! $$ \gamma = \begin{cases}\min(S_{\mathrm{churn}}/N, \sqrt2 - 1) & S_{\min}\le\sigma\le S_{\max}\\ 0 & \text{else}\end{cases}, \qquad
//! \hat\sigma = (1+\gamma)\sigma, \qquad W \leftarrow A^2\left(W + (\hat\sigma^2 - \sigma^2)S_{\mathrm{noise}}^2\right) $$
//!
//! with the factor $A$ of Heun's step from $\hat\sigma$ to $\sigma_{i+1}$, of Euler's if $\sigma_{i+1} = 0$. $N$ is the number of nodes with noise, the window is closed, and it is $\sigma$ that
//! is compared with it. With $S_{\mathrm{noise}} = 1$ the exact variance $s + \sigma^2$ becomes the exact $s + \hat\sigma^2$; otherwise
//! $(S_{\mathrm{noise}}^2 - 1)(\hat\sigma^2 - \sigma^2)$ too much, in every step.
//!
//! Assumptions: data $N(\mu, s)$, the exact network. If it failed, what the extra noise of a stochastic sampler repairs could not be told from what it breaks. Whole runs are
//! decided by enclosure, because whether a node lies in the window is not a formula.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, ChainSamples, Enclosed, EnclosedRelation, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Field, Float, Scalar};
use crate::objectives::samplers::{Churn, Form, churn, churned, denoise, two_stage_step};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{EdmPoint, Gaussian, Level, Oracle, Rung, Transition};

const LINEAR: u8 = 1;
const WINDOW_RAISED: u8 = 2;
const NOT_DIVIDED: u8 = 3;
const NO_BIAS: u8 = 4;

parameters! {
    /// A step with noise before it.
    StepPoint {
        s: positive "data variance",
        mu: real "data mean",
        sigma: positive "the level before the noise",
        to: positive "the level after the step",
        gamma: positive "by how much of itself the level rises",
        S_noise: positive "by how much the noise is inflated",
        W: positive "the variance of the state",
    }
}

/// The state with noise, or a wrong version of it.
fn noisy<S: Scalar>(wrong: u8, z: &Form<S>, level: &Level<S>, noise: &Churn<S>) -> (Form<S>, Level<S>) {
    let (right, raised) = churn(z, level, noise);
    match wrong {
        LINEAR => (z.clone().drawn((raised.sigma - level.sigma) * noise.scale), raised),
        _ => (right, raised),
    }
}

/// One step.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = StepPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 sigma=2.137 to=0.7119 gamma=0.3137 S_noise=1.003 W=4.7",
            "s=9 mu=-0.7 sigma=4.137 to=3.119 gamma=0.0413 S_noise=0.9 W=31.9",
            "s=0.000001 mu=0.7 sigma=0.00137 to=0.00071 gamma=0.1371 S_noise=1.3 W=0.000003",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p StepPoint<S>) -> Vec<Relation<'p, S>> {
        let (oracle, level) = (Oracle::new(p.mu, p.s), Level::exploding(p.sigma));
        let with = |scale: S| noisy(self.0, &Form::initial(), &level, &Churn { gamma: p.gamma, scale });
        let (inflated, raised) = with(p.S_noise);
        let exact = with(S::one()).0.law(&level.law(&oracle.data));
        let biased = inflated.law(&level.law(&oracle.data)).variance;
        let step = two_stage_step(&inflated, &Rung::between(raised, Level::exploding(p.to)), &oracle, S::one());
        let slope = |sigma: S| sigma / (p.s + sigma.square());
        let length = p.to - raised.sigma;
        let factor = (slope(raised.sigma) + slope(p.to) * (length * slope(raised.sigma) + 1)) * length / 2 + 1;
        let added = raised.sigma.square() - p.sigma.square();
        let bias = if self.0 == NO_BIAS { S::zero() } else { (p.S_noise.square() - 1) * added };
        vec![
            Relation::equal("noise at scale one", exact.variance, raised.law(&oracle.data).variance),
            Relation::equal("bias at another scale", biased - raised.law(&oracle.data).variance, bias),
            Relation::equal(
                "variance after the step",
                step.law(&Gaussian::new(p.mu, p.W)).variance,
                factor.square() * (p.W + added * p.S_noise.square()),
            ),
            Relation::equal("mean", step.law(&Gaussian::new(p.mu, p.W)).mean, p.mu),
        ]
    }
}

/// EDM's stochastic sampler.
#[allow(non_snake_case, reason = "the names of the paper")]
struct ChurnPoint<S> {
    edm: EdmPoint<S>,
    S_churn: S,
    S_min: S,
    S_max: S,
    S_noise: S,
    /// Whether the first and the last node with noise lie in the window, by their exact values.
    ends_inside: [bool; 2],
}

impl<S: Scalar> Parameters<S> for ChurnPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        source.choice("method", &["heun"], true, "the method of the steps")?;
        let mut point = Self {
            ends_inside: [false; 2],
            S_churn: source.real("S_churn", Domain::NonNegative, "how much the levels rise over all steps")?,
            S_min: source.real("S_min", Domain::NonNegative, "the lower end of the window")?,
            S_max: source.real("S_max", Domain::NonNegative, "the upper end of the window")?,
            S_noise: source.real("S_noise", Domain::NonNegative, "by how much the noise is inflated")?,
            edm: EdmPoint::read(source)?,
        };
        source.ordered("S_min", "S_max", false)?;
        point.ends_inside = ["sigma_max", "sigma_min"].map(|end| {
            let above = source.ordered("S_min", end, false);
            above.and_then(|()| source.ordered(end, "S_max", false)).is_ok()
        });
        Ok(point)
    }
}

/// Whether `a ≤ b`, if the enclosures tell.
fn at_most(a: Ball, b: Ball) -> Option<bool> {
    if a.certainly_le(&b) {
        Some(true)
    } else if (a - b).certainly_positive() {
        Some(false)
    } else {
        None
    }
}

/// The noise before each step.
fn noises(wrong: u8, p: &ChurnPoint<Ball>) -> Result<Vec<Option<Churn<Ball>>>, InputError> {
    let nodes = i64::from(p.edm.grid.nodes);
    let wanted = if wrong == NOT_DIVIDED { p.S_churn } else { p.S_churn / nodes };
    let most = Ball::int(2).sqrt() - 1;
    // A rational number is never √2 − 1.
    let gamma = if at_most(wanted, most) == Some(false) { most } else { wanted };
    (0..p.edm.grid.nodes)
        .map(|i| {
            let sigma = p.edm.grid.sigma(i);
            let seen = if wrong == WINDOW_RAISED { sigma * (gamma + 1) } else { sigma };
            let enclosed = || at_most(p.S_min, seen).zip(at_most(seen, p.S_max)).map(|(above, below)| above && below);
            let inside = match i {
                _ if wrong == WINDOW_RAISED => enclosed(),
                0 => Some(p.ends_inside[0]),
                i if i + 1 == p.edm.grid.nodes => Some(p.ends_inside[1]),
                _ => enclosed(),
            };
            let noise = Churn { gamma, scale: p.S_noise };
            inside.map(|inside| inside.then_some(noise)).ok_or_else(|| {
                InputError::Condition(format!(
                    "sigma_{i} is so close to S_min or S_max that 70 digits do not tell on which side it lies; \
                     move that end of the window a little"
                ))
            })
        })
        .collect()
}

/// What the sampler returns given its start.
fn run(wrong: u8, p: &ChurnPoint<Ball>) -> Result<Transition<Ball>, InputError> {
    let noises = noises(wrong, p)?;
    let whole = churned(&p.edm.grid.descent(), &p.edm.oracle, |i| noises.get(i).copied().flatten());
    if wrong != LINEAR {
        return Ok(whole);
    }
    let steps = literal(wrong, &p.edm, &noises);
    Ok(steps.iter().fold(Transition::still(), |so_far, step| so_far.then(step)))
}

/// The steps, one by one, with the noise of a wrong version.
fn literal<S: Scalar>(wrong: u8, edm: &EdmPoint<S>, noises: &[Option<Churn<S>>]) -> Vec<Transition<S>> {
    let (descent, oracle) = (edm.grid.descent(), &edm.oracle);
    let raise = |level: &Level<S>, noise: &Option<Churn<S>>| match noise {
        Some(noise) => noisy(wrong, &Form::initial(), level, noise),
        None => (Form::initial(), *level),
    };
    let rungs = descent.rungs.iter().zip(noises).map(|(rung, noise)| {
        let (z, noisy) = raise(&rung.noisy, noise);
        two_stage_step(&z, &Rung { noisy, ..*rung }, oracle, S::one()).transition()
    });
    let last = descent.last.iter().zip(noises.last()).map(|(level, noise)| {
        let (z, raised) = raise(level, noise);
        denoise(&z, &raised, oracle).transition()
    });
    rungs.chain(last).collect()
}

/// The variance of the samples by the factors of the steps alone.
fn by_factors(p: &ChurnPoint<Ball>) -> Result<Ball, InputError> {
    let (grid, s) = (p.edm.grid, p.edm.oracle.data.variance);
    let slope = |sigma: Ball| sigma / (s + sigma.square());
    let mut variance = grid.sigma_max.square();
    for (i, noise) in (0..grid.nodes).zip(noises(0, p)?) {
        let (sigma, to) = (grid.sigma(i), grid.sigma(i + 1));
        let raised = noise.map_or(sigma, |noise| sigma * (noise.gamma + 1));
        variance = variance + (raised.square() - sigma.square()) * p.S_noise.square();
        let length = to - raised;
        let heun = (slope(raised) + slope(to) * (length * slope(raised) + 1)) * length / 2 + 1;
        let factor = if i + 1 == grid.nodes { s / (s + raised.square()) } else { heun };
        variance = factor.square() * variance;
    }
    Ok(variance)
}

const POINT: &str =
    "s=0.37 mu=1.3 sigma_min=0.0137 sigma_max=8.119 N=7 rho=6.137 S_churn=1.7 S_min=0.05 S_max=8.119 S_noise=1.03";

/// Whole runs.
struct Chain(u8);

impl Enclosed for Chain {
    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "s=0.25 mu=0.7 sigma_min=0.002 sigma_max=80 N=18 rho=7 S_churn=40 S_min=0.05 S_max=50 S_noise=1.003",
            "s=9 mu=-0.7 sigma_min=0.02 sigma_max=20 N=50 rho=7 S_churn=5 S_min=0.02 S_max=7.119 S_noise=1",
            "s=0.000001 mu=0.7 sigma_min=0.00119 sigma_max=0.3 N=2 rho=3.137 S_churn=0.3 S_min=0.001 S_max=0.31 S_noise=0.9",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: ChurnPoint<Ball> = at_point(point)?;
        let run = run(self.0, &p)?.apply(&Gaussian::centred(p.edm.grid.sigma_max.square())).variance;
        let expected = by_factors(&p)?;
        Ok(vec![EnclosedRelation::equal("variance of the samples", move |_| run - expected)])
    }
}

struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (ChurnPoint<Ball>, ChurnPoint<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let start = Gaussian::centred(exact.edm.grid.sigma_max.square());
        let (claimed, drawn) = (run(0, &exact)?.apply(&start), run(self.0, &exact)?.apply(&start));
        let rounded = |noise: Churn<Ball>| Churn { gamma: Float(noise.gamma.to_f64()), scale: p.S_noise };
        let noises: Vec<_> = noises(self.0, &exact)?.into_iter().map(|noise| noise.map(rounded)).collect();
        let steps = literal(self.0, &p.edm, &noises);
        let start = start.map(|moment| Float(moment.to_f64()));
        Ok(ChainSamples { point: POINT, start, steps, claimed, drawn }.plan())
    }
}

fn variance(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: ChurnPoint<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(run(0, &p)?.apply(&Gaussian::centred(p.edm.grid.sigma_max.square())).variance)
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "edm-churn",
    aliases: &[],
    title: "EDM's churn: exact at S_noise = 1, a bias in every step otherwise",
    expect: Expect::True,
    text: include_str!("edm_churn.rs"),
    sources: &["karras2022"],
    readings: &[
        Readings::of("step", &Step(0)),
        Readings::certified("chain", &ByEnclosure(Chain(0))).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "difference-of-the-levels",
            story: "noise of standard deviation σ̂ − σ for √(σ̂² − σ²)",
            readings: Readings::of("step", &Step(LINEAR)),
        },
        Control {
            id: "difference-of-the-levels-in-a-run",
            story: "the same in a whole run",
            readings: Readings::certified("chain", &ByEnclosure(Chain(LINEAR))).and_sampled(&Draws(LINEAR)),
        },
        Control {
            id: "window-on-the-raised-level",
            story: "the window asked about σ̂ instead of σ",
            readings: Readings::certified("chain", &ByEnclosure(Chain(WINDOW_RAISED))),
        },
        Control {
            id: "churn-not-divided",
            story: "S_churn for S_churn/N in every step",
            readings: Readings::certified("chain", &ByEnclosure(Chain(NOT_DIVIDED))).and_sampled(&Draws(NOT_DIVIDED)),
        },
        Control {
            id: "inflated-noise-is-exact",
            story: "S_noise ≠ 1 taken to leave no bias",
            readings: Readings::of("step", &Step(NO_BIAS)),
        },
    ],
    quantities: &[Quantity::enclosed::<ChurnPoint<Float>>(
        "variance",
        "variance of the samples, from N(0, sigma_max^2)",
        &[],
        variance,
    )],
};
