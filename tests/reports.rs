//! The reports: from any stream of records, whatever stands in it, pages and files that are well formed and complete.

mod well_formed;

use ouracle::claims;
use ouracle::evidence::{Finding, Reading, Verdict};
use ouracle::ledger::{
    self, CheckRecord, ClaimRecord, ControlRecord, Counts, Environment, Figure, Footer, Header, Mark, Options, Record,
    Series, Shard, Standing, Time,
};
use ouracle::reports::{
    RecordWriter, RecordsError, Run, conformance, look_alikes, merge, parse, read_records, to_html, to_json, to_junit,
    to_markdown, traps, write_all,
};
use std::path::PathBuf;
use well_formed::{HOSTILE, elements};

/// A fresh folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    path
}

/// Runs two claims of the ledger into a folder, without sampling.
fn recorded(name: &str, shard: Option<Shard>) -> (PathBuf, Counts) {
    let path = folder(name);
    let mut writer = RecordWriter::create(&path).unwrap();
    let claims = ouracle::claims::all().take(2).map(|claim| claim.id.to_owned()).collect();
    let readings = vec![Reading::Proof, Reading::Certificate];
    let options = Options { claims, readings, shard, ..Options::default() };
    let counts = ledger::run(&options, &mut |record| writer.write(record)).unwrap();
    (path, counts)
}

#[test]
fn the_ledger_is_reported_with_its_formulas_and_proofs() {
    let (path, counts) = recorded("reports-ledger", None);
    let run = read_records(&path).unwrap();
    assert_eq!((run.counts(), run.exit_code()), (counts, counts.exit_code()));
    assert_eq!(run.incomplete(), Vec::<String>::new());
    write_all(&path, &run).unwrap();

    let page = std::fs::read_to_string(path.join("index.html")).unwrap();
    assert!(elements(&page).iter().filter(|name| *name == "mfrac").count() > 5);
    for article in page.split("<div class=\"page\">").skip(1) {
        let article = article.split("<details class=\"check\"").next().unwrap();
        assert!(!article.contains(['$', '\\']), "every formula of the page is laid out: {article}");
    }
    for claim in run.claims.iter().filter(|claim| claim.checks.iter().any(|check| check.reading == Reading::Proof)) {
        let proof = format!("certificates/{}", certificate_of(&run, &claim.id));
        assert!(page.contains(&format!("href=\"{proof}\"")) && path.join(&proof).exists(), "{proof}");
    }
}

/// The name of the first exported proof of a claim; those of its wrong versions are not exported.
fn certificate_of(run: &Run, claim: &str) -> String {
    run.certificates.keys().find(|name| name.starts_with(claim)).unwrap().clone()
}

fn finding(relation: &str, verdict: Verdict) -> Finding {
    Finding { point: Some("process=vp-linear b0=0.1 v0=0.3137".to_owned()), ..Finding::new(relation, verdict) }
}

fn check(reading: Reading, findings: Vec<Finding>) -> CheckRecord {
    let verdict = Verdict::of_all(findings.iter().map(|finding| &finding.verdict));
    CheckRecord { reading, label: String::new(), verdict, findings }
}

fn refuted(by: &str) -> Verdict {
    Verdict::Refuted { at: "x=1".to_owned(), by: by.to_owned() }
}

fn control(id: &str, caught: Option<bool>) -> ControlRecord {
    let verdict = if caught == Some(true) { refuted("left minus right is 0.1") } else { Verdict::Certified };
    let checks = caught.map(|_| check(Reading::Certificate, vec![finding("bound", verdict)]));
    ControlRecord {
        id: id.to_owned(),
        story: format!("a story of {HOSTILE}"),
        caught,
        checks: checks.into_iter().collect(),
    }
}

fn claim(id: &str, standing: Standing, verdict: Verdict, controls: Vec<ControlRecord>) -> ClaimRecord {
    ClaimRecord {
        id: id.to_owned(),
        title: format!("Claim {id} {HOSTILE}"),
        expect: !matches!(standing, Standing::RefutedAsExpected | Standing::Unrefuted),
        sources: vec!["huang2021".to_owned(), HOSTILE.to_owned()],
        standing,
        checks: vec![check(Reading::Certificate, vec![finding("bound", verdict)])],
        controls,
        time: Time { seconds: 0.25 },
    }
}

