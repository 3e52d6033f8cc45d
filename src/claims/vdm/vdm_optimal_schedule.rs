//! The best schedule spends equal time on equal information, and in several dimensions there are three best schedules.
//!
//! In one dimension the information $\frac12\ln(1+\rho s)$ falls linearly on the best one, so that $1 + \rho s$ is geometric in $t$:
//!
//! $$ t = \frac{1}{\ln R}\ln\frac{1+\rho_0s}{1+\rho s}, \quad R = \frac{1+\rho_0s}{1+\rho_1s}, \qquad
//! L_T - L_\infty \ge \tfrac T2\Big[R^{1/T} - 1 - \tfrac1T\ln R\Big] \ge \frac{L_\infty^2}T $$
//!
//! The first bound holds for every chain of $T$ steps between these ends and is reached by this one. It is proved with its gap: with $y_i = \ln(1+r_i)$ and their
//! mean $\bar y = \frac1T\ln R$ the gap is $\frac12e^{\bar y}\sum_i[e^{d_i} - 1 - d_i]$, $d_i = y_i - \bar y$. The density $f = \frac12\gamma'w$ of the loss is then constant, and a draw of
//! the continuous loss at a random time has the variance $2L_\infty^2$, all of it from $x$ and $\epsilon$.
//!
//! On data with eigenvalues $s_j$, $w_j = \frac{\rho s_j}{1+\rho s_j}$, the best density of times $dt/d\gamma$ is proportional to
//!
//! * (i) $\sum_jw_j$ if the conditional mean of the estimator shall not vary with $t$;
//! * (ii) $\sqrt{\sum_jw_j^2}$ for the least constant $\lim T(L_T - L_\infty)$;
//! * (iii) $\sqrt{(\sum_jw_j)^2 + 2\sum_jw_j^2}$ for the least variance of the estimator in all.
//!
//! For $s = (0.05, 4)$ and $\gamma$ from $-9$ to $5$ these three costs are, under a linear $\gamma$, $25.080, 50.383, 125.846$; under (i)
//! $0, 39.608, 79.217$; under (ii) $0.8314, 39.051, 78.933$; under (iii) $0.2708, 39.152, 78.575$. Only if all eigenvalues are equal do the three agree.
//!
//! Assumptions: Gaussian data, the exact network, fixed ends. Sampling would add nothing: `vdm-estimator-variance` draws the estimator. If it failed, a
//! schedule learnt for one of these costs could be reported as best for another, or a lower loss as a better schedule: no schedule lowers $L_\infty$.

use super::vdm_t_rate::Axes;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Relation, Statement};
use crate::numbers::{Ball, Dual, Field, Scalar, Vector};
use crate::objectives::finite_loss::{information, least_slack, loss, slack, squared_noise_integral};
use crate::objectives::schedule_cost::{Costs, table};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{GammaPoint, GammaSteps, GaussianChannel, NoiseSchedule, SnrStep};

const LINEAR: u8 = 1;
const NO_VARIANCE: u8 = 2;
const ONE_FOR_ALL: u8 = 3;
const LINEAR_FOR_ALL: u8 = 4;
const FEWER_SHARES: u8 = 5;

/// Any chain, by the logarithms `y_i = ln(1 + r_i)`, the noisiest step first.
struct AnyChain<S> {
    channel: GaussianChannel<S>,
    least: S,
    growths: Vector<S>,
}

impl<S: Scalar> Parameters<S> for AnyChain<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let s = source.real("s", Domain::Positive, "data variance")?;
        let least = source.real("snr_min", Domain::Positive, "the signal-to-noise ratio at the noisy end")?;
        let growths = source.positives("y", "ln(1 + r) of each step, twice its information")?;
        Ok(Self { channel: GaussianChannel { s }, least, growths })
    }
}

impl<S: Scalar> AnyChain<S> {
    fn steps(&self) -> Vec<SnrStep<S>> {
        let mut noisy = self.least;
        let steps = self.growths.0.iter().map(|y| {
            let step = SnrStep { noisy, rise: (noisy + self.channel.s.recip()) * y.exp_m1() };
            noisy = step.clean();
            step
        });
        steps.collect()
    }
}

/// No chain wastes less than one of equal shares.
struct Least(u8);

