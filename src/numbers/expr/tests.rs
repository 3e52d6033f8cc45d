//! How a proof behaves when it is misused, and what it writes down.

#![expect(clippy::erasing_op, reason = "a term times zero still has a domain")]

use super::*;

fn letters(proof: &Proof) -> (Expr, Expr, Expr) {
    (proof.symbol("a", "a"), proof.symbol("b", "b"), proof.positive("v", "\\sigma^2"))
}

#[test]
fn a_zero_divisor_is_an_error_also_where_it_is_multiplied_by_zero() {
    let zero_divisors: [fn(Expr, Expr, Expr) -> Expr; 9] = [
        |a, _, _| Expr::one() / (a - a),
        |a, _, _| Expr::zero() / (a - a),
        |a, _, _| Expr::zero() * (Expr::one() / (a - a)),
        |a, _, _| a / 0,
        |a, b, _| a / ((a + b).square() - a.square() - a * b * 2 - b.square()),
        |a, b, _| a / ((a + b) / (a + b) - 1),
        |a, _, v| a / (v.sqrt() * v.sqrt() - v),
        |a, b, _| a / ((a + b).exp() - a.exp() * b.exp()),
        |a, b, v| a / ((a / (v + 1)).exp() * (b / (v + 1)).exp() - ((a + b) / (v + 1)).exp()),
    ];
    for (case, term) in zero_divisors.into_iter().enumerate() {
        let answer = Proof::scope(|proof| {
            let (a, b, v) = letters(proof);
            let term = term(a, b, v);
            proof.decide(term, term)
        });
        assert_eq!(answer, Err(ProofError::DivisionByZero), "case {case}");
    }
}

#[test]
fn what_is_never_positive_has_no_root_and_no_logarithm() {
    let terms: [fn(Expr, Expr) -> Expr; 8] = [
        |_, v| (-v).ln(),
        |_, v| (-v - 1).sqrt(),
        |a, _| (-a.square()).sqrt(),
        |a, v| -(a.square() + v).ln() * (-a.square() - v).sqrt(),
        |a, _| (a - a).ln(),
        |a, _| (a - a).ln() * 0,
        |a, _| (a - a).sqrt(),
        |a, _| a.ln() + (-a).ln(),
    ];
    for (case, term) in terms.into_iter().enumerate() {
        let answer = Proof::scope(|proof| {
            let (a, _, v) = letters(proof);
            let term = term(a, v);
            proof.decide(term, term)
        });
        assert_eq!(answer, Err(ProofError::NotPositive), "case {case}");
    }
}

#[test]
fn terms_belong_to_their_proof() {
    let stray = Expr::one() + Expr::pi().sqrt();
    assert_eq!(stray.latex(), "?");
    assert!(stray.evaluate(&mut |_| stray).is_err());
    assert_eq!(Proof::scope(|proof| proof.decide(stray, stray)), Err(ProofError::Foreign));
    assert_eq!(Proof::scope(|proof| proof.decide(stray * 0, Expr::zero())), Err(ProofError::Foreign));
    let escaped = Proof::scope(|proof| proof.symbol("a", "a"));
    let answer = Proof::scope(|proof| {
        let a = proof.symbol("a", "a");
        proof.decide(a, escaped)
    });
    assert_eq!(answer, Err(ProofError::Foreign));
    // A fault stays, whatever is asked next.
    let answer = Proof::scope(|proof| {
        proof.declare_rule(escaped, Expr::one());
        proof.certificate("id", "title").map(|_| ())
    });
    assert_eq!(answer, Err(ProofError::Foreign));
}

