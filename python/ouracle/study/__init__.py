"""Studies of public packages: `python -m ouracle.study PACKAGE`.

A study is a module here with the name of a package, which yields :class:`Question`\\ s. The runner asks them, writes
`records.jsonl` and `index.html` to `reports/studies/PACKAGE-VERSION/`, and the matrix of packages and checks to `reports/index.html`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..findings import Findings


@dataclass(frozen=True)
class Question:
    """One question of a study: a check of one subject on one case.

    ``ask`` runs it. ``twin`` runs it on the subject with the one change that, we claim, mends it: if the finding is wrong and its
    twin is right, the cause is shown and not guessed.
    """

    #: Permanent, such as ``ddim/linspace/recursion``.
    id: str
    #: The check, a column of the matrix page: ``schedule``, ``sampler``, ``order``, ``likelihood``, …
    check: str
    #: What is checked, in the package's words.
    subject: str
    ask: Callable[[], Findings]
    twin: Callable[[], Findings] | None = None
    #: What the twin changes, in a sentence.
    change: str = ""
    #: The file in the study's folder ``reproductions/`` that shows the defect with the package alone.
    reproduction: str = ""
