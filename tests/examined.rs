//! `ouracle test` as its users meet it: the reference, wrong subjects, hostile ones, and what is kept of their answers.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("examined-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn ouracle(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ouracle")).args(arguments).output().unwrap()
}

/// Exit code, records, and what was printed.
struct Run {
    code: i32,
    records: Vec<Value>,
    printed: String,
    folder: PathBuf,
}

fn test(name: &str, subject: &str, more: &[&str]) -> Run {
    let folder = folder(name);
    let out = folder.to_str().unwrap();
    let output = ouracle(&[&["test", subject, "--out", out], more].concat());
    let text = std::fs::read_to_string(folder.join("records.jsonl")).unwrap_or_default();
    let records = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let printed = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    Run { code: output.status.code().unwrap(), records, printed, folder }
}

impl Run {
    fn of(&self, kind: &str) -> Vec<&Value> {
        self.records.iter().filter(|record| record["record"] == kind).collect()
    }

    fn count(&self, what: &str) -> u64 {
        self.of("footer")[0]["counts"][what].as_u64().unwrap()
    }

    fn faults(&self) -> Vec<&str> {
        self.of("result").iter().filter_map(|result| result["fault"]["kind"].as_str()).collect()
    }

    fn causes(&self) -> Vec<&str> {
        let causes = self.of("cause").into_iter();
        causes.flat_map(|cause| cause["looks_like"].as_array().unwrap()).filter_map(|m| m["id"].as_str()).collect()
    }
}

/// A subject in Python: the score of `N(1, 3/4)` under an Ornstein–Uhlenbeck process, with something put in before each answer.
fn harness(name: &str, before: &str) -> String {
    let path = folder(name).with_extension("py");
    let program = format!(
        r#"import json, math, os, signal, sys, time
count = 0
def score(p):
    t, x = p["t"], p["x"][0]
    if not 0 <= t <= 1 or x == "nan" or len(p["x"]) > 1: return {{"error": "no such point"}}
    return [(math.exp(-t) - x) / (0.75 * math.exp(-2 * t) - math.expm1(-2 * t))]
for line in sys.stdin:
    q = json.loads(line)
    if q["cmd"] == "bye": break
    a = {{"id": q["id"], "status": "ok"}}
    if q["cmd"] == "hello":
        a = {{"id": q["id"], "subject": {{"name": "{name}"}}, "able": {{"score": {{}}}}}}
    elif q["cmd"] == "evaluate":
        count += 1
        a["values"] = [score(p) for p in q["points"]]
    elif q["case"]["process"]["kind"] != "ou" or q["case"]["data"].get("mean") != [1] or q["case"]["model"]["kind"] != "exact":
        a = {{"id": q["id"], "status": "unsupported", "message": "another case"}}
{before}
    print(json.dumps(a), flush=True)
"#
    );
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, program).unwrap();
    format!("cmd:python3 {}", path.display())
}

const SMALL: &[&str] = &["--tier", "core", "--only", "ou-1d/score/*", "--timeout", "5"];

#[test]
fn the_reference_passes_and_every_mistake_is_refuted_and_named() {
    let run = test("reference", "ref:", &["--tier", "core"]);
    assert_eq!(run.code, 0, "{}", run.printed);
    for what in ["degraded", "wrong", "undecided", "unsupported", "faults"] {
        assert_eq!(run.count(what), 0, "{what}");
    }
    assert!(run.count("right") > 500);
    let controls = run.of("control");
    assert_eq!(controls.len(), 1 + ouracle::examination::MISTAKES.len(), "every mistake is tried");
    for control in &controls[1..] {
        assert_eq!(control["caught"], true, "{control}");
        let named = control["looks_like"].as_array().unwrap();
        assert!(named.contains(&control["id"]), "{control}");
    }
}

#[test]
fn wrong_subjects_are_named() {
    for (mistake, only) in [
        ("variance-for-sigma", "vp-linear-1d/score/*"),
        ("log-sigma", "ou-3d/log-density/*"),
        ("divergence-forgotten", "*/flow-log-likelihood/*"),
        ("step-not-rooted", "*/euler-end/*"),
        ("bound-exceeded", "scaled/*"),
        ("never-refuses", "not-positive/*"),
    ] {
        let run = test(mistake, &format!("mini:{mistake}"), &["--tier", "core", "--only", only]);
        assert_eq!(run.code, 1, "{mistake}: {}", run.printed);
        assert!(run.causes().contains(&mistake), "{mistake}: {:?}", run.causes());
        assert!(run.printed.contains(&format!("looks like {mistake}")), "{}", run.printed);
    }
}

