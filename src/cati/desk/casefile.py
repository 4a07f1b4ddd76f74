"""One case: its card, its notes, the e-mails it was promised."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, exists, func, insert, select

from cati.desk.errors import LostHold
from cati.desk.heard import heard_of
from cati.desk.holding import holds, is_held
from cati.desk.numbers import numbers_of
from cati.desk.records import Booked, CaseCard, EmailKind, Hold, Note, OpenCall, PastCall, PhoneNumber
from cati.desk.standing import calling_rules, look
from cati.desk.words import interrupted, reason_for_appointment, reason_for_call_back, storable, with_place
from cati.errors import InputError
from cati.fieldwork import TURN, Group, Situation, number_to_dial, times_in_a_row
from cati.fieldwork.turns import PLACES
from cati.storage import Store
from cati.storage.answers import latest_answers
from cati.storage.tables import (
    appointment,
    call,
    call_result,
    cases,
    email_request,
    interview,
    interviewer,
    note,
    number,
)

if TYPE_CHECKING:
    from cati.studies import Study


def case_card(store: Store, study: Study, serial: str) -> CaseCard:
    """The card of a case. Raises InputError if there is no case of that serial."""
    with store.read() as connection:
        case_id = find_case(connection, serial)
        return read_card(connection, study, case_id, store.now(connection))


def find_case(connection: Connection, serial: str) -> int:
    """The id of the case of that serial, or InputError."""
    found = connection.execute(select(cases.c.id).where(cases.c.serial == serial)).scalar()
    if found is None:
        raise InputError(f"There is no case {serial!r} in this database. Serials are as in the sample file.")
    return int(found)


def read_card(connection: Connection, study: Study, case_id: int, now: datetime) -> CaseCard:
    """The card of a case, with the reason for calling it as it is said at `now`."""
    case = connection.execute(select(cases).where(cases.c.id == case_id)).one()
    notes = _notes(connection, case_id)
    calls = _calls(connection, study, case, now, notes)
    booked = _appointments(connection, case_id)
    numbers = numbers_of(connection, study, case_id)
    holder = None
    if is_held(case.owner, case.lease_until, now):
        holder = connection.execute(select(interviewer.c.name).where(interviewer.c.id == case.owner)).scalar()
    return CaseCard(
        serial=case.serial,
        name=case.name,
        la=case.la,
        region=case.region,
        ofsted=case.ofsted,
        email=case.email,
        link=case.link,
        recontact=case.recontact,
        batch=case.batch,
        variables=json.loads(case.variables),
        online_status=case.online_status,
        numbers=numbers,
        next_number=_next_number(connection, study, numbers, calls, look(connection, study, case).situation, now),
        calls=calls,
        notes=tuple(Note(row.at, row.who, row.text, row.call_id) for row in notes),
        appointments=booked,
        reason=_reason(study, case, calls, booked, now),
        outcome=case.outcome,
        outcome_label=study.scheme.outcome(case.outcome).label,
        outcome_why=case.outcome_why,
        attempts=case.attempts,
        last_call_at=case.last_call_at,
        next_call_at=case.next_call_at,
        issued=case.issued_at is not None,
        answered=_answered(connection, case_id),
        held_by=holder,
        heard=heard_of(connection, study, case_id),
        timezone=case.timezone,
    )


def _reason(study: Study, case: Any, calls: tuple[PastCall, ...], booked: tuple[Booked, ...], now: datetime) -> str:
    zone = study.timezone
    standing = next((made for made in booked if made.status == "booked"), None)
    coded = [made.outcome for made in calls if made.outcome is not None]
    if case.next_class is None:
        reason = str(case.next_reason)
    elif case.next_class != TURN and standing is not None:
        reason = reason_for_appointment(standing, now, zone)
    elif case.outcome == study.scheme.default.key and not coded:
        reason = "Not called yet"
    elif coded and case.next_reason == study.scheme.default.label:
        reason = f"Opened again (last call: {study.scheme.outcome(coded[-1]).label})"
    elif case.next_rule == "interrupted":
        reason = study.scheme.outcome(coded[-1] if coded else case.outcome).label
    elif coded and coded[-1] == case.outcome and case.next_reason == study.scheme.outcome(case.outcome).label:
        reason = reason_for_call_back(case.next_reason, times_in_a_row(coded), case.next_call_at, now, zone)
    else:
        reason = str(case.next_reason)
        if coded and coded[-1] != case.outcome:
            reason += f" (last call: {calls[-1].label if calls[-1].outcome else study.scheme.outcome(coded[-1]).label})"
    if case.next_class is not None and case.came_as is not None and case.owner is not None:
        reason = with_place(reason, PLACES[case.came_as], Group.parse(case.next_group))
    if calls and calls[-1].outcome is None and not calls[-1].in_progress:
        broken_off = interrupted(calls[-1], now, zone)
        if case.next_class != TURN:
            return f"{broken_off}. {reason}"
        return f"{broken_off}. Before that: {reason}" if coded else broken_off
    return reason


def _notes(connection: Connection, case_id: int) -> list[Any]:
    """The notes, the oldest first, without those that came with a result taken back since: recoded ones stay."""
    later = call_result.alias("later")
    taken_back = exists().where(
        later.c.call_id == call_result.c.call_id, later.c.id > call_result.c.id, later.c.outcome.is_(None)
    )
    rows = connection.execute(
        select(note, interviewer.c.name.label("who"))
        .join(interviewer, interviewer.c.id == note.c.interviewer_id)
        .outerjoin(call_result, call_result.c.id == note.c.result_id)
        .where(note.c.case_id == case_id, note.c.result_id.is_(None) | ~taken_back)
        .order_by(note.c.at, note.c.id)
    )
    return list(rows)


def _calls(connection: Connection, study: Study, case: Any, now: datetime, notes: list[Any]) -> tuple[PastCall, ...]:
    newest = select(func.max(call_result.c.id)).where(call_result.c.case_id == case.id).group_by(call_result.c.call_id)
    rows = connection.execute(
        select(
            call,
            interviewer.c.name.label("who"),
            number.c.number.label("dialled"),
            call_result.c.outcome,
            call_result.c.refusal_strength,
            call_result.c.refused_by,
            call_result.c.refusal_reason,
        )
        .join(interviewer, interviewer.c.id == call.c.interviewer_id)
        .outerjoin(number, number.c.id == call.c.number_id)
        .outerjoin(call_result, (call_result.c.call_id == call.c.id) & call_result.c.id.in_(newest))
        .where(call.c.case_id == case.id)
        .order_by(call.c.started_at, call.c.id)
    ).all()
    made = []
    for row in rows:
        going_on = row.outcome is None and row.fence == case.fence and is_held(case.owner, case.lease_until, now)
        label = "in progress" if going_on else "interrupted"
        made.append(
            PastCall(
                id=row.id,
                started_at=row.started_at,
                ended_at=row.ended_at,
                interviewer=row.who,
                number=row.dialled or "",
                outcome=row.outcome,
                label=study.scheme.outcome(row.outcome).label if row.outcome is not None else label,
                notes=tuple(written.text for written in notes if written.call_id == row.id),
                because=row.because,
                in_progress=going_on,
                refusal_strength=row.refusal_strength,
                refused_by=row.refused_by,
                refusal_reason=row.refusal_reason,
            )
        )
    return tuple(made)


def _appointments(connection: Connection, case_id: int) -> tuple[Booked, ...]:
    rows = connection.execute(
        select(appointment, interviewer.c.name.label("owner_name"), call_result.c.at.label("made_at"))
        .join(interviewer, interviewer.c.id == appointment.c.owner)
        .join(call_result, call_result.c.id == appointment.c.made_by_result)
        .where(appointment.c.case_id == case_id)
        .order_by(appointment.c.id)
    )
    return tuple(
        Booked(row.id, row.kind, row.starts_at, row.ends_at, row.words, row.status, row.owner_name, row.made_at)
        for row in rows
    )


def _next_number(
    connection: Connection,
    study: Study,
    numbers: tuple[PhoneNumber, ...],
    calls: tuple[PastCall, ...],
    case: Situation,
    now: datetime,
) -> int | None:
    """The number to dial first: that of an interrupted call, else what the calling rules say."""
    if case.appointment is None and calls and calls[-1].outcome is None:
        usable = (held.id for held in numbers if not held.failed and held.number == calls[-1].number)
        broken = next(usable, None)
        if broken is not None:
            return broken
    return number_to_dial(calling_rules(connection, study), case, now)


def _answered(connection: Connection, case_id: int) -> int:
    held = connection.execute(
        select(interview.c.id).where(interview.c.case_id == case_id).order_by(interview.c.id.desc()).limit(1)
    ).scalar()
    return 0 if held is None else len(latest_answers(connection, held, 0)[0])


def add_note(store: Store, hold: Hold, text: str, call: OpenCall | None = None) -> None:
    """Adds a note to a case, whoever holds it by now: a note harms nobody. Raises InputError for an empty one, and for
    a case that was erased."""
    text = storable(text).strip()
    if not text:
        raise InputError("The note is empty.")
    with store.write() as connection:
        erased = select(cases.c.erased_at).where(cases.c.id == hold.case_id).with_for_update(read=True)
        if connection.execute(erased).scalar() is not None:
            raise InputError(f"Case {hold.serial} was erased; no note is taken of it any more.")
        write_note(connection, hold, text, store.now(connection), call_id=call.call_id if call else None)


def write_note(
    connection: Connection, hold: Hold, text: str, now: datetime, *, call_id: int | None, result_id: int | None = None
) -> None:
    """Writes a note, as part of a result where one is named."""
    connection.execute(
        insert(note).values(
            case_id=hold.case_id,
            call_id=call_id,
            result_id=result_id,
            interviewer_id=hold.interviewer_id,
            at=now,
            text=text,
        )
    )


def log_email_request(store: Store, hold: Hold, call: OpenCall | None, address: str, kind: EmailKind) -> None:
    """Takes down a promised e-mail. Raises LostHold if the case is not ours now, InputError for no address."""
    address = storable(address).strip()
    if not address:
        raise InputError("The e-mail address is empty.")
    with store.write() as connection:
        ours = holds(store, connection, hold)
        if ours:
            write_email(connection, hold, call.call_id if call else None, address, kind, store.now(connection))
    if not ours:
        raise LostHold(hold.serial)


def write_email(
    connection: Connection,
    hold: Hold,
    call_id: int | None,
    address: str,
    kind: EmailKind,
    now: datetime,
    result_id: int | None = None,
) -> None:
    """Writes down a promised e-mail, as part of a result where one is named."""
    connection.execute(
        insert(email_request).values(
            case_id=hold.case_id,
            call_id=call_id,
            result_id=result_id,
            interviewer_id=hold.interviewer_id,
            at=now,
            address=address,
            kind=kind,
        )
    )
