"""The log of what people asked about their data: what, when it came in, by when it is due, and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, insert, select, update

from cati.desk.actors import allow
from cati.desk.casefile import find_case
from cati.desk.deadlines import advised_on, due_on
from cati.desk.words import storable
from cati.errors import InputError
from cati.storage import Store
from cati.storage.tables import cases, data_request
from cati.studies.bank_holidays import bank_holidays

if TYPE_CHECKING:
    from cati.desk.actors import Actor
    from cati.studies import Study

RequestKind = Literal["copy", "amend", "withdraw", "opt_out"]
REQUEST_KINDS: tuple[RequestKind, ...] = ("copy", "amend", "withdraw", "opt_out")


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A request. `due_on`: the last day for the answer; `advised_on`: the day the ICO advises to work to; `done_at`,
    `done_by`, `decision`: what was done, None and "" while it is open; `overdue`: open, and past its last day."""

    id: int
    serial: str
    kind: RequestKind
    received_on: date
    due_on: date
    advised_on: date
    recorded_at: datetime
    who: str
    reason: str
    done_at: datetime | None
    done_by: str
    decision: str
    overdue: bool

    @property
    def is_open(self) -> bool:
        """Is it still to be answered?"""
        return self.done_at is None


def data_requests(store: Store, study: Study) -> list[DataRequest]:
    """Every request: the open ones first, those due soonest before the others; then the answered, the newest first."""
    with store.read() as connection:
        today = _today(study, store.now(connection))
        found = connection.execute(
            select(data_request, cases.c.serial).outerjoin(cases, cases.c.id == data_request.c.case_id)
        ).all()
    requests = [
        DataRequest(
            id=row.id,
            serial=row.serial or "",
            kind=row.kind,
            received_on=date.fromisoformat(row.received_on),
            due_on=date.fromisoformat(row.due_on),
            advised_on=advised_on(date.fromisoformat(row.received_on)),
            recorded_at=row.recorded_at,
            who=row.who,
            reason=row.reason,
            done_at=row.done_at,
            done_by=row.done_by or "",
            decision=row.decision,
            overdue=row.done_at is None and date.fromisoformat(row.due_on) < today,
        )
        for row in found
    ]
    still_open = sorted((each for each in requests if each.is_open), key=lambda each: (each.due_on, each.id))
    return [*still_open, *sorted((each for each in requests if not each.is_open), key=lambda each: -each.id)]


def log_request(
    store: Store,
    study: Study,
    serial: str,
    kind: RequestKind,
    who: Actor,
    *,
    received: date | None = None,
    reason: str = "",
) -> int:
    """Takes down a request that is still to be answered; its id. `received`: by default today.

    Raises InputError for an unknown serial, a day still to come, and where `who` may not.
    """
    with store.write() as connection:
        allow(connection, who, "respondent request")
        case_id = find_case(connection, serial)
        now = store.now(connection)
        return _insert(connection, study, case_id, kind, who, now, received, reason)


def answered(store: Store, study: Study, serial: str, kind: RequestKind, who: Actor, received: date | None) -> date:
    """Takes down that a request was answered now; the day on which it was due."""
    with store.write() as connection:
        allow(connection, who, "respondent request")
        case_id = find_case(connection, serial)
        return answer_request(connection, study, case_id, kind, who, store.now(connection), received, "", "answered")


def answer_request(
    connection: Connection,
    study: Study,
    case_id: int,
    kind: RequestKind,
    who: Actor,
    now: datetime,
    received: date | None,
    reason: str,
    decision: str,
) -> date:
    """Inside a write transaction: the case's open request of this kind is answered, or one is taken down as answered.

    Gives the day on which it was due.
    """
    which = (
        data_request.c.case_id == case_id,
        data_request.c.kind == kind,
        data_request.c.done_at.is_(None),
    )
    waiting = connection.execute(select(data_request).where(*which).order_by(data_request.c.due_on).limit(1)).first()
    request_id = waiting.id if waiting else _insert(connection, study, case_id, kind, who, now, received, reason)
    connection.execute(
        update(data_request)
        .where(data_request.c.id == request_id)
        .values(done_at=now, done_by=who.name, decision=storable(decision))
    )
    due = connection.execute(select(data_request.c.due_on).where(data_request.c.id == request_id)).scalar_one()
    return date.fromisoformat(due)


def close_requests(connection: Connection, case_id: int, who: Actor, now: datetime, decision: str) -> None:
    """Inside a write transaction: all of a case's requests that are still open are answered."""
    connection.execute(
        update(data_request)
        .where(data_request.c.case_id == case_id, data_request.c.done_at.is_(None))
        .values(done_at=now, done_by=who.name, decision=storable(decision))
    )


def _insert(
    connection: Connection,
    study: Study,
    case_id: int,
    kind: RequestKind,
    who: Actor,
    now: datetime,
    received: date | None,
    reason: str,
) -> int:
    today = _today(study, now)
    received = received or today
    if received > today:
        raise InputError(f"Received on {received}? That day is still to come: today is {today}.")
    holidays = bank_holidays(received, date(received.year + 1, 12, 31))
    made = connection.execute(
        insert(data_request).values(
            case_id=case_id,
            kind=kind,
            received_on=received.isoformat(),
            due_on=due_on(received, holidays.__contains__).isoformat(),
            recorded_at=now,
            who=who.name,
            reason=storable(reason),
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def _today(study: Study, now: datetime) -> date:
    return now.astimezone(study.timezone).date()
