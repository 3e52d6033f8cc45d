//! An exact score with a wrong prior: the sampler forgets part of the error, the bound pays all of it.
//!
//! Data are $N(m_0, v_0)$, the score is $\nabla\log q_t$, the prior is $\pi = N(m_\pi, v_\pi)$ instead of $q_T = N(m_T, v_T)$. With
//! $R_T = v_T/(\varphi_T^2 v_0)$ the model is $p_\theta = N(M_0, V_0)$,
//!
//! $$ M_0 = m_0 + (m_\pi - m_T) c, \qquad V_0 = v_0 + (v_\pi - v_T) c^2, \qquad c = \varphi_T^{-1} R_T^{-(2-\lambda)/2} $$
//!
//! The contraction $c$ depends on $\lambda$: at $\lambda = 0$ it is $\varphi_T v_0/v_T$, Bayes' rule, and the nearer $\lambda$ is
//! to 1, the probability-flow ODE, the less is forgotten. The bound does not know of any of this:
//!
//! $$ \mathrm{ELBO}_\lambda(x) = \log q_0(x) + E\left[\log\frac{\pi}{q_T}(Y_T)\,\middle|\,Y_0 = x\right], \qquad
//! E_q[\log q_0 - \mathrm{ELBO}_\lambda] = \mathrm{KL}(q_T\|\pi) \ge \mathrm{KL}(q_0\|p_\theta) $$
//!
//! The last inequality is proved for any Gaussian transition in the place of the sampler, with its gap: the average divergence of
//! $q(y_T|x)$ from the model's $p(y_T|x)$, strictly positive unless $\pi = q_T$.
//!
//! Assumptions: $v_0, v_\pi > 0$, $\lambda < 1$. If it failed, the prior term of a bound could not be read as the error of the
//! prior, and the choice of sampler would not decide how much of that error reaches the samples.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{
    BoundEstimate, LinearPath, NonNegative, Plan, Quadratic, Relation, Statement, Statistic, Trial, sampler,
};
use crate::numbers::{Ball, Dual, Float, Scalar};
use crate::objectives::elbo::{RunningCost, control};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, AffineScore, Clock, Gaussian, GaussianData, ReverseSde, ScaledScore, Transition};

parameters! {
    /// An exact score under a prior that need not be `q_T`.
    Mismatch {
        data: of(GaussianData) "the data under the noising process",
        lam: below_one "member of the plug-in family, lambda < 1",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi, prior N(m_pi, v_pi)",
        x: real "the data point",
    }
}

const PERFECT: u8 = 1;
const ONE_SAMPLER: u8 = 2;
const MODEL_AVERAGE: u8 = 3;
const IN_FULL: u8 = 4;

impl<S: Scalar> Mismatch<S> {
    fn world(&self) -> AffineScore<S> {
        let scaled = ScaledScore { v0: self.data.v0, delta: S::zero(), lambda: self.lam, vpi: self.vpi };
        AffineScore { scaled, centre: self.data.m0, prior_mean: self.mpi }
    }

    /// Drift and squared diffusion of the inference process.
    fn inference_sde(&self, clock: &Clock<S>) -> (Affine<S>, S) {
        let pull = self.data.law(clock).score().scale(self.lam * clock.noise / 2);
        let (drift, noise) = clock.sde();
        (drift.minus(&pull), (S::int(1) - self.lam) * noise)
    }

    fn reverse(&self, clock: &Clock<S>) -> ReverseSde<S> {
        ReverseSde::plug_in(clock, &self.data.law(clock).score(), self.lam)
    }
}

/// The model's law at `t`: the data's, moved by the error of the prior times the contraction.
fn model<S: Scalar>(wrong: u8, world: &AffineScore<S>, t: &Clock<S>, end: &Clock<S>) -> Gaussian<S> {
    let (now, then) = (world.reference(t), world.reference(end));
    let sampler = ScaledScore { lambda: S::zero(), ..world.scaled };
    let contraction = match wrong {
        PERFECT => S::zero(),
        ONE_SAMPLER => sampler.transfer(t, end),
        _ => world.scaled.transfer(t, end),
    };
    Gaussian {
        mean: now.mean + (world.prior_mean - then.mean) * contraction,
        variance: now.variance + (world.scaled.vpi - then.variance) * contraction.square(),
    }
}

/// `log q_0(x) + E[log π(Y_T) − log q_T(Y_T)]` for `Y_T` with this law.
fn bound<S: Scalar>(data: &GaussianData<S>, prior: &Gaussian<S>, x: S, law: &Gaussian<S>) -> S {
    let (start, end) = data.ends();
    start.log_density(x) + prior.expected_log_density(law) - end.expected_log_density(law)
}

struct Forgotten(u8);

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.2 v0=0.3137 lam=0.5 mpi=0.7119 vpi=1.4173 x=0.9137";

