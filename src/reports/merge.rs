//! The pieces of a run, put together: the same records as one run, whatever the order of the pieces.

use super::error::RecordsError;
use super::records::Run;
use crate::ledger::{Footer, Header, Shard, Time};

/// Merges the pieces of one run. A single run, or a single piece, is returned as it is.
///
/// Durations add up. A piece that is missing or was cut short leaves the run incomplete.
///
/// # Errors
/// [`RecordsError`] if the pieces have different arguments, or one is given twice.
pub fn merge(mut runs: Vec<Run>) -> Result<Run, RecordsError> {
    if runs.len() < 2 {
        return runs.pop().ok_or(RecordsError::Nothing);
    }
    let mut pieces = runs.into_iter().map(piece).collect::<Result<Vec<_>, _>>()?;
    pieces.sort_by_key(|(shard, _)| shard.index);
    for pair in pieces.windows(2) {
        let [(one, first), (other, second)] = pair else { continue };
        same_arguments(first, second)?;
        if one == other {
            let (first, second) = (first.origin.clone(), second.origin.clone());
            return Err(RecordsError::Twice { first, second, piece: one.to_string() });
        }
    }
    let Some((Shard { count, .. }, first)) = pieces.first() else { return Err(RecordsError::Nothing) };
    let count = *count;
    let mut merged = Run::begin(&first.origin, Header { shard: None, ..first.header.clone() });
    merged.origin = pieces.iter().map(|(_, run)| run.origin.as_str()).collect::<Vec<_>>().join(" + ");
    merged.missing = missing(&pieces, count);

    let claims = merged.header.claims.len();
    let mut seconds = 0.0;
    let mut figures = Vec::new();
    for (shard, run) in pieces {
        merged.header.environment.started = merged.header.environment.started.min(run.header.environment.started);
        seconds += run.footer.map_or(0.0, |footer| footer.time.seconds);
        merged.claims.extend(run.claims);
        merged.certificates.extend(run.certificates);
        // Figures are numbered after the claims, and each piece has every count-th number.
        let numbers = (claims..).filter(|at| at % count == shard.index - 1);
        figures.extend(numbers.zip(run.figures));
    }
    let order = |id: &String| merged.header.claims.iter().position(|asked| asked == id);
    merged.claims.sort_by_key(|claim| order(&claim.id));
    figures.sort_by_key(|(at, _)| *at);
    merged.figures = figures.into_iter().map(|(_, figure)| figure).collect();
    if merged.missing.is_empty() {
        merged.footer = Some(Footer { counts: merged.counts(), time: Time { seconds } });
    }
    Ok(merged)
}

fn piece(run: Run) -> Result<(Shard, Run), RecordsError> {
    match &run.header.shard {
        None => Err(RecordsError::Whole { file: run.origin }),
        Some(text) => match text.parse() {
            Ok(shard) => Ok((shard, run)),
            Err(why) => Err(RecordsError::Line { file: run.origin, line: 1, why }),
        },
    }
}

/// The pieces that are not there, and those that stopped early.
fn missing(pieces: &[(Shard, Run)], count: usize) -> Vec<String> {
    let absent = (1..=count).filter(|index| pieces.iter().all(|(shard, _)| shard.index != *index));
    let absent = absent.map(|index| format!("Piece {index}/{count} is missing."));
    let cut = pieces.iter().filter(|(_, run)| run.footer.is_none());
    let cut = cut.map(|(shard, _)| format!("Piece {shard} was cut short: its records have no footer."));
    absent.chain(cut).collect()
}

/// Whether two pieces were asked the same.
fn same_arguments(first: &Run, second: &Run) -> Result<(), RecordsError> {
    let (left, right) = (arguments(&first.header), arguments(&second.header));
    match left.into_iter().zip(right).find(|(left, right)| left.1 != right.1) {
        None => Ok(()),
        Some(((what, left), (_, right))) => Err(RecordsError::Different {
            first: first.origin.clone(),
            second: second.origin.clone(),
            what,
            left,
            right,
        }),
    }
}

fn arguments(header: &Header) -> [(&'static str, String); 9] {
    let readings: Vec<_> = header.readings.iter().map(ToString::to_string).collect();
    let pieces = header.shard.as_deref().and_then(|shard| shard.split_once('/')).map(|(_, count)| count.to_owned());
    [
        ("the version", header.ouracle.clone()),
        ("the format", header.format.clone()),
        ("the seed", header.seed.to_string()),
        ("the false-alarm budget", header.false_alarm.to_string()),
        ("the number of sampled checks", header.sampled_checks.to_string()),
        ("the effort", header.effort.to_string()),
        ("the readings", readings.join(", ")),
        ("the number of pieces", pieces.unwrap_or_default()),
        ("the list of claims", header.claims.join(", ")),
    ]
}
