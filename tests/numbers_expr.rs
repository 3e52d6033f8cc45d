//! The proof reading: true identities are proved, near misses leave a residue, and nothing else is ever claimed.

#![expect(clippy::eq_op, reason = "a term minus itself is not a constant before it is proved")]

use ouracle::numbers::expr::Verdict;
use ouracle::numbers::{Certificate, Equality, Expr, Field, Proof, ProofError, Rational, Scalar};
use proptest::prelude::*;

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
    ("inverse of a root", |l| (l.a / Expr::int(2).sqrt(), l.a * Expr::int(2).sqrt() / 2),
        |l| (l.a / Expr::int(2).sqrt(), l.a * Expr::int(2).sqrt())),
    ("common factor", |l| ((l.x * l.y.square() * 2 + l.x.square() * l.y * 3).recip() * l.x, (l.y * (l.y * 2 + l.x * 3)).recip()),
        |l| ((l.x * l.y.square() * 2 + l.x.square() * l.y * 3).recip() * l.x, (l.y * (l.y * 3 + l.x * 2)).recip())),
    ("magnitude by ln", |l| (((l.x * l.y).ln() * 2 - l.y.square().ln()).exp(), l.x.square()),
        |l| ((((l.x * l.y).ln() * 2 - l.y.square().ln()) / 2).exp(), l.x)),
    ("magnitude by roots", |l| ((l.x * l.y).sqrt().square() * (l.x / l.y).sqrt().square(), l.x.square()),
        |l| ((l.x * l.y).sqrt() * (l.x / l.y).sqrt(), l.x)),
    ("magnitude of sums", |l| ((l.x.square() + l.v).sqrt().square(), l.x.square() + l.v),
        |l| (((l.x + l.v) * (l.x + l.w)).sqrt() * ((l.x + l.v) / (l.x + l.w)).sqrt(), l.x + l.v)),
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

