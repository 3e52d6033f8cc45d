//! The radius that votes certify: exact for a linear classifier, and what a finite number of votes leaves of it.
//!
//! A classifier smoothed with $N(0, \sigma^2I)$ that gives its answer with probability $p_A$ at $x$ keeps it within
//!
//! $$ R = \sigma\Phi^{-1}(p_A), \qquad\text{or}\qquad R = \tfrac\sigma2\big(\Phi^{-1}(p_A) - \Phi^{-1}(p_B)\big) $$
//!
//! of $x$. For $\mathrm{sign}(w^\top x)$, $p_A = \Phi\big(\frac{|w^\top x|}{\sigma\|w\|}\big)$ and $R = \frac{|w^\top x|}{\|w\|}$ is the distance from the boundary, whatever $\sigma$ is; the share
//! of inputs certified to the radius $r$ is the robust accuracy at $\epsilon = r$. From $n$ votes comes the Clopper–Pearson lower bound of $p_A$. If all agree
//! it is $\alpha^{1/n}$, so that with confidence $1 - \alpha$
//!
//! $$ R \le \sigma\Phi^{-1}(\alpha^{1/n}), \qquad 1 - \alpha^{1/n} = -\mathrm{expm1}\Big(\frac{\ln\alpha}n\Big) $$
//!
//! is the most that votes can certify: $1.500\sigma$, $2.463\sigma$, $3.811\sigma$ for $n = 10^2, 10^3, 10^5$ at $\alpha = 10^{-3}$.
//!
//! Assumptions: $w^\top x \ne 0$, independent votes. Distance and robust accuracy are proved; quantiles are enclosed from whichever tail has the digits and put
//! back into $\Phi$; the coverage of the bound is enumerated over all counts of votes, and counted over drawn ones. If it failed, a radius would be
//! certified in which the answer changes.

use crate::claims::purification::purify_lda_accuracy::Classified;
use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar, Vector};
use crate::objectives::purification::{
    Defended, Knowledge, Norm, at_least, coverage_of_the_bound, coverage_of_the_share, largest_radius, margin, radius,
    unanimous_bound,
};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::Gaussian;

const HALVED: u8 = 1;
const DOUBLED: u8 = 2;
const NOT_MAPPED_BACK: u8 = 3;
const SHARE_FOR_BOUND: u8 = 4;
const TWO_SIDED: u8 = 5;
const ONE_LOST: u8 = 6;

parameters! {
    /// A smoothed classifier of two classes, and an input.
    Smoothed {
        classified: of(Classified) "the classifier and its classes",
        x: vector "the input",
        sigma: positive "standard deviation of the smoothing noise",
        r: positive "a radius",
        b: fraction "what a purifier in front keeps of an input",
    }
}

/// The radius is a distance.
struct Distance(u8);

impl Statement for Distance {
    type Params<S: Scalar> = Smoothed<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "w=[1.3,0.2119] mu=[0.8137,-0.4119] Sigma=[[1.7,0.4],[0.4,0.9]] x=[0.7,1.9] sigma=0.37 r=0.25 b=0.71",
            "w=[1,0.2,-0.1] mu=[0.8,-0.4,0.5] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] x=[3.1,-0.7,0.0137] sigma=1.9 r=0.0137 b=0.31",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Smoothed<S>) -> Vec<Relation<'p, S>> {
        let (w, classes) = (&p.classified.w, &p.classified.classes);
        // Φ⁻¹(p_A): the mean of the logit of a noisy input over its standard deviation.
        let quantile = |w: &Vector<S>| w.dot(&p.x) / (w.dot(w) * p.sigma.square()).sqrt();
        let certified = |w: &Vector<S>| match self.0 {
            HALVED => p.sigma * quantile(w) / 2,
            // p_B = 1 − p_A, whose quantile is the negative.
            DOUBLED => p.sigma * (quantile(w) + quantile(w)),
            _ => p.sigma * quantile(w),
        };
        // The nearest place on the boundary, where the logit is 0.
        let nearest = &p.x - &w.scale(w.dot(&p.x) / w.dot(w));
        let away = &p.x - &nearest;
        // Behind a purifier that keeps b of an input and noise, the radius of the purified input must be mapped back.
        let kept = p.x.scale(p.b);
        let behind = w.dot(&kept) / w.dot(w).sqrt();
        let mapped = if self.0 == NOT_MAPPED_BACK { behind } else { behind / p.b };
        // How the signed radius of an input of the class 1 is spread: its mean less r, against the margin under an attack of size r.
        let radii = margin(&w.scale(w.dot(w).sqrt().recip()), classes);
        let beyond = Gaussian::new(radii.mean - p.r, radii.variance);
        let attacked = Defended::bare(w.clone()).margin(classes, p.r, Norm::L2, Knowledge::White);
        let signal = |law: Gaussian<S>| law.mean / law.variance.sqrt();
        vec![
            Relation::equal("squared radius", certified(w).square(), away.dot(&away)),
            Relation::equal("nearest place", w.dot(&nearest), S::zero()),
            Relation::equal("radius mapped back through a purifier", mapped, p.sigma * quantile(w)),
            Relation::equal("certified accuracy is robust accuracy", signal(beyond), signal(attacked)),
        ]
    }
}

