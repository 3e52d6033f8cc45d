//! Replacement does not sample the conditional law, not even with the exact score and infinitely many steps.
//!
//! A network that knows nothing of observations is made to impute by writing the observation, noised to the level of the state, into
//! the state before every step. On two entries of unit variance with correlation $r$, of which one was seen as $x_o$, a step with
//! $d_t = 1 - \bar\alpha_t^2r^2$ is
//!
//! $$ x_{t-1} = \frac{1 - \beta_t/d_t}{\sqrt{1 - \beta_t}}x_t + \frac{\beta_t\bar\alpha_tr}{d_t\sqrt{1 - \beta_t}}\Big(\sqrt{\bar\alpha_t}x_o + n_t\Big) + \sqrt{\tilde\beta_t}\xi $$
//!
//! with $n_t \sim N(0, 1 - \bar\alpha_t)$, drawn afresh at every step or along one path of the noising process,
//! $\mathrm{Cov}(n_t, n_{t'}) = \sqrt{\bar\alpha_t/\bar\alpha_{t'}}(1 - \bar\alpha_{t'})$ for $t' < t$. From a standard normal and with infinitely many steps
//!
//! $$ E = \frac{1 - \sqrt{1 - r^2}}rx_o, \qquad V_{fresh} = (1 - r^2)\frac{\mathrm{artanh}\,r}r, \qquad V_{path} = 2V_{fresh} - \frac{2(1 - r^2)(1 - \sqrt{1 - r^2})}{r^2} $$
//!
//! where the conditional law has $rx_o$ and $1 - r^2$. With $u = \bar\alpha$ and $d = 1 - r^2u^2$ the moments obey
//!
//! $$ \frac{dm}{du} = \frac1u\Big[\frac m2 - \frac{m - ru^{3/2}x_o}d\Big], \qquad \frac{dV}{du} = \frac1u\Big[\Big(1 - \frac2d\Big)V + 1\Big] $$
//!
//! and on one path $\frac{2ru}{d}\mathrm{Cov}(x, n)$ is added to the bracket of $V$. The equations are found here as the first order of a step in $\beta$, and
//! proved along $\sqrt u$. The reason: in the joint law the score of the missing entry moves it towards what the *noised* observation says, which
//! early on is nothing; by the time it says something, too little noise is left to move.
//!
//! Assumptions: $0 < r < 1$ (for $r < 0$ reflect one entry), the exact network, $\tilde\beta_t$, no noise in the last step. If it failed, an
//! unconditional model could impute for free. Samples are compared with the recursion of the sampler, fresh and on one path, whose moments are
//! exact; against the conditional law a correct implementation fails.

use crate::claims::samplers::distance_and_bound;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, ReplacementSamples, Statement, Trial};
use crate::numbers::{Ball, Dual, Field, Scalar};
use crate::objectives::imputation::{
    ObservationNoise, Replacement, ReplacementChain, ReplacementLimit, follow, mean_as_sum, run_replacement,
};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Ddpm, Gaussian, Level};
use ObservationNoise::{Fresh, OnePath};

pub(in crate::claims) const CONDITIONAL: u8 = 1;
const ONE_VARIANCE: u8 = 2;
const AVERAGED: u8 = 3;
const CLEAN: u8 = 4;

parameters! {
    /// A range of signal levels.
    Levels {
        r: fraction "the correlation",
        from: fraction "sqrt of alphabar at the start",
        to: fraction "sqrt of alphabar at the end",
        beta: fraction "the length of a step from the end, less than 1 - alphabar there",
        x_obs: real "the observation",
    }
}

/// The moments with infinitely many steps, along `α = √ᾱ`: `dᾱ = ᾱβ`, so that `d/dα` is `2/α` times the first order of a step.
pub(in crate::claims) struct Limit(pub(in crate::claims) u8);

