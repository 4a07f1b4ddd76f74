"""Response rates for each value of a variable, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cati.outcomes import RATE_DEFINITIONS
from cati.reports.document import Column, Document, Grid, GridRow, Percent, Provenance
from cati.reports.outcome_document import scheme_lines
from cati.reports.rates_document import (
    AAPOR,
    K_AND_U,
    RatesReport,
    counted_where,
    rates_facts,
    rates_json,
    setting_lines,
)

TOTAL = "Total"
# As many columns as a page takes, rates of one kind beside each other.
_AAPOR_GRIDS = (
    ("AAPOR response rates", ("RR", "e")),
    ("AAPOR co-operation rates", ("COOP",)),
    ("AAPOR refusal and contact rates", ("REF", "CON")),
)


def rates_by_json(
    variable: str, total: RatesReport, groups: Mapping[str, RatesReport], provenance: Provenance
) -> dict[str, Any]:
    """The rates of all cases as `rates_json` gives them, and `by`: the variable and the rates of each value."""
    about = ("definitions", "settings", "at", "as_of", "database", "scheme")
    return {
        **rates_json(total, provenance),
        "by": {
            "variable": variable,
            "groups": {
                value: {key: each for key, each in rates_json(report, provenance).items() if key not in about}
                for value, report in groups.items()
            },
        },
    }


def rates_by_document(
    variable: str,
    total: RatesReport,
    groups: Mapping[str, RatesReport],
    provenance: Provenance,
    *,
    one_grid: bool = False,
) -> Document:
    """The total and a row a value. `one_grid`: all rates in one, for a program; else as many as fit on a page."""
    rows = [(TOTAL, total), *groups.items()]
    keys = [*RATE_DEFINITIONS, "e"]
    telephone = [rate.key for rate in total.table_rates]
    if one_grid:
        grids = [_grid("", variable, rows, telephone, keys)]
    else:
        grids = [_grid("Telephone response rates", variable, rows, telephone, ())]
        for name, kinds in _AAPOR_GRIDS:
            grids.append(_grid(name, variable, rows, (), [key for key in keys if key.rstrip("123456") in kinds]))
    formulas = "; ".join(f"{key} = {formula}" for key, formula in RATE_DEFINITIONS.items())
    return Document(
        f"Response rates – {total.scheme.title}, by {variable}",
        tuple(grids),
        (
            "- where a rate is not defined: its base is empty.",
            *(f"{rate.label} = {rate.definition}." for rate in total.table_rates),
            f"{formulas}.",
            K_AND_U,
            f"e, the share of U taken to be eligible, for each value: {total.rates.e_source}.",
            AAPOR,
            "Counted in all:",
            *counted_where(total),
            *setting_lines(total),
            *scheme_lines(total.scheme, provenance),
        ),
        rates_facts(total, provenance),
    )


def _grid(
    name: str, variable: str, rows: Sequence[tuple[str, RatesReport]], telephone: Sequence[str], aapor: Sequence[str]
) -> Grid:
    labels = {rate.key: rate.label for _, report in rows for rate in report.table_rates}
    columns = [Column(variable, variable[:1].upper() + variable[1:], numeric=False), Column("n", "Cases")]
    columns += [Column(key, labels[key]) for key in telephone]
    columns += [Column(key, key) for key in aapor]
    made = []
    for at, (value, report) in enumerate(rows):
        of_table = {rate.key: rate.value for rate in report.table_rates}
        values = [*(of_table[key] for key in telephone), *(report.rates[key] for key in aapor)]
        cells = [Percent(each, 1) for each in values]
        made.append(GridRow((value, sum(report.counts.values()), *cells), depth=min(at, 1)))
    return Grid(name, tuple(columns), tuple(made))
