//! Long purification along the exact score of two round classes puts the Bayes rule in the place of any linear classifier.
//!
//! Let the classes be $N(\pm\mu, s^2I)$, $|\mu|^2 > \tau^2 = s^2 + \sigma^2$, and $w$ any direction with $w^\top\mu > 0$. Steps with $0 < c = \alpha/\tau^2 \le 1$ lead to
//! $\mathrm{sign}(\mu^\top x)\,t^*\mu$, so that the accuracy of $\mathrm{sign}(w^\top x)$ behind them tends to that of the Bayes rule, whatever $w$:
//!
//! $$ \Phi\Big(\frac{|\mu|}s\Big), \qquad \text{white-box: } \Phi\Big(\frac{|\mu| - \epsilon}s\Big), \qquad
//! \text{gray-box along } w\text{: } \Phi\Big(\frac{|\mu| - \epsilon\cos\angle(w, \mu)}s\Big) $$
//!
//! An attacker who does not know the purifier pushes along $w$, and reaches less: the gain over the white-box number is his ignorance.
//!
//! The fixed point attracts: with $z = |\mu|^2t^*/\tau^2$ the slope there is
//!
//! $$ 1 - c + c\frac{2z}{\sinh 2z} < 1 $$
//!
//! and since the map is concave on the right, an input that starts beyond $t^*|\mu|$ comes nearer by at least this factor in every step. If $|\mu|^2 \le \tau^2$ instead
//! everything goes to 0, by at least $1 - c(1 - |\mu|^2/\tau^2)$ a step, and the classifier behind has nothing to decide: more smoothing is not always better.
//!
//! The score itself, $T^{-1}(\mu\tanh(\mu^\top T^{-1}x) - x)$, is compared with the derivative of the log-density, for any covariance $T$.
//!
//! Assumptions: exact score, round classes, $\ell_2$ attacks, no clipping. If it failed, a robust accuracy behind a purifier could not be split into what
//! the purifier adds and what the attacker did not know. The simulation takes 20 steps with $c = 0.9$: what is left across the centres
//! is $10^{-20}$ of what was there, far below any resolution.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{
    Ball, Covariance, Dual, Field, Float, Integrand, Lanes, OverLine, Scalar, Vector, gaussian_mean_above, gradient,
};
use crate::objectives::purification::{
    MirroredClasses, mixture_fixed_point, slope_along_centres, step, step_along_centres,
};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Gaussian, MultivariateGaussian};

const OWN_DIRECTION: u8 = 1;
const GRAY_IS_WHITE: u8 = 2;
const NEVER_TOO_SMOOTH: u8 = 3;
const SLOPE_OF_THE_MEAN: u8 = 4;
const NO_BASE: u8 = 5;
const ONE_CLASS: u8 = 6;

parameters! {
    /// Two round classes, a classifier and an attack.
    Attack {
        mu: vector "the centre of one class",
        w: vector "the direction of the classifier",
        s: positive "the deviation of a class",
        sigma: positive "the deviation of the noise",
        eps: nonnegative "the length of the attack",
    }
}

parameters! {
    /// The density of two classes at a point.
    Density {
        mu: vector "the centre of one class",
        Sigma: covariance "the covariance of a class, noise included",
        x: vector "the input",
    }
}

/// The closed form of the score.
struct Score(u8);

impl Statement for Score {
    type Params<S: Scalar> = Density<S>;

    fn points(&self) -> &'static [&'static str] {
        &["mu=[1.1,-0.5] Sigma=[[0.9,0.3],[0.3,0.6]] x=[0.37,1.9]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Density<S>) -> Vec<Relation<'p, S>> {
        let shared = Covariance::new(p.Sigma.matrix().map(Dual::constant));
        let log_density = |x: &Vector<Dual<S>>| {
            let class = |mean: Vector<S>| {
                let (mean, covariance) = (mean.map(Dual::constant), shared.clone());
                MultivariateGaussian { mean, covariance }.log_density(x)
            };
            class(p.mu.clone()).log_add_exp(class(-&p.mu))
        };
        let classes = MirroredClasses { mean: p.mu.clone(), precision: p.Sigma.precision().clone() };
        let score = if self.0 == ONE_CLASS { p.Sigma.precision() * &(&p.mu - &p.x) } else { classes.score(&p.x) };
        Relation::componentwise("gradient of the log-density", &gradient(log_density, &p.x), &score)
    }
}

/// How far the attacks of the three accuracies push the input towards the other centre: none, white-box, gray-box.
fn pushes<S: Scalar>(wrong: u8, p: &Attack<S>) -> [S; 3] {
    let cosine = p.w.dot(&p.mu) / (p.w.dot(&p.w) * p.mu.dot(&p.mu)).sqrt();
    [S::zero(), p.eps, if wrong == GRAY_IS_WHITE { p.eps } else { p.eps * cosine }]
}

const NAMES: [&str; 3] = ["clean accuracy", "white-box accuracy", "gray-box accuracy"];

