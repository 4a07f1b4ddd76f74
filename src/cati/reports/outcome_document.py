"""The telephone outcome table as a report: one, or a table a value of a variable with what they come to in brief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cati.outcomes import RateValue, Scheme, Table
from cati.reports.document import Cell, Column, Document, Grid, GridRow, Percent, Provenance

TOTAL = "Total"
HALVES_UP = "Whole per cents, halves up; - where none is given."


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Tables by the values of a variable, in order. `headings`: what people call a table, where not by its value."""

    variable: str
    tables: Mapping[str, Table]
    headings: Mapping[str, str] | None = None

    def called(self, value: str) -> str:
        """What people call the table of a value."""
        return (self.headings or {}).get(value, value)


def outcome_document(
    table: Table, provenance: Provenance, title: str | None = None, notes: tuple[str, ...] = (), *, rates: bool = False
) -> Document:
    """One table. `rates`: with the rates in a grid of their own, as numbers, besides the lines below the table."""
    grids = (_grid(table, ""), _rates_grid(table)) if rates else (_grid(table, ""),)
    return _document(table.scheme, grids, provenance, title, notes)


def outcome_documents(
    total: Table,
    broken_down: Breakdown,
    provenance: Provenance,
    title: str | None = None,
    notes: tuple[str, ...] = (),
    *,
    brief: bool = True,
) -> Document:
    """The total and a table a value of a variable, all with the rows of the total. `brief`: before them one grid with
    what sums each of them up, and its rates."""
    variable = broken_down.variable
    keys = list(dict.fromkeys(row.key for table in (total, *broken_down.tables.values()) for row in table.rows))
    tables = [(TOTAL, "", total.with_rows(keys))]
    tables += [(broken_down.called(value), value, table.with_rows(keys)) for value, table in broken_down.tables.items()]
    grids = [_brief(variable, [(value or TOTAL, table) for _, value, table in tables])] if brief else []
    taken = {column.key for column in _columns(total)} | set(table_facts(total.scheme, provenance))
    by = f"by_{variable}" if variable in taken else variable
    grids += [_grid(table, name, (by, value)) for name, value, table in tables]
    heading = title or total.scheme.table_title
    return _document(total.scheme, tuple(grids), provenance, f"{heading}, by {variable}", notes)


