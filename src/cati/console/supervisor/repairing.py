"""Repairs of a case: what is to be put right, what it takes to know, why, and what it would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cati.console.interviewer import facts
from cati.console.interviewer.page import Para, Part
from cati.console.supervisor.asking import Asked, Chosen, NotTaken
from cati.console.supervisor.effects import Ask, Failure, Repair
from cati.console.supervisor.looks import LookCase, LookPeople
from cati.console.supervisor.previewing import Previewing

if TYPE_CHECKING:
    from cati.console.supervisor.controller import Controller
    from cati.console.supervisor.state import State
    from cati.desk import PastCall, PhoneNumber, WholeCase
    from cati.outcomes import Outcome

MENU: tuple[tuple[str, str], ...] = (
    ("release", "Release it from the hands that have it"),
    ("give", "Give the appointment to somebody else"),
    ("take", "Take the appointment yourself"),
    ("move", "Move the appointment to another time"),
    ("cancel", "Cancel the appointment"),
    ("recode", "Recode what a call came to"),
    ("reopen", "Reopen it after a refusal or a breakdown"),
    ("opt_out", "Close it: asked the office not to be contacted"),
    ("add_number", "Add a number"),
    ("correct_number", "Correct a number"),
    ("mark_number", "Say by hand what state a number is in"),
    ("undo", "Take back the last repair"),
)
"""In an order that does not change, so that hands can learn the numbers."""


class Repairs:
    """What can be put right about a case, one method each: it asks what it has to know, and then why."""

    def __init__(self, console: Controller, serial: str) -> None:
        self.console = console
        self.serial = serial
        self.home: State = console.state
        self.known: WholeCase | None = None

    def choose(self) -> None:
        """Asks what is to be put right."""
        options = [(getattr(self, name), label) for name, label in MENU]
        self._go(Chosen(self.console, f"Case {self.serial}: put right what?", options, lambda method: method()))

    # --- each repair

    def release(self) -> None:
        """Out of somebody's hands."""
        self._why(Repair("release", self.serial))

    def give(self) -> None:
        """To somebody else."""
        self._ask(LookPeople(), self._to_whom)

    def _to_whom(self, people: tuple[str, ...]) -> None:
        options = [(name, name) for name in people]

        def chosen(name: str) -> None:
            self._why(Repair("give", self.serial, to=name))

        self._go(Chosen(self.console, f"Case {self.serial}: give the appointment to whom?", options, chosen))

    def take(self) -> None:
        """To herself."""
        self._why(Repair("give", self.serial, to=self.console.who.name))

    def move(self) -> None:
        """To another time."""
        self._case(self._when)

    def _when(self, known: WholeCase) -> None:
        booked = known.card.appointment
        if booked is None:
            self.home.deny(f"Case {self.serial} has no appointment that stands.")
            self.console.go_to(self.home)
            return
        kind = booked.kind

        def taken(when: Any) -> None:
            from cati.desk import Booking

            self._why(Repair("move", self.serial, booking=Booking(kind, when.start, when.end, when.text)))

        zone = self.console.study.timezone
        now_is = facts.booked(booked, zone, facts.zone_of(known.card.timezone, zone))
        self._ask_when(f"Case {self.serial}: move the appointment", f"Now: {now_is}", taken)

    def cancel(self) -> None:
        """No appointment any more."""
        self._why(Repair("cancel", self.serial))

    def reopen(self) -> None:
        """Called again."""
        self._why(Repair("reopen", self.serial))

    def opt_out(self) -> None:
        """Closed by the office: as which of the outcomes that it can find."""
        outcomes = [
            each for each in self.console.study.scheme.outcomes.values() if "office" in each.found_by and each.is_final
        ]
        if len(outcomes) == 1:
            self._why(Repair("opt_out", self.serial, outcome=outcomes[0].key))
            return
        options = [(each.key, each.label) for each in outcomes]

        def chosen(key: str) -> None:
            self._why(Repair("opt_out", self.serial, outcome=key))

        self._go(Chosen(self.console, f"Case {self.serial}: closed as what?", options, chosen))

    def add_number(self) -> None:
        """Another number."""

        def typed(number: str) -> None:
            self._why(Repair("add_number", self.serial, number=number))

        self._go(self._number(f"Case {self.serial}: which number is added?", typed))

    def correct_number(self) -> None:
        """Another number in the place of one."""

        def chosen(number: PhoneNumber) -> None:
            def typed(right: str) -> None:
                self._why(Repair("correct_number", self.serial, number=number.number, instead=right))

            self._go(self._number(f"Case {self.serial}: {number.number} is really which number?", typed))

        self._case(lambda known: self._of_numbers(known, "which number is wrong?", chosen))

    def mark_number(self) -> None:
        """A number's state by hand."""
        scheme = self.console.study.scheme
        states = [("live", "live: to be called"), *((key, each.label) for key, each in scheme.number_states.items())]

        def chosen(number: PhoneNumber) -> None:
            def state(key: str) -> None:
                self._why(Repair("mark_number", self.serial, number=number.number, outcome=key))

            self._go(Chosen(self.console, f"{number.number} is what?", states, state))

        self._case(lambda known: self._of_numbers(known, "which number?", chosen))

    def undo(self) -> None:
        """The last repair taken back."""
        self._why(Repair("undo", self.serial))

    # --- a call recoded

    def recode(self) -> None:
        """Another result of a call."""
        self._case(self._which_call)

    def _which_call(self, known: WholeCase) -> None:
        calls = known.card.calls
        if not calls:
            self.home.deny(f"Case {self.serial} was never called: there is nothing to recode.")
            self.console.go_to(self.home)
            return
        zone = self.console.study.timezone
        options = [((number, each), facts.past_call(each, zone)) for number, each in enumerate(calls, start=1)]
        self._go(Chosen(self.console, f"Case {self.serial}: recode which call?", options[::-1], self._to_what))

    def _to_what(self, which: tuple[int, PastCall]) -> None:
        number, made = which
        scheme = self.console.study.scheme
        outcomes = [each for each in scheme.outcomes.values() if "call" in each.found_by]
        options = [(each, each.label) for each in outcomes]

        def chosen(outcome: Outcome) -> None:
            self._details(Repair("recode", self.serial, call=number), outcome, made)

        self._go(Chosen(self.console, f"The call came to {made.label}. To what really?", options, chosen))

    def _details(self, repair: Repair, outcome: Outcome, made: PastCall) -> None:
        """What belongs to an outcome: an appointment, how a refusal was, a number, an address."""
        from cati.desk import Booking, EmailRequest, Refusal, Result

        def finished(**belongs: Any) -> None:
            self._why(replace(repair, result=Result(outcome.key, **belongs)))

        if "refusal" in outcome.asks_for and made.refusal_strength is None:
            strengths = [("soft", "soft: could be asked again another time"), ("hard", "hard: not to be asked again")]
            self._go(
                Chosen(self.console, "How firm was it?", strengths, lambda how: finished(refusal=Refusal(strength=how)))
            )
        elif "number" in outcome.asks_for:
            self._go(self._number("The number that was given", lambda number: finished(referral_number=number)))
        elif "email" in outcome.asks_for:
            self._go(
                Asked(
                    self.console,
                    "The e-mail address",
                    lambda address: finished(email=EmailRequest(address, "online_link")),
                )
            )
        elif outcome.appointment is not None and not self._goes_on(made, outcome):
            kind = "soft" if outcome.appointment == "either" else outcome.appointment
            self._ask_when(
                f"{outcome.label}: for when?",
                "",
                lambda when: finished(appointment=Booking(kind, when.start, when.end, when.text)),
                optional="appointment" not in outcome.asks_for,
                none=finished,
            )
        else:
            finished()

    def _goes_on(self, made: PastCall, outcome: Outcome) -> bool:
        """Does the appointment that was made in the call, if one was, go on under the new outcome?"""
        old = self.console.study.scheme.outcomes.get(made.outcome or "")
        kinds = {old.appointment if old is not None else None, outcome.appointment}
        return None not in kinds and (len(kinds) == 1 or "either" in kinds)

    # --- asking

    def _case(self, then: Callable[[WholeCase], None]) -> None:
        self._ask(LookCase(self.serial), then)

    def _ask(self, look: Any, then: Callable[[Any], None]) -> None:
        def failed(failure: Failure) -> None:
            self.console.go_to(self.home)
            self.home.deny(failure.why)

        self.console.run(Ask(look), then, failed)

    def _of_numbers(self, known: WholeCase, question: str, then: Callable[[PhoneNumber], None]) -> None:
        zone = self.console.study.timezone
        options = [(each, facts.number(each, zone)) for each in known.card.numbers]
        if not options:
            self.home.deny(f"Case {self.serial} has no number.")
            self.console.go_to(self.home)
            return
        self._go(Chosen(self.console, f"Case {self.serial}: {question}", options, then))

    def _number(self, heading: str, then: Callable[[str], None]) -> Asked:
        from cati.console.interviewer.typed import why_not_called

        def read(typed: str) -> str:
            why = why_not_called(typed)
            if why:
                raise NotTaken(f"{typed} cannot be called: {why}.")
            return typed

        return Asked(self.console, "Number", then, parts=(Para("heading", heading),), read=read)

    def _ask_when(
        self,
        heading: str,
        under: str,
        then: Callable[[Any], None],
        *,
        optional: bool = False,
        none: Callable[[], None] | None = None,
    ) -> None:
        from cati.fieldwork import WhenError, check_time, describe, parse_when

        study = self.console.study

        def read(typed: str) -> Any:
            if not typed and optional:
                return None
            try:
                return parse_when(typed, self.console.now, study.timezone)
            except WhenError as why:
                raise NotTaken(str(why)) from why

        def doubt(when: Any) -> str:
            if when is None:
                return ""
            against = " ".join(check_time(study.rules, when, self.console.now))
            return f"{describe(when, self.console.now, study.timezone)}. {against}".strip()

        def taken(when: Any) -> None:
            if when is None and none is not None:
                none()
            else:
                then(when)

        parts: list[Part] = [Para("heading", heading)]
        parts += [Para("fact", under)] if under else []
        parts.append(Para("plain", "As it is said: tomorrow 2pm, tue 10:30, 24 nov 14:00, in 20 minutes."))
        if optional:
            parts.append(Para("plain", "Enter alone: no appointment."))
        self._go(Asked(self.console, "When", taken, parts=parts, read=read, doubt=doubt, empty=optional))

    def _why(self, repair: Repair) -> None:
        """The last question of all."""

        def typed(why: str) -> None:
            self._preview(replace(repair, why=why))

        heading = Para("heading", f"Case {self.serial}: {_said(repair)}")
        hint = Para("plain", "Why? It is kept with the change, for whoever looks at the case later.")
        self._go(Asked(self.console, "Reason", typed, parts=(heading, hint)))

    def _preview(self, repair: Repair) -> None:
        Previewing.begin(self.console, repair, self.home)

    def _go(self, state: State) -> None:
        self.console.go_to(state)


def undo_last(state: State) -> None:
    """Takes back the repair that she did last."""
    serial = state.console.undoable
    if not serial:
        state.tell("You have repaired nothing since you sat down. The case itself (Enter, then F8) undoes its last.")
        return
    Repairs(state.console, serial).undo()


def _said(repair: Repair) -> str:
    label = dict(MENU)[repair.kind].lower()
    known = [repair.to, repair.number, f"→ {repair.instead}" if repair.instead else ""]
    if repair.booking is not None:
        known.append(repair.booking.words)
    told = " ".join(part for part in known if part)
    return f"{label}{f' ({told})' if told else ''}"
