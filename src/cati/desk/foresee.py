"""What a result would do to its case: logged for real, looked at, and undone before anybody could see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from cati.desk.closing import close_call
from cati.desk.records import Closed, Hold, OpenCall, Result
from cati.desk.trying import tried
from cati.fieldwork import When, describe
from cati.storage import Store
from cati.storage.tables import appointment, cases, number
from cati.storage.tables import call as calls

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a case would come to. `words`: the same for the interviewer; `next_call_at`: None if it is not called again;
    `mine`: it would come back to its interviewer first."""

    outcome: str
    words: str
    next_call_at: datetime | None
    mine: bool


def foresee(store: Store, study: Study, hold: Hold, call: OpenCall, result: Result) -> Foreseen:
    """What `close_call` would do with a result. Nothing is kept of it. Raises what `close_call` raises."""
    closed, (case, booked, dialled) = tried(
        store,
        lambda trial: close_call(trial, study, hold, call, result),
        lambda connection: _look(connection, hold, call),
    )
    return Foreseen(
        outcome=closed.case_outcome,
        words=_words(study, result, closed, case, booked, dialled),
        next_call_at=case.next_call_at if case.next_class is not None else None,
        mine=case.next_class is not None and case.next_owner == hold.interviewer_id,
    )


def _look(connection: Connection, hold: Hold, made: OpenCall) -> tuple[Any, Any, Any]:
    case = connection.execute(select(cases).where(cases.c.id == hold.case_id)).one()
    booked = connection.execute(
        select(appointment)
        .where(appointment.c.case_id == hold.case_id, appointment.c.status == "booked")
        .order_by(appointment.c.starts_at)
    ).first()
    dialled = connection.execute(
        select(number.c.state).join(calls, calls.c.number_id == number.c.id).where(calls.c.id == made.call_id)
    ).first()
    return case, booked, dialled


def _words(study: Study, result: Result, closed: Closed, case: Any, booked: Any, dialled: Any) -> str:
    scheme, now, zone = study.scheme, closed.at, study.timezone
    failed = scheme.number_states.get(dialled.state) if dialled is not None else None
    said = [] if failed is None else [f"This number is not called again ({failed.label})."]
    if closed.case_outcome != result.outcome:
        said.append(f"The case stands as {scheme.outcome(closed.case_outcome).label}: {closed.why.rstrip('.')}.")
    if scheme.outcome(closed.case_outcome).is_final:
        said.append("The case is closed: it is not called again.")
    elif case.next_class is None:
        said.append(f"The case is not called again: {case.next_reason}.")
    elif booked is not None:
        when = describe(When(booked.starts_at, booked.ends_at, booked.words), now, zone)
        whose = "to you first" if case.next_owner is not None else "to whoever is free"
        said.append(f"The case comes back {when}, {booked.kind} appointment, {whose}.")
    elif failed is not None:
        said.append("Another number of the case is called next.")
    else:
        said.append(f"The case is called again from {describe(case.next_call_at, now, zone)}.")
    return " ".join(said)
