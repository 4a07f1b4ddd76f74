"""A report as plain text, set by rich to a width."""

from __future__ import annotations

from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cati.reports.document import Document, Grid, cell_text, visible

_NUMBERS_AT_MOST = 12


def to_text(document: Document, width: int) -> str:
    """The report `width` characters wide: no colour, no escape sequence, no trailing blanks."""
    sheet = StringIO()
    console = Console(file=sheet, width=width, color_system=None, force_terminal=False, highlight=False, emoji=False)
    console.print(Text(visible(document.title)))
    for grid in document.grids:
        console.print()
        if grid.name:
            console.print(Text(visible(grid.name)))
        console.print(_table(grid))
        for note in grid.notes:
            console.print(Text(visible(note)))
    if document.notes:
        console.print()
    for note in document.notes:
        console.print(Text(visible(note)))
    return "\n".join(line.rstrip() for line in sheet.getvalue().splitlines()) + "\n"


def _table(grid: Grid) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for _, column in grid.printed():
        table.add_column(
            Text(visible(column.label)),
            justify="right" if column.numeric else "left",
            overflow="fold",
            max_width=_NUMBERS_AT_MOST if column.numeric else None,
        )
    for row in grid.rows:
        first, *others = (Text(cell_text(row.cells[i])) for i, _ in grid.printed())
        table.add_row(Padding(first, (0, 0, 0, 2 * row.depth)), *others)
    return table
