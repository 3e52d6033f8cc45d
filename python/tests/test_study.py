"""The runner of studies, on a package that is right, wrong, broken and mended in known places."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import ouracle.study
from ouracle.findings import Finding, Findings
from ouracle.reports import records, runner
from ouracle.study import Question
from ouracle.study.__main__ import DONE, INCOMPLETE, NOTHING, USAGE, WRONG, main

PACKAGE = '''
def right(): return 1.0
def wrong(): return 1.5
def broken(): return {}["sigma_data"]
'''

STUDY = '''
import sys
from ouracle.findings import Finding, Findings
from ouracle.study import Question

PACKAGE, MODULE = "odd-package", "odd_package"

def compare(value, quantity="variance"):
    verdict = "right" if value == 1.0 else "wrong"
    details = {"steps": [10, 20, 40], "errors": [0.1, 0.05, 0.025], "slopes": [1.0, 1.0], "floor": 1e-12}
    return Finding(quantity, verdict, got=value, exact=1.0, error=abs(value - 1.0), tolerance=1e-6, because="8 u", details=details)

def interrupt():
    if INTERRUPTED:
        raise KeyboardInterrupt
    return compare(1.0)

def both(value):
    return Findings([compare(1.0, "mean"), compare(value)])

def questions():
    import odd_package as odd
    def question(name, ask, check="sampler", **more):
        return Question(name, check, name.split("/")[0], ask, **more)
    yield question("one/right", lambda: both(odd.right()))
    yield question("two/shown", lambda: both(odd.wrong()), twin=lambda: both(1.0), change="say `1`", reproduction="two.py")
    yield question("two/not-shown", lambda: both(odd.wrong()), twin=lambda: both(1.25), change="say 1.25")
    yield question("two/spoils", lambda: both(odd.wrong()), twin=lambda: Findings([compare(2.0, "mean"), compare(1.0)]), change="swap them")
    yield question("two/raising-twin", lambda: compare(odd.wrong()), twin=odd.broken, change="break it")
    yield question("three/fault", odd.broken, check="order", twin=lambda: compare(1.0), change="give sigma_data")
    yield question("three/exit", lambda: sys.exit(0), check="order")
    yield question("three/nonsense", lambda: [42], check="order")
    yield question("four/nothing", lambda: Findings([]), check="loss")
    yield question("four/unsupported", lambda: Finding("gradient", "unsupported", because="it has no hook"), check="loss")
    yield question("five/last", interrupt)
'''

COUNTS = {
    "questions": 11,
    "findings": 15,
    "verdicts": {"right": 6, "unsupported": 1, "undecided": 1, "wrong": 4, "fault": 3},
    "twins": {"not needed": 3, "not shown": 3, "shown": 2},
}


@pytest.fixture
def studies(tmp_path, monkeypatch):
    """A folder of studies with one of an odd package, which is installed; gives a function that changes the study."""
    site, folder = tmp_path / "site", tmp_path / "studies-source"
    info = site / "odd_package-2.1.dist-info"
    info.mkdir(parents=True)
    folder.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-package\nVersion: 2.1\n")
    (site / "odd_package.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(ouracle.study, "__path__", [str(folder)])
    monkeypatch.chdir(tmp_path)

    def write(interrupted=False, name="odd_package", source=STUDY):
        (folder / f"{name}.py").write_text(f"INTERRUPTED = {interrupted}\n{source}")

    write()
    yield write
    for name in [name for name in sys.modules if name.startswith("ouracle.study.") and not name.endswith("__main__")] + ["odd_package"]:
        sys.modules.pop(name, None)


FOLDER = Path("reports/studies/odd-package-2.1")


def lines():
    return [json.loads(line) for line in (FOLDER / "records.jsonl").read_text(encoding="utf-8").splitlines()]


def verdicts(study, question):
    return {finding["quantity"]: finding["verdict"] for finding in study.questions[question]}


def test_a_study_writes_its_records_and_pages(studies, capsys):
    assert main(["odd-package"]) == DONE
    first, *found, last = lines()
    assert (first["record"], first["package"], first["version"], first["questions"]) == ("header", "odd-package", "2.1", 11)
    assert {name: last[name] for name in COUNTS} == COUNTS and last["record"] == "footer"
    assert all(record["record"] == "finding" and record["question"] and record["check"] and record["subject"] for record in found)
    study = records.read(FOLDER / "records.jsonl")
    assert study.complete
    assert verdicts(study, "one/right") == {"mean": "right", "variance": "right"}
    assert verdicts(study, "two/shown") == {"mean": "right", "variance": "wrong"}
    assert verdicts(study, "four/nothing") == {"loss": "undecided"}
    said = capsys.readouterr().out
    assert "[ 1/11] right" in said and "the change mends it" in said and "the change does not mend it: wrong" in said
    assert "Of 11 questions, odd-package 2.1 answers 4 wrong and fails on 3; the cause of 2 is shown." in said


def test_an_exception_is_a_fault_and_the_rest_goes_on(studies):
    main(["odd-package"])
    study = records.read(FOLDER / "records.jsonl")
    (fault,) = study.questions["three/fault"]
    assert (fault["verdict"], fault["quantity"], fault["because"]) == ("fault", "order", "KeyError: 'sigma_data'")
    assert fault["details"]["traceback"] == ['odd_package.py:4 in broken: def broken(): return {}["sigma_data"]']
    assert study.questions["three/exit"][0]["because"] == "SystemExit: 0"
    assert study.questions["three/nonsense"][0]["because"].startswith("TypeError: the check returned a int")
    assert verdicts(study, "five/last") == {"variance": "right"}


@pytest.mark.parametrize(
    ("question", "outcome", "verdict"),
    [
        ("two/shown", "shown", "right"),
        ("two/not-shown", "not shown", "wrong"),
        ("two/spoils", "not shown", "right"),
        ("two/raising-twin", "not shown", "fault"),
        ("three/fault", "shown", "right"),
    ],
)
def test_a_cause_is_shown_only_by_a_twin_that_is_right(studies, question, outcome, verdict):
    main(["odd-package"])
    *_, failing = records.read(FOLDER / "records.jsonl").questions[question]
    assert (failing["twin"]["outcome"], failing["twin"]["verdict"]) == (outcome, verdict)
    assert failing["twin"].get("spoils", []) == (["mean"] if question == "two/spoils" else [])


def test_what_passes_needs_no_twin(studies):
    main(["odd-package"])
    mean, _ = records.read(FOLDER / "records.jsonl").questions["two/shown"]
    assert mean["twin"] == {"change": "say `1`", "outcome": "not needed"}


def test_two_runs_differ_in_time_and_environment_alone(studies):
    runs = []
    for _ in range(2):
        main(["odd-package"])
        runs.append([{name: value for name, value in record.items() if name not in ("time", "environment")} for record in lines()])
    assert runs[0] == runs[1]
    assert all("time" in record for record in lines())


def test_nothing_of_this_machine_is_written(studies, tmp_path):
    main(["odd-package"])
    for file in ("records.jsonl", "index.html"):
        text = (FOLDER / file).read_text(encoding="utf-8")
        assert str(tmp_path) not in text and str(Path.home()) + "/" not in text and sys.prefix not in text


def test_an_interrupted_run_keeps_what_it_found_and_says_so(studies):
    studies(interrupted=True)
    assert main(["odd-package"]) == INCOMPLETE
    study = records.read(FOLDER / "records.jsonl")
    assert study.footer is None and not study.complete and len(study.questions) == 10
    assert "The run was interrupted after 10 of 11 questions." in (FOLDER / "index.html").read_text(encoding="utf-8")
    assert "incomplete" in Path("reports/index.html").read_text(encoding="utf-8")


def test_check_fails_on_what_is_wrong_and_only_then(studies):
    assert main(["odd-package", "--check"]) == WRONG
    assert main(["odd-package", "--check", "--only", "one/*"]) == DONE


def test_only_some_questions_are_looked_at_and_nothing_is_overwritten(studies, capsys):
    assert main(["odd-package", "--only", "two/shown"]) == DONE
    assert not Path("reports").exists()
    said = capsys.readouterr().out
    assert "python -m ouracle.study odd-package --only 'two/shown'" in said and "say `1`: shown, right with it" in said
    assert main(["odd-package", "--only", "two/*", "--out", "elsewhere"]) == DONE
    study = records.read(Path("elsewhere/odd-package-2.1/records.jsonl"))
    assert list(study.questions) == ["two/shown", "two/not-shown", "two/spoils", "two/raising-twin"] and not study.complete
    assert Path("elsewhere/index.html").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], USAGE, "name a package; choose from odd-package, or `all`"),
        (["unknown"], USAGE, "there is no study `unknown`; choose from odd-package, or `all`"),
        (["odd-package", "--only", "nothing/*"], NOTHING, "no question matches nothing/*"),
        (["--matrix"], NOTHING, "no study has been written to reports/studies yet"),
    ],
)
def test_what_cannot_be_asked_is_said(studies, capsys, arguments, code, said):
    assert main(arguments) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (STUDY.replace("odd-package", "no-such-package"), "pip install no-such-package"),
        (STUDY.replace('"odd_package"', '"odd_package.absent"'), "there is no module `odd_package.absent`"),
        (STUDY.replace("import odd_package as odd", "return\n    odd = None"), "the study asks no questions"),
        (STUDY.replace("two/spoils", "two/shown"), "two questions are called `two/shown`"),
        (STUDY.replace("import odd_package as odd", "import odd_package as odd; odd.broken()"), "the study cannot begin: KeyError"),
    ],
)
def test_a_study_that_is_not_ready_is_an_error_and_the_others_run(studies, capsys, source, said):
    studies(name="absent", source=source)
    assert main(["absent"]) == NOTHING
    assert said in capsys.readouterr().err
    assert main(["all"]) == INCOMPLETE
    assert records.read(FOLDER / "records.jsonl").complete


def test_the_list_names_studies_and_questions(studies, capsys):
    studies(name="cases", source="raise RuntimeError('what studies share is no study')")
    assert main(["--list"]) == DONE
    assert re.search(r"odd-package +2\.1 +11 questions", capsys.readouterr().out)
    assert main(["--list", "odd-package"]) == DONE
    assert re.search(r"two/shown +sampler +two \(twin\)", capsys.readouterr().out)


def test_the_page_tells_every_failure_worst_first(studies):
    main(["odd-package"])
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    told = re.findall(r'<article class="trouble (\w+)" id="([^"]+)"', page)
    assert [name for _, name in told] == ["two-shown", "two-not-shown", "two-spoils", "two-raising-twin", "three-fault", "three-exit", "three-nonsense"]
    assert "<script" not in page and "http" not in page
    assert 'href="reproductions/two.py"' in page and "say <code>1</code>" in page
    assert page.count("<svg") == 10 and "500,000 times the tolerance" in page


def test_the_matrix_shows_the_worst_of_each_cell(studies):
    main(["odd-package"])
    page = Path("reports/index.html").read_text(encoding="utf-8")
    assert 'href="studies/odd-package-2.1/index.html"' in page
    assert "4 wrong" in page and "3 faults" in page and "11 questions" in page
    assert main(["--matrix"]) == DONE
    assert Path("reports/index.html").read_text(encoding="utf-8") == page


def test_records_that_were_cut_off_are_read_and_others_are_refused(studies):
    main(["odd-package"])
    file = FOLDER / "records.jsonl"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[:-20], encoding="utf-8")
    assert records.read(file).footer is None
    file.write_text(text.replace('{"record": "finding"', "{finding", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="line 2 of records.jsonl is no JSON"):
        records.read(file)
    file.write_text(text.split("\n", 1)[1], encoding="utf-8")
    with pytest.raises(ValueError, match="no header"):
        records.read(file)


@pytest.mark.parametrize(
    ("text", "portable"),
    [
        ("/home/me/venv/lib/python3.11/site-packages/odd/core.py:3", "odd/core.py:3"),
        ("C:\\Users\\me\\Lib\\site-packages\\odd\\core.py", "odd\\core.py"),
        ("in /srv/checkout/python/ouracle/run.py:52", "in ouracle/run.py:52"),
        ("no file '/srv/data/weights.bin'", "no file 'weights.bin'"),
        ("<function f at 0x7f3a90b2>", "<function f>"),
        ("see https://example.org/a/b.html, 1/2 of x/y", "see https://example.org/a/b.html, 1/2 of x/y"),
        ("h²x″/2, not h²x″", "h²x″/2, not h²x″"),
    ],
)
def test_directories_and_addresses_are_left_out(text, portable):
    assert records.portable({"a": [text]}) == {"a": [portable]}


def test_a_question_answers_the_same_alone_and_after_others():
    def question(name):
        return Question(name, "loss", "a loss", lambda: Finding("loss", "consistent", got=float(np.random.standard_normal())))

    def got(*names):
        return [runner.ask(question(name).ask, question(name))[0].got for name in names]

    assert got("a", "b")[1] == got("b")[0] != got("a")[0]


def test_a_record_takes_arrays_and_what_is_not_a_number():
    finding = Finding("mean", "wrong", got=np.array([1.0, np.nan]), exact=np.eye(2), error=float("inf"), details={"scale": np.float64(2.0)})
    assert finding.record()["got"] == [1.0, "nan"] and finding.record()["error"] == "inf"
    json.dumps(Findings([finding])[0].record(), allow_nan=False)


def test_the_colours_are_those_of_the_other_report():
    ours = (Path(records.__file__).parent / "page.css").read_text(encoding="utf-8")
    theirs = Path(__file__).parents[2] / "src/reports/page.css"
    palette = theirs.read_text(encoding="utf-8").split("* { box-sizing")[0]
    assert ours.startswith(palette)
