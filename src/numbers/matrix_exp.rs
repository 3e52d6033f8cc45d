//! The matrix exponential, enclosed: scaling and squaring with a Taylor polynomial and a proven remainder.
//!
//! With a shift `μ` and `s` halvings, `B = (A − μI)/2ˢ` has a norm `θ ≤ 1`, and
//!
//! `e^A = (e^{μ/2ˢ} (Σ_{k≤n} Bᵏ/k! + R))^{2ˢ}`, `|Rᵢⱼ| ≤ ‖R‖ ≤ θⁿ⁺¹/(n+1)! · 1/(1 − θ/(n+2))`,
//!
//! in the smaller of the row-sum and the column-sum norm, because `‖Bᵏ‖ ≤ θᵏ` and consecutive terms shrink by `θ/(n+2)` at
//! least. `Rᵢⱼ` is exactly 0 where no walk of more than `n` steps along non-zero entries of `B` leads from `i` to `j`: so the
//! exponential of a triangular matrix is triangular, that of a diagonal one has entries as good as those of numbers, and
//! that of a nilpotent one is a finite sum.
//!
//! What it costs in width: one squaring at most doubles the relative width and multiplies it by `‖|X|‖²/‖X²‖`, which is near 1
//! for a contraction. With `‖A‖ = 2ˢ` about `s(1 + ½ log₂ d)` of the 237 bits are lost, 10 of 71 digits for a stiff
//! system of dimension 16 and norm 2000. The shift is a single number near `tr A/d`, so that a Jordan block with a large
//! eigenvalue is not scaled at all. Nothing is diagonalised: equal and nearly equal eigenvalues are no special case.
//! Source: `higham2005`, here with enclosures instead of a backward error.

use super::{Dual, Elementary, EndPoint, Field, Float, Interval, Matrix, Rational, Scalar};

/// Numbers whose matrices have an exponential: enclosures, values, and the derivatives of both.
pub trait Exponential: Scalar {
    /// `e^A` for a square matrix; see [`Matrix::exp`].
    fn exponential(a: &Matrix<Self>) -> Matrix<Self>;
}

impl<S: Exponential> Matrix<S> {
    /// `e^A = Σ Aᵏ/k!`, for a square matrix.
    ///
    /// Entries that are enclosures contain the exact value. They are the whole line where the norm exceeds what `f64` can
    /// hold, or where so many squarings would leave no digit.
    ///
    /// ```
    /// use ouracle::numbers::{Ball, Field, Matrix, Scalar};
    /// // A Jordan block: e^{λ}, and on the superdiagonal e^{λ} again.
    /// let (stiff, one) = (Ball::int(-1940), Ball::one());
    /// let block = Matrix::from_fn(2, 2, |i, j| if i == j { stiff } else if i < j { one } else { Ball::zero() });
    /// let e = block.exp();
    /// assert!(e[(0, 1)].overlaps(&stiff.exp()) && e[(1, 0)].contains(&0.into()));
    /// // An enclosure of e^{−1940}, and one with sixty certain digits.
    /// assert!((e[(0, 1)] / stiff.exp() - 1).to_f64_interval().mag() < 1e-60);
    /// ```
    pub fn exp(&self) -> Self {
        S::exponential(self)
    }
}

impl<E: Elementary> Exponential for Interval<E> {
    fn exponential(a: &Matrix<Self>) -> Matrix<Self> {
        let size = |x: Self| x.mag();
        let Some(scaling) = Scaling::of(a, |x| x.to_f64(), size) else { return a.map(|_| Self::whole()) };
        let small = scaling.apply(a);
        let remainder = remainder(Self::point(norm(&small, size)), scaling.degree);
        let polynomial = taylor(&small, scaling.degree);
        let d = a.rows();
        let longer = walks_longer_than(&small, scaling.degree);
        scaling.undo(Matrix::from_fn(d, d, |i, j| {
            if longer[i * d + j] { polynomial[(i, j)] + remainder } else { polynomial[(i, j)] }
        }))
    }
}

/// Not enclosed: the same polynomial to the precision of `f64`. Rounding costs about `(2d + s) 2ˢ u` times the condition
/// number of the exponential.
impl Exponential for Float {
    fn exponential(a: &Matrix<Self>) -> Matrix<Self> {
        match Scaling::of(a, |x| x.0, |x| x.0.abs()) {
            Some(scaling) => scaling.undo(taylor(&scaling.apply(a), scaling.degree)),
            None => a.map(|_| Self(f64::NAN)),
        }
    }
}