fn header(claims: &[ClaimRecord]) -> Header {
    Header {
        format: "1.0".to_owned(),
        ouracle: "0.1.0".to_owned(),
        claims: claims.iter().map(|claim| claim.id.clone()).collect(),
        readings: vec![Reading::Proof, Reading::Certificate],
        seed: 7,
        false_alarm: 1e-9,
        sampled_checks: 2,
        effort: 2.0,
        shard: None,
        environment: Environment { os: "linux".to_owned(), arch: "any".to_owned(), jobs: 2, started: 1 },
    }
}

/// One claim of each standing, and every kind of mark.
fn sample() -> Run {
    let mut wrong = claim("wrong", Standing::Refuted, refuted(HOSTILE), vec![control("near", Some(true))]);
    let draws = serde_json::json!({
        "n": 4096, "claimed": 1.0, "observed": 0.5, "deviation": 1.0, "evidence": 0.5, "threshold": 21.4, "resolution": 0.14
    });
    let draws = serde_json::from_value(draws).unwrap();
    let mut sampled = Finding { draws, size: Some(f64::INFINITY), ..finding("mean", refuted("21 nats")) };
    sampled.draws.as_mut().unwrap().observed = f64::NAN;
    sampled.draws.as_mut().unwrap().evidence = f64::INFINITY;
    let proof = Finding {
        latex: Some(r"\frac{a}{b} < \text{<script>} = 1".to_owned()),
        assumed: vec![HOSTILE.to_owned()],
        discrepancy: Some("9".repeat(1_000_000)),
        ..finding("rate", Verdict::Undecided { why: HOSTILE.repeat(10_000) })
    };
    wrong.checks.extend([check(Reading::Simulation, vec![sampled]), check(Reading::Proof, vec![proof])]);
    let unsure = Verdict::Undecided { why: "an enclosure is too wide".to_owned() };
    let claims = vec![
        claim("right", Standing::Upheld, Verdict::Certified, vec![control("near", Some(true)), control("far", None)]),
        wrong,
        claim(HOSTILE, Standing::Undecided, unsure, vec![]),
        claim("empty", Standing::Void, Verdict::Certified, vec![control("near", Some(false))]),
        claim("false", Standing::RefutedAsExpected, refuted("upper minus lower is -1"), vec![control("truth", None)]),
        claim("holds", Standing::Unrefuted, Verdict::Certified, vec![]),
    ];
    let mut run = parse(line(&Record::Header(header(&claims))).as_bytes(), "sample").unwrap();
    run.claims = claims;
    run.figures = figures();
    run.footer = Some(Footer { counts: run.counts(), time: Time { seconds: 1.5 } });
    run
}

fn series(name: &str, mark: Mark, points: impl Iterator<Item = Vec<f64>>) -> Series {
    Series { name: name.to_owned(), mark, points: points.collect() }
}

fn figures() -> Vec<Figure> {
    let grid = || (0..=60).map(|at| -0.9 + 0.03 * f64::from(at));
    let steps = || (2..=9).map(|at| f64::from(1 << at));
    let figure = |id: &str, x: &str, y: &str, log: bool, series: Vec<Series>| Figure {
        id: id.to_owned(),
        title: format!("{id}: what the bound gives away"),
        x: x.to_owned(),
        y: y.to_owned(),
        log_x: log,
        log_y: log,
        series,
    };
    let bound = |d: f64| -1.2 - 0.8 * d * d;
    let exact = |d: f64| -1.2 - 0.3 * d * d * (1.0 + 0.2 * d);
    vec![
        figure(
            "gap",
            "score error δ",
            "nats",
            false,
            vec![
                series("the gap", Mark::Band, grid().map(|d| vec![d, bound(d), exact(d)])),
                series("log-likelihood", Mark::Line, grid().map(|d| vec![d, exact(d)])),
                series("bound", Mark::Line, grid().map(|d| vec![d, bound(d)])),
                series("the best there is", Mark::Guide, std::iter::once(vec![0.0, -1.2])),
            ],
        ),
        figure(
            "order",
            "steps",
            "error of the variance",
            true,
            vec![
                series("Euler", Mark::Points, steps().map(|n| vec![n, 0.7 / n + 0.1 / n / n])),
                series("first order", Mark::Guide, steps().map(|n| vec![n, 0.9 / n])),
                series("Heun", Mark::Points, steps().map(|n| vec![n, 1.1 / n / n])),
                series("second order", Mark::Guide, steps().map(|n| vec![n, 0.8 / n / n])),
                series("lost on this axis", Mark::Line, std::iter::once(vec![0.0, -1.0])),
            ],
        ),
        figure(
            "interval",
            "time t",
            "variance",
            false,
            vec![
                series("exact", Mark::Line, grid().map(|d| vec![d, 1.0 + d * d])),
                series(
                    "99.9 % interval",
                    Mark::Interval,
                    grid().step_by(10).map(|d| vec![d, 0.95 + d * d, 1.04 + d * d]),
                ),
                series("observed", Mark::Points, grid().step_by(10).map(|d| vec![d, 1.01 + d * d])),
            ],
        ),
        figure("nothing", "x", "y", true, vec![series("empty", Mark::Line, std::iter::empty())]),
        figure(
            "lost",
            HOSTILE,
            HOSTILE,
            true,
            vec![series(HOSTILE, Mark::Line, std::iter::once(vec![-1.0, f64::NAN]))],
        ),
        figure(HOSTILE, HOSTILE, HOSTILE, false, vec![series(HOSTILE, Mark::Points, std::iter::once(vec![1.0, 1.0]))]),
    ]
}

