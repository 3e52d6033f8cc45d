//! Langevin steps on a Gaussian energy keep a law that is too wide, by an exact amount; two conventions differ by a factor 2.
//!
//! For the score $s(x) = -P(x - \mu_E)$ the steps with *half* the drift, $x' = x + \frac\eta2s(x) + \sqrt\eta z$, and with the *full* drift,
//! $x' = x + \eta s(x) + \sqrt{2\eta}z$, keep
//!
//! $$ S_H = P^{-1}\Big(I - \frac\eta4P\Big)^{-1}, \qquad S_F = P^{-1}\Big(I - \frac\eta2P\Big)^{-1} $$
//!
//! and are one chain at different $\eta$: $S_F(\eta) = S_H(2\eta)$. With $B = I - \frac\eta2P$, what a step forgets is $I - B^2 = \eta P(I - \frac\eta4P)$, so that the
//! law exists iff $\eta < 4/\lambda_{max}$ (full drift: $2/\lambda_{max}$). The mean is $\mu_E$, without bias. After $k$ steps from a point
//!
//! $$ S_k = S - B^kSB^k, \qquad S_H = P^{-1} + \frac\eta4I + \frac{\eta^2}{16}P\Big(I - \frac\eta4P\Big)^{-1} $$
//!
//! The first order is the same in every direction, whatever $P$, and leaves covariances off the diagonal alone. With $q_i = (1 - \eta\lambda_i/4)^{-1}$
//!
//! $$ KL(\text{kept}\|\text{target}) = \tfrac12\sum_i(q_i - 1 - \ln q_i), \qquad W_2^2 = \sum_i\frac{(\sqrt{q_i} - 1)^2}{\lambda_i} $$
//!
//! Assumptions: $P$ positive definite, exact score, no clipping. States of one chain are correlated: what is drawn here are
//! independent chains, each begun in the law that the steps keep. If it failed, samples of a right implementation would be
//! called wrong, or the bias of long steps an error of the score.

use super::purify_contraction::ends;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{GaussianVector, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Covariance, Float, Lanes, Matrix, Scalar, Vector};
use crate::objectives::purification::{Steps, step};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{MultivariateGaussian, rotation};

const UNBIASED: u8 = 1;
const OTHER_CONVENTION: u8 = 2;
const FIRST_ORDER: u8 = 3;
const EARLY_LIMIT: u8 = 4;
const ONE_NOISE: u8 = 5;

/// `η/2` and `√η`, or `η` and `√(2η)`.
#[derive(Clone, Copy, PartialEq)]
enum Convention {
    Half,
    Full,
}

impl Convention {
    const ALL: [(&str, Self); 2] = [("half the drift", Self::Half), ("full drift", Self::Full)];
    const NAMES: &[&str] = &["half-step", "full-step"];

    fn steps<S: Scalar>(self, precision: &Matrix<S>, eta: S, count: u32) -> Steps<S> {
        let (length, noise) = if self == Self::Half { (eta / 2, eta) } else { (eta, eta * 2) };
        Steps { precision: precision.clone(), length, noise, count }
    }

    /// The covariance that the steps keep, or what is taken for it.
    fn stated<S: Scalar>(self, wrong: u8, precision: &Covariance<S>, eta: S) -> Matrix<S> {
        let steps = self.steps(precision.matrix(), eta, 1);
        match wrong {
            UNBIASED => precision.precision().clone(),
            FIRST_ORDER => precision.precision() + &Matrix::identity(precision.matrix().rows()).scale(steps.length / 2),
            // Twice the drift and twice the noise are the other convention.
            OTHER_CONVENTION => Steps { length: steps.length * 2, noise: steps.noise * 2, ..steps }.stationary(),
            _ => steps.stationary(),
        }
    }
}

parameters! {
    /// A Gaussian energy and a step.
    Chain {
        P: covariance "the precision of the energy",
        mu: vector "its mode",
        eta: positive "the length of a step",
        k: count "how many steps",
    }
}

/// A relation for each entry on and below the diagonal.
fn entries<'p, S: Scalar>(name: &str, left: &Matrix<S>, right: &Matrix<S>) -> Vec<Relation<'p, S>> {
    let places = (0..left.rows()).flat_map(|i| (0..=i).map(move |j| (i, j)));
    places.map(|at| Relation::equal(format!("{name}, entry ({}, {})", at.0, at.1), left[at], right[at])).collect()
}

struct Kept(u8);

