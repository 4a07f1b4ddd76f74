"""The telephone outcome table at two moments, row by row: then, now, and the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cati.outcomes import Table, compare_tables
from cati.reports.document import Column, Difference, Document, Grid, GridRow, Percent, Provenance
from cati.reports.outcome_document import TOTAL, json_rates, scheme_json, scheme_lines, table_facts


@dataclass(frozen=True, slots=True)
class Compared:
    """Two tables of one scheme: as it stood `then`, and `now` (or at another moment)."""

    then: Table
    now: Table


def compare_document(
    total: Compared,
    groups: Mapping[str, Compared],
    variable: str | None,
    then: datetime,
    now: datetime,
    provenance: Provenance,
) -> Document:
    """All cases, and a grid a value of `variable`. `then` and `now`: the two moments."""
    scheme = total.now.scheme
    heads = (provenance.words(then), provenance.words(now))
    grids = [_grid(total, TOTAL if variable else "", heads, (variable, "") if variable else None)]
    grids += [_grid(each, value, heads, (variable or "", value)) for value, each in groups.items()]
    return Document(
        f"{scheme.table_title}, compared" + (f", by {variable}" if variable else ""),
        tuple(grids),
        (
            f"Then: as it stood on {heads[0]}. Now: as it stood on {heads[1]}.",
            "A case issued in between counts now alone; one held again in between, then alone.",
            *scheme_lines(scheme, provenance),
        ),
        {
            **table_facts(scheme, provenance),
            "then": provenance.local(then).isoformat(),
            "now": provenance.local(now).isoformat(),
        },
    )


def compare_json(
    total: Compared,
    groups: Mapping[str, Compared],
    variable: str | None,
    then: datetime,
    now: datetime,
    provenance: Provenance,
) -> dict[str, Any]:
    """The same as JSON data: each row with `n_then`, `n_now` and `difference`."""
    by = {"variable": variable, "tables": {value: _json(each) for value, each in groups.items()}}
    return {
        **_json(total),
        **({"by": by} if variable else {}),
        "then": provenance.local(then).isoformat(),
        "now": provenance.local(now).isoformat(),
        "title": total.now.scheme.table_title,
        **provenance.json(),
        "scheme": scheme_json(total.now.scheme),
        "definitions": {rate.key: rate.definition for rate in total.now.rates},
    }


def _json(compared: Compared) -> dict[str, Any]:
    rows = [
        {
            "key": row.key,
            "label": row.label,
            "n_then": row.then,
            "n_now": row.now,
            "difference": row.difference,
        }
        for row in compare_tables(compared.then, compared.now)
    ]
    return {"rows": rows, "rates_then": json_rates(compared.then), "rates_now": json_rates(compared.now)}


def _grid(compared: Compared, name: str, heads: tuple[str, str], by: tuple[str, str] | None) -> Grid:
    columns = (
        *((Column(by[0], by[0], numeric=False, data_only=True),) if by else ()),
        Column("key", "Key", numeric=False, data_only=True),
        Column("label", "", numeric=False),
        Column("n_then", f"Then: {heads[0]}"),
        Column("n_now", f"Now: {heads[1]}"),
        Column("difference", "Difference"),
    )
    rows = tuple(
        GridRow(
            (*((by[1],) if by else ()), row.key, row.label, row.then, row.now, Difference(row.difference)), row.depth
        )
        for row in compare_tables(compared.then, compared.now)
    )
    return Grid(name, columns, rows, tuple(_rate_lines(compared)))


def _rate_lines(compared: Compared) -> list[str]:
    lines = []
    for was, became in zip(compared.then.rates, compared.now.rates, strict=True):
        before, after = (Percent(rate.value, 1, "not defined") for rate in (was, became))
        lines.append(
            f"{became.label}: {before} then ({was.numerator:,} / {was.denominator:,}), "
            f"{after} now ({became.numerator:,} / {became.denominator:,}) = {became.definition}."
        )
    return lines
