//! Hostile subjects: each must be told apart, must cost no more than its limits, and must leave no process behind.
#![cfg(target_os = "linux")]

use ouracle::examination::Dtype;
use ouracle::subjects::{Address, Answer, Chatter, Conversation, Fault, FaultKind, Limits, OpeningError, Value};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A subject that answers a point with its `x`, and does what `trap(q)` says when it is asked for the quantity `trap`.
const PRELUDE: &str = r#"
import json, os, signal, subprocess, sys, time
here = os.path.dirname(os.path.abspath(__file__)) + "/"
with open(here + "pids", "a") as pids: print(os.getpid(), file=pids)
def once(name):
    try: os.close(os.open(here + name, os.O_CREAT | os.O_EXCL)); return True
    except FileExistsError: return False
def say(text): sys.stdout.write(text + "\n"); sys.stdout.flush()
def answer(q, **fields): say(json.dumps({"id": q["id"], **fields}))
def hello(q): answer(q, subject={"name": "hostile"}, able={"score": {}, "trap": {}})
def setup(q): answer(q, status="ok")
def trap(q): score(q)
def score(q): answer(q, status="ok", values=[point["x"] for point in q["points"]])
def sample(q): answer(q, status="ok", values=[q["seed"] + k for k in range(q["n"])])
def bye(q): sys.exit()
def serve():
    for line in sys.stdin:
        with open(here + "asked", "a") as asked: asked.write(line)
        q = json.loads(line)
        {"hello": hello, "setup": setup, "sample": sample, "bye": bye,
         "evaluate": trap if q.get("quantity") == "trap" else score}[q["cmd"]](q)
"#;

struct Subject {
    folder: PathBuf,
    address: Address,
}

impl Subject {
    fn new(name: &str, program: &str, file: &str, script: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pipe").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(file);
        std::fs::write(&path, script).unwrap();
        let address = format!("cmd:{program} '{}'", path.display()).parse().unwrap();
        Self { folder, address }
    }

    /// `body` redefines what differs from a right subject.
    fn python(name: &str, body: &str) -> Self {
        Self::new(name, "python3 -S -E", "subject.py", &format!("{PRELUDE}\n{body}\nserve()\n"))
    }

    fn shell(name: &str, script: &str) -> Self {
        Self::new(name, "/bin/sh", "subject.sh", &format!("echo $$ >> \"$(dirname \"$0\")/pids\"\n{script}\n"))
    }

    fn open(&self, limits: Limits) -> Conversation {
        Conversation::open(&self.address, limits).unwrap()
    }

