//! The command line as a user meets it: answers, sentences, exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn ouracle(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ouracle")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

const ELBO: [&str; 10] = [
    "ask",
    "family-scaled-score/elbo",
    "process=vp-linear",
    "b0=0.1",
    "b1=20",
    "T=1",
    "v0=0.3",
    "delta=0.1",
    "vpi=1",
    "x=0.8",
];

fn ask(more: &[&str]) -> Output {
    ouracle(&[&ELBO[..], more].concat())
}

#[test]
fn ask_prints_a_value_with_its_radius() {
    let output = ask(&["lam=0", "--digits", "60"]);
    let line = text(&output.stdout);
    let (value, radius) = line.trim().split_once(" ± ").unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(value.len(), "-1.".len() + 59, "{value}");
    assert!(radius.parse::<f64>().unwrap() < 1e-59, "{radius}");
    // Inputs are exact: other ways to write the same numbers give the same answer to the last digit.
    assert_eq!(ask(&["lam=0/7", "--digits", "60"]).stdout, output.stdout);
    assert_eq!(ask(&["lam=0e-9", "--digits", "60"]).stdout, output.stdout);
    let json: serde_json::Value = serde_json::from_slice(&ask(&["lam=0", "--digits", "60", "--json"]).stdout).unwrap();
    assert_eq!((json["value"].as_str().unwrap(), json["estimated"].as_bool()), (value, Some(false)));
}

