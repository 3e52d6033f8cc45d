"""The page of all subjects: studies of packages beside runs of `ouracle test`, which is read closed and shown as it was."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ouracle.reports import matrix, protocol_runs
from ouracle.study.__main__ import DONE, NOTHING, USAGE, main

ROOT = Path(__file__).parents[2]
COUNTED = {"fault": "faults"}


def header(questions, name="a.out", able=("score", "noised"), **more):
    subject = {"name": name, "version": "2.1", "language": "c", **more.pop("subject", {})}
    return {
        "record": "header", "kind": "test", "format": "1.0", "ouracle": "0.1.0", "address": "cmd:./a.out",
        "subject": {field: value for field, value in subject.items() if value is not None},
        "conventions": {"time": "data-at-0"}, "able": {quantity: {"dtype": ["f64"]} for quantity in able}, "tier": "core", "only": None,
        "seed": 7, "false_alarm": 1e-6, "fail_on": "wrong", "required": False, "questions": questions, "environment": {"os": "linux"}, **more,
    }  # fmt: skip


def control(name="score-sign", caught=True, wanted="wrong"):
    failed = int((wanted == "wrong") == caught)
    return {"record": "control", "id": name, "story": "a mistake", "wanted": wanted, "asked": 8, "failed": failed, "caught": caught, "looks_like": []}


def result(number, quantity="score", verdict="right", **more):
    return {
        "record": "result", "test": f"ou-1d/{quantity}/{number:06x}", "dtype": "f64", "case": "ou-1d", "quantity": quantity, "claims": ["tweedie"],
        "tier": "smoke", "flags": [], "point": {"t": 0.5}, "expect": "value", "verdict": verdict, "answer": [0.5], "exact": ["0.5"], "radius": None,
        "condition": [] if quantity == "noised" else [1.0], "ratio": 0.5, "message": None, "fault": None, "expected_failure": None, "time": 0.1, **more,
    }  # fmt: skip


def cause(quantity="score", failed=1, name="score-sign"):
    looks_like = [{"id": name, "story": "the sign", "links": ["https://example.org"], "matches": failed}]
    return {"record": "cause", "quantity": quantity, "failed": failed, "looks_like": looks_like}


def footer(*found, **more):
    counts = dict.fromkeys(protocol_runs.COUNTS, 0)
    for record in found:
        if record["record"] == "control":
            counts["controls"] += 1
            counts["caught"] += record["caught"]
        elif record["record"] == "result":
            expected = record["expected_failure"] and record["verdict"] not in ("right", "unsupported")
            counts["expected_failures" if expected else COUNTED.get(record["verdict"], record["verdict"])] += 1
    return {"record": "footer", "counts": {**counts, **more}, "exit_code": 0, "time": {"seconds": 1.5}}


def whole(*found, **more):
    """The records of a run with these results."""
    controls = [] if any(record["record"] == "control" for record in found) else [control("reference", wanted="right"), control()]
    found = (*controls, *found)
    return [header(sum(record["record"] == "result" for record in found), **more), *found, footer(*found)]


def written(folder, records, page=True):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "records.jsonl").write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    if page:
        (folder / "index.html").write_text("", encoding="utf-8")
    return folder / "records.jsonl"


def study(folder, package="odd-package"):
    first = {"record": "header", "format": 1, "study": "odd", "package": package, "version": "3", "ouracle": "0.1.0", "questions": 1}
    finding = {"record": "finding", "question": "one", "check": "sampler", "subject": "it", "quantity": "mean", "verdict": "wrong", "command": "again"}
    return written(folder, [first, finding, {"record": "footer", "questions": 1}])


def page(*files, place):
    return matrix.html(matrix.read(files), place)


def rows(html):
    """The cells of each row of the body, as text."""

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.rows, self.inside = [], False

        def handle_starttag(self, tag, attributes):
            self.inside = self.inside or tag == "tbody"
            if self.inside and tag == "tr":
                self.rows.append([])
            if self.inside and tag in ("td", "th"):
                self.rows[-1].append("")

        def handle_endtag(self, tag):
            self.inside = self.inside and tag != "tbody"

        def handle_data(self, data):
            if self.inside and self.rows and self.rows[-1]:
                self.rows[-1][-1] += data.strip("\n")

    reader = Reader()
    reader.feed(html)
    return reader.rows


def test_both_roads_stand_on_one_page_and_are_not_mixed_up(tmp_path):
    records = whole(
        *(result(number) for number in range(3)), result(3, verdict="wrong"), cause(), result(0, "noised"), result(1, "noised", "unsupported"),
        result(0, "elbo", "unsupported"),
    )  # fmt: skip
    html = page(study(tmp_path / "studies/odd"), written(tmp_path / "subjects/c", records), place=tmp_path)
    assert "1 public package in Python fails 1 of 1 question with known answers; 1 harness in C fails 1 of 5 questions." in html
    titles = re.findall(r"<th>([^<]+)</th>", html)
    assert titles == ["subject", "schedules", "fields", "samplers"]
    assert rows(html) == [
        ["public packages, studied from Python"],
        ["odd-package 31 question", "", "", "1 wrong"],
        ["harnesses in any language, asked by ouracle test"],
        ["a.out 2.1C5 of 7 questions", "1 consistent1 unsupported", "1 wrong3 rightlooks like score-sign", ""],
    ]
    assert 'href="studies/odd/index.html"' in html and 'href="subjects/c/index.html"' in html
    packages, harnesses = re.findall(r'<dl class="tally">.*?</dl>', html)
    assert "<dd>1</dd><dt>packages" in packages and "<dd>1</dd><dt>wrong" in packages
    assert "<dd>1</dd><dt>harness<" in harnesses and "<dd>1</dd><dt>wrong" in harnesses and "<dd>2 of 2</dd><dt>controls caught" in harnesses
    assert "<dd>1 of 1</dd><dt>known mistakes" in harnesses


@pytest.mark.parametrize(
    ("verdict", "quantity", "more", "shown"),
    [
        ("right", "score", {}, "1 right"),
        ("right", "score", {"expect": "refuse", "exact": [], "condition": []}, "1 right"),
        ("right", "noised", {}, "1 consistent"),
        ("degraded", "score", {}, "1 degraded"),
        ("wrong", "noised", {}, "1 wrong"),
        ("undecided", "noised", {}, "1 undecided"),
        ("unsupported", "score", {}, "1 unsupported"),
        ("fault", "score", {"fault": {"kind": "timeout", "detail": "", "stderr": []}}, "1 fault"),
        ("wrong", "score", {"expected_failure": {"reason": "known", "link": "", "expires": "2027-01-01"}}, "1 expected failure"),
        ("right", "score", {"expected_failure": {"reason": "known", "link": "", "expires": "2027-01-01"}}, "1 right"),
    ],
)
def test_each_verdict_is_shown_as_what_it_is(tmp_path, verdict, quantity, more, shown):
    html = page(written(tmp_path / "c", whole(result(0, quantity, verdict, **more))), place=tmp_path)
    assert rows(html)[-1][1] == shown
    fails = shown.split()[1] in ("degraded", "wrong", "fault")
    assert f'<header class="{"failed" if fails else "passed"}">' in html
    assert f"1 harness in C fails {'1' if fails else 'none'} of {'0 questions' if verdict == 'unsupported' else '1 question'}" in html


def test_a_cell_has_the_worst_verdict_first_and_what_is_not_offered_last(tmp_path):
    expected = {"expected_failure": {"reason": "known", "link": "", "expires": "2027-01-01"}}
    kinds = ["right", "unsupported", "undecided", "degraded", "wrong", "fault"]
    records = whole(*(result(number, verdict=verdict) for number, verdict in enumerate(kinds)), result(9, verdict="fault", **expected))
    cell = rows(page(written(tmp_path / "c", records), place=tmp_path))[-1][1]
    assert cell == "1 wrong1 fault · 1 degraded · 1 expected failure · 1 undecided · 1 right · 1 unsupported"


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        ([control("reference", False, "right"), control()], "the control reference survived"),
        ([control("reference", wanted="right"), control("score-sign", False)], "the control score-sign survived"),
        ([control("a", False), control("b", False)], "2 controls survived, such as a"),
    ],
)
def test_a_void_run_is_never_right(tmp_path, controls, said):
    records = whole(*controls, result(0), result(1, verdict="wrong"))
    html = page(written(tmp_path / "void", records), written(tmp_path / "sound", whole(result(0), name="b.out")), place=tmp_path)
    assert rows(html)[1] == ["a.out 2.1C2 of 2 questions", f"void{said}: nothing that this run says counts"]
    assert "2 harnesses in C fail none of 1 question with known answers, 1 run is void." in html
    assert '<header class="undecided">' in html
    assert '<div class=\'bad\'><dd>1</dd><dt>void' in html


def test_answers_without_controls_are_void(tmp_path):
    found = (result(0),)
    html = page(written(tmp_path / "c", [header(1), *found, footer(*found)]), place=tmp_path)
    assert rows(html)[-1][1] == "voidno control was asked: nothing that this run says counts"


@pytest.mark.parametrize("damage", ["no footer", "cut off", "a part", "no result"])
def test_an_incomplete_run_says_so(tmp_path, damage):
    records = whole(result(0), result(1), only="ou-1d/*" if damage == "a part" else None)
    if damage == "no result":
        records = [records[0], *records[1:4], footer(*records[1:4])]
    file = written(tmp_path / "c", records[:-1] if damage == "no footer" else records)
    if damage == "cut off":
        file.write_bytes(file.read_bytes()[:-20])
    html = page(file, place=tmp_path)
    assert rows(html)[-1][0].endswith("questions, incomplete")
    assert "1 run is incomplete." in html and '<header class="undecided">' in html
    assert rows(html)[-1][1] == ("1 right" if damage == "no result" else "2 right")


HOSTILE = "</th></table><script>alert('x')</script>\"'`&amp;\u202egnp\u2028\x85\x0b" + "x" * 5000


def test_hostile_names_do_not_break_the_page(tmp_path):
    subject = {"name": HOSTILE, "version": HOSTILE, "language": HOSTILE, "homepage": "javascript:alert(1)"}
    records = whole(result(0, verdict="wrong"), cause(name=HOSTILE), result(0, HOSTILE), subject=subject, able=("score", HOSTILE), ouracle=HOSTILE)
    folder = tmp_path / "javascript:alert(1)#\"><b>"
    html = page(written(folder, records), place=tmp_path)
    plain = page(written(tmp_path / "c", whole(result(0, verdict="wrong"), cause(), result(0, "other"), able=("score", "other"))), place=tmp_path)
    assert "<script" not in html and "javascript:" not in html
    assert "x" * 100 not in html and not re.search("[\u202e\u2028\x85\x0b]", html)
    tags = re.compile(r"</?(\w+)")
    assert [tag for tag in tags.findall(html) if tag != "code"] == [tag for tag in tags.findall(plain) if tag != "code"]
    assert 'href="javascript%3Aalert%281%29%23%22%3E%3Cb%3E/index.html"' in html
    assert html.count("<bdi>") == html.count("</bdi>") == 4


def test_a_hostile_control_does_not_either(tmp_path):
    html = page(written(tmp_path / "c", whole(control(HOSTILE, False), result(0))), place=tmp_path)
    assert "<script" not in html and html.count("</table>") == 1 and "\u202e" not in html


def test_a_run_without_a_page_has_no_link(tmp_path):
    assert "href" not in page(written(tmp_path / "c", whole(result(0)), page=False), place=tmp_path)


def test_a_subject_that_says_only_its_name(tmp_path):
    html = page(written(tmp_path / "c", whole(result(0), subject={"version": None, "language": None})), place=tmp_path)
    assert rows(html)[-1][0] == "a.out1 of 1 question"
    assert "1 harness fails none of 1 question with known answers." in html


def changed(place, value):
    """A change of a record: sets what stands at a place, or deletes it."""

    def change(record):
        *path, last = place.split(".")
        for name in path:
            record = record[int(name) if name.isdigit() else name]
        if value is None:
            del record[last]
        else:
            record[last] = value

    return change


DAMAGED = [
    (0, changed("format", "2.0"), "its format is '2.0', and 1.x is read"),
    (0, changed("later", 1), "it has a field 'later' that this version does not know"),
    (0, changed("subject.later", 1), "it has a field 'subject.later' that this version does not know"),
    (0, changed("subject.name", 7), "its field subject.name cannot be 7"),
    (0, changed("subject.name", None), "it has no field subject.name"),
    (0, changed("subject", []), "its field subject cannot be []"),
    (0, changed("seed", None), "it has no field seed"),
    (0, changed("questions", True), "its field questions cannot be True"),
    (1, changed("record", "dance"), "'dance' is not header, control, result, cause, chatter, footer"),
    (1, changed("record", None), "None is not header"),
    (1, changed("record", ["header"]), "['header'] is not header"),
    (1, changed("caught", 1), "its field caught cannot be 1"),
    (2, changed("later", 1), "it has a field 'later'"),
    (3, changed("verdict", "splendid"), "its field verdict cannot be 'splendid'"),
    (3, changed("verdict", "consistent"), "its field verdict cannot be 'consistent'"),
    (3, changed("exact", [1]), "its field exact cannot be [1]"),
    (4, changed("test", "ou-1d/score/000000"), "the result of 'ou-1d/score/000000' in 'f64' is there twice"),
    (5, changed("looks_like.0.later", 1), "it has a field 'looks_like[0].later'"),
    (5, changed("looks_like.0.matches", 2), "it explains 1 failures of 'score', but the records show 1"),
    (5, changed("failed", 3), "it explains 3 failures of 'score', but the records show 1"),
    (6, changed("dropped", -1), "its field dropped cannot be -1"),
    (7, changed("counts.later", 1), "it has a field 'counts.later'"),
    (7, changed("counts.stale", None), "it has no field counts.stale"),
    (7, changed("counts.right", 2), "the footer counts 2 right, but the records show 1"),
    (7, changed("counts.wrong", 0), "the footer counts 0 wrong, but the records show 1"),
    (7, changed("counts.caught", 1), "the footer counts 1 caught, but the records show 2"),
]  # fmt: skip


@pytest.mark.parametrize(("at", "change", "said"), DAMAGED)
def test_damaged_records_are_errors_with_the_file_and_the_line(tmp_path, at, change, said):
    chatter = {"record": "chatter", "lines": ["Loading"], "dropped": 0}
    records = whole(result(0), result(1, verdict="wrong"), cause(), chatter)
    protocol_runs.read(written(tmp_path / "sound", records))
    change(records[at])
    file = written(tmp_path / "c", records)
    with pytest.raises(ValueError, match=re.escape(f"{file}, line {at + 1}: {said}")):
        protocol_runs.read(file)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "it is no JSON"),
        (b"[]", "None is not header"),
        (b"", "it is no JSON"),
        (b"\xff", "it is no JSON"),
        (b'{"record":"chatter","lines":[],"lines":[],"dropped":0}', "a field is there twice"),
        (b'{"record":"chatter","lines":[],"dropped":NaN}', "NaN is not JSON"),
        (b'{"record":"chatter","lines":["\\ud800"],"dropped":0}', "it is no JSON"),
        (b'{"record":"chatter","lines":' + b"[" * 100000 + b"]" * 100000 + b',"dropped":0}', "it is no JSON"),
        (b'{"record":"chatter","lines":[],"dropped":' + b"9" * 5000 + b"}", "it is no JSON"),
    ],
)
def test_lines_that_are_none_are_errors(tmp_path, line, said):
    file = written(tmp_path / "c", whole(result(0)))
    first, *rest = file.read_bytes().split(b"\n")
    file.write_bytes(b"\n".join([first, line, *rest]))
    with pytest.raises(ValueError, match=f"line 2: .*{said}"):
        protocol_runs.read(file)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ([1, 0, 2, 3, 4], "line 1: it stands before the header"),
        ([0, 0, 1, 2, 3, 4], "line 2: it is a second header"),
        ([0, 1, 2, 3, 4, 4], "line 6: it stands after the footer"),
        ([0, 1, 2, 4, 3], "line 5: it stands after the footer"),
        ([], "there is no record in it"),
    ],
)
def test_records_in_a_wrong_place_are_errors(tmp_path, order, said):
    records = whole(result(0))
    with pytest.raises(ValueError, match=said):
        protocol_runs.read(written(tmp_path / "c", [records[at] for at in order]))


def test_more_results_than_questions_are_an_error(tmp_path):
    records = whole(result(0), result(1))
    records[0]["questions"] = 1
    with pytest.raises(ValueError, match="2 results answer 1 questions"):
        protocol_runs.read(written(tmp_path / "c", records))


def test_separators_of_lines_within_strings_end_none(tmp_path):
    records = whole(result(0, message="one\u2028two\x85three\x0bfour"))
    assert len(protocol_runs.read(written(tmp_path / "c", records)).results) == 1
    found = matrix.read([study(tmp_path / "odd", "odd\u2028package")])
    assert found.studies[0].package == "odd\u2028package"


def test_the_command_takes_any_number_of_folders_and_files(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    written(Path("reports/subjects/c"), whole(result(0)))
    assert main(["--matrix"]) == DONE
    assert "1 harness in C" in Path("reports/index.html").read_text(encoding="utf-8")
    study(Path("elsewhere/odd"))
    file = written(Path("more/deep"), whole(result(0), name="b.out"))
    assert main(["--matrix", "elsewhere", "reports/subjects", "reports/subjects/c", str(file), "--out", "site"]) == DONE
    html = Path("site/index.html").read_text(encoding="utf-8")
    assert "1 public package in Python" in html and "2 harnesses in C" in html
    assert 'href="../reports/subjects/c/index.html"' in html and html.count("<bdi>a.out</bdi>") == 1
    capsys.readouterr()
    assert main(["--matrix", "nowhere"]) == USAGE
    assert "there are no records in nowhere" in capsys.readouterr().err


def test_a_damaged_file_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    study(Path("reports/studies/odd"))
    records = whole(result(0))
    records[-1]["counts"]["right"] = 5
    written(Path("reports/subjects/c"), records)
    assert main(["--matrix"]) == USAGE
    assert "error: reports/subjects/c/records.jsonl, line 5: the footer counts 5 right" in capsys.readouterr().err
    assert not Path("reports/index.html").exists()
    Path("reports/subjects/c/records.jsonl").write_text("{\n{\n", encoding="utf-8")
    assert main(["--matrix"]) == USAGE
    assert "reports/subjects/c/records.jsonl: line 1" in capsys.readouterr().err
    assert main(["--matrix", "--out", "empty"]) == NOTHING


def test_the_page_of_this_repository_is_made_from_its_records():
    files = matrix.standing(ROOT / "reports" / "studies")
    subjects = matrix.read(files)
    assert {run.language for run in subjects.runs} == {"c", "javascript", "python", "rust"}
    assert all(run.complete and not run.void for run in subjects.runs)
    assert (ROOT / "reports" / "index.html").read_text(encoding="utf-8") == matrix.html(subjects, ROOT / "reports"), "run `cargo xtask subjects`"
    for run in subjects.runs:
        assert not re.search(r"/(work|tmp|home|root|Users)/", (run.folder / "records.jsonl").read_text(encoding="utf-8"))
