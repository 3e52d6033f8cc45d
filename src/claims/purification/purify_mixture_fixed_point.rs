//! With the exact score of two round classes, purification stops at $0$ and $\pm t^*\mu$, and no decision of the Bayes rule changes.
//!
//! Classes $N(\pm\mu, s^2I)$ seen under noise of variance $\sigma^2$ have the score of $N(\pm\mu, \tau^2I)$, $\tau^2 = s^2 + \sigma^2$. With $c = \alpha/\tau^2$, a step of
//! length $\alpha$ moves $u = \mu^\top x/|\mu|$ by itself, and all that is orthogonal to $\mu$ by the factor $1 - c$:
//!
//! $$ u' = (1 - c)u + c|\mu|\tanh\frac{|\mu|u}{\tau^2}, \qquad \frac{du'}{du} = 1 - c + c\frac{|\mu|^2}{\tau^2}\Big(1 - \tanh^2\frac{|\mu|u}{\tau^2}\Big) $$
//!
//! It stops at $u = t|\mu|$ with $t = \tanh(|\mu|^2t/\tau^2)$: only at 0 if $|\mu|^2 \le \tau^2$, and else also at $\pm t^*$, $0 < t^* < 1$, which is *not* a class mean
//! ($t^* = 0.9343$ for $|\mu|^2 = 1.8103\tau^2$). For $0 < c \le 1$ the map is odd and its slope is not negative, so that $u$ keeps its sign: the clean
//! and the robust accuracy of the Bayes rule stay what they are, however many steps. The same holds if $\Sigma\mu = \lambda\mu$, with $\lambda$ for $s^2$.
//! For $c > 1$ large $|u|$ overshoot and flip.
//!
//! For other $\Sigma$ it fails: with $\Sigma = \mathrm{diag}(1.5, 0.2)$, $\mu = (1, 0.4)$, $\sigma = 0.3$ and 120 steps of length $\sigma^2$ the input $(-1.5, 0.55)$, which the Bayes
//! rule gives to $+\mu$, ends near $-\mu$. Such flips lower the clean accuracy, for no decisions are better than those of the Bayes rule.
//!
//! Assumptions: the exact score, no noise injected, no clipping. If it failed, purification could repair what the Bayes rule gets wrong.
//! The accuracy is simulated after five steps; it is known exactly, since no decision changes, and for $c = 1.9$ after one step, where those
//! beyond a root flip.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar, Vector, value_and_derivative, verified_root};
use crate::objectives::purification::{
    MirroredClasses, mixture_fixed_point, slope_along_centres, step, step_along_centres,
};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{Gaussian, MultivariateGaussian};

const AT_THE_MEAN: u8 = 1;
const BISTABLE_AT_SIGMA: u8 = 2;
const LONG_STEP: u8 = 3;
const ANY_COVARIANCE: u8 = 4;
const ACROSS_STANDS: u8 = 5;

parameters! {
    /// Two classes whose centre is an eigenvector of their covariance, an input, and a step.
    Classes {
        mu: vector "the centre of one class, two entries",
        tau2: positive "the variance along the centre, noise included",
        across2: positive "the variance across it, noise included",
        x: vector "the input",
        alpha: positive "the length of a step",
        t: real "a place on the line through the centres",
    }
}

/// What one step does.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = Classes<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "mu=[1.1,-0.5] tau2=0.9 across2=0.9 x=[0.37,1.9] alpha=0.7 t=0.61",
            "mu=[0.8,-0.4] tau2=0.58 across2=1.7 x=[-3.1,0.2] alpha=0.09 t=-0.93",
            "mu=[30.1,17.3] tau2=0.0137 across2=2.9 x=[1e-12,-2e-12] alpha=0.01 t=1.3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Classes<S>) -> Vec<Relation<'p, S>> {
        let square = p.mu.dot(&p.mu);
        let across = Vector(vec![-p.mu[1], p.mu[0]]);
        // T⁻¹ has the eigenvectors μ and what is orthogonal to it.
        let projector = |axis: &Vector<S>, variance: S| axis.outer(axis).scale((square * variance).recip());
        let precision = &projector(&p.mu, p.tau2) + &projector(&across, p.across2);
        let classes = MirroredClasses { mean: p.mu.clone(), precision };
        let moved = step(|x| classes.score(x), &p.x, p.alpha);
        let (c, c_across) = (p.alpha / p.tau2, p.alpha / p.across2);
        let along = p.mu.dot(&p.x);
        let kept = if self.0 == ACROSS_STANDS { S::one() } else { S::one() - c_across };
        let place = p.mu.scale(p.t);
        let there = step(|x| classes.score(x), &place, p.alpha);
        let target = if self.0 == AT_THE_MEAN { S::one() } else { (square * p.t / p.tau2).tanh() };
        let mut relations = vec![
            Relation::equal(
                "along the centres",
                p.mu.dot(&moved),
                (S::one() - c) * along + c * square * (along / p.tau2).tanh(),
            ),
            Relation::equal("across the centres", across.dot(&moved), kept * across.dot(&p.x)),
        ];
        let shift = p.mu.scale(c * (target - p.t));
        relations.extend(Relation::componentwise("step on the line of the centres", &(&there - &place), &shift));
        relations
    }
}

