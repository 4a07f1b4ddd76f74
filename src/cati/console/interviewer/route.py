"""The route so far, to go to one of its questions; and the texts of the questionnaire."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer import asking, overlays, typed
from cati.console.interviewer.page import Choice, Para
from cati.console.interviewer.state import Overlay
from cati.interview.presenting import present, text_blocks

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller


class RouteList(Overlay):
    """Every question of the route with its answer."""

    name = "list"
    follow = True

    def __init__(self, console: Controller, here: str) -> None:
        super().__init__(console)
        self.route = console.interview.route
        self.marked = self.route.index(here) if here in self.route else len(self.route) - 1
        waiting = console.interview.next
        self.lines = [self._line(item, item == waiting) for item in self.route]

    def _line(self, item: str, waiting: bool) -> tuple[str, str, str]:
        shown = present(self.console.interview, item)
        said = shown.row or next((block.text for block in shown.wording if block.kind == "read"), "")
        return item, "(no answer yet)" if waiting else asking.words_of(shown.answer, shown), said

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if not typed:
            asking.show(self.console, self.route[self.marked])
            return
        found = next((item for item in self.route if item.lower() == typed.lower()), None)
        if found is None:
            self.refuse(f"{typed} is not on the route so far.")
        else:
            asking.show(self.console, found)

    def do(self, name: str, now: datetime) -> None:
        del now
        if name == "mark_next":
            self.marked = min(self.marked + 1, len(self.route) - 1)
        elif name == "mark_before":
            self.marked = max(self.marked - 1, 0)

    def body(self) -> tuple[Para | Choice, ...]:
        choices = (
            Choice(item, f"{answer}   {said}", marked=at == self.marked, clipped=True)
            for at, (item, answer, said) in enumerate(self.lines)
        )
        return (Para("heading", "The route so far"), *choices)

    def prompt(self) -> str:
        return "Go to"


class Texts(Overlay):
    """The texts that can be read out on request."""

    name = "texts"

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.names = list(console.interview.program.texts)

    def enter(self, typed_text: str, now: datetime) -> None:
        number = typed.whole(typed_text)
        if number is not None and 1 <= number <= len(self.names):
            name = self.names[number - 1]
            paras = asking.paras(text_blocks(self.console.interview, name))
            shown = overlays.ShownText(self.console, titled(name), paras)
            shown.under = self.under
            self.console.state = shown
        elif typed_text:
            self.refuse(f"{typed_text}: type a number from 1 to {len(self.names)}.")
        else:
            self.back(now)

    def body(self) -> tuple[Para | Choice, ...]:
        choices = (Choice(str(at + 1), titled(name)) for at, name in enumerate(self.names))
        return (Para("heading", "Texts"), *choices)

    def prompt(self) -> str:
        return "Number"


def titled(name: str) -> str:
    """A text's name as it is shown."""
    return name.replace("_", " ").capitalize()
