"""Where the response rate will end: completion rates by attempt, applied to the live sample over the calls still to
come.

A simple method, and a stated one. Of each attempt (the first call to a case, the second …) it is known how many of the
cases that had it were completed by it, and how many closed otherwise. The calls still to come are as many, for each
open hour, as in the last days; each day they go to the live cases called least often first, one a day to a case at
most. What they bring is drawn by those rates.

The range comes from a bootstrap (Efron 1979): cases and days are drawn anew from those there are, rates worked out from
them, and fieldwork played to its end, many times. Of attempts that too few cases have had so far nothing is known; how
much they bring is drawn evenly between nothing and what the last known attempts brought.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from random import Random
from typing import Literal

from .tally import quantile

State = Literal["complete", "closed", "stopped", "live"]
"""Of an issued case: completed by telephone; final otherwise; not final, but not to be called any more (attempts used
up, no number); to be called."""

LEVEL = 0.95
"""Of the range."""
PLAYED = 500
"""How many times fieldwork is played to its end."""
KNOWN = 30
"""So many cases must have had an attempt for its rates to be taken as known."""
HALF = 0.5
"""Of an attempt that completed nobody so far, half a case is taken to have been: none among some is not never."""
LAST_DAYS = 14
"""Calls an open hour are those of so many calling days, the latest."""
FEWEST_DAYS, FEWEST_CALLED, FEWEST_COMPLETES = 3, 50, 10
_MANY = 30.0


@dataclass(frozen=True, slots=True)
class SoFar:
    """What is known when the forecast is made.

    `cases`: how many issued cases have had how many calls and are in which state; `days`: of each calling day so far,
    its open hours and the calls that began on it; `to_come`: the open hours of each calling day left, today's rest
    first; `limit`: the most calls to a case before calls stop, None for no limit.
    """

    cases: Mapping[tuple[int, State], int]
    days: Sequence[tuple[float, int]]
    to_come: Sequence[float]
    limit: int | None = None

    @property
    def issued(self) -> int:
        """All cases."""
        return sum(self.cases.values())

    def count(self, *states: State) -> int:
        """The cases in these states."""
        return sum(n for (_, state), n in self.cases.items() if state in states)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The completes when fieldwork ends: `low` and `high` hold the middle 95 of 100 plays, `middle` is their median.

    `path`: the same three after each day of `SoFar.to_come`; `issued`: what the rates are of; `unknown`: the share of
    the calls still to come that are of attempts of which nothing is known yet; `seed`: the same one, the same forecast.
    """

    low: float
    middle: float
    high: float
    path: tuple[tuple[float, float, float], ...]
    issued: int
    calls: float
    unknown: float
    seed: int

    def rate(self, completes: float) -> float:
        """Completes as a share of the cases issued."""
        return completes / self.issued


@dataclass(frozen=True, slots=True)
class NoForecast:
    """Why there is none."""

    why: str


def forecast(so_far: SoFar, seed: int, plays: int = PLAYED) -> Forecast | NoForecast:
    """The forecast from what is known; or why there is too little to go by."""
    lacking = _lacking(so_far)
    if lacking:
        return NoForecast(lacking)
    rng = Random(seed)
    recent = [calls / hours for hours, calls in so_far.days if hours > 0][-LAST_DAYS:]
    played = [_play(so_far, recent, rng) for _ in range(plays)]
    path = []
    for day in range(len(so_far.to_come)):
        ordered = sorted(float(each.completes[day]) for each in played)
        path.append(_range(ordered))
    end = path[-1] if path else (float(so_far.count("complete")),) * 3
    made = sum(each.calls for each in played)
    blind = sum(each.blind for each in played)
    return Forecast(
        *end,
        path=tuple(path),
        issued=so_far.issued,
        calls=made / plays,
        unknown=blind / made if made else 0.0,
        seed=seed,
    )


def _range(ordered: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = (quantile(ordered, share) for share in ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2))
    assert low is not None and middle is not None and high is not None  # noqa: PT018
    return low, middle, high


