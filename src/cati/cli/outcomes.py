"""`cati outcomes …`: tables and rates of given counts. No database."""

from __future__ import annotations

from pathlib import Path

import click

from cati.cli import output
from cati.cli.given import parse_counts, read_counts, read_scheme
from cati.cli.group import command
from cati.cli.opening import provenance
from cati.cli.options import now_option, report_options


@command(
    "table",
    examples=(
        "cati outcomes table counts.csv --scheme wave2",
        "cati outcomes table - --scheme asye --format json < counts.csv",
    ),
)
@click.argument("file", metavar="FILE")
@click.option(
    "--scheme", "scheme_name", required=True, metavar="SCHEME", help="wave2, asye, or an outcome scheme file."
)
@report_options
@now_option
def table(file: str, scheme_name: str, form: str | None, target: Path | None, force: bool) -> None:
    """The telephone outcome table of given counts. FILE (or -) is CSV with the columns outcome and n."""
    from cati.outcomes import outcome_table
    from cati.reports import render_outcome_table

    chosen = output.chosen_format(form, target)
    scheme = read_scheme(scheme_name)
    made = outcome_table(scheme, read_counts(file, scheme))
    content = render_outcome_table(made, chosen, provenance=provenance(), width=output.width())
    output.deliver(content, chosen, target, force=force)


@command(
    "rates",
    examples=(
        "cati outcomes rates --counts I=5,P=3,R=2,NC=1,O=2,UH=1,UO=1,NE=1",
        "cati outcomes rates --counts I=5,R=2,UO=4 --e 0.5 --format json",
    ),
)
@click.option("--counts", required=True, metavar="I=5,R=2,…", help="Cases in each group: I P R NC O UH UO NE.")
@click.option("--e", "share", metavar="SHARE", help="The share of unknown cases taken to be eligible; else K/(K+NE).")
@report_options
def rates(counts: str, share: str | None, form: str | None, target: Path | None, force: bool) -> None:
    """The AAPOR rates of given counts. A group not named counts 0; a rate whose base is empty is not defined."""
    from cati.outcomes import rates as rates_of
    from cati.reports import render_group_rates

    chosen = output.chosen_format(form, target)
    found = rates_of(parse_counts(counts), share)
    output.deliver(render_group_rates(found, chosen, width=output.width()), chosen, target, force=force)
