//! Test runs: records, counts, exit codes, every form of the report, and what changed between two runs, whatever stands in
//! the strings.

mod well_formed;

use ouracle::examination::{Conventions, Dtype, Sum};
use ouracle::ledger::{Environment, Time};
use ouracle::reports::{Diff, FailOn as DiffFailOn, Recorded, RecordsError, TestRun, TestWriter};
use ouracle::subjects::record::{
    Cause, Control, Expect, ExpectedFailure, FailOn, Footer, Header, Kind, Mistake, Record, TestResult, Verdict, Wanted,
};
use ouracle::subjects::{Ability, Chatter, Counts, Fault, FaultKind, KEPT, Subject, kept};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use well_formed::{HOSTILE, elements};

/// A fresh folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    path
}

fn header(questions: usize) -> Header {
    Header {
        kind: Kind::Test,
        format: "1.0".to_owned(),
        ouracle: "0.1.0".to_owned(),
        address: "cmd:python harness.py".to_owned(),
        subject: Subject { name: "score_sde".to_owned(), version: Some("1.2".to_owned()), ..Subject::default() },
        conventions: Conventions { sum: Sum::Plain, ..Conventions::default() },
        able: BTreeMap::from([
            ("score".to_owned(), Ability { dtype: vec![Dtype::F32, Dtype::F64], ..Ability::default() }),
            (
                "log-density".to_owned(),
                Ability { order: NonZeroU32::new(2), note: Some("slow".to_owned()), ..Ability::default() },
            ),
        ]),
        tier: "core".to_owned(),
        only: None,
        seed: 20_261_122,
        false_alarm: 1e-6,
        fail_on: FailOn::Wrong,
        required: false,
        questions,
        environment: Environment { os: "linux".to_owned(), arch: "any".to_owned(), jobs: 2, started: 1 },
    }
}

/// A claim with a formula and a source.
fn known_claim() -> String {
    let told = |claim: &&ouracle::claims::Claim| {
        !claim.sources.is_empty() && ouracle::claims::Page::of(claim.text).formulas().next().is_some()
    };
    ouracle::claims::all().find(told).unwrap().id.to_owned()
}

fn control(id: &str, wanted: Wanted, caught: bool) -> Control {
    let failed = if (wanted == Wanted::Wrong) == caught { 8 } else { 0 };
    Control {
        id: id.to_owned(),
        story: format!("a story of {id}"),
        wanted,
        asked: 40,
        failed,
        caught,
        looks_like: vec![id.to_owned()],
    }
}

fn controls() -> Vec<Control> {
    vec![control("reference", Wanted::Right, true), control("variance-for-sigma", Wanted::Wrong, true)]
}

fn result(quantity: &str, number: usize, verdict: Verdict) -> TestResult {
    let ratio = match verdict {
        Verdict::Right => Some(0.4 + number as f64),
        Verdict::Degraded => Some(100.0),
        Verdict::Wrong => Some(1e6 + number as f64),
        Verdict::Undecided | Verdict::Unsupported | Verdict::Fault => None,
    };
    let fault =
        Fault { kind: FaultKind::Crashed, detail: "signal 11".to_owned(), stderr: vec!["Traceback".to_owned()] };
    TestResult {
        test: format!("ou-1d/{quantity}/{number:06x}"),
        dtype: "f64".to_owned(),
        case: "ou-1d".to_owned(),
        quantity: quantity.to_owned(),
        claims: vec![known_claim(), "no-such-claim".to_owned()],
        tier: "smoke".to_owned(),
        flags: vec!["small-time".to_owned()],
        point: json!({ "x": [0.5], "t": 0.25 / (1.0 + number as f64) }),
        expect: Expect::Value,
        verdict,
        answer: (ratio.is_some()).then(|| json!([0.3286])),
        exact: vec!["0.32863215207100754".to_owned()],
        radius: Some("1e-39".to_owned()),
        condition: vec![1.2],
        ratio,
        message: None,
        fault: (verdict == Verdict::Fault).then_some(fault),
        expected_failure: None,
        time: 0.0012,
    }
}

fn expected_failure() -> ExpectedFailure {
    ExpectedFailure {
        reason: "known".to_owned(),
        link: "https://example.org/1".to_owned(),
        expires: "2027-01-01".to_owned(),
    }
}

/// A whole run of these results.
fn run_of(results: Vec<TestResult>) -> TestRun {
    run_with(header(results.len()), controls(), results)
}

fn run_with(header: Header, controls: Vec<Control>, results: Vec<TestResult>) -> TestRun {
    let line = serde_json::to_string(&Record::Header(Box::new(header))).unwrap() + "\n";
    let mut run = TestRun::parse(line.as_bytes(), "sample").unwrap();
    (run.controls, run.results) = (controls, results);
    seal(&mut run);
    run
}

/// Gives a run the footer that follows from its records.
fn seal(run: &mut TestRun) {
    let counts = run.counts();
    let exit_code = counts.exit_code(run.header.fail_on, run.header.required);
    run.footer = Some(Footer { counts, exit_code, time: Time { seconds: 3.2 } });
}

