"""Plots as inline SVG: drawn in the page itself, no script, nothing fetched, no colour that means something alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from math import ceil

from rich.cells import cell_len, set_cell_size

from cati.reports.document import visible
from cati.reports.plots import Bars, Curve, Heat, Plot, Stack

_WIDTH, _LINE, _TEXT = 880, 22, 110
_LETTER = 7.5  # of 13-point sans-serif, on the wide side
_LABEL_LEAST, _LABEL_MOST = 60, 330
_COLOURS = ("#1d4f7c", "#b4451f", "#6a9f58", "#8aa9c4", "#d9d9d9")
_INK, _FAINT = "#1a1a1a", "#bbb"


def plot_svg(plot: Plot) -> str:
    """The plot as a figure of HTML; nothing for a plot without anything in it."""
    match plot:
        case Bars():
            height, parts = _bars(plot)
        case Stack():
            height, parts = _stack(plot)
        case Heat():
            height, parts = _heat(plot)
        case Curve():
            height, parts = _curve(plot)
    if not parts:
        return ""
    title = _plain(plot.title)
    return (
        f"<figure>\n<figcaption>{title}</figcaption>\n"
        f'<svg role="img" aria-label="{title}. The figures are in the table below." '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="system-ui, sans-serif" font-size="13" fill="{_INK}">\n'
        + "\n".join(parts)
        + "\n</svg>\n</figure>\n"
    )


def _bars(plot: Bars) -> tuple[int, list[str]]:
    longest = max((bar.value for bar in plot.bars), default=0.0)
    left = _left_of(bar.label for bar in plot.bars)
    room, parts = _WIDTH - left - _TEXT, []
    for at, bar in enumerate(plot.bars):
        y, length = at * _LINE, bar.value / longest * room if longest else 0.0
        parts.append(_label(bar.label, y, left))
        parts.append(_box(left, y + 3, length, _LINE - 6, _COLOURS[0]))
        parts.append(_words(bar.text, left + length + 6, y))
    return len(plot.bars) * _LINE, parts


def _stack(plot: Stack) -> tuple[int, list[str]]:
    left = _left_of(label for label, _ in plot.rows)
    room, parts = _WIDTH - left - _TEXT, []
    for at, (label, counts) in enumerate(plot.rows):
        y, x, whole = at * _LINE, float(left), sum(counts)
        parts.append(_label(label, y, left))
        for place, n in enumerate(counts):
            length = n / whole * room if whole else 0.0
            name = f"{plot.series[place]}: {n:,} of {whole:,}"
            parts.append(_box(x, y + 2, length, _LINE - 4, _COLOURS[place % len(_COLOURS)], name))
            x += length
        parts.append(_words(f"n={whole:,}", left + room + 6, y))
    if not parts:
        return 0, []
    y, x = len(plot.rows) * _LINE + 8, float(left)
    for place, name in enumerate(plot.series):
        if x > left and x + 17 + _LETTER * len(name) > _WIDTH:
            x, y = float(left), y + _LINE
        parts.append(_box(x, y + 5, 12, 12, _COLOURS[place % len(_COLOURS)]))
        parts.append(_words(name, x + 17, y))
        x += 30 + _LETTER * len(name)
    return y + _LINE, parts


def _heat(plot: Heat) -> tuple[int, list[str]]:
    highest = max((share for _, shares in plot.rows for share in shares if share is not None), default=0.0)
    if not plot.columns or not plot.rows:
        return 0, []
    left = _left_of(label for label, _ in plot.rows)
    side = min((_WIDTH - left) / len(plot.columns), 56.0)
    parts = [
        f'<text x="{left + (at + 0.5) * side:.1f}" y="15" text-anchor="middle">{_plain(column)}</text>'
        for at, column in enumerate(plot.columns)
    ]
    for line, (label, shares) in enumerate(plot.rows, start=1):
        parts.append(_label(label, line * _LINE, left))
        for at, share in enumerate(shares):
            if share is None:
                continue
            depth = share / highest if highest else 0.0
            x, y = left + at * side, line * _LINE
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{side - 1:.1f}" height="{_LINE - 1}" fill="{_COLOURS[0]}" '
                f'fill-opacity="{0.08 + 0.82 * depth:.2f}"/>'
            )
            ink = "#fff" if depth > 0.5 else _INK
            parts.append(
                f'<text x="{x + side / 2:.1f}" y="{y + 15}" text-anchor="middle" fill="{ink}">'
                f"{round(100 * share)}</text>"
            )
    y = (len(plot.rows) + 1) * _LINE
    parts.append(_words("Per cent; the darker the higher. Blank: too few calls.", left, y))
    return y + _LINE, parts


def _curve(plot: Curve) -> tuple[int, list[str]]:
    points = [*plot.known, *((label, middle) for label, _, middle, _ in plot.ahead)]
    if not points:
        return 0, []
    highest = max(*(share for _, share in points), *(high for *_, high in plot.ahead), 0.01)
    top, bottom, left, right = 12.0, 220.0, 60.0, _WIDTH - 20.0

    def x(at: int) -> float:
        return left + (right - left) * at / max(len(points) - 1, 1)

    def y(share: float) -> float:
        return bottom - (bottom - top) * share / highest

    parts = list(_axis(highest, left, right, y))
    first = len(plot.known) - 1
    if plot.ahead:
        start = [(max(first, 0), plot.known[-1][1], plot.known[-1][1])] if plot.known else []
        band = [*start, *((first + 1 + at, low, high) for at, (_, low, _, high) in enumerate(plot.ahead))]
        outline = [(x(at), y(high)) for at, _, high in band] + [(x(at), y(low)) for at, low, _ in reversed(band)]
        parts.append(f'<polygon points="{_path(outline)}" fill="{_COLOURS[0]}" fill-opacity="0.18"/>')
        middle = [(x(at), y(points[at][1])) for at in range(max(first, 0), len(points))]
        parts.append(_line(middle, dashed=True))
    parts.append(_line([(x(at), y(share)) for at, (_, share) in enumerate(plot.known)]))
    for at in sorted({0, first, len(points) - 1} & set(range(len(points)))):
        anchor = "start" if at == 0 else "end" if at == len(points) - 1 else "middle"
        parts.append(
            f'<text x="{x(at):.1f}" y="{bottom + 18:.0f}" text-anchor="{anchor}">{_plain(points[at][0])}</text>'
        )
    return int(bottom) + 26, parts


def _axis(highest: float, left: float, right: float, y: Callable[[float], float]) -> Iterator[str]:
    step = next(each for each in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if highest / each <= 6)
    share = 0.0
    while share <= highest + 1e-9:
        level = y(share)
        yield f'<line x1="{left}" x2="{right}" y1="{level:.1f}" y2="{level:.1f}" stroke="{_FAINT}" stroke-width="0.5"/>'
        yield f'<text x="{left - 6}" y="{level + 4:.1f}" text-anchor="end">{100 * share:g}%</text>'
        share = round(share + step, 6)


def _line(points: Sequence[tuple[float, float]], *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<polyline points="{_path(points)}" fill="none" stroke="{_COLOURS[0]}" stroke-width="2"{dash}/>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _left_of(labels: Iterable[str]) -> int:
    """How much room the labels on the left take."""
    longest = max((cell_len(visible(label)) for label in labels), default=0)
    return min(max(ceil(longest * _LETTER) + 16, _LABEL_LEAST), _LABEL_MOST)


def _label(text: str, y: float, left: int) -> str:
    shown, fits = visible(text), int((left - 16) / _LETTER)
    whole = "" if cell_len(shown) <= fits else f"<title>{escape(shown)}</title>"
    if whole:
        shown = set_cell_size(shown, fits - 1).rstrip() + "…"
    return f'<text x="{left - 8}" y="{y + 15:.0f}" text-anchor="end">{whole}{escape(shown)}</text>'


def _words(text: str, x: float, y: float) -> str:
    return f'<text x="{x:.1f}" y="{y + 15:.0f}">{_plain(text)}</text>'


def _box(x: float, y: float, width: float, height: float, colour: str, name: str = "") -> str:
    title = f"<title>{_plain(name)}</title>" if name else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{colour}">{title}</rect>'


def _plain(text: str) -> str:
    return escape(visible(text))
