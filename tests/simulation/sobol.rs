//! Scrambled Sobol points through the paths: the means are those of the recursion, and nearer to it than plain draws are.

use crate::score::{FAR, euler, moments};
use ouracle::numbers::Instructions;
use ouracle::simulation::{BLOCK, Increments, Seed, SobolPaths, Values, WeightedPaths};

fn paths(steps: usize) -> WeightedPaths<1> {
    WeightedPaths { start: 1.0, steps: euler(steps, [(1.1, 0.05)]), last: [[-0.5, 0.0, 0.0]] }
}

#[test]
fn bits_do_not_depend_on_the_instructions() {
    let sobol = SobolPaths::new(paths(5)).unwrap();
    let block = |part, instructions| {
        let mut values = Box::new([Values::default()]);
        sobol.block(&Seed::new(2, "sobol"), 3, part, instructions, &mut values);
        values
    };
    let widest = block(1, Instructions::widest());
    for instructions in Instructions::ALL {
        assert!(block(1, instructions) == widest, "{instructions:?}");
    }
    assert!(block(0, Instructions::widest()) != widest);
}

/// Spread over 24 randomisations; 23 degrees of freedom: beyond 6.6 once in 10⁶ runs, were the means normal.
fn estimates(steps: usize, parts: u32) -> [[f64; 2]; 2] {
    let sobol = SobolPaths::new(paths(steps)).unwrap();
    let [estimate] = sobol.estimate(&Seed::new(2, "sobol"), 24, parts, Instructions::widest());
    let exact = paths(steps).means()[0];
    for [mean, error] in [estimate.still, estimate.whole] {
        assert!(((mean - exact) / error).abs() < 6.6, "{mean} {error} {exact}");
    }
    [estimate.still, estimate.whole]
}

#[test]
fn the_spread_is_far_below_that_of_plain_draws() {
    let mut plain = Box::new([Values::<f64>::default()]);
    paths(30).block(Increments::Normal, &Seed::new(2, "plain"), 0, Instructions::widest(), &mut plain);
    let [still, whole] = estimates(30, 1);
    let [_, variance] = moments(&plain[0].still);
    // Of the mean of 24 blocks; the ratio of the variances is some thousands.
    let of_plain = variance / (24 * BLOCK) as f64;
    assert!(of_plain > 300.0 * still[1].powi(2), "{of_plain:e} {:e}", still[1].powi(2));
    assert!(of_plain > 1000.0 * whole[1].powi(2), "{of_plain:e} {:e}", whole[1].powi(2));
    // Four times the points: more than a fourth of the variance is gone, for they fill the gaps of each other.
    let [_, more] = estimates(30, 4);
    assert!(8.0 * more[1].powi(2) < whole[1].powi(2));
}

#[test]
fn more_steps_than_dimensions_are_drawn_too() {
    let (randomisations, seed) = (2, Seed::new(2, "long"));
    let [estimate] = SobolPaths::new(paths(260)).unwrap().estimate(&seed, randomisations, 1, Instructions::widest());
    let mut plain = Box::new([Values::<f64>::default()]);
    paths(260).block(Increments::Normal, &seed, 0, Instructions::widest(), &mut plain);
    // At least as near as plain draws are.
    let [_, variance] = moments(&plain[0].whole);
    let error = (variance / (randomisations as usize * BLOCK) as f64).sqrt();
    assert!((estimate.whole[0] - paths(260).means()[0]).abs() < FAR * error, "{estimate:?}");
}

#[test]
fn directions_are_of_length_one_whatever_is_accumulated() {
    // y of the end, squared or not, in paths where nothing is squared on the way.
    for last in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] {
        let walk = WeightedPaths { last: [last], ..paths(7) };
        let walk = WeightedPaths { steps: walk.steps.into_iter().map(silent).collect(), ..walk };
        let exact = walk.means()[0];
        let [estimate] = SobolPaths::new(walk).unwrap().estimate(&Seed::new(2, "end"), 24, 1, Instructions::widest());
        assert!(((estimate.whole[0] - exact) / estimate.whole[1]).abs() < 6.6, "{estimate:?} {exact}");
    }
}

fn silent(mut step: ouracle::simulation::PathStep<1>) -> ouracle::simulation::PathStep<1> {
    step.added = Default::default();
    step
}

#[test]
fn without_steps_there_is_the_end_and_without_numbers_an_error() {
    let still = WeightedPaths { steps: Vec::new(), ..paths(1) };
    let [estimate] = SobolPaths::new(still).unwrap().estimate(&Seed::new(2, "end"), 2, 1, Instructions::widest());
    assert_eq!(estimate.whole, [-0.5, 0.0]);
    let mut broken = paths(3);
    broken.steps[1].factor = f64::NAN;
    assert!(SobolPaths::new(broken).unwrap_err().to_string().contains("3 steps"));
}
