"""Calls by hour and day, what they came to by attempt, and how many it takes to complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import Connection, func, select

from cati.desk.figures.counted import Broken, counted_calls, newest_results
from cati.desk.figures.period import Period, clock_at
from cati.outcomes.call_groups import CALL_KINDS, CallGroups, CallKind, call_groups
from cati.storage import Store
from cati.storage.sql_time import quarter
from cati.storage.tables import call, call_result

if TYPE_CHECKING:
    from cati.studies import Study

_Key = TypeVar("_Key", date, int, str, tuple[int, int])


@dataclass(frozen=True, slots=True)
class CallCount:
    """How many calls came to what: `kinds` as in `outcomes.call_groups`, every kind there."""

    kinds: Mapping[CallKind, int]

    @property
    def calls(self) -> int:
        """All of them."""
        return sum(self.kinds.values())

    @property
    def reached(self) -> int:
        """Those in which somebody was spoken to."""
        return self.calls - self.kinds["nobody"]

    @property
    def completes(self) -> int:
        """Those in which an interview was completed."""
        return self.kinds["complete"]

    @property
    def refused(self) -> int:
        """Those that came to a refusal or a break-off."""
        return self.kinds["refused"]

    @property
    def contact_rate(self) -> Fraction | None:
        """Contacts / calls; None of no calls."""
        return _share(self.reached, self.calls)

    @property
    def refusal_rate(self) -> Fraction | None:
        """Refusals and break-offs / contacts."""
        return _share(self.refused, self.reached)

    @property
    def cooperation_rate(self) -> Fraction | None:
        """Completes / (completes + refusals and break-offs): COOP3 of AAPOR, of calls in place of cases."""
        return _share(self.completes, self.completes + self.refused)

    def __add__(self, other: CallCount) -> CallCount:
        return CallCount({kind: self.kinds[kind] + other.kinds[kind] for kind in CALL_KINDS})


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def counted(kinds: Mapping[CallKind, int]) -> CallCount:
    """A count, the kinds left out being none."""
    return CallCount({kind: kinds.get(kind, 0) for kind in CALL_KINDS})


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Calls that are in no figure: `interrupted` (never coded, ended where they were last heard of), `withdrawn` (the
    result taken back and not replaced), `open` (no result and no end: going on, or a console stopped)."""

    interrupted: int = 0
    withdrawn: int = 0
    open: int = 0

    @property
    def all(self) -> int:
        """All of them."""
        return self.interrupted + self.withdrawn + self.open


@dataclass(frozen=True, slots=True)
class CallFigures:
    """The calls of a period.

    `days`, `hours`: by the day and by the hour on the wall (0 to 23) at which they began, in the study's zone; `week`:
    by weekday (Monday 0) and hour; `attempts`: by the how-manieth call to its case; `outcomes`: how many calls came to
    each outcome, by attempt; `to_complete`: how many completes took so many calls; `by`: of each value of the variable
    asked for. Days between the first and the last without a call are there, with 0.
    """

    total: CallCount
    days: Mapping[date, CallCount]
    hours: Mapping[int, CallCount]
    week: Mapping[tuple[int, int], CallCount]
    attempts: Mapping[int, CallCount]
    outcomes: Mapping[int, Mapping[str, int]]
    to_complete: Mapping[int, int]
    by: Mapping[str, CallCount]
    not_counted: NotCounted
    groups: CallGroups


