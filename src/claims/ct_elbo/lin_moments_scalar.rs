//! Mean and variance of every scalar linear SDE: a closed form for each schedule in use, variation of constants for the rest.
//!
//! For $dY = (\alpha Y + c)\,dt + \sqrt G\,dB$ with $\varphi_t = e^{\int_0^t\alpha}$, whatever the coefficients:
//!
//! $$ \dot m = \alpha m + c, \qquad \dot v = 2\alpha v + G, \qquad m_t = \varphi_t\left(m_0 + \int_0^t \frac{c}{\varphi}\right), \qquad
//! v_t = \varphi_t^2\left(v_0 + \int_0^t \frac{G}{\varphi^2}\right) $$
//!
//! and the schedules have $w_t = \mathrm{Var}(Y_t \mid Y_0)$ in closed form, with $\Lambda_t = \int_0^t\beta$,
//! $\theta_t = \frac\pi2\frac{t/T+s}{1+s}$ and $\sigma_t = \sigma_-(\sigma_+/\sigma_-)^{t/T}$:
//!
//! $$ w^{\mathrm{VP}} = 1 - e^{-\Lambda}, \quad w^{\mathrm{cosine}} = \frac{\sin(\theta_t-\theta_0)\sin(\theta_t+\theta_0)}{\cos^2\theta_0}, \quad
//! w^{\mathrm{sub\text{-}VP}} = (1 - e^{-\Lambda})^2, \quad w^{\mathrm{VE}} = \sigma_t^2 - \sigma_-^2 $$
//!
//! Assumptions: $\alpha$, $c$, $G \ge 0$ integrable in time. If it failed, the perturbation kernel that a model is trained on
//! would not be the law of the SDE that it is sampled with: every loss, likelihood and sampler downstream would be wrong.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{LinearPath, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Scalar};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point, describe};
use crate::worlds::{Affine, AffineInTime, Clock, Gaussian, Process, Schedule};

const HALVED: u8 = 1;
const SUB_VP: u8 = 2;
const VE: u8 = 3;

const SUB_VP_POINT: &str = "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1";
const VE_POINT: &str = "process=ve-geometric smin=0.1 smax=3.17 T=0.9";

parameters! {
    /// A noising process.
    Noising { process: process "the noising process" }
}

/// The noise of the process, or what a wrong version believes it to be.
fn noise<S: Scalar>(wrong: u8, process: &Process<S>, clock: &Clock<S>) -> S {
    match process.schedule() {
        // β (1 − e^{−Λ}), where β = −2α and e^{−Λ} = φ².
        Schedule::SubVpLinear { .. } if wrong == SUB_VP => -clock.alpha * 2 * (S::one() - clock.phi.square()),
        _ => clock.noise,
    }
}

/// The conditional variance of the process, or what a wrong version believes it to be.
fn conditional<S: Scalar>(wrong: u8, process: &Process<S>, t: S) -> Dual<S> {
    let w = process.moving(t).w;
    match process.schedule() {
        Schedule::VeGeometric { smin, .. } if wrong == VE => w + Dual::constant(smin.square()),
        _ => w,
    }
}

/// The schedules obey the rules by which every other claim knows them.
struct Schedules(u8);

impl Statement for Schedules {
    type Params<S: Scalar> = Noising<S>;

    fn explicit(&self) -> bool {
        true
    }

    // A wrong version is about one schedule.
    fn points(&self) -> &'static [&'static str] {
        match self.0 {
            SUB_VP => &[SUB_VP_POINT],
            VE => &[VE_POINT],
            _ => &[
                "process=vp-linear b0=0.1 b1=3.137 T=1.3",
                SUB_VP_POINT,
                "process=vp-cosine s=0.008 T=1.2 tend=0.97",
                VE_POINT,
            ],
        }
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noising<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let process = &p.process;
        let range = (S::zero(), process.horizon());
        let start = process.at(S::zero());
        let rate = move |t| {
            let clock = process.at(t);
            clock.alpha * clock.w * 2 + noise(wrong, process, &clock)
        };
        vec![
            Relation::equal("all signal at time 0", start.phi, S::one()),
            Relation::rate(
                "signal",
                range,
                move |t| process.moving(t).phi,
                move |t| process.at(t).alpha * process.at(t).phi,
            ),
            Relation::equal("no noise at time 0", conditional(wrong, process, S::zero()).re, S::zero()),
            Relation::rate("conditional variance", range, move |t| conditional(wrong, process, t), rate),
        ]
    }
}

parameters! {
    /// Data under a noising process.
    Noised {
        process: process "the noising process",
        v0: positive "data variance v_0",
    }
}

/// Variance at the end: what is left of the data's, and of the noise of every time.
struct Decayed(u8);

impl Statement for Decayed {
    type Params<S: Scalar> = Noised<S>;

