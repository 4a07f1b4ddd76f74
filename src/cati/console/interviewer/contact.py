"""A contact block: its boxes one after another, saved together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.interviewer.asking import Asking
from cati.console.interviewer.page import Choice, Para
from cati.interview.typed import is_address
from cati.questionnaire.answers import Contact, to_json

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.interview.presenting import Box, Presented


class ContactBlock(Asking):
    """Name, e-mail, telephone."""

    name = "contact"

    def __init__(self, console: Controller, shown: Presented) -> None:
        super().__init__(console, shown)
        held = shown.answer if isinstance(shown.answer, Contact) else Contact(())
        self.filled: dict[str, Any] = {name: to_json(value) for name, value in held.fields}
        self.at = 0

    @property
    def box(self) -> Box:
        """The box that is being filled."""
        return self.shown.boxes[self.at]

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        box = self.box
        if not typed_text:
            if box.name in self.filled or box.may_be_blank:
                self._next()
            else:
                self.tell(self.wanted())
            return
        if "@" in typed_text and not is_address(typed_text) and self.accepted != typed_text:
            self.sure(f"{typed_text} looks incomplete. Enter again keeps it.")
            return
        self._fill(typed_text)

    def special_value(self, word: str) -> Any:
        return {"key": word} if word in {each.key for each in self.box.specials} else None

    def special(self, word: str, now: datetime) -> bool:
        del now
        value = self.special_value(word)
        if value is not None:
            self._fill(value)
        return value is not None

    def _fill(self, value: Any) -> None:
        before = dict(self.filled)
        self.filled[self.box.name] = value
        if not self._next():
            self.filled = before

    def _next(self) -> bool:
        """The next box; after the last, the answer is given. False if it was not taken."""
        if self.at + 1 < len(self.shown.boxes):
            self.at += 1
            self.entry.set("")
            self.accepted = ""
            return True
        self.give(dict(self.filled))
        return self.stop is None

    def back(self, now: datetime) -> None:
        if self.at > 0:
            self.at -= 1
            self.entry.set("")
        else:
            super().back(now)

    def wanted(self) -> str:
        keys = " or ".join(f"/{each.key}" for each in self.box.specials)
        return f"Type it{f', or {keys}' if keys else ''}."

    def body(self) -> tuple[Para | Choice, ...]:
        body = self.wording()
        for at, box in enumerate(self.shown.boxes):
            value = self.filled.get(box.name)
            text = f"({value['key']})" if isinstance(value, dict) else value or ""
            body.append(Choice("›" if at == self.at else " ", f"{box.label}: {text}", marked=at == self.at))
        held = self.filled.get(self.box.name)
        body += [
            Choice(f"/{each.key}", each.label, "" if each.read_out else "(do not read out)", held == {"key": each.key})
            for each in self.box.specials
        ]
        if self.box.may_be_blank:
            body.append(Para("fact", "This one may be left blank: Enter."))
        return tuple(body)

    def prompt(self) -> str:
        return self.box.label
