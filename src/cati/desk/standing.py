"""Where a case stands: its outcome derived from all its calls and events, and when it is called next.

Everything that changes what a case has come to ends here, so that outcome, history, number states, attempts and the
place in the queue always agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select, update

from cati.desk.words import DECLINED, declined, times_in_a_row
from cati.fieldwork import CallingRules, next_call
from cati.outcomes import Event, EventKind, NumberState, derive, number_states
from cati.storage.queue import HARD, SOFT, TURN
from cati.storage.tables import appointment, call, call_result, case_event, cases, number, outcome_history
from cati.storage.tables import study as installed

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class Standing:
    """What `restand` found."""

    outcome: str
    why: str
    deciding_call: int | None
    next_call_at: datetime | None


@dataclass(frozen=True, slots=True)
class Next:
    """A place in the queue: class (None: not to be called), time, whose, and why in words without today's date."""

    rank: int | None
    at: datetime | None
    reason: str
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class CodedCall:
    """A call whose newest result stands."""

    id: int
    at: datetime
    outcome: str
    number_id: int | None


def coded_calls(connection: Connection, case_id: int) -> list[CodedCall]:
    """The calls of a case that are coded, and not withdrawn since, in order of time."""
    newest = select(func.max(call_result.c.id)).where(call_result.c.case_id == case_id).group_by(call_result.c.call_id)
    rows = connection.execute(
        select(call.c.id, call.c.ended_at, call_result.c.outcome, call.c.number_id)
        .join(call_result, call_result.c.call_id == call.c.id)
        .where(call_result.c.id.in_(newest), call_result.c.outcome.is_not(None))
        .order_by(call.c.ended_at, call.c.id)
    )
    return [CodedCall(*row) for row in rows]


def events_of(connection: Connection, case_id: int, calls: list[CodedCall]) -> list[Event]:
    """All that says what a case came to, as the derivation wants it."""
    events = [Event(f"call:{made.id}", made.at, made.outcome, made.number_id) for made in calls]
    rows = connection.execute(select(case_event).where(case_event.c.case_id == case_id).order_by(case_event.c.id))
    for row in rows:
        kind: EventKind = row.kind
        if row.outcome is not None or kind == "reopening":
            events.append(Event(f"event:{row.id}", row.at, row.outcome, kind=kind))
    return events


def restand(
    connection: Connection, study: Study, case_id: int, now: datetime, *, result_id: int | None = None
) -> Standing:
    """Derives a case's outcome anew and writes down what follows: history, number states, attempts, the next call.

    `result_id`: the result that led here; it settles an appointment that falls away.
    """
    # locked before the calls are read: on PostgreSQL one coded meanwhile would else be undone by what was known before
    case = connection.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()
    calls = coded_calls(connection, case_id)
    events = events_of(connection, case_id, calls)
    held = connection.execute(
        select(number).where(number.c.case_id == case_id, number.c.withdrawn_at.is_(None)).order_by(number.c.position)
    ).all()
    numbers = [NumberState(row.id, row.set_by_hand) for row in held]
    derived = derive(study.scheme, events, numbers)
    states = number_states(study.scheme, events, numbers)
    for row in held:
        if row.state != states[row.id]:
            connection.execute(update(number).where(number.c.id == row.id).values(state=states[row.id]))
    final = study.scheme.outcome(derived.outcome).is_final
    if final:
        connection.execute(
            update(appointment)
            .where(appointment.c.case_id == case_id, appointment.c.status == "booked")
            .values(status="cancelled", settled_by_result=result_id)
        )
    deciding = None if derived.deciding is None else str(derived.deciding)
    event = next((event for event in events if event.id == derived.deciding), None)
    coming = _next(connection, study, case, derived.outcome, event, calls, states)
    values: dict[str, Any] = {
        "attempts": len(calls),
        "last_call_at": calls[-1].at if calls else None,
        "outcome_why": derived.why,
        "next_class": coming.rank,
        "next_call_at": coming.at,
        "next_reason": coming.reason,
        "next_owner": coming.owner,
    }
    if (case.outcome, case.deciding_event) != (derived.outcome, deciding):
        values |= {"outcome": derived.outcome, "outcome_at": now, "deciding_event": deciding}
        write_history(connection, case_id, derived.outcome, deciding, derived.why, now)
    connection.execute(update(cases).where(cases.c.id == case_id).values(**values))
    return Standing(derived.outcome, derived.why, deciding_call(deciding), coming.at)


def deciding_call(deciding: str | None) -> int | None:
    """The id of the call that decided, from the id of the deciding event; None where no call did."""
    kind, _, number = (deciding or "").partition(":")
    return int(number) if kind == "call" else None


def write_history(
    connection: Connection, case_id: int, outcome: str, deciding: str | None, why: str, now: datetime
) -> None:
    """Appends a derived outcome to a case's history."""
    connection.execute(
        insert(outcome_history).values(case_id=case_id, at=now, outcome=outcome, deciding_event=deciding, why=why)
    )


def calling_rules(connection: Connection, study: Study) -> CallingRules:
    """The study's calling rules, for the fieldwork dates and the bank holidays that are installed."""
    dates = select(installed.c.fieldwork_start, installed.c.fieldwork_end, installed.c.bank_holidays)
    row = connection.execute(dates).first()
    if row is None:
        return study.rules
    rules = study.file_rules.during(date.fromisoformat(row.fieldwork_start), date.fromisoformat(row.fieldwork_end))
    return rules.with_holidays(date.fromisoformat(day) for day in json.loads(row.bank_holidays))


def _next(
    connection: Connection,
    study: Study,
    case: Any,
    outcome_key: str,
    event: Event | None,
    calls: list[CodedCall],
    states: dict[int, str],
) -> Next:
    outcome = study.scheme.outcome(outcome_key)
    if outcome.is_final:
        return Next(None, None, outcome.label)
    if declined(case.recontact):
        return Next(None, None, DECLINED)
    if case.issued_at is None:
        return Next(None, None, "Not issued to the telephone")
    if all(state in study.scheme.number_states for state in states.values()):
        return Next(None, None, "No number to call")
    booked = connection.execute(
        select(appointment.c.kind, appointment.c.starts_at, appointment.c.owner)
        .where(appointment.c.case_id == case.id, appointment.c.status == "booked")
        .order_by(appointment.c.starts_at)
    ).first()
    if booked is not None:
        hard = booked.kind == "hard"
        return Next(
            HARD if hard else SOFT, booked.starts_at, f"Appointment ({booked.kind})", booked.owner if hard else None
        )
    failed_last = (
        bool(calls)
        and calls[-1].number_id is not None
        and (states.get(calls[-1].number_id) not in (None, "untried", "live"))
    )
    if failed_last and "untried" in states.values():
        return Next(TURN, calls[-1].at, "Another number to try")
    rules = calling_rules(connection, study)
    if event is None or outcome_key not in rules.call_again:
        return Next(
            TURN, event.at if event else max(case.issued_at, calls[-1].at if calls else case.issued_at), outcome.label
        )
    times = times_in_a_row([made.outcome for made in calls if made.at <= event.at]) if event.kind == "call" else 1
    at = next_call(rules, outcome_key, event.at, times)
    if at is None:
        return Next(None, None, f"{outcome.label}; calling hours do not open again before fieldwork ends")
    return Next(TURN, at, outcome.label)
