"""The cases behind a number of a table: who they are, what decided, when and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from cati.desk.grouping import Grouping
from cati.desk.stood import stood
from cati.storage import Store
from cati.storage.tables import call, case_event, cases, interviewer

if TYPE_CHECKING:
    from cati.studies import Study

_AT_ONCE = 500
_SAID_BY = {"online": "online survey", "office": "office", "reopening": "reopened"}


@dataclass(frozen=True, slots=True)
class CaseBehind:
    """A case that a table counts.

    `outcome` with its `label`, which it came to at `since`, and `why` in a sentence. `deciding`: the call or event that
    decided (`call:7`, `event:3`; None: no single one did), `decided_by` in words and `decided_at` when it happened.
    """

    serial: str
    outcome: str
    label: str
    since: datetime
    deciding: str | None
    decided_by: str
    decided_at: datetime | None
    why: str


def cases_behind(
    store: Store,
    study: Study,
    outcomes: Collection[str],
    *,
    by: str | None = None,
    group: str | None = None,
    at: datetime | None = None,
    issued: bool = True,
) -> tuple[CaseBehind, ...]:
    """The cases that have one of these outcomes (`Scheme.counted_in` gives those of a row), in order of their serials.

    The same cases that `outcome_counts` counts with `issued` and `at`. `by` and `group`: only those with this value of
    a variable ("": none). Raises InputError where no case has such a variable.
    """
    stand = stood(at, issued=issued, facts=True)
    columns = [cases.c.serial, stand.outcome, stand.since, stand.deciding, stand.why]
    with store.read() as connection:
        query = stand.select(*columns).where(stand.outcome.in_(list(outcomes)))
        if by is None:
            rows: Sequence[Any] = connection.execute(query.order_by(cases.c.serial)).all()
        else:
            grouping = Grouping(store, connection, by, stand.since)
            found = connection.execute(query.add_columns(grouping.cell.label("cell")).order_by(cases.c.serial))
            rows = [row for row in found if grouping.value(row.cell) == (group or "")]
        decided = _deciding(connection, {row[3] for row in rows if row[3] is not None})
    return tuple(_behind(study, row, decided) for row in rows)


def _behind(study: Study, row: Any, decided: dict[str, tuple[str, datetime | None]]) -> CaseBehind:
    serial, outcome, since, deciding, why = row[:5]
    said_by, when = decided.get(deciding or "", ("", None))
    return CaseBehind(serial, outcome, study.scheme.outcome(outcome).label, since, deciding, said_by, when, why)


def _deciding(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, datetime | None]]:
    """What each deciding event was, and when."""
    found: dict[str, tuple[str, datetime | None]] = {}
    for some in _portions(_numbers("call", ids)):
        made = select(call.c.id, call.c.started_at, call.c.ended_at, interviewer.c.name)
        made = made.join(interviewer, interviewer.c.id == call.c.interviewer_id).where(call.c.id.in_(some))
        for row in connection.execute(made):
            found[f"call:{row.id}"] = (f"call by {row.name}", row.ended_at or row.started_at)
    for some in _portions(_numbers("event", ids)):
        for row in connection.execute(select(case_event).where(case_event.c.id.in_(some))):
            who = f" by {row.who}" if row.kind == "reopening" and row.who else ""
            found[f"event:{row.id}"] = (_SAID_BY[row.kind] + who, row.at)
    return found


def _numbers(kind: str, ids: Iterable[str]) -> list[int]:
    return sorted(int(number) for what, _, number in (each.partition(":") for each in ids) if what == kind)


def _portions(ids: Iterable[int]) -> Iterator[list[int]]:
    source = iter(ids)
    while some := list(islice(source, _AT_ONCE)):
        yield some
