"""A call recoded: another result of the same call is added, and what follows is as if it had been coded so at first."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, exists, func, insert, select, update

from cati.desk.actors import Actor
from cati.desk.casefile import write_email
from cati.desk.closing import add_referral, as_called, check_new_number, check_result, settled
from cati.desk.delivery import end_open_calls
from cati.desk.records import Booking, Hold, Refusal, Result
from cati.desk.repairing import Job, Repaired, check_not_erased, repair
from cati.desk.standing import calling_rules
from cati.desk.words import storable
from cati.errors import InputError
from cati.interview.typed import is_address
from cati.storage.answers import latest_answers
from cati.storage.tables import appointment, call, call_result, email_request, interview, interviewer, number

if TYPE_CHECKING:
    from cati.outcomes import Outcome
    from cati.storage import Store
    from cati.studies import Study

NO_HOLD = 0
"""The fence of results that no console wrote: holds count from one."""


def recode_call(
    store: Store, study: Study, who: Actor, serial: str, result: Result, why: str, number_of_call: int | None = None
) -> Repaired:
    """Codes a call otherwise, or one that was interrupted; the old result stays, and no longer counts.

    `number_of_call`: which call of the case, from 1 in order of time; None: the last that is coded. An appointment made
    in the call goes on where the new outcome takes one; appointment, number and promised e-mail that came with the old
    result are taken back where it does not. Raises InputError for a call that there is not, for an outcome that a call
    cannot have or that is its outcome already, and for a complete interview whose answers do not reach the end.
    """

    def work(job: Job) -> None:
        made = _call_of(job.connection, job.case, number_of_call)
        recoding = _Recoding(job, made, _with_what_it_had(job.connection, made, study, result))
        recoding.check()
        recoding.write()

    return repair(store, study, who, "recode", serial, why, work)


def _call_of(connection: Connection, case: Any, number_of_call: int | None) -> Any:
    newest = select(func.max(call_result.c.id)).where(call_result.c.case_id == case.id).group_by(call_result.c.call_id)
    calls = connection.execute(
        select(call, call_result.c.id.label("result_id"), call_result.c.outcome, interviewer.c.name.label("by"))
        .join(interviewer, interviewer.c.id == call.c.interviewer_id)
        .outerjoin(call_result, (call_result.c.call_id == call.c.id) & call_result.c.id.in_(newest))
        .where(call.c.case_id == case.id)
        .order_by(call.c.started_at, call.c.id)
    ).all()
    if not calls:
        raise InputError(f"Case {case.serial} was never called: there is nothing to recode.")
    if number_of_call is None:
        coded = [made for made in calls if made.outcome is not None]
        if not coded:
            raise InputError(f"No call of case {case.serial} is coded. Say which one to code: --call 1")
        return coded[-1]
    if not 1 <= number_of_call <= len(calls):
        raise InputError(f"Case {case.serial} has no call {number_of_call}: its calls are 1 to {len(calls)}.")
    return calls[number_of_call - 1]


def _with_what_it_had(connection: Connection, made: Any, study: Study, result: Result) -> Result:
    """The result with what was taken down in the call, as far as it belongs to the outcome and the result does not say
    it: how firm a refusal was, who refused and why; the appointment that was made."""
    outcome = study.scheme.outcome(result.outcome)
    if "refusal" in outcome.asks_for and made.result_id is not None:
        old = connection.execute(select(call_result).where(call_result.c.id == made.result_id)).one()
        given = result.refusal or Refusal()
        result = replace(
            result,
            refusal=Refusal(
                given.strength or old.refusal_strength,
                given.who or old.refused_by or "",
                given.reason or old.refusal_reason or "",
            ),
        )
    takes = outcome.appointment
    if result.appointment is not None or takes is None:
        return result
    own = connection.execute(
        select(appointment)
        .join(call_result, call_result.c.id == appointment.c.made_by_result)
        .where(call_result.c.call_id == made.id, appointment.c.status != "cancelled")
        .order_by(appointment.c.id.desc())
    ).first()
    if own is None or takes not in ("either", own.kind):
        return result
    return replace(result, appointment=Booking(own.kind, own.starts_at, own.ends_at, own.words))


class _Recoding:
    """A recoding under way of the call `made` (a row, with its newest result and outcome)."""

    def __init__(self, job: Job, made: Any, result: Result) -> None:
        self.job, self.made = job, made
        self.connection = job.connection
        self.outcome: Outcome = check_result(job.study, result)
        self.result = as_called(result)
        self.hold = Hold(job.case.id, job.case.serial, made.interviewer_id, NO_HOLD)
        self.results = list(
            self.connection.execute(select(call_result.c.id).where(call_result.c.call_id == made.id)).scalars()
        )
        self.id = 0

    def check(self) -> None:
        """Raises InputError where the call cannot be recoded so."""
        self._check_what_belongs()
        old = self.job.study.scheme.outcomes.get(self.made.outcome or "")
        if old is not None and old.key == self.outcome.key and self._says_the_same():
            raise InputError(f"That call is coded as {self.outcome.label} already.")
        check_new_number(self.connection, self.job.case.id, self.made.number_id, self.result)
        if self.result.referral_number or self.result.email is not None:
            check_not_erased(self.job)
        if self.outcome.ends_questionnaire:
            self._check_the_end_is_reached()

    def _check_what_belongs(self) -> None:
        """Raises InputError for what this outcome does not have. Tells of a lacking address, and of a time past."""
        result, label, asks = self.result, self.outcome.label, self.outcome.asks_for
        for given, what, name in (
            (
                result.refusal is not None and result.refusal != Refusal(),
                "refusal",
                "how somebody refused (--strength)",
            ),
            (bool(result.referral_number), "number", "a new number (--number)"),
            (result.email is not None, "email", "an e-mail address (--email)"),
        ):
            if given and what not in asks:
                raise InputError(f"{label} has no {what}: leave out {name}, or name another outcome.")
        if result.email is not None and not is_address(result.email.address):
            raise InputError(f"{result.email.address!r} is no e-mail address; write one such as name@example.org.")
        if "email" in asks and result.email is None and not self._is_promised():
            self.job.notes.append("No e-mail is promised by that, and none was: give its address (--email).")
        if result.appointment is not None and (result.appointment.until or result.appointment.at) <= self.job.now:
            self.job.notes.append("The time of the appointment is past.")

    def _is_promised(self) -> bool:
        standing = self._promises(), email_request.c.cancelled_at.is_(None)
        return self.connection.execute(select(email_request.c.id).where(*standing)).first() is not None

    def _promises(self) -> Any:
        return email_request.c.result_id.in_(self.results)

    def _says_the_same(self) -> bool:
        row = self.connection.execute(select(call_result).where(call_result.c.id == self.made.result_id)).one()
        refusal = self.result.refusal
        same_refusal = refusal is None or (refusal.strength, refusal.who, refusal.reason) == (
            row.refusal_strength,
            row.refused_by or "",
            row.refusal_reason or "",
        )
        booked = self.connection.execute(
            select(appointment.c.id).where(
                appointment.c.made_by_result.in_(self.results),
                appointment.c.starts_at == (self.result.appointment.at if self.result.appointment else None),
            )
        ).first()
        same_time = self.result.appointment is None or booked is not None
        return same_refusal and same_time and self.result.email is None and not self.result.referral_number

    def _check_the_end_is_reached(self) -> None:
        """An interview that stops short of its end is in no export as a whole one."""
        from cati.interview.interview import Interview

        study, case = self.job.study, self.job.case
        program = study.program("telephone")
        answers, _ = latest_answers(self.connection, self.made.interview_id, self.made.id, program.per_call)
        facts = {name: case._mapping[name] for name in ("serial", "name", "la", "region", "ofsted", "email", "link")}
        sample = {**json.loads(case.variables), **facts, "interviewer_name": self.made.by}
        held, _ = Interview.resume(program, sample, answers)
        if held.end != self.outcome.key:
            where = f"stop at {held.next}" if held.next is not None else "end otherwise"
            raise InputError(
                f"The answers of this interview {where}: it cannot be recoded as {self.outcome.label}, as if it had "
                "been held to its end."
            )

    def write(self) -> None:
        """Adds the result, and settles anew all that came with it."""
        job, made, scheme = self.job, self.made, self.job.study.scheme
        if made.ended_at is None:
            end_open_calls(self.connection, job.case.id)
        old = scheme.outcome(made.outcome).label if made.outcome is not None else "not coded"
        job.what = f"call of {made.started_at.astimezone(job.study.timezone):%Y-%m-%d %H:%M} recoded"
        job.old, job.new = old, self.outcome.label
        self.id = self._add_result()
        job.facts = {"call": made.id, "result": self.id, "before": made.result_id}
        self._settle_appointments()
        self._settle_number()
        self._settle_email()
        self._settle_interview()

    def _add_result(self) -> int:
        refusal = self.result.refusal
        written = self.connection.execute(
            insert(call_result).values(
                call_id=self.made.id,
                case_id=self.job.case.id,
                interviewer_id=self.job.who.id,
                at=self.job.now,
                outcome=self.outcome.key,
                why="recoded",
                fence=NO_HOLD,
                complete=int(self.outcome.ends_questionnaire),
                refusal_strength=refusal.strength if refusal else None,
                refused_by=storable(refusal.who) if refusal else None,
                refusal_reason=storable(refusal.reason) if refusal else None,
            )
        ).inserted_primary_key
        assert written is not None
        return int(written[0])

    def _settle_appointments(self) -> None:
        """As if the call had been coded so: what the old result had made and settled is taken back, and all that stands
        is settled by this call and the calls after it, in their order."""
        own = appointment.c.made_by_result.in_(self.results)
        of_case = appointment.c.case_id == self.job.case.id
        booking = self.result.appointment
        kept = exists_at(booking)
        self.connection.execute(
            update(appointment).where(own, appointment.c.status == "booked", ~kept).values(status="cancelled")
        )
        self.connection.execute(
            update(appointment)
            .where(of_case, ~own, appointment.c.settled_by_result.in_(self.results))
            .values(status="booked", settled_by_result=None)
        )
        there = self.connection.execute(
            select(appointment.c.id).where(own, kept, appointment.c.status != "cancelled")
        ).first()
        if booking is not None and there is None:
            self.connection.execute(
                insert(appointment).values(
                    case_id=self.job.case.id,
                    made_by_result=self.id,
                    owner=self.made.interviewer_id,
                    kind=booking.kind,
                    starts_at=booking.at,
                    ends_at=booking.until,
                    words=storable(booking.words),
                )
            )
        settle_from(self.job, self.made)

    def _settle_number(self) -> None:
        if self.result.referral_number:
            add_referral(self.connection, self.job.store, self.hold, self.result.referral_number, self.job.now, self.id)
        elif "number" not in self.outcome.asks_for:
            dialled = exists().where(call.c.number_id == number.c.id)
            self.connection.execute(
                update(number)
                .where(number.c.added_by_result.in_(self.results), number.c.withdrawn_at.is_(None), ~dialled)
                .values(withdrawn_at=self.job.now)
            )

    def _settle_email(self) -> None:
        email = self.result.email
        if email is not None or "email" not in self.outcome.asks_for:
            # a corrected address takes the place of the wrong one
            waiting = email_request.c.cancelled_at.is_(None), email_request.c.sent_at.is_(None)
            self.connection.execute(
                update(email_request).where(self._promises(), *waiting).values(cancelled_at=self.job.now)
            )
        if email is not None:
            address = storable(email.address).strip()
            write_email(self.connection, self.hold, self.made.id, address, email.kind, self.job.now, self.id)

    def _settle_interview(self) -> None:
        last = select(func.max(call.c.id)).where(call.c.interview_id == self.made.interview_id).scalar_subquery()
        if self.connection.execute(select(last)).scalar() != self.made.id:
            return
        ended = select(call.c.ended_at).where(call.c.id == self.made.id).scalar_subquery()
        self.connection.execute(
            update(interview)
            .where(interview.c.id == self.made.interview_id)
            .values(ended_at=ended if self.outcome.is_final else None)
        )


def exists_at(booking: Booking | None) -> Any:
    """Is an appointment the one that a booking describes?"""
    if booking is None:
        return appointment.c.id.is_(None)
    ends = appointment.c.ends_at.is_(None) if booking.until is None else appointment.c.ends_at == booking.until
    return (appointment.c.kind == booking.kind) & (appointment.c.starts_at == booking.at) & ends


def settle_from(job: Job, first: Any) -> None:
    """Settles the appointments that stand by a call (a row) and by every coded one after it; one stands at the most."""
    newest = select(func.max(call_result.c.id)).where(call_result.c.case_id == job.case.id)
    calls = job.connection.execute(
        select(call.c.id, call.c.started_at, call_result.c.id.label("result_id"))
        .join(call_result, call_result.c.call_id == call.c.id)
        .where(call_result.c.id.in_(newest.group_by(call_result.c.call_id)), call_result.c.outcome.is_not(None))
        .order_by(call.c.started_at, call.c.id)
    ).all()
    place = {made.id: at for at, made in enumerate(calls)}
    rules = calling_rules(job.connection, job.study)
    for made in calls[place[first.id] :]:
        booked = _booked(job.connection, job.case.id)
        rebooked = any(row.call_id == made.id for row in booked)
        for row in booked:
            if place.get(row.call_id, -1) >= place[made.id]:
                continue
            status = settled(rules, row, made.started_at, rebooked=rebooked)
            if status is not None:
                _settle(job.connection, row.id, status, made.result_id)
    keep_one(job.connection, job.case.id)


def keep_one(connection: Connection, case_id: int) -> None:
    """Of several appointments that stand, that of the latest call does; the others gave way to it."""
    *others, last = _booked(connection, case_id) or [None]
    for row in others:
        _settle(connection, row.id, "replaced", last.made_by_result)


def _booked(connection: Connection, case_id: int) -> list[Any]:
    """The appointments that stand, with the calls in which they were made, in their order."""
    return list(
        connection.execute(
            select(appointment, call.c.id.label("call_id"))
            .join(call_result, call_result.c.id == appointment.c.made_by_result)
            .join(call, call.c.id == call_result.c.call_id)
            .where(appointment.c.case_id == case_id, appointment.c.status == "booked")
            .order_by(call.c.started_at, call.c.id, appointment.c.id)
        )
    )


def _settle(connection: Connection, appointment_id: int, status: str, result_id: int) -> None:
    connection.execute(
        update(appointment).where(appointment.c.id == appointment_id).values(status=status, settled_by_result=result_id)
    )
