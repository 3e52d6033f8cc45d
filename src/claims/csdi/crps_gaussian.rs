//! The CRPS of a Gaussian forecast in closed form: an integral over the line, an integral over quantiles, and two mean distances.
//!
//! With $z = (y - m)/\tau$, for the forecast $N(m, \tau^2)$ with the distribution function $F$ and draws $X, X'$ from it,
//!
//! $$ \mathrm{CRPS} = \tau\left[z(2\Phi(z) - 1) + 2\varphi(z) - \tfrac1{\sqrt\pi}\right] = \int(F(x) - 1_{y \le x})^2dx
//! = 2\int_0^1\Lambda_q\,dq = E|X - y| - \tfrac12E|X - X'| $$
//!
//! where $\Lambda_q = (q - 1_{y < c})(y - c)$ is the pinball loss of the quantile $c = m + \tau\Phi^{-1}(q)$. It has the unit of $y$.
//!
//! Assumptions: $\tau > 0$. The distribution function of a normal law is no closed form that a proof reads, so the identities are
//! enclosed at points, by quadrature on both sides of the kink at $y$, and drawn.
//!
//! If it failed, two libraries would report different numbers under one name. They do when one forgets the factor 2 of the
//! pinball loss, the half before the spread, or hands over a variance where a standard deviation is asked for.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Plan, Statistic, Trial, sampler};
use crate::numbers::{
    Ball, Field, Float, Integrand, Lanes, OverLine, Scalar, gaussian_mean_above, gaussian_mean_below,
};
use crate::objectives::scoring::crps;
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{Forecast, Gaussian, Range};

const ONE_PINBALL: u8 = 1;
const WHOLE_SPREAD: u8 = 2;
const LOG_SCORE: u8 = 3;
const VARIANCE_FOR_DEVIATION: u8 = 4;

parameters! {
    /// A forecast and what came.
    Verification {
        forecast: of(Forecast) "the forecast",
        y: real "what came",
    }
}

/// The square of a tail of the forecast: `F²` below what came, `(1 − F)²` above.
struct SquaredTail {
    law: Gaussian<Ball>,
    above: bool,
}

impl Integrand for SquaredTail {
    fn value<S: OverLine>(&self, x: S) -> S {
        let law = self.law.map(S::enclosed);
        if self.above { law.above(x).square() } else { law.below(x).square() }
    }
}

/// The pinball loss at the level `Φ(u)`, in units of `τ`, of the quantiles on one side of what came.
struct Pinball {
    z: Ball,
    above: bool,
}

impl Integrand for Pinball {
    fn value<S: OverLine>(&self, u: S) -> S {
        let standard = Gaussian::centred(S::one());
        let miss = S::enclosed(self.z) - u;
        // The level is Φ(u), and Φ(u) − 1 = −Φ(−u).
        if self.above { -standard.above(u) * miss } else { standard.below(u) * miss }
    }
}

/// One of the identities, or a wrong version of it.
struct Identity {
    part: usize,
    wrong: u8,
}

const OVER_THE_LINE: usize = 0;
const OVER_THE_LEVELS: usize = 1;
const DISTANCES: usize = 2;

impl Enclosed for Identity {
    fn points(&self) -> &'static [&'static str] {
        &["m=0.3 sd=1.7 y=1.1", "m=-1.3137 sd=0.37 y=2.9119", "m=41.9 sd=13700 y=-31117.3"]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.wrong;
        let p: Verification<Ball> = at_point(point)?;
        let (law, y, sd) = (p.forecast.law(), p.y, p.forecast.sd);
        let score = match wrong {
            LOG_SCORE => -law.log_density(y),
            VARIANCE_FOR_DEVIATION => crps(&Gaussian::new(law.mean, law.variance.square()), y),
            _ => crps(&law, y),
        };
        let z = (y - law.mean) / sd;
        let factor = if wrong == ONE_PINBALL { 1 } else { 2 };
        let share = if wrong == WHOLE_SPREAD { Ball::one() } else { Ball::ratio(1, 2) };
        let identities = [
            EnclosedRelation::equal("integral over the line", move |radius| {
                let range = Range::of(&[law], radius);
                let below = range.integral_below(&SquaredTail { law, above: false }, y, radius);
                score - below - range.integral_above(&SquaredTail { law, above: true }, y, radius)
            }),
            EnclosedRelation::equal("integral over the levels", move |radius| {
                let inner = radius / sd.to_f64();
                let below = gaussian_mean_below(&Pinball { z, above: false }, z, inner);
                let above = gaussian_mean_above(&Pinball { z, above: true }, z, inner);
                score - (below + above) * sd * factor
            }),
            EnclosedRelation::equal("mean distances", move |radius| {
                let distance = |law: &Gaussian<Ball>, from: Ball| law.mean_of_hinge(from, [Ball::one(); 2], radius);
                let spread = distance(&Gaussian::centred(law.variance * 2), Ball::zero());
                score - (distance(&law, y) - spread * share)
            }),
        ];
        Ok(identities.into_iter().skip(self.part).take(1).collect())
    }
}

