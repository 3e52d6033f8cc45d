//! The best attack on a linear classifier, and the accuracy that it leaves.
//!
//! Of all $\delta$ with $\|\delta\| \le \epsilon$, that which takes most off the margin $y\,w^\top(x + \delta)$ is $-y\epsilon\frac w{\|w\|_2}$ in the Euclidean norm and
//! $-y\epsilon\,\mathrm{sign}(w)$ in the largest entry, whatever $x$ is. It takes off $\epsilon\|w\|_*$, so that
//!
//! $$ \mathrm{acc}_\epsilon(w) = \Phi\Big(\frac{w^\top\mu - \epsilon\|w\|_*}{\sqrt{w^\top\Sigma w}}\Big), \qquad
//! \|w\|_* = \|w\|_2 \text{ for } \ell_2, \quad \|w\|_1 \text{ for } \ell_\infty $$
//!
//! which is $\frac12$ at $\epsilon = w^\top\mu/\|w\|_*$. For $\Sigma = s^2I$ the $\ell_2$-robust optimum is $w = \mu$, with $\Phi\big(\frac{\|\mu\| - \epsilon}s\big)$; the
//! $\ell_\infty$-robust one is soft-thresholded, $w_i = \mathrm{sign}(\mu_i)(|\mu_i| - \epsilon)_+$, with $\Phi(\|w\|_2/s)$.
//!
//! Assumptions: classes $N(\pm\mu, \Sigma)$, equally likely; the attacker knows label and classifier; nothing is clipped. Hölder's equality and
//! inequality are proved (the entries of a box attack are the signs of $w$ less some room); the soft threshold is compared with other classifiers at
//! points; accuracies under attack are counted over drawn inputs. The $\ell_2$ and a wrong $\ell_\infty$ value differ by .0017 at the first
//! point, which no sensible number of draws would tell: the enclosure does. If it failed, an attack would be called stronger, or a
//! defence better, than any can be.

use crate::claims::purification::purify_lda_accuracy::{Classified, EXAMPLE};
use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, GaussianVector, NonNegative, Plan, Relation, Statement, Statistic, Trial,
    sampler,
};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar, Vector, integrate, normal_density};
use crate::objectives::purification::{Defended, Knowledge, Norm, accuracy, margin};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::Gaussian;

const LARGEST_ENTRY: u8 = 1;
const NO_NORM: u8 = 2;
const ROOT_OF_DIMENSION: u8 = 3;
const BLIND: u8 = 4;
const MEANS: u8 = 5;
const HARD: u8 = 6;

/// A classifier under attack.
pub struct Attacked<S> {
    classified: Classified<S>,
    size: S,
    norm: Norm,
}

impl<S: Scalar> Parameters<S> for Attacked<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let classified = Classified::read(source)?;
        let size = source.real("eps", Domain::NonNegative, "size of the attack in its norm")?;
        let norm = source.choice("norm", Norm::NAMES, false, "the norm that bounds the attack")?;
        Ok(Self { classified, size, norm: Norm::named(norm) })
    }
}

impl<S: Scalar> Attacked<S> {
    fn bare(&self) -> Defended<S> {
        Defended::bare(self.classified.w.clone())
    }

    /// The law of the margin under the best attack, or what is taken for it.
    fn margin(&self, wrong: u8) -> Gaussian<S> {
        let w = &self.classified.w;
        let clean = margin(w, &self.classified.classes);
        let lost = match (wrong, self.norm) {
            // The first weight is the largest at these points.
            (LARGEST_ENTRY, Norm::Linf) => w[0].square().sqrt(),
            (NO_NORM, _) => S::one(),
            (ROOT_OF_DIMENSION, Norm::L2) => S::int(w.dimension() as i64).sqrt() * self.norm.dual(w),
            _ => return self.bare().margin(&self.classified.classes, self.size, self.norm, Knowledge::White),
        };
        Gaussian::new(clean.mean - self.size * lost, clean.variance)
    }

