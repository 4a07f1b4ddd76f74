"""`cati user …`: who works at this desk, and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.acting import NEW_PIN, acting, new_pin, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option
from cati.errors import InputError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from cati.desk import User

_NAME = click.argument("name", metavar="NAME")
_ROLE = "interviewer, supervisor or administrator"


@command(
    "add",
    examples=("cati user add Ann", "cati user add Ruth --role supervisor --user administrator"),
)
@_NAME
@click.option("--role", default="interviewer", show_default=True, metavar="ROLE", help=f"One of {_ROLE}.")
@user_option
@database_option
@now_option
def add(name: str, role: str) -> None:
    """Add somebody. The PIN or password is typed on a terminal (Enter leaves it out), or taken from CATI_PIN_NEW; it is
    never given on the command line.
    """
    from cati import desk

    with opened() as (store, study):
        who = acting(store)
        desk.permit(store, who, "user add")  # before a PIN is asked for
        user = desk.add_user(store, who, name, role, new_pin(name, optional=True))
        output.emit("\n".join(_lines((user,), study.timezone)))


@command("list", examples=("cati user list", "cati user list --json"))
@json_option
@database_option
@now_option
def list_(as_json: bool) -> None:
    """Everybody: name, role, whether there is a PIN, who is signed in, who is disabled."""
    from cati import desk
    from cati.cli.case import as_data

    with opened() as (store, study):
        users = desk.list_users(store)
        locked, now = desk.is_locked(store), store.time()
    if as_json:
        output.emit_json({"locked": locked, "users": [as_data(user, study.timezone) for user in users]})
        return
    output.emit("\n".join(_lines(users, study.timezone)) or "Nobody yet.")
    here = [user.name for user in users if user.present_until is not None and user.present_until > now]
    output.say(f"signed in now: {', '.join(here) or 'nobody'}")
    if not locked:
        output.say("nobody has a PIN: the desk is open, and everybody may do everything")


@command("disable", examples=("cati user disable Ann",))
@_NAME
@user_option
@database_option
@now_option
def disable(name: str) -> None:
    """From now on somebody can neither sign in nor do anything. Their calls stay theirs."""
    from cati import desk

    with opened() as (store, study):
        output.emit("\n".join(_lines((desk.disable_user(store, acting(store), name),), study.timezone)))


@command("enable", examples=("cati user enable Ann",))
@_NAME
@user_option
@database_option
@now_option
def enable(name: str) -> None:
    """Let somebody disabled sign in again, with the role and the PIN of before."""
    from cati import desk

    with opened() as (store, study):
        output.emit("\n".join(_lines((desk.enable_user(store, acting(store), name),), study.timezone)))


@command("pin", examples=("cati user pin administrator", "cati user pin Ann --user administrator --remove"))
@_NAME
@click.option("--remove", is_flag=True, help="Take the PIN away: no sign-in while the desk is locked.")
@user_option
@database_option
@now_option
def pin(name: str, remove: bool) -> None:
    """Set a PIN or password, typed on a terminal or taken from CATI_PIN_NEW; one's own needs no role.

    The first one locks the desk: from then on everybody shows who they are. The last one removed opens it again.
    """
    from cati import desk

    with opened() as (store, study):
        who = acting(store)
        secret = None if remove else new_pin(name, optional=False)
        if secret is None and not remove:
            raise InputError(f"No PIN is given: put it into {NEW_PIN}, or type it on a terminal.")
        user = desk.set_pin(store, who, name, secret)
        output.emit("\n".join(_lines((user,), study.timezone)))
        if not desk.is_locked(store):
            output.say("nobody has a PIN any more: the desk is open, and everybody may do everything")


@command("role", examples=("cati user role Ruth supervisor",))
@_NAME
@click.argument("role", metavar="ROLE")
@user_option
@database_option
@now_option
def role(name: str, role: str) -> None:
    """Give somebody another role: interviewer, supervisor or administrator. Each may do what those before it may."""
    from cati import desk

    with opened() as (store, study):
        output.emit("\n".join(_lines((desk.set_role(store, acting(store), name, role),), study.timezone)))


def _lines(users: tuple[User, ...], zone: ZoneInfo) -> list[str]:
    from cati.reports.document import visible

    width = max((len(visible(user.name)) for user in users), default=0)
    found = []
    for user in users:
        facts = [f"{visible(user.name):<{width}}  {user.role:<13}  {'PIN' if user.has_pin else 'no PIN':<6}"]
        if user.failed:
            facts.append(f"{user.failed} failed sign-in{'s' if user.failed > 1 else ''}")
        if user.disabled_at is not None:
            facts.append(f"disabled since {user.disabled_at.astimezone(zone):%Y-%m-%d %H:%M}")
        found.append("  ".join(facts).rstrip())
    return found
