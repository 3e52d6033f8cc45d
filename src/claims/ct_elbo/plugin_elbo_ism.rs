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
//! If it failed, bits per dimension of score models would be wrong by a constant that nobody sees: a dropped $\nabla\cdot f$
//! shifts them by $\frac d2\int\beta$.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{BoundEstimate, Plan, Quadratic, Relation, Statement, Trial};
use crate::numbers::{Ball, Dual, Field, Float, Scalar, derivative};
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
    }
}

const NO_HALF: u8 = 1;
const NO_DRIFT: u8 = 2;
const AMPLITUDE: u8 = 3;
const MARGINAL: u8 = 4;

const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4 v0=0.3137 delta=0.2719 mpi=0.2 vpi=1.1719 x=0.8113";

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
        }
    }

    /// The integral of the cost up to this time, in closed form.
    fn cost(&self, clock: &Clock<S>) -> S {
        let log_ratio = clock.log_ratio(self.data.v0);
        let scale = self.delta + 1;
        let excess = (self.x - self.data.m0).square() / self.data.v0 - 1;
        scale.square() / 2 * (log_ratio - excess * (-log_ratio).exp_m1()) - scale * log_ratio - clock.phi.ln()
    }

    /// `ELBO(x)` in closed form.
    fn elbo(&self) -> S {
        let end = self.data.process.end();
        self.prior().expected_log_density(&end.given(self.x)) - self.cost(&end)
    }
}

struct Ism(u8);

impl Statement for Ism {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 delta=-0.1713 mpi=0.1 vpi=10.3 x=1.7131",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=0.7 v0=0.513 delta=0.0917 mpi=0 vpi=0.9 x=0.3119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        vec![Relation::rate(
            "integrand",
            (S::zero(), p.data.process.horizon()),
            |t| p.moving().cost(&p.data.process.moving(t)),
            move |t| {
                let clock = p.data.process.at(t);
                let noise = if wrong == AMPLITUDE { clock.noise.sqrt() } else { clock.noise };
                let score = p.score(&clock);
                // Differentiated, not written down: the divergence of a one-dimensional field.
                let divergence = derivative(
                    |y| {
                        let pull = score.map(Dual::constant).value(y) * Dual::constant(noise);
                        let drift = y * Dual::constant(clock.alpha) + Dual::constant(clock.offset);
                        if wrong == NO_DRIFT { pull } else { pull - drift }
                    },
                    p.x,
                );
                let law = if wrong == MARGINAL { p.data.law(&clock) } else { clock.given(p.x) };
                let energy = score.mean_square(&law) * noise;
                divergence + if wrong == NO_HALF { energy } else { energy / 2 }
            },
        )]
    }
}

/// Single-sample estimates, as likelihood code makes them, average to the closed form.
struct Estimates(u8);

impl Trial for Estimates {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: Point<Ball> = at_point(POINT)?;
        // ∫∇·f = ln φ_T is what code that drops it misses.
        let missing = if wrong == NO_DRIFT { exact.data.process.end().phi.ln() } else { Ball::zero() };
        let claimed = (exact.elbo() - missing).to_f64();

        let p: Point<Float> = at_point(POINT)?;
        let cost = |t| {
            let clock = p.data.process.at(t);
            let score = p.score(&clock);
            Quadratic { constant: clock.noise * score.slope - clock.alpha, scale: clock.noise / 2, affine: score }
        };
        let start = Gaussian::new(p.x, Float(0.0));
        let horizon = p.data.process.horizon();
        let estimate = BoundEstimate::new(|t| p.data.process.at(t).sde(), cost, &p.prior(), start, horizon);
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
        Control { id: "amplitude", story: "g for g² in both terms", readings: Readings::of("", &Ism(AMPLITUDE)) },
        Control {
            id: "marginal-moments",
            story: "the moments of q_t instead of those given x",
            readings: Readings::of("", &Ism(MARGINAL)),
        },
    ],
    quantities: &[],
};
