//! Derivatives of any order along a step from values of a function alone: one evaluation more than the order.
//!
//! The paper solves a linear system for the weights; they are products, those of divided differences. Source: `pang2020`.

use crate::numbers::{Ball, Field, Taylor};

/// The order `T`, and the distances `α` at which a function is evaluated on both sides of the centre: `⌈T/2⌉` of them, distinct
/// and positive. Equal distances make the weights unbounded.
#[derive(Debug, Clone)]
pub struct SymmetricStencil<S> {
    /// `T`.
    pub order: u32,
    /// `α`.
    pub distances: Vec<S>,
    /// `βₖ` or `γₖ`.
    pub weights: Vec<S>,
}

impl<S: Field> SymmetricStencil<S> {
    /// The weights `1/(αₖ² Π(αₖ² − αₗ²))` for an even order and `1/(αₖ Π(αₖ² − αₗ²))` for an odd one.
    pub fn new(order: u32, distances: &[S]) -> Self {
        let squares: Vec<S> = distances.iter().map(|a| a.square()).collect();
        let weight = |(k, distance): (usize, &S)| {
            let first = if order.is_multiple_of(2) { squares[k] } else { *distance };
            let others = squares.iter().enumerate().filter(|(l, _)| *l != k);
            others.fold(first, |product, (_, other)| product * (squares[k] - *other)).recip()
        };
        let weights = distances.iter().enumerate().map(weight).collect();
        Self { order, distances: distances.to_vec(), weights }
    }

    /// How many distances a stencil of this order has.
    pub fn pairs(order: u32) -> usize {
        order.div_ceil(2) as usize
    }

    /// `T!/2 Σ βₖ[f(αₖ) + f(−αₖ) − 2f(0)]` or `T!/2 Σ γₖ[f(αₖ) − f(−αₖ)]`, which is `f⁽ᵀ⁾(0)` but for
    /// `Σ_{j>0} T!/(T + 2j)! hⱼ(α²) f⁽ᵀ⁺²ʲ⁾(0)`. Asks for `T + 1` values; `f(t) = L(x + tv)` makes it a derivative along `v`.
    pub fn estimate(&self, mut f: impl FnMut(S) -> S) -> S {
        let pairs = self.distances.iter().zip(&self.weights);
        let sum = if self.order.is_multiple_of(2) {
            let centre = f(S::zero()) * 2;
            pairs.fold(S::zero(), |sum, (a, weight)| sum + *weight * (f(*a) + f(-*a) - centre))
        } else {
            pairs.fold(S::zero(), |sum, (a, weight)| sum + *weight * (f(*a) - f(-*a)))
        };
        factorial::<S>(self.order) / 2 * sum
    }

    /// `hⱼ(α₁², α₂², …)`, on which the errors depend.
    pub fn error_coefficient(&self, j: usize) -> S {
        let squares: Vec<S> = self.distances.iter().map(|a| a.square()).collect();
        complete_homogeneous(j, &squares)
    }
}

/// How many coefficients of a power series are taken before the rest is enclosed.
const TERMS: usize = 41;

impl SymmetricStencil<Ball> {
    /// The estimate of `f⁽ᵀ⁾(x)` with the distances `αε`, divided by `εᵀ`: evaluated as it stands.
    pub fn value(&self, f: impl Fn(Ball) -> Ball, x: Ball, eps: Ball) -> Ball {
        self.estimate(|a| f(x + a * eps)) / eps.powi(self.order as i32)
    }

    /// The same number from the power series of `f` at `x`, whose rest is enclosed by that over all nodes: nothing cancels, so
    /// that it is narrow for small `ε`, where [`value`](Self::value) is not.
    pub fn value_by_series(
        &self,
        series: impl Fn(Taylor<Ball, TERMS>) -> Taylor<Ball, TERMS>,
        x: Ball,
        eps: Ball,
    ) -> Ball {
        let order = self.order as usize;
        // The last coefficient of the parity of the order.
        let last = TERMS - 1 - (TERMS - 1 - order.min(TERMS - 1)) % 2;
        if order > last {
            return Ball::whole();
        }
        let nodes = self.distances.iter().fold(x, |hull, a| hull.hull(&(x + *a * eps)).hull(&(x - *a * eps)));
        let (here, anywhere) = (series(Taylor::variable(x)), series(Taylor::variable(nodes)).coefficient(last));
        let known = (order..last).step_by(2).fold(Ball::zero(), |sum, n| {
            let power = (n - order) as i32;
            sum + here.coefficient(n) * eps.powi(power) * self.error_coefficient((n - order) / 2)
        });
        // Each node has a coefficient of its own from that range.
        let pairs = self.distances.iter().zip(&self.weights);
        let rest = pairs.fold(Ball::zero(), |sum, (a, weight)| sum + *weight * a.powi(last as i32) * anywhere);
        factorial::<Ball>(self.order) * (known + rest * eps.powi((last - order) as i32))
    }
}

/// The complete homogeneous symmetric polynomial `hₙ(y)`: the sum of all products of `n` of the `y`, repetitions allowed.
pub fn complete_homogeneous<S: Field>(n: usize, y: &[S]) -> S {
    // Σ hⱼ tʲ = Π 1/(1 − y t), one factor after the other.
    let mut known = vec![S::zero(); n + 1];
    known[0] = S::one();
    for y in y {
        for j in 1..=n {
            known[j] = known[j] + known[j - 1] * *y;
        }
    }
    known[n]
}

/// `Σₖ f(nₖ)/Π(nₖ − nₗ)` over distinct nodes `n₀, …, n_T`, on any side: times `T!` it is `f⁽ᵀ⁾(0)` but for
/// `Σ_{j>0} T!/(T + j)! hⱼ(n) f⁽ᵀ⁺ʲ⁾(0)`.
pub fn divided_difference<S: Field>(nodes: &[S], f: impl Fn(S) -> S) -> S {
    nodes.iter().enumerate().fold(S::zero(), |sum, (k, node)| {
        let others = nodes.iter().enumerate().filter(|(l, _)| *l != k);
        sum + f(*node) / others.fold(S::one(), |product, (_, other)| product * (*node - *other))
    })
}

/// `n!`.
pub fn factorial<S: Field>(n: u32) -> S {
    (2..=i64::from(n)).fold(S::one(), |product, factor| product * factor)
}
