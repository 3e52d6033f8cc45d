//! A bound integrated from $\epsilon$ instead of 0 bounds nothing; a decoder from $\epsilon$ to the data makes it a bound again.
//!
//! With the exact score and $\pi = q_T$ the *naive* truncated bound, paths from $Y_0 = x$ and the integral over
//! $[\epsilon, T]$, is
//!
//! $$ E[\log q_\epsilon(Y_\epsilon) \,|\, Y_0 = x], \qquad
//! E_q[\text{naive}] - E_q[\log q_0] = \tfrac12\ln\frac{v_0}{v_\epsilon} = -\int_0^\epsilon\left(\nabla\cdot f + \tfrac12 G J(q_t)\right)dt $$
//!
//! which on variance-preserving noise is positive if and only if $v_0 > 1$. The cure is the last layer of a variational autoencoder,
//!
//! $$ E[\log p(x|Y_\epsilon) - \log q_{\epsilon|0}(Y_\epsilon|x) \,|\, x] + \text{naive} $$
//!
//! which is a lower bound for every decoder. With the posterior $p(x|y) = N(m_0 + \frac{\varphi v_0}{v_\epsilon}(y - m_\epsilon), \frac{v_0 w}{v_\epsilon})$
//! it returns $\log q_0(x)$ at every $x$; with the variance $w/\varphi^2$ and the same mean it loses, on average,
//! $\mathrm{KL} = \frac12(u - 1 - \ln u)$ with $u = 1 - w/v_\epsilon$, although at some $x$ it is larger.
//!
//! Assumptions: $v_0 > 0$, $0 < \epsilon < T$. If this is overlooked, likelihoods reported with a cut-off are too good wherever
//! the data are more spread out than the noise.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{BoundEstimate, NonNegative, Plan, Quadratic, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Dual, Float, Lanes, Scalar};
use crate::objectives::elbo::RunningCost;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{Affine, Clock, Gaussian, GaussianData, Process, ReverseSde, Transition};

/// Data at a point, with a cut-off; in a proof the clock at the cut-off is free.
pub(in crate::claims) struct Cut<S> {
    data: GaussianData<S>,
    x: S,
    eps: S,
}

fn read_cut_off<S: Scalar>(source: &mut dyn Source<S>) -> Result<S, InputError> {
    let eps = source.real("eps", Domain::Positive, "the cut-off epsilon, before the end of the process")?;
    source.ordered("eps", "T", true)?;
    source.ordered("eps", "tend", true)?;
    Ok(eps)
}

impl<S: Scalar> Parameters<S> for Cut<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let data = GaussianData::read(source)?;
        let x = source.real("x", Domain::Real, "the data point")?;
        Ok(Self { data, x, eps: read_cut_off(source)? })
    }
}

const NO_ENCODER: u8 = 1;
const DECODER_VARIANCE: u8 = 2;
const TIGHT_AT_THE_CUT: u8 = 3;
/// The naive bound taken for a bound on `log q_0`.
pub(in crate::claims) const NAIVE: u8 = 4;

impl<S: Scalar> Cut<S> {
    fn clock(&self) -> Clock<S> {
        self.data.process.at(self.eps)
    }

    /// The naive truncated bound at `x`.
    fn naive(&self, x: S) -> S {
        let clock = self.clock();
        self.data.law(&clock).expected_log_density(&clock.given(x))
    }

    /// The posterior, or one with the variance of `Y_ε/φ` about `x`.
    fn decoder(&self, simple: bool) -> Transition<S> {
        let clock = self.clock();
        let exact = self.data.posterior(&clock);
        if simple { Transition { variance: clock.w / clock.phi.square(), ..exact } } else { exact }
    }

    /// The corrected bound at `x`, or a wrong version of it.
    fn corrected(&self, wrong: u8, simple: bool, x: S) -> S {
        let (decoder, law) = (self.decoder(simple), self.clock().given(x));
        let mean = Transition { variance: S::zero(), ..decoder }.apply(&law);
        let decoded = Gaussian::new(x, decoder.variance).expected_log_density(&mean);
        decoded + self.naive(x) + if wrong == NO_ENCODER { S::zero() } else { law.entropy() }
    }
}

struct Truncated(u8);

const EXAMPLE: &str = "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=0.3137 eps=0.05 x=0.8113";

impl Statement for Truncated {
    type Params<S: Scalar> = Cut<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.2 v0=2.3137 eps=0.37 x=1.8113",
            EXAMPLE,
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=2.3137 eps=0.05 x=0.8113",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 m0=-0.3 v0=0.8117 eps=0.21 x=1.7131",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Cut<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let process = &p.data.process;
        let start = p.data.start();
        let naive = start.average_of_quadratic(|x| p.naive(x)) + start.entropy();
        let kept = (p.data.law(&p.clock()).variance / p.data.v0).ln() / 2;
        vec![
            // E log q_t(Y_t) moves by the cost: from the cut-off to the end it gains what the bound pays.
            Relation::rate(
                "naive bound",
                (p.eps, process.horizon()),
                |t| p.data.moving_law(t).expected_log_density(&process.moving(t).given(Dual::constant(p.x))),
                |t| {
                    let clock = process.at(t);
                    let score = p.data.law(&clock).score();
                    let drift = ReverseSde::plug_in(&clock, &score, S::zero()).drift;
                    RunningCost::new(drift.slope, &clock, &score, &clock.given(p.x), S::zero()).total()
                },
            ),
            Relation::equal(
                "average of the naive bound",
                naive,
                if wrong == TIGHT_AT_THE_CUT { S::zero() } else { -kept },
            ),
            Relation::rate(
                "entropy before the cut-off",
                (S::zero(), p.eps),
                |t| p.data.moving_law(t).entropy(),
                |t| {
                    let (clock, law) = (process.at(t), p.data.law_at(t));
                    clock.alpha + clock.noise * law.score().mean_square(&law) / 2
                },
            ),
            Relation::equal(
                "corrected bound",
                p.corrected(wrong, wrong == DECODER_VARIANCE, p.x),
                start.log_density(p.x),
            ),
        ]
    }
}