/// One result of each verdict, and every kind of question.
fn sample() -> TestRun {
    let all =
        [Verdict::Right, Verdict::Degraded, Verdict::Wrong, Verdict::Undecided, Verdict::Unsupported, Verdict::Fault];
    let mut results: Vec<_> = all.iter().enumerate().map(|(at, verdict)| result("score", at, *verdict)).collect();
    results.push(TestResult { dtype: "f32".to_owned(), ..result("score", 0, Verdict::Right) });
    results.push(TestResult { expected_failure: Some(expected_failure()), ..result("drift", 7, Verdict::Wrong) });
    results.push(TestResult {
        ratio: None,
        condition: vec![],
        exact: vec!["1.5".to_owned()],
        message: Some("observed mean 1.49, interval 1.47 to 1.51".to_owned()),
        ..result("noised", 8, Verdict::Right)
    });
    results.push(TestResult {
        expect: Expect::AtMost,
        exact: vec!["2".to_owned()],
        ..result("elbo", 9, Verdict::Right)
    });
    results.push(TestResult {
        expect: Expect::Refuse,
        exact: vec![],
        radius: None,
        condition: vec![f64::INFINITY],
        ratio: None,
        message: Some("an answer to a time before 0".to_owned()),
        ..result("elbo", 10, Verdict::Wrong)
    });
    let mut run = run_of(results);
    let links = vec!["https://example.org/issue".to_owned(), "javascript:alert(1)".to_owned()];
    let mistake =
        Mistake { id: "variance-for-sigma".to_owned(), story: "σ² where σ belongs".to_owned(), links, matches: 1 };
    run.causes = vec![Cause { quantity: "score".to_owned(), failed: 1, looks_like: vec![mistake] }];
    run.chatter = Chatter { lines: vec!["Loading weights…".to_owned()], dropped: 3 };
    run
}

/// The sample with what a subject, or a changed file, may put into each of its strings.
fn hostile() -> TestRun {
    let flood = format!("{HOSTILE}\r\n\u{85}\u{200f}\u{2028}{}", "9".repeat(1_000_000));
    let mut run = sample();
    let header = &mut run.header;
    for text in [&mut header.address, &mut header.tier, &mut header.subject.name, &mut header.ouracle] {
        *text = flood.clone();
    }
    header.only = Some(flood.clone());
    header.subject.homepage = Some("javascript:alert(1)".to_owned());
    header.subject.version = Some(flood.clone());
    header
        .able
        .insert(flood.clone(), Ability { order: NonZeroU32::new(1), note: Some(flood.clone()), ..Ability::default() });
    for (at, result) in run.results.iter_mut().enumerate() {
        result.test = format!("{at}{flood}");
        result.message = Some(flood.clone());
        result.point = json!({ HOSTILE: [0.5, flood], "t": 0.25 });
        result.answer = result.answer.take().map(|_| json!([flood, [[["nan"]]]]));
        result.exact = vec![flood.clone()];
        result.radius = Some(HOSTILE.to_owned());
        result.claims.push(flood.clone());
        for text in [&mut result.case, &mut result.quantity, &mut result.dtype] {
            *text = format!("{}{flood}", at % 3);
        }
        if let Some(fault) = &mut result.fault {
            (fault.detail, fault.stderr) = (flood.clone(), vec![HOSTILE.to_owned(); 200]);
        }
        if let Some(entry) = &mut result.expected_failure {
            (entry.reason, entry.link, entry.expires) = (flood.clone(), flood.clone(), flood.clone());
        }
    }
    let quantity = run.results[2].quantity.clone();
    let mistake = Mistake { id: flood.clone(), story: flood.clone(), links: vec![flood.clone()], matches: 1 };
    run.causes = vec![Cause { quantity, failed: 1, looks_like: vec![mistake] }];
    run.chatter.lines = vec![flood.clone()];
    run.controls.push(Control {
        id: flood.clone(),
        story: flood.clone(),
        looks_like: vec![flood],
        ..control("c", Wanted::Wrong, true)
    });
    seal(&mut run);
    run
}

fn stream(run: &TestRun) -> String {
    run.records().map(|record| serde_json::to_string(&record).unwrap() + "\n").collect()
}

fn recorded(run: &TestRun) -> Recorded {
    Recorded::Test(Box::new(run.clone()))
}

#[test]
fn records_are_read_as_they_were_written() {
    let text = stream(&sample());
    let again = TestRun::parse(text.as_bytes(), "again").unwrap();
    assert_eq!(stream(&again), text);
    assert!(again.results[10].condition[0].is_nan(), "JSON has no infinities");
    assert_eq!((again.counts(), again.exit_code()), (sample().counts(), 1));
    // The lines of the specification, letter by letter.
    for line in [
        r#"{"record":"control","id":"reference","story":"…","wanted":"right","asked":40,"failed":0,"caught":true,"looks_like":[]}"#,
        r#"{"record":"result","test":"ou-1d/score/9d6e36","dtype":"f64","case":"ou-1d","quantity":"score","claims":["…"],"tier":"smoke","flags":["small-time"],"point":{"x":[0.5],"t":0.25},"expect":"value","verdict":"right","answer":[0.3286],"exact":["0.32863215207100754…"],"radius":"1e-39","condition":[1.2],"ratio":0.4,"message":null,"fault":null,"expected_failure":null,"time":0.0012}"#,
        r#"{"record":"cause","quantity":"score","failed":12,"looks_like":[{"id":"variance-for-sigma","story":"…","links":["…"],"matches":12}]}"#,
        r#"{"record":"chatter","lines":["Loading weights…"],"dropped":0}"#,
        r#"{"record":"footer","counts":{"right":500,"degraded":0,"wrong":12,"undecided":0,"unsupported":0,"faults":0,"expected_failures":0,"stale":0,"controls":31,"caught":31},"exit_code":1,"time":{"seconds":3.2}}"#,
    ] {
        let record: Record = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), line);
    }
    assert_eq!((kept(&"λ".repeat(5000)).chars().count(), kept("short").as_str()), (KEPT, "short"));
}

