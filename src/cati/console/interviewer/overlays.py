"""What lies over another state for a moment: help, facts, a text to read out, the route so far, a note."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer import facts, keys
from cati.console.interviewer.effects import SaveNote
from cati.console.interviewer.page import Choice, Para
from cati.console.interviewer.state import Overlay

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.desk import CaseCard


class Help(Overlay):
    """What can be done in the state under it."""

    name = "help"

    def body(self) -> tuple[Para | Choice, ...]:
        state = self.under.name
        body: list[Para | Choice] = [Para("heading", "Help"), Para("plain", keys.STATES[state])]
        body += [Choice(names, does) for names, does in keys.help_lines(state)]
        body += [Choice(name, does) for name, does in keys.EDITING]
        return tuple(body)

    def prompt(self) -> str:
        return "Enter goes back"


class Facts(Overlay):
    """All that is known of the case."""

    name = "facts"
    facts_beside = False

    def body(self) -> tuple[Para | Choice, ...]:
        return facts.of_card(self.console.card, self.console.study.timezone, self.console.now)

    def prompt(self) -> str:
        return "Enter goes back"


class ShownText(Overlay):
    """A text of the questionnaire to read out."""

    name = "text"

    def __init__(self, console: Controller, title: str, paras: tuple[Para, ...]) -> None:
        super().__init__(console)
        self.title = title
        self.paras = paras

    def body(self) -> tuple[Para | Choice, ...]:
        missing = Para("warning", "This text is not in the questionnaire yet. Ask your supervisor.")
        return (Para("heading", self.title), *(self.paras or (missing,)))

    def prompt(self) -> str:
        return "Enter goes back"


class NoteTaking(Overlay):
    """A note on the case, saved at once."""

    name = "note"

    def enter(self, typed: str, now: datetime) -> None:
        if not typed:
            self.back(now)
            return
        call = self.console.call if self.console.in_call else None
        self.console.run(SaveNote(self.console.case.hold, call, typed), self._saved)

    def _saved(self, card: CaseCard) -> None:
        self.console.noted(card)
        self.console.state = self.under
        self.under.tell("The note is saved.")

    def body(self) -> tuple[Para | Choice, ...]:
        notes = tuple(facts.calls_and_notes(self.console.card, self.console.study.timezone))
        return (Para("heading", f"A note on case {self.console.card.serial}"), *notes)

    def prompt(self) -> str:
        return "Note"
