"""Who acts: for every command that does what not everybody may do.

While the desk is open, a command without --user is the administrator's. Once it is locked, --user (or CATI_USER) says
who, and the PIN is asked for on a terminal, or taken from CATI_PIN.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from cati.cli.options import remembered, shared
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.desk import Actor
    from cati.storage import Store

_USER = "cati.user"
USER, PIN, NEW_PIN = "CATI_USER", "CATI_PIN", "CATI_PIN_NEW"

user_option = shared(
    "--user",
    key=_USER,
    metavar="NAME",
    help="Who does this; else CATI_USER. In a locked desk the PIN is asked for, or CATI_PIN.",
)


def is_named() -> bool:
    """Does the command line, or the environment, say who acts?"""
    return bool(remembered(_USER) or os.environ.get(USER))


def acting(store: Store, user: str | None = None) -> Actor:
    """Whoever gives this command, signed in. `user`: by name, where the command has an option of its own.

    Raises InputError where it is not said who, where there is nobody of that name, and where the PIN is wrong.
    """
    from cati import desk

    name = user or remembered(_USER) or os.environ.get(USER) or None
    with desk.own_clock(store) as own:
        if not desk.is_locked(own):
            return desk.sign_in_as(own, name)
        if name is None and _somebody_there():
            name = click.prompt("Your name", err=True)
        if name is None:
            raise InputError(
                f"This desk is locked: say who you are with --user NAME (or {USER}), and give the PIN in {PIN} or on "
                "a terminal."
            )
        secret = os.environ.get(PIN)
        if secret is None and _somebody_there():
            secret = click.prompt(f"PIN of {name}", hide_input=True, err=True)
        return desk.sign_in_as(own, name, secret)


def permitted(store: Store, act: str) -> Actor:
    """As `acting`, of an act that the desk itself asks nobody about. Raises InputError where it is not allowed."""
    from cati import desk

    who = acting(store)
    desk.permit(store, who, act)
    return who


def new_pin(whose: str, *, optional: bool, env: str = NEW_PIN) -> str | None:
    """A PIN for somebody: from the environment, or typed twice on a terminal, where Enter leaves it out (`optional`).

    None where there is none. It is never taken from the command line, where others can read it.
    """
    given = os.environ.get(env)
    if given:
        return given
    if not _somebody_there():
        return None
    hint = " (Enter: none)" if optional else ""
    hidden: dict[str, Any] = {"hide_input": True, "show_default": False, "err": True}
    while True:
        first: str = click.prompt(f"PIN or password for {whose}{hint}", default="" if optional else None, **hidden)
        if not first:
            return None
        if click.prompt("The same again", default="", **hidden) == first:
            return first
        click.echo("That was not the same. Once more, from the beginning.", err=True)


def _somebody_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