parameters! {
    /// Votes that all agree.
    Unanimous {
        n: count "votes, all for the same answer",
        alpha: fraction "error level of the certificate",
        sigma: positive "standard deviation of the smoothing noise",
    }
}

/// What all votes together can certify.
struct Largest(u8);

impl Enclosed for Largest {
    fn points(&self) -> &'static [&'static str] {
        &[
            "n=100 alpha=1e-3 sigma=1",
            "n=1000 alpha=1e-3 sigma=1",
            "n=100000 alpha=1e-3 sigma=0.37",
            "n=3 alpha=1e-9 sigma=0.5",
            "n=1000000000 alpha=1e-300 sigma=0.25",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Unanimous<Ball> = at_point(point)?;
        let level = if self.0 == TWO_SIDED { p.alpha / 2 } else { p.alpha };
        let votes = Ball::int(p.n.into());
        let largest = match self.0 {
            HALVED => largest_radius(votes, level, p.sigma) / 2,
            ONE_LOST => largest_radius(votes - 1, level, p.sigma),
            _ => largest_radius(votes, level, p.sigma),
        };
        // As likely as α: that all n normals stay below R/σ, in nats, from the tail above or the one below.
        let normal = Gaussian::centred(Ball::one());
        let signal = largest / p.sigma;
        let nats = match signal.certainly_positive() {
            true => (-normal.above(signal)).ln_1p(),
            false => normal.below(signal).ln(),
        };
        let agreed = nats * votes / p.alpha.ln() - 1;
        Ok(vec![EnclosedRelation::equal("all agree by chance", move |_| agreed)])
    }
}

parameters! {
    /// Votes of a known probability.
    Counted {
        n: count "votes",
        p: fraction "the probability of one vote",
        alpha: fraction "error level of the bound",
    }
}

/// How often the bound is below the probability, by enumeration.
struct Coverage(u8);

const VOTES: &str = "n=20 p=0.8137 alpha=0.05";

/// The coverage of a bound, or of what is taken for one.
fn coverage(wrong: u8, p: &Counted<Ball>) -> Ball {
    match wrong {
        SHARE_FOR_BOUND => coverage_of_the_share(p.n, p.p),
        _ => coverage_of_the_bound(p.n, p.p, p.alpha).map_or(Ball::whole(), |(covered, _)| covered),
    }
}

impl Enclosed for Coverage {
    fn points(&self) -> &'static [&'static str] {
        &[VOTES, "n=100 p=0.9137 alpha=0.001", "n=7 p=0.5119 alpha=0.1"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Counted<Ball> = at_point(point)?;
        let covered = coverage(self.0, &p);
        // Where all of n agree: the bound is the probability at which that has the chance α; their share is 1.
        let bound = match self.0 {
            SHARE_FOR_BOUND => Ball::one(),
            _ => unanimous_bound(Ball::int(p.n.into()), p.alpha).0,
        };
        let chance = at_least(p.n, bound)[p.n as usize];
        Ok(vec![
            EnclosedRelation::at_most("covered as often as promised", move |_| covered - (Ball::one() - p.alpha)),
            EnclosedRelation::equal("chance of all votes at the bound", move |_| chance - p.alpha),
        ])
    }
}

