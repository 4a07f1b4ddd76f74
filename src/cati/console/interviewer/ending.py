"""How a call ends: what its outcome needs to know, a note, and the confirmation that logs it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer import writing_in
from cati.console.interviewer.draft import Draft
from cati.console.interviewer.effects import CloseCall, Foresee
from cati.console.interviewer.ending_booking import AppointmentKind, AppointmentTime
from cati.console.interviewer.ending_steps import Chosen, Step
from cati.console.interviewer.page import Choice, Para
from cati.interview.presenting import present
from cati.interview.typed import is_address

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.desk import Foreseen

BY = {"1": "respondent", "2": "somebody else"}


def begin(console: Controller) -> None:
    """The questionnaire has come to an end: missing words first, then what the outcome needs."""
    interview = console.interview
    outcome = console.study.scheme.outcomes[interview.end or ""]
    missing = set(interview.missing())
    for item in interview.route:
        step = interview.step(item)
        wanting = [each for each in step.write_ins if each.id in missing]
        if wanting and (outcome.ends_questionnaire or step.item.per_call):
            console.state = writing_in.WriteIn(console, present(interview, item), wanting)
            return
    draft = Draft(outcome.key)
    for write_in in interview.program.write_ins.values():
        if write_in.write_in.use == "referral_number" and "number" in outcome.asks_for:
            draft.referral_number = str(interview.answer_to(write_in.id) or "")
    if outcome.appointment in ("hard", "soft"):
        draft.appointment = outcome.appointment
    start(console, draft)


def start(console: Controller, draft: Draft) -> None:
    """Asks what the outcome of a draft needs."""
    asks_for = console.study.scheme.outcomes[draft.outcome].asks_for
    if "email" in asks_for:
        draft.steps.append(CheckEmail)
    if "appointment" in asks_for and draft.appointment is None:
        draft.steps.append(AppointmentKind)
    if draft.appointment is not None or "appointment" in asks_for:
        draft.steps.append(AppointmentTime)
    if "refusal" in asks_for:
        draft.steps += [RefusalStrength, RefusedBy, RefusalReason]
    draft.steps += [LastNote, Confirm]
    console.draft = draft
    console.state = draft.steps[0](console)


def confirm_again(console: Controller) -> None:
    """Back at the confirmation, after the outcome was taken back."""
    assert console.draft is not None
    console.draft.at = len(console.draft.steps) - 1
    step = Confirm(console)
    console.state = step
    step.tell("Taken back. Enter logs it again; Backspace changes it.")
    step.come_to()


class CheckEmail(Step):
    """The address for the link to the online questionnaire, read back and corrected."""

    name = "email"

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        address = typed_text or self.draft.email or self.console.card.email
        if not address:
            self.tell("Type the e-mail address.")
        elif not is_address(address) and self.accepted != typed_text:
            self.sure(f"{address} looks incomplete. Enter again takes it.")
        else:
            self.draft.email = address
            self.done()

    def body(self) -> tuple[Para | Choice, ...]:
        held = self.draft.email or self.console.card.email
        return (
            Para("heading", "E-mail address for the link"),
            Para("instruction", "Read the address back and correct it where it is wrong."),
            Para("read" if held else "fact", held or "There is no address on the sample."),
            Para("fact", "Enter takes it as it is." if held else "Type it and press Enter."),
        )

    def prompt(self) -> str:
        return "E-mail"


class RefusalStrength(Chosen):
    """How firm?"""

    name = "refusal"
    question = "How firm was the refusal?"
    answers = {"1": "Soft: not now, busy, doubtful", "2": "Hard: clear and final"}  # noqa: RUF012

    def take(self, code: str) -> None:
        self.draft.strength = "soft" if code == "1" else "hard"

    def held(self) -> str:
        return {"soft": "1", "hard": "2", None: ""}[self.draft.strength]


class RefusedBy(Chosen):
    """Whose refusal?"""

    name = "refusal"
    question = "Who refused?"
    answers = {"1": "The respondent", "2": "Somebody else"}  # noqa: RUF012

    def take(self, code: str) -> None:
        self.draft.refused_by = BY[code]

    def held(self) -> str:
        return next((code for code, who in BY.items() if who == self.draft.refused_by), "")


class RefusalReason(Step):
    """The reason, in the words that were used."""

    name = "refusal"

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        self.draft.reason = typed_text or self.draft.reason
        self.done()

    def body(self) -> tuple[Para | Choice, ...]:
        held = [Para("fact", f"Held now: {self.draft.reason}")] if self.draft.reason else []
        return (
            Para("heading", "The reason, in their own words"),
            *held,
            Para("plain", "Enter alone: no reason was given." if not held else "Enter alone keeps it."),
        )

    def prompt(self) -> str:
        return "Reason"


class LastNote(Step):
    """A note for whoever calls next."""

    name = "last_note"

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        self.draft.note = typed_text or self.draft.note
        self.done()

    def special(self, word: str, now: datetime) -> bool:
        del now
        if word == "none":
            self.draft.note = ""
            self.done()
        return word == "none"

    def body(self) -> tuple[Para | Choice, ...]:
        held = self.draft.note
        says = f"Held now: {held}   Enter keeps it, /none drops it." if held else "Enter alone: no note."
        return (*self.closing(), Para("heading", "A note on this call?"), Para("plain", says))

    def prompt(self) -> str:
        return "Note"


class Confirm(Step):
    """What the call came to, once more before it is logged."""

    name = "confirm"

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        self.foreseen = ""

    def come_to(self) -> None:
        effect = Foresee(self.console.case.hold, self.console.call, self.draft.result())
        # what cannot be foreseen need not be: Enter says what stands in the way of logging it
        self.console.run(effect, self._foreseen, failed=self._not_foreseen)

    def _foreseen(self, foreseen: Foreseen | None) -> None:
        self.foreseen = foreseen.words if foreseen is not None else ""

    def _not_foreseen(self, why: str) -> None:
        self.foreseen = f"Not known yet what this does to the case: {why}"

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        if typed_text:
            self.refuse("Nothing is typed here: Enter logs the outcome, Backspace goes back.")
            return
        result = self.draft.result()
        self.console.run(
            CloseCall(self.console.case.hold, self.console.call, result),
            lambda closed: self.console.closed(closed, result),
        )

    def body(self) -> tuple[Para | Choice, ...]:
        draft = self.draft
        facts = [
            f"Refused: {draft.strength}, by {draft.refused_by}. {draft.reason}".rstrip() if draft.strength else "",
            f"New number: {draft.referral_number}" if draft.referral_number else "",
            f"Link by e-mail to {draft.email}" if draft.email else "",
            f"Note: {draft.note}" if draft.note else "",
        ]
        return (
            *self.closing(),
            Para("heading", f"This call: {self.outcome.label}"),
            *((Para("plain", self.foreseen),) if self.foreseen else ()),
            *(Para("warning", each) for each in draft.against),
            *(Para("fact", fact) for fact in facts if fact),
            Para("plain", ""),
            Para("plain", "Enter logs it.   Backspace or /back goes back and changes it."),
        )

    def prompt(self) -> str:
        return "Enter logs it"
