"""The sample: loaded and updated by serial, and issued to the telephone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, text, update

from cati.desk.records import LoadCounts, SampleRow
from cati.desk.standing import restand
from cati.desk.words import storable
from cati.errors import InputError
from cati.storage import Store
from cati.storage.queue import TURN
from cati.storage.tables import cases, change, number, outcome_history

if TYPE_CHECKING:
    from cati.studies import Study

BATCH = 2000
_FACTS = ("name", "la", "region", "ofsted", "email", "link", "recontact", "batch", "timezone")


def load_sample(
    store: Store, rows: Iterable[SampleRow], *, study: Study, issue: bool = True, who: str = "cati sample load"
) -> LoadCounts:
    """Loads a sample, or updates it, by serial: each batch of rows in one transaction.

    A new case is issued to the telephone at once unless `issue` is False or it did not agree to be contacted again.
    Of a case already there only the sample's facts and numbers change, each change logged; its calls, appointments,
    answers and whoever holds it stay as they are, and a new number reopens a case whose numbers had all failed.
    Raises InputError for a serial that comes twice in one batch of rows.
    """
    totals = [0, 0, 0]
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        with store.write() as connection:
            loaded, updated = _load(connection, study, batch, store.now(connection), issue, who)
        totals[0] += loaded
        totals[1] += updated
        totals[2] += len(batch) - loaded - updated
    if totals[0] and not store.is_sqlite:
        # until PostgreSQL has counted the new rows, it claims by sorting them all
        with store.write() as connection:
            connection.execute(text('ANALYZE "case", number, outcome_history'))
    return LoadCounts(*totals)


def _load(
    connection: Connection, study: Study, batch: Sequence[SampleRow], now: datetime, issue: bool, who: str
) -> tuple[int, int]:
    by_serial = {row.serial: row for row in batch}
    if len(by_serial) < len(batch):
        twice = next(row.serial for row in batch if by_serial[row.serial] is not row)
        raise InputError(f"Serial {twice!r} comes twice in the sample; serials are unique.")
    there = {case.serial: case for case in connection.execute(select(cases).where(cases.c.serial.in_(list(by_serial))))}
    new = [row for row in batch if row.serial not in there]
    if new:
        _insert(connection, study, new, now, issue)
    updated = sum(_update(connection, study, there[row.serial], row, now, who) for row in batch if row.serial in there)
    return len(new), updated


def _facts(row: SampleRow) -> dict[str, str]:
    facts = {name: storable(getattr(row, name)) for name in _FACTS}
    return facts | {"variables": json.dumps(dict(sorted(row.variables.items())))}


def _phones(row: SampleRow) -> list[str]:
    """The row's numbers in order, each once."""
    return list(dict.fromkeys(phone.strip() for phone in map(storable, row.phones) if phone.strip()))


def _insert(connection: Connection, study: Study, rows: list[SampleRow], now: datetime, issue: bool) -> None:
    default = study.scheme.default
    values: list[dict[str, Any]] = []
    for row in rows:
        issued = issue and row.recontact.casefold() != "no"
        call = issued and bool(_phones(row))
        values.append(
            _facts(row)
            | {
                "serial": storable(row.serial),
                "loaded_at": now,
                "issued_at": now if issued else None,
                "outcome": default.key,
                "outcome_at": now,
                "next_class": TURN if call else None,
                "next_call_at": now if call else None,
                "next_reason": _first_reason(issued, call, default.label),
            }
        )
    connection.execute(insert(cases), values)
    serials = [row["serial"] for row in values]
    found = connection.execute(select(cases.c.serial, cases.c.id).where(cases.c.serial.in_(serials)))
    ids = {row.serial: row.id for row in found}
    numbers = [
        {
            "case_id": ids[storable(row.serial)],
            "position": position,
            "number": phone,
            "source": "sample",
            "added_at": now,
        }
        for row in rows
        for position, phone in enumerate(_phones(row), 1)
    ]
    if numbers:
        connection.execute(insert(number), numbers)
    connection.execute(
        insert(outcome_history),
        [{"case_id": case_id, "at": now, "outcome": default.key, "why": "loaded"} for case_id in ids.values()],
    )


