//! A derivative of any order along a step from one evaluation more than the order, with weights in closed form.
//!
//! With distinct $\alpha_k > 0$, $y_k = \alpha_k^2$, and $\beta_k = 1/(y_k\prod_{l\ne k}(y_k - y_l))$, $\gamma_k = 1/(\alpha_k\prod_{l\ne k}(y_k - y_l))$,
//!
//! $$ \frac{(2K)!}2\sum_k\beta_k[L(x+\alpha_kv) + L(x-\alpha_kv) - 2L(x)] = D_v^{2K}L + \sum_{j>K}\frac{(2K)!}{(2j)!}h_{j-K}(y)D_v^{2j}L $$
//! $$ \frac{(2K-1)!}2\sum_k\gamma_k[L(x+\alpha_kv) - L(x-\alpha_kv)] = D_v^{2K-1}L + \sum_{j>K}\frac{(2K-1)!}{(2j-1)!}h_{j-K}(y)D_v^{2j-1}L $$
//!
//! Here $h_n$ is the sum of all products of $n$ of the $y$, repetitions allowed. The leading error is $\frac{T!}{(T+2)!}\sum\alpha_k^2\,D_v^{T+2}L$: relative to the
//! derivative it is of order $\varepsilon^2$ whatever the order $T$. On the exponential with $T = 4$, $\alpha = (1, 2)$ and $\varepsilon = \frac18$ it makes 0.26%. For nodes
//! $n_0, \dots, n_T$ on any side, $T!\sum_kL(x+n_kv)/\prod_{l\ne k}(n_k - n_l)$ has errors $\frac{T!}{j!}h_{j-T}(n)D_v^jL$, of order $\varepsilon$ unless $\sum n_k = 0$.
//!
//! Assumptions: derivatives that exist along the step; exact arithmetic. The weights alternate in sign and grow without bound as
//! distances approach each other: at $\alpha = (1, 1.001)$ in the second point they are hundreds, and so is what rounding adds. Proved on
//! monomials with free distances for three orders of each parity; the estimate itself is enclosed by two routes, of which the power series
//! loses nothing for small $\varepsilon$. Nothing is random. If it failed, an estimate of a higher derivative would be another one.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation, Relation, Statement};
use crate::numbers::{Ball, Float, Rational, Scalar, Taylor, Vector};
use crate::objectives::score_matching::{SymmetricStencil, complete_homogeneous, divided_difference, factorial};
use crate::parameters;
use crate::parameters::{Domain, ExactReader, Ignored, InputError, Inputs, Parameters, Source};
use crate::worlds::log_cosh;

const NO_HALF: u8 = 1;
const NO_SQUARE: u8 = 2;
const EVEN_FACTORIAL: u8 = 3;
const ONE_SIDED_SECOND_ORDER: u8 = 4;
const NO_TRUNCATION: u8 = 5;
const ELEMENTARY: u8 = 6;

parameters! {
    /// The distances of a stencil.
    Distances {
        alpha: positives "distances of the nodes from the centre, in steps",
    }
}

/// On monomials.
struct Moments(u8);

impl Statement for Moments {
    type Params<S: Scalar> = Distances<S>;

    fn points(&self) -> &'static [&'static str] {
        &["alpha=[1.3]", "alpha=[0.7,1.9]", "alpha=[1,1.001]", "alpha=[0.5,1.7,2.3]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Distances<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let pairs = p.alpha.dimension();
        let mut relations = Vec::new();
        for order in [2 * pairs as u32 - 1, 2 * pairs as u32] {
            let mut stencil = SymmetricStencil::new(order, &p.alpha.0);
            if wrong == NO_SQUARE && order % 2 == 0 {
                let squares = p.alpha.0.iter().map(|a| a.square());
                stencil.weights = stencil.weights.iter().zip(squares).map(|(weight, y)| *weight * y).collect();
            }
            let factor = match wrong {
                NO_HALF => 2,
                EVEN_FACTORIAL if order % 2 == 1 => i64::from(order) + 1,
                _ => 1,
            };
            for power in (2 - order as i32 % 2..=order as i32 + 4).step_by(2) {
                let error = (power - order as i32) / 2;
                let expected = match error {
                    ..0 => S::zero(),
                    // The elementary polynomial of degree 2, in which no product repeats.
                    2 if wrong == ELEMENTARY => {
                        let sum = stencil.error_coefficient(1);
                        sum.square() - stencil.error_coefficient(2)
                    }
                    _ => stencil.error_coefficient(error as usize),
                };
                let name = format!("order {order}, power {power}");
                let estimate = stencil.estimate(|t| t.powi(power)) * factor;
                relations.push(Relation::equal(name, estimate, factorial::<S>(order) * expected));
            }
        }
        relations
    }
}

