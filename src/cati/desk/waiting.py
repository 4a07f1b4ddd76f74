"""What is waited for where no case may be called now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from cati.desk.delivery import turns_of
from cati.desk.holding import LEASE
from cati.desk.records import Interviewer
from cati.fieldwork import (
    HARD,
    TURN,
    CallingRules,
    Group,
    Turns,
    day_name,
    next_opening,
    within_fieldwork,
    within_window,
    zone_name,
)
from cati.storage import Store, queue
from cati.storage.tables import cases, interviewer

if TYPE_CHECKING:
    from cati.studies import Study

HOURS_OVER = "calling hours are over"
NOT_FOR_YOU = "the cases left are not for you"


@dataclass(frozen=True, slots=True, order=True)
class Coming:
    """When the next case can be handed out, and what is waited for until then."""

    at: datetime
    why: str


def next_in_line(store: Store, connection: Connection, study: Study, who: Interviewer, now: datetime) -> Coming | None:
    """The earliest time at which this interviewer can be handed a case; None where nothing waits before fieldwork ends.

    Cases that others have in hand are not counted on.
    """
    known = queue.directory(store, connection, now, LEASE)
    turns = turns_of(store, connection, study, known)
    coming = [
        *_turns(connection, turns, known, who, now),
        *_let_lie(connection, turns, who, now),
        *_missed(connection, turns, now),
        *_appointments(connection, turns, who, now),
    ]
    return min((each for each in coming if each.why != NOT_FOR_YOU), default=min(coming, default=None))


def in_words(rules: CallingRules, coming: Coming | None, now: datetime) -> str:
    """Why there is no case now and when there will be one, in sentences, on the clocks of the study."""
    hours, opens = _hours(rules, now)
    if now.astimezone(rules.timezone).date() > rules.fieldwork_end:
        return "Fieldwork has ended."
    if coming is None:
        return hours if hours and opens is None else f"{hours} No case waits to be called.".lstrip()
    if coming.why == NOT_FOR_YOU:
        return "The cases left are for other interviewers: you were refused there."
    if coming.why == HOURS_OVER and coming.at == opens:
        return hours
    why = "" if coming.why == HOURS_OVER else f": {coming.why}"
    return f"{hours} The next comes at {_clock(rules, coming.at)}{why}.".lstrip()


def _hours(rules: CallingRules, now: datetime) -> tuple[str, datetime | None]:
    """A sentence on calling hours that are over, and when they open; nothing while they last or before fieldwork."""
    if not within_fieldwork(rules, now) or within_window(rules, now):
        return "", None
    opens = next_opening(rules, now)
    if opens is None:
        return "Calling hours are over, and do not open again before fieldwork ends.", None
    local = now.astimezone(rules.timezone)
    begun = any(span.start <= local.hour * 60 + local.minute for span in rules.spans(local.date()))
    same_day = opens.astimezone(rules.timezone).date() == local.date()
    said = "have not begun" if same_day and not begun else "are over"
    return f"Calling hours {said}; they open at {_clock(rules, opens)}.", opens


def _clock(rules: CallingRules, at: datetime) -> str:
    local = at.astimezone(rules.timezone)
    return f"{day_name(local.date())} {local:%H:%M}"


def _turns(
    connection: Connection, turns: Turns, known: queue.Directory, who: Interviewer, now: datetime
) -> Iterator[Coming]:
    """Of each group the first case that is still to come; a group that cannot come sooner than another is not asked."""
    soonest = []
    for name, earliest in known.turns.items():
        group = turns.group(name)
        at = (
            next_opening(turns.rules.in_zone(group.zone), max(earliest, now), group.window)
            if turns.knows(group)
            else None
        )
        if at is not None:
            soonest.append((at, name))
    best: datetime | None = None
    for at_best, name in sorted(soonest):
        if best is not None and at_best >= best:
            return
        group = turns.group(name)
        open_now = within_fieldwork(turns.rules, now) and turns.hours(group, now).open
        first, kept = _others_of(connection, name, who, now, open_now)
        if kept:
            yield Coming(now, NOT_FOR_YOU)
        at = None if first is None else next_opening(turns.rules.in_zone(group.zone), max(first, now), group.window)
        if first is not None and at is not None:
            best = at if best is None else min(at, best)
            yield Coming(at, _waited_for(turns, group, first, now))


def _waited_for(turns: Turns, group: Group, first: datetime, now: datetime) -> str:
    rules = turns.rules.in_zone(group.zone)
    if not within_fieldwork(turns.rules, now):
        return "fieldwork is to begin"
    if not within_window(rules, now):
        here = rules.timezone.key == turns.rules.timezone.key
        return HOURS_OVER if here else f"it is outside calling hours in {zone_name(rules.timezone)}"
    if first > now:
        return "the cases left wait for their next call"
    return f"the cases left are to be called in {group.window.replace('_', ' ')}"


def _others_of(
    connection: Connection, group: str, who: Interviewer, now: datetime, open_now: bool
) -> tuple[datetime | None, bool]:
    """When the first case of a group that is still to come is due for an interviewer; are any that are due kept from
    her? What is due in hours that are open is kept from her, else she would have been handed it."""
    of_group = (cases.c.next_class == TURN, cases.c.owner.is_(None), cases.c.next_group == group)
    hers = cases.c.next_barred.is_(None) | (cases.c.next_barred != who.id)
    coming = [*of_group, hers, *([cases.c.next_call_at > now] if open_now else [])]
    first: datetime | None = connection.execute(select(func.min(cases.c.next_call_at)).where(*coming)).scalar()
    if not open_now:
        return first, False
    kept = select(cases.c.id).where(*of_group, cases.c.next_call_at <= now, cases.c.next_barred == who.id)
    return first, connection.execute(kept.limit(1)).first() is not None


def _let_lie(connection: Connection, turns: Turns, who: Interviewer, now: datetime) -> Iterator[Coming]:
    """Cases that somebody had in hand and was not heard of since, which wait for hours or for their time."""
    rows = connection.execute(
        select(cases.c.next_group, cases.c.next_call_at).where(
            cases.c.owner.is_not(None),
            queue.is_free(now, LEASE),
            cases.c.next_class == TURN,
            cases.c.next_group != "",  # of an older database that cati init has not gone over yet
            cases.c.next_barred.is_(None) | (cases.c.next_barred != who.id),
        )
    )
    for row in rows:
        group = turns.group(row.next_group)
        if turns.knows(group):
            at = next_opening(turns.rules.in_zone(group.zone), max(row.next_call_at, now), group.window)
            if at is not None:
                yield Coming(at, "an interrupted call")


def _missed(connection: Connection, turns: Turns, now: datetime) -> Iterator[Coming]:
    """Appointments whose time went by, which wait for the respondent's calling hours."""
    groups = connection.execute(
        select(cases.c.next_group)
        .where(cases.c.next_until.is_not(None), cases.c.next_until <= now, queue.is_free(now, LEASE))
        .distinct()
    )
    for name in groups.scalars():
        opens = next_opening(turns.rules.in_zone(turns.group(name).zone), now)
        if opens is not None and opens > now:
            yield Coming(opens, "an appointment that was missed")


def _appointments(connection: Connection, turns: Turns, who: Interviewer, now: datetime) -> Iterator[Coming]:
    rows = connection.execute(
        select(cases.c.next_class, cases.c.next_call_at, cases.c.next_owner, interviewer.c.name)
        .outerjoin(interviewer, interviewer.c.id == cases.c.next_owner)
        .where(cases.c.next_until > now, queue.is_free(now, LEASE))
        .order_by(cases.c.next_call_at)
        .limit(50)
    )
    for row in rows:
        whose = "your" if row.next_owner == who.id else f"{row.name}'s" if row.name else "a"
        kind = "hard" if row.next_class == HARD else "soft"
        at, unless = row.next_call_at, ""
        if at <= now:  # due, and its interviewer's alone for a moment
            at, unless = at + turns.rules.appointment_grace, f", unless {row.name} calls it first"
        if within_fieldwork(turns.rules, at):
            yield Coming(at, f"{whose} {kind} appointment{unless}")
