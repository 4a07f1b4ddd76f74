"""Signing in, and how the day stands."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, update

from cati.desk.actors import check_own_name
from cati.desk.delivery import asking
from cati.desk.holding import is_held
from cati.desk.messages import unread_of
from cati.desk.records import MOST_COUNTED, Day, DayAppointment, Interviewer
from cati.desk.standing import calling_rules
from cati.desk.waiting import NOT_FOR_YOU, in_words, next_in_line
from cati.desk.words import name_key, storable
from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.storage import Store, queue
from cati.storage.tables import appointment, call, call_result, cases, interviewer

if TYPE_CHECKING:
    from cati.desk.actors import Actor
    from cati.studies import Study

# A console shows a sign of life every 20 seconds.
PRESENCE = timedelta(minutes=2)


def known_interviewer(store: Store, name: str) -> bool:
    """Has anybody of this name signed in before? Capitals and blanks do not count."""
    with store.read() as connection:
        found = connection.execute(select(interviewer.c.id).where(interviewer.c.name_key == name_key(storable(name))))
        return found.first() is not None


def find_interviewer(store: Store, name: str) -> Interviewer:
    """Who has signed in by that name before. Raises InputError where nobody has, with the names there are."""
    with store.read() as connection:
        rows = connection.execute(select(interviewer).order_by(interviewer.c.name)).all()
    found = next((row for row in rows if row.name_key == name_key(storable(name))), None)
    if found is None:
        names = [row.name for row in rows]
        known = did_you_mean(name, names) if names else "Nobody has signed in here yet."
        raise InputError(f"Nobody called {name!r} has signed in here. {known}")
    return Interviewer(found.id, found.name)


def sign_in(store: Store, name: str, proof: Actor | None = None) -> Interviewer:
    """Signs an interviewer in, taking down a new name while the desk is open.

    `proof`: who they have shown to be, needed once it is locked. Raises InputError for no name, for a disabled
    interviewer, and in a locked desk for a name that was not proven.
    """
    name = " ".join(storable(name).split())
    if not name:
        raise InputError("Who is interviewing? Give a name to sign in.")
    with store.write() as connection:
        row = connection.execute(select(interviewer).where(interviewer.c.name_key == name_key(name))).first()
        check_own_name(connection, Interviewer(0 if row is None else row.id, name), proof)
        if row is None:
            added = store.upsert(interviewer)
            connection.execute(
                added.values(
                    name=name, name_key=name_key(name), created_at=store.now(connection)
                ).on_conflict_do_nothing()
            )
            row = connection.execute(select(interviewer).where(interviewer.c.name_key == name_key(name))).one()
        if row.disabled_at is None:
            _present(connection, Interviewer(row.id, row.name), store.now(connection) + PRESENCE)
    if row.disabled_at is not None:
        raise InputError(f"{row.name} may no longer sign in. An administrator can change that.")
    return Interviewer(row.id, row.name)


def present(store: Store, who: Interviewer, until: datetime | None = None) -> None:
    """The sign of life of somebody signed in, whether she has a case in hand or not; `until`: by default PRESENCE on.

    An appointment waits for the interviewer who made it only while she is there.
    """
    with store.write() as connection:
        _present(connection, who, until or store.now(connection) + PRESENCE)


def sign_out(store: Store, who: Interviewer) -> None:
    """Signs an interviewer out: her appointments do not wait for her."""
    with store.write() as connection:
        _present(connection, who, store.now(connection))


def _present(connection: Connection, who: Interviewer, until: datetime) -> None:
    # the console of somebody disabled shows signs of life, but no appointment waits for her
    hers = update(interviewer).where(interviewer.c.id == who.id, interviewer.c.disabled_at.is_(None))
    connection.execute(hers.values(present_until=until))


def day(store: Store, study: Study, who: Interviewer) -> Day:
    """How the day stands for an interviewer now, in the study's time zone."""
    with store.read() as connection:
        now = store.now(connection)
        rules = calling_rules(connection, study)
        today = now.astimezone(rules.timezone).date()
        midnights = (datetime.combine(each, time(), rules.timezone) for each in (today, today + timedelta(days=1)))
        start, end = (each.astimezone(UTC) for each in midnights)
        asked = asking(store, connection, study, who, now)
        waiting = queue.count_waiting(store, connection, asked, MOST_COUNTED)
        coming = None if waiting else next_in_line(store, connection, study, who, now)
        spans = _completes(connection, who, start, end)
        return Day(
            callable_now=waiting,
            calls_today=_calls(connection, who, start, end),
            completes_today=len(spans),
            appointments=_appointments(connection, who, now, end),
            next_due=coming.at if coming and coming.why != NOT_FOR_YOU else None,
            next_why=coming.why if coming else "",
            waits="" if waiting else in_words(rules, coming, now),
            minutes=sum(spans, timedelta()) / timedelta(minutes=1) / len(spans) if spans else None,
            messages=unread_of(connection, who.id),
        )


def _calls(connection: Connection, who: Interviewer, start: datetime, end: datetime) -> int:
    made = select(func.count()).select_from(call)
    return connection.execute(
        made.where(call.c.interviewer_id == who.id, call.c.started_at >= start, call.c.started_at < end)
    ).scalar_one()


def _completes(connection: Connection, who: Interviewer, start: datetime, end: datetime) -> list[timedelta]:
    """How long each call took that completed an interview."""
    newest = call_result.alias("newest")
    last = select(func.max(newest.c.id)).where(newest.c.call_id == call_result.c.call_id).scalar_subquery()
    rows = connection.execute(
        select(call.c.started_at, call.c.ended_at, call_result.c.at)
        .join(call, call.c.id == call_result.c.call_id)
        .where(
            call.c.interviewer_id == who.id,  # whoever recoded it
            call.c.started_at >= start,
            call.c.started_at < end,
            call_result.c.complete == 1,
            call_result.c.id == last,
        )
    )
    return [(row.ended_at or row.at) - row.started_at for row in rows]


def _appointments(
    connection: Connection, who: Interviewer, now: datetime, until: datetime
) -> tuple[DayAppointment, ...]:
    maker, holder = interviewer.alias("maker"), interviewer.alias("holder")
    rows = connection.execute(
        select(
            appointment,
            *(cases.c[name] for name in ("serial", "name", "timezone", "next_call_at", "next_until", "lease_until")),
            cases.c.owner.label("holder"),
            maker.c.name.label("maker_name"),
            holder.c.name.label("holder_name"),
        )
        .join(cases, cases.c.id == appointment.c.case_id)
        .join(maker, maker.c.id == appointment.c.owner)
        .outerjoin(holder, holder.c.id == cases.c.owner)
        # one that waits in no queue is kept by nobody: consent withdrawn, or no number left
        .where(appointment.c.status == "booked", appointment.c.starts_at < until, cases.c.next_class.is_not(None))
        .order_by(appointment.c.starts_at, cases.c.serial)
    )
    return tuple(_of_the_day(row, who, now) for row in rows)


def _of_the_day(row: Any, who: Interviewer, now: datetime) -> DayAppointment:
    went_by = row.next_until is not None and row.next_until <= now
    return DayAppointment(
        serial=row.serial,
        name=row.name,
        kind=row.kind,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        owner=row.maker_name,
        mine=row.owner == who.id,
        state="missed" if went_by else "due" if row.next_call_at <= now else "coming",
        held_by=row.holder_name if is_held(row.holder, row.lease_until, now) else "",
        timezone=row.timezone,
    )
