//! Real and generated series, without loss.

use crate::{FALSE_ALARM, coding, lengths, point, tables};
use ouracle::evidence::Budget;
use ouracle::numbers::{Ball, Float};
use ouracle::objectives::bits_back::{BitsBackCoder, Desk, LengthLaw, Limits, Order, Settings};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Weekly carbon dioxide at Mauna Loa in tenths of a ppm, without the empty weeks.
fn carbon_dioxide() -> Vec<i32> {
    let file = include_str!("../data/mauna_loa_co2_weekly.csv");
    let column = file.lines().skip(1).map(|line| line.split_once(',').unwrap().1);
    column.filter(|text| !text.is_empty()).map(|text| text.replace('.', "").parse().unwrap()).collect()
}

/// The lengths are draws about what the enumeration says for each value: with means and variances that depend on it.
fn as_enumerated(words: &str, values: &[i32], seed: u64) -> bool {
    let point = point(words);
    let (chain, side) = (tables(&point), point.lattice.data.side as i32);
    let law = |bin: usize| {
        let one: Vec<_> = (0..point.lattice.data.bins()).map(|k| Float(if k == bin { 1.0 } else { 0.0 })).collect();
        LengthLaw::of(&chain, &one)
    };
    let laws: Vec<_> = (0..point.lattice.data.bins()).map(law).collect();
    let bins: Vec<_> = values.iter().map(|value| (value + side) as usize).collect();
    let measured = lengths(&coding(&chain, Order::Interleaved), &bins, &mut Desk::of_seed(seed, true));
    let standardised = |(length, bin): (&f64, &usize)| (length - laws[*bin].mean.0) / laws[*bin].variance.0.sqrt();
    let residues: Vec<_> = measured.iter().zip(&bins).map(standardised).collect();
    let (low, high) = Budget::new(FALSE_ALARM, 4).interval(&residues, 1.0);
    (low..high).contains(&0.0)
}

#[test]
fn carbon_dioxide_from_week_to_week() {
    const WORDS: &str = "T=4 s=0.253 gamma_first=-2 gamma_last=2 dx=0.1 Kx=24 dz=0.15 Kz=32 precision_bits=16";
    let series = carbon_dioxide();
    assert_eq!((series.len(), series[0], series[series.len() - 1]), (2225, 3161, 3715));
    let steps: Vec<_> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();

    let coder = BitsBackCoder::new(&[WORDS], Settings { keyed: true, seed: 1958, ..Settings::default() }).unwrap();
    let (stream, account) = coder.encode(&steps).unwrap();
    let decoded = BitsBackCoder::of_stream(&stream, &Limits::default()).unwrap().decode(&stream).unwrap();
    let restored = decoded.iter().scan(series[0], |level, step| {
        *level += step;
        Some(*level)
    });
    assert!(restored.eq(series[1..].iter().copied()));

    let excess = account.net_bits::<Ball>() - account.lengths.ideal_bits::<Ball>();
    assert!(excess.mag() < account.overhead_bound::<Ball>().lo());
    assert!(as_enumerated(WORDS, &steps, 1958));
    // No code of independent steps is shorter than their empirical entropy on average.
    let mut counts = std::collections::BTreeMap::<i32, f64>::new();
    steps.iter().for_each(|step| *counts.entry(*step).or_default() += 1.0);
    let n = steps.len() as f64;
    let entropy: f64 = counts.values().map(|count| count * (n / count).log2()).sum();
    let net = account.net_bits::<Float>().0;
    eprintln!("{n} steps: {:.4} bits each, entropy {:.4}, {} bytes", net / n, entropy / n, stream.len());
    assert!(net > entropy && net < 1.5 * entropy, "{net} {entropy}");
}

/// A stationary Ornstein–Uhlenbeck process of unit variance at equal times, `φ = e^{−kΔ}`, in blocks of two in their eigenbasis.
#[test]
fn an_ornstein_uhlenbeck_series_in_blocks() {
    let (phi, spacing, n) = (0.6_f64, 0.25, 4000);
    let mut generator = ChaCha8Rng::seed_from_u64(12);
    let mut normal = || -> f64 { StandardNormal.sample(&mut generator) };
    let mut x = normal();
    let mut values = Vec::new();
    for _ in 0..n {
        let before = x;
        x = phi * x + (1.0 - phi * phi).sqrt() * normal();
        // The covariance [[1, φ], [φ, 1]] has the eigenvalues 1 ± φ.
        for coefficient in [(before + x) / 2.0_f64.sqrt(), (before - x) / 2.0_f64.sqrt()] {
            values.push(((coefficient / spacing).round() as i32).clamp(-24, 24));
        }
        x = phi * x + (1.0 - phi * phi).sqrt() * normal();
    }
    let words = |s: &str| format!("T=3 s={s} gamma_first=-2 gamma_last=2 dx=0.25 Kx=24 dz=0.2 Kz=24 precision_bits=16");
    let chains = [words("1.6"), words("0.4")];
    let coder = BitsBackCoder::new(&[&chains[0], &chains[1]], Settings { keyed: true, seed: 4, ..Settings::default() });
    let coder = coder.unwrap();
    let (stream, account) = coder.encode(&values).unwrap();
    assert_eq!(coder.decode(&stream).unwrap(), values);
    let excess = account.net_bits::<Ball>() - account.lengths.ideal_bits::<Ball>();
    assert!(excess.mag() < account.overhead_bound::<Ball>().lo());
    for (axis, words) in chains.iter().enumerate() {
        let along: Vec<_> = values.iter().skip(axis).step_by(2).copied().collect();
        assert!(as_enumerated(words, &along, 40 + axis as u64), "axis {axis}");
    }
}
