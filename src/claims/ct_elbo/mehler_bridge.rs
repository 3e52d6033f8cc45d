//! Mehler's kernel: the weight of a path's energy, path by path end.
//!
//! For Brownian motion from $x$, seen where $B_T \in dy$:
//!
//! $$ \frac{E\left[e^{-\frac{\omega^2}{2}\int_0^T B_t^2dt};\,B_T \in dy\right]}{dy} =
//! \sqrt{\frac{\omega}{2\pi\sinh\omega T}}\,\exp\left(-\frac{\omega\left[(x^2+y^2)\cosh\omega T - 2xy\right]}{2\sinh\omega T}\right) $$
//!
//! It is a density of less than one. Integrated over $y$ it gives the formula of Cameron and Martin, over $N(y; x, T)$ it is the
//! expectation for the Brownian bridge from $x$ to $y$, and kernels over two times compose.
//!
//! Assumptions: $\omega, T > 0$. If it failed, a path could not be weighted given its ends: simulations without
//! discretisation bias, exact rejection samplers of diffusions and diffusion bridges all rest on such kernels.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Jet, Scalar, Vector};
use crate::objectives::path_weight::{Kernel, LogQuadratic, PathWeight};
use crate::parameters;

parameters! {
    /// A frequency, a time cut in two, and the ends of the path.
    Cut {
        om: positive "frequency omega",
        s: positive "the first part of the time",
        r: positive "the rest of it",
        c: positive "tilt at the end",
        x: real "the start",
        y: real "the end",
    }
}

const SINGLE_PRODUCT: u8 = 1;
const TANH: u8 = 2;
const NO_COSH: u8 = 3;

/// The weight `e^{−½ω²∫B²}`.
fn weight<S: Scalar>(frequency: S) -> PathWeight<S> {
    PathWeight::new(S::one(), S::zero(), frequency)
}

/// The logarithm of the kernel over a time, or what a wrong version takes for it.
fn kernel<S: Scalar>(wrong: u8, frequency: S, time: S) -> Kernel<S> {
    let right = weight(frequency).kernel(time);
    let z = frequency * time;
    let cosh = (z.exp() + (-z).exp()) / 2;
    match wrong {
        // −½ cross·(y − x)² holds + cross·xy, of which half is taken away.
        SINGLE_PRODUCT => Kernel {
            start: right.start - right.cross / 2,
            end: right.end - right.cross / 2,
            cross: right.cross / 2,
            ..right
        },
        TANH => Kernel { constant: right.constant + cosh.ln() / 2, ..right },
        // (x² + y²)(cosh − 1) is gone.
        NO_COSH => Kernel { start: S::zero(), end: S::zero(), ..right },
        _ => right,
    }
}

struct Mehler(u8);

impl Statement for Mehler {
    type Params<S: Scalar> = Cut<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "om=1.2137 s=0.3119 r=0.56 c=0.4137 x=0.6137 y=-0.9119",
            "om=0.3719 s=1.7131 r=0.8119 c=1.3119 x=-1.2137 y=-0.4713",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Cut<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let believed = kernel(wrong, p.om, p.s + p.r);
        let tilt = LogQuadratic { constant: S::zero(), curvature: -p.c };
        let composed = kernel(0, p.om, p.s).then(&kernel(0, p.om, p.r));
        vec![
            // F′ = −½(F_xx + F_x²) + ½ω²x² going backwards from the end of the first part.
            Relation::rate(
                "Feynman-Kac equation",
                (S::zero(), p.s),
                move |t| {
                    let [om, s, r, x, y] = [p.om, p.s, p.r, p.x, p.y].map(Dual::constant);
                    kernel(wrong, om, s + r - Dual::variable(t)).value(x, y)
                },
                |t| {
                    let lift = |c: S| Dual::constant(Dual::constant(c));
                    let kernel = kernel(0, p.om, p.s + p.r - t).map(lift);
                    let jet = Jet::of(|x| kernel.value(x[0], lift(p.y)), &Vector(vec![p.x]));
                    let spread = jet.hessian.trace() + jet.gradient.dot(&jet.gradient);
                    ((p.om * p.x).square() - spread) / 2
                },
            ),
            Relation::equal("Chapman-Kolmogorov", believed.value(p.x, p.y), composed.value(p.x, p.y)),
            Relation::equal(
                "integral over the end",
                kernel(wrong, p.om, p.s).before(&tilt).value(p.x),
                weight(p.om).log_expectation(p.s, p.c).value(p.x),
            ),
        ]
    }
}

parameters! {
    /// A frequency, a time and the ends of the path.
    Ends {
        om: positive "frequency omega",
        T: positive "the time",
        x: real "the start",
        y: real "the end",
    }
}

/// The logarithm of the kernel.
struct LogKernel;

impl Formula for LogKernel {
    type Params<S: Scalar> = Ends<S>;
    fn value<S: Scalar>(p: &Ends<S>) -> S {
        kernel(0, p.om, p.T).value(p.x, p.y)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "mehler-bridge",
    aliases: &[],
    title: "Mehler's kernel: the weight of a path's energy given its ends",
    expect: Expect::True,
    text: include_str!("mehler_bridge.rs"),
    sources: &["mehler1866", "kac1949"],
    readings: &[Readings::of("", &Mehler(0))],
    controls: &[
        Control {
            id: "single-product",
            story: "xy for 2xy, the square not expanded",
            readings: Readings::of("", &Mehler(SINGLE_PRODUCT)),
        },
        Control {
            id: "tanh-normaliser",
            story: "tanh ωT for sinh ωT under the root",
            readings: Readings::of("", &Mehler(TANH)),
        },
        Control {
            id: "no-cosh",
            story: "(x − y)² in the exponent: the transition density of Brownian motion in the time sinh(ωT)/ω",
            readings: Readings::of("", &Mehler(NO_COSH)),
        },
    ],
    quantities: &[Quantity::of::<LogKernel>(
        "log-kernel",
        "log E[exp(-om^2/2 int_0^T B^2 dt); B_T in dy | B_0 = x]/dy, in nats",
        &[],
    )],
};
