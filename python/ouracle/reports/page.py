"""The page of a study."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..findings import FAILING, PASSING, VERDICTS
from . import plots, words
from .records import Record, Study, badness
from .words import anchor, many, number, pill, text

_TALLY = ("right", "consistent", "convention", "unsupported", "undecided", "degraded", "wrong", "fault")


def headline(study: Study) -> str:
    """The verdict in one sentence."""
    name = f"{study.package} {study.version}"
    worst = Counter(VERDICTS[badness(found)] for found in study.questions.values())
    total = sum(worst.values())
    fails = [f"{worst['wrong']} wrong"] if worst["wrong"] else []
    fails += [f"{worst['degraded']} with too few digits"] if worst["degraded"] else []
    said = f"answers {' and '.join(fails)}" if fails else ""
    said += (" and " if said else "") + f"fails on {worst['fault']}" if worst["fault"] else ""
    if said:
        shown = sum(1 for _, found in study.failures if all(f.get("twin", {}).get("outcome") == "shown" for f in found))
        failing = sum(worst[verdict] for verdict in FAILING)
        mended = "it" if failing == 1 else ("all of them" if shown == failing else f"{shown} of them")
        return f"Of {many(total, 'question')}, {name} {said}" + (f"; one change mends {mended}." if shown and failing == 1 else f"; a single change mends {mended}." if shown else ".")
    open_ = worst["undecided"] + worst["unsupported"]
    if not total:
        return f"Nothing was asked of {name}."
    if open_:
        return f"{name} answers {total - open_} of {many(total, 'question')} right and none wrong; {open_} could not be decided."
    return f"{name} answers {'the question' if total == 1 else f'all {total} questions'} right."


def mood(study: Study) -> str:
    """The class of the page's head."""
    if any(finding["verdict"] in ("wrong", "fault") for finding in study.findings):
        return "failed"
    passes = bool(study.findings) and all(finding["verdict"] in PASSING for finding in study.findings)
    return "passed" if passes else "undecided"


def html(study: Study) -> str:
    """The page: one file, without scripts."""
    sections = [failures(study), overview(study), convergence(study), not_covered(study), everything(study), surroundings(study)]
    footer = (
        f"<p>Made by ouracle {text(study.header['ouracle'])} from <a href=\"records.jsonl\">records.jsonl</a>. "
        "Tests show errors, never their absence.</p>"
    )
    return words.document(f"ouracle: {headline(study)}", mood(study), head(study), "\n".join(filter(None, sections)), footer)


def head(study: Study) -> str:
    """The verdict, the counts, and the way to the sections."""
    verdicts = Counter(finding["verdict"] for finding in study.findings)
    failing = [finding for finding in study.findings if finding["verdict"] in FAILING]
    shown = sum(1 for finding in failing if finding.get("twin", {}).get("outcome") == "shown")
    cells = [(str(verdicts[v]), words.plural(v, verdicts[v]), "bad" if v in FAILING and verdicts[v] else "") for v in _TALLY]
    if failing:
        cells.append((f"{shown} of {len(failing)}", "mended by one change", ""))
    incomplete = ""
    if study.footer is None:
        incomplete = f"The run was interrupted after {len(study.questions)} of {many(study.header['questions'], 'question')}."
    elif study.header.get("only"):
        asked = ", ".join(f"`{glob}`" for glob in study.header["only"])
        incomplete = f"Only questions that match {asked} were asked, {len(study.questions)} of {study.header['questions']}."
    facts = [
        ("package", f"{study.package} {study.version}"),
        ("ouracle", study.header["ouracle"]),
        ("questions", str(len(study.questions))),
        ("findings", str(len(study.findings))),
    ]
    links = [("failures", "What is wrong")] if failing else []
    links += [("overview", "Subjects and checks"), ("convergence", "Convergence"), ("blind", "What was not covered"), ("all", "Everything that was asked")]
    readme = '<a href="README.md">Design and discussion</a>' if study.folder and (study.folder / "README.md").is_file() else ""
    return "\n".join(
        [
            '<p class="name"><a href="../../index.html">ouracle</a> <span>· a study of a public package</span></p>',
            f"<h1>{text(headline(study))}</h1>",
            f'<p class="incomplete"><strong>Incomplete.</strong> {text(incomplete)}</p>' if incomplete else "",
            words.tally(cells),
            words.facts(facts),
            "<nav>" + "".join(f'<a href="#{name}">{title}</a>' for name, title in links) + readme + "</nav>",
        ]
    )


def failures(study: Study) -> str:
    """Each question with a wrong answer, told in full."""
    told = [failure(question, found, study.questions[question]) for question, found in study.failures]
    if not told:
        return ""
    note = (
        '<p class="note">A question is put to the package’s own code; the answer is compared with one that is known exactly. Where a cause is '
        "suspected, the same code runs once more with that one change: if the answer is then right, the cause is <em>shown</em>.</p>"
    )
    return f'<section id="failures">\n<h2>What is wrong, worst first</h2>\n{note}\n' + "\n".join(told) + "\n</section>"


