"""An interviewer at work in a rehearsal: takes a case, dials, talks, codes the call, and so on until her shift ends.

Everything that is written down goes through the desk, as from a console: the claim, the call, a heartbeat a minute,
each answer as it is given, the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cati import desk
from cati.interview.interview import Interview
from cati.rehearsal.people import Answered, Heard, Person
from cati.rehearsal.record import Asked, Case, Made
from cati.rehearsal.room import Work

if TYPE_CHECKING:
    from datetime import datetime

    from cati.rehearsal.simulation import Simulation
    from cati.rehearsal.staffing import Stint

_HEARTBEAT = 60.0


class Lost(RuntimeError):
    """A heartbeat was refused: in a rehearsal nobody is ever late, so that this is a fault of the rehearsal."""


class AtWork:
    """One interviewer in a simulation."""

    def __init__(self, simulation: Simulation, who: desk.Interviewer) -> None:
        self.who = who
        self._here = simulation
        self._beat_at: datetime = simulation.agenda.now

    @property
    def now(self) -> datetime:
        """The time on the simulated clock."""
        return self._here.agenda.now

    def shift(self, stint: Stint) -> Work:
        """A whole shift. The last call may end after it does."""
        desk.present(self._here.store, self.who, stint.ends)
        while self.now < stint.ends:
            asked_at = self.now
            delivery = self._take()
            if delivery is None:
                yield None
                self._here.asked.append(Asked(asked_at, self.who.id, None, self.now))
                continue
            serial = delivery.hold.serial
            booked = self._here.cases[serial].appointment
            hard = booked is not None and booked.kind == "hard" and booked.at <= asked_at
            self._here.asked.append(Asked(asked_at, self.who.id, serial, hard=hard))
            yield from self._call(delivery)
            yield 60 * self._here.population.minutes.wrap_up
        self._here.overrun += max(self.now - stint.ends, timedelta())
        desk.sign_out(self._here.store, self.who)

    def _take(self) -> desk.Delivery | None:
        here = self._here
        if here.order is None:
            delivery = desk.next_case(here.store, here.study, self.who)
            if delivery is None:
                due = desk.day(here.store, here.study, self.who).next_due
                here.room.nothing_before(due or here.ends)
            return delivery
        case = here.order.pick(here.free_cases(), self.who.id, self.now)
        return None if case is None else desk.take_case(here.store, here.study, self.who, case.serial)

    def _call(self, delivery: desk.Delivery) -> Work:
        here, hold = self._here, delivery.hold
        case, person = here.cases[hold.serial], here.people_by_serial[hold.serial]
        case.held = True
        line, number = self._number(case, delivery)
        opened = desk.start_call(here.store, here.study, hold, number, per_call=here.script.program.per_call)
        started, self._beat_at = self.now, self.now + timedelta(seconds=_HEARTBEAT)
        if case.appointment is not None and started >= case.appointment.at - here.early(case.appointment.kind):
            case.appointment.delivered_at = started
        answered = here.people.ring(person, case, line, started)
        if answered.kept is not None:
            answered.kept.kept = True
        outcome = self._outcome(case, person, answered)
        booking = self._booking(case, person, outcome)
        if booking is None and "appointment" in here.study.scheme.outcomes[outcome].asks_for:
            outcome = here.population.roles.too_late  # no time is left before fieldwork ends
        answers, seconds = self._talk(case, person, delivery, opened, outcome, answered)
        for seq, (item, value) in enumerate(answers, opened.seq):
            yield from self._pause(seconds / len(answers), hold)
            desk.save_answer(here.store, hold, opened, item, value, seq)
        if not answers:
            yield from self._pause(seconds, hold)
        result = self._result(case, person, outcome, booking)
        closed = desk.close_call(here.store, here.study, hold, opened, result)
        contact = answered.heard in (Heard.left, Heard.person)
        part = here.people.part_of(started)
        strength = None if result.refusal is None else result.refusal.strength
        made = Made(line, self.who.id, started, self.now, outcome, contact, part, strength)
        here.coded(case, person, made, closed, result)

    def _pause(self, seconds: float, hold: desk.Hold) -> Iterator[float]:
        """Time passes in a call; every minute the heartbeat keeps the case."""
        ends = self.now + timedelta(seconds=seconds)
        while self._beat_at <= ends:
            yield (self._beat_at - self.now).total_seconds()
            if not desk.renew(self._here.store, hold):
                raise Lost(f"case {hold.serial} was lost in a call")
            self._beat_at = self.now + timedelta(seconds=_HEARTBEAT)
        yield (ends - self.now).total_seconds()

    def _number(self, case: Case, delivery: desk.Delivery) -> tuple[int, int]:
        """The number to dial: which of the person's, and its id."""
        held = {self._here.line_of(case.serial, each.number): each.id for each in delivery.card.numbers}
        line = None if self._here.order is None else self._here.order.line(case, self.who.id, self.now)
        if line is not None:
            return line, held[line]
        number = delivery.card.next_number
        assert number is not None
        return next(line for line, each in held.items() if each == number), number

    def _outcome(self, case: Case, person: Person, answered: Answered) -> str:
        roles, people = self._here.population.roles, self._here.people
        match answered.heard:
            case Heard.no_reply:
                return roles.no_reply
            case Heard.engaged:
                return roles.engaged
            case Heard.dead:
                return roles.dead
            case Heard.wrong:
                return roles.wrong
            case Heard.left:
                return roles.referral if people.forwards(person) else roles.left
            case Heard.person:
                return people.comes_to(person, case, answered.kept)

    def _talk(
        self,
        case: Case,
        person: Person,
        delivery: desk.Delivery,
        opened: desk.OpenCall,
        outcome: str,
        answered: Answered,
    ) -> tuple[list[tuple[str, Any]], float]:
        """What is typed in the call, and how many seconds it takes."""
        here, contact = self._here, case.contacts + 1
        sample = delivery.card.sample | {"interviewer_name": self.who.name}
        interview = Interview(here.script.program, sample, opened.answers)
        random = here.people.stream(person, "answers", len(case.calls))
        answers = list(here.script.answers(interview, outcome, random, person.new_line))
        minutes = here.population.minutes
        rings = {Heard.no_reply: minutes.ring_out, Heard.engaged: minutes.engaged, Heard.dead: minutes.dead}
        quick = rings.get(answered.heard)
        if quick is not None:
            return answers, 60 * quick
        breaks_off = here.study.scheme.outcomes[outcome].breaks_off
        if not breaks_off and outcome != here.script.completed:
            return answers, here.people.seconds(person, "talk", minutes.short_talk, len(case.calls))
        seconds = here.people.seconds(person, "interview", minutes.interview, contact)
        if not breaks_off:
            return answers, seconds
        share = here.people.draw(person.serial, "broken off", contact)
        screener = sum(item in here.script.program.per_call for item, _ in answers)
        return answers[: screener + int(share * (len(answers) - screener))], share * seconds

    def _booking(self, case: Case, person: Person, outcome: str) -> desk.Booking | None:
        here = self._here
        kind = here.study.scheme.outcomes[outcome].appointment
        if kind is None:
            return None
        at = here.people.wanted_time(person, case, self.now, here.roster)
        return None if at is None else desk.Booking("hard" if kind == "hard" else "soft", at)

    def _result(self, case: Case, person: Person, outcome: str, booking: desk.Booking | None) -> desk.Result:
        asks_for = self._here.study.scheme.outcomes[outcome].asks_for
        soft = self._here.people.refuses_softly(person, case)
        return desk.Result(
            outcome,
            appointment=booking,
            refusal=desk.Refusal("soft" if soft else "hard", "respondent") if "refusal" in asks_for else None,
            referral_number=person.new_line if "number" in asks_for else None,
            email=desk.EmailRequest(f"{person.serial}@example.org", "online_link") if "email" in asks_for else None,
        )
