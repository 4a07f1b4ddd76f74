"""One simulated fieldwork: invented people, called through the desk as interviewers call, on a simulated clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from cati import desk
from cati.desk.closing import SOFT_LEEWAY
from cati.interview.drawn_sample import drawing
from cati.rehearsal.interviewer import AtWork
from cati.rehearsal.orders import Order, Setting, order_named
from cati.rehearsal.people import People, Person
from cati.rehearsal.record import Agreed, Asked, Case, Made
from cati.rehearsal.room import Agenda, Room
from cati.rehearsal.staffing import Roster, Stint, make_roster
from cati.rehearsal.talking import Script

if TYPE_CHECKING:
    from cati.rehearsal.population import Population
    from cati.storage import Store
    from cati.studies import Study

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
Progress = Callable[[int], None]
"""Is told how many days of fieldwork are over."""


def unwatched(_days: int) -> None:
    """Progress that nobody looks at."""


class Simulation:
    """A fieldwork to be simulated in an empty database whose clock is `agenda`'s.

    `study`: as installed, its fieldwork dates those of the simulation; `order`: None for the desk's own order, else the
    name of another; `share`: of the population's interviewers. After `run`, what happened is in `cases`, `agreed`,
    `asked`, `weeks`, `overrun`, and in the database.
    """

    def __init__(
        self,
        store: Store,
        study: Study,
        population: Population,
        agenda: Agenda,
        *,
        seed: int,
        cases: int,
        share: float = 1.0,
        order: str | None = None,
        script: Script | None = None,
    ) -> None:
        self.store, self.study, self.population, self.agenda = store, study, population, agenda
        self.script = script or Script(study)
        rules = study.rules
        self.days = (rules.fieldwork_end - rules.fieldwork_start).days + 1
        self.people = People(population, rules, seed)
        self.roster: Roster = make_roster(population.shifts, rules, self.days, share)
        self.order: Order | None = None if order is None else order_named(order, Setting(study, population.roles, seed))
        self.people_by_serial: dict[str, Person] = {
            person.serial: person for person in self.people.make(cases, drawing(self.script.program))
        }
        self.cases = {serial: Case(serial, len(each.lines)) for serial, each in self.people_by_serial.items()}
        self.agreed: list[Agreed] = []
        self.asked: list[Asked] = []
        self.weeks: list[dict[str, int]] = []
        self.overrun = timedelta()
        self.ends = self._midnight(self.days)
        self.room = Room(agenda)
        self._at_work: dict[str, AtWork] = {}

    def run(self, progress: Progress = unwatched) -> None:
        """Lets the whole fieldwork happen."""
        desk.install_study(self.store, self.study, fieldwork=(self._first_day, self.study.rules.fieldwork_end))
        desk.load_sample(self.store, (each.row for each in self.people_by_serial.values()), study=self.study)
        for stint in self.roster.stints:
            self.agenda.at(stint.starts, lambda stint=stint: self._begins(stint))  # type: ignore[misc]
        first, last = self._midnight(0), self.ends
        for person in self.people_by_serial.values():
            at = self.people.online_at(person, first, last)
            if at is not None:
                self._online_at(at, person)
        for day in range(1, self.days + 1):
            self.agenda.run(self._midnight(day))
            if day % 7 == 0 or day == self.days:
                self.weeks.append(desk.outcome_counts(self.store))
            progress(day)

    def free_cases(self) -> Iterator[Case]:
        """The cases that are to be called and that nobody holds, in the order of the sample."""
        return (case for case in self.cases.values() if case.open and not case.held)

    def line_of(self, serial: str, number: str) -> int:
        """Which of the person's numbers it is."""
        row = self.people_by_serial[serial].row
        return row.phones.index(number) if number in row.phones else len(row.phones)

    def early(self, kind: str) -> timedelta:
        """How long before its time the desk takes a call for one to the appointment, which settles it."""
        rules = self.study.rules
        return rules.appointment_grace if kind == "hard" else max(SOFT_LEEWAY, rules.appointments.soft_early)

    def coded(self, case: Case, person: Person, made: Made, closed: desk.Closed, result: desk.Result) -> None:
        """Writes down a coded call, and what follows from it."""
        outcome = self.study.scheme.outcomes[result.outcome]
        case.calls.append(made)
        case.held = False
        case.open = closed.next_call_at is not None
        case.outcome = closed.case_outcome
        if closed.next_call_at is not None:
            self.room.something_at(closed.next_call_at)
        if outcome.number_state is not None:
            case.failed.add(made.line)
        if result.referral_number is not None:
            case.lines = len(person.lines) + 1
        if made.contact:
            case.contacts += 1
            asked = self.population.call_backs.get(result.outcome)
            case.asked = None if asked is None else (result.outcome, asked)
            case.broken_off = case.broken_off or (outcome.breaks_off and not outcome.is_final)
            case.refused_softly = result.refusal is not None and result.refusal.strength == "soft"
        self._appointments(case, made, result)
        if result.email is not None:
            at = self.people.online_after_request(person, self.agenda.now)
            if at is not None:
                self._online_at(at, person)

    def _appointments(self, case: Case, made: Made, result: desk.Result) -> None:
        standing, booking = case.appointment, result.appointment
        if standing is not None and (standing.delivered_at is not None or booking is not None or not case.open):
            standing.cancelled = standing.delivered_at is None
            case.appointment = None
        if booking is not None and case.open:
            case.appointment = Agreed(case.serial, booking.kind, booking.at, made.who, case.contacts)
            self.agreed.append(case.appointment)
            for at in (booking.at, booking.at + self.study.rules.appointment_grace):
                self.agenda.at(at, self.room.everybody_looks)

    def _begins(self, stint: Stint) -> None:
        at_work = self._at_work.get(stint.who)
        if at_work is None:
            at_work = self._at_work[stint.who] = AtWork(self, desk.sign_in(self.store, stint.who))
        work = at_work.shift(stint)
        self.room.start(work)
        self.agenda.at(stint.ends, lambda: self.room.wake(work))

    def _online_at(self, at: datetime, person: Person) -> None:
        self.agenda.at(at, lambda: self._completes_online(person))

    def _completes_online(self, person: Person) -> None:
        case = self.cases[person.serial]
        if case.held:  # on the telephone just now
            self._online_at(self.agenda.now + _MINUTE, person)
            return
        if case.outcome in (self.script.completed, self.population.roles.online):
            return
        online = self.population.roles.online
        case.outcome = desk.record_event(
            self.store, self.study, person.serial, "online", outcome=online, status="complete", who="online survey"
        )
        case.open = False
        if case.appointment is not None:
            case.appointment.cancelled = True
            case.appointment = None

    def end_of_day(self, moment: datetime) -> datetime:
        """Midnight after a moment, by the study's clocks."""
        day = moment.astimezone(self.study.timezone).date() + _DAY
        return datetime.combine(day, time(), self.study.timezone).astimezone(UTC)

    @property
    def _first_day(self) -> date:
        return self.study.rules.fieldwork_start

    def _midnight(self, days: int) -> datetime:
        return datetime.combine(self._first_day + days * _DAY, time(), self.study.timezone).astimezone(UTC)