/// On average a corrected bound is below the log-density of the data, for a decoder that is not the posterior as well. The
/// naive bound is above it wherever the noise shrinks the data, as at these points.
pub(in crate::claims) struct AverageBound(pub(in crate::claims) u8);

impl Statement for AverageBound {
    type Params<S: Scalar> = Cut<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.2 v0=2.3137 eps=0.37 x=1.8113",
            "process=vp-linear b0=0.1 b1=3.137 T=1 m0=0 v0=2.3137 eps=0.05 x=0.8113",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Cut<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let average =
            p.data.start().average_of_quadratic(|x| if wrong == NAIVE { p.naive(x) } else { p.corrected(0, true, x) });
        let clock = p.clock();
        let lost = NonNegative::divergence(-clock.w / clock.variance(p.data.v0));
        let gap = lost.times(NonNegative::declared(S::ratio(1, 2)));
        vec![Relation::at_most("average of the bound", average, -p.data.start().entropy(), gap)]
    }
}

/// Estimates with a cut-off, without and with the decoder.
struct Estimates(u8);

impl Trial for Estimates {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.2 v0=2.3137 eps=0.37 x=1.8113";
        let exact: Cut<Ball> = at_point(POINT)?;
        let density = exact.data.start().log_density(exact.x);
        let naive = if wrong == NAIVE { density } else { exact.naive(exact.x) };
        let corrected = exact.corrected(wrong, wrong == DECODER_VARIANCE, exact.x);

        let p: Cut<Float> = at_point(POINT)?;
        let (process, cut, x) = (&p.data.process, p.eps, p.x);
        let cost = |t| {
            let clock = process.at(t + cut);
            let score = p.data.law(&clock).score();
            let divergence = ReverseSde::plug_in(&clock, &score, Float(0.0)).drift.slope;
            Quadratic { constant: divergence, scale: clock.noise / 2, affine: score }
        };
        let (start, end) = (p.clock().given(x), p.data.law(&process.end()));
        let estimate = BoundEstimate::new(|t| process.at(t + cut).sde(), cost, &end, start, process.horizon() - cut);
        let decoder = p.decoder(false);
        let residual = Quadratic::log_density(&Gaussian::new(x, decoder.variance));
        let decoded = Quadratic { affine: Affine { slope: decoder.factor, offset: decoder.offset - x }, ..residual };
        let encoded = Quadratic::log_density(&start);
        let variances = [estimate.variance(), decoded.moments(&start).1, encoded.moments(&start).1];
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("naive estimate", naive.to_f64(), variances[0]),
                Statistic::mean("corrected estimate", corrected.to_f64(), variances.iter().sum()),
            ],
            drawn: None,
            // Other paths for each term, so that the variances add.
            sampler: sampler(move |noise, out| {
                let [first, second] = [noise.gaussian(&start), noise.gaussian(&start)];
                out[0] = estimate.draw(noise);
                let layer = decoded.map(Lanes::splat).value(first) - encoded.map(Lanes::splat).value(second);
                out[1] = estimate.draw(noise) + layer;
            }),
        })
    }
}

/// A process with a cut-off, and centred data.
struct Asked<S> {
    process: Process<S>,
    v0: S,
    eps: S,
}

impl<S: Scalar> Parameters<S> for Asked<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let process = Process::read(source)?;
        let v0 = source.real("v0", Domain::Positive, "data variance v_0")?;
        Ok(Self { process, v0, eps: read_cut_off(source)? })
    }
}

/// `½ ln(v₀/v_ε)`, with `v_ε/v₀ − 1 = (φ² − 1) + w/v₀` and `φ² − 1` without cancellation.
struct Difference;

impl Formula for Difference {
    type Params<S: Scalar> = Asked<S>;
    fn value<S: Scalar>(p: &Asked<S>) -> S {
        let clock = p.process.at(p.eps);
        -((clock.phi.ln() * 2).exp_m1() + clock.w / p.v0).ln_1p() / 2
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "time-truncation",
    aliases: &[],
    title: "A bound cut off at ε bounds nothing without a decoder; with the posterior it is exact",
    expect: Expect::True,
    text: include_str!("time_truncation.rs"),
    sources: &["song2021scoreflow", "song2021sde"],
    readings: &[Readings::of("", &Truncated(0)).and_sampled(&Estimates(0)), Readings::of("average", &AverageBound(0))],
    controls: &[
        Control {
            id: "no-encoder",
            story: "the decoder added, but −log q(y_ε|x) forgotten",
            readings: Readings::of("", &Truncated(NO_ENCODER)).and_sampled(&Estimates(NO_ENCODER)),
        },
        Control {
            id: "decoder-variance",
            story: "the decoder with the variance w/φ² of the rescaled noise, taken to be exact",
            readings: Readings::of("", &Truncated(DECODER_VARIANCE)),
        },
        Control {
            id: "tight-at-the-cut",
            story: "the cut-off taken to cost nothing on average",
            readings: Readings::of("", &Truncated(TIGHT_AT_THE_CUT)),
        },
        Control {
            id: "naive-is-a-bound",
            story: "the truncated bound taken for a lower bound of the log-density, on average",
            readings: Readings::of("average", &AverageBound(NAIVE)),
        },
    ],
    quantities: &[Quantity::of::<Difference>(
        "difference",
        "E_q of the naive truncated bound minus E_q log q_0, in nats",
        &[],
    )],
};
