"""Appointments: made, kept, missed, and how late the call came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, case, func, select

from cati.desk.figures.counted import INTERVIEWER, newest_results
from cati.desk.figures.period import Period
from cati.desk.variables import check_variable, column_of, value_in
from cati.fieldwork.tally import Spread, spread
from cati.storage import Store
from cati.storage.tables import appointment, call, call_result, cases, interviewer


@dataclass(frozen=True, slots=True)
class StatusCount:
    """What became of appointments: `kept` and `missed` (a call came, in time or too late), `replaced` (called before
    its time, another one made), `cancelled` (the case needs no call any more), `to_come`, `overdue` (its time has
    passed and no call came yet). `taken_back`: the result that made it was withdrawn; it is not one of those `made`."""

    kept: int = 0
    missed: int = 0
    replaced: int = 0
    cancelled: int = 0
    to_come: int = 0
    overdue: int = 0
    taken_back: int = 0

    @property
    def made(self) -> int:
        """All, those taken back apart."""
        return self.kept + self.missed + self.replaced + self.cancelled + self.to_come + self.overdue

    def __add__(self, other: StatusCount) -> StatusCount:
        return StatusCount(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class AppointmentFigures:
    """The appointments made in a period: of each kind (hard, soft), and of each value of the variable asked for.

    `lateness`: of each kind, how many seconds after the time agreed the call began that kept it or came too late.
    Within a stretch of time ("between two and four") it is 0; before it, less than 0.
    """

    kinds: Mapping[str, StatusCount]
    lateness: Mapping[str, Spread]
    by: Mapping[str, StatusCount]


def appointment_figures(store: Store, period: Period, by: str | None = None) -> AppointmentFigures:
    """The appointments made in a period; `by`: "interviewer" (who made it), or a fact or variable of the sample.

    Raises InputError for a `by` that is neither.
    """
    with store.read() as connection:
        now = store.now(connection)
        if by is not None and by != INTERVIEWER:
            check_variable(connection, by)
        kinds = _statuses(connection, period, now, appointment.c.kind)
        values: dict[str, StatusCount] = {}
        if by is not None:
            column = interviewer.c.name if by == INTERVIEWER else column_of(by)
            found = _statuses(connection, period, now, column)
            for cell, count in found.items():
                value = cell if by == INTERVIEWER else value_in(by, cell)
                values[value] = values.get(value, StatusCount()) + count
        late = _lateness(connection, period)
    ordered = ("hard", "soft")
    return AppointmentFigures(
        {kind: kinds.get(kind, StatusCount()) for kind in ordered},
        {kind: spread(late.get(kind, [])) for kind in ordered},
        dict(sorted(values.items())),
    )


def statuses_by_owner(connection: Connection, period: Period, now: datetime) -> dict[int, StatusCount]:
    """What became of the appointments that each interviewer made in a period."""
    return _statuses(connection, period, now, appointment.c.owner)


def _made() -> tuple[FromClause, ColumnElement[bool]]:
    """Appointments with the result that made them, and whether that is still the result of its call."""
    newest = newest_results()
    rows = (
        appointment.join(call_result, call_result.c.id == appointment.c.made_by_result)
        .join(newest, newest.c.call_id == call_result.c.call_id)
        .join(cases, cases.c.id == appointment.c.case_id)
        .join(interviewer, interviewer.c.id == appointment.c.owner)
    )
    return rows, newest.c.result_id == call_result.c.id


def _statuses(connection: Connection, period: Period, now: datetime, column: Any) -> dict[Any, StatusCount]:
    rows, stands = _made()
    over = func.coalesce(appointment.c.ends_at, appointment.c.starts_at)
    status = case(
        # a result taken back cancels what it made; one that a later result replaced may have made what still stands
        ((~stands) & (appointment.c.status == "cancelled"), "taken_back"),
        ((appointment.c.status == "booked") & (over < now), "overdue"),
        (appointment.c.status == "booked", "to_come"),
        else_=appointment.c.status,
    )
    found = connection.execute(
        select(column, status, func.count())
        .select_from(rows)
        .where(period.holds(call_result.c.at))
        .group_by(column, status)
    )
    tally: dict[Any, Counter[str]] = {}
    for cell, name, n in found:
        tally.setdefault(cell, Counter())[name] += n
    return {cell: StatusCount(**counts) for cell, counts in tally.items()}


def _lateness(connection: Connection, period: Period) -> dict[str, list[float]]:
    settled = call_result.alias("settled")
    rows = connection.execute(
        select(appointment.c.kind, appointment.c.starts_at, appointment.c.ends_at, call.c.started_at)
        .select_from(
            appointment.join(call_result, call_result.c.id == appointment.c.made_by_result)
            .join(settled, settled.c.id == appointment.c.settled_by_result)
            .join(call, call.c.id == settled.c.call_id)
        )
        .where(appointment.c.status.in_(("kept", "missed")), period.holds(call_result.c.at))
    )
    late: dict[str, list[float]] = {}
    for kind, starts_at, ends_at, called_at in rows:
        until = ends_at or starts_at
        nearest = min(max(called_at, starts_at), until)
        late.setdefault(kind, []).append((called_at - nearest).total_seconds())
    return late
