"""A call: dialled, answered question by question, coded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cati.desk.casefile import write_email, write_note
from cati.desk.delivery import let_go
from cati.desk.errors import LostHold
from cati.desk.holding import holds
from cati.desk.records import Booking, Closed, Hold, OpenCall, Result
from cati.desk.standing import restand
from cati.desk.words import storable
from cati.errors import InputError
from cati.outcomes import Outcome
from cati.storage import Store
from cati.storage.answers import Json, latest_answers, write_answer, write_late
from cati.storage.tables import appointment, call, call_result, cases, interview, number, questionnaire_version

if TYPE_CHECKING:
    from cati.studies import Study

# A soft appointment ("about then") is kept by a call within this time.
SOFT_LEEWAY = timedelta(hours=1)


def start_call(store: Store, hold: Hold, number_id: int | None, *, per_call: Collection[str] = frozenset()) -> OpenCall:
    """Writes down that a number is being dialled, before anybody talks; None: a call that came in.

    `per_call`: the ids of items that belong to a call (the screener), whose answers in earlier calls are left out of
    `OpenCall.answers`. The same call again under the same hold, uncoded, is the same call: a retry does no harm.
    Raises LostHold if the case is no longer ours, InputError for a number that the case does not hold.
    """
    with store.write() as connection:
        ours = holds(store, connection, hold)
        if ours:
            now = store.now(connection)
            _check_number(connection, hold, number_id)
            interview_id = _interview(connection, hold, now)
            call_id = _uncoded(connection, hold, number_id)
            if call_id is None:
                made = connection.execute(
                    insert(call).values(
                        case_id=hold.case_id,
                        number_id=number_id,
                        interview_id=interview_id,
                        interviewer_id=hold.interviewer_id,
                        fence=hold.fence,
                        started_at=now,
                        because=hold.because,
                    )
                ).inserted_primary_key
                assert made is not None
                call_id = int(made[0])
            return open_call(connection, call_id, interview_id, per_call)
    raise LostHold(hold.serial)


def open_call(connection: Connection, call_id: int, interview_id: int, per_call: Collection[str]) -> OpenCall:
    """A call as it stands, with the answers to go on from."""
    answers, seq = latest_answers(connection, interview_id, call_id, per_call)
    return OpenCall(call_id, interview_id, seq, answers)


def _check_number(connection: Connection, hold: Hold, number_id: int | None) -> None:
    if number_id is None:
        return
    held = connection.execute(
        select(number.c.id).where(
            number.c.id == number_id, number.c.case_id == hold.case_id, number.c.withdrawn_at.is_(None)
        )
    ).first()
    if held is None:
        raise InputError(f"Case {hold.serial} does not hold that number. Choose one of its card.")


def _interview(connection: Connection, hold: Hold, now: datetime) -> int:
    found = connection.execute(
        select(func.max(interview.c.id)).where(interview.c.case_id == hold.case_id, interview.c.mode == "telephone")
    ).scalar()
    if found is not None:
        return int(found)
    version = connection.execute(select(func.max(questionnaire_version.c.id))).scalar()
    if version is None:
        raise InputError("No study is installed in this database. Install one with: cati init STUDY")
    made = connection.execute(
        insert(interview).values(case_id=hold.case_id, version_id=version, mode="telephone", started_at=now)
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def _uncoded(connection: Connection, hold: Hold, number_id: int | None) -> int | None:
    """The call already written down under this hold to the same number, not coded yet."""
    same_number = call.c.number_id.is_(None) if number_id is None else call.c.number_id == number_id
    found = connection.execute(
        select(func.max(call.c.id)).where(
            call.c.case_id == hold.case_id, call.c.fence == hold.fence, same_number, call.c.ended_at.is_(None)
        )
    ).scalar()
    return None if found is None else int(found)


def save_answer(store: Store, hold: Hold, call: OpenCall, item: str, value: Json, seq: int) -> None:
    """Saves one answer (None: taken back); on the disk when this returns, and the lease renewed.

    `seq` counts the answers of the interview, from `OpenCall.seq` on; the same number again overwrites, so that a save
    whose success was not heard of may be repeated. Raises LostHold if the case is no longer ours (the answer is kept
    apart), OutsideError if it could not be saved: try again.
    """
    with store.write() as connection:
        ours = holds(store, connection, hold)
        if ours:
            write_answer(
                store,
                connection,
                interview_id=call.interview_id,
                call_id=call.call_id,
                seq=seq,
                item=item,
                value=value,
            )
        else:
            _keep_late(store, connection, hold, call, "answer", seq, item, value)
    if not ours:
        raise LostHold(hold.serial)


def _keep_late(
    store: Store, connection: Connection, hold: Hold, call: OpenCall, kind: str, seq: int, item: str, value: Json
) -> None:
    write_late(
        store,
        connection,
        call_id=call.call_id,
        interviewer_id=hold.interviewer_id,
        fence=hold.fence,
        kind=kind,
        seq=seq,
        item=item,
        value=value,
    )


def close_call(store: Store, study: Study, hold: Hold, call: OpenCall, result: Result) -> Closed:
    """Codes a call: the result and all that comes with it, the case's outcome derived anew, the case let go; at once.

    Repeated after a success that was not heard of, it returns what was done. Raises InputError for an outcome that a
    call cannot have or a result that lacks something (an appointment without a time), LostHold if the case is no
    longer ours (the result is kept apart).
    """
    outcome = check_result(study, result)
    with store.write() as connection:
        now = store.now(connection)
        if holds(store, connection, hold):
            return _close(connection, store, study, hold, call, result, outcome, now)
        closed = _already_closed(connection, hold, call, result)
        if closed is None:
            kept = asdict(result) | {"appointment": str(result.appointment) if result.appointment else None}
            _keep_late(store, connection, hold, call, "result", 0, result.outcome, kept)
    if closed is None:
        raise LostHold(hold.serial)
    return closed


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
    last = connection.execute(select(cases.c.last_call_at).where(cases.c.id == hold.case_id)).scalar()
    # a clock set back must not put this call before the one before it
    at = max(moment for moment in (now, made.started_at, last) if moment is not None)
    refusal = result.refusal
    written = connection.execute(
        insert(call_result).values(
            call_id=made.id,
            case_id=hold.case_id,
            interviewer_id=hold.interviewer_id,
            at=at,
            outcome=outcome.key,
            fence=hold.fence,
            complete=int(outcome.ends_questionnaire),
            refusal_strength=refusal.strength if refusal else None,
            refused_by=storable(refusal.who) if refusal else None,
            refusal_reason=storable(refusal.reason) if refusal else None,
        )
    ).inserted_primary_key
    assert written is not None
    result_id = int(written[0])
    connection.execute(update(call).where(call.c.id == made.id).values(ended_at=at))
    if outcome.is_final:
        connection.execute(update(interview).where(interview.c.id == made.interview_id).values(ended_at=at))
    if result.note.strip():
        write_note(connection, hold, storable(result.note).strip(), at, call_id=made.id, result_id=result_id)
    if result.email is not None and result.email.address.strip():
        address = storable(result.email.address).strip()
        write_email(connection, hold, made.id, address, result.email.kind, at, result_id)
    if result.referral_number is not None and result.referral_number.strip():
        _add_number(connection, store, hold, storable(result.referral_number).strip(), at, result_id)
    _appointments(connection, study, hold, result.appointment, made.started_at, result_id)
    standing = restand(connection, study, hold.case_id, at, result_id=result_id)
    let_go(connection, hold)
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


def _add_number(connection: Connection, store: Store, hold: Hold, digits: str, now: datetime, result_id: int) -> None:
    last = select(func.coalesce(func.max(number.c.position), 0) + 1).where(number.c.case_id == hold.case_id)
    added = (sqlite if store.is_sqlite else postgresql).insert(number)
    connection.execute(
        added.values(
            case_id=hold.case_id,
            position=last.scalar_subquery(),
            number=digits,
            source="referral",
            added_at=now,
            added_by_result=result_id,
        ).on_conflict_do_update(
            index_elements=["case_id", "number"], set_={"withdrawn_at": None, "added_by_result": result_id}
        )
    )


def _appointments(
    connection: Connection, study: Study, hold: Hold, booking: Booking | None, called_at: datetime, result_id: int
) -> None:
    """Settles the appointment that stood, and books the new one."""
    booked = connection.execute(
        select(appointment).where(appointment.c.case_id == hold.case_id, appointment.c.status == "booked")
    ).all()
    for row in booked:
        leeway = SOFT_LEEWAY if row.kind == "soft" else study.rules.appointment_grace
        if called_at >= row.starts_at - leeway:
            status = "kept" if called_at <= (row.ends_at or row.starts_at) + leeway else "missed"
        elif booking is not None:
            status = "replaced"
        else:
            continue  # called before its time: it still stands
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


def _already_closed(connection: Connection, hold: Hold, open_call: OpenCall, result: Result) -> Closed | None:
    """What this very close did the first time, if it did."""
    row = connection.execute(
        select(call_result).where(call_result.c.call_id == open_call.call_id).order_by(call_result.c.id.desc()).limit(1)
    ).first()
    if row is None or (row.fence, row.interviewer_id, row.outcome) != (hold.fence, hold.interviewer_id, result.outcome):
        return None
    case: Any = connection.execute(select(cases).where(cases.c.id == hold.case_id)).one()
    deciding = case.deciding_event or ""
    return Closed(
        serial=hold.serial,
        case_id=hold.case_id,
        call_id=open_call.call_id,
        result_id=row.id,
        at=row.at,
        case_outcome=case.outcome,
        why=case.outcome_why,
        next_call_at=case.next_call_at,
        deciding_call=int(deciding[5:]) if deciding.startswith("call:") else None,
    )
