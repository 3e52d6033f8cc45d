//! Explicit and implicit score matching differ by a number that no parameter of the model enters.
//!
//! Data $x \sim N(m, \Sigma)$ with score $s_p$, a model score $s(x) = -K(x - \mu)$ with $K$ of any sign, $D = K - \Sigma^{-1}$, $b = m - \mu$:
//!
//! $$ J_{ESM} = \tfrac12E\|s - s_p\|^2 = \tfrac12\mathrm{tr}(D\Sigma D) + \tfrac12b^\top K^2b, \qquad
//! J_{ISM} = E\big[\mathrm{tr}\nabla s + \tfrac12\|s\|^2\big] = -\mathrm{tr}K + \tfrac12\mathrm{tr}(K\Sigma K) + \tfrac12b^\top K^2b $$
//!
//! $$ J_{ESM} = J_{ISM} + \tfrac12E\|s_p\|^2, \qquad \tfrac12E\|s_p\|^2 = \tfrac12\mathrm{tr}\,\Sigma^{-1} $$
//!
//! The first two are proved against the losses as code has them, averaged over the data by values alone (a quadratic needs no more);
//! the third also in every dimension at once. Near the truth $J_{ESM}$ is the small difference of two large numbers if it is
//! taken from $J_{ISM}$; the form in $D$ keeps its digits.
//!
//! Assumptions: $p(x)s(x) \to 0$ at infinity, true of every affine score of Gaussian data. If it failed, a loss that can be computed
//! without the score of the data would have another minimiser than the error of the score.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{EveryDimension, GaussianVector, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Float, Lanes, Scalar, Vector};
use crate::objectives::score_matching::{ScoreLaw, data_variance, explicit, implicit, mean_explicit, mean_implicit};
use crate::parameters::{InputError, at_point};
use crate::worlds::{SCORE_MODELS, ScoreModel};

const SIGN_OF_TRACE: u8 = 1;
const PRECISION_ONCE: u8 = 2;
const NO_HALF: u8 = 3;
const HALF_THE_TRACE: u8 = 4;
const WHOLE_CONSTANT: u8 = 5;

/// `J_ESM` as it is stated.
fn stated_explicit<S: Scalar>(wrong: u8, model: &ScoreModel<S>) -> S {
    let explicit = mean_explicit(model);
    if wrong == NO_HALF { explicit * 2 } else { explicit }
}

/// `J_ISM` as it is stated.
fn stated_implicit<S: Scalar>(wrong: u8, model: &ScoreModel<S>) -> S {
    let (implicit, trace) = (mean_implicit(&ScoreLaw::from(model)), model.precision.trace());
    match wrong {
        SIGN_OF_TRACE => implicit + trace * 2,
        HALF_THE_TRACE => implicit + trace / 2,
        PRECISION_ONCE => {
            let (away, mean) = (&model.data.mean - &model.centre, model.mean_score());
            implicit + (model.precision.bilinear(&away, &away) - mean.dot(&mean)) / 2
        }
        _ => implicit,
    }
}

/// `½ tr Σ⁻¹` as it is stated.
fn stated_constant<S: Scalar>(wrong: u8, model: &ScoreModel<S>) -> S {
    let trace = model.data.covariance.precision().trace();
    if wrong == WHOLE_CONSTANT { trace } else { trace / 2 }
}

/// The losses as code has them, on average.
struct Averages(u8);

impl Statement for Averages {
    type Params<S: Scalar> = ScoreModel<S>;

    fn points(&self) -> &'static [&'static str] {
        SCORE_MODELS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScoreModel<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (score, of_data) = (p.score(), p.data.score());
        let nothing = p.data.mean.map(|_| S::zero());
        let explicit_loss = |x: &Vector<S>| explicit(&score.value(x), &of_data.value(x));
        let averaged = p.data.mean_of_quadratic(explicit_loss);
        let constant = p.data.mean_of_quadratic(|x| explicit(&of_data.value(x), &nothing));
        let implicit_loss = p.data.mean_of_quadratic(|x| implicit(&score.slope, &score.value(x)));
        vec![
            Relation::equal("explicit", averaged, stated_explicit(wrong, p)),
            Relation::equal("implicit", implicit_loss, stated_implicit(wrong, p)),
            Relation::equal("what the data alone make", constant, stated_constant(wrong, p)),
            Relation::equal("explicit minus implicit", averaged - implicit_loss, stated_constant(wrong, p)),
        ]
    }
}

/// The closed forms, whatever the dimension.
struct ClosedForms(u8);

impl Statement for ClosedForms {
    type Params<S: Scalar> = ScoreModel<S>;

