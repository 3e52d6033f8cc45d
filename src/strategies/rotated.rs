//! The cases in d dimensions: worlds with full matrices.

use super::cases::{Case, DATA_VARIANCE, ERROR, HALF_TANGENT, MEMBER, Noising, PLACE, PRIOR_VARIANCE};
use super::decimal::{Decimal, Draws, Range};
use crate::numbers::{Matrix, Scalar, Vector};
use crate::worlds::{AffineScore, Rotated, ScaledScore, rotation};

/// One axis of a world in d dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisPoint {
    /// Mean of the reference along the axis.
    pub centre: Decimal,
    /// Its variance.
    pub v0: Decimal,
    /// Relative error of the score.
    pub delta: Decimal,
    /// Prior mean along the axis.
    pub prior_mean: Decimal,
    /// Prior variance.
    pub vpi: Decimal,
}

/// A world in `1 ≤ d ≤ 6` dimensions with full matrices, and a point.
#[derive(Debug, Clone, PartialEq)]
pub struct RotatedPoint {
    /// The process.
    pub noising: Noising,
    /// The axes; their number is `d`.
    pub axes: Vec<AxisPoint>,
    /// `d(d−1)/2` tangents of half angles, for [`rotation`].
    pub turns: Vec<Decimal>,
    /// Member of the plug-in family, below 1.
    pub lambda: Decimal,
    /// The data point, `d` entries in the outer coordinates.
    pub x: Vec<Decimal>,
}

/// The largest dimension of a [`RotatedPoint`].
pub const LARGEST_DIMENSION: usize = 6;

impl RotatedPoint {
    /// `d`.
    pub fn dimension(&self) -> usize {
        self.axes.len()
    }

    /// The rotation, exactly orthogonal in every reading.
    pub fn rotation<S: Scalar>(&self) -> Matrix<S> {
        rotation(self.dimension(), &vector(&self.turns))
    }

    /// The world in any reading.
    pub fn world<S: Scalar>(&self) -> Rotated<S> {
        let axes = self.axes.iter().map(|axis| AffineScore {
            scaled: ScaledScore {
                v0: axis.v0.read(),
                delta: axis.delta.read(),
                lambda: self.lambda.read(),
                vpi: axis.vpi.read(),
            },
            centre: axis.centre.read(),
            prior_mean: axis.prior_mean.read(),
        });
        Rotated::new(self.rotation(), axes.collect())
    }

    /// The data point in any reading.
    pub fn point<S: Scalar>(&self) -> Vector<S> {
        vector(&self.x)
    }

    fn of_dimension(&self, d: usize) -> Self {
        let keep = |numbers: &[Decimal], n: usize| numbers.iter().take(n).copied().collect();
        Self {
            axes: self.axes.iter().take(d).cloned().collect(),
            turns: keep(&self.turns, d * (d - 1) / 2),
            x: keep(&self.x, d),
            ..self.clone()
        }
    }
}

/// The numbers of a list in any reading.
pub fn vector<S: Scalar>(numbers: &[Decimal]) -> Vector<S> {
    Vector(numbers.iter().map(Decimal::read).collect())
}

impl Case for RotatedPoint {
    const DRAWS: usize = Noising::DRAWS + 2 + 6 * LARGEST_DIMENSION + LARGEST_DIMENSION * (LARGEST_DIMENSION - 1) / 2;

    fn draw(draws: &mut Draws<'_>) -> Self {
        let noising = Noising::draw(draws);
        let d = 1 + draws.below(LARGEST_DIMENSION as u64);
        let lambda = draws.number(MEMBER);
        let axis = |draws: &mut Draws<'_>| AxisPoint {
            centre: draws.number(PLACE),
            v0: draws.number(DATA_VARIANCE),
            delta: draws.number(ERROR),
            prior_mean: draws.number(PLACE),
            vpi: draws.number(PRIOR_VARIANCE),
        };
        let axes = (0..d).map(|_| axis(draws)).collect();
        let turns = draws.numbers(d * (d - 1) / 2, HALF_TANGENT);
        Self { noising, axes, turns, lambda, x: draws.numbers(d, PLACE) }
    }

    fn numbers(&mut self) -> Vec<(&mut Decimal, Range)> {
        let axes = self.axes.iter_mut().flat_map(|axis| {
            [
                (&mut axis.centre, PLACE),
                (&mut axis.v0, DATA_VARIANCE),
                (&mut axis.delta, ERROR),
                (&mut axis.prior_mean, PLACE),
                (&mut axis.vpi, PRIOR_VARIANCE),
            ]
        });
        let turns = self.turns.iter_mut().map(|turn| (turn, HALF_TANGENT));
        let x = self.x.iter_mut().map(|entry| (entry, PLACE));
        let own = axes.chain(turns).chain(x).chain([(&mut self.lambda, MEMBER)]);
        self.noising.numbers().into_iter().chain(own).collect()
    }

    fn smaller(&self) -> Vec<Self> {
        (1..self.dimension()).map(|d| self.of_dimension(d)).collect()
    }
}
