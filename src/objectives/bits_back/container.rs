//! The bytes of a stream. All numbers are little-endian.
//!
//! | bytes | field |
//! |---|---|
//! | 8 | `89 4f 42 42 0d 0a 1a 0a`, which no text begins with and no transfer as text leaves as it is |
//! | 2 | format version, 1 |
//! | 1 | order of operations: 0 naive, 1 interleaved |
//! | 1 | keyed slots: 0 no, 1 yes |
//! | 8 | seed |
//! | 2 | number `d` of axes, at least 1 |
//! | `d` times: 2, then so many | length of the parameters of an axis's chain, and they in UTF-8; length 0: as the axis before |
//! | 8 | number of samples |
//! | 8 | number of words of the seed that were taken up |
//! | 8 | head of the stack |
//! | 8 | number `w` of words below it |
//! | 4`w` | the words, from the bottom |
//! | 8 | CRC-64/XZ of the data, as `i32`, sample by sample |
//! | 8 | CRC-64/XZ of all bytes before |

use super::checksum::checksum;
use super::{Order, StreamError};
use std::sync::Arc;

const MAGIC: [u8; 8] = *b"\x89OBB\r\n\x1a\n";
const VERSION: u16 = 1;

/// What a stream says, not yet decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The order of operations.
    pub order: Order,
    /// Whether slots are keyed.
    pub keyed: bool,
    /// The seed of the initial bits and of the keys.
    pub seed: u64,
    /// The parameters of the chain of every axis, as `name=value` words; shared, since a few bytes can repeat a long text.
    pub axes: Vec<Arc<str>>,
    /// How many samples.
    pub samples: u64,
    /// How many words of the seed were taken up.
    pub fresh_words: u64,
    /// The head of the stack.
    pub head: u64,
    /// The words below it, from the bottom.
    pub words: Vec<u32>,
    /// The checksum of the data.
    pub data: u64,
}

/// The checksum of data.
pub(super) fn data_checksum(values: &[i32]) -> u64 {
    checksum(values.iter().flat_map(|value| value.to_le_bytes()))
}

impl Stream {
    /// As bytes. Every text of an axis must be shorter than 65536 bytes, and so must their list.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([u8::from(self.order == Order::Interleaved), u8::from(self.keyed)]);
        bytes.extend(self.seed.to_le_bytes());
        bytes.extend((self.axes.len() as u16).to_le_bytes());
        let mut before = "";
        for axis in &self.axes {
            let text = if **axis == *before { "" } else { axis };
            bytes.extend((text.len() as u16).to_le_bytes());
            bytes.extend(text.as_bytes());
            before = axis;
        }
        for number in [self.samples, self.fresh_words, self.head, self.words.len() as u64] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(self.data.to_le_bytes());
        let sum = checksum(bytes.iter().copied());
        bytes.extend(sum.to_le_bytes());
        bytes
    }

    /// From bytes. Nothing is believed before the checksum is right, and no more is set aside than there are bytes.
    ///
    /// # Errors
    /// [`StreamError`] if they are not a stream, or a damaged one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StreamError> {
        let mut rest = Reader { bytes, at: 0 };
        match rest.array() {
            Ok(MAGIC) => {}
            // A stream that was cut within its first bytes is a truncated one.
            Err(cut) if MAGIC.starts_with(bytes) && !bytes.is_empty() => return Err(cut),
            _ => return Err(StreamError::Foreign),
        }
        let version = u16::from_le_bytes(rest.array()?);
        if version != VERSION {
            return Err(StreamError::Version(version));
        }
        let [order, keyed] = rest.array()?;
        let seed = rest.number()?;
        let count = u16::from_le_bytes(rest.array()?);
        let mut axes = Vec::new();
        for _ in 0..count {
            let length = u16::from_le_bytes(rest.array()?);
            axes.push(rest.take(u64::from(length))?);
        }
        let (samples, fresh_words, head, words) = (rest.number()?, rest.number()?, rest.number()?, rest.number()?);
        let words = rest.take(words.saturating_mul(4))?;
        let data = rest.number()?;
        let summed = rest.at;
        let sum = rest.number()?;
        if rest.at < bytes.len() {
            return Err(StreamError::Trailing((bytes.len() - rest.at) as u64));
        }
        if sum != checksum(bytes[..summed].iter().copied()) {
            return Err(StreamError::Corrupted);
        }
        let words =
            words.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
        let order = match order {
            0 => Order::Naive,
            1 => Order::Interleaved,
            _ => return Err(StreamError::Malformed("the order of operations is neither 0 nor 1")),
        };
        let keyed = match keyed {
            0 => false,
            1 => true,
            _ => return Err(StreamError::Malformed("the mark of keyed slots is neither 0 nor 1")),
        };
        Ok(Self { order, keyed, seed, axes: texts(&axes)?, samples, fresh_words, head, words, data })
    }
}

/// The texts of the axes, each of which may refer to the one before.
fn texts(axes: &[&[u8]]) -> Result<Vec<Arc<str>>, StreamError> {
    let mut texts: Vec<Arc<str>> = Vec::new();
    for axis in axes {
        let text = match (axis.is_empty(), texts.last()) {
            (false, _) => std::str::from_utf8(axis)
                .map_err(|_| StreamError::Malformed("the parameters of an axis are not UTF-8"))?
                .into(),
            (true, Some(before)) => Arc::clone(before),
            (true, None) => return Err(StreamError::Malformed("the first axis has no parameters")),
        };
        texts.push(text);
    }
    match texts.is_empty() {
        true => Err(StreamError::Malformed("there is no axis")),
        false => Ok(texts),
    }
}

/// What has not been read yet.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], StreamError> {
        let (have, need) = (self.bytes.len() as u64, (self.at as u64).saturating_add(count));
        if need > have {
            return Err(StreamError::Truncated { have, need });
        }
        let taken = &self.bytes[self.at..need as usize];
        self.at = need as usize;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], StreamError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    fn number(&mut self) -> Result<u64, StreamError> {
        Ok(u64::from_le_bytes(self.array()?))
    }
}
