"""`cati online …`: what the online survey says of the people of the sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.acting import permitted, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option

if TYPE_CHECKING:
    from cati.exchange import OnlineReport


@command(
    "load",
    examples=("cati online load completes.csv", "cati online load completes.xlsx --dry-run --json"),
)
@click.argument("file", metavar="FILE")
@click.option("--dry-run", is_flag=True, help="Check the file against the database and change nothing.")
@json_option
@user_option
@database_option
@now_option
@click.pass_context
def load(ctx: click.Context, file: str, dry_run: bool, as_json: bool) -> None:
    """Load what the online survey says, from FILE (CSV or XLSX; - is standard input). It takes effect at once: who
    completed online or opted out is not called any more, who began online is gone on with by telephone, and whoever
    holds such a case is warned. A row is taken in whole, or refused with the column and the reason; loaded again, it
    changes nothing. Exit code 1 if any row was refused; the others are loaded.

    Columns: serial and status (both required), at, and the answers. The status is complete, partial or opted_out
    (completed, part-complete and opt-out are understood). The time at is ISO 8601, without an offset in the study's
    time zone; blank, or up to ten minutes ahead of the clock, it is the time of loading; one that comes twice, when the
    clocks go back, is the later. A serial may have several rows, in any order.

    A response of the open link has no serial: link is open, and region and ofsted may be given. It is counted with the
    responses, and belongs to no case.

    Answers are columns by item: B1, H1_3 (a row of a grid), B3_9_text (the words of a code), K4_email (a box of contact
    details); a multicode is one column of codes with spaces or semicolons between (B3), or columns of 0 and 1 (B3_1).
    An answer that its question cannot take, and a column that is no item, are kept as they are, and reported.
    """
    from cati.desk import load_online
    from cati.exchange import load_online_file

    tell = output.progress("rows read")
    with opened() as (store, study):
        who = "" if dry_run else permitted(store, "online load").name
        report = load_online_file(
            file,
            study,
            lambda rows: load_online(store, study, rows, keep=not dry_run, who=who),
            now=store.time(),
            progress=tell,
        )
    if as_json:
        output.emit_json(report.to_json())
    else:
        output.emit("\n".join(_told(report, dry_run)))
    ctx.exit(1 if report.refused else 0)


def _told(report: OnlineReport, dry_run: bool) -> Iterator[str]:
    from cati.reports.document import visible

    done, closed = ("could be loaded", "would be closed") if dry_run else ("loaded", "closed")
    cases = "1 case" if report.closed == 1 else f"{report.closed:,} cases"
    yield (
        f"{report.read:,} rows read: {report.loaded:,} {done} ({report.open_link:,} of them of the open link), "
        f"{report.unchanged:,} unchanged, {len(report.refused):,} refused; {cases} {closed}."
    )
    for one in report.refused:
        column = f", {visible(one.column)}" if one.column else ""
        value = f" {visible(one.value)!r}" if one.value else ""
        yield f"row {one.row}{column}{value}: {visible(one.why)}"
    of_columns: dict[str, list[str]] = {}
    for note in report.notes:
        if not note.n:
            of_columns.setdefault(note.why, []).append(visible(note.column))
    for why, columns in of_columns.items():
        yield f"note: {', '.join(columns)}: {why}"
    for note in report.notes:
        if not note.n:
            continue
        where = f"row {note.row}, " if note.n == 1 else ""
        rows = f" ({note.n:,} rows, the first is row {note.row})" if note.n > 1 else ""
        value = f" {visible(note.value)!r}" if note.value else ""
        yield f"note: {where}{visible(note.column)}{value}{rows}: {visible(note.why)}"
