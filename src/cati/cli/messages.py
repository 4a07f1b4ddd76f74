"""`cati message …` and `cati shift …`: what people of a desk write to each other."""

from __future__ import annotations

import click

from cati.cli import output
from cati.cli.acting import acting, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option
from cati.errors import InputError


@command(
    "send",
    examples=(
        'cati message send Ann "Case 200017 rang back: she is free now"',
        'cati message send --all "Tea at four"',
    ),
)
@click.argument("words", nargs=-1, metavar="[NAME] TEXT")
@click.option("--all", "everybody", is_flag=True, help="To everybody who may sign in.")
@user_option
@database_option
@now_option
def send(words: tuple[str, ...], everybody: bool) -> None:
    """Send a message to an interviewer's screen: she sees it between two cases, never in a call."""
    from cati import desk
    from cati.reports.document import visible

    if len(words) != (1 if everybody else 2):
        raise InputError('To whom, and what? cati message send NAME "TEXT", or cati message send --all "TEXT".')
    with opened() as (store, _):
        names = desk.send_message(store, acting(store), None if everybody else words[0], words[-1])
    output.emit(visible(f"Sent to {', '.join(names)}."))


@command("list", examples=("cati message list", "cati message list --unread --json"))
@click.option("--unread", is_flag=True, help="Only those that were not read yet.")
@json_option
@database_option
@now_option
def list_(unread: bool, as_json: bool) -> None:
    """The messages that were sent, the newest first, and when each was read."""
    from cati import desk
    from cati.cli.case import as_data
    from cati.reports.document import visible

    with opened() as (store, study):
        found = desk.list_messages(store, unread=unread)
    if as_json:
        output.emit_json([as_data(each, study.timezone) for each in found])
        return
    if not found:
        output.say("no messages")
    for each in found:
        read = f"read {each.read_at.astimezone(study.timezone):%H:%M}" if each.read_at else "not read yet"
        at = each.at.astimezone(study.timezone)
        output.emit(visible(f"{at:%Y-%m-%d %H:%M}  {each.sender} to {each.reader}: {each.text} ({read})"))


@command("note", examples=('cati shift note "Leeds has a new switchboard number; 200017 wants Bob"',))
@click.argument("text", metavar="TEXT")
@user_option
@database_option
@now_option
def note(text: str) -> None:
    """Leave a note to the next shift."""
    from cati import desk

    with opened() as (store, study):
        left = desk.leave_note(store, acting(store), text)
        output.emit(f"Left at {left.at.astimezone(study.timezone):%H:%M}.")


@command("notes", examples=("cati shift notes", "cati shift notes --last 3 --json"))
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="The newest only; else all.")
@json_option
@database_option
@now_option
def notes(last: int | None, as_json: bool) -> None:
    """The notes that shifts have left, the newest first."""
    from cati import desk
    from cati.cli.case import as_data
    from cati.reports.document import visible

    with opened() as (store, study):
        found = desk.shift_notes(store)[:last]
    if as_json:
        output.emit_json([as_data(each, study.timezone) for each in found])
        return
    if not found:
        output.say("no notes")
    for each in found:
        at = each.at.astimezone(study.timezone)
        output.emit(visible(f"{at:%Y-%m-%d %H:%M}  {each.who}: {each.text}"))
