"""The columns of a table file, and what is checked of every row alike, whatever the table is of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from cati.errors import InputError

from .lines import Doubtful, Line, shown

SERIAL = "serial"
SPACES = " \t\r\n\u00a0\ufeff"
_LONGEST_CELL = 32_767  # Excel's own limit: what is longer came from a broken file
_LONGEST_SERIAL = 100
# Of columns that a file must have: what else they are often called.
_ALSO_CALLED: Mapping[str, Sequence[str]] = {
    SERIAL: (
        "serial",
        "serial no",
        "serial number",
        "serialno",
        "id",
        "caseid",
        "case id",
        "ref",
        "reference",
        "urn",
    ),
    "status": ("status", "state", "outcome", "completion", "completion status", "response status"),
}


class RefusedError(Exception):
    """A row that is not taken in: the column and the cell that speak against it, and why."""

    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.column, self.value, self.why = column, value, why


@dataclass(frozen=True)
class Columns:
    """The columns of a file by position: the name of each, empty where the header cell is blank."""

    names: tuple[str, ...]

    @classmethod
    def of_header(
        cls, header: Line, file: str, *, what: str, spelling: Callable[[str], str], needed: Sequence[str] = (SERIAL,)
    ) -> Columns:
        """The columns that a header names, each in the `spelling` that is its own.

        `what`: what messages call such a file (`sample`). Raises `InputError` where one of the `needed` columns is
        missing or a name comes twice.
        """
        if header.unreadable:
            raise InputError(f"{file}: line {header.number}: {header.unreadable}.")
        names = tuple(spelling(cell.strip(SPACES)) for cell in header.cells)
        for name in needed:
            if name not in names:
                raise InputError(_missing(name, names, file, what))
        for position, name in enumerate(names):
            if name and name in names[:position]:
                first = names.index(name) + 1
                raise InputError(
                    f'{file}: two columns are called "{shown(name)}" (the {_th(first)} and the {_th(position + 1)}). '
                    "Rename or delete one of them."
                )
        return cls(names)

    @cached_property
    def named(self) -> frozenset[str]:
        """The names alone."""
        return frozenset(self.names) - {""}

    def cells(self, line: Line) -> dict[str, str]:
        """A row's cells by column, spaces around them removed. Raises RefusedError where they do not fit the header."""
        if line.unreadable:
            raise RefusedError("", "", line.unreadable)
        names, cells = self.names, line.cells
        while len(cells) > len(names) and not cells[-1].strip(SPACES):
            cells = cells[:-1]
        if len(cells) != len(names):
            why = f"it has {len(cells)} cells where the header has {len(names)}; a separator is missing or too many"
            raise RefusedError("", cells[-1] if len(cells) > len(names) else "", why)
        named: dict[str, str] = {}
        for position, (name, cell) in enumerate(zip(names, cells, strict=True), start=1):
            if name:
                named[name] = cell if isinstance(cell, Doubtful) else cell.strip(SPACES)
            elif cell.strip(SPACES):
                raise RefusedError("", cell, f"the {_th(position)} column has no name; give it one or empty it")
        return named


def _th(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _missing(needed: str, names: tuple[str, ...], file: str, what: str) -> str:
    found = [name for name in names if name]
    near = [name for name in found if name.lower().replace("_", " ") in _ALSO_CALLED.get(needed, ())]
    near = near or get_close_matches(needed, [name.lower() for name in found], n=1, cutoff=0.6)
    hint = f'Is it "{shown(near[0])}"? Rename that column to {needed}.' if near else f"Add a column called {needed}."
    return (
        f'{file}: there is no column "{needed}", which every {what} file must have. '
        f"Columns found: {', '.join(shown(name) for name in found) or 'none'}. {hint}"
    )


def serial_of(cell: str) -> str:
    """The serial in a cell; empty where the cell is blank. Raises RefusedError for one that cannot be relied on."""
    serial = str(cell).strip(SPACES)
    if isinstance(cell, Doubtful) and serial:
        raise RefusedError(SERIAL, cell, cell.why)
    if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+\d+", serial):
        why = "written as a power of ten: its last digits are lost; format the column as text"
        raise RefusedError(SERIAL, cell, why)
    if len(serial) > _LONGEST_SERIAL:
        raise RefusedError(SERIAL, cell, f"a serial has at most {_LONGEST_SERIAL} characters")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"} for c in serial):
        raise RefusedError(SERIAL, cell, "it has invisible characters in it, which nobody could type")
    return serial


def check_readable(name: str, cell: str, *, exact: bool = False) -> None:
    """Raises RefusedError for a cell that a broken file left behind. `exact`: its every character has to be right."""
    if len(cell) > _LONGEST_CELL:
        raise RefusedError(name, cell, f"the cell has {len(cell):,} characters; {_LONGEST_CELL:,} is the most")
    if "\0" in cell:
        raise RefusedError(name, cell, "it holds a NUL character: the file is damaged there")
    if isinstance(cell, Doubtful) and (exact or not cell.in_keys_only):
        raise RefusedError(name, cell, cell.why)


def link_of(cell: str) -> str:
    """The kind of online link that a cell names, in small letters; empty where it is blank. ValueError for another."""
    link = cell.lower()
    if link not in {"", "individual", "open"}:
        raise ValueError("link is individual or open")
    return link
