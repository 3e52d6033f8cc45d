//! The likelihood bound of a network that imputes: that of a diffusion of $N(m_c, C_c)$, with all its terms.
//!
//! Given what was seen the targets are Gaussian, so that everything known of variational diffusion models holds for $p(\cdot \mid x^{co})$. At one $x$, with
//! $z = \alpha x + \epsilon$ in place of a level with $\rho = \alpha^2 = \bar\alpha/(1 - \bar\alpha)$,
//!
//! $$ -\log p(x \mid x^{co}) = \mathrm{KL}\big(q(z_{\rho_0} \mid x) \,\|\, p(z_{\rho_0})\big) + \frac12\int_{\rho_0}^{\rho_1}E\|x - \hat x(z_\rho)\|^2d\rho - E\log p(x \mid z_{\rho_1}) $$
//!
//! with nothing lost. A chain with $\tilde\beta_t$ loses, on average and with the exact network,
//!
//! $$ \sum_{t=2}^T\tfrac12\big[\mathrm{tr}R_t - \ln\det(I + R_t)\big], \qquad R_t = (\rho_{t-1} - \rho_t)\,C_c(I + \rho_tC_c)^{-1} $$
//!
//! along an eigenvector $\frac12[r - \ln(1 + r)]$, because the exact reverse covariance is $\tilde\beta_t(I + R_t)$. With 50 steps of the default schedule of CSDI that is
//! 6.29 nats for two targets. The bound pays $\frac12\big(\frac{\rho_{t-1}}{\rho_t} - 1\big) = \frac{\beta_t}{2(1 - \beta_t)(1 - \bar\alpha_{t-1})}$ for a squared error of the predicted noise,
//! where the training loss of CSDI pays 1. The conditional likelihood itself is joint minus marginal.
//!
//! The slack is enclosed against the bound of one chain for each eigenvector on a rotated covariance, and against weighted losses less telescoped log-determinants;
//! the rest is proved. Sampling would add nothing: every average is exact.
//!
//! Assumptions: $\Sigma$ positive definite, $0 < \beta_t < 1$. If it failed, likelihoods that CSDI-like models report would not be comparable with those of
//! Gaussian processes.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Covariance, Dual, Field, Matrix, Scalar, Vector};
use crate::objectives::chain_bound::{denoised_decoder, prior, step};
use crate::objectives::imputation::{Denoiser, noise_weight, slack};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::{AffineField, Ddpm, Imputation, Level, Mask, MultivariateGaussian, Oracle, Rung, rotation};

const JOINT: u8 = 1;
const AVERAGED: u8 = 2;
const UNIT_WEIGHTS: u8 = 3;
const NEGLIGIBLE: u8 = 4;
const ONE_DIMENSION: u8 = 5;

/// What is imputed, and a value of it.
struct Imputed<S> {
    block: Imputation<S>,
    value: Vector<S>,
}

impl<S: Scalar> Parameters<S> for Imputed<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let block = Imputation::read(source)?;
        let value = source.entries("x", block.mask.targets.len(), "the targets, in the order of `targets`")?;
        Ok(Self { block, value })
    }
}

/// Joint minus marginal.
struct Likelihood(u8);

impl Statement for Likelihood {
    type Params<S: Scalar> = Imputed<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1.3,0.7],[0.7,0.9]] mu=[0.2,-0.5] targets=[0] observed=[1] x_obs=1.1 x=[0.7]",
            "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] mu=[0.2,-0.1,0.4] targets=[0,1] observed=[2] x_obs=1.1 \
             x=[0.7,-0.3]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Imputed<S>) -> Vec<Relation<'p, S>> {
        let mask = &p.block.mask;
        let both: Vec<usize> = mask.targets.iter().chain(&mask.observed).copied().collect();
        let whole = Vector([&p.value.0[..], &p.block.seen.0].concat());
        let joint = p.block.joint().marginal(&both).log_density(&whole);
        let seen = p.block.joint().marginal(&mask.observed).log_density(&p.block.seen);
        let claimed = if self.0 == JOINT { joint } else { joint - seen };
        vec![Relation::equal("conditional log-likelihood", p.block.conditional().log_density(&p.value), claimed)]
    }
}

