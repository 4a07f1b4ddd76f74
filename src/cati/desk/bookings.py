"""What speaks against an appointment as it is being made: the hours, her other appointments, too many at one time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from cati.desk.records import AppointmentKind, Hold
from cati.desk.standing import calling_rules
from cati.fieldwork import CallingRules, When, check_time, clocks_there, within_fieldwork, within_window, zone_name
from cati.storage import Store
from cati.storage.tables import appointment, cases, interviewer

if TYPE_CHECKING:
    from cati.studies import Study

INTERVIEW = timedelta(minutes=15)
"""How long an interview is reckoned to take: two appointments of one interviewer are to lie so far apart."""
_QUARTER = timedelta(minutes=15)
_NAMED = 2


@dataclass(frozen=True, slots=True)
class _Booked:
    """An appointment of another case that stands."""

    at: datetime
    mine: bool
    serial: str
    name: str


@dataclass(frozen=True, slots=True)
class _Day:
    """All that is booked on a day, around a time that somebody proposes.

    `rules` by the clocks of the study, `there` by those of the respondent; `quarters`: how many appointments each
    quarter of an hour has; `signed_in`: interviewers at work now.
    """

    rules: CallingRules
    there: CallingRules
    now: datetime
    booked: Sequence[_Booked]
    quarters: Counter[datetime]
    signed_in: int

    def clashing(self, at: datetime) -> list[_Booked]:
        """Her own appointments within the length of an interview."""
        return [each for each in self.booked if each.mine and abs(each.at - at) < INTERVIEW]

    def in_quarter(self, at: datetime) -> int:
        """How many appointments there are in the quarter of an hour of `at`."""
        return self.quarters[_quarter(at)]

    def on_shift(self, at: datetime) -> int:
        """How many interviewers there will be, as far as that is known: by the rules, else those signed in now."""
        planned = [count for name, count in self.rules.staffing.items() if within_window(self.rules, at, name)]
        return max(1, max(planned, default=self.signed_in))

    def is_free(self, at: datetime) -> bool:
        """May one more appointment be made then?"""
        if at < self.now or not within_fieldwork(self.there, at) or not within_window(self.there, at):
            return False
        return not self.clashing(at) and self.in_quarter(at) < self.on_shift(at)


def check_booking(
    store: Store, study: Study, hold: Hold, start: datetime, end: datetime | None, kind: AppointmentKind
) -> list[str]:
    """What speaks against an appointment of the case in hand at a time, in sentences; empty when nothing does.

    The respondent's calling hours and the fieldwork dates; another appointment of the same interviewer; more
    appointments than interviewers in that quarter of an hour, with other times that are free. Writes nothing.
    """
    with store.read() as connection:
        day = _look(store, connection, study, hold, start)
    home, there = day.rules.timezone, day.there.timezone
    local = clocks_there(When(start, end, ""), home, there)
    against = [_as_there(said, local) for said in check_time(day.there, When(start, end, ""), day.now)]
    clashing = day.clashing(start)
    against += _clash(clashing, kind, day)
    count, staff = day.in_quarter(start) + 1, day.on_shift(start)
    crowded = count > staff
    if crowded:
        first = _quarter(start).astimezone(home)
        against.append(
            f"{first:%H:%M}–{(first + _QUARTER):%H:%M} has {_count(count, 'appointment')} for "
            f"{_count(staff, 'interviewer')}: offer another time."
        )
    if crowded or clashing:
        against.append(_free_instead(day, start))
    return against


def _look(store: Store, connection: Connection, study: Study, hold: Hold, start: datetime) -> _Day:
    now = store.now(connection)
    rules = calling_rules(connection, study)
    zone = connection.execute(select(cases.c.timezone).where(cases.c.id == hold.case_id)).scalar_one()
    first, last = _day_of(start, rules)
    rows = connection.execute(
        select(appointment.c.starts_at, appointment.c.owner, cases.c.serial, cases.c.name)
        .join(cases, cases.c.id == appointment.c.case_id)
        .where(
            appointment.c.status == "booked",
            appointment.c.starts_at > first - INTERVIEW,
            appointment.c.starts_at < last + INTERVIEW,
            cases.c.id != hold.case_id,
            cases.c.next_class.is_not(None),  # else nobody will call
        )
        .order_by(appointment.c.starts_at, cases.c.serial)
    )
    booked = [_Booked(row.starts_at, row.owner == hold.interviewer_id, row.serial, row.name) for row in rows]
    signed_in = connection.execute(
        select(func.count()).select_from(interviewer).where(interviewer.c.present_until > now)
    ).scalar_one()
    quarters = Counter(_quarter(each.at) for each in booked)
    return _Day(rules, rules.in_zone(zone), now, booked, quarters, signed_in)


def _day_of(at: datetime, rules: CallingRules) -> tuple[datetime, datetime]:
    """The day of an instant on the clocks of the rules, as instants."""
    day = at.astimezone(rules.timezone).date()
    first, last = (datetime.combine(each, time(), rules.timezone) for each in (day, day + timedelta(days=1)))
    return first.astimezone(UTC), last.astimezone(UTC)


def _quarter(at: datetime) -> datetime:
    """The beginning of the quarter of an hour in which an instant lies."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def _as_there(said: str, local: str) -> str:
    return f"That is {local}: {said[:1].lower()}{said[1:]}" if local else said


def _clash(clashing: Sequence[_Booked], kind: AppointmentKind, day: _Day) -> Iterator[str]:
    # a hard appointment comes to whoever made it first, a soft one to anybody
    then = "." if kind == "hard" else ": somebody else may have to take this one."
    for each in clashing[:_NAMED]:
        name = f" ({each.name})" if each.name else ""
        at = each.at.astimezone(day.rules.timezone)
        yield f"You have an appointment at {at:%H:%M} with case {each.serial}{name}{then}"
    if len(clashing) > _NAMED:
        yield f"You have {_count(len(clashing) - _NAMED, 'more appointment')} about then."


def _free_instead(day: _Day, start: datetime) -> str:
    """The nearest quarters of an hour of the same day that are free, one before and one after.

    The same day on both clocks: else the night here would be offered for the evening there.
    """
    days = [_day_of(start, rules) for rules in (day.rules, day.there)]
    first, last = max(each[0] for each in days), min(each[1] for each in days)
    before = next((at for at in _steps(start, -_QUARTER) if at < first or day.is_free(at)), first)
    after = next((at for at in _steps(start, _QUARTER) if at >= last or day.is_free(at)), last)
    free = [at for at in (before, after) if first <= at < last and day.is_free(at)]
    if not free:
        return "No other time of that day is free: offer another day."
    home, there = ([f"{at.astimezone(rules.timezone):%H:%M}" for at in free] for rules in (day.rules, day.there))
    local = f" ({' or '.join(there)} in {zone_name(day.there.timezone)})" if there != home else ""
    return f"{' or '.join(home)} {'is' if len(free) == 1 else 'are'} free{local}."


def _steps(start: datetime, step: timedelta) -> Iterator[datetime]:
    at = _quarter(start) if step < timedelta() and _quarter(start) < start else _quarter(start) + step
    while True:
        yield at
        at += step


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