#[test]
fn the_exit_code_follows_from_the_counts() {
    let run = |results: &[Verdict], change: &dyn Fn(&mut TestRun)| {
        let results = results.iter().enumerate().map(|(at, verdict)| result("score", at, *verdict)).collect();
        let mut run = run_of(results);
        change(&mut run);
        seal(&mut run);
        let again = TestRun::parse(stream(&run).as_bytes(), "again").unwrap();
        assert_eq!(again.exit_code(), run.exit_code());
        run.exit_code()
    };
    let same = |_: &mut TestRun| {};
    let on = |fail_on| move |run: &mut TestRun| run.header.fail_on = fail_on;
    let survivor = |run: &mut TestRun| run.controls[1].caught = false;
    use Verdict::{Degraded, Fault, Right, Undecided, Unsupported, Wrong};
    assert_eq!(run(&[Right, Right], &same), 0);
    assert_eq!(run(&[Right, Wrong, Fault], &same), 1, "1 beats 3");
    assert_eq!(run(&[Right, Wrong], &survivor), 4, "4 beats 1");
    assert_eq!(run(&[Right, Degraded], &same), 0);
    assert_eq!(run(&[Right, Degraded], &on(FailOn::Degraded)), 1);
    assert_eq!(run(&[Right, Undecided], &same), 3, "undecided is not passed");
    assert_eq!(run(&[Right, Undecided], &on(FailOn::Degraded)), 3);
    assert_eq!(run(&[Right, Undecided], &on(FailOn::Undecided)), 1);
    assert_eq!(run(&[Right, Degraded], &on(FailOn::Undecided)), 1);
    assert_eq!(run(&[Right, Fault], &same), 3);
    assert_eq!(run(&[Fault], &same), 3);
    assert_eq!(run(&[Right, Unsupported], &same), 0);
    assert_eq!(run(&[Right, Unsupported], &|run| run.header.required = true), 3);
    assert_eq!(run(&[], &same), 5);
    assert_eq!(run(&[Unsupported, Unsupported], &same), 5, "a subject that answers nothing has not passed");
    assert_eq!(run(&[Right], &|run| run.controls.clear()), 5, "nothing is known without a control");
    let expected = |run: &mut TestRun| run.results[1].expected_failure = Some(expected_failure());
    assert_eq!(run(&[Right, Wrong], &expected), 0);
    assert_eq!(run(&[Right, Fault], &expected), 0);
    assert_eq!(run(&[Right, Wrong, Wrong], &expected), 1);
    let mut passing = run_of(vec![result("score", 0, Right)]);
    passing.results[0].expected_failure = Some(expected_failure());
    assert_eq!(passing.counts(), Counts { right: 1, controls: 2, caught: 2, ..Counts::default() });
    passing.footer.as_mut().unwrap().counts.stale = 1;
    assert_eq!(passing.exit_code(), 3, "an expectation that is met no longer");
    let mut cut = run_of(vec![result("score", 0, Right)]);
    cut.footer = None;
    assert_eq!(cut.exit_code(), 3);
}

