//! The expectation of a Gaussian weight of the energy of a path: Cameron and Martin's formula, with a pull and a tilt at the end.
//!
//! For Brownian motion from 0, and for $dY = -\kappa Y\,dt + \sigma\,dB$ from $Y_0 = x$ with $\nu = \sqrt{\kappa^2 + \gamma^2\sigma^2}$ and
//! $\Delta = \cosh\nu T + (\kappa + c\sigma^2)\frac{\sinh\nu T}{\nu}$:
//!
//! $$ E\,e^{-\frac{\lambda^2}{2}\int_0^T B_t^2dt} = \frac{1}{\sqrt{\cosh\lambda T}} $$
//!
//! $$ \log E_x\,e^{-\frac{\gamma^2}{2}\int_0^T Y_t^2dt - \frac c2 Y_T^2} = \frac{\kappa T}{2} - \frac12\ln\Delta
//! - \frac{x^2}{2}\,\frac{(\gamma^2 - c\kappa)\frac{\sinh\nu T}{\nu} + c\cosh\nu T}{\Delta} $$
//!
//! With the other sign the energy is rewarded. For Brownian motion the expectation is then $\cos^{-1/2}\lambda T$, and from
//! $T^* = \pi/(2\lambda)$ on it is infinite.
//!
//! Assumptions: $\sigma > 0$, $c \ge 0$, $\kappa$ and $\gamma$ any constants; decided for every $\nu$, with $\gamma^2 = (\nu^2-\kappa^2)/\sigma^2$. If it failed, so would every closed form in which a path
//! is weighted by a quadratic: the moments of importance weights, the normaliser of a guided sampler with a quadratic
//! guidance, the partition function of a harmonic oscillator.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{LinearPath, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar};
use crate::objectives::path_energy::mean_energy;
use crate::objectives::path_weight::{LogQuadratic, PathWeight};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point};
use crate::worlds::{Affine, ForcedOu};

parameters! {
    /// A process, the frequency of its weight, and where its paths start. A proof needs the frequency rather than `γ`, of which
    /// it is a root.
    Oscillator {
        ka: real "rate kappa of mean reversion, of either sign",
        sg: positive "diffusion coefficient sigma",
        nu: positive "frequency nu, the root of ka^2 + ga^2 sg^2",
        c: nonnegative "tilt at the end",
        T: positive "the end",
        x: real "the start",
    }
}

const NO_ROOT: u8 = 1;
const SQUARED_FREQUENCY: u8 = 2;
const NO_HALF: u8 = 3;
const JENSEN: u8 = 4;

impl<S: Scalar> Oscillator<S> {
    fn map<R>(&self, f: impl Fn(S) -> R) -> Oscillator<R> {
        let Self { ka, sg, nu, c, T, x } = *self;
        Oscillator { ka: f(ka), sg: f(sg), nu: f(nu), c: f(c), T: f(T), x: f(x) }
    }

    /// `γ²`.
    fn killing(&self) -> S {
        (self.nu.square() - self.ka.square()) / self.sg.square()
    }

    fn weight(&self) -> PathWeight<S> {
        PathWeight::new(self.sg.square(), self.ka, self.nu)
    }

    /// The exponent as a function of the start, over a time.
    fn over(&self, time: S) -> LogQuadratic<S> {
        self.weight().log_expectation(time, self.c)
    }

    /// What a version takes for the logarithm of the expectation, over a time.
    fn believed(&self, wrong: u8, time: S) -> S {
        let (right, noise) = (self.over(time), self.sg.square());
        let of = |weight: PathWeight<S>| weight.log_expectation(time, self.c).value(self.x);
        match wrong {
            // ½κT − ln Δ
            NO_ROOT => right.value(self.x) + right.constant - self.ka * time / 2,
            SQUARED_FREQUENCY => of(PathWeight::new(noise, self.ka, self.nu.square())),
            NO_HALF => of(PathWeight::killed(self.ka, noise, self.killing() * 2)),
            JENSEN => {
                let end = ForcedOu::constant(-self.ka, S::zero(), self.sg).transition(S::zero(), time).from(self.x);
                let energy = mean_energy(self.ka, noise, self.x, time);
                -(self.killing() * energy + self.c * (end.mean.square() + end.variance)) / 2
            }
            _ => right.value(self.x),
        }
    }
}

/// The catalogue's example: Brownian motion from 0.
const BROWNIAN: &str = "ka=0 sg=1 nu=1.7137 c=0 T=1.3119 x=0";

/// Expectations going backwards.
struct Backwards(u8);

