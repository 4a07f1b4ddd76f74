"""The hot path: one answer, written down."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, union_all

from cati.storage.store import Store
from cati.storage.tables import answer, contact_detail, late_answer

Json = Any


def is_contact(value: Json) -> bool:
    """Does the value say who somebody is (the boxes of a contact block)? A special answer, `{"key": …}`, does not."""
    return isinstance(value, dict) and set(value) != {"key"}


def _upsert(
    store: Store, table: Table, keys: tuple[str, ...], columns: tuple[str, ...], vacated: Table | None = None
) -> Any:
    """Inserts or overwrites a row; of a second table the row with the same keys goes, where one statement can do it."""
    insert = store.upsert(table)
    values: dict[str, Any] = {name: bindparam(name) for name in (*keys, *columns)}
    statement = insert.values(**values, at=store.moment("at"))
    if vacated is not None and not store.is_sqlite:  # saves a round trip
        statement = statement.add_cte(_vacate(vacated).cte("vacated"))
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in (*columns, "at")}
    )


def _vacate(table: Table) -> Any:
    return delete(table).where(table.c.interview_id == bindparam("interview_id"), table.c.seq == bindparam("seq"))


def write_answer(
    store: Store, connection: Connection, *, interview_id: int, call_id: int, seq: int, item: str, value: Json
) -> None:
    """Writes an answer (None: taken back). The same (interview, seq) again overwrites: a retry does no harm.

    Contact details and answers stand in two tables and share one numbering: what was there under the number goes, in
    whichever of the two it was, so that of a save whose success was not heard of nothing stays behind.
    """
    table, other = (contact_detail, answer) if is_contact(value) else (answer, contact_detail)
    keys, columns = ("interview_id", "seq"), ("call_id", "item", "value")
    if store.is_sqlite:
        vacate = store.prepared(("vacate", other.name), lambda _: _vacate(other))
        vacate(connection, interview_id=interview_id, seq=seq)
    statement = store.prepared(table.name, lambda _: _upsert(store, table, keys, columns, other))
    at = {} if store.server_time else {"at": store.now(connection)}
    statement(
        connection,
        interview_id=interview_id,
        seq=seq,
        call_id=call_id,
        item=item,
        value=None if value is None else json.dumps(value),
        **at,
    )


def write_late(
    store: Store,
    connection: Connection,
    *,
    call_id: int,
    interviewer_id: int,
    fence: int,
    kind: str,
    seq: int,
    item: str,
    value: Json,
) -> None:
    """Keeps what came in after the case had gone to somebody else."""
    columns = ("interviewer_id", "fence", "item", "value")
    statement = store.prepared("late", lambda _: _upsert(store, late_answer, ("call_id", "kind", "seq"), columns))
    at = {} if store.server_time else {"at": store.now(connection)}
    statement(
        connection,
        call_id=call_id,
        kind=kind,
        seq=seq,
        interviewer_id=interviewer_id,
        fence=fence,
        item=item,
        value=None if value is None else json.dumps(value),
        **at,
    )


def latest_answers(
    connection: Connection, interview_id: int, call_id: int, per_call: Collection[str] = ()
) -> tuple[dict[str, Json], int]:
    """The newest answer to each item of an interview, and the number of the next answer.

    Items of `per_call` count only where this call answered them. Answers taken back are left out.
    """
    columns = ("seq", "at", "call_id", "item", "value")
    both = union_all(
        *(
            select(*(table.c[name] for name in columns)).where(table.c.interview_id == interview_id)
            for table in (answer, contact_detail)
        )
    ).subquery()
    rows = connection.execute(select(both).order_by(both.c.seq, both.c.at)).all()
    found: dict[str, Json] = {}
    for row in rows:
        if row.item in per_call and row.call_id != call_id:
            continue
        found.pop(row.item, None)
        if row.value is not None:
            found[row.item] = json.loads(row.value)
    return found, (rows[-1].seq + 1 if rows else 1)
