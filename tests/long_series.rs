//! The fast smoother against the generic one, with bounds that follow its roundings through the series.

use ouracle::numbers::{Ball, EndPoint, Field, Float, Instructions};
use ouracle::worlds::timeseries::{Filter, LongSeries, OrnsteinUhlenbeck, SeriesError, SmoothedSeries};

/// Roundings of one step, counted generously: decay 3, factor and fresh variance 5, prediction 3, the two quotients 5, gain and link 4,
/// update 4.
const ROUNDINGS: f64 = 24.0;

struct Case {
    process: OrnsteinUhlenbeck<Float>,
    times: Vec<f64>,
    values: Vec<f64>,
    observed: Vec<bool>,
    noise: f64,
}

impl Case {
    /// Gaps between the two ends, in multiples of 2⁻⁴⁰, so that differences of times are exact.
    fn new(n: usize, gaps: [f64; 2], noise: f64, share_seen: f64) -> Self {
        let spread = |i: usize, k: usize| ((i * k + 1) as f64 * 0.618_033_988_749_895).fract();
        let mut time = 3.0;
        let step = |i| {
            let gap: f64 = gaps[0] * (gaps[1] / gaps[0]).powf(spread(i, 1));
            (gap * 2.0_f64.powi(40)).ceil() / 2.0_f64.powi(40)
        };
        let times = (0..n).map(|i| {
            time += step(i);
            time
        });
        Self {
            process: OrnsteinUhlenbeck { s: Float(1.7), theta: Float(0.8), mu: Float(0.4) },
            times: times.collect(),
            values: (0..n).map(|i| (0.013 * i as f64).sin() + 3.0 * spread(i, 7) - 1.5).collect(),
            observed: (0..n).map(|i| spread(i, 13) < share_seen).collect(),
            noise,
        }
    }

    fn long(&self) -> LongSeries<'_> {
        LongSeries { times: &self.times, values: &self.values, observed: Some(&self.observed), noise: self.noise }
    }

    fn smooth(&self) -> SmoothedSeries {
        self.long().smooth(&self.process, 1).unwrap()
    }

    /// Compares with the generic smoother in [`Ball`]; the bounds are those of a first-order analysis of each step's roundings.
    fn agrees(&self) {
        let ball = |x: f64| Ball::point(EndPoint::from_f64(x));
        let process = OrnsteinUhlenbeck {
            s: ball(self.process.s.0),
            theta: ball(self.process.theta.0),
            mu: ball(self.process.mu.0),
        };
        let filter = Filter::new(&process, &self.long().read(ball));
        let smoother = filter.smooth();
        let fast = self.smooth();

        let u = ROUNDINGS * f64::EPSILON / 2.0;
        let n = self.times.len();
        let reach = self.values.iter().fold(0.0_f64, |most, y| most.max((y - self.process.mu.0).abs()));
        let variance = |belief: &ouracle::worlds::timeseries::Belief<Ball>| belief.covariance[(0, 0)].to_f64();
        let (mut mean_error, mut relative_error, mut of_likelihood) = (vec![0.0; n], vec![0.0; n], 0.0);
        for i in 0..n {
            let (before, after) = (variance(&filter.predicted[i]), variance(&filter.updated[i]));
            let kept = if self.observed[i] { self.noise / (before + self.noise) } else { 1.0 };
            let (from_mean, from_variance) = if i == 0 {
                (0.0, 0.0)
            } else {
                let factor = filter.steps[i - 1].factor[(0, 0)].to_f64();
                let share = factor * factor * variance(&filter.updated[i - 1]) / before;
                (factor * mean_error[i - 1], share * relative_error[i - 1])
            };
            relative_error[i] = kept * from_variance + u;
            mean_error[i] = kept * from_mean + (u + from_variance) * 2.0 * reach;
            if self.observed[i] {
                let s = before + self.noise;
                let surprise = 2.0 * reach;
                of_likelihood += (u + from_variance) * (1.0 + surprise * surprise / s) + surprise * from_mean / s;
            }
            let _ = after;
        }
        let (mut mean_bound, mut variance_bound) = (mean_error[n - 1], relative_error[n - 1]);
        for i in (0..n).rev() {
            let exact = smoother.law(i);
            if i + 1 < n {
                let gain = filter.gain(i, &filter.updated[i].covariance)[(0, 0)].to_f64();
                mean_bound = gain * mean_bound + mean_error[i] + (u + relative_error[i]) * 2.0 * reach;
                variance_bound = variance_bound.max(relative_error[i]) + 3.0 * (u + relative_error[i]);
            }
            let error = (fast.mean[i] - exact.mean.to_f64()).abs();
            assert!(
                error <= mean_bound + f64::EPSILON * exact.mean.to_f64().abs(),
                "mean {i}: {error:e} > {mean_bound:e}"
            );
            let (got, exact) = (fast.variance[i], exact.variance.to_f64());
            assert!((got - exact).abs() <= variance_bound * exact, "variance {i}: {got} for {exact}");
        }
        let (got, exact) = (fast.log_likelihood, filter.log_likelihood().to_f64());
        assert!((got - exact).abs() <= of_likelihood, "log-likelihood {got} for {exact}, bound {of_likelihood:e}");
    }
}

