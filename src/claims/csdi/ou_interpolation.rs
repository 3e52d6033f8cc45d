//! Between two noise-free neighbours an Ornstein–Uhlenbeck process forgets every other observation.
//!
//! With covariance $k(\tau) = s\,e^{-\theta|\tau|}$, mean $\mu$, and neighbours at distances $a$ before and $b$ after,
//!
//! $$ m = \mu + \frac{(x_a-\mu)\sinh\theta b + (x_b-\mu)\sinh\theta a}{\sinh\theta(a+b)}, \qquad
//! V = 2s\,\frac{\sinh\theta a\,\sinh\theta b}{\sinh\theta(a+b)} $$
//!
//! whatever was seen further away. At $\theta \to 0$ with $q = 2\theta s$ kept it is the Brownian bridge: linear interpolation, and
//! $V = q\,ab/(a+b)$. In the form
//!
//! $$ V = q\,\frac{\varsigma(a)\varsigma(b)}{\varsigma(a+b)}, \qquad \varsigma(x) = x\,\varphi_1(-2\theta x) = \frac{1-e^{-2\theta x}}{2\theta} $$
//!
//! nothing cancels at gaps of $10^{-9}$, no exponential of a long gap is formed, and $\theta = 0$ is no special case.
//!
//! Assumptions: $s, \theta, a, b > 0$, observations without noise. With noise $R > 0$ the cut at the neighbours is false and *every*
//! observation matters; so it is for a process that is not Markov by itself, as Matérn's. If it failed, an imputer that looks at the
//! nearest observations only would lose information that it does not know of. There is nothing here that sampling would add: both
//! sides are laws of one Gaussian vector.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Covariance, Matrix, Scalar, Vector};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::timeseries::{Matern, Neighbours, OrnsteinUhlenbeck, StateSpace};
use crate::worlds::{Gaussian, MultivariateGaussian};

parameters! {
    /// A time between two neighbours, and one more observation after them.
    Between {
        process: of(OrnsteinUhlenbeck) "the process",
        a: positive "time since the neighbour before",
        b: positive "time to the neighbour after",
        c: positive "time from the neighbour after to one more observation",
        xa: real "what was seen before",
        xb: real "what was seen after",
        xc: real "what was seen later",
        R: positive "variance of a noise on what is seen, for the wrong version that has any",
    }
}

const LINEAR: u8 = 1;
const SWAPPED: u8 = 2;
const ONE_SIDED: u8 = 3;
const NOISY: u8 = 4;
const SMOOTH: u8 = 5;

impl<S: Scalar> Between<S> {
    /// The law at the time between, given the first `known` of the observations `a, b, c` with noise of this variance: of one
    /// Gaussian vector, which knows of no order of time.
    fn dense(&self, process: &impl StateSpace<S>, noise: S, known: usize) -> Gaussian<S> {
        let times = [self.a, S::zero(), self.a + self.b, self.a + self.b + self.c];
        let covariance = Matrix::symmetric(known + 1, |i, j| match (i, j) {
            (0, 0) => process.kernel(S::zero()),
            _ if i == j => process.kernel(S::zero()) + noise,
            // The lags are written out: a time does not know which of two is later.
            (1, 0) => process.kernel(self.a),
            (2, 0) => process.kernel(self.b),
            (3, 0) => process.kernel(self.b + self.c),
            _ => process.kernel(times[i] - times[j]),
        });
        let law = MultivariateGaussian {
            mean: Vector(vec![process.mean(); known + 1]),
            covariance: Covariance::new(covariance),
        };
        let places: Vec<usize> = (1..=known).collect();
        let seen = Vector([self.xa, self.xb, self.xc][..known].to_vec());
        let given = law.given(&places, &[0]);
        Gaussian::new((&(&given.matrix * &seen) + &given.offset)[0], given.covariance[(0, 0)])
    }

    /// By the closed form, or what a wrong version takes for it.
    fn claimed(&self, wrong: u8) -> Gaussian<S> {
        let Self { process, a, b, xa, xb, .. } = self;
        let between = process.between(*a, *b);
        match wrong {
            LINEAR => {
                let straight = Neighbours { before: *b / (*a + *b), after: *a / (*a + *b), ..between };
                straight.law(process.mu, *xa, *xb)
            }
            SWAPPED => between.law(process.mu, *xb, *xa),
            ONE_SIDED => {
                let at = |x: S| Gaussian::new(x, S::zero());
                let [left, right] = [(*a, *xa), (*b, *xb)].map(|(gap, x)| process.step(gap).apply(&at(x)));
                let variance = (left.variance.recip() + right.variance.recip()).recip();
                Gaussian::new((left.mean / left.variance + right.mean / right.variance) * variance, variance)
            }
            _ => between.law(process.mu, *xa, *xb),
        }
    }
}

struct Bridge(u8);

