"""Taking a result back while it is fresh: withdrawn, never deleted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from cati.desk.calling import open_call
from cati.desk.delivery import deliver, take
from cati.desk.errors import UndoRefused
from cati.desk.holding import is_held
from cati.desk.records import Closed, Delivery, Interviewer
from cati.desk.standing import restand
from cati.desk.withdrawing import withdraw
from cati.storage import Store, queue
from cati.storage.tables import call, call_result, cases

if TYPE_CHECKING:
    from cati.studies import Study

UNDO_TIME = timedelta(minutes=1)


def undo_close(
    store: Store, study: Study, who: Interviewer, closed: Closed, *, per_call: Collection[str] = frozenset()
) -> Delivery:
    """Takes back the result just coded; the case is handed back under a new fence, `Delivery.call` being the call.

    What came with the result (appointment, referral number, promised e-mail) is taken back with it, and an appointment
    that it had settled stands again. Raises UndoRefused after `UNDO_TIME`, when somebody else holds the case or has
    called it since, and when the result was somebody else's or is withdrawn already.
    """
    with store.write() as connection:
        now = store.now(connection)
        fence = _check(connection, who, closed, now) + 1
        take(connection, who, closed.case_id, fence, now)
        result = connection.execute(select(call_result).where(call_result.c.id == closed.result_id)).one()
        withdraw(connection, result, who.id, fence, now, why="taken back")
        restand(connection, study, closed.case_id, now)
        queue.forget_directory(store)
        delivery = deliver(connection, study, who, closed.case_id, fence, now)
        interview_id = connection.execute(select(call.c.interview_id).where(call.c.id == closed.call_id)).scalar_one()
        return replace(delivery, call=open_call(connection, closed.call_id, interview_id, per_call))


def _check(connection: Connection, who: Interviewer, closed: Closed, now: datetime) -> int:
    """The case's fence; or UndoRefused."""
    case = connection.execute(
        select(cases.c.fence, cases.c.owner, cases.c.lease_until).where(cases.c.id == closed.case_id).with_for_update()
    ).one()
    if now > closed.at + UNDO_TIME:
        raise UndoRefused(
            f"More than {UNDO_TIME.seconds} seconds have passed since the call was coded. "
            "A supervisor can still change it."
        )
    if is_held(case.owner, case.lease_until, now):
        raise UndoRefused(
            f"Case {closed.serial} has been handed to an interviewer again. A supervisor can change the call."
        )
    newest = connection.execute(
        select(func.max(call_result.c.id)).where(call_result.c.case_id == closed.case_id)
    ).scalar()
    latest_call = connection.execute(select(func.max(call.c.id)).where(call.c.case_id == closed.case_id)).scalar()
    row = connection.execute(select(call_result).where(call_result.c.id == closed.result_id)).one()
    if newest != closed.result_id or latest_call != closed.call_id or row.interviewer_id != who.id:
        raise UndoRefused(f"The result of case {closed.serial} is no longer the last thing that happened to it.")
    return int(case.fence)