    /// The same for `y = 1` and `y = −1` under the attack of `y = 1` on both.
    fn blind(&self) -> [Gaussian<S>; 2] {
        let clean = margin(&self.classified.w, &self.classified.classes);
        let lost = self.size * self.norm.dual(&self.classified.w);
        [clean.mean - lost, clean.mean + lost].map(|mean| Gaussian::new(mean, clean.variance))
    }
}

parameters! {
    /// A classifier, another attack, and room below the signs in a box.
    Attack {
        w: positives "sizes of the weights; their signs do not matter to a ball or a box",
        u: vector "the direction of another attack",
        room: positives "how far each entry of another attack in the box stays below its bound, as a share of it, up to 2",
        eps: positive "size of the attack",
    }
}

/// What an attack can do to a margin.
struct Holder(u8);

impl Statement for Holder {
    type Params<S: Scalar> = Attack<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "w=[1.3,0.2119] u=[0.7,-0.4119] room=[0.3119,1.7] eps=0.25",
            "w=[1,0.2,0.1] u=[0.7,-0.31,1.9] room=[0.31,1.9,0.0137] eps=1.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Attack<S>) -> Vec<Relation<'p, S>> {
        let d = p.w.dimension();
        let mut relations = Vec::new();
        for (name, norm) in [("l2", Norm::L2), ("linf", Norm::Linf)] {
            let lost = match (self.0, norm) {
                (LARGEST_ENTRY, Norm::Linf) => p.w[0],
                (NO_NORM, _) => S::one(),
                (ROOT_OF_DIMENSION, Norm::L2) => S::int(d as i64).sqrt() * norm.dual(&p.w),
                _ => norm.dual(&p.w),
            };
            let attack = norm.steepest(&p.w).scale(-p.eps);
            relations.push(Relation::equal(format!("attained, {name}"), p.w.dot(&attack), -p.eps * lost));
        }
        let attack = Norm::L2.steepest(&p.w).scale(p.eps);
        relations.push(Relation::equal("length of the attack", attack.dot(&attack), p.eps.square()));
        // Lagrange: ‖u‖²‖w‖² − (wᵀu)² = Σ (uᵢwⱼ − uⱼwᵢ)².
        let pairs = (0..d).flat_map(|j| (0..j).map(move |i| (i, j)));
        let apart = pairs.fold(NonNegative::square(S::zero()), |sum, (i, j)| {
            sum.plus(NonNegative::square(p.u[i] * p.w[j] - p.u[j] * p.w[i]))
        });
        let length = p.u.dot(&p.u);
        let other = (p.eps * p.w.dot(&p.u)).square() / length;
        let gap = NonNegative::square(p.eps).times(apart).over(NonNegative::declared(length));
        relations.push(Relation::at_most("no other in the ball", other, (p.eps * Norm::L2.dual(&p.w)).square(), gap));
        // δᵢ = −ε(1 − roomᵢ).
        let within = Vector(p.room.0.iter().map(|room| p.eps * (S::one() - *room)).collect());
        let left = p.w.0.iter().zip(&p.room.0).fold(NonNegative::square(S::zero()), |sum, (w, room)| {
            sum.plus(
                [*w, *room, p.eps].map(NonNegative::declared).into_iter().reduce(NonNegative::times).unwrap_or(sum),
            )
        });
        relations.push(Relation::at_most("no other in the box", p.w.dot(&within), p.eps * Norm::Linf.dual(&p.w), left));
        relations
    }
}

/// The accuracy that is left.
struct Accuracy(u8);