impl Statement for Backwards {
    type Params<S: Scalar> = Oscillator<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "ka=0.4137 sg=0.8719 nu=1.2717 c=0.6119 T=1.7131 x=0.5137",
            "ka=-0.7137 sg=1.3119 nu=1.1313 c=0.2719 T=0.9131 x=-0.8119",
            BROWNIAN,
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Oscillator<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let range = (S::zero(), p.T);
        let slope = |t: S| p.over(p.T - t).curvature;
        // From a start, going backwards.
        let logarithm = move |x: S, t: S| {
            let still = Oscillator { x, ..p.map(|c| c) }.map(Dual::constant);
            still.believed(wrong, still.T - Dual::variable(t))
        };
        vec![
            // F′ = κx F_x − ½σ²(F_xx + F_x²) + ½γ²x² with the slope F_x of the right version. Proved for every x, it is the
            // Riccati equation of the curvature and the integral of the constant.
            Relation::rate(
                "Feynman-Kac equation",
                range,
                move |t| logarithm(p.x, t),
                move |t| {
                    let slope = Affine { slope: slope(t), offset: S::zero() };
                    let spread = slope.slope + slope.value(p.x).square();
                    p.ka * p.x * slope.value(p.x) + (p.killing() * p.x.square() - p.sg.square() * spread) / 2
                },
            ),
            Relation::rate(
                "expectation from the origin",
                range,
                move |t| logarithm(S::zero(), t).exp(),
                move |t| -p.sg.square() * slope(t) / 2 * p.over(p.T - t).constant.exp(),
            ),
            Relation::equal("ends as the tilt", p.over(S::zero()).value(p.x), -p.c * p.x.square() / 2),
        ]
    }
}

parameters! {
    /// Brownian motion rewarded for its energy.
    Rewarded {
        lam: positive "lambda: the energy is weighted with its square over two",
        T: positive "the end",
        x: real "the start",
    }
}

const HYPERBOLIC: u8 = 1;

/// `log E[e^{+½λ²∫B²} | B_0 = x] = −½ ln cos λτ + ½x² λ tan λτ`, finite before `λτ = π/2`.
fn log_rewarded<S: Scalar>(lambda: S, time: S) -> LogQuadratic<S> {
    let (sin, cos) = (lambda * time).sin_cos();
    LogQuadratic { constant: -cos.ln() / 2, curvature: lambda * sin / cos }
}

/// The analytic continuation.
struct Continued(u8);

impl Statement for Continued {
    type Params<S: Scalar> = Rewarded<S>;

    fn points(&self) -> &'static [&'static str] {
        &["lam=0.7137 T=1.3119 x=0.6113"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Rewarded<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        vec![Relation::rate(
            "Feynman-Kac equation of a reward",
            (S::zero(), p.T),
            move |t| {
                let [lambda, end, x] = [p.lam, p.T, p.x].map(Dual::constant);
                let time = end - Dual::variable(t);
                match wrong {
                    HYPERBOLIC => {
                        PathWeight::new(Dual::one(), Dual::zero(), lambda).log_expectation(time, Dual::zero())
                    }
                    _ => log_rewarded(lambda, time),
                }
                .value(x)
            },
            |t| {
                let slope = log_rewarded(p.lam, p.T - t).curvature;
                -(slope + (slope * p.x).square() + (p.lam * p.x).square()) / 2
            },
        )]
    }
}

/// Segments into which a path is cut.
const SEGMENTS: usize = 8;

/// Paths drawn from drift and diffusion alone, with the exact expectation of the weight given them at the ends of the segments.
struct Killed(u8);

impl Trial for Killed {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let p: Oscillator<Ball> = at_point(BROWNIAN)?;
        let law = PathWeight::density(p.ka, p.sg.square());
        let step = p.T / SEGMENTS as i64;
        let segment = p.weight().given_ends(&law, step);
        // The square of the expectation given the ends, by a backward recursion.
        let squared = segment.power(2).plus(&law.kernel(step));
        let last = LogQuadratic { constant: Ball::zero(), curvature: -p.c * 2 };
        let second = (0..SEGMENTS).fold(last, |later, _| squared.before(&later)).value(p.x).exp();
        let variance = second - p.over(p.T).value(p.x).exp().square();

        let claimed = p.believed(wrong, p.T).exp();
        let lanes = |c: Ball| Lanes::<WIDTH>::splat(Float(c.to_f64()));
        let (segment, tilt, start) = (segment.map(lanes), lanes(-p.c / 2), lanes(p.x));
        let p: Oscillator<Float> = at_point(BROWNIAN)?;
        let drift = Affine { slope: -p.ka, offset: Float(0.0) };
        let path = LinearPath::new(|_| (drift, p.sg.square()), 0.0, p.T.0, SEGMENTS);
        Ok(Plan {
            point: BROWNIAN,
            statistics: vec![Statistic::mean("weight of the energy", claimed.to_f64(), variance.to_f64())],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let (mut y, mut log) = (start, Lanes::splat(Float(0.0)));
                for step in &path.steps {
                    let end = step.step(y, noise);
                    log = log + segment.value(y, end);
                    y = end;
                }
                out[0] = Lanes((log + tilt * y.square()).0.map(|x| Float(x).exp().0));
            }),
        })
    }
}

/// Brownian motion from 0, penalised or rewarded for its energy.
struct Energy<S> {
    lambda: S,
    time: S,
    rewarded: bool,
}

