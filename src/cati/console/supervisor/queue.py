"""The tab of call backs: due, overdue, missed, coming; filtered, searched, sorted; taken, given, moved."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from cati.console.interviewer.page import Part
from cati.console.supervisor import words
from cati.console.supervisor.asking import Chosen
from cati.console.supervisor.effects import Ask
from cati.console.supervisor.looks import LookPeople, LookQueue, QueueSeen
from cati.console.supervisor.table_state import TableState, summary
from cati.console.supervisor.tables import Column, Row

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.desk import CallBack, Page, Wanted
    from cati.desk.callback_queue import Sort

SIGNS = {"missed": "‼", "overdue": "!", "due": "▸", "coming": " "}
STYLES = {"missed": "refused", "overdue": "warning", "due": "info", "coming": "label"}
KINDS = {"hard": "hard", "soft": "soft", "call_back": "call back"}
SORTS: tuple[Sort, ...] = ("time", "latest", "serial", "name")
SORTED = {"time": "soonest first", "latest": "latest first", "serial": "by serial", "name": "by name"}


class Queue(TableState):
    """Who waits to be called again."""

    name = "queue"
    tab = "queue"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("When", 16),
        Column("", 8, wide=50),
        Column("Kind", 9, wide=60),
        Column("Case", 8),
        Column("Name", 12, grows=True),
        Column("Authority", 14, grows=True, wide=120),
        Column("Whose", 10, wide=70),
        Column("calls", 5, right=True, wide=90),
        Column("in hand", 10, wide=100),
        Column("Why", 20, grows=True, wide=140),
    )
    facts_from = 120
    nothing = "Nobody waits here. F3 shows others."

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self._wanted: dict[str, Any] = {}
        self.sort: Sort = "time"

    @property
    def wanted(self) -> Wanted:
        """Which part of the queue is looked at."""
        from cati.desk import Wanted

        return Wanted(**self._wanted)

    def look(self) -> LookQueue:
        return LookQueue(self.wanted, self.leaf(), self.sort)

    def rows_seen(self) -> Page[CallBack]:
        seen: QueueSeen = self.seen
        return seen.page

    def identity(self, row: CallBack) -> str:
        return row.serial

    def row(self, each: CallBack) -> Row:
        zone, now = self.console.study.timezone, self.console.now
        cells = (
            words.moment(each.at, now, zone),
            each.state,
            KINDS[each.kind],
            each.serial,
            each.name,
            each.la,
            each.owner,
            f"{each.attempts}",
            each.held_by,
            each.reason,
        )
        return Row(cells, STYLES[each.state], SIGNS[each.state])

    def above(self, across: int) -> tuple[Part, ...]:
        del across
        seen: QueueSeen = self.seen
        counted = "  ".join(f"{state} {_counted(n)}" for state, n in seen.counts.items())
        return (summary(f"{counted}   {self._filtered()}{SORTED[self.sort]}  {self.more()}"),)

    def _filtered(self) -> str:
        parts = [self._wanted[name] for name in ("state", "owner") if self._wanted.get(name)]
        kinds = self._wanted.get("kinds")
        parts += ["/".join(KINDS[kind] for kind in kinds)] if kinds else []
        parts += [f"“{self._wanted['text']}”"] if self._wanted.get("text") else []
        return f"only {', '.join(parts)}; " if parts else ""

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self._want(text=typed)
        elif self.marked is not None:
            from cati.console.supervisor.case import open_case

            open_case(self.console, self.marked.serial)
        else:
            self.tell("No line is marked.")

    def _want(self, **wanted: Any) -> None:
        self._wanted |= wanted
        self.entry.set("")
        self.restart()

    def do(self, name: str, now: datetime) -> None:
        if name == "sort":
            self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]
            self.restart()
        elif name == "filter":
            self._filter()
        elif name == "all":
            self._wanted.clear()
            self.restart()
        elif name in ("give", "take", "move", "repair", "undo"):
            self._repair(name)
        else:
            super().do(name, now)

    def _repair(self, name: str) -> None:
        from cati.console.supervisor.repairing import Repairs, undo_last

        if name == "undo":
            undo_last(self)
        elif self.marked is None:
            self.tell("No line is marked.")
        else:
            getattr(Repairs(self.console, self.marked.serial), {"repair": "choose"}.get(name, name))()

    def _filter(self) -> None:
        options: list[tuple[dict[str, Any], str]] = [
            ({"kinds": ("hard", "soft"), "state": "", "owner": "", "text": ""}, "All appointments"),
            ({"kinds": ("hard",)}, "Hard appointments"),
            ({"kinds": ("soft",)}, "Soft appointments"),
            ({"kinds": ("call_back",)}, "Call backs without an appointment"),
            ({"kinds": ("hard", "soft", "call_back")}, "Appointments and call backs"),
            ({"state": "missed"}, "Missed"),
            ({"state": "overdue"}, "Overdue"),
            ({"state": "due"}, "Due now"),
            ({"state": "coming"}, "To come"),
            ({"owner": None}, "Of one interviewer …"),
        ]
        self.console.go_to(Chosen(self.console, "Show only", options, self._filter_by))

    def _filter_by(self, wanted: dict[str, Any]) -> None:
        if wanted.get("owner", "") is None:
            self.console.run(Ask(LookPeople()), self._whose)
            return
        self._want(**wanted)
        self.console.go_to(self)

    def _whose(self, people: tuple[str, ...]) -> None:
        self.console.go_to(Chosen(self.console, "Whose?", [(name, name) for name in people], self._of))

    def _of(self, name: str) -> None:
        self._want(owner=name)
        self.console.go_to(self)

    def prompt(self) -> str:
        return "Search"


def _counted(n: int) -> str:
    from cati.desk.callback_queue import MOST_COUNTED

    return f"{n:,}{'+' if n >= MOST_COUNTED else ''}"
