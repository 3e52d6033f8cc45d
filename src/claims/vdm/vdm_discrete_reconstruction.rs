//! Data on a lattice are never reconstructed for free: what a softmax decoder pays is the entropy that the noise leaves.
//!
//! Data on levels $x_k$ with weights $w_k$, seen at the least noise as $z_0 = \alpha_0x + \sigma_0\epsilon$ with
//! $\rho_0 = \alpha_0^2/\sigma_0^2$, have the posterior
//!
//! $$ p(x_k\mid z_0) = \mathrm{softmax}_k\Bigl(\log w_k - \frac{\rho_0}2\Bigl(\frac{z_0}{\alpha_0} - x_k\Bigr)^2\Bigr), $$
//!
//! independently in every dimension. This decoder pays $E[-\log p(x\mid z_0)] = H(w) - I(x; z_0)$, the mean entropy of the posterior,
//! with the entropy of a Gaussian mixture in $I$. For two levels of equal weight at a distance $d$ it is
//!
//! $$ \int\log\bigl(1 + e^{-(\rho_0d^2/2 + \sqrt{\rho_0}\,d\,n)}\bigr)\varphi(n)\,dn
//! = e^{-\rho_0d^2/8}\;E\,g(\sqrt{\rho_0}\,d\,Z), \qquad g(v) = e^{v/2}\log(1 + e^{-v}), $$
//!
//! $\log 2$ less the information of a Gaussian channel with binary input. The second form keeps its digits where the loss is far below
//! the smallest double. A pair of neighbours among the levels of an eight-bit image, $2(i + \frac12)/256 - 1$, is $1/128$ apart: at
//! $\gamma_0 = -13.3$ it costs 0.0036 nats, which a bound without its reconstruction term leaves out.
//!
//! The proof is Bayes' rule at any level of noise. The certificate compares the mean over noise with the entropy of the mixture, and
//! both with the second form; the simulation draws the noise.
//!
//! Assumptions: the weights are those of the data. With equal weights on data that are not equiprobable it is still a decoder, whose
//! bound is valid, but it pays a divergence more. If the claim failed, bounds in bits per dimension would be off by as much.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{
    ByEnclosure, Enclosed, EnclosedRelation, Plan, Relation, Statement, Statistic, Trial, WIDTH, sampler,
};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar};
use crate::objectives::reconstruction::{LevelDecoder, expected_loss, remaining_entropy, two_level_loss};
use crate::parameters;
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};
use crate::worlds::{Gaussian, Level};

const UNSCALED: u8 = 1;
const NO_HALF: u8 = 2;
const NO_PRIOR: u8 = 3;
const FREE: u8 = 4;

parameters! {
    /// Levels seen at a level of noise.
    Sight {
        w: positives "the weights of the levels, up to a factor",
        x: vector "the levels",
        alpha: positive "alpha at the least noise",
        sigma: positive "sigma at the least noise",
        n: real "the noise",
    }
}

/// The decoder that a wrong version takes for the right one.
fn decoder<S: Scalar>(wrong: u8, levels: impl Iterator<Item = (S, S)>, snr: S) -> LevelDecoder<S> {
    let weight = |w| if wrong == NO_PRIOR { S::one() } else { w };
    let levels = levels.map(|(w, x)| (weight(w), x)).collect();
    LevelDecoder { levels, snr: if wrong == NO_HALF { snr * 2 } else { snr } }
}

/// The decoder is the posterior, at any noise.
struct Posterior(u8);

impl Statement for Posterior {
    type Params<S: Scalar> = Sight<S>;

