"""What each interviewer's calls came to, in how many hours, and with what cases: like compared with like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import fsum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Integer, case, func, literal_column, select, true

from cati.desk.figures.answered import Answered, Progress, answered_interviews, completed_interviews, unwatched
from cati.desk.figures.appointments import StatusCount, statuses_by_owner
from cati.desk.figures.calls import CallCount, NotCounted, counted, not_counted_by
from cati.desk.figures.counted import CAME, Came, called_in, counted_calls
from cati.desk.figures.period import Period
from cati.fieldwork.tally import Spread, ratio_interval, spread
from cati.outcomes.call_groups import CallGroups, CallKind, call_groups
from cati.storage import Store
from cati.storage.sql_time import seconds
from cati.storage.tables import call, call_result, interviewer

if TYPE_CHECKING:
    from cati.questionnaire.program import Program
    from cati.studies import Study

BREAK = timedelta(minutes=30)
"""A longer time than this between the end of one call and the beginning of the next is a break and no work."""
ALIKE = 4
"""For the comparison of like with like, attempts from this one on are taken to be alike."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Of calls that count: `calls` with an end, `on_calls` from beginning to end, `worked` with the time between calls
    (breaks left out), both in seconds; `no_end`: calls that have no end, which are in neither."""

    calls: int = 0
    on_calls: float = 0.0
    worked: float = 0.0
    no_end: int = 0


@dataclass(frozen=True, slots=True)
class Corrected:
    """Calls whose result was `taken_back` at some time, and calls that were coded to another outcome (`recoded`)."""

    taken_back: int = 0
    recoded: int = 0


@dataclass(frozen=True, slots=True)
class InterviewerFigures:
    """One interviewer's calls of a period, or all interviewers' (`id` 0).

    `lengths`: of the interviews completed in her calls, in seconds; `appointments`: that she made; `asked`,
    `unanswered`: questions of those interviews (see `answered`); `came`: as what her cases came; `expected`: the
    completes that so many calls of these kinds bring on average.
    """

    id: int
    name: str
    count: CallCount
    not_counted: NotCounted
    hours: Hours
    lengths: Spread
    appointments: StatusCount
    asked: int
    unanswered: int
    corrected: Corrected
    came: Mapping[Came, int]
    expected: float

    @property
    def calls_an_hour(self) -> float | None:
        """Calls that have an end / hours worked; None of no hours."""
        return self.hours.calls * 3600 / self.hours.worked if self.hours.worked else None

    @property
    def completes_an_hour(self) -> float | None:
        """Completes / hours worked."""
        return self.count.completes * 3600 / self.hours.worked if self.hours.worked else None

    @property
    def ratio(self) -> float | None:
        """Completes / those expected of her cases; None where none were."""
        return self.count.completes / self.expected if self.expected else None

    @property
    def ratio_interval(self) -> tuple[float, float] | None:
        """The 95 per cent interval of the ratio."""
        return ratio_interval(self.count.completes, self.expected)


@dataclass(slots=True)
class _Mix:
    """What the calls of one interviewer came to, and how many there were of each stratum."""

    kinds: Counter[CallKind] = field(default_factory=Counter)
    strata: Counter[tuple[Came, int]] = field(default_factory=Counter)


def interviewer_figures(
    store: Store, study: Study, period: Period, *, progress: Progress = unwatched
) -> tuple[tuple[InterviewerFigures, ...], InterviewerFigures]:
    """The figures of everybody who made a call that began in a period, by name, and of all together.

    Calls are those of the interviewer who made them, whoever coded or corrected them later.
    """
    groups, program = call_groups(study.scheme), study.program("telephone")
    with store.read() as connection:
        mixes, completes = _mixes(connection, groups, period)
        hours = _hours(connection, store, groups, period)
        left_out = not_counted_by(connection, period)
        interviews = _interviews(connection, store, program, groups, period, progress)
        booked = statuses_by_owner(connection, period, store.now(connection))
        corrected = _corrected(connection, period)
        names = {row.id: row.name for row in connection.execute(select(interviewer.c.id, interviewer.c.name))}
    strata = sum((mix.strata for mix in mixes.values()), Counter[tuple[Came, int]]())
    rates = {stratum: completes[stratum] / n for stratum, n in strata.items()}
    known = mixes.keys() | left_out.keys() | booked.keys() | corrected.keys()
    each = [
        InterviewerFigures(
            id=who,
            name=names[who],
            count=counted(mixes.get(who, _Mix()).kinds),
            not_counted=left_out.get(who, NotCounted()),
            hours=hours.get(who, Hours()),
            lengths=spread([interview.seconds for interview in interviews.get(who, [])]),
            appointments=booked.get(who, StatusCount()),
            asked=sum(interview.asked for interview in interviews.get(who, [])),
            unanswered=sum(interview.unanswered for interview in interviews.get(who, [])),
            corrected=corrected.get(who, Corrected()),
            came=_came(mixes.get(who, _Mix()).strata),
            expected=fsum(n * rates[stratum] for stratum, n in mixes.get(who, _Mix()).strata.items()),
        )
        for who in known
    ]
    each.sort(key=lambda figures: (figures.name.casefold(), figures.id))
    return tuple(each), _together(each, [one.seconds for found in interviews.values() for one in found])


def _interviews(
    connection: Connection,
    store: Store,
    program: Program,
    groups: CallGroups,
    period: Period,
    progress: Progress,
) -> dict[int, list[Answered]]:
    """The interviews that each interviewer completed."""
    done = completed_interviews(groups, period)
    by_id = answered_interviews(connection, store, program, done, progress)
    found: dict[int, list[Answered]] = {}
    for interview_id, who in connection.execute(select(done.c.interview_id, done.c.interviewer_id)):
        if interview_id in by_id:
            found.setdefault(who, []).append(by_id[interview_id])
    return found


def _together(each: list[InterviewerFigures], lengths: list[float]) -> InterviewerFigures:
    def added(kind: Any, attribute: str) -> Any:
        parts = [getattr(figures, attribute) for figures in each]
        return kind(*(sum(getattr(part, name) for part in parts) for name in kind.__slots__))

    return InterviewerFigures(
        id=0,
        name="",
        count=sum((figures.count for figures in each), counted({})),
        not_counted=added(NotCounted, "not_counted"),
        hours=added(Hours, "hours"),
        lengths=spread(lengths),
        appointments=added(StatusCount, "appointments"),
        asked=sum(figures.asked for figures in each),
        unanswered=sum(figures.unanswered for figures in each),
        corrected=added(Corrected, "corrected"),
        came={came: sum(figures.came[came] for figures in each) for came in CAME},
        expected=sum(figures.expected for figures in each),
    )


def _came(strata: Counter[tuple[Came, int]]) -> dict[Came, int]:
    return {came: sum(n for (each, _), n in strata.items() if each == came) for came in CAME}


def _mixes(
    connection: Connection, groups: CallGroups, period: Period
) -> tuple[dict[int, _Mix], Counter[tuple[Came, int]]]:
    """The calls of each interviewer, and the completes of each stratum (as what it came, which attempt)."""
    rows = counted_calls(groups, period)
    attempt = case((rows.c.attempt >= ALIKE, literal_column(str(ALIKE), Integer)), else_=rows.c.attempt)
    columns = (rows.c.interviewer_id, rows.c.came, attempt, rows.c.outcome)
    found = connection.execute(select(*columns, func.count()).group_by(*columns))
    mixes: dict[int, _Mix] = {}
    completes: Counter[tuple[Came, int]] = Counter()
    for who, came, tried, outcome, n in found:
        mix, kind = mixes.setdefault(who, _Mix()), groups.kind(outcome)
        mix.kinds[kind] += n
        mix.strata[came, tried] += n
        completes[came, tried] += n if kind == "complete" else 0
    return mixes, completes


def _hours(connection: Connection, store: Store, groups: CallGroups, period: Period) -> dict[int, Hours]:
    rows = counted_calls(groups, period, history=False)
    lasted = seconds(store, rows.c.started_at, rows.c.ended_at)
    before = func.lag(rows.c.ended_at).over(
        partition_by=rows.c.interviewer_id, order_by=(rows.c.started_at, rows.c.call_id)
    )
    timed = (
        select(
            rows.c.interviewer_id,
            lasted.label("lasted"),
            seconds(store, before, rows.c.started_at).label("gap"),
        )
        .where(rows.c.ended_at.is_not(None))
        .subquery("timed")
    )
    worked = case(
        (timed.c.gap.is_(None) | (timed.c.gap > BREAK.total_seconds()), timed.c.lasted),
        (timed.c.lasted + timed.c.gap < 0, 0.0),  # within a call at another console
        else_=timed.c.lasted + timed.c.gap,
    )
    who = timed.c.interviewer_id
    found = connection.execute(
        select(who, func.count(), func.sum(timed.c.lasted), func.sum(worked)).group_by(who)
    ).all()
    endless = connection.execute(
        select(rows.c.interviewer_id, func.count()).where(rows.c.ended_at.is_(None)).group_by(rows.c.interviewer_id)
    )
    hours = {who: Hours(n, float(on_calls), float(work)) for who, n, on_calls, work in found}
    for who_id, n in endless:
        known = hours.get(who_id, Hours())
        hours[who_id] = Hours(known.calls, known.on_calls, known.worked, n)
    return hours


def _corrected(connection: Connection, period: Period) -> dict[int, Corrected]:
    """Of each interviewer: her calls that have more than one result."""
    taken_back = func.count() > func.count(call_result.c.outcome)
    recoded = func.min(call_result.c.outcome) != func.max(call_result.c.outcome)
    within = true() if period.is_all else call_result.c.case_id.in_(called_in(period))
    again = (
        select(
            call_result.c.call_id,
            case((taken_back, 1), else_=0).label("taken_back"),
            case((recoded, 1), else_=0).label("recoded"),
        )
        .where(within)
        .group_by(call_result.c.call_id)
        .having(func.count() > 1)
        .subquery("again")
    )
    found = connection.execute(
        select(call.c.interviewer_id, func.sum(again.c.taken_back), func.sum(again.c.recoded))
        .join(again, again.c.call_id == call.c.id)
        .where(period.holds(call.c.started_at))
        .group_by(call.c.interviewer_id)
    )
    return {who: Corrected(int(back), int(other)) for who, back, other in found}
