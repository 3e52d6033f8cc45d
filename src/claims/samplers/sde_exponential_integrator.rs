//! The exponential integrator of the reverse SDE, DDIM(1), ancestral sampling with the posterior variance: one step under three names.
//!
//! SDE-DPM-Solver++ of first order, with $h = \lambda_b - \lambda_a$ and the half log-SNR $\lambda = \ln(\alpha/\sigma)$:
//!
//! $$ z_b = \frac{\sigma_b}{\sigma_a}e^{-h}z_a + \alpha_b(1 - e^{-2h})\,\hat x + \sigma_b\sqrt{1 - e^{-2h}}\;\xi $$
//!
//! is ancestral sampling with $\tilde\beta$ (as in DDPM, and VDM's $\sigma_Q^2 = -\sigma_b^2\,\mathrm{expm1}(\gamma_b - \gamma_a)$, $\gamma = -2\lambda$) and DDIM with $\eta = 1$, because
//! $\frac{\sigma_b}{\sigma_a}e^{-h} = \frac{\alpha_a\sigma_b^2}{\alpha_b\sigma_a^2}$ and $1 - e^{-2h} = 1 - n_b^2/n_a^2$, $n = \sigma/\alpha$. It is exact for a network whose $\hat x$ does not
//! change along the step: then it is the law of $z_b$ given $z_a$ and $x = \hat x$. As $\sigma_b \to 0$ it becomes $z_b = \alpha_b\hat x$.
//!
//! The identities hold for every network; here it is the exact one on $N(\mu, s)$. Assumptions: $\lambda_b > \lambda_a$. If it failed, results of one sampler
//! could not be compared with those of another that is the same code under another name.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{ChainSamples, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Float, Scalar};
use crate::objectives::samplers::{
    Form, Spread, ancestral, ancestral_step, ddim, ddim_direction, ddim_std, ddim_step, denoise, exponential_step, law,
    reverse_std, steps,
};
use crate::parameters::{InputError, at_point};
use crate::worlds::{Gaussian, GridPoint, Level, Oracle, RUNGS, Rung, RungPoint, Transition};

const HALF_EXPONENT: u8 = 1;
const GROWING_NOISE: u8 = 2;

/// The step, or a wrong version of it.
fn step<S: Scalar>(wrong: u8, z: &Form<S>, rung: &Rung<S>, oracle: &Oracle<S>) -> Form<S> {
    let (right, h) = (exponential_step(z, rung, oracle), rung.log_step());
    match wrong {
        HALF_EXPONENT => {
            let data = z.through(&oracle.denoised(&rung.noisy));
            right.plus(&data.scale(rung.clean.alpha * ((-h * 2).exp() - (-h).exp())))
        }
        GROWING_NOISE => {
            let mut step = right;
            step.draws.pop();
            step.drawn(rung.clean.sigma * (h * 2).exp_m1().sqrt())
        }
        _ => right,
    }
}

fn compared<'p, S: Scalar>(name: &str, left: &Transition<S>, right: &Transition<S>) -> [Relation<'p, S>; 3] {
    [
        Relation::equal(format!("{name}, factor"), left.factor, right.factor),
        Relation::equal(format!("{name}, offset"), left.offset, right.offset),
        Relation::equal(format!("{name}, variance"), left.variance, right.variance),
    ]
}

