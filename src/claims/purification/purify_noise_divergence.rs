//! What injected noise does to an adversarial displacement, and that later affine steps do nothing to it.
//!
//! Between $p = N(x, \sigma^2I)$ and $q = N(x + \delta, \sigma^2I)$, in any dimension,
//!
//! $$ \mathrm{KL} = \frac{\|\delta\|^2}{2\sigma^2}, \quad \mathrm{TV} = \mathrm{erf}\Big(\frac{\|\delta\|}{2\sqrt2\,\sigma}\Big), \quad
//! \int\frac{(p - q)^2}q = e^{\|\delta\|^2/\sigma^2} - 1, \quad 1 - \int\sqrt{pq} = 1 - e^{-\|\delta\|^2/(8\sigma^2)} $$
//!
//! Whatever purifier and classifier follow, the probability of any answer differs by at most TV between the two inputs: none of these numbers can grow.
//! An invertible affine purifier leaves all of them exactly as they are:
//!
//! $$ (B^k\delta)^\top(\sigma^2B^{2k})^{-1}B^k\delta = \frac{\|\delta\|^2}{\sigma^2} $$
//!
//! It is the noise that screens a displacement, not the steps along a Gaussian's score after it.
//!
//! Assumptions: $\sigma > 0$; $B$ invertible. The last two integrals rest on $p^2/q$ and $\sqrt{pq}$ being $e^{\|\delta\|^2/\sigma^2}$ and $e^{-\|\delta\|^2/(8\sigma^2)}$ times
//! normal densities, which is proved point by point, and TV on the likelihood ratio's crossing of 1 at the midpoint and nowhere else; its value is enclosed
//! against an integral and computed again from the purified pair, and the events that show it are counted, before the steps and after. If it failed, a purifier's steps would be credited with what its
//! noise does.

use super::purify_contraction::ends;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{
    Ball, Covariance, Field, Float, Lanes, Matrix, Scalar, Special, Vector, integrate, normal_density,
};
use crate::objectives::purification::{Displacement, Steps, step};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::MultivariateGaussian;

const NO_HALF: u8 = 1;
const WHOLE_DISTANCE: u8 = 2;
const PINSKER: u8 = 3;
const CONTRACTED: u8 = 4;
const QUARTER: u8 = 5;
const KL_IN_CHI_SQUARE: u8 = 6;

/// A displacement, as the numbers name it.
pub struct Displaced<S>(Displacement<S>);

impl<S: Scalar> Parameters<S> for Displaced<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let length = source.real("norm_delta", Domain::NonNegative, "length of the displacement")?;
        let deviation = source.real("sigma", Domain::Positive, "standard deviation of the injected noise")?;
        Ok(Self(Displacement { length, deviation }))
    }
}

parameters! {
    /// A displacement of an input, noise, and steps after it.
    Purified {
        delta: vector "the displacement",
        sigma: positive "standard deviation of the injected noise",
        P: symmetric "precision of the energy",
        alpha: positive "length of a step",
        k: count "steps",
        x: vector "a place",
    }
}

/// Divergences from densities.
struct Divergences(u8);

