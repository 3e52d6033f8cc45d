//! The variance of a trace estimated by a random quadratic form, for every law of projections in use, and the covariance of two.
//!
//! For square $A$, $B$, not necessarily symmetric, $A_s = \frac12(A + A^\top)$, and a projection with $E\,vv^\top = I$, $E\,v^\top Av = \mathrm{tr}\,A$ and $\mathrm{Cov}(v^\top Av, v^\top Bv)$ is
//!
//! $$ \text{normals: } 2\,\mathrm{tr}(A_sB_s), \qquad \text{signs: } 2\Big(\mathrm{tr}(A_sB_s) - \sum_iA_{ii}B_{ii}\Big) $$
//!
//! $$ \text{sphere of radius } \sqrt d\text{: } \tfrac{2d}{d+2}\Big(\mathrm{tr}(A_sB_s) - \tfrac1d\,\mathrm{tr}A\,\mathrm{tr}B\Big), \qquad
//! \text{coordinates } \sqrt d\,e_i\text{: } d\sum_iA_{ii}B_{ii} - \mathrm{tr}A\,\mathrm{tr}B $$
//!
//! and for independent entries with $E\,v_i^2 = 1$, $E\,v_i^4 = m_4$ the variance is $2\|A_s\|_F^2 + (m_4 - 3)\sum_iA_{ii}^2$. For signs that is $2\sum_{i \ne j}(A_s)_{ij}^2$, over
//! *ordered* pairs. Signs and the sphere never do worse than normals; with each other they have no order: signs are exact for a
//! diagonal $A$, and on the sphere a zero diagonal varies $\frac d{d+2}$ times as much as with signs. Both are exact for multiples of $I$.
//!
//! Assumptions: none on $A$ and $B$. These forms cancel for matrices near a multiple of $I$; the numbers come from sums of squares that are proved to
//! be the same. Moments of signs are 0 or 1, normals are paired by Isserlis' theorem, the sphere follows from
//! the normals. If it failed, the number of projections that a loss is given would be wrong.

use super::PROBES;
use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{NonNegative, Plan, Relation, Statement, Statistic, Trial, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar};
use crate::objectives::hutchinson::{Probe, symmetric_part};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::GaussianPolynomial;

const UNSYMMETRIC: u8 = 1;
const PAIRS_ONCE: u8 = 2;
const NORMALS_FOR_SPHERE: u8 = 3;
const UNIT_RADIUS: u8 = 4;
const GAUSSIAN_KURTOSIS: u8 = 5;
const SIGNS_BELOW_SPHERE: u8 = 6;

parameters! {
    /// Two square matrices, and entries of a kurtosis.
    Pair {
        A: matrix "a square matrix",
        B: matrix "another",
        m4: positive "fourth moment of independent entries with variance 1",
    }
}

/// The covariance as it is stated.
fn stated<S: Field>(wrong: u8, probe: Probe, a: &Matrix<S>, b: &Matrix<S>) -> S {
    let [a, b] = [a, b].map(|matrix| if wrong == UNSYMMETRIC { matrix.clone() } else { symmetric_part(matrix) });
    let d = a.rows() as i64;
    // The transpose changes nothing of symmetric parts; without it, what is not symmetrised would not be ‖A‖².
    let (product, traces) = ((&a * &b.transpose()).trace(), a.trace() * b.trace());
    let diagonal = (0..a.rows()).fold(S::zero(), |sum, i| sum + a[(i, i)] * b[(i, i)]);
    match probe {
        Probe::Gaussian => product * 2,
        Probe::Rademacher if wrong == PAIRS_ONCE => product - diagonal,
        Probe::Rademacher => (product - diagonal) * 2,
        Probe::Sphere if wrong == NORMALS_FOR_SPHERE => product * 2,
        Probe::Sphere => {
            let radius = if wrong == UNIT_RADIUS { d * d } else { 1 };
            (product - traces / d) * (2 * d) / (d + 2) / radius
        }
        Probe::Coordinate => diagonal * d - traces,
    }
}

/// `E[v_{i₁} ⋯ v_{iₙ}]` for `n ≤ 4` of independent entries with variance 1 and this fourth moment.
fn independent_moment<S: Field>(m4: S, d: usize, indices: &[usize]) -> S {
    (0..d).fold(S::one(), |product, i| match indices.iter().filter(|at| **at == i).count() {
        0 | 2 => product,
        4 => product * m4,
        _ => S::zero(),
    })
}

struct Moments(u8);

