//! Likelihood, bound and gap of plug-in models in several dimensions, where no two matrices commute.
//!
//! $dY = AY\,dt + L\,dB$, $Q = LL^\top$, with a score $s = -K_ty + k_t$. At noising time $t$ the model has the mean $M$ and the
//! covariance $V$, which solve, from the prior at $T$ down to 0,
//!
//! $$ \dot M = -(\mathcal KM + \varrho), \quad \dot V = -(\mathcal KV + V\mathcal K^\top) - (1-\lambda)Q, \qquad \mathcal K = (1 - \tfrac\lambda2)Q\nabla s - A, \quad \varrho = (1 - \tfrac\lambda2)Qk $$
//!
//! For zero means and $\lambda = 0$, with $S = E[YY^\top \mid Y_0 = x] = mm^\top + W$ and $\Delta = \nabla s + V^{-1}$:
//!
//! $$ \mathrm{ELBO}(x) = E\log\pi(Y_T) - \int_0^T\Big\{\tfrac12\mathrm{tr}[K^\top QKS] - \mathrm{tr}(QK) - \mathrm{tr}A\Big\}dt, \qquad
//! \log p_\theta(x) - \mathrm{ELBO}(x) = \tfrac12\int_0^T\mathrm{tr}[\Delta^\top Q\Delta S]\,dt $$
//!
//! Both equations are proved for free matrices. The three numbers are enclosed by three routes for $K_t = \mathcal D\Sigma_t^{-1}$,
//! $\mathcal D$ constant and not symmetric: $V_0$ by the fundamental matrix of the generative SDE, the bound by an integral along
//! inference paths that does not know $V$, the gap by an integral that knows $V$ at all times. None of them has a closed form;
//! steps of power series with proven remainders take its place.
//!
//! Assumptions: $\Sigma_0$ and the prior positive definite; $Q$ may be singular. If it failed, results that hold in one dimension
//! would not carry over to models whose score errors mix coordinates, which all have.

use crate::claims::{Claim, Control, Enclose, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Covariance, Dual, Float, Matrix, Scalar, Vector, VectorJet, rate};
use crate::objectives::plugin_elbo::{
    elbo, expected_log_density, gap, log_likelihood, mismatch, running_cost, to_digits,
};
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point, describe};
use crate::worlds::{AffineField, LinearPlugin, Marginal, MatrixSde, MultivariateGaussian, PluginFlow, moving};

const FLIPPED: u8 = 1;
const ADDED: u8 = 2;
const OTHER_SIDE: u8 = 3;
const NO_HALF: u8 = 4;
const TRANSPOSED: u8 = 5;

/// A noising process, an affine score, and the law of a model at one time, all free.
struct State<S> {
    sde: MatrixSde<S>,
    score: AffineField<S>,
    model: MultivariateGaussian<S>,
    lambda: S,
    y: Vector<S>,
}

impl<S: Scalar> Parameters<S> for State<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let sde = MatrixSde {
            drift: source.matrix("A", "the drift matrix, d x d")?,
            offset: source.vector("c", "the drift offset, d entries")?,
            factor: source.matrix("L", "the noise factor, d rows")?,
        };
        let score = AffineField {
            slope: -&source.matrix("K", "the score is k - K y")?,
            offset: source.vector("k", "offset of the score")?,
        };
        let mean = source.vector("m", "the mean of the model, d entries")?;
        let state = Self {
            sde,
            score,
            model: MultivariateGaussian { mean, covariance: source.covariance("V", "the covariance of the model")? },
            lambda: source.real("lam", Domain::BelowOne, "the member of the plug-in family")?,
            y: source.vector("y", "the point, d entries")?,
        };
        source.same_dimension(&["A", "c", "L", "K", "k", "m", "V", "y"])?;
        let (mean, covariance) = state.rates(0);
        let (d, matrix) = (state.y.dimension(), state.model.covariance.matrix());
        for i in 0..d {
            source.rule(state.model.mean[i], mean[i]);
            (0..=i).for_each(|j| source.rule(matrix[(i, j)], covariance[(i, j)]));
        }
        Ok(state)
    }
}

impl<S: Scalar> State<S> {
    /// The rates of mean and covariance in noising time.
    fn rates(&self, wrong: u8) -> (Vector<S>, Matrix<S>) {
        let mut reverse = self.sde.plug_in(&self.score, self.lambda);
        let mean = -&reverse.mean_rate(&self.model.mean);
        if wrong == FLIPPED {
            reverse.drift = reverse.drift.transpose();
        }
        let covariance = -&reverse.covariance_rate(self.model.covariance.matrix());
        match wrong {
            ADDED => (mean, &covariance + &reverse.noise().scale(S::int(2))),
            _ => (mean, covariance),
        }
    }
}

/// The moments move as the density of the generative SDE does.
struct Moments(u8);

