//! Proofs in every dimension: letters for vectors and matrices, and what may be done to their products.

use ouracle::numbers::expr::{Shape, Size};
use ouracle::numbers::{
    Covariance, Dual, Equality, Expr, Field, Jet, Matrix, Proof, ProofError, Scalar, Vector, VectorJet, rate,
};

const D: fn() -> Size = || Size::unknown(0);

fn matrix(proof: &Proof, name: &str) -> Matrix<Expr> {
    one(proof.letter(name, name, Shape::matrix(D(), D()), false))
}

fn vector(proof: &Proof, name: &str) -> Vector<Expr> {
    Vector(vec![proof.letter(name, name, Shape::vector(D()), false)])
}

fn covariance(proof: &Proof, name: &str) -> Covariance<Expr> {
    Covariance::new(one(proof.letter(name, name, Shape::symmetric(D()), true)))
}

fn one<S: Scalar>(entry: S) -> Matrix<S> {
    Matrix::from_fn(1, 1, |_, _| entry)
}

fn proved(proof: &Proof, left: Expr, right: Expr) {
    assert_eq!(proof.decide(left, right), Ok(Equality::Proved));
}

fn open(proof: &Proof, left: Expr, right: Expr) {
    assert!(matches!(proof.decide(left, right), Ok(Equality::Residue { .. })), "{:?}", proof.decide(left, right));
}

#[test]
fn products_do_not_commute_but_traces_rotate() {
    Proof::scope(|proof| {
        let [a, b, c] = ["A", "B", "C"].map(|name| matrix(proof, name));
        let product = &(&a * &b) * &c;
        open(proof, (&a * &b)[(0, 0)], (&b * &a)[(0, 0)]);
        proved(proof, product.trace(), (&(&b * &c) * &a).trace());
        proved(proof, product.trace(), product.transpose().trace());
        open(proof, product.trace(), (&(&b * &a) * &c).trace());
        let transposed = &(&c.transpose() * &b.transpose()) * &a.transpose();
        proved(proof, product.transpose()[(0, 0)], transposed[(0, 0)]);
    });
}

#[test]
fn forms_are_numbers() {
    Proof::scope(|proof| {
        let (a, x, y) = (matrix(proof, "A"), vector(proof, "x"), vector(proof, "y"));
        proved(proof, a.bilinear(&x, &y), a.transpose().bilinear(&y, &x));
        open(proof, a.bilinear(&x, &y), a.bilinear(&y, &x));
        proved(proof, (&a * &x.outer(&y)).trace(), a.bilinear(&y, &x));
        proved(proof, (&x.outer(&y) * &x.outer(&y))[(0, 0)], x.outer(&y)[(0, 0)] * x.dot(&y));
        proved(proof, x.dot(&y).square(), x.outer(&y).bilinear(&x, &y) / x.dot(&x) * x.dot(&y).powi(2) / y.dot(&y));
    });
}

#[test]
fn a_declared_positive_matrix_has_an_inverse() {
    Proof::scope(|proof| {
        let (s, a) = (covariance(proof, "S"), matrix(proof, "A"));
        proved(proof, (s.matrix() * s.precision())[(0, 0)], Expr::one());
        proved(proof, (&(s.precision() * &a) * s.matrix()).trace(), a.trace());
        proved(proof, (s.precision() * s.matrix()).trace(), vector(proof, "x").size());
        proved(proof, (s.precision().transpose())[(0, 0)], s.precision()[(0, 0)]);
        let doubled = Covariance::new(s.matrix().scale(Expr::int(2)));
        proved(proof, doubled.log_det(), s.log_det() + vector(proof, "x").size() * Expr::int(2).ln());
        proved(proof, doubled.precision()[(0, 0)] * 2, s.precision()[(0, 0)]);
    });
}

