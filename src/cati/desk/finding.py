"""The case finder: cases by serial, name, authority or number, in pages."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, or_, select

from cati.desk.holding import is_held
from cati.desk.paging import Leaf, Page, read_page
from cati.desk.searching import contains
from cati.phones import PhoneError, read_phone
from cati.storage import Store
from cati.storage.tables import cases, interviewer, number

FindSort = Literal["serial", "name"]
FIND_SORTS: tuple[FindSort, ...] = get_args(FindSort)

_FEWEST_DIGITS = 4
"""Fewer digits are in half of all numbers: they find serials alone."""


@dataclass(frozen=True, slots=True)
class Found:
    """A case of the finder. `waits`: it is to be called again, at `next_call_at`; `held_by`: who has it in hand."""

    serial: str
    name: str
    la: str
    outcome: str
    attempts: int
    issued: bool
    waits: bool
    next_call_at: datetime | None
    held_by: str


def find_cases(store: Store, text: str, leaf: Leaf, sort: FindSort = "serial", outcome: str = "") -> Page[Found]:
    """The cases in whose serial, name, authority or numbers a text is ("": all); `outcome`: only those that stand so.

    A number may be typed as people write it, with blanks and without its +44.
    """
    wanted = select(
        *(cases.c[name] for name in ("serial", "name", "la", "outcome", "attempts", "issued_at", "next_class")),
        *(cases.c[name] for name in ("next_call_at", "owner", "lease_until")),
        interviewer.c.name.label("holder"),
    ).outerjoin(interviewer, interviewer.c.id == cases.c.owner)
    if text.strip():
        wanted = wanted.where(_has(text))
    if outcome:
        wanted = wanted.where(cases.c.outcome == outcome)
    keys: list[ColumnElement[Any]] = [cases.c.serial] if sort == "serial" else [cases.c.name, cases.c.id]
    with store.read() as connection:
        now = store.now(connection)
        page = read_page(connection, [wanted], keys, leaf)
    return replace(page, rows=tuple(_found(row, now) for row in page.rows))


def _found(row: Any, now: datetime) -> Found:
    return Found(
        serial=row.serial,
        name=row.name,
        la=row.la,
        outcome=row.outcome,
        attempts=row.attempts,
        issued=row.issued_at is not None,
        waits=row.next_class is not None,
        next_call_at=row.next_call_at,
        held_by=row.holder if is_held(row.owner, row.lease_until, now) else "",
    )


def _has(text: str) -> ColumnElement[bool]:
    found = contains(text, cases.c.serial, cases.c.name, cases.c.la)
    digits = _digits(text)
    if digits:
        held = select(number.c.case_id).where(number.c.number.contains(digits, autoescape=True))
        found = or_(found, cases.c.id.in_(held))
    return found


def _digits(text: str) -> str:
    """The digits of a text that may be a number, as numbers are kept, or without the 0 that a number abroad does not
    have; else nothing."""
    with suppress(PhoneError):
        return read_phone(text).removeprefix("+")
    if not re.fullmatch(r"[\d\s()+.-]+", text.strip()):
        return ""
    digits = re.sub(r"\D", "", text).removeprefix("0")
    return digits if len(digits) >= _FEWEST_DIGITS else ""
