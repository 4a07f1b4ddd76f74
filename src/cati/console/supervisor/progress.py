"""The tab of progress: the outcome table and what moved since this morning, where completes come from, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer.page import Drawn, Para, Part
from cati.console.supervisor.looks import LookProgress, ProgressSeen, Share
from cati.console.supervisor.state import State, waiting
from cati.console.supervisor.tables import Column, Line, Row, bar, line, table

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.outcomes import Table

VARIABLES = ("region", "ofsted", "batch", "la")
_TABLE = (Column("", 30, grows=True), Column("n", 7, right=True), Column("% of all", 8, right=True),
          Column("% usable", 8, right=True), Column("today", 7, right=True))  # fmt: skip
SIDE_BY_SIDE = 150
LEFT = 72


class Progress(State):
    """How far fieldwork has come."""

    name = "progress"
    tab = "progress"

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.by = next(iter(console.study.targets), VARIABLES[0])

    def look(self) -> LookProgress:
        return LookProgress(self.by)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here. F3 shows other bars; cati report outcomes prints the table.")

    def do(self, name: str, now: datetime) -> None:
        if name == "by":
            known = list(dict.fromkeys((*self.console.study.targets, *VARIABLES)))
            self.by = known[(known.index(self.by) + 1) % len(known)]
            self.page_at = 0
        elif name in ("next_tab", "tab_before"):
            self.console.step_tab(1 if name == "next_tab" else -1)
        elif name == "undo":
            from cati.console.supervisor.repairing import undo_last

            undo_last(self)
        else:
            super().do(name, now)

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del space
        seen: ProgressSeen | None = self.seen
        if seen is None:
            return waiting()
        if across < SIDE_BY_SIDE:
            return (*_outcomes(seen, across), *_rest(seen, self.by, across))
        left = _lines(_outcomes(seen, LEFT), LEFT)
        right = _lines(_rest(seen, self.by, across - LEFT - 3), across - LEFT - 3)
        return (Drawn(tuple(_beside(left, right))),)

    def prompt(self) -> str:
        return ""


def _outcomes(seen: ProgressSeen, across: int) -> Iterator[Part]:
    """The table, its rates first: they are what is asked for."""
    now, morning = seen.now, seen.morning
    for rate, before in zip(now.rates, morning.rates, strict=True):
        shown = "not defined" if rate.value is None else f"{float(rate.value):.1%}"
        moved = ""
        if rate.value is not None and before.value is not None:
            points = float(rate.value - before.value) * 100
            moved = f"  ({points:+.2f} points since this morning)" if points else ""
        yield Drawn((line((f" {rate.label}: ", "label"), (shown, "read"), (moved, "info")),))
    rows = [
        Row(
            (
                f"{'  ' * row.depth}{row.label}",
                f"{row.n:,}",
                _percent(row.pct_start),
                _percent(row.pct_usable),
                _moved(row.key, now, morning),
            ),
            "read" if row.depth <= 1 else "label",
        )
        for row in now.rows
    ]
    yield table(_TABLE, rows, across)


def _percent(whole: int | None) -> str:
    return "-" if whole is None else f"{whole}%"


def _moved(key: str, now: Table, morning: Table) -> str:
    by = now.totals[key] - morning.totals[key]
    return f"{by:+,}" if by else ""


def _rest(seen: ProgressSeen, by: str, across: int) -> Iterator[Part]:
    yield from _hours(seen, across)
    yield from _shares(seen, by, across)


def _hours(seen: ProgressSeen, across: int) -> Iterator[Part]:
    """Completes of today by the hour, as bars: the longest hour fills the line."""
    completes = sum(done for _, done in seen.hours.values())
    yield Para("heading", f"Completes today, by the hour: {completes}")
    most = max((done for _, done in seen.hours.values()), default=0)
    cells = max(across - 30, 8)
    lines: list[Line] = []
    for hour, (calls, done) in sorted(seen.hours.items()):
        drawn = bar(done / most if most else 0.0, cells)
        lines.append(line((f" {hour:02d}:00 {done:>4}  ", "label"), (drawn, "big"), (f" {calls:>5} calls", "dim")))
    yield Drawn(tuple(lines)) if lines else Para("plain", "No call was made today.")


def _shares(seen: ProgressSeen, by: str, across: int) -> Iterator[Part]:
    """Completes by the value of a variable, against the target: a full bar reaches it."""
    against = "the target" if seen.set_targets else "its share of the sample"
    yield Para("heading", f"Completes by {by}, against {against} (a full bar reaches it)")
    longest = min(max((len(each.value) for each in seen.shares), default=8), 28)
    cells = max(across - longest - 34, 6)
    lines = tuple(_share(each, longest, cells) for each in seen.shares)
    yield Drawn(lines) if lines else Para("plain", "No case is issued yet.")


def _share(each: Share, longest: int, cells: int) -> Line:
    reached = each.completes / each.target if each.target else (1.0 if each.completes else 0.0)
    today = each.completes - each.this_morning
    value = each.value or "(none)"
    return line(
        (f" {value[:longest]:<{longest}} {each.completes:>5} / {_target(each.target):>6} ", "label"),
        (bar(reached, cells), "big" if reached >= 0.9 else "warning"),
        (f" {reached:>5.0%} {f'{today:+}' if today else '':>5}", "dim"),
    )


def _target(target: float) -> str:
    return f"{target:.0f}" if target >= 10 else f"{target:.1f}"


def _lines(parts: Iterator[Part], across: int) -> list[Line]:
    from cati.console.interviewer.view import stacked

    return stacked(tuple(parts), across, columns=1)


def _beside(left: list[Line], right: list[Line]) -> Iterator[Line]:
    from cati.console.interviewer.literal import width

    for at in range(max(len(left), len(right))):
        first = left[at] if at < len(left) else ()
        second = right[at] if at < len(right) else ()
        used = sum(width(text) for text, _ in first)
        yield (*first, (" " * (LEFT - used), "label"), (" │ ", "dim"), *second)