fn line(record: &Record) -> String {
    serde_json::to_string(record).unwrap() + "\n"
}

fn stream(run: &Run) -> String {
    run.records().map(|record| line(&record)).collect()
}

#[test]
fn a_sample_of_everything_is_reported() {
    let path = folder("reports-sample");
    write_all(&path, &sample()).unwrap();
    let again = read_records(&path).unwrap();
    same(&stream(&again), &std::fs::read_to_string(path.join("records.jsonl")).unwrap());
    assert_eq!((again.counts(), again.exit_code()), (sample().counts(), 4));
}

#[test]
fn the_page_is_well_formed_and_runs_and_fetches_nothing() {
    let page = to_html(&sample()).unwrap();
    let seen = elements(&page);
    for forbidden in ["script", "link", "img", "iframe", "base", "object", "b"] {
        assert!(!seen.iter().any(|name| name == forbidden), "{forbidden}");
    }
    let addresses = page.match_indices("://").map(|(at, _)| page[at..].chars().take(30).collect::<String>());
    addresses.for_each(|address| assert!(address.starts_with("://www.w3.org/"), "{address}"));
    let targets = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let here = |target: &str| {
        ["#", "certificates/", "look-alikes.html", "traps.html", "conformance.html"]
            .iter()
            .any(|p| target.starts_with(p))
    };
    targets.for_each(|target| assert!(here(target), "{target}"));
    assert!(page.contains("{{ 7*7 }}") && !page.contains(['\u{0}', '\u{1b}', '\u{202e}', '\u{fffe}']));
    assert!(page.len() < 400_000, "floods are cut: {}", page.len());
    assert_eq!(seen.iter().filter(|name| *name == "figure").count(), 4, "figures with nothing to draw are left out");
    assert!(page.contains("lost on this axis (no point on these axes)"));
    assert!(page.find("id=\"failures\"").unwrap() < page.find("id=\"ledger\"").unwrap());
    let command = "ouracle check wrong --seed 7 --reading proof,certificate --effort 2";
    assert!(page.contains(command));
}

/// The tables beside the ledger show every look-alike and every statement, whether or not the run asked for them.
#[test]
fn the_companions_are_well_formed_and_whole() {
    for page in [look_alikes(&sample()).unwrap(), traps(&sample()).unwrap(), conformance(&sample()).unwrap()] {
        assert!(elements(&page).iter().all(|name| name != "script") && page.contains("index.html"));
        assert!(page.contains("not run"), "nothing of this run is in the ledger of this version");
    }
    let (lies, paper) = (look_alikes(&sample()).unwrap(), conformance(&sample()).unwrap());
    assert!(claims::look_alikes::CLAIMS.iter().all(|claim| lies.contains(claim.id)));
    let wrong = traps(&sample()).unwrap();
    assert!(claims::TRAPS.iter().all(|trap| wrong.contains(trap.claim) && wrong.contains(trap.control)));
    assert!(claims::CONFORMANCE.iter().flat_map(|theorem| theorem.decided_by).all(|id| paper.contains(id)));
}

