"""How fieldwork goes: issued, completed and the rates day by day, targets, and where it is likely to end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import Connection, case, func, select

from cati.desk.figures.counted import counted_calls
from cati.desk.figures.period import Period, clock_at, midnight
from cati.desk.variables import check_variable, column_of, value_in
from cati.fieldwork.calling import stretches
from cati.fieldwork.forecast import Forecast, NoForecast, SoFar, State, forecast
from cati.outcomes import RateValue, outcome_table
from cati.outcomes.call_groups import CallGroups, call_groups
from cati.storage import Store
from cati.storage.sql_time import quarter
from cati.storage.tables import cases, outcome_history

if TYPE_CHECKING:
    from cati.studies import Study

GROUPED_BY = ("region", "ofsted")
"""The variables whose groups are shown where nothing else is asked for and the study has no targets."""


@dataclass(frozen=True, slots=True)
class DayProgress:
    """A day, by the study's clocks: cases `issued` and interviews `completed` by telephone on it, both also in all up
    to its end, the calls that began on it, and the rates of the telephone's outcome table as of its end."""

    day: date
    issued: int
    completed: int
    calls: int
    issued_so_far: int
    completed_so_far: int
    rates: tuple[RateValue, ...]


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """The cases of one value of a variable ("": none): issued, and completed by telephone; the `target` of completes,
    None without one; the value's share of the sample issued, and of the completes."""

    value: str
    issued: int
    completed: int
    target: int | None
    share_of_sample: Fraction | None
    share_of_completes: Fraction | None

    @property
    def rate(self) -> Fraction | None:
        """Completes / issued."""
        return Fraction(self.completed, self.issued) if self.issued else None

    @property
    def left(self) -> int | None:
        """Completes still needed; None without a target."""
        return None if self.target is None else max(self.target - self.completed, 0)


@dataclass(frozen=True, slots=True)
class ProgressFigures:
    """`days`: of the period, from the first of fieldwork, or the first call, to today or the last of fieldwork;
    `groups`: of each variable, in order; `days_left`: the calling days left, the rest of `today` included."""

    days: tuple[DayProgress, ...]
    groups: Mapping[str, tuple[GroupProgress, ...]]
    forecast: Forecast | NoForecast
    days_left: tuple[date, ...]
    fieldwork: tuple[date, date]
    today: date

    @property
    def issued(self) -> int:
        """Cases issued, as of now or of the last day shown."""
        return self.days[-1].issued_so_far if self.days else 0

    @property
    def completed(self) -> int:
        """Interviews completed by telephone by then."""
        return self.days[-1].completed_so_far if self.days else 0


def progress_figures(
    store: Store, study: Study, period: Period, by: Sequence[str] = (), *, seed: int | None = None
) -> ProgressFigures:
    """Progress by day; `by`: variables by whose values cases are grouped (none: those of the targets, else GROUPED_BY).

    The days and what they add up to are those of the period; groups and forecast are as of now. `seed`: of the
    forecast; None: the study's. Raises InputError for a variable that the sample does not have.
    """
    groups = call_groups(study.scheme)
    variables = tuple(dict.fromkeys(by or study.targets or GROUPED_BY))
    asked_for = bool(by or study.targets)
    with store.read() as connection:
        now = store.now(connection)
        issued = _issued(connection, store, period)
        completed = _completed(connection, store, groups, period)
        calls = _calls(connection, store, groups, period)
        moves = _moves(connection, store, period)
        grouped = {name: _groups(connection, study, groups, name) for name in variables}
        patterns = _patterns(connection, study, groups)
    if not asked_for:  # a sample without regions says nothing by region
        grouped = {name: found for name, found in grouped.items() if any(group.value for group in found)}
    past, to_come = _calling_days(study, now)
    fieldwork = (study.fieldwork_start, study.fieldwork_end)
    today = now.astimezone(period.zone).date()
    days = tuple(_days(study, period, issued, completed, calls, moves, today))
    if now < midnight(study.fieldwork_start, period.zone):
        ahead: Forecast | NoForecast = NoForecast(f"Fieldwork only starts on {study.fieldwork_start}: no forecast.")
    elif now >= midnight(study.fieldwork_end + timedelta(days=1), period.zone):
        ahead = NoForecast(f"Fieldwork ended on {study.fieldwork_end}: there is nothing left to forecast.")
    else:
        so_far = SoFar(
            patterns,
            [(hours, calls.get(day, 0)) for day, hours in sorted(past.items())],
            [hours for _, hours in sorted(to_come.items())],
            study.rules.attempts.case,
        )
        ahead = forecast(so_far, study.rules.seed if seed is None else seed)
    return ProgressFigures(days, grouped, ahead, tuple(sorted(to_come)), fieldwork, today)


def _issued(connection: Connection, store: Store, period: Period) -> Counter[date]:
    at = quarter(store, cases.c.issued_at)
    rows = connection.execute(select(at, func.count()).where(cases.c.issued_at.is_not(None)).group_by(at))
    return _by_day(rows, period)


def _completed(connection: Connection, store: Store, groups: CallGroups, period: Period) -> Counter[date]:
    """Completed cases by the day of the call that completed them first."""
    complete = sorted(groups.of("complete"))
    rows = counted_calls(groups, Period(period.zone), history=False)
    first = (
        select(rows.c.case_id, func.min(func.coalesce(rows.c.ended_at, rows.c.started_at)).label("at"))
        .where(rows.c.outcome.in_(complete))
        .group_by(rows.c.case_id)
        .subquery("first_complete")
    )
    at = quarter(store, first.c.at)
    found = connection.execute(
        select(at, func.count())
        .select_from(first.join(cases, cases.c.id == first.c.case_id))
        .where(cases.c.outcome.in_(complete), cases.c.issued_at.is_not(None))
        .group_by(at)
    )
    return _by_day(found, period)


