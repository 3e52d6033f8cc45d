//! The likelihood of an Ornstein–Uhlenbeck path, and the divergence between two laws of paths.
//!
//! For $dY = -kY\,dt + \sigma\,dB$ from $Y_0 = x$, against $dY = \sigma\,dB$ and between two rates:
//!
//! $$ \log\frac{dP_k}{dP_0} = -\frac{k}{\sigma^2}\int_0^T Y\,dY - \frac{k^2}{2\sigma^2}\int_0^T Y^2dt, \qquad
//! \int_0^T Y\,dY = \tfrac12\left(Y_T^2 - Y_0^2 - \sigma^2T\right) $$
//!
//! $$ \mathrm{KL}(P_{k_1}\|P_{k_2}) = \frac{(k_1-k_2)^2}{2\sigma^2}\left[x^2\,\frac{1-e^{-2k_1T}}{2k_1} +
//! \frac{\sigma^2}{2k_1}\left(T - \frac{1-e^{-2k_1T}}{2k_1}\right)\right] $$
//!
//! The integral is Itô's: the likelihood has mean one under $P_0$ only with the $-\sigma^2T$. The divergence is half the mean
//! squared difference of the drifts in units of the noise, under the *first* law.
//!
//! Assumptions: $\sigma > 0$; any real rates, with the limit at $k_1 = 0$. If it failed, drifts estimated from paths would be
//! biased, and the bound of a diffusion model, a divergence of path laws, would not be the weighted score-matching loss.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{LinearPath, Plan, Quadratic, Relation, Statement, Statistic, TimeIntegral, Trial, sampler};
use crate::numbers::{Ball, Dual, Field, Float, Lanes, Scalar};
use crate::objectives::path_energy::mean_energy;
use crate::objectives::path_weight::PathWeight;
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Affine, ForcedOu, Gaussian};

parameters! {
    /// Two laws of paths from one start.
    TwoLaws {
        k1: real "rate of the first law, of either sign",
        k2: real "rate of the second law",
        sg: positive "diffusion coefficient sigma of both",
        T: positive "the end",
        x: real "the common start",
    }
}

const SWAPPED: u8 = 1;
const UNSQUARED: u8 = 2;
const STRATONOVICH: u8 = 3;

impl<S: Scalar> TwoLaws<S> {
    fn map<R>(&self, f: impl Fn(S) -> R) -> TwoLaws<R> {
        let Self { k1, k2, sg, T, x } = *self;
        TwoLaws { k1: f(k1), k2: f(k2), sg: f(sg), T: f(T), x: f(x) }
    }

    /// The divergence over a time, or what a wrong version takes for it.
    fn divergence(&self, wrong: u8, time: S) -> S {
        let first = if wrong == SWAPPED { self.k2 } else { self.k1 };
        let unit = if wrong == UNSQUARED { self.sg } else { self.sg.square() };
        (self.k1 - self.k2).square() * mean_energy(first, self.sg.square(), self.x, time) / (unit * 2)
    }

    /// `Y_t` under the first law.
    fn law(&self, t: S) -> Gaussian<S> {
        ForcedOu::constant(-self.k1, S::zero(), self.sg).transition(S::zero(), t).from(self.x)
    }

    /// The coefficients of `½(Y_T² − x² − σ²T)` and of `½∫Y²dt` in `log dP_{k₁}/dP_{k₂}`.
    fn ratio(&self) -> (S, S) {
        let noise = self.sg.square();
        (-(self.k1 - self.k2) / noise, -(self.k1.square() - self.k2.square()) / noise)
    }

    /// What is subtracted from `Y_T²` in `2∫Y dY`.
    fn correction(&self, wrong: u8, time: S) -> S {
        let square = self.x.square();
        if wrong == STRATONOVICH { square } else { square + self.sg.square() * time }
    }
}

const POINT: &str = "k1=0.7137 k2=1.9119 sg=0.6137 T=2.3119 x=0.8119";

struct PathLaws(u8);

