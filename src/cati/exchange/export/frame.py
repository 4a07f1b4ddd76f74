"""The table of an export as a data frame, for the libraries that write one."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from cati.exchange.export.needing import needed

if TYPE_CHECKING:
    import polars

    from cati.exchange.export.table import Table


def frame_of(table: Table, extra: str, form: str, texts: dict[str, list[str]] | None = None) -> polars.DataFrame:
    """A column a variable. `texts`: other words for some columns of text. Raises InputError where polars is missing."""
    pl = needed("polars", extra, form)
    replaced = texts or {}
    series: list[Any] = []
    for variable, column in table.each():
        if isinstance(column, array):
            whole = pl.Int32 if column.typecode == "i" else pl.Int64
            series.append(pl.Series(variable.name, _buffer(column), dtype=whole))
        elif variable.kind == "moment":
            series.append(pl.Series(variable.name, column, dtype=pl.Datetime("us")))
        else:
            series.append(pl.Series(variable.name, replaced.get(variable.name, column), dtype=pl.String))
    frame: polars.DataFrame = pl.DataFrame(series)
    return frame


def _buffer(column: array[int]) -> Any:
    """The numbers without copying them one by one, where numpy is there."""
    try:
        import numpy
    except ImportError:
        return list(column)
    return numpy.frombuffer(column, dtype=f"i{column.itemsize}")
