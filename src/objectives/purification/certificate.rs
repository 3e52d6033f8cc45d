//! Radii within which a smoothed classifier cannot change its mind, known or estimated from votes. Sources: `cohen2019`, `clopper1934`.

use crate::numbers::{Ball, Field, Scalar, normal_quantile};

/// `R = σΦ⁻¹(p)`, the radius that a vote of probability `p` certifies for two classes; negative below a half.
pub fn radius(probability: Ball, deviation: Ball) -> Ball {
    deviation * normal_quantile(probability)
}

/// `(p̲, 1 − p̲)` with `p̲ = α^{1/n}`: the Clopper–Pearson lower bound of a probability of which all of `n` trials were successes, with
/// confidence `1 − α`, and its distance from 1 by itself.
pub fn unanimous_bound(runs: Ball, alpha: Ball) -> (Ball, Ball) {
    let nats = alpha.ln() / runs;
    (nats.exp(), -nats.exp_m1())
}

/// `σΦ⁻¹(α^{1/n})`, the largest radius that `n` votes can certify with confidence `1 − α`, from whichever tail has the digits.
///
/// ```
/// use ouracle::{numbers::{Ball, Field}, objectives::purification::largest_radius};
/// let radius = largest_radius(Ball::int(1000), Ball::ratio(1, 1000), Ball::ratio(1, 2));
/// assert!(radius.to_decimal(12).starts_with("1.23163130739 ± "));
/// ```
pub fn largest_radius(runs: Ball, alpha: Ball, deviation: Ball) -> Ball {
    let (bound, rest) = unanimous_bound(runs, alpha);
    deviation * if bound.certainly_le(&rest) { normal_quantile(bound) } else { -normal_quantile(rest) }
}

/// `P(Bin(n, p) ≥ k)` for every `k` from 0 to `n`.
pub fn at_least(trials: u32, probability: Ball) -> Vec<Ball> {
    let rest = Ball::one() - probability;
    let mut ways = Ball::one();
    let mut tails = vec![Ball::zero(); trials as usize + 2];
    for k in (0..=trials).rev() {
        let mass = ways * probability.powi(k as i32) * rest.powi((trials - k) as i32);
        tails[k as usize] = tails[k as usize + 1] + mass;
        ways = ways * i64::from(k) / i64::from(trials - k + 1);
    }
    tails.pop();
    tails
}

/// How often the Clopper–Pearson lower bound from `n` trials at confidence `1 − α` is at most the probability `p` itself, by
/// enumeration: it is if so many successes or more are not rarer than `α`. `None` where that is too close to tell.
pub fn coverage_of_the_bound(trials: u32, probability: Ball, alpha: Ball) -> Option<(Ball, u32)> {
    let tails = at_least(trials, probability);
    // Rarer the more successes there are; no successes at all are certain.
    let first = tails.iter().position(|tail| !alpha.certainly_le(tail)).unwrap_or(tails.len());
    if tails.get(first).is_some_and(|tail| !tail.certainly_le(&alpha)) {
        return None;
    }
    let beyond = tails.get(first).copied().unwrap_or(Ball::zero());
    Some((Ball::one() - beyond, first as u32))
}

/// How often the share of successes itself is at most the probability, by enumeration: `P(S ≤ np)`.
pub fn coverage_of_the_share(trials: u32, probability: Ball) -> Ball {
    let tails = at_least(trials, probability);
    let over = |k: usize| (probability * i64::from(trials)).hi() < Ball::int(k as i64).lo();
    let first = (0..tails.len()).find(|k| over(*k));
    Ball::one() - first.map_or(Ball::zero(), |first| tails[first])
}