    fn points(&self) -> &'static [&'static str] {
        &[
            "w=[0.3137,0.6863] x=[-0.3119,0.9137] alpha=0.8113 sigma=0.5119 n=0.7137",
            "w=[0.2119,1.3137,0.5171] x=[-1.1719,0.2137,0.8119] alpha=0.3137 sigma=0.9119 n=-1.2119",
            // Neighbours on a lattice of spacing 1/128, all but told apart.
            "w=[0.4719,0.5281] x=[0.3046875,0.3125] alpha=0.9999991627 sigma=0.0012940417 n=0.3719",
        ]
    }

    fn relations<'p, S: Scalar>(&self, p: &'p Sight<S>) -> Vec<Relation<'p, S>> {
        let level = Level { alpha: p.alpha, sigma: p.sigma };
        let levels = || p.w.0.iter().copied().zip(p.x.0.iter().copied());
        let decoder = decoder(self.0, levels(), level.snr());
        let seen = |k: usize| p.alpha * p.x.0[k] + p.sigma * p.n;
        // Bayes' rule for the first level against each of the others, at z of the first.
        let z = seen(0);
        let joint: Vec<_> =
            levels().map(|(w, x)| w.ln() + Gaussian::new(p.alpha * x, p.sigma.square()).log_density(z)).collect();
        let logits = decoder.logits(if self.0 == UNSCALED { z } else { z / p.alpha });
        let odds = (1..joint.len()).map(|k| {
            Relation::equal(format!("log-odds of level {}", k + 1), logits[k] - logits[0], joint[k] - joint[0])
        });
        let all = joint.iter().fold(S::zero(), |sum, log| sum + (*log - joint[0]).exp());
        let loss = Relation::equal("loss", decoder.loss(0, level.ratio(), p.n).exp(), all);
        odds.chain([loss]).collect()
    }
}

parameters! {
    /// Data on levels and a signal-to-noise ratio.
    Levels {
        w: weights "the weights of the levels",
        x: vector "the levels",
        snr_0: positive "the signal-to-noise ratio at the least noise",
    }
}

/// The expected loss of the decoder.
struct Expected(u8);

impl Enclosed for Expected {
    fn points(&self) -> &'static [&'static str] {
        &[
            "w=[0.3137,0.6863] x=[-0.3119,0.9137] snr_0=3.7137",
            "w=[0.2137,0.1119,0.4719,0.2025] x=[0.296875,0.3046875,0.3125,0.3203125] snr_0=59719.137",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: Levels<Ball> = at_point(point)?;
        let levels: Vec<_> = p.w.0.iter().copied().zip(p.x.0.iter().copied()).collect();
        let decoder = decoder(wrong, levels.iter().copied(), p.snr_0);
        Ok(vec![EnclosedRelation::equal("entropy left", move |radius| {
            let paid = if wrong == FREE { Ball::zero() } else { expected_loss(&p.w.0, p.snr_0, &decoder, 1, radius) };
            paid - remaining_entropy(&levels, p.snr_0, radius)
        })])
    }
}

parameters! {
    /// Two levels of equal weight.
    Pair {
        d: positive "the distance of the levels",
        snr_0: positive "the signal-to-noise ratio at the least noise",
    }
}

/// The decoder of two levels of equal weight at this distance.
fn pair(wrong: u8, p: &Pair<Ball>) -> LevelDecoder<Ball> {
    let half = Ball::ratio(1, 2);
    decoder(wrong, [(half, Ball::zero()), (half, p.d)].into_iter(), p.snr_0)
}

/// `E lossⁿ` for two levels of equal weight: both pay the same.
fn pair_moment(wrong: u8, p: &Pair<Ball>, power: i32, radius: f64) -> Ball {
    expected_loss(&[Ball::one()], p.snr_0, &pair(wrong, p), power, radius)
}

/// The loss of two levels in the form that keeps its digits.
struct TwoLevels(u8);

impl Enclosed for TwoLevels {
    fn points(&self) -> &'static [&'static str] {
        &[
            "d=1 snr_0=1",
            "d=1 snr_0=16",
            "d=1 snr_0=100",
            "d=0.0078125 snr_0=597195.6136",
            "d=0.0078431 snr_0=403428.79",
            "d=0.9137 snr_0=0.00000001",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let wrong = self.0;
        let p: Pair<Ball> = at_point(point)?;
        let closed = two_level_loss(p.snr_0.sqrt() * p.d, 20);
        Ok(vec![EnclosedRelation::equal("two levels", move |radius| {
            let paid = if wrong == FREE { Ball::zero() } else { pair_moment(wrong, &p, 1, radius) };
            paid - closed
        })])
    }
}

