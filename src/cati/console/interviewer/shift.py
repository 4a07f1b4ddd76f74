"""Signing in, the time between two cases, and signing out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cati.console.interviewer import facts
from cati.console.interviewer.effects import (
    LookHeld,
    MarkRead,
    NeedsPin,
    NextCase,
    Reply,
    SignedIn,
    SignIn,
    TakeUp,
    UndoClose,
    UnknownName,
)
from cati.console.interviewer.page import Choice, Message, Page, Para
from cati.console.interviewer.state import Overlay, State

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.desk import Day, Delivery, HeldCase
    from cati.desk import Message as DeskMessage


class SigningIn(State):
    """Who is interviewing?"""

    name = "sign_in"

    def ask_for(self, name: str) -> None:
        """As if the name had been typed."""
        self.entry.set(name)
        self.enter(name, self.console.now)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if not typed:
            self.tell("Type your name and press Enter.")
            return
        self.console.run(SignIn(typed, add=self.accepted == typed), self._answered)

    def _answered(self, reply: Reply) -> None:
        if isinstance(reply, UnknownName):
            self.sure(f"Nobody called {reply.name} has signed in here before. Enter again adds the name.")
        elif isinstance(reply, NeedsPin):
            self.console.state = ShowingPin(self.console, reply.name)
        elif isinstance(reply, SignedIn):
            self.console.signed_in(reply)

    def body(self) -> tuple[Para | Choice, ...]:
        return (
            Para("heading", "Good to have you here."),
            Para("plain", "Sign in with your name. F1 or ? gives help, here and everywhere else."),
        )

    def prompt(self) -> str:
        return "Your name"


class ShowingPin(Overlay):
    """The desk is locked: the PIN of whoever signs in. Nothing of it is ever drawn."""

    name = "pin"

    def __init__(self, console: Controller, user: str) -> None:
        super().__init__(console)
        self.user = user

    def _enter(self, now: datetime) -> None:
        # no command: what begins with a slash may be a password, and would be shown as a command that there is not
        self.enter(self.entry.text, now)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if not typed:
            self.tell("Type your PIN and press Enter.")
            return
        self.entry.set("")
        self.console.run(SignIn(self.user, secret=typed), self._answered, failed=self.tell)

    def _answered(self, reply: Reply) -> None:
        if isinstance(reply, SignedIn):
            self.console.signed_in(reply)

    def back(self, now: datetime) -> None:
        super().back(now)
        self.under.entry.set("")

    def page(self) -> Page:
        return replace(super().page(), entry="•" * len(self.entry.text))

    def body(self) -> tuple[Para | Choice, ...]:
        return (
            Para("heading", f"This desk is locked, {self.user}."),
            Para("plain", "Your PIN or password, then Enter. It is not shown as you type."),
        )

    def prompt(self) -> str:
        return "PIN"


class Ready(State):
    """Between two cases."""

    name = "ready"

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self._of_now: Message | None = None  # a message that is true only as long as nothing changes

    def refreshed(self, day: Day) -> None:
        """The day as it stands now."""
        self.console.day = day

    def hear_news(self, before: Day, day: Day) -> bool:
        """The day was read anew while nothing was pressed; is there anything in it that she should hear of?"""
        news = _news(before, day, self.console.study.timezone)
        if news:
            self.tell(news)
            self._of_now = self.message
        elif self.message is self._of_now and not day.callable_now:
            self.message = self._of_now = None
        return bool(news)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here: Enter alone brings the next case.")
        else:
            self.console.run(NextCase(self.console.who), self._delivered)

    def _delivered(self, delivery: Delivery | None) -> None:
        if delivery is not None:
            self.console.take_case(delivery)
            return
        self.console.to_ready("No case may be called now.")

    def do(self, name: str, now: datetime) -> None:
        del now
        if name == "undo":
            self._undo()
        elif name == "read":
            self._read()
        elif name == "take_up":
            self.console.run(LookHeld(self.console.who), self._looked, failed=self.tell)

    def _looked(self, held: list[HeldCase]) -> None:
        self.console.held = tuple(held)
        if not held:
            self.tell("You hold no case from before: Enter brings the next one.")
        elif held[0].alive:
            self.console.state = TakingUp(self.console, held[0])
        else:
            take_up(self)

    def _read(self) -> None:
        day = self.console.day
        unread = day.messages if day is not None else ()
        if not unread:
            self.tell("There is no message to you that you have not read.")
            return
        ids = tuple(each.id for each in unread)
        self.console.run(MarkRead(self.console.who, ids), self.refreshed, failed=self.tell)

    def _undo(self) -> None:
        logged = self.console.logged
        if logged is None:
            self.tell("There is nothing to undo here.")
            return
        self.console.run(
            UndoClose(self.console.who, logged.closed),
            lambda delivery: self.console.undone(delivery, logged),
            failed=self.tell,
        )

    def body(self) -> tuple[Para | Choice, ...]:
        day, zone = self.console.day, self.console.study.timezone
        assert day is not None
        paras = [Para("warning", text) for text in self.console.warnings]
        paras += [Para("warning", f"Case {each.serial} is still yours: F3 takes it up.") for each in self.console.held]
        paras += [Para("warning", _as_told(each, zone)) for each in day.messages]
        if day.messages:
            paras.append(
                Para("plain", "F4: you have read this." if len(day.messages) == 1 else "F4: you have read these.")
            )
        paras.append(Para("heading", f"Ready, {self.console.who.name}"))
        paras.append(Para("plain", f"Callable now: {day.counted}"))
        if not day.callable_now:
            paras.append(Para("plain", f"{day.waits} Enter looks again.".lstrip()))
        paras.append(Para("plain", self._so_far(day)))
        mine = [each for each in day.appointments if each.mine]
        paras.append(Para("heading", "Your appointments today" if mine else "You have no appointments today"))
        paras += [Para("fact" if each.state == "coming" else "warning", facts.due(each, zone)) for each in mine]
        left = sum(not each.mine and each.state != "coming" and not each.held_by for each in day.appointments)
        if left:
            paras.append(Para("plain", f"Others' appointments that are due or missed, in nobody's hands: {left}"))
        return tuple(paras)

    def _so_far(self, day: Day) -> str:
        parts = [f"Your calls today: {day.calls_today}", f"completes: {day.completes_today}"]
        if day.minutes is not None:
            parts.append(f"minutes an interview: {day.minutes:.0f}")
        hours, minutes = divmod(int((self.console.now - self.console.since).total_seconds()) // 60, 60)
        parts.append(f"signed in for {hours} h {minutes:02d} min" if hours else f"signed in for {minutes} min")
        return "   ".join(parts)

    def prompt(self) -> str:
        return "Enter: the next case"


def _news(before: Day, day: Day, zone: ZoneInfo) -> str:
    """What has come up since: an appointment of hers that is due or missed, work where there was none."""
    news = []
    known = {(each.serial, each.starts_at, each.state) for each in before.appointments}
    for each in day.appointments:
        if each.mine and each.state != "coming" and (each.serial, each.starts_at, each.state) not in known:
            what = "is due now" if each.state == "due" else "was missed"
            news.append(f"Your appointment at {facts.clock(each.starts_at, zone)} with case {each.serial} {what}.")
    seen = {each.id for each in before.messages}
    fresh = [each for each in day.messages if each.id not in seen]
    if fresh:
        news.append(f"A message from {fresh[-1].sender}: see above." if len(fresh) == 1 else "New messages: see above.")
    if day.callable_now and not before.callable_now:
        news.append(f"Callable now: {day.counted}. Enter brings the next case.")
    return " ".join(news)


def _as_told(each: DeskMessage, zone: ZoneInfo) -> str:
    """A message as it is told: from whom, when, what."""
    return f"{each.sender}, {each.at.astimezone(zone):%a %H:%M}: {each.text}"


def take_up(state: State) -> None:
    """Takes up the case that she held last."""
    console = state.console

    def taken(delivery: Delivery | None) -> None:
        if delivery is not None:
            console.take_case(delivery)
            return
        console.held = ()
        console.to_ready("You hold no case from before any more: Enter brings the next one.")

    console.run(TakeUp(console.who), taken, failed=state.tell)


class TakingUp(Overlay):
    """The case shows signs of life: perhaps another console of the same name is in the middle of it."""

    name = "take_up"

    def __init__(self, console: Controller, held: HeldCase) -> None:
        super().__init__(console)
        self.held = held

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Enter takes the case up here, Backspace leaves it.")
        else:
            take_up(self)

    def body(self) -> tuple[Para | Choice, ...]:
        ago = max(0, round((self.console.now - self.held.since).total_seconds()))
        return (
            Para("heading", f"Take up case {self.held.serial} here?"),
            Para("warning", f"It showed a sign of life {ago} s ago, at a console where you are signed in."),
            Para(
                "plain",
                "If that console has stopped, Enter takes the case up here. If it is open on another screen, or "
                "somebody else uses your name, Backspace or /back leaves it there: taken up here, it is lost there.",
            ),
        )

    def prompt(self) -> str:
        return "Enter takes it up"


class Leaving(Overlay):
    """Sign out: is it meant?"""

    name = "leave"

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.meant = not console.in_call

    def enter(self, typed: str, now: datetime) -> None:
        if typed.lower() == "quit" or (self.meant and not typed):
            self.console.run(self.console.leaving(), _ended)
        elif not typed:
            self.tell("The call is still open. Type quit and press Enter to leave it, or Backspace or /back to stay.")
        else:
            self.refuse("Type quit to leave." if not self.meant else "Enter signs out, Backspace stays.")
        del now

    def body(self) -> tuple[Para | Choice, ...]:
        if self.meant:
            case = " The case goes back to the others, not called." if self.console.delivery is not None else ""
            return (Para("heading", "Sign out?"), Para("plain", f"Enter signs out, Backspace or /back stays.{case}"))
        return (
            Para("heading", f"The call to {self.console.card.name} has no outcome yet."),
            Para("plain", "Better: Backspace or /back, code what came of the call, then sign out."),
            Para(
                "plain",
                "If you must leave now, type quit and press Enter. Every answer is saved; the call will count as "
                "interrupted, and the case comes back at the same question.",
            ),
        )

    def prompt(self) -> str:
        return "" if self.meant else "quit?"


def _ended(reply: Reply) -> None:
    del reply
