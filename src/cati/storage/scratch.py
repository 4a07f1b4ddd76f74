"""A database for one rehearsal: a file of its own that nobody will miss, in memory where the system has such a place.

It alone is not durable: every transaction is whole, but nothing waits for a disk. It cannot be asked for any other
file, since it makes its own and removes it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from cati.errors import OutsideError
from cati.storage import schema, sqlite
from cati.storage.location import Location
from cati.storage.store import Clock, Store

_IN_MEMORY = Path("/dev/shm")


@contextmanager
def scratch_store(clock: Clock) -> Iterator[Store]:
    """An empty database under a clock that is handed in; gone when the block ends.

    Raises OutsideError where there is no place for it.
    """
    with _folder() as folder:
        path = folder / "scratch.db"
        path.write_bytes(_empty())
        store = Store(Location(path, None), sqlite.settle_journal(path, fresh=True), clock, durable=False)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _folder() -> Iterator[Path]:
    parent = _IN_MEMORY if _IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK) else None
    try:
        made = tempfile.TemporaryDirectory(prefix="cati-rehearsal-", dir=parent)
    except OSError as error:
        raise OutsideError(f"There is no place for a temporary database: {error}. Set TMPDIR to a folder.") from error
    with made as folder:
        yield Path(folder)


@cache
def _empty() -> bytes:
    """The bytes of an empty database at this program's revision: made once, copied for each."""
    with _folder() as folder:
        path = folder / "empty.db"
        schema.init_database(str(path))
        return path.read_bytes()