def outcome_json(table: Table, provenance: Provenance, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """One table as JSON data: `rows`, `rates`, and beside them what they are."""
    return {"rows": json_rows(table), "rates": json_rates(table), **json_facts(table, provenance, notes)}


def outcomes_json(
    total: Table, broken_down: Breakdown, provenance: Provenance, notes: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The total as in `outcome_json`, and `by`: the variable and a table a value."""
    keys = [row.key for row in total.rows]
    by = {
        value: {"rows": json_rows(table.with_rows(keys)), "rates": json_rates(table)}
        for value, table in broken_down.tables.items()
    }
    return {
        "rows": json_rows(total),
        "rates": json_rates(total),
        "by": {"variable": broken_down.variable, "tables": by},
        **json_facts(total, provenance, notes),
    }


def scheme_json(scheme: Scheme) -> dict[str, str]:
    """The scheme as every JSON report names it."""
    return {"id": scheme.id, "version": scheme.version, "hash": scheme.hash}


def json_rates(table: Table) -> dict[str, float | None]:
    """The rates of a table, null where not defined."""
    return {rate.key: None if rate.value is None else float(rate.value) for rate in table.rates}


def json_rows(table: Table) -> list[dict[str, Any]]:
    """The rows of a table as data."""
    return [
        {"key": row.key, "label": row.label, "n": row.n, "pct_start": row.pct_start, "pct_usable": row.pct_usable}
        for row in table.rows
    ]


def json_facts(table: Table, provenance: Provenance, notes: tuple[str, ...]) -> dict[str, Any]:
    """What a table is: its title, when and from where, scheme and definitions."""
    return {
        "title": table.scheme.table_title,
        **provenance.json(),
        "scheme": scheme_json(table.scheme),
        "definitions": {rate.key: rate.definition for rate in table.rates},
        **({"notes": list(notes)} if notes else {}),
    }


def _grid(table: Table, name: str, by: tuple[str, str] | None = None) -> Grid:
    columns = _columns(table)
    if by:
        columns = (Column(by[0], by[0], numeric=False, data_only=True), *columns)
    rates: tuple[Cell, ...] = tuple(Percent(rate.value, 1) for rate in table.rates)
    rows = tuple(
        GridRow(
            (
                *((by[1],) if by else ()),
                row.key,
                row.label,
                row.n,
                _percent(row.pct_start),
                _percent(row.pct_usable),
                *rates,
            ),
            row.depth,
        )
        for row in table.rows
    )
    return Grid(name, columns, rows, tuple(rate_line(rate) for rate in table.rates))


def _columns(table: Table) -> tuple[Column, ...]:
    return (
        Column("key", "Key", numeric=False, data_only=True),
        Column("label", "", numeric=False),
        Column("n", "n"),
        *(Column(key, column.label) for key, column in table.columns.items()),
        *(Column(rate.key, rate.label, data_only=True) for rate in table.rates),
    )


def _brief(variable: str, tables: Sequence[tuple[str, Table]]) -> Grid:
    """A row a table: the rows that sum it up, and its rates."""
    first = tables[0][1]
    labels = {row.key: row.label for row in first.scheme.rows}
    keys = first.rate_rows()
    columns = [Column(variable, variable[:1].upper() + variable[1:], numeric=False)]
    columns += [Column(key, labels[key]) for key in keys] + [Column(rate.key, rate.label) for rate in first.rates]
    rows = tuple(
        GridRow(
            (name, *(table.totals[key] for key in keys), *(Percent(rate.value, 1) for rate in table.rates)),
            depth=min(at, 1),
        )
        for at, (name, table) in enumerate(tables)
    )
    return Grid("In brief", tuple(columns), rows, tuple(f"{rate.label} = {rate.definition}." for rate in first.rates))


def _rates_grid(table: Table) -> Grid:
    columns = (
        Column("label", "Rate", numeric=False),
        Column("value", "Value"),
        Column("numerator", "Cases"),
        Column("denominator", "Of"),
        Column("definition", "Definition", numeric=False),
    )
    rows = tuple(
        GridRow((rate.label, Percent(rate.value, 1, "not defined"), rate.numerator, rate.denominator, rate.definition))
        for rate in table.rates
    )
    return Grid("Rates", columns, rows)


def _percent(whole: int | None) -> Percent:
    return Percent(None if whole is None else Fraction(whole, 100))


def rate_line(rate: RateValue) -> str:
    """A rate with its definition beside it: nobody should have to ask what it is a rate of."""
    shown = "not defined" if rate.percent is None else f"{rate.percent}%"
    return f"{rate.label}: {shown} = {rate.definition} ({rate.numerator:,} / {rate.denominator:,})."


def _document(
    scheme: Scheme, grids: tuple[Grid, ...], provenance: Provenance, title: str | None, notes: tuple[str, ...]
) -> Document:
    return Document(
        title or scheme.table_title,
        grids,
        (HALVES_UP, *notes, *scheme_lines(scheme, provenance)),
        table_facts(scheme, provenance),
    )


def scheme_lines(scheme: Scheme, provenance: Provenance) -> tuple[str, ...]:
    """The last lines under every report of outcomes: by which scheme, as of when, made when, from where."""
    return (f"Outcome scheme {scheme.label}.", *provenance.lines())


def table_facts(scheme: Scheme, provenance: Provenance) -> dict[str, str]:
    """What every line of a CSV says of a report of outcomes."""
    return {**provenance.facts(), "scheme": scheme.label}