impl Statement for Limit {
    type Params<S: Scalar> = Levels<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "r=0.8 from=0.11 to=0.9 beta=0.1 x_obs=1",
            "r=0.37 from=0.3 to=0.99 beta=0.01 x_obs=-1.3",
            "r=0.9913 from=0.53 to=0.97 beta=0.031 x_obs=2.1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Levels<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (range, limit) = ((p.from, p.to), ReplacementLimit { correlation: p.r });
        let moving = ReplacementLimit { correlation: Dual::constant(p.r) };
        let sampler = Replacement { correlation: p.r };
        let (step, first) = (sampler.step_from(p.to, p.beta), sampler.first_order(p.to));
        let kept = if wrong == CLEAN { p.to } else { p.to.square() };
        let (q, factor) = (p.r * kept, (S::one() - p.beta).sqrt());
        let d = (S::one() - q) * (q + 1);
        let path = -S::ratio(1, 2) - p.to.square() / (S::one() - p.to.square());
        vec![
            Relation::equal("what multiplies the state", step.state, (S::one() - p.beta / d) / factor),
            Relation::equal("what multiplies the observation", step.observed, p.beta * q / (d * factor)),
            Relation::equal("first order, path", first.kept, path),
            Relation::equal("first order, variance", first.variance, S::one()),
            Relation::rate(
                "mean",
                range,
                move |alpha| {
                    let alpha = Dual::variable(alpha);
                    let claimed = match wrong {
                        // The conditional mean of the noised entry given the clean observation.
                        CONDITIONAL => moving.correlation * alpha,
                        _ => moving.mean_coefficient(alpha),
                    };
                    claimed * Dual::constant(p.x_obs)
                },
                move |alpha| {
                    let step = sampler.first_order(alpha);
                    (step.state * limit.mean_coefficient(alpha) + step.observed * alpha) * p.x_obs * 2 / alpha
                },
            ),
            Relation::rate(
                "variance, fresh noise",
                range,
                move |alpha| {
                    let alpha = Dual::variable(alpha);
                    let signal = moving.correlation * alpha;
                    match wrong {
                        CONDITIONAL => Dual::constant(S::one()) - signal.square(),
                        _ => moving.fresh_variance(alpha),
                    }
                },
                move |alpha| {
                    let step = sampler.first_order(alpha);
                    (step.state * limit.fresh_variance(alpha) * 2 + step.variance) * 2 / alpha
                },
            ),
            Relation::rate(
                "covariance with the path",
                range,
                move |alpha| moving.path_covariance(Dual::variable(alpha)),
                move |alpha| {
                    let step = sampler.first_order(alpha);
                    let noise = (S::one() - alpha) * (alpha + 1);
                    ((step.state + step.kept) * limit.path_covariance(alpha) + step.observed * noise) * 2 / alpha
                },
            ),
            Relation::rate(
                "variance, one path",
                range,
                move |alpha| {
                    let alpha = Dual::variable(alpha);
                    match wrong {
                        ONE_VARIANCE => moving.fresh_variance(alpha),
                        _ => moving.path_variance(alpha),
                    }
                },
                move |alpha| {
                    let step = sampler.first_order(alpha);
                    let shared = step.observed * limit.path_covariance(alpha);
                    ((step.state * limit.path_variance(alpha) + shared) * 2 + step.variance) * 2 / alpha
                },
            ),
        ]
    }
}

/// The recursion against the sampler as it is run, on forms whose draws stay apart.
struct Steps(u8);

impl Enclosed for Steps {
    fn points(&self) -> &'static [&'static str] {
        &[
            "r=0.8 x_obs=1 schedule=quad beta_1=0.0001 beta_T=0.5 T=50",
            "r=0.37 x_obs=-1.3 schedule=linear beta_1=0.0137 beta_T=0.419 T=3",
            "r=0.99999999 x_obs=2.1 schedule=quad beta_1=0.013 beta_T=0.719 T=7",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: ReplacementChain<Ball> = at_point(point)?;
        let steps = p.steps();
        let laws = [Fresh, OnePath].map(|noise| follow(&steps, p.observed, noise));
        let ran =
            |noise| run_replacement(&steps, &p.schedule.betas, p.observed, noise).law(&Gaussian::centred(Ball::one()));
        let claimed = match self.0 {
            CONDITIONAL => [p.truth(); 2],
            ONE_VARIANCE => [ran(Fresh); 2],
            AVERAGED => [Fresh, OnePath].map(|noise| Gaussian { mean: Ball::zero(), ..ran(noise) }),
            _ => [Fresh, OnePath].map(ran),
        };
        let names = [["mean, fresh noise", "variance, fresh noise"], ["mean, one path", "variance, one path"]];
        let relations = names.into_iter().zip(laws).zip(claimed).flat_map(|((names, law), claimed)| {
            let differences = [law.mean - claimed.mean, law.variance - claimed.variance];
            names
                .into_iter()
                .zip(differences)
                .map(|(name, difference)| EnclosedRelation::equal(name, move |_| difference))
        });
        Ok(relations.collect())
    }
}

