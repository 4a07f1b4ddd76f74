"""A transaction begins and ends in the desk: whoever is above it asks the desk, or the store for the time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import cati

PROGRAM = Path(cati.__file__).parent
ALLOWED = ("desk", "storage")


def transactions(path: Path) -> Iterator[int]:
    """The lines of a file where `with ….read()` or `with ….write()` begins a transaction."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.With):
            continue
        for item in node.items:
            match item.context_expr:
                case ast.Call(func=ast.Attribute(attr="read" | "write"), args=[]):
                    yield node.lineno


def test_transactions_begin_in_the_desk_and_in_storage_alone() -> None:
    found = {
        f"{path.relative_to(PROGRAM)}:{line}": path.relative_to(PROGRAM).parts[0]
        for path in sorted(PROGRAM.rglob("*.py"))
        for line in transactions(path)
    }
    assert len(found) > 20
    assert [place for place, room in found.items() if room not in ALLOWED] == []
