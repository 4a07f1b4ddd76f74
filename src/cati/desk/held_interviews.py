"""The interviews that were held by telephone, as they are kept: for exports. Which answers count is for the route."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, func, select

from cati.desk.online_answers import TAKEN_OVER
from cati.storage import Store
from cati.storage.tables import (
    NEWEST_VERSION,
    answer,
    call,
    call_result,
    cases,
    change,
    contact_detail,
    interview,
    number,
    questionnaire_version,
    study_file,
)

AT_ONCE = 500
"""Interviews read in one transaction."""


@dataclass(frozen=True, slots=True)
class HeldCall:
    """A call in which an interview was held, or was to be. `completed_at`: when it was coded as having completed it."""

    id: int
    interviewer_id: int
    version_id: int
    started_at: datetime
    ended_at: datetime | None
    completed_at: datetime | None


SET_APART = "\x1f"
"""Between item and value of an answer."""

GivenInCall = tuple[int, Sequence[str]]
"""A call, and the answers that were given in it: item, SET_APART, value as JSON text (empty: taken back)."""


@dataclass(frozen=True, slots=True)
class HeldInterview:
    """An interview and its case. `sample`: the sample variables by name; `numbers`: those held; `calls`: the oldest
    first; `answers`: what was given in one call after the other, in the order in which it was given. `taken_over_at`:
    when answers of the online survey were taken over, which makes it begun online. `barred`: why nobody may be called
    or written to any more; `erased`: who it is was erased.
    """

    interview_id: int
    case_id: int
    serial: str
    name: str
    email: str
    la: str
    region: str
    ofsted: str
    outcome: str
    sample: Mapping[str, str]
    numbers: tuple[str, ...]
    calls: tuple[HeldCall, ...]
    answers: Sequence[GivenInCall]
    taken_over_at: datetime | None = None
    barred: str = ""
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interview that may be exported: of which case, what the case came to, and when it was completed, if it was."""

    interview_id: int
    case_id: int
    outcome: str
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A version of the study's files that calls were made under. `order`: the later installed has the higher."""

    id: int
    order: int
    version: str
    hash: str
    texts: Mapping[str, str] = field(repr=False)


def candidates(store: Store, outcomes: Collection[str]) -> list[Candidate]:
    """The telephone interview of each case that came to one of these outcomes, by interview id."""
    newest = select(func.max(call_result.c.id)).group_by(call_result.c.call_id).scalar_subquery()
    completed = (
        select(call_result.c.case_id, func.max(call_result.c.at).label("at"))
        .where(call_result.c.complete == 1, call_result.c.id.in_(newest))
        .group_by(call_result.c.case_id)
        .subquery()
    )
    last = (
        select(func.max(interview.c.id).label("id"), interview.c.case_id)
        .where(interview.c.mode == "telephone")
        .group_by(interview.c.case_id)
        .subquery()
    )
    wanted = (
        select(last.c.id, cases.c.id.label("case_id"), cases.c.outcome, completed.c.at)
        .join(cases, cases.c.id == last.c.case_id)
        .outerjoin(completed, completed.c.case_id == cases.c.id)
        .where(cases.c.outcome.in_(sorted(outcomes)))
        .order_by(last.c.id)
    )
    with store.read() as connection:
        return [Candidate(*row) for row in connection.execute(wanted).all()]


def held_versions(store: Store) -> dict[int, HeldVersion]:
    """Every version of the study's files that this database holds, by its id there."""
    with store.read() as connection:
        texts: dict[int, dict[str, str]] = {}
        for row in connection.execute(select(study_file)):
            texts.setdefault(row.version_id, {})[row.path] = row.text
        rows = connection.execute(select(questionnaire_version).order_by(*NEWEST_VERSION)).all()
    return {
        row.id: HeldVersion(row.id, -order, row.version, row.hash, texts.get(row.id, {}))
        for order, row in enumerate(rows)
    }


def held_interviews(
    store: Store, interview_ids: Sequence[int], progress: Callable[[int], None] = lambda _: None
) -> Iterator[HeldInterview]:
    """Interviews, in the order of their ids, a few in each transaction: interviewing goes on meanwhile.

    One whose case, meanwhile, has come to something else is handed out as it is then. `progress` is told how many
    were read.
    """
    ids = sorted(interview_ids)
    for begin in range(0, len(ids), AT_ONCE):
        chunk = ids[begin : begin + AT_ONCE]
        with store.read() as connection:
            read = _read(connection, chunk)
        yield from read
        progress(min(begin + AT_ONCE, len(ids)))


_OF_CASE = (
    "id", "variables", "serial", "name", "la", "region", "ofsted", "email", "link", "outcome", "barred",
    "erased_at",
)  # fmt: skip


def _read(connection: Connection, ids: Sequence[int]) -> list[HeldInterview]:
    found = connection.execute(
        select(interview.c.id, *(cases.c[name] for name in _OF_CASE))
        .join(cases, cases.c.id == interview.c.case_id)
        .where(_among(interview.c.id, ids))
        .order_by(interview.c.id)
    ).all()
    case_ids = sorted([row[1] for row in found])
    answers = _answers(connection, ids)
    calls = _calls(connection, case_ids)
    numbers = _numbers(connection, case_ids)
    taken_over = _taken_over(connection, case_ids)
    wanted = set(ids)
    held = []
    for row in found:
        interview_id, case_id, variables, serial, name, la, region, ofsted, email, link, outcome, barred, gone_at = row
        if interview_id not in wanted:
            continue
        sample = json.loads(variables) if variables != "{}" else {}
        sample.update(serial=serial, name=name, la=la, region=region, ofsted=ofsted, email=email, link=link)
        held.append(
            HeldInterview(
                interview_id=interview_id,
                case_id=case_id,
                serial=serial,
                name=name,
                email=email,
                la=la,
                region=region,
                ofsted=ofsted,
                outcome=outcome,
                sample=sample,
                numbers=tuple(numbers.get(case_id, ())),
                calls=tuple(calls.get(interview_id, ())),
                answers=answers.get(interview_id, ()),
                taken_over_at=taken_over.get(case_id),
                barred=barred,
                erased=gone_at is not None,
            )
        )
    return held


