//! Information grows with the signal-to-noise ratio at half the rate of the minimal squared error, on average and at each data point.
//!
//! For $Y = \sqrt\rho X + N$ with $X \sim N(\mu, \Sigma)$ and standard normal $N$, in nats,
//!
//! $$ I(X; Y) = \tfrac12\ln\det(1 + \rho\Sigma), \qquad \frac{dI}{d\rho} = \tfrac12\,\mathrm{mmse}(\rho), \qquad
//! \mathrm{mmse}(\rho) = \mathrm{tr}\,\Sigma(1 + \rho\Sigma)^{-1} $$
//!
//! and at one $x$, in one dimension with $\Sigma = s$ and $D = (x-\mu)^2$,
//!
//! $$ KL(p(y|x)\|p(y)) = \tfrac12\left[\ln(1+\rho s) + \frac{1+\rho D}{1+\rho s} - 1\right], \qquad
//! \frac d{d\rho}KL = \tfrac12E_N(x - E[X|Y])^2 $$
//!
//! It is the conditional mean over the noise for which this holds, not the information density $\ln p(y|x)/p(y)$ at one $y$. With $Y = \rho X + N$
//! another variable is differentiated: at $\rho = 2$ and $s = 0.7$ the slope is $0.36842$ instead of $0.14583$.
//!
//! Assumptions: $\Sigma$ positive definite, $\rho \ge 0$. The first statement is proved in two and in three dimensions. If it failed, the
//! weight of a squared error in the likelihood bound would not be half the change of the signal-to-noise ratio.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Covariance, Dual, Field, Float, Lanes, Matrix, Scalar, Vector, derivative};
use crate::objectives::prediction::{Target, residual, square};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{Gaussian, GaussianChannel, Level, Oracle, SeenPoint};

const NO_HALF: u8 = 1;
const BITS: u8 = 2;
const AMPLITUDE: u8 = 3;
const DENSITY: u8 = 4;
const NO_NOISE: u8 = 5;

parameters! {
    /// Data in any dimension up to a signal-to-noise ratio.
    Matrices {
        S: covariance "data covariance",
        snr: positive "the signal-to-noise ratio",
    }
}

/// In any dimension.
struct Slope(u8);

impl Statement for Slope {
    type Params<S: Scalar> = Matrices<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "S=[[1.3,0.45],[0.45,0.71]] snr=7.3",
            "S=[[1.5,0.3,0.01],[0.3,0.3,-0.02],[0.01,-0.02,0.0137]] snr=1e4",
            "S=[[1.5,0],[0,1e-12]] snr=1e8",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Matrices<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let data = p.S.matrix();
        let unit = Matrix::identity(data.rows());
        let rate = Relation::rate(
            "information",
            (S::zero(), p.snr),
            move |snr| {
                let [data, unit] = [data, &Matrix::identity(data.rows())].map(|m| m.map(Dual::constant));
                Covariance::new(&unit + &data.scale(Dual::variable(snr))).log_det() / 2
            },
            move |snr| {
                let of_state = Covariance::new(&unit + &data.scale(snr));
                // What the best linear estimate of X leaves of its covariance, Σ − ρ Σ (1 + ρΣ)⁻¹ Σ.
                let explained = &(data * of_state.precision()) * data;
                let left = if wrong == NO_NOISE { data.clone() } else { data - &explained.scale(snr) };
                left.trace() * if wrong == NO_HALF { S::one() } else { S::ratio(1, 2) }
            },
        );
        vec![rate]
    }
}

parameters! {
    /// A data point and a range of signal-to-noise ratios.
    AtPoint {
        s: positive "data variance",
        mu: real "data mean",
        x: real "the data point",
        e: real "a value of the noise",
        snr: positive "the signal-to-noise ratio",
        low: positive "a smaller one",
    }
}

/// At one data point, and along one axis.
struct Pointwise(u8);

