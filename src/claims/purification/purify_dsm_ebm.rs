//! The Gaussian energy that denoising score matching trains is that of the noised data, whatever their law.
//!
//! Let data have mean $m$ and covariance $\Sigma$, the noise variance be $\sigma^2$, and the score any affine function $s(x) = Ax + b$. With $T = \Sigma + \sigma^2I$
//!
//! $$ \tfrac12E\Big|s(\tilde x) + \frac{\tilde x - x}{\sigma^2}\Big|^2 = \tfrac12\Big(\frac d{\sigma^2} - \mathrm{tr}\,T^{-1}\Big) + \tfrac12|Am + b|^2 + \tfrac12\mathrm{tr}\,ETE^\top, \qquad E = A + T^{-1} $$
//!
//! so that the minimiser is $s(x) = -T^{-1}(x - m)$, and the minimum is not 0. Only two moments of the data count: for two classes $N(\pm\mu, \Sigma)$ the covariance is
//! $\Sigma + \mu\mu^\top$, and the best affine score has $P = (\Sigma + \mu\mu^\top + \sigma^2I)^{-1}$, not the precision of a class. Of a sample with the noise integrated out it is the
//! covariance with $1/n$: a ridge, which exists for $n \le d$ too.
//!
//! Assumptions: $\sigma > 0$, the exact expectation. The square is completed, which needs no derivative; the loss itself is averaged by Isserlis' theorem over data
//! and noise. If it failed, a trained energy would have the curvature of the data, and purify with the wrong step. Drawn are losses at the minimiser, $\frac12|r|^2$ with
//! $r \sim N(0, C)$, whose variance is $\frac12\mathrm{tr}\,C^2$. A score that is nearly right costs too little to be seen in a sample, and is refuted by proof and enclosure.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{GaussianVector, NonNegative, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Covariance, Field, Float, Lanes, Matrix, Scalar, Vector};
use crate::objectives::score_matching::{denoising, denoising_variance, mean_denoising};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{GaussianPolynomial, MultivariateGaussian, ScoreModel};

const CLEAN: u8 = 1;
const DEVIATION: u8 = 2;
const POSTERIOR: u8 = 3;
const NO_FLOOR: u8 = 4;
const ONE_CLASS: u8 = 5;
const UNBIASED: u8 = 6;

parameters! {
    /// Data, noise and any affine score.
    Trained {
        m: vector "the mean of the data",
        Sigma: covariance "the covariance of the data, or of a class",
        sigma: positive "the deviation of the noise",
        A: matrix "the slope of the score",
        b: vector "its value at 0",
    }
}

impl<S: Scalar> Trained<S> {
    /// The data beside the energy with this precision and their mean.
    fn trained(&self, precision: Matrix<S>) -> ScoreModel<S> {
        let data = MultivariateGaussian { mean: self.m.clone(), covariance: self.Sigma.clone() };
        ScoreModel { data, precision, centre: self.m.clone() }
    }
}

/// `½E|A x̃ + b + n/σ²|²` by Isserlis' theorem, for data with this mean and covariance: the entries of `x − m` come first, those of the noise after.
fn mean_loss<S: Scalar>(p: &Trained<S>, mean: &Vector<S>, covariance: &Matrix<S>) -> S {
    let (d, variance) = (mean.dimension(), p.sigma.square());
    let joint = Matrix::from_fn(2 * d, 2 * d, |i, j| match (i < d, j < d) {
        (true, true) => covariance[(i, j)],
        (false, false) if i == j => variance,
        _ => S::zero(),
    });
    let centre = &(&p.A * mean) + &p.b;
    (0..d).fold(S::zero(), |sum, i| {
        let mut terms = vec![(centre[i], vec![]), (variance.recip(), vec![d + i])];
        for j in 0..d {
            terms.extend([(p.A[(i, j)], vec![j]), (p.A[(i, j)], vec![d + j])]);
        }
        let residual = GaussianPolynomial(terms);
        sum + residual.times(&residual).mean(&joint) / 2
    })
}

