//! Round trips, and streams that are damaged, foreign or hostile.

use crate::{GRID, point, tables};
use ouracle::numbers::Ball;
use ouracle::objectives::bits_back::{BitsBackCoder, CodingError, Limits, Order, Settings, Stream, StreamError};
use proptest::prelude::*;
use std::sync::LazyLock;

/// A chain with room for `±side`.
fn chains() -> impl Strategy<Value = (String, i32)> {
    let shape = (1_u32..5, 1_i32..9, 1_i32..9, 7_u32..17);
    let numbers = (1_u32..4000, -6000_i32..6000, 1_u32..9000, 10_u32..3000, 10_u32..3000);
    (shape, numbers).prop_map(|((latents, kx, kz, bits), (s, first, span, dx, dz))| {
        let thousandths = |n: f64| n / 1000.0;
        let words = format!(
            "T={latents} s={} gamma_first={} gamma_last={} dx={} Kx={kx} dz={} Kz={kz} precision_bits={bits}",
            thousandths(s.into()),
            thousandths(first.into()),
            thousandths(f64::from(first) + f64::from(span)),
            thousandths(dx.into()),
            thousandths(dz.into()),
        );
        (words, kx)
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    (any::<bool>(), any::<bool>(), any::<u64>()).prop_map(|(naive, keyed, seed)| Settings {
        order: if naive { Order::Naive } else { Order::Interleaved },
        keyed,
        seed,
    })
}

/// Chains for the axes, and samples on them.
fn samples() -> impl Strategy<Value = (Vec<String>, Vec<i32>)> {
    prop::collection::vec(chains(), 1..4).prop_flat_map(|axes| {
        let sample: Vec<_> = axes.iter().map(|(_, side)| -side..=*side).collect();
        let words = axes.into_iter().map(|(words, _)| words).collect::<Vec<_>>();
        (Just(words), prop::collection::vec(sample, 0..40).prop_map(|samples| samples.concat()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn what_is_decoded_is_what_was_encoded((chains, values) in samples(), settings in settings()) {
        let chains: Vec<_> = chains.iter().map(String::as_str).collect();
        let coder = BitsBackCoder::new(&chains, settings).unwrap();
        let (stream, account) = coder.encode(&values).unwrap();
        prop_assert_eq!(&coder.decode(&stream).unwrap(), &values);
        // A stream says all that is needed.
        let other = BitsBackCoder::of_stream(&stream, &Limits::default()).unwrap();
        prop_assert_eq!(other.decode(&stream).unwrap(), values);
        prop_assert_eq!(other.settings(), settings);
        // What was added to the stack is the ideal length of the same latents, within what is proved.
        let excess = account.net_bits::<Ball>() - account.lengths.ideal_bits::<Ball>();
        prop_assert!(account.samples == 0 || excess.mag() <= account.overhead_bound::<Ball>().lo());
    }

    #[test]
    fn bytes_of_any_kind_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), keep in 0_usize..80) {
        let mut forged = sample_stream().0[..keep].to_vec();
        forged.extend(bytes);
        prop_assert!(BitsBackCoder::of_stream(&forged, &Limits::default()).is_err());
    }
}

static COARSE: &str = "T=2 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=8 dz=0.5 Kz=9 precision_bits=12";

/// A short stream with two axes, and the coder and the values behind it.
fn sample_stream() -> &'static (Vec<u8>, BitsBackCoder, Vec<i32>) {
    static STREAM: LazyLock<(Vec<u8>, BitsBackCoder, Vec<i32>)> = LazyLock::new(|| {
        let settings = Settings { order: Order::Interleaved, keyed: true, seed: 2_718_281_828 };
        let coder = BitsBackCoder::new(&[COARSE, COARSE], settings).unwrap();
        let values: Vec<i32> = (0..120).map(|i| (i * i * 7 + i) % 17 - 8).collect();
        (coder.encode(&values).unwrap().0, coder, values)
    });
    &STREAM
}

#[test]
fn every_flipped_bit_is_an_error() {
    let (stream, coder, values) = sample_stream();
    assert_eq!(coder.decode(stream).unwrap(), *values);
    for bit in 0..stream.len() * 8 {
        let mut damaged = stream.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(coder.decode(&damaged).is_err(), "bit {bit}");
        assert!(BitsBackCoder::of_stream(&damaged, &Limits::default()).is_err(), "bit {bit}");
    }
}

#[test]
fn every_truncation_and_every_addition_is_an_error() {
    let (stream, coder, _) = sample_stream();
    for length in 0..stream.len() {
        let error = coder.decode(&stream[..length]).unwrap_err();
        let said = matches!(error, StreamError::Truncated { have, .. } if have == length as u64);
        assert!(said || length == 0, "{length}: {error}");
    }
    let longer = [stream.as_slice(), &[0]].concat();
    assert_eq!(coder.decode(&longer), Err(StreamError::Trailing(1)));
}

/// The stream with a field changed and its checksum made right again: what only someone who wants to would write.
fn forged(change: impl Fn(&mut Stream)) -> Vec<u8> {
    let mut stream = Stream::from_bytes(&sample_stream().0).unwrap();
    change(&mut stream);
    stream.to_bytes()
}

#[test]
fn what_a_forger_writes_is_an_error_too() {
    let (_, coder, _) = sample_stream();
    let refuse = |change: &dyn Fn(&mut Stream)| coder.decode(&forged(change)).unwrap_err();
    assert_eq!(refuse(&|stream| stream.head = 7), StreamError::Malformed("the head of the stack is below 2^32"));
    assert!(matches!(refuse(&|stream| stream.samples = u64::MAX), StreamError::TooMany { .. }));
    assert!(matches!(refuse(&|stream| stream.samples = 1 << 40), StreamError::TooMany { .. }));
    assert!(matches!(refuse(&|stream| stream.samples = 1 << 20), StreamError::Exhausted { .. }));
    assert_eq!(refuse(&|stream| stream.samples -= 1), StreamError::Remainder);
    assert_eq!(refuse(&|stream| stream.fresh_words = u64::MAX), StreamError::Remainder);
    assert_eq!(refuse(&|stream| stream.data ^= 1), StreamError::Data);
    assert!(matches!(refuse(&|stream| stream.keyed = false), StreamError::Remainder | StreamError::Exhausted { .. }));
    assert!(matches!(refuse(&|stream| stream.seed += 1), StreamError::Remainder | StreamError::Exhausted { .. }));
    assert!(matches!(
        refuse(&|stream| stream.order = Order::Naive),
        StreamError::Remainder | StreamError::Exhausted { .. }
    ));
    assert!(matches!(refuse(&|stream| stream.axes[1] = GRID.into()), StreamError::OtherChains { .. }));
}

#[test]
fn chains_that_would_take_too_much_are_refused() {
    let with = |words: &str| {
        let stream = forged(|stream| stream.axes = vec![words.into(); 2]);
        BitsBackCoder::of_stream(&stream, &Limits::default()).unwrap_err().to_string()
    };
    let wide = with("T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=8 dz=0.5 Kz=30000 precision_bits=16");
    assert!(wide.contains("at most 400000"), "{wide}");
    let long = with("T=4000000000 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=8 dz=0.5 Kz=9 precision_bits=16");
    assert!(long.contains("at most 400000"), "{long}");
    let most =
        with("T=4294967295 s=1 gamma_first=-2 gamma_last=2 dx=1 Kx=4294967295 dz=1 Kz=4294967295 precision_bits=16");
    assert!(most.contains("at most 400000"), "{most}");
    let coarse = with("T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=200 dz=0.5 Kz=9 precision_bits=8");
    assert!(coarse.contains("401 bins"), "{coarse}");
    let fine = with("T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=8 dz=0.5 Kz=9 precision_bits=17");
    assert!(fine.contains("at most 16 bits"), "{fine}");
    let none = with("T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=8 dz=0.5 Kz=9 precision_bits=none");
    assert!(none.contains("precision_bits=16"), "{none}");
    let backwards = with("T=4 s=0.8 gamma_first=2 gamma_last=-2 dx=0.5 Kx=8 dz=0.5 Kz=9 precision_bits=16");
    assert!(backwards.contains("gamma_first"), "{backwards}");
    let nothing = with("hello");
    assert!(nothing.contains("name=value"), "{nothing}");
    // However extreme, an error or a coder, and no panic.
    for extreme in [
        "T=3 s=1e-300 gamma_first=-700 gamma_last=700 dx=1e-150 Kx=3 dz=1e300 Kz=3 precision_bits=8",
        "T=3 s=1e300 gamma_first=-1e300 gamma_last=1e300 dx=1e-300 Kx=3 dz=1e-300 Kz=3 precision_bits=8",
        "T=2 s=1 gamma_first=-80 gamma_last=-79.99999999999999999999 dx=1 Kx=3 dz=1 Kz=3 precision_bits=8",
    ] {
        let stream = forged(|stream| stream.axes = vec![extreme.into(); 2]);
        let _ = BitsBackCoder::of_stream(&stream, &Limits::default());
    }
}

#[test]
fn a_stream_of_no_samples_and_data_outside() {
    let coder = BitsBackCoder::new(&[COARSE, COARSE], Settings::default()).unwrap();
    let (stream, account) = coder.encode(&[]).unwrap();
    assert_eq!(coder.decode(&stream).unwrap(), [0_i32; 0]);
    assert_eq!((account.fresh_words, account.words), (1, 0));
    assert_eq!(coder.encode(&[1, 2, 3]).unwrap_err(), CodingError::Shape { values: 3, axes: 2 });
    let outside = CodingError::Outside { sample: 1, axis: 0, index: -9, side: 8 };
    assert_eq!(coder.encode(&[1, 2, -9, 0]).unwrap_err(), outside);
    assert!(coder.encode(&[i32::MIN, 0]).is_err());
    assert_eq!(BitsBackCoder::new(&[], Settings::default()).unwrap_err(), CodingError::Axes(0));
}

fn fnv(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn the_tables_and_a_stream_are_the_same_on_every_machine() {
    let chain = tables(&point(GRID));
    let laws = chain.encoder.iter().chain(&chain.model).flatten().chain([&chain.prior]);
    let digest = fnv(laws.flat_map(|law| law.counts().iter().flat_map(|count| count.to_le_bytes())));
    let of_stream = fnv(sample_stream().0.iter().copied());
    assert_eq!([digest, of_stream], [0x8670_0be9_8703_99de, 0x854c_f5c9_8e47_d8c4], "{of_stream:#x}");
}
