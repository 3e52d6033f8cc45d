//! The proof in every dimension, judged: it proves what holds for matrices of any size, refutes what a point refutes, and does
//! not decide what takes vectors apart, or what it has only seen in one dimension.

use ouracle::evidence::{EveryDimension, Finding, Provable, Relation, Statement, Verdict};
use ouracle::numbers::{Covariance, Scalar, Vector};

ouracle::parameters! {
    /// Two matrices, a covariance, a point, and a rectangular matrix.
    Toy {
        A: matrix "a matrix",
        B: matrix "a matrix",
        S: covariance "a covariance",
        R: matrix "a matrix that need not be square",
        y: vector "a point",
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Toys {
    Cyclic,
    Commuting,
    OnlyOnALine,
    Entry,
    Count,
    SumOfEntries,
    Squares,
    Precision,
    Rectangular,
    InverseOfASum,
    OverTime,
}

impl Statement for Toys {
    type Params<S: Scalar> = Toy<S>;

    fn points(&self) -> &'static [&'static str] {
        match self {
            Self::OnlyOnALine => &["A=[[1.3]] B=[[0.7]] S=[[2]] R=[[1.1]] y=[0.4]"],
            _ => &[
                "A=[[0.9,-0.5],[1.7,0.3]] B=[[-0.7,1.3],[0.4,-1.1]] S=[[1.3,0.45],[0.45,0.71]] R=[[0.3],[1.9]] y=[0.3,1.7]",
                "A=[[1.3]] B=[[0.7]] S=[[2]] R=[[1.1]] y=[0.4]",
            ],
        }
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Toy<S>) -> Vec<Relation<'p, S>> {
        let y: &Vector<S> = &p.y;
        let (ab, ba) = (&p.A * &p.B, &p.B * &p.A);
        vec![match self {
            Self::Cyclic => Relation::equal("toy", ab.trace(), ba.trace()),
            Self::Commuting | Self::OnlyOnALine => return Relation::componentwise("toy", &(&ab * y), &(&ba * y)),
            // These say something else of a vector with entries than of a letter.
            Self::Entry => Relation::equal("toy", (&p.A * y)[0], p.A[(0, 0)] * y[0]),
            Self::Count => Relation::equal("toy", S::int(y.dimension() as i64), y.size()),
            Self::SumOfEntries => Relation::equal("toy", y.0.iter().fold(S::zero(), |sum, x| sum + *x), y[0]),
            Self::Squares => Relation::equal("toy", y[0].square(), y.dot(y)),
            Self::Precision => Relation::equal("toy", (p.S.precision() * p.S.matrix()).trace(), y.size()),
            Self::Rectangular => {
                let (outer, inner) = (&p.R * &p.R.transpose(), &p.R.transpose() * &p.R);
                Relation::equal("toy", outer.trace(), inner.trace())
            }
            Self::InverseOfASum => {
                let sum = Covariance::new(p.S.matrix() + &(&p.A * &p.A.transpose()));
                Relation::equal("toy", sum.precision().trace(), sum.precision().transpose().trace())
            }
            Self::OverTime => {
                Relation::rate("toy", (S::zero(), S::one()), |t| ouracle::numbers::Dual::variable(t), |_| S::one())
            }
        }]
    }
}

fn verdict(toy: Toys) -> Verdict {
    let findings: Vec<Finding> = EveryDimension(toy).prove("toy");
    Verdict::of_all(findings.iter().map(|finding| &finding.verdict))
}

#[test]
fn what_holds_for_matrices_of_any_size_is_proved() {
    for toy in [Toys::Cyclic, Toys::Precision, Toys::Rectangular] {
        assert_eq!(verdict(toy), Verdict::Proved);
    }
}

#[test]
fn a_residue_refutes_at_a_point_where_it_does_not_vanish() {
    let Verdict::Refuted { at, .. } = verdict(Toys::Commuting) else { panic!("{:?}", verdict(Toys::Commuting)) };
    assert!(at.contains("A=[[0.9,-0.5]"), "{at}");
}

#[test]
fn what_is_true_on_a_line_is_not_proved_in_every_dimension() {
    let Verdict::Undecided { why } = verdict(Toys::OnlyOnALine) else { panic!("{:?}", verdict(Toys::OnlyOnALine)) };
    assert!(why.contains("vanishes at every point tried"), "{why}");
}

#[test]
fn formulas_that_take_vectors_apart_are_not_decided() {
    for toy in [Toys::Entry, Toys::Count, Toys::SumOfEntries, Toys::Squares] {
        let Verdict::Undecided { why } = verdict(toy) else { panic!("{:?}", verdict(toy)) };
        assert!(why.contains("by entries") || why.contains("whole vectors"), "{why}");
    }
}

#[test]
fn what_cannot_be_read_with_letters_is_not_decided() {
    for (toy, reason) in [(Toys::InverseOfASum, "positive definite"), (Toys::OverTime, "over an interval of time")] {
        let Verdict::Undecided { why } = verdict(toy) else { panic!("{:?}", verdict(toy)) };
        assert!(why.contains(reason), "{why}");
    }
}
