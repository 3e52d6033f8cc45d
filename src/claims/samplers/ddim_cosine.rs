//! Deterministic DDIM always loses variance: each step is the exact flow times the cosine of an angle.
//!
//! In $y = z/\alpha = x + n\epsilon$, $w = s + n^2$, the factor of a DDIM step from $n_a$ to $n_b$ on data $N(\mu, s)$ is
//! $\frac{s+n_an_b}{s+n_a^2}$. With $\theta = \arctan(n/\sqrt s)$ it is $\sqrt{w_b/w_a}\cos(\theta_a - \theta_b)$, while the exact probability flow
//! has $\sqrt{w_b/w_a}$. So
//!
//! $$ \frac{\mathrm{Var}_{\mathrm{DDIM}}}{\mathrm{Var}_{\mathrm{exact}}} = \prod_i\cos^2(\theta_{i-1} - \theta_i) \le 1, \qquad
//! 1 - \cos^2(\theta_a-\theta_b) = \frac{s(n_a - n_b)^2}{w_aw_b} $$
//!
//! Two neighbouring steps lose least if their angles are equal, $\cos x\cos y = \cos^2\frac{x+y}2 - \sin^2\frac{x-y}2$, so that the best
//! grid is uniform in $\theta$. To leading order $\ln\cos\Delta\theta = -\frac12\Delta\theta^2$. Assumptions: $s > 0$, the exact network, any levels. If it failed,
//! few steps would not explain the washed-out samples of a deterministic sampler; that the scale of the data sets the angles is why no one grid
//! is best for all data.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Scalar, Taylor};
use crate::objectives::samplers::{Form, ddim, ddim_direction, ddim_step};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{Descent, GridPoint, LambdaGrid, Level, Oracle, Rung, RungPoint};

const UNSCALED: u8 = 1;
const PRESERVED: u8 = 2;
const UNIFORM_LAMBDA: u8 = 3;
const SUM_OF_ANGLES: u8 = 4;

/// `cos(θ_a − θ_b)`: the inner product of the unit vectors along `(√s, n_a)` and `(√s, n_b)`.
fn cosine<S: Scalar>(s: S, [from, to]: [S; 2]) -> S {
    (s + from * to) / ((s + from.square()) * (s + to.square())).sqrt()
}

/// `Π cos²(θ_{i−1} − θ_i)` over these levels.
fn ratio<S: Scalar>(s: S, levels: &[Level<S>]) -> S {
    let cosines = levels.windows(2).map(|pair| cosine(s, [pair[0].ratio(), pair[1].ratio()]));
    cosines.fold(S::one(), |product, cosine| product * cosine.square())
}

/// One step.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = RungPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "alpha=0.8113 sigma=0.5119 factor=0.9137 beta=0.1719 s=0.37 mu=1.3",
            "alpha=1 sigma=3.137 factor=1 beta=7.119 s=9 mu=-0.7119",
            "alpha=0.3137 sigma=0.0119 factor=0.7713 beta=0.4137 s=0.000001 mu=2.3119",
            "alpha=0.8 sigma=0.6 factor=0.6 beta=0.64 s=1 mu=0.7",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p RungPoint<S>) -> Vec<Relation<'p, S>> {
        let (rung, oracle) = (p.rung(), p.oracle());
        let ratios = [rung.noisy.ratio(), rung.clean.ratio()];
        let step = ddim_step(&Form::initial(), &rung, &oracle, ddim_direction(&rung, S::zero()), S::zero());
        let in_y = step.start * rung.noisy.alpha / rung.clean.alpha;
        let believed = if self.0 == UNSCALED { S::one() } else { p.s };
        let cosine = if self.0 == PRESERVED { S::one() } else { cosine(believed, ratios) };
        let spread = ratios.map(|n| NonNegative::declared(p.s + n.square()));
        let lost = NonNegative::declared(p.s).times(NonNegative::square(ratios[0] - ratios[1]));
        vec![
            Relation::equal("factor", in_y, (p.s + ratios[0] * ratios[1]) / spread[0].value()),
            Relation::equal("share of the flow", step.start, oracle.flow(&rung.noisy, &rung.clean).slope * cosine),
            Relation::at_most("loss", cosine.square(), S::one(), lost.over(spread[0]).over(spread[1])),
        ]
    }
}

parameters! {
    /// A step between two angles.
    AnglePoint {
        s: positive "data variance",
        middle: real "half the sum of the angles",
        half: real "half their difference",
    }
}

/// The same by angles.
struct Angles(u8);

impl Statement for Angles {
    type Params<S: Scalar> = AnglePoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 middle=0.8137 half=0.3119", "s=9 middle=0.5113 half=0.4719"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnglePoint<S>) -> Vec<Relation<'p, S>> {
        let [noisy, clean] = [p.middle + p.half, p.middle - p.half].map(|theta| {
            let (sin, cos) = theta.sin_cos();
            // At the scale cos θ of the state no root of cos² has to be taken.
            Level { alpha: cos, sigma: p.s.sqrt() * sin }
        });
        let (rung, oracle) = (Rung::between(noisy, clean), Oracle::new(S::zero(), p.s));
        let data = oracle.denoised(&noisy).scale(clean.alpha);
        let step = data.plus(&oracle.noise(&noisy).scale(clean.sigma));
        let flow = oracle.flow(&rung.noisy, &rung.clean).slope;
        let angle = if self.0 == SUM_OF_ANGLES { p.middle * 2 } else { p.half * 2 };
        let cosines = (p.middle + p.half).sin_cos().1 * (p.middle - p.half).sin_cos().1;
        let series = Taylor::<S, 3>::variable(S::zero()).sin_cos().1.ln();
        vec![
            Relation::equal("share of the flow by angles", step.slope, flow * angle.sin_cos().1),
            Relation::at_most(
                "equal angles are best",
                cosines,
                p.middle.sin_cos().1.square(),
                NonNegative::square(p.half.sin_cos().0),
            ),
            Relation::equal("leading loss", series.coefficient(2), -S::ratio(1, 2)),
        ]
    }
}

