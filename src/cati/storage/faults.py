"""What the database's errors mean to a person, and what she can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from cati.errors import CatiError, OutsideError


class DamagedError(OutsideError):
    """The disk gave what is in the database's file, and it is no database any more. Exit code 3."""


# The driver's words (SQLite's result codes in English), and what to say.
_SQLITE = (
    ("disk is full", "The disk is full. Nothing of this step was saved; make room and try again."),
    (
        "readonly",
        "The database cannot be written: the file or its folder is read-only. Mend its permissions and try again.",
    ),
    ("locked", "Another program holds the database locked. Nothing of this step was saved; try again in a moment."),
    (
        "unable to open",
        "The database file cannot be opened. Check that it exists and that you may read and write it and its folder.",
    ),
    ("disk i/o error", "The disk reported an error. Nothing of this step was saved; try again, then look at the disk."),
    ("malformed", "The database file is damaged. Stop interviewing, keep the file, and go back to the last backup."),
    ("not a database", "The file is not an SQLite database."),
)
_DAMAGED = ("malformed", "not a database")
# Faults of a program, not of the world: these are never dressed up.
_OURS = ("IntegrityError", "ProgrammingError", "DataError", "InterfaceError", "NotSupportedError")
# The same, by SQLite's words: it reports a statement that does not fit the tables as it does a broken disk.
_OUR_WORDS = ("no such ", "has no column", "syntax error", "ambiguous column", "misuse of", "values for")


@contextmanager
def translated(where: object, failed: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Turns what the database reports inside the block into messages for people; faults of our own pass as they are.

    `where`: the database; its text, how people know it, is made only where something failed. `failed` is called first,
    for any error of the database.
    """
    try:
        yield
    except CatiError:
        raise
    except Exception as error:
        if not is_database_fault(error):
            raise
        failed()
        message = outside_error(error, str(where))
        if message is None:
            raise
        raise message from error


def is_database_fault(error: Exception) -> bool:
    """Is this an error of a database driver, wrapped by SQLAlchemy or bare?"""
    return isinstance(error, DBAPIError) or any(kind.__name__ == "DatabaseError" for kind in type(error).__mro__)


def outside_error(error: Exception, where: str) -> OutsideError | None:
    """The message for a database error that comes from the world (disk, lock, network); None for a fault of our own."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if type(original).__module__.startswith("psycopg"):
        if (isinstance(error, DBAPIError) and error.connection_invalidated) or type(original).__name__ in (
            "OperationalError",
            "AdminShutdown",
            "ConnectionTimeout",
            "IdleInTransactionSessionTimeout",
            "CannotConnectNow",
        ):
            first = str(original).strip().splitlines()[:1]
            return OutsideError(
                f"The connection to the database failed ({where}): {first[0] if first else type(original).__name__}. "
                "Nothing of this step is known to be saved; it is safe to try again."
            )
        if type(original).__mro__[1].__name__ in _OURS or type(original).__name__ in _OURS:
            return None
        return OutsideError(f"The database refused ({where}): {original}")
    words = str(original)
    for sign, message in _SQLITE:
        if sign in words.lower():
            kind = DamagedError if sign in _DAMAGED else OutsideError
            return kind(f"{message} ({where}; SQLite says: {words})")
    if type(original).__name__ in _OURS or any(sign in words.lower() for sign in _OUR_WORDS):
        return None
    return OutsideError(
        f"The database failed ({where}): {words}. Nothing of this step was saved; it is safe to try again."
    )