/// `d log p/dt + div(A x) + (A x)·∇log p − ½ (tr Q∇∇log p + ∇log pᵀ Q ∇log p)` for the Gaussian with mean `μ′ = Aμ` and
/// covariance `Σ′ = AΣ + ΣAᵀ + Q`, written by hand and with the derivatives noted. `wrong` doubles one entry of `Q`.
fn fokker_planck(proof: &Proof, d: usize, wrong: bool) -> Result<Equality, ProofError> {
    let vector = |name: &str| -> Vec<Expr> {
        (0..d).map(|i| proof.symbol(&format!("{name}{i}"), &format!("{name}_{i}"))).collect()
    };
    let matrix = |name: &str| -> Vec<Vec<Expr>> { (0..d).map(|i| vector(&format!("{name}{i}"))).collect() };
    let symmetric = |m: Vec<Vec<Expr>>| -> Vec<Vec<Expr>> {
        (0..d).map(|i| (0..d).map(|j| m[i.min(j)][i.max(j)]).collect()).collect()
    };
    let (x, mu, a) = (vector("x"), vector("m"), matrix("A"));
    let (sigma, q) = (symmetric(matrix("S")), symmetric(matrix("Q")));
    let sum = |terms: &mut dyn Iterator<Item = Expr>| terms.fold(Expr::zero(), |total, term| total + term);
    let apply = |m: &[Vec<Expr>], v: &[Expr]| -> Vec<Expr> {
        m.iter().map(|row| sum(&mut row.iter().zip(v).map(|(&m, &v)| m * v))).collect()
    };
    let dot = |u: &[Expr], v: &[Expr]| sum(&mut u.iter().zip(v).map(|(&u, &v)| u * v));
    let minor = |m: &[Vec<Expr>], i: usize, j: usize| {
        let skip = |k: usize| (0..d).filter(move |&l| l != k);
        skip(i).map(|k| skip(j).map(|l| m[k][l]).collect()).collect::<Vec<Vec<_>>>()
    };
    fn determinant(m: &[Vec<Expr>]) -> Expr {
        match m {
            [] => Expr::one(),
            [row] => row[0],
            [p, q] => p[0] * q[1] - p[1] * q[0],
            [p, q, r] => {
                let [a, b, c] = [0, 1, 2].map(|i| q[(i + 1) % 3] * r[(i + 2) % 3] - q[(i + 2) % 3] * r[(i + 1) % 3]);
                p[0] * a + p[1] * b + p[2] * c
            }
            _ => unreachable!("the tests go up to three dimensions"),
        }
    }
    let det = determinant(&sigma);
    let precision: Vec<Vec<Expr>> = (0..d)
        .map(|i| {
            (0..d)
                .map(|j| {
                    let cofactor = determinant(&minor(&sigma, i, j)) / det;
                    if (i + j) % 2 == 0 { cofactor } else { -cofactor }
                })
                .collect()
        })
        .collect();
    let mu_rate = apply(&a, &mu);
    let entry = |i: usize, j: usize| {
        let drift = sum(&mut (0..d).map(|k| a[i][k] * sigma[k][j] + sigma[i][k] * a[j][k]));
        drift + q[i][j]
    };
    let sigma_rate: Vec<Vec<Expr>> = (0..d).map(|i| (0..d).map(|j| entry(i.min(j), i.max(j))).collect()).collect();
    for i in 0..d {
        proof.declare_rule(mu[i], mu_rate[i]);
        (i..d).for_each(|j| proof.declare_rule(sigma[i][j], sigma_rate[i][j]));
    }
    let centred: Vec<Expr> = x.iter().zip(&mu).map(|(&x, &m)| x - m).collect();
    let weighted = apply(&precision, &centred);
    let log_density = -(dot(&centred, &weighted) + det.ln()) / 2 - (Expr::pi() * 2).ln() * Expr::ratio(d as i64, 2);
    let trace =
        sum(&mut (0..d).flat_map(|i| (0..d).map(move |j| (i, j))).map(|(i, j)| precision[i][j] * sigma_rate[i][j]));
    let rate = dot(&weighted, &mu_rate) + dot(&weighted, &apply(&sigma_rate, &weighted)) / 2 - trace / 2;
    Expr::note_rate(log_density, rate);
    let score: Vec<Expr> = weighted.iter().map(|&w| -w).collect();
    for i in 0..d {
        Expr::note_derivative(log_density, x[i], score[i]);
        for j in 0..d {
            Expr::note_derivative(score[i], x[j], -precision[i][j]);
        }
    }
    let q: Vec<Vec<Expr>> =
        (0..d).map(|i| (0..d).map(|j| if wrong && i + j == 0 { q[i][j] * 2 } else { q[i][j] }).collect()).collect();
    let divergence = sum(&mut (0..d).map(|i| a[i][i])) + dot(&apply(&a, &x), &score);
    let curvature =
        sum(&mut (0..d).flat_map(|i| (0..d).map(move |j| (i, j))).map(|(i, j)| -(q[i][j] * precision[i][j])));
    let diffusion = (curvature + dot(&score, &apply(&q, &score))) / 2;
    proof.equal("Fokker–Planck", rate, diffusion - divergence)
}

#[test]
fn gaussian_fokker_planck() {
    for d in 1..=3 {
        let start = std::time::Instant::now();
        assert_eq!(Proof::scope(|proof| fokker_planck(proof, d, false)), Ok(Equality::Proved), "d = {d}");
        println!("d = {d}: {:?}", start.elapsed());
        let wrong = Proof::scope(|proof| fokker_planck(proof, d, true));
        assert!(matches!(wrong, Ok(Equality::Residue { .. })), "d = {d}: {wrong:?}");
    }
}