def _lacking(so_far: SoFar) -> str:
    called = sum(n for (attempts, _), n in so_far.cases.items() if attempts)
    days = sum(calls > 0 for _, calls in so_far.days)
    completes = so_far.count("complete")
    for have, need, what in (
        (days, FEWEST_DAYS, "days with calls"),
        (called, FEWEST_CALLED, "cases called"),
        (completes, FEWEST_COMPLETES, "interviews completed"),
    ):
        if have < need:
            return f"Too little is known yet to forecast from: {have} {what}, at least {need} are needed."
    return ""


@dataclass(slots=True)
class _Played:
    """One play: the completes after each day, the calls made, and those of attempts of which nothing was known."""

    completes: list[int]
    calls: int = 0
    blind: int = 0


def _play(so_far: SoFar, recent: Sequence[float], rng: Random) -> _Played:
    rates = _Rates(_drawn(so_far.cases, rng), rng.random())
    live = Counter({attempts: n for (attempts, state), n in so_far.cases.items() if state == "live"})
    done = so_far.count("complete")
    played = _Played([])
    for hours in so_far.to_come:
        left = round(hours * rng.choice(recent))
        moved: Counter[int] = Counter()
        for attempts in sorted(live):
            if left <= 0:
                break
            called = min(live[attempts], left)
            left -= called
            completing, closing, known = rates.of(attempts + 1)
            completed = binomial(called, completing, rng)
            closed = binomial(called - completed, closing / (1 - completing) if completing < 1 else 0.0, rng)
            live[attempts] -= called
            # those who stand at the limit now are to be called all the same: somebody asked for it
            if so_far.limit is None or attempts + 1 < so_far.limit:
                moved[attempts + 1] += called - completed - closed
            done += completed
            played.calls += called
            played.blind += 0 if known else called
        live = Counter({attempts: n for attempts, n in (live + moved).items() if n})
        played.completes.append(done)
    return played


class _Rates:
    """Of each attempt: the share of the cases that had it that were completed by it, and that closed otherwise."""

    def __init__(self, cases: Mapping[tuple[int, State], int], faith: float) -> None:
        most = max((attempts for attempts, _ in cases), default=0)
        had, completed, closed = ([0] * (most + 2) for _ in range(3))
        for (attempts, state), n in cases.items():
            for attempt in range(1, attempts + 1):
                had[attempt] += n
            if state == "complete":
                completed[attempts] += n
            elif state == "closed":
                closed[attempts] += n
        self._known: list[tuple[float, float]] = []
        for attempt in range(1, most + 1):
            if had[attempt] < KNOWN:
                break
            self._known.append(((completed[attempt] or HALF) / had[attempt], closed[attempt] / had[attempt]))
        # the last known attempts together, so that what is beyond them does not hang on a single one
        last = list(range(1, len(self._known) + 1))[-2:]
        people = sum(had[attempt] for attempt in last)
        self._beyond = (
            faith * (sum(completed[attempt] for attempt in last) or HALF) / people if people else 0.0,
            sum(closed[attempt] for attempt in last) / people if people else 0.0,
        )

    def of(self, attempt: int) -> tuple[float, float, bool]:
        """The two shares, and whether they are known."""
        if attempt <= len(self._known):
            return *self._known[attempt - 1], True
        return *self._beyond, False


def _drawn(cases: Mapping[tuple[int, State], int], rng: Random) -> dict[tuple[int, State], int]:
    """As many cases, each drawn with replacement from those there are."""
    left, share_left, drawn = sum(cases.values()), sum(cases.values()), {}
    for pattern, n in sorted(cases.items()):
        drawn[pattern] = binomial(left, n / share_left, rng) if share_left else 0
        left -= drawn[pattern]
        share_left -= n
    return drawn


def binomial(n: int, p: float, rng: Random) -> int:
    """A draw from the binomial distribution; by the normal one where both outcomes are expected more than 30 times."""
    if n <= 0 or p <= 0:
        return 0
    if p >= 1:
        return n
    if p > 0.5:
        return n - binomial(n, 1 - p, rng)
    if n * p > _MANY:
        return min(max(round(rng.gauss(n * p, (n * p * (1 - p)) ** 0.5)), 0), n)
    # from one success to the next are geometric steps (Devroye 1986, Non-Uniform Random Variate Generation, X.4.3)
    count, at, scale = 0, 0, log(1 - p)
    while True:
        at += int(log(1.0 - rng.random()) / scale) + 1
        if at > n:
            return count
        count += 1
