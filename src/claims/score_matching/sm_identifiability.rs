//! The sliced Fisher divergence vanishes for equal scores only, if the projections reach every direction.
//!
//! With $C = E\,vv^\top$, $D = K - \Sigma^{-1}$ and $a = -K(m - \mu)$,
//!
//! $$ L = \tfrac12E(v^\top s - v^\top s_p)^2 = \tfrac12\|C^{1/2}D\Sigma^{1/2}\|_F^2 + \tfrac12\|C^{1/2}a\|^2, \qquad L \ge \lambda_{\min}(C)\,J_{ESM} $$
//!
//! So for $C \succ 0$, $L = 0$ means $K = \Sigma^{-1}$ and $\mu = m$. Here $C = \lambda I + QQ^\top$, which every $C$ with $\lambda_{\min}(C) \ge \lambda$ is, and
//! what is above $\lambda J_{ESM}$ is shown as a sum of squares in $Q$.
//!
//! Projections that are always $e_1$ find nothing wrong with $K = \Sigma^{-1} + \mathrm{diag}(0, 0.7)$, where $J_{ESM} = 0.49$ for $\Sigma_{22} = 2$. The trace of $C$ does not
//! decide: with $C = \mathrm{diag}(0.2, 1.8)$ an error along the first axis weighs a fifth.
//!
//! Assumptions: the model can be right; $E\|v\|^2 < \infty$. Nothing here is random. If it failed, a loss of zero would not mean a right score, as
//! it does not with too few projections that are drawn once and kept.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Matrix, Scalar, Vector};
use crate::objectives::score_matching::{mean_explicit, sliced_divergence};
use crate::parameters;
use crate::worlds::ScoreModel;

const ANY_LAW: u8 = 1;
const BY_TRACE: u8 = 2;
const NO_CENTRE: u8 = 3;

parameters! {
    /// A model, and projections with `E vvᵀ = λI + QQᵀ`.
    Slices {
        model: of(ScoreModel) "data and model",
        lam: positive "lower bound of the eigenvalues of E v v^T",
        Q: matrix "factor of what is above it",
    }
}

/// `|Mᵀx|²`.
fn squared_length<S: Scalar>(factor: &Matrix<S>, x: &Vector<S>) -> NonNegative<S> {
    let projected = &factor.transpose() * x;
    projected.0.iter().fold(NonNegative::square(S::zero()), |sum, x| sum.plus(NonNegative::square(*x)))
}

/// `½‖MᵀDΣ^{1/2}‖² + ½|Mᵀa|²`, with `Σ = L Δ Lᵀ` and its positive pivots.
fn sum_of_squares<S: Scalar>(wrong: u8, factor: &Matrix<S>, model: &ScoreModel<S>) -> NonNegative<S> {
    let (lower, pivots) = model.data.covariance.matrix().ldl();
    let d = pivots.dimension();
    let error = &model.precision_error() * &lower;
    let centre = match wrong {
        NO_CENTRE => NonNegative::square(S::zero()),
        _ => squared_length(factor, &model.mean_score()),
    };
    let squares = (0..d).fold(centre, |sum, i| {
        let column = Vector((0..d).map(|row| error[(row, i)]).collect());
        sum.plus(NonNegative::declared(pivots[i]).times(squared_length(factor, &column)))
    });
    squares.over(NonNegative::declared(S::int(2)))
}

struct Divergence(u8);

impl Statement for Divergence {
    type Params<S: Scalar> = Slices<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1.3,0.45],[0.45,0.71]] K=[[0.9,-0.31],[-0.31,1.7]] m=[0.31,-0.83] mu=[-0.17,0.29] lam=0.37 \
             Q=[[0.7,-0.3],[1.1,0.4]]",
            // Q Qᵀ = diag(1, 0): without λ the projections are always e₁.
            r#"Sigma=[[1,0.3],[0.3,2]] K=[["200/191","-30/191"],["-30/191","2337/1910"]] m=[0.3,-0.7] mu=[0.3,-0.7] lam=1 Q=[[1,0],[0,0]]"#,
            // Q Qᵀ = diag(0, 1.6): C = diag(0.2, 1.8) has the trace of I.
            r#"Sigma=[[1,0.3],[0.3,2]] K=[["3337/1910","-30/191"],["-30/191","100/191"]] m=[0.3,-0.7] mu=[0.3,-0.7] lam=0.2 Q=[[0,0],[1.2,0.4]]"#,
            "Sigma=[[1,0.99999999],[0.99999999,1.1]] K=[[-0.7,0.2],[0.2,811.9]] m=[17.3,-0.9] mu=[-0.41,0.37] lam=1e-9 \
             Q=[[0.7,0],[0.7,0]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Slices<S>) -> Vec<Relation<'p, S>> {
        let (wrong, model) = (self.0, &p.model);
        let d = p.Q.rows();
        let rest = &p.Q * &p.Q.transpose();
        let second_moment = match wrong {
            ANY_LAW => rest,
            _ => &rest + &Matrix::identity(d).scale(p.lam),
        };
        let divergence = sliced_divergence(model, &second_moment);
        let above = sum_of_squares(wrong, &p.Q, model);
        let everywhere = sum_of_squares(wrong, &Matrix::identity(d), model);
        let weight = if wrong == BY_TRACE { second_moment.trace() / d as i64 } else { p.lam };
        vec![
            Relation::at_most("error of the score", S::zero(), mean_explicit(model), everywhere),
            Relation::at_most("divergence", weight * mean_explicit(model), divergence, above),
        ]
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-identifiability",
    aliases: &[],
    title: "The sliced Fisher divergence is zero for equal scores only, if the projections reach every direction",
    expect: Expect::True,
    text: include_str!("sm_identifiability.rs"),
    sources: &["song2020sliced"],
    readings: &[Readings::of("", &Divergence(0))],
    controls: &[
        Control {
            id: "any-law-identifies",
            story: "projections that miss directions taken to see every error of the score",
            readings: Readings::of("", &Divergence(ANY_LAW)),
        },
        Control {
            id: "trace-decides",
            story: "the explicit loss as a lower bound wherever tr E vvᵀ = d",
            readings: Readings::of("", &Divergence(BY_TRACE)),
        },
        Control {
            id: "precision-only",
            story: "zero divergence read off the precision, the centre of the model forgotten",
            readings: Readings::of("", &Divergence(NO_CENTRE)),
        },
    ],
    quantities: &[],
};
