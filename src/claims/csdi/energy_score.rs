//! The energy score of a Gaussian forecast: mean lengths of Gaussian vectors, by one integral that is singular nowhere.
//!
//! $$ \mathrm{ES}(N(m, C), y) = E\|X - y\| - \tfrac12E\|X - X'\|, \qquad X - X' \sim N(0, 2C) $$
//!
//! With the eigenvalues $l_j$ of the covariance and the shift $d_j$ in their basis,
//!
//! $$ E\|N(d, \mathrm{diag}\,l)\| = \frac1{2\sqrt\pi}\int_0^\infty\Big(1 - \prod_j\frac{e^{-td_j^2/(1 + 2tl_j)}}{\sqrt{1 + 2tl_j}}\Big)\frac{dt}{t^{3/2}} $$
//!
//! which is here integrated by parts and mapped to a quarter turn. Without shift, for equal eigenvalues $v$ in $d$ dimensions, it is
//! $\sqrt{2v}\,\Gamma(\frac{d+1}2)/\Gamma(\frac d2)$. In one dimension the score is the CRPS. A right forecast scores
//! $\frac12E\|N(0, 2C)\| = \frac1{\sqrt2}E\|N(0, C)\|$ on average.
//!
//! The squared length is a mixture of $\chi^2$ laws, $\sum_kc_k\,\beta\chi^2_{d+2k}$ with $\beta \le \min l_j$ and weights that add up to one:
//! another route to the same number, whose rest is bounded by the Cauchy–Schwarz inequality.
//!
//! Assumptions: $l_j > 0$. Enclosed at points (the integral has no closed form that a proof reads) and drawn. If it failed, forecasts
//! with wrong correlations would be ranked by what the score of each coordinate alone says, which sees none.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Plan, Statistic, Trial, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar, Special, Vector};
use crate::objectives::scoring::{
    crps, energy_score, expected_norm, isotropic_norm, mean_magnitude, norm_by_chi_squares,
};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::Gaussian;

const JENSEN: u8 = 1;
const MARGINALS: u8 = 2;
const ONE_COVARIANCE: u8 = 3;
const OTHER_GAMMA: u8 = 4;

/// Eigenvalues of a covariance, and a shift in their basis.
struct Axes<S> {
    eigenvalues: Vector<S>,
    shift: Vector<S>,
}

impl<S: Scalar> Parameters<S> for Axes<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let eigenvalues = source.positives("eigenvalues", "eigenvalues of the covariance")?;
        let shift =
            source.vector("shift", "mean (of the score: forecast minus what came) in the basis of the eigenvectors")?;
        source.same_dimension(&["eigenvalues", "shift"])?;
        Ok(Self { eigenvalues, shift })
    }
}

impl Axes<Ball> {
    fn norm(&self, digits: usize) -> Ball {
        expected_norm(&self.eigenvalues.0, &self.shift.0, digits)
    }

    /// The same without the shift.
    fn centred(&self) -> Self {
        Self { eigenvalues: self.eigenvalues.clone(), shift: self.shift.map(|_| Ball::zero()) }
    }

    /// `E‖X‖²`.
    fn square(&self) -> Ball {
        let [l, d] = [&self.eigenvalues, &self.shift];
        l.0.iter().zip(&d.0).fold(Ball::zero(), |sum, (l, d)| sum + *l + d.square())
    }
}

/// The score at a shift, or a wrong version of it.
fn score_at(wrong: u8, axes: &Axes<Ball>, digits: usize) -> Ball {
    match wrong {
        ONE_COVARIANCE => axes.norm(digits) - axes.centred().norm(digits) / 2,
        _ => energy_score(&axes.eigenvalues.0, &axes.shift.0, digits),
    }
}

/// How many digits of a number of this magnitude make this radius.
fn digits_of(radius: f64, magnitude: f64) -> usize {
    Float(magnitude / radius).ln().0.max(0.0).div_euclid(std::f64::consts::LN_10) as usize + 1
}

/// Lengths that have a closed form.
struct Closed(u8);

parameters! {
    /// A shift along one axis of a law without direction.
    Round {
        v: positive "variance of each component, not a standard deviation",
        d: count "dimension",
        delta: real "length of the shift",
    }
}

