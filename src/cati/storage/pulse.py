"""Has anything changed since? Asked twice a second by a screen that watches, and next to free when nothing has.

SQLite: `PRAGMA data_version` of a connection of its own, which changes when any other connection, of this program or
another, has committed (sqlite.org/pragma.html#pragma_data_version). PostgreSQL: the snapshot that a statement would be
run under (`pg_current_snapshot`): transactions that wrote something have a number, and as long as no such transaction
begins or ends, two statements see the same rows. Other databases of the same server count too: a look in vain, and
nothing missed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from cati.errors import OutsideError
from cati.storage import sqlite
from cati.storage.faults import translated
from cati.storage.store import Store

_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS TEXT)")
# A writer in a rollback journal holds readers up while it commits; the next look is half a second away.
_BUSY_SECONDS = 0.2


class Pulse:
    """The pulse of an open store. Used on one thread; close it before the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._file: Any = None
        self._server: Connection | None = None

    def __call__(self) -> str:
        """What tells this moment from others: the same again, and nothing that can be read has changed.

        Raises OutsideError where the database is gone, was replaced, or cannot be reached; ask again later.
        """
        if not self._store.is_in_place():
            raise OutsideError(f"The database {self._store.location} was replaced or removed.")
        with translated(str(self._store.location), self.close):
            return self._of_file() if self._store.location.path is not None else self._of_server()

    def _of_file(self) -> str:
        if self._file is None:
            assert self._store.location.path is not None
            self._file = sqlite.connect(self._store.location.path, busy_seconds=_BUSY_SECONDS)
        return str(self._file.execute("PRAGMA data_version").fetchone()[0])

    def _of_server(self) -> str:
        if self._server is None:
            self._server = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return str(self._server.execute(_SNAPSHOT).scalar_one())

    def close(self) -> None:
        """Lets go of its connection; the next call makes another."""
        held, self._server = self._server, None
        if held is not None:
            held.invalidate()
            held.close()
        if self._file is not None:
            self._file.close()
            self._file = None
