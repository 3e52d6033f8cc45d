//! What a reading needs beyond formulas to follow several sets at once.

use crate::numbers::{Ball, DoubleWords, EndPoint, Interval, Intervals, Scalar};

/// Sets that go in step.
pub const LANES: usize = 8;

/// A reading of the sets in a block, [`LANES`] at once or one at a time.
pub trait Reading: Scalar + Send + Sync {
    /// The reading of what all sets share.
    type Shared: Scalar + Send + Sync + 'static;
    /// The exact numbers `x`; a reading of one set takes the first.
    fn points(x: [f64; LANES]) -> Self;
    /// The same for every set.
    fn shared(one: Self::Shared) -> Self;
    /// An exact or enclosed number in the reading of what is shared.
    fn constant(x: Ball) -> Self::Shared;
    /// With an error of at most `radius` in either direction; the whole line where that is no number.
    fn with_error(self, radius: [f64; LANES]) -> Self;
    /// `self` where asked for, and `other` elsewhere.
    fn where_or(self, asked: [bool; LANES], other: Self) -> Self;
    /// About how large each is; no bound.
    fn estimate(&self) -> [f64; LANES];
}

impl Reading for Intervals<LANES> {
    type Shared = Intervals<1>;

    #[inline(always)]
    fn points(x: [f64; LANES]) -> Self {
        Intervals::points(x)
    }

    #[inline(always)]
    fn shared(one: Intervals<1>) -> Self {
        Intervals::splat(one.lane(0))
    }

    fn constant(x: Ball) -> Intervals<1> {
        Intervals::splat(x.to_f64_interval())
    }

    #[inline(always)]
    fn with_error(self, radius: [f64; LANES]) -> Self {
        self + Intervals::around_zero(radius)
    }

    #[inline(always)]
    fn where_or(self, asked: [bool; LANES], other: Self) -> Self {
        self.where_or(asked, other)
    }

    #[inline(always)]
    fn estimate(&self) -> [f64; LANES] {
        std::array::from_fn(|i| (self.lo()[i] / 2.0 + self.hi()[i] / 2.0).abs())
    }
}

impl Reading for DoubleWords<LANES> {
    type Shared = DoubleWords<1>;

    #[inline(always)]
    fn points(x: [f64; LANES]) -> Self {
        DoubleWords::points(x)
    }

    #[inline(always)]
    fn shared(one: DoubleWords<1>) -> Self {
        DoubleWords::splat(one)
    }

    fn constant(x: Ball) -> DoubleWords<1> {
        DoubleWords::of_ball(x)
    }

    #[inline(always)]
    fn with_error(self, radius: [f64; LANES]) -> Self {
        self.with_error(radius)
    }

    #[inline(always)]
    fn where_or(self, asked: [bool; LANES], other: Self) -> Self {
        self.where_or(asked, other)
    }

    #[inline(always)]
    fn estimate(&self) -> [f64; LANES] {
        self.centre().map(f64::abs)
    }
}

impl Reading for Ball {
    type Shared = Ball;

    fn points(x: [f64; LANES]) -> Self {
        Ball::point(f256::f256::from_f64(x[0]))
    }

    fn shared(one: Ball) -> Self {
        one
    }

    fn constant(x: Ball) -> Ball {
        x
    }

    fn with_error(self, radius: [f64; LANES]) -> Self {
        self + Interval::new(-radius[0], radius[0]).map_or_else(Ball::whole, Ball::from)
    }

    fn where_or(self, asked: [bool; LANES], other: Self) -> Self {
        if asked[0] { self } else { other }
    }

    fn estimate(&self) -> [f64; LANES] {
        [self.to_f64().abs(); LANES]
    }
}
