"""What a repair would do, before it is done: to the case, to the queue, to the outcome table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.interviewer.page import Para, Part
from cati.console.supervisor import words
from cati.console.supervisor.case import Case
from cati.console.supervisor.effects import Changed, Do, Failure, Preview, Repair
from cati.console.supervisor.looks import LookUnchanged
from cati.console.supervisor.state import Overlay, State

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from cati.console.supervisor.controller import Controller
    from cati.desk import Previewed
    from cati.desk.repairing import Repaired


class Previewing(Overlay):
    """The repair as it would be. `home`: where she goes once it is done, or not to be done."""

    name = "preview"
    must_be_seen = True  # an Enter that bounced on the reason confirms nothing

    def __init__(self, console: Controller, repair: Repair, previewed: Previewed, home: State) -> None:
        super().__init__(console)
        self.repair = repair
        self.previewed = previewed
        self.home = home
        self.is_stale = False

    @classmethod
    def begin(cls, console: Controller, repair: Repair, home: State) -> None:
        """Looks at what a repair would do."""

        def seen(previewed: Previewed) -> None:
            console.go_to(cls(console, repair, previewed, home))

        console.run(Preview(repair), seen)

    def look(self) -> LookUnchanged:
        return LookUnchanged(self.repair.serial)

    def take(self, seen: Any) -> None:
        super().take(seen)
        self.is_stale = seen != self.previewed.seen
        self.alert = "The case has changed meanwhile: Enter looks at it anew. Nothing is done." if self.is_stale else ""

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Enter alone does it; Backspace goes back, and nothing is done.")
        elif self.is_stale:
            self._again("")
        else:
            self.console.run(Do(self.repair, self.previewed.seen), self._done, self._failed)

    def _failed(self, failure: Failure) -> None:
        if failure.kind == "outside":
            self.failed(f"NOT DONE: {failure.why} Enter to try again.")
        else:
            self.deny(failure.why)

    def _done(self, done: Repaired | Changed) -> None:
        if isinstance(done, Changed):
            self._again(done.why)
            return
        console = self.console
        console.undoable = "" if self.repair.kind == "undo" else done.serial
        home = self.home if isinstance(self.home, Case) and self.home.serial == done.serial else self._case_of(done)
        console.go_to(home)
        undo = "" if self.repair.kind == "undo" else " F8 takes it back."
        home.tell(f"Done: case {done.serial} {done.what}.{undo}")

    def _case_of(self, done: Repaired) -> Case:
        self.console.state = self.home  # where Backspace goes from the case
        return Case(self.console, done.serial)

    def _again(self, why: str) -> None:
        """Looks at it anew, and says why."""

        def seen(previewed: Previewed) -> None:
            fresh = Previewing(self.console, self.repair, previewed, self.home)
            self.console.go_to(fresh)
            if why:
                fresh.ask(why)

        def failed(failure: Failure) -> None:
            self.console.go_to(self.home)
            self.home.deny(f"{why} {failure.why}".strip())

        self.console.run(Preview(self.repair), seen, failed)

    def back(self) -> None:
        self.console.go_to(self.home)

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del across, space
        return tuple(_paras(self.previewed.repaired, self.console.study.timezone, self.console.now))

    def prompt(self) -> str:
        return "Enter does it"


def _paras(would: Repaired, zone: ZoneInfo, now: datetime) -> Iterator[Para]:
    from_to = f": {would.old or '–'} → {would.new or '–'}" if would.old or would.new else ""
    yield Para("heading", f"Case {would.serial}: {would.what}{from_to}")
    yield Para("plain", f"Because: {would.why}")
    yield from (Para("warning", note) for note in would.notes)
    yield Para("heading", "The case")
    yield Para("fact", _both("Stands as", would.label_before, would.label_after))
    yield Para("fact", _both("Is called", would.called_before, would.called_after))
    before, after = (words.moment(at, now, zone) for at in (would.next_call_before, would.next_call_after))
    yield Para("fact", _both("Next call", before, after))
    yield Para("heading", "The outcome table")
    if not would.rows:
        yield Para("fact", "stays as it is")
    for row in would.rows:
        yield Para("fact", f"{row.label}: {row.before:,} → {row.after:,}  ({row.after - row.before:+})")


def _both(what: str, before: str, after: str) -> str:
    return f"{what}: {before}" if before == after else f"{what}: {before} → {after}"
