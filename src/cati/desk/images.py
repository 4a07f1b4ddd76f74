"""What of a case can change in place, as it was before a repair and after it: so that the repair can be taken back.

Kept with the log line of the repair as JSON. It holds ids, states and times: no name, no number, no answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update

from cati.storage.tables import appointment, call, cases, email_request, interview, number
from cati.storage.types import Instant, instant_text

_COLUMNS: dict[Table, tuple[str, ...]] = {
    appointment: ("status", "settled_by_result", "owner"),
    number: ("withdrawn_at", "replaced_by", "position", "source", "set_by_hand", "added_by_result"),
    email_request: ("cancelled_at",),
    call: ("ended_at",),
    interview: ("ended_at",),
    cases: ("owner", "lease_until"),
}
_TABLES = {table.name: table for table in _COLUMNS}

Image = dict[str, dict[str, dict[str, Any]]]
"""Table, id (as text, as JSON has it), column: value."""
Difference = dict[str, dict[str, Any]]
"""Table, id: the changed columns `before` and `after`; `before` None of a row that was added."""


def image_of(connection: Connection, case_id: int) -> Image:
    """The case as it is now."""
    found: Image = {}
    for table, columns in _COLUMNS.items():
        whose = table.c.id if table is cases else table.c.case_id
        rows = connection.execute(select(table.c.id, *(table.c[name] for name in columns)).where(whose == case_id))
        found[table.name] = {
            str(row.id): {name: _plain(value) for name, value in zip(columns, row[1:], strict=True)} for row in rows
        }
    return found


def difference(before: Image, after: Image) -> Difference:
    """What has changed. Rows are never deleted."""
    changed: Difference = {}
    for table, rows in after.items():
        for row_id, values in rows.items():
            was = before[table].get(row_id)
            if was is None:
                changed.setdefault(table, {})[row_id] = {"before": None, "after": values}
            elif was != values:
                names = [name for name in values if values[name] != was[name]]
                changed.setdefault(table, {})[row_id] = {
                    "before": {name: was[name] for name in names},
                    "after": {name: values[name] for name in names},
                }
    return changed


def put_back(connection: Connection, case_id: int, changed: Difference, now: datetime) -> None:
    """Puts back what is still as the repair left it; what somebody changed since stays. Rows added are withdrawn."""
    there = image_of(connection, case_id)
    for name, rows in changed.items():
        table = _TABLES[name]
        for row_id, change in rows.items():
            current = there[name].get(row_id)
            if current is None:
                continue  # erased since
            was = _withdrawn(table, now) if change["before"] is None else change["before"]
            still = {column: value for column, value in was.items() if current[column] == change["after"][column]}
            if still:
                values = {column: _value(table, column, value) for column, value in still.items()}
                connection.execute(update(table).where(table.c.id == int(row_id)).values(**values))


def _withdrawn(table: Table, now: datetime) -> dict[str, Any]:
    """How a row that a repair added is taken back."""
    if table is appointment:
        return {"status": "cancelled"}
    return {"cancelled_at" if table is email_request else "withdrawn_at": instant_text(now)}


def _plain(value: Any) -> Any:
    return instant_text(value) if isinstance(value, datetime) else value


def _value(table: Table, column: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value is not None and isinstance(table.c[column].type, Instant) else value
