use ouracle::evidence::{Budget, Kind};
use ouracle::numbers::{Float, Instructions, Special};
use ouracle::simulation::{Noise, Precision, Seed};

fn normals<P: Precision>(block: u64, instructions: Instructions, n: usize) -> Vec<P> {
    let mut numbers = vec![P::default(); n];
    Noise::with(&Seed::new(7, "stream"), block, instructions).fill(&mut numbers);
    numbers
}

#[test]
fn every_set_of_instructions_draws_the_same_bits() {
    // Without a fused multiply-add in hardware a normal takes fifty times as long: a few are enough.
    let of = |instructions| {
        let mut noise = Noise::with(&Seed::new(1, "a check"), 3, instructions);
        let vectors: Vec<_> = (0..70).map(|_| (noise.normal().map(f64::to_bits), noise.words())).collect();
        let doubles: Vec<_> = normals::<f64>(2, instructions, 333).iter().map(|x| x.to_bits()).collect();
        let singles: Vec<_> = normals::<f32>(2, instructions, 333).iter().map(|x| x.to_bits()).collect();
        (vectors, doubles, singles)
    };
    let [baseline, four, eight] = Instructions::ALL.map(of);
    assert!(baseline == four && four == eight);
}

#[test]
fn a_block_depends_on_seed_name_and_number_alone() {
    let first = |run, check, block| Noise::new(&Seed::new(run, check), block).normal().map(f64::to_bits);
    assert_eq!(first(1, "a", 5), first(1, "a", 5));
    let different = [first(1, "a", 5), first(2, "a", 5), first(1, "b", 5), first(1, "a", 6)];
    for (i, draws) in different.iter().enumerate() {
        assert!(!different[..i].contains(draws));
        // Lanes are streams of their own.
        assert!((1..8).all(|lane| draws[lane] != draws[0]));
    }
}

/// Counts beyond and between some quantiles, by the exact probabilities, at one false alarm in 10⁹ runs.
fn has_the_normal_law<P: Precision>() {
    const N: usize = 4_000_000;
    let numbers: Vec<f64> = normals::<P>(0, Instructions::widest(), N).into_iter().map(Into::into).collect();
    let quantiles = [-5.0, -4.0, -3.0, -2.0, -1.0, -0.5, -0.1, -0.01, 0.0, 0.001, 0.1, 0.7, 1.5, 2.5, 3.5, 4.5];
    let budget = Budget::new(1e-9, 2 * quantiles.len() + 1);
    for quantile in quantiles {
        let hits = numbers.iter().filter(|x| **x < quantile).count() as u64;
        let p = (Float(-quantile / 2_f64.sqrt())).erfc().0 / 2.0;
        assert!(!budget.refutes_probability(N as u64, hits, p), "below {quantile}: {hits}, {}", p * N as f64);
        // A lane's neighbours are independent of it: both below, with the square of the probability.
        let both = numbers.chunks_exact(2).filter(|pair| pair[0] < quantile && pair[1] < quantile).count() as u64;
        assert!(!budget.refutes_probability(N as u64 / 2, both, p * p), "two below {quantile}: {both}");
    }
    let square = numbers.iter().map(|x| x * x).sum::<f64>() / N as f64;
    assert!(!budget.refutes_variance(N as u64, square), "mean square {square}");
    // The check can fail: normals that are too wide by what so many draws resolve are refuted.
    let wider = 1.0 + budget.resolution(Kind::Variance, N as u64);
    assert!(budget.refutes_variance(N as u64, square * wider), "mean square {square}, {wider} times as much");
}

#[test]
fn normals_have_their_law_in_both_precisions() {
    has_the_normal_law::<f64>();
    has_the_normal_law::<f32>();
}
