"""What every state of a screen has in common: the entry line, commands, and the line that stops at a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from cati.console.interviewer.entry import Entry
from cati.console.interviewer.page import Message
from cati.console.key_registry import Registry

MEND = "Backspace or Ctrl+U, then type it again."
MEND_FIRST = "Backspace first."


@dataclass(slots=True)
class Stop:
    """Why the line stands still until a key acknowledges it.

    refused: the entry cannot be taken. sure: Enter again takes it as it is. failed: not saved; Enter tries again.
    `ignored` counts the keys typed since. After one ignored key Enter no longer counts as meant for this entry. `mend`:
    whether there is an entry to be mended.
    """

    kind: Literal["refused", "sure", "failed"]
    why: str
    ignored: int = 0
    mend: bool = True


class EntryState:
    """A place where keys are typed. A key changes it; what only a screen can do, its subclasses do."""

    name: ClassVar[str]
    registry: ClassVar[Registry]
    leads_out: ClassVar[frozenset[str]] = frozenset()
    """Keys that lead away from a line that has stopped, whatever stands on it."""

    def __init__(self) -> None:
        self.entry = Entry()
        self.message: Message | None = None
        self.stop: Stop | None = None
        self.accepted = ""

    # --- keys

    def press(self, key: str, now: datetime) -> None:
        """One key: a character as itself, any other by its name (enter, f1, ctrl+u)."""
        if self.stop is not None and not self._answers_stop(self.stop, key):
            return
        action = self.registry.by_key(self.name, key, bool(self.entry.text))
        if action is not None:
            self.act(action.name, now)
        elif key == "enter":
            self._enter(now)
        elif self.typing(key) and self.entry.press(key):
            self.message = None
            self.accepted = ""
            self.changed()

    def _answers_stop(self, stop: Stop, key: str) -> bool:
        """Whether a key goes on to the state although the line has stopped."""
        if key in ("f1", "pagedown", "pageup"):
            return True
        if key in self.leads_out:
            self.stop = None
            return True
        if key in ("backspace", "ctrl+u"):
            if stop.ignored and stop.kind != "refused" and key == "backspace":
                stop.ignored = 0
                return False
            self.stop = None
            return True
        if key == "enter" and stop.kind != "refused" and not stop.ignored:
            self.accepted = self.typed() if stop.kind == "sure" else self.accepted
            self.stop = None
            return True
        stop.ignored += 1
        return False

    def _enter(self, now: datetime) -> None:
        typed = self.entry.text.strip()
        if typed.startswith("/") and not typed.startswith("//"):
            self._command(typed, now)
        else:
            self.enter(self.typed(), now)

    def typed(self) -> str:
        """What stands on the entry line, a doubled slash at its beginning meant as one."""
        text = self.entry.text.strip()
        return text[1:] if text.startswith("//") else text

    def _command(self, typed: str, now: datetime) -> None:
        if self.special(typed[1:].strip().lower(), now):
            return
        action = self.registry.by_command(self.name, typed.strip().lower())
        if action is None:
            self.refuse(f"There is no {typed} here. F1 or /help says what there is; a text begins with // for a slash.")
            return
        self.entry.set("")
        self.act(action.name, now)

    def act(self, name: str, now: datetime) -> None:
        """Does what an action of the registry says."""
        raise NotImplementedError(name)

    # --- what a state fills in

    def typing(self, key: str) -> bool:
        """Whether a key may be typed on the entry line."""
        return bool(key)

    def changed(self) -> None:
        """The entry line has changed."""

    def special(self, word: str, now: datetime) -> bool:
        """A special answer such as /dk; False where there is none of this name here."""
        del word, now
        return False

    def enter(self, typed: str, now: datetime) -> None:
        """Enter, with what stood on the entry line."""
        raise NotImplementedError

    # --- messages

    def tell(self, text: str) -> None:
        """A message that asks for nothing."""
        self.message = Message("info", text)

    def ask(self, text: str) -> None:
        """A message that asks to think again, and stops nothing."""
        self.message = Message("sure", text)

    def refuse(self, why: str, *, mend: bool = True) -> None:
        """The entry cannot be taken: the line stops until it is mended; `mend` False: what was asked cannot be done."""
        self.stop = Stop("refused", why, mend=mend)

    def sure(self, why: str) -> None:
        """The entry is taken only after Enter again."""
        self.stop = Stop("sure", why)

    def failed(self, why: str) -> None:
        """The entry was not saved: it stays, and Enter tries again."""
        self.stop = Stop("failed", why)

    @property
    def mending(self) -> tuple[str, str]:
        """What to press where the line has stopped: to mend an entry; to go on where Enter would take it."""
        return MEND, MEND_FIRST

    def shown_message(self) -> Message | None:
        """The message of now; of a stop, with what to press."""
        stop = self.stop
        if stop is None:
            return self.message
        ignored = f" {stop.ignored} {'key' if stop.ignored == 1 else 'keys'} ignored." if stop.ignored else ""
        if stop.kind == "refused" and stop.mend:
            return Message("refused", f"{stop.why}{ignored} {self.mending[0]}")
        if stop.ignored:
            return Message(stop.kind, f"{stop.why}{ignored} {self.mending[1]}")
        return Message(stop.kind, stop.why)
