"""A table as lines for a screen of some width: columns that fit, the rest shown where it is wider. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cati.console.interviewer.literal import clip, visible, width
from cati.console.interviewer.page import Drawn

Line = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `width` cells; it takes what is left over where it `grows`. `wide`: only on a screen of so many
    columns."""

    title: str
    width: int
    right: bool = False
    grows: bool = False
    wide: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row: one text a column, all columns, and a mark at its beginning that tells it apart without colour."""

    cells: tuple[str, ...]
    style: str = "label"
    sign: str = " "


def table(
    columns: Sequence[Column], rows: Sequence[Row], across: int, *, marked: int | None = None, nothing: str = ""
) -> Drawn:
    """The heading and the rows; `nothing` is said where there are none. The marked row begins with ▶."""
    shown = [at for at, column in enumerate(columns) if across >= column.wide]
    widths = _widths([columns[at] for at in shown], across - 3)
    heading = " ".join(cell(columns[at].title, size, columns[at].right) for at, size in zip(shown, widths, strict=True))
    lines: list[Line] = [(("   ", "dim"), (heading, "heading"))]
    for number, row in enumerate(rows):
        cells = " ".join(cell(row.cells[at], size, columns[at].right) for at, size in zip(shown, widths, strict=True))
        here = number == marked
        lines.append(((f"{'▶' if here else ' '}{row.sign} ", "code"), (cells, "held" if here else row.style)))
    if not rows and nothing:
        lines.append(((f"   {clip(nothing, across - 3)}", "dim"),))
    return Drawn(tuple(lines))


def _widths(columns: list[Column], across: int) -> list[int]:
    widths = [column.width for column in columns]
    left = across - sum(widths) - (len(widths) - 1)
    growing = [at for at, column in enumerate(columns) if column.grows]
    for number, at in enumerate(growing):
        share = left // (len(growing) - number)
        widths[at] = max(widths[at] + share, 4)
        left -= share
    return widths


def cell(text: str, cells: int, right: bool = False) -> str:
    """A text in so many cells, whatever is in it."""
    text = clip(visible(text), cells)
    gap = " " * (cells - width(text))
    return gap + text if right else text + gap


def side_by_side(left: Sequence[Line], right: Sequence[Line], cells: int) -> Iterator[Line]:
    """Two columns of lines as one, the left of so many cells."""
    for at in range(max(len(left), len(right))):
        first = left[at] if at < len(left) else ()
        second = right[at] if at < len(right) else ()
        used = sum(width(text) for text, _ in first)
        yield (*first, (" " * (cells - used), "label"), (" │ ", "dim"), *second)


BLOCKS = " ▏▎▍▌▋▊▉█"


def bar(share: float, cells: int) -> str:
    """A bar of so many cells, full at a share of 1; what goes beyond is cut off with ▶."""
    if share > 1:
        return "█" * (cells - 1) + "▶"
    eighths = round(max(share, 0.0) * cells * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (BLOCKS[rest] if rest else "")).ljust(cells)


def line(*spans: tuple[str, str]) -> Line:
    """A line, its texts made visible."""
    return tuple((visible(text), style) for text, style in spans)