/// `e^{A + εE} = e^A + ε L`, read off the exponential of `[[A, E], [0, A]]`. Source: `najfeld1995`.
impl<S: Exponential> Exponential for Dual<S> {
    fn exponential(a: &Matrix<Self>) -> Matrix<Self> {
        let d = a.rows();
        let block = Matrix::from_fn(2 * d, 2 * d, |i, j| match (i < d, j < d) {
            (true, false) => a[(i, j - d)].eps,
            (false, true) => S::zero(),
            _ => a[(i % d, j % d)].re,
        });
        let e = block.exp();
        Matrix::from_fn(d, d, |i, j| Self { re: e[(i, j)], eps: e[(i, j + d)] })
    }
}

/// How a matrix is made small before the polynomial, and large again after it. Nothing here needs to be exact: a poor
/// choice costs width, not truth.
struct Scaling {
    shift: Rational,
    halvings: i32,
    degree: u32,
}

impl Scaling {
    /// `None` if the entries are too large, or unknown.
    fn of<S: Field, E: EndPoint>(a: &Matrix<S>, near: impl Fn(S) -> f64, size: impl Fn(S) -> E) -> Option<Self> {
        let d = a.rows();
        let mean = (0..d).map(|i| near(a[(i, i)])).sum::<f64>() / d.max(1) as f64;
        let unscaled = Self { shift: mean.to_rational()?, halvings: 0, degree: 0 };
        let norm = norm(&unscaled.apply(a), size).to_f64();
        let halvings = norm.log2().ceil().max(0.0);
        // Each squaring doubles the error; NaN and infinity end here too.
        if norm.is_nan() || halvings >= f64::from(E::PRECISION) {
            return None;
        }
        // The omitted terms must vanish beside that of order d − 1, because an entry to which only a walk that long leads
        // begins with it: so an exponential near 1 has small entries as good as large ones.
        let theta = norm / halvings.exp2();
        let mut degree = (d as u32).saturating_sub(1).max(1);
        let mut omitted = theta / f64::from(degree + 1);
        while omitted > 0.5_f64.powi(E::PRECISION as i32 + 2) {
            degree += 1;
            omitted *= theta / f64::from(degree + 1);
        }
        Some(Self { halvings: halvings as i32, degree, ..unscaled })
    }

    /// `(A − μI)/2ˢ`.
    fn apply<S: Field>(&self, a: &Matrix<S>) -> Matrix<S> {
        let shift = S::rational(&self.shift);
        let scale = S::int(2).powi(-self.halvings);
        Matrix::from_fn(
            a.rows(),
            a.columns(),
            |i, j| if i == j { (a[(i, j)] - shift) * scale } else { a[(i, j)] * scale },
        )
    }

    /// `(e^{μ/2ˢ} X)^{2ˢ}`.
    fn undo<S: Scalar>(&self, x: Matrix<S>) -> Matrix<S> {
        let factor = (S::rational(&self.shift) * S::int(2).powi(-self.halvings)).exp();
        (0..self.halvings).fold(x.scale(factor), |x, _| &x * &x)
    }
}

/// An upper bound of the largest row sum or of the largest column sum of the sizes, whichever is smaller.
fn norm<S: Field, E: EndPoint>(b: &Matrix<S>, size: impl Fn(S) -> E) -> E {
    let larger = |x: E, y: E| if x > y { x } else { y };
    let sum = |entries: &mut dyn Iterator<Item = S>| entries.fold(E::ZERO, |sum, x| sum.add_up(size(x)));
    let rows = (0..b.rows()).map(|i| sum(&mut (0..b.columns()).map(|j| b[(i, j)]))).fold(E::ZERO, larger);
    let columns = (0..b.columns()).map(|j| sum(&mut (0..b.rows()).map(|i| b[(i, j)]))).fold(E::ZERO, larger);
    if columns < rows { columns } else { rows }
}

