"""The telephone outcome table: counts of outcomes, added up into the scheme's rows, with percentages and rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from cati.errors import InputError
from cati.outcomes.scheme import Column, Scheme


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as printed: `n` cases, and whole per cents of the starting and of the usable sample (None: not given)."""

    key: str
    label: str
    n: int
    pct_start: int | None
    pct_usable: int | None
    depth: int


@dataclass(frozen=True, slots=True)
class RateValue:
    """A rate under the table: exact, or None where its base is empty."""

    key: str
    label: str
    definition: str
    numerator: int
    denominator: int

    @property
    def value(self) -> Fraction | None:
        """The rate, exact; None (not defined) where the denominator is 0."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def percent(self) -> int | None:
        """The rate as a whole per cent, halves up; None where it is not defined."""
        return whole_percent(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Table:
    """The telephone outcome table of one set of cases.

    `rows` are the rows to print, in order; `totals` the count of every row of the scheme, printed or not; `columns` the
    labels of the percentage columns; `rates` the rates of completed interviews.
    """

    scheme: Scheme
    rows: tuple[TableRow, ...]
    totals: Mapping[str, int]
    rates: tuple[RateValue, ...]

    @property
    def columns(self) -> Mapping[str, Column]:
        """The percentage columns, by key."""
        return self.scheme.columns

    def rate_rows(self) -> tuple[str, ...]:
        """The rows that sum the table up, in its order: those with rows inside, and those that a rate is made of."""
        parents = {row.parent for row in self.scheme.rows}
        used = {key for rate in self.scheme.table_rates for key in (rate.of, rate.base)}
        return tuple(row.key for row in self.scheme.rows if row.key in parents | used)

    def with_rows(self, keys: Iterable[str]) -> Table:
        """The same table with the rows `keys` printed too, so that tables side by side have the same rows."""
        return _table(self.scheme, self.totals, {row.key for row in self.rows} | set(keys))


def whole_percent(n: int, base: int) -> int | None:
    """`n` as a percentage of `base` in whole numbers, halves up; None where `base` is 0. Exact for any size."""
    return (200 * n + base) // (2 * base) if base else None


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A row at two moments: cases then, cases now, and how many more (or fewer) those are."""

    key: str
    label: str
    then: int
    now: int
    depth: int

    @property
    def difference(self) -> int:
        """How many more there are now."""
        return self.now - self.then


def compare_tables(then: Table, now: Table) -> tuple[ComparedRow, ...]:
    """Two tables of one scheme row by row: every row that either prints."""
    printed = {row.key for row in (*then.rows, *now.rows)}
    return tuple(
        ComparedRow(row.key, row.label, then.totals[row.key], now.totals[row.key], row.depth)
        for row in now.scheme.rows
        if row.key in printed
    )


def count_outcomes(outcomes: Iterable[str]) -> dict[str, int]:
    """How many cases have each outcome, from one outcome key a case."""
    return dict(Counter(outcomes))


def outcome_table(scheme: Scheme, counts: Mapping[str, int]) -> Table:
    """The table of `counts`: outcome key to number of cases; outcomes left out count nobody.

    Raises InputError for a key that the scheme lacks (naming the nearest) and for a count that is not a whole number
    of 0 or more.
    """
    totals = dict.fromkeys((row.key for row in scheme.rows), 0)
    parents = {row.key: row.parent for row in scheme.rows}
    for key, n in counts.items():
        outcome = scheme.outcome(key)
        if isinstance(n, bool) or not isinstance(n, int) or n < 0:
            raise InputError(f"outcome {key!r}: {n!r} is not a number of cases; give a whole number of 0 or more")
        row: str | None = outcome.row
        while row is not None:
            totals[row] += n
            row = parents[row]
    return _table(scheme, totals, {row.key for row in scheme.rows if row.always or totals[row.key]})


def _table(scheme: Scheme, totals: Mapping[str, int], printed: set[str]) -> Table:
    inside = {key: _rows_inside(scheme, column.base) for key, column in scheme.columns.items()}

    def percent(column: str, row: str) -> int | None:
        if row not in inside[column]:
            return None
        return whole_percent(totals[row], totals[scheme.columns[column].base])

    rows = tuple(
        TableRow(
            row.key,
            row.label,
            totals[row.key],
            percent("pct_start", row.key),
            percent("pct_usable", row.key),
            row.depth,
        )
        for row in scheme.rows
        if row.key in printed
    )
    rates = tuple(
        RateValue(rate.key, rate.label, rate.definition, totals[rate.of], totals[rate.base])
        for rate in scheme.table_rates
    )
    return Table(scheme, rows, totals, rates)


def _rows_inside(scheme: Scheme, base: str) -> set[str]:
    inside: set[str] = set()
    for row in scheme.rows:  # parents stand before their children, which the reader has checked
        if row.parent == base or row.parent in inside:
            inside.add(row.key)
    return inside
