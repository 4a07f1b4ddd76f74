"""`cati report calls`, `interviewers`, `lengths`, `appointments`, `progress`: how fieldwork goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import opened, provenance
from cati.cli.options import database_option, now_option, report_options
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.desk.figures import Period
    from cati.reports import Format
    from cati.reports.document import Document
    from cati.reports.fieldwork import Heading
    from cati.storage import Store
    from cati.studies import Study


def _day(option: str) -> Callable[[click.Context, click.Parameter, str | None], date | None]:
    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:  # noqa: ARG001
        if value is None:
            return None
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise InputError(f"{option} {value}: give a day such as 2026-11-24.") from None

    return read


def period_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--from and --to, as every report of fieldwork has them."""
    function = click.option(
        "--to",
        "last",
        metavar="DAY",
        callback=_day("--to"),
        help="To this day, included (2026-11-24). Default: the last.",
    )(function)
    return click.option(
        "--from", "first", metavar="DAY", callback=_day("--from"), help="From this day on, in the study's time zone."
    )(function)


by_option = click.option(
    "--by",
    metavar="VARIABLE",
    help="Also broken down: interviewer, region, ofsted, la, batch or a sample variable.",
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A report asked for: the open database, the study, the days, and what the report says of itself."""

    store: Store
    study: Study
    period: Period
    heading: Heading


@contextmanager
def _asked(first: date | None, last: date | None, by: str | None = None) -> Iterator[_Asked]:
    from cati.desk.figures import Period
    from cati.reports.fieldwork import Heading

    with opened() as (store, study):
        period = Period(study.timezone, first, last)
        heading = Heading(study.title, study.scheme, period, provenance(store, study.timezone), by)
        yield _Asked(store, study, period, heading)


def _deliver(
    document: Callable[[], Document], data: Callable[[], Any], form: Format, target: Path | None, force: bool
) -> None:
    """Makes the report that was asked for, as a document or as data, and hands it over."""
    from cati.reports.fieldwork import rendered

    output.deliver(rendered(document, data, form, output.width()), form, target, force=force)


@command(
    "calls",
    examples=(
        "cati report calls",
        "cati report calls --from 2026-11-16 --to 2026-11-22 --by interviewer",
        "cati report calls --output calls.html",
    ),
)
@period_options
@by_option
@report_options
@database_option
@now_option
def calls(
    first: date | None, last: date | None, by: str | None, form: str | None, target: Path | None, force: bool
) -> None:
    """Calls by hour of the day, weekday, day and attempt: contact rates, what they came to, how many it takes to
    complete.

    Days and hours are those on the clocks of the study's time zone. Calls never coded, or whose result was taken back,
    are counted apart.
    """
    from cati.desk.figures import call_figures
    from cati.reports.fieldwork import calls_document, calls_json

    chosen = output.chosen_format(form, target)
    with _asked(first, last, by) as asked:
        figures = call_figures(asked.store, asked.study, asked.period, by)
    _deliver(
        lambda: calls_document(figures, asked.heading),
        lambda: calls_json(figures, asked.heading),
        chosen,
        target,
        force,
    )


@command(
    "interviewers",
    examples=(
        "cati report interviewers",
        "cati report interviewers --from 2026-11-23 --to 2026-11-23",
        "cati report interviewers --format json",
    ),
)
@period_options
@report_options
@database_option
@now_option
def interviewers(first: date | None, last: date | None, form: str | None, target: Path | None, force: bool) -> None:
    """Each interviewer's calls, hours, rates, interview lengths, appointments and corrections; and the cases she was
    given, so that like is compared with like: her completes beside those that such calls bring on average.
    """
    from cati.desk.figures import interviewer_figures
    from cati.reports.fieldwork import interviewers_document, interviewers_json

    chosen = output.chosen_format(form, target)
    with _asked(first, last) as asked:
        told = output.progress("Interviews read")
        each, total = interviewer_figures(asked.store, asked.study, asked.period, progress=told)
    _deliver(
        lambda: interviewers_document(each, total, asked.heading),
        lambda: interviewers_json(each, total, asked.heading),
        chosen,
        target,
        force,
    )


@command(
    "lengths",
    examples=(
        "cati report lengths",
        "cati report lengths --by interviewer --speeding 0.4",
        "cati report lengths --from 2026-11-16 --output lengths.xlsx",
    ),
)
@period_options
@by_option
@click.option(
    "--speeding",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="SHARE",
    help="Speeders took less than this share of the time usual for their questions. Default: 0.5.",
)
@report_options
@database_option
@now_option
def lengths(
    first: date | None,
    last: date | None,
    by: str | None,
    speeding: float | None,
    form: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """How long completed interviews took, by section and question, from the times of the answers; and the speeders.

    The time between the calls of an interview that was broken off and gone on with is left out. When contact details
    are erased (`cati purge`), the time of the question that they were given at goes with them.
    """
    from cati.desk.figures import SPEEDING, length_figures
    from cati.reports.fieldwork import lengths_document, lengths_json

    chosen = output.chosen_format(form, target)
    usual = SPEEDING if speeding is None else speeding
    with _asked(first, last, by) as asked:
        told = output.progress("Interviews read")
        figures = length_figures(asked.store, asked.study, asked.period, by, speeding=usual, progress=told)
    _deliver(
        lambda: lengths_document(figures, asked.heading, usual),
        lambda: lengths_json(figures, asked.heading, usual),
        chosen,
        target,
        force,
    )


@command(
    "appointments",
    examples=("cati report appointments", "cati report appointments --by interviewer --from 2026-11-16"),
)
@period_options
@by_option
@report_options
@database_option
@now_option
def appointments(
    first: date | None, last: date | None, by: str | None, form: str | None, target: Path | None, force: bool
) -> None:
    """Appointments made in the period, hard and soft: kept, missed, replaced, cancelled, and how late the call came."""
    from cati.desk.figures import appointment_figures
    from cati.reports.fieldwork import appointments_document, appointments_report_json

    chosen = output.chosen_format(form, target)
    with _asked(first, last, by) as asked:
        figures = appointment_figures(asked.store, asked.period, by)
    _deliver(
        lambda: appointments_document(figures, asked.heading),
        lambda: appointments_report_json(figures, asked.heading),
        chosen,
        target,
        force,
    )


@command(
    "progress",
    examples=(
        "cati report progress",
        "cati report progress --by region --by batch --output progress.html",
        "cati report progress --format json --seed 7",
    ),
)
@period_options
@click.option(
    "--by",
    multiple=True,
    metavar="VARIABLE",
    help="Groups: several times for several. Default: those of the study's targets, else region and ofsted.",
)
@click.option(
    "--seed", type=int, metavar="S", help="The same seed, the same forecast. Default: that of the calling rules."
)
@report_options
@database_option
@now_option
def progress(
    first: date | None,
    last: date | None,
    by: tuple[str, ...],
    seed: int | None,
    form: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """Issued and completed by day and week, response rates, targets, and where fieldwork is likely to end.

    The forecast applies the completion rates of each attempt so far to the live sample, over the calling hours left,
    and gives a range; where too little is known yet, it says so. Targets are a section of study.yaml.
    """
    from cati.desk.figures import progress_figures
    from cati.reports.fieldwork import progress_document, progress_json

    chosen = output.chosen_format(form, target)
    with _asked(first, last) as asked:
        figures = progress_figures(asked.store, asked.study, asked.period, by, seed=seed)
    _deliver(
        lambda: progress_document(figures, asked.heading),
        lambda: progress_json(figures, asked.heading),
        chosen,
        target,
        force,
    )
