"""`python -m ouracle.miniatures [PAGE]`: runs the kill matrix, prints it and writes it as a page."""

from __future__ import annotations

import sys
from pathlib import Path

from .matrix import page, run


def main(arguments: list[str]) -> int:
    """0 if every mistake was found and nothing right was called wrong, 1 otherwise."""
    if len(arguments) > 1:
        print("usage: python -m ouracle.miniatures [PAGE]", file=sys.stderr)
        return 2
    rows = run()
    text = page(rows)
    print(text)
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8")
    bad = [row for row in rows if not row.as_it_should]
    for row in bad:
        what = f"survives: {row.mutation.name}" if row.mutation else "is called wrong"
        print(f"{row.miniature.name} {what}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