impl Enclosed for Accuracy {
    fn points(&self) -> &'static [&'static str] {
        &[L2, LINF, "w=[-0.7,0.31] mu=[1.1,0.31] Sigma=[[0.37,-0.2119],[-0.2119,4.1]] eps=0.1137 norm=linf"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: Attacked<Ball> = at_point(point)?;
        let claimed = accuracy(&p.margin(wrong));
        // The margin of an attacked input, input by input: the attack that is best for each label, at its centre.
        let (w, law) = (p.classified.w.clone(), p.classified.classes.positive.clone());
        let centre = &law.mean - &p.norm.steepest(&w).scale(p.size);
        let mean = w.dot(&centre);
        let deviation = law.covariance.matrix().bilinear(&w, &w).sqrt();
        let above_a_half = move |radius: f64| {
            let signal = mean / deviation;
            integrate(&normal_density, &normal_density, Ball::zero(), signal, radius)
        };
        // At the attack that leaves nothing.
        let clean = margin(&w, &p.classified.classes);
        let lost = (clean.mean - p.margin(wrong).mean) / p.size;
        let critical = clean.mean / lost;
        let at_critical = w.dot(&(&law.mean - &p.norm.steepest(&w).scale(critical)));
        Ok(vec![
            EnclosedRelation::equal("accuracy", move |radius| claimed - Ball::ratio(1, 2) - above_a_half(radius)),
            EnclosedRelation::equal("where a half is left", move |_| at_critical),
        ])
    }
}

parameters! {
    /// Classes of the same variance in every direction.
    Round {
        mu: vector "mean of the class +1",
        eps: positive "size of the attack, below the largest entry of mu",
        v: vector "another classifier",
    }
}

/// The best classifiers under attack, for `Σ = I`: their signals.
struct Optima(u8);

/// `(vᵀμ − ε‖v‖_*)/‖v‖₂`.
fn signal(v: &Vector<Ball>, mu: &Vector<Ball>, size: Ball, norm: Norm) -> Ball {
    (v.dot(mu) - size * norm.dual(v)) / v.dot(v).sqrt()
}

impl Enclosed for Optima {
    fn points(&self) -> &'static [&'static str] {
        &["mu=[0.8,-0.4,0.1] eps=0.25 v=[1,-0.2,0.3]", "mu=[-1.3,0.71,0.9] eps=0.6119 v=[-0.7,0.11,0.3]"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let Round { mu, eps, v } = at_point(point)?;
        let room = |m: Ball| m.square().sqrt() - eps;
        let soft = match wrong {
            MEANS => mu.clone(),
            HARD => mu.map(|m| if room(m).certainly_positive() { m } else { Ball::zero() }),
            _ => mu.map(|m| if room(m).certainly_positive() { m.sign() * room(m) } else { Ball::zero() }),
        };
        let excess = mu.0.iter().map(|m| room(*m)).filter(Ball::certainly_positive);
        let length = excess.fold(Ball::zero(), |sum, x| sum + x.square()).sqrt();
        let (of_means, of_soft) = (signal(&mu, &mu, eps, Norm::L2), signal(&soft, &mu, eps, Norm::Linf));
        let [other_ball, other_box] = [Norm::L2, Norm::Linf].map(|norm| signal(&v, &mu, eps, norm));
        let reduced = mu.dot(&mu).sqrt() - eps;
        Ok(vec![
            EnclosedRelation::equal("signal of the means in the ball", move |_| of_means - reduced),
            EnclosedRelation::equal("signal of the soft threshold in the box", move |_| of_soft - length),
            EnclosedRelation::at_most("no other is better in the ball", move |_| of_means - other_ball),
            EnclosedRelation::at_most("no other is better in the box", move |_| of_soft - other_box),
            EnclosedRelation::at_most("better than the means in the box", move |_| {
                length - signal(&mu, &mu, eps, Norm::Linf)
            }),
        ])
    }
}

const L2: &str =
    "w=[1,0.2,-0.1] mu=[0.8,-0.4,0.5] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] eps=0.25 norm=l2";
const LINF: &str =
    "w=[1,0.2,-0.1] mu=[0.8,-0.4,0.5] Sigma=[[1.7,0.4,-0.3],[0.4,0.9,0.2],[-0.3,0.2,2.1]] eps=0.25 norm=linf";

