"""Handing out cases: claimed for one interviewer, held by a lease, given back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, update

from cati.desk.actors import check_still_there
from cati.desk.casefile import find_case, read_card
from cati.desk.holding import LEASE, holds
from cati.desk.records import Delivery, HeldCase, Hold, Interviewer
from cati.desk.standing import calling_rules
from cati.errors import InputError
from cati.fieldwork import Turns, fresh_first, within_fieldwork
from cati.storage import Store, queue
from cati.storage.tables import answer, call, call_result, cases, contact_detail

if TYPE_CHECKING:
    from cati.studies import Study


def next_case(store: Store, study: Study, who: Interviewer) -> Delivery | None:
    """The next case by the order of the queue (`fieldwork.turns`), claimed for this interviewer, with the reason why.

    None when there is no case that she may call now. Raises InputError where she was disabled since she signed in.
    """
    ahead = asking_ahead(store, study, who)
    with store.write() as connection:
        check_still_there(connection, who)
        claimed, now = claim_next(store, connection, study, who, ahead)
        if claimed is None:
            return None
        end_open_calls(connection, claimed.case_id)
        return deliver(connection, study, who, claimed.case_id, claimed.fence, now)


def take_case(store: Store, study: Study, who: Interviewer, serial: str) -> Delivery:
    """A given case, claimed for this interviewer whatever its turn, its time and the hours.

    Raises InputError where there is no such case, where somebody has it in hand, where it is not to be called, and
    where she was disabled since she signed in.
    """
    with store.write() as connection:
        check_still_there(connection, who)
        now = store.now(connection)
        case_id = find_case(connection, serial)
        case = connection.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()
        if case.next_class is None:
            raise InputError(f"Case {serial} is not to be called: {case.next_reason}.")
        claimed = queue.take_one(connection, case_id, who.id, now, LEASE)
        if claimed is None:
            raise InputError(f"Case {serial} is in somebody's hands. Try again once it is given back.")
        end_open_calls(connection, case_id)
        return deliver(connection, study, who, case_id, claimed.fence, now)


# What was worked out before the turn to write came is worked out anew where the turn was so long in coming.
_STILL_TRUE = timedelta(seconds=0.1)


def claim_next(
    store: Store, connection: Connection, study: Study, who: Interviewer, ahead: queue.Ahead | None = None
) -> tuple[queue.Claimed | None, datetime]:
    """Claims the next case inside a write transaction; with the time it is claimed at. `ahead`: see `asking_ahead`."""
    now = store.now(connection)
    is_true = ahead is not None and ahead.asked.now <= now < ahead.asked.now + _STILL_TRUE
    asked = ahead if ahead is not None and is_true else asking(store, connection, study, who, now)
    claimed = queue.claim(store, connection, asked)
    if claimed is None:
        # perhaps a case has come to a group since the groups were looked up
        queue.forget_directory(store)
        claimed = queue.claim(store, connection, asking(store, connection, study, who, now))
    return claimed, now


def asking(store: Store, connection: Connection, study: Study, who: Interviewer, now: datetime) -> queue.Claim:
    """What a claim of this interviewer goes by at `now`."""
    known = queue.directory(store, connection, now, LEASE)
    return _asked(turns_of(store, connection, study, known), who, known, now)


def asking_ahead(store: Store, study: Study, who: Interviewer) -> queue.Ahead | None:
    """The same before the transaction, so that nobody who waits to write waits for it; None where only the database
    can say it."""
    if store.server_time:
        return None
    now = store.time()
    known = queue.known_directory(store, now)
    turns = _known_turns(store, study, known) if known is not None else None
    return queue.ahead(store, _asked(turns, who, known, now)) if known is not None and turns is not None else None


def _asked(turns: Turns, who: Interviewer, known: queue.Directory, now: datetime) -> queue.Claim:
    return queue.Claim(
        interviewer_id=who.id,
        now=now,
        lease=LEASE,
        grace=turns.rules.appointment_grace,
        in_fieldwork=within_fieldwork(turns.rules, now),
        held=turns.open_groups(known.held, now),
        appointed=turns.open_groups(known.appointed, now),
        turns=turns.order(known.turns, now, fresh=fresh_first(turns.rules, who.id, now)),
        first=known.turns,
    )


def turns_of(store: Store, connection: Connection, study: Study, known: queue.Directory) -> Turns:
    """The order of the queue under the rules, dates and holidays that are installed now."""
    turns = _known_turns(store, study, known)
    if turns is None:
        turns = Turns(calling_rules(connection, study))
        store.remembered["turns"] = study, known.rules, turns
    return turns


def _known_turns(store: Store, study: Study, known: queue.Directory) -> Turns | None:
    found: tuple[Any, Any, Turns] | None = store.remembered.get("turns")
    return found[2] if found is not None and found[0] is study and found[1] == known.rules else None


def resume_held(store: Store, study: Study, who: Interviewer) -> Delivery | None:
    """The case that this interviewer still holds from before, taken over by this console; None if there is none.

    For signing in again after a crash, however long the start took: the case is hers until somebody else gets it. Of
    several, the one with the newest sign of life. A console of the same name that is alive loses the case: ask
    `held_by` before calling this.
    """
    with store.write() as connection:
        now = store.now(connection)
        row = connection.execute(
            select(cases.c.id, cases.c.fence).where(*_hers(who, now)).order_by(*_NEWEST).limit(1).with_for_update()
        ).first()
        if row is None:
            return None
        take(connection, who, row.id, row.fence + 1, now)
        return deliver(connection, study, who, row.id, row.fence + 1, now)


def held_by(store: Store, who: Interviewer) -> list[HeldCase]:
    """The cases that this interviewer holds or held last, the newest sign of life first: what `resume_held` takes.

    One that is alive is in somebody's hands at this moment, perhaps at another console of the same name.
    """
    with store.read() as connection:
        now = store.now(connection)
        found = select(cases.c.serial, cases.c.lease_until).where(*_hers(who, now)).order_by(*_NEWEST)
        return [
            HeldCase(row.serial, min(row.lease_until - LEASE, now), queue.is_alive(row.lease_until, now, LEASE))
            for row in connection.execute(found)
        ]


_NEWEST = (cases.c.lease_until.desc(), cases.c.id.desc())


def _hers(who: Interviewer, now: datetime) -> tuple[ColumnElement[bool], ...]:
    # one let lie past its lease is taken up only if it is still to be called: consent or the outcome may have changed
    wanted = or_(cases.c.lease_until > now, cases.c.next_class.is_not(None))
    return cases.c.owner == who.id, wanted


def take(connection: Connection, who: Interviewer, case_id: int, fence: int, now: datetime) -> None:
    """Makes a case an interviewer's, under a new fence. The caller has made sure that it may."""
    end_open_calls(connection, case_id)
    connection.execute(
        update(cases).where(cases.c.id == case_id).values(owner=who.id, lease_until=now + LEASE, fence=fence)
    )


