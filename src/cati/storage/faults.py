"""What the database's errors mean to a person, and what she can do."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from cati.errors import OutsideError

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
# Faults of a program, not of the world: these are never dressed up.
_OURS = ("IntegrityError", "ProgrammingError", "DataError", "InterfaceError", "NotSupportedError")


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
            return OutsideError(f"{message} ({where}; SQLite says: {words})")
    if type(original).__name__ in _OURS:
        return None
    return OutsideError(
        f"The database failed ({where}): {words}. Nothing of this step was saved; it is safe to try again."
    )
