//! The bound becomes exact where the noise vanishes: the continuous normalising flow as a limit.
//!
//! For $dX = \kappa X\,d\tau + \varepsilon\,dB$ from $\pi = N(m_\pi, v_\pi)$ and the control $a = 0$, the inference SDE
//! $dZ = -\kappa Z\,dt + \varepsilon\,dB$ from $x$ is the flow with noise. With $u_t = N(M_t, V_t)$ the law of the model,
//! $y_T = xe^{-\kappa T}$ and $w = \varepsilon^2\frac{1-e^{-2\kappa T}}{2\kappa}$ the gap of the bound is
//!
//! $$ \frac{\varepsilon^2}{2}\int_0^T E\,\frac{(Z_t-M_t)^2}{V_t^2}\,dt = \frac12\left[\frac{w}{v_\pi} - \ln\left(1+\frac{w}{v_\pi}\right)
//! + (y_T-m_\pi)^2\left(\frac1{v_\pi} - \frac1{v_\pi+w}\right)\right] $$
//!
//! and it is of second order in the noise, because it stands between $\varepsilon^2$ times the limit over $1 + w/v_\pi$ and
//! $\varepsilon^2$ times the limit plus $\frac12(w/v_\pi)^2$:
//!
//! $$ \lim_{\varepsilon\to0}\frac{\mathrm{gap}}{\varepsilon^2} = \frac{(y_T-m_\pi)^2\,(1-e^{-2\kappa T})}{4\kappa\,v_\pi^2} $$
//!
//! Assumptions: $\varepsilon, v_\pi > 0$; any real $\kappa$, with the limits at 0. If it failed, the likelihood of a flow would not be
//! the limit of the bounds of its noisy versions, and a small noise added for stability would cost more than its square.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Plan, Quadratic, Relation, Statement, Statistic, TimeIntegral, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{Affine, ConstantSde, ForcedOu, Gaussian};

parameters! {
    /// A linear flow with noise, its prior, and the data point.
    NoisyFlow {
        k: real "rate kappa of the flow",
        eps: positive "amplitude of the noise",
        T: positive "the end of the process",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi",
        x: real "the data point",
    }
}

const NO_HALF: u8 = 1;
const FIRST_ORDER: u8 = 2;
const FORWARDS: u8 = 3;

impl<S: Scalar> NoisyFlow<S> {
    fn map<R>(&self, f: impl Fn(S) -> R) -> NoisyFlow<R> {
        let Self { k, eps, T, mpi, vpi, x } = *self;
        NoisyFlow { k: f(k), eps: f(eps), T: f(T), mpi: f(mpi), vpi: f(vpi), x: f(x) }
    }

    /// The same flow without noise.
    fn without_noise(&self) -> Self {
        Self { eps: S::zero(), ..self.map(|c| c) }
    }

    fn model(&self) -> ConstantSde<S> {
        let Self { k, eps, T, mpi, vpi, x } = *self;
        ConstantSde { k, rho: S::zero(), sig: eps, T, mpi, vpi, x }
    }

    /// `u_t`, the model's law at inference time `t`.
    fn generated(&self, t: S) -> Gaussian<S> {
        self.model().model_after(self.T - t)
    }

    /// `Z_t | Z_0 = x`, with noise of this amplitude.
    fn inference(&self, amplitude: S, t: S) -> Gaussian<S> {
        ForcedOu::constant(-self.k, S::zero(), amplitude).transition(S::zero(), t).from(self.x)
    }

    /// `u = w/v`, the variance of the noise collected until `t` in units of the model's variance there.
    fn excess(&self, wrong: u8, t: S) -> S {
        let amplitude = if wrong == FIRST_ORDER { self.eps.sqrt() } else { self.eps };
        self.inference(amplitude, t).variance / self.generated(t).variance
    }

    /// The squared distance of the end of the flow from the model's mean, in units of the model's variance at `t`.
    fn distance(&self, wrong: u8, t: S) -> S {
        let flow = if wrong == FORWARDS { Self { k: -self.k, ..self.map(|c| c) } } else { self.map(|c| c) };
        let generated = self.generated(t);
        (flow.inference(self.eps, t).mean - generated.mean).square() / generated.variance
    }

    /// The gap collected until `t` from `u − ln(1 + u)`.
    fn gap_from(&self, wrong: u8, divergence: S, t: S) -> S {
        let u = self.excess(wrong, t);
        let twice = divergence + self.distance(wrong, t) * u / (u + 1);
        if wrong == NO_HALF { twice } else { twice / 2 }
    }

    /// The gap collected until `t`.
    fn gap(&self, wrong: u8, t: S) -> S {
        self.gap_from(wrong, NonNegative::divergence(self.excess(wrong, t)).value(), t)
    }

    /// The limit of the gap over `ε²`, collected until `t`: that of half the distance times `u/ε²`.
    fn limit(&self, wrong: u8, t: S) -> S {
        let flow = self.without_noise();
        let half = flow.distance(wrong, t) * flow.inference(S::one(), t).variance / flow.generated(t).variance / 2;
        if wrong == NO_HALF { half * 2 } else { half }
    }
}

