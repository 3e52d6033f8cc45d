//! Denoising score matching is explicit score matching of the noised data, plus a constant that does not depend on the model.
//!
//! Data $x \sim N(m, \Sigma)$, $\tilde x = x + \sigma n$ with $n \sim N(0, I)$, so that $\tilde x \sim p_\sigma = N(m, T)$, $T = \Sigma + \sigma^2I$. For every model score $s$
//!
//! $$ J_{DSM} = \tfrac12E\Big\|s(\tilde x) + \frac{\tilde x - x}{\sigma^2}\Big\|^2 = J_{ESM}(p_\sigma) + \tfrac12\mathrm{tr}\,R, \qquad
//! R = \frac I{\sigma^2} - T^{-1} = \frac{\Sigma T^{-1}}{\sigma^2} $$
//!
//! It is least for the score of the *noised* data, precision $T^{-1}$ and not $\Sigma^{-1}$. There the residual is $N(0, R)$, and the loss of one sample has the mean
//! $\frac12\mathrm{tr}\,R$ and the variance $\frac12\mathrm{tr}\,R^2$, which are about $\frac d{2\sigma^2}$ and $\frac d{2\sigma^4}$ for little noise: neither is a sign of a bad model. For
//! $s(x) = -K(x - \mu)$ in general, $W = K\Sigma K$ and $a = -K(m - \mu)$,
//!
//! $$ J_{DSM} = \tfrac12\mathrm{tr}\,C + \tfrac12\|a\|^2, \qquad \mathrm{Var} = \tfrac12\mathrm{tr}\,C^2 + a^\top Ca, \qquad C = W + \sigma^2\Big(\frac I{\sigma^2} - K\Big)^2 $$
//!
//! Assumptions: $\Sigma$ positive definite, $\sigma > 0$, $K$ symmetric. What a model of precision $\Sigma^{-1}$ loses is too little beside the variance to be seen in draws. If it failed, a floor of the training loss would be taken for an error of the model.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{GaussianVector, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar};
use crate::objectives::score_matching::{
    denoising, denoising_variance, least_covariance, mean_denoising, mean_explicit, noised, residual_law,
};
use crate::parameters::{Domain, InputError, Parameters, Source, at_point};
use crate::worlds::{GaussianPolynomial, ScoreModel, at_score_model};

const NO_TRACE: u8 = 1;
const CLEAN_PRECISION: u8 = 2;
const OTHER_SIGN: u8 = 3;
const NO_HALF: u8 = 4;

/// Data, a model and the noise.
struct Noised<S> {
    model: ScoreModel<S>,
    sigma: S,
}

impl<S: Scalar> Parameters<S> for Noised<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let model = ScoreModel::read(source)?;
        let sigma = source.real("sigma", Domain::Positive, "standard deviation of the noise, not a variance")?;
        Ok(Self { model, sigma })
    }
}

impl<S: Scalar> Noised<S> {
    fn variance(&self) -> S {
        self.sigma.square()
    }

    /// The residual as a polynomial in `x − m` and `n`, component by component.
    fn residual(&self, wrong: u8) -> Vec<GaussianPolynomial<S>> {
        let (d, k, mean) = (self.model.precision.rows(), &self.model.precision, self.model.mean_score());
        let component = |i: usize| {
            let data = (0..d).map(|j| (-k[(i, j)], vec![j]));
            let noise = (0..d).map(|j| (-k[(i, j)] * self.sigma, vec![d + j]));
            let target = if wrong == OTHER_SIGN { -self.sigma.recip() } else { self.sigma.recip() };
            let own = [(target, vec![d + i]), (mean[i], Vec::new())];
            GaussianPolynomial(data.chain(noise).chain(own).collect())
        };
        (0..d).map(component).collect()
    }

