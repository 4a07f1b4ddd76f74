"""A report before it has a format: a title, grids of cells, and the lines that say what was counted and when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from fractions import Fraction

from cati.reports.plots import Plot


@dataclass(frozen=True, slots=True)
class Percent:
    """A share printed as a per cent: exact until it is printed, then halves up. None is printed as `missing`."""

    value: Fraction | None
    places: int = 0
    missing: str = "-"

    @property
    def rounded(self) -> Fraction | None:
        """The share as printed, still as a share of 1."""
        if self.value is None:
            return None
        unit = 100 * 10**self.places
        return Fraction(
            (2 * self.value.numerator * unit + self.value.denominator) // (2 * self.value.denominator), unit
        )

    def __str__(self) -> str:
        if self.rounded is None:
            return self.missing
        scaled = int(self.rounded * 100 * 10**self.places)
        if not self.places:
            return f"{scaled}%"
        whole, rest = divmod(scaled, 10**self.places)
        return f"{whole}.{rest:0{self.places}d}%"


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more (`+3`) or less (`−3`) one number is than another."""

    n: int

    def __str__(self) -> str:
        return f"{'+' if self.n > 0 else '−' if self.n < 0 else ''}{abs(self.n):,}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is not whole, with as many decimal places as it is printed with; None: not defined."""

    value: Fraction | float | None
    places: int = 2
    missing: str = "-"

    def __str__(self) -> str:
        return self.missing if self.value is None else f"{float(self.value):,.{self.places}f}"


Cell = str | int | Percent | Difference | Number | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name as data, its heading, whether it holds numbers. `data_only`: only in data, not for people."""

    key: str
    label: str
    numeric: bool = True
    data_only: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of cells, one a column. `depth` indents its first printed cell; depth 0 stands out."""

    cells: tuple[Cell, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: `name` says which one it is where there are several (also the sheet of a workbook).

    `plots` are drawn above it, where a format draws. `empty` is what people read in place of a table without rows.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]
    notes: tuple[str, ...] = ()
    plots: tuple[Plot, ...] = ()
    empty: str = "None."

    def printed(self) -> Iterator[tuple[int, Column]]:
        """The columns that people see, with their places."""
        return ((i, column) for i, column in enumerate(self.columns) if not column.data_only)


@dataclass(frozen=True, slots=True)
class Provenance:
    """When a report was made, from which database, in which zone times are shown. Passwords in a URL are not shown.

    `as_of`: the moment that it shows things as they stood at; None: as they stand.
    """

    at: datetime
    database: str | None = None
    zone: tzinfo | None = None
    as_of: datetime | None = None

    @property
    def time(self) -> datetime:
        """The time of the report in the study's zone."""
        return self.at.astimezone(self.zone) if self.zone else self.at

    @property
    def time_text(self) -> str:
        """The time as people read it."""
        return self.words(self.at)

    def local(self, moment: datetime) -> datetime:
        """A moment in the study's zone."""
        return moment.astimezone(self.zone) if self.zone else moment

    def words(self, moment: datetime) -> str:
        """A moment as people read it, in the study's zone."""
        local = self.local(moment)
        seconds = ":%S" if local.second else ""
        return f"{local.day} {local:%B %Y, %H:%M{seconds} %Z}"

    def facts(self) -> dict[str, str]:
        """What it says of a report as data: when, as of when, from where."""
        as_of = {} if self.as_of is None else {"as_of": self.local(self.as_of).isoformat()}
        database = {"database": visible(self.database_text)} if self.database_text else {}
        return {"at": self.time.isoformat(), **as_of, **database}

    def json(self) -> dict[str, str | None]:
        """The same for JSON, where no database is null."""
        return {**self.facts(), "database": self.database_text}

    @property
    def database_text(self) -> str | None:
        """The database, without the password that its address may hold."""
        if not self.database:
            return None
        address = re.sub(r"(://[^:@/]*):.*@", r"\1:***@", visible(self.database))
        return re.sub(r"(?i)((?:password|passfile|sslpassword)=)[^&]*", r"\1***", address)

    def lines(self) -> tuple[str, ...]:
        """The lines under a report."""
        stood = () if self.as_of is None else (f"As it stood on {self.words(self.as_of)}.",)
        made = (*stood, f"Made {self.time_text}.")
        return (*made, f"Database: {self.database_text}.") if self.database else made


@dataclass(frozen=True, slots=True)
class Document:
    """A report. `facts` are repeated on every line of a CSV, which has no other place for them; `notes` stand below."""

    title: str
    grids: tuple[Grid, ...]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def visible(text: str) -> str:
    """Text with its control and direction characters made visible, so that data cannot steer a terminal or a page."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"⟨U+{code:04X}⟩"
    return character


def cell_text(cell: Cell) -> str:
    """A cell as people read it: thousands separators, per cent signs, `-` for nothing."""
    if cell is None:
        return "-"
    return f"{cell:,}" if isinstance(cell, int) else visible(cell) if isinstance(cell, str) else str(cell)


def cell_data(cell: Cell) -> str:
    """A cell as data: plain numbers, whole per cents as printed, other shares as a decimal, nothing for nothing."""
    if isinstance(cell, Percent):
        if cell.value is None or cell.rounded is None:
            return ""
        return str(int(cell.rounded * 100)) if cell.places == 0 else repr(float(cell.value))
    if isinstance(cell, Difference):
        return str(cell.n)
    if isinstance(cell, Number):
        return "" if cell.value is None else repr(float(cell.value))
    return "" if cell is None else visible(cell) if isinstance(cell, str) else str(cell)
