"""What every state of the supervisor's screen has in common: what it looks at, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from cati.console.entry_state import EntryState
from cati.console.interviewer.literal import wrap
from cati.console.interviewer.page import Message, Page, Para, Part
from cati.console.key_registry import Registry
from cati.console.supervisor import keys

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.console.supervisor.effects import Failure
    from cati.console.supervisor.looks import Look

FRAME = 4
"""Lines that are not the body's, and not the message's: two at the top, the entry line and the keys."""


class State(EntryState):
    """Where the supervisor is. `look` names what is shown; `seen` is what there was when it was looked at last."""

    registry: ClassVar[Registry] = keys.REGISTRY
    leads_out: ClassVar[frozenset[str]] = frozenset({"f2", "f10", "ctrl+q", "tab", "shift+tab"})
    tab: str = ""
    follow: bool = False
    must_be_seen: ClassVar[bool] = False
    """Whether keys that were typed before it was shown are let go: none of them can be meant for it."""

    def __init__(self, console: Controller) -> None:
        super().__init__()
        self.console = console
        self.seen: Any = None
        self.page_at = 0
        self.alert = ""

    def act(self, name: str, now: datetime) -> None:
        """Does what an action of the registry says."""
        if name in keys.TABS:
            self.console.to_tab(name)
        elif name == "help":
            self.console.help()
        elif name == "leave":
            self.console.ask_to_leave()
        elif name == "page_down":
            self.page(1)
        elif name == "page_up":
            self.page(-1)
        elif name == "back":
            self.back()
        else:
            self.do(name, now)

    # --- what a state fills in

    def look(self) -> Look | None:
        """What is to be looked at, and again whenever something has changed; None: nothing."""
        return None

    def take(self, seen: Any) -> None:
        """What there is, of the look of now."""
        self.seen = seen

    def beside(self) -> Look | None:
        """What is looked at besides, to stand beside it."""
        return None

    def take_beside(self, look: Look, seen: Any) -> None:
        """What there is of that."""

    def cannot(self, failure: Failure) -> None:
        """What was to be looked at is not there."""
        self.deny(failure.why)

    def deny(self, why: str) -> None:
        """What was asked for cannot be done. Nothing stops: there is nothing to mend."""
        self.message = Message("refused", why)

    def not_taken(self, keys: int) -> None:
        """So many keys were typed before this was shown."""
        known = f"{self.message.text} " if self.message is not None else ""
        self.ask(f"{known}Not taken, because typed before this was shown: {keys} {'key' if keys == 1 else 'keys'}.")

    def do(self, name: str, now: datetime) -> None:
        """An action that only some states have."""
        raise NotImplementedError(name)

    def page(self, by: int) -> None:
        """A page down or up."""
        self.page_at = max(0, self.page_at + by)

    def back(self) -> None:
        """One step back."""

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        """What is shown on a screen of that width, in so many lines (more scroll)."""
        raise NotImplementedError

    def prompt(self) -> str:
        """What stands before the entry."""
        return ""

    @property
    def space(self) -> int:
        """How many lines there are for the body, with a message of one line."""
        return max(self.console.rows - FRAME - 1, 3)

    def drawn(self) -> Page:
        """All that is to be seen."""
        left, right, under = self.console.header()
        message, alert = self.shown_message(), self.console.trouble or self.alert
        told = len(wrap(message.text, self.console.columns - 4)[:4]) if message is not None and message.text else 1
        alerted = len(wrap(alert, self.console.columns - 4)[:2]) if alert else 0
        space = max(self.console.rows - FRAME - max(told, 1) - alerted, 1)
        return Page(
            left=left,
            right=right,
            under=under,
            alert=alert,
            body=self.body(self.console.columns, space),
            prompt=self.prompt(),
            entry=self.entry.text,
            at=self.entry.at,
            message=message,
            keys=self.registry.key_line(self.name),
            page=self.page_at,
            follow=self.follow,
        )


class Overlay(State):
    """A state laid over another, which it goes back to."""

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.under = console.state
        self.tab = self.under.tab

    def back(self) -> None:
        self.console.go_to(self.under)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here. Enter alone goes back.")
        else:
            self.back()


class Read(Overlay):
    """Something to read."""

    name = "read"

    def __init__(self, console: Controller, parts: Callable[[], tuple[Part, ...]]) -> None:
        super().__init__(console)
        self._parts = parts

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del across, space
        return self._parts()

    def prompt(self) -> str:
        return "Enter goes back"


def waiting() -> tuple[Part, ...]:
    """What is shown until something was looked at."""
    return (Para("plain", "One moment …"),)
