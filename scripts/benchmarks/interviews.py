"""Databases full of interviews that were held, written straight into the tables: for exports and their tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from cati.desk import install_study, load_sample
from cati.desk.records import SampleRow
from cati.interview.rehearsing import random_respondent
from cati.storage import Store
from cati.storage.answers import is_contact
from cati.storage.tables import (
    answer,
    call,
    call_result,
    cases,
    contact_detail,
    interview,
    interviewer,
    questionnaire_version,
)
from cati.studies import Study

BEGAN = datetime(2019, 11, 19, 10, 0, tzinfo=UTC)
MINUTES = 14
CONTINUE: Mapping[str, Any] = {"S1": 1, "S2": 1, "S4": 1}
"""The screener's way into the interview of the two studies that come with cati."""
_AT_ONCE = 2000


def respondents(study: Study, count: int, seed: int, fixed: Mapping[str, Any] = CONTINUE) -> list[dict[str, Any]]:
    """The answers of so many random respondents, by item, in the order given."""
    rng = Random(seed)
    sample = {"name": "Person", "la": "Leeds", "link": "individual", "interviewer_name": "Ann"}
    return [random_respondent(study.program("telephone"), sample, rng, fixed) for _ in range(count)]


def hold_interviews(
    store: Store,
    study: Study,
    answers: Sequence[Mapping[str, Any]],
    count: int | None = None,
    *,
    outcome: str = "completed",
    names: Sequence[str] = (),
) -> None:
    """Installs the study and writes so many interviews (all the answers, over and over), a case and a call each."""
    count = len(answers) if count is None else count
    install_study(store, study)
    people = [
        SampleRow(
            serial=f"W{n:06}",
            name=names[n] if n < len(names) else f"Person {n}",
            la="Leeds",
            region="Yorkshire and the Humber" if n % 2 else "North East",
            ofsted="Good" if n % 3 else "Outstanding",
            phones=(f"01632 96{n % 10_000:04}",),
            email=f"person{n}@example.org",
            link="individual",
        )
        for n in range(count)
    ]
    load_sample(store, people, study=study)
    with store.write() as connection:
        ids = list(connection.execute(select(cases.c.id).order_by(cases.c.serial)).scalars())
        version = connection.execute(select(questionnaire_version.c.id)).scalars().all()[-1]
        who = connection.execute(
            insert(interviewer).values(name="Ann Interviewer", name_key="ann interviewer", created_at=BEGAN)
        ).inserted_primary_key
        assert who is not None
        connection.execute(
            update(cases).values(outcome=outcome, next_class=None, attempts=1, issued_at=BEGAN, outcome_at=BEGAN)
        )
    for begin in range(0, count, _AT_ONCE):
        with store.write() as connection:
            _write(connection, ids[begin : begin + _AT_ONCE], begin, version, int(who[0]), answers, outcome, study)


def _write(
    connection: Any,
    ids: Sequence[int],
    begin: int,
    version: int,
    who: int,
    answers: Sequence[Mapping[str, Any]],
    outcome: str,
    study: Study,
) -> None:
    made: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (interview, call, call_result, answer, contact_detail)
    }
    for n, case_id in enumerate(ids, start=begin):
        key, started = n + 1, BEGAN + timedelta(minutes=n)
        ended = started + timedelta(minutes=MINUTES)
        made[interview].append(
            {"id": key, "case_id": case_id, "version_id": version, "mode": "telephone", "started_at": started,
             "ended_at": ended}
        )  # fmt: skip
        made[call].append(
            {"id": key, "case_id": case_id, "interview_id": key, "interviewer_id": who, "version_id": version,
             "fence": 1, "started_at": started, "ended_at": ended, "because": ""}
        )  # fmt: skip
        complete = int(study.scheme.outcome(outcome).ends_questionnaire)
        made[call_result].append(
            {"call_id": key, "case_id": case_id, "interviewer_id": who, "at": ended, "outcome": outcome, "fence": 1,
             "complete": complete}
        )  # fmt: skip
        for seq, (item, value) in enumerate(answers[n % len(answers)].items(), start=1):
            made[contact_detail if is_contact(value) else answer].append(
                {"interview_id": key, "seq": seq, "call_id": key, "item": item, "value": json.dumps(value),
                 "at": started}
            )  # fmt: skip
    for table, rows in made.items():
        if rows:
            connection.execute(insert(table), rows)
