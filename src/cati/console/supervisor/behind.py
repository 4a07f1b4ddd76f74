"""The cases that a number of the outcome table counts, and from there each case."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from cati.console.interviewer.page import Part
from cati.console.supervisor import words
from cati.console.supervisor.looks import BehindSeen, LookBehind
from cati.console.supervisor.state import Overlay
from cati.console.supervisor.table_state import TableState, summary
from cati.console.supervisor.tables import Column, Row

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.desk import CaseBehind, Page


class Behind(TableState, Overlay):
    """Cases of some outcomes, and of one value of a variable where `by` names one."""

    name = "behind"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Case", 10),
        Column("Stands as", 20, grows=True),
        Column("since", 16),
        Column("decided by", 16, grows=True, wide=64),
        Column("Why", 20, grows=True, wide=110),
    )
    facts_from = 120
    nothing = "No case is counted there."

    def __init__(
        self, console: Controller, title: str, outcomes: tuple[str, ...], by: str = "", value: str = ""
    ) -> None:
        super().__init__(console)
        self.title = title
        self._look = (outcomes, by, value)

    def look(self) -> LookBehind:
        return LookBehind(*self._look, self.leaf())

    def rows_seen(self) -> Page[CaseBehind]:
        seen: BehindSeen = self.seen
        return seen.page

    def identity(self, row: CaseBehind) -> str:
        return row.serial

    def row(self, each: CaseBehind) -> Row:
        since = words.moment(each.since, self.console.now, self.console.study.timezone)
        return Row((each.serial, each.label, since, each.decided_by, each.why))

    def above(self, across: int) -> tuple[Part, ...]:
        del across
        seen: BehindSeen = self.seen
        return (summary(f"{self.title}: {seen.count:,}.  {self.more()}"),)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        from cati.console.supervisor.case import open_case

        if typed:
            self.refuse("Nothing is typed here: Enter alone opens the case, Backspace goes back.")
        elif self.marked is not None:
            open_case(self.console, self.marked.serial)
        else:
            self.tell("No line is marked.")

    def do(self, name: str, now: datetime) -> None:
        if name == "undo":
            from cati.console.supervisor.repairing import undo_last

            undo_last(self)
        else:
            super().do(name, now)

    def prompt(self) -> str:
        return "Enter opens the case"
