//! On average over the data the bound falls short of `−H(q)` by the mismatch of the prior and of the score.

use crate::{caught, holds, vanishes};
use ouracle::numbers::{Ball, Dual, Field, Panel, Scalar, integrate};
use ouracle::strategies::{OtherGaussianPoint, RotatedPoint, other_gaussian_point, rotated_point};
use ouracle::worlds::{AffineScore, Gaussian};
use proptest::prelude::*;

/// A model along the first axis of a world, on the data of another case, `λ = 0`; or on its own reference, any `λ`.
#[derive(Clone, Copy)]
struct Averaged<'a> {
    model: &'a RotatedPoint,
    data: Option<&'a OtherGaussianPoint>,
}

impl Averaged<'_> {
    fn world<S: Scalar>(&self) -> AffineScore<S> {
        let mut world = self.model.world().axes()[0];
        if self.data.is_some() {
            world.scaled.lambda = S::zero();
        }
        world
    }

    fn data<S: Scalar>(&self) -> Gaussian<S> {
        match self.data {
            Some(case) => Gaussian::new(case.m0.read(), case.v0.read()),
            None => Gaussian::new(self.world().centre, self.world::<S>().scaled.v0),
        }
    }

    /// `E|s − ∇log q_t|² G/2` under the data.
    fn score_error<S: Scalar>(&self, t: S) -> S {
        let clock = self.model.noising.process().at(t);
        let data = self.data();
        let law = Gaussian::new(clock.mean(data.mean), clock.variance(data.variance));
        clock.noise * self.world().score(&clock).minus(&law.score()).mean_square(&law) / 2
    }

    /// `E_q[ELBO]`: the bound is quadratic in `x`, so its mean is its value at the mean and half its second derivative
    /// times the variance.
    fn average(&self) -> Ball {
        let (world, data, end) = (self.world::<Ball>(), self.data::<Ball>(), self.model.noising.process().end());
        let lift = |x: Ball| Dual::constant(Dual::constant(x));
        let x = Dual { re: Dual::variable(data.mean), eps: Dual::constant(Ball::one()) };
        let elbo = world.map(lift).elbo(x, &end.map(lift));
        elbo.re.re + elbo.eps.eps / 2 * data.variance
    }
}

const NO_PRIOR: u8 = 1;
const NO_FACTOR: u8 = 2;

fn average<const WRONG: u8>(case: Averaged<'_>) -> Result<(), TestCaseError> {
    let (world, data) = (case.world::<Ball>(), case.data::<Ball>());
    let process = case.model.noising.process::<Ball>();
    let (end, lambda) = (process.end(), world.scaled.lambda);
    let last = Gaussian::new(end.mean(data.mean), end.variance(data.variance));
    let shortfall = -data.entropy() - case.average();
    // An inequality first: no choice of the score does better than the data's own entropy.
    prop_assert!(!shortfall.to_f64_interval().hi().is_sign_negative(), "E_q[ELBO] exceeds -H(q) by {}", -shortfall);

    let prior = last.kl(&world.prior());
    let half = Ball::one() - lambda / 2;
    let factor = if WRONG == NO_FACTOR { Ball::one() } else { half * half / (Ball::one() - lambda) };
    // The nearest wrong version drops one of the two terms.
    let score = shortfall - prior;
    let radius = prior.to_f64_interval().mig().min(score.to_f64_interval().mig()) / 10.0;
    prop_assume!(radius > 0.0);
    let within = radius / factor.to_f64_interval().mag() / 2.0;
    let integral =
        integrate(&|t| case.score_error(t), &|t: Panel| case.score_error(t), Ball::zero(), process.horizon(), within);
    let paid = if WRONG == NO_PRIOR { shortfall } else { shortfall - prior };
    vanishes(paid - factor * integral, radius)
}

#[test]
fn the_average_bound_pays_for_prior_and_score() {
    holds(24, (rotated_point(), other_gaussian_point()), |(model, data)| {
        average::<0>(Averaged { model: &model, data: Some(&data) })
    });
}

#[test]
fn the_average_bound_of_every_member_pays_its_factor() {
    holds(24, rotated_point(), |model| average::<0>(Averaged { model: &model, data: None }));
}

#[test]
fn an_average_without_the_prior_is_caught() {
    caught(8, (rotated_point(), other_gaussian_point()), |(model, data)| {
        average::<NO_PRIOR>(Averaged { model: &model, data: Some(&data) })
    });
}

#[test]
fn an_average_without_the_factor_is_caught() {
    caught(24, rotated_point(), |model| average::<NO_FACTOR>(Averaged { model: &model, data: None }));
}
