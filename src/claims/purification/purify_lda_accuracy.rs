//! How often a linear classifier of two Gaussian classes is right, and which one is right most often.
//!
//! For labels $y = \pm1$, equally likely, and $x \mid y \sim N(y\mu, \Sigma)$, the margin of $\mathrm{sign}(w^\top x)$ is Gaussian:
//!
//! $$ y\,w^\top x \sim N(w^\top\mu,\ w^\top\Sigma w), \qquad \mathrm{acc}(w) = \Phi\Big(\frac{w^\top\mu}{\sqrt{w^\top\Sigma w}}\Big)
//! \le \Phi\Big(\sqrt{\mu^\top\Sigma^{-1}\mu}\Big) = \Phi\Big(\frac\Delta2\Big) $$
//!
//! with equality at $w = \Sigma^{-1}\mu$. $\Delta$ is the Mahalanobis distance *between the class means*, $2\mu$ apart. With $\Sigma = LDL^\top$, $a = L^\top w$
//! and $b = L^{-1}\mu$, what any other $w$ loses is a sum of squares:
//!
//! $$ (w^\top\Sigma w)(\mu^\top\Sigma^{-1}\mu) - (w^\top\mu)^2 = \sum_{i<j}\frac{(D_ia_ib_j - D_ja_jb_i)^2}{D_iD_j} $$
//!
//! Assumptions: $\Sigma$ positive definite, equal in both classes, and no bias term. The law of the margin and the inequality are proved; $\Phi$ is
//! enclosed, against the integral over one coordinate of the probability given it; accuracies are counted over drawn inputs. If it failed, the
//! accuracy without attack, which every gain of a defence is measured from, would be wrong.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, GaussianVector, NonNegative, Plan, Relation, Statement, Statistic, Trial,
    sampler,
};
use crate::numbers::{Ball, Field, Float, Integrand, Lanes, OverLine, Scalar, Special, Vector, gaussian_mean};
use crate::objectives::purification::{accuracy, margin};
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Gaussian, GaussianPolynomial, TwoClasses};

const WHOLE_DISTANCE: u8 = 1;
const SQUARED_DISTANCE: u8 = 2;
const MEANS_ALONE: u8 = 3;
const STD_NOT_ROOTED: u8 = 4;

/// A linear classifier of two classes.
pub struct Classified<S> {
    pub(super) w: Vector<S>,
    pub(super) classes: TwoClasses<S>,
}

impl<S: Scalar> Parameters<S> for Classified<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let w = source.vector("w", "the classifier is sign(w . x), without a bias term; w not 0")?;
        let classes = TwoClasses::read(source)?;
        source.same_dimension(&["w", "mu", "Sigma"])?;
        Ok(Self { w, classes })
    }
}

impl Classified<Ball> {
    /// Refuses a classifier that says nothing.
    pub(super) fn not_zero(&self) -> Result<(), InputError> {
        if self.w.0.iter().any(|w| w.mag() > Ball::zero().mag()) {
            return Ok(());
        }
        let why = "`w` is 0 in every entry, and sign(w . x) then says nothing; give a `w` with another entry";
        Err(InputError::Condition(why.to_owned()))
    }
}

/// An example in three dimensions.
pub(super) const EXAMPLE: &str = "w=[1,0.2,-0.1] mu=[0.8,-0.4,0.5] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]]";

impl<S: Scalar> Classified<S> {
    /// `Σ⁻¹μ`.
    fn best(&self) -> Vector<S> {
        self.classes.positive.covariance.precision() * &self.classes.positive.mean
    }

    /// `√(μᵀΣ⁻¹μ) = Δ/2`, or what is taken for it.
    fn largest_signal(&self, wrong: u8) -> S {
        let apart = self.classes.positive.mean.scale(S::int(2));
        let distance = self.classes.positive.covariance.precision().bilinear(&apart, &apart);
        match wrong {
            WHOLE_DISTANCE => distance.sqrt(),
            SQUARED_DISTANCE => distance / 2,
            _ => distance.sqrt() / 2,
        }
    }
}

/// The law of the margin, and the best classifier.
struct Law(u8);

