//! The Matérn-3/2 process is the first entry of a Markov state, and is smoothed in one pass each way.
//!
//! With $k(\tau) = s(1 + \kappa\tau)e^{-\kappa\tau}$, $\kappa = \sqrt3/\ell$, the state $(x, \dot x)$ moves over a gap by $N(Az, Q)$,
//!
//! $$ A = e^{F\Delta} = e^{-\kappa\Delta}\begin{pmatrix}1+\kappa\Delta&\Delta\\-\kappa^2\Delta&1-\kappa\Delta\end{pmatrix}, \qquad
//! F = \begin{pmatrix}0&1\\-\kappa^2&-2\kappa\end{pmatrix}, \qquad Q = P_\infty - AP_\infty A^\top $$
//!
//! $P_\infty = \mathrm{diag}(s, \kappa^2s)$ solves $FP_\infty + P_\infty F^\top + \mathrm{diag}(0, 4\kappa^3s) = 0$, and $(AP_\infty)_{00} = k(\Delta)$. Over a short gap
//! $Q_{00} \approx \frac43\kappa^3s\Delta^3$: as a difference of ones it is lost at $\Delta = 10^{-6}$ already, so that it is computed as
//!
//! $$ Q_{00} = \frac{s\,g}{1 + z + z^2/2 + g}, \qquad g = z^3\varphi_3(z), \quad z = 2\kappa\Delta $$
//!
//! Filter, smoother and likelihood are those of `kalman-rts` with this state, and equal the dense conditional law.
//!
//! Assumptions: $s, \kappa > 0$, mean 0, $R \ge 0$. The process is *not* Markov by itself: the nearest observations are not enough, also
//! without noise. The equality with the dense matrix is proved for two times, and enclosed for six and for 200. If it failed,
//! smooth series would be imputed with another smoothness than was asked for. Nothing is sampled here: `kalman-rts` samples the same passes.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Dual, Scalar, Vector};
use crate::parameters;
use crate::parameters::{InputError, Parameters, at_point};
use crate::worlds::timeseries::{Irregular, Matern, Observed, ObservedAt, Series, StateSpace};

const NEAREST: u8 = 1;
const INVERSE_LENGTH: u8 = 2;
const EULER: u8 = 3;
const NO_SPEED_FRICTION: u8 = 4;

parameters! {
    /// A process and a gap.
    Gap {
        s: positive "variance of the process",
        ell: positive "lengthscale",
        tau: positive "the gap",
    }
}

/// The state over one gap.
struct Step(u8);

impl Statement for Step {
    type Params<S: Scalar> = Gap<S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=1.2 ell=1.137 tau=0.63", "s=0.37 ell=0.719 tau=1e-9", "s=2.3 ell=3.1 tau=17.9"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Gap<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let process = Matern::of_lengthscale(p.s, p.ell);
        let believed = match wrong {
            INVERSE_LENGTH => Matern { s: p.s, kappa: p.ell.recip() },
            _ => process,
        };
        let mut drift = process.drift();
        if wrong == NO_SPEED_FRICTION {
            drift[(1, 1)] = -process.kappa;
        }
        let (factor, stationary) = (believed.factor(p.tau), believed.stationary());
        let noise = match wrong {
            EULER => process.noise().scale(p.tau),
            _ => process.transition(p.tau).covariance,
        };
        let forgotten = &process.factor(p.tau) * &process.stationary();
        let left_over = &process.stationary() - &(&forgotten * &process.factor(p.tau).transpose());
        let half = &drift * &process.stationary();
        let balance = &(&half + &half.transpose()) + &process.noise();
        let start = process.factor(S::zero());
        let mut relations = vec![
            // What any pair of times has in common, without a state.
            Relation::equal("kernel", (&factor * &stationary)[(0, 0)], process.kernel(p.tau)),
            Relation::equal("variance", stationary[(0, 0)], process.kernel(S::zero())),
        ];
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let identity = if i == j { S::one() } else { S::zero() };
            let drift = drift.clone();
            relations.extend([
                Relation::equal(format!("no gap {i}{j}"), start[(i, j)], identity),
                Relation::equal(format!("Lyapunov equation {i}{j}"), balance[(i, j)], S::zero()),
                Relation::equal(format!("noise of the step {i}{j}"), noise[(i, j)], left_over[(i, j)]),
                Relation::rate(
                    format!("exponential {i}{j}"),
                    (S::zero(), p.tau),
                    move |t| {
                        let [s, kappa] = [process.s, process.kappa].map(Dual::constant);
                        Matern { s, kappa }.factor(Dual::variable(t))[(i, j)]
                    },
                    move |t| (&drift * &process.factor(t))[(i, j)],
                ),
            ]);
        }
        relations
    }
}

/// The series, or what a wrong version looks at: the nearest observation on either side of the time in question.
fn looked_at<S: Scalar>(wrong: u8, series: &Series<S>, index: usize) -> Series<S> {
    if wrong != NEAREST {
        return series.clone();
    }
    let seen = series.by_time();
    let before = (0..=index).rev().find(|i| seen[*i].is_some());
    let after = (index..seen.len()).find(|i| seen[*i].is_some());
    let mut observed: Vec<usize> = before.into_iter().chain(after).collect();
    observed.dedup();
    let values = observed.iter().filter_map(|i| seen[*i]).collect();
    Series { observed, values: Vector(values), ..series.clone() }
}