parameters! {
    /// The map along the centres.
    Line {
        nu: positive "the length of the centre",
        tau2: positive "the variance, noise included",
        c: probability "the length of a step over tau2",
        u: positive "where the input is along the centre",
    }
}

/// The map grows and is odd.
struct Invariance(u8);

impl Statement for Invariance {
    type Params<S: Scalar> = Line<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "nu=1.2 tau2=0.9 c=0.2 u=3",
            "nu=1.2 tau2=0.9 c=1 u=3",
            "nu=0.7 tau2=1.3 c=0.9 u=1e-3",
            "nu=1.0247 tau2=0.58 c=0.9999 u=4.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Line<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (nu, tau2, c) = (Dual::constant(p.nu), Dual::constant(p.tau2), Dual::constant(p.c));
        let rate = move |u: S| {
            // 1 − tanh² = 4e^{2z}/(e^{2z} + 1)².
            let z = p.nu * u / p.tau2;
            let four = if wrong == ACROSS_STANDS { 2 } else { 4 };
            let bent = NonNegative::exp(z * 2).over(NonNegative::square((z * 2).exp() + 1));
            let steep = NonNegative::square(p.nu).over(NonNegative::declared(p.tau2));
            let pull = NonNegative::declared(p.c).times(steep).times(bent);
            NonNegative::declared(S::one() - p.c).plus(pull.times(NonNegative::declared(S::int(four))))
        };
        vec![
            Relation::grows(
                "the map grows",
                (S::zero(), p.u),
                move |u| step_along_centres(nu, tau2, c, Dual::variable(u)),
                rate,
            ),
            Relation::equal(
                "the map is odd",
                step_along_centres(p.nu, p.tau2, p.c, -p.u),
                -step_along_centres(p.nu, p.tau2, p.c, p.u),
            ),
        ]
    }
}

/// The sign after a step.
struct Sign(u8);

impl Statement for Sign {
    type Params<S: Scalar> = Line<S>;

    fn points(&self) -> &'static [&'static str] {
        Invariance(0).points()
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Line<S>) -> Vec<Relation<'p, S>> {
        let c = if self.0 == LONG_STEP { S::ratio(19, 10) } else { p.c };
        vec![Relation::below("the sign stays", S::zero(), step_along_centres(p.nu, p.tau2, c, p.u))]
    }
}

parameters! {
    /// Classes, noise and a step.
    Noised {
        nu: positive "the length of the centre",
        s2: positive "the variance of a class",
        sigma: positive "the deviation of the noise",
        c: probability "the length of a step over tau2",
    }
}

impl<S: Scalar> Noised<S> {
    fn tau2(&self) -> S {
        self.s2 + self.sigma.square()
    }
}

/// Where it is stable.
struct Stability(u8);

impl Stability {
    const POINTS: &[&str] = &[
        "nu=1.0246950765959598 s2=0.49 sigma=0.3 c=0.7",
        "nu=1.2 s2=0.5 sigma=0.6324555320336759 c=1",
        "nu=1.7 s2=0.3137 sigma=0.25 c=0.25",
        // |μ| exceeds σ and falls short of τ.
        "nu=0.8 s2=0.49 sigma=0.5 c=0.7",
    ];
}

