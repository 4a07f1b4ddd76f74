"""Plots drawn with characters, for terminals and plain text: no colour, nothing wider than the width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import TypeVar

from rich.cells import cell_len, set_cell_size

from cati.reports.document import visible
from cati.reports.plots import Bars, Curve, Heat, Plot, Stack

_EIGHTHS = " ▏▎▍▌▋▊▉"
_PARTS = "█▓▒░·"
_SHADES = " ░▒▓█"
_LABEL_AT_MOST = 28
_POINTS = 26
_T = TypeVar("_T")


def plot_lines(plot: Plot, width: int) -> list[str]:
    """The plot as lines of at most `width` characters; none for a plot without anything in it."""
    match plot:
        case Bars():
            lines = list(_bars(plot, width))
        case Stack():
            lines = list(_stack(plot, width))
        case Heat():
            lines = list(_heat(plot, width))
        case Curve():
            lines = list(_curve(plot, width))
    return [*wrap(visible(plot.title), width), *(line.rstrip() for line in lines)] if lines else []


def _bars(plot: Bars, width: int) -> Iterator[str]:
    labels = _labels([bar.label for bar in plot.bars], width)
    longest = max((bar.value for bar in plot.bars), default=0.0)
    beside = max((len(bar.text) for bar in plot.bars), default=0)
    room = max(width - _width(labels) - beside - 3, 8)
    for label, bar in zip(labels, plot.bars, strict=True):
        yield f"{label} {_bar(bar.value / longest * room if longest else 0.0)} {bar.text}"


def _bar(length: float) -> str:
    whole, eighths = divmod(round(length * 8), 8)
    return "█" * whole + (_EIGHTHS[eighths] if eighths else "")


def _stack(plot: Stack, width: int) -> Iterator[str]:
    if not plot.rows:
        return
    labels = _labels([label for label, _ in plot.rows], width)
    totals = [f"n={sum(parts):,}" for _, parts in plot.rows]
    room = max(width - _width(labels) - max(map(len, totals)) - 3, 8)
    marks = [_PARTS[at % len(_PARTS)] for at in range(len(plot.series))]
    for label, (_, parts), total in zip(labels, plot.rows, totals, strict=True):
        yield f"{label} {''.join(mark * n for mark, n in zip(marks, _cells(parts, room), strict=True)):<{room}} {total}"
    yield from _wrapped([f"{mark} {visible(name)}" for mark, name in zip(marks, plot.series, strict=True)], width)


def _cells(parts: Sequence[int], room: int) -> list[int]:
    """How many characters each part gets: rounded where it ends, so that they always fill the room."""
    whole, so_far, ends = sum(parts), 0, [0]
    for part in parts:
        so_far += part
        ends.append(round(room * so_far / whole) if whole else 0)
    return [end - begin for begin, end in pairwise(ends)]


def _wrapped(pieces: Sequence[str], width: int) -> Iterator[str]:
    line = ""
    for piece in pieces:
        if line and len(line) + 2 + len(piece) > width:
            yield line
            line = ""
        line = f"{line}  {piece}" if line else piece
    if line:
        yield line


def _heat(plot: Heat, width: int) -> Iterator[str]:
    labels = _labels([label for label, _ in plot.rows], width)
    highest = max((share for _, shares in plot.rows for share in shares if share is not None), default=0.0)
    if not plot.columns or not plot.rows:
        return
    cell = 5
    at_once = max((width - _width(labels) - 1) // cell, 1)
    for first in range(0, len(plot.columns), at_once):  # too wide: the rest of the columns below
        columns = plot.columns[first : first + at_once]
        yield " " * _width(labels) + "".join(f"{column:>{cell - 1}} " for column in columns)
        for label, (_, shares) in zip(labels, plot.rows, strict=True):
            yield label + "".join(_shaded(share, highest) for share in shares[first : first + at_once])
    yield f"Per cent; the darker the higher (█ = {round(100 * highest)}%). Blank: too few calls."


def _shaded(share: float | None, highest: float) -> str:
    if share is None:
        return "     "
    shade = _SHADES[min(round(share / highest * (len(_SHADES) - 1)), len(_SHADES) - 1)] if highest else _SHADES[0]
    return f"{round(100 * share):>4}{shade}"


def _curve(plot: Curve, width: int) -> Iterator[str]:
    known, ahead = _thinned(plot.known), _thinned(plot.ahead)
    labels = _labels([*(label for label, _ in known), *(label for label, *_ in ahead)], width)
    highest = max((*(share for _, share in known), *(high for *_, high in ahead)), default=0.0)
    beside = len("100.0% (100.0–100.0%)") if ahead else len("100.0%")
    room = max(width - _width(labels) - beside - 2, 8)

    def place(share: float) -> int:
        return min(round(share / highest * (room - 1)), room - 1) if highest else 0

    for label, (_, share) in zip(labels, known, strict=False):
        yield f"{label} {_bar(share / highest * room if highest else 0.0)} {100 * share:.1f}%"
    for label, (_, low, middle, high) in zip(labels[len(known) :], ahead, strict=True):
        line = [" "] * room
        line[place(low) : place(high) + 1] = "─" * (place(high) - place(low) + 1)
        line[place(low)], line[place(high)] = "├", "┤"
        line[place(middle)] = "●"
        yield f"{label} {''.join(line)} {100 * middle:.1f}% ({100 * low:.1f}–{100 * high:.1f}%)"


def _thinned(points: Sequence[_T]) -> list[_T]:
    """Not more points than fit on a screen, evenly chosen; the last is among them."""
    step = -(-len(points) // _POINTS) or 1
    return [point for at, point in enumerate(points) if (len(points) - 1 - at) % step == 0]


def _labels(texts: Sequence[str], width: int) -> list[str]:
    """Labels of one width, which leave most of the line to the plot."""
    shown = [visible(text) for text in texts]
    longest = min(max(map(cell_len, shown), default=0), _LABEL_AT_MOST, width // 3)
    return [set_cell_size(text, longest) for text in shown]


def _width(labels: Sequence[str]) -> int:
    return cell_len(labels[0]) if labels else 0
