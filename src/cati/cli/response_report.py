"""`cati report response`: who responded online and by telephone, and what became of those who did not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cati.cli import output
from cati.cli.asked import (
    Moment,
    at_option,
    by_option,
    cases_option,
    check_together,
    group_option,
    moment_of,
    value_named,
)
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, now_option, report_options
from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.outcomes import ResponseBreakdown

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

_BREAKDOWNS = (ResponseBreakdown("region", "Region"), ResponseBreakdown("ofsted", "Ofsted"))


@command(
    "response",
    examples=(
        "cati report response",
        "cati report response --by la --output response.xlsx",
        "cati report response --kinds",
        "cati report response --cases started",
    ),
)
@by_option("Instead of the study's layout")
@click.option("--kinds", is_flag=True, help="Responders and non-responders, by what became of them.")
@at_option
@cases_option
@group_option
@report_options
@database_option
@now_option
def response(
    by: str | None,
    kinds: bool,
    at: str | None,
    row: str | None,
    group: str | None,
    form: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """Online, telephone and total response of all sample loaded, by region and Ofsted rating or as the study has it.

    --cases takes a number by its name: online, online_base, telephone, telephone_base, total, sample, loaded,
    non_responders, not_agreed, not_engaged, started, gave_refusal.
    """
    check_together(by=by, row=row, group=group)
    chosen = output.chosen_format(form, target)
    with opened() as (store, study):
        moment = moment_of(store, study.timezone, at)
        if row is not None:
            content = _cases(store, study, moment, row, by, group, chosen)
        elif kinds:
            content = _kinds(store, study, moment, by, chosen)
        else:
            content = _response(store, study, moment, by, chosen)
    output.deliver(content, chosen, target, force=force)


def _response(store: Store, study: Study, moment: Moment, by: str | None, form: Any) -> str | bytes:
    from cati.desk import response_tables
    from cati.reports import ResponsePart, ResponseReport, laid_out, render_response

    layout = study.scheme.response
    breakdowns = layout.breakdowns if layout is not None else _BREAKDOWNS
    if by is not None:
        breakdowns = (ResponseBreakdown(by, by[:1].upper() + by[1:]),)
    found = response_tables(store, study, [each.variable for each in breakdowns], at=moment.at)
    parts = []
    for each in breakdowns:
        came = dict(found.open_link_by[each.variable])
        counts = laid_out(found.by[each.variable], each.values, tuple(came))
        parts.append(ResponsePart(each.variable, each.label, counts, came))
    shows_open = bool(found.open_link) or (layout is not None and layout.open_link)
    report = ResponseReport(found.overall, found.open_link, parts, shows_open)
    return render_response(study.scheme, report, form, provenance=moment.made, width=output.width())


def _kinds(store: Store, study: Study, moment: Moment, by: str | None, form: Any) -> str | bytes:
    from cati.desk import response_tables
    from cati.reports import render_kinds

    found = response_tables(store, study, [by] if by else [], at=moment.at)
    counts = found.by[by] if by else ()
    return render_kinds(study.scheme, found.overall, by, counts, form, provenance=moment.made, width=output.width())


def _cases(
    store: Store, study: Study, moment: Moment, row: str, by: str | None, group: str | None, form: Any
) -> str | bytes:
    from cati.desk import cases_behind, response_cases, response_counts
    from cati.reports import CaseList, count_labels, render_cases

    labels = count_labels(study.scheme.response)
    if row == "open_link":
        raise InputError("open_link: who came by the open link is of no sample, so there are no cases to list.")
    if row not in labels:
        raise InputError(f"{row!r} is no number of this report; {did_you_mean(row, labels)}")
    value = None
    if by is not None and group is not None:
        value = value_named(group, [count.value for count in response_counts(store, study, by, at=moment.at)])
    serials = {case.serial for case in response_cases(store, study, row, by, value, at=moment.at)}
    everybody = cases_behind(store, study, tuple(study.scheme.outcomes), at=moment.at, issued=False)
    called = labels[row] + (f", {by} {group}" if by else "")
    found = CaseList(row, called, [case for case in everybody if case.serial in serials])
    return render_cases(found, study.scheme, form, provenance=moment.made, width=output.width())