const POINT: &str = "k=-0.4137 eps=0.8137 T=0.9119 mpi=0.6113 vpi=0.7137 x=1.2171";

struct Gap(u8);

impl Statement for Gap {
    type Params<S: Scalar> = NoisyFlow<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "k=0.6137 eps=0.0131 T=1.3119 mpi=0.2717 vpi=0.7719 x=0.4713",
            POINT,
            "k=0.0001 eps=1.3137 T=1.7119 mpi=-0.3713 vpi=1.4137 x=0.8119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p NoisyFlow<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (S::zero(), p.T);
        let likelihood = p.generated(S::zero()).log_density(p.x);
        let bound = p.generated(p.T).expected_log_density(&p.inference(p.eps, p.T)) - p.k * p.T;
        // Half of E|∇log u_t|² along inference paths: what the bound pays for the control 0, in units of the noise.
        let half_mismatch = |p: &NoisyFlow<S>, t: S| p.generated(t).score().mean_square(&p.inference(p.eps, t)) / 2;
        let (gap, leading) = (p.gap(wrong, p.T), p.limit(0, p.T) * p.eps.square());
        let (inferred, prior) = (p.inference(p.eps, p.T), p.model().prior());
        let (one, variance) = (NonNegative::declared(S::one()), NonNegative::declared(prior.variance));
        let half = NonNegative::declared(S::ratio(1, 2));
        let u = NonNegative::declared(inferred.variance).over(variance);
        let share = one.over(one.plus(u));
        let small = u.times(u).times(share);
        let distance = NonNegative::square(inferred.mean - prior.mean).over(variance);
        vec![
            Relation::rate(
                "gap",
                range,
                move |t| p.map(Dual::constant).gap(wrong, Dual::variable(t)),
                move |t| half_mismatch(p, t) * p.eps.square(),
            ),
            Relation::rate(
                "gap over the squared noise, in the limit",
                range,
                move |t| p.map(Dual::constant).limit(wrong, Dual::variable(t)),
                move |t| half_mismatch(&p.without_noise(), t),
            ),
            // Between two bounds of which ε² times the limit is the leading term: u is of the order of ε².
            Relation::at_most(
                "limit from below",
                leading * share.value(),
                gap,
                half.times(NonNegative::divergence(u.value())),
            ),
            Relation::at_most(
                "limit from above",
                gap,
                leading + half.times(small).value(),
                half.times(distance.times(small).plus(NonNegative::divergence(-(u.times(share).value())))),
            ),
            Relation::equal("likelihood minus bound", gap, likelihood - bound),
        ]
    }
}

/// Half the squared mismatch, drawn along noisy flows from the data point.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: NoisyFlow<Ball> = at_point(POINT)?;
        let claimed = exact.gap(self.0, exact.T).to_f64();
        let p: NoisyFlow<Float> = at_point(POINT)?;
        let integral = TimeIntegral::new(
            |_| (Affine { slope: -p.k, offset: Float(0.0) }, p.eps.square()),
            |t| Quadratic { constant: Float(0.0), scale: p.eps.square() / 2, affine: p.generated(t).score() },
            p.T.0,
        );
        let start = Gaussian::new(p.x, Float(0.0));
        let variance = integral.moments(&start).1;
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("half the squared mismatch", claimed, variance)],
            drawn: None,
            sampler: sampler(move |noise, out| out[0] = integral.draw(Lanes::splat(start.mean), noise)),
        })
    }
}

/// The gap.
struct WholeGap;

impl Formula for WholeGap {
    type Params<S: Scalar> = NoisyFlow<S>;
    fn value<S: Scalar>(p: &NoisyFlow<S>) -> S {
        p.gap(0, p.T)
    }
}

/// `u − ln(1 + u) = s²φ₂(s)` with `s = ln(1 + u)`: nothing cancels, however small the noise.
fn gap(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: NoisyFlow<Ball> = ExactReader::new(inputs, ignored).read()?;
    let s = p.excess(0, p.T).ln_1p();
    Ok(p.gap_from(0, s.square() * s.phi(2), p.T))
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "cnf-limit",
    aliases: &[],
    title: "Without noise the bound is the likelihood of the flow, and the gap is of second order in the noise",
    expect: Expect::True,
    text: include_str!("cnf_limit.rs"),
    sources: &["huang2021", "chen2018node"],
    readings: &[Readings::of("", &Gap(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "no-half",
            story: "the integral without its ½",
            readings: Readings::of("", &Gap(NO_HALF)).and_sampled(&Draws(NO_HALF)),
        },
        Control {
            id: "first-order",
            story: "ε for ε² in the variance: a gap of the order of the noise",
            readings: Readings::of("", &Gap(FIRST_ORDER)).and_sampled(&Draws(FIRST_ORDER)),
        },
        Control {
            id: "forward-flow",
            story: "y_T = x e^{κT}: the data point pushed along the generative flow instead of back",
            readings: Readings::of("", &Gap(FORWARDS)).and_sampled(&Draws(FORWARDS)),
        },
    ],
    quantities: &[Quantity::of::<WholeGap>(
        "gap",
        "log p_theta(x) - ELBO(x) with the control 0, not divided by eps^2, in nats",
        &[],
    )
    .enclosed_by(gap)],
};
