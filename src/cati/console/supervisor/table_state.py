"""A tab that is a table: one page of it at a time, a marked line, and what is typed to find a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from cati.console.interviewer.page import Drawn, Para, Part
from cati.console.interviewer.view import stacked
from cati.console.supervisor.looks import LookCase
from cati.console.supervisor.state import State, waiting
from cati.console.supervisor.tables import Column, Line, Row, side_by_side, table

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.desk import Leaf, Page


FACTS = 44
"""How wide the case beside a table is."""


class TableState(State):
    """One page of a table. What is marked is kept by what it is, not by where it stands, when the page is read anew."""

    columns: ClassVar[Sequence[Column]] = ()
    over: ClassVar[int] = 1
    """Lines above the heading."""

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self._key: Any = None
        self._back = False
        self._at = 0
        self._marked: Any = None
        self._is_gone = False
        self._case: tuple[str, Any] | None = None

    # --- what a tab fills in

    def rows_seen(self) -> Page[Any]:
        """The page in what was seen."""
        page: Page[Any] = self.seen
        return page

    def identity(self, row: Any) -> Any:
        """What a line is, wherever it stands."""
        raise NotImplementedError

    def row(self, each: Any) -> Row:
        """A line as it is drawn."""
        raise NotImplementedError

    def above(self, across: int) -> tuple[Part, ...]:
        """What stands above the table, in `over` lines."""
        raise NotImplementedError

    def below(self, across: int) -> tuple[Part, ...]:
        """What stands below it."""
        del across
        return ()

    nothing: ClassVar[str] = "There is nothing here."
    facts_from: ClassVar[int] = 0
    """From so many columns on the case of the marked line stands beside the table; 0: never."""

    # --- the page

    @property
    def below_it(self) -> int:
        """Lines below the table."""
        return 0

    def leaf(self) -> Leaf:
        """Which page is looked at."""
        from cati.desk import Leaf

        return Leaf(max(self.space - self.over - self.below_it - 1, 1), self._key, self._back)

    def take(self, seen: Any) -> None:
        """The page as it is now: the mark stays with what was marked. Where that has gone from the page nothing is
        marked, so that no key that was meant for it falls on another line."""
        super().take(seen)
        page = self.rows_seen()
        there = [self.identity(each) for each in page.rows]
        if self._marked in there:
            self._at, self._is_gone = there.index(self._marked), False
        elif self._marked is not None and not self._is_gone:
            self._is_gone = True
            self.ask("What was marked has gone from here, and nothing is marked: ↓ or ↑ marks a line.")
        if not there and (self._key is not None or self._back):
            self._key, self._back, self._at = None, False, 0  # all that were on the page are gone: from the first
            return
        self._at = min(max(self._at, 0), max(len(there) - 1, 0))
        if not self._is_gone:
            self._marked = there[self._at] if there else None

    def restart(self, *, last: bool = False) -> None:
        """From the first line, or the last."""
        self._turn(None, back=last, at=10**6 if last else 0)

    @property
    def marked(self) -> Any:
        """The marked line; None where there is none, or another page is still to be looked at."""
        sure = self.seen is not None and not self._is_gone and not self.console.is_waiting
        page = self.rows_seen() if sure else None
        return page.rows[self._at] if page is not None and self._at < len(page.rows) else None

    def do(self, name: str, now: Any) -> None:
        """The keys of every table; others are the tab's."""
        if name == "mark_next":
            self._step(1)
        elif name == "mark_before":
            self._step(-1)
        elif name in ("first", "last"):
            self.restart(last=name == "last")
        elif name in ("next_tab", "tab_before"):
            self.console.step_tab(1 if name == "next_tab" else -1)
        else:
            super().do(name, now)

    def page(self, by: int) -> None:
        page = self.rows_seen() if self.seen is not None else None
        if page is None or not page.rows:
            return
        if by > 0 and page.behind:
            self._turn(page.keys[-1], back=False, at=0)
        elif by < 0 and page.before:
            self._turn(page.keys[0], back=True, at=0)
        else:
            self._mark(len(page.rows) - 1 if by > 0 else 0)

    def _step(self, by: int) -> None:
        page = self.rows_seen() if self.seen is not None else None
        if page is None or not page.rows:
            return
        at = self._at if self._is_gone else self._at + by
        if 0 <= at < len(page.rows):
            self._mark(at)
        elif by > 0 and page.behind:
            self._turn(page.keys[-1], back=False, at=0)
        elif by < 0 and page.before:
            self._turn(page.keys[0], back=True, at=10**6)

    def _mark(self, at: int) -> None:
        self._at, self._marked, self._is_gone = at, self.identity(self.rows_seen().rows[at]), False

    def _turn(self, key: Any, *, back: bool, at: int) -> None:
        self._key, self._back, self._at, self._marked, self._is_gone = key, back, at, None, False

    # --- the case beside it

    @property
    def _has_facts(self) -> bool:
        return 0 < self.facts_from <= self.console.columns

    def beside(self) -> LookCase | None:
        marked = self.marked if self._has_facts else None
        return LookCase(marked.serial) if marked is not None and marked.serial else None

    def take_beside(self, look: Any, seen: Any) -> None:
        self._case = (look.serial, seen)

    def _facts(self, space: int) -> list[Line]:
        from cati.console.supervisor.case import case_parts

        marked = self.marked
        if marked is None or self._case is None or self._case[0] != marked.serial:
            return []
        lines = stacked(
            tuple(case_parts(self._case[1], self.console.study.timezone, self.console.now)), FACTS, columns=1
        )
        if len(lines) > space:
            lines = [*lines[: space - 1], ((f" {len(lines) - space + 1} more lines: Enter", "more"),)]
        return lines

    # --- drawing

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        if self.seen is None:
            return waiting()
        if not self._has_facts:
            return self._table(across, space)
        left, right = across - FACTS - 3, self._facts(space)
        lines = stacked(self._table(left, space), left, columns=1)
        return (Drawn(tuple(side_by_side(lines, right, left))),)

    def _table(self, across: int, space: int) -> tuple[Part, ...]:
        page = self.rows_seen()
        room = max(space - self.over - self.below_it - 1, 1)
        first = max(0, min(self._at - room + 1, len(page.rows) - room)) if len(page.rows) > room else 0
        shown = page.rows[first : first + room]
        drawn = table(
            self.columns,
            [self.row(each) for each in shown],
            across,
            marked=self._at - first if shown and not self._is_gone else None,
            nothing=self.nothing,
        )
        return (*self.above(across), drawn, *self.below(across))

    def more(self) -> str:
        """Whether there are lines before these and behind."""
        page = self.rows_seen()
        return {
            (False, False): "",
            (True, False): "▲ PgUp",
            (False, True): "▼ PgDn",
            (True, True): "▲ PgUp ▼ PgDn",
        }[page.before, page.behind]


def summary(text: str) -> Para:
    """The line above a table."""
    return Para("plain", text)
