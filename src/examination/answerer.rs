//! Exact answers, and wrong ones: the formulas of the worlds, put together rightly or with one mistake.

use super::conventions::{Conventions, Log, Predicts, Reduce, Time};
use super::law::Law;
use super::mistake::Mistake;
use super::quantity::Quantity;
use super::question::{Model, Question};
use crate::numbers::{Ball, Covariance, Matrix, Scalar, Vector};
use crate::worlds::{Clock, Mixture, MultivariateGaussian, Process, ScaledScore, Schedule};

/// Who answers: in whose conventions, and with which mistake, if any.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answerer {
    /// Its conventions.
    pub conventions: Conventions,
    /// Its mistake.
    pub mistake: Option<Mistake>,
}

impl Answerer {
    /// Without a mistake.
    pub fn right(conventions: Conventions) -> Self {
        Self { conventions, mistake: None }
    }

    pub(super) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// The clock at `t`, in our time.
    pub(super) fn clock<S: Scalar>(&self, question: &Question<S>, t: S) -> Clock<S> {
        let t = if self.makes(Mistake::TimeReversed) { question.horizon() - t } else { t };
        let process = match (self.mistake, question.process.schedule()) {
            (Some(Mistake::EndTimeForgotten), Schedule::VpLinear { b0, b1 }) => {
                let end = *b0 + (*b1 - *b0) * question.horizon();
                Process::new(Schedule::VpLinear { b0: *b0, b1: end }, question.horizon())
            }
            _ => question.process.clone(),
        };
        let clock = process.at(t);
        let vp = matches!(process.schedule(), Schedule::VpLinear { .. });
        match self.mistake {
            Some(Mistake::SigmaForVariance) => Clock { w: clock.w.sqrt(), ..clock },
            Some(Mistake::VarianceForSigma) => Clock { w: clock.w.square(), ..clock },
            Some(Mistake::RateNotHalved) => Clock { alpha: clock.alpha * 2, phi: clock.phi.square(), ..clock },
            Some(Mistake::BetaNotIntegrated) if vp => Clock::variance_preserving(clock.noise * t).paced(clock.noise),
            Some(Mistake::Expm1Missing) if vp => Clock { w: S::one() - clock.phi.square(), ..clock },
            Some(Mistake::DiffusionForItsSquare) => Clock { noise: clock.noise.sqrt(), ..clock },
            _ => clock,
        }
    }

    /// A law as this answerer reads it.
    fn read<S: Scalar>(&self, law: &Law<S>) -> Law<S> {
        let altered = |law: &MultivariateGaussian<S>, mean: Vector<S>, keep: fn(usize, usize) -> bool| {
            let matrix = law.covariance.matrix();
            let kept = |i, j| if keep(i, j) { matrix[(i, j)] } else { S::zero() };
            let covariance = Covariance::new(Matrix::symmetric(matrix.rows(), kept));
            Law::Gaussian(MultivariateGaussian { mean, covariance })
        };
        match (self.mistake, law) {
            (Some(Mistake::MeanForgotten), Law::Gaussian(law)) => {
                altered(law, Vector(vec![S::zero(); law.mean.dimension()]), |_, _| true)
            }
            (Some(Mistake::OffDiagonalsDropped), Law::Gaussian(law)) => altered(law, law.mean.clone(), |i, j| i == j),
            (Some(Mistake::EqualWeights), Law::Mixture(law)) => {
                let count = law.components().count() as i64;
                Law::Mixture(Mixture::new(law.components().map(|(_, law)| (S::one() / count, law))))
            }
            (Some(Mistake::MixtureAsGaussian), Law::Mixture(_)) => Law::Gaussian(law.moment_matched()),
            _ => law.clone(),
        }
    }

