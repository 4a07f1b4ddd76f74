"""`cati fieldwork explain`: why a case comes now, or does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option

if TYPE_CHECKING:
    from cati.desk import Explanation


@command(
    "explain",
    examples=(
        "cati fieldwork explain 200017",
        "cati fieldwork explain 200017 --now 2019-11-19T18:30",
        'cati fieldwork explain 200017 --user "Ann Other" --json',
    ),
)
@click.argument("serial", metavar="SERIAL")
@click.option("--user", metavar="NAME", help="May this interviewer call it? Without: may anybody?")
@json_option
@database_option
@now_option
def explain(serial: str, user: str | None, as_json: bool) -> None:
    """Why a case may be called now, or the first rule that forbids it and when that rule lets go.

    --now asks about another time: what the calling rules would say then, were nothing to happen to the case before.
    """
    from cati import desk

    with opened() as (store, study):
        who = desk.find_interviewer(store, user) if user is not None else None
        found = desk.explain(store, study, serial, who)
    if as_json:
        output.emit_json(as_data(found, study.timezone))
    else:
        output.emit("\n".join(lines(found, study.timezone)))


def as_data(found: Explanation, zone: ZoneInfo) -> dict[str, Any]:
    """The explanation as plain data; instants as ISO 8601 in the study's zone."""
    from cati.cli.case import as_data as plain

    data: dict[str, Any] = plain(found, zone)
    return data


def lines(found: Explanation, zone: ZoneInfo) -> Iterator[str]:
    """The explanation as lines of text."""
    from cati.fieldwork import PLACE_WORDS
    from cati.reports.document import visible

    def time(moment: datetime) -> str:
        local = moment.astimezone(zone)
        theirs = moment.astimezone(ZoneInfo(found.timezone))
        there = f" ({theirs:%H:%M} in {found.timezone})" if theirs.utcoffset() != local.utcoffset() else ""
        return f"{local:%a} {local.day} {local:%b %Y %H:%M}{there}"

    yield f"Case         {visible(found.serial)}, {found.outcome_label}, called {_times(found.attempts)}"
    yield f"At           {time(found.now)}"
    yield f"Callable now {'yes' if found.may_be_called else 'no'}"
    yield f"{'Place' if found.rule in PLACE_WORDS else 'Rule':<13}{found.rule.replace('_', ' ')}"
    yield f"Why          {visible(found.why)}"
    if not found.may_be_called:
        yield f"Lifts        {time(found.lifts_at) if found.lifts_at else 'not by itself'}"
        coming = f"callable from {time(found.callable_at)}" if found.callable_at else "not as things stand"
        yield f"Next         {coming}"
    if found.slots:
        yield f"Kept for     {' or '.join(name.replace('_', ' ') for name in found.slots)}"


def _times(attempts: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(attempts, f"{attempts} times")
