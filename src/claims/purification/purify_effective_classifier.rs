//! A Gaussian energy's purifier in front of a linear classifier is another linear classifier, with nothing in between.
//!
//! With the mode at 0, $k$ steps $x \leftarrow x - \alpha Px$ are $x \mapsto B^kx$, $B = I - \alpha P$ symmetric, so that $w^\top B^kx = w_{eff}^\top x$ with
//! $w_{eff} = B^kw$. With noise $\sigma_{in}$ injected after the attack and the logits of $n$ runs averaged,
//!
//! $$ \mathrm{acc} = \Phi\Big(\frac{w_{eff}^\top\mu - \epsilon c}{\sqrt{w_{eff}^\top\Sigma w_{eff} + \sigma_{in}^2\|w_{eff}\|_2^2/n}}\Big), \qquad
//! c = \|w_{eff}\|_2 \text{ (white box)}, \quad \frac{w_{eff}^\top w}{\|w\|_2} \text{ (gray box)} $$
//!
//! White-box attacks know the purifier, gray-box ones only $w$; hence $c_{gray} \le c_{white}$, and the difference is what the attacker does not know. If
//! $P \propto I$ and $B \succ 0$, nothing changes at all: clean and attacked accuracies are those of $w$, whatever $k$. A purifier can only turn $w$.
//!
//! Assumptions: classes $N(\pm\mu, \Sigma)$; mode of the energy at 0; no clipping. The energy of the number below is what denoising score
//! matching finds on the data without labels, $P = (\Sigma + \mu\mu^\top + \sigma^2I)^{-1}$. Affinity, losses and variances are proved against the
//! steps one by one; accuracies are enclosed, and counted over inputs that are attacked, noised and purified step by step. If it
//! failed, a defence that only confuses the attacker would be reported as one that protects.

use crate::claims::purification::purify_lda_accuracy::Classified;
use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, GaussianVector, NonNegative, Plan, Relation, Statement, Statistic, Trial,
    WIDTH, sampler,
};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar, Vector, integrate, normal_density};
use crate::objectives::purification::{Defended, Knowledge, Norm, Steps, accuracy, margin};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::Gaussian;

const GRAY_AS_WHITE: u8 = 1;
const SHRUNK_ATTACK: u8 = 2;
const ONE_STEP_SHORT: u8 = 3;
const NOT_AVERAGED: u8 = 4;
const BARE_NOISE: u8 = 5;
const WITHIN_CLASSES: u8 = 6;

/// Steps along any Gaussian energy in front of a classifier.
pub struct AnyEnergy<S> {
    classified: Classified<S>,
    steps: Steps<S>,
    eps: S,
    inject: S,
    runs: u32,
}

impl<S: Scalar> Parameters<S> for AnyEnergy<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let classified = Classified::read(source)?;
        let precision = source.symmetric("P", "precision of the energy, whose mode is 0")?;
        source.same_dimension(&["mu", "P"])?;
        let length = source.real("alpha", Domain::Positive, "length of a step")?;
        let count = source.index("k", "steps")?;
        let eps = source.real("eps", Domain::NonNegative, "size of the attack in the Euclidean norm")?;
        let inject = source.real("inject", Domain::NonNegative, "standard deviation of the injected noise")?;
        let runs = source.count("n", "runs whose logits are averaged")?;
        Ok(Self { classified, steps: Steps::without_noise(precision, length, count), eps, inject, runs })
    }
}

impl<S: Scalar> AnyEnergy<S> {
    /// The purified classifier, or what is taken for it.
    fn defended(&self, wrong: u8) -> Defended<S> {
        let steps = match wrong {
            ONE_STEP_SHORT => Steps { count: self.steps.count.saturating_sub(1), ..self.steps.clone() },
            _ => self.steps.clone(),
        };
        let runs = if wrong == NOT_AVERAGED { 1 } else { self.runs };
        Defended::behind(&steps, self.classified.w.clone()).with_noise(self.inject.square(), runs)
    }

    /// The steps, one by one.
    fn purified(&self, x: &Vector<S>) -> Vector<S> {
        let step = |x: Vector<S>, _| &x - &(&self.steps.precision * &x).scale(self.steps.length);
        (0..self.steps.count).fold(x.clone(), step)
    }

