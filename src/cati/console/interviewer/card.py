"""The case card: who, where, which number, what happened before, and why now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer import facts, keys
from cati.console.interviewer.effects import HeardFirst, Release, Reply, StartCall
from cati.console.interviewer.page import Choice, Para
from cati.console.interviewer.state import Overlay, State, Stop

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.desk import Heard, PhoneNumber


def dialling(number: str) -> str:
    """A number as it is dialled: a British one from its 0 on."""
    return f"0{number[3:]}" if number.startswith("+44") else number


class Card(State):
    """A case has come in; nothing is dialled yet."""

    name = "card"
    facts_beside = False

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        card = console.card
        ids = [each.id for each in card.numbers]
        self.chosen = ids.index(card.next_number) if card.next_number in ids else 0
        self._asked = 0  # the event that she was asked about before dialling

    @property
    def number(self) -> PhoneNumber | None:
        """The number to be dialled."""
        numbers = self.console.card.numbers
        return numbers[self.chosen] if numbers else None

    def typing(self, key: str) -> bool:
        if self.entry.text or key == "/":
            return True
        numbers = self.console.card.numbers
        if len(key) == 1:
            if key.isdigit() and 1 <= int(key) <= len(numbers):
                self.chosen = int(key) - 1
                self.message = None
            else:
                self.refuse(f"{key}: type the digit of a number, Enter once it is dialled, or x to put the case back.")
        return False

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here but commands such as /back.")
            return
        number = self.number
        if number is None:
            self.refuse("The case has no number to call. Put it back with x.")
            return
        heard = self.console.card.heard
        if heard is not None and heard.is_started and heard.event != self._asked:
            self._ask_first(heard)
            return
        told = heard.event if heard is not None else 0
        self.console.run(
            StartCall(self.console.case.hold, number.id, told), lambda reply: self._started(reply, number, told)
        )

    def _ask_first(self, heard: Heard) -> None:
        self._asked = heard.event
        began = heard.began(self.console.study.timezone, self.console.now)
        self.sure(f"{began}. Enter again once it is dialled; x puts the case back.")

    def _started(self, reply: Reply, number: PhoneNumber, told: int) -> None:
        if not isinstance(reply, HeardFirst):
            self.console.begin_call(reply, number, told)
            return
        self.console.learn(reply.heard)
        if reply.heard.closes:
            said = facts.heard_before(reply.heard, self.console.study.timezone, self.console.now)
            self.refuse(said, mend=False)
        else:
            self._ask_first(reply.heard)

    def _answers_stop(self, stop: Stop, key: str) -> bool:
        action = keys.by_key(self.name, key, bool(self.entry.text))
        if action is not None and action.name == "put_back":
            self.stop = None  # what the message says to do
            return True
        return super()._answers_stop(stop, key)

    def do(self, name: str, now: datetime) -> None:
        del now
        if name == "put_back":
            self.console.state = PutBack(self.console)

    def body(self) -> tuple[Para | Choice, ...]:
        card, zone = self.console.card, self.console.study.timezone
        body: list[Para | Choice] = [Para("heading", f"Why now: {card.reason}")]
        if card.heard is not None and not self.console.alert:
            body.append(Para("warning", facts.heard_before(card.heard, zone, self.console.now)))
        number = self.number
        if number is not None:
            body.append(Para("big", dialling(number.number)))
        for at, each in enumerate(card.numbers):
            body.append(Choice(str(at + 1), facts.number(each, zone), marked=at == self.chosen))
        if not card.numbers:
            body.append(Para("warning", "This case has no number."))
        where = "  ".join(part for part in (card.la, card.region, card.ofsted) if part)
        body.append(Para("fact", f"{card.name}   {where}"))
        clocks = facts.clocks(card, zone, self.console.now)
        if clocks:
            body.append(Para("warning", f"{clocks}."))
        body.append(Para("fact", f"Stands as: {card.outcome_label}   calls made: {card.attempts}"))
        if card.answered:
            body.append(Para("warning", f"Answers held from earlier calls: {card.answered}"))
        body += facts.appointments(card, zone)
        body += facts.calls_and_notes(card, zone)
        body += facts.sample(card)
        return tuple(body)

    def prompt(self) -> str:
        return "Dial, then Enter"


class PutBack(Overlay):
    """Put the case back: is it meant?"""

    name = "put_back"

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Enter puts the case back, Backspace keeps it.")
        else:
            self.console.run(Release(self.console.case.hold), self._released)

    def _released(self, reply: Reply) -> None:
        del reply
        self.console.leave_case(f"Case {self.console.card.serial} is put back; nobody was called.")

    def body(self) -> tuple[Para | Choice, ...]:
        card = self.console.card
        return (
            Para("heading", f"Put case {card.serial} back?"),
            Para(
                "plain", "Enter puts it back for the next interviewer, Backspace or /back keeps it. Nothing is logged."
            ),
        )