impl Statement for Law {
    type Params<S: Scalar> = Classified<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "w=[1.3,0.2119] mu=[0.8137,-0.4119] Sigma=[[1.7,0.4],[0.4,0.9]]",
            "w=[0.0137,-1.719] mu=[-0.31,0.0271] Sigma=[[1.7,1.2999],[1.2999,1]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Classified<S>) -> Vec<Relation<'p, S>> {
        let (law, matrix) = (&p.classes.positive, p.classes.positive.covariance.matrix());
        let seen = margin(&p.w, &p.classes);
        // y wᵀx = wᵀμ + wᵀz with the same law of z for both labels.
        let terms = p.w.0.iter().enumerate().map(|(i, w)| (*w, vec![i])).collect::<Vec<_>>();
        let constant = p.w.0.iter().zip(&law.mean.0).fold(S::zero(), |sum, (w, m)| sum + *w * *m);
        let centred = GaussianPolynomial(terms.clone());
        let whole = GaussianPolynomial(terms.into_iter().chain([(constant, Vec::new())]).collect());
        let best = match self.0 {
            MEANS_ALONE => law.mean.clone(),
            _ => p.best(),
        };
        let best = margin(&best, &p.classes);
        let signal = p.largest_signal(self.0).square();
        // With Σ = LDLᵀ.
        let (lower, pivots) = matrix.ldl();
        let a = &lower.transpose() * &p.w;
        let mut b = law.mean.clone();
        for i in 0..b.dimension() {
            b.0[i] = (0..i).fold(b[i], |rest, j| rest - lower[(i, j)] * b[j]);
        }
        let pairs = (0..a.dimension()).flat_map(|j| (0..j).map(move |i| (i, j)));
        let lost = pairs.fold(NonNegative::square(S::zero()), |sum, (i, j)| {
            let share = NonNegative::square(pivots[i] * a[i] * b[j] - pivots[j] * a[j] * b[i]);
            sum.plus(share.over(NonNegative::declared(pivots[i] * pivots[j])))
        });
        let variance = NonNegative::declared(seen.variance);
        vec![
            Relation::equal("mean of the margin", seen.mean, whole.mean(matrix)),
            Relation::equal("variance of the margin", seen.variance, centred.times(&centred).mean(matrix)),
            Relation::equal("squared signal of the best classifier", best.mean.square() / best.variance, signal),
            Relation::at_most("no other is better", seen.mean.square() / seen.variance, signal, lost.over(variance)),
        ]
    }
}

/// The probability that the margin is positive given the first coordinate, standardised.
struct GivenFirst {
    first: Gaussian<Ball>,
    /// The margin given the first coordinate: its mean at 0, its slope, its variance.
    mean: Ball,
    slope: Ball,
    variance: Ball,
}

impl GivenFirst {
    fn new(w: &Vector<Ball>, classes: &TwoClasses<Ball>) -> Self {
        let law = &classes.positive;
        let others: Vec<_> = (1..w.dimension()).collect();
        let rest = law.given(&[0], &others);
        let weights = w.at(&others);
        Self {
            first: Gaussian::new(law.mean[0], law.covariance.matrix()[(0, 0)]),
            mean: weights.dot(&rest.offset),
            slope: w[0] + weights.dot(&(&rest.matrix * &Vector(vec![Ball::one()]))),
            variance: rest.covariance.bilinear(&weights, &weights),
        }
    }
}

impl Integrand for GivenFirst {
    fn value<S: OverLine>(&self, z: S) -> S {
        let first = self.first.map(S::enclosed);
        let coordinate = first.mean + first.variance.sqrt() * z;
        let mean = S::enclosed(self.mean) + S::enclosed(self.slope) * coordinate;
        accuracy(&Gaussian::new(mean, S::enclosed(self.variance)))
    }
}

/// `Φ` of a signal.
fn phi<S: Special>(signal: S) -> S {
    accuracy(&Gaussian::new(signal, S::one()))
}

/// Accuracies as integrals over one coordinate.
struct Accuracy(u8);

impl Enclosed for Accuracy {
    fn points(&self) -> &'static [&'static str] {
        &[EXAMPLE, "w=[-0.7,1.3] mu=[1.1,0.31] Sigma=[[0.37,-0.2119],[-0.2119,4.1]]"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: Classified<Ball> = at_point(point)?;
        let seen = margin(&p.w, &p.classes);
        let claimed = match wrong {
            STD_NOT_ROOTED => phi(seen.mean / seen.variance),
            _ => accuracy(&seen),
        };
        let given = GivenFirst::new(&p.w, &p.classes);
        let best =
            GivenFirst::new(&if wrong == MEANS_ALONE { p.classes.positive.mean.clone() } else { p.best() }, &p.classes);
        let largest = phi(p.largest_signal(wrong));
        Ok(vec![
            EnclosedRelation::equal("accuracy", move |radius| claimed - gaussian_mean(&given, radius)),
            EnclosedRelation::equal("largest accuracy", move |radius| largest - gaussian_mean(&best, radius)),
        ])
    }
}