impl Enclosed for Closed {
    fn points(&self) -> &'static [&'static str] {
        &["v=2.5 d=7 delta=1.3", "v=0.0137 d=1 delta=-0.31", "v=411.9 d=4 delta=11.37"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: Round<Ball> = at_point(point)?;
        let round = move |d: u32, delta: Ball| {
            let shift = (0..d).map(|axis| if axis == 0 { delta } else { Ball::zero() });
            Axes { eigenvalues: Vector(vec![p.v; d as usize]), shift: Vector(shift.collect()) }
        };
        let enclosed = |axes: Axes<Ball>| {
            let magnitude = axes.square().sqrt().to_f64();
            move |radius: f64| axes.norm(digits_of(radius, magnitude))
        };
        let line = Gaussian::new(p.delta, p.v);
        let (centred, ball) = (enclosed(round(p.d, Ball::zero())), enclosed(round(3, p.delta)));
        let gamma = isotropic_norm(p.v, if wrong == OTHER_GAMMA { p.d + 1 } else { p.d });
        // In three dimensions the length has a density: E = √(2v/π) e^{−δ²/2v} + (δ + v/δ) erf(δ/√(2v)).
        let in_space = mean_magnitude(&line) + p.v / p.delta * (p.delta / (p.v * 2).sqrt()).erf();
        let score_axes = round(1, p.delta);
        let score = crps(&Gaussian::new(p.delta, p.v), Ball::zero());
        let magnitude = score_axes.square().sqrt().to_f64();
        Ok(vec![
            EnclosedRelation::equal("no shift and equal eigenvalues", move |radius| gamma - centred(radius)),
            EnclosedRelation::equal("three dimensions", move |radius| in_space - ball(radius)),
            EnclosedRelation::equal("the score in one dimension", move |radius| {
                score - score_at(wrong, &score_axes, digits_of(radius, magnitude))
            }),
        ])
    }
}

const SAMPLED: &str = "eigenvalues=[1.8,0.9,0.3] shift=[0.5,-0.2,1]";

/// Any eigenvalues.
struct Lengths(u8);

impl Enclosed for Lengths {
    fn points(&self) -> &'static [&'static str] {
        &[
            SAMPLED,
            "eigenvalues=[1.8,0.9,0.3] shift=[0,0,0]",
            "eigenvalues=[0.0137,0.0411] shift=[0.31,-0.0719]",
            "eigenvalues=[411.9,97.3,131.7,313.7] shift=[1.3,-9.7,4.1,0.19]",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let (p, axes): (Axes<Ball>, Axes<Ball>) = (at_point(point)?, at_point(point)?);
        let centred = p.centred();
        let magnitude = p.square().sqrt().to_f64();
        let marginals = p.eigenvalues.0.iter().fold(Ball::zero(), |sum, l| sum + (*l / Ball::pi()).sqrt());
        Ok(vec![
            EnclosedRelation::equal("mixture of chi-squares", move |radius| {
                let length = match wrong {
                    JENSEN => axes.square().sqrt(),
                    _ => axes.norm(digits_of(radius, magnitude)),
                };
                length - norm_by_chi_squares(&axes.eigenvalues.0, &axes.shift.0, radius / 4.0)
            }),
            // E ES = E‖X − Y‖ − ½ E‖X − X′‖ with X − Y ~ N(0, 2C) too.
            EnclosedRelation::equal("score of a right forecast", move |radius| {
                let digits = digits_of(radius, magnitude);
                let wide = centred.eigenvalues.map(|l| l * 2);
                let apart = expected_norm(&wide.0, &centred.shift.0, digits);
                let score = match wrong {
                    MARGINALS => marginals,
                    ONE_COVARIANCE => apart - centred.norm(digits) / 2,
                    _ => apart / 2,
                };
                score
                    - norm_by_chi_squares(&centred.eigenvalues.0, &centred.shift.0, radius / 4.0) / Ball::int(2).sqrt()
            }),
            EnclosedRelation::at_most("below the root of the mean square", move |radius| {
                p.square().sqrt() - p.norm(digits_of(radius, magnitude))
            }),
        ])
    }
}