#[test]
fn proofs_nest_and_do_not_see_each_other() {
    let answer = Proof::scope(|outer| {
        let (a, b, _) = letters(outer);
        let sum = a + b;
        let inner = Proof::scope(|inner| {
            let b = inner.symbol("b", "b");
            let mine = inner.decide(b + b, b * 2);
            assert_eq!(mine, Ok(Equality::Proved));
            inner.decide(sum, b)
        });
        assert_eq!(inner, Err(ProofError::Foreign));
        outer.decide(sum - b, a)
    });
    assert_eq!(answer, Ok(Equality::Proved));
    // A panic in a test of the user must not leave its arena behind.
    let _ = std::panic::catch_unwind(|| Proof::scope(|_| panic!("expected by this test")));
    assert_eq!(Expr::one().latex(), "?");
}

#[test]
fn symbols_are_declared_once() {
    let twice = |proof: &Proof| proof.decide(proof.symbol("a", "a"), proof.symbol("a", "a"));
    assert_eq!(Proof::scope(twice), Ok(Equality::Proved));
    let differently = |proof: &Proof| proof.decide(proof.symbol("a", "a"), proof.positive("a", "a"));
    assert_eq!(Proof::scope(differently), Err(ProofError::Redeclared("a".to_owned())));
    let rules = |proof: &Proof| {
        let (a, b, _) = letters(proof);
        proof.declare_rule(a, b);
        proof.declare_rule(a, b);
        let once = proof.decide(a, a);
        proof.declare_rule(a, a);
        (once, proof.decide(a, a))
    };
    assert_eq!(Proof::scope(rules), (Ok(Equality::Proved), Err(ProofError::SecondRule("a".to_owned()))));
    let compound = |proof: &Proof| {
        let (a, b, _) = letters(proof);
        proof.declare_rule(a + b, b);
        proof.decide(a, a)
    };
    assert_eq!(Proof::scope(compound), Err(ProofError::NoSymbol));
}

#[test]
fn an_assumption_decides_a_sign() {
    let product = |proof: &Proof, assume: bool| {
        let (a, b, _) = letters(proof);
        let determinant = a * b - 1;
        if assume {
            proof.assume_positive(determinant)?;
        }
        proof.decide((determinant * a).sqrt(), determinant.sqrt() * a.sqrt())
    };
    assert_eq!(Proof::scope(|proof| product(proof, true)), Ok(Equality::Proved));
    // Without it, this order of declaration still learns both signs from the roots on the right.
    assert!(Proof::scope(|proof| product(proof, false)).is_ok());
    let contradiction = |proof: &Proof| {
        let (a, _, _) = letters(proof);
        proof.assume_positive(a)?;
        proof.assume_positive(-a)
    };
    assert_eq!(Proof::scope(contradiction), Err(ProofError::NotPositive));
}

#[test]
fn sizes_are_guarded() {
    let huge = |proof: &Proof| {
        let sum = (0..60).fold(Expr::zero(), |sum, i| sum + proof.symbol(&format!("x{i}"), "x"));
        proof.decide(sum.powi(6), Expr::zero())
    };
    assert_eq!(Proof::scope(huge), Err(ProofError::TooLarge));
    let exponent = |proof: &Proof| {
        let (a, _, _) = letters(proof);
        proof.decide((0..40).fold(a, |power, _| power.square()), a)
    };
    assert_eq!(Proof::scope(exponent), Err(ProofError::Exponent));
    let deep = |proof: &Proof| {
        let (a, b, _) = letters(proof);
        let sum = (0..100_000).fold(a, |sum, _| sum + b);
        assert!(sum.latex().len() < 40_000);
        proof.decide(sum, a + b * 100_000)
    };
    assert_eq!(Proof::scope(deep), Ok(Equality::Proved));
}

#[test]
fn residues_show_their_first_terms() {
    let answer = Proof::scope(|proof| {
        let (a, b, v) = letters(proof);
        proof.decide((a + b) / v.sqrt(), a / v.sqrt())
    });
    let terms = vec!["v^(-1/2) b".to_owned()];
    assert_eq!(answer, Ok(Equality::Residue { terms, count: 1 }));
}

