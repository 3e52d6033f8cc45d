//! How many draws a check needs, and why its evidence is a test for data of any law.
//!
//! A check of a mean with claimed mean and variance bets on both sides of it. With $Y$ the standardised draw and $L = \ln(2/\alpha_k)$, $\alpha_k = \alpha_{tot}/K$,
//!
//! $$ M_n^\pm = \prod_{i\le n}\frac{1 + (1 \pm \lambda Y_i)^2}{2 + \lambda^2}, \quad E\frac{1 + (1 + \lambda Y)^2}{2 + \lambda^2} = 1 + \frac{2\lambda\,EY +
//! \lambda^2(EY^2 - 1)}{2 + \lambda^2}, \quad \lambda = \sqrt{2L/n} $$
//!
//! Whatever the law, if $EY = 0$ and $EY^2 = 1$ each factor has mean 1, and at most 1 if the variance is smaller than claimed; no factor is below
//! $1/(2 + \lambda^2)$. So $P(\exists n: M_n \ge e^L) \le e^{-L}$ (Ville), without moments of higher order and without asymptotics. The logarithm of a factor's
//! numerator is $y - \frac{y^3}6 + \frac{y^4}8 + \dots$ plus $\ln 2$, with no term in $y^2$, so that a shift of $r$ standard deviations yields
//! $\lambda r - \frac{\lambda^2}2$ nats a draw to leading order, $\frac{r^2}2$ at best, as much as a likelihood ratio would. A shift is missed with probability $\beta$ at
//!
//! $$ n = \Big(\frac{z_\beta + \sqrt{2L}}r\Big)^2, \qquad z_\beta = \Phi^{-1}(1 - \beta) $$
//!
//! where the mean evidence is $L$ and $z_\beta$ of its standard deviations $\sqrt{2L}$ more. That is its leading order: it is exact for the validity of a
//! refutation, and approximate for the power, by terms of order $n^{-1/2}$ in the skewness of the draws.
//!
//! Assumptions: independent draws, the claimed variance exact or an upper bound. Validity is proved over a two-point law of any skewness, of which it uses two
//! moments only, and the plan's algebra is proved; that the judge of this library draws exactly the next integer, at $\beta = 10^{-6}$, is enclosed.
//! If it failed, a refutation could be chance, or a passed check blind to the mistake it was planned for.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    Budget, ByEnclosure, Enclosed, EnclosedRelation, Kind, NonNegative, Relation, Statement, Statistic,
};
use crate::numbers::{Ball, Dual, Field, Float, Scalar, Taylor, derivative, normal_quantile};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};

const ONE_SIDED: u8 = 1;
const NOT_SHARED: u8 = 2;
const LOWER_QUANTILE: u8 = 3;
const NOT_SQUARED: u8 = 4;
const EXPONENTIAL: u8 = 5;
const SECOND_ORDER: u8 = 6;
const NO_QUANTILE: u8 = 7;
const LARGER_VARIANCE: u8 = 8;

parameters! {
    /// A law of two points, and a bet.
    Bet {
        lambda: positive "the bet",
        share: fraction "the probability of the upper point",
        ratio: fraction "the true variance over the claimed one",
    }
}

/// One factor of the evidence.
fn factor<S: Scalar>(wrong: u8, lambda: S, y: S) -> S {
    let stake = lambda * y;
    match wrong {
        // The bet of a Gaussian likelihood ratio.
        EXPONENTIAL => (stake - lambda.square() / 2).exp(),
        _ => ((stake + 1).square() + 1) / (lambda.square() + 2),
    }
}

/// The evidence is a martingale.
struct Validity(u8);