/// A chain of constant speed in the log-signal-to-noise ratio, `ᾱ_t = 1/(1 + e^{18t/T − 9})`, and `ᾱ_0 = 1`.
fn constant_speed(steps: u32) -> Ddpm<Ball> {
    let half_log_snr = |t: u32| Ball::ratio(9, 2) - Ball::int(9) * i64::from(t) / i64::from(steps);
    Ddpm::through(&(1..=steps).map(|t| Level::variance_preserving(half_log_snr(t))).collect::<Vec<_>>())
}

parameters! {
    /// A correlation, an observation, and a number of steps.
    ManySteps {
        r: fraction "the correlation",
        x_obs: real "the observation",
        T: count "the number of steps",
    }
}

/// More and more steps: their means as sums over the observations, and the limits of their moments.
struct Finer(u8);

impl Enclosed for Finer {
    fn points(&self) -> &'static [&'static str] {
        &["r=0.8 x_obs=1 T=1000", "r=0.8 x_obs=1 T=2000", "r=0.37 x_obs=-1.3 T=400"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: ManySteps<Ball> = at_point(point)?;
        let limit = ReplacementLimit { correlation: p.r };
        let one = Ball::one();
        let limits = [limit.mean_coefficient(one), limit.fresh_variance(one), limit.path_variance(one)];
        let truth = one - p.r.square();
        let [mean, fresh, path] = match self.0 {
            CONDITIONAL => [p.r, truth, truth],
            ONE_VARIANCE => [limits[0], limits[2], limits[1]],
            _ => limits,
        };
        let chains = [4, 2, 1].map(|part| ReplacementChain {
            correlation: p.r,
            schedule: constant_speed(p.T / part),
            observed: p.x_obs,
        });
        let steps = chains.each_ref().map(ReplacementChain::steps);
        let laws = steps.each_ref().map(|steps| [Fresh, OnePath].map(|noise| follow(steps, p.x_obs, noise)));
        let sums = steps.each_ref().map(|steps| match self.0 {
            CONDITIONAL => p.r * p.x_obs,
            _ => mean_as_sum(steps, p.x_obs),
        });
        let limit_of = |name, limit, measured: [Ball; 3]| {
            let (distance, bound) = distance_and_bound(limit, measured);
            EnclosedRelation::at_most(name, move |_| bound - distance)
        };
        let mut relations = vec![
            limit_of("limit of the mean", mean * p.x_obs, laws.map(|law| law[0].mean)),
            limit_of("limit of the variance, fresh noise", fresh, laws.map(|law| law[0].variance)),
            limit_of("limit of the variance, one path", path, laws.map(|law| law[1].variance)),
        ];
        let names = ["mean of T/4 steps", "mean of T/2 steps", "mean of T steps"];
        for ((name, law), sum) in names.into_iter().zip(laws).zip(sums) {
            let difference = law[0].mean - sum;
            relations.push(EnclosedRelation::equal(name, move |_| difference));
        }
        Ok(relations)
    }
}

/// The sampler with the default schedule of CSDI.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "r=0.8 x_obs=1 schedule=quad beta_1=0.0001 beta_T=0.5 T=50";
        let exact: ReplacementChain<Ball> = at_point(POINT)?;
        let [fresh, path] = [Fresh, OnePath].map(|noise| exact.law(noise));
        let claimed = match self.0 {
            CONDITIONAL => [exact.truth(); 2],
            ONE_VARIANCE => [fresh; 2],
            _ => [fresh, path],
        };
        Ok(ReplacementSamples { point: POINT, chain: at_point(POINT)?, claimed }.plan())
    }
}

parameters! {
    /// A correlation.
    Correlation {
        r: fraction "the correlation",
    }
}

/// What multiplies `x_o`.
struct MeanCoefficient;

impl Formula for MeanCoefficient {
    type Params<S: Scalar> = Correlation<S>;
    fn value<S: Scalar>(p: &Correlation<S>) -> S {
        ReplacementLimit { correlation: p.r }.mean_coefficient(S::one())
    }
}