impl Enclosed for Stability {
    fn points(&self) -> &'static [&'static str] {
        Self::POINTS
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: Noised<Ball> = at_point(point)?;
        let (nu, tau2, c) = (p.nu, p.tau2(), p.c);
        let slope = move |u: Ball| slope_along_centres(nu, tau2, c, u);
        let variance = if wrong == BISTABLE_AT_SIGMA { p.sigma.square() } else { tau2 };
        let excess = nu.square() / variance - 1;
        let at_zero = slope(Ball::zero());
        let mut relations = vec![
            EnclosedRelation::equal("slope at 0", move |_| at_zero - (c * excess + 1)),
            if excess.certainly_positive() {
                EnclosedRelation::at_most("unstable at 0", move |_| at_zero - 1)
            } else {
                EnclosedRelation::at_most("stable at 0", move |_| Ball::one() - at_zero)
            },
        ];
        let excess = nu.square() / tau2 - 1;
        if excess.certainly_positive() {
            let t = mixture_fixed_point(excess);
            let stated = if wrong == AT_THE_MEAN { Ball::one() } else { t };
            let at_rest = slope(t * nu);
            relations.extend([
                // From both sides: tanh grows, so that what starts above the root stays above, and what starts below stays below.
                EnclosedRelation::equal("by iteration", move |_| {
                    let run = |start: Ball| (0..400).fold(start, |t, _| (t * (excess + 1)).tanh());
                    stated - run(Ball::ratio(1, 4)).hull(&run(Ball::one()))
                }),
                EnclosedRelation::equal("slope at the fixed point", move |_| {
                    at_rest - (Ball::one() - c + c * (excess + 1) * (Ball::one() - stated.square()))
                }),
                EnclosedRelation::at_most("stable at the fixed point", move |_| Ball::one() - at_rest),
                EnclosedRelation::at_most("short of the mean", move |_| Ball::one() - t),
            ]);
        }
        Ok(relations)
    }
}

parameters! {
    /// Two classes and an input.
    Density {
        mu: vector "the centre of one class",
        Sigma: covariance "the covariance of a class",
        x: vector "the input",
    }
}

/// An input that long purification takes across the boundary of the Bayes rule.
struct Flipped(u8);

impl Enclosed for Flipped {
    fn points(&self) -> &'static [&'static str] {
        &["mu=[1,0.4] Sigma=[[1.5,0],[0,0.2]] x=[-1.5,0.55]", "mu=[1,0.4] Sigma=[[1.5,0],[0,0.2]] x=[1.7,-0.6]"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        const STEPS: usize = 120;
        let p: Density<Ball> = at_point(point)?;
        let variance = Ball::ratio(3, 10).square();
        let class = MultivariateGaussian { mean: p.mu.clone(), covariance: p.Sigma.clone() };
        let classes = MirroredClasses::of(&class.noised(variance));
        let bayes = p.Sigma.precision() * &p.mu;
        let end = (0..STEPS).fold(p.x.clone(), |x, _| step(|x| classes.score(x), &x, variance));
        let (before, after) = (bayes.dot(&p.x), bayes.dot(&end));
        let kept = if self.0 == ANY_COVARIANCE { before * after } else { -(before * after) };
        Ok(vec![EnclosedRelation::at_most("the decision flips", move |_| kept)])
    }
}

/// The share of right decisions of the Bayes rule behind steps.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "nu=1.2 s2=0.5 sigma=0.6324555320336759 c=0.7";
        let (exact, p): (Noised<Ball>, Noised<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let long = self.0 == LONG_STEP;
        let margin = Gaussian::new(exact.nu, exact.s2);
        let right = margin.above(Ball::zero());
        let bernoulli = |share: Ball| (share.to_f64(), (share * (Ball::one() - share)).to_f64());
        let drawn = long.then(|| {
            // Beyond the root of the map the sign flips.
            let still = Dual::constant;
            let c = Ball::ratio(19, 10);
            let f =
                |u| value_and_derivative(|u| step_along_centres(still(exact.nu), still(exact.tau2()), still(c), u), u);
            let root = verified_root(2.5, f);
            bernoulli(margin.above(Ball::zero()) - margin.above(root) + margin.below(-root))
        });
        let (mean, variance) = bernoulli(right);
        let (steps, c) = if long { (1, Float(1.9)) } else { (5, p.c) };
        let classes = MirroredClasses::isotropic(Vector(vec![p.nu, Float(0.0)]), p.tau2());
        let (along, across) = (Gaussian::new(p.nu, p.s2), Gaussian::centred(p.s2));
        let length = c * p.tau2();
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("share of right decisions", mean, variance)],
            drawn: drawn.map(|law| vec![law]),
            sampler: sampler(move |noise, out| {
                let (first, second) = (noise.gaussian(&along), noise.gaussian(&across));
                out[0] = Lanes::<WIDTH>(std::array::from_fn(|lane| {
                    let x = Vector(vec![Float(first.0[lane]), Float(second.0[lane])]);
                    let end = (0..steps).fold(x, |x, _| step(|x| classes.score(x), &x, length));
                    f64::from(u8::from(end[0].0 > 0.0))
                }));
            }),
        })
    }
}

