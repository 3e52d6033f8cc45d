//! The entropy of the data is an integral of how much worse, or better, they can be denoised than a Gaussian base.
//!
//! For $X \sim N(\mu, \Sigma)$ in $d$ dimensions, $mmse(\rho) = \mathrm{tr}\,\Sigma(1+\rho\Sigma)^{-1}$, in nats,
//!
//! $$ h(X) = \frac d2\ln(2\pi e) - \tfrac12\int_0^\infty\Big(\frac d{1+\rho} - mmse(\rho)\Big)d\rho
//! = \tfrac12\int_0^\infty\Big(mmse(\rho) - \frac d{2\pi e+\rho}\Big)d\rho $$
//!
//! Both are one statement: the base is $N(0, b)$ in every dimension, with the entropy $\frac d2\ln(2\pi eb)$ and the error $db/(1+\rho b)$; $b = 1$ gives
//! the first form, and $b = \frac1{2\pi e}$, which has no entropy, the second. With the share $r$ of the base, $\rho = \frac r{b(1-r)}$, the infinite range
//! becomes finite and the integrand regular at both ends:
//!
//! $$ \Big(mmse(\rho) - \frac{db}{1+\rho b}\Big)\frac{d\rho}{dr} = \mathrm{tr}\,(\Sigma-b)\,\Sigma_r^{-1}
//! = \frac d{dr}\ln\det\Sigma_r, \qquad \Sigma_r = (1-r)\,b + r\Sigma $$
//!
//! Nothing is cut off, and no tail is left to estimate. Without the base each of the two integrals diverges, like $\frac d2\ln\rho$.
//!
//! Assumptions: $\Sigma$ positive definite, $b > 0$. Proved in two and in three dimensions, and enclosed; nothing here is random, and nothing is
//! sampled. If it failed, likelihoods could not be had from the errors of a denoiser.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Covariance, Dual, Matrix, Scalar, Vector, derivative};
use crate::parameters;
use crate::worlds::{Gaussian, MultivariateGaussian};

const NO_BASE: u8 = 1;
const NO_EXPONENT: u8 = 2;
const NO_JACOBIAN: u8 = 3;
const NO_HALF: u8 = 4;

parameters! {
    /// Data, a base, and a share of the way.
    Base {
        m: vector "data mean",
        S: covariance "data covariance",
        b: positive "variance of the base",
        r: fraction "the share of the base in the variance of what is seen",
    }
}

struct Integral(u8);

impl Statement for Integral {
    type Params<S: Scalar> = Base<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "m=[0.3,-1.1] S=[[1.3,0.45],[0.45,0.71]] b=1 r=0.37",
            "m=[0.3,-1.1] S=[[2.3,-0.3],[-0.3,0.21]] b=0.0585498 r=0.0137",
            "m=[0.7,0.2] S=[[1e8,0],[0,1e-12]] b=1.7 r=0.9999",
            "m=[0.3,-1.1,0.7] S=[[1.5,0.3,0.01],[0.3,0.3,-0.02],[0.01,-0.02,0.0137]] b=0.31 r=0.61",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Base<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let data = p.S.matrix();
        let unit = Matrix::identity(data.rows());
        let between = |r: S| &unit.scale(p.b * (S::one() - r)) + &data.scale(r);
        let regular = {
            let (unit, data) = (unit.clone(), data.clone());
            let from_base = &data - &unit.scale(p.b);
            move |r: S| {
                let here = &unit.scale(p.b * (S::one() - r)) + &data.scale(r);
                (&from_base * Covariance::new(here).precision()).trace()
            }
        };
        // ρ = r/(b(1 − r))
        let snr = |r: Dual<S>| r / (Dual::constant(p.b) * (Dual::constant(S::one()) - r));
        let at = snr(Dual::constant(p.r)).re;
        let error = (data * Covariance::new(&unit + &data.scale(at)).precision()).trace();
        let base = if wrong == NO_BASE { S::zero() } else { unit.trace() * p.b / (at * p.b + 1) };
        let jacobian = if wrong == NO_JACOBIAN { S::one() } else { derivative(snr, p.r) };
        let constant = match wrong {
            NO_EXPONENT => (S::pi() * p.b * 2).ln() / 2,
            _ => Gaussian::centred(p.b).entropy(),
        };
        let [first, last] = [S::zero(), S::one()].map(|r| Covariance::new(between(r)).log_det());
        let half = if wrong == NO_HALF { S::one() } else { S::ratio(1, 2) };
        let law = MultivariateGaussian { mean: p.m.clone(), covariance: Covariance::new(data.clone()) };
        vec![
            Relation::equal("finite range", (error - base) * jacobian, regular(p.r)),
            Relation::rate(
                "entropy on the way",
                (S::zero(), S::one()),
                move |r| {
                    let (r, b) = (Dual::variable(r), Dual::constant(p.b));
                    let data = p.S.matrix().map(Dual::constant);
                    let here =
                        &Matrix::identity(data.rows()).scale(b * (Dual::constant(S::one()) - r)) + &data.scale(r);
                    let mean = Vector(p.m.0.iter().map(|m| Dual::constant(*m)).collect());
                    MultivariateGaussian { mean, covariance: Covariance::new(here) }.entropy()
                },
                move |r| regular(r) * half,
            ),
            Relation::equal("entropy", law.entropy(), unit.trace() * constant + (last - first) / 2),
        ]
    }
}

parameters! {
    /// A mean, which has no effect.
    Anywhere {
        mu: real "a mean",
    }
}

/// The base of the second form.
struct NoEntropy(u8);

impl Statement for NoEntropy {
    type Params<S: Scalar> = Anywhere<S>;

    fn points(&self) -> &'static [&'static str] {
        &["mu=0.3"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Anywhere<S>) -> Vec<Relation<'p, S>> {
        let base = S::pi() * 2 * if self.0 == NO_EXPONENT { S::one() } else { S::one().exp() };
        vec![Relation::equal("a base without entropy", Gaussian::new(p.mu, base.recip()).entropy(), S::zero())]
    }
}

const INTEGRAL: &str = "several dimensions";
const BASE: &str = "base";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "entropy-integral",
    aliases: &[],
    title: "The entropy of the data from the errors of the best denoiser at all noise levels",
    expect: Expect::True,
    text: include_str!("entropy_integral.rs"),
    sources: &["guo2005", "kong2023"],
    readings: &[Readings::of(INTEGRAL, &Integral(0)), Readings::of(BASE, &NoEntropy(0))],
    controls: &[
        Control {
            id: "no-base",
            story: "half the integral of the error alone, which diverges",
            readings: Readings::of(INTEGRAL, &Integral(NO_BASE)),
        },
        Control {
            id: "constant-without-e",
            story: "½ ln 2π for ½ ln 2πe in each dimension: the density at the mean for the entropy",
            readings: Readings::of(INTEGRAL, &Integral(NO_EXPONENT)),
        },
        Control {
            id: "no-jacobian",
            story: "the variable of the integral changed without its Jacobian",
            readings: Readings::of(INTEGRAL, &Integral(NO_JACOBIAN)),
        },
        Control {
            id: "no-half",
            story: "the factor ½ of the integral forgotten",
            readings: Readings::of(INTEGRAL, &Integral(NO_HALF)),
        },
        Control {
            id: "base-without-e",
            story: "2π for 2πe in the base of the second form",
            readings: Readings::of(BASE, &NoEntropy(NO_EXPONENT)),
        },
    ],
    quantities: &[],
};