    /// A law after the noise of a clock.
    fn noised<S: Scalar>(&self, law: &Law<S>, clock: &Clock<S>) -> Law<S> {
        let law = self.read(law);
        match (self.mistake, &law) {
            (Some(Mistake::DataNotNoised), _) => law,
            (Some(Mistake::SpreadForgotten), Law::Gaussian(start)) => Law::Gaussian(MultivariateGaussian {
                mean: Vector(start.mean.0.iter().map(|m| clock.mean(*m)).collect()),
                covariance: Covariance::new(Matrix::zeros(law.dimension(), law.dimension()).plus_identity(clock.w)),
            }),
            (Some(Mistake::SpreadForgotten), Law::Mixture(start)) => {
                let points = start.components().map(|(weight, law)| (weight, clock.given(law.mean)));
                Law::Mixture(Mixture::new(points))
            }
            _ => law.diffuse(clock),
        }
    }

    /// The score that stands for the network, at `(x, t)`.
    pub(super) fn score<S: Scalar>(&self, question: &Question<S>, x: &Vector<S>, t: S) -> Vector<S> {
        let exact = |t: S| self.noised(&question.data, &self.clock(question, t)).score(x);
        let score = match &question.model {
            _ if self.makes(Mistake::ModelIgnored) => exact(t),
            Model::Exact => exact(t),
            Model::Law(law) => self.noised(law, &self.clock(question, t)).score(x),
            Model::Shifted(by) => &exact(t) + by,
            Model::Scaled(by) => exact(t).scale(*by),
            Model::WrongTime(by) => exact(*by * t),
        };
        if self.makes(Mistake::ScoreSign) { score.scale(S::int(-1)) } else { score }
    }

    /// The law whose score the model is, where it is one.
    fn model_law<S: Scalar>(&self, question: &Question<S>) -> Law<S> {
        match &question.model {
            Model::Law(law) if !self.makes(Mistake::ModelIgnored) => law.clone(),
            _ => question.data.clone(),
        }
    }

    /// The terms of `ε = −√w s` and of `x₀ = x/φ + w s/φ`.
    fn noise_and_data<S: Scalar>(clock: &Clock<S>, x: &Vector<S>, score: &Vector<S>) -> (Vector<S>, [Vector<S>; 2]) {
        let inverse = clock.phi.recip();
        (score.scale(-clock.w.sqrt()), [x.scale(inverse), score.scale(clock.w * inverse)])
    }

    /// The terms of what the subject predicts.
    fn predicted<S: Scalar>(&self, clock: &Clock<S>, x: &Vector<S>, score: Vector<S>) -> Vec<Vector<S>> {
        let predicts = match self.mistake {
            Some(Mistake::NoiseForScore) => Predicts::Epsilon,
            Some(Mistake::DenoisedForScore) => Predicts::X0,
            _ => self.conventions.predicts,
        };
        let (noise, data) = Self::noise_and_data(clock, x, &score);
        match predicts {
            Predicts::Score => vec![score],
            Predicts::Epsilon => vec![noise],
            Predicts::X0 => data.to_vec(),
            Predicts::V => {
                let [first, second] = data.map(|part| part.scale(-clock.w.sqrt()));
                vec![noise.scale(clock.phi), first, second]
            }
        }
    }

    /// `log q(x)` in nats.
    fn log_density<S: Scalar>(&self, law: &Law<S>, x: &Vector<S>) -> S {
        let plain = law.log_density(x);
        let Law::Gaussian(gaussian) = law else {
            let two_pi = (S::pi() * 2).ln() / 2;
            return if self.makes(Mistake::TwoPiForgotten) { plain + two_pi } else { plain };
        };
        let (d, log_det) = (x.size(), gaussian.covariance.log_det());
        let away = x - &gaussian.mean;
        let distance = gaussian.covariance.precision().bilinear(&away, &away);
        match self.mistake {
            Some(Mistake::HalfForgotten) => MultivariateGaussian::log_density_at(d, log_det, distance * 2),
            Some(Mistake::LogSigma) => MultivariateGaussian::log_density_at(d, log_det / 2, distance),
            Some(Mistake::TwoPiForgotten) => plain + (S::pi() * 2).ln() * d / 2,
            _ => plain,
        }
    }

