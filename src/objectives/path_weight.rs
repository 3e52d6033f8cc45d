//! Weights of Brownian paths whose exponent is quadratic: Girsanov densities, Cameron–Martin functionals, Mehler's kernel.
//! Sources: `girsanov1960`, `cameron1945`, `mehler1866`.

use crate::numbers::{Field, Scalar};

/// The weight `exp(−(d/σ²)∫Y dY − ½(ν²/σ²)∫Y² dt)` over Brownian paths `dY = σ dB`, the first integral Itô's.
///
/// `d = ν = k` gives the density of `dY = −kY dt + σ dB` against them, and `d = κ`, `ν² = κ² + γ²σ²` that density times
/// `e^{−½γ²∫Y²}`. As `∫Y dY = ½(Y_T² − Y_0² − σ²T)`, everything is Gaussian, hyperbolic in `ν`, and the same for `−ν`.
///
/// What is kept is `ν − d`, which a difference would lose: it is zero for a density. Nothing below cancels if `ν` has the sign
/// of `d`.
#[derive(Debug, Clone, Copy)]
pub struct PathWeight<S> {
    /// The squared diffusion coefficient `σ²`.
    pub noise: S,
    /// `d`, a rate of mean reversion of either sign.
    pub pull: S,
    /// `ν − d`.
    pub excess: S,
}

impl<S: Scalar> PathWeight<S> {
    /// The weight with this `d` and this `ν`.
    pub fn new(noise: S, pull: S, frequency: S) -> Self {
        Self { noise, pull, excess: frequency - pull }
    }

    /// `dP_k/dP_0`, the density of the Ornstein–Uhlenbeck law.
    pub fn density(rate: S, noise: S) -> Self {
        Self { noise, pull: rate, excess: S::zero() }
    }

    /// The density times `exp(−½·killing·∫Y² dt)`: expectations over Ornstein–Uhlenbeck paths, `killing = γ²`.
    pub fn killed(rate: S, noise: S, killing: S) -> Self {
        Self::new(noise, rate, (rate.square() + killing * noise).sqrt())
    }

    /// The square of the weight.
    pub fn squared(&self) -> Self {
        Self::new(self.noise, self.pull * 2, self.frequency() * S::int(2).sqrt())
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> PathWeight<R> {
        PathWeight { noise: f(self.noise), pull: f(self.pull), excess: f(self.excess) }
    }

    /// `ν`.
    fn frequency(&self) -> S {
        self.pull + self.excess
    }

    /// `e^{−ντ} sinh(ντ)/ν`, also for `ν = 0`.
    fn decayed_sinh(&self, time: S) -> S {
        time * (-self.frequency() * time * 2).phi(1)
    }

    /// `D − 1` for `D = e^{−ντ}(cosh ντ + (d + cσ²) sinh(ντ)/ν)`, `c` the tilt: the tilted expectation is finite as long as `D`
    /// stays positive.
    fn growth(&self, time: S, tilt: S) -> S {
        (tilt * self.noise - self.excess) * self.decayed_sinh(time)
    }

    /// `D`.
    pub fn determinant(&self, time: S, tilt: S) -> S {
        self.growth(time, tilt) + 1
    }

    /// `log E[weight · e^{−½cY²} | Y = y at the start]` over a time `τ`, `c` the tilt, as a quadratic in `y`.
    pub fn log_expectation(&self, time: S, tilt: S) -> LogQuadratic<S> {
        let (sinh, decay) = (self.decayed_sinh(time), (-self.frequency() * time * 2).exp());
        let energy = self.excess * (self.pull * 2 + self.excess);
        let pulled = energy * sinh / self.noise + tilt * (self.excess * sinh + decay);
        LogQuadratic {
            constant: -(self.excess * time + self.growth(time, tilt).ln_1p()) / 2,
            curvature: -pulled / self.determinant(time, tilt),
        }
    }

    /// `log E[weight; Y_τ ∈ dy′ | Y_0 = y]/dy′`: Mehler's kernel. For a density it is the transition density.
    pub fn kernel(&self, time: S) -> Kernel<S> {
        let z = self.frequency() * time;
        let sinh = self.decayed_sinh(time);
        // ν tanh(ντ/2) = (cosh ντ − 1) ν/sinh ντ, where 2e^{−z}(cosh z − 1) = (1 − e^{−z})².
        let tanh = (z * (-z).phi(1)).square() / (sinh * 2);
        Kernel {
            constant: -(self.excess * time + (S::pi() * self.noise * sinh * 2).ln()) / 2,
            start: (self.pull - tanh) / self.noise,
            end: -(self.pull + tanh) / self.noise,
            cross: (-z).exp() / (self.noise * sinh),
        }
    }

    /// `log E[weight | Y_0 = y, Y_τ = y′]` under the law with this density, of which `self` is the density times a weight.
    pub fn given_ends(&self, law: &Self, time: S) -> Kernel<S> {
        self.kernel(time).plus(&law.kernel(time).power(-1))
    }
}

/// The exponent `constant + ½ curvature·y²`.
#[derive(Debug, Clone, Copy)]
pub struct LogQuadratic<S> {
    /// At `y = 0`.
    pub constant: S,
    /// The second derivative.
    pub curvature: S,
}

impl<S: Field> LogQuadratic<S> {
    /// The exponent at `y`.
    pub fn value(&self, y: S) -> S {
        self.constant + self.curvature * y.square() / 2
    }
}

/// The exponent `constant + ½ start·y² + ½ end·y′² − ½ cross·(y − y′)²`: nothing cancels where `y′` is near `y`.
#[derive(Debug, Clone, Copy)]
pub struct Kernel<S> {
    /// At the origin.
    pub constant: S,
    /// Coefficient of the start.
    pub start: S,
    /// Coefficient of the end.
    pub end: S,
    /// Coefficient of the way between them.
    pub cross: S,
}

impl<S: Field> Kernel<S> {
    /// The exponent at a start and an end.
    pub fn value(&self, y: S, end: S) -> S {
        self.constant + (self.start * y.square() + self.end * end.square() - self.cross * (y - end).square()) / 2
    }

    /// `n` times the exponent.
    pub fn power(&self, n: i64) -> Self {
        self.map(|c| c * n)
    }

    /// The sum of two exponents.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            constant: self.constant + other.constant,
            start: self.start + other.start,
            end: self.end + other.end,
            cross: self.cross + other.cross,
        }
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Kernel<R> {
        Kernel { constant: f(self.constant), start: f(self.start), end: f(self.end), cross: f(self.cross) }
    }
}

impl<S: Scalar> Kernel<S> {
    /// `log ∫ e^{this(y, u) + next(u, y′)} du`: two kernels one after the other, finite as long as
    /// `cross − end + next.cross − next.start > 0`.
    pub fn then(&self, next: &Self) -> Self {
        let middle = self.end + next.start;
        let total = self.cross + next.cross - middle;
        Self {
            constant: self.constant + next.constant + (S::pi() * 2 / total).ln() / 2,
            start: self.start + self.cross * middle / total,
            end: next.end + next.cross * middle / total,
            cross: self.cross * next.cross / total,
        }
    }

    /// `log ∫ e^{this(y, u) + later(u)} du`: one step of a backward recursion.
    pub fn before(&self, later: &LogQuadratic<S>) -> LogQuadratic<S> {
        let zero = S::zero();
        let next = Self { constant: later.constant, start: later.curvature, end: zero, cross: zero };
        let Self { constant, start, .. } = self.then(&next);
        LogQuadratic { constant, curvature: start }
    }
}
