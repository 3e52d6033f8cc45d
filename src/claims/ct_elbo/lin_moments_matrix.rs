//! The covariance of every linear SDE in several dimensions, by variation of constants and by two exponentials.
//!
//! For $dY = AY\,dt + L\,dB$ with $Q = LL^\top$ and $\mathrm{Cov}\,Y_0 = \Sigma_0$, the Lyapunov equation
//! $\dot\Sigma = A\Sigma + \Sigma A^\top + Q$ has the solution
//!
//! $$ \Sigma_t = E_t\left(\Sigma_0 + \int_0^t E_u^{-1} Q E_u^{-\top} du\right)E_t^\top, \qquad \dot E = AE, \quad E_0 = I $$
//!
//! That is proved for any $A$ and $L$, which may move in time. For constant $A$ it is
//! $\Sigma_t = e^{At}\Sigma_0e^{A^\top t} + W$, and $W = \int_0^t e^{Au}Qe^{A^\top u}du$ is part of an exponential in two ways: of the Lyapunov
//! operator with one more row for $Q$, and of Van Loan's block matrix, $W = F_3^\top G_2$,
//!
//! $$ \exp\left[\begin{pmatrix}-A&Q\\0&A^\top\end{pmatrix}t\right] = \begin{pmatrix}F_1&G_2\\0&F_3\end{pmatrix} $$
//!
//! The second holds $e^{-At}$ and loses as many digits as a stiff $A$ costs, so that it is the witness and not the oracle.
//! Neither diagonalises: Jordan blocks, nearly equal eigenvalues, $\Sigma_0 = 0$ and a singular $Q$ are no special cases, as long as
//! $\Sigma_t$ is positive definite.
//!
//! Assumptions: none beyond linearity. If it failed, every score target of a process with coupled coordinates (Langevin
//! dynamics with velocities, anisotropic noise) would be that of another process.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, MatrixPath, Plan, Relation, Statement, Trial};
use crate::numbers::{Ball, Covariance, Dual, Exponential, Float, Matrix, Scalar, rate};
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source, at_point, describe};
use crate::worlds::{MatrixSde, MatrixTransition, moving};

const TRANSPOSE: u8 = 1;
const FACTOR: u8 = 2;
const ONE_SIDED: u8 = 3;
const BLOCK: u8 = 4;

/// The process, or what a wrong version takes for it.
fn process<S: Scalar>(wrong: u8, sde: &MatrixSde<S>) -> MatrixSde<S> {
    let mut process = sde.clone();
    match wrong {
        TRANSPOSE => process.drift = sde.drift.transpose(),
        FACTOR => process.factor = sde.factor.transpose(),
        _ => {}
    }
    process
}

/// `E Σ₀ Eᵀ + W`; a wrong version multiplies the start from one side only.
fn carried<S: Scalar>(wrong: u8, transition: &MatrixTransition<S>, start: &Matrix<S>) -> Matrix<S> {
    match wrong {
        ONE_SIDED => &(&transition.factor * start) + &transition.covariance,
        _ => transition.apply(start),
    }
}

fn read_sde<S: Scalar>(source: &mut dyn Source<S>) -> Result<MatrixSde<S>, InputError> {
    let drift = source.matrix("A", "the drift matrix, d x d")?;
    let sde = MatrixSde::centred(drift, source.matrix("L", "the noise factor, d rows; Q = L L^T may be singular")?);
    source.same_dimension(&["A", "L"])?;
    if sde.drift.columns() == sde.drift.rows() {
        return Ok(sde);
    }
    let (rows, columns) = (sde.drift.rows(), sde.drift.columns());
    Err(InputError::Shape {
        name: "A".to_owned(),
        expected: "a square matrix".to_owned(),
        got: format!("{rows} x {columns} entries"),
    })
}

/// A process with the solution of `E′ = AE` and the integral `I′ = E⁻¹QE⁻ᵀ` at some time.
struct Evolving<S> {
    sde: MatrixSde<S>,
    start: Matrix<S>,
    solution: Matrix<S>,
    integral: Matrix<S>,
}

impl<S: Scalar> Parameters<S> for Evolving<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let evolving = Self {
            sde: read_sde(source)?,
            start: source.symmetric("S0", "the covariance at time 0, d x d")?,
            solution: source.matrix("E", "the fundamental solution at this time, d x d")?,
            integral: source.symmetric("I", "the integral of E^-1 Q E^-T up to this time")?,
        };
        source.same_dimension(&["A", "S0", "E", "I"])?;
        let [solution, integral] = evolving.rates();
        let d = evolving.start.rows();
        for (i, j) in (0..d).flat_map(|i| (0..d).map(move |j| (i, j))) {
            source.rule(evolving.solution[(i, j)], solution[(i, j)]);
            if j <= i {
                source.rule(evolving.integral[(i, j)], integral[(i, j)]);
            }
        }
        Ok(evolving)
    }
}