impl Statement for Moments {
    type Params<S: Scalar> = Pair<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-1.1137,0.4119,0.2713],[-0.3171,0.7719,0.1337],[0.6119,-0.9713,0.2117]] \
             B=[[0.7137,-1.3119,0.4],[0.2719,-0.4137,0.1],[-0.9,0.31,1.7]] m4=1.8",
            "A=[[0.8,-0.25,0.1],[-0.25,1.6,0.05],[0.1,0.05,0.45]] B=[[0.8,-0.25,0.1],[-0.25,1.6,0.05],[0.1,0.05,0.45]] m4=1.8",
            "A=[[1.3,-0.7,0.2,0.05],[0.6,-2.1,0.9,-0.4],[1.1,0.3,0.8,0.33],[-0.9,0.25,0.7,1.9]] \
             B=[[1.3,-0.7,0.2,0.05],[0.6,-2.1,0.9,-0.4],[1.1,0.3,0.8,0.33],[-0.9,0.25,0.7,1.9]] m4=9",
            "A=[[1.7]] B=[[-0.6]] m4=1.1",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Pair<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let d = p.A.rows();
        let [a, b] = [&p.A, &p.B].map(GaussianPolynomial::form);
        let (product, square) = (a.times(&b), a.times(&a));
        let mut relations = Vec::new();
        for (name, probe) in PROBES {
            let [mean, other] = [&a, &b].map(|form| probe.mean(d, form));
            let variance = probe.mean(d, &square) - mean.square();
            relations.push(Relation::equal(format!("mean, {name}"), mean, p.A.trace()));
            let covariance = probe.mean(d, &product) - mean * other;
            let [one, two] = [&p.A, &p.B].map(symmetric_part);
            relations.extend([
                Relation::equal(format!("covariance, {name}"), covariance, stated(wrong, probe, &p.A, &p.B)),
                // What the library evaluates: sums of squares, and of products, that do not cancel.
                Relation::equal(format!("covariance by sums, {name}"), covariance, probe.covariance(&one, &two)),
                Relation::equal(format!("variance, {name}"), variance, probe.variance(&one)),
            ]);
        }
        let moment = |(coefficient, indices): &(S, Vec<usize>)| *coefficient * independent_moment(p.m4, d, indices);
        let second = square.0.iter().map(moment).fold(S::zero(), |sum, term| sum + term);
        let symmetric = symmetric_part(&p.A);
        let diagonal = (0..d).fold(S::zero(), |sum, i| sum + symmetric[(i, i)].square());
        let kurtosis = if wrong == GAUSSIAN_KURTOSIS { S::zero() } else { (p.m4 - 3) * diagonal };
        let stated = stated(0, Probe::Gaussian, &p.A, &p.A) + kurtosis;
        relations.push(Relation::equal("variance, independent entries", second - p.A.trace().square(), stated));
        relations
    }
}

parameters! {
    /// A matrix.
    Square {
        A: matrix "a square matrix",
    }
}

/// Which laws are never worse than which.
struct Order(u8);

impl Statement for Order {
    type Params<S: Scalar> = Square<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-1.1137,0.4119,0.2713],[-0.3171,0.7719,0.1337],[0.6119,-0.9713,0.2117]]",
            "A=[[1,0.7,0.3],[0.7,1,-0.4],[0.3,-0.4,1]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Square<S>) -> Vec<Relation<'p, S>> {
        let a = symmetric_part(&p.A);
        let d = a.rows() as i64;
        let variance = |probe: Probe| probe.variance(&a);
        let sum = |entries: &mut dyn Iterator<Item = S>| {
            entries.fold(NonNegative::square(S::zero()), |sum, x| sum.plus(NonNegative::square(x)))
        };
        let declared = |n: i64, over: i64| NonNegative::declared(S::int(n) / over);
        let diagonal = sum(&mut (0..a.rows()).map(|i| a[(i, i)]));
        let all = sum(&mut a.entries().iter().copied());
        let trace = NonNegative::square(a.trace());
        let sphere_gap = all.times(declared(4, d + 2)).plus(trace.times(declared(2, d + 2)));
        let better = if self.0 == SIGNS_BELOW_SPHERE { Probe::Sphere } else { Probe::Gaussian };
        vec![
            Relation::at_most(
                "signs and normals",
                variance(Probe::Rademacher),
                variance(better),
                diagonal.times(declared(2, 1)),
            ),
            Relation::at_most("sphere and normals", variance(Probe::Sphere), variance(Probe::Gaussian), sphere_gap),
        ]
    }
}

const SAMPLED: &str = "A=[[-1.1137,0.4119,0.2713],[-0.3171,0.7719,0.1337],[0.6119,-0.9713,0.2117]]";

