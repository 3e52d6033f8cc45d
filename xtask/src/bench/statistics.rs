//! Medians and spreads over rounds; ratios within a round, so that what slows a whole round down cancels.

/// The median with the least and the greatest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub greatest: f64,
}

impl Spread {
    /// Of these numbers; none if there are none, or one is not a number.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<_> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, greatest) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
        (least.is_finite() && greatest.is_finite()).then_some(Self { median, least, greatest })
    }
}

/// How many times as fast `ours` is as `theirs`, from costs round by round; rounds without both are left out.
pub fn speed_ratio(ours: &[Option<f64>], theirs: &[Option<f64>]) -> Option<Spread> {
    Spread::of(ours.iter().zip(theirs).filter_map(|(ours, theirs)| Some((*theirs)? / (*ours)?)))
}

/// The exponent `p` of `cost = c·sizeᵖ`, by least squares in logarithms; none for fewer than two sizes.
pub fn exponent(sizes_and_costs: &[(f64, f64)]) -> Option<f64> {
    let logarithms: Vec<_> = sizes_and_costs.iter().map(|(size, cost)| (size.ln(), cost.ln())).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| logarithms.iter().map(of).sum::<f64>() / logarithms.len() as f64;
    let (x_mean, y_mean) = (mean(|at| at.0), mean(|at| at.1));
    let products = logarithms.iter().map(|(x, y)| (x - x_mean) * (y - y_mean)).sum::<f64>();
    let squares = logarithms.iter().map(|(x, _)| (x - x_mean).powi(2)).sum::<f64>();
    (squares > 0.0).then_some(products / squares)
}

/// The z-score that a normal mean exceeds, in either direction, with at most this probability: `2 exp(−z²/2)` bounds the tails.
pub fn z_limit(rate: f64) -> f64 {
    (2.0 * (2.0 / rate).ln()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_within_a_round() {
        // The second round is ten times as slow for everybody: medians apart would say 10/2 or 40/2.
        let (ours, theirs) = ([Some(1.0), Some(20.0), Some(2.0)], [Some(4.0), Some(80.0), Some(10.0)]);
        let ratio = speed_ratio(&ours, &theirs);
        assert_eq!(ratio, Some(Spread { median: 4.0, least: 4.0, greatest: 5.0 }));
    }

    #[test]
    fn a_round_without_both_is_left_out() {
        let (ours, theirs) = ([Some(1.0), None, Some(2.0)], [Some(3.0), Some(1.0), None]);
        assert_eq!(speed_ratio(&ours, &theirs), Some(Spread { median: 3.0, least: 3.0, greatest: 3.0 }));
        assert_eq!(speed_ratio(&[None], &[Some(1.0)]), None);
    }

    #[test]
    fn an_even_number_of_rounds_has_its_median_in_the_middle() {
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0]), Some(Spread { median: 2.5, least: 1.0, greatest: 4.0 }));
        assert_eq!(Spread::of([1.0, f64::NAN]), None);
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_power_law_has_its_exponent() {
        let law = |p: f64| [10.0, 100.0, 1000.0].map(|size: f64| (size, 3.0 * size.powf(p)));
        for p in [1.0, 1.5] {
            let found = exponent(&law(p)).unwrap_or(f64::NAN);
            assert!((found - p).abs() < 1e-12, "{found} is not {p}");
        }
        assert_eq!(exponent(&[(10.0, 1.0)]), None);
    }

    #[test]
    fn a_smaller_rate_has_a_larger_limit() {
        // 2 exp(−z²/2) at the limit is the rate.
        let z = z_limit(1e-12);
        assert!(((2.0 * (-z * z / 2.0).exp()) / 1e-12 - 1.0).abs() < 1e-9);
    }
}