#[test]
fn a_stream_cut_anywhere_is_incomplete_or_refused_in_a_sentence() {
    let text = stream(&sample());
    let (bytes, first) = (text.as_bytes(), text.find('\n').unwrap());
    for end in (0..bytes.len()).step_by(97).chain([first - 1, first, first + 1, bytes.len() - 2]) {
        match TestRun::parse(&bytes[..end], "cut.jsonl") {
            Ok(run) => {
                assert!(end >= first, "{end}");
                let whole = end >= bytes.len() - 1;
                assert_eq!(run.incomplete().is_empty(), whole, "{end}");
                assert_ne!(run.exit_code(), 0);
                if end % 5 == 0 && !whole {
                    let run = recorded(&run);
                    assert!(run.to_html().unwrap().contains("<strong>Incomplete.</strong>"));
                    assert!(run.to_markdown().contains("**Incomplete.**") && !run.to_badge().contains("green"));
                    let sarif: Value = serde_json::from_str(&run.to_sarif()).unwrap();
                    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
                    assert!(run.to_junit().unwrap().contains("is complete"));
                }
            }
            Err(error) => {
                assert!(end < first, "{end}: {error}");
                assert!(error.to_string().starts_with("cut.jsonl, line 1 is not the header of a run"), "{error}");
            }
        }
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_place_and_remedy() {
    let good = stream(&sample());
    let (first, rest) = good.split_once('\n').unwrap();
    let (control, answer) = (rest.lines().next().unwrap(), rest.lines().nth(2).unwrap());
    let check = r#"{"record":"header","format":"1.0","ouracle":"0.1.0","claims":[]}"#;
    let cases = [
        (String::new(), "r.jsonl, line 1 is not the header of a run: the file is empty"),
        (rest.to_owned(), "it is another record; give the file as ouracle wrote it"),
        (
            first.replace("\"1.0\"", "\"2.0\""),
            "r.jsonl has format 2.0, and this version reads 1.0; use the ouracle that",
        ),
        (format!("{{\"record\":\"header\",\"kind\":\"test\",\"format\":\"9.1\"}}\n{rest}"), "has format 9.1"),
        (check.to_owned(), "holds the records of `ouracle check`, not of `ouracle test`"),
        (first.replace("\"seed\"", "\"sead\":8,\"seed\""), "unknown field `sead`"),
        (first.replace("\"os\"", "\"host\":\"mine\",\"os\""), "unknown field `host`"),
        (
            good.replace("\"caught\":true,\"looks", "\"extra\":1,\"caught\":true,\"looks"),
            "r.jsonl, line 2 is not a record of this format: unknown field `extra`",
        ),
        (
            good.replace("\"verdict\":\"right\"", "\"verdict\":\"fine\""),
            "r.jsonl, line 4 is not a record of this format: unknown variant `fine`",
        ),
        (
            good.replace("\"record\":\"cause\"", "\"record\":\"guess\""),
            "`\"guess\"` is not header, control, result, cause",
        ),
        (format!("{first}\n{first}\n"), "line 2 is not a record of this format: it is a second header"),
        (
            format!("{first}\n{answer}\n{answer}\n"),
            "line 3 is not a record of this format: the result of `ou-1d/score/000000` in f64 is there twice",
        ),
        (format!("{good}{control}\n"), "it stands after the footer"),
        (format!("{first}\n{{}}\n{control}\n"), "line 2 is not a record of this format: it has no field `record`"),
        (format!("{first}\n\u{7f}not json\n{control}\n"), "line 2 is not a record of this format"),
        (good.replace("\"right\":4", "\"right\":5"), "the file was changed, make the run again"),
        (good.replace("\"exit_code\":1", "\"exit_code\":0"), "the file was changed, make the run again"),
    ];
    for (text, sentence) in cases {
        let said = TestRun::parse(text.as_bytes(), "r.jsonl").map(|_| ()).unwrap_err().to_string();
        assert!(said.contains(sentence), "{said}\ndoes not say\n{sentence}");
    }
    let test = ouracle::reports::parse(good.as_bytes(), "r.jsonl").map(|_| ()).unwrap_err();
    assert!(matches!(test, RecordsError::Kind { .. }) && test.to_string().contains("not of `ouracle check`"), "{test}");
    let nowhere = Recorded::read(&folder("test-nowhere")).map(|_| ()).unwrap_err();
    assert!(nowhere.to_string().contains("name a records.jsonl"), "{nowhere}");
}

#[test]
fn the_writer_leaves_a_readable_stream_at_any_time() {
    for path in [folder("test-writer"), folder("test-writer-file").join("mine.jsonl")] {
        let mut writer = TestWriter::create(&path).unwrap();
        for (written, record) in sample().records().enumerate() {
            writer.write(&record).unwrap();
            let Recorded::Test(read) = Recorded::read(&path).unwrap() else { panic!("a test") };
            assert_eq!(read.records().count(), written + 1);
        }
        let read = Recorded::read(&path).unwrap();
        assert_eq!((read.kind(), read.exit_code(), read.incomplete().len()), ("test", 1, 0));
        assert!(
            TestWriter::create(&path).is_ok() && Recorded::read(&path).is_err(),
            "a new run begins with an empty stream"
        );
    }
}

#[test]
fn every_form_is_written_and_the_records_stay_the_same() {
    let path = folder("test-forms");
    recorded(&sample()).write(&path).unwrap();
    let text = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    assert_eq!(text("records.jsonl"), stream(&sample()));
    for name in ["index.html", "summary.md", "summary.json", "junit.xml", "results.sarif", "badge.json"] {
        assert!(text(name).len() > 50, "{name}");
    }
    Recorded::read(&path).unwrap().write(&path).unwrap();
    assert_eq!(text("records.jsonl"), stream(&sample()));
}

/// What no text may carry into a terminal, a page or a file.
const FORBIDDEN: [char; 9] =
    ['\u{0}', '\u{1b}', '\u{85}', '\u{202e}', '\u{200f}', '\u{2028}', '\u{fffe}', '\r', '\u{7f}'];

#[test]
fn the_page_is_well_formed_and_runs_and_fetches_nothing() {
    for run in [sample(), hostile()] {
        let page = recorded(&run).to_html().unwrap();
        let seen = elements(&page);
        for forbidden in ["script", "link", "img", "iframe", "base", "object", "b"] {
            assert!(!seen.iter().any(|name| name == forbidden), "{forbidden}");
        }
        assert!(!page.contains(FORBIDDEN) && !page.contains("href=\"javascript"));
        let targets = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        targets.for_each(|target| {
            assert!(
                target.starts_with('#')
                    || target.starts_with("https:&#x2f;&#x2f;example.org")
                    || target.starts_with("https://example.org"),
                "{target}"
            )
        });
        assert!(page.len() < 700_000, "floods are cut: {}", page.len());
    }
    let page = recorded(&sample()).to_html().unwrap().replace("&#x2f;", "/").replace("&#x27;", "'");
    for id in [
        "subject",
        "matrix",
        "failures",
        "expected",
        "accuracy",
        "random",
        "bounds",
        "blind",
        "self-check",
        "references",
    ] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(page.find("id=\"failures\"").unwrap() < page.find("id=\"accuracy\"").unwrap());
    assert!(page.contains("ouracle test 'cmd:python harness.py' --tier core --only ou-1d/score/000002"));
    assert!(page.contains("Looks like <strong>variance-for-sigma</strong>") && page.contains("<math"));
    assert!(page.contains("interval 1.47 to 1.51"), "what was observed of a random quantity");
    assert!(page.contains("0.32863215207100754 ± 10⁻³⁹"));

    let many = |decimal: &str| {
        let answer = TestResult { exact: vec![decimal.to_owned()], ..result("score", 1, Verdict::Wrong) };
        recorded(&run_of(vec![answer])).to_html().unwrap()
    };
    assert!(many("0.12345678901234567890123456789e-7").contains(">0.12345678901234567890…e-7 ± 10⁻³⁹<"));
    assert!(many("1234567890123456789012345").contains(">1234567890123456789012345 ± "), "an integer is not cut");

    // The worst first, and an answer that has no distance from the truth is worse than any.
    let ratio = |number: usize, ratio: Option<f64>| TestResult { ratio, ..result("score", number, Verdict::Wrong) };
    let results = vec![ratio(1, Some(2e3)), ratio(2, Some(5e9)), ratio(3, None), result("score", 4, Verdict::Fault)];
    let page = recorded(&run_of(results)).to_html().unwrap().replace("&#x2f;", "/");
    let failures = page.split("id=\"failures\"").nth(1).unwrap();
    let places = [3, 2, 1, 4].map(|number| failures.find(&format!("<code>ou-1d/score/00000{number}</code>")).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    assert!(failures.contains("crashed: signal 11") && failures.contains("<pre>Traceback</pre>"));
}

#[test]
fn junit_says_what_failed_and_what_was_skipped() {
    let xml = recorded(&sample()).to_junit().unwrap();
    let report = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    let cases = |report: &quick_junit::Report, skipped: bool| {
        let all = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
        all.filter(|case| !skipped || matches!(case.status, quick_junit::TestCaseStatus::Skipped { .. })).count()
    };
    // Two wrong; one fault; undecided, unsupported and expected are skipped; two controls stand beside eleven answers.
    assert_eq!((report.tests, report.failures, report.errors, cases(&report, true)), (13, 2, 1, 3));
    assert_eq!(cases(&report, false), 13);

    let mut strict = sample();
    (strict.header.required, strict.header.fail_on) = (true, FailOn::Undecided);
    let report = quick_junit::Report::deserialize_from_str(&recorded(&strict).to_junit().unwrap()).unwrap();
    assert_eq!((report.failures, report.errors, cases(&report, true)), (4, 2, 1));

    let xml = recorded(&hostile()).to_junit().unwrap();
    let report = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (14, 2, 1));
    assert!(!xml.contains(FORBIDDEN) && !xml.contains("<script") && xml.len() < 400_000, "{}", xml.len());

    let mut void = sample();
    void.controls[0].caught = false;
    let report = quick_junit::Report::deserialize_from_str(&recorded(&void).to_junit().unwrap()).unwrap();
    assert_eq!(report.failures, 3);
}

#[test]
fn markdown_leaves_hostile_text_as_text() {
    for run in [sample(), hostile()] {
        let text = recorded(&run).to_markdown();
        assert!(!text.contains("<script") && !text.contains("`x`") && !text.contains(FORBIDDEN));
        assert!(text.len() < 40_000, "{}", text.len());
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
        let (tally, quantities) = rows.split_at(3);
        assert!(tally.iter().all(|row| row.matches('|').count() == 9), "{tally:?}");
        assert!(quantities.len() > 4 && quantities.iter().all(|row| row.matches('|').count() == 10), "{quantities:?}");
    }
    let text = recorded(&sample()).to_markdown();
    assert!(text.starts_with("## ouracle: Of 10 questions to score&#95;sde, 2 came out wrong."), "{text}");
    assert!(text.contains("looks like *variance-for-sigma*"));
}

#[test]
fn sarif_has_the_failures_and_nothing_else() {
    let sarif: Value = serde_json::from_str(&recorded(&sample()).to_sarif()).unwrap();
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    let levels: Vec<_> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "warning", "warning", "warning"], "wrong, wrong, fault, undecided, degraded");
    let lines: Vec<String> = stream(&sample()).lines().map(str::to_owned).collect();
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(result["ruleId"], known_claim().as_str());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "records.jsonl");
        let line: Value =
            serde_json::from_str(&lines[place["region"]["startLine"].as_u64().unwrap() as usize - 1]).unwrap();
        let key = format!("{} {}", line["test"].as_str().unwrap(), line["dtype"].as_str().unwrap());
        assert_eq!(result["partialFingerprints"]["ouracle/v1"], key.as_str(), "the line is that of the result");
    }
    let fingerprints: std::collections::BTreeSet<_> =
        results.iter().map(|result| result["partialFingerprints"].to_string()).collect();
    assert_eq!(fingerprints.len(), results.len());

    let unclaimed = run_of(vec![TestResult { claims: vec![], ..result("score", 0, Verdict::Wrong) }]);
    let sarif: Value = serde_json::from_str(&recorded(&unclaimed).to_sarif()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "score");

    let text = recorded(&hostile()).to_sarif();
    let sarif: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 5);
    assert!(text.len() < 200_000 && !text.contains(FORBIDDEN));
    let mut void = sample();
    void.controls[1].caught = false;
    let sarif: Value = serde_json::from_str(&recorded(&void).to_sarif()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "self-check");
}

