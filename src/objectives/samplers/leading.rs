//! To leading order in the length of a step, how far `N` steps of a solver are from the exact flow.

use crate::numbers::Scalar;

/// `G` with `lim (N/Λ)^p ln(A_N/A_ex) = G(u_N) − G(u_0)` on a grid uniform in `λ`, where `u = s/(s + n²)` is the share of the data in
/// the variance of `y`, and `c_p = 2u(1 − u) G′(u)` the coefficient of `h^{p+1}` in the error of a step.
#[derive(Debug, Clone, Copy)]
pub struct LeadingError {
    /// The order `p`.
    pub order: usize,
    /// The coefficients of `u`, `u²`, `u³` in `G`, over a common divisor.
    coefficients: [i64; 3],
    divisor: i64,
    /// Whether the error of the usual start, of order one, adds to the leading order.
    pub starts_low: bool,
}

impl LeadingError {
    /// Of one of the names of [`SOLVERS`](super::SOLVERS), each step with its full order.
    pub fn named(name: &str) -> Self {
        let (order, coefficients, divisor) = match name {
            "dpm-solver-2" => (2, [1, 0, 0], 16),
            "dpm-solver-3" => (3, [0, 11, -10], 864),
            "dpm-solver++2s" => (2, [-1, 0, 0], 16),
            "dpm-solver++3s" => (3, [-8, 19, -10], 864),
            "dpm-solver++2m" => (2, [-4, 5, 0], 16),
            "dpm-solver++3m-as-circulated" => (2, [-2, 3, 0], 48),
            "dpm-solver++3m" => (3, [-3, 18, -15], 16),
            _ => (1, [-1, 0, 0], 4),
        };
        let starts_low = matches!(name, "dpm-solver++2m" | "dpm-solver++3m-as-circulated" | "dpm-solver++3m");
        Self { order, coefficients, divisor, starts_low }
    }

    /// `G(u)`.
    pub fn potential<S: Scalar>(&self, u: S) -> S {
        let [one, two, three] = self.coefficients;
        u * (u * (u * three + two) + one) / self.divisor
    }

    /// `G(u) − G(v)`, given `u`, `v`, `1 − u` and `u − v`: nothing cancels where `u` and `v` are nearly the same, or `u` is nearly 1 and
    /// `v` nearly 0. There `Σ c_k u^k = (Σ c_k) u − u(1 − u)(c_2 + c_3 + c_3 u)` is what tells a sum of zero.
    pub fn increment<S: Scalar>(&self, u: S, v: S, rest: S, difference: S) -> S {
        let [one, two, three] = self.coefficients;
        let slope = if one + two + three == 0 {
            -(rest - v) * (u * three + two + three) - v * (S::int(1) - v) * three
        } else {
            (u.square() + u * v + v.square()) * three + (u + v) * two + one
        };
        difference * slope / self.divisor
    }
}

/// `−½u_0(1 − u_0)`, by which a first step of order one is off, in units of `h²`: on top of the errors of all other steps.
pub fn start_coefficient<S: Scalar>(u: S, rest: S) -> S {
    -u * rest / 2
}
