//! The sliced losses as polynomials in what they are averaged over: moments of every order, without a closed form of any.

use super::ScoreLaw;
use crate::numbers::{Field, Matrix};
use crate::objectives::hutchinson::Probe;
use crate::worlds::isserlis;
use std::collections::BTreeMap;

/// A polynomial in the deviations `z = s − a ~ N(0, W)` of a score and the entries of a projection `v`: a coefficient for each
/// product of entries of `z` and `v`, named by their indices in order.
#[derive(Debug, Clone)]
pub struct LossPolynomial<S>(BTreeMap<Product, S>);

/// Indices of `z`, and of `v`.
type Product = (Vec<usize>, Vec<usize>);

impl<S: Field> LossPolynomial<S> {
    fn of(terms: impl IntoIterator<Item = (Vec<usize>, Vec<usize>, S)>) -> Self {
        let mut sum: BTreeMap<Product, S> = BTreeMap::new();
        for (mut z, mut v, coefficient) in terms {
            z.sort_unstable();
            v.sort_unstable();
            sum.entry((z, v)).and_modify(|all| *all = *all + coefficient).or_insert(coefficient);
        }
        Self(sum)
    }

    /// The entries of the score, `aᵢ + zᵢ`.
    fn score(law: &ScoreLaw<S>) -> Vec<Self> {
        let entry = |i: usize| Self::of([(vec![], vec![], law.mean[i]), (vec![i], vec![], S::one())]);
        (0..law.mean.dimension()).map(entry).collect()
    }

    /// `vᵀMv`.
    pub fn form(matrix: &Matrix<S>) -> Self {
        let pairs = (0..matrix.rows()).flat_map(|i| (0..matrix.columns()).map(move |j| (i, j)));
        Self::of(pairs.map(|(i, j)| (vec![], vec![i, j], matrix[(i, j)])))
    }

    /// `vᵀs`.
    pub fn projected_score(law: &ScoreLaw<S>) -> Self {
        let parts = Self::score(law).into_iter().enumerate().map(|(i, entry)| entry.times(&Self::projection(i)));
        parts.fold(Self::of([]), |sum, part| sum.plus(&part))
    }

    fn projection(i: usize) -> Self {
        Self::of([(vec![], vec![i], S::one())])
    }

    /// `sᵀMs`.
    pub fn score_form(law: &ScoreLaw<S>, matrix: &Matrix<S>) -> Self {
        let score = Self::score(law);
        let pairs = (0..score.len()).flat_map(|i| (0..score.len()).map(move |j| (i, j)));
        let terms = pairs.map(|(i, j)| score[i].times(&score[j]).scale(matrix[(i, j)]));
        terms.fold(Self::of([]), |sum, term| sum.plus(&term))
    }

    /// `|s|²`.
    pub fn squared_score(law: &ScoreLaw<S>) -> Self {
        Self::score(law).iter().fold(Self::of([]), |sum, entry| sum.plus(&entry.square()))
    }

    /// Sliced score matching, `vᵀ(−K)v + ½(vᵀs)²`, or with the square integrated, `vᵀ(−K)v + ½|s|²`.
    pub fn loss(law: &ScoreLaw<S>, variance_reduced: bool) -> Self {
        let square = match variance_reduced {
            true => Self::squared_score(law),
            false => Self::projected_score(law).square(),
        };
        Self::form(&-&law.precision).plus(&square.scale(S::ratio(1, 2)))
    }

    /// The sum of two.
    pub fn plus(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).map(|((z, v), c)| (z.clone(), v.clone(), *c)))
    }

    /// This less a constant: its deviation, if that is its mean.
    pub fn less(&self, c: S) -> Self {
        self.plus(&Self::of([(vec![], vec![], -c)]))
    }

    /// `c` times this.
    pub fn scale(&self, c: S) -> Self {
        Self(self.0.iter().map(|(product, x)| (product.clone(), *x * c)).collect())
    }

    /// The product of two.
    pub fn times(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|left| other.0.iter().map(move |right| (left, right)));
        Self::of(pairs.map(|(((z, v), a), ((y, u), b))| ([&z[..], y].concat(), [&v[..], u].concat(), *a * *b)))
    }

    /// The square.
    pub fn square(&self) -> Self {
        self.times(self)
    }

    /// The mean over the projection: a polynomial in the score alone. All its products have an even number of entries of `v`.
    pub fn over_projections(&self, probe: Probe, d: usize) -> Self {
        Self::of(self.0.iter().map(|((z, v), c)| (z.clone(), vec![], *c * probe.moment::<S>(d, v))))
    }

    /// The mean over the data: a polynomial in the projection alone.
    pub fn over_data(&self, law: &ScoreLaw<S>) -> Self {
        Self::of(self.0.iter().map(|((z, v), c)| (vec![], v.clone(), *c * isserlis(&law.covariance, z))))
    }

    /// The mean over both.
    pub fn mean(&self, law: &ScoreLaw<S>, probe: Probe) -> S {
        let over_both = self.over_projections(probe, law.mean.dimension()).over_data(law);
        over_both.0.values().fold(S::zero(), |sum, c| sum + *c)
    }
}
