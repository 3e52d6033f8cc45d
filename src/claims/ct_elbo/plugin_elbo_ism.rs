//! Plugging a score into the reverse SDE turns the bound into implicit score matching.
//!
//! With $\lambda = 0$ and $a = g s$ the inference process is the fixed noising SDE, and
//!
//! $$ \mathrm{ELBO}(x) = E[\log\pi(Y_T)] - \int_0^T E\left[\tfrac12 s^\top Q s + \nabla\cdot(Q s - f)\,\big|\,Y_0 = x\right]dt $$
//!
//! This is what public likelihood code computes. Decided with Gaussian data $N(m_0, v_0)$, prior $N(m_\pi, v_\pi)$ and the
//! score $(1+\delta)\nabla\log q_t$, for every schedule with drift $\alpha y + c$. With $R = v_t/(\varphi^2 v_0)$ the integral is
//!
//! $$ \tfrac{(1+\delta)^2}{2}\left[\left(\tfrac{(x-m_0)^2}{v_0} - 1\right)\left(1 - R^{-1}\right) + \ln R\right] - (1+\delta)\ln R - \ln\varphi $$
//!
//! Code draws it at one time: with $c_t = \frac12 s^\top Q s + \nabla\cdot(Q s - f)$ and $\tau$ uniform on $[\epsilon, T]$ the
//! estimate $\log\pi(Y_T) - (T - \epsilon)\,c_\tau(Y_\tau)$ averages to the bound with the integral from $\epsilon$, which is
//! $\mathrm{ELBO}(x)$ if $\epsilon = 0$. (What the time before $\epsilon$ is worth, `time-truncation` says.)
//!
//! If it failed, bits per dimension of score models would be wrong by a constant that nobody sees: a dropped $\nabla\cdot f$
//! shifts them by $\frac d2\int\beta$.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{BoundEstimate, Plan, Quadratic, Relation, Statement, Trial};
use crate::numbers::{Ball, Dual, Float, Scalar, derivative};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, Clock, Gaussian, GaussianData};

parameters! {
    /// A scaled score on data with a mean.
    Point {
        data: of(GaussianData) "the data under the noising process",
        delta: real "relative error of the score (1 + delta) grad log q",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi",
        x: real "the data point",
        eps: nonnegative "the smallest time that is drawn, before T",
    }
}

const NO_HALF: u8 = 1;
const NO_DRIFT: u8 = 2;
const AMPLITUDE: u8 = 3;
const MARGINAL: u8 = 4;
const DIVERGENCE_SIGN: u8 = 5;
const SCORE_AS_CONTROL: u8 = 6;
const REVERSED: u8 = 7;
const NO_PRIOR: u8 = 8;
const PRIOR_AT_START: u8 = 9;
const WHOLE_TIME: u8 = 10;

const POINT: &str =
    "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4 v0=0.3137 delta=0.2719 mpi=0.2 vpi=1.1719 x=0.8113 eps=0.2137";

impl<S: Scalar> Point<S> {
    fn score(&self, clock: &Clock<S>) -> Affine<S> {
        self.data.law(clock).score().scale(self.delta + 1)
    }

    fn prior(&self) -> Gaussian<S> {
        Gaussian::new(self.mpi, self.vpi)
    }

    fn moving(&self) -> Point<Dual<S>> {
        let still = Dual::constant;
        Point {
            data: self.data.constant(),
            delta: still(self.delta),
            mpi: still(self.mpi),
            vpi: still(self.vpi),
            x: still(self.x),
            eps: still(self.eps),
        }
    }

    /// The integral of the cost up to this time, in closed form.
    fn cost(&self, clock: &Clock<S>) -> S {
        let log_ratio = clock.log_ratio(self.data.v0);
        let scale = self.delta + 1;
        let excess = (self.x - self.data.m0).square() / self.data.v0 - 1;
        scale.square() / 2 * (log_ratio - excess * (-log_ratio).exp_m1()) - scale * log_ratio - clock.phi.ln()
    }

    /// `E[log π(Y_T)]` in closed form.
    fn reward(&self) -> S {
        self.prior().expected_log_density(&self.data.process.end().given(self.x))
    }

    /// How long the times are that are drawn, `T − ε`.
    fn length(&self) -> S {
        self.data.process.horizon() - self.eps
    }

    /// What the estimate with the time `t` pays per unit of time, on average over its paths.
    fn integrand(&self, wrong: u8, t: S) -> S {
        let process = &self.data.process;
        let clock = process.at(t);
        let (drift, noise) = if wrong == REVERSED { process.at(process.horizon() - t) } else { clock }.sde();
        let noise = if wrong == AMPLITUDE { noise.sqrt() } else { noise };
        let score = self.score(&clock);
        // Differentiated, not written down: the divergence of a one-dimensional field.
        let divergence = derivative(
            |y| {
                let pull = score.map(Dual::constant).value(y) * Dual::constant(noise);
                if wrong == NO_DRIFT { pull } else { pull - drift.map(Dual::constant).value(y) }
            },
            self.x,
        );
        let law = if wrong == MARGINAL { self.data.law(&clock) } else { clock.given(self.x) };
        let square = score.mean_square(&law);
        let energy = if wrong == SCORE_AS_CONTROL { square } else { square * noise };
        let energy = if wrong == NO_HALF { energy } else { energy / 2 };
        if wrong == DIVERGENCE_SIGN { energy - divergence } else { energy + divergence }
    }

