"""Invented people: when they answer the telephone, what they say, when they want to be called again.

Whether a call is answered is decided by a weighted sum of standard normal draws (the likeness of the population says
with which weights): one of the person, one of the person's habit in this part of the week on this number, one of the
day, one of this part of this day, one of the half-hour. It is answered where the sum stays below the threshold of the
probability, so that over all people and times exactly the probability of the population's file comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from functools import lru_cache
from math import sqrt
from random import Random
from typing import Any, Literal

from cati.desk import SampleRow
from cati.fieldwork import CallingRules
from cati.phones import drama_number
from cati.phones.drama import DRAMA_PREFIXES
from cati.rehearsal.chance import around, choose, draw, normal, stream, threshold
from cati.rehearsal.population import Kept, Kind, Length, Population, Shares
from cati.rehearsal.record import Agreed, Case
from cati.rehearsal.staffing import Roster

State = Literal["live", "dead", "wrong", "left"]


class Heard(StrEnum):
    """What is heard on the line."""

    no_reply = auto()
    engaged = auto()
    dead = auto()
    wrong = auto()
    left = auto()
    person = auto()


_HALF_HOUR = 1800
_QUARTER_HOUR = 900
# How long before its time somebody is there for an appointment; a soft one is "about then".
_EARLY = {"hard": timedelta(minutes=5), "soft": timedelta(minutes=15)}
_SOONEST = timedelta(minutes=30)
_RANGES = tuple(name for name in DRAMA_PREFIXES if name not in ("freephone", "premium rate"))
_FACTS = ("name", "la", "region", "ofsted", "email", "link")


@dataclass(frozen=True, slots=True)
class Person:
    """A person: what the sample says, and what the telephone does. `lines`: the state of each number."""

    row: SampleRow
    kind: Kind
    lines: tuple[State, ...]
    new_line: str
    constant: float
    habits: dict[tuple[int, str], float] = field(default_factory=dict, compare=False)

    @property
    def serial(self) -> str:
        """The serial of the sample."""
        return self.row.serial


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of ringing: nobody, a dead line, somebody; `kept`: the person was there for an appointment."""

    heard: Heard
    kept: Agreed | None = None


