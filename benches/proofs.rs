//! Proofs by the exact zero test: by entries, and in every dimension at once, with the certificates that they export.

use divan::{Bencher, black_box};
use ouracle::evidence::{EveryDimension, Provable, Relation, Statement};
use ouracle::numbers::{Dual, Expr, Proof, Scalar, rate};
use ouracle::parameters;
use ouracle::worlds::Marginal;

parameters! {
    /// Any linear SDE with its marginal, and a point.
    Point {
        marginal: of(Marginal) "the process and its law at this time",
        y: vector "the point",
    }
}

/// Fokker–Planck for the log-density of the marginal.
#[derive(Clone, Copy)]
struct FokkerPlanck(&'static [&'static str]);

impl Statement for FokkerPlanck {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        self.0
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let density_rate = rate(p.marginal.moving().law.log_density(&p.y.map(Dual::constant)));
        let by_process = p.marginal.sde.at(&p.y).log_density_rate(&p.marginal.log_density_jet(&p.y));
        vec![Relation::equal("log-density", density_rate, by_process)]
    }
}

const LINE: FokkerPlanck = FokkerPlanck(&["A=[[-0.7]] c=[0.37] L=[[1.3]] m=[0.31] S=[[0.61]] y=[1.8113]"]);
const PLANE: FokkerPlanck = FokkerPlanck(&[
    "A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] y=[0.8113,1.7]",
]);

#[divan::bench]
fn fokker_planck_on_the_line(bencher: Bencher) {
    bencher.bench(|| black_box(LINE).prove("fokker-planck"));
}

#[divan::bench]
fn fokker_planck_in_the_plane(bencher: Bencher) {
    bencher.bench(|| black_box(PLANE).prove("fokker-planck"));
}

#[divan::bench]
fn fokker_planck_in_every_dimension(bencher: Bencher) {
    bencher.bench(|| black_box(EveryDimension(PLANE)).prove("fokker-planck"));
}

/// The zero test alone: `(x + y)ⁿ (x − y)ⁿ = (x² − y²)ⁿ`.
#[divan::bench(args = [4, 8, 16])]
fn powers_of_a_difference(bencher: Bencher, n: i32) {
    bencher.bench(|| {
        Proof::scope(|proof| {
            let (x, y) = (proof.symbol("x", "x"), proof.symbol("y", "y"));
            let power = |base: Expr| (1..black_box(n)).fold(base, |product, _| product * base);
            proof.equal("powers", power(x + y) * power(x - y), power(x * x - y * y)).is_ok()
        })
    });
}
