"""`cati opt-out …`: who is not to be contacted, whatever sample they come back in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.acting import acting, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.desk import Listed

_PHONES = click.option("--phone", "phones", multiple=True, metavar="NUMBER", help="A telephone number. Can come again.")
_EMAIL = click.option("--email", metavar="ADDRESS", help="An e-mail address.")
_REASON = click.option("--reason", metavar="TEXT", help="Why: it is kept in the change log. Needed.")


@command(
    "add",
    examples=(
        'cati opt-out add --phone "01632 960001" --reason "rang the office"',
        'cati opt-out add --serial 200017 --reason "letter of 3 November"',
    ),
)
@click.option("--serial", metavar="SERIAL", help="Whoever this case is: its numbers and its address.")
@_PHONES
@_EMAIL
@_REASON
@user_option
@database_option
@now_option
def add(serial: str | None, phones: tuple[str, ...], email: str | None, reason: str | None) -> None:
    """Put somebody on the list, by number, by address, or by the case they are. Whoever of the sample has one of them
    is not called any more, and whoever has one in a sample loaded later is loaded and not called.

    The list holds keyed hashes, and no number or address. A number of a case that others hold too is taken for a
    switchboard: only the person is listed, by name and number.
    """
    from cati import desk

    why = _why(reason)
    if serial is not None and (phones or email):
        raise click.UsageError("--serial, or --phone and --email: not both.")
    with opened() as (store, study):
        who = acting(store)
        if serial is not None:
            done = desk.bar_case(store, study, serial, who, why)
        else:
            done = desk.opt_out_details(store, study, who, phones, email or "", why)
    output.emit("\n".join(_listed(done)))


@command("remove", examples=('cati opt-out remove --phone "01632 960001" --reason "listed by mistake"',))
@_PHONES
@_EMAIL
@_REASON
@user_option
@database_option
@now_option
def remove(phones: tuple[str, ...], email: str | None, reason: str | None) -> None:
    """Take a number or an address off the list. Cases that were not called because of it alone may be called again;
    whoever withdrew from the research is not."""
    from cati import desk

    with opened() as (store, study):
        done = desk.take_off_list(store, study, acting(store), phones, email or "", _why(reason))
    output.emit(f"{done.added} taken off the list; may be called again: {', '.join(done.barred) or 'no case'}.")


@command("list", examples=("cati opt-out list", "cati opt-out list --json"))
@json_option
@database_option
@now_option
def list_(as_json: bool) -> None:
    """How many numbers, addresses and people are on the list. Which they are, it does not know: it only recognises them
    when they come again."""
    from cati import desk

    with opened() as (store, _):
        counts = desk.opt_out_counts(store)
    if as_json:
        output.emit_json({kind: counts.get(kind, 0) for kind in ("phone", "email", "person")})
    else:
        phones, emails, people = (counts.get(kind, 0) for kind in ("phone", "email", "person"))
        output.emit(
            f"{phones:,} telephone numbers, {emails:,} e-mail addresses, {people:,} people behind shared numbers"
        )


def _why(reason: str | None) -> str:
    if not (reason or "").strip():
        raise InputError("Why? Give --reason: it is kept in the change log.")
    return str(reason)


def _listed(done: Listed) -> list[str]:
    lines = [f"{done.added} new on the opt-out list."]
    if done.shared:
        lines.append(f"{done.shared} of the numbers others hold too: only this person is listed by them.")
    if done.barred:
        lines.append(f"Not called any more: {', '.join(done.barred)}.")
    return lines