    /// The joint covariance of `x` and `n`.
    fn joint_covariance(&self) -> Matrix<S> {
        let (d, covariance) = (self.model.precision.rows(), self.model.data.covariance.matrix());
        Matrix::symmetric(2 * d, |i, j| match (i < d, j < d) {
            (true, true) => covariance[(i, j)],
            (false, false) if i == j => S::one(),
            _ => S::zero(),
        })
    }
}

const EX3: &str = at_score_model!(space " sigma=0.35");
const PLANE: &str = "Sigma=[[1.713,-0.619],[-0.619,0.871]] K=[[0.8137,-0.2513],[-0.2513,1.6119]] m=[0.3137,-0.7119] mu=[0.1119,0.2713] sigma=0.3519";
const LITTLE_NOISE: &str = "Sigma=[[1,0.999999],[0.999999,1]] K=[[0.8137,-0.2513],[-0.2513,1.6119]] m=[0.3137,-0.7119] mu=[0.1119,0.2713] sigma=0.0001";

/// Any model.
struct AnyModel(u8);

impl Statement for AnyModel {
    type Params<S: Scalar> = Noised<S>;

    fn points(&self) -> &'static [&'static str] {
        &[PLANE, EX3, LITTLE_NOISE]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        let (wrong, d) = (self.0, p.model.precision.rows());
        let (joint, residual) = (p.joint_covariance(), p.residual(wrong));
        let loss = residual.iter().fold(S::zero(), |sum, r| sum + r.times(r).mean(&joint)) / 2;
        let seen = noised(&p.model, p.variance());
        let explicit = mean_explicit(&seen);
        let explicit = if wrong == NO_HALF { explicit * 2 } else { explicit };
        let constant = match wrong {
            NO_TRACE => p.variance().recip() * d as i64 / 2,
            _ => least_covariance(&p.model, p.variance()).trace() / 2,
        };
        let covariance = residual_law(&p.model, p.variance()).covariance;
        let mean = p.model.mean_score();
        // Without their means.
        let centred: Vec<_> = residual.iter().map(|r| GaussianPolynomial(r.0[..2 * d + 1].to_vec())).collect();
        let places = (0..d).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let moment = |i: usize, j: usize| centred[i].times(&centred[j]).mean(&joint);
        let mut relations = vec![
            Relation::equal("mean of the loss", loss, explicit + constant),
            Relation::equal("mean of the loss by its residual", loss, mean_denoising(&p.model, p.variance())),
        ];
        relations.extend(places.map(|(i, j)| {
            Relation::equal(format!("covariance of the residual {i} {j}"), moment(i, j), covariance[(i, j)])
        }));
        // The loss as a polynomial in the residual less its mean.
        let squares = (0..d).flat_map(|i| [(S::ratio(1, 2), vec![i, i]), (mean[i], vec![i])]);
        let loss = GaussianPolynomial(squares.collect());
        let variance = loss.times(&loss).mean(&covariance) - loss.mean(&covariance).square();
        relations.push(Relation::equal("variance of the loss", variance, denoising_variance(&p.model, p.variance())));
        relations
    }
}

/// The model that is best: the score of the noised data, or what is taken for it.
fn best<S: Scalar>(wrong: u8, p: &Noised<S>) -> ScoreModel<S> {
    let data = match wrong {
        CLEAN_PRECISION => p.model.data.clone(),
        _ => noised(&p.model, p.variance()).data,
    };
    let precision = data.covariance.precision().clone();
    ScoreModel { precision, centre: data.mean, data: p.model.data.clone() }
}

/// The best model.
struct AtBest(u8);

impl Statement for AtBest {
    type Params<S: Scalar> = Noised<S>;

    fn points(&self) -> &'static [&'static str] {
        &[PLANE, LITTLE_NOISE]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Noised<S>) -> Vec<Relation<'p, S>> {
        let model = best(self.0, p);
        let least = least_covariance(&p.model, p.variance());
        vec![
            Relation::equal("least mean of the loss", mean_denoising(&model, p.variance()), least.trace() / 2),
            Relation::equal(
                "variance of the least loss",
                denoising_variance(&model, p.variance()),
                (&least * &least).trace() / 2,
            ),
        ]
    }
}

