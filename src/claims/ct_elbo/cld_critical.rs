//! Critically damped Langevin dynamics in closed form, with a covariance that starts singular and keeps all its digits.
//!
//! $dx = M^{-1}v\,\beta dt$, $dv = (-x - \Gamma M^{-1}v)\beta dt + \sqrt{2\Gamma\beta}\,dB$ with $\Gamma = 2\sqrt M$, in the clock
//! $\mathcal B = \int\beta$ and with $\omega = M^{-1/2}$, $\Sigma_\infty = \mathrm{diag}(1, M)$:
//!
//! $$ e^{A\mathcal B} = e^{-\omega\mathcal B}\begin{pmatrix}1+\omega\mathcal B&\omega^2\mathcal B\\-\mathcal B&1-\omega\mathcal B\end{pmatrix}, \qquad
//! W = \Sigma_\infty - e^{A\mathcal B}\Sigma_\infty e^{A^\top\mathcal B} $$
//!
//! The noise reaches the position only through the velocity: $W_{xx} = \frac43\omega^3\mathcal B^3 + O(\mathcal B^4)$ and
//! $\det W = \frac43\omega^2\mathcal B^4 + O(\mathcal B^5)$, of which the difference above loses every digit. With $y = 2\omega\mathcal B$ and
//! $q = y^3\int_0^1e^{-ys}\frac{s^2}2ds$,
//!
//! $$ W_{xx} = q, \quad W_{xv} = \mathcal B\,y\,e^{-y}, \quad W_{vv} = M(2ye^{-y} + q) $$
//!
//! In the reversal only $Q\nabla\log q$ appears, that is the component of the score along the velocity.
//!
//! Assumptions: $M > 0$. If it failed, denoising score matching with velocities would divide by a covariance that is
//! rounding error: at $\mathcal B = 0.003$ its determinant is $5\cdot10^{-10}$.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, MatrixPath, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Dual, Float, Matrix, Scalar, Vector, VectorJet, rate};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{CriticalLangevin, Marginal, MatrixSde, MultivariateGaussian};

const FRICTION: u8 = 1;
const BOTH_ROWS: u8 = 2;
const WHOLE_SCORE: u8 = 3;

/// The dynamics, or what a wrong version takes for them.
fn dynamics<S: Scalar>(wrong: u8, langevin: &CriticalLangevin<S>) -> MatrixSde<S> {
    let friction = if wrong == FRICTION { (langevin.mass * 2).sqrt() } else { langevin.friction() };
    let mut sde = langevin.sde(friction);
    if wrong == BOTH_ROWS {
        sde.factor[(0, 0)] = sde.factor[(1, 1)];
    }
    sde
}

parameters! {
    /// A mass and a time.
    Elapsed {
        M: positive "the mass",
        B: positive "the clock, the integral of beta",
    }
}

impl<S: Scalar> Elapsed<S> {
    fn langevin(&self) -> CriticalLangevin<S> {
        CriticalLangevin { mass: self.M }
    }
}

/// The entries of a matrix with names, of a symmetric one without the upper triangle.
fn entries<S: Scalar>(matrix: &Matrix<S>, symmetric: bool) -> Vec<(&'static str, (usize, usize))> {
    let all = [("xx", (0, 0)), ("xv", (0, 1)), ("vx", (1, 0)), ("vv", (1, 1))];
    let kept = all.into_iter().filter(|(_, (i, j))| !symmetric || j >= i);
    kept.filter(|(_, (i, j))| *i < matrix.rows() && *j < matrix.columns()).collect()
}

/// The closed forms solve the equations of the process.
struct ClosedForm(u8);

impl Statement for ClosedForm {
    type Params<S: Scalar> = Elapsed<S>;

