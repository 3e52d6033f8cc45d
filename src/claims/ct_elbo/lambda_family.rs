//! One score, many generative SDEs: they share every marginal and differ as processes.
//!
//! For $dY = f\,dt + L\,dB$ with $Q = LL^\top$, $s = \nabla\log q_t$ and prior $\pi = q_T$, every $\lambda \le 1$ gives
//!
//! $$ dX = \left(\left(1 - \tfrac\lambda2\right)Qs - f\right)d\tau + \sqrt{1-\lambda}\,L\,dB \quad\text{with}\quad u_t = q_t $$
//!
//! and so does the noising process with drift $f - \frac\lambda2 Qs$ and diffusion $\sqrt{1-\lambda}\,L$. $\lambda = 0$ is
//! Anderson's reversal, $\lambda = 1$ the probability-flow ODE. Only the marginals agree: for a scalar linear SDE from
//! Gaussian data, with $R_t = v_t/(\varphi_t^2 v_0)$ and $s < t$,
//!
//! $$ \mathrm{Corr}_\lambda(X_s, X_t) = (R_s/R_t)^{(1-\lambda)/2}. $$
//!
//! The marginals are proved in every dimension at once. Assumptions: $L$ does not depend on the point, $q_t$ smooth and
//! positive. If it failed, samplers that turn the noise down (or off) would sample another law than the one that was
//! trained.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{EveryDimension, LinearPath, Plan, Relation, Statement, Trial, TwoTimes, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Jet, Scalar, VectorJet, rate};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{Clock, Diffusion, GaussianData, Marginal, Process, ReverseSde, ScaledScore, score_field};

parameters! {
    /// Any process with any density, at a point, and a member of the family.
    Density {
        forward: of(Diffusion) "the noising process",
        log_density: of(Jet) "log q",
        lam: at_most_one "member of the family, lambda <= 1",
    }
}

parameters! {
    /// A linear SDE in several dimensions, a Gaussian marginal, a point, and a member of the family.
    Point {
        marginal: of(Marginal) "the process and its law at this time",
        y: vector "the point",
        lam: at_most_one "member of the family, lambda <= 1",
    }
}

parameters! {
    /// Gaussian data under a scalar process, and members of the family.
    Paths {
        data: of(GaussianData) "the data and the process",
        lam: vector "members of the family, lambda <= 1",
    }
}

const DRIFT: u8 = 1;
const AMPLITUDE: u8 = 2;
pub(in crate::claims) const SAME_PATHS: u8 = 3;

/// The member `λ` with this score.
fn member<S: Scalar>(wrong: u8, forward: &Diffusion<S>, score: &VectorJet<S>, lambda: S) -> Diffusion<S> {
    let right = forward.plug_in(score, lambda);
    let rest = S::int(1) - lambda;
    match wrong {
        DRIFT => Diffusion { drift: score.transformed(&forward.noise()).scale(rest).minus(&forward.drift), ..right },
        AMPLITUDE => Diffusion { factor: forward.factor.scale(rest), ..right },
        _ => right,
    }
}

struct AnyDensity(u8);

impl Statement for AnyDensity {
    type Params<S: Scalar> = Density<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "f=[0.41,-0.93] Df=[[-0.7,1.3],[0.4,-1.1]] L=[[0.9,-0.5],[1.7,0.3]] F=[0.31,-0.83] \
         H=[[-1.3,0.45],[0.45,-0.71]] lam=0.6",
            "f=[0.41] Df=[[-0.7]] L=[[1.3]] F=[0.83] H=[[-0.61]] lam=-0.7",
            "f=[0.41,-0.93,0.27] Df=[[-0.7,1.3,0.2],[0.4,-1.1,-0.6],[0.9,0.15,-0.35]] \
         L=[[0.9,-0.5,0.2],[1.7,0.3,-0.8],[0.1,0.6,0.75]] F=[0.31,-0.83,0.57] \
         H=[[-1.3,0.45,-0.2],[0.45,-0.71,0.15],[-0.2,0.15,-0.93]] lam=0.37",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Density<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (forward, density) = (&p.forward, &p.log_density);
        let score = score_field(density);
        let density_rate = forward.log_density_rate(density);
        let generative = -member(wrong, forward, &score, p.lam).log_density_rate(density);
        let noising = forward.equivalent(&score, p.lam).log_density_rate(density);
        vec![
            Relation::equal("generative Fokker–Planck", density_rate, generative),
            Relation::equal("noising Fokker–Planck", density_rate, noising),
        ]
    }
}

struct GaussianDensity(u8);