    fn points(&self) -> &'static [&'static str] {
        SCORE_MODELS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScoreModel<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let difference = stated_explicit(wrong, p) - stated_implicit(wrong, p);
        vec![Relation::equal("difference of the closed forms", difference, stated_constant(wrong, p))]
    }
}

/// Both losses at draws of the data.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let point = SCORE_MODELS[1];
        let (exact, p): (ScoreModel<Ball>, ScoreModel<Float>) = (at_point(point)?, at_point(point)?);
        let law = ScoreLaw::from(&exact);
        let error = exact.precision_error();
        let covariance = &(&error * exact.data.covariance.matrix()) * &error;
        // The error of the score is Gaussian too, with the same mean.
        let of_error = ScoreLaw { covariance, ..law.clone() };
        let (data, score, of_data) = (GaussianVector::new(&p.data), p.score(), p.data.score());
        let [score, of_data] = [score, of_data].map(|field| field.map(Lanes::splat));
        Ok(Plan {
            point,
            statistics: vec![
                Statistic::mean(
                    "explicit loss",
                    stated_explicit(wrong, &exact).to_f64(),
                    data_variance(&of_error).to_f64(),
                ),
                Statistic::mean("implicit loss", stated_implicit(wrong, &exact).to_f64(), data_variance(&law).to_f64()),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let x = noise.vector(&data);
                let value = score.value(&x);
                out[0] = explicit(&value, &of_data.value(&x));
                out[1] = implicit(&score.slope, &value);
            }),
        })
    }
}

/// `J_ESM`.
struct Explicit;

impl Formula for Explicit {
    type Params<S: Scalar> = ScoreModel<S>;
    fn value<S: Scalar>(p: &ScoreModel<S>) -> S {
        mean_explicit(p)
    }
}

/// `J_ISM`.
struct Implicit;

impl Formula for Implicit {
    type Params<S: Scalar> = ScoreModel<S>;
    fn value<S: Scalar>(p: &ScoreModel<S>) -> S {
        mean_implicit(&ScoreLaw::from(p))
    }
}

const AVERAGES: &str = "averages";
const CLOSED: &str = "closed forms";

/// Proof, certificate and simulation of the averages.
const fn averages(statement: &'static Averages, draws: &'static Draws) -> Readings {
    Readings::of(AVERAGES, statement).and_sampled(draws)
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-esm-ism",
    aliases: &[],
    title: "Explicit and implicit score matching differ by a constant of the data alone",
    expect: Expect::True,
    text: include_str!("sm_esm_ism.rs"),
    sources: &["hyvarinen2005"],
    readings: &[
        averages(&Averages(0), &Draws(0)),
        Readings::in_every_dimension(CLOSED, &EveryDimension(ClosedForms(0))),
    ],
    controls: &[
        Control {
            id: "sign-of-the-trace",
            story: "+tr K for −tr K: the Jacobian of the score taken for that of the energy",
            readings: averages(&Averages(SIGN_OF_TRACE), &Draws(SIGN_OF_TRACE)),
        },
        Control {
            id: "precision-once",
            story: "bᵀKb for bᵀK²b: the Mahalanobis distance of the centres for the squared score between them",
            readings: averages(&Averages(PRECISION_ONCE), &Draws(PRECISION_ONCE)),
        },
        Control {
            id: "no-half",
            story: "the explicit loss without its ½, set beside an implicit one that has it",
            readings: averages(&Averages(NO_HALF), &Draws(NO_HALF)),
        },
        Control {
            id: "half-the-trace",
            story: "the ½ drawn in front of the trace as well",
            readings: averages(&Averages(HALF_THE_TRACE), &Draws(HALF_THE_TRACE)),
        },
        Control {
            id: "whole-constant",
            story: "E‖s_p‖² = tr Σ⁻¹ without the ½ as the difference",
            readings: Readings::of(AVERAGES, &Averages(WHOLE_CONSTANT)),
        },
        Control {
            id: "no-half-in-every-dimension",
            story: "the explicit loss without its ½, in the closed forms",
            readings: Readings::in_every_dimension(CLOSED, &EveryDimension(ClosedForms(NO_HALF))),
        },
        Control {
            id: "sign-of-the-trace-in-every-dimension",
            story: "+tr K for −tr K in the closed forms",
            readings: Readings::in_every_dimension(CLOSED, &EveryDimension(ClosedForms(SIGN_OF_TRACE))),
        },
    ],
    quantities: &[
        Quantity::of::<Explicit>("j-esm", "J_ESM = E|s - s_p|^2/2 over the data, the error of the score", &[]),
        Quantity::of::<Implicit>("j-ism", "J_ISM = E[tr grad s + |s|^2/2] over the data", &[]),
    ],
};