#[test]
fn junit_says_what_failed_and_what_was_skipped() {
    let xml = to_junit(&sample()).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (13, 4, 0));
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let skipped = cases.filter(|case| matches!(case.status, quick_junit::TestCaseStatus::Skipped { .. })).count();
    assert_eq!(skipped, 4);
    assert!(xml.contains("]]&gt;") && !xml.contains(['\u{0}', '\u{1b}']));
    assert!(xml.len() < 100_000);

    let cut = Run { footer: None, ..sample() };
    let report = quick_junit::Report::deserialize_from_str(&to_junit(&cut).unwrap()).unwrap();
    assert_eq!(report.errors, 1, "an incomplete run is an error");
}

#[test]
fn markdown_leaves_hostile_text_as_text() {
    let text = to_markdown(&sample());
    assert!(!text.contains("<script") && !text.contains("`x`") && text.contains("&lt;script&gt;"));
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
    let (tally, ledger) = rows.split_at(3);
    assert!(tally.iter().all(|row| row.matches('|').count() == 8), "{tally:?}");
    assert!(ledger.iter().all(|row| row.matches('|').count() == 7), "{ledger:?}");
    assert!(text.len() < 20_000);
    assert!(text.contains("**1**") && text.contains("survived the certificate"));
}

#[test]
fn the_verdict_follows_from_the_records() {
    let of = |claims: Vec<ClaimRecord>| {
        let mut run = sample();
        run.header = header(&claims);
        run.claims = claims;
        let summary: serde_json::Value = serde_json::from_str(&to_json(&run)).unwrap();
        (run.exit_code(), summary["verdict"].as_str().unwrap().to_owned())
    };
    let some = |standing| {
        let survives = standing != Standing::Void;
        claim("it", standing, Verdict::Certified, vec![control("c", Some(survives))])
    };
    let right = || claim("right", Standing::Upheld, Verdict::Certified, vec![control("c", Some(true))]);
    let all = "The claim is upheld, and the wrong version that was due is refuted.";
    assert_eq!(of(vec![right()]), (0, all.to_owned()));
    assert_eq!(of(vec![right(), some(Standing::Refuted)]), (1, "1 of 2 claims is refuted.".to_owned()));
    let undecided = "Nothing is refuted, but 1 of 2 claims could not be decided.";
    assert_eq!(of(vec![right(), some(Standing::Undecided)]), (3, undecided.to_owned()));
    let lie = || claim("lie", Standing::RefutedAsExpected, refuted("-1"), vec![]);
    let both =
        "The claim is upheld; the wrong version that was due is refuted; the false look-alike is refuted, as expected.";
    assert_eq!(of(vec![right(), lie()]), (0, both.to_owned()));
    assert_eq!(of(vec![lie()]), (0, "The false look-alike is refuted, as expected.".to_owned()));
    let holds = "1 of 2 statements is not as expected.";
    assert_eq!(of(vec![right(), some(Standing::Unrefuted)]), (1, holds.to_owned()));
    let void = "A wrong version survived: what was checked of 1 claim proves nothing.";
    assert_eq!(of(vec![right(), some(Standing::Void), some(Standing::Refuted)]), (4, void.to_owned()));
    assert_eq!(of(vec![]), (5, "Nothing was checked.".to_owned()));
}

#[test]
fn a_stream_cut_anywhere_is_incomplete_or_refused_in_a_sentence() {
    let text = stream(&sample()).replace(&"9".repeat(1_000_000), "9").replace(&HOSTILE.repeat(10_000), HOSTILE);
    let bytes = text.as_bytes();
    let first = text.find('\n').unwrap();
    for end in (0..bytes.len()).step_by(409).chain([first - 1, first, first + 1, bytes.len() - 2]) {
        match parse(&bytes[..end], "cut.jsonl") {
            Ok(run) => {
                assert!(end >= first, "{end}");
                assert!(!run.incomplete().is_empty() || end >= bytes.len() - 1, "{end}");
                if end % 5 == 0 && end < bytes.len() - 1 {
                    assert!(to_html(&run).unwrap().contains("<strong>Incomplete.</strong>"));
                }
                assert_ne!(run.exit_code(), 0);
            }
            Err(error) => {
                assert!(end < first, "{end}: {error}");
                assert!(error.to_string().starts_with("cut.jsonl, line 1 is not the header of a run"), "{error}");
            }
        }
    }
}

