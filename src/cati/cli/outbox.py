"""`cati outbox …`: the e-mails that calls have promised."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from cati.cli import output
from cati.cli.acting import acting, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.desk import Promise

_KINDS = ("online_link", "reassurance")
_KIND = click.Choice(_KINDS)
_COLUMNS = ("id", "kind", "address", "serial", "name", "promised_at", "promised_by")


@command("list", examples=("cati outbox list", "cati outbox list --state waiting --json"))
@click.option(
    "--state",
    type=click.Choice(["waiting", "exported", "sent", "cancelled", "stopped"]),
    help="Only those; else all, the sent ones too.",
)
@click.option("--kind", type=_KIND, help="Only this kind.")
@json_option
@database_option
@now_option
def list_(state: str | None, kind: str | None, as_json: bool) -> None:
    """The e-mails that calls have promised, and what has become of each: waiting, exported for mailing, sent, cancelled
    (its call was coded otherwise since), stopped (whom it was for asked not to be contacted).
    """
    from cati import desk
    from cati.cli.case import as_data

    with opened() as (store, study):
        found = [
            each for each in desk.list_outbox(store, study) if state in (None, each.state) and kind in (None, each.kind)
        ]
    if as_json:
        output.emit_json([as_data(each, study.timezone) for each in found])
    elif found:
        output.emit("\n".join(_line(each, study.timezone) for each in found))
    else:
        output.say("no e-mail was promised" if state is None and kind is None else "none of these")


@command(
    "export",
    examples=(
        "cati outbox export online_link --output links.csv",
        "cati outbox export reassurance --again --output reassurances.csv",
    ),
)
@click.argument("kind", type=_KIND, metavar="KIND")
@click.option("--output", "target", type=click.Path(path_type=Path), metavar="FILE", help="Else to standard output.")
@click.option("--force", is_flag=True, help="Let --output replace a file that does not look like a CSV file.")
@click.option("--again", is_flag=True, help="Those exported before and not marked as sent, too.")
@user_option
@database_option
@now_option
def export(kind: Any, target: Path | None, force: bool, again: bool) -> None:
    """The waiting e-mails of a kind (online_link or reassurance) as a CSV file for mailing. Each is exported once: from
    then on it is marked as exported, and after mailing as sent with `cati outbox sent`. What a spreadsheet would take
    for a formula has an apostrophe before it.
    """
    from cati import desk

    with opened() as (store, study):
        who = acting(store)

        def hand_over(promises: Sequence[Promise]) -> None:
            output.deliver(_as_csv(promises, study.timezone), "csv", target, force=force)

        found = desk.export_outbox(store, study, who, kind, hand_over, again=again)
    if found:
        output.say(f"{_count(len(found))} exported; once they are sent: cati outbox sent --exported --kind {kind}")
    else:
        output.say(f"no e-mail of this kind waits; nothing was written{'' if again else ' (--again: those exported)'}")


@command("sent", examples=("cati outbox sent --exported --kind online_link", "cati outbox sent 12 15"))
@click.argument("ids", nargs=-1, type=int, metavar="[ID]…")
@click.option("--exported", is_flag=True, help="All that are exported.")
@click.option("--kind", type=_KIND, help="With --exported: of this kind only.")
@user_option
@database_option
@now_option
def sent(ids: tuple[int, ...], exported: bool, kind: Any) -> None:
    """Mark e-mails as sent: those of these numbers, or all that are exported. None is marked twice."""
    from cati import desk

    if bool(ids) == exported:
        raise InputError("Which e-mails? Give their numbers, or --exported.")
    if kind is not None and not exported:
        raise InputError("--kind goes with --exported.")
    with opened() as (store, study):
        marked = desk.mark_sent(store, study, acting(store), ids, kind)
    output.emit(f"{_count(marked)} marked as sent.")


@command("unsent", examples=('cati outbox unsent 12 --reason "it came back"',))
@click.argument("promise_id", type=int, metavar="ID")
@click.option("--reason", metavar="TEXT", required=True, help="Why: it is kept in the change log of the case.")
@user_option
@database_option
@now_option
def unsent(promise_id: int, reason: str) -> None:
    """Take back that an e-mail was sent: it waits again."""
    from cati import desk

    with opened() as (store, study):
        promise = desk.take_back_sent(store, study, acting(store), promise_id, reason)
        output.emit(_line(promise, study.timezone))


def _line(promise: Promise, zone: ZoneInfo) -> str:
    from cati.reports.document import visible

    done = {
        "sent": f"sent {_at(promise.sent_at, zone)} by {promise.sent_by}",
        "exported": f"exported {_at(promise.exported_at, zone)}",
        "cancelled": f"cancelled {_at(promise.cancelled_at, zone)}",
        "stopped": "stopped: not to be contacted",
        "waiting": "waiting",
    }[promise.state]
    promised = f"promised {_at(promise.promised_at, zone)} by {promise.promised_by}"
    return visible(f"{promise.id:>5}  {promise.kind:<11}  {promise.serial}  {promise.address}  {promised}; {done}")


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment is not None else ""


def _as_csv(promises: Sequence[Promise], zone: ZoneInfo) -> str:
    from cati.reports.as_csv import spreadsheet_safe

    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for each in promises:
        cells = (str(each.id), each.kind, each.address, each.serial, each.name, _at(each.promised_at, zone))
        writer.writerow([spreadsheet_safe(cell) for cell in (*cells, each.promised_by)])
    return sheet.getvalue()


def _count(number: int) -> str:
    return f"{number:,} e-mail" if number == 1 else f"{number:,} e-mails"
