"""Handing out cases: claimed for one interviewer, held by a lease, given back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from cati.desk.casefile import read_card
from cati.desk.holding import LEASE, holds
from cati.desk.records import Delivery, Hold, Interviewer
from cati.storage import Store, queue
from cati.storage.tables import cases

if TYPE_CHECKING:
    from cati.studies import Study


def next_case(store: Store, study: Study, who: Interviewer) -> Delivery | None:
    """The next case, claimed for this interviewer, with the reason why; None when nothing is due.

    Due hard appointments come first (their maker's alone for the study's appointment grace), then soft ones, the
    earliest first; then the case called least often, the longest ago, by serial.
    """
    with store.write() as connection:
        now = store.now(connection)
        claimed = queue.claim(
            store,
            connection,
            interviewer_id=who.id,
            now=now,
            lease=LEASE,
            grace=study.rules.appointment_grace,
        )
        if claimed is None:
            return None
        return deliver(connection, study, who, claimed.case_id, claimed.fence, now)


def resume_held(store: Store, study: Study, who: Interviewer) -> Delivery | None:
    """The case that this interviewer still holds from before, taken over by this console; None if there is none.

    For signing in again after a crash, without waiting for the lease to run out. A console of the same name that is
    alive loses the case: ask before calling this.
    """
    with store.write() as connection:
        now = store.now(connection)
        row = connection.execute(
            select(cases.c.id, cases.c.fence)
            .where(cases.c.owner == who.id, cases.c.lease_until > now)
            .order_by(cases.c.lease_until.desc())
            .limit(1)
            .with_for_update()
        ).first()
        if row is None:
            return None
        take(connection, who, row.id, row.fence + 1, now)
        return deliver(connection, study, who, row.id, row.fence + 1, now)


def take(connection: Connection, who: Interviewer, case_id: int, fence: int, now: datetime) -> None:
    """Makes a case an interviewer's, under a new fence. The caller has made sure that it may."""
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


def let_go(connection: Connection, hold: Hold) -> None:
    """Ends a hold inside a write transaction."""
    connection.execute(
        update(cases)
        .where(cases.c.id == hold.case_id, cases.c.owner == hold.interviewer_id, cases.c.fence == hold.fence)
        .values(owner=None, lease_until=None)
    )


def renew(store: Store, hold: Hold) -> bool:
    """The heartbeat, every 15 to 20 seconds: keeps a case ours; False if it is no longer."""
    with store.write() as connection:
        return holds(store, connection, hold)