impl Statement for Forgotten {
    type Params<S: Scalar> = Mismatch<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 lam=0 mpi=0 vpi=1.1719 x=0.8113",
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 lam=0.5 mpi=0 vpi=1.1719 x=0.8113",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 lam=-0.7 mpi=0.4 vpi=7.3 x=1.7131",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Mismatch<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (process, world) = (&p.data.process, p.world());
        let (start, end) = (process.start(), process.end());
        let range = (S::zero(), process.horizon());
        let moving = move |t: S| model(wrong, &world.map(Dual::constant), &process.moving(t), &end.map(Dual::constant));
        let at = move |t: S| (process.at(t), model(wrong, &world, &process.at(t), &end));
        let (first, last) = (model(wrong, &world, &start, &end), model(wrong, &world, &end, &end));
        let exact = ScaledScore { lambda: S::zero(), ..world.scaled };
        let bayes = p.data.posterior(&end).apply(&world.prior());
        let sde = model(wrong, &AffineScore { scaled: exact, ..world }, &start, &end);
        // The bound is quadratic in x: its average is that over two points at one standard deviation.
        let (data, then) = p.data.ends();
        let elbo = |sign: i64| world.elbo(data.mean + data.variance.sqrt() * sign, &end);
        let average = (elbo(1) + elbo(-1)) / 2;
        let (paid, left) = (then.kl(&world.prior()), data.kl(&model(0, &world, &start, &end)));
        vec![
            Relation::rate(
                "mean of the model",
                range,
                move |t| moving(t).mean,
                move |t| {
                    let (clock, law) = at(t);
                    p.reverse(&clock).mean_rate(&law)
                },
            ),
            Relation::rate(
                "variance of the model",
                range,
                move |t| moving(t).variance,
                move |t| {
                    let (clock, law) = at(t);
                    p.reverse(&clock).variance_rate(&law)
                },
            ),
            Relation::equal("mean of the prior", last.mean, world.prior().mean),
            Relation::equal("variance of the prior", last.variance, world.prior().variance),
            Relation::equal("variance without error", first.variance, world.model(&start, &end).variance),
            Relation::equal("mean by Bayes' rule", sde.mean, bayes.mean),
            Relation::equal("variance by Bayes' rule", sde.variance, bayes.variance),
            Relation::rate(
                "no gap on the way",
                range,
                move |t| {
                    let (clock, world) = (process.moving(t), world.map(Dual::constant));
                    world.reference(&clock).expected_log_density(&world.inference(Dual::constant(p.x), &clock))
                },
                move |t| {
                    let clock = process.at(t);
                    let score = p.data.law(&clock).score();
                    let (control, law) = (control(&score, &score, p.lam), world.inference(p.x, &clock));
                    RunningCost::new(p.reverse(&clock).drift.slope, &clock, &control, &law, p.lam).total()
                },
            ),
            Relation::equal(
                "bound",
                world.elbo(p.x, &end),
                bound(&p.data, &world.prior(), p.x, &world.inference(p.x, &end)),
            ),
            Relation::equal(
                "average of the bound",
                average,
                -data.entropy() - if wrong == MODEL_AVERAGE { left } else { paid },
            ),
        ]
    }
}

parameters! {
    /// A sampler from `T` to the data as one Gaussian transition, applied to the right prior and to another.
    Channel {
        c: positive "what the sampler makes of one unit of the start",
        s: positive "the variance that it adds",
        mT: real "mean of q_T",
        vT: positive "variance of q_T",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi",
    }
}

/// What reaches the samples is at most what the bound pays, for every sampler that maps `q_T` to `q_0`.
struct Reaching(u8);

impl Statement for Reaching {
    type Params<S: Scalar> = Channel<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "c=0.3119 s=0.2713 mT=0.1 vT=0.8639 mpi=0.7119 vpi=1.4173",
            "c=1.7 s=0.0313 mT=-0.4 vT=1.3 mpi=0.2 vpi=0.6119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Channel<S>) -> Vec<Relation<'p, S>> {
        let sampler = Transition { factor: p.c, offset: S::zero(), variance: p.s };
        let (right, prior) = (Gaussian::new(p.mT, p.vT), Gaussian::new(p.mpi, p.vpi));
        let (data, model) = (sampler.apply(&right), sampler.apply(&prior));
        let (reached, paid) = (data.kl(&model), right.kl(&prior));
        if self.0 == IN_FULL {
            return vec![Relation::equal("error that reaches the samples", reached, paid)];
        }
        // The starts given a sample x: Gaussian about an affine function of x, with these variances.
        let given = |start: &Gaussian<S>, end: &Gaussian<S>| {
            let slope = start.variance * p.c / end.variance;
            (start.variance * p.s / end.variance, Affine { slope, offset: start.mean - slope * end.mean })
        };
        let ((variance, mean), (other, other_mean)) = (given(&right, &data), given(&prior, &model));
        let apart = mean.minus(&other_mean);
        let spread = NonNegative::square(apart.slope).times(NonNegative::declared(data.variance));
        let distance = NonNegative::square(apart.value(data.mean)).plus(spread).over(NonNegative::declared(other));
        let twice = NonNegative::divergence((variance - other) / other).plus(distance);
        let gap = twice.times(NonNegative::declared(S::ratio(1, 2)));
        vec![Relation::at_most("error that reaches the samples", reached, paid, gap)]
    }
}