/// `|X − y| − ½|X − X′|`.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "m=0.3 sd=1.7 y=1.1";
        let exact: Verification<Ball> = at_point(POINT)?;
        let p: Verification<Float> = at_point(POINT)?;
        let law = exact.forecast.law();
        let mean = crps(&law, exact.y);
        // In X the difference changes by at most 3/2 of a step, in X′ by at most 1/2: its variance is at most the sum of the
        // squares of these, times τ² (Poincaré's inequality for Gaussian laws).
        let variance = law.variance * 5 / 2;
        let share = if self.0 == WHOLE_SPREAD { 1.0 } else { 0.5 };
        let spread = (law.variance / Ball::pi()).sqrt() * 2;
        let drawn = mean - spread * (Ball::from(share) - Ball::ratio(1, 2));
        let (law, y) = (p.forecast.law(), p.y);
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("score of a pair of draws", mean.to_f64(), variance.to_f64())],
            drawn: (self.0 != 0).then(|| vec![(drawn.to_f64(), variance.to_f64())]),
            sampler: sampler(move |noise, out| {
                let [x, other] = [noise.gaussian(&law), noise.gaussian(&law)];
                let distance = |a: Lanes<_>, b: Lanes<_>| (a - b).square().sqrt();
                out[0] = distance(x, Lanes::splat(y)) - distance(x, other) * Lanes::splat(Float(share));
            }),
        })
    }
}

/// The score.
fn score(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Verification<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(crps(&p.forecast.law(), p.y))
}

const LINE: &str = "over the line";
const LEVELS: &str = "over the levels";
const PAIRS: &str = "distances of draws";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "crps-gaussian",
    aliases: &[],
    title: "The CRPS of a Gaussian forecast: one closed form of two integrals and a difference of mean distances",
    expect: Expect::True,
    text: include_str!("crps_gaussian.rs"),
    sources: &["gneiting2007"],
    readings: &[
        Readings::certified(LINE, &ByEnclosure(Identity { part: OVER_THE_LINE, wrong: 0 })),
        Readings::certified(LEVELS, &ByEnclosure(Identity { part: OVER_THE_LEVELS, wrong: 0 })),
        Readings::certified(PAIRS, &ByEnclosure(Identity { part: DISTANCES, wrong: 0 })).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "one-pinball",
            story: "the pinball loss averaged over the levels without the factor 2: half of the score",
            readings: Readings::certified(LEVELS, &ByEnclosure(Identity { part: OVER_THE_LEVELS, wrong: ONE_PINBALL })),
        },
        Control {
            id: "whole-spread",
            story: "the distance of two draws subtracted whole: 2/√π for 1/√π",
            readings: Readings::certified(PAIRS, &ByEnclosure(Identity { part: DISTANCES, wrong: WHOLE_SPREAD }))
                .and_sampled(&Draws(WHOLE_SPREAD)),
        },
        Control {
            id: "log-score",
            story: "the logarithmic score −log p(y) reported as the CRPS",
            readings: Readings::certified(LINE, &ByEnclosure(Identity { part: OVER_THE_LINE, wrong: LOG_SCORE })),
        },
        Control {
            id: "variance-for-deviation",
            story: "the variance handed over where a standard deviation is asked for",
            readings: Readings::certified(
                LINE,
                &ByEnclosure(Identity { part: OVER_THE_LINE, wrong: VARIANCE_FOR_DEVIATION }),
            ),
        },
    ],
    quantities: &[Quantity::enclosed::<Verification<Float>>(
        "crps",
        "the CRPS of the forecast N(m, sd^2) at y, in the unit of y",
        &[],
        score,
    )],
};
