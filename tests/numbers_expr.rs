//! The proof reading: true identities are proved, near misses leave a residue, and nothing else is ever claimed.

use ouracle::numbers::{Equality, Expr, Field, Proof, ProofError, Scalar};

/// Terms that the examples share.
struct Letters {
    a: Expr,
    b: Expr,
    x: Expr,
    y: Expr,
    v: Expr,
    w: Expr,
    k: Expr,
}

fn letters(proof: &Proof) -> Letters {
    let real = |name| proof.symbol(name, name);
    let positive = |name| proof.positive(name, name);
    Letters { a: real("a"), b: real("b"), x: real("x"), y: real("y"), v: positive("v"), w: positive("w"), k: real("k") }
}

type Sides = fn(&Letters) -> (Expr, Expr);

fn decide(sides: Sides) -> Result<Equality, ProofError> {
    Proof::scope(|proof| {
        let (left, right) = sides(&letters(proof));
        proof.decide(left, right)
    })
}

/// Each identity stands beside a near miss.
#[rustfmt::skip]
const IDENTITIES: &[(&str, Sides, Sides)] = &[
    ("binomial", |l| ((l.a + l.b).powi(3), l.a.powi(3) + l.a.square() * l.b * 3 + l.a * l.b.square() * 3 + l.b.powi(3)),
        |l| ((l.a + l.b).powi(3), l.a.powi(3) + l.a.square() * l.b * 3 + l.a * l.b.square() * 2 + l.b.powi(3))),
    ("sum of fractions", |l| (Expr::one() / l.a + Expr::one() / (l.a + l.b), (l.a * 2 + l.b) / (l.a * (l.a + l.b))),
        |l| (Expr::one() / l.a + Expr::one() / (l.a + l.b), (l.a + l.b) / (l.a * (l.a + l.b)))),
    ("nested inverse", |l| (Expr::one() / (Expr::one() + Expr::one() / (l.a + Expr::one() / l.b)), (l.a * l.b + 1) / (l.a * l.b + l.b + 1)),
        |l| (Expr::one() / (Expr::one() + Expr::one() / (l.a + Expr::one() / l.b)), (l.a * l.b + 1) / (l.a * l.b + l.a + 1))),
    ("inverse of a product", |l| (((l.a + l.b) * (l.a - l.b)).recip(), (l.a.square() - l.b.square()).recip()),
        |l| (((l.a + l.b) * (l.a - l.b)).recip(), (l.a.square() + l.b.square()).recip())),
    ("exp of a sum", |l| ((l.x + l.y).exp(), l.x.exp() * l.y.exp()),
        |l| ((l.x + l.y).exp(), l.x.exp() + l.y.exp())),
    ("exp of an expanded square", |l| ((-(l.x - l.y).square() / l.v).exp(), (-l.x.square() / l.v).exp() * (l.x * l.y * 2 / l.v).exp() / (l.y.square() / l.v).exp()),
        |l| ((-(l.x - l.y).square() / l.v).exp(), (-l.x.square() / l.v).exp() * (l.x * l.y / l.v).exp() / (l.y.square() / l.v).exp())),
    ("exp of fractions", |l| ((l.v / (l.v + l.w)).exp() * (l.w / (l.v + l.w)).exp(), Expr::one().exp()),
        |l| ((l.v / (l.v + l.w)).exp() * (l.w / (l.v + l.w)).exp(), Expr::int(2).exp())),
    ("root squared", |l| (l.v.sqrt() * l.v.sqrt(), l.v),
        |l| (l.v.sqrt() * l.v.sqrt(), l.v.square())),
    ("root of a sum", |l| ((l.v + l.w).sqrt().powi(3) / (l.v + l.w), (l.v + l.w).sqrt()),
        |l| ((l.v + l.w).sqrt().powi(3) / (l.v + l.w), (l.v - l.w).sqrt())),
    ("root of a product", |l| ((l.v * l.w * 12).sqrt(), l.v.sqrt() * l.w.sqrt() * Expr::int(3).sqrt() * 2),
        |l| ((l.v * l.w * 12).sqrt(), l.v.sqrt() * l.w.sqrt() * Expr::int(6).sqrt())),
    ("root of unknown signs", |l| ((l.a * l.b).sqrt().square() / l.b, l.a),
        |l| ((l.a * l.b).sqrt().square() / l.b, -l.a)),
    ("rationalised root", |l| ((l.v.sqrt() - l.w.sqrt()).recip(), (l.v.sqrt() + l.w.sqrt()) / (l.v - l.w)),
        |l| ((l.v.sqrt() - l.w.sqrt()).recip(), (l.v.sqrt() - l.w.sqrt()) / (l.v - l.w))),
    ("ln of a product", |l| ((l.v * l.w * 6).ln(), l.v.ln() + l.w.ln() + Expr::int(2).ln() + Expr::int(3).ln()),
        |l| ((l.v * l.w * 6).ln(), l.v.ln() + l.w.ln() + Expr::int(2).ln() + Expr::int(2).ln())),
    ("ln of a quotient", |l| ((l.v / (l.v + l.w)).ln(), -(Expr::one() + l.w / l.v).ln()),
        |l| ((l.v / (l.v + l.w)).ln(), (Expr::one() + l.w / l.v).ln())),
    ("ln of unknown sign", |l| ((l.a - l.b).recip().ln(), -(l.a - l.b).ln()),
        |l| ((l.a - l.b).recip().ln(), (l.a - l.b).ln())),
    ("ln of exp", |l| ((l.x.exp().square() * l.v).ln(), l.x * 2 + l.v.ln()),
        |l| ((l.x.exp().square() * l.v).ln(), l.x + l.v.ln())),
    ("ln of a rational", |l| (Expr::ratio(9, 8).ln() + l.a, Expr::int(3).ln() * 2 - Expr::int(2).ln() * 3 + l.a),
        |l| (Expr::ratio(9, 8).ln() + l.a, Expr::int(3).ln() * 3 - Expr::int(2).ln() * 2 + l.a)),
    ("exp of ln", |l| (((l.v + l.w).ln() / 2 - l.v.ln()).exp(), (l.v + l.w).sqrt() / l.v),
        |l| (((l.v + l.w).ln() / 2 - l.v.ln()).exp(), (l.v + l.w).sqrt() * l.v)),
    ("symbolic power", |l| {
            let power = |e: Expr| (e * l.v.ln()).exp();
            (power(-l.k + 1) * power(l.k - 1), Expr::one())
        }, |l| {
            let power = |e: Expr| (e * l.v.ln()).exp();
            (power(-l.k + 1) * power(l.k + 1), Expr::one())
        }),
    ("symbolic power of a product", |l| ((l.k * (l.v * l.w).ln()).exp(), (l.k * l.v.ln()).exp() * (l.k * l.w.ln()).exp()),
        |l| ((l.k * (l.v * l.w).ln()).exp(), (l.k * l.v.ln()).exp() * (l.k.square() * l.w.ln()).exp())),
    ("sine of a sum", |l| ((l.x + l.y).sin_cos().0, l.x.sin_cos().0 * l.y.sin_cos().1 + l.x.sin_cos().1 * l.y.sin_cos().0),
        |l| ((l.x + l.y).sin_cos().0, l.x.sin_cos().0 * l.y.sin_cos().1 - l.x.sin_cos().1 * l.y.sin_cos().0)),
    ("triple angle", |l| ((l.x * 3).sin_cos().1, l.x.sin_cos().1.powi(3) * 4 - l.x.sin_cos().1 * 3),
        |l| ((l.x * 3).sin_cos().1, l.x.sin_cos().1.powi(3) * 3 - l.x.sin_cos().1 * 3)),
    ("tangent", |l| ((l.x.sin_cos().0 / l.x.sin_cos().1).square() + 1, l.x.sin_cos().1.powi(-2)),
        |l| ((l.x.sin_cos().0 / l.x.sin_cos().1).square() - 1, l.x.sin_cos().1.powi(-2))),
    ("cotangent", |l| ((l.x.sin_cos().1 / l.x.sin_cos().0).square() + 1, l.x.sin_cos().0.powi(-2)),
        |l| ((l.x.sin_cos().1 / l.x.sin_cos().0).square() + 1, l.x.sin_cos().0.powi(-4))),
    ("shift by π", |l| ((l.x + Expr::pi()).sin_cos().0, -l.x.sin_cos().0),
        |l| ((l.x + Expr::pi()).sin_cos().0, l.x.sin_cos().0)),
    ("quarter turn", |l| ((-l.x + Expr::pi() / 2).sin_cos().0, l.x.sin_cos().1),
        |l| ((-l.x + Expr::pi() / 2).sin_cos().0, -l.x.sin_cos().1)),
    ("φ recurrence", |l| (l.x.phi(3) * l.x, l.x.phi(2) - Expr::ratio(1, 2)),
        |l| (l.x.phi(3) * l.x, l.x.phi(2) - Expr::ratio(1, 6))),
    ("φ₁", |l| ((l.a * l.b).phi(1) * l.a, (l.a * l.b).exp_m1() / l.b),
        |l| ((l.a * l.b).phi(1) * l.b, (l.a * l.b).exp_m1() / l.b)),
    ("φ at zero", |l| ((l.a - l.a).phi(3), Expr::ratio(1, 6)),
        |l| ((l.a - l.a).phi(3), Expr::ratio(1, 2))),
    ("logistic", |l| ((Expr::one() + (-l.x).exp()).recip(), l.x.exp() / (l.x.exp() + 1)),
        |l| ((Expr::one() + (-l.x).exp()).recip(), l.x.exp() / (l.x.exp() - 1))),
    ("softplus", |l| ((Expr::one() + l.x.exp()).ln() - l.x, (Expr::one() + (-l.x).exp()).ln()),
        |l| ((Expr::one() + l.x.exp()).ln() + l.x, (Expr::one() + (-l.x).exp()).ln())),
    ("tanh", |l| ((l.x * 2).exp_m1() / ((l.x * 2).exp() + 1), (l.x.exp() - (-l.x).exp()) / (l.x.exp() + (-l.x).exp())),
        |l| ((l.x * 2).exp_m1() / (l.x.exp() + 1), (l.x.exp() - (-l.x).exp()) / (l.x.exp() + (-l.x).exp()))),
    ("ln 1p", |l| (l.v.ln_1p(), (l.v + 1).ln()),
        |l| (l.v.ln_1p(), l.v.ln())),
    ("two Gaussians", |l| {
            let density = |x: Expr, m: Expr, v: Expr| (-(x - m).square() / (v * 2)).exp() / (Expr::pi() * v * 2).sqrt();
            let precision = l.v.recip() + l.w.recip();
            let mean = (l.a / l.v + l.b / l.w) / precision;
            (density(l.x, l.a, l.v) * density(l.x, l.b, l.w), density(l.x, mean, precision.recip()) * density(l.a, l.b, l.v + l.w))
        }, |l| {
            let density = |x: Expr, m: Expr, v: Expr| (-(x - m).square() / (v * 2)).exp() / (Expr::pi() * v * 2).sqrt();
            let precision = l.v.recip() + l.w.recip();
            let mean = (l.a / l.w + l.b / l.v) / precision;
            (density(l.x, l.a, l.v) * density(l.x, l.b, l.w), density(l.x, mean, precision.recip()) * density(l.a, l.b, l.v + l.w))
        }),
];

#[test]
fn identities_are_proved() {
    for (name, identity, _) in IDENTITIES {
        assert_eq!(decide(*identity), Ok(Equality::Proved), "{name}");
    }
}

#[test]
fn near_misses_leave_a_residue() {
    for (name, _, near_miss) in IDENTITIES {
        let answer = decide(*near_miss);
        assert!(matches!(&answer, Ok(Equality::Residue { count, .. }) if *count > 0), "{name}: {answer:?}");
    }
}