/// `Σ_{k≤n} Bᵏ/k!` by Horner's rule.
fn taylor<S: Field>(b: &Matrix<S>, degree: u32) -> Matrix<S> {
    let one = Matrix::identity(b.rows());
    (1..=i64::from(degree)).rev().fold(one.clone(), |sum, k| &one + &(b * &sum).map(|x| x / k))
}

/// The interval `±θⁿ⁺¹/(n+1)! · 1/(1 − θ/(n+2))`; the whole line unless `θ < n + 2`.
fn remainder<E: EndPoint>(theta: Interval<E>, degree: u32) -> Interval<E> {
    let n = i64::from(degree);
    let first = (1..=n + 1).fold(Interval::one(), |term, k| term * theta / k);
    let shrinking = -theta / (n + 2) + 1;
    if !shrinking.certainly_positive() {
        return Interval::whole();
    }
    let bound = first / shrinking;
    (-bound).hull(&bound)
}

/// For each entry, row by row, whether a walk of more than `steps` steps along entries that are not exactly zero leads
/// from its row to its column: elsewhere all higher powers vanish.
fn walks_longer_than<E: EndPoint>(b: &Matrix<Interval<E>>, steps: u32) -> Vec<bool> {
    let d = b.rows();
    let step: Vec<bool> = b.entries().iter().map(|x| !(x.is_point() && x.contains_zero())).collect();
    let then = |walks: &[bool]| -> Vec<bool> {
        (0..d * d).map(|at| (0..d).any(|k| walks[at / d * d + k] && step[k * d + at % d])).collect()
    };
    let mut walks = (0..steps).fold(step.clone(), |walks, _| then(&walks));
    // A walk of d more steps visits some place twice, so that longer ones reach nothing new.
    for _ in 0..d {
        let longer = then(&walks);
        walks.iter_mut().zip(longer).for_each(|(known, new)| *known |= new);
    }
    walks
}

#[cfg(test)]
mod tests {
    use super::{norm, remainder, taylor, walks_longer_than};
    use crate::numbers::{Ball, Field, Interval, Matrix, Scalar};

    /// `[[0, 1], [1, 0]]/2`: cosh ½ and sinh ½.
    fn swap() -> Matrix<Ball> {
        Matrix::from_fn(2, 2, |i, j| if i == j { Ball::zero() } else { Ball::ratio(1, 2) })
    }

    #[test]
    fn the_remainder_is_needed_and_enough() {
        let half = Ball::ratio(1, 2);
        let exact = [half.exp() + (-half).exp(), half.exp() - (-half).exp()].map(|twice| twice / 2);
        for degree in 1..60 {
            let rest = remainder(Interval::point(norm(&swap(), |x| x.mag())), degree);
            let sum = taylor(&swap(), degree);
            for (j, exact) in exact.iter().enumerate() {
                assert!((sum[(0, j)] + rest).overlaps(exact), "{degree}");
                // The largest omitted term is in one of the two entries.
                let sharp = (sum[(0, j)] + rest / 2).overlaps(exact);
                assert!(degree > 40 || sharp == ((degree as usize + 1 + j) % 2 == 1), "{degree} {j}");
            }
        }
        assert!(remainder(Ball::int(9), 3).is_whole(), "the terms need not shrink");
    }

    #[test]
    fn norms_are_upper_bounds() {
        let rows = Matrix::from_fn(2, 2, |i, _| Ball::int(if i == 0 { -3 } else { 1 }));
        assert!(norm(&rows, |x| x.mag()).to_string() == "4" && norm(&rows.transpose(), |x| x.mag()).to_string() == "4");
    }

    #[test]
    fn walks() {
        // 0 → 1 → 2, and a loop at 3.
        let edges = [(0, 1), (1, 2), (3, 3)];
        let b = Matrix::from_fn(4, 4, |i, j| if edges.contains(&(i, j)) { Ball::one() } else { Ball::zero() });
        let longer = |steps| {
            let walks = walks_longer_than(&b, steps);
            (0..16).filter(|at| walks[*at]).map(|at| (at / 4, at % 4)).collect::<Vec<_>>()
        };
        assert_eq!(longer(0), [(0, 1), (0, 2), (1, 2), (3, 3)]);
        assert_eq!(longer(1), [(0, 2), (3, 3)]);
        assert_eq!(longer(2), [(3, 3)]);
        assert_eq!(longer(50), [(3, 3)]);
    }
}
