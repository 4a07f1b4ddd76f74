"""The published tables as they are printed, and which denominators a printed percentage can be of."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = 10**6


def whole(n: int, base: int) -> int:
    """`n` of `base` in whole per cents, halves up."""
    return (200 * n + base) // (2 * base)


def number(cell: str) -> int:
    """A printed count."""
    return int(cell.replace(",", ""))


def per_cent(cell: str) -> int:
    """A printed percentage."""
    return int(cell.rstrip("%"))


@cache
def table(name: str) -> list[dict[str, str]]:
    """A published table (`a_7`), row by row, as printed."""
    with (ROOT / "outcomes" / "published" / f"table_{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bases(n: int, percent: int) -> tuple[int, int]:
    """The smallest and the greatest number that `n` is so many per cent of; (1, 0) where it is of none."""
    if n == 0:
        return (1, ENDLESS) if percent == 0 else (1, 0)
    if percent == 0:
        return 200 * n + 1, ENDLESS
    # percent - 1/2 <= 100 n / base < percent + 1/2
    greatest = 200 * n // (2 * percent - 1)
    smallest = max(n, 200 * n // (2 * percent + 1) + 1)
    return (smallest, greatest) if smallest <= greatest else (1, 0)


@dataclass(frozen=True)
class Response:
    """A row of a published response table: counts and percentages as printed; `open_link` is None in Wave 2's."""

    variable: str
    value: str
    online: int
    online_percent: int
    telephone: int
    telephone_percent: int
    total: int
    total_percent: int
    open_link: int | None

    @property
    def sample(self) -> tuple[int, int]:
        """The starting samples that the printed total can be of."""
        return bases(self.total, self.total_percent)

    @property
    def approached_online(self) -> tuple[int, int]:
        """The numbers approached online that the printed online response can be of."""
        return bases(self.online, self.online_percent)

    @property
    def approached_by_telephone(self) -> tuple[int, int]:
        """The numbers approached by telephone that the printed telephone response can be of."""
        return bases(self.telephone, self.telephone_percent)


@cache
def responses(name: str) -> list[Response]:
    """The rows of a published response table (`a_7`, `a_8`)."""
    found = []
    for row in table(name):
        _, variable, value, *cells = row.values()
        online, telephone, total = ((number(cells[at]), per_cent(cells[at + 1])) for at in (0, 2, 4))
        open_link = number(cells[6]) if len(cells) > 6 else None
        found.append(Response(variable, value, *online, *telephone, *total, open_link))
    return found
