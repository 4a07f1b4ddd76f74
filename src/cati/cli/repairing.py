"""What every command that repairs a case has in common: who, why, the look before, and what it says afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from cati.cli import output
from cati.cli.acting import acting, user_option
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.desk import Actor, Repaired
    from cati.storage import Store
    from cati.studies import Study

_Made = TypeVar("_Made", bound="Callable[..., Any]")

Doing = Callable[["Store", "Study", "Actor", str], "Repaired"]


def repair_options(function: _Made) -> _Made:
    """--reason, --dry-run, --yes, --json, and who and where, as every repair has them."""
    for option in (
        now_option,
        database_option,
        user_option,
        json_option,
        click.option("--yes", is_flag=True, help="Do not ask before it is done."),
        click.option("--dry-run", is_flag=True, help="Say what it would do, and change nothing."),
        click.option("--reason", metavar="TEXT", help="Why: it is kept in the change log. Needed."),
    ):
        function = option(function)
    return function


def carry_out(serial: str, doing: Doing, *, reason: str | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Does a repair, or says what it would do; on a terminal it is shown first, and asked for."""
    from cati import desk

    with opened() as (store, study):
        who = acting(store)
        terminal = sys.stdin.isatty() and sys.stderr.isatty()
        why = reason
        if why is None:
            if not terminal:
                raise InputError("Why? Give --reason: it is kept in the change log of the case.")
            why = str(click.prompt("Reason", err=True))
        if dry_run:
            foreseen = desk.foresee_repair(store, lambda trial: doing(trial, study, who, why))
            _emit(foreseen, study.timezone, as_json, dry_run=True)
            return
        if terminal and not yes:
            looked = desk.preview(store, serial, lambda trial: doing(trial, study, who, why))
            output.say("\n".join(lines(looked.repaired, study.timezone)))
            if not click.confirm("Do it?", err=True):
                output.say("nothing was changed")
                return
            done = desk.do_as_previewed(store, serial, looked.seen, lambda same: doing(same, study, who, why))
        else:
            done = doing(store, study, who, why)
        _emit(done, study.timezone, as_json, dry_run=False)


def _emit(done: Repaired, zone: ZoneInfo, as_json: bool, *, dry_run: bool) -> None:
    from cati.cli.case import as_data

    if as_json:
        data = as_data(done, zone)
        if dry_run:
            data["id"] = None  # the log has no line of it
        output.emit_json(data | {"dry_run": dry_run})
        return
    output.emit("\n".join(lines(done, zone)))
    if dry_run:
        output.say("nothing was changed")
    elif not done.what.startswith("undone"):
        output.say(f"to take it back: cati case undo {done.serial} --reason …")


def lines(done: Repaired, zone: ZoneInfo) -> Iterator[str]:
    """A repair as lines of text, its data shown literally."""
    from cati.reports.document import visible

    change = " → ".join(visible(each) for each in (done.old, done.new) if each is not None)
    yield f"Case {visible(done.serial)}: {visible(done.what)}{f': {change}' if change else ''}"
    if done.outcome_before == done.outcome_after:
        yield f"Outcome  {done.label_after}, as before"
    else:
        yield f"Outcome  {done.label_before} → {done.label_after}"
    before = _called(done.next_call_before, done.called_before, zone)
    after = _called(done.next_call_after, done.called_after, zone)
    yield f"Called   {visible(after)}{', as before' if before == after else f' (before: {visible(before)})'}"
    if not done.rows:
        yield "Table    no row changes"
    for row in done.rows:
        yield f"Table    {row.label}: {row.before:,} → {row.after:,}"
    for note in done.notes:
        yield f"Note     {visible(note)}"
    yield f"Reason   {visible(done.why)} ({visible(done.who)})"


def _called(at: datetime | None, why: str, zone: ZoneInfo) -> str:
    return f"not again: {why}" if at is None else f"from {at.astimezone(zone):%Y-%m-%d %H:%M}: {why}"