impl Statement for Least {
    type Params<S: Scalar> = AnyChain<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.37 snr_min=0.0137 y=[0.7119,2.3137]",
            "s=9 snr_min=0.00000001 y=[3.137,0.0119,7.719]",
            "s=0.81 snr_min=1.37 y=[1.7]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnyChain<S>) -> Vec<Relation<'p, S>> {
        let (steps, count) = (p.steps(), p.growths.dimension() as u32);
        let total = p.growths.0.iter().fold(S::zero(), |sum, y| sum + *y);
        let mean = total / i64::from(count);
        let paid = loss(&steps, |snr| p.channel.mmse(snr));
        let wasted = paid - total / 2;
        let shares = if self.0 == FEWER_SHARES { count + 1 } else { count };
        let part = |y: &S| NonNegative::divergence((*y - mean).exp_m1());
        let apart = p.growths.0.iter().map(part).fold(NonNegative::square(S::zero()), NonNegative::plus);
        let gap = NonNegative::exp(mean).times(NonNegative::declared(S::ratio(1, 2))).times(apart);
        let ends = steps.first().zip(steps.last());
        let ratio =
            ends.map_or(S::one(), |(first, last)| (last.clean() * p.channel.s + 1) / (first.noisy * p.channel.s + 1));
        vec![
            Relation::equal("ratio of a chain", ratio, total.exp()),
            Relation::at_most("least slack", least_slack(total / 2, shares), wasted, gap),
        ]
    }
}

parameters! {
    /// A chain with a linear or a geometric schedule, and a time.
    AtTime {
        chain: of(GammaSteps) "the chain and the data",
        t: fraction "a time",
    }
}

/// The schedule that reaches it.
struct Geometric(u8);

impl Statement for Geometric {
    type Params<S: Scalar> = AtTime<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 gamma_0=-9 gamma_1=5 T=10 t=0.3137",
            "s=9 gamma_0=-2.3 gamma_1=3.137 T=3 t=0.7119",
            "s=0.37 gamma_0=-18.420680743952367 gamma_1=18.420680743952367 T=100 t=0.5137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtTime<S>) -> Vec<Relation<'p, S>> {
        let GammaSteps { point, steps } = p.chain;
        let (channel, schedule) = (point.channel, NoiseSchedule::geometric(point));
        let carried = information(&channel, &point.line.whole());
        let chain = if self.0 == LINEAR { point.line.steps(steps) } else { schedule.steps(steps) };
        let gamma = schedule.moving(p.t);
        let snr = (-gamma.re).exp();
        let so_far = channel.information((-point.line.start).exp()) - channel.information(snr);
        let least = least_slack(carried, steps);
        vec![
            Relation::equal("slack of the schedule", slack(&channel, &chain), least),
            Relation::equal("density of the loss", gamma.eps * channel.noise_mmse(snr) / 2, carried),
            Relation::equal("time of a ratio", so_far, p.t * carried),
            Relation::below("what it tends to", carried.square() / i64::from(steps), least),
        ]
    }
}

/// In continuous time.
struct Continuous(u8);

impl Statement for Continuous {
    type Params<S: Scalar> = GammaPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=0.7 gamma_0=-9 gamma_1=5", "s=9 gamma_0=-2.3 gamma_1=3.137"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p GammaPoint<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let channel = p.channel;
        let carried = channel.information((-p.line.start).exp()) - channel.information((-p.line.end).exp());
        let range = (S::zero(), S::one());
        let squares = Relation::grows(
            "squares above the square",
            range,
            // ∫ (f − L)² up to t, for a linear γ.
            move |t| {
                let (line, channel) = (p.line.map(Dual::constant), GaussianChannel { s: Dual::constant(channel.s) });
                let (time, carried) = (Dual::variable(t), Dual::constant(carried));
                let snr = line.snr(time);
                let second = line.span() * squared_noise_integral(&channel, snr) / 4;
                second + carried * channel.information(snr) * 2 + carried.square() * time
            },
            move |t| NonNegative::square(p.line.span() * channel.noise_mmse(p.line.snr(t)) / 2 - carried),
        );
        let variance = Relation::rate(
            "variance on the best schedule",
            range,
            move |t| Dual::constant(carried.square() * 2) * Dual::variable(t),
            move |t| {
                let gamma = NoiseSchedule::geometric(*p).moving(t);
                let density = gamma.eps * channel.noise_mmse((-gamma.re).exp()) / 2;
                let draws = if wrong == NO_VARIANCE { S::one() } else { S::int(3) };
                density.square() * draws - carried.square()
            },
        );
        vec![squares, variance]
    }
}

/// The three costs in several dimensions.
struct Anisotropic(u8);