/// The precision that is stated to be the best one for data with this covariance.
fn stated<S: Scalar>(wrong: u8, p: &Trained<S>, covariance: &Matrix<S>) -> Matrix<S> {
    let noise = if wrong == DEVIATION { p.sigma } else { p.sigma.square() };
    match wrong {
        CLEAN => Covariance::new(covariance.clone()).precision().clone(),
        POSTERIOR => Covariance::new(covariance.clone()).precision().plus_identity(p.sigma.square().recip()),
        _ => Covariance::new(covariance.plus_identity(noise)).precision().clone(),
    }
}

/// `minimum ≤ loss`, with what is missing to a square; `T` is the right one.
fn completed<'p, S: Scalar>(
    wrong: u8,
    name: &str,
    p: &Trained<S>,
    (mean, covariance): (&Vector<S>, &Matrix<S>),
    best: &Matrix<S>,
    loss: S,
) -> Relation<'p, S> {
    let (d, variance) = (mean.dimension(), p.sigma.square());
    let seen = covariance.plus_identity(variance);
    let floor = match wrong {
        NO_FLOOR => S::zero(),
        _ => (S::int(d as i64) / variance - Covariance::new(seen.clone()).precision().trace()) / 2,
    };
    let offset = &(&p.A * mean) + &p.b;
    let error = &p.A + best;
    let half = NonNegative::declared(S::ratio(1, 2));
    let gap = (0..d).fold(NonNegative::square(S::zero()), |sum, i| {
        let row = Vector((0..d).map(|j| error[(i, j)]).collect());
        // The variance of what is seen along a row of the error.
        let spread = NonNegative::declared(seen.bilinear(&row, &row));
        sum.plus(half.times(NonNegative::square(offset[i]).plus(spread)))
    });
    Relation::at_most(name, floor, loss, gap)
}

/// Data of any law with these moments.
fn of_moments<'p, S: Scalar>(wrong: u8, p: &'p Trained<S>) -> Vec<Relation<'p, S>> {
    let loss = mean_loss(p, &p.m, p.Sigma.matrix());
    let best = stated(wrong, p, p.Sigma.matrix());
    vec![completed(wrong, "the square completed", p, (&p.m, p.Sigma.matrix()), &best, loss)]
}

struct Minimum(u8);

const POINT: &str = "m=[0.3,-1.2] Sigma=[[1.7,0.4],[0.4,0.9]] sigma=0.5 A=[[-0.7,0.2],[0.1,-1.1]] b=[0.4,-0.3]";

impl Statement for Minimum {
    type Params<S: Scalar> = Trained<S>;

    fn points(&self) -> &'static [&'static str] {
        &[POINT, "m=[1.1,0.9] Sigma=[[1.3e-6,2e-7],[2e-7,4.1]] sigma=0.0713 A=[[-190.7,0.2],[0.1,-0.11]] b=[0.4,-0.3]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Trained<S>) -> Vec<Relation<'p, S>> {
        of_moments(self.0, p)
    }
}

/// Where another program found the minimum 5.00978.
struct Printed(u8);

impl Statement for Printed {
    type Params<S: Scalar> = Trained<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "m=[0.8,-0.4,0.5] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] sigma=0.5 A=[[-0.7,0.2,0.1],[0.1,-1.1,0],[0,0.3,-0.4]] b=[0.4,-0.3,0.1]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Trained<S>) -> Vec<Relation<'p, S>> {
        of_moments(self.0, p)
    }
}

/// Two classes `N(±m, Σ)`, and the sample of the two points `±m`.
struct Classes(u8);

impl Statement for Classes {
    type Params<S: Scalar> = Trained<S>;

