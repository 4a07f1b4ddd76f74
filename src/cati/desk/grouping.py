"""By what cases are counted, in SQL: a fact of the sample, a variable of its own, or a week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Text, case, cast, func, literal, select

from cati.desk.variables import FACTS, check_variable, column_of, value_in
from cati.fieldwork.clock import opening_instant
from cati.storage import Store
from cati.storage.tables import cases, issue_span, outcome_history
from cati.storage.tables import study as installed

ISSUE_WEEK = "issue_week"
OUTCOME_WEEK = "outcome_week"
_DAYS = 7


class Grouping:
    """What to group by for a variable (`cell`), and what a cell stands for (`value`: "" where a case has none).

    `since`: the moment that each case came to its outcome, for the week of it. Raises InputError for the name of no
    variable of any case.
    """

    def __init__(self, store: Store, connection: Connection, name: str, since: ColumnElement[Any]) -> None:
        self.cell: ColumnElement[Any]
        self._name = name
        self._reads_all = False
        if name in (ISSUE_WEEK, OUTCOME_WEEK):
            self.cell = _week(connection, cases.c.issued_at if name == ISSUE_WEEK else since)
            return
        check_variable(connection, name)
        if name in FACTS:
            self.cell = column_of(name)
        elif store.is_sqlite and (not name.isascii() or '"' in name or "\\" in name):
            # a path of SQLite's cannot name such a key: the whole of the variables is grouped by, and read here
            self.cell, self._reads_all = cases.c.variables, True
        elif store.is_sqlite:
            self.cell = func.coalesce(func.json_extract(cases.c.variables, f'$."{name}"'), "")
        else:
            self.cell = func.coalesce(cast(cases.c.variables, _json()).op("->>")(literal(name, Text)), "")

    def value(self, cell: Any) -> str:
        """The value that a cell stands for."""
        return value_in(self._name, cell) if self._reads_all else str(cell or "")


def _json() -> Any:
    from sqlalchemy.dialects.postgresql import JSON  # megabytes that a console on SQLite never needs

    return JSON()


def _week(connection: Connection, moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """The Monday of the week that a moment lies in, on the study's calendar, as text."""
    starts = week_starts(connection)
    later = [(moment < end, monday) for (_, monday), (end, _) in pairwise(starts)]
    last = starts[-1][1] if starts else ""
    return case((moment.is_(None), ""), *later, else_=last)


def week_starts(connection: Connection, until: datetime | None = None) -> list[tuple[datetime, str]]:
    """The weeks of the fieldwork so far: when each began (Monday, midnight in the study's zone) and that day.

    From the week of the first issue to that of the last thing that any case came to, or of `until`.
    """
    first = [
        connection.execute(select(func.min(column))).scalar() for column in (cases.c.issued_at, issue_span.c.issued_at)
    ]
    last = [
        connection.execute(select(func.max(column))).scalar()
        for column in (outcome_history.c.at, cases.c.issued_at, issue_span.c.held_at)
    ]
    begun = [each for each in first if each is not None]
    if not begun:
        return []
    zone = ZoneInfo(connection.execute(select(installed.c.timezone)).scalar_one())
    end = max(each for each in last if each is not None)
    return list(_mondays(min(begun), min(end, until) if until else end, zone))


def _mondays(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, str]]:
    local = first.astimezone(zone)
    monday = (local - timedelta(days=local.weekday())).date()
    while (start := opening_instant(datetime.combine(monday, datetime.min.time()), zone)) <= last:
        yield start, monday.isoformat()
        monday += timedelta(days=_DAYS)
