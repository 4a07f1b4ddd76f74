"""What a rehearsal found: plain figures, the same for the same population, rules, order and seed."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cati.rehearsal.record import Agreed, Asked, Case

if TYPE_CHECKING:
    from cati.rehearsal.simulation import Simulation

ON_TIME = timedelta(minutes=5)
"""A hard appointment delivered later than this is late."""


@dataclass(frozen=True, slots=True)
class PartOfWeek:
    """Calls dialled in a part of the week, those in which somebody was spoken to, and interviews completed."""

    calls: int
    contacts: int
    completes: int

    @property
    def contact_rate(self) -> float | None:
        """Contacts a call; None where there was none."""
        return self.contacts / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class Hard:
    """The hard appointments whose time came.

    `on_time`: handed out no more than five minutes late; `kept`: the person was there for it. Of the late ones (those
    handed out later, or never): `while_free`, where from five minutes after its time on somebody was free that day and
    did not get it; `passed_over`, where somebody was free within the five minutes and did not get it.
    """

    due: int
    on_time: int
    kept: int
    late: int
    while_free: int
    passed_over: int


@dataclass(frozen=True, slots=True)
class Soft:
    """The soft appointments whose time came; `on_time`: handed out within the hour before or after it."""

    due: int
    on_time: int
    kept: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What one rehearsal found.

    `weeks`: how many cases stood at each outcome at the end of each week; `attempts`: calls made to those who were
    interviewed by telephone, by how many of them needed so many; `never_reached`: cases of which nobody was ever spoken
    to and who did not complete online; `hours`: of interviewers on shift; `minutes_waited`: in which they had no case;
    `minutes_over`: by which calls outlasted shifts.
    """

    seed: int
    cases: int
    hours: float
    calls: int
    contacts: int
    completes: int
    completes_online: int
    attempts: Mapping[int, int]
    never_called: int
    never_reached: int
    minutes_waited: float
    minutes_over: float
    interview_minutes: float | None
    hard: Hard
    soft: Soft
    parts: Mapping[str, PartOfWeek]
    weeks: Sequence[Mapping[str, int]]

    @property
    def attempts_to_complete(self) -> float | None:
        """Calls to somebody interviewed, on average; None where nobody was."""
        people = sum(self.attempts.values())
        return sum(calls * n for calls, n in self.attempts.items()) / people if people else None

    def as_data(self) -> dict[str, Any]:
        """The same as JSON data."""
        data = asdict(self)
        data["attempts"] = {str(calls): n for calls, n in sorted(self.attempts.items())}
        data["attempts_to_complete"] = self.attempts_to_complete
        return data


def findings(simulation: Simulation, seed: int) -> Findings:
    """What a simulation that has run found."""
    cases = list(simulation.cases.values())
    made = [each for case in cases for each in case.calls]
    completed, online = simulation.script.completed, simulation.population.roles.online
    lengths = [(each.ended_at - each.started_at) / timedelta(minutes=1) for each in made if each.outcome == completed]
    waited = sum(((each.until - each.at) for each in simulation.asked if each.until is not None), timedelta())
    free = Free(simulation.asked)
    ended = simulation.ends
    due = [each for each in simulation.agreed if not each.cancelled and each.at < ended]
    return Findings(
        seed=seed,
        cases=len(cases),
        hours=simulation.roster.hours,
        calls=len(made),
        contacts=sum(each.contact for each in made),
        completes=sum(case.outcome == completed for case in cases),
        completes_online=sum(case.outcome == online for case in cases),
        attempts=Counter(len(case.calls) for case in cases if case.outcome == completed),
        never_called=sum(not case.calls and case.outcome != online for case in cases),
        never_reached=sum(not case.contacts and case.outcome != online for case in cases),
        minutes_waited=waited / timedelta(minutes=1),
        minutes_over=simulation.overrun / timedelta(minutes=1),
        interview_minutes=sum(lengths) / len(lengths) if lengths else None,
        hard=_hard([each for each in due if each.kind == "hard"], free, simulation.end_of_day),
        soft=_soft([each for each in due if each.kind == "soft"]),
        parts=_parts(simulation.population.parts, cases, completed),
        weeks=simulation.weeks,
    )


class Free:
    """When an interviewer was free: she asked for a case, and got one or waited. Whoever got a hard appointment whose
    time had come was not free: of two that are due, one has to be second."""

    def __init__(self, asked: Iterable[Asked]) -> None:
        self._asked = sorted((each for each in asked if not each.hard), key=lambda each: each.at)
        self._times = [each.at for each in self._asked]
        # a wait that began long ago may still go on: how far back to look
        self._longest = max((each.until - each.at for each in self._asked if each.until), default=timedelta())

    def anybody(self, after: datetime, before: datetime) -> bool:
        """Was anybody free later than `after` and before `before`?"""
        first = bisect_right(self._times, after - self._longest)
        for at in range(first, len(self._asked)):
            each = self._asked[at]
            if each.at >= before:
                return False
            if (each.until or each.at) > after:
                return True
        return False


def _hard(due: Sequence[Agreed], free: Free, end_of_day: Any) -> Hard:
    late = [each for each in due if each.delivered_at is None or each.delivered_at - each.at > ON_TIME]
    while_free = passed_over = 0
    for each in late:
        until = min(each.delivered_at or end_of_day(each.at), end_of_day(each.at))
        while_free += free.anybody(each.at + ON_TIME, until)
        passed_over += free.anybody(each.at, min(each.at + ON_TIME, until))
    return Hard(
        due=len(due),
        on_time=len(due) - len(late),
        kept=sum(each.kept for each in due),
        late=len(late),
        while_free=while_free,
        passed_over=passed_over,
    )


def _soft(due: Sequence[Agreed]) -> Soft:
    near = timedelta(hours=1)
    return Soft(
        due=len(due),
        on_time=sum(each.delivered_at is not None and abs(each.delivered_at - each.at) <= near for each in due),
        kept=sum(each.kept for each in due),
    )


def _parts(parts: Iterable[str], cases: Sequence[Case], completed: str) -> dict[str, PartOfWeek]:
    calls, contacts, completes = Counter[str](), Counter[str](), Counter[str]()
    for case in cases:
        for made in case.calls:
            calls[made.part] += 1
            contacts[made.part] += made.contact
            completes[made.part] += made.outcome == completed
    return {part: PartOfWeek(calls[part], contacts[part], completes[part]) for part in parts}