    /// The law of the averaged logit of an attacked input of the class 1, from the steps one by one.
    fn logit(&self, knowledge: Knowledge) -> Gaussian<S> {
        let (w, law) = (&self.classified.w, &self.classified.classes.positive);
        // An attacker who knows the purifier follows the gradient through it: each step is its own transpose.
        let ascent = match knowledge {
            Knowledge::White => self.purified(w),
            Knowledge::Gray => w.clone(),
        };
        let attacked = &law.mean - &Norm::L2.steepest(&ascent).scale(self.eps);
        let noised = law.noised(self.inject.square() / i64::from(self.runs));
        let spread = self.steps.covariance(noised.covariance.matrix());
        Gaussian::new(w.dot(&self.purified(&attacked)), spread.bilinear(w, w))
    }
}

/// The law of the margin, as it is stated.
fn stated<S: Scalar>(wrong: u8, p: &AnyEnergy<S>, knowledge: Knowledge) -> Gaussian<S> {
    let defended = p.defended(wrong);
    let knowledge = if wrong == GRAY_AS_WHITE { Knowledge::Gray } else { knowledge };
    let law = defended.margin(&p.classified.classes, p.eps, Norm::L2, knowledge);
    if wrong == BARE_NOISE {
        let clean = margin(&defended.effective, &p.classified.classes).variance;
        let bare = Defended { effective: defended.bare.clone(), ..defended };
        return Gaussian::new(law.mean, clean + bare.noise());
    }
    law
}

struct Pipeline(u8);

impl Statement for Pipeline {
    type Params<S: Scalar> = AnyEnergy<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "w=[1.3,0.2119] mu=[0.8137,-0.4119] Sigma=[[1.7,0.4],[0.4,0.9]] P=[[0.71,-0.25],[-0.25,1.3]] alpha=0.31 k=2 eps=0.25 inject=0.6 n=3",
            "w=[1.3,-0.2] mu=[0.8137,0.4119] Sigma=[[1.7,1.29],[1.29,1]] P=[[0.71,-0.25],[-0.25,1.3]] alpha=1.3119 k=7 eps=0.1 inject=0.37 n=5",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnyEnergy<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let defended = p.defended(wrong);
        let law = &p.classified.classes.positive;
        let [white, gray] = [Knowledge::White, Knowledge::Gray].map(|knowledge| stated(wrong, p, knowledge));
        let [white_by_steps, gray_by_steps] = [Knowledge::White, Knowledge::Gray].map(|knowledge| p.logit(knowledge));
        let (w, effective) = (&defended.bare, &p.defended(0).effective);
        // ‖w‖²‖w_eff‖² − (wᵀw_eff)², a sum of squares.
        let d = w.dimension();
        let pairs = (0..d).flat_map(|j| (0..j).map(move |i| (i, j)));
        let apart = pairs.fold(NonNegative::square(S::zero()), |sum, (i, j)| {
            sum.plus(NonNegative::square(w[i] * effective[j] - w[j] * effective[i]))
        });
        let length = w.dot(w);
        let gray_loss = w.dot(effective).square() / length;
        vec![
            Relation::equal("logit of an input", defended.effective.dot(&law.mean), w.dot(&p.purified(&law.mean))),
            Relation::equal("mean under a white-box attack", white.mean, white_by_steps.mean),
            Relation::equal("mean under a gray-box attack", gray.mean, gray_by_steps.mean),
            Relation::equal("variance of the averaged logit", white.variance, white_by_steps.variance),
            Relation::at_most(
                "a gray-box attack takes off no more",
                gray_loss,
                effective.dot(effective),
                apart.over(NonNegative::declared(length)),
            ),
        ]
    }
}

parameters! {
    /// A purifier without direction.
    Isotropic {
        classified: of(Classified) "the classifier and its classes",
        kept: fraction "b = 1 - alpha p, what a step keeps, for P = p I",
        alpha: positive "length of a step",
        eps: positive "size of the attack",
    }
}

/// `P ∝ I`: no change at all.
struct NoChange(u8);

impl Statement for NoChange {
    type Params<S: Scalar> = Isotropic<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "w=[1.3,0.2119] mu=[0.8137,-0.4119] Sigma=[[1.7,0.4],[0.4,0.9]] kept=0.71 alpha=0.31 eps=0.25",
            "w=[1,0.2,-0.1] mu=[0.8,-0.4,0.5] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] kept=0.0137 alpha=1.7 eps=0.4",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Isotropic<S>) -> Vec<Relation<'p, S>> {
        const STEPS: u32 = 3;
        let (w, classes) = (&p.classified.w, &p.classified.classes);
        let precision = Matrix::identity(w.dimension()).scale((S::one() - p.kept) / p.alpha);
        let defended = Defended::behind(&Steps::without_noise(precision, p.alpha, STEPS), w.clone());
        let bare = Defended::bare(w.clone());
        let signal = |law: Gaussian<S>| law.mean.square() / law.variance;
        let size = if self.0 == SHRUNK_ATTACK { p.eps * p.kept.powi(STEPS as i32) } else { p.eps };
        let mut relations =
            vec![Relation::equal("clean", signal(defended.clean_margin(classes)), signal(margin(w, classes)))];
        for (name, knowledge) in [("white box", Knowledge::White), ("gray box", Knowledge::Gray)] {
            let purified = defended.margin(classes, size, Norm::L2, knowledge);
            relations.push(Relation::equal(
                name,
                signal(purified),
                signal(bare.margin(classes, p.eps, Norm::L2, knowledge)),
            ));
        }
        relations
    }
}

