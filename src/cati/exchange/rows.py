"""What the columns of a sample file mean, and the check of each row against them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from cati.desk import SampleRow
from cati.desk.records import is_phone_column
from cati.errors import InputError
from cati.phones import PhoneError, read_phone

from .lines import Doubtful, Line, shown
from .report import Refusal

KEY = "serial"
_TEXTS = ("name", "la", "region", "ofsted", "batch")
_SPACES = " \t\r\n\u00a0\ufeff"
_LONGEST_CELL = 32_767  # Excel's own limit: what is longer came from a broken file
_LONGEST_SERIAL = 100
_LIKE_SERIAL = (
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
)


class _RefusedError(Exception):
    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.column, self.value, self.why = column, value, why


@dataclass(frozen=True)
class Columns:
    """The columns of a sample file by position: the name of each, empty where the header cell is blank."""

    names: tuple[str, ...]

    @classmethod
    def of_header(cls, header: Line, file: str) -> Columns:
        """The columns that a header names. `InputError` where the serial is missing or a name comes twice."""
        if header.unreadable:
            raise InputError(f"{file}: line {header.number}: {header.unreadable}.")
        names = tuple(_column_name(cell) for cell in header.cells)
        if KEY not in names:
            raise InputError(_no_serial(names, file))
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


def _column_name(cell: str) -> str:
    """Known names whatever their case; `phone1` is `phone`; all others as they stand."""
    name = cell.strip(_SPACES)
    known = name.lower()
    if known == "phone1":
        return "phone"
    if known in {KEY, *_TEXTS, *_CHECKS} or is_phone_column(known):
        return known
    return name


def _th(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _no_serial(names: tuple[str, ...], file: str) -> str:
    found = [name for name in names if name]
    near = [name for name in found if name.lower().replace("_", " ") in _LIKE_SERIAL]
    near = near or get_close_matches(KEY, [name.lower() for name in found], n=1, cutoff=0.6)
    hint = f'Is it "{shown(near[0])}"? Rename that column to serial.' if near else "Add a column called serial."
    return (
        f'{file}: there is no column "serial", which every sample file must have. '
        f"Columns found: {', '.join(shown(name) for name in found) or 'none'}. {hint}"
    )


def check_row(line: Line, columns: Columns, rows_by_serial: dict[str, int]) -> SampleRow | Refusal:
    """The person in a row, or why it is refused. `rows_by_serial` holds the serials met so far, and is added to."""
    try:
        cells = _cells(line, columns)
        serial = _serial(cells, line.number, rows_by_serial)
        for name, cell in cells.items():
            _readable(name, cell)
        return SampleRow(
            serial=serial,
            phones=_phones(cells),
            **{name: str(cells.get(name, "")) for name in _TEXTS},
            **_checked(cells),
            variables={name: str(cell) for name, cell in cells.items() if _is_variable(name)},
            columns=columns.named,
        )
    except _RefusedError as refused:
        return Refusal.of(line.number, refused.column, refused.value, refused.why)


def _cells(line: Line, columns: Columns) -> dict[str, str]:
    """The row's cells by column, spaces around them removed."""
    if line.unreadable:
        raise _RefusedError("", "", line.unreadable)
    names, cells = columns.names, line.cells
    while len(cells) > len(names) and not cells[-1].strip(_SPACES):
        cells = cells[:-1]
    if len(cells) != len(names):
        why = f"it has {len(cells)} cells where the header has {len(names)}; a separator is missing or too many"
        raise _RefusedError("", cells[-1] if len(cells) > len(names) else "", why)
    named: dict[str, str] = {}
    for position, (name, cell) in enumerate(zip(names, cells, strict=True), start=1):
        if name:
            named[name] = cell if isinstance(cell, Doubtful) else cell.strip(_SPACES)
        elif cell.strip(_SPACES):
            raise _RefusedError("", cell, f"the {_th(position)} column has no name; give it one or empty it")
    return named


def _serial(cells: Mapping[str, str], number: int, rows_by_serial: dict[str, int]) -> str:
    cell = cells[KEY]
    serial = str(cell).strip(_SPACES)
    if not serial:
        raise _RefusedError(KEY, cell, "the serial is blank")
    if isinstance(cell, Doubtful):
        raise _RefusedError(KEY, cell, cell.why)
    if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+\d+", serial):
        raise _RefusedError(KEY, cell, "written as a power of ten: its last digits are lost; format the column as text")
    if len(serial) > _LONGEST_SERIAL:
        raise _RefusedError(KEY, cell, f"a serial has at most {_LONGEST_SERIAL} characters")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"} for c in serial):
        raise _RefusedError(KEY, cell, "it has invisible characters in it, which nobody could type")
    first = rows_by_serial.setdefault(serial, number)
    if first != number:
        raise _RefusedError(KEY, cell, f"this serial already stands in row {first}")
    return serial


def _readable(name: str, cell: str) -> None:
    if len(cell) > _LONGEST_CELL:
        raise _RefusedError(name, cell, f"the cell has {len(cell):,} characters; {_LONGEST_CELL:,} is the most")
    if "\0" in cell:
        raise _RefusedError(name, cell, "it holds a NUL character: the file is damaged there")
    if isinstance(cell, Doubtful) and (is_phone_column(name) or not cell.in_keys_only):
        raise _RefusedError(name, cell, cell.why)


def _phones(cells: Mapping[str, str]) -> tuple[str, ...]:
    phones: list[str] = []
    for name in sorted(filter(is_phone_column, cells), key=lambda name: int(name[5:] or 1)):
        if not cells[name]:
            continue
        try:
            phone = read_phone(cells[name])
        except PhoneError as error:
            raise _RefusedError(name, cells[name], str(error)) from None
        if phone not in phones:
            phones.append(phone)
    return tuple(phones)


def _is_variable(name: str) -> bool:
    return name not in {KEY, *_TEXTS, *_CHECKS} and not is_phone_column(name)


# Checked cells: each takes the text and gives it in its one form


def _email(cell: str) -> str:
    # As much as can be said without writing to it: one @, a host with a dot, nothing invisible, no second address.
    if not cell:
        return ""
    if len(cell) > 254 or not re.fullmatch(
        r"[^@\s,;<>()\[\]\\\"]+@[^@\s,;<>()\[\]\\\"]+\.[^@\s.,;<>()\[\]\\\"]{2,}", cell
    ):
        raise ValueError("it is not an e-mail address")
    if ".." in cell or any(unicodedata.category(c)[0] == "C" for c in cell):
        raise ValueError("it is not an e-mail address")
    return cell


def _link(cell: str) -> str:
    link = cell.lower() or "individual"
    if link not in {"individual", "open"}:
        raise ValueError("link is individual or open")
    return link


def _recontact(cell: str) -> str:
    if cell.lower() not in {"", "yes", "no"}:
        raise ValueError("recontact is yes or no")
    return cell.lower()


@lru_cache(maxsize=256)
def _timezone(cell: str) -> str:
    if not cell:
        return ""
    try:
        ZoneInfo(cell)
    except (KeyError, ValueError, OSError):
        raise ValueError("there is no such time zone; write one such as Europe/London") from None
    return cell


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "email": _email,
    "link": _link,
    "recontact": _recontact,
    "timezone": _timezone,
}


def _checked(cells: Mapping[str, str]) -> dict[str, str]:
    checked: dict[str, str] = {}
    for name, check in _CHECKS.items():
        cell = cells.get(name, "")
        try:
            checked[name] = check(str(cell))
        except ValueError as error:
            raise _RefusedError(name, cell, str(error)) from None
    return checked