parameters! {
    /// Two round classes.
    Round {
        norm_mu: positive "the distance of a class mean from 0",
        tau2: positive "the variance s^2 + sigma^2 along each axis, below norm_mu^2",
    }
}

/// `t*`.
fn t_star(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Round<Ball> = ExactReader::new(inputs, ignored).read()?;
    let excess = match (inputs.rational("norm_mu"), inputs.rational("tau2")) {
        // The difference of what is nearly equal, before anything is rounded.
        (Some(norm), Some(tau2)) => Ball::rational(&((norm.clone() * norm - &tau2) / tau2)),
        _ => (p.norm_mu.square() - p.tau2) / p.tau2,
    };
    if !excess.certainly_positive() {
        let why = "there is no fixed point but 0: `tau2` must be below norm_mu^2; give a smaller `tau2`, or a larger `norm_mu`";
        return Err(InputError::Condition(why.to_owned()));
    }
    Ok(mixture_fixed_point(excess))
}

const STEP: &str = "one step";
const INVARIANCE: &str = "monotone map";
const SIGN: &str = "sign";
const STABILITY: &str = "fixed points";
const FLIPPED: &str = "another covariance";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-mixture-fixed-point",
    aliases: &[],
    title: "Steps along the exact score of two round classes stop short of the means and change no Bayes decision",
    expect: Expect::True,
    text: include_str!("purify_mixture_fixed_point.rs"),
    sources: &["yoon2021"],
    readings: &[
        Readings::of(STEP, &Step(0)),
        Readings::of(INVARIANCE, &Invariance(0)),
        Readings::certified(SIGN, &Sign(0)).and_sampled(&Draws(0)),
        Readings::certified(STABILITY, &ByEnclosure(Stability(0))),
        Readings::certified(FLIPPED, &ByEnclosure(Flipped(0))),
    ],
    controls: &[
        Control {
            id: "stops-at-the-means",
            story: "±μ taken for the fixed points",
            readings: Readings::of(STEP, &Step(AT_THE_MEAN)),
        },
        Control {
            id: "means-for-the-root",
            story: "1 for the root, and the slope there",
            readings: Readings::certified(STABILITY, &ByEnclosure(Stability(AT_THE_MEAN))),
        },
        Control {
            id: "bistable-at-sigma",
            story: "two modes as soon as |μ| exceeds the noise: σ for τ",
            readings: Readings::certified(STABILITY, &ByEnclosure(Stability(BISTABLE_AT_SIGMA))),
        },
        Control {
            id: "nothing-across",
            story: "steps said to leave alone what is orthogonal to the centres",
            readings: Readings::of(STEP, &Step(ACROSS_STANDS)),
        },
        Control {
            id: "half-the-slope",
            story: "the derivative of tanh taken as that of the logistic function",
            readings: Readings::of(INVARIANCE, &Invariance(ACROSS_STANDS)),
        },
        Control {
            id: "long-steps-keep-decisions",
            story: "invariance claimed for a step with c = 1.9",
            readings: Readings::certified(SIGN, &Sign(LONG_STEP)).and_sampled(&Draws(LONG_STEP)),
        },
        Control {
            id: "any-covariance",
            story: "invariance claimed for every covariance",
            readings: Readings::certified(FLIPPED, &ByEnclosure(Flipped(ANY_COVARIANCE))),
        },
    ],
    quantities: &[Quantity::enclosed::<Round<Float>>(
        "t-star",
        "the root in (0, 1) of t = tanh(norm_mu^2 t/tau2): purification stops at +-t mu",
        &[],
        t_star,
    )],
};
