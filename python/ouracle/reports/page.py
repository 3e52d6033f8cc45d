"""The page of a study."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..findings import FAILING, PASSING, VERDICTS
from . import plots, words
from .records import Record, Study, shown, worst
from .words import anchor, many, number, pill, text


#: So many drawings of what is right are looked at; more are kept behind a line that opens.
_PANELS = 12


def headline(study: Study) -> str:
    """The verdict in one sentence."""
    name = f"{study.package} {study.version}"
    verdicts = Counter(worst(found) for found in study.questions.values())
    total, failing = sum(verdicts.values()), sum(verdicts[verdict] for verdict in FAILING)
    if not total:
        return f"Nothing was asked of {name}."
    if failing:
        ways = [("answers {} wrong", "wrong"), ("answers {} with too few digits", "degraded"), ("fails on {}", "fault")]
        said = " and ".join(way.format(verdicts[verdict]) for way, verdict in ways if verdicts[verdict])
        known = sum(1 for _, found in study.failures if all(map(shown, found)))
        whose = "its cause" if failing == 1 else "every cause" if known == failing else f"the cause of {known}"
        return f"Of {many(total, 'question')}, {name} {said}" + (f"; {whose} is shown." if known else ".")
    open_ = verdicts["undecided"] + verdicts["unsupported"]
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
    sections = {
        "What is wrong": failures(study),
        "Subjects and checks": overview(study),
        "Error against steps": convergence(study),
        "Conventions": conventions(study),
        "What was not covered": not_covered(study),
        "Everything that was asked": everything(study),
        "Environment": surroundings(study),
    }
    told = {title: section for title, section in sections.items() if section}
    footer = (
        f"<p>Made by ouracle {text(study.header['ouracle'])} from <a href=\"records.jsonl\">records.jsonl</a>. "
        "Tests show errors, never their absence.</p>"
    )
    return words.document(f"ouracle: {headline(study)}", mood(study), head(study, told), "\n".join(told.values()), footer)


def head(study: Study, sections: dict[str, str]) -> str:
    """The verdict, the counts, and the way to the sections."""
    verdicts = Counter(finding["verdict"] for finding in study.findings)
    failing = [finding for finding in study.findings if finding["verdict"] in FAILING]
    cells = [(str(verdicts[v]), words.plural(v, verdicts[v]), "bad" if v in FAILING and verdicts[v] else "") for v in VERDICTS]
    if failing:
        cells.append((f"{sum(map(shown, failing))} of {len(failing)}", "causes shown", ""))
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
    # Each section begins with the name by which it is found.
    links = [(section.split('"', 2)[1], title) for title, section in sections.items()]
    readme = '<a href="README.md">Design and discussion</a>' if study.folder and (study.folder / "README.md").is_file() else ""
    matrix = "../../index.html" if study.folder is None or study.folder.parent.name == "studies" else "../index.html"
    return "\n".join(
        [
            f'<p class="name"><a href="{matrix}">ouracle</a> <span>· a study of a public package</span></p>',
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
    kind, first = worst(found), found[0]
    passing = len(asked) - len(found)
    beside = f" · {passing} other {'quantity of this question is' if passing == 1 else 'quantities of this question are'} not wrong" if passing else ""
    rows = [("on", f"<code>{text(first['case'])}</code>")] if first.get("case") else []
    rows.append(("see it again", f'<code class="command">{text(first["command"])}</code>'))
    if first.get("reproduction"):
        rows.append(("without ouracle", f'<a href="{text(first["reproduction"])}">{text(first["reproduction"])}</a>'))
    measured = next((finding for finding in found if {"steps", "errors"} <= finding.get("details", {}).keys()), None)
    body = "\n".join([*(detail(finding, len(found) > 1) for finding in found), pairs(rows)])
    drawn = drawing(measured) if measured else ""
    return "\n".join(
        [
            f'<article class="trouble {kind}" id="{anchor(question)}">',
            f"<h3>{pill(kind)} {text(first['subject'])}</h3>",
            f'<p class="byline"><code>{text(question)}</code> · {text(first["check"])}{beside}</p>',
            f'<div class="beside">\n<div>{body}</div>\n{drawn}\n</div>' if drawn else body,
            "</article>",
        ]
    )


def detail(finding: Record, several: bool) -> str:
    """One failing finding: the answer, the truth, the budget, the cause, and what the change did."""
    digits = words.digits_for(finding.get("error"), finding.get("exact"))
    rows: list[tuple[str, str]] = []
    if several or finding["quantity"] != finding["check"]:
        rows.append(("quantity", f"<strong>{text(finding['quantity'])}</strong>" + (f" {pill(finding['verdict'])}" if several else "")))
    order = finding["quantity"] == "order"
    for name, title in (("got", "order found" if order else "got"), ("exact", "order stated" if order else "exact")):
        if name in finding:
            rows.append((title, f'<span class="value">{text(words.quantity(finding[name], digits))}</span>'))
    if "error" in finding:
        within = f", tolerance {number(finding['tolerance'])}" if "tolerance" in finding else ""
        times = words.ratio(finding["error"], finding.get("tolerance"))
        rows.append(("last error" if order else "error", f'<span class="numeric">{number(finding["error"])}{within}{f" ({times})" if times else ""}</span>'))
    if finding.get("because"):
        rows.append(("tolerance from" if "tolerance" in finding else "because", text(finding["because"])))
    trace = finding.get("details", {}).get("traceback")
    if trace:
        rows.append(("raised in", "<br />".join(f"<code>{text(line)}</code>" for line in reversed(trace))))
    if finding.get("reference"):
        rows.append(("compared with", text(words.REFERENCES.get(finding["reference"], finding["reference"]))))
    if finding.get("cause"):
        rows.append(("looks like", text(finding["cause"])))
    twin = finding.get("twin")
    if twin and twin["outcome"] != "not needed":
        rows.append(("the change", f"{text(twin['change'])}<br />{changed(twin)}"))
    return pairs(rows)


def changed(twin: Record) -> str:
    """What the answer is with the change."""
    said = pill("right", "cause shown") if twin["outcome"] == "shown" else pill("undecided", "cause not shown")
    told = [f"with it the answer is {twin.get('verdict', 'undecided')}"]
    if "error" in twin:
        told.append(f"its error {number(twin['error'])}")
    if twin.get("spoils"):
        told.append(f"but it spoils {', '.join(twin['spoils'])}")
    return f'{said} <span class="numeric">{text(", ".join(told))}</span>'


def pairs(rows: list[tuple[str, str]]) -> str:
    """Names and values, one below the other."""
    return '<dl class="pairs">' + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows) + "</dl>" if rows else ""


def drawing(finding: Record, titled: bool = False) -> str:
    """Error against steps of a finding and of its twin; nothing if it has no steps."""
    details, twin = finding["details"], finding.get("twin", {})
    curves = [plots.Curve("as released", "bad" if finding["verdict"] in FAILING else "c0", details["steps"], details["errors"])]
    if {"steps", "errors"} <= twin.get("details", {}).keys():
        curves.append(plots.Curve("with the change", "good" if shown(finding) else "c0", twin["details"]["steps"], twin["details"]["errors"]))
    nominal = finding.get("exact")
    orders = [nominal] if isinstance(nominal, int) and nominal > 0 else []
    svg = plots.convergence(curves, orders, details.get("floor"))
    if not svg:
        return ""
    legend = [f'<li class="{curve.kind}"><span class="dot"></span>{curve.name}</li>' for curve in curves if curve.points and len(curves) > 1]
    legend += [f'<li class="guide"><span class="dash"></span>order {order}</li>' for order in orders]
    slopes = f" · slopes {', '.join(f'{slope:.2f}' for slope in details['slopes'] if isinstance(slope, float))}" if details.get("slopes") else ""
    caption = f'<figcaption>{text(finding["subject"])}<small>{text(finding["question"])}{slopes}</small></figcaption>' if titled else ""
    return f'<figure>{caption}<div class="plot">{svg}</div><ul class="legend">{"".join(legend)}</ul></figure>'


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
        f'<section id="overview">\n<h2>Subjects and checks</h2>\n<div class="wide"><table class="ledger dense">\n<thead><tr><th>subject</th>{titles}</tr></thead>\n'
        f"<tbody>\n{chr(10).join(rows)}\n</tbody>\n</table></div>\n</section>"
    )


def convergence(study: Study) -> str:
    """Error against steps, one panel for each question that measured it; what fails is drawn where it is told."""
    drawn = [(finding, drawing(finding, titled=True)) for finding in study.findings if {"steps", "errors"} <= finding.get("details", {}).keys()]
    open_ = [panel for finding, panel in drawn if panel and finding["verdict"] not in (*PASSING, *FAILING)]
    passing = [panel for finding, panel in drawn if panel and finding["verdict"] in PASSING]
    if not open_ and not passing:
        return ""
    shut = [f"<details><summary>{len(passing)} of methods that are right</summary>\n{panelled(passing)}\n</details>"] if len(passing) > _PANELS else []
    shown_ = panelled(open_ if shut else [*open_, *passing])
    note = (
        '<p class="note">Both axes are logarithmic, and a method of order <em>p</em> has slope −<em>p</em>. A dashed line has the slope that the '
        "method is said to have; shaded is what rounding explains.</p>"
    )
    return "\n".join(['<section id="convergence">\n<h2>Error against steps</h2>', note, shown_, *shut, "</section>"])


def panelled(panels: list[str]) -> str:
    """Drawings beside each other."""
    return '<div class="panels">\n' + "\n".join(panels) + "\n</div>" if panels else ""


def listed(findings: list[Record]) -> str:
    """Findings with their reasons, one a line."""
    items = (
        f"<li>{pill(f['verdict'])} <strong>{text(f['subject'])}</strong>, {text(f['quantity'])} (<code>{text(f['question'])}</code>): "
        f"{text(f.get('because') or f.get('cause') or 'no reason was given')}</li>"
        for f in findings
    )
    return f'<ul class="listed">{"".join(items)}</ul>'


def conventions(study: Study) -> str:
    """What is right in another convention than the one that was asked for."""
    found = [finding for finding in study.findings if finding["verdict"] == "convention"]
    return f'<section id="conventions">\n<h2>Conventions, which are no errors</h2>\n{listed(found)}\n</section>' if found else ""


def not_covered(study: Study) -> str:
    """What was asked and not decided."""
    open_ = [finding for finding in study.findings if finding["verdict"] in ("undecided", "unsupported")]
    told = listed(open_) if open_ else "<p>Every question that was asked was decided.</p>"
    rest = "<p>What has no question here was not looked at, and of it this page says nothing.</p>"
    return f'<section id="blind">\n<h2>What was not covered</h2>\n{told}\n{rest}\n</section>'


def everything(study: Study) -> str:
    """Every finding, in the order of asking."""
    groups = []
    for question, found in study.questions.items():
        rows = "".join(finding_row(finding) for finding in found)
        where = f'<a href="#{anchor(question)}">{text(question)}</a>' if worst(found) in FAILING else text(question)
        groups.append(f'<tbody><tr class="at"><td colspan="5"><code class="point">{where}</code> <span class="of">{text(found[0]["subject"])}</span></td></tr>{rows}</tbody>')
    return (
        '<section id="all">\n<h2>Everything that was asked</h2>\n<div class="wide"><table class="findings">\n<thead><tr><th>quantity</th><th>verdict</th>'
        f'<th class="right">error</th><th class="right">tolerance</th><th>compared with, and why this tolerance</th></tr></thead>\n{chr(10).join(groups)}\n</table></div>\n</section>'
    )


def finding_row(finding: Record) -> str:
    """A finding as a row."""
    because = words.clip(str(finding.get("because", "")), 240)
    why = f"{text(words.REFERENCES.get(finding.get('reference', ''), finding.get('reference', '')))}{f'<small>{text(because)}</small>' if because else ''}"
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
