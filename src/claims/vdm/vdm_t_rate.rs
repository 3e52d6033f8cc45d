//! What a chain wastes falls like one over the number of its steps, with a known constant.
//!
//! With $f_j(t) = \frac12\gamma'(t)w_j$, $w_j = \frac{\rho s_j}{1+\rho s_j}$, so that $f = \sum_jf_j$ is the density in $t$ of the loss in continuous time,
//!
//! $$ \lim_{T\to\infty}T(L_T - L_\infty) = C = \int_0^1\sum_jf_j(t)^2dt, \qquad \gamma\text{ linear: }
//! C = \frac\Gamma4\sum_j\Big[\ln(1+\rho s_j) + \frac1{1+\rho s_j}\Big]_{\rho_1}^{\rho_0}, \quad \Gamma = \gamma(1) - \gamma(0) $$
//!
//! The squares are added, and not the densities first. For every number of steps of a linear $\gamma$, with $h = \Gamma/T$,
//!
//! $$ C - \frac{\Gamma^3}{64T^2}\sum_j[w_j(0) - w_j(1)] \;\le\; T(L_T - L_\infty) \;\le\; 2\varphi_2(h)\,C, \qquad
//! \varphi_2(h) = \frac{e^h - 1 - h}{h^2} $$
//!
//! because a step carries $y = \ln(1+r) = \int w\,d\gamma \le h$ twice over, and wastes $\frac12(e^y - 1 - y)$, which is between $\frac12y^2$ and $\varphi_2(h)y^2$; because
//! $y^2 \le h\int w^2d\gamma$; and because what is missing there, $h^2$ times the variance of $w$ over the step, is at most a quarter of $h^2$ times the square of
//! its fall, of which $|dw/d\gamma| = w(1-w) \le \frac14$ bounds one factor by $h/4$. Both bounds are enclosed at chains up to $T = 1000$.
//!
//! With $s = 0.7$ and $\gamma$ linear from $-9$ to $5$, $T(L_T - L_\infty) = 43.459, 27.9586, 26.8699$ for $T = 10, 100, 1000$, and $C = 26.7528329$. A trapezoidal
//! sum would converge with $1/T^2$, but it is no bound. There is nothing random in it, so that nothing is sampled. If it failed, one could not say how
//! many steps make the rest of a bound worth less than a given number of bits.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar, Vector};
use crate::objectives::finite_loss::{information, loss, slack, squared_noise_integral};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::{GammaLine, GammaPoint, GaussianChannel, SnrStep};

const SQUARE_OF_SUM: u8 = 1;
const NO_HALVES: u8 = 2;
const SECOND_ORDER: u8 = 3;
const TRAPEZOID: u8 = 4;

/// Data along several axes under a linear `γ`.
pub(in crate::claims) struct Axes<S> {
    pub(in crate::claims) eigenvalues: Vector<S>,
    pub(in crate::claims) line: GammaLine<S>,
}

impl<S: Scalar> Parameters<S> for Axes<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let eigenvalues = source.positives("eigenvalues", "the eigenvalues of the covariance of the data")?;
        Ok(Self { eigenvalues, line: GammaLine::read(source)? })
    }
}

impl<S: Scalar> Axes<S> {
    pub(in crate::claims) fn channels(&self) -> impl Iterator<Item = GaussianChannel<S>> {
        self.eigenvalues.0.iter().map(|s| GaussianChannel { s: *s })
    }

    /// A sum over the axes.
    pub(in crate::claims) fn sum(&self, f: impl Fn(&GaussianChannel<S>) -> S) -> S {
        self.channels().fold(S::zero(), |sum, channel| sum + f(&channel))
    }
}

/// The limit for one axis and a linear `γ`.
fn limit<S: Scalar>(p: &GammaPoint<S>) -> S {
    let [first, last] = [p.line.start, p.line.end].map(|gamma| squared_noise_integral(&p.channel, (-gamma).exp()));
    p.line.span() * (last - first) / 4
}

/// The closed form of the constant.
struct Constant(u8);

impl Statement for Constant {
    type Params<S: Scalar> = Axes<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "eigenvalues=[0.05,4] gamma_0=-9 gamma_1=5",
            "eigenvalues=[0.7] gamma_0=-9 gamma_1=5",
            "eigenvalues=[9,0.000001] gamma_0=-18.420680743952367 gamma_1=18.420680743952367",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Axes<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let slope = p.line.span();
        vec![Relation::rate(
            "constant",
            (S::zero(), S::one()),
            move |t| {
                let snr = p.line.map(Dual::constant).snr(Dual::variable(t));
                let of = |channel: GaussianChannel<S>| GaussianChannel { s: Dual::constant(channel.s) };
                let sum = |sum, channel| sum + squared_noise_integral(&of(channel), snr);
                Dual::constant(slope) * p.channels().fold(Dual::constant(S::zero()), sum) / 4
            },
            move |t| {
                let snr = p.line.snr(t);
                let half = if wrong == NO_HALVES { slope } else { slope / 2 };
                let density = |channel: &GaussianChannel<S>| half * channel.noise_mmse(snr);
                if wrong == SQUARE_OF_SUM {
                    p.sum(density).square()
                } else {
                    p.sum(|channel| density(channel).square())
                }
            },
        )]
    }
}

