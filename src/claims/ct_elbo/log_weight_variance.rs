//! With an exact score and a wrong prior the log-weight has a variance, and the weight may have no second moment.
//!
//! If the score is exact, $\lambda = 0$, the prior $\pi = N(m_\pi, v_\pi)$ is not $q_T$ and the stochastic integral $\int a\,dB$ is kept,
//!
//! $$ W = \log q_0(x) + \log\frac{\pi}{q_T}(Y_T), \qquad Y_T | Y_0 = x \sim N(m, w), $$
//!
//! a quadratic in one Gaussian variable. With $A = \frac1{v_T} - \frac1{v_\pi}$ and $B = \frac{m_\pi}{v_\pi} - \frac{m_T}{v_T} + Am$ its cumulants
//! come from $\log E\,e^{\theta W}$: $\theta = 1$ gives $\log p_\theta(x)$; the derivatives at any $\theta$ are mean and variance of $W$ under
//! the law tilted by $e^{\theta W}$, at 0 under that of the paths, where they are the ELBO and
//!
//! $$ \mathrm{Var}\,W = \tfrac12A^2w^2 + B^2w, \qquad
//! \frac{\mathrm{Var}\,e^W}{(E\,e^W)^2} = \frac{1-Aw}{\sqrt{1-2Aw}}\exp\frac{B^2w}{(1-Aw)(1-2Aw)} - 1 . $$
//!
//! The second moment is finite if and only if $1 - 2Aw > 0$, that is $\frac1w + \frac2{v_\pi} - \frac2{v_T} > 0$: a prior that is too wide
//! breaks importance weighting, although $E\,e^W = p_\theta(x)$ all the same.
//!
//! Assumptions: Gaussian data, any schedule. $\mathrm{Var}\,W$ is also sampled, for $W$ has moments of every order. The
//! relative variance of $e^W$ is decided by enclosure and never by sampling, because the fourth moment of the weight is infinite
//! long before the second: a sample reports a comfortable number where the truth is larger, or infinite.
//! If it failed, an exact score would be thought to make every weight the same; it does so only for the prior $q_T$.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{LinearPath, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Jet, Lanes, Scalar, Vector};
use crate::objectives::log_weight::Quadratic;
use crate::objectives::tilt::Tilt;
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{AffineScore, Clock, Gaussian, GaussianData, ScaledScore, Transition};

parameters! {
    /// Gaussian data with an exact score, any Gaussian prior, and a point; also where and how strongly to tilt.
    Tilted {
        data: of(GaussianData) "the data under the noising process",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi",
        x: real "the data point",
        th: real "the power of the weight",
        y: real "a state on the way",
    }
}

const OPTIMAL_SCORE: u8 = 1;
const PRIOR_ALONE: u8 = 2;
const MEAN_UNSQUARED: u8 = 3;

/// What is known at the end: the prior, the marginal of the data, and the tilt from one to the other.
struct Ends<S> {
    prior: Gaussian<S>,
    marginal: Gaussian<S>,
}

impl<S: Scalar> Ends<S> {
    /// A wrong version forgets the marginal of the data.
    fn tilt(&self, wrong: u8, law: &Gaussian<S>) -> Tilt<S> {
        let right = Tilt::new(&self.prior, &self.marginal, law);
        let slope = self.prior.score().value(law.mean);
        match wrong {
            PRIOR_ALONE => {
                Tilt { bend: -law.variance / self.prior.variance, spread: slope.square() * law.variance, ..right }
            }
            _ => right,
        }
    }

    /// The law with density proportional to `e^{θh}` against this one: precision `(1 − θa)/w`, mean `m + θBw/(1 − θa)`.
    fn tilted(&self, law: &Gaussian<S>, theta: S) -> Gaussian<S> {
        let slope = self.prior.score().minus(&self.marginal.score());
        let variance = law.variance / (S::int(1) - theta * slope.slope * law.variance);
        Gaussian { mean: law.mean + theta * slope.value(law.mean) * variance, variance }
    }

    /// `E h(Y)`.
    fn mean(&self, law: &Gaussian<S>) -> S {
        self.prior.expected_log_density(law) - self.marginal.expected_log_density(law)
    }

    /// `log E[e^{θh(Y_T)} | Y_t = y]`, from the clocks at `t` and at the end.
    fn conditional(&self, wrong: u8, (now, end): (&Clock<S>, &Clock<S>), y: S, theta: S) -> S {
        self.tilt(wrong, &onward(now, end).from(y)).cumulant(theta)
    }

    /// In another reading.
    fn map<R>(&self, f: impl Fn(S) -> R) -> Ends<R> {
        Ends { prior: self.prior.map(&f), marginal: self.marginal.map(&f) }
    }
}

impl<S: Scalar> Tilted<S> {
    fn ends(&self) -> Ends<S> {
        let (_, marginal) = self.data.ends();
        Ends { prior: Gaussian::new(self.mpi, self.vpi), marginal }
    }

