//! One random time for each sample: against the library's clocks, and by quadrature.

use crate::score::{FAR, means, moments, standardised};
use ouracle::numbers::{Float, Instructions, gauss_legendre_nodes};
use ouracle::simulation::{BLOCK, OneTime, OneTimeError, OverNoise, Precision, Seed, Times};
use ouracle::worlds::{Process, Schedule};

const BOUND: OneTime =
    OneTime { beta: [0.3, 8.0], times: [0.01, 0.9], point: 1.3, data: [0.4, 0.25], scale: 1.2, shift: 0.15 };

fn draws<P: Precision>(
    bound: OneTime,
    times: Times,
    noise: OverNoise,
    blocks: u64,
    instructions: Instructions,
) -> Vec<f64> {
    let sampler = bound.sampler().unwrap();
    let mut out = vec![P::default(); blocks as usize * BLOCK];
    for (number, out) in out.chunks_mut(BLOCK).enumerate() {
        sampler.block(times, noise, &Seed::new(9, "one time"), number as u64, instructions, out);
    }
    out.into_iter().map(Into::into).collect()
}

/// `∫ β E[½s² + s′] dt` by moments of `Y` on the library's clock; thirty panels, each by the library's Gauss nodes.
fn exact(bound: &OneTime) -> f64 {
    let [b0, b1] = bound.beta.map(Float);
    let process = Process::new(Schedule::VpLinear { b0, b1 }, Float(1.0));
    let cost = |t: f64| {
        let clock = process.at(Float(t));
        let (v, mean): (f64, f64) =
            (clock.variance(Float(bound.data[1])).into(), clock.mean(Float(bound.data[0])).into());
        let (phi, w, noise): (f64, f64, f64) = (clock.phi.into(), clock.w.into(), clock.noise.into());
        let slope = -bound.scale / v;
        let level = slope * (phi * bound.point - mean) + bound.shift;
        noise * (0.5 * (level * level + slope * slope * w) + slope)
    };
    let [first, last] = bound.times;
    let half = (last - first) / 60.0;
    (0..30)
        .flat_map(|panel| {
            gauss_legendre_nodes().map(move |(node, weight)| (first + half * (f64::from(2 * panel + 1) + node), weight))
        })
        .map(|(t, weight)| half * weight * cost(t))
        .sum()
}

fn the_same_bits<P: Precision>() {
    for (times, noise) in [(Times::Plain, OverNoise::Drawn), (Times::Stratified, OverNoise::Integrated)] {
        let widest = draws::<P>(BOUND, times, noise, 1, Instructions::widest());
        for instructions in Instructions::ALL {
            assert_eq!(draws::<P>(BOUND, times, noise, 1, instructions), widest, "{instructions:?}");
        }
    }
}

#[test]
fn bits_do_not_depend_on_the_instructions() {
    the_same_bits::<f64>();
    the_same_bits::<f32>();
}

fn means_are_integrals<P: Precision>() {
    let exact = exact(&BOUND);
    for (times, noise) in [(Times::Plain, OverNoise::Drawn), (Times::Plain, OverNoise::Integrated)] {
        let z = standardised(&draws::<P>(BOUND, times, noise, 16, Instructions::widest()), exact);
        assert!(z.abs() < FAR, "{times:?} {noise:?} {z}");
    }
    // Draws of a block have different laws here; their means over blocks have one. 64 degrees of freedom: beyond 5.5 once in 10⁶ runs.
    let z = standardised(
        &means(&draws::<P>(BOUND, Times::Stratified, OverNoise::Drawn, 65, Instructions::widest())),
        exact,
    );
    assert!(z.abs() < 5.5, "{z}");
}

#[test]
fn means_are_the_integral_of_the_cost() {
    means_are_integrals::<f64>();
    means_are_integrals::<f32>();
}

#[test]
fn with_strata_and_without_noise_little_is_left_to_chance() {
    let spread =
        |times| moments(&means(&draws::<f64>(BOUND, times, OverNoise::Integrated, 16, Instructions::widest())));
    let ([mean, stratified], [_, plain]) = (spread(Times::Stratified), spread(Times::Plain));
    // In the limit of many strata the variance falls with their third power, not with the first: by 4096² for a slope of the size of the spread.
    assert!(stratified < 1e-5 * plain, "{stratified} {plain}");
    // 15 degrees of freedom: beyond 8 once in 10⁶ runs.
    assert!((mean - exact(&BOUND)).abs() < 8.0 * (stratified / 16.0).sqrt(), "{mean}");
}

#[test]
fn early_times_keep_their_digits() {
    // At x = m₀ and δ = 0 the mean given the time is −β (k/v)(1 − kσ²/2v); σ² and what β and v have changed are below 10⁻⁷ of it.
    let bound = OneTime { times: [1e-9, 2e-9], point: 0.4, shift: 0.0, ..BOUND };
    let values = draws::<f64>(bound, Times::Plain, OverNoise::Integrated, 1, Instructions::widest());
    let expected = -1e-9 * 0.3 * 1.2 / 0.25;
    assert!(values.iter().all(|value| (value / expected - 1.0).abs() < 1e-6), "{}", values[0]);
    // The whole spread of a drawn one is q z² there: of mean q and variance 2q².
    let drawn = draws::<f64>(bound, Times::Plain, OverNoise::Drawn, 8, Instructions::widest());
    assert!(standardised(&drawn, expected).abs() < FAR);
    let squares: Vec<f64> = drawn.iter().map(|value| (value / expected).powi(2)).collect();
    assert!(standardised(&squares, 3.0).abs() < FAR);
}

#[test]
fn what_cannot_be_drawn_is_named() {
    let error = |bound: OneTime| bound.sampler().unwrap_err();
    assert_eq!(error(OneTime { times: [0.0, 1.0], ..BOUND }), OneTimeError::Times { first: 0.0, last: 1.0 });
    assert_eq!(error(OneTime { data: [0.0, -1.0], ..BOUND }), OneTimeError::Variance { variance: -1.0 });
    assert!(matches!(error(OneTime { beta: [0.0, 0.0], ..BOUND }), OneTimeError::Beta { .. }));
    assert!(matches!(error(OneTime { beta: [1.0, 1000.0], ..BOUND }), OneTimeError::Forgotten { .. }));
    assert!(matches!(error(OneTime { point: f64::NAN, ..BOUND }), OneTimeError::NotFinite { .. }));
}
