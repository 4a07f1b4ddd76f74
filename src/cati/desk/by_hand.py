"""How the sample of a database is issued: on loading, everything at once, or by hand, as `cati sample issue` says.

The way is kept in `meta`. While everything that was issued on loading is being taken back, in many short transactions,
it says so there: whoever issues next then goes on with it, should the program have stopped in between.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from cati.storage import Store
from cati.storage.tables import change, meta

Way = Literal["on loading", "taking back", "by hand"]
_KEY = "issuing"


def issuing_way(connection: Connection) -> Way:
    """How the sample is issued, as it was when the transaction first read."""
    found: Way | None = connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar()
    return found or "on loading"


def how_issued(store: Store) -> Way:
    """How the sample of a database is issued now."""
    with store.read() as connection:
        return issuing_way(connection)


def settled_way(store: Store, connection: Connection, *, to_change: bool = False) -> Way:
    """How the sample is issued, inside a write transaction, at whose end alone another can change it.

    `to_change`: we may ourselves; else several transactions may rely on it side by side.
    """
    added = store.upsert(meta).values(key=_KEY, value="on loading")
    connection.execute(added.on_conflict_do_nothing())  # a row that is not there cannot be locked
    locked = select(meta.c.value).where(meta.c.key == _KEY).with_for_update(read=not to_change)
    found: Way = connection.execute(locked).scalar_one()
    return found


def change_way(store: Store, connection: Connection, way: Way, who: str, now: datetime) -> None:
    """Has the sample issued otherwise from the end of this transaction on, and logs it."""
    before = settled_way(store, connection, to_change=True)
    if before == way:
        return
    connection.execute(update(meta).where(meta.c.key == _KEY).values(value=way))
    connection.execute(insert(change).values(at=now, who=who, what="sample: issuing", old=before, new=way))