    /// The model, by Bayes' rule: the exact score carries the prior back as if it were the end of the data.
    fn carried_back(&self) -> Gaussian<S> {
        self.data.posterior(&self.data.process.end()).apply(&Gaussian::new(self.mpi, self.vpi))
    }

    fn world(&self) -> AffineScore<S> {
        let scaled = ScaledScore { v0: self.data.v0, delta: S::zero(), lambda: S::zero(), vpi: self.vpi };
        AffineScore { scaled, centre: self.data.m0, prior_mean: self.mpi }
    }
}

/// `Y_T | Y_t`, from the clocks.
fn onward<S: Scalar>(now: &Clock<S>, end: &Clock<S>) -> Transition<S> {
    let factor = end.phi / now.phi;
    Transition { factor, offset: end.shift - factor * now.shift, variance: end.w - factor.square() * now.w }
}

struct Moments(u8);

const POINT: &str =
    "process=vp-linear b0=0.1 b1=6.137 T=1 m0=0 v0=0.3137 mpi=0.3119 vpi=1.4173 x=0.9137 th=0.4137 y=0.3119";

impl Statement for Moments {
    type Params<S: Scalar> = Tilted<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "process=vp-linear b0=0.1 b1=6.137 T=1 m0=0 v0=0.3137 mpi=0.3119 vpi=1.4173 x=0.9137 th=0 y=0.3119",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 mpi=0.4 vpi=7.3 x=1.7131 th=-0.7119 y=-0.8113",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 m0=0.7 v0=0.513 mpi=-0.2 vpi=0.7 x=0.3119 th=1.3137 y=1.1719",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Tilted<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (process, world) = (&p.data.process, p.world());
        let (start, end) = (process.start(), process.end());
        let at_x = p.ends().tilt(wrong, &end.given(p.x));
        let (model, by_bayes) = (world.model(&start, &end), p.carried_back());
        let from_data = p.data.start().log_density(p.x);
        let law = end.given(p.x);
        let tilted = p.ends().tilted(&law, p.th);
        let (mean, variance) = at_x.tilted_moments(p.th);
        let claimed = if wrong == OPTIMAL_SCORE { S::zero() } else { p.ends().tilt(wrong, &tilted).variance() };
        let (y, theta) = (p.y, p.th);
        vec![
            // Kolmogorov's backward equation for F = log E[e^{θh(Y_T)} | Y_t = y]: F′ = −f F_y − ½G (F_yy + F_y²).
            Relation::rate(
                "tilted expectation going backwards",
                (S::zero(), process.horizon()),
                move |t| {
                    let still = Dual::constant;
                    let (ends, last) = (p.ends().map(still), end.map(still));
                    ends.conditional(wrong, (&process.moving(t), &last), still(y), still(theta))
                },
                move |t| {
                    let still = |x: S| Dual::constant(Dual::constant(x));
                    let clock = process.at(t);
                    let (ends, now, last) = (p.ends().map(still), clock.map(still), end.map(still));
                    let jet = Jet::of(|y| ends.conditional(wrong, (&now, &last), y[0], still(theta)), &Vector(vec![y]));
                    let (first, second) = (jet.gradient[0], jet.hessian[(0, 0)]);
                    -(clock.sde().0.value(y) * first + clock.noise / 2 * (second + first.square()))
                },
            ),
            Relation::equal("mean of the model", model.mean, by_bayes.mean),
            Relation::equal("variance of the model", model.variance, by_bayes.variance),
            Relation::equal("unbiased", from_data + at_x.cumulant(S::one()), by_bayes.log_density(p.x)),
            Relation::equal("bound", from_data + p.ends().mean(&law), world.elbo(p.x, &end)),
            // Under the law tilted by the power θ of the weight; at θ = 0 under that of the paths.
            Relation::equal("mean of the log-weight", mean, p.ends().mean(&tilted)),
            Relation::equal("variance of the log-weight", variance, claimed),
        ]
    }
}

parameters! {
    /// Any such quadratic, by what is left of the precision: `1 − a`.
    Remaining {
        r: positive "1 - a, what the tilt leaves of the precision",
        c: real "the value at the mean",
        s: nonnegative "B^2 w",
    }
}

/// The second moment of the weight against the square of its mean.
struct Ratio(u8);

impl Statement for Ratio {
    type Params<S: Scalar> = Remaining<S>;

    fn points(&self) -> &'static [&'static str] {
        &["r=0.8137 c=-0.4119 s=0.2119", "r=0.5119 c=0.7119 s=0.0871", "r=1.7137 c=0.3119 s=1.3137"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Remaining<S>) -> Vec<Relation<'p, S>> {
        let tilt = Tilt { centre: p.c, bend: S::int(1) - p.r, spread: p.s };
        let once = tilt.cumulant(S::one());
        let mean = if self.0 == MEAN_UNSQUARED { once } else { once * 2 };
        vec![Relation::equal("relative variance of the weight", tilt.cumulant(S::int(2)) - mean, tilt.log_ratio())]
    }
}

