"""A report as CSV (RFC 4180): one heading, one record a row, every text safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO

from cati.reports.document import Document, cell_data, visible

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(document: Document) -> str:
    """The grids of the report one after the other, with the report's facts on every line. Lines end in CR LF."""
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    heading: list[str] | None = None
    for grid in document.grids:
        names = [spreadsheet_safe(visible(column.key)) for column in grid.columns]
        if heading != names:
            writer.writerow([*names, *document.facts])
            heading = names
        for row in grid.rows:
            cells = [
                spreadsheet_safe(cell_data(cell)) if isinstance(cell, str) else cell_data(cell) for cell in row.cells
            ]
            writer.writerow([*cells, *(spreadsheet_safe(fact) for fact in document.facts.values())])
    return sheet.getvalue()


def spreadsheet_safe(text: str) -> str:
    """Text that a spreadsheet takes for text: a leading `=`, `+`, `-` or `@` would make it a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