#[test]
fn a_badge_is_green_for_exit_code_0_and_for_nothing_else() {
    let all =
        [Verdict::Right, Verdict::Degraded, Verdict::Wrong, Verdict::Undecided, Verdict::Unsupported, Verdict::Fault];
    let pairs = all.iter().flat_map(|one| all.iter().map(move |other| [*one, *other]));
    let mut seen = std::collections::BTreeSet::new();
    for pair in pairs {
        for (survivor, cut) in [(false, false), (true, false), (false, true)] {
            let mut run = run_of(pair.iter().enumerate().map(|(at, verdict)| result("score", at, *verdict)).collect());
            run.controls[0].caught = !survivor;
            seal(&mut run);
            if cut {
                run.footer = None;
            }
            let badge: Value = serde_json::from_str(&recorded(&run).to_badge()).unwrap();
            assert_eq!(badge["schemaVersion"], 1);
            assert!(badge["label"].is_string() && !badge["message"].as_str().unwrap().is_empty());
            assert_eq!(badge["color"].as_str().unwrap().contains("green"), run.exit_code() == 0, "{pair:?} {badge}");
            seen.insert(badge["message"].as_str().unwrap().to_owned());
        }
    }
    for message in
        ["2 right", "1 wrong", "2 wrong", "void", "incomplete", "nothing ran", "1 undecided", "1 right, 1 degraded"]
    {
        assert!(seen.contains(message), "{message} in {seen:?}");
    }
}