    fn lines(&self, file: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join(file)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// The processes in any group that was led by this subject. A zombie counts if it is ours to reap.
    fn living(&self) -> Vec<u32> {
        let groups = self.lines("pids");
        let mut living = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
            let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
            // "pid (name) state parent group …", and the name may hold anything.
            let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 1..].split_whitespace().collect();
            let dead = ["Z", "X"].contains(&fields[0]) && fields[1] != std::process::id().to_string();
            if groups.iter().any(|group| group == fields[2]) && !dead {
                living.push(pid);
            }
        }
        living
    }

    /// All its processes are gone, or so nearly that a second is enough.
    fn assert_gone(&self) {
        assert!(!self.lines("pids").is_empty(), "it never ran");
        let start = Instant::now();
        while !self.living().is_empty() {
            assert!(start.elapsed() < Duration::from_secs(2), "{:?} live on", self.living());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Patient where nothing hangs, so that a busy machine is no fault.
fn patient() -> Limits {
    let patience = Duration::from_secs(60);
    Limits { hello: patience, answer: patience, ..Limits::default() }
}

/// For subjects that hang.
fn impatient() -> Limits {
    Limits { answer: Duration::from_millis(1500), end: Duration::from_millis(300), ..patient() }
}

fn case() -> Json {
    json!({"process": {"kind": "ou", "rate": "1", "horizon": "1"}, "data": {"kind": "gaussian", "mean": [1], "cov": [[0.75]]},
           "model": {"kind": "exact"}})
}

fn ask(subject: &mut Conversation, quantity: &str, x: f64) -> Answer {
    subject.evaluate(&case(), quantity, Dtype::F64, &[json!({"x": [x], "t": 0.25}), json!({"x": [-x], "t": 0.25})])
}

fn right(x: f64) -> Answer {
    Answer::Values([x, -x].map(|x| Value::List(vec![Value::Number(x)])).into())
}

fn fault(answer: Answer) -> Fault {
    match answer {
        Answer::Fault(fault) => fault,
        other => panic!("{other:?}"),
    }
}

/// The rule of faults: what was answered before stays, the subject starts once more, and the second fault is the last.
fn falls_into_its_trap(subject: &Subject, limits: Limits, kind: FaultKind, detail: &str) -> (Fault, Chatter) {
    let mut conversation = subject.open(limits);
    assert_eq!(ask(&mut conversation, "score", 1.0), right(1.0));
    assert!(!subject.living().is_empty(), "a living group must be seen, or that none is seen says nothing");
    let first = fault(ask(&mut conversation, "trap", 2.0));
    assert_eq!(first.kind, kind, "{first:?}");
    assert!(first.detail.contains(detail), "{first:?}");
    assert!(first.detail.starts_with("question 4 (evaluate trap): "), "{first:?}");
    subject.assert_gone();
    assert_eq!(ask(&mut conversation, "score", 3.0), right(3.0));
    let second = fault(ask(&mut conversation, "trap", 4.0));
    assert_eq!(second.kind, kind, "{second:?}");
    assert!(second.detail.starts_with("question 8 (evaluate trap): "), "{second:?}");
    for quantity in ["score", "trap"] {
        let rest = fault(ask(&mut conversation, quantity, 5.0));
        assert!(
            rest.kind == second.kind && rest.detail.contains("not asked") && rest.detail.contains(&second.detail),
            "{rest:?}"
        );
    }
    let chatter = conversation.close();
    subject.assert_gone();
    assert_eq!(subject.lines("pids").len(), 2, "it is started once more, and not again");
    (first, chatter)
}

#[test]
fn a_right_subject_hears_what_the_protocol_says() {
    let subject = Subject::python("right", "");
    let mut conversation = subject.open(patient());
    assert_eq!(conversation.hello().subject.name, "hostile");
    assert_eq!(conversation.hello().able["score"].dtype, [Dtype::F64]);
    assert_eq!(ask(&mut conversation, "score", 1e-3), right(1e-3));
    let point = json!({"x": [0.5], "t": 0.25});
    let draws = Answer::Values([7.0, 8.0, 9.0].map(Value::Number).into());
    assert_eq!(conversation.sample(&case(), "noised", 3, 7, &point), draws);
    assert_eq!(conversation.evaluate(&case(), "score", Dtype::F64, &[]), Answer::Values(vec![]));
    let mut other = case();
    other["model"] = json!({"kind": "shifted", "by": [0.5]});
    assert!(matches!(conversation.evaluate(&other, "score", Dtype::Bf16, &[point]), Answer::Values(_)));
    assert_eq!(conversation.close(), Chatter::default());
    let data =
        r#""process":{"kind":"ou","rate":"1","horizon":"1"},"data":{"kind":"gaussian","mean":[1],"cov":[[0.75]]}"#;
    assert_eq!(
        subject.lines("asked"),
        [
            r#"{"id":1,"cmd":"hello","protocol":1}"#,
            &format!(r#"{{"id":2,"cmd":"setup","case":{{{data},"model":{{"kind":"exact"}}}}}}"#),
            r#"{"id":3,"cmd":"evaluate","quantity":"score","dtype":"f64","points":[{"x":[0.001],"t":0.25},{"x":[-0.001],"t":0.25}]}"#,
            r#"{"id":4,"cmd":"sample","quantity":"noised","n":3,"seed":7,"point":{"x":[0.5],"t":0.25}}"#,
            &format!(r#"{{"id":5,"cmd":"setup","case":{{{data},"model":{{"kind":"shifted","by":[0.5]}}}}}}"#),
            r#"{"id":6,"cmd":"evaluate","quantity":"score","dtype":"bf16","points":[{"x":[0.5],"t":0.25}]}"#,
            r#"{"id":7,"cmd":"bye"}"#,
        ]
    );
    subject.assert_gone();
}

#[test]
fn an_end_is_told_by_its_code_or_its_signal() {
    let crashed = FaultKind::Crashed;
    let body =
        "def trap(q): print('last words', file=sys.stderr); sys.stderr.flush(); os.kill(os.getpid(), signal.SIGKILL)";
    let (fault, _) =
        falls_into_its_trap(&Subject::python("kill-9", body), patient(), crashed, "ended by signal 9 (SIGKILL)");
    assert_eq!(fault.stderr, ["last words"]);
    let subject = Subject::python("abort", "def trap(q): os.abort()");
    falls_into_its_trap(&subject, patient(), crashed, "ended by signal 6 (SIGABRT)");
    let subject = Subject::python("code-3", "def trap(q): sys.exit(3)");
    falls_into_its_trap(&subject, patient(), crashed, "ended with exit code 3");
    let subject = Subject::python("code-0", "def trap(q): sys.exit(0)");
    falls_into_its_trap(&subject, patient(), FaultKind::Silence, "ended with exit code 0");
}

#[test]
fn half_an_answer_is_none() {
    let body = r#"def trap(q): sys.stdout.write('{"id":%d,"status":"ok","values":[[1.0],[' % q["id"]); sys.stdout.flush(); sys.exit(7)"#;
    let subject = Subject::python("half-an-answer", body);
    falls_into_its_trap(&subject, patient(), FaultKind::Crashed, "ended with exit code 7");
    // A whole one is an answer, even without the end of its line, and even if the subject is gone.
    let body = r#"def trap(q): sys.stdout.write('{"id":%d,"status":"ok","values":[[2],[-2]]}' % q["id"]); sys.stdout.flush(); sys.exit(7)"#;
    let subject = Subject::python("whole-answer", body);
    let mut conversation = subject.open(patient());
    assert_eq!(ask(&mut conversation, "trap", 2.0), right(2.0));
    let fault = fault(ask(&mut conversation, "score", 3.0));
    assert!(fault.kind == FaultKind::Crashed && fault.detail.contains("exit code 7"), "{fault:?}");
}

#[test]
fn a_closed_output_is_silence() {
    let subject = Subject::python("closed-output", "def trap(q): os.close(1); time.sleep(1000)");
    falls_into_its_trap(&subject, impatient(), FaultKind::Silence, "closed its standard output and went on");
}

#[test]
fn a_subject_that_hangs_is_killed_with_all_its_descendants() {
    let timeout = |name: &str, body: &str| {
        let body = format!("def trap(q):\n    {body}\n    time.sleep(1000)");
        falls_into_its_trap(&Subject::python(name, &body), impatient(), FaultKind::Timeout, "no answer within 1.5s")
    };
    let (fault, _) =
        timeout("hang", "sys.stderr.write(''.join(f'{k}\\n' for k in range(1000)) + 'x' * 10**6); sys.stderr.flush()");
    assert_eq!(fault.stderr.len(), 20);
    assert_eq!(fault.stderr[18], "999");
    assert_eq!(fault.stderr[19], "x".repeat(500));
}

#[test]
fn neither_a_grandchild_nor_a_deaf_ear_saves_it() {
    let body = r#"
def trap(q):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen(["/bin/sh", "-c", "trap '' TERM HUP INT; sleep 1000 & sleep 1000"])
    time.sleep(1000)"#;
    let subject = Subject::python("grandchild", body);
    falls_into_its_trap(&subject, impatient(), FaultKind::Timeout, "no answer within");
}

#[test]
fn a_grandchild_that_holds_the_pipe_does_not_hide_a_crash() {
    let start = Instant::now();
    let body = r#"def trap(q): subprocess.Popen(["sleep", "1000"]); os._exit(3)"#;
    falls_into_its_trap(&Subject::python("held-pipe", body), patient(), FaultKind::Crashed, "exit code 3");
    // One that has left the group holds it still.
    let body = r#"def trap(q): subprocess.Popen(["sleep", "5"], start_new_session=True); os._exit(3)"#;
    let limits = Limits { end: Duration::from_millis(300), ..patient() };
    falls_into_its_trap(&Subject::python("escaped", body), limits, FaultKind::Crashed, "exit code 3");
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[test]
fn a_subject_that_does_not_read_keeps_nobody_waiting() {
    let script =
        r#"echo '{"id":1,"subject":{"name":"deaf"},"able":{}}'; echo '{"id":2,"status":"ok"}'; exec sleep 1000"#;
    let subject = Subject::shell("deaf", script);
    let mut conversation = subject.open(impatient());
    let start = Instant::now();
    let points: Vec<Json> = (0..100_000).map(|k| json!({"x": [k], "t": 0.25})).collect();
    let fault = fault(conversation.evaluate(&case(), "score", Dtype::F64, &points));
    assert_eq!(fault.kind, FaultKind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    drop(conversation);
    subject.assert_gone();
}

#[test]
fn a_large_batch_is_answered_whoever_writes_first() {
    // The subject prints more than a pipe holds before it reads a question that is longer than a pipe holds.
    let body = r#"def setup(q): answer(q, status="ok"); time.sleep(0.2); say(("y" * 999 + "\n") * 1000)"#;
    let subject = Subject::python("large-batch", body);
    let mut conversation = subject.open(patient());
    let points: Vec<Json> = (0..50_000).map(|k| json!({"x": k, "t": 0.25})).collect();
    let values = (0..50_000).map(|k| Value::Number(f64::from(k))).collect();
    assert_eq!(conversation.evaluate(&case(), "score", Dtype::F64, &points), Answer::Values(values));
}

#[test]
fn what_is_no_object_is_chatter() {
    let body = r#"
say("Loading weights…"); say(""); say("{'id': 1}"); say("[1, 2]"); say("3"); say("{not json"); say('{"loss": NaN}')
def setup(q): say("y" * 10**6); sys.stdout.buffer.write(b"\xff\xfe\r\n"); sys.stdout.flush(); answer(q, status="ok")"#;
    let subject = Subject::python("chatter", body);
    let mut conversation = subject.open(patient());
    assert_eq!(ask(&mut conversation, "score", 1.0), right(1.0));
    let wanted = [
        "Loading weights…",
        "{'id': 1}",
        "[1, 2]",
        "3",
        "{not json",
        "{\"loss\": NaN}",
        &"y".repeat(500),
        "\u{fffd}\u{fffd}",
    ];
    assert_eq!(conversation.chatter().lines, wanted);
    assert_eq!(conversation.close(), Chatter { lines: wanted.map(str::to_owned).into(), dropped: 0 });
    subject.assert_gone();
}

#[test]
fn of_much_chatter_the_first_hundred_lines_are_kept_over_a_restart() {
    let body = "for k in range(70): say(f'{os.getpid()} {k}')\ndef trap(q): sys.exit(3)\ndef bye(q): say('bye'); say('{\"id\":99}'); sys.exit()";
    let subject = Subject::python("much-chatter", body);
    let mut conversation = subject.open(patient());
    fault(ask(&mut conversation, "trap", 1.0));
    assert_eq!(ask(&mut conversation, "score", 2.0), right(2.0));
    let chatter = conversation.close();
    assert_eq!((chatter.lines.len(), chatter.dropped), (100, 41));
    let pids = subject.lines("pids");
    assert_eq!(chatter.lines[69], format!("{} 69", pids[0]));
    assert_eq!(chatter.lines[99], format!("{} 29", pids[1]));
}

/// What runs here runs in a process of its own, because memory is counted by process.
fn floods() {
    let start = Instant::now();
    let body = "def trap(q):\n    while True: sys.stdout.write('x' * 65536)";
    let subject = Subject::python("endless-line", body);
    let (_, chatter) = falls_into_its_trap(&subject, patient(), FaultKind::Flood, "a line longer than 16 MiB");
    assert_eq!(chatter.lines, ["x".repeat(500), "x".repeat(500)]);
    let body = "def trap(q):\n    while True: sys.stdout.write('{\"id\":' * 65536)";
    let subject = Subject::python("endless-object", body);
    falls_into_its_trap(&subject, patient(), FaultKind::Flood, "a line longer than 16 MiB");
    let body = "def trap(q):\n    while True: sys.stdout.write('noise\\n' * 65536)";
    let subject = Subject::python("endless-noise", body);
    let (_, chatter) = falls_into_its_trap(&subject, patient(), FaultKind::Flood, "more than 64 MiB of lines");
    assert_eq!(chatter.lines.len(), 100);
    let body = "def trap(q):\n    while True: sys.stderr.write('noise' * 65536)";
    let subject = Subject::python("endless-errors", body);
    falls_into_its_trap(&subject, impatient(), FaultKind::Timeout, "no answer");
    // A line, and room to grow it in; nothing else is larger than the pages of this program.
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("peak {peak} kB after {:?}", start.elapsed());
    assert!(peak < 3 * (16 << 10), "{peak} kB");
}

/// Runs a test again in a process of its own, after a line of Python, unless this is that process.
fn alone(test: &str, before: &str, inside: fn()) {
    if std::env::var_os("OURACLE_TEST_ALONE").is_some() {
        inside();
        return println!("went through");
    }
    let mut python = std::process::Command::new("python3");
    let script = format!("import os, signal, sys; {before}; os.execv(sys.argv[1], sys.argv[1:])");
    python.args(["-c", &script]).arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]);
    let output = python.env("OURACLE_TEST_ALONE", "1").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let went = output.status.success() && printed.contains("went through");
    assert!(went, "{printed}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_flood_is_noticed_while_it_is_read_and_never_kept() {
    alone("a_flood_is_noticed_while_it_is_read_and_never_kept", "pass", floods);
}

#[test]
fn an_end_is_noticed_even_if_the_system_forgets_it() {
    alone("an_end_is_noticed_even_if_the_system_forgets_it", "signal.signal(signal.SIGCHLD, signal.SIG_IGN)", || {
        let subject = Subject::python("forgotten", "def trap(q): sys.exit(3)");
        falls_into_its_trap(&subject, patient(), FaultKind::Crashed, "ended, and the system does not say how");
    });
}

#[test]
fn an_answer_that_is_none_by_the_protocol_is_a_fault() {
    let tries = [
        (
            "wrong-id",
            r#"answer({"id": 99}, status="ok", values=[1, 2])"#,
            "the answer has id 99, but the question has id 4",
        ),
        ("no-id", r#"say('{"status": "ok", "values": [1, 2]}')"#, "the answer has no `id`"),
        ("id-of-text", r#"answer({"id": str(q["id"])}, status="ok", values=[1, 2])"#, "the answer has id \"4\""),
        ("unknown-field", r#"answer(q, status="ok", values=[1, 2], time=3)"#, "unknown field `time`"),
        ("echo", "say(json.dumps(q))", "an echo of the question"),
        ("too-few", r#"answer(q, status="ok", values=[1])"#, "the answer has 1 values, but 2 were asked for"),
        ("too-many", r#"answer(q, status="ok", values=[1, 2, 3])"#, "the answer has 3 values, but 2 were asked for"),
        ("no-values", r#"answer(q, status="ok")"#, "the answer has no `values`"),
        ("no-list", r#"answer(q, status="ok", values=1)"#, "invalid type: integer `1`"),
        ("no-status", "answer(q, values=[1, 2])", "missing field `status`"),
        ("own-status", r#"answer(q, status="fine", values=[1, 2])"#, "unknown variant `fine`"),
        (
            "two-statuses",
            r#"say('{"id":%d,"status":"ok","status":"ok","values":[1,2]}' % q["id"])"#,
            "duplicate field `status`",
        ),
        ("unsaid", r#"answer(q, status="unsupported")"#, "no `message` says why"),
        ("error-with-values", r#"answer(q, status="error", message="m", values=[1, 2])"#, "its status is not ok"),
        ("null", r#"answer(q, status="ok", values=[1, None])"#, "null stands among the values"),
        ("true", r#"answer(q, status="ok", values=[1, True])"#, "boolean `true`"),
        ("text", r#"answer(q, status="ok", values=[1, "NaN"])"#, "the string \"NaN\" stands among the values"),
        (
            "object",
            r#"answer(q, status="ok", values=[1, {"error": "x", "y": 1}])"#,
            "an object stands among the values",
        ),
        (
            "bare-nan",
            r#"answer(q, status="ok", values=[float("nan"), 2])"#,
            "are the strings \"nan\", \"inf\" and \"-inf\"",
        ),
        (
            "deep",
            r#"say('{"id":%d,"status":"ok","values":%s}' % (q["id"], "[" * 10000 + "]" * 10000))"#,
            "recursion limit",
        ),
        ("deep-elsewhere", r#"say('{"id":%d,"x":%s}' % (q["id"], "[" * 10000 + "]" * 10000))"#, "unknown field `x`"),
        (
            "not-utf-8",
            r#"sys.stdout.buffer.write(b'{"id":%d,"status":"error","message":"\xff"}\n' % q["id"]); sys.stdout.flush()"#,
            "not in UTF-8: its byte 37",
        ),
    ];
    for (name, body, detail) in tries {
        let subject = Subject::python(name, &format!("def trap(q): {body}"));
        falls_into_its_trap(&subject, patient(), FaultKind::Protocol, detail);
    }
}

#[test]
fn a_second_answer_is_a_fault_of_the_next_question() {
    let subject = Subject::python("two-answers", "def trap(q): score(q); score(q)");
    let mut conversation = subject.open(patient());
    assert_eq!(ask(&mut conversation, "trap", 1.0), right(1.0));
    let fault = fault(ask(&mut conversation, "score", 2.0));
    assert_eq!(fault.kind, FaultKind::Protocol);
    assert!(fault.detail.contains("the answer has id 3, but the question has id 4"), "{fault}");
    assert_eq!(ask(&mut conversation, "score", 3.0), right(3.0));
    drop(conversation);
    subject.assert_gone();
}

#[test]
fn another_subject_after_the_restart_is_a_fault_and_the_last() {
    let body = r#"
name = "first" if once("started") else "second"
def hello(q): answer(q, subject={"name": name}, able={})
def trap(q): sys.exit(3)"#;
    let subject = Subject::python("another-hello", body);
    let mut conversation = subject.open(patient());
    assert_eq!(ask(&mut conversation, "score", 1.0), right(1.0));
    assert_eq!(fault(ask(&mut conversation, "trap", 2.0)).kind, FaultKind::Crashed);
    let last = fault(ask(&mut conversation, "score", 3.0));
    assert_eq!(last.kind, FaultKind::Protocol);
    assert!(last.detail.contains("(hello): the answer is another than before the restart"), "{last}");
    let rest = fault(ask(&mut conversation, "score", 4.0));
    assert!(rest.detail.contains("not asked") && rest.detail.contains(&last.detail), "{rest}");
    assert_eq!(subject.lines("pids").len(), 2);
    subject.assert_gone();
}

#[test]
fn numbers_are_read_to_the_last_bit() {
    let body = r#"
def trap(q):
    big = "0." + "0" * 10**6 + "25e1000002"
    say('\ufeff  {"status":"ok","id":%d,"values":[[1e400,-1e400,1e-400,-0.0,0.1,9007199254740993,%s,[["nan"],"inf","-inf",[]]],{"error":"no"}]}\r'
        % (q["id"], big))"#;
    let subject = Subject::python("numbers", body);
    let mut conversation = subject.open(patient());
    let Answer::Values(values) = ask(&mut conversation, "trap", 1.0) else { panic!() };
    let got: Vec<u64> = values[0].flatten().unwrap().into_iter().map(f64::to_bits).collect();
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let wanted = [inf, -inf, 0.0, -0.0, 0.1, 9_007_199_254_740_992.0, 25.0, nan, inf, -inf];
    assert_eq!(got, wanted.map(f64::to_bits));
    assert_eq!(values[1].flatten(), Err("no".to_owned()));
    let written = serde_json::to_string(&values).unwrap();
    assert!(written.starts_with(r#"[["inf","-inf",0.0,-0.0,0.1,9007199254740992.0,25.0,[["nan"]"#), "{written}");
    assert!(written.ends_with(r#"{"error":"no"}]"#), "{written}");
}

#[test]
fn a_case_that_is_declined_is_set_up_once() {
    let body = r#"
def setup(q):
    kind = q["case"]["kind"]
    if kind == "hang": os._exit(5)
    if kind == "ok": answer(q, status="ok")
    else: answer(q, status=kind, message="not this", traceback="here") if kind != "refused" else answer(q, status=kind)"#;
    let subject = Subject::python("declined", body);
    let mut conversation = subject.open(patient());
    let mut at = |kind: &str| conversation.evaluate(&json!({"kind": kind}), "score", Dtype::F64, &[json!({"x": 1.0})]);
    let one = Answer::Values(vec![Value::Number(1.0)]);
    assert_eq!(at("ok"), one);
    for _ in 0..2 {
        assert_eq!(at("unsupported"), Answer::Unsupported { message: "not this".into() });
    }
    assert_eq!(at("refused"), Answer::Refused { message: None });
    assert_eq!(at("error"), Answer::Error { message: "not this".into(), traceback: Some("here".into()) });
    assert_eq!(at("ok"), one);
    let first = fault(at("hang"));
    assert_eq!((first.kind, first.detail.as_str()), (FaultKind::Crashed, "question 9 (setup): ended with exit code 5"));
    assert_eq!(fault(at("hang")), first, "the question at fault is not asked again");
    assert_eq!(at("ok"), one);
    drop(conversation);
    assert_eq!(subject.lines("asked").iter().filter(|line| line.contains("setup")).count(), 7);
    subject.assert_gone();
}

#[test]
fn who_does_not_introduce_himself_is_not_asked() {
    let opening = |name: &str, script: &str| {
        let subject = Subject::shell(name, script);
        let limits = Limits { hello: Duration::from_millis(1500), ..impatient() };
        let Err(error) = Conversation::open(&subject.address, limits) else { panic!("{name} was let in") };
        subject.assert_gone();
        error
    };
    let tries = [
        ("says-nothing", "sleep 1000", FaultKind::Timeout, "no answer within 1.5s"),
        ("prints", "echo usage; exit 0", FaultKind::Silence, "It printed: \"usage\""),
        ("complains", "echo no module >&2; exit 1", FaultKind::Crashed, "Its standard error ends: \"no module\""),
        ("echoes", "cat", FaultKind::Protocol, "an echo of the question"),
        ("nameless", r#"echo '{"id":1,"able":{}}'; cat"#, FaultKind::Protocol, "no `subject`"),
        ("unable", r#"echo '{"id":1,"subject":{"name":"x"}}'; cat"#, FaultKind::Protocol, "no `able`"),
        ("protocol-2", r#"echo '{"id":1,"protocol":2}'; cat"#, FaultKind::Protocol, "speaks protocol 2"),
    ];
    for (name, script, kind, sentence) in tries {
        let error = opening(name, script);
        assert!(matches!(&error, OpeningError::Fault { fault, .. } if fault.kind == kind), "{name}: {error:?}");
        assert!(error.to_string().contains(sentence), "{name}: {error}");
    }
    let error = opening("declines", r#"echo '{"id":1,"status":"error","message":"no GPU"}'; cat"#);
    assert!(matches!(error, OpeningError::Declined { .. }) && error.to_string().contains("error: no GPU"), "{error}");
    let missing = "cmd:no-such-program --flag".parse().unwrap();
    let Err(error) = Conversation::open(&missing, patient()) else { panic!() };
    assert!(matches!(error, OpeningError::Start { .. }) && error.to_string().contains("`no-such-program`"), "{error}");
}

#[test]
fn a_declaration_is_read_strictly_and_completed() {
    let declare = |name: &str, rest: &str| {
        let script = format!("echo '{{\"id\":1,\"subject\":{{\"name\":\"x\"}},{rest}}}'; cat");
        Conversation::open(&Subject::shell(name, &script).address, patient()).map(|it| it.hello().clone())
    };
    let full = declare(
        "declares",
        r#""status":"ok","protocol":1,"conventions":{"time":"data-at-1","predicts":"x0","log":"bit","sum":"plain"},"able":{"b":{"order":2},"a":{"dtype":["f32","bf16"],"note":"n"}}"#,
    );
    let hello = full.unwrap();
    let conventions = r#"{"time":"data-at-1","predicts":"x0","reduce":"sum","log":"bit","sum":"plain"}"#;
    assert_eq!(serde_json::to_string(&hello.conventions).unwrap(), conventions);
    let able = r#"{"a":{"dtype":["f32","bf16"],"note":"n"},"b":{"dtype":["f64"],"order":2}}"#;
    assert_eq!(serde_json::to_string(&hello.able).unwrap(), able);
    for (name, rest, word) in [
        ("order-0", r#""able":{"a":{"order":0}}"#, "nonzero"),
        ("dtype", r#""able":{"a":{"dtype":["f8"]}}"#, "unknown variant `f8`"),
        ("convention", r#""able":{},"conventions":{"time":"data-at-2"}"#, "unknown variant `data-at-2`"),
        ("field", r#""able":{"a":{"estimator":"x"}}"#, "unknown field `estimator`"),
    ] {
        let error = declare(name, rest).unwrap_err().to_string();
        assert!(error.contains(word), "{name}: {error}");
    }
}

#[test]
fn a_goodbye_is_waited_for_but_not_for_long() {
    let body = "def bye(q): time.sleep(0.2); open(here + 'ended', 'w').close(); subprocess.Popen(['sleep', '1000']); sys.exit()";
    let subject = Subject::python("slow-goodbye", body);
    let mut conversation = subject.open(patient());
    assert_eq!(ask(&mut conversation, "score", 1.0), right(1.0));
    conversation.close();
    assert!(subject.folder.join("ended").exists(), "it had time to end by itself");
    subject.assert_gone();
    let subject = Subject::python("no-goodbye", "def bye(q):\n    while True: say('{\"id\":1}')");
    let conversation = subject.open(impatient());
    let start = Instant::now();
    conversation.close();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    subject.assert_gone();
    // Nor does one live on that was left without a word.
    let subject = Subject::shell("left", r#"echo '{"id":1,"subject":{"name":"x"},"able":{}}'; exec sleep 1000"#);
    drop(subject.open(patient()));
    subject.assert_gone();
}

#[test]
fn memory_is_limited_if_asked() {
    let body = "def trap(q): x = bytes(2 << 30); score(q)";
    let limits = Limits { memory: Some(1 << 30), ..patient() };
    let (fault, _) = falls_into_its_trap(&Subject::python("hungry", body), limits, FaultKind::Crashed, "exit code 1");
    assert_eq!(fault.stderr.last().unwrap(), "MemoryError");
    let mut conversation = Subject::python("unlimited", body).open(patient());
    assert_eq!(ask(&mut conversation, "trap", 1.0), right(1.0));
}

#[test]
fn this_program_can_be_the_subject() {
    let subject =
        Subject::python("own", "answer = answer if sys.argv[1:] == ['answer', '--wrong', 'swapped'] else None");
    let script = format!("#!/bin/sh\nexec python3 -S -E '{}' \"$@\"\n", subject.folder.join("subject.py").display());
    let program = subject.folder.join("program");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let address: Address = "mini:swapped".parse().unwrap();
    // Another thread may just be forking with the script still open for writing.
    let open = || Conversation::open(&address.clone().answered_by(&program), patient());
    let conversation = open().or_else(|_| open()).unwrap();
    assert_eq!(conversation.hello().subject.name, "hostile");
}