parameters! {
    /// Nodes on any side.
    AnyNodes {
        n: vector "places of the nodes, in steps",
    }
}

/// On monomials, with nodes on any side.
struct Nodes(u8);

impl Statement for Nodes {
    type Params<S: Scalar> = AnyNodes<S>;

    fn points(&self) -> &'static [&'static str] {
        &["n=[0,1,2,3.5]", "n=[-0.3,0.7,1.1,2.9]"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p AnyNodes<S>) -> Vec<Relation<'p, S>> {
        let order = p.n.dimension() - 1;
        let of_power = |power: usize| {
            let expected = match power.checked_sub(order) {
                None => S::zero(),
                Some(1) if self.0 == ONE_SIDED_SECOND_ORDER => S::zero(),
                Some(error) => complete_homogeneous(error, &p.n.0),
            };
            let estimate = divided_difference(&p.n.0, |t| t.powi(power as i32));
            Relation::equal(format!("nodes on any side, power {power}"), estimate, expected)
        };
        (0..=order + 2).map(of_power).collect()
    }
}

/// A function on the line.
#[derive(Debug, Clone, Copy)]
enum Function {
    Exp,
    Sin,
    Cos,
    LogCosh,
}

impl Function {
    const NAMES: &'static [&'static str] = &["exp", "sin", "cos", "logcosh"];

    fn value<S: Scalar>(self, x: S) -> S {
        match self {
            Self::Exp => x.exp(),
            Self::Sin => x.sin_cos().0,
            Self::Cos => x.sin_cos().1,
            Self::LogCosh => log_cosh(x),
        }
    }
}

/// What the estimate of a derivative depends on.
struct Estimate<S> {
    stencil: SymmetricStencil<S>,
    function: Function,
    x: S,
    eps: S,
}

impl<S: Scalar> Parameters<S> for Estimate<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let order = source.count("T", "order of the derivative")?;
        let alpha: Vector<S> =
            source.positives("alpha", "distances of the nodes in steps: T/2 of them, or (T+1)/2 for odd T")?;
        let x = source.real("x", Domain::Real, "the point")?;
        let eps = source.real("eps", Domain::Positive, "length of the step")?;
        let function = match source.choice("function", Function::NAMES, false, "the function that is differentiated")? {
            "exp" => Function::Exp,
            "sin" => Function::Sin,
            "cos" => Function::Cos,
            _ => Function::LogCosh,
        };
        Ok(Self { stencil: SymmetricStencil::new(order, &alpha.0), function, x, eps })
    }
}

impl Estimate<Ball> {
    /// Refuses stencils that do not exist, before anything is rounded.
    fn checked(inputs: &Inputs, ignored: Ignored) -> Result<Self, InputError> {
        let estimate: Self = ExactReader::new(inputs, ignored).read()?;
        let exact: Vec<Rational> = ExactReader::new(inputs, ignored).exact_vector("alpha", "distances of the nodes")?;
        let (order, pairs) = (estimate.stencil.order, estimate.stencil.distances.len());
        if pairs != SymmetricStencil::<Ball>::pairs(order) {
            let wanted = SymmetricStencil::<Ball>::pairs(order);
            return Err(InputError::Condition(format!(
                "`alpha` has {pairs} entries, but a stencil of order T = {order} has {wanted}; give T/2 distances for an even T, (T+1)/2 for an odd one"
            )));
        }
        if (1..pairs).any(|k| exact[..k].contains(&exact[k])) {
            let why = "`alpha` has a distance twice, for which there is no stencil; give distinct distances";
            return Err(InputError::Condition(why.to_owned()));
        }
        Ok(estimate)
    }