    /// A logarithm of a density, in the unit and the reduction of the subject.
    fn reported<S: Scalar>(&self, nats: S, d: usize) -> S {
        let bits = self.conventions.log == Log::Bit || self.makes(Mistake::BitsForNats);
        let mean = self.conventions.reduce == Reduce::Mean || self.makes(Mistake::MeanForSum);
        let value = if bits { nats / S::int(2).ln() } else { nats };
        if mean { value / d as i64 } else { value }
    }

    /// The answer to a question that has one value: entries in rows.
    pub fn value<S: Scalar>(&self, quantity: &Quantity, question: &Question<S>) -> Vec<S> {
        let terms = self.terms(quantity, question).into_iter();
        terms.reduce(|sum, term| &sum + &term).map_or_else(Vec::new, |sum| sum.0)
    }

    /// The terms whose sum the answer is, by the formula of the quantity. Where they cancel nobody is to be blamed for digits that are
    /// lost, for a field is evaluated before it is used.
    pub fn terms<S: Scalar>(&self, quantity: &Quantity, question: &Question<S>) -> Vec<Vector<S>> {
        let d = question.data.dimension();
        let x = question.point.x.clone().unwrap_or_else(|| Vector(vec![S::zero(); d]));
        let t = question.point.t.unwrap_or_else(S::zero);
        let clock = self.clock(question, t);
        let pull = |share: S| self.score(question, &x, t).scale(-clock.noise * share);
        let nats = |terms: Vec<S>| terms.into_iter().map(|term| Vector(vec![self.reported(term, d)])).collect();
        let (half, whole) = (S::ratio(1, 2), S::one());
        match quantity.id {
            "mean" => vec![self.noised(&question.data, &clock).mean()],
            "covariance" => vec![Vector(self.noised(&question.data, &clock).covariance().entries().to_vec())],
            "score" => self.predicted(&clock, &x, self.score(question, &x, t)),
            "log-density" => nats(vec![self.log_density(&self.noised(&question.data, &clock), &x)]),
            "drift" => vec![x.scale(clock.alpha)],
            "squared-diffusion" => vec![Vector(vec![clock.noise])],
            "reverse-drift" => {
                vec![x.scale(clock.alpha), pull(if self.makes(Mistake::HalfScoreInReverse) { half } else { whole })]
            }
            "velocity" => {
                // A subject whose time runs from noise to data moves the other way.
                let sign = if self.conventions.time == Time::DataAtOne { -whole } else { whole };
                let share = if self.makes(Mistake::FullScoreInFlow) { whole } else { half };
                vec![x.scale(clock.alpha * sign), pull(share * sign)]
            }
            "ddim-step" => self.ddim_step(question, &clock, &x, t),
            "prior-kl" => nats(self.prior_kl(question)),
            "elbo" => nats(self.elbo(question, &x)),
            "lower-bound" => nats(vec![self.model_log_likelihood(question, &x)]),
            "flow-log-likelihood" => nats(vec![self.log_density(&self.read(&question.data), &x)]),
            _ => Vec::new(),
        }
    }

    /// What a subject answers that has no shortcut: a bound below the likelihood, a likelihood by steps, and otherwise the value.
    pub fn answer<S: Scalar>(&self, quantity: &Quantity, question: &Question<S>) -> Vec<S> {
        let (x, d) = (&question.point.x, question.data.dimension());
        match (quantity.id, x) {
            ("lower-bound", Some(x)) => {
                let bound = self.elbo(question, x).into_iter().fold(S::zero(), |sum, term| sum + term);
                let above = self.model_log_likelihood(question, x) * 2 - bound;
                vec![self.reported(if self.makes(Mistake::BoundExceeded) { above } else { bound }, d)]
            }
            ("flow-log-likelihood", Some(_)) => vec![self.by_euler_steps(question)],
            _ => self.value(quantity, question),
        }
    }

    /// Data `N(0, v)` on the line with a scaled score: the one model with a wrong score whose own likelihood is closed form.
    fn scaled<S: Scalar>(&self, question: &Question<S>) -> Option<ScaledScore<S>> {
        let (Model::Scaled(by), 1) = (&question.model, question.data.dimension()) else { return None };
        let delta = if self.makes(Mistake::ModelIgnored) { S::zero() } else { *by - 1 };
        let (v0, vpi) = (question.data.covariance()[(0, 0)], question.prior.covariance.matrix()[(0, 0)]);
        Some(ScaledScore { v0, delta, lambda: S::zero(), vpi })
    }

