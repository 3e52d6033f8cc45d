//! A chain of $T$ steps wastes a divergence at each, even on Gaussian data with the exact network.
//!
//! Given $z_t$ alone, $z_s$ is Gaussian, but with more variance than given $z_t$ and $x$: with $r = (\rho_s-\rho_t)\,\mathrm{mmse}(\rho_t)$,
//!
//! $$ V^* = \frac{\sigma_{t|s}^2v_s}{v_t} = \sigma_Q^2(1+r), \quad 1 + r = \frac{1+\rho_ss}{1+\rho_ts}, \qquad
//! L_T - L_\infty = \sum_i\tfrac12[r_i - \ln(1+r_i)] \ge 0 $$
//!
//! for the variance $\sigma_Q^2$ in the steps of the model. Any other variance $\tau^2$ wastes $\frac12[V^*/\tau^2 - 1 - \ln(V^*/\tau^2)]$: nothing
//! if $\tau^2 = V^*$, and nothing if $\tau^2 = \sigma^2_{t|s}$ (the $\beta$ of DDPM), $s = 1$ and the process preserves the variance.
//!
//! In $d$ dimensions $R = (\rho_s-\rho_t)\Sigma(I+\rho_t\Sigma)^{-1}$ takes the place of $r$, and the waste $\frac12[\mathrm{tr}R - \ln\det(I+R)]$ is the
//! sum over the eigenvalues of $\Sigma$, not over the variances on its diagonal. Steps with the right variance for every coordinate, but without
//! correlations, still waste something unless the axes are eigenvectors.
//!
//! With $s = 0.7$ and $\gamma$ linear from $-9$ to $5$, steps $T = 1, 2, 10, 100, 1000$ waste $2818.4439$, $457.31539$, $4.3459149$, $0.27958649$
//! and $0.026869897$ nats. DDPM's linear schedule, $T = 1000$, steps $2$ to $T$, wastes $0.46313347$ with $\tilde\beta$ and $6.5095\cdot10^{-5}$ with
//! $\beta$; CSDI's quadratic one, $T = 50$, $3.155624$ and $0.00113844$.
//!
//! Assumptions: Gaussian data, so that the reverse steps are Gaussian; the exact mean. Only sums and closed forms are compared, so that nothing
//! is sampled; draws of the loss itself are in `vdm-finite-t-loss`. If it failed, what a bound loses by few steps would be blamed on the network.

use super::vdm_finite_t_loss::chain;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Covariance, Matrix, Scalar, Vector};
use crate::objectives::chain_bound::step;
use crate::objectives::finite_loss::slack;
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{
    DdpmPoint, GammaSteps, Gaussian, GaussianChannel, MultivariateGaussian, Oracle, Rung, RungPoint, SnrStep, rotation,
};

pub(in crate::claims) const NONE: u8 = 1;
const PLUS: u8 = 2;
const LN_R: u8 = 3;
const KL_TURNED: u8 = 4;
const DIAGONAL: u8 = 5;
const UNCORRELATED: u8 = 6;
pub(in crate::claims) const OF_REVERSE: u8 = 7;

parameters! {
    /// A step between any levels, and the variance of a model's step.
    AnyVariance {
        rung: of(RungPoint) "the step and the data",
        tau2: positive "the variance of the model's step",
    }
}

/// One step.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = AnyVariance<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3 tau2=0.1137",
            "alpha=1 sigma=3.137 factor=1 beta=7.119 s=9 mu=-0.7119 tau2=6.1",
            "alpha=0.3137 sigma=0.0119 factor=0.7713 beta=0.4137 s=0.000001 mu=2.3119 tau2=0.00017",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnyVariance<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle, channel) = (p.rung.rung(), p.rung.oracle(), GaussianChannel { s: p.rung.s });
        let excess = channel.excess(&SnrStep::of(&rung));
        let exact = oracle.reverse(&rung.noisy, &rung.clean).variance;
        let pull = rung.clean.alpha * rung.forward.variance / rung.noisy.sigma.square();
        let [clean, noisy] = [rung.clean, rung.noisy].map(|level| channel.information(level.snr()));
        let [truth, model] = [exact, p.tau2].map(Gaussian::centred);
        let wasted = if self.0 == KL_TURNED { model.kl(&truth) } else { truth.kl(&model) };
        vec![
            Relation::equal("reverse variance", exact, rung.posterior_variance() * (excess + 1)),
            Relation::equal(
                "variance of the data in it",
                exact - rung.posterior_variance(),
                pull.square() * oracle.posterior(&rung.noisy).variance,
            ),
            Relation::equal(
                "ratio of the step",
                (excess + 1) * (rung.noisy.snr() * p.rung.s + 1),
                rung.clean.snr() * p.rung.s + 1,
            ),
            Relation::equal("slack of any variance", step(&oracle, &rung, p.tau2, S::one()) - (clean - noisy), wasted),
        ]
    }
}