    fn plain(&self) -> Ball {
        self.stencil.value(|x| self.function.value(x), self.x, self.eps)
    }

    fn by_series(&self) -> Ball {
        self.stencil.value_by_series(|x| self.function.value(x), self.x, self.eps)
    }
}

/// The estimate itself, by two routes.
struct Values(u8);

impl Enclosed for Values {
    fn points(&self) -> &'static [&'static str] {
        &[
            "T=4 alpha=[1,2] x=0.3 eps=0.125 function=exp",
            "T=3 alpha=[0.5,1.7] x=-0.4 eps=0.2 function=sin",
            "T=5 alpha=[0.7,1.1,1.9] x=1.2 eps=1e-5 function=cos",
            "T=2 alpha=[1.3] x=0.6 eps=0.01 function=logcosh",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let estimate = Estimate::checked(&Inputs::from_words(point.split_whitespace())?, &[])?;
        let stated = if self.0 == NO_TRUNCATION {
            let derivative = estimate.function.value(Taylor::<Ball, 8>::variable(estimate.x));
            derivative.coefficient(estimate.stencil.order as usize) * factorial::<Ball>(estimate.stencil.order)
        } else {
            estimate.by_series()
        };
        // Relative to the estimate.
        let difference = (estimate.plain() - stated) / stated;
        Ok(vec![EnclosedRelation::equal("estimate", move |_| difference)])
    }
}

/// The estimate, from whichever route is the narrower.
fn estimate(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let estimate = Estimate::checked(inputs, ignored)?;
    let (plain, series) = (estimate.plain(), estimate.by_series());
    Ok(plain.intersect(&series).unwrap_or(plain))
}

const NODES: &str = "nodes on any side";
const VALUES: &str = "estimates";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "fd-general-stencil",
    aliases: &[],
    title: "A derivative of any order from one evaluation more than the order, with weights in closed form",
    expect: Expect::True,
    text: include_str!("fd_general_stencil.rs"),
    sources: &["pang2020"],
    readings: &[
        Readings::of("", &Moments(0)),
        Readings::of(NODES, &Nodes(0)),
        Readings::certified(VALUES, &ByEnclosure(Values(0))),
    ],
    controls: &[
        Control {
            id: "no-half",
            story: "the half left out, although both sides are added",
            readings: Readings::of("", &Moments(NO_HALF)),
        },
        Control {
            id: "weights-without-the-centre",
            story: "β without 1/α²: the centre not counted among the nodes",
            readings: Readings::of("", &Moments(NO_SQUARE)),
        },
        Control {
            id: "even-factorial-for-odd-orders",
            story: "(2K)! in front of the odd formula",
            readings: Readings::of("", &Moments(EVEN_FACTORIAL)),
        },
        Control {
            id: "no-repeated-products",
            story: "elementary for complete symmetric polynomials in the errors: products of different distances only",
            readings: Readings::of("", &Moments(ELEMENTARY)),
        },
        Control {
            id: "one-sided-is-second-order",
            story: "nodes on one side taken to have errors of second order too",
            readings: Readings::of(NODES, &Nodes(ONE_SIDED_SECOND_ORDER)),
        },
        Control {
            id: "estimate-is-the-derivative",
            story: "the estimate of order T taken for the derivative itself, its error for ε to the power T",
            readings: Readings::certified(VALUES, &ByEnclosure(Values(NO_TRUNCATION))),
        },
    ],
    quantities: &[Quantity::enclosed::<Estimate<Float>>(
        "estimate",
        "the symmetric estimate of the derivative of order T of the function at x, divided by eps^T, without rounding: the \
         value of the stencil, not the derivative",
        &[],
        estimate,
    )],
};