#[test]
fn derivatives_follow_their_rules() {
    Proof::scope(|proof| {
        let (s, r) = (covariance(proof, "S"), matrix(proof, "R"));
        let moving = Covariance::new(one(Dual { re: s.matrix()[(0, 0)], eps: r[(0, 0)] }));
        proved(proof, rate(moving.log_det()), (s.precision() * &r).trace());
        proved(proof, rate(moving.precision()[(0, 0)]), -(&(s.precision() * &r) * s.precision())[(0, 0)]);
        open(proof, rate(moving.precision()[(0, 0)]), -(&(&r * s.precision()) * s.precision())[(0, 0)]);
    });
}

#[test]
fn gradients_and_jacobians_are_what_multiplies_the_direction() {
    Proof::scope(|proof| {
        let (a, b, y) = (matrix(proof, "A"), vector(proof, "b"), vector(proof, "y"));
        let lift = |m: &Matrix<Expr>| m.map(|x| Dual::constant(Dual::constant(x)));
        let (slope, offset) = (lift(&a), b.map(|x| Dual::constant(Dual::constant(x))));
        let jet = Jet::of(|y| slope.bilinear(y, y) + offset.dot(y).square(), &y);
        let symmetric = &a + &a.transpose();
        proved(proof, jet.gradient[0], (&(&symmetric * &y) + &b.scale(b.dot(&y) * 2))[0]);
        proved(proof, jet.hessian[(0, 0)], (&symmetric + &b.outer(&b).scale(Expr::int(2)))[(0, 0)]);
        let bell = Jet::of(|y| (-y.dot(y) / 2).exp(), &y);
        let density = (-y.dot(&y) / 2).exp();
        proved(proof, bell.gradient[0], -y[0] * density);
        proved(proof, bell.hessian.trace(), (y.dot(&y) - y.size()) * density);
        let field = VectorJet::of(|y| -y, &y);
        proved(proof, field.divergence(), -y.size());
    });
}

#[test]
fn formulas_that_take_vectors_apart_are_refused() {
    let refused = |formula: fn(&Proof) -> Expr| {
        Proof::scope(|proof| {
            let left = formula(proof);
            assert!(matches!(proof.decide(left, Expr::zero()), Err(ProofError::Shape(_))), "{left:?}");
        });
    };
    refused(|proof| vector(proof, "x")[0] * vector(proof, "y")[0]);
    refused(|proof| vector(proof, "x")[0] + 1);
    refused(|proof| vector(proof, "x")[0].square());
    refused(|proof| matrix(proof, "A")[(0, 0)].square());
    refused(|proof| matrix(proof, "A")[(0, 0)].exp());
    refused(|proof| matrix(proof, "A")[(0, 0)].recip());
    refused(|proof| matrix(proof, "A")[(0, 0)].log_det());
    refused(|proof| matrix(proof, "A")[(0, 0)] + vector(proof, "x")[0]);
    refused(|proof| vector(proof, "x")[0].trace());
    refused(|proof| vector(proof, "x")[0].direction());
}

/// Certificates for the independent checker: `pytest tests/certificates` reads them from here.
#[test]
fn certificates_are_written() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificates");
    std::fs::create_dir_all(&folder)?;
    let mut written = 0;
    for claim in ouracle::claims::all() {
        let right = claim.readings.iter().map(|part| (format!("every-dimension-{}", claim.id), part));
        let wrong =
            claim.controls.iter().map(|c| (format!("wrong-every-dimension-{}-{}", claim.id, c.id), &c.readings));
        for (name, part) in right.chain(wrong) {
            let findings = part.every_dimension.map(|proof| proof.prove(claim.id)).unwrap_or_default();
            for certificate in findings.iter().filter_map(|finding| finding.certificate.as_ref()) {
                let path = folder.join(format!("{name}-{}.json", part.label.replace(' ', "-")));
                std::fs::write(path, serde_json::to_string_pretty(certificate)?)?;
                written += 1;
            }
        }
    }
    assert!(written > 20);
    Ok(())
}
