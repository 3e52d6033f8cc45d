//! Many sets of parameters at once: enclosures that hold, have the digits asked for, and do not depend on how the sets were grouped.

use ouracle::numbers::{Ball, Dual, EndPoint, Field, Instructions};
use ouracle::objectives::batch::{Batch, BatchError, Columns, Enclosure, Precision, Quantity, Tier};
use ouracle::parameters::{Inputs, at_point};
use ouracle::worlds::{AffineScore, Gaussian, Process, ScaledScore, WrongScore};

const PROCESSES: [&str; 4] = [
    "process=vp-linear b0=0.1 b1=12.5 T=1",
    "process=sub-vp-linear b0=0.3 b1=7.1 T=1.1",
    "process=vp-cosine s=0.008 T=1 tend=0.95",
    "process=ve-geometric smin=0.1 smax=3.17 T=0.9",
];

fn batch(process: &str) -> Batch {
    Batch::new(&Inputs::from_words(process.split_whitespace()).unwrap()).unwrap()
}

/// Columns of numbers without a pattern, the first of them hard: a score that is right, data at rest, tiny and huge variances.
struct Sets([Vec<f64>; 7]);

impl Sets {
    fn new(n: usize) -> Self {
        let ranges = [(-1.0, 1.0), (0.1, 2.0), (-2.0, 2.0), (0.9, 1.1), (-0.1, 0.1), (-0.1, 0.1), (0.5, 1.5)];
        let mut columns: [Vec<f64>; 7] = std::array::from_fn(|c| {
            let (lo, hi) = ranges[c];
            (0..n).map(|i| lo + (hi - lo) * ((i * 7 + c + 1) as f64 * 0.618_033_988_749_895).fract()).collect()
        });
        let hard = [
            [0.0, 1.0, 0.3, 1.0, 0.0, 0.0, 1.0],
            [0.7, 0.3, 0.7, 1.0, 0.0, 0.1, 0.8],
            [0.0, 1e-4, 0.02, 1.05, 0.0, 0.0, 1.0],
            [3.0, 900.0, -40.0, 0.7, 0.5, 1.0, 3.0],
            [0.5, 1.0, 0.5, 2.0, -1.0, 0.0, 1.0],
        ];
        for (i, set) in hard.iter().enumerate().take(n) {
            for (column, value) in columns.iter_mut().zip(set) {
                column[i] = *value;
            }
        }
        Self(columns)
    }

    fn columns(&self) -> Columns<'_> {
        let [m0, v0, x, scale, shift, prior_mean, prior_variance] = &self.0;
        Columns { m0, v0, x, scale, shift, prior_mean, prior_variance }
    }

    fn some(&self, which: impl Fn(usize) -> bool) -> Self {
        Self(
            self.0.clone().map(|column| {
                column.into_iter().enumerate().filter(|(i, _)| which(*i)).map(|(_, value)| value).collect()
            }),
        )
    }
}

fn enclose(batch: &Batch, quantity: Quantity, sets: &Sets, digits: usize) -> Vec<Enclosure> {
    batch.enclose(quantity, &sets.columns(), Precision::digits(digits), 1, Instructions::widest()).unwrap()
}

/// The value has no digits where it is 0, as the divergence of a prior that data at rest have at every time.
fn vanishes(value: &Ball) -> bool {
    value.contains_zero() && value.mag().to_f64() < 1e-60
}

#[test]
fn every_tier_encloses_the_same_number_and_has_its_digits() {
    let sets = Sets::new(13);
    for process in PROCESSES {
        let batch = batch(process);
        for (name, quantity) in Quantity::ALL {
            let finest = enclose(&batch, quantity, &sets, 50);
            for (set, finest) in finest.iter().enumerate() {
                assert_eq!(finest.tier(), Tier::Ball);
                let reached = Precision::digits(50).is_reached(finest);
                assert!(reached || vanishes(&finest.ball()), "{name} of set {set}, {process}: {:?}", finest.ball());
            }
            for digits in [6, 12, 16] {
                let found = enclose(&batch, quantity, &sets, digits);
                for (set, (found, finest)) in found.iter().zip(&finest).enumerate() {
                    let (value, exact) = (found.ball(), finest.ball());
                    assert!(
                        value.encloses(&exact) || found.tier() == Tier::Ball && value.overlaps(&exact),
                        "{name} of set {set}, {process}: {value} and {exact}"
                    );
                    let reached = Precision::digits(digits).is_reached(found);
                    assert!(reached || vanishes(&exact), "{name} of set {set}, {process}, {digits} digits: {value}");
                }
                let by = |tier| found.iter().filter(|found| found.tier() == tier).count();
                // Doubles decide nearly everything up to a dozen digits, double-words the rest; 237 bits only what is 0.
                assert!(digits > 6 || by(Tier::Doubles) >= 11, "{name}, {process}: {} by doubles", by(Tier::Doubles));
                assert!(
                    digits < 16 || by(Tier::DoubleWords) >= 9,
                    "{name}, {process}: {} by double-words",
                    by(Tier::DoubleWords)
                );
            }
        }
    }
}

#[test]
fn the_integral_is_the_closed_form() {
    let sets = Sets::new(9);
    for process in PROCESSES {
        let batch = batch(process);
        let [closed, integral] =
            [Quantity::Gap, Quantity::GapIntegral].map(|quantity| enclose(&batch, quantity, &sets, 50));
        for (closed, integral) in closed.iter().zip(integral) {
            assert!(closed.ball().overlaps(&integral.ball()), "{process}: {} and {}", closed.ball(), integral.ball());
        }
    }
}

