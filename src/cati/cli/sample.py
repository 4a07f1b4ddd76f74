"""`cati sample …`: the people to be called."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.acting import permitted, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, database_url, json_option, now_option

if TYPE_CHECKING:
    from cati.exchange import LoadReport


@command(
    "load",
    examples=(
        "cati sample load sample.xlsx",
        "cati sample load sample.csv --dry-run --json",
        "cati sample load sample.csv --hold",
    ),
)
@click.argument("file", metavar="FILE")
@click.option("--dry-run", is_flag=True, help="Check the file against the database, if there is one; load nothing.")
@click.option("--hold", is_flag=True, help="Issue nobody new: all sample is issued by hand from now on.")
@click.option("--issue", "at_once", is_flag=True, help="Issue whoever is new at once, even where that is done by hand.")
@json_option
@user_option
@database_option
@now_option
@click.pass_context
def load(ctx: click.Context, file: str, dry_run: bool, hold: bool, at_once: bool, as_json: bool) -> None:
    """Load the sample, or update it by serial, from FILE (CSV or XLSX; - is standard input). A row is loaded whole, or
    refused with the column and the reason. Exit code 1 if any row was refused; the others are loaded.

    Columns: serial (required), name, la, region, ofsted, phone, phone2 …, email, link, recontact, batch, timezone; any
    others are kept as sample variables.

    Whoever is new and agreed to be contacted is issued to the telephone at once; held instead with --hold, and where
    sample is issued by hand already: since --hold, or since the first cati sample issue.
    """
    from cati.desk import load_sample
    from cati.exchange import load_sample_file

    if hold and at_once:
        raise click.UsageError("--hold or --issue, not both.")
    issue = False if hold else True if at_once else None
    tell = output.progress("rows read")
    if dry_run:
        report = _tried(file, issue, tell)
    else:
        with opened() as (store, study):
            who = permitted(store, "sample load").name
            report = load_sample_file(
                file, lambda rows: load_sample(store, rows, study=study, issue=issue, who=who), progress=tell
            )
    if as_json:
        output.emit_json(report.to_json())
    else:
        output.emit(_told(report, dry_run))
    for name in _unreportable(report):
        output.say(f"the column {name} is kept, but --by {name} is a week of fieldwork; rename it to report by it")
    if report.held:
        held = "1 case" if report.held == 1 else f"{report.held:,} cases"
        output.say(f"{held} {'would be' if dry_run else 'is' if report.held == 1 else 'are'} held: cati sample issue")
    if report.opted_out:
        shown = ", ".join(report.opted_out[:10]) + (" …" if len(report.opted_out) > 10 else "")
        done = "would be loaded" if dry_run else "loaded"
        output.say(f"{len(report.opted_out):,} {done} but not called, being on the opt-out list: {shown}")
    ctx.exit(1 if report.refused else 0)


def _tried(file: str, issue: bool | None, tell: Callable[[int], None]) -> LoadReport:
    """What the load would come to in the database of this command line; without one, in an empty one."""
    from cati.desk import would_load
    from cati.exchange import load_sample_file
    from cati.storage import open_store
    from cati.storage.location import locate

    path = locate(database_url()).path
    if path is not None and not path.exists():
        output.say(f"there is no database {path}: counted as if into an empty one")
        return load_sample_file(file, lambda rows: would_load(rows, issue=issue), progress=tell)
    with closing(open_store(database_url())) as store:
        return load_sample_file(file, lambda rows: would_load(rows, store=store, issue=issue), progress=tell)


def _unreportable(report: LoadReport) -> list[str]:
    """The columns by which no report can be asked for, since their names mean something else there."""
    from cati.cli.asked import WEEK
    from cati.desk.grouping import ISSUE_WEEK, OUTCOME_WEEK

    return [name for name in (WEEK, ISSUE_WEEK, OUTCOME_WEEK) if name in report.columns]


def _told(report: LoadReport, dry_run: bool) -> str:
    from cati.reports.document import visible

    done = "could be loaded" if dry_run else "loaded"
    lines = [
        f"{report.read:,} rows read: {report.loaded:,} {done}, {report.updated:,} updated "
        f"({report.unchanged:,} of them unchanged), {len(report.refused):,} refused."
    ]
    if any(one.batch for one in report.batches):
        for one in report.batches:
            held = f", {one.held:,} of them held" if one.held else ""
            updated = f", {one.updated + one.unchanged:,} updated" if one.updated + one.unchanged else ""
            lines.append(f"batch {visible(one.batch) or '(none)'}: {one.loaded:,} {done}{held}{updated}")
    for refused in report.refused:
        column = f", {visible(refused.column)}" if refused.column else ""
        value = f" {visible(refused.value)!r}" if refused.value else ""
        lines.append(f"row {refused.row}{column}{value}: {visible(refused.why)}")
    return "\n".join(lines)
