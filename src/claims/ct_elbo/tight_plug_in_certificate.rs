//! Whether a plugged-in score is tight is decided by algebra: its differential equation and its end.
//!
//! Let $s = Ky + k$ be an affine score with symmetric $K$, plugged into the reversal of $dY = (Ay + c)\,dt + L\,dB$ at $\lambda = 0$ with
//! prior $N(m_\pi, S_\pi)$. The gap is zero at every $x$ if and only if the *Riccati residual* vanishes at all times,
//!
//! $$ \rho = \left(\dot K - KQK + A^\top K + KA,\ \dot k - KQk + A^\top k + Kc\right) = 0, $$
//!
//! *and* the score ends as the prior's, $K_T = -S_\pi^{-1}$, $k_T = S_\pi^{-1}m_\pi$; in one dimension $\dot a = Ga^2 - 2\alpha a$,
//! $\dot b = Gab - \alpha b - ac$, $a(T) = -1/v_\pi$, $b(T) = m_\pi/v_\pi$. Neither condition needs the model.
//! The reason is that the difference $(D, d)$ of the score from that of its *own model* $u = N(M, V)$ obeys
//!
//! $$ \dot D = \rho_K + DQD - A^\top D - DA, \qquad \dot d = \rho_k + DQd - A^\top d - Dc, $$
//!
//! while the gap grows at the rate $\frac12 E|L^\top(DY + d)|^2$ along $Y | Y_0 = x$. If both conditions hold, $D = d = 0$ at the end
//! and $D = d = 0$ solves the equation, so the difference stays zero. If the gap is zero, the squares vanish ($Q$ and the law of
//! $Y$ not degenerate), so $D = d = 0$, and then $\rho = 0$ and the end is the prior's.
//!
//! The score $(1+\delta)\nabla\log r_t$ of a diffused reference $r$ shows both failures: its residual is
//! $-\delta(1+\delta)\,QK\cdot(\ldots)$, zero for $\delta = 0$ (and for no score at all, $\delta = -1$), and its prior may be another.
//!
//! If it failed, an exact likelihood could not be told from a bound without solving for the model. Everything here is an
//! identity or a closed form; nothing is sampled.

use crate::claims::{Claim, Control, Expect, Readings};
use crate::evidence::{Relation, Statement};
use crate::numbers::{Dual, Matrix, Scalar, Vector, rate};
use crate::parameters;
use crate::parameters::{InputError, Parameters, Source};
use crate::worlds::{
    AffineField, AffineScore, Marginal, MatrixSde, MultivariateGaussian, ScaledScore, moving, moving_vector,
};

const HALF_NOISE: u8 = 1;
const NO_MODEL: u8 = 2;
const ANY_PRIOR: u8 = 3;
const ANY_SCORE: u8 = 4;

/// A plugged-in score at one time, with its rates; the law of its model, which moves by the reverse SDE; and a law of the
/// inference state, which moves by the noising SDE.
struct Instant<S> {
    sde: MatrixSde<S>,
    model: MultivariateGaussian<Dual<S>>,
    inference: MultivariateGaussian<Dual<S>>,
    score: AffineField<Dual<S>>,
    point: Vector<S>,
}

