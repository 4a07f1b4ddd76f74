"""Whose turn is it: one case claimed, atomically, in the order of the queue.

The queue is asked one class at a time, and within the ordinary cases one number of attempts at a time, so that each
question is one range of an index whatever else is waiting. Two stations never get the same case: on SQLite writers
take turns, on PostgreSQL a row that another station is taking is skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal, or_, select, update

from cati.storage.store import Store
from cati.storage.tables import cases
from cati.storage.types import Instant

HARD, SOFT, TURN = 0, 1, 2
# A hold that ends later than so many leases from now was made by a clock that has been set right since. One lease would
# not do: on a server another station may have renewed its own a moment after we read the time.
_LONGEST = 2


@dataclass(frozen=True, slots=True)
class Claimed:
    """A case that is ours until the lease ends: its id and the fence number that every save repeats."""

    case_id: int
    fence: int


def is_alive(lease_until: datetime | None, now: datetime, lease: timedelta) -> bool:
    """Is a hold until `lease_until` in force: not run out, and no longer than anybody can honestly hold?"""
    return lease_until is not None and now < lease_until <= now + _LONGEST * lease


def is_free(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """The same for a query: held by nobody, or by a lease that is not in force."""
    return _unheld(literal(now, Instant), literal(now + _LONGEST * lease, Instant))


def _unheld(now: ColumnElement[Any], longest: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(cases.c.owner.is_(None), cases.c.lease_until <= now, cases.c.lease_until > longest)


def _free() -> ColumnElement[bool]:
    return _unheld(bindparam("now", type_=Instant), bindparam("longest", type_=Instant))


def _due(time: ColumnElement[Any]) -> ColumnElement[bool]:
    return time <= bindparam("now", type_=Instant)


def _take(condition: list[ColumnElement[bool]], order: list[ColumnElement[Any]]) -> Any:
    # the materialized fence: without it PostgreSQL's planner may take more rows than the limit
    pick = (
        select(cases.c.id)
        .where(*condition, _free())
        .order_by(*order, cases.c.serial)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("pick")
        .prefix_with("MATERIALIZED")
    )
    return (
        update(cases)
        .where(cases.c.id == pick.c.id)
        .values(owner=bindparam("me"), lease_until=bindparam("lease_until", type_=Instant), fence=cases.c.fence + 1)
        .returning(cases.c.id, cases.c.fence)
    )


def _hard(_store: Store) -> Any:
    theirs = or_(
        cases.c.next_owner.is_(None),
        cases.c.next_owner == bindparam("me"),
        cases.c.next_call_at <= bindparam("grace_over", type_=Instant),
    )
    return _take([cases.c.next_class == HARD, _due(cases.c.next_call_at), theirs], [cases.c.next_call_at])


def _soft(_store: Store) -> Any:
    return _take([cases.c.next_class == SOFT, _due(cases.c.next_call_at)], [cases.c.next_call_at])


def _turn(_store: Store) -> Any:
    # coalesce hides the column from the index on it: by that one every case that is due would be sorted
    due = _due(func.coalesce(cases.c.next_call_at, cases.c.next_call_at))
    return _take([cases.c.next_class == TURN, cases.c.attempts == bindparam("level"), due], [cases.c.last_call_at])


def _next_level(_store: Store) -> Any:
    return select(func.min(cases.c.attempts)).where(cases.c.next_class == TURN, cases.c.attempts > bindparam("level"))


def _anything_due(_store: Store) -> Any:
    return (
        select(cases.c.id)
        .where(
            cases.c.next_class == TURN,
            cases.c.attempts == bindparam("level"),
            cases.c.next_call_at <= bindparam("now", type_=Instant),
        )
        .limit(1)
    )


def claim(
    store: Store, connection: Connection, *, interviewer_id: int, now: datetime, lease: timedelta, grace: timedelta
) -> Claimed | None:
    """Claims the next case for an interviewer, or None when nothing is due.

    Due hard appointments first (its maker's alone until `grace` past the time), then soft ones, the earliest first;
    then whoever has been called least, the longest ago, by serial.
    """
    times = {"now": now, "lease_until": now + lease, "longest": now + _LONGEST * lease, "me": interviewer_id}
    row: Any = store.prepared("claim hard", _hard)(connection, **times, grace_over=now - grace).first()
    row = row or store.prepared("claim soft", _soft)(connection, **times).first()
    level: int | None = -1
    while row is None:
        level = store.prepared("next level", _next_level)(connection, level=level).scalar()
        if level is None:
            return None
        # a level where nothing is due is passed over without looking at each of its cases
        if store.prepared("anything due", _anything_due)(connection, level=level, now=now).first() is not None:
            row = store.prepared("claim turn", _turn)(connection, **times, level=level).first()
    case_id, fence = row
    return Claimed(int(case_id), int(fence))


def renew(store: Store, connection: Connection, *, case_id: int, owner: int, fence: int, lease: timedelta) -> bool:
    """Renews the lease if the case is still ours; says whether it is. On PostgreSQL this also locks the case's row."""
    statement = store.prepared(("renew", lease), lambda _: _renew(store, lease))
    times = {} if store.server_time else {"lease_until": store.now(connection) + lease}
    return statement(connection, case_id=case_id, me=owner, held=fence, **times).rowcount == 1


def _renew(store: Store, lease: timedelta) -> Any:
    until: Any = func.clock_timestamp() + lease if store.server_time else bindparam("lease_until", type_=Instant)
    return (
        update(cases)
        .where(cases.c.id == bindparam("case_id"), cases.c.owner == bindparam("me"), cases.c.fence == bindparam("held"))
        .values(lease_until=until)
    )
