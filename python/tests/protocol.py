"""Protocol 1 by its schema: what is wrong with a message, with an answer to a question, with a conversation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[2] / "protocol"
SCHEMA = json.loads((FOLDER / "v1.schema.json").read_text(encoding="utf-8"))
ANSWERS = {"hello": "answer-to-hello", "setup": "answer-to-setup", "evaluate": "answer-to-values", "sample": "answer-to-values"}


def problems(message: Any, definition: str | None = None) -> list[str]:
    """What the schema, or one of its definitions, says against a message."""
    schema = SCHEMA if definition is None else {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(message)]


def problems_of_pair(question: Any, answer: Any) -> list[str]:
    """What is wrong with an answer to this question, also where it takes both to see it."""
    found = problems(answer, ANSWERS[question["cmd"]])
    if found:
        return found
    if answer["id"] != question["id"]:
        found.append(f"the answer has id {answer['id']}, the question {question['id']}")
    asked = len(question["points"]) if question["cmd"] == "evaluate" else question.get("n")
    if "values" in answer and len(answer["values"]) != asked:
        found.append(f"{len(answer['values'])} values for {asked} questions")
    return found


def problems_of_conversation(lines: Iterable[str]) -> Iterator[str]:
    """What is wrong with a recorded conversation: lines that begin with ``> `` for questions and ``< `` for answers.

    Every question has one answer, in its turn; ``bye`` has none, and ends it.
    """
    waiting = None
    ended = False
    for number, line in enumerate(lines, 1):
        message = json.loads(line[2:], parse_constant=lambda name: f"{name}, which is not JSON")
        if ended:
            yield f"line {number}: something after bye"
        elif line.startswith("> "):
            if waiting is not None:
                yield f"line {number}: a question before the answer to {waiting['id']}"
            yield from (f"line {number}: {problem}" for problem in problems(message, "request"))
            ended = message["cmd"] == "bye"
            waiting = None if ended else message
        elif waiting is None:
            yield f"line {number}: an answer without a question"
        else:
            yield from (f"line {number}: {problem}" for problem in problems_of_pair(waiting, message))
            waiting = None
    if not ended:
        yield "the conversation has no bye"


def documented() -> list[str]:
    """The conversation that the page of the protocol begins with."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    return [line for line in page.split("```")[1].splitlines() if line.startswith(("> ", "< "))]