/// Samples have the law of the model, and estimates of the bound average over the data to `−H(q_0) − KL(q_T ‖ π)`.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: Mismatch<Ball> = at_point(POINT)?;
        let (world, process) = (exact.world(), &exact.data.process);
        let (start, end) = (process.start(), process.end());
        let samples = model(wrong, &world, &start, &end).map(|moment| Float(moment.to_f64()));
        let (data, then) = exact.data.ends();
        let reached = data.kl(&model(0, &world, &start, &end));
        let divergence = if wrong == MODEL_AVERAGE { reached } else { then.kl(&world.prior()) };
        let average = -data.entropy() - divergence;

        let p: Mismatch<Float> = at_point(POINT)?;
        let (horizon, prior) = (p.data.process.horizon(), p.world().prior());
        let path = LinearPath::reversed(horizon.0, 16, |t| p.reverse(&p.data.process.at(t)));
        let cost = |t| {
            let clock = p.data.process.at(t);
            let score = p.data.law(&clock).score();
            let scale = clock.noise / ((Float(1.0) - p.lam) * 2);
            Quadratic { constant: p.reverse(&clock).drift.slope, scale, affine: control(&score, &score, p.lam) }
        };
        let sde = |t| p.inference_sde(&p.data.process.at(t));
        let estimate = BoundEstimate::new(sde, cost, &prior, p.data.start(), horizon);
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("mean of the samples", samples.mean.0, samples.variance.0),
                Statistic::variance("variance of the samples", samples.mean.0, samples.variance.0),
                Statistic::mean("single-sample bound over the data", average.to_f64(), estimate.variance()),
            ],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let start = noise.gaussian(&prior);
                let sample = path.walk(start, noise);
                out.copy_from_slice(&[sample, sample, estimate.draw(noise)]);
            }),
        })
    }
}

parameters! {
    /// Centred data, the exact score, `λ = 0`, any prior.
    Asked {
        process: process "the noising process",
        v0: positive "data variance v_0, data N(0, v_0)",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi, prior N(m_pi, v_pi)",
        x: real "the data point",
    }
}

impl<S: Scalar> Asked<S> {
    fn data(&self) -> GaussianData<S> {
        GaussianData { process: self.process.clone(), m0: S::zero(), v0: self.v0 }
    }

    fn prior(&self) -> Gaussian<S> {
        Gaussian::new(self.mpi, self.vpi)
    }
}

/// `log p_θ(x)`, with the model by Bayes' rule: sums of positive terms.
struct LogLikelihood;

impl Formula for LogLikelihood {
    type Params<S: Scalar> = Asked<S>;
    fn value<S: Scalar>(p: &Asked<S>) -> S {
        p.data().posterior(&p.process.end()).apply(&p.prior()).log_density(p.x)
    }
}

struct Elbo;

impl Formula for Elbo {
    type Params<S: Scalar> = Asked<S>;
    fn value<S: Scalar>(p: &Asked<S>) -> S {
        bound(&p.data(), &p.prior(), p.x, &p.process.end().given(p.x))
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "family-prior-mismatch",
    aliases: &[],
    title: "A wrong prior under an exact score: samplers forget part of its error, the bound pays all of it",
    expect: Expect::True,
    text: include_str!("family_prior_mismatch.rs"),
    sources: &["huang2021", "song2021sde"],
    readings: &[
        Readings::of("", &Forgotten(0)).and_sampled(&Draws(0)),
        Readings::of("what reaches the samples", &Reaching(0)),
    ],
    controls: &[
        Control {
            id: "perfect-model",
            story: "an exact score taken to give an exact model, p_θ = q_0, whatever the prior",
            readings: Readings::of("", &Forgotten(PERFECT)).and_sampled(&Draws(PERFECT)),
        },
        Control {
            id: "one-error-for-all-samplers",
            story: "the error of the SDE sampler expected of every member of the family",
            readings: Readings::of("", &Forgotten(ONE_SAMPLER)).and_sampled(&Draws(ONE_SAMPLER)),
        },
        Control {
            id: "average-of-the-model",
            story: "the average of the bound taken for that of log p_θ: the tighter divergence KL(q_0‖p_θ)",
            readings: Readings::of("", &Forgotten(MODEL_AVERAGE)).and_sampled(&Draws(MODEL_AVERAGE)),
        },
        Control {
            id: "nothing-forgotten",
            story: "the divergence of the prior found again in the samples, KL(q_0‖p_θ) = KL(q_T‖π)",
            readings: Readings::of("what reaches the samples", &Reaching(IN_FULL)),
        },
    ],
    quantities: &[
        Quantity::of::<LogLikelihood>("model-log-likelihood", "log p_theta(x) at lambda = 0, in nats", &[]),
        Quantity::of::<Elbo>("elbo", "ELBO(x) at lambda = 0, in nats", &[]),
    ],
};