#[test]
fn one_seed_gives_the_same_records() {
    let timeless = |run: &Run| {
        let strip = |record: &Value| {
            let mut record = record.clone();
            let fields = record.as_object_mut().unwrap();
            fields.retain(|name, _| name != "time" && name != "environment");
            record
        };
        run.records.iter().map(strip).collect::<Vec<_>>()
    };
    let only: &[&str] = &["--tier", "core", "--only", "ou-1d/*"];
    let (one, other) = (test("seed-1", "ref:", only), test("seed-2", "ref:", &[only, &["--jobs", "1"]].concat()));
    assert_eq!(timeless(&one), timeless(&other));
    let output = ouracle(&["diff", one.folder.to_str().unwrap(), other.folder.to_str().unwrap()]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_diff_names_what_broke() {
    let right = test("diff-right", "ref:", SMALL);
    let wrong = test("diff-wrong", "mini:mean-forgotten", SMALL);
    let output = ouracle(&["diff", right.folder.to_str().unwrap(), wrong.folder.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("ou-1d/score/") && text.contains("looks like mean-forgotten; rests on tweedie"), "{text}");
}

#[test]
fn a_harness_of_its_own_is_right() {
    let run = test("right", &harness("right", ""), SMALL);
    assert_eq!((run.code, run.count("wrong"), run.count("faults")), (0, 0, 0), "{}", run.printed);
    assert!(run.count("right") >= 4);
    // What it does not claim to know is not passed.
    let all = test("required", &harness("required", ""), &["--tier", "smoke", "--required"]);
    assert_eq!(all.code, 3, "{}", all.printed);
    assert!(all.count("unsupported") > 0);
}

#[test]
fn faults_are_told_apart_and_answers_kept() {
    let third = |what: &str| format!("    if count == 3 and not os.path.exists(\"FLAG\"): {what}");
    for (name, before, fault) in [
        ("killed", "os.kill(os.getpid(), signal.SIGKILL)", "crashed"),
        ("ended", "sys.exit(3)", "crashed"),
        ("silent", "sys.exit(0)", "silence"),
        ("hangs", "time.sleep(60)", "timeout"),
        ("flood", "sys.stdout.write(\"x\" * (1 << 25)); sys.stdout.flush(); time.sleep(60)", "flood"),
        ("garbage", "print(\"{\\\"id\\\": nonsense\"); sys.stdout.flush(); time.sleep(60)", "protocol"),
        ("partial", "a[\"values\"] = a[\"values\"][:-1]", "protocol"),
        ("another-question", "a[\"id\"] += 1", "protocol"),
        ("echo", "a = q", "protocol"),
    ] {
        let run = test(name, &harness(name, &third(before)), &[&SMALL[..4], &["--timeout", "2"]].concat());
        assert_eq!(run.code, 3, "{name}: {}", run.printed);
        let faults = run.faults();
        assert!(!faults.is_empty() && faults.iter().all(|kind| *kind == fault), "{name}: {faults:?}");
        assert!(run.count("right") > 0, "{name}: what was answered is kept");
        assert_eq!(run.count("wrong"), 0, "{name}");
        assert!(run.folder.join("index.html").exists());
    }
}

#[test]
fn the_right_number_for_the_wrong_question_is_wrong() {
    let run = test("swapped", &harness("swapped", "    if \"values\" in a: a[\"values\"].reverse()"), SMALL);
    assert_eq!(run.code, 1, "{}", run.printed);
}

#[test]
fn a_subject_that_does_not_begin_is_told() {
    let run = test("mute", "cmd:python3 -c 'import sys; sys.stdin.readline(); sys.exit(7)'", SMALL);
    assert_eq!(run.code, 3);
    assert!(run.printed.contains("did not answer the first question: crashed"), "{}", run.printed);
    for (subject, wanted) in [
        ("cmd:no-such-program-anywhere", "could not be started"),
        ("py:a.b:c", "cmd:"),
        ("mini:no-such-mistake", "there is no mistake"),
        ("", "names no program"),
    ] {
        let run = test("usage", subject, SMALL);
        assert!(matches!(run.code, 2 | 3) && run.printed.contains(wanted), "{subject}: {} {}", run.code, run.printed);
    }
    let run = test("mini-typo", "mini:score-sgn", SMALL);
    assert!(run.code == 2 && run.printed.contains("there is no mistake `score-sgn`"), "{}", run.printed);
    // A report of an earlier run must not speak of one that did not begin, and what nobody can answer is nothing that ran.
    let right = test("stale", "ref:", SMALL);
    let out = right.folder.to_str().unwrap();
    let again = ouracle(&["test", "cmd:python3 -c pass", "--out", out, "--tier", "smoke"]);
    assert_eq!(again.status.code(), Some(3));
    assert!(!right.folder.join("index.html").exists() && !right.folder.join("badge.json").exists());
    let run = test("unable", &harness("unable", ""), &["--only", "ou-1d/drift/*"]);
    assert_eq!(run.code, 5, "{}", run.printed);
    let run = test("nothing", "ref:", &["--only", "no-such-question"]);
    assert!(run.code == 2 && run.printed.contains("no question of the tier"), "{}", run.printed);
}

#[test]
fn a_subject_cannot_script_what_it_is_reported_in() {
    let evil = r#"\u001b[31m<script>alert(1)</script>]]>\u202e"#;
    let before = format!(
        "    if \"subject\" in a: a[\"subject\"][\"name\"] = \"{evil}\" + \"y\" * 1000000\n    if count: print(\"{evil}\" * 3)\n    if len(a.get(\"values\", [])) > 1: a = {{\"id\": q[\"id\"], \"status\": \"error\", \"message\": \"{evil}\" * 9}}"
    );
    let run = test("evil", &harness("evil", &before), SMALL);
    assert_eq!(run.code, 1);
    assert!(!run.printed.contains('\u{1b}') && !run.printed.contains('\u{202e}'), "{}", run.printed);
    for form in ["index.html", "summary.md", "junit.xml", "results.sarif", "badge.json"] {
        let text = std::fs::read_to_string(run.folder.join(form)).unwrap();
        assert!(!text.contains('\u{1b}') && text.len() < 3_000_000, "{form}");
        assert!(form == "results.sarif" || form == "badge.json" || !text.contains("<script>alert"), "{form}");
    }
    assert_eq!(run.of("chatter").len(), 1);
}

#[test]
fn known_failures_are_expected_until_their_date() {
    let file = folder("xfail").with_extension("toml");
    let entry = |id: &str, expires: &str| {
        let text = format!(
            "[[expected]]\nid = \"{id}\"\nreason = \"known\"\nlink = \"https://example.org/1\"\nexpires = {expires}\n"
        );
        std::fs::write(&file, text).unwrap();
    };
    let wrong = |name: &str| test(name, "mini:mean-forgotten", &[SMALL, &["--xfail", file.to_str().unwrap()]].concat());
    entry("ou-1d/score/*", "2999-01-01");
    let run = wrong("xfail-covered");
    assert_eq!((run.code, run.count("wrong")), (0, 0), "{}", run.printed);
    assert!(run.count("expected_failures") > 0);
    entry("ou-1d/score/*", "2020-01-01");
    let run = wrong("xfail-past");
    assert_eq!((run.code, run.count("stale")), (1, 1), "{}", run.printed);
    entry("ou-1d/score/*", "2999-01-01");
    let run = test("xfail-stale", "ref:", &[SMALL, &["--xfail", file.to_str().unwrap()]].concat());
    assert_eq!((run.code, run.count("stale")), (3, 1), "{}", run.printed);
    assert!(
        run.printed.contains("the expected failure ou-1d/score/* should go: the answers are right"),
        "{}",
        run.printed
    );
    entry("a", "soon");
    let run = wrong("xfail-broken");
    assert!(run.code == 2 && run.printed.contains("line 5: `soon` is not a date"), "{}", run.printed);
}

#[test]
fn other_conventions_are_right_too() {
    // The noise instead of the score, in another direction of time: the same subject, told so.
    let before = r#"    if "able" in a: a["conventions"] = {"time": "data-at-1", "predicts": "epsilon"}
    if q["cmd"] == "evaluate":
        def noise(p):
            p = dict(p, t=1 - p["t"]); s = score(p)
            return s if isinstance(s, dict) else [-math.sqrt(-math.expm1(-2 * p["t"])) * s[0]]
        a["values"] = [noise(p) for p in q["points"]]"#;
    let run = test("conventions", &harness("conventions", before), SMALL);
    assert_eq!(run.code, 0, "{}", run.printed);
    let silent = before.replace("\"predicts\": \"epsilon\"", "\"predicts\": \"score\"");
    let run = test("undeclared", &harness("undeclared", &silent), SMALL);
    assert_eq!(run.code, 1);
    let causes = run.causes();
    assert!(causes.contains(&"noise-for-score") && causes.contains(&"predicts=epsilon"), "{causes:?}");
}

#[test]
fn what_was_answered_is_there_when_the_run_is_killed() {
    let before = r#"    if q["cmd"] == "setup" and q["case"]["data"].get("mean") == [-1.5]: time.sleep(60)"#;
    let out = folder("interrupted");
    let mut run = Command::new(env!("CARGO_BIN_EXE_ouracle"))
        .args(["test", &harness("interrupted", before), "--only", "ou-*/score/*", "--out", out.to_str().unwrap()])
        .args(["--tier", "core"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let written = || std::fs::read_to_string(out.join("records.jsonl")).unwrap_or_default();
    let results = || written().lines().filter(|line| line.contains("\"record\":\"result\"")).count();
    let patience = std::time::Instant::now();
    while results() < 4 && patience.elapsed().as_secs() < 120 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(results() >= 4);
    let report = ouracle(&["report", out.to_str().unwrap(), "--format", "json"]);
    assert_eq!(report.status.code(), Some(3));
    assert!(String::from_utf8(report.stderr).unwrap().contains("cut short"));
}

#[test]
fn every_quantity_rests_on_claims_of_the_ledger() {
    for quantity in ouracle::examination::QUANTITIES {
        assert!(!quantity.claims.is_empty(), "{}", quantity.id);
        for claim in quantity.claims {
            assert!(ouracle::claims::find(claim).is_some(), "{}: {claim}", quantity.id);
        }
    }
}
