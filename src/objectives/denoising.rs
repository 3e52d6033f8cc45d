//! Denoising score matching with the exact score of Gaussian data: moments of a single-sample loss, over time. Sources:
//! `vincent2011`, `song2021scoreflow`.
//!
//! For `x ~ N(m₀, v₀)` the residual `∇log q_t − ∇log q_{t|0}` is `N(0, 1/w − 1/v)`, and `1/w − 1/v = (1 − w/v)/w`.

use crate::numbers::{Matrix, Scalar};
use crate::worlds::{Clock, GaussianChannel, GaussianPolynomial, TimeLaw};

/// `1/w − 1/v = φ²v₀/(wv)`, the variance of the residual.
pub fn residual_variance<S: Scalar>(clock: &Clock<S>, v0: S) -> S {
    clock.phi.square() * v0 / (clock.w * clock.variance(v0))
}

/// `L = ln(v/w)`: `−L` is an integral of `G(1/w − 1/v)`, and `1 − w/v = 1 − e^{−L}`.
pub fn log_variance_ratio<S: Scalar>(clock: &Clock<S>, v0: S) -> S {
    (clock.phi.square() * v0 / clock.w).ln_1p()
}

/// An integral of `(G/w)(1 − w/v)ⁿ` for `n ≥ 1`, up to a constant, for every schedule: time falls in the logarithm of the
/// signal-to-noise ratio at the rate `G/w`, and `1 − w/v` is the share of the data in `v`.
pub fn moment_integral<S: Scalar>(n: u32, clock: &Clock<S>, v0: S) -> S {
    -GaussianChannel { s: v0 }.power_integral(n, clock.phi.square() / clock.w)
}

/// `Z^{n−1} (2n−1)!!/2ⁿ ∫_ε^T (G/w)(1 − w/v)ⁿ dt`: the `n`-th moment of `X = Z (w/2)|∇log q_t − ∇log q_{t|0}|²` for a time
/// of density `(G/w)/Z` on `[ε, T]`.
pub fn importance_moment<S: Scalar>(n: u32, law: &TimeLaw<S>, v0: S) -> S {
    let odd = (1..=i64::from(n)).fold(S::one(), |product, k| product * (2 * k - 1) / 2);
    let (first, last) = law.ends();
    let integral = moment_integral(n, &last, v0) - moment_integral(n, &first, v0);
    odd * law.normaliser().powi(n as i32 - 1) * integral
}

/// `(t g²/w · (1 − w/v))² e^{−y}` at `t = ε eʸ`: `1/ε` times its integral over `y` is that of `g⁴(1/w − 1/v)²` over time, and it
/// stays bounded as `t → 0`, where `g²/w` goes like `1/t`.
pub fn uniform_integrand<S: Scalar>(law: &TimeLaw<S>, v0: S, y: S) -> S {
    let t = law.eps * y.exp();
    let clock = law.process.at(t);
    let share = clock.phi.square() * v0 / clock.variance(v0);
    (t * clock.noise / clock.w * share).square() / y.exp()
}

/// The exact score and `∇log q_{t|0}` at `Y = φx + √w ε`, for centred data: two linear forms in `x` and `ε`.
#[derive(Debug, Clone)]
pub struct ScorePair<S> {
    /// The rows are the two scores, the columns `x` and `ε`.
    pub factors: Matrix<S>,
    v0: S,
}

impl<S: Scalar> ScorePair<S> {
    /// At this time, for data `N(0, v₀)`.
    pub fn new(clock: &Clock<S>, v0: S) -> Self {
        let (root, variance) = (clock.w.sqrt(), clock.variance(v0));
        let rows = [[-clock.phi / variance, -root / variance], [S::zero(), -root.recip()]];
        Self { factors: Matrix::from_fn(2, 2, |i, j| rows[i][j]), v0 }
    }

    /// The covariance of the two scores.
    pub fn covariance(&self) -> Matrix<S> {
        let start = Matrix::from_fn(2, 2, |i, j| if i != j { S::zero() } else { [self.v0, S::one()][i] });
        &(&self.factors * &start) * &self.factors.transpose()
    }
}

/// Three losses of one mean but for a constant, as polynomials in the score (0) and `∇log q_{t|0}` (1), where the score has
/// the slope `−1/v`: denoising `½|s − ∇log q_{t|0}|²`, the same without its constant `½|∇log q_{t|0}|²`, implicit `½s² + s′`.
pub fn losses<S: Scalar>(variance: S) -> [GaussianPolynomial<S>; 3] {
    let half = S::ratio(1, 2);
    let [square, cross] = [(half, vec![0, 0]), (-S::one(), vec![0, 1])];
    [
        GaussianPolynomial(vec![square.clone(), cross.clone(), (half, vec![1, 1])]),
        GaussianPolynomial(vec![square.clone(), cross]),
        GaussianPolynomial(vec![square, (-variance.recip(), Vec::new())]),
    ]
}
