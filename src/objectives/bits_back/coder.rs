//! Lossless compression of vectors on lattices: bits back, with a diffusion as the latents of every axis.

use super::container::{Stream, data_checksum};
use super::{
    Account, Coding, CodingError, CodingPoint, Desk, Keys, Law, Lengths, Order, SLOT_BITS, Stack, StreamError,
};
use crate::numbers::{Float, shorten};
use crate::parameters::{ExactReader, Inputs};
use std::sync::Arc;

/// How to code, apart from the chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// The order of operations.
    pub order: Order,
    /// Whether slots are turned by keys, which makes the latents independent draws whatever the data and the model.
    pub keyed: bool,
    /// The seed of the first bits and of the keys.
    pub seed: u64,
}

/// What one may be made to compute by a stream from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most frequencies in all tables together.
    pub frequencies: u64,
    /// The most values in the data: a few bytes can hold very many of no information.
    pub values: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { frequencies: 1 << 23, values: 1 << 28 }
    }
}

/// The chain of some axis, in tables.
#[derive(Debug)]
struct Axis {
    words: Arc<str>,
    side: u32,
    coding: Coding,
}

/// A lossless coder of samples on lattices. One sample has an index `k`, for the value `kδ_x`, on each of its axes; the axes are
/// independent and each has its chain.
///
/// The tables come from correctly rounded functions, so that a stream decodes on every machine. Source: `townsend2019`,
/// `bitswap2019`.
///
/// ```
/// use ouracle::objectives::bits_back::{BitsBackCoder, Settings};
/// let chain = "T=4 s=0.8 gamma_first=-2 gamma_last=2 dx=0.25 Kx=16 dz=0.2 Kz=24 precision_bits=16";
/// let coder = BitsBackCoder::new(&[chain], Settings { seed: 7, keyed: true, ..Settings::default() })?;
/// let (stream, account) = coder.encode(&[0, -3, 5, 1])?;
/// assert_eq!(coder.decode(&stream)?, [0, -3, 5, 1]);
/// assert_eq!(account.lengths.operations(), 4 * 9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct BitsBackCoder {
    axes: Vec<Arc<Axis>>,
    settings: Settings,
}

impl BitsBackCoder {
    /// A coder of samples with an axis for each of these chains, given as `name=value` words.
    ///
    /// # Errors
    /// [`CodingError`] if a parameter is wrong, or the tables are too large.
    pub fn new(chains: &[&str], settings: Settings) -> Result<Self, CodingError> {
        Self::within(chains.iter().copied(), settings, &Limits::default())
    }

