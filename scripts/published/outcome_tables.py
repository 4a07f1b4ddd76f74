"""The published outcome tables, and those that cati made, set side by side cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

from published.printed import table as printed_table

from cati.outcomes import Table
from cati.reports import Column, Grid, GridRow

PUBLISHED = {"wave2": "a_9", "asye": "a_10"}
COLUMNS = ("n", "As % of total starting sample", "As % of usable sample")


def table_name(study: str) -> str:
    """The table of a study, as the report numbers it."""
    return PUBLISHED[study].replace("_", ".").upper()


def published_rows(study: str) -> list[dict[str, str]]:
    """The published table of a study, row by row, as printed."""
    return printed_table(PUBLISHED[study])


def compare(study_id: str, table: Table) -> Iterator[tuple[str, str, str, str, str]]:
    """Every cell that differs: table, row, column, as published, as cati has it. A row that one lacks differs whole."""
    ours = {row.label: row for row in table.rows}
    theirs = {row["row"]: row for row in published_rows(study_id)}
    for label in dict.fromkeys([*theirs, *ours]):
        printed = cells(theirs[label]) if label in theirs else ("no row",) * 3
        found = cati_cells(table, label) if label in ours else ("no row",) * 3
        for column, there, here in zip(COLUMNS, printed, found, strict=True):
            if there != here:
                yield table_name(study_id), label, column, there, here


def cells(row: dict[str, str]) -> tuple[str, ...]:
    """The cells of a published row; where the publication has nothing, it prints `-` or leaves a blank."""
    return tuple(row[column] or "-" for column in COLUMNS)


def cati_cells(table: Table, label: str) -> tuple[str, ...]:
    """The cells of cati's row, written as the publication writes them."""
    row = next(row for row in table.rows if row.label == label)
    percents = ("-" if percent is None else f"{percent}%" for percent in (row.pct_start, row.pct_usable))
    return (f"{row.n:,}", *percents)


def side_by_side(study_id: str, table: Table) -> Grid:
    """A grid with each published cell and cati's beside it; rows that are not equal are marked."""
    theirs = {row["row"]: row for row in published_rows(study_id)}
    differing = {label for _, label, *_ in compare(study_id, table)}
    columns = [Column("row", "", numeric=False)]
    for key, label in (("n", "n"), ("start", "% of start"), ("usable", "% of usable")):
        columns += [Column(f"{key}_printed", f"{label} printed"), Column(f"{key}_cati", f"{label} cati")]
    columns.append(Column("differs", "", numeric=False))
    rows = []
    for row in table.rows:
        printed = cells(theirs[row.label]) if row.label in theirs else ("no row",) * 3
        pairs = [cell for pair in zip(printed, cati_cells(table, row.label), strict=True) for cell in pair]
        rows.append(GridRow((row.label, *pairs, "differs" if row.label in differing else ""), row.depth))
    name = f"Table {table_name(study_id)}: {table.scheme.table_title}"
    rates = tuple(f"{rate.label}: {rate.percent}% ({rate.definition})." for rate in table.rates)
    return Grid(name, tuple(columns), tuple(rows), rates)
