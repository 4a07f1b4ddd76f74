"""The tab of messages: what one shift leaves to the next, what interviewers are told, e-mails that were promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.interviewer.page import Para, Part
from cati.console.supervisor import words
from cati.console.supervisor.asking import Asked, Chosen
from cati.console.supervisor.effects import Ask, HandOver, Sent, Tell
from cati.console.supervisor.looks import LookMessages, LookPeople, MessagesSeen
from cati.console.supervisor.state import State, waiting

if TYPE_CHECKING:
    from cati.desk.outbox import Promise

EVERYBODY = ""
MOST = 30
KINDS = {"reassurance": "reassurance", "online_link": "online link"}


class Messages(State):
    """What is said and handed over."""

    name = "messages"
    tab = "messages"

    def look(self) -> LookMessages:
        return LookMessages()

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here: F9 writes a message, F5 a note for the next shift.")

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del across, space
        if self.seen is None:
            return waiting()
        return tuple(self._paras(self.seen))

    def _paras(self, seen: MessagesSeen) -> Iterator[Part]:
        zone, now = self.console.study.timezone, self.console.now
        yield Para("heading", "Left by shifts, the newest first")
        for note in seen.notes[:MOST]:
            yield Para("fact", f"{words.moment(note.at, now, zone)}  {note.who}: {note.text}")
        if not seen.notes:
            yield Para("plain", "Nothing yet. F5 leaves a note for the next shift.")
        yield Para("heading", f"Promised e-mails that are not sent: {len(seen.outbox)}")
        for promise in seen.outbox[:MOST]:
            yield Para("fact", f"{words.moment(promise.promised_at, now, zone)}  {_promise(promise)}")
        if seen.outbox:
            yield Para("plain", "F6 marks one as sent; cati outbox export hands all of a kind over for mailing.")
        yield Para("heading", "Messages, the newest first")
        for each in seen.messages[:MOST]:
            read = f"read {words.moment(each.read_at, now, zone)}" if each.read_at is not None else "NOT READ YET"
            said = f"{each.sender} to {each.reader} ({read}): {each.text}"
            yield Para("fact", f"{words.moment(each.at, now, zone)}  {said}")
        if not seen.messages:
            yield Para("plain", "None. F9 writes one to an interviewer's ready screen.")

    def do(self, name: str, now: datetime) -> None:
        if name in ("next_tab", "tab_before"):
            self.console.step_tab(1 if name == "next_tab" else -1)
        elif name == "message":
            write_message(self)
        elif name == "hand_over":
            heading = Para("heading", "What should the next shift know?")
            self.console.go_to(Asked(self.console, "Note", self._hand_over, parts=(heading,)))
        elif name == "sent":
            self._sent()
        elif name == "undo":
            from cati.console.supervisor.repairing import undo_last

            undo_last(self)
        else:
            super().do(name, now)

    def _hand_over(self, text: str) -> None:
        def done(reply: Any) -> None:
            del reply
            self.console.go_to(self)
            self.tell("The note is left.")

        self.console.run(HandOver(text), done)

    def _sent(self) -> None:
        seen: MessagesSeen | None = self.seen
        if seen is None or not seen.outbox:
            self.tell("Nothing waits to be sent.")
            return
        options = [(each, _promise(each)) for each in seen.outbox[:MOST]]
        self.console.go_to(Chosen(self.console, "Which one was sent?", options, self._mark))

    def _mark(self, promise: Promise) -> None:
        def done(reply: Any) -> None:
            del reply
            self.console.go_to(self)
            self.tell(f"Marked as sent: case {promise.serial}. (cati outbox unsent takes it back.)")

        self.console.run(Sent(promise.id), done)

    def prompt(self) -> str:
        return ""


def write_message(state: State, to: str = "") -> None:
    """Writes to somebody; where it is not said to whom, that is asked first."""
    console = state.console

    def text_to(name: str) -> None:
        def done(names: tuple[str, ...]) -> None:
            console.go_to(state)
            state.tell(f"Sent to {', '.join(names) if len(names) <= 3 else f'{len(names)} people'}.")

        def typed(text: str) -> None:
            console.run(Tell(name, text), done)

        heading = Para("heading", f"To {name or 'everybody'}: it shows between two cases.")
        console.go_to(Asked(console, "Message", typed, parts=(heading,)))

    def whom(people: tuple[str, ...]) -> None:
        options = [(EVERYBODY, "everybody"), *((name, name) for name in people if name != console.who.name)]
        console.go_to(Chosen(console, "Write to whom?", options, text_to))

    if to:
        text_to(to)
    else:
        console.run(Ask(LookPeople()), whom)


def _promise(each: Promise) -> str:
    handed = " (handed over for mailing)" if each.state == "exported" else ""
    return f"{KINDS.get(each.kind, each.kind)} to {each.address}, case {each.serial}, {each.promised_by}{handed}"
