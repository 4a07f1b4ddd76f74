"""Files that nobody else may read: a database holds names, numbers and answers.

SQLite gives its -wal, -shm and -journal the mode and the owner of the database itself; the lock file gets the same
here. Whoever wants a group of users to share a database widens the mode of the database, and new side files follow.
"""

from __future__ import annotations

import os
from pathlib import Path

OWNER_ONLY = 0o600


def make_private(path: Path) -> None:
    """Makes an empty file that only its owner may read and write; a file that is there is left as it is.

    Raises OSError where it cannot be made.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))


def open_beside(path: Path, database: Path) -> int:
    """Opens a side file of a database, made with the database's mode and owner where it is not there.

    Raises OSError where it cannot be opened.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    if os.name == "posix" and database.exists():
        held = database.stat()
        os.fchmod(file, held.st_mode & 0o666)
        if os.geteuid() == 0:  # or else the owner could no longer write to a database that root looked at once
            os.fchown(file, held.st_uid, held.st_gid)
    return file