#[test]
fn the_summary_for_programs_counts_what_is_there() {
    for run in [sample(), hostile()] {
        let summary: Value = serde_json::from_str(&recorded(&run).to_json()).unwrap();
        assert_eq!(
            (&summary["exit_code"], &summary["complete"], &summary["kind"]),
            (&json!(1), &json!(true), &json!("test"))
        );
        assert_eq!(summary["counts"], serde_json::to_value(run.counts()).unwrap());
        assert_eq!(summary["failures"].as_array().unwrap().len(), 5);
        let quantities = summary["quantities"].as_object().unwrap();
        let counted: u64 = quantities
            .values()
            .flat_map(|counts| counts.as_object().unwrap().values())
            .map(|n| n.as_u64().unwrap())
            .sum();
        assert_eq!(counted, run.results.len() as u64);
    }
    let summary: Value = serde_json::from_str(&recorded(&sample()).to_json()).unwrap();
    assert_eq!(summary["failures"][0]["test"], "ou-1d/elbo/00000a", "an answer that should be a refusal is worst");
    assert_eq!(summary["failures"][1]["looks_like"], json!(["variance-for-sigma"]));
}

fn between(old: &TestRun, new: &TestRun) -> Diff {
    Diff::between(&recorded(old), &recorded(new)).unwrap()
}

#[test]
fn a_run_against_itself_is_nothing_to_read() {
    for run in [sample(), hostile()] {
        let diff = between(&run, &run);
        assert!(diff.is_empty() && diff.to_text().is_empty() && diff.to_markdown().is_empty());
        for fail_on in [DiffFailOn::Worse, DiffFailOn::Changed, DiffFailOn::Never] {
            assert_eq!(diff.exit_code(fail_on), 0);
            let json: Value = serde_json::from_str(&diff.to_json(fail_on)).unwrap();
            assert_eq!((&json["worse"], &json["exit_code"]), (&json!([]), &json!(0)));
        }
    }
}

#[test]
fn what_changed_is_named_and_only_what_is_worse_fails() {
    use Verdict::{Right, Wrong};
    let old = run_of(vec![result("score", 0, Right), result("score", 1, Right), result("score", 2, Wrong)]);
    let codes = |diff: &Diff| {
        [DiffFailOn::Worse, DiffFailOn::Changed, DiffFailOn::Never].map(|fail_on| diff.exit_code(fail_on))
    };
    let ids = |changes: &[ouracle::reports::Change]| changes.iter().map(|change| change.id.clone()).collect::<Vec<_>>();

    let worse =
        between(&old, &run_of(vec![result("score", 0, Right), result("score", 1, Wrong), result("score", 2, Wrong)]));
    assert_eq!((ids(&worse.worse), codes(&worse)), (vec!["ou-1d/score/000001 f64".to_owned()], [1, 1, 0]));
    assert!(worse.to_text().contains("worse    ou-1d/score/000001 f64  right → wrong"), "{}", worse.to_text());

    let better =
        between(&old, &run_of(vec![result("score", 0, Right), result("score", 1, Right), result("score", 2, Right)]));
    assert_eq!((ids(&better.better).len(), codes(&better)), (1, [0, 1, 0]));

    let gone = between(&old, &run_of(vec![result("score", 0, Right), result("score", 2, Wrong)]));
    assert_eq!(
        (ids(&gone.gone), codes(&gone)),
        (vec!["ou-1d/score/000001 f64".to_owned()], [1, 1, 0]),
        "what is no longer asked is not passed"
    );

    let mut more = old.clone();
    more.results.push(TestResult { dtype: "f32".to_owned(), ..result("score", 0, Wrong) });
    more.header.questions = 4;
    seal(&mut more);
    let new = between(&old, &more);
    assert_eq!(
        (ids(&new.new), codes(&new)),
        (vec!["ou-1d/score/000000 f32".to_owned()], [0, 1, 0]),
        "a dtype is another question"
    );

    let mut other = old.clone();
    let mistake = Mistake { id: "time-reversed".to_owned(), story: "t".to_owned(), links: vec![], matches: 1 };
    other.causes = vec![Cause { quantity: "score".to_owned(), failed: 1, looks_like: vec![mistake] }];
    let changed = between(&old, &other);
    assert_eq!((ids(&changed.changed).len(), codes(&changed)), (1, [0, 1, 0]));
    assert!(changed.to_text().contains("still wrong"));

    // A failure that an entry covers is still one; that the entry went away is a change that is seen.
    let mut covered = old.clone();
    covered.results[1] = TestResult { expected_failure: Some(expected_failure()), ..result("score", 1, Wrong) };
    seal(&mut covered);
    assert_eq!(codes(&between(&old, &covered)), [1, 1, 0]);

    let mut unasked = old.clone();
    unasked.controls.pop();
    seal(&mut unasked);
    let fewer = between(&old, &unasked);
    assert_eq!((ids(&fewer.gone), codes(&fewer)), (vec!["control variance-for-sigma".to_owned()], [1, 1, 0]));
}