parameters! {
    /// A number of steps.
    Chain {
        axes: of(Axes) "data and schedule",
        T: count "the number of steps",
    }
}

/// How `T` times the slack approaches the constant.
struct Approach(u8);

impl Statement for Approach {
    type Params<S: Scalar> = Chain<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "eigenvalues=[0.7] gamma_0=-9 gamma_1=5 T=10",
            "eigenvalues=[0.7] gamma_0=-9 gamma_1=5 T=100",
            "eigenvalues=[0.7] gamma_0=-9 gamma_1=5 T=1000",
            "eigenvalues=[0.05,4] gamma_0=-9 gamma_1=5 T=200",
            "eigenvalues=[0.37] gamma_0=-18.420680743952367 gamma_1=18.420680743952367 T=100",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Chain<S>) -> Vec<Relation<'p, S>> {
        let (wrong, line, steps) = (self.0, p.axes.line, p.axes.line.steps(p.T));
        let count = i64::from(p.T);
        let closed = p.axes.sum(|channel| limit(&GammaPoint { channel: *channel, line }));
        let closed = if wrong == NO_HALVES { closed * 4 } else { closed };
        let wasted = p.axes.sum(|channel| match wrong {
            TRAPEZOID => {
                let whole = line.whole();
                let clean: Vec<_> = steps.iter().map(|s| SnrStep { noisy: s.clean(), rise: s.rise }).collect();
                let ends = [&steps, &clean].map(|steps| loss(steps, |snr| channel.mmse(snr)));
                (ends[0] + ends[1]) / 2 - information(channel, &whole)
            }
            _ => slack(channel, &steps),
        });
        let times = if wrong == SECOND_ORDER { count * count } else { count };
        let fall = p.axes.sum(|channel| {
            let [first, last] = [line.start, line.end].map(|gamma| channel.noise_mmse((-gamma).exp()));
            first - last
        });
        let below = line.span().powi(3) * fall / (64 * count * count);
        let stretched = (line.span() / count).phi(2) * closed * 2;
        vec![
            Relation::below("from below", closed - below, wasted * times),
            Relation::below("from above", wasted * times, stretched),
        ]
    }
}

/// The limit of `T` times the slack.
struct Limit;

impl Formula for Limit {
    type Params<S: Scalar> = GammaPoint<S>;
    fn value<S: Scalar>(p: &GammaPoint<S>) -> S {
        limit(p)
    }
}

const CONSTANT: &str = "constant";
const APPROACH: &str = "approach";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-t-rate",
    aliases: &["vdm-T-rate"],
    title: "What a chain wastes falls like 1/T, with the integral of the squared densities as its constant",
    expect: Expect::True,
    text: include_str!("vdm_t_rate.rs"),
    sources: &["kingma2021"],
    readings: &[Readings::of(CONSTANT, &Constant(0)), Readings::certified(APPROACH, &Approach(0))],
    controls: &[
        Control {
            id: "square-of-the-sum",
            story: "the density of the loss of all axes squared, for the sum of their squares",
            readings: Readings::of(CONSTANT, &Constant(SQUARE_OF_SUM)),
        },
        Control {
            id: "halves-forgotten",
            story: "γ′w for the density ½γ′w, four times the constant",
            readings: Readings::of(CONSTANT, &Constant(NO_HALVES)),
        },
        Control {
            id: "halves-forgotten-in-the-limit",
            story: "the same constant, for the limit of real chains",
            readings: Readings::certified(APPROACH, &Approach(NO_HALVES)),
        },
        Control {
            id: "second-order",
            story: "a waste that falls like 1/T²",
            readings: Readings::certified(APPROACH, &Approach(SECOND_ORDER)),
        },
        Control {
            id: "trapezoidal",
            story: "the error of the network at both ends of each cell, halved: of second order, and no bound",
            readings: Readings::certified(APPROACH, &Approach(TRAPEZOID)),
        },
    ],
    quantities: &[Quantity::of::<Limit>(
        "lim-t-times-gap",
        "the limit of T (L_T - L_infinity) for a linear gamma, in nats",
        &[],
    )],
};