def deliver(
    connection: Connection, study: Study, who: Interviewer, case_id: int, fence: int, now: datetime
) -> Delivery:
    """The delivery of a case just claimed."""
    card = read_card(connection, study, case_id, now)
    return Delivery(Hold(case_id, card.serial, who.id, fence, card.reason), card)


def release(store: Store, hold: Hold) -> None:
    """Gives a case back uncoded, at once. Of a case no longer held so, nothing happens."""
    with store.write() as connection:
        let_go(connection, hold)
    queue.forget_directory(store)


def let_go(connection: Connection, hold: Hold) -> None:
    """Ends a hold inside a write transaction."""
    ended = connection.execute(
        update(cases)
        .where(cases.c.id == hold.case_id, cases.c.owner == hold.interviewer_id, cases.c.fence == hold.fence)
        .values(owner=None, lease_until=None)
    )
    if ended.rowcount:
        end_open_calls(connection, hold.case_id)


def end_open_calls(connection: Connection, case_id: int) -> None:
    """Calls that nobody coded end where they were last heard of: with their last answer, or at their beginning."""
    for row in connection.execute(select(call).where(call.c.case_id == case_id, call.c.ended_at.is_(None))).all():
        answered = [
            connection.execute(
                select(func.max(table.c.at)).where(table.c.interview_id == row.interview_id, table.c.call_id == row.id)
            ).scalar()
            for table in (answer, contact_detail)
        ]
        heard = max(at for at in (row.started_at, *answered) if at is not None)
        connection.execute(update(call).where(call.c.id == row.id).values(ended_at=heard))


def renew(store: Store, hold: Hold) -> bool:
    """The heartbeat, every 15 to 20 seconds: keeps a case ours; False if it is no longer.

    A case let go by this hold's own result, of which the console has not heard, is not lost as long as nobody else has
    it: closing the call again says what was done.
    """
    with store.write() as connection:
        return holds(store, connection, hold) or _let_go_by_result(connection, hold)


def _let_go_by_result(connection: Connection, hold: Hold) -> bool:
    coded = exists().where(
        call_result.c.case_id == hold.case_id,
        call_result.c.fence == hold.fence,
        call_result.c.interviewer_id == hold.interviewer_id,
        call_result.c.outcome.is_not(None),
    )
    free = select(cases.c.id).where(cases.c.id == hold.case_id, cases.c.owner.is_(None), cases.c.fence == hold.fence)
    return connection.execute(free.where(coded)).first() is not None