def failure(question: str, found: list[Record], asked: list[Record]) -> str:
    """One question with its failing findings."""
    worst = VERDICTS[badness(found)]
    first = found[0]
    passing = len(asked) - len(found)
    beside = f" · {many(passing, 'other quantity' if passing == 1 else 'other quantitie')} of this question {'is' if passing == 1 else 'are'} not wrong" if passing else ""
    parts = [
        f'<article class="trouble {worst}" id="{anchor(question)}">',
        f"<h3>{pill(worst)} {text(first['subject'])}</h3>",
        f'<p class="byline"><code>{text(question)}</code> · {text(first["check"])}{beside}</p>',
    ]
    parts += [detail(finding, len(found) > 1) for finding in found]
    drawn = drawing(first, next((f for f in found if "steps" in f.get("details", {})), None))
    if drawn:
        parts.append(drawn)
    rows = [("on", f"<code>{text(first['case'])}</code>")] if first.get("case") else []
    rows.append(("see it again", f'<code class="command">{text(first["command"])}</code>'))
    if first.get("reproduction"):
        rows.append(("without ouracle", f'<a href="{text(first["reproduction"])}">{text(first["reproduction"])}</a>'))
    parts += [pairs(rows), "</article>"]
    return "\n".join(parts)


def detail(finding: Record, several: bool) -> str:
    """One failing finding: the answer, the truth, the budget, the cause, and what the change did."""
    digits = words.digits_for(finding.get("error"), finding.get("exact"))
    rows: list[tuple[str, str]] = []
    if several or finding["quantity"] != finding["check"]:
        rows.append(("quantity", f"<strong>{text(finding['quantity'])}</strong>" + (f" {pill(finding['verdict'])}" if several else "")))
    for name in ("got", "exact"):
        if name in finding:
            rows.append((name, f'<span class="value">{text(words.quantity(finding[name], digits))}</span>'))
    if "error" in finding:
        within = f", tolerance {number(finding['tolerance'])}" if "tolerance" in finding else ""
        times = words.ratio(finding["error"], finding.get("tolerance"))
        rows.append(("error", f"<span class=\"numeric\">{number(finding['error'])}{within}{f' ({times})' if times else ''}</span>"))
    if finding.get("because"):
        rows.append(("tolerance from" if "tolerance" in finding else "because", text(finding["because"])))
    trace = finding.get("details", {}).get("traceback")
    if trace:
        rows.append(("raised in", "<br />".join(f"<code>{text(line)}</code>" for line in reversed(trace))))
    if finding.get("reference"):
        rows.append(("compared with", text(finding["reference"])))
    if finding.get("cause"):
        rows.append(("looks like", text(finding["cause"])))
    twin = finding.get("twin")
    if twin and twin["outcome"] != "not needed":
        rows.append(("the change", f"{text(twin['change'])}<br />{changed(twin)}"))
    return pairs(rows)


def changed(twin: Record) -> str:
    """What the answer is with the change."""
    shown = twin["outcome"] == "shown"
    said = pill("right" if shown else "wrong", "cause shown" if shown else "cause not shown")
    words_ = [f"with it the answer is {twin.get('verdict', 'undecided')}"]
    if "got" in twin and not isinstance(twin["got"], list):
        words_.append(f"{number(twin['got'], 4)}")
    if "error" in twin:
        words_.append(f"error {number(twin['error'])}")
    if twin.get("spoils"):
        words_.append(f"but it spoils {', '.join(twin['spoils'])}")
    return f'{said} <span class="numeric">{text(", ".join(words_))}</span>'


def pairs(rows: list[tuple[str, str]]) -> str:
    """Names and values, one below the other."""
    return '<dl class="pairs">' + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows) + "</dl>" if rows else ""


def drawing(subject: Record, finding: Record | None) -> str:
    """Error against steps of a finding and of its twin, or nothing."""
    if finding is None:
        return ""
    details, twin = finding["details"], finding.get("twin", {})
    kind = "bad" if finding["verdict"] in FAILING else "c0"
    curves = [plots.Curve("as released", kind, details["steps"], details["errors"])]
    if "steps" in twin.get("details", {}):
        curves.append(plots.Curve("with the change", "good", twin["details"]["steps"], twin["details"]["errors"]))
    nominal = finding.get("exact")
    orders = [nominal] if isinstance(nominal, int) and nominal > 0 else []
    svg = plots.convergence(curves, orders, details.get("floor"))
    if not svg:
        return ""
    legend = [f'<li class="{curve.kind}"><span class="dot"></span>{curve.name}</li>' for curve in curves if curve.points]
    legend += [f'<li class="guide"><span class="dash"></span>slope of order {order}</li>' for order in orders]
    slopes = details.get("slopes") or []
    ends = f"slopes {', '.join(number(slope, 3) for slope in slopes)}" if slopes else ""
    caption = f'<figcaption>{text(subject["subject"])}<small>{text(subject["question"])}{" · " + ends if ends else ""}</small></figcaption>'
    return f'<figure class="panel">{caption}<div class="plot">{svg}</div><ul class="legend">{"".join(legend)}</ul></figure>'