impl<S: Scalar> Parameters<S> for Instant<S> {
    fn read(source: &mut dyn Source<S>) -> Result<Self, InputError> {
        let sde = MatrixSde {
            drift: source.matrix("A", "the drift matrix, d x d")?,
            offset: source.vector("c", "the drift offset, d entries")?,
            factor: source.matrix("L", "the noise factor, d rows; Q = L L^T")?,
        };
        let law = MultivariateGaussian {
            mean: source.vector("m", "the mean of the model at this time")?,
            covariance: source.covariance("S", "the covariance of the model at this time")?,
        };
        let slope = source.symmetric("K", "slope of the score")?;
        let slope_rate = source.symmetric("P", "its rate")?;
        let offset = source.vector("k", "offset of the score")?;
        let offset_rate = source.vector("p", "its rate")?;
        let state = MultivariateGaussian {
            mean: source.vector("n", "the mean of the inference state")?,
            covariance: source.covariance("W", "its covariance")?,
        };
        let point = source.vector("y", "the point")?;
        source.same_dimension(&["A", "c", "L", "m", "S", "K", "P", "k", "p", "n", "W", "y"])?;

        let generative = sde.plug_in(&AffineField { slope: slope.clone(), offset: offset.clone() }, S::zero());
        // The model's own time runs backwards.
        let mean_rate = -&generative.mean_rate(&law.mean);
        let covariance_rate = -&generative.covariance_rate(law.covariance.matrix());
        let model = Marginal { sde: sde.clone(), law }.moving_by(&mean_rate, &covariance_rate).law;
        let inference = Marginal { sde: sde.clone(), law: state }.moving().law;
        let score = AffineField { slope: moving(&slope, &slope_rate), offset: moving_vector(&offset, &offset_rate) };

        let vectors = model.mean.0.iter().chain(&inference.mean.0).chain(&score.offset.0);
        let lower = |matrix: &Matrix<Dual<S>>| -> Vec<Dual<S>> {
            (0..matrix.rows()).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|at| matrix[at]).collect()
        };
        let matrices = [model.covariance.matrix(), inference.covariance.matrix(), &score.slope].map(lower).concat();
        vectors.chain(&matrices).for_each(|moving| source.rule(moving.re, moving.eps));
        Ok(Self { sde, model, inference, score, point })
    }
}

/// Any affine score differs from that of its own model by something that only residual and end can make.
struct Difference(u8);

impl Statement for Difference {
    type Params<S: Scalar> = Instant<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "A=[[-0.7]] c=[0.37] L=[[1.3]] m=[0.31] S=[[0.61]] K=[[-1.1]] P=[[0.47]] k=[0.29] p=[-0.83] n=[0.57] W=[[0.43]] y=[1.8113]",
            "A=[[-0.7,1.3],[0.4,-1.1]] c=[0.37,-0.61] L=[[0.9,-0.5],[1.7,0.3]] m=[0.31,-0.83] S=[[1.3,0.45],[0.45,0.71]] \
             K=[[-1.1,0.37],[0.37,-0.53]] P=[[0.47,-0.19],[-0.19,0.71]] k=[0.29,-0.47] p=[-0.83,0.59] n=[0.57,-0.23] \
             W=[[0.43,-0.11],[-0.11,0.37]] y=[0.8113,1.7]",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Instant<S>) -> Vec<Relation<'p, S>> {
        let still = |field: &AffineField<Dual<S>>| field.map(|x| x.re);
        let own = p.model.score();
        let score = still(&p.score);
        let difference = score.minus(&still(&own));
        let left = p.score.map(rate).minus(&own.map(rate));
        let mut sde = p.sde.clone();
        if self.0 == HALF_NOISE {
            sde.factor = sde.factor.scale(S::ratio(1, 2).sqrt());
        }
        let residual = p.score.map(|x| x.eps).minus(&sde.score_rate(&score));
        // The Riccati operator itself, applied to the difference.
        let transport = sde.score_rate(&difference);
        let right =
            AffineField { slope: &residual.slope + &transport.slope, offset: &residual.offset + &transport.offset };
        let mut relations =
            Relation::componentwise("difference from the model's score", &left.value(&p.point), &right.value(&p.point));

        // The bound loses the cost and earns the rate of E log u.
        let law = p.inference.map(|x| x.re);
        let noise = p.sde.noise();
        let cost = (&noise * &score.slope).trace() - p.sde.drift.trace() + score.mean_square(&noise, &law) / 2;
        let lost = cost - rate(p.model.expected_log_density(&p.inference));
        let mismatch = if self.0 == NO_MODEL { &score } else { &difference };
        relations.push(Relation::equal("rate of the gap", lost, mismatch.mean_square(&noise, &law) / 2));
        relations
    }
}

parameters! {
    /// A scaled score of a reference, with any Gaussian prior, at a point.
    Plugged {
        process: process "the noising process",
        v0: positive "variance of the reference that the score belongs to",
        mr: real "mean of the reference",
        delta: real "relative error of the score (1 + delta) grad log r",
        mpi: real "prior mean m_pi",
        vpi: positive "prior variance v_pi",
        x: real "the data point",
    }
}