impl Statement for GaussianDensity {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &["A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] \
        m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] y=[0.8113,1.7] lam=0.6"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (now, y) = (&p.marginal, &p.y);
        let score = now.law.score().map(Dual::constant);
        let score = VectorJet::of(|y| score.value(y), y);
        let density_rate = rate(now.moving().law.log_density(&y.map(Dual::constant)));
        let member = member(wrong, &now.sde.at(y), &score, p.lam);
        let generative = -member.log_density_rate(&now.log_density_jet(y));
        vec![Relation::equal("generative Fokker–Planck", density_rate, generative)]
    }
}

const PATHS: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4137 v0=0.3137 lam=[0.6,-0.7]";

/// What the drift multiplies the exact score with.
fn score_factor<S: Scalar>(wrong: u8, lambda: S) -> S {
    if wrong == DRIFT { (S::int(1) - lambda) / (S::int(1) - lambda / 2) } else { S::one() }
}

/// The scalar member `λ` with the exact score, at noising time `t`.
fn scalar<S: Scalar>(wrong: u8, data: &GaussianData<S>, lambda: S, t: S) -> ReverseSde<S> {
    let (clock, rest) = (data.process.at(t), S::int(1) - lambda);
    let score = data.law(&clock).score().scale(score_factor(wrong, lambda));
    let mut reverse = ReverseSde::plug_in(&clock, &score, lambda);
    if wrong == AMPLITUDE {
        reverse.noise = reverse.noise * rest;
    }
    reverse
}

/// `ln Corr_λ(X_s, X_t) = ½(1 − λ)(ln R_s − ln R_t)`.
fn log_correlation<S: Scalar>(v0: S, lambda: S, s: &Clock<S>, t: &Clock<S>) -> S {
    (S::int(1) - lambda) / 2 * (s.log_ratio(v0) - t.log_ratio(v0))
}

/// The member whose correlation is stated.
fn believed<S: Scalar>(wrong: u8, lambda: S) -> S {
    if wrong == SAME_PATHS { S::zero() } else { lambda }
}

pub(in crate::claims) struct PathLaw(pub(in crate::claims) u8);

impl Statement for PathLaw {
    type Params<S: Scalar> = Paths<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4137 v0=0.3137 lam=[0.6]",
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4137 v0=0.3137 lam=[-0.7]",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=-0.2719 v0=0.513 lam=[0.3]",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=0.6137 v0=0.8117 lam=[-1.9]",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 m0=0.3119 v0=1.8117 lam=[0.85]",
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 lam=[0.5]",
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 lam=[-0.7]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Paths<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let data = &p.data;
        let range = (S::zero(), data.process.horizon());
        let (end, v0) = (data.process.end().map(Dual::constant), Dual::constant(data.v0));
        let member = move |lambda: S| {
            let sde = move |t: S| scalar(wrong, data, lambda, t);
            let stated = Dual::constant(believed(wrong, lambda));
            let vpi = data.law(&data.process.end()).variance;
            let world = ScaledScore { v0: data.v0, delta: score_factor(wrong, lambda) - 1, lambda, vpi };
            [
                Relation::rate("mean", range, |t| data.moving_law(t).mean, move |t| sde(t).mean_rate(&data.law_at(t))),
                Relation::rate(
                    "variance",
                    range,
                    |t| data.moving_law(t).variance,
                    move |t| sde(t).variance_rate(&data.law_at(t)),
                ),
                // The prior's variance and the noise of every time, as far as the drift carries them to time 0.
                Relation::rate(
                    "variance at time 0",
                    range,
                    move |t| {
                        let (start, clock) = (data.process.start().map(Dual::constant), data.process.moving(t));
                        let carried = world.map(Dual::constant).transfer(&start, &clock).square();
                        data.moving_law(t).variance * carried
                    },
                    move |t| {
                        let carried = world.transfer(&data.process.start(), &data.process.at(t)).square();
                        -sde(t).noise * carried
                    },
                ),
                // Cov(X_t, X_T) decays with the drift alone, √v_t moves as the SDE itself says.
                Relation::rate(
                    "log-correlation with the end",
                    range,
                    move |t| log_correlation(v0, stated, &data.process.moving(t), &end),
                    move |t| {
                        let (sde, law) = (sde(t), data.law_at(t));
                        -sde.drift.slope - sde.variance_rate(&law) / (law.variance * 2)
                    },
                ),
            ]
        };
        p.lam.0.iter().flat_map(|lambda| member(*lambda)).collect()
    }
}

/// Two members sampled side by side, from their drift and noise alone.
struct Samples(u8);

