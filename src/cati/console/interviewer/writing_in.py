"""The words, or the number to call, that a code asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.interviewer import typed
from cati.console.interviewer.asking import SPECIAL_WORDS, Asking, onward, onward_asking, show
from cati.console.interviewer.effects import Reply
from cati.console.interviewer.page import Choice, Para
from cati.interview.presenting import Presented, present
from cati.questionnaire.answers import AnswerRefused, Key
from cati.questionnaire.scope import WRITE_IN_SPECIALS

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.questionnaire.program import WriteInSlot


class WriteIn(Asking):
    """The words, or the number, that a code asks for. The code itself is saved already."""

    name = "write_in"

    def __init__(self, console: Controller, shown: Presented, wanting: list[WriteInSlot]) -> None:
        super().__init__(console, present(console.interview, shown.id))
        self.slot, *self.more = wanting
        self.words = console.interview.answer_to(self.slot.id)

    @property
    def is_number_to_call(self) -> bool:
        """Whether the words are another number to call."""
        return self.slot.write_in.use == "referral_number"

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        if not typed_text:
            if self.words is not None:
                self._next()
            else:
                self.tell(self.wanted())
            return
        if self.slot.write_in.type == "number":
            number = typed.whole(typed_text)
            if number is None and typed_text.lower() not in WRITE_IN_SPECIALS:
                self.refuse(f"{typed_text} is no whole number; or /dk.")
                return
            self.give(number if number is not None else {"key": typed_text.lower()})
        elif self.is_number_to_call and not typed.is_number_to_call(typed_text):
            self.refuse(f"{typed_text}: {typed.why_not_called(typed_text)}.")
        else:
            self.give(typed_text)

    def special_value(self, word: str) -> Any:
        return {"key": word} if word in WRITE_IN_SPECIALS and not self.is_number_to_call else None

    def give(self, value: Any) -> None:
        interview, slot = self.console.interview, self.slot.id
        old = interview.answer_to(slot)
        try:
            interview.give(slot, value)
        except AnswerRefused as refused:
            self.refuse(f"{refused.why[:1].upper()}{refused.why[1:]}.")
            return
        self.console.save(slot, value, self._saved, undone=lambda: interview.hold(slot, old))

    def _saved(self, reply: Reply) -> None:
        del reply
        self._next(onward_asking)

    def _next(self, after: Callable[[Controller, str], None] = onward) -> None:
        if self.more:
            self.console.state = WriteIn(self.console, self.shown, self.more)
        else:
            after(self.console, self.item)

    def back(self, now: datetime) -> None:
        del now
        show(self.console, self.item)

    def keep(self) -> None:
        self._next()

    def _forward(self) -> None:
        if self.words is not None:
            self._next()
        else:
            self.tell(self.wanted())

    def wanted(self) -> str:
        return "Type the number to call." if self.is_number_to_call else "Type the answer in words, or /dk."

    def body(self) -> tuple[Para | Choice, ...]:
        option = next((each for each in self.shown.options if each.code == self.slot.code), None)
        body = self.wording()
        label = f"{self.slot.code}  {option.label}" if option is not None else str(self.slot.code)
        body.append(Para("row", label))
        if self.slot.write_in.prompt:
            body.append(Para("instruction", self.slot.write_in.prompt))
        if not self.is_number_to_call:
            body += [Choice(f"/{key}", SPECIAL_WORDS.get(key, key)) for key in sorted(WRITE_IN_SPECIALS)]
        if self.words is not None:
            words = SPECIAL_WORDS.get(self.words.name, "") if isinstance(self.words, Key) else str(self.words)
            body.append(Para("fact", f"Held now: {words}   Enter alone keeps it."))
        return tuple(body)

    def prompt(self) -> str:
        return "The number" if self.slot.write_in.type == "number" or self.is_number_to_call else "In words"