impl<S: Scalar> Plugged<S> {
    fn world(&self) -> AffineScore<S> {
        let scaled = ScaledScore { v0: self.v0, delta: self.delta, lambda: S::zero(), vpi: self.vpi };
        AffineScore { scaled, centre: self.mr, prior_mean: self.mpi }
    }

    /// A world that the certificate accepts: no residue, and the prior is the end of the reference. A wrong version drops
    /// one of the two conditions.
    fn accepted(&self, wrong: u8) -> AffineScore<S> {
        let mut world = self.world();
        if wrong != ANY_SCORE {
            world.scaled.delta = S::zero();
        }
        if wrong != ANY_PRIOR {
            let end = world.reference(&self.process.end());
            (world.prior_mean, world.scaled.vpi) = (end.mean, end.variance);
        }
        world
    }
}

/// The certificate of the family, and what it certifies.
struct Family(u8);

impl Statement for Family {
    type Params<S: Scalar> = Plugged<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 mr=0 delta=0.2719 mpi=0 vpi=1.1719 x=0.8113",
            "process=ve-geometric smin=0.1 smax=3.17 T=0.9 v0=0.8117 mr=-0.3 delta=-0.1713 mpi=0.4 vpi=10.3 x=1.7131",
            "process=sub-vp-linear b0=0.1 b1=7.1 T=1.1 v0=0.513 mr=0.7 delta=0.0917 mpi=-0.2 vpi=0.7 x=0.3119",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Plugged<S>) -> Vec<Relation<'p, S>> {
        let (process, world, accepted) = (&p.process, p.world(), p.accepted(self.0));
        let range = (S::zero(), process.horizon());
        let (start, end) = (process.start(), process.end());
        // Both the model and its bound are the reference: there is no gap.
        let (model, reference) = (accepted.model(&start, &end), accepted.reference(&start));
        vec![
            // (1 + δ)∇log r moves as the Riccati pair says, but for −δ(1 + δ) G ∇²log r · ∇log r.
            Relation::rate(
                "residual of a scaled score",
                range,
                move |t| world.map(Dual::constant).score(&process.moving(t)).value(Dual::constant(p.x)),
                move |t| {
                    let clock = process.at(t);
                    let (score, own) = (world.score(&clock), world.reference(&clock).score());
                    let residual = own.scale(-p.delta * (p.delta + 1) * clock.noise * own.slope);
                    clock.score_rate(&score).plus(&residual).value(p.x)
                },
            ),
            Relation::equal("mean of an accepted model", model.mean, reference.mean),
            Relation::equal("variance of an accepted model", model.variance, reference.variance),
            Relation::equal("bound of an accepted score", accepted.elbo(p.x, &end), reference.log_density(p.x)),
        ]
    }
}

const ANY: &str = "any affine score";
const SCALED: &str = "scaled score";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "tight-plug-in-certificate",
    aliases: &[],
    title: "Whether a plugged-in score is tight is decided by algebra: a Riccati pair and its end",
    expect: Expect::True,
    text: include_str!("tight_plug_in_certificate.rs"),
    sources: &["huang2021"],
    readings: &[Readings::of(ANY, &Difference(0)), Readings::of(SCALED, &Family(0))],
    controls: &[
        Control {
            id: "half-noise",
            story: "the Riccati pair with Q/2 for Q",
            readings: Readings::of(ANY, &Difference(HALF_NOISE)),
        },
        Control {
            id: "model-forgotten",
            story: "½E|Lᵀs|² for the rate of the gap: the distance from no score instead of the model's own",
            readings: Readings::of(ANY, &Difference(NO_MODEL)),
        },
        Control {
            id: "residual-alone",
            story: "a score that solves the Riccati pair taken for tight, whatever the prior",
            readings: Readings::of(SCALED, &Family(ANY_PRIOR)),
        },
        Control {
            id: "end-alone",
            story: "a score that ends as the prior's taken for tight, whatever it does before",
            readings: Readings::of(SCALED, &Family(ANY_SCORE)),
        },
    ],
    quantities: &[],
};
