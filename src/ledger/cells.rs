//! The stream of a sweep: a header, and a line for each cell. It is a function of the arguments alone: nothing of the machine or the
//! time is in it.

use super::run::Shard;
use crate::numbers::{EndPoint, Interval};
use serde::{Deserialize, Serialize};

/// The first line of `cells.jsonl`: what was asked, of which version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepHeader {
    /// Always `sweep`.
    pub record: String,
    /// The version of this format.
    pub format: String,
    /// The version of this program.
    pub ouracle: String,
    /// The schedules, slowest of the axes.
    pub schedules: Vec<String>,
    /// The dimensions `d`.
    pub dimensions: Vec<u32>,
    /// The relative errors `δ` of the score, fastest of the axes.
    pub delta: Vec<String>,
    /// Data, prior and member, in words.
    pub world: String,
    /// How many cells the whole sweep has.
    pub cells: usize,
    /// `K/N` if this is one of several pieces: the cells `K − 1`, `K − 1 + N`, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
}

impl SweepHeader {
    /// The numbers of the cells of the sweep, or of one piece of it, in order.
    pub fn numbers(&self, shard: Option<Shard>) -> impl Iterator<Item = usize> + use<> {
        let (first, step) = shard.map_or((0, 1), |shard| (shard.index - 1, shard.count));
        (first..self.cells).step_by(step)
    }
}

/// Two doubles with the exact number between them; an end that is not known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds(pub Option<f64>, pub Option<f64>);

impl Bounds {
    pub(super) fn of<E: EndPoint>(enclosure: &Interval<E>) -> Self {
        let narrow = enclosure.to_f64_interval();
        // A zero without a sign.
        let end = |x: f64| x.is_finite().then_some(x + 0.0);
        Self(end(narrow.lo()), end(narrow.hi()))
    }

    /// A number between them, if both are known.
    pub fn middle(&self) -> Option<f64> {
        Some(Interval::new(self.0?, self.1?)?.midpoint())
    }
}

/// Which of two causes costs more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The noise at the end is not the prior.
    Prior,
    /// The score is wrong.
    Score,
    /// The enclosures overlap.
    Undecided,
}

/// One cell, all in nats. `gap = prior + score = model + slack`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Its number.
    pub cell: usize,
    /// The number of its schedule in the header, from 0.
    pub schedule: usize,
    /// The dimension.
    pub d: u32,
    /// The relative error of the score.
    pub delta: String,
    /// `E_q[log q − ELBO]`.
    pub gap: Bounds,
    /// `KL(q_T ‖ π)`, the part that the prior costs.
    pub prior: Bounds,
    /// The part that the score error costs.
    pub score: Bounds,
    /// `KL(q_0 ‖ p_θ)`, the part by which the model is wrong.
    pub model: Bounds,
    /// `E_q[log p_θ − ELBO]`, the part by which the bound is loose.
    pub slack: Bounds,
    /// Whether prior or score costs more.
    pub larger: Cause,
}
