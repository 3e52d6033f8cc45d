//! What can be wrong with what is to be coded, and with a stream that is to be decoded.

use super::UndecidedFloor;
use crate::parameters::InputError;

/// Why data cannot be coded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CodingError {
    /// The parameters of a chain are wrong.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A number of axes that a stream cannot state.
    #[error("{0} axes were given; a sample has between 1 and 65535, each with its chain")]
    Axes(usize),
    /// The parameters of a chain are too long a text.
    #[error("the parameters of a chain are {0} bytes long; a stream has room for 65535, so write shorter numbers")]
    Words(usize),
    /// A precision that the coder does not have.
    #[error(
        "precision_bits is {0}; this coder needs whole frequencies of at most 16 bits, so give precision_bits=16 or less"
    )]
    Precision(String),
    /// Tables beyond the limit.
    #[error(
        "the tables of the chains have more than {most} frequencies; take fewer different chains, coarser lattices or fewer latents"
    )]
    Tables {
        /// How many are allowed.
        most: u64,
    },
    /// A law that is no law in doubles.
    #[error("at these parameters the masses of the bins are not numbers in double precision: {0}")]
    Frequencies(#[from] UndecidedFloor),
    /// Frequencies that do not add up.
    #[error("at these parameters the masses of the bins do not add up in double precision; choose less extreme ones")]
    Masses,
    /// A number of values that is no number of samples.
    #[error("{values} values are no whole number of samples of {axes} axes")]
    Shape {
        /// How many values.
        values: usize,
        /// How many axes.
        axes: usize,
    },
    /// A value outside its lattice.
    #[error(
        "axis {axis} of sample {sample} is {index}, outside its lattice −{side}, …, {side}; take a wider lattice (Kx) or clip the data"
    )]
    Outside {
        /// Which sample, counted from 0.
        sample: usize,
        /// Which axis, counted from 0.
        axis: usize,
        /// The value.
        index: i32,
        /// `K_x`.
        side: u32,
    },
}

/// Why a stream gives no data.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StreamError {
    /// Something else.
    #[error("this is no bits-back stream of ouracle: it does not begin with its eight bytes")]
    Foreign,
    /// Of another version.
    #[error(
        "the stream has the format version {0}, and this program reads version 1; decode it with the program that wrote it"
    )]
    Version(u16),
    /// Cut off.
    #[error(
        "the stream ends after {have} bytes, but its header needs {need}: it is truncated, or its header corrupted"
    )]
    Truncated {
        /// How many there are.
        have: u64,
        /// How many there should be at least.
        need: u64,
    },
    /// Too long.
    #[error("{0} bytes follow the end of the stream; it is corrupted, or was joined with something else")]
    Trailing(u64),
    /// The checksum of the bytes is another.
    #[error("the checksum of the stream is not that of its bytes: it is corrupted")]
    Corrupted,
    /// A field that no encoder writes.
    #[error("the stream is malformed: {0}")]
    Malformed(&'static str),
    /// More data than the caller allows.
    #[error("the stream announces {symbols} values, more than the limit of {most}; if you trust it, allow more")]
    TooMany {
        /// How many it announces.
        symbols: u128,
        /// How many are allowed.
        most: u64,
    },
    /// The chains of the stream cannot be coded with.
    #[error("the chain of the stream: {0}")]
    Chain(#[from] CodingError),
    /// A stream of other chains.
    #[error(
        "the stream was written with the chains [{theirs}], and this coder has [{ours}]; take the coder that the stream describes"
    )]
    OtherChains {
        /// Those of the stream.
        theirs: String,
        /// Those of the coder.
        ours: String,
    },
    /// Decoding needs more bits than there are.
    #[error("the stream is used up after {decoded} of {samples} samples: it was not written by this coder")]
    Exhausted {
        /// How many samples there were.
        decoded: u64,
        /// How many it announces.
        samples: u64,
    },
    /// The bits that remain are not those of the seed.
    #[error("after decoding, the stack is not the one that the seed started: the stream was not written by this coder")]
    Remainder,
    /// The data are not those that were encoded.
    #[error(
        "the decoded data do not have the checksum of the encoded: the tables of this program differ from those of its writer"
    )]
    Data,
}