/// Behind the energy of the data without their labels.
pub struct Purified<S> {
    any: AnyEnergy<S>,
    /// The precision that a model of one class, known by its label, would have.
    within: Matrix<S>,
    knowledge: Knowledge,
}

impl<S: Scalar> Parameters<S> for Purified<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let classified = Classified::read(source)?;
        let sigma = source.real(
            "sigma",
            Domain::Positive,
            "noise of the training by denoising score matching, a standard deviation",
        )?;
        let length = source.real("alpha", Domain::Positive, "length of a step of purification")?;
        let count = source.index("k", "steps of purification")?;
        let eps = source.real("eps", Domain::NonNegative, "size of the attack in the Euclidean norm")?;
        let inject =
            source.real("inject", Domain::NonNegative, "standard deviation of the noise injected after the attack")?;
        let runs = source.count("n", "runs whose logits are averaged")?;
        let mode = source.choice("mode", Knowledge::NAMES, false, "whether the attacker knows the purifier")?;
        let classes = &classified.classes;
        let (precision, noise) = (classes.energy(sigma.square()), sigma.square());
        let within = classes.positive.noised(noise).covariance.precision().clone();
        let steps = Steps::without_noise(precision, length, count);
        let any = AnyEnergy { classified, steps, eps, inject, runs };
        Ok(Self { any, within, knowledge: Knowledge::named(mode) })
    }
}

impl<S: Scalar> Purified<S> {
    /// The law of the margin, as it is stated.
    fn margin(self, wrong: u8) -> Gaussian<S> {
        let mut any = self.any;
        if wrong == WITHIN_CLASSES {
            any.steps.precision = self.within;
        }
        stated(wrong, &any, self.knowledge)
    }
}

/// Accuracies as integrals, from the steps one by one.
struct Accuracy(u8);

const WHITE: &str = "w=[1,0.2,-0.1] mu=[0.8,-0.4,0.5] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] sigma=0.5 alpha=0.3 k=5 eps=0.4 inject=0.6 n=5 mode=white";
const GRAY: &str = "w=[1,0.2,-0.1] mu=[0.8,-0.4,0.5] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] sigma=0.5 alpha=0.3 k=5 eps=0.4 inject=0 n=1 mode=gray";

impl Enclosed for Accuracy {
    fn points(&self) -> &'static [&'static str] {
        &[WHITE, GRAY, SAMPLED_WHITE]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let (claimed, exact): (Purified<Ball>, Purified<Ball>) = (at_point(point)?, at_point(point)?);
        let claimed = accuracy(&claimed.margin(self.0));
        let law = exact.any.logit(exact.knowledge);
        Ok(vec![EnclosedRelation::equal("accuracy", move |radius| {
            let signal = law.mean / law.variance.sqrt();
            claimed - Ball::ratio(1, 2) - integrate(&normal_density, &normal_density, Ball::zero(), signal, radius)
        })])
    }
}

const SAMPLED_WHITE: &str =
    "w=[0.3,1.1] mu=[1.3,0.4] Sigma=[[0.7,0.3],[0.3,1.9]] sigma=0.5 alpha=0.9 k=3 eps=0.7 inject=0.9 n=3 mode=white";
const SAMPLED_GRAY: &str =
    "w=[0.3,1.1] mu=[1.3,0.4] Sigma=[[0.7,0.3],[0.3,1.9]] sigma=0.5 alpha=0.9 k=3 eps=0.7 inject=0.9 n=3 mode=gray";

