//! Injected noise, averaged runs and votes: what they do to a linear classifier, and that they are not the same.
//!
//! Noise $\eta \sim N(0, \sigma_{in}^2I)$ goes in before an affine purifier. With $a = w_{eff}^\top\mu$ less the attack, $s^2 = w_{eff}^\top\Sigma w_{eff}$
//! and $\nu = \sigma_{in}\|w_{eff}\|$, one run has the margin $a + sg + \nu z$. The average of the logits of $n$ runs is right with probability
//!
//! $$ \Phi\Big(\frac a{\sqrt{s^2 + \nu^2/n}}\Big) $$
//!
//! and a majority vote of an odd $n$, the runs of one input having $g$ in common, with probability
//!
//! $$ \int\varphi(g)\,P\Big(\mathrm{Bin}\big(n, \Phi(\tfrac{a + sg}\nu)\big) > \tfrac n2\Big)dg
//! = \int f_{M}(z)\,\Phi\Big(\frac{a + \nu z}s\Big)dz, \qquad f_M = \frac{n!}{((m-1)!)^2}\big(\Phi(1 - \Phi)\big)^{m-1}\varphi $$
//!
//! where $f_M$ is the density of the median of $n$ standard normals, $m = \frac{n+1}2$: two formulas, one given the margin, one given the median of the noise.
//! The median is the mean plus something symmetric and independent of it (Basu), so that for $n > 1$ a vote is nearer to chance than the average:
//! the worse one where $a > 0$, the better where $a < 0$.
//!
//! **Sign rule.** Noise moves an accuracy towards $\frac12$: with $v = \nu^2/n$, $\frac d{dv}\frac a{\sqrt{s^2 + v}} = -\frac a{2(s^2 + v)^{3/2}}$, so that it costs where
//! $a > 0$ and *gains* where $a < 0$. A gain under a large attack is drift to chance. Binary noise of amplitude $\sigma\sqrt{2/\pi}$ has the
//! mean magnitude of $N(0, \sigma^2)$, and $\frac2\pi$ of its variance.
//!
//! Assumptions: $s, \nu > 0$; the attack does not see the noise. Averages and the sign rule are proved, votes are enclosed by both formulas, and
//! both are counted over draws. If it failed, drift to chance would be reported as defence.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{
    Ball, Dual, Field, Float, Integrand, Lanes, Matrix, OverLine, Scalar, derivative, gaussian_mean_above,
};
use crate::objectives::purification::{Defended, Vote, accuracy, at_least};
use crate::objectives::scoring::mean_magnitude;
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Gaussian, GaussianPolynomial};

const NOT_AVERAGED: u8 = 1;
const BARE_NOISE: u8 = 2;
const VOTE_IS_AVERAGE: u8 = 3;
const ALWAYS_COSTS: u8 = 4;
const INDEPENDENT_INPUTS: u8 = 5;
const SAME_VARIANCE: u8 = 6;

parameters! {
    /// A purified classifier and noise.
    Noisy {
        w: vector "the bare classifier",
        weff: vector "the classifier behind the purifier",
        inject: positive "standard deviation of the injected noise",
        n: count "runs whose logits are averaged",
    }
}

/// What noise leaves in an average.
struct Averages(u8);

impl Statement for Averages {
    type Params<S: Scalar> = Noisy<S>;

    fn points(&self) -> &'static [&'static str] {
        &["w=[1.3,0.2119] weff=[0.7137,-0.4119] inject=0.6 n=3", "w=[1,0.2,-0.1] weff=[0.31,0.0137,0.719] inject=3 n=2"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noisy<S>) -> Vec<Relation<'p, S>> {
        let (d, runs) = (p.w.dimension(), p.n as usize);
        let effective = if self.0 == BARE_NOISE { &p.w } else { &p.weff };
        let believed = if self.0 == NOT_AVERAGED { 1 } else { p.n };
        let defended =
            Defended { bare: p.w.clone(), effective: effective.clone(), injected: p.inject.square(), runs: believed };
        // All the noise of all runs, each entry by itself.
        let terms = (0..d * runs).map(|at| (p.weff[at % d] / runs as i64, vec![at])).collect();
        let logit = GaussianPolynomial(terms);
        let injected = Matrix::identity(d * runs).scale(p.inject.square());
        vec![Relation::equal("variance of the averaged noise", defended.noise(), logit.times(&logit).mean(&injected))]
    }
}

parameters! {
    /// A margin and the variance of the noise.
    Margin {
        a: real "mean of the margin",
        s: positive "its standard deviation without noise",
        v: positive "variance of the noise",
    }
}

/// Which way noise moves an accuracy.
struct Sign(u8);