def _calls(connection: Connection, store: Store, groups: CallGroups, period: Period) -> Counter[date]:
    rows = counted_calls(groups, Period(period.zone), history=False)
    at = quarter(store, rows.c.started_at)
    return _by_day(connection.execute(select(at, func.count()).group_by(at)), period)


def _by_day(rows: object, period: Period) -> Counter[date]:
    found: Counter[date] = Counter()
    for at, n in rows:  # type: ignore[attr-defined]
        found[clock_at(at, period.zone)[0]] += n
    return found


def _moves(connection: Connection, store: Store, period: Period) -> dict[date, Counter[str]]:
    """By how many issued cases each outcome grew on a day: what a case came to before it was issued counts on that
    day."""
    before = func.lag(outcome_history.c.outcome).over(
        partition_by=outcome_history.c.case_id, order_by=outcome_history.c.id
    )
    history = (
        select(
            case((outcome_history.c.at < cases.c.issued_at, cases.c.issued_at), else_=outcome_history.c.at).label("at"),
            outcome_history.c.outcome,
            before.label("before"),
        )
        .select_from(outcome_history.join(cases, cases.c.id == outcome_history.c.case_id))
        .where(cases.c.issued_at.is_not(None))
        .subquery("history")
    )
    at = quarter(store, history.c.at)
    rows = connection.execute(
        select(at, history.c.outcome, history.c.before, func.count()).group_by(at, history.c.outcome, history.c.before)
    )
    moves: dict[date, Counter[str]] = defaultdict(Counter)
    for when, outcome, left, n in rows:
        day = moves[clock_at(when, period.zone)[0]]
        day[outcome] += n
        if left is not None:
            day[left] -= n
    return moves


def _days(
    study: Study,
    period: Period,
    issued: Counter[date],
    completed: Counter[date],
    calls: Counter[date],
    moves: Mapping[date, Counter[str]],
    today: date,
) -> Sequence[DayProgress]:
    happened = issued.keys() | completed.keys() | calls.keys() | moves.keys()
    if not happened:
        return []
    found, counts = [], Counter[str]()
    issued_so_far = completed_so_far = 0
    day, last = min(happened), max(*happened, min(today, study.fieldwork_end))
    shown = min(study.fieldwork_start, *calls, *completed, last)  # not the weeks between loading and the first call
    while day <= last:
        issued_so_far += issued[day]
        completed_so_far += completed[day]
        counts.update(moves.get(day, Counter()))
        if day >= shown and period.has(day):
            standing = {key: n for key, n in counts.items() if n > 0}
            rates = outcome_table(study.scheme, standing).rates
            found.append(
                DayProgress(day, issued[day], completed[day], calls[day], issued_so_far, completed_so_far, rates)
            )
        day += timedelta(days=1)
    return found


def _groups(connection: Connection, study: Study, groups: CallGroups, name: str) -> tuple[GroupProgress, ...]:
    check_variable(connection, name)
    column = column_of(name)
    rows = connection.execute(
        select(column, cases.c.outcome, func.count())
        .where(cases.c.issued_at.is_not(None))
        .group_by(column, cases.c.outcome)
    )
    issued: Counter[str] = Counter()
    completed: Counter[str] = Counter()
    for cell, outcome, n in rows:
        value = value_in(name, cell)
        issued[value] += n
        completed[value] += n if groups.kind(outcome) == "complete" else 0
    targets = study.targets.get(name, {})
    all_issued, all_completed = issued.total(), completed.total()
    return tuple(
        GroupProgress(
            value,
            issued[value],
            completed[value],
            targets.get(value),
            Fraction(issued[value], all_issued) if all_issued else None,
            Fraction(completed[value], all_completed) if all_completed else None,
        )
        for value in sorted(issued.keys() | targets.keys())
    )


def _patterns(connection: Connection, study: Study, groups: CallGroups) -> dict[tuple[int, State], int]:
    called = cases.c.next_class.is_not(None)
    rows = connection.execute(
        select(cases.c.outcome, cases.c.attempts, called, func.count())
        .where(cases.c.issued_at.is_not(None))
        .group_by(cases.c.outcome, cases.c.attempts, called)
    )
    found: Counter[tuple[int, State]] = Counter()
    for outcome, attempts, to_call, n in rows:
        state: State = "live" if to_call else "stopped"
        if groups.kind(outcome) == "complete":
            state = "complete"
        elif study.scheme.outcome(outcome).is_final and not to_call:
            state = "closed"
        found[attempts, state] += n
    return found


def _calling_days(study: Study, now: datetime) -> tuple[dict[date, float], dict[date, float]]:
    """The open hours of each calling day before now, and from now on; today is in both, with its parts."""
    rules, zone = study.rules, study.timezone
    past: dict[date, float] = defaultdict(float)
    to_come: dict[date, float] = defaultdict(float)
    for opens, closes in stretches(rules, midnight(rules.fieldwork_start, zone)):
        day = opens.astimezone(zone).date()
        before = (min(closes, now.astimezone(UTC)) - opens).total_seconds() / 3600
        if before > 0:
            past[day] += before
        after = (closes - max(opens, now.astimezone(UTC))).total_seconds() / 3600
        if after > 0:
            to_come[day] += after
    return past, to_come
