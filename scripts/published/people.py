"""Who to invent so that the published response tables hold: as many people of each region and rating as each needs.

The tables print no denominators for regions and ratings, only percentages. Any whole numbers that give every printed
percentage and add up to the printed totals will do; these are found here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from published.printed import Response, responses

VARIABLES = {"Region": "region", "Ofsted": "ofsted"}
STARTING_SAMPLE: Mapping[tuple[str, str], Mapping[str, int]] = {
    ("a_7", "Region"): {
        "North East": 247, "North West": 253, "Yorkshire and the Humber": 141, "East Midlands": 359,
        "West Midlands": 222, "East of England": 334, "South East": 439, "South West": 200, "Greater London": 556,
    },
}  # fmt: skip
"""Issued to the telephone, by table and variable, where it is decided which of the numbers possible are taken."""
GROUPS = ("interviewed", "online_after", "online_before", "issued", "held")
"""Interviewed by telephone; completed online once issued, or without; issued and not responded; neither."""


@dataclass(frozen=True)
class Facts:
    """What a sampled person has to have: values of the variables, and an e-mail address or none."""

    values: Mapping[str, str]
    has_email: bool


@dataclass(frozen=True)
class Cells:
    """How many people of one value there are in each of `GROUPS`, and how many of them without an e-mail address."""

    value: str
    sizes: Mapping[str, int]
    no_email: int


def facts_of(table: str, sizes: Mapping[str, int], random: Random) -> dict[str, list[Facts]]:
    """Facts for everybody of each group (`sizes`: how many), so that the response table comes out as printed."""
    rows = responses(table)
    without = None
    lists: dict[str, dict[str, list[str]]] = {}
    for heading, variable in VARIABLES.items():
        of_it = [row for row in rows if row.variable == heading]
        cells = solve(of_it, sizes, without, STARTING_SAMPLE.get((table, heading)))
        without = without if without is not None else sum(cell.no_email for cell in cells)
        lists[variable] = {group: _shuffled(cells, group, random) for group in GROUPS}
    found = {}
    for group in GROUPS:
        of_all = zip(*(lists[variable][group] for variable in VARIABLES.values()), strict=True)
        found[group] = [
            Facts(dict(zip(VARIABLES.values(), values, strict=True)), group != "issued" or at >= (without or 0))
            for at, values in enumerate(of_all)
        ]
    return found


def sample_size(table: str) -> int:
    """A starting sample that the percentages of every variable can add up to, where none is printed."""
    ranges = []
    for heading in (*VARIABLES, "Overall"):
        samples = [row.sample for row in responses(table) if row.variable == heading]
        ranges.append((sum(low for low, _ in samples), sum(high for _, high in samples)))
    return (max(low for low, _ in ranges) + min(high for _, high in ranges)) // 2


def solve(
    rows: Sequence[Response],
    sizes: Mapping[str, int],
    without: int | None = None,
    starting: Mapping[str, int] | None = None,
) -> list[Cells]:
    """How many of each value are in each group. `without`: how many have no e-mail address, if that is settled;
    `starting`: how many of each value were issued, likewise.

    Raises ValueError where no numbers give the printed percentages.
    """
    ranges = [row.sample for row in rows]
    if starting is not None:  # few of those issued completed online
        wanted = [starting[row.value] + row.online for row in rows]
        ranges = [(max(low, min(high, each)), high) for (low, high), each in zip(ranges, wanted, strict=True)]
    samples = _share_out(ranges, sum(sizes.values()))
    out = sizes["interviewed"] + sizes["online_after"] + sizes["issued"]
    limits = []
    for row, sample in zip(rows, samples, strict=True):
        low, high = row.approached_by_telephone
        if starting is None:
            limits.append((low, max(low, min(high, sample - row.online))))
        elif low <= starting[row.value] <= high:
            limits.append((starting[row.value], starting[row.value]))
        else:
            raise ValueError(f"{row.value}: {starting[row.value]} issued give other percentages than the printed")
    issued = _share_out(limits, out)
    needed = [max(0, n + row.online - sample) for row, sample, n in zip(rows, samples, issued, strict=True)]
    most = [min(row.online, n - row.telephone) for row, n in zip(rows, issued, strict=True)]
    after = _share_out(list(zip(needed, most, strict=True)), sizes["online_after"])
    least = [max(0, sample - row.approached_online[1]) for row, sample in zip(rows, samples, strict=True)]
    room = [
        min(sample - row.approached_online[0], n - row.telephone - a)
        for row, sample, n, a in zip(rows, samples, issued, after, strict=True)
    ]
    no_email = _share_out(list(zip(least, room, strict=True)), sum(least) if without is None else without)
    return [
        Cells(
            row.value,
            {
                "interviewed": row.telephone,
                "online_after": a,
                "online_before": row.online - a,
                "issued": n - row.telephone - a,
                "held": sample - n - row.online + a,
            },
            missing,
        )
        for row, sample, n, a, missing in zip(rows, samples, issued, after, no_email, strict=True)
    ]


def _share_out(limits: Sequence[tuple[int, int]], total: int) -> list[int]:
    """Numbers within these limits that add up to `total`, each as far up its range as the others."""
    found = [low for low, _ in limits]
    left = total - sum(found)
    while left > 0:
        open_ones = [at for at, (_, high) in enumerate(limits) if found[at] < high]
        if not open_ones:
            break
        for at in open_ones[:left]:
            found[at] += 1
        left = total - sum(found)
    if left or any(low > high for low, high in limits):
        raise ValueError(f"no numbers within {limits} add up to {total}")
    return found


def _shuffled(cells: Sequence[Cells], group: str, random: Random) -> list[str]:
    """The values of a group's people; first, of those issued, of the people without an e-mail address."""
    first = [cell.value for cell in cells for _ in range(cell.no_email if group == "issued" else 0)]
    rest = [
        cell.value for cell in cells for _ in range(cell.sizes[group] - (cell.no_email if group == "issued" else 0))
    ]
    random.shuffle(rest)
    return first + rest