/// Squared deviations of the log-weight, along paths drawn from the noising SDE.
struct Deviations(u8);

impl Trial for Deviations {
    fn plan(&self) -> Result<Plan, InputError> {
        let exact: Tilted<Ball> = at_point(POINT)?;
        let end = exact.data.process.end();
        let tilt = exact.ends().tilt(0, &end.given(exact.x));
        let (mean, variance) = (tilt.tilted_moments(Ball::zero()).0.to_f64(), tilt.variance());
        let fourth = tilt.fourth_cumulant();
        // What the optimal score is believed to give: no deviation at all.
        let claimed = if self.0 == OPTIMAL_SCORE { 0.0 } else { variance.to_f64() };
        let spread = (fourth + variance.square() * 2).to_f64();

        let p: Tilted<Float> = at_point(POINT)?;
        let path = LinearPath::new(|t| p.data.process.at(t).sde(), 0.0, p.data.process.horizon().0, 8);
        let Ends { prior, marginal } = p.ends();
        let log = |law: &Gaussian<Float>| Quadratic::log_density(law).map(Lanes::<WIDTH>::splat);
        let (prior, marginal) = (log(&prior), log(&marginal));
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("squared deviation of the log-weight", claimed, spread)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let end = path.walk(Lanes::splat(p.x), noise);
                let deviation = prior.value(end) - marginal.value(end) - Lanes::splat(Float(mean));
                out[0] = deviation.square();
            }),
        })
    }
}

parameters! {
    /// Centred Gaussian data with an exact score, and any Gaussian prior.
    Mismatch {
        process: process "the noising process",
        v0: positive "data variance v_0, data N(0, v_0)",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi",
        x: real "the data point",
    }
}

impl<S: Scalar> Mismatch<S> {
    fn tilt(&self) -> Tilt<S> {
        let end = self.process.end();
        let marginal = Gaussian::centred(end.variance(self.v0));
        Tilt::new(&Gaussian::new(self.mpi, self.vpi), &marginal, &end.given(self.x))
    }
}

/// `Var W`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = Mismatch<S>;
    fn value<S: Scalar>(p: &Mismatch<S>) -> S {
        p.tilt().variance()
    }
}

/// `Var e^W/(E e^W)²`.
struct RelativeVariance;

impl Formula for RelativeVariance {
    type Params<S: Scalar> = Mismatch<S>;
    fn value<S: Scalar>(p: &Mismatch<S>) -> S {
        p.tilt().log_ratio().exp_m1()
    }
}

/// The relative variance, or a sentence that says which priors are too wide.
fn relative_variance(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Mismatch<Ball> = ExactReader::new(inputs, ignored).read()?;
    let rest = Ball::one() - p.tilt().bend * 2;
    if rest.certainly_positive() || !rest.is_finite() {
        return Ok(RelativeVariance::value(&p));
    }
    let end = p.process.end();
    // 1/w + 2/v_π − 2/v_T > 0; it can only fail if 2/v_T > 1/w.
    let widest = Ball::int(2) / (Ball::int(2) / end.variance(p.v0) - end.w.recip());
    Err(InputError::Condition(format!(
        "the second moment of the weight is infinite: it is finite only if 1/w_T + 2/vpi - 2/v_T > 0, here for vpi < {}; \
         give a narrower prior, such as v_T = {}",
        widest.to_decimal(15),
        end.variance(p.v0).to_decimal(15)
    )))
}

const RATIO: &str = "relative variance";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "log-weight-variance",
    aliases: &[],
    title: "Exact score, wrong prior: the variance of the log-weight, and when the weight has a second moment",
    expect: Expect::True,
    text: include_str!("log_weight_variance.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of("", &Moments(0)).and_sampled(&Deviations(0)), Readings::of(RATIO, &Ratio(0))],
    controls: &[
        Control {
            id: "optimal-score-is-enough",
            story: "the exact score alone taken to make every log-weight the same, whatever the prior",
            readings: Readings::of("", &Moments(OPTIMAL_SCORE)).and_sampled(&Deviations(OPTIMAL_SCORE)),
        },
        Control {
            id: "prior-alone",
            story: "A = −1/v_π: the prior term of the weight without the end of the data's own process",
            readings: Readings::of("", &Moments(PRIOR_ALONE)),
        },
        Control {
            id: "mean-not-squared",
            story: "E[e^{2W}]/E[e^W] for E[e^{2W}]/E[e^W]²",
            readings: Readings::of(RATIO, &Ratio(MEAN_UNSQUARED)),
        },
    ],
    quantities: &[
        Quantity::of::<Variance>("log-weight-variance", "Var W of the pathwise log-weight, in nats squared", &[]),
        Quantity::of::<RelativeVariance>(
            "relative-variance",
            "Var(e^W)/(E e^W)^2: how many weights a naive estimate would need",
            &[],
        )
        .enclosed_by(relative_variance),
    ],
};
