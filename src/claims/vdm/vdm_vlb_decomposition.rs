//! The bound of a chain is a prior, a reconstruction and a loss of every step; on average it is the entropy of the data and a divergence
//! for every piece that is not exact.
//!
//! With levels $z_t = \alpha_tx + \sigma_t\epsilon$ at $t_0 < \dots < t_T$ and a model $p(z_{t_T})\prod_ip(z_{t_{i-1}}|z_{t_i})\,p(x|z_{t_0})$,
//!
//! $$ -\log p(x) \le \mathrm{KL}(q(z_{t_T}|x)\,\|\,p) + E[-\log p(x|z_{t_0})] + L_T(x), \qquad
//! L_T(x) = \sum_{i=1}^T E\,\mathrm{KL}\big(q(z_{t_{i-1}}|z_{t_i},x)\,\|\,p(z_{t_{i-1}}|z_{t_i})\big) $$
//!
//! and averaged over the data the right side is, for every model,
//!
//! $$ h(x) + \mathrm{KL}(q(z_{t_T})\,\|\,p) + \sum_iE\,\mathrm{KL}\big(q(z_{t_{i-1}}|z_{t_i})\,\|\,p(z_{t_{i-1}}|z_{t_i})\big)
//! + E\,\mathrm{KL}(q(x|z_{t_0})\,\|\,p(x|z_{t_0})) $$
//!
//! Each term vanishes only if its piece of the model is the true conditional: the latents count, and $\mathrm{KL}(q(x)\,\|\,p(x))$ is only a part
//! of the gap. Proved on data $N(\mu, s)$ for one and two steps between any levels, with a standard normal prior, any variances of the steps
//! and of the decoder, and a network that says $c$ times the exact noise; longer chains add the same terms. With the exact network, prior
//! and decoder what is left is the slack of `vdm-finite-t-gap`.
//!
//! The bound is sampled with fresh noise for every level. The losses of the steps are correlated all the same, because they share $x$: with
//! $d_i = x - \hat x(z_{t_i})$ and $\rho = \alpha^2/\sigma^2$,
//!
//! $$ \mathrm{Var}\sum_ic_id_i^2 = 2\sum_{ij}c_ic_j\,\mathrm{Cov}(d_i,d_j)^2, \qquad
//! \mathrm{Cov}(d_i, d_j) = \frac{s + [\sqrt{\rho_i\rho_j}\,s^2]}{(1+\rho_is)(1+\rho_js)} $$
//!
//! with the bracket for the same noise at all levels (and for $i = j$): one draw of the noise is right for means, at another variance. If
//! the decomposition failed, a bound could not be read as bits per dimension, and nobody could say which part of a model loses them.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar, Vector};
use crate::objectives::chain_bound::{denoised_decoder, prior, step};
use crate::objectives::reverse_kl::{denoiser, expected_kl, model_step};
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{Affine, Gaussian, GaussianChannel, Level, Oracle, Rung, Transition};

const NO_PRIOR: u8 = 1;
const DATA_ALONE: u8 = 2;
const EXACT_DECODER: u8 = 3;
const FRESH_NOISE: u8 = 4;
const FRESH_DATA: u8 = 5;

/// A chain between any levels, the cleanest first, and a model with variances of its own.
struct Chain<S> {
    oracle: Oracle<S>,
    /// What multiplies the exact noise in the network's answer.
    scale: S,
    rungs: Vec<Rung<S>>,
    spreads: Vector<S>,
    decoder: S,
}

