"""A synthetic Wave 2 sample: as many people as were issued to the telephone, none of whom exists.

What is real: the number of people in each region (which the telephone column of Table A.7 fixes), the local
authorities and their regions, and how many people have which Ofsted rating (below). What is invented: everything
else. Which authority has which rating is drawn at random and says nothing about the authority of that name; every
row says so in its variable `synthetic`.

Ofsted ratings. Table A.7 prints, for each rating, the telephone completes n and the rate p in whole per cent, not the
people approached. n/p at the printed p is 432.3 Outstanding (268/62%), 1,222.4 Good (709/58%), 775.9 Requires
improvement (419/54%), 315.4 Inadequate (205/65%): 2,746 in all. Scaled to 2,751 and rounded (largest remainders):
433, 1,225, 777, 316, each of which gives the printed per cent again.

The same seed gives the same sample on every machine: of `random.Random` only `random()` is used, whose sequence
Python guarantees.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from importlib.resources import files
from random import Random
from typing import TypeVar

from cati.desk import SampleRow
from cati.desk.drawing import apportion
from cati.errors import InputError
from cati.phones import drama_number

from .invented_names import BRACKETED, FAMILY, GIVEN, RIGHT_TO_LEFT

_T = TypeVar("_T")

WAVE2_REGIONS: Mapping[str, int] = {
    "North East": 247,
    "North West": 253,
    "Yorkshire and the Humber": 141,
    "East Midlands": 359,
    "West Midlands": 222,
    "East of England": 334,
    "South East": 439,
    "South West": 200,
    "Greater London": 556,
}
"""The telephone starting sample by region: the denominators that give every per cent of Table A.7, 2,751 in all."""

WAVE2_RATINGS: Mapping[str, int] = {"Outstanding": 433, "Good": 1225, "Requires improvement": 777, "Inadequate": 316}
"""People by Ofsted rating of their authority; how they were derived stands above."""

_TAKING_PART = {
    "North East": 9,
    "North West": 13,
    "Yorkshire and the Humber": 7,
    "East Midlands": 7,
    "West Midlands": 9,
    "East of England": 8,
    "South East": 11,
    "South West": 9,
    "Greater London": 22,
}
"""Authorities that agreed to take part (Tables A.1-A.3); which of them they were is not published."""

_OFFICE_RANGES = {
    "North East": ("Tyneside, Durham and Sunderland",),
    "North West": ("Manchester", "Liverpool"),
    "Yorkshire and the Humber": ("Leeds", "Sheffield"),
    "East Midlands": ("Nottingham", "Leicester"),
    "West Midlands": ("Birmingham",),
    "East of England": ("no area",),
    "South East": ("Reading",),
    "South West": ("Bristol",),
    "Greater London": ("London",),
}
_FIRST_SERIAL = 200_001


def local_authorities() -> dict[str, list[str]]:
    """The names of the 152 English local authorities of summer 2018, by region."""
    text = (files("cati") / "studies/wave2/local_authorities.csv").read_text(encoding="utf-8")
    by_region: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        by_region.setdefault(row["region"], []).append(row["name"])
    return by_region


def synthetic_sample(seed: int = 2019, regions: Mapping[str, int] | None = None) -> Iterator[SampleRow]:
    """Invented people, `regions` of them in each region (default: Wave 2, 2,751), in an order that tells nothing.

    Numbers are Ofcom's for drama, each held by one person while the ranges last; e-mail addresses are at
    example.org and example.com. Raises `InputError` for a region that is not one of England's nine.
    """
    counts = dict(WAVE2_REGIONS if regions is None else regions)
    for region, people in counts.items():
        if region not in WAVE2_REGIONS or people < 0:
            raise InputError(f'no sample can be made of {people} in "{region}"; regions: {", ".join(WAVE2_REGIONS)}.')
    draw = _Draw(seed)
    places = list(_places(draw, counts))
    draw.shuffle(places)
    directory = _Directory(draw)
    names = _names(draw)
    for position, (region, la, rating) in enumerate(places):
        serial = str(_FIRST_SERIAL + position)
        yield SampleRow(
            serial=serial,
            name=next(names),
            la=la,
            region=region,
            ofsted=rating,
            phones=directory.phones(region),
            email=f"person.{serial}@example.{'org' if draw.below(2) else 'com'}",
            link="individual",
            recontact="yes",
            batch="soft launch" if draw.below(10) == 0 else "main",
            variables={"synthetic": "invented person; rating drawn at random"},
        )


class _Draw:
    """Random draws that are the same in every Python: all come from `random()`."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def below(self, limit: int) -> int:
        return int(self._random() * limit)

    def shuffle(self, items: list[_T]) -> None:
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]


def _places(draw: _Draw, counts: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    """Region, authority and rating of each person: both margins exact, each authority with one rating."""
    authorities = local_authorities()
    left = apportion(sum(counts.values()), list(WAVE2_RATINGS.values()))
    for region, people in counts.items():
        by_rating = apportion(people, left)
        left = [rest - taken for rest, taken in zip(left, by_rating, strict=True)]
        names = list(authorities[region])
        draw.shuffle(names)
        needed = [min(1, n) for n in by_rating]
        more = apportion(max(0, _TAKING_PART[region] - sum(needed)), by_rating)
        for rating, n, how_many in zip(WAVE2_RATINGS, by_rating, map(sum, zip(needed, more, strict=True)), strict=True):
            chosen, names = names[:how_many], names[how_many:]
            sizes = apportion(n, [3 + draw.below(10) for _ in chosen])
            for la, size in zip(chosen, sizes, strict=True):
                yield from [(region, la, rating)] * size


def _names(draw: _Draw) -> Iterator[str]:
    """Names without end; the tenth and the twentieth are the two that test a screen."""
    position = 0
    while True:
        position += 1
        name = f"{GIVEN[draw.below(len(GIVEN))]} {FAMILY[draw.below(len(FAMILY))]}"
        yield {10: RIGHT_TO_LEFT, 20: BRACKETED}.get(position, name)


class _Directory:
    """Gives out telephone numbers: those of a range in random order, none twice before all were given."""

    def __init__(self, draw: _Draw) -> None:
        self._draw = draw
        self._left: dict[str, list[int]] = {}

    def phones(self, region: str) -> tuple[str, ...]:
        """An office number, or a mobile for every fifth person; a second number for three in ten."""
        ranges = _OFFICE_RANGES[region]
        office = ranges[self._draw.below(len(ranges))]
        kind = self._draw.below(10)
        if kind < 2:
            return (self._take("mobile"),)
        if kind < 3:
            return (self._take(office), self._take("mobile"))
        return (self._take(office), self._take("UK wide")) if kind < 5 else (self._take(office),)

    def _take(self, range_name: str) -> str:
        left = self._left.setdefault(range_name, [])
        if not left:
            left.extend(range(1000))
            self._draw.shuffle(left)
        return drama_number(range_name, left.pop())
