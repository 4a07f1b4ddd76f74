"""Measuring two programs side by side: what is measured, and the bare floor that it stands on."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Figure:
    """One figure with its floor, and what is aimed at, if anything: a ratio (`aim`), or the most it may be (`most`).

    A ratio is aimed at from above, unless more is better: `at_least`, or `times_faster`, which turns it round.
    """

    name: str
    unit: str
    cati: float
    floor_name: str
    floor: float
    aim: float | None = None
    times_faster: bool = False
    at_least: bool = False
    most: float | None = None
    rounds: int = 0
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the floor cati costs; with `times_faster`, how many times faster cati is."""
        upper, lower = (self.floor, self.cati) if self.times_faster else (self.cati, self.floor)
        return upper / lower if lower else float("nan")

    @property
    def reaches_aim(self) -> bool:
        """Is it as good as it is meant to be?"""
        if self.most is not None:
            return self.cati <= self.most
        if self.aim is None:
            return True
        return self.ratio >= self.aim if self.times_faster or self.at_least else self.ratio <= self.aim

    def as_data(self) -> dict[str, Any]:
        """The figure as plain data."""
        return asdict(self) | {"ratio": self.ratio, "reaches_aim": self.reaches_aim}

    def lines(self) -> list[str]:
        """The figure as it is printed."""
        sign = "≥" if self.times_faster or self.at_least else "≤"
        word = "times as fast" if self.times_faster else "× the floor"
        aim = f"   (aim {sign} {self.aim:g})" if self.aim is not None else ""
        if self.most is not None:
            aim = f"   (aim ≤ {self.most:g} {self.unit})"
        verdict = "" if self.reaches_aim else "   ← not reached"
        rounds = f"   medians of {self.rounds} rounds" if self.rounds else ""
        told = [
            self.name,
            f"    cati   {_number(self.cati):>10} {self.unit}",
            f"    floor  {_number(self.floor):>10} {self.unit}   {self.floor_name}",
            f"    ratio  {_number(self.ratio):>10} {word}{aim}{verdict}{rounds}",
        ]
        return [*told, f"    {self.note}"] if self.note else told


@dataclass
class Missing:
    """A figure that could not be taken here."""

    name: str
    why: str

    def as_data(self) -> dict[str, Any]:
        """What is missing as plain data."""
        return asdict(self)

    def lines(self) -> list[str]:
        """What is missing as it is printed."""
        return [self.name, f"    not measured: {self.why}"]


Told = list[Figure | Missing]


@dataclass
class Sides:
    """Values measured in turn: the floor's and cati's."""

    cati: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    def medians(self) -> tuple[float, float]:
        """cati's and the floor's."""
        return statistics.median(self.cati), statistics.median(self.floor)


def in_turn(cati: Callable[[], float], floor: Callable[[], float], rounds: int, warm: int = 1) -> Sides:
    """Both measured in turn, so that what else the machine does weighs on both; `warm` rounds are not counted."""
    sides = Sides()
    for at in range(rounds + warm):
        first = floor() if at % 2 else cati()
        second = cati() if at % 2 else floor()
        mine, bare = (second, first) if at % 2 else (first, second)
        if at >= warm:
            sides.cati.append(mine)
            sides.floor.append(bare)
    return sides


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes, on the wall."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