#[test]
fn latex_is_the_formula_as_it_was_written() {
    Proof::scope(|proof| {
        let (a, b, v) = letters(proof);
        let latex = [
            ((a - b).square() / (v * 2), r"\frac{\left(a - b\right)^{2}}{2 \, \sigma^2}"),
            (a - (b - a), r"a - \left(b - a\right)"),
            (a + -b, "a - b"),
            (-(a + b), r"-\left(a + b\right)"),
            (-(a * b), r"-a \, b"),
            (a * -b, r"a \, \left(-b\right)"),
            (v.square(), r"\left(\sigma^2\right)^{2}"),
            ((Expr::pi() * v * 2).ln() / 2, r"\frac{\ln\left(2 \, \pi \, \sigma^2\right)}{2}"),
            ((-a).exp().sqrt(), r"\sqrt{e^{-a}}"),
            (a * Expr::ratio(-1, 2), r"-\frac{1}{2} \, a"),
            (a.phi(2), r"\varphi_{2}\left(a\right)"),
            ((a / b).square(), r"\left(\frac{a}{b}\right)^{2}"),
        ];
        for (term, text) in latex {
            assert_eq!(term.latex(), text);
        }
    });
}

#[test]
fn constants_fold_and_nothing_else_does() {
    Proof::scope(|proof| {
        let (a, b, _) = letters(proof);
        for (term, text) in [
            (a * 1 + Expr::zero() * b, "a"),
            (Expr::zero() - a, "-a"),
            (-(-a), "a"),
            (Expr::ratio(1, 2) + Expr::ratio(1, 3), r"\frac{5}{6}"),
            (Expr::zero().phi(3), r"\frac{1}{6}"),
            (a - a, "a - a"),
            (Expr::one().ln() + Expr::one().sqrt() + Expr::zero().exp(), "2"),
        ] {
            assert_eq!(term.latex(), text);
        }
    });
}

#[test]
fn a_certificate_does_not_depend_on_what_ran_before() {
    let certificate = || {
        Proof::scope(|proof| {
            let (a, b, v) = letters(proof);
            proof.declare_rule(v, v * a);
            let f = (v.ln() * b).exp() / (v + 1).sqrt();
            Expr::note_derivative(v.ln(), v, v.recip());
            Expr::note_rate(v.ln(), a);
            proof.equal("half", f * f * (v + 1), (v.ln() * b * 2).exp())?;
            proof.certificate("id", "title")
        })
    };
    let first = certificate();
    Proof::scope(|proof| {
        let names = ["z", "y", "v"].map(|name| proof.symbol(name, name));
        let _ = proof.decide(names[0].exp() / names[1], names[2]);
        let inside = certificate();
        assert_eq!(inside, first);
    });
    let elsewhere = std::thread::spawn(certificate).join();
    assert_eq!(elsewhere.ok(), Some(first.clone()));
    assert_eq!(first.map(|c| c.verdict), Ok(Verdict::Proved));
}

#[test]
fn a_verdict_needs_relations_and_verifiable_facts() {
    let verdict = |body: fn(&Proof, Expr, Expr)| {
        Proof::scope(|proof| {
            let (a, b, _) = letters(proof);
            body(proof, a, b);
            proof.certificate("id", "title").map(|certificate| certificate.verdict)
        })
    };
    assert_eq!(verdict(|_, _, _| ()), Ok(Verdict::Undecided));
    assert_eq!(verdict(|proof, a, b| drop(proof.equal("r", a + b, b + a))), Ok(Verdict::Proved));
    assert_eq!(verdict(|proof, a, b| drop(proof.equal("r", a + b, b))), Ok(Verdict::Undecided));
    let compound = verdict(|proof, a, b| {
        let _ = proof.equal("r", a + b, b + a);
        Expr::note_derivative(a.square(), a + b, a);
    });
    assert_eq!(compound, Ok(Verdict::Undecided));
}
