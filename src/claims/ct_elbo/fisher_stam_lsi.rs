//! Fisher information bounds variance and entropy from below, obeys Stam's inequality, and controls divergence.
//!
//! For a law $q$ in $d$ dimensions with score $l = \nabla\log q$, covariance $C$ and entropy $H$:
//!
//! $$ J(q) = E|l|^2 = -E[\nabla\cdot l], \qquad J \ge \frac{d^2}{\mathrm{tr}\,C}, \qquad \frac{e^{2H/d}}{2\pi e}\,J \ge d $$
//!
//! $$ \frac1{J(X+Y)} \ge \frac1{J(X)} + \frac1{J(Y)}, \qquad \mathrm{KL}(q\|\gamma) \le \tfrac12 E_q|l - \nabla\log\gamma|^2, \quad \gamma = N(0, I) $$
//!
//! with $X$ and $Y$ independent. On the line Gaussian laws make all of them equalities but the last (log-Sobolev), which is one
//! only for unit variance.
//!
//! Assumptions: a smooth density with finite Fisher information. Gaussian laws are proved; mixtures are certified, strictly,
//! by integrals over the line. That the inequalities hold for every law is taken from the sources, not shown here. This is
//! decided by enclosure and never by sampling: neither an entropy nor an inequality between integrals has an unbiased test.
//!
//! If they failed, a small loss would promise nothing: that the divergence of a model is bounded by its score error, and
//! that noise mixes exponentially fast, both rest on the log-Sobolev inequality; and implicit score matching rests on the
//! first equality.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, NonNegative, Relation, Statement};
use crate::numbers::{Ball, Field, Float, Matrix, OverLine, Scalar};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{Gaussian, Mixture, MixtureAtTime, MultivariateGaussian, OfLaws, to_digits};

const SIGN: u8 = 1;
const DIMENSION: u8 = 2;
const ADDITIVE: u8 = 3;
const QUARTER: u8 = 4;
const NOT_RELATIVE: u8 = 5;
const REVERSED: u8 = 6;

parameters! {
    /// A Gaussian law in the plane.
    Plane {
        m: vector "its mean, 2 entries",
        S: covariance "its covariance, 2 x 2",
    }
}

/// Fisher information and variance in two dimensions.
struct InThePlane(u8);

impl Statement for InThePlane {
    type Params<S: Scalar> = Plane<S>;

    fn points(&self) -> &'static [&'static str] {
        &["m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]]", "m=[-1.3119,0.4] S=[[0.3137,-0.2],[-0.2,2.1719]]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Plane<S>) -> Vec<Relation<'p, S>> {
        let law = MultivariateGaussian { mean: p.m.clone(), covariance: p.S.clone() };
        let (score, covariance) = (law.score(), p.S.matrix());
        let d = i64::try_from(p.m.dimension()).unwrap_or(i64::MAX);
        let information = score.mean_square(&Matrix::identity(p.m.dimension()), &law);
        let divergence = score.slope.trace();
        let power = if self.0 == DIMENSION { d } else { d * d };
        // tr C tr C⁻¹ − 4 = ((C₁₁ − C₂₂)² + 4 C₁₂²)/det C.
        let (first, second, both) = (covariance[(0, 0)], covariance[(1, 1)], covariance[(0, 1)]);
        let gap = NonNegative::square(first - second)
            .plus(NonNegative::square(both * 2))
            .over(NonNegative::exp(p.S.log_det()))
            .over(NonNegative::declared(first).plus(NonNegative::declared(second)));
        vec![
            Relation::equal("score and divergence", information, if self.0 == SIGN { divergence } else { -divergence }),
            Relation::at_most("information and variance", S::int(power) / covariance.trace(), information, gap),
        ]
    }
}

parameters! {
    /// Two Gaussian laws on the line.
    Pair {
        m: real "mean of the first law",
        v: positive "its variance",
        m2: real "mean of the second law",
        v2: positive "its variance",
    }
}

/// Entropy, convolution and divergence on the line.
struct OnTheLine(u8);

impl Statement for OnTheLine {
    type Params<S: Scalar> = Pair<S>;

    fn points(&self) -> &'static [&'static str] {
        &["m=0.4119 v=0.6137 m2=-0.7119 v2=1.7137", "m=0 v=0.3137 m2=0.3119 v2=0.8117", "m=1.9 v=2.7137 m2=0 v2=0.4"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Pair<S>) -> Vec<Relation<'p, S>> {
        let law = Gaussian::new(p.m, p.v);
        let other = Gaussian::new(p.m2, p.v2);
        let sum = Gaussian::new(p.m + p.m2, p.v + p.v2);
        let information = |law: &Gaussian<S>| law.score().mean_square(law);
        let apart = match self.0 {
            ADDITIVE => (information(&law) + information(&other)).recip(),
            _ => information(&law).recip() + information(&other).recip(),
        };
        let standard = Gaussian::centred(S::one());
        let relative = match self.0 {
            NOT_RELATIVE => information(&law),
            _ => law.score().minus(&standard.score()).mean_square(&law),
        };
        let bound = relative / if self.0 == QUARTER { 4 } else { 2 };
        let gap = NonNegative::divergence((S::one() - p.v) / p.v).times(NonNegative::declared(S::ratio(1, 2)));
        vec![
            Relation::equal(
                "information and entropy",
                law.entropy() * 2 + information(&law).ln(),
                (S::pi() * 2).ln() + 1,
            ),
            Relation::equal("information of a sum", information(&sum).recip(), apart),
            Relation::at_most("divergence and relative information", law.kl(&standard), bound, gap),
        ]
    }
}

