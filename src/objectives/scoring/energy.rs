//! Mean lengths of Gaussian vectors, of which the energy score `E‖X − y‖ − ½ E‖X − X′‖` is made.

use crate::numbers::{Ball, EndPoint, Field, OverLine, Panel, Scalar, arctan, integrate};

/// `E‖N(d, diag l)‖`, from the eigenvalues `l > 0` of a covariance and the shift `d` in their basis, to about so many significant digits.
///
/// `1/r = 2/√π ∫₀^∞ e^{−u²r²} du` and `r = r²/r` give, with the transform `E e^{−t‖X‖²}` and its derivative at `t = u²`,
/// `2/√π ∫₀^∞ Σⱼ [lⱼ/(1 + 2tlⱼ) + dⱼ²/(1 + 2tlⱼ)²] Πⱼ (1 + 2tlⱼ)^{−1/2} e^{−tdⱼ²/(1 + 2tlⱼ)} du`,
/// where nothing cancels and no end is singular. With `u = tan θ/√(2s)`, `s = E‖X‖²`, the range is a quarter turn.
pub fn expected_norm(eigenvalues: &[Ball], shift: &[Ball], digits: usize) -> Ball {
    let square = eigenvalues.iter().zip(shift).fold(Ball::zero(), |sum, (l, d)| sum + *l + d.square());
    let axes: Vec<_> = eigenvalues.iter().zip(shift).map(|(l, d)| (*l / square, d.square() / square)).collect();
    // In units of √s the integral is between √(2/π) and 1.
    let radius = 10_f64.powi(-(digits.min(60) as i32) - 1);
    let (end, rest) = far_end(&axes, radius / 4.0);
    let over = |angle: Panel| inverse_length(&axes, angle);
    let turn = integrate(&|angle| inverse_length(&axes, angle), &over, Ball::zero(), end, radius / 2.0) + rest;
    turn * (square * 2 / Ball::pi()).sqrt()
}

/// `E‖X − y‖ − ½ E‖X − X′‖` from the eigenvalues of `C` and the shift `m − y` in their basis; `X − X′` has the covariance `2C`.
pub fn energy_score(eigenvalues: &[Ball], shift: &[Ball], digits: usize) -> Ball {
    let wide: Vec<_> = eigenvalues.iter().map(|l| *l * 2).collect();
    let still = vec![Ball::zero(); shift.len()];
    expected_norm(eigenvalues, shift, digits) - expected_norm(&wide, &still, digits) / 2
}

/// Where to end, and an enclosure of what is left out. Of a law far from the origin nearly nothing is at large angles, where the
/// exponent is too steep for panels.
///
/// With `D = cos² + l sin²` and `l ≤ 1`, `l/D ≤ 1` and `d² cos²/D² ≤ d²/D ≤ d²/l`; the factors of the product are at most 1, and its exponent
/// `−½ Σ d² t²/(1 + l t²)`, `t = tan θ`, only falls.
fn far_end(axes: &[(Ball, Ball)], radius: f64) -> (Ball, Ball) {
    let quarter = Ball::pi() / 2;
    let largest = axes.iter().fold(Ball::zero(), |sum, (l, d_square)| sum + 1 + *d_square / *l) * quarter;
    let left_out = |tangent: Ball| {
        let square = tangent.square();
        let exponent =
            axes.iter().fold(Ball::zero(), |sum, (l, d_square)| sum + *d_square * square / (*l * square + 1));
        largest * (-exponent / 2).exp()
    };
    let mut tangents = (2..12).map(|doublings| Ball::int(1 << doublings));
    match tangents.find(|tangent| left_out(*tangent).hi().to_f64() <= radius) {
        Some(tangent) => (arctan(tangent), Ball::zero().hull(&left_out(tangent))),
        None => (quarter, Ball::zero()),
    }
}

/// The integrand over the angle, for eigenvalues and squared shifts in units of the mean square.
fn inverse_length<S: OverLine>(axes: &[(Ball, Ball)], angle: S) -> S {
    let (sin, cos) = angle.sin_cos();
    let (sin_square, cos_square) = (sin.square(), cos.square());
    let (sum, product) = axes.iter().fold((S::zero(), S::one()), |(sum, product), (l, d_square)| {
        let [l, d_square] = [l, d_square].map(|x| S::enclosed(*x));
        let spread = cos_square + l * sin_square;
        let transform = cos / spread.sqrt() * (-d_square * sin_square / spread / 2).exp();
        (sum + l / spread + d_square * cos_square / spread.square(), product * transform)
    });
    sum * product
}

/// `E‖N(0, v I)‖ = √(2v) Γ((d + 1)/2)/Γ(d/2)` in `d` dimensions: the quotient `r` of the two is `1/√π` in one, and `d/(2r)` in `d + 1`.
pub fn isotropic_norm<S: Scalar>(variance: S, d: u32) -> S {
    let first = S::pi().sqrt().recip();
    (1..d).fold(first, |ratio, d| S::int(d.into()) / (ratio * 2)) * (variance * 2).sqrt()
}