impl Statement for Sign {
    type Params<S: Scalar> = Margin<S>;

    fn points(&self) -> &'static [&'static str] {
        &["a=0.6 s=0.9 v=0.49", "a=-1.37 s=0.31 v=9.1"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Margin<S>) -> Vec<Relation<'p, S>> {
        let signal = |v: Dual<S>| {
            let law = Gaussian::new(Dual::constant(p.a), Dual::constant(p.s).square() + v);
            law.mean / law.variance.sqrt()
        };
        let size = if self.0 == ALWAYS_COSTS { p.a.square().sqrt() } else { p.a };
        let variance = p.s.square() + p.v;
        vec![Relation::equal("rate of the signal", derivative(signal, p.v), -size / (variance * variance.sqrt() * 2))]
    }
}

/// A vote as the references name it.
pub struct Voters<S> {
    margin: S,
    deviation: S,
    noise: S,
    runs: u32,
}

impl<S: Scalar> Parameters<S> for Voters<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let margin = source.real("a", Domain::Real, "mean margin, the attack already taken off")?;
        let deviation = source.real("s", Domain::Positive, "standard deviation of the margin over the data")?;
        let noise = source.real("t", Domain::Positive, "standard deviation of the noise in the margin of one run")?;
        let runs = source.count("n", "runs, odd")?;
        if runs % 2 == 0 {
            return Err(InputError::Shape {
                name: "n".to_owned(),
                expected: "odd, for an even number of runs may be tied".to_owned(),
                got: runs.to_string(),
            });
        }
        Ok(Self { margin, deviation, noise, runs })
    }
}

impl Voters<Ball> {
    fn vote(&self) -> Vote {
        let margin = Gaussian::new(self.margin, self.deviation.square());
        Vote { margin, noise: self.noise, runs: self.runs }
    }
}

/// The accuracy of a vote, as it is stated.
fn stated(wrong: u8, vote: &Vote, radius: f64) -> Ball {
    match wrong {
        VOTE_IS_AVERAGE => accuracy(&vote.averaged()),
        // Every run has an input of its own: a binomial of the accuracy of one.
        INDEPENDENT_INPUTS => {
            at_least(vote.runs, accuracy(&Vote { runs: 1, ..*vote }.averaged()))[vote.runs as usize / 2 + 1]
        }
        _ => vote.accuracy(radius),
    }
}

/// Votes by two formulas.
struct Votes(u8);

impl Enclosed for Votes {
    fn points(&self) -> &'static [&'static str] {
        &["a=0.6 s=0.9 t=0.7 n=5", "a=-1.3 s=0.31 t=2.7 n=7", "a=2.9 s=1.7 t=0.19 n=3"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let (wrong, p) = (self.0, at_point::<Ball, Voters<Ball>>(point)?);
        let vote = p.vote();
        let one = Vote { runs: 1, ..vote };
        Ok(vec![
            EnclosedRelation::equal("vote", move |radius| {
                stated(wrong, &vote, radius) - vote.accuracy_by_margins(radius)
            }),
            EnclosedRelation::equal("one run", move |radius| {
                accuracy(&one.averaged()) - one.accuracy_by_margins(radius)
            }),
            EnclosedRelation::at_most("a vote is nearer to chance than the average", move |radius| {
                let lost = accuracy(&vote.averaged()) - stated(wrong, &vote, radius);
                if vote.margin.mean.certainly_positive() { lost } else { -lost }
            }),
        ])
    }
}

parameters! {
    /// Noise of one entry.
    Amplitude {
        sigma: positive "standard deviation of the Gaussian noise",
    }
}

struct Magnitude;

impl Integrand for Magnitude {
    fn value<S: OverLine>(&self, z: S) -> S {
        z
    }
}

/// Binary noise that matches the mean magnitude.
struct Binary(u8);

impl Enclosed for Binary {
    fn points(&self) -> &'static [&'static str] {
        &["sigma=0.37", "sigma=3.1"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let Amplitude { sigma } = at_point::<Ball, Amplitude<Ball>>(point)?;
        let amplitude = sigma * (Ball::int(2) / Ball::pi()).sqrt();
        let share = if self.0 == SAME_VARIANCE { Ball::one() } else { Ball::int(2) / Ball::pi() };
        let magnitude = mean_magnitude(&Gaussian::centred(sigma.square()));
        Ok(vec![
            EnclosedRelation::equal("mean magnitude", move |radius| {
                amplitude - sigma * gaussian_mean_above(&Magnitude, Ball::zero(), radius) * 2
            }),
            EnclosedRelation::equal("variance", move |_| magnitude.square() - share * sigma.square()),
        ])
    }
}

