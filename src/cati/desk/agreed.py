"""A repair that was looked at before it is done, and is done only to the case that was looked at.

Two supervisors may repair the same case, and an interviewer may dial it, between the preview and the word that does it:
whoever comes second is told what has happened meanwhile, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from cati.desk.casefile import find_case
from cati.desk.repairing import Repaired, foresee_repair
from cati.errors import InputError
from cati.storage import Store
from cati.storage.tables import call, call_result, case_event, cases, change, interviewer

Repair = Callable[[Store], Repaired]


@dataclass(frozen=True, slots=True)
class AsSeen:
    """What a case was when it was looked at: all that a repair goes by. Leases that are renewed do not count."""

    parts: tuple[Any, ...]
    change: int
    owner: int | None


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a repair would do, and the case that it would do it to."""

    repaired: Repaired
    seen: AsSeen


class Overtaken(InputError):
    """The case has changed since it was looked at; the message says how. Nothing was done."""


def as_seen(store: Store, serial: str) -> AsSeen:
    """What a case is now. Raises InputError if there is no case of that serial."""
    with store.read() as connection:
        return _as_seen(connection, find_case(connection, serial))


def preview(store: Store, serial: str, doing: Repair) -> Previewed:
    """What a repair would do. Nothing is kept. Raises what the repair raises."""
    seen = as_seen(store, serial)
    return Previewed(foresee_repair(store, doing), seen)


def do_as_previewed(store: Store, serial: str, seen: AsSeen, doing: Repair) -> Repaired:
    """Does the repair to the case that was looked at. Raises Overtaken where it has changed since, and what the repair
    raises."""
    return doing(_Unchanged(store, serial, seen))


class _Unchanged(Store):
    """An open store whose write transactions begin by making sure that a case is as it was seen."""

    def __init__(self, store: Store, serial: str, seen: AsSeen) -> None:
        vars(self).update(vars(store))
        self._store = store
        self._serial = serial
        self._seen = seen

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction of the store below."""
        with self._store.write() as connection:
            case_id = find_case(connection, self._serial)
            # locked first: on PostgreSQL somebody may be changing it at this moment
            connection.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
            now = _as_seen(connection, case_id)
            if now != self._seen:
                raise Overtaken(
                    f"Case {self._serial} has changed since you looked at it: {_what(connection, case_id, self._seen)} "
                    "Nothing was done; look again."
                )
            yield connection


_COLUMNS = ("outcome", "deciding_event", "attempts", "issued_at", "fence", "next_class", "next_call_at", "next_until")


def _as_seen(connection: Connection, case_id: int) -> AsSeen:
    case = connection.execute(
        select(*(cases.c[name] for name in _COLUMNS), cases.c.owner).where(cases.c.id == case_id)
    ).one()
    newest = [
        connection.execute(select(func.max(table.c.id)).where(table.c.case_id == case_id)).scalar() or 0
        for table in (call, call_result, case_event, change)
    ]
    return AsSeen((*case, *newest[:3]), newest[3], case.owner)


def _what(connection: Connection, case_id: int, seen: AsSeen) -> str:
    """What has happened to a case since, in a sentence."""
    changed = connection.execute(
        select(change).where(change.c.case_id == case_id, change.c.id > seen.change).order_by(change.c.id.desc())
    ).first()
    if changed is not None:
        return f"{changed.who}: {changed.what.removeprefix('case: ')} ({changed.why})."
    found = _as_seen(connection, case_id)
    if found.owner is not None and found.owner != seen.owner:
        name = connection.execute(select(interviewer.c.name).where(interviewer.c.id == found.owner)).scalar_one()
        return f"{name} has it in hand now."
    if found.parts[-3:] != seen.parts[-3:]:
        return "a call was made, or logged."
    return "it waits for another time, or nobody has it in hand any more."