/// Certificates for the independent checker: `pytest tests/certificates` reads them from here.
#[test]
fn certificates_are_written() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificates");
    std::fs::create_dir_all(&folder)?;
    let write = |name: String, certificate: &Certificate| -> Result<(), Box<dyn std::error::Error>> {
        std::fs::write(folder.join(name + ".json"), serde_json::to_string_pretty(certificate)?)?;
        Ok(())
    };
    for (number, (name, identity, near_miss)) in IDENTITIES.iter().enumerate() {
        for (prefix, sides, verdict) in [("true", identity, Verdict::Proved), ("false", near_miss, Verdict::Undecided)]
        {
            let certificate = Proof::scope(|proof| {
                let (left, right) = sides(&letters(proof));
                proof.equal(name, left, right)?;
                proof.certificate("identity", name)
            })?;
            assert_eq!(certificate.verdict, verdict, "{name}");
            write(format!("{prefix}-{number:02}"), &certificate)?;
        }
    }
    for d in 1..=3 {
        let certificate = Proof::scope(|proof| {
            fokker_planck(proof, d, false)?;
            proof.certificate("fokker-planck", "the Gaussian solves its Fokker–Planck equation")
        })?;
        assert_eq!(certificate.verdict, Verdict::Proved);
        write(format!("fokker-planck-{d}"), &certificate)?;
        let read: Certificate = serde_json::from_str(&serde_json::to_string(&certificate)?)?;
        assert_eq!(read, certificate);
    }
    Ok(())
}

/// A random formula, to be read by any scalar.
#[derive(Debug, Clone)]
enum Tree {
    Ratio(i8, u8),
    Letter(usize),
    Pi,
    Unary(Function, Box<Tree>),
    Binary(char, Box<Tree>, Box<Tree>),
}

#[derive(Debug, Clone, Copy)]
enum Function {
    Neg,
    Exp,
    Ln,
    Sqrt,
    Sin,
    Cos,
    Phi(u32),
}

impl Tree {
    fn read<S: Scalar>(&self, letters: &[S]) -> S {
        match self {
            Self::Ratio(p, q) => S::ratio((*p).into(), (*q).into()),
            Self::Letter(i) => letters[i % letters.len()],
            Self::Pi => S::pi(),
            Self::Unary(function, a) => {
                let a = a.read(letters);
                match function {
                    Function::Neg => -a,
                    Function::Exp => a.exp(),
                    Function::Ln => a.ln(),
                    Function::Sqrt => a.sqrt(),
                    Function::Sin => a.sin_cos().0,
                    Function::Cos => a.sin_cos().1,
                    Function::Phi(k) => a.phi(*k),
                }
            }
            Self::Binary(operator, a, b) => {
                let (a, b) = (a.read(letters), b.read(letters));
                match operator {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    _ => a / b,
                }
            }
        }
    }

    /// The formula rewritten once everywhere, by rules of which some hold only for some signs, and some never.
    fn rewritten(&self, rule: u8) -> Self {
        use Function::{Exp, Ln, Neg, Sqrt};
        let unary = |function, a: Self| Self::Unary(function, Box::new(a));
        let binary = |operator, a: Self, b: Self| Self::Binary(operator, Box::new(a), Box::new(b));
        match self {
            Self::Unary(function, a) => {
                let inner = a.rewritten(rule);
                match (function, inner, rule) {
                    (Exp, Self::Binary('+', a, b), 0) => binary('*', unary(Exp, *a), unary(Exp, *b)),
                    (Ln, Self::Binary('*', a, b), 1) => binary('+', unary(Ln, *a), unary(Ln, *b)),
                    (Sqrt, Self::Binary('*', a, b), 2) => binary('*', unary(Sqrt, *a), unary(Sqrt, *b)),
                    (Sqrt, Self::Binary('/', a, b), 2) => binary('/', unary(Sqrt, *a), unary(Sqrt, *b)),
                    (Sqrt, a, 3) => unary(Exp, binary('/', unary(Ln, a), Self::Ratio(2, 1))),
                    (Ln, Self::Unary(Exp, a), 4) | (Exp, Self::Unary(Ln, a), 4) => *a,
                    (Sqrt, Self::Binary('*', a, _), 5) => *a,
                    (Sqrt, a, 6) => unary(Sqrt, unary(Neg, a)),
                    (function, a, _) => unary(*function, a),
                }
            }
            Self::Binary(operator, a, b) => {
                let (a, b) = (a.rewritten(rule), b.rewritten(rule));
                match (operator, a, b, rule) {
                    ('*', a, Self::Binary('+', b, c), 1 | 7) => {
                        binary('+', binary('*', a.clone(), *b), binary('*', a, *c))
                    }
                    ('/', a, b, 5 | 8) => binary('*', a, binary('/', Self::Ratio(1, 1), b)),
                    ('-', a, b, 3 | 9) => binary('+', a, unary(Neg, b)),
                    ('/', Self::Binary('+', a, b), c, 0) => binary('+', binary('/', *a, c.clone()), binary('/', *b, c)),
                    ('+' | '*', a, b, 2 | 4) => binary(if matches!(operator, '+') { '+' } else { '*' }, b, a),
                    (operator, a, b, _) => binary(*operator, a, b),
                }
            }
            leaf => leaf.clone(),
        }
    }
}