impl<S: Scalar> Parameters<S> for Chain<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let first = Level {
            alpha: source.real("alpha", Domain::Positive, "alpha of the cleanest level")?,
            sigma: source.real("sigma", Domain::Positive, "sigma of the cleanest level")?,
        };
        let factors = source.positives("factor", "what multiplies the state in each step of the noising process")?;
        let betas = source.positives("beta", "the variance of each of these steps")?;
        let spreads = source.positives("tau2", "the variance of each step of the model")?;
        source.same_dimension(&["factor", "beta", "tau2"])?;
        let mut level = first;
        let rungs = factors.0.iter().zip(&betas.0).map(|(factor, beta)| {
            let rung = Rung::above(level, *factor, *beta);
            level = rung.noisy;
            rung
        });
        let rungs = rungs.collect();
        let mean = source.real("mu", Domain::Real, "data mean")?;
        Ok(Self {
            oracle: Oracle::new(mean, source.real("s", Domain::Positive, "data variance")?),
            scale: source.real("c", Domain::Real, "what multiplies the exact noise")?,
            rungs,
            spreads,
            decoder: source.real("omega", Domain::Positive, "the variance of the decoder")?,
        })
    }
}

impl<S: Scalar> Chain<S> {
    fn clean(&self) -> Level<S> {
        self.rungs[0].clean
    }

    fn noisy(&self) -> Level<S> {
        self.rungs[self.rungs.len() - 1].noisy
    }

    /// The steps with the variances of the model.
    fn steps(&self) -> impl Iterator<Item = (&Rung<S>, S)> {
        self.rungs.iter().zip(self.spreads.0.iter().copied())
    }

    fn models(&self) -> impl DoubleEndedIterator<Item = Transition<S>> {
        let spreads = self.spreads.0.iter();
        self.rungs.iter().zip(spreads).map(|(rung, spread)| model_step(&self.oracle, rung, *spread, self.scale))
    }

    fn decoder(&self) -> Transition<S> {
        let Affine { slope, offset } = denoiser(&self.oracle, &self.clean(), self.scale);
        Transition { factor: slope, offset, variance: self.decoder }
    }

    /// The bound, averaged over the data.
    fn bound(&self, with_prior: bool) -> S {
        let start = denoised_decoder(&self.oracle, &self.clean(), self.decoder, self.scale);
        let steps = self.steps().fold(start, |sum, (rung, spread)| sum + step(&self.oracle, rung, spread, self.scale));
        if with_prior { steps + prior(&self.oracle.data, &self.noisy()) } else { steps }
    }

    /// What `p(x)` is, when all latents are averaged out.
    fn generated(&self) -> Gaussian<S> {
        let drawn = self.models().rev().fold(standard(), |law, step| step.apply(&law));
        self.decoder().apply(&drawn)
    }
}

fn standard<S: Scalar>() -> Gaussian<S> {
    Gaussian::centred(S::one())
}

const POINTS: &[&str] = &[
    "alpha=0.9137 sigma=0.2119 factor=[0.8713,0.6119] beta=[0.3137,0.7119] tau2=[0.0371,0.1719] mu=1.3 s=0.37 c=0.8719 omega=0.0419",
    "alpha=1 sigma=0.1 factor=[1] beta=[3.137] tau2=[0.0137] mu=-0.7119 s=9 c=1 omega=0.0113",
    // From a signal-to-noise ratio of 1e8 to one of 1e-8.
    "alpha=1 sigma=0.0001 factor=[0.0001] beta=[1] tau2=[0.0000001] mu=0.3137 s=0.81 c=1.0137 omega=0.00000001",
];

struct Average(u8);

impl Statement for Average {
    type Params<S: Scalar> = Chain<S>;

    fn points(&self) -> &'static [&'static str] {
        POINTS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Chain<S>) -> Vec<Relation<'p, S>> {
        let (wrong, data, clean) = (self.0, &p.oracle.data, p.clean());
        let pieces = || {
            let end = p.noisy().law(data).kl(&standard());
            let steps = p.rungs.iter().zip(p.models()).fold(end, |sum, (rung, model)| {
                let truth = p.oracle.reverse(&rung.noisy, &rung.clean);
                sum + expected_kl(&rung.noisy.law(data), &truth, &model)
            });
            let decoder = expected_kl(&clean.law(data), &p.oracle.posterior(&clean), &p.decoder());
            if wrong == EXACT_DECODER { steps } else { steps + decoder }
        };
        let gap = if wrong == DATA_ALONE { data.kl(&p.generated()) } else { pieces() };
        vec![Relation::equal("bound and entropy", p.bound(wrong != NO_PRIOR), data.entropy() + gap)]
    }
}

