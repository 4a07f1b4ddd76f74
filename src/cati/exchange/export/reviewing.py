"""The review of write-ins that may say who somebody is: what was held back, and what a reviewer decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cati.errors import InputError
from cati.exchange.table_file import table_lines

COLUMNS = ("SurveyID", "Variable", "Why", "Text", "Decision", "Replacement")
KEEP, REPLACE, HOLD = "keep", "replace", "hold"


@dataclass(frozen=True, slots=True)
class Flagged:
    """A text that may say who somebody is, and what became of it. `decision`: empty while nobody has decided."""

    survey_id: str
    variable: str
    why: str
    text: str
    decision: str = ""
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided of a text: the text as it was then, and what is to stand in the data (None: nothing)."""

    text: str
    decision: str
    replacement: str


@dataclass
class Reviewed:
    """The decisions of a review file, by survey id and variable. `used`: those that an export went by."""

    decisions: Mapping[tuple[str, str], Decision] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)

    @property
    def unused(self) -> set[tuple[str, str]]:
        """The decisions that nothing was found for."""
        return set(self.decisions) - self.used

    def on(self, survey_id: str, variable: str, text: str) -> Decision | None:
        """The decision on a text; None where there is none, or where the text was another one then."""
        key = (survey_id, variable.lower())
        found = self.decisions.get(key)
        if found is None or found.text != text:
            return None
        self.used.add(key)
        return found


def read_reviewed(path: Path) -> Reviewed:
    """A review file that was filled in, CSV or XLSX.

    Raises InputError, with the row, for a decision that is none of keep, replace and hold, and for a replacement
    without words.
    """
    with table_lines(path, what="review", key=COLUMNS[0]) as (lines, name):
        header = [cell.strip().lower() for cell in next(lines).cells]
        rows = [line for line in lines if not line.is_blank()]
    for column in COLUMNS:
        if column.lower() not in header:
            raise InputError(f"{name}: there is no column {column}. Fill in the file that the export wrote.")
    places = {column: header.index(column.lower()) for column in COLUMNS}
    decisions: dict[tuple[str, str], Decision] = {}
    for line in rows:
        where = f"{name}, row {line.number}"
        if line.unreadable:
            raise InputError(f"{where}: {line.unreadable}")
        cells = {column: str(line.cells[at]).strip() if at < len(line.cells) else "" for column, at in places.items()}
        decided = cells["Decision"].lower()
        if not decided:
            continue
        if decided not in (KEEP, REPLACE, HOLD):
            raise InputError(f"{where}, Decision: {cells['Decision']!r}; write keep, replace or hold.")
        if decided == REPLACE and not cells["Replacement"]:
            raise InputError(f"{where}, Replacement: empty. Write the words, or hold.")
        key = (cells["SurveyID"], cells["Variable"].lower())
        if key in decisions:
            raise InputError(f"{where}: {key[0]} {cells['Variable']} stands there twice.")
        decisions[key] = Decision(_unguarded(cells["Text"]), decided, _unguarded(cells["Replacement"]))
    return Reviewed(decisions)


_SIGNS = "=+-@"


def guarded(text: str) -> str:
    """A text for a file that people open in a spreadsheet: with an apostrophe before what it would compute."""
    return f"'{text}" if text[:1] in tuple(_SIGNS) or _is_guarded(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if _is_guarded(text) else text


def _is_guarded(text: str) -> bool:
    return text[:1] == "'" and text[1:2] in (*_SIGNS, "'")
