//! Determinants, inverses and factors against exact elimination, and in `f64` against another library.

use super::exact::{Exact, rational};
use super::running::{Running, U};
use nalgebra::DMatrix;
use ouracle::numbers::{Ball, EndPoint, Expr, Field, Float, Matrix, Proof, Rational, Vector};
use proptest::prelude::*;

fn square(d: usize) -> impl Strategy<Value = Exact> {
    prop::collection::vec(rational(4), d * d).prop_map(move |e| Exact::from_fn(d, |i, j| e[i * d + j].clone()))
}

/// `G Gᵀ + I/16`: positive definite, whatever `G`.
fn positive(d: usize) -> impl Strategy<Value = Exact> {
    square(d).prop_map(move |g| {
        let product = g.times(&g.transpose());
        let ridge = Rational::ONE / Rational::from(16);
        Exact::from_fn(d, |i, j| if i == j { &product.0[i][j] + &ridge } else { product.0[i][j].clone() })
    })
}

fn contains(matrix: &Matrix<Ball>, exact: &Exact) -> bool {
    let d = exact.dimension();
    (0..d * d).all(|at| matrix[(at / d, at % d)].contains(&exact.0[at / d][at % d]))
}

/// Whether rounding explains the distance of each `f64` entry from the exact one.
fn within(matrix: &Matrix<Running>, exact: &Exact) -> bool {
    let d = exact.dimension();
    (0..d * d).all(|at| {
        let (entry, exact) = (matrix[(at / d, at % d)], Running::rational(&exact.0[at / d][at % d]));
        entry.same(exact).unwrap_or(true)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn determinant_and_adjugate(m in prop_oneof![square(1), square(2), square(3), square(4)]) {
        let (determinant, inverse) = m.determinant_and_inverse();
        let (ball, float) = (m.read::<Ball>(), m.read::<Running>());
        prop_assert!(ball.determinant().contains(&determinant));
        prop_assert!(ball.transpose().determinant().contains(&determinant));
        prop_assert!(float.determinant().same(Running::rational(&determinant)) == Some(true));
        let d = m.dimension();
        let scalar = Exact::from_fn(d, |i, j| if i == j { determinant.clone() } else { Rational::ZERO });
        prop_assert!(contains(&(&ball * &ball.adjugate()), &scalar) && contains(&(&ball.adjugate() * &ball), &scalar));
        if let Some(inverse) = inverse {
            let scaled = Exact::from_fn(d, |i, j| &inverse.0[i][j] * &determinant);
            prop_assert!(contains(&ball.adjugate(), &scaled) && within(&float.adjugate(), &scaled));
        }
    }

    #[test]
    fn products(a in square(3), b in square(3)) {
        let (x, y) = (a.read::<Ball>(), b.read::<Ball>());
        prop_assert!(contains(&(&x * &y), &a.times(&b)));
        prop_assert!(contains(&(&y.transpose() * &x.transpose()).transpose(), &a.times(&b)));
        let (da, db) = (a.determinant_and_inverse().0, b.determinant_and_inverse().0);
        prop_assert!((&x * &y).determinant().contains(&(da * db)));
        prop_assert!((&x * &y).trace().overlaps(&(&y * &x).trace()));
        prop_assert!(within(&(&a.read::<Running>() * &b.read::<Running>()), &a.times(&b)));
        let (u, v) = (Vector(x.entries()[..3].to_vec()), Vector(y.entries()[3..6].to_vec()));
        prop_assert!(x.bilinear(&u, &v).overlaps(&x.transpose().bilinear(&v, &u)));
        prop_assert!((&x * &u.outer(&v)).trace().overlaps(&x.bilinear(&v, &u)));
    }

    #[test]
    fn positive_matrices(m in prop_oneof![positive(1), positive(2), positive(3), positive(5)]) {
        let (determinant, Some(inverse)) = m.determinant_and_inverse() else { unreachable!("positive definite") };
        let ball = m.read::<Ball>();
        let d = m.dimension();
        let (lower, pivots) = ball.ldl();
        let diagonal = Matrix::from_fn(d, d, |i, j| if i == j { pivots[i] } else { Ball::zero() });
        prop_assert!(pivots.0.iter().all(|pivot| pivot.certainly_positive()));
        prop_assert!(pivots.0.iter().fold(Ball::one(), |product, pivot| product * *pivot).contains(&determinant));
        prop_assert!((0..d).all(|i| (i..d).all(|j| lower[(i, j)].contains(&Rational::from(u8::from(i == j))))));
        prop_assert!(contains(&(&(&lower * &diagonal) * &lower.transpose()), &m));
        prop_assert!(contains(&ball.symmetric_inverse(), &inverse) && within(&m.read::<Running>().symmetric_inverse(), &inverse));
        prop_assert!(ball.symmetric_inverse().entries().iter().all(|x| x.radius().to_f64() < 1e-40 * (1.0 + x.to_f64().abs())));
        let factor = ball.cholesky();
        prop_assert!(contains(&(&factor * &factor.transpose()), &m));
        let float = m.read::<Running>().cholesky();
        prop_assert!(within(&(&float * &float.transpose()), &m));
    }

    /// Two implementations in `f64`. A Cholesky solve is exact for a matrix within `4d(3d + 1)u‖M‖` of the given one (Higham,
    /// *Accuracy and Stability*, 10.1), and so is one by LDLᵀ up to the same constant; hence both inverses are within `c u κ ‖M⁻¹‖`,
    /// with `c = 4d(3d + 1)`, and twice that as long as `c u κ ≤ 1/2`.
    #[test]
    fn another_library_agrees(m in prop_oneof![positive(2), positive(4), positive(7)]) {
        let d = m.dimension();
        let ours = m.read::<Float>();
        let theirs = DMatrix::from_fn(d, d, |i, j| ours[(i, j)].0);
        let singular = theirs.singular_values();
        let condition = singular.max() / singular.min();
        let constant = (4 * d * (3 * d + 1)) as f64 * U * condition;
        prop_assume!(constant <= 0.5);
        let inverse = theirs.clone().cholesky().map(|factor| factor.inverse());
        let Some(inverse) = inverse else { return Err(TestCaseError::fail("positive definite, but no factor")) };
        let ours = ours.symmetric_inverse();
        let allowed = 4.0 * constant * inverse.norm();
        for i in 0..d {
            for j in 0..d {
                prop_assert!((ours[(i, j)].0 - inverse[(i, j)]).abs() <= allowed, "{i} {j} {condition:e}");
            }
        }
    }
}

/// For all matrices at once.
#[test]
fn laws_for_symbols() {
    Proof::scope(|proof| {
        let symbol = |name: &str, i: usize, j: usize| proof.symbol(&format!("{name}{i}{j}"), name);
        let m = Matrix::from_fn(3, 3, |i, j| symbol("m", i, j));
        let s = Matrix::from_fn(3, 3, |i, j| symbol("s", i.min(j), i.max(j)));
        let equal = |a: &Matrix<Expr>, b: &Matrix<Expr>| {
            let mut entries = a.entries().iter().zip(b.entries());
            entries.all(|(a, b)| proof.decide(*a, *b).is_ok_and(|equality| equality.is_proved()))
        };
        let one = Matrix::identity(3);
        assert!(equal(&(&m * &m.adjugate()), &one.scale(m.determinant())));
        assert!(!equal(&(&m * &m), &(&m * &m.transpose())));
        assert!(equal(&(&s * &s.symmetric_inverse()), &one));
        let (lower, pivots) = s.ldl();
        let diagonal = Matrix::from_fn(3, 3, |i, j| if i == j { pivots[i] } else { Expr::zero() });
        assert!(equal(&(&(&lower * &diagonal) * &lower.transpose()), &s));
    });
}