/// `Σ c d²` with `d` affine in independent standard normals: in the data, and then in the noise of each level.
struct Squares<S> {
    terms: Vec<(S, Vector<S>, S)>,
}

impl<S: Scalar> Squares<S> {
    /// The bound of the chain at one draw of data and noise, with `x = μ + √s n`, but for a constant.
    fn of(p: &Chain<S>) -> Self {
        let levels: Vec<_> = [p.clean()].into_iter().chain(p.rungs.iter().map(|rung| rung.noisy)).collect();
        let deviation = p.oracle.data.variance.sqrt();
        let term = |weight: S, level: usize, error: [S; 3]| {
            let [on_data, on_noise, offset] = error;
            let mut along = Vector(vec![S::zero(); levels.len() + 1]);
            (along.0[0], along.0[level + 1]) = (on_data * deviation, on_noise);
            (weight, along, on_data * p.oracle.data.mean + offset)
        };
        // x − x̂(αx + σε).
        let error = |level: usize| {
            let (Level { alpha, sigma }, network) = (levels[level], denoiser(&p.oracle, &levels[level], p.scale));
            [S::one() - network.slope * alpha, -network.slope * sigma, -network.offset]
        };
        let decoder = term((p.decoder * 2).recip(), 0, error(0));
        let steps = p.steps().enumerate().map(|(i, (rung, spread))| {
            let weight = rung.clean.alpha * rung.forward.variance / rung.noisy.sigma.square();
            term(weight.square() / (spread * 2), i + 1, error(i + 1))
        });
        let end = term(p.noisy().alpha.square() / 2, 0, [S::one(), S::zero(), S::zero()]);
        Self { terms: [decoder].into_iter().chain(steps).chain([end]).collect() }
    }

    fn mean(&self) -> S {
        self.terms.iter().fold(S::zero(), |sum, (c, along, mean)| sum + *c * (mean.square() + along.dot(along)))
    }

    /// `2 Σ c_i c_j C_ij² + 4 Σ c_i c_j m_i m_j C_ij`.
    fn variance(&self) -> S {
        let pairs = self.terms.iter().flat_map(|a| self.terms.iter().map(move |b| (a, b)));
        pairs.fold(S::zero(), |sum, ((c, a, m), (d, b, n))| {
            let covariance = a.dot(b);
            sum + *c * *d * (covariance.square() * 2 + *m * *n * covariance * 4)
        })
    }
}

/// The bound, drawn with fresh noise for every level.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let (exact, p): (Chain<Ball>, Chain<Float>) = (at_point(POINTS[0])?, at_point(POINTS[0])?);
        let squares = Squares::of(&exact);
        // What does not depend on the draws is what the bound has beyond the mean of the squares.
        let constant = Float((exact.bound(true) - squares.mean()).to_f64());
        let claimed = exact.bound(self.0 != NO_PRIOR).to_f64();
        let drawn = Squares::of(&p);
        Ok(Plan {
            point: POINTS[0],
            statistics: vec![Statistic::mean("one draw of the bound", claimed, squares.variance().to_f64())],
            drawn: (self.0 == NO_PRIOR).then(|| vec![(exact.bound(true).to_f64(), squares.variance().to_f64())]),
            sampler: sampler(move |noise, out| {
                let normals: Vec<_> = (0..drawn.terms[0].1.dimension()).map(|_| noise.normal()).collect();
                out[0] = drawn.terms.iter().fold(Lanes::splat(constant), |sum, (c, along, mean)| {
                    let value = along
                        .0
                        .iter()
                        .zip(&normals)
                        .fold(Lanes::splat(*mean), |value, (a, normal)| value + Lanes::splat(*a) * *normal);
                    sum + Lanes::splat(*c) * value.square()
                });
            }),
        })
    }
}

/// Two losses of the exact network with weights, and their levels.
struct Pair<S> {
    channel: GaussianChannel<S>,
    snr: [S; 2],
    weight: [S; 2],
}

