//! A run: units in the registry's order, on any number of threads, streamed as soon as their predecessors are done.

use super::decide::decide_planned;
use super::figures;
use super::plans::Plans;
use super::record::{Counts, Environment, Footer, Header, Record, Time};
use crate::claims::{self, Claim};
use crate::evidence::{Budget, Reading, in_order};
use std::collections::BTreeMap;
use std::time::Instant;

/// The seed of a run that does not name one. Any number would do; this one is the first digits of e.
pub const DEFAULT_SEED: u64 = 2_718_281_828;
/// The false-alarm budget of a whole `check`.
pub const DEFAULT_FALSE_ALARM: f64 = 1e-9;

/// What to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The claims, by id; empty means all.
    pub claims: Vec<String>,
    /// The readings, of those that a claim declares.
    pub readings: Vec<Reading>,
    /// The multiple of the planned sample sizes.
    pub effort: f64,
    /// The run seed, from which all randomness comes.
    pub seed: u64,
    /// The probability that a run of right code refutes anything by sampling.
    pub false_alarm: f64,
    /// Worker threads.
    pub jobs: usize,
    /// The piece of the run to do.
    pub shard: Option<Shard>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            claims: Vec::new(),
            readings: Reading::ALL.to_vec(),
            effort: 1.0,
            seed: DEFAULT_SEED,
            false_alarm: DEFAULT_FALSE_ALARM,
            jobs: available_jobs(),
            shard: None,
        }
    }
}

/// As many threads as this machine runs at once.
pub fn available_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Piece `index` of `count`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which piece.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

impl std::str::FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((index, count)) if 1 <= index && index <= count => Ok(Self { index, count }),
            _ => Err(format!("`{text}` is not a piece; write K/N with 1 <= K <= N, for example 1/2")),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// Why a run could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A claim that does not exist.
    #[error("there is no claim `{0}`; `ouracle list` names them")]
    UnknownClaim(String),
    /// A number out of range.
    #[error("{0}")]
    Option(String),
    /// The sink failed.
    #[error("the records could not be written: {0}; free some space or choose another folder with --out")]
    Sink(#[from] std::io::Error),
}

enum Unit {
    Claim(&'static Claim, Plans),
    Figure(usize),
}

/// Runs the claims and hands each record to `sink`, in the registry's order whatever the number of threads.
///
/// # Errors
/// [`LedgerError`] if a claim is unknown, an option is out of range, or the sink fails.
pub fn run(options: &Options, sink: &mut dyn FnMut(&Record) -> std::io::Result<()>) -> Result<Counts, LedgerError> {
    let started = Instant::now();
    let chosen = chosen(options)?;
    // The budget is shared over every sampled check there is, so that a verdict does not depend on what else was asked.
    let mut plans: BTreeMap<_, _> = claims::all().map(|claim| (claim.id, Plans::of(claim))).collect();
    let sampled = plans.values().map(Plans::statistics).sum::<usize>() + figures::SAMPLED;
    let budget = Budget::new(options.false_alarm, sampled);
    sink(&Record::Header(header(options, &chosen, sampled)))?;

    let figures = figures_asked(options);
    let claims = chosen.into_iter().map(|claim| {
        let made = plans.remove(claim.id).unwrap_or_else(|| Plans::of(claim));
        Unit::Claim(claim, made)
    });
    let units = claims.chain((0..figures).map(Unit::Figure));
    let mine = |at: usize| options.shard.is_none_or(|shard| at % shard.count == shard.index - 1);
    let units: Vec<Unit> = units.enumerate().filter(|(at, _)| mine(*at)).map(|(_, unit)| unit).collect();

    let mut counts = Counts::default();
    let work = |unit: &Unit| perform(unit, options, &budget);
    in_order(&units, options.jobs, work, |record| {
        if let Record::Claim(claim) = &record {
            counts.add(claim);
        }
        sink(&record)
    })?;
    sink(&Record::Footer(Footer { counts, time: Time { seconds: started.elapsed().as_secs_f64() } }))?;
    Ok(counts)
}

/// How many units of work a run of these options has, all pieces together: more pieces than that have nothing to do.
///
/// # Errors
/// As [`run`], before anything is run.
pub fn units(options: &Options) -> Result<usize, LedgerError> {
    Ok(chosen(options)?.len() + figures_asked(options))
}

/// The figures belong to a run of all claims.
fn figures_asked(options: &Options) -> usize {
    if options.claims.is_empty() { figures::COUNT } else { 0 }
}

/// The claims that are asked for, if the options make sense.
fn chosen(options: &Options) -> Result<Vec<&'static Claim>, LedgerError> {
    if !(options.effort > 0.0 && options.effort.is_finite()) {
        return Err(LedgerError::Option(format!("effort is {}, but it must be a number > 0", options.effort)));
    }
    if !(options.false_alarm > 0.0 && options.false_alarm < 1.0) {
        let message = format!("the false-alarm budget is {}, but it must lie between 0 and 1", options.false_alarm);
        return Err(LedgerError::Option(message));
    }
    choose(options)
}

fn perform(unit: &Unit, options: &Options, budget: &Budget) -> Record {
    match unit {
        Unit::Claim(claim, plans) => Record::Claim(Box::new(decide_planned(claim, plans, options, budget))),
        Unit::Figure(number) => Record::Figure(figures::draw(*number, options, budget)),
    }
}

fn choose(options: &Options) -> Result<Vec<&'static Claim>, LedgerError> {
    let ids = &options.claims;
    if ids.is_empty() {
        // A claim that declares none of the readings has nothing to say in this run; named, it would be undecided.
        let speaks = |claim: &&Claim| claim.declared().iter().any(|reading| options.readings.contains(reading));
        return Ok(claims::all().filter(speaks).collect());
    }
    let asked: Vec<_> = ids
        .iter()
        .map(|id| claims::find(id).ok_or_else(|| LedgerError::UnknownClaim(id.clone())))
        .collect::<Result<_, _>>()?;
    Ok(claims::all().filter(|claim| asked.iter().any(|a| a.id == claim.id)).collect())
}

fn header(options: &Options, chosen: &[&Claim], sampled_checks: usize) -> Header {
    let mut readings = options.readings.clone();
    readings.sort_unstable();
    readings.dedup();
    Header {
        format: "1.0".to_owned(),
        ouracle: env!("CARGO_PKG_VERSION").to_owned(),
        claims: chosen.iter().map(|claim| claim.id.to_owned()).collect(),
        readings,
        seed: options.seed,
        false_alarm: options.false_alarm,
        sampled_checks,
        effort: options.effort,
        shard: options.shard.map(|shard| shard.to_string()),
        environment: Environment::here(options.jobs),
    }
}