    fn points(&self) -> &'static [&'static str] {
        &["M=0.25 B=1.3", "M=0.25 B=0.003", "M=4.1719 B=0.7113"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Elapsed<S>) -> Vec<Relation<'p, S>> {
        let langevin = p.langevin();
        let sde = dynamics(self.0, &langevin);
        let range = (S::zero(), p.B);
        let mut relations = Vec::new();
        for (name, at) in entries(&sde.drift, false) {
            let drift = sde.drift.clone();
            relations.push(Relation::rate(
                format!("exponential, {name}"),
                range,
                move |b| langevin.map(Dual::constant).transition(Dual::variable(b)).factor[at],
                move |b| (&drift * &langevin.transition(b).factor)[at],
            ));
        }
        for (name, at) in entries(&sde.drift, true) {
            let sde = sde.clone();
            relations.push(Relation::rate(
                format!("covariance, {name}"),
                range,
                move |b| langevin.map(Dual::constant).transition(Dual::variable(b)).covariance[at],
                move |b| sde.covariance_rate(&langevin.transition(b).covariance)[at],
            ));
        }
        let (start, now) = (langevin.transition(S::zero()), langevin.transition(p.B));
        let (one, stationary) = (Matrix::identity(2), langevin.stationary());
        let carried = &(&now.factor * &stationary) * &now.factor.transpose();
        for (name, at) in entries(&one, true) {
            relations.push(Relation::equal(format!("start, {name}"), start.factor[at], one[at]));
            relations.push(Relation::equal(
                format!("start of the covariance, {name}"),
                start.covariance[at],
                S::zero(),
            ));
            let difference = stationary[at] - carried[at];
            relations.push(Relation::equal(format!("difference, {name}"), now.covariance[at], difference));
        }
        relations.push(Relation::equal("determinant", langevin.determinant(p.B), now.covariance.determinant()));
        relations
    }
}

/// The exponential of the drift gives the same covariance.
struct Exponential(u8);

impl Enclosed for Exponential {
    fn points(&self) -> &'static [&'static str] {
        &["M=0.25 B=1.3", "M=0.25 B=0.01", "M=0.25 B=0.003", "M=4.1719 B=7.7113", "M=0.25 B=1e-9"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Elapsed<Ball> = at_point(point)?;
        let equal = |name, left: Ball, right: Ball| EnclosedRelation::equal(name, move |_| left - right);
        let by_exponential = dynamics(self.0, &p.langevin()).transition(p.B).covariance;
        let closed = p.langevin().transition(p.B).covariance;
        Ok(vec![
            equal("position variance", by_exponential[(0, 0)], closed[(0, 0)]),
            equal("covariance with the velocity", by_exponential[(1, 0)], closed[(1, 0)]),
            equal("velocity variance", by_exponential[(1, 1)], closed[(1, 1)]),
            equal("determinant of the covariance", by_exponential.determinant(), p.langevin().determinant(p.B)),
        ])
    }
}

/// A centred Gaussian marginal of the dynamics, and a point.
struct Reversed<S> {
    marginal: Marginal<S>,
    y: Vector<S>,
}

impl<S: Scalar> Parameters<S> for Reversed<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let langevin = CriticalLangevin { mass: source.real("M", Domain::Positive, "the mass")? };
        let covariance = source.covariance("S", "the covariance at this time, 2 x 2")?;
        let law = MultivariateGaussian { mean: Vector(vec![S::zero(); 2]), covariance };
        let marginal = Marginal { sde: langevin.sde(langevin.friction()), law };
        let rates = marginal.sde.covariance_rate(marginal.law.covariance.matrix());
        for at in [(0, 0), (1, 0), (1, 1)] {
            source.rule(marginal.law.covariance.matrix()[at], rates[at]);
        }
        Ok(Self { marginal, y: source.vector("y", "the point, position and velocity")? })
    }
}

/// The reverse SDE has the marginals of the dynamics, and needs the score along the velocity only.
struct Reversal(u8);

impl Statement for Reversal {
    type Params<S: Scalar> = Reversed<S>;

    fn points(&self) -> &'static [&'static str] {
        &["M=0.2719 S=[[1.3,0.45],[0.45,0.71]] y=[0.8113,1.7]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Reversed<S>) -> Vec<Relation<'p, S>> {
        let (now, y) = (&p.marginal, &p.y);
        let score = now.law.score().map(Dual::constant);
        let score = VectorJet::of(|y| score.value(y), y);
        let forward = now.sde.at(y);
        let mut reverse = forward.plug_in(&score, S::zero());
        if self.0 == WHOLE_SCORE {
            let noise = Matrix::identity(2).scale(forward.noise()[(1, 1)]);
            reverse.drift = score.transformed(&noise).minus(&forward.drift);
        }
        let density_rate = rate(now.moving().law.log_density(&y.map(Dual::constant)));
        let backwards = -reverse.log_density_rate(&now.log_density_jet(y));
        vec![Relation::equal("reverse Fokker–Planck", density_rate, backwards)]
    }
}