impl Statement for Moments {
    type Params<S: Scalar> = State<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] K=[[1.1,0.37],[-0.43,0.53]] k=[0.29,-0.47] \
             m=[0.31,-0.83] V=[[1.3,0.45],[0.45,0.71]] lam=0.3137 y=[0.8113,1.7]",
            "A=[[-0.7]] c=[0.37] L=[[1.3]] K=[[1.1]] k=[0.29] m=[0.31] V=[[0.61]] lam=-0.7119 y=[1.8113]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p State<S>) -> Vec<Relation<'p, S>> {
        let (mean, covariance) = p.rates(self.0);
        let now = Marginal { sde: p.sde.clone(), law: p.model.clone() };
        let moved = now.moving_by(&mean, &covariance).law.log_density(&p.y.map(Dual::constant));
        let field = p.score.map(Dual::constant);
        let reverse = p.sde.at(&p.y).plug_in(&VectorJet::of(|y| field.value(y), &p.y), p.lambda);
        let density = -reverse.log_density_rate(&now.log_density_jet(&p.y));
        vec![Relation::equal("reverse Fokker–Planck", rate(moved), density)]
    }
}

/// A noising process, a linear score, a centred model and the second moments of inference paths at one time, all free.
struct Paths<S> {
    sde: MatrixSde<S>,
    score: Matrix<S>,
    model: Covariance<S>,
    second: Matrix<S>,
}

impl<S: Scalar> Parameters<S> for Paths<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let drift = source.matrix("A", "the drift matrix, d x d")?;
        let paths = Self {
            sde: MatrixSde::centred(drift, source.matrix("L", "the noise factor, d rows")?),
            score: -&source.matrix("K", "the score is -K y")?,
            model: source.covariance("V", "the covariance of the model")?,
            second: source.symmetric("S", "the second moments of inference paths")?,
        };
        source.same_dimension(&["A", "L", "K", "V", "S"])?;
        let (model, second) = paths.moving();
        let d = paths.second.rows();
        for at in (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))) {
            source.rule(model[at].re, model[at].eps);
            source.rule(second[at].re, second[at].eps);
        }
        Ok(paths)
    }
}

impl<S: Scalar> Paths<S> {
    fn reverse(&self) -> MatrixSde<S> {
        let score = AffineField { slope: self.score.clone(), offset: self.sde.offset.clone() };
        self.sde.plug_in(&score, S::zero())
    }

    /// The covariance of the model and the second moments with their rates.
    fn moving(&self) -> (Matrix<Dual<S>>, Matrix<Dual<S>>) {
        let model = self.model.matrix();
        let back = -&self.reverse().covariance_rate(model);
        (moving(model, &back), moving(&self.second, &self.sde.covariance_rate(&self.second)))
    }
}

/// `−E log u_t(Y_t)` and the cost of the bound grow together as half the squared mismatch: from 0 to `T` this is the gap.
struct GapRate(u8);

impl Statement for GapRate {
    type Params<S: Scalar> = Paths<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-0.7,1.3],[0.4,-1.1]] L=[[0.9,-0.5],[1.7,0.3]] K=[[1.1,0.37],[-0.43,0.53]] V=[[1.3,0.45],[0.45,0.71]] \
             S=[[0.9,-0.31],[-0.31,1.7]]",
            "A=[[-0.7]] L=[[1.3]] K=[[1.1]] V=[[0.61]] S=[[1.4]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Paths<S>) -> Vec<Relation<'p, S>> {
        let (model, second) = p.moving();
        let surprise = -rate(expected_log_density(&Covariance::new(model), &second));
        let paid = running_cost(&p.reverse(), &p.score, &p.second).total();
        let (noise, precision) = (p.sde.noise(), p.model.precision());
        let square = match self.0 {
            OTHER_SIDE => mismatch(&noise, &p.score.transpose(), precision, &p.second),
            _ => mismatch(&noise, &p.score, precision, &p.second),
        };
        let half = if self.0 == NO_HALF { square } else { square / 2 };
        vec![Relation::equal("rate of the gap", surprise + paid, half)]
    }
}

/// Likelihood minus bound is the gap, each by its own integral.
struct ThreeWays(u8);

