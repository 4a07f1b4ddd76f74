"""`cati report …`: tables and rates of the cases in the database."""

from __future__ import annotations

from pathlib import Path

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import opened, provenance
from cati.cli.options import database_option, now_option, report_options


@command(
    "outcomes",
    examples=(
        "cati report outcomes",
        "cati report outcomes --by region --output outcomes.xlsx",
        "cati report outcomes --format json",
    ),
)
@click.option("--by", metavar="VARIABLE", help="A table a value: region, ofsted, la, batch or a sample variable.")
@report_options
@database_option
@now_option
def outcomes(by: str | None, form: str | None, target: Path | None, force: bool) -> None:
    """The telephone outcome table: every case issued to the telephone, by what it has come to."""
    from cati.desk import outcome_counts
    from cati.outcomes import outcome_table
    from cati.reports import render_outcome_table, render_outcome_tables

    chosen = output.chosen_format(form, target)
    with opened() as (store, study):
        made = provenance(store, study.timezone)
        total = outcome_table(study.scheme, outcome_counts(store))
        width = output.width()
        if by is None:
            content = render_outcome_table(total, chosen, provenance=made, width=width)
        else:
            groups = outcome_counts(store, by)
            tables = {value or "(none)": outcome_table(study.scheme, counts) for value, counts in groups.items()}
            content = render_outcome_tables(by, total, tables, chosen, provenance=made, width=width)
    output.deliver(content, chosen, target, force=force)


@command(
    "rates",
    examples=("cati report rates", "cati report rates --by region", "cati report rates --format json --e 0.8"),
)
@click.option("--by", metavar="VARIABLE", help="A row a value: region, ofsted, la, batch or a sample variable.")
@click.option("--e", "share", metavar="SHARE", help="The share of unknown cases taken to be eligible; else K/(K+NE).")
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Count contested cases otherwise, such as unlocatable=unknown.",
)
@report_options
@database_option
@now_option
def rates(
    by: str | None, share: str | None, settings: tuple[str, ...], form: str | None, target: Path | None, force: bool
) -> None:
    """The telephone response rate, the adjusted response rate and the AAPOR rates, each with its definition."""
    from cati.cli.given import parse_settings
    from cati.desk import outcome_counts
    from cati.reports import rates_report, render_rates, render_rates_by

    chosen = output.chosen_format(form, target)
    counted = parse_settings(settings)
    with opened() as (store, study):
        made = provenance(store, study.timezone)
        total = rates_report(study.scheme, outcome_counts(store), counted, share)
        if by is None:
            content = render_rates(total, chosen, provenance=made, width=output.width())
        else:
            groups = {
                value or "(none)": rates_report(study.scheme, counts, counted, share)
                for value, counts in outcome_counts(store, by).items()
            }
            content = render_rates_by(by, total, groups, chosen, provenance=made, width=output.width())
    output.deliver(content, chosen, target, force=force)
