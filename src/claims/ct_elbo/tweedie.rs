//! The score of the noised law is all that the posterior of the data needs: its mean and its covariance.
//!
//! For $Y_t = \varphi Y_0 + h + \sqrt w\,\epsilon$ with $h = \varphi\int c/\varphi$, and $l_t = \nabla\log q_t$ of *any* data law:
//!
//! $$ E[Y_0 \mid Y_t = y] = \frac{y - h + w\,l_t(y)}{\varphi}, \qquad
//! \mathrm{Cov}[Y_0 \mid Y_t = y] = \frac w{\varphi^2}\left(I + w\,\nabla l_t(y)\right) $$
//!
//! Assumptions: scalar $\varphi$ and $w > 0$. It is proved for mixtures of two Gaussian laws on the line, with any weights,
//! means and variances on any schedule, and for Gaussian laws in the plane; the other side is Bayes' rule. Draws check it for
//! Gaussian data, for which what is left of the data is independent of the noisy state: its product with the state
//! averages to zero, and its variance is the posterior's.
//!
//! If it failed, no denoiser would be a score: every network that predicts data or noise is turned into a score by this
//! formula, and every guidance or inverse-problem method turns scores back into denoised data with it.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{LinearPath, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Covariance, Float, Lanes, Matrix, Scalar};
use crate::parameters;
use crate::parameters::{InputError, at_point};
use crate::worlds::{Clock, GaussianData, MixtureAtPoint, MultivariateGaussian};

const NOT_RESCALED: u8 = 1;
const ROOT: u8 = 2;
const COVARIANCE: u8 = 3;

/// `(y + w l)/φ` with `y` measured from the offset `h`, or a wrong version of it.
fn mean<S: Scalar>(wrong: u8, phi: S, w: S, y: S, score: S) -> S {
    let denoised = y + score * if wrong == ROOT { w.sqrt() } else { w };
    if wrong == NOT_RESCALED { denoised } else { denoised / phi }
}

/// An entry of `(w/φ²)(I + w ∇l)`, or a wrong version of it.
fn covariance<S: Scalar>(wrong: u8, phi: S, w: S, identity: S, slope: S) -> S {
    let spread = w * (identity + w * slope);
    if wrong == COVARIANCE { spread } else { spread / phi.square() }
}

/// Mixtures on the line.
struct OnTheLine(u8);

impl Statement for OnTheLine {
    type Params<S: Scalar> = MixtureAtPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "b0=0.1 b1=9.137 T=1.3 wt=[0.3137,0.6863] m=[-1.1719,0.8317] v=[0.3119,0.4713] t=0.2719 x=0.1137",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 wt=[0.4137,0.5863] m=[-0.7119,1.3317] v=[0.2119,0.0713] \
             t=0.4719 x=0.2137",
            "process=vp-cosine s=0.008 T=1.2 wt=[0.3137,0.6863] m=[-1.1719,0.8317] v=[0.3119,0.4713] t=0.4719 x=-0.4137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p MixtureAtPoint<S>) -> Vec<Relation<'p, S>> {
        let (clock, law) = (p.at.clock(), p.at.law());
        let Clock { phi, w, shift, .. } = clock;
        let bayes = p.at.data.start.posterior(&clock, p.x).moment_matched();
        let (score, slope) = (law.score(p.x), law.score_slope(p.x));
        vec![
            Relation::equal("posterior mean", mean(self.0, phi, w, p.x - shift, score), bayes.mean),
            Relation::equal("posterior variance", covariance(self.0, phi, w, S::one(), slope), bayes.variance),
        ]
    }
}

parameters! {
    /// Gaussian data in the plane, noised by `φ` and `w`.
    Plane {
        m: vector "data mean, d entries",
        S: covariance "data covariance, d x d",
        y: vector "the noisy point, d entries",
        phi: positive "signal coefficient",
        w: positive "noise variance",
    }
}

/// Gaussian laws in the plane.
struct InThePlane(u8);

impl Statement for InThePlane {
    type Params<S: Scalar> = Plane<S>;

    fn points(&self) -> &'static [&'static str] {
        &["m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] y=[0.8113,1.7] phi=0.8137 w=0.3119"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Plane<S>) -> Vec<Relation<'p, S>> {
        let Plane { phi, w, .. } = *p;
        let d = p.m.dimension();
        let identity = Matrix::identity(d);
        // Bayes: precisions add.
        let precision = p.S.precision() + &identity.scale(phi.square() / w);
        let posterior = Covariance::new(precision).precision().clone();
        let posterior_mean = &posterior * &(&(p.S.precision() * &p.m) + &p.y.scale(phi / w));
        let noisy = Covariance::new(&p.S.matrix().scale(phi.square()) + &identity.scale(w));
        let score = MultivariateGaussian { mean: p.m.scale(phi), covariance: noisy }.score();
        let at_y = score.value(&p.y);
        let components = (0..d).map(|i| {
            let tweedie = mean(self.0, phi, w, p.y[i], at_y[i]);
            Relation::equal(format!("posterior mean, component {}", i + 1), tweedie, posterior_mean[i])
        });
        let entries = (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|at| {
            let tweedie = covariance(self.0, phi, w, identity[at], score.slope[at]);
            Relation::equal(format!("posterior covariance, entry {}{}", at.0 + 1, at.1 + 1), tweedie, posterior[at])
        });
        components.chain(entries).collect()
    }
}

