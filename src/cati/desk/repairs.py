"""Repairs of a case as a whole: released, given to somebody else, reopened, closed as opted out.

Each is undone by `taking_back.undo_repair`. None may be done by an interviewer.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from cati.desk.actors import Actor, find_user
from cati.desk.delivery import end_open_calls
from cati.desk.holding import is_held
from cati.desk.opting_out import list_case
from cati.desk.repairing import Job, Repaired, holder_of, open_call_of, repair
from cati.desk.standing import calling_rules, look
from cati.errors import InputError
from cati.fieldwork import When, check_time
from cati.storage.tables import appointment, call_result, case_event, cases, interviewer

if TYPE_CHECKING:
    from cati.desk.records import Booking
    from cati.outcomes import EventKind
    from cati.storage import Store
    from cati.studies import Study


def release_case(store: Store, study: Study, who: Actor, serial: str, why: str) -> Repaired:
    """Takes a case out of somebody's hands. A call that is being made counts as interrupted; every answer is kept.

    Raises InputError where nobody has it.
    """

    def work(job: Job) -> None:
        case = job.case
        if case.owner is None:
            raise InputError(f"Case {serial} is in nobody's hands: there is nothing to release.")
        began = open_call_of(job.connection, case)
        job.what = "released"
        job.old = holder_of(job.connection, case)
        if began is not None and is_held(case.owner, case.lease_until, job.now):
            at = began.astimezone(study.timezone)
            job.notes.append(f"{job.old} has been in a call since {at:%H:%M}: it will count as interrupted.")
        job.facts = {"fence": case.fence}
        job.connection.execute(update(cases).where(cases.c.id == case.id).values(owner=None, lease_until=None))
        end_open_calls(job.connection, case.id)

    return repair(store, study, who, "release", serial, why, work, of_held=True)


def reassign_case(store: Store, study: Study, who: Actor, serial: str, to: str, why: str) -> Repaired:
    """Makes the appointment of a case another interviewer's. Raises InputError where none stands, and for somebody who
    may not sign in."""

    def work(job: Job) -> None:
        booked = _booked(job.connection, job.case)
        if booked is None:
            raise InputError(
                f"Case {serial} has no appointment that stands. A case without one belongs to nobody: whoever is free "
                "gets it in its turn."
            )
        new = find_user(job.connection, to)
        if new.disabled_at is not None:
            raise InputError(f"{new.name} may no longer sign in: give the appointment to somebody else.")
        if new.id == booked.owner:
            raise InputError(f"The appointment of case {serial} is {new.name}'s already.")
        job.what = "appointment reassigned"
        job.old = _name_of(job.connection, booked.owner)
        job.new = new.name
        if booked.kind == "soft":
            job.notes.append("It is a soft appointment: it comes to whoever is free then.")
        job.connection.execute(update(appointment).where(appointment.c.id == booked.id).values(owner=new.id))

    return repair(store, study, who, "reassign", serial, why, work)


def reopen_case(store: Store, study: Study, who: Actor, serial: str, why: str, outcome: str | None = None) -> Repaired:
    """Reopens a case that a refusal or breakdown closed: every one so far is set aside.

    `outcome`: what the case goes on as, such as a call back; None: as what its other calls came to. Raises InputError
    where no refusal or breakdown closed it.
    """

    def work(job: Job) -> None:
        reopenable = {key for rank in study.scheme.precedence if rank.reopenable for key in rank.outcomes}
        label = study.scheme.outcome(job.case.outcome).label
        if job.case.outcome not in reopenable:
            raise InputError(
                f"Case {serial} stands as {label}: no refusal or breakdown closed it, so there is nothing to reopen."
            )
        if outcome is not None and study.scheme.outcome(outcome).is_final:
            raise InputError(f"{study.scheme.outcome(outcome).label} is final: a case cannot be reopened as that.")
        if outcome is not None and study.scheme.outcome(outcome).asks_for:
            possible = [each.key for each in study.scheme.outcomes.values() if not (each.is_final or each.asks_for)]
            label = study.scheme.outcome(outcome).label
            raise InputError(f"A case cannot be reopened as {label}, but as one of: {', '.join(possible)}.")
        job.what = "reopened"
        _write_event(job, "reopening", outcome)
        _say_outcomes(job)

    return repair(store, study, who, "reopen", serial, why, work)


def opt_out_case(store: Store, study: Study, who: Actor, serial: str, why: str, outcome: str | None = None) -> Repaired:
    """Closes a case because somebody asked the office (an e-mail, a letter, a call) not to be contacted, and puts them
    on the opt-out list.

    `outcome`: which of those that the office can find, where the scheme has several. Raises InputError where the case
    is closed so already.
    """

    def work(job: Job) -> None:
        key = _by_office(study, outcome)
        label = study.scheme.outcome(key).label
        if job.case.outcome == key:
            raise InputError(f"Case {serial} stands as {label} already.")
        job.what = f"closed by the office: {label}"
        _write_event(job, "office", key)
        _say_outcomes(job)
        listed = list_case(job.store, job.connection, study, job.case.id, who.name, job.now)
        job.facts |= {"listed": asdict(listed)}
        if listed.ids:
            job.notes.append("Their numbers and address are on the opt-out list.")
        if listed.barred:
            job.notes.append(f"Not called any more either, as the list knows them: {', '.join(listed.barred)}.")

    return repair(store, study, who, "opt out", serial, why, work)


def move_appointment(store: Store, study: Study, who: Actor, serial: str, booking: Booking, why: str) -> Repaired:
    """Puts another appointment in the place of the one that stands; its owner stays. Raises InputError where none
    stands, and for a time that is past."""

    def work(job: Job) -> None:
        booked = _standing(job, serial)
        if booking.at <= job.now:
            raise InputError("That time is past. Give a time to come.")
        same = (booked.kind, booked.starts_at, booked.ends_at) == (booking.kind, booking.at, booking.until)
        if same:
            raise InputError(f"The appointment of case {serial} is at that time already.")
        coded = job.connection.execute(
            select(call_result.c.outcome).where(call_result.c.id == booked.made_by_result)
        ).scalar()
        made_in = study.scheme.outcomes.get(coded or "")
        if made_in is not None and made_in.appointment not in (None, "either", booking.kind):
            raise InputError(
                f"The call was coded as {made_in.label}, which takes no {booking.kind} appointment: recode it "
                f"(cati case recode {serial} OUTCOME --at TIME), and the appointment with it."
            )
        job.what = "appointment moved"
        job.old = _in_words(study, booked.kind, booked.starts_at, booked.ends_at)
        job.new = _in_words(study, booking.kind, booking.at, booking.until)
        rules = calling_rules(job.connection, study).in_zone(job.case.timezone)
        job.notes += check_time(rules, When(booking.at, booking.until, ""), job.now)
        job.connection.execute(update(appointment).where(appointment.c.id == booked.id).values(status="replaced"))
        job.connection.execute(
            insert(appointment).values(
                case_id=job.case.id,
                made_by_result=booked.made_by_result,
                owner=booked.owner,
                kind=booking.kind,
                starts_at=booking.at,
                ends_at=booking.until,
                words=booking.words,
            )
        )

    return repair(store, study, who, "appointment move", serial, why, work)


def cancel_appointment(store: Store, study: Study, who: Actor, serial: str, why: str) -> Repaired:
    """Cancels the appointment that stands; the case is called again in its turn. Raises InputError where none does."""

    def work(job: Job) -> None:
        booked = _standing(job, serial)
        job.what = "appointment cancelled"
        job.old = _in_words(study, booked.kind, booked.starts_at, booked.ends_at)
        job.connection.execute(update(appointment).where(appointment.c.id == booked.id).values(status="cancelled"))

    return repair(store, study, who, "appointment cancel", serial, why, work)


def _standing(job: Job, serial: str) -> Any:
    booked = _booked(job.connection, job.case)
    if booked is None:
        raise InputError(f"Case {serial} has no appointment that stands.")
    return booked


def _booked(connection: Connection, case: Any) -> Any:
    return connection.execute(
        select(appointment)
        .where(appointment.c.case_id == case.id, appointment.c.status == "booked")
        .order_by(appointment.c.starts_at)
    ).first()


def _name_of(connection: Connection, interviewer_id: int) -> str:
    return str(connection.execute(select(interviewer.c.name).where(interviewer.c.id == interviewer_id)).scalar_one())


def _in_words(study: Study, kind: str, start: datetime, end: datetime | None) -> str:
    until = f"–{end.astimezone(study.timezone):%H:%M}" if end is not None else ""
    return f"{kind}, {start.astimezone(study.timezone):%Y-%m-%d %H:%M}{until}"


def _by_office(study: Study, outcome: str | None) -> str:
    keys = [key for key, each in study.scheme.outcomes.items() if "office" in each.found_by and each.is_final]
    if outcome is not None and study.scheme.outcome(outcome).key in keys:
        return outcome
    if outcome is not None or len(keys) > 1:
        raise InputError(f"Which outcome does the office close a case with? One of: {', '.join(keys)}.")
    if not keys:
        raise InputError(
            f"The outcome scheme {study.scheme.id} has no final outcome with `found_by: [office]`. Add it to "
            f"{study.scheme.source}, then cati init."
        )
    return keys[0]


def _write_event(job: Job, kind: EventKind, outcome: str | None) -> None:
    # after whatever its calls came to, should the clock have been set back since
    at = max(moment for moment in (job.now, job.case.last_call_at) if moment is not None)
    made = job.connection.execute(
        insert(case_event).values(
            case_id=job.case.id, kind=kind, at=at, recorded_at=job.now, who=job.who.name, outcome=outcome
        )
    ).inserted_primary_key
    assert made is not None
    job.facts = {"event": int(made[0])}


def _say_outcomes(job: Job) -> None:
    """The outcome of the case before and after, for the log."""
    derived = look(job.connection, job.study, job.case).derived
    job.old = job.study.scheme.outcome(job.case.outcome).label
    job.new = job.study.scheme.outcome(derived.outcome).label
    if derived.outcome == job.case.outcome:
        job.notes.append(f"The case stands as {job.new} all the same: {derived.why}")