#[test]
fn an_incomplete_or_void_new_run_never_passes() {
    let old = run_of(vec![result("score", 0, Verdict::Right)]);
    let mut cut = old.clone();
    cut.footer = None;
    let diff = between(&old, &cut);
    assert!(diff.is_empty() && diff.to_text().contains("incomplete") && diff.to_markdown().contains("incomplete"));
    assert_eq!((diff.exit_code(DiffFailOn::Worse), diff.exit_code(DiffFailOn::Never)), (3, 3));
    let mut void = old.clone();
    void.controls[1].caught = false;
    seal(&mut void);
    let diff = between(&old, &void);
    assert_eq!((diff.exit_code(DiffFailOn::Worse), diff.exit_code(DiffFailOn::Never)), (4, 4));
    assert!(
        diff.to_text().contains("void")
            && diff.to_text().contains("control variance-for-sigma  as wanted → not as wanted")
    );
    let nothing = run_with(header(0), vec![], vec![]);
    assert_eq!(between(&nothing, &nothing).exit_code(DiffFailOn::Never), 5);
    assert_eq!(between(&old, &nothing).exit_code(DiffFailOn::Worse), 1);
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let mut new = hostile();
    new.results.iter_mut().for_each(|result| result.verdict = Verdict::Wrong);
    new.results.pop();
    seal(&mut new);
    let diff = between(&hostile(), &new);
    assert!(!diff.worse.is_empty() && !diff.gone.is_empty());
    let run = recorded(&hostile());
    for text in [run.to_json(), run.to_sarif(), run.to_badge(), diff.to_json(DiffFailOn::Worse)] {
        assert!(!text.contains(FORBIDDEN) && serde_json::from_str::<Value>(&text).is_ok());
    }
    let summary: Value = serde_json::from_str(&run.to_json()).unwrap();
    assert_eq!(summary["tier"], hostile().header.tier.as_str(), "JSON escapes, and loses nothing");
    let field = serde_json::to_string(&format!("{HOSTILE}\u{200f}")).unwrap();
    for (bad, place) in [("\"seed\"", 1), ("\"story\"", 2)] {
        let text = stream(&sample()).replace(bad, &format!("{field}:1,{bad}"));
        let said = TestRun::parse(text.as_bytes(), "r.jsonl").map(|_| ()).unwrap_err().to_string();
        assert!(said.contains(&format!("line {place}")) && !said.contains(FORBIDDEN), "{said}");
    }
    for text in [diff.to_text(), diff.to_markdown()] {
        assert!(!text.contains(FORBIDDEN) && text.len() < 20_000, "{}", text.len());
    }
    assert!(!diff.to_markdown().contains("<script"));
    assert!(diff.to_text().lines().all(|line| line.chars().count() < 700), "a change is a line");
    assert!(serde_json::from_str::<Value>(&diff.to_json(DiffFailOn::Worse)).is_ok());
}

/// A check of two claims, as `ouracle check` writes it.
fn check(standings: [&str; 2], relation: &str, control: Option<bool>) -> String {
    let void = |standing: &str| standing == "void";
    let claim = |(id, standing): (&str, &str)| {
        let verdict = match standing {
            "refuted" => json!({ "verdict": "refuted", "at": "x=1", "by": "left minus right is 0.1" }),
            _ => json!({ "verdict": "certified" }),
        };
        let finding = [json!({ "relation": relation }), verdict.clone()].map(|part| part.as_object().unwrap().clone());
        let finding: serde_json::Map<String, Value> = finding.into_iter().flatten().collect();
        let mut check = json!({ "reading": "certificate", "label": "", "findings": [finding] });
        check.as_object_mut().unwrap().extend(verdict.as_object().unwrap().clone());
        let caught = control.map(|_| !void(standing));
        let controls = json!([{ "id": "no-half", "story": "without the half", "caught": caught, "checks": [] }]);
        json!({ "record": "claim", "id": id, "title": id, "sources": [], "standing": standing, "checks": [check], "controls": controls, "time": { "seconds": 0.1 } })
    };
    let header = json!({
        "record": "header", "format": "1.0", "ouracle": "0.1.0", "claims": ["one", "two"], "readings": ["certificate"], "seed": 7,
        "false_alarm": 1e-9, "sampled_checks": 2, "effort": 1.0, "environment": { "os": "linux", "arch": "any", "jobs": 2, "started": 1 },
    });
    let claims = ["one", "two"].into_iter().zip(standings).map(claim);
    let counted = |name: &str| standings.iter().filter(|standing| **standing == name).count();
    let due = if control.is_some() { 2 } else { 0 };
    let counts = json!({
        "claims": 2, "upheld": counted("upheld"), "look_alikes": 0, "expected": 0, "refuted": counted("refuted"), "undecided": 0,
        "void": counted("void"), "controls": due, "caught": due.min(2 - counted("void")), "checks": 2,
    });
    let footer = json!({ "record": "footer", "counts": counts, "time": { "seconds": 1.0 } });
    std::iter::once(header).chain(claims).chain([footer]).map(|line| format!("{line}\n")).collect()
}