#[test]
fn an_interrupted_run_is_not_a_pass() {
    let claims = [claim("right", Standing::Upheld, Verdict::Certified, vec![control("near", Some(true))])];
    let mut run = Run { claims: claims.to_vec(), header: header(&claims), ..sample() };
    assert_eq!(run.exit_code(), 0);
    run.footer = None;
    assert_eq!((run.exit_code(), run.incomplete().len()), (3, 1));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_place_and_remedy() {
    let good = stream(&sample());
    let said = |text: &str| parse(text.as_bytes(), "r.jsonl").map(|_| ()).unwrap_err().to_string();
    let (first, rest) = good.split_once('\n').unwrap();
    let second = rest.lines().next().unwrap();
    let cases = [
        (String::new(), "r.jsonl, line 1 is not the header of a run: the file is empty"),
        (rest.to_owned(), "it is another record; give the file as ouracle wrote it"),
        (
            first.replace("\"1.0\"", "\"2.0\""),
            "r.jsonl has format 2.0, and this version reads 1.0; use the ouracle that",
        ),
        (format!("{{\"record\":\"header\",\"format\":\"9.1\"}}\n{rest}"), "has format 9.1"),
        (first.replace("\"seed\":7", "\"seed\":7,\"sead\":8"), "it has a field `sead` that this version does not know"),
        (
            good.replace("\"story\"", "\"extra\":1,\"story\""),
            "r.jsonl, line 2 is not a record of this format: it has a field `controls.extra`",
        ),
        (format!("{first}\n{first}\n"), "line 2 is not a record of this format: it is a second header"),
        (
            format!("{first}\n{second}\n{second}\n"),
            "line 3 is not a record of this format: the claim `right` is there twice",
        ),
        (
            format!("{first}\n{}\n", second.replace("\"id\":\"right\"", "\"id\":\"left\"")),
            "does not ask for the claim `left`",
        ),
        (format!("{good}{second}\n"), "it stands after the footer"),
        (format!("{first}\n{{}}\n{second}\n"), "line 2 is not a record of this format: it has no field `record`"),
        (good.replace("\"upheld\":1", "\"upheld\":2"), "the file was changed, make the run again"),
    ];
    for (text, sentence) in cases {
        let said = said(&text);
        assert!(said.contains(sentence), "{said}\ndoes not say\n{sentence}");
    }
    let nowhere = read_records(&folder("reports-nowhere")).unwrap_err();
    assert!(matches!(nowhere, RecordsError::Unreadable { .. }));
    assert!(nowhere.to_string().contains("reports-nowhere") && nowhere.to_string().contains("name a records.jsonl"));
}

/// Compares streams line by line, and shows the first lines that differ, in short.
#[track_caller]
fn same(one: &str, other: &str) {
    let short = |line: &str| line.chars().take(300).collect::<String>();
    let different = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    assert_eq!(different.map(|(one, other)| (short(one), short(other))), None);
    assert_eq!(one.lines().count(), other.lines().count());
}

/// The stream without what is not a function of arguments and seed.
fn timeless(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        record.as_object_mut().unwrap().retain(|key, _| key != "time" && key != "environment");
        format!("{record}\n")
    });
    lines.collect()
}

/// The pieces that `--shard` would have written of a run.
fn pieces(run: &Run, count: usize) -> Vec<Run> {
    let cut = |index: usize| {
        let mine = |at: usize| at % count == index - 1;
        let mut piece = run.clone();
        piece.header.shard = Some(Shard { index, count }.to_string());
        piece.header.environment.started = 10 + index as u64;
        let claims = run.claims.iter().enumerate().filter(|(at, _)| mine(*at));
        piece.claims = claims.map(|(_, claim)| claim.clone()).collect();
        let figures = run.figures.iter().enumerate().filter(|(at, _)| mine(at + run.claims.len()));
        piece.figures = figures.map(|(_, figure)| figure.clone()).collect();
        piece.footer = Some(Footer { counts: piece.counts(), time: Time { seconds: 0.5 } });
        piece.origin = format!("piece-{index}");
        piece
    };
    (1..=count).map(cut).collect()
}

