//! e^A: closed forms, the group law, stiff and defective matrices, and another library.

use super::exact::{Exact, q, rational};
use super::running::U;
use nalgebra::DMatrix;
use ouracle::numbers::{Ball, Dual, EndPoint, Field, Float, Interval, Matrix, Rational, Scalar};
use proptest::prelude::*;

fn overlap(left: &Matrix<Ball>, right: &Matrix<Ball>) -> bool {
    left.entries().iter().zip(right.entries()).all(|(a, b)| a.is_finite() && b.is_finite() && a.overlaps(b))
}

/// Certified digits of the worst entry, relative to that entry.
fn digits(matrix: &Matrix<Ball>) -> f64 {
    let of = |x: &Ball| {
        if x.is_point() { f64::INFINITY } else { -decades(&(Ball::point(x.radius()) / Ball::point(x.mag()))) }
    };
    matrix.entries().iter().map(of).fold(f64::INFINITY, f64::min)
}

/// `log₁₀ x`, also far outside the range of doubles.
fn decades(x: &Ball) -> f64 {
    (x.ln() / Ball::int(10).ln()).to_f64()
}

fn square(d: usize, largest: i64) -> impl Strategy<Value = Exact> {
    prop::collection::vec(rational(largest), d * d).prop_map(move |e| Exact::from_fn(d, |i, j| e[i * d + j].clone()))
}

