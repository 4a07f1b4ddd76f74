"""The telephone outcome table as a report."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cati.outcomes import RateValue, Scheme, Table
from cati.reports.document import Column, Document, Grid, GridRow, Percent, Provenance, visible

TOTAL = "Total"


def outcome_document(
    table: Table, provenance: Provenance, title: str | None = None, notes: tuple[str, ...] = ()
) -> Document:
    """One table."""
    return _document(table.scheme, (_grid(table, ""),), provenance, title, notes)


def outcome_documents(
    variable: str,
    total: Table,
    tables: Mapping[str, Table],
    provenance: Provenance,
    title: str | None = None,
    notes: tuple[str, ...] = (),
) -> Document:
    """The total and a table a value of `variable`, all with the rows of the total."""
    keys = [row.key for row in total.rows]
    grids = [_grid(total, TOTAL, (variable, ""))]
    grids += [_grid(table.with_rows(keys), value, (variable, value)) for value, table in tables.items()]
    heading = title or total.scheme.table_title
    return _document(total.scheme, tuple(grids), provenance, f"{heading}, by {variable}", notes)


def outcome_json(table: Table, provenance: Provenance, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """One table as JSON data: `rows`, and beside it what they are."""
    return {"rows": _json_rows(table), **_json_facts(table, provenance, notes)}


def outcomes_json(
    variable: str, total: Table, tables: Mapping[str, Table], provenance: Provenance, notes: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The total as in `outcome_json`, and `by`: the variable and a table a value."""
    keys = [row.key for row in total.rows]
    by = {value: {"rows": _json_rows(table.with_rows(keys))} for value, table in tables.items()}
    return {
        "rows": _json_rows(total),
        "by": {"variable": variable, "tables": by},
        **_json_facts(total, provenance, notes),
    }


def scheme_json(scheme: Scheme) -> dict[str, str]:
    """The scheme as every JSON report names it."""
    return {"id": scheme.id, "version": scheme.version, "hash": scheme.hash}


def _json_rows(table: Table) -> list[dict[str, Any]]:
    return [
        {"key": row.key, "label": row.label, "n": row.n, "pct_start": row.pct_start, "pct_usable": row.pct_usable}
        for row in table.rows
    ]


def _json_facts(table: Table, provenance: Provenance, notes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "title": table.scheme.table_title,
        "at": provenance.time.isoformat(),
        "database": provenance.database_text,
        "scheme": scheme_json(table.scheme),
        "definitions": {rate.key: rate.definition for rate in table.rates},
        **({"notes": list(notes)} if notes else {}),
    }


def _grid(table: Table, name: str, by: tuple[str, str] | None = None) -> Grid:
    columns = (
        *((Column(by[0], by[0], numeric=False, data_only=True),) if by else ()),
        Column("key", "Key", numeric=False, data_only=True),
        Column("label", "", numeric=False),
        Column("n", "n"),
        *(Column(key, column.label) for key, column in table.columns.items()),
    )
    rows = tuple(
        GridRow(
            (
                *((by[1],) if by else ()),
                row.key,
                row.label,
                row.n,
                _percent(row.pct_start),
                _percent(row.pct_usable),
            ),
            row.depth,
        )
        for row in table.rows
    )
    return Grid(name, columns, rows, tuple(_rate_line(rate) for rate in table.rates))


def _percent(whole: int | None) -> Percent:
    return Percent(None if whole is None else Fraction(whole, 100))


def _rate_line(rate: RateValue) -> str:
    """A rate with its definition beside it: nobody should have to ask what it is a rate of."""
    shown = "not defined" if rate.percent is None else f"{rate.percent}%"
    return f"{rate.label}: {shown} = {rate.definition} ({rate.numerator:,} / {rate.denominator:,})."


def _document(
    scheme: Scheme, grids: tuple[Grid, ...], provenance: Provenance, title: str | None, notes: tuple[str, ...]
) -> Document:
    return Document(
        title or scheme.table_title,
        grids,
        (
            "Whole per cents, halves up; - where none is given.",
            *notes,
            f"Outcome scheme {scheme.label}.",
            *provenance.lines(),
        ),
        {
            "at": provenance.time.isoformat(),
            **({"database": visible(provenance.database_text)} if provenance.database_text else {}),
            "scheme": scheme.label,
        },
    )
