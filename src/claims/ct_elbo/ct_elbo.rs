//! The continuous-time ELBO: every admissible control gives a lower bound of the model's log-likelihood.
//!
//! The inference SDE is $dY = (-\mu + \sigma a)\,dt + \sigma\,dB$ from $Y_0 = x$. For every control $a$
//!
//! $$ \mathcal E^\infty(x) = E\left[\log\pi(Y_T) - \int_0^T \left(\nabla\cdot\mu + \tfrac12|a|^2\right)dt \,\Big|\, Y_0 = x\right] \le \log p_\theta(x) $$
//!
//! Decided here with an affine generative drift $\mu = \kappa y + \rho$, constant $\sigma$ and an affine control
//! $a = a_k y + a_l$, so that $Y$ is an OU process with rate $p = \sigma a_k - \kappa$ and offset $c = \sigma a_l - \rho$. The
//! bound and the likelihood are closed form, and their distance grows at the rate $\frac12 E|a - \sigma\nabla\log u_t|^2$, a
//! sum of squares.
//!
//! If it failed, likelihoods reported for diffusion models would not be bounds of anything.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{BoundEstimate, NonNegative, Plan, Quadratic, Relation, Statement, Trial};
use crate::numbers::{Ball, Dual, Field, Float, Scalar};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, ConstantSde, ForcedOu, Gaussian};

parameters! {
    /// A constant-coefficient model and an affine control.
    Controlled {
        model: of(ConstantSde) "the generative SDE",
        ak: real "slope a_k of the control",
        al: real "offset a_l of the control",
    }
}

const NO_HALF: u8 = 1;
const DIVERGENCE_SIGN: u8 = 2;
const PRIOR_AT_START: u8 = 3;

const POINT: &str = "k=0.7137 rho=-0.3119 sig=0.8313 T=1.2137 mpi=0.2119 vpi=1.4137 x=0.6171 ak=-0.4177 al=0.2239";

/// The parts of the problem that formulas in time need, in one reading.
struct Bound<S> {
    model: ConstantSde<S>,
    generative: Affine<S>,
    control: Affine<S>,
    inference: Affine<S>,
}

impl<S: Scalar> Bound<S> {
    fn new(p: &Controlled<S>) -> Self {
        let (generative, control) = (p.model.drift(), Affine { slope: p.ak, offset: p.al });
        Self {
            inference: control.scale(p.model.sig).minus(&generative),
            generative,
            control,
            model: p.model.map(|parameter| parameter),
        }
    }

    fn map<R: Scalar>(&self, f: impl Fn(S) -> R) -> Bound<R> {
        Bound {
            model: self.model.map(&f),
            generative: self.generative.map(&f),
            control: self.control.map(&f),
            inference: self.inference.map(&f),
        }
    }

    /// `Y_t | Y_0 = x`.
    fn law(&self, t: S) -> Gaussian<S> {
        ForcedOu::constant(self.inference.slope, self.inference.offset, self.model.sig)
            .transition(S::zero(), t)
            .from(self.model.x)
    }

    /// `u_t`, the model's law at inference time `t`.
    fn generated(&self, t: S) -> Gaussian<S> {
        self.model.model_after(self.model.T - t)
    }

    /// `∫₀ᵗ (∇·μ + ½E|a|²)` in closed form. With `g_k(p) = tᵏφ_k(pt)`, the control at the mean is `a(x) + a_k b g₁(p)`,
    /// `b = px + c`, and `g₁(p)² = 4g₂(2p) − 2g₂(p)`.
    fn cost(&self, t: S) -> S {
        let p = self.inference.slope;
        let integrated = |k: u32, p: S| t.powi(k as i32) * (p * t).phi(k);
        let (start, pull) = (self.control.value(self.model.x), self.control.slope * self.inference.value(self.model.x));
        let drifting =
            start * pull * integrated(2, p) * 2 + pull.square() * (integrated(3, p * 2) * 4 - integrated(3, p) * 2);
        let spread = (self.control.slope * self.model.sig).square() * integrated(2, p * 2);
        self.generative.slope * t + (start.square() * t + drifting + spread) / 2
    }
}

struct LowerBound(u8);

impl Statement for LowerBound {
    type Params<S: Scalar> = Controlled<S>;