/// Lengths and scores of draws.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const DIGITS: usize = 16;
        let wrong = self.0;
        let exact: Axes<Ball> = at_point(SAMPLED)?;
        let length = exact.norm(DIGITS);
        let variance = exact.square() - length.square();
        let claimed = if wrong == JENSEN { exact.square().sqrt() } else { length };
        let (l, d) = (&exact.eigenvalues.0, &exact.shift.0);
        let marginal = |(l, d): (&Ball, &Ball)| crps(&Gaussian::new(*d, *l), Ball::zero());
        let score = match wrong {
            MARGINALS => l.iter().zip(d).map(marginal).fold(Ball::zero(), |sum, x| sum + x),
            _ => score_at(wrong, &exact, DIGITS),
        };
        // As in one dimension: the score moves by at most 3/2 of a step of X and 1/2 of a step of X′.
        let largest = l.iter().map(|l| l.to_f64()).fold(0.0, f64::max);
        let p: Axes<Float> = at_point(SAMPLED)?;
        let laws: Vec<_> = p.eigenvalues.0.iter().zip(&p.shift.0).map(|(l, d)| Gaussian::new(*d, *l)).collect();
        Ok(Plan {
            point: SAMPLED,
            statistics: vec![
                Statistic::mean("length of a draw", claimed.to_f64(), variance.to_f64()),
                Statistic::mean("score of a pair of draws", score.to_f64(), largest * 2.5),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let zero = Lanes::zero();
                let (mut near, mut apart) = (zero, zero);
                for law in &laws {
                    let [x, other] = [noise.gaussian(law), noise.gaussian(law)];
                    near = near + x.square();
                    apart = apart + (x - other).square();
                }
                out[0] = near.sqrt();
                out[1] = near.sqrt() - apart.sqrt() / 2;
            }),
        })
    }
}

/// Eigenvalues and a shift, or a variance and a dimension.
enum Law<S> {
    Axes(Axes<S>),
    Round(S, u32),
}

/// Beyond, the product over the dimensions takes long.
const MOST_DIMENSIONS: u32 = 1_000_000;

impl<S: Scalar> Parameters<S> for Law<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        match source.optional(
            "v",
            Domain::Positive,
            "variance of each component, with d in place of eigenvalues and shift",
        )? {
            None => Ok(Self::Axes(Axes::read(source)?)),
            Some(v) => {
                let d = source.count("d", "dimension, with v")?;
                if d > MOST_DIMENSIONS {
                    let why = format!(
                        "parameter `d` is {d}, and the quotient of Gamma functions takes a step for each; give at most {MOST_DIMENSIONS}"
                    );
                    return Err(InputError::Condition(why));
                }
                Ok(Self::Round(v, d))
            }
        }
    }
}

/// `E‖N(d, diag l)‖`.
fn norm(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    Ok(match ExactReader::new(inputs, ignored).read::<Ball, Law<Ball>>()? {
        Law::Axes(axes) => axes.norm(digits),
        Law::Round(v, d) => isotropic_norm(v, d),
    })
}

/// The score.
fn score(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: Axes<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(score_at(0, &p, digits))
}

const CLOSED: &str = "closed forms";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "energy-score",
    aliases: &[],
    title: "The energy score of a Gaussian forecast by one regular integral",
    expect: Expect::True,
    text: include_str!("energy_score.rs"),
    sources: &["gneiting2007", "ruben1962"],
    readings: &[
        Readings::certified("", &ByEnclosure(Lengths(0))).and_sampled(&Draws(0)),
        Readings::certified(CLOSED, &ByEnclosure(Closed(0))),
    ],
    controls: &[
        Control {
            id: "sum-of-marginals",
            story: "the sum of the CRPS of the coordinates reported as the energy score",
            readings: Readings::certified("", &ByEnclosure(Lengths(MARGINALS))).and_sampled(&Draws(MARGINALS)),
        },
        Control {
            id: "root-of-the-trace",
            story: "the root of the mean square for the mean length, which it bounds",
            readings: Readings::certified("", &ByEnclosure(Lengths(JENSEN))).and_sampled(&Draws(JENSEN)),
        },
        Control {
            id: "one-covariance",
            story: "X − X′ with the covariance C of one draw for 2C",
            readings: Readings::certified("", &ByEnclosure(Lengths(ONE_COVARIANCE)))
                .and_sampled(&Draws(ONE_COVARIANCE)),
        },
        Control {
            id: "one-covariance-in-one-dimension",
            story: "the same, against the CRPS",
            readings: Readings::certified(CLOSED, &ByEnclosure(Closed(ONE_COVARIANCE))),
        },
        Control {
            id: "gamma-of-the-next-dimension",
            story: "Γ(d/2 + 1)/Γ((d + 1)/2): the dimension counted from zero",
            readings: Readings::certified(CLOSED, &ByEnclosure(Closed(OTHER_GAMMA))),
        },
    ],
    quantities: &[
        Quantity::enclosed::<Law<Float>>(
            "expected-norm",
            "E||N(shift, diag(eigenvalues))||, or E||N(0, v I)|| in d dimensions, in the unit of the components",
            &[],
            norm,
        ),
        Quantity::enclosed::<Axes<Float>>(
            "energy-score",
            "the energy score of N(m, C) at y, from the eigenvalues of C and the shift m - y in their basis",
            &[],
            score,
        ),
    ],
};
