"""One writer at a time, in fair turns.

SQLite's own waiting is unfair: under load one process makes thousands of commits while another makes none for
seconds. A lock on a file beside the database keeps the longest wait short, and no checkpoint runs outside it.
The operating system frees the lock when a program dies.
"""

from __future__ import annotations

import os
import time
from itertools import chain, repeat
from pathlib import Path
from types import TracebackType

from cati.errors import OutsideError
from cati.storage.private import open_beside

try:
    import fcntl
except ImportError:  # Windows: SQLite's own waiting has to do
    fcntl = None  # type: ignore[assignment]

PATIENCE = 20.0
# Whoever waits long looks less often. A crowd of stations that all look every millisecond takes half a core from the
# one that writes, and each change of hands costs SQLite the pages it had ready: with sixteen that never rest, pauses up
# to 20 ms make half as many claims again as pauses up to 4 ms, and the longest wait goes from half a second to one.
_PAUSES = (0.001, 0.002, 0.005, 0.01, 0.02)


def lock_file(database: Path) -> Path:
    """The file that is locked while somebody writes to a database."""
    return Path(f"{database}.lock")


class Turn:
    """The right to write to one SQLite file, held as a context."""

    def __init__(self, database: Path, patience: float | None = None) -> None:
        self._database = database
        self._path = lock_file(database)
        self._patience = PATIENCE if patience is None else patience
        self._file: int | None = None

    def __enter__(self) -> None:
        if fcntl is None:
            return
        try:
            if self._file is None:
                self._file = open_beside(self._path, self._database)
            self._wait(self._file)
        except OSError as error:
            raise OutsideError(
                f"Cannot lock {self._path}: {error.strerror}. cati must be able to write in the database's folder."
            ) from error

    def _wait(self, file: int) -> None:
        deadline = 0.0
        pauses = chain(_PAUSES, repeat(_PAUSES[-1]))
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                now = time.monotonic()
                deadline = deadline or now + self._patience
                if now > deadline:
                    raise OutsideError(
                        f"Another program has been writing to the database for {self._patience:.0f} seconds "
                        f"(lock {self._path}). Nothing was saved; try again, and look for a program that hangs."
                    ) from None
                time.sleep(next(pauses))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fcntl is not None and self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
