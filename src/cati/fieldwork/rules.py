"""The calling rules of a study: when calls may be made, and how long to wait after each outcome.

A rules file (YAML) looks like this; every key is checked by `rules_file`:

    timezone: Europe/London
    fieldwork: {start: 2019-11-11, end: 2020-01-07}   # both days included
    appointment_grace: 5                              # minutes
    windows:
      business_hours:
        mon-fri: [09:00-17:30]
      consumer_hours:
        mon-fri: [17:30-20:30]
        sat: [10:00-17:00]
        bank_holiday: []                              # the default: no calls
    slots:                                            # parts of the week: a no-reply comes back in another one
      morning: {mon-fri: [09:00-12:00]}
      afternoon: {mon-fri: [12:00-17:30]}
      evening: {mon-fri: [17:30-20:30]}
      weekend: {sat: [10:00-17:00]}
    call_again:
      # minutes: first, second, third time in a row on the same number, and from then on as a no_reply
      engaged: {after: [15, 30, 60], then: no_reply, another_slot: false}
      # another number of the same person may be tried after an hour
      no_reply: {after: [180, 240, 1440], other_number: 60, another_slot: true}
      # somebody asked for it: comes before cases where nobody answered
      call_back_consumer_hours: {after: [60], window: consumer_hours, asked_for: true}
    attempts: {case: 15, number: 10}                  # calls to a case, and to each number; without: no limit
    appointments: {missed_after: 30, soft_early: 10, soft_late: 60}   # minutes
    refusal_conversion: {outcomes: [refusal], after: 10080}           # soft ones, once; without: none
    fresh_share: 60                                   # per cent of the cold calls that go to cases never called
    seed: 1                                           # decides between cases that are equal in everything else
    staffing: {business_hours: 8, consumer_hours: 5}  # interviewers on shift, for the warning of too many appointments
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cati.errors import InputError

ANY_HOURS = "any"
"""The window that needs no definition: whenever one of the study's windows is open."""


class RulesError(InputError):
    """A rules file that cannot be used: each line of the message names file, line, key, fault and remedy."""


MOST_YEARS = 5
"""Of fieldwork. All its calling hours are gone through one by one, and a year mistyped would be centuries of them."""


def too_long_for_fieldwork(start: date, end: date) -> str | None:
    """What is wrong with dates that lie years apart; None where nothing is."""
    years = (end - start).days // 365
    if years < MOST_YEARS:
        return None
    return (
        f"Fieldwork from {start} until {end} would be {years} years: is the year right? At most {MOST_YEARS} are taken."
    )


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes after midnight on the wall clock, from `start` up to, not including, `end` (at most 1,440)."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.start // 60:02d}:{self.start % 60:02d} to {self.end // 60:02d}:{self.end % 60:02d}"


@dataclass(frozen=True, slots=True)
class Window:
    """Named calling hours: the spans of each weekday (Monday first), and those of a bank holiday (None: as any day)."""

    name: str
    weekdays: tuple[tuple[Span, ...], ...]
    bank_holiday: tuple[Span, ...] | None

    def spans(self, day: date, holidays: frozenset[date]) -> tuple[Span, ...]:
        """The spans of `day`, in order; a bank holiday may have its own, whatever its weekday."""
        if day in holidays and self.bank_holiday is not None:
            return self.bank_holiday
        return self.weekdays[day.weekday()]


@dataclass(frozen=True, slots=True)
class Delay:
    """How long to wait after an outcome, and in which window to call again."""

    after: tuple[timedelta, ...]
    window: str = ANY_HOURS
    then: str | None = None
    """The outcome that it counts as once it has come more often in a row than `after` has waits."""
    other_number: timedelta | None = None
    """The wait before another number of the case may be called; None: the same wait."""
    another_slot: bool = False
    """Nobody was reached: the next call is to fall into another part of the week."""
    asked_for: bool = False
    """Somebody asked to be called again: such cases come before those where nobody answered."""

    def wait(self, times_in_a_row: int) -> timedelta:
        """The wait after the outcome came `times_in_a_row` times running (1 = the first); the last one holds on."""
        if times_in_a_row < 1:
            raise ValueError(f"an outcome has come at least once, not {times_in_a_row} times")
        return self.after[min(times_in_a_row, len(self.after)) - 1]


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """The most calls to a case, and to each of its numbers (None: no limit). Appointments are kept beyond them."""

    case: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class AppointmentTimes:
    """When an appointment is missed, and how near its time a soft one may be called."""

    missed_after: timedelta = timedelta(minutes=30)
    soft_early: timedelta = timedelta(minutes=10)
    soft_late: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Conversion:
    """Which refusals are tried once more where they were soft, how long after, and whether by another interviewer."""

    outcomes: frozenset[str]
    after: timedelta
    another_interviewer: bool = True


