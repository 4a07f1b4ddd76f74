"""The people of the desk: added, disabled, given roles and PINs. Each change is in the change log, no PIN ever is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from cati.desk import pins
from cati.desk.actors import Actor, allow, find_user
from cati.desk.acts import ROLES, Role
from cati.desk.words import name_key, storable
from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.storage import Store
from cati.storage.tables import change, credential, interviewer


@dataclass(frozen=True, slots=True)
class User:
    """Somebody of the desk. `has_pin`: may sign in while the desk is locked; `failed`: sign-ins that failed since one
    succeeded; `present_until`: signed in to interview, and heard of."""

    name: str
    role: Role
    has_pin: bool
    failed: int
    created_at: datetime
    disabled_at: datetime | None
    present_until: datetime | None


def list_users(store: Store) -> tuple[User, ...]:
    """Everybody, in order of their names."""
    with store.read() as connection:
        failed = pins.failed_sign_ins(connection)
        rows = connection.execute(select(interviewer)).all()
    # not in the order of the database, which depends on where it was made
    return tuple(_user(row, failed) for row in sorted(rows, key=lambda row: (row.name_key, row.id)))


def add_user(store: Store, who: Actor, name: str, role: str = "interviewer", secret: str | None = None) -> User:
    """Adds somebody, with a PIN or without. Raises InputError for a name that is there already."""
    name, role = _name(name), _role(role)
    with store.write() as connection:
        allow(connection, who, "user add")
        now = store.now(connection)
        row = _add(store, connection, name, now)
        if row is None:
            raise InputError(f"{find_user(connection, name).name} is there already. Change the role: cati user role")
        connection.execute(update(interviewer).where(interviewer.c.id == row.id).values(role=role))
        _log(connection, who.name, f"user {row.name}: added", None, role, now)
        if secret is not None:
            _give_pin(store, connection, who.name, row, secret, now)
        return _finish(connection, row.id)


def disable_user(store: Store, who: Actor, name: str) -> User:
    """From now on somebody can neither sign in nor act. Raises InputError for the last administrator."""
    with store.write() as connection:
        allow(connection, who, "user disable")
        row = _locked(connection, name)
        now = store.now(connection)
        if row.disabled_at is None:
            values = {"disabled_at": now, "present_until": now}
            connection.execute(update(interviewer).where(interviewer.c.id == row.id).values(**values))
            _log(connection, who.name, f"user {row.name}: disabled", None, None, now)
        return _finish(connection, row.id)


def enable_user(store: Store, who: Actor, name: str) -> User:
    """Somebody disabled may sign in again, with the PIN and the role of before."""
    with store.write() as connection:
        allow(connection, who, "user enable")
        row = _locked(connection, name)
        if row.disabled_at is not None:
            connection.execute(update(interviewer).where(interviewer.c.id == row.id).values(disabled_at=None))
            _log(connection, who.name, f"user {row.name}: enabled", None, None, store.now(connection))
        return _finish(connection, row.id)


def set_pin(store: Store, who: Actor, name: str, secret: str | None) -> User:
    """Gives somebody a PIN or another one; None takes it away. One's own needs no role, once one has one.

    Raises InputError where no administrator would have a PIN while somebody else has one.
    """
    with store.write() as connection:
        row = _locked(connection, name)
        if not (who.proven and who.id == row.id and secret is not None):
            allow(connection, who, "user pin")
        now = store.now(connection)
        if secret is not None:
            _give_pin(store, connection, who.name, row, secret, now)
        elif pins.remove_secret(connection, row.id):
            _log(connection, who.name, f"user {row.name}: PIN removed", None, None, now)
        return _finish(connection, row.id)


def set_role(store: Store, who: Actor, name: str, role: str) -> User:
    """Gives somebody another role. Raises InputError for a role that there is not, and for the last administrator."""
    role = _role(role)
    with store.write() as connection:
        allow(connection, who, "user role")
        row = _locked(connection, name)
        if row.role != role:
            connection.execute(update(interviewer).where(interviewer.c.id == row.id).values(role=role))
            _log(connection, who.name, f"user {row.name}: role", row.role, role, store.now(connection))
        return _finish(connection, row.id)


def appoint_administrator(store: Store, name: str = "administrator", secret: str | None = None) -> User | None:
    """Makes the first administrator of a database, whom acts without a name are done by; None if there is one.

    For `cati init`. Somebody of that name who is there already becomes the administrator.
    """
    name = _name(name)
    with store.write() as connection:
        now = store.now(connection)
        if connection.execute(select(exists().where(*_ADMINISTRATOR))).scalar_one():
            return None
        row = _add(store, connection, name, now) or find_user(connection, name)
        values = {"role": "administrator", "disabled_at": None}
        connection.execute(update(interviewer).where(interviewer.c.id == row.id).values(**values))
        _log(connection, "cati init", f"user {row.name}: role", row.role, "administrator", now)
        if secret is not None:
            _give_pin(store, connection, "cati init", row, secret, now)
        return _finish(connection, row.id)


_ADMINISTRATOR = (interviewer.c.role == "administrator", interviewer.c.disabled_at.is_(None))


def _user(row: Any, failed: dict[int, int]) -> User:
    return User(
        name=row.name,
        role=row.role,
        has_pin=row.id in failed,
        failed=failed.get(row.id, 0),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        present_until=row.present_until,
    )


_LONGEST_NAME = 80


def _name(name: str) -> str:
    name = " ".join(storable(name).split())
    if not name:
        raise InputError("Give a name.")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InputError(f"A name has at most {_LONGEST_NAME} characters, all of them visible. Give a shorter one.")
    return name


def _role(role: str) -> Role:
    for known in ROLES:
        if known == role:
            return known
    raise InputError(f"There is no role {role!r}. {did_you_mean(role, ROLES)}")


def _add(store: Store, connection: Connection, name: str, now: datetime) -> Any:
    """The row of a new name; None if it is there already."""
    added = store.upsert(interviewer).values(name=name, name_key=name_key(name), created_at=now)
    if connection.execute(added.on_conflict_do_nothing().returning(interviewer.c.id)).first() is None:
        return None
    return find_user(connection, name)


def _locked(connection: Connection, name: str) -> Any:
    """The row of somebody, and the rows of all administrators locked: two could else disable each other at once."""
    locked = select(interviewer.c.id).where(interviewer.c.role == "administrator").order_by(interviewer.c.id)
    connection.execute(locked.with_for_update())
    return find_user(connection, name)


def _give_pin(store: Store, connection: Connection, by: str, row: Any, secret: str, now: datetime) -> None:
    pins.set_secret(store, connection, row.id, secret, now)
    _log(connection, by, f"user {row.name}: PIN set", None, None, now)


def _log(connection: Connection, who: str, what: str, old: str | None, new: str | None, now: datetime) -> None:
    connection.execute(insert(change).values(at=now, who=who, what=what, old=old, new=new))


def _finish(connection: Connection, interviewer_id: int) -> User:
    """The person as changed. Raises InputError where nobody could administer the desk any more."""
    if not connection.execute(select(exists().where(*_ADMINISTRATOR))).scalar_one():
        raise InputError(
            "That is the last administrator: nobody could give rights any more. Make another one first: "
            "cati user role NAME administrator"
        )
    with_pin = exists().where(*_ADMINISTRATOR, credential.c.interviewer_id == interviewer.c.id)
    if pins.is_locked(connection) and not connection.execute(select(with_pin)).scalar_one():
        raise InputError(
            "No administrator would have a PIN while somebody else has one: nobody could administer the desk. "
            "First give an administrator a PIN: cati user pin administrator"
        )
    row = connection.execute(select(interviewer).where(interviewer.c.id == interviewer_id)).one()
    return _user(row, pins.failed_sign_ins(connection))