def overview(study: Study) -> str:
    """Subjects by checks."""
    checks = list(dict.fromkeys(finding["check"] for finding in study.findings))
    subjects = list(dict.fromkeys(finding["subject"] for finding in study.findings))
    failing = {finding["subject"]: finding["question"] for finding in reversed(study.findings) if finding["verdict"] in FAILING}
    rows = []
    for subject in subjects:
        mine = [finding for finding in study.findings if finding["subject"] == subject]
        cells = (words.verdict_cell(Counter(f["verdict"] for f in mine if f["check"] == check)) for check in checks)
        name = f'<a href="#{anchor(failing[subject])}">{text(subject)}</a>' if subject in failing else text(subject)
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    titles = "".join(f"<th>{text(check)}</th>" for check in checks)
    return (
        f'<section id="overview">\n<h2>Subjects and checks</h2>\n<div class="wide"><table class="ledger">\n<thead><tr><th>subject</th>{titles}</tr></thead>\n'
        f"<tbody>\n{chr(10).join(rows)}\n</tbody>\n</table></div>\n</section>"
    )


def convergence(study: Study) -> str:
    """Error against steps, one panel for each question that measured it."""
    panels = [drawing(finding, finding) for finding in study.findings if "steps" in finding.get("details", {}) and "errors" in finding["details"]]
    panels = [panel for panel in panels if panel]
    if not panels:
        return ""
    note = (
        '<p class="note">Both axes are logarithmic, and a method of order <em>p</em> has slope −<em>p</em>. A dashed line has the slope that the '
        "method is said to have; shaded is what rounding explains.</p>"
    )
    return f'<section id="convergence">\n<h2>Error against steps</h2>\n{note}\n<div class="panels">\n' + "\n".join(panels) + "\n</div>\n</section>"


def not_covered(study: Study) -> str:
    """What was asked and not decided."""
    rows = [finding for finding in study.findings if finding["verdict"] in ("undecided", "unsupported")]
    items = [
        f"<li>{pill(f['verdict'])} <strong>{text(f['subject'])}</strong>, {text(f['quantity'])} (<code>{text(f['question'])}</code>): "
        f"{text(f.get('because') or 'no reason was given')}</li>"
        for f in rows
    ]
    listed = f"<ul>{''.join(items)}</ul>" if items else "<p>Every question that was asked was decided.</p>"
    rest = "<p>What has no question here was not looked at, and of it this page says nothing.</p>"
    return f'<section id="blind">\n<h2>What was not covered</h2>\n{listed}\n{rest}\n</section>'


def everything(study: Study) -> str:
    """Every finding, in the order of asking."""
    groups = []
    for question, found in study.questions.items():
        rows = "".join(finding_row(finding) for finding in found)
        where = f'<a href="#{anchor(question)}">{text(question)}</a>' if badness(found) >= VERDICTS.index("degraded") else text(question)
        groups.append(f'<tbody><tr class="at"><td colspan="5"><code class="point">{where}</code> <span class="of">{text(found[0]["subject"])}</span></td></tr>{rows}</tbody>')
    return (
        '<section id="all">\n<h2>Everything that was asked</h2>\n<div class="wide"><table class="findings">\n<thead><tr><th>quantity</th><th>verdict</th>'
        f'<th class="right">error</th><th class="right">tolerance</th><th>compared with, and why this tolerance</th></tr></thead>\n{chr(10).join(groups)}\n</table></div>\n</section>'
    )


def finding_row(finding: Record) -> str:
    """A finding as a row."""
    because = words.clip(str(finding.get("because", "")), 240)
    why = f"{text(finding.get('reference', ''))}{f'<small>{text(because)}</small>' if because else ''}"
    return (
        f"<tr><td>{text(finding['quantity'])}</td><td>{pill(finding['verdict'])}</td><td class=\"numeric right\">{number(finding.get('error'))}</td>"
        f'<td class="numeric right">{number(finding.get("tolerance"))}</td><td>{why}</td></tr>'
    )


def surroundings(study: Study) -> str:
    """The machine, and how to run the study again."""
    there: dict[str, Any] = study.header.get("environment", {})
    packages = [(name, version) for name, version in there.get("packages", {}).items()]
    known = [("python", str(there.get("python", ""))), ("system", str(there.get("system", ""))), *packages]
    command = f"python -m ouracle.study {study.header['study']}"
    return f'<section id="environment">\n<h2>Environment</h2>\n{words.facts(known)}\n<p class="again"><code class="command">{text(command)}</code></p>\n</section>'
