"""PINs and passwords: hashed by argon2, checked, and slowed down where they are guessed.

Once one has failed, a sign-in is counted before it is known to fail, so that guesses side by side wait for each other;
one that succeeds sets the count back. The count is kept in the database, so that a second program waits as long.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, update

from cati.errors import InputError
from cati.storage import Store
from cati.storage.tables import credential

if TYPE_CHECKING:
    from sqlalchemy import Connection

FREE_FAILURES = 3
"""So many failed sign-ins cost no waiting. Each further one doubles the wait, from two seconds on."""
LONGEST_WAIT = timedelta(minutes=5)
SHORTEST, LONGEST = 4, 200


def is_locked(connection: Connection) -> bool:
    """Has anybody a PIN, so that everybody has to show who they are?"""
    return bool(connection.execute(select(exists().select_from(credential))).scalar_one())


def check_new(secret: str) -> None:
    """Raises InputError for a PIN that is too short, too long, or one character over and over."""
    if not SHORTEST <= len(secret) <= LONGEST:
        raise InputError(f"A PIN or password has {SHORTEST} to {LONGEST} characters. Choose another.")
    if len(set(secret)) == 1:
        raise InputError("A PIN that is one character over and over is the first to be guessed. Choose another.")


def set_secret(store: Store, connection: Connection, interviewer_id: int, secret: str, now: datetime) -> None:
    """Gives somebody a PIN or password, or another one; failed sign-ins are forgotten."""
    check_new(secret)
    hashed = hasher().hash(_bytes(secret))
    added = store.upsert(credential).values(interviewer_id=interviewer_id, secret=hashed, set_at=now)
    connection.execute(
        added.on_conflict_do_update(
            index_elements=["interviewer_id"], set_={"secret": hashed, "set_at": now, "failed": 0, "failed_at": None}
        )
    )


def remove_secret(connection: Connection, interviewer_id: int) -> bool:
    """Takes somebody's PIN away; False if there was none."""
    return bool(connection.execute(delete(credential).where(credential.c.interviewer_id == interviewer_id)).rowcount)


def prove(store: Store, interviewer_id: int, name: str, secret: str) -> None:
    """Checks somebody's PIN, in transactions of its own. Raises InputError where it is wrong, where there is none, or
    where so many were wrong that it has to be waited first."""
    with store.write() as connection:
        now = store.now(connection)
        row = connection.execute(
            select(credential).where(credential.c.interviewer_id == interviewer_id).with_for_update()
        ).first()
        waits = None if row is None else _wait(row, now)
        counted = row is not None and waits is None and row.failed > 0
        if counted:
            _count(connection, interviewer_id, now)
    if row is None:
        raise InputError(f"{name} has no PIN yet. An administrator sets one with: cati user pin {name!r}")
    if waits is not None:
        raise InputError(
            f"Too many sign-ins of {name} failed: the next is possible in {_seconds(waits)}. Nothing was checked now."
        )
    if not _fits(row.secret, secret):
        if not counted:
            with store.write() as connection:
                _count(connection, interviewer_id, store.now(connection))
        wait = _delay(row.failed + 1)
        then = f" The next try is possible in {_seconds(wait)}." if wait else ""
        raise InputError(f"That is not the PIN of {name}.{then}")
    with store.write() as connection:
        values: dict[str, Any] = {"failed": 0, "failed_at": None}
        if hasher().check_needs_rehash(row.secret):
            values["secret"] = hasher().hash(_bytes(secret))
        same = (credential.c.interviewer_id == interviewer_id, credential.c.secret == row.secret)
        connection.execute(update(credential).where(*same).values(**values))


def _count(connection: Connection, interviewer_id: int, now: datetime) -> None:
    """One more sign-in that failed."""
    counted = {"failed": credential.c.failed + 1, "failed_at": now}
    connection.execute(update(credential).where(credential.c.interviewer_id == interviewer_id).values(**counted))


def failed_sign_ins(connection: Connection) -> dict[int, int]:
    """How many sign-ins failed since the last that succeeded, by the id of everybody who has a PIN."""
    rows = connection.execute(select(credential.c.interviewer_id, func.coalesce(credential.c.failed, 0)))
    return {int(row[0]): int(row[1]) for row in rows}


def hasher() -> Any:
    """The library's hasher, with its own recommended settings (RFC 9106, low memory)."""
    from argon2 import PasswordHasher  # loaded when somebody signs in

    return PasswordHasher()


def _fits(hashed: str, secret: str) -> bool:
    from argon2.exceptions import VerifyMismatchError

    try:
        return bool(hasher().verify(hashed, _bytes(secret)))
    except VerifyMismatchError:
        return False


def _bytes(secret: str) -> bytes:
    # one keyboard writes é as one character, another as two
    return unicodedata.normalize("NFC", secret).encode("utf-8", "surrogateescape")


def _delay(failed: int) -> timedelta:
    """How long has to be waited after so many failures running."""
    if failed <= FREE_FAILURES:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failed - FREE_FAILURES, 20)), LONGEST_WAIT)


def _wait(row: Any, now: datetime) -> timedelta | None:
    """How much of the wait is left; None if it is over. A clock set back keeps nobody out for longer than the wait."""
    if row.failed_at is None:
        return None
    left = min(row.failed_at + _delay(row.failed) - now, _delay(row.failed))
    return left if left > timedelta() else None


def _seconds(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    return f"{seconds} second{'' if seconds == 1 else 's'}"