impl<S: Scalar> Evolving<S> {
    /// The rates of the solution and of the integral.
    fn rates(&self) -> [Matrix<S>; 2] {
        let inverse = self.solution.adjugate().scale(self.solution.determinant().recip());
        let pulled = &inverse * &self.sde.factor;
        [&self.sde.drift * &self.solution, &pulled * &pulled.transpose()]
    }
}

/// `E (Σ₀ + I) Eᵀ` moves by the Lyapunov equation.
struct Variation(u8);

impl Statement for Variation {
    type Params<S: Scalar> = Evolving<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-1.317,0.8731],[-0.4419,-0.2913]] L=[[0.9131,0],[0.3377,0.5219]] S0=[[0.7719,0.3011],[0.3011,0.4127]] \
             E=[[0.37,0.51],[-0.29,0.83]] I=[[1.31,-0.27],[-0.27,0.93]]",
            "A=[[-0.7]] L=[[1.3]] S0=[[0.61]] E=[[0.37]] I=[[1.7]]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Evolving<S>) -> Vec<Relation<'p, S>> {
        let [solution, integral] = p.rates();
        let (solution, integral) = (moving(&p.solution, &solution), moving(&p.integral, &integral));
        let start = p.start.map(Dual::constant);
        let noise = &(&solution * &integral) * &solution.transpose();
        let covariance = carried(self.0, &MatrixTransition { factor: solution, covariance: noise }, &start);
        let claimed = process(self.0, &p.sde).covariance_rate(&covariance.map(|entry| entry.re));
        let entries = (0..start.rows()).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let name = |i, j| format!("Lyapunov equation, entry ({}, {})", i + 1, j + 1);
        entries.map(|(i, j)| Relation::equal(name(i, j), rate(covariance[(i, j)]), claimed[(i, j)])).collect()
    }
}

/// A process with constant coefficients, its start and its end.
struct Constant<S> {
    sde: MatrixSde<S>,
    start: Matrix<S>,
    t: S,
}

const START: &str = "the covariance at time 0, d x d, possibly singular or 0";

impl<S: Scalar> Parameters<S> for Constant<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let constant = Self {
            sde: read_sde(source)?,
            start: source.symmetric("S0", START)?,
            t: source.real("t", Domain::Positive, "the time")?,
        };
        source.same_dimension(&["A", "S0"])?;
        Ok(constant)
    }
}

impl<S: Exponential> Constant<S> {
    fn covariance(&self, wrong: u8) -> Matrix<S> {
        carried(wrong, &process(wrong, &self.sde).transition(self.t), &self.start)
    }
}

/// `e^{At}` and `W` from Van Loan's exponential. Source: `vanloan1978`.
fn van_loan<S: Exponential>(wrong: u8, sde: &MatrixSde<S>, t: S) -> MatrixTransition<S> {
    let (d, noise) = (sde.drift.rows(), sde.noise());
    let block = Matrix::from_fn(2 * d, 2 * d, |i, j| match (i < d, j < d) {
        (true, true) => -sde.drift[(i, j)],
        (true, false) => noise[(i, j - d)],
        (false, false) => sde.drift[(j - d, i - d)],
        (false, true) => S::zero(),
    });
    let exponential = block.scale(t).exp();
    let part = |row: usize, column: usize| Matrix::from_fn(d, d, |i, j| exponential[(row + i, column + j)]);
    let factor = part(d, d).transpose();
    // The first block is e^{−At}, not e^{At}.
    let by = if wrong == BLOCK { part(0, 0) } else { factor.clone() };
    MatrixTransition { covariance: &by * &part(0, d), factor }
}

const POINT: &str = "A=[[-1.317,0.8731],[-0.4419,-0.2913]] L=[[0.9131,0],[0.3377,0.5219]] \
    S0=[[0.7719,0.3011],[0.3011,0.4127]] t=1.3713";

/// The exponential of the Lyapunov operator and Van Loan's give the same covariance.
struct Exponentials(u8);