/// Accuracies over inputs that are drawn, attacked, noised and purified.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let statistic = |name, point| -> Result<Statistic, InputError> {
            let (right, claimed): (Purified<Ball>, Purified<Ball>) = (at_point(point)?, at_point(point)?);
            let right = accuracy(&right.margin(0)).to_f64();
            Ok(Statistic::mean(name, accuracy(&claimed.margin(self.0)).to_f64(), right * (1.0 - right)))
        };
        let statistics =
            vec![statistic("right, white box", SAMPLED_WHITE)?, statistic("right, gray box", SAMPLED_GRAY)?];
        let p: Purified<Float> = at_point(SAMPLED_WHITE)?;
        let w = &p.any.classified.w;
        let attacks = [p.any.purified(w), w.clone()].map(|ascent| Norm::L2.steepest(&ascent).scale(p.any.eps));
        let attacks = attacks.map(|attack| attack.map(Lanes::splat));
        let law = &p.any.classified.classes.positive;
        let spread = GaussianVector::centred(&law.covariance);
        let (w, mean) = (w.map(Lanes::splat), law.mean.map(Lanes::splat));
        let (precision, length) = (p.any.steps.precision.map(Lanes::splat), Lanes::splat(p.any.steps.length));
        let (count, inject, runs) = (p.any.steps.count, Lanes::splat(p.any.inject), p.any.runs);
        Ok(Plan {
            point: SAMPLED_WHITE,
            statistics,
            drawn: None,
            sampler: sampler(move |noise, out| {
                let z = noise.vector(&spread);
                let added: Vec<_> = (0..runs).map(|_| noise.normals(mean.dimension()).scale(inject)).collect();
                let label = Lanes(noise.uniform().0.map(|u| (u - 0.5).signum()));
                for (out, attack) in out.iter_mut().zip(&attacks) {
                    let x = &(&mean - attack).scale(label) + &z;
                    let logits = added.iter().map(|added| {
                        let noisy = &x + added;
                        let step = |x: Vector<_>, _| &x - &(&precision * &x).scale(length);
                        w.dot(&(0..count).fold(noisy, step))
                    });
                    let logit = logits.fold(Lanes([0.0; WIDTH]), |sum, logit| sum + logit);
                    *out = Lanes((label * logit).0.map(|margin| f64::from(u8::from(margin > 0.0))));
                }
            }),
        })
    }
}

/// The accuracy at the end of the pipeline.
fn purified(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Purified<Ball> = ExactReader::new(inputs, ignored).read()?;
    p.any.classified.not_zero()?;
    Ok(accuracy(&p.margin(0)))
}

const ISOTROPIC: &str = "isotropic energy";
const ACCURACY: &str = "accuracy";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-effective-classifier",
    aliases: &[],
    title: "A Gaussian energy's purifier in front of a linear classifier is another linear classifier",
    expect: Expect::True,
    text: include_str!("purify_effective_classifier.rs"),
    sources: &["yoon2021"],
    readings: &[
        Readings::of("", &Pipeline(0)),
        Readings::of(ISOTROPIC, &NoChange(0)),
        Readings::certified(ACCURACY, &ByEnclosure(Accuracy(0))).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "gray-as-white",
            story: "the accuracy under an attack that ignores the purifier reported as white-box",
            readings: Readings::of("", &Pipeline(GRAY_AS_WHITE)),
        },
        Control {
            id: "gray-accuracy-as-white",
            story: "the same as a number",
            readings: Readings::certified(ACCURACY, &ByEnclosure(Accuracy(GRAY_AS_WHITE)))
                .and_sampled(&Draws(GRAY_AS_WHITE)),
        },
        Control {
            id: "attack-shrinks-alone",
            story: "ε shrunk by ρᵏ while the margin stays whole: robustness that grows with k",
            readings: Readings::of(ISOTROPIC, &NoChange(SHRUNK_ATTACK)),
        },
        Control {
            id: "one-step-short", story: "Bᵏ⁻¹ for Bᵏ", readings: Readings::of("", &Pipeline(ONE_STEP_SHORT))
        },
        Control {
            id: "noise-not-averaged",
            story: "the injected noise of one run in the average of n",
            readings: Readings::of("", &Pipeline(NOT_AVERAGED)),
        },
        Control {
            id: "noise-of-the-bare-classifier",
            story: "‖w‖ for ‖w_eff‖ in the injected noise, as if it were added after the purifier",
            readings: Readings::of("", &Pipeline(BARE_NOISE)),
        },
        Control {
            id: "energy-of-one-class",
            story: "P = (Σ + σ²I)⁻¹, without the distance between the classes",
            readings: Readings::certified(ACCURACY, &ByEnclosure(Accuracy(WITHIN_CLASSES))),
        },
    ],
    quantities: &[Quantity::enclosed::<Purified<Float>>(
        "accuracy",
        "the probability that the label is found after attack, injected noise, k steps on the energy of the data, and averaging",
        &[],
        purified,
    )],
};
