//! Finite differences on a Gaussian mixture: where the model is not quadratic, the error is known and bounded.
//!
//! For $\frac12N(\mu, s_2) + \frac12N(-\mu, s_2)$ on the line, $y = \mu x/s_2$ and $\mathcal T = \tanh y$,
//!
//! $$ L = -\frac{x^2 + \mu^2}{2s_2} + \ln\cosh y - \tfrac12\ln 2\pi s_2 $$
//! $$ (\ln\cosh)'' = 1 - \mathcal T^2, \quad (\ln\cosh)''' = -2\mathcal T(1 - \mathcal T^2), \quad (\ln\cosh)^{(4)} = (1 - \mathcal T^2)(6\mathcal T^2 - 2) $$
//! $$ (\ln\cosh)^{(5)} = (1 - \mathcal T^2)(16\mathcal T - 24\mathcal T^3), \quad (\ln\cosh)^{(6)} = (1 - \mathcal T^2)(16 - 120\mathcal T^2 + 120\mathcal T^4) $$
//!
//! The fourth derivative is 2 at most, the sixth 16, both at 0. So the second difference over $\varepsilon^2$ is off by $\frac{\varepsilon^2}{12}(\mu/s_2)^4(\ln\cosh)^{(4)}$ but for
//! $\frac{16}{360}(\mu/s_2)^6\varepsilon^4$ at most, which is less than a tenth of it where $(\mu\varepsilon/s_2)^2 < \frac3{16}|(\ln\cosh)^{(4)}|$. With $\delta = \mu\varepsilon/s_2$ the differences are, without any cancellation,
//!
//! $$ L(x+\varepsilon) + L(x-\varepsilon) - 2L(x) = -\frac{\varepsilon^2}{s_2} + \ln\Big(1 + \frac{\sinh^2\delta}{\cosh^2y}\Big), \qquad
//! L(x+\varepsilon) - L(x-\varepsilon) = -\frac{2x\varepsilon}{s_2} + \ln\frac{1 + \mathcal T\tanh\delta}{1 - \mathcal T\tanh\delta} $$
//!
//! Assumptions: $s_2 > 0$; the leading term says something while $\delta$ is small against 1, and nothing for $\varepsilon$ of the order of $s_2/\mu$. Derivatives and
//! bounds are proved, differences and errors enclosed; nothing is random. If it failed, the step that suits separated modes would be misjudged.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Ball, Dual, Scalar, Vector, derivative};
use crate::objectives::score_matching::Stencil;
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs};
use crate::worlds::{SymmetricMixture, log_cosh};

const NO_MIXTURE_CURVATURE: u8 = 1;
const FIFTH_SIGN: u8 = 2;
const HALF_BOUND: u8 = 3;
const LARGE_STEP: u8 = 4;
const QUARTER: u8 = 5;

/// `dⁿ ln cosh y/dyⁿ` for `n` from 1 to 6, from `𝒯 = tanh y` and `1 − 𝒯² = 1/cosh² y`.
fn ladder<S: Scalar>(wrong: u8, y: S) -> [S; 6] {
    let (t, rest) = (y.tanh(), y.sech_squared());
    let square = t.square();
    let fifth = t * 16 + t * square * if wrong == FIFTH_SIGN { 24 } else { -24 };
    let sixth = S::int(16) - square * 120 + square.square() * 120;
    [t, rest, t * rest * -2, rest * (square * 6 - 2), rest * fifth, rest * sixth]
}

parameters! {
    /// A place on the line.
    Place {
        y: real "the argument",
    }
}

/// Each derivative is that of the one before; and how large they are.
struct Derivatives(u8);

impl Statement for Derivatives {
    type Params<S: Scalar> = Place<S>;

