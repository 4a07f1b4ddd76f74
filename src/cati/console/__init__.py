"""The screens: the interviewer's, on Textual or one line at a time, and the supervisor's.

Only `run_console` and `run_supervisor` are for others. Nothing heavy is imported until it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from cati.desk import Actor
    from cati.studies import Study


def run_console(
    *,
    database: str | None = None,
    user: str | None = None,
    secret: str | None = None,
    plain: bool = False,
    clock_in: Callable[[ZoneInfo], Callable[[], datetime] | None] | None = None,
) -> int:
    """The interviewer's screen on a database, until she signs out; gives the exit code.

    `database`: URL or file, else the usual place; `user`: who signs in, `secret`: with which PIN, where the desk is
    locked (none: the screen asks); `plain`: one line at a time on stdin and
    stdout; `clock_in`: given the study's time zone, the clock that stands in for the database's own, or None. It is
    called on another thread. Raises CatiError where the database cannot be opened, and whatever was a fault of ours,
    both with the terminal restored.
    """
    if plain:
        from cati.console.interviewer.plain import run_plain

        return run_plain(database=database, user=user or "", clock_in=clock_in, secret=secret)
    from cati.console.interviewer.app import run_screen

    return run_screen(database=database, user=user or "", clock_in=clock_in, secret=secret)


def run_supervisor(
    *, database: str | None, study: Study, who: Actor, clock: Callable[[], datetime] | None = None
) -> int:
    """The supervisor's screen on a database, until `who`, who may open it, leaves; gives the exit code.

    `clock` stands in for the database's own. Raises whatever was a fault of ours, with the terminal restored.
    """
    from cati.console.supervisor.app import run_screen

    return run_screen(database=database, study=study, who=who, clock=clock)