impl Statement for Validity {
    type Params<S: Scalar> = Bet<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "lambda=0.37 share=0.2119 ratio=0.71",
            "lambda=3.1 share=0.0137 ratio=0.99",
            "lambda=0.0137 share=0.9 ratio=0.31",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Bet<S>) -> Vec<Relation<'p, S>> {
        let one = S::one();
        // Two points of mean 0 and this variance, the upper one with the given probability: any skewness occurs.
        let mean = |variance: S| {
            let odds = ((one - p.share) / p.share).sqrt();
            let (upper, lower) = (variance.sqrt() * odds, -variance.sqrt() / odds);
            let at = |y: S| factor(self.0, p.lambda, y);
            p.share * at(upper) + (one - p.share) * at(lower)
        };
        let square = p.lambda.square();
        let ratio = if self.0 == LARGER_VARIANCE { p.ratio.recip() } else { p.ratio };
        let room = NonNegative::square(p.lambda)
            .times(NonNegative::declared(one - p.ratio))
            .over(NonNegative::declared(square + 2));
        // The logarithm of the numerator, less ln 2, in powers of the stake.
        let series: Taylor<S, 5> = {
            let stake = Taylor::variable(S::zero());
            (((stake + 1).square() + 1) / 2).ln()
        };
        let second = if self.0 == SECOND_ORDER { S::ratio(-1, 2) } else { S::zero() };
        let mut relations = vec![
            Relation::equal("mean of a factor", mean(one), one),
            Relation::at_most("mean of a factor with less variance", mean(ratio), one, room),
            Relation::at_most(
                "no factor is below",
                (square + 2).recip(),
                factor(0, p.lambda, p.ratio),
                NonNegative::square(p.lambda * p.ratio + 1).over(NonNegative::declared(square + 2)),
            ),
        ];
        let coefficients = [S::zero(), one, second, S::ratio(-1, 6), S::ratio(1, 8)];
        let names = ["order 0", "order 1", "order 2", "order 3", "order 4"];
        for (n, (name, coefficient)) in names.into_iter().zip(coefficients).enumerate() {
            relations.push(Relation::equal(format!("growth, {name}"), series.coefficient(n), coefficient));
        }
        relations
    }
}

parameters! {
    /// A plan in symbols.
    Planned {
        L: positive "threshold in nats",
        z: positive "upper quantile of the miss rate",
        r: positive "shift in standard deviations",
        lambda: positive "a bet",
    }
}

/// `((z + √2L)/r)²`.
fn size<S: Scalar>(wrong: u8, nats: S, z: S, r: S) -> S {
    let power = match wrong {
        NO_QUANTILE => (nats * 2).sqrt(),
        LOWER_QUANTILE => (nats * 2).sqrt() - z,
        _ => (nats * 2).sqrt() + z,
    };
    match wrong {
        NOT_SQUARED => power.square() / r,
        _ => (power / r).square(),
    }
}

/// At the planned size the evidence is as far above the threshold as it should be.
struct Plan(u8);

impl Statement for Plan {
    type Params<S: Scalar> = Planned<S>;

    fn points(&self) -> &'static [&'static str] {
        &["L=26.0216 z=3.0902 r=0.1 lambda=0.37", "L=3.7 z=4.7534 r=1.3 lambda=0.0137"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Planned<S>) -> Vec<Relation<'p, S>> {
        let n = size(self.0, p.L, p.z, p.r);
        let lambda = (p.L * 2 / n).sqrt();
        // Leading order of the mean evidence under the shift, and its standard deviation √n λ.
        let mean = n * (lambda * p.r - lambda.square() / 2);
        let deviation = n.sqrt() * lambda;
        // It vanishes at λ = r, where r²/2 is reached.
        let slope = derivative(|lambda| lambda * Dual::constant(p.r) - lambda.square() / 2, p.lambda);
        vec![
            Relation::equal("evidence less the misses", mean - p.z * deviation, p.L),
            Relation::equal("slope of the growth", slope, p.r - p.lambda),
        ]
    }
}

parameters! {
    /// A run of checks.
    Run {
        alpha_total: fraction "false alarms of the whole run",
        K: count "checks of the run",
        beta: fraction "probability that a check misses the shift",
        r: positive "shift in standard deviations of one draw",
    }
}

/// The planned size of a run's checks.
fn planned(wrong: u8, p: &Run<Ball>) -> Ball {
    let checks = if wrong == NOT_SHARED { Ball::one() } else { Ball::int(p.K.into()) };
    let sides = if wrong == ONE_SIDED { 1 } else { 2 };
    let nats = (checks * sides / p.alpha_total).ln();
    // The upper quantile from the lower tail, where a small β keeps its digits.
    size(wrong, nats, -normal_quantile(p.beta), p.r)
}

