"""`cati outcomes …`: tables and rates of given counts. No database."""

from __future__ import annotations

from pathlib import Path

import click

from cati.cli import output
from cati.cli.given import parse_counts, parse_e, read_counts, read_scheme
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
        "cati outcomes rates --counts I=512.4,R=201.75,NC=88.3",
    ),
)
@click.option(
    "--counts",
    required=True,
    metavar="I=5,R=2,…",
    help="Cases, or sums of weights, in each group: I P R NC O UH UO NE.",
)
@click.option(
    "--e", "share", metavar="SHARE", help="The share of unknown cases taken to be eligible (0.5, or UH=0.8,UO=0.5)."
)
@report_options
@now_option
def rates(counts: str, share: str | None, form: str | None, target: Path | None, force: bool) -> None:
    """The AAPOR rates of given counts. A group not named counts 0; a rate whose base is empty is not defined."""
    from cati.outcomes import rates as rates_of
    from cati.reports import render_group_rates

    chosen = output.chosen_format(form, target)
    found = rates_of(parse_counts(counts), parse_e(share))
    output.deliver(
        render_group_rates(found, chosen, provenance=provenance(), width=output.width()), chosen, target, force=force
    )


@command(
    "margin",
    examples=(
        "cati outcomes margin --n 3302 --population 30000",
        "cati outcomes margin --n 1000 --population 149200 --format json",
        "cati outcomes margin --n 261 --share 0.25 --level 0.9 --design-effect 1.3",
    ),
)
@click.option("--n", "n", type=int, required=True, metavar="N", help="Completed interviews.")
@click.option("--population", type=int, metavar="N", help="How many people there are; else taken for endless.")
@click.option("--share", default="0.5", show_default=True, metavar="SHARE", help="The share found in the sample.")
@click.option("--level", default="0.95", show_default=True, metavar="SHARE", help="The confidence level.")
@click.option("--design-effect", type=float, default=1, show_default=True, help="Of weighting: n counts for n / this.")
@report_options
def margin(
    n: int,
    population: int | None,
    share: str,
    level: str,
    design_effect: float,
    form: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """The margin of error of a share, with the finite population correction where the population is given."""
    from cati.outcomes import margin_of_error
    from cati.outcomes.intervals import share_of
    from cati.reports import render_margin

    chosen = output.chosen_format(form, target)
    found = margin_of_error(
        n,
        population,
        p=share_of(share, "--share"),
        level=float(share_of(level, "--level")),
        design_effect=design_effect,
    )
    output.deliver(render_margin(found, chosen, width=output.width()), chosen, target, force=force)