parameters! {
    /// Data, a value of them, and a range of signal-to-noise ratios.
    AtValue {
        m: vector "the conditional mean",
        C: covariance "the conditional covariance",
        x: vector "the targets",
        from: positive "square root of the least signal-to-noise ratio",
        to: positive "square root of the largest",
    }
}

impl<S: Scalar> AtValue<S> {
    fn denoiser(&self) -> Denoiser<S> {
        Denoiser { mean: self.m.clone(), covariance: self.C.matrix().clone() }
    }
}

/// The level `z = αx + ε`.
fn channel<S: Scalar>(alpha: S) -> Level<S> {
    Level { alpha, sigma: S::one() }
}

/// `KL(q(z | x) ‖ p(z))`.
fn information<S: Scalar>(denoiser: &Denoiser<S>, x: &Vector<S>, alpha: S) -> S {
    seen_from(x, alpha).kl(&denoiser.noised(&channel(alpha)))
}

/// Where `z` lies if `x` is known.
fn seen_from<S: Scalar>(x: &Vector<S>, alpha: S) -> MultivariateGaussian<S> {
    MultivariateGaussian { mean: x.scale(alpha), covariance: Covariance::new(Matrix::identity(x.dimension())) }
}

/// At one value of the targets, in continuous time.
struct Pointwise(u8);

impl Statement for Pointwise {
    type Params<S: Scalar> = AtValue<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "m=[0.59,-0.37] C=[[0.72,0.47],[0.47,1.9]] x=[1.7,-0.3] from=0.11 to=2.3",
            "m=[-1.3] C=[[2.37]] x=[1.9] from=0.37 to=4.1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtValue<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (right, lifted, x) = (p.denoiser(), p.denoiser().map(Dual::constant), p.x.map(Dual::constant));
        let law = MultivariateGaussian { mean: p.m.clone(), covariance: p.C.clone() };
        // −E log p(x | z) at the end: x given z has the precision C⁻¹ + α²I and the covariance CM⁻¹.
        let end = channel(p.to);
        let identity = Matrix::identity(p.x.dimension());
        let precision = p.C.precision() + &identity.scale(p.to.square());
        let log_det = p.C.log_det() - right.noised(&end).covariance.log_det();
        let distance = away(&right, &p.x, &end).mean_square(&precision, &seen_from(&p.x, p.to));
        let decoder = -MultivariateGaussian::log_density_at(p.x.size(), log_det, distance);
        vec![
            Relation::equal("at the end", information(&right, &p.x, p.to) + decoder, -law.log_density(&p.x)),
            Relation::rate(
                "diffusion",
                (p.from, p.to),
                move |alpha| information(&lifted, &x, Dual::variable(alpha)),
                move |alpha| {
                    let level = channel(alpha);
                    match wrong {
                        // Averaged over x as well: the trace of the posterior covariance.
                        AVERAGED => (&right.covariance * right.noised(&level).covariance.precision()).trace() * alpha,
                        _ => self::away(&right, &p.x, &level).mean_square(&identity, &seen_from(&p.x, alpha)) * alpha,
                    }
                },
            ),
        ]
    }
}

/// `x − x̂(z)` as a field of `z`.
fn away<S: Scalar>(denoiser: &Denoiser<S>, x: &Vector<S>, level: &Level<S>) -> AffineField<S> {
    let denoised = denoiser.denoised(level);
    AffineField { slope: -&denoised.slope, offset: x - &denoised.offset }
}

parameters! {
    /// A step of a chain.
    WeightAt {
        abar: fraction "alphabar before the step of the noising process",
        beta: fraction "beta of the step",
    }
}

/// What the bound pays for a squared error of the noise.
struct Weight(u8);

impl Statement for Weight {
    type Params<S: Scalar> = WeightAt<S>;