/// Losses of samples, of a model and of the best model.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let wrong = self.0;
        let (exact, p): (Noised<Ball>, Noised<Float>) = (at_point(EX3)?, at_point(EX3)?);
        let variance = exact.variance();
        let of = |model: &ScoreModel<Ball>| (mean_denoising(model, variance), denoising_variance(model, variance));
        let right = [of(&exact.model), of(&best(0, &exact))];
        let dropped = match wrong {
            NO_TRACE => noised(&exact.model, variance).data.covariance.precision().trace() / 2,
            _ => Ball::zero(),
        };
        let names = ["loss", "least loss"].into_iter().zip(&right);
        let statistics =
            names.map(|(name, (mean, variance))| Statistic::mean(name, (*mean + dropped).to_f64(), variance.to_f64()));
        // With the other sign the residual is that of the model −K, but for its sign.
        let drawn = (wrong == OTHER_SIGN).then(|| {
            let models = [exact.model.clone(), best(0, &exact)];
            let flipped = models.map(|model| of(&ScoreModel { precision: -&model.precision, ..model }));
            flipped.map(|(mean, variance)| (mean.to_f64(), variance.to_f64())).to_vec()
        });
        let (data, d) = (GaussianVector::new(&p.model.data), p.model.centre.dimension());
        let scores = [p.model.score(), best(0, &p).score()].map(|score| score.map(Lanes::splat));
        let (sigma, square) = (Lanes::splat(p.sigma), Lanes::splat(p.variance()));
        Ok(Plan {
            point: EX3,
            statistics: statistics.collect(),
            drawn,
            sampler: sampler(move |noise, out| {
                let x = noise.vector(&data);
                let noise = noise.normals(d).scale(sigma);
                let target = if wrong == OTHER_SIGN { -&noise } else { noise.clone() };
                for (score, out) in scores.iter().zip(out) {
                    *out = denoising(&score.value(&(&x + &noise)), &target, square);
                }
            }),
        })
    }
}

struct Loss;

impl Formula for Loss {
    type Params<S: Scalar> = Noised<S>;
    fn value<S: Scalar>(p: &Noised<S>) -> S {
        mean_denoising(&p.model, p.variance())
    }
}

const ANY: &str = "any model";
const BEST: &str = "the best model";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-dsm-constant",
    aliases: &[],
    title: "Denoising score matching is explicit score matching of the noised data plus a constant",
    expect: Expect::True,
    text: include_str!("sm_dsm_constant.rs"),
    sources: &["vincent2011"],
    readings: &[Readings::of(ANY, &AnyModel(0)).and_sampled(&Draws(0)), Readings::of(BEST, &AtBest(0))],
    controls: &[
        Control {
            id: "no-trace",
            story: "d/(2σ²) for the constant: the score of the noised data forgotten",
            readings: Readings::of(ANY, &AnyModel(NO_TRACE)).and_sampled(&Draws(NO_TRACE)),
        },
        Control {
            id: "other-sign",
            story: "the target taken as +(x̃ − x)/σ², the noise added to the data again",
            readings: Readings::of(ANY, &AnyModel(OTHER_SIGN)).and_sampled(&Draws(OTHER_SIGN)),
        },
        Control {
            id: "no-half",
            story: "explicit score matching without its ½ beside denoising score matching with it",
            readings: Readings::of(ANY, &AnyModel(NO_HALF)),
        },
        Control {
            id: "clean-precision",
            story: "the score of the data without noise for the minimiser",
            readings: Readings::of(BEST, &AtBest(CLEAN_PRECISION)),
        },
    ],
    quantities: &[Quantity::of::<Loss>(
        "j-dsm",
        "E |s(x~) + (x~ - x)/sigma^2|^2 / 2, x~ = x + sigma n, n ~ N(0, I), s(x) = -K(x - mu)",
        &[],
    )],
};
