"""A report as plain text, set by rich to a width."""

from __future__ import annotations

from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cati.reports.document import Column, Document, Grid, cell_text, visible
from cati.reports.plots_text import plot_lines

_NUMBERS_AT_MOST = 12
_NAMES_AT_LEAST = 24
_BETWEEN = 3
_EDGES = 2  # rich counts a blank on either side of a table, though it prints none


def to_text(document: Document, width: int) -> str:
    """The report `width` characters wide: no colour, no escape sequence, no trailing blanks."""
    sheet = StringIO()
    console = Console(file=sheet, width=width, color_system=None, force_terminal=False, highlight=False, emoji=False)
    console.print(Text(visible(document.title)))
    for grid in document.grids:
        console.print()
        if grid.name:
            console.print(Text(visible(grid.name)))
        for plot in grid.plots:
            for line in ("", *plot_lines(plot, width)):
                console.print(Text(line), no_wrap=True, crop=True)
        if not grid.rows:
            console.print(Text(visible(grid.empty)))
        for part, columns in enumerate(_that_fit(grid, width) if grid.rows else ()):
            if part:
                console.print()
            console.print(_table(grid, columns, width))
        for note in grid.notes:
            console.print(Text(visible(note)))
    if document.notes:
        console.print()
    for note in document.notes:
        console.print(Text(visible(note)))
    return "\n".join(line.rstrip() for line in sheet.getvalue().splitlines()) + "\n"


def _that_fit(grid: Grid, width: int) -> list[list[int]]:
    """The columns that people see, in as many tables as it takes for no number and no word of a heading to be broken.

    The text that the rows begin with stands in each of them. A grid whose numbers are followed by text is left whole:
    that can be broken.
    """
    names, numbers = _names_and_numbers(grid)
    if not _is_of_numbers(grid):
        return [names + numbers]
    room = width - _EDGES - sum(_least(grid, i, at == 0) + _BETWEEN for at, i in enumerate(names))
    parts: list[list[int]] = [[]]
    taken = 0
    for i in numbers:
        needed = _least(grid, i) + _BETWEEN
        if parts[-1] and taken + needed > room + _BETWEEN:
            parts.append([])
            taken = 0
        parts[-1].append(i)
        taken += needed
    return [names + part for part in parts]


def _names_and_numbers(grid: Grid) -> tuple[list[int], list[int]]:
    """The columns that people see: those that the rows begin with, and from the first number on the others."""
    columns = dict(grid.printed())
    places = list(columns)
    first = next((at for at, i in enumerate(places) if columns[i].numeric), len(places))
    return places[:first], places[first:]


def _is_of_numbers(grid: Grid) -> bool:
    """Do rows begin with a name, and is all that follows numbers?"""
    names, numbers = _names_and_numbers(grid)
    return bool(names) and bool(numbers) and all(grid.columns[i].numeric for i in numbers)


def _widths(grid: Grid, places: list[int], width: int) -> list[int]:
    """How wide each column is set: what it needs at least, and of the room left what it can use, the first columns
    first. Left to rich, the widest would be narrowed past what it needs, and the last columns cut off without a word.
    """
    set_at = [_least(grid, i, at == 0) for at, i in enumerate(places)]
    spare = width - _EDGES - sum(set_at) - _BETWEEN * (len(places) - 1)
    for at, i in enumerate(places):
        column = grid.columns[i]
        indented = (cell_len(cell_text(row.cells[i])) + (2 * row.depth if at == 0 else 0) for row in grid.rows)
        whole = max([cell_len(visible(column.label)), *indented])
        used = max(0, min((min(whole, _NUMBERS_AT_MOST) if column.numeric else whole) - set_at[at], spare))
        set_at[at] += used
        spare -= used
    return set_at


def _least(grid: Grid, place: int, leads: bool = False) -> int:
    """How narrow a column may be: a number or a word of the heading is not broken, a name not much."""
    column = grid.columns[place]
    label = visible(column.label)
    words = label.split() if column.numeric or cell_len(label) > _NUMBERS_AT_MOST else [label]
    if column.numeric:
        cells = (cell_len(cell_text(row.cells[place])) for row in grid.rows)
    else:
        cells = (
            min(cell_len(cell_text(row.cells[place])), _NAMES_AT_LEAST) + (2 * row.depth if leads else 0)
            for row in grid.rows
        )
    return max([*(cell_len(word) for word in words), *cells, 1])


def _heading(column: Column) -> int:
    """How wide the longest word of a heading is; of a very long one, which may be data, a part."""
    return min(max((cell_len(word) for word in visible(column.label).split()), default=1), _NUMBERS_AT_MOST)


def _table(grid: Grid, places: list[int], width: int) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    widths = _widths(grid, places, width) if _is_of_numbers(grid) else None
    for at, i in enumerate(places):
        column = grid.columns[i]
        table.add_column(
            Text(visible(column.label)),
            justify="right" if column.numeric else "left",
            overflow="fold",
            width=widths[at] if widths else None,
            min_width=None if widths else _least(grid, i) if column.numeric else _heading(column),
            max_width=max(_NUMBERS_AT_MOST, _least(grid, i)) if column.numeric and not widths else None,
        )
    for row in grid.rows:
        first, *others = (Text(cell_text(row.cells[i])) for i in places)
        table.add_row(Padding(first, (0, 0, 0, 2 * row.depth)) if row.depth else first, *others)
    return table
