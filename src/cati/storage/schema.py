"""Is this a cati database of this program's revision? And: making and migrating one.

Alembic is loaded only to make or migrate; opening looks at one row.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, inspect, text

from cati.errors import InputError
from cati.storage import postgres, sqlite
from cati.storage.faults import translated
from cati.storage.location import Location, locate
from cati.storage.private import make_private
from cati.storage.turn import Turn

# The newest migration. A test holds it to what alembic finds.
REVISION = "0005"
REVISIONS = ("0001", "0002", "0003", "0004", "0005")
_HEADER = b"SQLite format 3\x00"

Made = Literal["made", "migrated", "current"]


class NoDatabaseError(InputError):
    """The file is there, and is no SQLite database. Exit code 2."""


def missing(location: Location) -> InputError:
    """The error for a database that is not there."""
    return InputError(f"There is no database at {location}. Make it with: cati init STUDY --database {location}")


def check_file(path: Path) -> None:
    """Raises NoDatabaseError where the file cannot be an SQLite database."""
    with path.open("rb") as file:
        start = file.read(len(_HEADER))
    if start and start != _HEADER:
        raise NoDatabaseError(f"{path} is not a cati database (it is no SQLite file at all). Name another file.")


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at; None if it is empty. Raises InputError if it is somebody else's."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables or "meta" not in tables:
        raise InputError(
            f"This database is not cati's: it holds {', '.join(sorted(tables)[:3])} … and no cati tables. Name another."
        )
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "") or None


def check_revision(connection: Connection, location: Location) -> None:
    """Raises InputError unless the database is cati's and at this program's revision."""
    found = revision_of(connection)
    if found == REVISION:
        return
    if found is None:
        raise missing(location)
    if found in REVISIONS:
        raise InputError(
            f"The database {location} is of an older cati (revision {found}; this program needs {REVISION}). "
            "Make a backup, then bring it up to date with: cati init STUDY"
        )
    raise InputError(
        f"The database {location} was made by a newer cati (revision {found}; this program knows {REVISION}). "
        "Install that cati; nothing was changed."
    )


def init_database(url: str | None = None) -> Made:
    """Makes the database, or migrates it to this program's revision; says which, or that it was current.

    Raises InputError for a place or file that cannot be a cati database, OutsideError where disk or server failed.
    """
    location = locate(url)
    if location.path is None:
        assert location.url is not None
        engine = postgres.make_engine(location.url)
        with translated(location):
            return _migrate(engine, location)
    path = location.path
    sqlite.check_place(path)
    with translated(location):
        if not path.exists():
            sqlite.check_left_over(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            make_private(path)
        except OSError as error:
            raise InputError(
                f"Cannot make {path}: {error.strerror}. Name a file in a folder you may write to."
            ) from error
        check_file(path)
        turn = Turn(path)
        try:
            with turn:
                journal = sqlite.settle_journal(path, fresh=True)
                return _migrate(sqlite.make_engine(path, journal, write=True), location)
        finally:
            turn.close()


def _migrate(engine: Engine, location: Location) -> Made:
    try:
        with engine.connect() as connection:
            with connection.begin() if connection.dialect.name == "sqlite" else nullcontext():
                found = revision_of(connection)
            connection.rollback()
            if found is not None and found not in REVISIONS:
                check_revision(connection, location)
            if found == REVISION:
                return "current"
            from cati.storage.migrations import upgrade

            upgrade(connection)
            return "made" if found is None else "migrated"
    finally:
        engine.dispose()