def call_figures(store: Store, study: Study, period: Period, by: str | None = None) -> CallFigures:
    """The calls that began in a period. `by`: "interviewer", or a fact or variable of the sample.

    Raises InputError for a `by` that is neither.
    """
    groups = call_groups(study.scheme)
    rows = counted_calls(groups, period)
    with store.read() as connection:
        plain = counted_calls(groups, period, history=False)
        at = quarter(store, plain.c.started_at).label("at")
        timed = connection.execute(select(at, plain.c.outcome, func.count()).group_by(at, plain.c.outcome)).all()
        tried = connection.execute(
            select(rows.c.attempt, rows.c.outcome, func.count()).group_by(rows.c.attempt, rows.c.outcome)
        ).all()
        values = {} if by is None else _by(connection, groups, period, by)
        left_out = not_counted(connection, period)
    days, hours, week = _Tally[date](groups), _Tally[int](groups), _Tally[tuple[int, int]](groups)
    for when, outcome, n in timed:
        day, hour = clock_at(when, period.zone)
        days.add(day, outcome, n)
        hours.add(hour, outcome, n)
        week.add((day.weekday(), hour), outcome, n)
    attempts = _Tally[int](groups)
    outcomes: dict[int, Counter[str]] = {}
    to_complete: Counter[int] = Counter()
    for attempt, outcome, n in tried:
        attempts.add(attempt, outcome, n)
        outcomes.setdefault(attempt, Counter())[outcome] += n
        if groups.kind(outcome) == "complete":
            to_complete[attempt] += n
    by_day = days.counts()
    return CallFigures(
        total=sum(by_day.values(), counted({})),
        days={day: by_day.get(day, counted({})) for day in period.days_of(set(by_day))},
        hours=hours.counts(),
        week=week.counts(),
        attempts=attempts.counts(),
        outcomes={attempt: dict(found) for attempt, found in sorted(outcomes.items())},
        to_complete=dict(sorted(to_complete.items())),
        by=values,
        not_counted=left_out,
        groups=groups,
    )


class _Tally(Generic[_Key]):
    """Calls counted by some key."""

    def __init__(self, groups: CallGroups) -> None:
        self._groups = groups
        self._found: dict[_Key, Counter[CallKind]] = {}

    def add(self, key: _Key, outcome: str, n: int) -> None:
        """So many calls of this key came to that outcome."""
        self._found.setdefault(key, Counter())[self._groups.kind(outcome)] += n

    def counts(self) -> dict[_Key, CallCount]:
        """The counts, in order of the keys."""
        return {key: counted(kinds) for key, kinds in sorted(self._found.items())}


def _by(connection: Connection, groups: CallGroups, period: Period, by: str) -> dict[str, CallCount]:
    broken = Broken(connection, by)
    rows = counted_calls(groups, period, history=False)
    found = connection.execute(
        select(broken.column, rows.c.outcome, func.count())
        .select_from(broken.joined(rows))
        .group_by(broken.column, rows.c.outcome)
    )
    tally = _Tally[str](groups)
    for cell, outcome, n in found:
        tally.add(broken.value(cell), outcome, n)
    return tally.counts()


def not_counted(connection: Connection, period: Period) -> NotCounted:
    """How many calls that began in a period are in no figure, and why."""
    each = not_counted_by(connection, period).values()
    return NotCounted(*(sum(getattr(found, name) for found in each) for name in NotCounted.__slots__))


def not_counted_by(connection: Connection, period: Period) -> dict[int, NotCounted]:
    """The same for each interviewer who made one."""
    newest = newest_results(period)
    coded, ended = newest.c.result_id.is_not(None), call.c.ended_at.is_not(None)
    found = connection.execute(
        select(call.c.interviewer_id, coded, ended, func.count())
        .select_from(
            call.outerjoin(newest, newest.c.call_id == call.c.id).outerjoin(
                call_result, call_result.c.id == newest.c.result_id
            )
        )
        .where(call_result.c.outcome.is_(None), period.holds(call.c.started_at))
        .group_by(call.c.interviewer_id, coded, ended)
    )
    counts: dict[int, Counter[str]] = {}
    for who, was_coded, has_ended, n in found:
        why = "withdrawn" if was_coded else "interrupted" if has_ended else "open"
        counts.setdefault(who, Counter())[why] += n
    return {who: NotCounted(**found) for who, found in counts.items()}
