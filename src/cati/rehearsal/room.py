"""The telephone room on a simulated clock: an agenda of what happens when, and the interviewers who wait for a case."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from itertools import count

Work = Generator[float | None, None, None]
"""Somebody at work: yields the seconds until going on, or None to wait until there may be something to do."""

_LOOK = timedelta(minutes=1)


class Agenda:
    """What is to happen, in order of time; things of one instant in the order in which they were put down."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._coming: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, when: datetime, what: Callable[[], None]) -> None:
        """Puts something down for an instant; one that has passed happens next."""
        heapq.heappush(self._coming, (max(when, self.now), next(self._order), what))

    def run(self, until: datetime) -> None:
        """Lets everything happen that is down for before `until`, and all that follows from it before then."""
        while self._coming and self._coming[0][0] < until:
            self.now, _, what = heapq.heappop(self._coming)
            what()
        self.now = until


class Room:
    """The interviewers on shift. Those who found nothing to do look again every minute, the one waiting longest first.

    Not each of them looks each minute: where one finds nothing, the next would find nothing either, but for cases kept
    from or for somebody. So each is the first to look in turn, and all look when an appointment falls due. Nobody looks
    while it is known that there is nothing yet.
    """

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._waiting: deque[Work] = deque()
        self._look_at: datetime | None = None
        self._nothing_before = agenda.now

    def start(self, work: Work) -> None:
        """Lets somebody begin to work, or go on."""
        pause = next(work, _OVER)
        if pause is None:
            self._waiting.append(work)
            self._look_later()
        elif pause is not _OVER:
            assert isinstance(pause, float)
            self._agenda.at(self._agenda.now + timedelta(seconds=pause), lambda: self.start(work))

    def wake(self, work: Work) -> None:
        """Lets somebody go on who waits (her shift is over)."""
        if work in self._waiting:
            self._waiting.remove(work)
            self.start(work)

    def everybody_looks(self) -> None:
        """Each one who waits looks once."""
        for _ in range(len(self._waiting)):
            self.start(self._waiting.popleft())

    def nothing_before(self, at: datetime) -> None:
        """It is known that there is nothing to do before then, unless something happens meanwhile."""
        self._nothing_before = at

    def something_at(self, at: datetime) -> None:
        """There may be something to do from then on."""
        if at < self._nothing_before:
            self._nothing_before = at
            if self._waiting:
                self._look_later()

    def _look_later(self) -> None:
        at = max(self._agenda.now + _LOOK, self._nothing_before)
        if self._look_at is None or at < self._look_at:
            self._look_at = at
            self._agenda.at(at, lambda: self._look(at))

    def _look(self, at: datetime) -> None:
        if at != self._look_at:
            return  # put forward since
        self._look_at = None
        for _ in range(len(self._waiting)):
            work = self._waiting.popleft()
            self.start(work)
            if self._waiting and self._waiting[-1] is work:
                break
        if self._waiting:
            self._look_later()


_OVER = object()
