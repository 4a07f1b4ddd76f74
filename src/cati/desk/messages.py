"""What people of a desk write to each other: messages for the ready screen, notes from one shift to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from cati.desk.actors import Actor, allow, find_user
from cati.desk.records import Interviewer, Message
from cati.desk.words import storable
from cati.errors import InputError
from cati.storage import Store
from cati.storage.tables import interviewer, shift_note
from cati.storage.tables import message as messages

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class ShiftNote:
    """What one shift leaves to the next."""

    at: datetime
    who: str
    text: str


def send_message(store: Store, who: Actor, to: str | None, text: str) -> tuple[str, ...]:
    """Sends a message to somebody, or (None) to everybody who may sign in; the names of whoever gets it.

    Raises InputError for an empty or very long text, for somebody who is not there, and for somebody disabled.
    """
    text = _text(text)
    with store.write() as connection:
        allow(connection, who, "message")
        if to is None:
            rows = connection.execute(
                select(interviewer)
                .where(interviewer.c.disabled_at.is_(None), interviewer.c.id != who.id)
                .order_by(interviewer.c.name)
            ).all()
            if not rows:
                raise InputError("There is nobody else at this desk.")
        else:
            rows = [find_user(connection, to)]
            if rows[0].disabled_at is not None:
                raise InputError(f"{rows[0].name} may no longer sign in, and would never read it.")
        now = store.now(connection)
        connection.execute(
            insert(messages), [{"to_id": row.id, "from_id": who.id, "at": now, "text": text} for row in rows]
        )
    return tuple(row.name for row in rows)


def list_messages(store: Store, *, unread: bool = False) -> tuple[Message, ...]:
    """Every message, the newest first; `unread`: those that nobody has read yet."""
    with store.read() as connection:
        found = _messages(connection, messages.c.read_at.is_(None) if unread else None)
    return tuple(reversed(found))


def mark_read(store: Store, who: Interviewer, ids: Sequence[int]) -> None:
    """Marks messages of hers as read. Read once, they stay so; others' are not touched."""
    with store.write() as connection:
        connection.execute(
            update(messages)
            .where(messages.c.id.in_(list(ids)), messages.c.to_id == who.id, messages.c.read_at.is_(None))
            .values(read_at=store.now(connection))
        )


def unread_of(connection: Connection, interviewer_id: int) -> tuple[Message, ...]:
    """The messages to somebody that she has not read yet, the oldest first."""
    mine = (messages.c.to_id == interviewer_id) & messages.c.read_at.is_(None)
    return _messages(connection, mine)


def leave_note(store: Store, who: Actor, text: str) -> ShiftNote:
    """Leaves a note to the next shift. Raises InputError for an empty or very long one."""
    text = _text(text)
    with store.write() as connection:
        allow(connection, who, "shift note")
        now = store.now(connection)
        connection.execute(insert(shift_note).values(interviewer_id=who.id, at=now, text=text))
    return ShiftNote(now, who.name, text)


def shift_notes(store: Store, since: datetime | None = None) -> tuple[ShiftNote, ...]:
    """The notes of all shifts, or those left since an instant, the newest first."""
    found = (
        select(shift_note.c.at, interviewer.c.name, shift_note.c.text)
        .join(interviewer, interviewer.c.id == shift_note.c.interviewer_id)
        .order_by(shift_note.c.at.desc(), shift_note.c.id.desc())
    )
    if since is not None:
        found = found.where(shift_note.c.at >= since)
    with store.read() as connection:
        return tuple(ShiftNote(*row) for row in connection.execute(found))


def _messages(connection: Connection, which: ColumnElement[bool] | None) -> tuple[Message, ...]:
    sender, reader = interviewer.alias("sender"), interviewer.alias("reader")
    found = (
        select(messages, sender.c.name.label("sender"), reader.c.name.label("reader"))
        .join(sender, sender.c.id == messages.c.from_id)
        .join(reader, reader.c.id == messages.c.to_id)
        .order_by(messages.c.at, messages.c.id)
    )
    if which is not None:
        found = found.where(which)
    return tuple(
        Message(row.id, row.sender, row.reader, row.at, row.text, row.read_at) for row in connection.execute(found)
    )


def _text(text: str) -> str:
    text = " ".join(storable(text).split())
    if not text:
        raise InputError("The text is empty.")
    if len(text) > LONGEST:
        raise InputError(f"The text has {len(text):,} characters; {LONGEST:,} are the most that a screen takes.")
    return text
