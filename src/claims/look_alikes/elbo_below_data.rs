//! False: the ELBO is below the log-density of the data at every point.
//!
//! $$ \mathrm{ELBO}(x) \le \log q_0(x) \quad\text{for all } x $$
//!
//! What bounds the ELBO is the model, $\mathrm{ELBO}(x) \le \log p_\theta(x)$, and a model puts more mass than the data
//! somewhere: here in the tails, because its score is too weak. Only on average over the data is the ELBO below
//! $\log q_0$. A code that asserts the pointwise bound against the data fails on outliers, or hides them.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::Scalar;
use crate::worlds::ScaledPoint;

const BY_THE_MODEL: u8 = 0;
const BY_THE_DATA: u8 = 1;

struct Bound(u8);

impl Statement for Bound {
    type Params<S: Scalar> = ScaledPoint<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 delta=-0.2719 lam=0 vpi=1.1719 x=2.8113",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513 delta=-0.3917 lam=0.3 vpi=0.9 x=-3.3119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p ScaledPoint<S>) -> Vec<Relation<'p, S>> {
        let (world, process) = (p.family.world(), &p.family.process);
        let (start, end) = (process.start(), process.end());
        let law = if self.0 == BY_THE_DATA { world.data(&start) } else { world.model(&start, &end) };
        vec![Relation::below("bound", world.elbo(p.x, &end), law.log_density(p.x))]
    }
}

/// The look-alike.
pub static CLAIM: Claim = Claim {
    id: "elbo-below-data",
    aliases: &[],
    title: "The ELBO is below the log-density of the data at every point",
    expect: Expect::False {
        truth: r"$\mathrm{ELBO}(x) \le \log p_\theta(x)$ at every $x$",
        upheld_by: "variational-gap",
    },
    text: include_str!("elbo_below_data.rs"),
    sources: &["huang2021"],
    readings: &[Readings::certified("", &Bound(BY_THE_DATA))],
    controls: &[Control {
        id: "by-the-model",
        story: "the ELBO is below the log-likelihood of the model, at the same points",
        readings: Readings::certified("", &Bound(BY_THE_MODEL)),
    }],
    quantities: &[],
};