impl Statement for Bridge {
    type Params<S: Scalar> = Between<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=1.7 theta=0.8 mu=0.4 a=0.37 b=0.73 c=0.51 xa=0.6 xb=-1.2 xc=1.9 R=0.3",
            "s=0.5 theta=3 mu=-0.7 a=1e-9 b=0.499999999 c=1e-9 xa=1 xb=-1 xc=-1.3 R=0.01",
            "s=2.3 theta=41 mu=1.3 a=0.07 b=0.19 c=0.02 xa=0.6 xb=-1.2 xc=2.2 R=2.1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Between<S>) -> Vec<Relation<'p, S>> {
        let law = p.claimed(self.0);
        let neighbours = p.dense(&p.process, S::zero(), 2);
        let smooth = Matern { s: p.process.s, kappa: p.process.theta };
        // That the neighbours are enough, of this process or of one of which it is not true.
        let (cut, all) = match self.0 {
            NOISY => (p.dense(&p.process, p.R, 2), p.dense(&p.process, p.R, 3)),
            SMOOTH => (p.dense(&smooth, S::zero(), 2), p.dense(&smooth, S::zero(), 3)),
            _ => (law, p.dense(&p.process, S::zero(), 3)),
        };
        let sinh = |x: S| (x.exp() - (-x).exp()) / 2;
        let OrnsteinUhlenbeck { s, theta, .. } = p.process;
        let whole = sinh(theta * (p.a + p.b));
        let between = p.process.between(p.a, p.b);
        let q = s * theta * 2;
        let brownian = Neighbours::new(q, S::zero(), p.a, p.b);
        vec![
            Relation::equal("mean", law.mean, neighbours.mean),
            Relation::equal("variance", law.variance, neighbours.variance),
            Relation::equal("mean given one more", cut.mean, all.mean),
            Relation::equal("variance given one more", cut.variance, all.variance),
            Relation::equal("weight before, by sinh", between.before, sinh(theta * p.b) / whole),
            Relation::equal("weight after, by sinh", between.after, sinh(theta * p.a) / whole),
            Relation::equal("variance, by sinh", law.variance, s * 2 * sinh(theta * p.a) * sinh(theta * p.b) / whole),
            Relation::equal("Brownian bridge, weight", brownian.before, p.b / (p.a + p.b)),
            Relation::equal("Brownian bridge, variance", brownian.variance, q * p.a * p.b / (p.a + p.b)),
        ]
    }
}

/// The process between two times at which it was seen.
struct AtTime<S> {
    process: OrnsteinUhlenbeck<S>,
    a: S,
    b: S,
    seen: [S; 2],
}

impl<S: Scalar> Parameters<S> for AtTime<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let process = OrnsteinUhlenbeck::read(source)?;
        let before = source.real("t_a", Domain::Real, "time of the neighbour before")?;
        let t = source.real("t", Domain::Real, "the time in question")?;
        let after = source.real("t_b", Domain::Real, "time of the neighbour after")?;
        let left = source.real("x_a", Domain::Real, "what was seen before, without noise")?;
        let right = source.real("x_b", Domain::Real, "what was seen after, without noise")?;
        source.ordered("t_a", "t", true)?;
        source.ordered("t", "t_b", true)?;
        Ok(Self { process, a: t - before, b: after - t, seen: [left, right] })
    }
}

impl<S: Scalar> AtTime<S> {
    fn law(&self) -> Gaussian<S> {
        self.process.between(self.a, self.b).law(self.process.mu, self.seen[0], self.seen[1])
    }
}

/// `m`.
struct Mean;

impl Formula for Mean {
    type Params<S: Scalar> = AtTime<S>;
    fn value<S: Scalar>(p: &AtTime<S>) -> S {
        p.law().mean
    }
}

/// `V`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = AtTime<S>;
    fn value<S: Scalar>(p: &AtTime<S>) -> S {
        p.law().variance
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ou-interpolation",
    aliases: &[],
    title: "Between two noise-free neighbours an Ornstein–Uhlenbeck process forgets every other observation",
    expect: Expect::True,
    text: include_str!("ou_interpolation.rs"),
    sources: &["uhlenbeck1930", "tashiro2021"],
    readings: &[Readings::of("", &Bridge(0))],
    controls: &[
        Control {
            id: "linear-interpolation",
            story: "a straight line between the neighbours, which is the mean of Brownian motion",
            readings: Readings::of("", &Bridge(LINEAR)),
        },
        Control {
            id: "weights-swapped",
            story: "the weight of each neighbour grows with its own distance",
            readings: Readings::of("", &Bridge(SWAPPED)),
        },
        Control {
            id: "product-of-one-sided-laws",
            story: "the laws given either neighbour multiplied, without dividing by the prior that both contain",
            readings: Readings::of("", &Bridge(ONE_SIDED)),
        },
        Control {
            id: "cut-with-noise",
            story: "the cut at the neighbours where they are seen with noise: the third observation says something too",
            readings: Readings::of("", &Bridge(NOISY)),
        },
        Control {
            id: "cut-of-a-smooth-process",
            story: "the cut at the neighbours for the Matérn process, which is Markov only together with its derivative",
            readings: Readings::of("", &Bridge(SMOOTH)),
        },
    ],
    quantities: &[
        Quantity::of::<Mean>("mean", "mean at t given two noise-free neighbours, in units of the data", &[]),
        Quantity::of::<Variance>(
            "variance",
            "variance at t given two noise-free neighbours, in squared units of the data",
            &[],
        ),
    ],
};