#[test]
fn every_mistake_gets_one_sentence_and_exit_code_2() {
    for (more, wanted) in [
        (&["lambda=0"][..], "no parameter `lambda` here (did you mean `lam`?)"),
        (&["lam=0", "v0=-0.3"], "`v0` is given twice"),
        (&["lam=1"], "`lam` is 1, but it must be a number < 1"),
        (&["lam=nan"], "`nan` is not a number"),
        (&["lam=inf"], "`inf` is not a number"),
        (&["lam="], "`` is not a number"),
        (&[], "`lam` is missing"),
        (&["lam"], "`lam` is not a parameter; write name=value"),
        (&["lam=1e99999999"], "exponent"),
        (&["lam=1/0"], "divides by zero"),
        (&["lam=[1,2]"], "must be a number"),
    ] {
        let output = ask(more);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {message}");
        assert!(message.contains(wanted), "{more:?}: {message}");
        assert_eq!(message.trim_end().lines().count(), 1, "{message}");
        assert!(output.stdout.is_empty());
    }
    for (arguments, wanted) in [
        (&["ask", "family-scaled-scor/elbo"][..], "did you mean `family-scaled-score`?"),
        (&["ask", "family-scaled-score/elb"], "it has model-variance, elbo"),
        (&["ask", "elbo"], "write CLAIM/QUANTITY"),
        (&["explain", "nothing"], "there is no claim or verdict `nothing`"),
        (&["check", "nothing"], "there is no claim `nothing`"),
        (&["check", "--effort=-1"], "effort"),
        (&["vectors", "verify", "no-such-file"], "cannot be read"),
        (&["vectors", "verify", "Cargo.toml"], "not a file of reference cases"),
    ] {
        let output = ouracle(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(wanted), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn verified_cases_are_counted_and_said_one_by_one() {
    let verify = |file: &str, more: &[&str]| {
        let output = ouracle(&[&["vectors", "verify", file, "--json"], more].concat());
        (output.status.code(), serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap())
    };
    let (code, summary) = verify("tests/references/decided.json", &["--only", "family-scaled-score/*"]);
    assert_eq!((code, &summary["cases"], &summary["agree"]), (Some(0), &12.into(), &12.into()));
    for result in summary["results"].as_array().unwrap() {
        for field in ["id", "verdict", "value", "lo", "hi", "estimated", "seconds"] {
            assert!(!result[field].is_null(), "{field} of {result}");
        }
    }

    let file = scratch("cases").join("cases.json");
    let unknown = r#"{"id": "a", "claim": "no-claim", "quantity": "value", "value": "1.0", "params": {}}"#;
    std::fs::write(&file, format!(r#"{{"format": 1, "cases": [{unknown}]}}"#)).unwrap();
    let (code, summary) = verify(file.to_str().unwrap(), &[]);
    assert_eq!((code, &summary["agree"]), (Some(3), &0.into()), "what cannot be answered does not agree");

    let case =
        r#"{"id": "a", "claim": "feynman-kac", "quantity": "log-density", "value": "1.0", "params": {"k": 0, "k": 1}}"#;
    std::fs::write(&file, format!(r#"{{"format": 1, "cases": [{case}]}}"#)).unwrap();
    let output = ouracle(&["vectors", "verify", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("`k` is given twice"), "{}", text(&output.stderr));
}

#[test]
fn list_and_explain_cover_every_claim() {
    for kind in ["claims", "quantities", "worlds", "controls"] {
        let listing: serde_json::Value =
            serde_json::from_slice(&ouracle(&["list", "--kind", kind, "--json"]).stdout).unwrap();
        let rows = listing.as_array().unwrap();
        assert!(rows.len() > 3, "{kind}");
        for row in rows.iter().filter(|_| kind != "worlds") {
            let page = ouracle(&["explain", row["id"].as_str().unwrap()]);
            assert_eq!(page.status.code(), Some(0), "{row}");
            assert!(page.stdout.len() > 50, "{row}");
        }
    }
    for verdict in ["proved", "certified", "consistent", "refuted", "undecided", "upheld", "void"] {
        assert_eq!(ouracle(&["explain", verdict]).status.code(), Some(0));
    }
    assert!(text(&ouracle(&["explain", "variational-gap", "--latex"]).stdout).contains("\\mathcal"));
    assert!(text(&ouracle(&["explain", "chapman-kolmogorov", "--sympy"]).stdout).starts_with("# chapman"));
}

#[test]
fn completions_and_help_have_examples() {
    assert!(text(&ouracle(&["completions", "bash"]).stdout).contains("ouracle"));
    for verb in "check,ask,explain,list,vectors verify,vectors write,test,answer,report,diff,sweep".split(',') {
        let words: Vec<_> = verb.split(' ').chain(["--help"]).collect();
        let help = text(&ouracle(&words).stdout);
        assert!(help.contains("Example"), "{verb:?}: {help}");
    }
}

#[test]
fn the_readme_shows_the_registry() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let table = readme.split_once("<!-- claims -->\n").unwrap().1.split_once("<!-- /claims -->").unwrap().0;
    assert_eq!(table, text(&ouracle(&["list", "--markdown"]).stdout), "run `cargo xtask readme`");
}

/// Records without what depends on the machine.
fn records(folder: &Path) -> Vec<String> {
    let stream = std::fs::read_to_string(folder.join("records.jsonl")).unwrap();
    let lines = stream.lines().map(|line| {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        let object = record.as_object_mut().unwrap();
        object.remove("time");
        object.remove("environment");
        record.to_string()
    });
    lines.collect()
}

#[test]
fn jobs_and_shards_do_not_change_a_bit() {
    let claims = ["chapman-kolmogorov", "score-matching-equals-elbo", "plugin-elbo-ism"];
    let check = |name: &str, more: &[&str]| {
        let folder = scratch(name);
        let out = folder.to_str().unwrap().to_owned();
        let output = ouracle(&[&["check"], &claims[..], &["--out", &out], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        folder
    };
    let one = check("jobs-1", &["--jobs", "1"]);
    let two = check("jobs-2", &["--jobs", "2"]);
    assert_eq!(records(&one), records(&two));
    let pieces = [check("shard-2", &["--shard", "2/2"]), check("shard-1", &["--shard", "1/2"])];
    let merged = scratch("merged");
    let [second, first] = pieces.each_ref().map(|piece| piece.to_str().unwrap());
    let output = ouracle(&["report", second, first, "--out", merged.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(records(&merged), records(&one));
    for file in ["index.html", "summary.md", "junit.xml", "records.jsonl"] {
        assert!(merged.join(file).metadata().unwrap().len() > 0, "{file}");
    }
}

#[test]
fn another_seed_gives_other_draws_and_the_same_verdicts() {
    let seeds = ["1", "2"].map(|seed| {
        let folder = scratch(&format!("seed-{seed}"));
        let output = ouracle(&["check", "chapman-kolmogorov", "--seed", seed, "--out", folder.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stdout).contains(&format!("Seed {seed},")));
        records(&folder)
    });
    assert_ne!(seeds[0], seeds[1]);
}

/// Too few draws cannot tell a claim from its wrong versions: that is not a pass.
#[test]
fn too_little_effort_is_not_green() {
    let folder = scratch("effort");
    let out = folder.to_str().unwrap();
    let output = ouracle(&["check", "score-matching-equals-elbo", "--effort", "1e-9", "--out", out]);
    assert_ne!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

/// Asked for all claims in one reading, those without that reading are no reason to be undecided.
#[test]
fn one_reading_of_all_claims_is_complete() {
    let folder = scratch("proofs");
    let output = ouracle(&["check", "--reading", "simulation", "--jobs", "2", "--out", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(!text(&output.stdout).contains("fp-residual"));
}

/// A reading that no claim declares runs nothing, and nothing is not green.
#[test]
fn nothing_is_not_green() {
    let folder = scratch("nothing");
    let silent = ouracle::claims::all().find(|claim| claim.readings.iter().all(|part| part.simulation.is_none()));
    if let Some(claim) = silent {
        let out = folder.to_str().unwrap();
        let output = ouracle(&["check", claim.id, "--reading", "simulation", "--out", out]);
        assert_eq!(output.status.code(), Some(5), "{}", text(&output.stdout));
    }
}

/// The example for clusters, with the plain shell in the place of a scheduler.
#[test]
fn a_job_array_has_the_bytes_of_one_run() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/job_array.sh");
    let array = |step: &str, out: &Path, words: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::new("bash");
        command.arg(&script).arg(step).arg(out).args(words);
        command.env("OURACLE", env!("CARGO_BIN_EXE_ouracle")).envs(variables.iter().copied());
        command.output().unwrap()
    };
    let words = ["check", "family-scaled-score", "variational-gap", "--reading", "proof,certificate"];
    let serial = scratch("array-serial");
    ouracle(&[&words[..], &["--out", serial.to_str().unwrap()]].concat());

    let all = scratch("array-all");
    let output = array("all", &all, &words, &[("PIECES", "2")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(records(&all.join("all")), records(&serial));

    // Task by task, as SLURM and PBS call it; a missing piece is no success.
    let tasks = scratch("array-tasks");
    let output = array("piece", &tasks, &words, &[("SLURM_ARRAY_TASK_COUNT", "2"), ("SLURM_ARRAY_TASK_ID", "2")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(array("report", &tasks, &[], &[]).status.code(), Some(3));
    let output = array("piece", &tasks, &words, &[("PIECES", "2"), ("PBS_ARRAY_INDEX", "1")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(array("report", &tasks, &[], &[]).status.code(), Some(0));
    assert_eq!(records(&tasks.join("all")), records(&serial));

    let map = scratch("array-map");
    let output = array("all", &map, &["sweep", "--delta", "0.1,0.2", "--dimensions", "1,2"], &[("PIECES", "3")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("16 of 16 cells."), "{}", text(&output.stdout));
    assert_eq!(array("submit", &map, &[], &[]).status.code(), Some(2));
}
