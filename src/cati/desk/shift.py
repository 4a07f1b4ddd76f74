"""Signing in, and how the day stands."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from cati.desk.holding import LEASE
from cati.desk.records import Day, DayAppointment, Interviewer
from cati.desk.words import name_key, storable
from cati.errors import InputError
from cati.storage import Store, queue
from cati.storage.tables import appointment, call, call_result, cases, interviewer
from cati.storage.tables import study as studies


def known_interviewer(store: Store, name: str) -> bool:
    """Has anybody of this name signed in before? Capitals and blanks do not count."""
    with store.read() as connection:
        found = connection.execute(select(interviewer.c.id).where(interviewer.c.name_key == name_key(storable(name))))
        return found.first() is not None


def sign_in(store: Store, name: str) -> Interviewer:
    """Signs an interviewer in, taking down a new name. Raises InputError for no name, or a disabled interviewer."""
    name = " ".join(storable(name).split())
    if not name:
        raise InputError("Who is interviewing? Give a name to sign in.")
    with store.write() as connection:
        row = connection.execute(select(interviewer).where(interviewer.c.name_key == name_key(name))).first()
        if row is None:
            added = store.upsert(interviewer)
            connection.execute(
                added.values(
                    name=name, name_key=name_key(name), created_at=store.now(connection)
                ).on_conflict_do_nothing()
            )
            row = connection.execute(select(interviewer).where(interviewer.c.name_key == name_key(name))).one()
    if row.disabled_at is not None:
        raise InputError(f"{row.name} may no longer sign in. A supervisor can change that.")
    return Interviewer(row.id, row.name)


def day(store: Store, who: Interviewer, now: datetime | None = None) -> Day:
    """How the day stands for an interviewer, at `now` (by default the database's time), in the study's time zone."""
    with store.read() as connection:
        now = now or store.now(connection)
        zone = ZoneInfo(connection.execute(select(studies.c.timezone)).scalar() or "Europe/London")
        today = now.astimezone(zone).date()
        start = datetime.combine(today, time(), zone).astimezone(UTC)
        end = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
        free = queue.is_free(now, LEASE)
        waiting = cases.c.next_class.is_not(None)
        callable_now = connection.execute(
            select(func.count()).select_from(cases).where(waiting, cases.c.next_call_at <= now, free)
        ).scalar_one()
        next_due = connection.execute(select(func.min(cases.c.next_call_at)).where(waiting, cases.c.next_call_at > now))
        calls, completes = _calls(connection, who, start, end)
        return Day(callable_now, calls, completes, _appointments(connection, who, end), next_due.scalar())


def _calls(connection: Connection, who: Interviewer, start: datetime, end: datetime) -> tuple[int, int]:
    calls = connection.execute(
        select(func.count())
        .select_from(call)
        .where(call.c.interviewer_id == who.id, call.c.started_at >= start, call.c.started_at < end)
    ).scalar_one()
    newest = call_result.alias("newest")
    completes = connection.execute(
        select(func.count())
        .select_from(call_result)
        .where(
            call_result.c.interviewer_id == who.id,
            call_result.c.at >= start,
            call_result.c.at < end,
            call_result.c.complete == 1,
            call_result.c.id
            == select(func.max(newest.c.id)).where(newest.c.call_id == call_result.c.call_id).scalar_subquery(),
        )
    ).scalar_one()
    return calls, completes


def _appointments(connection: Connection, who: Interviewer, until: datetime) -> tuple[DayAppointment, ...]:
    rows = connection.execute(
        select(appointment, cases.c.serial, cases.c.name, interviewer.c.name.label("owner_name"))
        .join(cases, cases.c.id == appointment.c.case_id)
        .join(interviewer, interviewer.c.id == appointment.c.owner)
        # one that waits in no queue is kept by nobody: consent withdrawn, or no number left
        .where(appointment.c.status == "booked", appointment.c.starts_at < until, cases.c.next_class.is_not(None))
        .order_by(appointment.c.starts_at, cases.c.serial)
    )
    return tuple(
        DayAppointment(
            row.serial, row.name, row.kind, row.starts_at, row.ends_at, row.owner_name, mine=row.owner == who.id
        )
        for row in rows
    )