impl Enclosed for ThreeWays {
    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-0.8137,0.4119],[-0.2713,-0.6117]] L=[[1.1137,0],[0.2719,0.9713]] S0=[[0.7137,0.3119],[0.3119,0.5171]] \
             D=[[1.1713,0.0911],[-0.1237,0.8713]] Spi=[[0.9137,0.1119],[0.1119,0.7713]] x=[0.4137,-0.8119] T=1.3137",
            // Langevin dynamics with velocities: noise of rank one.
            "A=[[0,1.7777],[-1,-2.6666]] L=[[0,0],[0,1.6329]] S0=[[0.5137,0],[0,0.5625]] D=[[1,0],[0.0537,1.1319]] \
             Spi=[[1,0],[0,0.5625]] x=[0.6137,-0.3119] T=1.9137",
            // Eigenvalues that agree to four digits.
            "A=[[-0.8137,0.0001],[-0.0001,-0.8138]] L=[[0.7137,0],[0.9719,0.3713]] S0=[[0.7137,0.3119],[0.3119,0.5171]] \
             D=[[0.8713,-0.1911],[0.1237,1.1713]] Spi=[[0.9137,-0.2119],[-0.2119,0.7713]] x=[0.4137,0.8119] T=0.9137",
            "A=[[-0.8137,0.4119,0.1713],[-0.2713,-0.6117,-0.3119],[0.1119,0.2137,-0.9137]] \
             L=[[1.1137,0,0],[0.2719,0.9713,0],[-0.3137,0.1713,0.7119]] \
             S0=[[0.7137,0.3119,-0.1137],[0.3119,0.5171,0.0719],[-0.1137,0.0719,0.6137]] \
             D=[[1.1713,0.0911,-0.0713],[-0.1237,0.8713,0.1119],[0.0537,-0.0919,1.0719]] \
             Spi=[[0.9137,0.1119,0.0713],[0.1119,0.7713,-0.1319],[0.0713,-0.1319,0.8137]] x=[0.4137,-0.8119,0.6137] T=0.7137",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        // The control differs in the second digit.
        const TOLERANCE: f64 = 1e-12;
        let p: LinearPlugin<Ball> = at_point(point)?;
        let other = LinearPlugin { error: p.error.transpose(), ..p.clone() };
        let numbers = || {
            let flow = PluginFlow::new(&p, TOLERANCE)?;
            let integral = if self.0 == TRANSPOSED { gap(&PluginFlow::new(&other, TOLERANCE)?) } else { gap(&flow) };
            Some(log_likelihood(&flow) - elbo(&flow) - integral)
        };
        let difference = numbers().unwrap_or_else(Ball::whole);
        Ok(vec![EnclosedRelation::equal("likelihood − bound = gap", move |_| difference)])
    }
}

fn number(
    inputs: &Inputs,
    ignored: Ignored,
    digits: usize,
    of: fn(&PluginFlow<'_>) -> Ball,
) -> Result<Ball, InputError> {
    to_digits(&ExactReader::new(inputs, ignored).read()?, digits, of)
}

const fn quantity(id: &'static str, about: &'static str, enclose: Enclose) -> Quantity {
    Quantity { id, about, ignores: &[], fields: describe::<LinearPlugin<Float>>, enclose, double: None }
}

const MOMENTS: &str = "moments";
const RATE: &str = "rate of the gap";
const THREE_WAYS: &str = "three ways";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "plugin-multivariate",
    aliases: &[],
    expect: Expect::True,
    title: "Plug-in models in d dimensions: moments, bound and gap for matrices that do not commute",
    text: include_str!("plugin_multivariate.rs"),
    sources: &["huang2021", "nedialkov1999"],
    readings: &[
        Readings::of(MOMENTS, &Moments(0)),
        Readings::of(RATE, &GapRate(0)),
        Readings::certified(THREE_WAYS, &ByEnclosure(ThreeWays(0))),
    ],
    controls: &[
        Control {
            id: "generator-on-the-other-side",
            story: "V𝒦 + 𝒦ᵀV for 𝒦V + V𝒦ᵀ",
            readings: Readings::of(MOMENTS, &Moments(FLIPPED)),
        },
        Control {
            id: "noise-forwards",
            story: "+(1 − λ)Q in noising time: generative and inference time mixed up",
            readings: Readings::of(MOMENTS, &Moments(ADDED)),
        },
        Control {
            id: "score-transposed",
            story: "Kᵀ for K in the mismatch: the score's Jacobian applied to the wrong side",
            readings: Readings::of(RATE, &GapRate(OTHER_SIDE)),
        },
        Control {
            id: "no-half",
            story: "the squared mismatch without its ½",
            readings: Readings::of(RATE, &GapRate(NO_HALF)),
        },
        Control {
            id: "error-transposed",
            story: "the gap of the model whose score error is transposed: it disappears only for symmetric errors",
            readings: Readings::certified(THREE_WAYS, &ByEnclosure(ThreeWays(TRANSPOSED))),
        },
    ],
    quantities: &[
        quantity("model-log-likelihood", "log p_theta(x) of the plug-in model, in nats", |inputs, ignored, digits| {
            number(inputs, ignored, digits, log_likelihood)
        }),
        quantity("elbo", "ELBO(x) of the plug-in model, in nats", |inputs, ignored, digits| {
            number(inputs, ignored, digits, elbo)
        }),
    ],
};