    fn points(&self) -> &'static [&'static str] {
        &["y=0.8140", "y=-2.7", "y=0", "y=1e-25"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Place<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let stated = ladder(wrong, p.y);
        let mut relations = vec![Relation::equal("derivative 1", derivative(log_cosh, p.y), stated[0])];
        for (n, slope) in stated.iter().enumerate().skip(1) {
            let next = derivative(|y| ladder::<Dual<S>>(wrong, y)[n - 1], p.y);
            relations.push(Relation::equal(format!("derivative {}", n + 1), next, *slope));
        }
        // With q = 1/cosh² y, 1 − q = 𝒯²: everything is built from squares and from q, which is positive.
        let q = NonNegative::declared(p.y.sech_squared());
        let square = NonNegative::square(p.y.tanh());
        let number = |n: i64| NonNegative::declared(S::int(n));
        let two = S::int(if wrong == HALF_BOUND { 1 } else { 2 });
        let squared = q.times(q);
        let tilt = NonNegative::square(q.value() - S::ratio(1, 2)).times(q).times(number(120));
        relations.extend([
            Relation::at_most(
                "fourth, from below",
                -two,
                stated[3],
                number(2).times(square).times(number(1).plus(number(3).times(q))),
            ),
            Relation::at_most(
                "fourth, from above",
                stated[3],
                two,
                number(2).times(square).times(square).plus(number(4).times(squared)),
            ),
            Relation::at_most(
                "sixth, from below",
                S::int(-16),
                stated[5],
                tilt.plus(number(2)).plus(number(14).times(square)),
            ),
            Relation::at_most(
                "sixth, from above",
                stated[5],
                S::int(16),
                square.times(number(16).plus(number(120).times(squared))),
            ),
        ]);
        relations
    }
}

parameters! {
    /// A mixture, a point and a step.
    Step {
        world: of(SymmetricMixture) "the law",
        x: real "the point",
        eps: positive "length of the step",
    }
}

impl<S: Scalar> Step<S> {
    /// FD-SSM at the point, from differences that do not cancel.
    fn loss(&self, wrong: u8) -> S {
        let first = self.world.first_difference(self.x, self.eps);
        let square = first.square() / if wrong == QUARTER { 4 } else { 8 };
        (self.world.second_difference(self.x, self.eps) + square) / self.eps.square()
    }

    /// The same from three values of the log-density of any mixture, as code has it.
    fn stencil(&self) -> Stencil<S> {
        let law = self.world.mixture();
        Stencil::new(|x| law.log_density(x[0]), &Vector(vec![self.x]), &Vector(vec![self.eps]))
    }
}

/// Two forms of the density, and of the differences.
struct Forms(u8);

impl Statement for Forms {
    type Params<S: Scalar> = Step<S>;

    fn points(&self) -> &'static [&'static str] {
        &["mu=1.1 s2=0.5 x=0.37 eps=0.05", "mu=-2.3 s2=1.3 x=-1.9 eps=1.7", "mu=0.7 s2=3.1 x=40 eps=1e-8"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Step<S>) -> Vec<Relation<'p, S>> {
        let stencil = p.stencil();
        let still = p.world.map(|x| Dual::constant(Dual::constant(x)));
        let curvature = derivative(|x| derivative(|x| still.log_density(x), x), p.x);
        let slopes = ladder(0, p.world.tilt(p.x));
        let of_mixture =
            if self.0 == NO_MIXTURE_CURVATURE { S::zero() } else { (p.world.mu / p.world.s2).square() * slopes[1] };
        vec![
            Relation::equal("log-density", stencil.centre, p.world.log_density(p.x)),
            Relation::equal("second difference", stencil.curvature(), p.world.second_difference(p.x, p.eps)),
            Relation::equal("first difference", stencil.up - stencil.down, p.world.first_difference(p.x, p.eps)),
            Relation::equal("FD-SSM", stencil.sliced(), p.loss(self.0)),
            Relation::equal("curvature", curvature, of_mixture - p.world.s2.recip()),
        ]
    }
}

/// How large the error is.
struct Errors(u8);

impl Statement for Errors {
    type Params<S: Scalar> = Step<S>;