/// A chain with a linear `γ`.
pub(in crate::claims) struct Sum(pub(in crate::claims) u8);

impl Statement for Sum {
    type Params<S: Scalar> = GammaSteps<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 gamma_0=-9 gamma_1=5 T=2",
            "s=0.7 gamma_0=-9 gamma_1=5 T=1",
            "s=0.7 gamma_0=-9 gamma_1=5 T=10",
            "s=0.7 gamma_0=-9 gamma_1=5 T=100",
            "s=0.37 gamma_0=-18.420680743952367 gamma_1=18.420680743952367 T=7",
            "s=9 gamma_0=18.3 gamma_1=18.420680743952367 T=3",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GammaSteps<S>) -> Vec<Relation<'p, S>> {
        let (channel, line) = (p.point.channel, &p.point.line);
        let steps = line.steps(p.steps);
        let limit = |channel: &GaussianChannel<S>| {
            channel.information((-line.start).exp()) - channel.information((-line.end).exp())
        };
        let half =
            |each: &dyn Fn(S) -> S| steps.iter().fold(S::zero(), |sum, step| sum + each(channel.excess(step))) / 2;
        let wasted = match self.0 {
            NONE => S::zero(),
            PLUS => half(&|r| r + r.ln_1p()),
            LN_R => half(&|r| r - r.ln()),
            _ => slack(&channel, &steps),
        };
        // On the grid of the chain, with variances of another kind.
        let count = i64::from(p.steps);
        let sum = |s: S, variance: &dyn Fn(&Oracle<S>, &Rung<S>) -> S| {
            let oracle = Oracle::new(S::zero(), s);
            (1..=count).fold(S::zero(), |sum, i| {
                let [noisy, clean] = [i, i - 1].map(|i| line.level(S::int(i) / count));
                let rung = Rung::between(noisy, clean);
                sum + step(&oracle, &rung, variance(&oracle, &rung), S::one())
            })
        };
        let unit = GaussianChannel { s: S::one() };
        let reverse = |oracle: &Oracle<S>, rung: &Rung<S>| oracle.reverse(&rung.noisy, &rung.clean).variance;
        let paid = if self.0 == OF_REVERSE { sum(channel.s, &reverse) } else { chain(p) };
        let expected = if self.0 == OF_REVERSE { S::zero() } else { wasted };
        vec![
            Relation::equal("slack of the chain", paid - limit(&channel), expected),
            Relation::equal("no slack with the reverse variance", sum(channel.s, &reverse), limit(&channel)),
            Relation::equal(
                "no slack with beta on unit data",
                sum(S::one(), &|_, rung| rung.forward.variance),
                limit(&unit),
            ),
        ]
    }
}

/// The schedules of two published models, from the first level to the last.
struct Published(u8);

impl Statement for Published {
    type Params<S: Scalar> = DdpmPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 mu=1.3 schedule=linear beta_1=0.0001 beta_T=0.02 T=1000",
            "s=0.7 mu=1.3 schedule=quad beta_1=0.0001 beta_T=0.5 T=50",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p DdpmPoint<S>) -> Vec<Relation<'p, S>> {
        let rungs = p.schedule.descent().rungs;
        let channel = GaussianChannel { s: p.oracle.data.variance };
        let [paid, wasted] = [0, 1].map(|side| {
            [Rung::posterior_variance, |rung: &Rung<S>| rung.forward.variance].map(|variance: fn(&Rung<S>) -> S| {
                rungs.iter().fold(S::zero(), |sum, rung| {
                    let (model, truth) = (variance(rung), p.oracle.reverse(&rung.noisy, &rung.clean).variance);
                    sum + if side == 0 {
                        step(&p.oracle, rung, model, S::one())
                    } else {
                        (truth / model).minus_1_minus_ln() / 2
                    }
                })
            })
        });
        let ends = rungs.first().zip(rungs.last());
        let carried = ends.map_or(S::zero(), |(noisiest, cleanest)| {
            channel.information(cleanest.clean.snr()) - channel.information(noisiest.noisy.snr())
        });
        let expected = |wasted: S| if self.0 == NONE { S::zero() } else { wasted };
        vec![
            Relation::equal("slack with the posterior variance", paid[0] - carried, expected(wasted[0])),
            Relation::equal("slack with beta", paid[1] - carried, expected(wasted[1])),
        ]
    }
}

/// Data whose covariance is not diagonal, and one step.
struct Turned<S> {
    eigenvalues: Vector<S>,
    axes: Matrix<S>,
    step: SnrStep<S>,
}

impl<S: Scalar> Parameters<S> for Turned<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let eigenvalues = source.positives("eigenvalues", "the eigenvalues of the covariance of the data")?;
        let angles = source.vector("turn", "the tangents of half the angles of its axes, d(d − 1)/2 entries")?;
        let step = SnrStep {
            noisy: source.real("snr", Domain::Positive, "the ratio at the noisy end of the step")?,
            rise: source.real("rise", Domain::Positive, "by how much it is more at the clean end")?,
        };
        Ok(Self { axes: rotation(eigenvalues.dimension(), &angles), eigenvalues, step })
    }
}