fn leaves() -> impl Strategy<Value = Tree> {
    prop_oneof![
        1 => (-6_i8..=6, 1_u8..=4).prop_map(|(p, q)| Tree::Ratio(p, q)),
        4 => (0_usize..4).prop_map(Tree::Letter),
        1 => Just(Tree::Pi),
    ]
}

fn rational_trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        1 => (-3_i8..=3).prop_map(|p| Tree::Ratio(p, 1)),
        3 => (0_usize..2).prop_map(Tree::Letter),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        (prop::sample::select(vec!['+', '-', '*', '/']), inner.clone(), inner)
            .prop_map(|(operator, a, b)| Tree::Binary(operator, a.into(), b.into()))
    })
}

fn trees() -> impl Strategy<Value = Tree> {
    use Function::{Cos, Exp, Ln, Neg, Phi, Sin, Sqrt};
    leaves().prop_recursive(4, 12, 2, |inner| {
        let functions = vec![Neg, Exp, Exp, Ln, Ln, Sqrt, Sqrt, Sin, Cos, Phi(1), Phi(2)];
        prop_oneof![
            (prop::sample::select(functions), inner.clone()).prop_map(|(f, a)| Tree::Unary(f, a.into())),
            (prop::sample::select(vec!['+', '-', '*', '*', '/']), inner.clone(), inner)
                .prop_map(|(operator, a, b)| Tree::Binary(operator, a.into(), b.into())),
        ]
    })
}

/// An f64 with a bound on its error; NaN where an argument may leave its domain.
#[derive(Debug, Clone, Copy)]
struct Rounded {
    value: f64,
    error: f64,
}

impl Rounded {
    /// A result that is `propagated` away because of its arguments, and rounded within two units in the last place; the
    /// bound itself is rounded too, hence the third.
    fn new(value: f64, propagated: f64) -> Self {
        let error = (propagated + 3.0 * f64::EPSILON * value.abs()) * (1.0 + 8.0 * f64::EPSILON) + f64::MIN_POSITIVE;
        if value.is_finite() && error.is_finite() {
            Self { value, error }
        } else {
            Self { value: f64::NAN, error: f64::NAN }
        }
    }

    fn agrees(self, other: Self) -> bool {
        (self.value - other.value).abs() <= self.error + other.error
    }

    fn is_defined(self) -> bool {
        !self.value.is_nan()
    }
}