def _first_reason(issued: bool, call: bool, label: str) -> str:
    if call:
        return label
    return "No number to call" if issued else "Not issued to the telephone"


def _update(connection: Connection, study: Study, case: Any, row: SampleRow, now: datetime, who: str) -> bool:
    facts = _facts(row)
    old = {name: case._mapping[name] for name in facts if case._mapping[name] != facts[name]}
    changes = [(name, old[name], facts[name]) for name in old]
    if old:
        connection.execute(update(cases).where(cases.c.id == case.id).values(**{name: facts[name] for name in old}))
    renumbered = _renumber(connection, case.id, _phones(row), now)
    if renumbered is not None:
        changes.append(("numbers", *renumbered))
        restand(connection, study, case.id, now)
    if changes:
        connection.execute(
            insert(change),
            [
                {"case_id": case.id, "at": now, "who": who, "what": f"sample: {what}", "old": was, "new": became}
                for what, was, became in changes
            ],
        )
    return bool(changes)


def _renumber(connection: Connection, case_id: int, phones: list[str], now: datetime) -> tuple[str, str] | None:
    """Brings the sample's numbers of a case up to date; the old and the new list if anything changed.

    A number that the sample no longer has is withdrawn, not deleted: calls were made to it. Referrals stay.
    """
    held = connection.execute(select(number).where(number.c.case_id == case_id).order_by(number.c.position)).all()
    known = {row.number: row for row in held}
    before = [row.number for row in held if row.source == "sample" and row.withdrawn_at is None]
    if before == phones:
        return None
    for row in held:
        if row.source == "sample" and row.number not in phones and row.withdrawn_at is None:
            connection.execute(update(number).where(number.c.id == row.id).values(withdrawn_at=now))
    for position, phone in enumerate(phones, 1):
        if phone in known:
            back = {"withdrawn_at": None, "position": position} if known[phone].source == "sample" else {}
            if back:
                connection.execute(update(number).where(number.c.id == known[phone].id).values(**back))
        else:
            connection.execute(
                insert(number).values(case_id=case_id, position=position, number=phone, source="sample", added_at=now)
            )
    after = connection.execute(
        select(number.c.number)
        .where(number.c.case_id == case_id, number.c.source == "sample", number.c.withdrawn_at.is_(None))
        .order_by(number.c.position)
    ).scalars()
    became = list(after)
    return None if became == before else ("; ".join(before), "; ".join(became))


def issue_sample(
    store: Store,
    study: Study,
    *,
    batch: str | None = None,
    serials: Iterable[str] | None = None,
    who: str = "cati sample issue",
) -> int:
    """Issues cases to the telephone: those of a batch, those of these serials, or all; returns how many were new.

    Cases that did not agree to be contacted again are never issued.
    """
    wanted = None if serials is None else set(serials)
    issued = 0
    with store.write() as connection:
        now = store.now(connection)
        waiting = select(cases.c.id, cases.c.serial, cases.c.recontact).where(cases.c.issued_at.is_(None))
        if batch is not None:
            waiting = waiting.where(cases.c.batch == batch)
        for row in connection.execute(waiting.order_by(cases.c.id)).all():
            if row.recontact.casefold() == "no" or (wanted is not None and row.serial not in wanted):
                continue
            connection.execute(update(cases).where(cases.c.id == row.id).values(issued_at=now))
            restand(connection, study, row.id, now)
            issued += 1
        if issued:
            connection.execute(
                insert(change).values(
                    at=now, who=who, what="issued", new=f"{issued} cases" + (f" of batch {batch}" if batch else "")
                )
            )
    return issued
