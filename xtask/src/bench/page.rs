//! The page of the records, in Markdown; the command prints the same.

use super::machine::Facts;
use super::record::{CaseRecord, RunRecord, Verdict};
use super::statistics::{Spread, exponent};
use super::table::{AREAS, Area, Case, Growth};
use std::collections::BTreeMap;
use std::fmt::Write;

const INTRODUCTION: &str = "# Side by side with peers

Made by `cargo xtask bench --peers` of `bench.jsonl`. Programs take turns, A B C A B C, each on one thread pinned to one core; a round is one process
of each, which warms up once (compilation is not counted) and is timed a few times. A cost is user and system time of the process by `getrusage`, the
median of its calls. A ratio is the cost of the peer over ours *within a round*, so that what slows all of them down cancels; above 1 ours is
faster. Figures are medians over rounds, least and greatest in brackets. Every program prints answers, which are compared with a
reference by another route: a program with a wrong answer has no figures here. Ours is built in release mode with the feature `large`. Absolute times hold for this machine, and are no test.

![Ratios with their goals](bench.svg)
";

/// The page of all areas.
pub fn page(records: &[CaseRecord]) -> String {
    let mut out = format!("{INTRODUCTION}\n## Goals\n\n{}", goals(records));
    for area in AREAS {
        out.push('\n');
        out.push_str(&section(area, records));
    }
    out
}

fn goals(records: &[CaseRecord]) -> String {
    let mut out = "| area | case | ours | peer | goal | ratio | |\n|---|---|---|---|---|---|---|\n".to_owned();
    for (area, case) in AREAS.iter().flat_map(|area| area.cases.iter().map(move |case| (area, case))) {
        let record = of(records, area, case);
        for goal in case.goals {
            let ratio = record.and_then(|record| record.towards(goal));
            let reached = match ratio {
                Some(ratio) if ratio.median >= goal.at_least => "reached",
                Some(_) => "**not reached**",
                None => "not measured",
            };
            let shown = ratio.map_or_else(|| "–".to_owned(), |ratio| spread(ratio, digits));
            let precision = |name| record.and_then(|record| record.run(name)).map_or("", |run| run.precision.as_str());
            let named = |name| match precision(name) {
                "" => name.to_owned(),
                precision => format!("{name}, {precision}"),
            };
            let (ours, peer, wanted) = (named(goal.ours), named(goal.peer), factor(goal.at_least));
            let _ =
                writeln!(out, "| {} | {} | {ours} | {peer} | {wanted} | {shown} | {reached} |", area.title, case.name);
        }
    }
    out
}

/// What was measured in an area.
pub fn section(area: &Area, records: &[CaseRecord]) -> String {
    let mut out = format!("## {}\n\n{}\n", area.title, area.about);
    let mut versions = BTreeMap::new();
    for case in area.cases {
        let _ = write!(out, "\n### {}\n\n", case.name);
        match of(records, area, case) {
            Some(record) => {
                out.push_str(&table(area, case, record));
                versions.extend(record.runs.iter().flat_map(|run| run.versions.clone()));
            }
            None => out.push_str("Not measured.\n"),
        }
    }
    if let Some(record) = records.iter().find(|record| record.area == area.name) {
        let versions: Vec<_> = versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let Facts { date, commit, machine, compiler, pinned, .. } = &record.facts;
        let pinned = if *pinned { "each pinned to one core" } else { "not pinned, as `taskset` is missing" };
        let _ = write!(
            out,
            "\nWhat limits ours: {}\n\n{date} at {commit}, {pinned}; {machine}; {compiler}; {}.\n",
            area.limit,
            versions.join(", "),
        );
    }
    out
}

fn of<'r>(records: &'r [CaseRecord], area: &Area, case: &Case) -> Option<&'r CaseRecord> {
    records.iter().find(|record| record.area == area.name && record.case == case.name)
}