/// One step in several dimensions.
struct Dimensions(u8);

impl Statement for Dimensions {
    type Params<S: Scalar> = Turned<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "eigenvalues=[0.05,4] turn=[0.3137] snr=0.7 rise=2.3",
            "eigenvalues=[0.37,9,0.000001] turn=[0.3137,-0.7119,1.4137] snr=0.0137 rise=50.13",
            "eigenvalues=[0.37,2.7] turn=[0.4137] snr=0.00000001 rise=100000000",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Turned<S>) -> Vec<Relation<'p, S>> {
        let d = p.eigenvalues.dimension();
        let spread = Matrix::from_fn(d, d, |i, j| if i == j { p.eigenvalues[i] } else { S::zero() });
        let covariance = &(&p.axes * &spread) * &p.axes.transpose();
        let widened = |snr: S| Covariance::new(&Matrix::identity(d) + &covariance.scale(snr));
        let [noisy, clean] = [p.step.noisy, p.step.clean()].map(widened);
        let excess = (&covariance * noisy.precision()).scale(p.step.rise);
        let wasted = (excess.trace() - (clean.log_det() - noisy.log_det())) / 2;
        let along_axes = (0..d).fold(S::zero(), |sum, i| {
            let s = if self.0 == DIAGONAL { covariance[(i, i)] } else { p.eigenvalues[i] };
            sum + slack(&GaussianChannel { s }, &[p.step])
        });
        // Reverse covariances in units of σ_Q².
        let exact = &Matrix::identity(d) + &excess;
        let apart = Matrix::from_fn(d, d, |i, j| if i == j { exact[(i, i)] } else { S::zero() });
        let law = |matrix: Matrix<S>| MultivariateGaussian {
            mean: Vector(vec![S::zero(); d]),
            covariance: Covariance::new(matrix),
        };
        let volume = (0..d).fold(S::zero(), |sum, i| sum + exact[(i, i)].ln()) - (clean.log_det() - noisy.log_det());
        let expected = if self.0 == UNCORRELATED { S::zero() } else { volume / 2 };
        vec![
            Relation::equal("slack of a covariance", wasted, along_axes),
            Relation::equal("slack without correlations", law(exact.clone()).kl(&law(apart)), expected),
        ]
    }
}

/// `L_T − L_∞`.
struct Gap;

impl Formula for Gap {
    type Params<S: Scalar> = GammaSteps<S>;
    fn value<S: Scalar>(p: &GammaSteps<S>) -> S {
        slack(&p.point.channel, &p.point.line.steps(p.steps))
    }
}

const STEP: &str = "one step";
const PUBLISHED: &str = "published schedules";
const DIMENSIONS: &str = "several dimensions";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-finite-t-gap",
    aliases: &["vdm-finite-T-gap"],
    title: "What T steps waste: half of r − ln(1 + r) each, though every reverse step is Gaussian",
    expect: Expect::True,
    text: include_str!("vdm_finite_t_gap.rs"),
    sources: &["kingma2021", "ho2020"],
    readings: &[
        Readings::of(STEP, &Step(0)),
        Readings::of("", &Sum(0)),
        Readings::certified(PUBLISHED, &Published(0)),
        Readings::certified(DIMENSIONS, &Dimensions(0)),
    ],
    controls: &[
        Control {
            id: "no-slack",
            story: "no slack for Gaussian data, because their reverse steps are Gaussian",
            readings: Readings::of("", &Sum(NONE)),
        },
        Control {
            id: "no-slack-in-published-schedules",
            story: "the same, for the schedules of DDPM and CSDI with either variance",
            readings: Readings::certified(PUBLISHED, &Published(NONE)),
        },
        Control {
            id: "logarithm-added",
            story: "½[r + ln(1 + r)] for ½[r − ln(1 + r)]",
            readings: Readings::of("", &Sum(PLUS)),
        },
        Control {
            id: "logarithm-of-r",
            story: "½(r − ln r) for ½[r − ln(1 + r)]",
            readings: Readings::of("", &Sum(LN_R)),
        },
        Control {
            id: "divergence-turned",
            story: "the divergence of the model's step from the true one, for that of the true from the model's",
            readings: Readings::of(STEP, &Step(KL_TURNED)),
        },
        Control {
            id: "variances-for-eigenvalues",
            story: "the waste added up over the coordinates of correlated data",
            readings: Readings::certified(DIMENSIONS, &Dimensions(DIAGONAL)),
        },
        Control {
            id: "variance-of-each-coordinate",
            story: "no slack once every coordinate has its own right variance",
            readings: Readings::certified(DIMENSIONS, &Dimensions(UNCORRELATED)),
        },
    ],
    quantities: &[Quantity::of::<Gap>(
        "gap-t",
        "L_T - L_infinity of the exact network with a linear gamma and T equal steps, in nats",
        &[],
    )],
};
