"""What is known of a case from elsewhere than its calls: the online survey, a letter, a supervisor's reopening."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from cati.desk.casefile import find_case
from cati.desk.online_status import NEWEST
from cati.desk.standing import restand
from cati.desk.words import storable
from cati.outcomes import EventKind
from cati.storage import Store, queue
from cati.storage.tables import case_event, cases

if TYPE_CHECKING:
    from cati.studies import Study


def record_event(
    store: Store,
    study: Study,
    serial: str,
    kind: EventKind,
    *,
    outcome: str | None = None,
    at: datetime | None = None,
    status: str = "",
    who: str = "",
) -> str:
    """Records an event of a case (kind online, office or reopening) and returns the case's outcome, derived anew.

    `outcome`: what it came to (None: noted only, such as a part-complete); `at`: when it happened, by default now;
    `status`: of an online event; that of the latest is kept on the case. The same event again changes nothing. Raises
    InputError for an unknown serial, or an outcome that cannot be found so.
    """
    if kind == "call":
        raise ValueError("a call is recorded by close_call")
    with store.write() as connection:
        case_id = find_case(connection, serial)
        connection.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
        now = store.now(connection)
        facts = {"case_id": case_id, "kind": kind, "outcome": outcome, "status": storable(status)}
        same = select(case_event.c.id).filter_by(**facts).where(case_event.c.at == at)
        if at is None or connection.execute(same).first() is None:
            write_event(
                connection, case_id, kind, at=at or now, now=now, outcome=outcome, status=storable(status), who=who
            )
        queue.forget_directory(store)
        return restand(connection, study, case_id, now).outcome


def write_event(
    connection: Connection,
    case_id: int,
    kind: EventKind,
    *,
    at: datetime,
    now: datetime,
    outcome: str | None = None,
    status: str = "",
    who: str = "",
    answers: str = "{}",
) -> None:
    """Writes an event inside a write transaction that has locked the case, and that derives its outcome afterwards."""
    connection.execute(
        insert(case_event).values(
            case_id=case_id,
            kind=kind,
            at=at,
            recorded_at=now,
            who=storable(who),
            status=status,
            outcome=outcome,
            answers=answers,
        )
    )
    if kind == "online":
        newest = (
            select(case_event.c.status)
            .where(case_event.c.case_id == case_id, case_event.c.kind == "online")
            .order_by(*NEWEST)
            .limit(1)
        )
        connection.execute(update(cases).where(cases.c.id == case_id).values(online_status=newest.scalar_subquery()))
