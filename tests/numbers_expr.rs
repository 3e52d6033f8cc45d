//! The proof reading: true identities are proved, near misses leave a residue, and nothing else is ever claimed.

use ouracle::numbers::{Certificate, Equality, Expr, Field, Proof, ProofError, Scalar, Verdict};

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
    proof.note_rate(log_density, rate);
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
