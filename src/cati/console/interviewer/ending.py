"""How a call ends: what its outcome needs to know, a note, and the confirmation that logs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from cati.console.interviewer import asking, facts, typed
from cati.console.interviewer.draft import Draft
from cati.console.interviewer.effects import CheckBooking, CloseCall, Foresee, Reply
from cati.console.interviewer.page import Choice, Para
from cati.console.interviewer.state import State
from cati.fieldwork import When, WhenError, check_time, clocks_there, describe, parse_when, zone_name
from cati.interview.presenting import closing_blocks, present

if TYPE_CHECKING:
    from cati.console.interviewer.controller import Controller
    from cati.desk import Foreseen
    from cati.outcomes import Outcome

BY = {"1": "respondent", "2": "somebody else"}
KINDS_SAID = {"hard": "A hard appointment: the respondent named the time.", "soft": "A soft appointment: about then."}


class Step(State):
    """One of the things asked once the outcome is known."""

    def __init__(self, console: Controller) -> None:
        super().__init__(console)
        assert console.draft is not None
        self.draft: Draft = console.draft

    @property
    def outcome(self) -> Outcome:
        """The outcome that is being coded."""
        return self.console.study.scheme.outcomes[self.draft.outcome]

    def header(self) -> tuple[str, str, str]:
        left, who, under = self.console.header()
        return left, f"{self.outcome.label}  {who}", under

    def done(self) -> None:
        """The next step."""
        self.draft.at += 1
        step = self.draft.steps[self.draft.at](self.console)
        self.console.state = step
        step.come_to()

    def come_to(self) -> None:
        """The step has just come up."""

    def back(self, now: datetime) -> None:
        del now
        if self.draft.at > 0:
            self.draft.at -= 1
            self.console.state = self.draft.steps[self.draft.at](self.console)
        else:
            reopen(self)

    def closing(self) -> list[Para | Choice]:
        """What is said to the respondent at the end."""
        if self.draft.stopped_at is None:
            return list(asking.paras(closing_blocks(self.console.interview)))
        said = self.console.interview.program.questionnaire.closings.get(self.draft.outcome)
        return [Para("read", said.text)] if said is not None else []


def begin(console: Controller) -> None:
    """The questionnaire has come to an end: missing words first, then what the outcome needs."""
    interview = console.interview
    outcome = console.study.scheme.outcomes[interview.end or ""]
    missing = set(interview.missing())
    for item in interview.route:
        step = interview.step(item)
        wanting = [each for each in step.write_ins if each.id in missing]
        if wanting and (outcome.ends_questionnaire or step.item.per_call):
            console.state = asking.WriteIn(console, present(interview, item), wanting)
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


def reopen(step: Step) -> None:
    """Back from the first step to the question: a code that ended the call is taken back, to be coded again."""
    console, draft = step.console, step.draft
    interview = console.interview
    if draft.stopped_at is not None:
        console.draft = None
        asking.show(console, draft.stopped_at)
        return
    item = interview.route[-1]
    if not interview.step(item).ends:
        console.draft = None
        asking.show(console, item)
        return
    old = interview.answer_to(item)
    interview.hold(item, None)

    def taken_back(reply: Reply) -> None:
        del reply
        console.draft = None
        asking.show(console, item)
        console.state.tell(f"{item} is taken back: code it again.")

    console.save(
        item,
        None,
        taken_back,
        undone=lambda: interview.hold(item, old),
        failed=lambda why: step.tell(f"NOT SAVED: {why} Go back once more to try again."),
    )


class CheckEmail(Step):
    """The address for the link to the online questionnaire, read back and corrected."""

    name = "email"

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        address = typed_text or self.draft.email or self.console.card.email
        if not address:
            self.tell("Type the e-mail address.")
        elif not typed.is_address(address) and self.accepted != typed_text:
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


class Chosen(Step):
    """A step answered by a number."""

    question = ""
    answers: dict[str, str] = {}  # noqa: RUF012  filled in by each step

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        if typed_text in self.answers:
            self.take(typed_text)
            self.done()
        elif not typed_text and self.held():
            self.done()
        elif not typed_text:
            self.tell(f"Type {' or '.join(self.answers)} and press Enter.")
        else:
            self.refuse(f"{typed_text}: type {' or '.join(self.answers)}.")

    def take(self, code: str) -> None:
        """The answer."""
        raise NotImplementedError

    def held(self) -> str:
        """The code held, if any."""
        return ""

    def body(self) -> tuple[Para | Choice, ...]:
        choices = (Choice(code, label, held=code == self.held()) for code, label in self.answers.items())
        return (*self.closing(), Para("heading", self.question), *choices)

    def prompt(self) -> str:
        return "Code"


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
