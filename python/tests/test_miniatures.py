"""The kill matrix: nothing right is called wrong, no mistake survives, and the page says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from ouracle.findings import Finding, Findings
from ouracle.miniatures import OPERATORS, Miniature, Mutation
from ouracle.miniatures.matrix import ALL, page, run

PAGE = Path(__file__).parents[2] / "reports" / "kill-matrix.md"


@pytest.fixture(scope="module")
def rows():
    return run()


def test_no_right_program_is_called_wrong(rows):
    alarms = [(row.miniature.name, cell.check, str(cell.worst)) for row in rows if row.mutation is None for cell in row.cells if not cell.findings.passes]
    assert not alarms


def test_every_mistake_is_found_by_a_named_check(rows):
    survivors = [(row.miniature.name, row.mutation.name) for row in rows if row.mutation is not None and not row.killers]
    assert not survivors


def test_every_operator_has_a_mistake(rows):
    assert {row.mutation.operator for row in rows if row.mutation is not None} == set(OPERATORS)


def test_names_are_unique():
    assert len({miniature.name for miniature in ALL}) == len(ALL)
    for miniature in ALL:
        assert len({mutation.name for mutation in miniature.mutations}) == len(miniature.mutations)


def test_the_page_is_what_the_programs_say(rows):
    assert PAGE.read_text(encoding="utf-8") == page(rows), "run `python -m ouracle.miniatures reports/kill-matrix.md`"


def test_survivors_and_false_alarms_are_failures():
    blind = Miniature("blind", (Mutation("anything", 3),), {"check": lambda mistake: Findings([Finding("it", "right")])})
    right, wrong = run([blind])
    assert right.as_it_should and not wrong.as_it_should
    assert "**nothing: it survives**" in page([right, wrong])
    alarmed = Miniature("alarmed", (), {"check": lambda mistake: Findings([Finding("it", "wrong")])})
    (row,) = run([alarmed])
    assert not row.as_it_should and "**false alarm**" in page([row])
    undecided = Miniature("undecided", (Mutation("anything", 3),), {"check": lambda mistake: Findings([Finding("it", "undecided")])})
    assert not any(row.as_it_should for row in run([undecided]))


def test_a_mutation_needs_an_operator():
    with pytest.raises(ValueError, match="no operator 11"):
        Mutation("anything", 11)