impl<S: Scalar> Parameters<S> for Pair<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let mut positive = |name, meaning| source.real(name, Domain::Positive, meaning);
        Ok(Self {
            channel: GaussianChannel { s: positive("s", "data variance")? },
            snr: [positive("snr_1", "the ratio at one level")?, positive("snr_2", "the ratio at another")?],
            weight: [positive("c_1", "the weight of one loss")?, positive("c_2", "the weight of the other")?],
        })
    }
}

/// The variance of a weighted sum of losses, with fresh noise and with the same.
struct Spread(u8);

impl Statement for Spread {
    type Params<S: Scalar> = Pair<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 snr_1=3.7 snr_2=0.41 c_1=0.7119 c_2=2.3137", "s=9 snr_1=50.13 snr_2=0.001 c_1=13.7 c_2=0.0719"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Pair<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        // d = (x − μ − s√ρ ε)/(1 + ρs), in the two or three standard normals.
        let error = |i: usize, noise: usize| {
            let left = p.channel.mmse(p.snr[i]);
            let mut along = vec![left / p.channel.s.sqrt(), S::zero(), S::zero()];
            along[noise] = -left * p.snr[i].sqrt();
            Vector(along)
        };
        let drawn = |noises: [usize; 2]| {
            let form = |i: usize| {
                let error = error(i, noises[i]);
                error.outer(&error).scale(p.weight[i])
            };
            let sum: Matrix<S> = &form(0) + &form(1);
            (&sum * &sum).trace() * 2
        };
        let alone = |i: usize| (p.weight[i] * p.channel.mmse(p.snr[i])).square() * 2;
        let between = |same: bool| {
            let noise = (p.snr[0] * p.snr[1]).sqrt() * p.channel.s.square();
            let common = if same { p.channel.s + noise } else { p.channel.s };
            let covariance = common * p.channel.mmse(p.snr[0]) * p.channel.mmse(p.snr[1]) / p.channel.s.square();
            p.weight[0] * p.weight[1] * covariance.square() * 4
        };
        let [fresh, same] = [wrong != FRESH_DATA, wrong != FRESH_NOISE];
        let shared = if fresh { between(false) } else { S::zero() };
        vec![
            Relation::equal("variance with fresh noise", drawn([1, 2]), alone(0) + alone(1) + shared),
            Relation::equal("variance with the same noise", drawn([1, 1]), alone(0) + alone(1) + between(same)),
        ]
    }
}

const SPREAD: &str = "variance of one draw";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-vlb-decomposition",
    aliases: &[],
    title: "The bound of a chain is the entropy of the data and a divergence for each piece of the model",
    expect: Expect::True,
    text: include_str!("vdm_vlb_decomposition.rs"),
    sources: &["kingma2021", "ho2020", "sohldickstein2015"],
    readings: &[Readings::of("", &Average(0)).and_sampled(&Draws(0)), Readings::of(SPREAD, &Spread(0))],
    controls: &[
        Control {
            id: "no-prior",
            story: "the divergence of the last latent from the prior left out of the bound",
            readings: Readings::of("", &Average(NO_PRIOR)).and_sampled(&Draws(NO_PRIOR)),
        },
        Control {
            id: "data-alone",
            story: "the gap taken for KL(q(x) ‖ p(x)), as if the latents had no part in it",
            readings: Readings::certified("", &Average(DATA_ALONE)),
        },
        Control {
            id: "decoder-taken-for-the-posterior",
            story: "a decoder with a variance of its own counted as exact, so that reconstruction is free of slack",
            readings: Readings::of("", &Average(EXACT_DECODER)),
        },
        Control {
            id: "variance-of-fresh-noise",
            story: "one noise used for all levels, and the standard error that fresh noise would give",
            readings: Readings::of(SPREAD, &Spread(FRESH_NOISE)),
        },
        Control {
            id: "variances-added",
            story: "the variances of the losses added up, as if each step had data of its own",
            readings: Readings::of(SPREAD, &Spread(FRESH_DATA)),
        },
    ],
    quantities: &[],
};
