//! One step of length $\sigma^2$ along the score of noised data is the posterior mean, whatever the data.
//!
//! With $\tilde x = x_0 + \sigma n$ and $s_\sigma$ the score of the law of $\tilde x$,
//!
//! $$ \tilde x + \sigma^2s_\sigma(\tilde x) = E[x_0|\tilde x], \qquad \sigma^2(I + \sigma^2\nabla s_\sigma(\tilde x)) = \mathrm{Cov}(x_0|\tilde x) $$
//!
//! For $x_0 \sim N(m, \Sigma)$ and $T = \Sigma + \sigma^2I$ these are $m + \Sigma T^{-1}(\tilde x - m)$ and $(\Sigma^{-1} + \sigma^{-2}I)^{-1}$. For two classes $N(\pm\mu, \Sigma)$
//! the score is $T^{-1}(\mu\tanh(\mu^\top T^{-1}\tilde x) - \tilde x)$; here it is compared with Bayes' rule, class by class.
//!
//! On Gaussian data a step of any length $\alpha$ leaves the mean squared error
//!
//! $$ \mathrm{MSE}(\alpha) = d\sigma^2 - 2\alpha\sigma^2\mathrm{tr}\,T^{-1} + \alpha^2\mathrm{tr}\,T^{-1} $$
//!
//! a parabola about $\alpha = \sigma^2$: twice that step is exactly as bad as none.
//!
//! Assumptions: the noise of the input is that of the score, and the input is *noised clean data*. An adversarial input has no such law;
//! only noise injected with the $\sigma$ of the training gives it one, about a shifted centre. If it failed, the step of a purifier would not be the best estimate
//! even of what it was trained on. Drawn are squared errors, whose variance is $2\|C\|_F^2$ for a residual $N(0, C)$.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{GaussianVector, NonNegative, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Covariance, Dual, Field, Float, Lanes, Matrix, Scalar, Vector, VectorJet};
use crate::objectives::purification::{MirroredClasses, step};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::MultivariateGaussian;

const DEVIATION: u8 = 1;
const HALF_STEP: u8 = 2;
const CLEAN_SCORE: u8 = 3;
const ONE_CLASS: u8 = 4;

parameters! {
    /// Gaussian data under noise.
    Noised {
        m: vector "the mean of the data",
        Sigma: covariance "the covariance of the data",
        sigma: positive "the deviation of the noise",
        x: vector "the noised input",
        alpha: real "the length of another step",
    }
}

impl<S: Scalar> Noised<S> {
    /// The law of what is seen.
    fn seen(&self, wrong: u8) -> MultivariateGaussian<S> {
        let data = self.data();
        if wrong == CLEAN_SCORE { data } else { data.noised(self.sigma.square()) }
    }

    fn data(&self) -> MultivariateGaussian<S> {
        MultivariateGaussian { mean: self.m.clone(), covariance: self.Sigma.clone() }
    }

    /// The length of the step.
    fn length(&self, wrong: u8) -> S {
        match wrong {
            DEVIATION => self.sigma,
            HALF_STEP => self.sigma.square() / 2,
            _ => self.sigma.square(),
        }
    }

    /// The covariance of `x₀ − x̃ − αs(x̃)`: of `αT⁻¹(z + σn) − σn` for data `m + z`.
    fn residual(&self, length: S) -> Matrix<S> {
        let pull = self.seen(0).covariance.precision().scale(length);
        let noise = &pull - &Matrix::identity(self.m.dimension());
        &(&(&pull * self.Sigma.matrix()) * &pull) + &(&noise * &noise).scale(self.sigma.square())
    }

    /// The mean squared error as it is stated.
    fn stated_error(&self, length: S) -> S {
        let (variance, trace) = (self.sigma.square(), self.seen(0).covariance.precision().trace());
        self.m.size() * variance - length * variance * trace * 2 + length.square() * trace
    }
}

/// The posterior mean and covariance by precisions: `(Σ⁻¹ + σ⁻²I)⁻¹` and what it makes of `Σ⁻¹m + σ⁻²x`.
fn posterior<S: Scalar>(mean: &Vector<S>, data: &Covariance<S>, variance: S, x: &Vector<S>) -> (Vector<S>, Matrix<S>) {
    let trust = Matrix::identity(mean.dimension()).scale(variance.recip());
    let posterior = Covariance::new(data.precision() + &trust).precision().clone();
    let pulled = &(data.precision() * mean) + &(&trust * x);
    (&posterior * &pulled, posterior)
}

struct GaussianStep(u8);

const POINTS: &[&str] = &[
    "m=[0.3,-1.2] Sigma=[[1.7,0.4],[0.4,0.9]] sigma=0.5 x=[0.7,-0.4] alpha=0.613",
    "m=[1.1,0.9] Sigma=[[1.3e-6,2e-7],[2e-7,4.1]] sigma=0.0713 x=[-2.3,1.9] alpha=-0.2",
];

