"""Where every case stands, now or as it stood at a moment: what tables count and lists open down to.

Now is read from the cases. A moment is read from what is append-only: the newest row of each case's history before it,
and the times during which cases were issued.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, overload

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, or_, select, true, union_all

from cati.desk.grouping import Grouping, week_starts
from cati.storage import Store
from cati.storage.tables import cases, issue_span, outcome_history

_AN_INSTANT = timedelta(microseconds=1)  # what the database tells times apart by


@dataclass(frozen=True, slots=True)
class Stood:
    """The columns to read for where cases stand, where they come from, and which rows count."""

    case_id: ColumnElement[Any]
    outcome: ColumnElement[Any]
    since: ColumnElement[Any]
    deciding: ColumnElement[Any]
    why: ColumnElement[Any]
    source: FromClause
    condition: ColumnElement[bool]

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """These columns, of the cases that count."""
        return select(*columns).select_from(self.source).where(self.condition)


def stood(at: datetime | None = None, *, issued: bool = True, facts: bool = False) -> Stood:
    """Where cases stand now, or stood `at` a moment.

    `issued`: only those that were issued to the telephone; else all that were loaded. `facts`: with the columns of the
    case, which are always those of now.
    """
    if at is None:
        condition: ColumnElement[bool] = cases.c.issued_at.is_not(None) if issued else true()
        return Stood(
            cases.c.id,
            cases.c.outcome,
            cases.c.outcome_at,
            cases.c.deciding_event,
            cases.c.outcome_why,
            cases,
            condition,
        )
    history = outcome_history.c
    newest = select(func.max(history.id)).where(history.at <= at).group_by(history.case_id)
    condition = history.id.in_(newest)
    if issued:
        condition = and_(condition, history.case_id.in_(_issued_ids(at)))
    return Stood(
        history.case_id,
        history.outcome,
        history.at,
        history.deciding_event,
        history.why,
        outcome_history.join(cases, cases.c.id == history.case_id) if facts else outcome_history,
        condition,
    )


def issued_then(at: datetime | None) -> ColumnElement[bool]:
    """Whether a case (a row of the table) is issued now, or was at a moment."""
    if at is None:
        return cases.c.issued_at.is_not(None)
    span = issue_span.c
    was = exists().where(span.case_id == cases.c.id, span.issued_at <= at, span.held_at > at)
    return or_(cases.c.issued_at.is_not(None) & (cases.c.issued_at <= at), was)


def _issued_ids(at: datetime) -> Any:
    span = issue_span.c
    return union_all(
        select(cases.c.id).where(cases.c.issued_at.is_not(None), cases.c.issued_at <= at),
        select(span.case_id).where(span.issued_at <= at, span.held_at > at),
    )


@overload
def outcome_counts(
    store: Store, by: None = None, *, issued: bool = True, at: datetime | None = None
) -> dict[str, int]: ...
@overload
def outcome_counts(
    store: Store, by: str, *, issued: bool = True, at: datetime | None = None
) -> dict[str, dict[str, int]]: ...


def outcome_counts(
    store: Store, by: str | None = None, *, issued: bool = True, at: datetime | None = None
) -> dict[str, int] | dict[str, dict[str, int]]:
    """The number of cases at each outcome; with `by`, for each value of a fact, sample variable or week ("": none).

    `issued`: only cases issued to the telephone, the starting sample of the telephone's table; else all cases loaded.
    `at`: as they stood at that moment; None: now. Raises InputError where no case has a variable of that name.
    """
    if by is None:
        return next(iter(outcome_counts_across(store, (), issued=issued, at=at).values()), {})
    across = outcome_counts_across(store, (by,), issued=issued, at=at)
    return {values[0]: counts for values, counts in across.items()}


def outcome_counts_across(
    store: Store, names: tuple[str, ...], *, issued: bool = True, at: datetime | None = None
) -> dict[tuple[str, ...], dict[str, int]]:
    """The number of cases at each outcome for each combination of values of these variables, in order of the values."""
    stand = stood(at, issued=issued, facts=bool(names))
    groups: dict[tuple[str, ...], Counter[str]] = {}
    with store.read() as connection:
        groupings = [Grouping(store, connection, name, stand.since) for name in names]
        cells = [grouping.cell.label(f"cell{i}") for i, grouping in enumerate(groupings)]
        counted = stand.select(*cells, stand.outcome.label("outcome"), func.count().label("n"))
        # by label: PostgreSQL would take a variable's name, sent twice, for two different ones
        for *found, outcome, n in connection.execute(
            counted.group_by(*(f"cell{i}" for i in range(len(cells))), stand.outcome)
        ):
            values = tuple(grouping.value(cell) for grouping, cell in zip(groupings, found, strict=True))
            groups.setdefault(values, Counter())[outcome] += n
    return {values: dict(counts) for values, counts in sorted(groups.items())}


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """The table at the end of a week: its Monday, the moment at which it was over (or now), the cases by outcome.

    `stood_at`: as of which moment that is; None: as of now.
    """

    monday: str
    at: datetime
    stood_at: datetime | None
    counts: dict[str, int]


def outcome_counts_by_week(store: Store, *, at: datetime | None = None) -> tuple[WeekCounts, ...]:
    """The number of cases at each outcome as they stood at the end of each week of fieldwork, up to now or `at`.

    The last is the week that goes on, or that anything happened in last; it stands as of now, or `at`.
    """
    until = at or store.time()
    with store.read() as connection:
        starts = week_starts(connection, until)
    found = []
    for (_, monday), (end, _) in pairwise(starts):
        before = end - _AN_INSTANT
        found.append(WeekCounts(monday, end, before, outcome_counts(store, at=before)))
    if starts:
        found.append(WeekCounts(starts[-1][1], until, at, outcome_counts(store, at=at)))
    return tuple(found)