    fn points(&self) -> &'static [&'static str] {
        &["abar=0.6137 beta=0.2119", "abar=0.99999999 beta=0.0113"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p WeightAt<S>) -> Vec<Relation<'p, S>> {
        let one = S::one();
        let clean = Level { alpha: p.abar.sqrt(), sigma: (one - p.abar).sqrt() };
        let rung = Rung::above(clean, (one - p.beta).sqrt(), p.beta);
        let snr = |level: &Level<S>| (level.alpha / level.sigma).square();
        // The mean of q(x_{t−1} | x_t, x̂) moves by k(σ_t/α_t) for an error of the noise, and the step has the variance β̃.
        let moved = rung.clean.alpha * p.beta / rung.noisy.sigma.square() * rung.noisy.ratio();
        let paid = moved.square() / (rung.posterior_variance() * 2);
        let claimed = if self.0 == UNIT_WEIGHTS { one } else { noise_weight(&rung) };
        vec![
            Relation::equal("weight of a chain", paid, claimed),
            Relation::equal("weight by signal-to-noise ratios", (snr(&rung.clean) / snr(&rung.noisy) - 1) / 2, claimed),
        ]
    }
}

/// What is imputed from what, with a chain.
struct Chain<S> {
    mask: Mask<S>,
    schedule: Ddpm<S>,
}

impl<S: Scalar> Parameters<S> for Chain<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        Ok(Self { mask: Mask::read(source)?, schedule: Ddpm::read(source)? })
    }
}

impl<S: Scalar> Chain<S> {
    /// The exact network, up to its mean, which no slack depends on.
    fn denoiser(&self) -> Denoiser<S> {
        let covariance = self.mask.conditional().matrix().clone();
        Denoiser { mean: Vector(vec![S::zero(); covariance.rows()]), covariance }
    }
}

/// The slack of finitely many steps.
struct Slack(u8);

impl Enclosed for Slack {
    fn points(&self) -> &'static [&'static str] {
        &[
            "Sigma=[[1,0.8,0.5],[0.8,1.3,0.6],[0.5,0.6,0.9]] targets=[0,1] observed=[2] schedule=quad beta_1=0.0001 \
             beta_T=0.5 T=50",
            "Sigma=[[1,0.9,-0.3,0.2],[0.9,1.7,0.4,0.1],[-0.3,0.4,2.3,0.7],[0.2,0.1,0.7,0.5]] targets=[2,0,1] observed=[3] \
             schedule=linear beta_1=0.0137 beta_T=0.719 T=7",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Chain<Ball> = at_point(point)?;
        let denoiser = p.denoiser();
        let claimed = match self.0 {
            NEGLIGIBLE => Ball::zero(),
            _ => slack(&denoiser, &p.schedule),
        };
        let by_losses = claimed - by_losses(self.0, &denoiser, &p.schedule);
        let by_axes = by_axes(self.0, denoiser.mean.dimension(), &p.schedule);
        Ok(vec![
            EnclosedRelation::equal("slack", move |_| by_losses),
            EnclosedRelation::equal("bound by axes", move |_| by_axes),
        ])
    }
}

/// The slack as what the chain pays, less what the exact transitions would: `Σ w_t tr[ρ_tC(I + ρ_tC)⁻¹] − ½ ln det[(I + ρ_1C)(I + ρ_TC)⁻¹]`.
fn by_losses(wrong: u8, denoiser: &Denoiser<Ball>, schedule: &Ddpm<Ball>) -> Ball {
    let descent = schedule.descent();
    let paid = descent.rungs.iter().fold(Ball::zero(), |sum, rung| {
        let weight = if wrong == UNIT_WEIGHTS { Ball::one() } else { noise_weight(rung) };
        sum + weight * denoiser.loss(&rung.noisy)
    });
    let volume = |level: Option<&Level<Ball>>| {
        level.map_or(Ball::zero(), |level| {
            denoiser.noised(level).covariance.log_det() - level.sigma.square().ln() * denoiser.mean.dimension() as i64
        })
    };
    let levels = schedule.levels();
    paid - (volume(levels.first()) - volume(levels.last())) / 2
}

