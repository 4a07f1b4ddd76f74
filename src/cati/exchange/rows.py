"""What the columns of a sample file mean, and the check of each row against them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

from cati.desk import SampleRow
from cati.desk.records import is_phone_column
from cati.errors import InputError
from cati.fieldwork.clock import zone_of
from cati.phones import PhoneError, read_phone

from .columns import SERIAL, Columns, RefusedError, check_readable, link_of, serial_of
from .lines import Line, shown
from .report import Refusal

_TEXTS = ("name", "la", "region", "ofsted", "batch")


def spelling(name: str) -> str:
    """Known names of columns whatever their case; `phone1` is `phone`; all others as they stand."""
    known = name.lower()
    if known == "phone1":
        return "phone"
    if known in {SERIAL, *_TEXTS, *_CHECKS} or is_phone_column(known):
        return known
    return name


def check_phone_columns(columns: Columns, file: str) -> None:
    """Raises InputError for a column of numbers beyond the last: among the variables nobody looks for what names
    people."""
    for name in columns.names:
        if re.fullmatch(r"phone\d{3,}", name.lower()):
            raise InputError(
                f'{file}: the column "{shown(name)}" is one of numbers too many: they are phone, phone2 … phone99. '
                "Rename or delete it."
            )


def check_row(line: Line, columns: Columns, rows_by_serial: dict[str, int]) -> SampleRow | Refusal:
    """The person in a row, or why it is refused. `rows_by_serial` holds the serials met so far, and is added to."""
    try:
        cells = columns.cells(line)
        serial = _serial(cells, line.number, rows_by_serial)
        for name, cell in cells.items():
            check_readable(name, cell, exact=is_phone_column(name))
        return SampleRow(
            serial=serial,
            phones=_phones(cells),
            **{name: str(cells.get(name, "")) for name in _TEXTS},
            **_checked(cells),
            variables={name: str(cell) for name, cell in cells.items() if _is_variable(name)},
            columns=columns.named,
        )
    except RefusedError as refused:
        return Refusal.of(line.number, refused.column, refused.value, refused.why)


def _serial(cells: Mapping[str, str], number: int, rows_by_serial: dict[str, int]) -> str:
    serial = serial_of(cells[SERIAL])
    if not serial:
        raise RefusedError(SERIAL, cells[SERIAL], "the serial is blank")
    first = rows_by_serial.setdefault(serial, number)
    if first != number:
        raise RefusedError(SERIAL, cells[SERIAL], f"this serial already stands in row {first}")
    return serial


def _phones(cells: Mapping[str, str]) -> tuple[str, ...]:
    phones: list[str] = []
    for name in sorted(filter(is_phone_column, cells), key=lambda name: int(name[5:] or 1)):
        if not cells[name]:
            continue
        try:
            phone = read_phone(cells[name])
        except PhoneError as error:
            raise RefusedError(name, cells[name], str(error)) from None
        if phone not in phones:
            phones.append(phone)
    return tuple(phones)


def _is_variable(name: str) -> bool:
    return name not in {SERIAL, *_TEXTS, *_CHECKS} and not is_phone_column(name)


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
    return link_of(cell) or "individual"


def _recontact(cell: str) -> str:
    if cell.lower() not in {"", "yes", "no"}:
        raise ValueError("recontact is yes or no")
    return cell.lower()


@lru_cache(maxsize=256)
def _timezone(cell: str) -> str:
    if not cell:
        return ""
    try:
        zone_of(cell)
    except ValueError:
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
            raise RefusedError(name, cell, str(error)) from None
    return checked