/// The stated limits, as laws of the margin of which the part above 0 counts.
fn margins<S: Scalar>(wrong: u8, p: &Attack<S>) -> [Gaussian<S>; 3] {
    let base = if wrong == OWN_DIRECTION { p.w.dot(&p.mu) / p.w.dot(&p.w).sqrt() } else { p.mu.dot(&p.mu).sqrt() };
    pushes(wrong, p).map(|push| Gaussian::new(base - push, p.s.square()))
}

/// One, everywhere.
struct One;

impl Integrand for One {
    fn value<S: OverLine>(&self, _: S) -> S {
        S::one()
    }
}

/// The limits of the accuracies.
struct Limits(u8);

const EXAMPLE: &str = "mu=[0.8,-0.4,0.5] w=[1,0.2,-0.1] s=0.7 sigma=0.3 eps=0.3";

impl Enclosed for Limits {
    fn points(&self) -> &'static [&'static str] {
        &[EXAMPLE, "mu=[2.1,-3.7] w=[3.1,1.3] s=0.9 sigma=0.413 eps=1.7"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Attack<Ball> = at_point(point)?;
        let stated = margins(self.0, &p).map(|margin| margin.above(Ball::zero()));
        // y = 1: the input is μ + sz − push; its decision is the sign of its component along the centres.
        let reach =
            |push: Ball| (p.mu.dot(&p.mu) - push * p.mu.dot(&p.mu).sqrt()) / (p.s.square() * p.mu.dot(&p.mu)).sqrt();
        let edges = pushes(0, &p).map(|push| -reach(push));
        let relation = |i: usize| {
            let (stated, edge) = (stated[i], edges[i]);
            EnclosedRelation::equal(NAMES[i], move |radius| stated - gaussian_mean_above(&One, edge, radius))
        };
        Ok((0..3).map(relation).collect())
    }
}

parameters! {
    /// A fixed point by its argument.
    Attracted {
        z: positive "|mu|^2 t/tau^2 at the fixed point",
        c: probability "the length of a step over tau2",
    }
}

/// The slope of the map at its fixed point, where `|μ|²/τ² = z/tanh z`.
struct Slope(u8);

impl Statement for Slope {
    type Params<S: Scalar> = Attracted<S>;

    fn points(&self) -> &'static [&'static str] {
        &["z=1.1719 c=0.9", "z=0.00131 c=1", "z=7.37 c=0.25"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Attracted<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let t = p.z.tanh();
        let (ratio, twice) = (p.z / t, p.z * 2);
        let sinh = |x: S| (x.exp() - (-x).exp()) / 2;
        let bent = if wrong == SLOPE_OF_THE_MEAN { S::zero() } else { twice / sinh(twice) };
        let base = if wrong == NO_BASE { S::one() } else { S::one() - p.c };
        vec![
            Relation::equal(
                "slope at the fixed point",
                S::one() - p.c + p.c * ratio * (S::one() - t.square()),
                base + p.c * bent,
            ),
            // sinh 2z − 2z grows from 0, for its rate is (e^z − e^{−z})².
            Relation::grows(
                "sinh 2z exceeds 2z",
                (S::zero(), p.z),
                |z| {
                    let twice = Dual::variable(z) * 2;
                    (twice.exp() - (-twice).exp()) / 2 - twice
                },
                |z| NonNegative::square(z.exp() - (-z).exp()),
            ),
        ]
    }
}

/// Runs of the map.
struct Runs(u8);

impl Enclosed for Runs {
    fn points(&self) -> &'static [&'static str] {
        &[
            "mu=[0.8,-0.4,0.5] w=[1,0.2,-0.1] s=0.7 sigma=0.3 eps=2.9",
            "mu=[1.3,0.4] w=[1,2] s=0.6 sigma=0.5 eps=3.1",
            // σ² ≥ |μ|² − s²: one mode.
            "mu=[0.8,-0.4,0.5] w=[1,0.2,-0.1] s=0.7 sigma=1.1 eps=2.9",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        const STEPS: i32 = 12;
        let wrong = self.0;
        let p: Attack<Ball> = at_point(point)?;
        let (nu, tau2, c) = (p.mu.dot(&p.mu).sqrt(), p.s.square() + p.sigma.square(), Ball::ratio(7, 10));
        // The start is as far out as the attack is long.
        let start = p.eps;
        let end = (0..STEPS).fold(start, |u, _| step_along_centres(nu, tau2, c, u));
        let excess = nu.square() / tau2 - 1;
        if !excess.certainly_positive() {
            let bound = start * (c * excess + 1).powi(STEPS);
            let far = (0..60).fold(start, |u, _| step_along_centres(nu, tau2, c, u));
            return Ok(vec![
                EnclosedRelation::at_most("falls at this rate", move |_| bound - end),
                EnclosedRelation::at_most("falls to the boundary", move |_| {
                    let near = nu / 100 - far;
                    if wrong == NEVER_TOO_SMOOTH { -near } else { near }
                }),
            ]);
        }
        let rest = mixture_fixed_point(excess) * nu;
        let at_rest = slope_along_centres(nu, tau2, c, rest);
        let twice = (excess + 1) * rest / nu * 2;
        let stated = Ball::one() - c + c * twice * 2 / (twice.exp() - (-twice).exp());
        let rate = if wrong == SLOPE_OF_THE_MEAN { Ball::one() - c } else { at_rest };
        let bound = (start - rest) * rate.powi(STEPS);
        Ok(vec![
            EnclosedRelation::at_most("comes nearer at this rate", move |_| bound - (end - rest)),
            EnclosedRelation::equal("slope of the map", move |_| {
                at_rest - if wrong == SLOPE_OF_THE_MEAN { rate } else { stated }
            }),
            EnclosedRelation::at_most("stays beyond", move |_| end - rest),
        ])
    }
}

