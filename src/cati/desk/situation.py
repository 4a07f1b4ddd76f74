"""What the calling rules need to know of a case, read from its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from cati.desk.words import declined
from cati.fieldwork import Appointed, Called, Held, Refused, Situation
from cati.outcomes import Event, EventKind
from cati.storage.tables import appointment, call, call_result, case_event

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class CodedCall:
    """A call whose newest result stands."""

    id: int
    started_at: datetime
    at: datetime
    outcome: str
    number_id: int | None
    interviewer_id: int
    strength: str | None


def coded_calls(connection: Connection, case_id: int) -> list[CodedCall]:
    """The calls of a case that are coded, and not withdrawn since, in order of time."""
    newest = select(func.max(call_result.c.id)).where(call_result.c.case_id == case_id).group_by(call_result.c.call_id)
    rows = connection.execute(
        select(
            call.c.id,
            call.c.started_at,
            call.c.ended_at,
            call_result.c.outcome,
            call.c.number_id,
            call.c.interviewer_id,
            call_result.c.refusal_strength,
        )
        .join(call_result, call_result.c.call_id == call.c.id)
        .where(call_result.c.id.in_(newest), call_result.c.outcome.is_not(None))
        .order_by(call.c.ended_at, call.c.id)
    )
    return [CodedCall(*row) for row in rows]


def events_of(connection: Connection, case_id: int, calls: list[CodedCall]) -> list[Event]:
    """All that says what a case came to, as the derivation wants it."""
    events = [Event(f"call:{made.id}", made.at, made.outcome, made.number_id) for made in calls]
    rows = connection.execute(select(case_event).where(case_event.c.case_id == case_id).order_by(case_event.c.id)).all()
    taken_back = {row.withdraws for row in rows}
    for row in rows:
        if row.withdraws is not None or row.id in taken_back:
            continue
        kind: EventKind = row.kind
        if row.outcome is not None or kind == "reopening":
            events.append(Event(f"event:{row.id}", row.at, row.outcome, kind=kind))
    return events


def situation(
    connection: Connection,
    study: Study,
    case: Any,
    outcome_key: str,
    deciding: Event | None,
    calls: Sequence[CodedCall],
    numbers: Sequence[Any],
    states: Mapping[int, str],
) -> Situation:
    """The situation of a case (a row), its outcome and deciding event derived; `numbers`: rows of those held, in order;
    `states`: the state of each by its id."""
    outcome = study.scheme.outcome(outcome_key)
    return Situation(
        outcome=outcome_key,
        label=outcome.label,
        final=outcome.is_final,
        zone=case.timezone,
        declined=declined(case.recontact),
        barred=case.barred,
        issued_at=case.issued_at,
        decided_at=None if deciding is None or deciding.kind == "call" else deciding.at,
        calls=[_called(study, made) for made in calls],
        numbers=[
            Held(row.id, states[row.id] not in study.scheme.number_states, row.source == "referral") for row in numbers
        ],
        appointment=_booked(connection, case.id),
        refusals=_refusals(study, calls),
        interrupted_at=_interrupted(connection, case.id, calls),
    )


def _booked(connection: Connection, case_id: int) -> Appointed | None:
    row = connection.execute(
        select(
            appointment.c.kind,
            appointment.c.starts_at,
            appointment.c.ends_at,
            appointment.c.owner,
            call.c.number_id,
        )
        .join(call_result, call_result.c.id == appointment.c.made_by_result)
        .join(call, call.c.id == call_result.c.call_id)
        .where(appointment.c.case_id == case_id, appointment.c.status == "booked")
        .order_by(appointment.c.starts_at)
    ).first()
    return None if row is None else Appointed(row.kind == "hard", *row[1:])


def _called(study: Study, made: CodedCall) -> Called:
    outcome = study.scheme.outcome(made.outcome)
    ends = outcome.is_final and outcome.number_state is None
    return Called(made.started_at, made.at, made.outcome, made.number_id, made.interviewer_id, ends)


def _refusals(study: Study, calls: Sequence[CodedCall]) -> list[Refused]:
    """The refusals and breakdowns of a case, those before a supervisor reopened it too: once means once a person."""
    reopenable = {key for rank in study.scheme.precedence if rank.reopenable for key in rank.outcomes}
    return [
        Refused(made.at, made.outcome, made.strength, made.interviewer_id)
        for made in calls
        if made.outcome in reopenable
    ]


def _interrupted(connection: Connection, case_id: int, calls: Sequence[CodedCall]) -> datetime | None:
    """When the latest call of a case began, if it is not coded: going on, or broken off."""
    row = connection.execute(
        select(call.c.id, call.c.started_at)
        .where(call.c.case_id == case_id)
        .order_by(call.c.started_at.desc(), call.c.id.desc())
        .limit(1)
    ).first()
    if row is None or any(made.id == row.id for made in calls):
        return None
    began: datetime = row.started_at
    return began
