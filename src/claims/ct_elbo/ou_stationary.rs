//! Which processes have a stationary law: the Lyapunov equation decides for constant coefficients.
//!
//! $N(0, \Sigma_\infty)$ is kept by $dY = AY\,dt + L\,dB$, $Q = LL^\top$, if and only if $A\Sigma_\infty + \Sigma_\infty A^\top + Q = 0$, that is for
//!
//! $$ A = \left(J - \tfrac12Q\right)\Sigma_\infty^{-1}, \qquad J^\top = -J $$
//!
//! with any antisymmetric $J$, of which the stationary law does not depend: it stirs. In one dimension, with $\Lambda = \int\beta$:
//!
//! - VP keeps $N(0, 1)$ for any $\beta$, and no other variance.
//! - Sub-VP does not keep $N(0, 1)$: $v = e^{-\Lambda} + (1 - e^{-\Lambda})^2 = \frac34 + (e^{-\Lambda} - \frac12)^2$, which starts and ends at 1
//!   and is $\frac34$ on the way.
//! - VE keeps no law: $v_t - v_0 = w_t \ge G_0\,t$, whatever $v_0$ is.
//!
//! Assumptions: none on $L$, which may be singular. If it failed, the prior of a sampler would not be what its noising process
//! tends to; and a sub-VP model whose data are standardised is off by a quarter of the variance in the middle of its schedule if its code
//! takes unit variance for granted.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{NonNegative, Relation, Statement};
use crate::numbers::{Dual, Matrix, Scalar, Vector, derivative};
use crate::parameters;
use crate::parameters::{Domain, InputError, Parameters, Source};
use crate::worlds::{Clock, Marginal, MatrixSde, MultivariateGaussian, Process};

const WHOLE_NOISE: u8 = 1;
const SIDE: u8 = 2;
const UNSTANDARDISED: u8 = 3;
const PRESERVED: u8 = 4;
const SETTLED: u8 = 5;

/// A stationary law with all the processes that keep it, and a point.
struct Balanced<S> {
    covariance: MultivariateGaussian<S>,
    factor: Matrix<S>,
    stirring: Matrix<S>,
    y: Vector<S>,
}

impl<S: Scalar> Parameters<S> for Balanced<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let y = source.vector("y", "the point, d entries")?;
        let covariance = source.covariance("S", "the stationary covariance, d x d")?;
        let balanced = Self {
            covariance: MultivariateGaussian { mean: y.scale(S::zero()), covariance },
            factor: source.matrix("L", "the noise factor, d rows")?,
            stirring: source.matrix("J", "d x d, of which the antisymmetric part stirs")?,
            y,
        };
        source.same_dimension(&["y", "S", "L", "J"])?;
        Ok(balanced)
    }
}

impl<S: Scalar> Balanced<S> {
    fn process(&self, wrong: u8) -> MatrixSde<S> {
        let noise = &self.factor * &self.factor.transpose();
        let damping = if wrong == WHOLE_NOISE { noise } else { noise.scale(S::ratio(1, 2)) };
        let stirring = &self.stirring - &self.stirring.transpose();
        let (flow, precision) = (&stirring - &damping, self.covariance.covariance.precision());
        let drift = if wrong == SIDE { precision * &flow } else { &flow * precision };
        MatrixSde::centred(drift, self.factor.clone())
    }
}

/// Neither the covariance nor the density moves.
struct Stationary(u8);

impl Statement for Stationary {
    type Params<S: Scalar> = Balanced<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "S=[[1.3,0.45],[0.45,0.71]] L=[[0.9,-0.5],[1.7,0.3]] J=[[0,0.83],[0.21,0]] y=[0.8113,1.7]",
            "S=[[0.61]] L=[[1.3]] J=[[0.4]] y=[1.8113]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Balanced<S>) -> Vec<Relation<'p, S>> {
        let sde = p.process(self.0);
        let moved = sde.covariance_rate(p.covariance.covariance.matrix());
        let entries = (0..p.y.dimension()).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let name = |i, j| format!("Lyapunov equation, entry ({}, {})", i + 1, j + 1);
        let mut relations: Vec<_> =
            entries.map(|(i, j)| Relation::equal(name(i, j), moved[(i, j)], S::zero())).collect();
        let density = Marginal { sde, law: p.covariance.clone() };
        let density_rate = density.sde.at(&p.y).log_density_rate(&density.log_density_jet(&p.y));
        relations.push(Relation::equal("log-density", density_rate, S::zero()));
        relations
    }
}

parameters! {
    /// Any schedule in its own clock, in which `β = 1`.
    Clocked {
        Lam: positive "the clock, the integral of beta",
        v0: positive "a variance at the start",
    }
}

/// VP keeps the unit variance, sub-VP does not.
struct Preserving(u8);

impl Statement for Preserving {
    type Params<S: Scalar> = Clocked<S>;

