//! `cargo xtask bench`: our own benchmarks, or ours side by side with peers.

mod answer;
mod chart;
mod child;
mod entry;
mod machine;
mod page;
mod record;
mod statistics;
mod table;

use crate::{Outcome, cargo, root, run, target};
use child::Launcher;
use machine::Facts;
use record::{CaseRecord, interleaved};
use std::path::Path;
use std::process::Command;
use table::{AREAS, Area};

const ROUNDS: usize = 5;
/// A quick run does a tenth of the work, in two rounds, and writes nothing.
const QUICK: (usize, u64) = (2, 10);

/// `[--peers [AREA…] [--rounds N] [--quick]]`, or arguments for the benchmarks themselves.
pub fn bench(arguments: &[&str]) -> Outcome {
    match arguments {
        ["--peers", rest @ ..] => side_by_side(&Wanted::read(rest)?),
        filters => run(cargo(&["bench", "--bench", "areas", "--"]).args(filters)),
    }
}

/// What is to be compared.
struct Wanted {
    areas: Vec<&'static Area>,
    rounds: usize,
    quick: bool,
}

impl Wanted {
    fn read(words: &[&str]) -> Result<Self, String> {
        let (mut areas, mut rounds, mut quick) = (Vec::new(), None, false);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--quick" => quick = true,
                "--rounds" => {
                    let number = words.next().and_then(|word| word.parse().ok()).filter(|rounds| *rounds > 0);
                    rounds = Some(number.ok_or("--rounds takes a number of at least 1")?);
                }
                name => {
                    let area = AREAS.iter().find(|area| area.name == name).ok_or_else(|| {
                        let names: Vec<_> = AREAS.iter().map(|area| area.name).collect();
                        format!("there is no area `{name}`; the areas are {}", names.join(", "))
                    })?;
                    areas.push(area);
                }
            }
        }
        let areas = if areas.is_empty() { AREAS.iter().collect() } else { areas };
        Ok(Self { areas, rounds: rounds.unwrap_or(if quick { QUICK.0 } else { ROUNDS }), quick })
    }
}

fn side_by_side(wanted: &Wanted) -> Outcome {
    run(&mut cargo(&["build", "--release", "--features", "large", "--example", "side_by_side"]))?;
    let python = target().join("peers/bin/python");
    let launcher = Launcher {
        ours: target().join("release/examples/side_by_side"),
        python: python.exists().then_some(python),
        scripts: root().join("benches/peers"),
        core: machine::core(),
        divisor: if wanted.quick { QUICK.1 } else { 1 },
    };
    let present =
        Command::new(&launcher.ours).output().map_err(|error| format!("side_by_side did not start: {error}"))?;
    let present = String::from_utf8_lossy(&present.stdout).into_owned();
    let mut measured = Vec::new();
    for area in &wanted.areas {
        if present.lines().any(|name| name == area.name) {
            measure(area, wanted.rounds, &launcher, &mut measured);
            // After each area, so that an interruption loses one and not all.
            if !wanted.quick {
                write(measured.clone())?;
            }
            println!("{}", page::section(area, &measured));
        } else {
            println!("## {}\n\nNot run: this build has no engine of ours for it.\n", area.title);
        }
    }
    page::ours_at_fault(&measured).map_or(Ok(()), |fault| Err(format!("ours is at fault: {fault}")))
}

/// Every case of an area, all rounds.
fn measure(area: &Area, rounds: usize, launcher: &Launcher, measured: &mut Vec<CaseRecord>) {
    for case in area.cases {
        eprintln!("{}, {}: {rounds} rounds of {} programs", area.name, case.name, case.runs.len());
        let facts = Facts::now(launcher.core.is_some());
        let reference = case.reference.map(|arguments| launcher.reference(arguments));
        let runs = interleaved(case, rounds, reference, &mut |program| launcher.measure(program));
        let (area, case) = (area.name.to_owned(), case.name.to_owned());
        measured.push(CaseRecord { area, case, facts: facts.ended(), runs });
    }
}

/// Puts what was measured in the place of older records of the same areas, and makes page and picture of all of them.
fn write(measured: Vec<CaseRecord>) -> Outcome {
    let folder = root().join("reports");
    let file = folder.join("bench.jsonl");
    let records = merged(read(&file)?, measured);
    let lines = records.iter().map(|record| serde_json::to_string(record).map(|line| line + "\n"));
    let lines: String =
        lines.collect::<Result<_, _>>().map_err(|error| format!("a record cannot be written: {error}"))?;
    let save = |file: &Path, text: String| {
        std::fs::write(file, text).map_err(|error| format!("{} cannot be written: {error}", file.display()))
    };
    save(&file, lines)?;
    save(&folder.join("bench.md"), page::page(&records))?;
    if let Some(picture) = chart::svg(&records) {
        save(&folder.join("bench.svg"), picture)?;
    }
    eprintln!("wrote reports/bench.md");
    Ok(())
}

/// The records that are there, or none.
fn read(file: &Path) -> Result<Vec<CaseRecord>, String> {
    let text = if file.exists() {
        std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?
    } else {
        String::new()
    };
    let wrong = |error| format!("{} holds no records of this program ({error}); remove it", file.display());
    text.lines().map(|line| serde_json::from_str(line).map_err(wrong)).collect()
}

/// Old records without those of areas that were measured again, or that are in no table any more; in the order of the table.
fn merged(old: Vec<CaseRecord>, new: Vec<CaseRecord>) -> Vec<CaseRecord> {
    let mut records: Vec<_> = old.into_iter().filter(|old| new.iter().all(|new| new.area != old.area)).collect();
    records.extend(new);
    let place = |record: &CaseRecord| {
        let area = AREAS.iter().position(|area| area.name == record.area)?;
        Some((area, AREAS[area].cases.iter().position(|case| case.name == record.case)?))
    };
    records.retain(|record| place(record).is_some());
    records.sort_by_key(place);
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(area: &str, case: &str, commit: &str) -> CaseRecord {
        let facts = Facts { commit: commit.to_owned(), ..Facts::default() };
        CaseRecord { area: area.to_owned(), case: case.to_owned(), facts, runs: Vec::new() }
    }

    #[test]
    fn a_new_measurement_takes_the_place_of_its_area_alone() {
        let old = vec![record("proofs", "d = 1", "old"), record("smoother", "100 000 points", "old")];
        let new =
            vec![record("proofs", "d = 2", "new"), record("proofs", "d = 1", "new"), record("gone", "d = 1", "new")];
        let merged = merged(old, new);
        let found: Vec<_> =
            merged.iter().map(|one| (one.area.as_str(), one.case.as_str(), one.facts.commit.as_str())).collect();
        assert_eq!(
            found,
            [("proofs", "d = 1", "new"), ("proofs", "d = 2", "new"), ("smoother", "100 000 points", "old")]
        );
    }

    #[test]
    fn arguments_are_areas_and_options() {
        let wanted = Wanted::read(&["proofs", "--rounds", "3"]);
        assert!(wanted.is_ok_and(|wanted| wanted.rounds == 3 && wanted.areas.len() == 1 && !wanted.quick));
        assert!(Wanted::read(&["--quick"]).is_ok_and(|wanted| wanted.rounds == 2 && wanted.areas.len() == AREAS.len()));
        for wrong in [&["nothing"][..], &["--rounds"], &["--rounds", "0"]] {
            assert!(Wanted::read(wrong).is_err(), "{wrong:?}");
        }
    }
}
