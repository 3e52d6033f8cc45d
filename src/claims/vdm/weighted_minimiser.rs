//! A restricted model has another optimum for every weighting of the noise levels, and only the constant weight finds maximum likelihood.
//!
//! Data have the eigenvalues $s_j$, the model has $a_j\theta$ with one $\theta$ for all, and the loss is
//! $\frac12\int w(\lambda)\sum_j\rho\,mse_j\,d\lambda$, $\rho = e^\lambda$, over all log-SNRs $\lambda$. Its slope is
//!
//! $$ \frac d{d\theta} = \sum_ja_j(a_j\theta - s_j)\int_0^\infty\frac{w\,\rho\,d\rho}{(1+\rho a_j\theta)^3} = \sum_ja_j(a_j\theta - s_j)\int_0^1\frac{w\,r\,dr}{(1-r+ra_j\theta)^3},
//! \qquad \rho = \tfrac r{1-r} $$
//!
//! If the model holds the truth, $s_j = a_j\theta$, each term vanishes and the minimiser is the data law for every weight. If not, only $w = 1$, where the
//! integral is $\frac1{2(a_j\theta)^2}$ and the slope that of $KL(data\|model)$, finds the maximum-likelihood $\theta = \frac1d\sum_j\frac{s_j}{a_j}$. For eigenvalues
//! $(0.2, 3)$ and the model $(\theta, 2\theta)$ the slope changes its sign from below to above at
//!
//! | weight | $\theta$ |
//! |---|---|
//! | $1$ | $0.8500000$ |
//! | $\mathrm{sigmoid}(-\lambda)$ | $0.9518040$ |
//! | $\mathrm{sigmoid}(4-\lambda)$ | $0.8646617$ |
//! | $\mathrm{sigmoid}(\lambda)$ | $0.7909060$ |
//!
//! **The trap.** An isotropic model $N(0, \theta)$, and one with a wrong mean, show no dependence on the weight although they are
//! mis-specified: at *every* noise level the best $\theta$ is $\frac1d\mathrm{tr}\,\Sigma$, here $1.6$, and the best mean the right one. A test built on them
//! confirms an invariance that is not there.
//!
//! Assumptions: $s_j, a_j > 0$, $w$ bounded and positive. The zeros are enclosed between two values of $\theta$ with slopes of certain sign.
//! Nothing is random, and nothing is sampled. If it failed, the weight of the loss would be a matter of taste for small networks too.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Dual, Field, Panel, Scalar, Vector, derivative, integrate};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{Gaussian, Level, Oracle};

const NO_DEPENDENCE: u8 = 1;
const REVERSED: u8 = 2;
const MEAN_VARIANCE: u8 = 3;
const ONE_WEIGHT: u8 = 4;
const OTHER_SCALE: u8 = 5;

/// Two axes of data, and a model with one parameter for both.
pub struct Tied<S> {
    variances: Vector<S>,
    factors: Vector<S>,
}

impl<S: Scalar> Parameters<S> for Tied<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let variances = source.positives("variances", "eigenvalues of the data covariance")?;
        let factors = source.positives("factors", "those of the model, for theta = 1")?;
        source.same_dimension(&["variances", "factors"])?;
        Ok(Self { variances, factors })
    }
}

impl<S: Scalar> Tied<S> {
    /// The pairs `(s_j, a_j)`.
    fn axes(&self) -> impl Iterator<Item = (S, S)> {
        self.variances.0.iter().copied().zip(self.factors.0.iter().copied())
    }

    /// The mean of some value of the axes.
    fn mean(&self, value: impl Fn(S, S) -> S) -> S {
        let sum = self.axes().fold(S::zero(), |sum, (s, a)| sum + value(s, a));
        sum / self.variances.dimension() as i64
    }
}

parameters! {
    /// At one noise level.
    AtLevel {
        tied: of(Tied) "data and model",
        theta: positive "the parameter of the model",
        mu: real "how far the mean of the model is from that of the data",
        r: fraction "the share rho/(1 + rho), for a noise level",
    }
}

/// `½ρ mse` of a denoiser for `N(mean, variance)` on data of this law.
fn loss<S: Scalar>(data: &Gaussian<S>, mean: S, variance: S, snr: S) -> S {
    let level = Level::at_snr(snr);
    let target = Target { data: S::zero(), noise: S::one() };
    square(&residual(data, &level, &target, &Oracle::new(mean, variance).noise(&level)))[0] / 2
}

/// `(c − s) r/(1 − r + rc)³`: the slope of the loss in the variance `c` of the model, over `r`, but for the weight.
fn slope<S: Scalar>(s: S, c: S, r: S) -> S {
    (c - s) * r / (S::one() - r + r * c).powi(3)
}

struct PerLevel(u8);

