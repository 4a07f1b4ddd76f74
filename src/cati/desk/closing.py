"""A call coded: what it came to, and all that follows from it, in one transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select, update

from cati.desk.calling import keep_late
from cati.desk.casefile import write_email, write_note
from cati.desk.delivery import let_go
from cati.desk.errors import LostHold, MovedOn
from cati.desk.holding import holds
from cati.desk.opting_out import read_list
from cati.desk.records import Booking, Closed, Hold, OpenCall, Result
from cati.desk.standing import calling_rules, deciding_call, restand
from cati.desk.withdrawing import withdraw
from cati.desk.words import storable
from cati.errors import InputError
from cati.outcomes import Outcome
from cati.phones import PhoneError, read_phone
from cati.storage import Store, queue
from cati.storage.tables import appointment, call, call_result, cases, interview, number

if TYPE_CHECKING:
    from cati.fieldwork import CallingRules
    from cati.studies import Study

# A soft appointment ("about then") is kept by a call within this time.
SOFT_LEEWAY = timedelta(hours=1)


def close_call(store: Store, study: Study, hold: Hold, call: OpenCall, result: Result) -> Closed:
    """Codes a call: the result and all that comes with it, the case's outcome derived anew, the case let go; at once.

    Repeated after a success that was not heard of, it returns what was done; with something changed since, the first
    result is withdrawn and this one takes its place, as long as nobody has had the case in between. Raises InputError
    for an outcome that a call cannot have or a result that lacks something (an appointment without a time, a number
    that may not be called), LostHold if the case is no longer ours (the result is kept apart).
    """
    outcome = check_result(study, result)
    result = as_called(result)
    with store.write() as connection:
        now = store.now(connection)
        if holds(store, connection, hold):
            return _close(connection, store, study, hold, call, result, outcome, now)
        before = _closed_before(connection, hold, call)
        if before is not None and before.digest == _digest(result):
            return _what_was_done(connection, hold, before)
        if before is not None and _untouched_since(connection, hold, before):
            withdraw(connection, before, hold.interviewer_id, hold.fence, now, why="corrected at once")
            return _close(connection, store, study, hold, call, result, outcome, now)
        # the result of each hold is one late entry: the fence numbers it
        keep_late(store, connection, hold, call, "result", hold.fence, result.outcome, _as_json(result))
    raise LostHold(hold.serial) if before is None else MovedOn(hold.serial)


def check_result(study: Study, result: Result) -> Outcome:
    """The outcome of a result, or InputError saying what is wrong with it."""
    outcome = study.scheme.outcome(result.outcome)
    if "call" not in outcome.found_by:
        raise InputError(f"A call cannot come to {outcome.label!r} ({outcome.key}). Choose another outcome.")
    if "appointment" in outcome.asks_for and result.appointment is None:
        raise InputError(f"{outcome.label}: when? Give the day and time of the appointment.")
    if result.appointment is not None and outcome.appointment is None:
        raise InputError(f"{outcome.label} takes no appointment. Code it as an appointment, or leave the time out.")
    if result.appointment is not None and outcome.appointment not in ("either", result.appointment.kind):
        raise InputError(
            f"{outcome.label} takes a {outcome.appointment} appointment, not a {result.appointment.kind} one."
        )
    if "number" in outcome.asks_for and not (result.referral_number or "").strip():
        raise InputError(f"{outcome.label}: which number? Give the new number.")
    return outcome


def as_called(result: Result) -> Result:
    """The result with its new number in the form that numbers are kept in. Raises InputError for one not to call."""
    typed = (result.referral_number or "").strip()
    if not typed:
        return result
    try:
        return replace(result, referral_number=read_phone(typed))
    except PhoneError as error:
        raise InputError(f"{typed} is not taken as the new number: {error}.") from None


def _as_json(result: Result) -> dict[str, Any]:
    """A result as JSON data, its instants as ISO 8601 texts."""
    data: dict[str, Any] = json.loads(json.dumps(asdict(result), default=datetime.isoformat))
    return data


def _digest(result: Result) -> str:
    """What tells one result from another: SHA-256 of all that it says."""
    return hashlib.sha256(json.dumps(_as_json(result), sort_keys=True).encode()).hexdigest()


def _close(
    connection: Connection,
    store: Store,
    study: Study,
    hold: Hold,
    open_call: OpenCall,
    result: Result,
    outcome: Outcome,
    now: datetime,
) -> Closed:
    made = connection.execute(
        select(call).where(call.c.id == open_call.call_id, call.c.case_id == hold.case_id)
    ).first()
    if made is None:
        raise InputError(f"That call is not one of case {hold.serial}.")
    check_new_number(connection, hold.case_id, made.number_id, result)
    last = connection.execute(select(cases.c.last_call_at).where(cases.c.id == hold.case_id)).scalar()
    # a clock set back must not put this call before the one before it
    at = max(moment for moment in (now, made.started_at, last) if moment is not None)
    result_id = _record(connection, hold, made.id, result, outcome, at)
    connection.execute(update(call).where(call.c.id == made.id).values(ended_at=at))
    if outcome.is_final:
        connection.execute(update(interview).where(interview.c.id == made.interview_id).values(ended_at=at))
    if result.note.strip():
        write_note(connection, hold, storable(result.note).strip(), at, call_id=made.id, result_id=result_id)
    if result.email is not None and result.email.address.strip():
        address = storable(result.email.address).strip()
        write_email(connection, hold, made.id, address, result.email.kind, at, result_id)
    if result.referral_number is not None and result.referral_number.strip():
        add_referral(connection, store, hold, result.referral_number, at, result_id)
    _appointments(connection, study, hold, result.appointment, made.started_at, result_id)
    standing = restand(connection, study, hold.case_id, at, result_id=result_id)
    let_go(connection, hold)
    queue.forget_directory(store)
    return Closed(
        serial=hold.serial,
        case_id=hold.case_id,
        call_id=made.id,
        result_id=result_id,
        at=at,
        case_outcome=standing.outcome,
        why=standing.why,
        next_call_at=standing.next_call_at,
        deciding_call=standing.deciding_call,
    )


def _record(connection: Connection, hold: Hold, call_id: int, result: Result, outcome: Outcome, at: datetime) -> int:
    """The row of what a call came to; its id."""
    refusal = result.refusal
    written = connection.execute(
        insert(call_result).values(
            call_id=call_id,
            case_id=hold.case_id,
            interviewer_id=hold.interviewer_id,
            at=at,
            outcome=outcome.key,
            fence=hold.fence,
            digest=_digest(result),
            complete=int(outcome.ends_questionnaire),
            refusal_strength=refusal.strength if refusal else None,
            refused_by=storable(refusal.who) if refusal else None,
            refusal_reason=storable(refusal.reason) if refusal else None,
        )
    ).inserted_primary_key
    assert written is not None
    return int(written[0])


def check_new_number(connection: Connection, case_id: int, dialled_id: int | None, result: Result) -> None:
    """Refuses the number just dialled as the new one, which would be rung again as if nobody had tried it, and one of
    somebody who is on the opt-out list."""
    if not result.referral_number:
        return
    dialled = connection.execute(select(number.c.number).where(number.c.id == dialled_id)).scalar()
    if result.referral_number == dialled:
        raise InputError(f"{dialled} is the number just dialled, not a new one. Go back and correct it.")
    name = connection.execute(select(cases.c.name).where(cases.c.id == case_id)).scalar_one()
    listed = read_list(connection).barred(name, [result.referral_number], "")
    if listed:
        raise InputError(
            f"{result.referral_number} is not called: {listed[:1].lower()}{listed[1:]}. Code the call without it."
        )


def add_referral(connection: Connection, store: Store, hold: Hold, digits: str, now: datetime, result_id: int) -> None:
    """The number as a referral of this result. One that the case holds already stays whose it was: undoing the result
    must not take it away."""
    last = select(func.coalesce(func.max(number.c.position), 0) + 1).where(number.c.case_id == hold.case_id)
    added = store.upsert(number)
    statement = added.values(
        case_id=hold.case_id,
        position=last.scalar_subquery(),
        number=digits,
        source="referral",
        added_at=now,
        added_by_result=result_id,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["case_id", "number"],
            set_={
                "withdrawn_at": None,
                "added_by_result": result_id,
                "source": statement.excluded.source,
                "position": statement.excluded.position,
            },
            where=number.c.withdrawn_at.is_not(None),
        )
    )


def _appointments(
    connection: Connection, study: Study, hold: Hold, booking: Booking | None, called_at: datetime, result_id: int
) -> None:
    """Settles the appointment that stood, and books the new one."""
    booked = connection.execute(
        select(appointment).where(appointment.c.case_id == hold.case_id, appointment.c.status == "booked")
    ).all()
    rules = calling_rules(connection, study) if booked else study.rules
    for row in booked:
        status = settled(rules, row, called_at, rebooked=booking is not None)
        if status is not None:
            connection.execute(
                update(appointment).where(appointment.c.id == row.id).values(status=status, settled_by_result=result_id)
            )
    if booking is not None:
        connection.execute(
            insert(appointment).values(
                case_id=hold.case_id,
                made_by_result=result_id,
                owner=hold.interviewer_id,
                kind=booking.kind,
                starts_at=booking.at,
                ends_at=booking.until,
                words=storable(booking.words),
            )
        )


def settled(rules: CallingRules, booked: Any, called_at: datetime, *, rebooked: bool) -> str | None:
    """What becomes of an appointment (a row) by a call that began then; None: it still stands.

    `rules`: those installed, by which the queue hands it out; `rebooked`: another one was made in the call. A hard one
    is kept within the grace that its maker has, whatever the time after which the queue calls it missed.
    """
    times = rules.appointments
    leeway = max(SOFT_LEEWAY, times.soft_late) if booked.kind == "soft" else rules.appointment_grace
    # as early as the queue hands it out, it is settled: else it would come again at once
    early = max(leeway, times.soft_early) if booked.kind == "soft" else leeway
    if called_at >= booked.starts_at - early:
        return "kept" if called_at <= (booked.ends_at or booked.starts_at) + leeway else "missed"
    return "replaced" if rebooked else None  # called before its time


def _closed_before(connection: Connection, hold: Hold, open_call: OpenCall) -> Any:
    """The newest result of the call, if it was coded under this very hold; else None."""
    row = connection.execute(
        select(call_result).where(call_result.c.call_id == open_call.call_id).order_by(call_result.c.id.desc()).limit(1)
    ).first()
    mine = row is not None and (row.fence, row.interviewer_id) == (hold.fence, hold.interviewer_id)
    return row if mine and row is not None and row.outcome is not None else None


def _untouched_since(connection: Connection, hold: Hold, before: Any) -> bool:
    """Has nobody had the case, nor coded anything of it, since that result? Locks the case."""
    case = connection.execute(
        select(cases.c.fence, cases.c.owner).where(cases.c.id == hold.case_id).with_for_update()
    ).one()
    newest = connection.execute(select(func.max(call_result.c.id)).where(call_result.c.case_id == hold.case_id))
    return case.owner is None and case.fence == hold.fence and newest.scalar() == before.id


def _what_was_done(connection: Connection, hold: Hold, before: Any) -> Closed:
    """What this very close did the first time."""
    case: Any = connection.execute(select(cases).where(cases.c.id == hold.case_id)).one()
    return Closed(
        serial=hold.serial,
        case_id=hold.case_id,
        call_id=before.call_id,
        result_id=before.id,
        at=before.at,
        case_outcome=case.outcome,
        why=case.outcome_why,
        next_call_at=case.next_call_at,
        deciding_call=deciding_call(case.deciding_event),
    )