#[test]
fn pieces_in_any_order_are_the_run() {
    let run = sample();
    let whole = timeless(&stream(&run));
    for count in [2, 3, 4, 7] {
        let mut pieces = pieces(&run, count);
        for turn in 0..count {
            pieces.rotate_left(turn);
            let merged = merge(pieces.clone()).unwrap();
            same(&timeless(&stream(&merged)), &whole);
            assert_eq!((merged.exit_code(), merged.incomplete().len()), (4, 0));
        }
        // Through files, with numbers that JSON does not have.
        let read: Vec<_> = pieces.iter().map(|piece| parse(stream(piece).as_bytes(), "piece").unwrap()).collect();
        same(&timeless(&stream(&merge(read).unwrap())), &whole);
    }
}

#[test]
fn real_pieces_are_the_real_run() {
    let (whole, _) = recorded("reports-whole", None);
    let pieces = [2, 1].map(|index| recorded(&format!("reports-piece-{index}"), Some(Shard { index, count: 2 })).0);
    let merged = merge(pieces.iter().map(|path| read_records(path).unwrap()).collect()).unwrap();
    let out = folder("reports-merged");
    write_all(&out, &merged).unwrap();
    let text = |path: &PathBuf, name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    same(&timeless(&text(&out, "records.jsonl")), &timeless(&text(&whole, "records.jsonl")));
    let proof = format!("certificates/{}", certificate_of(&merged, &merged.claims[0].id));
    assert_eq!(text(&out, &proof), text(&whole, &proof), "proofs come along");
}

#[test]
fn pieces_that_do_not_fit_are_refused_and_missing_ones_are_said() {
    let run = sample();
    let three = pieces(&run, 3);
    let said = |runs: Vec<Run>| merge(runs).map(|_| ()).unwrap_err().to_string();
    assert!(said(vec![]).contains("there are no records to report"));
    assert!(said(vec![run.clone(), run.clone()]).contains("sample is a whole run, not a piece of one"));
    let twice = said(vec![three[0].clone(), three[1].clone(), three[0].clone()]);
    assert!(twice.contains("are both piece 1/3; give each piece once"), "{twice}");
    let mut other = three[1].clone();
    other.header.seed = 8;
    let differs = said(vec![three[0].clone(), other]);
    assert!(differs.contains("piece-1 and piece-2 are not pieces of one run: the seed differs (7 and 8)"), "{differs}");
    assert!(
        said(vec![three[0].clone(), pieces(&run, 2)[1].clone()]).contains("the number of pieces differs (3 and 2)")
    );

    let two = merge(vec![three[2].clone(), three[0].clone()]).unwrap();
    assert!(two.footer.is_none() && two.exit_code() != 0);
    assert!(two.incomplete().iter().any(|sentence| sentence == "Piece 2/3 is missing."), "{:?}", two.incomplete());
    let mut cut = three.clone();
    cut[1].footer = None;
    let cut = merge(cut).unwrap();
    assert!(cut.incomplete()[0].starts_with("Piece 2/3 was cut short"), "{:?}", cut.incomplete());
    assert!(merge(vec![three[0].clone()]).unwrap().incomplete()[0].starts_with("This is piece 1/3 of a run"));
}

#[test]
fn the_writer_leaves_a_readable_stream_at_any_time() {
    let path = folder("reports-writer");
    let mut writer = RecordWriter::create(&path).unwrap();
    let mut proved = sample();
    proved.claims[0].checks[0].findings[0].certificate = Some(serde_json::json!({ "version": 1 }));
    proved.claims[0].checks[0].label = "a/../b c".to_owned();
    for (written, record) in proved.records().enumerate() {
        writer.write(&record).unwrap();
        let read = read_records(&path).unwrap();
        assert_eq!(1 + read.claims.len() + read.figures.len() + usize::from(read.footer.is_some()), written + 1);
    }
    let names: Vec<_> = read_records(&path).unwrap().certificates.into_keys().collect();
    assert_eq!(names, ["right-a----b-c.json"]);
    let again = RecordWriter::create(&path);
    assert!(again.is_ok() && read_records(&path).is_err(), "a new run begins with an empty stream");
}
