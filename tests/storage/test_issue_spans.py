"""A database of an older version keeps since when its cases were out before they were held again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text

from cati.storage import Store, tables

START = datetime(2019, 11, 11, 9, 0, tzinfo=UTC)


def test_the_times_that_cases_were_issued_are_told_from_the_log(new_database: Callable[[], str], clock: Any) -> None:
    from alembic import command

    from cati.storage import open_store
    from cati.storage.migrations import configuration

    store: Store = open_store(new_database(), clock=clock)
    try:
        with store.write() as connection:
            for number in (1, 2, 3):
                connection.execute(
                    insert(tables.cases).values(
                        id=number, serial=f"S{number}", loaded_at=START, outcome="not_called", outcome_at=START
                    )
                )
            log = [(1, "held", 1), (1, "issued", 2), (1, "held", 3), (2, "issued", 2), (2, "held", 4), (3, "issued", 5)]
            for case_id, what, hours in log:
                connection.execute(
                    insert(tables.change).values(
                        case_id=case_id, at=START + timedelta(hours=hours), who="x", what=f"sample: {what}"
                    )
                )
            connection.execute(text("DELETE FROM issue_span"))
        with store.write() as connection:
            command.downgrade(configuration(connection), "0002")
            command.upgrade(configuration(connection), "head")
        with store.read() as connection:
            span = tables.issue_span.c
            found = connection.execute(select(span.case_id, span.issued_at, span.held_at).order_by(span.id)).all()
        told = [(case_id, (out - START) / ROUND, (held - START) / ROUND) for case_id, out, held in found]
        assert told == [(1, 0, 1), (1, 2, 3), (2, 2, 4)]
    finally:
        store.close()


ROUND = timedelta(hours=1)