/// On a covariance with known axes: the bound, summed over one chain for each axis, less entropy, slack and mismatch of the start.
fn by_axes(wrong: u8, d: usize, schedule: &Ddpm<Ball>) -> Ball {
    let half_tangents = (1..=(d * (d - 1) / 2) as i64).map(|k| Ball::ratio(3, 10) * k);
    let turn = rotation(d, &Vector(half_tangents.collect()));
    let variances: Vec<_> = (1..=d as i64).map(|j| Ball::ratio(37, 100) * (j * j)).collect();
    let diagonal = Matrix::from_fn(d, d, |i, j| if i == j { variances[i] } else { Ball::zero() });
    let covariance = &(&turn * &diagonal) * &turn.transpose();
    let denoiser = Denoiser { mean: Vector(vec![Ball::zero(); d]), covariance: covariance.clone() };
    let levels = schedule.levels();
    let (Some(first), Some(last)) = (levels.first(), levels.last()) else { return Ball::whole() };
    let bound = variances.iter().fold(Ball::zero(), |sum, variance| {
        let oracle = Oracle::new(Ball::zero(), *variance);
        let steps = schedule.descent().rungs;
        let transitions =
            steps.iter().fold(sum, |sum, rung| sum + step(&oracle, rung, rung.posterior_variance(), Ball::one()));
        let left = first.sigma.square() * *variance / first.law(&oracle.data).variance;
        transitions + prior(&oracle.data, last) + denoised_decoder(&oracle, first, left, Ball::one())
    });
    let law = MultivariateGaussian { mean: denoiser.mean.clone(), covariance: Covariance::new(covariance) };
    let standard =
        MultivariateGaussian { mean: denoiser.mean.clone(), covariance: Covariance::new(Matrix::identity(d)) };
    let lost = match wrong {
        NEGLIGIBLE => Ball::zero(),
        // A determinant of a product of variances: the slack of independent targets.
        ONE_DIMENSION => (0..d).fold(Ball::zero(), |sum, i| {
            let alone =
                Denoiser { mean: Vector(vec![Ball::zero()]), covariance: law.covariance.matrix().block(&[i], &[i]) };
            sum + slack(&alone, schedule)
        }),
        _ => slack(&denoiser, schedule),
    };
    bound - law.entropy() - lost - denoiser.noised(last).kl(&standard)
}

/// The slack of the transitions, in nats.
struct GapNats;

impl Formula for GapNats {
    type Params<S: Scalar> = Chain<S>;
    fn value<S: Scalar>(p: &Chain<S>) -> S {
        slack(&p.denoiser(), &p.schedule)
    }
}

const LIKELIHOOD: &str = "likelihood";
const POINTWISE: &str = "at one value";
const WEIGHT: &str = "weights";
const SLACK: &str = "slack";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "conditional-elbo",
    aliases: &[],
    title: "The likelihood bound of a network that imputes, and what finitely many steps lose",
    expect: Expect::True,
    text: include_str!("conditional_elbo.rs"),
    sources: &["tashiro2021", "kingma2021", "guo2005"],
    readings: &[
        Readings::of(LIKELIHOOD, &Likelihood(0)),
        Readings::of(POINTWISE, &Pointwise(0)),
        Readings::of(WEIGHT, &Weight(0)),
        Readings::certified(SLACK, &ByEnclosure(Slack(0))),
    ],
    controls: &[
        Control {
            id: "joint-for-conditional",
            story: "the log-likelihood of targets and observations together reported for the targets",
            readings: Readings::of(LIKELIHOOD, &Likelihood(JOINT)),
        },
        Control {
            id: "averaged-error",
            story: "the error averaged over data as well put into the bound at one value",
            readings: Readings::of(POINTWISE, &Pointwise(AVERAGED)),
        },
        Control {
            id: "unit-weights",
            story: "the training loss, in which every level counts the same, read as the bound",
            readings: Readings::of(WEIGHT, &Weight(UNIT_WEIGHTS)),
        },
        Control {
            id: "unit-weights-in-the-slack",
            story: "the same, summed over a chain",
            readings: Readings::certified(SLACK, &ByEnclosure(Slack(UNIT_WEIGHTS))),
        },
        Control {
            id: "negligible",
            story: "50 steps said to lose nothing",
            readings: Readings::certified(SLACK, &ByEnclosure(Slack(NEGLIGIBLE))),
        },
        Control {
            id: "independent-targets",
            story: "the slack of every target by itself, from the diagonal of the covariance",
            readings: Readings::certified(SLACK, &ByEnclosure(Slack(ONE_DIMENSION))),
        },
    ],
    quantities: &[Quantity::of::<GapNats>(
        "gap-nats",
        "what the transitions t = 2..T with beta-tilde lose on average, in nats",
        &[],
    )],
};
