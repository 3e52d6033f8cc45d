//! A random projection estimates the divergence of a score without bias, with a variance that depends on its law.
//!
//! For $E\,vv^\top = I$ and any square $B$ (the Jacobian $\nabla s$ at a point), $E\,v^\top B v = \mathrm{tr}\,B$. With
//! $S = \frac12(B + B^\top)$, the variance of $v^\top B v$ is
//!
//! $$ 2\left(\|S\|_F^2 - \sum_i S_{ii}^2\right) \text{ for signs}, \quad 2\|S\|_F^2 \text{ for } N(0, I), \quad
//! \tfrac{2d}{d+2}\left(\|S\|_F^2 - \tfrac{(\mathrm{tr}\,S)^2}{d}\right) \text{ on the sphere of radius } \sqrt d $$
//!
//! The gradient-type loss $v^\top B v + \frac12(v^\top s)^2$ is unbiased for $\mathrm{tr}\,B + \frac12|s|^2$ too. Its variance exceeds
//! that of the loss with the exact square by
//!
//! $$ 2s^\top S s + \tfrac12|s|^4 \text{ for } N(0, I), \qquad 2s^\top S s + \tfrac12|s|^4 - 2\sum_i S_{ii}s_i^2 - \tfrac12\sum_i s_i^4 \text{ for signs} $$
//!
//! For normals it is negative where the score is small and its Jacobian negative definite, that is, near a mode: there the
//! loss with the exact square is the noisier one. For signs the entries off the diagonal decide, and either may happen.
//!
//! Assumptions: none on $B$; $d = 1$ cannot test any of it, for there signs are exact, as they are for every diagonal $S$. Moments of signs
//! are 0 or 1, normals are paired by Isserlis' theorem, and the sphere follows from the normals, whose length is independent of
//! their direction. If it failed, the number of projections that a loss is given would be wrong.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler};
use crate::numbers::{Ball, Field, Float, Lanes, Matrix, Scalar};
use crate::objectives::hutchinson::{Probe, symmetric_part};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source, at_point};
use crate::worlds::GaussianPolynomial;

parameters! {
    /// A Jacobian and the score at a point.
    Point {
        B: matrix "the Jacobian of the score",
        s: vector "the score",
    }
}

const UNSYMMETRIC: u8 = 1;
const NORMALS_FOR_SIGNS: u8 = 2;
const UNIT_SPHERE: u8 = 3;
const NO_CROSS_TERM: u8 = 4;
const ALWAYS_NOISIER: u8 = 5;

const PROBES: [(&str, Probe); 3] =
    [("signs", Probe::Rademacher), ("normals", Probe::Gaussian), ("sphere", Probe::Sphere)];

const POINT: &str =
    "B=[[-1.1137,0.4119,0.2713],[-0.3171,0.7719,0.1337],[0.6119,-0.9713,0.2117]] s=[0.8113,-0.4719,1.3137]";

impl<S: Scalar> Point<S> {
    /// `B + ½ssᵀ`, whose quadratic form is `vᵀBv + ½(vᵀs)²`.
    fn with_projected_square(&self) -> Matrix<S> {
        &self.B + &self.s.outer(&self.s).scale(S::ratio(1, 2))
    }
}

/// `E(vᵀBv)` and `E(vᵀBv)²` from the moments of `v` alone.
fn moments<S: Scalar>(wrong: u8, probe: Probe, b: &Matrix<S>) -> (S, S) {
    let form = GaussianPolynomial::form(b);
    let (first, second) = (probe.mean(b.rows(), &form), probe.mean(b.rows(), &form.times(&form)));
    match probe {
        Probe::Sphere if wrong == UNIT_SPHERE => (first / b.rows() as i64, second / b.rows().pow(2) as i64),
        _ => (first, second),
    }
}

/// The variance as it is stated.
fn stated<S: Scalar>(wrong: u8, probe: Probe, b: &Matrix<S>) -> S {
    let matrix = if wrong == UNSYMMETRIC { b.clone() } else { symmetric_part(b) };
    let probe = if wrong == NORMALS_FOR_SIGNS && probe == Probe::Rademacher { Probe::Gaussian } else { probe };
    probe.variance(&matrix)
}

/// What the projected square adds to the variance, as it is stated.
fn stated_excess<S: Scalar>(wrong: u8, probe: Probe, p: &Point<S>) -> S {
    let cross = if wrong == NO_CROSS_TERM { S::zero() } else { p.B.bilinear(&p.s, &p.s) * 2 };
    let full = cross + p.s.dot(&p.s).square() / 2;
    if probe == Probe::Gaussian {
        return full;
    }
    (0..p.s.dimension()).fold(full, |rest, i| {
        let square = p.s[i].square();
        rest - p.B[(i, i)] * square * 2 - square.square() / 2
    })
}

struct Projection(u8);

impl Statement for Projection {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[POINT, "B=[[0.7137,-1.3119],[0.2719,-0.4137]] s=[0.3119,0.9137]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let projected = p.with_projected_square();
        let mut relations = Vec::new();
        for (name, probe) in PROBES {
            let (mean, square) = moments(wrong, probe, &p.B);
            let variance = square - mean.square();
            relations.push(Relation::equal(format!("mean, {name}"), mean, p.B.trace()));
            relations.push(Relation::equal(format!("variance, {name}"), variance, stated(wrong, probe, &p.B)));
            let (mean, square) = moments(wrong, probe, &projected);
            let target = p.B.trace() + p.s.dot(&p.s) / 2;
            relations.push(Relation::equal(format!("mean of the gradient type, {name}"), mean, target));
            if probe != Probe::Sphere {
                let excess = square - mean.square() - variance;
                let name = format!("excess variance of the gradient type, {name}");
                relations.push(Relation::equal(name, excess, stated_excess(wrong, probe, p)));
            }
        }
        relations
    }
}

