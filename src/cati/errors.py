"""The errors that cati tells its users about, and the exit code each one means.

Whatever is raised from here has a message that a person can act on: what is wrong, where, and what to do.
Anything else that reaches the top of a program is a fault in cati itself.
"""

from __future__ import annotations


class CatiError(Exception):
    """A problem that the user is told about in one message, without a traceback."""

    exit_code = 2


class InputError(CatiError):
    """Bad input or wrong usage: a file, a field, an argument. Exit code 2."""

    exit_code = 2


class OutsideError(CatiError):
    """Something outside cati failed: the database, the disk, the network. Exit code 3."""

    exit_code = 3
