"""The data of an export: a column a variable, in the order of the codebook."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cati.exchange.codebook import Codebook, Variable
from cati.exchange.codebook.reserve import OTHER_VERSION

Column = Any
"""Of a coded variable, flag or number, an array of whole numbers; of a text, a list of texts; of a moment, of datetimes
without zone, or None."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a file does not hold as it was given, or that somebody should look at: never the words themselves.

    `survey_id`: empty where it is said of a variable as a whole; `form`: the format, empty for all of them.
    """

    variable: str
    what: str
    survey_id: str = ""
    form: str = ""


class Table:
    """Interviews as columns, filled in chunk by chunk."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.columns: list[Column] = [_empty(variable) for variable in codebook.variables]
        self.rows = 0

    def extend(self, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows, each with a value a variable."""
        if not rows:
            return
        for column, values in zip(self.columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
        self.rows += len(rows)

    def add(self, columns: Sequence[Column], rows: int) -> None:
        """Adds rows that are columns already."""
        for mine, other in zip(self.columns, columns, strict=True):
            mine.extend(other)
        self.rows += rows

    def column(self, name: str) -> Column:
        """The column of a variable."""
        return self.columns[self.codebook.at[name]]

    def sort_by(self, name: str) -> list[int]:
        """Puts the rows in the order of a column; gives back where each now comes from."""
        key = self.column(name)
        order = sorted(range(self.rows), key=key.__getitem__)
        if order == list(range(self.rows)):
            return order
        pick = _picker(order)
        self.columns = [pick(column) for column in self.columns]
        return order

    def each(self) -> Iterable[tuple[Variable, Column]]:
        """The variables with their columns."""
        return zip(self.codebook.variables, self.columns, strict=True)

    @classmethod
    def joined(cls, codebook: Codebook, tables: Sequence[Table]) -> Table:
        """The rows of several tables under a codebook that has the variables of all of them.

        A variable that a table does not have is filled with the code for another version of the questionnaire.
        """
        if len(tables) == 1 and tables[0].codebook.at == codebook.at:
            return tables[0].with_codebook(codebook)
        joined = cls(codebook)
        for table in tables:
            for variable, column in joined.each():
                at = table.codebook.at.get(variable.name)
                column.extend(_filler(variable, table.rows) if at is None else table.columns[at])
            joined.rows += table.rows
        return joined

    def with_codebook(self, codebook: Codebook) -> Table:
        """The same columns under a codebook with the same variables (wider texts, say)."""
        other = Table(codebook)
        other.columns, other.rows = self.columns, self.rows
        return other


def _empty(variable: Variable) -> Column:
    if variable.kind in ("coded", "flag"):
        return array("i")
    return array("q") if variable.kind == "number" else []


def _filler(variable: Variable, rows: int) -> Sequence[Any]:
    if variable.kind == "text":
        return [str(OTHER_VERSION)] * rows
    return [None if variable.kind == "moment" else OTHER_VERSION] * rows


def _picker(order: Sequence[int]) -> Callable[[Column], Column]:
    """Puts a column into an order; numbers all at once, where numpy is there."""
    try:
        import numpy
    except ImportError:
        places = None
    else:
        places = numpy.array(order, dtype=numpy.intp)

    def picked(column: Column) -> Column:
        if isinstance(column, array) and places is not None:
            return array(column.typecode, numpy.frombuffer(column, dtype=f"i{column.itemsize}")[places].tobytes())
        values = map(column.__getitem__, order)
        return array(column.typecode, values) if isinstance(column, array) else list(values)

    return picked