impl Statement for Kept {
    type Params<S: Scalar> = Chain<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "P=[[2,0.5],[0.5,1]] mu=[0.3,-1.1] eta=0.6 k=3",
            // The largest eigenvalue is 2.2071067811865475…: steps with half the drift are stable, barely; those with the full one are not.
            "P=[[2,0.5],[0.5,1]] mu=[-0.7,0.4] eta=1.8123 k=7",
            "P=[[1.3137e6,911.3],[911.3,0.6719]] mu=[2.1,0.9] eta=1.1e-6 k=5",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Chain<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let mut relations = Vec::new();
        let identity = Matrix::identity(p.mu.dimension());
        for (name, convention) in Convention::ALL {
            let steps = convention.steps(p.P.matrix(), p.eta, p.k);
            let kept = convention.stated(wrong, &p.P, p.eta);
            let once = Steps { count: 1, ..steps.clone() };
            relations.extend(entries(&format!("kept by a step, {name}"), &once.covariance(&kept), &kept));
            let drawn = if wrong == ONE_NOISE { steps.noise / 2 } else { steps.noise };
            let factor = steps.factor();
            let left = &kept - &(&(&factor * &kept) * &factor);
            let walked =
                Steps { noise: drawn, ..steps.clone() }.covariance(&Matrix::zeros(factor.rows(), factor.rows()));
            relations.extend(entries(&format!("after k steps from a point, {name}"), &left, &walked));
            relations.extend(entries(&format!("by doubling, {name}"), &steps.from_a_point(), &walked));
            // What a step forgets: with this share the limit is 1/share over the largest eigenvalue.
            let share = if wrong == EARLY_LIMIT { steps.length } else { steps.length / 2 };
            let slowed = &identity - &p.P.matrix().scale(share);
            let forgets = (p.P.matrix() * &slowed).scale(steps.length * 2);
            let one = steps.one();
            relations.extend(entries(&format!("what a step forgets, {name}"), &(&identity - &(&one * &one)), &forgets));
            let second = (&p.P.matrix().scale(steps.length.square() / 4) * Covariance::new(slowed).precision()).clone();
            let series = &(p.P.precision() + &identity.scale(steps.length / 2)) + &second;
            if wrong != EARLY_LIMIT {
                relations.extend(entries(&format!("in powers of the step, {name}"), &series, &kept));
            }
            let mode = step(|x| p.P.matrix() * &(&p.mu - x), &p.mu, steps.length);
            relations.extend(Relation::componentwise(&format!("mean, {name}"), &mode, &p.mu));
        }
        let twice = Convention::Half.stated(0, &p.P, p.eta * 2);
        relations.extend(entries("one chain", &Convention::Full.stated(wrong, &p.P, p.eta), &twice));
        relations
    }
}

parameters! {
    /// A Gaussian energy by its axes.
    Axes {
        turn: real "half the tangent of the angle of the axes",
        eta: positive "the length of a step with half the drift",
        c1: fraction "eta/4 times the curvature along the first axis",
        c2: fraction "eta/4 times the curvature along the second axis",
    }
}

/// The kept covariance, axis by axis.
struct ByAxes(u8);

impl Statement for ByAxes {
    type Params<S: Scalar> = Axes<S>;

    fn points(&self) -> &'static [&'static str] {
        &["turn=0.3719 eta=0.6 c1=0.3311 c2=0.1189", "turn=-1.7 eta=2.3 c1=0.99999 c2=1e-7"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Axes<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let axes = rotation(2, &Vector(vec![p.turn]));
        let seen = |along: &[S; 2]| {
            let spread = Matrix::from_fn(2, 2, |i, j| axes[(i, j)] * along[j]);
            &spread * &axes.transpose()
        };
        let shares = [p.c1, p.c2];
        let curvatures = shares.map(|c| c * 4 / p.eta);
        let widened = shares.map(|c| (S::one() - c).recip());
        let precision = Covariance::new(seen(&curvatures));
        let kept = Convention::Half.stated(wrong, &precision, p.eta);
        let along = [0, 1].map(|i| widened[i] / curvatures[i]);
        entries("axis by axis", &kept, &seen(&along))
    }
}

/// The kept covariance from eigenvalues, and its distance from the target.
struct Printed(u8);

impl Statement for Printed {
    type Params<S: Scalar> = Chain<S>;