impl Statement for Divergences {
    type Params<S: Scalar> = Purified<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "delta=[0.42,-0.56] sigma=0.45 P=[[0.71,-0.25],[-0.25,1.3]] alpha=0.31 k=2 x=[0.37,1.19]",
            "delta=[0.7,-0.31] sigma=0.45 P=[[0.71,-0.25],[-0.25,1.3]] alpha=0.31 k=2 x=[0.37,1.19]",
            "delta=[0.0137,0.271] sigma=3.1 P=[[2.1,0.9],[0.9,0.4]] alpha=1.37 k=3 x=[-4.1,0.7]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Purified<S>) -> Vec<Relation<'p, S>> {
        let d = p.delta.dimension();
        let noise = Matrix::identity(d).scale(p.sigma.square());
        let at = |mean: Vector<S>, covariance: &Matrix<S>| MultivariateGaussian {
            mean,
            covariance: Covariance::new(covariance.clone()),
        };
        let shifted = |share: S| at(p.delta.scale(share), &noise);
        let [clean, displaced] = [S::zero(), S::one()].map(shifted);
        let steps = Steps::without_noise(p.P.clone(), p.alpha, p.k);
        // Step by step, so that Bᵏ is not asked for twice.
        let moved = (0..p.k).fold(p.delta.clone(), |delta, _| &steps.one() * &delta);
        let spread = steps.covariance(&noise);
        let after = at(moved, &spread).kl(&at(p.delta.scale(S::zero()), &spread));
        let length = p.delta.dot(&p.delta).sqrt();
        let seen = Displacement { length, deviation: p.sigma };
        let stated = match self.0 {
            NO_HALF => seen.kl() * 2,
            _ => seen.kl(),
        };
        let purified = match self.0 {
            // As if the noise stayed as it was.
            CONTRACTED => {
                let shrunk = &steps.factor() * &p.delta;
                Displacement { length: shrunk.dot(&shrunk).sqrt(), ..seen }.kl()
            }
            _ => seen.kl(),
        };
        // ln of what the two integrals multiply a normal density with.
        let ratio = (length / p.sigma).square();
        let [square, root] = match self.0 {
            KL_IN_CHI_SQUARE => [seen.kl(), -ratio / 8],
            QUARTER => [ratio, -ratio / 4],
            _ => [ratio, -ratio / 8],
        };
        let log = |law: &MultivariateGaussian<S>| law.log_density(&p.x);
        let log_ratio = log(&displaced) - log(&clean);
        let from_the_midpoint = p.delta.dot(&(&p.x - &p.delta.scale(S::ratio(1, 2))));
        vec![
            Relation::equal("divergence", displaced.kl(&clean), stated),
            Relation::equal("divergence the other way", clean.kl(&displaced), stated),
            Relation::equal("divergence after the steps", after, purified),
            Relation::equal(
                "square over density",
                log(&clean) * 2 - log(&displaced),
                log(&shifted(-S::one())) + square,
            ),
            Relation::equal(
                "root of the product",
                (log(&clean) + log(&displaced)) / 2,
                log(&shifted(S::ratio(1, 2))) + root,
            ),
            Relation::equal("the densities cross at the midpoint", log_ratio, from_the_midpoint / p.sigma.square()),
            Relation::equal("chi-square from its exponent", seen.chi_square(), ratio.exp() - 1),
            Relation::equal("Hellinger from its exponent", seen.squared_hellinger(), S::one() - (-ratio / 8).exp()),
        ]
    }
}

/// What is claimed of the total variation.
fn stated<S: Special>(wrong: u8, seen: &Displacement<S>) -> S {
    match wrong {
        WHOLE_DISTANCE => Displacement { length: seen.length * 2, ..*seen }.total_variation(),
        PINSKER => (seen.kl() / 2).sqrt(),
        _ => seen.total_variation(),
    }
}

/// Total variation as an integral.
struct Variation(u8);

const EXAMPLE: &str = "norm_delta=0.7 sigma=0.45";

impl Enclosed for Variation {
    fn points(&self) -> &'static [&'static str] {
        &[EXAMPLE, "norm_delta=0.0137 sigma=1.9", "norm_delta=3.1 sigma=0.61"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let Displaced(seen) = at_point::<Ball, Displaced<Ball>>(point)?;
        let claimed = stated(self.0, &seen);
        Ok(vec![
            EnclosedRelation::equal("total variation", move |radius| {
                let edge = seen.length / seen.deviation / 2;
                claimed - integrate(&normal_density, &normal_density, -edge, edge, radius)
            }),
            EnclosedRelation::at_most("below Pinsker's bound", move |_| {
                (seen.kl() / 2).sqrt() - seen.total_variation()
            }),
            EnclosedRelation::at_most("at least the squared Hellinger distance", move |_| {
                seen.total_variation() - seen.squared_hellinger()
            }),
        ])
    }
}

parameters! {
    /// A displacement of an input, noise, and steps after it, in two dimensions.
    Behind {
        delta: vector "the displacement",
        sigma: positive "standard deviation of the injected noise",
        P: symmetric "precision of the energy",
        alpha: positive "length of a step",
        k: count "steps",
    }
}

impl<S: Scalar> Behind<S> {
    fn steps(&self) -> Steps<S> {
        Steps::without_noise(self.P.clone(), self.alpha, self.k)
    }

