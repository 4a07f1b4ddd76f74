"""A report as Markdown, with GitHub's tables."""

from __future__ import annotations

import re

from cati.reports.document import Document, Grid, cell_text, visible
from cati.reports.plots import Plot
from cati.reports.plots_text import plot_lines

_INDENT = "\N{EM SPACE}"
_PLOT_WIDTH = 100


def to_markdown(document: Document) -> str:
    """The report as Markdown; what is data cannot act as markup."""
    parts = [f"# {_plain(document.title)}"]
    for grid in document.grids:
        if grid.name:
            parts.append(f"## {_plain(grid.name)}")
        parts.extend(f"```text\n{drawn}\n```" for plot in grid.plots if (drawn := _drawn(plot)))
        parts.append(_table(grid) if grid.rows else _plain(grid.empty))
        parts.extend(_plain(note) for note in grid.notes)
    parts.extend(_plain(note) for note in document.notes)
    return "\n\n".join(parts) + "\n"


def _drawn(plot: Plot) -> str:
    """The plot for a block of code, which what is data in it cannot end."""
    return "\n".join(plot_lines(plot, _PLOT_WIDTH)).replace("`", "ˋ")


def _table(grid: Grid) -> str:
    columns = [column for _, column in grid.printed()]
    lines = [
        _line([_plain(column.label) for column in columns]),
        _line(["---:" if column.numeric else "---" for column in columns]),
    ]
    for row in grid.rows:
        cells = [_plain(cell_text(row.cells[i])) for i, _ in grid.printed()]
        cells[0] = _INDENT * row.depth + cells[0]
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#~&$])", r"\\\1", visible(text))
