"""The tab of the shift: who is on which case, since when, at which question, on which appointment next."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from cati.console.interviewer.page import Part
from cati.console.supervisor import words
from cati.console.supervisor.looks import LookShift, ShiftSeen, ShiftSort
from cati.console.supervisor.table_state import TableState, summary
from cati.console.supervisor.tables import Column, Row

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.desk import Page, Seat

SIGNS = {"stuck": "‼", "idle": "○", "lost": "✗", "": " "}
STYLES = {"stuck": "warning", "idle": "instruction", "lost": "refused", "": "label"}
DOING = {"talking": "talking", "card": "at a card", "between": "no case", "lost": "LOST", "left": "left"}
SAID = {"stuck": "STUCK", "idle": "IDLE", "lost": "LOST"}
SORTS: tuple[ShiftSort, ...] = ("attention", "name", "since")


class Shift(TableState):
    """Who is on what."""

    name = "shift"
    tab = "shift"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Interviewer", 14, grows=True),
        Column("", 9),
        Column("for", 7, right=True),
        Column("Case", 8),
        Column("Person", 14, grows=True, wide=100),
        Column("Question", 8, wide=52),
        Column("answered", 8, right=True, wide=110),
        Column("last", 7, right=True, wide=100),
        Column("calls", 5, right=True, wide=64),
        Column("compl", 5, right=True, wide=64),
        Column("Next appt", 12, wide=76),
    )
    facts_from = 127
    nothing = "Nobody has signed in today."

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.sort: ShiftSort = "attention"

    def look(self) -> LookShift:
        return LookShift(self.leaf(), self.sort)

    def rows_seen(self) -> Page[Seat]:
        seen: ShiftSeen = self.seen
        return seen.page

    def identity(self, row: Seat) -> int:
        return row.id

    def row(self, each: Seat) -> Row:
        zone, now = self.console.study.timezone, self.console.now
        said = SAID.get(each.concern, DOING[each.doing])
        coming = each.next
        when = "" if coming is None else f"{words.brief(coming.at, now, zone)} {coming.kind}"
        if coming is not None and coming.until is not None and coming.until <= now:
            when = f"‼{when}"
        last = each.answered_at if each.doing == "talking" else None
        return Row(
            (
                each.name,
                said,
                words.ago(each.since, now),
                each.serial,
                each.person,
                each.question or ("dialling" if each.doing == "talking" else ""),
                f"{each.answers}" if each.call is not None else "",
                words.ago(last, now) if last is not None else "",
                f"{each.calls}",
                f"{each.completes}",
                when,
            ),
            STYLES[each.concern] if each.doing != "left" else "dim",
            SIGNS[each.concern],
        )

    def above(self, across: int) -> tuple[Part, ...]:
        del across
        seen: ShiftSeen = self.seen
        there = sum(n for doing, n in seen.doing.items() if doing != "left")
        told = [f"{there} here", f"{seen.doing.get('talking', 0)} talking"]
        told += [f"{n} {concern}" for concern, n in seen.concerns.items() if n]
        if seen.doing.get("left"):
            told.append(f"{seen.doing['left']} left")
        return (summary(f"{', '.join(told)}.  By {self.sort}.  {self.more()}"),)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here: Enter alone opens the case, and the tab Cases finds others.")
        elif self.marked is not None and self.marked.serial:
            from cati.console.supervisor.case import open_case

            open_case(self.console, self.marked.serial)
        else:
            self.tell("No case is in these hands.")

    def do(self, name: str, now: datetime) -> None:
        if name == "sort":
            self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]
            self.restart()
        elif name == "repair":
            self.repair()
        elif name == "undo":
            from cati.console.supervisor.repairing import undo_last

            undo_last(self)
        elif name == "message":
            from cati.console.supervisor.messages import write_message

            write_message(self, self.marked.name if self.marked is not None else "")
        else:
            super().do(name, now)

    def repair(self) -> None:
        """Puts the case right that is in the marked hands."""
        from cati.console.supervisor.repairing import Repairs

        if self.marked is None or not self.marked.serial:
            self.tell("No case is in these hands.")
        else:
            Repairs(self.console, self.marked.serial).choose()

    def prompt(self) -> str:
        return "Enter opens the case"