    /// `log p(x)` of the model that starts at the prior and follows the score, in nats.
    fn model_log_likelihood<S: Scalar>(&self, question: &Question<S>, x: &Vector<S>) -> S {
        let Some(world) = self.scaled(question) else { return self.log_density(&self.read(&question.data), x) };
        let (start, end) = (self.clock(question, S::zero()), self.clock(question, question.horizon()));
        let law = world.model(&start, &end);
        let (mean, matrix) = (Vector(vec![law.mean]), Matrix::from_fn(1, 1, |_, _| law.variance));
        self.log_density(&Law::Gaussian(MultivariateGaussian { mean, covariance: Covariance::new(matrix) }), x)
    }

    fn ddim_step<S: Scalar>(&self, question: &Question<S>, clock: &Clock<S>, x: &Vector<S>, t: S) -> Vec<Vector<S>> {
        let (noise, data) = Self::noise_and_data(clock, x, &self.score(question, x, t));
        let end = self.clock(question, question.point.s.unwrap_or_else(S::zero));
        let level = if self.makes(Mistake::LevelNotAdvanced) { clock.w.sqrt() } else { end.w.sqrt() };
        let direction = if self.makes(Mistake::DenoisedForNoise) { &data[0] + &data[1] } else { noise };
        let [first, second] = data.map(|part| part.scale(end.phi));
        vec![first, second, direction.scale(level)]
    }

    /// `KL(q_T ‖ prior) = −H(q_T) − E[log prior]` for Gaussian data.
    fn prior_kl<S: Scalar>(&self, question: &Question<S>) -> Vec<S> {
        let end = self.noised(&question.data, &self.clock(question, question.horizon())).moment_matched();
        let prior = &question.prior;
        let divergence = |from: &MultivariateGaussian<S>, to: &MultivariateGaussian<S>| {
            vec![-from.entropy(), -to.expected_log_density(from)]
        };
        match self.mistake {
            Some(Mistake::KlReversed) => divergence(prior, &end),
            Some(Mistake::LogSigma) => {
                let halved = (end.covariance.log_det() - prior.covariance.log_det()) / 4;
                divergence(&end, prior).into_iter().chain([halved]).collect()
            }
            _ => divergence(&end, prior),
        }
    }

    /// The bound with the score of a law `p`: `log p₀(x) − E[log p_T(Y_T)|x] + E[log π(Y_T)|x]`, for Gaussian `p`. Along a path the
    /// integrand of the bound is the rate of `log p_t`, by Itô's formula. With a scaled score it is the world's.
    fn elbo<S: Scalar>(&self, question: &Question<S>, x: &Vector<S>) -> Vec<S> {
        let clock = self.clock(question, question.horizon());
        let given = MultivariateGaussian {
            mean: x.scale(clock.phi),
            covariance: Covariance::new(Matrix::zeros(x.dimension(), x.dimension()).plus_identity(clock.w)),
        };
        let along = match self.scaled(question) {
            Some(world) => vec![-world.cost(x.0[0], &clock)],
            None => {
                let law = self.model_law(question);
                let end = self.noised(&law, &clock).moment_matched();
                vec![self.log_density(&self.read(&law), x), -end.expected_log_density(&given)]
            }
        };
        let prior = (!self.makes(Mistake::PriorForgotten)).then(|| question.prior.expected_log_density(&given));
        along.into_iter().chain(prior).collect()
    }

