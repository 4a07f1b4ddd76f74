"""The tab of progress: the outcome table and what moved since this morning, where completes come from, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer.page import Drawn, Para, Part
from cati.console.interviewer.view import stacked
from cati.console.supervisor.looks import LookProgress, ProgressSeen, Share
from cati.console.supervisor.state import State, waiting
from cati.console.supervisor.tables import Column, Line, Row, bar, cell, line, side_by_side, table

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.outcomes import Table

VARIABLES = ("region", "ofsted", "batch", "la")
_TABLE = (Column("", 30, grows=True), Column("n", 7, right=True), Column("% of all", 8, right=True),
          Column("% usable", 8, right=True), Column("today", 7, right=True))  # fmt: skip
SIDE_BY_SIDE = 150
LEFT = 72


@dataclass(frozen=True, slots=True)
class _Number:
    """A number on the screen, and which cases it counts."""

    title: str
    outcomes: tuple[str, ...]
    by: str = ""
    value: str = ""


class Progress(State):
    """How far fieldwork has come."""

    name = "progress"
    tab = "progress"

    follow = True

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.mark = 0
        self.by = next(iter(console.study.targets), VARIABLES[0])

    def look(self) -> LookProgress:
        return LookProgress(self.by)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here. F3 shows other bars; cati report outcomes prints the table.")

        else:
            self._open()

    def _numbers(self) -> list[_Number]:
        """The numbers that are opened down to their cases: those of the table, then the completes of each value."""
        seen: ProgressSeen | None = self.seen
        if seen is None:
            return []
        scheme = self.console.study.scheme
        rows = [_Number(row.label, scheme.counted_in(row.key)) for row in seen.now.rows]
        completes = scheme.counted_in(scheme.table_rates[0].of)
        by = self.by
        return rows + [
            _Number(f"Completes, {by} {each.value or '(none)'}", completes, by, each.value) for each in seen.shares
        ]

    def _open(self) -> None:
        from cati.console.supervisor.behind import Behind

        if self.mark < len(numbers := self._numbers()):
            number = numbers[self.mark]
            self.console.go_to(Behind(self.console, number.title, number.outcomes, number.by, number.value))

    def _step(self, to: int) -> None:
        self.mark = min(max(to, 0), max(len(self._numbers()) - 1, 0))
        self.page_at = 0

    def page(self, by: int) -> None:
        if by < 0 and not self.page_at:
            self._step(self.mark - self.space)
        else:
            super().page(by)

    def take(self, seen: ProgressSeen) -> None:
        """The mark stays with its number, and else where it was."""
        known = self._numbers()
        marked = known[self.mark] if self.mark < len(known) else None
        super().take(seen)
        now = self._numbers()
        self.mark = now.index(marked) if marked in now else min(self.mark, max(len(now) - 1, 0))

    def do(self, name: str, now: datetime) -> None:
        if name in ("mark_next", "mark_before"):
            self._step(self.mark + (1 if name == "mark_next" else -1))
        elif name in ("first", "last"):
            self._step(0 if name == "first" else len(self._numbers()) - 1)
        elif name == "by":
            known = list(dict.fromkeys((*self.console.study.targets, *VARIABLES)))
            self.by = known[(known.index(self.by) + 1) % len(known)]
            self.page_at = 0
            self.mark = 0
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
            return (*_outcomes(seen, across, self.mark), *_rest(seen, self.by, across, self.mark))
        left = stacked(tuple(_outcomes(seen, LEFT, self.mark)), LEFT, columns=1)
        rest = across - LEFT - 3
        right = stacked(tuple(_rest(seen, self.by, rest, self.mark)), rest, columns=1)
        return (Drawn(tuple(side_by_side(left, right, LEFT))),)

    def prompt(self) -> str:
        return "Enter opens the number"


def _outcomes(seen: ProgressSeen, across: int, mark: int) -> Iterator[Part]:
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
    yield table(_TABLE, rows, across, marked=mark)


def _percent(whole: int | None) -> str:
    return "-" if whole is None else f"{whole}%"


def _moved(key: str, now: Table, morning: Table) -> str:
    by = now.totals[key] - morning.totals[key]
    return f"{by:+,}" if by else ""


def _rest(seen: ProgressSeen, by: str, across: int, mark: int) -> Iterator[Part]:
    yield from _hours(seen, across)
    yield from _shares(seen, by, across, mark - len(seen.now.rows))


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


def _shares(seen: ProgressSeen, by: str, across: int, mark: int) -> Iterator[Part]:
    """Completes by the value of a variable, against the target: a full bar reaches it."""
    against = "the target" if seen.set_targets else "its share of the sample"
    yield Para("heading", f"Completes by {by}, against {against} (a full bar reaches it)")
    longest = min(max((len(each.value) for each in seen.shares), default=8), 28)
    cells = max(across - longest - 34, 6)
    lines = tuple(_share(each, longest, cells, "▶" if at == mark else " ") for at, each in enumerate(seen.shares))
    yield Drawn(lines) if lines else Para("plain", "No case is issued yet.")


def _share(each: Share, longest: int, cells: int, sign: str) -> Line:
    reached = each.completes / each.target if each.target else (1.0 if each.completes else 0.0)
    today = each.completes - each.this_morning
    value = each.value or "(none)"
    return line(
        (f"{sign}{cell(value, longest)} {each.completes:>5} / {_target(each.target):>6} ", "label"),
        (bar(reached, cells), "big" if reached >= 0.9 else "warning"),
        (f" {reached:>5.0%} {f'{today:+}' if today else '':>5}", "dim"),
    )


def _target(target: float) -> str:
    return f"{target:.0f}" if target >= 10 else f"{target:.1f}"
