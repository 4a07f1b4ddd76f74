"""The open database: write and read transactions, the clock, and errors that a person can act on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Dialect, Engine, Table, bindparam, func, select, text

from cati.errors import OutsideError
from cati.storage import postgres, schema, sqlite
from cati.storage.faults import translated
from cati.storage.location import Location, locate
from cati.storage.prepared import Prepared
from cati.storage.turn import Turn
from cati.storage.types import Instant

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

Clock = Callable[[], datetime]

# what `backup` writes into its copies
_IS_A_COPY = text("SELECT 1 FROM meta WHERE key = 'backup'")
_NO_LONGER_A_COPY = text("DELETE FROM meta WHERE key = 'backup'")


class Store:
    """An open database. `write()` and `read()` each hand out a connection inside a transaction; close it at the end.

    One write transaction runs at a time in a program (threads take turns); its connection is kept between
    transactions, which saves a third of what an answer costs.
    """

    def __init__(
        self, location: Location, journal: str | None, clock: Clock | None = None, *, durable: bool = True
    ) -> None:
        self.location = location
        self.journal = journal
        self.clock = clock
        self._mutex = threading.Lock()
        self._writing: int | None = None
        self._held: Connection | None = None
        self.remembered: dict[str, Any] = {}
        """What is known of the database without asking it again; whoever puts it there says for how long."""
        self._prepared: dict[object, Prepared] = {}
        self._turn: Turn | None = None
        self._file: tuple[int, int] | None = None
        self._untouched = False
        if location.path is not None:
            assert journal is not None
            self._writer = sqlite.make_engine(location.path, journal, write=True, durable=durable)
            self._reader = sqlite.make_engine(location.path, journal, write=False, durable=durable)
            self._turn = Turn(location.path)
            self._file = _identity(location.path)
        else:
            assert location.url is not None
            self._writer = postgres.make_engine(location.url)
            # several statements of one read see one moment, as they do on SQLite; costs no round trip
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ")

    @property
    def is_sqlite(self) -> bool:
        """SQLite, or else PostgreSQL?"""
        return self.location.path is not None

    @property
    def dialect(self) -> Dialect:
        """SQLAlchemy's idea of the database."""
        return self._writer.dialect

    @property
    def engine(self) -> Engine:
        """The engine of the write side, for migrations and checks."""
        return self._writer

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: committed, and on the disk, when the block ends; rolled back when it raises.

        Raises OutsideError where the database, its disk or the way to it failed: nothing is known to be saved then,
        the connection is thrown away, and the same step may be tried again. The first writer to a backup makes it a
        database of its own, which no later backup replaces.
        """
        if self._writing == threading.get_ident():
            raise RuntimeError("a write transaction inside a write transaction")
        with self._mutex:
            self._writing = threading.get_ident()
            try:
                with self._turn or nullcontext(), self._faults(), self._connection().begin() as transaction:
                    if self._untouched:
                        transaction.connection.execute(_NO_LONGER_A_COPY)
                    yield transaction.connection
                self._untouched = False
            finally:
                self._writing = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction on a connection of its own. It sees the database as it was when it first read.

        On PostgreSQL, and on SQLite in WAL mode, readers wait for nobody and hold up nobody. In a rollback journal
        (`journal` "truncate": an SQLite that is not trusted with WAL, or a copy not gone over by `cati init`) a read
        holds up the commit of a writer, who gives up with OutsideError after `sqlite.BUSY_SECONDS`, and waits itself
        for one that is committing: fetch what is needed and end the block before working on it.
        """
        with self._faults(), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps every other writer out without a transaction: for what a database does outside transactions only."""
        with self._mutex, self._turn or nullcontext(), self._faults():
            yield

    def is_in_place(self) -> bool:
        """Is the file that was opened still the one of that name? A server is not asked."""
        return self.location.path is None or _identity(self.location.path) == self._file

    def _connection(self) -> Connection:
        if not self.is_in_place():
            # what is written to a file without a name is lost with the last program that has it open
            raise OutsideError(
                f"The database {self.location} was replaced or removed while this program had it open. "
                "Nothing of this step was saved; start cati again."
            )
        if self._held is None:
            self._held = self._writer.connect()
        return self._held

    def _faults(self) -> AbstractContextManager[None]:
        return translated(self.location, self._discard)

    def _discard(self) -> None:
        # after a failed write or sync neither the connection nor its cache is to be believed
        if self._writing == threading.get_ident() and self._held is not None:
            held, self._held = self._held, None
            held.invalidate()
            held.close()

    def time(self) -> datetime:
        """The present by the store's clock (see `now`), for callers with no transaction of their own.

        Raises OutsideError where the server that keeps the clock cannot be reached.
        """
        if self.server_time:
            with self.read() as connection:
                return self.now(connection)
        return self._here()

    def now(self, connection: Connection) -> datetime:
        """The time by the database's own clock, or by the clock that was handed in; aware, in UTC.

        SQLite has no clock but its computer's, and one computer is all it has.
        """
        if not self.server_time:
            return self._here()
        found = connection.execute(select(func.clock_timestamp(type_=Instant))).scalar_one()
        assert isinstance(found, datetime)
        return found

    def _here(self) -> datetime:
        return datetime.now(UTC) if self.clock is None else self.clock().astimezone(UTC)

    @property
    def server_time(self) -> bool:
        """Can a statement ask the server for the time itself, which saves a round trip?"""
        return self.clock is None and not self.is_sqlite

    def moment(self, name: str) -> ColumnElement[Any]:
        """The present in a prepared statement: the server's clock, or a parameter of that name."""
        return func.clock_timestamp() if self.server_time else bindparam(name, type_=Instant)

    def upsert(self, table: Table) -> SqliteInsert | PostgresqlInsert:
        """An INSERT that can say what becomes of a conflict, in the dialect of this database.

        The other dialect is not imported: PostgreSQL's alone takes two megabytes.
        """
        if self.is_sqlite:
            from sqlalchemy.dialects.sqlite import insert as sqlite_insert

            return sqlite_insert(table)
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)

    def prepared(self, key: object, make: Callable[[Store], Any]) -> Prepared:
        """The statement that `make` builds for this store, compiled once."""
        # the clock may be exchanged while the store is open, and a statement names whose time it goes by
        key = (key, self.server_time)
        found = self._prepared.get(key)
        if found is None:
            found = self._prepared[key] = Prepared(make(self), self.dialect)
        return found

    def note_origin(self, connection: Connection) -> None:
        """Remembers whether the file is a backup that nobody has written to."""
        self._untouched = connection.execute(_IS_A_COPY).first() is not None

    def close(self) -> None:
        """Closes every connection. The last one to go may checkpoint, so it goes in turn."""
        with self._mutex, self._turn or nullcontext():
            if self._held is not None:
                self._held.close()
                self._held = None
            self._reader.dispose()
            self._writer.dispose()
        if self._turn is not None:
            self._turn.close()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def open_store(url: str | None = None, *, create: bool = False, clock: Clock | None = None) -> Store:
    """Opens the database of `url` (else CATI_DATABASE, else the user's data folder); `create`: makes it first.

    `clock` stands in for the database's clock (tests, rehearsals). Raises InputError where the place, the file or its
    revision is wrong, with what to do; OutsideError where the database cannot be reached.
    """
    location = locate(url)
    if create:
        schema.init_database(url)
    journal: str | None = None
    if location.path is not None:
        sqlite.check_place(location.path)
        if not location.path.exists():
            raise schema.missing(location)
        with translated(location):
            schema.check_file(location.path)
            journal = sqlite.settle_journal(location.path, fresh=False)
    store = Store(location, journal, clock)
    try:
        with store.read() as connection:
            schema.check_revision(connection, location)
            store.note_origin(connection)
    except BaseException:
        store.close()
        raise
    return store