    /// The estimate with the time `t`, on average over its paths.
    fn estimate(&self, wrong: u8, t: S) -> S {
        let (prior, end) = (self.prior(), self.data.process.end());
        let law = if wrong == MARGINAL { self.data.law(&end) } else { end.given(self.x) };
        let reward = match wrong {
            NO_PRIOR => S::zero(),
            PRIOR_AT_START => prior.log_density(self.x),
            _ => law.average_of_quadratic(|y| prior.log_density(y)),
        };
        let length = if wrong == WHOLE_TIME { self.data.process.horizon() } else { self.length() };
        reward - self.integrand(wrong, t) * length
    }
}

struct Ism(u8);

impl Statement for Ism {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 delta=0.2719 mpi=0 vpi=1.1719 x=0.8113 eps=0",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 delta=-0.1713 mpi=0.1 vpi=10.3 x=1.7131 \
             eps=0.0119",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=0.7 v0=0.513 delta=0.0917 mpi=0 vpi=0.9 x=0.3119 eps=0.001",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let cost = |t| p.moving().cost(&p.data.process.moving(t));
        vec![
            Relation::rate("integrand", (S::zero(), p.data.process.horizon()), cost, move |t| p.integrand(wrong, t)),
            // From ε to T this grows from −cost(ε) to the bound: the average over a time that is uniform in between.
            Relation::rate(
                "bound",
                (p.eps, p.data.process.horizon()),
                move |t| {
                    let share = (Dual::variable(t) - Dual::constant(p.eps)) / Dual::constant(p.length());
                    share * Dual::constant(p.reward()) - cost(t)
                },
                move |t| p.estimate(wrong, t) / p.length(),
            ),
        ]
    }
}

/// Single-sample estimates, as likelihood code makes them, average to the closed form.
struct Estimates(u8);

impl Trial for Estimates {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: Point<Ball> = at_point(POINT)?;
        let (first, last) = (exact.data.process.at(exact.eps), exact.data.process.end());
        let cost = exact.cost(&last) - exact.cost(&first);
        let charged = match wrong {
            // ∫∇·f = ln φ is what code that drops it misses.
            NO_DRIFT => cost + last.phi.ln() - first.phi.ln(),
            WHOLE_TIME => cost * exact.data.process.horizon() / exact.length(),
            _ => cost,
        };
        let claimed = (exact.reward() - charged).to_f64();

        let p: Point<Float> = at_point(POINT)?;
        let process = &p.data.process;
        let cost = |t| {
            let clock = process.at(t + p.eps);
            let score = p.score(&clock);
            Quadratic { constant: clock.noise * score.slope - clock.alpha, scale: clock.noise / 2, affine: score }
        };
        let start = process.at(p.eps).given(p.x);
        let estimate = BoundEstimate::new(|t| process.at(t + p.eps).sde(), cost, &p.prior(), start, p.length());
        Ok(estimate.plan(POINT, claimed))
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "plugin-elbo-ism",
    aliases: &[],
    title: "The bound of a plugged-in score is implicit score matching along the noising process",
    expect: Expect::True,
    text: include_str!("plugin_elbo_ism.rs"),
    sources: &["huang2021", "song2021scoreflow"],
    readings: &[Readings::of("", &Ism(0)).and_sampled(&Estimates(0))],
    controls: &[
        Control { id: "no-half", story: "sᵀQs for ½ sᵀQs", readings: Readings::of("", &Ism(NO_HALF)) },
        Control {
            id: "no-drift",
            story: "∇·f dropped from the divergence",
            readings: Readings::of("", &Ism(NO_DRIFT)).and_sampled(&Estimates(NO_DRIFT)),
        },
        Control {
            id: "divergence-sign",
            story: "−∇·(Qs − f) for ∇·(Qs − f)",
            readings: Readings::of("", &Ism(DIVERGENCE_SIGN)),
        },
        Control { id: "amplitude", story: "g for g² in both terms", readings: Readings::of("", &Ism(AMPLITUDE)) },
        Control {
            id: "score-as-control",
            story: "the control a = s for a = gs, so that the energy lacks its g²",
            readings: Readings::of("", &Ism(SCORE_AS_CONTROL)),
        },
        Control {
            id: "schedule-reversed",
            story: "β(T − t) for β(t): the coefficients are read in generative time",
            readings: Readings::certified("", &Ism(REVERSED)),
        },
        Control {
            id: "marginal-moments",
            story: "the moments of q_t instead of those given x",
            readings: Readings::of("", &Ism(MARGINAL)),
        },
        Control { id: "no-prior", story: "the prior term dropped", readings: Readings::of("", &Ism(NO_PRIOR)) },
        Control {
            id: "prior-at-start",
            story: "the prior's log-density at x instead of at the noisy end of the path",
            readings: Readings::of("", &Ism(PRIOR_AT_START)),
        },
        Control {
            id: "whole-time",
            story: "times drawn from [ε, T] but the cost multiplied by T",
            readings: Readings::of("", &Ism(WHOLE_TIME)).and_sampled(&Estimates(WHOLE_TIME)),
        },
    ],
    quantities: &[],
};