impl Enclosed for Exponentials {
    fn points(&self) -> &'static [&'static str] {
        &[
            POINT,
            // Three eigenvalues within 10⁻⁴ of −1 but for the coupling.
            "A=[[-1,0.3137,-0.2719],[0.1123,-1.0001,0.4541],[-0.6661,0.2239,-0.9999]] \
             L=[[1.0137,0,0],[0.4139,0.3331,0],[-0.2213,0.7171,0.0513]] S0=[[1.13,0.21,-0.33],[0.21,0.57,0.11],[-0.33,0.11,0.91]] t=2.0137",
            // An eigenvalue near −1940.
            "A=[[-0.8137,311.7],[-311.7,-1937.13]] L=[[0.0137,0],[0.7717,1.3391]] S0=[[2.31,0.02],[0.02,0.0031]] t=0.0417",
            // A Jordan block that carries the noise of its last coordinate to the others, from nothing.
            "A=[[-0.7,1.3,0],[0,-0.7,1.1],[0,0,-0.7]] L=[[0,0,0],[0,0,0],[0,0,1.3119]] S0=[[0,0,0],[0,0,0],[0,0,0]] t=0.8137",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let p: Constant<Ball> = at_point(point)?;
        let equal = |name, left: Ball, right: Ball| EnclosedRelation::equal(name, move |_| left - right);
        let claimed = p.covariance(self.0);
        let witness = van_loan(self.0, &p.sde, p.t).apply(&p.start);
        let log_det = |covariance: &Matrix<Ball>| Covariance::new(covariance.clone()).log_det();
        Ok(vec![
            equal("log det", log_det(&claimed), log_det(&witness)),
            equal("first variance", claimed[(0, 0)], witness[(0, 0)]),
            equal("first covariance", claimed[(1, 0)], witness[(1, 0)]),
        ])
    }
}

/// The empirical covariance of paths drawn from drift and diffusion alone.
struct Ends(u8);

impl Trial for Ends {
    fn plan(&self) -> Result<Plan, InputError> {
        let claimed = at_point::<Ball, Constant<Ball>>(POINT)?.covariance(self.0);
        let p: Constant<Float> = at_point(POINT)?;
        let path = MatrixPath::new(|_| p.sde.clone(), p.t.0, 4);
        Ok(path.plan(POINT, &p.start, &claimed))
    }
}

fn log_det(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let p: Constant<Ball> = ExactReader::new(inputs, ignored).read()?;
    ExactReader::new(inputs, ignored).exact_semidefinite("S0", START)?;
    let value = Covariance::new(p.covariance(0)).log_det();
    if value.is_finite() {
        return Ok(value);
    }
    let reason =
        "the covariance at t is singular, or too nearly so: the noise must reach every direction that S0 lacks";
    Err(InputError::Condition(reason.to_owned()))
}

const VARIATION: &str = "variation of constants";
const EXPONENTIALS: &str = "exponentials";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "lin-moments-matrix",
    aliases: &[],
    expect: Expect::True,
    title: "The covariance of every linear SDE in d dimensions: variation of constants, and two exponentials",
    text: include_str!("lin_moments_matrix.rs"),
    sources: &["vanloan1978"],
    readings: &[
        Readings::of(VARIATION, &Variation(0)),
        Readings::certified(EXPONENTIALS, &ByEnclosure(Exponentials(0))).and_sampled(&Ends(0)),
    ],
    controls: &[
        Control {
            id: "drift-transposed",
            story: "Aᵀ for A, a batch of rows multiplied from the wrong side",
            readings: Readings::of(VARIATION, &Variation(TRANSPOSE)),
        },
        Control {
            id: "drift-transposed-in-an-exponential",
            story: "Aᵀ for A in the exponential of the Lyapunov operator",
            readings: Readings::certified(EXPONENTIALS, &ByEnclosure(Exponentials(TRANSPOSE)))
                .and_sampled(&Ends(TRANSPOSE)),
        },
        Control {
            id: "factor-transposed",
            story: "Q = LᵀL for LLᵀ",
            readings: Readings::certified(EXPONENTIALS, &ByEnclosure(Exponentials(FACTOR))).and_sampled(&Ends(FACTOR)),
        },
        Control {
            id: "one-sided",
            story: "E Σ₀ for E Σ₀ Eᵀ: the start carried as a mean is",
            readings: Readings::of(VARIATION, &Variation(ONE_SIDED)),
        },
        Control {
            id: "wrong-block",
            story: "the first block e^{−At} of Van Loan's exponential in place of the transposed last one",
            readings: Readings::certified(EXPONENTIALS, &ByEnclosure(Exponentials(BLOCK))),
        },
    ],
    quantities: &[Quantity {
        id: "log-det-covariance",
        about: "ln det Sigma_t of dY = A Y dt + L dB with Cov Y_0 = S0, in nats",
        ignores: &[],
        fields: describe::<Constant<Float>>,
        enclose: log_det,
        double: None,
    }],
};