impl Trial for Samples {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        const NAMES: [[&str; 3]; 2] = [
            ["mean at λ = 0.6", "variance at λ = 0.6", "two-time product at λ = 0.6"],
            ["mean at λ = −0.7", "variance at λ = −0.7", "two-time product at λ = −0.7"],
        ];
        let (exact, p): (Paths<Ball>, Paths<Float>) = (at_point(PATHS)?, at_point(PATHS)?);
        let (start, end) = (exact.data.process.start(), exact.data.process.end());
        let (last, first) = exact.data.ends();
        let (mut statistics, mut drawn, mut walks) = (Vec::new(), Vec::new(), Vec::new());
        for (names, (&lambda, &exact_lambda)) in NAMES.into_iter().zip(p.lam.0.iter().zip(&exact.lam.0)) {
            let stated = believed(wrong, exact_lambda);
            let correlation = log_correlation(exact.data.v0, stated, &start, &end).exp();
            let claimed = TwoTimes::claimed(&first, &last, correlation * (first.variance * last.variance).sqrt());
            let sde = |t: Float| scalar(wrong, &p.data, lambda, t);
            let path = LinearPath::reversed(p.data.process.horizon().0, 16, sde);
            statistics.extend(claimed.statistics(names));
            drawn.extend(TwoTimes::of(&path, claimed.start).drawn(&claimed));
            walks.push((claimed, path));
        }
        let sampler = sampler(move |noise, out| {
            walks.iter().zip(out.chunks_mut(3)).for_each(|((claimed, path), out)| claimed.draw(path, noise, out));
        });
        Ok(Plan { point: PATHS, statistics, drawn: Some(drawn), sampler })
    }
}

/// The parameters of the correlation.
pub struct Times<S> {
    process: Process<S>,
    s: S,
    t: S,
    v0: S,
    lam: S,
}

impl<S: Scalar> Parameters<S> for Times<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let times = Self {
            process: Process::read(source)?,
            s: source.real("s", Domain::NonNegative, "the earlier time, 0 <= s < t")?,
            t: source.real("t", Domain::Positive, "the later time, s < t <= T")?,
            v0: source.real("v0", Domain::Positive, "data variance v_0, data N(0, v_0)")?,
            lam: source.real("lam", Domain::AtMostOne, "member of the family, lambda <= 1")?,
        };
        source.ordered("s", "t", true)?;
        source.ordered("t", "T", false)?;
        source.ordered("t", "tend", false)?;
        Ok(times)
    }
}

/// `Corr_λ(X_s, X_t)`.
struct Correlation;

impl Formula for Correlation {
    type Params<S: Scalar> = Times<S>;
    fn value<S: Scalar>(p: &Times<S>) -> S {
        log_correlation(p.v0, p.lam, &p.process.at(p.s), &p.process.at(p.t)).exp()
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "lambda-family",
    aliases: &[],
    title: "Every member of the λ-family has the marginals of the noising process, and only one its path law",
    expect: Expect::True,
    text: include_str!("lambda_family.rs"),
    sources: &["huang2021", "song2021sde"],
    readings: &[
        Readings::in_every_dimension("any density", &EveryDimension(AnyDensity(0))),
        Readings::in_every_dimension("Gaussian density", &EveryDimension(GaussianDensity(0))),
        Readings::of("paths", &PathLaw(0)).and_sampled(&Samples(0)),
    ],
    controls: &[
        Control {
            id: "drift-of-any-density",
            story: "drift (1 − λ)Qs − f for (1 − λ/2)Qs − f, at any density",
            readings: Readings::in_every_dimension("any density", &EveryDimension(AnyDensity(DRIFT))),
        },
        Control {
            id: "noise-of-a-gaussian",
            story: "diffusion (1 − λ)L for √(1 − λ) L, at a Gaussian density",
            readings: Readings::in_every_dimension("Gaussian density", &EveryDimension(GaussianDensity(AMPLITUDE))),
        },
        Control {
            id: "drift-factor",
            story: "drift (1 − λ)g²s − f for (1 − λ/2)g²s − f in a sampler",
            readings: Readings::of("paths", &PathLaw(DRIFT)).and_sampled(&Samples(DRIFT)),
        },
        Control {
            id: "noise-amplitude",
            story: "noise (1 − λ)g for √(1 − λ) g in a sampler",
            readings: Readings::of("paths", &PathLaw(AMPLITUDE)).and_sampled(&Samples(AMPLITUDE)),
        },
        Control {
            id: "same-paths",
            story: "the path law does not depend on λ: the correlation of λ = 0 for every member",
            readings: Readings::of("paths", &PathLaw(SAME_PATHS)).and_sampled(&Samples(SAME_PATHS)),
        },
    ],
    quantities: &[Quantity::of::<Correlation>("correlation", "Corr(X_s, X_t) of the member lambda", &[])],
};