/// How often drawn inputs are classified right.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Classified<Ball>, Classified<Float>) = (at_point(EXAMPLE)?, at_point(EXAMPLE)?);
        let seen = margin(&exact.w, &exact.classes);
        let claimed = match self.0 {
            STD_NOT_ROOTED => phi(seen.mean / seen.variance),
            _ => accuracy(&seen),
        };
        let spread = |probability: Ball| (probability * (Ball::one() - probability)).to_f64();
        let largest = phi(exact.largest_signal(0));
        let best = match self.0 {
            MEANS_ALONE => accuracy(&margin(&exact.classes.positive.mean, &exact.classes)),
            wrong => phi(exact.largest_signal(wrong)),
        };
        let law = p.classes.positive.clone();
        let (centred, weights) = (GaussianVector::centred(&law.covariance), [p.w.clone(), p.best()]);
        let [bare, best_weights] = weights.map(|w| w.map(Lanes::splat));
        let mean = law.mean.map(Lanes::splat);
        Ok(Plan {
            point: EXAMPLE,
            statistics: vec![
                Statistic::mean("right", claimed.to_f64(), spread(accuracy(&seen))),
                Statistic::mean("right with the best classifier", best.to_f64(), spread(largest)),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let label = Lanes(noise.uniform().0.map(|u| (u - 0.5).signum()));
                let z = noise.vector(&centred);
                let x = &mean.scale(label) + &z;
                for (out, w) in out.iter_mut().zip([&bare, &best_weights]) {
                    *out = Lanes((label * w.dot(&x)).0.map(|margin| f64::from(u8::from(margin > 0.0))));
                }
            }),
        })
    }
}

/// `Φ(wᵀμ/√(wᵀΣw))`.
fn clean(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Classified<Ball> = ExactReader::new(inputs, ignored).read()?;
    p.not_zero()?;
    Ok(accuracy(&margin(&p.w, &p.classes)))
}

/// `Φ(√(μᵀΣ⁻¹μ))`.
fn largest(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let classes: TwoClasses<Ball> = ExactReader::new(inputs, ignored).read()?;
    let law = &classes.positive;
    Ok(phi(law.covariance.precision().bilinear(&law.mean, &law.mean).sqrt()))
}

const ACCURACY: &str = "accuracy";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-lda-accuracy",
    aliases: &[],
    title: "The accuracy of a linear classifier of two Gaussian classes, and the largest there is",
    expect: Expect::True,
    text: include_str!("purify_lda_accuracy.rs"),
    sources: &["yoon2021"],
    readings: &[
        Readings::of("", &Law(0)),
        Readings::certified(ACCURACY, &ByEnclosure(Accuracy(0))).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "whole-distance",
            story: "Φ(Δ) for Φ(Δ/2): the distance between the class means taken for that from the middle",
            readings: Readings::certified(ACCURACY, &ByEnclosure(Accuracy(WHOLE_DISTANCE)))
                .and_sampled(&Draws(WHOLE_DISTANCE)),
        },
        Control {
            id: "whole-distance-in-the-signal",
            story: "the same in the squared signal, four times too large",
            readings: Readings::of("", &Law(WHOLE_DISTANCE)),
        },
        Control {
            id: "squared-distance",
            story: "Φ(Δ²/2): the distance not rooted",
            readings: Readings::certified(ACCURACY, &ByEnclosure(Accuracy(SQUARED_DISTANCE)))
                .and_sampled(&Draws(SQUARED_DISTANCE)),
        },
        Control {
            id: "means-alone",
            story: "w = μ taken to be the best classifier of classes whose covariance has directions",
            readings: Readings::of("", &Law(MEANS_ALONE)),
        },
        Control {
            id: "means-alone-is-as-accurate",
            story: "the accuracy of w = μ taken for the largest",
            readings: Readings::certified(ACCURACY, &ByEnclosure(Accuracy(MEANS_ALONE)))
                .and_sampled(&Draws(MEANS_ALONE)),
        },
        Control {
            id: "variance-not-rooted",
            story: "Φ(wᵀμ/wᵀΣw): the margin divided by its variance",
            readings: Readings::certified(ACCURACY, &ByEnclosure(Accuracy(STD_NOT_ROOTED)))
                .and_sampled(&Draws(STD_NOT_ROOTED)),
        },
    ],
    quantities: &[
        Quantity::enclosed::<Classified<Float>>(
            "accuracy",
            "the probability that sign(w . x) is the label",
            &[],
            clean,
        ),
        Quantity::enclosed::<TwoClasses<Float>>(
            "largest-accuracy",
            "the largest probability that a classifier gives the label, that of w = Sigma^-1 mu",
            &[],
            largest,
        ),
    ],
};
