//! How far `f64` results may lie from the truth: Wilkinson's running error analysis.
//!
//! `u = 2⁻⁵³`. Every result `ẑ` of [`Float`] comes with a bound `e` of its distance from the exact value: an operation rounds
//! by at most `u|ẑ|`, and what the operands are off by passes through it as stated in each line. So the tolerance of a law in
//! `f64` is what its own operations can lose, and nothing is chosen. `Dual<Running>` bounds the errors of derivatives likewise.

use ouracle::numbers::{Field, Float, Rational, Scalar};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Half the distance from 1 to the next number.
pub const U: f64 = f64::EPSILON / 2.0;

/// A result with a bound of its error.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    pub value: Float,
    pub error: f64,
}

impl Running {
    /// A rounded result whose operands cause an error of `passed`. The last factor pays for the rounding of the bound itself:
    /// no line below has more than twelve operations, all between positive numbers.
    fn new(value: Float, passed: f64) -> Self {
        Self { value, error: (passed + U * value.0.abs() + f64::from_bits(1)) * (1.0 + 16.0 * U) }
    }

    /// Whether both may be the same number; `None` if the bounds say nothing.
    pub fn same(self, other: Self) -> Option<bool> {
        let allowed = self.error + other.error;
        allowed.is_finite().then(|| (self.value.0 - other.value.0).abs() <= allowed * (1.0 + 4.0 * U))
    }
}

impl Neg for Running {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, ..self }
    }
}
impl Add for Running {
    type Output = Self;
    fn add(self, b: Self) -> Self {
        Self::new(self.value + b.value, self.error + b.error)
    }
}
impl Sub for Running {
    type Output = Self;
    fn sub(self, b: Self) -> Self {
        Self::new(self.value - b.value, self.error + b.error)
    }
}
impl Mul for Running {
    type Output = Self;
    fn mul(self, b: Self) -> Self {
        let (x, y) = (self.value.0.abs(), b.value.0.abs());
        Self::new(self.value * b.value, x * b.error + y * self.error + self.error * b.error)
    }
}
impl Div for Running {
    type Output = Self;
    /// `|x/y − x̂/ŷ| = |(x − x̂) − (x̂/ŷ)(y − ŷ)|/|y|`, `|y| ≥ |ŷ| − e`.
    fn div(self, b: Self) -> Self {
        let quotient = self.value / b.value;
        let least = b.value.0.abs() - b.error;
        let passed = (self.error + quotient.0.abs() * b.error) / least;
        Self::new(quotient, if least > 0.0 { passed } else { f64::INFINITY })
    }
}
macro_rules! integers {
    ($($trait:ident $method:ident),+) => {$(
        impl $trait<i64> for Running {
            type Output = Self;
            fn $method(self, n: i64) -> Self {
                let wide = $trait::$method(self, Self::int(n));
                Self { value: $trait::$method(self.value, n), ..wide }
            }
        }
    )+};
}
integers!(Add add, Sub sub, Mul mul, Div div);

impl Field for Running {
    fn rational(q: &Rational) -> Self {
        Self::new(Float::rational(q), 0.0)
    }
    fn int(n: i64) -> Self {
        if n.unsigned_abs() >> 53 == 0 {
            Self { value: Float::int(n), error: 0.0 }
        } else {
            Self::new(Float::int(n), 0.0)
        }
    }
}

impl Scalar for Running {
    fn pi() -> Self {
        Self::new(Float::pi(), 0.0)
    }
    /// `|eˣ − e^x̂| ≤ e^x̂ (e^e − 1)`.
    fn exp(self) -> Self {
        let value = self.value.exp();
        Self::new(value, value.0 * Float(self.error).exp_m1().0)
    }
    fn exp_m1(self) -> Self {
        Self::new(self.value.exp_m1(), self.value.exp().0 * Float(self.error).exp_m1().0)
    }
    /// `|ln x − ln x̂| ≤ −ln(1 − e/x̂)`.
    fn ln(self) -> Self {
        Self::new(self.value.ln(), logarithmic(self.error / self.value.0))
    }
    fn ln_1p(self) -> Self {
        Self::new(self.value.ln_1p(), logarithmic(self.error / (self.value.0 + 1.0)))
    }
    /// `|√x − √x̂| = |x − x̂|/(√x + √x̂) ≤ e/√x̂`.
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        Self::new(root, if self.error == 0.0 { 0.0 } else { self.error / root.0 })
    }
    /// Neither changes faster than its argument.
    fn sin_cos(self) -> (Self, Self) {
        let (sin, cos) = self.value.sin_cos();
        (Self::new(sin, self.error), Self::new(cos, self.error))
    }
    /// No more sensitive than its arguments together; three roundings, of which the last is of the sum.
    fn log_add_exp(self, other: Self) -> Self {
        let value = self.value.log_add_exp(other.value);
        let distance = (self.value.0 - other.value.0).abs();
        // The difference errs by u of itself, which e^{−d} ≤ 1/(1 + d) damps to u; exp and ln_1p add as much each.
        let inner = if distance.is_finite() { 3.0 * U } else { 0.0 };
        Self::new(value, self.error + other.error + inner)
    }
    /// The slope is at most 1/4; exp, sum and quotient round once each.
    fn logistic(self) -> Self {
        let value = self.value.logistic();
        Self::new(value, (self.error / 4.0).min(1.0) + 3.0 * U * value.0)
    }
    /// `φₖ′ ≤ φₖ`, hence `|φₖ(z) − φₖ(ẑ)| ≤ e eᵉ φₖ(ẑ)`; and what the algorithm of [`Float`] rounds.
    fn phi(self, k: u32) -> Self {
        let value = self.value.phi(k);
        let passed = self.error * Float(self.error).exp().0 * value.0.abs();
        Self::new(value, passed + phi_rounding(self.value.0, k, value.0))
    }
}

fn logarithmic(relative: f64) -> f64 {
    if (0.0..1.0).contains(&relative) { -Float(-relative).ln_1p().0 } else { f64::INFINITY }
}

/// What `Float::phi` loses at an exact argument.
///
/// Series, `|z| ≤ max(k/2, 1)`: in `s = 1 + s′ z/(k+n)` the ratio is below 1/2, `|s| ≤ 2`, and three roundings add at most `4u`, so that
/// `s` errs by `8u` altogether; `s ≥ 1/2` makes that `16u` of it; the omitted terms are below `u/4`, and each division by a factor of
/// `k!` adds `u`. Recurrence: `φⱼ₊₁ = (φⱼ − 1/j!)/z` passes the errors of both on, divided by `|z|`, and rounds twice.
fn phi_rounding(z: f64, k: u32, value: f64) -> f64 {
    if k == 0 {
        return U * value;
    }
    if k > 1 && z.abs() <= f64::from(k / 2).max(1.0) || z == 0.0 {
        return U * f64::from(18 + k) * value.abs();
    }
    let mut phi = core_math_expm1(z) / z;
    let mut error = 2.0 * U * phi.abs();
    let mut inverse_factorial = 1.0;
    for j in 1..k {
        inverse_factorial /= f64::from(j);
        let difference = phi - inverse_factorial;
        error = (error + U * (f64::from(j) * inverse_factorial + difference.abs())) / z.abs();
        phi = difference / z;
        error += U * phi.abs();
    }
    error
}

fn core_math_expm1(z: f64) -> f64 {
    Float(z).exp_m1().0
}
