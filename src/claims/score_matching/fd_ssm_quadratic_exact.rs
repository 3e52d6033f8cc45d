//! Finite-difference sliced score matching is sliced score matching, exactly and for every step, if the log-density is quadratic.
//!
//! $$ J_{FDSSM} = \frac d{\varepsilon^2}E\Big[L(x+v) + L(x-v) - 2L(x) + \tfrac18\big(L(x+v) - L(x-v)\big)^2\Big], \qquad v = \varepsilon u $$
//!
//! With $u$ uniform on the unit sphere. For quadratic $L$ each bracket is $v^\top\nabla s\,v + \frac12(v^\top s)^2$ for its own pair $(x, v)$: not only
//! the mean is that of sliced score matching with projections $\sqrt d\,u$ on the sphere, but the random variable, hence its
//! variance and its gradients too. The mean is $-\mathrm{tr}K + \frac12\mathrm{tr}W + \frac12\|a\|^2$ for scores $N(a, W)$, and the variance
//! over the step that of the quadratic form of $-K + \frac12ss^\top$.
//!
//! Assumptions: $L$ is quadratic (any symmetric $K$), exact arithmetic; what rounding adds is said in `fd-roundoff`. Proved pair by pair in
//! free symbols. A quadratic is even the wrong place to look for errors of the step: `fd-ssm-quartic` has them. Draws of the
//! loss are compared with its mean: drawing the difference of both losses would show nothing but roundoff. If it failed, Gaussian models
//! trained by finite differences would be biased.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{GaussianVector, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Jet, Lanes, Scalar, Vector};
use crate::objectives::hutchinson::Probe;
use crate::objectives::score_matching::{ScoreLaw, Stencil, data_variance, mean_implicit, projection_variance, sliced};
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{GaussianPolynomial, ScoreModel, at_score_model};

const QUARTER: u8 = 1;
const NO_DIMENSION: u8 = 2;
const GAUSSIAN_STEP: u8 = 3;

/// Data, a model, a sample and a step.
struct Pair<S> {
    model: ScoreModel<S>,
    x: Vector<S>,
    v: Vector<S>,
}

impl<S: Scalar> Parameters<S> for Pair<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let model = ScoreModel::read(source)?;
        let x = source.vector("x", "the sample")?;
        let v = source.vector("v", "the step")?;
        source.same_dimension(&["Sigma", "x", "v"])?;
        Ok(Self { model, x, v })
    }
}

/// FD-SSM, or a wrong version of it.
fn loss<S: Field>(wrong: u8, stencil: &Stencil<S>, dimension: usize) -> S {
    match wrong {
        QUARTER => stencil.sliced() + stencil.factor * stencil.ends().slope().square() / 2,
        NO_DIMENSION => stencil.sliced() / dimension as i64,
        _ => stencil.sliced(),
    }
}

fn stencil<S: Scalar>(model: &ScoreModel<S>, x: &Vector<S>, v: &Vector<S>) -> Stencil<S> {
    Stencil::new(|y| model.log_density(y), x, v)
}

/// Pair by pair, and its variance over the step.
struct Each(u8);

impl Statement for Each {
    type Params<S: Scalar> = Pair<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1.7,0.4],[0.4,0.9]] K=[[0.8,-0.25],[-0.25,1.6]] m=[0.3,-0.7] mu=[0.1,0.2] x=[1.3,-0.4] v=[0.31,0.17]",
            "Sigma=[[1.7,0.4],[0.4,0.9]] K=[[-1.3,0.7],[0.7,0.4]] m=[1.1,0.3] mu=[-2,0.7] x=[-0.9,2.1] v=[1e-15,-3e-15]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Pair<S>) -> Vec<Relation<'p, S>> {
        let d = p.x.dimension();
        let still = p.model.map(|x| Dual::constant(Dual::constant(x)));
        let at = p.x.map(|x| Dual::constant(Dual::constant(x)));
        let model = Jet::of(|x| still.log_density(x), &p.x);
        let here = stencil(&p.model, &p.x, &p.v);
        let exact = here.factor * sliced(&model.hessian, &model.gradient, &p.v);
        // What is multiplied by d/ε² is a quadratic form of the step: half its Hessian.
        let form = Jet::of(|v| Stencil { factor: Dual::one(), ..stencil(&still, &at, v) }.sliced(), &p.v).hessian;
        let entries = (0..d * d).map(|at| (form[(at / d, at % d)] / 2, vec![at / d, at % d]));
        let form = GaussianPolynomial(entries.collect());
        let probe = if self.0 == GAUSSIAN_STEP { Probe::Gaussian } else { Probe::Sphere };
        let variance = probe.mean(d, &form.times(&form)) - probe.mean(d, &form).square();
        let score = p.model.score().value(&p.x);
        let stated = &score.outer(&score).scale(S::ratio(1, 2)) - &p.model.precision;
        vec![
            Relation::equal("one pair", loss(self.0, &here, d), exact),
            Relation::equal("variance over the step", variance, Probe::Sphere.variance(&stated)),
        ]
    }
}