class People:
    """The people of a population under a seed, and all that they do."""

    def __init__(self, population: Population, rules: CallingRules, seed: int) -> None:
        self.population = population
        self.seed = seed
        self._rules = rules
        self._days_and_parts = lru_cache(maxsize=8192)(self._day_and_part)
        alike = population.likeness
        self._weights = tuple(sqrt(each) for each in (alike.person, alike.habit, alike.day, alike.hours, alike.moment))
        self._thresholds = lru_cache(maxsize=4096)(threshold)

    def draw(self, *key: object) -> float:
        """A draw of this seed."""
        return draw(self.seed, *key)

    def part_of(self, moment: datetime) -> str:
        """The part of the week that a moment lies in; the first one for a moment in none."""
        return self._when(moment)[1]

    def _when(self, moment: datetime) -> tuple[date, str]:
        return self._days_and_parts(int(moment.timestamp() // _QUARTER_HOUR))

    def _day_and_part(self, quarter: int) -> tuple[date, str]:
        moment = datetime.fromtimestamp(quarter * _QUARTER_HOUR, self._rules.timezone)
        found = self.population.part_of(moment, self._rules.timezone, self._rules.holidays)
        return moment.date(), found or next(iter(self.population.parts))

    def make(self, size: int, values: Callable[[Random], Mapping[str, str]]) -> list[Person]:
        """The first `size` people, the same ones however many they are; `values` draws what the sample says of one."""
        return [self._person(number, values(stream(self.seed, "sample", number))) for number in range(1, size + 1)]

    def _person(self, number: int, values: Mapping[str, str]) -> Person:
        serial = f"R{number:06d}"
        numbers = self.population.numbers
        shares = {at: kind.share for at, kind in enumerate(self.population.kinds)}
        how_many = 2 if self.draw(serial, "second") < numbers.second else 1
        states: dict[State, float] = {"dead": numbers.dead, "wrong": numbers.wrong, "left": numbers.left}
        states["live"] = 1 - sum(states.values())
        facts: dict[str, Any] = {name: values.get(name, "") for name in _FACTS}
        row = SampleRow(
            serial=serial,
            **facts | {"name": f"Person {number}"},
            phones=tuple(_phone(number, line) for line in range(how_many)),
            recontact="yes",
            variables={name: value for name, value in values.items() if name not in facts and name != "serial"},
        )
        return Person(
            row=row,
            kind=self.population.kinds[choose(shares, self.draw(serial, "kind"))],
            lines=tuple(choose(states, self.draw(serial, "line", line)) for line in range(how_many)),
            new_line=_phone(number, 2),
            constant=normal(self.seed, serial, "person"),
        )

    def ring(self, person: Person, case: Case, line: int, at: datetime) -> Answered:
        """What becomes of dialling one of the person's numbers."""
        state = person.lines[line] if line < len(person.lines) else "live"
        if state == "dead":
            return Answered(Heard.dead)
        booked = case.appointment
        if state == "live" and booked is not None and self._keeps(person, booked, at):
            return Answered(Heard.person, booked)
        if not self._there(person, case, line, at):
            return Answered(Heard.no_reply)
        quarter = int(at.timestamp() // _QUARTER_HOUR)
        if self.draw(person.serial, Heard.engaged, line, quarter) < self.population.engaged:
            return Answered(Heard.engaged)
        return Answered(Heard.person if state == "live" else Heard(state))

    def _keeps(self, person: Person, booked: Agreed, at: datetime) -> bool:
        if at < booked.at - _EARLY[booked.kind]:
            return False
        late = max((at - booked.at).total_seconds(), 0.0) / 60
        agreed = self._kept(booked)
        still_there: float = agreed.there * 0.5 ** (late / agreed.halves_in)
        return self.draw(person.serial, "keeps", booked.contact) < still_there

    def _kept(self, booked: Agreed) -> Kept:
        appointments = self.population.appointments
        return appointments.hard if booked.kind == "hard" else appointments.soft

    def _there(self, person: Person, case: Case, line: int, at: datetime) -> bool:
        day, part = self._when(at)
        likely = person.kind.answers[part]
        if case.asked is not None and part in case.asked[1].parts:
            likely = max(likely, case.asked[1].there)
        serial, half_hour = person.serial, int(at.timestamp() // _HALF_HOUR)
        habit = person.habits.get((line, part))
        if habit is None:
            habit = person.habits[line, part] = normal(self.seed, serial, "habit", line, part)
        draws = (
            person.constant,
            habit,
            normal(self.seed, serial, "day", day),
            normal(self.seed, serial, "hours", day, part),
            normal(self.seed, serial, "moment", line, half_hour),
        )
        return sum(weight * each for weight, each in zip(self._weights, draws, strict=True)) < self._thresholds(likely)

    def comes_to(self, person: Person, case: Case, kept: Agreed | None) -> str:
        """What the next contact with a person comes to: an outcome of the scheme."""
        contact = case.contacts + 1
        return choose(self._chances(case, kept, contact), self.draw(person.serial, "contact", contact))

    def _chances(self, case: Case, kept: Agreed | None, contact: int) -> Shares:
        if case.refused_softly:
            return self.population.refusals.after_soft
        if kept is not None:
            return self._kept(kept).comes_to
        if case.broken_off:
            return self.population.resumed
        contacts = self.population.contacts
        return contacts[min(contact, len(contacts)) - 1]

    def forwards(self, person: Person) -> bool:
        """Does whoever answers on the number of somebody who has left know the new one?"""
        return self.draw(person.serial, "forwards") < self.population.numbers.referral

    def refuses_softly(self, person: Person, case: Case) -> bool:
        """Is the refusal a soft one?"""
        return self.draw(person.serial, "soft", case.contacts + 1) < self.population.refusals.soft

    def wanted_time(self, person: Person, case: Case, now: datetime, roster: Roster) -> datetime | None:
        """When the person wants to be called, at a time that somebody is on shift; None if there is none any more."""
        contact = case.contacts + 1
        appointments = self.population.appointments
        ahead = choose(appointments.ahead, self.draw(person.serial, "days ahead", contact))
        part = choose(appointments.at, self.draw(person.serial, "part", contact))
        at = self.draw(person.serial, "time", contact)
        day = now.astimezone(self._rules.timezone).date() + timedelta(days=ahead)
        while roster.last_day is not None and day <= roster.last_day:
            possible = [each for each in roster.quarters(day) if each >= now + _SOONEST]
            wanted = [each for each in possible if self.part_of(each) == part] or possible
            if wanted:
                return wanted[int(at * len(wanted))]
            day += timedelta(days=1)
        return None

    def online_at(self, person: Person, first: datetime, last: datetime) -> datetime | None:
        """When the person completes the online survey of their own accord; None: never."""
        if self.draw(person.serial, "online") >= self.population.online.share:
            return None
        return first + (last - first) * self.draw(person.serial, "online at")

    def online_after_request(self, person: Person, now: datetime) -> datetime | None:
        """When a person who asked to do it online does; None: never."""
        online = self.population.online
        if self.draw(person.serial, "online as asked") >= online.after_request:
            return None
        return now + timedelta(days=online.days * self.draw(person.serial, "online as asked at"))

    def seconds(self, person: Person, what: str, length: Length, number: int) -> float:
        """How long something takes with this person, the how-manieth time."""
        return 60 * around(length.mean, length.spread, self.draw(person.serial, what, number))

    def stream(self, person: Person, what: str, number: int) -> Random:
        """A generator for what this person answers."""
        return stream(self.seed, person.serial, what, number)


def _phone(number: int, line: int) -> str:
    """A number that nobody has; those of one person differ."""
    at = number - 1
    return drama_number(_RANGES[(at // 1000 + 5 * line) % len(_RANGES)], at % 1000)