/// Side by side: longer than what is followed point by point, and no multiple of anything.
const LONG: usize = 2_311;

#[test]
fn an_irregular_series_with_noise_agrees() {
    Case::new(LONG, [0.02, 0.7], 0.25, 0.7).agrees();
}

#[test]
fn a_series_without_noise_agrees() {
    Case::new(LONG, [0.001, 0.3], 0.0, 0.6).agrees();
}

#[test]
fn tiny_and_huge_gaps_agree() {
    Case::new(LONG, [1e-9, 1e4], 0.01, 0.9).agrees();
}

/// Each point says little, and a chunk must start far before its first point.
#[test]
fn a_filter_that_forgets_slowly_agrees() {
    Case::new(LONG, [1e-5, 1e-4], 40.0, 0.5).agrees();
}

#[test]
fn a_short_series_agrees() {
    for n in [1, 2, 17, 300] {
        Case::new(n, [0.02, 0.7], 0.25, 0.7).agrees();
    }
}

#[test]
fn bits_depend_on_neither_threads_nor_machine() {
    for case in [Case::new(70_001, [0.02, 0.7], 0.25, 0.7), Case::new(40_000, [1e-4, 1e-3], 4.0, 0.3)] {
        let one = case.smooth();
        for threads in [2, 3, 4] {
            assert_eq!(case.long().smooth(&case.process, threads).unwrap(), one, "{threads} threads");
        }
        for instructions in Instructions::ALL.into_iter().filter(|width| width.present()) {
            let (mut mean, mut variance) = (vec![0.0; case.times.len()], vec![0.0; case.times.len()]);
            let log_likelihood =
                case.long().smooth_into(&case.process, 1, instructions, &mut mean, &mut variance).unwrap();
            assert_eq!(SmoothedSeries { mean, variance, log_likelihood }, one, "{instructions:?}");
        }
    }
}

#[test]
fn nothing_seen_leaves_the_prior() {
    for n in [5, 5_000] {
        let mut case = Case::new(n, [0.02, 0.7], 0.25, 0.0);
        case.values.fill(f64::NAN);
        case.values[n / 2] = f64::INFINITY;
        let smoothed = case.smooth();
        assert!(smoothed.mean.iter().all(|mean| *mean == 0.4));
        let unit = f64::EPSILON / 2.0;
        assert!(smoothed.variance.iter().all(|variance| (variance / 1.7 - 1.0).abs() <= ROUNDINGS * unit));
        assert_eq!(smoothed.log_likelihood, 0.0);
    }
}

/// What a user gets wrong is named with its place, in a short series and in the middle of a long one.
#[test]
fn bad_input_is_named() {
    for n in [100, 9_000] {
        let fresh = || Case::new(n, [0.02, 0.7], 0.25, 1.0);
        let at = n / 2;
        let error = |case: &Case| case.long().smooth(&case.process, 2).unwrap_err();

        let mut case = fresh();
        case.times[at] = case.times[at - 1];
        assert!(matches!(error(&case), SeriesError::Order { index, .. } if index == at));
        case.times[at] = f64::INFINITY;
        assert!(error(&case).to_string().starts_with(&format!("time {at} is inf")));
        let mut case = fresh();
        case.values[at] = f64::NAN;
        assert!(error(&case).to_string().contains(&format!("value {at} is NaN; mark it as not observed")));
        case.observed[at] = false;
        assert!(case.long().smooth(&case.process, 2).is_ok());
        case.values.pop();
        assert!(matches!(error(&case), SeriesError::Lengths { what: "values", .. }));
        for noise in [-1.0, f64::NAN, f64::INFINITY] {
            let mut case = fresh();
            case.noise = noise;
            assert!(matches!(error(&case), SeriesError::Number { .. }));
        }
        let mut case = fresh();
        case.process.theta = Float::zero();
        assert!(matches!(error(&case), SeriesError::Number { .. }));
    }
    let nothing = LongSeries { times: &[], values: &[], observed: None, noise: 0.0 };
    assert_eq!(nothing.smooth(&Case::new(1, [0.1, 0.2], 0.0, 1.0).process, 1), Err(SeriesError::Empty));
}

/// Units are the user's affair: a series in other units gives the same in these, to the last bit if the unit is a power of two.
#[test]
fn powers_of_two_as_units_change_nothing() {
    let case = Case::new(LONG, [0.02, 0.7], 0.25, 0.7);
    let mut scaled = Case::new(LONG, [0.02, 0.7], 0.25 * 2.0_f64.powi(200), 0.7);
    let unit = 2.0_f64.powi(100);
    scaled.process = OrnsteinUhlenbeck { s: Float(1.7 * unit * unit), theta: Float(0.8), mu: Float(0.4 * unit) };
    scaled.values.iter_mut().for_each(|value| *value *= unit);
    let (one, other) = (case.smooth(), scaled.smooth());
    assert!(one.mean.iter().zip(&other.mean).all(|(a, b)| a * unit == *b));
    assert!(one.variance.iter().zip(&other.variance).all(|(a, b)| a * unit * unit == *b));
}