/// Data, a model and the length of a step.
struct Data<S> {
    model: ScoreModel<S>,
    eps: S,
}

impl<S: Scalar> Parameters<S> for Data<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let model = ScoreModel::read(source)?;
        Ok(Self { model, eps: source.real("eps", Domain::Positive, "length of the step")? })
    }
}

impl<S: Scalar> Data<S> {
    /// `−tr K + ½ tr W + ½|a|²`: whatever the step.
    fn stated(&self) -> S {
        mean_implicit(&ScoreLaw::from(&self.model))
    }
}

/// The mean of FD-SSM over the step: it has degree two in it, so that steps along the axes have the same mean.
fn over_steps<S: Scalar>(wrong: u8, model: &ScoreModel<S>, eps: S, x: &Vector<S>) -> S {
    let d = x.dimension();
    let axis = |i: usize| Vector((0..d).map(|j| if i == j { eps } else { S::zero() }).collect());
    let steps: Vec<_> = (0..d).map(axis).collect();
    let losses = Stencil::fan(|y| model.log_density(y), x, &steps);
    losses.iter().fold(S::zero(), |sum, stencil| sum + loss(wrong, stencil, d)) / d as i64
}

const EX3: &str = at_score_model!(space " eps=0.37");

/// On average over data and step.
struct Mean(u8);

impl Statement for Mean {
    type Params<S: Scalar> = Data<S>;

    fn points(&self) -> &'static [&'static str] {
        &["Sigma=[[1.7,0.4],[0.4,0.9]] K=[[0.8,-0.25],[-0.25,1.6]] m=[0.3,-0.7] mu=[0.1,0.2] eps=1e-15", EX3]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Data<S>) -> Vec<Relation<'p, S>> {
        let lift = |x| Dual::constant(Dual::constant(x));
        let (still, eps) = (p.model.map(lift), lift(p.eps));
        let data = &p.model.data;
        // Of degree two in the sample as well: value at the mean, and half the trace of Hessian and covariance.
        let curvature = Jet::of(|x| over_steps(self.0, &still, eps, x), &data.mean).hessian;
        let mean =
            over_steps(self.0, &p.model, p.eps, &data.mean) + (&curvature * data.covariance.matrix()).trace() / 2;
        vec![Relation::equal("mean over data and step", mean, p.stated())]
    }
}

/// The loss of drawn pairs.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Data<Ball>, Data<Float>) = (at_point(EX3)?, at_point(EX3)?);
        let (law, d) = (ScoreLaw::from(&exact.model), exact.model.centre.dimension());
        let claimed = match self.0 {
            QUARTER => exact.stated() + law.mean_square() / 2,
            NO_DIMENSION => exact.stated() / d as i64,
            _ => exact.stated(),
        };
        // One pair is one of sliced score matching with a projection on the sphere of radius √d.
        let variance = data_variance(&law) + projection_variance(&law, Probe::Sphere, false);
        let (data, length) = (GaussianVector::new(&p.model.data), p.eps / Float::int(d as i64).sqrt());
        let sampler = sampler(move |noise, out| {
            let [x, u] = [noise.vector(&data), noise.projection(Probe::Sphere, d)];
            out[0] = Lanes(std::array::from_fn(|lane| {
                let [x, u] = [&x, &u].map(|vector| vector.map(|entry| Float(entry.0[lane])));
                stencil(&p.model, &x, &u.scale(length)).sliced().0
            }));
        });
        let statistics = vec![Statistic::mean("FD-SSM", claimed.to_f64(), variance.to_f64())];
        Ok(Plan { point: EX3, statistics, drawn: None, sampler })
    }
}

const MEAN: &str = "mean";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fd-ssm-quadratic-exact",
    aliases: &[],
    title: "On quadratic log-densities FD-SSM is sliced score matching on the sphere, pair by pair and for every step",
    expect: Expect::True,
    text: include_str!("fd_ssm_quadratic_exact.rs"),
    sources: &["pang2020"],
    readings: &[Readings::of("", &Each(0)), Readings::of(MEAN, &Mean(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "quarter-for-an-eighth",
            story: "¼ for ⅛ in front of the squared slope: twice the square",
            readings: Readings::of("", &Each(QUARTER)),
        },
        Control {
            id: "quarter-in-the-mean",
            story: "the same: the mean is off by ½E|s|²",
            readings: Readings::of(MEAN, &Mean(QUARTER)).and_sampled(&Draws(QUARTER)),
        },
        Control {
            id: "no-dimension",
            story: "1/ε² for d/ε²: the paper's normalisation compared with the usual one",
            readings: Readings::of("", &Each(NO_DIMENSION)),
        },
        Control {
            id: "no-dimension-in-the-mean",
            story: "the same, on average",
            readings: Readings::of(MEAN, &Mean(NO_DIMENSION)).and_sampled(&Draws(NO_DIMENSION)),
        },
        Control {
            id: "gaussian-step",
            story: "steps N(0, ε²I/d) taken to have the variance of steps on the sphere",
            readings: Readings::of("", &Each(GAUSSIAN_STEP)),
        },
    ],
    quantities: &[],
};
