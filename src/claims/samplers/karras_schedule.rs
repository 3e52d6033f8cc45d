//! The nodes of EDM: equally spaced in the root of σ, both ends included, and then zero.
//!
//! $$ \sigma_i = \Big(\sigma_{\max}^{1/\rho} + \frac i{N-1}\big(\sigma_{\min}^{1/\rho} - \sigma_{\max}^{1/\rho}\big)\Big)^\rho, \quad i = 0, \dots, N-1, \qquad \sigma_N = 0 $$
//!
//! has $N \ge 2$ nodes with noise, $N$ intervals, and so $2N-1$ calls of the network with Heun's method. $\sigma_0 = \sigma_{\max}$ and $\sigma_{N-1} = \sigma_{\min}$
//! exactly. Since $\sigma^{1/\rho}$ goes linearly, $\rho\,d\ln\sigma$ over a step is that of $\sigma^{1/\rho}$, and $\rho\to\infty$ gives a geometric sequence.
//!
//! Assumptions: $0 < \sigma_{\min} < \sigma_{\max}$, $\rho > 0$. If it failed, results at a stated number of steps would not be those of anyone
//! else: the sampler would start or stop at another level.

use crate::claims::{Claim, Control, Expect, Formula, Quantity, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Scalar};
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::KarrasGrid;

const ONE_INTERVAL_MORE: u8 = 1;
const INVERTED: u8 = 2;
const NO_ZERO: u8 = 3;

/// `σ_i`, or a wrong version of it.
fn node<S: Scalar>(wrong: u8, grid: &KarrasGrid<S>, i: u32) -> S {
    match wrong {
        ONE_INTERVAL_MORE if i < grid.nodes => grid.at(S::int(i64::from(i)) / i64::from(grid.nodes)),
        INVERTED => KarrasGrid { rho: grid.rho.recip(), ..*grid }.sigma(i),
        NO_ZERO => grid.sigma(i.min(grid.nodes - 1)),
        _ => grid.sigma(i),
    }
}

struct Nodes(u8);

impl Statement for Nodes {
    type Params<S: Scalar> = KarrasGrid<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "sigma_min=0.0137 sigma_max=8.119 N=3 rho=6.137",
            "sigma_min=0.002 sigma_max=80 N=18 rho=7",
            "sigma_min=0.5137 sigma_max=1.119 N=2 rho=0.3137",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p KarrasGrid<S>) -> Vec<Relation<'p, S>> {
        let wrong = self.0;
        let root = |sigma: S| (sigma.ln() / p.rho).exp();
        let last = p.nodes - 1;
        let gaps = i64::from(last);
        let spacing = (root(p.sigma_min) - root(p.sigma_max)) / gaps;
        let roots: Vec<_> = (0..p.nodes).map(|i| root(node(wrong, p, i))).collect();
        let mut relations: Vec<_> = roots
            .windows(2)
            .enumerate()
            .map(|(i, pair)| Relation::equal(format!("spacing after node {i}"), pair[1] - pair[0], spacing))
            .collect();
        relations.extend([
            Relation::equal("first node", node(wrong, p, 0), p.sigma_max),
            Relation::equal("last node with noise", node(wrong, p, last), p.sigma_min),
            Relation::equal("after the last node", node(wrong, p, p.nodes), S::zero()),
            Relation::rate(
                "the curve of the nodes",
                (S::zero(), S::one()),
                |share| p.map(Dual::constant).at(Dual::variable(share)).ln(),
                move |share| (root(p.sigma_min) - root(p.sigma_max)) * p.rho / root(p.at(share)),
            ),
        ]);
        relations
    }
}

/// A node with its index.
struct NodePoint<S> {
    grid: KarrasGrid<S>,
    i: u32,
}

impl<S: Scalar> Parameters<S> for NodePoint<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let i = source.index("i", "the number of the node, from 0 to N")?;
        let grid = KarrasGrid::read(source)?;
        if i <= grid.nodes {
            return Ok(Self { grid, i });
        }
        let why = format!(
            "parameter `i` is {i}, but the nodes are numbered from 0 to N = {}; give a smaller one",
            grid.nodes
        );
        Err(InputError::Condition(why))
    }
}

/// `σ_i`.
struct Sigma;

impl Formula for Sigma {
    type Params<S: Scalar> = NodePoint<S>;
    fn value<S: Scalar>(p: &NodePoint<S>) -> S {
        p.grid.sigma(p.i)
    }
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "karras-schedule",
    aliases: &[],
    title: "The nodes of EDM: equally spaced in a root of σ, with both ends and a final zero",
    expect: Expect::True,
    text: include_str!("karras_schedule.rs"),
    sources: &["karras2022"],
    readings: &[Readings::of("", &Nodes(0))],
    controls: &[
        Control {
            id: "one-interval-more",
            story: "i/N for i/(N−1): the last node with noise is not σ_min",
            readings: Readings::of("", &Nodes(ONE_INTERVAL_MORE)),
        },
        Control {
            id: "root-and-power-swapped",
            story: "ρ and 1/ρ swapped: the nodes crowd at the other end",
            readings: Readings::of("", &Nodes(INVERTED)),
        },
        Control {
            id: "no-zero",
            story: "the final zero not appended: the sampler stops with the noise of σ_min",
            readings: Readings::of("", &Nodes(NO_ZERO)),
        },
    ],
    quantities: &[Quantity::of::<Sigma>("sigma", "sigma_i", &[("s", Domain::Positive), ("mu", Domain::Real)])],
};