    fn points(&self) -> &'static [&'static str] {
        &["mu=1.1 s2=0.5 x=0.37 eps=0.05", "mu=-0.7 s2=1.3 x=1.9 eps=1e-12", "mu=3 s2=0.2 x=0.013 eps=0.004"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Step<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let rate = p.world.mu / p.world.s2;
        // Steps of the order of s₂/μ, for which the leading term says nothing.
        let eps = if wrong == LARGE_STEP { rate.recip() * 3 } else { p.eps };
        let slopes = ladder(0, p.world.tilt(p.x));
        let curvature = rate.square() * slopes[1] - p.world.s2.recip();
        let stated = if wrong == NO_MIXTURE_CURVATURE { -p.world.s2.recip() } else { curvature };
        let error = p.world.second_difference(p.x, eps) / eps.square() - stated;
        let leading = eps.square() / 12 * rate.powi(4) * slopes[3];
        let bound = rate.powi(6) * eps.powi(4) * 16 / 360;
        let rest = error - leading;
        vec![
            Relation::below("remainder, from above", rest, bound),
            Relation::below("remainder, from below", -bound, rest),
            // (16/360) δ⁶ over (1/12) δ⁴|(ln cosh)⁗| is below 1/10 where δ² < (3/16)|(ln cosh)⁗|, as it is at these points.
            Relation::below("leading term, within a tenth", (rest * 10).square(), leading.square()),
        ]
    }
}

/// FD-SSM at the point.
struct Value;

impl Formula for Value {
    type Params<S: Scalar> = Step<S>;
    fn value<S: Scalar>(p: &Step<S>) -> S {
        p.loss(0)
    }
}

/// The same; where hyperbolic functions are beyond every number, from the log-density itself.
fn value(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Step<Ball> = ExactReader::new(inputs, ignored).read()?;
    let (exact, plain) = (p.loss(0), p.stencil().sliced());
    Ok(exact.intersect(&plain).unwrap_or(exact))
}

const FORMS: &str = "differences";
const ERRORS: &str = "errors";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fd-mixture",
    aliases: &[],
    title: "Finite differences on a mixture: differences without cancellation, and errors with a bound",
    expect: Expect::True,
    text: include_str!("fd_mixture.rs"),
    sources: &["pang2020"],
    readings: &[
        Readings::of("", &Derivatives(0)),
        Readings::certified(FORMS, &Forms(0)),
        Readings::certified(ERRORS, &Errors(0)),
    ],
    controls: &[
        Control {
            id: "sign-in-the-fifth",
            story: "the sign of 𝒯³ in the fifth derivative",
            readings: Readings::of("", &Derivatives(FIFTH_SIGN)),
        },
        Control {
            id: "fourth-bounded-by-one",
            story: "the second derivative's bound 1 taken for the fourth, which is −2 at 0",
            readings: Readings::of("", &Derivatives(HALF_BOUND)),
        },
        Control {
            id: "no-mixture-curvature",
            story: "the curvature −1/s₂ of one component, without that of the mixture",
            readings: Readings::certified(FORMS, &Forms(NO_MIXTURE_CURVATURE)),
        },
        Control {
            id: "no-mixture-curvature-in-the-error",
            story: "the same: no error is of order ε² then",
            readings: Readings::certified(ERRORS, &Errors(NO_MIXTURE_CURVATURE)),
        },
        Control {
            id: "step-of-the-order-of-the-modes",
            story: "the leading term trusted for a step of the order of s₂/μ",
            readings: Readings::certified(ERRORS, &Errors(LARGE_STEP)),
        },
        Control {
            id: "quarter-for-an-eighth",
            story: "¼ for ⅛ in front of the squared slope",
            readings: Readings::certified(FORMS, &Forms(QUARTER)),
        },
    ],
    quantities: &[Quantity::of::<Value>(
        "fdssm-value",
        "FD-SSM at the point x, for equal weights of N(mu, s2) and N(-mu, s2), s2 a variance, in one dimension",
        &[],
    )
    .enclosed_by(value)],
};
