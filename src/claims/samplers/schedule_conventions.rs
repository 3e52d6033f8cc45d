//! Schedules and their names: betas, ᾱ, the noise level of EDM, and the half of the log signal-to-noise ratio.
//!
//! A discrete chain keeps $\bar\alpha_t = \prod_{i\le t}(1-\beta_i)$, $\bar\alpha_0 = 1$, with $\alpha = \sqrt{\bar\alpha}$, $\sigma = \sqrt{1-\bar\alpha}$. A continuous
//! variance-preserving process $dx = -\frac12\beta x\,dt + \sqrt\beta\,dW$ has $\bar\alpha(t) = e^{-\int_0^t\beta}$, and stopped at times $t_i$ it *is* the chain with
//!
//! $$ \beta_i = 1 - \frac{\bar\alpha(t_i)}{\bar\alpha(t_{i-1})}, \qquad n_t^2 = \frac{1-\bar\alpha_t}{\bar\alpha_t} = \sum_{i\le t}\frac{\beta_i}{\bar\alpha_i},
//! \qquad \lambda = \ln\frac\alpha\sigma = -\tfrac12\ln n^2 = -\tfrac12\gamma $$
//!
//! while $\beta(t_i)/N$ is only close to $\beta_i$. $n = \sigma/\alpha$ is EDM's $\sigma$, by which a network for $y = z/\alpha$ is asked; $\gamma$ is VDM's. DPM-Solver's $\lambda$ is *half* the
//! log signal-to-noise ratio: the factor of a step from the noise prediction, $1 - \frac{\sigma_b\alpha_a}{\alpha_b}(e^h - 1)\frac{1-u_a}{\sigma_a}$ in $y$, with twice the $h$
//! returns $10^{-6}$ where 0.07 is right. Code that counts indices from 0 has the level of index $i$ at $t = (i+1)/N$.
//!
//! Assumptions: $0 < \beta_t < 1$. If a convention is mixed up, everything runs, and every number is wrong.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::Scalar;
use crate::objectives::samplers::{Form, ddim, law};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::{Ddpm, DdpmPoint, GridPoint, Level, Process, Rung, Schedule};

const SHIFTED: u8 = 1;
const SIGMA_OF_VP: u8 = 2;
const WHOLE_LOG_SNR: u8 = 3;
const BETA_OF_TIME: u8 = 4;
const FROM_ZERO: u8 = 5;

/// A discrete chain.
struct Discrete(u8);

impl Statement for Discrete {
    type Params<S: Scalar> = DdpmPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 schedule=linear beta_1=0.1137 beta_T=0.4119 T=3",
            "s=9 mu=-0.7 schedule=quad beta_1=0.0001 beta_T=0.5 T=50",
            "s=0.000001 mu=0.7 schedule=linear beta_1=0.0137 beta_T=0.719 T=7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p DdpmPoint<S>) -> Vec<Relation<'p, S>> {
        let (levels, betas) = (p.schedule.levels(), &p.schedule.betas);
        let last = levels[levels.len() - 1];
        let mut kept = S::one();
        let mut collected = S::zero();
        for beta in betas {
            let before = kept;
            kept = kept * (S::int(1) - *beta);
            collected = collected + *beta / if self.0 == SHIFTED { before } else { kept };
        }
        // A network for y = z/α is asked at the noise level of y.
        let asked = if self.0 == SIGMA_OF_VP { last.sigma } else { last.ratio() };
        let (of_z, of_y) = (p.oracle.denoised(&last), p.oracle.denoised(&Level::exploding(asked)));
        let lambda = last.half_log_snr();
        let half = if self.0 == WHOLE_LOG_SNR { lambda } else { lambda * 2 };
        vec![
            Relation::equal("what is kept", last.alpha.square(), kept),
            Relation::equal("what is lost", last.sigma.square(), S::int(1) - kept),
            Relation::equal("noise level of EDM", last.ratio().square(), collected),
            Relation::equal("network of EDM", of_z.slope * last.alpha, of_y.slope),
            Relation::equal("log-SNR", half.exp(), kept / (S::int(1) - kept)),
        ]
    }
}

parameters! {
    /// A linear schedule in continuous time, `t` from 0 to 1, at `N` times.
    Continuous {
        beta_0: positive "beta at t = 0",
        beta_1: positive "beta at t = 1",
        N: count "the number of steps",
    }
}

impl<S: Scalar> Continuous<S> {
    fn process(&self) -> Process<S> {
        Process::new(Schedule::VpLinear { b0: self.beta_0, b1: self.beta_1 }, S::one())
    }

    fn time(&self, i: u32) -> S {
        S::int(i64::from(i)) / i64::from(self.N)
    }
}

/// A continuous process stopped at equal times.
struct Discretised(u8);

impl Statement for Discretised {
    type Params<S: Scalar> = Continuous<S>;