impl Statement for PathLaws {
    type Params<S: Scalar> = TwoLaws<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            "k1=-0.4137 k2=0.6713 sg=1.3171 T=1.1119 x=-0.5137",
            "k1=0.0001 k2=-0.8137 sg=0.8313 T=0.7137 x=1.2119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p TwoLaws<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let (end, energy) = p.ratio();
        let square = |law: Gaussian<S>| law.mean.square() + law.variance;
        let ito = square(p.law(p.T)) - p.correction(wrong, p.T);
        let mean = (end * ito + energy * mean_energy(p.k1, p.sg.square(), p.x, p.T)) / 2;
        // Cameron and Martin's formula without a pull: killed at the rate ½(k/σ)², tilted by k/σ² at the end.
        let noise = p.sg.square();
        let killed = PathWeight::new(noise, S::zero(), p.k1).log_expectation(p.T, p.k1 / noise);
        vec![
            Relation::rate(
                "divergence",
                (S::zero(), p.T),
                move |t| p.map(Dual::constant).divergence(wrong, Dual::variable(t)),
                // Half the squared difference of the drifts, in units of the noise.
                |t| {
                    let difference = Affine { slope: (p.k2 - p.k1) / p.sg, offset: S::zero() };
                    difference.mean_square(&p.law(t)) / 2
                },
            ),
            Relation::equal("mean of the log-likelihood ratio", mean, p.divergence(wrong, p.T)),
            Relation::equal(
                "mean of the likelihood",
                killed.value(p.x) + p.k1 * p.correction(wrong, p.T) / (noise * 2),
                S::zero(),
            ),
        ]
    }
}

/// Log-likelihood ratios of paths drawn from the first law. The end and the energy use independent paths, so that their
/// variances add.
struct Ratios(u8);

impl Trial for Ratios {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let exact: TwoLaws<Ball> = at_point(POINT)?;
        let claimed = exact.divergence(wrong, exact.T).to_f64();

        let p: TwoLaws<Float> = at_point(POINT)?;
        let (end, energy) = p.ratio();
        let square = |scale: Float| Quadratic {
            constant: Float(0.0),
            scale: scale / 2,
            affine: Affine { slope: Float(1.0), offset: Float(0.0) },
        };
        let at_end = Quadratic { constant: -end * p.correction(wrong, p.T) / 2, ..square(end) };
        let sde = move |_| (Affine { slope: -p.k1, offset: Float(0.0) }, p.sg.square());
        let path = LinearPath::new(sde, 0.0, p.T.0, 8);
        let integral = TimeIntegral::new(sde, |_| square(energy), p.T.0);

        let start = Gaussian::new(p.x, Float(0.0));
        let (first, second) = (at_end.moments(&path.whole().apply(&start)), integral.moments(&start));
        let variance = first.1 + second.1;
        let lanes = Lanes::splat(p.x);
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("log-likelihood ratio", claimed, variance)],
            drawn: (wrong == STRATONOVICH).then(|| vec![(first.0 + second.0, variance)]),
            sampler: sampler(move |noise, out| {
                out[0] = at_end.map(Lanes::splat).value(path.walk(lanes, noise)) + integral.draw(lanes, noise);
            }),
        })
    }
}

/// `KL(P_{k₁} ‖ P_{k₂})`.
struct PathKl;

impl Formula for PathKl {
    type Params<S: Scalar> = TwoLaws<S>;
    fn value<S: Scalar>(p: &TwoLaws<S>) -> S {
        p.divergence(0, p.T)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ou-path-likelihood",
    aliases: &[],
    title: "The likelihood of an Ornstein–Uhlenbeck path, and the divergence of two laws of paths",
    expect: Expect::True,
    text: include_str!("ou_path_likelihood.rs"),
    sources: &["girsanov1960", "cameron1945"],
    readings: &[Readings::of("", &PathLaws(0)).and_sampled(&Ratios(0))],
    controls: &[
        Control {
            id: "swapped",
            story: "KL(P_k2 ‖ P_k1): the expectation under the wrong law",
            readings: Readings::of("", &PathLaws(SWAPPED)).and_sampled(&Ratios(SWAPPED)),
        },
        Control {
            id: "unsquared-noise",
            story: "σ for σ² in the prefactor",
            readings: Readings::of("", &PathLaws(UNSQUARED)).and_sampled(&Ratios(UNSQUARED)),
        },
        Control {
            id: "stratonovich",
            story: "∫Y∘dY = ½(Y_T² − Y_0²), midpoint sums: −σ²T is missing",
            readings: Readings::of("", &PathLaws(STRATONOVICH)).and_sampled(&Ratios(STRATONOVICH)),
        },
    ],
    quantities: &[Quantity::of::<PathKl>(
        "path-kl",
        "KL(P_k1 || P_k2) of dY = -k_i Y dt + sg dB on [0, T] from Y_0 = x, in nats",
        &[],
    )],
};
