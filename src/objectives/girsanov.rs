//! Girsanov weights of Ornstein–Uhlenbeck paths against Brownian motion: moments in closed form. Source: `girsanov1960`.

use crate::numbers::{Field, Scalar};

/// The weight `exp(−p∫θ dB − ½r²∫θ² dt)` with `θ = kY/σ`, over Brownian paths `dY = σ dB`.
///
/// `p = r = 1` gives the density of `dY = −kY dt + σ dB` against them; its square has `p = 2`, `r = √2`. As
/// `∫Y dY = ½(Y_T² − Y_0² − σ²T)`, everything is Gaussian, and hyperbolic in `ν = rk`.
#[derive(Debug, Clone, Copy)]
pub struct PathWeight<S> {
    /// The rate `k`, of either sign.
    pub rate: S,
    /// The squared diffusion coefficient `σ²`.
    pub noise: S,
    /// `p`, the coefficient of the Itô integral.
    pub ito: S,
    /// `r`, the root of twice the coefficient of the energy.
    pub root: S,
}

impl<S: Scalar> PathWeight<S> {
    /// `dP_k/dP_0`, the density of the Ornstein–Uhlenbeck law.
    pub fn density(rate: S, noise: S) -> Self {
        Self { rate, noise, ito: S::one(), root: S::one() }
    }

    /// The square of the weight.
    pub fn squared(&self) -> Self {
        Self { ito: self.ito * 2, root: self.root * S::int(2).sqrt(), ..*self }
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> PathWeight<R> {
        PathWeight { rate: f(self.rate), noise: f(self.noise), ito: f(self.ito), root: f(self.root) }
    }

    /// `(cosh ντ, sinh(ντ)/ν)`, also for `ν = 0`.
    fn hyperbolic(&self, time: S) -> (S, S) {
        let z = self.root * self.rate * time;
        ((z.exp() + (-z).exp()) / 2, time * (-z).exp() * (z * 2).phi(1))
    }

    /// `D = cosh ντ + (pk + cσ²) sinh(ντ)/ν`: the tilted expectation is finite as long as this stays positive.
    pub fn determinant(&self, time: S, tilt: S) -> S {
        let (cosh, sinh) = self.hyperbolic(time);
        cosh + (self.ito * self.rate + tilt * self.noise) * sinh
    }

    /// `log E[weight · e^{−½cY²} | Y = y at the start]` over a time `τ`, `c` the tilt, as a quadratic in `y`:
    /// `½pkτ − ½ ln D + ½y²(pk − D′/D)/σ²`.
    pub fn log_expectation(&self, time: S, tilt: S) -> LogQuadratic<S> {
        let drift = self.ito * self.rate;
        let (cosh, sinh) = self.hyperbolic(time);
        let determinant = self.determinant(time, tilt);
        let change = (self.root * self.rate).square() * sinh + (drift + tilt * self.noise) * cosh;
        LogQuadratic {
            constant: (drift * time - determinant.ln()) / 2,
            curvature: (drift - change / determinant) / self.noise,
        }
    }

    /// `log E[weight | Y_0 = y, Y_h = y′]` of one segment: Mehler's kernel over the Gaussian one.
    pub fn segment(&self, time: S) -> Segment<S> {
        let (cosh, sinh) = self.hyperbolic(time);
        let (brownian, mehler) = ((self.noise * time).recip(), (self.noise * sinh).recip());
        let (diagonal, drift) = (brownian - mehler * cosh, self.ito * self.rate);
        Segment {
            constant: ((time / sinh).ln() + drift * time) / 2,
            start: diagonal + drift / self.noise,
            cross: mehler - brownian,
            end: diagonal - drift / self.noise,
        }
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

/// The exponent `constant + ½ start·y² + cross·yy′ + ½ end·y′²`.
#[derive(Debug, Clone, Copy)]
pub struct Segment<S> {
    /// At the origin.
    pub constant: S,
    /// Second derivative in the start `y`.
    pub start: S,
    /// Mixed derivative.
    pub cross: S,
    /// Second derivative in the end `y′`.
    pub end: S,
}

impl<S: Field> Segment<S> {
    /// The exponent at a start and an end.
    pub fn value(&self, y: S, end: S) -> S {
        self.constant + (self.start * y + self.cross * end * 2) * y / 2 + self.end * end.square() / 2
    }

    /// `n` times the exponent.
    pub fn power(&self, n: i64) -> Self {
        self.map(|c| c * n)
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Segment<R> {
        Segment { constant: f(self.constant), start: f(self.start), cross: f(self.cross), end: f(self.end) }
    }
}

impl<S: Scalar> Segment<S> {
    /// `log E[e^{this + later(Y′)} | Y = y]` for a Brownian step of this variance: one step of a backward recursion, finite
    /// as long as `1/variance − end − later.curvature > 0`.
    pub fn before(&self, variance: S, later: &LogQuadratic<S>) -> LogQuadratic<S> {
        let precision = variance.recip();
        let total = precision - self.end - later.curvature;
        LogQuadratic {
            constant: self.constant + later.constant - (total * variance).ln() / 2,
            curvature: self.start - precision + (precision + self.cross).square() / total,
        }
    }
}
