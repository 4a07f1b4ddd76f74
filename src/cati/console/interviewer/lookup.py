"""A look-up: a list searched as one types."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer.asking import Asking
from cati.console.interviewer.page import Choice, Para

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.console.interviewer.state import Stop
    from cati.interview.presenting import Presented
    from cati.questionnaire.codelists import CodeList, Entry

MOST = 9


class Lookup(Asking):
    """Type part of a name; Enter takes the one match, or the one that is marked."""

    name = "lookup"

    def __init__(self, console: Controller, shown: Presented) -> None:
        super().__init__(console, shown)
        self.matches: list[Entry] = []
        self.marked = -1

    @property
    def code_list(self) -> CodeList:
        """The list that is searched."""
        assert self.shown.code_list is not None
        return self.console.interview.program.code_lists[self.shown.code_list]

    def changed(self) -> None:
        text = self.entry.text.strip()
        self.matches = [] if text.startswith("/") else self.code_list.search(text, MOST + 1)
        self.marked = -1

    def do(self, name: str, now: datetime) -> None:
        if name == "mark_next":
            self.marked = min(self.marked + 1, min(len(self.matches), MOST) - 1)
        elif name == "mark_before":
            self.marked = max(self.marked - 1, -1)
        else:
            super().do(name, now)

    def _answers_stop(self, stop: Stop, key: str) -> bool:
        if key in ("up", "down") and not stop.ignored:
            self.stop = None
            return True
        return super()._answers_stop(stop, key)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if not typed:
            if self.answered:
                self.keep()
            else:
                self.tell(self.wanted())
            return
        if 0 <= self.marked < len(self.matches):
            self.give(self.matches[self.marked].name)
            return
        exact = self.code_list.find(typed)
        if exact is not None:
            self.give(exact.name)
        elif len(self.matches) == 1:
            self.give(self.matches[0].name)
        elif self.matches:
            many = f"More than {MOST}" if len(self.matches) > MOST else str(len(self.matches))
            self.refuse(f"{many} names match. Down marks one, or type more of it.")
        elif not self.shown.free_text:
            self.refuse(f"{typed} is not on the list.")
        elif self.accepted == typed:
            self.give(typed)
        else:
            self.sure(f"{typed} is not on the list. Enter again keeps it as typed.")

    def wanted(self) -> str:
        return "Type part of the name."

    def body(self) -> tuple[Para | Choice, ...]:
        body = self.wording()
        for at, entry in enumerate(self.matches[:MOST]):
            details = ", ".join(value for _, value in entry.details)
            body.append(Choice("•", entry.name, details, marked=at == self.marked))
        if len(self.matches) > MOST:
            body.append(Para("fact", "and more: go on typing"))
        body += self.specials()
        body += self.held()
        return tuple(body)

    def prompt(self) -> str:
        return "Name"