/// The 2×2 closed form: `e^{τ} (C + S (A − τ))` with `τ = tr A/2`, `δ² = ((a − d)/2)² + bc`, `C = cosh δ` and `S = sinh δ/δ`, or cosine
/// and sine where `δ² < 0`.
fn closed_form(m: &Exact) -> Matrix<Ball> {
    let half = q("1/2");
    let centre = (&m.0[0][0] + &m.0[1][1]) * &half;
    let difference = (&m.0[0][0] - &m.0[1][1]) * &half;
    let discriminant = &difference * &difference + &m.0[0][1] * &m.0[1][0];
    let (even, odd) = if discriminant == Rational::ZERO {
        (Ball::one(), Ball::one())
    } else if discriminant > Rational::ZERO {
        let delta = Ball::rational(&discriminant).sqrt();
        ((delta.exp() + (-delta).exp()) / 2, (delta.exp() - (-delta).exp()) / (delta * 2))
    } else {
        let delta = Ball::rational(&-discriminant).sqrt();
        (delta.sin_cos().1, delta.sin_cos().0 / delta)
    };
    let factor = Ball::rational(&centre).exp();
    Matrix::from_fn(2, 2, |i, j| {
        let shifted = if i == j { &m.0[i][j] - &centre } else { m.0[i][j].clone() };
        let entry = odd * Ball::rational(&shifted);
        factor * if i == j { even + entry } else { entry }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn two_by_two(m in prop_oneof![square(2, 1), square(2, 30), square(2, 2000)]) {
        let e = m.read::<Ball>().exp();
        prop_assert!(overlap(&e, &closed_form(&m)));
        let narrow = m.read::<Interval<f64>>().exp();
        prop_assert!(narrow.entries().iter().zip(e.entries()).all(|(narrow, wide)| Ball::from(*narrow).overlaps(wide)));
        // det e^A = e^{tr A}
        prop_assert!(e.determinant().overlaps(&m.read::<Ball>().trace().exp()));
    }

    #[test]
    fn group_law(m in prop_oneof![square(1, 5), square(3, 5), square(4, 2)], s in rational(2), t in rational(2)) {
        let a = m.read::<Ball>();
        let at = |t: &Rational| a.scale(Ball::rational(t)).exp();
        prop_assert!(overlap(&at(&(&s + &t)), &(&at(&s) * &at(&t))));
        let product = &at(&s) * &at(&-s.clone());
        prop_assert!(overlap(&product, &Matrix::identity(a.rows())));
        prop_assert!(overlap(&a.transpose().exp(), &a.exp().transpose()));
        prop_assert!(overlap(&(&a * &a.exp()), &(&a.exp() * &a)));
    }

    /// The derivative along a parameter, against the difference quotient of the mean value theorem.
    #[test]
    fn derivatives(m in square(2, 3), direction in square(2, 1)) {
        let h = q("1e-30");
        let (a, b) = (m.read::<Ball>(), direction.read::<Ball>());
        let dual = |t: Ball| Matrix::from_fn(2, 2, |i, j| Dual { re: a[(i, j)] + b[(i, j)] * t, eps: b[(i, j)] }).exp();
        let (start, end) = (a.exp(), Matrix::from_fn(2, 2, |i, j| a[(i, j)] + b[(i, j)] * Ball::rational(&h)).exp());
        let between = dual(Ball::zero().hull(&Ball::rational(&h)));
        for at in 0..4 {
            let at = (at / 2, at % 2);
            prop_assert!((end[at] - start[at]).overlaps(&(between[at].eps * Ball::rational(&h))));
            prop_assert!(between[at].re.overlaps(&start[at]));
        }
    }

    /// In `f64` every entry of `e^A` is a sum of products, so its error is at most `m u` of the same sum of absolute values, which is
    /// `e^{|μ|}·e^{|A − μ|} ≤ e^{2|A|}` entry by entry. A Horner step rounds `d + 2` times, the scaling six times, and a squaring doubles
    /// what went before and adds `d`; the polynomial has at most 17 terms, and what it omits is below `u`. The other library divides two
    /// polynomials of degree 13 by elimination: as many roundings again times the condition of the divisor, which is at most `e^{5.4}`.
    #[test]
    fn double_precision(m in prop_oneof![square(2, 1), square(3, 2), square(4, 1)]) {
        let d = m.dimension();
        let float = m.read::<Float>();
        let (exact, ours) = (m.read::<Ball>().exp(), float.exp());
        let theirs = DMatrix::from_fn(d, d, |i, j| float[(i, j)].0).exp();
        let absolute = m.read::<Ball>().map(|x| Ball::point(x.mag()));
        let sizes = absolute.scale(Ball::int(2)).exp();
        let norm = absolute.entries().iter().fold(0.0, |sum, x| sum + x.to_f64());
        let doublings = norm.log2().ceil().max(0.0) as u32;
        let roundings = (0..doublings).fold(17 * (d + 2) + 7, |before, _| 2 * before + d) as f64;
        for i in 0..d {
            for j in 0..d {
                let allowed = roundings * U * sizes[(i, j)].to_f64() * (1.0 + 1e3 * U * roundings);
                let exact = exact[(i, j)].to_f64();
                prop_assert!((ours[(i, j)].0 - exact).abs() <= allowed, "{i} {j}: {} {exact}", ours[(i, j)]);
                let total: f64 = sizes.entries().iter().map(|x| x.to_f64()).sum();
                let theirs_allowed = 2.0 * 5.4_f64.exp() * roundings * U * total;
                prop_assert!((theirs[(i, j)] - exact).abs() <= theirs_allowed, "{i} {j}: {} {exact}", theirs[(i, j)]);
            }
        }
    }
}

/// Exact results stay exact: zero, and a nilpotent matrix, whose exponential is a finite sum.
#[test]
fn finite_sums() {
    for d in 0..6 {
        let one = Matrix::<Ball>::zeros(d, d).exp();
        assert!(
            one.entries().iter().zip(Matrix::<Ball>::identity(d).entries()).all(|(a, b)| a.is_point() && a.overlaps(b))
        );
        let nilpotent = Matrix::from_fn(d, d, |i, j| if j == i + 1 { Ball::int(3) } else { Ball::zero() }).exp();
        for i in 0..d {
            for j in 0..d {
                let exact = if j < i {
                    Rational::ZERO
                } else {
                    Rational::from(3).pow(j as isize - i as isize) / super::exact::factorial((j - i) as u32)
                };
                assert!(nilpotent[(i, j)].contains(&exact) && nilpotent[(i, j)].radius().to_f64() < 1e-65);
            }
        }
    }
}

/// The hard cases of the moments of a linear SDE: Jordan blocks, stiffness, eigenvalues that nearly agree.
#[test]
fn hard_cases() {
    let jordan = |d: usize, eigenvalue: &str| {
        Exact::from_fn(d, |i, j| {
            if i == j {
                q(eigenvalue)
            } else if j == i + 1 {
                Rational::ONE
            } else {
                Rational::ZERO
            }
        })
    };
    // Jordan blocks: e^λ/k! on the k-th superdiagonal, zero below.
    for (d, eigenvalue) in [(2, "-1940"), (3, "-1940.1"), (4, "-0.3"), (16, "-7/3"), (3, "0")] {
        let e = jordan(d, eigenvalue).read::<Ball>().exp();
        for i in 0..d {
            for j in 0..d {
                let exact = if j < i {
                    Ball::zero()
                } else {
                    Ball::rational(&q(eigenvalue)).exp() / Ball::rational(&super::exact::factorial((j - i) as u32))
                };
                assert!(e[(i, j)].overlaps(&exact) && (j >= i || e[(i, j)].is_point()), "{d} {eigenvalue} {i} {j}");
            }
        }
        let found = digits(&e);
        println!("Jordan block of dimension {d}, eigenvalue {eigenvalue}: {found:.1} digits");
        assert!(found > 60.0);
    }
    // Diagonal: as good as numbers, however far apart.
    let spread = ["-1940", "-1e-4", "-2e-4", "3"];
    let diagonal = Exact::from_fn(4, |i, j| if i == j { q(spread[i]) } else { Rational::ZERO }).read::<Ball>().exp();
    for (i, eigenvalue) in spread.iter().enumerate() {
        assert!(diagonal[(i, i)].overlaps(&Ball::rational(&q(eigenvalue)).exp()));
    }
    println!("diagonal from -1940 to 3: {:.1} digits", digits(&diagonal));
    assert!(digits(&diagonal) > 60.0);
    // Full 2×2 matrices S diag(λ, μ) S⁻¹: stiff, nearly equal eigenvalues, both.
    for (name, first, second) in
        [("stiff", "-1940", "-0.001"), ("equal to 1e-4", "-2", "-2.0001"), ("both stiff", "-1940", "-1940.0001")]
    {
        let s = Exact(vec![vec![q("1"), q("2")], vec![q("3/4"), q("-1/3")]]);
        let (_, inverse) = s.determinant_and_inverse();
        let spectrum = Exact(vec![vec![q(first), Rational::ZERO], vec![Rational::ZERO, q(second)]]);
        let m = s.times(&spectrum).times(&inverse.unwrap_or_else(|| unreachable!("invertible by inspection")));
        let e = m.read::<Ball>().exp();
        let exponentials =
            Matrix::from_fn(
                2,
                2,
                |i, j| if i == j { Ball::rational(&q([first, second][i])).exp() } else { Ball::zero() },
            );
        let (s, back) = (s.read::<Ball>(), s.determinant_and_inverse().1.map(|inverse| inverse.read::<Ball>()));
        let Some(back) = back else { unreachable!("invertible by inspection") };
        assert!(overlap(&e, &(&(&s * &exponentials) * &back)), "{name}");
        assert!(overlap(&e, &closed_form(&m)), "{name}");
        println!("{name}: {:.1} digits", digits(&e));
        assert!(digits(&e) > 60.0, "{name}: {}", digits(&e));
    }
    // Sixteen states in a chain, stiff by a factor of 2000: a Markov generator, whose rows sum to zero and exponentials to one.
    let rate = |i: usize| q(["2000", "1/8", "30", "1"][i % 4]);
    let chain = Exact::from_fn(16, |i, j| match j {
        _ if j == (i + 1) % 16 => rate(i),
        _ if (j + 1) % 16 == i => rate(i) / Rational::from(3),
        _ if i == j => -(rate(i) * q("4/3")),
        _ => Rational::ZERO,
    });
    let e = chain.read::<Ball>().exp();
    for i in 0..16 {
        let sum = (0..16).fold(Ball::zero(), |sum, j| sum + e[(i, j)]);
        assert!(sum.contains(&Rational::ONE) && sum.radius().to_f64() < 1e-50);
    }
    println!("chain of sixteen: {:.1} digits", digits(&e));
    assert!(digits(&e) > 40.0, "{}", digits(&e));
}

#[test]
fn out_of_reach_is_the_whole_line() {
    for entry in [Ball::whole(), Ball::rational(&q("1e400")), Ball::rational(&q("1e100"))] {
        let e = Matrix::from_fn(2, 2, |i, _| if i == 0 { entry } else { Ball::one() }).exp();
        assert!(
            e.entries().iter().all(|x| x.contains(&Rational::ONE) || !x.is_finite() || x.radius() > x.mag()),
            "{e:?}"
        );
    }
    let wide = Ball::int(-1).hull(&Ball::one());
    let e = Matrix::from_fn(2, 2, |_, _| wide).exp();
    // [[0, 0], [0, 0]] and [[1, 1], [1, 1]] are both inside: (1 + e²)/2 = 4.19….
    assert!(
        e[(0, 0)].contains(&Rational::ONE)
            && e[(0, 0)].overlaps(&((Ball::int(2).exp() + 1) / 2))
            && e[(0, 0)].is_finite()
    );
}