/// Accuracies over drawn inputs, each attacked by its label.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let claims = [L2, LINF].map(|point| -> Result<_, InputError> {
            let p: Attacked<Ball> = at_point(point)?;
            let [right, claimed] = [0, wrong].map(|wrong| accuracy(&p.margin(wrong)));
            let [same, other] = p.blind().map(|margin| accuracy(&margin));
            Ok((right.to_f64(), if wrong == BLIND { ((same + other) / 2).to_f64() } else { claimed.to_f64() }))
        });
        let [ball, in_box] = claims;
        let spread = |p: f64| p * (1.0 - p);
        let statistics = [("right under an l2 attack", ball?), ("right under an linf attack", in_box?)]
            .map(|(name, (right, claimed))| Statistic::mean(name, claimed, spread(right)));
        let p: Attacked<Float> = at_point(L2)?;
        let (w, law) = (p.classified.w, p.classified.classes.positive);
        let attacks = [Norm::L2, Norm::Linf].map(|norm| norm.steepest(&w).scale(p.size).map(Lanes::splat));
        let spread = GaussianVector::centred(&law.covariance);
        let (w, mean) = (w.map(Lanes::splat), law.mean.map(Lanes::splat));
        Ok(Plan {
            point: EXAMPLE,
            statistics: statistics.to_vec(),
            drawn: None,
            sampler: sampler(move |noise, out| {
                let label = Lanes(noise.uniform().0.map(|u| (u - 0.5).signum()));
                let z = noise.vector(&spread);
                for (out, attack) in out.iter_mut().zip(&attacks) {
                    let x = &(&mean - attack).scale(label) + &z;
                    *out = Lanes((label * w.dot(&x)).0.map(|margin| f64::from(u8::from(margin > 0.0))));
                }
            }),
        })
    }
}

/// `Φ((wᵀμ − ε‖w‖_*)/√(wᵀΣw))`.
fn left(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Attacked<Ball> = ExactReader::new(inputs, ignored).read()?;
    p.classified.not_zero()?;
    Ok(accuracy(&p.margin(0)))
}

const HOLDER: &str = "the best attack";
const OPTIMA: &str = "the best classifier";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "purify-robust-accuracy",
    aliases: &[],
    title: "The best attack on a linear classifier takes its size times a dual norm off the margin",
    expect: Expect::True,
    text: include_str!("purify_robust_accuracy.rs"),
    sources: &["yoon2021", "cohen2019"],
    readings: &[
        Readings::of(HOLDER, &Holder(0)),
        Readings::certified("", &ByEnclosure(Accuracy(0))).and_sampled(&Draws(0)),
        Readings::certified(OPTIMA, &ByEnclosure(Optima(0))),
    ],
    controls: &[
        Control {
            id: "largest-weight",
            story: "the largest entry of w for the sum of their sizes: the norm of the attack in place of its dual",
            readings: Readings::certified("", &ByEnclosure(Accuracy(LARGEST_ENTRY))).and_sampled(&Draws(LARGEST_ENTRY)),
        },
        Control {
            id: "largest-weight-attained",
            story: "the same in what the attack attains",
            readings: Readings::of(HOLDER, &Holder(LARGEST_ENTRY)),
        },
        Control {
            id: "no-norm",
            story: "the size of the attack taken off the margin, whatever the length of w",
            readings: Readings::of(HOLDER, &Holder(NO_NORM)),
        },
        Control {
            id: "root-of-dimension",
            story: "√d ‖w‖₂ in a ball, the bound that a box has",
            readings: Readings::certified("", &ByEnclosure(Accuracy(ROOT_OF_DIMENSION)))
                .and_sampled(&Draws(ROOT_OF_DIMENSION)),
        },
        Control {
            id: "blind-attack",
            story: "one shift for both labels: what it takes from one class it gives to the other",
            readings: Readings::sampled("", &Draws(BLIND)),
        },
        Control {
            id: "means-in-the-box",
            story: "w = μ taken to be the best in a box too",
            readings: Readings::certified(OPTIMA, &ByEnclosure(Optima(MEANS))),
        },
        Control {
            id: "hard-threshold",
            story: "entries of μ kept whole above ε: hard for soft thresholding",
            readings: Readings::certified(OPTIMA, &ByEnclosure(Optima(HARD))),
        },
    ],
    quantities: &[Quantity::enclosed::<Attacked<Float>>(
        "accuracy",
        "the probability that sign(w . x) is still the label after the best attack of size eps",
        &[],
        left,
    )],
};