/// What the passes and the dense matrix say at a time, and of the whole.
fn compared<S: Scalar>(wrong: u8, p: &Observed<Matern<S>, S>, i: usize) -> Vec<(&'static str, S, S)> {
    let series = looked_at(wrong, &p.series, i);
    let filter = Observed { process: p.process, series }.filter();
    let smoother = filter.smooth();
    let dense = p.dense();
    let (swift, slow) = (smoother.law(i), dense.law(&p.process, i));
    let mut compared = vec![
        ("smoothed mean", swift.mean, slow.mean),
        ("smoothed variance", swift.variance, slow.variance),
        ("distance of what was seen", filter.volume_and_distance().1, dense.volume_and_distance().1),
    ];
    if i + 1 < p.series.size() {
        compared.push(("lag-one covariance", smoother.lag_one(i), dense.covariance(&p.process, i, i + 1)));
    }
    compared
}

/// Two times, for a proof.
struct Pair(u8);

impl Statement for Pair {
    type Params<S: Scalar> = ObservedAt<Matern<S>, S>;

    fn points(&self) -> &'static [&'static str] {
        &["s=1.2 kappa=1.5 times=[0,0.63] observed=[1] values=[0.7] obs_noise_var=0.3 index=0"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Self::Params<S>) -> Vec<Relation<'p, S>> {
        let compared = compared(self.0, &p.observed, p.index).into_iter();
        compared.map(|(name, left, right)| Relation::equal(name, left, right)).collect()
    }
}

/// Encloses the comparison.
fn enclosed<P: Parameters<Ball>>(
    wrong: u8,
    point: &str,
    of: impl Fn(P) -> (Observed<Matern<Ball>, Ball>, Vec<usize>),
) -> Result<Vec<EnclosedRelation>, InputError> {
    let (observed, places) = of(at_point(point)?);
    let compared = places.into_iter().flat_map(|i| compared(wrong, &observed, i));
    Ok(compared.map(|(name, left, right)| EnclosedRelation::equal(name, move |_| left - right)).collect())
}

/// A few times, without noise and with, one gap of a billionth.
struct Few(u8);

impl Enclosed for Few {
    fn points(&self) -> &'static [&'static str] {
        &[
            "s=1.2 kappa=1.5 times=[0,0.37,1.1,1.9,2.6,3.7] observed=[0,1,4,5] values=[0.3,0.9,-1.1,-0.2] obs_noise_var=0 index=2",
            "s=0.7 kappa=0.3 times=[0,0.37,1.1,1.100000001,2.6,3.7] observed=[0,1,3,5] values=[0.3,0.9,-1.1,-0.2] \
             obs_noise_var=0.19 index=2",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        enclosed(self.0, point, |p: ObservedAt<Matern<Ball>, Ball>| (p.observed, vec![p.index]))
    }
}

/// Two hundred times, of which 65 are seen.
struct Long(u8);

impl Enclosed for Long {
    fn points(&self) -> &'static [&'static str] {
        &["s=1.2 kappa=1.5 n=200 obs_noise_var=0.01"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        enclosed(self.0, point, |p: Irregular<Matern<Ball>, Ball>| (p.0, vec![5, 60, 118]))
    }
}

/// Smoothed mean.
struct Mean;

impl Formula for Mean {
    type Params<S: Scalar> = ObservedAt<Matern<S>, S>;
    fn value<S: Scalar>(p: &Self::Params<S>) -> S {
        p.law().mean
    }
}

/// Smoothed variance.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = ObservedAt<Matern<S>, S>;
    fn value<S: Scalar>(p: &Self::Params<S>) -> S {
        p.law().variance
    }
}

const STEP: &str = "over a gap";
const FEW: &str = "six times";
const LONG: &str = "200 times";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "matern-state-space",
    aliases: &[],
    title: "The Matérn-3/2 process is the first entry of a Markov state, and not Markov by itself",
    expect: Expect::True,
    text: include_str!("matern_state_space.rs"),
    sources: &["hartikainen2010", "rauch1965"],
    readings: &[
        Readings::of(STEP, &Step(0)),
        Readings::of("", &Pair(0)),
        Readings::certified(FEW, &ByEnclosure(Few(0))),
        Readings::certified(LONG, &ByEnclosure(Long(0))),
    ],
    controls: &[
        Control {
            id: "inverse-lengthscale",
            story: "κ = 1/ℓ without √3, the Matérn process of another lengthscale",
            readings: Readings::of(STEP, &Step(INVERSE_LENGTH)),
        },
        Control {
            id: "noise-by-euler",
            story: "Q = diag(0, 4κ³sΔ), the noise of one Euler step",
            readings: Readings::of(STEP, &Step(EULER)),
        },
        Control {
            id: "half-the-friction",
            story: "−κ for −2κ in the drift: no critical damping, no double root",
            readings: Readings::of(STEP, &Step(NO_SPEED_FRICTION)),
        },
        Control {
            id: "nearest-neighbours",
            story: "the nearest observation on either side alone, as for an Ornstein–Uhlenbeck process",
            readings: Readings::certified(FEW, &ByEnclosure(Few(NEAREST))),
        },
        Control {
            id: "nearest-neighbours-of-200",
            story: "the same for the long series",
            readings: Readings::certified(LONG, &ByEnclosure(Long(NEAREST))),
        },
    ],
    quantities: &[
        Quantity::of::<Mean>("mean", "smoothed mean of the process at a time, in units of the data", &[]),
        Quantity::of::<Variance>(
            "variance",
            "smoothed variance of the process at a time, in squared units of the data",
            &[],
        ),
    ],
};
