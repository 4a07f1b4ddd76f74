"""The tab that finds a case: by serial, name, authority or number."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from cati.console.interviewer.page import Part
from cati.console.supervisor import words
from cati.console.supervisor.asking import Chosen
from cati.console.supervisor.looks import LookCases
from cati.console.supervisor.table_state import TableState, summary
from cati.console.supervisor.tables import Column, Row

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.desk import Found
    from cati.desk.finding import FindSort


class Cases(TableState):
    """Every case of the sample."""

    name = "cases"
    tab = "cases"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Case", 10),
        Column("Name", 14, grows=True),
        Column("Authority", 12, grows=True, wide=60),
        Column("Stands as", 20, grows=True),
        Column("calls", 5, right=True, wide=64),
        Column("Next call", 16, wide=76),
        Column("in hand", 12, wide=100),
    )
    facts_from = 120
    nothing = "No case has that. Backspace shows all."

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.text = ""
        self.sort: FindSort = "serial"
        self.outcome = ""

    def look(self) -> LookCases:
        return LookCases(self.text, self.leaf(), self.sort, self.outcome)

    def identity(self, row: Found) -> str:
        return row.serial

    def row(self, each: Found) -> Row:
        zone, now = self.console.study.timezone, self.console.now
        outcome = self.console.study.scheme.outcomes.get(each.outcome)
        waits = words.moment(each.next_call_at, now, zone) if each.waits else "not called"
        cells = (
            each.serial,
            each.name,
            each.la,
            outcome.label if outcome is not None else each.outcome,
            f"{each.attempts}",
            waits if each.issued else "held back",
            each.held_by,
        )
        return Row(cells, "label" if each.waits else "dim", "•" if each.held_by else " ")

    def above(self, across: int) -> tuple[Part, ...]:
        del across
        parts = [f"with “{self.text}”"] if self.text else ["all"]
        if self.outcome:
            parts.append(f"that stand as {self.console.study.scheme.outcomes[self.outcome].label}")
        return (summary(f"Cases: {', '.join(parts)}, by {self.sort}.  {self.more()}"),)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        from cati.console.supervisor.case import open_case

        if typed:
            self._search(typed)
        elif self.marked is not None:
            open_case(self.console, self.marked.serial)
        else:
            self.tell("No line is marked.")

    def _search(self, text: str) -> None:
        self.text = text
        self.entry.set("")
        self.restart()

    def do(self, name: str, now: datetime) -> None:
        from cati.console.supervisor.repairing import Repairs, undo_last

        if name == "sort":
            self.sort = "name" if self.sort == "serial" else "serial"
            self.restart()
        elif name == "filter":
            scheme = self.console.study.scheme
            options = [("", "All cases"), *((key, each.label) for key, each in scheme.outcomes.items())]
            self.console.go_to(Chosen(self.console, "That stand as", options, self._filter_by))
        elif name == "all":
            self.outcome = ""
            self._search("")
        elif name == "undo":
            undo_last(self)
        elif name == "repair" and self.marked is not None:
            Repairs(self.console, self.marked.serial).choose()
        elif name == "repair":
            self.tell("No line is marked.")
        else:
            super().do(name, now)

    def _filter_by(self, outcome: str) -> None:
        self.outcome = outcome
        if not outcome:
            self.text = ""
        self.restart()
        self.console.go_to(self)

    def prompt(self) -> str:
        return "Serial, name, authority or number"
