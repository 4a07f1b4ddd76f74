"""Repairs of a case's numbers: one added, one corrected, one marked by hand as failed or as right."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from cati.desk.actors import Actor
from cati.desk.opting_out import read_list
from cati.desk.repairing import Job, Repaired, check_not_erased, repair
from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.outcomes.derive import LIVE
from cati.phones import PhoneError, read_phone
from cati.storage.tables import number

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

BY_ITS_CALLS = "as-called"
"""The state of a number that nobody says by hand."""


def add_number(store: Store, study: Study, who: Actor, serial: str, typed: str, why: str) -> Repaired:
    """Adds a number to a case; where every number had failed, that reopens it.

    Raises InputError for what is no number that may be called, and for one that the case holds.
    """
    digits = _read(typed)

    def work(job: Job) -> None:
        job.what, job.new = "number added", digits
        _hold(job, digits, _last_position(job) + 1)

    return repair(store, study, who, "number add", serial, why, work)


def correct_number(store: Store, study: Study, who: Actor, serial: str, wrong: str, right: str, why: str) -> Repaired:
    """Puts the right number in the place of a wrong one. The calls made to the wrong one stay its own, and a sample
    file that still has it does not bring it back. Raises InputError where the case does not hold the wrong one."""
    digits = _read(right)

    def work(job: Job) -> None:
        old = _held(job, wrong)
        job.what, job.old, job.new = "number corrected", old.number, digits
        if old.number == digits:
            raise InputError(f"{digits} is the number that the case holds: there is nothing to correct.")
        new = _hold(job, digits, old.position)
        job.connection.execute(
            update(number).where(number.c.id == old.id).values(withdrawn_at=job.now, replaced_by=new)
        )

    return repair(store, study, who, "number correct", serial, why, work)


def mark_number(store: Store, study: Study, who: Actor, serial: str, typed: str, state: str, why: str) -> Repaired:
    """Says by hand what state a number is in: `live`, a failed state of the scheme, or `as-called` again.

    It outranks what the calls to it came to. Raises InputError for a state or a number that there is not.
    """
    states = (LIVE, *study.scheme.number_states, BY_ITS_CALLS)
    if state not in states:
        raise InputError(f"{state!r} is no state of a number. {did_you_mean(state, states)}")

    def work(job: Job) -> None:
        held = _held(job, typed)
        by_hand = None if state == BY_ITS_CALLS else state
        if held.set_by_hand == by_hand:
            raise InputError(f"{held.number} is {state} by hand already." if by_hand else "Nobody has marked it.")
        job.what = f"number {held.number} marked"
        job.old, job.new = held.set_by_hand or BY_ITS_CALLS, state
        job.connection.execute(update(number).where(number.c.id == held.id).values(set_by_hand=by_hand))

    return repair(store, study, who, "number mark", serial, why, work)


def _read(typed: str) -> str:
    try:
        return read_phone(typed)
    except PhoneError as error:
        raise InputError(f"{typed} is not taken as a number: {error}.") from None


def _held(job: Job, typed: str) -> Any:
    """The number held that is meant, as it is kept or as people write it."""
    rows = job.connection.execute(
        select(number)
        .where(number.c.case_id == job.case.id, number.c.withdrawn_at.is_(None))
        .order_by(number.c.position, number.c.id)
    ).all()
    spellings = {typed.strip()}
    with suppress(PhoneError):  # a wrong number may be one that nobody can call
        spellings.add(read_phone(typed))
    found = next((row for row in rows if row.number in spellings or _same(row.number, spellings)), None)
    if found is None:
        held = ", ".join(row.number for row in rows) or "none"
        raise InputError(f"Case {job.case.serial} does not hold {typed}. Its numbers: {held}.")
    return found


def _same(kept: str, spellings: set[str]) -> bool:
    """Is a number that was kept as it was written one of these?"""
    try:
        return read_phone(kept) in spellings
    except PhoneError:
        return False


def _last_position(job: Job) -> int:
    last = select(func.coalesce(func.max(number.c.position), 0)).where(number.c.case_id == job.case.id)
    return int(job.connection.execute(last).scalar_one())


def _hold(job: Job, digits: str, position: int) -> int:
    """Has the case hold a number, as one of the office's; its id."""
    check_not_erased(job)
    listed = read_list(job.connection).barred(job.case.name, [digits], "")
    if listed:
        raise InputError(
            f"{digits} is not called: {listed[:1].lower()}{listed[1:]}. Look at it with: cati opt-out list"
        )
    row = job.connection.execute(
        select(number).where(number.c.case_id == job.case.id, number.c.number == digits)
    ).first()
    if row is not None and row.withdrawn_at is None:
        raise InputError(f"Case {job.case.serial} holds {digits} already.")
    values = {"position": position, "source": "office"}
    if row is not None:
        again = {"withdrawn_at": None, "replaced_by": None, "added_by_result": None, "set_by_hand": None}
        job.connection.execute(update(number).where(number.c.id == row.id).values(**values, **again))
        return int(row.id)
    made = job.connection.execute(
        insert(number).values(case_id=job.case.id, number=digits, added_at=job.now, **values)
    ).inserted_primary_key
    assert made is not None
    return int(made[0])
