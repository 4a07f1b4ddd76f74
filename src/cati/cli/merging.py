"""`cati merge`: the online and the telephone interviews in one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import click

from cati.cli import output
from cati.cli.acting import permitted, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, database_url, json_option, now_option
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.exchange.merging import Findings

_MOST = 20


@command(
    "merge",
    examples=(
        "cati merge online.csv delivery --output merged --dry-run",
        "cati merge online.sav delivery --output merged",
        "cati merge online.csv delivery/wave2.csv --output merged --replace --json",
    ),
)
@click.argument("online", metavar="ONLINE", type=click.Path(path_type=Path))
@click.argument("export", metavar="EXPORT", type=click.Path(path_type=Path))
@click.option(
    "--output", "folder", metavar="FOLDER", type=click.Path(path_type=Path), help="Where the merged file goes."
)
@click.option("--dry-run", is_flag=True, help="Compare, and say what would come of it; write nothing.")
@click.option(
    "--prefer",
    type=click.Choice(["telephone", "online"]),
    default="telephone",
    show_default=True,
    help="Which interview of a person is kept where nothing else tells them apart.",
)
@click.option(
    "--codebook",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The dictionary of ONLINE (JSON, as cati export writes it), where it does not stand beside it.",
)
@click.option("--hold-back", is_flag=True, help="Hold answers back that no question can take; else they block.")
@click.option("--format", "formats", metavar="FORMATS", help="As cati export has them. Default: sav,csv.")
@click.option(
    "--reviewed", type=click.Path(path_type=Path), metavar="FILE", help="The review file of an earlier merge, decided."
)
@click.option("--replace", is_flag=True, help="Let the merge take the place of an earlier one.")
@json_option
@user_option
@database_option
@now_option
@click.pass_context
def merge(
    ctx: click.Context,
    online: Path,
    export: Path,
    folder: Path | None,
    dry_run: bool,
    prefer: str,
    codebook: Path | None,
    hold_back: bool,
    formats: str | None,
    reviewed: Path | None,
    replace: bool,
    as_json: bool,
) -> None:
    """Merge ONLINE, a file of the online survey (CSV, XLSX or SPSS), with EXPORT, the folder of cati export or its data
    file, into one file and a report. Exit code 1 where a conflict blocks the merge; then nothing is written.

    ONLINE has the columns of cati online load: serial (blank for the open link, with link = open), status, at, and the
    answers by item; reserve codes as the codebook has them. Its dictionary is that of the SPSS file, or a codebook
    beside it (NAME.codebook.json, as cati export writes it) or given with --codebook: labels, the order of codes,
    reserve codes and question texts are compared with those of the telephone, variable by variable.

    Of several interviews of one person the complete one is kept, then the one completed earlier, then the one with more
    answers, then that of the mode preferred; the others are in dropped/, with the reason. A questionnaire begun online
    and finished by telephone is one interview. Every interview is walked through the questionnaire again, and what is
    not as its route has it is told. The data has survey ids; link/ says which serial each is.
    """
    from cati.exchange.export import chosen_formats, read_reviewed
    from cati.exchange.export.reviewing import Reviewed
    from cati.exchange.merging import Wanted, check_apart, check_is_merge, write_merged
    from cati.exchange.merging import merge as make

    if folder is None and not dry_run:
        raise click.UsageError("Where does the merged file go? Give --output FOLDER, or --dry-run.")
    if folder is not None:
        check_apart(folder, (online, export))
        if replace:
            check_is_merge(folder)
    decisions = read_reviewed(reviewed) if reviewed is not None else Reviewed()
    wanted = Wanted(cast(Literal["telephone", "online"], prefer), hold_back, dry_run, decisions, codebook)
    chosen = chosen_formats(formats)
    _check_database()
    with opened() as (store, study):
        if not dry_run:
            permitted(store, "export")
        merged = make(store, study, online, export, wanted, told=_told)
    findings = merged.findings
    written = merged.table is not None and not dry_run and folder is not None
    if written and folder is not None:
        write_merged(merged, folder, chosen, wanted, replace=replace)
    if as_json:
        output.emit_json(findings.to_json())
    else:
        output.emit("\n".join(_lines(findings)))
    if findings.conflicts:
        n = len(findings.conflicts)
        output.say(f"{n} {'conflict blocks' if n == 1 else 'conflicts block'} the merge; nothing was written")
    elif written:
        output.say(f"written to {folder}; the losers are in dropped/, who is who in link/")
    else:
        output.say("nothing was written")
    ctx.exit(1 if findings.conflicts else 0)


def _check_database() -> None:
    """Raises InputError where there is no database: `init`, which others advise then, would make the wrong one."""
    from cati.storage.location import locate

    place = locate(database_url())
    if place.path is not None and not place.path.exists():
        raise InputError(
            f"There is no database at {place}. A merge needs the one that EXPORT was made from: it knows whose each "
            "survey id and serial is. Name it with --database, or in CATI_DATABASE."
        )


def _told(what: str, total: int | None) -> Callable[[int], None]:
    return output.progress(what, total)


def _lines(findings: Findings) -> Iterator[str]:
    from cati.reports.document import visible

    counts = findings.counts
    yield (
        f"{findings.rows:,} interviews: {counts['telephone']:,} by telephone, {counts['online']:,} online; "
        f"left out: {counts['left_out']:,}."
    )
    if findings.conflicts:
        yield f"Conflicts, which block the merge: {len(findings.conflicts):,}"
        for conflict in findings.conflicts[:_MOST]:
            sides = f"online {visible(conflict.online)}; telephone {visible(conflict.telephone)}"
            yield f"  {visible(conflict.variable) or '(file)'}, {conflict.kind}: {sides}"
        yield from _more(len(findings.conflicts))
    yield from _differences(findings)
    for why, n in Counter(each.why for each in findings.left_out).most_common():
        yield f"Left out: {n:,} ({why})"
    for duplicate in findings.duplicates[:_MOST]:
        yield f"Duplicate {visible(duplicate.serial)}: {duplicate.kept} kept ({duplicate.why})"
    yield from _more(len(findings.duplicates))
    if findings.route_violations:
        yield f"Not as the route has it: {len(findings.route_violations):,}"
        for violation in findings.route_violations[:_MOST]:
            serial = visible(violation.serial) or "(open link)"
            yield f"  {serial}{f', {violation.item}' if violation.item else ''}: {visible(violation.why)}"
        yield from _more(len(findings.route_violations))


def _differences(findings: Findings) -> Iterator[str]:
    """What differs, the serious first; what is said of several variables alike on one line."""
    from cati.reports.document import visible

    order = {"serious": 0, "warning": 1, "note": 2}
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for one in sorted(findings.differences, key=lambda each: order[each.severity]):
        alike.setdefault((one.severity, one.kind, one.online, one.telephone), []).append(one.variable or "(file)")
    if alike:
        yield f"Differences: {len(findings.differences):,}"
    for (severity, kind, online, telephone), names in list(alike.items())[:_MOST]:
        sides = "; ".join(
            f"{name} {visible(text)}" for name, text in (("online", online), ("telephone", telephone)) if text
        )
        of = ", ".join(visible(name) for name in names[:_MOST]) + (
            f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        )
        yield f"  {severity}: {of}, {kind}: {sides}"
    yield from _more(len(alike))


def _more(n: int) -> Iterator[str]:
    if n > _MOST:
        yield f"  … and {n - _MOST:,} more: --json, or report.json"
