"""The appointment that a call ends with: hard or soft, and when, checked against the hours and the other bookings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from cati.console.interviewer import facts
from cati.console.interviewer.effects import CheckBooking
from cati.console.interviewer.ending_steps import Chosen, Step
from cati.console.interviewer.page import Choice, Para
from cati.fieldwork import When, WhenError, check_time, clocks_there, describe, parse_when, zone_name

KINDS_SAID = {"hard": "A hard appointment: the respondent named the time.", "soft": "A soft appointment: about then."}


class AppointmentKind(Chosen):
    """Hard or soft?"""

    name = "appointment_kind"
    question = "What sort of appointment?"
    answers = {"1": "Hard: the respondent named the time", "2": "Soft: about then"}  # noqa: RUF012

    def take(self, code: str) -> None:
        self.draft.appointment = "hard" if code == "1" else "soft"

    def held(self) -> str:
        return {"hard": "1", "soft": "2", None: ""}[self.draft.appointment]


class AppointmentTime(Step):
    """The day and time, typed as they are said; read back, with what speaks against them, before they are taken."""

    name = "appointment"

    @property
    def kind(self) -> Literal["hard", "soft"]:
        """Which sort is being made."""
        return self.draft.appointment or "soft"

    def enter(self, typed_text: str, now: datetime) -> None:
        if not typed_text:
            if self.draft.when is not None:
                self.done()
            else:
                self.tell("Type the day and time, for example: tomorrow 2pm")
            return
        if self.accepted == typed_text and self.draft.when is not None:
            self.done()
            return
        study = self.console.study
        try:
            when = parse_when(typed_text, now, study.timezone)
        except WhenError as why:
            self.refuse(str(why))
            return
        if (when.end or when.start) < now:
            self.refuse(" ".join(check_time(study.rules, when, now)))
            return
        self.console.run(
            CheckBooking(self.console.case.hold, when.start, when.end, self.kind),
            lambda against: self._read_back(when, against),
            failed=lambda why: self._read_back(when, self._unchecked(when, why)),
        )

    def _unchecked(self, when: When, why: str) -> list[str]:
        """What can be said of a time without the database. It can be booked all the same."""
        rules = self.console.study.rules.in_zone(self.console.card.timezone)
        return [
            *check_time(rules, when, self.console.now),
            f"Whether it clashes with other appointments could not be looked up: {why}",
        ]

    def _read_back(self, when: When, against: Sequence[str]) -> None:
        self.draft.when, self.draft.against = when, tuple(against)
        doubts = "See above what speaks against it. " if against else ""
        all_the_same = " all the same" if against else ""
        self.sure(f"{self._described(when)}. {doubts}Enter again takes it{all_the_same}.")

    def _described(self, when: When) -> str:
        """The time, and what the respondent's clocks show then where they show another."""
        zone = self.console.study.timezone
        there = clocks_there(when, zone, facts.zone_of(self.console.card.timezone, zone))
        return describe(when, self.console.now, zone) + (f"; that is {there}" if there else "")

    def changed(self) -> None:
        self.draft.when, self.draft.against = None, ()

    def body(self) -> tuple[Para | Choice, ...]:
        body = [Para("heading", KINDS_SAID[self.kind])]
        if self.draft.when is not None:
            body.append(Para("fact", f"Held now: {self._described(self.draft.when)}"))
        body += [Para("warning", each) for each in self.draft.against]
        clocks = facts.clocks(self.console.card, self.console.study.timezone, self.console.now)
        if clocks:
            here = zone_name(self.console.study.timezone)
            body.append(Para("warning", f"{clocks}. Type the time that it is in {here} then."))
        return (
            *body,
            Para("instruction", "Agree a day and time, and read it back."),
            Para("plain", "For example: tomorrow 2pm   tue 10:30   24 nov 2pm   fri 10-12   in 20 minutes"),
        )

    def prompt(self) -> str:
        return "When"