    fn points(&self) -> &'static [&'static str] {
        &["P=[[2,0.5],[0.5,1]] mu=[0,0] eta=0.6 k=1", "P=[[2,0.5],[0.5,1]] mu=[0,0] eta=1.8123111 k=1"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Chain<S>) -> Vec<Relation<'p, S>> {
        let kept = Convention::Half.stated(self.0, &p.P, p.eta);
        let mut relations = entries("sum over axes", &kept, &over_axes(p.P.matrix(), p.eta));
        let target = p.P.precision();
        let law = |covariance: &Matrix<S>| {
            let covariance = Covariance::new(covariance.clone());
            MultivariateGaussian { mean: p.mu.clone(), covariance }
        };
        let axes = ends(p.P.matrix()).map(|curvature| (curvature, (S::one() - p.eta * curvature / 4).recip()));
        let divergence = axes.map(|(_, widened)| widened.minus_1_minus_ln() / 2);
        let kl = law(&kept).kl(&law(target));
        relations.push(Relation::equal("divergence from the target", kl, divergence[0] + divergence[1]));
        // tr (T½ S T½)½ in two dimensions, from the trace and the determinant of ST.
        let root = ((&kept * target).trace() + (kept.determinant() * target.determinant()).sqrt() * 2).sqrt();
        let transport = axes.map(|(curvature, widened)| (widened.sqrt() - 1).square() / curvature);
        let squared = kept.trace() + target.trace() - root * 2;
        relations.push(Relation::equal("squared transport distance", squared, transport[0] + transport[1]));
        relations
    }
}

/// `Σᵢ uᵢuᵢᵀ/(λᵢ(1 − ηλᵢ/4))` of a 2 × 2 matrix that is not a multiple of the identity.
fn over_axes<S: Scalar>(precision: &Matrix<S>, eta: S) -> Matrix<S> {
    let [lower, upper] = ends(precision);
    let projector = |own: S, other: S| (precision - &Matrix::identity(2).scale(other)).scale((own - other).recip());
    let weight = |curvature: S| (curvature * (S::one() - eta * curvature / 4)).recip();
    &projector(upper, lower).scale(weight(upper)) + &projector(lower, upper).scale(weight(lower))
}

/// Independent chains from the law that the steps keep, a few steps each.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "P=[[2,0.5],[0.5,1]] mu=[0.3,-1.1] eta=0.6 k=3";
        let (exact, p): (Chain<Ball>, Chain<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let claimed = Convention::Half.stated(self.0, &exact.P, exact.eta).map(|entry| Float(entry.to_f64()));
        let kept = Covariance::new(Convention::Half.stated(0, &p.P, p.eta));
        let kept = GaussianVector::new(&MultivariateGaussian { mean: p.mu.clone(), covariance: kept });
        let [v00, v01, v11] = [(0, 0), (0, 1), (1, 1)].map(|at| claimed[at].0);
        let steps = Convention::Half.steps(p.P.matrix(), p.eta, p.k);
        let (precision, mode) = (p.P.matrix().map(Lanes::<WIDTH>::splat), p.mu.map(Lanes::splat));
        let (length, noise) = (Lanes::splat(steps.length), Lanes::splat(steps.noise.sqrt()));
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("first coordinate", p.mu[0].0, v00),
                Statistic::variance("variance of the first", p.mu[0].0, v00),
                Statistic::variance("variance of the second", p.mu[1].0, v11),
                Statistic::mean("product of deviations", v01, v00 * v11 + v01 * v01),
            ],
            drawn: None,
            sampler: sampler(move |draws, out| {
                let start = draws.vector(&kept);
                let end = (0..p.k).fold(start, |x, _| {
                    let moved = step(|x| &precision * &(&mode - x), &x, length);
                    &moved + &draws.normals(2).scale(noise)
                });
                let product = (end[0] - mode[0]) * (end[1] - mode[1]);
                out.copy_from_slice(&[end[0], end[0], end[1], product]);
            }),
        })
    }
}

/// An entry of a covariance.
struct Entry<S> {
    precision: Covariance<S>,
    steps: Steps<S>,
    place: (usize, usize),
    finite: bool,
}

