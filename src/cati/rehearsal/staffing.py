"""Who is on shift when: the population's shifts over the days of fieldwork, or a share of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cati.fieldwork import CallingRules
from cati.fieldwork.clock import opening_instant
from cati.rehearsal.population import Shift

_QUARTER = timedelta(minutes=15)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Stint:
    """One interviewer on one shift of one day, from and until (UTC)."""

    who: str
    starts: datetime
    ends: datetime

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.ends - self.starts) / timedelta(hours=1)


class Roster:
    """All stints in order of time, and the times at which people can be promised a call."""

    def __init__(self, stints: Sequence[Stint], rules: CallingRules) -> None:
        self.stints = tuple(sorted(stints, key=lambda stint: (stint.starts, stint.who)))
        self._zone = rules.timezone
        self._staffed: dict[date, list[tuple[datetime, datetime]]] = defaultdict(list)
        for stint in self.stints:
            spans = self._staffed[stint.starts.astimezone(self._zone).date()]
            if (stint.starts, stint.ends) not in spans:
                spans.append((stint.starts, stint.ends))
        self._quarters: dict[date, tuple[datetime, ...]] = {}

    @property
    def hours(self) -> float:
        """The interviewer hours on shift."""
        return sum(stint.hours for stint in self.stints)

    @property
    def last_day(self) -> date | None:
        """The last day that anybody is on shift."""
        return max(self._staffed, default=None)

    def quarters(self, day: date) -> tuple[datetime, ...]:
        """The quarter-hours of a day at which an appointment can be kept: somebody is there, and not about to go."""
        found = self._quarters.get(day)
        if found is None:
            spans = self._staffed.get(day, [])
            found = self._quarters[day] = tuple(sorted({at for span in spans for at in _quarters_of(*span)}))
        return found


def _quarters_of(starts: datetime, ends: datetime) -> list[datetime]:
    seconds = _QUARTER.total_seconds()
    first = math.ceil(starts.timestamp() / seconds)
    return [datetime.fromtimestamp(at * seconds, UTC) for at in range(first, int(ends.timestamp() // seconds))]


def make_roster(shifts: Sequence[Shift], rules: CallingRules, days: int, share: float = 1.0) -> Roster:
    """The stints of the first `days` days of fieldwork, with `share` of the interviewers of each shift.

    Where the share of a shift is no whole number of interviewers, the rest of one is there on some days and not on
    others, evenly, so that over the weeks the hours are right. Where so nobody would ever be there, one interviewer is
    on the first shift; none where the days and the shifts do not meet.
    """
    stints: list[Stint] = []
    # each shift begins at another place of the count, so that they do not all miss somebody on the same days
    due = [(at + 0.5) / len(shifts) for at in range(len(shifts))]
    first: list[Stint] = []
    for offset in range(days):
        day = rules.fieldwork_start + timedelta(days=offset)
        for at, shift in enumerate(shifts):
            spans = shift.hours.spans(day, rules.holidays)
            if not spans:
                continue
            before, due[at] = due[at], due[at] + shift.interviewers * share
            present = math.floor(due[at] + _ROUNDING) - math.floor(before + _ROUNDING)
            for span in spans:
                starts, ends = (_edge(rules, day, minute) for minute in (span.start, span.end))
                stints += [Stint(f"{shift.name} {number}", starts, ends) for number in range(1, present + 1)]
                first = first or [Stint(f"{shift.name} 1", starts, ends)]
    return Roster(stints or first, rules)


def _edge(rules: CallingRules, day: date, minutes: int) -> datetime:
    return opening_instant(datetime.combine(day, time()) + timedelta(minutes=minutes), rules.timezone).astimezone(UTC)
