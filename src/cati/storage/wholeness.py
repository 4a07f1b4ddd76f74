"""Is everything there that the program goes by: tables, columns, indexes; and can what is kept as JSON be read?"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, Text, literal, select, text

from cati.storage.tables import (
    answer,
    call,
    case_event,
    cases,
    contact_detail,
    interview,
    late_answer,
    metadata,
    open_response,
)

_AT_ONCE = 5_000
_SHOWN = 10
_SQLITE = """
    SELECT 'index', name, '' FROM sqlite_master WHERE type = 'index'
    UNION ALL SELECT 'column', t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'
"""
_POSTGRESQL = """
    SELECT 'index', relname, '' FROM pg_class WHERE relkind = 'i' AND pg_table_is_visible(oid)
    UNION ALL SELECT 'column', r.relname, a.attname FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid
      WHERE r.relkind = 'r' AND pg_table_is_visible(r.oid) AND NOT a.attisdropped
"""


def lacking(connection: Connection) -> list[str]:
    """The tables, columns and indexes that are not there, a sentence each."""
    query = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    there = {tuple(row) for row in connection.execute(text(query))}
    tables = {name for kind, name, _ in there if kind == "column"}
    found = []
    for table in metadata.sorted_tables:
        if table.name not in tables:
            found.append(f"The table {table.name} is not there.")
            continue
        found += [
            f"The column {column.name} of the table {table.name} is not there."
            for column in table.columns
            if ("column", table.name, column.name) not in there
        ]
        names = sorted(str(index.name) for index in table.indexes)
        found += [f"The index {name} is not there." for name in names if ("index", name, "") not in there]
    return found


def not_json(connection: Connection) -> list[str]:
    """What is kept as JSON and is none, a sentence for each column; the text itself is not in it."""
    found = []
    for what, query in _kept_as_json().items():
        rows = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
        where = sorted({str(row[0]) for row in rows if not _is_json(row[1])})
        if where:
            more = f" and {len(where) - _SHOWN} more" if len(where) > _SHOWN else ""
            found.append(f"{what} cannot be read (it is no JSON): {', '.join(where[:_SHOWN])}{more}.")
    return found


def _kept_as_json() -> dict[str, Select[Any]]:
    """Whose it is, and the text, of every column that holds JSON."""
    held = {
        table: select(cases.c.serial, table.c.value)
        .join(interview, interview.c.id == table.c.interview_id)
        .join(cases, cases.c.id == interview.c.case_id)
        .where(table.c.value.is_not(None))
        for table in (answer, contact_detail)
    }
    of_calls = select(cases.c.serial, late_answer.c.value).select_from(late_answer)
    return {
        "An answer": held[answer],
        "A contact detail": held[contact_detail],
        "A late answer": of_calls.join(call, call.c.id == late_answer.c.call_id)
        .join(cases, cases.c.id == call.c.case_id)
        .where(late_answer.c.kind == "answer", late_answer.c.value.is_not(None)),
        "The sample variables": select(cases.c.serial, cases.c.variables),
        "The answers of an event": select(cases.c.serial, case_event.c.answers).join(
            cases, cases.c.id == case_event.c.case_id
        ),
        "The answers of a response of the open link": select(
            literal("response ").concat(open_response.c.id.cast(Text)), open_response.c.answers
        ),
    }


@lru_cache(maxsize=4_096)
def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