/// What the judge of this library draws.
struct Judge(u8);

impl Enclosed for Judge {
    fn points(&self) -> &'static [&'static str] {
        &[
            "alpha_total=1e-9 K=100 beta=1e-6 r=0.1",
            "alpha_total=1e-9 K=1000 beta=1e-6 r=0.037",
            "alpha_total=1e-6 K=7 beta=1e-6 r=1.3119",
            "alpha_total=0.05 K=1 beta=1e-6 r=0.00271",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Run<Ball> = at_point(point)?;
        let claimed = planned(self.0, &p);
        let budget = Budget::new(p.alpha_total.to_f64(), p.K as usize);
        let drawn = budget.plan(&Statistic::mean("claimed to be 0", 0.0, 1.0), (p.r.to_f64(), 1.0));
        let resolved = Ball::from(budget.resolution(Kind::Mean, drawn));
        let drawn = Ball::int(drawn.try_into().unwrap_or(i64::MAX));
        Ok(vec![
            EnclosedRelation::at_most("the judge draws enough", move |_| drawn - claimed),
            EnclosedRelation::at_most("and not one more", move |_| claimed - (drawn - 1)),
            EnclosedRelation::at_most("it resolves the shift", move |_| p.r - resolved),
        ])
    }
}

/// `((z_β + √2L)/r)²`.
fn draws(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Run<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(planned(0, &p))
}

const PLAN: &str = "plan";
const JUDGE: &str = "this library's judge";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "stats-planned-n",
    aliases: &[],
    title: "How many draws a check of a mean needs, and why its evidence holds for draws of any law",
    expect: Expect::True,
    text: include_str!("stats_planned_n.rs"),
    sources: &["ville1939", "catoni2012"],
    readings: &[
        Readings::of("", &Validity(0)),
        Readings::of(PLAN, &Plan(0)),
        Readings::certified(JUDGE, &ByEnclosure(Judge(0))),
    ],
    controls: &[
        Control {
            id: "bet-of-a-normal-law",
            story: "e^{λY − λ²/2} for draws that are not normal: its mean is not 1",
            readings: Readings::of("", &Validity(EXPONENTIAL)),
        },
        Control {
            id: "variance-larger-than-claimed",
            story: "the bound taken to hold where the true variance is larger than the claimed one",
            readings: Readings::of("", &Validity(LARGER_VARIANCE)),
        },
        Control {
            id: "second-order-growth",
            story: "−y²/2 in the logarithm, as of ln(1 + y)",
            readings: Readings::of("", &Validity(SECOND_ORDER)),
        },
        Control {
            id: "power-of-a-half",
            story: "2L/r²: the size at which half of the shifts are missed",
            readings: Readings::of(PLAN, &Plan(NO_QUANTILE)),
        },
        Control {
            id: "shift-not-squared",
            story: "the size inverse to the shift, not to its square",
            readings: Readings::of(PLAN, &Plan(NOT_SQUARED)),
        },
        Control {
            id: "one-side",
            story: "ln(1/α) for a check that refutes on either side",
            readings: Readings::certified(JUDGE, &ByEnclosure(Judge(ONE_SIDED))),
        },
        Control {
            id: "budget-not-shared",
            story: "the false alarms of the whole run spent on every check",
            readings: Readings::certified(JUDGE, &ByEnclosure(Judge(NOT_SHARED))),
        },
        Control {
            id: "lower-quantile",
            story: "Φ⁻¹(β), which is negative, for Φ⁻¹(1 − β)",
            readings: Readings::certified(JUDGE, &ByEnclosure(Judge(LOWER_QUANTILE))),
        },
    ],
    quantities: &[Quantity::enclosed::<Run<Float>>(
        "n",
        "((z_beta + sqrt(2 ln(2 K/alpha_total)))/r)^2, planned draws of a check of a mean, not rounded up",
        &[],
        draws,
    )],
};