fn table(area: &Area, case: &Case, record: &CaseRecord) -> String {
    let ours: Vec<_> = record.runs.iter().filter(|run| run.ours).collect();
    let compared = case.growth.is_none();
    let mut out = format!("| program | precision | CPU a {} |", area.unit);
    if compared {
        let heads =
            ours.iter().map(|run| if ours.len() == 1 { "ratio".to_owned() } else { format!("ratio of {}", run.name) });
        heads.for_each(|head| out.push_str(&format!(" {head} |")));
    }
    out.push_str(" CPU a call | memory | answers |\n");
    let columns = out.matches('|').count() - 1;
    let _ = writeln!(out, "|{}", "---|".repeat(columns));
    for run in &record.runs {
        let cost = run.cost().map_or_else(|| "–".to_owned(), |cost| spread(cost, seconds));
        let _ = write!(out, "| {} | {} | {cost} |", run.name, run.precision);
        for one in ours.iter().filter(|_| compared) {
            let ratio = (!run.ours).then(|| one.faster_than(run)).flatten();
            let _ = write!(out, " {} |", ratio.map_or_else(|| "–".to_owned(), |ratio| spread(ratio, digits)));
        }
        let call = if run.cpu_seconds > 0.0 { seconds(run.cpu_seconds) } else { "–".to_owned() };
        let memory = run.peak_mebibytes.map_or_else(|| "–".to_owned(), |peak| format!("{peak:.0} MiB"));
        let _ = writeln!(out, " {call} | {memory} | {} |", told(&run.verdict));
    }
    if let Some(growth) = &case.growth {
        out.push_str(&grown(growth, &record.runs));
    }
    let rounds = record.runs.iter().map(|run| run.costs.len()).max().unwrap_or(0);
    let load: Vec<_> = record.facts.load.iter().flatten().map(|load| format!("{load:.1}")).collect();
    let load = if load.is_empty() { "unknown".to_owned() } else { load.join(" to ") };
    let _ = writeln!(out, "\n{rounds} rounds, load of the machine {load}.");
    out
}

fn told(verdict: &Verdict) -> String {
    let text = match verdict {
        Verdict::Right(nearness) => nearness.clone(),
        Verdict::NotCompared => "not compared".to_owned(),
        Verdict::Wrong(why) => format!("**wrong**: {why}"),
        Verdict::NotRun(why) => format!("not run: {why}"),
        Verdict::Failed(why) => format!("**failed**: {why}"),
    };
    text.replace('|', "\\|")
}

/// The exponent of the cost of a call, fitted in each round, and what the largest size takes more than the smallest.
fn grown(growth: &Growth, runs: &[RunRecord]) -> String {
    let rounds = runs.iter().map(|run| run.costs.len()).max().unwrap_or(0);
    let fitted = (0..rounds).filter_map(|round| {
        let sizes =
            runs.iter().filter_map(|run| Some((run.units, run.costs.get(round).copied().flatten()? * run.units)));
        exponent(&sizes.collect::<Vec<_>>())
    });
    let mut out = String::new();
    if let Some(exponents) = Spread::of(fitted) {
        let _ = write!(
            out,
            "\nThe cost grows like the number of {} to the power {}.",
            growth.of,
            spread(exponents, |p| format!("{p:.3}"))
        );
    }
    let peak = |run: Option<&RunRecord>| run.and_then(|run| run.peak_mebibytes);
    if let (Some(least), Some(most)) = (peak(runs.first()), peak(runs.last())) {
        let _ = write!(out, " Memory grows by {:.1} MiB", most - least);
        if let Some(goal) = growth.memory {
            let _ = write!(
                out,
                " ({}, the goal is {goal} MiB)",
                if most - least <= goal { "reached" } else { "**not reached**" }
            );
        }
        out.push('.');
    }
    out.push('\n');
    out
}

fn spread(of: Spread, shown: impl Fn(f64) -> String) -> String {
    format!("{} [{} – {}]", shown(of.median), shown(of.least), shown(of.greatest))
}