    fn points(&self) -> &'static [&'static str] {
        Minimum(0).points()
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Trained<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (d, other) = (p.m.dimension(), -&p.m);
        let between = p.m.outer(&p.m);
        let whole = p.Sigma.matrix() + &between;
        let loss = (mean_loss(p, &p.m, p.Sigma.matrix()) + mean_loss(p, &other, p.Sigma.matrix())) / 2;
        let best = if wrong == ONE_CLASS { stated(0, p, p.Sigma.matrix()) } else { stated(0, p, &whole) };
        let zero = p.m.map(|_| S::zero());
        let of_classes = completed(0, "two classes", p, (&zero, &whole), &best, loss);
        // Two points have the singular covariance mmᵀ with 1/n, and twice that with 1/(n − 1).
        let none = Matrix::zeros(d, d);
        let loss = (mean_loss(p, &p.m, &none) + mean_loss(p, &other, &none)) / 2;
        let sampled = if wrong == UNBIASED { between.scale(S::int(2)) } else { between.clone() };
        let of_points = completed(0, "two points", p, (&zero, &between), &stated(0, p, &sampled), loss);
        vec![of_classes, of_points]
    }
}

/// Losses at the minimiser.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Trained<Ball>, Trained<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let law = |wrong: u8| {
            let (model, noise) = (exact.trained(stated(wrong, &exact, exact.Sigma.matrix())), exact.sigma.square());
            (mean_denoising(&model, noise).to_f64(), denoising_variance(&model, noise).to_f64())
        };
        let ((mean, variance), drawn) = (law(0), law(self.0));
        let mean = if self.0 == NO_FLOOR { 0.0 } else { mean };
        let splat = Lanes::<WIDTH>::splat;
        let model = p.trained(stated(self.0, &p, p.Sigma.matrix()));
        let (data, score) = (GaussianVector::new(&model.data), model.score().map(splat));
        let deviation = splat(p.sigma);
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("loss at the minimiser", mean, variance)],
            drawn: Some(vec![drawn]),
            sampler: sampler(move |noise, out| {
                let (clean, added) = (noise.vector(&data), noise.normals(2).scale(deviation));
                let seen = &clean + &added;
                out[0] = denoising(&score.value(&seen), &added, deviation * deviation);
            }),
        })
    }
}

const MINIMUM: &str = "";
const PRINTED: &str = "three dimensions";
const CLASSES: &str = "classes and samples";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-dsm-ebm",
    aliases: &[],
    title: "Denoising score matching trains the Gaussian energy of the noised data, by two moments only",
    expect: Expect::True,
    text: include_str!("purify_dsm_ebm.rs"),
    sources: &["vincent2011", "yoon2021"],
    readings: &[
        Readings::of(MINIMUM, &Minimum(0)).and_sampled(&Draws(0)),
        Readings::certified(PRINTED, &Printed(0)),
        Readings::of(CLASSES, &Classes(0)),
    ],
    controls: &[
        Control {
            id: "clean-data",
            story: "the precision of the data without their noise",
            readings: Readings::of(MINIMUM, &Minimum(CLEAN)),
        },
        Control {
            id: "deviation",
            story: "σ for σ² on the diagonal",
            readings: Readings::of(MINIMUM, &Minimum(DEVIATION)),
        },
        Control {
            id: "posterior-precision",
            story: "the precision of the data given what is seen, Σ⁻¹ + σ⁻²I",
            readings: Readings::of(MINIMUM, &Minimum(POSTERIOR)).and_sampled(&Draws(POSTERIOR)),
        },
        Control {
            id: "no-floor",
            story: "a minimum of 0, as if the noise could be predicted",
            readings: Readings::of(MINIMUM, &Minimum(NO_FLOOR)).and_sampled(&Draws(NO_FLOOR)),
        },
        Control {
            id: "no-floor-in-three-dimensions",
            story: "the same in three dimensions",
            readings: Readings::certified(PRINTED, &Printed(NO_FLOOR)),
        },
        Control {
            id: "one-class",
            story: "the covariance within a class for that of the mixture",
            readings: Readings::of(CLASSES, &Classes(ONE_CLASS)),
        },
        Control {
            id: "unbiased-covariance",
            story: "the covariance of a sample with 1/(n − 1)",
            readings: Readings::of(CLASSES, &Classes(UNBIASED)),
        },
    ],
    quantities: &[],
};
