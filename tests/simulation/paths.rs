use ouracle::evidence::{Budget, Plan, Sampler, Statistic, WeightedChain, simulate};
use ouracle::numbers::{Float, Instructions, Scalar};
use ouracle::objectives::log_weight::{Quadratic, WeightedStep, moments};
use ouracle::parameters::at_point;
use ouracle::simulation::{BLOCK, Functional, Increments, PathStep, Precision, Seed, Values, WeightedPaths};
use ouracle::worlds::{Affine, Gaussian, GaussianData};

const POINT: &str = "process=vp-linear b0=0.1 b1=5 T=1 m0=0.3 v0=0.5";

/// Euler steps, weighted for a score that is wrong in scale and by a shift.
fn steps(n: i64) -> Vec<WeightedStep<Float>> {
    let data: GaussianData<Float> = at_point(POINT).unwrap();
    let h = data.process.horizon() / n;
    let step = |i: i64| {
        let clock = if i == 0 { data.process.start() } else { data.process.at(h * i) };
        let shift = Affine { slope: Float(0.0), offset: Float(0.05) };
        WeightedStep::euler(&clock, &data.law(&clock).score().scale(Float(1.1)).plus(&shift), h, Float(1.0))
    };
    (0..n).map(step).collect()
}

fn last() -> Quadratic<Float> {
    Quadratic::log_density(&Gaussian::centred(Float(1.0)))
}

fn start() -> Gaussian<Float> {
    Gaussian::new(Float(0.9), Float(0.2))
}

fn chain() -> WeightedChain {
    WeightedChain::new(start(), steps(25), last())
}

/// Whether draws of the weight refute this mean and this variance of it.
fn refuted(sampler: Box<dyn Sampler>, statistics: Vec<Statistic>) -> Vec<bool> {
    let plan = Plan { point: POINT, statistics, drawn: None, sampler };
    let findings = simulate(&plan, "weights", 11, &Budget::new(1e-9, 4), 1 << 20);
    findings.iter().map(|finding| finding.verdict.refuted()).collect()
}

#[test]
fn the_mean_of_the_weight_is_that_of_the_recursion() {
    let (mean, variance) = moments(&steps(25), last(), start());
    let claim = |off: f64| vec![Statistic::mean("weight", mean.0 + off * variance.sqrt().0, variance.0)];
    for sampler in [|| chain().sampler(|weight, out| out.fill(weight)), || chain().sampler_of_the_mean()] {
        assert_eq!(refuted(sampler(), claim(0.0)), [false]);
        assert_eq!(refuted(sampler(), claim(0.02)), [true], "two hundredths of a deviation are seen");
    }
}

#[test]
fn three_bits_have_the_variance_of_normals_but_not_their_fourth_moment() {
    let (mean, variance) = moments(&steps(25), last(), start());
    let about = move |weight: f64| (weight - mean.0) / variance.sqrt().0;
    let draws = |increments| -> Vec<f64> {
        // One long step from rest: what is quadratic there is the increment itself.
        let added = [Functional { still: [0.0, 0.0], noise: [0.0, 0.0, 1.0] }];
        let step = PathStep { factor: 1.0, offset: 0.0, deviation: 1.0, added };
        let paths = WeightedPaths { start: 0.0, steps: vec![step], last: [[0.0; 3]] };
        let mut values = [Values::<f64>::default()];
        (0..64)
            .flat_map(|block| {
                paths.block(increments, &Seed::new(2, "z"), block, Instructions::widest(), &mut values);
                values[0].whole
            })
            .collect()
    };
    let budget = Budget::new(1e-9, 3);
    for increments in [Increments::Normal, Increments::ThreeBits] {
        let z = draws(increments);
        let (low, high) = budget.interval(&z.iter().map(|z| z * z).collect::<Vec<_>>(), 2.0);
        assert!(low < 1.0 && 1.0 < high, "{low} {high}");
    }
    let sixth = |z: Vec<f64>| z.iter().map(|z| z.powi(6)).sum::<f64>() / z.len() as f64;
    assert!(sixth(draws(Increments::ThreeBits)) < 11.0 && sixth(draws(Increments::Normal)) > 13.0);
    // The squared deviation of the weight from its mean averages to its variance with either.
    let square = move |weight: f64| about(weight).powi(2);
    let sampler = chain().sampler(move |weight, out| out[0] = ouracle::numbers::Lanes(weight.0.map(square)));
    // A quadratic function of normals: its fourth cumulant is at most 12 squared variances.
    assert_eq!(refuted(sampler, vec![Statistic::mean("squared deviation", 1.0, 14.0)]), [false]);
}

#[test]
fn the_same_score_as_a_twin_leaves_little_of_the_variance() {
    let data: GaussianData<Float> = at_point(POINT).unwrap();
    let exact = |n: i64| {
        let h = data.process.horizon() / n;
        let clock = |i: i64| if i == 0 { data.process.start() } else { data.process.at(h * i) };
        (0..n).map(|i| WeightedStep::euler(&clock(i), &data.law(&clock(i)).score(), h, Float(1.0))).collect::<Vec<_>>()
    };
    let whole = moments(&steps(25), last(), start()).1;
    let twin: Vec<_> = steps(25).iter().zip(exact(25)).map(|(model, exact)| model.minus(&exact)).collect();
    let nothing = last().minus(&last());
    let (mean, variance) = moments(&twin, nothing, start());
    assert!(variance.0 * 10.0 < whole.0, "{variance:?} of {whole:?}");
    let chain = WeightedChain::new(start(), twin, nothing);
    let claims = vec![Statistic::mean("less its twin", mean.0, variance.0)];
    assert_eq!(refuted(chain.sampler_of_the_mean(), claims), [false]);
}

fn bits<P: Precision>(increments: Increments, instructions: Instructions) -> Vec<u64> {
    let added = [Functional { still: [-0.3, 0.1], noise: [0.05, -0.2, 0.4] }];
    let step = PathStep { factor: 0.9, offset: 0.01, deviation: 0.3, added };
    // More steps than a word has increments.
    let paths = WeightedPaths { start: 0.7, steps: vec![step; 23], last: [[-0.5, 0.2, 1.0]] };
    let mut values = [Values::<P>::default()];
    paths.block(increments, &Seed::new(5, "bits"), 1, instructions, &mut values);
    let [Values { still, whole }] = values;
    assert_eq!(still.len(), BLOCK);
    still.iter().chain(&whole).map(|x| Into::<f64>::into(*x).to_bits()).collect()
}

#[test]
fn paths_have_the_same_bits_by_every_set_of_instructions() {
    for increments in [Increments::Normal, Increments::ThreeBits] {
        let [a, b, c] = Instructions::ALL.map(|instructions| bits::<f64>(increments, instructions));
        assert!(a == b && b == c, "{increments:?} in doubles");
        let [a, b, c] = Instructions::ALL.map(|instructions| bits::<f32>(increments, instructions));
        assert!(a == b && b == c, "{increments:?} in singles");
    }
}
