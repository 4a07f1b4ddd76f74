"""No outcome, no row of the table and no question has its name written in the program: a third study brings its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import cati
from cati.studies import load_study

PROGRAM = Path(cati.__file__).parent
EXAMPLE = Path(__file__).resolve().parents[2] / "docs/example-study"

MEANT_OTHERWISE = {
    "refusal": "what an outcome asks the interviewer for, in the scheme's format, and a state of the console",
    "referral_number": "what a write-in is for, in the questionnaire's format and in a call's result",
    "refused": "the special answer of a contact box or of words withheld, and a failure of the console",
    "online": "a mode",
    "declined": "the calling rule that nobody is called who did not agree to it",
    "opted_out": "a status in the files of the online survey",
    "live": "the state of a number that works",
    "untried": "the state of a number before it is dialled",
}
"""Words of cati's own that a scheme happens to use for something."""


def names() -> set[str]:
    """The outcomes, classes, rows and settings of the schemes, and the items of the questionnaires."""
    found: set[str] = set()
    for study in map(load_study, ("wave2", "asye", str(EXAMPLE))):
        scheme = study.scheme
        found |= {*scheme.outcomes, *scheme.settings, *(row.key for row in scheme.rows)}
        found |= {rank.key for rank in scheme.precedence}
        found |= {item.id for _, item in study.questionnaire.each_item()} - {"END"}
    return found - MEANT_OTHERWISE.keys()


def words_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_python_knows_no_outcome_no_row_and_no_question_by_name() -> None:
    known = names()
    assert len(known) > 150
    written = [
        f"{path.relative_to(PROGRAM)}:{line} {word!r}"
        for path in sorted(PROGRAM.rglob("*.py"))
        for line, word in words_of(path)
        if word in known
    ]
    assert written == []


def test_what_is_meant_otherwise_is_still_written() -> None:
    everywhere = {word for path in PROGRAM.rglob("*.py") for _, word in words_of(path)}
    assert everywhere >= MEANT_OTHERWISE.keys()
