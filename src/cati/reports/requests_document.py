"""The log of what people asked about their data, as a report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cati.reports.document import Column, Document, Grid, GridRow, Provenance
from cati.reports.render import Format, render_document

if TYPE_CHECKING:
    from cati.desk import DataRequest

_COLUMNS = (
    Column("id", "No."),
    Column("serial", "Serial", numeric=False),
    Column("kind", "Request", numeric=False),
    Column("received_on", "Received", numeric=False),
    Column("advised_on", "Advised by", numeric=False),
    Column("due_on", "Due by", numeric=False),
    Column("state", "State", numeric=False),
    Column("decision", "Decision", numeric=False),
    Column("who", "Logged by", numeric=False),
    Column("reason", "Reason", numeric=False, data_only=True),
)
_RULE = (
    "Due within one month of receipt: the same date of the next month, else its last day; on a weekend or bank holiday "
    "the next working day. Advised: within 28 days."
)


def render_requests(
    requests: Sequence[DataRequest], format: Format, *, provenance: Provenance, width: int = 100
) -> str | bytes:
    """The requests in the order given, in any format."""
    if format == "json":
        return json.dumps({"requests": [request_json(each) for each in requests]}, ensure_ascii=False, indent=2) + "\n"
    rows = tuple(GridRow(tuple(_cell(each, column.key) for column in _COLUMNS), depth=1) for each in requests)
    grid = Grid("", _COLUMNS, rows, (_RULE,) if rows else ("Nobody has asked anything yet.",))
    document = Document("Requests about data", (grid,), provenance.lines(), {"at": provenance.time.isoformat()})
    return render_document(document, format, width=width)


def request_json(each: DataRequest) -> dict[str, Any]:
    """A request as JSON data."""
    return {
        "id": each.id,
        "serial": each.serial,
        "kind": each.kind,
        "received_on": each.received_on.isoformat(),
        "advised_on": each.advised_on.isoformat(),
        "due_on": each.due_on.isoformat(),
        "state": _state(each),
        "done_at": each.done_at.isoformat() if each.done_at else None,
        "done_by": each.done_by,
        "decision": each.decision,
        "who": each.who,
        "reason": each.reason,
    }


def _state(each: DataRequest) -> str:
    return "done" if not each.is_open else "overdue" if each.overdue else "open"


def _cell(each: DataRequest, name: str) -> Any:
    if name == "state":
        return _state(each)
    value = getattr(each, name)
    return value if isinstance(value, str | int) else value.isoformat()
