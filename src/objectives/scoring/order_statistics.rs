//! Moments of order statistics of standard normals: what a sample median knows of the median.

use crate::numbers::{Ball, EndPoint, Field, Integrand, Majorant, OverLine, Panel, Scalar, integrate};
use crate::worlds::Gaussian;

/// The density of the `k`-th smallest of `n` standard normals, but for its factor `k C(n, k)`, of which the logarithm is given.
struct OrderStatistic {
    below: i64,
    above: i64,
    log_count: Ball,
}

impl OrderStatistic {
    /// `k C(n, k) Φ^{k−1} (1 − Φ)^{n−k} φ`. By logarithms, because no double holds the number of arrangements.
    fn density<S: OverLine>(&self, z: S) -> S {
        let normal = Gaussian::centred(S::one());
        let ways = normal.below(z).ln() * self.below + normal.above(z).ln() * self.above;
        (S::enclosed(self.log_count) + ways + normal.log_density(z)).exp()
    }

    /// A bound of `E[|X|ᵖ; |X| > z]`: beyond `z` one of the two powers is no larger than it is there, and the other at most 1.
    fn tail(&self, power: i32, z: f64) -> Ball {
        let beyond = Gaussian::centred(Ball::one()).above(z.into());
        let largest = beyond.powi(self.below.min(self.above) as i32);
        self.log_count.exp() * largest * Ball::from(Majorant::variable().powi(power).tail(z))
    }
}

/// `E Xᵖ` of the `k`-th smallest of `n` standard normals, `1 ≤ k ≤ n`, to about this radius; `p` at most 8.
pub fn order_statistic_moment(n: u32, k: u32, power: i32, radius: f64) -> Ball {
    // The first place where the bound of a normal tail holds.
    const NEAREST: f64 = 3.0;

    let factor = |i: u32| Ball::int((n - i).into()) / i64::from(i + 1);
    let log_count = (0..k).fold(Ball::int(k.into()), |count, i| count * factor(i)).ln();
    let law = OrderStatistic { below: i64::from(k) - 1, above: (n - k).into(), log_count };
    let small = |z: &f64| law.tail(power, *z).hi().to_f64() <= radius / 2.0;
    let Some(reach) = (0..36).map(|i| NEAREST + f64::from(i)).find(small) else { return Ball::whole() };
    let tail = law.tail(power, reach) * (-Ball::one()).hull(&Ball::one());
    let value = |z: Ball| law.density(z) * z.powi(power);
    let panel = |z: Panel| law.density(z) * z.powi(power);
    integrate(&value, &panel, Ball::from(-reach), Ball::from(reach), radius / 2.0) + tail
}

/// `P(X > x) − P(X < −x)`, or `2x P(|X| > x)`, of the `k`-th smallest of `n`.
struct Tails {
    n: u32,
    k: u32,
    squared: bool,
}

impl Tails {
    /// `P(X > x)`: fewer than `k` of the `n` are below. A sum of positive terms, by Horner's rule.
    fn exceeds<S: OverLine>(&self, k: u32, x: S) -> S {
        let normal = Gaussian::centred(S::one());
        let (below, above) = (normal.below(x), normal.above(x));
        let (mut ways, mut power, mut sum) = (Ball::one(), S::one(), S::zero());
        for i in 0..k {
            sum = sum * above + S::enclosed(ways) * power;
            power = power * below;
            ways = ways * i64::from(self.n - i) / i64::from(i + 1);
        }
        sum * above.powi((self.n - k) as i32 + 1)
    }

    fn integral(&self, radius: f64) -> Ball {
        // P(|X| > x) ≤ 2n Φ(−x), and xΦ(−x) ≤ φ(x): beyond 1 what is left out is at most 4n Φ(−reach).
        let beyond = |reach: i64| Gaussian::centred(Ball::one()).above(Ball::int(reach)) * (4 * i64::from(self.n));
        let reach = (1..38).find(|reach| beyond(*reach).hi().to_f64() <= radius / 2.0).unwrap_or(38);
        let tail = beyond(reach) * (-Ball::one()).hull(&Ball::one());
        integrate(&|x| self.value(x), &|x| self.value(x), Ball::zero(), Ball::int(reach), radius / 2.0) + tail
    }
}

impl Integrand for Tails {
    fn value<S: OverLine>(&self, x: S) -> S {
        // By symmetry the k-th smallest is below −x as often as the k-th largest is above x.
        let (right, left) = (self.exceeds(self.k, x), self.exceeds(self.n + 1 - self.k, x));
        if self.squared { (right + left) * x * 2 } else { right - left }
    }
}

/// `E X = ∫₀^∞ P(X > x) − P(X < −x) dx` of the `k`-th smallest of `n` standard normals, by its distribution function: binomial sums.
pub fn order_statistic_mean_by_tails(n: u32, k: u32, radius: f64) -> Ball {
    Tails { n, k, squared: false }.integral(radius)
}

/// `E X² = ∫₀^∞ 2x P(|X| > x) dx`, in the same way.
pub fn order_statistic_square_by_tails(n: u32, k: u32, radius: f64) -> Ball {
    Tails { n, k, squared: true }.integral(radius)
}
