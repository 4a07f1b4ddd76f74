"""A copy of all that is held on one person, for that person: every table that says something of a case.

Which tables those are is checked by tests/desk/test_respondent_copy.py: one that is new and not here fails it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select, union_all

from cati.desk.casefile import find_case
from cati.desk.data_requests import data_requests
from cati.desk.online_answers import OnlineAnswers
from cati.desk.study import texts_hash
from cati.interview.reading_answers import read_answers
from cati.storage import Store
from cati.storage.mentions import mentioned
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
    email_request,
    interview,
    interviewer,
    issue_span,
    late_answer,
    message,
    monitoring,
    note,
    number,
    outcome_history,
    questionnaire_version,
    shift_note,
    study_file,
    survey_link,
)
from cati.studies.study import study_from_texts

if TYPE_CHECKING:
    from cati.questionnaire import model
    from cati.questionnaire.program import Program
    from cati.studies import Study

Data = dict[str, Any]
_FACTS = ("serial", "name", "la", "region", "ofsted", "email", "link", "recontact", "batch", "timezone")
# Of a result: how the database finds its rows, which says nothing of anybody.
_OURS = ("call_id", "interviewer_id", "fence", "complete")


def respondent_copy(store: Store, study: Study, serial: str) -> Data:
    """All that is held on a person as plain data, instants as ISO 8601 in the study's zone, in the order in which it
    is read: who they are, what was asked and answered, the calls, what else was noted. Raises InputError for an unknown
    serial.
    """
    requests = [asdict(each) for each in data_requests(store, study) if each.serial == serial]
    with store.read() as connection:
        case_id = find_case(connection, serial)
        case = connection.execute(select(cases).where(cases.c.id == case_id)).one()
        sample = {name: case._mapping[name] for name in _FACTS}
        numbers = _rows(connection, select(number).where(number.c.case_id == case_id).order_by(number.c.position))
        found: Data = {
            "serial": serial,
            "study": study.title,
            "made_at": store.now(connection),
            "sample": sample | {"loaded_at": case.loaded_at, "issued_at": case.issued_at},
            "sample_variables": json.loads(case.variables),
            "numbers": numbers,
            "interviews": _interviews(connection, study, case_id, {**json.loads(case.variables), **sample}),
            "online": _online(connection, study, case_id, {**json.loads(case.variables), **sample}),
            "outcome": {"key": case.outcome, "label": study.scheme.outcome(case.outcome).label, "barred": case.barred},
            "calls": _calls(connection, study, case_id),
            "appointments": _of_case(connection, appointment, case_id),
            "notes": _with_name(connection, note, case_id),
            "emails_promised": _with_name(connection, email_request, case_id),
            "listened_to": _listened(connection, case_id),
            "back_checks": _of_case(connection, back_check, case_id),
            "mentioned": _mentions(connection, case_id),
            "outcome_history": _of_case(connection, outcome_history, case_id),
            "issued_and_held": _of_case(connection, issue_span, case_id),
            "changes": _of_case(connection, change, case_id),
            "requests": requests,
            "survey_ids": _of_case(connection, survey_link, case_id),
        }
    return dict(_plain(found, study))


def _plain(value: Any, study: Study) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(study.timezone).isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(each, study) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, study) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _rows(connection: Connection, query: Select[Any], *without: str) -> list[Data]:
    hidden = {"id", "case_id", *without}
    return [
        {name: value for name, value in row._mapping.items() if name not in hidden} for row in connection.execute(query)
    ]


def _of_case(connection: Connection, table: Any, case_id: int) -> list[Data]:
    return _rows(connection, select(table).where(table.c.case_id == case_id).order_by(table.c.id))


def _with_name(connection: Connection, table: Any, case_id: int) -> list[Data]:
    query = select(table, interviewer.c.name.label("by")).join(interviewer, interviewer.c.id == table.c.interviewer_id)
    return _rows(connection, query.where(table.c.case_id == case_id).order_by(table.c.at, table.c.id), "interviewer_id")


def _calls(connection: Connection, study: Study, case_id: int) -> list[Data]:
    """The calls, each with all its results: those that were corrected since too."""
    results = _rows(
        connection, select(call_result).where(call_result.c.case_id == case_id).order_by(call_result.c.id), "digest"
    )
    for result in results:
        result["label"] = "(taken back)" if result["outcome"] is None else study.scheme.outcome(result["outcome"]).label
    query = (
        select(call, interviewer.c.name.label("by"), number.c.number)
        .join(interviewer, interviewer.c.id == call.c.interviewer_id)
        .outerjoin(number, number.c.id == call.c.number_id)
        .where(call.c.case_id == case_id)
        .order_by(call.c.started_at, call.c.id)
    )
    return [
        {
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "by": row.by,
            "number": row.number or "",
            "because": row.because,
            "results": [
                {name: value for name, value in result.items() if name not in _OURS}
                for result in results
                if result["call_id"] == row.id
            ],
        }
        for row in connection.execute(query)
    ]


def _interviews(connection: Connection, study: Study, case_id: int, sample: Mapping[str, str]) -> list[Data]:
    """The interviews with every answer ever given in them; the newest to each item with its question and in words."""
    query = (
        select(interview, questionnaire_version.c.questionnaire, questionnaire_version.c.version)
        .join(questionnaire_version, questionnaire_version.c.id == interview.c.version_id)
        .where(interview.c.case_id == case_id)
        .order_by(interview.c.id)
    )
    found = []
    for row in connection.execute(query).all():
        given = _given(connection, row.id)
        late = select(late_answer).join(call, call.c.id == late_answer.c.call_id).where(call.c.interview_id == row.id)
        newest: dict[str, Any] = {}
        for each in given:
            newest.pop(each["item"], None)
            newest[each["item"]] = each["value"]
        newest = {item: value for item, value in newest.items() if value is not None}
        last = select(call.c.version_id).where(call.c.interview_id == row.id).order_by(call.c.id.desc()).limit(1)
        program = _program(connection, study, connection.execute(last).scalar() or row.version_id, row.mode)
        found.append(
            {
                "mode": row.mode,
                "questionnaire": row.questionnaire,
                "version": row.version,
                "started_at": row.started_at,
                "ended_at": row.ended_at,
                "answers": [asdict(each) for each in read_answers(program, sample, newest)],
                "as_given": given,
                "late": [
                    each | {"value": None if each["value"] is None else json.loads(each["value"])}
                    for each in _rows(connection, late.order_by(late_answer.c.id))
                ],
            }
        )
    return found


def _given(connection: Connection, interview_id: int) -> list[Data]:
    """Every answer and contact detail of an interview in the order in which they were given, corrected ones too."""
    columns = ("seq", "at", "item", "value")
    both = union_all(
        *(
            select(*(table.c[name] for name in columns)).where(table.c.interview_id == interview_id)
            for table in (answer, contact_detail)
        )
    ).subquery()
    rows = connection.execute(select(both).order_by(both.c.seq))
    return [
        {"at": row.at, "item": row.item, "value": None if row.value is None else json.loads(row.value)} for row in rows
    ]


def _online(connection: Connection, study: Study, case_id: int, sample: Mapping[str, str]) -> list[Data]:
    """What the online survey or the office said, the answers with their questions."""
    query = select(case_event).where(case_event.c.case_id == case_id).order_by(case_event.c.id)
    found = []
    for row in connection.execute(query):
        kept = OnlineAnswers.of_text(row.answers)
        items = {**kept.items, **kept.contact}
        found.append(
            {
                "kind": row.kind,
                "at": row.at,
                "recorded_at": row.recorded_at,
                "by": row.who,
                "status": row.status,
                "outcome": row.outcome,
                "answers": [asdict(each) for each in read_answers(study.program("online"), sample, items)],
                "not_understood": {**kept.rest, **kept.contact_rest},
            }
        )
    return found


def _program(connection: Connection, study: Study, version_id: int, mode: model.Mode) -> Program:
    """The questionnaire as it was read out: that of the newest call, which may not be the one installed now."""
    version = connection.execute(select(questionnaire_version).where(questionnaire_version.c.id == version_id)).one()
    if version.hash == texts_hash(dict(study.texts)):
        return study.program(mode)
    files = connection.execute(select(study_file).where(study_file.c.version_id == version_id))
    return study_from_texts({file.path: file.text for file in files}, study.id).program(mode)


def _listened(connection: Connection, case_id: int) -> list[Data]:
    query = select(monitoring).join(call, call.c.id == monitoring.c.call_id).where(call.c.case_id == case_id)
    return _rows(connection, query.order_by(monitoring.c.id), "listener")


def _mentions(connection: Connection, case_id: int) -> list[Data]:
    """Messages and shift notes that mention the case: they belong to none, and go when it is erased."""
    looked_for = mentioned(connection, [case_id])
    return [
        {"at": row.at, "text": row.text}
        for table in (message, shift_note)
        for row in connection.execute(select(table).order_by(table.c.id))
        if looked_for.in_text(row.text)
    ]