impl Statement for PerLevel {
    type Params<S: Scalar> = AtLevel<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "variances=[0.2,3] factors=[1,2] theta=0.9 mu=0.3 r=0.37",
            "variances=[0.2,3] factors=[0.7,1.3] theta=1.7 mu=-1.1 r=0.00000001",
            "variances=[1e-12,0.31] factors=[0.5,2.3] theta=0.13 mu=0.7 r=0.99999999",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtLevel<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (still, snr) = (Dual::constant, |r: Dual<S>| r / (Dual::constant(S::one()) - r));
        let at = snr(still(p.r)).re;
        // The slope in θ of the loss along an axis, for a model with the right mean.
        let along = |s: S, variance: &dyn Fn(Dual<S>) -> Dual<S>| {
            derivative(
                |theta| loss(&Gaussian::centred(still(s)), still(S::zero()), variance(theta), still(at)),
                p.theta,
            )
        };
        let [(s1, a1), (s2, a2)] = {
            let mut axes = p.tied.axes();
            let mut next = || axes.next().unwrap_or((S::one(), S::one()));
            [next(), next()]
        };
        // dλ = dρ/ρ
        let jacobian = derivative(snr, p.r) / at;
        // The slope of the loss along all axes `(s, a)`, by the closed form that the first relations prove.
        let total =
            |axes: [(S, S); 2]| axes.into_iter().fold(S::zero(), |sum, (s, a)| sum + a * slope(s, a * p.theta, p.r));
        // Two eigenvalues whose mean is θ: s₁ and 2θ − s₁.
        let trap = match wrong {
            // Tied to different factors, with the θ of maximum likelihood: (s₁/a₁ + s₂/a₂)/2 = θ.
            NO_DEPENDENCE => total([(s1, a1), ((p.theta * 2 - s1 / a1) * a2, a2)]),
            _ => total([(s1, S::one()), (p.theta * 2 - s1, S::one())]),
        };
        let twice = if wrong == OTHER_SCALE { S::int(2) } else { S::one() };
        // The mean of the model is off by μ.
        let centred = Gaussian::centred(still(s1));
        let in_mean = derivative(|mean| loss(&centred, mean, still(p.theta), still(at)), p.mu);
        let pull = p.r * (S::one() - p.r) / (S::one() - p.r + p.r * p.theta).square();
        vec![
            Relation::equal("slope at one level", along(s1, &|t| t) * jacobian, slope(s1, p.theta, p.r)),
            Relation::equal("tied slope", along(s2, &|t| t * still(a2)) * jacobian, a2 * slope(s2, a2 * p.theta, p.r)),
            Relation::equal(
                "well specified",
                total([(a1, a1), (a2, a2)].map(|(s, a)| (s * p.theta * twice, a))),
                S::zero(),
            ),
            Relation::equal("an isotropic model shows no weight", trap, S::zero()),
            Relation::equal("a wrong mean shows no weight", in_mean, p.mu * pull),
        ]
    }
}

/// The constant weight.
struct Likelihood(u8);

impl Statement for Likelihood {
    type Params<S: Scalar> = AtLevel<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "variances=[0.2,3] factors=[1,2] theta=0.9 mu=0.3 r=0.37",
            "variances=[1.3,0.0137,2.9] factors=[0.7,1.3,0.5] theta=1.7 mu=-1.1 r=0.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtLevel<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        // r²/(2(1 − r + rc)²), whose derivative is r/(1 − r + rc)³.
        let integral = |c: Dual<S>, r: Dual<S>| (r / (Dual::constant(S::one()) - r + r * c)).square() / 2;
        let total = |s: S, a: S| {
            let c = a * p.theta;
            a * (c - s) * (integral(Dual::constant(c), Dual::one()).re - integral(Dual::constant(c), Dual::zero()).re)
        };
        let divergence = |theta: Dual<S>| {
            p.tied.axes().fold(Dual::zero(), |sum, (s, a)| {
                let (data, model) =
                    (Gaussian::centred(Dual::constant(s)), Gaussian::centred(Dual::constant(a) * theta));
                sum + if wrong == REVERSED { model.kl(&data) } else { data.kl(&model) }
            })
        };
        let best = match wrong {
            MEAN_VARIANCE => p.tied.mean(|s, _| s) / p.tied.mean(|_, a| a),
            _ => p.tied.mean(|s, a| s / a),
        };
        let sum = p.tied.axes().fold(S::zero(), |sum, (s, a)| sum + total(s, a));
        let count = p.tied.variances.dimension() as i64;
        vec![
            Relation::rate(
                "integral over all levels",
                (S::zero(), S::one()),
                move |r| integral(Dual::constant(p.theta), Dual::variable(r)),
                move |r| r / (S::one() - r + r * p.theta).powi(3),
            ),
            Relation::equal("slope of the divergence", sum, derivative(divergence, p.theta)),
            Relation::equal("maximum likelihood", sum, (p.theta - best) * count / (p.theta.square() * 2)),
        ]
    }
}

parameters! {
    /// A bracket of a zero.
    Bracket {
        tied: of(Tied) "data and model",
        b: real "where the weight is a half, in log-SNR",
        below: positive "theta below the minimiser",
        above: positive "theta above it",
    }
}