impl std::ops::Neg for Rounded {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, ..self }
    }
}
impl std::ops::Add for Rounded {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.value + other.value, self.error + other.error)
    }
}
impl std::ops::Sub for Rounded {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}
impl std::ops::Mul for Rounded {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let propagated = self.value.abs() * other.error + other.value.abs() * self.error + self.error * other.error;
        Self::new(self.value * other.value, propagated)
    }
}
impl std::ops::Div for Rounded {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let least = other.value.abs() - other.error;
        if least <= 0.0 {
            return Self::new(f64::NAN, 0.0);
        }
        let quotient = self.value / other.value;
        Self::new(quotient, (self.error + quotient.abs() * other.error) / least)
    }
}
macro_rules! with_integers {
    ($($trait:ident $method:ident;)*) => {$(
        impl std::ops::$trait<i64> for Rounded {
            type Output = Self;
            fn $method(self, other: i64) -> Self {
                std::ops::$trait::$method(self, Self::int(other))
            }
        }
    )*};
}
with_integers! { Add add; Sub sub; Mul mul; Div div; }

impl Field for Rounded {
    fn rational(q: &Rational) -> Self {
        Self::new(q.to_f64().value(), 0.0)
    }
}

impl Scalar for Rounded {
    fn pi() -> Self {
        Self::new(std::f64::consts::PI, 0.0)
    }
    fn exp(self) -> Self {
        let value = core_math::exp(self.value);
        Self::new(value, value * core_math::expm1(self.error) * (1.0 + f64::EPSILON))
    }
    fn exp_m1(self) -> Self {
        self.exp() - 1
    }
    fn ln(self) -> Self {
        let least = self.value - self.error;
        Self::new(if least > 0.0 { core_math::log(self.value) } else { f64::NAN }, self.error / least)
    }
    fn ln_1p(self) -> Self {
        (self + 1).ln()
    }
    fn sqrt(self) -> Self {
        let least = self.value - self.error;
        Self::new(if least > 0.0 { self.value.sqrt() } else { f64::NAN }, self.error / least.sqrt())
    }
    fn sin_cos(self) -> (Self, Self) {
        (Self::new(core_math::sin(self.value), self.error), Self::new(core_math::cos(self.value), self.error))
    }
    fn phi(self, k: u32) -> Self {
        // The recurrence, so that a z that may be 0 is outside of the domain: the proof divides by it too.
        let mut factorial = Self::one();
        let mut phi = self.exp();
        for n in 1..=k {
            phi = (phi - Self::one() / factorial) / self;
            factorial = factorial * i64::from(n);
        }
        phi
    }
}

/// The exact value of a rational formula, if no divisor is zero.
fn exact(tree: &Tree, letters: &[Rational]) -> Option<Rational> {
    Some(match tree {
        Tree::Ratio(p, q) => Rational::from_parts((*p).into(), (*q).into()),
        Tree::Letter(i) => letters[i % letters.len()].clone(),
        Tree::Binary(operator, a, b) => {
            let (a, b) = (exact(a, letters)?, exact(b, letters)?);
            match operator {
                '+' => a + b,
                '-' => a - b,
                '*' => a * b,
                _ if b == Rational::ZERO => return None,
                _ => a / b,
            }
        }
        _ => return None,
    })
}

/// Two letters are positive, two are not declared so.
fn mixed_letters(proof: &Proof) -> [Expr; 4] {
    [proof.positive("v", "v"), proof.positive("w", "w"), proof.symbol("x", "x"), proof.symbol("y", "y")]
}

