//! Fokker–Planck for the marginal of an Ornstein–Uhlenbeck process, proved with free symbols.
//!
//! `∂_t log p = −f·∇log p − ∇·f + ½ b (tr ∇²log p + |∇log p|²)` for `f = −½ b y`, `p = N(a m, a²S + (1 − a²)I)`, `a′ = −½ ab`.
//! The case is the dimension; or `all`, for the proof in every dimension at once, which says it of any marginal of any linear SDE.

use crate::measure::{Line, Request, exact};
use ouracle::evidence::{EveryDimension, Provable, Relation, Statement, Verdict};
use ouracle::numbers::{Covariance, Dual, Jet, Scalar, Vector, VectorJet, rate};
use ouracle::parameters;
use ouracle::parameters::{Domain, InputError, Parameters, Source};
use ouracle::worlds::{Diffusion, Marginal, MultivariateGaussian};

/// Half of the noise is a wrong version.
const HALF_NOISE: bool = true;

/// The law of the data, the signal coefficient and a point.
struct Signal<S> {
    a: S,
    b: S,
    y: Vector<S>,
    m: Vector<S>,
    covariance: Covariance<S>,
}

impl<S: Scalar> Parameters<S> for Signal<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let point = Self {
            a: source.real("a", Domain::Fraction, "the signal coefficient")?,
            b: source.real("b", Domain::Positive, "the rate of the noise")?,
            y: source.vector("y", "the point, d entries")?,
            m: source.vector("m", "the mean of the data, d entries")?,
            covariance: source.covariance("S", "the covariance of the data, d x d")?,
        };
        source.same_dimension(&["y", "m", "S"])?;
        source.rule(point.a, point.signal().eps);
        Ok(point)
    }
}

impl<S: Scalar> Signal<S> {
    /// `a` with its rate `−½ ab`.
    fn signal(&self) -> Dual<S> {
        Dual { re: self.a, eps: -self.a * self.b / 2 }
    }

    /// `N(a m, a² S + (1 − a²) I)`.
    fn marginal<R: Scalar>(&self, a: R, lift: impl Fn(S) -> R) -> MultivariateGaussian<R> {
        let data = self.covariance.matrix().map(&lift);
        let covariance = data.scale(a.square()).plus_identity(R::one() - a.square());
        MultivariateGaussian { mean: self.m.map(&lift).scale(a), covariance: Covariance::new(covariance) }
    }
}

struct FokkerPlanck {
    points: &'static [&'static str],
    wrong: bool,
}

impl Statement for FokkerPlanck {
    type Params<S: Scalar> = Signal<S>;

    fn points(&self) -> &'static [&'static str] {
        self.points
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Signal<S>) -> Vec<Relation<'p, S>> {
        let density_rate = rate(p.marginal(p.signal(), Dual::constant).log_density(&p.y.map(Dual::constant)));
        let still = p.marginal(p.a, |x| x).map(|x| Dual::constant(Dual::constant(x)));
        let log_density = Jet::of(|y| still.log_density(y), &p.y);
        let b = Dual::constant(p.b);
        let noise = if self.wrong { p.b / 2 } else { p.b };
        let process = Diffusion {
            drift: VectorJet::of(|y| y.scale(-b / 2), &p.y),
            factor: p.covariance.matrix().scale(S::zero()).plus_identity(noise.sqrt()),
        };
        vec![Relation::equal("log-density", density_rate, process.log_density_rate(&log_density))]
    }
}

/// The shapes, and where a wrong version is refuted.
const DIMENSIONS: &[&[&str]] = &[
    &["a=0.7 b=1.3 y=[1.8113] m=[0.31] S=[[0.61]]"],
    &["a=0.7 b=1.3 y=[0.8113,1.7] m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]]"],
    &["a=0.7 b=1.3 y=[0.8113,1.7,-0.9] m=[0.31,-0.83,0.57] S=[[1.3,0.45,-0.2],[0.45,0.71,0.15],[-0.2,0.15,0.93]]"],
];

parameters! {
    /// Any linear SDE with its marginal, and a point.
    Point {
        marginal: of(Marginal) "the process and its law at this time",
        y: vector "the point",
    }
}

/// The same of any marginal of any linear SDE, whose covariance is one letter of unknown size and moves by its Lyapunov equation.
struct InEveryDimension {
    wrong: bool,
}

impl Statement for InEveryDimension {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] y=[0.8113,1.7]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let density_rate = rate(p.marginal.moving().law.log_density(&p.y.map(Dual::constant)));
        let mut process = p.marginal.sde.clone();
        if self.wrong {
            process.factor = process.factor.scale(S::ratio(1, 2).sqrt());
        }
        let by_process = process.at(&p.y).log_density_rate(&p.marginal.log_density_jet(&p.y));
        vec![Relation::equal("log-density", density_rate, by_process)]
    }
}

fn all(provable: &dyn Provable, as_wanted: fn(&Verdict) -> bool) -> bool {
    let findings = provable.prove("fokker-planck");
    !findings.is_empty() && findings.iter().all(|finding| as_wanted(&finding.verdict))
}

/// `--count` proofs, each with the certificate that it exports.
pub fn run(request: &Request) -> Line {
    let points = match request.case.as_str() {
        "all" => None,
        d => Some(
            d.parse::<usize>()
                .ok()
                .and_then(|d| DIMENSIONS.get(d.wrapping_sub(1)))
                .ok_or("the cases are 1, 2, 3 and all")?,
        ),
    };
    let comes_out = |wrong, as_wanted: fn(&Verdict) -> bool| match points {
        Some(points) => all(&FokkerPlanck { points, wrong }, as_wanted),
        None => all(&EveryDimension(InEveryDimension { wrong }), as_wanted),
    };
    let proofs = || (0..request.count).all(|_| comes_out(!HALF_NOISE, |verdict| matches!(verdict, Verdict::Proved)));
    request.timed("exact", request.count, proofs, |proved| {
        let refuted = comes_out(HALF_NOISE, |verdict| matches!(verdict, Verdict::Refuted { .. }));
        vec![exact("proved", proved), exact("wrong version refuted", refuted)]
    })
}
