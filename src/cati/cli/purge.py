"""`cati purge`: contact details and call notes erased once they have been kept as long as they may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.acting import acting, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option
from cati.cli.sure import somebody_there, sure, yes_option

if TYPE_CHECKING:
    from datetime import tzinfo

    from cati.desk import Purged


@command(
    "purge",
    examples=("cati purge --older-than 90", "cati purge --older-than 90 --dry-run --json"),
)
@click.option(
    "--older-than", "days", type=click.IntRange(min=0), required=True, metavar="DAYS", help="Finished so long ago."
)
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@yes_option
@json_option
@user_option
@database_option
@now_option
def purge(days: int, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase the contact details and the call notes of the cases that were finished more than DAYS days ago: names,
    numbers, addresses, contact details given in interviews, notes, promised e-mails, what messages and the change log
    say of them. It cannot be taken back. Nobody calls these cases again.

    Finished is a case with a final outcome and nothing done since; and every case, once fieldwork has been over for as
    long. Answers, outcomes, calls and the variables that tables are made by stay: every table is the same before and
    after, but for the time that contact details took (cati report lengths). Words that people said are held back in
    later exports, since nobody can look for their names any more: export before. Backups and files made before still
    hold what was erased. That it was done is kept in the change log.
    """
    from cati import desk

    with opened() as (store, study):
        who = acting(store)
        if dry_run:
            _emit(desk.purge(store, study, days, who, dry_run=True), study.timezone, as_json, dry_run=True)
            return
        if not yes and somebody_there():
            output.say("\n".join(_lines(desk.purge(store, study, days, who, dry_run=True), study.timezone, True)))
        if not sure("Erase these contact details and call notes for good?", yes):
            return
        tell = output.progress("cases looked at")
        done = desk.purge(store, study, days, who, progress=lambda at, _: tell(at))
    _emit(done, study.timezone, as_json, dry_run=False)
    output.say("a backup or an export made before still holds it: delete those too")
    if done.left_over:
        output.say(done.left_over)


def _emit(done: Purged, zone: tzinfo, as_json: bool, *, dry_run: bool) -> None:
    if as_json:
        output.emit_json(
            {
                "cases": done.cases,
                "live": done.live,
                "before": done.before.astimezone(zone).isoformat(),
                "erased": dict(done.erased),
                "left_over": done.left_over,
                "dry_run": dry_run,
            }
        )
    else:
        output.emit("\n".join(_lines(done, zone, dry_run)))


def _lines(done: Purged, zone: tzinfo, dry_run: bool) -> Iterator[str]:
    n = "1 case" if done.cases == 1 else f"{done.cases:,} cases"
    live = f", {done.live:,} of them unresolved when fieldwork ended" if done.live else ""
    would = "would be purged" if dry_run else "purged"
    yield f"{n} finished before {done.before.astimezone(zone):%Y-%m-%d %H:%M} {would}{live}."
    for name, count in done.erased.items():
        yield f"  {count:>8,}  {name}"
    if not done.erased:
        yield "  Nothing to erase."
