"""`cati console`: the interviewer's screen."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from cati.cli.acting import PIN, USER
from cati.cli.group import command
from cati.cli.options import database_option, database_url, now_option, now_text
from cati.errors import InputError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from cati.cli.opening import Clock


@command("console", examples=("cati console", 'cati console --user "Ann Other"', "cati console --plain"))
@click.option("--user", metavar="NAME", help="Who interviews; else the screen asks.")
@click.option("--plain", is_flag=True, help="One line at a time, for screen readers.")
@database_option
@now_option
@click.pass_context
def console(ctx: click.Context, user: str | None, plain: bool) -> None:
    """The interviewer's screen: the next case, the questionnaire one question at a time, what came of the call. F1 says
    what every key does. In a locked desk the PIN is asked for, or taken from CATI_PIN.
    """
    ctx.exit(run_on(database_url(), user=user, plain=plain))


def run_on(url: str | None, *, user: str | None, plain: bool) -> int:
    """Runs the screen on the database of a URL until the interviewer signs out; gives the exit code."""
    from cati.console import run_console

    user = user or os.environ.get(USER)
    secret = os.environ.get(PIN)
    if not plain and not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise InputError("The interviewer's screen needs a terminal. Without one: --plain.")
    if plain and secret is None and sys.stdin.isatty():
        user, secret = _shown(url, user)
    text = now_text()  # asked for here: the database's thread knows nothing of the command line

    def clock_in(zone: ZoneInfo) -> Clock | None:
        from cati.cli.opening import clock_of

        return clock_of(text, zone, ticking=True)

    return run_console(database=url, user=user, secret=secret, plain=plain, clock_in=clock_in)


def _shown(url: str | None, user: str | None) -> tuple[str | None, str | None]:
    """Who signs in and with which PIN, where the desk is locked: asked for before the lines begin, which would show it
    as it is typed."""
    from cati import desk
    from cati.console.interviewer.plain import read_any_bytes
    from cati.storage import open_store

    read_any_bytes()
    store = open_store(url)
    try:
        if not desk.is_locked(store):
            return user, None
    finally:
        store.close()
    name = user or str(click.prompt("Your name", err=True))
    return name, str(click.prompt(f"PIN of {name}", hide_input=True, err=True))
