"""SQLite as cati uses it: a fixed library where there is one, durable commits, transactions begun by us.

Why each setting is there: WAL loses commits in SQLite 3.7.0 to 3.51.2 (the "WAL-reset" bug, fixed in 3.51.3, 3.50.7
and 3.44.6), so that an affected library gets a rollback journal; synchronous NORMAL loses acknowledged answers at a
power cut, so that every mode runs with FULL; the driver's own BEGIN is deferred and loses updates, so that the
connection is in autocommit and a hook begins.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from cati.errors import InputError, OutsideError
from cati.storage.mounts import network_file_system

try:
    from pysqlite3 import dbapi2 as driver  # type: ignore[import-untyped,unused-ignore]
except ImportError:  # no wheel for this computer
    driver = sqlite3

BUSY_SECONDS = 10.0


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Does this SQLite have the fix of the WAL-reset bug (sqlite.org/wal.html#walresetbug)?"""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def wanted_journal(version: tuple[int, int, int] | None = None) -> str:
    """The journal mode for this library: "wal", or "truncate" where WAL may lose commits."""
    return "wal" if wal_is_safe(version or driver.sqlite_version_info) else "truncate"


def check_place(path: Path, mounts: str | None = None) -> None:
    """Raises InputError where a database file cannot be trusted: on a network file system, or in no folder."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; the database is a file: name one in it, such as {path / 'cati.db'}.")
    kind = network_file_system(path if path.exists() else path.parent, mounts)
    if kind is not None:
        raise InputError(
            f"{path} is on a network file system ({kind}), where SQLite's locks cannot be trusted with interviews. "
            "Keep the file on a disk of this computer; for several computers use PostgreSQL (--database postgresql://…)."
        )


def beside(path: Path) -> list[Path]:
    """What SQLite keeps beside a database's file while it is in use: -wal, -journal and -shm, whether there or not."""
    return [path.with_name(path.name + ending) for ending in ("-wal", "-journal", "-shm")]


def check_left_over(path: Path) -> None:
    """Raises InputError where another database of that name, now gone, left what SQLite would read into a new one."""
    for left in beside(path):
        # a -shm alone says nothing: SQLite makes it anew
        if not left.name.endswith("-shm") and left.exists() and left.stat().st_size:
            raise InputError(
                f"{left} is left over from another database of that name, and SQLite would read it into a new one. "
                "Move it away, or name another file."
            )


def connect(path: Path, *, busy_seconds: float = BUSY_SECONDS, durable: bool = True) -> Any:
    """A connection of the driver to an existing file, set up to be durable; it waits so long for a lock.

    Not `durable`: of a scratch database (`storage.scratch`), and of no other.
    """
    connection = driver.connect(
        f"{path.resolve().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=busy_seconds,
        check_same_thread=False,
    )
    try:
        kept = ("synchronous=FULL", "cache_size=-500") if durable else ("synchronous=OFF", "cache_size=-50000")
        for pragma in ("foreign_keys=ON", "trusted_schema=OFF", *kept):
            connection.execute(f"PRAGMA {pragma}")
        for pragma, expected in (("foreign_keys", 1), ("synchronous", 2 if durable else 0)):
            found = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
            if found != expected:
                raise OutsideError(f"This SQLite ({driver.sqlite_version}) does not set {pragma}: it says {found}.")
    except BaseException:
        connection.close()
        raise
    return connection


def settle_journal(path: Path, *, fresh: bool, version: tuple[int, int, int] | None = None) -> str:
    """Puts the file into a journal mode that this library can be trusted with; returns what SQLite then says.

    A new file, or one that `cati init` goes over, gets the library's best mode. An existing file in a rollback journal
    is left so: another program with an affected library may be at work on it. An existing file in WAL is taken out of
    it by an affected library, which works only while nobody else has it open; otherwise OutsideError.
    """
    wanted = wanted_journal(version)
    connection = connect(path)
    try:
        found = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if wanted == "wal" and (found == "wal" or not fresh):
            if found in ("wal", "truncate", "persist"):
                return str(found)
            wanted = "truncate"  # DELETE with FULL may lose the last commit at a power cut
        try:
            found = connection.execute(f"PRAGMA journal_mode={wanted}").fetchone()[0]
        except driver.OperationalError:
            found = connection.execute("PRAGMA journal_mode").fetchone()[0]
    finally:
        connection.close()
    if found != wanted and (found == "wal" or wanted == "truncate"):
        library = ".".join(str(part) for part in version or driver.sqlite_version_info)
        raise OutsideError(
            f"{path} is in journal mode {found} and in use, and this SQLite ({library}) may lose commits in WAL mode. "
            "Install pysqlite3 (0.6.1 or newer), or close every program that uses the database and try again."
        )
    return str(found)


class SqliteConnection:
    """What makes the engines: they set journal mode TRUNCATE on each connection where the file is not in WAL."""

    def __init__(self, path: Path, journal: str, *, durable: bool = True) -> None:
        self.path = path
        self.journal = journal
        self.durable = durable

    def __call__(self) -> Any:
        connection = connect(self.path, durable=self.durable)
        # WAL is a property of the file; TRUNCATE one of the connection
        if self.journal != "wal":
            found = connection.execute(f"PRAGMA journal_mode={self.journal}").fetchone()[0]
            if found != self.journal:
                connection.close()
                raise OutsideError(f"{self.path} went from journal mode {self.journal} to {found}; start cati again.")
        return connection


def make_engine(path: Path, journal: str, *, write: bool, durable: bool = True) -> Engine:
    """An engine on the file. Its transactions begin with BEGIN IMMEDIATE (write) or BEGIN (read)."""
    creator = SqliteConnection(path, journal, durable=durable)
    engine = create_engine("sqlite://", creator=creator, module=driver, poolclass=QueuePool)
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute(begin)

    return engine
