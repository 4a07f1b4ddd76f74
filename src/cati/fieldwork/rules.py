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
    call_again:
      engaged: {after: [15, 30, 60]}                  # minutes: first, second, third and later time in a row
      call_back_consumer_hours: {after: [60], window: consumer_hours}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from cati.errors import InputError

ANY_HOURS = "any"
"""The window that needs no definition: whenever one of the study's windows is open."""


class RulesError(InputError):
    """A rules file that cannot be used: each line of the message names file, line, key, fault and remedy."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes after midnight on the wall clock, from `start` up to, not including, `end` (at most 1,440)."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.start // 60:02d}:{self.start % 60:02d} to {self.end // 60:02d}:{self.end % 60:02d}"


@dataclass(frozen=True, slots=True)
class Window:
    """Named calling hours: the spans of each weekday (Monday first), and those of a bank holiday."""

    name: str
    weekdays: tuple[tuple[Span, ...], ...]
    bank_holiday: tuple[Span, ...]

    def spans(self, day: date, holidays: frozenset[date]) -> tuple[Span, ...]:
        """The spans of `day`, in order; a bank holiday has its own, whatever its weekday."""
        return self.bank_holiday if day in holidays else self.weekdays[day.weekday()]


@dataclass(frozen=True, slots=True)
class Delay:
    """How long to wait after an outcome, and in which window to call again."""

    after: tuple[timedelta, ...]
    window: str = ANY_HOURS

    def wait(self, times_in_a_row: int) -> timedelta:
        """The wait after the outcome came `times_in_a_row` times running (1 = the first); the last one holds on."""
        if times_in_a_row < 1:
            raise ValueError(f"an outcome has come at least once, not {times_in_a_row} times")
        return self.after[min(times_in_a_row, len(self.after)) - 1]


@dataclass(frozen=True, slots=True)
class CallingRules:
    """The calling rules of one study, with the bank holidays handed in."""

    timezone: ZoneInfo
    fieldwork_start: date
    fieldwork_end: date
    appointment_grace: timedelta
    windows: Mapping[str, Window]
    call_again: Mapping[str, Delay]
    holidays: frozenset[date] = frozenset()

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
        return replace(self, fieldwork_start=start, fieldwork_end=end)

    def with_holidays(self, holidays: Iterable[date]) -> CallingRules:
        """The same rules with these bank holidays."""
        return replace(self, holidays=frozenset(holidays))

    def spans(self, day: date, window: str = ANY_HOURS) -> tuple[Span, ...]:
        """The calling hours of `day` in the named window, in order, without overlaps.

        `any` joins all windows. An unknown name is a `KeyError`: rules and study were checked when they were loaded.
        """
        if window != ANY_HOURS:
            return self.windows[window].spans(day, self.holidays)
        joined: list[Span] = []
        for span in sorted(s for w in self.windows.values() for s in w.spans(day, self.holidays)):
            if joined and span.start <= joined[-1].end:
                joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
            else:
                joined.append(span)
        return tuple(joined)
