"""What the tests of repairs share: a desk with its people, calls made in a line, and the state of everything."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select, update

from cati.desk import (
    Actor,
    Delivery,
    Interviewer,
    Result,
    add_user,
    appoint_administrator,
    close_call,
    outcome_counts,
    sign_in,
    sign_in_as,
    start_call,
    take_case,
)
from cati.desk.standing import restand
from cati.desk.trying import tried
from cati.outcomes import outcome_table
from cati.storage import Store
from cati.storage.tables import appointment, cases, email_request, number
from cati.storage.tables import call as calls
from cati.studies import Study

WHY = "asked for by telephone"
# of a case, everything but when its outcome was found: the history has a line more for each repair and its undoing
NOT_COMPARED = {"outcome_at"}


def supervisor(store: Store, study: Study) -> Actor:
    """A supervisor in an open desk, the standing of every case derived once: as loaded it lacks its words."""
    with store.write() as connection:
        for case_id in connection.execute(select(cases.c.id)).scalars().all():
            restand(connection, study, case_id, store.now(connection))
    appoint_administrator(store)
    add_user(store, sign_in_as(store, None), "Ruth", "supervisor")
    return sign_in_as(store, "Ruth")


def call(store: Store, study: Study, who: Interviewer, serial: str, result: Result | str, number: int = 0) -> Delivery:
    """One call to a case, whatever its turn; the number by its place among those held."""
    delivery = take_case(store, study, who, serial)
    made = start_call(store, study, delivery.hold, delivery.card.numbers[number].id)
    close_call(store, study, delivery.hold, made, Result(result) if isinstance(result, str) else result)
    return delivery


def ann(store: Store) -> Interviewer:
    """An interviewer."""
    return sign_in(store, "Ann")


def state(store: Store, study: Study) -> dict[str, Any]:
    """The rows of all cases, the order of the queue, the outcome table; appointments, numbers, promises, calls."""
    with store.read() as connection:
        rows = connection.execute(select(cases).order_by(cases.c.id)).all()
        place = (cases.c.next_class, cases.c.next_group, cases.c.next_call_at, cases.c.draw, cases.c.serial)
        queue = connection.execute(
            select(cases.c.serial).where(cases.c.next_class.is_not(None)).order_by(*place)
        ).scalars()
        return {
            "cases": [_compared(row._mapping) for row in rows],
            "queue": list(queue),
            "appointments": _rows(connection, appointment, appointment.c.status != "cancelled"),
            "numbers": _rows(connection, number, number.c.withdrawn_at.is_(None)),
            "promises": _rows(connection, email_request, email_request.c.cancelled_at.is_(None)),
            "calls": _rows(connection, calls, calls.c.id.is_not(None)),
            "table": dict(outcome_table(study.scheme, outcome_counts(store)).totals),
        }


def derived_anew(store: Store, study: Study) -> list[dict[str, Any]]:
    """The rows of all cases as they come out of the append-only rows alone: what was derived is wiped out first, in a
    transaction that is not kept."""
    blank: dict[str, Any] = dict.fromkeys(
        ("deciding_event", "last_call_at", "next_class", "next_call_at", "next_until")
    )
    blank |= {"next_owner": None, "next_barred": None, "outcome": study.scheme.default.key, "attempts": 0}
    blank |= {"outcome_why": "", "next_group": "", "next_rule": "", "next_reason": "", "draw": 0}

    def derive(trial: Store) -> None:
        with trial.write() as connection:
            connection.execute(update(number).values(state="untried"))
            connection.execute(update(cases).values(**blank))
            for case_id in connection.execute(select(cases.c.id)).scalars().all():
                restand(connection, study, case_id, trial.now(connection))

    def look(connection: Connection) -> list[dict[str, Any]]:
        rows = connection.execute(select(cases).order_by(cases.c.id)).all()
        return [_compared(row._mapping) for row in rows]

    return tried(store, derive, look)[1]


def _rows(connection: Connection, table: Table, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(table).where(which).order_by(table.c.id))]


def _compared(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in NOT_COMPARED}
