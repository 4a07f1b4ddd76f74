"""`cati report quality`: what looks wrong in the data so far."""

from __future__ import annotations

from pathlib import Path

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import opened, provenance
from cati.cli.options import database_option, now_option, report_options
from cati.errors import InputError
from cati.nearest import did_you_mean


@command("quality", examples=("cati report quality", "cati report quality --output quality.xlsx"))
@click.option("--interviewer", metavar="NAME", help="Only the interviews of one interviewer are listed.")
@report_options
@database_option
@now_option
def quality(interviewer: str | None, form: str | None, target: Path | None, force: bool) -> None:
    """What looks wrong in the data of the interviews held by telephone so far, for supervisors: grids straight-lined,
    speeders, don't know and refused by interviewer and question, numbers far out, answers that are not as their route
    has them, and how much answers differ by interviewer. Interviews are named by their serials.
    """
    from cati.desk import checked_interviews, programs_of
    from cati.reports.data_quality import data_quality
    from cati.reports.data_quality_document import render_data_quality

    chosen = output.chosen_format(form, target)
    with opened() as (store, study):
        outcomes = study.scheme.outcomes
        interviews = checked_interviews(store, study)
        found = data_quality(
            study.program("telephone"),
            interviews,
            lambda end: end is not None and end in outcomes and outcomes[end].ends_questionnaire,
            programs_of(store, study, interviews),
        )
        if interviewer is not None:
            known = {one.interviewer.casefold(): one.interviewer for one in interviews}
            if interviewer.casefold() not in known:
                raise InputError(
                    f"{interviewer!r} has completed no interview. {did_you_mean(interviewer, sorted(known.values()))}"
                )
            found.flags = [one for one in found.flags if one.interviewer.casefold() == interviewer.casefold()]
        made = provenance(store, study.timezone)
    output.deliver(
        render_data_quality(found, chosen, provenance=made, width=output.width()), chosen, target, force=force
    )
