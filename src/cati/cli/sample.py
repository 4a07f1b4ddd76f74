"""`cati sample …`: the people to be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option

if TYPE_CHECKING:
    from cati.exchange import LoadReport


@command(
    "load",
    examples=("cati sample load sample.xlsx", "cati sample load sample.csv --dry-run --json"),
)
@click.argument("file", metavar="FILE")
@click.option("--dry-run", is_flag=True, help="Check the file alone: no database is opened, nothing is loaded.")
@json_option
@database_option
@now_option
@click.pass_context
def load(ctx: click.Context, file: str, dry_run: bool, as_json: bool) -> None:
    """Load the sample, or update it by serial, from FILE (CSV or XLSX; - is standard input). A row is loaded whole, or
    refused with the column and the reason. Exit code 1 if any row was refused; the others are loaded.

    Columns: serial (required), name, la, region, ofsted, phone, phone2 …, email, link, recontact, batch, timezone; any
    others are kept as sample variables.
    """
    from cati.desk import load_sample
    from cati.exchange import load_sample_file

    tell = output.progress("rows read")
    if dry_run:
        report = load_sample_file(file, progress=tell)
    else:
        with opened() as (store, study):
            report = load_sample_file(file, lambda rows: load_sample(store, rows, study=study), progress=tell)
    if as_json:
        output.emit_json(report.to_json())
    else:
        output.emit(_told(report, dry_run))
    ctx.exit(1 if report.refused else 0)


def _told(report: LoadReport, dry_run: bool) -> str:
    from cati.reports.document import visible

    done = "could be loaded" if dry_run else "loaded"
    lines = [
        f"{report.read:,} rows read: {report.loaded:,} {done}, {report.updated:,} updated "
        f"({report.unchanged:,} of them unchanged), {len(report.refused):,} refused."
    ]
    for one in report.refused:
        column = f", {visible(one.column)}" if one.column else ""
        value = f" {visible(one.value)!r}" if one.value else ""
        lines.append(f"row {one.row}{column}{value}: {visible(one.why)}")
    return "\n".join(lines)