    fn within<'c>(
        chains: impl ExactSizeIterator<Item = &'c str>,
        settings: Settings,
        limits: &Limits,
    ) -> Result<Self, CodingError> {
        if u16::try_from(chains.len()).map_or(true, |count| count == 0) {
            return Err(CodingError::Axes(chains.len()));
        }
        let (mut axes, mut room) = (Vec::<Arc<Axis>>::new(), limits.frequencies);
        let mut given: Vec<(&str, Arc<Axis>)> = Vec::new();
        for words in chains {
            let known = given.iter().find(|(same, _)| *same == words);
            let axis = match known {
                Some((_, axis)) => Arc::clone(axis),
                None => Arc::new(Axis::new(words, settings.order, &mut room, limits)?),
            };
            if known.is_none() {
                given.push((words, Arc::clone(&axis)));
            }
            axes.push(axis);
        }
        Ok(Self { axes, settings })
    }

    /// The coder that a stream describes.
    ///
    /// # Errors
    /// [`StreamError`] if the bytes are no stream, or need more than the limits.
    pub fn of_stream(bytes: &[u8], limits: &Limits) -> Result<Self, StreamError> {
        Ok(Self::described(&Stream::from_bytes(bytes)?, limits)?)
    }

    fn described(stream: &Stream, limits: &Limits) -> Result<Self, CodingError> {
        let settings = Settings { order: stream.order, keyed: stream.keyed, seed: stream.seed };
        Self::within(stream.axes.iter().map(|words| &**words), settings, limits)
    }

    /// The number of axes of a sample.
    pub fn axes(&self) -> usize {
        self.axes.len()
    }

    /// The parameters of the chain of every axis.
    pub fn chains(&self) -> impl Iterator<Item = &str> {
        self.axes.iter().map(|axis| &*axis.words)
    }

    /// How it codes.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// A stream of these samples, one after the other, with its books.
    ///
    /// # Errors
    /// [`CodingError`] if the values are no whole number of samples, or one of them is outside its lattice.
    pub fn encode(&self, values: &[i32]) -> Result<(Vec<u8>, Account), CodingError> {
        let bins = self.bins(values)?;
        let Settings { order, keyed, seed } = self.settings;
        let mut desk = Desk::of_seed(seed, keyed);
        let (first, mut lengths) = (desk.stack.clone(), Lengths::new());
        for sample in bins.chunks_exact(self.axes()) {
            for (axis, bin) in self.axes.iter().zip(sample) {
                let coded = axis.coding.encode(*bin as usize, &mut desk, &mut lengths);
                debug_assert!(coded.is_some(), "a seed has no end");
            }
        }
        let samples = (values.len() / self.axes()) as u64;
        let account = Account::close(lengths, samples, keyed, &first, &desk.stack);
        let stream = Stream {
            order,
            keyed,
            seed,
            axes: self.axes.iter().map(|axis| Arc::clone(&axis.words)).collect(),
            samples,
            fresh_words: account.fresh_words,
            head: account.last_head,
            words: desk.stack.words().to_vec(),
            data: data_checksum(values),
        };
        Ok((stream.to_bytes(), account))
    }

    /// The samples of a stream of this coder, in the order in which they were encoded. Seed, keys and order of operations are those
    /// of the stream.
    ///
    /// # Errors
    /// [`StreamError`] if the bytes are not a whole and undamaged stream of these chains.
    pub fn decode(&self, bytes: &[u8]) -> Result<Vec<i32>, StreamError> {
        self.decode_within(bytes, &Limits::default())
    }

    /// The same with other limits.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn decode_within(&self, bytes: &[u8], limits: &Limits) -> Result<Vec<i32>, StreamError> {
        let stream = Stream::from_bytes(bytes)?;
        if !self.chains().eq(stream.axes.iter().map(|words| &**words)) {
            let list = |words: Vec<&str>| shorten(&words.join("; "));
            let theirs = list(stream.axes.iter().take(8).map(|words| &**words).collect());
            return Err(StreamError::OtherChains { theirs, ours: list(self.chains().take(8).collect()) });
        }
        // The order of operations is part of the tables.
        let other = (stream.order != self.settings.order).then(|| Self::described(&stream, limits)).transpose()?;
        other.as_ref().unwrap_or(self).undo(stream, limits)
    }

    fn undo(&self, stream: Stream, limits: &Limits) -> Result<Vec<i32>, StreamError> {
        let Stream { keyed, seed, samples, fresh_words, head, words, data, .. } = stream;
        let symbols = u128::from(samples) * self.axes() as u128;
        let of_sample: u64 = self.axes.iter().map(|axis| axis.coding.operations()).sum();
        let (true, Some(operations)) = (symbols <= u128::from(limits.values), samples.checked_mul(of_sample)) else {
            return Err(StreamError::TooMany { symbols, most: limits.values });
        };
        let stack =
            Stack::of_words(words, head).ok_or(StreamError::Malformed("the head of the stack is below 2^32"))?;
        let mut desk = Desk::new(stack, keyed.then(|| Keys::of_seed(seed)), operations);
        let mut values = Vec::new();
        for decoded in 0..samples {
            for axis in self.axes.iter().rev() {
                let bin = axis.coding.decode(&mut desk).ok_or(StreamError::Exhausted { decoded, samples })?;
                values.push(bin as i32 - axis.side as i32);
            }
        }
        values.reverse();
        if !desk.stack.is_of_seed(seed, fresh_words) {
            return Err(StreamError::Remainder);
        }
        if data_checksum(&values) != data {
            return Err(StreamError::Data);
        }
        Ok(values)
    }

    /// The numbers of the bins, checked.
    fn bins(&self, values: &[i32]) -> Result<Vec<u32>, CodingError> {
        if !values.len().is_multiple_of(self.axes()) {
            return Err(CodingError::Shape { values: values.len(), axes: self.axes() });
        }
        let bin = |(at, index): (usize, &i32)| {
            let (sample, axis) = (at / self.axes(), at % self.axes());
            let side = self.axes[axis].side;
            match index.unsigned_abs() <= side {
                true => Ok((index + side as i32) as u32),
                false => Err(CodingError::Outside { sample, axis, index: *index, side }),
            }
        };
        values.iter().enumerate().map(bin).collect()
    }
}

impl Axis {
    /// The tables of a chain, if there is room.
    fn new(words: &str, order: Order, room: &mut u64, limits: &Limits) -> Result<Self, CodingError> {
        if u16::try_from(words.len()).is_err() {
            return Err(CodingError::Words(words.len()));
        }
        let inputs = Inputs::from_words(words.split_whitespace())?;
        let point: CodingPoint<Float> = ExactReader::new(&inputs, &[]).read()?;
        let bits = match point.bits {
            Some(bits) if bits <= SLOT_BITS => bits,
            Some(bits) => return Err(CodingError::Precision(bits.to_string())),
            None => return Err(CodingError::Precision("none".to_owned())),
        };
        let lattice = &point.lattice;
        let [data, latent] = [lattice.data.bins() as u64, lattice.latent.bins() as u64];
        let frequencies = 2 * (data + latent * (lattice.gammas.len() as u64 - 1)) * latent + latent;
        *room = room.checked_sub(frequencies).ok_or(CodingError::Tables { most: limits.frequencies })?;
        let laws = lattice.chain().frequencies(bits)?.try_map(Law::of)?;
        Ok(Self { words: words.into(), side: lattice.data.side, coding: Coding::new(laws, order) })
    }
}