    /// What is claimed of the total variation after the steps.
    fn stated(&self, wrong: u8) -> S
    where
        S: Special,
    {
        let before =
            Displacement { length: self.delta.dot(&self.delta).sqrt(), deviation: self.sigma }.total_variation();
        // ρ, the larger size of two eigenvalues.
        let [low, high] = ends(&self.steps().one());
        let rate = ((low + high).square().sqrt() + high - low) / 2;
        if wrong == CONTRACTED { before * rate.powi(self.k as i32) } else { before }
    }
}

/// Total variation before and after the steps.
struct AfterSteps(u8);

const BEHIND: &str = "delta=[0.7,-0.31] sigma=0.45 P=[[0.71,-0.25],[-0.25,1.3]] alpha=0.31 k=2";

impl Enclosed for AfterSteps {
    fn points(&self) -> &'static [&'static str] {
        &[
            BEHIND,
            "delta=[0.42,-0.56] sigma=0.45 P=[[0.71,-0.25],[-0.25,1.3]] alpha=0.31 k=2",
            // Each step takes nearly all of one direction away.
            "delta=[0.0137,0.271] sigma=3.1 P=[[2.1,0.9],[0.9,0.4]] alpha=0.3999 k=3",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Behind<Ball> = at_point(point)?;
        let (stated, after) = (p.stated(self.0), Displacement::behind(&p.steps(), &p.delta, p.sigma).total_variation());
        Ok(vec![EnclosedRelation::equal("total variation after the steps", move |_| stated - after)])
    }
}

/// How often purified inputs are on the far side of the plane that tells the two laws apart best.
struct PurifiedDraws(u8);

impl Trial for PurifiedDraws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: Behind<Ball> = at_point(BEHIND)?;
        let p: Behind<Float> = at_point(BEHIND)?;
        let [claimed, right] = [self.0, 0].map(|wrong| exact.stated(wrong).to_f64());
        let spread = (1.0 - right * right) / 4.0;
        let (steps, noise) = (p.steps(), Matrix::identity(2).scale(p.sigma.square()));
        // The likelihood ratio of the purified laws is 1 where (Bᵏδ)ᵀ(σ²B²ᵏ)⁻¹y is half of its value at Bᵏδ.
        let moved = &steps.factor() * &p.delta;
        let normal = Covariance::new(steps.covariance(&noise)).precision() * &moved;
        let midway = Lanes::<WIDTH>::splat(normal.dot(&moved) / 2);
        let [normal, delta] = [&normal, &p.delta].map(|v| v.map(Lanes::splat));
        let (precision, deviation, length) = (p.P.map(Lanes::splat), Lanes::splat(p.sigma), Lanes::splat(p.alpha));
        Ok(Plan {
            point: BEHIND,
            statistics: vec![
                Statistic::mean("purified input beyond the plane", (1.0 - claimed) / 2.0, spread),
                Statistic::mean("purified displaced input beyond the plane", (1.0 + claimed) / 2.0, spread),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let z = noise.normals(2).scale(deviation);
                for (out, x) in out.iter_mut().zip([z.clone(), &delta + &z]) {
                    let y = (0..p.k).fold(x, |x, _| step(|x| -&(&precision * x), &x, length));
                    *out = Lanes((normal.dot(&y) - midway).0.map(|beyond| f64::from(u8::from(beyond > 0.0))));
                }
            }),
        })
    }
}

/// The half-space that shows the whole of the variation.
struct HalfSpace(u8);

impl Trial for HalfSpace {
    fn plan(&self) -> Result<Plan, InputError> {
        let Displaced(exact) = at_point::<Ball, Displaced<Ball>>(EXAMPLE)?;
        let Displaced(p) = at_point::<Float, Displaced<Float>>(EXAMPLE)?;
        let [claimed, right] = [self.0, 0].map(|wrong| stated(wrong, &exact).to_f64());
        let spread = (1.0 - right * right) / 4.0;
        // Any direction will do.
        let delta = Vector([6.0, -2.0, 3.0].map(|x| Lanes::splat(Float(x / 7.0) * p.length)).to_vec());
        let deviation = Lanes::splat(p.deviation);
        let midway = delta.dot(&delta) / 2;
        Ok(Plan {
            point: EXAMPLE,
            statistics: vec![
                Statistic::mean("clean input beyond the midpoint", (1.0 - claimed) / 2.0, spread),
                Statistic::mean("displaced input beyond the midpoint", (1.0 + claimed) / 2.0, spread),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let z = noise.normals(delta.dimension()).scale(deviation);
                for (out, x) in out.iter_mut().zip([z.clone(), &delta + &z]) {
                    *out = Lanes((delta.dot(&x) - midway).0.map(|beyond| f64::from(u8::from(beyond > 0.0))));
                }
            }),
        })
    }
}