/// Draws of the loss of two levels.
struct Draws(u8);

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        const POINT: &str = "d=0.9137 snr_0=3.7137";
        const RADIUS: f64 = 1e-12;
        let p: Pair<Ball> = at_point(POINT)?;
        let law = |wrong| {
            let mean = pair_moment(wrong, &p, 1, RADIUS);
            (mean.to_f64(), (pair_moment(wrong, &p, 2, RADIUS) - mean.square()).to_f64())
        };
        let (mean, variance) = law(0);
        let (wrong, deviation) = (self.0, Float(p.snr_0.sqrt().recip().to_f64()));
        let decoder = pair(wrong, &p).map(|x| Float(x.to_f64()));
        Ok(Plan {
            point: POINT,
            statistics: vec![Statistic::mean("loss", mean, variance)],
            drawn: (wrong != 0).then(|| vec![law(wrong)]),
            sampler: sampler(move |noise, out| {
                let drawn = noise.normal();
                let loss = |lane: usize| decoder.loss(0, deviation, Float(drawn.0[lane])).0;
                out[0] = Lanes::<WIDTH>(std::array::from_fn(loss));
            }),
        })
    }
}

fn recon_nats(inputs: &Inputs, ignored: Ignored, digits: usize) -> Result<Ball, InputError> {
    let p: Pair<Ball> = ExactReader::new(inputs, ignored).read()?;
    let loss = two_level_loss(p.snr_0.sqrt() * p.d, digits);
    if !loss.certainly_positive() {
        let exponent = (p.snr_0 * p.d.square() / 8).to_f64();
        return Err(InputError::Condition(format!(
            "at this distance and ratio the loss is about e^-{exponent:.3e}, below the smallest number that an enclosure holds; give a \
             smaller d or snr_0, or take 0"
        )));
    }
    Ok(loss)
}

const POSTERIOR: &str = "posterior";
const MEAN: &str = "mean";
const PAIR: &str = "two levels";

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "vdm-discrete-reconstruction",
    aliases: &[],
    title: "A softmax decoder of data on levels pays the entropy that the least noise leaves",
    expect: Expect::True,
    text: include_str!("vdm_discrete_reconstruction.rs"),
    sources: &["kingma2021", "trefethen2014"],
    readings: &[
        Readings::of(POSTERIOR, &Posterior(0)),
        Readings::certified(MEAN, &ByEnclosure(Expected(0))),
        Readings::certified(PAIR, &ByEnclosure(TwoLevels(0))).and_sampled(&Draws(0)),
    ],
    controls: &[
        Control {
            id: "not-on-the-scale-of-the-data",
            story: "distances of levels from z instead of z/α",
            readings: Readings::of(POSTERIOR, &Posterior(UNSCALED)),
        },
        Control {
            id: "no-half",
            story: "ρ for ρ/2 in the exponent: variance and precision of the noise off by two",
            readings: Readings::of(POSTERIOR, &Posterior(NO_HALF)),
        },
        Control {
            id: "no-weights",
            story: "a softmax without the weights of the data, taken for their posterior",
            readings: Readings::of(POSTERIOR, &Posterior(NO_PRIOR)),
        },
        Control {
            id: "no-weights-on-average",
            story: "the loss of that decoder, taken for the entropy that is left",
            readings: Readings::certified(MEAN, &ByEnclosure(Expected(NO_PRIOR))),
        },
        Control {
            id: "free",
            story: "a reconstruction term of zero, because the least noise is far below the spacing",
            readings: Readings::certified(PAIR, &ByEnclosure(TwoLevels(FREE))),
        },
        Control {
            id: "no-half-for-two-levels",
            story: "the loss of two levels with ρ for ρ/2 in the decoder",
            readings: Readings::certified(PAIR, &ByEnclosure(TwoLevels(NO_HALF))).and_sampled(&Draws(NO_HALF)),
        },
    ],
    quantities: &[Quantity::enclosed::<Pair<Float>>(
        "recon-nats",
        "E[-log p(x | z_0)] for two equiprobable levels, over level and noise, in nats",
        &[],
        recon_nats,
    )],
};