/// Mean and variance from drawn projections.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const NAMES: [[&str; 2]; 4] = [
            ["form of normals", "squared deviation of normals"],
            ["form of signs", "squared deviation of signs"],
            ["form on the sphere", "squared deviation on the sphere"],
            ["form of coordinates", "squared deviation of coordinates"],
        ];
        let (exact, p): (Square<Ball>, Square<Float>) = (at_point(SAMPLED)?, at_point(SAMPLED)?);
        let mut statistics = Vec::new();
        for ([form, square], (_, probe)) in NAMES.into_iter().zip(PROBES) {
            let symmetric = symmetric_part(&exact.A);
            let variance = probe.variance(&symmetric);
            let spread = probe.fourth_moment(&symmetric) - variance.square();
            let claimed = stated(self.0, probe, &exact.A, &exact.A);
            statistics.push(Statistic::mean(form, exact.A.trace().to_f64(), variance.to_f64()));
            statistics.push(Statistic::mean(square, claimed.to_f64(), spread.to_f64()));
        }
        let (a, d) = (p.A.map(Lanes::splat), p.A.rows());
        let trace = a.trace();
        Ok(Plan {
            point: SAMPLED,
            statistics,
            drawn: None,
            sampler: sampler(move |noise, out| {
                for ((_, probe), out) in PROBES.into_iter().zip(out.chunks_mut(2)) {
                    let v = noise.projection(probe, d);
                    out[0] = a.bilinear(&v, &v);
                    out[1] = (out[0] - trace).square();
                }
            }),
        })
    }
}

/// A square matrix and the law of the projection.
pub struct Form<S> {
    matrix: Matrix<S>,
    probe: Probe,
}

impl<S: Scalar> Parameters<S> for Form<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let matrix = source.matrix("A", "any square matrix")?;
        let probe = Probe::named(source.choice("law", Probe::EVERY, false, "the law of v, E v v^T = I")?);
        if matrix.rows() != matrix.columns() {
            return Err(InputError::Shape {
                name: "A".to_owned(),
                expected: "a square matrix such as [[1,2],[0,1]]".to_owned(),
                got: format!("{} x {} entries", matrix.rows(), matrix.columns()),
            });
        }
        Ok(Self { matrix, probe })
    }
}

/// `Var(vᵀAv)`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = Form<S>;
    fn value<S: Scalar>(p: &Form<S>) -> S {
        p.probe.variance(&symmetric_part(&p.matrix))
    }
}

const MOMENTS: &str = "moments";
const ORDER: &str = "order";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "sm-hutchinson-variance",
    aliases: &[],
    title: "The exact variance of a random quadratic form for every law of projections, and the covariance of two",
    expect: Expect::True,
    text: include_str!("sm_hutchinson_variance.rs"),
    sources: &["hutchinson1990", "song2020sliced"],
    readings: &[Readings::of(MOMENTS, &Moments(0)).and_sampled(&Draws(0)), Readings::of(ORDER, &Order(0))],
    controls: &[
        Control {
            id: "unsymmetric",
            story: "2‖A‖² for 2‖Aₛ‖²: the matrix not symmetrised",
            readings: Readings::of(MOMENTS, &Moments(UNSYMMETRIC)).and_sampled(&Draws(UNSYMMETRIC)),
        },
        Control {
            id: "pairs-once",
            story: "entries off the diagonal summed over i < j, which is half",
            readings: Readings::of(MOMENTS, &Moments(PAIRS_ONCE)).and_sampled(&Draws(PAIRS_ONCE)),
        },
        Control {
            id: "normals-for-sphere",
            story: "the variance of normals for the sphere",
            readings: Readings::of(MOMENTS, &Moments(NORMALS_FOR_SPHERE)).and_sampled(&Draws(NORMALS_FOR_SPHERE)),
        },
        Control {
            id: "unit-radius",
            story: "the variance on the unit sphere for that on the sphere of radius √d",
            readings: Readings::of(MOMENTS, &Moments(UNIT_RADIUS)).and_sampled(&Draws(UNIT_RADIUS)),
        },
        Control {
            id: "gaussian-kurtosis",
            story: "the variance of normals for any independent entries of variance 1",
            readings: Readings::of(MOMENTS, &Moments(GAUSSIAN_KURTOSIS)),
        },
        Control {
            id: "signs-below-sphere",
            story: "signs taken to be at least as good as the sphere for every matrix",
            readings: Readings::of(ORDER, &Order(SIGNS_BELOW_SPHERE)),
        },
    ],
    quantities: &[Quantity::of::<Variance>("variance", "Var(v^T A v), E v v^T = I", &[])],
};
