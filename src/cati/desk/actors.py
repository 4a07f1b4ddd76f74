"""Who acts: signed in by name and, once the desk is locked, by PIN; and what they may do.

The desk is open as long as nobody has a PIN, and locked from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from cati.desk import pins
from cati.desk.acts import Role, act_named
from cati.desk.words import name_key, storable
from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.storage import Store
from cati.storage.tables import interviewer

if TYPE_CHECKING:
    from cati.desk.records import Interviewer


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, made by `sign_in_as`. `proven`: by a PIN. What they may do is looked up act by act."""

    id: int
    name: str
    role: Role
    proven: bool = False


def is_locked(store: Store) -> bool:
    """Does everybody have to show who they are?"""
    with store.read() as connection:
        return pins.is_locked(connection)


@contextmanager
def own_clock(store: Store) -> Iterator[Store]:
    """The same database by its own clock, for signing in: a clock that was handed in (--now) would wait for whoever
    guesses PINs."""
    own = Store(store.location, store.journal)
    try:
        yield own
    finally:
        own.close()


def sign_in_as(store: Store, name: str | None, secret: str | None = None) -> Actor:
    """Whoever is to act, by name; None, while the desk is open: the administrator.

    In a locked desk the PIN is needed. Raises InputError for a name that there is not, somebody disabled, a PIN that is
    missing or wrong, and, after some wrong ones, for any until a while has passed.
    """
    with store.read() as connection:
        locked = pins.is_locked(connection)
        if name is None and locked:
            raise InputError("This desk is locked: say who you are (--user NAME, or CATI_USER) and give your PIN.")
        row = _administrator(connection) if name is None else find_user(connection, name)
    if row.disabled_at is not None:
        raise InputError(f"{row.name} may no longer sign in. An administrator can change that: cati user enable NAME")
    if locked:
        if secret is None:
            raise InputError(f"This desk is locked: the PIN of {row.name} is needed (on a terminal, or in CATI_PIN).")
        pins.prove(store, row.id, row.name, secret)
    return Actor(row.id, row.name, row.role, proven=locked)


def allow(connection: Connection, who: Actor, act: str) -> None:
    """Raises InputError unless `who` may do an act of the registry now, whatever they might when they signed in.

    Called by every function that does one, in its own transaction.
    """
    wanted = act_named(act)
    row = connection.execute(select(interviewer).where(interviewer.c.id == who.id)).first()
    if row is None or row.disabled_at is not None:
        raise InputError(f"{who.name} may no longer sign in. An administrator can change that: cati user enable NAME")
    if not who.proven and pins.is_locked(connection):
        raise InputError(f"The desk has been locked since {row.name} signed in: sign in again, with your PIN.")
    if not wanted.allows(row.role):
        article = "an" if wanted.least[0] in "aeiou" else "a"
        above = "" if wanted.least == "administrator" else " (or an administrator)"
        raise InputError(
            f"Only {article} {wanted.least}{above} may {wanted.words}; {row.name} is "
            f"{'an' if row.role[0] in 'aeiou' else 'a'} {row.role}."
        )


def permit(store: Store, who: Actor, act: str) -> None:
    """As `allow`, for acts that are many transactions: asked once, before the first."""
    with store.read() as connection:
        allow(connection, who, act)


def check_own_name(connection: Connection, who: Interviewer, proof: Actor | None) -> None:
    """Raises InputError where somebody signs in to interview in a locked desk under a name they have not shown to be
    theirs."""
    if pins.is_locked(connection) and (proof is None or proof.id != who.id or not proof.proven):
        raise InputError(
            f"This desk is locked: {who.name} signs in with a PIN. Start again with: cati console --user {who.name!r}"
        )


def check_still_there(connection: Connection, who: Interviewer) -> None:
    """Raises InputError where somebody who has signed in to interview was disabled since."""
    gone = select(interviewer.c.name).where(interviewer.c.id == who.id, interviewer.c.disabled_at.is_not(None))
    name = connection.execute(gone).scalar()
    if name is not None:
        raise InputError(f"{name} may no longer sign in, and gets no case. An administrator can change that.")


def find_user(connection: Connection, name: str) -> Any:
    """The row of somebody by name; capitals and blanks do not count. Raises InputError where there is nobody."""
    row = connection.execute(select(interviewer).where(interviewer.c.name_key == name_key(storable(name)))).first()
    if row is None:
        names = connection.execute(select(interviewer.c.name).order_by(interviewer.c.name)).scalars().all()
        known = did_you_mean(name, names) if names else "Nobody is known here yet."
        raise InputError(f"There is nobody called {name!r} at this desk. {known}")
    return row


def _administrator(connection: Connection) -> Any:
    row = connection.execute(
        select(interviewer)
        .where(interviewer.c.role == "administrator", interviewer.c.disabled_at.is_(None))
        .order_by(interviewer.c.id)
        .limit(1)
    ).first()
    if row is None:
        raise InputError("This desk has no administrator yet. Make one with: cati init STUDY")
    return row