@dataclass(frozen=True, slots=True)
class CallingRules:
    """The calling rules of one study, with the bank holidays handed in.

    `slots` are the parts of the week between which calls are balanced (none: they are not); `fresh_share` per cent of
    cold calls go to cases never called as long as there are both; `staffing` is how many interviewers are on shift.
    """

    timezone: ZoneInfo
    fieldwork_start: date
    fieldwork_end: date
    appointment_grace: timedelta
    windows: Mapping[str, Window]
    call_again: Mapping[str, Delay]
    holidays: frozenset[date] = frozenset()
    slots: Mapping[str, Window] = field(default_factory=dict)
    attempts: AttemptLimits = AttemptLimits()
    appointments: AppointmentTimes = AppointmentTimes()
    conversion: Conversion | None = None
    fresh_share: int = 50
    seed: int = 1
    staffing: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_yaml(cls, text: str, source: str, holidays: Iterable[date] = ()) -> CallingRules:
        """Read and check a rules file. `source` is the name that messages call it by.

        `RulesError` lists every fault with its line; what is no YAML at all is an `InputError`.
        """
        from .rules_file import read_rules  # pydantic and PyYAML load only where a file is read

        return read_rules(text, source, frozenset(holidays))

    def during(self, start: date, end: date) -> CallingRules:
        """The same rules for other fieldwork dates, both included (a demonstration, an extension)."""
        if end < start:
            raise InputError(f"Fieldwork cannot end on {end} before it starts on {start}; give the earlier date first.")
        if (too_long := too_long_for_fieldwork(start, end)) is not None:
            raise InputError(too_long)
        return replace(self, fieldwork_start=start, fieldwork_end=end)

    def with_holidays(self, holidays: Iterable[date]) -> CallingRules:
        """The same rules with these bank holidays."""
        return replace(self, holidays=frozenset(holidays))

    def in_zone(self, name: str) -> CallingRules:
        """The same rules by the clocks on the walls of a respondent's time zone; "": the study's own."""
        return self if name in ("", self.timezone.key) else replace(self, timezone=ZoneInfo(name))

    def spans(self, day: date, window: str = ANY_HOURS, slots: tuple[str, ...] = ()) -> tuple[Span, ...]:
        """The calling hours of `day` in the named window, in order, without overlaps; of `slots`, if any, alone.

        `any` joins all windows. An unknown name is a `KeyError`: rules and study were checked when they were loaded.
        """
        windows = self.windows.values() if window == ANY_HOURS else (self.windows[window],)
        open_hours = _joined(span for each in windows for span in each.spans(day, self.holidays))
        if not slots:
            return open_hours
        wanted = _joined(span for name in slots for span in self.slots[name].spans(day, self.holidays))
        return tuple(
            Span(max(one.start, other.start), min(one.end, other.end))
            for one in open_hours
            for other in wanted
            if max(one.start, other.start) < min(one.end, other.end)
        )

    def slot_at(self, moment: datetime) -> str | None:
        """The slot that an instant lies in, by the clocks of the rules' zone; None if it lies in none."""
        local = moment.astimezone(self.timezone)
        minute = local.hour * 60 + local.minute
        for name, slot in self.slots.items():
            if any(span.start <= minute < span.end for span in slot.spans(local.date(), self.holidays)):
                return name
        return None

    def delay_after(self, outcome: str, times_in_a_row: int) -> tuple[Delay, timedelta] | None:
        """The rule for an outcome that came so many times in a row, and the wait; None where it has none.

        An outcome that has come more often than its waits counts as its `then` from there on.
        """
        delay = self.call_again.get(outcome)
        while delay is not None and delay.then is not None and times_in_a_row > len(delay.after):
            times_in_a_row -= len(delay.after)
            delay = self.call_again[delay.then]
        return None if delay is None else (delay, delay.wait(times_in_a_row))


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