parameters! {
    /// Gaussian data at a time.
    Timed {
        data: of(GaussianData) "data and process",
        t: positive "the time",
    }
}

/// What Tweedie's mean leaves of the data is orthogonal to the noisy state, and has the variance of the posterior.
struct Residuals(u8);

impl Trial for Residuals {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "process=vp-linear b0=0.1 b1=3.137 T=1.3 m0=0.4119 v0=1.7137 t=0.6119";
        let wrong = self.0;
        let p: Timed<Float> = at_point(POINT)?;
        let (clock, start) = (p.data.process.at(p.t), p.data.start());
        let law = clock.diffuse(&start);
        let score = law.score();
        let Clock { phi, w, shift, .. } = clock;
        let denoise = move |y: f64| mean(wrong, phi, w, Float(y) - shift, score.value(Float(y)));
        let claimed = covariance(wrong, phi, w, Float(1.0), score.slope);

        // Residual = ε + (a − a′) D + c with ε independent of D = Y − E Y, where a is the slope of the regression.
        let slope = denoise(1.0) - denoise(0.0);
        let excess = phi * start.variance / law.variance - slope;
        let bias = start.mean - denoise(law.mean.0);
        let rest = start.variance * w / law.variance;
        let product_mean = excess * law.variance;
        let product_variance =
            law.variance * (rest + bias * bias) + excess * excess * law.variance * law.variance * Float(2.0);
        let residual_variance = rest + excess * excess * law.variance;

        let path = LinearPath::new(|t| p.data.process.at(t).sde(), 0.0, p.t.0, 8);
        Ok(Plan {
            point: POINT,
            statistics: vec![
                Statistic::mean("residual times noisy state", 0.0, (claimed * law.variance).0),
                Statistic::variance("variance of the residual", 0.0, claimed.0),
            ],
            drawn: Some(vec![(product_mean.0, product_variance.0), (bias.0, residual_variance.0)]),
            sampler: sampler(move |noise, out| {
                let data = noise.gaussian(&start);
                let noisy = path.walk(data, noise);
                let residual = data - Lanes(noisy.0.map(|y| denoise(y).0));
                out.copy_from_slice(&[residual * (noisy - Lanes::splat(law.mean)), residual]);
            }),
        })
    }
}

/// `E[Y_0 | Y_t = x]`, by Bayes' rule: exact where `w` vanishes and where `φ` does.
struct PosteriorMean;

impl Formula for PosteriorMean {
    type Params<S: Scalar> = MixtureAtPoint<S>;
    fn value<S: Scalar>(p: &MixtureAtPoint<S>) -> S {
        p.at.data.start.posterior(&p.at.clock(), p.x).mean()
    }
}

const PLANE: &str = "in the plane";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "tweedie",
    aliases: &[],
    title: "The score gives mean and covariance of the data given the noisy state",
    expect: Expect::True,
    text: include_str!("tweedie.rs"),
    sources: &["efron2011"],
    readings: &[Readings::of("", &OnTheLine(0)).and_sampled(&Residuals(0)), Readings::of(PLANE, &InThePlane(0))],
    controls: &[
        Control {
            id: "not-rescaled",
            story: "y + w l without the division by φ: the formula of a variance-exploding process on another one",
            readings: Readings::of("", &OnTheLine(NOT_RESCALED)).and_sampled(&Residuals(NOT_RESCALED)),
        },
        Control {
            id: "root",
            story: "√w for w: a standard deviation where a variance belongs",
            readings: Readings::of("", &OnTheLine(ROOT)).and_sampled(&Residuals(ROOT)),
        },
        Control {
            id: "covariance-not-rescaled",
            story: "w (I + w ∇l) without φ⁻²",
            readings: Readings::of("", &OnTheLine(COVARIANCE)).and_sampled(&Residuals(COVARIANCE)),
        },
        Control {
            id: "not-rescaled-in-the-plane",
            story: "the division by φ forgotten in two dimensions",
            readings: Readings::of(PLANE, &InThePlane(NOT_RESCALED)),
        },
    ],
    quantities: &[Quantity::of::<PosteriorMean>(
        "posterior-mean",
        "E[Y_0 | Y_t = x] for mixture data; x is the noisy value",
        &[],
    )],
};
