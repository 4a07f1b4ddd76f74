"""The e-mails that calls have promised: listed, handed over for mailing, marked as sent. None is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, insert, select, update

from cati.desk.actors import Actor, allow
from cati.desk.opting_out import OptOutList, read_list
from cati.desk.records import EmailKind
from cati.desk.words import declined, storable
from cati.errors import InputError
from cati.storage import Store
from cati.storage.tables import cases, change, email_request, interviewer

if TYPE_CHECKING:
    from cati.studies import Study

State = Literal["waiting", "exported", "sent", "cancelled", "stopped"]
STATES: tuple[State, ...] = ("waiting", "exported", "sent", "cancelled", "stopped")
"""Of a promise: nothing was done yet; handed over for mailing; sent; taken back with its call; not to be sent because
the respondent has asked not to be contacted since, or was erased."""


@dataclass(frozen=True, slots=True)
class Promise:
    """An e-mail that was promised, to whom, in a call of whom, and what has become of it."""

    id: int
    serial: str
    name: str
    kind: EmailKind
    address: str
    promised_at: datetime
    promised_by: str
    state: State
    exported_at: datetime | None
    sent_at: datetime | None
    sent_by: str | None
    cancelled_at: datetime | None


def list_outbox(store: Store, study: Study) -> tuple[Promise, ...]:
    """Every e-mail that was ever promised, the oldest first."""
    with store.read() as connection:
        return _promises(connection, study)


def export_outbox(
    store: Store,
    study: Study,
    who: Actor,
    kind: EmailKind,
    hand_over: Callable[[Sequence[Promise]], None],
    *,
    again: bool = False,
) -> tuple[Promise, ...]:
    """Marks the waiting e-mails of a kind as handed over for mailing, so that nobody else hands over the same ones, and
    hands them over; where `hand_over` raises, they wait again.

    `again`: those that were handed over before and not marked as sent, too. Nothing waiting: nothing is handed over.
    """
    wanted: tuple[State, ...] = ("waiting", "exported") if again else ("waiting",)
    with store.write() as connection:
        allow(connection, who, "outbox export")
        _lock(connection)
        found = tuple(each for each in _promises(connection, study) if each.kind == kind and each.state in wanted)
        if not found:
            return ()
        now = store.now(connection)
        ids = [each.id for each in found]
        connection.execute(update(email_request).where(email_request.c.id.in_(ids)).values(exported_at=now))
        _log(connection, ids, who, "exported", "", now)
    # outside the transaction: whoever reads it may be slow, and no answer could be saved meanwhile
    try:
        hand_over(found)
    except BaseException:
        with store.write() as connection:
            _lock(connection)
            for each in found:
                still = email_request.c.id == each.id, email_request.c.exported_at == now
                connection.execute(update(email_request).where(*still).values(exported_at=each.exported_at))
            _log(connection, ids, who, "not exported after all", "the file could not be written", store.now(connection))
        raise
    return found


def mark_sent(store: Store, study: Study, who: Actor, ids: Sequence[int] = (), kind: EmailKind | None = None) -> int:
    """Marks e-mails as sent: these, or (none named) all that were handed over for mailing, of a kind. How many.

    Raises InputError, and marks none, where one of them is not there, was sent already, or is not to be sent.
    """
    with store.write() as connection:
        allow(connection, who, "outbox sent")
        _lock(connection)
        there = {each.id: each for each in _promises(connection, study)}
        if ids:
            found = [_known(there, each) for each in dict.fromkeys(ids)]
            for promise in found:
                _check_may_be_sent(promise, study)
        else:
            found = [each for each in there.values() if each.state == "exported" and kind in (None, each.kind)]
        now = store.now(connection)
        marked = [each.id for each in found]
        connection.execute(
            update(email_request).where(email_request.c.id.in_(marked)).values(sent_at=now, sent_by=who.name)
        )
        _log(connection, marked, who, "sent", "", now)
    return len(found)


def take_back_sent(store: Store, study: Study, who: Actor, promise_id: int, why: str) -> Promise:
    """Takes back that an e-mail was sent: it waits again. Raises InputError where it was not, and for no reason."""
    why = " ".join(storable(why).split())
    with store.write() as connection:
        allow(connection, who, "outbox unsent")
        _lock(connection)
        if not why:
            raise InputError("Give a reason: whoever looks at the outbox later must be able to see why.")
        promise = _known({each.id: each for each in _promises(connection, study)}, promise_id)
        if promise.sent_at is None:
            raise InputError(f"E-mail {promise_id} was not marked as sent.")
        connection.execute(
            update(email_request)
            .where(email_request.c.id == promise_id)
            .values(sent_at=None, sent_by=None, exported_at=None)
        )
        _log(connection, [promise_id], who, "not sent after all", why, store.now(connection))
        return next(each for each in _promises(connection, study) if each.id == promise_id)


def _lock(connection: Connection) -> None:
    # two who hand over or mark at the same time on a server take turns
    connection.execute(select(email_request.c.id).order_by(email_request.c.id).with_for_update())


def _promises(connection: Connection, study: Study) -> tuple[Promise, ...]:
    rows = connection.execute(
        select(
            email_request,
            cases.c.serial,
            cases.c.name,
            cases.c.outcome,
            cases.c.recontact,
            cases.c.barred,
            interviewer.c.name.label("by"),
        )
        .join(cases, cases.c.id == email_request.c.case_id)
        .join(interviewer, interviewer.c.id == email_request.c.interviewer_id)
        .order_by(email_request.c.id)
    )
    known = read_list(connection)
    return tuple(
        Promise(
            id=row.id,
            serial=row.serial,
            name=row.name,
            kind=row.kind,
            address=row.address,
            promised_at=row.at,
            promised_by=row.by,
            state=_state(study, row, known),
            exported_at=row.exported_at,
            sent_at=row.sent_at,
            sent_by=row.sent_by,
            cancelled_at=row.cancelled_at,
        )
        for row in rows
    )


def _state(study: Study, row: Any, known: OptOutList) -> State:
    if row.sent_at is not None:
        return "sent"
    if row.cancelled_at is not None:
        return "cancelled"
    outcome = study.scheme.outcome(row.outcome)
    listed = row.barred or known.barred("", (), row.address)
    asked_not_to = listed or declined(row.recontact) or (outcome.is_final and "office" in outcome.found_by)
    if asked_not_to or not row.address.strip():
        return "stopped"
    return "exported" if row.exported_at is not None else "waiting"


def _known(there: dict[int, Promise], promise_id: int) -> Promise:
    if promise_id not in there:
        raise InputError(f"There is no e-mail {promise_id} in the outbox. Its numbers: cati outbox list")
    return there[promise_id]


def _check_may_be_sent(promise: Promise, study: Study) -> None:
    if promise.sent_at is not None:
        at = promise.sent_at.astimezone(study.timezone)
        raise InputError(f"E-mail {promise.id} was sent on {at:%Y-%m-%d %H:%M} by {promise.sent_by}: not once more.")
    if promise.state in ("cancelled", "stopped"):
        why = "was taken back with its call" if promise.state == "cancelled" else "is not to be sent any more"
        raise InputError(f"E-mail {promise.id} {why}. If it was sent all the same, say so to whoever got it.")


def _log(connection: Connection, ids: Sequence[int], who: Actor, what: str, why: str, now: datetime) -> None:
    """A line a promise, in the log of its case. The address is not in it: the log outlives what is erased."""
    rows = connection.execute(
        select(email_request.c.id, email_request.c.case_id, email_request.c.kind).where(email_request.c.id.in_(ids))
    ).all()
    lines = [
        {
            "case_id": row.case_id,
            "at": now,
            "who": who.name,
            "what": f"e-mail {row.id} ({row.kind}): {what}",
            "why": why,
        }
        for row in rows
    ]
    if lines:
        connection.execute(insert(change), lines)
