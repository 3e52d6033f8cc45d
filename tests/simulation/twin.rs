//! The exact score's functional as a control.

use crate::score::{FAR, euler, moments, standardised};
use ouracle::numbers::Instructions;
use ouracle::simulation::{BLOCK, Increments, Seed, Twin, Values, WeightedPaths};

fn pair() -> WeightedPaths<2> {
    WeightedPaths { start: 1.0, steps: euler(40, [(1.1, 0.05), (1.0, 0.0)]), last: [[-0.5, 0.0, 0.0]; 2] }
}

fn block(increments: Increments, number: u64) -> Box<[Values<f64>; 2]> {
    let mut values = Box::default();
    pair().block(increments, &Seed::new(4, "twin"), number, Instructions::widest(), &mut values);
    values
}

#[test]
fn the_mean_stays_and_the_variance_falls() {
    let [exact, of_twin] = pair().means();
    for increments in [Increments::Normal, Increments::ThreeBits] {
        let pilot = block(increments, 0);
        let whole: Vec<f64> = pilot[0].whole.into();
        assert!(standardised(&whole, exact).abs() < FAR, "{}", standardised(&whole, exact));
        for (twin, gain) in [(Twin::difference(of_twin), 3.0), (Twin::fitted(&pilot, of_twin), 20.0)] {
            let mut less = vec![0.0; 4 * BLOCK];
            for (number, less) in less.chunks_mut(BLOCK).enumerate() {
                twin.less(&block(increments, 1 + number as u64), less);
            }
            assert!(standardised(&less, exact).abs() < FAR, "{}", standardised(&less, exact));
            let ([_, before], [_, after]) = (moments(&whole), moments(&less));
            assert!(before > gain * after, "{increments:?} {before} {after}");
        }
    }
}

#[test]
fn controls_without_spread_have_no_coefficient() {
    let mut pilot = block(Increments::Normal, 0);
    for values in &mut pilot[..] {
        values.whole = values.still;
    }
    pilot[1].still = [1.0; BLOCK];
    pilot[1].whole = [1.0; BLOCK];
    assert_eq!(Twin::fitted(&pilot, 1.0).coefficients, [0.0; 3]);
}