fn checked(text: &str) -> Recorded {
    Recorded::Check(Box::new(ouracle::reports::parse(text.as_bytes(), "check").unwrap()))
}

#[test]
fn claims_are_compared_by_standing() {
    let between = |old: &str, new: &str| Diff::between(&checked(old), &checked(new)).unwrap();
    let old = check(["upheld", "refuted"], "bound", Some(true));
    let itself = between(&old, &old);
    assert!(itself.is_empty() && itself.to_text().is_empty());
    assert_eq!(itself.exit_code(DiffFailOn::Worse), 0);

    let worse = between(&old, &check(["refuted", "upheld"], "bound", Some(true)));
    let text = worse.to_text();
    assert!(text.contains("worse    one  upheld → refuted  certificate: left minus right is 0.1, at x=1"), "{text}");
    assert!(text.contains("better   two  refuted → upheld"), "{text}");
    assert_eq!((worse.worse.len(), worse.better.len(), worse.exit_code(DiffFailOn::Worse)), (1, 1, 1));

    let cause = between(&old, &check(["upheld", "refuted"], "variance", Some(true)));
    assert_eq!(
        (cause.changed.len(), cause.exit_code(DiffFailOn::Worse), cause.exit_code(DiffFailOn::Changed)),
        (1, 0, 1)
    );
    assert!(cause.to_text().contains("changed  two  still refuted"));

    let untried = between(&old, &check(["upheld", "refuted"], "bound", None));
    assert_eq!((untried.gone.len(), untried.exit_code(DiffFailOn::Worse)), (2, 1), "a control that is no longer tried");
    assert!(untried.to_text().contains("gone     one: control no-half  was tried"), "{}", untried.to_text());

    let void = between(&old, &check(["void", "refuted"], "bound", Some(true)));
    assert_eq!((void.worse.len(), void.exit_code(DiffFailOn::Never)), (1, 4));
}

#[test]
fn a_check_has_alerts_and_a_badge_too() {
    for (standings, code, levels, colour) in
        [(["upheld", "upheld"], 0, vec![], "brightgreen"), (["upheld", "refuted"], 1, vec!["error"], "red")]
    {
        let run = checked(&check(standings, "bound", Some(true)));
        let sarif: Value = serde_json::from_str(&run.to_sarif()).unwrap();
        let found: Vec<_> =
            sarif["runs"][0]["results"].as_array().unwrap().iter().map(|result| result["level"].clone()).collect();
        assert_eq!((run.exit_code(), found), (code, levels.into_iter().map(Value::from).collect()));
        let badge: Value = serde_json::from_str(&run.to_badge()).unwrap();
        assert_eq!(badge["color"], colour);
    }
    let run = checked(&check(["upheld", "refuted"], "bound", Some(true)));
    let sarif: Value = serde_json::from_str(&run.to_sarif()).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["locations"][0]["physicalLocation"]["region"]["startLine"]),
        (&json!("two"), &json!(3))
    );
}

/// The exit code and the output of the command.
fn ouracle(arguments: &[&str]) -> (i32, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ouracle")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_commands_read_both_kinds_and_refuse_to_mix_them() {
    let place = folder("test-commands");
    std::fs::create_dir_all(&place).unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(place.join(name), text).unwrap();
        place.join(name).to_str().unwrap().to_owned()
    };
    let test = file("test.jsonl", &stream(&sample()));
    let mut fewer = sample();
    fewer.results.remove(0);
    fewer.header.questions -= 1;
    seal(&mut fewer);
    let fewer = file("fewer.jsonl", &stream(&fewer));
    let check = file("check.jsonl", &check(["upheld", "upheld"], "bound", Some(true)));

    for format in ["html", "markdown", "junit", "json", "sarif", "badge"] {
        for (run, code) in [(&test, 1), (&check, 0)] {
            let (exit, out, _) = ouracle(&["report", run, "--format", format]);
            assert!(exit == code && !out.is_empty(), "{format} {run}: {exit}");
        }
    }
    assert_eq!(ouracle(&["diff", &test, &test]), (0, String::new(), String::new()));
    let (exit, out, _) = ouracle(&["diff", &test, &fewer]);
    assert!(exit == 1 && out.contains("gone     ou-1d/score/000000 f64  was right"), "{out}");
    assert_eq!(ouracle(&["diff", &test, &fewer, "--fail-on", "never", "--format", "json"]).0, 0);
    let (exit, _, said) = ouracle(&["diff", &test, &check]);
    assert!(exit == 2 && said.contains("give two runs of one command"), "{said}");
    let (exit, _, said) = ouracle(&["report", &test, &test, "--out", place.to_str().unwrap()]);
    assert!(exit == 2 && said.contains("a test run has no pieces"), "{said}");
}
