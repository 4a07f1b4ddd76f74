"""A flow diagram as inline SVG: boxes down the page, ways out to their right, each jump in a lane of its own.

The layout has one layer a box, in the order of the questionnaire, since that is the order in which a route can go:
bases stand to the left, the answers of a way out beside its box, jumps run down in lanes (the shorter the nearer), and
what leaves the diagram stands at the right.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from cati.reports.document import visible
from cati.reports.paper.flow import Box, Flow

_BASE, _BOX, _LANE, _AWAY = 236, 176, 15, 216
"""Widths of the columns: base, box, one lane, what leaves the diagram."""
_LINE, _WAY, _GAP, _PAD = 14, 17, 20, 9
"""Heights: a line of text, a way out, the space between boxes, and inside one."""
_LETTER = 6.1
"""Width of a character of the small type, for making room: an average of common sans-serif faces."""


@dataclass(slots=True)
class _Placed:
    box: Box
    top: float
    height: float
    base: list[str]
    names: list[list[tuple[str, str]]]
    subtitle: list[str]
    arrives: bool

    def way(self, at: int) -> float:
        """Where the way out number `at` leaves, from the top of the diagram."""
        return self.top + _PAD + (12 if self.arrives else 0) + _WAY * at + 4


def drawn(flow: Flow) -> str:
    """The diagram as an svg element, with nothing outside it."""
    placed = _place(flow)
    lanes = _lanes(placed)
    most = max((len(way.answers) for each in placed for way in each.box.ways), default=0)
    left = _BASE + _BOX
    labels = 16 + most * _LETTER if most else 24
    lanes_at = left + labels
    away_at = lanes_at + _LANE * (max(lanes.values(), default=-1) + 1) + 8
    width, height = away_at + _AWAY, placed[-1].top + placed[-1].height + 8
    marker = f"arrow-{flow.name}"
    title = escape(visible(flow.title))
    parts = [
        f'<svg class="flow" role="img" aria-label="{title}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'style="max-width:{width:.0f}px"><title>{title}</title>'
        f'<defs><marker id="{marker}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
    ]
    parts += [_spine(placed, marker)]
    for each in placed:
        for at, way in enumerate(each.box.ways):
            y = each.way(at)
            if way.to is not None:
                x = lanes_at + _LANE * lanes[way.to]
                end = placed[way.to].top + _PAD
                path = f"M{left} {y:.0f}H{x:.0f}V{end:.0f}H{left + 1}"
                parts.append(f'<path class="jump" d="{path}" marker-end="url(#{marker})"/>')
            else:
                parts.append(f'<path class="{"end" if way.end else "jump"}" d="M{left} {y:.0f}H{away_at - 4:.0f}"/>')
                text = escape(visible(f"{'■' if way.end else '▶'} {way.text}"))
                text = f'<text class="{"end" if way.end else "away"}" x="{away_at:.0f}" y="{y + 4:.0f}">{text}</text>'
                parts.append(_linked(text, way.anchor))
            if way.answers:
                answers = escape(visible(way.answers))
                parts.append(f'<text class="answers" x="{left + 6}" y="{y - 3:.0f}">{answers}</text>')
        parts += _box(each)
    return "\n".join([*parts, "</svg>"])


def _place(flow: Flow) -> list[_Placed]:
    targets = {way.to for box in flow.boxes for way in box.ways}
    placed, top = [], 8.0
    for at, box in enumerate(flow.boxes):
        base = textwrap.wrap(visible(f"if {box.base}"), 36) if box.base else []
        subtitle = textwrap.wrap(visible(box.subtitle), 26)
        names = list(_name_lines(box))
        inside = _LINE * (len(names) + len(subtitle)) + 2 * _PAD
        outside = 2 * _PAD + _WAY * len(box.ways) + (12 if at in targets else 0)
        height = max(inside, outside if box.ways else 0, _LINE * len(base) + 8)
        placed.append(_Placed(box, top, height, base, names, subtitle, at in targets))
        top += height + _GAP
    return placed


def _name_lines(box: Box) -> Iterator[list[tuple[str, str]]]:
    line: list[tuple[str, str]] = []
    for name in box.names:
        if line and sum(len(each) + 3 for each, _ in (*line, name)) > 25:
            yield line
            line = []
        line.append(name)
    yield line


def _lanes(placed: list[_Placed]) -> dict[int, int]:
    """The lane of the jumps to each box: jumps to one box share it, jumps that would cross do not."""
    spans: dict[int, tuple[float, float]] = {}
    for each in placed:
        for at, way in enumerate(each.box.ways):
            if way.to is not None:
                begins = spans.get(way.to, (each.way(at), 0))[0]
                spans[way.to] = (begins, placed[way.to].top + _PAD)
    lanes: dict[int, int] = {}
    for target, (begins, ends) in sorted(spans.items(), key=lambda item: item[1][1] - item[1][0]):
        taken = {lane for other, lane in lanes.items() if spans[other][0] < ends and begins < spans[other][1]}
        lanes[target] = next(lane for lane in range(len(spans)) if lane not in taken)
    return lanes


def _spine(placed: list[_Placed], marker: str) -> str:
    x = _BASE + _BOX / 2
    return "".join(
        f'<path class="on" d="M{x:.0f} {above.top + above.height:.0f}V{below.top - 1:.0f}" '
        f'marker-end="url(#{marker})"/>'
        for above, below in pairwise(placed)
    )


def _box(each: _Placed) -> Iterator[str]:
    middle = each.top + each.height / 2
    for at, line in enumerate(each.base):
        y = middle + 4 + _LINE * (at - (len(each.base) - 1) / 2)
        yield f'<text class="base" x="{_BASE - 10}" y="{y:.0f}">{escape(line)}</text>'
    dashed = " some" if each.base else ""
    yield f'<rect class="box{dashed}" x="{_BASE}" y="{each.top:.0f}" width="{_BOX}" height="{each.height:.0f}" rx="4"/>'
    lines = len(each.names) + len(each.subtitle)
    first = middle + 4 - _LINE * (lines - 1) / 2
    x = _BASE + _BOX / 2
    for at, names in enumerate(each.names):
        inner = " · ".join(f'<a href="#{escape(anchor)}">{escape(visible(name))}</a>' for name, anchor in names)
        yield f'<text class="name" x="{x:.0f}" y="{first + _LINE * at:.0f}">{inner}</text>'
    for at, line in enumerate(each.subtitle, len(each.names)):
        yield f'<text class="subtitle" x="{x:.0f}" y="{first + _LINE * at:.0f}">{escape(line)}</text>'


def _linked(text: str, anchor: str) -> str:
    return f'<a href="#{escape(anchor)}">{text}</a>' if anchor else text