_NEXT = "\x1e"
"""Between two answers. JSON texts hold neither of the two characters as they are."""


def _answers(connection: Connection, ids: Sequence[int]) -> dict[int, list[GivenInCall]]:
    """The answers of each interview, contact details among them, by call.

    The database puts those of an interview together, which is several times as fast as a row an answer. Of the few that
    were held in several calls, or whose contact details were given and taken back, the rows are read.
    """
    found: dict[int, list[GivenInCall]] = {}
    row_by_row = set(ids)
    if _puts_together_in_order(connection):
        given = answer.c.item + SET_APART + func.coalesce(answer.c.value, "")
        rows = connection.execute(
            select(
                answer.c.interview_id,
                func.min(answer.c.call_id),
                func.max(answer.c.call_id),
                func.aggregate_strings(given, _NEXT).aggregate_order_by(answer.c.seq),
            )
            .where(_among(answer.c.interview_id, ids))
            .group_by(answer.c.interview_id)
        ).all()
        texts = {row[0]: (row[1], row[3]) for row in rows if row[1] == row[2]}
        of_contact = select(
            contact_detail.c.interview_id, contact_detail.c.call_id, contact_detail.c.item, contact_detail.c.value
        ).where(_among(contact_detail.c.interview_id, ids))
        for interview_id, call_id, item, value in connection.execute(of_contact).all():
            whole = texts.pop(interview_id, None)
            # contact details that were answered otherwise too stand in an order that only the rows tell
            if whole is not None and whole[0] == call_id and f"{_NEXT}{item}{SET_APART}" not in whole[1]:
                texts[interview_id] = call_id, f"{whole[1]}{_NEXT}{item}{SET_APART}{value}"
        found = {
            interview_id: [(call_id, text.split(_NEXT))]
            for interview_id, (call_id, text) in texts.items()
            if interview_id in row_by_row
        }
        row_by_row -= found.keys()
    return found | (_row_by_row(connection, sorted(row_by_row)) if row_by_row else {})


def _puts_together_in_order(connection: Connection) -> bool:
    """Can the database put texts together in an order of ours? SQLite can since 3.44."""
    if connection.dialect.name != "sqlite":
        return True
    version: tuple[int, ...] = connection.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
    return version >= (3, 44)


def _among(column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """The rows of these ids, in their order: by a range where hardly any others lie in it, which brings those along."""
    if ids and ids[-1] - ids[0] < 2 * len(ids):
        return column.between(ids[0], ids[-1])
    return column.in_(ids)


def _row_by_row(connection: Connection, ids: Sequence[int]) -> dict[int, list[GivenInCall]]:
    found: dict[int, list[tuple[int, list[str]]]] = {}
    rows = (
        connection.execute(
            select(table.c.interview_id, table.c.seq, table.c.item, table.c.value, table.c.call_id)
            .where(table.c.interview_id.in_(ids))
            .order_by(table.c.interview_id, table.c.seq)
        ).all()
        for table in (answer, contact_detail)
    )
    for interview_id, _, item, value, call_id in merge(*rows, key=itemgetter(0, 1)):
        held = found.setdefault(interview_id, [])
        if not held or held[-1][0] != call_id:
            held.append((call_id, []))
        held[-1][1].append(item + SET_APART + (value or ""))
    return {interview_id: list(held) for interview_id, held in found.items()}


def _calls(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[HeldCall]]:
    """The calls of these cases by interview, the oldest first: by case, for which calls and results have an index."""
    made = connection.execute(
        select(
            call.c.id, call.c.interview_id, call.c.interviewer_id, call.c.version_id, call.c.started_at, call.c.ended_at
        )
        .where(_among(call.c.case_id, case_ids))
        .order_by(call.c.started_at, call.c.id)
    ).all()
    completed: dict[int, datetime | None] = {
        call_id: at if complete else None
        for call_id, at, complete in connection.execute(
            select(call_result.c.call_id, call_result.c.at, call_result.c.complete)
            .where(_among(call_result.c.case_id, case_ids))
            .order_by(call_result.c.id)  # the newest of a call counts
        ).all()
    }
    found: dict[int, list[HeldCall]] = {}
    for call_id, interview_id, interviewer_id, version_id, started_at, ended_at in made:
        found.setdefault(interview_id, []).append(
            HeldCall(call_id, interviewer_id, version_id, started_at, ended_at, completed.get(call_id))
        )
    return found


def _numbers(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    rows = connection.execute(
        select(number.c.case_id, number.c.number)
        .where(_among(number.c.case_id, case_ids), number.c.withdrawn_at.is_(None))
        .order_by(number.c.case_id, number.c.position)
    )
    found: dict[int, list[str]] = {}
    for case_id, digits in rows.all():
        found.setdefault(case_id, []).append(digits)
    return found


def _taken_over(connection: Connection, case_ids: Sequence[int]) -> dict[int, datetime]:
    rows = connection.execute(
        select(change.c.case_id, func.min(change.c.at).label("at"))
        .where(_among(change.c.case_id, case_ids), change.c.what == TAKEN_OVER)
        .group_by(change.c.case_id)
    )
    return dict(rows.all())