    fn points(&self) -> &'static [&'static str] {
        // At the first, e^{−Λ} is ½ to sixteen digits.
        &["Lam=0.6931471805599453 v0=0.3137", "Lam=3.1719 v0=1.8117"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Clocked<S>) -> Vec<Relation<'p, S>> {
        let (vp, sub) = (Clock::variance_preserving(p.Lam), Clock::sub_variance_preserving(p.Lam));
        let v0 = Dual::constant(p.v0);
        let vp_rate = derivative(|lambda| Clock::variance_preserving(lambda).variance(v0), p.Lam);
        let sub_rate = derivative(|lambda| Clock::sub_variance_preserving(lambda).variance(v0), p.Lam);
        let mut relations = vec![
            Relation::equal("VP, rate of any variance", vp_rate, vp.variance_rate(vp.variance(p.v0))),
            Relation::equal("sub-VP, rate of any variance", sub_rate, sub.variance_rate(sub.variance(p.v0))),
        ];
        let kept = if self.0 == UNSTANDARDISED { p.v0 } else { S::one() };
        relations.push(Relation::equal("VP", vp.variance(kept), kept));
        relations.push(Relation::equal("VP, rate at unit variance", vp.variance_rate(kept), S::zero()));
        let off = (-p.Lam).exp() - S::ratio(1, 2);
        let claimed = if self.0 == PRESERVED { S::one() } else { S::ratio(3, 4) + off.square() };
        relations.push(Relation::equal("sub-VP", claimed, sub.variance(S::one())));
        let (lowest, gap) = (S::ratio(3, 4), NonNegative::square(off));
        relations.push(Relation::at_most("lowest variance of sub-VP", lowest, sub.variance(S::one()), gap));
        relations
    }
}

/// VE with a variance at the start.
struct Exploding<S> {
    process: Process<S>,
    v0: S,
}

impl<S: Scalar> Parameters<S> for Exploding<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let process = Process::read_kind("ve-geometric", source)?;
        Ok(Self { process, v0: source.real("v0", Domain::Positive, "the variance at the start")? })
    }
}

/// Under VE every variance grows, at least at the rate that it starts with.
struct Growing(u8);

impl Statement for Growing {
    type Params<S: Scalar> = Exploding<S>;

    fn points(&self) -> &'static [&'static str] {
        &["smin=0.1 smax=3.17 T=0.9 v0=0.8117", "smin=0.01 smax=50 T=1.3 v0=317.13"]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Exploding<S>) -> Vec<Relation<'p, S>> {
        let (wrong, process) = (self.0, &p.process);
        let end = process.end();
        // w = σ₋²(e^u − 1) and G₀t = σ₋²u.
        let first = process.at(S::zero()).noise;
        let scale = end.w / ((end.noise / first).ln().exp_m1());
        let gap = NonNegative::declared(scale).times(NonNegative::divergence((end.noise / first).ln().exp_m1()));
        vec![
            Relation::rate(
                "VE",
                (S::zero(), process.horizon()),
                |t| process.moving(t).variance(Dual::constant(p.v0)),
                move |t| if wrong == SETTLED { S::zero() } else { process.at(t).noise },
            ),
            Relation::at_most("growth of VE", p.v0 + first * process.horizon(), end.variance(p.v0), gap),
        ]
    }
}

const MATRIX: &str = "constant coefficients";
const PRESERVING: &str = "variance preserving";
const EXPLODING: &str = "variance exploding";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "ou-stationary",
    aliases: &[],
    expect: Expect::True,
    title: "The stationary laws of linear SDEs: VP keeps N(0, 1), sub-VP does not, VE keeps nothing",
    text: include_str!("ou_stationary.rs"),
    sources: &["song2021sde"],
    readings: &[
        Readings::of(MATRIX, &Stationary(0)),
        Readings::of(PRESERVING, &Preserving(0)),
        Readings::of(EXPLODING, &Growing(0)),
    ],
    controls: &[
        Control {
            id: "whole-noise",
            story: "A = (J − Q)Σ⁻¹ for (J − Q/2)Σ⁻¹: the step size of Langevin dynamics taken for its noise",
            readings: Readings::of(MATRIX, &Stationary(WHOLE_NOISE)),
        },
        Control {
            id: "precision-on-the-left",
            story: "A = Σ⁻¹(J − Q/2): the right matrices in the wrong order",
            readings: Readings::of(MATRIX, &Stationary(SIDE)),
        },
        Control {
            id: "vp-keeps-any-variance",
            story: "data that are not standardised, believed to keep their variance under VP",
            readings: Readings::of(PRESERVING, &Preserving(UNSTANDARDISED)),
        },
        Control {
            id: "sub-vp-keeps-unit-variance",
            story: "v = 1 for sub-VP: wrong by a quarter at e^{−Λ} = ½",
            readings: Readings::of(PRESERVING, &Preserving(PRESERVED)),
        },
        Control {
            id: "ve-settles",
            story: "a variance that VE leaves alone",
            readings: Readings::of(EXPLODING, &Growing(SETTLED)),
        },
    ],
    quantities: &[],
};