/// `l′(y)`.
#[derive(Clone, Copy)]
struct ScoreSlope;

impl OfLaws<1> for ScoreSlope {
    fn value<S: OverLine>(self, [q]: &[Mixture<S>; 1], y: S) -> S {
        q.score_slope(y)
    }
}

/// `½ (l_q − l_γ)² − log q/γ`, which the log-Sobolev inequality averages.
#[derive(Clone, Copy)]
struct Slack;

impl OfLaws<2> for Slack {
    fn value<S: OverLine>(self, [q, standard]: &[Mixture<S>; 2], y: S) -> S {
        (q.score(y) - standard.score(y)).square() / 2 - (q.log_density(y) - standard.log_density(y))
    }
}

/// All of it for a law that is not Gaussian: noised data, and their sum with an independent draw of the data.
struct Mixtures(u8);

impl Enclosed for Mixtures {
    fn points(&self) -> &'static [&'static str] {
        &[
            "b0=0.1 b1=9.137 T=1.3 wt=[0.3137,0.6863] m=[-1.1719,0.8317] v=[0.3119,0.4713] t=0.2719",
            "b0=0.1 b1=3.137 T=1.3 wt=[0.4137,0.5863] m=[-1.9137,1.3119] v=[0.2137,0.4119] t=0.1119",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: MixtureAtTime<Ball> = at_point(point)?;
        let (law, data) = (p.law(), p.data.start);
        let sum = law.convolved(&data);
        let standard = Mixture::single(Gaussian::centred(Ball::one()));
        let [by_score, to_variance, to_entropy, of_sum, relative] = std::array::from_fn(|_| law.clone());
        Ok(vec![
            EnclosedRelation::equal("score and divergence", move |radius| {
                let divergence = by_score.expectation([&by_score], ScoreSlope, radius);
                by_score.fisher_information(radius) + if wrong == SIGN { -divergence } else { divergence }
            }),
            EnclosedRelation::at_most("information and variance", move |radius| {
                to_variance.fisher_information(radius) - to_variance.variance().recip()
            }),
            EnclosedRelation::at_most("information and entropy", move |radius| {
                let power = to_entropy.entropy(radius) * 2 + to_entropy.fisher_information(radius).ln();
                power - (Ball::pi() * 2).ln() - 1
            }),
            EnclosedRelation::at_most("information of a sum", move |radius| {
                let [together, one, other] = [&sum, &of_sum, &data].map(|law| law.fisher_information(radius).recip());
                let slack = together - one - other;
                if wrong == REVERSED { -slack } else { slack }
            }),
            EnclosedRelation::at_most("divergence and relative information", move |radius| {
                relative.expectation([&relative, &standard], Slack, radius)
            }),
        ])
    }
}

/// `J(q_t)`.
fn fisher_information(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: MixtureAtTime<Ball> = ExactReader::new(inputs, ignored).read()?;
    let law = p.law();
    // J is at least 1/variance, and is not enclosed twice unless it is much larger.
    let least = law.variance().recip().to_f64();
    Ok(to_digits(digits, least, |radius| law.fisher_information(radius)))
}

const PLANE: &str = "in the plane";
const MIXTURES: &str = "mixtures";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fisher-stam-lsi",
    aliases: &[],
    title: "Fisher information against variance, entropy, sums and divergence",
    expect: Expect::True,
    text: include_str!("fisher_stam_lsi.rs"),
    sources: &["stam1959", "gross1975"],
    readings: &[
        Readings::of("", &OnTheLine(0)),
        Readings::of(PLANE, &InThePlane(0)),
        Readings::certified(MIXTURES, &ByEnclosure(Mixtures(0))),
    ],
    controls: &[
        Control {
            id: "sign",
            story: "J = +E ∇·l, integration by parts without its sign",
            readings: Readings::of(PLANE, &InThePlane(SIGN)),
        },
        Control {
            id: "sign-for-a-mixture",
            story: "the same, for a law that is not Gaussian",
            readings: Readings::certified(MIXTURES, &ByEnclosure(Mixtures(SIGN))),
        },
        Control {
            id: "dimension",
            story: "J ≥ d/tr C, the bound on the line used in d dimensions",
            readings: Readings::of(PLANE, &InThePlane(DIMENSION)),
        },
        Control {
            id: "information-adds",
            story: "J(X + Y) = J(X) + J(Y), as if noise brought information about the state",
            readings: Readings::of("", &OnTheLine(ADDITIVE)),
        },
        Control {
            id: "stam-reversed",
            story: "1/J(X + Y) ≤ 1/J(X) + 1/J(Y)",
            readings: Readings::certified(MIXTURES, &ByEnclosure(Mixtures(REVERSED))),
        },
        Control {
            id: "quarter",
            story: "a log-Sobolev constant of ¼, which every shift of γ refutes",
            readings: Readings::of("", &OnTheLine(QUARTER)),
        },
        Control {
            id: "not-relative",
            story: "E|l|² in place of E|l − ∇log γ|² in the log-Sobolev inequality",
            readings: Readings::of("", &OnTheLine(NOT_RELATIVE)),
        },
    ],
    quantities: &[Quantity::enclosed::<MixtureAtTime<Float>>(
        "fisher-information",
        "J(q_t) = E l_t^2 of the noised mixture, per squared unit of the state",
        &[("x", Domain::Real)],
        fisher_information,
    )],
};
