"""`cati report outcomes`: the telephone outcome table, broken down, as of any time, compared, down to its cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cati.cli import output
from cati.cli.asked import (
    WEEK,
    Moment,
    at_option,
    by_option,
    cases_option,
    check_together,
    group_option,
    moment_of,
    named,
    together,
    value_named,
)
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, now_option, report_options
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.reports import Provenance
    from cati.storage import Store
    from cati.studies import Study

_WEEKS = "Each week's table: the cases issued by its end, as they stood then; the last week's: as they stand."


@command(
    "outcomes",
    examples=(
        "cati report outcomes",
        "cati report outcomes --by region --output outcomes.xlsx",
        "cati report outcomes --by week --format json",
        "cati report outcomes --at 2019-12-02T09:00 --compare 2019-12-09T09:00",
        'cati report outcomes --cases refusals --by region --group "North East"',
    ),
)
@by_option("A table a value")
@at_option
@click.option("--compare", "--since", "other", metavar="TIME", help="Then and now: the other moment to compare with.")
@cases_option
@group_option
@report_options
@database_option
@now_option
def outcomes(
    by: str | None,
    at: str | None,
    other: str | None,
    row: str | None,
    group: str | None,
    form: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """The telephone outcome table: every case issued to the telephone, by what it has come to.

    --by week shows how the table stood at the end of each week; --by issue_week and outcome_week break it down by the
    week in which cases were issued, or came to their outcome. --cases takes a row (refusals) or an outcome (no_reply).
    """
    check_together(by=by, row=row, group=group)
    chosen = output.chosen_format(form, target)
    with opened() as (store, study):
        moment = moment_of(store, study.timezone, at)
        width = output.width()
        if other is not None:
            content = _compared(store, study, moment, other, by, row, group, chosen, width)
        elif row is not None:
            content = _cases(store, study, moment, row, by, group, chosen, width)
        else:
            content = _tables(store, study, moment, by, chosen, width)
    output.deliver(content, chosen, target, force=force)


def _tables(store: Store, study: Study, moment: Moment, by: str | None, form: Any, width: int) -> str | bytes:
    from cati.desk import outcome_counts, outcome_counts_by_week
    from cati.outcomes import outcome_table
    from cati.reports import render_outcome_table, render_outcome_tables

    if by is None:
        total = outcome_table(study.scheme, outcome_counts(store, at=moment.at))
        return render_outcome_table(total, form, provenance=moment.made, width=width)
    headings: dict[str, str] = {}
    footer: tuple[str, ...] = ()
    if by == WEEK:
        weeks = outcome_counts_by_week(store, at=moment.at)
        groups = {week.monday: week.counts for week in weeks}
        everybody = weeks[-1].counts if weeks else {}
        headings = {week.monday: f"Week of {week.monday}, to {moment.made.words(week.at)}" for week in weeks}
        footer = (_WEEKS,)
    else:
        groups = named(outcome_counts(store, by, at=moment.at))
        everybody = together(groups)
    # the whole from its parts: counted apart, a call coded in between would set them at odds
    total = outcome_table(study.scheme, everybody)
    tables = {value: outcome_table(study.scheme, counts) for value, counts in groups.items()}
    return render_outcome_tables(
        by, total, tables, form, provenance=moment.made, headings=headings, footer=footer, width=width
    )


def _cases(
    store: Store, study: Study, moment: Moment, row: str, by: str | None, group: str | None, form: Any, width: int
) -> str | bytes:
    from cati.reports import render_cases

    found = case_list(store, study, moment, row, study.scheme.counted_in(row), by, group)
    return render_cases(found, study.scheme, form, provenance=moment.made, width=width)


def case_list(
    store: Store,
    study: Study,
    moment: Moment,
    row: str,
    outcome_keys: tuple[str, ...],
    by: str | None,
    group: str | None,
) -> Any:
    """The cases of a row, or of a row within a group, as a report's list."""
    from cati.desk import cases_behind, outcome_counts, outcome_counts_by_week
    from cati.reports import CaseList

    called = _called(study, row) + (f", {by} {group}" if by else "")
    if by is None or group is None:
        return CaseList(row, called, cases_behind(store, study, outcome_keys, at=moment.at))
    if by == WEEK:
        weeks = {week.monday: week for week in outcome_counts_by_week(store, at=moment.at)}
        week = weeks[value_named(group, weeks)]
        last = group == list(weeks)[-1]
        return CaseList(row, called, cases_behind(store, study, outcome_keys, at=moment.at if last else week.stood_at))
    value = value_named(group, outcome_counts(store, by, at=moment.at))
    return CaseList(row, called, cases_behind(store, study, outcome_keys, by=by, group=value, at=moment.at))


def _called(study: Study, row: str) -> str:
    labels = {each.key: each.label for each in study.scheme.rows}
    return labels[row] if row in labels else study.scheme.outcomes[row].label if row in study.scheme.outcomes else row


def _compared(
    store: Store,
    study: Study,
    moment: Moment,
    other: str,
    by: str | None,
    row: str | None,
    group: str | None,
    form: Any,
    width: int,
) -> str | bytes:
    from cati.desk import outcome_counts
    from cati.outcomes import outcome_table
    from cati.reports import Compared, render_comparison

    if by == WEEK:
        raise InputError("--by week compares the weeks already; leave --compare out.")
    then, now = sorted((moment, moment_of(store, study.timezone, other, option="--compare")), key=lambda m: m.when)
    if then.when == now.when:
        raise InputError(f"--compare {other}: that is the same moment; name another, such as a week before.")
    if row is not None:
        return _moved(store, study, then, now, row, by, group, form, width)

    def compared(was: dict[str, int], became: dict[str, int]) -> Compared:
        return Compared(outcome_table(study.scheme, was), outcome_table(study.scheme, became))

    groups = {}
    if by is None:
        total = compared(outcome_counts(store, at=then.at), outcome_counts(store, at=now.at))
    else:
        was, became = (named(outcome_counts(store, by, at=each.at)) for each in (then, now))
        groups = {value: compared(was.get(value, {}), became.get(value, {})) for value in sorted({*was, *became})}
        total = compared(together(was), together(became))
    return render_comparison(total, groups, by, (then.when, now.when), form, provenance=_untimed(now.made), width=width)


def _untimed(made: Provenance) -> Provenance:
    return replace(made, as_of=None)


def _moved(
    store: Store,
    study: Study,
    then: Moment,
    now: Moment,
    row: str,
    by: str | None,
    group: str | None,
    form: Any,
    width: int,
) -> str | bytes:
    """The cases behind a difference: those that came into a row between two moments, and those that left it."""
    from cati.reports import CaseList, render_cases

    keys = study.scheme.counted_in(row)
    was, became = (case_list(store, study, each, row, keys, by, group) for each in (then, now))
    before, after = ({case.serial: case for case in each.cases} for each in (was, became))
    change = dict.fromkeys(after.keys() - before.keys(), "came in") | dict.fromkeys(
        before.keys() - after.keys(), "left"
    )
    moved = [after.get(serial) or before[serial] for serial in sorted(change)]
    between = f"between {then.made.words(then.when)} and {now.made.words(now.when)}"
    found = CaseList(row, f"{became.called}, {between}", moved, change)
    return render_cases(found, study.scheme, form, provenance=_untimed(now.made), width=width)