impl Statement for GaussianStep {
    type Params<S: Scalar> = Noised<S>;

    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (score, length) = (p.seen(wrong).score(), p.length(wrong));
        let moved = step(|x| score.value(x), &p.x, length);
        let (mean, covariance) = posterior(&p.m, &p.Sigma, p.sigma.square(), &p.x);
        let mut relations = Relation::componentwise("posterior mean", &moved, &mean);
        let second = (&Matrix::identity(p.m.dimension()) + &score.slope.scale(length)).scale(length);
        for (i, j) in [(0, 0), (1, 0), (1, 1)] {
            let name = format!("posterior covariance, entry ({i}, {j})");
            relations.push(Relation::equal(name, second[(i, j)], covariance[(i, j)]));
        }
        relations
    }
}

/// The parabola of the mean squared error, at any shape of the data.
fn parabola<'p, S: Scalar>(wrong: u8, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
    let best = p.length(wrong);
    let trace = NonNegative::declared(p.seen(0).covariance.precision().trace());
    let gap = NonNegative::square(p.alpha - p.sigma.square()).times(trace);
    vec![
        Relation::equal("mean squared error", p.residual(p.alpha).trace(), p.stated_error(p.alpha)),
        Relation::equal("least squared error", p.residual(best).trace(), p.residual(p.sigma.square()).trace()),
        Relation::at_most("least at the variance", p.stated_error(best), p.residual(p.alpha).trace(), gap),
        Relation::equal("twice the step", p.residual(best * 2).trace(), p.residual(S::zero()).trace()),
    ]
}

struct Parabola(u8);

impl Statement for Parabola {
    type Params<S: Scalar> = Noised<S>;

    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        parabola(self.0, p)
    }
}

/// The same where other programs found the errors .6572 for half the step, .6262 for the step, .75 for none and for twice the step.
struct Printed(u8);

impl Statement for Printed {
    type Params<S: Scalar> = Noised<S>;

    fn points(&self) -> &'static [&'static str] {
        &["m=[0,0,0] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] sigma=0.5 x=[0,0,0] alpha=0"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        parabola(self.0, p)
    }
}

parameters! {
    /// Two classes under noise.
    Classes {
        mu: vector "the centre of one class",
        Sigma: covariance "the covariance of a class",
        sigma: positive "the deviation of the noise",
        x: vector "the noised input",
    }
}

struct ClassStep(u8);

impl Statement for ClassStep {
    type Params<S: Scalar> = Classes<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "mu=[0.9] Sigma=[[0.25]] sigma=0.7 x=[0.35]",
            "mu=[0.8,-0.4] Sigma=[[1.5,0.3],[0.3,0.2]] sigma=0.3 x=[-0.7,0.41]",
            "mu=[31.7] Sigma=[[1e-4]] sigma=0.02 x=[1e-7]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Classes<S>) -> Vec<Relation<'p, S>> {
        let (variance, d) = (p.sigma.square(), p.mu.dimension());
        let class = MultivariateGaussian { mean: p.mu.clone(), covariance: p.Sigma.clone() }.noised(variance);
        // Bayes' rule: what each class says, with the probability of each class.
        let other = MultivariateGaussian { mean: -&p.mu, ..class.clone() };
        let odds = class.log_density(&p.x) - other.log_density(&p.x);
        let shares = if self.0 == ONE_CLASS { [S::one(), S::zero()] } else { [odds.logistic(), (-odds).logistic()] };
        let says = [p.mu.clone(), -&p.mu].map(|mean| posterior(&mean, &p.Sigma, variance, &p.x));
        let mean = &says[0].0.scale(shares[0]) + &says[1].0.scale(shares[1]);
        let apart = &says[0].0 - &says[1].0;
        let covariance = &says[0].1 + &apart.outer(&apart).scale(shares[0] * shares[1]);
        let length = match self.0 {
            HALF_STEP => variance / 2,
            DEVIATION => p.sigma,
            _ => variance,
        };
        let classes = MirroredClasses::of(&class);
        let moved = step(|x| classes.score(x), &p.x, length);
        let mut relations = Relation::componentwise("posterior mean of two classes", &moved, &mean);
        let moving = classes.map(Dual::constant);
        let slope = VectorJet::of(|x| moving.score(x), &p.x).jacobian;
        let second = (&Matrix::identity(d) + &slope.scale(length)).scale(length);
        for i in 0..d {
            for j in 0..=i {
                let name = format!("posterior covariance of two classes, entry ({i}, {j})");
                relations.push(Relation::equal(name, second[(i, j)], covariance[(i, j)]));
            }
        }
        relations
    }
}