fn points() -> impl Strategy<Value = Vec<[f64; 4]>> {
    let positive = || (1_u32..=64).prop_map(|n| f64::from(n) / 16.0);
    let real = || (-48_i32..=48).prop_map(|n| f64::from(n) / 16.0);
    prop::collection::vec((positive(), positive(), real(), real()).prop_map(|(v, w, x, y)| [v, w, x, y]), 12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Soundness: what is proved equal is equal at every point where both sides are defined.
    #[test]
    fn what_is_proved_holds_at_random_points(tree in trees(), other in trees(), rule in 0_u8..11, points in points()) {
        let other = if rule == 10 { other } else { tree.rewritten(rule) };
        let answer = Proof::scope(|proof| {
            let letters = mixed_letters(proof);
            proof.decide(tree.read(&letters), other.read(&letters))
        });
        if answer == Ok(Equality::Proved) {
            for point in points {
                let letters = point.map(|value| Rounded::new(value, 0.0));
                let (left, right) = (tree.read(&letters), other.read(&letters));
                if left.is_defined() && right.is_defined() {
                    prop_assert!(left.agrees(right), "{left:?} and {right:?} at {point:?}");
                }
            }
        }
    }

    /// Rational functions are decided both ways.
    #[test]
    fn rational_functions_are_decided(a in rational_trees(), b in rational_trees(), same in any::<bool>()) {
        let b = if same { a.rewritten(8).rewritten(0).rewritten(7) } else { b };
        // More points than a difference of this size has zeros on a line, and large ones.
        let values: Vec<_> = (0..40_i64).map(|n| {
            let letters = [Rational::from(1_000_003 + 7919 * n), Rational::from(15_485_863 - 104_729 * n * n)];
            Some(exact(&a, &letters)? == exact(&b, &letters)?)
        }).collect();
        let answer = Proof::scope(|proof| {
            let letters = [proof.symbol("x", "x"), proof.symbol("y", "y")];
            proof.decide(a.read(&letters), b.read(&letters))
        });
        match answer {
            Ok(Equality::Proved) => prop_assert!(values.iter().all(|equal| *equal != Some(false))),
            Ok(Equality::Residue { .. }) => prop_assert!(values.contains(&Some(false))),
            Err(ProofError::DivisionByZero) => prop_assert!(values.iter().all(Option::is_none)),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    /// Whatever the kernels are, products distribute.
    #[test]
    fn products_distribute(a in trees(), b in trees(), c in trees()) {
        let answer = Proof::scope(|proof| {
            let letters = mixed_letters(proof);
            let [a, b, c] = [&a, &b, &c].map(|tree| tree.read(&letters));
            let right = proof.decide((a + b) * c - a * c - b * c, Expr::zero());
            let wrong = proof.decide((a + b) * c - a * c - b * c, Expr::one());
            (right, wrong)
        });
        match answer {
            (Ok(right), Ok(wrong)) => prop_assert!(right.is_proved() && !wrong.is_proved()),
            (Err(error), Err(_)) => prop_assert!(
                matches!(error, ProofError::DivisionByZero | ProofError::NotPositive | ProofError::TooLarge), "{error}"),
            answer => prop_assert!(false, "{answer:?}"),
        }
    }

    /// A term means what the formula means.
    #[test]
    fn evaluation_reads_the_formula(tree in trees(), points in points()) {
        for point in points {
            let letters = point.map(|value| Rounded::new(value, 0.0));
            let direct = tree.read(&letters);
            let through = Proof::scope(|proof| {
                tree.read(&mixed_letters(proof)).evaluate(&mut |symbol| {
                    letters["vwxy".find(&symbol.name).unwrap_or(0)]
                })
            });
            let through = through.map_err(|error| TestCaseError::fail(error.to_string()))?;
            if direct.is_defined() {
                prop_assert!(through.is_defined() && direct.agrees(through), "{direct:?} and {through:?}");
            }
        }
    }
}

/// The properties above say nothing unless many random questions are answered with yes.
#[test]
fn random_questions_are_often_proved() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut proved = [0; 10];
    for round in 0..2000_u32 {
        let rule = (round % 10) as u8;
        let Ok(tree) = trees().new_tree(&mut runner) else { continue };
        let (tree, other) = (tree.current(), tree.current().rewritten(rule));
        let changed = format!("{tree:?}") != format!("{other:?}");
        let answer = Proof::scope(|proof| {
            let letters = mixed_letters(proof);
            proof.decide(tree.read(&letters), other.read(&letters))
        });
        proved[usize::from(rule)] += usize::from(changed && answer == Ok(Equality::Proved));
    }
    println!("{proved:?}");
    assert!(proved.iter().sum::<usize>() > 200, "{proved:?}");
}
