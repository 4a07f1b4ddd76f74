"""A copy of the database while interviewing goes on."""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from pathlib import Path

from cati.errors import InputError, OutsideError
from cati.storage import schema, sqlite
from cati.storage.store import Store


def backup(store: Store, path: Path | str) -> None:
    """Copies an SQLite database to `path`, checked and on the disk before it takes that name.

    An older backup of that name is replaced; nothing else is. Writers go on meanwhile. Raises InputError for a target
    that must not be overwritten, OutsideError where the disk fails or the database is PostgreSQL.
    """
    target = Path(path)
    source = store.location.path
    if source is None:
        raise OutsideError(
            "cati copies SQLite databases only. Back up PostgreSQL with its own program: "
            f"pg_dump --format=custom --file={target} {store.location}"
        )
    _check_target(source, target)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise OutsideError(f"Cannot write in {target.parent}: {error.strerror}. Name another place.") from error
    os.close(handle)
    part = Path(name)
    try:
        with schema.faults(store.location):
            _copy(source, part)
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise OutsideError(f"The backup {target} could not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _check_target(source: Path, target: Path) -> None:
    if not target.exists():
        return
    if target.is_dir():
        raise InputError(f"{target} is a folder; name a file in it.")
    if target.samefile(source):
        raise InputError(f"{target} is the database itself; name another file for the backup.")
    schema.check_file(target)


def _copy(source: Path, part: Path) -> None:
    # raw connections: VACUUM INTO works outside transactions only
    with closing(sqlite.connect(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    with closing(sqlite.connect(part)) as copy:
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise OutsideError(f"The copy failed its check and was thrown away: {found}. Run: cati verify")


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot sync a folder
    file = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)