/// Near a mode the projected square lowers the variance, with normal probes.
struct NearMode(u8);

impl Statement for NearMode {
    type Params<S: Scalar> = Point<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "B=[[-1.3137,0.4119],[0.2713,-0.9137]] s=[0.3119,-0.2137]",
            "B=[[-2.1137,0.4119,0.2713],[-0.3171,-1.7719,0.1337],[0.6119,-0.9713,-1.2117]] s=[0.4113,-0.2719,0.3137]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Point<S>) -> Vec<Relation<'p, S>> {
        let variance = |b: &Matrix<S>| {
            let (mean, square) = moments(0, Probe::Gaussian, b);
            square - mean.square()
        };
        let (exact, projected) = (variance(&p.B), variance(&p.with_projected_square()));
        let (lower, upper) = if self.0 == ALWAYS_NOISIER { (exact, projected) } else { (projected, exact) };
        vec![Relation::below("variance near a mode", lower, upper)]
    }
}

/// Mean and variance of `vᵀBv` from drawn probes.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const NAMES: [[&str; 2]; 3] = [
            ["trace from signs", "squared deviation from signs"],
            ["trace from normals", "squared deviation from normals"],
            ["trace from the sphere", "squared deviation from the sphere"],
        ];
        let wrong = self.0;
        let (exact, p): (Point<Ball>, Point<Float>) = (at_point(POINT)?, at_point(POINT)?);
        let mut statistics = Vec::new();
        for ([trace, square], (_, probe)) in NAMES.into_iter().zip(PROBES) {
            let variance = stated(0, probe, &exact.B);
            let spread = probe.fourth_moment(&symmetric_part(&exact.B)) - variance.square();
            let claimed = stated(wrong, probe, &exact.B).to_f64();
            statistics.push(Statistic::mean(trace, exact.B.trace().to_f64(), variance.to_f64()));
            statistics.push(Statistic::mean(square, claimed, spread.to_f64()));
        }
        let (b, d) = (p.B.map(Lanes::<WIDTH>::splat), p.B.rows());
        let trace = b.trace();
        let sampler = sampler(move |noise, out| {
            for ((_, probe), out) in PROBES.into_iter().zip(out.chunks_mut(2)) {
                let v = noise.projection(probe, d);
                let form = b.bilinear(&v, &v);
                out[0] = form;
                out[1] = (form - trace).square();
            }
        });
        Ok(Plan { point: POINT, statistics, drawn: None, sampler })
    }
}

/// A square Jacobian and the law of the probe.
pub struct Jacobian<S> {
    matrix: Matrix<S>,
    probe: Probe,
}

impl<S: Scalar> Parameters<S> for Jacobian<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let matrix = source.matrix("B", "any square matrix, the Jacobian of the score")?;
        let probe = Probe::named(source.choice("law", Probe::NAMES, true, "the law of the probe v, E v v^T = I")?);
        if matrix.rows() != matrix.columns() {
            return Err(InputError::Shape {
                name: "B".to_owned(),
                expected: "a square matrix such as [[1,2],[0,1]]".to_owned(),
                got: format!("{} x {} entries", matrix.rows(), matrix.columns()),
            });
        }
        Ok(Self { matrix, probe })
    }
}

/// `Var(vᵀBv)`.
struct Variance;

impl Formula for Variance {
    type Params<S: Scalar> = Jacobian<S>;
    fn value<S: Scalar>(p: &Jacobian<S>) -> S {
        stated(0, p.probe, &p.matrix)
    }
}

const PROJECTION: &str = "projection";
const NEAR_MODE: &str = "near a mode";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ssm-hutchinson",
    aliases: &[],
    title: "Random projections estimate a divergence without bias, and the law of the probe decides their variance",
    expect: Expect::True,
    text: include_str!("ssm_hutchinson.rs"),
    sources: &["hutchinson1990", "song2020sliced"],
    readings: &[
        Readings::of(PROJECTION, &Projection(0)).and_sampled(&Draws(0)),
        Readings::certified(NEAR_MODE, &NearMode(0)),
    ],
    controls: &[
        Control {
            id: "unsymmetric",
            story: "‖B‖² for ‖S‖²: the Jacobian not symmetrised",
            readings: Readings::of(PROJECTION, &Projection(UNSYMMETRIC)).and_sampled(&Draws(UNSYMMETRIC)),
        },
        Control {
            id: "normals-for-signs",
            story: "2‖S‖², the variance of normal probes, for signs",
            readings: Readings::of(PROJECTION, &Projection(NORMALS_FOR_SIGNS)).and_sampled(&Draws(NORMALS_FOR_SIGNS)),
        },
        Control {
            id: "unit-sphere",
            story: "probes on the unit sphere without the factor d",
            readings: Readings::of(PROJECTION, &Projection(UNIT_SPHERE)),
        },
        Control {
            id: "no-cross-term",
            story: "the projected square adds ½|s|⁴, whatever the Jacobian",
            readings: Readings::of(PROJECTION, &Projection(NO_CROSS_TERM)),
        },
        Control {
            id: "always-noisier",
            story: "the projected square makes the loss noisier, near a mode too",
            readings: Readings::certified(NEAR_MODE, &NearMode(ALWAYS_NOISIER)),
        },
    ],
    quantities: &[Quantity::of::<Variance>(
        "variance",
        "Var(v^T B v), v with independent entries +-1 unless law says otherwise",
        &[],
    )],
};
