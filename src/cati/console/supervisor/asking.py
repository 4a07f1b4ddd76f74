"""What lies over a tab or a case for a moment: help, a question, a choice, the way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.interviewer.page import Choice, Para, Part
from cati.console.interviewer.typed import whole
from cati.console.key_registry import EDITING
from cati.console.supervisor.state import Overlay

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller


class Help(Overlay):
    """What can be done in the state under it."""

    name = "help"

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del across, space
        state = self.under.name
        parts: list[Part] = [Para("heading", "Help"), Para("plain", self.registry.states[state])]
        parts += [Choice(names, does) for names, does in self.registry.help_lines(state)]
        parts += [Choice(name, does) for name, does in EDITING]
        return tuple(parts)

    def prompt(self) -> str:
        return "Enter goes back"


class Leaving(Overlay):
    """Leave: is it meant?"""

    name = "leave"

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Enter leaves, Backspace stays.")
        else:
            self.console.leave()

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del across, space
        return (
            Para("heading", "Leave the supervisor's screen?"),
            Para("plain", "Enter leaves, Backspace or /back stays. Interviewing goes on without it."),
        )

    def prompt(self) -> str:
        return "Enter leaves"


class NotTaken(ValueError):
    """What was typed cannot be taken; the message says why."""


class Asked(Overlay):
    """A question that is answered by typing. `read` makes the value of what was typed, or raises NotTaken; a value may
    be doubted (`doubt`), and is then taken by Enter again."""

    name = "ask"

    def __init__(
        self,
        console: Controller,
        prompt: str,
        then: Callable[[Any], None],
        *,
        parts: Sequence[Part] = (),
        read: Callable[[str], Any] | None = None,
        doubt: Callable[[Any], str] | None = None,
        empty: bool = False,
    ) -> None:
        super().__init__(console)
        self._prompt = prompt
        self._then = then
        self._parts = tuple(parts)
        self._read = read
        self._doubt = doubt
        self._empty = empty

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if not typed and not self._empty:
            self.tell(f"{self._prompt}: type it and press Enter; Backspace goes back.")
            return
        try:
            value = typed if self._read is None else self._read(typed)
        except NotTaken as why:
            self.refuse(str(why))
            return
        doubt = self._doubt(value) if self._doubt is not None else ""
        if doubt and self.accepted != typed:
            self.sure(f"{doubt} Enter again takes it.")
            return
        self._then(value)

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del across, space
        return self._parts

    def prompt(self) -> str:
        return self._prompt


class Chosen(Overlay):
    """One of several, by its number."""

    name = "choose"

    def __init__(
        self,
        console: Controller,
        heading: str,
        options: Sequence[tuple[Any, str]],
        then: Callable[[Any], None],
        *,
        parts: Sequence[Part] = (),
    ) -> None:
        super().__init__(console)
        self._heading = heading
        self._options = tuple(options)
        self._then = then
        self._parts = tuple(parts)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        number = whole(typed) if typed else None
        if not typed:
            self.tell("Type the number of one and press Enter; Backspace goes back.")
        elif number is None or not 1 <= number <= len(self._options):
            self.refuse(f"There is no {typed} here: 1 to {len(self._options)}.")
        else:
            self.entry.set("")
            self._then(self._options[number - 1][0])

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del across, space
        heading = (Para("heading", self._heading),)
        choices = tuple(Choice(str(at), label) for at, (_, label) in enumerate(self._options, start=1))
        return (*heading, *self._parts, *choices)

    def prompt(self) -> str:
        return "Number"