/// Three digits.
pub fn digits(x: f64) -> String {
    let before_point = x.abs().log10().floor() as i32 + 1;
    let places = (3 - before_point).clamp(0, 9) as usize;
    format!("{x:.places$}")
}

/// A wanted ratio: at least so many times as fast, or at most so many times as slow.
pub fn factor(at_least: f64) -> String {
    let rounded = |x: f64| format!("{}", (x * 1e6).round() / 1e6);
    if at_least >= 1.0 { format!("≥ {}", rounded(at_least)) } else { format!("≥ 1/{}", rounded(1.0 / at_least)) }
}

fn seconds(x: f64) -> String {
    let scales = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    let (scale, unit) = scales.into_iter().find(|(scale, _)| x >= *scale).unwrap_or((1e-9, "ns"));
    format!("{} {unit}", digits(x / scale))
}

/// Whether a program of ours was wrong or failed.
pub fn ours_at_fault(records: &[CaseRecord]) -> Option<String> {
    let ours =
        records.iter().flat_map(|record| record.runs.iter().filter(|run| run.ours).map(move |run| (record, run)));
    ours.into_iter().find_map(|(record, run)| match &run.verdict {
        Verdict::Wrong(why) | Verdict::Failed(why) => {
            Some(format!("{}, {}: {}: {why}", record.area, record.case, run.name))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, ours: bool, verdict: Verdict) -> RunRecord {
        RunRecord {
            name: name.to_owned(),
            ours,
            verdict,
            costs: vec![Some(if ours { 1e-6 } else { 2e-6 })],
            precision: "f64".to_owned(),
            units: 10.0,
            cpu_seconds: 1e-5,
            peak_mebibytes: Some(3.2),
            versions: BTreeMap::from([("numba".to_owned(), "1".to_owned())]),
        }
    }

    fn smoother(of_peer: Verdict) -> Vec<CaseRecord> {
        let runs = vec![run("ouracle", true, Verdict::Right("exact".to_owned())), run("numba", false, of_peer)];
        let (area, case) = ("smoother".to_owned(), "100 000 points".to_owned());
        vec![CaseRecord { area, case, facts: Facts::default(), runs }]
    }

    #[test]
    fn a_goal_has_its_ratio() {
        let page = page(&smoother(Verdict::Right("exact".to_owned())));
        assert!(
            page.contains(
                "| 100 000 points | ouracle, f64 | numba, f64 | ≥ 4 | 2.00 [2.00 – 2.00] | **not reached** |"
            ),
            "{page}"
        );
    }

    #[test]
    fn a_wrong_peer_has_no_ratio_and_a_missing_one_is_listed() {
        for (verdict, told) in [
            (Verdict::Wrong("mean is 2, and 1 is right".to_owned()), "**wrong**: mean is 2, and 1 is right"),
            (Verdict::NotRun("no numba".to_owned()), "not run: no numba"),
        ] {
            let page = page(&smoother(verdict));
            assert!(page.contains(told), "{page}");
            assert!(page.contains("| 100 000 points | ouracle, f64 | numba, f64 | ≥ 4 | – | not measured |"), "{page}");
        }
    }

    #[test]
    fn areas_that_were_not_measured_are_said_to_be() {
        let page = page(&[]);
        for area in AREAS {
            assert!(page.contains(area.title), "{}", area.title);
        }
        assert!(page.contains("Not measured."));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.034_56, 3.456, 34.56, 345.6, 3456.0].map(digits), ["0.0346", "3.46", "34.6", "346", "3456"]);
        assert_eq!([2.0, 2.5e-3, 7e-10].map(seconds), ["2.00 s", "2.50 ms", "0.700 ns"]);
        assert_eq!([4.0, 1.0 / 6.0].map(factor), ["≥ 4", "≥ 1/6"]);
    }
}
