"""What every state of the controller has in common."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from cati.console.entry_state import EntryState
from cati.console.entry_state import Stop as Stop
from cati.console.interviewer import keys
from cati.console.interviewer.page import Choice, Page, Para
from cati.console.key_registry import Registry

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller


class State(EntryState):
    """Where the interviewer is. A key changes it, and may leave an effect with the controller."""

    registry: ClassVar[Registry] = keys.REGISTRY
    pinned: ClassVar[bool] = False
    follow: ClassVar[bool] = False
    facts_beside: ClassVar[bool] = True

    def __init__(self, console: Controller) -> None:
        super().__init__()
        self.console = console
        self.page_at = 0

    def act(self, name: str, now: datetime) -> None:
        """Does what an action of the registry says."""
        if name == "page_down":
            self.page_at += 1
        elif name == "page_up":
            self.page_at = max(0, self.page_at - 1)
        elif name == "help":
            self.console.help()
        elif name == "leave":
            self.console.ask_to_leave()
        elif name == "facts":
            self.console.show_facts()
        elif name == "note":
            self.console.take_note()
        elif name == "back":
            self.back(now)
        else:
            self.do(name, now)

    # --- what a state fills in

    def do(self, name: str, now: datetime) -> None:
        """An action that only some states have."""
        raise NotImplementedError(name)

    def back(self, now: datetime) -> None:
        """One step back."""

    def body(self) -> tuple[Para | Choice, ...]:
        """What is read."""
        raise NotImplementedError

    def prompt(self) -> str:
        """What stands before the entry."""
        return ""

    def header(self) -> tuple[str, str, str]:
        """Left and right of the top line, and the line under it."""
        return self.console.header()

    @property
    def mending(self) -> tuple[str, str]:
        """As the console says it: a screen, or one line at a time."""
        return self.console.mend, self.console.mend_first

    def page(self) -> Page:
        """All that is to be seen."""
        left, right, under = self.header()
        return Page(
            left=left,
            right=right,
            under=under,
            alert=self.console.alert,
            body=self.body(),
            prompt=self.prompt(),
            entry=self.entry.text,
            at=self.entry.at,
            message=self.shown_message(),
            keys=keys.key_line(self.name),
            side=self.console.side() if self.facts_beside else (),
            page=self.page_at,
            pinned=self.pinned,
            follow=self.follow,
        )


class Overlay(State):
    """A state laid over another, which it goes back to."""

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.under = console.state

    def back(self, now: datetime) -> None:
        del now
        self.console.state = self.under

    def enter(self, typed: str, now: datetime) -> None:
        if typed:
            self.refuse("Nothing is typed here. Enter alone goes back.")
        else:
            self.back(now)
