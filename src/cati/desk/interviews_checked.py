"""The interviews held by telephone to their end, with what a check of the data looks at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from cati.desk.held_interviews import held_versions
from cati.storage import Store
from cati.storage.tables import answer, call, call_result, cases, interview, interviewer
from cati.studies.study import study_from_texts

if TYPE_CHECKING:
    from cati.questionnaire.program import Program
    from cati.studies import Study

_FACTS = ("serial", "name", "la", "region", "ofsted", "email", "link")


@dataclass(frozen=True, slots=True)
class CheckedInterview:
    """A completed interview. `interviewer`: who completed it;
    `seconds`: how long the calls took in which questions were answered; `answers`: the newest to each item, as kept,
    those of per-call items of the call that completed it; contact details are not among them; `version_id`: the version
    of the study's files that it was completed under."""

    serial: str
    interviewer: str
    completed_at: datetime
    seconds: int
    sample: Mapping[str, str]
    answers: Mapping[str, Any]
    version_id: int = 0


def checked_interviews(store: Store, study: Study) -> list[CheckedInterview]:
    """Every interview that was held by telephone to its end and is not erased, by serial."""
    complete = [key for key, outcome in study.scheme.outcomes.items() if outcome.ends_questionnaire]
    newest = select(func.max(call_result.c.id)).group_by(call_result.c.call_id).scalar_subquery()
    completing = (
        select(call, call_result.c.at, interviewer.c.name.label("who"))
        .join(call_result, call_result.c.call_id == call.c.id)
        .join(interviewer, interviewer.c.id == call_result.c.interviewer_id)
        .join(cases, cases.c.id == call.c.case_id)
        .where(call_result.c.id.in_(newest), call_result.c.complete == 1, cases.c.outcome.in_(complete))
        .order_by(call.c.id)
    )
    per_call = study.program("telephone").per_call
    with store.read() as connection:
        last = {row.interview_id: row for row in connection.execute(completing)}
        spans = {
            row.id: max(int((row.ended_at - row.started_at).total_seconds()), 0)
            for row in connection.execute(select(call.c.id, call.c.started_at, call.c.ended_at))
            if row.ended_at is not None
        }
        given: dict[int, dict[str, Any]] = {}
        answered_in: dict[int, set[int]] = {}
        for row in connection.execute(select(answer).order_by(answer.c.interview_id, answer.c.seq)):
            if row.interview_id not in last:
                continue
            if row.item not in per_call:
                answered_in.setdefault(row.interview_id, set()).add(row.call_id)
            elif row.call_id != last[row.interview_id].id:
                continue
            found = given.setdefault(row.interview_id, {})
            found.pop(row.item, None)
            if row.value is not None:
                found[row.item] = json.loads(row.value)
        rows = connection.execute(
            select(cases, interview.c.id.label("interview_id"))
            .join(interview, interview.c.case_id == cases.c.id)
            .where(cases.c.outcome.in_(complete))
            .order_by(cases.c.serial)
        ).all()
    return [
        CheckedInterview(
            serial=row.serial,
            interviewer=last[row.interview_id].who,
            completed_at=last[row.interview_id].at,
            seconds=sum(spans.get(call_id, 0) for call_id in answered_in.get(row.interview_id, ())),
            sample={**json.loads(row.variables), **{name: row._mapping[name] for name in _FACTS}},
            answers=given[row.interview_id],
            version_id=last[row.interview_id].version_id,
        )
        for row in rows
        if row.interview_id in given and row.interview_id in last
    ]


def programs_of(store: Store, study: Study, interviews: Iterable[CheckedInterview]) -> dict[int, Program]:
    """The telephone's questionnaire of each version that some of these interviews were completed under, by its id."""
    versions = held_versions(store)
    found = {}
    for version_id in {each.version_id for each in interviews} & versions.keys():
        texts = dict(versions[version_id].texts)
        held = study if texts == dict(study.texts) else study_from_texts(texts, study.id)
        found[version_id] = held.program("telephone")
    return found
