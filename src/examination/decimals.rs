//! Exact values in decimal, wherever they are written down.

use crate::numbers::Ball;

/// Significant digits of a middle.
const DIGITS: usize = 40;

/// The middles of enclosures, and one radius for all: an upper bound of how far any middle, as printed, is from the exact value.
pub fn decimals(exact: &[Ball]) -> (Vec<String>, String) {
    let mut radius: f64 = 0.0;
    let middles = exact.iter().map(|ball| {
        let text = ball.to_decimal(DIGITS);
        match text.split_once(" ± ") {
            Some((middle, error)) => {
                // Two digits, rounded up, which a double gives back as they were.
                radius = radius.max(error.parse().unwrap_or(f64::INFINITY));
                middle.to_owned()
            }
            None => text,
        }
    });
    let middles = middles.collect();
    (middles, if radius == 0.0 { "0".to_owned() } else { format!("{radius:e}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Field;

    #[test]
    fn the_widest_speaks_for_all() {
        let (middles, radius) = decimals(&[Ball::ratio(1, 4), Ball::ratio(1, 3), Ball::int(1000) / 3]);
        assert_eq!(middles[0], "0.25");
        assert_eq!(middles[1], format!("0.{}", "3".repeat(40)));
        assert_eq!(radius, "3.4e-38", "a third of a unit in the last of 40 digits of the largest, rounded up");
        assert_eq!(decimals(&[Ball::ratio(1, 4)]).1, "0");
    }
}