/// Votes and averages that are drawn.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "a=0.6 s=0.3 t=1.7 n=5";
        const RADIUS: f64 = 1e-12;
        let p: Voters<Ball> = at_point(POINT)?;
        let vote = p.vote();
        let spread = |p: f64| p * (1.0 - p);
        let right = stated(0, &vote, RADIUS).to_f64();
        let voted = match self.0 {
            VOTE_IS_AVERAGE | INDEPENDENT_INPUTS => stated(self.0, &vote, RADIUS).to_f64(),
            _ => right,
        };
        let averaged = accuracy(&vote.averaged()).to_f64();
        let believed = if self.0 == NOT_AVERAGED { Vote { runs: 1, ..vote } } else { vote };
        let claimed = accuracy(&believed.averaged()).to_f64();
        let [a, s, t] = [p.margin, p.deviation, p.noise].map(|x| Lanes::<WIDTH>::splat(Float(x.to_f64())));
        let runs = p.runs;
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("right by vote", voted, spread(right)),
                Statistic::mean("right by average", claimed, spread(averaged)),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let margin = a + s * noise.normal();
                let logits: Vec<_> = (0..runs).map(|_| margin + t * noise.normal()).collect();
                let votes = |lane: usize| logits.iter().filter(|logit| logit.0[lane] > 0.0).count();
                let sum = |lane: usize| logits.iter().map(|logit| logit.0[lane]).sum::<f64>();
                out[0] = Lanes(std::array::from_fn(|lane| f64::from(u8::from(2 * votes(lane) > runs as usize))));
                out[1] = Lanes(std::array::from_fn(|lane| f64::from(u8::from(sum(lane) > 0.0))));
            }),
        })
    }
}

/// The accuracy of a vote.
fn voted(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: Voters<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(p.vote().accuracy_to_digits(digits + 2))
}

/// The accuracy of an average.
fn averaged(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Voters<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(accuracy(&p.vote().averaged()))
}

const SIGN: &str = "sign rule";
const VOTES: &str = "votes";
const BINARY: &str = "binary noise";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-ensemble",
    aliases: &["purify-majority-vote"],
    title: "Averages and votes over runs with injected noise: their accuracies, and when noise helps by chance alone",
    expect: Expect::True,
    text: include_str!("purify_ensemble.rs"),
    sources: &["yoon2021", "cohen2019"],
    readings: &[
        Readings::of("", &Averages(0)),
        Readings::of(SIGN, &Sign(0)),
        Readings::certified(VOTES, &ByEnclosure(Votes(0))).and_sampled(&Draws(0)),
        Readings::certified(BINARY, &ByEnclosure(Binary(0))),
    ],
    controls: &[
        Control {
            id: "noise-not-averaged",
            story: "σ² for σ²/n: the noise of one run in the average of n",
            readings: Readings::of("", &Averages(NOT_AVERAGED)),
        },
        Control {
            id: "accuracy-of-one-run",
            story: "the accuracy of one run reported for the average",
            readings: Readings::sampled(VOTES, &Draws(NOT_AVERAGED)),
        },
        Control {
            id: "noise-of-the-bare-classifier",
            story: "‖w‖ for ‖w_eff‖",
            readings: Readings::of("", &Averages(BARE_NOISE)),
        },
        Control {
            id: "vote-is-average",
            story: "a vote taken to be as good as an average of logits",
            readings: Readings::certified(VOTES, &ByEnclosure(Votes(VOTE_IS_AVERAGE)))
                .and_sampled(&Draws(VOTE_IS_AVERAGE)),
        },
        Control {
            id: "independent-inputs",
            story: "the binomial of the accuracy of one run, as if every run had an input of its own",
            readings: Readings::certified(VOTES, &ByEnclosure(Votes(INDEPENDENT_INPUTS)))
                .and_sampled(&Draws(INDEPENDENT_INPUTS)),
        },
        Control {
            id: "noise-always-costs",
            story: "injected noise taken to lower accuracy whatever the sign of the margin",
            readings: Readings::of(SIGN, &Sign(ALWAYS_COSTS)),
        },
        Control {
            id: "binary-noise-has-the-variance",
            story: "amplitude σ√(2/π) taken to match the variance",
            readings: Readings::certified(BINARY, &ByEnclosure(Binary(SAME_VARIANCE))),
        },
    ],
    quantities: &[
        Quantity::enclosed::<Voters<Float>>(
            "accuracy",
            "the probability that more than half of n noisy runs of a linear classifier are right, n odd",
            &[],
            voted,
        ),
        Quantity::enclosed::<Voters<Float>>(
            "average-accuracy",
            "the probability that the average of n noisy logits of a linear classifier has the right sign",
            &[],
            averaged,
        ),
    ],
};
