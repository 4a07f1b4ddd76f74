"""Stopping before the end: later at a set time, about a time, some time, or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from cati.console.interviewer import asking, ending, ending_booking
from cati.console.interviewer.draft import Draft
from cati.console.interviewer.page import Choice, Para
from cati.console.interviewer.state import Overlay

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.outcomes import Outcome

Kind = Literal["hard", "soft"]


def want_to_stop(question: asking.Asking) -> None:
    """F7: where the interview has not begun, the screener's own codes say what came of the call."""
    console = question.console
    if asking.begun(console.interview):
        console.state = BreakOff(console, question.item)
    else:
        _to_screener(question)


def want_appointment(question: asking.Asking) -> None:
    """F6: by the question's own code where it has one, else by breaking off."""
    console = question.console
    offered = {option.ends_with for option in question.shown.options}
    kinds = {each.appointment for each in console.study.scheme.outcomes.values() if each.key in offered}
    if {"hard", "soft"} <= kinds or asking.begun(console.interview):
        console.state = WhichAppointment(console, question)
    else:
        _to_screener(question)


def _to_screener(question: asking.Asking) -> None:
    """Back to the newest question of this call whose codes end it."""
    console = question.console
    interview = console.interview
    closers = [item for item in interview.route if interview.step(item).ends and interview.step(item).item.per_call]
    if closers and closers[-1] != question.item:
        asking.show(console, closers[-1])
    console.state.tell("The interview has not begun: code here what came of the call.")


class BreakOff(Overlay):
    """Why does it stop?"""

    name = "break_off"
    later = {  # noqa: RUF012
        "1": "Goes on later, at a time that the respondent names (hard appointment)",
        "2": "Goes on later, about a time (soft appointment)",
        "3": "Goes on later, no time agreed",
    }
    never = {"4": "Will not go on (breakdown)"}  # noqa: RUF012

    def __init__(self, console: Controller, item: str) -> None:
        super().__init__(console)
        self.item = item
        scheme = console.study.scheme
        self.outcomes: dict[str, Outcome] = {}
        self.answers: dict[str, str] = {}
        for labels, outcome in (
            (self.later, scheme.break_off(final=False)),
            (self.never, scheme.break_off(final=True)),
        ):
            if outcome is not None:
                self.answers |= labels
                self.outcomes |= dict.fromkeys(labels, outcome)

    def enter(self, typed: str, now: datetime) -> None:
        del now
        kinds: dict[str, Kind] = {"1": "hard", "2": "soft"}
        if typed in self.answers:
            outcome = self.outcomes[typed]
            ending.start(self.console, Draft(outcome.key, stopped_at=self.item, appointment=kinds.get(typed)))
        elif typed:
            self.refuse(f"{typed}: type {' or '.join(self.answers)}.")
        else:
            self.tell(
                f"Type {' or '.join(self.answers)} and press Enter; Backspace or /back goes back to the question."
            )

    def body(self) -> tuple[Para | Choice, ...]:
        choices = (Choice(code, label) for code, label in self.answers.items())
        return (Para("heading", f"The interview stops at {self.item}. Every answer is kept."), *choices)

    def prompt(self) -> str:
        return "Code"


class WhichAppointment(Overlay):
    """Hard or soft, before the question is left for it."""

    name = "appointment_kind"

    def __init__(self, console: Controller, question: asking.Asking) -> None:
        super().__init__(console)
        self.question = question

    def enter(self, typed: str, now: datetime) -> None:
        del now
        kinds: dict[str, Kind] = {"1": "hard", "2": "soft"}
        if typed in kinds:
            self._take(kinds[typed])
        elif typed:
            self.refuse(f"{typed}: type 1 or 2.")
        else:
            self.tell("Type 1 or 2 and press Enter; Backspace or /back goes back to the question.")

    def _take(self, kind: Kind) -> None:
        console, question = self.console, self.question
        scheme = console.study.scheme
        for option in question.shown.options:
            outcome = scheme.outcomes.get(option.ends_with or "")
            if outcome is not None and outcome.appointment == kind:
                console.state = question
                question.entry.set(str(option.code))
                question.give(option.code)
                return
        stopped = scheme.break_off(final=False)
        if stopped is None:
            self.refuse("This study has no outcome for an interview that goes on at another time.")
            return
        ending.start(console, Draft(stopped.key, stopped_at=question.item, appointment=kind))

    def body(self) -> tuple[Para | Choice, ...]:
        return (
            Para("heading", "What sort of appointment?"),
            *(Choice(code, label) for code, label in ending_booking.AppointmentKind.answers.items()),
        )

    def prompt(self) -> str:
        return "Code"