/// The variance with fresh noise.
struct FreshVariance;

impl Formula for FreshVariance {
    type Params<S: Scalar> = Correlation<S>;
    fn value<S: Scalar>(p: &Correlation<S>) -> S {
        ReplacementLimit { correlation: p.r }.fresh_variance(S::one())
    }
}

/// The variance on one path.
struct PathVariance;

impl Formula for PathVariance {
    type Params<S: Scalar> = Correlation<S>;
    fn value<S: Scalar>(p: &Correlation<S>) -> S {
        ReplacementLimit { correlation: p.r }.path_variance(S::one())
    }
}

/// The mean of a chain.
struct Mean;

impl Formula for Mean {
    type Params<S: Scalar> = ReplacementChain<S>;
    fn value<S: Scalar>(p: &ReplacementChain<S>) -> S {
        p.law(Fresh).mean
    }
}

/// The variance of a chain with fresh noise.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = ReplacementChain<S>;
    fn value<S: Scalar>(p: &ReplacementChain<S>) -> S {
        p.law(Fresh).variance
    }
}

const LIMIT: &str = "infinitely many steps";
const STEPS: &str = "steps";
const FINER: &str = "more steps";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "replacement-bias",
    aliases: &[],
    title: "Replacement with an unconditional score does not sample the conditional law, however many steps it takes",
    expect: Expect::True,
    text: include_str!("replacement_bias.rs"),
    sources: &["tashiro2021", "song2021sde", "lugmayr2022"],
    readings: &[
        Readings::of(LIMIT, &Limit(0)),
        Readings::certified(STEPS, &ByEnclosure(Steps(0))).and_sampled(&Draws(0)),
        Readings::certified(FINER, &ByEnclosure(Finer(0))),
    ],
    controls: &[
        Control {
            id: "conditional-in-the-limit",
            story: "the score is exact, so the samples have the conditional law once the steps are short",
            readings: Readings::of(LIMIT, &Limit(CONDITIONAL)),
        },
        Control {
            id: "bias-vanishes-with-steps",
            story: "the bias taken for discretisation: more steps and it is gone",
            readings: Readings::certified(FINER, &ByEnclosure(Finer(CONDITIONAL))),
        },
        Control {
            id: "exact-because-the-observation-is",
            story: "the sampler tested against the conditional law, because observed entries are exact at every step",
            readings: Readings::certified(STEPS, &ByEnclosure(Steps(CONDITIONAL))).and_sampled(&Draws(CONDITIONAL)),
        },
        Control {
            id: "noise-of-one-path-is-fresh",
            story: "one noising path of the observation taken for fresh noise at every step",
            readings: Readings::certified(STEPS, &ByEnclosure(Steps(ONE_VARIANCE))).and_sampled(&Draws(ONE_VARIANCE)),
        },
        Control {
            id: "one-variance-in-the-limit",
            story: "the same in the limit, where fresh noise averages out and that of a path does not",
            readings: Readings::of(LIMIT, &Limit(ONE_VARIANCE)),
        },
        Control {
            id: "averaged-over-observations",
            story: "the mean compared after averaging over x_o alone, where it is 0 for any sampler",
            readings: Readings::certified(STEPS, &ByEnclosure(Steps(AVERAGED))),
        },
        Control {
            id: "clean-correlation",
            story: "the correlation of the noised entries read as √ᾱ r: the observation taken to stand there without noise",
            readings: Readings::of(LIMIT, &Limit(CLEAN)),
        },
    ],
    quantities: &[
        Quantity::of::<MeanCoefficient>("mean-coefficient", "E[target]/x_obs with infinitely many steps", &[]),
        Quantity::of::<FreshVariance>(
            "variance-fresh",
            "the variance with infinitely many steps and fresh noise on the observation",
            &[],
        ),
        Quantity::of::<PathVariance>(
            "variance-trajectory",
            "the variance with infinitely many steps and one noising path of the observation",
            &[],
        ),
        Quantity::of::<Mean>("mean", "E[target] given x_obs after T steps, for any noise on the observation", &[]),
        Quantity::of::<Variance>(
            "variance",
            "Var[target] given x_obs after T steps with fresh noise on the observation",
            &[],
        ),
    ],
};