/// Votes that are drawn.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let p: Counted<Ball> = at_point(VOTES)?;
        let (right, claimed) = (coverage(0, &p).to_f64(), coverage(self.0, &p).to_f64());
        // The bound exceeds the probability from so many successes on.
        let first = coverage_of_the_bound(p.n, p.p, p.alpha).map_or(0, |(_, first)| first);
        let (votes, probability) = (p.n, p.p.to_f64());
        Ok(Plan {
            point: VOTES,
            statistics: vec![Statistic::mean("bound below the probability", claimed, right * (1.0 - right))],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let mut successes = [0_u32; WIDTH];
                for _ in 0..votes {
                    let u = noise.uniform();
                    (0..WIDTH).for_each(|lane| successes[lane] += u32::from(u.0[lane] < probability));
                }
                out[0] = Lanes(successes.map(|count| f64::from(u8::from(count < first))));
            }),
        })
    }
}

/// `σΦ⁻¹(α^{1/n})`.
fn largest(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Unanimous<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(largest_radius(Ball::int(p.n.into()), p.alpha, p.sigma))
}

parameters! {
    /// A vote of known probability.
    Vote {
        p: fraction "the probability of the answer under noise, or a lower bound of it",
        sigma: positive "standard deviation of the smoothing noise",
    }
}

/// `σΦ⁻¹(p)`.
fn certified(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Vote<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(radius(p.p, p.sigma))
}

const LARGEST: &str = "all votes agree";
const COVERAGE: &str = "coverage";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-certificate",
    aliases: &[],
    title: "The certified radius of a smoothed linear classifier is its distance from the boundary; votes certify less",
    expect: Expect::True,
    text: include_str!("purify_certificate.rs"),
    sources: &["cohen2019", "clopper1934"],
    readings: &[
        Readings::of("", &Distance(0)),
        Readings::certified(LARGEST, &ByEnclosure(Largest(0))),
        Readings::certified(COVERAGE, &ByEnclosure(Coverage(0))).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "half-the-radius",
            story: "σΦ⁻¹(p_A)/2: the half of the formula with two probabilities in the one with one",
            readings: Readings::of("", &Distance(HALVED)),
        },
        Control {
            id: "twice-the-radius",
            story: "σ(Φ⁻¹(p_A) − Φ⁻¹(p_B)) without the half",
            readings: Readings::of("", &Distance(DOUBLED)),
        },
        Control {
            id: "not-mapped-back",
            story: "the radius measured behind the purifier taken for one of its inputs",
            readings: Readings::of("", &Distance(NOT_MAPPED_BACK)),
        },
        Control {
            id: "two-sided-level",
            story: "α/2 for α in a bound of one side",
            readings: Readings::certified(LARGEST, &ByEnclosure(Largest(TWO_SIDED))),
        },
        Control {
            id: "one-vote-lost",
            story: "n − 1 votes in place of n",
            readings: Readings::certified(LARGEST, &ByEnclosure(Largest(ONE_LOST))),
        },
        Control {
            id: "share-for-the-bound",
            story: "the share of votes plugged in for its lower bound: it exceeds the probability as often as not",
            readings: Readings::certified(COVERAGE, &ByEnclosure(Coverage(SHARE_FOR_BOUND)))
                .and_sampled(&Draws(SHARE_FOR_BOUND)),
        },
    ],
    quantities: &[
        Quantity::enclosed::<Unanimous<Float>>(
            "radius",
            "sigma Phi^-1(alpha^(1/n)), the largest radius that n votes certify with confidence 1 - alpha; negative below a half",
            &[],
            largest,
        ),
        Quantity::enclosed::<Vote<Float>>(
            "radius-of-a-vote",
            "sigma Phi^-1(p), the radius that a vote of probability p certifies; negative below a half",
            &[],
            certified,
        ),
    ],
};