/// Ends of paths from the coefficients alone, which start at a point.
struct Ends(u8);

impl Trial for Ends {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "M=0.25 B=1.3";
        let exact: Elapsed<Ball> = at_point(POINT)?;
        let right = exact.langevin().transition(exact.B).covariance;
        let claimed = match self.0 {
            0 => right,
            wrong => dynamics(wrong, &exact.langevin()).transition(exact.B).covariance,
        };
        let p: Elapsed<Float> = at_point(POINT)?;
        let sde = p.langevin().sde(p.langevin().friction());
        Ok(MatrixPath::new(|_| sde.clone(), p.B.0, 4).plan(POINT, &Matrix::zeros(2, 2), &claimed))
    }
}

parameters! {
    /// A transition from one state to another.
    Transit {
        elapsed: of(Elapsed) "mass and clock",
        x: real "position at the start",
        v: real "velocity at the start",
        y1: real "position at the end",
        y2: real "velocity at the end",
    }
}

/// `log N((y₁, y₂); e^{AB}(x, v)ᵀ, W)`.
struct TransitionLogDensity;

impl Formula for TransitionLogDensity {
    type Params<S: Scalar> = Transit<S>;
    fn value<S: Scalar>(p: &Transit<S>) -> S {
        let (langevin, b) = (p.elapsed.langevin(), p.elapsed.B);
        let mean = &langevin.transition(b).factor * &Vector(vec![p.x, p.v]);
        let distance = langevin.squared_distance(b, &(&Vector(vec![p.y1, p.y2]) - &mean));
        MultivariateGaussian::log_density_at(S::int(2), langevin.determinant(b).ln(), distance)
    }
}

/// `det W`.
struct TransitionCovarianceDet;

impl Formula for TransitionCovarianceDet {
    type Params<S: Scalar> = Elapsed<S>;
    fn value<S: Scalar>(p: &Elapsed<S>) -> S {
        p.langevin().determinant(p.B)
    }
}

const EXPONENTIAL: &str = "exponential of the drift";
const REVERSAL: &str = "reversal";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "cld-critical",
    aliases: &[],
    expect: Expect::True,
    title: "Critically damped Langevin dynamics: exponential, covariance and determinant in closed form",
    text: include_str!("cld_critical.rs"),
    sources: &["dockhorn2022"],
    readings: &[
        Readings::of("", &ClosedForm(0)),
        Readings::certified(EXPONENTIAL, &ByEnclosure(Exponential(0))).and_sampled(&Ends(0)),
        Readings::of(REVERSAL, &Reversal(0)),
    ],
    controls: &[
        Control {
            id: "undercritical-friction",
            story: "Γ² = 2M for 4M: the eigenvalues are complex and the covariance another",
            readings: Readings::of("", &ClosedForm(FRICTION)),
        },
        Control {
            id: "undercritical-friction-in-the-exponential",
            story: "Γ² = 2M for 4M in code that takes the exponential of the drift",
            readings: Readings::certified(EXPONENTIAL, &ByEnclosure(Exponential(FRICTION)))
                .and_sampled(&Ends(FRICTION)),
        },
        Control {
            id: "noise-on-the-position",
            story: "noise on both rows: the determinant is of order B² instead of B⁴",
            readings: Readings::certified(EXPONENTIAL, &ByEnclosure(Exponential(BOTH_ROWS)))
                .and_sampled(&Ends(BOTH_ROWS)),
        },
        Control {
            id: "score-on-the-position",
            story: "2Γ∇log q for Q∇log q in the reverse drift: the score moves the position too",
            readings: Readings::of(REVERSAL, &Reversal(WHOLE_SCORE)),
        },
    ],
    quantities: &[
        Quantity::of::<TransitionLogDensity>(
            "transition-log-density",
            "log-density of (y1, y2) at clock B for a start at (x, v), in nats",
            &[],
        ),
        Quantity::of::<TransitionCovarianceDet>(
            "transition-covariance-det",
            "det W, the determinant of the transition covariance",
            &[("x", Domain::Real), ("v", Domain::Real), ("y1", Domain::Real), ("y2", Domain::Real)],
        ),
    ],
};