/// Without a shift the bound has a closed form of its own, which shares no formula with the integral.
#[test]
fn the_bound_by_its_integral_is_the_bound_in_closed_form() {
    let mut sets = Sets::new(9);
    sets.0[4].fill(0.0);
    for process in PROCESSES {
        let found = enclose(&batch(process), Quantity::Elbo, &sets, 40);
        let clock = at_point::<Ball, Process<Ball>>(process).unwrap();
        for (i, found) in found.iter().enumerate() {
            let [m0, v0, x, scale, _, prior_mean, vpi] = std::array::from_fn(|c| Ball::from(sets.0[c][i]));
            let scaled = ScaledScore { v0, delta: scale - 1, lambda: Ball::zero(), vpi };
            let world = AffineScore { scaled, centre: m0, prior_mean };
            let closed = world.elbo(x, &clock.end());
            assert!(closed.overlaps(&found.ball()), "{process}, set {i}: {closed} and {}", found.ball());
        }
    }
}

#[test]
fn the_bits_do_not_depend_on_threads_instructions_or_company() {
    let sets = Sets::new(300);
    let (odd, even) = (sets.some(|i| i % 2 == 1), sets.some(|i| i % 2 == 0));
    let bits = |enclosures: &[Enclosure]| enclosures.iter().map(|found| format!("{found:?}")).collect::<Vec<_>>();
    let batch = batch(PROCESSES[0]);
    for (name, quantity) in Quantity::ALL {
        for digits in [12, 16] {
            let of = |sets: &Sets, threads, instructions| {
                bits(
                    &batch
                        .enclose(quantity, &sets.columns(), Precision::digits(digits), threads, instructions)
                        .unwrap(),
                )
            };
            let reference = of(&sets, 1, Instructions::Baseline);
            for instructions in Instructions::ALL {
                assert!(of(&sets, 3, instructions) == reference, "{name}, {instructions:?}");
            }
            let (odd, even) = (of(&odd, 2, Instructions::widest()), of(&even, 1, Instructions::widest()));
            let woven: Vec<_> = even.into_iter().zip(odd).flat_map(|(a, b)| [a, b]).collect();
            assert!(woven == reference, "{name}: neighbours matter");
        }
    }
}

#[test]
fn a_radius_in_nats_can_be_enough() {
    // Data at rest under their own prior: the divergence is 0, of which no digits can be had.
    let zero = Sets::new(1);
    let batch = batch(PROCESSES[0]);
    let precision = Precision { digits: 12, absolute: 1e-14 };
    let found = batch.enclose(Quantity::PriorKl, &zero.columns(), precision, 1, Instructions::widest()).unwrap();
    assert!(precision.is_reached(&found[0]) && found[0].tier() == Tier::Doubles);
    assert!(!Precision::digits(12).is_reached(&enclose(&batch, Quantity::PriorKl, &zero, 12)[0]));
}

#[test]
fn what_cannot_be_enclosed_is_refused_with_its_place() {
    let batch = batch(PROCESSES[0]);
    let refusal = |change: &dyn Fn(&mut Sets), digits| {
        let mut sets = Sets::new(4);
        change(&mut sets);
        let precision = Precision::digits(digits);
        batch.enclose(Quantity::Gap, &sets.columns(), precision, 1, Instructions::Baseline).unwrap_err()
    };
    let negative = refusal(&|sets| sets.0[1][2] = -0.5, 12);
    assert_eq!(negative.to_string(), "v0 of set 2 is -0.5; give a finite number > 0");
    assert_eq!(refusal(&|sets| sets.0[0][3] = f64::NAN, 12).to_string(), "m0 of set 3 is NaN; give a finite number");
    assert_eq!(refusal(&|sets| sets.0[2].truncate(3), 12), BatchError::Lengths { what: "x", found: 3, sets: 4 });
    assert_eq!(refusal(&|_| (), 51).to_string(), "51 digits were asked for; ask for 1 to 50");
    assert!(Batch::new(&Inputs::from_words(["process=vp-linear", "b0=0.1"]).unwrap()).is_err());
}

#[test]
fn one_number_stands_for_every_set() {
    let sets = Sets::new(20);
    let (mut columns, ones) = (sets.columns(), vec![1.25; 20]);
    columns.prior_variance = &[1.25];
    let batch = batch(PROCESSES[0]);
    let found = |columns: &Columns<'_>| {
        let found = batch.enclose(Quantity::Gap, columns, Precision::digits(10), 1, Instructions::widest()).unwrap();
        format!("{found:?}")
    };
    assert_eq!(found(&columns), found(&Columns { prior_variance: &ones, ..columns }));
    assert_eq!(
        found(&Columns { m0: &[], v0: &[], x: &[], scale: &[], shift: &[], prior_mean: &[], prior_variance: &[] }),
        "[]"
    );
}

/// The integral of the noise moves by the noise, and the mean square of the error is that of the affine difference of the scores.
#[test]
fn the_world_is_what_its_parts_say() {
    for process in PROCESSES {
        let process: Process<Ball> = at_point(process).unwrap();
        let t = process.horizon() * 3 / 7;
        let moving = process.constant().noise_integral(Dual::variable(t)).unwrap();
        let clock = process.at(t);
        assert!(moving.eps.overlaps(&clock.noise) && moving.eps.radius().to_f64() < 1e-60);
        assert!(process.noise_integral(Ball::zero()).unwrap().contains_zero());
        let data = Gaussian::new(Ball::ratio(7, 10), Ball::ratio(13, 10));
        let prior = Gaussian::centred(Ball::one());
        let world = WrongScore { data, scale: Ball::ratio(11, 10), shift: Ball::ratio(-1, 5), prior };
        let law = clock.diffuse(&data);
        let direct = world.score(&clock).minus(&law.score()).mean_square(&law);
        assert!(direct.overlaps(&world.squared_error(&clock)) && direct.radius().to_f64() < 1e-60);
    }
}