    fn points(&self) -> &'static [&'static str] {
        &[POINT, "k=-0.4 rho=0.7 sig=1.3 T=0.8 mpi=-0.5 vpi=0.6 x=-1.1 ak=0.9 al=-0.2"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Controlled<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (S::zero(), p.model.T);
        let running = move |t: S| {
            let bound = Bound::new(p);
            let energy = bound.control.mean_square(&bound.law(t));
            let divergence = bound.generative.slope;
            match wrong {
                NO_HALF => divergence + energy,
                DIVERGENCE_SIGN => energy / 2 - divergence,
                _ => divergence + energy / 2,
            }
        };
        let prior_term = move |bound: &Bound<Dual<S>>, t: Dual<S>| {
            let start = Gaussian::new(bound.model.x, Dual::constant(S::zero()));
            bound.generated(t).expected_log_density(&if wrong == PRIOR_AT_START { start } else { bound.law(t) })
        };
        vec![
            Relation::rate(
                "inference mean",
                range,
                |t| Bound::new(p).map(Dual::constant).law(Dual::variable(t)).mean,
                |t| Bound::new(p).inference.value(Bound::new(p).law(t).mean),
            ),
            Relation::rate("cost", range, |t| Bound::new(p).map(Dual::constant).cost(Dual::variable(t)), running),
            // log p_θ(x) − ELBO(x) is the increment of this state, and its rate is a square.
            Relation::rate(
                "distance to the likelihood",
                range,
                move |t| {
                    let (bound, t) = (Bound::new(p).map(Dual::constant), Dual::variable(t));
                    bound.cost(t) - prior_term(&bound, t)
                },
                |t| {
                    let bound = Bound::new(p);
                    let mismatch = bound.control.minus(&bound.generated(t).score().scale(bound.model.sig));
                    let law = bound.law(t);
                    let spread = NonNegative::square(mismatch.slope).times(NonNegative::declared(law.variance));
                    NonNegative::square(mismatch.value(law.mean)).plus(spread).value() / 2
                },
            ),
        ]
    }
}

fn elbo<S: Scalar>(p: &Controlled<S>) -> S {
    let bound = Bound::new(p);
    bound.model.prior().expected_log_density(&bound.law(bound.model.T)) - bound.cost(bound.model.T)
}

struct Elbo;

impl Formula for Elbo {
    type Params<S: Scalar> = Controlled<S>;
    fn value<S: Scalar>(p: &Controlled<S>) -> S {
        elbo(p)
    }
}

/// Single-sample estimates of the bound average to its closed form.
struct Estimates(u8);

impl Trial for Estimates {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: Controlled<Ball> = at_point(POINT)?;
        let bound = Bound::new(&exact);
        let double_energy = bound.cost(bound.model.T) - bound.generative.slope * bound.model.T;
        let claimed = if wrong == NO_HALF { elbo(&exact) - double_energy } else { elbo(&exact) };

        let bound = Bound::new(&at_point::<Float, Controlled<Float>>(POINT)?);
        let noise = bound.model.sig.square();
        let cost = Quadratic { constant: bound.generative.slope, scale: Float(0.5), affine: bound.control };
        let start = Gaussian::new(bound.model.x, Float(0.0));
        let sde = |_| (bound.inference, noise);
        let estimate = BoundEstimate::new(sde, |_| cost, &bound.model.prior(), start, bound.model.T);
        Ok(estimate.plan(POINT, claimed.to_f64()))
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ct-elbo",
    aliases: &[],
    title: "The continuous-time ELBO is a lower bound of the model's log-likelihood, for every control",
    expect: Expect::True,
    text: include_str!("ct_elbo.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("", &LowerBound(0)).and_sampled(&Estimates(0))],
    controls: &[
        Control {
            id: "no-half",
            story: "|a|² for ½|a|² in the cost",
            readings: Readings::of("", &LowerBound(NO_HALF)).and_sampled(&Estimates(NO_HALF)),
        },
        Control {
            id: "divergence-sign",
            story: "−∇·μ for ∇·μ in the cost",
            readings: Readings::of("", &LowerBound(DIVERGENCE_SIGN)),
        },
        Control {
            id: "prior-at-start",
            story: "the prior term evaluated at x instead of along the inference path",
            readings: Readings::of("", &LowerBound(PRIOR_AT_START)),
        },
    ],
    quantities: &[Quantity::of::<Elbo>("elbo", "the bound at x with the control a(y) = ak y + al, in nats", &[])],
};
