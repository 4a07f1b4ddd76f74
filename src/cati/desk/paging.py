"""Tables in pages: each begins behind the last row of the one before, wherever that row stands by now.

A page is one range of an index, whatever comes before it (keyset paging): the thousandth page costs as much as the
first, and rows that come or go meanwhile neither hide others nor show them twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, bindparam, select, tuple_, union_all

T = TypeVar("T")
Key = tuple[Any, ...]
"""What a row is ordered by; the last part tells rows apart that are alike in the others."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Which page: `size` rows at most, behind the row of `key`, or with `back` before it; without one the first page,
    or with `back` the last."""

    size: int
    key: Key | None = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows in order, with the key of each; are there more before them, and behind?"""

    rows: tuple[T, ...] = ()
    keys: tuple[Key, ...] = ()
    before: bool = False
    behind: bool = False


def read_page(
    connection: Connection,
    parts: Sequence[Select[Any]],
    keys: Sequence[ColumnElement[Any]],
    leaf: Leaf,
    *,
    descending: bool = False,
) -> Page[Any]:
    """The page of the rows of `parts` together, ordered by `keys`, which every part selects from the same tables.

    Each part is one range of an index, of which no more rows are read than the page has.
    """
    down = descending != leaf.back
    names = [f"key{at}" for at in range(len(keys))]
    order = [key.desc() if down else key.asc() for key in keys]
    ranges = []
    for part in parts:
        wanted = part.add_columns(*(key.label(name) for key, name in zip(keys, names, strict=True)))
        if leaf.key is not None:
            wanted = wanted.where(_beyond(keys, leaf.key, down=down))
        ranges.append(wanted.order_by(*order).limit(leaf.size + 1))
    found = connection.execute(_together(ranges, names, leaf.size + 1, down=down)).all()
    more, rows = len(found) > leaf.size, list(found[: leaf.size])
    if leaf.back:
        rows.reverse()
    return Page(
        tuple(rows),
        tuple(tuple(getattr(row, name) for name in names) for row in rows),
        before=more if leaf.back else leaf.key is not None,
        behind=leaf.key is not None if leaf.back else more,
    )


def _together(
    ranges: list[Select[Any]], names: list[str], size: int, *, down: bool
) -> Select[Any] | CompoundSelect[Any]:
    if len(ranges) == 1:
        return ranges[0]
    # SQLite takes no LIMIT inside a UNION but in a subquery of its own
    rows = union_all(*(select(each.subquery()) for each in ranges)).subquery()
    order = [rows.c[name].desc() if down else rows.c[name].asc() for name in names]
    return select(rows).order_by(*order).limit(size)


def _beyond(keys: Sequence[ColumnElement[Any]], key: Key, *, down: bool) -> ColumnElement[bool]:
    if len(key) != len(keys):
        raise ValueError(f"a key of {len(key)} parts for an order of {len(keys)}")
    here = tuple_(*keys)
    there = tuple_(*(bindparam(None, value, type_=column.type) for column, value in zip(keys, key, strict=True)))
    return here < there if down else here > there