/// Whole grids.
struct Grid(u8);

impl Statement for Grid {
    type Params<S: Scalar> = GridPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=1",
            "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=12",
            "s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=50",
            "s=1 mu=0.3 lambda_start=-3.137 lambda_end=2.119 N=7",
            "s=0.000001 mu=2.1 lambda_start=1.137 lambda_end=9.7 N=2",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GridPoint<S>) -> Vec<Relation<'p, S>> {
        let (levels, oracle) = (p.grid.levels(), p.oracle);
        let chain = ddim(&Descent::new(&levels), &oracle, S::zero());
        let flow = oracle.flow(&levels[0], &levels[levels.len() - 1]);
        let claimed = match self.0 {
            UNSCALED => ratio(S::one(), &levels),
            PRESERVED => S::one(),
            _ => ratio(oracle.data.variance, &levels),
        };
        vec![Relation::equal("variance ratio", (chain.factor / flow.slope).square(), claimed)]
    }
}

/// Of two steps between the same ends, the one over equal angles keeps more variance than the one over equal log-SNR.
struct BestGrid(u8);

impl Statement for BestGrid {
    type Params<S: Scalar> = GridPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.37 mu=1.3 lambda_start=-2.1 lambda_end=3.4 N=2", "s=9 mu=-0.7 lambda_start=-4.137 lambda_end=0.7119 N=2"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GridPoint<S>) -> Vec<Relation<'p, S>> {
        let (s, in_lambda) = (p.oracle.data.variance, p.grid.levels());
        let [from, to] = [&in_lambda[0], &in_lambda[in_lambda.len() - 1]].map(Level::ratio);
        // tan((θ_a + θ_b)/2) in units of √s, from the sum of the unit vectors.
        let [near, far] = [to, from].map(|n| (s + n.square()).sqrt().recip());
        let middle = Level::exploding((from * far + to * near) / (far + near));
        let in_angle = [Level::exploding(from), middle, Level::exploding(to)];
        let [lambda, angle] = [ratio(s, &in_lambda), ratio(s, &in_angle)];
        let whole = cosine(s, [from, to]);
        let [lower, upper] = if self.0 == UNIFORM_LAMBDA { [angle, lambda] } else { [lambda, angle] };
        vec![
            // cos⁴(Δ/2) = ((1 + cos Δ)/2)².
            Relation::equal("uniform angles", angle, ((whole + 1) / 2).square()),
            Relation::below("better than a uniform log-SNR", lower, upper),
        ]
    }
}

/// A grid, the data variance, and the name of the solver, of which there is one.
struct RatioPoint<S> {
    s: S,
    grid: LambdaGrid<S>,
}

impl<S: Scalar> Parameters<S> for RatioPoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        source.choice("solver", &["ddim"], true, "the solver")?;
        Ok(Self { s, grid: LambdaGrid::read(source)? })
    }
}

/// `(A_N/A_ex)²`.
struct VarianceRatio;

impl Formula for VarianceRatio {
    type Params<S: Scalar> = RatioPoint<S>;
    fn value<S: Scalar>(p: &RatioPoint<S>) -> S {
        ratio(p.s, &p.grid.levels())
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ddim-cosine",
    aliases: &[],
    title: "Deterministic DDIM is the exact flow times cosines: it always loses variance",
    expect: Expect::True,
    text: include_str!("ddim_cosine.rs"),
    sources: &["song2021ddim"],
    readings: &[
        Readings::of("step", &Step(0)),
        Readings::of("angles", &Angles(0)),
        Readings::certified("grid", &Grid(0)),
        Readings::certified("best grid", &BestGrid(0)),
    ],
    controls: &[
        Control {
            id: "angle-without-the-data",
            story: "the angle of σ/α, not in units of the data's standard deviation √s",
            readings: Readings::of("step", &Step(UNSCALED)),
        },
        Control {
            id: "angle-without-the-data-on-a-grid",
            story: "the same over a whole grid",
            readings: Readings::certified("grid", &Grid(UNSCALED)),
        },
        Control {
            id: "a-deterministic-sampler-preserves-variance",
            story: "the flow preserves it (at s = 1 on a VP process it is the identity), so DDIM should",
            readings: Readings::of("step", &Step(PRESERVED)),
        },
        Control {
            id: "preserved-on-a-grid",
            story: "the same over a whole grid",
            readings: Readings::certified("grid", &Grid(PRESERVED)),
        },
        Control {
            id: "sum-of-the-angles",
            story: "the cosine of the sum of the angles",
            readings: Readings::of("angles", &Angles(SUM_OF_ANGLES)),
        },
        Control {
            id: "uniform-log-snr-is-best",
            story: "the uniform grid of DPM-Solver taken for the best of DDIM",
            readings: Readings::certified("best grid", &BestGrid(UNIFORM_LAMBDA)),
        },
    ],
    quantities: &[Quantity::of::<VarianceRatio>(
        "variance-ratio",
        "variance of DDIM(0) over that of the exact flow from the same start: (A_N/A_ex)^2",
        &[("mu", Domain::Real)],
    )],
};
