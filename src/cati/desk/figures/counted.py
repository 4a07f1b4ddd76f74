"""The calls that count: those whose newest result stands, each with its attempt and as what its case came.

Worked out in the database, so that reports fetch groups and not calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    case,
    func,
    literal_column,
    select,
)

from cati.desk.figures.period import Period
from cati.desk.variables import check_variable, column_of, value_in
from cati.outcomes.call_groups import CallGroups
from cati.storage.tables import appointment, call, call_result, cases, interviewer

Came = Literal["appointment", "conversion", "first", "call_back", "again"]
CAME: tuple[Came, ...] = get_args(Came)
"""As what a case came to its call: for an appointment that was due or missed; after a refusal or break-off; for its
first call; after a call in which somebody was spoken to; after one in which nobody was."""

CAME_LABELS: Mapping[Came, str] = {
    "appointment": "Appointment",
    "conversion": "After a refusal",
    "first": "First call",
    "call_back": "After a contact",
    "again": "After no contact",
}
_SETTLED = ("kept", "missed")
INTERVIEWER = "interviewer"
"""The name by which reports are broken down by who made the call."""


def newest_results(period: Period | None = None) -> Subquery:
    """The id of the newest result of each call; with a period, at least of the cases called in it."""
    newest = select(call_result.c.call_id, func.max(call_result.c.id).label("result_id"))
    if period is not None and not period.is_all:
        newest = newest.where(call_result.c.case_id.in_(called_in(period)))
    return newest.group_by(call_result.c.call_id).subquery("newest")


def called_in(period: Period) -> Select[tuple[int]]:
    """The cases called in a period: one day's figures are not to read the whole fieldwork."""
    return select(call.c.case_id).where(period.holds(call.c.started_at))


def counted_calls(groups: CallGroups, period: Period, *, history: bool = True) -> Subquery:
    """A row for each call that began in a period and counts: call_id, case_id, interviewer_id, interview_id,
    started_at, ended_at, outcome, result_id; and, with `history`, `attempt` (1: the first of the case) and `came` (one
    of CAME).

    Not among them: calls never coded (interrupted, or going on), and calls whose result was withdrawn and not replaced.
    """
    newest = newest_results(period)
    columns: list[ColumnElement[Any]] = [
        call.c.id.label("call_id"),
        call.c.case_id,
        call.c.interviewer_id,
        call.c.interview_id,
        call.c.started_at,
        call.c.ended_at,
        call_result.c.outcome,
        call_result.c.id.label("result_id"),
    ]
    made: FromClause = call.join(newest, newest.c.call_id == call.c.id).join(
        call_result, call_result.c.id == newest.c.result_id
    )
    stands = call_result.c.outcome.is_not(None)
    if not history:
        return select(*columns).select_from(made).where(stands, period.holds(call.c.started_at)).subquery("counted")
    in_order: dict[str, Any] = {"partition_by": call.c.case_id, "order_by": (call.c.ended_at, call.c.id)}
    refused = case((call_result.c.outcome.in_(sorted(groups.reopenable)), 1), else_=0)
    placed = (
        select(
            *columns,
            func.row_number().over(**in_order).label("attempt"),
            func.lag(call_result.c.outcome).over(**in_order).label("before"),
            func.max(refused).over(**in_order, rows=(None, -1)).label("refused_before"),
        )
        .select_from(made)
        .where(stands)
        .subquery("placed")
    )
    came = case(
        (placed.c.call_id.in_(_calls_for_appointments()), literal_column("'appointment'")),
        (placed.c.attempt == 1, literal_column("'first'")),
        (placed.c.refused_before == 1, literal_column("'conversion'")),
        (placed.c.before.in_(sorted(groups.reached)), literal_column("'call_back'")),
        else_=literal_column("'again'"),
    )
    names = [column.name for column in columns]
    within = select(*(placed.c[name] for name in (*names, "attempt")), came.label("came"))
    return within.where(period.holds(placed.c.started_at)).subquery("counted")


def _calls_for_appointments() -> Select[tuple[int]]:
    """The calls with which an appointment was kept, or which came too late for it."""
    return (
        select(call_result.c.call_id)
        .join(appointment, appointment.c.settled_by_result == call_result.c.id)
        .where(appointment.c.status.in_(_SETTLED))
    )


class Broken:
    """A breakdown: by interviewer, or by a fact or variable of the sample. Raises InputError for what is neither."""

    def __init__(self, connection: Connection, by: str) -> None:
        self.by = by
        if by != INTERVIEWER:
            check_variable(connection, by)

    @property
    def column(self) -> ColumnElement[Any]:
        """What is read and grouped by."""
        return interviewer.c.name if self.by == INTERVIEWER else column_of(self.by)

    def joined(self, rows: Subquery) -> FromClause:
        """Rows (with case_id and interviewer_id), and what the column is of."""
        if self.by == INTERVIEWER:
            return rows.join(interviewer, interviewer.c.id == rows.c.interviewer_id)
        return rows.join(cases, cases.c.id == rows.c.case_id)

    def value(self, cell: str) -> str:
        """The value, from what was read ("": none)."""
        return cell if self.by == INTERVIEWER else value_in(self.by, cell)