/// The accuracies behind twenty steps.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Attack<Ball>, Attack<Float>) = (at_point(EXAMPLE)?, at_point(EXAMPLE)?);
        let stated = margins(self.0, &exact).map(|margin| margin.above(Ball::zero()).to_f64());
        let statistic = |i: usize| Statistic::mean(NAMES[i], stated[i], stated[i] * (1.0 - stated[i]));
        let tau2 = p.s.square() + p.sigma.square();
        let classes = MirroredClasses::isotropic(p.mu.clone(), tau2);
        let length = Float(0.9) * tau2;
        let unit = |v: &Vector<Float>| v.scale(v.dot(v).sqrt().recip());
        let attacks = [p.mu.map(|_| Float(0.0)), unit(&p.mu).scale(-p.eps), unit(&p.w).scale(-p.eps)];
        Ok(Plan {
            point: EXAMPLE,
            statistics: (0..3).map(statistic).collect(),
            drawn: None,
            sampler: sampler(move |noise, out| {
                // The other label mirrors everything.
                let drawn: Vec<Lanes<WIDTH>> = p.mu.0.iter().map(|_| noise.normal()).collect();
                for (attack, out) in attacks.iter().zip(out) {
                    *out = Lanes(std::array::from_fn(|lane| {
                        let z = Vector(drawn.iter().map(|z| Float(z.0[lane])).collect());
                        let input = &(&p.mu + &z.scale(p.s)) + attack;
                        let end = (0..20).fold(input, |x, _| step(|x| classes.score(x), &x, length));
                        f64::from(u8::from(p.w.dot(&end).0 > 0.0))
                    }));
                }
            }),
        })
    }
}

const SCORE: &str = "score";
const ACCURACY: &str = "accuracy";
const SLOPE: &str = "slope";
const RUNS: &str = "runs";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-mixture-recovery",
    aliases: &[],
    title: "Long purification with the exact score of two round classes puts the Bayes rule in the place of any classifier",
    expect: Expect::True,
    text: include_str!("purify_mixture_recovery.rs"),
    sources: &["yoon2021"],
    readings: &[
        Readings::of(SCORE, &Score(0)),
        Readings::certified(ACCURACY, &ByEnclosure(Limits(0))).and_sampled(&Draws(0)),
        Readings::of(SLOPE, &Slope(0)),
        Readings::certified(RUNS, &ByEnclosure(Runs(0))),
    ],
    controls: &[
        Control {
            id: "one-class",
            story: "the score of the nearer class alone for that of the mixture",
            readings: Readings::of(SCORE, &Score(ONE_CLASS)),
        },
        Control {
            id: "own-direction",
            story: "the accuracy of the classifier without a purifier for the limit",
            readings: Readings::certified(ACCURACY, &ByEnclosure(Limits(OWN_DIRECTION)))
                .and_sampled(&Draws(OWN_DIRECTION)),
        },
        Control {
            id: "gray-is-white",
            story: "the attack along w said to reach as far as the one along μ",
            readings: Readings::certified(ACCURACY, &ByEnclosure(Limits(GRAY_IS_WHITE)))
                .and_sampled(&Draws(GRAY_IS_WHITE)),
        },
        Control {
            id: "never-too-smooth",
            story: "more smoothing said to leave two modes, however large σ",
            readings: Readings::certified(RUNS, &ByEnclosure(Runs(NEVER_TOO_SMOOTH))),
        },
        Control {
            id: "rate-at-a-class-mean",
            story: "the rate 1 − c of a single class, without what the other one adds",
            readings: Readings::of(SLOPE, &Slope(SLOPE_OF_THE_MEAN)),
        },
        Control {
            id: "runs-at-the-rate-of-one-class",
            story: "the same, for a run",
            readings: Readings::certified(RUNS, &ByEnclosure(Runs(SLOPE_OF_THE_MEAN))),
        },
        Control {
            id: "slope-above-one",
            story: "1 + c·2z/sinh 2z: the decay of the step forgotten",
            readings: Readings::of(SLOPE, &Slope(NO_BASE)),
        },
    ],
    quantities: &[],
};