    // On VE nothing decays, and a wrong rate of decay would hide.
    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513",
            "process=vp-cosine s=0.008 T=1.2 tend=0.97 v0=1.8117",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        let power = if self.0 == HALVED { 1 } else { 2 };
        let (process, end) = (&p.process, p.process.end().phi);
        // At T the state is v_T, at 0 it is φ_T² v₀.
        vec![Relation::rate(
            "variance at the end",
            (S::zero(), process.horizon()),
            move |t| {
                let clock = process.moving(t);
                clock.variance(Dual::constant(p.v0)) * (Dual::constant(end) / clock.phi).powi(power)
            },
            move |t| {
                let clock = process.at(t);
                clock.noise * (end / clock.phi).powi(power)
            },
        )]
    }
}

/// The end of a sub-VP process, from its drift and diffusion alone, has the moments of the closed form.
struct SubVpEnds(u8);

impl Trial for SubVpEnds {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let p: Noising<Float> = at_point(SUB_VP_POINT)?;
        let (start, end) = (Gaussian::new(Float(0.7131), Float(0.3137)), p.process.end());
        let claimed = Gaussian::new(end.mean(start.mean), end.variance(start.variance));
        let path = LinearPath::new(
            |t| {
                let clock = p.process.at(t);
                (Affine { slope: clock.alpha, offset: clock.offset }, noise(wrong, &p.process, &clock))
            },
            0.0,
            p.process.horizon().0,
            8,
        );
        Ok(plan_of(SUB_VP_POINT, path, start, claimed))
    }
}

/// A plan to draw the end of a path and compare its mean and variance with a claimed law.
fn plan_of(point: &'static str, path: LinearPath, start: Gaussian<Float>, claimed: Gaussian<Float>) -> Plan {
    let drawn = path.whole().apply(&start);
    let (mean, variance) = (claimed.mean.0, claimed.variance.0);
    Plan {
        point,
        statistics: vec![Statistic::mean("mean", mean, variance), Statistic::variance("variance", mean, variance)],
        drawn: Some(vec![(drawn.mean.0, drawn.variance.0); 2]),
        sampler: sampler(move |noise, out| {
            let start = noise.gaussian(&start);
            out.fill(path.walk(start, noise));
        }),
    }
}

parameters! {
    /// A linear SDE with its start.
    Start {
        sde: linear_sde "the linear SDE",
        T: positive "the end",
        m0: real "mean at t = 0",
        v0: positive "variance at t = 0",
    }
}

/// Variation of constants solves the moment equations, whatever the coefficients.
struct VariationOfConstants(u8);

impl Statement for VariationOfConstants {
    type Params<S: Scalar> = Start<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "k=0.8137 g0=0.3171 g1=0.5213 h0=-0.713 h1=0.4119 T=1.3 m0=0.3711 v0=0.3137",
            "k=-0.6137 g0=1.3171 g1=-0.9213 h0=0.513 h1=-0.2119 T=1.9 m0=-0.8113 v0=1.7137",
            "k=0 g0=0.7171 g1=0.2213 h0=0.2131 h1=0.6119 T=0.7 m0=1.1713 v0=0.5137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Start<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (S::zero(), p.T);
        let factor = if wrong == HALVED { 1 } else { 2 };
        vec![
            Relation::rate(
                "mean",
                range,
                |t| p.sde.moving(t).mean(Dual::constant(p.m0)),
                |t| p.sde.at(t).mean_rate(p.sde.at(t).mean(p.m0)),
            ),
            Relation::rate(
                "variance",
                range,
                |t| p.sde.moving(t).variance(Dual::constant(p.v0)),
                move |t| {
                    let clock = p.sde.at(t);
                    clock.alpha * clock.variance(p.v0) * factor + clock.noise
                },
            ),
        ]
    }
}

parameters! {
    /// An SDE with affine coefficients, its start and its end.
    Affinely {
        sde: of(AffineInTime) "the coefficients",
        t: positive "the end",
        m0: real "mean at t = 0",
        v0: positive "variance at t = 0",
    }
}

/// The end of an SDE with affine coefficients, from the coefficients alone, has the enclosed moments.
struct AffineEnds(u8);

impl Trial for AffineEnds {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        const POINT: &str = "k0=0.731 k1=-0.4127 g0=0.611 g1=0.377 h0=-0.299 h1=1.113 t=1.7321 m0=0.4771 v0=0.2187";
        let Affinely { sde, t, m0, v0 } = at_point::<Ball, Affinely<Ball>>(POINT)?;
        // v' = αv + G is the variance of an SDE that reverts half as fast.
        let believed = if wrong == HALVED { AffineInTime { k0: sde.k0 / 2, k1: sde.k1 / 2, ..sde } } else { sde };
        let claimed = Gaussian::new(sde.mean(t, m0, 15), believed.variance(t, v0, 15));

        let p: Affinely<Float> = at_point(POINT)?;
        let path = LinearPath::new(|s| (p.sde.drift(s), p.sde.noise(s)), 0.0, p.t.0, 8);
        Ok(plan_of(POINT, path, Gaussian::new(p.m0, p.v0), claimed.map(|moment| Float(moment.to_f64()))))
    }
}

/// The moments at a time of a process, or of an SDE with affine coefficients.
struct Moment<S, const OF: u8> {
    sde: Law<S>,
    t: S,
    m0: S,
    v0: S,
}

