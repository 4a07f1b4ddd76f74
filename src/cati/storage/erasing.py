"""Erasure: the one place that takes back what is else only ever added to.

Two erasures, each of some cases: of who somebody is, with all that was noted in the calls (`erase_contact`), and of
what they said (`erase_answers`). What tables count stays: outcomes, calls and their results, times, attempts, and the
facts of the sample that breakdowns are made by. A table or column that says something of a respondent and is not named
here is found by tests/desk/test_respondent_erasure.py.

A deleted row is still in the file until something else is written there: `scrub` rewrites the database without it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    case,
    cast,
    delete,
    literal,
    select,
    text,
    update,
)

from cati.errors import OutsideError
from cati.storage import sqlite
from cati.storage.answers import is_contact
from cati.storage.faults import translated
from cati.storage.mentions import ERASED, Mentioned, mentioned
from cati.storage.store import Store
from cati.storage.tables import (
    answer,
    appointment,
    back_check,
    call,
    call_result,
    case_event,
    cases,
    change,
    contact_detail,
    data_request,
    email_request,
    interview,
    late_answer,
    message,
    monitoring,
    note,
    number,
    open_response,
    shift_note,
)

RIGHTS = "data rights: "
"""How the lines of the change log begin that say what was done with a right: they hold no data beside the reason that
was given, and stay."""
WITHDRAWN = RIGHTS + "withdrawn"
"""Of this line the reason stays too: it is all that is left of the request."""

AT_ONCE = 500
# Of these facts the log keeps old and new: breakdowns are made by them, and they name nobody.
_KEPT_FACTS = tuple(f"sample: {name}" for name in ("la", "region", "ofsted", "batch", "link", "recontact", "timezone"))
_PATIENCE = 10.0

Erased = Counter[str]
"""How much was erased, by what it was, in words."""


def prepare(store: Store, connection: Connection) -> None:
    """Has SQLite overwrite what this transaction deletes."""
    if store.is_sqlite:
        connection.execute(text("PRAGMA secure_delete=ON"))


def erase_contact(
    connection: Connection, case_ids: Sequence[int], now: datetime, barred: str, *, until: datetime | None = None
) -> Erased:
    """Erases who these people are: names, numbers, addresses, contact details, call notes and all that mentions them.

    `barred`: why nobody calls them any more, in words; `until`: messages written since then, and with nothing but a
    word of a name in them, are about somebody else (by default none are). The caller has locked the cases and derives
    them anew.
    """
    erased: Erased = Counter()
    for ids in _parts(case_ids):
        of_cases = cases.c.id.in_(ids)
        people = connection.execute(select(cases.c.name, cases.c.email).where(of_cases)).all()
        erased["mentions in messages"] += _erase_mentions(connection, mentioned(connection, ids), until or now)
        erased["names"] += sum(bool(row.name) for row in people)
        erased["e-mail addresses"] += sum(bool(row.email) for row in people)
        addressed = case((cases.c.email != "", 1), else_=cases.c.had_email)
        connection.execute(
            update(cases).where(of_cases).values(name="", email="", erased_at=now, barred=barred, had_email=addressed)
        )
        erased["numbers"] += _erase_numbers(connection, ids)
        erased["contact details"] += _delete(connection, contact_detail, contact_detail.c.interview_id.in_(_held(ids)))
        erased["notes"] += _delete(connection, note, note.c.case_id.in_(ids))
        erased["notes"] += _blank(connection, monitoring, {"note": ""}, monitoring.c.call_id.in_(_calls(ids)))
        erased["notes"] += _blank(connection, back_check, {"note": ""}, back_check.c.case_id.in_(ids))
        erased["e-mails promised"] += _erase_emails(connection, ids, now)
        _blank(connection, appointment, {"words": ""}, appointment.c.case_id.in_(ids))
        _blank(connection, call_result, {"why": "", "digest": ""}, call_result.c.case_id.in_(ids))
        erased["late answers"] += _erase_late_contact(connection, ids)
        erased["online contact details"] += _rewrite_online(connection, ids, _without_contact)
        logged = change.c.case_id.in_(ids), change.c.what.not_in(_KEPT_FACTS), ~change.c.what.startswith(RIGHTS)
        erased["values in the change log"] += _blank(
            connection, change, {"old": None, "new": None, "restores": None, "why": ""}, *logged
        )
        reasons = change.c.case_id.in_(ids), change.c.what.startswith(RIGHTS), change.c.what != WITHDRAWN
        _blank(connection, change, {"why": ""}, *reasons)
        answered = data_request.c.case_id.in_(ids), data_request.c.done_at.is_not(None)
        _blank(connection, data_request, {"reason": ""}, *answered)
    return +erased


def erase_answers(connection: Connection, case_ids: Sequence[int]) -> Erased:
    """Erases what these people said: by telephone, late, online; and what the sample had on them beside its facts."""
    erased: Erased = Counter()
    for ids in _parts(case_ids):
        erased["answers"] += _delete(connection, answer, answer.c.interview_id.in_(_held(ids)))
        erased["late answers"] += _delete(connection, late_answer, late_answer.c.call_id.in_(_calls(ids)))
        erased["online answers"] += _rewrite_online(connection, ids, lambda _: {})
        refused = {"refused_by": None, "refusal_reason": None}
        erased["reasons for refusing"] += _blank(connection, call_result, refused, call_result.c.case_id.in_(ids))
        erased["sample variables"] += _blank(connection, cases, {"variables": "{}"}, cases.c.id.in_(ids))
        logged = change.c.case_id.in_(ids), ~change.c.what.startswith(RIGHTS)
        erased["values in the change log"] += _blank(
            connection, change, {"old": None, "new": None, "restores": None, "why": ""}, *logged
        )
        _blank(connection, data_request, {"reason": ""}, data_request.c.case_id.in_(ids))
    return +erased


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _held(ids: Sequence[int]) -> Select[Any]:
    return select(interview.c.id).where(interview.c.case_id.in_(ids))


def _calls(ids: Sequence[int]) -> Select[Any]:
    return select(call.c.id).where(call.c.case_id.in_(ids))


def _delete(connection: Connection, table: Table, *which: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(*which)).rowcount


def _blank(connection: Connection, table: Table, values: Mapping[str, str | None], *which: ColumnElement[bool]) -> int:
    """Gives these columns these values, in the rows where one of them has another; how many rows that were."""
    differs: ColumnElement[bool] = literal(False)
    for name, value in values.items():
        differs = differs | table.c[name].is_distinct_from(value)
    return connection.execute(update(table).where(*which, differs).values(**values)).rowcount


def _erase_numbers(connection: Connection, ids: Sequence[int]) -> int:
    """The row of a number stays: its calls and its state are counted. A case has no two of one text."""
    blank = literal(f"{ERASED} ").concat(cast(number.c.id, Text))
    which = number.c.case_id.in_(ids), number.c.number != blank
    return connection.execute(update(number).where(*which).values(number=blank)).rowcount


def _erase_emails(connection: Connection, ids: Sequence[int], now: datetime) -> int:
    waiting = email_request.c.sent_at.is_(None), email_request.c.cancelled_at.is_(None)
    of_cases = email_request.c.case_id.in_(ids)
    connection.execute(update(email_request).where(of_cases, *waiting).values(cancelled_at=now))
    return _blank(connection, email_request, {"address": ""}, of_cases)


def _erase_late_contact(connection: Connection, ids: Sequence[int]) -> int:
    """Late results, which hold notes and numbers, and late contact details."""
    rows = connection.execute(select(late_answer).where(late_answer.c.call_id.in_(_calls(ids)))).all()
    named = [
        row.id for row in rows if row.kind == "result" or (row.value is not None and is_contact(json.loads(row.value)))
    ]
    return sum(_delete(connection, late_answer, late_answer.c.id.in_(part)) for part in _parts(named))


def _without_contact(kept: dict[str, Any]) -> dict[str, Any]:
    """Of the answers of an online event, those to questions that say nothing of who somebody is."""
    return {"items": kept["items"]} if kept.get("items") else {}


def _rewrite_online(
    connection: Connection, ids: Sequence[int], rewrite: Callable[[dict[str, Any]], dict[str, Any]]
) -> int:
    rows = connection.execute(
        select(case_event.c.id, case_event.c.answers).where(case_event.c.case_id.in_(ids), case_event.c.answers != "{}")
    ).all()
    changed = 0
    for row in rows:
        kept = json.dumps(rewrite(json.loads(row.answers)), sort_keys=True)
        if kept != row.answers:
            connection.execute(update(case_event).where(case_event.c.id == row.id).values(answers=kept))
            changed += 1
    return changed


def erase_open(connection: Connection, before: datetime) -> int:
    """Contact details of the responses of the open link that came before an instant: they are of no case."""
    rows = connection.execute(
        select(open_response.c.id, open_response.c.answers).where(open_response.c.at < before)
    ).all()
    changed = 0
    for row in rows:
        kept = json.dumps(_without_contact(json.loads(row.answers)), sort_keys=True)
        if kept != row.answers:
            connection.execute(update(open_response).where(open_response.c.id == row.id).values(answers=kept))
            changed += 1
    return changed


def _erase_mentions(connection: Connection, looked_for: Mentioned, until: datetime) -> int:
    """Messages and shift notes belong to no case; those that mention somebody looked for go as a whole. So does the
    reason for an entry of the opt-out list that is of no case."""
    erased = 0
    for table in (message, shift_note):
        for row in connection.execute(select(table).where(table.c.text != ERASED)).all():
            if looked_for.in_text(row.text, by_a_word_of_the_name=row.at <= until):
                connection.execute(update(table).where(table.c.id == row.id).values(text=ERASED))
                erased += 1
    reasons = change.c.case_id.is_(None), change.c.what.startswith(RIGHTS), change.c.why != ""
    for row in connection.execute(select(change).where(*reasons)).all():
        if looked_for.in_text(row.why, by_a_word_of_the_name=row.at <= until):
            connection.execute(update(change).where(change.c.id == row.id).values(why=""))
    return erased


def scrub(store: Store) -> str:
    """Rewrites the database so that what was deleted is in none of its bytes; "", or why that could not be done now.

    SQLite's file is made anew without it and the write-ahead log is emptied; on PostgreSQL the tables are vacuumed (its
    own log and copies are its administrator's). Outside of any transaction; other writers wait meanwhile.
    """
    try:
        with store.alone():
            return _scrub_sqlite(store) if store.is_sqlite else _vacuum(store)
    except OutsideError as error:
        return str(error)


def _scrub_sqlite(store: Store) -> str:
    path = store.location.path
    assert path is not None
    with translated(str(store.location)), closing(sqlite.connect(path, busy_seconds=_PATIENCE)) as connection:
        if store.journal != "wal":
            connection.execute(f"PRAGMA journal_mode={store.journal}")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("VACUUM")
        if store.journal == "wal" and connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            return (
                f"{path.name}-wal still holds it, because another program is reading the database. Close every "
                "console and report, then give the same command again."
            )
    return ""


def _vacuum(store: Store) -> str:
    tables = (
        cases, number, answer, contact_detail, late_answer, note, email_request, case_event, change, call_result,
        appointment, message, shift_note, monitoring, back_check, data_request,
    )  # fmt: skip
    names = ", ".join(store.dialect.identifier_preparer.format_table(table) for table in tables)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM {names}"))
    return ""