    /// Whether there is a closed form of the quantity in this case, told from its exact numbers.
    pub fn supports(quantity: &Quantity, question: &Question<Ball>) -> bool {
        let on_the_line = question.data.dimension() == 1;
        let gaussian = matches!(question.data, Law::Gaussian(_));
        let zero = |x: &Ball| x.is_point() && x.contains_zero();
        let centred = question.data.mean().0.iter().chain(&question.prior.mean.0).all(zero);
        let scaled = matches!(question.model, Model::Scaled(_)) && on_the_line && gaussian && centred;
        match quantity.id {
            "prior-kl" => gaussian,
            "elbo" => match &question.model {
                Model::Exact => gaussian,
                Model::Law(law) => matches!(law, Law::Gaussian(_)),
                Model::Scaled(_) => scaled,
                Model::Shifted(_) | Model::WrongTime(_) => false,
            },
            "lower-bound" => scaled,
            "flow-log-likelihood" => matches!(question.model, Model::Exact),
            "dsm-term" => on_the_line && gaussian && !matches!(question.model, Model::Law(Law::Mixture(_))),
            _ => true,
        }
    }

    /// `log q₀(x)` by explicit Euler steps along the probability flow, from `q_T`: what a subject of order 1 answers.
    pub fn by_euler_steps<S: Scalar>(&self, question: &Question<S>) -> S {
        let d = question.data.dimension();
        let steps = question.point.steps.unwrap_or(1);
        let h = question.horizon() / i64::from(steps);
        let mut x = question.point.x.clone().unwrap_or_else(|| Vector(vec![S::zero(); d]));
        let mut volume = S::zero();
        for step in 0..steps {
            let clock = self.clock(question, h * i64::from(step));
            let law = self.noised(&question.data, &clock);
            let half = if self.makes(Mistake::FullScoreInFlow) { clock.noise } else { clock.noise / 2 };
            volume = volume + h * (clock.alpha * d as i64 - half * law.score_divergence(&x));
            x = &x + &(&x.scale(clock.alpha) - &law.score(&x).scale(half)).scale(h);
        }
        let end = self.noised(&question.data, &self.clock(question, question.horizon()));
        let volume = if self.makes(Mistake::DivergenceForgotten) { S::zero() } else { volume };
        self.reported(self.log_density(&end, &x) + volume, d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examination::{CASES, Log, inputs};
    use crate::numbers::{Field, Float};
    use serde_json::json;

    /// The answer of `ou-1d` at `x = 1/2`, `t = 1/4`, in these conventions.
    fn answer(quantity: &str, conventions: Conventions) -> f64 {
        let quantity = Quantity::find(quantity).unwrap();
        let inputs = inputs(&CASES[0].json(), quantity.coordinates, &json!({ "x": [0.5], "t": 0.25 })).unwrap();
        let question = Question::<Float>::from_inputs(&inputs).unwrap();
        Answerer::right(conventions).value(quantity, &question)[0].0
    }

    #[test]
    fn conventions_are_of_one_and_the_same_world() {
        let usual = Conventions::default();
        let field = |predicts| answer("score", Conventions { predicts, ..usual });
        let (phi, w) = ((-0.25_f64).exp(), -(-0.5_f64).exp_m1());
        // By Bayes' rule: the precision of the prior, 4/3, against that of the noised point, φ²/w.
        let denoised = (4.0 / 3.0 + phi * 0.5 / w) / (4.0 / 3.0 + phi * phi / w);
        let noise = (0.5 - phi * denoised) / w.sqrt();
        for (got, wanted) in [
            (field(Predicts::X0), denoised),
            (field(Predicts::Epsilon), noise),
            (field(Predicts::V), phi * noise - w.sqrt() * denoised),
            (field(Predicts::Score), -noise / w.sqrt()),
            (answer("log-density", Conventions { log: Log::Bit, ..usual }), answer("log-density", usual) / 2_f64.ln()),
            (answer("velocity", Conventions { time: Time::DataAtOne, ..usual }), -answer("velocity", usual)),
            (answer("drift", Conventions { time: Time::DataAtOne, ..usual }), answer("drift", usual)),
        ] {
            // A few roundings of numbers of the size of 1.
            assert!((got - wanted).abs() < 16.0 * f64::EPSILON, "{got} {wanted}");
        }
        let mean = Answerer::right(Conventions { reduce: Reduce::Mean, ..usual });
        assert_eq!(mean.reported(Float::ratio(3, 1), 3), Float(1.0));
    }
}
