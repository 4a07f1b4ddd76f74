"""A copy of the database while interviewing goes on; and how a database's file gives way to another.

A file of that name gives way only if nothing can be lost with it: it must be a backup of the same database, untouched
since, and open in no program. So a database carries a name of its own (`meta`, "database"), and a copy the time that it
was made ("backup"), which its first writer takes off (`Store.write`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from cati.errors import InputError, OutsideError
from cati.storage import schema, sqlite
from cati.storage.faults import translated
from cati.storage.store import Store
from cati.storage.turn import Turn, lock_file

_PATIENCE = 0.5


def backup(store: Store, path: Path | str) -> None:
    """Copies an SQLite database to `path`, checked and on the disk before it takes that name.

    An older backup of this very database is replaced if no program has it open or has written to it; nothing else is.
    Writers go on meanwhile. Only the file's owner can read it. Raises InputError for a target that must not be
    overwritten, OutsideError where the disk fails or the database is PostgreSQL.
    """
    target = Path(path)
    source = store.location.path
    if source is None:
        raise OutsideError(
            "cati copies SQLite databases only. Back up PostgreSQL with its own program: "
            f"pg_dump --format=custom --file={target} {store.location}"
        )
    _check_target(source, target)
    name = _name_of(store)
    _check_older(target, name)
    try:
        handle, made = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise OutsideError(f"Cannot write in {target.parent}: {error.strerror}. Name another place.") from error
    os.close(handle)
    part = Path(made)
    try:
        with translated(store.location):
            _copy(source, part, store.time())
        _sync(part)
        _put(part, target, name)
        _sync(target.parent)
    except OSError as error:
        raise OutsideError(f"The backup {target} could not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Removes an SQLite database with what lies beside it. Raises InputError while a program has it open."""
    with _alone(path):
        path.unlink()
    for left in sqlite.beside(path):
        left.unlink(missing_ok=True)
    lock_file(path).unlink(missing_ok=True)


def _check_target(source: Path, target: Path) -> None:
    if target.is_dir():
        raise InputError(f"{target} is a folder; name a file in it.")
    if _is_there(target):
        if target.samefile(source):
            raise InputError(f"{target} is the database itself; name another file for the backup.")
        schema.check_file(target)
        return
    sqlite.check_left_over(target)


def _is_there(target: Path) -> bool:
    return target.exists() and target.stat().st_size > 0


def _check_older(target: Path, name: str) -> None:
    """Raises InputError unless the target may give way to a copy of the database of that name."""
    if not _is_there(target):
        return
    with translated(target), closing(sqlite.connect(target)) as there:
        tables = {row[0] for row in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        found = dict(there.execute("SELECT key, value FROM meta")) if {"meta", "alembic_version"} <= tables else {}
    if found.get("application") != "cati":
        what = "is not a cati database"
    elif "backup" not in found:
        what = "is a database that was worked in, not a backup"
    elif found.get("database") != name:
        what = "is the backup of another database"
    else:
        return
    raise InputError(f"{target} {what}; it is not replaced. Name another file.")


def _name_of(store: Store) -> str:
    """The name that tells this database and its copies from any other; given when it is first copied."""
    with store.read() as connection:
        found = connection.execute(text("SELECT value FROM meta WHERE key = 'database'")).scalar()
    if found is not None:
        return str(found)
    with store.write() as connection:
        connection.execute(
            text("INSERT INTO meta (key, value) VALUES ('database', :name) ON CONFLICT DO NOTHING"),
            {"name": uuid4().hex},
        )
        return str(connection.execute(text("SELECT value FROM meta WHERE key = 'database'")).scalar_one())


def _copy(source: Path, part: Path, now: datetime) -> None:
    # raw connections: VACUUM INTO works outside transactions only
    with closing(sqlite.connect(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    with closing(sqlite.connect(part)) as copy:
        copy.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('backup', ?)", (now.isoformat(),))
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise OutsideError(f"The copy failed its check and was thrown away: {found}. Run: cati verify")


def _put(part: Path, target: Path, name: str) -> None:
    """Gives the copy its name, in the place of an older one if there is any."""
    if not _is_there(target):
        sqlite.check_left_over(target)  # again: the copying took a while
        for left in sqlite.beside(target):
            left.unlink(missing_ok=True)
        part.replace(target)
        return
    with _alone(target):
        _check_older(target, name)
        part.replace(target)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keeps writers out of a database's file, with nothing of it left beside it; InputError if a program has it open.

    A program that has it open in a rollback journal and does nothing cannot be seen; it stops at its next write, where
    it finds another file in the place of its own (`Store.write`).
    """
    with ExitStack() as held:
        turn = Turn(path, patience=_PATIENCE)
        held.callback(turn.close)
        try:
            held.enter_context(turn)
            _leave_wal(path)
        except OutsideError as error:
            raise InputError(
                f"{path} seems to be open in another program. Close that first, or name another file. ({error})"
            ) from error
        yield


def _leave_wal(path: Path) -> None:
    # works only while nobody else has the file open; what is in the -wal goes into the file, and the -wal is removed
    with translated(path), closing(sqlite.connect(path, busy_seconds=_PATIENCE)) as there:
        mode = there.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    if mode != "delete":
        raise OutsideError(f"It stays in journal mode {mode}.")


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot sync a folder
    file = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)
