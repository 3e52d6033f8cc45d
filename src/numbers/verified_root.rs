//! A root found by Newton's method and verified: what comes out is proved, wherever the search began.

use super::{Ball, Field};

/// Encloses the root of a function near a guess that has about three digits, given the function with its derivative. If the interval Newton
/// step does not map the candidate into itself, no root is proved there, and the answer is the whole line.
pub(crate) fn verified_root(guess: f64, value_and_slope: impl Fn(Ball) -> (Ball, Ball)) -> Ball {
    // Newton doubles the digits; six steps from three digits pass the 71 of a ball.
    let mut root = Ball::from(guess);
    for _ in 0..6 {
        let (value, slope) = value_and_slope(root);
        root = Ball::point((root - value / slope).midpoint());
    }
    let reach = root * Ball::int(2).powi(-200);
    let candidate = root + reach * (-Ball::one()).hull(&Ball::one());
    let (_, slope) = value_and_slope(candidate);
    let (value, _) = value_and_slope(root);
    // If this maps the candidate into itself, the root is inside, and unique.
    let refined = root - value / slope;
    if refined.is_finite() && candidate.encloses(&refined) { refined } else { Ball::whole() }
}
