"""Times inside statements, on both databases: counted and subtracted where the rows are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, cast, extract, func

from cati.storage.store import Store

QUARTER = 900
"""Seconds. Every offset of a time zone in use is a multiple of it, so that a quarter of an hour in UTC lies within one
hour, and one day, on every clock."""


def quarter(store: Store, column: ColumnElement[Any]) -> ColumnElement[int]:
    """The number of the quarter of an hour since 1970 (UTC) in which an instant lies. Rows are grouped by it, and the
    groups put on the clocks of a zone afterwards: no database is asked about clock changes."""
    if store.is_sqlite:
        return cast(func.strftime("%s", column), BigInteger) // QUARTER
    return cast(func.floor(extract("epoch", column) / QUARTER), BigInteger)


def epoch(store: Store, column: ColumnElement[Any]) -> ColumnElement[float]:
    """An instant as seconds since 1970, to a thousandth."""
    if store.is_sqlite:
        return func.round((func.julianday(column) - 2_440_587.5) * 86_400.0, 3, type_=Float)
    return cast(extract("epoch", column), Float)


def seconds(store: Store, start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[float]:
    """The seconds from one instant to another, to a thousandth; NULL where one of them is."""
    return epoch(store, end) - epoch(store, start)