enum Law<S> {
    Process(Process<S>),
    AffineInTime(AffineInTime<S>),
}

const MEAN: u8 = 0;
const VARIANCE: u8 = 1;

impl<S: Scalar, const OF: u8> Parameters<S> for Moment<S, OF> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        const KINDS: &[&str] = &["vp-linear", "sub-vp-linear", "vp-cosine", "ve-geometric", "affine-in-time"];
        let kind = source.choice("process", KINDS, true, "the process")?;
        let sde = match kind {
            "affine-in-time" => Law::AffineInTime(AffineInTime::read_for(source, OF == MEAN, OF == VARIANCE)?),
            _ => Law::Process(Process::read_kind(kind, source)?),
        };
        let t = read_time(source, kind)?;
        let mut start = |name, domain, needed, meaning| match needed {
            true => source.real(name, domain, meaning),
            false => Ok(source.optional(name, domain, "without effect")?.unwrap_or(S::zero())),
        };
        let m0 = start("m0", Domain::Real, OF == MEAN, "mean at t = 0")?;
        let v0 = start("v0", Domain::NonNegative, OF == VARIANCE, "variance at t = 0")?;
        Ok(Self { sde, t, m0, v0 })
    }
}

/// The time asked for: not beyond the end of a process, and before the singular end of the cosine schedule.
fn read_time<S: Scalar>(source: &mut dyn Source<S>, kind: &str) -> Result<S, InputError> {
    let t = source.real("t", Domain::NonNegative, "the time")?;
    source.ordered("t", "T", kind == "vp-cosine")?;
    source.ordered("t", "tend", false)?;
    Ok(t)
}

/// Encloses a moment; the number of digits drives the quadrature.
fn enclose<const OF: u8>(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let Moment { sde, t, m0, v0 }: Moment<Ball, OF> = ExactReader::new(inputs, ignored).read()?;
    Ok(match sde {
        Law::Process(process) if OF == MEAN => process.at(t).mean(m0),
        Law::Process(process) => process.at(t).variance(v0),
        Law::AffineInTime(sde) if OF == MEAN => sde.mean(t, m0, digits),
        Law::AffineInTime(sde) => sde.variance(t, v0, digits),
    })
}

const fn moment<const OF: u8>(id: &'static str, about: &'static str) -> Quantity {
    Quantity { id, about, ignores: &[], fields: describe::<Moment<Float, OF>>, enclose: enclose::<OF>, double: None }
}

/// A noising process at a time.
struct AtTime<S> {
    process: Process<S>,
    t: S,
}

impl<S: Scalar> Parameters<S> for AtTime<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let kind = source.choice("process", Process::<S>::KINDS, true, "the noising process")?;
        Ok(Self { process: Process::read_kind(kind, source)?, t: read_time(source, kind)? })
    }
}

/// `w_t`.
struct ConditionalVariance;

impl Formula for ConditionalVariance {
    type Params<S: Scalar> = AtTime<S>;
    fn value<S: Scalar>(p: &AtTime<S>) -> S {
        p.process.at(p.t).w
    }
}

const EVERY: &str = "every linear SDE";
const DECAYED: &str = "data under a process";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "lin-moments-scalar",
    aliases: &[],
    title: "Mean and variance of every scalar linear SDE, in closed form for the schedules in use",
    expect: Expect::True,
    text: include_str!("lin_moments_scalar.rs"),
    sources: &["song2021sde"],
    readings: &[
        Readings::of("schedules", &Schedules(0)).and_sampled(&SubVpEnds(0)),
        Readings::of(DECAYED, &Decayed(0)),
        Readings::of(EVERY, &VariationOfConstants(0)).and_sampled(&AffineEnds(0)),
    ],
    controls: &[
        Control {
            id: "halved-drift",
            story: "v' = αv + G for 2αv + G: the drift acts on the variance as on the mean",
            readings: Readings::of(EVERY, &VariationOfConstants(HALVED)).and_sampled(&AffineEnds(HALVED)),
        },
        Control {
            id: "halved-decay",
            story: "φ where φ² belongs, which solves v' = αv + G: variance fades as slowly as the mean",
            readings: Readings::of(DECAYED, &Decayed(HALVED)),
        },
        Control {
            id: "sub-vp-noise",
            story: "sub-VP with G = β(1 − e^{−Λ}) for β(1 − e^{−2Λ})",
            readings: Readings::of("schedules", &Schedules(SUB_VP)).and_sampled(&SubVpEnds(SUB_VP)),
        },
        Control {
            id: "ve-variance",
            story: "VE with w = σ_t² for σ_t² − σ₋²: noise at time 0 that the SDE does not have",
            readings: Readings::of("schedules", &Schedules(VE)),
        },
    ],
    quantities: &[
        moment::<VARIANCE>("variance", "v_t, the variance of Y_t"),
        moment::<MEAN>("mean", "m_t, the mean of Y_t"),
        Quantity::of::<ConditionalVariance>("conditional-variance", "w_t, the variance of Y_t given Y_0", &[]),
    ],
};