    fn points(&self) -> &'static [&'static str] {
        &["beta_0=0.1 beta_1=20 N=3", "beta_0=0.7137 beta_1=3.119 N=7", "beta_0=0.1 beta_1=20 N=50"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Continuous<S>) -> Vec<Relation<'p, S>> {
        let process = p.process();
        let first = u32::from(self.0 != FROM_ZERO);
        let levels: Vec<_> = (0..p.N).map(|i| Level::from(&process.at(p.time(i + first)))).collect();
        let chain = match self.0 {
            BETA_OF_TIME => Ddpm { betas: (1..=p.N).map(|i| process.at(p.time(i)).noise / i64::from(p.N)).collect() },
            _ => Ddpm::through(&levels),
        };
        let whole = (p.beta_0 + p.beta_1) / 2;
        let end = chain.levels().last().map_or(S::one(), |level| level.alpha.square());
        vec![Relation::equal("kept at the end", end, (-whole).exp())]
    }
}

/// The factor in `y` of steps from the noise prediction with `times·h` for `h` inside `e^h − 1`.
fn noise_form<S: Scalar>(p: &GridPoint<S>, times: i64) -> S {
    let step = |z: &Form<S>, rung: &Rung<S>| {
        let noise = z.through(&p.oracle.noise(&rung.noisy));
        let weight = rung.clean.sigma * (rung.log_step() * times).exp_m1();
        z.scale(rung.clean.alpha / rung.noisy.alpha).minus(&noise.scale(weight))
    };
    in_y(p, law(&p.grid.descent(), &p.oracle, step).factor)
}

/// A factor in `z` over the whole grid, in `y = z/α`.
fn in_y<S: Scalar>(p: &GridPoint<S>, factor: S) -> S {
    let [start, end] = [p.grid.start, p.grid.end].map(Level::variance_preserving);
    factor * start.alpha / end.alpha
}

/// Steps in the half log-SNR.
struct HalfLogSnr(u8);

impl Statement for HalfLogSnr {
    type Params<S: Scalar> = GridPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=12",
            "s=9 mu=-0.7 lambda_start=-4.137 lambda_end=1.119 N=7",
            "s=0.000001 mu=0.7 lambda_start=1.137 lambda_end=9.119 N=2",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GridPoint<S>) -> Vec<Relation<'p, S>> {
        let times = if self.0 == WHOLE_LOG_SNR { 2 } else { 1 };
        let right = ddim(&p.grid.descent(), &p.oracle, S::zero()).factor;
        vec![Relation::equal("factor of first-order steps", noise_form(p, times), in_y(p, right))]
    }
}

/// One level of a discrete chain.
struct ChainLevel<S>(Level<S>);

impl<S: Scalar> Parameters<S> for ChainLevel<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let levels = Ddpm::read(source)?.levels();
        Ok(Self(levels.last().copied().unwrap_or(Level { alpha: S::one(), sigma: S::zero() })))
    }
}

/// `λ_T`.
struct HalfLogSnrOfChain;

impl Formula for HalfLogSnrOfChain {
    type Params<S: Scalar> = ChainLevel<S>;
    fn value<S: Scalar>(p: &ChainLevel<S>) -> S {
        p.0.half_log_snr()
    }
}

/// `n_T`.
struct Ratio;

impl Formula for Ratio {
    type Params<S: Scalar> = ChainLevel<S>;
    fn value<S: Scalar>(p: &ChainLevel<S>) -> S {
        p.0.ratio()
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "schedule-conventions",
    aliases: &[],
    title: "Betas, ᾱ, EDM's σ and half the log-SNR: which is which",
    expect: Expect::True,
    text: include_str!("schedule_conventions.rs"),
    sources: &["ho2020", "song2021sde", "karras2022", "lu2022dpm", "kingma2021"],
    readings: &[
        Readings::of("discrete", &Discrete(0)),
        Readings::certified("continuous", &Discretised(0)),
        Readings::certified("half log-SNR", &HalfLogSnr(0)),
    ],
    controls: &[
        Control {
            id: "index-before",
            story: "ᾱ of the index before, the ab[t-1] bug",
            readings: Readings::of("discrete", &Discrete(SHIFTED)),
        },
        Control {
            id: "sigma-of-vp-for-edm",
            story: "the σ of a variance-preserving process given to a network that expects EDM's",
            readings: Readings::of("discrete", &Discrete(SIGMA_OF_VP)),
        },
        Control {
            id: "lambda-for-the-whole-log-snr",
            story: "DPM-Solver's λ taken for the whole log-SNR",
            readings: Readings::of("discrete", &Discrete(WHOLE_LOG_SNR)),
        },
        Control {
            id: "doubled-step",
            story: "the step in the whole log-SNR inside e^h − 1",
            readings: Readings::certified("half log-SNR", &HalfLogSnr(WHOLE_LOG_SNR)),
        },
        Control {
            id: "beta-of-the-time-over-n",
            story: "β(t_i)/N for β_i",
            readings: Readings::certified("continuous", &Discretised(BETA_OF_TIME)),
        },
        Control {
            id: "times-from-zero",
            story: "the level of index i at t = i/N, so that the chain ends before the process does",
            readings: Readings::certified("continuous", &Discretised(FROM_ZERO)),
        },
    ],
    quantities: &[
        Quantity::of::<HalfLogSnrOfChain>("half-log-snr", "ln(alpha/sigma) at the last level of a discrete chain", &[]),
        Quantity::of::<Ratio>("edm-sigma", "sigma/alpha at the last level of a discrete chain, EDM's sigma", &[]),
    ],
};