/// A weight of the noise level with the share `r`.
struct Weight<S> {
    bracket: Bracket<S>,
    name: &'static str,
}

impl<S: Scalar> Parameters<S> for Weight<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let name = source.choice("weight", &["constant", "falling", "rising"], false, "the weight of a log-SNR")?;
        Ok(Self { bracket: Bracket::read(source)?, name })
    }
}

impl<S: Scalar> Weight<S> {
    /// The weighted slope at `θ`, over the share `r`.
    fn slope(&self, theta: S, r: S) -> S {
        // sigmoid(b − λ) at e^λ = r/(1 − r).
        let (low, high) = (S::one() - r, r * (-self.bracket.b).exp());
        let weight = match self.name {
            "falling" => low / (low + high),
            "rising" => high / (low + high),
            _ => S::one(),
        };
        let axes = self.bracket.tied.axes();
        axes.fold(S::zero(), |sum, (s, a)| sum + a * slope(s, a * theta, r)) * weight
    }
}

/// The minimisers.
struct Minimisers(u8);

impl Enclosed for Minimisers {
    fn points(&self) -> &'static [&'static str] {
        // Half a unit of the last printed digit to both sides.
        &[
            "variances=[0.2,3] factors=[1,2] weight=constant b=0 below=0.84999995 above=0.85000005",
            "variances=[0.2,3] factors=[1,2] weight=falling b=0 below=0.95180395 above=0.95180405",
            "variances=[0.2,3] factors=[1,2] weight=falling b=4 below=0.86466165 above=0.86466175",
            "variances=[0.2,3] factors=[1,2] weight=rising b=0 below=0.79090595 above=0.79090605",
            "variances=[0.7,1.4] factors=[1,2] weight=falling b=-3.1 below=0.69999995 above=0.70000005",
            "variances=[0.7,1.4] factors=[1,2] weight=rising b=1.7 below=0.69999995 above=0.70000005",
            "variances=[0.2,3] factors=[1,1] weight=falling b=0 below=1.59999995 above=1.60000005",
            "variances=[0.2,3] factors=[1,1] weight=rising b=0 below=1.59999995 above=1.60000005",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let read =
            || Ok::<_, InputError>((at_point::<Ball, Weight<Ball>>(point)?, at_point::<Panel, Weight<Panel>>(point)?));
        let side = |name, above: bool| {
            let (p, panel) = read()?;
            // Everywhere the θ of maximum likelihood, with the same distance.
            let best = p.bracket.tied.mean(|s, a| s / a);
            let distance = (p.bracket.above - p.bracket.below) / 2;
            let theta = match (wrong, above) {
                (ONE_WEIGHT, true) => best + distance,
                (ONE_WEIGHT, false) => best - distance,
                (_, true) => p.bracket.above,
                _ => p.bracket.below,
            };
            let at = Panel::constant(theta.to_f64_interval());
            Ok(EnclosedRelation::at_most(name, move |radius| {
                let (f, over_panel) = (|r| p.slope(theta, r), |r| panel.slope(at, r));
                let slope = integrate(&f, &over_panel, Ball::zero(), Ball::one(), radius);
                if above { slope } else { -slope }
            }))
        };
        Ok(vec![side("slope below", false)?, side("slope above", true)?])
    }
}

const LEVEL: &str = "at each level";
const LIKELIHOOD: &str = "constant weight";
const ZEROS: &str = "minimisers";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "weighted-minimiser",
    aliases: &[],
    title: "The optimum of a restricted model depends on the weight of the noise levels; an isotropic model does not show it",
    expect: Expect::True,
    text: include_str!("weighted_minimiser.rs"),
    sources: &["kingma2023", "verdu2010"],
    readings: &[
        Readings::of(LEVEL, &PerLevel(0)),
        Readings::of(LIKELIHOOD, &Likelihood(0)),
        Readings::certified(ZEROS, &ByEnclosure(Minimisers(0))),
    ],
    controls: &[
        Control {
            id: "isotropic-test-generalised",
            story: "what an isotropic model shows, one optimum at every level, claimed for a tied one",
            readings: Readings::of(LEVEL, &PerLevel(NO_DEPENDENCE)),
        },
        Control {
            id: "other-scale",
            story: "data of the shape of the model but twice its size taken for well specified",
            readings: Readings::of(LEVEL, &PerLevel(OTHER_SCALE)),
        },
        Control {
            id: "reversed",
            story: "KL(model ‖ data) for KL(data ‖ model)",
            readings: Readings::of(LIKELIHOOD, &Likelihood(REVERSED)),
        },
        Control {
            id: "mean-variance",
            story: "the ratio of the traces, where the mean of the ratios belongs",
            readings: Readings::of(LIKELIHOOD, &Likelihood(MEAN_VARIANCE)),
        },
        Control {
            id: "any-weight",
            story: "the maximum-likelihood model taken for the optimum under every weight",
            readings: Readings::certified(ZEROS, &ByEnclosure(Minimisers(ONE_WEIGHT))),
        },
    ],
    quantities: &[],
};