/// Squared errors of draws.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Noised<Ball>, Noised<Float>) = (at_point(POINTS[0])?, at_point(POINTS[0])?);
        let law = |length: Ball| {
            let residual = exact.residual(length);
            (residual.trace().to_f64(), ((&residual * &residual).trace() * 2).to_f64())
        };
        let (mean, variance) = law(exact.sigma.square());
        let taken = exact.length(self.0);
        let splat = Lanes::<WIDTH>::splat;
        let score = p.seen(0).score().map(splat);
        let data = GaussianVector::new(&p.data());
        let (sigma, length) = (splat(p.sigma), splat(p.length(self.0)));
        Ok(Plan {
            point: POINTS[0],
            statistics: vec![Statistic::mean("squared error", mean, variance)],
            drawn: (self.0 != 0).then(|| vec![law(taken)]),
            sampler: sampler(move |noise, out| {
                let (clean, added) = (noise.vector(&data), noise.normals(2));
                let end = step(|x| score.value(x), &(&clean + &added.scale(sigma)), length);
                let error = &end - &clean;
                out[0] = error.dot(&error);
            }),
        })
    }
}

parameters! {
    /// Two classes on the line under noise.
    Line {
        mu: real "the centre of one class",
        s2: positive "the variance of a class",
        sigma: positive "the deviation of the noise",
        x: real "the noised input",
    }
}

struct Denoised;

impl Formula for Denoised {
    type Params<S: Scalar> = Line<S>;
    /// `x + σ²s(x)`, in the form in which no difference is taken of `x` and what is nearly `x`.
    fn value<S: Scalar>(p: &Line<S>) -> S {
        let variance = p.sigma.square();
        let seen = p.s2 + variance;
        (p.s2 * p.x + variance * p.mu * (p.mu * p.x / seen).tanh()) / seen
    }
}

/// The form of the quantity.
struct WithoutDifference(u8);

impl Statement for WithoutDifference {
    type Params<S: Scalar> = Line<S>;

    fn points(&self) -> &'static [&'static str] {
        &["mu=0.9 s2=0.25 sigma=0.7 x=0.35", "mu=-1.3 s2=1e-9 sigma=2.1 x=1e-5"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Line<S>) -> Vec<Relation<'p, S>> {
        let variance = p.sigma.square();
        let classes = MirroredClasses::isotropic(Vector(vec![p.mu]), p.s2 + variance);
        let length = if self.0 == HALF_STEP { variance / 2 } else { variance };
        let moved = step(|x| classes.score(x), &Vector(vec![p.x]), length)[0];
        vec![Relation::equal("posterior mean on the line", moved, Denoised::value(p))]
    }
}

const GAUSSIAN: &str = "Gaussian data";
const ERROR: &str = "squared error";
const PRINTED: &str = "squared error in three dimensions";
const CLASSES: &str = "two classes";
const LINE: &str = "on the line";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-tweedie",
    aliases: &[],
    title: "One purification step of length σ² is the posterior mean of noised clean data",
    expect: Expect::True,
    text: include_str!("purify_tweedie.rs"),
    sources: &["efron2011", "yoon2021"],
    readings: &[
        Readings::of(GAUSSIAN, &GaussianStep(0)),
        Readings::of(ERROR, &Parabola(0)).and_sampled(&Draws(0)),
        Readings::certified(PRINTED, &Printed(0)),
        Readings::of(CLASSES, &ClassStep(0)),
        Readings::of(LINE, &WithoutDifference(0)),
    ],
    controls: &[
        Control {
            id: "deviation",
            story: "σ for σ², the deviation taken for the variance",
            readings: Readings::of(GAUSSIAN, &GaussianStep(DEVIATION)),
        },
        Control {
            id: "deviation-two-classes",
            story: "the same with two classes",
            readings: Readings::of(CLASSES, &ClassStep(DEVIATION)),
        },
        Control {
            id: "half-a-step",
            story: "σ²/2, the drift of Langevin steps, for the whole step",
            readings: Readings::of(ERROR, &Parabola(HALF_STEP)).and_sampled(&Draws(HALF_STEP)),
        },
        Control {
            id: "half-a-step-in-three-dimensions",
            story: "the same in three dimensions",
            readings: Readings::certified(PRINTED, &Printed(HALF_STEP)),
        },
        Control {
            id: "half-a-step-on-the-line",
            story: "the same with two classes on the line",
            readings: Readings::of(LINE, &WithoutDifference(HALF_STEP)),
        },
        Control {
            id: "score-of-clean-data",
            story: "the score of the data without their noise",
            readings: Readings::of(GAUSSIAN, &GaussianStep(CLEAN_SCORE)),
        },
        Control {
            id: "one-class",
            story: "what the class of the input says, as if the class were known",
            readings: Readings::of(CLASSES, &ClassStep(ONE_CLASS)),
        },
    ],
    quantities: &[Quantity::of::<Denoised>(
        "denoised",
        "x + sigma^2 s(x), the mean of the data given x, for two classes N(+-mu, s2) under noise of deviation sigma",
        &[],
    )],
};