impl Statement for Pointwise {
    type Params<S: Scalar> = AtPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "s=0.7 mu=0.3 x=1.61 e=-0.37 snr=2 low=0.013",
            "s=2.3 mu=-1.1 x=-0.7 e=1.73 snr=1e8 low=1e-8",
            "s=1e-12 mu=0.4 x=0.4000013 e=0.9 snr=1e8 low=0.37",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AtPoint<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let channel = GaussianChannel { s: p.s };
        let error = |data: &Gaussian<S>, snr: S| {
            let (level, oracle) = (Level::at_snr(snr), Oracle::new(p.mu, p.s));
            let target = Target { data: S::one(), noise: S::zero() };
            square(&residual(data, &level, &target, &oracle.denoised(&level)))[0]
        };
        let (data, at_x) = (Gaussian::new(p.mu, p.s), Gaussian::new(p.x, S::zero()));
        let slope = derivative(
            |snr| {
                let snr = if wrong == AMPLITUDE { snr.square() } else { snr };
                GaussianChannel { s: Dual::constant(p.s) }.information(snr)
            },
            p.snr,
        );
        let nats = if wrong == BITS { S::int(2).ln() } else { S::one() };
        let (level, seen) = (Level::at_snr(p.snr), SeenPoint { channel, distance: (p.x - p.mu).square() });
        let given = Gaussian::new(level.alpha * p.x, level.sigma.square());
        vec![
            Relation::equal("minimal error", error(&data, p.snr), channel.mmse(p.snr)),
            Relation::equal("slope of the information", slope, error(&data, p.snr) / (nats * 2)),
            Relation::equal("divergence at one x", given.kl(&level.law(&data)), seen.information(p.snr)),
            Relation::rate(
                "slope at one x",
                (p.low.ln(), p.snr.ln()),
                move |log_snr| {
                    let snr = Dual::variable(log_snr).exp();
                    let [s, mu, x] = [p.s, p.mu, p.x].map(Dual::constant);
                    let level = Level::at_snr(snr);
                    let (given, law) =
                        (Gaussian::new(level.alpha * x, Dual::constant(S::one())), level.law(&Gaussian::new(mu, s)));
                    let y = level.alpha * x + Dual::constant(p.e);
                    if wrong == DENSITY { given.log_density(y) - law.log_density(y) } else { given.kl(&law) }
                },
                move |log_snr| log_snr.exp() * error(&at_x, log_snr.exp()) / 2,
            ),
        ]
    }
}

/// The squared error of the best estimate.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "s=0.7 mu=0.3 x=1.61 e=-0.37 snr=2 low=0.013";
        let (exact, p): (AtPoint<Ball>, AtPoint<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let error = GaussianChannel { s: exact.s }.mmse(exact.snr);
        // Of a Gaussian error of variance m the square has variance 2m².
        let claimed = if self.0 == AMPLITUDE { GaussianChannel { s: exact.s }.mmse(exact.snr.square()) } else { error };
        let variance = (error.square() * 2).to_f64();
        let (level, data) = (Level::at_snr(p.snr), Gaussian::new(p.mu, p.s));
        let estimate = Oracle { data }.denoised(&level).map(Lanes::splat);
        let [alpha, sigma] = [level.alpha, level.sigma].map(Lanes::splat);
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("squared error", claimed.to_f64(), variance)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let x = noise.gaussian(&data);
                let z = alpha * x + sigma * noise.normal();
                let error = x - estimate.value(z);
                out[0] = error * error;
            }),
        })
    }
}

/// The eigenvalues of the covariance, and the signal-to-noise ratio.
struct Eigenvalues<S> {
    values: Vector<S>,
    snr: S,
}

impl<S: Scalar> Parameters<S> for Eigenvalues<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let values = source.positives("eigenvalues", "eigenvalues of the data covariance")?;
        let snr = source.real("snr", Domain::Positive, "the signal-to-noise ratio")?;
        Ok(Self { values, snr })
    }
}

struct MutualInformation;

impl Formula for MutualInformation {
    type Params<S: Scalar> = Eigenvalues<S>;
    fn value<S: Scalar>(p: &Eigenvalues<S>) -> S {
        let along = |s: &S| GaussianChannel { s: *s }.information(p.snr);
        p.values.0.iter().map(along).fold(S::zero(), |sum, information| sum + information)
    }
}

const MATRICES: &str = "several dimensions";
const POINTWISE: &str = "one axis";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "immse-gaussian",
    aliases: &[],
    title: "The derivative of mutual information in the signal-to-noise ratio is half the minimal squared error",
    expect: Expect::True,
    text: include_str!("immse_gaussian.rs"),
    sources: &["guo2005", "kong2023"],
    readings: &[Readings::of(MATRICES, &Slope(0)), Readings::of(POINTWISE, &Pointwise(0)).and_sampled(&Draws(0))],
    controls: &[
        Control {
            id: "no-half",
            story: "dI/dρ = mmse, without the half",
            readings: Readings::of(MATRICES, &Slope(NO_HALF)),
        },
        Control {
            id: "prior-covariance",
            story: "tr Σ for the error: what the observation explains is not taken off",
            readings: Readings::of(MATRICES, &Slope(NO_NOISE)),
        },
        Control {
            id: "amplitude",
            story: "Y = ρX + N: the amplitude of the signal taken for its power",
            readings: Readings::of(POINTWISE, &Pointwise(AMPLITUDE)).and_sampled(&Draws(AMPLITUDE)),
        },
        Control {
            id: "bits",
            story: "information in nats, its slope in bits",
            readings: Readings::of(POINTWISE, &Pointwise(BITS)),
        },
        Control {
            id: "information-density",
            story: "the information density at one y for its mean over the noise",
            readings: Readings::of(POINTWISE, &Pointwise(DENSITY)),
        },
    ],
    quantities: &[Quantity::of::<MutualInformation>(
        "mutual-information",
        "I(X; sqrt(snr) X + N) for Gaussian X with these eigenvalues of the covariance, in nats",
        &[],
    )],
};
