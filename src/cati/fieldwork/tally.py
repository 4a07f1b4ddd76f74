"""Arithmetic of fieldwork reports: quantiles, and how far a small number may lie from what was expected by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z95 = 1.959964
"""The 97.5 per cent point of the normal distribution."""


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the ordered values lie, interpolated between neighbours (Hyndman and Fan 1996,
    The American Statistician 50:361, type 7, as spreadsheets and R do); None of none."""
    if not ordered:
        return None
    at = (len(ordered) - 1) * share
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


@dataclass(frozen=True, slots=True)
class Spread:
    """How values are spread: how many, and the 10th, 25th, 50th, 75th and 90th of each hundred (None: no values)."""

    n: int = 0
    p10: float | None = None
    p25: float | None = None
    median: float | None = None
    p75: float | None = None
    p90: float | None = None


def spread(values: Sequence[float]) -> Spread:
    """The spread of values, in any order."""
    ordered = sorted(values)
    return Spread(len(ordered), *(quantile(ordered, share) for share in (0.1, 0.25, 0.5, 0.75, 0.9)))


def ratio_interval(observed: int, expected: float) -> tuple[float, float] | None:
    """The 95 per cent interval of observed / expected, the observed a Poisson count and the expected taken as known.

    Byar's approximation (Breslow and Day 1987, Statistical Methods in Cancer Research II, p. 69). None where nothing
    was expected.
    """
    if expected <= 0:
        return None
    low = 0.0
    if observed:
        low = observed / expected * (1 - 1 / (9 * observed) - Z95 / (3 * sqrt(observed))) ** 3
    more = observed + 1
    return low, more / expected * (1 - 1 / (9 * more) + Z95 / (3 * sqrt(more))) ** 3