/// One step between any two levels.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = RungPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        RUNGS
    }

    fn relations<'p, S: Scalar>(&self, p: &'p RungPoint<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle, start) = (p.rung(), p.oracle(), Form::initial());
        let integrator = step(self.0, &start, &rung, &oracle).transition();
        let ancestral = ancestral_step(&start, &rung, &oracle, reverse_std(&rung, Spread::Posterior)).transition();
        let one = S::one();
        let ddim = ddim_step(&start, &rung, &oracle, ddim_direction(&rung, one), ddim_std(&rung, one)).transition();
        let gamma = |level: &Level<S>| (level.sigma.square() / level.alpha.square()).ln();
        let of_vdm = -rung.clean.sigma.square() * (gamma(&rung.clean) - gamma(&rung.noisy)).exp_m1();
        // Nothing is left of the state and of the noise at σ_b = 0.
        let end = Rung::above(Level { alpha: p.alpha, sigma: S::zero() }, p.factor, p.beta);
        let last = ancestral_step(&start, &end, &oracle, S::zero()).transition();
        let data = denoise(&start, &end.noisy, &oracle).scale(p.alpha).transition();
        let mut relations = Vec::from(compared("ancestral sampling", &integrator, &ancestral));
        relations.extend(compared("DDIM", &integrator, &ddim));
        relations.extend(compared("last step", &last, &data));
        relations.push(Relation::equal("variance of VDM", integrator.variance, of_vdm));
        relations
    }
}

/// What the chain returns given its start.
fn integrator<S: Scalar>(wrong: u8, p: &GridPoint<S>) -> Transition<S> {
    law(&p.grid.descent(), &p.oracle, |z, rung| step(wrong, z, rung, &p.oracle))
}

/// Whole chains.
struct Chain(u8);

const POINT: &str = "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=7";

impl Statement for Chain {
    type Params<S: Scalar> = GridPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=20",
            "s=9 mu=-0.7 lambda_start=-4.137 lambda_end=1.119 N=50",
            "s=0.000001 mu=0.7 lambda_start=-1.137 lambda_end=7.119 N=2",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GridPoint<S>) -> Vec<Relation<'p, S>> {
        let descent = p.grid.descent();
        let integrator = integrator(self.0, p);
        let mut relations =
            Vec::from(compared("ancestral sampling", &integrator, &ancestral(&descent, &p.oracle, Spread::Posterior)));
        relations.extend(compared("DDIM", &integrator, &ddim(&descent, &p.oracle, S::one())));
        relations
    }
}

struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let (exact, p): (GridPoint<Ball>, GridPoint<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let of_data = exact.grid.levels()[0].law(&exact.oracle.data);
        let claimed = ancestral(&exact.grid.descent(), &exact.oracle, Spread::Posterior).apply(&of_data);
        let drawn = integrator(wrong, &exact).apply(&of_data);
        let steps = steps(&p.grid.descent(), &p.oracle, |z, rung| step(wrong, z, rung, &p.oracle)).collect();
        let start = Gaussian::new(of_data.mean, of_data.variance).map(|moment| Float(moment.to_f64()));
        Ok(ChainSamples { point: POINT, start, steps, claimed, drawn }.plan())
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sde-exponential-integrator",
    aliases: &[],
    title: "SDE-DPM-Solver++(1), DDIM(1), DDPM and VDM ancestral sampling are the same step",
    expect: Expect::True,
    text: include_str!("sde_exponential_integrator.rs"),
    sources: &["lu2022pp", "song2021ddim", "ho2020", "kingma2021"],
    readings: &[Readings::of("step", &Step(0)), Readings::certified("chain", &Chain(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "half-exponent",
            story: "1 − e^{−h} for 1 − e^{−2h}: the weight of the deterministic solver",
            readings: Readings::of("step", &Step(HALF_EXPONENT)),
        },
        Control {
            id: "half-exponent-in-a-chain",
            story: "the same in a whole chain",
            readings: Readings::certified("chain", &Chain(HALF_EXPONENT)).and_sampled(&Draws(HALF_EXPONENT)),
        },
        Control {
            id: "growing-noise",
            story: "noise √(e^{2h} − 1) σ_b, that of the solver with the predicted noise, for √(1 − e^{−2h}) σ_b",
            readings: Readings::of("step", &Step(GROWING_NOISE)),
        },
        Control {
            id: "growing-noise-in-a-chain",
            story: "the same in a whole chain",
            readings: Readings::certified("chain", &Chain(GROWING_NOISE)).and_sampled(&Draws(GROWING_NOISE)),
        },
    ],
    quantities: &[],
};
