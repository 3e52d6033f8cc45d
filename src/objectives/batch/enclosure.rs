//! What comes out: an enclosure, the arithmetic that found it, and whether it is narrow enough.

use crate::numbers::{Ball, DoubleWords, Interval};

/// Which arithmetic decided a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Intervals of doubles, eight sets at once.
    Doubles,
    /// Balls around double-words, about 30 digits, eight sets at once.
    DoubleWords,
    /// Intervals of 237-bit numbers.
    Ball,
}

/// How narrow an enclosure is to be: a radius of at most `10^{−digits}` of the value, or of at most `absolute`, whichever is wider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// Significant digits, 1 to 50.
    pub digits: usize,
    /// A radius in nats that is always enough; 0 if only digits count.
    pub absolute: f64,
}

impl Precision {
    /// The most digits that the arithmetic has room for.
    pub const MOST_DIGITS: usize = 50;

    /// Significant digits.
    pub fn digits(digits: usize) -> Self {
        Self { digits, absolute: 0.0 }
    }

    /// Whether an arithmetic with this many digits can be enough.
    pub(super) fn suits(&self, digits: usize) -> bool {
        self.digits <= digits || self.absolute > 0.0
    }

    /// What the error on a panel may be for an integral of this size: two digits below what is asked for, and a hundred panels. Doubles could
    /// not bound less than the last.
    pub(super) fn on_a_panel(&self, size: f64) -> f64 {
        const LAST: f64 = 1e-290;
        (size * 10.0_f64.powi(-(self.digits as i32) - 4)).max(self.absolute * 1e-4).max(LAST)
    }

    /// Whether this is narrow enough.
    pub fn is_reached(&self, enclosure: &Enclosure) -> bool {
        let (radius, value) = enclosure.radius_and_least();
        radius <= self.absolute || radius <= value * 10.0_f64.powi(-(self.digits as i32))
    }
}

/// An enclosure in the arithmetic that it was found in.
#[derive(Debug, Clone, Copy)]
pub enum Enclosure {
    /// By doubles.
    Doubles(Interval<f64>),
    /// By double-words.
    DoubleWords(DoubleWords<1>),
    /// By 237 bits.
    Ball(Ball),
}

impl Enclosure {
    /// The same in 237 bits.
    pub fn ball(&self) -> Ball {
        match self {
            Self::Doubles(interval) => Ball::from(*interval),
            Self::DoubleWords(word) => word.lane(0),
            Self::Ball(ball) => *ball,
        }
    }

    /// The smallest interval of doubles that contains it.
    pub fn to_f64_interval(&self) -> Interval<f64> {
        match self {
            Self::Doubles(interval) => *interval,
            _ => self.ball().to_f64_interval(),
        }
    }

    /// About the middle, as the nearest double.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Doubles(interval) => interval.midpoint(),
            Self::DoubleWords(word) => word.centre()[0],
            Self::Ball(ball) => ball.to_f64(),
        }
    }

    /// The arithmetic.
    pub fn tier(&self) -> Tier {
        match self {
            Self::Doubles(_) => Tier::Doubles,
            Self::DoubleWords(_) => Tier::DoubleWords,
            Self::Ball(_) => Tier::Ball,
        }
    }

    /// An upper bound of the radius, and a lower bound of the absolute value, as doubles.
    pub(super) fn radius_and_least(&self) -> (f64, f64) {
        let of = |radius: Interval<f64>, least: Interval<f64>| (radius.hi(), least.lo().max(0.0));
        match self {
            Self::Doubles(x) => (x.radius(), x.mig()),
            Self::DoubleWords(x) => {
                // The centre is within two units of its larger part.
                let (radius, near) = (x.radius()[0], x.centre()[0].abs());
                (radius, (near * (1.0 - 2.0 * f64::EPSILON) - radius).max(0.0))
            }
            Self::Ball(x) => of(Ball::point(x.radius()).to_f64_interval(), Ball::point(x.mig()).to_f64_interval()),
        }
    }
}