/// The names of the comparisons of a cost: its best density with a linear `γ`, and with the densities (i), (ii), (iii).
const NAMES: [[&str; 4]; 3] = [
    ["time variance, against linear", "", "time variance, (i) against (ii)", "time variance, (i) against (iii)"],
    ["gap, against linear", "gap, (ii) against (i)", "", "gap, (ii) against (iii)"],
    ["variance, against linear", "variance, (iii) against (i)", "variance, (iii) against (ii)", ""],
];

impl Enclosed for Anisotropic {
    fn points(&self) -> &'static [&'static str] {
        &["eigenvalues=[0.05,4] gamma_0=-9 gamma_1=5", "eigenvalues=[0.37,9,0.013] gamma_0=-3.137 gamma_1=4.1"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        fn costs<S: Scalar>(point: &str) -> Result<Costs<S>, InputError> {
            let axes: Axes<S> = at_point(point)?;
            Ok(Costs { channels: axes.channels().collect(), line: axes.line })
        }
        // Enough to tell the nearest costs apart.
        const RADIUS: f64 = 1e-6;
        let wrong = self.0;
        let (balls, panels) = (costs(point)?, costs(point)?);
        let table = table(&balls, &panels, RADIUS);
        let axes: Axes<Ball> = at_point(point)?;
        let squares = |gamma: Ball| axes.sum(|channel| squared_noise_integral(channel, (-gamma).exp()));
        let closed = axes.line.span() * (squares(axes.line.end) - squares(axes.line.start)) / 4;
        let equalities = [
            EnclosedRelation::equal("gap of a linear schedule", move |_| table[1][0] - closed),
            EnclosedRelation::equal("no time variance under (i)", move |_| table[0][1]),
        ];
        let compared = table.into_iter().zip(NAMES).enumerate().flat_map(|(cost, (values, names))| {
            let best = match wrong {
                ONE_FOR_ALL => 1,
                LINEAR_FOR_ALL => 0,
                _ => cost + 1,
            };
            let rivals = values.into_iter().zip(names).enumerate();
            let rivals = rivals.filter(move |(column, (_, name))| !name.is_empty() && *column != best);
            rivals.map(move |(_, (value, name))| EnclosedRelation::at_most(name, move |_| value - values[best]))
        });
        Ok(equalities.into_iter().chain(compared).collect())
    }
}

/// The least slack of a chain between two ends.
struct LeastGap;

impl Formula for LeastGap {
    type Params<S: Scalar> = GammaSteps<S>;
    fn value<S: Scalar>(p: &GammaSteps<S>) -> S {
        least_slack(information(&p.point.channel, &p.point.line.whole()), p.steps)
    }
}

const LEAST: &str = "any chain";
const GEOMETRIC: &str = "geometric schedule";
const CONTINUOUS: &str = "continuous time";
const ANISOTROPIC: &str = "several dimensions";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-optimal-schedule",
    aliases: &[],
    title: "The best schedule spends equal time on equal information, and what is best depends on the cost",
    expect: Expect::True,
    text: include_str!("vdm_optimal_schedule.rs"),
    sources: &["kingma2021"],
    readings: &[
        Readings::of(LEAST, &Least(0)),
        Readings::certified(GEOMETRIC, &Geometric(0)),
        Readings::of(CONTINUOUS, &Continuous(0)),
        Readings::certified(ANISOTROPIC, &ByEnclosure(Anisotropic(0))),
    ],
    controls: &[
        Control {
            id: "one-step-more",
            story: "the least slack of T + 1 steps, for T intervals between T + 1 times",
            readings: Readings::of(LEAST, &Least(FEWER_SHARES)),
        },
        Control {
            id: "linear-is-best",
            story: "equal steps in γ taken for the best ones",
            readings: Readings::certified(GEOMETRIC, &Geometric(LINEAR)),
        },
        Control {
            id: "no-variance-left",
            story: "no variance over times taken for no variance at all",
            readings: Readings::of(CONTINUOUS, &Continuous(NO_VARIANCE)),
        },
        Control {
            id: "one-density-for-all",
            story: "the density under which times do not matter, used for the steps of a chain and for the whole variance",
            readings: Readings::certified(ANISOTROPIC, &ByEnclosure(Anisotropic(ONE_FOR_ALL))),
        },
        Control {
            id: "linear-for-all",
            story: "a linear γ taken to be best in several dimensions, for any cost",
            readings: Readings::certified(ANISOTROPIC, &ByEnclosure(Anisotropic(LINEAR_FOR_ALL))),
        },
    ],
    quantities: &[Quantity::of::<LeastGap>(
        "min-gap-10",
        "the least L_T - L_infinity of any schedule with these ends and T steps (10 is only a name), in nats",
        &[],
    )],
};
