"""The shift as it happens: who is on what case, since when, at which question, and who stands still."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, bindparam, func, or_, select

from cati.desk.figures.period import clock_at
from cati.desk.holding import LEASE, is_held
from cati.fieldwork import HARD, TURN
from cati.storage import Store
from cati.storage.answers import latest_answers
from cati.storage.sql_time import quarter
from cati.storage.tables import answer, call, call_result, cases, interviewer
from cati.storage.types import Instant, Whole

if TYPE_CHECKING:
    from cati.studies import Study

Doing = Literal["talking", "card", "between", "lost", "left"]
Concern = Literal["", "idle", "stuck", "lost"]

IDLE_AFTER = timedelta(minutes=5)
"""Signed in and without a case for so long: idle."""
STUCK_AFTER = timedelta(minutes=5)
"""A case in hand, and for so long neither dialled nor, once dialled, an answer saved: stuck."""


@dataclass(frozen=True, slots=True)
class Next:
    """The appointment that an interviewer is to keep next; `until`: from then on it is missed."""

    at: datetime
    until: datetime | None
    serial: str
    kind: Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Seat:
    """An interviewer today.

    `doing`: talking (dialled, not coded), card (has a case, not dialled), between (signed in, no case; `serial`: one is
    in her name still, from a console that stopped), lost (a case in her name, and nobody there), left (signed out, or
    not heard of since). `since`: of a call its beginning; of a card
    and of the time between cases the result that she logged last today (None: none yet); of lost and left the last sign
    of life. `answered_at`: the answer saved last. `concern`: why she should be looked after, "" for no reason.

    Only `in_detail` fills in `question` (the one that waits for its answer), `answers` (how many have one), `calls` and
    `completes` of today, and the `next` appointment.
    """

    id: int
    name: str
    doing: Doing
    since: datetime | None = None
    serial: str = ""
    person: str = ""
    call: int | None = None
    answered_at: datetime | None = None
    concern: Concern = ""
    question: str = ""
    answers: int = 0
    calls: int = 0
    completes: int = 0
    next: Next | None = None


def shift_now(store: Store, study: Study) -> tuple[Seat, ...]:
    """Everybody who was here today or has a case in her name, in order of their names."""
    with store.read() as connection:
        now = store.now(connection)
        rows = connection.execute(_SEATS, {"today": midnight(now, study)}).all()
    newest: dict[int, Any] = {}
    for row in rows:  # of several cases in one name the one heard of last
        known = newest.get(row.id)
        if known is None or known.lease_until is None or row.lease_until > known.lease_until:
            newest[row.id] = row
    seats = (_seat(row, now) for row in newest.values())
    return tuple(sorted(seats, key=lambda seat: (seat.name.casefold(), seat.id)))


def in_detail(store: Store, study: Study, seats: Sequence[Seat]) -> tuple[Seat, ...]:
    """The seats (those that are shown) with their questions, their day, and the appointments that come next.

    The route of an interview is walked anew only where an answer has come since it was asked about last.
    """
    people = [seat.id for seat in seats]
    if not people:
        return ()
    with store.read() as connection:
        today = midnight(store.now(connection), study)
        days = {row.id: row for row in connection.execute(_DAYS, {"people": people, "today": today})}
        coming = {row.next_owner: _next(row) for row in connection.execute(_COMING, {"people": people})}
        questions = _questions(store, connection, study, [seat.call for seat in seats if seat.call is not None])
    found = []
    for seat in seats:
        day, at = days[seat.id], questions.get(seat.call or 0)
        seat = replace(seat, calls=day.calls, completes=day.completes, next=coming.get(seat.id))
        found.append(seat if at is None else replace(seat, question=at.question, answers=at.answers))
    return tuple(found)


def midnight(now: datetime, study: Study) -> datetime:
    """When the day began, in the zone of the study."""
    zone = study.timezone
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def hours_today(store: Store, study: Study) -> dict[int, tuple[int, int]]:
    """Calls that began today and those of them that completed an interview, by the hour on the wall."""
    with store.read() as connection:
        at = quarter(store, _made.c.started_at).label("at")
        rows = connection.execute(
            select(at, func.count(), func.count(_done.c.id))
            .select_from(_made.outerjoin(_done, (_done.c.call_id == _made.c.id) & (_done.c.complete == 1) & _is_newest))
            # one range of the index an interviewer
            .where(
                _made.c.interviewer_id.in_(select(interviewer.c.id)),
                _made.c.started_at >= midnight(store.now(connection), study),
            )
            .group_by(at)
        ).all()
    hours: dict[int, tuple[int, int]] = {}
    for when, calls, completes in rows:
        hour = clock_at(when, study.timezone)[1]
        before = hours.get(hour, (0, 0))
        hours[hour] = (before[0] + calls, before[1] + completes)
    return hours


def _seat(row: Any, now: datetime) -> Seat:
    there = row.present_until is not None and row.present_until > now
    seat = Seat(row.id, row.name, "left", row.present_until)
    held = row.serial is not None and is_held(row.owner, row.lease_until, now)
    if row.serial is not None:
        seat = replace(seat, serial=row.serial, person=row.person)
    if there and not held:
        idle = row.logged_at is not None and now - row.logged_at >= IDLE_AFTER
        return replace(seat, doing="between", since=row.logged_at, concern="idle" if idle else "")
    if not held:
        lost = row.serial is not None
        return replace(seat, doing="lost", since=row.lease_until - LEASE, concern="lost") if lost else seat
    seat = replace(seat, call=row.call, answered_at=row.answered_at)
    if row.call is None:
        stuck = row.logged_at is not None and now - row.logged_at >= STUCK_AFTER
        return replace(seat, doing="card", since=row.logged_at, concern="stuck" if stuck else "")
    moved = max(row.started_at, row.answered_at or row.started_at)
    stuck = now - moved >= STUCK_AFTER
    return replace(seat, doing="talking", since=row.started_at, concern="stuck" if stuck else "")


def _next(row: Any) -> Next:
    return Next(row.next_call_at, row.next_until, row.serial, "hard" if row.next_class == HARD else "soft")


@dataclass(frozen=True, slots=True)
class _At:
    """What was found of a call when its newest answer was `seq`."""

    seq: int | None
    question: str
    answers: int


def _questions(store: Store, connection: Connection, study: Study, calls: list[int]) -> dict[int, _At]:
    known: dict[int, _At] = store.remembered.get("questions", {})
    found = {}
    for row in connection.execute(_OPEN_CALLS, {"calls": calls}) if calls else ():
        seen = known.get(row.id)
        found[row.id] = seen if seen is not None and seen.seq == row.seq else _question(connection, study, row)
    store.remembered["questions"] = found
    return found


def _question(connection: Connection, study: Study, row: Any) -> _At:
    from cati.interview.interview import Interview

    program = study.program("telephone")
    answers, _ = latest_answers(connection, row.interview_id, row.id, program.per_call)
    case = connection.execute(select(cases).where(cases.c.id == row.case_id)).one()
    sample = {**json.loads(case.variables), **{name: getattr(case, name) for name in _FACTS}}
    held, _ = Interview.resume(program, sample, answers)
    return _At(row.seq, held.next or "", len(answers))


_FACTS = ("serial", "name", "la", "region", "ofsted", "email", "link")


def _of(column: Any, *conditions: Any) -> Any:
    return select(column).where(*conditions).correlate(interviewer).scalar_subquery()


_today = bindparam("today", type_=Instant)
_people = bindparam("people", type_=Whole, expanding=True)
_newest_answer = (
    select(answer.c.at)
    .where(answer.c.interview_id == call.c.interview_id, answer.c.call_id == call.c.id)
    .order_by(answer.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_logged_last = _of(
    func.max(call_result.c.at), call_result.c.interviewer_id == interviewer.c.id, call_result.c.at >= _today
)
_SEATS = (
    select(
        *(interviewer.c[name] for name in ("id", "name", "present_until")),
        *(cases.c[name] for name in ("serial", "owner", "lease_until")),
        cases.c.name.label("person"),
        call.c.id.label("call"),
        call.c.started_at,
        _newest_answer.label("answered_at"),
        _logged_last.label("logged_at"),
    )
    .select_from(interviewer)
    .outerjoin(cases, cases.c.owner == interviewer.c.id)
    .outerjoin(call, (call.c.case_id == cases.c.id) & (call.c.fence == cases.c.fence) & call.c.ended_at.is_(None))
    .where(or_(interviewer.c.present_until >= _today, cases.c.id.is_not(None)))
)

_made, _done, _newer = call.alias("made"), call_result.alias("done"), call_result.alias("newer")
_is_newest = _done.c.id == select(func.max(_newer.c.id)).where(_newer.c.call_id == _made.c.id).scalar_subquery()
_made_today = (_made.c.interviewer_id == interviewer.c.id, _made.c.started_at >= _today)
_DAYS = select(
    interviewer.c.id,
    _of(func.count(), *_made_today).label("calls"),
    _of(
        func.count(_done.c.id),
        *_made_today,
        _done.c.call_id == _made.c.id,
        _done.c.complete == 1,
        _is_newest,
    ).label("completes"),
).where(interviewer.c.id.in_(_people))

_hers = cases.alias("hers")
_first = (
    select(_hers.c.id)
    .where(_hers.c.next_owner == interviewer.c.id, _hers.c.next_class < TURN)
    .order_by(_hers.c.next_call_at)
    .limit(1)
    .correlate(interviewer)
    .scalar_subquery()
)
_COMING = (
    select(*(cases.c[name] for name in ("next_owner", "next_call_at", "next_until", "serial", "next_class")))
    .select_from(interviewer)
    .join(cases, cases.c.id == _first)
    .where(interviewer.c.id.in_(_people))
)
_OPEN_CALLS = select(
    *(call.c[name] for name in ("id", "case_id", "interview_id")),
    select(func.max(answer.c.seq)).where(answer.c.interview_id == call.c.interview_id).scalar_subquery().label("seq"),
).where(call.c.id.in_(bindparam("calls", type_=Whole, expanding=True)))