fn read(inputs: &Inputs, ignored: Ignored) -> Result<Displacement<Ball>, InputError> {
    let Displaced(seen) = ExactReader::new(inputs, ignored).read()?;
    Ok(seen)
}

fn total_variation(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    Ok(read(inputs, ignored)?.total_variation())
}

macro_rules! formulas {
    ($($(#[$doc:meta])* $name:ident $method:ident),+) => {$(
        $(#[$doc])*
        struct $name;

        impl Formula for $name {
            type Params<S: Scalar> = Displaced<S>;
            fn value<S: Scalar>(p: &Displaced<S>) -> S {
                p.0.$method()
            }
        }
    )+};
}

formulas! {
    /// `‖δ‖²/(2σ²)`.
    Kl kl,
    /// `e^{‖δ‖²/σ²} − 1`.
    ChiSquare chi_square,
    /// `1 − e^{−‖δ‖²/(8σ²)}`.
    Hellinger squared_hellinger
}

const VARIATION: &str = "total variation";
const AFTER_STEPS: &str = "total variation after steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-noise-divergence",
    aliases: &[],
    title: "Injected noise screens an adversarial displacement, and affine steps after it change nothing",
    expect: Expect::True,
    text: include_str!("purify_noise_divergence.rs"),
    sources: &["yoon2021", "cohen2019"],
    readings: &[
        Readings::of("", &Divergences(0)),
        Readings::certified(VARIATION, &ByEnclosure(Variation(0))).and_sampled(&HalfSpace(0)),
        Readings::certified(AFTER_STEPS, &ByEnclosure(AfterSteps(0))).and_sampled(&PurifiedDraws(0)),
    ],
    controls: &[
        Control {
            id: "no-half", story: "‖δ‖²/σ² for KL: no half", readings: Readings::of("", &Divergences(NO_HALF))
        },
        Control {
            id: "steps-screen-too",
            story: "the divergence taken to shrink with the displacement under the steps, noise forgotten",
            readings: Readings::of("", &Divergences(CONTRACTED)),
        },
        Control {
            id: "divergence-in-chi-square",
            story: "e^{KL} − 1 for χ²",
            readings: Readings::of("", &Divergences(KL_IN_CHI_SQUARE)),
        },
        Control {
            id: "quarter-in-hellinger",
            story: "‖δ‖²/4σ² in the Hellinger exponent, as of variance σ²/2",
            readings: Readings::of("", &Divergences(QUARTER)),
        },
        Control {
            id: "whole-distance",
            story: "2Φ(‖δ‖/σ) − 1: the whole distance for the half up to the midpoint",
            readings: Readings::certified(VARIATION, &ByEnclosure(Variation(WHOLE_DISTANCE)))
                .and_sampled(&HalfSpace(WHOLE_DISTANCE)),
        },
        Control {
            id: "pinsker-as-equality",
            story: "Pinsker's bound √(KL/2) taken for the total variation",
            readings: Readings::certified(VARIATION, &ByEnclosure(Variation(PINSKER))).and_sampled(&HalfSpace(PINSKER)),
        },
        Control {
            id: "variation-contracts",
            story: "the total variation shrunk by ρᵏ, the rate at which the steps forget a displacement",
            readings: Readings::certified(AFTER_STEPS, &ByEnclosure(AfterSteps(CONTRACTED)))
                .and_sampled(&PurifiedDraws(CONTRACTED)),
        },
    ],
    quantities: &[
        Quantity::enclosed::<Displaced<Float>>(
            "tv",
            "total variation between N(x, sigma^2 I) and N(x + delta, sigma^2 I)",
            &[],
            total_variation,
        ),
        Quantity::of::<Kl>("kl", "Kullback-Leibler divergence between the two, in nats", &[]),
        Quantity::of::<ChiSquare>("chi2", "chi-square divergence between the two, the integral of (p - q)^2/q", &[]),
        Quantity::of::<Hellinger>(
            "squared-hellinger",
            "squared Hellinger distance, 1 minus the integral of sqrt(pq)",
            &[],
        ),
    ],
};
