"""Variants side by side: the same people under each, seed by seed, and what the differences may be by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import atan, cos, pi, sin, sqrt
from statistics import fmean, stdev

from cati.rehearsal.findings import Findings

LEVEL = 0.95
"""The level of the intervals."""


def _share(part: float, of: float) -> float | None:
    return part / of if of else None


@dataclass(frozen=True, slots=True)
class Measure:
    """Something to compare variants by: in words, how it is measured (None where it is not defined), and whether it is
    a share, to be printed in per cent."""

    label: str
    of: Callable[[Findings], float | None]
    is_share: bool = False


MEASURES: dict[str, Measure] = {
    "completes": Measure("Interviews completed by telephone", lambda found: found.completes),
    "completes_per_hour": Measure(
        "Interviews per interviewer hour", lambda found: _share(found.completes, found.hours)
    ),
    "calls": Measure("Calls", lambda found: found.calls),
    "contact_rate": Measure("Contacts per call", lambda found: _share(found.contacts, found.calls), is_share=True),
    "attempts_to_complete": Measure("Calls to somebody interviewed", lambda found: found.attempts_to_complete),
    "never_reached": Measure("Cases never reached", lambda found: found.never_reached),
    "never_called": Measure("Cases never called", lambda found: found.never_called),
    "minutes_waited": Measure(
        "Minutes waited per interviewer hour", lambda found: _share(found.minutes_waited, found.hours)
    ),
    "hard_due": Measure("Hard appointments due", lambda found: found.hard.due),
    "hard_on_time": Measure(
        "On time, within five minutes", lambda found: _share(found.hard.on_time, found.hard.due), is_share=True
    ),
    "hard_kept": Measure(
        "Kept by the respondent", lambda found: _share(found.hard.kept, found.hard.due), is_share=True
    ),
    "hard_late_while_free": Measure("Late while somebody was free", lambda found: found.hard.while_free),
}
"""What is compared, by name."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more a variant has of something than the first one: the mean of the paired differences over the seeds,
    and the ends of its interval (None with fewer than two seeds)."""

    measure: str
    seeds: int
    mean: float
    low: float | None
    high: float | None


def mean_of(measure: str, found: Sequence[Findings]) -> float | None:
    """The mean of a measure over the seeds at which it is defined."""
    values = [value for each in found if (value := MEASURES[measure].of(each)) is not None]
    return fmean(values) if values else None


def difference(measure: str, first: Sequence[Findings], other: Sequence[Findings]) -> Difference | None:
    """The paired difference other − first, with its interval by Student's t; None where no seed has both.

    Both in the order of the same seeds; with a normal spread of the differences the interval covers the true mean in
    95 of 100 repetitions.
    """
    how = MEASURES[measure].of
    pairs = [(how(one), how(two)) for one, two in zip(first, other, strict=True)]
    differences = [two - one for one, two in pairs if one is not None and two is not None]
    if not differences:
        return None
    mean = fmean(differences)
    if len(differences) < 2:
        return Difference(measure, len(differences), mean, None, None)
    half = t_quantile((1 + LEVEL) / 2, len(differences) - 1) * stdev(differences) / sqrt(len(differences))
    return Difference(measure, len(differences), mean, mean - half, mean + half)


def t_quantile(probability: float, freedom: int) -> float:
    """What Student's t with so many degrees of freedom stays below with this probability (a half or more)."""
    if not 0.5 <= probability < 1 or freedom < 1:
        raise ValueError(f"no quantile for {probability} with {freedom} degrees of freedom")
    low, high = 0.0, 1.0
    while _t_within(high, freedom) < 2 * probability - 1:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_within(middle, freedom) < 2 * probability - 1 else (low, middle)
    return (low + high) / 2


def _t_within(t: float, freedom: int) -> float:
    """The probability that Student's t lies between -t and t: Abramowitz and Stegun 26.7.3 and 26.7.4, exact for whole
    degrees of freedom."""
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    total = 0.0 if freedom == 1 else term
    for at in range(2 + odd, freedom - 1, 2):
        term *= cos(angle) ** 2 * (at - 1) / at
        total += term
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
