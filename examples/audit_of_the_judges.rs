//! Counts the false alarms and misses of our own judges over many seeds, and checks that every sampled check of the ledger draws
//! what it states. Writes a page of Markdown, a function of the seed alone.
//!
//! `cargo run --release --example audit_of_the_judges -- [FILE] [RUNS]`

use ouracle::evidence::Budget;
use ouracle::ledger::{AuditOptions, AuditRow, COUNTABLE, Counted, DEFAULT_SEED, RATE, audit_judges};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next();
    let runs = match arguments.next().map(|text| text.parse()) {
        None => 10_000,
        Some(Ok(runs)) if runs >= 100 => runs,
        Some(_) => {
            eprintln!("RUNS is how many seeds to try, an integer >= 100, for example 10000");
            return ExitCode::from(2);
        }
    };
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let options = AuditOptions { seed: DEFAULT_SEED, runs, draws: 128, false_alarm: 1e-9, jobs };
    let mut rows = Vec::new();
    audit_judges(&options, &mut |row| {
        eprintln!("{}", line(row));
        rows.push(row.clone());
    });
    let failed = rows.iter().filter(|row| row.fails).count();
    let page = page(&rows, &options);
    match file {
        None => println!("{page}"),
        Some(file) => {
            if let Err(error) = std::fs::write(&file, page) {
                eprintln!("{file} cannot be written: {error}");
                return ExitCode::from(2);
            }
        }
    }
    eprintln!("{} statistics audited over {runs} seeds, {failed} of them not as stated", rows.len());
    if failed == 0 && !rows.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(row: &AuditRow) -> String {
    let audit = &row.audit;
    let verdict = if row.fails { "NOT AS STATED" } else { "as stated" };
    match row.counted {
        Counted::FalseAlarms => format!(
            "| {} | {} | {} | {} | {:.4} | {verdict} |",
            row.subject, audit.statistic, audit.draws, audit.refuted, audit.mean_square
        ),
        Counted::Misses(rate) => format!(
            "| {} | {} | {rate:e} | {} | {} | {} |",
            row.subject,
            audit.statistic,
            audit.draws,
            audit.runs - audit.refuted,
            if rate == Budget::MISSES { verdict } else { "counted" }
        ),
    }
}

fn page(rows: &[AuditRow], options: &AuditOptions) -> String {
    let of = |alarms| {
        let rows = rows.iter().filter(|row| (row.counted == Counted::FalseAlarms) == alarms);
        rows.map(line).collect::<Vec<_>>().join("\n")
    };
    let misses = Budget::MISSES;
    let AuditOptions { seed, runs, false_alarm, .. } = options;
    format!(
        "# Audit of the judges

Made by `cargo xtask audit`: every sampled check is run over {runs} seeds from {seed} on. The audit itself calls right judges wrong \
with probability {false_alarm:e}.

## Misses

Claims that are wrong by a tenth of a standard deviation, or by a quarter in a variance, at the planned number of draws and at the level \
of a run (a billionth over a hundred checks). A run plans for {misses:e}; at the sizes planned for {COUNTABLE:e} misses can be counted, and are \
shown without a verdict, because the skewness of a law moves them by about as much again.

| law | statistic | planned rate | draws | missed | |
|---|---|---|---|---|---|
{}

## False alarms

Right claims, at a level at which alarms can be counted: a rate of {RATE} is guaranteed, that is, {:.0} of {runs}. The judge holds for every law and \
every number of draws, so that it is conservative; about .0066 is typical. Sharper is the mean of z² = n (x̄ − μ)²/σ² over the runs: exactly 1 \
where mean and variance are those that the check states, and below 1 where that variance is a bound.

| law, or claim and reading | statistic | draws | refuted | mean of z² | |
|---|---|---|---|---|---|
{}
",
        of(false),
        RATE * *runs as f64,
        of(true),
    )
}
