"""The numbers of a case, each with its own history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from cati.desk.records import PhoneNumber
from cati.storage.tables import call, call_result, number

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(slots=True)
class _History:
    """What was done with a number."""

    calls: int = 0
    last_call_at: datetime | None = None
    last_outcome: str | None = None


def numbers_of(connection: Connection, study: Study, case_id: int) -> tuple[PhoneNumber, ...]:
    """The numbers that a case holds, in the order in which they are tried, with what came of the calls to each."""
    histories = _histories(connection, case_id)
    held = connection.execute(
        select(number)
        .where(number.c.case_id == case_id, number.c.withdrawn_at.is_(None))
        .order_by(number.c.position, number.c.id)
    )
    found = []
    for row in held:
        history = histories.get(row.id, _History())
        found.append(
            PhoneNumber(
                id=row.id,
                number=row.number,
                state=row.state,
                source=row.source,
                calls=history.calls,
                failed=row.state in study.scheme.number_states,
                last_call_at=history.last_call_at,
                last_outcome=history.last_outcome,
                last_label=study.scheme.outcome(history.last_outcome).label if history.last_outcome else "",
            )
        )
    return tuple(found)


def _histories(connection: Connection, case_id: int) -> dict[int, _History]:
    """Of each number that was dialled: its calls, coded or not, and what the last coded one came to."""
    newest = select(func.max(call_result.c.id)).where(call_result.c.case_id == case_id).group_by(call_result.c.call_id)
    rows = connection.execute(
        select(call.c.number_id, call.c.started_at, call_result.c.outcome)
        .outerjoin(call_result, (call_result.c.call_id == call.c.id) & call_result.c.id.in_(newest))
        .where(call.c.case_id == case_id, call.c.number_id.is_not(None))
        .order_by(call.c.started_at, call.c.id)
    )
    histories: dict[int, _History] = {}
    for row in rows:
        history = histories.setdefault(row.number_id, _History())
        history.calls += 1
        history.last_call_at = row.started_at
        history.last_outcome = row.outcome or history.last_outcome
    return histories