impl<S: Scalar> Parameters<S> for Energy<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let about = "whether the energy is penalised or, as an analytic continuation, rewarded";
        Ok(Self {
            rewarded: source.choice("energy", &["penalised", "rewarded"], true, about)? == "rewarded",
            lambda: source.real(
                "lam",
                parameters::Domain::Positive,
                "lambda, of which the square over two is the weight",
            )?,
            time: source.real("T", parameters::Domain::Positive, "the end")?,
        })
    }
}

/// `E e^{∓½λ²∫B²}`.
struct Expectation;

impl Formula for Expectation {
    type Params<S: Scalar> = Energy<S>;
    fn value<S: Scalar>(p: &Energy<S>) -> S {
        let log = match p.rewarded {
            true => log_rewarded(p.lambda, p.time),
            false => PathWeight::new(S::one(), S::zero(), p.lambda).log_expectation(p.time, S::zero()),
        };
        log.constant.exp()
    }
}

/// The expectation, or a sentence that says from when on it is infinite.
fn expectation(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Energy<Ball> = ExactReader::new(inputs, ignored).read()?;
    let blow_up = Ball::pi() / (p.lambda * 2);
    if p.rewarded && !(blow_up - p.time).certainly_positive() {
        return Err(InputError::Condition(format!(
            "the expectation is infinite from T* = pi/(2 lam) = {} on; give T < T* or energy=penalised",
            blow_up.to_decimal(15)
        )));
    }
    Ok(Expectation::value(&p))
}

parameters! {
    /// A process, what its paths are weighted with, and where they start.
    Functional {
        ka: real "rate kappa of mean reversion, of either sign",
        sg: positive "diffusion coefficient sigma",
        ga: real "gamma: the energy is weighted with its square over two",
        c: nonnegative "tilt at the end",
        T: positive "the end",
        x: real "the start",
    }
}

impl<S: Scalar> Functional<S> {
    fn log_expectation(&self, weight: &PathWeight<S>) -> S {
        weight.log_expectation(self.T, self.c).value(self.x)
    }
}

/// The logarithm at a start.
struct LogExpectation;

impl Formula for LogExpectation {
    type Params<S: Scalar> = Functional<S>;
    fn value<S: Scalar>(p: &Functional<S>) -> S {
        p.log_expectation(&PathWeight::killed(p.ka, p.sg.square(), p.ga.square()))
    }
}

/// The same with `ν` of the sign of `κ`, so that nothing cancels: `ν − κ = γ²σ²/(ν + κ)`.
fn log_expectation(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Functional<Ball> = ExactReader::new(inputs, ignored).read()?;
    let energy = (p.ga * p.sg).square();
    let root = (p.ka.square() + energy).sqrt();
    let sum = if (-p.ka).certainly_positive() { p.ka - root } else { p.ka + root };
    // The energy vanishes only with γ.
    let excess = if energy.certainly_positive() { energy / sum } else { Ball::zero() };
    Ok(p.log_expectation(&PathWeight { noise: p.sg.square(), pull: p.ka, excess }))
}

const CONTINUED: &str = "rewarded";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "cameron-martin",
    aliases: &[],
    title: "Cameron–Martin: the expectation of a Gaussian weight of a path's energy",
    expect: Expect::True,
    text: include_str!("cameron_martin.rs"),
    sources: &["cameron1945", "kac1949"],
    readings: &[Readings::of("", &Backwards(0)).and_sampled(&Killed(0)), Readings::of(CONTINUED, &Continued(0))],
    controls: &[
        Control {
            id: "no-root",
            story: "1/cosh λT without the root: the formula of two independent motions",
            readings: Readings::of("", &Backwards(NO_ROOT)).and_sampled(&Killed(NO_ROOT)),
        },
        Control {
            id: "squared-frequency",
            story: "cosh λ²T: the root of κ² + γ²σ² forgotten",
            readings: Readings::of("", &Backwards(SQUARED_FREQUENCY)).and_sampled(&Killed(SQUARED_FREQUENCY)),
        },
        Control {
            id: "no-half",
            story: "the energy weighted with λ² in place of ½λ²",
            readings: Readings::of("", &Backwards(NO_HALF)).and_sampled(&Killed(NO_HALF)),
        },
        Control {
            id: "jensen",
            story: "e^{−½λ²E∫B²}, the exponential of the mean energy",
            readings: Readings::of("", &Backwards(JENSEN)).and_sampled(&Killed(JENSEN)),
        },
        Control {
            id: "still-hyperbolic",
            story: "cosh kept for a rewarded energy, where the continuation has a cosine and ends",
            readings: Readings::of(CONTINUED, &Continued(HYPERBOLIC)),
        },
    ],
    quantities: &[
        Quantity {
            enclose: expectation,
            ..Quantity::of::<Expectation>("expectation", "E exp(-lam^2/2 int_0^T B^2 dt), B_0 = 0", &[])
        },
        Quantity::of::<LogExpectation>(
            "log-expectation",
            "log E_x exp(-ga^2/2 int_0^T Y^2 dt - c/2 Y_T^2), dY = -ka Y dt + sg dB, Y_0 = x, in nats",
            &[],
        )
        .enclosed_by(log_expectation),
    ],
};