impl<S: Scalar> Parameters<S> for Entry<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let precision = source.covariance("P", "the precision of the energy")?;
        let eta = source.real("eta", crate::parameters::Domain::Positive, "the length of a step")?;
        let form = source.choice(
            "form",
            Convention::NAMES,
            false,
            "half-step: x + eta/2 s + sqrt(eta) z; full-step: x + eta s + sqrt(2 eta) z",
        )?;
        let count = source.optional_index("k", "steps from a point; without it, the law that the steps keep")?;
        let place = source.place("entry", precision.matrix().rows(), "which entry, [row, column] from 0")?;
        let convention = if form == Convention::NAMES[0] { Convention::Half } else { Convention::Full };
        let steps = convention.steps(precision.matrix(), eta, count.unwrap_or(0));
        Ok(Self { precision, steps, place, finite: count.is_some() })
    }
}

struct CovarianceEntry;

impl Formula for CovarianceEntry {
    type Params<S: Scalar> = Entry<S>;
    fn value<S: Scalar>(p: &Entry<S>) -> S {
        let covariance = if p.finite { p.steps.from_a_point() } else { p.steps.stationary() };
        covariance[p.place]
    }
}

/// The same, where the steps keep a law.
fn covariance_entry(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Entry<Ball> = ExactReader::new(inputs, ignored).read()?;
    if !p.finite {
        let slowed = &Matrix::identity(p.precision.matrix().rows()) - &p.precision.matrix().scale(p.steps.length / 2);
        let (_, pivots) = slowed.ldl();
        if !pivots.0.iter().all(Ball::certainly_positive) {
            let why = "steps of this length keep no law: `eta` must be below 4/(largest eigenvalue of P) with form=half-step, \
                       below 2/(largest eigenvalue of P) with form=full-step; give a smaller `eta`, or `k` for the covariance after k steps";
            return Err(InputError::Condition(why.to_owned()));
        }
    }
    Ok(CovarianceEntry::value(&p))
}

const KEPT: &str = "";
const AXES: &str = "by axes";
const PRINTED: &str = "eigenvalues";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-langevin-bias",
    aliases: &[],
    title: "Langevin steps on a Gaussian energy keep a law that is too wide, by an exact amount in each convention",
    expect: Expect::True,
    text: include_str!("purify_langevin_bias.rs"),
    sources: &["yoon2021"],
    readings: &[
        Readings::of(KEPT, &Kept(0)).and_sampled(&Draws(0)),
        Readings::of(AXES, &ByAxes(0)),
        Readings::certified(PRINTED, &Printed(0)),
    ],
    controls: &[
        Control {
            id: "unbiased",
            story: "the inverse of P for the law that the steps keep",
            readings: Readings::of(KEPT, &Kept(UNBIASED)).and_sampled(&Draws(UNBIASED)),
        },
        Control {
            id: "unbiased-by-eigenvalues",
            story: "the same, and no divergence from the target",
            readings: Readings::certified(PRINTED, &Printed(UNBIASED)),
        },
        Control {
            id: "other-convention",
            story: "the bias of the full drift for steps with half of it: twice the share of η",
            readings: Readings::of(KEPT, &Kept(OTHER_CONVENTION)).and_sampled(&Draws(OTHER_CONVENTION)),
        },
        Control {
            id: "other-convention-by-eigenvalues",
            story: "the same, against the sum over the eigenvalues",
            readings: Readings::certified(PRINTED, &Printed(OTHER_CONVENTION)),
        },
        Control {
            id: "other-convention-by-axes",
            story: "the same along each axis",
            readings: Readings::of(AXES, &ByAxes(OTHER_CONVENTION)),
        },
        Control {
            id: "first-order",
            story: "η/4 times the identity taken for the whole bias",
            readings: Readings::of(KEPT, &Kept(FIRST_ORDER)).and_sampled(&Draws(FIRST_ORDER)),
        },
        Control {
            id: "first-order-by-eigenvalues",
            story: "the same, against the sum over the eigenvalues",
            readings: Readings::certified(PRINTED, &Printed(FIRST_ORDER)),
        },
        Control {
            id: "early-limit",
            story: "the limit 2/λ of the drift without noise for steps with half the drift, and 1/λ for the full one",
            readings: Readings::of(KEPT, &Kept(EARLY_LIMIT)),
        },
        Control {
            id: "noise-without-two",
            story: "noise of variance η added where the drift is full, or η/2 where it is half",
            readings: Readings::of(KEPT, &Kept(ONE_NOISE)),
        },
    ],
    quantities: &[Quantity::of::<CovarianceEntry>(
        "covariance-entry",
        "an entry of the covariance that Langevin steps on the energy with precision P keep, or have after k steps from a point",
        &[],
    )
    .enclosed_by(covariance_entry)],
};
